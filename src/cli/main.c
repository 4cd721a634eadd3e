/* SPDX-License-Identifier: MIT
 * main: the table of subcommands. */
#include "cli/tsm-cli.h"
#include "cli/tsm-demo.h"
#include "cli/tsm-do.h"
#include "cli/tsm-doctor.h"
#include "cli/tsm-export.h"
#include "cli/tsm-run.h"
#include <stdio.h>

static TsmExit
print_version (int argc, char **argv)
{
  if (argc > 1)
    return tsm_cli_fail_usage ("version does not know %s", argv[1]);
  printf ("tsm %s\n", TSM_VERSION);
  return TSM_EXIT_DONE;
}

static const TsmCliCommand commands[] = {
  { "run", "[--config FILE]", "the daemon, in the foreground; --help lists the settings",
    tsm_run_main },
  { "demo", "[--speed N] [--for 36h]", "a simulated house under a fast clock; --help says more",
    tsm_demo_main },
  { "do", "[--as USER_ID] [--json] COMMAND [option=value ...]",
    "ask the running daemon; tsm do help lists the commands", tsm_do_main },
  { "doctor", "[--config FILE]", "check every setting and service, and say how to mend them",
    tsm_doctor_main },
  { "export", "[--config FILE]", "write the ledger's slices as CSV", tsm_export_main },
  { "version", "", "print the version", print_version },
  { NULL },
};

int
main (int argc, char **argv)
{
  return (int) tsm_cli_run (commands, argc, argv);
}
