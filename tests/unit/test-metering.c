/* SPDX-License-Identifier: MIT
 * Metering through the real engine: what flowed is booked once, to the Wh, whatever happens. */
#include "test-engine.h"

/* Thursday 2026-01-15. */
static TsmDay thursday;

static gint64
at (const EngineTest *test, gint day, guint hour, guint minute)
{
  return engine_test_at (test, thursday + day, hour, minute);
}

static void
run_to (EngineTest *test, gint day, guint hour, guint minute)
{
  engine_test_run_until (test, at (test, day, hour, minute));
}

/* START_SERVER_DATE is @days_before days earlier. */
static void
prepare (EngineTest *test, gint days_before)
{
  thursday = tsm_day_from_ymd (2026, 1, 15);
  engine_test_init (test, thursday - days_before);
  engine_test_keep (test);
}

static void
begin (EngineTest *test)
{
  engine_test_start (test, at (test, 0, 11, 0));
}

static gint64
sum_wh (EngineTest *test)
{
  return engine_test_query (test, "SELECT coalesce(sum(energy_wh), 0) FROM slice");
}

/* Puts all that is in memory into the store, and checks DESIGN 7.1 to 7.3 there. */
static void
check (EngineTest *test)
{
  engine_test_type (test, 0, "get_total_state all");
  g_assert_cmpstr (engine_test_verdict (test), ==, "done");
  g_assert_cmpint (
      engine_test_query (
          test, "SELECT count(*) FROM epoch e WHERE"
                " (SELECT coalesce(sum(energy_wh), 0) FROM slice s WHERE s.epoch = e.epoch)"
                " <> coalesce((SELECT total_wh FROM reading r WHERE r.epoch = e.epoch AND"
                "   verdict IN ('first', 'energy', 'epoch') ORDER BY at DESC LIMIT 1), first_wh)"
                " - first_wh + (SELECT coalesce(sum(drop_wh), 0) FROM correction c"
                "   WHERE c.epoch = e.epoch)"),
      ==, 0);
  g_assert_cmpint (engine_test_query (test,
                                      "SELECT count(*) FROM (SELECT begin_at, lag(end_at) OVER"
                                      " (ORDER BY begin_at) AS before FROM slice)"
                                      " WHERE before IS NOT NULL AND before <> begin_at"),
                   ==, 0);
  g_assert_cmpint (engine_test_query (test, "SELECT count(*) FROM day_total t WHERE energy_wh <>"
                                            " (SELECT coalesce(sum(energy_wh), 0) FROM slice s"
                                            "   WHERE s.day = t.day)"),
                   ==, 0);
  g_assert_cmpint (engine_test_query (test, "SELECT count(*) FROM slice WHERE"
                                            " day NOT IN (SELECT day FROM day_total)"),
                   ==, 0);
}

static gint64
energy_between (EngineTest *test, gint64 from, gint64 to)
{
  return engine_test_query (test,
                            "SELECT sum(energy_wh) FROM slice WHERE begin_at >= ? AND end_at <= ?",
                            TSM_INT (from), TSM_INT (to));
}

static gint64
count_quality (EngineTest *test, const char *quality, gint64 from, gint64 to)
{
  return engine_test_query (
      test, "SELECT count(*) FROM slice WHERE quality = ? AND begin_at >= ? AND end_at <= ?",
      TSM_TEXT (quality), TSM_INT (from), TSM_INT (to));
}

static void
test_metering_first_start_spreads_the_counter (void)
{
  EngineTest test;

  prepare (&test, 4);
  begin (&test);
  check (&test);
  g_assert_cmpint (sum_wh (&test), ==, 120000);
  for (gint day = -4; day < 0; day++)
    g_assert_cmpint (energy_between (&test, at (&test, day, 6, 0), at (&test, day + 1, 6, 0)), ==,
                     30000);
  g_assert_cmpint (energy_between (&test, at (&test, 0, 6, 0), at (&test, 0, 11, 0)), ==, 0);
  g_assert_cmpint (count_quality (&test, "estimated", at (&test, -4, 6, 0), at (&test, 0, 11, 0)),
                   ==, 4 * 24 + 5);
  g_assert_true (engine_test_was_told (&test, "120.000 kWh that the plug had counted are spread"));
  run_to (&test, 0, 12, 0);
  check (&test);
  g_assert_cmpint (energy_between (&test, at (&test, 0, 11, 0), at (&test, 0, 12, 0)), ==, 60);
  engine_test_clear (&test);
}

