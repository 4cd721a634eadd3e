/* SPDX-License-Identifier: MIT
 * tsm-handle-power: holds over the plan, the plan itself, and how things stand (DESIGN 3.6, 4). */
#include "base/tsm-format.h"
#include "base/tsm-text.h"
#include "base/tsm-word.h"
#include "engine/tsm-engine-private.h"
#include "engine/tsm-handle.h"
#include "engine/tsm-json.h"
#include "rules/tsm-day.h"
#include "rules/tsm-derogate.h"
#include "rules/tsm-phrase.h"
#include "rules/tsm-schedule.h"
#include "store/tsm-derogation-table.h"
#include "store/tsm-power-table.h"

#define DEFAULT_UNTIL_MIN (6 * 60)

TsmReply *
tsm_handle_power_hold (TsmEngine *engine, const TsmRequest *request)
{
  const char *until = tsm_request_peek (request, "until");
  g_autoptr (TsmCard) card = NULL;
  g_autoptr (JsonBuilder) data = NULL;
  char *text = NULL;
  guint minute = DEFAULT_UNTIL_MIN;
  TsmHold hold = { .state = TSM_POWER_UNKNOWN, .end = engine->now };

  if (until != NULL && !tsm_derogate_parse_hour (until, &minute))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_HOURS,
                              N_ ("\"%s\" is not an hour; write 14, 14h30 or 14:30."),
                              TSM_SAY_TEXT (until));
  if (tsm_power_from_string (tsm_request_peek (request, "state"), &hold.state))
    hold.end = tsm_schedule_get_next (minute, engine->now, engine->zone);
  tsm_power_table_add_hold (engine->db, engine->server_id, hold, request->caller_id, engine->now);
  tsm_conductor_replan (engine);
  switch (hold.state) {
  case TSM_POWER_ON:
    tsm_engine_notify (engine, TSM_NOTICE_POWER,
                       N_ ("%s holds the server on until %s, whatever the plan says."),
                       TSM_SAY_CALLER (request->caller_id), TSM_SAY_INSTANT (hold.end));
    text = tsm_say (request->lang, engine->zone, N_ ("The server is held on until %s."),
                    TSM_SAY_INSTANT (hold.end));
    break;
  case TSM_POWER_OFF:
    tsm_engine_notify (engine, TSM_NOTICE_POWER,
                       N_ ("%s holds the server off until %s, whatever the plan says."),
                       TSM_SAY_CALLER (request->caller_id), TSM_SAY_INSTANT (hold.end));
    text = tsm_say (request->lang, engine->zone, N_ ("The server is held off until %s."),
                    TSM_SAY_INSTANT (hold.end));
    break;
  case TSM_POWER_UNKNOWN:
    tsm_engine_notify (engine, TSM_NOTICE_POWER, N_ ("%s lets the server follow the plan again."),
                       TSM_SAY_CALLER (request->caller_id));
    text = tsm_say (request->lang, engine->zone, N_ ("The server follows the plan."));
    break;
  }
  card = tsm_card_new (tsm_text (request->lang, N_ ("Power")));
  tsm_card_take_line (card, text);
  data = tsm_json_begin ();
  tsm_json_add_text (data, "state", tsm_request_peek (request, "state"));
  tsm_json_add_int_or (data, "until", hold.state == TSM_POWER_UNKNOWN ? -1 : hold.end, -1);
  return tsm_reply_new_done (request, g_steal_pointer (&card), tsm_json_end (data));
}

static const char *
plan_word (TsmPower state)
{
  return state == TSM_POWER_UNKNOWN ? "undecided" : tsm_power_to_string (state);
}

static const char *
plan_text (TsmPower state)
{
  switch (state) {
  case TSM_POWER_ON:
    return N_ ("on");
  case TSM_POWER_OFF:
    return N_ ("off");
  case TSM_POWER_UNKNOWN:
    return N_ ("undecided");
  }
  g_assert_not_reached ();
}

/* Alone, without the noun that "unknown" would agree with. */
static const char *
colour_text (TsmLang lang, TsmColour colour)
{
  return colour == TSM_COLOUR_UNKNOWN ? tsm_text (lang, "colour unknown")
                                      : tsm_word_get_colour (lang, colour);
}

/* "Tuesday 6 January 2026  red", a row a day. */
static void
add_colours (TsmEngine *engine, TsmLang lang, TsmCard *card)
{
  const TsmDay today = tsm_engine_get_today (engine);
  TsmTable *table = tsm_card_add_table (card, TSM_TABLE_FIGURES, "ll");

  for (TsmDay day = today; day <= today + 2; day++) {
    const TsmColour colour = tsm_forecast_get_colour (engine, day).colour;

    tsm_table_take_cell (table, tsm_format_dup_day (lang, day));
    tsm_table_take_cell (table, g_strdup (colour_text (lang, colour)));
  }
}

