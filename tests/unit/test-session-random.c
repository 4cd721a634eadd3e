/* SPDX-License-Identifier: MIT
 * A session against ten thousand hostile lives: whatever happens, in whatever order, it keeps
 * Discord's limits and its own. A failing seed is printed; give it its own test. */
#include "base/tsm-limits.h"
#include "discord/tsm-session.h"

#define N_LIVES   10000
#define N_EVENTS  150
#define SECOND_MS G_GINT64_CONSTANT (1000)
#define MINUTE_MS (60 * SECOND_MS)
#define DAY_MS    (24 * 60 * MINUTE_MS)
#define WALL_S    G_GINT64_CONSTANT (1767650400)

/* What an observer sees of one life. */
typedef struct {
  TsmPrng prng;
  TsmSession *session;
  gint64 now_ms;
  gint64 wake_at_ms;
  gboolean is_asked;     /* a FETCH has no answer yet */
  gboolean is_connected; /* or connecting */
  gboolean is_stopped;
  gint64 hello_ms;    /* of this connection; -1: none yet */
  gint64 interval_ms; /* of that HELLO */
  guint n_beats;      /* not asked for, on this connection */
  gboolean was_asked_to_beat;
  GArray *identifies; /* gint64 */
  guint n_attempts;   /* without a session of a minute in between */
  gint64 attempts_ms; /* the first of these */
  gint64 up_ms;       /* -1: it is not */
} Life;

static void
check_identify (Life *life)
{
  const guint n = life->identifies->len;

  g_assert_true (life->is_connected);
  g_assert_cmpint (life->hello_ms, ==, life->now_ms);
  if (n > 0)
    g_assert_cmpint (life->now_ms - g_array_index (life->identifies, gint64, n - 1), >=,
                     5 * SECOND_MS);
  if (n >= TSM_LIMIT_IDENTIFIES)
    g_assert_cmpint (life->now_ms -
                         g_array_index (life->identifies, gint64, n - TSM_LIMIT_IDENTIFIES),
                     >, DAY_MS);
  g_array_append_val (life->identifies, life->now_ms);
}

/* One heartbeat: after HELLO, at most one more than there were intervals since. */
static void
check_beat (Life *life)
{
  if (life->was_asked_to_beat)
    return;
  g_assert_cmpint (life->hello_ms, >=, 0);
  life->n_beats++;
  g_assert_cmpint (life->n_beats, <=,
                   1 + (life->now_ms - life->hello_ms) / (life->interval_ms / 2 + 1));
}

/* Refused again and again, at the most so many times: one at once, then 1, 2, 4, ... s, halved. */
static void
check_attempt (Life *life)
{
  gint64 least_ms = 0;

  if (life->n_attempts == 0)
    life->attempts_ms = life->now_ms;
  for (guint n = 1; n < life->n_attempts; n++)
    least_ms += MIN (SECOND_MS << MIN (n, 7), 120 * SECOND_MS) / 2;
  g_assert_cmpint (life->now_ms - life->attempts_ms, >=, least_ms);
  life->n_attempts++;
}

static void
check_action (Life *life, const TsmSessionAction *action)
{
  g_assert_false (life->is_stopped && action->kind != TSM_ACTION_CLOSE);
  switch (action->kind) {
  case TSM_ACTION_FETCH:
    g_assert_false (life->is_asked || life->is_connected);
    life->is_asked = TRUE;
    break;
  case TSM_ACTION_CONNECT:
    g_assert_false (life->is_asked || life->is_connected);
    g_assert_nonnull (action->url);
    check_attempt (life);
    life->is_connected = TRUE;
    life->hello_ms = -1;
    life->n_beats = 0;
    break;
  case TSM_ACTION_BEAT:
    check_beat (life);
    break;
  case TSM_ACTION_IDENTIFY:
    check_identify (life);
    break;
  case TSM_ACTION_RESUME:
    g_assert_true (life->is_connected);
    g_assert_nonnull (action->session_id);
    g_assert_cmpint (life->hello_ms, ==, life->now_ms);
    break;
  case TSM_ACTION_CLOSE:
    g_assert_true (life->is_connected);
    g_assert_true (action->code == TSM_CLOSE_NONE || action->code == TSM_CLOSE_RESUMABLE ||
                   life->is_stopped);
    life->is_connected = FALSE;
    break;
  }
}

