/* SPDX-License-Identifier: MIT
 * test-slice-table: slices by day and the last one, whose energy may be unknown. */
#include "store/tsm-slice-table.h"
#include "support-db.h"

static const TsmSlice slices[] = {
  { 0, 3600, 10, TSM_QUALITY_MEASURED, 5, TSM_PERIOD_HP },
  { 3600, 7200, 0, TSM_QUALITY_ESTIMATED, 5, TSM_PERIOD_HC },
  { 7200, 9000, -1, TSM_QUALITY_DOWN, 6, TSM_PERIOD_HC },
  { 9000, 9001, 7, TSM_QUALITY_INTERPOLATED, 6, TSM_PERIOD_HP },
};

static void
assert_slice (const TsmSlice *a, const TsmSlice *b)
{
  g_assert_cmpint (a->begin, ==, b->begin);
  g_assert_cmpint (a->end, ==, b->end);
  g_assert_cmpint (a->energy_wh, ==, b->energy_wh);
  g_assert_cmpint (a->quality, ==, b->quality);
  g_assert_cmpint (a->day, ==, b->day);
  g_assert_cmpint (a->period, ==, b->period);
}

static void
test_slice_table_round (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  const gint64 other = tsm_server_table_add (db, "other", 0, 0);
  TsmSlice last = { .begin = 77 };
  guint n = 0;

  g_assert_false (tsm_slice_table_get_last (db, TEST_SERVER, &last));
  g_assert_cmpint (last.begin, ==, 77);
  for (guint i = 0; i < G_N_ELEMENTS (slices); i++) {
    tsm_slice_table_put (db, TEST_SERVER, 1, &slices[i]);
    g_assert_true (tsm_slice_table_get_last (db, TEST_SERVER, &last));
    assert_slice (&last, &slices[i]);
  }
  for (TsmDay day = 4; day < 8; day++) {
    g_autoptr (GArray) found = tsm_slice_table_dup_day (db, TEST_SERVER, day);
    g_autoptr (GArray) elsewhere = tsm_slice_table_dup_day (db, other, day);

    g_assert_cmpuint (elsewhere->len, ==, 0);
    for (guint i = 0; i < found->len; i++)
      assert_slice (&g_array_index (found, TsmSlice, i), &slices[n++]);
  }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (slices));
  test_db_commit (db);
}

/* The last slice grows; the newer state is taken over whole. */
static void
test_slice_table_grow (void)
{
  static const TsmSlice states[] = {
    { 0, 60, 1, TSM_QUALITY_MEASURED, 5, TSM_PERIOD_HP },
    { 0, 120, 3, TSM_QUALITY_MEASURED, 5, TSM_PERIOD_HP },
    { 0, 180, 4, TSM_QUALITY_INTERPOLATED, 5, TSM_PERIOD_HP },
    { 0, 180, -1, TSM_QUALITY_DOWN, 5, TSM_PERIOD_HP },
  };
  g_autoptr (TsmDb) db = test_db_new ();

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autoptr (GArray) found = NULL;

    tsm_slice_table_put (db, TEST_SERVER, 1 + i, &states[i]);
    found = tsm_slice_table_dup_day (db, TEST_SERVER, 5);
    g_assert_cmpuint (found->len, ==, 1);
    assert_slice (&g_array_index (found, TsmSlice, 0), &states[i]);
    g_assert_cmpint (test_db_read_int (db, "SELECT epoch FROM slice"), ==, 1 + i);
  }
  test_db_commit (db);
}

static void
test_slice_table_has (void)
{
  static const struct {
    TsmDay from, to;
    gboolean has_any, has_known;
  } rows[] = {
    { 1, 4, FALSE, FALSE },                                                /* before */
    { 5, 5, TRUE, TRUE },                                                  /* a known one */
    { 6, 6, TRUE, FALSE },                                                 /* a down one alone */
    { 5, 6, TRUE, TRUE },   { 6, 9, TRUE, FALSE }, { 7, 9, FALSE, FALSE }, /* after */
    { 6, 5, FALSE, FALSE },                                                /* no day */
  };
  static const TsmSlice two[] = {
    { .begin = 3600, .end = 7200, .day = 5, .energy_wh = 0, .quality = TSM_QUALITY_MEASURED },
    { .begin = 7200, .end = 9000, .day = 6, .energy_wh = -1, .quality = TSM_QUALITY_DOWN },
  };
  g_autoptr (TsmDb) db = test_db_new ();

  for (guint i = 0; i < G_N_ELEMENTS (two); i++)
    tsm_slice_table_put (db, TEST_SERVER, 1, &two[i]);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpint (tsm_slice_table_has (db, TEST_SERVER, rows[i].from, rows[i].to, FALSE), ==,
                     rows[i].has_any);
    g_assert_cmpint (tsm_slice_table_has (db, TEST_SERVER, rows[i].from, rows[i].to, TRUE), ==,
                     rows[i].has_known);
  }
  test_db_commit (db);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/slice-table/round", test_slice_table_round);
  g_test_add_func ("/slice-table/grow", test_slice_table_grow);
  g_test_add_func ("/slice-table/has", test_slice_table_has);
  return g_test_run ();
}
