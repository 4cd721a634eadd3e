/* SPDX-License-Identifier: MIT
 * tsm-command-socket: the Unix socket of `tsm do`. A client sends one line, a request as JSON
 * (engine/tsm-request.h), gets one line back, the reply, and is done. */
#pragma once
#include "daemon/tsm-desk.h"

G_BEGIN_DECLS

typedef struct _TsmCommandSocket TsmCommandSocket;

/* Listens at @path, mode 0600, in a directory that is made (0700) if it is missing. A socket that a
 * dead daemon left behind is replaced; anything else at @path is not touched. TSM_ERROR_INVALID,
 * naming TSM_SOCKET, when it cannot listen. */
TsmCommandSocket *tsm_command_socket_new (const char *path, TsmDesk *desk, GError **error);
/* Whether tsm_command_socket_new() could listen at @path, without doing so. TRUE with
 * @ret_is_served when a daemon, or whatever it is, listens there now. */
gboolean tsm_command_socket_check (const char *path, gboolean *ret_is_served, GError **error);
/* Clients are cut off; the path is removed if it is still ours. */
void tsm_command_socket_free (TsmCommandSocket *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmCommandSocket, tsm_command_socket_free)
G_END_DECLS
