/* SPDX-License-Identifier: MIT
 * Each reason has its own words, in each language. */
#include "base/tsm-text.h"
#include "rules/tsm-phrase.h"

static void
test_phrase_says_each_reason (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint reason = TSM_REASON_NOT_RED; reason <= TSM_REASON_SHORT_GAP; reason++) {
    const char *msgid = tsm_phrase_get_reason ((TsmReason) reason);

    g_assert_true (g_hash_table_add (seen, (gpointer) tsm_text (TSM_LANG_EN, msgid)));
    g_assert_true (g_hash_table_add (seen, (gpointer) tsm_text (TSM_LANG_FR, msgid)));
  }
  g_assert_cmpstr (tsm_text (TSM_LANG_EN, tsm_phrase_get_reason (TSM_REASON_HOLD)), ==,
                   "held by an admin");
  g_assert_cmpstr (tsm_text (TSM_LANG_FR, tsm_phrase_get_reason (TSM_REASON_RED)), ==,
                   "jour rouge");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/phrase/reason", test_phrase_says_each_reason);
  return g_test_run ();
}
