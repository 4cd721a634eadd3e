/* SPDX-License-Identifier: MIT
 * tsm-handle-stay: users arrive, leave, and have their dates corrected (DESIGN 3.8, 4). */
#include "engine/tsm-engine-private.h"
#include "engine/tsm-handle.h"
#include "engine/tsm-json.h"
#include "rules/tsm-day.h"
#include "store/tsm-stay-table.h"

/* A typed date: up to the calendar date. NULL if it is good. */
static TsmReply *
read_date (TsmEngine *engine, const TsmRequest *request, const char *option, TsmDay *ret_day)
{
  const char *text = tsm_request_peek (request, option);
  const TsmDay civil = tsm_day_get_civil (engine->now, engine->zone, NULL);

  if (!tsm_day_parse (text, ret_day))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_DATE,
                              N_ ("\"%s\" is not a date; write it YYYY-MM-DD."),
                              TSM_SAY_TEXT (text));
  if (*ret_day > civil)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_DATE,
                              N_ ("%s is still to come; give a date up to today."),
                              TSM_SAY_DAY (*ret_day));
  return NULL;
}

static gboolean
overlaps (const TsmStay *a, const TsmStay *b)
{
  const TsmDay a_last = a->leave_day == TSM_DAY_NONE ? G_MAXINT32 : a->leave_day;
  const TsmDay b_last = b->leave_day == TSM_DAY_NONE ? G_MAXINT32 : b->leave_day;

  return a->arrival_day <= b_last && b->arrival_day <= a_last;
}

/* NULL if the dates are in order and no other stay of the user's shares a day with @stay. */
static TsmReply *
check_stay (TsmEngine *engine, const TsmRequest *request, const TsmStay *stay)
{
  g_autoptr (GArray) stays =
      tsm_stay_table_dup_of_user (engine->db, engine->server_id, stay->user_id);

  if (stay->leave_day != TSM_DAY_NONE && stay->leave_day < stay->arrival_day)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_DATE,
                              N_ ("%s would leave on %s, before arriving on %s."),
                              TSM_SAY_USER (stay->user_id), TSM_SAY_DAY (stay->leave_day),
                              TSM_SAY_DAY (stay->arrival_day));
  for (guint i = 0; i < stays->len; i++) {
    const TsmStay *other = &g_array_index (stays, TsmStay, i);

    if (other->stay != stay->stay && overlaps (stay, other))
      return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_DATE,
                                N_ ("%s was here from %s to %s already; stays cannot overlap."),
                                TSM_SAY_USER (stay->user_id), TSM_SAY_DAY (other->arrival_day),
                                TSM_SAY_DAY (other->leave_day));
  }
  return NULL;
}

/* Every day the stay covers, up to now, is shared anew. */
static void
touch_stay (TsmEngine *engine, const TsmStay *stay)
{
  const TsmDay today = tsm_engine_get_today (engine);
  const TsmDay last = stay->leave_day == TSM_DAY_NONE ? today : MIN (stay->leave_day, today);

  tsm_ledger_touch_range (engine, MAX (stay->arrival_day, engine->start_day), last);
}

static void
put_stay (TsmEngine *engine, const TsmRequest *request, const TsmStay *stay)
{
  tsm_stay_table_put (engine->db, engine->server_id, stay, request->caller_id, engine->now);
  touch_stay (engine, stay);
}

static TsmReply *
reply_stay (const TsmRequest *request, const TsmStay *stay, const char *text)
{
  g_autoptr (JsonBuilder) data = tsm_json_begin ();
  g_autofree char *arrival = tsm_day_dup_string (stay->arrival_day);
  g_autofree char *leave =
      stay->leave_day == TSM_DAY_NONE ? NULL : tsm_day_dup_string (stay->leave_day);

  tsm_json_add_id (data, "user", stay->user_id);
  tsm_json_add_text (data, "arrival", arrival);
  tsm_json_add_text (data, "leave", leave);
  return tsm_reply_new_done (request, text, tsm_json_end (data));
}

