/* SPDX-License-Identifier: MIT
 * tsm-check-plug: what `tsm doctor` says of the plug. */
#pragma once
#include "base/tsm-settings.h"
#include "cli/tsm-checkup.h"
#include "devices/tsm-plug-parse.h"

G_BEGIN_DECLS

/* Asks the plug, and says what is well and wrong. @ret_power_w is what it draws now, -1 when that
 * is not known. */
void tsm_check_plug (TsmCheckup *checkup, const TsmSettings *settings, gint64 *ret_power_w);

/* The judgement alone: what a plug that answered should be set up differently. @clock_at is what
 * its clock should show, as if local time were UTC. */
void tsm_check_plug_facts (TsmCheckup *checkup, const TsmReading *reading,
                           const TsmPlugFacts *facts, gint64 clock_at);

G_END_DECLS
