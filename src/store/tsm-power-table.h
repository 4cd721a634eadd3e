/* SPDX-License-Identifier: MIT
 * tsm-power-table: admins' holds, what was wanted of the host and what was seen; append-only. */
#pragma once
#include "rules/tsm-controller.h"
#include "store/tsm-db.h"

G_BEGIN_DECLS

/* The last hold given, over or not; state UNKNOWN when the last word was "auto" or there is none.
 */
TsmHold tsm_power_table_get_hold (TsmDb *db, gint64 server_id);
void tsm_power_table_add_hold (TsmDb *db, gint64 server_id, TsmHold hold, gint64 by_user_id,
                               gint64 at);

/* What @controller wants, why, and what it sees, from @at on. */
void tsm_power_table_add_transition (TsmDb *db, gint64 server_id, gint64 at,
                                     const TsmController *controller);

/* The host's state as it was seen from @sighting.at on. */
void tsm_power_table_add_seen (TsmDb *db, gint64 server_id, TsmSighting sighting);
/* Those of [begin, end), after the last one before @begin, in order (of TsmSighting);
 * free with g_array_unref. */
GArray *tsm_power_table_dup_seen (TsmDb *db, gint64 server_id, gint64 begin, gint64 end);

G_END_DECLS
