/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "base/tsm-secret.h"
#include "discord/tsm-payload.h"
#include "tsm-test-server.h"
#include <string.h>

static const struct {
  const char *name;
  const char *fixture;
  gint64 op, seq;
  const char *event;
} capture_cases[] = {
  { "hello", "discord/capture-hello.json", TSM_OP_HELLO, -1, "" },
  { "ready", "discord/capture-ready.json", TSM_OP_DISPATCH, 1, "READY" },
  { "guild-create", "discord/capture-guild-create.json", TSM_OP_DISPATCH, 5, "GUILD_CREATE" },
  { "interaction", "discord/capture-interaction-chat-input.json", TSM_OP_DISPATCH, 7,
    "INTERACTION_CREATE" },
};

static void
test_payload_captured (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  gsize length;
  g_autofree char *text = tsm_test_server_load (capture_cases[i].fixture, &length);
  g_autoptr (GError) error = NULL;
  TsmPayload payload;

  g_assert_true (tsm_payload_read (text, length, &payload, &error));
  g_assert_no_error (error);
  g_assert_cmpint (payload.op, ==, capture_cases[i].op);
  g_assert_cmpint (payload.seq, ==, capture_cases[i].seq);
  g_assert_cmpstr (payload.name, ==, capture_cases[i].event);
  g_assert_cmpint (payload.d[0], ==, '{');
  g_assert_cmpint (payload.d[payload.d_length - 1], ==, '}');
}

static void
read_capture (const char *fixture, char **ret_text, TsmPayload *ret_payload)
{
  gsize length;

  *ret_text = tsm_test_server_load (fixture, &length);
  g_assert_true (tsm_payload_read (*ret_text, length, ret_payload, NULL));
}

static void
test_payload_members_of_ready (void)
{
  g_autofree char *text = NULL;
  g_autofree char *session_id = NULL;
  g_autofree char *application_id = NULL;
  TsmPayload ready;
  const char *application;
  gsize length;
  gint64 value;

  read_capture ("discord/capture-ready.json", &text, &ready);
  session_id = tsm_payload_dup_string (ready.d, ready.d_length, "session_id");
  g_assert_cmpstr (session_id, ==, "0123456789abcdef0123456789abcdef");
  g_assert_true (tsm_payload_find (ready.d, ready.d_length, "application", &application, &length));
  application_id = tsm_payload_dup_string (application, length, "id");
  g_assert_cmpstr (application_id, ==, "1178012787457400832");
  g_assert_true (tsm_payload_find_integer (application, length, "id", &value));
  g_assert_cmpint (value, ==, G_GINT64_CONSTANT (1178012787457400832));
  g_assert_true (tsm_payload_find_integer (application, length, "flags", &value));
  g_assert_cmpint (value, ==, 565248);
  g_assert_false (tsm_payload_find (ready.d, ready.d_length, "unavailable", &application, &length));
}

static void
test_payload_members_of_hello (void)
{
  g_autofree char *text = NULL;
  TsmPayload hello;
  gint64 interval_ms;

  read_capture ("discord/capture-hello.json", &text, &hello);
  g_assert_true (
      tsm_payload_find_integer (hello.d, hello.d_length, "heartbeat_interval", &interval_ms));
  g_assert_cmpint (interval_ms, ==, 41250);
}

