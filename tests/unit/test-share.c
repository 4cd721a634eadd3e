/* SPDX-License-Identifier: MIT
 * Who pays what of a day: tables a person can check, and sums that hold for any day. */
#include "base/tsm-error.h"
#include "rules/tsm-day.h"
#include "rules/tsm-share.h"

#define N_RANDOM   20000
#define MAX_ROWS   4
#define MAX_SLICES 40

static GTimeZone *paris;
static TsmTariff *tariff;
static TsmDay monday; /* 2026-01-26, which is 20479 since 1970: odd, and 1 modulo 3 */

static void
set_up (void)
{
  const TsmSheet sheet = {
    .from_day = tsm_day_from_ymd (2016, 1, 1),
    .price_ueur_kwh = { { 0, 0 }, { 150000, 120000 }, { 180000, 130000 }, { 700000, 140000 } },
  };
  g_autoptr (GError) error = NULL;

  paris = g_time_zone_new_identifier ("Europe/Paris");
  tariff = tsm_tariff_new (&sheet, 1, paris, &error);
  g_assert_no_error (error);
  monday = tsm_day_from_ymd (2026, 1, 26);
  g_assert_cmpint (monday, ==, 20479);
}

static void
tear_down (void)
{
  g_clear_pointer (&tariff, tsm_tariff_free);
  g_clear_pointer (&paris, g_time_zone_unref);
}

static const struct {
  const char *name;
  gint64 total;
  guint n, turn;
  gint64 expected[4];
} split_cases[] = {
  { "alone", 7, 1, 12345, { 7 } },
  { "even", 9, 3, 1, { 3, 3, 3 } },
  { "odd-one-to-the-first", 10, 3, 0, { 4, 3, 3 } },
  { "odd-one-rotates", 10, 3, 1, { 3, 4, 3 } },
  { "odd-ones-wrap", 11, 3, 2, { 4, 3, 4 } },
  { "turn-wraps", 10, 3, G_MAXUINT, { 4, 3, 3 } }, /* 2^32 - 1 is 0 modulo 3 */
  { "less-than-one-each", 2, 4, 3, { 1, 0, 0, 1 } },
  { "nothing", 0, 4, 3, { 0, 0, 0, 0 } },
  { "all-there-is", G_MAXINT64, 2, 1, { G_MAXINT64 / 2, G_MAXINT64 / 2 + 1 } },
};

static void
test_share_splits (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  gint64 parts[4] = { -1, -1, -1, -1 };

  tsm_share_split (split_cases[i].total, split_cases[i].n, split_cases[i].turn, parts);
  for (guint slot = 0; slot < split_cases[i].n; slot++)
    g_assert_cmpint (parts[slot], ==, split_cases[i].expected[slot]);
  for (guint slot = split_cases[i].n; slot < 4; slot++)
    g_assert_cmpint (parts[slot], ==, -1);
}

/* Hours from the day's 06:00; the day is [0, 24). An end of 0 ends a list. */
typedef struct {
  gint64 begin, end;
} Range;

typedef struct {
  gint64 user_id;
  Range range;
} Holder;

typedef struct {
  Range range;
  gint64 energy_wh;
  TsmQuality quality;
} Piece;

