/* SPDX-License-Identifier: MIT
 * tsm-demo: `tsm demo`, everything with no hardware and no account (DESIGN 5.1): the real engine,
 * store and command table in a simulated world under a fast clock. */
#pragma once
#include "cli/tsm-cli.h"

G_BEGIN_DECLS

TsmExit tsm_demo_main (int argc, char **argv);

G_END_DECLS
