/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "devices/tsm-proxmox.h"
#include "tsm-test-server.h"
#include <string.h>

#define SECRET   "b9984c6d-90a4-4d80-9d1c-3d3b0f6c1c11"
#define VERSION  "/api2/json/version"
#define LONG_MS  60000 /* for what must answer, however busy the machine */
#define NODES    "/api2/json/nodes"
#define SHUTDOWN "/api2/json/nodes/pve/status"

typedef struct {
  TsmTestServer *server;
  TsmHost *host;
} Setup;

static void
setup_init (Setup *setup, gboolean is_tls, const char *node, guint timeout_ms)
{
  g_autofree char *url = NULL;
  g_autoptr (TsmEndpoint) endpoint = NULL;
  g_autoptr (TsmSecret) secret = tsm_secret_new (SECRET);
  g_autoptr (GError) error = NULL;

  setup->server = tsm_test_server_new (is_tls);
  url = tsm_test_server_dup_url (setup->server);
  endpoint = tsm_endpoint_new (TSM_SERVICE_PROXMOX, url, NULL);
  setup->host =
      tsm_proxmox_new (&(TsmProxmoxOptions){ .endpoint = endpoint,
                                             .node = node,
                                             .token_id = "tsm@pve!tsm",
                                             .token_secret = secret,
                                             .timeout_ms = timeout_ms > 0 ? timeout_ms : LONG_MS },
                       &error);
  g_assert_no_error (error);
}

static void
setup_clear (Setup *setup)
{
  g_clear_pointer (&setup->host, tsm_host_free);
  g_clear_pointer (&setup->server, tsm_test_server_free);
}

static TsmHostProbe *
probe (Setup *setup, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tsm_host_probe_async (setup->host, NULL, tsm_test_server_wait_done, &result);
  return tsm_host_probe_finish (setup->host, tsm_test_server_wait (&result), error);
}

static gboolean
shut_down (Setup *setup, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tsm_host_shutdown_async (setup->host, NULL, tsm_test_server_wait_done, &result);
  return tsm_host_shutdown_finish (setup->host, tsm_test_server_wait (&result), error);
}

static const struct {
  const char *name;
  TsmTestAnswer answer;
  TsmProbe outcome;
  const char *detail;
} probe_cases[] = {
  { "answers", { .body = "{\"data\":{\"version\":\"9.2.2\"}}" }, TSM_PROBE_ANSWERS, "9.2.2" },
  { "401",
    { .status = 401, .reason = "no such token 'x' " SECRET },
    TSM_PROBE_DENIED,
    "API_PROXMOX_TOKEN_ID" },
  { "403", { .status = 403, .reason = "Permission check failed" }, TSM_PROBE_DENIED, "pveum" },
  { "595",
    { .status = 595, .reason = "Connection refused" },
    TSM_PROBE_ERROR,
    "595 Connection refused" },
  { "500",
    { .status = 500, .body = "{\"message\":\"no quorum\\n\"}" },
    TSM_PROBE_ERROR,
    "no quorum" },
  { "redirect", { .status = 301, .reason = "Moved" }, TSM_PROBE_ERROR, "HOST_PROXMOX" },
  { "other-device",
    { .content_type = "text/html", .body = "<html>" },
    TSM_PROBE_ERROR,
    "web page" },
  { "other-json", { .body = "{\"version\":1}" }, TSM_PROBE_ERROR, "not that of a Proxmox" },
  { "hangs-up", { .manner = TSM_TEST_HANGUP }, TSM_PROBE_ERROR, "closed the connection" },
  { "cut",
    { .manner = TSM_TEST_CUT, .body = "{\"data\"" },
    TSM_PROBE_ERROR,
    "closed the connection" },
  { "never", { .manner = TSM_TEST_NEVER }, TSM_PROBE_SILENT, "gave no answer" },
};

static void
test_proxmox_probe (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  Setup setup;
  g_autoptr (TsmHostProbe) seen = NULL;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, FALSE, "pve", probe_cases[i].answer.manner == TSM_TEST_NEVER ? 30 : 0);
  tsm_test_server_answer (setup.server, VERSION, probe_cases[i].answer);
  seen = probe (&setup, &error);
  g_assert_no_error (error);
  g_assert_cmpint (seen->outcome, ==, probe_cases[i].outcome);
  if (strstr (seen->detail, probe_cases[i].detail) == NULL)
    g_error ("\"%s\" lacks \"%s\"", seen->detail, probe_cases[i].detail);
  g_assert_null (strstr (seen->detail, SECRET));
  if (seen->outcome != TSM_PROBE_ANSWERS)
    g_assert_true (g_str_has_prefix (seen->detail, "proxmox 127.0.0.1:"));
  if (seen->outcome != TSM_PROBE_SILENT)
    g_assert_cmpstr (g_ptr_array_index (tsm_test_server_get_requests (setup.server), 0), ==,
                     "GET " VERSION " |PVEAPIToken=tsm@pve!tsm=" SECRET);
  setup_clear (&setup);
}

