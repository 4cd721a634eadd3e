/* SPDX-License-Identifier: MIT
 * tsm-conversation: interactions answered, each once (spec discord 8, 9).
 *
 * A command goes to the engine and its answer back as the first callback; if the engine takes over
 * a second, "thinking..." goes first and the answer follows by editing it. An interaction that
 * comes again is not carried out again; its answer is sent again, unless Discord has it. One that a
 * resume replays, or that is older than this process, may be too old to be answered, or have been
 * carried out: it is only once Discord has taken a "thinking..." for it. */
#pragma once
#include "discord/tsm-bot.h"
#include "discord/tsm-rest.h"

G_BEGIN_DECLS

typedef struct {
  TsmRest *rest; /* borrowed */
  TsmBotAsk ask;
  TsmBotForget forget;
  /* Whether the caller is a member of the group: the guild, never NULL, is one of GUILD_ID. */
  gboolean (*is_ours) (const char *guild_id, gpointer data);
  gpointer is_ours_data;
  gpointer data; /* of ask and forget */
} TsmConversationOptions;

typedef struct _TsmConversation TsmConversation;

TsmConversation *tsm_conversation_new (const TsmConversationOptions *options);
/* What was not answered yet is not. */
void tsm_conversation_free (TsmConversation *self);
/* Whose interactions they are; some do not say it. */
void tsm_conversation_set_application (TsmConversation *self, const char *application);
/* @d, of @length bytes, is that of an INTERACTION_CREATE. */
void tsm_conversation_take (TsmConversation *self, const char *d, gsize length,
                            gboolean is_replayed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmConversation, tsm_conversation_free)
G_END_DECLS
