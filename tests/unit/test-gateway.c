/* SPDX-License-Identifier: MIT
 * The gateway against a server inside the test, with a REST side and a clock of the test's own:
 * time passes when the test says so. */
#include "base/tsm-error.h"
#include "discord/tsm-gateway.h"
#include <glib/gstdio.h>
#include <string.h>

#define TOKEN      "MTE3.secret.token"
#define MINUTE_MS  60000
#define PATIENCE_S 60 /* of the machine's time, for what must come */

typedef enum {
  MANNER_WELCOME = 0, /* a WebSocket, and HELLO */
  MANNER_SILENT,      /* a WebSocket, without a word */
  MANNER_REFUSE,      /* an HTTP status */
  MANNER_NEVER,       /* no answer to the handshake */
} Manner;

typedef struct {
  SoupServer *server;
  char *url;
  Manner manner;
  const char *hello; /* NULL: as below, and the clock is the test's; else it is the machine's */
  guint status;
  const char *retry_after;
  guint n_handshakes;
  char *query, *agent, *extensions; /* of the last handshake */
  SoupWebsocketConnection *peer;    /* the last one */
  GPtrArray *heard;                 /* texts, of all connections */
  guint n_closed, close_code;       /* what became of connections, as the server sees it */
  GPtrArray *unanswered;

  char *answer; /* of /gateway/bot; NULL: as below */
  guint answer_status;
  gboolean is_denied;
  guint n_fetched;

  gint64 now_ms, wake_at_ms;
  char *folder, *path;
  SoupSession *session;
  TsmSecret *token;
  TsmMemory *memory;
  TsmGateway *gateway;
  TsmGatewayState state;
  guint n_states;
  char *reason;
  GPtrArray *events; /* "NAME length replayed" */
} Rig;

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

/* The server. */

static void
on_peer_message (SoupWebsocketConnection *peer, gint type, GBytes *message, gpointer data)
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

static void
say (Rig *rig, const char *text)
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
  g_signal_connect (peer, "message", G_CALLBACK (on_peer_message), rig);
  g_signal_connect (peer, "closed", G_CALLBACK (on_peer_closed), rig);
  if (rig->manner == MANNER_WELCOME)
    say (rig, rig->hello != NULL
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

static void
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
  rig->token = tsm_secret_new (TOKEN);
}

static void
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
}

static void
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
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rig, rig_tear_down)

static gboolean
on_patience_over (gpointer data)
{
  g_error ("what was waited for did not come");
  return G_SOURCE_REMOVE;
}

/* Runs the main loop, not the clock, until @condition. */
#define WAIT(condition)                                                                \
  G_STMT_START                                                                         \
  {                                                                                    \
    const guint patience = g_timeout_add_seconds (PATIENCE_S, on_patience_over, NULL); \
                                                                                       \
    while (!(condition))                                                               \
      g_main_context_iteration (NULL, TRUE);                                           \
    g_source_remove (patience);                                                        \
  }                                                                                    \
  G_STMT_END

/* On to the instant that the gateway asked for. */
static void
wake (Rig *rig)
{
  g_assert_cmpint (rig->wake_at_ms, <, G_MAXINT64);
  rig->now_ms = MAX (rig->now_ms, rig->wake_at_ms);
  tsm_gateway_wake (rig->gateway);
}

static void
pass (Rig *rig, gint64 ms)
{
  rig->now_ms += ms;
  tsm_gateway_wake (rig->gateway);
}

static const char *
last_heard (const Rig *rig)
{
  return rig->heard->len > 0 ? g_ptr_array_index (rig->heard, rig->heard->len - 1) : "";
}

static gboolean
has_heard (const Rig *rig, const char *part)
{
  return strstr (last_heard (rig), part) != NULL;
}

static void
say_ready (Rig *rig)
{
  g_autofree char *text =
      g_strdup_printf ("{\"op\":0,\"s\":1,\"t\":\"READY\",\"d\":{\"session_id\":\"abc\","
                       "\"resume_gateway_url\":\"%s\"}}",
                       rig->url);

  say (rig, text);
  WAIT (rig->state == TSM_GATEWAY_UP);
}

