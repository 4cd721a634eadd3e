/* SPDX-License-Identifier: MIT
 * What is said in which language, on a system without any French locale. */
#include "base/tsm-text.h"
#include "base/tsm-word.h"
#include <locale.h>

static void
test_text_without_locale (void)
{
  g_assert_cmpstr (setlocale (LC_ALL, NULL), ==, "C");
  g_assert_cmpstr (tsm_text (TSM_LANG_FR, "red day"), ==, "jour rouge");
  g_assert_cmpstr (tsm_text (TSM_LANG_EN, "red day"), ==, "red day");
  g_assert_cmpstr (tsm_text (TSM_LANG_FR, "%s at %s"), ==, "%s à %s");
}

static void
test_text_falls_back_to_msgid (void)
{
  static const char msgid[] = "said nowhere";

  g_assert_true (tsm_text (TSM_LANG_FR, msgid) == msgid);
  g_assert_cmpstr (tsm_text (TSM_LANG_FR, ""), ==, "");
}

/* Without a translation the English plural is taken, in English by English's rule. */
static void
test_text_n_counts (void)
{
  g_assert_cmpstr (tsm_text_n (TSM_LANG_EN, "%s xx", "%s xxs", 0), ==, "%s xxs");
  g_assert_cmpstr (tsm_text_n (TSM_LANG_EN, "%s xx", "%s xxs", 1), ==, "%s xx");
  g_assert_cmpstr (tsm_text_n (TSM_LANG_EN, "%s xx", "%s xxs", 2), ==, "%s xxs");
  g_assert_cmpstr (tsm_text_n (TSM_LANG_EN, "%s xx", "%s xxs", G_MAXUINT64), ==, "%s xxs");
}

static const struct {
  const char *tag;
  TsmLang lang;
} tag_cases[] = {
  { "fr", TSM_LANG_FR },    { "fr-FR", TSM_LANG_FR }, { "fr_CA.UTF-8", TSM_LANG_FR },
  { "FR", TSM_LANG_FR },    { "frr", TSM_LANG_EN }, /* North Frisian */
  { "en-GB", TSM_LANG_EN }, { "C", TSM_LANG_EN },     { "", TSM_LANG_EN },
  { "f", TSM_LANG_EN },     { NULL, TSM_LANG_EN },
};

static void
test_text_lang_from_tag (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (tag_cases); i++)
    g_assert_cmpint (tsm_text_lang_from_tag (tag_cases[i].tag), ==, tag_cases[i].lang);
}

static void
test_word_says_each_enum (void)
{
  g_assert_cmpstr (tsm_word_get_colour (TSM_LANG_FR, TSM_COLOUR_BLUE), ==, "bleu");
  g_assert_cmpstr (tsm_word_get_colour (TSM_LANG_FR, TSM_COLOUR_WHITE), ==, "blanc");
  g_assert_cmpstr (tsm_word_get_colour (TSM_LANG_FR, TSM_COLOUR_RED), ==, "rouge");
  g_assert_cmpstr (tsm_word_get_colour (TSM_LANG_EN, TSM_COLOUR_UNKNOWN), ==, "unknown");
  g_assert_cmpstr (tsm_word_get_period (TSM_LANG_FR, TSM_PERIOD_HC), ==, "heures creuses");
  g_assert_cmpstr (tsm_word_get_period (TSM_LANG_EN, TSM_PERIOD_HP), ==, "peak hours");
  g_assert_cmpstr (tsm_word_get_quality (TSM_LANG_FR, TSM_QUALITY_DOWN), ==, "non mesuré");
  g_assert_cmpstr (tsm_word_get_certainty (TSM_LANG_FR, TSM_CERTAINTY_FINAL), ==, "définitive");
  g_assert_cmpstr (tsm_word_get_source (TSM_LANG_FR, TSM_SOURCE_RTE), ==, "RTE");
  g_assert_cmpstr (tsm_word_get_source (TSM_LANG_EN, TSM_SOURCE_DEDUCED), ==,
                   "the contract's rules");
  g_assert_cmpstr (tsm_word_get_power (TSM_LANG_FR, TSM_POWER_OFF), ==, "éteint");
  g_assert_cmpstr (tsm_word_get_weekday (TSM_LANG_FR, 7), ==, "dimanche");
  g_assert_cmpstr (tsm_word_get_month (TSM_LANG_EN, 12), ==, "December");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/without-locale", test_text_without_locale);
  g_test_add_func ("/text/falls-back", test_text_falls_back_to_msgid);
  g_test_add_func ("/text/plural", test_text_n_counts);
  g_test_add_func ("/text/lang-from-tag", test_text_lang_from_tag);
  g_test_add_func ("/word/each-enum", test_word_says_each_enum);
  return g_test_run ();
}
