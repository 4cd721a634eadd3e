/* SPDX-License-Identifier: MIT
 * tsm-http: one bounded HTTP exchange on the main loop. */
#include "devices/tsm-http.h"
#include "base/tsm-authorities.h"
#include "base/tsm-body.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include <libsoup/soup.h>
#include <string.h>

#define READ_BYTES 16384
#define USER_AGENT "tsm/" TSM_VERSION " (Tempo Server Manager)"

struct _TsmHttp {
  TsmHttpOptions options;
  SoupSession *session; /* NULL until the first request */
};

/* An exchange under way; owned by its task. */
typedef struct {
  TsmHttpOptions options;
  SoupSession *session;
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
  GCancellable *inner; /* the caller's cancellable and the deadline both end here */
  GCancellable *outer;
  gulong outer_handler;
  GSource *deadline;
  gboolean is_late;
  char *tls_complaint; /* set when the certificate was refused */
  TsmHttpFault fault;
} Exchange;

static void
exchange_free (Exchange *exchange)
{
  if (exchange->outer_handler != 0)
    g_cancellable_disconnect (exchange->outer, exchange->outer_handler);
  if (exchange->deadline != NULL)
    g_source_destroy (exchange->deadline);
  g_clear_pointer (&exchange->deadline, g_source_unref);
  g_clear_object (&exchange->stream);
  /* libsoup may hold on to the message for a while. */
  g_signal_handlers_disconnect_by_data (exchange->message, exchange);
  g_clear_object (&exchange->message);
  g_clear_object (&exchange->session);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  g_clear_object (&exchange->inner);
  g_clear_object (&exchange->outer);
  g_clear_pointer (&exchange->tls_complaint, g_free);
  g_free (exchange);
}

TsmHttp *
tsm_http_new (const TsmHttpOptions *options)
{
  TsmHttp *self = g_new0 (TsmHttp, 1);

  g_assert (options->timeout_ms > 0);
  self->options = *options;
  return self;
}

void
tsm_http_free (TsmHttp *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->session);
  g_free (self);
}

static SoupSession *
ensure_session (TsmHttp *self, const char *url)
{
  if (self->session != NULL)
    return self->session;
  if (g_str_has_prefix (url, "https:"))
    tsm_authorities_install ();
  /* libsoup's own timeout is by read, in seconds: the deadline here is stricter. */
  self->session = soup_session_new_with_options ("timeout", 0, "idle-timeout", 1, "user-agent",
                                                 USER_AGENT, NULL);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_AUTH_MANAGER);
  /* Nothing asked for is large; and a body as sent can be held against its Content-Length. */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
  if (!self->options.use_proxy)
    soup_session_set_proxy_resolver (self->session, NULL);
  /* Without a database every certificate is put to on_accept_certificate, also one that a CA would
   * vouch for. */
  if (self->options.trust.mode != TSM_TRUST_SYSTEM)
    soup_session_set_tls_database (self->session, NULL);
  return self->session;
}

static gboolean
on_accept_certificate (SoupMessage *message, GTlsCertificate *certificate,
                       GTlsCertificateFlags flaws, gpointer user_data)
{
  Exchange *exchange = user_data;

  if (tsm_trust_accepts (&exchange->options.trust, certificate, flaws))
    return TRUE;
  g_clear_pointer (&exchange->tls_complaint, g_free);
  exchange->tls_complaint = tsm_trust_dup_complaint (&exchange->options.trust, certificate, flaws);
  return FALSE;
}

static gboolean
on_deadline (gpointer user_data)
{
  Exchange *exchange = user_data;

  exchange->is_late = TRUE;
  g_cancellable_cancel (exchange->inner);
  return G_SOURCE_REMOVE;
}

static void
on_outer_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static TsmHttpFault
classify_io (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return TSM_HTTP_FAULT_REFUSED;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE))
    return TSM_HTTP_FAULT_SILENT;
  if (error->domain == G_RESOLVER_ERROR ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE))
    return TSM_HTTP_FAULT_UNASKED;
  if (error->domain == G_TLS_ERROR || error->domain == G_IO_ERROR)
    return TSM_HTTP_FAULT_DROPPED;
  return TSM_HTTP_FAULT_UNREADABLE;
}

