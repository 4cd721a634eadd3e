/* SPDX-License-Identifier: MIT
 * test-session-rig: a gateway session under test. */
#include "test-session-rig.h"
#include <string.h>

void
rig_clear (Rig *rig)
{
  g_clear_pointer (&rig->session, tsm_session_free);
}

void
rig_feed (Rig *rig, TsmSessionEvent event)
{
  rig->step = tsm_session_step (rig->session, &event, rig->now_ms);
}

void
rig_feed_plain (Rig *rig, TsmHappening kind)
{
  rig_feed (rig, (TsmSessionEvent){ .kind = kind, .seq = -1 });
}

Rig
rig_new_with (const GArray *identifies, guint64 seed)
{
  Rig rig = { .now_ms = BEGIN_MS };

  rig.session = tsm_session_new (tsm_prng_init (seed, 0), identifies, WALL_S, BEGIN_MS);
  rig_feed_plain (&rig, TSM_HAPPENED_WAKE);
  return rig;
}

Rig
rig_new (guint64 seed)
{
  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (gint64));

  return rig_new_with (none, seed);
}

void
rig_wake (Rig *rig)
{
  g_assert_cmpint (rig->step.wake_at_ms, <, G_MAXINT64);
  rig->now_ms = MAX (rig->now_ms, rig->step.wake_at_ms);
  rig_feed_plain (rig, TSM_HAPPENED_WAKE);
}

void
rig_pass (Rig *rig, gint64 ms)
{
  rig->now_ms += ms;
  rig_feed_plain (rig, TSM_HAPPENED_WAKE);
}

void
rig_assert_actions (const Rig *rig, int first, int second)
{
  const int wanted[] = { first, second };
  const guint n = first < 0 ? 0 : second < 0 ? 1 : 2;

  g_assert_cmpuint (rig->step.n_actions, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint ((int) rig->step.actions[i].kind, ==, wanted[i]);
}

void
rig_assert_phase (const Rig *rig, TsmPhase phase)
{
  g_assert_cmpint (tsm_session_get_phase (rig->session), ==, phase);
  g_assert_true ((tsm_session_peek_reason (rig->session) == NULL) == (phase == TSM_PHASE_UP));
}

void
rig_assert_reason (const Rig *rig, const char *part)
{
  const char *reason = tsm_session_peek_reason (rig->session);

  if (reason == NULL || strstr (reason, part) == NULL)
    g_error ("\"%s\" lacks \"%s\"", reason, part);
}

void
rig_give_url (Rig *rig)
{
  rig_assert_actions (rig, TSM_ACTION_FETCH, -1);
  rig_feed (rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL, .text = URL, .remaining = -1 });
}

void
rig_greet (Rig *rig)
{
  g_assert_cmpint (rig->step.actions[rig->step.n_actions - 1].kind, ==, TSM_ACTION_CONNECT);
  rig_feed_plain (rig, TSM_HAPPENED_CONNECTED);
  rig_assert_actions (rig, -1, -1);
  rig_feed (rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_HELLO, .interval_ms = INTERVAL_MS });
}

void
rig_give_ready (Rig *rig)
{
  rig_assert_actions (rig, TSM_ACTION_IDENTIFY, -1);
  rig_feed (rig,
            (TsmSessionEvent){
                .kind = TSM_HAPPENED_READY, .seq = 1, .session_id = "abc", .text = RESUME_URL });
  rig_assert_phase (rig, TSM_PHASE_UP);
}

Rig
rig_new_up (guint64 seed)
{
  Rig rig = rig_new (seed);

  rig_give_url (&rig);
  rig_greet (&rig);
  rig_give_ready (&rig);
  return rig;
}

void
rig_live (Rig *rig, gint64 ms)
{
  const gint64 end_ms = rig->now_ms + ms;

  while (rig->step.wake_at_ms <= end_ms) {
    rig_wake (rig);
    rig_assert_actions (rig, TSM_ACTION_BEAT, -1);
    rig_feed_plain (rig, TSM_HAPPENED_ACK);
  }
  rig->now_ms = end_ms;
}

gboolean
rig_try_again (Rig *rig)
{
  const TsmSessionAction *last;

  while (rig->step.n_actions == 0 ||
         rig->step.actions[rig->step.n_actions - 1].kind == TSM_ACTION_CLOSE)
    rig_wake (rig);
  last = &rig->step.actions[rig->step.n_actions - 1];
  if (last->kind == TSM_ACTION_FETCH) {
    rig_feed (rig, (TsmSessionEvent){ .kind = TSM_HAPPENED_URL, .text = URL, .remaining = -1 });
    last = &rig->step.actions[rig->step.n_actions - 1];
  }
  g_assert_cmpint (last->kind, ==, TSM_ACTION_CONNECT);
  rig_greet (rig);
  return rig->step.actions[0].kind == TSM_ACTION_RESUME;
}
