/* SPDX-License-Identifier: MIT
 * tsm-colour: how a day's colour grows certain, and what a differing answer does (DESIGN 3.1).
 * Pure. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

/* What a source says of one day. */
typedef struct {
  TsmDay day;
  TsmColour colour; /* UNKNOWN: it answered that it does not know yet */
} TsmColourAnswer;

/* What is known of a day's colour. Zero-initialised is "nothing". */
typedef struct {
  TsmColour colour;
  TsmCertainty certainty;
  TsmSource source;
  gint64 at; /* when it was last seen */
} TsmDayColour;

typedef enum {
  TSM_COLOUR_CHANGE_NONE = 0,   /* nothing changed */
  TSM_COLOUR_CHANGE_NEW,        /* the colour was unknown */
  TSM_COLOUR_CHANGE_FIRMER,     /* the same colour, more certain or from a better source */
  TSM_COLOUR_CHANGE_CORRECTION, /* another colour, taken over */
  TSM_COLOUR_CHANGE_DISPUTED,   /* another colour against a final one: to announce, not to take over
                                 */
} TsmColourChange;

/* Applies to @self that @source says @colour of the Tempo day @day at @at. @is_seconded: another
 * API source's last word on the day is @colour too, which is what overturns a final colour. A
 * source of lower rank than the one that gave the colour changes nothing; UNKNOWN never does. */
TsmColourChange tsm_colour_see (TsmDayColour *self, TsmDay day, TsmColour colour, TsmSource source,
                                gint64 at, gboolean is_seconded, GTimeZone *zone);

/* When to ask again for a day whose colour was answered "unknown" at @at: after 30 min, hourly
 * from 14:00, every 30 min again from 21:00 to 06:00 local. */
gint64 tsm_colour_get_next_ask (gint64 at, GTimeZone *zone);

G_END_DECLS
