/* SPDX-License-Identifier: MIT
 * What holds always (DESIGN 7), over random histories through the real engine: stays, derogations,
 * removals, colours late and corrected, silences, power cuts, restarts. A case is a day. What is
 * checked is read back from the ledger by simple means of the test's own. */
#include "rules/tsm-calendar.h"
#include "rules/tsm-window.h"
#include "test-engine.h"

#define N_USERS      5
#define LEDGER_DAYS  300
#define LEDGER_CASES 30
#define REPLAY_DAYS  60
#define HOST_DAYS    50
#define HOST_CASES   20
G_STATIC_ASSERT (LEDGER_DAYS *LEDGER_CASES + HOST_DAYS * HOST_CASES >= 10000);

static TsmDay first_day;

static void
type_at_random (EngineTest *test, GRand *rand)
{
  const gint64 user = g_rand_int_range (rand, 2, 2 + N_USERS);
  const TsmDay civil = tsm_day_get_civil (test->now, test->zone, NULL);
  g_autofree char *date = tsm_day_dup_string (civil - g_rand_int_range (rand, 0, 4));
  g_autofree char *line = NULL;
  gint64 caller = TSM_CALLER_SHELL;
  const guint hour = (guint) g_rand_int_range (rand, 0, 24);
  const guint minute = (guint) g_rand_int_range (rand, 0, 60);

  switch (g_rand_int_range (rand, 0, 10)) {
  case 0:
    line = g_strdup_printf ("hello_you %" G_GINT64_FORMAT, user);
    break;
  case 1:
    line = g_strdup_printf ("hello_you %" G_GINT64_FORMAT " %s", user, date);
    break;
  case 2:
    line = g_strdup_printf ("bye_bye %" G_GINT64_FORMAT, user);
    break;
  case 3:
    line = g_strdup_printf ("change_date %s %s %" G_GINT64_FORMAT,
                            g_rand_boolean (rand) ? "arrival" : "leave", date, user);
    break;
  case 4:
    line = g_strdup_printf ("remove_derogation D%d", g_rand_int_range (rand, 1, 60));
    break;
  case 5:
    line = g_strdup ("get_total_state all");
    break;
  default:
    caller = user;
    line = g_strdup_printf ("set_derogation %s %u:%02u %u:%02u",
                            g_rand_boolean (rand) ? "today" : "tomorrow", hour, minute,
                            (hour + (guint) g_rand_int_range (rand, 0, 12)) % 24,
                            (guint) g_rand_int_range (rand, 0, 60));
    break;
  }
  engine_test_type (test, caller, line);
}

static TsmColour
random_colour (GRand *rand)
{
  const gint32 dice = g_rand_int_range (rand, 0, 10);

  return dice < 4 ? TSM_COLOUR_RED : dice < 6 ? TSM_COLOUR_WHITE : TSM_COLOUR_BLUE;
}

static void
restart (EngineTest *test, GRand *rand)
{
  if (g_rand_boolean (rand))
    engine_test_stop (test);
  else
    engine_test_crash (test);
  engine_test_pass (test, test->now + g_rand_int_range (rand, 1, 40000));
  engine_test_start (test, test->now);
}

/* Something happens to the world. */
static void
disturb (EngineTest *test, GRand *rand)
{
  const gint32 day = tsm_day_at (test->now, test->zone) - test->first_day;

  switch (g_rand_int_range (rand, 0, 9)) {
  case 0: /* a power cut: the counter falls back to what it had saved */
    test->plug_boot_at = test->now;
    test->counted_ws -= MIN (g_rand_int_range (rand, 0, 800) * G_GINT64_CONSTANT (3600),
                             test->energy_ws + test->counted_ws);
    break;
  case 1:
    restart (test, rand);
    break;
  case 2: /* the sources change their mind about tomorrow, or about today */
    engine_test_set_colour (test, test->first_day + day + g_rand_int_range (rand, 0, 2),
                            random_colour (rand));
    break;
  case 3:
    test->is_source_failing[TSM_SOURCE_COULEUR] = g_rand_boolean (rand);
    test->is_source_failing[TSM_SOURCE_RTE] = g_rand_int_range (rand, 0, 4) == 0;
    break;
  case 4:
    if (g_rand_int_range (rand, 0, 8) == 0) {
      test->mac[16] = test->mac[16] == '1' ? '2' : '1';
      test->counted_ws = -test->energy_ws;
    }
    break;
  case 5:
    test->power_w = g_rand_int_range (rand, 2, 400);
    break;
  case 6:
    if (g_rand_int_range (rand, 0, 8) == 0)
      test->now -= g_rand_int_range (rand, 1, 5000); /* our clock is set back */
    break;
  default:
    test->is_plug_silent = !test->is_plug_silent;
    break;
  }
}

