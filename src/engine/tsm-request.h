/* SPDX-License-Identifier: MIT
 * tsm-request: a command as a front end hands it over, and the answer it gets back. Values that
 * cross threads: whoever holds one owns it. */
#pragma once
#include "base/tsm-types.h"
#include "engine/tsm-card.h"
#include "engine/tsm-refusal.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The daemon's own shell (`tsm do` without --as): the admin without an id. */
#define TSM_CALLER_SHELL ((gint64) 0)

typedef struct {
  guint64 ticket;     /* the front end's, comes back with the reply */
  gint64 caller_id;   /* a user id, or TSM_CALLER_SHELL */
  gboolean is_member; /* the front end vouches that the caller is in one of the guilds */
  TsmLang lang;
  /* A user whom the options name and who is not in the guild that the command comes from, as the
   * front end knows it; 0: none. */
  gint64 absent_user_id;
  gint64 stale_at; /* of a button: from this instant on it is too late; TSM_INSTANT_NONE: never */
  char *command;
  GHashTable *options; /* name to text, both owned */
} TsmRequest;

TsmRequest *tsm_request_new (const char *command, gint64 caller_id, TsmLang lang);
void tsm_request_free (TsmRequest *self);
/* Takes the place of an option of that name. */
void tsm_request_set (TsmRequest *self, const char *option, const char *value);
/* NULL where the option was not given. */
const char *tsm_request_peek (const TsmRequest *self, const char *option);

/* Parses "COMMAND [option=value ...]" as typed at a prompt: a leading "/" is allowed, values may be
 * in double quotes, and a bare word goes to the first option of the command (see tsm-command.h)
 * that was not given yet. TSM_ERROR_INVALID says, in @lang, what could not be read. */
TsmRequest *tsm_request_new_from_line (const char *line, gint64 caller_id, TsmLang lang,
                                       GError **error);
/* Reads what `tsm do` sends on the command socket, one JSON object:
 * {"command":"...","as":"123","lang":"fr","options":{"name":"text"}}; "as" absent is the shell. */
TsmRequest *tsm_request_new_from_json (const char *json, gssize length, GError **error);
char *tsm_request_dup_json (const TsmRequest *self);

typedef struct {
  guint64 ticket;
  TsmRefusal refusal; /* NONE: done */
  char *text;         /* for a person, in the request's language; never NULL */
  TsmCard *card;      /* the same, to be laid out; NULL for a refusal */
  JsonNode *data;     /* an object; NULL for a refusal */
} TsmReply;

/* The text is the card's. */
TsmReply *tsm_reply_new_done (const TsmRequest *request, TsmCard *take_card, JsonNode *take_data);
TsmReply *tsm_reply_new_refusal (const TsmRequest *request, TsmRefusal refusal, const char *text);
void tsm_reply_free (TsmReply *self);
/* The machine-readable form of DESIGN 5.3, one line without a newline. */
char *tsm_reply_dup_json (const TsmReply *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmRequest, tsm_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmReply, tsm_reply_free)
G_END_DECLS
