/* SPDX-License-Identifier: MIT
 * tsm-slice-table: the slices. */
#include "store/tsm-slice-table.h"

#define COLUMNS "SELECT begin_at, end_at, day, period, energy_wh, quality FROM slice"

void
tsm_slice_table_put (TsmDb *db, gint64 server_id, gint64 epoch, const TsmSlice *slice)
{
  g_assert (slice->begin < slice->end);
  g_assert (slice->energy_wh >= -1);
  g_assert ((slice->quality == TSM_QUALITY_DOWN) == (slice->energy_wh == -1));
  tsm_db_run (db, "INSERT OR REPLACE INTO slice VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
              TSM_INT (server_id), TSM_INT (slice->begin), TSM_INT (slice->end),
              TSM_INT (slice->day), TSM_TEXT (tsm_period_to_string (slice->period)),
              TSM_INT (epoch), TSM_INT_OR (slice->energy_wh, -1),
              TSM_TEXT (tsm_quality_to_string (slice->quality)));
}

static gboolean
read_slice (TsmQuery *query, TsmSlice *ret_slice)
{
  TsmSlice slice = {
    .begin = tsm_query_get_int (query, 0),
    .end = tsm_query_get_int (query, 1),
    .day = (TsmDay) tsm_query_get_int (query, 2),
    .energy_wh = tsm_query_get_int_or (query, 4, -1),
  };

  if (!tsm_period_from_string (tsm_query_peek_text (query, 3), &slice.period)) {
    tsm_query_refuse_text (query, 3);
    return FALSE;
  }
  if (!tsm_quality_from_string (tsm_query_peek_text (query, 5), &slice.quality)) {
    tsm_query_refuse_text (query, 5);
    return FALSE;
  }
  *ret_slice = slice;
  return TRUE;
}

gboolean
tsm_slice_table_get_last (TsmDb *db, gint64 server_id, TsmSlice *ret_slice)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, COLUMNS " WHERE server_id = ? ORDER BY begin_at DESC LIMIT 1",
                    TSM_INT (server_id));

  return tsm_query_next (&query) && read_slice (&query, ret_slice);
}

GArray *
tsm_slice_table_dup_day (TsmDb *db, gint64 server_id, TsmDay day)
{
  /* The index is named because the planner, which does not know the data, would walk all slices in
   * their order rather than fetch a day's one by one. */
  g_auto (TsmQuery) query = tsm_db_query (
      db, COLUMNS " INDEXED BY slice_by_day WHERE server_id = ? AND day = ? ORDER BY begin_at",
      TSM_INT (server_id), TSM_INT (day));
  GArray *slices = g_array_new (FALSE, FALSE, sizeof (TsmSlice));
  TsmSlice slice;

  while (tsm_query_next (&query) && read_slice (&query, &slice))
    g_array_append_val (slices, slice);
  return slices;
}

gboolean
tsm_slice_table_has (TsmDb *db, gint64 server_id, TsmDay from, TsmDay to, gboolean known_only)
{
  /* What is known has an index of its own: years in which nothing is are not walked. */
  g_auto (TsmQuery) query =
      known_only ? tsm_db_query (db,
                                 "SELECT 1 FROM slice INDEXED BY slice_known WHERE server_id = ?"
                                 " AND day BETWEEN ? AND ? AND energy_wh IS NOT NULL LIMIT 1",
                                 TSM_INT (server_id), TSM_INT (from), TSM_INT (to))
                 : tsm_db_query (db,
                                 "SELECT 1 FROM slice INDEXED BY slice_by_day WHERE server_id = ?"
                                 " AND day BETWEEN ? AND ? LIMIT 1",
                                 TSM_INT (server_id), TSM_INT (from), TSM_INT (to));

  return tsm_query_next (&query);
}
