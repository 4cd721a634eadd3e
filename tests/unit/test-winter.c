/* SPDX-License-Identifier: MIT
 * The real winter of 2025-2026 through the real engine, checked day by day against what the
 * calendar and the price sheets say by plain arithmetic of their own. */
#include "engine/tsm-engine.h"
#include "rules/tsm-calendar.h"
#include "test-engine.h"

#define ON_W  60
#define OFF_W 2

/* The winter, with its 22 red days; the first and the last day are blue. */
static TsmDay
first_day (void)
{
  return tsm_day_from_ymd (2025, 12, 20);
}

static TsmDay
last_day (void)
{
  return tsm_day_from_ymd (2026, 4, 2);
}

static gboolean
is_red (TsmDay day)
{
  return tsm_calendar_get_colour (day) == TSM_COLOUR_RED;
}

static void
begin (EngineTest *test, TsmPolicy policy)
{
  engine_test_init (test, first_day ());
  test->config.policy = policy;
  test->power_w = ON_W;
  for (TsmDay day = first_day (); day <= last_day () + 4; day++)
    engine_test_set_colour (test, day, tsm_calendar_get_colour (day));
  engine_test_start (test, engine_test_at (test, first_day (), 6, 0));
  engine_test_type (test, ENGINE_TEST_ADMIN, "hello_you 7");
  engine_test_run_until (test, engine_test_at (test, last_day (), 12, 0));
}

/* The orders of that kind, each within two minutes of one of @wanted, in order. A wake-up may be
 * repeated until the host answers. */
static void
assert_orders (const EngineTest *test, TsmOrder kind, const GArray *wanted)
{
  guint n_met = 0;

  for (guint i = 0; i < test->orders->len; i++) {
    const EngineTestOrder *order = &g_array_index (test->orders, EngineTestOrder, i);

    if (order->order != kind)
      continue;
    if (n_met < wanted->len && order->at >= g_array_index (wanted, gint64, n_met))
      n_met++;
    g_assert_cmpuint (n_met, >, 0);
    g_assert_cmpint (order->at - g_array_index (wanted, gint64, n_met - 1), <=, 120);
  }
  g_assert_cmpuint (n_met, ==, wanted->len);
}

/* Off from the evening before the first of neighbouring red days to the morning after the last. */
static void
test_winter_evening_windows (void)
{
  EngineTest test;
  g_autoptr (GArray) offs = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) ons = g_array_new (FALSE, FALSE, sizeof (gint64));

  begin (&test, TSM_POLICY_EVENING);
  for (TsmDay day = first_day (); day < last_day (); day++) {
    const gint64 eve = engine_test_at (&test, day - 1, 22, 0);
    const gint64 morning = engine_test_at (&test, day + 1, 6, 0);

    if (is_red (day) && !is_red (day - 1))
      g_array_append_val (offs, eve);
    if (is_red (day) && !is_red (day + 1))
      g_array_append_val (ons, morning);
  }
  g_assert_cmpuint (offs->len, ==, ons->len);
  g_assert_cmpuint (offs->len, >, 5);
  assert_orders (&test, TSM_ORDER_SHUTDOWN, offs);
  assert_orders (&test, TSM_ORDER_WAKE, ons);
  engine_test_clear (&test);
}

/* Off in the sixteen dear hours alone: each red day on its own. */
static void
test_winter_peak_windows (void)
{
  EngineTest test;
  g_autoptr (GArray) offs = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) ons = g_array_new (FALSE, FALSE, sizeof (gint64));

  begin (&test, TSM_POLICY_PEAK);
  for (TsmDay day = first_day (); day < last_day (); day++) {
    const gint64 morning = engine_test_at (&test, day, 6, 0);
    const gint64 night = engine_test_at (&test, day, 22, 0);

    if (!is_red (day))
      continue;
    g_array_append_val (offs, morning);
    g_array_append_val (ons, night);
  }
  g_assert_cmpuint (offs->len, ==, 22);
  assert_orders (&test, TSM_ORDER_SHUTDOWN, offs);
  assert_orders (&test, TSM_ORDER_WAKE, ons);
  engine_test_clear (&test);
}

