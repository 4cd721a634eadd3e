/* SPDX-License-Identifier: MIT
 * test-meter-table: epochs are numbered, a reading is stored once, corrections are kept. */
#include "store/tsm-meter-table.h"
#include "support-db.h"

static void
test_meter_table_epochs (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  const gint64 other = tsm_server_table_add (db, "other", 0, 0);
  const TsmReading first = { .total_start = 1700000000, .mac = "AA:BB:CC:DD:EE:FF" };
  const TsmReading second = { .total_start = TSM_INSTANT_NONE };
  g_auto (TsmQuery) query = { 0 };

  g_assert_cmpint (tsm_meter_table_get_epoch (db, TEST_SERVER), ==, 0);
  g_assert_cmpint (
      tsm_meter_table_add_epoch (db, TEST_SERVER, 100, 0, &first, TSM_METER_REASON_NONE), ==, 1);
  g_assert_cmpint (tsm_meter_table_add_epoch (db, TEST_SERVER, 200, 55, &second,
                                              TSM_METER_REASON_OTHER_PLUG),
                   ==, 2);
  g_assert_cmpint (tsm_meter_table_get_epoch (db, TEST_SERVER), ==, 2);
  g_assert_cmpint (tsm_meter_table_get_epoch (db, other), ==, 0);
  test_db_commit (db);
  query = tsm_db_query (db, "SELECT first_wh, mac, total_start, reason FROM epoch ORDER BY epoch");
  g_assert_true (tsm_query_next (&query));
  g_assert_cmpstr (tsm_query_peek_text (&query, 1), ==, "AA:BB:CC:DD:EE:FF");
  g_assert_cmpint (tsm_query_get_int_or (&query, 2, -1), ==, 1700000000);
  g_assert_true (tsm_query_next (&query));
  g_assert_cmpint (tsm_query_get_int (&query, 0), ==, 55);
  g_assert_cmpstr (tsm_query_peek_text (&query, 1), ==, "");
  g_assert_cmpint (tsm_query_get_int_or (&query, 2, -1), ==, -1);
  g_assert_cmpstr (tsm_query_peek_text (&query, 3), ==,
                   tsm_meter_reason_to_string (TSM_METER_REASON_OTHER_PLUG));
}

static const struct {
  TsmReading reading;
  TsmMeterOutcome outcome;
  const char *verdict;
} readings[] = {
  { { .at = 100, .total_wh = 7, .power_w = 0 }, { .verdict = TSM_METER_FIRST }, "first" },
  { { .at = 200, .total_wh = 9, .power_w = -1 }, { .verdict = TSM_METER_ENERGY }, "energy" },
  { { .at = 300, .total_wh = 3, .power_w = 60 },
    { .verdict = TSM_METER_PENDING, .reason = TSM_METER_REASON_UNSETTLED },
    "pending" },
  { { .at = 400, .total_wh = 99999, .power_w = 60 },
    { .verdict = TSM_METER_REFUSED, .reason = TSM_METER_REASON_ABSURD },
    "refused" },
  { { .at = 500, .total_wh = 0, .power_w = 60 },
    { .verdict = TSM_METER_EPOCH, .reason = TSM_METER_REASON_OTHER_PLUG },
    "epoch" },
};

static void
test_meter_table_readings (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  const TsmReading again = { .at = 300, .total_wh = 4, .power_w = 1 };
  g_auto (TsmQuery) query = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (readings); i++)
    tsm_meter_table_add_reading (db, TEST_SERVER, i, &readings[i].reading, &readings[i].outcome);
  /* What was stored first at an instant stays. */
  tsm_meter_table_add_reading (db, TEST_SERVER, 9, &again, &readings[0].outcome);
  test_db_commit (db);
  query = tsm_db_query (db, "SELECT at, epoch, total_wh, power_w, verdict, reason FROM reading"
                            " ORDER BY at");
  for (guint i = 0; i < G_N_ELEMENTS (readings); i++) {
    g_assert_true (tsm_query_next (&query));
    g_assert_cmpint (tsm_query_get_int (&query, 0), ==, readings[i].reading.at);
    g_assert_cmpint (tsm_query_get_int (&query, 1), ==, i);
    g_assert_cmpint (tsm_query_get_int (&query, 2), ==, readings[i].reading.total_wh);
    g_assert_cmpint (tsm_query_get_int_or (&query, 3, -1), ==, readings[i].reading.power_w);
    g_assert_cmpstr (tsm_query_peek_text (&query, 4), ==, readings[i].verdict);
    g_assert_cmpstr (tsm_query_peek_text (&query, 5), ==,
                     tsm_meter_reason_to_string (readings[i].outcome.reason));
  }
  g_assert_false (tsm_query_next (&query));
}

/* Only the doubled instant is passed over: another fault is not swallowed with it. */
static void
test_meter_table_reading_orphan (void)
{
  g_autoptr (TsmDb) db = test_db_new ();

  tsm_meter_table_add_reading (db, TEST_SERVER + 1, 1, &readings[0].reading, &readings[0].outcome);
  test_db_assert_failed (db, "FOREIGN KEY");
}

static void
test_meter_table_corrections (void)
{
  g_autoptr (TsmDb) db = test_db_new ();

  tsm_meter_table_add_correction (db, TEST_SERVER, 100, 1, 12, 13);
  tsm_meter_table_add_correction (db, TEST_SERVER, 200, 1, 0, 0);
  test_db_commit (db);
  g_assert_cmpint (test_db_read_int (db, "SELECT sum(drop_wh * 100 + booked_wh) FROM correction"),
                   ==, 1213);
  tsm_meter_table_add_correction (db, TEST_SERVER, 100, 1, 1, 1);
  test_db_assert_failed (db, "UNIQUE");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/meter-table/epochs", test_meter_table_epochs);
  g_test_add_func ("/meter-table/readings", test_meter_table_readings);
  g_test_add_func ("/meter-table/reading-orphan", test_meter_table_reading_orphan);
  g_test_add_func ("/meter-table/corrections", test_meter_table_corrections);
  return g_test_run ();
}
