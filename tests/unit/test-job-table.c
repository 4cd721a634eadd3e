/* SPDX-License-Identifier: MIT
 * test-job-table: a job runs once an instant, an episode is told once. */
#include "store/tsm-job-table.h"
#include "support-db.h"

static void
test_job_table_runs (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  const gint64 other = tsm_server_table_add (db, "other", 0, 0);

  g_assert_cmpint (tsm_job_table_get_last (db, TEST_SERVER, "read"), ==, TSM_INSTANT_NONE);
  tsm_job_table_add (db, TEST_SERVER, "read", 200, 300);
  tsm_job_table_add (db, TEST_SERVER, "read", 100, 301); /* an older one caught up later */
  tsm_job_table_add (db, TEST_SERVER, "colour", 500, 500);
  tsm_job_table_add (db, other, "read", 900, 900);
  g_assert_cmpint (tsm_job_table_get_last (db, TEST_SERVER, "read"), ==, 200);
  g_assert_cmpint (tsm_job_table_get_last (db, TEST_SERVER, "colour"), ==, 500);
  test_db_commit (db);
  g_assert_false (tsm_job_table_add (db, TEST_SERVER, "read", 200, 400));
  g_assert_true (tsm_job_table_add (db, TEST_SERVER, "read", 201, 400));
  test_db_commit (db);
}

static const struct {
  gboolean is_end;
  const char *kind;
  gint64 at;
  gboolean is_told;
  gint64 open_at; /* of that kind, after it */
} steps[] = {
  { TRUE, "plug", 1, FALSE, TSM_INSTANT_NONE }, /* over before it began */
  { FALSE, "plug", 10, TRUE, 10 },
  { FALSE, "plug", 20, FALSE, 10 },
  { FALSE, "host", 20, TRUE, 20 }, /* kinds are apart */
  { TRUE, "plug", 30, TRUE, TSM_INSTANT_NONE },
  { TRUE, "plug", 31, FALSE, TSM_INSTANT_NONE },
  { FALSE, "plug", 40, TRUE, 40 },
  { TRUE, "plug", 40, TRUE, TSM_INSTANT_NONE },
  { FALSE, "plug", 40, TRUE, 40 }, /* again at the very instant it ended */
  { FALSE, "host", 50, FALSE, 20 },
};

static void
test_job_table_episodes (void)
{
  g_autoptr (TsmDb) db = test_db_new ();

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    const gboolean is_told =
        steps[i].is_end ? tsm_job_table_end_episode (db, TEST_SERVER, steps[i].kind, steps[i].at)
                        : tsm_job_table_begin_episode (db, TEST_SERVER, steps[i].kind, steps[i].at);

    g_assert_cmpint (is_told, ==, steps[i].is_told);
    g_assert_cmpint (tsm_job_table_get_episode (db, TEST_SERVER, steps[i].kind), ==,
                     steps[i].open_at);
    test_db_commit (db);
  }
  /* The past ones are kept. */
  g_assert_cmpint (test_db_read_int (db, "SELECT count(*) FROM episode WHERE end_at = 30"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/job-table/runs", test_job_table_runs);
  g_test_add_func ("/job-table/episodes", test_job_table_episodes);
  return g_test_run ();
}
