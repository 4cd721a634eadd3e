/* SPDX-License-Identifier: MIT
 * tsm-http-server: what is served on TSM_LISTEN, read-only (DESIGN 5.4): /, /healthz and /api/v1/.
 *
 * Clients beyond TSM_LIMIT_CLIENTS are closed at once, silent ones after a while: nobody can eat
 * the daemon's file descriptors. */
#pragma once
#include "base/tsm-secret.h"
#include "daemon/tsm-desk.h"

G_BEGIN_DECLS

typedef struct {
  const char *listen;   /* TSM_LISTEN: an address, or "localhost", and a port */
  TsmSecret *token;     /* TSM_WEB_TOKEN; NULL: none */
  TsmDesk *desk;        /* borrowed */
  guint idle_timeout_s; /* after which a client is cut off; 0: 30 */
} TsmHttpServerOptions;

typedef struct _TsmHttpServer TsmHttpServer;

/* TSM_ERROR_INVALID, naming the setting, when it cannot listen there, or when others than this
 * machine could ask and there is no token. With a token, everything but /healthz wants it as
 * "Authorization: Bearer TOKEN". */
TsmHttpServer *tsm_http_server_new (const TsmHttpServerOptions *options, GError **error);
void tsm_http_server_free (TsmHttpServer *self);
/* The port that it got: useful where 0 was asked for. */
guint16 tsm_http_server_get_port (const TsmHttpServer *self);

/* Whether these options may be used, without listening. TSM_ERROR_INVALID as above. */
gboolean tsm_http_server_check (const TsmHttpServerOptions *options, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmHttpServer, tsm_http_server_free)
G_END_DECLS
