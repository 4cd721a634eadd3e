/* SPDX-License-Identifier: MIT
 * test-share-table: a day's shares are replaced whole, and sums are over days. */
#include "base/tsm-prng.h"
#include "rules/tsm-day.h"
#include "store/tsm-share-table.h"
#include "support-db.h"

#define ANN 11
/* Of the random history: its first day, 2023-12-01, and how much of everything there is. */
#define FIRST_DAY  19692
#define N_DAYS     (3 * 365)
#define N_USERS    4
#define N_REPLACED 4000
#define N_RANGES   400

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

/* Somebody comes, somebody goes, somebody has a derogation: each now and then. */
static void
replace_at_random (TsmDb *db, TsmPrng *prng, TsmDay day)
{
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (TsmShare));
  TsmDayTotal total = { .down_seconds = tsm_prng_range (prng, 0, 86400) };

  for (gint64 user_id = 0; user_id <= N_USERS; user_id++)
    for (guint kind = 0; kind < 2; kind++) {
      const TsmShare share = { .user_id = user_id,
                               .is_derogation = kind != 0,
                               .energy_wh = tsm_prng_range (prng, 0, 1000),
                               .cost_neur = tsm_prng_range (prng, 0, G_MAXINT32),
                               .unpriced_wh = tsm_prng_range (prng, 0, 100),
                               .estimated_wh = tsm_prng_range (prng, 0, 100),
                               .down_seconds = tsm_prng_range (prng, 0, 3600) };

      if (tsm_prng_is_hit (prng, 2, 3))
        continue;
      total.energy_wh += share.energy_wh;
      total.cost_neur += share.cost_neur;
      total.unpriced_wh += share.unpriced_wh;
      total.estimated_wh += share.estimated_wh;
      g_array_append_val (shares, share);
    }
  tsm_share_table_replace_day (db, TEST_SERVER, day, &total, shares);
}

/* Any day; every other time one at the edge of a month. */
static TsmDay
pick_day (TsmPrng *prng)
{
  const TsmDay day = FIRST_DAY + (TsmDay) tsm_prng_range (prng, 0, N_DAYS - 1);

  if (tsm_prng_is_hit (prng, 1, 2))
    return day;
  return tsm_day_get_month_begin (day) + (TsmDay) tsm_prng_range (prng, -1, 1);
}

static TsmDayTotal
read_plain (TsmQuery *query)
{
  g_assert_true (tsm_query_next (query));
  return (TsmDayTotal){ tsm_query_get_int (query, 0), tsm_query_get_int (query, 1),
                        tsm_query_get_int (query, 2), tsm_query_get_int (query, 3),
                        tsm_query_get_int (query, 4) };
}

#define PLAIN                                                                                 \
  "SELECT ifnull(sum(energy_wh), 0), ifnull(sum(cost_neur), 0), ifnull(sum(unpriced_wh), 0)," \
  " ifnull(sum(estimated_wh), 0), ifnull(sum(down_seconds), 0) FROM "

static void
check_range (TsmDb *db, TsmDay from, TsmDay to)
{
  g_auto (TsmQuery) total = tsm_db_query (db, PLAIN "day_total WHERE day >= ? AND day <= ?",
                                          TSM_INT (from), TSM_INT (to));

  assert_total (tsm_share_table_sum_total (db, TEST_SERVER, from, to), read_plain (&total));
  for (gint64 user_id = 0; user_id <= N_USERS; user_id++)
    for (gint least = 0; least < 2; least++) {
      g_auto (TsmQuery) user = tsm_db_query (
          db, PLAIN "share WHERE day >= ? AND day <= ? AND user_id = ? AND is_derogation >= ?",
          TSM_INT (from), TSM_INT (to), TSM_INT (user_id), TSM_INT (least));

      assert_total (tsm_share_table_sum_user (db, TEST_SERVER, user_id, from, to, least == 1),
                    read_plain (&user));
    }
}