static void
test_proxmox_probe_refused (void)
{
  Setup setup;
  g_autoptr (TsmHostProbe) seen = NULL;

  setup_init (&setup, FALSE, "pve", 0);
  g_clear_pointer (&setup.server, tsm_test_server_free);
  seen = probe (&setup, NULL);
  g_assert_cmpint (seen->outcome, ==, TSM_PROBE_REFUSED);
  setup_clear (&setup);
}

static void
test_proxmox_probe_untrusted (void)
{
  Setup setup;
  g_autoptr (TsmHostProbe) seen = NULL;

  setup_init (&setup, TRUE, "pve", 0);
  seen = probe (&setup, NULL);
  g_assert_cmpint (seen->outcome, ==, TSM_PROBE_DENIED);
  g_assert_nonnull (strstr (seen->detail, "HOST_PROXMOX_SSL_VERIFY"));
  /* The token stayed here. */
  g_assert_cmpuint (tsm_test_server_get_requests (setup.server)->len, ==, 0);
  setup_clear (&setup);
}

static void
test_proxmox_shutdown (void)
{
  Setup setup;
  g_autoptr (GError) error = NULL;
  GPtrArray *requests;

  setup_init (&setup, FALSE, "pve", 0);
  tsm_test_server_answer_file (setup.server, SHUTDOWN, 200, "proxmox/node-shutdown_ok.json");
  g_assert_true (shut_down (&setup, &error));
  g_assert_no_error (error);
  requests = tsm_test_server_get_requests (setup.server);
  g_assert_cmpuint (requests->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (requests, 0), ==,
                   "POST " SHUTDOWN " command=shutdown|PVEAPIToken=tsm@pve!tsm=" SECRET);
  setup_clear (&setup);
}

static void
test_proxmox_finds_node (void)
{
  Setup setup;

  setup_init (&setup, FALSE, NULL, 0);
  tsm_test_server_answer_file (setup.server, NODES, 200, "proxmox/nodes_9.x_single.json");
  tsm_test_server_answer_file (setup.server, SHUTDOWN, 200, "proxmox/node-shutdown_ok.json");
  g_assert_true (shut_down (&setup, NULL));
  g_assert_true (shut_down (&setup, NULL));
  /* The name is asked once. */
  g_assert_cmpuint (tsm_test_server_get_requests (setup.server)->len, ==, 3);
  setup_clear (&setup);
}

static void
test_proxmox_several_nodes (void)
{
  Setup setup;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, FALSE, "", 0);
  tsm_test_server_answer_file (setup.server, NODES, 200, "proxmox/nodes_cluster_one-offline.json");
  g_assert_false (shut_down (&setup, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "pve1, pve3"));
  g_assert_nonnull (strstr (error->message, "PROXMOX_NODE"));
  setup_clear (&setup);
}

static const struct {
  const char *name;
  guint status;
  const char *reason;
  const char *fixture; /* NULL: an empty body */
  TsmError code;
  const char *message;
} refusal_cases[] = {
  { "401", 401, "Authentication failed!", NULL, TSM_ERROR_DENIED, "Authentication failed!" },
  { "403-new", 403, "Forbidden", "proxmox/node-shutdown_403_8.4.json", TSM_ERROR_DENIED,
    "(Permission check failed (/nodes/pve1, Sys.PowerMgmt)); on the host, run: "
    "pveum role add TSM -privs \"Sys.PowerMgmt Sys.Audit\" "
    "(role modify instead of role add, if it is there already); "
    "pveum acl modify /nodes/pve -user tsm@pve -role TSM; "
    "pveum acl modify /nodes/pve -token 'tsm@pve!tsm' -role TSM" },
  { "403-old", 403, "Permission check failed (/nodes/pve, Sys.PowerMgmt)",
    "proxmox/node-shutdown_403_before-8.4.json", TSM_ERROR_DENIED, "Sys.PowerMgmt)); on the" },
  { "400", 400, "x", "proxmox/node-shutdown_400_bad-command.json", TSM_ERROR_INVALID, "'halt'" },
  { "501", 501, "x", "proxmox/unknown-path_501.json", TSM_ERROR_INVALID, "not implemented" },
  { "500-lookup", 500, "hostname lookup 'pve' failed", NULL, TSM_ERROR_UPSTREAM, "PROXMOX_NODE" },
  { "595", 595, "Connection refused", NULL, TSM_ERROR_UPSTREAM, "595 Connection refused" },
  { "503-bare", 503, "", NULL, TSM_ERROR_UPSTREAM, "503" },
};

