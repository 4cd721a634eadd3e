/* SPDX-License-Identifier: MIT
 * What must not be mistaken for something else: a network that is not up yet for an unknown colour,
 * a jump of the clock for the passing of days, a hold for a late decision. */
#include "engine/tsm-engine.h"
#include "test-engine.h"

#define WATTS 60

/* Monday 2026-01-05. */
static TsmDay monday;

static gint64
at (const EngineTest *test, gint day, guint hour, guint minute)
{
  return engine_test_at (test, monday + day, hour, minute);
}

static void
run_to (EngineTest *test, gint day, guint hour, guint minute)
{
  engine_test_run_until (test, at (test, day, hour, minute));
}

/* The colours from Monday on, a letter a day: r or b. */
static void
prepare (EngineTest *test, const char *days)
{
  monday = tsm_day_from_ymd (2026, 1, 5);
  engine_test_init (test, monday - 4);
  test->power_w = WATTS;
  for (gint i = 0; days[i] != '\0'; i++)
    engine_test_set_colour (test, monday + i, days[i] == 'r' ? TSM_COLOUR_RED : TSM_COLOUR_BLUE);
  engine_test_keep (test);
}

static void
type (EngineTest *test, gint64 caller_id, const char *line)
{
  engine_test_type (test, caller_id, line);
  g_assert_cmpstr (engine_test_verdict (test), ==, "done");
}

static void
begin (EngineTest *test)
{
  engine_test_start (test, at (test, 0, 11, 0));
  type (test, ENGINE_TEST_ADMIN, "hello_you 7 2026-01-02");
  type (test, ENGINE_TEST_ADMIN, "hello_you 8 2026-01-02");
}

static void
set_network (EngineTest *test, gboolean is_up)
{
  test->is_source_failing[TSM_SOURCE_COULEUR] = !is_up;
  test->is_source_failing[TSM_SOURCE_RTE] = !is_up;
}

static gint64
derogation_wh (EngineTest *test, gint64 user_id)
{
  return engine_test_query (test,
                            "SELECT coalesce(sum(energy_wh), 0) FROM share"
                            " WHERE user_id = ? AND is_derogation = 1",
                            TSM_INT (user_id));
}

/* The host stays on after the derogation: its holder pays half an hour more, then everybody. */
static void
test_mishap_tail_is_half_an_hour (void)
{
  EngineTest test;

  prepare (&test, "brb");
  begin (&test);
  run_to (&test, 0, 20, 0);
  type (&test, 7, "set_derogation today 22 23");
  run_to (&test, 0, 22, 30);
  type (&test, ENGINE_TEST_ADMIN, "power on 6");
  run_to (&test, 1, 2, 0);
  type (&test, 7, "get_my_state day");
  g_assert_cmpint (derogation_wh (&test, 7), ==, WATTS * 3 / 2);
  g_assert_cmpint (derogation_wh (&test, 8), ==, 0);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM slice WHERE begin_at = ?",
                                      TSM_INT (at (&test, 0, 23, 30))),
                   ==, 1);
  engine_test_clear (&test);
}

/* After a power cut the box is up before the router. */
static void
test_mishap_network_comes_up_late (void)
{
  EngineTest test;

  prepare (&test, "bbb");
  set_network (&test, FALSE);
  begin (&test);
  run_to (&test, 0, 11, 25);
  set_network (&test, TRUE);
  run_to (&test, 0, 12, 30);
  g_assert_cmpuint (test.n_shutdowns, ==, 0);
  g_assert_true (engine_test_was_told (&test, "Monday 5 January 2026 is blue."));
  engine_test_clear (&test);
}

/* It does not come up at all: after half an hour of asking the colour counts as unknown. */
static void
test_mishap_network_stays_down (void)
{
  EngineTest test;

  prepare (&test, "bbb");
  set_network (&test, FALSE);
  begin (&test);
  run_to (&test, 0, 11, 28);
  g_assert_cmpuint (test.n_shutdowns, ==, 0);
  run_to (&test, 0, 11, 50);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  set_network (&test, TRUE);
  run_to (&test, 0, 13, 0);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  engine_test_clear (&test);
}

