/* SPDX-License-Identifier: MIT
 * tsm-handle-derogation: users keep the server on for themselves (DESIGN 3.5, 3.8). */
#include "base/tsm-limits.h"
#include "base/tsm-text.h"
#include "engine/tsm-engine-private.h"
#include "engine/tsm-handle.h"
#include "engine/tsm-json.h"
#include "rules/tsm-day.h"
#include "rules/tsm-derogate.h"
#include "store/tsm-derogation-table.h"
#include "store/tsm-share-table.h"

/* Room for the days that the longest derogation touches, the one before and the one after. */
#define MAX_WINDOW_DAYS 8

/* The days the server's mean draw is taken from. */
#define ESTIMATE_DAYS 7

/* What the days around @span can still be, for certain. */
static guint
fill_window_days (TsmEngine *engine, TsmSpan span, TsmWindowDay *days)
{
  const TsmDay first = tsm_day_at (span.begin, engine->zone) - 1;
  const TsmDay last = tsm_day_at (span.end, engine->zone) + 1;
  guint n_days = 0;

  g_assert (last - first + 1 <= MAX_WINDOW_DAYS);
  for (TsmDay day = first; day <= last; day++)
    days[n_days++] = (TsmWindowDay){
      .day = day,
      .possible = tsm_forecast_get_possible (engine, day),
      .policy = tsm_forecast_get_policy (engine, day),
    };
  return n_days;
}

/* The Tempo day that @span is about: the first whose window it overlaps and that is red, else the
 * first that can be. */
static TsmDay
find_red_day (TsmEngine *engine, TsmSpan span, const TsmWindowDay *days, guint n_days)
{
  TsmDay possible = TSM_DAY_NONE;

  for (guint i = 0; i < n_days; i++) {
    const TsmSpan window = tsm_window_of_day (days[i].day, days[i].policy, engine->zone);

    if (!tsm_span_overlaps (span, window))
      continue;
    if (tsm_forecast_get_colour (engine, days[i].day).colour == TSM_COLOUR_RED)
      return days[i].day;
    if (possible == TSM_DAY_NONE && (days[i].possible & TSM_COLOUR_BIT (TSM_COLOUR_RED)) != 0)
      possible = days[i].day;
  }
  g_assert (possible != TSM_DAY_NONE);
  return possible;
}

/* Where a button's day begins. */
#define DATE_BEGIN_MIN (6 * 60)

/* What `when` says: today or tomorrow. A button says the date that it was made for, which does not
 * move on: @ret_minute is then the hour it begins at, until that is over. NULL if it is good. */
static TsmReply *
read_when (TsmEngine *engine, const TsmRequest *request, gboolean *ret_is_tomorrow,
           guint *ret_minute)
{
  const char *when = tsm_request_peek (request, "when");
  guint now_minute;
  const TsmDay civil = tsm_day_get_civil (engine->now, engine->zone, &now_minute);
  TsmDay day;

  *ret_minute = TSM_DEROGATE_NO_HOUR;
  *ret_is_tomorrow = g_str_equal (when, "tomorrow");
  if (!tsm_day_parse (when, &day))
    return NULL;
  if (day < civil)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_DATE,
                              N_ ("That was for %s, which is over."), TSM_SAY_DAY (day));
  if (day > civil + 1)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_DATE,
                              N_ ("%s is too far ahead; give today or tomorrow."),
                              TSM_SAY_DAY (day));
  *ret_is_tomorrow = day > civil;
  if (*ret_is_tomorrow || now_minute < DATE_BEGIN_MIN)
    *ret_minute = DATE_BEGIN_MIN;
  return NULL;
}

/* Reads the day and the two hours of the request. NULL if they are good. */
static TsmReply *
read_span (TsmEngine *engine, const TsmRequest *request, TsmSpan *ret_span)
{
  static const char *const options[] = { "hour_start", "hour_end" };
  guint minutes[] = { TSM_DEROGATE_NO_HOUR, TSM_DEROGATE_NO_HOUR };
  gboolean is_tomorrow;
  TsmReply *refusal = read_when (engine, request, &is_tomorrow, &minutes[0]);

  if (refusal != NULL)
    return refusal;
  for (guint i = 0; i < G_N_ELEMENTS (options); i++) {
    const char *hour = tsm_request_peek (request, options[i]);

    if (hour != NULL && !tsm_derogate_parse_hour (hour, &minutes[i]))
      return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_HOURS,
                                N_ ("\"%s\" is not an hour; write 14, 14h30 or 14:30."),
                                TSM_SAY_TEXT (hour));
  }
  /* What is booked already, by a clock that was ahead, cannot be cut any more. */
  if (!tsm_derogate_get_span (is_tomorrow, minutes[0], minutes[1], engine->now, engine->zone,
                              ret_span) ||
      ret_span->end <= tsm_ledger_get_end (engine))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_HOURS,
                              N_ ("Those hours are over already."));
  ret_span->begin = MAX (ret_span->begin, tsm_ledger_get_end (engine));
  return NULL;
}

