/* SPDX-License-Identifier: MIT
 * tsm-suggestion: what may be typed for an option, as the answer to an autocompletion (spec discord
 * 8, 9). Discord does not hold people to it. Pure. Every body is yours to g_free. */
#pragma once
#include "engine/tsm-request.h"

G_BEGIN_DECLS

/* Hours that begin like @typed, the morning's first: "06:00" ... */
char *tsm_suggestion_dup_hours (const char *typed);
/* Of the reply to get_my_current_derogations, those that begin like @typed, each shown with its
 * hours. NULL or a refusal: none. */
char *tsm_suggestion_dup_derogations (const TsmReply *reply, const char *typed);

G_END_DECLS
