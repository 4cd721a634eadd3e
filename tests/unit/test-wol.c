/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "devices/tsm-wol.h"
#include "tsm-test-server.h"
#include <net/if.h>
#include <string.h>

static const struct {
  const char *text;
  const char *mac; /* NULL: refused */
} mac_cases[] = {
  { "00:1b:21:3a:4f:5e", "00:1B:21:3A:4F:5E" },
  { "00-1B-21-3A-4F-5E", "00:1B:21:3A:4F:5E" },
  { "001b.213a.4f5e", "00:1B:21:3A:4F:5E" },
  { " 001b213a4f5e ", "00:1B:21:3A:4F:5E" },
  { "", NULL },
  { "00:1b:21:3a:4f", NULL },
  { "00:1b:21:3a:4f:5e:00", NULL },
  { "00:1b:21:3a:4f:5g", NULL },
  { "00:1b-21:3a:4f:5e", NULL },
  { "0:1b:21:3a:4f:5e", NULL },
  { "001b.213a4f5e", NULL },
  { "00:00:00:00:00:00", NULL },
  { "ff:ff:ff:ff:ff:ff", NULL },
  { "01:00:5e:00:00:01", NULL }, /* a group */
  { "00:1b:21:3a:4f:5e;", NULL },
};

static void
test_wol_packet_mac (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mac_cases); i++) {
    g_autoptr (GError) error = NULL;
    TsmMac mac = { { 7 } };
    char text[TSM_MAC_TEXT_SIZE];
    const gboolean is_good = tsm_wol_packet_parse_mac (mac_cases[i].text, &mac, &error);

    if (mac_cases[i].mac == NULL) {
      g_assert_false (is_good);
      g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
      g_assert_cmpuint (mac.bytes[0], ==, 7);
      continue;
    }
    g_assert_no_error (error);
    tsm_wol_packet_format_mac (&mac, text);
    g_assert_cmpstr (text, ==, mac_cases[i].mac);
  }
}

static const TsmMac host_mac = { { 0x00, 0x1b, 0x21, 0x3a, 0x4f, 0x5e } };

static void
check_packet (const guint8 *packet, gsize length)
{
  g_assert_cmpuint (length, ==, 102);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpuint (packet[i], ==, 0xff);
  for (guint i = 6; i < 102; i++)
    g_assert_cmpuint (packet[i], ==, host_mac.bytes[i % 6]);
}

static void
test_wol_packet_build (void)
{
  guint8 packet[TSM_WOL_PACKET_BYTES];

  tsm_wol_packet_build (&host_mac, packet);
  check_packet (packet, sizeof packet);
}

static const struct {
  const char *name;
  TsmWolInterface interfaces[2];
  const char *target;
  const char *plan;
} plan_cases[] = {
  { "two-interfaces",
    { { "192.168.1.5", "192.168.1.255", IFF_UP | IFF_BROADCAST },
      { "10.0.0.7", "10.0.0.255", IFF_UP | IFF_BROADCAST } },
    "192.168.1.10",
    "192.168.1.5>192.168.1.255:9 192.168.1.5>255.255.255.255:9 192.168.1.5>192.168.1.255:7 "
    "192.168.1.5>255.255.255.255:7 10.0.0.7>10.0.0.255:9 10.0.0.7>255.255.255.255:9 "
    "10.0.0.7>10.0.0.255:7 10.0.0.7>255.255.255.255:7 >192.168.1.10:4000 " },
  { "unsuitable",
    { { "127.0.0.1", "127.255.255.255", IFF_UP | IFF_BROADCAST | IFF_LOOPBACK },
      { "10.8.0.2", "10.8.0.255", IFF_UP | IFF_BROADCAST | IFF_POINTOPOINT } },
    NULL,
    "" },
  { "down-or-without-broadcast",
    { { "192.168.1.5", "192.168.1.255", IFF_BROADCAST },
      { "10.0.0.7", NULL, IFF_UP | IFF_BROADCAST } },
    NULL,
    "" },
  { "relay-alone",
    { { "192.168.1.5", "192.168.1.255", IFF_UP | IFF_BROADCAST },
      { "10.0.0.7", "10.0.0.255", IFF_UP | IFF_BROADCAST } },
    "127.0.0.1",
    ">127.0.0.1:4000 " },
};

static void
test_wol_plan (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GArray) plan = tsm_wol_plan (plan_cases[i].interfaces, 2, plan_cases[i].target, 4000);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint j = 0; j < plan->len; j++) {
    const TsmWolDestination *destination = &g_array_index (plan, TsmWolDestination, j);

    g_string_append_printf (text, "%s>%s:%u ", destination->from, destination->to,
                            destination->port);
  }
  g_assert_cmpstr (text->str, ==, plan_cases[i].plan);
}

static GSocket *
new_listener (guint16 *ret_port)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_no_error (error);
  g_socket_bind (socket, any, FALSE, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (socket, FALSE);
  bound = g_socket_get_local_address (socket, NULL);
  *ret_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

static void
test_wol_sends_thrice (void)
{
  guint16 port;
  g_autoptr (GSocket) listener = new_listener (&port);
  const TsmWolOptions options = {
    .mac = host_mac,
    .target_host = "127.0.0.1",
    .target_port = port,
    .interval_ms = 1,
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint8 packet[200];
  guint n = 0;
  gssize length;

  tsm_wol_send_async (&options, NULL, tsm_test_server_wait_done, &result);
  g_assert_true (tsm_wol_send_finish (tsm_test_server_wait (&result), &error));
  g_assert_no_error (error);
  while ((length = g_socket_receive (listener, (char *) packet, sizeof packet, NULL, NULL)) > 0) {
    check_packet (packet, (gsize) length);
    n++;
  }
  g_assert_cmpuint (n, ==, 3);
}

static void
test_wol_fails_when_all_fail (void)
{
  const TsmWolOptions options = {
    .mac = host_mac,
    .target_host = "127.0.0.1",
    .target_port = 0, /* no packet can go there */
    .interval_ms = 1,
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tsm_wol_send_async (&options, NULL, tsm_test_server_wait_done, &result);
  g_assert_false (tsm_wol_send_finish (tsm_test_server_wait (&result), &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  g_assert_nonnull (strstr (error->message, "127.0.0.1 port 0"));
}

static void
test_wol_cancelled (void)
{
  const TsmWolOptions options = {
    .mac = host_mac,
    .target_host = "127.0.0.1",
    .target_port = 9,
    .interval_ms = G_MAXINT,
  };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tsm_wol_send_async (&options, cancellable, tsm_test_server_wait_done, &result);
  g_cancellable_cancel (cancellable);
  g_assert_false (tsm_wol_send_finish (tsm_test_server_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wol/packet/mac", test_wol_packet_mac);
  g_test_add_func ("/wol/packet/build", test_wol_packet_build);
  for (guint i = 0; i < G_N_ELEMENTS (plan_cases); i++) {
    g_autofree char *path = g_strconcat ("/wol/plan/", plan_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_wol_plan);
  }
  g_test_add_func ("/wol/sends-thrice", test_wol_sends_thrice);
  g_test_add_func ("/wol/fails-when-all-fail", test_wol_fails_when_all_fail);
  g_test_add_func ("/wol/cancelled", test_wol_cancelled);
  return g_test_run ();
}
