/* SPDX-License-Identifier: MIT
 * Catalogues of both byte orders, whole, cut short and broken. */
#include "base/tsm-mo.h"
#include "mo-big.h"
#include "mo-little.h"
#include <string.h>

static const struct {
  const char *msgid;
  guint form;
  const char *text; /* NULL: not there */
} lookup_cases[] = {
  { "apple", 0, "pomme" },
  { "%s pear", 0, "%s poire" },
  { "%s pear", 1, "%s poires" },
  { "%s pears", 0, NULL }, /* a plural is found by its singular */
  { "zebra", 0, "zèbre" },
  { "apple", 1, NULL }, /* it has one form */
  { "appl", 0, NULL },
  { "apples", 0, NULL },
  { "", 0, NULL },     /* the header is no message */
  { "aaaa", 0, NULL }, /* before the first */
  { "zzzz", 0, NULL }, /* after the last */
};

static void
check_catalogue (const guint8 *mo, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (lookup_cases); i++)
    g_assert_cmpstr (tsm_mo_lookup (mo, length, lookup_cases[i].msgid, lookup_cases[i].form), ==,
                     lookup_cases[i].text);
}

static void
test_mo_lookup_little (void)
{
  check_catalogue (mo_little, sizeof mo_little);
}

static void
test_mo_lookup_big (void)
{
  g_assert_true (memcmp (mo_big, "\x95\x04\x12\xde", 4) == 0);
  check_catalogue (mo_big, sizeof mo_big);
}

/* Each length in a block of its own, so that a read past its end is seen. */
static void
test_mo_refuses_cut_short (void)
{
  for (gsize length = 0; length < sizeof mo_little; length++) {
    g_autofree guint8 *cut = g_memdup2 (mo_little, length);
    const char *text = tsm_mo_lookup (cut, length, "zebra", 0);

    g_assert_true (text == NULL || strcmp (text, "zèbre") == 0);
  }
  g_assert_null (tsm_mo_lookup (mo_little, 27, "zebra", 0));
}

static void
test_mo_refuses_broken_word (gconstpointer data)
{
  const gsize offset = GPOINTER_TO_SIZE (data);
  g_autofree guint8 *broken = g_memdup2 (mo_little, sizeof mo_little);

  memset (broken + offset, 0xff, 4);
  g_assert_null (tsm_mo_lookup (broken, sizeof mo_little, "zebra", 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mo/lookup/little-endian", test_mo_lookup_little);
  g_test_add_func ("/mo/lookup/big-endian", test_mo_lookup_big);
  g_test_add_func ("/mo/refuses/cut-short", test_mo_refuses_cut_short);
  g_test_add_data_func ("/mo/refuses/magic", GSIZE_TO_POINTER (0), test_mo_refuses_broken_word);
  g_test_add_data_func ("/mo/refuses/revision", GSIZE_TO_POINTER (4), test_mo_refuses_broken_word);
  g_test_add_data_func ("/mo/refuses/count", GSIZE_TO_POINTER (8), test_mo_refuses_broken_word);
  g_test_add_data_func ("/mo/refuses/ids", GSIZE_TO_POINTER (12), test_mo_refuses_broken_word);
  g_test_add_data_func ("/mo/refuses/texts", GSIZE_TO_POINTER (16), test_mo_refuses_broken_word);
  return g_test_run ();
}
