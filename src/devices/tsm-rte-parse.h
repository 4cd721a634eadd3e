/* SPDX-License-Identifier: MIT
 * tsm-rte-parse: RTE's public JSON of Tempo colours (spec tempo 4). Pure. */
#pragma once
#include "devices/tsm-colour-source.h"

G_BEGIN_DECLS

/* Reads {"values":{"DATE":"BLUE","DATE-fallback":"false",...}} into @collector. A day whose
 * fallback is true is the answer UNKNOWN, whatever colour stands beside it; other words and keys
 * are not answers. @ret_first (optional) gets the earliest day mentioned, asked for or not, or
 * TSM_DAY_NONE. TSM_ERROR_UPSTREAM if the body is no such JSON. */
gboolean tsm_rte_parse_values (const char *text, gsize length, TsmColourCollector *collector,
                               TsmDay *ret_first, GError **error);

G_END_DECLS