static void
run_ledger_history (EngineTest *test, guint32 seed, gint n_days)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  first_day = tsm_day_from_ymd (2026, 1, 5) + g_rand_int_range (rand, 0, 200);
  engine_test_init (test, first_day - 3);
  engine_test_keep (test);
  test->config.has_host = FALSE;
  test->config.poll_s = g_rand_int_range (rand, 1800, 7200);
  for (TsmDay day = first_day - 3; day < first_day + n_days + 5; day++)
    engine_test_set_colour (test, day, random_colour (rand));
  engine_test_start (test, engine_test_at (test, first_day, 11, 0));
  for (TsmDay day = first_day; day < first_day + n_days; day++) {
    const gint64 end = engine_test_at (test, day + 1, 11, 0);

    for (gint i = g_rand_int_range (rand, 0, 5); i > 0 && test->now < end; i--) {
      engine_test_run_until (test, MIN (test->now + g_rand_int_range (rand, 1, 30000), end));
      if (g_rand_boolean (rand))
        type_at_random (test, rand);
      else
        disturb (test, rand);
    }
    test->wake_at = MAX (test->wake_at, test->now);
    if (test->now < end)
      engine_test_run_until (test, end);
  }
  test->is_plug_silent = FALSE;
  engine_test_run_until (test, test->now + 8000);
  engine_test_type (test, TSM_CALLER_SHELL, "get_total_state all");
}

/* The days' sums: what slices say is what totals say is what shares say. */
static void
check_sums (EngineTest *test)
{
  /* 1 */
  g_assert_cmpint (
      engine_test_query (test, "SELECT count(*) FROM epoch e WHERE"
                               " (SELECT coalesce(sum(energy_wh), 0) FROM slice s"
                               "   WHERE s.epoch = e.epoch)"
                               " <> coalesce((SELECT total_wh FROM reading r"
                               "   WHERE r.epoch = e.epoch AND verdict IN ('first', 'energy',"
                               "   'epoch') ORDER BY at DESC LIMIT 1), first_wh) - first_wh"
                               " + (SELECT coalesce(sum(drop_wh), 0) FROM correction c"
                               "   WHERE c.epoch = e.epoch)"),
      ==, 0);
  /* 2 */
  g_assert_cmpint (
      engine_test_query (test, "SELECT count(*) FROM day_total t WHERE"
                               " (cost_neur, energy_wh, unpriced_wh, estimated_wh) <>"
                               " (SELECT coalesce(sum(cost_neur), 0), coalesce(sum(energy_wh), 0),"
                               "   coalesce(sum(unpriced_wh), 0), coalesce(sum(estimated_wh), 0)"
                               "   FROM share s WHERE s.server_id = 1 AND s.day = t.day)"),
      ==, 0);
  g_assert_cmpint (engine_test_query (test, "SELECT count(*) FROM slice WHERE day NOT IN"
                                            " (SELECT day FROM day_total)"),
                   ==, 0);
  g_assert_cmpint (engine_test_query (test, "SELECT count(*) FROM day_total t WHERE energy_wh <>"
                                            " (SELECT coalesce(sum(energy_wh), 0) FROM slice s"
                                            "   WHERE s.day = t.day)"),
                   ==, 0);
  /* The common part is paid by those present, or by the house when nobody is. */
  g_assert_cmpint (
      engine_test_query (test,
                         "SELECT count(*) FROM share s WHERE is_derogation = 0 AND user_id <> 0 AND"
                         " NOT EXISTS (SELECT 1 FROM stay y WHERE y.is_newest = 1 AND"
                         "   y.user_id = s.user_id AND y.arrival_day <= s.day AND"
                         "   coalesce(y.leave_day, 999999) >= s.day)"),
      ==, 0);
  g_assert_cmpint (
      engine_test_query (test,
                         "SELECT count(*) FROM share s WHERE is_derogation = 0 AND user_id = 0 AND"
                         " EXISTS (SELECT 1 FROM stay y WHERE y.is_newest = 1 AND"
                         "   y.arrival_day <= s.day AND coalesce(y.leave_day, 999999) >= s.day)"),
      ==, 0);
  /* 3 */
  g_assert_cmpint (engine_test_query (test,
                                      "SELECT count(*) FROM (SELECT begin_at, lag(end_at) OVER"
                                      " (ORDER BY begin_at) AS before FROM slice)"
                                      " WHERE before IS NOT NULL AND before <> begin_at"),
                   ==, 0);
  /* 4: the hours and the derogations; the rest is local time. */
  g_assert_cmpint (engine_test_query (test, "SELECT count(*) FROM slice WHERE begin_at / 3600 <>"
                                            " (end_at - 1) / 3600"),
                   ==, 0);
  g_assert_cmpint (
      engine_test_query (
          test, "WITH newest AS (SELECT begin_at, end_at FROM derogation d WHERE"
                " begin_at < end_at AND version = (SELECT max(version) FROM derogation n"
                "   WHERE n.server_id = 1 AND n.derogation = d.derogation))"
                " SELECT count(*) FROM (SELECT begin_at AS edge FROM newest"
                " UNION SELECT end_at FROM newest) WHERE edge < (SELECT end_at FROM slice"
                "   WHERE server_id = 1 AND begin_at < edge ORDER BY begin_at DESC LIMIT 1)"),
      ==, 0);
}

