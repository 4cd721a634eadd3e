/* SPDX-License-Identifier: MIT */
#include "rules/tsm-day.h"
#include "sim/tsm-world.h"
#include "test-time.h"

/* A Friday in winter, 10:00 in Paris. */
#define BEGIN "2026-01-09T10:00:00+01:00"

static TsmWorld *
world_new (guint64 seed)
{
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");
  const TsmWorldConfig config = { .seed = seed, .zone = paris, .begin = test_instant (BEGIN) };

  return tsm_world_new (&config);
}

static void
ask (TsmWorld *world, TsmEffectKind kind, TsmOrder order, gboolean with_detail)
{
  g_autoptr (TsmEffect) effect = tsm_effect_new (kind);

  effect->order = order;
  effect->with_detail = with_detail;
  tsm_world_start (world, effect);
}

/* Lets time pass until the next answer. */
static TsmEvent *
wait_answer (TsmWorld *world)
{
  TsmEvent *event;

  while ((event = tsm_world_take_answer (world)) == NULL) {
    g_assert_cmpint (tsm_world_get_wake_at (world), <, G_MAXINT64);
    tsm_world_advance (world, tsm_world_get_wake_at (world));
  }
  return event;
}

static TsmProbe
probe (TsmWorld *world)
{
  g_autoptr (TsmEvent) event = NULL;

  ask (world, TSM_EFFECT_PROBE_HOST, TSM_ORDER_WAKE, FALSE);
  event = wait_answer (world);
  g_assert_cmpint (event->kind, ==, TSM_EVENT_PROBED);
  g_assert_true ((event->message == NULL) == (event->probe == TSM_PROBE_ANSWERS));
  return event->probe;
}

static TsmOrdered
order (TsmWorld *world, TsmOrder what)
{
  g_autoptr (TsmEvent) event = NULL;

  ask (world, TSM_EFFECT_ORDER_HOST, what, FALSE);
  event = wait_answer (world);
  g_assert_cmpint (event->kind, ==, TSM_EVENT_ORDERED);
  g_assert_cmpint (event->order, ==, what);
  return event->ordered;
}

static void
pass (TsmWorld *world, gint64 seconds)
{
  tsm_world_advance (world, tsm_world_get_now (world) + seconds);
}

static TsmReading
read_plug (TsmWorld *world, gboolean with_detail)
{
  g_autoptr (TsmEvent) event = NULL;

  ask (world, TSM_EFFECT_READ_PLUG, TSM_ORDER_WAKE, with_detail);
  event = wait_answer (world);
  g_assert_cmpint (event->kind, ==, TSM_EVENT_READING);
  return event->reading;
}

/* On, told to stop, off, woken, on: with the draw and the API's answers of each. */
static void
test_world_host_life (void)
{
  g_autoptr (TsmWorld) world = world_new (1);

  g_assert_cmpint (tsm_world_get_host (world), ==, TSM_HOST_ON);
  g_assert_cmpint (probe (world), ==, TSM_PROBE_ANSWERS);
  g_assert_cmpint (order (world, TSM_ORDER_WAKE), ==, TSM_ORDERED); /* no effect on what is on */
  g_assert_cmpint (tsm_world_get_host (world), ==, TSM_HOST_ON);

  g_assert_cmpint (order (world, TSM_ORDER_SHUTDOWN), ==, TSM_ORDERED);
  g_assert_cmpint (tsm_world_get_host (world), ==, TSM_HOST_STOPPING);
  g_assert_cmpint (probe (world), ==, TSM_PROBE_REFUSED);
  g_assert_cmpint (order (world, TSM_ORDER_SHUTDOWN), ==, TSM_ORDERED_FAILED);
  g_assert_cmpint (order (world, TSM_ORDER_WAKE), ==, TSM_ORDERED); /* lost on a running one */
  pass (world, TSM_WORLD_SHUTDOWN_S);
  g_assert_cmpint (tsm_world_get_host (world), ==, TSM_HOST_OFF);
  g_assert_cmpint (tsm_world_get_power_w (world), ==, TSM_WORLD_STANDBY_W);
  g_assert_cmpint (probe (world), ==, TSM_PROBE_SILENT);

  g_assert_cmpint (order (world, TSM_ORDER_WAKE), ==, TSM_ORDERED);
  g_assert_cmpint (tsm_world_get_host (world), ==, TSM_HOST_BOOTING);
  g_assert_cmpint (probe (world), ==, TSM_PROBE_SILENT);
  pass (world, 60);
  g_assert_cmpint (probe (world), ==, TSM_PROBE_REFUSED); /* a kernel, no service yet */
  pass (world, 20);
  g_assert_cmpint (tsm_world_get_host (world), ==, TSM_HOST_ON);
  g_assert_cmpint (probe (world), ==, TSM_PROBE_ANSWERS);
}

