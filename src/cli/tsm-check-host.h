/* SPDX-License-Identifier: MIT
 * tsm-check-host: what `tsm doctor` says of the host and of what wakes it. */
#pragma once
#include "base/tsm-settings.h"
#include "cli/tsm-checkup.h"

G_BEGIN_DECLS

/* @power_w: what the plug draws, -1 unknown; a host that draws nothing is off, not broken. Nothing
 * is switched. */
void tsm_check_host (TsmCheckup *checkup, const TsmSettings *settings, gint64 power_w);

G_END_DECLS
