/* SPDX-License-Identifier: MIT
 * tsm-stay-table: users' stays. */
#include "store/tsm-stay-table.h"

#define COLUMNS                                            \
  "SELECT stay, user_id, arrival_day, leave_day FROM stay" \
  " WHERE server_id = ? AND user_id = ? AND is_newest = 1"

#define PRESENT                                                                \
  "SELECT user_id FROM stay INDEXED BY stay_by_leave WHERE server_id = ?1 AND" \
  " is_newest = 1 AND arrival_day <= ?2"

static TsmStay
read_stay (TsmQuery *query)
{
  return (TsmStay){
    .stay = tsm_query_get_int (query, 0),
    .user_id = tsm_query_get_int (query, 1),
    .arrival_day = (TsmDay) tsm_query_get_int (query, 2),
    .leave_day = (TsmDay) tsm_query_get_int_or (query, 3, TSM_DAY_NONE),
  };
}

gboolean
tsm_stay_table_get_latest (TsmDb *db, gint64 server_id, gint64 user_id, TsmStay *ret_stay)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, COLUMNS " ORDER BY arrival_day DESC, stay DESC LIMIT 1",
                    TSM_INT (server_id), TSM_INT (user_id));

  if (!tsm_query_next (&query))
    return FALSE;
  *ret_stay = read_stay (&query);
  return TRUE;
}

GArray *
tsm_stay_table_dup_of_user (TsmDb *db, gint64 server_id, gint64 user_id)
{
  g_auto (TsmQuery) query = tsm_db_query (db, COLUMNS " ORDER BY arrival_day, stay",
                                          TSM_INT (server_id), TSM_INT (user_id));
  GArray *stays = g_array_new (FALSE, FALSE, sizeof (TsmStay));

  while (tsm_query_next (&query)) {
    const TsmStay stay = read_stay (&query);

    g_array_append_val (stays, stay);
  }
  return stays;
}

GArray *
tsm_stay_table_dup_present (TsmDb *db, gint64 server_id, TsmDay day)
{
  /* The open stays and the closed ones lie apart in the index; the union drops doubles. The index
   * is named because the planner, which does not know the data, would walk another. */
  g_auto (TsmQuery) query =
      tsm_db_query (db,
                    PRESENT " AND leave_day IS NULL UNION " PRESENT " AND leave_day >= ?2"
                            " ORDER BY user_id",
                    TSM_INT (server_id), TSM_INT (day));
  GArray *users = g_array_new (FALSE, FALSE, sizeof (gint64));

  while (tsm_query_next (&query)) {
    const gint64 user_id = tsm_query_get_int (&query, 0);

    g_array_append_val (users, user_id);
  }
  return users;
}

static guint
count_users (TsmDb *db, gint64 server_id)
{
  g_auto (TsmQuery) query = tsm_db_query (
      db, "SELECT count(DISTINCT user_id) FROM stay WHERE server_id = ? AND is_newest = 1",
      TSM_INT (server_id));

  return tsm_query_next (&query) ? (guint) tsm_query_get_int (&query, 0) : 0;
}

static TsmDay
get_next_arrival (TsmDb *db, gint64 server_id, TsmDay after)
{
  g_auto (TsmQuery) query = tsm_db_query (
      db,
      "SELECT min(arrival_day) FROM stay WHERE server_id = ? AND is_newest = 1 AND arrival_day > ?",
      TSM_INT (server_id), TSM_INT (after));

  return tsm_query_next (&query) ? (TsmDay) tsm_query_get_int_or (&query, 0, TSM_DAY_NONE)
                                 : TSM_DAY_NONE;
}

TsmDay
tsm_stay_table_find_full (TsmDb *db, gint64 server_id, TsmDay from, TsmDay to, guint n_users)
{
  /* So few ever came that no day can be full: the rule, in one question. */
  if (count_users (db, server_id) < n_users)
    return TSM_DAY_NONE;
  /* More are there than the day before only where somebody arrives. */
  for (TsmDay day = from; day != TSM_DAY_NONE && day <= to;
       day = get_next_arrival (db, server_id, day)) {
    g_autoptr (GArray) present = tsm_stay_table_dup_present (db, server_id, day);

    if (present->len >= n_users)
      return day;
  }
  return TSM_DAY_NONE;
}

TsmDay
tsm_stay_table_get_first_arrival (TsmDb *db, gint64 server_id, gint64 user_id)
{
  g_auto (TsmQuery) query = tsm_db_query (
      db, "SELECT min(arrival_day) FROM stay WHERE server_id = ? AND user_id = ? AND is_newest = 1",
      TSM_INT (server_id), TSM_INT (user_id));

  return tsm_query_next (&query) ? (TsmDay) tsm_query_get_int_or (&query, 0, TSM_DAY_NONE)
                                 : TSM_DAY_NONE;
}

static gint64
next_number (TsmDb *db, gint64 server_id)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, "SELECT max(stay) FROM stay WHERE server_id = ?", TSM_INT (server_id));

  return tsm_query_next (&query) ? tsm_query_get_int_or (&query, 0, 0) + 1 : 0;
}

gint64
tsm_stay_table_put (TsmDb *db, gint64 server_id, const TsmStay *stay, gint64 by_user_id, gint64 at)
{
  const gint64 number = stay->stay != 0 ? stay->stay : next_number (db, server_id);

  tsm_db_run (db,
              "UPDATE stay SET is_newest = 0 WHERE server_id = ? AND stay = ? AND is_newest = 1",
              TSM_INT (server_id), TSM_INT (number));
  tsm_db_run (db,
              "INSERT INTO stay SELECT ?1, ?2, coalesce(max(version), 0) + 1, 1, ?3, ?4, ?5, ?6, ?7"
              " FROM stay WHERE server_id = ?1 AND stay = ?2",
              TSM_INT (server_id), TSM_INT (number), TSM_INT (stay->user_id),
              TSM_INT (stay->arrival_day), TSM_INT_OR (stay->leave_day, TSM_DAY_NONE),
              TSM_INT (by_user_id), TSM_INT (at));
  return number;
}
