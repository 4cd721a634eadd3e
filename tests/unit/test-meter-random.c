/* SPDX-License-Identifier: MIT
 * The meter against random readings: what holds always (DESIGN 7, 1 and 3), whatever the plug says.
 */
#include "rules/tsm-meter.h"

#include "base/tsm-limits.h"

#define N_WILD     20000
#define N_FAITHFUL 3000
#define ORIGIN     G_GINT64_CONSTANT (1768176000)
#define MEMORY     8

/* The caller's books: the sums of the epoch and where its tiles end. */
typedef struct {
  gboolean is_open;
  gint64 tiled_at;
  gint64 first_wh, last_wh, energy_wh, drop_wh;
  gint64 booked_wh;
  guint n_energy, n_epochs;
} Books;

static void
check_outcome (Books *books, const TsmReading *reading, const TsmMeterOutcome *outcome)
{
  switch (outcome->verdict) {
  case TSM_METER_FIRST:
    g_assert_false (books->is_open);
    break;
  case TSM_METER_ENERGY:
    g_assert_true (books->is_open);
    g_assert_cmpint (outcome->from, ==, books->tiled_at);
    g_assert_cmpint (reading->at, >, outcome->from);
    g_assert_cmpint (outcome->energy_wh, >=, 0);
    books->n_energy++;
    books->booked_wh += outcome->energy_wh;
    books->energy_wh += outcome->energy_wh;
    books->drop_wh += outcome->drop_wh;
    books->last_wh = reading->total_wh;
    books->tiled_at = reading->at;
    g_assert_cmpint (books->energy_wh, ==, books->last_wh - books->first_wh + books->drop_wh);
    return;
  case TSM_METER_EPOCH:
    g_assert_true (books->is_open);
    g_assert_cmpint (outcome->from, ==, books->tiled_at);
    g_assert_cmpint (reading->at, >, outcome->from);
    g_assert_cmpint (outcome->energy_wh, ==, 0);
    g_assert_cmpint (outcome->drop_wh, ==, 0);
    books->n_epochs++;
    break;
  case TSM_METER_PENDING:
  case TSM_METER_REFUSED:
    g_assert_cmpint (outcome->energy_wh, ==, 0);
    g_assert_cmpint (outcome->drop_wh, ==, 0);
    return;
  }
  books->is_open = TRUE;
  books->tiled_at = reading->at;
  books->first_wh = books->last_wh = reading->total_wh;
  books->energy_wh = books->drop_wh = 0;
}

static gint64
pick (GRand *random, const gint64 *values, guint n)
{
  return values[g_rand_int_range (random, 0, (gint32) n)];
}

/* Anything a plug, a clock or a wire could make of a reading. */
static void
make_wild (GRand *random, TsmReading *reading, const gint64 *totals_wh)
{
  static const gint64 waits_s[] = {
    0, 1, 1, 30, 60, 60, 60, 60, 300, 3600, 90000, 900000, -5, -7200
  };
  static const gint64 steps_wh[] = { 0,  0,   1,    1,    1,     2,      5,        -1,
                                     -2, -40, -900, 1400, 50000, -50000, 42949672, -300000000 };
  static const gint64 uptimes_s[] = { -1, -1, -1, 0, 30, 119, 120, 1000, 1800, 4000, 900000 };
  static const gint64 powers_w[] = { -1, 0, 60, 60, 60, 250, 3700, G_MAXINT64 };
  static const gint64 starts[] = { TSM_INSTANT_NONE, 0,          1700000000,
                                   1700000000,       1700000000, 1700000061 };

  reading->at += pick (random, waits_s, G_N_ELEMENTS (waits_s));
  /* Back to a level seen before, or a step from the last. */
  if (g_rand_int_range (random, 0, 4) == 0)
    reading->total_wh = totals_wh[g_rand_int_range (random, 0, MEMORY)];
  reading->total_wh += pick (random, steps_wh, G_N_ELEMENTS (steps_wh));
  reading->step_wh = g_rand_int_range (random, 0, 9) == 0 ? 100 : 1;
  reading->power_w = pick (random, powers_w, G_N_ELEMENTS (powers_w));
  reading->uptime_s = pick (random, uptimes_s, G_N_ELEMENTS (uptimes_s));
  reading->clock_at = g_rand_int_range (random, 0, 5) == 0 ? 1000 : reading->at;
  reading->total_start = pick (random, starts, G_N_ELEMENTS (starts));
  reading->mac[0] = '\0';
  if (reading->uptime_s >= 0)
    g_strlcpy (reading->mac,
               g_rand_int_range (random, 0, 20) == 0 ? "AA:BB:CC:00:00:02" : "aa:bb:cc:00:00:01",
               sizeof reading->mac);
}

