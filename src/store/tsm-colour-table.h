/* SPDX-License-Identifier: MIT
 * tsm-colour-table: what the sources said of each day, and the colour that follows; append-only. */
#pragma once
#include "rules/tsm-colour.h"
#include "store/tsm-db.h"

G_BEGIN_DECLS

/* The colour that counts; zeroed when the day has none. */
TsmDayColour tsm_colour_table_get (TsmDb *db, gint64 server_id, TsmDay day);
/* Fills @ret_colours with the @n_days days from @from on. */
void tsm_colour_table_get_range (TsmDb *db, gint64 server_id, TsmDay from, guint n_days,
                                 TsmDayColour *ret_colours);
void tsm_colour_table_add (TsmDb *db, gint64 server_id, TsmDay day, const TsmDayColour *colour);

/* What @source said last of @day; UNKNOWN if it never said. */
TsmColour tsm_colour_table_get_sighting (TsmDb *db, gint64 server_id, TsmDay day, TsmSource source);
/* @colour is known; what the source said last already is not stored again. */
void tsm_colour_table_add_sighting (TsmDb *db, gint64 server_id, TsmDay day, TsmSource source,
                                    TsmColour colour, gint64 at);

G_END_DECLS
