/* SPDX-License-Identifier: MIT
 * tsm-colour-fetch: what the colour sources share: some requests, one after the other, into one set
 * of answers. */
#pragma once
#include "devices/tsm-colour-source.h"
#include "devices/tsm-endpoint.h"
#include "devices/tsm-http.h"

G_BEGIN_DECLS

/* Reads @reply to the request of @path into @collector; may add to @paths what is to be asked
 * next. */
typedef gboolean (*TsmColourFetchParser) (const TsmHttpReply *reply, const char *path,
                                          TsmColourCollector *collector, GPtrArray *paths,
                                          GError **error);

typedef struct {
  const TsmEndpoint *endpoint;
  guint timeout_ms; /* of a request; 0: 15 s */
  TsmDay begin;
  TsmDay end;
  TsmColourFetchParser parser;
} TsmColourFetchOptions;

/* Takes @paths (char * with g_free). Nothing of the caller's is needed afterwards. It fails
 * when every request did; what one of several failed to tell is not in the answers. */
void tsm_colour_fetch_start (const TsmColourFetchOptions *options, GPtrArray *paths,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
/* As tsm_colour_source_fetch_finish. */
GArray *tsm_colour_fetch_finish (GAsyncResult *result, GError **error);
/* TSM_ERROR_UPSTREAM unless @reply is a 200. */
gboolean tsm_colour_fetch_check_status (const TsmHttpReply *reply, GError **error);

G_END_DECLS
