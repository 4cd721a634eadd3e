/* SPDX-License-Identifier: MIT
 * tsm-share-table: the derived totals and shares of each Tempo day. */
#include "store/tsm-share-table.h"

#define SUMS                                                         \
  "SELECT coalesce(sum(energy_wh), 0), coalesce(sum(cost_neur), 0)," \
  " coalesce(sum(unpriced_wh), 0), coalesce(sum(estimated_wh), 0),"  \
  " coalesce(sum(down_seconds), 0) FROM "

void
tsm_share_table_replace_day (TsmDb *db, gint64 server_id, TsmDay day, const TsmDayTotal *total,
                             const GArray *shares)
{
  tsm_db_run (db, "INSERT OR REPLACE INTO day_total VALUES (?, ?, ?, ?, ?, ?, ?)",
              TSM_INT (server_id), TSM_INT (day), TSM_INT (total->energy_wh),
              TSM_INT (total->cost_neur), TSM_INT (total->unpriced_wh),
              TSM_INT (total->estimated_wh), TSM_INT (total->down_seconds));
  tsm_db_run (db, "DELETE FROM share WHERE server_id = ? AND day = ?", TSM_INT (server_id),
              TSM_INT (day));
  for (guint i = 0; i < shares->len; i++) {
    const TsmShare *share = &g_array_index (shares, TsmShare, i);

    tsm_db_run (db, "INSERT INTO share VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", TSM_INT (server_id),
                TSM_INT (share->user_id), TSM_INT (day), TSM_INT (share->is_derogation),
                TSM_INT (share->energy_wh), TSM_INT (share->cost_neur),
                TSM_INT (share->unpriced_wh), TSM_INT (share->estimated_wh),
                TSM_INT (share->down_seconds));
  }
}

static TsmDayTotal
read_sums (TsmQuery *query)
{
  if (!tsm_query_next (query))
    return (TsmDayTotal){ 0 };
  return (TsmDayTotal){
    .energy_wh = tsm_query_get_int (query, 0),
    .cost_neur = tsm_query_get_int (query, 1),
    .unpriced_wh = tsm_query_get_int (query, 2),
    .estimated_wh = tsm_query_get_int (query, 3),
    .down_seconds = tsm_query_get_int (query, 4),
  };
}

TsmDayTotal
tsm_share_table_sum_total (TsmDb *db, gint64 server_id, TsmDay from, TsmDay to)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, SUMS "day_total WHERE server_id = ? AND day BETWEEN ? AND ?",
                    TSM_INT (server_id), TSM_INT (from), TSM_INT (to));

  return read_sums (&query);
}

TsmDayTotal
tsm_share_table_sum_user (TsmDb *db, gint64 server_id, gint64 user_id, TsmDay from, TsmDay to,
                          gboolean derogations_only)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db,
                    SUMS "share WHERE server_id = ? AND user_id = ? AND day BETWEEN ? AND ?"
                         " AND is_derogation >= ?",
                    TSM_INT (server_id), TSM_INT (user_id), TSM_INT (from), TSM_INT (to),
                    TSM_INT (derogations_only));

  return read_sums (&query);
}
