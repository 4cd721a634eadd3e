/* SPDX-License-Identifier: MIT
 * tsm-ledger: books energy as slices, and keeps each Tempo day's shares true to its inputs
 * (DESIGN 3.2-3.4).
 *
 * The last slice grows in memory and is put into the store by tsm_ledger_flush (). A day whose
 * colour, stays, derogations or slices change is touched; tsm_ledger_settle () recomputes the
 * touched days: those that are over in the step that touched them, so that no crash comes between,
 * the current one when someone asks and when it is over, not each poll. */
#pragma once
#include "rules/tsm-slice.h"

G_BEGIN_DECLS

typedef struct _TsmEngine TsmEngine;

typedef struct {
  gint64 epoch;           /* of the meter; 0 before the first */
  gboolean has_open;      /* @open holds the last slice */
  gboolean is_open_dirty; /* it is newer than the store's */
  TsmSlice open;
  gint64 open_bound;   /* the first boundary after @open's begin */
  GHashTable *touched; /* TsmDay as pointers: days to recompute */
} TsmLedger;

/* Reads the last slice and touches the days whose shares may be older than their inputs. */
void tsm_ledger_start (TsmEngine *engine);
void tsm_ledger_clear (TsmLedger *self);

/* Books @energy_wh over [from, to): measured, or interpolated or estimated where a boundary was
 * crossed without a reading near it. */
void tsm_ledger_book (TsmEngine *engine, gint64 from, gint64 to, gint64 energy_wh);
/* Books it as @quality throughout; @energy_wh -1 for DOWN. */
void tsm_ledger_book_as (TsmEngine *engine, gint64 from, gint64 to, gint64 energy_wh,
                         TsmQuality quality);
/* The first boundary after @at: when the plug is to be read. */
gint64 tsm_ledger_get_next_boundary (TsmEngine *engine, gint64 at);
/* A derogation edge came or went: the open slice is cut there from now on. */
void tsm_ledger_recut (TsmEngine *engine);

/* @day's inputs changed. */
void tsm_ledger_touch (TsmEngine *engine, TsmDay day);
/* The days [from, to] changed. */
void tsm_ledger_touch_range (TsmEngine *engine, TsmDay from, TsmDay to);
/* The instant up to which is booked; G_MININT64 if nothing is. A new edge before it, after a clock
 * was set back, would lie inside a slice. */
gint64 tsm_ledger_get_end (const TsmEngine *engine);
/* Puts the open slice into the store. For tsm_metering_commit () alone: slice and counter belong in
 * one transaction. */
void tsm_ledger_flush (TsmEngine *engine);
/* Commits the metering and recomputes the touched days. @with_today: the current day too; else it
 * stays touched, for it changes with every poll. */
void tsm_ledger_settle (TsmEngine *engine, gboolean with_today);

G_END_DECLS
