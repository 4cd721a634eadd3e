/* SPDX-License-Identifier: MIT
 * The meter's rules at their bounds, reading by reading. */
#include "rules/tsm-meter.h"

#include "base/tsm-limits.h"

#define DAY_S 86400
/* 2026-01-12 00:00 UTC */
#define ORIGIN   G_GINT64_CONSTANT (1768176000)
#define START_AT G_GINT64_CONSTANT (1700000000)

/* Readings by hand, for what needs exact values. The plug is up for ten days unless told. */
static TsmReading
reading_of (gint64 at_s, gint64 total_wh)
{
  return (TsmReading){
    .at = ORIGIN + at_s,
    .total_wh = total_wh,
    .step_wh = 1,
    .power_w = 60,
    .today_wh = -1,
    .yesterday_wh = -1,
    .clock_at = ORIGIN + at_s,
    .total_start = START_AT,
    .uptime_s = 10 * DAY_S + at_s,
    .mac = "AA:BB:CC:00:00:01",
  };
}

static TsmMeterOutcome
feed (TsmMeter *meter, TsmReading reading)
{
  TsmMeterOutcome outcome;

  tsm_meter_feed (meter, &reading, 0, TSM_LIMIT_PLUG_W, &outcome);
  return outcome;
}

static const struct {
  const char *name;
  gint64 gap_s, rise_wh, step_wh;
  TsmMeterVerdict verdict;
} step_cases[] = {
  { "still", 60, 0, 1, TSM_METER_ENERGY },
  { "carried", 60, 66 + 10 + 1, 1, TSM_METER_ENERGY }, /* 4 kW for 60 s is 66.7, rounded */
  { "just-past", 60, 67 + 10 + 2, 1, TSM_METER_REFUSED },
  { "coarse", 60, 67 + 10 + 100, 100, TSM_METER_ENERGY },
  { "coarse-past", 60, 67 + 10 + 101, 100, TSM_METER_REFUSED },
  { "hour-full", 3600, 4000, 1, TSM_METER_ENERGY },
  { "hour-past", 3600, 4012, 1, TSM_METER_REFUSED },
  { "ten-days", 864000, 14400, 1, TSM_METER_ENERGY },
  { "ten-days-full", 864000, 960000, 1, TSM_METER_ENERGY },
  { "ten-days-past", 864000, 960012, 1, TSM_METER_REFUSED },
  { "not-a-counter", 60, TSM_LIMIT_TOTAL_WH, 1, TSM_METER_REFUSED },
  { "negative", 60, -100001, 1, TSM_METER_REFUSED },
};

static void
test_meter_step (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  TsmMeter meter = { 0 };
  TsmReading reading = reading_of (step_cases[i].gap_s, 100000 + step_cases[i].rise_wh);
  TsmMeterOutcome outcome;

  g_assert_cmpint (feed (&meter, reading_of (0, 100000)).verdict, ==, TSM_METER_FIRST);
  reading.step_wh = step_cases[i].step_wh;
  outcome = feed (&meter, reading);
  g_assert_cmpint (outcome.verdict, ==, step_cases[i].verdict);
  if (outcome.verdict == TSM_METER_ENERGY) {
    g_assert_cmpint (outcome.energy_wh, ==, step_cases[i].rise_wh);
    g_assert_cmpint (outcome.from, ==, ORIGIN);
    g_assert_cmpint (outcome.drop_wh, ==, 0);
  } else {
    g_assert_cmpint (outcome.reason, ==, TSM_METER_REASON_ABSURD);
    /* The baseline stands. */
    outcome = feed (&meter, reading_of (step_cases[i].gap_s + 60, 100001));
    g_assert_cmpint (outcome.energy_wh, ==, 1);
    g_assert_cmpint (outcome.from, ==, ORIGIN);
  }
}

/* Refusals that do not agree with each other are no preset. */
static void
test_meter_refusal_disagrees (void)
{
  static const gint64 totals_wh[] = { 300000, 500000, 300000, 700000, 200000, 900000 };
  TsmMeter meter = { 0 };
  TsmMeterOutcome outcome;

  feed (&meter, reading_of (0, 100000));
  for (guint i = 0; i < G_N_ELEMENTS (totals_wh); i++)
    g_assert_cmpint (feed (&meter, reading_of (60 * (i + 1), totals_wh[i])).verdict, ==,
                     TSM_METER_REFUSED);
  outcome = feed (&meter, reading_of (420, 100007));
  g_assert_cmpint (outcome.verdict, ==, TSM_METER_ENERGY);
  g_assert_cmpint (outcome.energy_wh, ==, 7);
}

