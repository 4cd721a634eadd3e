/* SPDX-License-Identifier: MIT
 * tsm-handle-stay: users arrive, leave, and have their dates corrected (DESIGN 3.8, 4). */
#include "base/tsm-limits.h"
#include "base/tsm-text.h"
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

static TsmDay
last_of (const TsmStay *stay)
{
  return stay->leave_day == TSM_DAY_NONE ? G_MAXINT32 : stay->leave_day;
}

static gboolean
overlaps (const TsmStay *a, const TsmStay *b)
{
  return a->arrival_day <= last_of (b) && b->arrival_day <= last_of (a);
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

/* NULL if on each of the days [from, to] somebody more can pay. */
static TsmReply *
check_room (TsmEngine *engine, const TsmRequest *request, TsmDay from, TsmDay to)
{
  const TsmDay day =
      tsm_stay_table_find_full (engine->db, engine->server_id, from, to, TSM_LIMIT_PAYERS);

  if (day == TSM_DAY_NONE)
    return NULL;
  return tsm_handle_refuse (engine, request, TSM_REFUSAL_BAD_DATE,
                            N_ ("%s users share %s already; TSM cannot split a day among more."),
                            TSM_SAY_NUMBER (TSM_LIMIT_PAYERS), TSM_SAY_DAY (day));
}

/* NULL if @after may take the place of @before. */
static TsmReply *
check_change (TsmEngine *engine, const TsmRequest *request, const TsmStay *before,
              const TsmStay *after)
{
  const TsmDay civil = tsm_day_get_civil (engine->now, engine->zone, NULL);
  TsmReply *refusal = check_stay (engine, request, after);

  if (refusal == NULL)
    refusal = check_room (engine, request, after->arrival_day,
                          MIN (before->arrival_day - 1, last_of (after)));
  if (refusal == NULL && last_of (after) > last_of (before))
    refusal = check_room (engine, request, MAX (before->leave_day + 1, after->arrival_day),
                          MIN (last_of (after), civil));
  return refusal;
}

/* Shares anew the days [from, to] that there are yet. */
static void
touch (TsmEngine *engine, TsmDay from, TsmDay to)
{
  tsm_ledger_touch_range (engine, MAX (from, engine->start_day),
                          MIN (to, tsm_engine_get_today (engine)));
}

static void
add_stay (TsmEngine *engine, const TsmRequest *request, const TsmStay *stay)
{
  tsm_stay_table_put (engine->db, engine->server_id, stay, request->caller_id, engine->now);
  touch (engine, stay->arrival_day, last_of (stay));
}

/* Only the days on which the two differ are shared anew: a stay may be years long. */
static void
change_stay (TsmEngine *engine, const TsmRequest *request, const TsmStay *before,
             const TsmStay *after)
{
  const TsmDay before_last = last_of (before), after_last = last_of (after);

  tsm_stay_table_put (engine->db, engine->server_id, after, request->caller_id, engine->now);
  touch (engine, MIN (before->arrival_day, after->arrival_day),
         MAX (before->arrival_day, after->arrival_day) - 1);
  if (before_last != after_last)
    touch (engine, MIN (before_last, after_last) + 1, MAX (before_last, after_last));
  /* Who leaves takes along what was still planned. */
  if (before->leave_day == TSM_DAY_NONE && after->leave_day != TSM_DAY_NONE)
    tsm_handle_derogation_end_all (engine, after->user_id, request->caller_id);
}

/* @title is a message id. */
static TsmReply *
reply_stay (const TsmRequest *request, const TsmStay *stay, const char *title, char *take_text)
{
  g_autoptr (TsmCard) card = tsm_card_new (tsm_text (request->lang, title));
  g_autoptr (JsonBuilder) data = tsm_json_begin ();
  g_autofree char *arrival = tsm_day_dup_string (stay->arrival_day);
  g_autofree char *leave =
      stay->leave_day == TSM_DAY_NONE ? NULL : tsm_day_dup_string (stay->leave_day);

  tsm_card_take_line (card, take_text);
  tsm_json_add_id (data, "user", stay->user_id);
  tsm_json_add_text (data, "arrival", arrival);
  tsm_json_add_text (data, "leave", leave);
  return tsm_reply_new_done (request, g_steal_pointer (&card), tsm_json_end (data));
}

/* The member said good-bye too early: the stay goes on, as if nothing had been said. */
static TsmReply *
reopen (TsmEngine *engine, const TsmRequest *request, const TsmStay *before)
{
  TsmStay after = *before;
  char *text;
  TsmReply *refusal;

  after.leave_day = TSM_DAY_NONE;
  refusal = check_change (engine, request, before, &after);
  if (refusal != NULL)
    return refusal;
  change_stay (engine, request, before, &after);
  text = tsm_say (request->lang, engine->zone,
                  N_ ("Hello again %s! You go on sharing the machine, as you have since %s."),
                  TSM_SAY_USER (after.user_id), TSM_SAY_DAY (after.arrival_day));
  return reply_stay (request, &after, N_ ("Welcome back"), text);
}

TsmReply *
tsm_handle_stay_hello (TsmEngine *engine, const TsmRequest *request)
{
  const gboolean has_date = tsm_request_peek (request, "arrival_date") != NULL;
  TsmStay stay = { .arrival_day = tsm_engine_get_today (engine), .leave_day = TSM_DAY_NONE };
  TsmStay latest = { .leave_day = TSM_DAY_NONE };
  TsmReply *refusal = tsm_handle_check_absent (engine, request);
  gboolean was_here;
  char *text;

  if (refusal != NULL)
    return refusal;
  tsm_handle_parse_user (tsm_request_peek (request, "user"), &stay.user_id);
  was_here = tsm_stay_table_get_latest (engine->db, engine->server_id, stay.user_id, &latest);
  if (was_here && latest.leave_day == TSM_DAY_NONE)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_ALREADY_HERE,
                              N_ ("%s has been here since %s."), TSM_SAY_USER (stay.user_id),
                              TSM_SAY_DAY (latest.arrival_day));
  if (has_date)
    refusal = read_date (engine, request, "arrival_date", &stay.arrival_day);
  /* A typed arrival may be the calendar's day, when the Tempo day is still the one before. */
  else if (was_here)
    stay.arrival_day = MAX (stay.arrival_day, latest.leave_day);
  if (refusal != NULL)
    return refusal;
  if (was_here && stay.arrival_day == latest.leave_day)
    return reopen (engine, request, &latest);
  refusal = check_stay (engine, request, &stay);
  if (refusal == NULL)
    refusal = check_room (engine, request, stay.arrival_day,
                          tsm_day_get_civil (engine->now, engine->zone, NULL));
  if (refusal != NULL)
    return refusal;
  add_stay (engine, request, &stay);
  text = tsm_say (request->lang, engine->zone, N_ ("Hello %s! You share the machine from %s on."),
                  TSM_SAY_USER (stay.user_id), TSM_SAY_DAY (stay.arrival_day));
  return reply_stay (request, &stay, N_ ("Welcome"), text);
}

