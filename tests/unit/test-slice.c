/* SPDX-License-Identifier: MIT
 * Where slices are cut, in any zone, and that the pieces tile and add up. */
#include "rules/tsm-slice.h"

#include "base/tsm-limits.h"
#include "rules/tsm-day.h"
#include "test-time.h"

#define HOUR_S 3600
#define DAY_S  86400

static const gint sheet_dates[][3] = { { 2020, 1, 1 }, { 2026, 3, 1 }, { 2026, 8, 1 } };

static TsmTariff *
tariff_new (GTimeZone *zone)
{
  g_autoptr (GError) error = NULL;
  TsmSheet sheets[G_N_ELEMENTS (sheet_dates)] = { 0 };
  TsmTariff *tariff;

  for (guint i = 0; i < G_N_ELEMENTS (sheets); i++) {
    sheets[i].from_day = tsm_day_from_ymd (sheet_dates[i][0], sheet_dates[i][1], sheet_dates[i][2]);
    for (guint colour = TSM_COLOUR_BLUE; colour <= TSM_COLOUR_RED; colour++) {
      sheets[i].price_ueur_kwh[colour][TSM_PERIOD_HP] = 150000 + i;
      sheets[i].price_ueur_kwh[colour][TSM_PERIOD_HC] = 120000 + i;
    }
  }
  tariff = tsm_tariff_new (sheets, G_N_ELEMENTS (sheets), zone, &error);
  g_assert_no_error (error);
  return tariff;
}

static const struct {
  const char *story;
  const char *zone;
  const char *at;
  const char *next;
} boundary_cases[] = {
  { "mid-hour", "Europe/Paris", "2026-01-15T10:17:03+01:00", "2026-01-15T11:00:00+01:00" },
  { "on-the-hour", "Europe/Paris", "2026-01-15T10:00:00+01:00", "2026-01-15T11:00:00+01:00" },
  { "last-second", "Europe/Paris", "2026-01-15T10:59:59+01:00", "2026-01-15T11:00:00+01:00" },
  { "before-1970", "Europe/Paris", "1969-12-31T23:30:01Z", "1970-01-01T00:00:00Z" },
  { "spring-jump", "Europe/Paris", "2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00" },
  { "autumn-doubled", "Europe/Paris", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00" },
  { "half-hour-zone-hour", "Asia/Kolkata", "2026-01-15T10:00:00+05:30",
    "2026-01-15T10:30:00+05:30" },
  { "half-hour-zone-morning", "Asia/Kolkata", "2026-01-15T05:45:00+05:30",
    "2026-01-15T06:00:00+05:30" },
  { "half-hour-zone-after", "Asia/Kolkata", "2026-01-15T06:00:00+05:30",
    "2026-01-15T06:30:00+05:30" },
  { "half-hour-zone-night", "Asia/Kolkata", "2026-01-15T21:31:00+05:30",
    "2026-01-15T22:00:00+05:30" },
  { "quarter-zone-morning", "Asia/Kathmandu", "2026-01-15T05:50:00+05:45",
    "2026-01-15T06:00:00+05:45" },
  /* Clocks jump from 22:00 to 23:00: the night begins at the jump. */
  { "night-skipped", "America/Godthab", "2022-03-26T21:30:00-03:00", "2022-03-26T23:00:00-02:00" },
  { "price-change-half-hour", "Asia/Kolkata", "2026-02-28T23:59:00+05:30",
    "2026-03-01T00:00:00+05:30" },
  /* A jump that changes neither day nor period is none. */
  { "half-hour-jump", "Australia/Lord_Howe", "2026-10-04T01:59:00+10:30",
    "2026-10-04T03:00:00+11:00" },
};

static void
test_slice_boundary (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GTimeZone) zone = test_zone_new (boundary_cases[i].zone);
  g_autoptr (TsmTariff) tariff = tariff_new (zone);
  const TsmCutter cutter = { .zone = zone, .tariff = tariff };

  g_assert_cmpint (tsm_slice_get_next_boundary (&cutter, test_instant (boundary_cases[i].at)), ==,
                   test_instant (boundary_cases[i].next));
}

static void
test_slice_edges (void)
{
  g_autoptr (GTimeZone) zone = test_zone_new ("Europe/Paris");
  const gint64 edges[] = { 100, 3600, 3601, 5000, 5000, 90000 };
  const TsmCutter cutter = { .zone = zone, .edges = edges, .n_edges = G_N_ELEMENTS (edges) };

  g_assert_cmpint (tsm_slice_get_next_boundary (&cutter, 0), ==, 100);
  g_assert_cmpint (tsm_slice_get_next_boundary (&cutter, 99), ==, 100);
  g_assert_cmpint (tsm_slice_get_next_boundary (&cutter, 100), ==, 3600);
  g_assert_cmpint (tsm_slice_get_next_boundary (&cutter, 3600), ==, 3601);
  g_assert_cmpint (tsm_slice_get_next_boundary (&cutter, 3601), ==, 5000);
  g_assert_cmpint (tsm_slice_get_next_boundary (&cutter, 5000), ==, 7200);
  g_assert_cmpint (tsm_slice_get_next_boundary (&cutter, 90000), ==, 93600);
}

