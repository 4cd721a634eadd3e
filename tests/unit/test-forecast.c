/* SPDX-License-Identifier: MIT
 * The colours through the real engine: when the sources are asked, and what becomes of answers. */
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

static void
prepare (EngineTest *test)
{
  monday = tsm_day_from_ymd (2026, 1, 5);
  engine_test_init (test, monday - 4);
  test->config.poll_s = 3600; /* the plug is not what this is about */
}

/* The local times at which @source was asked since the last engine_test_forget (). */
static char *
dup_times (const EngineTest *test, TsmSource source)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < test->questions->len; i++) {
    const EngineTestQuestion *q = &g_array_index (test->questions, EngineTestQuestion, i);
    g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (q->at);
    g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, test->zone);
    g_autofree char *time = g_date_time_format (local, "%H:%M");

    if (q->source == source)
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", time);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define assert_times(test, source, expected)           \
  G_STMT_START                                         \
  {                                                    \
    g_autofree char *times = dup_times (test, source); \
    g_assert_cmpstr (times, ==, expected);             \
  }                                                    \
  G_STMT_END

static gboolean
is_known (EngineTest *test, TsmDay day, const char *colour, const char *source)
{
  return engine_test_query (test,
                            "SELECT colour = ?2 AND source = ?3 FROM colour WHERE day = ?1"
                            " ORDER BY colour_id DESC LIMIT 1",
                            TSM_INT (day), TSM_TEXT (colour), TSM_TEXT (source)) == 1;
}

/* One answer of @source, as it comes from the edge. */
static void
answer (EngineTest *test, TsmSource source, TsmDay day, TsmColour colour)
{
  const TsmColourAnswer said = { .day = day, .colour = colour };
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_COLOURS);

  event->source = source;
  event->answers = g_array_new (FALSE, FALSE, sizeof (TsmColourAnswer));
  g_array_append_val (event->answers, said);
  engine_test_step (test, event);
}

static void
test_forecast_jobs_ask_three_times_a_day (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_start (&test, at (&test, 0, 11, 0));
  engine_test_forget (&test);
  run_to (&test, 2, 11, 0);
  assert_times (&test, TSM_SOURCE_COULEUR, "11:05 12:05 20:05 11:05 12:05 20:05");
  assert_times (&test, TSM_SOURCE_RTE, "");
  for (guint i = 0; i < test.questions->len; i++) {
    const EngineTestQuestion *q = &g_array_index (test.questions, EngineTestQuestion, i);

    g_assert_cmpint (q->to, ==, monday + 1 + (gint) i / 3);
    g_assert_cmpint (q->from, ==, q->to); /* what is known is asked again only as tomorrow */
  }
  engine_test_clear (&test);
}

static void
test_forecast_unknown_is_asked_again (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_UNKNOWN);
  engine_test_start (&test, at (&test, 0, 11, 0));
  engine_test_forget (&test);
  run_to (&test, 1, 0, 10);
  assert_times (&test, TSM_SOURCE_COULEUR,
                "11:05 11:35 12:05 12:35 13:05 13:35 14:05 15:05 16:05 17:05 18:05 19:05 20:05 "
                "21:05 21:35 22:05 22:35 23:05 23:35 00:05");
  engine_test_forget (&test);
  run_to (&test, 1, 8, 0);
  assert_times (&test, TSM_SOURCE_COULEUR,
                "00:35 01:05 01:35 02:05 02:35 03:05 03:35 04:05 04:35 05:05 05:35 06:05 06:35 "
                "07:05 07:35");
  /* Once it is known, the jobs alone ask. */
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_WHITE);
  run_to (&test, 1, 8, 30);
  engine_test_forget (&test);
  run_to (&test, 1, 11, 10);
  assert_times (&test, TSM_SOURCE_COULEUR, "11:05");
  g_assert_true (is_known (&test, monday + 1, "white", "couleur"));
  engine_test_clear (&test);
}