TsmReply *
tsm_handle_stay_bye (TsmEngine *engine, const TsmRequest *request)
{
  const char *user = tsm_request_peek (request, "user");
  gint64 user_id = request->caller_id;
  TsmReply *refusal;
  char *text;
  TsmStay stay, after;

  if (user != NULL)
    tsm_handle_parse_user (user, &user_id);
  if (user_id == TSM_CALLER_SHELL)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_USAGE,
                              N_ ("Say who leaves: bye_bye user=ID, or --as USER_ID."));
  if (user_id != request->caller_id && !tsm_handle_is_admin (engine, request->caller_id))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_ADMIN,
                              N_ ("Only an admin can say goodbye for someone else."));
  if (!tsm_stay_table_get_latest (engine->db, engine->server_id, user_id, &stay))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_A_USER,
                              N_ ("%s has never used the machine."), TSM_SAY_USER (user_id));
  refusal = tsm_handle_check_absent (engine, request);
  if (refusal != NULL)
    return refusal;
  if (stay.leave_day != TSM_DAY_NONE)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_HERE, N_ ("%s left on %s already."),
                              TSM_SAY_USER (user_id), TSM_SAY_DAY (stay.leave_day));
  after = stay;
  after.leave_day = MAX (stay.arrival_day, tsm_engine_get_today (engine));
  change_stay (engine, request, &stay, &after);
  text = tsm_say (request->lang, engine->zone, N_ ("Goodbye %s. The last day you share is %s."),
                  TSM_SAY_USER (user_id), TSM_SAY_DAY (after.leave_day));
  return reply_stay (request, &after, N_ ("Goodbye"), text);
}

TsmReply *
tsm_handle_stay_change (TsmEngine *engine, const TsmRequest *request)
{
  const gboolean is_arrival = g_str_equal (tsm_request_peek (request, "which"), "arrival");
  char *text;
  gint64 user_id = 0;
  TsmStay before, after;
  TsmReply *refusal;
  TsmDay day = 0;

  tsm_handle_parse_user (tsm_request_peek (request, "user"), &user_id);
  if (!tsm_stay_table_get_latest (engine->db, engine->server_id, user_id, &before))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_A_USER,
                              N_ ("%s has never used the machine."), TSM_SAY_USER (user_id));
  refusal = tsm_handle_check_absent (engine, request);
  if (refusal == NULL)
    refusal = read_date (engine, request, "date", &day);
  if (refusal != NULL)
    return refusal;
  after = before;
  if (is_arrival)
    after.arrival_day = day;
  else
    after.leave_day = day;
  refusal = check_change (engine, request, &before, &after);
  if (refusal != NULL)
    return refusal;
  change_stay (engine, request, &before, &after);
  text = tsm_say (request->lang, engine->zone,
                  after.leave_day == TSM_DAY_NONE ? N_ ("%s has been here since %s.")
                                                  : N_ ("%s was here from %s to %s."),
                  TSM_SAY_USER (user_id), TSM_SAY_DAY (after.arrival_day),
                  TSM_SAY_DAY (after.leave_day));
  return reply_stay (request, &after, N_ ("Dates corrected"), text);
}
