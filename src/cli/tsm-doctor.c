/* SPDX-License-Identifier: MIT
 * tsm-doctor: `tsm doctor`, whether a run would work. */
#include "cli/tsm-doctor.h"
#include "cli/tsm-check-colours.h"
#include "cli/tsm-check-discord.h"
#include "cli/tsm-check-host.h"
#include "cli/tsm-check-machine.h"
#include "cli/tsm-check-plug.h"
#include <unistd.h>

TsmExit
tsm_doctor_main (int argc, char **argv)
{
  g_autoptr (TsmSettings) settings = NULL;
  TsmCheckup checkup = { .use_colour = isatty (STDOUT_FILENO) };
  const char *path;
  gint64 power_w;

  if (tsm_cli_print_usage (argc, argv, "doctor [--config FILE]",
                           "Checks every setting and every service, and says how to mend what is "
                           "wrong.\nNothing is switched."))
    return TSM_EXIT_DONE;
  if (!tsm_cli_parse_config (argc, argv, &path))
    return TSM_EXIT_USAGE;
  settings = tsm_cli_read_settings (path, TSM_LANG_EN); /* as all of its lines */
  tsm_check_machine (&checkup, settings);
  tsm_check_plug (&checkup, settings, &power_w);
  tsm_check_colours (&checkup, settings);
  tsm_check_host (&checkup, settings, power_w);
  tsm_check_discord (&checkup, settings);
  return checkup.has_failed ? TSM_EXIT_FAILED : TSM_EXIT_DONE;
}