static void
test_metering_start_today_leaves_the_counter_out (void)
{
  EngineTest test;

  prepare (&test, 0);
  begin (&test);
  g_assert_true (
      engine_test_was_told (&test, "120.000 kWh that the plug had counted are left out"));
  run_to (&test, 0, 13, 0);
  check (&test);
  g_assert_cmpint (sum_wh (&test), ==, 120);
  g_assert_cmpint (engine_test_query (&test, "SELECT min(begin_at) FROM slice"), ==,
                   at (&test, 0, 11, 0));
  engine_test_clear (&test);
}

static void
test_metering_new_counter_has_nothing_to_spread (void)
{
  EngineTest test;

  prepare (&test, 4);
  test.energy_ws = 0;
  begin (&test);
  g_assert_cmpuint (engine_test_count_told (&test, "Metering begins now, with"), ==, 1);
  g_assert_false (engine_test_was_told (&test, "left out"));
  run_to (&test, 0, 13, 0);
  check (&test);
  g_assert_cmpint (sum_wh (&test), ==, 120);
  engine_test_clear (&test);
}

static void
test_metering_first_read_waits_to_be_settled (void)
{
  EngineTest test;

  prepare (&test, 4);
  test.plug_boot_at = at (&test, 0, 10, 59);
  begin (&test);
  g_assert_cmpint (sum_wh (&test), ==, 0);
  g_assert_false (engine_test_was_told (&test, "Metering begins"));
  run_to (&test, 0, 11, 5);
  check (&test);
  g_assert_true (engine_test_was_told (&test, "Metering begins"));
  engine_test_clear (&test);
}

static void
test_metering_polls_and_boundaries (void)
{
  EngineTest test;
  guint n_before;

  prepare (&test, 0);
  test.config.poll_s = 420; /* does not divide an hour */
  begin (&test);
  n_before = test.n_reads;
  run_to (&test, 0, 15, 0);
  g_assert_cmpuint (test.n_reads - n_before, >=, 4 * 8);
  g_assert_cmpuint (test.n_reads - n_before, <=, 4 * 10);
  check (&test);
  /* The plug was read at each hour: nothing had to be split. */
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM slice"), ==, 4);
  g_assert_cmpint (count_quality (&test, "measured", 0, G_MAXINT64), ==, 4);
  for (guint hour = 11; hour < 15; hour++)
    g_assert_cmpint (energy_between (&test, at (&test, 0, hour, 0), at (&test, 0, hour + 1, 0)), ==,
                     60);
  engine_test_clear (&test);
}

static void
test_metering_reads_at_a_derogation_edge (void)
{
  EngineTest test;

  prepare (&test, 0);
  engine_test_set_colour (&test, thursday, TSM_COLOUR_RED);
  begin (&test);
  engine_test_type (&test, 0, "hello_you 7");
  engine_test_type (&test, 7, "set_derogation today 12h17 12h43");
  g_assert_cmpstr (engine_test_verdict (&test), ==, "done");
  run_to (&test, 0, 14, 0);
  check (&test);
  g_assert_cmpint (engine_test_query (&test,
                                      "SELECT count(*) FROM slice WHERE end_at = ?"
                                      " AND quality = 'measured'",
                                      TSM_INT (at (&test, 0, 12, 17))),
                   ==, 1);
  g_assert_cmpint (engine_test_query (&test,
                                      "SELECT count(*) FROM slice WHERE end_at = ?"
                                      " AND quality = 'measured'",
                                      TSM_INT (at (&test, 0, 12, 43))),
                   ==, 1);
  engine_test_clear (&test);
}

