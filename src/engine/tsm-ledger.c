/* SPDX-License-Identifier: MIT
 * tsm-ledger: books energy as slices, and keeps each Tempo day's shares true to its inputs. */
#include "engine/tsm-ledger.h"
#include "engine/tsm-engine-private.h"
#include "rules/tsm-day.h"
#include "rules/tsm-share.h"
#include "store/tsm-colour-table.h"
#include "store/tsm-derogation-table.h"
#include "store/tsm-meter-table.h"
#include "store/tsm-power-table.h"
#include "store/tsm-server-table.h"
#include "store/tsm-share-table.h"
#include "store/tsm-slice-table.h"
#include "store/tsm-stay-table.h"

/* A boundary this close to a reading was read on time: nothing worth a word was interpolated. */
#define ON_TIME_S 5
/* A stretch longer than this, split across a boundary, is recovery and not interpolation. */
#define INTERPOLATED_MAX_S 600

#define DAY_S 86400

void
tsm_ledger_start (TsmEngine *engine)
{
  TsmLedger *self = &engine->ledger;
  TsmSlice last;

  self->touched = g_hash_table_new (NULL, NULL);
  self->epoch = tsm_meter_table_get_epoch (engine->db, engine->server_id);
  if (!tsm_slice_table_get_last (engine->db, engine->server_id, &last))
    return;
  self->has_open = TRUE;
  self->open = last;
  self->open_bound = tsm_ledger_get_next_boundary (engine, last.begin);
  /* The day before the last one may have ended with the last process. */
  tsm_ledger_touch_range (engine, last.day - 1, last.day);
}

void
tsm_ledger_clear (TsmLedger *self)
{
  g_clear_pointer (&self->touched, g_hash_table_unref);
}

static gint
compare_instants (gconstpointer a, gconstpointer b)
{
  const gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

/* Where slices over [begin, end] are cut besides the calendar: derogation edges, the longest tail
 * of one, and each change seen of the host. They are cut whether or not the day is red: its colour
 * may come, or be corrected, later. */
static GArray *
dup_edges (TsmEngine *engine, gint64 begin, gint64 end)
{
  g_autoptr (GArray) derogations =
      tsm_derogation_table_dup_range (engine->db, engine->server_id, begin - TSM_WINDOW_TAIL_S - 1,
                                      end + 1);
  g_autoptr (GArray) sightings =
      tsm_power_table_dup_seen (engine->db, engine->server_id, begin, end + 1);
  GArray *edges = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < derogations->len; i++) {
    const TsmDerogation *d = &g_array_index (derogations, TsmDerogation, i);
    const gint64 tail_end = d->end + TSM_WINDOW_TAIL_S;

    g_array_append_val (edges, d->begin);
    g_array_append_val (edges, d->end);
    g_array_append_val (edges, tail_end);
  }
  for (guint i = 0; i < sightings->len; i++)
    g_array_append_val (edges, g_array_index (sightings, TsmSighting, i).at);
  g_array_sort (edges, compare_instants);
  return edges;
}

static TsmCutter
cutter_with (TsmEngine *engine, const GArray *edges)
{
  return (TsmCutter){
    .zone = engine->zone,
    .tariff = engine->tariff,
    .edges = (const gint64 *) (gpointer) edges->data,
    .n_edges = edges->len,
  };
}

gint64
tsm_ledger_get_next_boundary (TsmEngine *engine, gint64 at)
{
  const TsmLedger *self = &engine->ledger;
  g_autoptr (GArray) edges = NULL;
  TsmCutter cutter;

  if (self->has_open && self->open.begin <= at && at < self->open_bound)
    return self->open_bound;
  /* No slice is longer than an hour. */
  edges = dup_edges (engine, at, at + 3600);
  cutter = cutter_with (engine, edges);
  return tsm_slice_get_next_boundary (&cutter, at);
}

