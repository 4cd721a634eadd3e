/* SPDX-License-Identifier: MIT
 * tsm-phrase: the rules' enums in people's words. Pure. */
#pragma once
#include "rules/tsm-plan.h"

G_BEGIN_DECLS

/* Why the host is on or off, to stand after a colon or a dash: "red day", "jour rouge". Static. */
const char *tsm_phrase_get_reason (TsmLang lang, TsmReason reason);

G_END_DECLS
