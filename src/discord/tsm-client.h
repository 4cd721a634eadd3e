/* SPDX-License-Identifier: MIT
 * tsm-client: the one libsoup session that REST and gateway share (spec discord 1, 15). */
#pragma once
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* "DiscordBot (URL, VERSION)", as Discord wants every client to call itself. */
#define TSM_CLIENT_USER_AGENT "DiscordBot (https://example.org/tsm, " TSM_VERSION ")"

/* Keeps libsoup to HTTP/1.1, for the whole program: it reads the environment once, at the first
 * request of any session. To be called before that, and before a second thread runs. */
void tsm_client_prepare (void);

/* HTTP/1.1 kept alive, six connections a host, the environment's proxy (not to this machine
 * itself). Loads TLS only when @base, a URL, is https. Prepares, if nobody did. */
SoupSession *tsm_client_new_session (const char *base);

G_END_DECLS