/* "Mon 5 Jan 22:00 - Wed 7 Jan 06:00  off  red day", a row an interval. */
static void
add_intervals (TsmEngine *engine, TsmLang lang, const GArray *plan, TsmCard *card)
{
  TsmTable *table = tsm_card_add_table (card, TSM_TABLE_LIST, "lll");

  for (guint i = 0; i < plan->len; i++) {
    const TsmInterval *interval = &g_array_index (plan, TsmInterval, i);

    tsm_table_take_cell (table,
                         tsm_handle_dup_stretch (engine, lang, interval->begin, interval->end));
    tsm_table_take_cell (table, g_strdup (tsm_text (lang, plan_text (interval->state))));
    tsm_table_take_cell (table,
                         g_strdup (tsm_text (lang, tsm_phrase_get_reason (interval->reason))));
  }
}

/* About today; the words or the rows name it. */
static TsmCard *
new_card_of_today (TsmEngine *engine, TsmLang lang, const char *title)
{
  const TsmDay today = tsm_engine_get_today (engine);
  TsmCard *card = tsm_card_new (tsm_text (lang, title));

  tsm_card_set_day (card, today, tsm_forecast_get_colour (engine, today).colour);
  card->names_day = TRUE;
  return card;
}

TsmReply *
tsm_handle_power_plan (TsmEngine *engine, const TsmRequest *request)
{
  g_autoptr (GArray) plan = tsm_conductor_dup_plan (engine);
  g_autoptr (JsonBuilder) data = tsm_json_begin ();
  g_autoptr (TsmCard) card = new_card_of_today (engine, request->lang, N_ ("Plan"));

  if (!engine->config.has_host)
    tsm_card_take_line (card, g_strdup (tsm_text (request->lang,
                                                  N_ ("No host is set up: TSM only meters."))));
  add_colours (engine, request->lang, card);
  add_intervals (engine, request->lang, plan, card);
  tsm_json_begin_array (data, "intervals");
  for (guint i = 0; i < plan->len; i++) {
    const TsmInterval *interval = &g_array_index (plan, TsmInterval, i);

    json_builder_begin_object (data);
    tsm_json_add_int (data, "begin", interval->begin);
    tsm_json_add_int (data, "end", interval->end);
    tsm_json_add_text (data, "state", plan_word (interval->state));
    tsm_json_add_text (data, "reason", tsm_reason_to_string (interval->reason));
    json_builder_end_object (data);
  }
  json_builder_end_array (data);
  return tsm_reply_new_done (request, g_steal_pointer (&card), tsm_json_end (data));
}

/* Whose derogations hold the server on now: "<@1>, <@2>". */
static char *
dup_holders (TsmEngine *engine, TsmLang lang)
{
  g_autoptr (GArray) derogations =
      tsm_derogation_table_dup_range (engine->db, engine->server_id, engine->now, engine->now + 1);
  g_autoptr (GString) holders = g_string_new (NULL);

  for (guint i = 0; i < derogations->len; i++) {
    const TsmDerogation *derogation = &g_array_index (derogations, TsmDerogation, i);
    g_autofree char *holder =
        tsm_say (lang, engine->zone, "%s", TSM_SAY_USER (derogation->user_id));

    g_string_append_printf (holders, "%s%s", i > 0 ? ", " : "", holder);
  }
  return g_string_free (g_steal_pointer (&holders), FALSE);
}

static char *
dup_host (TsmEngine *engine, TsmLang lang)
{
  const TsmInterval wanted = tsm_conductor_get_wanted (engine);
  g_autofree char *holders = NULL;

  if (!engine->config.has_host)
    return tsm_say (lang, engine->zone, N_ ("No host is set up: TSM only meters."));
  if (wanted.reason != TSM_REASON_DEROGATION)
    return tsm_say (lang, engine->zone, N_ ("The server should be %s until %s (%s). Seen: %s."),
                    TSM_SAY_WORD (plan_text (wanted.state)), TSM_SAY_MOMENT (wanted.end),
                    TSM_SAY_WORD (tsm_phrase_get_reason (wanted.reason)),
                    TSM_SAY_POWER_STATE (tsm_conductor_get_seen (engine)));
  holders = dup_holders (engine, lang);
  return tsm_say (lang, engine->zone, N_ ("The server is held on by %s until %s. Seen: %s."),
                  TSM_SAY_TEXT (holders), TSM_SAY_MOMENT (wanted.end),
                  TSM_SAY_POWER_STATE (tsm_conductor_get_seen (engine)));
}

