/* SPDX-License-Identifier: MIT
 * tsm-colour-fetch: some requests, one after the other, into one set of answers. */
#include "devices/tsm-colour-fetch.h"
#include "base/tsm-error.h"
#include "base/tsm-loopback.h"

#define TIMEOUT_MS 15000

/* Owned by its task. */
typedef struct {
  TsmEndpoint *endpoint;
  TsmHttp *http; /* its own: between fetches, hours apart, nothing stays loaded */
  TsmColourFetchParser parser;
  TsmColourCollector collector;
  GPtrArray *paths;
  guint next;
  gboolean has_answer;
  GError *failure; /* the first one */
} Fetch;

static void
fetch_free (Fetch *fetch)
{
  g_clear_pointer (&fetch->endpoint, tsm_endpoint_free);
  g_clear_pointer (&fetch->http, tsm_http_free);
  g_clear_pointer (&fetch->collector.answers, g_array_unref);
  g_clear_pointer (&fetch->paths, g_ptr_array_unref);
  g_clear_error (&fetch->failure);
  g_free (fetch);
}

gboolean
tsm_colour_fetch_check_status (const TsmHttpReply *reply, GError **error)
{
  g_autofree char *status = NULL;

  if (reply->status == 200)
    return TRUE;
  status = tsm_http_reply_dup_status (reply);
  g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "answers %s", status);
  return FALSE;
}

static void ask_next (GTask *task);

static void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Fetch *fetch = g_task_get_task_data (task);
  const char *path = g_ptr_array_index (fetch->paths, fetch->next - 1);
  g_autoptr (TsmHttpReply) reply = NULL;
  TsmHttpFault fault;
  GError *error = NULL;

  reply = tsm_http_send_finish (result, &fault, &error);
  if (fault == TSM_HTTP_FAULT_CANCELLED) {
    g_task_return_error (task, error);
    return;
  }
  if (reply != NULL && fetch->parser (reply, path, &fetch->collector, fetch->paths, &error))
    fetch->has_answer = TRUE;
  else if (fetch->failure == NULL) {
    g_prefix_error (&error, "%s: ", fetch->endpoint->host);
    /* A public server with a bad certificate mends by itself: nobody's setting is wrong. */
    error->code = TSM_ERROR_UPSTREAM;
    fetch->failure = g_steal_pointer (&error);
  }
  g_clear_error (&error);
  ask_next (g_steal_pointer (&task));
}

/* Takes @task. One season's file may be missing while the other has its colours. */
static void
end_fetch (GTask *task)
{
  Fetch *fetch = g_task_get_task_data (task);

  if (fetch->has_answer)
    g_task_return_pointer (task, tsm_colour_source_settle (&fetch->collector),
                           (GDestroyNotify) g_array_unref);
  else
    g_task_return_error (task, g_steal_pointer (&fetch->failure));
  g_object_unref (task);
}

/* Takes @task. */
static void
ask_next (GTask *task)
{
  Fetch *fetch = g_task_get_task_data (task);
  g_autofree char *url = NULL;

  if (fetch->next == fetch->paths->len) {
    end_fetch (task);
    return;
  }
  url = tsm_endpoint_dup_url (fetch->endpoint, g_ptr_array_index (fetch->paths, fetch->next));
  fetch->next++;
  tsm_http_send_async (fetch->http, &(TsmHttpRequest){ .url = url }, g_task_get_cancellable (task),
                       on_reply, task);
}

void
tsm_colour_fetch_start (const TsmColourFetchOptions *options, GPtrArray *paths,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  const TsmHttpOptions http = {
    .timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_MS,
    .use_proxy = !tsm_loopback_is_host (options->endpoint->host),
  };
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Fetch *fetch = g_new0 (Fetch, 1);

  fetch->endpoint = tsm_endpoint_copy (options->endpoint);
  fetch->http = tsm_http_new (&http);
  fetch->parser = options->parser;
  fetch->collector.begin = options->begin;
  fetch->collector.end = options->end;
  fetch->paths = paths;
  g_task_set_source_tag (task, tsm_colour_fetch_start);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, fetch, (GDestroyNotify) fetch_free);
  ask_next (task);
}

GArray *
tsm_colour_fetch_finish (GAsyncResult *result, GError **error)
{
  g_assert (g_async_result_is_tagged (result, tsm_colour_fetch_start));
  return g_task_propagate_pointer (G_TASK (result), error);
}
