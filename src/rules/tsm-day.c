/* SPDX-License-Identifier: MIT
 * tsm-day: Tempo days, periods and civil dates in any time zone. */
#include "rules/tsm-day.h"

#define DAY_S         86400
#define MINUTES_A_DAY 1440
/* GDate counts days from 1 at 0001-01-01; 1970-01-01 is its day 719163. */
#define JULIAN_OF_EPOCH 719163
#define LAST_DAY        2932896 /* 9999-12-31 */
/* Beyond any calendar: an instant this far off is a TSM_INSTANT_NONE that slipped through. */
#define INSTANT_BOUND (G_GINT64_CONSTANT (1) << 40)

gboolean
tsm_day_is_valid_ymd (gint year, gint month, gint day)
{
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
         g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year);
}

TsmDay
tsm_day_from_ymd (gint year, gint month, gint day)
{
  GDate date;

  g_assert (tsm_day_is_valid_ymd (year, month, day));
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
  return (TsmDay) g_date_get_julian (&date) - JULIAN_OF_EPOCH;
}

void
tsm_day_to_ymd (TsmDay day, gint *ret_year, gint *ret_month, gint *ret_day)
{
  GDate date;

  g_assert (day > -JULIAN_OF_EPOCH);
  g_assert (day <= LAST_DAY);
  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32) (day + JULIAN_OF_EPOCH));
  *ret_year = g_date_get_year (&date);
  *ret_month = (gint) g_date_get_month (&date);
  *ret_day = g_date_get_day (&date);
}

static gboolean
parse_digits (const char *text, guint n_digits, gint *ret_value)
{
  gint value = 0;

  for (guint i = 0; i < n_digits; i++) {
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
    value = value * 10 + (text[i] - '0');
  }
  *ret_value = value;
  return TRUE;
}

gboolean
tsm_day_parse (const char *text, TsmDay *ret_day)
{
  gint year, month, day;

  if (text == NULL || !parse_digits (text, 4, &year) || text[4] != '-' ||
      !parse_digits (text + 5, 2, &month) || text[7] != '-' || !parse_digits (text + 8, 2, &day) ||
      text[10] != '\0' || !tsm_day_is_valid_ymd (year, month, day))
    return FALSE;
  *ret_day = tsm_day_from_ymd (year, month, day);
  return TRUE;
}

char *
tsm_day_dup_string (TsmDay day)
{
  gint year, month, mday;

  tsm_day_to_ymd (day, &year, &month, &mday);
  return g_strdup_printf ("%04d-%02d-%02d", year, month, mday);
}

TsmWeekday
tsm_day_get_weekday (TsmDay day)
{
  const gint days_since_monday = ((day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */

  return (TsmWeekday) (days_since_monday + 1);
}

TsmDay
tsm_day_get_month_begin (TsmDay day)
{
  gint year, month, mday;

  tsm_day_to_ymd (day, &year, &month, &mday);
  return day - mday + 1;
}

TsmDay
tsm_day_get_year_begin (TsmDay day)
{
  gint year, month, mday;

  tsm_day_to_ymd (day, &year, &month, &mday);
  return tsm_day_from_ymd (year, 1, 1);
}

TsmDay
tsm_day_get_week_begin (TsmDay day)
{
  return day - (TsmDay) tsm_day_get_weekday (day) + 1;
}

gint64
tsm_day_get_offset (gint64 at, GTimeZone *zone)
{
  return g_time_zone_get_offset (zone, g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, at));
}

gint64
tsm_day_get_offset_change (gint64 low, gint64 high, GTimeZone *zone)
{
  const gint64 offset_s = tsm_day_get_offset (low, zone);

  while (high - low > 1) {
    const gint64 middle = low + (high - low) / 2;

    if (tsm_day_get_offset (middle, zone) == offset_s)
      low = middle;
    else
      high = middle;
  }
  return high;
}

gint64
tsm_day_get_local_instant (TsmDay day, guint minute, GTimeZone *zone)
{
  const gint64 local = (gint64) day * DAY_S + (gint64) minute * 60;
  /* No zone changes its clocks twice within two days: the offset in force is the one of the day
   * before or of the day after. The earlier offset is tried first, so a doubled time gives its
   * first occurrence. */
  const gint64 before = local - tsm_day_get_offset (local - DAY_S, zone);
  const gint64 after = local - tsm_day_get_offset (local + DAY_S, zone);

  g_assert (minute < MINUTES_A_DAY);
  if (before + tsm_day_get_offset (before, zone) == local)
    return before;
  if (after + tsm_day_get_offset (after, zone) == local)
    return after;
  /* The local time does not exist: the jump lies in (low, high]. */
  return tsm_day_get_offset_change (MIN (before, after), MAX (before, after), zone);
}

TsmDay
tsm_day_get_civil (gint64 at, GTimeZone *zone, guint *ret_minute)
{
  gint64 local, day;

  g_assert (at > -INSTANT_BOUND);
  g_assert (at < INSTANT_BOUND);
  local = at + tsm_day_get_offset (at, zone);
  day = local / DAY_S;
  if (local % DAY_S < 0)
    day--;
  if (ret_minute != NULL)
    *ret_minute = (guint) ((local - day * DAY_S) / 60);
  return (TsmDay) day;
}

TsmDay
tsm_day_at (gint64 at, GTimeZone *zone)
{
  guint minute;
  const TsmDay civil = tsm_day_get_civil (at, zone, &minute);

  return minute < TSM_DAY_BEGIN_MIN ? civil - 1 : civil;
}

TsmPeriod
tsm_day_get_period (gint64 at, GTimeZone *zone)
{
  guint minute;

  tsm_day_get_civil (at, zone, &minute);
  return minute >= TSM_DAY_BEGIN_MIN && minute < TSM_DAY_NIGHT_MIN ? TSM_PERIOD_HP : TSM_PERIOD_HC;
}

void
tsm_day_get_bounds (TsmDay day, GTimeZone *zone, gint64 *ret_begin, gint64 *ret_end)
{
  *ret_begin = tsm_day_get_local_instant (day, TSM_DAY_BEGIN_MIN, zone);
  *ret_end = tsm_day_get_local_instant (day + 1, TSM_DAY_BEGIN_MIN, zone);
}

gint64
tsm_day_get_night_begin (TsmDay day, GTimeZone *zone)
{
  return tsm_day_get_local_instant (day, TSM_DAY_NIGHT_MIN, zone);
}
