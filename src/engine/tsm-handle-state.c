/* SPDX-License-Identifier: MIT
 * tsm-handle-state: the server's energy and cost, and each user's share (DESIGN 4, 5.3). */
#include "base/tsm-format.h"
#include "base/tsm-text.h"
#include "engine/tsm-engine-private.h"
#include "engine/tsm-handle.h"
#include "engine/tsm-json.h"
#include "rules/tsm-day.h"
#include "store/tsm-share-table.h"
#include "store/tsm-slice-table.h"
#include "store/tsm-stay-table.h"
#include <string.h>

#define DASH "\342\200\224" /* U+2014 */

/* Whose figures: the whole server's, or a user's. */
#define WHOLE_SERVER ((gint64) -1)

typedef struct {
  const char *name;
  const char *title; /* message id */
  TsmDay from, to;   /* Tempo days, both included; empty when from > to */
  gboolean is_derogations;
} Period;

static TsmDay
previous_month_begin (TsmDay day)
{
  return tsm_day_get_month_begin (tsm_day_get_month_begin (day) - 1);
}

static TsmDay
previous_year_begin (TsmDay day)
{
  return tsm_day_get_year_begin (tsm_day_get_year_begin (day) - 1);
}

/* All periods, each with the one before it (DESIGN 3.8), in the order in which `all` shows them. */
static GArray *
dup_periods (TsmEngine *engine, gint64 user_id)
{
  const TsmDay today = tsm_engine_get_today (engine);
  const TsmDay week = tsm_day_get_week_begin (today), month = tsm_day_get_month_begin (today);
  const TsmDay year = tsm_day_get_year_begin (today);
  const TsmDay arrival =
      user_id == WHOLE_SERVER
          ? TSM_DAY_NONE
          : tsm_stay_table_get_first_arrival (engine->db, engine->server_id, user_id);
  const Period periods[] = {
    { "global", N_ ("since the start"), engine->start_day, today, FALSE },
    { "year", N_ ("this year"), year, today, FALSE },
    { "previous_year", N_ ("last year"), previous_year_begin (today), year - 1, FALSE },
    { "month", N_ ("this month"), month, today, FALSE },
    { "previous_month", N_ ("last month"), previous_month_begin (today), month - 1, FALSE },
    { "week", N_ ("this week"), week, today, FALSE },
    { "previous_week", N_ ("last week"), week - 7, week - 1, FALSE },
    { "yesterday", N_ ("yesterday"), today - 1, today - 1, FALSE },
    { "previous_yesterday", N_ ("the day before"), today - 2, today - 2, FALSE },
    { "day", N_ ("today"), today, today, FALSE },
    { "previous_day", N_ ("yesterday"), today - 1, today - 1, FALSE },
    { "derogations_year", N_ ("derogations this year"), year, today, TRUE },
    { "previous_derogations_year", N_ ("derogations last year"), previous_year_begin (today),
      year - 1, TRUE },
    { "derogations_total", N_ ("derogations since arrival"), arrival, today, TRUE },
  };
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Period));

  for (guint i = 0; i < G_N_ELEMENTS (periods); i++)
    if (!periods[i].is_derogations || user_id != WHOLE_SERVER)
      g_array_append_val (all, periods[i]);
  return all;
}

static gboolean
is_asked (const Period *period, const char *which)
{
  const char *name = period->name;

  if (g_str_equal (which, "all"))
    return TRUE;
  if (g_str_has_prefix (name, "previous_"))
    name += strlen ("previous_");
  return g_str_equal (name, which);
}

static TsmDayTotal
sum (TsmEngine *engine, gint64 user_id, const Period *period)
{
  if (user_id == WHOLE_SERVER)
    return tsm_share_table_sum_total (engine->db, engine->server_id, period->from, period->to);
  return tsm_share_table_sum_user (engine->db, engine->server_id, user_id, period->from, period->to,
                                   period->is_derogations);
}

/* What the zeros of a period without energy mean. */
typedef enum {
  METERED_KNOWN = 0, /* so little was drawn, as far as is known */
  METERED_DOWN,      /* nothing is known of what was drawn, all along */
  METERED_NEVER,     /* nobody looked: there is no slice */
} Metered;

/* Was something known of the server's draw on the days of the period that the user was here? */
static gboolean
is_known (TsmEngine *engine, gint64 user_id, const Period *period)
{
  g_autoptr (GArray) stays = NULL;

  if (user_id == WHOLE_SERVER)
    return tsm_slice_table_has (engine->db, engine->server_id, period->from, period->to, TRUE);
  stays = tsm_stay_table_dup_of_user (engine->db, engine->server_id, user_id);
  for (guint i = 0; i < stays->len; i++) {
    const TsmStay *stay = &g_array_index (stays, TsmStay, i);
    const TsmDay last = stay->leave_day == TSM_DAY_NONE ? period->to : stay->leave_day;

    if (tsm_slice_table_has (engine->db, engine->server_id, MAX (stay->arrival_day, period->from),
                             MIN (last, period->to), TRUE))
      return TRUE;
  }
  return FALSE;
}

static Metered
get_metered (TsmEngine *engine, gint64 user_id, const Period *period, const TsmDayTotal *total)
{
  if (total->energy_wh > 0)
    return METERED_KNOWN;
  if (!tsm_slice_table_has (engine->db, engine->server_id, period->from, period->to, FALSE))
    return METERED_NEVER;
  return total->down_seconds > 0 && !is_known (engine, user_id, period) ? METERED_DOWN
                                                                        : METERED_KNOWN;
}

