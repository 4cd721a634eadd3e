/* SPDX-License-Identifier: MIT
 * Red windows, refusals outside them, and the tails that derogations pay. */
#include "rules/tsm-day.h"
#include "rules/tsm-window.h"

#define BASE ((gint64) 1769500000)

static gint64
minutes (gint64 value)
{
  return BASE + value * 60;
}

static const struct {
  const char *name;
  gint month, day;
  TsmPolicy policy;
  gint64 hours;
  gint begin_day;
  guint begin_hour, end_hour;
} day_cases[] = {
  { "evening", 1, 15, TSM_POLICY_EVENING, 32, 14, 22, 6 },
  { "evening-over-spring-jump", 3, 28, TSM_POLICY_EVENING, 31, 27, 22, 6 },
  { "evening-after-spring-jump", 3, 29, TSM_POLICY_EVENING, 31, 28, 22, 6 },
  { "evening-over-autumn-jump", 10, 24, TSM_POLICY_EVENING, 33, 23, 22, 6 },
  { "peak", 1, 15, TSM_POLICY_PEAK, 16, 15, 6, 22 },
  { "peak-of-short-day", 3, 28, TSM_POLICY_PEAK, 16, 28, 6, 22 },
};

static void
test_window_of_day (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GTimeZone) paris = g_time_zone_new_identifier ("Europe/Paris");
  const TsmDay day = tsm_day_from_ymd (2026, day_cases[i].month, day_cases[i].day);
  const TsmDay eve = tsm_day_from_ymd (2026, day_cases[i].month, day_cases[i].begin_day);
  const TsmSpan window = tsm_window_of_day (day, day_cases[i].policy, paris);
  guint minute;

  g_assert_cmpint (window.begin, ==,
                   tsm_day_get_local_instant (eve, day_cases[i].begin_hour * 60, paris));
  g_assert_cmpint (window.end - window.begin, ==, day_cases[i].hours * 3600);
  tsm_day_get_civil (window.end, paris, &minute);
  g_assert_cmpuint (minute, ==, day_cases[i].end_hour * 60);
}

static void
test_window_overlaps (void)
{
  const TsmSpan span = { 10, 20 };

  g_assert_true (tsm_span_overlaps (span, (TsmSpan){ 19, 30 }));
  g_assert_true (tsm_span_overlaps (span, (TsmSpan){ 0, 11 }));
  g_assert_true (tsm_span_overlaps (span, (TsmSpan){ 12, 13 }));
  g_assert_false (tsm_span_overlaps (span, (TsmSpan){ 20, 30 }));
  g_assert_false (tsm_span_overlaps (span, (TsmSpan){ 0, 10 }));
  g_assert_true (tsm_span_contains (span, 10));
  g_assert_true (tsm_span_contains (span, 19));
  g_assert_false (tsm_span_contains (span, 20));
  g_assert_false (tsm_span_contains (span, 9));
}

static void
test_window_merges (void)
{
  const TsmSpan given[] = { { 50, 60 }, { 0, 10 }, { 10, 20 }, { 15, 18 }, { 21, 30 }, { 25, 40 } };
  const TsmSpan expected[] = { { 0, 20 }, { 21, 40 }, { 50, 60 } };
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (TsmSpan));

  tsm_window_merge (spans);
  g_assert_cmpuint (spans->len, ==, 0);
  g_array_append_vals (spans, given, G_N_ELEMENTS (given));
  tsm_window_merge (spans);
  g_assert_cmpuint (spans->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < spans->len; i++) {
    g_assert_cmpint (g_array_index (spans, TsmSpan, i).begin, ==, expected[i].begin);
    g_assert_cmpint (g_array_index (spans, TsmSpan, i).end, ==, expected[i].end);
  }
}

/* Three days from 2026-01-26: which of them can be red, and a span from the second day's midnight,
 * in hours. */
