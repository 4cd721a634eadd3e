/* SPDX-License-Identifier: MIT
 * tsm-text: what TSM says, in each of its languages. The translations are gettext's (po/fr.po) and
 * lie inside the program: one process speaks to two people in two languages, and a small system has
 * no French locale. Pure.
 *
 * A message is a literal whose directives are %s, %d and %u alone: xgettext does not see through
 * G_GINT64_FORMAT. Numbers for people come from base/tsm-format.h, as strings. After a change of
 * any message run scripts/update-po and translate what is new in po/fr.po. */
#pragma once
#include "base/tsm-i18n.h"
#include "base/tsm-types.h"

G_BEGIN_DECLS

/* @msgid, which is English, in @lang; itself where there is no translation. Static or @msgid. */
const char *tsm_text (TsmLang lang, const char *msgid) G_GNUC_FORMAT (2);
/* The form for @n things: English has its plural for all but 1, French for 2 and more. */
const char *tsm_text_n (TsmLang lang, const char *msgid, const char *msgid_plural, guint64 n)
    G_GNUC_FORMAT (2) G_GNUC_FORMAT (3);

/* "fr", "fr-CA", "fr_FR.UTF-8": French; anything else, or NULL: English. */
TsmLang tsm_text_lang_from_tag (const char *tag);

G_END_DECLS
