/* SPDX-License-Identifier: MIT */
#include "test-session-rig.h"

/* From the beginning to the first session. */

static void
test_session_comes_up (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_assert_phase (&rig, TSM_PHASE_FETCHING);
  g_assert_cmpint (rig.step.wake_at_ms, ==, G_MAXINT64);
  rig_give_url (&rig);
  rig_assert_actions (&rig, TSM_ACTION_CONNECT, -1);
  g_assert_cmpstr (rig.step.actions[0].url, ==, URL);
  rig_assert_phase (&rig, TSM_PHASE_CONNECTING);
  rig_greet (&rig);
  rig_assert_phase (&rig, TSM_PHASE_PRESENTING);
  g_assert_false (tsm_session_is_replaying (rig.session));
  rig_give_ready (&rig);
  rig_assert_actions (&rig, -1, -1);
}

static void
test_session_first_beat (void)
{
  g_auto (Rig) rig = rig_new (1);
  gint64 first_ms;

  rig_give_url (&rig);
  rig_greet (&rig);
  first_ms = rig.step.wake_at_ms;
  g_assert_cmpint (first_ms, >=, BEGIN_MS);
  g_assert_cmpint (first_ms, <, BEGIN_MS + INTERVAL_MS);
  rig_wake (&rig);
  rig_assert_actions (&rig, TSM_ACTION_BEAT, -1);
  g_assert_cmpint (rig.step.actions[0].seq, ==, -1);
  rig_feed_plain (&rig, TSM_HAPPENED_ACK);
}

/* Each interval to the millisecond, with the last s. */
static void
test_session_beats_on (void)
{
  g_auto (Rig) rig = rig_new_up (1);
  const gint64 first_ms = rig.step.wake_at_ms;

  for (gint64 i = 0; i < 20; i++) {
    g_assert_cmpint (rig.step.wake_at_ms, ==, first_ms + i * INTERVAL_MS);
    rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_DISPATCH, .seq = 10 + i });
    rig_wake (&rig);
    rig_assert_actions (&rig, TSM_ACTION_BEAT, -1);
    g_assert_cmpint (rig.step.actions[0].seq, ==, 10 + i);
    rig_feed_plain (&rig, TSM_HAPPENED_ACK);
  }
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_DISPATCH, .seq = 12 });
  rig_wake (&rig);
  g_assert_cmpint (rig.step.actions[0].seq, ==, 29); /* a repeat does not take it back */
}

/* The first one falls anywhere in the interval. */
static void
test_session_first_beat_is_spread (void)
{
  gint64 least_ms = INTERVAL_MS, most_ms = 0;

  for (guint64 seed = 0; seed < 200; seed++) {
    g_auto (Rig) rig = rig_new_up (seed);
    const gint64 wait_ms = rig.step.wake_at_ms - rig.now_ms;

    g_assert_cmpint (wait_ms, >=, 0);
    g_assert_cmpint (wait_ms, <, INTERVAL_MS);
    least_ms = MIN (least_ms, wait_ms);
    most_ms = MAX (most_ms, wait_ms);
  }
  g_assert_cmpint (least_ms, <, INTERVAL_MS / 20);
  g_assert_cmpint (most_ms, >, INTERVAL_MS - INTERVAL_MS / 20);
}

static void
test_session_beats_when_asked (void)
{
  g_auto (Rig) rig = rig_new_up (1);
  const gint64 due_ms = rig.step.wake_at_ms;

  rig_feed_plain (&rig, TSM_HAPPENED_BEAT_ASKED);
  rig_assert_actions (&rig, TSM_ACTION_BEAT, -1);
  g_assert_cmpint (rig.step.wake_at_ms, ==, due_ms);
  rig_wake (&rig); /* not answered, and no zombie: it was not a regular one */
  rig_assert_actions (&rig, TSM_ACTION_BEAT, -1);
  rig_feed_plain (&rig, TSM_HAPPENED_BEAT_ASKED);
  rig_wake (&rig); /* now a regular one is not answered */
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
}

static void
test_session_says_nothing_before_hello (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_give_url (&rig);
  rig_feed_plain (&rig, TSM_HAPPENED_CONNECTED);
  rig_feed_plain (&rig, TSM_HAPPENED_BEAT_ASKED);
  rig_assert_actions (&rig, -1, -1);
  rig_assert_phase (&rig, TSM_PHASE_GREETING);
}

