/* SPDX-License-Identifier: MIT
 * Catalogues: whatever the bytes, no read outside them, and what is found ends inside them. */
#include "base/tsm-mo.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  for (guint form = 0; form < TSM_MO_N_FORMS; form++) {
    const char *text = tsm_mo_lookup (data, size, "apple", form);

    if (text == NULL)
      continue;
    g_assert ((const uint8_t *) text >= data);
    g_assert ((const uint8_t *) text + strlen (text) < data + size);
  }
  return 0;
}
