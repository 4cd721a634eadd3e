/* SPDX-License-Identifier: MIT */
#include "test-session-rig.h"

/* What Discord says: op 7, op 9, close codes. */

static void
test_session_end_reconnect_before_hello (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_give_url (&rig);
  rig_feed_plain (&rig, TSM_HAPPENED_CONNECTED);
  rig_feed_plain (&rig, TSM_HAPPENED_RECONNECT);
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  g_assert_cmpstr (rig.step.actions[1].url, ==, URL);
}

/* At once, but not again and again. */
static void
test_session_end_reconnect_again (void)
{
  g_auto (Rig) rig = rig_new_up (1);
  gint64 at_ms;

  rig_feed_plain (&rig, TSM_HAPPENED_RECONNECT);
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  g_assert_cmpuint (rig.step.actions[0].code, ==, TSM_CLOSE_RESUMABLE);
  g_assert_true (rig_try_again (&rig));
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_RESUMED, .seq = 2 });
  at_ms = rig.now_ms;
  rig_feed_plain (&rig, TSM_HAPPENED_RECONNECT);
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  g_assert_cmpint (rig.step.wake_at_ms - at_ms, >=, SECOND_MS);
  g_assert_true (rig_try_again (&rig));
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_RESUMED, .seq = 3 });
  rig_live (&rig, MINUTE_MS);
  rig_feed_plain (&rig, TSM_HAPPENED_RECONNECT);
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
}

static void
test_session_end_invalid_resumable (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  rig_live (&rig, MINUTE_MS);
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_INVALID, .is_resumable = TRUE });
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  g_assert_true (rig_try_again (&rig));
}

static void
test_session_end_invalid (void)
{
  gint64 least_ms = MINUTE_MS, most_ms = 0;

  for (guint64 seed = 0; seed < 200; seed++) {
    g_auto (Rig) rig = rig_new_up (seed);
    gint64 wait_ms;

    rig_live (&rig, MINUTE_MS);
    rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_INVALID });
    rig_assert_actions (&rig, TSM_ACTION_CLOSE, -1);
    wait_ms = rig.step.wake_at_ms - rig.now_ms;
    least_ms = MIN (least_ms, wait_ms);
    most_ms = MAX (most_ms, wait_ms);
    rig_wake (&rig);
    rig_assert_actions (&rig, TSM_ACTION_CONNECT, -1);
    g_assert_cmpstr (rig.step.actions[0].url, ==, URL); /* the cached one, not the session's */
    g_assert_false (rig_try_again (&rig));
  }
  g_assert_cmpint (least_ms, >=, SECOND_MS);
  g_assert_cmpint (least_ms, <, SECOND_MS + 200);
  g_assert_cmpint (most_ms, <=, 5 * SECOND_MS);
  g_assert_cmpint (most_ms, >, 5 * SECOND_MS - 200);
}

typedef enum { THEN_RESUME, THEN_IDENTIFY, THEN_STOP } Then;