static void
test_meter_random_wild (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20260112);
  guint n_energy = 0, n_epochs = 0;

  for (guint i = 0; i < N_WILD; i++) {
    TsmMeter meter = { 0 };
    Books books = { 0 };
    TsmReading reading = { .at = ORIGIN, .total_wh = 400000 };
    gint64 totals_wh[MEMORY] = { 400000, 0, 1, 400100, 390000, 1000000, 399000, 400001 };

    for (guint j = 0; j < 40; j++) {
      TsmMeterOutcome outcome;

      make_wild (random, &reading, totals_wh);
      totals_wh[j % MEMORY] = reading.total_wh;
      tsm_meter_feed (&meter, &reading, 0, TSM_LIMIT_PLUG_W, &outcome);
      check_outcome (&books, &reading, &outcome);
    }
    n_energy += books.n_energy;
    n_epochs += books.n_epochs;
  }
  g_assert_cmpuint (n_energy, >, N_WILD);
  g_assert_cmpuint (n_epochs, >, N_WILD / 10);
}

/* A plug that counts right and loses power at random: never more is booked than flowed, and what is
 * missing is a minute and a boot for each cut. */
typedef struct {
  gint64 at;
  gint64 counter_ws; /* since the last save */
  gint64 saved_ws;
  gint64 hidden_ws; /* saved, but not shown until the clock is set */
  gint64 true_ws;
  gint64 power_w;
  gint64 boot_at, clock_set_at;
  guint n_cuts;
} Plug;

static void
plug_run (Plug *plug, gint64 duration_s)
{
  for (gint64 i = 0; i < duration_s; i++, plug->at++) {
    plug->true_ws += plug->power_w;
    plug->counter_ws += plug->power_w;
    if (plug->at == plug->clock_set_at) {
      plug->counter_ws += plug->hidden_ws;
      plug->hidden_ws = 0;
    }
  }
}

static void
plug_cut (Plug *plug, GRand *random)
{
  const gint64 off_s = g_rand_int_range (random, 1, 4000);

  /* Of what was counted since the save a part is gone, a part is hidden until NTP answers. */
  plug->hidden_ws = g_rand_boolean (random) ? plug->counter_ws / 2 : 0;
  plug->counter_ws = 0;
  plug->at += off_s;
  plug->boot_at = plug->at;
  plug->clock_set_at = plug->at + g_rand_int_range (random, 5, 9000);
  plug->n_cuts++;
}

static TsmReading
plug_read (const Plug *plug, gboolean detail)
{
  TsmReading reading = {
    .at = plug->at,
    .total_wh = (plug->saved_ws + plug->counter_ws) / 3600,
    .step_wh = 1,
    .power_w = plug->power_w,
    .clock_at = plug->at > plug->clock_set_at ? plug->at : plug->at - plug->boot_at,
    .total_start = 1700000000,
    .uptime_s = detail ? plug->at - plug->boot_at : -1,
  };

  if (detail)
    g_strlcpy (reading.mac, "AA:BB:CC:00:00:01", sizeof reading.mac);
  return reading;
}

static void
run_faithful (GRand *random)
{
  TsmMeter meter = { 0 };
  Books books = { 0 };
  Plug plug = { .at = ORIGIN, .boot_at = ORIGIN - 900000, .saved_ws = 360000000, .power_w = 60 };
  gboolean detail = TRUE;
  gint64 first_true_ws, tiled_true_ws = 0, error_wh;
  guint last_cut = 0;

  first_true_ws = plug.true_ws;
  for (guint i = 0; i < 300; i++) {
    TsmMeterOutcome outcome;
    TsmReading reading;

    plug_run (&plug, detail && i > 0 ? 1 : 60);
    /* Cuts far enough apart that each one's story ends, in the last 200 polls none. */
    if (i < 100 && i > 5 && (plug.n_cuts == 0 || i > last_cut + 40) &&
        g_rand_int_range (random, 0, 20) == 0) {
      plug_cut (&plug, random);
      plug_run (&plug, g_rand_int_range (random, 4, 60));
      last_cut = i;
      detail = TRUE; /* some poll failed */
    }
    reading = plug_read (&plug, detail);
    tsm_meter_feed (&meter, &reading, 0, TSM_LIMIT_PLUG_W, &outcome);
    check_outcome (&books, &reading, &outcome);
    detail = outcome.wants_detail;
    if (outcome.verdict == TSM_METER_ENERGY)
      tiled_true_ws = plug.true_ws;
  }
  g_assert_cmpuint (books.n_epochs, ==, 0);
  g_assert_cmpint (plug.at - books.tiled_at, <=, 60);
  error_wh = books.booked_wh - (tiled_true_ws - first_true_ws) / 3600;
  /* The tolerance of rule 3, 20 % and 10 Wh, over the half hour that a boot can be unsettled, and
   * the minute before the cut. */
  g_assert_cmpint (error_wh, <=, 1 + 16 * (gint64) plug.n_cuts);
  g_assert_cmpint (error_wh, >=, -2 - 17 * (gint64) plug.n_cuts);
}

static void
test_meter_random_faithful (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (16791);

  for (guint i = 0; i < N_FAITHFUL; i++)
    run_faithful (random);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/meter/random/wild", test_meter_random_wild);
  g_test_add_func ("/meter/random/faithful", test_meter_random_faithful);
  return g_test_run ();
}
