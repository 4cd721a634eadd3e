/* SPDX-License-Identifier: MIT
 * tsm-derogation-table: derogations. */
#include "store/tsm-derogation-table.h"
#include "base/tsm-limits.h"

#define COLUMNS                                                                                \
  "SELECT derogation, user_id, begin_at, end_at FROM derogation AS a WHERE server_id = ?1 AND" \
  " version = (SELECT max(version) FROM derogation AS b"                                       \
  "   WHERE b.server_id = a.server_id AND b.derogation = a.derogation)"

static TsmDerogation
read_derogation (TsmQuery *query)
{
  return (TsmDerogation){
    .id = tsm_query_get_int (query, 0),
    .user_id = tsm_query_get_int (query, 1),
    .begin = tsm_query_get_int (query, 2),
    .end = tsm_query_get_int (query, 3),
  };
}

static GArray *
collect (TsmQuery *query)
{
  GArray *derogations = g_array_new (FALSE, FALSE, sizeof (TsmDerogation));

  while (tsm_query_next (query)) {
    const TsmDerogation derogation = read_derogation (query);

    g_array_append_val (derogations, derogation);
  }
  return derogations;
}

gint64
tsm_derogation_table_add (TsmDb *db, gint64 server_id, const TsmDerogation *derogation,
                          gint64 by_user_id, gint64 at)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, "SELECT max(derogation) FROM derogation WHERE server_id = ?",
                    TSM_INT (server_id));
  const gint64 id = tsm_query_next (&query) ? tsm_query_get_int_or (&query, 0, 0) + 1 : 0;

  g_assert (derogation->begin < derogation->end);
  tsm_query_clear (&query);
  tsm_db_run (db, "INSERT INTO derogation VALUES (?, ?, 1, ?, ?, ?, ?, ?)", TSM_INT (server_id),
              TSM_INT (id), TSM_INT (derogation->user_id), TSM_INT (derogation->begin),
              TSM_INT (derogation->end), TSM_INT (by_user_id), TSM_INT (at));
  return id;
}

void
tsm_derogation_table_set_end (TsmDb *db, gint64 server_id, gint64 id, gint64 end, gint64 by_user_id,
                              gint64 at)
{
  tsm_db_run (db,
              "INSERT INTO derogation SELECT server_id, derogation, version + 1, user_id, begin_at,"
              " ?3, ?4, ?5 FROM derogation WHERE server_id = ?1 AND derogation = ?2"
              " ORDER BY version DESC LIMIT 1",
              TSM_INT (server_id), TSM_INT (id), TSM_INT (end), TSM_INT (by_user_id), TSM_INT (at));
}

gboolean
tsm_derogation_table_get (TsmDb *db, gint64 server_id, gint64 id, TsmDerogation *ret_derogation)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, COLUMNS " AND derogation = ?2", TSM_INT (server_id), TSM_INT (id));

  if (!tsm_query_next (&query))
    return FALSE;
  *ret_derogation = read_derogation (&query);
  return TRUE;
}

/* The begin of the earliest derogation that can still run after @at: what lets an index on the
 * begin serve, however long the history. */
static gint64
earliest_begin (gint64 at)
{
  return MAX (at, G_MININT64 + TSM_LIMIT_DEROGATION_S) - TSM_LIMIT_DEROGATION_S;
}

GArray *
tsm_derogation_table_dup_range (TsmDb *db, gint64 server_id, gint64 begin, gint64 end)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db,
                    COLUMNS " AND begin_at >= ?4 AND begin_at < ?3 AND end_at > ?2"
                            " AND end_at > begin_at ORDER BY begin_at, derogation",
                    TSM_INT (server_id), TSM_INT (begin), TSM_INT (end),
                    TSM_INT (earliest_begin (begin)));

  return collect (&query);
}

GArray *
tsm_derogation_table_dup_open (TsmDb *db, gint64 server_id, gint64 user_id, gint64 after)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db,
                    COLUMNS " AND user_id = ?2 AND begin_at >= ?4 AND end_at > ?3"
                            " AND end_at > begin_at ORDER BY begin_at, derogation",
                    TSM_INT (server_id), TSM_INT (user_id), TSM_INT (after),
                    TSM_INT (earliest_begin (after)));

  return collect (&query);
}
