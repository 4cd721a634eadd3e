/* SPDX-License-Identifier: MIT
 * test-stay-table: the newest version of a stay counts, and only it. */
#include "store/tsm-stay-table.h"
#include "support-db.h"

#define ANN  11
#define BOB  22
#define OPEN TSM_DAY_NONE

/* Puts in the order given; a stay of 0 is a new one, another a new version. */
static const TsmStay history[] = {
  { 0, ANN, 100, 110 },  /* 1, later moved to 102 - 108 */
  { 0, BOB, 105, OPEN }, /* 2, closed at 120 in the end */
  { 0, ANN, 300, OPEN }, /* 3 */
  { 0, ANN, 200, 210 },  /* 4, written after a later one */
  { 1, ANN, 90, 108 },   { 1, ANN, 102, 108 }, { 2, BOB, 105, 120 },
};

static TsmDb *
db_new_filled (void)
{
  TsmDb *db = test_db_new ();
  const TsmStay elsewhere = { .user_id = ANN, .arrival_day = 1, .leave_day = OPEN };
  const gint64 other = tsm_server_table_add (db, "other", 0, 0);
  gint64 n_stays = 0;

  for (guint i = 0; i < G_N_ELEMENTS (history); i++) {
    n_stays += history[i].stay == 0;
    g_assert_cmpint (tsm_stay_table_put (db, TEST_SERVER, &history[i], 99, 1000 + i), ==,
                     history[i].stay == 0 ? n_stays : history[i].stay);
  }
  /* Numbers are each server's own. */
  g_assert_cmpint (tsm_stay_table_put (db, other, &elsewhere, 99, 0), ==, 1);
  test_db_commit (db);
  return db;
}

static void
test_stay_table_of_user (void)
{
  static const TsmStay ann[] = { { 1, ANN, 102, 108 },
                                 { 4, ANN, 200, 210 },
                                 { 3, ANN, 300, OPEN } };
  g_autoptr (TsmDb) db = db_new_filled ();
  g_autoptr (GArray) stays = tsm_stay_table_dup_of_user (db, TEST_SERVER, ANN);
  g_autoptr (GArray) none = tsm_stay_table_dup_of_user (db, TEST_SERVER, 33);
  TsmStay latest = { 0 };

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (stays->len, ==, G_N_ELEMENTS (ann));
  for (guint i = 0; i < stays->len; i++) {
    const TsmStay *stay = &g_array_index (stays, TsmStay, i);

    g_assert_cmpint (stay->stay, ==, ann[i].stay);
    g_assert_cmpint (stay->user_id, ==, ANN);
    g_assert_cmpint (stay->arrival_day, ==, ann[i].arrival_day);
    g_assert_cmpint (stay->leave_day, ==, ann[i].leave_day);
  }
  g_assert_true (tsm_stay_table_get_latest (db, TEST_SERVER, ANN, &latest));
  g_assert_cmpint (latest.stay, ==, 3);
  g_assert_cmpint (latest.leave_day, ==, OPEN);
  g_assert_true (tsm_stay_table_get_latest (db, TEST_SERVER, BOB, &latest));
  g_assert_cmpint (latest.leave_day, ==, 120);
  latest.stay = 77;
  g_assert_false (tsm_stay_table_get_latest (db, TEST_SERVER, 33, &latest));
  g_assert_cmpint (latest.stay, ==, 77);
  /* The version that said 90 is history. */
  g_assert_cmpint (tsm_stay_table_get_first_arrival (db, TEST_SERVER, ANN), ==, 102);
  g_assert_cmpint (tsm_stay_table_get_first_arrival (db, TEST_SERVER, 33), ==, TSM_DAY_NONE);
}

static const struct {
  TsmDay day;
  gboolean has_ann;
  gboolean has_bob;
} present_cases[] = {
  { 90, FALSE, FALSE },                          /* only in an old version */
  { 101, FALSE, FALSE },                         /* the day before */
  { 102, TRUE, FALSE },                          /* the arrival day counts */
  { 108, TRUE, TRUE },                           /* and the leave day */
  { 109, FALSE, TRUE },                          /* the first version's end is history */
  { 120, FALSE, TRUE },  { 121, FALSE, FALSE },  /* once open, now closed */
  { 300, TRUE, FALSE },  { 99999, TRUE, FALSE }, /* an open stay has no end */
};

static void
test_stay_table_present (void)
{
  g_autoptr (TsmDb) db = db_new_filled ();

  for (guint i = 0; i < G_N_ELEMENTS (present_cases); i++) {
    g_autoptr (GArray) users = tsm_stay_table_dup_present (db, TEST_SERVER, present_cases[i].day);
    guint n = 0;

    if (present_cases[i].has_ann)
      g_assert_cmpint (g_array_index (users, gint64, n++), ==, ANN);
    if (present_cases[i].has_bob)
      g_assert_cmpint (g_array_index (users, gint64, n++), ==, BOB);
    g_assert_cmpuint (users->len, ==, n);
  }
}

