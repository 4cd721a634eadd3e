/* SPDX-License-Identifier: MIT
 * tsm-client: the one libsoup session that REST and gateway share (spec discord 1, 15). */
#pragma once
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* "DiscordBot (URL, VERSION)", as Discord wants every client to call itself. */
#define TSM_CLIENT_USER_AGENT "DiscordBot (https://example.org/tsm, " TSM_VERSION ")"

/* HTTP/1.1 kept alive, six connections a host, the environment's proxy. Loads TLS only when @base
 * is https. To be called before any other thread makes a request. */
SoupSession *tsm_client_new_session (const char *base);

G_END_DECLS
