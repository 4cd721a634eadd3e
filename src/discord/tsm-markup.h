/* SPDX-License-Identifier: MIT
 * tsm-markup: text made fit for Discord: nothing in it is markup, and it is as short as it has to
 * be. Lengths are in code points (spec discord 10). Pure. Every string is yours to g_free. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* @text so that Discord shows it as it is: no bold, link, quote, emoji, timestamp, "@everyone".
 * "<@digits>" alone stays what it is: the engine writes it for a person, and typed by one it shows
 * a name and, with allowed_mentions empty, calls nobody. */
char *tsm_markup_dup_escaped (const char *text);
/* Trimmed, and of at most @max_length code points (at least 1): what is too long is cut, at the end
 * of a line or word where there is one near, and ends with "…". */
char *tsm_markup_dup_cut (const char *text, gsize max_length);
/* With a capital first letter: what stands alone, as a title or description does. */
char *tsm_markup_dup_capitalized (const char *text);

G_END_DECLS
