/* SPDX-License-Identifier: MIT
 * tsm-state-table: small memories kept whole. */
#include "store/tsm-state-table.h"

char *
tsm_state_table_dup (TsmDb *db, gint64 server_id, const char *name)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, "SELECT value FROM state WHERE server_id = ? AND name = ?",
                    TSM_INT (server_id), TSM_TEXT (name));

  return tsm_query_next (&query) ? g_strdup (tsm_query_peek_text (&query, 0)) : NULL;
}

void
tsm_state_table_put (TsmDb *db, gint64 server_id, const char *name, const char *value)
{
  tsm_db_run (db, "INSERT OR REPLACE INTO state VALUES (?, ?, ?)", TSM_INT (server_id),
              TSM_TEXT (name), TSM_TEXT (value));
}
