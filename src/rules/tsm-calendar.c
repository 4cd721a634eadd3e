/* SPDX-License-Identifier: MIT
 * tsm-calendar: the built-in colours of past seasons and price sheets. */
#include "rules/tsm-calendar.h"
#include "tsm-calendar-data.h"

/* Less the string's NUL. */
#define N_DAYS ((TsmDay) sizeof (calendar_letters) - 1)

TsmColour
tsm_calendar_get_colour (TsmDay day)
{
  if (day < tsm_calendar_get_begin () || day >= tsm_calendar_get_end ())
    return TSM_COLOUR_UNKNOWN;
  switch (calendar_letters[day - CALENDAR_BEGIN]) {
  case 'B':
    return TSM_COLOUR_BLUE;
  case 'W':
    return TSM_COLOUR_WHITE;
  case 'R':
    return TSM_COLOUR_RED;
  default:
    g_assert_not_reached (); /* the generator writes no other letter */
  }
}

TsmDay
tsm_calendar_get_begin (void)
{
  return CALENDAR_BEGIN;
}

TsmDay
tsm_calendar_get_end (void)
{
  return CALENDAR_BEGIN + N_DAYS;
}

const TsmSheet *
tsm_calendar_get_sheets (gsize *ret_n_sheets)
{
  *ret_n_sheets = G_N_ELEMENTS (calendar_sheets);
  return calendar_sheets;
}
