/* SPDX-License-Identifier: MIT
 * test-schema: ledgers of every released schema open, are migrated, and lose nothing. */
#include "store/tsm-admin-table.h"
#include "store/tsm-colour-table.h"
#include "store/tsm-derogation-table.h"
#include "store/tsm-job-table.h"
#include "store/tsm-power-table.h"
#include "store/tsm-schema.h"
#include "store/tsm-share-table.h"
#include "store/tsm-slice-table.h"
#include "store/tsm-state-table.h"
#include "store/tsm-stay-table.h"
#include "support-db.h"

/* The file made of the fixture of @version, in @dir. */
static char *
load_fixture (const TestDir *dir, guint version)
{
  g_autofree char *name = g_strdup_printf ("schema-%u.sql", version);
  g_autofree char *fixture = g_test_build_filename (G_TEST_DIST, "fixtures", "db", name, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = NULL;
  char *path = g_build_filename (dir, name, NULL);

  g_file_get_contents (fixture, &sql, NULL, &error);
  g_assert_no_error (error);
  test_db_exec_raw (path, sql);
  return path;
}

/* Names and texts of all tables and indexes. */
static char *
dup_schema (TsmDb *db)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
  g_autoptr (GString) text = g_string_new (NULL);

  while (tsm_query_next (&query))
    g_string_append_printf (text, "%s: %s\n", tsm_query_peek_text (&query, 0),
                            tsm_query_peek_text (&query, 1));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A migrated ledger has the very schema of a new one; for the newest version this says that no
 * released step was changed. */
static void
test_schema_same_as_new (void)
{
  for (guint version = 1; version <= tsm_schema_get_version (); version++) {
    g_autoptr (TestDir) dir = test_dir_new ();
    g_autofree char *path = load_fixture (dir, version);
    g_autoptr (GError) error = NULL;
    g_autoptr (TsmDb) old = tsm_db_open (path, &error);
    g_autoptr (TsmDb) new = test_db_new ();
    g_autofree char *old_schema = NULL;
    g_autofree char *new_schema = NULL;

    g_assert_no_error (error);
    old_schema = dup_schema (old);
    new_schema = dup_schema (new);
    g_assert_cmpstr (old_schema, ==, new_schema);
    g_assert_cmpint (test_db_read_int (old, "PRAGMA user_version"), ==, tsm_schema_get_version ());
    g_assert_cmpint (test_db_read_int (old, "SELECT count(*) FROM pragma_foreign_key_check"), ==,
                     0);
    tsm_db_check (old, &error);
    g_assert_no_error (error);
  }
}

static void
assert_people (TsmDb *db)
{
  g_autoptr (GArray) present = tsm_stay_table_dup_present (db, TEST_SERVER, 20455);
  TsmDerogation derogation;
  TsmStay stay;

  g_assert_true (tsm_admin_table_has (db, TEST_SERVER, 111));
  g_assert_true (tsm_admin_table_knows (db, TEST_SERVER, 222));
  g_assert_cmpuint (tsm_admin_table_count (db, TEST_SERVER), ==, 1);
  g_assert_cmpuint (present->len, ==, 1);
  g_assert_cmpint (g_array_index (present, gint64, 0), ==, 111);
  g_assert_true (tsm_stay_table_get_latest (db, TEST_SERVER, 111, &stay));
  g_assert_cmpint (stay.leave_day, ==, 20460);
  g_assert_true (tsm_derogation_table_get (db, TEST_SERVER, 1, &derogation));
  g_assert_cmpint (derogation.end, ==, 1767350000);
  g_assert_true (tsm_derogation_table_get (db, TEST_SERVER, 2, &derogation));
  g_assert_cmpint (derogation.begin, ==, derogation.end);
}

static void
assert_power (TsmDb *db)
{
  const TsmHold hold = tsm_power_table_get_hold (db, TEST_SERVER);
  g_autoptr (GArray) seen = tsm_power_table_dup_seen (db, TEST_SERVER, 1767260000, 1767300000);

  g_assert_cmpint (hold.state, ==, TSM_POWER_ON);
  g_assert_cmpint (hold.end, ==, 1767350000);
  g_assert_cmpuint (seen->len, ==, 2);
  g_assert_cmpint (tsm_job_table_get_last (db, TEST_SERVER, "read"), ==, 1767308400);
  g_assert_cmpint (tsm_job_table_get_episode (db, TEST_SERVER, "plug-silent"), ==, 1767300000);
}

static void
assert_energy (TsmDb *db)
{
  g_autoptr (GArray) slices = tsm_slice_table_dup_day (db, TEST_SERVER, 20454);
  g_autoptr (GError) error = NULL;
  const TsmDayTotal total = tsm_share_table_sum_total (db, TEST_SERVER, 20454, 20454);
  const TsmDayTotal own = tsm_share_table_sum_user (db, TEST_SERVER, 111, 20454, 20454, TRUE);

  g_assert_cmpuint (slices->len, ==, 4);
  g_assert_cmpint (g_array_index (slices, TsmSlice, 1).quality, ==, TSM_QUALITY_INTERPOLATED);
  g_assert_cmpint (g_array_index (slices, TsmSlice, 3).energy_wh, ==, -1);
  g_assert_cmpint (total.cost_neur, ==, 20000);
  g_assert_cmpint (own.cost_neur, ==, 5000);
  tsm_share_table_check (db, TEST_SERVER, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tsm_colour_table_get (db, TEST_SERVER, 20454).colour, ==, TSM_COLOUR_WHITE);
  g_assert_cmpint (tsm_colour_table_get_sighting (db, TEST_SERVER, 20454, TSM_SOURCE_COULEUR), ==,
                   TSM_COLOUR_BLUE);
}

static void
test_schema_keeps_rows (void)
{
  for (guint version = 1; version <= tsm_schema_get_version (); version++) {
    g_autoptr (TestDir) dir = test_dir_new ();
    g_autofree char *path = load_fixture (dir, version);
    g_autoptr (GError) error = NULL;
    g_autoptr (TsmDb) db = tsm_db_open (path, &error);
    g_autofree char *policy = NULL;
    g_autofree char *meter = NULL;

    g_assert_no_error (error);
    g_assert_cmpint (tsm_server_table_find (db, "attic"), ==, 2);
    policy = tsm_server_table_dup_policy (db, TEST_SERVER, "power_policy", 20479);
    g_assert_cmpstr (policy, ==, "evening");
    meter = tsm_state_table_dup (db, TEST_SERVER, "meter");
    g_assert_cmpstr (meter, ==, "has_baseline=1 baseline_at=1767337200");
    assert_people (db);
    assert_power (db);
    assert_energy (db);
    test_db_commit (db);
  }
}

/* The days that a ledger had before there were sums are in them. */
static void
test_schema_sums_old_days (void)
{
  static const char old_days[] =
      "WITH RECURSIVE day (day) AS (SELECT 20400 UNION ALL SELECT day + 1 FROM day LIMIT 800)"
      " INSERT INTO day_total SELECT 2, day, day % 7, 1000 * day, day % 3, 1, 60 FROM day;"
      "INSERT INTO share SELECT server_id, 111, day, 0, energy_wh, 900 * day, 0, 1, 60"
      " FROM day_total WHERE server_id = 2;"
      "INSERT INTO share SELECT server_id, 222, day, day % 2, 0, 100 * day, unpriced_wh, 0, 60"
      " FROM day_total WHERE server_id = 2 AND energy_wh < 4;";
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = load_fixture (dir, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmDb) db = NULL;

  test_db_exec_raw (path, old_days);
  db = tsm_db_open (path, &error);
  g_assert_no_error (error);
  for (gint64 server_id = 1; server_id <= 2; server_id++) {
    tsm_share_table_check (db, server_id, &error);
    g_assert_no_error (error);
  }
  g_assert_cmpint (tsm_share_table_sum_total (db, 2, 20400, 21199).cost_neur, ==,
                   G_GINT64_CONSTANT (800) * (20400 + 21199) / 2 * 1000);
  /* 2025-11-08 to 2028-01-16. */
  g_assert_cmpint (test_db_read_int (db, "SELECT count(*) FROM total_sum WHERE server_id = 2"), ==,
                   27 + 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schema/same-as-new", test_schema_same_as_new);
  g_test_add_func ("/schema/keeps-rows", test_schema_keeps_rows);
  g_test_add_func ("/schema/sums-old-days", test_schema_sums_old_days);
  return g_test_run ();
}
