/* SPDX-License-Identifier: MIT
 * tsm-forecast: learns the days' colours, and knows what they still can be (DESIGN 3.1). */
#pragma once
#include "rules/tsm-colour.h"
#include "rules/tsm-season.h"

G_BEGIN_DECLS

typedef struct _TsmEngine TsmEngine;

/* The days kept at hand: from the one before yesterday to three days ahead. */
#define TSM_FORECAST_DAYS   7
#define TSM_FORECAST_BEFORE 2

typedef struct {
  TsmDay first; /* of @colours; TSM_DAY_NONE when they must be read again */
  TsmDayColour colours[TSM_FORECAST_DAYS];
  TsmDay season_begin; /* of @possible; TSM_DAY_NONE when it must be deduced again */
  TsmColourSet possible[TSM_SEASON_MAX_DAYS]; /* confirmed or certain, else what is left */

  TsmDay first_unknown; /* all days before it are known, and stay so */
  gint64 ask_at;        /* when to ask next; G_MAXINT64: at the next job */
  gboolean is_asking;   /* a source was asked and has not answered */
  gint64 asked_at;
  TsmSource asked;       /* which one */
  TsmDay from, to;       /* the range of the question */
  gboolean has_disputed; /* an answer of this round contradicts a final colour */
  TsmDay answered_to;    /* up to this day every source has answered; TSM_DAY_NONE: not yet */
  gboolean has_failed;   /* a source failed in this round */
  char *failure;         /* what a source failed with last */
  guint n_failures;      /* rounds in a row in which a source failed and a day stayed unknown */
} TsmForecast;

/* Asks at once for every day that is missing. */
void tsm_forecast_start (TsmEngine *engine);
void tsm_forecast_clear (TsmForecast *self);
/* A scheduled job: asks for tomorrow, known or not, and for what is missing. */
void tsm_forecast_ask (TsmEngine *engine);
void tsm_forecast_tick (TsmEngine *engine);
/* Our clock was set back: what was to be asked is asked now. */
void tsm_forecast_follow_clock (TsmEngine *engine);
/* @answers is of TsmColourAnswer. */
void tsm_forecast_take_answers (TsmEngine *engine, TsmSource source, const GArray *answers);
void tsm_forecast_take_failure (TsmEngine *engine, TsmSource source, const char *message);
gint64 tsm_forecast_get_wake_at (const TsmEngine *engine);

/* An admin's word on @day: it stands above every source's. */
void tsm_forecast_set (TsmEngine *engine, TsmDay day, TsmColour colour);

/* What is known of a day, at hand or stored. */
TsmDayColour tsm_forecast_get_colour (TsmEngine *engine, TsmDay day);
/* What a day can still be, for certain: a confirmed colour's own bit, else the contract's rules. */
TsmColourSet tsm_forecast_get_possible (TsmEngine *engine, TsmDay day);

/* FALSE while today's colour may only be unknown because nobody could be asked yet: right after a
 * start or a jump of the clock, and for the half hour in which a network comes up after a power
 * cut. */
gboolean tsm_forecast_has_asked (const TsmEngine *engine);

/* The settings in force on a Tempo day. */
TsmPolicy tsm_forecast_get_policy (TsmEngine *engine, TsmDay day);
gboolean tsm_forecast_is_unknown_off (TsmEngine *engine, TsmDay day);

G_END_DECLS
