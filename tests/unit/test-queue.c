/* SPDX-License-Identifier: MIT */
#include "base/tsm-prng.h"
#include "sim/tsm-queue.h"

static void
test_queue_empty (void)
{
  g_autoptr (TsmQueue) queue = tsm_queue_new (NULL);

  g_assert_cmpint (tsm_queue_get_at (queue), ==, G_MAXINT64);
  g_assert_null (tsm_queue_pop (queue));
  g_assert_cmpuint (tsm_queue_get_length (queue), ==, 0);
}

static const struct {
  const char *name;
  const char *pushed; /* each letter is due at its place in the alphabet */
  const char *popped;
} order_cases[] = {
  { "sorted", "abc", "abc" },
  { "reversed", "edcba", "abcde" },
  { "mixed", "hgbacfde", "abcdefgh" },
  { "one", "q", "q" },
};

static void
test_queue_order (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmQueue) queue = tsm_queue_new (NULL);

  for (const char *c = order_cases[i].pushed; *c != '\0'; c++)
    tsm_queue_push (queue, *c - 'a', GINT_TO_POINTER (*c));
  for (const char *c = order_cases[i].popped; *c != '\0'; c++) {
    g_assert_cmpint (tsm_queue_get_at (queue), ==, *c - 'a');
    g_assert_cmpint (GPOINTER_TO_INT (tsm_queue_pop (queue)), ==, *c);
  }
  g_assert_cmpuint (tsm_queue_get_length (queue), ==, 0);
}

/* Due at the same instant: first in, first out, also when some came out in between. */
static void
test_queue_same_instant (void)
{
  g_autoptr (TsmQueue) queue = tsm_queue_new (NULL);
  gint next_in = 1, next_out = 1;

  for (guint round = 0; round < 50; round++) {
    for (guint n = 0; n < 3; n++)
      tsm_queue_push (queue, 1000, GINT_TO_POINTER (next_in++));
    g_assert_cmpint (GPOINTER_TO_INT (tsm_queue_pop (queue)), ==, next_out++);
  }
  while (next_out < next_in)
    g_assert_cmpint (GPOINTER_TO_INT (tsm_queue_pop (queue)), ==, next_out++);
}

/* Random pushes and pops never come out before what is due earlier. */
static void
test_queue_random (void)
{
  g_autoptr (TsmQueue) queue = tsm_queue_new (g_free);
  TsmPrng prng = tsm_prng_init (7, 0);
  gint64 now = 0;

  for (guint n = 0; n < 20000; n++) {
    if (tsm_prng_is_hit (&prng, 3, 5)) {
      const gint64 at = now + tsm_prng_range (&prng, 0, 500);

      tsm_queue_push (queue, at, g_memdup2 (&at, sizeof at));
    } else if (tsm_queue_get_length (queue) > 0) {
      const gint64 due_at = tsm_queue_get_at (queue);
      g_autofree gint64 *at = tsm_queue_pop (queue);

      g_assert_cmpint (*at, ==, due_at);
      g_assert_cmpint (*at, >=, now);
      now = *at;
    }
  }
  g_assert_cmpuint (tsm_queue_get_length (queue), >, 1000); /* freed with the queue */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/queue/empty", test_queue_empty);
  for (guint i = 0; i < G_N_ELEMENTS (order_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/queue/order/%s", order_cases[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_queue_order);
  }
  g_test_add_func ("/queue/same-instant", test_queue_same_instant);
  g_test_add_func ("/queue/random", test_queue_random);
  return g_test_run ();
}
