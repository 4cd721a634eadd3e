/* SPDX-License-Identifier: MIT
 * tsm-slice-table: the slices. Only the last one may still grow. */
#pragma once
#include "rules/tsm-slice.h"
#include "store/tsm-db.h"

G_BEGIN_DECLS

/* Writes a slice, or the newer state of the one with the same begin. */
void tsm_slice_table_put (TsmDb *db, gint64 server_id, gint64 epoch, const TsmSlice *slice);
/* The last slice of all. FALSE if there is none. */
gboolean tsm_slice_table_get_last (TsmDb *db, gint64 server_id, TsmSlice *ret_slice);
/* The slices of a Tempo day, in order (of TsmSlice); free with g_array_unref. */
GArray *tsm_slice_table_dup_day (TsmDb *db, gint64 server_id, TsmDay day);
/* Is there a slice on the Tempo days [from, to]; with @known_only, one whose energy is known? */
gboolean tsm_slice_table_has (TsmDb *db, gint64 server_id, TsmDay from, TsmDay to,
                              gboolean known_only);

G_END_DECLS