static void
test_session_second_hello_changes_nothing (void)
{
  g_auto (Rig) rig = rig_new_up (1);
  const gint64 due_ms = rig.step.wake_at_ms;

  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_HELLO, .interval_ms = 100 });
  rig_assert_actions (&rig, -1, -1);
  g_assert_cmpint (rig.step.wake_at_ms, ==, due_ms);
}

static const struct {
  const char *name;
  gint64 interval_ms;
  gboolean is_good;
} interval_cases[] = {
  { "none", 0, FALSE },
  { "negative", -41250, FALSE },
  { "a-storm", 9, FALSE },
  { "shortest", 10, TRUE },
  { "longest", 3600 * 1000, TRUE },
  { "too-long", 3600 * 1000 + 1, FALSE },
  { "absurd", G_MAXINT64, FALSE },
};

static void
test_session_interval (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig = rig_new (1);

  rig_give_url (&rig);
  rig_feed_plain (&rig, TSM_HAPPENED_CONNECTED);
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_HELLO,
                                     .interval_ms = interval_cases[i].interval_ms });
  rig_assert_phase (&rig, interval_cases[i].is_good ? TSM_PHASE_PRESENTING : TSM_PHASE_WAITING);
}

/* Frozen peers and a sleeping machine. */

static void
test_session_zombie (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  rig_live (&rig, 10 * MINUTE_MS);
  rig_wake (&rig);
  rig_assert_actions (&rig, TSM_ACTION_BEAT, -1);
  rig_wake (&rig);
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  g_assert_cmpuint (rig.step.actions[0].code, ==, TSM_CLOSE_RESUMABLE);
  g_assert_cmpstr (rig.step.actions[1].url, ==, RESUME_URL);
  rig_assert_reason (&rig, "no longer answers");
  g_assert_true (rig_try_again (&rig));
  g_assert_cmpstr (rig.step.actions[0].session_id, ==, "abc");
  g_assert_cmpint (rig.step.actions[0].seq, ==, 1);
}

/* What comes at the last moment counts. */
static void
test_session_late_ack (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  rig_wake (&rig);
  rig_assert_actions (&rig, TSM_ACTION_BEAT, -1);
  rig.now_ms = rig.step.wake_at_ms;
  rig_feed_plain (&rig, TSM_HAPPENED_ACK);
  rig_assert_actions (&rig, TSM_ACTION_BEAT, -1);
  rig_assert_phase (&rig, TSM_PHASE_UP);
}

static const struct {
  const char *name;
  gint64 late_ms;
  gboolean stays;
} late_cases[] = {
  { "in-time", 0, TRUE },
  { "busy", 900, TRUE },
  { "an-interval", INTERVAL_MS, TRUE },
  { "more", INTERVAL_MS + 1, FALSE },
  { "slept-for-hours", 8 * 60 * MINUTE_MS, FALSE },
};

static void
test_session_late (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig = rig_new_up (1);

  rig_live (&rig, 2 * MINUTE_MS);
  rig.now_ms = rig.step.wake_at_ms + late_cases[i].late_ms;
  rig_feed_plain (&rig, TSM_HAPPENED_WAKE);
  if (late_cases[i].stays) {
    rig_assert_actions (&rig, TSM_ACTION_BEAT, -1);
    /* There is time for the answer before the next one is due. */
    g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, INTERVAL_MS / 2);
    return;
  }
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  rig_assert_reason (&rig, "slept");
  g_assert_true (rig_try_again (&rig) == (late_cases[i].late_ms <= 10 * MINUTE_MS));
}

/* Patience. */

static void
test_session_handshake_takes_too_long (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_give_url (&rig);
  g_assert_cmpint (rig.step.wake_at_ms, ==, BEGIN_MS + 20 * SECOND_MS);
  rig_wake (&rig);
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  g_assert_cmpuint (rig.step.actions[0].code, ==, TSM_CLOSE_NONE);
  rig_wake (&rig);
  rig_assert_actions (&rig, TSM_ACTION_FETCH, -1); /* the URL may be no good any more */
}

static void
test_session_no_hello (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_give_url (&rig);
  rig_feed_plain (&rig, TSM_HAPPENED_CONNECTED);
  rig_pass (&rig, 20 * SECOND_MS - 1);
  rig_assert_phase (&rig, TSM_PHASE_GREETING);
  rig_pass (&rig, 1);
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  g_assert_cmpuint (rig.step.actions[0].code, ==, TSM_CLOSE_RESUMABLE);
  rig_wake (&rig);
  rig_assert_actions (&rig, TSM_ACTION_CONNECT, -1); /* the URL is kept */
}