/* "on Tuesday 6 January 2026 from 08:00 to 10:00", or from one instant to another. */
static char *
dup_when (TsmEngine *engine, TsmLang lang, gint64 begin, gint64 end)
{
  const TsmDay day = tsm_day_get_civil (begin, engine->zone, NULL);

  if (day == tsm_day_get_civil (end, engine->zone, NULL))
    return tsm_say (lang, engine->zone, N_ ("on %s from %s to %s"), TSM_SAY_DAY (day),
                    TSM_SAY_TIME (begin), TSM_SAY_TIME (end));
  return tsm_say (lang, engine->zone, N_ ("from %s to %s"), TSM_SAY_INSTANT (begin),
                  TSM_SAY_INSTANT (end));
}

/* NULL if the user may have @span too. */
static TsmReply *
check_open (TsmEngine *engine, const TsmRequest *request, TsmSpan span)
{
  g_autoptr (GArray) open = tsm_derogation_table_dup_open (engine->db, engine->server_id,
                                                           request->caller_id, engine->now);

  if (open->len >= TSM_LIMIT_OPEN_DEROGATIONS)
    return tsm_handle_refuse (
        engine, request, TSM_REFUSAL_BAD_HOURS,
        N_ ("You have %s derogations running or to come, the most there can be; remove one first."),
        TSM_SAY_NUMBER (open->len));
  for (guint i = 0; i < open->len; i++) {
    const TsmDerogation *other = &g_array_index (open, TsmDerogation, i);

    g_autofree char *when = NULL;

    if (!tsm_span_overlaps (span, (TsmSpan){ .begin = other->begin, .end = other->end }))
      continue;
    when = dup_when (engine, request->lang, other->begin, other->end);
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_OVERLAP,
                              N_ ("These hours overlap your derogation D%s, %s."),
                              TSM_SAY_ID (other->id), TSM_SAY_TEXT (when));
  }
  return NULL;
}

/* What the derogation would cost if the server draws what it drew lately and nobody else shares
 * it; -1 when nothing is known of the draw. Red peak hours, as a red day's are. */
static gint64
estimate_cost_neur (TsmEngine *engine, TsmSpan span)
{
  const TsmDay today = tsm_engine_get_today (engine);
  const TsmDay from = MAX (today - ESTIMATE_DAYS, engine->start_day);
  const TsmDayTotal total =
      tsm_share_table_sum_total (engine->db, engine->server_id, from, today - 1);
  const gint64 power_w = tsm_metering_get_power (engine);
  const gint64 mean_w = total.energy_wh > 0 ? total.energy_wh / ((today - from) * 24) : power_w;
  gint64 cost_neur = 0;

  if (mean_w < 0)
    return -1;
  for (gint64 at = span.begin; at < span.end; at += 3600) {
    const gint64 seconds = MIN (3600, span.end - at);
    gint64 price_ueur_kwh;

    if (tsm_tariff_lookup (engine->tariff, TSM_COLOUR_RED, tsm_day_get_period (at, engine->zone),
                           at, &price_ueur_kwh))
      cost_neur += mean_w * seconds / 3600 * price_ueur_kwh;
  }
  return cost_neur;
}

static TsmCard *
new_card (const TsmRequest *request, const char *id)
{
  g_autofree char *title = tsm_say (request->lang, NULL, N_ ("Derogation %s"), TSM_SAY_TEXT (id));

  return tsm_card_new (title);
}