static const struct {
  const char *name;
  gint day; /* after 2026-01-26 */
  TsmColour colour;
  Range window;
  gint64 present[4]; /* 0 ends it */
  Holder holders[4];
  Piece pieces[4];
  TsmShare expected[MAX_ROWS]; /* a row without anything in it ends it */
  TsmDayTotal total;
} share_cases[] = {
  { "nobody-there-is-the-house", 0, TSM_COLOUR_BLUE, .pieces = { { { 0, 1 }, 10 } },
    .expected = { { 0, FALSE, 10, 1500000 } }, .total = { 10, 1500000 } },
  { "peak-and-night", 0, TSM_COLOUR_RED, .present = { 5 },
    .pieces = { { { 15, 16 }, 10 }, { { 16, 17 }, 10 } }, .expected = { { 5, FALSE, 20, 8400000 } },
    .total = { 20, 8400000 } },
  { "odd-unit-on-monday", 0, TSM_COLOUR_BLUE, .present = { 3, 5, 8 },
    .pieces = { { { 0, 1 }, 10 } },
    .expected = { { 3, FALSE, 3, 500000 }, { 5, FALSE, 4, 500000 }, { 8, FALSE, 3, 500000 } },
    .total = { 10, 1500000 } },
  { "odd-unit-on-tuesday", 1, TSM_COLOUR_BLUE, .present = { 3, 5, 8 },
    .pieces = { { { 0, 1 }, 10 } },
    .expected = { { 3, FALSE, 3, 500000 }, { 5, FALSE, 3, 500000 }, { 8, FALSE, 4, 500000 } },
    .total = { 10, 1500000 } },
  { "odd-nano-euro", 0, TSM_COLOUR_BLUE, .present = { 1, 2, 3, 4 },
    .pieces = { { { 16, 17 }, 1 } }, /* 120,000 is even; 20479 % 4 is 3 */
    .expected = { { 1, FALSE, 0, 30000 },
                  { 2, FALSE, 0, 30000 },
                  { 3, FALSE, 0, 30000 },
                  { 4, FALSE, 1, 30000 } },
    .total = { 1, 120000 } },
  { "holder-pays-inside",
    0,
    TSM_COLOUR_RED,
    { -8, 24 },
    .present = { 3, 5 },
    .holders = { { 5, { 2, 4 } } },
    .pieces = { { { 1, 2 }, 10 }, { { 2, 3 }, 10 }, { { 3, 4 }, 10 }, { { 4, 5 }, 10 } },
    .expected = { { 3, FALSE, 10, 7000000 }, { 5, FALSE, 10, 7000000 }, { 5, TRUE, 20, 14000000 } },
    .total = { 40, 28000000 } },
  { "holder-who-is-not-present",
    0,
    TSM_COLOUR_RED,
    { -8, 24 },
    .present = { 3 },
    .holders = { { 9, { 2, 4 } } },
    .pieces = { { { 2, 3 }, 10 } },
    .expected = { { 9, TRUE, 10, 7000000 } },
    .total = { 10, 7000000 } },
  { "derogation-outside-a-window-is-common",
    0,
    TSM_COLOUR_BLUE,
    { 16, 24 },
    .present = { 3, 5 },
    .holders = { { 5, { 2, 4 } } },
    .pieces = { { { 2, 3 }, 10 } },
    .expected = { { 3, FALSE, 5, 750000 }, { 5, FALSE, 5, 750000 } },
    .total = { 10, 1500000 } },
  { "eve-of-a-red-day",
    0,
    TSM_COLOUR_BLUE,
    { 16, 48 },
    .present = { 3, 5 },
    .holders = { { 5, { 14, 18 } } },
    .pieces = { { { 15, 16 }, 10 }, { { 16, 17 }, 10 } },
    .expected = { { 3, FALSE, 5, 750000 }, { 5, FALSE, 5, 750000 }, { 5, TRUE, 10, 1200000 } },
    .total = { 20, 2700000 } },
  { "two-holders-in-equal-parts",
    0,
    TSM_COLOUR_RED,
    { -8, 24 },
    .present = { 3, 5 },
    .holders = { { 9, { 2, 4 } }, { 5, { 3, 6 } } },
    .pieces = { { { 2, 3 }, 10 }, { { 3, 4 }, 11 }, { { 4, 5 }, 10 } },
    .expected = { { 5, TRUE, 15, 10850000 }, { 9, TRUE, 16, 10850000 } },
    .total = { 31, 21700000 } },
  { "one-holder-twice-pays-once",
    0,
    TSM_COLOUR_RED,
    { -8, 24 },
    .present = { 3 },
    .holders = { { 9, { 2, 4 } }, { 5, { 2, 4 } }, { 9, { 1, 6 } } },
    .pieces = { { { 2, 3 }, 10 } },
    .expected = { { 5, TRUE, 5, 3500000 }, { 9, TRUE, 5, 3500000 } },
    .total = { 10, 7000000 } },
  { "unknown-colour-waits", 0, TSM_COLOUR_UNKNOWN, .present = { 3, 5 },
    .pieces = { { { 0, 1 }, 11 }, { { 16, 17 }, 4 } },
    .expected = { { 3, FALSE, 7, 0, 7 }, { 5, FALSE, 8, 0, 8 } }, .total = { 15, 0, 15 } },
  { "estimated-is-within", 0, TSM_COLOUR_BLUE, .present = { 3, 5 },
    .pieces = { { { 0, 1 }, 11, TSM_QUALITY_ESTIMATED },
                { { 1, 2 }, 10, TSM_QUALITY_INTERPOLATED } },
    .expected = { { 3, FALSE, 10, 1575000, 0, 5 }, { 5, FALSE, 11, 1575000, 0, 6 } },
    .total = { 21, 3150000, 0, 11 } },
  { "down-is-everyone's-and-the-day's-once", 0, TSM_COLOUR_BLUE, .present = { 3, 5 },
    .pieces = { { { 0, 1 }, -1, TSM_QUALITY_DOWN }, { { 1, 2 }, 10 } },
    .expected = { { 3, FALSE, 5, 750000, 0, 0, 3600 }, { 5, FALSE, 5, 750000, 0, 0, 3600 } },
    .total = { 10, 1500000, 0, 0, 3600 } },
  { "down-alone-is-a-row", 0, TSM_COLOUR_BLUE, .present = { 3 },
    .pieces = { { { 0, 24 }, -1, TSM_QUALITY_DOWN } },
    .expected = { { 3, FALSE, 0, 0, 0, 0, 86400 } }, .total = { 0, 0, 0, 0, 86400 } },
  { "nothing-used-is-no-row", 0, TSM_COLOUR_BLUE, .present = { 3, 5 },
    .pieces = { { { 0, 1 }, 0 } } },
  { "no-slice-no-row", 0, TSM_COLOUR_BLUE, .present = { 3, 5 } },
};