static const struct {
  const char *name;
  const char *text;
  gint64 op, seq;
  const char *event;
  const char *d; /* NULL: not there */
} frame_cases[] = {
  { "bare-ack", "{\"op\":11}", 11, -1, "", NULL },
  { "null-d", "{\"op\":7,\"d\":null}", 7, -1, "", "null" },
  { "d-false", " { \"d\" : false , \"op\" : 9 }\n", 9, -1, "", "false" },
  { "unknown-members", "{\"x\":[1,{}],\"op\":0,\"_y\":{\"op\":3},\"d\":[ ]}", 0, -1, "", "[ ]" },
  { "twice-the-last-counts", "{\"op\":7,\"d\":1,\"op\":9,\"d\":2}", 9, -1, "", "2" },
  { "op-of-d-is-not-ours", "{\"d\":{\"op\":3,\"s\":4,\"t\":\"Z\"},\"op\":0}", 0, -1, "",
    "{\"op\":3,\"s\":4,\"t\":\"Z\"}" },
  { "escaped-key", "{\"\\u006f\\u0070\":11,\"\\u0074\":\"\\u0041\"}", 11, -1, "A", NULL },
  { "longer-key", "{\"op\":1,\"opp\":2,\"o\":3,\"\\u006fpp\":4}", 1, -1, "", NULL },
  { "unknown-op", "{\"op\":4711,\"s\":9223372036854775807}", 4711, G_MAXINT64, "", NULL },
  { "braces-in-text", "{\"op\":0,\"d\":\"}{\\\"]\",\"s\":0}", 0, 0, "", "\"}{\\\"]\"" },
  { "nul-in-a-name-of-theirs", "{\"op\":0,\"d\":\"a\\u0000b\\ud800\"}", 0, -1, "",
    "\"a\\u0000b\\ud800\"" },
  { "numbers", "{\"op\":0,\"d\":[0,-0,1.5,-1.25e+9,2E-7]}", 0, -1, "", "[0,-0,1.5,-1.25e+9,2E-7]" },
  { "not-ascii", "{\"op\":0,\"d\":\"\303\251\360\237\230\200\"}", 0, -1, "",
    "\"\303\251\360\237\230\200\"" },
  { "name-too-long-is-cut",
    "{\"op\":0,\"t\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
    0, -1, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL },
};

static void
test_payload_reads (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  /* Of its size: there is no NUL to stop at. */
  const gsize length = strlen (frame_cases[i].text);
  g_autofree char *text = g_memdup2 (frame_cases[i].text, length);
  g_autoptr (GError) error = NULL;
  TsmPayload payload;

  g_assert_true (tsm_payload_read (text, length, &payload, &error));
  g_assert_no_error (error);
  g_assert_cmpint (payload.op, ==, frame_cases[i].op);
  g_assert_cmpint (payload.seq, ==, frame_cases[i].seq);
  g_assert_cmpstr (payload.name, ==, frame_cases[i].event);
  if (frame_cases[i].d == NULL)
    g_assert_null (payload.d);
  else {
    g_assert_cmpuint (payload.d_length, ==, strlen (frame_cases[i].d));
    g_assert_cmpint (memcmp (payload.d, frame_cases[i].d, payload.d_length), ==, 0);
  }
}

