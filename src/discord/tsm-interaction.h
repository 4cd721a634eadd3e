/* SPDX-License-Identifier: MIT
 * tsm-interaction: an INTERACTION_CREATE, read (spec discord 8, 12). Pure. */
#pragma once
#include "base/tsm-secret.h"
#include "engine/tsm-request.h"

G_BEGIN_DECLS

typedef enum {
  TSM_INTERACTION_OTHER = 0, /* a kind that TSM never asked for: nothing to answer */
  TSM_INTERACTION_COMMAND = 2,
  TSM_INTERACTION_COMPONENT = 3, /* a button or a menu of ours */
  TSM_INTERACTION_AUTOCOMPLETE = 4,
} TsmInteractionKind;

typedef struct {
  TsmInteractionKind kind;
  char *id;             /* decimal digits, as the next two */
  char *application_id; /* NULL when it is not said: READY's, then */
  char *guild_id;       /* NULL in a direct message */
  TsmSecret *token;
  gint64 caller_id;
  TsmLang lang;
  /* What is asked of the engine; NULL for an autocompletion that needs none, and for a component
   * that is not ours, of another version or not understood. is_member is FALSE: who fits the guild
   * is the bot's to say. */
  TsmRequest *request;
  gboolean is_private; /* the command's answers are for the caller alone */
  /* AUTOCOMPLETE: the option being typed, and what is there of it. */
  char *focused, *typed;
} TsmInteraction;

/* Reads "d". TSM_ERROR_UPSTREAM for what is no interaction that can be answered, the message after
 * a subject: "has no token"; kinds and members that are not known are no error. */
TsmInteraction *tsm_interaction_new (const char *d, gsize length, GError **error);
void tsm_interaction_free (TsmInteraction *self);

/* The custom_id of a button or menu, and back: "tsm1:dero:2026-01-05". What comes back is worth no
 * more than a typed option: it becomes one. */
char *tsm_interaction_dup_keep_id (TsmDay day);
char *tsm_interaction_dup_hours_id (TsmDay day);
char *tsm_interaction_dup_need_id (gint64 until);
/* The value of one choice of the menu, minutes of the day: "0600-1200"; "-2200-0600" begins on the
 * evening before the menu's day. An end at or before its start is the next morning's. */
char *tsm_interaction_dup_hours_value (gboolean is_day_before, guint start_minute,
                                       guint end_minute);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmInteraction, tsm_interaction_free)
G_END_DECLS
