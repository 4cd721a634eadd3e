/* SPDX-License-Identifier: MIT
 * tsm-couleur-parse: answers of api-couleur-tempo.fr (spec tempo 2). Pure. */
#pragma once
#include "devices/tsm-colour-source.h"

G_BEGIN_DECLS

/* Reads one day object or an array of them into @collector. Code 0 is the answer UNKNOWN; days not
 * asked for, and entries without a date or a code from 0 to 3, are not answers. TSM_ERROR_UPSTREAM
 * if the body is no such JSON, or holds entries of which none is an answer (a wrong date). */
gboolean tsm_couleur_parse_days (const char *text, gsize length, TsmColourCollector *collector,
                                 GError **error);

G_END_DECLS
