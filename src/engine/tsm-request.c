/* SPDX-License-Identifier: MIT
 * tsm-request: a command as a front end hands it over, and the answer it gets back. */
/* tidy: allow name: a reply belongs to its request, and their header holds both */
#include "engine/tsm-request.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "base/tsm-say.h"
#include "engine/tsm-command.h"
#include <string.h>

TsmRequest *
tsm_request_new (const char *command, gint64 caller_id, TsmLang lang)
{
  TsmRequest *self = g_new0 (TsmRequest, 1);

  self->command = g_strdup (command);
  self->caller_id = caller_id;
  self->is_member = TRUE;
  self->lang = lang;
  self->stale_at = TSM_INSTANT_NONE;
  self->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
tsm_request_free (TsmRequest *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->options, g_hash_table_unref);
  g_free (self->command);
  g_free (self);
}

void
tsm_request_set (TsmRequest *self, const char *option, const char *value)
{
  g_hash_table_replace (self->options, g_strdup (option), g_strdup (value));
}

const char *
tsm_request_peek (const TsmRequest *self, const char *option)
{
  return g_hash_table_lookup (self->options, option);
}

/* A person typed it: what is wrong with it is said in their language. */
static void
take_said (GError **error, char *take_text)
{
  g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, take_text);
  g_free (take_text);
}

/* The first option of the command that was not given yet takes a bare word. */
static gboolean
set_bare_word (TsmRequest *self, const TsmCommandSpec *spec, const char *word, GError **error)
{
  for (gsize i = 0; spec != NULL && spec->options[i].name != NULL; i++) {
    if (tsm_request_peek (self, spec->options[i].name) == NULL) {
      tsm_request_set (self, spec->options[i].name, word);
      return TRUE;
    }
  }
  take_said (error, tsm_say (self->lang, NULL,
                             N_ ("\"%s\" is not an option; write option=value (tsm do help lists "
                                 "them)"),
                             TSM_SAY_TEXT (word)));
  return FALSE;
}

/* What arrives is shown again in replies: it has to be text, and not too much of it. */
static gboolean
check_text (const char *text, gsize length, TsmLang lang, GError **error)
{
  if (length > TSM_LIMIT_REQUEST_BYTES) {
    take_said (error, tsm_say (lang, NULL, N_ ("the request is longer than %s bytes"),
                               TSM_SAY_NUMBER (TSM_LIMIT_REQUEST_BYTES)));
    return FALSE;
  }
  if (!g_utf8_validate (text, (gssize) length, NULL)) {
    take_said (error, tsm_say (lang, NULL, N_ ("the request is not UTF-8 text")));
    return FALSE;
  }
  return TRUE;
}

TsmRequest *
tsm_request_new_from_line (const char *line, gint64 caller_id, TsmLang lang, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (TsmRequest) self = NULL;
  g_autoptr (GError) parse_error = NULL;
  const char *name;

  if (!check_text (line, strlen (line), lang, error))
    return NULL;
  if (!g_shell_parse_argv (line, NULL, &words, &parse_error)) {
    if (g_error_matches (parse_error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING))
      take_said (error, tsm_say (lang, NULL, N_ ("no command is given; tsm do help lists them")));
    else
      take_said (error,
                 tsm_say (lang, NULL, N_ ("in \"%s\" a quote is left open"), TSM_SAY_TEXT (line)));
    return NULL;
  }
  name = words[0][0] == '/' ? words[0] + 1 : words[0];
  self = tsm_request_new (name, caller_id, lang);
  for (guint i = 1; words[i] != NULL; i++) {
    char *value = strchr (words[i], '=');

    if (value == NULL) {
      if (!set_bare_word (self, tsm_command_find (name), words[i], error))
        return NULL;
      continue;
    }
    *value++ = '\0';
    tsm_request_set (self, words[i], value);
  }
  return g_steal_pointer (&self);
}

static gboolean
read_caller (TsmRequest *self, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "as");
  const char *as;

  if (node == NULL)
    return TRUE;
  /* Anything else than a text must not pass for the shell. */
  if (json_node_get_value_type (node) != G_TYPE_STRING) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, "as is not a text");
    return FALSE;
  }
  as = json_node_get_string (node);
  if (g_ascii_isdigit (as[0]) &&
      g_ascii_string_to_signed (as, 10, 1, G_MAXINT64, &self->caller_id, NULL))
    return TRUE;
  g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
               "\"%s\" is not a user id; give the Discord id, digits alone", as);
  return FALSE;
}