static void
note_up (Life *life)
{
  const gboolean is_up = tsm_session_get_phase (life->session) == TSM_PHASE_UP;

  g_assert_true (is_up == (tsm_session_peek_reason (life->session) == NULL));
  if (life->up_ms >= 0 && life->now_ms - life->up_ms >= MINUTE_MS)
    life->n_attempts = 0;
  if (!is_up)
    life->up_ms = -1;
  else if (life->up_ms < 0)
    life->up_ms = life->now_ms;
}

static void
feed (Life *life, const TsmSessionEvent *event)
{
  TsmSessionStep step;

  if (event->kind == TSM_HAPPENED_CLOSED || event->kind == TSM_HAPPENED_CONNECT_FAILED)
    life->is_connected = FALSE;
  if (event->kind == TSM_HAPPENED_URL || event->kind == TSM_HAPPENED_URL_FAILED)
    life->is_asked = FALSE;
  if (event->kind == TSM_HAPPENED_HELLO && life->hello_ms < 0) {
    life->hello_ms = life->now_ms;
    life->interval_ms = event->interval_ms;
  }
  life->was_asked_to_beat = event->kind == TSM_HAPPENED_BEAT_ASKED;
  /* What was up for a minute until now begins anew, before the attempt that may follow at once. */
  if (life->up_ms >= 0 && life->now_ms - life->up_ms >= MINUTE_MS)
    life->n_attempts = 0;
  step = tsm_session_step (life->session, event, life->now_ms);
  life->is_stopped = tsm_session_get_phase (life->session) == TSM_PHASE_STOPPED;
  for (guint i = 0; i < step.n_actions; i++)
    check_action (life, &step.actions[i]);
  note_up (life);
  life->wake_at_ms = step.wake_at_ms;
  if (life->is_stopped)
    g_assert_cmpint (step.wake_at_ms, ==, G_MAXINT64);
  else if (!life->is_asked)
    g_assert_cmpint (step.wake_at_ms, <, G_MAXINT64); /* or it would sleep for ever */
}

static gint64
draw (Life *life, gint64 low, gint64 high)
{
  return tsm_prng_range (&life->prng, low, high);
}

/* To the next instant that was asked for, or some time that may be too little or far too much. */
static void
let_time_pass (Life *life)
{
  const gint64 wait_ms =
      life->wake_at_ms == G_MAXINT64 ? SECOND_MS : MAX (life->wake_at_ms - life->now_ms, 0);

  switch (draw (life, 0, 9)) {
  case 0:
    life->now_ms += draw (life, 0, wait_ms);
    break;
  case 1:
    life->now_ms += wait_ms + draw (life, 0, 100 * SECOND_MS);
    break;
  case 2:
    life->now_ms += draw (life, 0, 20 * MINUTE_MS);
    break;
  default:
    life->now_ms += wait_ms + draw (life, 0, 20);
    break;
  }
}

static guint
draw_code (Life *life)
{
  static const guint harmless[] = { 0, 0, 0, 1000, 1001, 1006, 4000, 4007, 4008, 4009 };

  if (tsm_prng_is_hit (&life->prng, 1, 30))
    return (guint) draw (life, 4000, 4016);
  return harmless[draw (life, 0, G_N_ELEMENTS (harmless) - 1)];
}

/* What a server that means well would do next. */
static TsmHappening
expect (const Life *life)
{
  switch (tsm_session_get_phase (life->session)) {
  case TSM_PHASE_FETCHING:
    return TSM_HAPPENED_URL;
  case TSM_PHASE_CONNECTING:
    return TSM_HAPPENED_CONNECTED;
  case TSM_PHASE_GREETING:
    return TSM_HAPPENED_HELLO;
  case TSM_PHASE_PRESENTING:
    return tsm_session_is_replaying (life->session) ? TSM_HAPPENED_RESUMED : TSM_HAPPENED_READY;
  case TSM_PHASE_UP:
    return TSM_HAPPENED_ACK;
  case TSM_PHASE_WAITING:
  case TSM_PHASE_STOPPED:
    return TSM_HAPPENED_WAKE;
  }
  g_assert_not_reached ();
}

/* Whoever talks feeds only what can be: nothing of a connection that is closed. */
static gboolean
can_happen (const Life *life, TsmHappening kind)
{
  switch (kind) {
  case TSM_HAPPENED_WAKE:
  case TSM_HAPPENED_DENIED:
    return TRUE;
  case TSM_HAPPENED_URL:
  case TSM_HAPPENED_URL_FAILED:
    return life->is_asked;
  case TSM_HAPPENED_CONNECTED:
  case TSM_HAPPENED_CONNECT_FAILED:
    return tsm_session_get_phase (life->session) == TSM_PHASE_CONNECTING;
  case TSM_HAPPENED_HELLO:
  case TSM_HAPPENED_BEAT_ASKED:
  case TSM_HAPPENED_ACK:
  case TSM_HAPPENED_DISPATCH:
  case TSM_HAPPENED_READY:
  case TSM_HAPPENED_RESUMED:
  case TSM_HAPPENED_RECONNECT:
  case TSM_HAPPENED_INVALID:
  case TSM_HAPPENED_CLOSED:
  case TSM_HAPPENED_GARBLED:
    return life->is_connected && tsm_session_get_phase (life->session) != TSM_PHASE_CONNECTING;
  }
  g_assert_not_reached ();
}