static void
test_proxmox_shutdown_refused (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  Setup setup;
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  g_autofree char *body = refusal_cases[i].fixture != NULL
                              ? tsm_test_server_load (refusal_cases[i].fixture, &length)
                              : NULL;

  setup_init (&setup, FALSE, "pve", 0);
  tsm_test_server_answer (setup.server, SHUTDOWN,
                          (TsmTestAnswer){ .status = refusal_cases[i].status,
                                           .reason = refusal_cases[i].reason,
                                           .body = body,
                                           .length = length });
  g_assert_false (shut_down (&setup, &error));
  g_assert_error (error, TSM_ERROR, (gint) refusal_cases[i].code);
  if (strstr (error->message, refusal_cases[i].message) == NULL)
    g_error ("\"%s\" lacks \"%s\"", error->message, refusal_cases[i].message);
  /* A POST is never sent twice by itself. */
  g_assert_cmpuint (tsm_test_server_get_requests (setup.server)->len, ==, 1);
  setup_clear (&setup);
}

static void
test_proxmox_guests (void)
{
  Setup setup;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) names = NULL;

  setup_init (&setup, FALSE, "pve", 0);
  tsm_test_server_answer_file (setup.server, "/api2/json/nodes/pve/qemu", 200,
                               "proxmox/qemu_9.x.json");
  tsm_test_server_answer (
      setup.server, "/api2/json/nodes/pve/lxc",
      (TsmTestAnswer){ .body =
                           "{\"data\":[{\"vmid\":101,\"name\":\"dns\",\"status\":\"running\"}]}" });
  tsm_host_guests_async (setup.host, NULL, tsm_test_server_wait_done, &result);
  names = tsm_host_guests_finish (setup.host, tsm_test_server_wait (&result), NULL);
  g_assert_cmpuint (names->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, "test (VM 100)");
  g_assert_cmpstr (g_ptr_array_index (names, 1), ==, "dns (CT 101)");
  setup_clear (&setup);
}

#define RIGHTS      "/api2/json/access/permissions?path=/nodes/pve"
#define BOTH_RIGHTS "{\"data\":{\"/nodes/pve\":{\"Sys.Audit\":1,\"Sys.PowerMgmt\":0}}}"

static const struct {
  const char *name;
  guint status;         /* of the node */
  TsmTestAnswer rights; /* the token's own list */
  const char *said;     /* by the denial; NULL: all is granted */
} rights_cases[] = {
  { "granted", 200, { .body = BOTH_RIGHTS }, NULL },
  { "no-audit", 403, { .body = BOTH_RIGHTS }, "pveum role add TSM" },
  { "no-power",
    200,
    { .body = "{\"data\":{\"/nodes/pve\":{\"Sys.Audit\":1}}}" },
    "lacks a right (Sys.PowerMgmt)" },
  { "nothing-listed", 200, { .body = "{\"data\":{}}" }, "lacks a right (Sys.PowerMgmt)" },
  { "list-not-known", 200, { .status = 501, .reason = "not implemented" }, NULL },
  { "list-unreadable", 200, { .body = "<html>" }, NULL },
};

static void
test_proxmox_rights (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  Setup setup;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *requests;

  setup_init (&setup, FALSE, "pve", 0);
  tsm_test_server_answer (setup.server, SHUTDOWN,
                          (TsmTestAnswer){ .status = rights_cases[i].status,
                                           .reason = "Permission check failed",
                                           .body = "{\"data\":{}}" });
  tsm_test_server_answer (setup.server, RIGHTS, rights_cases[i].rights);
  tsm_host_rights_async (setup.host, NULL, tsm_test_server_wait_done, &result);
  g_assert_cmpint (tsm_host_rights_finish (setup.host, tsm_test_server_wait (&result), &error), ==,
                   rights_cases[i].said == NULL);
  if (rights_cases[i].said != NULL) {
    g_assert_error (error, TSM_ERROR, TSM_ERROR_DENIED);
    g_assert_nonnull (strstr (error->message, rights_cases[i].said));
  }
  /* It only looks. */
  requests = tsm_test_server_get_requests (setup.server);
  g_assert_cmpuint (requests->len, ==, rights_cases[i].status == 200 ? 2 : 1);
  for (guint j = 0; j < requests->len; j++)
    g_assert_true (g_str_has_prefix (g_ptr_array_index (requests, j), "GET "));
  setup_clear (&setup);
}

