/* SPDX-License-Identifier: MIT
 * tsm-notice: what the engine tells the group of its own accord. */
#include "engine/tsm-notice.h"

const char *
tsm_notice_kind_to_string (TsmNoticeKind kind)
{
  switch (kind) {
  case TSM_NOTICE_COLOUR:
    return "colour";
  case TSM_NOTICE_WARNING:
    return "warning";
  case TSM_NOTICE_LATE:
    return "late";
  case TSM_NOTICE_POWER:
    return "power";
  case TSM_NOTICE_PROBLEM:
    return "problem";
  case TSM_NOTICE_RECOVERY:
    return "recovery";
  case TSM_NOTICE_LEDGER:
    return "ledger";
  }
  g_assert_not_reached ();
}

TsmNotice *
tsm_notice_new (TsmNoticeKind kind, gint64 at)
{
  TsmNotice *self = g_new0 (TsmNotice, 1);

  self->kind = kind;
  self->at = at;
  self->stale_at = TSM_INSTANT_NONE;
  self->offer_day = TSM_DAY_NONE;
  self->offer_window_begin = TSM_INSTANT_NONE;
  self->offer_window_end = TSM_INSTANT_NONE;
  self->offer_until = TSM_INSTANT_NONE;
  self->day = TSM_DAY_NONE;
  return self;
}

void
tsm_notice_take_text (TsmNotice *self, TsmLang lang, char *take_text)
{
  g_free (self->text[lang]);
  self->text[lang] = take_text;
}

TsmNotice *
tsm_notice_copy (const TsmNotice *self)
{
  TsmNotice *copy = g_memdup2 (self, sizeof (*self));

  for (guint lang = 0; lang < TSM_N_LANGS; lang++)
    copy->text[lang] = g_strdup (self->text[lang]);
  return copy;
}

void
tsm_notice_free (TsmNotice *self)
{
  if (self == NULL)
    return;
  for (guint lang = 0; lang < TSM_N_LANGS; lang++)
    g_free (self->text[lang]);
  g_free (self);
}
