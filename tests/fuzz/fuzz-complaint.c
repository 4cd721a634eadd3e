/* SPDX-License-Identifier: MIT
 * Discord's complaints: one line each, bounded, whatever the form was. */
#include "discord/tsm-complaint.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_line (const char *text, gsize max)
{
  g_assert (g_utf8_validate (text, -1, NULL));
  g_assert (strpbrk (text, "\r\n\033") == NULL);
  g_assert (strlen (text) <= max);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (TsmComplaint) complaint = tsm_complaint_new ((const char *) data, size);

  check_line (complaint->message, 160);
  check_line (complaint->flaws, 8 * (34 * 161 + 2 * 160 + 8));
  g_assert (complaint->retry_after_ms >= -1);
  g_assert (complaint->is_json || (complaint->code == 0 && *complaint->message == '\0'));
  return 0;
}