static void
test_metering_quality_tells_how_a_boundary_was_crossed (void)
{
  static const struct {
    const char *story;
    guint from, to; /* minutes after 11:00 without an answer */
    const char *quality;
  } rows[] = {
    { "a silence inside an hour costs nothing", 5, 50, "measured" },
    { "a few minutes over the hour are split", 57, 62, "interpolated" },
    { "half an hour over it is estimated", 45, 75, "estimated" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    EngineTest test;

    g_test_message ("%s", rows[i].story);
    prepare (&test, 0);
    begin (&test);
    engine_test_run_until (&test, test.now + rows[i].from * 60);
    test.is_plug_silent = TRUE;
    engine_test_run_until (&test, at (&test, 0, 11, 0) + rows[i].to * 60);
    test.is_plug_silent = FALSE;
    run_to (&test, 0, 13, 0);
    check (&test);
    g_assert_cmpint (sum_wh (&test), ==, 120);
    for (guint j = 0; j < G_N_ELEMENTS (rows); j++)
      if (j > 0)
        g_assert_cmpint (count_quality (&test, rows[j].quality, 0, G_MAXINT64), ==, i == j ? 2 : 0);
    engine_test_clear (&test);
  }
}

static void
test_metering_commits_every_five_minutes (void)
{
  EngineTest test;
  gint64 n_before;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 12, 30);
  n_before = engine_test_query (&test, "SELECT count(*) FROM reading");
  for (guint minute = 31; minute < 60; minute++) {
    gint64 stored_at;

    run_to (&test, 0, 12, minute);
    stored_at = engine_test_query (&test, "SELECT max(at) FROM reading");
    g_assert_cmpint (test.now - stored_at, <, 300);
    /* One transaction: the slice ends where the stored counter does. */
    g_assert_cmpint (engine_test_query (&test, "SELECT max(end_at) FROM slice"), ==, stored_at);
  }
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM reading"), <=, n_before + 6);
  run_to (&test, 0, 13, 0);
  g_assert_cmpint (engine_test_query (&test, "SELECT max(at) FROM reading"), ==, test.now);
  engine_test_clear (&test);
}

static void
test_metering_crash_loses_nothing (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  EngineTest test;

  prepare (&test, 3);
  begin (&test);
  for (guint i = 0; i < 200; i++) {
    engine_test_run_until (&test, test.now + g_rand_int_range (rand, 1, 3000));
    engine_test_crash (&test);
    engine_test_pass (&test, test.now + g_rand_int_range (rand, 0, 1200));
    engine_test_start (&test, test.now);
  }
  engine_test_run_until (&test, test.now + 120);
  check (&test);
  g_assert_cmpint (sum_wh (&test), ==, engine_test_total_wh (&test));
  g_assert_false (engine_test_was_told (&test, "down"));
  engine_test_clear (&test);
}

static void
test_metering_crash_between_question_and_answer (void)
{
  static const guint hours[] = { 6, 11, 12, 20, 22 };
  EngineTest test;

  /* What a step writes of the open slice, it writes with the counter that it belongs to. */
  prepare (&test, 0);
  begin (&test);
  for (guint i = 0; i < G_N_ELEMENTS (hours); i++) {
    const gint64 hour = at (&test, 1, hours[i], hours[i] == 6 || hours[i] == 22 ? 0 : 5);

    engine_test_run_until (&test, hour - 1);
    test.has_lost_answers = TRUE;
    engine_test_run_until (&test, hour + 1);
    engine_test_crash (&test);
    test.has_lost_answers = FALSE;
    engine_test_start (&test, hour + 90);
    g_assert_cmpint (engine_test_query (&test, "SELECT max(end_at) FROM slice"), ==,
                     engine_test_query (&test, "SELECT max(at) FROM reading"));
  }
  run_to (&test, 2, 7, 0);
  check (&test);
  engine_test_clear (&test);
}

