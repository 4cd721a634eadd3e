/* SPDX-License-Identifier: MIT
 * tsm-handle: checks a request in the published order and hands it to its handler. */
#include "engine/tsm-handle.h"
#include "base/tsm-format.h"
#include "engine/tsm-engine-private.h"
#include "rules/tsm-day.h"
#include "store/tsm-admin-table.h"
#include "store/tsm-stay-table.h"
#include <string.h>

#define EN_DASH "\342\200\223" /* U+2013 */

TsmReply *
tsm_handle_refuse_values (TsmEngine *engine, const TsmRequest *request, TsmRefusal refusal,
                          const char *msgid, const TsmSaid *values, gsize n_values)
{
  g_autofree char *text = tsm_say_values (request->lang, engine->zone, msgid, values, n_values);

  return tsm_reply_new_refusal (request, refusal, text);
}

gboolean
tsm_handle_parse_user (const char *text, gint64 *ret_user_id)
{
  g_autofree char *digits = NULL;
  gint64 user_id;

  /* Some clients write a mention of somebody with a nickname as <@!id>. */
  if (g_str_has_prefix (text, "<@") && g_str_has_suffix (text, ">")) {
    const gsize n_before = text[2] == '!' ? 3 : 2;

    digits = g_strndup (text + n_before, strlen (text) - n_before - 1);
  } else {
    digits = g_strdup (text);
  }
  if (!g_ascii_isdigit (digits[0]) ||
      !g_ascii_string_to_signed (digits, 10, 1, G_MAXINT64, &user_id, NULL))
    return FALSE;
  *ret_user_id = user_id;
  return TRUE;
}

gboolean
tsm_handle_is_admin (TsmEngine *engine, gint64 user_id)
{
  return user_id == TSM_CALLER_SHELL ||
         tsm_admin_table_has (engine->db, engine->server_id, user_id);
}

char *
tsm_handle_dup_stretch (TsmEngine *engine, TsmLang lang, gint64 begin, gint64 end)
{
  const gboolean is_one_date =
      tsm_day_get_civil (begin, engine->zone, NULL) == tsm_day_get_civil (end, engine->zone, NULL);
  g_autofree char *first = tsm_format_dup_moment (lang, begin, engine->zone);
  g_autofree char *last = is_one_date ? tsm_format_dup_time (end, engine->zone)
                                      : tsm_format_dup_moment (lang, end, engine->zone);

  return g_strdup_printf ("%s " EN_DASH " %s", first, last);
}

static gboolean
is_choice (const TsmOptionSpec *option, const char *value)
{
  for (gsize i = 0; option->choices[i] != NULL; i++)
    if (strcmp (option->choices[i], value) == 0)
      return TRUE;
  return FALSE;
}

static TsmReply *
check_value (TsmEngine *engine, const TsmRequest *request, const TsmOptionSpec *option)
{
  const char *value = tsm_request_peek (request, option->name);
  g_autofree char *choices = NULL;
  gint64 user_id;
  TsmDay day;

  if (value == NULL) {
    if (!option->is_required)
      return NULL;
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_USAGE, N_ ("/%s needs %s: %s."),
                              TSM_SAY_TEXT (request->command), TSM_SAY_TEXT (option->name),
                              TSM_SAY_WORD (option->description));
  }
  if (option->kind == TSM_OPTION_USER && !tsm_handle_parse_user (value, &user_id))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_USAGE,
                              N_ ("\"%s\" is not a member; give a Discord id."),
                              TSM_SAY_TEXT (value));
  if (option->choices[0] == NULL || is_choice (option, value) ||
      (option->kind == TSM_OPTION_WHEN && tsm_day_parse (value, &day)))
    return NULL;
  choices = g_strjoinv (", ", (char **) option->choices);
  return tsm_handle_refuse (engine, request, TSM_REFUSAL_USAGE,
                            N_ ("\"%s\" is not a choice for %s; choose one of %s."),
                            TSM_SAY_TEXT (value), TSM_SAY_TEXT (option->name),
                            TSM_SAY_TEXT (choices));
}

