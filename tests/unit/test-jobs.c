/* SPDX-License-Identifier: MIT
 * The daily jobs: each once for each of its instants, whatever happens to clock and daemon. */
#include "engine/tsm-jobs.h"
#include "test-engine.h"

static const struct {
  const char *name;
  guint hour, minute;
} jobs[TSM_N_JOBS] = {
  { "day_begin", 6, 0 },     { "colour_11h05", 11, 5 }, { "colour_12h05", 12, 5 },
  { "colour_20h05", 20, 5 }, { "night_begin", 22, 0 },
};

static void
prepare (EngineTest *test, const char *first_day)
{
  engine_test_init (test, engine_test_parse_day (first_day));
  engine_test_keep (test);
  test->config.has_host = FALSE;
}

static gint64
count_runs (EngineTest *test, const char *job, gint64 scheduled_at)
{
  return engine_test_query (test, "SELECT count(*) FROM job_run WHERE job = ? AND scheduled_at = ?",
                            TSM_TEXT (job), TSM_INT (scheduled_at));
}

static gint64
count_all_runs (EngineTest *test)
{
  return engine_test_query (test, "SELECT count(*) FROM job_run");
}

/* Every job ran on each of the days [@from, @to], late by at most @late_s; returns how many did. */
static gint64
check_days (EngineTest *test, TsmDay from, TsmDay to, gint64 late_s)
{
  gint64 n = 0;

  for (TsmDay day = from; day <= to; day++) {
    for (guint i = 0; i < G_N_ELEMENTS (jobs); i++) {
      const gint64 at = engine_test_at (test, day, jobs[i].hour, jobs[i].minute);

      g_test_message ("day %d: %s", (int) day, jobs[i].name);
      g_assert_cmpint (count_runs (test, jobs[i].name, at), ==, 1);
      n++;
    }
  }
  g_assert_cmpint (engine_test_query (test, "SELECT max(ran_at - scheduled_at) FROM job_run"), <=,
                   late_s);
  g_assert_cmpint (engine_test_query (test, "SELECT min(ran_at - scheduled_at) FROM job_run"), >=,
                   0);
  return n;
}

typedef struct {
  const char *story;
  const char *first_day; /* it begins there at 05:00, and ends a week later at 05:00 */
} Week;

