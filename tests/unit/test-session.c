/* SPDX-License-Identifier: MIT */
#include "base/tsm-limits.h"
#include "discord/tsm-session.h"
#include <string.h>

#define BEGIN_MS    G_GINT64_CONSTANT (5000000)
#define SECOND_MS   G_GINT64_CONSTANT (1000)
#define MINUTE_MS   (60 * SECOND_MS)
#define DAY_MS      (24 * 60 * MINUTE_MS)
#define WALL_S      G_GINT64_CONSTANT (1767650400)
#define INTERVAL_MS 41250
#define URL         "wss://gateway.test"
#define RESUME_URL  "wss://resume.test"

/* A session, the time, and what it last said. */
typedef struct {
  TsmSession *session;
  gint64 now_ms;
  TsmSessionStep step;
} Rig;

static void
rig_clear (Rig *rig)
{
  g_clear_pointer (&rig->session, tsm_session_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rig, rig_clear)

static void
happen (Rig *rig, TsmSessionEvent event)
{
  rig->step = tsm_session_step (rig->session, &event, rig->now_ms);
}

static void
happen_plain (Rig *rig, TsmHappening kind)
{
  happen (rig, (TsmSessionEvent){ .kind = kind, .seq = -1 });
}

static Rig
rig_new_with (const GArray *identifies, guint64 seed)
{
  Rig rig = { .now_ms = BEGIN_MS };

  rig.session = tsm_session_new (tsm_prng_init (seed, 0), identifies, WALL_S, BEGIN_MS);
  happen_plain (&rig, TSM_HAPPENED_WAKE);
  return rig;
}

static Rig
rig_new (guint64 seed)
{
  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (gint64));

  return rig_new_with (none, seed);
}

/* To the instant it asked for. */
static void
wake (Rig *rig)
{
  g_assert_cmpint (rig->step.wake_at_ms, <, G_MAXINT64);
  rig->now_ms = MAX (rig->now_ms, rig->step.wake_at_ms);
  happen_plain (rig, TSM_HAPPENED_WAKE);
}

static void
pass (Rig *rig, gint64 ms)
{
  rig->now_ms += ms;
  happen_plain (rig, TSM_HAPPENED_WAKE);
}

/* Just these, in this order; -1: no further one. */
static void
assert_actions (const Rig *rig, int first, int second)
{
  const int wanted[] = { first, second };
  const guint n = first < 0 ? 0 : second < 0 ? 1 : 2;

  g_assert_cmpuint (rig->step.n_actions, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint ((int) rig->step.actions[i].kind, ==, wanted[i]);
}

static void
assert_phase (const Rig *rig, TsmPhase phase)
{
  g_assert_cmpint (tsm_session_get_phase (rig->session), ==, phase);
  g_assert_true ((tsm_session_peek_reason (rig->session) == NULL) == (phase == TSM_PHASE_UP));
}

static void
assert_reason (const Rig *rig, const char *part)
{
  const char *reason = tsm_session_peek_reason (rig->session);

  if (reason == NULL || strstr (reason, part) == NULL)
    g_error ("\"%s\" lacks \"%s\"", reason, part);
}

static void
give_url (Rig *rig)
{
  assert_actions (rig, TSM_ACTION_FETCH, -1);
  happen (rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL, .text = URL, .remaining = -1 });
}

/* From the wish to connect to the answer to HELLO. */
static void
greet (Rig *rig)
{
  g_assert_cmpint (rig->step.actions[rig->step.n_actions - 1].kind, ==, TSM_ACTION_CONNECT);
  happen_plain (rig, TSM_HAPPENED_CONNECTED);
  assert_actions (rig, -1, -1);
  happen (rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_HELLO, .interval_ms = INTERVAL_MS });
}

static void
give_ready (Rig *rig)
{
  assert_actions (rig, TSM_ACTION_IDENTIFY, -1);
  happen (rig, (TsmSessionEvent){
                   .kind = TSM_HAPPENED_READY, .seq = 1, .session_id = "abc", .text = RESUME_URL });
  assert_phase (rig, TSM_PHASE_UP);
}

static Rig
rig_new_up (guint64 seed)
{
  Rig rig = rig_new (seed);

  give_url (&rig);
  greet (&rig);
  give_ready (&rig);
  return rig;
}

