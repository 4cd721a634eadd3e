/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "devices/tsm-endpoint.h"

static const struct {
  const char *name;
  TsmService service;
  const char *setting;
  const char *url; /* of "/x" */
  const char *label;
} good_cases[] = {
  { "plug-address", TSM_SERVICE_PLUG, "192.168.1.20", "http://192.168.1.20:80/x", "192.168.1.20" },
  { "plug-name", TSM_SERVICE_PLUG, " tasmota-28D331-4913 ", "http://tasmota-28D331-4913:80/x",
    "tasmota-28D331-4913" },
  { "plug-port", TSM_SERVICE_PLUG, "10.0.0.9:8080", "http://10.0.0.9:8080/x", "10.0.0.9:8080" },
  { "plug-url", TSM_SERVICE_PLUG, "http://plug.lan/", "http://plug.lan:80/x", "plug.lan" },
  { "plug-behind-tls", TSM_SERVICE_PLUG, "https://plug.lan", "https://plug.lan:443/x", "plug.lan" },
  { "couleur-host", TSM_SERVICE_COULEUR, "www.api-couleur-tempo.fr",
    "https://www.api-couleur-tempo.fr:443/api/x", "www.api-couleur-tempo.fr" },
  { "couleur-plain-url", TSM_SERVICE_COULEUR, "http://127.0.0.1:8123",
    "http://127.0.0.1:8123/api/x", "127.0.0.1:8123" },
  { "couleur-plain-default-port", TSM_SERVICE_COULEUR, "http://mirror.example",
    "http://mirror.example:80/api/x", "mirror.example" },
  { "rte-host", TSM_SERVICE_RTE, "www.services-rte.com", "https://www.services-rte.com:443/x",
    "www.services-rte.com" },
  { "proxmox-host", TSM_SERVICE_PROXMOX, "pve", "https://pve:8006/x", "pve" },
  { "proxmox-url", TSM_SERVICE_PROXMOX, "HTTPS://pve.lan", "https://pve.lan:8006/x", "pve.lan" },
  { "proxmox-ipv6", TSM_SERVICE_PROXMOX, "[fd00::10]", "https://[fd00::10]:8006/x", "fd00::10" },
  { "proxmox-ipv6-port", TSM_SERVICE_PROXMOX, "https://[fd00::10]:443", "https://[fd00::10]:443/x",
    "[fd00::10]:443" },
  { "proxmox-plain-loopback", TSM_SERVICE_PROXMOX, "http://127.0.0.1:18006",
    "http://127.0.0.1:18006/x", "127.0.0.1:18006" },
  { "proxmox-plain-localhost", TSM_SERVICE_PROXMOX, "http://localhost", "http://localhost:8006/x",
    "localhost" },
  { "proxmox-plain-loopback-6", TSM_SERVICE_PROXMOX, "http://[::1]", "http://[::1]:8006/x", "::1" },
};

static void
test_endpoint_reads (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmEndpoint) endpoint =
      tsm_endpoint_new (good_cases[i].service, good_cases[i].setting, &error);
  g_autoptr (TsmEndpoint) copy = NULL;
  g_autofree char *url = NULL, *label = NULL;

  g_assert_no_error (error);
  copy = tsm_endpoint_copy (endpoint);
  url = tsm_endpoint_dup_url (copy, "/x");
  label = tsm_endpoint_dup_label (copy);
  g_assert_cmpstr (url, ==, good_cases[i].url);
  g_assert_cmpstr (label, ==, good_cases[i].label);
}

static const struct {
  const char *name;
  TsmService service;
  const char *setting;
} bad_cases[] = {
  { "empty", TSM_SERVICE_PLUG, "" },
  { "scheme-alone", TSM_SERVICE_PLUG, "http://" },
  { "path", TSM_SERVICE_PLUG, "http://192.168.1.20/cm" },
  { "bare-path", TSM_SERVICE_PLUG, "192.168.1.20/" },
  { "api-path", TSM_SERVICE_COULEUR, "https://www.api-couleur-tempo.fr/api" },
  { "query", TSM_SERVICE_PLUG, "http://plug?user=admin" },
  { "password-in-url", TSM_SERVICE_PLUG, "http://admin:hunter2@192.168.1.20" },
  { "other-scheme", TSM_SERVICE_PLUG, "mqtt://plug" },
  { "port-zero", TSM_SERVICE_PLUG, "plug:0" },
  { "port-too-big", TSM_SERVICE_PLUG, "plug:65536" },
  { "port-empty", TSM_SERVICE_PLUG, "plug:" },
  { "port-word", TSM_SERVICE_PLUG, "plug:http" },
  { "port-signed", TSM_SERVICE_PLUG, "plug:+80" },
  { "address-too-big", TSM_SERVICE_PLUG, "192.168.1.256" },
  { "address-short", TSM_SERVICE_PLUG, "192.168.1" },
  { "blank-inside", TSM_SERVICE_PLUG, "my plug" },
  { "empty-label", TSM_SERVICE_PLUG, "plug..lan" },
  { "dash-first", TSM_SERVICE_PLUG, "-plug" },
  { "bare-ipv6", TSM_SERVICE_PROXMOX, "fd00::10" },
  { "bracket-open", TSM_SERVICE_PROXMOX, "[fd00::10" },
  { "bracket-name", TSM_SERVICE_PROXMOX, "[pve]" },
  { "bracket-junk", TSM_SERVICE_PROXMOX, "[::1]x" },
  { "token-over-http", TSM_SERVICE_PROXMOX, "http://192.168.1.10:8006" },
  { "token-to-lookalike", TSM_SERVICE_PROXMOX, "http://localhost.example" },
};

static void
test_endpoint_refuses (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmEndpoint) endpoint =
      tsm_endpoint_new (bad_cases[i].service, bad_cases[i].setting, &error);

  g_assert_null (endpoint);
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_nonnull (g_strstr_len (error->message, -1, "should be"));
  g_assert_null (g_strstr_len (error->message, -1, "hunter2"));
}

static void
test_endpoint_host_port (void)
{
  static const char *const bad[] = { "192.168.1.255", "192.168.1.255:", ":9", "a b:9", "h:70000" };
  g_autofree char *host = NULL;
  guint16 port = 0;

  g_assert_true (tsm_endpoint_parse_host_port ("255.255.255.255:9", &host, &port, NULL));
  g_assert_cmpstr (host, ==, "255.255.255.255");
  g_assert_cmpuint (port, ==, 9);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (tsm_endpoint_parse_host_port (bad[i], &host, &port, &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
    g_assert_cmpuint (port, ==, 9);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (good_cases); i++) {
    g_autofree char *path = g_strconcat ("/endpoint/reads/", good_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_endpoint_reads);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad_cases); i++) {
    g_autofree char *path = g_strconcat ("/endpoint/refuses/", bad_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_endpoint_refuses);
  }
  g_test_add_func ("/endpoint/host-port", test_endpoint_host_port);
  return g_test_run ();
}