static void
test_forecast_failures_back_off (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_UNKNOWN);
  engine_test_start (&test, at (&test, 0, 14, 20));
  test.is_source_failing[TSM_SOURCE_COULEUR] = test.is_source_failing[TSM_SOURCE_RTE] = TRUE;
  run_to (&test, 0, 15, 0);
  engine_test_forget (&test);
  run_to (&test, 0, 18, 0);
  assert_times (&test, TSM_SOURCE_COULEUR,
                "15:20 15:21 15:23 15:27 15:35 15:51 16:21 16:51 17:21 "
                "17:51");
  assert_times (&test, TSM_SOURCE_RTE,
                "15:20 15:21 15:23 15:27 15:35 15:51 16:21 16:51 17:21 "
                "17:51");
  g_assert_cmpuint (engine_test_count_told (&test, "No colour source answers"), ==, 1);
  test.is_source_failing[TSM_SOURCE_COULEUR] = test.is_source_failing[TSM_SOURCE_RTE] = FALSE;
  run_to (&test, 0, 18, 25);
  g_assert_cmpuint (engine_test_count_told (&test, "The colour sources answer again."), ==, 1);
  run_to (&test, 0, 19, 59);
  g_assert_cmpuint (engine_test_count_told (&test, "again"), ==, 1);
  engine_test_clear (&test);
}

static void
test_forecast_second_source_fills_in (void)
{
  static const struct {
    const char *story;
    gboolean is_failing;
  } rows[] = {
    { "the first one does not know", FALSE },
    { "the first one fails", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    EngineTest test;

    g_test_message ("%s", rows[i].story);
    prepare (&test);
    engine_test_start (&test, at (&test, 0, 11, 0));
    engine_test_forget (&test);
    test.is_source_failing[TSM_SOURCE_COULEUR] = rows[i].is_failing;
    engine_test_set_colour (&test, monday + 2, TSM_COLOUR_RED);
    test.colours[TSM_SOURCE_COULEUR][monday + 2 - test.first_day] = TSM_COLOUR_UNKNOWN;
    run_to (&test, 1, 11, 10);
    g_assert_true (is_known (&test, monday + 2, "red", "rte"));
    g_assert_true (engine_test_was_told (&test, "Wednesday 7 January 2026 is red."));
    /* One source down while the other answers is nobody's business. */
    g_assert_cmpuint (engine_test_count_told (&test, "No colour source answers"), ==, 0);
    engine_test_clear (&test);
  }
}

static void
test_forecast_second_source_alone (void)
{
  EngineTest test;

  prepare (&test);
  test.config.has_couleur = FALSE;
  engine_test_start (&test, at (&test, 0, 11, 0));
  run_to (&test, 0, 11, 10);
  assert_times (&test, TSM_SOURCE_RTE, "11:00 11:05");
  g_assert_true (is_known (&test, monday + 1, "blue", "rte"));
  engine_test_clear (&test);
}

static void
test_forecast_missing_days_come_in_one_batch (void)
{
  EngineTest test;
  const EngineTestQuestion *q;

  prepare (&test);
  engine_test_keep (&test);
  engine_test_start (&test, at (&test, 0, 11, 0));
  q = &g_array_index (test.questions, EngineTestQuestion, 0);
  g_assert_cmpint (q->from, ==, monday - 4);
  g_assert_cmpint (q->to, ==, monday + 1);
  engine_test_crash (&test);
  engine_test_forget (&test);
  engine_test_pass (&test, at (&test, 12, 9, 0));
  engine_test_start (&test, test.now);
  g_assert_cmpuint (test.questions->len, ==, 1);
  q = &g_array_index (test.questions, EngineTestQuestion, 0);
  g_assert_cmpint (q->from, ==, monday + 2);
  g_assert_cmpint (q->to, ==, monday + 13);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(DISTINCT day) FROM colour"), ==, 18);
  /* Old news is no news. */
  g_assert_cmpuint (engine_test_count_told (&test, " is blue."), ==, 2);
  engine_test_clear (&test);
}

static void
test_forecast_other_days_change_nothing (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_start (&test, at (&test, 0, 11, 0));
  run_to (&test, 0, 11, 10);
  engine_test_forget (&test);
  answer (&test, TSM_SOURCE_COULEUR, monday - 1, TSM_COLOUR_RED);
  answer (&test, TSM_SOURCE_COULEUR, monday + 2, TSM_COLOUR_RED);
  answer (&test, TSM_SOURCE_COULEUR, monday + 1, TSM_COLOUR_UNKNOWN);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM colour WHERE colour <> 'blue'"),
                   ==, 0);
  g_assert_cmpuint (test.notices->len, ==, 0);
  engine_test_clear (&test);
}

