/* SPDX-License-Identifier: MIT
 * tsm-endpoint: where a service is, from its HOST_* setting (DESIGN 5.2). Pure. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  TSM_SERVICE_PLUG = 0, /* HOST_TASMOTA: http, port 80 */
  TSM_SERVICE_COULEUR,  /* HOST_TEMPO: https, port 443, under /api */
  TSM_SERVICE_RTE,      /* HOST_RTE: https, port 443 */
  TSM_SERVICE_PROXMOX,  /* HOST_PROXMOX: https, port 8006 */
} TsmService;

typedef struct {
  TsmService service;
  gboolean is_tls;
  char *host; /* name or address; an IPv6 address without brackets */
  guint16 port;
} TsmEndpoint;

/* Reads "host", "host:port" or "http(s)://host[:port]". TSM_ERROR_INVALID names what the setting
 * should be; the caller adds the setting's name. The Proxmox token travels over https only: plain
 * http is refused there unless the host is a loopback address. */
TsmEndpoint *tsm_endpoint_new (TsmService service, const char *setting, GError **error);
TsmEndpoint *tsm_endpoint_copy (const TsmEndpoint *self);
void tsm_endpoint_free (TsmEndpoint *self);

/* The URL of @path, which begins with "/" and is already encoded; HOST_TEMPO's /api comes first. */
char *tsm_endpoint_dup_url (const TsmEndpoint *self, const char *path);
/* "192.168.1.20", or "192.168.1.20:8080" where the port is not the service's: for messages. */
char *tsm_endpoint_dup_label (const TsmEndpoint *self);

/* Splits "host:port" (WOL_TARGET); TSM_ERROR_INVALID unless both are there and well-formed.
 * @ret_host is to be freed. */
gboolean tsm_endpoint_parse_host_port (const char *text, char **ret_host, guint16 *ret_port,
                                       GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmEndpoint, tsm_endpoint_free)

G_END_DECLS
