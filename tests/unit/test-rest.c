/* SPDX-License-Identifier: MIT
 * REST calls against a server that answers as it is told. Whatever happens, neither token may show
 * in a log line or an error.
 */
/* tidy: allow source: one bench, and each of its cases needs it */
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "discord/tsm-client.h"
#include "discord/tsm-limiter.h"
#include "discord/tsm-rest.h"
#include "tsm-test-server.h"
#include <stdio.h>
#include <string.h>

#define BOT_TOKEN         "bot-token-0123456789"
#define INTERACTION_TOKEN "interaction-token-0123456789"
#define CALLBACK          "/api/interactions/9/" INTERACTION_TOKEN "/callback"
#define ORIGINAL          "/api/webhooks/11/" INTERACTION_TOKEN "/messages/@original"
#define FOLLOW_UP         "/api/webhooks/11/" INTERACTION_TOKEN
#define SHORT_MS          50 /* for what never comes */

static GString *logged; /* every line of the test, libraries' too */

typedef struct {
  TsmTestServer *server;
  SoupSession *session;
  TsmSecret *bot_token, *token;
  TsmRest *rest;
  guint n_denied;
} Bench;

static GLogWriterOutput
keep_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  gboolean is_ours = FALSE;

  for (gsize i = 0; i < n_fields; i++) {
    if (strcmp (fields[i].key, "GLIB_DOMAIN") == 0)
      is_ours = strcmp (fields[i].value, G_LOG_DOMAIN) == 0;
    if (strcmp (fields[i].key, "MESSAGE") == 0 || strcmp (fields[i].key, "TSM_ERROR") == 0)
      g_string_append_printf (logged, "%s\n", (const char *) fields[i].value);
  }
  if (!is_ours && (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) != 0) {
    fprintf (stderr, "%s", logged->str);
    abort ();
  }
  return G_LOG_WRITER_HANDLED;
}

static void
assert_no_secret (const char *text)
{
  g_assert_null (strstr (text, BOT_TOKEN));
  g_assert_null (strstr (text, INTERACTION_TOKEN));
}

static guint
count_logged (const char *text)
{
  g_auto (GStrv) pieces = g_strsplit (logged->str, text, -1);

  return g_strv_length (pieces) - 1;
}

static void
on_denied (gpointer data)
{
  Bench *bench = data;

  bench->n_denied++;
}

static void
bench_open (Bench *bench, const TsmRestOptions *more)
{
  g_autofree char *url = NULL, *base = NULL;
  TsmRestOptions options = *more;

  *bench = (Bench){ .server = tsm_test_server_new (FALSE) };
  g_string_truncate (logged, 0);
  url = tsm_test_server_dup_url (bench->server);
  base = g_strconcat (url, "/api/", NULL);
  bench->session = tsm_client_new_session (base);
  bench->bot_token = tsm_secret_new (BOT_TOKEN);
  bench->token = tsm_secret_new (INTERACTION_TOKEN);
  options.base = base;
  options.token = bench->bot_token;
  options.session = bench->session;
  options.on_denied = on_denied;
  options.data = bench;
  bench->rest = tsm_rest_new (&options);
}

static void
bench_close (Bench *bench)
{
  tsm_rest_free (bench->rest);
  g_object_unref (bench->session);
  tsm_secret_unref (bench->bot_token);
  tsm_secret_unref (bench->token);
  tsm_test_server_free (bench->server);
  assert_no_secret (logged->str);
}

static guint
count_requests (Bench *bench)
{
  return tsm_test_server_get_requests (bench->server)->len;
}

/* @channel NULL: the interaction's id. */
static TsmRestCall
make_call (Bench *bench, TsmRouteKind kind, const char *channel)
{
  return (TsmRestCall){
    .route = { .kind = kind,
               .application = "11",
               .major = channel != NULL ? channel : "9",
               .token = bench->token },
    .json = kind == TSM_ROUTE_CHANNEL || kind == TSM_ROUTE_DELETE_ORIGINAL ? NULL : "{\"a\":1}",
  };
}

static void
begin (Bench *bench, TsmRouteKind kind, const char *channel, GAsyncResult **result)
{
  const TsmRestCall call = make_call (bench, kind, channel);

  tsm_rest_send_async (bench->rest, &call, NULL, tsm_test_server_wait_done, result);
}

static TsmRestReply *
ask (Bench *bench, const TsmRestCall *call, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  TsmRestReply *reply;
  GError *own = NULL;

  tsm_rest_send_async (bench->rest, call, NULL, tsm_test_server_wait_done, &result);
  g_assert_null (result); /* never at once */
  reply = tsm_rest_send_finish (tsm_test_server_wait (&result), &own);
  if (own != NULL)
    assert_no_secret (own->message);
  if (reply != NULL)
    assert_no_secret (reply->message);
  if (own != NULL)
    g_propagate_error (error, own);
  return reply;
}

static TsmRestReply *
ask_of (Bench *bench, TsmRouteKind kind, const char *channel, GError **error)
{
  const TsmRestCall call = make_call (bench, kind, channel);

  return ask (bench, &call, error);
}

