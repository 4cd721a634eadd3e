/* SPDX-License-Identifier: MIT
 * tsm-check-discord: what `tsm doctor` says of the bot. */
#pragma once
#include "base/tsm-settings.h"
#include "cli/tsm-checkup.h"

G_BEGIN_DECLS

/* Asks Discord about the token, the application, the guilds and the channels; writes nothing
 * there. A line says so where TOKEN_BOT is not set. */
void tsm_check_discord (TsmCheckup *checkup, const TsmSettings *settings);

G_END_DECLS
