/* SPDX-License-Identifier: MIT
 * tsm-share-table: the derived totals and shares of each Tempo day, and their sums. */
#include "store/tsm-share-table.h"
#include "base/tsm-error.h"
#include "rules/tsm-day.h"

/* No day beyond these has figures: 0001-01-01, as in tsm-day, and 9998-12-31, as the year after it
 * must still begin there. */
#define FIRST_DAY (-719162)
#define LAST_DAY  2932531

typedef enum {
  SPAN_DAY = 0,
  SPAN_MONTH,
  SPAN_YEAR,
} Span;

static const struct {
  const char *word; /* in the store; days are in tables of their own */
  TsmDay max_days;
} spans[] = {
  [SPAN_DAY] = { NULL, 1 },
  [SPAN_MONTH] = { "month", 31 },
  [SPAN_YEAR] = { "year", 366 },
};

static TsmDay
get_begin (Span span, TsmDay day)
{
  switch (span) {
  case SPAN_DAY:
    return day;
  case SPAN_MONTH:
    return tsm_day_get_month_begin (day);
  case SPAN_YEAR:
    return tsm_day_get_year_begin (day);
  }
  g_assert_not_reached ();
}

/* The first begin of a @span on @day or after. */
static TsmDay
get_next_begin (Span span, TsmDay day)
{
  const TsmDay begin = get_begin (span, day);

  return begin == day ? begin : get_begin (span, begin + spans[span].max_days);
}

#define COLUMNS "energy_wh, cost_neur, unpriced_wh, estimated_wh, down_seconds"
#define TIMES_SIGN \
  " ?5, ?5 * energy_wh, ?5 * cost_neur, ?5 * unpriced_wh, ?5 * estimated_wh, ?5 * down_seconds"
#define OR_ADD                                                    \
  " ON CONFLICT DO UPDATE SET n_days = n_days + excluded.n_days," \
  " energy_wh = energy_wh + excluded.energy_wh,"                  \
  " cost_neur = cost_neur + excluded.cost_neur,"                  \
  " unpriced_wh = unpriced_wh + excluded.unpriced_wh,"            \
  " estimated_wh = estimated_wh + excluded.estimated_wh,"         \
  " down_seconds = down_seconds + excluded.down_seconds"

/* Adds what @day has, @sign times, to the sums of the @span that it lies in. */
static void
add_day (TsmDb *db, gint64 server_id, TsmDay day, Span span, gint sign)
{
  const TsmArg server = TSM_INT (server_id), at = TSM_INT (day), times = TSM_INT (sign);
  const TsmArg word = TSM_TEXT (spans[span].word), begin = TSM_INT (get_begin (span, day));

  tsm_db_run (db,
              "INSERT INTO total_sum SELECT ?1, ?3, ?4," TIMES_SIGN
              " FROM day_total WHERE server_id = ?1 AND day = ?2" OR_ADD,
              server, at, word, begin, times);
  tsm_db_run (db,
              "INSERT INTO share_sum SELECT ?1, ?3, ?4, user_id, is_derogation," TIMES_SIGN
              " FROM share WHERE server_id = ?1 AND day = ?2" OR_ADD,
              server, at, word, begin, times);
}

/* Of payers without a day left in the @span that @day lies in. */
static void
drop_empty (TsmDb *db, gint64 server_id, TsmDay day, Span span)
{
  tsm_db_run (db,
              "DELETE FROM share_sum WHERE server_id = ? AND span = ? AND begin_day = ?"
              " AND n_days = 0",
              TSM_INT (server_id), TSM_TEXT (spans[span].word), TSM_INT (get_begin (span, day)));
}

static void
put_day (TsmDb *db, gint64 server_id, TsmDay day, const TsmDayTotal *total, const GArray *shares)
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
                TSM_INT (day), TSM_INT (share->user_id), TSM_INT (share->is_derogation),
                TSM_INT (share->energy_wh), TSM_INT (share->cost_neur),
                TSM_INT (share->unpriced_wh), TSM_INT (share->estimated_wh),
                TSM_INT (share->down_seconds));
  }
}

