/* SPDX-License-Identifier: MIT
 * Answers of the Proxmox API: names fit for a URL, words fit for one line of a message. */
#include "devices/tsm-proxmox-parse.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_line (const char *line)
{
  g_assert (g_utf8_validate (line, -1, NULL));
  g_assert (strpbrk (line, "\r\n") == NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  g_autofree char *version = tsm_proxmox_parse_version (text, size, NULL);
  g_autofree char *reason = tsm_proxmox_parse_reason (text, size, "Forbidden");
  g_autoptr (GPtrArray) nodes = tsm_proxmox_parse_nodes (text, size, NULL);
  g_autoptr (GPtrArray) guests = g_ptr_array_new_with_free_func (g_free);

  tsm_proxmox_parse_guests (text, size, FALSE, guests, NULL);
  check_line (reason);
  if (version != NULL)
    check_line (version);
  for (guint i = 0; i < guests->len; i++)
    check_line (g_ptr_array_index (guests, i));
  for (guint i = 0; nodes != NULL && i < nodes->len; i++)
    g_assert (tsm_proxmox_parse_is_node_name (g_ptr_array_index (nodes, i)));
  return 0;
}
