/* SPDX-License-Identifier: MIT
 * tsm-slice: the ledger's atom, and how a stretch of energy is cut into slices (DESIGN
 * 2, 3.2, 3.8). Pure. */
#pragma once
#include "rules/tsm-tariff.h"

G_BEGIN_DECLS

/* Energy over [begin, end), inside one UTC hour, one period, one Tempo day, one price sheet and one
 * set of derogations. @energy_wh is -1, and quality DOWN, when the energy is unknown. */
typedef struct {
  gint64 begin;
  gint64 end;
  gint64 energy_wh;
  TsmQuality quality;
  TsmDay day; /* the Tempo day */
  TsmPeriod period;
} TsmSlice;

/* Where slices must be cut, besides the calendar's own boundaries. Borrowed. */
typedef struct {
  GTimeZone *zone;
  const TsmTariff *tariff; /* NULL: no price changes */
  const gint64 *edges;     /* ascending instants: derogation edges, host seen off after one */
  gsize n_edges;
} TsmCutter;

/* The first boundary after @at: a full UTC hour, an instant at which the Tempo day or the period
 * changes (06:00 and 22:00 local, or a clock change that skips them), a price change, an edge.
 * Never more than an hour away. Allocates nothing. */
gint64 tsm_slice_get_next_boundary (const TsmCutter *cutter, gint64 at);

/* Appends to @slices (of TsmSlice) the pieces of @energy_wh that flowed evenly over [begin, end),
 * cut at every boundary; each has the @quality given. The pieces add up to @energy_wh exactly: each
 * cut's cumulated energy is rounded down, so no piece is off by a Wh or more. @energy_wh of -1, and
 * only it, goes with quality DOWN and cuts a stretch of unknown energy. @begin < @end. */
void tsm_slice_cut (const TsmCutter *cutter, gint64 begin, gint64 end, gint64 energy_wh,
                    TsmQuality quality, GArray *slices);

/* TRUE when @next continues @slice and may be merged into it: it begins where @slice ends, with the
 * same quality, and no boundary lies between @slice's begin and @next's end. */
gboolean tsm_slice_can_extend (const TsmCutter *cutter, const TsmSlice *slice,
                               const TsmSlice *next);

G_END_DECLS
