/* SPDX-License-Identifier: MIT
 * tsm-doctor: `tsm doctor`, whether a run would work, and how to mend what is wrong. */
#pragma once
#include "cli/tsm-cli.h"

G_BEGIN_DECLS

TsmExit tsm_doctor_main (int argc, char **argv);

G_END_DECLS
