/* SPDX-License-Identifier: MIT
 * tsm-check-host: what `tsm doctor` says of the host and of what wakes it. */
#include "cli/tsm-check-host.h"
#include "base/tsm-error.h"
#include "base/tsm-loopback.h"
#include "daemon/tsm-daemon.h"
#include "daemon/tsm-service.h"
#include <string.h>

static gboolean
is_bad (const TsmSettings *settings, TsmSetting setting)
{
  return tsm_settings_get_state (settings, setting) == TSM_SETTING_STATE_BAD;
}

static void
check_rights (TsmCheckup *checkup, TsmHost *host)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tsm_host_rights_async (host, NULL, tsm_checkup_keep, &result);
  tsm_checkup_wait (&result);
  if (tsm_host_rights_finish (host, result, &error))
    tsm_checkup_add (checkup, TSM_FINDING_OK, "host", "the API token may shut it down");
  else
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "host", "%s", error->message);
}

static void
judge_probe (TsmCheckup *checkup, TsmHost *host, const TsmHostProbe *probe, gboolean draws_nothing)
{
  switch (probe->outcome) {
  case TSM_PROBE_ANSWERS:
    tsm_checkup_add (checkup, TSM_FINDING_OK, "host", "Proxmox VE %s answers", probe->detail);
    check_rights (checkup, host);
    return;
  case TSM_PROBE_SILENT:
    if (draws_nothing) {
      tsm_checkup_add (checkup, TSM_FINDING_WARN, "host",
                       "it is off; check again when it is on, to see that the token is right");
      return;
    }
    break;
  case TSM_PROBE_REFUSED:
  case TSM_PROBE_DENIED:
  case TSM_PROBE_ERROR:
    break;
  }
  tsm_checkup_add (checkup, TSM_FINDING_FAIL, "host", "%s; check HOST_PROXMOX and its settings",
                   probe->detail);
}

static void
check_trust (TsmCheckup *checkup, const TsmSettings *settings)
{
  const char *trust = tsm_settings_get_text (settings, TSM_SETTING_HOST_PROXMOX_SSL_VERIFY);

  if (strcmp (trust, "false") == 0)
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "host", "%s", TSM_DAEMON_TRUST_WARNING);
}

static void
check_api (TsmCheckup *checkup, const TsmSettings *settings, gint64 power_w)
{
  const gint64 off_below_w = tsm_settings_get_integer (settings, TSM_SETTING_OFF_BELOW_WATTS);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmHost) host = tsm_service_new_host (settings, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TsmHostProbe) probe = NULL;

  if (host == NULL)
    return; /* the settings' own check says so */
  tsm_host_probe_async (host, NULL, tsm_checkup_keep, &result);
  tsm_checkup_wait (&result);
  probe = tsm_host_probe_finish (host, result, &error);
  if (probe == NULL)
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "host", "%s; check HOST_PROXMOX", error->message);
  else
    judge_probe (checkup, host, probe, power_w >= 0 && power_w < off_below_w);
}

/* The address of WOL_TARGET's host; NULL when it cannot be found. */
static char *
dup_address (const char *host)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  GList *addresses = g_resolver_lookup_by_name (resolver, host, NULL, NULL);
  char *address = addresses != NULL ? g_inet_address_to_string (addresses->data) : NULL;

  g_resolver_free_addresses (addresses);
  return address;
}

/* "192.168.1.255:9, ...", each once. */
static char *
dup_destinations (const GArray *plan)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < plan->len; i++) {
    const TsmWolDestination *to = &g_array_index (plan, TsmWolDestination, i);
    g_autofree char *text = g_strdup_printf ("%s:%u", to->to, to->port);

    if (!g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL))
      g_ptr_array_add (texts, g_steal_pointer (&text));
  }
  g_ptr_array_add (texts, NULL);
  return g_strjoinv (", ", (char **) texts->pdata);
}

static void
check_wake (TsmCheckup *checkup, const TsmSettings *settings)
{
  g_autofree char *target = NULL, *address = NULL, *destinations = NULL;
  g_autoptr (GArray) plan = NULL;
  TsmWolOptions options;
  char mac[TSM_MAC_TEXT_SIZE];

  if (is_bad (settings, TSM_SETTING_WOL_TARGET) ||
      !tsm_service_read_wol (settings, &options, &target, NULL))
    return; /* the settings' own check says so */
  tsm_wol_packet_format_mac (&options.mac, mac);
  address = dup_address (options.target_host);
  plan = tsm_wol_plan_here (address, options.target_port);
  destinations = dup_destinations (plan);
  if (address == NULL)
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "wake",
                     "WOL_TARGET: the address of %s is not known here; check its name", target);
  if (plan->len > 1 || (address != NULL && tsm_loopback_is_host (address)))
    tsm_checkup_add (checkup, TSM_FINDING_OK, "wake", "packets for %s go to %s", mac, destinations);
  else
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "wake",
                     "no network interface can broadcast, so packets for %s go to %s; "
                     "connect this machine to the host's network",
                     mac, plan->len > 0 ? destinations : "nobody");
}

void
tsm_check_host (TsmCheckup *checkup, const TsmSettings *settings, gint64 power_w)
{
  if (is_bad (settings, TSM_SETTING_HOST_PROXMOX))
    return; /* the settings' own check says so */
  if (!tsm_service_has_host (settings)) {
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "host",
                     "none is set up, so TSM only meters; set HOST_PROXMOX to have it powered");
    return;
  }
  check_trust (checkup, settings);
  if (!is_bad (settings, TSM_SETTING_HOST_PROXMOX_SSL_VERIFY) &&
      !is_bad (settings, TSM_SETTING_PROXMOX_NODE))
    check_api (checkup, settings, power_w);
  check_wake (checkup, settings);
}
