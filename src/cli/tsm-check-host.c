/* SPDX-License-Identifier: MIT
 * tsm-check-host: what `tsm doctor` says of the host and of what wakes it. */
#include "cli/tsm-check-host.h"
#include "base/tsm-error.h"
#include "daemon/tsm-daemon.h"
#include "daemon/tsm-service.h"
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

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
  g_autoptr (TsmHost) host = tsm_service_new_host (settings, &error);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TsmHostProbe) probe = NULL;

  if (host == NULL) {
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "host", "%s", error->message);
    return;
  }
  tsm_host_probe_async (host, NULL, tsm_checkup_keep, &result);
  tsm_checkup_wait (&result);
  probe = tsm_host_probe_finish (host, result, &error);
  if (probe == NULL)
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "host", "%s; check HOST_PROXMOX", error->message);
  else
    judge_probe (checkup, host, probe, power_w >= 0 && power_w < off_below_w);
}

/* Names of the interfaces that a magic packet can leave by. */
static char *
dup_interfaces (void)
{
  GString *names = g_string_new (NULL);
  struct ifaddrs *list = NULL;

  if (getifaddrs (&list) != 0)
    return g_string_free (names, FALSE);
  for (const struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next)
    if (entry->ifa_addr != NULL && entry->ifa_addr->sa_family == AF_INET &&
        (entry->ifa_flags & (IFF_UP | IFF_BROADCAST | IFF_LOOPBACK)) == (IFF_UP | IFF_BROADCAST))
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", entry->ifa_name);
  freeifaddrs (list);
  return g_string_free (names, FALSE);
}

static void
check_wake (TsmCheckup *checkup, const TsmSettings *settings)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *target = NULL;
  g_autofree char *interfaces = dup_interfaces ();
  TsmWolOptions options;
  char mac[TSM_MAC_TEXT_SIZE];

  if (!tsm_service_read_wol (settings, &options, &target, &error)) {
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "wake", "%s", error->message);
    return;
  }
  tsm_wol_packet_format_mac (&options.mac, mac);
  if (*interfaces != '\0')
    tsm_checkup_add (checkup, TSM_FINDING_OK, "wake", "packets for %s leave by %s, and to %s", mac,
                     interfaces, target);
  else
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "wake",
                     "no network interface can broadcast, so packets for %s go to %s alone; "
                     "connect this machine to the host's network",
                     mac, target);
}

void
tsm_check_host (TsmCheckup *checkup, const TsmSettings *settings, gint64 power_w)
{
  if (!tsm_service_has_host (settings)) {
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "host",
                     "none is set up, so TSM only meters; set HOST_PROXMOX to have it powered");
    return;
  }
  check_trust (checkup, settings);
  check_api (checkup, settings, power_w);
  check_wake (checkup, settings);
}