/* A small preset does not become plausible by waiting: the third look makes it an epoch. */
static void
test_meter_refusal_small_preset (void)
{
  TsmMeter meter = { 0 };
  TsmMeterOutcome outcome;

  feed (&meter, reading_of (0, 100000));
  g_assert_cmpint (feed (&meter, reading_of (60, 100101)).verdict, ==, TSM_METER_REFUSED);
  g_assert_cmpint (feed (&meter, reading_of (120, 100102)).verdict, ==, TSM_METER_REFUSED);
  outcome = feed (&meter, reading_of (180, 100103));
  g_assert_cmpint (outcome.verdict, ==, TSM_METER_EPOCH);
  g_assert_cmpint (outcome.reason, ==, TSM_METER_REASON_COUNTER_SET);
  g_assert_cmpint (outcome.from, ==, ORIGIN);
  outcome = feed (&meter, reading_of (240, 100104));
  g_assert_cmpint (outcome.verdict, ==, TSM_METER_ENERGY);
  g_assert_cmpint (outcome.energy_wh, ==, 1);
}

static const struct {
  const char *name;
  gint64 gap_s, rise_wh, uptime_s; /* of the first look; others follow each minute */
  guint n_refused;                 /* looks before a conclusion */
  TsmMeterVerdict verdict;
  TsmMeterReason reason;
  gint64 energy_wh;
} doubt_cases[] = {
  { "explained", 600, 21, 300, 0, TSM_METER_ENERGY, TSM_METER_REASON_NONE, 21 },
  /* At 60 W, 12 Wh in the twelve minutes that three looks take. */
  { "short-gap", 600, 300, 300, 2, TSM_METER_ENERGY, TSM_METER_REASON_ADDED, 12 },
  { "short-gap-old-boot", 600, 300, 10 * DAY_S, 0, TSM_METER_ENERGY, TSM_METER_REASON_NONE, 300 },
  /* While it is looked at, the gap grows past what two momentary powers speak for. */
  { "gap-grows-long", 880, 300, 300, 1, TSM_METER_ENERGY, TSM_METER_REASON_NONE, 301 },
  { "quarter", 900, 300, 300, 1, TSM_METER_ENERGY, TSM_METER_REASON_NONE, 301 },
  { "past-a-quarter", 901, 300, 300, 0, TSM_METER_ENERGY, TSM_METER_REASON_NONE, 300 },
  { "hours", 27000, 1750, 1800, 0, TSM_METER_ENERGY, TSM_METER_REASON_NONE, 1750 },
  { "hours-full", 27000, 30000, 1800, 0, TSM_METER_ENERGY, TSM_METER_REASON_NONE, 30000 },
  { "hours-more-than-it-carries", 27000, 40000, 1800, 2, TSM_METER_EPOCH,
    TSM_METER_REASON_COUNTER_SET, 0 },
  { "short-gap-more-than-it-carries", 600, 5000, 300, 2, TSM_METER_EPOCH,
    TSM_METER_REASON_COUNTER_SET, 0 },
};

/* The power alone never makes an epoch: energy would be thrown away. */
static void
test_meter_doubt (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  TsmMeter meter = { 0 };
  TsmMeterOutcome outcome = { .verdict = TSM_METER_REFUSED };
  guint n_refused = 0;

  feed (&meter, reading_of (0, 100000));
  while (n_refused < 5 && outcome.verdict == TSM_METER_REFUSED) {
    const gint64 at_s = doubt_cases[i].gap_s + 60 * n_refused;
    TsmReading reading = reading_of (at_s, 100000 + doubt_cases[i].rise_wh + n_refused);

    reading.uptime_s = doubt_cases[i].uptime_s + 60 * n_refused;
    outcome = feed (&meter, reading);
    if (outcome.verdict != TSM_METER_REFUSED)
      break;
    g_assert_cmpint (outcome.reason, ==, TSM_METER_REASON_ABSURD);
    n_refused++;
  }
  g_assert_cmpuint (n_refused, ==, doubt_cases[i].n_refused);
  g_assert_cmpint (outcome.verdict, ==, doubt_cases[i].verdict);
  g_assert_cmpint (outcome.reason, ==, doubt_cases[i].reason);
  g_assert_cmpint (outcome.energy_wh, ==, doubt_cases[i].energy_wh);
  if (outcome.verdict == TSM_METER_ENERGY)
    g_assert_cmpint (outcome.drop_wh, ==,
                     outcome.energy_wh - doubt_cases[i].rise_wh - (gint64) n_refused);
}

