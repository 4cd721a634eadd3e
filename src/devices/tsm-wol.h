/* SPDX-License-Identifier: MIT
 * tsm-wol: wakes the host over the network (spec proxmox 5).
 *
 * Three packets 100 ms apart go to each destination: from every IPv4 interface that can broadcast,
 * its directed broadcast and 255.255.255.255, ports 9 and 7; and WOL_TARGET. If WOL_TARGET is a
 * loopback address (a relay on this machine, or a test) they go there alone. There is no answer:
 * whether the host woke is seen by looking. */
#pragma once
#include "devices/tsm-wol-packet.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  TsmMac mac;
  const char *target_host; /* WOL_TARGET; NULL: the interfaces alone */
  guint16 target_port;
  guint interval_ms; /* between the packets; 0: 100 */
} TsmWolOptions;

/* An IPv4 interface, addresses as text. */
typedef struct {
  const char *address;
  const char *broadcast; /* NULL: it has none */
  guint flags;           /* IFF_* */
} TsmWolInterface;

/* One place to send to. Both are addresses; @from is "" where the routing table may choose. */
typedef struct {
  char from[46];
  char to[46];
  guint16 port;
} TsmWolDestination;

/* Where to send, in order (TsmWolDestination). @target is an address or NULL. Pure. */
GArray *tsm_wol_plan (const TsmWolInterface *interfaces, guint n_interfaces, const char *target,
                      guint16 target_port);

/* The same on this machine, as it is now. */
GArray *tsm_wol_plan_here (const char *target, guint16 target_port);

/* Copies @options. @callback gets a NULL source object. */
void tsm_wol_send_async (const TsmWolOptions *options, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);
/* FALSE, with the first failure, only if no packet left for anywhere (TSM_ERROR_UPSTREAM) or the
 * call was cancelled (G_IO_ERROR_CANCELLED). */
gboolean tsm_wol_send_finish (GAsyncResult *result, GError **error);

G_END_DECLS
