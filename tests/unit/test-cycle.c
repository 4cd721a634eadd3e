/* SPDX-License-Identifier: MIT
 * The seed's life cycle through the real engine: red days come and go, and the host follows. */
#include "engine/tsm-engine.h"
#include "test-engine.h"

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

/* The week's colours from Monday on, a letter a day; Monday 11:00 it begins. User 7 is here. */
static void
prepare (EngineTest *test, const char *week)
{
  monday = tsm_day_from_ymd (2026, 1, 5);
  engine_test_init (test, monday - 4);
  for (gint i = 0; week[i] != '\0'; i++)
    engine_test_set_colour (test, monday + i,
                            week[i] == 'r'   ? TSM_COLOUR_RED
                            : week[i] == 'w' ? TSM_COLOUR_WHITE
                            : week[i] == '?' ? TSM_COLOUR_UNKNOWN
                                             : TSM_COLOUR_BLUE);
}

static void
begin (EngineTest *test)
{
  engine_test_start (test, at (test, 0, 11, 0));
  engine_test_type (test, ENGINE_TEST_ADMIN, "hello_you 7 2026-01-02");
  g_assert_cmpstr (engine_test_verdict (test), ==, "done");
}

static void
type (EngineTest *test, gint64 caller_id, const char *line)
{
  engine_test_type (test, caller_id, line);
  g_assert_cmpstr (engine_test_verdict (test), ==, "done");
}

#define assert_orders(test, shutdowns, wakes)              \
  G_STMT_START                                             \
  {                                                        \
    g_assert_cmpuint ((test)->n_shutdowns, ==, shutdowns); \
    g_assert_cmpuint ((test)->n_wakes, ==, wakes);         \
  }                                                        \
  G_STMT_END

static void
test_cycle_red_day (void)
{
  EngineTest test;

  prepare (&test, "brb");
  begin (&test);
  run_to (&test, 0, 21, 59);
  g_assert_true (engine_test_was_told (&test, "Tuesday 6 January 2026 is red."));
  g_assert_true (engine_test_was_told (&test, "will be powered off at 22:00"));
  assert_orders (&test, 0, 0);
  run_to (&test, 0, 22, 5);
  assert_orders (&test, 1, 0);
  g_assert_cmpint (test.shutdown_at, ==, at (&test, 0, 22, 0));
  g_assert_true (engine_test_was_told (&test, "The server is off."));
  g_assert_false (engine_test_was_told (&test, "decided just now"));
  run_to (&test, 2, 5, 59);
  assert_orders (&test, 1, 0);
  run_to (&test, 2, 6, 5);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  g_assert_cmpuint (test.n_wakes, <=, 2); /* repeated each 10 s until it answers */
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  g_assert_true (engine_test_was_told (&test, "The server is on."));
  engine_test_clear (&test);
}

static void
test_cycle_other_colours_leave_it_on (void)
{
  EngineTest test;

  prepare (&test, "bwwbwbbbw");
  begin (&test);
  run_to (&test, 9, 12, 0);
  assert_orders (&test, 0, 0);
  g_assert_false (engine_test_was_told (&test, "powered off"));
  engine_test_clear (&test);
}

static void
test_cycle_weekend_eve_of_unknown_leaves_it_on (void)
{
  EngineTest test;

  /* Saturday and Sunday cannot be red, whoever is silent. */
  prepare (&test, "bbbbb??b");
  test.is_source_failing[TSM_SOURCE_COULEUR] = FALSE;
  begin (&test);
  run_to (&test, 7, 5, 0);
  assert_orders (&test, 0, 0);
  engine_test_clear (&test);
}

static void
test_cycle_neighbouring_red_days_are_one_window (void)
{
  EngineTest test;

  prepare (&test, "brrb");
  begin (&test);
  run_to (&test, 3, 5, 59);
  assert_orders (&test, 1, 0);
  g_assert_cmpuint (engine_test_count_told (&test, "Powering the server off"), ==, 1);
  run_to (&test, 3, 6, 5);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  engine_test_clear (&test);
}