/* A doubted rise that goes away again was a glitch. */
static void
test_meter_doubt_glitch (void)
{
  TsmMeter meter = { 0 };
  TsmReading reading = reading_of (600, 100300);
  TsmMeterOutcome outcome;

  feed (&meter, reading_of (0, 100000));
  reading.uptime_s = 300;
  g_assert_cmpint (feed (&meter, reading).verdict, ==, TSM_METER_REFUSED);
  reading = reading_of (660, 100011);
  reading.uptime_s = 360;
  outcome = feed (&meter, reading);
  g_assert_cmpint (outcome.verdict, ==, TSM_METER_ENERGY);
  g_assert_cmpint (outcome.energy_wh, ==, 11);
  g_assert_cmpint (outcome.drop_wh, ==, 0);
  /* The count begins anew. */
  for (guint i = 0; i < 2; i++) {
    reading = reading_of (900 + 60 * i, 100300);
    reading.uptime_s = 600 + 60 * i;
    g_assert_cmpint (feed (&meter, reading).verdict, ==, TSM_METER_REFUSED);
  }
}

/* The counter falls by 2 Wh at midnight and climbs back: nothing is booked twice, and the sums hold
 * at every step. */
static void
test_meter_midnight (void)
{
  static const struct {
    gint64 total_wh, energy_wh, drop_wh;
    TsmMeterReason reason;
  } rows[] = {
    { 100001, 1, 0, TSM_METER_REASON_NONE },      { 99999, 0, 2, TSM_METER_REASON_MIDNIGHT },
    { 99999, 0, 0, TSM_METER_REASON_NONE },       { 99999, 0, 0, TSM_METER_REASON_NONE },
    { 100000, 0, -1, TSM_METER_REASON_MIDNIGHT }, { 100000, 0, 0, TSM_METER_REASON_NONE },
    { 99999, 0, 1, TSM_METER_REASON_MIDNIGHT },   { 100001, 0, -2, TSM_METER_REASON_MIDNIGHT },
    { 100003, 2, 0, TSM_METER_REASON_NONE },      { 100001, 0, 2, TSM_METER_REASON_MIDNIGHT },
    { 100006, 3, -2, TSM_METER_REASON_MIDNIGHT }, { 100007, 1, 0, TSM_METER_REASON_NONE },
  };
  TsmMeter meter = { 0 };
  gint64 energy_wh = 0, drop_wh = 0;

  feed (&meter, reading_of (0, 100000));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const TsmMeterOutcome outcome = feed (&meter, reading_of (60 * (i + 1), rows[i].total_wh));

    g_test_message ("row %u", i);
    g_assert_cmpint (outcome.verdict, ==, TSM_METER_ENERGY);
    g_assert_cmpint (outcome.from, ==, ORIGIN + 60 * i);
    g_assert_cmpint (outcome.energy_wh, ==, rows[i].energy_wh);
    g_assert_cmpint (outcome.drop_wh, ==, rows[i].drop_wh);
    g_assert_cmpint (outcome.reason, ==, rows[i].reason);
    energy_wh += outcome.energy_wh;
    drop_wh += outcome.drop_wh;
    g_assert_cmpint (energy_wh, ==, rows[i].total_wh - 100000 + drop_wh);
  }
}

/* A poll without uptime is no reason to ask again each minute of a night. */
static void
test_meter_midnight_asks_once (void)
{
  TsmMeter meter = { 0 };
  guint n_asked = 0;

  feed (&meter, reading_of (0, 100000));
  for (guint i = 1; i < 600; i++) {
    TsmReading reading = reading_of (60 * i, 99999);

    if (n_asked == 0 || i % 60 != 0)
      reading.uptime_s = i == 2 ? reading.uptime_s : -1;
    n_asked += feed (&meter, reading).wants_detail ? 1 : 0;
  }
  g_assert_cmpuint (n_asked, ==, 1);
}