/* Said where others read along: it names whose derogation it is. */
static TsmReply *
reply_set (TsmEngine *engine, const TsmRequest *request, const TsmDerogation *derogation,
           TsmDay red_day)
{
  const TsmColour colour = tsm_forecast_get_colour (engine, red_day).colour;
  const gboolean is_conditional = colour != TSM_COLOUR_RED;
  const TsmSpan span = { .begin = derogation->begin, .end = derogation->end };
  const gint64 cost_neur = estimate_cost_neur (engine, span);
  g_autoptr (JsonBuilder) data = tsm_json_begin ();
  g_autofree char *id = g_strdup_printf ("D%" G_GINT64_FORMAT, derogation->id);
  g_autofree char *when = dup_when (engine, request->lang, span.begin, span.end);
  g_autoptr (TsmCard) card = new_card (request, id);

  tsm_card_set_day (card, red_day, colour);
  card->names_day = TRUE;
  tsm_card_take_line (card, tsm_say (request->lang, engine->zone,
                                     N_ ("%s keeps the server on for %s %s."), TSM_SAY_TEXT (id),
                                     TSM_SAY_USER (derogation->user_id), TSM_SAY_TEXT (when)));
  if (cost_neur >= 0)
    tsm_card_take_line (
        card,
        tsm_say (
            request->lang, engine->zone,
            N_ ("At the usual draw that is about %s, shared with whoever takes the same hours."),
            TSM_SAY_MONEY (cost_neur)));
  if (is_conditional)
    tsm_card_take_line (
        card, tsm_say (request->lang, engine->zone,
                       N_ ("The colour is not known yet: it counts only if the day turns out "
                           "red.")));
  tsm_json_add_text (data, "id", id);
  tsm_json_add_int (data, "begin", span.begin);
  tsm_json_add_int (data, "end", span.end);
  tsm_json_add_boolean (data, "conditional", is_conditional);
  tsm_json_add_int_or (data, "estimate_neur", cost_neur, -1);
  return tsm_reply_new_done (request, g_steal_pointer (&card), tsm_json_end (data));
}

/* The plan, the slices' edges and the days' shares follow a derogation's change. */
static void
apply (TsmEngine *engine, gint64 begin, gint64 end)
{
  const TsmDay today = tsm_engine_get_today (engine);

  tsm_conductor_replan (engine);
  tsm_ledger_recut (engine);
  tsm_ledger_touch_range (engine, tsm_day_at (begin, engine->zone) - 1,
                          MIN (tsm_day_at (end, engine->zone), today));
  tsm_metering_ask (engine);
}

TsmReply *
tsm_handle_derogation_set (TsmEngine *engine, const TsmRequest *request)
{
  TsmDerogation derogation = { .user_id = request->caller_id };
  TsmWindowDay days[MAX_WINDOW_DAYS];
  TsmReply *refusal;
  TsmSpan span = { 0 };
  guint n_days;

  refusal = read_span (engine, request, &span);
  if (refusal == NULL)
    refusal = check_open (engine, request, span);
  if (refusal != NULL)
    return refusal;
  n_days = fill_window_days (engine, span, days);
  if (!tsm_window_can_be_red (span, days, n_days, engine->zone)) {
    g_autofree char *when = dup_when (engine, request->lang, span.begin, span.end);

    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_RED,
                              N_ ("Nothing can be red %s: the server is on anyway."),
                              TSM_SAY_TEXT (when));
  }
  derogation.begin = span.begin;
  derogation.end = span.end;
  derogation.id = tsm_derogation_table_add (engine->db, engine->server_id, &derogation,
                                            request->caller_id, engine->now);
  apply (engine, span.begin, span.end);
  return reply_set (engine, request, &derogation, find_red_day (engine, span, days, n_days));
}

/* "D17", "d17" or "17". */
static gboolean
parse_id (const char *text, gint64 *ret_id)
{
  if (text[0] == 'D' || text[0] == 'd')
    text++;
  return g_ascii_isdigit (text[0]) &&
         g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, ret_id, NULL);
}

/* Where a derogation that is ended now ends: at its begin, if it has not begun. */
static gint64
end_from_now (const TsmEngine *engine, const TsmDerogation *derogation)
{
  const gint64 at = MAX (engine->now, tsm_ledger_get_end (engine));

  return CLAMP (at, derogation->begin, derogation->end);
}

/* A running derogation ends now, one to come is void. */
static void
end_now (TsmEngine *engine, const TsmDerogation *derogation, gint64 by_user_id)
{
  tsm_derogation_table_set_end (engine->db, engine->server_id, derogation->id,
                                end_from_now (engine, derogation), by_user_id, engine->now);
  apply (engine, derogation->begin, derogation->end);
}

