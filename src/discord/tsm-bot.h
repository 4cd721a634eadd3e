/* SPDX-License-Identifier: MIT
 * tsm-bot: TSM on Discord: commands registered, interactions answered, notices told (DESIGN 4). */
#pragma once
#include "base/tsm-secret.h"
#include "engine/tsm-event.h"
#include "engine/tsm-notice.h"

G_BEGIN_DECLS

/* @reply stays the caller's. */
typedef void (*TsmBotAnswer) (const TsmReply *reply, gpointer data);
/* Hands a command to the engine. @answer is called once: later, or at once, and then 0 is
 * returned. */
typedef guint64 (*TsmBotAsk) (TsmRequest *take_request, TsmBotAnswer answer, gpointer answer_data,
                              gpointer data);
/* The answer of this ticket is not waited for any more. */
typedef void (*TsmBotForget) (guint64 ticket, gpointer data);

typedef struct {
  const char *api;  /* DISCORD_API */
  TsmSecret *token; /* TOKEN_BOT */
  const gint64 *guild_ids;
  gsize n_guild_ids; /* GUILD_ID: one group */
  const gint64 *channel_ids;
  gsize n_channel_ids;         /* NOTICE_CHANNEL_IDS */
  const char *notice_language; /* NOTICE_LANGUAGE: "fr" or "en"; NULL: each guild's own */
  GTimeZone *zone;
  const char *memory_path;           /* of tsm-memory */
  gint64 (*clock) (gpointer unused); /* Unix seconds now */
  TsmBotAsk ask;
  TsmBotForget forget;
  /* Tells the engine how the line is: TSM_EVENT_LINK. */
  void (*feed) (TsmEvent *take_event, gpointer data);
  gpointer data;
} TsmBotOptions;

typedef struct _TsmBot TsmBot;

/* Starts at once; everything is copied or referenced. */
TsmBot *tsm_bot_new (const TsmBotOptions *options);
/* Says goodbye: nothing is taken any more. Answers under way go on. */
void tsm_bot_leave (TsmBot *self);
/* Whether an answer is under way. */
gboolean tsm_bot_is_answering (const TsmBot *self);
/* Leaves; commands that were not answered yet are not. */
void tsm_bot_free (TsmBot *self);
/* Tells every guild, now or when it can be reached again. */
void tsm_bot_tell (TsmBot *self, const TsmNotice *notice);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmBot, tsm_bot_free)
G_END_DECLS
