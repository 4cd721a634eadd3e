/* SPDX-License-Identifier: MIT
 * test-server-table: servers by name, and which setting held on which day. */
#include "support-db.h"

static void
test_server_table_add (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  const gint64 attic = tsm_server_table_add (db, "attic", 20000, 5);

  g_assert_cmpint (attic, !=, TEST_SERVER);
  g_assert_cmpint (tsm_server_table_find (db, "home"), ==, TEST_SERVER);
  g_assert_cmpint (tsm_server_table_find (db, "attic"), ==, attic);
  g_assert_cmpint (tsm_server_table_find (db, "Attic"), ==, 0);
  g_assert_cmpint (tsm_server_table_get_start_day (db, attic), ==, 20000);
  g_assert_cmpint (tsm_server_table_get_start_day (db, attic + 1), ==, TSM_DAY_NONE);
  g_assert_cmpint (tsm_server_table_get_created_at (db, attic), ==, 5);
  g_assert_cmpint (tsm_server_table_get_created_at (db, attic + 1), ==, TSM_INSTANT_NONE);
  test_db_commit (db);
  tsm_server_table_add (db, "attic", 1, 1);
  test_db_assert_failed (db, "UNIQUE");
}

static const struct {
  TsmDay day;
  const char *policy;
  const char *unknown;
} policy_cases[] = {
  { 99, NULL, NULL },
  { 100, "evening", NULL },
  { 149, "evening", NULL },
  { 150, "evening", "off" },
  { 199, "evening", "off" },
  { 200, "peak", "off" },
  { 299, "peak", "off" },
  { 300, "evening", "off" }, /* set to peak first that day */
  { G_MAXINT32, "evening", "off" },
};

static void
test_server_table_policy (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  g_autofree char *none = NULL;

  tsm_server_table_set_policy (db, TEST_SERVER, "power_policy", 100, "evening", 1);
  tsm_server_table_set_policy (db, TEST_SERVER, "power_policy", 300, "peak", 2);
  tsm_server_table_set_policy (db, TEST_SERVER, "power_policy", 200, "peak", 3);
  tsm_server_table_set_policy (db, TEST_SERVER, "power_policy", 300, "evening", 4);
  tsm_server_table_set_policy (db, TEST_SERVER, "unknown_day", 150, "off", 5);
  for (guint i = 0; i < G_N_ELEMENTS (policy_cases); i++) {
    g_autofree char *policy =
        tsm_server_table_dup_policy (db, TEST_SERVER, "power_policy", policy_cases[i].day);
    g_autofree char *unknown =
        tsm_server_table_dup_policy (db, TEST_SERVER, "unknown_day", policy_cases[i].day);

    g_assert_cmpstr (policy, ==, policy_cases[i].policy);
    g_assert_cmpstr (unknown, ==, policy_cases[i].unknown);
  }
  none = tsm_server_table_dup_policy (db, tsm_server_table_add (db, "other", 0, 0), "unknown_day",
                                      999);
  g_assert_null (none);
  test_db_commit (db);
  tsm_server_table_set_policy (db, TEST_SERVER, "colour_of_the_cat", 1, "black", 6);
  test_db_assert_failed (db, "CHECK");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server-table/add", test_server_table_add);
  g_test_add_func ("/server-table/policy", test_server_table_policy);
  return g_test_run ();
}