/* Two stays of one user over the same day make one payer; a stay given to another user leaves. */
static void
test_stay_table_present_once (void)
{
  static const TsmStay stays[] = {
    { 0, BOB, 1, 5 }, { 0, ANN, 5, 9 }, { 0, BOB, 5, 7 }, { 0, ANN, 5, OPEN }, { 4, BOB, 5, OPEN }
  };
  g_autoptr (TsmDb) db = test_db_new ();
  g_autoptr (GArray) users = NULL;
  g_autoptr (GArray) later = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (stays); i++)
    tsm_stay_table_put (db, TEST_SERVER, &stays[i], 99, 0);
  users = tsm_stay_table_dup_present (db, TEST_SERVER, 5);
  g_assert_cmpuint (users->len, ==, 2);
  g_assert_cmpint (g_array_index (users, gint64, 0), ==, ANN);
  g_assert_cmpint (g_array_index (users, gint64, 1), ==, BOB);
  later = tsm_stay_table_dup_present (db, TEST_SERVER, 10);
  g_assert_cmpuint (later->len, ==, 1);
  g_assert_cmpint (g_array_index (later, gint64, 0), ==, BOB);
}

static const struct {
  const char *name;
  TsmStay stay;
} refused_cases[] = {
  { "leave-before-arrival", { 0, ANN, 10, 9 } },
  { "no-user", { 0, TSM_USER_HOUSE, 10, 12 } },
};

static void
test_stay_table_refused (gconstpointer data)
{
  g_autoptr (TsmDb) db = test_db_new ();

  test_db_commit (db);
  tsm_stay_table_put (db, TEST_SERVER, &refused_cases[GPOINTER_TO_UINT (data)].stay, 99, 0);
  test_db_assert_failed (db, "CHECK");
}

/* Ten thousand stays, three versions each: a year's days are asked in well under a second. */
static void
test_stay_table_many (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  gint64 begin_us;
  guint n = 0;

  for (gint i = 0; i < 10000; i++) {
    TsmStay stay = { .user_id = 1 + i % 50, .arrival_day = i, .leave_day = i + 1 };

    stay.stay = tsm_stay_table_put (db, TEST_SERVER, &stay, 99, 0);
    stay.leave_day = OPEN;
    tsm_stay_table_put (db, TEST_SERVER, &stay, 99, 1);
    stay.leave_day = i + 2;
    tsm_stay_table_put (db, TEST_SERVER, &stay, 99, 2);
  }
  test_db_commit (db);
  begin_us = g_get_monotonic_time ();
  for (TsmDay day = 5000; day < 5365; day++) {
    g_autoptr (GArray) users = tsm_stay_table_dup_present (db, TEST_SERVER, day);
    g_autoptr (GArray) stays = tsm_stay_table_dup_of_user (db, TEST_SERVER, 1 + day % 50);

    g_assert_cmpuint (users->len, ==, 3);
    n += stays->len;
  }
  g_assert_cmpuint (n, ==, 365 * 200);
  g_test_minimized_result ((double) (g_get_monotonic_time () - begin_us) / 365,
                           "%.0f us for a day's payers and a user's 200 stays among 10,000",
                           (double) (g_get_monotonic_time () - begin_us) / 365);
}

static const struct {
  const char *name;
  TsmDay from, to;
  guint n_users;
  TsmDay day;
} full_cases[] = {
  { "one-is-there", 100, 130, 1, 102 },  { "one-is-there-at-once", 104, 130, 1, 104 },
  { "nobody-yet", 90, 101, 1, OPEN }, /* 90 is in an old version */
  { "both", 100, 130, 2, 105 },          { "both-on-the-last-day", 108, 130, 2, 108 },
  { "both-no-more", 109, 130, 2, OPEN }, { "both-not-yet", 100, 104, 2, OPEN },
  { "never-three", 0, 400, 3, OPEN },    { "an-open-stay", 500, 500, 1, 500 },
  { "no-day", 105, 104, 1, OPEN },
};

static void
test_stay_table_full (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmDb) db = db_new_filled ();

  g_assert_cmpint (tsm_stay_table_find_full (db, TEST_SERVER, full_cases[i].from, full_cases[i].to,
                                             full_cases[i].n_users),
                   ==, full_cases[i].day);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stay-table/of-user", test_stay_table_of_user);
  g_test_add_func ("/stay-table/present", test_stay_table_present);
  g_test_add_func ("/stay-table/present/once", test_stay_table_present_once);
  for (guint i = 0; i < G_N_ELEMENTS (refused_cases); i++) {
    g_autofree char *path = g_strconcat ("/stay-table/refused/", refused_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_stay_table_refused);
  }
  for (guint i = 0; i < G_N_ELEMENTS (full_cases); i++) {
    g_autofree char *path = g_strconcat ("/stay-table/full/", full_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_stay_table_full);
  }
  g_test_add_func ("/stay-table/many", test_stay_table_many);
  return g_test_run ();
}
