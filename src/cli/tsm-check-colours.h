/* SPDX-License-Identifier: MIT
 * tsm-check-colours: what `tsm doctor` says of the colour sources. */
#pragma once
#include "base/tsm-settings.h"
#include "cli/tsm-checkup.h"

G_BEGIN_DECLS

/* Asks each source for today's colour. One of them is enough for a run. */
void tsm_check_colours (TsmCheckup *checkup, const TsmSettings *settings);

G_END_DECLS