/* An off-peak night has 8 hours, 7 and 9 at the clock changes; the day's own 16 never change. */
static const struct {
  const char *story;
  gint month, day;
  guint n_peak, n_off_peak;
} night_cases[] = {
  { "plain", 1, 15, 16, 8 },
  { "spring", 3, 28, 16, 7 },
  { "autumn", 10, 24, 16, 9 },
};

static void
test_slice_night (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GTimeZone) zone = test_zone_new ("Europe/Paris");
  g_autoptr (GArray) slices = g_array_new (FALSE, FALSE, sizeof (TsmSlice));
  const TsmCutter cutter = { .zone = zone };
  const TsmDay day = tsm_day_from_ymd (2026, night_cases[i].month, night_cases[i].day);
  guint n_hours[2] = { 0, 0 };
  gint64 begin, end;

  tsm_day_get_bounds (day, zone, &begin, &end);
  tsm_slice_cut (&cutter, begin, end, 2400, TSM_QUALITY_ESTIMATED, slices);
  for (guint j = 0; j < slices->len; j++) {
    const TsmSlice *slice = &g_array_index (slices, TsmSlice, j);

    g_assert_cmpint (slice->end - slice->begin, ==, HOUR_S);
    g_assert_cmpint (slice->day, ==, day);
    g_assert_cmpint (slice->quality, ==, TSM_QUALITY_ESTIMATED);
    n_hours[slice->period]++;
  }
  g_assert_cmpuint (n_hours[TSM_PERIOD_HP], ==, night_cases[i].n_peak);
  g_assert_cmpuint (n_hours[TSM_PERIOD_HC], ==, night_cases[i].n_off_peak);
}

/* 10 Wh over three hours: each cut's sum is rounded down, 3, 6, 10. */
static void
test_slice_rounds_down (void)
{
  static const gint64 energies_wh[] = { 3, 3, 4 };
  g_autoptr (GTimeZone) zone = test_zone_new ("UTC");
  g_autoptr (GArray) slices = g_array_new (FALSE, FALSE, sizeof (TsmSlice));
  const TsmCutter cutter = { .zone = zone };

  tsm_slice_cut (&cutter, 7 * HOUR_S, 10 * HOUR_S, 10, TSM_QUALITY_INTERPOLATED, slices);
  g_assert_cmpuint (slices->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (g_array_index (slices, TsmSlice, i).energy_wh, ==, energies_wh[i]);
}

static void
test_slice_down (void)
{
  g_autoptr (GTimeZone) zone = test_zone_new ("UTC");
  g_autoptr (GArray) slices = g_array_new (FALSE, FALSE, sizeof (TsmSlice));
  const TsmCutter cutter = { .zone = zone };

  tsm_slice_cut (&cutter, 7 * HOUR_S + 1, 9 * HOUR_S, -1, TSM_QUALITY_DOWN, slices);
  g_assert_cmpuint (slices->len, ==, 2);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (g_array_index (slices, TsmSlice, i).energy_wh, ==, -1);
    g_assert_cmpint (g_array_index (slices, TsmSlice, i).quality, ==, TSM_QUALITY_DOWN);
  }
}

/* All a counter can hold over all the years a server can have: 4 x 10^17 Wh s, and ten thousand
 * times that, past 63 bits. */
static void
test_slice_years (void)
{
  static const gint64 energies_wh[] = { TSM_LIMIT_TOTAL_WH, TSM_LIMIT_TOTAL_WH * 10000 };
  g_autoptr (GTimeZone) zone = test_zone_new ("Europe/Paris");
  g_autoptr (TsmTariff) tariff = tariff_new (zone);
  const TsmCutter cutter = { .zone = zone, .tariff = tariff };
  const gint64 begin = test_instant ("2010-01-01T06:00:00+01:00");
  const gint64 end = begin + (gint64) TSM_LIMIT_HISTORY_DAYS * DAY_S;

  for (guint i = 0; i < G_N_ELEMENTS (energies_wh); i++) {
    g_autoptr (GArray) slices = g_array_new (FALSE, FALSE, sizeof (TsmSlice));
    const gint64 share_wh = energies_wh[i] / (TSM_LIMIT_HISTORY_DAYS * 24);
    gint64 sum_wh = 0;

    tsm_slice_cut (&cutter, begin, end, energies_wh[i], TSM_QUALITY_ESTIMATED, slices);
    g_assert_cmpuint (slices->len, ==, TSM_LIMIT_HISTORY_DAYS * 24);
    for (guint j = 0; j < slices->len; j++) {
      const gint64 energy_wh = g_array_index (slices, TsmSlice, j).energy_wh;

      g_assert_cmpint (energy_wh - share_wh, >=, 0);
      g_assert_cmpint (energy_wh - share_wh, <=, 1);
      sum_wh += energy_wh;
    }
    g_assert_cmpint (sum_wh, ==, energies_wh[i]);
  }
}

