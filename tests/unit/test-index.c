/* SPDX-License-Identifier: MIT
 * test-index: no query walks a table, so that ten years of history cost no more than one. */
#include "store/tsm-admin-table.h"
#include "store/tsm-colour-table.h"
#include "store/tsm-derogation-table.h"
#include "store/tsm-job-table.h"
#include "store/tsm-meter-table.h"
#include "store/tsm-power-table.h"
#include "store/tsm-share-table.h"
#include "store/tsm-slice-table.h"
#include "store/tsm-state-table.h"
#include "store/tsm-stay-table.h"
#include "support-db.h"
#include <string.h>

/* Every statement of the modules, run once and so prepared. */
static void
run_all (TsmDb *db)
{
  const TsmDayColour colour = { TSM_COLOUR_RED, TSM_CERTAINTY_FINAL, TSM_SOURCE_RTE, 0 };
  const TsmDerogation derogation = { .user_id = 1, .begin = 0, .end = 1 };
  const TsmStay stay = { .user_id = 1, .arrival_day = 0, .leave_day = TSM_DAY_NONE };
  const TsmSlice slice = { .begin = 0, .end = 1 };
  const TsmDayTotal total = { 0 };
  const TsmShare share = { 0 };
  const TsmHold hold = { TSM_POWER_ON, 1 };
  const TsmSighting seen = { .at = 0, .seen = TSM_POWER_ON };
  const TsmController controller = { 0 };
  const TsmReading reading = { .total_start = TSM_INSTANT_NONE };
  const TsmMeterOutcome outcome = { 0 };
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (TsmShare));
  g_autofree char *policy = NULL;
  g_autofree char *state = NULL;
  TsmDerogation found;
  TsmStay latest;
  TsmSlice last;
  GArray *lists[6];

  g_array_append_val (shares, share);
  tsm_server_table_find (db, "home");
  tsm_server_table_get_start_day (db, TEST_SERVER);
  tsm_server_table_set_policy (db, TEST_SERVER, "unknown_day", 0, "off", 0);
  policy = tsm_server_table_dup_policy (db, TEST_SERVER, "unknown_day", 0);
  tsm_admin_table_set (db, TEST_SERVER, 1, TRUE, 0, 0);
  tsm_admin_table_has (db, TEST_SERVER, 1);
  tsm_admin_table_knows (db, TEST_SERVER, 1);
  tsm_admin_table_count (db, TEST_SERVER);
  tsm_colour_table_add (db, TEST_SERVER, 0, &colour);
  tsm_colour_table_get (db, TEST_SERVER, 0);
  tsm_colour_table_add_sighting (db, TEST_SERVER, 0, TSM_SOURCE_RTE, TSM_COLOUR_RED, 0);
  tsm_colour_table_get_sighting (db, TEST_SERVER, 0, TSM_SOURCE_RTE);
  tsm_derogation_table_add (db, TEST_SERVER, &derogation, 1, 0);
  tsm_derogation_table_set_end (db, TEST_SERVER, 1, 0, 1, 0);
  tsm_derogation_table_get (db, TEST_SERVER, 1, &found);
  lists[0] = tsm_derogation_table_dup_range (db, TEST_SERVER, 0, 1);
  lists[1] = tsm_derogation_table_dup_open (db, TEST_SERVER, 1, 0);
  tsm_job_table_add (db, TEST_SERVER, "read", 0, 0);
  tsm_job_table_get_last (db, TEST_SERVER, "read");
  tsm_job_table_begin_episode (db, TEST_SERVER, "plug", 0);
  tsm_job_table_end_episode (db, TEST_SERVER, "plug", 0);
  tsm_share_table_replace_day (db, TEST_SERVER, 0, &total, shares);
  tsm_share_table_sum_total (db, TEST_SERVER, 1, 800);
  tsm_share_table_sum_user (db, TEST_SERVER, 0, 1, 800, FALSE);
  tsm_slice_table_put (db, TEST_SERVER, 1, &slice);
  tsm_slice_table_get_last (db, TEST_SERVER, &last);
  tsm_slice_table_has (db, TEST_SERVER, 0, 1, FALSE);
  tsm_slice_table_has (db, TEST_SERVER, 0, 1, TRUE);
  lists[2] = tsm_slice_table_dup_day (db, TEST_SERVER, 0);
  tsm_state_table_put (db, TEST_SERVER, "meter", "");
  state = tsm_state_table_dup (db, TEST_SERVER, "meter");
  tsm_stay_table_put (db, TEST_SERVER, &stay, 1, 0);
  tsm_stay_table_get_latest (db, TEST_SERVER, 1, &latest);
  tsm_stay_table_get_first_arrival (db, TEST_SERVER, 1);
  lists[3] = tsm_stay_table_dup_of_user (db, TEST_SERVER, 1);
  lists[4] = tsm_stay_table_dup_present (db, TEST_SERVER, 0);
  tsm_meter_table_add_epoch (db, TEST_SERVER, 0, 0, &reading, TSM_METER_REASON_NONE);
  tsm_meter_table_add_reading (db, TEST_SERVER, 1, &reading, &outcome);
  tsm_meter_table_add_correction (db, TEST_SERVER, 0, 1, 0, 0);
  tsm_power_table_add_hold (db, TEST_SERVER, hold, 1, 0);
  tsm_power_table_get_hold (db, TEST_SERVER);
  tsm_power_table_add_seen (db, TEST_SERVER, seen);
  tsm_power_table_add_transition (db, TEST_SERVER, 0, &controller);
  lists[5] = tsm_power_table_dup_seen (db, TEST_SERVER, 0, 1);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_array_unref (lists[i]);
  test_db_commit (db);
}

