/* SPDX-License-Identifier: MIT
 * tsm-loopback: which hosts are this machine, where secrets may travel in the clear (DESIGN 5.2).
 * Pure. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* "localhost", 127.0.0.0/8 or ::1, without asking a resolver. */
gboolean tsm_loopback_is_host (const char *host);

G_END_DECLS