static void
test_session_no_ready (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_give_url (&rig);
  rig_feed_plain (&rig, TSM_HAPPENED_CONNECTED);
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_HELLO, .interval_ms = 10 * MINUTE_MS });
  while (rig.step.wake_at_ms < BEGIN_MS + MINUTE_MS)
    rig_wake (&rig);
  rig.now_ms = BEGIN_MS + MINUTE_MS - 1;
  rig_feed_plain (&rig, TSM_HAPPENED_WAKE);
  rig_assert_phase (&rig, TSM_PHASE_PRESENTING);
  rig_pass (&rig, 1);
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, -1);
}

/* In an outage: heartbeats are answered and nothing else comes. */
static void
test_session_waits_while_answered (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_give_url (&rig);
  rig_greet (&rig);
  for (guint i = 0; i < 200; i++) {
    rig_wake (&rig);
    rig_assert_phase (&rig, TSM_PHASE_PRESENTING);
    if (rig.step.n_actions > 0)
      rig_feed_plain (&rig, TSM_HAPPENED_ACK);
  }
  g_assert_cmpint (rig.now_ms - BEGIN_MS, >, 60 * MINUTE_MS);
  rig_assert_reason (&rig, "opens no session yet");
  while (rig.step.n_actions == 0 || rig.step.actions[0].kind == TSM_ACTION_BEAT)
    rig_wake (&rig); /* and now nothing is */
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, -1);
}

/* Resuming. */

static void
test_session_resumes (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  rig_live (&rig, 2 * MINUTE_MS);
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_DISPATCH, .seq = 42 });
  rig_feed_plain (&rig, TSM_HAPPENED_CLOSED);
  rig_assert_actions (&rig, TSM_ACTION_CONNECT, -1); /* there is nothing to close */
  g_assert_true (rig_try_again (&rig));
  g_assert_cmpint (rig.step.actions[0].seq, ==, 42);
  g_assert_true (tsm_session_is_replaying (rig.session));
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_DISPATCH, .seq = 43 });
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_RESUMED, .seq = 44 });
  rig_assert_phase (&rig, TSM_PHASE_UP);
  g_assert_false (tsm_session_is_replaying (rig.session));
  rig_feed_plain (&rig, TSM_HAPPENED_BEAT_ASKED);
  g_assert_cmpint (rig.step.actions[0].seq, ==, 44);
}

static void
test_session_resumes_at_url_without_another (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_give_url (&rig);
  rig_greet (&rig);
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_READY, .seq = 1, .session_id = "abc" });
  rig_feed_plain (&rig, TSM_HAPPENED_RECONNECT);
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  g_assert_cmpstr (rig.step.actions[1].url, ==, URL);
  g_assert_true (rig_try_again (&rig));
}

static void
test_session_ready_without_id (void)
{
  g_auto (Rig) rig = rig_new (1);

  rig_give_url (&rig);
  rig_greet (&rig);
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_READY, .seq = 1, .session_id = "" });
  rig_assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  rig_assert_phase (&rig, TSM_PHASE_WAITING);
}

/* Three that fail, wherever they do, once Discord was reached. */
static void
test_session_three_resumes (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  rig_feed_plain (&rig, TSM_HAPPENED_CLOSED);
  rig_wake (&rig);
  rig_feed_plain (&rig, TSM_HAPPENED_CONNECTED);
  rig_feed_plain (&rig, TSM_HAPPENED_CLOSED); /* before HELLO */
  g_assert_true (rig_try_again (&rig));
  rig_feed_plain (&rig, TSM_HAPPENED_CLOSED);
  g_assert_true (rig_try_again (&rig));
  rig_feed_plain (&rig, TSM_HAPPENED_RECONNECT);
  g_assert_false (rig_try_again (&rig));
  rig_assert_actions (&rig, TSM_ACTION_IDENTIFY, -1);
}

/* An outage in which every attempt fails at once is no fault of the session's: it is there again
 * after eight minutes. Each fourth attempt asks the host that is not the session's own. */
