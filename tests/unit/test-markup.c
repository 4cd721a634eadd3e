/* SPDX-License-Identifier: MIT
 * Text that Discord shows as it is, and no more of it than it takes. */
#include "discord/tsm-markup.h"
#include <string.h>

static const struct {
  const char *name;
  const char *text;
  const char *escaped;
} escape_cases[] = {
  { "plain", "Tuesday 6 January 2026 at 22:00, 1.234 kWh (€2.34)",
    "Tuesday 6 January 2026 at 22:00, 1.234 kWh (€2.34)" },
  { "empty", "", "" },
  { "command", "ask an admin for /hello_you.", "ask an admin for /hello\\_you." },
  { "bold", "**x** __y__ ~~z~~", "\\*\\*x\\*\\* \\_\\_y\\_\\_ \\~\\~z\\~\\~" },
  { "code", "`rm`", "\\`rm\\`" },
  { "spoiler", "||x||", "\\|\\|x\\|\\|" },
  { "backslash", "a\\*b", "a\\\\\\*b" },
  { "link", "[click](https://example.org)", "\\[click\\](https\\://example.org)" },
  { "everyone", "@everyone @here", "\\@everyone \\@here" },
  { "mention", "hello <@123456789012345678>!", "hello <@123456789012345678>!" },
  { "mention-by-nick", "<@!12> and <@34>", "<@!12> and <@34>" },
  { "role", "<@&123>", "\\<\\@&123>" },
  { "channel", "<#123>", "\\<#123>" },
  { "timestamp", "<t:1767650400:R>", "\\<t:1767650400\\:R>" },
  { "emoji", "<:name:123> :smile: :_x:", "\\<\\:name:123> \\:smile: \\:\\_x:" },
  { "mention-without-end", "<@123", "\\<\\@123" },
  { "mention-of-nobody", "<@>", "\\<\\@>" },
  { "mention-of-letters", "<@12a>", "\\<\\@12a>" },
  { "mention-of-too-many-digits", "<@123456789012345678901>", "\\<\\@123456789012345678901>" },
  { "mention-in-a-mention", "<@<@12>>", "\\<\\@<@12>>" },
  { "heading", "# x\n## y", "\\# x\n\\## y" },
  { "subtext", "-# x", "\\-# x" },
  { "quote", "> x\n>>> y", "\\> x\n\\>>> y" },
  { "bullets", "- x\n  + y\n* z", "\\- x\n  \\+ y\n\\* z" },
  { "numbers", "1. x\n22. y\n3 z\n4\n5.", "1\\. x\n22\\. y\n3 z\n4\n5." },
  { "decimals", "1.234 kWh", "1.234 kWh" },
  { "inside-a-line", "x # y - 1. > z", "x # y - 1. > z" },
  { "minus-sign", "−1,00 €", "−1,00 €" },
};

static void
test_markup_escape (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *escaped = tsm_markup_dup_escaped (escape_cases[i].text);

  g_assert_cmpstr (escaped, ==, escape_cases[i].escaped);
}

static const struct {
  const char *name;
  const char *text;
  gsize max_length;
  const char *cut;
} cut_cases[] = {
  { "short", "abc", 4, "abc" },
  { "just-fits", "abcd", 4, "abcd" },
  { "one-too-long", "abcde", 4, "abc…" },
  { "trimmed", "  abcd \n", 4, "abcd" },
  { "only-blanks", " \n ", 4, "" },
  { "accents-count-once", "éééé", 4, "éééé" },
  { "never-inside-a-character", "ééééé", 4, "ééé…" },
  { "four-byte-characters", "🔴🔴🔴", 2, "🔴…" },
  { "behind-a-word", "one two three", 10, "one two…" },
  { "not-far-back", "a bcdefghijkl", 10, "a bcdefgh…" },
  { "behind-a-line", "one two\nthree four", 14, "one two\n…" },
  { "one", "abc", 1, "…" },
};

static void
test_markup_cut (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *cut = tsm_markup_dup_cut (cut_cases[i].text, cut_cases[i].max_length);

  g_assert_cmpstr (cut, ==, cut_cases[i].cut);
  g_assert_cmpint (g_utf8_strlen (cut, -1), <=, (glong) cut_cases[i].max_length);
}

static void
test_markup_capitalize (void)
{
  static const char *const cases[][2] = {
    { "this week", "This week" },
    { "échéance", "Échéance" },
    { "Already", "Already" },
    { "14h30", "14h30" },
    { "", "" },
    { "à", "À" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = tsm_markup_dup_capitalized (cases[i][0]);

    g_assert_cmpstr (text, ==, cases[i][1]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (escape_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/markup/escape/%s", escape_cases[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_markup_escape);
  }
  for (guint i = 0; i < G_N_ELEMENTS (cut_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/markup/cut/%s", cut_cases[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_markup_cut);
  }
  g_test_add_func ("/markup/capitalize", test_markup_capitalize);
  return g_test_run ();
}