static const struct {
  const char *name;
  const char *can_be_red; /* one letter a day: y or n */
  TsmPolicy policy;
  gint64 begin_h, end_h;
  gboolean expected;
} refusal_cases[] = {
  { "nothing-red", "nnn", TSM_POLICY_EVENING, 6, 18, FALSE },
  { "the-day-itself", "nyn", TSM_POLICY_EVENING, 6, 18, TRUE },
  { "the-eve-evening", "nny", TSM_POLICY_EVENING, 20, 23, TRUE },
  { "up-to-the-eve-window", "nny", TSM_POLICY_EVENING, 20, 22, FALSE },
  { "the-morning-after", "ynn", TSM_POLICY_EVENING, 5, 8, TRUE },
  { "from-the-end-of-the-window", "ynn", TSM_POLICY_EVENING, 6, 8, FALSE },
  { "peak-night-cannot", "yyy", TSM_POLICY_PEAK, -1, 6, FALSE },
  { "peak-day-can", "nyn", TSM_POLICY_PEAK, -1, 7, TRUE },
  { "peak-after-22h", "nyn", TSM_POLICY_PEAK, 22, 28, FALSE },
};

static void
test_window_can_be_red (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GTimeZone) paris = g_time_zone_new_identifier ("Europe/Paris");
  const TsmDay first = tsm_day_from_ymd (2026, 1, 26);
  const gint64 midnight = tsm_day_get_local_instant (first + 1, 0, paris);
  const TsmSpan span = { midnight + refusal_cases[i].begin_h * 3600,
                         midnight + refusal_cases[i].end_h * 3600 };
  TsmWindowDay days[3];

  for (gint d = 0; d < 3; d++) {
    days[d] = (TsmWindowDay){ .day = first + d,
                              .possible = TSM_COLOUR_SET_ALL,
                              .policy = refusal_cases[i].policy };
    if (refusal_cases[i].can_be_red[d] == 'n')
      days[d].possible &= ~TSM_COLOUR_BIT (TSM_COLOUR_RED);
  }
  g_assert_cmpint (tsm_window_can_be_red (span, days, 3, paris), ==, refusal_cases[i].expected);
}

/* Minutes in a window [0, 1920), and a second one [3000, 3960); an end of 0 ends the list. */
typedef struct {
  gint64 begin, end;
} Range;

typedef struct {
  gint64 at;
  TsmPower seen;
} Seen;

static const struct {
  const char *name;
  Range derogations[4];
  Seen seen[4]; /* UNKNOWN at 0 ends the list */
  Range expected[4];
} tail_cases[] = {
  { "never-seen-off", { { 600, 720 } }, { { 610, TSM_POWER_ON } }, { { 600, 750 } } },
  { "nothing-ever-seen", { { 600, 720 } }, { { 0 } }, { { 600, 750 } } },
  { "seen-off-after-7-min",
    { { 600, 720 } },
    { { 610, TSM_POWER_ON }, { 727, TSM_POWER_OFF } },
    { { 600, 727 } } },
  { "seen-off-at-its-end",
    { { 600, 720 } },
    { { 610, TSM_POWER_ON }, { 720, TSM_POWER_OFF } },
    { { 600, 720 } } },
  { "seen-off-too-late",
    { { 600, 720 } },
    { { 610, TSM_POWER_ON }, { 751, TSM_POWER_OFF } },
    { { 600, 750 } } },
  { "never-woke", { { 600, 720 } }, { { 20, TSM_POWER_OFF } }, { { 600, 720 } } },
  { "never-woke-and-seen-again-later",
    { { 600, 720 } },
    { { 20, TSM_POWER_OFF }, { 725, TSM_POWER_ON } },
    { { 600, 720 } } },
  { "lost-sight-then-off",
    { { 600, 720 } },
    { { 610, TSM_POWER_ON }, { 722, TSM_POWER_UNKNOWN }, { 735, TSM_POWER_OFF } },
    { { 600, 735 } } },
  { "skipped-gap-is-the-former's",
    { { 600, 720 }, { 740, 800 } },
    { { 610, TSM_POWER_ON }, { 803, TSM_POWER_OFF } },
    { { 600, 740 }, { 740, 803 } } },
  { "touching-has-no-tail",
    { { 600, 720 }, { 720, 800 } },
    { { 0 } },
    { { 600, 720 }, { 720, 830 } } },
  { "covered-end-has-no-tail",
    { { 600, 720 }, { 700, 800 } },
    { { 0 } },
    { { 600, 720 }, { 700, 830 } } },
  { "equal-ends-share-it",
    { { 600, 720 }, { 700, 720 } },
    { { 0 } },
    { { 600, 750 }, { 700, 750 } } },
  { "long-gap-has-a-full-tail",
    { { 600, 720 }, { 760, 800 } },
    { { 0 } },
    { { 600, 750 }, { 760, 830 } } },
  { "tail-stops-with-the-window", { { 600, 1900 } }, { { 0 } }, { { 600, 1920 } } },
  { "end-on-the-window's-end", { { 600, 1920 } }, { { 0 } }, { { 600, 1920 } } },
  { "end-outside-any-window", { { 1800, 2000 } }, { { 0 } }, { { 1800, 2000 } } },
  { "end-where-a-window-begins", { { 2900, 3000 } }, { { 0 } }, { { 2900, 3000 } } },
  { "short-lead-is-the-first's", { { 29, 720 } }, { { 727, TSM_POWER_OFF } }, { { 0, 727 } } },
  { "30-min-lead-is-everyone's", { { 30, 720 } }, { { 727, TSM_POWER_OFF } }, { { 30, 727 } } },
  { "lead-of-two-who-begin-together",
    { { 20, 720 }, { 20, 720 }, { 25, 720 } },
    { { 727, TSM_POWER_OFF } },
    { { 0, 727 }, { 0, 727 }, { 25, 727 } } },
  { "no-lead-under-a-derogation",
    { { -60, 10 }, { 20, 720 } },
    { { 727, TSM_POWER_OFF } },
    { { -60, 20 }, { 20, 727 } } },
  { "lead-of-the-second-window",
    { { 600, 720 }, { 3010, 3100 } },
    { { 727, TSM_POWER_OFF }, { 3020, TSM_POWER_ON }, { 3105, TSM_POWER_OFF } },
    { { 600, 727 }, { 3000, 3105 } } },
};