static const struct {
  const char *name;
  guint code;
  Then then;
  gint64 wait_ms;     /* after a session that was up for long */
  const char *reason; /* part of it */
} close_cases[] = {
  { "none", 0, THEN_RESUME, 0, "lost" },
  { "normal", 1000, THEN_IDENTIFY, 0, "1000" },
  { "going-away", 1001, THEN_RESUME, 0, "1001" },
  { "abnormal", 1006, THEN_RESUME, 0, "1006" },
  { "internal-error", 1011, THEN_RESUME, 0, "1011" },
  { "private", 3999, THEN_RESUME, 0, "3999" },
  { "unknown-error", 4000, THEN_RESUME, 0, "4000: unknown error" },
  { "bad-opcode", 4001, THEN_RESUME, 0, "4001: bad opcode, a fault of TSM" },
  { "bad-payload", 4002, THEN_RESUME, 0, "4002: bad payload, a fault of TSM" },
  { "not-authenticated", 4003, THEN_IDENTIFY, 0, "4003" },
  { "bad-token", 4004, THEN_STOP, 0, "TOKEN_BOT" },
  { "authenticated-twice", 4005, THEN_IDENTIFY, 0, "4005" },
  { "retired", 4006, THEN_RESUME, 0, "4006" },
  { "bad-sequence", 4007, THEN_IDENTIFY, 0, "4007" },
  { "too-fast", 4008, THEN_RESUME, 60 * SECOND_MS, "4008" },
  { "timed-out", 4009, THEN_IDENTIFY, 0, "4009" },
  { "bad-shard", 4010, THEN_STOP, 0, "shard" },
  { "sharding-required", 4011, THEN_STOP, 0, "remove it" },
  { "bad-version", 4012, THEN_STOP, 0, "update TSM" },
  { "bad-intents", 4013, THEN_STOP, 0, "update TSM" },
  { "intents-not-granted", 4014, THEN_STOP, 0,
    "an intent is not enabled on the application's Bot page" },
  { "of-the-future", 4015, THEN_RESUME, 0, "4015" },
};

static void
test_session_end_closed (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig = rig_new_up (1);

  rig_live (&rig, 2 * MINUTE_MS);
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = close_cases[i].code });
  rig_assert_reason (&rig, close_cases[i].reason);
  if (close_cases[i].then == THEN_STOP) {
    rig_assert_phase (&rig, TSM_PHASE_STOPPED);
    rig_assert_actions (&rig, -1, -1);
    g_assert_cmpint (rig.step.wake_at_ms, ==, G_MAXINT64);
    return;
  }
  if (close_cases[i].wait_ms > 0) {
    g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, ==, close_cases[i].wait_ms);
    rig_assert_actions (&rig, -1, -1);
  } else
    rig_assert_actions (&rig, TSM_ACTION_CONNECT, -1);
  g_assert_true (rig_try_again (&rig) == (close_cases[i].then == THEN_RESUME));
}

/* The same before there was a session: nothing to resume, and never at once. */
static void
test_session_end_closed_early (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig = rig_new (1);

  rig_give_url (&rig);
  rig_feed_plain (&rig, TSM_HAPPENED_CONNECTED);
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = close_cases[i].code });
  rig_assert_actions (&rig, -1, -1);
  if (close_cases[i].then == THEN_STOP) {
    rig_assert_phase (&rig, TSM_PHASE_STOPPED);
    return;
  }
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, SECOND_MS / 2);
  g_assert_false (rig_try_again (&rig));
}

static void
test_session_end_denied (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  rig_feed_plain (&rig, TSM_HAPPENED_DENIED);
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  g_assert_cmpuint (rig.step.actions[0].code, ==, TSM_CLOSE_NORMAL);
  rig_assert_phase (&rig, TSM_PHASE_STOPPED);
  rig_assert_reason (&rig, "TOKEN_BOT");
  for (guint kind = 0; kind <= TSM_HAPPENED_DENIED; kind++) {
    rig_feed (&rig, (TsmSessionEvent){ .kind = kind, .text = "x", .interval_ms = 100 });
    rig_pass (&rig, DAY_MS);
    rig_assert_actions (&rig, -1, -1);
    rig_assert_phase (&rig, TSM_PHASE_STOPPED);
  }
}

static void
test_session_end_denied_while_asking (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_feed_plain (&rig, TSM_HAPPENED_DENIED);
  rig_assert_actions (&rig, -1, -1);
  rig_assert_phase (&rig, TSM_PHASE_STOPPED);
}

static void
test_session_end_garbled (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_GARBLED, .text = "is cut off" });
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  rig_assert_reason (&rig, "what Discord sent is cut off");
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, SECOND_MS / 2);
  g_assert_true (rig_try_again (&rig));
}

/* Backoff. */

