/* SPDX-License-Identifier: MIT
 * The power plan: tables of days, and what holds for any days at all. */
#include "rules/tsm-day.h"
#include "rules/tsm-plan.h"

#define N_RANDOM 20000
#define MAX_DAYS 8

static GTimeZone *paris;

/* Hours as written, from the first day's midnight: 30.25 is the second day, 06:15. */
typedef struct {
  double begin, end;
} Range;

/* @colours: one letter a Tempo day from 2026-01-26: B, W, R, ? (unknown), - (unknown, but not red).
 * The plan is asked from the second day's 06:00 to the last day's 06:00. @expected: the begin of
 * each tile, its state and reason. */
static const struct {
  const char *name;
  const char *colours;
  TsmPolicy policy;
  gboolean unknown_is_off;
  double now;
  Range derogations[3]; /* an end of 0 ends the list */
  TsmPower hold;
  double hold_end;
  const char *expected;
} plan_cases[] = {
  { "no-red", "BBWB", .now = 30, .expected = "1 06:00 on not_red" },
  { "red-day-with-eve", "BBRBB", .now = 30,
    .expected = "1 06:00 on not_red; 1 22:00 off red; 3 06:00 on not_red" },
  { "red-peak", "BBRBB", TSM_POLICY_PEAK, .now = 30,
    .expected = "1 06:00 on not_red; 2 06:00 off red; 2 22:00 on not_red" },
  { "red-neighbours-merge", "BBRRBB", .now = 30,
    .expected = "1 06:00 on not_red; 1 22:00 off red; 4 06:00 on not_red" },
  { "red-neighbours-peak-do-not", "BBRRB", TSM_POLICY_PEAK, .now = 30,
    .expected = "1 06:00 on not_red; 2 06:00 off red; 2 22:00 on not_red; 3 06:00 off red; "
                "3 22:00 on not_red" },
  { "window-from-before", "RRB", .now = 30, .expected = "1 06:00 off red" },
  { "eve-of-the-day-after", "BBR", .now = 30, .expected = "1 06:00 on not_red; 1 22:00 off red" },
  { "derogation-inside", "BBRBB", .now = 30, .derogations = { { 56, 58 } },
    .expected = "1 06:00 on not_red; 1 22:00 off red; 2 08:00 on derogation; 2 10:00 off red; "
                "3 06:00 on not_red" },
  { "derogation-over-the-begin", "BBRBB", .now = 30, .derogations = { { 44, 48 } },
    .expected = "1 06:00 on not_red; 1 22:00 on derogation; 2 00:00 off red; 3 06:00 on not_red" },
  { "derogation-outside-changes-nothing", "BBRBB", .now = 30,
    .derogations = { { 32, 40 }, { 78, 80 } },
    .expected = "1 06:00 on not_red; 1 22:00 off red; 3 06:00 on not_red" },
  { "derogations-overlap", "BBRBB", .now = 30, .derogations = { { 56, 60 }, { 58, 62 } },
    .expected = "1 06:00 on not_red; 1 22:00 off red; 2 08:00 on derogation; 2 14:00 off red; "
                "3 06:00 on not_red" },
  { "short-gap-between", "BBRBB", .now = 30, .derogations = { { 56, 58 }, { 58.25, 60 } },
    .expected = "1 06:00 on not_red; 1 22:00 off red; 2 08:00 on derogation; 2 10:00 on short_gap; "
                "2 10:15 on derogation; 2 12:00 off red; 3 06:00 on not_red" },
  { "30-min-gap-is-not-short", "BBRBB", .now = 30, .derogations = { { 56, 58 }, { 58.5, 60 } },
    .expected = "1 06:00 on not_red; 1 22:00 off red; 2 08:00 on derogation; 2 10:00 off red; "
                "2 10:30 on derogation; 2 12:00 off red; 3 06:00 on not_red" },
  { "short-gap-at-both-ends", "BBRBB", .now = 30, .derogations = { { 46.25, 77.75 } },
    .expected = "1 06:00 on not_red; 1 22:00 on short_gap; 1 22:15 on derogation; "
                "3 05:45 on short_gap; 3 06:00 on not_red" },
  { "almost-over-is-not-short", "BRRBB", .now = 55.75, .derogations = { { 56, 58 } },
    .expected = "1 06:00 off red; 2 08:00 on derogation; 2 10:00 off red; 3 06:00 on not_red" },
  { "unknown-ahead", "BB?BB", .unknown_is_off = TRUE, .now = 30,
    .expected = "1 06:00 on not_red; 1 22:00 unknown unknown_night; 2 06:00 unknown unknown_day; "
                "2 22:00 unknown unknown_night; 3 06:00 on not_red" },
  { "unknown-but-not-red", "BB-BB", .unknown_is_off = TRUE, .now = 30,
    .expected = "1 06:00 on not_red" },
  { "unknown-at-22h-holds", "BB?BB", .unknown_is_off = TRUE, .now = 46,
    .expected = "1 06:00 on not_red; 1 22:00 on unknown_night; 2 06:00 unknown unknown_day; "
                "2 22:00 unknown unknown_night; 3 06:00 on not_red" },
  { "unknown-a-minute-before-06h", "BB?BB", .unknown_is_off = TRUE, .now = 53.98,
    .expected = "1 06:00 on not_red; 1 22:00 on unknown_night; 2 06:00 unknown unknown_day; "
                "2 22:00 unknown unknown_night; 3 06:00 on not_red" },
  { "unknown-at-06h-off", "BB?BB", .unknown_is_off = TRUE, .now = 54,
    .expected = "1 06:00 on not_red; 1 22:00 on unknown_night; 2 06:00 off unknown_day; "
                "2 22:00 unknown unknown_night; 3 06:00 on not_red" },
  { "unknown-at-06h-on", "BB?BB", .unknown_is_off = FALSE, .now = 54,
    .expected = "1 06:00 on not_red; 1 22:00 on unknown_night; 2 06:00 on unknown_day; "
                "2 22:00 unknown unknown_night; 3 06:00 on not_red" },
  { "unknown-again-at-22h", "BB?BB", .unknown_is_off = TRUE, .now = 70,
    .expected = "1 06:00 on not_red; 1 22:00 on unknown_night; 2 06:00 off unknown_day; "
                "2 22:00 on unknown_night; 3 06:00 on not_red" },
  { "unknown-peak", "BB?BB", TSM_POLICY_PEAK, TRUE, .now = 30,
    .expected = "1 06:00 on not_red; 2 06:00 unknown unknown_day; 2 22:00 on not_red" },
  { "unknown-beside-red", "BR?BB", .unknown_is_off = TRUE, .now = 30,
    .expected = "1 06:00 off red; 2 06:00 unknown unknown_day; 2 22:00 unknown unknown_night; "
                "3 06:00 on not_red" },
  { "red-after-unknown", "BB?RB", .unknown_is_off = TRUE, .now = 30,
    .expected = "1 06:00 on not_red; 1 22:00 unknown unknown_night; 2 06:00 unknown unknown_day; "
                "2 22:00 off red" },
  { "derogation-over-undecided", "BB?BB", .unknown_is_off = TRUE, .now = 30,
    .derogations = { { 56, 58 } },
    .expected = "1 06:00 on not_red; 1 22:00 unknown unknown_night; 2 06:00 unknown unknown_day; "
                "2 08:00 on derogation; 2 10:00 unknown unknown_day; "
                "2 22:00 unknown unknown_night; 3 06:00 on not_red" },
  { "undecided-gap-is-not-short", "BB?BB", .unknown_is_off = TRUE, .now = 30,
    .derogations = { { 54, 58 }, { 58.25, 70 } },
    .expected = "1 06:00 on not_red; 1 22:00 unknown unknown_night; 2 06:00 on derogation; "
                "2 10:00 unknown unknown_day; 2 10:15 on derogation; "
                "2 22:00 unknown unknown_night; 3 06:00 on not_red" },
  { "unknown-day-gap-is-short", "BB?BB", .unknown_is_off = TRUE, .now = 55,
    .derogations = { { 54, 58 }, { 58.25, 70 } },
    .expected = "1 06:00 on not_red; 1 22:00 on unknown_night; 2 06:00 on derogation; "
                "2 10:00 on short_gap; 2 10:15 on derogation; 2 22:00 unknown unknown_night; "
                "3 06:00 on not_red" },
  { "hold-on-over-red", "BBRBB", .now = 47, .hold = TSM_POWER_ON, .hold_end = 54,
    .expected = "1 06:00 on not_red; 1 22:00 off red; 1 23:00 on hold; 2 06:00 off red; "
                "3 06:00 on not_red" },
  { "hold-off-over-blue", "BBBBB", .now = 40, .hold = TSM_POWER_OFF, .hold_end = 40.25,
    .expected = "1 06:00 on not_red; 1 16:00 off hold; 1 16:15 on not_red" },
  { "hold-off-over-derogation", "BBRBB", .now = 57, .derogations = { { 56, 59 } },
    .hold = TSM_POWER_OFF, .hold_end = 58,
    .expected = "1 06:00 on not_red; 1 22:00 off red; 2 08:00 on derogation; 2 09:00 off hold; "
                "2 10:00 on derogation; 2 11:00 off red; 3 06:00 on not_red" },
  { "hold-over-undecided", "BB?BB", .unknown_is_off = TRUE, .now = 53, .hold = TSM_POWER_ON,
    .hold_end = 55,
    .expected = "1 06:00 on not_red; 1 22:00 on unknown_night; 2 05:00 on hold; "
                "2 07:00 unknown unknown_day; 2 22:00 unknown unknown_night; 3 06:00 on not_red" },
  { "hold-leaves-a-short-gap", "BBRBB", .now = 50, .derogations = { { 56, 58 } },
    .hold = TSM_POWER_ON, .hold_end = 55.75,
    .expected = "1 06:00 on not_red; 1 22:00 off red; 2 02:00 on hold; 2 07:45 on short_gap; "
                "2 08:00 on derogation; 2 10:00 off red; 3 06:00 on not_red" },
  { "hold-on-soon-after-the-begin", "BBRBB", .now = 46.25, .hold = TSM_POWER_ON, .hold_end = 54,
    .expected = "1 06:00 on not_red; 1 22:00 off red; 1 22:15 on hold; 2 06:00 off red; "
                "3 06:00 on not_red" },
  { "hold-off-then-red-is-one-stretch", "BBRBB", .now = 50, .derogations = { { 56, 58 } },
    .hold = TSM_POWER_OFF, .hold_end = 55.75,
    .expected = "1 06:00 on not_red; 1 22:00 off red; 2 02:00 off hold; 2 07:45 off red; "
                "2 08:00 on derogation; 2 10:00 off red; 3 06:00 on not_red" },
  { "hold-over-is-over", "BBRBB", .now = 47, .hold = TSM_POWER_ON, .hold_end = 46,
    .expected = "1 06:00 on not_red; 1 22:00 off red; 3 06:00 on not_red" },
};

