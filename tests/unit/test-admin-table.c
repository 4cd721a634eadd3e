/* SPDX-License-Identifier: MIT
 * test-admin-table: the last word on a user counts. */
#include "store/tsm-admin-table.h"
#include "support-db.h"

static const struct {
  gint64 user_id;
  gboolean is_admin;
  guint count; /* after it */
} history[] = {
  { 1, TRUE, 1 },  { 2, TRUE, 2 },  { 1, TRUE, 2 }, /* twice is once */
  { 1, FALSE, 1 }, { 3, FALSE, 1 },                 /* refused before ever given */
  { 1, TRUE, 2 },  { 2, FALSE, 1 },
};

static void
test_admin_table_last_word (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  const gint64 other = tsm_server_table_add (db, "other", 0, 0);

  g_assert_cmpuint (tsm_admin_table_count (db, TEST_SERVER), ==, 0);
  tsm_admin_table_set (db, other, 4, TRUE, 0, 0);
  for (guint i = 0; i < G_N_ELEMENTS (history); i++) {
    const gint64 user_id = history[i].user_id;

    /* All at one instant: what came last counts, not what is dated last. */
    tsm_admin_table_set (db, TEST_SERVER, user_id, history[i].is_admin, 0, 100);
    g_assert_cmpint (tsm_admin_table_has (db, TEST_SERVER, user_id), ==, history[i].is_admin);
    g_assert_true (tsm_admin_table_knows (db, TEST_SERVER, user_id));
    g_assert_cmpuint (tsm_admin_table_count (db, TEST_SERVER), ==, history[i].count);
  }
  g_assert_false (tsm_admin_table_has (db, TEST_SERVER, 4));
  g_assert_false (tsm_admin_table_knows (db, TEST_SERVER, 4));
  g_assert_true (tsm_admin_table_has (db, other, 4));
  g_assert_cmpuint (tsm_admin_table_count (db, other), ==, 1);
  test_db_commit (db);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/admin-table/last-word", test_admin_table_last_word);
  return g_test_run ();
}
