/* SPDX-License-Identifier: MIT */
#include "rules/tsm-day.h"

static GTimeZone *
paris_new (void)
{
  GTimeZone *zone = g_time_zone_new_identifier ("Europe/Paris");

  g_assert_nonnull (zone);
  return zone;
}

static const struct {
  const char *name;
  gint month, day;
  gint64 hours;
} bounds_cases[] = {
  { "plain", 1, 15, 24 },
  { "spring-forward", 3, 28, 23 }, /* the clocks jump on the 29th, inside this Tempo day */
  { "fall-back", 10, 24, 25 },
};

static void
test_day_get_bounds (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GTimeZone) paris = paris_new ();
  const TsmDay day = tsm_day_from_ymd (2026, bounds_cases[i].month, bounds_cases[i].day);
  gint64 begin, end;

  tsm_day_get_bounds (day, paris, &begin, &end);
  g_assert_cmpint (end - begin, ==, bounds_cases[i].hours * 3600);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bounds_cases); i++) {
    g_autofree char *path = g_strconcat ("/day/bounds/", bounds_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_day_get_bounds);
  }
  return g_test_run ();
}
