/* SPDX-License-Identifier: MIT
 * tsm-run: `tsm run`, the daemon in the foreground. */
#pragma once
#include "cli/tsm-cli.h"

G_BEGIN_DECLS

TsmExit tsm_run_main (int argc, char **argv);

G_END_DECLS