static void
test_cycle_derogation_over_the_start_ends_early (void)
{
  EngineTest test;

  prepare (&test, "brb");
  begin (&test);
  run_to (&test, 0, 12, 0);
  type (&test, 7, "set_derogation today 21 23h30");
  run_to (&test, 0, 23, 29);
  assert_orders (&test, 0, 0);
  g_assert_true (engine_test_was_told (&test, "will be powered off at 23:30"));
  run_to (&test, 0, 23, 31);
  assert_orders (&test, 1, 0);
  g_assert_cmpint (test.shutdown_at, ==, at (&test, 0, 23, 30));
  engine_test_clear (&test);
}

static void
test_cycle_derogation_inside_a_red_day (void)
{
  EngineTest test;

  prepare (&test, "brb");
  begin (&test);
  run_to (&test, 0, 12, 0);
  type (&test, 7, "set_derogation tomorrow 8 10");
  run_to (&test, 1, 7, 59);
  assert_orders (&test, 1, 0);
  run_to (&test, 1, 8, 5);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  g_assert_cmpint (test.wake_sent_at, <=, at (&test, 1, 8, 1));
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  run_to (&test, 1, 9, 59);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  g_assert_true (engine_test_was_told (&test, "will be powered off at 10:00"));
  run_to (&test, 1, 10, 5);
  g_assert_cmpuint (test.n_shutdowns, ==, 2);
  g_assert_cmpint (test.shutdown_at, ==, at (&test, 1, 10, 0));
  engine_test_clear (&test);
}

static void
test_cycle_short_derogation_wakes_nobody_each_second (void)
{
  EngineTest test;
  guint n_before;

  prepare (&test, "brb");
  begin (&test);
  run_to (&test, 0, 12, 0);
  type (&test, 7, "set_derogation tomorrow 8 8h20");
  run_to (&test, 1, 7, 45);
  n_before = test.n_steps;
  run_to (&test, 1, 7, 59);
  /* A poll a minute, its answer, a look at the host. */
  g_assert_cmpuint (test.n_steps - n_before, <, 14 * 6);
  engine_test_clear (&test);
}

static void
test_cycle_late_colour_acts_at_once (void)
{
  EngineTest test;

  prepare (&test, "b?b");
  begin (&test);
  run_to (&test, 0, 23, 9);
  assert_orders (&test, 0, 0);
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_RED);
  run_to (&test, 0, 23, 40);
  assert_orders (&test, 1, 0);
  g_assert_cmpint (test.shutdown_at, ==,
                   g_array_index (test.questions, EngineTestQuestion, test.questions->len - 1).at);
  g_assert_true (engine_test_was_told (&test, "decided just now: it stays off until Wed"));
  engine_test_clear (&test);
}

static void
test_cycle_unknown_holds_the_night_and_turns_the_day_off (void)
{
  EngineTest test;

  prepare (&test, "b?b");
  begin (&test);
  run_to (&test, 1, 5, 29);
  assert_orders (&test, 0, 0);
  run_to (&test, 1, 5, 31);
  g_assert_true (engine_test_was_told (&test, "powered off at 06:00"));
  run_to (&test, 1, 5, 59);
  assert_orders (&test, 0, 0);
  run_to (&test, 1, 6, 5);
  assert_orders (&test, 1, 0);
  g_assert_true (engine_test_was_told (&test, "Powering the server off: "));
  g_assert_false (engine_test_was_told (&test, "decided just now"));
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_BLUE);
  run_to (&test, 1, 6, 40);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  engine_test_clear (&test);
}

static void
test_cycle_unknown_that_stays_holds_again_at_night (void)
{
  EngineTest test;

  prepare (&test, "b??b");
  begin (&test);
  run_to (&test, 1, 21, 59);
  assert_orders (&test, 1, 0);
  run_to (&test, 1, 22, 5);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  run_to (&test, 2, 6, 5);
  g_assert_cmpuint (test.n_shutdowns, ==, 2);
  engine_test_clear (&test);
}

static void
test_cycle_unknown_day_on_leaves_it_on (void)
{
  EngineTest test;

  prepare (&test, "b?b");
  test.config.unknown_is_off = FALSE;
  begin (&test);
  run_to (&test, 2, 12, 0);
  assert_orders (&test, 0, 0);
  g_assert_false (engine_test_was_told (&test, "powered off"));
  engine_test_clear (&test);
}

