/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "devices/tsm-trust.h"
#include <string.h>

#define OTHER                                                                                     \
  "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:" \
  "1F"
#define OTHER_PLAIN "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static const struct {
  const char *text;
  gboolean is_good;
  TsmTrustMode mode;
} parse_cases[] = {
  { "true", TRUE, TSM_TRUST_SYSTEM },
  { " False ", TRUE, TSM_TRUST_ANY },
  { OTHER, TRUE, TSM_TRUST_FINGERPRINT },
  { OTHER_PLAIN, TRUE, TSM_TRUST_FINGERPRINT },
  { "", FALSE, 0 },
  { "yes", FALSE, 0 },
  { "0", FALSE, 0 },
  { "AB:CD", FALSE, 0 },
  { OTHER ":20", FALSE, 0 },
  { OTHER_PLAIN "2", FALSE, 0 },
  { "SHA256:" OTHER, FALSE, 0 },
};

static void
test_trust_parse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (parse_cases); i++) {
    g_autoptr (GError) error = NULL;
    TsmTrust trust = { .mode = TSM_TRUST_SYSTEM };

    g_assert_cmpint (tsm_trust_parse (parse_cases[i].text, &trust, &error), ==,
                     parse_cases[i].is_good);
    if (parse_cases[i].is_good)
      g_assert_cmpint (trust.mode, ==, parse_cases[i].mode);
    else
      g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
    for (guint j = 0; j < TSM_TRUST_FINGERPRINT_BYTES; j++)
      g_assert_cmpuint (trust.fingerprint[j], ==, trust.mode == TSM_TRUST_FINGERPRINT ? j : 0);
  }
}

static GTlsCertificate *
load_certificate (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "fixtures", "tls", "certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);
  return certificate;
}

static void
test_trust_accepts (void)
{
  g_autoptr (GTlsCertificate) certificate = load_certificate ();
  g_autofree char *own = tsm_trust_dup_fingerprint (certificate);
  const TsmTrust system = { .mode = TSM_TRUST_SYSTEM };
  const TsmTrust any = { .mode = TSM_TRUST_ANY };
  TsmTrust right, wrong;

  g_assert_true (tsm_trust_parse (own, &right, NULL));
  g_assert_true (tsm_trust_parse (OTHER, &wrong, NULL));
  g_assert_true (tsm_trust_accepts (&system, certificate, 0));
  g_assert_false (tsm_trust_accepts (&system, certificate, G_TLS_CERTIFICATE_UNKNOWN_CA));
  g_assert_true (tsm_trust_accepts (&any, certificate, G_TLS_CERTIFICATE_VALIDATE_ALL));
  g_assert_true (tsm_trust_accepts (&right, certificate, G_TLS_CERTIFICATE_EXPIRED));
  /* Not even a certificate that the system vouches for. */
  g_assert_false (tsm_trust_accepts (&wrong, certificate, 0));
}

static const struct {
  GTlsCertificateFlags flaws;
  const char *words;
} complaint_cases[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, "signed by nobody" },
  { G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_EXPIRED, "has expired" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, "not valid yet" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "another name" },
  { G_TLS_CERTIFICATE_REVOKED, "revoked" },
  { G_TLS_CERTIFICATE_INSECURE, "insecure" },
};

static void
test_trust_complains (void)
{
  g_autoptr (GTlsCertificate) certificate = load_certificate ();
  g_autofree char *own = tsm_trust_dup_fingerprint (certificate);
  g_autofree char *both = NULL;
  TsmTrust trust = { .mode = TSM_TRUST_SYSTEM };

  for (guint i = 0; i < G_N_ELEMENTS (complaint_cases); i++) {
    g_autofree char *text = tsm_trust_dup_complaint (&trust, certificate, complaint_cases[i].flaws);

    g_assert_nonnull (strstr (text, complaint_cases[i].words));
    g_assert_nonnull (strstr (text, own));
  }
  g_assert_true (tsm_trust_parse (OTHER, &trust, NULL));
  both = tsm_trust_dup_complaint (&trust, certificate, 0);
  g_assert_nonnull (strstr (both, own));
  g_assert_nonnull (strstr (both, OTHER));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trust/parse", test_trust_parse);
  g_test_add_func ("/trust/accepts", test_trust_accepts);
  g_test_add_func ("/trust/complains", test_trust_complains);
  return g_test_run ();
}
