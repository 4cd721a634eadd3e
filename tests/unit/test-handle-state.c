/* SPDX-License-Identifier: MIT
 * The periods that figures are told for: where each begins, where it ends, and what is in it. */
#include "engine/tsm-engine.h"
#include "store/tsm-share-table.h"
#include "store/tsm-stay-table.h"
#include "test-engine.h"
#include <string.h>

#define ANN 7

static JsonObject *
peek_period (const EngineTest *test, const char *period)
{
  JsonArray *rows =
      json_object_get_array_member (json_node_get_object (test->reply->data), "periods");

  for (guint i = 0; i < json_array_get_length (rows); i++) {
    JsonObject *row = json_array_get_object_element (rows, i);

    if (g_str_equal (json_object_get_string_member (row, "period"), period))
      return row;
  }
  g_assert_not_reached ();
}

/* The counter says 1 Wh a minute since 1 January 2025; TSM starts at 06:00 of the Tempo day and is
 * asked at @now. The row's period is [@from, @to), Tempo days that begin at 06:00. */
typedef struct {
  const char *now;
  const char *period;
  const char *from;
  const char *to; /* NULL: now */
  gint64 wh;
} Span;

/* What the days of 24 hours come to, in Wh. */
#define DAYS(n) ((n) *G_GINT64_CONSTANT (1440))

static void
check_spans (const char *start, const Span *spans, gsize n_spans)
{
  EngineTest test;
  gint64 begin_at, first_at;

  engine_test_init (&test, engine_test_parse_day ("2025-01-01"));
  test.config.has_host = FALSE;
  first_at = engine_test_at (&test, test.first_day, 6, 0);
  begin_at = engine_test_parse_instant (&test, start);
  test.energy_ws = (begin_at - first_at) * 60;
  engine_test_start (&test, begin_at);
  for (gsize i = 0; i < n_spans; i++) {
    const Span *span = &spans[i];
    JsonObject *row;

    g_test_message ("%s: %s", span->now, span->period);
    engine_test_run_until (&test, engine_test_parse_instant (&test, span->now));
    engine_test_type (&test, ENGINE_TEST_ADMIN, "get_total_state all");
    engine_test_check_books (&test);
    row = peek_period (&test, span->period);
    g_assert_cmpint (json_object_get_int_member (row, "from"), ==,
                     engine_test_at (&test, engine_test_parse_day (span->from), 6, 0));
    g_assert_cmpint (json_object_get_int_member (row, "to"), ==,
                     span->to == NULL
                         ? test.now
                         : engine_test_at (&test, engine_test_parse_day (span->to), 6, 0));
    g_assert_cmpint (json_object_get_int_member (row, "wh"), ==, span->wh);
  }
  engine_test_clear (&test);
}

static void
test_state_periods_of_a_thursday (void)
{
  static const Span spans[] = {
    { "2026-02-05 12:00", "global", "2025-01-01", NULL, DAYS (365 + 31 + 4) + 360 },
    { "2026-02-05 12:00", "year", "2026-01-01", NULL, DAYS (31 + 4) + 360 },
    { "2026-02-05 12:00", "previous_year", "2025-01-01", "2026-01-01", DAYS (365) },
    { "2026-02-05 12:00", "month", "2026-02-01", NULL, DAYS (4) + 360 },
    { "2026-02-05 12:00", "previous_month", "2026-01-01", "2026-02-01", DAYS (31) },
    { "2026-02-05 12:00", "week", "2026-02-02", NULL, DAYS (3) + 360 },
    { "2026-02-05 12:00", "previous_week", "2026-01-26", "2026-02-02", DAYS (7) },
    { "2026-02-05 12:00", "yesterday", "2026-02-04", "2026-02-05", DAYS (1) },
    { "2026-02-05 12:00", "previous_yesterday", "2026-02-03", "2026-02-04", DAYS (1) },
    { "2026-02-05 12:00", "day", "2026-02-05", NULL, 360 },
    { "2026-02-05 12:00", "previous_day", "2026-02-04", "2026-02-05", DAYS (1) },
  };

  check_spans ("2026-02-05 06:00", spans, G_N_ELEMENTS (spans));
}