/* UNKNOWN_DAY=on has nothing to wait for: a host found off in the morning is woken. */
static void
test_mishap_unknown_day_on_asserts (void)
{
  EngineTest test;

  prepare (&test, "b");
  test.config.unknown_is_off = FALSE;
  set_network (&test, FALSE);
  begin (&test);
  run_to (&test, 1, 5, 0);
  test.probe = TSM_PROBE_SILENT;
  test.power_w = 2;
  run_to (&test, 1, 6, 5);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  engine_test_clear (&test);
}

/* The clock is set to @instant, and the engine looks at it. */
static void
set_clock (EngineTest *test, gint64 instant)
{
  g_autoptr (TsmEvent) wake = tsm_event_new (TSM_EVENT_WAKE);

  test->now = instant;
  engine_test_step (test, wake);
}

/* A clock three days behind is set right while the network is not up yet. */
static void
test_mishap_clock_steps_forward (void)
{
  EngineTest test;

  prepare (&test, "bbbbb");
  set_network (&test, FALSE);
  begin (&test);
  run_to (&test, 0, 11, 10);
  set_network (&test, TRUE);
  set_clock (&test, at (&test, 3, 10, 0));
  run_to (&test, 3, 10, 30);
  g_assert_cmpuint (test.n_shutdowns, ==, 0);
  g_assert_true (engine_test_was_told (&test, "Thursday 8 January 2026 is blue."));
  engine_test_clear (&test);
}

/* Three days ahead and back again: the jobs of the real days still run, each once. */
static void
test_mishap_clock_was_ahead (void)
{
  EngineTest test;

  prepare (&test, "bbbbb");
  begin (&test);
  run_to (&test, 0, 12, 30);
  engine_test_run_until (&test, at (&test, 3, 12, 30));
  engine_test_forget (&test);
  set_clock (&test, at (&test, 0, 12, 31));
  run_to (&test, 1, 12, 30);
  g_assert_cmpint (engine_test_query (&test,
                                      "SELECT count(*) FROM job_run WHERE job = 'colour_20h05'"
                                      " AND scheduled_at = ?",
                                      TSM_INT (at (&test, 0, 20, 5))),
                   ==, 1);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) - count(DISTINCT job || scheduled_at)"
                                             " FROM job_run"),
                   ==, 0);
  engine_test_clear (&test);
}

/* From 22:00 on the next day's evening window has begun: a new policy waits for the day after. */
static void
test_mishap_policy_spares_the_window_under_way (void)
{
  EngineTest test;

  prepare (&test, "brrb");
  begin (&test);
  run_to (&test, 0, 23, 41);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  engine_test_stop (&test);
  test.config.policy = TSM_POLICY_PEAK;
  engine_test_start (&test, at (&test, 0, 23, 42));
  run_to (&test, 1, 21, 59);
  g_assert_cmpuint (test.n_wakes, ==, 0);
  /* Wednesday, red too, is the first under `peak`. */
  run_to (&test, 2, 6, 30);
  g_assert_cmpint (engine_test_query (&test, "SELECT from_day FROM policy WHERE value = 'peak'"),
                   ==, monday + 2);
  engine_test_clear (&test);
}

/* Both sources come to say something else of a final day: the second one is asked for its word. */
static void
test_mishap_dispute_is_decided (void)
{
  EngineTest test;

  prepare (&test, "bbb");
  begin (&test);
  run_to (&test, 0, 13, 0);
  engine_test_stop (&test);
  engine_test_start (&test, at (&test, 0, 13, 1)); /* seen again: final */
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_WHITE);
  run_to (&test, 0, 20, 10);
  g_assert_cmpuint (engine_test_count_told (&test, "Correction: Tuesday 6 January 2026 is white"),
                    ==, 1);
  engine_test_clear (&test);
}

