/* SPDX-License-Identifier: MIT
 * test-tariff: which price an instant has, what is no tariff, and the cost of a watt-hour. */
#include "base/tsm-error.h"
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include "rules/tsm-tariff.h"
#include "test-time.h"

static TsmDay
day_of (const char *text)
{
  TsmDay day = TSM_DAY_NONE;

  g_assert_true (tsm_day_parse (text, &day));
  return day;
}

/* A sheet whose six prices all differ, and differ from those of any other date. */
static TsmSheet
sheet_from (const char *text)
{
  TsmSheet sheet = { .from_day = day_of (text) };

  for (guint colour = TSM_COLOUR_BLUE; colour <= TSM_COLOUR_RED; colour++) {
    sheet.price_ueur_kwh[colour][TSM_PERIOD_HP] = sheet.from_day * 10 + (gint64) colour;
    sheet.price_ueur_kwh[colour][TSM_PERIOD_HC] = sheet.from_day * 10 + (gint64) colour + 3;
  }
  return sheet;
}

static const struct {
  const char *story;
  const char *at;
  TsmColour colour;
  TsmPeriod period;
  gint64 price_ueur_kwh; /* -1: none */
} built_in_cases[] = {
  { "before-the-first", "2016-07-31T23:59:59+02:00", TSM_COLOUR_BLUE, TSM_PERIOD_HC, -1 },
  { "first-second", "2016-08-01T00:00:00+02:00", TSM_COLOUR_BLUE, TSM_PERIOD_HC, 107500 },
  { "long-before", "2014-12-04T12:00:00+01:00", TSM_COLOUR_RED, TSM_PERIOD_HP, -1 },
  { "red-peak", "2026-01-29T12:00:00+01:00", TSM_COLOUR_RED, TSM_PERIOD_HP, 646800 },
  { "red-night", "2026-01-30T03:00:00+01:00", TSM_COLOUR_RED, TSM_PERIOD_HC, 146000 },
  { "white-peak", "2026-01-27T12:00:00+01:00", TSM_COLOUR_WHITE, TSM_PERIOD_HP, 173000 },
  { "white-night", "2026-01-27T23:00:00+01:00", TSM_COLOUR_WHITE, TSM_PERIOD_HC, 139100 },
  /* A change at midnight splits the night: the colour is the evening's, the sheet the new one. */
  { "evening-before-a-change", "2026-01-31T23:59:59+01:00", TSM_COLOUR_BLUE, TSM_PERIOD_HC,
    123200 },
  { "night-after-a-change", "2026-02-01T00:00:00+01:00", TSM_COLOUR_BLUE, TSM_PERIOD_HC, 132500 },
  { "morning-after-a-change", "2026-02-01T06:00:00+01:00", TSM_COLOUR_BLUE, TSM_PERIOD_HP, 161200 },
  { "summer-change", "2026-07-31T23:59:59+02:00", TSM_COLOUR_BLUE, TSM_PERIOD_HC, 132500 },
  { "summer-change-after", "2026-08-01T00:00:00+02:00", TSM_COLOUR_BLUE, TSM_PERIOD_HC, 135600 },
  { "utc-midnight-is-no-change", "2026-07-31T22:00:00Z", TSM_COLOUR_BLUE, TSM_PERIOD_HC, 135600 },
  { "last-is-open-ended", "2036-01-01T12:00:00+01:00", TSM_COLOUR_RED, TSM_PERIOD_HP, 729500 },
  { "unknown-colour", "2026-01-29T12:00:00+01:00", TSM_COLOUR_UNKNOWN, TSM_PERIOD_HP, -1 },
};

static TsmTariff *
built_in_new (GTimeZone *zone)
{
  g_autoptr (GError) error = NULL;
  gsize n_sheets;
  const TsmSheet *sheets = tsm_calendar_get_sheets (&n_sheets);
  TsmTariff *tariff = tsm_tariff_new (sheets, n_sheets, zone, &error);

  g_assert_no_error (error);
  return tariff;
}

static void
test_tariff_built_in (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");
  g_autoptr (TsmTariff) tariff = built_in_new (paris);
  gint64 price_ueur_kwh = -1;
  const gboolean found =
      tsm_tariff_lookup (tariff, built_in_cases[i].colour, built_in_cases[i].period,
                         test_instant (built_in_cases[i].at), &price_ueur_kwh);

  g_assert_cmpint (found, ==, built_in_cases[i].price_ueur_kwh >= 0);
  g_assert_cmpint (price_ueur_kwh, ==, built_in_cases[i].price_ueur_kwh);
}

