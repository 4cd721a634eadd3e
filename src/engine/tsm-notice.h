/* SPDX-License-Identifier: MIT
 * tsm-notice: what the engine tells the group of its own accord, in every language. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

typedef enum {
  TSM_NOTICE_COLOUR = 0, /* tomorrow's colour, with the plan that follows */
  TSM_NOTICE_WARNING,    /* the host will be powered off in 30 minutes */
  TSM_NOTICE_LATE,       /* ... or is powered off now, without a warning */
  TSM_NOTICE_POWER,      /* the host was told or seen to change */
  TSM_NOTICE_PROBLEM,    /* something a person should look at began; once an episode */
  TSM_NOTICE_RECOVERY,   /* ... and ended */
  TSM_NOTICE_LEDGER,     /* recovery, a new plug, a correction: the accounts changed */
} TsmNoticeKind;
/* "colour", "warning", "late", "power", "problem", "recovery", "ledger". */
const char *tsm_notice_kind_to_string (TsmNoticeKind kind);

/* What a notice lets each of its readers do with one press. */
typedef enum {
  TSM_OFFER_NONE = 0,
  TSM_OFFER_KEEP_ON, /* a derogation on the calendar date @offer_day, with the defaults or other
                        hours */
  TSM_OFFER_NEED_IT, /* a derogation from now on; stale from @offer_until on */
} TsmOffer;

typedef struct {
  TsmNoticeKind kind;
  gint64 at;
  gint64 stale_at; /* nobody wants to hear it from then on; TSM_INSTANT_NONE: never */
  TsmOffer offer;
  TsmDay offer_day;
  gint64 offer_window_begin, offer_window_end; /* with @offer_day: hours outside are on anyway */
  gint64 offer_until;
  TsmColour colour; /* of the day it speaks of; UNKNOWN where none matters */
  TsmDay day;       /* that Tempo day; TSM_DAY_NONE where none matters */
  char *text[TSM_N_LANGS];
} TsmNotice;

/* Fill @text with tsm_notice_take_text (); both languages are needed before it leaves the engine.
 */
TsmNotice *tsm_notice_new (TsmNoticeKind kind, gint64 at);
void tsm_notice_take_text (TsmNotice *self, TsmLang lang, char *take_text);
TsmNotice *tsm_notice_copy (const TsmNotice *self);
void tsm_notice_free (TsmNotice *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmNotice, tsm_notice_free)
G_END_DECLS