static void
test_session_end_backoff (void)
{
  for (guint64 seed = 0; seed < 20; seed++) {
    g_auto (Rig) rig = rig_new (seed);

    for (guint n = 0; n < 12; n++) {
      const gint64 most_ms = n < 7 ? SECOND_MS << n : 120 * SECOND_MS;
      gint64 wait_ms;

      rig_assert_actions (&rig, TSM_ACTION_FETCH, -1);
      rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL_FAILED, .text = "no route" });
      wait_ms = rig.step.wake_at_ms - rig.now_ms;
      g_assert_cmpint (wait_ms, >=, most_ms / 2);
      g_assert_cmpint (wait_ms, <=, most_ms);
      rig_wake (&rig);
    }
  }
}

static const struct {
  const char *name;
  gint64 up_ms;
  gint64 least_ms, most_ms; /* until the next attempt, after four that failed */
} settled_cases[] = {
  { "not-on-connecting", 0, 8 * SECOND_MS, 16 * SECOND_MS },
  { "not-yet", MINUTE_MS - 1, 8 * SECOND_MS, 16 * SECOND_MS },
  { "after-a-minute", MINUTE_MS, 0, 0 },
};

static void
test_session_end_settled (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig = rig_new (1);

  for (guint n = 0; n < 4; n++) {
    rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL_FAILED, .text = "no route" });
    rig_wake (&rig);
  }
  rig_give_url (&rig);
  rig_greet (&rig);
  rig_give_ready (&rig);
  rig_live (&rig, settled_cases[i].up_ms);
  rig_feed_plain (&rig, TSM_HAPPENED_CLOSED);
  if (settled_cases[i].most_ms == 0) {
    rig_assert_actions (&rig, TSM_ACTION_CONNECT, -1);
    return;
  }
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, settled_cases[i].least_ms);
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, <=, settled_cases[i].most_ms);
}

/* 429 says how long. */
static void
test_session_end_waits_as_told (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_feed (&rig, (TsmSessionEvent){
                      .kind = TSM_HAPPENED_URL_FAILED, .text = "429", .delay_ms = 5 * MINUTE_MS });
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, ==, 5 * MINUTE_MS);
  rig_wake (&rig);
  rig_give_url (&rig);
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CONNECT_FAILED,
                                     .text = "429",
                                     .delay_ms = 7 * MINUTE_MS });
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, ==, 7 * MINUTE_MS);
  rig_wake (&rig);
  rig_assert_actions (&rig, TSM_ACTION_FETCH, -1);
}

/* The budget. */

static void
test_session_end_five_seconds_between_identifies (void)
{
  for (guint64 seed = 0; seed < 50; seed++) {
    g_auto (Rig) rig = rig_new_up (seed);
    const gint64 first_ms = rig.now_ms;

    rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = 4009 });
    g_assert_false (rig_try_again (&rig));
    g_assert_cmpint (rig.now_ms - first_ms, >, 5 * SECOND_MS);
  }
}

static const struct {
  const char *name;
  guint n;         /* IDENTIFYs of earlier runs */
  gint64 oldest_s; /* how long ago the first was; each a second after the one before */
  gint64 least_ms, most_ms;
} restart_cases[] = {
  { "none", 0, 0, 0, 0 },
  { "just-before", 1, 0, 5 * SECOND_MS, 7 * SECOND_MS },
  { "a-while-ago", 1, 60, 0, 0 },
  { "one-left", TSM_LIMIT_IDENTIFIES - 1, 3600, 0, 0 },
  { "used-up", TSM_LIMIT_IDENTIFIES, 3600, 23 * 60 * MINUTE_MS, 23 * 60 * MINUTE_MS + 2000 },
  { "used-up-yesterday", TSM_LIMIT_IDENTIFIES, 24 * 3600 + 5, 0, 0 },
  { "more-than-there-may-be", TSM_LIMIT_IDENTIFIES + 100, 3600, 23 * 60 * MINUTE_MS + 100 * 1000,
    23 * 60 * MINUTE_MS + 102 * 1000 },
  { "the-clock-was-set-back", 1, -365 * 86400, 5 * SECOND_MS, 7 * SECOND_MS },
  { "all-from-the-future", TSM_LIMIT_IDENTIFIES, -365 * 86400, DAY_MS, DAY_MS + 2000 },
};