static TsmSessionEvent
draw_event (Life *life, guint malice)
{
  TsmSessionEvent event = {
    .kind = expect (life),
    .text = "wss://somewhere.test",
    .session_id = "abc",
    .seq = draw (life, -1, 1000),
    .remaining = draw (life, -1, 3) > 2 ? draw (life, 0, 1000) : -1,
    .interval_ms =
        tsm_prng_is_hit (&life->prng, 1, 50) ? draw (life, -5, 50) : draw (life, 1000, 45000),
    .delay_ms = tsm_prng_is_hit (&life->prng, 1, 20) ? draw (life, -5, 2 * DAY_MS) : 0,
    .is_resumable = tsm_prng_is_hit (&life->prng, 1, 2),
    .code = draw_code (life),
  };

  if (tsm_prng_is_hit (&life->prng, malice, 100))
    event.kind = (TsmHappening) draw (life, TSM_HAPPENED_WAKE, TSM_HAPPENED_GARBLED);
  if (tsm_prng_is_hit (&life->prng, 1, 3000))
    event.kind = TSM_HAPPENED_DENIED;
  if (!can_happen (life, event.kind))
    event.kind = TSM_HAPPENED_WAKE;
  return event;
}

static void
live_and_die (guint64 seed, guint n_events, guint malice)
{
  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (gint64));
  Life life = { .prng = tsm_prng_init (seed, 1), .hello_ms = -1, .up_ms = -1 };

  life.identifies = g_array_new (FALSE, FALSE, sizeof (gint64));
  life.session = tsm_session_new (tsm_prng_init (seed, 0), none, WALL_S, 0);
  for (guint i = 0; i < n_events; i++) {
    const TsmSessionEvent event = draw_event (&life, malice);

    feed (&life, &event);
    if (event.kind == TSM_HAPPENED_WAKE || tsm_prng_is_hit (&life.prng, 1, 4))
      let_time_pass (&life);
  }
  tsm_session_free (life.session);
  g_array_unref (life.identifies);
}

static void
test_session_random_lives (void)
{
  for (guint64 seed = 0; seed < N_LIVES; seed++) {
    g_test_message ("seed %" G_GUINT64_FORMAT, seed);
    live_and_die (seed, N_EVENTS, (guint) (seed % 4) * 15 + 5);
  }
}

/* Long enough, and so full of ends, that the day's budget is what holds it back. */
static void
test_session_random_budget (void)
{
  for (guint64 seed = 0; seed < 20; seed++) {
    g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (gint64));
    Life life = { .prng = tsm_prng_init (seed, 1), .hello_ms = -1, .up_ms = -1 };

    life.identifies = g_array_new (FALSE, FALSE, sizeof (gint64));
    life.session = tsm_session_new (tsm_prng_init (seed, 0), none, WALL_S, 0);
    while (life.now_ms < 3 * DAY_MS) {
      const gboolean is_up = tsm_session_get_phase (life.session) == TSM_PHASE_UP;
      const TsmSessionEvent event = {
        .kind =
            is_up && life.now_ms - life.up_ms >= MINUTE_MS ? TSM_HAPPENED_INVALID : expect (&life),
        .text = "wss://somewhere.test",
        .session_id = "abc",
        .remaining = -1,
        .interval_ms = 30000,
      };

      feed (&life, &event);
      if (life.wake_at_ms != G_MAXINT64 && (is_up || !life.is_connected))
        life.now_ms = MAX (life.now_ms, life.wake_at_ms);
    }
    g_assert_cmpuint (life.identifies->len, >, 2 * TSM_LIMIT_IDENTIFIES);
    g_assert_cmpuint (life.identifies->len, <=, 3 * TSM_LIMIT_IDENTIFIES);
    tsm_session_free (life.session);
    g_array_unref (life.identifies);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session-random/lives", test_session_random_lives);
  g_test_add_func ("/session-random/budget", test_session_random_budget);
  return g_test_run ();
}