static void
test_jobs_run_each_day (void)
{
  static const Week weeks[] = {
    { "an ordinary week", "2026-01-05" },         { "the clocks go forward in it", "2026-03-26" },
    { "the clocks go back in it", "2026-10-22" }, { "a year turns in it", "2025-12-28" },
    { "29 February is in it", "2028-02-26" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (weeks); i++) {
    EngineTest test;

    g_test_message ("%s", weeks[i].story);
    prepare (&test, weeks[i].first_day);
    engine_test_start (&test, engine_test_at (&test, test.first_day, 5, 0));
    engine_test_run_until (&test, engine_test_at (&test, test.first_day + 7, 5, 0));
    g_assert_cmpint (check_days (&test, test.first_day, test.first_day + 6, 0), ==,
                     count_all_runs (&test));
    engine_test_clear (&test);
  }
}

/* When TSM starts for the very first time, nothing was missed. */
static void
test_jobs_first_start_runs_none (void)
{
  static const struct {
    const char *start;
    const char *first; /* the job that runs first of all, */
    const char *at;    /* and when */
  } rows[] = {
    { "2026-01-06 05:59:59", "day_begin", "2026-01-06 06:00" },
    { "2026-01-06 06:00:01", "colour_11h05", "2026-01-06 11:05" },
    { "2026-01-06 11:30", "colour_12h05", "2026-01-06 12:05" },
    { "2026-01-06 15:00", "colour_20h05", "2026-01-06 20:05" },
    { "2026-01-06 21:00", "night_begin", "2026-01-06 22:00" },
    { "2026-01-06 23:00", "day_begin", "2026-01-07 06:00" },
    { "2026-03-29 01:30", "day_begin", "2026-03-29 06:00" }, /* 3.5 hours later */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    EngineTest test;
    gint64 first_at;

    g_test_message ("%s", rows[i].start);
    prepare (&test, "2026-01-01");
    first_at = engine_test_parse_instant (&test, rows[i].at);
    engine_test_start (&test, engine_test_parse_instant (&test, rows[i].start));
    g_assert_cmpint (count_all_runs (&test), ==, 0);
    engine_test_run_until (&test, first_at - 1);
    g_assert_cmpint (count_all_runs (&test), ==, 0);
    engine_test_run_until (&test, first_at);
    g_assert_cmpint (count_all_runs (&test), ==, 1);
    g_assert_cmpint (count_runs (&test, rows[i].first, first_at), ==, 1);
    engine_test_clear (&test);
  }
}

/* TSM is down over [down, up); of each job the latest instant in it is made up for, at once. */
typedef struct {
  const char *story;
  const char *down, *up;
  const char *made_up[TSM_N_JOBS]; /* in the order of jobs[], NULL: it missed none */
} Outage;

static void
check_outage (const Outage *outage, gboolean is_crash)
{
  EngineTest test;
  gint64 n_before, n_made_up = 0, up_at;

  g_test_message ("%s", outage->story);
  prepare (&test, "2026-01-01");
  engine_test_start (&test, engine_test_parse_instant (&test, outage->down) - 2 * 86400);
  engine_test_run_until (&test, engine_test_parse_instant (&test, outage->down));
  n_before = count_all_runs (&test);
  if (is_crash)
    engine_test_crash (&test);
  else
    engine_test_stop (&test);
  up_at = engine_test_parse_instant (&test, outage->up);
  engine_test_pass (&test, up_at);
  engine_test_start (&test, up_at);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++) {
    if (outage->made_up[i] == NULL)
      continue;
    g_assert_cmpint (count_runs (&test, jobs[i].name,
                                 engine_test_parse_instant (&test, outage->made_up[i])),
                     ==, 1);
    n_made_up++;
  }
  g_assert_cmpint (count_all_runs (&test), ==, n_before + n_made_up);
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM job_run WHERE ran_at = ?",
                                      TSM_INT (up_at)),
                   >=, n_made_up);
  /* And on it goes. */
  engine_test_run_until (&test, up_at + 2 * 86400);
  g_assert_cmpint (count_all_runs (&test), ==, n_before + n_made_up + 2 * TSM_N_JOBS);
  engine_test_clear (&test);
}