static void
come_up (Rig *rig)
{
  rig_start (rig);
  WAIT (has_heard (rig, "\"op\":2"));
  say_ready (rig);
}

/* Until the next attempt, and its handshake. */
static void
come_back (Rig *rig)
{
  const guint n = rig->n_handshakes;

  while (rig->n_handshakes == n) {
    if (rig->wake_at_ms - rig->now_ms <= 5000)
      wake (rig);
    g_main_context_iteration (NULL, TRUE);
  }
}

static void
assert_resumes (Rig *rig, const char *seq)
{
  g_autofree char *wanted = g_strdup_printf ("{\"op\":6,\"d\":{\"token\":\"" TOKEN
                                             "\",\"session_id\":\"abc\",\"seq\":%s}}",
                                             seq);

  WAIT (has_heard (rig, "\"op\":6"));
  g_assert_cmpstr (last_heard (rig), ==, wanted);
}

static void
test_gateway_comes_up (void)
{
  g_auto (Rig) rig;
  g_autoptr (GArray) identifies = NULL;

  rig_set_up (&rig);
  come_up (&rig);
  g_assert_cmpstr (rig.query, ==, "/?v=10&encoding=json");
  g_assert_cmpstr (rig.agent, ==, "DiscordBot (test, 1)");
  g_assert_null (rig.extensions); /* no permessage-deflate */
  g_assert_cmpstr (last_heard (&rig), ==,
                   "{\"op\":2,\"d\":{\"token\":\"" TOKEN
                   "\",\"intents\":1,\"properties\":{\"os\":\"linux\",\"browser\":\"tsm\","
                   "\"device\":\"tsm\"}}}");
  identifies = tsm_memory_dup_identifies (rig.memory, g_get_real_time () / G_USEC_PER_SEC);
  g_assert_cmpuint (identifies->len, ==, 1);
  WAIT (rig.events->len == 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (rig.events, 0), "READY "));
  g_assert_cmpuint (rig.n_states, ==, 1);
}

static void
test_gateway_beats (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  come_up (&rig);
  wake (&rig);
  WAIT (has_heard (&rig, "\"op\":1,"));
  g_assert_cmpstr (last_heard (&rig), ==, "{\"op\":1,\"d\":1}");
  say (&rig, "{\"op\":11}");
  say (&rig, "{\"op\":0,\"s\":42,\"t\":\"TYPING_START\",\"d\":{}}");
  say (&rig, "{\"op\":1,\"d\":null}");
  WAIT (has_heard (&rig, "42"));
  g_assert_cmpstr (last_heard (&rig), ==, "{\"op\":1,\"d\":42}");
  g_assert_cmpuint (rig.n_handshakes, ==, 1);
}

/* Its own timer and clock: heartbeats come by themselves. */
static void
test_gateway_machine_clock (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig.hello = "{\"op\":10,\"d\":{\"heartbeat_interval\":200}}";
  come_up (&rig);
  WAIT (has_heard (&rig, "\"op\":1,"));
  say (&rig, "{\"op\":11}");
  g_ptr_array_set_size (rig.heard, 0);
  WAIT (has_heard (&rig, "\"op\":1,"));
}

/* Frames of over 128 KiB: libsoup would cut the connection unless it was told otherwise. */
static void
test_gateway_big_guild (void)
{
  static const gsize bytes = 2 * 1024 * 1024;
  g_auto (Rig) rig;
  g_autofree char *name = g_strnfill (bytes, 'x');
  g_autofree char *text = g_strdup_printf (
      "{\"op\":0,\"s\":2,\"t\":\"GUILD_CREATE\",\"d\":{\"id\":\"17\",\"name\":\"%s\"}}", name);
  g_autofree char *wanted = g_strdup_printf ("GUILD_CREATE %" G_GSIZE_FORMAT " new", bytes + 21);

  rig_set_up (&rig);
  come_up (&rig);
  soup_websocket_connection_set_max_incoming_payload_size (rig.peer, 0);
  say (&rig, text);
  WAIT (rig.events->len == 2 || rig.state != TSM_GATEWAY_UP);
  g_assert_cmpstr (g_ptr_array_index (rig.events, 1), ==, wanted);
  g_assert_cmpint (rig.state, ==, TSM_GATEWAY_UP);
  g_assert_cmpuint (rig.n_handshakes, ==, 1);
}