void
tsm_ledger_recut (TsmEngine *engine)
{
  TsmLedger *self = &engine->ledger;

  if (!self->has_open)
    return;
  self->open_bound = self->open.begin; /* not to be believed while it is computed anew */
  self->open_bound = tsm_ledger_get_next_boundary (engine, self->open.end - 1);
}

static void
put_open (TsmEngine *engine)
{
  TsmLedger *self = &engine->ledger;

  if (!self->is_open_dirty)
    return;
  tsm_slice_table_put (engine->db, engine->server_id, self->epoch, &self->open);
  self->is_open_dirty = FALSE;
}

gint64
tsm_ledger_get_end (const TsmEngine *engine)
{
  return engine->ledger.has_open ? engine->ledger.open.end : G_MININT64;
}

/* One piece, which lies inside its boundaries: it extends the open slice or becomes it. */
static void
append_piece (TsmEngine *engine, const TsmCutter *cutter, const TsmSlice *piece)
{
  TsmLedger *self = &engine->ledger;

  if (self->has_open && tsm_slice_can_extend (cutter, &self->open, piece)) {
    self->open.end = piece->end;
    if (piece->energy_wh >= 0)
      self->open.energy_wh += piece->energy_wh;
  } else {
    put_open (engine);
    self->open = *piece;
    self->has_open = TRUE;
    self->open_bound = tsm_slice_get_next_boundary (cutter, piece->begin);
  }
  self->is_open_dirty = TRUE;
  tsm_ledger_touch (engine, piece->day);
}

void
tsm_ledger_book_as (TsmEngine *engine, gint64 from, gint64 to, gint64 energy_wh, TsmQuality quality)
{
  g_autoptr (GArray) edges = dup_edges (engine, from, to + 3600);
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (TsmSlice));
  const TsmCutter cutter = cutter_with (engine, edges);

  g_assert (from < to);
  g_assert (from >= tsm_ledger_get_end (engine));
  tsm_slice_cut (&cutter, from, to, energy_wh, quality, pieces);
  for (guint i = 0; i < pieces->len; i++)
    append_piece (engine, &cutter, &g_array_index (pieces, TsmSlice, i));
}

static TsmQuality
quality_of (TsmEngine *engine, gint64 from, gint64 to)
{
  const gint64 boundary = tsm_ledger_get_next_boundary (engine, from);

  if (to <= boundary)
    return TSM_QUALITY_MEASURED;
  if ((to - boundary <= ON_TIME_S || boundary - from <= ON_TIME_S) &&
      to <= tsm_ledger_get_next_boundary (engine, boundary))
    return TSM_QUALITY_MEASURED;
  return to - from <= INTERPOLATED_MAX_S ? TSM_QUALITY_INTERPOLATED : TSM_QUALITY_ESTIMATED;
}

void
tsm_ledger_book (TsmEngine *engine, gint64 from, gint64 to, gint64 energy_wh)
{
  TsmLedger *self = &engine->ledger;

  /* The steady poll: no query, no cut. */
  if (self->has_open && from == self->open.end && to <= self->open_bound &&
      self->open.quality == TSM_QUALITY_MEASURED) {
    self->open.end = to;
    self->open.energy_wh += energy_wh;
    self->is_open_dirty = TRUE;
    tsm_ledger_touch (engine, self->open.day);
    return;
  }
  tsm_ledger_book_as (engine, from, to, energy_wh, quality_of (engine, from, to));
}

void
tsm_ledger_touch (TsmEngine *engine, TsmDay day)
{
  g_hash_table_add (engine->ledger.touched, GINT_TO_POINTER (day));
}

void
tsm_ledger_touch_range (TsmEngine *engine, TsmDay from, TsmDay to)
{
  for (TsmDay day = from; day <= to; day++)
    tsm_ledger_touch (engine, day);
}

void
tsm_ledger_flush (TsmEngine *engine)
{
  put_open (engine);
}