/* An unsettled refusal counts for nothing, and the first without detail only asks. */
static void
test_meter_wants_detail (void)
{
  TsmMeter meter = { 0 };
  TsmReading reading = reading_of (60, 500000);
  TsmMeterOutcome outcome;

  feed (&meter, reading_of (0, 100000));
  reading.uptime_s = -1;
  outcome = feed (&meter, reading);
  g_assert_cmpint (outcome.verdict, ==, TSM_METER_REFUSED);
  g_assert_true (outcome.wants_detail);
  reading = reading_of (61, 500000);
  reading.uptime_s = 119;
  outcome = feed (&meter, reading);
  g_assert_cmpint (outcome.reason, ==, TSM_METER_REASON_UNSETTLED);
  g_assert_false (outcome.wants_detail);
  reading = reading_of (120, 99000); /* a drop */
  reading.uptime_s = -1;
  outcome = feed (&meter, reading);
  g_assert_cmpint (outcome.verdict, ==, TSM_METER_PENDING);
  g_assert_cmpint (outcome.reason, ==, TSM_METER_REASON_UNEXPLAINED);
  g_assert_true (outcome.wants_detail);
}

/* The plug answers the second look within the second. */
static void
test_meter_same_second (void)
{
  TsmMeter meter = { 0 };
  TsmReading reading = reading_of (600, 99000);
  TsmMeterOutcome outcome;

  feed (&meter, reading_of (0, 100000));
  reading.uptime_s = -1;
  g_assert_true (feed (&meter, reading).wants_detail);
  reading.uptime_s = 130;
  outcome = feed (&meter, reading);
  g_assert_cmpint (outcome.verdict, ==, TSM_METER_ENERGY);
  g_assert_cmpint (outcome.reason, ==, TSM_METER_REASON_POWER_CUT);
  g_assert_cmpint (outcome.energy_wh, ==, 2); /* 60 W since the boot */
  g_assert_cmpint (outcome.drop_wh, ==, 1002);
  outcome = feed (&meter, reading); /* and once concluded, it is over */
  g_assert_cmpint (outcome.reason, ==, TSM_METER_REASON_BEHIND);
}

/* Our clock is set back by two hours while 60 W flow on. */
static void
test_meter_behind (void)
{
  TsmMeter meter = { 0 };
  TsmMeterOutcome outcome;
  gint64 total_wh = 100000;

  feed (&meter, reading_of (7200, total_wh));
  for (gint64 at_s = 0; at_s <= 7200; at_s += 60) {
    outcome = feed (&meter, reading_of (at_s, ++total_wh));
    g_assert_cmpint (outcome.verdict, ==, TSM_METER_REFUSED);
    g_assert_cmpint (outcome.reason, ==, TSM_METER_REASON_BEHIND);
  }
  outcome = feed (&meter, reading_of (7260, ++total_wh));
  g_assert_cmpint (outcome.verdict, ==, TSM_METER_ENERGY);
  g_assert_cmpint (outcome.from, ==, ORIGIN + 7200);
  g_assert_cmpint (outcome.energy_wh, ==, total_wh - 100000);
  /* And the absurd stays absurd: the two hours are spent. */
  g_assert_cmpint (feed (&meter, reading_of (7320, total_wh + 200)).verdict, ==, TSM_METER_REFUSED);
}

/* The first reading has to be settled; the counter of a fresh boot may still move. */
static void
test_meter_first_settled (void)
{
  TsmMeter meter = { 0 };
  TsmReading reading = reading_of (0, 98600);

  reading.uptime_s = 30;
  g_assert_cmpint (feed (&meter, reading).verdict, ==, TSM_METER_PENDING);
  /* A plain poll does not tell the uptime, but the boot is known. */
  reading = reading_of (60, 98601);
  reading.uptime_s = -1;
  g_assert_cmpint (feed (&meter, reading).verdict, ==, TSM_METER_PENDING);
  g_assert_cmpint (feed (&meter, reading_of (120, 100000)).verdict, ==, TSM_METER_FIRST);
  g_assert_cmpint (feed (&meter, reading_of (180, 100001)).energy_wh, ==, 1);
}

