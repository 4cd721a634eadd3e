/* SPDX-License-Identifier: MIT
 * tsm-daemon: `tsm run`: everything built from the settings, and tied together. */
#pragma once
#include "base/tsm-settings.h"

G_BEGIN_DECLS

/* The one server of this daemon, as the ledger knows it. */
#define TSM_DAEMON_SERVER_NAME "server"

/* What HOST_PROXMOX_SSL_VERIFY=false deserves. */
#define TSM_DAEMON_TRUST_WARNING                                               \
  "its certificate is not checked, so the token goes to whoever answers; set " \
  "HOST_PROXMOX_SSL_VERIFY to its fingerprint"

/* Runs until SIGTERM or SIGINT. FALSE when it cannot start, or had to stop: TSM_ERROR_INVALID names
 * the settings that are wrong, a line each, TSM_ERROR_STORAGE says what is wrong with the database.
 * To be called before any other thread runs. */
gboolean tsm_daemon_run (const TsmSettings *settings, GError **error);

G_END_DECLS