/* Can the request be understood at all? NULL if so. */
static TsmReply *
check_usage (TsmEngine *engine, const TsmRequest *request, const TsmCommandSpec *spec)
{
  GHashTableIter iter;
  gpointer name;

  if (spec == NULL)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_USAGE,
                              N_ ("There is no command \"%s\"; tsm do help lists them."),
                              TSM_SAY_TEXT (request->command));
  g_hash_table_iter_init (&iter, request->options);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (tsm_command_find_option (spec, name) == NULL)
      return tsm_handle_refuse (engine, request, TSM_REFUSAL_USAGE,
                                N_ ("/%s has no option \"%s\"."), TSM_SAY_TEXT (spec->name),
                                TSM_SAY_TEXT (name));
  for (gsize i = 0; spec->options[i].name != NULL; i++) {
    TsmReply *reply = check_value (engine, request, &spec->options[i]);

    if (reply != NULL)
      return reply;
  }
  if (spec->handler == tsm_handle_power_hold && tsm_request_peek (request, "until") != NULL &&
      g_str_equal (tsm_request_peek (request, "state"), "auto"))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_USAGE,
                              N_ ("auto ends the hold at once and takes no hour."));
  if (request->caller_id == TSM_CALLER_SHELL &&
      (spec->who == TSM_WHO_USER || spec->who == TSM_WHO_PRESENT) && !spec->is_open_to_shell)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_USAGE,
                              N_ ("/%s is for one user; say which with --as USER_ID."),
                              TSM_SAY_TEXT (spec->name));
  return NULL;
}

/* May this caller say it? NULL if so. */
static TsmReply *
check_caller (TsmEngine *engine, const TsmRequest *request, const TsmCommandSpec *spec)
{
  TsmStay stay;

  if (request->caller_id == TSM_CALLER_SHELL)
    return NULL;
  if (!request->is_member)
    return tsm_handle_refuse (
        engine, request, TSM_REFUSAL_NOT_MEMBER,
        N_ ("TSM does not serve this Discord server; type it in one of the group's."));
  switch (spec->who) {
  case TSM_WHO_MEMBER:
    return NULL;
  case TSM_WHO_ADMIN:
    if (tsm_handle_is_admin (engine, request->caller_id))
      return NULL;
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_ADMIN, N_ ("/%s is for admins."),
                              TSM_SAY_TEXT (spec->name));
  case TSM_WHO_USER:
  case TSM_WHO_PRESENT:
    break;
  }
  if (spec->is_open_to_shell && tsm_handle_is_admin (engine, request->caller_id))
    return NULL;
  if (!tsm_stay_table_get_latest (engine->db, engine->server_id, request->caller_id, &stay))
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_A_USER,
                              N_ ("You have never used the machine; ask an admin for /hello_you."));
  if (spec->who == TSM_WHO_PRESENT && stay.leave_day != TSM_DAY_NONE)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_NOT_HERE,
                              N_ ("You left on %s; ask an admin for /hello_you when you are back."),
                              TSM_SAY_DAY (stay.leave_day));
  return NULL;
}

TsmReply *
tsm_handle_check_absent (TsmEngine *engine, const TsmRequest *request)
{
  if (request->absent_user_id == 0)
    return NULL;
  return tsm_handle_refuse (
      engine, request, TSM_REFUSAL_NOT_HERE,
      N_ ("%s is not in this Discord server; an admin at the machine can use tsm do."),
      TSM_SAY_USER (request->absent_user_id));
}

/* A button stays where it is for years; what it was for does not. NULL if it is still good. */
static TsmReply *
check_fresh (TsmEngine *engine, const TsmRequest *request)
{
  if (request->stale_at == TSM_INSTANT_NONE || engine->now < request->stale_at)
    return NULL;
  return tsm_handle_refuse (engine, request, TSM_REFUSAL_TOO_LATE,
                            N_ ("That button is too old; type the command."));
}

TsmReply *
tsm_handle_request (TsmEngine *engine, const TsmRequest *request)
{
  const TsmCommandSpec *spec = tsm_command_find (request->command);
  TsmReply *refusal;

  if (spec != NULL && spec->needs_host && !engine->config.has_host)
    return tsm_handle_refuse (engine, request, TSM_REFUSAL_UNAVAILABLE,
                              N_ ("No host is set up to be powered; see HOST_PROXMOX."));
  refusal = check_usage (engine, request, spec);
  if (refusal == NULL)
    refusal = check_caller (engine, request, spec);
  if (refusal == NULL)
    refusal = check_fresh (engine, request);
  return refusal != NULL ? refusal : spec->handler (engine, request);
}