/* Beats and answers for @ms. */
static void
live (Rig *rig, gint64 ms)
{
  const gint64 end_ms = rig->now_ms + ms;

  while (rig->step.wake_at_ms <= end_ms) {
    wake (rig);
    assert_actions (rig, TSM_ACTION_BEAT, -1);
    happen_plain (rig, TSM_HAPPENED_ACK);
  }
  rig->now_ms = end_ms;
}

/* The next attempt is made, and how: with FETCH answered if there is one. */
static gboolean
try_again (Rig *rig)
{
  const TsmSessionAction *last;

  while (rig->step.n_actions == 0 ||
         rig->step.actions[rig->step.n_actions - 1].kind == TSM_ACTION_CLOSE)
    wake (rig);
  last = &rig->step.actions[rig->step.n_actions - 1];
  if (last->kind == TSM_ACTION_FETCH) {
    happen (rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL, .text = URL, .remaining = -1 });
    last = &rig->step.actions[rig->step.n_actions - 1];
  }
  g_assert_cmpint (last->kind, ==, TSM_ACTION_CONNECT);
  greet (rig);
  return rig->step.actions[0].kind == TSM_ACTION_RESUME;
}

/* From the beginning to the first session. */

static void
test_session_comes_up (void)
{
  g_auto (Rig) rig = rig_new (1);

  assert_phase (&rig, TSM_PHASE_FETCHING);
  g_assert_cmpint (rig.step.wake_at_ms, ==, G_MAXINT64);
  give_url (&rig);
  assert_actions (&rig, TSM_ACTION_CONNECT, -1);
  g_assert_cmpstr (rig.step.actions[0].url, ==, URL);
  assert_phase (&rig, TSM_PHASE_CONNECTING);
  greet (&rig);
  assert_phase (&rig, TSM_PHASE_PRESENTING);
  g_assert_false (tsm_session_is_replaying (rig.session));
  give_ready (&rig);
  assert_actions (&rig, -1, -1);
}

static void
test_session_first_beat (void)
{
  g_auto (Rig) rig = rig_new (1);
  gint64 first_ms;

  give_url (&rig);
  greet (&rig);
  first_ms = rig.step.wake_at_ms;
  g_assert_cmpint (first_ms, >=, BEGIN_MS);
  g_assert_cmpint (first_ms, <, BEGIN_MS + INTERVAL_MS);
  wake (&rig);
  assert_actions (&rig, TSM_ACTION_BEAT, -1);
  g_assert_cmpint (rig.step.actions[0].seq, ==, -1);
  happen_plain (&rig, TSM_HAPPENED_ACK);
}

/* Each interval to the millisecond, with the last s. */
static void
test_session_beats_on (void)
{
  g_auto (Rig) rig = rig_new_up (1);
  const gint64 first_ms = rig.step.wake_at_ms;

  for (gint64 i = 0; i < 20; i++) {
    g_assert_cmpint (rig.step.wake_at_ms, ==, first_ms + i * INTERVAL_MS);
    happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_DISPATCH, .seq = 10 + i });
    wake (&rig);
    assert_actions (&rig, TSM_ACTION_BEAT, -1);
    g_assert_cmpint (rig.step.actions[0].seq, ==, 10 + i);
    happen_plain (&rig, TSM_HAPPENED_ACK);
  }
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_DISPATCH, .seq = 12 });
  wake (&rig);
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

  happen_plain (&rig, TSM_HAPPENED_BEAT_ASKED);
  assert_actions (&rig, TSM_ACTION_BEAT, -1);
  g_assert_cmpint (rig.step.wake_at_ms, ==, due_ms);
  wake (&rig); /* not answered, and no zombie: it was not a regular one */
  assert_actions (&rig, TSM_ACTION_BEAT, -1);
  happen_plain (&rig, TSM_HAPPENED_BEAT_ASKED);
  wake (&rig); /* now a regular one is not answered */
  assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
}

static void
test_session_second_hello_changes_nothing (void)
{
  g_auto (Rig) rig = rig_new_up (1);
  const gint64 due_ms = rig.step.wake_at_ms;

  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_HELLO, .interval_ms = 100 });
  assert_actions (&rig, -1, -1);
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

  give_url (&rig);
  happen_plain (&rig, TSM_HAPPENED_CONNECTED);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_HELLO,
                                   .interval_ms = interval_cases[i].interval_ms });
  assert_phase (&rig, interval_cases[i].is_good ? TSM_PHASE_PRESENTING : TSM_PHASE_WAITING);
}