/* A search by the server alone is a walk too, unless it stops at the first row it meets. */
static const char *const walks[] = {
  "SELECT count(*) FROM admin", /* a row a change of an admin */
  "ORDER BY begin_at DESC LIMIT 1",
  "ORDER BY hold_id DESC LIMIT 1",
  "SELECT max(",
};

static gboolean
may_walk (const char *sql)
{
  for (guint i = 0; i < G_N_ELEMENTS (walks); i++)
    if (strstr (sql, walks[i]) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
is_walk (const char *detail)
{
  if (g_str_has_prefix (detail, "SCAN "))
    return strcmp (detail, "SCAN CONSTANT ROW") != 0 && !g_str_has_prefix (detail, "SCAN (");
  return g_str_has_suffix (detail, "(server_id=?)") && strstr (detail, "SEARCH server") == NULL;
}

static guint
count_walks (sqlite3 *handle, const char *sql)
{
  g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  sqlite3_stmt *plan = NULL;
  guint n = 0;

  g_assert_cmpint (sqlite3_prepare_v2 (handle, explain, -1, &plan, NULL), ==, SQLITE_OK);
  while (sqlite3_step (plan) == SQLITE_ROW) {
    const char *detail = (const char *) sqlite3_column_text (plan, 3);

    g_test_message ("%s: %s", sql, detail);
    n += is_walk (detail) && !may_walk (sql);
  }
  g_assert_cmpint (sqlite3_finalize (plan), ==, SQLITE_OK);
  return n;
}

static void
test_index_used (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  sqlite3 *handle = test_db_peek_handle (db);
  sqlite3_stmt *statement = NULL;
  guint n_walks = 0;

  run_all (db);
  while ((statement = sqlite3_next_stmt (handle, statement)) != NULL)
    if (!g_str_has_prefix (sqlite3_sql (statement), "PRAGMA"))
      g_ptr_array_add (texts, g_strdup (sqlite3_sql (statement)));
  g_assert_cmpuint (texts->len, >, 30);
  for (guint i = 0; i < texts->len; i++)
    n_walks += count_walks (handle, g_ptr_array_index (texts, i));
  g_assert_cmpuint (n_walks, ==, 0);
}

/* The measure itself: it sees a walk where there is one. */
static void
test_index_sees_walks (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  sqlite3 *handle = test_db_peek_handle (db);

  g_assert_cmpuint (count_walks (handle, "SELECT * FROM slice"), ==, 1);
  g_assert_cmpuint (count_walks (handle, "SELECT * FROM slice WHERE server_id = 1"), ==, 1);
  g_assert_cmpuint (
      count_walks (handle, "SELECT * FROM slice WHERE server_id = 1 AND begin_at = 2"), ==, 0);
  g_assert_cmpuint (count_walks (handle, "SELECT * FROM share WHERE server_id = 1 AND user_id = 2"),
                    ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/index/used", test_index_used);
  g_test_add_func ("/index/sees-walks", test_index_sees_walks);
  return g_test_run ();
}