typedef struct {
  TsmDay day;
  TsmPeriod period;
} LocalTime;

static LocalTime
local_time (GTimeZone *zone, gint64 at)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (at);
  g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, zone);
  const gint hour = g_date_time_get_hour (local);
  const TsmDay civil =
      tsm_day_from_ymd (g_date_time_get_year (local), g_date_time_get_month (local),
                        g_date_time_get_day_of_month (local));

  return (LocalTime){ .day = hour < 6 ? civil - 1 : civil,
                      .period = hour >= 6 && hour < 22 ? TSM_PERIOD_HP : TSM_PERIOD_HC };
}

static gint64
price_at (const TsmTariff *tariff, TsmColour colour, TsmPeriod period, gint64 at)
{
  gint64 price_ueur_kwh = -1;

  tsm_tariff_lookup (tariff, colour, period, at, &price_ueur_kwh);
  return price_ueur_kwh;
}

/* Each slice lies in one Tempo day, period and price, and the day's cost is the sum of Wh x price.
 */
static void
check_slices (EngineTest *test)
{
  gsize n_sheets;
  const TsmSheet *sheets = tsm_calendar_get_sheets (&n_sheets);
  g_autoptr (TsmTariff) tariff = tsm_tariff_new (sheets, n_sheets, test->zone, NULL);
  g_autoptr (GHashTable) costs = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_auto (TsmQuery) query =
      tsm_db_query (test->db,
                    "SELECT begin_at, end_at, day, period, coalesce(energy_wh, 0), coalesce((SELECT"
                    " colour FROM colour c WHERE c.day = s.day ORDER BY colour_id DESC LIMIT 1),"
                    " 'unknown') FROM slice s");
  GHashTableIter iter;
  gpointer day, cost;

  while (tsm_query_next (&query)) {
    const gint64 begin = tsm_query_get_int (&query, 0), last = tsm_query_get_int (&query, 1) - 1;
    const LocalTime from = local_time (test->zone, begin), to = local_time (test->zone, last);
    TsmColour colour = TSM_COLOUR_UNKNOWN;
    gint64 price_ueur_kwh;
    gint64 *sum;

    g_assert_cmpint (from.day, ==, tsm_query_get_int (&query, 2));
    g_assert_cmpint (from.day, ==, to.day);
    g_assert_cmpint (from.period, ==, to.period);
    g_assert_cmpstr (tsm_query_peek_text (&query, 3), ==, tsm_period_to_string (from.period));
    g_assert_true (tsm_colour_from_string (tsm_query_peek_text (&query, 5), &colour));
    price_ueur_kwh = price_at (tariff, colour, from.period, begin);
    g_assert_cmpint (price_ueur_kwh, ==, price_at (tariff, colour, from.period, last));
    sum = g_hash_table_lookup (costs, GINT_TO_POINTER (from.day));
    if (sum == NULL) {
      sum = g_new0 (gint64, 1);
      g_hash_table_insert (costs, GINT_TO_POINTER (from.day), sum);
    }
    *sum += price_ueur_kwh >= 0 ? price_ueur_kwh * tsm_query_get_int (&query, 4) : 0;
  }
  g_hash_table_iter_init (&iter, costs);
  while (g_hash_table_iter_next (&iter, &day, &cost))
    g_assert_cmpint (engine_test_query (test, "SELECT cost_neur FROM day_total WHERE day = ?",
                                        TSM_INT (GPOINTER_TO_INT (day))),
                     ==, *(gint64 *) cost);
}

