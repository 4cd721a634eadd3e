/* SPDX-License-Identifier: MIT
 * tsm-trust: whose TLS certificate is believed (HOST_PROXMOX_SSL_VERIFY). */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

#define TSM_TRUST_FINGERPRINT_BYTES 32 /* SHA-256 of the certificate in DER */

typedef enum {
  TSM_TRUST_SYSTEM = 0,  /* what the system's CAs vouch for */
  TSM_TRUST_FINGERPRINT, /* this one certificate, whoever signed it */
  TSM_TRUST_ANY,         /* no check: the token goes to whoever answers */
} TsmTrustMode;

typedef struct {
  TsmTrustMode mode;
  guint8 fingerprint[TSM_TRUST_FINGERPRINT_BYTES]; /* FINGERPRINT only */
} TsmTrust;

/* "true", "false", or the SHA-256 fingerprint as 64 hex digits, colons between the bytes allowed.
 * TSM_ERROR_INVALID otherwise, saying so. */
gboolean tsm_trust_parse (const char *text, TsmTrust *ret_trust, GError **error);
/* Whether @certificate is believed although, or even if not, the system finds @flaws in it. */
gboolean tsm_trust_accepts (const TsmTrust *self, GTlsCertificate *certificate,
                            GTlsCertificateFlags flaws);
/* "AB:CD:...", the form of the setting. */
char *tsm_trust_dup_fingerprint (GTlsCertificate *certificate);
/* Why @certificate was not believed and which setting mends it, after "its certificate ". */
char *tsm_trust_dup_complaint (const TsmTrust *self, GTlsCertificate *certificate,
                               GTlsCertificateFlags flaws);

G_END_DECLS
