/* SPDX-License-Identifier: MIT
 * tsm-client: the one libsoup session that REST and gateway share. */
#include "discord/tsm-client.h"
#include "base/tsm-authorities.h"
#include "base/tsm-loopback.h"

#define HTTP1_VARIABLE "SOUP_FORCE_HTTP1"
/* Of each read and write, also of a handshake: a server that says nothing. */
#define TIMEOUT_S 20
/* Less than the 400 s after which Discord's front (Cloudflare) closes a quiet connection, and than
 * what routers forget one after: a callback that goes into the void has lost its 3 s. Within it an
 * answer pays no handshake. */
#define IDLE_TIMEOUT_S 300
/* Two for calls with the bot's token, two for edits, and the rest for callbacks. */
#define CONNECTIONS 6

void
tsm_client_prepare (void)
{
  if (g_getenv (HTTP1_VARIABLE) == NULL)
    g_setenv (HTTP1_VARIABLE, "1", TRUE);
}

SoupSession *
tsm_client_new_session (const char *base)
{
  g_autoptr (GUri) uri = g_uri_parse (base, SOUP_HTTP_URI_FLAGS, NULL);
  SoupSession *session;

  g_assert (uri != NULL && g_uri_get_host (uri) != NULL);
  tsm_client_prepare ();
  if (g_str_equal (g_uri_get_scheme (uri), "https"))
    tsm_authorities_install ();
  session = soup_session_new_with_options ("timeout", TIMEOUT_S, "idle-timeout", IDLE_TIMEOUT_S,
                                           "max-conns-per-host", CONNECTIONS, "user-agent",
                                           TSM_CLIENT_USER_AGENT, NULL);
  /* A 401 is an answer, not a question; and a body as sent can be held against its length. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  if (tsm_loopback_is_host (g_uri_get_host (uri)))
    soup_session_set_proxy_resolver (session, NULL);
  return session;
}