static const struct {
  const char *after;
  const char *change; /* NULL: none */
} change_cases[] = {
  { "1970-01-01T00:00:00Z", "2016-08-01T00:00:00+02:00" },
  { "2016-07-31T23:59:59+02:00", "2016-08-01T00:00:00+02:00" },
  { "2016-08-01T00:00:00+02:00", "2017-08-01T00:00:00+02:00" }, /* strictly after */
  { "2026-01-29T12:00:00+01:00", "2026-02-01T00:00:00+01:00" },
  { "2026-07-31T23:59:59+02:00", "2026-08-01T00:00:00+02:00" },
  { "2026-08-01T00:00:00+02:00", NULL },
  { "2036-01-01T00:00:00+01:00", NULL },
};

static void
test_tariff_next_change (void)
{
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");
  g_autoptr (TsmTariff) tariff = built_in_new (paris);

  for (guint i = 0; i < G_N_ELEMENTS (change_cases); i++)
    g_assert_cmpint (tsm_tariff_get_next_change (tariff, test_instant (change_cases[i].after)), ==,
                     change_cases[i].change != NULL ? test_instant (change_cases[i].change)
                                                    : G_MAXINT64);
  g_assert_cmpint (tsm_tariff_get_next_change (tariff, G_MAXINT64), ==, G_MAXINT64);
  g_assert_cmpint (tsm_tariff_get_next_change (tariff, TSM_INSTANT_NONE), ==,
                   test_instant ("2016-08-01T00:00:00+02:00"));
}

/* From change to change, each sheet is met once, and nothing changes in between. */
static void
test_tariff_walk (void)
{
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");
  g_autoptr (TsmTariff) tariff = built_in_new (paris);
  gsize n_sheets, n_met = 0;
  const TsmSheet *sheets = tsm_calendar_get_sheets (&n_sheets);
  gint64 at = tsm_tariff_get_next_change (tariff, TSM_INSTANT_NONE);

  for (; at != G_MAXINT64; n_met++) {
    const gint64 next = tsm_tariff_get_next_change (tariff, at);
    const gint64 last = next == G_MAXINT64 ? at + 86400 : next - 1;
    const gint64 price_ueur_kwh = sheets[n_met].price_ueur_kwh[TSM_COLOUR_RED][TSM_PERIOD_HP];
    gint64 first_price = -1, last_price = -1;

    g_assert_true (tsm_tariff_lookup (tariff, TSM_COLOUR_RED, TSM_PERIOD_HP, at, &first_price));
    g_assert_true (tsm_tariff_lookup (tariff, TSM_COLOUR_RED, TSM_PERIOD_HP, last, &last_price));
    g_assert_cmpint (first_price, ==, price_ueur_kwh);
    g_assert_cmpint (last_price, ==, price_ueur_kwh);
    at = next;
  }
  g_assert_cmpuint (n_met, ==, n_sheets);
}

static void
test_tariff_sorts_and_copies (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTimeZone) kolkata = test_zone_new ("Asia/Kolkata");
  TsmSheet sheets[] = { sheet_from ("2025-08-01"), sheet_from ("2026-02-01"),
                        sheet_from ("2024-02-01") };
  const gint64 first_price = sheets[2].price_ueur_kwh[TSM_COLOUR_WHITE][TSM_PERIOD_HC];
  g_autoptr (TsmTariff) tariff = tsm_tariff_new (sheets, G_N_ELEMENTS (sheets), kolkata, &error);
  gint64 price_ueur_kwh = -1;

  g_assert_no_error (error);
  memset (sheets, 0, sizeof sheets);
  g_assert_cmpint (tsm_tariff_get_next_change (tariff, 0), ==,
                   test_instant ("2024-02-01T00:00:00+05:30")); /* midnight is the zone's */
  g_assert_true (tsm_tariff_lookup (tariff, TSM_COLOUR_WHITE, TSM_PERIOD_HC,
                                    test_instant ("2025-07-31T23:59:59+05:30"), &price_ueur_kwh));
  g_assert_cmpint (price_ueur_kwh, ==, first_price);
}

/* Midnight of either date is the same instant where a day was left out: the later sheet holds. */
static void
test_tariff_day_that_never_was (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTimeZone) apia = test_zone_new ("Pacific/Apia");
  const TsmSheet sheets[] = { sheet_from ("2011-12-30"), sheet_from ("2011-12-31") };
  g_autoptr (TsmTariff) tariff = tsm_tariff_new (sheets, G_N_ELEMENTS (sheets), apia, &error);
  gint64 price_ueur_kwh = -1;

  g_assert_no_error (error);
  g_assert_true (tsm_tariff_lookup (tariff, TSM_COLOUR_BLUE, TSM_PERIOD_HP,
                                    test_instant ("2011-12-30T10:00:00Z"), &price_ueur_kwh));
  g_assert_cmpint (price_ueur_kwh, ==, sheets[1].price_ueur_kwh[TSM_COLOUR_BLUE][TSM_PERIOD_HP]);
}

