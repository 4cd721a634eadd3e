/* SPDX-License-Identifier: MIT
 * tsm-derogate: from what a user typed to a derogation's interval. */
#include "rules/tsm-derogate.h"
#include "rules/tsm-day.h"

#define TOMORROW_BEGIN_MIN (6 * 60)
#define DEFAULT_LENGTH_S   (12 * 3600)
#define TOO_LATE_MIN       (21 * 60 + 45)

gboolean
tsm_derogate_parse_hour (const char *text, guint *ret_minute)
{
  const char *p = text;
  guint hour = 0, minute = 0;

  if (text == NULL || !g_ascii_isdigit (*p))
    return FALSE;
  for (; p < text + 2 && g_ascii_isdigit (*p); p++)
    hour = hour * 10 + (guint) g_ascii_digit_value (*p);
  if (p[0] == ':' || (p[0] == 'h' && p[1] != '\0')) {
    if (!g_ascii_isdigit (p[1]) || !g_ascii_isdigit (p[2]))
      return FALSE;
    minute = (guint) g_ascii_digit_value (p[1]) * 10 + (guint) g_ascii_digit_value (p[2]);
    p += 3;
  } else if (*p == 'h')
    p++;
  if (*p != '\0' || hour > 23 || minute > 59)
    return FALSE;
  *ret_minute = hour * 60 + minute;
  return TRUE;
}

/* The instant of @minute of @day, for someone who speaks at @from, not on a later day: a doubled
 * local time whose first occurrence is over means its second. */
static gint64
get_instant_from (TsmDay day, guint minute, gint64 from, GTimeZone *zone)
{
  const gint64 first = tsm_day_get_local_instant (day, minute, zone);
  guint from_minute;

  tsm_day_get_civil (from, zone, &from_minute);
  if (first >= from || minute <= from_minute)
    return first;
  /* The clocks have shown less time than has gone by since: they were set back by the rest. */
  return first + ((from - first) / 60 + minute - from_minute) * 60;
}

gboolean
tsm_derogate_get_span (gboolean is_tomorrow, guint start_minute, guint end_minute, gint64 now,
                       GTimeZone *zone, TsmSpan *ret_span)
{
  guint now_minute;
  const TsmDay day = tsm_day_get_civil (now, zone, &now_minute) + (is_tomorrow ? 1 : 0);
  TsmSpan span;

  if (start_minute == TSM_DEROGATE_NO_HOUR)
    start_minute = is_tomorrow ? TOMORROW_BEGIN_MIN : now_minute;
  span.begin = MAX (now, get_instant_from (day, start_minute, now, zone));
  if (end_minute == TSM_DEROGATE_NO_HOUR)
    span.end = span.begin + DEFAULT_LENGTH_S;
  else
    span.end =
        get_instant_from (end_minute > start_minute ? day : day + 1, end_minute, span.begin, zone);
  if (span.end <= span.begin)
    return FALSE;
  *ret_span = span;
  return TRUE;
}

gboolean
tsm_derogate_is_too_late (gint64 now, GTimeZone *zone)
{
  guint minute;

  tsm_day_get_civil (now, zone, &minute);
  return minute >= TOO_LATE_MIN;
}