static void
test_metering_downtime_is_filled_and_estimated (void)
{
  static const struct {
    const char *story;
    gint64 down_s;
    gboolean is_ordered;
  } rows[] = {
    { "stopped for three hours", 3 * 3600, TRUE },
    { "killed for three hours", 3 * 3600, FALSE },
    { "killed for three days", 3 * 86400, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    EngineTest test;
    gint64 stopped_at;

    g_test_message ("%s", rows[i].story);
    prepare (&test, 0);
    begin (&test);
    run_to (&test, 0, 12, 30);
    stopped_at = test.now;
    if (rows[i].is_ordered)
      engine_test_stop (&test);
    else
      engine_test_crash (&test);
    test.power_w = 90;
    engine_test_pass (&test, stopped_at + rows[i].down_s);
    engine_test_start (&test, test.now);
    engine_test_run_until (&test, test.now + 1800);
    check (&test);
    g_assert_cmpint (sum_wh (&test), ==, engine_test_total_wh (&test) - 120000);
    g_assert_cmpint (count_quality (&test, "estimated", stopped_at - 300,
                                    stopped_at + rows[i].down_s),
                     >=, rows[i].down_s / 3600);
    g_assert_cmpint (count_quality (&test, "down", 0, G_MAXINT64), ==, 0);
    engine_test_clear (&test);
  }
}

static void
test_metering_new_plug_leaves_its_gap_down (void)
{
  EngineTest test;
  gint64 gap_at;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 12, 30);
  gap_at = test.now;
  test.is_plug_silent = TRUE;
  run_to (&test, 0, 14, 0);
  test.is_plug_silent = FALSE;
  g_strlcpy (test.mac, "AA:BB:CC:DD:EE:02", sizeof test.mac);
  test.counted_ws = 5000 * 3600 - test.energy_ws;
  test.plug_boot_at = at (&test, 0, 13, 50);
  run_to (&test, 0, 15, 0);
  check (&test);
  g_assert_cmpuint (engine_test_count_told (&test, "The plug counts anew"), ==, 1);
  g_assert_cmpint (engine_test_query (&test,
                                      "SELECT sum(end_at - begin_at) FROM slice"
                                      " WHERE energy_wh IS NULL AND begin_at >= ?",
                                      TSM_INT (gap_at)),
                   >=, 90 * 60);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM epoch"), ==, 2);
  /* The gap belongs to the counter that it ended. */
  g_assert_cmpint (
      engine_test_query (&test, "SELECT count(*) FROM slice WHERE quality = 'down' AND epoch <> 1"),
      ==, 0);
  run_to (&test, 0, 17, 0);
  check (&test);
  g_assert_cmpint (energy_between (&test, at (&test, 0, 16, 0), at (&test, 0, 17, 0)), ==, 60);
  engine_test_clear (&test);
}

static void
test_metering_power_cut_is_a_dip (void)
{
  EngineTest test;
  gint64 lost_wh, booked_wh;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 19, 0);
  lost_wh = 480; /* all of the day since midnight, but what it saved */
  test.is_plug_silent = TRUE;
  test.power_w = 0;
  run_to (&test, 0, 19, 10);
  test.is_plug_silent = FALSE;
  test.plug_boot_at = test.now;
  test.counted_ws -= lost_wh * 3600;
  test.power_w = 60;
  run_to (&test, 0, 21, 0);
  check (&test);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM correction"), ==, 1);
  g_assert_cmpint (engine_test_query (&test, "SELECT sum(drop_wh) FROM correction"), ==, lost_wh);
  /* All of it inside one hour, and yet no meter counted it. */
  g_assert_cmpint (count_quality (&test, "estimated", at (&test, 0, 18, 59), at (&test, 0, 20, 0)),
                   ==, 1);
  booked_wh = sum_wh (&test);
  g_assert_cmpint (booked_wh, ==, test.energy_ws / 3600 - 120000);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM epoch"), ==, 1);
  engine_test_clear (&test);
}

