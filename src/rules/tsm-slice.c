/* SPDX-License-Identifier: MIT
 * tsm-slice: cutting energy at hours, periods, Tempo days, price changes and edges. */
#include "rules/tsm-slice.h"

#include "rules/tsm-day.h"

#define HOUR_S        3600
#define DAY_S         86400
#define DAY_BEGIN_S   (TSM_DAY_BEGIN_MIN * 60)
#define NIGHT_BEGIN_S (TSM_DAY_NIGHT_MIN * 60)

/* Division that rounds down, for instants before 1970. */
static gint64
floor_to (gint64 value, gint64 unit)
{
  const gint64 rest = value % unit;

  return value - (rest < 0 ? rest + unit : rest);
}

/* The next 06:00 or 22:00 after @local, while the offset stays. */
static gint64
next_local_change (gint64 local)
{
  const gint64 midnight = floor_to (local, DAY_S);
  const gint64 second = local - midnight;

  if (second < DAY_BEGIN_S)
    return midnight + DAY_BEGIN_S;
  if (second < NIGHT_BEGIN_S)
    return midnight + NIGHT_BEGIN_S;
  return midnight + DAY_S + DAY_BEGIN_S;
}

/* The first instant in (@at, @end] at which the Tempo day or the period changes, else @end. At most
 * one clock change lies between, @end being an hour away at most. */
static gint64
next_zone_change (GTimeZone *zone, gint64 at, gint64 end)
{
  const gint64 offset_s = tsm_day_get_offset (at, zone);
  const gint64 change = at + next_local_change (at + offset_s) - (at + offset_s);
  gint64 jump;

  if (tsm_day_get_offset (end, zone) == offset_s)
    return MIN (change, end);
  jump = tsm_day_get_offset_change (at, end, zone);
  if (change < jump)
    return change;
  /* The jump itself may change day or period, or skip what would. */
  if (tsm_day_at (jump, zone) != tsm_day_at (at, zone) ||
      tsm_day_get_period (jump, zone) != tsm_day_get_period (at, zone))
    return jump;
  return jump < end ? next_zone_change (zone, jump, end) : end;
}

/* The first edge after @at. */
static gint64
next_edge (const TsmCutter *cutter, gint64 at)
{
  gsize low = 0, high = cutter->n_edges;

  while (low < high) {
    const gsize middle = low + (high - low) / 2;

    if (cutter->edges[middle] <= at)
      low = middle + 1;
    else
      high = middle;
  }
  return low < cutter->n_edges ? cutter->edges[low] : G_MAXINT64;
}

static gint64
next_price_change (const TsmCutter *cutter, gint64 at)
{
  return cutter->tariff != NULL ? tsm_tariff_get_next_change (cutter->tariff, at) : G_MAXINT64;
}

gint64
tsm_slice_get_next_boundary (const TsmCutter *cutter, gint64 at)
{
  const gint64 hour = floor_to (at, HOUR_S) + HOUR_S;
  const gint64 cut = MIN (next_edge (cutter, at), next_price_change (cutter, at));

  return MIN (cut, next_zone_change (cutter->zone, at, hour));
}

void
tsm_slice_cut (const TsmCutter *cutter, gint64 begin, gint64 end, gint64 energy_wh,
               TsmQuality quality, GArray *slices)
{
  gint64 at = begin;
  gint64 edge = next_edge (cutter, begin);
  gint64 price_change = next_price_change (cutter, begin);
  gint64 given_wh = 0;

  g_assert (begin < end);
  g_assert (energy_wh >= -1);
  g_assert ((energy_wh == -1) == (quality == TSM_QUALITY_DOWN));
  while (at < end) {
    TsmSlice slice = {
      .begin = at,
      .energy_wh = -1,
      .quality = quality,
      .day = tsm_day_at (at, cutter->zone),
      .period = tsm_day_get_period (at, cutter->zone),
    };

    slice.end = next_zone_change (cutter->zone, at, floor_to (at, HOUR_S) + HOUR_S);
    slice.end = MIN (MIN (slice.end, end), MIN (edge, price_change));
    if (energy_wh >= 0) {
      /* A counter's worth of Wh times an age in seconds can pass 63 bits. */
      const __int128 total = (__int128) energy_wh * (slice.end - begin);
      const gint64 upto_wh = (gint64) (total / (end - begin));

      slice.energy_wh = upto_wh - given_wh;
      given_wh = upto_wh;
    }
    g_array_append_val (slices, slice);
    at = slice.end;
    if (at == edge)
      edge = next_edge (cutter, at);
    if (at == price_change)
      price_change = next_price_change (cutter, at);
  }
  g_assert (energy_wh < 0 || given_wh == energy_wh);
}

gboolean
tsm_slice_can_extend (const TsmCutter *cutter, const TsmSlice *slice, const TsmSlice *next)
{
  return slice->end == next->begin && slice->quality == next->quality && slice->day == next->day &&
         slice->period == next->period &&
         tsm_slice_get_next_boundary (cutter, slice->begin) >= next->end;
}
