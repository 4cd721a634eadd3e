/* SPDX-License-Identifier: MIT
 * tsm-wol-packet: hardware addresses and the packet that wakes one. */
#include "devices/tsm-wol-packet.h"
#include "base/tsm-error.h"
#include <string.h>

#define REPEATS 16

/* The separator after each @group bytes of @text; '\0' for none. */
static gboolean
read_bytes (const char *text, guint group, char separator, TsmMac *ret_mac)
{
  for (guint i = 0; i < TSM_MAC_BYTES; i++) {
    if (i > 0 && separator != '\0' && i % group == 0 && *text++ != separator)
      return FALSE;
    if (!g_ascii_isxdigit (text[0]) || !g_ascii_isxdigit (text[1]))
      return FALSE;
    ret_mac->bytes[i] =
        (guint8) (g_ascii_xdigit_value (text[0]) * 16 + g_ascii_xdigit_value (text[1]));
    text += 2;
  }
  return *text == '\0';
}

static const char *
find_flaw (const TsmMac *mac)
{
  static const TsmMac zero = { { 0 } };

  if (memcmp (mac, &zero, sizeof zero) == 0)
    return "is all zero";
  if (mac->bytes[0] & 1)
    return "is a group's or the broadcast address";
  return NULL;
}

gboolean
tsm_wol_packet_parse_mac (const char *text, TsmMac *ret_mac, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  const char *flaw;
  TsmMac mac;

  if (!read_bytes (stripped, 1, ':', &mac) && !read_bytes (stripped, 1, '-', &mac) &&
      !read_bytes (stripped, 2, '.', &mac) && !read_bytes (stripped, 1, '\0', &mac)) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID,
                         "should be a hardware address such as 00:1b:21:3a:4f:5e");
    return FALSE;
  }
  flaw = find_flaw (&mac);
  if (flaw != NULL) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
                 "should be the hardware address of the host's network card, but %s", flaw);
    return FALSE;
  }
  *ret_mac = mac;
  return TRUE;
}

void
tsm_wol_packet_format_mac (const TsmMac *mac, char *ret_text)
{
  g_snprintf (ret_text, TSM_MAC_TEXT_SIZE, "%02X:%02X:%02X:%02X:%02X:%02X", mac->bytes[0],
              mac->bytes[1], mac->bytes[2], mac->bytes[3], mac->bytes[4], mac->bytes[5]);
}

void
tsm_wol_packet_build (const TsmMac *mac, guint8 ret_packet[TSM_WOL_PACKET_BYTES])
{
  memset (ret_packet, 0xff, TSM_MAC_BYTES);
  for (guint i = 1; i <= REPEATS; i++)
    memcpy (ret_packet + i * TSM_MAC_BYTES, mac->bytes, TSM_MAC_BYTES);
}