static TsmHttpFault
classify (const Exchange *exchange, const GError *error)
{
  if (exchange->is_late)
    return TSM_HTTP_FAULT_SILENT;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return TSM_HTTP_FAULT_CANCELLED;
  if (exchange->tls_complaint != NULL)
    return TSM_HTTP_FAULT_UNTRUSTED;
  return classify_io (error);
}

static GError *
new_error (const Exchange *exchange, const GError *cause)
{
  switch (exchange->fault) {
  case TSM_HTTP_FAULT_REFUSED:
    return g_error_new_literal (TSM_ERROR, TSM_ERROR_UPSTREAM, "refuses the connection");
  case TSM_HTTP_FAULT_SILENT:
    if (!exchange->is_late)
      return g_error_new (TSM_ERROR, TSM_ERROR_UPSTREAM, "cannot be reached (%s)", cause->message);
    return exchange->options.timeout_ms % 1000 == 0
               ? g_error_new (TSM_ERROR, TSM_ERROR_UPSTREAM, "gave no answer within %u s",
                              exchange->options.timeout_ms / 1000)
               : g_error_new (TSM_ERROR, TSM_ERROR_UPSTREAM, "gave no answer within %u ms",
                              exchange->options.timeout_ms);
  case TSM_HTTP_FAULT_UNASKED:
    return g_error_new (TSM_ERROR, TSM_ERROR_UPSTREAM, "could not be asked: %s", cause->message);
  case TSM_HTTP_FAULT_UNTRUSTED:
    return g_error_new (TSM_ERROR, TSM_ERROR_DENIED, "is not trusted: its certificate %s",
                        exchange->tls_complaint);
  case TSM_HTTP_FAULT_DROPPED:
    return g_error_new (TSM_ERROR, TSM_ERROR_UPSTREAM,
                        "closed the connection without a whole answer (%s)", cause->message);
  case TSM_HTTP_FAULT_UNREADABLE:
    return g_error_new (TSM_ERROR, TSM_ERROR_UPSTREAM, "gave an answer that cannot be used: %s",
                        cause->message);
  case TSM_HTTP_FAULT_NONE:
  case TSM_HTTP_FAULT_CANCELLED:
    return g_error_copy (cause);
  }
  g_assert_not_reached ();
}

/* Takes @task and @cause. */
static void
fail (GTask *task, TsmHttpFault fault, GError *cause)
{
  Exchange *exchange = g_task_get_task_data (task);

  exchange->fault = fault;
  g_cancellable_cancel (exchange->inner); /* what is still to come is not wanted */
  g_task_return_error (task, new_error (exchange, cause));
  g_error_free (cause);
  g_object_unref (task);
}

/* libsoup 3.2 takes a connection that closes early for the end of the body. */
static gboolean
is_whole (const Exchange *exchange)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);

  return soup_message_headers_get_encoding (headers) != SOUP_ENCODING_CONTENT_LENGTH ||
         soup_message_headers_get_content_length (headers) == (goffset) exchange->body->len;
}

/* Takes @task. */
static void
succeed (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  const char *reason = soup_message_get_reason_phrase (exchange->message);
  const char *content_type = soup_message_headers_get_content_type (headers, NULL);
  TsmHttpReply *reply = g_new0 (TsmHttpReply, 1);

  reply->status = soup_message_get_status (exchange->message);
  reply->reason = g_strdup (reason != NULL ? reason : "");
  reply->content_type = g_strdup (content_type != NULL ? content_type : "");
  reply->body = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body));
  g_task_return_pointer (task, reply, (GDestroyNotify) tsm_http_reply_free);
  g_object_unref (task);
}

