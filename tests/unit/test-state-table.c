/* SPDX-License-Identifier: MIT
 * test-state-table: a name holds the last text put. */
#include "store/tsm-state-table.h"
#include "support-db.h"

static void
test_state_table_put (void)
{
  static const char *const values[] = { "", "at=1 n=2", "été 'quoted'" };
  g_autoptr (TsmDb) db = test_db_new ();
  const gint64 other = tsm_server_table_add (db, "other", 0, 0);

  g_assert_null (tsm_state_table_dup (db, TEST_SERVER, "meter"));
  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autofree char *value = NULL;

    tsm_state_table_put (db, TEST_SERVER, "meter", values[i]);
    value = tsm_state_table_dup (db, TEST_SERVER, "meter");
    g_assert_cmpstr (value, ==, values[i]);
  }
  g_assert_null (tsm_state_table_dup (db, TEST_SERVER, "host"));
  g_assert_null (tsm_state_table_dup (db, other, "meter"));
  test_db_commit (db);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/state-table/put", test_state_table_put);
  return g_test_run ();
}
