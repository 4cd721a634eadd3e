/* SPDX-License-Identifier: MIT
 * tsm-prng: chance that can be repeated: the same numbers from the same seed on every machine. For
 * simulations and tests, never for secrets. xoshiro256** started with splitmix64. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint64 state[4];
} TsmPrng;

/* Each @stream of a seed is a sequence of its own: whoever draws from one does not move another. */
TsmPrng tsm_prng_init (guint64 seed, guint64 stream);
guint64 tsm_prng_next (TsmPrng *self);
/* A number of [@low, @high], each as likely. */
gint64 tsm_prng_range (TsmPrng *self, gint64 low, gint64 high);
/* TRUE @n times in @of, on average. */
gboolean tsm_prng_is_hit (TsmPrng *self, guint n, guint of);

G_END_DECLS
