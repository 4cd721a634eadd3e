/* SPDX-License-Identifier: MIT
 * tsm-derogation-table: derogations. Ending or voiding one is a new version; the newest counts. */
#pragma once
#include "rules/tsm-window.h"
#include "store/tsm-db.h"

G_BEGIN_DECLS

/* Numbered from 1 on each server; returns the number. */
gint64 tsm_derogation_table_add (TsmDb *db, gint64 server_id, const TsmDerogation *derogation,
                                 gint64 by_user_id, gint64 at);
/* Moves the end; an end at the begin makes it void. */
void tsm_derogation_table_set_end (TsmDb *db, gint64 server_id, gint64 id, gint64 end,
                                   gint64 by_user_id, gint64 at);
/* FALSE if there never was such a number. A void one has an empty span. */
gboolean tsm_derogation_table_get (TsmDb *db, gint64 server_id, gint64 id,
                                   TsmDerogation *ret_derogation);
/* Those that are not void and overlap [begin, end), by begin and id (of TsmDerogation). */
GArray *tsm_derogation_table_dup_range (TsmDb *db, gint64 server_id, gint64 begin, gint64 end);
/* The user's that are not void and end after @after, by begin and id. */
GArray *tsm_derogation_table_dup_open (TsmDb *db, gint64 server_id, gint64 user_id, gint64 after);

G_END_DECLS