static void read_more (GTask *task);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;
  gsize size;
  gconstpointer data;

  bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  if (bytes == NULL) {
    fail (g_steal_pointer (&task), classify (exchange, error), error);
    return;
  }
  data = g_bytes_get_data (bytes, &size);
  if (size == 0 && is_whole (exchange)) {
    succeed (g_steal_pointer (&task));
    return;
  }
  if (size == 0) {
    fail (g_steal_pointer (&task), TSM_HTTP_FAULT_DROPPED,
          g_error_new (TSM_ERROR, TSM_ERROR_UPSTREAM, "only %u bytes of it came",
                       exchange->body->len));
    return;
  }
  if (exchange->body->len + size > TSM_LIMIT_BODY_BYTES) {
    fail (g_steal_pointer (&task), TSM_HTTP_FAULT_UNREADABLE,
          g_error_new (TSM_ERROR, TSM_ERROR_UPSTREAM, "it is longer than %d bytes",
                       TSM_LIMIT_BODY_BYTES));
    return;
  }
  g_byte_array_append (exchange->body, data, (guint) size);
  read_more (g_steal_pointer (&task));
}

/* Takes @task. */
static void
read_more (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (exchange->stream, READ_BYTES, G_PRIORITY_DEFAULT,
                                   exchange->inner, on_read, task);
}

static void
on_headers (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (exchange->stream == NULL) {
    fail (g_steal_pointer (&task), classify (exchange, error), error);
    return;
  }
  exchange->body = g_byte_array_new ();
  read_more (g_steal_pointer (&task));
}

static SoupMessage *
new_message (const TsmHttpRequest *request)
{
  SoupMessage *message = soup_message_new (request->form != NULL ? "POST" : "GET", request->url);
  SoupMessageHeaders *headers;

  g_assert (message != NULL);
  headers = soup_message_get_request_headers (message);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_replace (headers, "Accept", "application/json");
  if (request->authorization != NULL)
    soup_message_headers_replace (headers, "Authorization", request->authorization);
  if (request->form != NULL) {
    g_autoptr (GBytes) form = g_bytes_new (request->form, strlen (request->form));

    soup_message_set_request_body_from_bytes (message, "application/x-www-form-urlencoded", form);
  }
  return message;
}

void
tsm_http_send_async (TsmHttp *self, const TsmHttpRequest *request, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Exchange *exchange = g_new0 (Exchange, 1);

  g_task_set_source_tag (task, tsm_http_send_async);
  /* The fault is told even if the caller cancelled after the fact. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, exchange, (GDestroyNotify) exchange_free);
  exchange->options = self->options;
  exchange->session = g_object_ref (ensure_session (self, request->url));
  exchange->message = new_message (request);
  exchange->inner = g_cancellable_new ();
  if (cancellable != NULL) {
    exchange->outer = g_object_ref (cancellable);
    exchange->outer_handler =
        g_cancellable_connect (cancellable, G_CALLBACK (on_outer_cancelled),
                               g_object_ref (exchange->inner), g_object_unref);
  }
  exchange->deadline = g_timeout_source_new (self->options.timeout_ms);
  g_source_set_callback (exchange->deadline, on_deadline, exchange, NULL);
  g_source_attach (exchange->deadline, g_main_context_get_thread_default ());
  g_signal_connect (exchange->message, "accept-certificate", G_CALLBACK (on_accept_certificate),
                    exchange);
  soup_session_send_async (exchange->session, exchange->message, G_PRIORITY_DEFAULT,
                           exchange->inner, on_headers, task);
}

TsmHttpReply *
tsm_http_send_finish (GAsyncResult *result, TsmHttpFault *ret_fault, GError **error)
{
  const Exchange *exchange;

  g_assert (g_async_result_is_tagged (result, tsm_http_send_async));
  exchange = g_task_get_task_data (G_TASK (result));
  if (ret_fault != NULL)
    *ret_fault = exchange->fault;
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
tsm_http_reply_free (TsmHttpReply *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->content_type, g_free);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

char *
tsm_http_reply_dup_status (const TsmHttpReply *self)
{
  g_autofree char *reason = tsm_body_dup_excerpt (self->reason, strlen (self->reason));

  return g_strdup_printf ("%u%s%s", self->status, reason[0] != '\0' ? " " : "", reason);
}