static void
test_window_adds_tails (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const TsmSpan windows[] = { { minutes (0), minutes (1920) }, { minutes (3000), minutes (3960) } };
  g_autoptr (GArray) effective = g_array_new (FALSE, FALSE, sizeof (TsmDerogation));
  const TsmDerogation untouched = { .id = 99 };
  TsmDerogation derogations[4];
  TsmSighting sightings[4];
  TsmTailInput input = {
    .windows = windows, .n_windows = 2, .derogations = derogations, .sightings = sightings
  };

  for (; tail_cases[i].derogations[input.n_derogations].end != 0; input.n_derogations++) {
    const Range *range = &tail_cases[i].derogations[input.n_derogations];

    derogations[input.n_derogations] = (TsmDerogation){ .id = (gint64) input.n_derogations + 1,
                                                        .user_id = 7,
                                                        .begin = minutes (range->begin),
                                                        .end = minutes (range->end) };
  }
  for (; tail_cases[i].seen[input.n_sightings].at != 0; input.n_sightings++) {
    const Seen *seen = &tail_cases[i].seen[input.n_sightings];

    sightings[input.n_sightings] = (TsmSighting){ minutes (seen->at), seen->seen };
  }
  /* It appends. */
  g_array_append_val (effective, untouched);
  tsm_window_add_tails (&input, effective);
  g_assert_cmpuint (effective->len, ==, input.n_derogations + 1);
  g_assert_cmpint (g_array_index (effective, TsmDerogation, 0).id, ==, 99);
  for (guint d = 0; d < input.n_derogations; d++) {
    const TsmDerogation *got = &g_array_index (effective, TsmDerogation, d + 1);

    g_assert_cmpint (got->id, ==, d + 1);
    g_assert_cmpint (got->user_id, ==, 7);
    g_assert_cmpint ((got->begin - BASE) / 60, ==, tail_cases[i].expected[d].begin);
    g_assert_cmpint ((got->end - BASE) / 60, ==, tail_cases[i].expected[d].end);
  }
}

/* The same rules a minute at a time, as a person would follow them with a finger. Users are bits.
 */
#define N_MINUTES 600

typedef struct {
  TsmSpan windows[2];
  TsmDerogation derogations[5];
  TsmSighting sightings[6];
  TsmTailInput input;
} Fixture;

static guint
get_covering (const TsmDerogation *derogations, gsize n, gint64 at)
{
  guint users = 0;

  for (gsize i = 0; i < n; i++) {
    if (derogations[i].begin <= at && at < derogations[i].end)
      users |= 1u << derogations[i].user_id;
  }
  return users;
}

static TsmPower
get_seen (const TsmTailInput *input, gint64 at)
{
  TsmPower seen = TSM_POWER_UNKNOWN;

  for (gsize i = 0; i < input->n_sightings && input->sightings[i].at <= at; i++)
    seen = input->sightings[i].seen;
  return seen;
}