#define AT(h, m) ((gint64) (h) *HOUR_S + (m) *60)

static const struct {
  const char *story;
  gint64 begin, middle, other, end; /* [begin, middle) and [other, end) */
  TsmQuality quality;               /* of the second; the first is measured */
  gboolean can_extend;
} extend_cases[] = {
  { "same-hour", AT (10, 0), AT (10, 5), AT (10, 5), AT (10, 6), TSM_QUALITY_MEASURED, TRUE },
  { "to-the-hour", AT (10, 0), AT (10, 5), AT (10, 5), AT (11, 0), TSM_QUALITY_MEASURED, TRUE },
  { "next-hour", AT (10, 0), AT (11, 0), AT (11, 0), AT (11, 1), TSM_QUALITY_MEASURED, FALSE },
  { "hole", AT (10, 0), AT (10, 5), AT (10, 6), AT (10, 7), TSM_QUALITY_MEASURED, FALSE },
  { "other-quality", AT (10, 0), AT (10, 5), AT (10, 5), AT (10, 6), TSM_QUALITY_ESTIMATED, FALSE },
  { "edge-between", AT (12, 0), AT (12, 30), AT (12, 30), AT (12, 31), TSM_QUALITY_MEASURED,
    FALSE },
  { "edge-inside", AT (12, 0), AT (12, 29), AT (12, 29), AT (12, 31), TSM_QUALITY_MEASURED, FALSE },
  { "edge-before", AT (12, 30), AT (12, 40), AT (12, 40), AT (12, 41), TSM_QUALITY_MEASURED, TRUE },
};

static void
test_slice_can_extend (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GTimeZone) zone = test_zone_new ("UTC");
  const gint64 edges[] = { AT (12, 30) };
  const TsmCutter cutter = { .zone = zone, .edges = edges, .n_edges = 1 };
  const TsmSlice slice = { .begin = extend_cases[i].begin, .end = extend_cases[i].middle };
  const TsmSlice next = { .begin = extend_cases[i].other,
                          .end = extend_cases[i].end,
                          .quality = extend_cases[i].quality };

  g_assert_cmpint (tsm_slice_can_extend (&cutter, &slice, &next), ==, extend_cases[i].can_extend);
}

#define N_RANDOM  12000
#define N_EDGES   6
#define MAX_RUN_S (2 * DAY_S)

/* Where clocks do unusual things, and when: instants near changes of each. */
static const struct {
  const char *zone;
  gint64 around; /* a clock change */
} random_zones[] = {
  { "Europe/Paris", 1774746000 },        /* 2026-03-29 */
  { "Europe/Paris", 1792890000 },        /* 2026-10-25 */
  { "Asia/Kolkata", 1772303400 },        /* none; a price change */
  { "Asia/Kathmandu", 1772302500 },      /* the same at a quarter */
  { "Australia/Lord_Howe", 1791041400 }, /* half an hour */
  { "America/Godthab", 1648342800 },     /* 22:00 skipped, 2022 */
  { "America/Godthab", 1667091600 },     /* 22:00 doubled, 2022 */
  { "Pacific/Apia", 1325239200 },        /* a day that never was, 2011-12-30 */
  { "America/St_Johns", 1772944200 },    { "UTC", 0 },
};

typedef struct {
  GTimeZone *zone;
  gint64 edges[N_EDGES];
  gint64 price_changes[G_N_ELEMENTS (sheet_dates)];
} Naive;

/* The definition itself: what differs between the second before and this one. */
static gboolean
is_boundary (const Naive *naive, gint64 at)
{
  if (at % HOUR_S == 0 || tsm_day_at (at, naive->zone) != tsm_day_at (at - 1, naive->zone) ||
      tsm_day_get_period (at, naive->zone) != tsm_day_get_period (at - 1, naive->zone))
    return TRUE;
  for (guint i = 0; i < N_EDGES; i++) {
    if (naive->edges[i] == at)
      return TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (naive->price_changes); i++) {
    if (naive->price_changes[i] == at)
      return TRUE;
  }
  return FALSE;
}

