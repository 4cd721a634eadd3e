/* SPDX-License-Identifier: MIT
 * tsm-test-server: an HTTP server inside a test that says what it is told to, well or badly. */
#include "tsm-test-server.h"
#include <libsoup/soup.h>
#include <string.h>

struct _TsmTestServer {
  SoupServer *server;
  GHashTable *answers; /* target: GQueue of TsmTestAnswer */
  GPtrArray *requests;
  GPtrArray *headers;      /* SoupMessageHeaders, of each request */
  GArray *times_ms;        /* gint64, of each request */
  GHashTable *connections; /* the clients' ports */
  GPtrArray *files;        /* contents that answers borrow */
  GPtrArray *unanswered;   /* SoupServerMessage, of TSM_TEST_NEVER */
  guint n_open;
  guint most_at_once;
};

static void
free_answers (gpointer queue)
{
  g_queue_free_full (queue, g_free);
}

static char *
dup_target (SoupServerMessage *message)
{
  GUri *uri = soup_server_message_get_uri (message);
  const char *query = g_uri_get_query (uri);

  return g_strconcat (g_uri_get_path (uri), query != NULL ? "?" : "", query, NULL);
}

static void
write_raw (SoupServerMessage *message, const void *data, gsize length)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), data, length, NULL, NULL,
                             NULL);
  g_io_stream_close (stream, NULL, NULL);
}

static void
add_headers (SoupServerMessage *message, const char *headers)
{
  g_auto (GStrv) lines = g_strsplit (headers != NULL ? headers : "", "\n", -1);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
    g_auto (GStrv) pair = g_strsplit (lines[i], ": ", 2);

    soup_message_headers_append (soup_server_message_get_response_headers (message), pair[0],
                                 pair[1]);
  }
}

/* A 204 has no body; libsoup would close the connection to end it. */
static void
on_wrote_headers (SoupServerMessage *message, gpointer unused)
{
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                     SOUP_ENCODING_NONE);
}

static void
carry_out (TsmTestServer *self, SoupServerMessage *message, const TsmTestAnswer *answer)
{
  const guint status = answer->status != 0 ? answer->status : 200;
  const char *type = answer->content_type != NULL ? answer->content_type : "application/json";
  const char *body = answer->body != NULL ? answer->body : "";
  const gsize length = answer->length != 0 ? answer->length : strlen (body);
  g_autofree char *cut = NULL;

  switch (answer->manner) {
  case TSM_TEST_WELL:
    soup_server_message_set_status (message, status, answer->reason);
    add_headers (message, answer->headers);
    if (status != 204)
      soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, length);
    else
      g_signal_connect (message, "wrote-headers", G_CALLBACK (on_wrote_headers), NULL);
    break;
  case TSM_TEST_NEVER:
    soup_server_message_pause (message);
    g_ptr_array_add (self->unanswered, g_object_ref (message));
    break;
  case TSM_TEST_HANGUP:
    write_raw (message, "", 0);
    break;
  case TSM_TEST_CUT:
    cut = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
                           "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                           type, 2 * length, body);
    write_raw (message, cut, strlen (cut));
    break;
  case TSM_TEST_RAW:
    write_raw (message, body, length);
    break;
  }
}

static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  TsmTestServer *self = user_data;

  self->n_open--;
}

static void
note_request (TsmTestServer *self, SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);
  const gint64 now_ms = g_get_monotonic_time () / 1000;

  g_array_append_val (self->times_ms, now_ms);
  g_hash_table_add (self->connections, GUINT_TO_POINTER (g_inet_socket_address_get_port (
                                           G_INET_SOCKET_ADDRESS (address))));
  g_ptr_array_add (self->headers,
                   soup_message_headers_ref (soup_server_message_get_request_headers (message)));
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer user_data)
{
  TsmTestServer *self = user_data;
  g_autofree char *target = dup_target (message);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *authorization = soup_message_headers_get_one (headers, "Authorization");
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  GQueue *queue = g_hash_table_lookup (self->answers, target);
  const TsmTestAnswer missing = { .status = 404, .content_type = "text/plain", .body = "no" };

  note_request (self, message);
  self->n_open++;
  self->most_at_once = MAX (self->most_at_once, self->n_open);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), self);
  g_ptr_array_add (self->requests,
                   g_strdup_printf ("%s %s %.*s|%s", soup_server_message_get_method (message),
                                    target, (int) body->length,
                                    body->data != NULL ? body->data : "",
                                    authorization != NULL ? authorization : ""));
  if (queue == NULL) {
    carry_out (self, message, &missing);
    return;
  }
  carry_out (self, message, g_queue_peek_head (queue));
  if (queue->length > 1)
    g_free (g_queue_pop_head (queue));
}