static void
test_cycle_unknown_waits_for_the_first_answers (void)
{
  EngineTest test;

  /* TSM starts at 09:00 on a blue day that it does not know yet. */
  prepare (&test, "bbb");
  engine_test_start (&test, at (&test, 1, 9, 0));
  run_to (&test, 1, 9, 30);
  assert_orders (&test, 0, 0);
  engine_test_clear (&test);
}

static void
test_cycle_policy_peak (void)
{
  EngineTest test;

  prepare (&test, "brb");
  test.config.policy = TSM_POLICY_PEAK;
  begin (&test);
  run_to (&test, 1, 5, 59);
  assert_orders (&test, 0, 0);
  run_to (&test, 1, 6, 1);
  g_assert_cmpint (test.shutdown_at, ==, at (&test, 1, 6, 0));
  run_to (&test, 1, 21, 59);
  assert_orders (&test, 1, 0);
  run_to (&test, 1, 22, 5);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  engine_test_clear (&test);
}

static void
test_cycle_policy_changes_with_the_next_day (void)
{
  EngineTest test;

  prepare (&test, "brrb");
  engine_test_keep (&test);
  begin (&test);
  run_to (&test, 1, 12, 0); /* off since Monday 22:00 */
  assert_orders (&test, 1, 0);
  engine_test_stop (&test);
  test.config.policy = TSM_POLICY_PEAK;
  engine_test_start (&test, at (&test, 1, 12, 1));
  /* Tuesday is still `evening`: its window lasts to Wednesday 06:00, when `peak` begins. */
  run_to (&test, 2, 21, 59);
  assert_orders (&test, 1, 0);
  run_to (&test, 2, 22, 5);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  run_to (&test, 3, 12, 0);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  engine_test_clear (&test);
}

static void
test_cycle_hold_on_keeps_it_on_until_its_end (void)
{
  EngineTest test;

  prepare (&test, "brb");
  begin (&test);
  run_to (&test, 0, 21, 0);
  type (&test, ENGINE_TEST_ADMIN, "power on 23");
  g_assert_cmpint (engine_test_get_int (&test, "until"), ==, at (&test, 0, 23, 0));
  g_assert_true (engine_test_was_told (&test, "holds the server on until"));
  run_to (&test, 0, 22, 59);
  assert_orders (&test, 0, 0);
  run_to (&test, 0, 23, 1);
  g_assert_cmpint (test.shutdown_at, ==, at (&test, 0, 23, 0));
  engine_test_clear (&test);
}

static void
test_cycle_hold_off_and_auto (void)
{
  EngineTest test;

  prepare (&test, "bbb");
  begin (&test);
  run_to (&test, 0, 15, 0);
  type (&test, ENGINE_TEST_ADMIN, "power off");
  g_assert_cmpint (engine_test_get_int (&test, "until"), ==, at (&test, 1, 6, 0));
  assert_orders (&test, 1, 0);
  g_assert_false (engine_test_was_told (&test, "decided just now"));
  run_to (&test, 0, 18, 0);
  assert_orders (&test, 1, 0);
  type (&test, ENGINE_TEST_ADMIN, "power auto");
  run_to (&test, 0, 18, 5);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  run_to (&test, 1, 12, 0);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  engine_test_clear (&test);
}

static void
test_cycle_hold_off_ends_by_itself (void)
{
  EngineTest test;

  prepare (&test, "bbb");
  begin (&test);
  run_to (&test, 0, 15, 0);
  type (&test, ENGINE_TEST_ADMIN, "power off");
  run_to (&test, 1, 5, 59);
  assert_orders (&test, 1, 0);
  run_to (&test, 1, 6, 5);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  engine_test_clear (&test);
}