static gint64
hour (TsmDay day, gint64 hours)
{
  gint64 begin, end;

  tsm_day_get_bounds (day, paris, &begin, &end);
  return begin + hours * 3600;
}

static TsmSlice
slice_of (TsmDay day, gint64 begin, gint64 end, gint64 energy_wh, TsmQuality quality)
{
  return (TsmSlice){ .begin = begin,
                     .end = end,
                     .energy_wh = energy_wh,
                     .quality = quality,
                     .day = day,
                     .period = tsm_day_get_period (begin, paris) };
}

static void
check_share (const TsmShare *got, const TsmShare *expected)
{
  g_assert_cmpint (got->user_id, ==, expected->user_id);
  g_assert_cmpint (got->is_derogation, ==, expected->is_derogation);
  g_assert_cmpint (got->energy_wh, ==, expected->energy_wh);
  g_assert_cmpint (got->cost_neur, ==, expected->cost_neur);
  g_assert_cmpint (got->unpriced_wh, ==, expected->unpriced_wh);
  g_assert_cmpint (got->estimated_wh, ==, expected->estimated_wh);
  g_assert_cmpint (got->down_seconds, ==, expected->down_seconds);
}

static void
check_total (const TsmDayTotal *got, const TsmDayTotal *expected)
{
  g_assert_cmpint (got->energy_wh, ==, expected->energy_wh);
  g_assert_cmpint (got->cost_neur, ==, expected->cost_neur);
  g_assert_cmpint (got->unpriced_wh, ==, expected->unpriced_wh);
  g_assert_cmpint (got->estimated_wh, ==, expected->estimated_wh);
  g_assert_cmpint (got->down_seconds, ==, expected->down_seconds);
}

