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
  const TsmTariff *tariff;
  const gint64 *edges; /* ascending instants: derogation edges, host seen off after one */
  gsize n_edges;
} TsmCutter;

/* The first boundary after @at: an hour, 06:00 or 22:00 local, a price change, an edge. */
gint64 tsm_slice_get_next_boundary (const TsmCutter *cutter, gint64 at);

/* Appends to @slices (of TsmSlice) the pieces of @energy_wh that flowed evenly over [begin, end),
 * cut at every boundary. The pieces add up to @energy_wh exactly: each edge's cumulated energy is
 * rounded down. @energy_wh of -1 with quality DOWN cuts a stretch of unknown energy. @begin < @end.
 */
void tsm_slice_cut (const TsmCutter *cutter, gint64 begin, gint64 end, gint64 energy_wh,
                    TsmQuality quality, GArray *slices);

/* TRUE when @next continues @slice and may be merged into it: same hour, day, period, quality, no
 * edge between. */
gboolean tsm_slice_can_extend (const TsmCutter *cutter, const TsmSlice *slice,
                               const TsmSlice *next);

G_END_DECLS
