/* SPDX-License-Identifier: MIT
 * tsm-server-table: the metered servers, and the settings whose history counts. */
#include "store/tsm-server-table.h"

gint64
tsm_server_table_find (TsmDb *db, const char *name)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, "SELECT server_id FROM server WHERE name = ?", TSM_TEXT (name));

  return tsm_query_next (&query) ? tsm_query_get_int (&query, 0) : 0;
}

gint64
tsm_server_table_add (TsmDb *db, const char *name, TsmDay start_day, gint64 at)
{
  tsm_db_run (db, "INSERT INTO server (name, start_day, created_at) VALUES (?, ?, ?)",
              TSM_TEXT (name), TSM_INT (start_day), TSM_INT (at));
  return tsm_db_get_last_id (db);
}

TsmDay
tsm_server_table_get_start_day (TsmDb *db, gint64 server_id)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, "SELECT start_day FROM server WHERE server_id = ?", TSM_INT (server_id));

  return tsm_query_next (&query) ? (TsmDay) tsm_query_get_int (&query, 0) : TSM_DAY_NONE;
}

gint64
tsm_server_table_get_created_at (TsmDb *db, gint64 server_id)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, "SELECT created_at FROM server WHERE server_id = ?", TSM_INT (server_id));

  return tsm_query_next (&query) ? tsm_query_get_int (&query, 0) : TSM_INSTANT_NONE;
}

char *
tsm_server_table_dup_policy (TsmDb *db, gint64 server_id, const char *name, TsmDay day)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db,
                    "SELECT value FROM policy WHERE server_id = ? AND name = ? AND from_day <= ?"
                    " ORDER BY from_day DESC LIMIT 1",
                    TSM_INT (server_id), TSM_TEXT (name), TSM_INT (day));

  return tsm_query_next (&query) ? g_strdup (tsm_query_peek_text (&query, 0)) : NULL;
}

void
tsm_server_table_set_policy (TsmDb *db, gint64 server_id, const char *name, TsmDay from_day,
                             const char *value, gint64 at)
{
  tsm_db_run (db, "INSERT OR REPLACE INTO policy VALUES (?, ?, ?, ?, ?)", TSM_INT (server_id),
              TSM_TEXT (name), TSM_INT (from_day), TSM_TEXT (value), TSM_INT (at));
}