static void
test_tariff_empty (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTimeZone) utc = test_zone_new ("UTC");
  g_autoptr (TsmTariff) tariff = tsm_tariff_new (NULL, 0, utc, &error);
  gint64 price_ueur_kwh = -7;

  g_assert_no_error (error);
  g_assert_nonnull (tariff);
  g_assert_false (tsm_tariff_lookup (tariff, TSM_COLOUR_RED, TSM_PERIOD_HP, 0, &price_ueur_kwh));
  g_assert_cmpint (price_ueur_kwh, ==, -7);
  g_assert_cmpint (tsm_tariff_get_next_change (tariff, 0), ==, G_MAXINT64);
  tsm_tariff_free (NULL);
}

static const struct {
  const char *story;
  TsmColour colour;
  TsmPeriod period;
  gint64 price_ueur_kwh;
  gboolean is_valid;
} price_cases[] = {
  { "zero", TSM_COLOUR_BLUE, TSM_PERIOD_HP, 0, FALSE },
  { "negative", TSM_COLOUR_RED, TSM_PERIOD_HC, -1, FALSE },
  { "least", TSM_COLOUR_WHITE, TSM_PERIOD_HC, 1, TRUE },
  { "most", TSM_COLOUR_RED, TSM_PERIOD_HP, 10000000, TRUE },
  { "too-much", TSM_COLOUR_RED, TSM_PERIOD_HP, 10000001, FALSE },
  { "too-much-by-night", TSM_COLOUR_BLUE, TSM_PERIOD_HC, G_MAXINT64, FALSE },
};

static void
test_tariff_price_bounds (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTimeZone) utc = test_zone_new ("UTC");
  TsmSheet sheets[] = { sheet_from ("2025-08-01"), sheet_from ("2026-02-01") };
  g_autoptr (TsmTariff) tariff = NULL;

  sheets[1].price_ueur_kwh[price_cases[i].colour][price_cases[i].period] =
      price_cases[i].price_ueur_kwh;
  tariff = tsm_tariff_new (sheets, G_N_ELEMENTS (sheets), utc, &error);
  if (price_cases[i].is_valid) {
    g_assert_no_error (error);
    g_assert_nonnull (tariff);
  } else {
    g_assert_null (tariff);
    g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, "2026-02-01"));
  }
}

static void
test_tariff_two_of_a_date (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTimeZone) utc = test_zone_new ("UTC");
  const TsmSheet sheets[] = { sheet_from ("2026-02-01"), sheet_from ("2025-08-01"),
                              sheet_from ("2026-02-01") };

  g_assert_null (tsm_tariff_new (sheets, G_N_ELEMENTS (sheets), utc, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "2026-02-01"));
}

static const struct {
  gint64 energy_wh, price_ueur_kwh, cost_neur; /* -1: too much */
} cost_cases[] = {
  { 0, 729500, 0 },
  { 1, 1, 1 },
  { 1, 729500, 729500 },
  { 1000, 165400, 165400000 }, /* 1 kWh at 0.1654 EUR is 0.1654 EUR */
  { 262144000, 10000000, G_GINT64_CONSTANT (2621440000000000) }, /* all bounds at once */
  { G_MAXINT64, 1, G_MAXINT64 },
  { G_MAXINT64 / 2, 2, G_MAXINT64 - 1 },
  { G_MAXINT64 / 2 + 1, 2, -1 },
  { G_MAXINT64, 10000000, -1 },
  { G_MAXINT64, 0, 0 },
};

static void
test_cost_compute (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cost_cases); i++) {
    g_autoptr (GError) error = NULL;
    gint64 cost_neur = -1;
    const gboolean is_done = tsm_cost_compute (cost_cases[i].energy_wh,
                                               cost_cases[i].price_ueur_kwh, &cost_neur, &error);

    g_assert_cmpint (is_done, ==, cost_cases[i].cost_neur >= 0);
    g_assert_cmpint (cost_neur, ==, cost_cases[i].cost_neur);
    if (is_done)
      g_assert_no_error (error);
    else
      g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (built_in_cases); i++) {
    g_autofree char *path = g_strconcat ("/tariff/built-in/", built_in_cases[i].story, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_tariff_built_in);
  }
  for (guint i = 0; i < G_N_ELEMENTS (price_cases); i++) {
    g_autofree char *path = g_strconcat ("/tariff/price/", price_cases[i].story, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_tariff_price_bounds);
  }
  g_test_add_func ("/tariff/next-change", test_tariff_next_change);
  g_test_add_func ("/tariff/walk", test_tariff_walk);
  g_test_add_func ("/tariff/sorts-and-copies", test_tariff_sorts_and_copies);
  g_test_add_func ("/tariff/day-that-never-was", test_tariff_day_that_never_was);
  g_test_add_func ("/tariff/empty", test_tariff_empty);
  g_test_add_func ("/tariff/two-of-a-date", test_tariff_two_of_a_date);
  g_test_add_func ("/cost/compute", test_cost_compute);
  return g_test_run ();
}