/* The wake-up instant is the one at which the host changes, not a second later. */
static void
test_world_wakes_for_host (void)
{
  g_autoptr (TsmWorld) world = world_new (1);

  g_assert_cmpint (tsm_world_get_wake_at (world), ==, G_MAXINT64);
  order (world, TSM_ORDER_SHUTDOWN);
  g_assert_cmpint (tsm_world_get_wake_at (world), ==,
                   tsm_world_get_now (world) + TSM_WORLD_SHUTDOWN_S);
  pass (world, TSM_WORLD_SHUTDOWN_S - 1);
  g_assert_cmpint (tsm_world_get_host (world), ==, TSM_HOST_STOPPING);
  pass (world, 1);
  g_assert_cmpint (tsm_world_get_host (world), ==, TSM_HOST_OFF);
  g_assert_cmpint (tsm_world_get_wake_at (world), ==, G_MAXINT64);
}

/* However time is cut up, the counter is the same. */
static void
test_world_energy_adds_up (void)
{
  g_autoptr (TsmWorld) by_second = world_new (5), at_once = world_new (5);
  const gint64 end = tsm_world_get_now (at_once) + 2 * 86400;

  for (gint64 at = tsm_world_get_now (by_second); at < end; at += 7)
    tsm_world_advance (by_second, at);
  tsm_world_advance (by_second, end);
  tsm_world_advance (at_once, end);
  g_assert_cmpint (tsm_world_get_total_wh (by_second), ==, tsm_world_get_total_wh (at_once));
  /* A home server's two days. */
  g_assert_cmpint (tsm_world_get_total_wh (at_once), >, 3000);
  g_assert_cmpint (tsm_world_get_total_wh (at_once), <, 6000);
}

static void
test_world_seeds_differ (void)
{
  g_autoptr (TsmWorld) a = world_new (1), b = world_new (2);

  pass (a, 86400);
  pass (b, 86400);
  g_assert_cmpint (tsm_world_get_total_wh (a), !=, tsm_world_get_total_wh (b));
}

/* An off host draws its standby: 24 h at 3 W are 72 Wh. */
static void
test_world_standby (void)
{
  g_autoptr (TsmWorld) world = world_new (1);
  gint64 before_wh;

  order (world, TSM_ORDER_SHUTDOWN);
  pass (world, TSM_WORLD_SHUTDOWN_S);
  before_wh = tsm_world_get_total_wh (world);
  pass (world, 86400);
  g_assert_cmpint (ABS (tsm_world_get_total_wh (world) - before_wh - 72), <=, 1);
}