static void
test_forecast_correction_is_announced_and_planned (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_RED);
  engine_test_start (&test, at (&test, 0, 11, 0));
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_WHITE);
  run_to (&test, 0, 12, 10);
  g_assert_cmpuint (engine_test_count_told (&test, "Correction: Tuesday 6 January 2026 is white; "
                                                   "it was red until now."),
                    ==, 1);
  run_to (&test, 1, 12, 0);
  g_assert_cmpuint (test.n_shutdowns, ==, 0);
  engine_test_clear (&test);
}

static gint64
cost_of (EngineTest *test, TsmDay day)
{
  return engine_test_query (test, "SELECT cost_neur FROM day_total WHERE day = ?", TSM_INT (day));
}

static void
test_forecast_correction_is_priced_anew (void)
{
  const TsmDay friday = tsm_day_from_ymd (2026, 1, 2);
  EngineTest test;
  gint64 cost_neur;

  /* The built-in calendar stands in for silent sources; what they say later counts. */
  prepare (&test);
  engine_test_keep (&test);
  test.is_source_failing[TSM_SOURCE_COULEUR] = test.is_source_failing[TSM_SOURCE_RTE] = TRUE;
  engine_test_start (&test, at (&test, 0, 11, 0));
  g_assert_cmpint (engine_test_query (&test,
                                      "SELECT count(*) FROM colour WHERE day = ?"
                                      " AND source = 'calendar'",
                                      TSM_INT (friday)),
                   ==, 1);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM colour WHERE day >= ?",
                                      TSM_INT (monday)),
                   ==, 0); /* never for a day that is not over */
  cost_neur = cost_of (&test, friday);
  g_assert_cmpint (cost_neur, >, 0);
  test.is_source_failing[TSM_SOURCE_COULEUR] = FALSE;
  engine_test_set_colour (&test, friday, TSM_COLOUR_RED);
  run_to (&test, 0, 11, 40);
  g_assert_true (is_known (&test, friday, "red", "couleur"));
  g_assert_true (engine_test_was_told (&test, "Correction: Friday 2 January 2026 is red"));
  engine_test_crash (&test); /* stored in the step that took it */
  engine_test_start (&test, test.now);
  g_assert_cmpint (cost_of (&test, friday), >, cost_neur);
  engine_test_clear (&test);
}

static void
test_forecast_late_colour_prices_what_waited (void)
{
  EngineTest test;

  prepare (&test);
  test.config.unknown_is_off = FALSE;
  test.config.poll_s = 60;
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_UNKNOWN);
  engine_test_start (&test, at (&test, 0, 11, 0));
  run_to (&test, 1, 20, 0);
  engine_test_type (&test, 0, "get_total_state day");
  g_assert_cmpint (engine_test_query (&test,
                                      "SELECT unpriced_wh = energy_wh AND cost_neur = 0"
                                      " FROM day_total WHERE day = ?",
                                      TSM_INT (monday + 1)),
                   ==, 1);
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_WHITE);
  run_to (&test, 1, 21, 30);
  engine_test_type (&test, 0, "get_total_state day");
  g_assert_cmpint (engine_test_query (&test,
                                      "SELECT unpriced_wh = 0 AND cost_neur > 0 FROM day_total"
                                      " WHERE day = ?",
                                      TSM_INT (monday + 1)),
                   ==, 1);
  engine_test_clear (&test);
}

static void
test_forecast_final_colour_takes_two_to_change (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_start (&test, at (&test, 0, 11, 0));
  run_to (&test, 0, 20, 10);
  g_assert_cmpint (engine_test_query (&test,
                                      "SELECT certainty = 'final' FROM colour WHERE day = ?"
                                      " ORDER BY colour_id DESC LIMIT 1",
                                      TSM_INT (monday + 1)),
                   ==, 1);
  for (guint i = 0; i < 3; i++)
    answer (&test, TSM_SOURCE_COULEUR, monday + 1, TSM_COLOUR_RED);
  g_assert_cmpuint (engine_test_count_told (&test, "but it was final as blue"), ==, 1);
  g_assert_true (is_known (&test, monday + 1, "blue", "couleur"));
  answer (&test, TSM_SOURCE_RTE, monday + 1, TSM_COLOUR_RED);
  g_assert_cmpuint (engine_test_count_told (&test, "Correction: Tuesday"), ==, 1);
  run_to (&test, 0, 22, 5);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  engine_test_clear (&test);
}

