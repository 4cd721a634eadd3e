/* SPDX-License-Identifier: MIT
 * The periods that figures are told for: where each begins, where it ends, and what is in it. */
#include "engine/tsm-engine.h"
#include "test-engine.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/state/period/thursday", test_state_periods_of_a_thursday);
  g_test_add_func ("/state/period/six", test_state_periods_turn_at_six);
  g_test_add_func ("/state/period/year", test_state_periods_turn_with_the_year);
  g_test_add_func ("/state/period/clock", test_state_periods_hold_the_clock_changes);
  return g_test_run ();
}
