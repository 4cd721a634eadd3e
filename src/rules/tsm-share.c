/* SPDX-License-Identifier: MIT
 * tsm-share: who pays what of a Tempo day, to the nano-euro. */
#include "rules/tsm-share.h"

#include "base/tsm-error.h"

void
tsm_share_split (gint64 total, guint n, guint turn, gint64 *ret_parts)
{
  gint64 sum = 0;

  g_assert (total >= 0);
  g_assert (n > 0);
  for (guint i = 0; i < n; i++) {
    /* Reduced first: turn + i may wrap. */
    const guint slot = (turn % n + i) % n;

    ret_parts[slot] = total / n + (i < total % n ? 1 : 0);
    sum += ret_parts[slot];
  }
  g_assert (sum == total);
}

/* One slice, weighed. */
typedef struct {
  gint64 energy_wh;
  gint64 cost_neur;
  gint64 unpriced_wh;
  gint64 estimated_wh;
  gint64 down_seconds;
} Amounts;

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  const gint64 *left = a, *right = b;

  return (*left > *right) - (*left < *right);
}

/* Fills @payers (of gint64) with the ids that pay for @slice, ascending and distinct; TRUE when
 * they pay as holders. */
static gboolean
find_payers (const TsmShareInput *input, const TsmSlice *slice, GArray *payers)
{
  const gint64 house = TSM_USER_HOUSE;
  gboolean is_red = FALSE;
  guint n_distinct = 0;

  g_array_set_size (payers, 0);
  for (gsize i = 0; i < input->n_windows && !is_red; i++)
    is_red = tsm_span_contains (input->windows[i], slice->begin);
  for (gsize i = 0; i < input->n_derogations && is_red; i++) {
    const TsmDerogation *derogation = &input->derogations[i];
    const TsmSpan span = { derogation->begin, derogation->end };

    if (tsm_span_contains (span, slice->begin))
      g_array_append_val (payers, derogation->user_id);
  }
  if (payers->len == 0) {
    if (input->n_present == 0)
      g_array_append_val (payers, house);
    else
      g_array_append_vals (payers, input->present, (guint) input->n_present);
    return FALSE;
  }
  g_array_sort (payers, compare_ids);
  for (guint i = 0; i < payers->len; i++) {
    const gint64 user_id = g_array_index (payers, gint64, i);

    if (n_distinct == 0 || g_array_index (payers, gint64, n_distinct - 1) != user_id)
      g_array_index (payers, gint64, n_distinct++) = user_id;
  }
  g_array_set_size (payers, n_distinct);
  return TRUE;
}

/* FALSE on overflow of the cost. */
static gboolean
weigh (const TsmShareInput *input, const TsmSlice *slice, Amounts *ret_amounts, GError **error)
{
  Amounts amounts = { 0 };
  gint64 price_ueur_kwh;

  if (slice->quality == TSM_QUALITY_DOWN) {
    g_assert (slice->energy_wh == -1);
    amounts.down_seconds = slice->end - slice->begin;
    *ret_amounts = amounts;
    return TRUE;
  }
  g_assert (slice->energy_wh >= 0);
  amounts.energy_wh = slice->energy_wh;
  if (slice->quality == TSM_QUALITY_ESTIMATED)
    amounts.estimated_wh = slice->energy_wh;
  if (!tsm_tariff_lookup (input->tariff, input->colour, slice->period, slice->begin,
                          &price_ueur_kwh))
    amounts.unpriced_wh = slice->energy_wh;
  else if (!tsm_cost_compute (slice->energy_wh, price_ueur_kwh, &amounts.cost_neur, error))
    return FALSE;
  *ret_amounts = amounts;
  return TRUE;
}

static gboolean
add_to_total (TsmDayTotal *total, const Amounts *amounts, GError **error)
{
  if (__builtin_add_overflow (total->energy_wh, amounts->energy_wh, &total->energy_wh) ||
      __builtin_add_overflow (total->cost_neur, amounts->cost_neur, &total->cost_neur)) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, "the day's energy or cost is absurd");
    return FALSE;
  }
  total->unpriced_wh += amounts->unpriced_wh;
  total->estimated_wh += amounts->estimated_wh;
  total->down_seconds += amounts->down_seconds;
  return TRUE;
}

