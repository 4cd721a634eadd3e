/* SPDX-License-Identifier: MIT
 * tsm-message: replies and notices as the bodies that Discord takes (spec discord 9,
 * 10, 12). Pure. Every body keeps Discord's limits, cut at a character with "…"; nobody is pinged
 * (allowed_mentions is there with each text, and empty); what people typed cannot be markup. */
#pragma once
#include "engine/tsm-notice.h"
#include "engine/tsm-request.h"

G_BEGIN_DECLS

/* What Discord takes for a nonce, in characters. */
#define TSM_MESSAGE_MAX_NONCE 25

/* Type 4: the reply as an embed; a refusal, or @is_private, for the caller alone. */
char *tsm_message_dup_answer (const TsmReply *reply, TsmLang lang, gboolean is_private);
/* Type 5: "thinking...". */
char *tsm_message_dup_deferral (gboolean is_private);
/* The same reply as the PATCH of @original, and as a follow-up (@is_private: flags 64). */
char *tsm_message_dup_edit (const TsmReply *reply, TsmLang lang);
char *tsm_message_dup_follow_up (const TsmReply *reply, TsmLang lang, gboolean is_private);
/* POST /channels/ID/messages: an embed with its instant, and the notice's offer as buttons; @nonce,
 * of at most TSM_MESSAGE_MAX_NONCE ASCII characters, makes a repeat harmless. @zone is for the
 * hours on the buttons. */
char *tsm_message_dup_notice (const TsmNotice *notice, TsmLang lang, GTimeZone *zone,
                              const char *nonce);

G_END_DECLS