/* Frozen peers and a sleeping machine. */

static void
test_session_zombie (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  live (&rig, 10 * MINUTE_MS);
  wake (&rig);
  assert_actions (&rig, TSM_ACTION_BEAT, -1);
  wake (&rig);
  assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  g_assert_cmpuint (rig.step.actions[0].code, ==, TSM_CLOSE_RESUMABLE);
  g_assert_cmpstr (rig.step.actions[1].url, ==, RESUME_URL);
  assert_reason (&rig, "no longer answers");
  g_assert_true (try_again (&rig));
  g_assert_cmpstr (rig.step.actions[0].session_id, ==, "abc");
  g_assert_cmpint (rig.step.actions[0].seq, ==, 1);
}

/* What comes at the last moment counts. */
static void
test_session_late_ack (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  wake (&rig);
  assert_actions (&rig, TSM_ACTION_BEAT, -1);
  rig.now_ms = rig.step.wake_at_ms;
  happen_plain (&rig, TSM_HAPPENED_ACK);
  assert_actions (&rig, TSM_ACTION_BEAT, -1);
  assert_phase (&rig, TSM_PHASE_UP);
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

  live (&rig, 2 * MINUTE_MS);
  rig.now_ms = rig.step.wake_at_ms + late_cases[i].late_ms;
  happen_plain (&rig, TSM_HAPPENED_WAKE);
  if (late_cases[i].stays) {
    assert_actions (&rig, TSM_ACTION_BEAT, -1);
    /* There is time for the answer before the next one is due. */
    g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, INTERVAL_MS / 2);
    return;
  }
  assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  assert_reason (&rig, "slept");
  g_assert_true (try_again (&rig) == (late_cases[i].late_ms <= 10 * MINUTE_MS));
}

/* Patience. */

static void
test_session_handshake_takes_too_long (void)
{
  g_auto (Rig) rig = rig_new (1);

  give_url (&rig);
  g_assert_cmpint (rig.step.wake_at_ms, ==, BEGIN_MS + 20 * SECOND_MS);
  wake (&rig);
  assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  g_assert_cmpuint (rig.step.actions[0].code, ==, TSM_CLOSE_NONE);
  wake (&rig);
  assert_actions (&rig, TSM_ACTION_FETCH, -1); /* the URL may be no good any more */
}

static void
test_session_no_hello (void)
{
  g_auto (Rig) rig = rig_new (1);

  give_url (&rig);
  happen_plain (&rig, TSM_HAPPENED_CONNECTED);
  pass (&rig, 20 * SECOND_MS - 1);
  assert_phase (&rig, TSM_PHASE_GREETING);
  pass (&rig, 1);
  assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  g_assert_cmpuint (rig.step.actions[0].code, ==, TSM_CLOSE_RESUMABLE);
  wake (&rig);
  assert_actions (&rig, TSM_ACTION_CONNECT, -1); /* the URL is kept */
}

static void
test_session_no_ready (void)
{
  g_auto (Rig) rig = rig_new (1);

  give_url (&rig);
  happen_plain (&rig, TSM_HAPPENED_CONNECTED);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_HELLO, .interval_ms = 10 * MINUTE_MS });
  while (rig.step.wake_at_ms < BEGIN_MS + MINUTE_MS)
    wake (&rig);
  rig.now_ms = BEGIN_MS + MINUTE_MS - 1;
  happen_plain (&rig, TSM_HAPPENED_WAKE);
  assert_phase (&rig, TSM_PHASE_PRESENTING);
  pass (&rig, 1);
  assert_actions (&rig, TSM_ACTION_CLOSE, -1);
}

/* In an outage: heartbeats are answered and nothing else comes. */
static void
test_session_waits_while_answered (void)
{
  g_auto (Rig) rig = rig_new (1);

  give_url (&rig);
  greet (&rig);
  for (guint i = 0; i < 200; i++) {
    wake (&rig);
    assert_phase (&rig, TSM_PHASE_PRESENTING);
    if (rig.step.n_actions > 0)
      happen_plain (&rig, TSM_HAPPENED_ACK);
  }
  g_assert_cmpint (rig.now_ms - BEGIN_MS, >, 60 * MINUTE_MS);
  assert_reason (&rig, "opens no session yet");
  while (rig.step.n_actions == 0 || rig.step.actions[0].kind == TSM_ACTION_BEAT)
    wake (&rig); /* and now nothing is */
  assert_actions (&rig, TSM_ACTION_CLOSE, -1);
}

