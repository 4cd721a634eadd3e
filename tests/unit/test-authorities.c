/* SPDX-License-Identifier: MIT */
#include "base/tsm-authorities.h"
#include <malloc.h>

/* Where Debian keeps them; the package ca-certificates is one that TSM needs to run. */
#define SYSTEM_LIST "/etc/ssl/certs/ca-certificates.crt"
/* GnuTLS keeps a little of its own; the list, read once, takes 4 MB. */
#define KEPT_BYTES_MAX (1024 * 1024)

static GTlsCertificateFlags
verify (GTlsCertificate *certificate)
{
  g_autoptr (GTlsDatabase) database =
      g_tls_backend_get_default_database (g_tls_backend_get_default ());
  g_autoptr (GError) error = NULL;
  GTlsCertificateFlags flaws;

  g_assert_true (TSM_IS_AUTHORITIES (database));
  flaws = g_tls_database_verify_chain (database, certificate,
                                       G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, NULL, NULL,
                                       G_TLS_DATABASE_VERIFY_NONE, NULL, &error);
  g_assert_no_error (error);
  return flaws;
}

/* The first of the system's own that has not expired. */
static void
test_authorities_known (void)
{
  g_autoptr (GError) error = NULL;
  GList *known = g_tls_certificate_list_new_from_file (SYSTEM_LIST, &error);
  guint n_trusted = 0;

  g_assert_no_error (error);
  for (GList *link = known; link != NULL && n_trusted == 0; link = link->next)
    n_trusted += verify (link->data) == 0;
  g_assert_cmpuint (n_trusted, ==, 1);
  g_list_free_full (known, g_object_unref);
}

static GTlsCertificate *
load_unknown (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "fixtures", "tls", "certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);
  return certificate;
}

static void
test_authorities_unknown (void)
{
  g_autoptr (GTlsCertificate) certificate = load_unknown ();

  g_assert_cmpuint (verify (certificate) & G_TLS_CERTIFICATE_UNKNOWN_CA, !=, 0);
}

static void
test_authorities_leaves_memory (void)
{
  g_autoptr (GTlsCertificate) certificate = load_unknown ();
  const gsize before_bytes = mallinfo2 ().uordblks;

  verify (certificate);
  g_assert_cmpuint (mallinfo2 ().uordblks, <, before_bytes + KEPT_BYTES_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tsm_authorities_install ();
  tsm_authorities_install ();
  /* The first: what is kept once is kept from then on. */
  g_test_add_func ("/authorities/leaves-memory", test_authorities_leaves_memory);
  g_test_add_func ("/authorities/known", test_authorities_known);
  g_test_add_func ("/authorities/unknown", test_authorities_unknown);
  return g_test_run ();
}
