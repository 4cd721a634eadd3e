/* SPDX-License-Identifier: MIT
 * tsm-prng: chance that can be repeated. */
#include "base/tsm-prng.h"

/* splitmix64, for starting values that are nothing alike even for neighbouring seeds. */
static guint64
mix (guint64 *state)
{
  guint64 z = *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static guint64
rotate_left (guint64 x, guint bits)
{
  return x << bits | x >> (64 - bits);
}

TsmPrng
tsm_prng_init (guint64 seed, guint64 stream)
{
  guint64 state = seed;
  TsmPrng self;

  state = mix (&state) ^ stream;
  for (guint i = 0; i < G_N_ELEMENTS (self.state); i++)
    self.state[i] = mix (&state);
  return self;
}

guint64
tsm_prng_next (TsmPrng *self)
{
  guint64 *s = self->state;
  const guint64 result = rotate_left (s[1] * 5, 7) * 9;
  const guint64 t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left (s[3], 45);
  return result;
}

gint64
tsm_prng_range (TsmPrng *self, gint64 low, gint64 high)
{
  const guint64 n = (guint64) high - (guint64) low + 1;
  guint64 drawn, limit;

  g_assert (low <= high);
  if (n == 0) /* the whole of gint64 */
    return (gint64) tsm_prng_next (self);
  /* What lies past the last whole multiple of n would make the low numbers likelier. */
  limit = G_MAXUINT64 - G_MAXUINT64 % n;
  do
    drawn = tsm_prng_next (self);
  while (drawn >= limit);
  return (gint64) ((guint64) low + drawn % n);
}

gboolean
tsm_prng_is_hit (TsmPrng *self, guint n, guint of)
{
  g_assert (of > 0);
  return tsm_prng_range (self, 1, of) <= n;
}
