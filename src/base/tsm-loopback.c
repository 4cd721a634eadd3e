/* SPDX-License-Identifier: MIT
 * tsm-loopback: which hosts are this machine. */
#include "base/tsm-loopback.h"
#include <gio/gio.h>

gboolean
tsm_loopback_is_host (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0;
}