static void
test_cycle_host_that_comes_up_by_itself (void)
{
  EngineTest test;

  prepare (&test, "brb");
  begin (&test);
  run_to (&test, 1, 9, 0);
  assert_orders (&test, 1, 0);
  test.probe = TSM_PROBE_ANSWERS;
  test.power_w = 60;
  run_to (&test, 1, 9, 20);
  g_assert_cmpuint (engine_test_count_told (&test, "came on by itself"), ==, 1);
  assert_orders (&test, 2, 0);
  engine_test_clear (&test);
}

static void
test_cycle_host_that_comes_up_may_be_kept (void)
{
  EngineTest test;

  prepare (&test, "brb");
  begin (&test);
  run_to (&test, 1, 9, 0);
  test.probe = TSM_PROBE_ANSWERS;
  test.power_w = 60;
  for (guint minute = 1; !engine_test_was_told (&test, "came on by itself"); minute++)
    run_to (&test, 1, 9, minute);
  type (&test, ENGINE_TEST_ADMIN, "power on 20");
  run_to (&test, 1, 19, 59);
  assert_orders (&test, 1, 0);
  engine_test_clear (&test);
}

static void
test_cycle_day_begin_wakes_a_host_found_off (void)
{
  EngineTest test;

  prepare (&test, "bbb");
  begin (&test);
  run_to (&test, 0, 23, 0);
  /* Someone powers it off by hand: theirs to do, until 06:00. */
  test.probe = TSM_PROBE_SILENT;
  test.power_w = 2;
  run_to (&test, 1, 5, 59);
  assert_orders (&test, 0, 0);
  run_to (&test, 1, 6, 5);
  g_assert_cmpuint (test.n_wakes, >=, 1);
  g_assert_cmpuint (test.n_shutdowns, ==, 0);
  engine_test_clear (&test);
}

static void
test_cycle_warning_comes_once (void)
{
  EngineTest test;

  prepare (&test, "brb");
  engine_test_keep (&test);
  begin (&test);
  run_to (&test, 0, 21, 29);
  g_assert_false (engine_test_was_told (&test, "will be powered off at 22:00"));
  run_to (&test, 0, 21, 45);
  g_assert_cmpuint (engine_test_count_told (&test, "will be powered off at 22:00"), ==, 1);
  engine_test_crash (&test);
  engine_test_start (&test, at (&test, 0, 21, 46));
  run_to (&test, 0, 22, 10);
  g_assert_cmpuint (engine_test_count_told (&test, "will be powered off at 22:00"), ==, 1);
  g_assert_false (engine_test_was_told (&test, "decided just now"));
  assert_orders (&test, 1, 0);
  engine_test_clear (&test);
}

static void
test_cycle_killed_before_and_restarted_after_the_hour (void)
{
  EngineTest test;

  prepare (&test, "brb");
  engine_test_keep (&test);
  begin (&test);
  run_to (&test, 0, 21, 58);
  engine_test_crash (&test);
  engine_test_pass (&test, at (&test, 0, 22, 20));
  engine_test_start (&test, at (&test, 0, 22, 20));
  run_to (&test, 0, 22, 25);
  assert_orders (&test, 1, 0);
  g_assert_cmpint (test.shutdown_at, <=, at (&test, 0, 22, 21));
  g_assert_cmpuint (engine_test_count_told (&test, "The server is off."), ==, 1);
  engine_test_clear (&test);
}

static void
test_cycle_restart_before_off_was_seen_orders_again (void)
{
  EngineTest test;

  prepare (&test, "brb");
  engine_test_keep (&test);
  test.is_host_stubborn = TRUE;
  begin (&test);
  run_to (&test, 0, 22, 2);
  assert_orders (&test, 1, 0);
  engine_test_crash (&test);
  test.is_host_stubborn = FALSE;
  engine_test_start (&test, at (&test, 0, 22, 5));
  run_to (&test, 0, 22, 10);
  assert_orders (&test, 2, 0);
  g_assert_true (engine_test_was_told (&test, "The server is off."));
  engine_test_clear (&test);
}

