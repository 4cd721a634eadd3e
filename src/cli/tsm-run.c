/* SPDX-License-Identifier: MIT
 * tsm-run: `tsm run`, the daemon in the foreground. */
#include "cli/tsm-run.h"
#include "base/tsm-log.h"
#include "daemon/tsm-daemon.h"
#include "daemon/tsm-precheck.h"
#include "daemon/tsm-service.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

static TsmExit
print_help (void)
{
  g_autofree char *settings = tsm_setting_dup_help (tsm_cli_get_lang ());

  printf ("tsm run [--config FILE]\n\n%s", settings);
  return TSM_EXIT_DONE;
}

TsmExit
tsm_run_main (int argc, char **argv)
{
  g_autoptr (TsmSettings) settings = NULL;
  g_autoptr (GError) error = NULL;
  TsmLogConfig log = { .level = G_LOG_LEVEL_INFO };
  const char *path;

  if (argc == 2 && strcmp (argv[1], "--help") == 0)
    return print_help ();
  if (!tsm_cli_parse_config (argc, argv, &path))
    return TSM_EXIT_USAGE;
  settings = tsm_cli_read_settings (path, tsm_cli_get_lang ());
  if (!tsm_precheck_run (settings, tsm_service_now (NULL), &error))
    return tsm_cli_fail ("%s", error->message);
  /* Desktop services have no part in this, and their modules would cost memory. */
  g_setenv ("GIO_USE_VFS", "local", FALSE);
  signal (SIGPIPE, SIG_IGN);
  tsm_log_parse_level (tsm_settings_get_text (settings, TSM_SETTING_LOG_LEVEL), &log.level);
  log.zone = tsm_settings_peek_zone (settings);
  tsm_log_init (&log);
  if (!tsm_daemon_run (settings, &error))
    return tsm_cli_fail ("%s", error->message);
  return TSM_EXIT_DONE;
}