static void
test_session_end_restart (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GArray) identifies = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (Rig) rig = { 0 };

  for (guint k = 0; k < restart_cases[i].n; k++) {
    const gint64 at = WALL_S - restart_cases[i].oldest_s + k;

    g_array_append_val (identifies, at);
  }
  rig = rig_new_with (identifies, 1);
  if (restart_cases[i].most_ms == 0) {
    rig_assert_actions (&rig, TSM_ACTION_FETCH, -1);
    return;
  }
  rig_assert_actions (&rig, -1, -1);
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, restart_cases[i].least_ms);
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, <=, restart_cases[i].most_ms);
  if (restart_cases[i].n > 1)
    rig_assert_reason (&rig, "too many sessions were opened within 24 h");
  rig_wake (&rig);
  rig_assert_actions (&rig, TSM_ACTION_FETCH, -1);
}

/* Each session is ended after a minute: that would be 1440 a day. */
static void
test_session_end_budget (void)
{
  g_auto (Rig) rig = rig_new (1);
  guint n = 0;

  while (rig.now_ms < BEGIN_MS + DAY_MS) {
    if (rig.step.n_actions == 0 || rig.step.actions[0].kind == TSM_ACTION_CLOSE) {
      rig_wake (&rig);
      continue;
    }
    g_assert_false (rig_try_again (&rig));
    n++;
    rig_give_ready (&rig);
    rig_live (&rig, MINUTE_MS);
    rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = 1000 });
  }
  g_assert_cmpuint (n, >=, TSM_LIMIT_IDENTIFIES);
  g_assert_cmpuint (n, <=, TSM_LIMIT_IDENTIFIES + 1); /* the last one in the next day */
}

static void
test_session_end_limit_of_discord (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL,
                                     .text = URL,
                                     .remaining = 0,
                                     .delay_ms = 4 * 60 * MINUTE_MS });
  rig_assert_actions (&rig, -1, -1);
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, ==, 4 * 60 * MINUTE_MS);
  rig_assert_reason (&rig, "or Discord resets its token: the next is tried in 4 h 00");
  rig_wake (&rig);
  rig_give_url (&rig); /* asked anew */
  rig_greet (&rig);
  rig_give_ready (&rig);
}

static const struct {
  const char *name;
  gint64 remaining, total;
  gboolean may; /* a session be opened */
} reserve_cases[] = {
  { "fresh", 1000, 1000, TRUE },
  { "the-last-of-ours", 501, 1000, TRUE },
  { "ours-are-used-up", 500, 1000, FALSE },
  { "long-used-up", 3, 1000, FALSE },
  { "a-bigger-total", 1500, 2000, FALSE },
  { "a-smaller-total", 1, 200, TRUE },
  { "total-not-told", 1, 0, TRUE },
  { "absurd-total", 400, G_MAXINT64, FALSE },
};

/* A disk that is full and a daemon that restarts again and again: what Discord counts is what is
 * known, and the 500 of a day hold all the same. */
static void
test_session_end_reserve (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig = rig_new (1);

  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL,
                                     .text = URL,
                                     .remaining = reserve_cases[i].remaining,
                                     .total = reserve_cases[i].total,
                                     .delay_ms = 60 * MINUTE_MS });
  if (reserve_cases[i].may) {
    rig_assert_actions (&rig, TSM_ACTION_CONNECT, -1);
    return;
  }
  rig_assert_actions (&rig, -1, -1);
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, ==, 60 * MINUTE_MS);
  rig_assert_reason (&rig, "no further session for now");
}