static void
add_data (TsmEngine *engine, JsonBuilder *data, const Period *period, const TsmDayTotal *total,
          Metered metered)
{
  gint64 begin, end, unused;

  tsm_day_get_bounds (period->from, engine->zone, &begin, &unused);
  tsm_day_get_bounds (period->to, engine->zone, &unused, &end);
  json_builder_begin_object (data);
  tsm_json_add_text (data, "period", period->name);
  tsm_json_add_int (data, "from", begin);
  tsm_json_add_int (data, "to", MIN (end, engine->now));
  tsm_json_add_int (data, "wh", metered == METERED_DOWN ? -1 : total->energy_wh);
  tsm_json_add_int (data, "cost_neur", total->cost_neur);
  tsm_json_add_int (data, "unpriced_wh", total->unpriced_wh);
  tsm_json_add_int (data, "estimated_wh", total->estimated_wh);
  tsm_json_add_int (data, "down_seconds", total->down_seconds);
  json_builder_end_object (data);
}

static void
append_said (GString *text, char *take_said)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", take_said);
  g_free (take_said);
}

/* What has to be said about the figures; NULL if they are whole. */
static char *
dup_remark (TsmEngine *engine, TsmLang lang, const TsmDayTotal *total)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (total->unpriced_wh > 0)
    append_said (text, tsm_say (lang, engine->zone, N_ ("%s without a price yet"),
                                TSM_SAY_ENERGY (total->unpriced_wh)));
  if (total->estimated_wh > 0)
    append_said (text, tsm_say (lang, engine->zone, N_ ("%s estimated"),
                                TSM_SAY_ENERGY (total->estimated_wh)));
  if (total->down_seconds > 0)
    append_said (text, tsm_say (lang, engine->zone, N_ ("nothing metered for %s"),
                                TSM_SAY_DURATION (total->down_seconds)));
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* A row: the period, its energy, its cost, a remark. Dashes where a zero would tell of
 * something that nobody metered. */
static void
add_row (TsmEngine *engine, TsmLang lang, TsmTable *table, const Period *period,
         const TsmDayTotal *total, Metered metered)
{
  const gboolean has_figures = metered == METERED_KNOWN;

  tsm_table_take_cell (table, g_strdup (tsm_text (lang, period->title)));
  tsm_table_take_cell (table, has_figures ? tsm_format_dup_energy (lang, total->energy_wh)
                                          : g_strdup (DASH));
  tsm_table_take_cell (table, has_figures ? tsm_format_dup_money (lang, total->cost_neur)
                                          : g_strdup (DASH));
  tsm_table_take_cell (table, metered == METERED_NEVER
                                  ? g_strdup (tsm_text (lang, N_ ("nothing metered")))
                                  : dup_remark (engine, lang, total));
}

/* `all` has a row for yesterday as such; as the day before today, and its own day before, it is
 * for machines. */
static gboolean
is_shown (const Period *period, const char *which)
{
  return !g_str_equal (which, "all") || (!g_str_equal (period->name, "previous_day") &&
                                         !g_str_equal (period->name, "previous_yesterday"));
}

/* Takes @take_card, which says whose figures they are. */
static TsmReply *
reply_state (TsmEngine *engine, const TsmRequest *request, gint64 user_id, TsmCard *take_card)
{
  const char *which = tsm_request_peek (request, "which");
  g_autoptr (GArray) periods = NULL;
  g_autoptr (JsonBuilder) data = tsm_json_begin ();
  const TsmDay today = tsm_engine_get_today (engine);
  TsmTable *table = tsm_card_add_table (take_card, TSM_TABLE_FIGURES, "lrrl");

  tsm_card_set_day (take_card, today, tsm_forecast_get_colour (engine, today).colour);
  tsm_metering_commit (engine);
  tsm_ledger_settle (engine, TRUE);
  periods = dup_periods (engine, user_id);
  tsm_json_begin_array (data, "periods");
  for (guint i = 0; i < periods->len; i++) {
    const Period *period = &g_array_index (periods, Period, i);
    TsmDayTotal total;
    Metered metered;

    if (!is_asked (period, which))
      continue;
    total = sum (engine, user_id, period);
    metered = get_metered (engine, user_id, period, &total);
    add_data (engine, data, period, &total, metered);
    if (is_shown (period, which))
      add_row (engine, request->lang, table, period, &total, metered);
  }
  json_builder_end_array (data);
  return tsm_reply_new_done (request, take_card, tsm_json_end (data));
}

TsmReply *
tsm_handle_state_total (TsmEngine *engine, const TsmRequest *request)
{
  return reply_state (engine, request, WHOLE_SERVER,
                      tsm_card_new (tsm_text (request->lang, N_ ("The server's figures"))));
}

TsmReply *
tsm_handle_state_mine (TsmEngine *engine, const TsmRequest *request)
{
  return reply_state (engine, request, request->caller_id,
                      tsm_card_new (tsm_text (request->lang, N_ ("Your share"))));
}

TsmReply *
tsm_handle_state_other (TsmEngine *engine, const TsmRequest *request)
{
  TsmReply *refusal;
  gint64 user_id = 0;
  TsmCard *card;

  tsm_handle_parse_user (tsm_request_peek (request, "user"), &user_id);
  if (tsm_stay_table_get_first_arrival (engine->db, engine->server_id, user_id) == TSM_DAY_NONE)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_A_USER,
                              N_ ("%s has never used the machine."), TSM_SAY_USER (user_id));
  refusal = tsm_handle_check_absent (engine, request);
  if (refusal != NULL)
    return refusal;
  card = tsm_card_new (tsm_text (request->lang, N_ ("A member's share")));
  tsm_card_take_line (card, tsm_say (request->lang, engine->zone, N_ ("The share of %s:"),
                                     TSM_SAY_USER (user_id)));
  return reply_state (engine, request, user_id, card);
}