/* Whatever days are replaced, however often, sums over any range are those of the days in it. */
static void
test_share_table_sums_of_random_ranges (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmDb) db = test_db_new ();
  TsmPrng prng = tsm_prng_init (1, 0);

  for (guint i = 0; i < N_REPLACED; i++) {
    replace_at_random (db, &prng, pick_day (&prng));
    if (i % (N_REPLACED / N_RANGES) == 0) {
      const TsmDay from = pick_day (&prng);

      check_range (db, from, from + (TsmDay) tsm_prng_range (&prng, -1, N_DAYS));
    }
  }
  check_range (db, TSM_DAY_NONE, G_MAXINT32);
  check_range (db, FIRST_DAY, FIRST_DAY + N_DAYS);
  tsm_share_table_check (db, TEST_SERVER, &error);
  g_assert_no_error (error);
  test_db_commit (db);
}

/* Who has no day left in a month has no row for it either. */
static void
test_share_table_drops_empty_sums (void)
{
  g_autoptr (TsmDb) db = test_db_new ();

  replace (db, 10, 1, 3);
  replace (db, 40, 1, 3);
  g_assert_cmpint (test_db_read_int (db, "SELECT count(*) FROM share_sum"), ==, 9);
  replace (db, 10, 1, 0);
  g_assert_cmpint (test_db_read_int (db, "SELECT count(*) FROM share_sum"), ==, 6);
  replace (db, 40, 1, 1);
  g_assert_cmpint (test_db_read_int (db, "SELECT count(*) FROM share_sum"), ==, 2);
  /* The evening before 1970 is in a month too: a clock that was never set begins there. */
  replace (db, -1, 1, 1);
  g_assert_cmpint (tsm_share_table_sum_user (db, TEST_SERVER, ANN, -1, 40, FALSE).energy_wh, ==, 4);
  g_assert_true (tsm_share_table_check (db, TEST_SERVER, NULL));
  test_db_commit (db);
}

static const struct {
  const char *what;
  const char *sql;
  const char *message;
} damages[] = {
  { "a figure of a month's total",
    "UPDATE total_sum SET cost_neur = cost_neur + 1 WHERE span = 'month' AND begin_day = 31",
    "the total of the month of 1970-02-01" },
  { "a total that is missing", "DELETE FROM total_sum WHERE span = 'year'",
    "the total of the year of 1970-01-01" },
  { "a figure of a user's year",
    "UPDATE share_sum SET down_seconds = 0 WHERE span = 'year' AND user_id = 11",
    "the common share of user 11 in the year of 1970-01-01" },
  { "how many days it is made of",
    "UPDATE share_sum SET n_days = 2 WHERE is_derogation = 1 AND begin_day = 31",
    "the derogation share of user 11 in the month of 1970-02-01" },
  { "a month that no day is in",
    "INSERT INTO share_sum VALUES (1, 'month', 59, 3, 0, 0, 0, 0, 0, 0, 0)",
    "the common share of user 3 in the month of 1970-03-01" },
  { "a day changed behind its sums",
    "UPDATE share SET energy_wh = 9 WHERE user_id = 0 AND day = 10",
    "the common share of user 0 in the month of 1970-01-01" },
};

static void
test_share_table_check_finds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++) {
    g_autoptr (TsmDb) db = test_db_new ();
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", damages[i].what);
    replace (db, 10, 1, 3);
    replace (db, 40, 7, 3);
    g_assert_true (tsm_share_table_check (db, TEST_SERVER, &error));
    g_assert_no_error (error);
    tsm_db_run_args (db, damages[i].sql, NULL, 0);
    test_db_commit (db);
    g_assert_false (tsm_share_table_check (db, TEST_SERVER, &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
    g_assert_cmpstr (error->message, !=, NULL);
    if (strstr (error->message, damages[i].message) == NULL)
      g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, damages[i].message));
    g_assert_true (tsm_share_table_check (db, TEST_SERVER + 1, NULL));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/share-table/sums", test_share_table_sums);
  g_test_add_func ("/share-table/random", test_share_table_sums_of_random_ranges);
  g_test_add_func ("/share-table/empty", test_share_table_drops_empty_sums);
  g_test_add_func ("/share-table/check", test_share_table_check_finds);
  g_test_add_func ("/share-table/double", test_share_table_double);
  return g_test_run ();
}