static gboolean
read_options (TsmRequest *self, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "options");
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, "options is not an object");
    return FALSE;
  }
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &value)) {
    if (json_node_get_value_type (value) != G_TYPE_STRING) {
      g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, "option %s is not a text", name);
      return FALSE;
    }
    tsm_request_set (self, name, json_node_get_string (value));
  }
  return TRUE;
}

TsmRequest *
tsm_request_new_from_json (const char *json, gssize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (TsmRequest) self = NULL;
  g_autoptr (GError) parse_error = NULL;
  const gsize n_bytes = length >= 0 ? (gsize) length : strlen (json);
  JsonObject *object;
  JsonNode *command;

  if (!check_text (json, n_bytes, TSM_LANG_EN, error))
    return NULL;
  if (!json_parser_load_from_data (parser, json, length, &parse_error) ||
      json_parser_get_root (parser) == NULL ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser))) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, "the request is not a JSON object%s%s",
                 parse_error != NULL ? ": " : "", parse_error != NULL ? parse_error->message : "");
    return NULL;
  }
  object = json_node_get_object (json_parser_get_root (parser));
  command = json_object_get_member (object, "command");
  if (command == NULL || json_node_get_value_type (command) != G_TYPE_STRING) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, "the request names no command");
    return NULL;
  }
  self = tsm_request_new (json_node_get_string (command), TSM_CALLER_SHELL, TSM_LANG_EN);
  if (g_strcmp0 (json_object_get_string_member_with_default (object, "lang", "en"), "fr") == 0)
    self->lang = TSM_LANG_FR;
  if (!read_caller (self, object, error) || !read_options (self, object, error))
    return NULL;
  return g_steal_pointer (&self);
}

static char *
dup_line (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}

char *
tsm_request_dup_json (const TsmRequest *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  GHashTableIter iter;
  gpointer name, value;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "command");
  json_builder_add_string_value (builder, self->command);
  if (self->caller_id != TSM_CALLER_SHELL) {
    g_autofree char *as = g_strdup_printf ("%" G_GINT64_FORMAT, self->caller_id);

    json_builder_set_member_name (builder, "as");
    json_builder_add_string_value (builder, as);
  }
  json_builder_set_member_name (builder, "lang");
  json_builder_add_string_value (builder, self->lang == TSM_LANG_FR ? "fr" : "en");
  json_builder_set_member_name (builder, "options");
  json_builder_begin_object (builder);
  g_hash_table_iter_init (&iter, self->options);
  while (g_hash_table_iter_next (&iter, &name, &value)) {
    json_builder_set_member_name (builder, name);
    json_builder_add_string_value (builder, value);
  }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  return dup_line (builder);
}

TsmReply *
tsm_reply_new_done (const TsmRequest *request, TsmCard *take_card, JsonNode *take_data)
{
  TsmReply *self = g_new0 (TsmReply, 1);

  g_assert (take_data != NULL && JSON_NODE_HOLDS_OBJECT (take_data));
  self->ticket = request->ticket;
  self->card = take_card;
  self->text = tsm_card_dup_text (take_card, request->lang);
  self->data = take_data;
  return self;
}

TsmReply *
tsm_reply_new_refusal (const TsmRequest *request, TsmRefusal refusal, const char *text)
{
  TsmReply *self = g_new0 (TsmReply, 1);

  g_assert (refusal != TSM_REFUSAL_NONE);
  self->ticket = request->ticket;
  self->refusal = refusal;
  self->text = g_strdup (text);
  return self;
}

void
tsm_reply_free (TsmReply *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->data, json_node_unref);
  g_clear_pointer (&self->card, tsm_card_free);
  g_free (self->text);
  g_free (self);
}

char *
tsm_reply_dup_json (const TsmReply *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "ok");
  json_builder_add_boolean_value (builder, self->refusal == TSM_REFUSAL_NONE);
  if (self->refusal == TSM_REFUSAL_NONE) {
    json_builder_set_member_name (builder, "text");
    json_builder_add_string_value (builder, self->text);
    json_builder_set_member_name (builder, "data");
    json_builder_add_value (builder, json_node_ref (self->data));
  } else {
    json_builder_set_member_name (builder, "error");
    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "code");
    json_builder_add_string_value (builder, tsm_refusal_to_string (self->refusal));
    json_builder_set_member_name (builder, "message");
    json_builder_add_string_value (builder, self->text);
    json_builder_end_object (builder);
  }
  json_builder_end_object (builder);
  return dup_line (builder);
}