/* Inside a piece there is no boundary: the calendar's fall on whole minutes, edges anywhere. */
static void
check_piece (const Naive *naive, const TsmSlice *slice)
{
  g_assert_cmpint (slice->day, ==, tsm_day_at (slice->begin, naive->zone));
  g_assert_cmpint (slice->period, ==, tsm_day_get_period (slice->begin, naive->zone));
  for (gint64 at = slice->begin + 60 - slice->begin % 60; at < slice->end; at += 60)
    g_assert_false (is_boundary (naive, at));
  for (guint i = 0; i < N_EDGES; i++)
    g_assert_false (naive->edges[i] > slice->begin && naive->edges[i] < slice->end);
}

static void
check_cut (const Naive *naive, const TsmCutter *cutter, gint64 begin, gint64 end, gint64 energy_wh)
{
  g_autoptr (GArray) slices = g_array_new (FALSE, FALSE, sizeof (TsmSlice));
  gint64 at = begin, sum_wh = 0;

  tsm_slice_cut (cutter, begin, end, energy_wh, TSM_QUALITY_INTERPOLATED, slices);
  for (guint i = 0; i < slices->len; i++) {
    const TsmSlice *slice = &g_array_index (slices, TsmSlice, i);
    const gint64 next = tsm_slice_get_next_boundary (cutter, slice->begin);

    g_assert_cmpint (slice->begin, ==, at);
    g_assert_cmpint (slice->end, >, slice->begin);
    g_assert_true (slice->end == end || is_boundary (naive, slice->end));
    g_assert_cmpint (slice->end, ==, MIN (next, end));
    g_assert_cmpint (slice->energy_wh, >=, 0);
    check_piece (naive, slice);
    at = slice->end;
    sum_wh += slice->energy_wh;
    g_assert_cmpint (sum_wh, ==, (gint64) ((__int128) energy_wh * (at - begin) / (end - begin)));
  }
  g_assert_cmpint (at, ==, end);
  g_assert_cmpint (sum_wh, ==, energy_wh);
}

static gint
compare_instants (gconstpointer a, gconstpointer b)
{
  const gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return left < right ? -1 : left > right;
}

static void
test_slice_random (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GRand) random = g_rand_new_with_seed (2026 + i);
  g_autoptr (GTimeZone) zone = test_zone_new (random_zones[i].zone);
  g_autoptr (TsmTariff) tariff = tariff_new (zone);
  Naive naive = { .zone = zone };

  for (guint j = 0; j < G_N_ELEMENTS (sheet_dates); j++)
    naive.price_changes[j] = tsm_day_get_local_instant (
        tsm_day_from_ymd (sheet_dates[j][0], sheet_dates[j][1], sheet_dates[j][2]), 0, zone);
  for (guint j = 0; j < N_RANDOM / G_N_ELEMENTS (random_zones); j++) {
    const TsmCutter cutter = {
      .zone = zone, .tariff = tariff, .edges = naive.edges, .n_edges = N_EDGES
    };
    const gint32 run_s = g_rand_int_range (random, 0, 4) > 0 ? 2 * HOUR_S : MAX_RUN_S;
    const gint64 begin = random_zones[i].around - g_rand_int_range (random, 0, run_s);
    const gint64 end = begin + g_rand_int_range (random, 1, run_s);

    for (guint k = 0; k < N_EDGES; k++)
      naive.edges[k] = begin + g_rand_int_range (random, -HOUR_S, run_s);
    qsort (naive.edges, N_EDGES, sizeof naive.edges[0], compare_instants);
    check_cut (&naive, &cutter, begin, end, g_rand_int_range (random, 0, 100000));
  }
}

#define ADD_CASES(prefix, cases, function)                                            \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {                                  \
    g_autofree char *path = g_strdup_printf ("/slice/" prefix "/%s", cases[i].story); \
                                                                                      \
    g_test_add_data_func (path, GUINT_TO_POINTER (i), function);                      \
  }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("boundary", boundary_cases, test_slice_boundary);
  ADD_CASES ("night", night_cases, test_slice_night);
  ADD_CASES ("can-extend", extend_cases, test_slice_can_extend);
  g_test_add_func ("/slice/edges", test_slice_edges);
  g_test_add_func ("/slice/rounds-down", test_slice_rounds_down);
  g_test_add_func ("/slice/down", test_slice_down);
  g_test_add_func ("/slice/years", test_slice_years);
  for (guint i = 0; i < G_N_ELEMENTS (random_zones); i++) {
    g_autofree char *path = g_strdup_printf ("/slice/random/%s/%" G_GINT64_FORMAT,
                                             random_zones[i].zone, random_zones[i].around);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_slice_random);
  }
  return g_test_run ();
}