static void
append_rows (EngineTest *test, const char *table, GChecksum *checksum)
{
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM %s ORDER BY 1, 2, 3, 4", table);
  sqlite3_stmt *statement;
  g_auto (TsmQuery) query = tsm_db_query_args (test->db, g_intern_string (sql), NULL, 0);

  statement = query.statement;
  g_checksum_update (checksum, (const guchar *) table, -1);
  while (tsm_query_next (&query)) {
    for (int i = 0; i < sqlite3_column_count (statement); i++) {
      const unsigned char *text = sqlite3_column_text (statement, i);

      g_checksum_update (checksum, text != NULL ? text : (const guchar *) "NULL", -1);
      g_checksum_update (checksum, (const guchar *) "|", 1);
    }
  }
}

/* The SHA-256 of all that the ledger holds. */
static char *
dup_digest (EngineTest *test)
{
  static const char *const tables[] = {
    "server", "policy",     "admin", "state",      "epoch",     "reading",  "correction",
    "slice",  "day_total",  "share", "total_sum",  "share_sum", "sighting", "colour",
    "stay",   "derogation", "hold",  "transition", "host_seen", "job_run",  "episode",
  };
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_assert_cmpint (engine_test_query (test, "SELECT count(*) FROM sqlite_schema WHERE"
                                            " type = 'table' AND name NOT LIKE 'sqlite_%'"),
                   ==, G_N_ELEMENTS (tables));
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    append_rows (test, tables[i], checksum);
  return g_strdup (g_checksum_get_string (checksum));
}

static void
test_invariants_ledger (void)
{
  gint64 n_slices = 0, n_derogation_shares = 0, n_corrections = 0, n_epochs = 0;

  for (guint32 seed = 1; seed <= LEDGER_CASES; seed++) {
    EngineTest test;

    g_test_message ("seed %u", seed);
    run_ledger_history (&test, seed, LEDGER_DAYS);
    check_sums (&test);
    check_slices (&test);
    n_slices += engine_test_query (&test, "SELECT count(*) FROM slice");
    n_derogation_shares +=
        engine_test_query (&test, "SELECT count(*) FROM share WHERE is_derogation = 1");
    n_corrections += engine_test_query (&test, "SELECT count(*) FROM correction");
    n_epochs += engine_test_query (&test, "SELECT count(*) FROM epoch");
    engine_test_clear (&test);
  }
  /* The histories are worth it. */
  g_assert_cmpint (n_slices, >, LEDGER_CASES * LEDGER_DAYS * 10);
  g_assert_cmpint (n_derogation_shares, >, LEDGER_CASES * 10);
  g_assert_cmpint (n_corrections, >, LEDGER_CASES);
  g_assert_cmpint (n_epochs, >, LEDGER_CASES);
}

static void
test_invariants_replay (void)
{
  g_autofree char *other = NULL;

  for (guint32 seed = 101; seed <= 103; seed++) {
    g_autofree char *digests[2] = { NULL, NULL };

    for (guint i = 0; i < G_N_ELEMENTS (digests); i++) {
      EngineTest test;

      run_ledger_history (&test, seed, REPLAY_DAYS);
      digests[i] = dup_digest (&test);
      engine_test_clear (&test);
    }
    g_assert_cmpstr (digests[0], ==, digests[1]);
    g_assert_cmpstr (digests[0], !=, other);
    g_free (other);
    other = g_strdup (digests[0]);
    g_free (digests[1]);
    digests[1] = NULL;
  }
}

/* What the orders given until @at leave the host in; it obeys at once. */
static TsmPower
power_at (const EngineTest *test, gint64 at)
{
  TsmPower power = TSM_POWER_ON;

  for (guint i = 0; i < test->orders->len; i++) {
    const EngineTestOrder *order = &g_array_index (test->orders, EngineTestOrder, i);

    if (order->at > at)
      break;
    power = order->order == TSM_ORDER_SHUTDOWN ? TSM_POWER_OFF : TSM_POWER_ON;
  }
  return power;
}

