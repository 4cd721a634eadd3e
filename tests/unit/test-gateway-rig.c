/* SPDX-License-Identifier: MIT
 * test-gateway-rig: a gateway with a server inside the test. */
#include "test-gateway-rig.h"
#include "base/tsm-error.h"
#include <glib/gstdio.h>
#include <string.h>

/* The REST side. */

static Rig *rest_rig; /* tsm_rest_send_async() gets a TsmRest that is none */

void
tsm_rest_send_async (TsmRest *self, const TsmRestCall *call, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Rig *rig = rest_rig;
  TsmRestReply *reply;
  g_autofree char *text = NULL;

  g_assert_cmpint (call->route.kind, ==, TSM_ROUTE_GATEWAY);
  rig->n_fetched++;
  if (rig->is_denied) {
    g_task_return_new_error (task, TSM_ERROR, TSM_ERROR_DENIED, "denied");
    return;
  }
  if (rig->answer_status == 0) {
    g_task_return_new_error (task, TSM_ERROR, TSM_ERROR_UPSTREAM, "no route to Discord");
    return;
  }
  text = rig->answer != NULL
             ? g_strdup (rig->answer)
             : g_strdup_printf ("{\"url\":\"%s/\",\"shards\":1,\"session_start_limit\":{\"total\":"
                                "1000,\"remaining\":999,\"reset_after\":14400000}}",
                                rig->url);
  reply = g_new0 (TsmRestReply, 1);
  reply->status = rig->answer_status;
  reply->message = g_strdup ("");
  reply->body = g_bytes_new (text, strlen (text));
  g_task_return_pointer (task, reply, (GDestroyNotify) tsm_rest_reply_free);
}

TsmRestReply *
tsm_rest_send_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
tsm_rest_reply_free (TsmRestReply *self)
{
  g_free (self->message);
  g_bytes_unref (self->body);
  g_free (self);
}

gboolean
tsm_rest_reply_is_done (const TsmRestReply *self)
{
  return self->status / 100 == 2;
}

void
tsm_rest_deny (TsmRest *self)
{
  rest_rig->is_denied = TRUE;
}

/* The server. */

void
rig_on_peer_message (SoupWebsocketConnection *peer, gint type, GBytes *message, gpointer data)
{
  Rig *rig = data;
  gsize length;
  const char *text = g_bytes_get_data (message, &length);

  g_ptr_array_add (rig->heard, g_strndup (text, length));
}

static void
on_peer_closed (SoupWebsocketConnection *peer, gpointer data)
{
  Rig *rig = data;

  rig->n_closed++;
  rig->close_code = soup_websocket_connection_get_close_code (peer);
}

void
rig_say (Rig *rig, const char *text)
{
  soup_websocket_connection_send_text (rig->peer, text);
}

static void
clear_peer (Rig *rig)
{
  if (rig->peer != NULL)
    g_signal_handlers_disconnect_by_data (rig->peer, rig);
  g_clear_object (&rig->peer);
}

static void
on_websocket (SoupServer *server, SoupServerMessage *message, const char *path,
              SoupWebsocketConnection *peer, gpointer data)
{
  Rig *rig = data;

  clear_peer (rig);
  rig->peer = g_object_ref (peer);
  g_signal_connect (peer, "message", G_CALLBACK (rig_on_peer_message), rig);
  g_signal_connect (peer, "closed", G_CALLBACK (on_peer_closed), rig);
  if (rig->manner == MANNER_WELCOME)
    rig_say (rig, rig->hello != NULL
                      ? rig->hello
                      : "{\"t\":null,\"s\":null,\"op\":10,\"d\":{\"heartbeat_interval\":40000}}");
}

static void
on_handshake (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
              gpointer data)
{
  Rig *rig = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  rig->n_handshakes++;
  g_free (rig->query);
  rig->query =
      g_strdup_printf ("%s?%s", path, g_uri_get_query (soup_server_message_get_uri (message)));
  g_free (rig->agent);
  rig->agent = g_strdup (soup_message_headers_get_one (headers, "User-Agent"));
  g_free (rig->extensions);
  rig->extensions = g_strdup (soup_message_headers_get_one (headers, "Sec-WebSocket-Extensions"));
  if (rig->manner == MANNER_NEVER) {
    soup_server_message_pause (message);
    g_ptr_array_add (rig->unanswered, g_object_ref (message));
  }
  if (rig->manner != MANNER_REFUSE)
    return;
  soup_server_message_set_status (message, rig->status, NULL);
  if (rig->retry_after != NULL)
    soup_message_headers_append (soup_server_message_get_response_headers (message), "Retry-After",
                                 rig->retry_after);
}

/* The gateway's side. */

static void
on_event (const char *name, const char *d, gsize length, gboolean is_replayed, gpointer data)
{
  Rig *rig = data;

  g_assert_cmpint (d[0], ==, '{');
  g_assert_cmpint (d[length - 1], ==, '}');
  g_ptr_array_add (rig->events, g_strdup_printf ("%s %" G_GSIZE_FORMAT " %s", name, length,
                                                 is_replayed ? "replayed" : "new"));
}

static void
on_state (TsmGatewayState state, const char *reason, gpointer data)
{
  Rig *rig = data;

  g_assert_true (state != rig->state || g_strcmp0 (reason, rig->reason) != 0);
  g_assert_true ((state == TSM_GATEWAY_UP) == (reason == NULL));
  rig->state = state;
  rig->n_states++;
  g_free (rig->reason);
  rig->reason = g_strdup (reason);
}

