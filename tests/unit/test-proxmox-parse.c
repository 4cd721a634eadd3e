/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "devices/tsm-proxmox-parse.h"
#include "tsm-test-server.h"
#include <string.h>

static char *
load (const char *name, gsize *ret_length)
{
  g_autofree char *path = g_strconcat ("proxmox/", name, NULL);

  return tsm_test_server_load (path, ret_length);
}

static void
test_proxmox_parse_version (void)
{
  gsize length;
  g_autofree char *new = load ("version_9.2.json", &length);
  g_autofree char *version = tsm_proxmox_parse_version (new, length, NULL);
  g_autofree char *old = load ("version_7.2.json", &length);
  g_autofree char *old_version = tsm_proxmox_parse_version (old, length, NULL);

  g_assert_cmpstr (version, ==, "9.2.2");
  g_assert_cmpstr (old_version, ==, "7.2-3");
}

static const struct {
  const char *fixture;
  const char *names; /* NULL: refused */
} node_cases[] = {
  { "nodes_9.x_single.json", "pve" },
  { "nodes_without-sys-audit.json", "pve-01" },
  { "nodes_cluster_one-offline.json", "pve1,pve3" },
  { "nodes_8.4_pvesh.json", NULL }, /* no envelope: not from the API */
  { "node-shutdown_ok.json", NULL },
};

static void
test_proxmox_parse_nodes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (node_cases); i++) {
    gsize length;
    g_autofree char *text = load (node_cases[i].fixture, &length);
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) names = tsm_proxmox_parse_nodes (text, length, &error);
    g_autofree char *joined = NULL;

    if (node_cases[i].names == NULL) {
      g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
      continue;
    }
    g_assert_no_error (error);
    g_ptr_array_add (names, NULL);
    joined = g_strjoinv (",", (char **) names->pdata);
    g_assert_cmpstr (joined, ==, node_cases[i].names);
  }
}

static void
test_proxmox_parse_guests (void)
{
  static const char containers[] =
      "{\"data\":[{\"vmid\":\"101\",\"name\":\"d\\nns\",\"status\":\"running\"},"
      "{\"vmid\":102,\"status\":\"running\"},{\"vmid\":103,\"status\":\"stopped\"}]}";
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  gsize length;
  g_autofree char *text = load ("qemu_9.x.json", &length);

  g_assert_true (tsm_proxmox_parse_guests (text, length, FALSE, names, NULL));
  g_assert_true (tsm_proxmox_parse_guests (containers, strlen (containers), TRUE, names, NULL));
  g_assert_cmpuint (names->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, "test (VM 100)");
  g_assert_cmpstr (g_ptr_array_index (names, 1), ==, "d ns (CT 101)");
  g_assert_cmpstr (g_ptr_array_index (names, 2), ==, "unnamed (CT 102)");
  g_assert_false (tsm_proxmox_parse_guests ("{\"data\":null}", 13, TRUE, names, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
}

static const struct {
  const char *name;
  const char *fixture; /* NULL: an empty body */
  const char *phrase;
  const char *reason;
} reason_cases[] = {
  { "401-empty", NULL, "Authentication failed!", "Authentication failed!" },
  { "595-empty", NULL, "No route to host", "No route to host" },
  { "403-old", "node-shutdown_403_before-8.4.json",
    "Permission check failed (/nodes/pve, Sys.PowerMgmt)",
    "Permission check failed (/nodes/pve, Sys.PowerMgmt)" },
  { "403-new", "node-shutdown_403_8.4.json", "Forbidden",
    "Permission check failed (/nodes/pve1, Sys.PowerMgmt)" },
  { "400-parameter", "node-shutdown_400_no-command.json", "Parameter verification failed.",
    "Parameter verification failed.  (command: property is missing and it is not optional)" },
  { "501", "unknown-path_501.json", "", "Method 'POST /nodes/pve/statu' not implemented" },
  { "500", "wakeonlan_500_self.json", "x", "'pve' is local node, cannot wake my self!" },
  { "nothing", NULL, "", "" },
};

static void
test_proxmox_parse_reason (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  gsize length = 0;
  g_autofree char *text =
      reason_cases[i].fixture != NULL ? load (reason_cases[i].fixture, &length) : g_strdup ("");
  g_autofree char *reason = tsm_proxmox_parse_reason (text, length, reason_cases[i].phrase);

  g_assert_cmpstr (reason, ==, reason_cases[i].reason);
}

static void
test_proxmox_parse_refuses (void)
{
  static const char *const bad[] = {
    "", "{}", "[]", "<html>", "{\"data\":{}}", "{\"data\":{\"version\":9}}", "{\"data\":",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (tsm_proxmox_parse_version (bad[i], strlen (bad[i]), &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  }
}

static void
test_proxmox_parse_node_name (void)
{
  static const char *const good[] = { "pve", "pve-01", "node.lan", "A" };
  static const char *const bad[] = { "", "..", "a/b", "pve?x", "p ve", "pve%2f", "\xc3\xa9" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (tsm_proxmox_parse_is_node_name (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (tsm_proxmox_parse_is_node_name (bad[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxmox-parse/version", test_proxmox_parse_version);
  g_test_add_func ("/proxmox-parse/nodes", test_proxmox_parse_nodes);
  g_test_add_func ("/proxmox-parse/guests", test_proxmox_parse_guests);
  for (guint i = 0; i < G_N_ELEMENTS (reason_cases); i++) {
    g_autofree char *path = g_strconcat ("/proxmox-parse/reason/", reason_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_proxmox_parse_reason);
  }
  g_test_add_func ("/proxmox-parse/refuses", test_proxmox_parse_refuses);
  g_test_add_func ("/proxmox-parse/node-name", test_proxmox_parse_node_name);
  return g_test_run ();
}
