/* SPDX-License-Identifier: MIT */
#include "cli/tsm-demo-cast.h"
#include "cli/tsm-demo-screen.h"
#include "rules/tsm-day.h"
#include "test-time.h"
#include <string.h>

static void
collect (const char *text, gpointer data)
{
  g_string_append (data, text);
}

static TsmDemoScreen *
screen_new (GString *page, gboolean use_colour, guint columns)
{
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");
  const TsmDemoScreenConfig config = { .lang = TSM_LANG_EN,
                                       .zone = paris,
                                       .use_colour = use_colour,
                                       .columns = columns,
                                       .write = collect,
                                       .data = page };

  return tsm_demo_screen_new (&config);
}

static void
test_screen_lines (void)
{
  g_autoptr (GString) page = g_string_new (NULL);
  g_autoptr (TsmDemoScreen) screen = screen_new (page, FALSE, 0);

  tsm_demo_screen_set_colour (screen, tsm_day_from_ymd (2026, 1, 26), TSM_COLOUR_RED);
  tsm_demo_screen_say (screen, test_instant ("2026-01-25T23:59:00+01:00"), TSM_DEMO_MARK_WARNING,
                       "first\n\nsecond");
  tsm_demo_screen_say_plain (screen, "");
  tsm_demo_screen_say (screen, test_instant ("2026-01-26T00:00:00+01:00"), TSM_DEMO_MARK_POWER,
                       "next day");
  tsm_demo_screen_say (screen, test_instant ("2026-01-26T00:01:00+01:00"), TSM_DEMO_MARK_POWER,
                       "the same day");
  g_assert_cmpstr (page->str, ==,
                   "\n── Sunday 25 January 2026 ──────────────────────────────────────────────\n"
                   " 23:59  ▲ first\n"
                   "\n"
                   "          second\n"
                   "\n"
                   "\n── Monday 26 January 2026, red ─────────────────────────────────────────\n"
                   " 00:00  ◆ next day\n"
                   " 00:01  ◆ the same day\n");
}

/* Lines are broken at spaces so that no row is wider than the terminal. */
static void
test_screen_wraps (void)
{
  g_autoptr (GString) page = g_string_new (NULL);
  g_autoptr (TsmDemoScreen) screen = screen_new (page, FALSE, 80);
  g_auto (GStrv) rows = NULL;

  tsm_demo_screen_say (
      screen, test_instant ("2026-01-25T12:00:00+01:00"), TSM_DEMO_MARK_REPLY,
      "Le serveur sera éteint à 22:00, jusqu'à mardi à 06:00 ; qui en a besoin "
      "prend une dérogation dès maintenant, et la paie. "
      "https://a.word.that.is.wider.than.any.terminal/and/has/no/space/in/it/at/all");
  rows = g_strsplit (page->str, "\n", -1);
  for (guint i = 0; rows[i] != NULL; i++)
    g_assert_cmpint (g_utf8_strlen (rows[i], -1), <=, 80);
  g_assert_cmpuint (g_strv_length (rows), >=, 6);
  g_assert_true (g_str_has_prefix (rows[3], "          "));
  g_assert_nonnull (strstr (page->str, "jusqu'à mardi"));
}

/* What explains a word stands in a column of its own, below the word where there is no room. */
static const struct {
  const char *name;
  guint columns;
  const char *word;
  const char *page;
} entries[] = {
  { "wide", 0, "quit", "quit                                          ends the demo now\n" },
  { "narrow", 41, "quit", "quit  ends the demo now\n" },
  { "long-word", 41, "/set_derogation", "/set_derogation\n      ends the demo now\n" },
  { "just-wide-enough", 92, "quit",
    "quit                                          ends the demo now\n" },
};

static void
test_screen_entry (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GString) page = g_string_new (NULL);
  g_autoptr (TsmDemoScreen) screen = screen_new (page, FALSE, entries[i].columns);

  tsm_demo_screen_say_entry (screen, entries[i].word, "ends the demo now");
  g_assert_cmpstr (page->str, ==, entries[i].page);
}

static void
test_screen_colours (void)
{
  g_autoptr (GString) plain = g_string_new (NULL), coloured = g_string_new (NULL);
  g_autoptr (TsmDemoScreen) plain_screen = screen_new (plain, FALSE, 0);
  g_autoptr (TsmDemoScreen) coloured_screen = screen_new (coloured, TRUE, 0);
  const gint64 at = test_instant ("2026-01-25T12:00:00+01:00");

  for (TsmDemoMark mark = TSM_DEMO_MARK_BLUE; mark <= TSM_DEMO_MARK_REFUSAL; mark++) {
    tsm_demo_screen_say (plain_screen, at, mark, "text");
    tsm_demo_screen_say (coloured_screen, at, mark, "text");
  }
  tsm_demo_screen_say_title (plain_screen, "title");
  g_assert_null (strchr (plain->str, '\033'));
  g_assert_nonnull (strchr (coloured->str, '\033'));
}

static const struct {
  const char *text;
  const char *named;
} mentions[] = {
  { "<@1001> holds", "otter holds" },
  { "<@1002> and <@1003>, <@1002>", "heron and lynx, heron" },
  { "<@10011> is another", "10011 is another" },
  { "nobody", "nobody" },
  { "é <@1001", "é <@1001" },
  { "<@x>", "<@x>" },
  { "<@>", "<@>" },
};

static void
test_cast_names_mentions (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mentions); i++) {
    g_autofree char *named = tsm_demo_cast_dup_named (mentions[i].text);

    g_assert_cmpstr (named, ==, mentions[i].named);
  }
}

static const struct {
  const char *name;
  gint64 user_id; /* -1: nobody */
} names[] = {
  { "owner", 0 }, { "otter", 1001 }, { "lynx", 1003 }, { "123456789012345678", 123456789012345678 },
  { "0", -1 },    { "-5", -1 },      { "", -1 },       { "bear", -1 },
  { "12a", -1 },
};

static void
test_cast_finds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    gint64 user_id = -1;

    g_assert_true (tsm_demo_cast_find (names[i].name, &user_id) == (names[i].user_id >= 0));
    g_assert_cmpint (user_id, ==, names[i].user_id);
    if (user_id >= 0) {
      g_autofree char *name = tsm_demo_cast_dup_name (user_id);

      g_assert_cmpstr (name, ==, names[i].name);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo-screen/lines", test_screen_lines);
  g_test_add_func ("/demo-screen/wraps", test_screen_wraps);
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++) {
    g_autofree char *path = g_strdup_printf ("/demo-screen/entry/%s", entries[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_screen_entry);
  }
  g_test_add_func ("/demo-screen/colours", test_screen_colours);
  g_test_add_func ("/demo-cast/mentions", test_cast_names_mentions);
  g_test_add_func ("/demo-cast/finds", test_cast_finds);
  return g_test_run ();
}
