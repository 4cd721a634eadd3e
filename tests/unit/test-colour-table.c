/* SPDX-License-Identifier: MIT
 * test-colour-table: the newest row of a day counts, and each source's last word is kept. */
#include "store/tsm-colour-table.h"
#include "support-db.h"

static const struct {
  TsmDay day;
  TsmDayColour colour;
} history[] = {
  { 10, { TSM_COLOUR_BLUE, TSM_CERTAINTY_PROVISIONAL, TSM_SOURCE_RTE, 500 } },
  { 12, { TSM_COLOUR_WHITE, TSM_CERTAINTY_FINAL, TSM_SOURCE_CALENDAR, 501 } },
  { 10, { TSM_COLOUR_BLUE, TSM_CERTAINTY_CONFIRMED, TSM_SOURCE_COULEUR, 502 } },
  /* The clock was set back: the order of writing counts. */
  { 10, { TSM_COLOUR_RED, TSM_CERTAINTY_FINAL, TSM_SOURCE_ADMIN, 400 } },
  { 13, { TSM_COLOUR_BLUE, TSM_CERTAINTY_CONFIRMED, TSM_SOURCE_DEDUCED, 503 } },
};

static void
assert_colour (TsmDayColour a, TsmDayColour b)
{
  g_assert_cmpint (a.colour, ==, b.colour);
  g_assert_cmpint (a.certainty, ==, b.certainty);
  g_assert_cmpint (a.source, ==, b.source);
  g_assert_cmpint (a.at, ==, b.at);
}

static void
test_colour_table_newest (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  const gint64 other = tsm_server_table_add (db, "other", 0, 0);
  const TsmDayColour nothing = { 0 };
  TsmDayColour range[4] = { [0] = history[0].colour, [1] = history[0].colour };

  for (guint i = 0; i < G_N_ELEMENTS (history); i++) {
    tsm_colour_table_add (db, TEST_SERVER, history[i].day, &history[i].colour);
    assert_colour (tsm_colour_table_get (db, TEST_SERVER, history[i].day), history[i].colour);
  }
  assert_colour (tsm_colour_table_get (db, TEST_SERVER, 11), nothing);
  assert_colour (tsm_colour_table_get (db, other, 10), nothing);
  tsm_colour_table_get_range (db, TEST_SERVER, 9, 4, range);
  assert_colour (range[0], nothing);
  assert_colour (range[1], history[3].colour);
  assert_colour (range[2], nothing);
  assert_colour (range[3], history[1].colour);
  test_db_commit (db);
}

static void
test_colour_table_sightings (void)
{
  static const TsmColour said[] = { TSM_COLOUR_BLUE, TSM_COLOUR_BLUE, TSM_COLOUR_RED,
                                    TSM_COLOUR_BLUE };
  g_autoptr (TsmDb) db = test_db_new ();

  g_assert_cmpint (tsm_colour_table_get_sighting (db, TEST_SERVER, 10, TSM_SOURCE_RTE), ==,
                   TSM_COLOUR_UNKNOWN);
  for (guint i = 0; i < G_N_ELEMENTS (said); i++) {
    tsm_colour_table_add_sighting (db, TEST_SERVER, 10, TSM_SOURCE_RTE, said[i], i);
    g_assert_cmpint (tsm_colour_table_get_sighting (db, TEST_SERVER, 10, TSM_SOURCE_RTE), ==,
                     said[i]);
  }
  /* What was said twice in a row is one row. */
  g_assert_cmpint (test_db_read_int (db, "SELECT count(*) FROM sighting"), ==, 3);
  g_assert_cmpint (tsm_colour_table_get_sighting (db, TEST_SERVER, 10, TSM_SOURCE_COULEUR), ==,
                   TSM_COLOUR_UNKNOWN);
  g_assert_cmpint (tsm_colour_table_get_sighting (db, TEST_SERVER, 11, TSM_SOURCE_RTE), ==,
                   TSM_COLOUR_UNKNOWN);
  test_db_commit (db);
}

/* A word of a later program in a column is not taken for another. */
static const struct {
  const char *certainty;
  const char *source;
} word_cases[] = { { "certain", "rte" }, { "final", "oracle" } };

static void
test_colour_table_unknown_word (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (word_cases); i++) {
    g_autoptr (TsmDb) db = test_db_new ();
    const TsmDayColour nothing = { 0 };

    tsm_db_run (db,
                "INSERT INTO colour (server_id, day, colour, certainty, source, at)"
                " VALUES (1, 10, 'red', ?, ?, 0)",
                TSM_TEXT (word_cases[i].certainty), TSM_TEXT (word_cases[i].source));
    assert_colour (tsm_colour_table_get (db, TEST_SERVER, 10), nothing);
    test_db_assert_failed (db, "unknown word");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/colour-table/newest", test_colour_table_newest);
  g_test_add_func ("/colour-table/sightings", test_colour_table_sightings);
  g_test_add_func ("/colour-table/unknown-word", test_colour_table_unknown_word);
  return g_test_run ();
}