TsmReply *
tsm_handle_stay_hello (TsmEngine *engine, const TsmRequest *request)
{
  TsmStay stay = { .arrival_day = tsm_engine_get_today (engine), .leave_day = TSM_DAY_NONE };
  TsmStay latest;
  TsmReply *refusal = NULL;
  g_autofree char *text = NULL;

  tsm_handle_parse_user (tsm_request_peek (request, "user"), &stay.user_id);
  if (tsm_stay_table_get_latest (engine->db, engine->server_id, stay.user_id, &latest) &&
      latest.leave_day == TSM_DAY_NONE)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_ALREADY_HERE,
                              N_ ("%s is here already, since %s."), TSM_SAY_USER (stay.user_id),
                              TSM_SAY_DAY (latest.arrival_day));
  if (tsm_request_peek (request, "arrival_date") != NULL)
    refusal = read_date (engine, request, "arrival_date", &stay.arrival_day);
  if (refusal == NULL)
    refusal = check_stay (engine, request, &stay);
  if (refusal != NULL)
    return refusal;
  put_stay (engine, request, &stay);
  text = tsm_say (request->lang, engine->zone, N_ ("Hello %s! You share the server from %s on."),
                  TSM_SAY_USER (stay.user_id), TSM_SAY_DAY (stay.arrival_day));
  return reply_stay (request, &stay, text);
}

/* Closes the open stay on @leave_day, with what the user still had planned. */
static void
close_stay (TsmEngine *engine, const TsmRequest *request, TsmStay *stay, TsmDay leave_day)
{
  /* The days after an earlier leave are shared anew, too. */
  touch_stay (engine, stay);
  stay->leave_day = leave_day;
  put_stay (engine, request, stay);
  tsm_handle_derogation_end_all (engine, stay->user_id, request->caller_id);
}

TsmReply *
tsm_handle_stay_bye (TsmEngine *engine, const TsmRequest *request)
{
  const char *user = tsm_request_peek (request, "user");
  gint64 user_id = request->caller_id;
  g_autofree char *text = NULL;
  TsmStay stay;

  if (user != NULL)
    tsm_handle_parse_user (user, &user_id);
  if (user_id == TSM_CALLER_SHELL)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_USAGE,
                              N_ ("Say who leaves: bye_bye user=ID, or --as USER_ID."));
  if (user_id != request->caller_id && !tsm_handle_is_admin (engine, request->caller_id))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_ADMIN,
                              N_ ("Only an admin says good bye for others."));
  if (!tsm_stay_table_get_latest (engine->db, engine->server_id, user_id, &stay))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_A_USER,
                              N_ ("%s has never used the server."), TSM_SAY_USER (user_id));
  if (stay.leave_day != TSM_DAY_NONE)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_HERE, N_ ("%s left on %s already."),
                              TSM_SAY_USER (user_id), TSM_SAY_DAY (stay.leave_day));
  close_stay (engine, request, &stay, MAX (stay.arrival_day, tsm_engine_get_today (engine)));
  text = tsm_say (request->lang, engine->zone, N_ ("Good bye %s. The last day you share is %s."),
                  TSM_SAY_USER (user_id), TSM_SAY_DAY (stay.leave_day));
  return reply_stay (request, &stay, text);
}

TsmReply *
tsm_handle_stay_change (TsmEngine *engine, const TsmRequest *request)
{
  const gboolean is_arrival = g_str_equal (tsm_request_peek (request, "which"), "arrival");
  g_autofree char *text = NULL;
  gint64 user_id = 0;
  TsmStay before, after;
  TsmReply *refusal;
  TsmDay day = 0;

  tsm_handle_parse_user (tsm_request_peek (request, "user"), &user_id);
  if (!tsm_stay_table_get_latest (engine->db, engine->server_id, user_id, &before))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_A_USER,
                              N_ ("%s has never used the server."), TSM_SAY_USER (user_id));
  refusal = read_date (engine, request, "date", &day);
  if (refusal != NULL)
    return refusal;
  after = before;
  if (is_arrival)
    after.arrival_day = day;
  else
    after.leave_day = day;
  refusal = check_stay (engine, request, &after);
  if (refusal != NULL)
    return refusal;
  if (before.leave_day == TSM_DAY_NONE && !is_arrival) {
    close_stay (engine, request, &before, day);
  } else {
    touch_stay (engine, &before);
    put_stay (engine, request, &after);
  }
  text = tsm_say (request->lang, engine->zone,
                  after.leave_day == TSM_DAY_NONE ? N_ ("%s is here since %s.")
                                                  : N_ ("%s was here from %s to %s."),
                  TSM_SAY_USER (user_id), TSM_SAY_DAY (after.arrival_day),
                  TSM_SAY_DAY (after.leave_day));
  return reply_stay (request, &after, text);
}
