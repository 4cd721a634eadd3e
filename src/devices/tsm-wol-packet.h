/* SPDX-License-Identifier: MIT
 * tsm-wol-packet: hardware addresses and the packet that wakes one (spec proxmox 5). Pure. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

#define TSM_MAC_BYTES        6
#define TSM_MAC_TEXT_SIZE    18 /* "AA:BB:CC:DD:EE:FF" and its NUL */
#define TSM_WOL_PACKET_BYTES 102

typedef struct {
  guint8 bytes[TSM_MAC_BYTES];
} TsmMac;

/* "aa:bb:cc:dd:ee:ff", "AA-BB-CC-DD-EE-FF", "aabb.ccdd.eeff" or 12 hex digits, blanks around it
 * allowed. TSM_ERROR_INVALID otherwise, and for what is no one card's address: all zero, all FF, a
 * group's (lowest bit of the first byte set). */
gboolean tsm_wol_packet_parse_mac (const char *text, TsmMac *ret_mac, GError **error);
/* @ret_text: TSM_MAC_TEXT_SIZE bytes, upper case with colons. */
void tsm_wol_packet_format_mac (const TsmMac *mac, char *ret_text);
/* 6 bytes FF, then the address 16 times. */
void tsm_wol_packet_build (const TsmMac *mac, guint8 ret_packet[TSM_WOL_PACKET_BYTES]);

G_END_DECLS
