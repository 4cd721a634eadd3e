/* SPDX-License-Identifier: MIT */
#include "base/tsm-loopback.h"

static const struct {
  const char *host;
  gboolean is_loopback;
} host_cases[] = {
  { "127.0.0.1", TRUE },         { "127.255.0.9", TRUE }, { "::1", TRUE },
  { "localhost", TRUE },         { "LocalHost", TRUE },   { "128.0.0.1", FALSE },
  { "0.0.0.0", FALSE },          { "::2", FALSE },        { "localhost.example", FALSE },
  { "127.evil.example", FALSE }, { "", FALSE },
};

static void
test_loopback_is_host (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (host_cases); i++)
    if (tsm_loopback_is_host (host_cases[i].host) != host_cases[i].is_loopback)
      g_error ("\"%s\"", host_cases[i].host);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loopback/is-host", test_loopback_is_host);
  return g_test_run ();
}
