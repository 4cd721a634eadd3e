/* SPDX-License-Identifier: MIT
 * tsm-interaction: an INTERACTION_CREATE, read. */
#include "discord/tsm-interaction.h"
#include "base/tsm-body.h"
#include "base/tsm-error.h"
#include "base/tsm-text.h"
#include "engine/tsm-command.h"
#include "rules/tsm-day.h"
#include <string.h>

/* Of an option (spec discord 7) and of a component (12). */
#define OPTION_USER    6
#define COMPONENT_MENU 3

/* What our custom_ids begin with; another version's are too old, or too new, to be understood. */
#define ID_KEEP  "tsm1:dero:"
#define ID_HOURS "tsm1:hours:"
#define ID_NEED  "tsm1:need:"

/* An id is a 64-bit number in digits, and becomes part of a path. */
static gboolean
is_id (const char *text)
{
  const gsize length = text != NULL ? strlen (text) : 0;

  return length >= 1 && length <= 20 && strspn (text, "0123456789") == length;
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM, what);
  return FALSE;
}

/* A guild's or application's id, which may be missing or null. */
static gboolean
read_optional_id (const TsmBodyNode *root, const char *key, char **ret_id, GError **error)
{
  const TsmBodyNode *node = tsm_body_get_member (root, key);

  if (node == NULL || node->kind == TSM_BODY_NULL)
    return TRUE;
  if (node->kind != TSM_BODY_STRING || !is_id (node->text)) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "has no good %s", key);
    return FALSE;
  }
  *ret_id = g_strdup (node->text);
  return TRUE;
}

/* In a guild the caller is inside "member", in a direct message alone. */
static gboolean
read_caller (TsmInteraction *self, const TsmBodyNode *root, GError **error)
{
  const TsmBodyNode *member = tsm_body_get_member (root, "member");
  const TsmBodyNode *user = tsm_body_get_member (member, "user");
  const char *id;

  if (user == NULL || user->kind != TSM_BODY_OBJECT)
    user = tsm_body_get_member (root, "user");
  id = tsm_body_get_member_string (user, "id");
  /* 0 would be the daemon's own shell. */
  if (!is_id (id) || !g_ascii_string_to_signed (id, 10, 1, G_MAXINT64, &self->caller_id, NULL))
    return fail (error, "has no caller");
  return TRUE;
}

static void
read_lang (TsmInteraction *self, const TsmBodyNode *root)
{
  const char *locale = tsm_body_get_member_string (root, "locale");

  if (locale == NULL)
    locale = tsm_body_get_member_string (root, "guild_locale");
  self->lang = tsm_text_lang_from_tag (locale);
}

static gboolean
read_envelope (TsmInteraction *self, const TsmBodyNode *root, GError **error)
{
  const char *id = tsm_body_get_member_string (root, "id");
  const char *token = tsm_body_get_member_string (root, "token");

  if (!is_id (id))
    return fail (error, "has no good id");
  if (token == NULL || *token == '\0')
    return fail (error, "has no token");
  self->id = g_strdup (id);
  self->token = tsm_secret_new (token);
  read_lang (self, root);
  return read_optional_id (root, "application_id", &self->application_id, error) &&
         read_optional_id (root, "guild_id", &self->guild_id, error) &&
         read_caller (self, root, error);
}

static TsmRequest *
new_request (const TsmInteraction *self, const char *command)
{
  TsmRequest *request = tsm_request_new (command, self->caller_id, self->lang);

  request->is_member = FALSE;
  return request;
}

/* A chosen user who is not in the guild comes among the users, not among the members. */
static void
note_absence (TsmRequest *request, const TsmBodyNode *option, const TsmBodyNode *data)
{
  const TsmBodyNode *resolved = tsm_body_get_member (data, "resolved");
  const TsmBodyNode *members = tsm_body_get_member (resolved, "members");
  const char *id = tsm_body_get_member_string (option, "value");
  gint64 user_id;

  if (request->absent_user_id == 0 && is_id (id) && tsm_body_get_member (members, id) == NULL &&
      g_ascii_string_to_signed (id, 10, 1, G_MAXINT64, &user_id, NULL))
    request->absent_user_id = user_id;
}

