/* SPDX-License-Identifier: MIT */
#include "rules/tsm-day.h"
#include "rules/tsm-schedule.h"

/* Every job instant of 24 years is met exactly once when time moves forward, however it steps. */
static void
test_schedule_each_instant_once (gconstpointer data)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (data);
  static const guint minutes[] = { 0, 120, 150, 360, 665, 1439 };
  const TsmDay first = tsm_day_from_ymd (2014, 1, 1), last = tsm_day_from_ymd (2037, 12, 31);

  for (guint m = 0; m < G_N_ELEMENTS (minutes); m++) {
    gint64 at = tsm_day_get_local_instant (first, minutes[m], zone);

    for (TsmDay day = first; day <= last; day++) {
      g_assert_cmpint (at, ==, tsm_day_get_local_instant (day, minutes[m], zone));
      g_assert_cmpint (tsm_schedule_get_last (minutes[m], at, zone), ==, at);
      g_assert_cmpint (tsm_schedule_get_last (minutes[m], at + 3600, zone), ==, at);
      g_assert_cmpint (tsm_schedule_get_next (minutes[m], at - 1, zone), ==, at);
      at = tsm_schedule_get_next (minutes[m], at, zone);
    }
  }
}

/* 02:30 on 29 March 2026 does not exist in Paris: the job runs at the jump, 01:00 UTC. On 25
 * October it comes twice: the first time, 00:30 UTC. */
static void
test_schedule_dst (void)
{
  g_autoptr (GTimeZone) paris = g_time_zone_new_identifier ("Europe/Paris");
  const gint64 spring = (gint64) tsm_day_from_ymd (2026, 3, 29) * 86400;
  const gint64 autumn = (gint64) tsm_day_from_ymd (2026, 10, 25) * 86400;

  g_assert_cmpint (tsm_schedule_get_next (150, spring - 3600, paris), ==, spring + 3600);
  g_assert_cmpint (tsm_schedule_get_next (150, autumn - 3600, paris), ==, autumn + 1800);
  g_assert_cmpint (tsm_schedule_get_next (150, autumn + 1800, paris), ==,
                   autumn + 86400 + 3600 + 1800);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/schedule/once/paris", "Europe/Paris", test_schedule_each_instant_once);
  g_test_add_data_func ("/schedule/once/utc", "UTC", test_schedule_each_instant_once);
  g_test_add_data_func ("/schedule/once/sao-paulo", "America/Sao_Paulo",
                        test_schedule_each_instant_once);
  g_test_add_func ("/schedule/dst", test_schedule_dst);
  return g_test_run ();
}
