/* SPDX-License-Identifier: MIT */
#include "base/tsm-decimal.h"
#include "base/tsm-error.h"

static const struct {
  const char *text;
  guint scale;
  gint64 value;
  guint decimals;
} good_cases[] = {
  { "196.708", 3, 196708, 3 },
  { "0.000", 3, 0, 3 },
  { " 0", 3, 0, 0 },
  { "1290.3960", 3, 1290396, 4 },
  { "0.10263", 3, 103, 5 },
  { "9", 0, 9, 0 },
  { "0.1356", 6, 135600, 4 },
  { "-1.5", 0, -2, 1 },
  { "2.4", 0, 2, 1 },
  { "0.0005", 3, 1, 4 },
  { "42949.672", 3, 42949672, 3 },
  { "9223372036854775807", 0, G_MAXINT64, 0 },
};

static const char *const bad_cases[] = {
  "",    " ",   "-",   ".",    "1.",
  ".5",  "1e3", "nan", "inf",  "null",
  "1 2", "+1",  "1,5", "0x10", "9223372036854775808",
};

static void
test_decimal_parse_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good_cases); i++) {
    g_autoptr (GError) error = NULL;
    gint64 value = -7;
    guint decimals = 77;

    g_assert_true (
        tsm_decimal_parse (good_cases[i].text, -1, good_cases[i].scale, &value, &decimals, &error));
    g_assert_no_error (error);
    g_assert_cmpint (value, ==, good_cases[i].value);
    g_assert_cmpuint (decimals, ==, good_cases[i].decimals);
  }
}

static void
test_decimal_parse_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_cases); i++) {
    g_autoptr (GError) error = NULL;
    gint64 value = -7;

    g_assert_false (tsm_decimal_parse (bad_cases[i], -1, 3, &value, NULL, &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
    g_assert_cmpint (value, ==, -7);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/decimal/parse/good", test_decimal_parse_good);
  g_test_add_func ("/decimal/parse/bad", test_decimal_parse_bad);
  return g_test_run ();
}
