/* SPDX-License-Identifier: MIT
 * tsm-types: the text forms of the shared enums. */
#include "base/tsm-types.h"

static const char *const colour_words[] = { "unknown", "blue", "white", "red" };
static const char *const period_words[] = { "HP", "HC" };
static const char *const quality_words[] = { "measured", "interpolated", "estimated", "down" };
static const char *const certainty_words[] = { "none", "provisional", "confirmed", "final" };
static const char *const source_words[] = { "admin", "couleur", "rte", "calendar", "deduced" };
static const char *const policy_words[] = { "evening", "peak" };
static const char *const power_words[] = { "unknown", "on", "off" };

static const char *
word_of (const char *const *words, gsize n_words, guint value)
{
  g_assert (value < n_words);
  return words[value];
}

static gboolean
value_of (const char *const *words, gsize n_words, const char *string, guint *ret_value)
{
  for (guint i = 0; i < n_words; i++) {
    if (g_strcmp0 (words[i], string) == 0) {
      *ret_value = i;
      return TRUE;
    }
  }
  return FALSE;
}

#define DEFINE_WORDS(Type, noun)                                               \
  const char *tsm_##noun##_to_string (Type value)                              \
  {                                                                            \
    return word_of (noun##_words, G_N_ELEMENTS (noun##_words), (guint) value); \
  }                                                                            \
  gboolean tsm_##noun##_from_string (const char *string, Type *ret_value)      \
  {                                                                            \
    guint value;                                                               \
                                                                               \
    if (!value_of (noun##_words, G_N_ELEMENTS (noun##_words), string, &value)) \
      return FALSE;                                                            \
    *ret_value = (Type) value;                                                 \
    return TRUE;                                                               \
  }

DEFINE_WORDS (TsmColour, colour)
DEFINE_WORDS (TsmPeriod, period)
DEFINE_WORDS (TsmQuality, quality)
DEFINE_WORDS (TsmCertainty, certainty)
DEFINE_WORDS (TsmSource, source)
DEFINE_WORDS (TsmPolicy, policy)
DEFINE_WORDS (TsmPower, power)
