/* SPDX-License-Identifier: MIT
 * tsm-tariff: what a watt-hour costs, by colour, period and instant. */
#include "rules/tsm-tariff.h"
#include "base/tsm-error.h"
#include "rules/tsm-day.h"

#define MAX_PRICE_UEUR_KWH (10 * G_GINT64_CONSTANT (1000000))

typedef struct {
  gint64 begin; /* 00:00 local of the sheet's first day */
  TsmSheet sheet;
} Entry;

struct _TsmTariff {
  Entry *entries; /* ascending */
  gsize n_entries;
};

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const TsmDay day_a = ((const Entry *) a)->sheet.from_day;
  const TsmDay day_b = ((const Entry *) b)->sheet.from_day;

  return day_a < day_b ? -1 : day_a > day_b;
}

static gboolean
check_prices (const TsmSheet *sheet, GError **error)
{
  for (guint colour = TSM_COLOUR_BLUE; colour <= TSM_COLOUR_RED; colour++) {
    for (guint period = TSM_PERIOD_HP; period <= TSM_PERIOD_HC; period++) {
      const gint64 price_ueur_kwh = sheet->price_ueur_kwh[colour][period];

      if (price_ueur_kwh < 1 || price_ueur_kwh > MAX_PRICE_UEUR_KWH) {
        g_autofree char *day = tsm_day_dup_string (sheet->from_day);

        g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
                     "price sheet of %s: %" G_GINT64_FORMAT " micro-euro/kWh for %s %s is absurd",
                     day, price_ueur_kwh, tsm_colour_to_string ((TsmColour) colour),
                     tsm_period_to_string ((TsmPeriod) period));
        return FALSE;
      }
    }
  }
  return TRUE;
}

TsmTariff *
tsm_tariff_new (const TsmSheet *sheets, gsize n_sheets, GTimeZone *zone, GError **error)
{
  g_autoptr (TsmTariff) self = g_new0 (TsmTariff, 1);

  self->entries = g_new (Entry, n_sheets);
  self->n_entries = n_sheets;
  for (gsize i = 0; i < n_sheets; i++) {
    if (!check_prices (&sheets[i], error))
      return NULL;
    self->entries[i] = (Entry){
      .begin = tsm_day_get_local_instant (sheets[i].from_day, 0, zone),
      .sheet = sheets[i],
    };
  }
  if (n_sheets > 0)
    qsort (self->entries, n_sheets, sizeof (Entry), compare_entries);
  for (gsize i = 1; i < n_sheets; i++) {
    if (self->entries[i].sheet.from_day == self->entries[i - 1].sheet.from_day) {
      g_autofree char *day = tsm_day_dup_string (self->entries[i].sheet.from_day);

      g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, "two price sheets begin on %s", day);
      return NULL;
    }
  }
  return g_steal_pointer (&self);
}

void
tsm_tariff_free (TsmTariff *self)
{
  if (self == NULL)
    return;
  g_free (self->entries);
  g_free (self);
}

/* How many sheets have come into force by @at. */
static gsize
count_begun (const TsmTariff *self, gint64 at)
{
  gsize low = 0, high = self->n_entries;

  while (low < high) {
    const gsize middle = low + (high - low) / 2;

    if (self->entries[middle].begin <= at)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

gboolean
tsm_tariff_lookup (const TsmTariff *self, TsmColour colour, TsmPeriod period, gint64 at,
                   gint64 *ret_price_ueur_kwh)
{
  const gsize n_begun = count_begun (self, at);

  if (colour == TSM_COLOUR_UNKNOWN || n_begun == 0)
    return FALSE;
  *ret_price_ueur_kwh = self->entries[n_begun - 1].sheet.price_ueur_kwh[colour][period];
  return TRUE;
}

gint64
tsm_tariff_get_next_change (const TsmTariff *self, gint64 after)
{
  const gsize n_begun = count_begun (self, after);

  return n_begun < self->n_entries ? self->entries[n_begun].begin : G_MAXINT64;
}

/* tidy: allow name: a cost is no tariff's, and too small for a file of its own */
gboolean
tsm_cost_compute (gint64 energy_wh, gint64 price_ueur_kwh, gint64 *ret_cost_neur, GError **error)
{
  gint64 cost_neur;

  g_assert (energy_wh >= 0);
  g_assert (price_ueur_kwh >= 0);
  if (__builtin_mul_overflow (energy_wh, price_ueur_kwh, &cost_neur)) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
                 "%" G_GINT64_FORMAT " Wh is more than money can count", energy_wh);
    return FALSE;
  }
  *ret_cost_neur = cost_neur;
  return TRUE;
}
