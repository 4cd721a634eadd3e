/* SPDX-License-Identifier: MIT
 * tsm-registration: the command table as Discord is told of it. */
#include "discord/tsm-registration.h"
#include "base/tsm-body.h"
#include "base/tsm-i18n.h"
#include "base/tsm-text.h"
#include "discord/tsm-markup.h"
#include "engine/tsm-json.h"

/* Types of a command and of its options (spec discord 7). */
#define COMMAND_CHAT_INPUT 1
#define OPTION_STRING      3
#define OPTION_USER        6

static void
begin_object (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

/* @key in English, and for those who read French in French. The other locales fall back to the
 * first. */
static void
add_texts (JsonBuilder *builder, const char *key, const char *localizations, const char *msgid)
{
  g_autofree char *english = tsm_markup_dup_capitalized (tsm_text (TSM_LANG_EN, msgid));
  g_autofree char *french = tsm_markup_dup_capitalized (tsm_text (TSM_LANG_FR, msgid));

  tsm_json_add_text (builder, key, english);
  begin_object (builder, localizations);
  tsm_json_add_text (builder, "fr", french);
  json_builder_end_object (builder);
}

static void
add_choices (JsonBuilder *builder, const TsmOptionSpec *option)
{
  tsm_json_begin_array (builder, "choices");
  for (guint i = 0; option->choices[i] != NULL; i++) {
    json_builder_begin_object (builder);
    add_texts (builder, "name", "name_localizations",
               tsm_command_get_choice_label (option->choices[i]));
    tsm_json_add_text (builder, "value", option->choices[i]);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_option (JsonBuilder *builder, const TsmOptionSpec *option)
{
  json_builder_begin_object (builder);
  tsm_json_add_int (builder, "type", option->kind == TSM_OPTION_USER ? OPTION_USER : OPTION_STRING);
  tsm_json_add_text (builder, "name", option->name);
  /* Here a member is picked from a list, not typed as an id. */
  add_texts (builder, "description", "description_localizations",
             option->kind == TSM_OPTION_USER ? N_ ("the member") : option->description);
  if (option->is_required)
    tsm_json_add_boolean (builder, "required", TRUE);
  switch (option->kind) {
  case TSM_OPTION_USER:
  case TSM_OPTION_DATE:
    break;
  case TSM_OPTION_HOUR:
  case TSM_OPTION_DEROGATION:
    tsm_json_add_boolean (builder, "autocomplete", TRUE);
    break;
  case TSM_OPTION_CHOICE:
  case TSM_OPTION_WHEN:
    add_choices (builder, option);
    break;
  }
  json_builder_end_object (builder);
}

/* Discord wants the required ones first, whatever the table's order. */
static void
add_options (JsonBuilder *builder, const TsmCommandSpec *spec)
{
  tsm_json_begin_array (builder, "options");
  for (guint is_optional = 0; is_optional <= 1; is_optional++)
    for (guint i = 0; spec->options[i].name != NULL; i++)
      if (spec->options[i].is_required != (is_optional == 1))
        add_option (builder, &spec->options[i]);
  json_builder_end_array (builder);
}

char *
tsm_registration_dup_json (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;
  const TsmCommandSpec *table;
  gsize n_commands;

  table = tsm_command_get_table (&n_commands);
  json_builder_begin_array (builder);
  for (gsize i = 0; i < n_commands; i++) {
    json_builder_begin_object (builder);
    tsm_json_add_int (builder, "type", COMMAND_CHAT_INPUT);
    tsm_json_add_text (builder, "name", table[i].name);
    add_texts (builder, "description", "description_localizations", table[i].description);
    add_options (builder, &table[i]);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

char *
tsm_registration_dup_hash (const char *json)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, json, -1);
}

/* Is a command of a guild's list one of ours? */
static gboolean
is_ours (const TsmBodyNode *command)
{
  const char *name = tsm_body_get_member_string (command, "name");
  gint64 type = COMMAND_CHAT_INPUT;

  tsm_body_get_member_integer (command, "type", &type);
  return type == COMMAND_CHAT_INPUT && name != NULL && tsm_command_find (name) != NULL;
}

gboolean
tsm_registration_matches (const char *list, gsize length)
{
  g_autoptr (TsmBody) body = tsm_body_new_from_text (list, length, NULL);
  const TsmBodyNode *root = body != NULL ? tsm_body_get_root (body) : NULL;
  const TsmBodyNode *command;
  gsize n_commands;

  tsm_command_get_table (&n_commands);
  if (root == NULL || root->kind != TSM_BODY_ARRAY || root->n_children != n_commands)
    return FALSE;
  /* A guild has each name once, so as many of ours as there are is all of them. */
  command = tsm_body_get_first (root);
  for (gsize i = 0; i < n_commands; i++, command = tsm_body_get_next (command))
    if (!is_ours (command))
      return FALSE;
  return TRUE;
}
