/* SPDX-License-Identifier: MIT
 * tsm-job-table: which scheduled instants a job ran for, and which episodes people were told of. */
#include "store/tsm-job-table.h"

gint64
tsm_job_table_get_last (TsmDb *db, gint64 server_id, const char *job)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, "SELECT max(scheduled_at) FROM job_run WHERE server_id = ? AND job = ?",
                    TSM_INT (server_id), TSM_TEXT (job));

  return tsm_query_next (&query) ? tsm_query_get_int_or (&query, 0, TSM_INSTANT_NONE)
                                 : TSM_INSTANT_NONE;
}

static gboolean
has_run (TsmDb *db, gint64 server_id, const char *job, gint64 scheduled_at)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db,
                    "SELECT 1 FROM job_run WHERE server_id = ? AND job = ? AND scheduled_at = ?",
                    TSM_INT (server_id), TSM_TEXT (job), TSM_INT (scheduled_at));

  return tsm_query_next (&query);
}

gboolean
tsm_job_table_add (TsmDb *db, gint64 server_id, const char *job, gint64 scheduled_at, gint64 ran_at)
{
  if (has_run (db, server_id, job, scheduled_at))
    return FALSE;
  tsm_db_run (db, "INSERT INTO job_run VALUES (?, ?, ?, ?)", TSM_INT (server_id), TSM_TEXT (job),
              TSM_INT (scheduled_at), TSM_INT (ran_at));
  return TRUE;
}

gint64
tsm_job_table_get_episode (TsmDb *db, gint64 server_id, const char *kind)
{
  g_auto (TsmQuery) query = tsm_db_query (
      db, "SELECT begin_at FROM episode WHERE server_id = ? AND kind = ? AND end_at IS NULL",
      TSM_INT (server_id), TSM_TEXT (kind));

  return tsm_query_next (&query) ? tsm_query_get_int (&query, 0) : TSM_INSTANT_NONE;
}

gboolean
tsm_job_table_begin_episode (TsmDb *db, gint64 server_id, const char *kind, gint64 at)
{
  if (tsm_job_table_get_episode (db, server_id, kind) != TSM_INSTANT_NONE)
    return FALSE;
  tsm_db_run (db, "INSERT OR REPLACE INTO episode VALUES (?, ?, ?, NULL)", TSM_INT (server_id),
              TSM_TEXT (kind), TSM_INT (at));
  return TRUE;
}

gboolean
tsm_job_table_end_episode (TsmDb *db, gint64 server_id, const char *kind, gint64 at)
{
  if (tsm_job_table_get_episode (db, server_id, kind) == TSM_INSTANT_NONE)
    return FALSE;
  tsm_db_run (db,
              "UPDATE episode SET end_at = ?3"
              " WHERE server_id = ?1 AND kind = ?2 AND end_at IS NULL",
              TSM_INT (server_id), TSM_TEXT (kind), TSM_INT (at));
  return TRUE;
}