static const struct {
  const char *name;
  const char *text;
  gsize length; /* 0: of the text */
  const char *message;
} refused_cases[] = {
  { "nothing", "", 0, "empty" },
  { "blanks", " \n", 0, "cut off" },
  { "array", "[]", 0, "not a JSON object" },
  { "web-page", "<html>", 0, "not a JSON object" },
  { "cut-in-text", "{\"op\":0,\"d\":\"abc", 0, "cut off" },
  { "cut-in-escape", "{\"op\":0,\"d\":\"abc\\", 0, "cut off" },
  { "cut-in-code", "{\"op\":0,\"d\":\"\\u00", 0, "cut off" },
  { "cut-in-word", "{\"op\":0,\"d\":tru", 0, "not a JSON object" },
  { "cut-in-nesting", "{\"op\":0,\"d\":{\"a\":[1,2", 0, "cut off" },
  { "cut-before-end", "{\"op\":0", 0, "cut off" },
  { "more-after-it", "{\"op\":0}{\"op\":7}", 0, "from byte 8 on" },
  { "nul-after-it", "{\"op\":0}\0", 9, "not UTF-8" },
  { "nul-in-text", "{\"op\":0,\"d\":\"a\0b\"}", 18, "not UTF-8" },
  { "bad-utf8", "{\"op\":0,\"d\":\"\303\"}", 0, "not UTF-8" },
  { "half-a-pair-in-utf8", "{\"op\":0,\"d\":\"\355\240\200\"}", 0, "not UTF-8" },
  { "control-character", "{\"op\":0,\"d\":\"a\nb\"}", 0, "not a JSON object" },
  { "unknown-escape", "{\"op\":0,\"d\":\"\\x41\"}", 0, "not a JSON object" },
  { "wrong-bracket", "{\"op\":0,\"d\":[1}}", 0, "not a JSON object" },
  { "comma-too-many", "{\"op\":0,}", 0, "not a JSON object" },
  { "no-colon", "{\"op\" 0}", 0, "not a JSON object" },
  { "bare-key", "{op:0}", 0, "not a JSON object" },
  { "leading-zero", "{\"op\":0,\"d\":01}", 0, "not a JSON object" },
  { "plus", "{\"op\":0,\"d\":+1}", 0, "not a JSON object" },
  { "bare-point", "{\"op\":0,\"d\":1.}", 0, "not a JSON object" },
  { "bare-exponent", "{\"op\":0,\"d\":1e}", 0, "not a JSON object" },
  { "nan", "{\"op\":0,\"d\":nan}", 0, "not a JSON object" },
  { "no-op", "{\"d\":{}}", 0, "no \"op\"" },
  { "op-is-text", "{\"op\":\"0\"}", 0, "no \"op\"" },
  { "op-is-a-fraction", "{\"op\":1.5}", 0, "no \"op\"" },
  { "op-is-negative", "{\"op\":-1}", 0, "no \"op\"" },
  { "op-is-huge", "{\"op\":99999999999999999999}", 0, "no \"op\"" },
  { "seq-is-text", "{\"op\":0,\"s\":\"1\"}", 0, "\"s\"" },
  { "seq-is-negative", "{\"op\":0,\"s\":-2}", 0, "\"s\"" },
  { "name-is-a-number", "{\"op\":0,\"t\":1}", 0, "\"t\"" },
};