#define RIGHT(at) (ORIGIN + (at))

static const struct {
  const char *name;
  gint64 clock_at; /* ours is ORIGIN + 3600, the configured zone's offset 3600 */
  gint64 uptime_s;
  gboolean right, unsettled;
} clock_cases[] = {
  { "right", RIGHT (7200), 600, TRUE, FALSE },
  { "right-119", RIGHT (7200), 119, TRUE, TRUE },
  { "right-120", RIGHT (7200), 120, TRUE, FALSE },
  { "ten-minutes-off", RIGHT (7800), 600, TRUE, FALSE },
  { "past-ten-minutes", RIGHT (7801), 600, FALSE, TRUE },
  { "other-zone", RIGHT (3600), 600, TRUE, FALSE },
  { "other-zone-45", RIGHT (7200 + 20700), 600, TRUE, FALSE },
  { "other-zone-off-a-minute", RIGHT (3540), 600, TRUE, FALSE },
  { "other-zone-off-more", RIGHT (3539), 600, FALSE, TRUE },
  { "no-zone", RIGHT (7200 + 27 * 3600), 600, FALSE, TRUE },
  { "stuck-last-week", RIGHT (7200 - 7 * DAY_S), 600, FALSE, TRUE },
  { "unset", 600, 600, FALSE, TRUE },
  { "unset-1799", 1799, 1799, FALSE, TRUE },
  { "unset-1800", 1800, 1800, FALSE, FALSE },
  { "2019", 1577836799, 600, FALSE, TRUE },
  { "not-told", TSM_INSTANT_NONE, 600, FALSE, TRUE },
  { "no-uptime", 600, -1, FALSE, FALSE },
};

static void
test_meter_clock (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  TsmReading reading = reading_of (3600, 100000);

  reading.clock_at = clock_cases[i].clock_at;
  reading.uptime_s = clock_cases[i].uptime_s;
  g_assert_cmpint (tsm_meter_is_clock_right (&reading, 3600), ==, clock_cases[i].right);
  g_assert_cmpint (tsm_meter_is_unsettled (&reading, 3600), ==, clock_cases[i].unsettled);
}

static void
test_meter_reason_words (void)
{
  TsmMeterReason reason = TSM_METER_REASON_DIP;

  for (guint i = 0; i <= TSM_METER_REASON_COUNTER_LOW; i++) {
    g_assert_true (
        tsm_meter_reason_from_string (tsm_meter_reason_to_string ((TsmMeterReason) i), &reason));
    g_assert_cmpuint (reason, ==, i);
  }
  g_assert_false (tsm_meter_reason_from_string ("lightning", &reason));
  g_assert_cmpint (reason, ==, TSM_METER_REASON_COUNTER_LOW);
}

#define ADD_CASES(prefix, cases, function)                                           \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {                                 \
    g_autofree char *path = g_strconcat ("/meter/" prefix "/", cases[i].name, NULL); \
                                                                                     \
    g_test_add_data_func (path, GUINT_TO_POINTER (i), function);                     \
  }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("step", step_cases, test_meter_step);
  ADD_CASES ("doubt", doubt_cases, test_meter_doubt);
  ADD_CASES ("clock", clock_cases, test_meter_clock);
  g_test_add_func ("/meter/refusal/disagrees", test_meter_refusal_disagrees);
  g_test_add_func ("/meter/refusal/small-preset", test_meter_refusal_small_preset);
  g_test_add_func ("/meter/doubt-glitch", test_meter_doubt_glitch);
  g_test_add_func ("/meter/midnight", test_meter_midnight);
  g_test_add_func ("/meter/midnight-asks-once", test_meter_midnight_asks_once);
  g_test_add_func ("/meter/wants-detail", test_meter_wants_detail);
  g_test_add_func ("/meter/behind", test_meter_behind);
  g_test_add_func ("/meter/same-second", test_meter_same_second);
  g_test_add_func ("/meter/first-settled", test_meter_first_settled);
  g_test_add_func ("/meter/reason/words", test_meter_reason_words);
  return g_test_run ();
}