static void
test_state_periods_turn_at_six (void)
{
  static const Span spans[] = {
    /* The night of a Sunday that ends a month: it is Sunday still. */
    { "2026-06-01 05:30", "week", "2026-05-25", NULL, DAYS (7) - 30 },
    { "2026-06-01 05:30", "previous_week", "2026-05-18", "2026-05-25", DAYS (7) },
    { "2026-06-01 05:30", "month", "2026-05-01", NULL, DAYS (31) - 30 },
    { "2026-06-01 05:30", "previous_month", "2026-04-01", "2026-05-01", DAYS (30) },
    /* Monday the 1st, a quarter past six. */
    { "2026-06-01 06:15", "week", "2026-06-01", NULL, 15 },
    { "2026-06-01 06:15", "previous_week", "2026-05-25", "2026-06-01", DAYS (7) },
    { "2026-06-01 06:15", "month", "2026-06-01", NULL, 15 },
    { "2026-06-01 06:15", "previous_month", "2026-05-01", "2026-06-01", DAYS (31) },
    { "2026-06-01 06:15", "previous_yesterday", "2026-05-30", "2026-05-31", DAYS (1) },
  };

  check_spans ("2026-05-31 06:00", spans, G_N_ELEMENTS (spans));
}

static void
test_state_periods_turn_with_the_year (void)
{
  static const Span spans[] = {
    { "2026-01-01 05:30", "year", "2025-01-01", NULL, DAYS (365) - 30 },
    { "2026-01-01 05:30", "month", "2025-12-01", NULL, DAYS (31) - 30 },
    { "2026-01-01 06:30", "year", "2026-01-01", NULL, 30 },
    { "2026-01-01 06:30", "previous_year", "2025-01-01", "2026-01-01", DAYS (365) },
    { "2026-01-01 06:30", "previous_month", "2025-12-01", "2026-01-01", DAYS (31) },
    /* A week knows no year: Monday 29 December. */
    { "2026-01-01 06:30", "week", "2025-12-29", NULL, DAYS (3) + 30 },
  };

  check_spans ("2025-12-31 06:00", spans, G_N_ELEMENTS (spans));
}

static void
test_state_periods_hold_the_clock_changes (void)
{
  static const Span spring[] = {
    { "2026-04-02 12:00", "previous_month", "2026-03-01", "2026-04-01", DAYS (31) - 60 },
    { "2026-04-02 12:00", "previous_week", "2026-03-23", "2026-03-30", DAYS (7) - 60 },
  };
  static const Span autumn[] = {
    { "2025-11-01 12:00", "previous_month", "2025-10-01", "2025-11-01", DAYS (31) + 60 },
    { "2025-11-01 12:00", "week", "2025-10-27", NULL, DAYS (5) + 360 },
    { "2025-11-01 12:00", "previous_week", "2025-10-20", "2025-10-27", DAYS (7) + 60 },
  };

  check_spans ("2026-04-02 06:00", spring, G_N_ELEMENTS (spring));
  check_spans ("2025-11-01 06:00", autumn, G_N_ELEMENTS (autumn));
}

static sqlite3 *
peek_handle (EngineTest *test)
{
  g_auto (TsmQuery) query = tsm_db_query (test->db, "SELECT 1");

  return sqlite3_db_handle (query.statement);
}

static int
count_commit (gpointer n_commits)
{
  *(guint *) n_commits += 1;
  return 0;
}

