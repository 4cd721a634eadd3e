/* SPDX-License-Identifier: MIT
 * tsm-authorities: the system's list of certificate authorities, in memory only while a certificate
 * is held against it. */
#include "base/tsm-authorities.h"
#include <malloc.h>

struct _TsmAuthorities {
  GTlsDatabase parent;
};

G_DEFINE_FINAL_TYPE (TsmAuthorities, tsm_authorities, G_TYPE_TLS_DATABASE)

/* The list, read anew. What GIO and its backends hand out as the default they keep for good, so it
 * is made by hand: the system's list is what a backend's list from a file is derived from. */
static GTlsDatabase *
read_list (void)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  const GType type = g_type_parent (g_tls_backend_get_file_database_type (backend));

  if (type != G_TYPE_TLS_DATABASE && !G_TYPE_IS_ABSTRACT (type) &&
      g_type_is_a (type, G_TYPE_INITABLE))
    return g_initable_new (type, NULL, NULL, NULL);
  return G_TLS_BACKEND_GET_INTERFACE (backend)->get_default_database (backend);
}

static GTlsCertificateFlags
/* tidy: allow parameters: GIO's signature */
tsm_authorities_verify_chain (GTlsDatabase *self, GTlsCertificate *chain, const char *purpose,
                              GSocketConnectable *identity, GTlsInteraction *interaction,
                              GTlsDatabaseVerifyFlags flags, GCancellable *cancellable,
                              GError **error)
{
  GTlsDatabase *list = read_list ();
  GTlsCertificateFlags flaws = G_TLS_CERTIFICATE_UNKNOWN_CA;

  if (list == NULL)
    return flaws;
  flaws = g_tls_database_verify_chain (list, chain, purpose, identity, interaction, flags,
                                       cancellable, error);
  g_object_unref (list);
  malloc_trim (0); /* thousands of small pieces, and glibc would keep the pages */
  return flaws;
}

static void
tsm_authorities_class_init (TsmAuthoritiesClass *class)
{
  G_TLS_DATABASE_CLASS (class)->verify_chain = tsm_authorities_verify_chain;
}

static void
tsm_authorities_init (TsmAuthorities *self)
{
}

void
tsm_authorities_install (void)
{
  static gsize is_installed;

  if (g_once_init_enter (&is_installed)) {
    g_autoptr (GTlsDatabase) self = g_object_new (TSM_TYPE_AUTHORITIES, NULL);

    g_tls_backend_set_default_database (g_tls_backend_get_default (), self);
    g_once_init_leave (&is_installed, 1);
  }
}