/* An admin's word stands above a final colour, and is final itself. */
static void
test_forecast_admin_has_the_last_word (void)
{
  static const struct {
    const char *line, *verdict;
  } rows[] = {
    { "set_colour 2026-01-06 red", "done" },
    { "set_colour 2026-01-07 red", "bad_date" }, /* nobody can know it yet */
    { "set_colour 2025-12-01 red", "bad_date" }, /* before the server's start */
    { "set_colour yesterday red", "bad_date" },
    { "set_colour 2026-01-06 green", "usage" },
  };
  EngineTest test;

  prepare (&test);
  engine_test_start (&test, at (&test, 0, 11, 0));
  run_to (&test, 0, 20, 10);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    engine_test_type (&test, ENGINE_TEST_ADMIN, rows[i].line);
    g_assert_cmpstr (engine_test_verdict (&test), ==, rows[i].verdict);
  }
  engine_test_type (&test, 7, "set_colour 2026-01-06 blue");
  g_assert_cmpstr (engine_test_verdict (&test), ==, "not_admin");
  g_assert_true (is_known (&test, monday + 1, "red", "admin"));
  g_assert_cmpuint (engine_test_count_told (&test, "Correction: Tuesday 6 January 2026 is red"), ==,
                    1);
  answer (&test, TSM_SOURCE_COULEUR, monday + 1, TSM_COLOUR_BLUE);
  g_assert_true (is_known (&test, monday + 1, "red", "admin"));
  run_to (&test, 0, 22, 5);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  engine_test_clear (&test);
}

static void
test_forecast_sunday_is_deduced (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_start (&test, at (&test, 0, 11, 0));
  run_to (&test, 5, 8, 0);
  test.is_source_failing[TSM_SOURCE_COULEUR] = test.is_source_failing[TSM_SOURCE_RTE] = TRUE;
  run_to (&test, 5, 12, 0);
  g_assert_true (is_known (&test, monday + 6, "blue", "deduced"));
  /* A source that speaks again takes over from the rules. */
  test.is_source_failing[TSM_SOURCE_COULEUR] = FALSE;
  run_to (&test, 5, 12, 10);
  g_assert_true (is_known (&test, monday + 6, "blue", "couleur"));
  engine_test_clear (&test);
}

static void
test_forecast_unknown_evening_is_told_once (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_UNKNOWN);
  engine_test_start (&test, at (&test, 0, 11, 0));
  run_to (&test, 0, 19, 59);
  g_assert_false (engine_test_was_told (&test, "is still unknown"));
  run_to (&test, 0, 23, 59);
  g_assert_cmpuint (
      engine_test_count_told (&test, "The colour of Tuesday 6 January 2026 is still unknown."), ==,
      1);
  engine_test_clear (&test);
}

static void
test_forecast_unknown_evening_names_the_missing_day (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_set_colour (&test, monday, TSM_COLOUR_UNKNOWN);
  engine_test_start (&test, at (&test, 0, 11, 0));
  run_to (&test, 0, 20, 30);
  g_assert_true (is_known (&test, monday + 1, "blue", "couleur"));
  g_assert_cmpuint (engine_test_count_told (&test, "still unknown"), ==, 1);
  g_assert_true (engine_test_was_told (&test, "The colour of Monday 5 January 2026 is still"));
  engine_test_clear (&test);
}

static gint64
count_runs (EngineTest *test)
{
  return engine_test_query (test, "SELECT count(*) FROM job_run");
}

static gboolean
has_run (EngineTest *test, const char *job, gint64 scheduled_at)
{
  return engine_test_query (test, "SELECT count(*) FROM job_run WHERE job = ? AND scheduled_at = ?",
                            TSM_TEXT (job), TSM_INT (scheduled_at)) == 1;
}

/* After a gap from Monday 11:00 to Wednesday 12:30 each job has run once, for its latest instant.
 */
static void
check_caught_up (EngineTest *test)
{
  g_assert_cmpint (count_runs (test), ==, 5);
  g_assert_true (has_run (test, "colour_11h05", at (test, 2, 11, 5)));
  g_assert_true (has_run (test, "colour_12h05", at (test, 2, 12, 5)));
  g_assert_true (has_run (test, "colour_20h05", at (test, 1, 20, 5)));
  g_assert_true (has_run (test, "day_begin", at (test, 2, 6, 0)));
  g_assert_true (has_run (test, "night_begin", at (test, 1, 22, 0)));
}