static void
test_payload_refuses (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const gsize length =
      refused_cases[i].length != 0 ? refused_cases[i].length : strlen (refused_cases[i].text);
  g_autofree char *text = g_memdup2 (refused_cases[i].text, length);
  g_autoptr (GError) error = NULL;
  TsmPayload payload;

  g_assert_false (tsm_payload_read (text, length, &payload, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  if (strstr (error->message, refused_cases[i].message) == NULL)
    g_error ("\"%s\" lacks \"%s\"", error->message, refused_cases[i].message);
}

/* "{"op":0,"d":[[[...]]]}" of @depth levels in all. */
static char *
dup_nested (guint depth)
{
  g_autofree char *open = g_strnfill (depth - 1, '[');
  g_autofree char *close = g_strnfill (depth - 1, ']');

  return g_strdup_printf ("{\"op\":0,\"d\":%s%s}", open, close);
}

static void
test_payload_depth (void)
{
  g_autofree char *deepest = dup_nested (TSM_PAYLOAD_MAX_DEPTH);
  g_autofree char *deeper = dup_nested (TSM_PAYLOAD_MAX_DEPTH + 1);
  g_autofree char *bomb = dup_nested (1000 * 1000);
  TsmPayload payload;

  g_assert_true (tsm_payload_read (deepest, strlen (deepest), &payload, NULL));
  g_assert_false (tsm_payload_read (deeper, strlen (deeper), &payload, NULL));
  g_assert_false (tsm_payload_read (bomb, strlen (bomb), &payload, NULL));
}

/* Sixteen mebibytes are read, one byte more is not. */
static void
test_payload_length (void)
{
  static const char begin[] = "{\"op\":0,\"d\":\"", end[] = "\"}";
  g_autofree char *text = g_strnfill (TSM_LIMIT_FRAME_BYTES + 1, 'x');
  g_autoptr (GError) error = NULL;
  TsmPayload payload;

  memcpy (text, begin, strlen (begin));
  memcpy (text + TSM_LIMIT_FRAME_BYTES - strlen (end), end, strlen (end));
  g_assert_true (tsm_payload_read (text, TSM_LIMIT_FRAME_BYTES, &payload, NULL));
  g_assert_cmpuint (payload.d_length, ==, TSM_LIMIT_FRAME_BYTES - strlen (begin));
  text[TSM_LIMIT_FRAME_BYTES] = ' ';
  g_assert_false (tsm_payload_read (text, TSM_LIMIT_FRAME_BYTES + 1, &payload, &error));
  g_assert_nonnull (strstr (error->message, "too long"));
}

/* Every beginning of a real frame is cut off, and none is read past its end. */
static void
test_payload_truncated (void)
{
  gsize length;
  g_autofree char *text = tsm_test_server_load ("discord/capture-guild-create.json", &length);
  TsmPayload payload;

  while (g_ascii_isspace (text[length - 1]))
    length--;
  for (gsize i = 0; i < length; i++) {
    g_autofree char *cut = g_memdup2 (text, i);

    g_assert_false (tsm_payload_read (cut, i, &payload, NULL));
  }
}

static const struct {
  const char *name;
  const char *json;
  const char *text; /* NULL: none */
  gint64 integer;   /* -1: none */
  gboolean is_true;
} member_cases[] = {
  { "text", "{\"k\":\"abc\"}", "abc", -1, FALSE },
  { "empty", "{\"k\":\"\"}", "", -1, FALSE },
  { "id", "{\"k\":\"119379162\"}", "119379162", 119379162, FALSE },
  { "number", "{\"k\":17}", NULL, 17, FALSE },
  { "fraction", "{\"k\":17.5}", NULL, -1, FALSE },
  { "exponent", "{\"k\":1e3}", NULL, -1, FALSE },
  { "null", "{\"k\":null}", NULL, -1, FALSE },
  { "true", "{\"k\":true}", NULL, -1, TRUE },
  { "false", "{\"k\":false}", NULL, -1, FALSE },
  { "text-true", "{\"k\":\"true\"}", "true", -1, FALSE },
  { "object", "{\"k\":{\"k\":1}}", NULL, -1, FALSE },
  { "escapes", "{\"k\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"}", "\"\\/\b\f\n\r\t\303\251", -1,
    FALSE },
  { "pair", "{\"k\":\"\\ud83d\\ude00!\"}", "\360\237\230\200!", -1, FALSE },
  { "half-a-pair", "{\"k\":\"\\ud83d!\"}", NULL, -1, FALSE },
  { "half-a-pair-at-the-end", "{\"k\":\"\\ud83d\"}", NULL, -1, FALSE },
  { "other-half", "{\"k\":\"\\ude00\\ud83d\"}", NULL, -1, FALSE },
  { "pair-of-no-halves", "{\"k\":\"\\ud83d\\u0041\"}", NULL, -1, FALSE },
  { "nul", "{\"k\":\"a\\u0000b\"}", NULL, -1, FALSE },
  { "last-of-two", "{\"k\":\"a\",\"k\":\"b\"}", "b", -1, FALSE },
  { "escaped-name", "{\"\\u006b\":\"a\"}", "a", -1, FALSE },
  { "not-there", "{\"kk\":\"a\",\"\":\"b\"}", NULL, -1, FALSE },
  { "no-object", "[\"k\",1]", NULL, -1, FALSE },
  { "cut-off", "{\"k\":\"a\"", NULL, -1, FALSE },
  { "bad-utf8", "{\"k\":\"\303\"}", NULL, -1, FALSE },
};

static void
test_payload_member (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const gsize length = strlen (member_cases[i].json);
  g_autofree char *json = g_memdup2 (member_cases[i].json, length);
  g_autofree char *text = tsm_payload_dup_string (json, length, "k");
  gint64 integer = -1;

  g_assert_cmpstr (text, ==, member_cases[i].text);
  g_assert_true (tsm_payload_find_integer (json, length, "k", &integer) ==
                 (member_cases[i].integer != -1));
  g_assert_cmpint (integer, ==, member_cases[i].integer);
  g_assert_true (tsm_payload_is_true (json, length, "k") == member_cases[i].is_true);
}

static void
test_payload_longest_string (void)
{
  g_autofree char *longest = g_strnfill (TSM_PAYLOAD_MAX_STRING, 'x');
  g_autofree char *fits = g_strdup_printf ("{\"k\":\"%s\"}", longest);
  g_autofree char *does_not = g_strdup_printf ("{\"k\":\"%sx\"}", longest);
  g_autofree char *text = tsm_payload_dup_string (fits, strlen (fits), "k");

  g_assert_cmpstr (text, ==, longest);
  g_assert_null (tsm_payload_dup_string (does_not, strlen (does_not), "k"));
}

static void
test_payload_writes (void)
{
  g_autofree char *first = tsm_payload_dup_heartbeat (-1);
  g_autofree char *beat = tsm_payload_dup_heartbeat (251);
  char *identify = tsm_payload_dup_identify ("to\"k.e\\n");
  char *resume = tsm_payload_dup_resume ("token", "abc\"", 1337);

  g_assert_cmpstr (first, ==, "{\"op\":1,\"d\":null}");
  g_assert_cmpstr (beat, ==, "{\"op\":1,\"d\":251}");
  g_assert_cmpstr (identify, ==,
                   "{\"op\":2,\"d\":{\"token\":\"to\\u0022k.e\\u005cn\",\"intents\":1,"
                   "\"properties\":{\"os\":\"linux\",\"browser\":\"tsm\",\"device\":\"tsm\"}}}");
  g_assert_cmpstr (resume, ==,
                   "{\"op\":6,\"d\":{\"token\":\"token\",\"session_id\":\"abc\\u0022\","
                   "\"seq\":1337}}");
  tsm_secret_wipe_string (identify);
  tsm_secret_wipe_string (resume);
}

#define ADD_CASES(folder, cases, function)                                             \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {                                   \
    g_autofree char *path = g_strconcat ("/payload/" folder "/", cases[i].name, NULL); \
                                                                                       \
    g_test_add_data_func (path, GUINT_TO_POINTER (i), function);                       \
  }

