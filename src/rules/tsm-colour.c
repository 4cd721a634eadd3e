/* SPDX-License-Identifier: MIT
 * tsm-colour: how a day's colour grows certain, and what a differing answer does. */
#include "rules/tsm-colour.h"
#include "rules/tsm-day.h"

/* On the eve, local: RTE's binding publication with a margin, and when it no longer changes. */
#define CONFIRMED_FROM_MIN (10 * 60 + 40)
#define FINAL_FROM_MIN     (12 * 60 + 15)

#define HALF_HOUR_S 1800
#define HOUR_S      3600

static TsmCertainty
certainty_of_sighting (TsmDay day, TsmSource source, gint64 at, gboolean is_again, GTimeZone *zone)
{
  switch (source) {
  case TSM_SOURCE_ADMIN:
  case TSM_SOURCE_CALENDAR:
    return TSM_CERTAINTY_FINAL;
  case TSM_SOURCE_DEDUCED:
    return TSM_CERTAINTY_CONFIRMED;
  case TSM_SOURCE_COULEUR:
  case TSM_SOURCE_RTE:
    break;
  }
  if (at < tsm_day_get_local_instant (day - 1, CONFIRMED_FROM_MIN, zone))
    return TSM_CERTAINTY_PROVISIONAL;
  if (is_again && at >= tsm_day_get_local_instant (day - 1, FINAL_FROM_MIN, zone))
    return TSM_CERTAINTY_FINAL;
  return TSM_CERTAINTY_CONFIRMED;
}

static void
take (TsmDayColour *self, TsmColour colour, TsmCertainty certainty, TsmSource source, gint64 at)
{
  *self = (TsmDayColour){ .colour = colour, .certainty = certainty, .source = source, .at = at };
}

/* tidy: allow parameters: one sighting, told whole; a struct would be built for this call alone */
TsmColourChange
tsm_colour_see (TsmDayColour *self, TsmDay day, TsmColour colour, TsmSource source, gint64 at,
                gboolean is_seconded, GTimeZone *zone)
{
  const gboolean is_same = self->colour == colour;
  const TsmCertainty certainty = certainty_of_sighting (day, source, at, is_same, zone);

  if (colour == TSM_COLOUR_UNKNOWN)
    return TSM_COLOUR_CHANGE_NONE;
  if (self->colour == TSM_COLOUR_UNKNOWN) {
    take (self, colour, certainty, source, at);
    return TSM_COLOUR_CHANGE_NEW;
  }
  if (is_same) {
    const gboolean is_firmer = certainty > self->certainty || source < self->source;

    if (!is_firmer)
      return TSM_COLOUR_CHANGE_NONE;
    take (self, colour, MAX (certainty, self->certainty), MIN (source, self->source), at);
    return TSM_COLOUR_CHANGE_FIRMER;
  }
  if (self->certainty == TSM_CERTAINTY_FINAL && self->source != TSM_SOURCE_CALENDAR &&
      source != TSM_SOURCE_ADMIN) {
    if (source > TSM_SOURCE_RTE)
      return TSM_COLOUR_CHANGE_NONE;
    if (!is_seconded)
      return TSM_COLOUR_CHANGE_DISPUTED;
    take (self, colour, TSM_CERTAINTY_FINAL, source, at);
    return TSM_COLOUR_CHANGE_CORRECTION;
  }
  if (source > self->source)
    return TSM_COLOUR_CHANGE_NONE;
  take (self, colour, certainty, source, at);
  return TSM_COLOUR_CHANGE_CORRECTION;
}

gint64
tsm_colour_get_next_ask (gint64 at, GTimeZone *zone)
{
  guint minute;

  tsm_day_get_civil (at, zone, &minute);
  return at + (minute >= 14 * 60 && minute < 21 * 60 ? HOUR_S : HALF_HOUR_S);
}
