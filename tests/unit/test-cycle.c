/* SPDX-License-Identifier: MIT
 * The seed's life cycle through the real engine: a red day comes and goes. */
#include "test-engine.h"

/* Monday 2026-01-05 is blue, Tuesday the 6th is red, Wednesday blue again. */
static void
begin (EngineTest *test)
{
  const TsmDay monday = tsm_day_from_ymd (2026, 1, 5);

  *test = (EngineTest){ .zone = g_time_zone_new_identifier ("Europe/Paris"), .total_wh = 120000 };
  for (guint i = 0; i < G_N_ELEMENTS (test->colours); i++)
    test->colours[i] = TSM_COLOUR_BLUE;
  test->first_day = monday - 5;
  test->colours[monday + 1 - test->first_day] = TSM_COLOUR_RED;
  engine_test_init (test, monday - 4, engine_test_at (test, monday, 11, 0));
}

static void
test_cycle_red_day (void)
{
  EngineTest test;
  const TsmDay monday = tsm_day_from_ymd (2026, 1, 5);

  begin (&test);
  engine_test_run_until (&test, engine_test_at (&test, monday, 21, 59));
  g_assert_true (engine_test_was_told (&test, "Tuesday 6 January 2026 is red."));
  g_assert_true (engine_test_was_told (&test, "will be powered off at 22:00"));
  g_assert_cmpuint (test.n_shutdowns, ==, 0);
  engine_test_run_until (&test, engine_test_at (&test, monday, 22, 5));
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  g_assert_true (engine_test_was_told (&test, "The server is off."));
  engine_test_run_until (&test, engine_test_at (&test, monday + 2, 5, 59));
  g_assert_cmpuint (test.n_wakes, ==, 0);
  engine_test_run_until (&test, engine_test_at (&test, monday + 2, 6, 5));
  /* Repeated each 10 s until it answers. */
  g_assert_cmpuint (test.n_wakes, ==, 2);
  g_assert_cmpuint (test.n_shutdowns, ==, 1);
  g_assert_true (engine_test_was_told (&test, "The server is on."));
  engine_test_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cycle/red-day", test_cycle_red_day);
  return g_test_run ();
}
