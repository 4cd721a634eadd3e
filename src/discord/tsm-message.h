/* SPDX-License-Identifier: MIT
 * tsm-message: replies, notices and suggestions as the bodies that Discord takes (spec discord 9,
 * 10, 12). Pure. Every body keeps Discord's limits, cut at a character with "…"; nobody is pinged
 * (allowed_mentions is always there and empty); what people typed cannot be markup. */
#pragma once
#include "engine/tsm-notice.h"
#include "engine/tsm-request.h"

G_BEGIN_DECLS

/* Type 4: the reply as an embed; a refusal, or @is_private, for the caller alone. */
char *tsm_message_dup_answer (const TsmReply *reply, TsmLang lang, gboolean is_private);
/* Type 5: "thinking...". */
char *tsm_message_dup_deferral (gboolean is_private);
/* The same reply as the PATCH of @original, and as a follow-up (@is_private: flags 64). */
char *tsm_message_dup_edit (const TsmReply *reply, TsmLang lang);
char *tsm_message_dup_follow_up (const TsmReply *reply, TsmLang lang, gboolean is_private);
/* Type 8; @choices are {name, value} alike, at most 25 of them are used. */
char *tsm_message_dup_choices (const char *const *choices);
/* POST /channels/ID/messages: an embed with the notice's offer as buttons; @nonce makes a repeat
 * harmless. @zone is for the hours of the menu. */
char *tsm_message_dup_notice (const TsmNotice *notice, TsmLang lang, GTimeZone *zone,
                              const char *nonce);

/* What may be typed for an hour: suggestions for @typed, at most 25, NULL-terminated: "06:00" ...
 * Free with g_strfreev. */
char **tsm_message_dup_hours (const char *typed);
/* Of the reply to get_my_current_derogations: "D17" ..., those that begin like @typed. */
char **tsm_message_dup_derogations (const TsmReply *reply, const char *typed);

G_END_DECLS
