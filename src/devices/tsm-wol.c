/* SPDX-License-Identifier: MIT
 * tsm-wol: wakes the host over the network. */
#include "devices/tsm-wol.h"
#include "base/tsm-error.h"
#include "base/tsm-loopback.h"
#include "devices/tsm-endpoint.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#define PACKETS     3
#define INTERVAL_MS 100
#define LIMITED     "255.255.255.255"

/* Owned by its task. */
typedef struct {
  guint8 packet[TSM_WOL_PACKET_BYTES];
  char *target_host;
  guint16 target_port;
  guint interval_ms;
  GArray *destinations;
  guint n_rounds;
  guint n_sent;
  GError *failure; /* the first one */
} Wake;

static void
wake_free (Wake *wake)
{
  g_clear_pointer (&wake->target_host, g_free);
  g_clear_pointer (&wake->destinations, g_array_unref);
  g_clear_error (&wake->failure);
  g_free (wake);
}

static void
add_destination (GArray *destinations, const char *from, const char *to, guint16 port)
{
  TsmWolDestination destination = { .port = port };

  g_strlcpy (destination.from, from, sizeof destination.from);
  g_strlcpy (destination.to, to, sizeof destination.to);
  g_array_append_val (destinations, destination);
}

static gboolean
can_broadcast (const TsmWolInterface *interface)
{
  const guint wanted = IFF_UP | IFF_BROADCAST;

  return (interface->flags & wanted) == wanted &&
         (interface->flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) == 0 && interface->broadcast != NULL;
}

GArray *
tsm_wol_plan (const TsmWolInterface *interfaces, guint n_interfaces, const char *target,
              guint16 target_port)
{
  static const guint16 ports[] = { 9, 7 };
  GArray *destinations = g_array_new (FALSE, FALSE, sizeof (TsmWolDestination));
  const gboolean is_relay = target != NULL && tsm_loopback_is_host (target);

  for (guint i = 0; i < n_interfaces && !is_relay; i++) {
    if (!can_broadcast (&interfaces[i]))
      continue;
    for (guint j = 0; j < G_N_ELEMENTS (ports); j++) {
      add_destination (destinations, interfaces[i].address, interfaces[i].broadcast, ports[j]);
      add_destination (destinations, interfaces[i].address, LIMITED, ports[j]);
    }
  }
  if (target != NULL)
    add_destination (destinations, "", target, target_port);
  return destinations;
}

static gboolean
send_packet (const Wake *wake, const TsmWolDestination *destination, GError **error)
{
  g_autoptr (GSocketAddress) to =
      g_inet_socket_address_new_from_string (destination->to, destination->port);
  g_autoptr (GSocketAddress) from = NULL;
  g_autoptr (GSocket) socket = NULL;

  if (to == NULL) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, "%s is no address", destination->to);
    return FALSE;
  }
  socket = g_socket_new (g_socket_address_get_family (to), G_SOCKET_TYPE_DATAGRAM,
                         G_SOCKET_PROTOCOL_UDP, error);
  if (socket == NULL)
    return FALSE;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_broadcast (socket, TRUE);
  /* Bound to its address, a packet leaves by that interface. */
  if (destination->from[0] != '\0') {
    from = g_inet_socket_address_new_from_string (destination->from, 0);
    if (!g_socket_bind (socket, from, FALSE, error))
      return FALSE;
  }
  return g_socket_send_to (socket, to, (const char *) wake->packet, sizeof wake->packet, NULL,
                           error) >= 0;
}

static void
send_round (Wake *wake)
{
  for (guint i = 0; i < wake->destinations->len; i++) {
    const TsmWolDestination *destination =
        &g_array_index (wake->destinations, TsmWolDestination, i);
    g_autoptr (GError) error = NULL;

    if (send_packet (wake, destination, &error)) {
      wake->n_sent++;
      continue;
    }
    g_debug ("wake-up packet to %s port %u: %s", destination->to, destination->port,
             error->message);
    if (wake->failure == NULL) {
      wake->failure = g_error_new (TSM_ERROR, TSM_ERROR_UPSTREAM, "%s port %u: %s", destination->to,
                                   destination->port, error->message);
    }
  }
  wake->n_rounds++;
}