static void
test_share_computes (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const TsmDay day = monday + share_cases[i].day;
  const TsmSpan window = { hour (day, share_cases[i].window.begin),
                           hour (day, share_cases[i].window.end) };
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (TsmShare));
  g_autoptr (GError) error = NULL;
  TsmDerogation derogations[4];
  TsmSlice slices[4];
  TsmDayTotal total;
  TsmShareInput input = {
    .day = day,
    .colour = share_cases[i].colour,
    .tariff = tariff,
    .slices = slices,
    .windows = &window,
    .n_windows = share_cases[i].window.end != 0,
    .derogations = derogations,
    .present = share_cases[i].present,
  };

  while (input.n_present < 4 && share_cases[i].present[input.n_present] != 0)
    input.n_present++;
  for (; share_cases[i].holders[input.n_derogations].user_id != 0; input.n_derogations++) {
    const Holder *holder = &share_cases[i].holders[input.n_derogations];

    derogations[input.n_derogations] = (TsmDerogation){ .id = (gint64) input.n_derogations + 1,
                                                        .user_id = holder->user_id,
                                                        .begin = hour (day, holder->range.begin),
                                                        .end = hour (day, holder->range.end) };
  }
  for (; input.n_slices < 4 && share_cases[i].pieces[input.n_slices].range.end != 0;
       input.n_slices++) {
    const Piece *piece = &share_cases[i].pieces[input.n_slices];

    slices[input.n_slices] =
        slice_of (day, hour (day, piece->range.begin), hour (day, piece->range.end),
                  piece->energy_wh, piece->quality);
  }
  g_assert_true (tsm_share_compute (&input, shares, &total, &error));
  g_assert_no_error (error);
  check_total (&total, &share_cases[i].total);
  for (guint row = 0; row < MAX_ROWS; row++) {
    const TsmShare *expected = &share_cases[i].expected[row];

    if (expected->energy_wh == 0 && expected->cost_neur == 0 && expected->down_seconds == 0) {
      g_assert_cmpuint (shares->len, ==, row);
      return;
    }
    g_assert_cmpuint (shares->len, >, row);
    check_share (&g_array_index (shares, TsmShare, row), expected);
  }
  g_assert_cmpuint (shares->len, ==, MAX_ROWS);
}