static gint64
hour (TsmDay first, double hours)
{
  const gint64 minute = (gint64) (hours * 60 + 0.5);

  return tsm_day_get_local_instant (first + (TsmDay) (minute / 1440), (guint) (minute % 1440),
                                    paris);
}

static char *
dup_text (const GArray *intervals, TsmDay first)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < intervals->len; i++) {
    const TsmInterval *interval = &g_array_index (intervals, TsmInterval, i);
    guint minute;
    const TsmDay day = tsm_day_get_civil (interval->begin, paris, &minute);

    g_string_append_printf (text, "%s%d %02u:%02u %s %s", i > 0 ? "; " : "", day - first,
                            minute / 60, minute % 60, tsm_power_to_string (interval->state),
                            tsm_reason_to_string (interval->reason));
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static TsmPlanDay
day_of_letter (TsmDay day, char letter)
{
  TsmPlanDay result = { .day = day, .possible = TSM_COLOUR_SET_ALL };

  if (letter == 'B')
    result.colour = TSM_COLOUR_BLUE;
  else if (letter == 'W')
    result.colour = TSM_COLOUR_WHITE;
  else if (letter == 'R')
    result.colour = TSM_COLOUR_RED;
  else if (letter == '-')
    result.possible = TSM_COLOUR_BIT (TSM_COLOUR_BLUE) | TSM_COLOUR_BIT (TSM_COLOUR_WHITE);
  return result;
}

static void
test_plan_tiles (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const TsmDay first = tsm_day_from_ymd (2026, 1, 26);
  const gsize n_days = strlen (plan_cases[i].colours);
  g_autoptr (GArray) intervals = g_array_new (FALSE, FALSE, sizeof (TsmInterval));
  g_autofree char *text = NULL;
  TsmPlanDay days[MAX_DAYS];
  TsmDerogation derogations[3];
  TsmPlanInput input = {
    .now = hour (first, plan_cases[i].now),
    .begin = hour (first, 30),
    .end = hour (first, (double) (n_days - 1) * 24 + 6),
    .zone = paris,
    .days = days,
    .n_days = n_days,
    .derogations = derogations,
    .hold = { plan_cases[i].hold, hour (first, plan_cases[i].hold_end) },
  };

  g_assert_cmpuint (n_days, <=, MAX_DAYS);
  for (gsize d = 0; d < n_days; d++) {
    days[d] = day_of_letter (first + (TsmDay) d, plan_cases[i].colours[d]);
    days[d].policy = plan_cases[i].policy;
    days[d].unknown_is_off = plan_cases[i].unknown_is_off;
  }
  for (; input.n_derogations < 3 && plan_cases[i].derogations[input.n_derogations].end > 0;
       input.n_derogations++) {
    const Range *range = &plan_cases[i].derogations[input.n_derogations];

    derogations[input.n_derogations] =
        (TsmDerogation){ 1, 1, hour (first, range->begin), hour (first, range->end) };
  }
  tsm_plan_compute (&input, intervals);
  text = dup_text (intervals, first);
  g_assert_cmpstr (text, ==, plan_cases[i].expected);
}

static void
test_plan_words (void)
{
  TsmReason reason = TSM_REASON_HOLD;

  for (TsmReason r = TSM_REASON_NOT_RED; r <= TSM_REASON_SHORT_GAP; r++) {
    g_assert_true (tsm_reason_from_string (tsm_reason_to_string (r), &reason));
    g_assert_cmpint (reason, ==, r);
  }
  reason = TSM_REASON_HOLD;
  g_assert_false (tsm_reason_from_string ("RED", &reason));
  g_assert_false (tsm_reason_from_string (NULL, &reason));
  g_assert_cmpint (reason, ==, TSM_REASON_HOLD);
}

/* One random plan: a few days at any time of the year, DST changes included. */
typedef struct {
  TsmPlanDay days[MAX_DAYS];
  TsmDerogation derogations[5];
  TsmPlanInput input;
} Fixture;

static void
fill_fixture (Fixture *fixture, GRand *rand)
{
  static const char letters[] = "BBWRRR?-";
  const TsmDay first = tsm_day_from_ymd (2024, 1, 1) + g_rand_int_range (rand, 0, 1500);
  const gint n_days = g_rand_int_range (rand, 3, MAX_DAYS + 1);
  TsmPlanInput *input = &fixture->input;
  gint64 unused;

  for (gint d = 0; d < n_days; d++) {
    fixture->days[d] = day_of_letter (first + d, letters[g_rand_int_range (rand, 0, 8)]);
    fixture->days[d].policy = g_rand_boolean (rand) ? TSM_POLICY_PEAK : TSM_POLICY_EVENING;
    fixture->days[d].unknown_is_off = g_rand_boolean (rand);
  }
  *input = (TsmPlanInput){ .zone = paris,
                           .days = fixture->days,
                           .n_days = (gsize) n_days,
                           .derogations = fixture->derogations,
                           .n_derogations = (gsize) g_rand_int_range (rand, 0, 6) };
  tsm_day_get_bounds (first + 1, paris, &input->begin, &unused);
  tsm_day_get_bounds (first + n_days - 2, paris, &unused, &input->end);
  for (gsize i = 0; i < input->n_derogations; i++) {
    const gint64 span_s = input->end - input->begin;
    const gint64 begin =
        input->begin + (gint64) (g_rand_double (rand) * (double) span_s) / 300 * 300 - 7200;

    fixture->derogations[i] =
        (TsmDerogation){ (gint64) i, 1, begin,
                         begin + 300 * (gint64) g_rand_int_range (rand, 1, 288) };
  }
  input->now =
      input->begin + (gint64) (g_rand_double (rand) * (double) (input->end - input->begin));
  /* What is shown begins now, or at a day's begin. */
  if (g_rand_boolean (rand))
    input->begin = input->now;
  if (g_rand_int_range (rand, 0, 4) == 0) {
    input->hold.state = g_rand_boolean (rand) ? TSM_POWER_ON : TSM_POWER_OFF;
    input->hold.end = input->now + g_rand_int_range (rand, -3600, 86400);
  }
}

static gboolean
is_covered (const TsmPlanInput *input, gint64 at)
{
  for (gsize i = 0; i < input->n_derogations; i++) {
    if (input->derogations[i].begin <= at && at < input->derogations[i].end)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_in_red_window (const TsmPlanInput *input, gint64 at)
{
  for (gsize i = 0; i < input->n_days; i++) {
    if (input->days[i].colour == TSM_COLOUR_RED &&
        tsm_span_contains (tsm_window_of_day (input->days[i].day, input->days[i].policy, paris),
                           at))
      return TRUE;
  }
  return FALSE;
}

/* What must hold at an instant, whatever the tile it lies in. */
static void
check_instant (const TsmPlanInput *input, const TsmInterval *interval, gint64 at)
{
  const gboolean is_held =
      input->hold.state != TSM_POWER_UNKNOWN && input->now <= at && at < input->hold.end;

  if (is_held) {
    g_assert_cmpint (interval->reason, ==, TSM_REASON_HOLD);
    g_assert_cmpint (interval->state, ==, input->hold.state);
    return;
  }
  g_assert_cmpint (interval->reason, !=, TSM_REASON_HOLD);
  if (is_covered (input, at))
    g_assert_cmpint (interval->state, ==, TSM_POWER_ON);
  else if (is_in_red_window (input, at))
    g_assert_true (interval->state == TSM_POWER_OFF || interval->reason == TSM_REASON_SHORT_GAP);
  else
    g_assert_cmpint (interval->reason, !=, TSM_REASON_RED);
  if (interval->reason == TSM_REASON_DEROGATION)
    g_assert_true (is_covered (input, at));
  if (interval->reason == TSM_REASON_SHORT_GAP)
    g_assert_cmpint (interval->end - interval->begin, <, TSM_PLAN_SHORT_GAP_S);
}

static void
check_plan (const TsmPlanInput *input, const GArray *intervals)
{
  gint64 at = input->begin;

  for (guint i = 0; i < intervals->len; i++) {
    const TsmInterval *interval = &g_array_index (intervals, TsmInterval, i);

    g_assert_cmpint (interval->begin, ==, at);
    g_assert_cmpint (interval->begin, <, interval->end);
    if (i > 0)
      g_assert_true (interval[-1].state != interval->state ||
                     interval[-1].reason != interval->reason);
    if (interval->begin <= input->now)
      g_assert_cmpint (interval->state, !=, TSM_POWER_UNKNOWN);
    check_instant (input, interval, interval->begin);
    check_instant (input, interval, interval->begin + (interval->end - interval->begin) / 2);
    check_instant (input, interval, interval->end - 1);
    at = interval->end;
  }
  g_assert_cmpint (at, ==, input->end);
}

static void
test_plan_holds_for_random_days (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260127);
  g_autoptr (GArray) intervals = g_array_new (FALSE, FALSE, sizeof (TsmInterval));

  for (guint i = 0; i < N_RANDOM; i++) {
    Fixture fixture;

    fill_fixture (&fixture, rand);
    g_array_set_size (intervals, 0);
    tsm_plan_compute (&fixture.input, intervals);
    check_plan (&fixture.input, intervals);
  }
}

/* A stretch that the asked range cuts is judged by its whole length: at 07:50 an off stretch that
 * ends at 08:00 is no short gap. */
static void
test_plan_does_not_depend_on_its_range (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260128);
  g_autoptr (GArray) whole = g_array_new (FALSE, FALSE, sizeof (TsmInterval));
  g_autoptr (GArray) part = g_array_new (FALSE, FALSE, sizeof (TsmInterval));
  guint n_off = 0;

  for (guint i = 0; i < N_RANDOM; i++) {
    Fixture fixture;
    TsmPlanInput *input = &fixture.input;

    fill_fixture (&fixture, rand);
    g_array_set_size (whole, 0);
    g_array_set_size (part, 0);
    tsm_plan_compute (input, whole);
    input->begin = MAX (input->begin, g_array_index (whole, TsmInterval, 0).end - 60);
    input->end = input->begin + 1;
    tsm_plan_compute (input, part);
    g_assert_cmpuint (part->len, ==, 1);
    g_assert_cmpint (g_array_index (part, TsmInterval, 0).state, ==,
                     g_array_index (whole, TsmInterval, 0).state);
    g_assert_cmpint (g_array_index (part, TsmInterval, 0).reason, ==,
                     g_array_index (whole, TsmInterval, 0).reason);
    n_off += g_array_index (part, TsmInterval, 0).state == TSM_POWER_OFF;
  }
  g_assert_cmpuint (n_off, >, N_RANDOM / 10);
}

int
main (int argc, char **argv)
{
  gint result;

  g_test_init (&argc, &argv, NULL);
  paris = g_time_zone_new_identifier ("Europe/Paris");
  for (guint i = 0; i < G_N_ELEMENTS (plan_cases); i++) {
    g_autofree char *path = g_strconcat ("/plan/tiles/", plan_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_plan_tiles);
  }
  g_test_add_func ("/plan/words", test_plan_words);
  g_test_add_func ("/plan/random", test_plan_holds_for_random_days);
  g_test_add_func ("/plan/range", test_plan_does_not_depend_on_its_range);
  result = g_test_run ();
  g_clear_pointer (&paris, g_time_zone_unref);
  return result;
}
