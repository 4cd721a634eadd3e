/* SPDX-License-Identifier: MIT
 * tsm-command: the one table of commands that Discord, the CLI and the console read (DESIGN 4). */
#pragma once
#include "engine/tsm-request.h"

G_BEGIN_DECLS

#define TSM_COMMAND_MAX_OPTIONS 4
#define TSM_OPTION_MAX_CHOICES  10

typedef enum {
  TSM_OPTION_USER = 0,   /* a Discord id */
  TSM_OPTION_DATE,       /* YYYY-MM-DD */
  TSM_OPTION_HOUR,       /* 14, 14h, 14h30, 14:30 */
  TSM_OPTION_CHOICE,     /* one of @choices */
  TSM_OPTION_DEROGATION, /* D17 */
  TSM_OPTION_WHEN,       /* one of @choices; a button says the calendar date, YYYY-MM-DD */
} TsmOptionKind;

typedef struct {
  const char *name; /* NULL ends the list */
  TsmOptionKind kind;
  gboolean is_required;
  const char *description; /* message id, for tsm_text () */
  const char *choices[TSM_OPTION_MAX_CHOICES + 1];
} TsmOptionSpec;

typedef struct _TsmEngine TsmEngine;

/* Who may run it. */
typedef enum {
  TSM_WHO_MEMBER = 0, /* in one of the guilds */
  TSM_WHO_USER,       /* has ever had a stay */
  TSM_WHO_PRESENT,    /* has an open stay */
  TSM_WHO_ADMIN,
} TsmWho;

typedef struct {
  const char *name;
  const char *description; /* message id */
  TsmWho who;
  gboolean is_open_to_shell; /* admins and the shell may say it of others */
  gboolean needs_host;       /* unavailable where no host is set up */
  gboolean is_private;       /* for the caller alone: it is about one person, or a
                                notice tells all */
  TsmOptionSpec options[TSM_COMMAND_MAX_OPTIONS + 1];
  TsmReply *(*handler) (TsmEngine *engine, const TsmRequest *request);
} TsmCommandSpec;

/* The whole table, in the order of help texts. Static. */
const TsmCommandSpec *tsm_command_get_table (gsize *ret_n_commands);
/* NULL if there is no such command. */
const TsmCommandSpec *tsm_command_find (const char *name);
/* What people call a choice, as a message id: "since the start" for "global". Never NULL for a
 * choice of the table, and no two choices of one option share a label. */
const char *tsm_command_get_choice_label (const char *choice);
/* NULL if it has no such option. */
const TsmOptionSpec *tsm_command_find_option (const TsmCommandSpec *spec, const char *name);

G_END_DECLS
