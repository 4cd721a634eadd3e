/* SPDX-License-Identifier: MIT
 * tsm-notice: what the engine tells the group of its own accord, in every language. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

typedef enum {
  TSM_NOTICE_COLOUR = 0, /* tomorrow's colour, with the plan that follows */
  TSM_NOTICE_WARNING,    /* the host will be powered off in 30 minutes */
  TSM_NOTICE_POWER,      /* the host was told or seen to change */
  TSM_NOTICE_PROBLEM,    /* something a person should look at began; once an episode */
  TSM_NOTICE_RECOVERY,   /* ... and ended */
  TSM_NOTICE_LEDGER,     /* recovery, a new plug, a correction: the accounts changed */
} TsmNoticeKind;
/* "colour", "warning", "power", "problem", "recovery", "ledger". */
const char *tsm_notice_kind_to_string (TsmNoticeKind kind);

typedef struct {
  TsmNoticeKind kind;
  gint64 at;
  TsmColour colour; /* of the day it speaks of; UNKNOWN where none matters */
  TsmDay day;       /* that Tempo day; TSM_DAY_NONE where none matters */
  char *text[TSM_N_LANGS];
} TsmNotice;

/* Fill @text with tsm_notice_take_text (); both languages are needed before it leaves the engine.
 */
TsmNotice *tsm_notice_new (TsmNoticeKind kind, gint64 at);
void tsm_notice_take_text (TsmNotice *self, TsmLang lang, char *take_text);
void tsm_notice_free (TsmNotice *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmNotice, tsm_notice_free)
G_END_DECLS
