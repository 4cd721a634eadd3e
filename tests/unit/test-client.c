/* SPDX-License-Identifier: MIT */
#include "base/tsm-authorities.h"
#include "discord/tsm-client.h"
#include "tsm-test-server.h"

static const struct {
  const char *name, *base;
  gboolean has_proxy, is_tls;
} session_cases[] = {
  /* In this order: what is installed for TLS stays. */
  { "this-machine", "http://127.0.0.1:1/api", FALSE, FALSE },
  { "this-machine-by-name", "http://localhost:1/api", FALSE, FALSE },
  { "this-machine-of-version-6", "http://[::1]:1/api", FALSE, FALSE },
  { "discord", "https://discord.com/api/v10", TRUE, TRUE },
};

static gboolean
has_authorities (void)
{
  g_autoptr (GTlsDatabase) database =
      g_tls_backend_get_default_database (g_tls_backend_get_default ());

  return TSM_IS_AUTHORITIES (database);
}

static void
test_client_session (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (SoupSession) session = tsm_client_new_session (session_cases[i].base);

  g_assert_cmpuint (soup_session_get_max_conns_per_host (session), ==, 6);
  g_assert_cmpstr (soup_session_get_user_agent (session), ==,
                   "DiscordBot (https://example.org/tsm, " TSM_VERSION ")");
  g_assert_cmpint (soup_session_get_proxy_resolver (session) != NULL, ==,
                   session_cases[i].has_proxy);
  g_assert_false (soup_session_has_feature (session, SOUP_TYPE_AUTH_MANAGER));
  g_assert_cmpint (has_authorities (), ==, session_cases[i].is_tls);
}

static void
test_client_speaks_http1 (void)
{
  g_autoptr (TsmTestServer) server = tsm_test_server_new (FALSE);
  g_autofree char *url = tsm_test_server_dup_url (server);
  g_autoptr (SoupSession) session = tsm_client_new_session (url);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GInputStream) stream = NULL;

  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, NULL, tsm_test_server_wait_done,
                           &result);
  stream = soup_session_send_finish (session, tsm_test_server_wait (&result), NULL);
  g_assert_nonnull (stream);
  g_assert_cmpint (soup_message_get_http_version (message), ==, SOUP_HTTP_1_1);
  g_assert_cmpstr (g_getenv ("SOUP_FORCE_HTTP1"), ==, "1");
  g_assert_cmpstr (tsm_test_server_get_header (server, 0, "User-Agent"), ==, TSM_CLIENT_USER_AGENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/speaks-http1", test_client_speaks_http1);
  for (guint i = 0; i < G_N_ELEMENTS (session_cases); i++) {
    g_autofree char *path = g_strconcat ("/client/session/", session_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_client_session);
  }
  return g_test_run ();
}