void
tsm_handle_derogation_end_all (TsmEngine *engine, gint64 user_id, gint64 by_user_id)
{
  g_autoptr (GArray) open =
      tsm_derogation_table_dup_open (engine->db, engine->server_id, user_id, engine->now);

  for (guint i = 0; i < open->len; i++)
    end_now (engine, &g_array_index (open, TsmDerogation, i), by_user_id);
}

TsmReply *
tsm_handle_derogation_remove (TsmEngine *engine, const TsmRequest *request)
{
  const char *typed = tsm_request_peek (request, "derogation_id");
  g_autoptr (JsonBuilder) data = NULL;
  g_autoptr (TsmCard) card = NULL;
  g_autofree char *name = NULL;
  TsmDerogation derogation;
  gint64 id;

  if (!parse_id (typed, &id) ||
      !tsm_derogation_table_get (engine->db, engine->server_id, id, &derogation))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_UNKNOWN_DEROGATION,
                              N_ ("There is no derogation \"%s\"."), TSM_SAY_TEXT (typed));
  if (derogation.user_id != request->caller_id && !tsm_handle_is_admin (engine, request->caller_id))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_ADMIN,
                              N_ ("D%s is not yours; its owner or an admin removes it."),
                              TSM_SAY_ID (id));
  if (derogation.end <= engine->now || derogation.end <= derogation.begin)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_UNKNOWN_DEROGATION,
                              N_ ("D%s is over or was removed already."), TSM_SAY_ID (id));
  if (tsm_derogate_is_too_late (engine->now, engine->zone))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_TOO_LATE,
                              N_ ("From 21:45 to midnight no derogation can be removed: the 22:00 "
                                  "decision stands."));
  name = g_strdup_printf ("D%" G_GINT64_FORMAT, id);
  card = new_card (request, name);
  tsm_card_take_line (card, tsm_say (request->lang, engine->zone,
                                     derogation.begin < engine->now
                                         ? N_ ("D%s ends now; what has run stays charged.")
                                         : N_ ("D%s is removed."),
                                     TSM_SAY_ID (id)));
  end_now (engine, &derogation, request->caller_id);
  data = tsm_json_begin ();
  tsm_json_add_int (data, "end", end_from_now (engine, &derogation));
  return tsm_reply_new_done (request, g_steal_pointer (&card), tsm_json_end (data));
}

TsmReply *
tsm_handle_derogation_list (TsmEngine *engine, const TsmRequest *request)
{
  g_autoptr (GArray) open = tsm_derogation_table_dup_open (engine->db, engine->server_id,
                                                           request->caller_id, engine->now);
  g_autoptr (JsonBuilder) data = tsm_json_begin ();
  g_autoptr (TsmCard) card = tsm_card_new (tsm_text (request->lang, N_ ("Your derogations")));
  TsmTable *table = tsm_card_add_table (card, TSM_TABLE_LIST, "lll");

  tsm_json_begin_array (data, "derogations");
  for (guint i = 0; i < open->len; i++) {
    const TsmDerogation *d = &g_array_index (open, TsmDerogation, i);
    const gboolean is_running = d->begin <= engine->now;
    g_autofree char *id = g_strdup_printf ("D%" G_GINT64_FORMAT, d->id);

    tsm_table_take_cell (table, g_strdup (id));
    tsm_table_take_cell (table, tsm_handle_dup_stretch (engine, request->lang, d->begin, d->end));
    tsm_table_take_cell (table, g_strdup (tsm_text (request->lang,
                                                    is_running ? N_ ("running") : N_ ("to come"))));
    json_builder_begin_object (data);
    tsm_json_add_text (data, "id", id);
    tsm_json_add_int (data, "begin", d->begin);
    tsm_json_add_int (data, "end", d->end);
    tsm_json_add_text (data, "state", is_running ? "running" : "planned");
    json_builder_end_object (data);
  }
  json_builder_end_array (data);
  if (open->len == 0)
    tsm_card_take_line (card, tsm_say (request->lang, engine->zone,
                                       N_ ("You have no derogation, running or to come.")));
  return tsm_reply_new_done (request, g_steal_pointer (&card), tsm_json_end (data));
}
