/* SPDX-License-Identifier: MIT
 * tsm-check-machine: what `tsm doctor` says of this machine: settings, clock, TLS, database and
 * where the daemon listens. */
#pragma once
#include "base/tsm-settings.h"
#include "cli/tsm-checkup.h"

G_BEGIN_DECLS

void tsm_check_machine (TsmCheckup *checkup, const TsmSettings *settings);

G_END_DECLS
