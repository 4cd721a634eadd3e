/* SPDX-License-Identifier: MIT
 * tsm-season: what the Tempo contract alone makes certain about a day's colour (spec
 * tempo 1.2, 1.4, 1.5). Pure. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

/* Per season, 1 September to 31 August. 2019-2020 had 18 and 47: the regulator's exception. */
#define TSM_SEASON_REDS     22
#define TSM_SEASON_WHITES   43
#define TSM_SEASON_MAX_DAYS 366

/* The first Tempo day of the season that holds @day, and of the one after it. */
TsmDay tsm_season_get_begin (TsmDay day);
TsmDay tsm_season_get_end (TsmDay day);

/* One of the 11 public holidays of metropolitan France; Easter by computus. */
gboolean tsm_season_is_holiday (TsmDay day);
/* Easter Sunday of @year, 1 to 9999, by the Gregorian rule throughout. */
TsmDay tsm_season_get_easter (gint year);

/* The colours each day of a season can still have.
 *
 * @begin: the season's first day. @known: for each of its first @n_days, the colour where it is
 * *confirmed* or better, else UNKNOWN. @ret_sets: filled with @n_days sets: a known day has its own
 * bit; another has what the contract's rules leave, BLUE always among it. The quota rules hold only
 * up to the first gap, that day included: a day neither known nor certain. They are off for the
 * whole season once the known days contradict them (more than 22 reds or 43 whites). */
void tsm_season_deduce (TsmDay begin, const TsmColour *known, guint n_days, TsmColourSet *ret_sets);

G_END_DECLS
