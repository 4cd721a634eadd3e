/* SPDX-License-Identifier: MIT
 * tsm-service: each device and service as the settings describe it. */
#include "daemon/tsm-service.h"
#include "devices/tsm-couleur.h"
#include "devices/tsm-proxmox.h"
#include "devices/tsm-rte.h"

gint64
tsm_service_now (gpointer unused)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
name_setting (TsmSetting setting, GError **error)
{
  g_prefix_error (error, "%s: ", tsm_setting_get_spec (setting)->name);
}

static TsmEndpoint *
new_endpoint (const TsmSettings *settings, TsmSetting setting, TsmService service, GError **error)
{
  TsmEndpoint *endpoint =
      tsm_endpoint_new (service, tsm_settings_get_text (settings, setting), error);

  if (endpoint == NULL)
    name_setting (setting, error);
  return endpoint;
}

TsmPlug *
tsm_service_new_plug (const TsmSettings *settings, GError **error)
{
  g_autoptr (TsmEndpoint) endpoint =
      new_endpoint (settings, TSM_SETTING_HOST_TASMOTA, TSM_SERVICE_PLUG, error);

  if (endpoint == NULL)
    return NULL;
  return tsm_plug_new (&(TsmPlugOptions){
      .endpoint = endpoint,
      .password = tsm_settings_peek_secret (settings, TSM_SETTING_TASMOTA_PASSWORD),
      .clock = tsm_service_now,
  });
}

TsmColourSource *
tsm_service_new_colours (const TsmSettings *settings, TsmSource source, GError **error)
{
  const gboolean is_rte = source == TSM_SOURCE_RTE;
  g_autoptr (TsmEndpoint) endpoint =
      is_rte ? new_endpoint (settings, TSM_SETTING_HOST_RTE, TSM_SERVICE_RTE, error)
             : new_endpoint (settings, TSM_SETTING_HOST_TEMPO, TSM_SERVICE_COULEUR, error);

  g_assert (is_rte || source == TSM_SOURCE_COULEUR);
  if (endpoint == NULL)
    return NULL;
  return is_rte ? tsm_rte_new (endpoint, 0) : tsm_couleur_new (endpoint, 0);
}

gboolean
tsm_service_has_host (const TsmSettings *settings)
{
  return tsm_settings_get_text (settings, TSM_SETTING_HOST_PROXMOX) != NULL;
}

gboolean
tsm_service_check_token (const TsmSettings *settings, GError **error)
{
  return tsm_proxmox_check (
      &(TsmProxmoxOptions){
          .node = tsm_settings_get_text (settings, TSM_SETTING_PROXMOX_NODE),
          .token_id = tsm_settings_get_text (settings, TSM_SETTING_API_PROXMOX_TOKEN_ID),
          .token_secret = tsm_settings_peek_secret (settings, TSM_SETTING_API_PROXMOX_TOKEN_SECRET),
      },
      error);
}

TsmHost *
tsm_service_new_host (const TsmSettings *settings, GError **error)
{
  g_autoptr (TsmEndpoint) endpoint =
      new_endpoint (settings, TSM_SETTING_HOST_PROXMOX, TSM_SERVICE_PROXMOX, error);
  TsmProxmoxOptions options = {
    .endpoint = endpoint,
    .node = tsm_settings_get_text (settings, TSM_SETTING_PROXMOX_NODE),
    .token_id = tsm_settings_get_text (settings, TSM_SETTING_API_PROXMOX_TOKEN_ID),
    .token_secret = tsm_settings_peek_secret (settings, TSM_SETTING_API_PROXMOX_TOKEN_SECRET),
  };

  if (endpoint == NULL)
    return NULL;
  if (!tsm_trust_parse (tsm_settings_get_text (settings, TSM_SETTING_HOST_PROXMOX_SSL_VERIFY),
                        &options.trust, error)) {
    name_setting (TSM_SETTING_HOST_PROXMOX_SSL_VERIFY, error);
    return NULL;
  }
  return tsm_proxmox_new (&options, error);
}

gboolean
tsm_service_read_wol (const TsmSettings *settings, TsmWolOptions *ret_options, char **ret_target,
                      GError **error)
{
  const char *mac = tsm_settings_get_text (settings, TSM_SETTING_HOST_PROXMOX_MAC_ADDR);
  const char *target = tsm_settings_get_text (settings, TSM_SETTING_WOL_TARGET);
  TsmWolOptions options = { 0 };

  if (!tsm_wol_packet_parse_mac (mac != NULL ? mac : "", &options.mac, error)) {
    name_setting (TSM_SETTING_HOST_PROXMOX_MAC_ADDR, error);
    return FALSE;
  }
  if (!tsm_endpoint_parse_host_port (target, ret_target, &options.target_port, error)) {
    name_setting (TSM_SETTING_WOL_TARGET, error);
    return FALSE;
  }
  options.target_host = *ret_target;
  *ret_options = options;
  return TRUE;
}