/* What the plug says of itself: its own days run from midnight to midnight. */
static void
test_world_plug (void)
{
  g_autoptr (TsmWorld) world = world_new (1);
  const gint64 midnight = test_instant ("2026-01-10T00:00:00+01:00");
  TsmReading reading = read_plug (world, FALSE);
  gint64 friday_wh;

  g_assert_cmpint (reading.at, ==, tsm_world_get_now (world));
  g_assert_cmpint (reading.uptime_s, ==, -1);
  g_assert_cmpstr (reading.mac, ==, "");
  tsm_world_advance (world, midnight);
  friday_wh = tsm_world_get_total_wh (world);
  tsm_world_advance (world, midnight + 3 * 3600);
  reading = read_plug (world, TRUE);
  g_assert_cmpint (reading.total_wh, ==, tsm_world_get_total_wh (world));
  g_assert_cmpint (reading.yesterday_wh, ==, friday_wh);
  g_assert_cmpint (reading.today_wh, ==, reading.total_wh - friday_wh);
  g_assert_cmpint (reading.power_w, ==, tsm_world_get_power_w (world));
  g_assert_cmpint (reading.uptime_s, ==, reading.at - test_instant (BEGIN));
  g_assert_cmpstr (reading.mac, !=, "");
  g_assert_true (tsm_meter_is_clock_right (&reading, 3600));
  g_assert_false (tsm_meter_is_unsettled (&reading, 3600));
}

static TsmColour
fetch (TsmWorld *world, TsmDay day)
{
  g_autoptr (TsmEffect) effect = tsm_effect_new (TSM_EFFECT_FETCH_COLOURS);
  g_autoptr (TsmEvent) event = NULL;

  effect->source = TSM_SOURCE_COULEUR;
  effect->from = day - 1;
  effect->to = day;
  tsm_world_start (world, effect);
  event = wait_answer (world);
  g_assert_cmpint (event->kind, ==, TSM_EVENT_COLOURS);
  g_assert_cmpint (event->source, ==, TSM_SOURCE_COULEUR);
  g_assert_cmpuint (event->answers->len, ==, 2);
  g_assert_cmpint (g_array_index (event->answers, TsmColourAnswer, 1).day, ==, day);
  return g_array_index (event->answers, TsmColourAnswer, 1).colour;
}

/* The colour of the 26th is known from about 11:00 on the 25th on, not before. */
static void
test_world_colours (void)
{
  g_autoptr (TsmWorld) world = world_new (1);
  const TsmDay red = tsm_day_from_ymd (2026, 1, 26);
  const gint64 published_at = tsm_world_get_published_at (world, red);

  tsm_world_advance (world, published_at - 10);
  g_assert_cmpint (fetch (world, red), ==, TSM_COLOUR_UNKNOWN);
  tsm_world_advance (world, published_at);
  g_assert_cmpint (fetch (world, red), ==, TSM_COLOUR_RED);
  g_assert_cmpint (fetch (world, red + 1), ==, TSM_COLOUR_UNKNOWN);
}

/* Over the years: between 10:40, before which no answer counts as confirmed, and 12:00. */
static void
test_world_publication (void)
{
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");
  g_autoptr (TsmWorld) world = world_new (11);
  guint n_late = 0;

  for (TsmDay day = tsm_day_from_ymd (2020, 1, 1); day < tsm_day_from_ymd (2024, 1, 1); day++) {
    guint minute;

    g_assert_cmpint (tsm_day_get_civil (tsm_world_get_published_at (world, day), paris, &minute),
                     ==, day - 1);
    g_assert_cmpuint (minute, >=, 10 * 60 + 40);
    g_assert_cmpuint (minute, <, 12 * 60);
    n_late += minute >= 11 * 60 + 5 ? 1 : 0;
  }
  g_assert_cmpuint (n_late, >, 100); /* so that the job at 11:05 is not always enough */
  g_assert_cmpuint (n_late, <, 300);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/world/host-life", test_world_host_life);
  g_test_add_func ("/world/wakes-for-host", test_world_wakes_for_host);
  g_test_add_func ("/world/energy-adds-up", test_world_energy_adds_up);
  g_test_add_func ("/world/seeds-differ", test_world_seeds_differ);
  g_test_add_func ("/world/standby", test_world_standby);
  g_test_add_func ("/world/plug", test_world_plug);
  g_test_add_func ("/world/colours", test_world_colours);
  g_test_add_func ("/world/publication", test_world_publication);
  return g_test_run ();
}