static void
test_jobs_missed_ones_run_once (void)
{
  static const Outage outages[] = {
    { "between two jobs", "2026-01-20 15:00", "2026-01-20 15:01", { NULL } },
    { "over one of them", "2026-01-20 11:00", "2026-01-20 11:30", { [1] = "2026-01-20 11:05" } },
    { "from the second before it to the second itself",
      "2026-01-20 12:04:59",
      "2026-01-20 12:05",
      { [2] = "2026-01-20 12:05" } },
    { "right after it", "2026-01-20 12:05", "2026-01-20 12:06", { NULL } },
    { "over noon",
      "2026-01-20 10:00",
      "2026-01-20 13:00",
      { [1] = "2026-01-20 11:05", [2] = "2026-01-20 12:05" } },
    { "over a day: each once",
      "2026-01-20 15:00",
      "2026-01-21 15:00",
      { "2026-01-21 06:00", "2026-01-21 11:05", "2026-01-21 12:05", "2026-01-20 20:05",
        "2026-01-20 22:00" } },
    { "over a month: each once, its latest",
      "2026-01-20 15:00",
      "2026-02-20 15:00",
      { "2026-02-20 06:00", "2026-02-20 11:05", "2026-02-20 12:05", "2026-02-19 20:05",
        "2026-02-19 22:00" } },
    { "over the night of 7 hours",
      "2026-03-28 21:00",
      "2026-03-29 07:00",
      { [0] = "2026-03-29 06:00", [4] = "2026-03-28 22:00" } },
    { "over the night of 9 hours",
      "2026-10-24 21:00",
      "2026-10-25 07:00",
      { [0] = "2026-10-25 06:00", [4] = "2026-10-24 22:00" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (outages); i++) {
    check_outage (&outages[i], FALSE);
    check_outage (&outages[i], TRUE);
  }
}

/* A clock that shows an hour twice, or that was wrong for a while, brings no job back. */
static void
test_jobs_follow_the_clock (void)
{
  static const struct {
    const char *story;
    const char *until; /* it runs to there, and then the clock shows */
    const char *shows;
  } rows[] = {
    { "back by a minute over a job", "2026-01-20 11:05:30", "2026-01-20 11:04:30" },
    { "back by an hour", "2026-01-20 12:30", "2026-01-20 11:30" },
    { "back by a day", "2026-01-21 15:00", "2026-01-20 15:00" },
    { "forward over a job", "2026-01-20 11:00", "2026-01-20 11:10" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (TsmEvent) wake = tsm_event_new (TSM_EVENT_WAKE);
    EngineTest test;

    g_test_message ("%s", rows[i].story);
    prepare (&test, "2026-01-01");
    engine_test_start (&test, engine_test_parse_instant (&test, "2026-01-19 05:00"));
    engine_test_run_until (&test, engine_test_parse_instant (&test, rows[i].until));
    test.now = engine_test_parse_instant (&test, rows[i].shows);
    engine_test_step (&test, wake);
    engine_test_run_until (&test, engine_test_parse_instant (&test, "2026-01-23 05:00"));
    /* By the clock a job that was jumped over ran late, and none ran early. */
    g_assert_cmpint (check_days (&test, test.first_day + 18, test.first_day + 21, 300), ==,
                     count_all_runs (&test));
    engine_test_clear (&test);
  }
}

/* What they are for. */
static void
test_jobs_ask_for_tomorrow (void)
{
  static const char *const asked_at[] = { "2026-01-20 11:05", "2026-01-20 12:05",
                                          "2026-01-20 20:05" };
  EngineTest test;
  TsmDay tomorrow;

  prepare (&test, "2026-01-15");
  engine_test_start (&test, engine_test_parse_instant (&test, "2026-01-19 15:00"));
  engine_test_run_until (&test, engine_test_parse_instant (&test, "2026-01-20 11:00"));
  tomorrow = engine_test_parse_day ("2026-01-21");
  for (guint i = 0; i < G_N_ELEMENTS (asked_at); i++) {
    const EngineTestQuestion *question;

    engine_test_run_until (&test, engine_test_parse_instant (&test, asked_at[i]) - 1);
    engine_test_forget (&test);
    engine_test_run_until (&test, engine_test_parse_instant (&test, asked_at[i]));
    g_test_message ("%s", asked_at[i]);
    g_assert_cmpuint (test.questions->len, >=, 1);
    question = &g_array_index (test.questions, EngineTestQuestion, 0);
    g_assert_cmpint (question->at, ==, test.now);
    g_assert_cmpint (question->source, ==, TSM_SOURCE_COULEUR);
    g_assert_cmpint (question->from, <=, tomorrow);
    g_assert_cmpint (question->to, >=, tomorrow);
  }
  engine_test_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jobs/week", test_jobs_run_each_day);
  g_test_add_func ("/jobs/first-start", test_jobs_first_start_runs_none);
  g_test_add_func ("/jobs/missed", test_jobs_missed_ones_run_once);
  g_test_add_func ("/jobs/clock", test_jobs_follow_the_clock);
  g_test_add_func ("/jobs/tomorrow", test_jobs_ask_for_tomorrow);
  return g_test_run ();
}