static void
test_forecast_missed_jobs_run_once_on_return (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_keep (&test);
  engine_test_start (&test, at (&test, 0, 11, 0));
  g_assert_cmpint (count_runs (&test), ==, 0); /* a first start has missed nothing */
  engine_test_crash (&test);
  engine_test_start (&test, at (&test, 0, 11, 4));
  g_assert_cmpint (count_runs (&test), ==, 0);
  engine_test_crash (&test);
  engine_test_start (&test, at (&test, 2, 12, 30));
  check_caught_up (&test);
  engine_test_crash (&test);
  engine_test_start (&test, at (&test, 2, 12, 31));
  check_caught_up (&test);
  engine_test_clear (&test);
}

static void
test_forecast_first_job_missed_by_a_crash_runs (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_keep (&test);
  engine_test_start (&test, at (&test, 0, 11, 0));
  engine_test_crash (&test);
  engine_test_start (&test, at (&test, 0, 11, 30));
  g_assert_true (has_run (&test, "colour_11h05", at (&test, 0, 11, 5)));
  engine_test_clear (&test);
}

static void
test_forecast_clock_jumps_repeat_and_skip_no_job (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_start (&test, at (&test, 0, 11, 0));
  engine_test_run_until (&test, at (&test, 0, 11, 0) + 1);
  test.now = test.wake_at = at (&test, 2, 12, 30) - 1; /* forward, in one step */
  engine_test_run_until (&test, at (&test, 2, 12, 30));
  check_caught_up (&test);
  test.now = test.wake_at = at (&test, 2, 11, 0); /* back over two of them */
  engine_test_run_until (&test, at (&test, 2, 12, 40));
  check_caught_up (&test);
  engine_test_run_until (&test, at (&test, 2, 20, 10));
  g_assert_true (has_run (&test, "colour_20h05", at (&test, 2, 20, 5)));
  g_assert_cmpint (count_runs (&test), ==, 6);
  engine_test_clear (&test);
}

static void
test_forecast_jobs_run_once_over_clock_changes (void)
{
  static const struct {
    gint month, day;
  } changes[] = { { 3, 29 }, { 10, 25 } };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    EngineTest test;

    prepare (&test);
    monday = tsm_day_from_ymd (2026, changes[i].month, changes[i].day) - 1;
    test.config.start_day = monday;
    engine_test_start (&test, at (&test, 0, 5, 0));
    run_to (&test, 3, 5, 0);
    g_assert_cmpint (count_runs (&test), ==, 15);
    for (gint day = 0; day < 3; day++)
      g_assert_true (has_run (&test, "day_begin", at (&test, day, 6, 0)));
    engine_test_clear (&test);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name) g_test_add_func ("/forecast/" path, test_forecast_##name)
  ADD ("asking/jobs", jobs_ask_three_times_a_day);
  ADD ("asking/unknown", unknown_is_asked_again);
  ADD ("asking/failing", failures_back_off);
  ADD ("asking/second", second_source_fills_in);
  ADD ("asking/second-alone", second_source_alone);
  ADD ("asking/batch", missing_days_come_in_one_batch);
  ADD ("answers/other-days", other_days_change_nothing);
  ADD ("answers/correction", correction_is_announced_and_planned);
  ADD ("answers/correction-priced", correction_is_priced_anew);
  ADD ("answers/late", late_colour_prices_what_waited);
  ADD ("answers/disputed", final_colour_takes_two_to_change);
  ADD ("answers/admin", admin_has_the_last_word);
  ADD ("answers/deduced", sunday_is_deduced);
  ADD ("unknown/evening", unknown_evening_is_told_once);
  ADD ("unknown/names-the-day", unknown_evening_names_the_missing_day);
  ADD ("jobs/missed", missed_jobs_run_once_on_return);
  ADD ("jobs/crash", first_job_missed_by_a_crash_runs);
  ADD ("jobs/clock-jumps", clock_jumps_repeat_and_skip_no_job);
  ADD ("jobs/clock-changes", jobs_run_once_over_clock_changes);
  return g_test_run ();
}
