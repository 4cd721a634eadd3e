/* SPDX-License-Identifier: MIT
 * tsm-interaction: an INTERACTION_CREATE, read (spec discord 8, 12). Pure. */
#pragma once
#include "base/tsm-secret.h"
#include "engine/tsm-request.h"

G_BEGIN_DECLS

typedef enum {
  TSM_INTERACTION_COMMAND = 2,
  TSM_INTERACTION_COMPONENT = 3, /* a button or a menu of ours */
  TSM_INTERACTION_AUTOCOMPLETE = 4,
} TsmInteractionKind;

typedef struct {
  TsmInteractionKind kind;
  char *id, *application_id;
  char *guild_id; /* NULL in a direct message */
  TsmSecret *token;
  gint64 caller_id;
  TsmLang lang;
  /* What is asked of the engine; NULL for an autocompletion that needs none, and for a component
   * that is not ours or not understood. is_member is not set yet. */
  TsmRequest *request;
  gboolean is_private; /* the command's answers are for the caller alone */
  /* AUTOCOMPLETE: the option being typed, and what is there of it. */
  char *focused, *typed;
} TsmInteraction;

/* Reads "d". TSM_ERROR_UPSTREAM for what is no interaction that can be answered; kinds and members
 * that are not known are no error. */
TsmInteraction *tsm_interaction_new (const char *d, gsize length, GError **error);
void tsm_interaction_free (TsmInteraction *self);

/* The custom_id of a button or menu, and back: "tsm1:dero:2026-01-05". */
char *tsm_interaction_dup_keep_id (TsmDay day);
char *tsm_interaction_dup_hours_id (TsmDay day);
char *tsm_interaction_dup_need_id (gint64 until);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmInteraction, tsm_interaction_free)
G_END_DECLS
