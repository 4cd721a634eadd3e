/* SPDX-License-Identifier: MIT
 * Decimal texts: whatever the bytes, a number or a refusal, and the same one each time. */
#include "base/tsm-decimal.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const guint scale = size > 0 ? data[0] % 10 : 0;
  g_autoptr (GError) error = NULL;
  gint64 value = -7, again = -7;
  guint decimals = 0;
  gboolean good;

  if (size == 0)
    return 0;
  good = tsm_decimal_parse ((const char *) data + 1, (gssize) size - 1, scale, &value, &decimals,
                            &error);
  g_assert (good == (error == NULL));
  g_assert (good || value == -7);
  g_assert (good == tsm_decimal_parse ((const char *) data + 1, (gssize) size - 1, scale, &again,
                                       NULL, NULL));
  g_assert (value == again);
  return 0;
}