static void
test_metering_restart_in_a_gap_loses_nothing (void)
{
  EngineTest test;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 1, 10, 0);
  engine_test_stop (&test);
  test.power_w = 250;
  engine_test_pass (&test, at (&test, 1, 17, 0));
  test.plug_boot_at = test.now;
  test.power_w = 60;
  engine_test_pass (&test, at (&test, 1, 17, 30));
  engine_test_start (&test, test.now);
  run_to (&test, 1, 19, 0);
  check (&test);
  g_assert_cmpint (sum_wh (&test), ==, engine_test_total_wh (&test) - 120000);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM epoch"), ==, 1);
  g_assert_cmpint (count_quality (&test, "down", 0, G_MAXINT64), ==, 0);
  g_assert_false (engine_test_was_told (&test, "counts anew"));
  engine_test_clear (&test);
}

static void
test_metering_midnight_fault_in_an_idle_night (void)
{
  EngineTest test;
  gint64 n_readings;
  guint n_reads;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 23, 0);
  test.power_w = 0;
  run_to (&test, 1, 0, 0);
  test.counted_ws -= 3600;
  n_readings = engine_test_query (&test, "SELECT count(*) FROM reading");
  n_reads = test.n_reads;
  run_to (&test, 2, 5, 0);
  /* A commit each five minutes and boundary, no second look but at the drop. */
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM reading") - n_readings, <=,
                   29 * 13 + 3);
  g_assert_cmpuint (test.n_reads - n_reads, <=, 29 * 61 + 3);
  g_assert_cmpint (engine_test_query (&test, "SELECT max(end_at) FROM slice"), ==, test.now);
  check (&test);
  g_assert_cmpint (engine_test_query (&test, "SELECT sum(drop_wh) FROM correction"), ==, 1);
  test.power_w = 60;
  run_to (&test, 2, 7, 0);
  check (&test);
  g_assert_cmpint (engine_test_query (&test, "SELECT sum(drop_wh) FROM correction"), ==, 0);
  g_assert_cmpint (count_quality (&test, "measured", 0, G_MAXINT64), ==,
                   engine_test_query (&test, "SELECT count(*) FROM slice"));
  engine_test_clear (&test);
}

static void
test_metering_midnight_fault_survives_crashes (void)
{
  EngineTest test;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 23, 0);
  test.power_w = 0;
  run_to (&test, 1, 0, 0);
  test.counted_ws -= 3600;
  for (guint i = 0; i < 20; i++) {
    if (i == 10)
      test.power_w = 60;
    engine_test_run_until (&test, test.now + 97);
    engine_test_crash (&test);
    engine_test_start (&test, test.now + 7);
  }
  run_to (&test, 1, 2, 0);
  check (&test);
  g_assert_cmpint (engine_test_query (&test, "SELECT sum(drop_wh) FROM correction"), ==, 0);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM epoch"), ==, 1);
  engine_test_clear (&test);
}

static void
test_metering_refusals_are_not_stored_each_minute (void)
{
  EngineTest test;
  gint64 n_readings;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 12, 30);
  test.plug_boot_at = test.now;
  test.counted_ws -= (gint64) 100000000 * 3600; /* negative: no counter at all */
  n_readings = engine_test_query (&test, "SELECT count(*) FROM reading");
  run_to (&test, 0, 12, 59);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM reading") - n_readings, <=, 8);
  engine_test_clear (&test);
}

static void
test_metering_silence_is_told_once (void)
{
  EngineTest test;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 12, 30);
  test.is_plug_silent = TRUE;
  run_to (&test, 0, 12, 35);
  g_assert_false (engine_test_was_told (&test, "The plug cannot be read"));
  run_to (&test, 0, 12, 50);
  g_assert_cmpuint (engine_test_count_told (&test, "The plug cannot be read"), ==, 1);
  engine_test_crash (&test);
  engine_test_start (&test, test.now);
  run_to (&test, 0, 13, 20);
  g_assert_cmpuint (engine_test_count_told (&test, "The plug cannot be read"), ==, 1);
  g_assert_false (engine_test_was_told (&test, "The plug answers again"));
  test.is_plug_silent = FALSE;
  run_to (&test, 0, 13, 40);
  g_assert_cmpuint (engine_test_count_told (&test, "The plug answers again"), ==, 1);
  run_to (&test, 0, 15, 0);
  g_assert_cmpuint (test.notices->len, ==,
                    engine_test_count_told (&test, "Metering") +
                        engine_test_count_told (&test, "The plug") +
                        engine_test_count_told (&test, " is blue."));
  check (&test);
  engine_test_clear (&test);
}