/* Held on over 22:00 and powered off at the hold's end, which the warning named. */
static void
test_mishap_hold_is_no_late_decision (void)
{
  EngineTest test;

  prepare (&test, "brb");
  begin (&test);
  run_to (&test, 0, 20, 0);
  type (&test, ENGINE_TEST_ADMIN, "power on 23");
  run_to (&test, 0, 23, 10);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  g_assert_cmpuint (engine_test_count_told (&test, "will be powered off at 23:00"), ==, 1);
  g_assert_false (engine_test_was_told (&test, "decided just now"));
  engine_test_clear (&test);
}

/* Warned at 21:30, killed, and back at 22:20: late it is, but not for want of a warning. */
static void
test_mishap_restart_is_no_late_decision (void)
{
  EngineTest test;

  prepare (&test, "brb");
  begin (&test);
  run_to (&test, 0, 21, 58);
  engine_test_crash (&test);
  engine_test_pass (&test, at (&test, 0, 22, 20));
  engine_test_start (&test, at (&test, 0, 22, 20));
  run_to (&test, 0, 22, 30);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  g_assert_false (engine_test_was_told (&test, "decided just now"));
  engine_test_clear (&test);
}

/* On the second of two red days the window began before yesterday: its off was seen all the same.
 */
static void
test_mishap_second_red_day_orders_nothing (void)
{
  EngineTest test;

  prepare (&test, "brrb");
  begin (&test);
  run_to (&test, 2, 12, 0);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  engine_test_crash (&test);
  engine_test_start (&test, at (&test, 2, 12, 5));
  run_to (&test, 2, 13, 0);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  engine_test_clear (&test);
}

static void
probe_with (EngineTest *test, TsmProbe probe, const char *message)
{
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_PROBED);

  event->probe = probe;
  event->message = g_strdup (message);
  engine_test_step (test, event);
}

/* The notice says what went wrong, once, and its end is told. */
static void
test_mishap_denied_host_is_named (void)
{
  EngineTest test;

  prepare (&test, "bbb");
  begin (&test);
  for (guint i = 0; i < 3; i++)
    probe_with (&test, TSM_PROBE_DENIED, "host pve: 401 no such token");
  g_assert_cmpuint (engine_test_count_told (&test, "host pve: 401 no such token"), ==, 1);
  probe_with (&test, TSM_PROBE_ANSWERS, NULL);
  probe_with (&test, TSM_PROBE_ANSWERS, NULL);
  g_assert_cmpuint (engine_test_count_told (&test, "The host accepts TSM again."), ==, 1);
  engine_test_clear (&test);
}

/* Without a host a red day is a price, not an outage. */
static void
test_mishap_without_a_host_nothing_is_off (void)
{
  EngineTest test;

  prepare (&test, "brb");
  test.config.has_host = FALSE;
  begin (&test);
  run_to (&test, 0, 22, 30);
  g_assert_true (engine_test_was_told (&test, "Tuesday 6 January 2026 is red."));
  g_assert_false (engine_test_was_told (&test, "off"));
  engine_test_clear (&test);
}

#define ADD(path, test) g_test_add_func ("/mishap/" path, test_mishap_##test)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("tail", tail_is_half_an_hour);
  ADD ("network/late", network_comes_up_late);
  ADD ("network/down", network_stays_down);
  ADD ("network/unknown-day-on", unknown_day_on_asserts);
  ADD ("clock/forward", clock_steps_forward);
  ADD ("clock/ahead", clock_was_ahead);
  ADD ("policy", policy_spares_the_window_under_way);
  ADD ("dispute", dispute_is_decided);
  ADD ("late/hold", hold_is_no_late_decision);
  ADD ("late/restart", restart_is_no_late_decision);
  ADD ("second-red-day", second_red_day_orders_nothing);
  ADD ("host/denied", denied_host_is_named);
  ADD ("host/none", without_a_host_nothing_is_off);
  return g_test_run ();
}