TsmTestServer *
tsm_test_server_new (gboolean is_tls)
{
  TsmTestServer *self = g_new0 (TsmTestServer, 1);
  g_autoptr (GError) error = NULL;

  self->server = soup_server_new ("server-header", "Tasmota/14.2.0.4 (ESP8266EX)", NULL);
  self->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_answers);
  self->requests = g_ptr_array_new_with_free_func (g_free);
  self->headers = g_ptr_array_new_with_free_func ((GDestroyNotify) soup_message_headers_unref);
  self->times_ms = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->connections = g_hash_table_new (NULL, NULL);
  self->files = g_ptr_array_new_with_free_func (g_free);
  self->unanswered = g_ptr_array_new_with_free_func (g_object_unref);
  if (is_tls) {
    g_autofree char *certificate =
        g_test_build_filename (G_TEST_DIST, "fixtures", "tls", "certificate.pem", NULL);
    g_autofree char *key = g_test_build_filename (G_TEST_DIST, "fixtures", "tls", "key.pem", NULL);
    g_autoptr (GTlsCertificate) pair = g_tls_certificate_new_from_files (certificate, key, &error);

    g_assert_no_error (error);
    soup_server_set_tls_certificate (self->server, pair);
  }
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  soup_server_listen_local (self->server, 0,
                            SOUP_SERVER_LISTEN_IPV4_ONLY | (is_tls ? SOUP_SERVER_LISTEN_HTTPS : 0),
                            &error);
  g_assert_no_error (error);
  return self;
}

void
tsm_test_server_free (TsmTestServer *self)
{
  if (self == NULL)
    return;
  soup_server_disconnect (self->server);
  for (guint i = 0; i < self->unanswered->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->unanswered, i), self);
  g_ptr_array_unref (self->unanswered);
  g_object_unref (self->server);
  g_hash_table_unref (self->answers);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->headers);
  g_array_unref (self->times_ms);
  g_hash_table_unref (self->connections);
  g_ptr_array_unref (self->files);
  g_free (self);
}

guint16
tsm_test_server_get_port (TsmTestServer *self)
{
  GSList *uris = soup_server_get_uris (self->server);
  const guint16 port = (guint16) g_uri_get_port (uris->data);

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return port;
}

char *
tsm_test_server_dup_url (TsmTestServer *self)
{
  return g_strdup_printf ("%s://127.0.0.1:%u",
                          soup_server_is_https (self->server) ? "https" : "http",
                          tsm_test_server_get_port (self));
}

void
tsm_test_server_answer (TsmTestServer *self, const char *target, TsmTestAnswer answer)
{
  GQueue *queue = g_hash_table_lookup (self->answers, target);

  if (queue == NULL) {
    queue = g_queue_new ();
    g_hash_table_insert (self->answers, g_strdup (target), queue);
  }
  g_queue_push_tail (queue, g_memdup2 (&answer, sizeof answer));
}

void
tsm_test_server_answer_file (TsmTestServer *self, const char *target, guint status,
                             const char *fixture)
{
  gsize length;
  char *body = tsm_test_server_load (fixture, &length);

  g_ptr_array_add (self->files, body);
  tsm_test_server_answer (self, target,
                          (TsmTestAnswer){ .status = status, .body = body, .length = length });
}

GPtrArray *
tsm_test_server_get_requests (TsmTestServer *self)
{
  return self->requests;
}

guint
tsm_test_server_get_most_at_once (TsmTestServer *self)
{
  return self->most_at_once;
}

const char *
tsm_test_server_get_header (TsmTestServer *self, guint index, const char *name)
{
  g_assert_cmpuint (index, <, self->headers->len);
  return soup_message_headers_get_one (g_ptr_array_index (self->headers, index), name);
}

gint64
tsm_test_server_get_request_ms (TsmTestServer *self, guint index)
{
  g_assert_cmpuint (index, <, self->times_ms->len);
  return g_array_index (self->times_ms, gint64, index);
}

guint
tsm_test_server_get_n_connections (TsmTestServer *self)
{
  return g_hash_table_size (self->connections);
}

char *
tsm_test_server_load (const char *fixture, gsize *ret_length)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", fixture, NULL);
  g_autoptr (GError) error = NULL;
  char *content = NULL;

  g_file_get_contents (path, &content, ret_length, &error);
  g_assert_no_error (error);
  return content;
}

void
tsm_test_server_wait_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

GAsyncResult *
tsm_test_server_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}
