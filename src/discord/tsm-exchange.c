/* SPDX-License-Identifier: MIT
 * tsm-exchange: one HTTP request to Discord and its whole, bounded answer. */
#include "discord/tsm-exchange.h"
#include "base/tsm-limits.h"

#define READ_BYTES 16384

struct _TsmExchange {
  SoupSession *session;
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
  GCancellable *cancellable; /* the deadline's and the owner's */
  GSource *deadline;
  guint timeout_ms;
  int priority;
  gboolean is_late, is_cancelled;
  TsmExchangeDone done;
  gpointer data;
};

static void
exchange_free (TsmExchange *self)
{
  g_source_destroy (self->deadline);
  g_source_unref (self->deadline);
  g_clear_object (&self->stream);
  g_clear_object (&self->message);
  g_clear_object (&self->session);
  g_clear_object (&self->cancellable);
  g_byte_array_unref (self->body);
  g_free (self);
}

/* Takes @self. */
static void
end (TsmExchange *self, const TsmExchangeAnswer *answer)
{
  self->done (answer, self->data);
  exchange_free (self);
}

/* Takes @self. */
static void
fail (TsmExchange *self, TsmExchangeOutcome outcome, const char *why)
{
  const TsmExchangeAnswer answer = { .outcome = outcome, .why = why };

  g_cancellable_cancel (self->cancellable); /* what is still to come is not wanted */
  end (self, &answer);
}

/* Takes @self. */
static void
fail_for (TsmExchange *self, const GError *error)
{
  g_autofree char *why = NULL;

  if (self->is_cancelled) {
    fail (self, TSM_EXCHANGE_CANCELLED, "was cancelled");
    return;
  }
  if (self->is_late) {
    why = g_strdup_printf ("gave no answer within %u ms", self->timeout_ms);
    fail (self, TSM_EXCHANGE_LATE, why);
    return;
  }
  why = g_strdup_printf ("could not be reached: %s", error->message);
  fail (self, TSM_EXCHANGE_LOST, why);
}

/* libsoup 3.2 takes a connection that closes early for the end of the body. */
static gboolean
is_whole (const TsmExchange *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);

  return soup_message_headers_get_encoding (headers) != SOUP_ENCODING_CONTENT_LENGTH ||
         soup_message_headers_get_content_length (headers) == (goffset) self->body->len;
}

/* Takes @self. */
static void
succeed (TsmExchange *self)
{
  g_autoptr (GBytes) body = g_bytes_new (self->body->data, self->body->len);
  const TsmExchangeAnswer answer = {
    .outcome = TSM_EXCHANGE_ANSWERED,
    .status = soup_message_get_status (self->message),
    .headers = soup_message_get_response_headers (self->message),
    .body = body,
  };

  /* At its end, so that this blocks nothing: the connection is free for who comes next. */
  g_input_stream_close (self->stream, NULL, NULL);
  end (self, &answer);
}

static void read_more (TsmExchange *self);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TsmExchange *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gsize size;
  gconstpointer data;

  if (bytes == NULL) {
    fail_for (self, error);
    return;
  }
  data = g_bytes_get_data (bytes, &size);
  if (size == 0 && is_whole (self))
    succeed (self);
  else if (size == 0)
    fail (self, TSM_EXCHANGE_LOST, "closed the connection within its answer");
  else if (self->body->len + size > TSM_LIMIT_REST_BYTES)
    fail (self, TSM_EXCHANGE_TOO_LONG, "gave an answer that is too long");
  else {
    g_byte_array_append (self->body, data, (guint) size);
    read_more (self);
  }
}

static void
read_more (TsmExchange *self)
{
  g_input_stream_read_bytes_async (self->stream, READ_BYTES, self->priority, self->cancellable,
                                   on_read, self);
}

static void
on_headers (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TsmExchange *self = user_data;
  g_autoptr (GError) error = NULL;

  self->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (self->stream == NULL)
    fail_for (self, error);
  else
    read_more (self);
}

static gboolean
on_deadline (gpointer user_data)
{
  TsmExchange *self = user_data;

  self->is_late = TRUE;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

/* A 204 has no body and, by RFC 9110, no Content-Length. libsoup 3.2 takes that for a body that
 * ends with the connection, and would close it after each callback. */
static void
on_got_headers (SoupMessage *message, gpointer unused)
{
  if (soup_message_get_status (message) == SOUP_STATUS_NO_CONTENT)
    soup_message_headers_set_encoding (soup_message_get_response_headers (message),
                                       SOUP_ENCODING_NONE);
}

static SoupMessage *
new_message (const TsmExchangeRequest *request)
{
  SoupMessage *message = soup_message_new_from_uri (request->method, request->uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  /* Without "idempotent" a POST or PATCH never goes over a connection that is open already. libsoup
   * does not repeat them for it. A redirect would carry the token elsewhere. */
  soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect (message, "got-headers", G_CALLBACK (on_got_headers), NULL);
  soup_message_headers_replace (headers, "Accept", "application/json");
  if (request->authorization != NULL)
    soup_message_headers_replace (headers, "Authorization", request->authorization);
  if (request->body != NULL)
    soup_message_set_request_body_from_bytes (message, request->content_type, request->body);
  return message;
}

TsmExchange *
tsm_exchange_start (SoupSession *session, const TsmExchangeRequest *request, TsmExchangeDone done,
                    gpointer data)
{
  TsmExchange *self = g_new0 (TsmExchange, 1);

  self->session = g_object_ref (session);
  self->message = new_message (request);
  self->body = g_byte_array_new ();
  self->cancellable = g_cancellable_new ();
  self->timeout_ms = request->timeout_ms;
  /* Not the message's own priority: libsoup would look for a connection for it before it takes back
   * the one that has just become free. */
  self->priority = request->is_urgent ? G_PRIORITY_HIGH : G_PRIORITY_DEFAULT;
  self->done = done;
  self->data = data;
  self->deadline = g_timeout_source_new (request->timeout_ms);
  g_source_set_callback (self->deadline, on_deadline, self, NULL);
  g_source_attach (self->deadline, g_main_context_get_thread_default ());
  soup_session_send_async (session, self->message, self->priority, self->cancellable, on_headers,
                           self);
  return self;
}

void
tsm_exchange_cancel (TsmExchange *self)
{
  self->is_cancelled = TRUE;
  g_cancellable_cancel (self->cancellable);
}