static gint64
rig_now (gpointer data)
{
  return ((Rig *) data)->now_ms;
}

static void
rig_arm (gint64 at_ms, gpointer data)
{
  ((Rig *) data)->wake_at_ms = at_ms;
}

void
rig_set_up (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  *rig = (Rig){ .now_ms = 1000, .wake_at_ms = G_MAXINT64, .answer_status = 200 };
  rest_rig = rig;
  rig->heard = g_ptr_array_new_with_free_func (g_free);
  rig->events = g_ptr_array_new_with_free_func (g_free);
  rig->unanswered = g_ptr_array_new_with_free_func (g_object_unref);
  rig->server = soup_server_new (NULL, NULL);
  soup_server_add_early_handler (rig->server, NULL, on_handshake, rig, NULL);
  soup_server_add_websocket_handler (rig->server, NULL, NULL, NULL, on_websocket, rig, NULL);
  soup_server_listen_local (rig->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (rig->server);
  rig->url = g_strdup_printf ("ws://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  rig->folder = g_dir_make_tmp ("tsm-gateway-XXXXXX", NULL);
  rig->path = g_build_filename (rig->folder, "discord.ini", NULL);
  rig->memory = tsm_memory_new (rig->path);
  rig->session = soup_session_new_with_options ("user-agent", "DiscordBot (test, 1)", NULL);
  /* As for any loopback; and libproxy's exceptions are too much for clang's sanitizer. */
  soup_session_set_proxy_resolver (rig->session, NULL);
  rig->token = tsm_secret_new (TOKEN);
}

void
rig_start (Rig *rig)
{
  const TsmGatewayClock clock = { .now_ms = rig_now, .arm = rig_arm, .data = rig };
  const TsmGatewayHooks hooks = { .on_event = on_event, .on_state = on_state, .data = rig };
  const TsmGatewayOptions options = {
    .session = rig->session,
    .token = rig->token,
    .memory = rig->memory,
    .seed = 1,
    .clock = rig->hello == NULL ? &clock : NULL,
  };

  rig->gateway = tsm_gateway_new (&options, &hooks);
  g_assert_cmpuint (rig->n_states, ==, 1); /* down, and nothing has failed yet */
  g_assert_cmpint (rig->state, ==, TSM_GATEWAY_DOWN);
  g_assert_cmpstr (rig->reason, ==, "not connected yet");
  rig->n_states = 0;
}

void
rig_tear_down (Rig *rig)
{
  g_clear_pointer (&rig->gateway, tsm_gateway_free);
  clear_peer (rig);
  soup_session_abort (rig->session);
  soup_server_disconnect (rig->server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (rig->session);
  g_ptr_array_unref (rig->unanswered);
  g_object_unref (rig->server);
  tsm_secret_unref (rig->token);
  tsm_memory_free (rig->memory);
  g_remove (rig->path);
  g_rmdir (rig->folder);
  g_ptr_array_unref (rig->heard);
  g_ptr_array_unref (rig->events);
  g_free (rig->folder);
  g_free (rig->path);
  g_free (rig->url);
  g_free (rig->query);
  g_free (rig->agent);
  g_free (rig->extensions);
  g_free (rig->answer);
  g_free (rig->reason);
}

gboolean
rig_on_patience_over (gpointer data)
{
  g_error ("what was waited for did not come");
  return G_SOURCE_REMOVE;
}

void
rig_wake (Rig *rig)
{
  g_assert_cmpint (rig->wake_at_ms, <, G_MAXINT64);
  rig->now_ms = MAX (rig->now_ms, rig->wake_at_ms);
  tsm_gateway_wake (rig->gateway);
}

void
rig_pass (Rig *rig, gint64 ms)
{
  rig->now_ms += ms;
  tsm_gateway_wake (rig->gateway);
}

const char *
rig_last_heard (const Rig *rig)
{
  return rig->heard->len > 0 ? g_ptr_array_index (rig->heard, rig->heard->len - 1) : "";
}

gboolean
rig_has_heard (const Rig *rig, const char *part)
{
  return strstr (rig_last_heard (rig), part) != NULL;
}

void
rig_say_ready (Rig *rig)
{
  g_autofree char *text =
      g_strdup_printf ("{\"op\":0,\"s\":1,\"t\":\"READY\",\"d\":{\"session_id\":\"abc\","
                       "\"resume_gateway_url\":\"%s\"}}",
                       rig->url);

  rig_say (rig, text);
  WAIT (rig->state == TSM_GATEWAY_UP);
}

void
rig_come_up (Rig *rig)
{
  rig_start (rig);
  WAIT (rig_has_heard (rig, "\"op\":2"));
  rig_say_ready (rig);
}

void
rig_come_back (Rig *rig)
{
  const guint n = rig->n_handshakes;

  while (rig->n_handshakes == n) {
    if (rig->wake_at_ms - rig->now_ms <= 5000)
      rig_wake (rig);
    g_main_context_iteration (NULL, TRUE);
  }
}

void
rig_assert_resumes (Rig *rig, const char *seq)
{
  g_autofree char *wanted = g_strdup_printf ("{\"op\":6,\"d\":{\"token\":\"" TOKEN
                                             "\",\"session_id\":\"abc\",\"seq\":%s}}",
                                             seq);

  WAIT (rig_has_heard (rig, "\"op\":6"));
  g_assert_cmpstr (rig_last_heard (rig), ==, wanted);
}
