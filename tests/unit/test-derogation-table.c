/* SPDX-License-Identifier: MIT
 * test-derogation-table: numbered from 1, ended by a new version, found by what they overlap. */
#include "base/tsm-limits.h"
#include "store/tsm-derogation-table.h"
#include "support-db.h"

#define ANN  11
#define BOB  22
#define HOUR 3600

static gint64
add (TsmDb *db, gint64 server_id, gint64 user_id, gint64 begin, gint64 end)
{
  const TsmDerogation derogation = { .user_id = user_id, .begin = begin, .end = end };

  return tsm_derogation_table_add (db, server_id, &derogation, user_id, 0);
}

/* 1 ANN [10, 22) h, 2 BOB [8, 12) h, 3 ANN [30, 40) h ended at 33 h, 4 BOB [30, 40) h void,
 * 5 ANN [8, 9) h. */
static TsmDb *
db_new_filled (void)
{
  TsmDb *db = test_db_new ();

  g_assert_cmpint (add (db, TEST_SERVER, ANN, 10 * HOUR, 22 * HOUR), ==, 1);
  g_assert_cmpint (add (db, TEST_SERVER, BOB, 8 * HOUR, 12 * HOUR), ==, 2);
  g_assert_cmpint (add (db, TEST_SERVER, ANN, 30 * HOUR, 40 * HOUR), ==, 3);
  g_assert_cmpint (add (db, TEST_SERVER, BOB, 30 * HOUR, 40 * HOUR), ==, 4);
  g_assert_cmpint (add (db, TEST_SERVER, ANN, 8 * HOUR, 9 * HOUR), ==, 5);
  g_assert_cmpint (add (db, tsm_server_table_add (db, "other", 0, 0), ANN, 0, HOUR), ==, 1);
  tsm_derogation_table_set_end (db, TEST_SERVER, 3, 35 * HOUR, 99, 1);
  tsm_derogation_table_set_end (db, TEST_SERVER, 3, 33 * HOUR, 99, 2);
  tsm_derogation_table_set_end (db, TEST_SERVER, 4, 30 * HOUR, 99, 3);
  test_db_commit (db);
  return db;
}

static void
assert_ids (GArray *derogations, const char *ids)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < derogations->len; i++)
    g_string_append_printf (text, "%" G_GINT64_FORMAT " ",
                            g_array_index (derogations, TsmDerogation, i).id);
  g_assert_cmpstr (text->str, ==, ids);
}

static const struct {
  gint64 begin;
  gint64 end;
  const char *ids;
} range_cases[] = {
  { 0, 8 * HOUR, "" },                   /* touching is no overlap */
  { 0, 8 * HOUR + 1, "2 5 " },           /* by begin, then id */
  { 12 * HOUR, 13 * HOUR, "1 " },        /* well inside */
  { 22 * HOUR, 30 * HOUR, "" },          /* between */
  { 29 * HOUR, 31 * HOUR, "3 " },        /* a void one is nowhere */
  { 33 * HOUR, 40 * HOUR, "" },          /* its older versions' end is history */
  { 33 * HOUR - 1, 40 * HOUR, "3 " },    /* its last second */
  { G_MININT64, G_MAXINT64, "2 5 1 3 " } /* all there are */
};

static void
test_derogation_table_range (void)
{
  g_autoptr (TsmDb) db = db_new_filled ();

  for (guint i = 0; i < G_N_ELEMENTS (range_cases); i++) {
    g_autoptr (GArray) found =
        tsm_derogation_table_dup_range (db, TEST_SERVER, range_cases[i].begin, range_cases[i].end);

    assert_ids (found, range_cases[i].ids);
  }
}

static const struct {
  gint64 user_id;
  gint64 after;
  const char *ids;
} open_cases[] = {
  { ANN, 0, "5 1 3 " },
  { ANN, 9 * HOUR, "1 3 " }, /* it ends at that very instant: over */
  { ANN, 22 * HOUR - 1, "1 3 " },
  { ANN, 22 * HOUR, "3 " },
  { ANN, 33 * HOUR, "" },
  { BOB, 0, "2 " }, /* the other one is void */
  { 33, 0, "" },
  { ANN, G_MININT64, "5 1 3 " },
  { ANN, G_MAXINT64, "" },
};

static void
test_derogation_table_open (void)
{
  g_autoptr (TsmDb) db = db_new_filled ();

  for (guint i = 0; i < G_N_ELEMENTS (open_cases); i++) {
    g_autoptr (GArray) found =
        tsm_derogation_table_dup_open (db, TEST_SERVER, open_cases[i].user_id, open_cases[i].after);

    assert_ids (found, open_cases[i].ids);
  }
}