/* What is left of the walk is told by its last element. */
static void
test_payload_next_goes_over_arrays (void)
{
  static const struct {
    const char *story;
    const char *json;
    const char *elements; /* joined by "|" */
  } rows[] = {
    { "some of each kind", "[1, {\"id\":\"2\"} ,[3],\"a,]\",null]",
      "1|{\"id\":\"2\"}|[3]|\"a,]\"|null" },
    { "blanks everywhere", " [ 1 , 2 ] ", "1|2" },
    { "empty", "[]", "" },
    { "an object", "{\"a\":1}", "" },
    { "nothing at all", "", "" },
    { "cut off: what is whole is told", "[1,2", "1|2" },
    { "a comma too many", "[1,]", "1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GString) found = g_string_new (NULL);
    gsize length, position = 0;
    const char *value;

    g_test_message ("%s", rows[i].story);
    while (tsm_payload_next (rows[i].json, strlen (rows[i].json), &position, &value, &length)) {
      if (found->len > 0)
        g_string_append_c (found, '|');
      g_string_append_len (found, value, (gssize) length);
    }
    g_assert_cmpstr (found->str, ==, rows[i].elements);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("captured", capture_cases, test_payload_captured)
  ADD_CASES ("reads", frame_cases, test_payload_reads)
  ADD_CASES ("refuses", refused_cases, test_payload_refuses)
  ADD_CASES ("member", member_cases, test_payload_member)
  g_test_add_func ("/payload/members-of-ready", test_payload_members_of_ready);
  g_test_add_func ("/payload/members-of-hello", test_payload_members_of_hello);
  g_test_add_func ("/payload/depth", test_payload_depth);
  g_test_add_func ("/payload/length", test_payload_length);
  g_test_add_func ("/payload/truncated", test_payload_truncated);
  g_test_add_func ("/payload/longest-string", test_payload_longest_string);
  g_test_add_func ("/payload/writes", test_payload_writes);
  g_test_add_func ("/payload/next-goes-over-arrays", test_payload_next_goes_over_arrays);
  return g_test_run ();
}
