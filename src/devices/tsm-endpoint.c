/* SPDX-License-Identifier: MIT
 * tsm-endpoint: where a service is, from its HOST_* setting. */
#include "devices/tsm-endpoint.h"
#include "base/tsm-decimal.h"
#include "base/tsm-error.h"
#include "base/tsm-loopback.h"
#include <gio/gio.h>
#include <string.h>

#define HTTP_PORT  80
#define HTTPS_PORT 443

static const struct {
  gboolean is_tls;
  guint16 port;
  gboolean has_secret; /* which https alone may carry */
  const char *base_path;
  const char *example;
} services[] = {
  [TSM_SERVICE_PLUG] = { FALSE, HTTP_PORT, FALSE, "", "192.168.1.20" },
  [TSM_SERVICE_COULEUR] = { TRUE, HTTPS_PORT, FALSE, "/api", "www.api-couleur-tempo.fr" },
  [TSM_SERVICE_RTE] = { TRUE, HTTPS_PORT, FALSE, "", "www.services-rte.com" },
  [TSM_SERVICE_PROXMOX] = { TRUE, 8006, TRUE, "", "192.168.1.10" },
};

static gboolean
is_address (const char *host, GSocketFamily family)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL && g_inet_address_get_family (address) == family;
}

/* Labels of letters, digits, "-" and "_", 1 to 63 long; a last label of digits alone would be a
 * mistyped address. */
static gboolean
is_host_name (const char *host)
{
  g_auto (GStrv) labels = g_strsplit (host, ".", -1);
  const guint n = g_strv_length (labels);

  if (n == 0 || strlen (host) > 253)
    return FALSE;
  for (guint i = 0; i < n; i++) {
    const gsize length = strlen (labels[i]);

    if (length == 0 || length > 63 || labels[i][0] == '-' || labels[i][length - 1] == '-')
      return FALSE;
    for (const char *p = labels[i]; *p != '\0'; p++)
      if (!g_ascii_isalnum (*p) && *p != '-' && *p != '_')
        return FALSE;
  }
  return strspn (labels[n - 1], "0123456789") != strlen (labels[n - 1]);
}

static gboolean
parse_port (const char *text, guint16 *ret_port)
{
  gint64 port;

  if (strspn (text, "0123456789") != strlen (text) ||
      !tsm_decimal_parse (text, -1, 0, &port, NULL, NULL) || port < 1 || port > G_MAXUINT16)
    return FALSE;
  *ret_port = (guint16) port;
  return TRUE;
}

/* "host" or "host:port", an IPv6 address in brackets. @ret_port stays as it is without one. */
static gboolean
parse_authority (const char *text, char **ret_host, guint16 *ret_port)
{
  const gboolean has_brackets = text[0] == '[';
  const char *close = has_brackets ? strchr (text, ']') : NULL;
  const char *colon = strchr (has_brackets ? (close != NULL ? close : "") : text, ':');
  g_autofree char *host = NULL;
  guint16 port = *ret_port;

  if (has_brackets) {
    if (close == NULL || (close[1] != '\0' && close + 1 != colon))
      return FALSE;
    host = g_strndup (text + 1, (gsize) (close - text - 1));
  } else
    host = colon == NULL ? g_strdup (text) : g_strndup (text, (gsize) (colon - text));
  if (colon != NULL && !parse_port (colon + 1, &port))
    return FALSE;
  if (has_brackets ? !is_address (host, G_SOCKET_FAMILY_IPV6)
                   : !is_address (host, G_SOCKET_FAMILY_IPV4) && !is_host_name (host))
    return FALSE;
  *ret_host = g_steal_pointer (&host);
  *ret_port = port;
  return TRUE;
}

/* The part after the scheme, or the whole; sets @ret_is_tls when a scheme is there. */
static const char *
skip_scheme (const char *text, gboolean *ret_is_tls)
{
  if (g_ascii_strncasecmp (text, "https://", 8) == 0) {
    *ret_is_tls = TRUE;
    return text + 8;
  }
  if (g_ascii_strncasecmp (text, "http://", 7) == 0) {
    *ret_is_tls = FALSE;
    return text + 7;
  }
  return text;
}

static guint16
default_port (TsmService service, gboolean is_tls)
{
  if (service == TSM_SERVICE_PROXMOX || is_tls == services[service].is_tls)
    return services[service].port;
  return is_tls ? HTTPS_PORT : HTTP_PORT;
}

TsmEndpoint *
tsm_endpoint_new (TsmService service, const char *setting, GError **error)
{
  g_autoptr (TsmEndpoint) self = g_new0 (TsmEndpoint, 1);
  g_autofree char *stripped = g_strstrip (g_strdup (setting));
  g_autofree char *authority = NULL;
  const char *rest;

  self->service = service;
  self->is_tls = services[service].is_tls;
  rest = skip_scheme (stripped, &self->is_tls);
  authority = g_strdup (rest);
  /* A browser's address bar adds this one. */
  if (rest != stripped && g_str_has_suffix (authority, "/"))
    authority[strlen (authority) - 1] = '\0';
  self->port = default_port (service, self->is_tls);
  if (!parse_authority (authority, &self->host, &self->port)) {
    /* What was typed is not repeated: a URL may hold a password. */
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
                 "should be a host, host:port or http(s)://host:port, without a path, "
                 "such as %s",
                 services[service].example);
    return NULL;
  }
  if (!self->is_tls && services[service].has_secret && !tsm_loopback_is_host (self->host)) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
                 "should be https: a token is not sent over plain http, "
                 "write https://%s",
                 self->host);
    return NULL;
  }
  return g_steal_pointer (&self);
}

TsmEndpoint *
tsm_endpoint_copy (const TsmEndpoint *self)
{
  TsmEndpoint *copy = g_new (TsmEndpoint, 1);

  *copy = *self;
  copy->host = g_strdup (self->host);
  return copy;
}

void
tsm_endpoint_free (TsmEndpoint *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->host, g_free);
  g_free (self);
}

char *
tsm_endpoint_dup_url (const TsmEndpoint *self, const char *path)
{
  const gboolean is_ipv6 = strchr (self->host, ':') != NULL;

  g_assert (path[0] == '/');
  return g_strdup_printf ("%s://%s%s%s:%u%s%s", self->is_tls ? "https" : "http", is_ipv6 ? "[" : "",
                          self->host, is_ipv6 ? "]" : "", self->port,
                          services[self->service].base_path, path);
}

char *
tsm_endpoint_dup_label (const TsmEndpoint *self)
{
  const gboolean is_ipv6 = strchr (self->host, ':') != NULL;

  if (self->port == default_port (self->service, self->is_tls))
    return g_strdup (self->host);
  return g_strdup_printf ("%s%s%s:%u", is_ipv6 ? "[" : "", self->host, is_ipv6 ? "]" : "",
                          self->port);
}

gboolean
tsm_endpoint_parse_host_port (const char *text, char **ret_host, guint16 *ret_port, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *host = NULL;
  guint16 port = 0;

  if (!parse_authority (stripped, &host, &port) || port == 0) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID,
                         "should be host:port, such as 192.168.1.255:9");
    return FALSE;
  }
  *ret_host = g_steal_pointer (&host);
  *ret_port = port;
  return TRUE;
}
