/* SPDX-License-Identifier: MIT
 * tsm-handle-colour: an admin's word on a day's colour, above every source's (DESIGN 3.1). */
#include "base/tsm-text.h"
#include "engine/tsm-engine-private.h"
#include "engine/tsm-handle.h"
#include "engine/tsm-json.h"
#include "rules/tsm-day.h"

/* How far ahead a colour can be known: RTE publishes the next day's. */
#define DAYS_AHEAD 1

TsmReply *
tsm_handle_colour_set (TsmEngine *engine, const TsmRequest *request)
{
  const char *typed = tsm_request_peek (request, "day");
  const TsmDay last = tsm_day_get_civil (engine->now, engine->zone, NULL) + DAYS_AHEAD;
  TsmColour colour = TSM_COLOUR_UNKNOWN;
  g_autoptr (JsonBuilder) data = NULL;
  g_autoptr (TsmCard) card = NULL;
  TsmDay day;

  tsm_colour_from_string (tsm_request_peek (request, "colour"), &colour);
  if (!tsm_day_parse (typed, &day))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_DATE,
                              N_ ("\"%s\" is not a date; write it YYYY-MM-DD."),
                              TSM_SAY_TEXT (typed));
  if (day < engine->start_day || day > last)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_DATE,
                              N_ ("Give a day from %s to tomorrow."),
                              TSM_SAY_DAY (engine->start_day));
  tsm_forecast_set (engine, day, colour);
  card = tsm_card_new (tsm_text (request->lang, N_ ("Colour corrected")));
  tsm_card_set_day (card, day, colour);
  card->names_day = TRUE;
  tsm_card_take_line (card, tsm_say (request->lang, engine->zone, N_ ("%s: %s, on your word."),
                                     TSM_SAY_DAY (day), TSM_SAY_COLOUR (colour)));
  data = tsm_json_begin ();
  tsm_json_add_text (data, "day", typed);
  tsm_json_add_text (data, "colour", tsm_colour_to_string (colour));
  return tsm_reply_new_done (request, g_steal_pointer (&card), tsm_json_end (data));
}
