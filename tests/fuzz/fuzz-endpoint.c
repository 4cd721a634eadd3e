/* SPDX-License-Identifier: MIT
 * HOST_* settings: a URL that a URL parser takes and no token in clear, or a refusal. */
#include "base/tsm-loopback.h"
#include "devices/tsm-endpoint.h"
#include <gio/gio.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const TsmService service = size > 0 ? (TsmService) (data[0] % 4) : TSM_SERVICE_PLUG;
  g_autofree char *setting = size > 0 ? g_strndup ((const char *) data + 1, size - 1) : NULL;
  g_autoptr (TsmEndpoint) endpoint = NULL;
  g_autofree char *url = NULL;

  if (size == 0)
    return 0;
  endpoint = tsm_endpoint_new (service, setting, NULL);
  if (endpoint == NULL)
    return 0;
  url = tsm_endpoint_dup_url (endpoint, "/x");
  g_assert (g_uri_is_valid (url, G_URI_FLAGS_NONE, NULL));
  g_assert (endpoint->port > 0);
  g_assert (service != TSM_SERVICE_PROXMOX || endpoint->is_tls ||
            tsm_loopback_is_host (endpoint->host));
  return 0;
}