static void
wait_requests (Bench *bench, guint n)
{
  while (count_requests (bench) < n)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
on_tick (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Long enough for whatever may be sent to be sent. */
static void
let_pass (void)
{
  gboolean is_over = FALSE;

  g_timeout_add (30, on_tick, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

static void
check_cancelled (GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tsm_rest_send_finish (tsm_test_server_wait (result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (result);
}

static const struct {
  const char *name;
  TsmRouteKind kind;
  const char *request; /* "METHOD TARGET BODY|AUTHORIZATION" */
} request_cases[] = {
  { "channel", TSM_ROUTE_CHANNEL, "GET /api/channels/22 |Bot " BOT_TOKEN },
  { "put-commands", TSM_ROUTE_PUT_COMMANDS,
    "PUT /api/applications/11/guilds/22/commands {\"a\":1}|Bot " BOT_TOKEN },
  { "post-message", TSM_ROUTE_POST_MESSAGE,
    "POST /api/channels/22/messages {\"a\":1}|Bot " BOT_TOKEN },
  { "callback", TSM_ROUTE_CALLBACK,
    "POST /api/interactions/22/" INTERACTION_TOKEN "/callback {\"a\":1}|" },
  { "edit", TSM_ROUTE_PATCH_ORIGINAL, "PATCH " ORIGINAL " {\"a\":1}|" },
  { "delete", TSM_ROUTE_DELETE_ORIGINAL, "DELETE " ORIGINAL " |" },
  { "follow-up", TSM_ROUTE_FOLLOW_UP, "POST " FOLLOW_UP " {\"a\":1}|" },
};

static void
test_rest_request (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  Bench bench;
  g_autoptr (TsmRestReply) reply = NULL;
  TsmRestCall call;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  call = make_call (&bench, request_cases[i].kind, "22");
  reply = ask (&bench, &call, NULL);
  g_assert_cmpuint (reply->status, ==, 404);
  g_assert_cmpuint (count_requests (&bench), ==, 1);
  g_assert_cmpstr (g_ptr_array_index (tsm_test_server_get_requests (bench.server), 0), ==,
                   request_cases[i].request);
  g_assert_cmpstr (tsm_test_server_get_header (bench.server, 0, "User-Agent"), ==,
                   TSM_CLIENT_USER_AGENT);
  g_assert_cmpstr (tsm_test_server_get_header (bench.server, 0, "Accept"), ==, "application/json");
  g_assert_cmpstr (tsm_test_server_get_header (bench.server, 0, "Content-Type"), ==,
                   call.json != NULL ? "application/json" : NULL);
  bench_close (&bench);
}

#define ERROR_BODY(code) "{\"message\":\"Said " INTERACTION_TOKEN ".\",\"code\":" #code "}"

static const struct {
  const char *name;
  TsmRouteKind kind;
  TsmTestAnswer answer;
  gint64 code;
  const char *message;
  gboolean is_done;
} reply_cases[] = {
  { "done", TSM_ROUTE_CHANNEL, { 200, .body = "{\"id\":\"22\"}" }, 0, "", TRUE },
  { "nothing-to-say", TSM_ROUTE_CALLBACK, { 204 }, 0, "", TRUE },
  { "a-member-called-code", TSM_ROUTE_CHANNEL, { 200, .body = "{\"code\":7}" }, 0, "", TRUE },
  { "redirect", TSM_ROUTE_CHANNEL, { 302, .headers = "Location: /elsewhere" }, 0, "", FALSE },
  { "bad-form",
    TSM_ROUTE_CALLBACK,
    { 400, .body = "{\"code\":50035,\"message\":\"Invalid Form Body\",\"errors\":{\"data\":{"
                   "\"title\":{\"_errors\":[{\"code\":\"X\",\"message\":\"of " INTERACTION_TOKEN
                   " and " BOT_TOKEN "\"}]}}}}" },
    50035,
    "Invalid Form Body: data.title: of *** and *** (X)",
    FALSE },
  { "no-access",
    TSM_ROUTE_POST_MESSAGE,
    { 403, .body = ERROR_BODY (50001) },
    50001,
    "Said ***.",
    FALSE },
  { "an-interaction's-401",
    TSM_ROUTE_PATCH_ORIGINAL,
    { 401, .body = ERROR_BODY (50027) },
    50027,
    "Said ***.",
    FALSE },
  { "too-late",
    TSM_ROUTE_CALLBACK,
    { 404, .body = ERROR_BODY (10062) },
    10062,
    "Said ***.",
    FALSE },
  { "answered-by-another",
    TSM_ROUTE_CALLBACK,
    { 400, .body = ERROR_BODY (40060) },
    40060,
    "Said ***.",
    FALSE },
  { "a-web-page", TSM_ROUTE_CHANNEL, { 403, .body = "<html>" }, 0, "", FALSE },
};

static const char *
get_target (TsmRouteKind kind)
{
  switch (kind) {
  case TSM_ROUTE_CALLBACK:
    return CALLBACK;
  case TSM_ROUTE_PATCH_ORIGINAL:
    return ORIGINAL;
  case TSM_ROUTE_POST_MESSAGE:
    return "/api/channels/9/messages";
  case TSM_ROUTE_CHANNEL:
    return "/api/channels/9";
  case TSM_ROUTE_FOLLOW_UP:
    return FOLLOW_UP;
  case TSM_ROUTE_GATEWAY:
  case TSM_ROUTE_APPLICATION:
  case TSM_ROUTE_GUILD:
  case TSM_ROUTE_LIST_GLOBAL:
  case TSM_ROUTE_EMPTY_GLOBAL:
  case TSM_ROUTE_LIST_COMMANDS:
  case TSM_ROUTE_PUT_COMMANDS:
  case TSM_ROUTE_DELETE_ORIGINAL:
    break;
  }
  g_assert_not_reached ();
}

static void
test_rest_reply (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const char *text = reply_cases[i].answer.body != NULL ? reply_cases[i].answer.body : "";
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  Bench bench;
  g_autoptr (TsmRestReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, get_target (reply_cases[i].kind), reply_cases[i].answer);
  reply = ask_of (&bench, reply_cases[i].kind, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (reply->status, ==, reply_cases[i].answer.status);
  g_assert_cmpint (reply->code, ==, reply_cases[i].code);
  g_assert_cmpstr (reply->message, ==, reply_cases[i].message);
  g_assert_true (g_bytes_equal (reply->body, body));
  g_assert_cmpint (tsm_rest_reply_is_done (reply), ==, reply_cases[i].is_done);
  g_assert_cmpuint (count_requests (&bench), ==, 1);
  g_assert_cmpuint (bench.n_denied, ==, 0);
  /* Whoever asked says what it means; here it is no more than a detail. */
  g_assert_cmpuint (count_logged ("code "), ==, reply_cases[i].answer.status >= 400);
  bench_close (&bench);
}

#define WELL     \
  {              \
    .body = "{}" \
  }
#define DOWN                        \
  {                                 \
    .status = 502, .body = "<html>" \
  }
#define HANGUP                \
  {                           \
    .manner = TSM_TEST_HANGUP \
  }
#define NEVER                \
  {                          \
    .manner = TSM_TEST_NEVER \
  }
#define CUT                                  \
  {                                          \
    .manner = TSM_TEST_CUT, .body = "{\"a\"" \
  }
#define OVERLOADED                             \
  {                                            \
    .status = 400, .body = ERROR_BODY (130000) \
  }
#define WAS_HEARD                             \
  {                                           \
    .status = 400, .body = ERROR_BODY (40060) \
  }

static const struct {
  const char *name;
  TsmRouteKind kind;
  gboolean is_repeatable;
  TsmTestAnswer answers[4];
  guint n_answers;
  guint n_requests;
  guint status; /* 0: an error */
} retry_cases[] = {
  { "get-is-tried-again", TSM_ROUTE_CHANNEL, FALSE, { DOWN, HANGUP, WELL }, 3, 3, 200 },
  { "get-is-tried-three-times", TSM_ROUTE_CHANNEL, FALSE, { DOWN, DOWN, DOWN, WELL }, 4, 3, 502 },
  { "get-cut-off", TSM_ROUTE_CHANNEL, FALSE, { CUT, WELL }, 2, 2, 200 },
  { "get-without-answer", TSM_ROUTE_CHANNEL, FALSE, { NEVER, WELL }, 2, 2, 200 },
  { "get-never-answered", TSM_ROUTE_CHANNEL, FALSE, { NEVER }, 1, 3, 0 },
  { "get-refused-is-final", TSM_ROUTE_CHANNEL, FALSE, { { .status = 404 }, WELL }, 2, 1, 404 },
  { "edit-is-tried-again", TSM_ROUTE_PATCH_ORIGINAL, FALSE, { HANGUP, DOWN, WELL }, 3, 3, 200 },
  { "edit-lost-three-times", TSM_ROUTE_PATCH_ORIGINAL, FALSE, { HANGUP }, 1, 3, 0 },
  { "message-is-not", TSM_ROUTE_POST_MESSAGE, FALSE, { DOWN, WELL }, 2, 1, 502 },
  { "lost-message-is-not", TSM_ROUTE_POST_MESSAGE, FALSE, { HANGUP, WELL }, 2, 1, 0 },
  { "message-with-nonce-is", TSM_ROUTE_POST_MESSAGE, TRUE, { HANGUP, DOWN, WELL }, 3, 3, 200 },
  { "follow-up-is-not", TSM_ROUTE_FOLLOW_UP, FALSE, { DOWN, WELL }, 2, 1, 502 },
  { "callback-is-tried-again", TSM_ROUTE_CALLBACK, FALSE, { HANGUP, WELL }, 2, 2, 200 },
  { "callback-after-a-502", TSM_ROUTE_CALLBACK, FALSE, { DOWN, WELL }, 2, 2, 200 },
  { "callback-is-tried-twice", TSM_ROUTE_CALLBACK, FALSE, { HANGUP, HANGUP, WELL }, 3, 2, 0 },
  { "callback-was-heard", TSM_ROUTE_CALLBACK, FALSE, { HANGUP, WAS_HEARD }, 2, 2, 204 },
  { "callback-was-heard-in-spite-of-a-502",
    TSM_ROUTE_CALLBACK,
    FALSE,
    { DOWN, WAS_HEARD },
    2,
    2,
    204 },
  { "overloaded-is-tried-again", TSM_ROUTE_CHANNEL, FALSE, { OVERLOADED, WELL }, 2, 2, 200 },
  { "overloaded-is-a-503", TSM_ROUTE_POST_MESSAGE, FALSE, { OVERLOADED, WELL }, 2, 1, 503 },
  { "callback-after-overloaded", TSM_ROUTE_CALLBACK, FALSE, { OVERLOADED, WELL }, 2, 2, 200 },
  { "callback-in-time-or-never", TSM_ROUTE_CALLBACK, FALSE, { NEVER, WELL }, 2, 1, 0 },
};

static void
test_rest_retry (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  Bench bench;
  g_autoptr (TsmRestReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  TsmRestCall call;

  bench_open (&bench,
              &(TsmRestOptions){ .callback_ms = SHORT_MS, .answer_ms = SHORT_MS, .pause_ms = 5 });
  for (guint n = 0; n < retry_cases[i].n_answers; n++)
    tsm_test_server_answer (bench.server, get_target (retry_cases[i].kind),
                            retry_cases[i].answers[n]);
  call = make_call (&bench, retry_cases[i].kind, NULL);
  call.is_repeatable = retry_cases[i].is_repeatable;
  reply = ask (&bench, &call, &error);
  if (retry_cases[i].status == 0)
    g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  else {
    g_assert_no_error (error);
    g_assert_cmpuint (reply->status, ==, retry_cases[i].status);
  }
  g_assert_cmpuint (count_requests (&bench), ==, retry_cases[i].n_requests);
  for (guint n = 1; n < count_requests (&bench); n++)
    g_assert_cmpstr (g_ptr_array_index (tsm_test_server_get_requests (bench.server), n), ==,
                     g_ptr_array_index (tsm_test_server_get_requests (bench.server), 0));
  bench_close (&bench);
}

static void
test_rest_refused_connection (void)
{
  Bench bench;
  g_autoptr (TsmRestReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  bench_open (&bench, &(TsmRestOptions){ .pause_ms = 1 });
  tsm_test_server_free (bench.server);
  bench.server = NULL;
  reply = ask_of (&bench, TSM_ROUTE_CALLBACK, NULL, &error);
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  g_assert_true (g_str_has_prefix (error->message, "POST /interactions/9/***/callback could not be "
                                                   "reached: "));
  bench_close (&bench);
}

static void
test_rest_body_limit (void)
{
  g_autofree char *body = g_strnfill (TSM_LIMIT_REST_BYTES + 1, ' ');
  Bench bench;
  g_autoptr (TsmRestReply) reply = NULL, none = NULL;
  g_autoptr (GError) error = NULL;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, "/api/channels/9",
                          (TsmTestAnswer){ .body = body, .length = TSM_LIMIT_REST_BYTES });
  tsm_test_server_answer (bench.server, "/api/channels/9",
                          (TsmTestAnswer){ .body = body, .length = TSM_LIMIT_REST_BYTES + 1 });
  reply = ask_of (&bench, TSM_ROUTE_CHANNEL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (reply->body), ==, TSM_LIMIT_REST_BYTES);
  none = ask_of (&bench, TSM_ROUTE_CHANNEL, NULL, &error);
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  g_assert_cmpuint (count_requests (&bench), ==, 2);
  bench_close (&bench);
}

/* Each kind of request, one after the other, over the connection of the first. */
static void
test_rest_reuses_connection (void)
{
  static const TsmRouteKind kinds[] = { TSM_ROUTE_CALLBACK,     TSM_ROUTE_PATCH_ORIGINAL,
                                        TSM_ROUTE_CALLBACK,     TSM_ROUTE_FOLLOW_UP,
                                        TSM_ROUTE_POST_MESSAGE, TSM_ROUTE_CHANNEL };
  Bench bench;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, CALLBACK, (TsmTestAnswer){ .status = 204 });
  tsm_test_server_answer (bench.server, ORIGINAL, (TsmTestAnswer) WELL);
  for (guint i = 0; i < 5 * G_N_ELEMENTS (kinds); i++) {
    /* The pace of the bot's own calls is not what is at stake. */
    const TsmRouteKind kind = kinds[i % G_N_ELEMENTS (kinds)];
    const gboolean is_bot = kind == TSM_ROUTE_POST_MESSAGE || kind == TSM_ROUTE_CHANNEL;
    g_autoptr (TsmRestReply) reply = NULL;

    if (is_bot && i >= G_N_ELEMENTS (kinds))
      continue;
    reply = ask_of (&bench, kind, NULL, NULL);
    g_assert_nonnull (reply);
  }
  g_assert_cmpuint (count_requests (&bench), ==, 22);
  g_assert_cmpuint (tsm_test_server_get_n_connections (bench.server), ==, 1);
  bench_close (&bench);
}

/* Two of the bot's calls and two edits never end; more of them wait; callbacks go through. */
static void
test_rest_callback_finds_connection (void)
{
  Bench bench;
  GAsyncResult *slow[8] = { NULL };
  static const char *const channels[] = { "1", "2", "3", "4" };

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, CALLBACK, (TsmTestAnswer){ .status = 204 });
  tsm_test_server_answer (bench.server, ORIGINAL, (TsmTestAnswer) NEVER);
  tsm_test_server_answer (bench.server, FOLLOW_UP, (TsmTestAnswer) NEVER);
  for (guint i = 0; i < G_N_ELEMENTS (channels); i++) {
    g_autofree char *target = g_strconcat ("/api/channels/", channels[i], "/messages", NULL);

    tsm_test_server_answer (bench.server, target, (TsmTestAnswer) NEVER);
    begin (&bench, TSM_ROUTE_POST_MESSAGE, channels[i], &slow[i]);
    begin (&bench, i % 2 == 0 ? TSM_ROUTE_PATCH_ORIGINAL : TSM_ROUTE_FOLLOW_UP, NULL, &slow[4 + i]);
  }
  wait_requests (&bench, 4);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (TsmRestReply) reply = ask_of (&bench, TSM_ROUTE_CALLBACK, NULL, NULL);

    g_assert_cmpuint (reply->status, ==, 204);
  }
  g_assert_cmpuint (count_requests (&bench), ==, 7);
  g_assert_cmpuint (tsm_test_server_get_n_connections (bench.server), ==, 5);
  tsm_rest_free (g_steal_pointer (&bench.rest));
  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    g_assert_null (slow[i]); /* not from within */
  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    check_cancelled (&slow[i]);
  bench_close (&bench);
}

/* More than there are connections: the last ones find none, and say so in time. */
static void
test_rest_callbacks_without_connection_end (void)
{
  Bench bench;
  GAsyncResult *results[9] = { NULL };

  bench_open (&bench, &(TsmRestOptions){ .callback_ms = SHORT_MS });
  tsm_test_server_answer (bench.server, CALLBACK, (TsmTestAnswer) NEVER);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    begin (&bench, TSM_ROUTE_CALLBACK, NULL, &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (tsm_rest_send_finish (tsm_test_server_wait (&results[i]), &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
    g_clear_object (&results[i]);
  }
  bench_close (&bench);
}

#define LIMITED(header, body_)                          \
  {                                                     \
    .status = 429, .headers = (header), .body = (body_) \
  }

static const struct {
  const char *name;
  TsmRouteKind first, second; /* the second goes when the first was answered once */
  const char *second_channel; /* NULL: the same */
  TsmTestAnswer answer;       /* of the first; then all is well */
  guint first_requests;
  gint64 wait_ms; /* before the next request; -1: none */
} limit_cases[] = {
  { "header", TSM_ROUTE_POST_MESSAGE, TSM_ROUTE_POST_MESSAGE, NULL,
    LIMITED ("Retry-After: 0.06", "{}"), 2, 60 },
  { "body-is-longer", TSM_ROUTE_POST_MESSAGE, TSM_ROUTE_POST_MESSAGE, NULL,
    LIMITED ("Retry-After: 0.001", "{\"retry_after\":0.06}"), 2, 60 },
  { "header-is-longer", TSM_ROUTE_POST_MESSAGE, TSM_ROUTE_POST_MESSAGE, NULL,
    LIMITED ("Retry-After: 0.06", "{\"retry_after\":0.001}"), 2, 60 },
  { "global-is-for-all-channels", TSM_ROUTE_POST_MESSAGE, TSM_ROUTE_POST_MESSAGE, "8",
    LIMITED ("Retry-After: 0.06\nX-RateLimit-Global: true", "{}"), 2, 60 },
  { "global-by-body", TSM_ROUTE_POST_MESSAGE, TSM_ROUTE_POST_MESSAGE, "8",
    LIMITED (NULL, "{\"retry_after\":0.06,\"global\":true}"), 2, 60 },
  { "global-is-not-for-edits", TSM_ROUTE_POST_MESSAGE, TSM_ROUTE_PATCH_ORIGINAL, NULL,
    LIMITED ("X-RateLimit-Global: true", "{\"retry_after\":0.4}"), 2, 0 },
  { "global-is-not-for-callbacks", TSM_ROUTE_POST_MESSAGE, TSM_ROUTE_CALLBACK, NULL,
    LIMITED ("X-RateLimit-Global: true", "{\"retry_after\":0.4}"), 2, 0 },
  { "bucket-is-not-for-other-channels", TSM_ROUTE_POST_MESSAGE, TSM_ROUTE_POST_MESSAGE, "8",
    LIMITED (NULL, "{\"retry_after\":0.4}"), 2, 0 },
  { "edit", TSM_ROUTE_PATCH_ORIGINAL, TSM_ROUTE_PATCH_ORIGINAL, NULL,
    LIMITED (NULL, "{\"retry_after\":0.06}"), 2, 60 },
  { "callback", TSM_ROUTE_CALLBACK, TSM_ROUTE_CALLBACK, NULL,
    LIMITED (NULL, "{\"retry_after\":0.06}"), 2, 0 },
  { "callback-global-is-for-channels", TSM_ROUTE_CALLBACK, TSM_ROUTE_POST_MESSAGE, "8",
    LIMITED (NULL, "{\"retry_after\":0.06,\"global\":true}"), 2, 60 },
  { "none-left",
    TSM_ROUTE_POST_MESSAGE,
    TSM_ROUTE_POST_MESSAGE,
    NULL,
    { .headers = "X-RateLimit-Bucket: b\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset-After: 0.06",
      .body = "{}" },
    1,
    60 },
  { "some-left",
    TSM_ROUTE_POST_MESSAGE,
    TSM_ROUTE_POST_MESSAGE,
    NULL,
    { .headers = "X-RateLimit-Bucket: b\nX-RateLimit-Remaining: 1\nX-RateLimit-Reset-After: 0.4",
      .body = "{}" },
    1,
    0 },
};

static void
test_rest_limit (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  Bench bench;
  g_autoptr (GAsyncResult) first = NULL, second = NULL;
  g_autoptr (TsmRestReply) first_reply = NULL, second_reply = NULL;
  gint64 waited_ms;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, get_target (limit_cases[i].first), limit_cases[i].answer);
  tsm_test_server_answer (bench.server, get_target (limit_cases[i].first), (TsmTestAnswer) WELL);
  tsm_test_server_answer (bench.server, "/api/channels/8/messages", (TsmTestAnswer) WELL);
  begin (&bench, limit_cases[i].first, NULL, &first);
  wait_requests (&bench, 1);
  /* Answered, and the answer read. */
  if (limit_cases[i].first_requests == 2)
    while (count_logged ("to wait") == 0)
      g_main_context_iteration (NULL, TRUE);
  else
    tsm_test_server_wait (&first);
  begin (&bench, limit_cases[i].second, limit_cases[i].second_channel, &second);
  second_reply = tsm_rest_send_finish (tsm_test_server_wait (&second), NULL);
  first_reply = tsm_rest_send_finish (tsm_test_server_wait (&first), NULL);
  g_assert_nonnull (first_reply);
  g_assert_nonnull (second_reply);
  g_assert_cmpuint (first_reply->status, ==, 200);
  g_assert_cmpuint (count_requests (&bench), ==, limit_cases[i].first_requests + 1);
  waited_ms = tsm_test_server_get_request_ms (bench.server, 1) -
              tsm_test_server_get_request_ms (bench.server, 0);
  /* A ms for the rounding of either clock. */
  g_assert_cmpint (waited_ms, >=, limit_cases[i].wait_ms - 1);
  if (limit_cases[i].wait_ms == 0)
    g_assert_cmpint (waited_ms, <, 300);
  bench_close (&bench);
}

static const struct {
  const char *name;
  TsmRouteKind kind;
  TsmTestAnswer answer;
} hopeless_cases[] = {
  { "longer-than-a-callback-has", TSM_ROUTE_CALLBACK, LIMITED ("Retry-After: 3", "{}") },
  { "callback-from-outside", TSM_ROUTE_CALLBACK, LIMITED ("Retry-After: 0.01", "<html>") },
  { "longer-than-an-interaction-lives", TSM_ROUTE_PATCH_ORIGINAL,
    LIMITED ("Retry-After: 901", "{}") },
  { "longer-than-an-hour", TSM_ROUTE_POST_MESSAGE, LIMITED ("Retry-After: 3601", "{}") },
};

static void
test_rest_hopeless (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  Bench bench;
  g_autoptr (TsmRestReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, get_target (hopeless_cases[i].kind),
                          hopeless_cases[i].answer);
  reply = ask_of (&bench, hopeless_cases[i].kind, NULL, &error);
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  g_assert_cmpuint (count_requests (&bench), ==, 1);
  bench_close (&bench);
}

static void
test_rest_one_bucket_in_order (void)
{
  Bench bench;
  GAsyncResult *results[4] = { NULL };

  bench_open (&bench, &(TsmRestOptions){ .pause_ms = 1 });
  tsm_test_server_answer (bench.server, "/api/channels/9/messages", (TsmTestAnswer) DOWN);
  tsm_test_server_answer (bench.server, "/api/channels/9/messages", (TsmTestAnswer) WELL);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++) {
    g_autofree char *json = g_strdup_printf ("%u", i);
    TsmRestCall call = make_call (&bench, TSM_ROUTE_POST_MESSAGE, NULL);

    call.json = json;
    call.is_repeatable = TRUE;
    tsm_rest_send_async (bench.rest, &call, NULL, tsm_test_server_wait_done, &results[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (results); i++) {
    tsm_rest_reply_free (tsm_rest_send_finish (tsm_test_server_wait (&results[i]), NULL));
    g_clear_object (&results[i]);
  }
  g_assert_cmpuint (tsm_test_server_get_most_at_once (bench.server), ==, 1);
  g_assert_cmpuint (count_requests (&bench), ==, 5);
  for (guint i = 0; i < 5; i++) { /* the first one twice */
    g_autofree char *expected =
        g_strdup_printf ("POST /api/channels/9/messages %u|Bot " BOT_TOKEN, i == 0 ? 0 : i - 1);

    g_assert_cmpstr (g_ptr_array_index (tsm_test_server_get_requests (bench.server), i), ==,
                     expected);
  }
  bench_close (&bench);
}

static void
check_denied (GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tsm_rest_send_finish (tsm_test_server_wait (result), &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_DENIED);
  assert_no_secret (error->message);
  g_clear_object (result);
}

static void
test_rest_denied (void)
{
  const TsmTestAnswer refusal = { .status = 401,
                                  .body = ERROR_BODY (0),
                                  .headers = "WWW-Authenticate: Basic realm=x" };
  Bench bench;
  GAsyncResult *results[4] = { NULL };
  g_autoptr (TsmRestReply) reply = NULL;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, "/api/channels/9/messages", refusal);
  tsm_test_server_answer (bench.server, "/api/channels/9", refusal);
  tsm_test_server_answer (bench.server, ORIGINAL, (TsmTestAnswer) WELL);
  begin (&bench, TSM_ROUTE_POST_MESSAGE, NULL, &results[0]);
  begin (&bench, TSM_ROUTE_CHANNEL, NULL, &results[1]);      /* under way, too */
  begin (&bench, TSM_ROUTE_POST_MESSAGE, NULL, &results[2]); /* waits */
  for (guint i = 0; i < 3; i++)
    check_denied (&results[i]);
  g_assert_cmpuint (bench.n_denied, ==, 1);
  g_assert_true (tsm_rest_is_denied (bench.rest));
  begin (&bench, TSM_ROUTE_CHANNEL, NULL, &results[3]);
  g_assert_null (results[3]);
  check_denied (&results[3]);
  g_assert_cmpuint (count_requests (&bench), ==, 2);
  g_assert_cmpuint (count_logged ("TOKEN_BOT"), ==, 1);
  /* An interaction has a token of its own. */
  reply = ask_of (&bench, TSM_ROUTE_PATCH_ORIGINAL, NULL, NULL);
  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpuint (bench.n_denied, ==, 1);
  bench_close (&bench);
}

/* The gateway heard of it first. */
static void
test_rest_told_of_a_dead_token (void)
{
  Bench bench;
  GAsyncResult *result = NULL;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_rest_deny (bench.rest);
  tsm_rest_deny (bench.rest);
  g_assert_cmpuint (bench.n_denied, ==, 1);
  begin (&bench, TSM_ROUTE_CHANNEL, NULL, &result);
  check_denied (&result);
  g_assert_cmpuint (count_requests (&bench), ==, 0);
  bench_close (&bench);
}

/* What waits for a better answer when the token dies is not sent again. */
static void
test_rest_denied_while_waiting_for_retry (void)
{
  Bench bench;
  GAsyncResult *results[2] = { NULL };

  bench_open (&bench, &(TsmRestOptions){ .pause_ms = 1000 });
  tsm_test_server_answer (bench.server, "/api/channels/9", (TsmTestAnswer) DOWN);
  tsm_test_server_answer (bench.server, "/api/channels/9/messages",
                          (TsmTestAnswer){ .status = 401 });
  begin (&bench, TSM_ROUTE_CHANNEL, NULL, &results[0]);
  while (count_logged ("to be tried again") == 0)
    g_main_context_iteration (NULL, TRUE);
  begin (&bench, TSM_ROUTE_POST_MESSAGE, NULL, &results[1]);
  check_denied (&results[0]);
  check_denied (&results[1]);
  g_assert_cmpuint (count_requests (&bench), ==, 2);
  bench_close (&bench);
}

static void
test_rest_breaker (void)
{
  Bench bench;
  g_autoptr (TsmRestReply) none = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *edit = NULL;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, CALLBACK,
                          (TsmTestAnswer){ .status = 403, .body = ERROR_BODY (50001) });
  for (guint i = 0; i <= TSM_LIMITER_FAULTS; i++) {
    g_autoptr (TsmRestReply) reply = ask_of (&bench, TSM_ROUTE_CALLBACK, NULL, NULL);

    g_assert_cmpuint (reply->status, ==, 403);
  }
  none = ask_of (&bench, TSM_ROUTE_CALLBACK, NULL, &error);
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  begin (&bench, TSM_ROUTE_PATCH_ORIGINAL, NULL, &edit);
  let_pass ();
  g_assert_null (edit);
  g_assert_cmpuint (count_requests (&bench), ==, TSM_LIMITER_FAULTS + 1);
  g_assert_cmpuint (count_logged ("asking nothing of Discord"), ==, 1);
  tsm_rest_free (g_steal_pointer (&bench.rest));
  check_cancelled (&edit);
  bench_close (&bench);
}

static void
test_rest_cancelled (void)
{
  static const TsmRouteKind kinds[] = { TSM_ROUTE_POST_MESSAGE, TSM_ROUTE_POST_MESSAGE,
                                        TSM_ROUTE_POST_MESSAGE, TSM_ROUTE_CALLBACK };
  Bench bench;
  GCancellable *cancellables[G_N_ELEMENTS (kinds)];
  GAsyncResult *results[G_N_ELEMENTS (kinds)] = { NULL };

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, CALLBACK, (TsmTestAnswer) NEVER);
  tsm_test_server_answer (bench.server, "/api/channels/9/messages", (TsmTestAnswer) NEVER);
  tsm_test_server_answer (bench.server, "/api/channels/9/messages", (TsmTestAnswer) WELL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    const TsmRestCall call = make_call (&bench, kinds[i], NULL);

    cancellables[i] = g_cancellable_new ();
    tsm_rest_send_async (bench.rest, &call, cancellables[i], tsm_test_server_wait_done,
                         &results[i]);
  }
  wait_requests (&bench, 2);
  g_cancellable_cancel (cancellables[1]); /* waits for the first */
  g_cancellable_cancel (cancellables[3]);
  g_assert_null (results[1]);
  check_cancelled (&results[1]);
  check_cancelled (&results[3]);
  g_cancellable_cancel (cancellables[0]);
  check_cancelled (&results[0]);
  /* The third has its turn then. */
  tsm_rest_reply_free (tsm_rest_send_finish (tsm_test_server_wait (&results[2]), NULL));
  g_object_unref (results[2]);
  g_assert_cmpuint (count_requests (&bench), ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_object_unref (cancellables[i]);
  bench_close (&bench);
}

static void
free_from_within (GObject *source, GAsyncResult *result, gpointer data)
{
  Bench *bench = data;

  tsm_rest_reply_free (tsm_rest_send_finish (result, NULL));
  tsm_rest_free (g_steal_pointer (&bench->rest));
}

static void
test_rest_freed_from_within (void)
{
  Bench bench;
  GAsyncResult *results[3] = { NULL };
  TsmRestCall call;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, ORIGINAL, (TsmTestAnswer) NEVER);
  tsm_test_server_answer (bench.server, "/api/channels/9", (TsmTestAnswer) LIMITED (NULL, "{}"));
  begin (&bench, TSM_ROUTE_PATCH_ORIGINAL, NULL, &results[0]); /* under way */
  begin (&bench, TSM_ROUTE_PATCH_ORIGINAL, NULL, &results[1]); /* waits for it */
  begin (&bench, TSM_ROUTE_CHANNEL, NULL, &results[2]);        /* waits for the limit */
  while (count_logged ("to wait") == 0 || count_requests (&bench) < 2)
    g_main_context_iteration (NULL, TRUE);
  tsm_test_server_answer (bench.server, CALLBACK, (TsmTestAnswer){ .status = 204 });
  call = make_call (&bench, TSM_ROUTE_CALLBACK, NULL);
  tsm_rest_send_async (bench.rest, &call, NULL, free_from_within, &bench);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    check_cancelled (&results[i]);
  g_assert_null (bench.rest);
  bench_close (&bench);
}

/* What has come meanwhile is not told to one who may be gone: cancelled, whatever it was. */
static void
test_rest_freed_after_a_result (void)
{
  Bench bench;
  GAsyncResult *waiting = NULL, *refused = NULL;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, "/api/channels/9", (TsmTestAnswer) NEVER);
  begin (&bench, TSM_ROUTE_CHANNEL, NULL, &waiting);
  tsm_rest_deny (bench.rest);
  begin (&bench, TSM_ROUTE_CHANNEL, NULL, &refused);
  g_assert_null (refused);
  tsm_rest_free (g_steal_pointer (&bench.rest));
  check_cancelled (&refused);
  check_cancelled (&waiting);
  bench_close (&bench);
}

static void
test_rest_is_answering (void)
{
  static const TsmRouteKind kinds[] = { TSM_ROUTE_CALLBACK, TSM_ROUTE_PATCH_ORIGINAL,
                                        TSM_ROUTE_FOLLOW_UP };
  Bench bench;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  g_assert_false (tsm_rest_is_answering (bench.rest));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    GAsyncResult *message = NULL, *answer = NULL;

    begin (&bench, TSM_ROUTE_POST_MESSAGE, NULL, &message);
    g_assert_false (tsm_rest_is_answering (bench.rest)); /* for nobody */
    begin (&bench, kinds[i], NULL, &answer);
    g_assert_true (tsm_rest_is_answering (bench.rest));
    tsm_rest_reply_free (tsm_rest_send_finish (tsm_test_server_wait (&answer), NULL));
    g_assert_false (tsm_rest_is_answering (bench.rest));
    tsm_rest_reply_free (tsm_rest_send_finish (tsm_test_server_wait (&message), NULL));
    g_object_unref (answer);
    g_object_unref (message);
  }
  bench_close (&bench);
}

static void
test_rest_too_many_wait (void)
{
  Bench bench;
  GAsyncResult *results[TSM_LIMIT_REST_CALLS] = { NULL };
  g_autoptr (TsmRestReply) none = NULL, callback = NULL;
  g_autoptr (GError) error = NULL;

  bench_open (&bench, &(TsmRestOptions){ 0 });
  tsm_test_server_answer (bench.server, "/api/channels/9", (TsmTestAnswer) NEVER);
  for (guint i = 0; i < TSM_LIMIT_REST_CALLS; i++)
    begin (&bench, TSM_ROUTE_CHANNEL, NULL, &results[i]);
  none = ask_of (&bench, TSM_ROUTE_CHANNEL, NULL, &error);
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  callback = ask_of (&bench, TSM_ROUTE_CALLBACK, NULL, NULL);
  g_assert_nonnull (callback);
  tsm_rest_free (g_steal_pointer (&bench.rest));
  for (guint i = 0; i < TSM_LIMIT_REST_CALLS; i++)
    check_cancelled (&results[i]);
  bench_close (&bench);
}

#define ADD_CASES(cases, path, function)                                          \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {                              \
    g_autofree char *full = g_strconcat ("/rest/" path "/", cases[i].name, NULL); \
                                                                                  \
    g_test_add_data_func (full, GUINT_TO_POINTER (i), function);                  \
  }

int
main (int argc, char **argv)
{
  int status;

  tsm_client_prepare ();
  g_test_init (&argc, &argv, NULL);
  logged = g_string_new (NULL);
  g_log_set_writer_func (keep_line, NULL, NULL);
  ADD_CASES (request_cases, "request", test_rest_request)
  ADD_CASES (reply_cases, "reply", test_rest_reply)
  ADD_CASES (retry_cases, "retry", test_rest_retry)
  ADD_CASES (limit_cases, "limit", test_rest_limit)
  ADD_CASES (hopeless_cases, "hopeless", test_rest_hopeless)
  g_test_add_func ("/rest/refused-connection", test_rest_refused_connection);
  g_test_add_func ("/rest/body-limit", test_rest_body_limit);
  g_test_add_func ("/rest/reuses-connection", test_rest_reuses_connection);
  g_test_add_func ("/rest/callback-finds-connection", test_rest_callback_finds_connection);
  g_test_add_func ("/rest/callbacks-without-connection-end",
                   test_rest_callbacks_without_connection_end);
  g_test_add_func ("/rest/one-bucket-in-order", test_rest_one_bucket_in_order);
  g_test_add_func ("/rest/denied", test_rest_denied);
  g_test_add_func ("/rest/told-of-a-dead-token", test_rest_told_of_a_dead_token);
  g_test_add_func ("/rest/denied-while-waiting-for-retry",
                   test_rest_denied_while_waiting_for_retry);
  g_test_add_func ("/rest/breaker", test_rest_breaker);
  g_test_add_func ("/rest/freed-after-a-result", test_rest_freed_after_a_result);
  g_test_add_func ("/rest/is-answering", test_rest_is_answering);
  g_test_add_func ("/rest/cancelled", test_rest_cancelled);
  g_test_add_func ("/rest/freed-from-within", test_rest_freed_from_within);
  g_test_add_func ("/rest/too-many-wait", test_rest_too_many_wait);
  status = g_test_run ();
  g_string_free (logged, TRUE);
  return status;
}