/* Resuming. */

static void
test_session_resumes (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  live (&rig, 2 * MINUTE_MS);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_DISPATCH, .seq = 42 });
  happen_plain (&rig, TSM_HAPPENED_CLOSED);
  assert_actions (&rig, TSM_ACTION_CONNECT, -1); /* there is nothing to close */
  g_assert_true (try_again (&rig));
  g_assert_cmpint (rig.step.actions[0].seq, ==, 42);
  g_assert_true (tsm_session_is_replaying (rig.session));
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_DISPATCH, .seq = 43 });
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_RESUMED, .seq = 44 });
  assert_phase (&rig, TSM_PHASE_UP);
  g_assert_false (tsm_session_is_replaying (rig.session));
  happen_plain (&rig, TSM_HAPPENED_BEAT_ASKED);
  g_assert_cmpint (rig.step.actions[0].seq, ==, 44);
}

static void
test_session_resumes_at_url_without_another (void)
{
  g_auto (Rig) rig = rig_new (1);

  give_url (&rig);
  greet (&rig);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_READY, .seq = 1, .session_id = "abc" });
  happen_plain (&rig, TSM_HAPPENED_RECONNECT);
  assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  g_assert_cmpstr (rig.step.actions[1].url, ==, URL);
  g_assert_true (try_again (&rig));
}

static void
test_session_ready_without_id (void)
{
  g_auto (Rig) rig = rig_new (1);

  give_url (&rig);
  greet (&rig);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_READY, .seq = 1, .session_id = "" });
  assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  assert_phase (&rig, TSM_PHASE_WAITING);
}

/* Three that fail, wherever they do. */
static void
test_session_three_resumes (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  happen_plain (&rig, TSM_HAPPENED_CLOSED);
  wake (&rig);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CONNECT_FAILED, .text = "no route" });
  assert_reason (&rig, "no route");
  g_assert_true (try_again (&rig));
  happen_plain (&rig, TSM_HAPPENED_CLOSED);
  g_assert_true (try_again (&rig));
  happen_plain (&rig, TSM_HAPPENED_RECONNECT);
  g_assert_false (try_again (&rig));
  assert_actions (&rig, TSM_ACTION_IDENTIFY, -1);
}

/* One that works in between begins the count anew. */
static void
test_session_resumes_in_a_row (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  for (guint round = 0; round < 4; round++) {
    happen_plain (&rig, TSM_HAPPENED_CLOSED);
    for (guint i = 0; i < 2; i++) {
      g_assert_true (try_again (&rig));
      happen_plain (&rig, TSM_HAPPENED_CLOSED);
    }
    g_assert_true (try_again (&rig));
    happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_RESUMED, .seq = 2 });
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

  live (&rig, 3 * 60 * MINUTE_MS);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_DISPATCH, .seq = 9 });
  heard_ms = rig.now_ms;
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = 1006 });
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CONNECT_FAILED,
                                   .text = "no route",
                                   .delay_ms = old_cases[i].wait_ms });
  g_assert_cmpint (rig.step.wake_at_ms, ==, heard_ms + old_cases[i].wait_ms);
  g_assert_true (try_again (&rig) == old_cases[i].resumes);
}

/* What Discord says: op 7, op 9, close codes. */

static void
test_session_reconnect_before_hello (void)
{
  g_auto (Rig) rig = rig_new (1);

  give_url (&rig);
  happen_plain (&rig, TSM_HAPPENED_CONNECTED);
  happen_plain (&rig, TSM_HAPPENED_RECONNECT);
  assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  g_assert_cmpstr (rig.step.actions[1].url, ==, URL);
}