static gboolean
is_shut_down_within (const EngineTest *test, gint64 from, gint64 to)
{
  for (guint i = 0; i < test->orders->len; i++) {
    const EngineTestOrder *order = &g_array_index (test->orders, EngineTestOrder, i);

    if (order->order == TSM_ORDER_SHUTDOWN && order->at >= from && order->at < to)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_red (const EngineTest *test, TsmDay day)
{
  return test->colours[TSM_SOURCE_COULEUR][day - test->first_day] == TSM_COLOUR_RED;
}

static gint64
count_derogations (EngineTest *test, gint64 from, gint64 to)
{
  return engine_test_query (
      test,
      "SELECT count(*) FROM derogation d WHERE begin_at < ?2 AND end_at > ?1 AND"
      " begin_at < end_at AND version = (SELECT max(version) FROM derogation n"
      " WHERE n.derogation = d.derogation)",
      TSM_INT (from), TSM_INT (to));
}

/* 5, minute by minute: where nobody took it, a red window finds the host off. */
static guint
check_red_windows (EngineTest *test)
{
  guint n = 0;

  for (TsmDay day = first_day + 2; day < first_day + HOST_DAYS - 1; day++) {
    const TsmSpan window = tsm_window_of_day (day, test->config.policy, test->zone);

    if (!is_red (test, day))
      continue;
    for (gint64 at = window.begin + 60; at < window.end - 1800; at += 60) {
      /* Half an hour on either side may be a gap too short to power off. */
      if (count_derogations (test, at - 1900, at + 1900) > 0)
        continue;
      g_assert_cmpint (power_at (test, at), ==, TSM_POWER_OFF);
      n++;
    }
  }
  return n;
}

/* 6: from two minutes after its begin to its end a derogation finds the host on, unshut. */
static guint
check_derogations (EngineTest *test)
{
  g_auto (TsmQuery) query =
      tsm_db_query (test->db,
                    "SELECT begin_at, end_at FROM derogation d WHERE version = (SELECT max(version)"
                    " FROM derogation n WHERE n.derogation = d.derogation) AND begin_at < end_at"
                    " AND end_at <= ?",
                    TSM_INT (test->now));
  guint n = 0;

  while (tsm_query_next (&query)) {
    const gint64 begin = tsm_query_get_int (&query, 0), end = tsm_query_get_int (&query, 1);

    g_assert_false (is_shut_down_within (test, begin, end));
    for (gint64 at = begin + 150; at < end; at += 60)
      g_assert_cmpint (power_at (test, at), ==, TSM_POWER_ON);
    n++;
  }
  return n;
}

static void
run_host_history (EngineTest *test, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  first_day = tsm_day_from_ymd (2026, 1, 5) + g_rand_int_range (rand, 0, 200);
  engine_test_init (test, first_day);
  engine_test_keep (test);
  test->config.poll_s = 600;
  test->config.policy = seed % 2 == 0 ? TSM_POLICY_EVENING : TSM_POLICY_PEAK;
  for (TsmDay day = first_day; day < first_day + HOST_DAYS + 5; day++)
    engine_test_set_colour (test, day, random_colour (rand));
  engine_test_set_colour (test, first_day, TSM_COLOUR_BLUE);
  engine_test_start (test, engine_test_at (test, first_day, 11, 0));
  for (TsmDay day = first_day; day < first_day + HOST_DAYS; day++) {
    const gint64 end = engine_test_at (test, day + 1, 11, 0);

    while (test->now < end) {
      engine_test_run_until (test, MIN (test->now + g_rand_int_range (rand, 1, 40000), end));
      type_at_random (test, rand);
      if (g_rand_int_range (rand, 0, 6) == 0) {
        engine_test_crash (test);
        engine_test_start (test, test->now);
      }
    }
  }
}

static void
test_invariants_host (void)
{
  guint n_minutes = 0, n_derogations = 0;

  for (guint32 seed = 1; seed <= HOST_CASES; seed++) {
    EngineTest test;

    g_test_message ("seed %u", seed);
    run_host_history (&test, seed);
    n_minutes += check_red_windows (&test);
    n_derogations += check_derogations (&test);
    engine_test_clear (&test);
  }
  g_assert_cmpuint (n_minutes, >, HOST_CASES * 1000);
  g_assert_cmpuint (n_derogations, >, HOST_CASES);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/invariants/ledger", test_invariants_ledger);
  g_test_add_func ("/invariants/replay", test_invariants_replay);
  g_test_add_func ("/invariants/host", test_invariants_host);
  return g_test_run ();
}