/* The connection is gone without a close frame: libsoup calls that code 0. */
static void
test_gateway_lost_tcp (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  come_up (&rig);
  say (&rig, "{\"op\":0,\"s\":7,\"t\":\"X\",\"d\":{}}");
  WAIT (rig.events->len == 2);
  g_io_stream_close (soup_websocket_connection_get_io_stream (rig.peer), NULL, NULL);
  WAIT (rig.state == TSM_GATEWAY_DOWN);
  g_assert_cmpstr (rig.reason, ==, "the connection to Discord was lost");
  come_back (&rig);
  assert_resumes (&rig, "7");
  say (&rig, "{\"op\":0,\"s\":8,\"t\":\"MISSED\",\"d\":{}}");
  say (&rig, "{\"op\":0,\"s\":9,\"t\":\"RESUMED\",\"d\":{}}");
  say (&rig, "{\"op\":0,\"s\":10,\"t\":\"LATER\",\"d\":{}}");
  WAIT (rig.events->len == 5);
  g_assert_cmpstr (g_ptr_array_index (rig.events, 2), ==, "MISSED 2 replayed");
  g_assert_cmpstr (g_ptr_array_index (rig.events, 3), ==, "RESUMED 2 new");
  g_assert_cmpstr (g_ptr_array_index (rig.events, 4), ==, "LATER 2 new");
  g_assert_cmpint (rig.state, ==, TSM_GATEWAY_UP);
  g_assert_cmpuint (rig.n_fetched, ==, 1);
}

/* The peer says nothing more, and its TCP is fine. The next connection does not wait for it. */
static void
test_gateway_frozen_peer (void)
{
  g_auto (Rig) rig;
  SoupWebsocketConnection *frozen;

  rig_set_up (&rig);
  come_up (&rig);
  wake (&rig);
  WAIT (has_heard (&rig, "\"op\":1,"));
  say (&rig, "{\"op\":11}");
  say (&rig, "{\"op\":0,\"s\":7,\"t\":\"X\",\"d\":{}}");
  WAIT (rig.events->len == 2);
  frozen = rig.peer;
  g_signal_handlers_disconnect_by_func (frozen, on_peer_message, &rig);
  wake (&rig);
  g_assert_cmpint (rig.state, ==, TSM_GATEWAY_UP);
  wake (&rig);
  g_assert_cmpint (rig.state, ==, TSM_GATEWAY_DOWN);
  g_assert_cmpstr (rig.reason, ==, "Discord no longer answers");
  come_back (&rig);
  assert_resumes (&rig, "7");
  g_assert_cmpuint (rig.n_closed, ==, 1);
  g_assert_cmpuint (rig.close_code, ==, 4000);
}

static const struct {
  const char *name;
  const char *text; /* NULL: the connection is closed with */
  gushort code;
  gboolean resumes;
  guint close_code; /* what the server sees */
} end_cases[] = {
  { "op-7", "{\"op\":7,\"d\":null}", 0, TRUE, 4000 },
  { "op-9-true", "{\"op\":9,\"d\":true}", 0, TRUE, 4000 },
  { "op-9-false", "{\"op\":9,\"d\":false}", 0, FALSE, 4000 },
  { "garbled", "{\"op\":0,\"d\":", 0, TRUE, 4000 },
  { "not-json", "hello", 0, TRUE, 4000 },
  { "going-away", NULL, 1001, TRUE, 1001 },
  { "unknown-error", NULL, 4000, TRUE, 4000 },
  { "bad-sequence", NULL, 4007, FALSE, 4007 },
  { "timed-out", NULL, 4009, FALSE, 4009 },
};

static void
test_gateway_ends (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig;

  rig_set_up (&rig);
  come_up (&rig);
  rig.now_ms += 10000; /* the next IDENTIFY may be at once */
  if (end_cases[i].text != NULL)
    say (&rig, end_cases[i].text);
  else
    soup_websocket_connection_close (rig.peer, end_cases[i].code, NULL);
  WAIT (rig.state == TSM_GATEWAY_DOWN && rig.n_closed == 1);
  g_assert_cmpuint (rig.close_code, ==, end_cases[i].close_code);
  if (rig.n_handshakes == 1)
    come_back (&rig);
  if (end_cases[i].resumes) {
    assert_resumes (&rig, "1");
    return;
  }
  WAIT (rig.heard->len == 2);
  g_assert_true (has_heard (&rig, "\"op\":2"));
}