static void
end_wake (GTask *task)
{
  Wake *wake = g_task_get_task_data (task);

  if (wake->n_sent > 0)
    g_task_return_boolean (task, TRUE);
  else if (wake->failure == NULL)
    g_task_return_new_error (task, TSM_ERROR, TSM_ERROR_UPSTREAM,
                             "no wake-up packet could be sent: no network interface here can "
                             "broadcast (set WOL_TARGET)");
  else {
    g_prefix_error (&wake->failure, "no wake-up packet could be sent: ");
    g_task_return_error (task, g_steal_pointer (&wake->failure));
  }
}

static gboolean
on_round (gpointer user_data)
{
  GTask *task = user_data;
  Wake *wake = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  send_round (wake);
  if (wake->n_rounds < PACKETS)
    return G_SOURCE_CONTINUE;
  end_wake (task);
  return G_SOURCE_REMOVE;
}

/* Takes @task. */
static void
start_rounds (GTask *task)
{
  const Wake *wake = g_task_get_task_data (task);
  g_autoptr (GSource) timer = g_timeout_source_new (wake->interval_ms);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (cancellable != NULL) {
    g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

    g_source_set_dummy_callback (cancelled);
    g_source_add_child_source (timer, cancelled);
  }
  g_source_set_callback (timer, on_round, task, g_object_unref);
  g_source_attach (timer, g_main_context_get_thread_default ());
}

static char *
dup_ipv4 (const struct sockaddr *address)
{
  char text[INET_ADDRSTRLEN];
  struct sockaddr_in ipv4;

  if (address == NULL || address->sa_family != AF_INET)
    return NULL;
  memcpy (&ipv4, address, sizeof ipv4);
  return g_strdup (inet_ntop (AF_INET, &ipv4.sin_addr, text, sizeof text));
}

GArray *
tsm_wol_plan_here (const char *target, guint16 target_port)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) interfaces = g_array_new (FALSE, FALSE, sizeof (TsmWolInterface));
  struct ifaddrs *list = NULL;

  if (getifaddrs (&list) != 0)
    list = NULL;
  for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
    char *address = dup_ipv4 (i->ifa_addr);
    char *broadcast =
        address != NULL && (i->ifa_flags & IFF_BROADCAST) ? dup_ipv4 (i->ifa_broadaddr) : NULL;
    const TsmWolInterface interface = { address, broadcast, i->ifa_flags };

    g_ptr_array_add (texts, address);
    g_ptr_array_add (texts, broadcast);
    if (address != NULL)
      g_array_append_val (interfaces, interface);
  }
  if (list != NULL)
    freeifaddrs (list);
  return tsm_wol_plan ((const TsmWolInterface *) (gpointer) interfaces->data, interfaces->len,
                       target, target_port);
}

static void
on_resolved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Wake *wake = g_task_get_task_data (task);
  g_autofree char *target = NULL;
  GError *error = NULL;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);

  if (g_task_return_error_if_cancelled (task)) {
    g_clear_error (&error);
    g_resolver_free_addresses (addresses);
    return;
  }
  if (addresses != NULL)
    target = g_inet_address_to_string (addresses->data);
  else
    wake->failure = g_error_new (TSM_ERROR, TSM_ERROR_UPSTREAM, "WOL_TARGET %s: %s",
                                 wake->target_host, error->message);
  g_clear_error (&error);
  g_resolver_free_addresses (addresses);
  wake->destinations = tsm_wol_plan_here (target, wake->target_port);
  start_rounds (g_steal_pointer (&task));
}

void
tsm_wol_send_async (const TsmWolOptions *options, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Wake *wake = g_new0 (Wake, 1);

  g_task_set_source_tag (task, tsm_wol_send_async);
  g_task_set_task_data (task, wake, (GDestroyNotify) wake_free);
  tsm_wol_packet_build (&options->mac, wake->packet);
  wake->target_host = g_strdup (options->target_host);
  wake->target_port = options->target_port;
  wake->interval_ms = options->interval_ms > 0 ? options->interval_ms : INTERVAL_MS;
  if (wake->target_host != NULL) {
    g_autoptr (GResolver) resolver = g_resolver_get_default ();

    g_resolver_lookup_by_name_async (resolver, wake->target_host, cancellable, on_resolved, task);
    return;
  }
  wake->destinations = tsm_wol_plan_here (NULL, 0);
  start_rounds (task);
}

gboolean
tsm_wol_send_finish (GAsyncResult *result, GError **error)
{
  g_assert (g_async_result_is_tagged (result, tsm_wol_send_async));
  return g_task_propagate_boolean (G_TASK (result), error);
}