/* At once, but not again and again. */
static void
test_session_reconnect_again (void)
{
  g_auto (Rig) rig = rig_new_up (1);
  gint64 at_ms;

  happen_plain (&rig, TSM_HAPPENED_RECONNECT);
  assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  g_assert_cmpuint (rig.step.actions[0].code, ==, TSM_CLOSE_RESUMABLE);
  g_assert_true (try_again (&rig));
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_RESUMED, .seq = 2 });
  at_ms = rig.now_ms;
  happen_plain (&rig, TSM_HAPPENED_RECONNECT);
  assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  g_assert_cmpint (rig.step.wake_at_ms - at_ms, >=, SECOND_MS);
  g_assert_true (try_again (&rig));
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_RESUMED, .seq = 3 });
  live (&rig, MINUTE_MS);
  happen_plain (&rig, TSM_HAPPENED_RECONNECT);
  assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
}

static void
test_session_invalid_resumable (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  live (&rig, MINUTE_MS);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_INVALID, .is_resumable = TRUE });
  assert_actions (&rig, TSM_ACTION_CLOSE, TSM_ACTION_CONNECT);
  g_assert_true (try_again (&rig));
}

static void
test_session_invalid (void)
{
  gint64 least_ms = MINUTE_MS, most_ms = 0;

  for (guint64 seed = 0; seed < 200; seed++) {
    g_auto (Rig) rig = rig_new_up (seed);
    gint64 wait_ms;

    live (&rig, MINUTE_MS);
    happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_INVALID });
    assert_actions (&rig, TSM_ACTION_CLOSE, -1);
    wait_ms = rig.step.wake_at_ms - rig.now_ms;
    least_ms = MIN (least_ms, wait_ms);
    most_ms = MAX (most_ms, wait_ms);
    wake (&rig);
    assert_actions (&rig, TSM_ACTION_CONNECT, -1);
    g_assert_cmpstr (rig.step.actions[0].url, ==, URL); /* the cached one, not the session's */
    g_assert_false (try_again (&rig));
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
test_session_closed (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig = rig_new_up (1);

  live (&rig, 2 * MINUTE_MS);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = close_cases[i].code });
  assert_reason (&rig, close_cases[i].reason);
  if (close_cases[i].then == THEN_STOP) {
    assert_phase (&rig, TSM_PHASE_STOPPED);
    assert_actions (&rig, -1, -1);
    g_assert_cmpint (rig.step.wake_at_ms, ==, G_MAXINT64);
    return;
  }
  if (close_cases[i].wait_ms > 0) {
    g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, ==, close_cases[i].wait_ms);
    assert_actions (&rig, -1, -1);
  } else
    assert_actions (&rig, TSM_ACTION_CONNECT, -1);
  g_assert_true (try_again (&rig) == (close_cases[i].then == THEN_RESUME));
}

/* The same before there was a session: nothing to resume, and never at once. */
static void
test_session_closed_early (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig = rig_new (1);

  give_url (&rig);
  happen_plain (&rig, TSM_HAPPENED_CONNECTED);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = close_cases[i].code });
  assert_actions (&rig, -1, -1);
  if (close_cases[i].then == THEN_STOP) {
    assert_phase (&rig, TSM_PHASE_STOPPED);
    return;
  }
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, SECOND_MS / 2);
  g_assert_false (try_again (&rig));
}

static void
test_session_denied (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  happen_plain (&rig, TSM_HAPPENED_DENIED);
  assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  g_assert_cmpuint (rig.step.actions[0].code, ==, TSM_CLOSE_NORMAL);
  assert_phase (&rig, TSM_PHASE_STOPPED);
  assert_reason (&rig, "TOKEN_BOT");
  for (guint kind = 0; kind <= TSM_HAPPENED_DENIED; kind++) {
    happen (&rig, (TsmSessionEvent){ .kind = kind, .text = "x", .interval_ms = 100 });
    pass (&rig, DAY_MS);
    assert_actions (&rig, -1, -1);
    assert_phase (&rig, TSM_PHASE_STOPPED);
  }
}

static void
test_session_denied_while_asking (void)
{
  g_auto (Rig) rig = rig_new (1);

  happen_plain (&rig, TSM_HAPPENED_DENIED);
  assert_actions (&rig, -1, -1);
  assert_phase (&rig, TSM_PHASE_STOPPED);
}

static void
test_session_garbled (void)
{
  g_auto (Rig) rig = rig_new_up (1);

  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_GARBLED, .text = "is cut off" });
  assert_actions (&rig, TSM_ACTION_CLOSE, -1);
  assert_reason (&rig, "what Discord sent is cut off");
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, SECOND_MS / 2);
  g_assert_true (try_again (&rig));
}

/* Backoff. */

