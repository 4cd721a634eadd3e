/* SPDX-License-Identifier: MIT
 * test-power-table: the last hold counts, and a stretch begins with what was seen before it. */
#include "store/tsm-power-table.h"
#include "support-db.h"

static const TsmHold holds[] = {
  { TSM_POWER_OFF, 500 },
  { TSM_POWER_ON, 300 },
  { TSM_POWER_UNKNOWN, 0 }, /* auto */
  { TSM_POWER_ON, 100 },
};

static void
test_power_table_hold (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  const gint64 other = tsm_server_table_add (db, "other", 0, 0);
  TsmHold hold = tsm_power_table_get_hold (db, TEST_SERVER);

  g_assert_cmpint (hold.state, ==, TSM_POWER_UNKNOWN);
  g_assert_cmpint (hold.end, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (holds); i++) {
    tsm_power_table_add_hold (db, TEST_SERVER, holds[i], 1, 0);
    hold = tsm_power_table_get_hold (db, TEST_SERVER);
    g_assert_cmpint (hold.state, ==, holds[i].state);
    g_assert_cmpint (hold.end, ==, holds[i].end);
  }
  g_assert_cmpint (tsm_power_table_get_hold (db, other).state, ==, TSM_POWER_UNKNOWN);
  test_db_commit (db);
}

static const TsmSighting seen[] = {
  { 100, TSM_POWER_ON },
  { 200, TSM_POWER_OFF },
  { 300, TSM_POWER_UNKNOWN },
};

static const struct {
  gint64 begin;
  gint64 end;
  guint first;
  guint n;
} seen_cases[] = {
  { 0, 100, 0, 0 },                       /* before the first there is nothing */
  { 0, 101, 0, 1 },                       /* and [begin, end) ends before its end */
  { 50, 250, 0, 2 },  { 150, 160, 0, 1 }, /* the one before alone */
  { 150, 250, 0, 2 }, { 200, 201, 1, 1 }, /* at the begin itself: the one before does not matter */
  { 201, 300, 1, 1 }, { 900, 999, 2, 1 },
};

static void
test_power_table_seen (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  const gint64 other = tsm_server_table_add (db, "other", 0, 0);

  tsm_power_table_add_seen (db, other, (TsmSighting){ 149, TSM_POWER_ON });
  tsm_power_table_add_seen (db, TEST_SERVER, (TsmSighting){ 100, TSM_POWER_OFF });
  for (guint i = 0; i < G_N_ELEMENTS (seen); i++)
    tsm_power_table_add_seen (db, TEST_SERVER, seen[i]); /* the newer word of 100 stays */
  for (guint i = 0; i < G_N_ELEMENTS (seen_cases); i++) {
    g_autoptr (GArray) found =
        tsm_power_table_dup_seen (db, TEST_SERVER, seen_cases[i].begin, seen_cases[i].end);

    g_assert_cmpuint (found->len, ==, seen_cases[i].n);
    for (guint k = 0; k < found->len; k++) {
      const TsmSighting *one = &g_array_index (found, TsmSighting, k);

      g_assert_cmpint (one->at, ==, seen[seen_cases[i].first + k].at);
      g_assert_cmpint (one->seen, ==, seen[seen_cases[i].first + k].seen);
    }
  }
  test_db_commit (db);
}

static void
test_power_table_transition (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  const TsmController controller = {
    .wanted = TSM_POWER_OFF, .reason = TSM_REASON_RED, .seen = TSM_POWER_ON, .is_probable = TRUE
  };
  g_auto (TsmQuery) query = { 0 };

  tsm_power_table_add_transition (db, TEST_SERVER, 5, &controller);
  test_db_commit (db);
  query = tsm_db_query (db, "SELECT at, wanted, reason, seen, is_probable FROM transition");
  g_assert_true (tsm_query_next (&query));
  g_assert_cmpint (tsm_query_get_int (&query, 0), ==, 5);
  g_assert_cmpstr (tsm_query_peek_text (&query, 1), ==, "off");
  g_assert_cmpstr (tsm_query_peek_text (&query, 2), ==, tsm_reason_to_string (TSM_REASON_RED));
  g_assert_cmpstr (tsm_query_peek_text (&query, 3), ==, "on");
  g_assert_cmpint (tsm_query_get_int (&query, 4), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/power-table/hold", test_power_table_hold);
  g_test_add_func ("/power-table/seen", test_power_table_seen);
  g_test_add_func ("/power-table/transition", test_power_table_transition);
  return g_test_run ();
}