static void
test_cycle_restart_after_off_was_seen_leaves_it (void)
{
  EngineTest test;

  prepare (&test, "brb");
  engine_test_keep (&test);
  begin (&test);
  run_to (&test, 0, 22, 10);
  assert_orders (&test, 1, 0);
  engine_test_forget (&test);
  for (guint minute = 11; minute < 50; minute += 10) {
    engine_test_crash (&test);
    engine_test_start (&test, at (&test, 0, 22, minute));
    run_to (&test, 0, 22, minute + 8);
  }
  assert_orders (&test, 1, 0);
  g_assert_cmpuint (engine_test_count_told (&test, "Powering"), ==, 0);
  engine_test_clear (&test);
}

static void
test_cycle_restart_does_not_wake (void)
{
  EngineTest test;

  prepare (&test, "bbb");
  engine_test_keep (&test);
  begin (&test);
  run_to (&test, 0, 14, 0);
  engine_test_stop (&test);
  test.probe = TSM_PROBE_SILENT;
  test.power_w = 2;
  engine_test_start (&test, at (&test, 0, 14, 10));
  run_to (&test, 0, 20, 0);
  assert_orders (&test, 0, 0);
  engine_test_clear (&test);
}

static void
test_cycle_one_missed_poll_is_no_sign_of_off (void)
{
  EngineTest test;

  /* Its API stops early in a shutdown, and the plug misses one poll meanwhile. */
  prepare (&test, "brb");
  test.is_host_stubborn = TRUE;
  begin (&test);
  run_to (&test, 0, 22, 1);
  test.probe = TSM_PROBE_SILENT;
  test.is_plug_silent = TRUE;
  engine_test_run_until (&test, at (&test, 0, 22, 1) + 50);
  test.is_plug_silent = FALSE;
  run_to (&test, 0, 22, 4);
  g_assert_false (engine_test_was_told (&test, "probably off"));
  test.power_w = 2;
  run_to (&test, 0, 22, 6);
  g_assert_true (engine_test_was_told (&test, "The server is off."));
  engine_test_clear (&test);
}

static void
test_cycle_without_a_host_only_the_plan_is_kept (void)
{
  EngineTest test;

  prepare (&test, "brb");
  test.config.has_host = FALSE;
  begin (&test);
  run_to (&test, 2, 12, 0);
  assert_orders (&test, 0, 0);
  g_assert_false (engine_test_was_told (&test, "will be powered off"));
  engine_test_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name) g_test_add_func ("/cycle/" path, test_cycle_##name)
  ADD ("red-day", red_day);
  ADD ("other-colours", other_colours_leave_it_on);
  ADD ("weekend-eve", weekend_eve_of_unknown_leaves_it_on);
  ADD ("neighbours", neighbouring_red_days_are_one_window);
  ADD ("derogation/over-the-start", derogation_over_the_start_ends_early);
  ADD ("derogation/inside", derogation_inside_a_red_day);
  ADD ("derogation/short", short_derogation_wakes_nobody_each_second);
  ADD ("late-colour", late_colour_acts_at_once);
  ADD ("unknown/night", unknown_holds_the_night_and_turns_the_day_off);
  ADD ("unknown/stays", unknown_that_stays_holds_again_at_night);
  ADD ("unknown/on", unknown_day_on_leaves_it_on);
  ADD ("unknown/first-answers", unknown_waits_for_the_first_answers);
  ADD ("policy/peak", policy_peak);
  ADD ("policy/change", policy_changes_with_the_next_day);
  ADD ("hold/on", hold_on_keeps_it_on_until_its_end);
  ADD ("hold/off-auto", hold_off_and_auto);
  ADD ("hold/off-ends", hold_off_ends_by_itself);
  ADD ("came-on", host_that_comes_up_by_itself);
  ADD ("came-on/kept", host_that_comes_up_may_be_kept);
  ADD ("found-off", day_begin_wakes_a_host_found_off);
  ADD ("warning", warning_comes_once);
  ADD ("restart/killed", killed_before_and_restarted_after_the_hour);
  ADD ("restart/before-off", restart_before_off_was_seen_orders_again);
  ADD ("restart/after-off", restart_after_off_was_seen_leaves_it);
  ADD ("restart/no-wake", restart_does_not_wake);
  ADD ("missed-poll", one_missed_poll_is_no_sign_of_off);
  ADD ("no-host", without_a_host_only_the_plan_is_kept);
  return g_test_run ();
}
