/* SPDX-License-Identifier: MIT
 * tsm-power-table: admins' holds, what was wanted of the host and what was seen. */
#include "store/tsm-power-table.h"

TsmHold
tsm_power_table_get_hold (TsmDb *db, gint64 server_id)
{
  g_auto (TsmQuery) query = tsm_db_query (
      db, "SELECT state, end_at FROM hold WHERE server_id = ? ORDER BY hold_id DESC LIMIT 1",
      TSM_INT (server_id));
  TsmHold hold = { 0 };

  if (!tsm_query_next (&query))
    return hold;
  if (!tsm_power_from_string (tsm_query_peek_text (&query, 0), &hold.state))
    tsm_query_refuse_text (&query, 0);
  else
    hold.end = tsm_query_get_int (&query, 1);
  return hold;
}

void
tsm_power_table_add_hold (TsmDb *db, gint64 server_id, TsmHold hold, gint64 by_user_id, gint64 at)
{
  tsm_db_run (db,
              "INSERT INTO hold (server_id, state, end_at, by_user_id, at) VALUES (?, ?, ?, ?, ?)",
              TSM_INT (server_id), TSM_TEXT (tsm_power_to_string (hold.state)), TSM_INT (hold.end),
              TSM_INT (by_user_id), TSM_INT (at));
}

void
tsm_power_table_add_transition (TsmDb *db, gint64 server_id, gint64 at,
                                const TsmController *controller)
{
  tsm_db_run (db,
              "INSERT INTO transition (server_id, at, wanted, reason, seen, is_probable)"
              " VALUES (?, ?, ?, ?, ?, ?)",
              TSM_INT (server_id), TSM_INT (at),
              TSM_TEXT (tsm_power_to_string (controller->wanted)),
              TSM_TEXT (tsm_reason_to_string (controller->reason)),
              TSM_TEXT (tsm_power_to_string (controller->seen)), TSM_INT (controller->is_probable));
}

void
tsm_power_table_add_seen (TsmDb *db, gint64 server_id, TsmSighting sighting)
{
  tsm_db_run (db, "INSERT OR REPLACE INTO host_seen VALUES (?, ?, ?)", TSM_INT (server_id),
              TSM_INT (sighting.at), TSM_TEXT (tsm_power_to_string (sighting.seen)));
}

GArray *
tsm_power_table_dup_seen (TsmDb *db, gint64 server_id, gint64 begin, gint64 end)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db,
                    "SELECT at, state FROM host_seen WHERE server_id = ?1 AND at < ?3 AND"
                    " at >= coalesce((SELECT max(at) FROM host_seen"
                    "   WHERE server_id = ?1 AND at <= ?2), ?2) ORDER BY at",
                    TSM_INT (server_id), TSM_INT (begin), TSM_INT (end));
  GArray *all = g_array_new (FALSE, FALSE, sizeof (TsmSighting));

  while (tsm_query_next (&query)) {
    TsmSighting sighting = { .at = tsm_query_get_int (&query, 0) };

    if (!tsm_power_from_string (tsm_query_peek_text (&query, 1), &sighting.seen)) {
      tsm_query_refuse_text (&query, 1);
      break;
    }
    g_array_append_val (all, sighting);
  }
  return all;
}