static void
test_gateway_unknown_op (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  come_up (&rig);
  say (&rig, "{\"op\":31,\"d\":{\"a\":1}}");
  say (&rig, "{\"op\":0,\"s\":2,\"t\":\"X\",\"d\":{}}");
  WAIT (rig.events->len == 2);
  g_assert_cmpint (rig.state, ==, TSM_GATEWAY_UP);
}

/* NUL may be in a text frame: what is behind it is not taken for another frame, nor lost sight of.
 */
static void
test_gateway_nul (void)
{
  static const char text[] = "{\"op\":11}\0{\"op\":7}";
  g_auto (Rig) rig;
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, sizeof text - 1);

  rig_set_up (&rig);
  come_up (&rig);
  soup_websocket_connection_send_message (rig.peer, SOUP_WEBSOCKET_DATA_TEXT, bytes);
  WAIT (rig.state == TSM_GATEWAY_DOWN);
  g_assert_cmpstr (rig.reason, ==, "what Discord sent is not UTF-8 text");
}

static void
test_gateway_binary (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  come_up (&rig);
  soup_websocket_connection_send_binary (rig.peer, "\x78\x9c", 2);
  WAIT (rig.state == TSM_GATEWAY_DOWN);
  g_assert_cmpstr (rig.reason, ==, "what Discord sent is not text");
}

static void
test_gateway_stops (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  come_up (&rig);
  soup_websocket_connection_close (rig.peer, 4004, "Authentication failed.");
  WAIT (rig.state == TSM_GATEWAY_STOPPED);
  g_assert_nonnull (strstr (rig.reason, "TOKEN_BOT"));
  g_assert_cmpint (rig.wake_at_ms, ==, G_MAXINT64);
  pass (&rig, 10 * MINUTE_MS);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (rig.n_handshakes, ==, 1);
}

static void
test_gateway_denied (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  come_up (&rig);
  tsm_gateway_deny (rig.gateway);
  g_assert_cmpint (rig.state, ==, TSM_GATEWAY_STOPPED);
  WAIT (rig.n_closed == 1);
  g_assert_cmpuint (rig.close_code, ==, 1000);
}

static void
test_gateway_denied_at_once (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig.is_denied = TRUE;
  rig_start (&rig);
  WAIT (rig.state == TSM_GATEWAY_STOPPED);
  g_assert_cmpuint (rig.n_handshakes, ==, 0);
}

static const struct {
  const char *name;
  guint status; /* 0: not reached */
  const char *answer;
  const char *reason;
} fetch_cases[] = {
  { "not-reached", 0, "", "no route to Discord" },
  { "unavailable", 503, "{}", "HTTP 503" },
  { "empty", 200, "", "cannot be read" },
  { "web-page", 200, "<html></html>", "cannot be read" },
  { "no-url", 200, "{\"shards\":1}", "cannot be read" },
  { "in-the-clear", 200, "{\"url\":\"ws://gateway.discord.gg\"}", "not wss" },
};

static void
test_gateway_fetch_fails (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig.answer_status = fetch_cases[i].status;
  rig.answer = g_strdup (fetch_cases[i].answer);
  rig_start (&rig);
  WAIT (rig.n_states == 1);
  g_assert_nonnull (strstr (rig.reason, fetch_cases[i].reason));
  g_assert_cmpint (rig.wake_at_ms - rig.now_ms, <=, 1000);
  rig.answer_status = 200;
  g_clear_pointer (&rig.answer, g_free);
  wake (&rig);
  WAIT (has_heard (&rig, "\"op\":2"));
  g_assert_cmpuint (rig.n_fetched, ==, 2);
}