/* Who only asks, and has no reading to wait for, makes no disk spin. */
static void
test_state_writes_nothing_when_nothing_is_new (void)
{
  static const char *const lines[] = {
    "get_my_state all",
    "get_total_state all",
    "get_state 7 all",
    "get_total_state day",
  };
  EngineTest test;
  guint n_commits = 0;

  engine_test_init (&test, engine_test_parse_day ("2026-01-01"));
  engine_test_keep (&test);
  engine_test_start (&test, engine_test_at (&test, test.first_day + 3, 12, 0));
  engine_test_type (&test, ENGINE_TEST_ADMIN, "hello_you 7 2026-01-02");
  engine_test_run_until (&test, test.now + 3630);
  sqlite3_commit_hook (peek_handle (&test), count_commit, &n_commits);
  engine_test_type (&test, ANN, "get_my_state all");
  g_assert_cmpuint (n_commits, ==, 1); /* the reading of half a minute ago */
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    engine_test_type (&test, strstr (lines[i], "my") != NULL ? ANN : ENGINE_TEST_ADMIN, lines[i]);
    g_assert_cmpstr (engine_test_verdict (&test), ==, "done");
  }
  g_assert_cmpuint (n_commits, ==, 1);
  engine_test_clear (&test);
}

/* What SQLite did since it was last asked, in steps of its machine. */
static gint64
take_steps (EngineTest *test)
{
  sqlite3 *handle = peek_handle (test);
  sqlite3_stmt *statement = NULL;
  gint64 n_steps = 0;

  while ((statement = sqlite3_next_stmt (handle, statement)) != NULL)
    n_steps += sqlite3_stmt_status (statement, SQLITE_STMTSTATUS_VM_STEP, 1);
  return n_steps;
}

/* The steps of @line after @n_years in which four users shared each day. */
static gint64
count_steps (guint n_years, const char *line)
{
  const TsmDayTotal total = { .energy_wh = 5, .cost_neur = 50 };
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (TsmShare));
  EngineTest test;
  gint64 n_steps;

  engine_test_init (&test, engine_test_parse_day ("2026-01-01"));
  test.is_plug_silent = TRUE;
  test.config.has_couleur = test.config.has_rte = FALSE;
  test.config.start_day = engine_test_parse_day ("2026-01-01") - (TsmDay) n_years * 365;
  engine_test_start (&test, engine_test_at (&test, test.first_day + 200, 12, 0));
  for (gint64 user_id = ANN; user_id < ANN + 4; user_id++) {
    const TsmStay stay = { .user_id = user_id,
                           .arrival_day = test.config.start_day,
                           .leave_day = TSM_DAY_NONE };

    tsm_stay_table_put (test.db, 1, &stay, TSM_CALLER_SHELL, 0);
    for (guint kind = 0; kind < 2; kind++) {
      const TsmShare share = { .user_id = user_id, .is_derogation = kind != 0, .energy_wh = 1 };

      g_array_append_val (shares, share);
    }
  }
  for (TsmDay day = test.config.start_day; day < test.first_day + 200; day++)
    tsm_share_table_replace_day (test.db, 1, day, &total, shares);
  engine_test_type (&test, ANN, line);
  take_steps (&test);
  engine_test_type (&test, ANN, line);
  n_steps = take_steps (&test);
  g_test_message ("%s after %u years: %" G_GINT64_FORMAT " steps", line, n_years, n_steps);
  engine_test_clear (&test);
  return n_steps;
}

/* Sixteen more years are sixteen more rows of "since the start" and of the derogations. */
static void
test_state_costs_the_same_after_years (void)
{
  static const char *const lines[] = { "get_my_state all", "get_total_state all" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    const gint64 after_four = count_steps (4, lines[i]), after_twenty = count_steps (20, lines[i]);

    g_assert_cmpint (after_four, >, 100);
    g_assert_cmpint (after_twenty, <, after_four * 5 / 4);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/state/period/thursday", test_state_periods_of_a_thursday);
  g_test_add_func ("/state/period/six", test_state_periods_turn_at_six);
  g_test_add_func ("/state/period/year", test_state_periods_turn_with_the_year);
  g_test_add_func ("/state/period/clock", test_state_periods_hold_the_clock_changes);
  g_test_add_func ("/state/cost/nothing-new", test_state_writes_nothing_when_nothing_is_new);
  g_test_add_func ("/state/cost/years", test_state_costs_the_same_after_years);
  return g_test_run ();
}