static void
test_derogation_table_get (void)
{
  g_autoptr (TsmDb) db = db_new_filled ();
  TsmDerogation found = { .id = 77 };

  g_assert_false (tsm_derogation_table_get (db, TEST_SERVER, 6, &found));
  g_assert_cmpint (found.id, ==, 77);
  g_assert_true (tsm_derogation_table_get (db, TEST_SERVER, 3, &found));
  g_assert_cmpint (found.id, ==, 3);
  g_assert_cmpint (found.user_id, ==, ANN);
  g_assert_cmpint (found.begin, ==, 30 * HOUR);
  g_assert_cmpint (found.end, ==, 33 * HOUR);
  g_assert_true (tsm_derogation_table_get (db, TEST_SERVER, 4, &found));
  g_assert_cmpint (found.begin, ==, found.end);
  /* A void one keeps its number: the next is another. */
  g_assert_cmpint (add (db, TEST_SERVER, ANN, 0, 1), ==, 6);
  /* Nothing happens to one that never was. */
  tsm_derogation_table_set_end (db, TEST_SERVER, 99, HOUR, 99, 4);
  g_assert_false (tsm_derogation_table_get (db, TEST_SERVER, 99, &found));
  test_db_commit (db);
}

/* The queries look back no further than the longest derogation, so a longer one must not exist. */
static void
test_derogation_table_longest (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  g_autoptr (GArray) found = NULL;
  g_autoptr (GArray) open = NULL;

  add (db, TEST_SERVER, ANN, 1000, 1000 + TSM_LIMIT_DEROGATION_S);
  found = tsm_derogation_table_dup_range (db, TEST_SERVER, 999 + TSM_LIMIT_DEROGATION_S,
                                          1000 + TSM_LIMIT_DEROGATION_S);
  assert_ids (found, "1 ");
  open = tsm_derogation_table_dup_open (db, TEST_SERVER, ANN, 999 + TSM_LIMIT_DEROGATION_S);
  assert_ids (open, "1 ");
  test_db_commit (db);
  tsm_derogation_table_set_end (db, TEST_SERVER, 1, 1001 + TSM_LIMIT_DEROGATION_S, ANN, 0);
  test_db_assert_failed (db, "CHECK");
}

static const struct {
  const char *name;
  gint64 user_id;
  gint64 end;
} refused_cases[] = {
  { "no-user", TSM_USER_HOUSE, HOUR },
  { "too-long", ANN, TSM_LIMIT_DEROGATION_S + 1 },
};

static void
test_derogation_table_refused (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmDb) db = test_db_new ();

  add (db, TEST_SERVER, refused_cases[i].user_id, 0, refused_cases[i].end);
  test_db_assert_failed (db, "CHECK");
}

static void
test_derogation_table_end_before_begin (void)
{
  g_autoptr (TsmDb) db = db_new_filled ();

  tsm_derogation_table_set_end (db, TEST_SERVER, 1, 10 * HOUR - 1, 99, 0);
  test_db_assert_failed (db, "CHECK");
}

/* Ten thousand derogations over 27 years: any day is found as fast as the newest. */
static void
test_derogation_table_many (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  gint64 begin_us;

  for (gint64 i = 0; i < 10000; i++) {
    const gint64 id = add (db, TEST_SERVER, 1 + i % 10, i * 24 * HOUR, (i * 24 + 12) * HOUR);

    tsm_derogation_table_set_end (db, TEST_SERVER, id, (i * 24 + 6) * HOUR, 99, 0);
  }
  test_db_commit (db);
  begin_us = g_get_monotonic_time ();
  for (gint64 i = 0; i < 365; i++) {
    g_autoptr (GArray) found =
        tsm_derogation_table_dup_range (db, TEST_SERVER, i * 24 * HOUR, (i * 24 + 24) * HOUR);
    g_autoptr (GArray) open = tsm_derogation_table_dup_open (db, TEST_SERVER, 1, 9900 * 24 * HOUR);

    g_assert_cmpuint (found->len, ==, 1);
    g_assert_cmpuint (open->len, ==, 10);
  }
  g_test_minimized_result ((double) (g_get_monotonic_time () - begin_us) / 365,
                           "%.0f us for a day's and a user's open derogations among 10,000",
                           (double) (g_get_monotonic_time () - begin_us) / 365);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/derogation-table/range", test_derogation_table_range);
  g_test_add_func ("/derogation-table/open", test_derogation_table_open);
  g_test_add_func ("/derogation-table/get", test_derogation_table_get);
  g_test_add_func ("/derogation-table/longest", test_derogation_table_longest);
  for (guint i = 0; i < G_N_ELEMENTS (refused_cases); i++) {
    g_autofree char *path = g_strconcat ("/derogation-table/refused/", refused_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_derogation_table_refused);
  }
  g_test_add_func ("/derogation-table/refused/end-before-begin",
                   test_derogation_table_end_before_begin);
  g_test_add_func ("/derogation-table/many", test_derogation_table_many);
  return g_test_run ();
}
