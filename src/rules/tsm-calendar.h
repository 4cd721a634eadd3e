/* SPDX-License-Identifier: MIT
 * tsm-calendar: the built-in colours of past seasons and price sheets (data/). Pure. */
#pragma once
#include "rules/tsm-tariff.h"

G_BEGIN_DECLS

/* UNKNOWN outside the seasons carried, 2014-09-01 to 2026-08-31. */
TsmColour tsm_calendar_get_colour (TsmDay day);
/* The first day carried, and the one after the last. */
TsmDay tsm_calendar_get_begin (void);
TsmDay tsm_calendar_get_end (void);
/* All price sheets carried, oldest first, since 2016-08-01. Static. */
const TsmSheet *tsm_calendar_get_sheets (gsize *ret_n_sheets);

G_END_DECLS
