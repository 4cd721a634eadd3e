/* SPDX-License-Identifier: MIT
 * tsm-do: `tsm do`, a command to the running daemon. */
#pragma once
#include "cli/tsm-cli.h"

G_BEGIN_DECLS

TsmExit tsm_do_main (int argc, char **argv);

G_END_DECLS