static void
test_session_backoff (void)
{
  for (guint64 seed = 0; seed < 20; seed++) {
    g_auto (Rig) rig = rig_new (seed);

    for (guint n = 0; n < 12; n++) {
      const gint64 most_ms = n < 7 ? SECOND_MS << n : 120 * SECOND_MS;
      gint64 wait_ms;

      assert_actions (&rig, TSM_ACTION_FETCH, -1);
      happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL_FAILED, .text = "no route" });
      wait_ms = rig.step.wake_at_ms - rig.now_ms;
      g_assert_cmpint (wait_ms, >=, most_ms / 2);
      g_assert_cmpint (wait_ms, <=, most_ms);
      wake (&rig);
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
test_session_settled (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Rig) rig = rig_new (1);

  for (guint n = 0; n < 4; n++) {
    happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL_FAILED, .text = "no route" });
    wake (&rig);
  }
  give_url (&rig);
  greet (&rig);
  give_ready (&rig);
  live (&rig, settled_cases[i].up_ms);
  happen_plain (&rig, TSM_HAPPENED_CLOSED);
  if (settled_cases[i].most_ms == 0) {
    assert_actions (&rig, TSM_ACTION_CONNECT, -1);
    return;
  }
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, settled_cases[i].least_ms);
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, <=, settled_cases[i].most_ms);
}

/* 429 says how long. */
static void
test_session_waits_as_told (void)
{
  g_auto (Rig) rig = rig_new (1);

  happen (&rig, (TsmSessionEvent){
                    .kind = TSM_HAPPENED_URL_FAILED, .text = "429", .delay_ms = 5 * MINUTE_MS });
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, ==, 5 * MINUTE_MS);
  wake (&rig);
  give_url (&rig);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CONNECT_FAILED,
                                   .text = "429",
                                   .delay_ms = 7 * MINUTE_MS });
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, ==, 7 * MINUTE_MS);
  wake (&rig);
  assert_actions (&rig, TSM_ACTION_FETCH, -1);
}

/* The budget. */

static void
test_session_five_seconds_between_identifies (void)
{
  for (guint64 seed = 0; seed < 50; seed++) {
    g_auto (Rig) rig = rig_new_up (seed);
    const gint64 first_ms = rig.now_ms;

    happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = 4009 });
    g_assert_false (try_again (&rig));
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
test_session_restart (gconstpointer data)
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
    assert_actions (&rig, TSM_ACTION_FETCH, -1);
    return;
  }
  assert_actions (&rig, -1, -1);
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, restart_cases[i].least_ms);
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, <=, restart_cases[i].most_ms);
  if (restart_cases[i].n > 1)
    assert_reason (&rig, "too many sessions were opened within 24 h");
  wake (&rig);
  assert_actions (&rig, TSM_ACTION_FETCH, -1);
}

/* Each session is ended after a minute: that would be 1440 a day. */
static void
test_session_budget (void)
{
  g_auto (Rig) rig = rig_new (1);
  guint n = 0;

  while (rig.now_ms < BEGIN_MS + DAY_MS) {
    if (rig.step.n_actions == 0 || rig.step.actions[0].kind == TSM_ACTION_CLOSE) {
      wake (&rig);
      continue;
    }
    g_assert_false (try_again (&rig));
    n++;
    give_ready (&rig);
    live (&rig, MINUTE_MS);
    happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = 1000 });
  }
  g_assert_cmpuint (n, >=, TSM_LIMIT_IDENTIFIES);
  g_assert_cmpuint (n, <=, TSM_LIMIT_IDENTIFIES + 1); /* the last one in the next day */
}

static void
test_session_limit_of_discord (void)
{
  g_auto (Rig) rig = rig_new (1);

  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL,
                                   .text = URL,
                                   .remaining = 0,
                                   .delay_ms = 4 * 60 * MINUTE_MS });
  assert_actions (&rig, -1, -1);
  g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, ==, 4 * 60 * MINUTE_MS);
  assert_reason (&rig, "no further session for now: the next is tried in 4 h 00");
  wake (&rig);
  give_url (&rig); /* asked anew */
  greet (&rig);
  give_ready (&rig);
}