void
tsm_share_table_replace_day (TsmDb *db, gint64 server_id, TsmDay day, const TsmDayTotal *total,
                             const GArray *shares)
{
  g_assert (day >= FIRST_DAY && day <= LAST_DAY);
  for (Span span = SPAN_MONTH; span <= SPAN_YEAR; span++)
    add_day (db, server_id, day, span, -1);
  put_day (db, server_id, day, total, shares);
  for (Span span = SPAN_MONTH; span <= SPAN_YEAR; span++) {
    add_day (db, server_id, day, span, 1);
    drop_empty (db, server_id, day, span);
  }
}

/* Whose figures are summed. */
typedef struct {
  TsmDb *db;
  gint64 server_id;
  gboolean is_total; /* the server's; else a user's: */
  gint64 user_id;
  gboolean derogations_only;
} Whose;

#define SUMS                                                             \
  "SELECT coalesce(sum(s.energy_wh), 0), coalesce(sum(s.cost_neur), 0)," \
  " coalesce(sum(s.unpriced_wh), 0), coalesce(sum(s.estimated_wh), 0),"  \
  " coalesce(sum(s.down_seconds), 0) FROM "

static TsmQuery
query_total (const Whose *whose, Span span, TsmArg from, TsmArg to)
{
  if (span == SPAN_DAY)
    return tsm_db_query (whose->db, SUMS "day_total s WHERE server_id = ? AND day BETWEEN ? AND ?",
                         TSM_INT (whose->server_id), from, to);
  return tsm_db_query (whose->db,
                       SUMS "total_sum s WHERE server_id = ? AND span = ?"
                            " AND begin_day BETWEEN ? AND ?",
                       TSM_INT (whose->server_id), TSM_TEXT (spans[span].word), from, to);
}

/* The shares of one day, month or year lie together, so that replacing a day writes few pages; the
 * totals, of which each has one, tell which there are, and each of them is then looked up. Without
 * the plus the planner, which does not know the data, would walk everybody's shares instead. */
static TsmQuery
query_user (const Whose *whose, Span span, TsmArg from, TsmArg to)
{
  const TsmArg server = TSM_INT (whose->server_id), user = TSM_INT (whose->user_id);
  const TsmArg least = TSM_INT (whose->derogations_only);

  if (span == SPAN_DAY)
    return tsm_db_query (whose->db,
                         SUMS "day_total t CROSS JOIN share s ON s.server_id = ?1"
                              " AND s.day = +t.day AND s.user_id = ?4 AND s.is_derogation >= ?5"
                              " WHERE t.server_id = ?1 AND t.day BETWEEN ?2 AND ?3",
                         server, from, to, user, least);
  return tsm_db_query (whose->db,
                       SUMS "total_sum t CROSS JOIN share_sum s ON s.server_id = ?1 AND s.span = ?6"
                            " AND s.begin_day = +t.begin_day AND s.user_id = ?4"
                            " AND s.is_derogation >= ?5 WHERE t.server_id = ?1 AND t.span = ?6"
                            " AND t.begin_day BETWEEN ?2 AND ?3",
                       server, from, to, user, least, TSM_TEXT (spans[span].word));
}

static void
add_rows (const Whose *whose, Span span, TsmDay from, TsmDay to, TsmDayTotal *total)
{
  g_auto (TsmQuery) query = whose->is_total
                                ? query_total (whose, span, TSM_INT (from), TSM_INT (to))
                                : query_user (whose, span, TSM_INT (from), TSM_INT (to));

  if (!tsm_query_next (&query))
    return;
  total->energy_wh += tsm_query_get_int (&query, 0);
  total->cost_neur += tsm_query_get_int (&query, 1);
  total->unpriced_wh += tsm_query_get_int (&query, 2);
  total->estimated_wh += tsm_query_get_int (&query, 3);
  total->down_seconds += tsm_query_get_int (&query, 4);
}

