/* SPDX-License-Identifier: MIT
 * test-edges: what the devices' answers become, and what of them is logged. */
#include "base/tsm-log.h"
#include "daemon/tsm-edges.h"
#include <string.h>

static void
on_fed (TsmEvent *take_event, gpointer data)
{
  TsmEvent **slot = data;

  *slot = take_event;
}

static TsmEvent *
probe (TsmEdges *edges, TsmEvent **slot)
{
  const TsmEffect effect = { .kind = TSM_EFFECT_PROBE_HOST };

  *slot = NULL;
  g_assert_true (tsm_edges_start (edges, &effect));
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (slot);
}

/* Twice at a host whose address is not of this world: the second time is no news. */
static void
probe_unknown_name (void)
{
  static const char *const environment[] = {
    "START_SERVER_DATE=2026-01-01",     "HOST_TASMOTA=127.0.0.1:9",
    "HOST_PROXMOX=pve.invalid",         "HOST_PROXMOX_MAC_ADDR=52:54:00:12:34:56",
    "API_PROXMOX_TOKEN_ID=tsm@pve!tsm", "API_PROXMOX_TOKEN_SECRET=secret",
    "TSM_DATABASE=/nowhere/tsm.db",     NULL,
  };
  g_autoptr (TsmSettings) settings =
      tsm_settings_new (&(TsmSettingsInput){ .environment = environment });
  g_autoptr (GError) error = NULL;
  TsmEvent *slot = NULL;
  g_autoptr (TsmEdges) edges = NULL;

  tsm_log_init (&(TsmLogConfig){ .level = G_LOG_LEVEL_INFO });
  edges = tsm_edges_new (settings, on_fed, &slot, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (TsmEvent) event = probe (edges, &slot);

    g_assert_cmpint (event->kind, ==, TSM_EVENT_PROBED);
    g_assert_cmpint (event->probe, ==, TSM_PROBE_SILENT);
    g_assert_nonnull (strstr (event->message, "pve.invalid"));
    g_assert_nonnull (strstr (event->message, "could not be asked"));
  }
}

static void
test_edges_log_a_host_that_cannot_be_asked (void)
{
  if (g_test_subprocess ()) {
    probe_unknown_name ();
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*warning host: proxmox pve.invalid: could not be asked*");
  g_test_trap_assert_stderr_unmatched ("*could not be asked*could not be asked*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edges/log-a-host-that-cannot-be-asked",
                   test_edges_log_a_host_that_cannot_be_asked);
  return g_test_run ();
}
