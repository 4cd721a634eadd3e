/* SPDX-License-Identifier: MIT
 * test-share-table: a day's shares are replaced whole, and sums are over days. */
#include "store/tsm-share-table.h"
#include "support-db.h"

#define ANN 11

static void
replace (TsmDb *db, TsmDay day, gint64 unit, guint n_shares)
{
  const TsmShare all[] = {
    { ANN, FALSE, 2 * unit, 20 * unit, unit, unit, 60 },
    { ANN, TRUE, unit, 10 * unit, 0, 0, 0 },
    { TSM_USER_HOUSE, FALSE, unit, 0, unit, unit, 60 },
  };
  const TsmDayTotal total = { 4 * unit, 30 * unit, 2 * unit, 2 * unit, 60 };
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (TsmShare));

  g_array_append_vals (shares, all, n_shares);
  tsm_share_table_replace_day (db, TEST_SERVER, day, &total, shares);
}

static void
assert_total (TsmDayTotal a, TsmDayTotal b)
{
  g_assert_cmpint (a.energy_wh, ==, b.energy_wh);
  g_assert_cmpint (a.cost_neur, ==, b.cost_neur);
  g_assert_cmpint (a.unpriced_wh, ==, b.unpriced_wh);
  g_assert_cmpint (a.estimated_wh, ==, b.estimated_wh);
  g_assert_cmpint (a.down_seconds, ==, b.down_seconds);
}

static const struct {
  TsmDay from;
  TsmDay to;
  TsmDayTotal total;
  TsmDayTotal ann;
  TsmDayTotal ann_derogations;
} sum_cases[] = {
  { 0, 9, { 0 }, { 0 }, { 0 } },
  { 10, 10, { 4, 30, 2, 2, 60 }, { 3, 30, 1, 1, 60 }, { 1, 10, 0, 0, 0 } },
  { 10, 11, { 404, 3030, 202, 202, 120 }, { 303, 3030, 101, 101, 120 }, { 101, 1010, 0, 0, 0 } },
  { 12, 12, { 40000, 300000, 20000, 20000, 60 }, { 0 }, { 0 } }, /* nobody's: no shares at all */
  { 11, 10, { 0 }, { 0 }, { 0 } },
};

static void
test_share_table_sums (void)
{
  g_autoptr (TsmDb) db = test_db_new ();

  replace (db, 10, 77, 3); /* to be replaced */
  replace (db, 10, 1, 3);
  replace (db, 11, 100, 3);
  replace (db, 12, 5, 3);
  replace (db, 12, 10000, 0);
  for (guint i = 0; i < G_N_ELEMENTS (sum_cases); i++) {
    const TsmDay from = sum_cases[i].from, to = sum_cases[i].to;

    assert_total (tsm_share_table_sum_total (db, TEST_SERVER, from, to), sum_cases[i].total);
    assert_total (tsm_share_table_sum_user (db, TEST_SERVER, ANN, from, to, FALSE),
                  sum_cases[i].ann);
    assert_total (tsm_share_table_sum_user (db, TEST_SERVER, ANN, from, to, TRUE),
                  sum_cases[i].ann_derogations);
    assert_total (tsm_share_table_sum_total (db, TEST_SERVER + 1, from, to), (TsmDayTotal){ 0 });
  }
  assert_total (tsm_share_table_sum_user (db, TEST_SERVER, TSM_USER_HOUSE, 10, 10, FALSE),
                (TsmDayTotal){ 1, 0, 1, 1, 60 });
  test_db_commit (db);
}

static void
test_share_table_double (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  const TsmShare share = { .user_id = ANN };
  const TsmDayTotal total = { 0 };
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (TsmShare));

  g_array_append_val (shares, share);
  g_array_append_val (shares, share);
  tsm_share_table_replace_day (db, TEST_SERVER, 1, &total, shares);
  test_db_assert_failed (db, "UNIQUE");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/share-table/sums", test_share_table_sums);
  g_test_add_func ("/share-table/double", test_share_table_double);
  return g_test_run ();
}
