/* SPDX-License-Identifier: MIT
 * tsm-metering: asks the plug, and turns its readings into booked energy (DESIGN 3.2, 3.7).
 *
 * Steady polls stay in memory; the last is committed every 5 minutes, at each boundary, anomaly and
 * command. A crash costs resolution, never energy: the counter is still in the plug. */
#pragma once
#include "rules/tsm-meter.h"

G_BEGIN_DECLS

typedef struct _TsmEngine TsmEngine;

typedef struct {
  TsmMeter meter;
  TsmReading last; /* the last one fed; at is TSM_INSTANT_NONE before the first */
  TsmMeterOutcome last_outcome;
  gint64 believed_at; /* of the last reading that was believed; TSM_INSTANT_NONE */
  gint64 believed_total_wh;
  guint n_refused;         /* readings in a row that cannot be */
  gint64 known_total_wh;   /* the counter's baseline before @last */
  gboolean is_uncommitted; /* @last and @meter are newer than the store */
  gint64 committed_at;
  gint64 asked_at;       /* a read is under way since; TSM_INSTANT_NONE if none is */
  gint64 next_at;        /* when to read next */
  gint64 detail_at;      /* when uptime and MAC were last asked */
  gboolean wants_detail; /* of the next read */
  guint n_failures;      /* in a row */
  gint64 failing_since;  /* TSM_INSTANT_NONE while it answers */
} TsmMetering;

void tsm_metering_start (TsmEngine *engine);
/* Asks for a read if one is due and none is under way. */
void tsm_metering_tick (TsmEngine *engine);
/* A read is wanted now, whatever the poll says. */
void tsm_metering_ask (TsmEngine *engine);
/* Our clock was set back: a read is wanted now. */
void tsm_metering_follow_clock (TsmEngine *engine);
void tsm_metering_take_reading (TsmEngine *engine, const TsmReading *reading);
void tsm_metering_take_failure (TsmEngine *engine, const char *message, gboolean is_denied);
/* Puts the meter's memory, the last reading and the open slice into the store. */
void tsm_metering_commit (TsmEngine *engine);
gint64 tsm_metering_get_wake_at (const TsmEngine *engine);

/* The last known draw, W; -1 when the plug has been silent for long or never told. */
gint64 tsm_metering_get_power (const TsmEngine *engine);

G_END_DECLS
