/* SPDX-License-Identifier: MIT
 * tsm-day: Tempo days, periods and civil dates in any time zone (DESIGN 2, spec tempo 1.1). Pure.
 */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

/* Minutes of the civil day, local: where a Tempo day and its off-peak night begin. */
#define TSM_DAY_BEGIN_MIN (6 * 60)
#define TSM_DAY_NIGHT_MIN (22 * 60)

typedef enum {
  TSM_WEEKDAY_MONDAY = 1,
  TSM_WEEKDAY_SATURDAY = 6,
  TSM_WEEKDAY_SUNDAY = 7,
} TsmWeekday;

/* Civil dates; the proleptic Gregorian calendar, years 1 to 9999. */
gboolean tsm_day_is_valid_ymd (gint year, gint month, gint day);
TsmDay tsm_day_from_ymd (gint year, gint month, gint day);
void tsm_day_to_ymd (TsmDay day, gint *ret_year, gint *ret_month, gint *ret_day);
/* Exactly "YYYY-MM-DD"; anything else is FALSE and leaves @ret_day alone. */
gboolean tsm_day_parse (const char *text, TsmDay *ret_day);
/* "YYYY-MM-DD"; free with g_free. */
char *tsm_day_dup_string (TsmDay day);
/* 1 Monday to 7 Sunday. */
TsmWeekday tsm_day_get_weekday (TsmDay day);
TsmDay tsm_day_get_month_begin (TsmDay day);
TsmDay tsm_day_get_year_begin (TsmDay day);
/* The Monday of @day's week. */
TsmDay tsm_day_get_week_begin (TsmDay day);

/* The instant at which @zone's clocks show @minute (0 to 1439) of the civil date @day. A local time
 * that does not exist is the instant of the jump; a doubled one is its first occurrence
 * (DESIGN 3.8). */
gint64 tsm_day_get_local_instant (TsmDay day, guint minute, GTimeZone *zone);
/* What @zone's clocks are ahead of UTC at @at, in seconds. */
gint64 tsm_day_get_offset (gint64 at, GTimeZone *zone);
/* The first instant in (@low, @high] with another offset than @low's, where there is one clock
 * change between; else @high. */
gint64 tsm_day_get_offset_change (gint64 low, gint64 high, GTimeZone *zone);
/* The civil date and minute of the day that @zone's clocks show at @at. @ret_minute may be NULL. */
TsmDay tsm_day_get_civil (gint64 at, GTimeZone *zone, guint *ret_minute);

/* The Tempo day that holds @at: its civil date, less one before 06:00. */
TsmDay tsm_day_at (gint64 at, GTimeZone *zone);
TsmPeriod tsm_day_get_period (gint64 at, GTimeZone *zone);
/* [begin, end) of a Tempo day: 06:00 to the next 06:00 local; 23, 24 or 25 hours. */
void tsm_day_get_bounds (TsmDay day, GTimeZone *zone, gint64 *ret_begin, gint64 *ret_end);
/* 22:00 local of @day, where its off-peak night begins. */
gint64 tsm_day_get_night_begin (TsmDay day, GTimeZone *zone);

G_END_DECLS
