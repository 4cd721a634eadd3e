/* SPDX-License-Identifier: MIT
 * Answers of api-couleur-tempo.fr: days that were asked for, ascending, each once. */
#include "devices/tsm-couleur-parse.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  TsmColourCollector collector = { .begin = 19000, .end = 21000 };
  const gboolean is_read = tsm_couleur_parse_days ((const char *) data, size, &collector, NULL);
  g_autoptr (GArray) answers = tsm_colour_source_settle (&collector);
  TsmDay last = 18999;

  g_assert (is_read || answers->len == 0);
  for (guint i = 0; i < answers->len; i++) {
    const TsmColourAnswer *answer = &g_array_index (answers, TsmColourAnswer, i);

    g_assert (answer->day > last && answer->day < 21000 && answer->colour <= TSM_COLOUR_RED);
    last = answer->day;
  }
  return 0;
}
