/* SPDX-License-Identifier: MIT
 * tsm-tariff: what a watt-hour costs, by colour, period and instant (spec tempo 1.6). Pure. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

/* A price sheet: in force from 00:00 local of @from_day (a civil date) until the next sheet's. */
typedef struct {
  TsmDay from_day;
  gint64 price_ueur_kwh[4][2]; /* by TsmColour (UNKNOWN unused, 0) and TsmPeriod */
} TsmSheet;

typedef struct _TsmTariff TsmTariff;

/* Copies @sheets and sorts them by validity. TSM_ERROR_INVALID on two sheets of one date, a price
 * below 1 micro-euro or above 10 EUR per kWh. No sheets at all is a tariff under which nothing is
 * priced. */
TsmTariff *tsm_tariff_new (const TsmSheet *sheets, gsize n_sheets, GTimeZone *zone, GError **error);
void tsm_tariff_free (TsmTariff *self);
/* FALSE, and @ret_price_ueur_kwh untouched, when the colour is unknown or @at lies before the first
 * sheet. The sheet is chosen by the civil instant, the colour is the Tempo day's. */
gboolean tsm_tariff_lookup (const TsmTariff *self, TsmColour colour, TsmPeriod period, gint64 at,
                            gint64 *ret_price_ueur_kwh);
/* The first instant after @after at which a sheet comes into force; G_MAXINT64 if none. */
gint64 tsm_tariff_get_next_change (const TsmTariff *self, gint64 after);

/* 1 Wh at 1 micro-euro/kWh is exactly 1 nano-euro. TSM_ERROR_INVALID on overflow. */
gboolean tsm_cost_compute (gint64 energy_wh, gint64 price_ueur_kwh, gint64 *ret_cost_neur,
                           GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmTariff, tsm_tariff_free)
G_END_DECLS