/* What /gateway/bot says of the limit is obeyed. */
static void
test_gateway_limit (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig.answer = g_strdup_printf ("{\"url\":\"%s\",\"session_start_limit\":{\"remaining\":0,"
                                "\"reset_after\":7200000}}",
                                rig.url);
  rig_start (&rig);
  WAIT (rig.n_states == 1);
  g_assert_cmpint (rig.wake_at_ms - rig.now_ms, ==, 7200000);
  g_assert_nonnull (strstr (rig.reason, "2 h 00"));
  g_assert_cmpuint (rig.n_handshakes, ==, 0);
}

static const struct {
  const char *name;
  guint status;
  const char *retry_after;
  gint64 least_ms, most_ms;
} refusal_cases[] = {
  { "too-many", 429, "300", 300000, 300000 },
  { "too-many-soon", 429, "1", 60000, 60000 },
  { "too-many-no-word", 429, NULL, 60000, 60000 },
  { "too-many-nonsense", 429, "soon", 60000, 60000 },
  { "unavailable", 503, NULL, 500, 1000 },
  { "not-a-gateway", 404, NULL, 500, 1000 },
  { "elsewhere", 302, NULL, 500, 1000 },
};

static void
test_gateway_refused (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig;
  g_autofree char *status = g_strdup_printf ("HTTP %u", refusal_cases[i].status);

  rig_set_up (&rig);
  rig.manner = MANNER_REFUSE;
  rig.status = refusal_cases[i].status;
  rig.retry_after = refusal_cases[i].retry_after;
  rig_start (&rig);
  WAIT (rig.n_states == 1);
  g_assert_nonnull (strstr (rig.reason, status));
  g_assert_cmpint (rig.wake_at_ms - rig.now_ms, >=, refusal_cases[i].least_ms);
  g_assert_cmpint (rig.wake_at_ms - rig.now_ms, <=, refusal_cases[i].most_ms);
  rig.manner = MANNER_WELCOME;
  wake (&rig);
  WAIT (has_heard (&rig, "\"op\":2"));
  g_assert_cmpuint (rig.n_fetched, ==, 2); /* the URL is asked for again */
}

static void
test_gateway_handshake_never_ends (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig.manner = MANNER_NEVER;
  rig_start (&rig);
  WAIT (rig.n_handshakes == 1);
  g_assert_cmpint (rig.wake_at_ms - rig.now_ms, ==, 20000);
  wake (&rig);
  g_assert_cmpstr (rig.reason, ==, "Discord's gateway cannot be reached");
  rig.manner = MANNER_WELCOME;
  come_back (&rig);
  WAIT (has_heard (&rig, "\"op\":2"));
}

static void
test_gateway_no_hello (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig.manner = MANNER_SILENT;
  rig_start (&rig);
  WAIT (rig.peer != NULL && rig.wake_at_ms != G_MAXINT64);
  WAIT (rig.n_handshakes == 1 && !g_main_context_pending (NULL));
  pass (&rig, 20000);
  WAIT (rig.n_closed == 1);
  rig.manner = MANNER_WELCOME;
  come_back (&rig);
  WAIT (has_heard (&rig, "\"op\":2"));
}

/* Nothing is left, and nothing comes back, wherever it is when it ends. */
typedef enum { UNTIL_ASKED, UNTIL_HANDSHAKE, UNTIL_IDENTIFIED, UNTIL_UP, UNTIL_LOST } Until;

static const struct {
  const char *name;
  Until until;
} free_cases[] = {
  { "asking", UNTIL_ASKED }, { "connecting", UNTIL_HANDSHAKE }, { "presenting", UNTIL_IDENTIFIED },
  { "connected", UNTIL_UP }, { "between", UNTIL_LOST },
};

static void
test_gateway_free (gconstpointer data)
{
  const Until until = free_cases[GPOINTER_TO_UINT (data)].until;
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig.manner = until == UNTIL_HANDSHAKE ? MANNER_NEVER : MANNER_WELCOME;
  rig_start (&rig);
  if (until == UNTIL_HANDSHAKE)
    WAIT (rig.n_handshakes == 1);
  if (until >= UNTIL_IDENTIFIED)
    WAIT (has_heard (&rig, "\"op\":2"));
  if (until >= UNTIL_UP)
    say_ready (&rig);
  if (until == UNTIL_LOST) {
    say (&rig, "{\"op\":9,\"d\":false}");
    WAIT (rig.state == TSM_GATEWAY_DOWN);
  }
  rig.n_states = 0;
  g_clear_pointer (&rig.gateway, tsm_gateway_free);
  if (until == UNTIL_IDENTIFIED || until == UNTIL_UP) {
    WAIT (rig.n_closed == 1);
    g_assert_cmpuint (rig.close_code, ==, 1000);
  }
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (rig.n_states, ==, 0);
}

