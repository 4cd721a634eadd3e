/* SPDX-License-Identifier: MIT
 * A card is laid out for a terminal; its parts can be read one by one. */
#include "engine/tsm-card.h"
#include "engine/tsm-request.h"
#include <string.h>

#define MONDAY ((TsmDay) 20458) /* 5 January 2026 */

static const struct {
  const char *name;
  TsmDay day;
  gboolean names_day;
  const char *lines[3];
  const char *figures[5]; /* two columns */
  const char *list[4];    /* one column */
  const char *english, *french;
} cases[] = {
  { .name = "a-line", .lines = { "Done." }, .english = "Done.", .french = "Done." },
  {
      .name = "two-lines",
      .lines = { "One.", "Two." },
      .english = "One.\nTwo.",
  },
  { .name = "figures-alone", .figures = { "a", "1", "bb", "22" }, .english = "a    1\nbb  22" },
  { .name = "figures-of-a-day",
    .day = MONDAY,
    .figures = { "a", "1" },
    .english = "Tempo day: Monday 5 January 2026\na  1",
    .french = "Jour Tempo\302\240: lundi 5 janvier 2026\na  1" },
  { .name = "whose-figures",
    .day = MONDAY,
    .lines = { "Hers:" },
    .figures = { "a", "1" },
    .english = "Tempo day: Monday 5 January 2026\nHers:\n\na  1",
    .french = "Jour Tempo\302\240: lundi 5 janvier 2026\nHers:\n\na  1" },
  { .name = "a-day-the-words-name",
    .day = MONDAY,
    .names_day = TRUE,
    .lines = { "On Monday." },
    .english = "On Monday." },
  { .name = "two-tables",
    .day = MONDAY,
    .names_day = TRUE,
    .figures = { "a", "1" },
    .list = { "x", "y" },
    .english = "a  1\n\nx\ny" },
  { .name = "everything",
    .day = MONDAY,
    .lines = { "One.", "Two." },
    .figures = { "a", "1" },
    .list = { "x", "y" },
    .english = "Tempo day: Monday 5 January 2026\nOne.\nTwo.\n\na  1\n\nx\ny",
    .french = "Jour Tempo\302\240: lundi 5 janvier 2026\nOne.\nTwo.\n\na  1\n\nx\ny" },
};

static void
fill (TsmCard *card, TsmTableKind kind, const char *alignment, const char *const *cells)
{
  TsmTable *table = tsm_card_add_table (card, kind, alignment);

  for (guint i = 0; cells[i] != NULL; i++)
    tsm_table_take_cell (table, g_strdup (cells[i]));
}

static TsmCard *
build (guint i)
{
  TsmCard *card = tsm_card_new ("Title");

  if (cases[i].day != 0)
    tsm_card_set_day (card, cases[i].day, TSM_COLOUR_BLUE);
  card->names_day = cases[i].names_day;
  for (guint n = 0; cases[i].lines[n] != NULL; n++)
    tsm_card_take_line (card, g_strdup (cases[i].lines[n]));
  fill (card, TSM_TABLE_FIGURES, "lr", cases[i].figures);
  fill (card, TSM_TABLE_LIST, "l", cases[i].list);
  return card;
}

static void
test_card_reads_as_text (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmCard) card = build (i);
  g_autofree char *english = tsm_card_dup_text (card, TSM_LANG_EN);
  g_autofree char *french = tsm_card_dup_text (card, TSM_LANG_FR);

  g_assert_cmpstr (english, ==, cases[i].english);
  /* Only the day is the card's own word. */
  g_assert_cmpstr (french, ==, cases[i].french != NULL ? cases[i].french : cases[i].english);
}

static void
test_card_begins_empty (void)
{
  g_autoptr (TsmCard) card = tsm_card_new ("Title");
  g_autofree char *text = tsm_card_dup_text (card, TSM_LANG_EN);

  g_assert_cmpstr (card->title, ==, "Title");
  g_assert_cmpint (card->day, ==, TSM_DAY_NONE);
  g_assert_cmpint (card->colour, ==, TSM_COLOUR_UNKNOWN);
  g_assert_null (card->text);
  g_assert_cmpuint (card->tables->len, ==, 0);
  g_assert_cmpstr (text, ==, "");
}

static void
test_card_table_has_empty_cells (void)
{
  g_autoptr (TsmCard) card = tsm_card_new ("Title");
  TsmTable *table = tsm_card_add_table (card, TSM_TABLE_FIGURES, "lrl");
  g_autofree char *text = NULL;

  g_assert_cmpuint (tsm_table_get_width (table), ==, 3);
  g_assert_cmpuint (tsm_table_get_n_rows (table), ==, 0);
  tsm_table_take_cell (table, g_strdup ("today"));
  tsm_table_take_cell (table, g_strdup ("1"));
  tsm_table_take_cell (table, NULL);
  tsm_table_take_cell (table, g_strdup ("week"));
  tsm_table_take_cell (table, g_strdup ("12"));
  tsm_table_take_cell (table, g_strdup ("estimated"));
  g_assert_cmpuint (tsm_table_get_n_rows (table), ==, 2);
  g_assert_cmpstr (tsm_table_peek_cell (table, 0, 0), ==, "today");
  g_assert_null (tsm_table_peek_cell (table, 0, 2));
  g_assert_cmpstr (tsm_table_peek_cell (table, 1, 2), ==, "estimated");
  text = tsm_card_dup_text (card, TSM_LANG_EN);
  g_assert_cmpstr (text, ==, "today   1\nweek   12  estimated");
}

static void
test_card_is_the_reply_s_text (void)
{
  g_autoptr (TsmRequest) request = tsm_request_new ("status", TSM_CALLER_SHELL, TSM_LANG_FR);
  g_autoptr (TsmReply) done = NULL;
  g_autoptr (TsmReply) refused = NULL;
  TsmCard *card = tsm_card_new ("Title");

  tsm_card_set_day (card, MONDAY, TSM_COLOUR_RED);
  done = tsm_reply_new_done (request, card, json_from_string ("{}", NULL));
  refused = tsm_reply_new_refusal (request, TSM_REFUSAL_NOT_ADMIN, "no");
  g_assert_cmpstr (done->text, ==, "Jour Tempo\302\240: lundi 5 janvier 2026");
  g_assert_true (done->card == card);
  g_assert_null (refused->card);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/card/reads-as-text/", cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_card_reads_as_text);
  }
  g_test_add_func ("/card/begins-empty", test_card_begins_empty);
  g_test_add_func ("/card/table-has-empty-cells", test_card_table_has_empty_cells);
  g_test_add_func ("/card/is-the-reply-s-text", test_card_is_the_reply_s_text);
  return g_test_run ();
}
