/* SPDX-License-Identifier: MIT
 * tsm-schedule: the instants of a job that runs each day at a local time. */
#include "rules/tsm-schedule.h"
#include "rules/tsm-day.h"

gint64
tsm_schedule_get_last (guint minute, gint64 at, GTimeZone *zone)
{
  TsmDay day = tsm_day_get_civil (at, zone, NULL) + 1;
  gint64 scheduled;

  /* From tomorrow's backwards: near a jump over midnight the civil date alone is no bound. */
  do
    scheduled = tsm_day_get_local_instant (day--, minute, zone);
  while (scheduled > at);
  return scheduled;
}

gint64
tsm_schedule_get_next (guint minute, gint64 at, GTimeZone *zone)
{
  TsmDay day = tsm_day_get_civil (at, zone, NULL) - 1;
  gint64 scheduled;

  do
    scheduled = tsm_day_get_local_instant (day++, minute, zone);
  while (scheduled <= at);
  return scheduled;
}