/* A limit that ends at once, again and again, is not asked after at once. */
static void
test_session_limit_that_never_ends (void)
{
  g_auto (Rig) rig = rig_new (1);

  for (guint i = 0; i < 5; i++) {
    assert_actions (&rig, TSM_ACTION_FETCH, -1);
    happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL, .text = URL, .remaining = 0 });
    g_assert_cmpint (rig.step.wake_at_ms - rig.now_ms, >=, MINUTE_MS);
    wake (&rig);
  }
}

/* What is left is counted down between two questions; to resume costs nothing. */
static void
test_session_limit_is_counted_down (void)
{
  g_auto (Rig) rig = rig_new (1);

  happen (&rig,
          (TsmSessionEvent){
              .kind = TSM_HAPPENED_URL, .text = URL, .remaining = 2, .delay_ms = 60 * MINUTE_MS });
  greet (&rig);
  give_ready (&rig);
  live (&rig, MINUTE_MS);
  happen_plain (&rig, TSM_HAPPENED_RECONNECT);
  g_assert_true (try_again (&rig));
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_INVALID });
  g_assert_false (try_again (&rig));
  give_ready (&rig);
  live (&rig, MINUTE_MS);
  happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = 4009 });
  assert_reason (&rig, "no further session");
  wake (&rig);
  g_assert_cmpint (rig.now_ms - BEGIN_MS, ==, 60 * MINUTE_MS);
  assert_actions (&rig, TSM_ACTION_FETCH, -1);
}

/* What belongs to a connection that is gone, or to none. */
static void
test_session_ignores_strays (void)
{
  for (guint kind = TSM_HAPPENED_URL; kind < TSM_HAPPENED_DENIED; kind++) {
    g_auto (Rig) rig = rig_new (1);
    gint64 due_ms;

    happen (&rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL_FAILED, .text = "no route" });
    due_ms = rig.step.wake_at_ms;
    happen (&rig,
            (TsmSessionEvent){
                .kind = kind, .text = "x", .session_id = "x", .interval_ms = 100, .code = 4004 });
    assert_actions (&rig, -1, -1);
    assert_phase (&rig, TSM_PHASE_WAITING);
    g_assert_cmpint (rig.step.wake_at_ms, ==, due_ms);
    assert_reason (&rig, "no route");
  }
}

#define ADD(name, function) g_test_add_func ("/session/" name, function)
#define ADD_CASES(folder, cases, function)                                             \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {                                   \
    g_autofree char *path = g_strconcat ("/session/" folder "/", cases[i].name, NULL); \
                                                                                       \
    g_test_add_data_func (path, GUINT_TO_POINTER (i), function);                       \
  }

static void
add_cases (void)
{
  ADD_CASES ("interval", interval_cases, test_session_interval)
  ADD_CASES ("late", late_cases, test_session_late)
  ADD_CASES ("old", old_cases, test_session_old)
  ADD_CASES ("closed", close_cases, test_session_closed)
  ADD_CASES ("closed-early", close_cases, test_session_closed_early)
  ADD_CASES ("settled", settled_cases, test_session_settled)
  ADD_CASES ("restart", restart_cases, test_session_restart)
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_cases ();
  ADD ("comes-up", test_session_comes_up);
  ADD ("first-beat", test_session_first_beat);
  ADD ("beats-on", test_session_beats_on);
  ADD ("first-beat-is-spread", test_session_first_beat_is_spread);
  ADD ("beats-when-asked", test_session_beats_when_asked);
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
  ADD ("resumes-in-a-row", test_session_resumes_in_a_row);
  ADD ("reconnect-before-hello", test_session_reconnect_before_hello);
  ADD ("reconnect-again", test_session_reconnect_again);
  ADD ("invalid-resumable", test_session_invalid_resumable);
  ADD ("invalid", test_session_invalid);
  ADD ("denied", test_session_denied);
  ADD ("denied-while-asking", test_session_denied_while_asking);
  ADD ("garbled", test_session_garbled);
  ADD ("backoff", test_session_backoff);
  ADD ("waits-as-told", test_session_waits_as_told);
  ADD ("five-seconds-between-identifies", test_session_five_seconds_between_identifies);
  ADD ("budget", test_session_budget);
  ADD ("limit-of-discord", test_session_limit_of_discord);
  ADD ("limit-that-never-ends", test_session_limit_that_never_ends);
  ADD ("limit-is-counted-down", test_session_limit_is_counted_down);
  ADD ("ignores-strays", test_session_ignores_strays);
  return g_test_run ();
}
