/* SPDX-License-Identifier: MIT
 * tsm-export: `tsm export`, the ledger's slices as CSV. */
#pragma once
#include "cli/tsm-cli.h"

G_BEGIN_DECLS

TsmExit tsm_export_main (int argc, char **argv);

G_END_DECLS