/* Every value is text to the engine, which says what is wrong with it. */
static void
read_option (TsmRequest *request, const TsmBodyNode *option, const TsmBodyNode *data)
{
  const char *name = tsm_body_get_member_string (option, "name");
  const TsmBodyNode *value = tsm_body_get_member (option, "value");
  gint64 type = 0;

  if (name == NULL || value == NULL || value->text == NULL || value->kind == TSM_BODY_NULL)
    return;
  tsm_body_get_member_integer (option, "type", &type);
  if (type == OPTION_USER)
    note_absence (request, option, data);
  tsm_request_set (request, name, value->text);
}

static gboolean
read_command (TsmInteraction *self, const TsmBodyNode *data, GError **error)
{
  const char *name = tsm_body_get_member_string (data, "name");
  const TsmBodyNode *options = tsm_body_get_member (data, "options");
  const TsmBodyNode *option = options != NULL ? tsm_body_get_first (options) : NULL;

  if (name == NULL)
    return fail (error, "names no command");
  self->request = new_request (self, name);
  for (guint i = 0; option != NULL && i < options->n_children; i++) {
    read_option (self->request, option, data);
    option = tsm_body_get_next (option);
  }
  return TRUE;
}

/* The option being typed; NULL when none is. */
static const TsmBodyNode *
find_focused (const TsmBodyNode *data)
{
  const TsmBodyNode *options = tsm_body_get_member (data, "options");
  const TsmBodyNode *option = options != NULL ? tsm_body_get_first (options) : NULL;

  for (guint i = 0; option != NULL && i < options->n_children; i++) {
    const TsmBodyNode *focused = tsm_body_get_member (option, "focused");

    if (focused != NULL && focused->kind == TSM_BODY_BOOLEAN && g_str_equal (focused->text, "true"))
      return option;
    option = tsm_body_get_next (option);
  }
  return NULL;
}

/* Only the caller's own derogations are the engine's to know. */
static void
read_autocomplete (TsmInteraction *self, const TsmBodyNode *data)
{
  const char *name = tsm_body_get_member_string (data, "name");
  const TsmCommandSpec *spec = name != NULL ? tsm_command_find (name) : NULL;
  const TsmBodyNode *focused = find_focused (data);
  const char *option_name = tsm_body_get_member_string (focused, "name");
  const TsmBodyNode *value = tsm_body_get_member (focused, "value");
  const TsmOptionSpec *option;

  self->focused = g_strdup (option_name != NULL ? option_name : "");
  self->typed = g_strdup (value != NULL && value->text != NULL ? value->text : "");
  option = spec != NULL ? tsm_command_find_option (spec, self->focused) : NULL;
  if (option != NULL && option->kind == TSM_OPTION_DEROGATION)
    self->request = new_request (self, "get_my_current_derogations");
}

static TsmRequest *
new_derogation (const TsmInteraction *self, TsmDay day)
{
  g_autofree char *when = tsm_day_dup_string (day);
  TsmRequest *request = new_request (self, "set_derogation");

  tsm_request_set (request, "when", when);
  return request;
}