static void
walk_window (const TsmTailInput *input, TsmSpan window, guint *users)
{
  gint64 first = window.begin, ended = 0;
  guint before = 0, tail = 0;

  while (first < window.end && get_covering (input->derogations, input->n_derogations, first) == 0)
    first += 60;
  for (gint64 at = window.begin; at < window.end; at += 60) {
    const guint covering = get_covering (input->derogations, input->n_derogations, at);
    guint *payers = &users[(at - BASE) / 60];

    if (covering == 0 && before != 0) {
      ended = at;
      tail = 0;
      for (gsize i = 0; i < input->n_derogations; i++)
        tail |= input->derogations[i].end == at ? 1u << input->derogations[i].user_id : 0;
    }
    if (get_seen (input, at) == TSM_POWER_OFF || at - ended >= 30 * 60)
      tail = 0;
    if (covering != 0)
      *payers = covering;
    else if (at < first && first < window.end && first - window.begin < 30 * 60)
      *payers = get_covering (input->derogations, input->n_derogations, first);
    else
      *payers = tail;
    before = covering;
  }
}

static void
fill_fixture (Fixture *fixture, GRand *rand)
{
  TsmTailInput *input = &fixture->input;
  gint64 at = 0;

  *input = (TsmTailInput){ .windows = fixture->windows,
                           .n_windows = 2,
                           .derogations = fixture->derogations,
                           .n_derogations = (gsize) g_rand_int_range (rand, 0, 6),
                           .sightings = fixture->sightings,
                           .n_sightings = (gsize) g_rand_int_range (rand, 0, 7) };
  fixture->windows[0] = (TsmSpan){ minutes (0), minutes (g_rand_int_range (rand, 1, 300)) };
  fixture->windows[1] = (TsmSpan){ minutes (g_rand_int_range (rand, 301, 400)), minutes (600) };
  for (gsize i = 0; i < input->n_derogations; i++) {
    const gint64 begin = g_rand_int_range (rand, -60, 590);

    fixture->derogations[i] =
        (TsmDerogation){ .id = (gint64) i,
                         .user_id = (gint64) i,
                         .begin = minutes (begin),
                         .end = minutes (begin + g_rand_int_range (rand, 1, 150)) };
  }
  for (gsize i = 0; i < input->n_sightings; i++) {
    at += g_rand_int_range (rand, 0, 200);
    fixture->sightings[i] = (TsmSighting){ minutes (at), (TsmPower) g_rand_int_range (rand, 0, 3) };
  }
}

static void
test_window_tails_agree_with_a_walk (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260131);
  g_autoptr (GArray) effective = g_array_new (FALSE, FALSE, sizeof (TsmDerogation));
  guint n_longer = 0;

  for (guint run = 0; run < 10000; run++) {
    guint users[N_MINUTES] = { 0 };
    Fixture fixture;
    const TsmTailInput *input = &fixture.input;

    fill_fixture (&fixture, rand);
    g_array_set_size (effective, 0);
    tsm_window_add_tails (input, effective);
    for (gsize w = 0; w < input->n_windows; w++) {
      const TsmSpan window = input->windows[w];

      walk_window (input, window, users);
      for (gint64 at = window.begin; at < window.end; at += 60)
        g_assert_cmpuint (get_covering ((const TsmDerogation *) (gpointer) effective->data,
                                        effective->len, at),
                          ==, users[(at - BASE) / 60]);
    }
    for (guint i = 0; i < effective->len; i++)
      n_longer += g_array_index (effective, TsmDerogation, i).end != input->derogations[i].end;
  }
  g_assert_cmpuint (n_longer, >, 5000);
}

#define ADD_CASES(prefix, cases, function)                             \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {                   \
    g_autofree char *path = g_strconcat (prefix, cases[i].name, NULL); \
                                                                       \
    g_test_add_data_func (path, GUINT_TO_POINTER (i), function);       \
  }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("/window/of-day/", day_cases, test_window_of_day);
  g_test_add_func ("/window/overlaps", test_window_overlaps);
  g_test_add_func ("/window/merges", test_window_merges);
  ADD_CASES ("/window/can-be-red/", refusal_cases, test_window_can_be_red);
  ADD_CASES ("/window/tails/", tail_cases, test_window_adds_tails);
  g_test_add_func ("/window/tails/walked", test_window_tails_agree_with_a_walk);
  return g_test_run ();
}
