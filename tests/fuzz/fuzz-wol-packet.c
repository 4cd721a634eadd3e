/* SPDX-License-Identifier: MIT
 * Hardware addresses: what is read is one card's, and reads again as printed. */
#include "devices/tsm-wol-packet.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  char printed[TSM_MAC_TEXT_SIZE];
  TsmMac mac, again;

  if (!tsm_wol_packet_parse_mac (text, &mac, NULL))
    return 0;
  g_assert ((mac.bytes[0] & 1) == 0);
  tsm_wol_packet_format_mac (&mac, printed);
  g_assert (tsm_wol_packet_parse_mac (printed, &again, NULL));
  g_assert (memcmp (&mac, &again, sizeof mac) == 0);
  return 0;
}