static void
test_metering_refused_password_is_told_at_once (void)
{
  EngineTest test;

  prepare (&test, 0);
  test.is_plug_denied = TRUE;
  begin (&test);
  g_assert_cmpuint (engine_test_count_told (&test, "The plug cannot be read"), ==, 1);
  engine_test_clear (&test);
}

static void
test_metering_draw_is_known_over_a_missed_poll (void)
{
  EngineTest test;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 12, 30);
  test.is_plug_silent = TRUE;
  run_to (&test, 0, 12, 32);
  engine_test_type (&test, 0, "status");
  g_assert_cmpint (engine_test_get_int (&test, "power_w"), ==, 60);
  run_to (&test, 0, 12, 45);
  engine_test_type (&test, 0, "status");
  g_assert_true (json_object_get_null_member (json_node_get_object (test.reply->data), "power_w"));
  engine_test_clear (&test);
}

static void
test_metering_absurd_steps_are_refused (void)
{
  EngineTest test;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 12, 30);
  test.counted_ws += G_GINT64_CONSTANT (42949672) * 3600;
  run_to (&test, 0, 12, 31);
  test.counted_ws = 0;
  run_to (&test, 0, 13, 0);
  check (&test);
  g_assert_cmpint (sum_wh (&test), ==, 120);
  g_assert_cmpint (
      engine_test_query (&test, "SELECT count(*) FROM reading WHERE verdict = 'refused'"), >=, 1);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM epoch"), ==, 1);
  engine_test_clear (&test);
}

/* One glitch is everyday life; a plug that goes on is told of once, and its end too. Meanwhile
 * `status` shows the last total that was believed. */
static void
test_metering_a_lying_plug_is_told_of (void)
{
  EngineTest test;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 12, 30);
  test.counted_ws -= (gint64) 100000000 * 3600; /* negative: no counter at all */
  run_to (&test, 0, 12, 33);
  g_assert_false (engine_test_was_told (&test, "The plug reports an impossible counter"));
  run_to (&test, 0, 13, 30);
  g_assert_cmpuint (engine_test_count_told (&test, "The plug reports an impossible counter"), ==,
                    1);
  engine_test_type (&test, ENGINE_TEST_ADMIN, "status");
  g_assert_cmpint (engine_test_get_int (&test, "last_reading"), ==, at (&test, 0, 12, 30));
  g_assert_cmpint (engine_test_get_int (&test, "total_wh"), >, 0);
  test.counted_ws += (gint64) 100000000 * 3600;
  run_to (&test, 0, 14, 0);
  g_assert_cmpuint (engine_test_count_told (&test, "The plug makes sense again"), ==, 1);
  check (&test);
  engine_test_type (&test, ENGINE_TEST_ADMIN, "status");
  g_assert_cmpint (engine_test_get_int (&test, "last_reading"), ==, test.now);
  engine_test_clear (&test);
}

static void
test_metering_detail_is_asked_hourly (void)
{
  EngineTest test;
  guint n_before;

  prepare (&test, 0);
  begin (&test);
  g_assert_cmpuint (test.n_details, ==, 1);
  n_before = test.n_details;
  run_to (&test, 0, 17, 0);
  g_assert_cmpuint (test.n_details - n_before, ==, 6);
  engine_test_clear (&test);
}