/* Whole years, and at both ends of them whole months, and at both ends of those days. */
static void
add_range (const Whose *whose, Span span, TsmDay from, TsmDay to, TsmDayTotal *total)
{
  TsmDay begin, end;

  if (from > to)
    return;
  begin = get_next_begin (span, from);
  end = get_begin (span, to + 1);
  if (begin >= end) {
    add_range (whose, span - 1, from, to, total);
    return;
  }
  add_rows (whose, span, begin, end - 1, total);
  if (span == SPAN_DAY)
    return;
  add_range (whose, span - 1, from, begin - 1, total);
  add_range (whose, span - 1, end, to, total);
}

static TsmDayTotal
sum (const Whose *whose, TsmDay from, TsmDay to)
{
  TsmDayTotal total = { 0 };

  add_range (whose, SPAN_YEAR, MAX (from, FIRST_DAY), MIN (to, LAST_DAY), &total);
  return total;
}

TsmDayTotal
tsm_share_table_sum_total (TsmDb *db, gint64 server_id, TsmDay from, TsmDay to)
{
  const Whose whose = { .db = db, .server_id = server_id, .is_total = TRUE };

  return sum (&whose, from, to);
}

TsmDayTotal
tsm_share_table_sum_user (TsmDb *db, gint64 server_id, gint64 user_id, TsmDay from, TsmDay to,
                          gboolean derogations_only)
{
  const Whose whose = {
    .db = db, .server_id = server_id, .user_id = user_id, .derogations_only = derogations_only
  };

  return sum (&whose, from, to);
}

/* The figures of all months, or years, by their days and as they are kept: what is in one and not
 * in the other. The begins are SQLite's own, not those of tsm-day. */
#define BEGIN "CAST(strftime('%s', day * 86400, 'unixepoch', 'start of ' || ?2) AS INTEGER) / 86400"
#define DIFFERENCES(days, kept)                                                \
  "WITH days AS (SELECT " days " GROUP BY 1, 2, 3), kept AS (SELECT " kept ")" \
  " SELECT * FROM (SELECT * FROM days EXCEPT SELECT * FROM kept)"              \
  " UNION ALL SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM days) LIMIT 1"
#define DAY_SUMS                                                                   \
  "count(*), sum(energy_wh), sum(cost_neur), sum(unpriced_wh), sum(estimated_wh)," \
  " sum(down_seconds)"

static gboolean
check_span (TsmDb *db, gint64 server_id, Span span, GError **error)
{
  const TsmArg server = TSM_INT (server_id), word = TSM_TEXT (spans[span].word);
  g_auto (TsmQuery) totals =
      tsm_db_query (db,
                    DIFFERENCES ("NULL, NULL, " BEGIN ", " DAY_SUMS
                                 " FROM day_total WHERE server_id = ?1",
                                 "NULL, NULL, begin_day, n_days, " COLUMNS
                                 " FROM total_sum WHERE server_id = ?1 AND span = ?2"),
                    server, word);
  g_auto (TsmQuery) shares =
      tsm_db_query (db,
                    DIFFERENCES ("user_id, is_derogation, " BEGIN ", " DAY_SUMS
                                 " FROM share WHERE server_id = ?1",
                                 "user_id, is_derogation, begin_day, n_days, " COLUMNS
                                 " FROM share_sum WHERE server_id = ?1 AND span = ?2"),
                    server, word);
  g_autofree char *begin = NULL;

  if (tsm_query_next (&totals)) {
    begin = tsm_day_dup_string ((TsmDay) tsm_query_get_int (&totals, 2));
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
                 "the total of the %s of %s is not that of its days", spans[span].word, begin);
    return FALSE;
  }
  if (tsm_query_next (&shares)) {
    begin = tsm_day_dup_string ((TsmDay) tsm_query_get_int (&shares, 2));
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
                 "the %s of user %" G_GINT64_FORMAT " in the %s of %s is not that of its days",
                 tsm_query_get_int (&shares, 1) != 0 ? "derogation share" : "common share",
                 tsm_query_get_int (&shares, 0), spans[span].word, begin);
    return FALSE;
  }
  return TRUE;
}

gboolean
tsm_share_table_check (TsmDb *db, gint64 server_id, GError **error)
{
  for (Span span = SPAN_MONTH; span <= SPAN_YEAR; span++)
    if (!check_span (db, server_id, span, error))
      return FALSE;
  return TRUE;
}
