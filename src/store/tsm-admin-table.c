/* SPDX-License-Identifier: MIT
 * tsm-admin-table: who may run the admin commands; append-only. */
#include "store/tsm-admin-table.h"

#define LATEST \
  "SELECT is_admin FROM admin WHERE server_id = ? AND user_id = ? ORDER BY admin_id DESC LIMIT 1"

gboolean
tsm_admin_table_has (TsmDb *db, gint64 server_id, gint64 user_id)
{
  g_auto (TsmQuery) query = tsm_db_query (db, LATEST, TSM_INT (server_id), TSM_INT (user_id));

  return tsm_query_next (&query) && tsm_query_get_int (&query, 0) != 0;
}

gboolean
tsm_admin_table_knows (TsmDb *db, gint64 server_id, gint64 user_id)
{
  g_auto (TsmQuery) query = tsm_db_query (db, LATEST, TSM_INT (server_id), TSM_INT (user_id));

  return tsm_query_next (&query);
}

guint
tsm_admin_table_count (TsmDb *db, gint64 server_id)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db,
                    "SELECT count(*) FROM admin AS a WHERE server_id = ? AND is_admin = 1 AND"
                    " admin_id = (SELECT max(admin_id) FROM admin AS b"
                    "   WHERE b.server_id = a.server_id AND b.user_id = a.user_id)",
                    TSM_INT (server_id));

  return tsm_query_next (&query) ? (guint) tsm_query_get_int (&query, 0) : 0;
}

void
tsm_admin_table_set (TsmDb *db, gint64 server_id, gint64 user_id, gboolean is_admin,
                     gint64 by_user_id, gint64 at)
{
  tsm_db_run (db,
              "INSERT INTO admin (server_id, user_id, is_admin, by_user_id, at)"
              " VALUES (?, ?, ?, ?, ?)",
              TSM_INT (server_id), TSM_INT (user_id), TSM_INT (is_admin), TSM_INT (by_user_id),
              TSM_INT (at));
}
