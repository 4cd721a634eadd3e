/* SPDX-License-Identifier: MIT
 * tsm-trust: whose TLS certificate is believed (HOST_PROXMOX_SSL_VERIFY). */
#include "devices/tsm-trust.h"
#include "base/tsm-error.h"
#include <string.h>

static gboolean
parse_fingerprint (const char *text, guint8 *ret_bytes)
{
  const gboolean has_colons = strchr (text, ':') != NULL;
  guint8 bytes[TSM_TRUST_FINGERPRINT_BYTES];

  for (guint i = 0; i < G_N_ELEMENTS (bytes); i++) {
    if (i > 0 && has_colons && *text++ != ':')
      return FALSE;
    if (!g_ascii_isxdigit (text[0]) || !g_ascii_isxdigit (text[1]))
      return FALSE;
    bytes[i] = (guint8) (g_ascii_xdigit_value (text[0]) * 16 + g_ascii_xdigit_value (text[1]));
    text += 2;
  }
  if (*text != '\0')
    return FALSE;
  memcpy (ret_bytes, bytes, sizeof bytes);
  return TRUE;
}

gboolean
tsm_trust_parse (const char *text, TsmTrust *ret_trust, GError **error)
{
  g_autofree char *word = g_strstrip (g_strdup (text));
  TsmTrust trust = { .mode = TSM_TRUST_FINGERPRINT };

  if (g_ascii_strcasecmp (word, "true") == 0)
    trust.mode = TSM_TRUST_SYSTEM;
  else if (g_ascii_strcasecmp (word, "false") == 0)
    trust.mode = TSM_TRUST_ANY;
  else if (!parse_fingerprint (word, trust.fingerprint)) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID,
                         "should be true, false, or the certificate's SHA-256 fingerprint "
                         "(AB:CD:... with 32 bytes, as \"pvenode cert info\" prints it)");
    return FALSE;
  }
  *ret_trust = trust;
  return TRUE;
}

static gboolean
get_digest (GTlsCertificate *certificate, guint8 *ret_digest)
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = TSM_TRUST_FINGERPRINT_BYTES;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return FALSE;
  g_checksum_update (checksum, der->data, (gssize) der->len);
  g_checksum_get_digest (checksum, ret_digest, &length);
  return TRUE;
}

static char *
dup_hex (const guint8 *digest)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < TSM_TRUST_FINGERPRINT_BYTES; i++)
    g_string_append_printf (text, "%s%02X", i > 0 ? ":" : "", digest[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
tsm_trust_accepts (const TsmTrust *self, GTlsCertificate *certificate, GTlsCertificateFlags flaws)
{
  guint8 digest[TSM_TRUST_FINGERPRINT_BYTES];

  switch (self->mode) {
  case TSM_TRUST_SYSTEM:
    return flaws == 0;
  case TSM_TRUST_ANY:
    return TRUE;
  case TSM_TRUST_FINGERPRINT:
    return get_digest (certificate, digest) &&
           memcmp (digest, self->fingerprint, sizeof digest) == 0;
  }
  g_assert_not_reached ();
}

char *
tsm_trust_dup_fingerprint (GTlsCertificate *certificate)
{
  guint8 digest[TSM_TRUST_FINGERPRINT_BYTES];

  return get_digest (certificate, digest) ? dup_hex (digest) : g_strdup ("unreadable");
}

static const char *
describe_flaws (GTlsCertificateFlags flaws)
{
  if (flaws & G_TLS_CERTIFICATE_EXPIRED)
    return "has expired";
  if (flaws & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return "is not valid yet (or this machine's clock is wrong)";
  if (flaws & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return "is for another name";
  if (flaws & G_TLS_CERTIFICATE_REVOKED)
    return "was revoked";
  if (flaws & G_TLS_CERTIFICATE_INSECURE)
    return "uses an insecure algorithm";
  return "is signed by nobody this system trusts";
}

char *
tsm_trust_dup_complaint (const TsmTrust *self, GTlsCertificate *certificate,
                         GTlsCertificateFlags flaws)
{
  g_autofree char *seen = tsm_trust_dup_fingerprint (certificate);
  g_autofree char *wanted = NULL;

  if (self->mode != TSM_TRUST_FINGERPRINT)
    return g_strdup_printf ("%s; its fingerprint is %s", describe_flaws (flaws), seen);
  wanted = dup_hex (self->fingerprint);
  return g_strdup_printf ("has the fingerprint %s, the setting says %s", seen, wanted);
}