static const struct {
  const char *name;
  const char *url;
  const char *whole; /* NULL: refused */
} url_cases[] = {
  { "plain", "wss://gateway.discord.gg", "wss://gateway.discord.gg/?v=10&encoding=json" },
  { "slash", "wss://gateway.discord.gg/", "wss://gateway.discord.gg/?v=10&encoding=json" },
  { "query", "wss://gateway.discord.gg/?v=6&compress=zlib",
    "wss://gateway.discord.gg/?v=10&encoding=json" },
  { "port", "wss://gateway.discord.gg:8443", "wss://gateway.discord.gg:8443/?v=10&encoding=json" },
  { "loopback", "ws://127.0.0.1:8080", "ws://127.0.0.1:8080/?v=10&encoding=json" },
  { "loopback-six", "ws://[::1]:8080", "ws://[::1]:8080/?v=10&encoding=json" },
  { "in-the-clear", "ws://gateway.discord.gg", NULL },
  { "looks-like-loopback", "ws://127.0.0.1.example.org", NULL },
  { "user", "ws://127.0.0.1@example.org", NULL },
  { "http", "https://gateway.discord.gg", NULL },
  { "no-scheme", "gateway.discord.gg", NULL },
  { "no-host", "wss://", NULL },
  { "nothing", "", NULL },
};

static void
test_gateway_url (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = tsm_gateway_dup_url (url_cases[i].url, &error);

  g_assert_cmpstr (whole, ==, url_cases[i].whole);
  if (whole == NULL)
    g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  else
    g_assert_no_error (error);
}

/* No line of ours, at any level, has the token. */
static GLogWriterOutput
check_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    g_assert_null (strstr (fields[i].value, "secret"));
  return G_LOG_WRITER_HANDLED;
}

#define ADD_CASES(folder, cases, function)                                             \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {                                   \
    g_autofree char *path = g_strconcat ("/gateway/" folder "/", cases[i].name, NULL); \
                                                                                       \
    g_test_add_data_func (path, GUINT_TO_POINTER (i), function);                       \
  }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (check_line, NULL, NULL);
  ADD_CASES ("ends", end_cases, test_gateway_ends)
  ADD_CASES ("fetch-fails", fetch_cases, test_gateway_fetch_fails)
  ADD_CASES ("refused", refusal_cases, test_gateway_refused)
  ADD_CASES ("free", free_cases, test_gateway_free)
  ADD_CASES ("url", url_cases, test_gateway_url)
  g_test_add_func ("/gateway/comes-up", test_gateway_comes_up);
  g_test_add_func ("/gateway/beats", test_gateway_beats);
  g_test_add_func ("/gateway/machine-clock", test_gateway_machine_clock);
  g_test_add_func ("/gateway/big-guild", test_gateway_big_guild);
  g_test_add_func ("/gateway/lost-tcp", test_gateway_lost_tcp);
  g_test_add_func ("/gateway/frozen-peer", test_gateway_frozen_peer);
  g_test_add_func ("/gateway/unknown-op", test_gateway_unknown_op);
  g_test_add_func ("/gateway/nul", test_gateway_nul);
  g_test_add_func ("/gateway/binary", test_gateway_binary);
  g_test_add_func ("/gateway/stops", test_gateway_stops);
  g_test_add_func ("/gateway/denied", test_gateway_denied);
  g_test_add_func ("/gateway/denied-at-once", test_gateway_denied_at_once);
  g_test_add_func ("/gateway/limit", test_gateway_limit);
  g_test_add_func ("/gateway/handshake-never-ends", test_gateway_handshake_never_ends);
  g_test_add_func ("/gateway/no-hello", test_gateway_no_hello);
  return g_test_run ();
}