/* "0600" as "06:00". FALSE for what is no such hour. */
static gboolean
read_hour (const char *text, char *ret_hour)
{
  for (guint i = 0; i < 4; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  memcpy (ret_hour, text, 2);
  ret_hour[2] = ':';
  memcpy (ret_hour + 3, text + 2, 2);
  ret_hour[5] = '\0';
  return TRUE;
}

/* The menu's choice: "0600-1200", "-2200-0600". NULL when it is not one. */
static TsmRequest *
new_derogation_of_hours (const TsmInteraction *self, TsmDay day, const TsmBodyNode *data)
{
  const TsmBodyNode *values = tsm_body_get_member (data, "values");
  const TsmBodyNode *first = values != NULL ? tsm_body_get_first (values) : NULL;
  const char *value = first != NULL && first->kind == TSM_BODY_STRING ? first->text : "";
  const gboolean is_day_before = value[0] == '-';
  char start[6], end[6];
  TsmRequest *request;

  value += is_day_before ? 1 : 0;
  if (is_day_before && day == tsm_day_from_ymd (1, 1, 1))
    return NULL;
  if (strlen (value) != 9 || value[4] != '-' || !read_hour (value, start) ||
      !read_hour (value + 5, end))
    return NULL;
  request = new_derogation (self, is_day_before ? day - 1 : day);
  tsm_request_set (request, "hour_start", start);
  tsm_request_set (request, "hour_end", end);
  return request;
}

/* A press on what stands below a notice. */
static void
read_component (TsmInteraction *self, const TsmBodyNode *data)
{
  const char *id = tsm_body_get_member_string (data, "custom_id");
  gint64 until;
  TsmDay day;

  if (id == NULL)
    return;
  if (g_str_has_prefix (id, ID_KEEP) && tsm_day_parse (id + strlen (ID_KEEP), &day))
    self->request = new_derogation (self, day);
  else if (g_str_has_prefix (id, ID_HOURS) && tsm_day_parse (id + strlen (ID_HOURS), &day))
    self->request = new_derogation_of_hours (self, day, data);
  else if (g_str_has_prefix (id, ID_NEED) && is_id (id + strlen (ID_NEED)) &&
           g_ascii_string_to_signed (id + strlen (ID_NEED), 10, 1, G_MAXINT64, &until, NULL)) {
    self->request = new_request (self, "set_derogation");
    tsm_request_set (self->request, "when", "today");
    self->request->stale_at = until;
  }
}

TsmInteraction *
tsm_interaction_new (const char *d, gsize length, GError **error)
{
  g_autoptr (TsmBody) body = tsm_body_new_from_text (d, length, error);
  g_autoptr (TsmInteraction) self = g_new0 (TsmInteraction, 1);
  const TsmBodyNode *root, *data;
  const TsmCommandSpec *spec;
  gint64 kind;

  if (body == NULL)
    return NULL;
  root = tsm_body_get_root (body);
  data = tsm_body_get_member (root, "data");
  if (!tsm_body_get_member_integer (root, "type", &kind)) {
    fail (error, "has no type");
    return NULL;
  }
  if (kind != TSM_INTERACTION_COMMAND && kind != TSM_INTERACTION_COMPONENT &&
      kind != TSM_INTERACTION_AUTOCOMPLETE)
    return g_steal_pointer (&self);
  self->kind = (TsmInteractionKind) kind;
  if (!read_envelope (self, root, error))
    return NULL;
  if (self->kind == TSM_INTERACTION_COMMAND && !read_command (self, data, error))
    return NULL;
  if (self->kind == TSM_INTERACTION_COMPONENT)
    read_component (self, data);
  if (self->kind == TSM_INTERACTION_AUTOCOMPLETE)
    read_autocomplete (self, data);
  spec = self->request != NULL ? tsm_command_find (self->request->command) : NULL;
  self->is_private = spec != NULL && spec->is_private;
  return g_steal_pointer (&self);
}

void
tsm_interaction_free (TsmInteraction *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->token, tsm_secret_unref);
  g_clear_pointer (&self->request, tsm_request_free);
  g_free (self->id);
  g_free (self->application_id);
  g_free (self->guild_id);
  g_free (self->focused);
  g_free (self->typed);
  g_free (self);
}

static char *
dup_day_id (const char *prefix, TsmDay day)
{
  g_autofree char *date = tsm_day_dup_string (day);

  return g_strconcat (prefix, date, NULL);
}

char *
tsm_interaction_dup_keep_id (TsmDay day)
{
  return dup_day_id (ID_KEEP, day);
}

char *
tsm_interaction_dup_hours_id (TsmDay day)
{
  return dup_day_id (ID_HOURS, day);
}

char *
tsm_interaction_dup_need_id (gint64 until)
{
  return g_strdup_printf (ID_NEED "%" G_GINT64_FORMAT, until);
}

char *
tsm_interaction_dup_hours_value (gboolean is_day_before, guint start_minute, guint end_minute)
{
  return g_strdup_printf ("%s%02u%02u-%02u%02u", is_day_before ? "-" : "", start_minute / 60,
                          start_minute % 60, end_minute / 60, end_minute % 60);
}
