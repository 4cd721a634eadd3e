/* SPDX-License-Identifier: MIT
 * tsm-share: who pays what of a Tempo day, to the nano-euro (DESIGN 3.3, 3.4, 3.8). Pure. */
#pragma once
#include "rules/tsm-slice.h"
#include "rules/tsm-window.h"

G_BEGIN_DECLS

/* Divides @total >= 0 among @n >= 1 slots so that the parts add up to it, always; the odd units go
 * one by one to the slots from @turn % n on. */
void tsm_share_split (gint64 total, guint n, guint turn, gint64 *ret_parts);

/* What one payer bears of a day. The house is user 0. */
typedef struct {
  gint64 user_id;
  gboolean is_derogation; /* the part paid as a holder; else the common part */
  gint64 energy_wh;       /* known energy */
  gint64 cost_neur;       /* of the priced part */
  gint64 unpriced_wh;     /* waiting for a colour or a price; within @energy_wh */
  gint64 estimated_wh;    /* within @energy_wh */
  gint64
      down_seconds; /* of slices with unknown energy that this payer takes part in; not divided */
} TsmShare;

/* All that decides a day's shares. Borrowed. */
typedef struct {
  TsmDay day;
  TsmColour colour;
  const TsmTariff *tariff;
  const TsmSlice *slices; /* of this day, in order */
  gsize n_slices;
  const TsmSpan *windows; /* red windows that touch the day */
  gsize n_windows;
  const TsmDerogation *derogations; /* that touch the day, tails included in their end */
  gsize n_derogations;
  const gint64 *present; /* users whose stay covers the day, ascending ids, no double */
  gsize n_present;
} TsmShareInput;

/* The whole day: the sums of all shares. */
typedef struct {
  gint64 energy_wh;
  gint64 cost_neur;
  gint64 unpriced_wh;
  gint64 estimated_wh;
  gint64 down_seconds;
} TsmDayTotal;

/* Appends to @shares (of TsmShare) one row a payer and kind, ordered by kind and id, and fills
 * @ret_total. The shares add up to the total, asserted; rows of zeros are left out.
 * TSM_ERROR_INVALID if a cost overflows. */
gboolean tsm_share_compute (const TsmShareInput *input, GArray *shares, TsmDayTotal *ret_total,
                            GError **error);

G_END_DECLS