/* A limit that ends at once, again and again, is not asked after at once. */
static void
test_session_end_limit_that_never_ends (void)
{
  g_auto (Rig) rig = rig_new (1);

  for (guint i = 0; i < 5; i++) {
    rig_assert_actions (&rig, TSM_ACTION_FETCH, -1);
    rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL, .text = URL, .remaining = 0 });
    g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, MINUTE_MS);
    rig_wake (&rig);
  }
}

/* What is left is counted down between two questions; to resume costs nothing. */
static void
test_session_end_limit_is_counted_down (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL,
                                     .text = URL,
                                     .remaining = 2,
                                     .delay_ms = 60 * MINUTE_MS });
  rig_greet (&rig);
  rig_give_ready (&rig);
  rig_live (&rig, MINUTE_MS);
  rig_feed_plain (&rig, TSM_HAPPENED_RECONNECT);
  g_assert_true (rig_try_again (&rig));
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_INVALID });
  g_assert_false (rig_try_again (&rig));
  rig_give_ready (&rig);
  rig_live (&rig, MINUTE_MS);
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = 4009 });
  rig_assert_reason (&rig, "no further session");
  rig_wake (&rig);
  g_assert_cmpint (rig.now_ms - BEGIN_MS, ==, 60 * MINUTE_MS);
  rig_assert_actions (&rig, TSM_ACTION_FETCH, -1);
}

/* What belongs to a connection that is gone, or to none. */
static void
test_session_end_ignores_strays (void)
{
  for (guint kind = TSM_HAPPENED_URL; kind < TSM_HAPPENED_DENIED; kind++) {
    g_auto (Rig) rig = rig_new (1);
    gint64 due_ms;

    rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL_FAILED, .text = "no route" });
    due_ms = rig.step.wake_at_ms;
    rig_feed (&rig,
              (TsmSessionEvent){
                  .kind = kind, .text = "x", .session_id = "x", .interval_ms = 100, .code = 4004 });
    rig_assert_actions (&rig, -1, -1);
    rig_assert_phase (&rig, TSM_PHASE_WAITING);
    g_assert_cmpint (rig.step.wake_at_ms, ==, due_ms);
    rig_assert_reason (&rig, "no route");
  }
}

#define ADD(name, function) g_test_add_func ("/session-end/" name, function)
#define ADD_CASES(folder, cases, function)                                                 \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {                                       \
    g_autofree char *path = g_strconcat ("/session-end/" folder "/", cases[i].name, NULL); \
                                                                                           \
    g_test_add_data_func (path, GUINT_TO_POINTER (i), function);                           \
  }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("closed", close_cases, test_session_end_closed)
  ADD_CASES ("closed-early", close_cases, test_session_end_closed_early)
  ADD_CASES ("settled", settled_cases, test_session_end_settled)
  ADD_CASES ("reserve", reserve_cases, test_session_end_reserve)
  ADD_CASES ("restart", restart_cases, test_session_end_restart)
  ADD ("reconnect-before-hello", test_session_end_reconnect_before_hello);
  ADD ("reconnect-again", test_session_end_reconnect_again);
  ADD ("invalid-resumable", test_session_end_invalid_resumable);
  ADD ("invalid", test_session_end_invalid);
  ADD ("denied", test_session_end_denied);
  ADD ("denied-while-asking", test_session_end_denied_while_asking);
  ADD ("garbled", test_session_end_garbled);
  ADD ("backoff", test_session_end_backoff);
  ADD ("waits-as-told", test_session_end_waits_as_told);
  ADD ("five-seconds-between-identifies", test_session_end_five_seconds_between_identifies);
  ADD ("budget", test_session_end_budget);
  ADD ("limit-of-discord", test_session_end_limit_of_discord);
  ADD ("limit-that-never-ends", test_session_end_limit_that_never_ends);
  ADD ("limit-is-counted-down", test_session_end_limit_is_counted_down);
  ADD ("ignores-strays", test_session_end_ignores_strays);
  return g_test_run ();
}