static void
test_session_outlives_an_outage (void)
{
  g_auto (Rig) rig = rig_new_up (1);
  guint n = 0;

  rig_live (&rig, 2 * MINUTE_MS);
  rig_feed_plain (&rig, TSM_HAPPENED_CLOSED);
  while (rig.now_ms < BEGIN_MS + 9 * MINUTE_MS) {
    rig_assert_actions (&rig, TSM_ACTION_CONNECT, -1);
    g_assert_cmpstr (rig.step.actions[0].url, ==, n % 4 == 3 ? URL : RESUME_URL);
    n++;
    rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CONNECT_FAILED, .text = "no route" });
    rig_assert_reason (&rig, "no route");
    rig_wake (&rig);
  }
  g_assert_cmpuint (n, >, 8);
  g_assert_true (rig_try_again (&rig));
}

/* The session's own host is gone for good: the other one has the session too. */
static void
test_session_resumes_elsewhere (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  rig_live (&rig, 2 * MINUTE_MS);
  rig_feed_plain (&rig, TSM_HAPPENED_CLOSED);
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpstr (rig.step.actions[0].url, ==, RESUME_URL);
    rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CONNECT_FAILED, .text = "no route" });
    rig_wake (&rig);
  }
  g_assert_cmpstr (rig.step.actions[0].url, ==, URL);
  g_assert_true (rig_try_again (&rig));
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_RESUMED, .seq = 2 });
  rig_assert_phase (&rig, TSM_PHASE_UP);
}

/* One that works in between begins the count anew. */
static void
test_session_resumes_in_a_row (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  for (guint round = 0; round < 4; round++) {
    rig_feed_plain (&rig, TSM_HAPPENED_CLOSED);
    for (guint i = 0; i < 2; i++) {
      g_assert_true (rig_try_again (&rig));
      rig_feed_plain (&rig, TSM_HAPPENED_CLOSED);
    }
    g_assert_true (rig_try_again (&rig));
    rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_RESUMED, .seq = 2 });
  }
}

static const struct {
  const char *name;
  gint64 wait_ms;
  gboolean resumes;
} old_cases[] = {
  { "ten-minutes", 10 * MINUTE_MS, TRUE },
  { "more", 10 * MINUTE_MS + 1, FALSE },
};

/* Of a session nothing was heard of: the answer to a heartbeat is a sign of life too. */
static void
test_session_old (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig = rig_new_up (1);
  gint64 heard_ms;

  rig_live (&rig, 3 * 60 * MINUTE_MS);
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_DISPATCH, .seq = 9 });
  heard_ms = rig.now_ms;
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = 1006 });
  rig_feed (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CONNECT_FAILED,
                                     .text = "no route",
                                     .delay_ms = old_cases[i].wait_ms });
  g_assert_cmpint (rig.step.wake_at_ms, ==, heard_ms + old_cases[i].wait_ms);
  g_assert_true (rig_try_again (&rig) == old_cases[i].resumes);
}

#define ADD(name, function) g_test_add_func ("/session/" name, function)
#define ADD_CASES(folder, cases, function)                                             \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {                                   \
    g_autofree char *path = g_strconcat ("/session/" folder "/", cases[i].name, NULL); \
                                                                                       \
    g_test_add_data_func (path, GUINT_TO_POINTER (i), function);                       \
  }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("interval", interval_cases, test_session_interval)
  ADD_CASES ("late", late_cases, test_session_late)
  ADD_CASES ("old", old_cases, test_session_old)
  ADD ("comes-up", test_session_comes_up);
  ADD ("first-beat", test_session_first_beat);
  ADD ("beats-on", test_session_beats_on);
  ADD ("first-beat-is-spread", test_session_first_beat_is_spread);
  ADD ("beats-when-asked", test_session_beats_when_asked);
  ADD ("says-nothing-before-hello", test_session_says_nothing_before_hello);
  ADD ("second-hello-changes-nothing", test_session_second_hello_changes_nothing);
  ADD ("zombie", test_session_zombie);
  ADD ("late-ack", test_session_late_ack);
  ADD ("handshake-takes-too-long", test_session_handshake_takes_too_long);
  ADD ("no-hello", test_session_no_hello);
  ADD ("no-ready", test_session_no_ready);
  ADD ("waits-while-answered", test_session_waits_while_answered);
  ADD ("resumes", test_session_resumes);
  ADD ("resumes-at-url-without-another", test_session_resumes_at_url_without_another);
  ADD ("ready-without-id", test_session_ready_without_id);
  ADD ("three-resumes", test_session_three_resumes);
  ADD ("outlives-an-outage", test_session_outlives_an_outage);
  ADD ("resumes-elsewhere", test_session_resumes_elsewhere);
  ADD ("resumes-in-a-row", test_session_resumes_in_a_row);
  return g_test_run ();
}