static char *
dup_draw (TsmEngine *engine, TsmLang lang)
{
  const TsmMetering *metering = &engine->metering;
  const gint64 power_w = tsm_metering_get_power (engine);
  gint64 answered_at = metering->last.at;

  if (power_w >= 0)
    return tsm_say (lang, engine->zone, N_ ("It draws %s, read at %s."), TSM_SAY_POWER (power_w),
                    TSM_SAY_TIME (metering->last.at));
  if (answered_at != TSM_INSTANT_NONE && metering->failing_since == TSM_INSTANT_NONE)
    return tsm_say (lang, engine->zone, N_ ("The plug has not said what it draws."));
  /* Nothing since we started: what an earlier run read is still known. */
  if (answered_at == TSM_INSTANT_NONE && metering->meter.has_baseline)
    answered_at = metering->meter.baseline_at;
  if (answered_at == TSM_INSTANT_NONE)
    return tsm_say (lang, engine->zone, N_ ("The plug has not answered yet."));
  return tsm_say (lang, engine->zone, N_ ("The plug has not answered since %s."),
                  TSM_SAY_INSTANT (answered_at));
}

/* From midnight to 06:00 the Tempo day under way is not the date's. */
static char *
dup_colours (TsmEngine *engine, TsmLang lang)
{
  const TsmDay today = tsm_engine_get_today (engine);
  const TsmColour colour = tsm_forecast_get_colour (engine, today).colour;
  const TsmColour next = tsm_forecast_get_colour (engine, today + 1).colour;
  const TsmPeriod period = tsm_day_get_period (engine->now, engine->zone);
  const char *period_text = tsm_word_get_period (lang, period);

  if (tsm_day_get_civil (engine->now, engine->zone, NULL) == today)
    return tsm_say (lang, engine->zone, N_ ("%s: %s, %s. Tomorrow: %s."), TSM_SAY_DAY (today),
                    TSM_SAY_TEXT (colour_text (lang, colour)), TSM_SAY_TEXT (period_text),
                    TSM_SAY_TEXT (colour_text (lang, next)));
  return tsm_say (lang, engine->zone, N_ ("%s, until 06:00: %s, %s. %s: %s."), TSM_SAY_DAY (today),
                  TSM_SAY_TEXT (colour_text (lang, colour)), TSM_SAY_TEXT (period_text),
                  TSM_SAY_DAY (today + 1), TSM_SAY_TEXT (colour_text (lang, next)));
}

static TsmCard *
new_status (TsmEngine *engine, TsmLang lang)
{
  TsmCard *card = new_card_of_today (engine, lang, N_ ("How things stand"));
  char *line = tsm_line_dup_text (engine, lang);

  tsm_card_take_line (card, dup_colours (engine, lang));
  tsm_card_take_line (card, dup_host (engine, lang));
  tsm_card_take_line (card, dup_draw (engine, lang));
  if (line != NULL)
    tsm_card_take_line (card, line);
  return card;
}

TsmReply *
tsm_handle_power_status (TsmEngine *engine, const TsmRequest *request)
{
  const TsmDay today = tsm_engine_get_today (engine);
  const TsmMetering *metering = &engine->metering;
  const gboolean has_read = metering->believed_at != TSM_INSTANT_NONE;
  g_autoptr (JsonBuilder) data = tsm_json_begin ();
  g_autoptr (TsmCard) card = new_status (engine, request->lang);

  tsm_json_add_int (data, "now", engine->now);
  tsm_json_add_text (data, "colour_today",
                     tsm_colour_to_string (tsm_forecast_get_colour (engine, today).colour));
  tsm_json_add_text (data, "colour_tomorrow",
                     tsm_colour_to_string (tsm_forecast_get_colour (engine, today + 1).colour));
  tsm_json_add_text (data, "period",
                     tsm_period_to_string (tsm_day_get_period (engine->now, engine->zone)));
  tsm_json_add_text (data, "desired",
                     tsm_power_to_string (tsm_conductor_get_wanted (engine).state));
  tsm_json_add_text (data, "host", tsm_power_to_string (tsm_conductor_get_seen (engine)));
  tsm_json_add_int_or (data, "power_w", tsm_metering_get_power (engine), -1);
  tsm_json_add_int_or (data, "total_wh", has_read ? metering->believed_total_wh : -1, -1);
  tsm_json_add_int_or (data, "last_reading", metering->believed_at, TSM_INSTANT_NONE);
  tsm_json_add_text (data, "discord", tsm_line_to_string (engine->line.link));
  tsm_json_add_text (data, "discord_reason",
                     engine->line.link == TSM_LINK_STOPPED ? engine->line.reason : NULL);
  return tsm_reply_new_done (request, g_steal_pointer (&card), tsm_json_end (data));
}