/* The six prices of the two sheets in force that winter, as printed (micro-euro per kWh). */
static gint64
price_of (TsmDay civil, TsmColour colour, gboolean is_peak)
{
  static const gint64 before[4][2] = {
    { 0, 0 }, { 123200, 149400 }, { 139100, 173000 }, { 146000, 646800 }
  };
  static const gint64 since_february[4][2] = {
    { 0, 0 }, { 132500, 161200 }, { 149900, 187100 }, { 157500, 706000 }
  };

  return civil < tsm_day_from_ymd (2026, 2, 1) ? before[colour][is_peak]
                                               : since_february[colour][is_peak];
}

/* The hours of a Tempo day, in order: the civil day that each belongs to, and whether it is peak.
 */
static gint64
cost_of_day (EngineTest *test, TsmDay day)
{
  const TsmColour colour = tsm_calendar_get_colour (day);
  gint64 cost_neur = 0;
  gint64 begin, end;

  tsm_day_get_bounds (day, test->zone, &begin, &end);
  for (gint64 at = begin; at < end; at += 3600) {
    guint minute;
    const TsmDay civil = tsm_day_get_civil (at, test->zone, &minute);
    const gint64 energy_wh = engine_test_query (
        test, "SELECT coalesce(sum(energy_wh), 0) FROM slice WHERE begin_at >= ? AND begin_at < ?",
        TSM_INT (at), TSM_INT (at + 3600));

    cost_neur += energy_wh * price_of (civil, colour, minute >= 360 && minute < 1320);
  }
  return cost_neur;
}

static void
test_winter_every_day_is_priced (void)
{
  EngineTest test;

  begin (&test, TSM_POLICY_EVENING);
  for (TsmDay day = first_day (); day < last_day (); day++) {
    const gint64 expected_neur = cost_of_day (&test, day);

    g_test_message ("day %d, %s", day, tsm_colour_to_string (tsm_calendar_get_colour (day)));
    g_assert_cmpint (expected_neur, >, 0);
    g_assert_cmpint (engine_test_query (&test, "SELECT cost_neur FROM day_total WHERE day = ?",
                                        TSM_INT (day)),
                     ==, expected_neur);
    g_assert_cmpint (engine_test_query (&test,
                                        "SELECT sum(cost_neur) FROM share WHERE day = ?"
                                        " AND user_id = 7",
                                        TSM_INT (day)),
                     ==, expected_neur);
  }
  engine_test_clear (&test);
}

/* A red day costs what the off server draws; staying on would have cost many times that. */
static void
test_winter_off_is_cheap (void)
{
  EngineTest test;
  gint64 red_wh, n_red = 0;

  begin (&test, TSM_POLICY_EVENING);
  for (TsmDay day = first_day (); day < last_day (); day++)
    n_red += is_red (day);
  g_assert_cmpint (n_red, ==, 22);
  red_wh = 0;
  for (TsmDay day = first_day (); day < last_day (); day++)
    if (is_red (day))
      red_wh +=
          engine_test_query (&test, "SELECT energy_wh FROM day_total WHERE day = ?", TSM_INT (day));
  /* 24 h at the off draw, and a little for the minutes of shutting down and starting. */
  g_assert_cmpint (red_wh, >=, n_red * 24 * OFF_W - n_red);
  g_assert_cmpint (red_wh, <, n_red * 24 * OFF_W * 2);
  engine_test_clear (&test);
}

/* Each evening of the winter tells tomorrow's colour once, and the 22 eves warn. */
static void
test_winter_is_told (void)
{
  EngineTest test;
  guint n_windows = 0;

  begin (&test, TSM_POLICY_EVENING);
  for (TsmDay day = first_day (); day < last_day (); day++)
    n_windows += is_red (day) && !is_red (day - 1);
  g_assert_cmpuint (engine_test_count_told (&test, " is red."), ==, 22);
  g_assert_cmpuint (engine_test_count_told (&test, "will be powered off at 22:00"), ==, n_windows);
  g_assert_cmpuint (engine_test_count_told (&test, "Powering the server off"), ==, n_windows);
  g_assert_cmpuint (engine_test_count_told (&test, "The server is on."), ==, n_windows);
  g_assert_cmpuint (engine_test_count_told (&test, "Correction"), ==, 0);
  g_assert_cmpuint (engine_test_count_told (&test, "unknown"), ==, 0);
  engine_test_clear (&test);
}

#define ADD(path, test) g_test_add_func ("/winter/" path, test_winter_##test)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("evening", evening_windows);
  ADD ("peak", peak_windows);
  ADD ("priced", every_day_is_priced);
  ADD ("cheap", off_is_cheap);
  ADD ("told", is_told);
  return g_test_run ();
}
