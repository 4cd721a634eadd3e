/* SPDX-License-Identifier: MIT */
#include "base/tsm-prng.h"

/* Published for xoshiro256** started at 1, 2, 3, 4. */
static void
test_prng_reference (void)
{
  static const guint64 expected[] = {
    G_GUINT64_CONSTANT (11520),
    G_GUINT64_CONSTANT (0),
    G_GUINT64_CONSTANT (1509978240),
    G_GUINT64_CONSTANT (1215971899390074240),
  };
  TsmPrng prng = { .state = { 1, 2, 3, 4 } };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (tsm_prng_next (&prng), ==, expected[i]);
}

static void
test_prng_same_seed_same_numbers (void)
{
  TsmPrng a = tsm_prng_init (42, 1), b = tsm_prng_init (42, 1);

  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (tsm_prng_next (&a), ==, tsm_prng_next (&b));
}

/* Neighbouring seeds and streams have nothing in common, not even their first number. */
static void
test_prng_other_seed_other_numbers (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint64 seed = 0; seed < 32; seed++) {
    for (guint64 stream = 0; stream < 32; stream++) {
      TsmPrng prng = tsm_prng_init (seed, stream);
      const guint64 first = tsm_prng_next (&prng);

      g_assert_true (g_hash_table_add (seen, g_memdup2 (&first, sizeof first)));
    }
  }
}

static const struct {
  const char *name;
  gint64 low, high;
} range_cases[] = {
  { "die", 1, 6 },
  { "one", 7, 7 },
  { "negative", -4, 4 },
  { "whole", G_MININT64, G_MAXINT64 },
  { "upper-half", G_MAXINT64 / 2, G_MAXINT64 },
};

static void
test_prng_range (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  TsmPrng prng = tsm_prng_init (1, 0);

  for (guint n = 0; n < 10000; n++) {
    const gint64 drawn = tsm_prng_range (&prng, range_cases[i].low, range_cases[i].high);

    g_assert_cmpint (drawn, >=, range_cases[i].low);
    g_assert_cmpint (drawn, <=, range_cases[i].high);
  }
}

/* Each face of a die comes about as often: 60,000 throws, five standard deviations. */
static void
test_prng_is_even (void)
{
  TsmPrng prng = tsm_prng_init (2026, 0);
  guint counts[6] = { 0 };

  for (guint n = 0; n < 60000; n++)
    counts[tsm_prng_range (&prng, 0, 5)]++;
  for (guint face = 0; face < G_N_ELEMENTS (counts); face++)
    g_assert_cmpint (ABS ((gint) counts[face] - 10000), <, 457);
}

static void
test_prng_is_hit (void)
{
  TsmPrng prng = tsm_prng_init (3, 0);
  guint n_hits = 0;

  for (guint n = 0; n < 8000; n++) {
    g_assert_false (tsm_prng_is_hit (&prng, 0, 8));
    g_assert_true (tsm_prng_is_hit (&prng, 8, 8));
    n_hits += tsm_prng_is_hit (&prng, 1, 8) ? 1 : 0;
  }
  g_assert_cmpint (ABS ((gint) n_hits - 1000), <, 150);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prng/reference", test_prng_reference);
  g_test_add_func ("/prng/same-seed", test_prng_same_seed_same_numbers);
  g_test_add_func ("/prng/other-seed", test_prng_other_seed_other_numbers);
  for (guint i = 0; i < G_N_ELEMENTS (range_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/prng/range/%s", range_cases[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_prng_range);
  }
  g_test_add_func ("/prng/even", test_prng_is_even);
  g_test_add_func ("/prng/hit", test_prng_is_hit);
  return g_test_run ();
}