/* A cost past what an int64 holds is an error, and changes nothing. */
static void
test_share_refuses_absurd_energy (gconstpointer data)
{
  /* Alone too much; or each within bounds, and too much together. */
  const gboolean is_alone = GPOINTER_TO_INT (data);
  const gint64 energy_wh = is_alone ? G_MAXINT64 / 100 : G_MAXINT64 / 200000;
  const TsmSlice slices[] = {
    slice_of (monday, hour (monday, 0), hour (monday, 1), energy_wh, TSM_QUALITY_MEASURED),
    slice_of (monday, hour (monday, 1), hour (monday, 2), energy_wh, TSM_QUALITY_MEASURED),
  };
  const TsmShareInput input = {
    .day = monday,
    .colour = TSM_COLOUR_BLUE,
    .tariff = tariff,
    .slices = slices,
    .n_slices = is_alone ? 1 : 2,
  };
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (TsmShare));
  g_autoptr (GError) error = NULL;
  TsmDayTotal total = { .energy_wh = 42 };

  g_assert_false (tsm_share_compute (&input, shares, &total, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_cmpuint (shares->len, ==, 0);
  g_assert_cmpint (total.energy_wh, ==, 42);
}

/* A random day, cut into slices at random instants. */
typedef struct {
  TsmSlice slices[MAX_SLICES];
  TsmSpan windows[2];
  TsmDerogation derogations[6];
  gint64 present[6];
  TsmShareInput input;
} Fixture;

static void
fill_slices (Fixture *fixture, GRand *rand)
{
  const TsmDay day = fixture->input.day;
  gint64 at, end;

  tsm_day_get_bounds (day, paris, &at, &end);
  while (at < end && fixture->input.n_slices < MAX_SLICES) {
    const gint64 next = MIN (end, at + g_rand_int_range (rand, 60, 5400));
    const TsmQuality quality = (TsmQuality) g_rand_int_range (rand, 0, 4);
    const gint64 energy_wh = quality == TSM_QUALITY_DOWN
                                 ? -1
                                 : g_rand_int_range (rand, 0, 3) * g_rand_int_range (rand, 0, 977);

    fixture->slices[fixture->input.n_slices++] = slice_of (day, at, next, energy_wh, quality);
    at = next;
  }
}

static void
fill_fixture (Fixture *fixture, GRand *rand)
{
  const TsmDay day = monday + g_rand_int_range (rand, 0, 2000);
  const gint64 begin = hour (day, 0);
  TsmShareInput *input = &fixture->input;

  *input = (TsmShareInput){
    .day = day,
    .colour = (TsmColour) g_rand_int_range (rand, 0, 4),
    .tariff = tariff,
    .slices = fixture->slices,
    .windows = fixture->windows,
    .n_windows = (gsize) g_rand_int_range (rand, 0, 3),
    .derogations = fixture->derogations,
    .n_derogations = (gsize) g_rand_int_range (rand, 0, 7),
    .present = fixture->present,
    .n_present = (gsize) g_rand_int_range (rand, 0, 7),
  };
  fixture->windows[0] = (TsmSpan){ begin - 8 * 3600, begin + g_rand_int_range (rand, 0, 90000) };
  fixture->windows[1] = (TsmSpan){ begin + 16 * 3600, begin + 48 * 3600 };
  for (gsize i = 0; i < input->n_derogations; i++) {
    const gint64 at = begin + g_rand_int_range (rand, -7200, 80000);

    fixture->derogations[i] = (TsmDerogation){ .id = (gint64) i,
                                               .user_id = g_rand_int_range (rand, 1, 5),
                                               .begin = at,
                                               .end = at + g_rand_int_range (rand, 1, 43200) };
  }
  for (gsize i = 0; i < input->n_present; i++)
    fixture->present[i] = (i == 0 ? 0 : fixture->present[i - 1]) + g_rand_int_range (rand, 1, 4);
  fill_slices (fixture, rand);
}

static TsmDayTotal
sum_slices (const TsmShareInput *input)
{
  TsmDayTotal sum = { 0 };

  for (gsize i = 0; i < input->n_slices; i++) {
    const TsmSlice *slice = &input->slices[i];
    gint64 price_ueur_kwh;

    if (slice->energy_wh < 0) {
      sum.down_seconds += slice->end - slice->begin;
      continue;
    }
    sum.energy_wh += slice->energy_wh;
    if (slice->quality == TSM_QUALITY_ESTIMATED)
      sum.estimated_wh += slice->energy_wh;
    if (tsm_tariff_lookup (tariff, input->colour, slice->period, slice->begin, &price_ueur_kwh))
      sum.cost_neur += slice->energy_wh * price_ueur_kwh;
    else
      sum.unpriced_wh += slice->energy_wh;
  }
  return sum;
}

static void
check_shares (const TsmShareInput *input, const GArray *shares, const TsmDayTotal *total)
{
  TsmDayTotal sum = { .down_seconds = total->down_seconds };

  for (guint i = 0; i < shares->len; i++) {
    const TsmShare *share = &g_array_index (shares, TsmShare, i);

    sum.energy_wh += share->energy_wh;
    sum.cost_neur += share->cost_neur;
    sum.unpriced_wh += share->unpriced_wh;
    sum.estimated_wh += share->estimated_wh;
    g_assert_cmpint (share->unpriced_wh, <=, share->energy_wh);
    g_assert_cmpint (share->estimated_wh, <=, share->energy_wh);
    g_assert_cmpint (share->down_seconds, <=, total->down_seconds);
    g_assert_true (share->energy_wh > 0 || share->cost_neur > 0 || share->down_seconds > 0);
    if (i > 0)
      g_assert_true (
          share[-1].is_derogation < share->is_derogation ||
          (share[-1].is_derogation == share->is_derogation && share[-1].user_id < share->user_id));
    /* Those who are there bear the common part alike, but for one unit a slice. */
    if (i > 0 && !share->is_derogation && !share[-1].is_derogation)
      g_assert_cmpint (ABS (share->cost_neur - share[-1].cost_neur), <=, (gint64) input->n_slices);
  }
  check_total (&sum, total);
}

/* What @user_id bears of one slice, by the rules as DESIGN 3.4 words them; -1 when nothing. */
static gint64
get_cost_of (const TsmShareInput *input, const TsmSlice *slice, gint64 user_id, gboolean is_holder)
{
  gboolean is_red = FALSE;
  gint64 price_ueur_kwh = 0, cost_neur;
  guint holders = 0, present = 0, payers, n, rank;

  for (gsize i = 0; i < input->n_windows; i++)
    is_red =
        is_red || (input->windows[i].begin <= slice->begin && slice->begin < input->windows[i].end);
  for (gsize i = 0; i < input->n_derogations; i++) {
    if (is_red && input->derogations[i].begin <= slice->begin &&
        slice->begin < input->derogations[i].end)
      holders |= 1u << input->derogations[i].user_id;
  }
  for (gsize i = 0; i < input->n_present; i++)
    present |= 1u << input->present[i];
  present = present == 0 ? 1 : present; /* the house is user 0 */
  payers = holders != 0 ? holders : present;
  if (is_holder != (holders != 0) || (payers & (1u << user_id)) == 0)
    return -1;
  tsm_tariff_lookup (tariff, input->colour, slice->period, slice->begin, &price_ueur_kwh);
  cost_neur = MAX (slice->energy_wh, 0) * price_ueur_kwh;
  n = (guint) __builtin_popcount (payers);
  rank = (guint) __builtin_popcount (payers & ((1u << user_id) - 1));
  /* The odd units go to the ranks from the day's turn on. */
  return cost_neur / n + ((rank + n - (guint) input->day % n) % n < cost_neur % n ? 1 : 0);
}

static void
check_reference (const TsmShareInput *input, const GArray *shares)
{
  for (guint row = 0; row < shares->len; row++) {
    const TsmShare *share = &g_array_index (shares, TsmShare, row);
    gint64 cost_neur = 0, down_seconds = 0;

    for (gsize i = 0; i < input->n_slices; i++) {
      const TsmSlice *slice = &input->slices[i];
      const gint64 part = get_cost_of (input, slice, share->user_id, share->is_derogation);

      cost_neur += MAX (part, 0);
      if (part >= 0 && slice->quality == TSM_QUALITY_DOWN)
        down_seconds += slice->end - slice->begin;
    }
    g_assert_cmpint (share->cost_neur, ==, cost_neur);
    g_assert_cmpint (share->down_seconds, ==, down_seconds);
  }
}

static void
test_share_adds_up_for_random_days (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260130);
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (TsmShare));
  guint n_derogation = 0, n_common = 0;

  for (guint i = 0; i < N_RANDOM; i++) {
    g_autoptr (GError) error = NULL;
    TsmDayTotal total, expected;
    Fixture fixture;

    fill_fixture (&fixture, rand);
    g_array_set_size (shares, 0);
    g_assert_true (tsm_share_compute (&fixture.input, shares, &total, &error));
    expected = sum_slices (&fixture.input);
    check_total (&total, &expected);
    check_shares (&fixture.input, shares, &total);
    check_reference (&fixture.input, shares);
    for (guint row = 0; row < shares->len; row++) {
      n_derogation += g_array_index (shares, TsmShare, row).is_derogation ? 1 : 0;
      n_common += g_array_index (shares, TsmShare, row).is_derogation ? 0 : 1;
    }
  }
  g_assert_cmpuint (n_derogation, >, N_RANDOM / 2);
  g_assert_cmpuint (n_common, >, N_RANDOM);
}

int
main (int argc, char **argv)
{
  gint result;

  g_test_init (&argc, &argv, NULL);
  set_up ();
  for (guint i = 0; i < G_N_ELEMENTS (split_cases); i++) {
    g_autofree char *path = g_strconcat ("/share/splits/", split_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_share_splits);
  }
  for (guint i = 0; i < G_N_ELEMENTS (share_cases); i++) {
    g_autofree char *path = g_strconcat ("/share/computes/", share_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_share_computes);
  }
  g_test_add_data_func ("/share/absurd/one-slice", GINT_TO_POINTER (TRUE),
                        test_share_refuses_absurd_energy);
  g_test_add_data_func ("/share/absurd/the-sum", GINT_TO_POINTER (FALSE),
                        test_share_refuses_absurd_energy);
  g_test_add_func ("/share/random", test_share_adds_up_for_random_days);
  result = g_test_run ();
  tear_down ();
  return result;
}