static void
test_proxmox_cancelled (void)
{
  Setup setup;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, FALSE, NULL, 0);
  tsm_test_server_answer (setup.server, VERSION, (TsmTestAnswer){ .manner = TSM_TEST_NEVER });
  tsm_host_probe_async (setup.host, cancellable, tsm_test_server_wait_done, &result);
  while (tsm_test_server_get_requests (setup.server)->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  g_assert_null (tsm_host_probe_finish (setup.host, tsm_test_server_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  setup_clear (&setup);
}

static const struct {
  const char *node;
  const char *token_id;
  const char *secret;
  const char *setting; /* named by the refusal */
} option_cases[] = {
  { NULL, NULL, SECRET, "API_PROXMOX_TOKEN_ID" },
  { NULL, "tsm@pve", SECRET, "API_PROXMOX_TOKEN_ID" },
  { NULL, "tsm!tsm", SECRET, "API_PROXMOX_TOKEN_ID" },
  { NULL, "@pve!tsm", SECRET, "API_PROXMOX_TOKEN_ID" },
  { NULL, "tsm@!tsm", SECRET, "API_PROXMOX_TOKEN_ID" },
  { NULL, "tsm@pve!", SECRET, "API_PROXMOX_TOKEN_ID" },
  { NULL, "tsm@pve!t\r\nX: y", SECRET, "API_PROXMOX_TOKEN_ID" },
  { NULL, "tsm@pve!t'; rm", SECRET, "API_PROXMOX_TOKEN_ID" },
  { NULL, "tsm@pve!tsm", "", "API_PROXMOX_TOKEN_SECRET" },
  { NULL, "tsm@pve!tsm", "tsm@pve!tsm=" SECRET, "API_PROXMOX_TOKEN_SECRET" },
  { NULL, "tsm@pve!tsm", "a\nb", "API_PROXMOX_TOKEN_SECRET" },
  { "pve/../x", "tsm@pve!tsm", SECRET, "PROXMOX_NODE" },
};

static void
test_proxmox_options (void)
{
  g_autoptr (TsmEndpoint) endpoint = tsm_endpoint_new (TSM_SERVICE_PROXMOX, "pve", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (option_cases); i++) {
    g_autoptr (TsmSecret) secret = tsm_secret_new (option_cases[i].secret);
    g_autoptr (GError) error = NULL;
    const TsmProxmoxOptions options = { .endpoint = endpoint,
                                        .node = option_cases[i].node,
                                        .token_id = option_cases[i].token_id,
                                        .token_secret = secret };

    g_assert_null (tsm_proxmox_new (&options, &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
    g_assert_true (g_str_has_prefix (error->message, option_cases[i].setting));
    g_assert_null (strstr (error->message, SECRET));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (probe_cases); i++) {
    g_autofree char *path = g_strconcat ("/proxmox/probe/", probe_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_proxmox_probe);
  }
  g_test_add_func ("/proxmox/probe/refused", test_proxmox_probe_refused);
  g_test_add_func ("/proxmox/probe/untrusted", test_proxmox_probe_untrusted);
  g_test_add_func ("/proxmox/shutdown", test_proxmox_shutdown);
  g_test_add_func ("/proxmox/finds-node", test_proxmox_finds_node);
  g_test_add_func ("/proxmox/several-nodes", test_proxmox_several_nodes);
  for (guint i = 0; i < G_N_ELEMENTS (refusal_cases); i++) {
    g_autofree char *path = g_strconcat ("/proxmox/shutdown-refused/", refusal_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_proxmox_shutdown_refused);
  }
  g_test_add_func ("/proxmox/guests", test_proxmox_guests);
  for (guint i = 0; i < G_N_ELEMENTS (rights_cases); i++) {
    g_autofree char *path = g_strconcat ("/proxmox/rights/", rights_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_proxmox_rights);
  }
  g_test_add_func ("/proxmox/cancelled", test_proxmox_cancelled);
  g_test_add_func ("/proxmox/options", test_proxmox_options);
  return g_test_run ();
}