/* The red windows that touch @day, its own and the next day's, merged (of TsmSpan). */
static GArray *
dup_windows (TsmEngine *engine, TsmDay day, const TsmDayColour *colours)
{
  GArray *windows = g_array_new (FALSE, FALSE, sizeof (TsmSpan));

  for (TsmDay d = day - 1; d <= day + 1; d++) {
    TsmSpan window;

    if (colours[d - day + 1].colour != TSM_COLOUR_RED)
      continue;
    window = tsm_window_of_day (d, tsm_forecast_get_policy (engine, d), engine->zone);
    g_array_append_val (windows, window);
  }
  tsm_window_merge (windows);
  return windows;
}

/* The derogations that touch [begin, end), with the tails that money counts (of TsmDerogation). */
static GArray *
dup_effective (TsmEngine *engine, gint64 begin, gint64 end, const GArray *windows)
{
  /* A derogation that ended the day before may have its tail here, and the host's state at its end
   * may have been seen long before. */
  g_autoptr (GArray) derogations =
      tsm_derogation_table_dup_range (engine->db, engine->server_id, begin - DAY_S, end + DAY_S);
  g_autoptr (GArray) sightings =
      tsm_power_table_dup_seen (engine->db, engine->server_id, begin - 2 * DAY_S, end + 2 * DAY_S);
  GArray *effective = g_array_new (FALSE, FALSE, sizeof (TsmDerogation));
  const TsmTailInput input = {
    .windows = (const TsmSpan *) (gpointer) windows->data,
    .n_windows = windows->len,
    .derogations = (const TsmDerogation *) (gpointer) derogations->data,
    .n_derogations = derogations->len,
    .sightings = (const TsmSighting *) (gpointer) sightings->data,
    .n_sightings = sightings->len,
  };

  tsm_window_add_tails (&input, effective);
  return effective;
}

static void
settle_day (TsmEngine *engine, TsmDay day)
{
  g_autoptr (GArray) slices = tsm_slice_table_dup_day (engine->db, engine->server_id, day);
  g_autoptr (GArray) present = tsm_stay_table_dup_present (engine->db, engine->server_id, day);
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (TsmShare));
  g_autoptr (GArray) windows = NULL, effective = NULL;
  g_autoptr (GError) error = NULL;
  TsmDayColour colours[3];
  TsmDayTotal total;
  gint64 begin, end;

  tsm_day_get_bounds (day, engine->zone, &begin, &end);
  tsm_colour_table_get_range (engine->db, engine->server_id, day - 1, 3, colours);
  windows = dup_windows (engine, day, colours);
  effective = dup_effective (engine, begin, end, windows);

  const TsmShareInput input = {
    .day = day,
    .colour = colours[1].colour,
    .tariff = engine->tariff,
    .slices = (const TsmSlice *) (gpointer) slices->data,
    .n_slices = slices->len,
    .windows = (const TsmSpan *) (gpointer) windows->data,
    .n_windows = windows->len,
    .derogations = (const TsmDerogation *) (gpointer) effective->data,
    .n_derogations = effective->len,
    .present = (const gint64 *) (gpointer) present->data,
    .n_present = present->len,
  };
  if (!tsm_share_compute (&input, shares, &total, &error)) {
    tsm_db_fail (engine->db, error);
    return;
  }
  tsm_share_table_replace_day (engine->db, engine->server_id, day, &total, shares);
}

void
tsm_ledger_settle (TsmEngine *engine, gboolean with_today)
{
  TsmLedger *self = &engine->ledger;
  const TsmDay today = tsm_engine_get_today (engine);
  const gboolean is_today_touched = g_hash_table_contains (self->touched, GINT_TO_POINTER (today));
  GHashTableIter iter;
  gpointer key;

  if (g_hash_table_size (self->touched) == (is_today_touched && !with_today ? 1 : 0))
    return;
  tsm_metering_commit (engine);
  g_hash_table_iter_init (&iter, self->touched);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    const TsmDay day = GPOINTER_TO_INT (key);

    if (day == today && !with_today)
      continue;
    /* A day to come has no slices yet; its first one touches it. */
    if (day <= today)
      settle_day (engine, day);
    g_hash_table_iter_remove (&iter);
  }
}