/* The row of @user_id among @rows, ordered by kind and id; made where it is missing. */
static TsmShare *
get_row (GArray *rows, gboolean is_derogation, gint64 user_id)
{
  const TsmShare fresh = { .user_id = user_id, .is_derogation = is_derogation };
  guint i = 0;

  for (; i < rows->len; i++) {
    TsmShare *row = &g_array_index (rows, TsmShare, i);

    if (row->is_derogation == is_derogation && row->user_id == user_id)
      return row;
    if (row->is_derogation > is_derogation ||
        (row->is_derogation == is_derogation && row->user_id > user_id))
      break;
  }
  g_array_insert_val (rows, i, fresh);
  return &g_array_index (rows, TsmShare, i);
}

static void
share_out (GArray *rows, const Amounts *amounts, const GArray *payers, gboolean is_derogation,
           guint turn)
{
  const guint n = payers->len;
  /* One split for each amount, by the same turn: equal totals give equal parts, so that what is
   * unpriced or estimated of a share stays within its energy. */
  g_autofree gint64 *parts = g_new (gint64, (gsize) n * 4);

  tsm_share_split (amounts->energy_wh, n, turn, parts);
  tsm_share_split (amounts->cost_neur, n, turn, parts + n);
  tsm_share_split (amounts->unpriced_wh, n, turn, parts + 2 * (gsize) n);
  tsm_share_split (amounts->estimated_wh, n, turn, parts + 3 * (gsize) n);
  for (guint i = 0; i < n; i++) {
    TsmShare *row = get_row (rows, is_derogation, g_array_index (payers, gint64, i));

    row->energy_wh += parts[i];
    row->cost_neur += parts[n + i];
    row->unpriced_wh += parts[2 * (gsize) n + i];
    row->estimated_wh += parts[3 * (gsize) n + i];
    row->down_seconds += amounts->down_seconds;
  }
}

/* The money and the energy of the rows are the day's (DESIGN 7.2); a bug here must never be
 * committed. */
static void
check_sums (const GArray *rows, const TsmDayTotal *total)
{
  TsmDayTotal sum = { 0 };

  for (guint i = 0; i < rows->len; i++) {
    const TsmShare *row = &g_array_index (rows, TsmShare, i);

    sum.energy_wh += row->energy_wh;
    sum.cost_neur += row->cost_neur;
    sum.unpriced_wh += row->unpriced_wh;
    sum.estimated_wh += row->estimated_wh;
  }
  g_assert (sum.energy_wh == total->energy_wh);
  g_assert (sum.cost_neur == total->cost_neur);
  g_assert (sum.unpriced_wh == total->unpriced_wh);
  g_assert (sum.estimated_wh == total->estimated_wh);
}

static gboolean
is_zero (const TsmShare *row)
{
  return row->energy_wh == 0 && row->cost_neur == 0 && row->down_seconds == 0;
}

gboolean
tsm_share_compute (const TsmShareInput *input, GArray *shares, TsmDayTotal *ret_total,
                   GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (TsmShare));
  g_autoptr (GArray) payers = g_array_new (FALSE, FALSE, sizeof (gint64));
  TsmDayTotal total = { 0 };

  for (gsize i = 1; i < input->n_present; i++)
    g_assert (input->present[i - 1] < input->present[i]);
  for (gsize i = 0; i < input->n_slices; i++) {
    const TsmSlice *slice = &input->slices[i];
    gboolean is_derogation;
    Amounts amounts;

    g_assert (slice->day == input->day);
    if (!weigh (input, slice, &amounts, error) || !add_to_total (&total, &amounts, error))
      return FALSE;
    is_derogation = find_payers (input, slice, payers);
    share_out (rows, &amounts, payers, is_derogation, (guint) input->day);
  }
  check_sums (rows, &total);
  for (guint i = 0; i < rows->len; i++) {
    const TsmShare *row = &g_array_index (rows, TsmShare, i);

    if (!is_zero (row))
      g_array_append_vals (shares, row, 1);
  }
  *ret_total = total;
  return TRUE;
}
