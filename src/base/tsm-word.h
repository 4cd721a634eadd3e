/* SPDX-License-Identifier: MIT
 * tsm-word: the shared enums in people's words; their stable names for machines are in
 * base/tsm-types.h. Pure. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

/* Each returns a static string, lower case, to stand inside a sentence or a table. */

/* "red", "rouge"; "unknown", "inconnue". */
const char *tsm_word_get_colour (TsmLang lang, TsmColour colour);
/* "peak hours", "heures pleines". */
const char *tsm_word_get_period (TsmLang lang, TsmPeriod period);
/* "measured", "mesuré". */
const char *tsm_word_get_quality (TsmLang lang, TsmQuality quality);
/* "provisional", "provisoire". */
const char *tsm_word_get_certainty (TsmLang lang, TsmCertainty certainty);
/* "an admin", "un administrateur"; the name of the service where there is one. */
const char *tsm_word_get_source (TsmLang lang, TsmSource source);
/* Of the host: "on", "allumé"; "in an unknown state", "dans un état inconnu". */
const char *tsm_word_get_power (TsmLang lang, TsmPower power);
/* 1 is "Monday", "lundi"; 7 is "Sunday", "dimanche". */
const char *tsm_word_get_weekday (TsmLang lang, guint weekday);
/* 1 is "January", "janvier". */
const char *tsm_word_get_month (TsmLang lang, guint month);

G_END_DECLS