static void
test_metering_goes_on_when_the_clock_is_set_back (void)
{
  EngineTest test;
  guint n_before;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 14, 30);
  test.now -= 3600; /* an hour that nobody lived through */
  n_before = test.n_reads;
  {
    g_autoptr (TsmEvent) wake = tsm_event_new (TSM_EVENT_WAKE);

    engine_test_step (&test, wake);
  }
  run_to (&test, 0, 14, 0);
  /* It polls on, and books nothing that the clock says was booked. */
  g_assert_cmpuint (test.n_reads - n_before, >=, 28);
  g_assert_cmpint (engine_test_query (&test, "SELECT max(end_at) FROM slice"), <=,
                   at (&test, 0, 14, 30));
  g_assert_cmpuint (engine_test_count_told (&test, "clock"), ==, 1);
  run_to (&test, 0, 16, 0);
  check (&test);
  g_assert_cmpint (sum_wh (&test), ==, engine_test_total_wh (&test) - 120000);
  g_assert_cmpuint (engine_test_count_told (&test, "clock has caught up; metering"), ==, 1);
  engine_test_clear (&test);
}

static void
test_metering_derogation_after_the_clock_was_set_back (void)
{
  EngineTest test;

  prepare (&test, 0);
  engine_test_set_colour (&test, thursday, TSM_COLOUR_RED);
  begin (&test);
  engine_test_type (&test, 0, "hello_you 7");
  engine_test_type (&test, 0, "power on");
  run_to (&test, 0, 14, 30);
  test.now -= 2;
  engine_test_type (&test, 7, "set_derogation today");
  g_assert_cmpstr (engine_test_verdict (&test), ==, "done");
  run_to (&test, 0, 16, 0);
  check (&test);
  /* No slice has one of its edges inside. */
  g_assert_cmpint (engine_test_query (&test,
                                      "SELECT count(*) FROM slice, derogation d WHERE"
                                      " slice.begin_at < d.begin_at AND d.begin_at < slice.end_at"),
                   ==, 0);
  engine_test_clear (&test);
}

static void
test_metering_lost_answer_is_asked_again (void)
{
  EngineTest test;
  guint n_before;

  prepare (&test, 0);
  begin (&test);
  run_to (&test, 0, 12, 30);
  test.has_lost_answers = TRUE;
  n_before = test.n_reads;
  run_to (&test, 0, 12, 40);
  g_assert_cmpuint (test.n_reads - n_before, >=, 4);
  test.has_lost_answers = FALSE;
  run_to (&test, 0, 13, 0);
  check (&test);
  g_assert_cmpint (sum_wh (&test), ==, 120);
  engine_test_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name) g_test_add_func ("/metering/" path, test_metering_##name)
  ADD ("first/spread", first_start_spreads_the_counter);
  ADD ("first/today", start_today_leaves_the_counter_out);
  ADD ("first/zero", new_counter_has_nothing_to_spread);
  ADD ("first/unsettled", first_read_waits_to_be_settled);
  ADD ("polls", polls_and_boundaries);
  ADD ("polls/derogation", reads_at_a_derogation_edge);
  ADD ("polls/detail", detail_is_asked_hourly);
  ADD ("polls/lost", lost_answer_is_asked_again);
  ADD ("quality", quality_tells_how_a_boundary_was_crossed);
  ADD ("commits", commits_every_five_minutes);
  ADD ("crash", crash_loses_nothing);
  ADD ("crash/unanswered", crash_between_question_and_answer);
  ADD ("downtime", downtime_is_filled_and_estimated);
  ADD ("new-plug", new_plug_leaves_its_gap_down);
  ADD ("power-cut", power_cut_is_a_dip);
  ADD ("restart-in-a-gap", restart_in_a_gap_loses_nothing);
  ADD ("midnight", midnight_fault_in_an_idle_night);
  ADD ("midnight/crash", midnight_fault_survives_crashes);
  ADD ("absurd/commits", refusals_are_not_stored_each_minute);
  ADD ("silence", silence_is_told_once);
  ADD ("silence/denied", refused_password_is_told_at_once);
  ADD ("silence/draw", draw_is_known_over_a_missed_poll);
  ADD ("absurd", absurd_steps_are_refused);
  ADD ("absurd/told", a_lying_plug_is_told_of);
  ADD ("clock/back", goes_on_when_the_clock_is_set_back);
  ADD ("clock/derogation", derogation_after_the_clock_was_set_back);
  return g_test_run ();
}
