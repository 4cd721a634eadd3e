/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "test-gateway-rig.h"
#include <string.h>

static GString *logged; /* every line of ours */

static void
test_gateway_comes_up (void)
{
  g_auto (Rig) rig;
  g_autoptr (GArray) identifies = NULL;

  rig_set_up (&rig);
  rig_come_up (&rig);
  g_assert_cmpstr (rig.query, ==, "/?v=10&encoding=json");
  g_assert_cmpstr (rig.agent, ==, "DiscordBot (test, 1)");
  g_assert_null (rig.extensions); /* no permessage-deflate */
  g_assert_cmpstr (rig_last_heard (&rig), ==,
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
  rig_come_up (&rig);
  rig_wake (&rig);
  WAIT (rig_has_heard (&rig, "\"op\":1,"));
  g_assert_cmpstr (rig_last_heard (&rig), ==, "{\"op\":1,\"d\":1}");
  rig_say (&rig, "{\"op\":11}");
  rig_say (&rig, "{\"op\":0,\"s\":42,\"t\":\"TYPING_START\",\"d\":{}}");
  rig_say (&rig, "{\"op\":1,\"d\":null}");
  WAIT (rig_has_heard (&rig, "42"));
  g_assert_cmpstr (rig_last_heard (&rig), ==, "{\"op\":1,\"d\":42}");
  g_assert_cmpuint (rig.n_handshakes, ==, 1);
}

/* Its own timer and clock: heartbeats come by themselves. */
static void
test_gateway_machine_clock (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig.hello = "{\"op\":10,\"d\":{\"heartbeat_interval\":200}}";
  rig_come_up (&rig);
  WAIT (rig_has_heard (&rig, "\"op\":1,"));
  rig_say (&rig, "{\"op\":11}");
  g_ptr_array_set_size (rig.heard, 0);
  WAIT (rig_has_heard (&rig, "\"op\":1,"));
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
  rig_come_up (&rig);
  soup_websocket_connection_set_max_incoming_payload_size (rig.peer, 0);
  rig_say (&rig, text);
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
  rig_come_up (&rig);
  rig_say (&rig, "{\"op\":0,\"s\":7,\"t\":\"X\",\"d\":{}}");
  WAIT (rig.events->len == 2);
  g_io_stream_close (soup_websocket_connection_get_io_stream (rig.peer), NULL, NULL);
  WAIT (rig.state == TSM_GATEWAY_DOWN);
  g_assert_cmpstr (rig.reason, ==, "the connection to Discord was lost");
  rig_come_back (&rig);
  rig_assert_resumes (&rig, "7");
  rig_say (&rig, "{\"op\":0,\"s\":8,\"t\":\"MISSED\",\"d\":{}}");
  rig_say (&rig, "{\"op\":0,\"s\":9,\"t\":\"RESUMED\",\"d\":{}}");
  rig_say (&rig, "{\"op\":0,\"s\":10,\"t\":\"LATER\",\"d\":{}}");
  WAIT (rig.events->len == 5);
  g_assert_cmpstr (g_ptr_array_index (rig.events, 2), ==, "MISSED 2 replayed");
  g_assert_cmpstr (g_ptr_array_index (rig.events, 3), ==, "RESUMED 2 new");
  g_assert_cmpstr (g_ptr_array_index (rig.events, 4), ==, "LATER 2 new");
  g_assert_cmpint (rig.state, ==, TSM_GATEWAY_UP);
  g_assert_cmpuint (rig.n_fetched, ==, 1);
}

/* What has lain in the socket while the machine slept is old, and costs the connection at once,
 * whether a frame or the timer comes first. */
static void
test_gateway_wakes_to_a_frame (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig_come_up (&rig);
  WAIT (rig.events->len == 1);
  rig_say (&rig, "{\"op\":0,\"s\":7,\"t\":\"INTERACTION_CREATE\",\"d\":{}}");
  rig.now_ms += 8 * 60 * MINUTE_MS;
  WAIT (rig.events->len == 2);
  g_assert_cmpstr (g_ptr_array_index (rig.events, 1), ==, "INTERACTION_CREATE 2 replayed");
  g_assert_cmpint (rig.state, ==, TSM_GATEWAY_DOWN);
  g_assert_cmpstr (rig.reason, ==, "the machine slept");
}

static guint
count_lines (const char *part)
{
  g_auto (GStrv) pieces = g_strsplit (logged->str, part, -1);

  return g_strv_length (pieces) - 1;
}

/* Days of it: one warning that names the beginning, and a word when it is over. */
static void
test_gateway_long_outage (void)
{
  g_auto (Rig) rig;
  gint64 begin_ms;

  g_string_truncate (logged, 0);
  rig_set_up (&rig);
  begin_ms = rig.now_ms;
  rig.answer_status = 0;
  rig_start (&rig);
  while (rig.now_ms - begin_ms < 2 * 24 * 60 * MINUTE_MS) {
    WAIT (rig.wake_at_ms != G_MAXINT64);
    g_assert_cmpuint (count_lines ("out of reach since 2"), ==,
                      rig.now_ms - begin_ms >= 5 * MINUTE_MS);
    rig_wake (&rig);
  }
  rig.answer_status = 200;
  WAIT (rig.wake_at_ms != G_MAXINT64);
  rig_wake (&rig);
  WAIT (rig_has_heard (&rig, "\"op\":2"));
  rig_say_ready (&rig);
  g_io_stream_close (soup_websocket_connection_get_io_stream (rig.peer), NULL, NULL);
  WAIT (rig.state == TSM_GATEWAY_DOWN);
  rig.now_ms += 4 * MINUTE_MS;
  rig_come_back (&rig);
  rig_assert_resumes (&rig, "1");
  rig_say (&rig, "{\"op\":0,\"s\":2,\"t\":\"RESUMED\",\"d\":{}}");
  WAIT (rig.state == TSM_GATEWAY_UP);
  g_assert_cmpuint (count_lines ("connected again, after 4 min"), ==, 1);
  g_assert_cmpuint (count_lines ("out of reach since"), ==, 1);
}

/* The peer says nothing more, and its TCP is fine. The next connection does not wait for it. */
static void
test_gateway_frozen_peer (void)
{
  g_auto (Rig) rig;
  SoupWebsocketConnection *frozen;

  rig_set_up (&rig);
  rig_come_up (&rig);
  rig_wake (&rig);
  WAIT (rig_has_heard (&rig, "\"op\":1,"));
  rig_say (&rig, "{\"op\":11}");
  rig_say (&rig, "{\"op\":0,\"s\":7,\"t\":\"X\",\"d\":{}}");
  WAIT (rig.events->len == 2);
  frozen = rig.peer;
  g_signal_handlers_disconnect_by_func (frozen, rig_on_peer_message, &rig);
  rig_wake (&rig);
  g_assert_cmpint (rig.state, ==, TSM_GATEWAY_UP);
  rig_wake (&rig);
  g_assert_cmpint (rig.state, ==, TSM_GATEWAY_DOWN);
  g_assert_cmpstr (rig.reason, ==, "Discord no longer answers");
  rig_come_back (&rig);
  rig_assert_resumes (&rig, "7");
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
  rig_come_up (&rig);
  rig.now_ms += 10000; /* the next IDENTIFY may be at once */
  if (end_cases[i].text != NULL)
    rig_say (&rig, end_cases[i].text);
  else
    soup_websocket_connection_close (rig.peer, end_cases[i].code, NULL);
  WAIT (rig.state == TSM_GATEWAY_DOWN && rig.n_closed == 1);
  g_assert_cmpuint (rig.close_code, ==, end_cases[i].close_code);
  if (rig.n_handshakes == 1)
    rig_come_back (&rig);
  if (end_cases[i].resumes) {
    rig_assert_resumes (&rig, "1");
    return;
  }
  WAIT (rig.heard->len == 2);
  g_assert_true (rig_has_heard (&rig, "\"op\":2"));
}

static void
test_gateway_unknown_op (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig_come_up (&rig);
  rig_say (&rig, "{\"op\":31,\"d\":{\"a\":1}}");
  rig_say (&rig, "{\"op\":0,\"s\":2,\"t\":\"X\",\"d\":{}}");
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
  rig_come_up (&rig);
  soup_websocket_connection_send_message (rig.peer, SOUP_WEBSOCKET_DATA_TEXT, bytes);
  WAIT (rig.state == TSM_GATEWAY_DOWN);
  g_assert_cmpstr (rig.reason, ==, "what Discord sent is not UTF-8 text");
}

static void
test_gateway_binary (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig_come_up (&rig);
  soup_websocket_connection_send_binary (rig.peer, "\x78\x9c", 2);
  WAIT (rig.state == TSM_GATEWAY_DOWN);
  g_assert_cmpstr (rig.reason, ==, "what Discord sent is not text");
}

static void
test_gateway_stops (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig_come_up (&rig);
  soup_websocket_connection_close (rig.peer, 4004, "Authentication failed.");
  WAIT (rig.state == TSM_GATEWAY_STOPPED);
  g_assert_nonnull (strstr (rig.reason, "TOKEN_BOT"));
  g_assert_true (rig.is_denied); /* REST, too, has been told */
  g_assert_cmpint (rig.wake_at_ms, ==, G_MAXINT64);
  rig_pass (&rig, 10 * MINUTE_MS);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (rig.n_handshakes, ==, 1);
}

/* Nothing is wrong with the token. */
static void
test_gateway_other_stop_leaves_rest_alone (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig_come_up (&rig);
  soup_websocket_connection_close (rig.peer, 4014, "Disallowed intent(s).");
  WAIT (rig.state == TSM_GATEWAY_STOPPED);
  g_assert_false (rig.is_denied);
}

static void
test_gateway_denied (void)
{
  g_auto (Rig) rig;

  rig_set_up (&rig);
  rig_come_up (&rig);
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
  rig_wake (&rig);
  WAIT (rig_has_heard (&rig, "\"op\":2"));
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
  rig_wake (&rig);
  WAIT (rig_has_heard (&rig, "\"op\":2"));
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
  rig_wake (&rig);
  g_assert_cmpstr (rig.reason, ==, "Discord's gateway cannot be reached");
  rig.manner = MANNER_WELCOME;
  rig_come_back (&rig);
  WAIT (rig_has_heard (&rig, "\"op\":2"));
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
  rig_pass (&rig, 20000);
  WAIT (rig.n_closed == 1);
  rig.manner = MANNER_WELCOME;
  rig_come_back (&rig);
  WAIT (rig_has_heard (&rig, "\"op\":2"));
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
    WAIT (rig_has_heard (&rig, "\"op\":2"));
  if (until >= UNTIL_UP)
    rig_say_ready (&rig);
  if (until == UNTIL_LOST) {
    rig_say (&rig, "{\"op\":9,\"d\":false}");
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
  for (gsize i = 0; i < n_fields; i++) {
    g_assert_null (strstr (fields[i].value, "secret"));
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      g_string_append_printf (logged, "%s\n", (const char *) fields[i].value);
  }
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
  int status;

  g_test_init (&argc, &argv, NULL);
  logged = g_string_new (NULL);
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
  g_test_add_func ("/gateway/wakes-to-a-frame", test_gateway_wakes_to_a_frame);
  g_test_add_func ("/gateway/long-outage", test_gateway_long_outage);
  g_test_add_func ("/gateway/unknown-op", test_gateway_unknown_op);
  g_test_add_func ("/gateway/nul", test_gateway_nul);
  g_test_add_func ("/gateway/binary", test_gateway_binary);
  g_test_add_func ("/gateway/stops", test_gateway_stops);
  g_test_add_func ("/gateway/other-stop-leaves-rest-alone",
                   test_gateway_other_stop_leaves_rest_alone);
  g_test_add_func ("/gateway/denied", test_gateway_denied);
  g_test_add_func ("/gateway/denied-at-once", test_gateway_denied_at_once);
  g_test_add_func ("/gateway/limit", test_gateway_limit);
  g_test_add_func ("/gateway/handshake-never-ends", test_gateway_handshake_never_ends);
  g_test_add_func ("/gateway/no-hello", test_gateway_no_hello);
  status = g_test_run ();
  g_string_free (logged, TRUE);
  return status;
}
