/* SPDX-License-Identifier: MIT
 * tsm-season: what the Tempo contract alone makes certain about a day's colour. */
#include "rules/tsm-season.h"
#include "rules/tsm-day.h"

static gint
get_season_length (gint end_year)
{
  return g_date_is_leap_year ((GDateYear) end_year) ? 366 : 365;
}

/* Both are counted from the 1 September of @day's own year, so that the first and the last year of
 * the calendar need no date outside it. */
TsmDay
tsm_season_get_begin (TsmDay day)
{
  gint year, month, mday;
  TsmDay september;

  tsm_day_to_ymd (day, &year, &month, &mday);
  september = tsm_day_from_ymd (year, 9, 1);
  return day >= september ? september : september - get_season_length (year);
}

TsmDay
tsm_season_get_end (TsmDay day)
{
  gint year, month, mday;
  TsmDay september;

  tsm_day_to_ymd (day, &year, &month, &mday);
  september = tsm_day_from_ymd (year, 9, 1);
  return day >= september ? september + get_season_length (year + 1) : september;
}

/* The anonymous Gregorian computus; the letters are its usual ones (spec tempo 1.5). */
TsmDay
tsm_season_get_easter (gint year)
{
  const gint a = year % 19, b = year / 100, c = year % 100;
  const gint h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
  const gint l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
  const gint m = (a + 11 * h + 22 * l) / 451;
  const gint n = h + l - 7 * m + 114;

  return tsm_day_from_ymd (year, n / 31, n % 31 + 1);
}

gboolean
tsm_season_is_holiday (TsmDay day)
{
  static const struct {
    gint month, mday;
  } fixed[] = {
    { 1, 1 }, { 5, 1 }, { 5, 8 }, { 7, 14 }, { 8, 15 }, { 11, 1 }, { 11, 11 }, { 12, 25 },
  };
  /* Easter Monday, Ascension, Whit Monday; Good Friday is one in Alsace-Moselle only. */
  static const gint after_easter[] = { 1, 39, 50 };
  gint year, month, mday;

  tsm_day_to_ymd (day, &year, &month, &mday);
  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (month == fixed[i].month && mday == fixed[i].mday)
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (after_easter); i++)
    if (day == tsm_season_get_easter (year) + after_easter[i])
      return TRUE;
  return FALSE;
}

/* What the calendar leaves, whatever the other days were. "Never six reds in a row" is not spelled
 * out: five are a working week, and the sixth day is a Saturday. */
static TsmColourSet
get_calendar_set (TsmDay day)
{
  const TsmWeekday weekday = tsm_day_get_weekday (day);
  gint year, month, mday;

  if (weekday == TSM_WEEKDAY_SUNDAY)
    return TSM_COLOUR_BIT (TSM_COLOUR_BLUE);
  tsm_day_to_ymd (day, &year, &month, &mday);
  if ((month > 3 && month < 11) || weekday == TSM_WEEKDAY_SATURDAY || tsm_season_is_holiday (day))
    return TSM_COLOUR_SET_ALL & ~TSM_COLOUR_BIT (TSM_COLOUR_RED);
  return TSM_COLOUR_SET_ALL;
}

static guint
count_known (const TsmColour *known, guint n_days, TsmColour colour)
{
  guint n = 0;

  for (guint i = 0; i < n_days; i++)
    n += known[i] == colour;
  return n;
}

void
tsm_season_deduce (TsmDay begin, const TsmColour *known, guint n_days, TsmColourSet *ret_sets)
{
  gboolean quotas_hold = count_known (known, n_days, TSM_COLOUR_RED) <= TSM_SEASON_REDS &&
                         count_known (known, n_days, TSM_COLOUR_WHITE) <= TSM_SEASON_WHITES;
  guint n_reds = 0, n_whites = 0;

  g_assert (begin == tsm_season_get_begin (begin));
  g_assert (n_days <= (guint) (tsm_season_get_end (begin) - begin));
  for (guint i = 0; i < n_days; i++) {
    TsmColourSet set = get_calendar_set (begin + (TsmDay) i);

    if (known[i] != TSM_COLOUR_UNKNOWN)
      set = TSM_COLOUR_BIT (known[i]);
    else if (quotas_hold) {
      if (n_reds == TSM_SEASON_REDS)
        set &= ~TSM_COLOUR_BIT (TSM_COLOUR_RED);
      if (n_whites == TSM_SEASON_WHITES)
        set &= ~TSM_COLOUR_BIT (TSM_COLOUR_WHITE);
    }
    ret_sets[i] = set;
    n_reds += set == TSM_COLOUR_BIT (TSM_COLOUR_RED);
    n_whites += set == TSM_COLOUR_BIT (TSM_COLOUR_WHITE);
    /* More than one colour left is a gap, behind which the counts are lower bounds only. */
    quotas_hold = quotas_hold && (set & (set - 1)) == 0;
  }
}
