/* SPDX-License-Identifier: MIT
 * tsm-phrase: the rules' enums in people's words. Pure. */
#pragma once
#include "rules/tsm-plan.h"

G_BEGIN_DECLS

/* Why the host is on or off, to stand after a colon or in brackets: "red day". A message id, to be
 * said with TSM_SAY_WORD (base/tsm-say.h) or tsm_text (). */
const char *tsm_phrase_get_reason (TsmReason reason);

G_END_DECLS
