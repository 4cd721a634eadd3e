/* SPDX-License-Identifier: MIT
 * tsm-do: `tsm do`, a command to the running daemon. */
#include "cli/tsm-do.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "base/tsm-text.h"
#include "engine/tsm-command.h"
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <stdio.h>
#include <string.h>

/* A daemon that recovers a long outage answers late. */
#define REPLY_TIMEOUT_S 60

#define USAGE "tsm do [--as USER_ID] [--json] [--config FILE] COMMAND [option=value ...]\n"

typedef struct {
  gint64 caller_id;
  gboolean json;
  const char *config;
  char **words; /* the command and its options */
} Options;

/* FALSE after a line on stderr. */
static gboolean
parse_as (const char *text, gint64 *ret_caller_id)
{
  if (text != NULL && g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, ret_caller_id, NULL))
    return TRUE;
  tsm_cli_fail_usage ("do --as wants a user's Discord id, digits alone");
  return FALSE;
}

static gboolean
parse_options (char **argv, Options *ret_options)
{
  Options options = { .caller_id = TSM_CALLER_SHELL };
  char **word = argv + 1;

  for (; *word != NULL && g_str_has_prefix (*word, "--"); word++) {
    if (strcmp (*word, "--json") == 0) {
      options.json = TRUE;
    } else if (strcmp (*word, "--as") == 0) {
      if (!parse_as (word[1], &options.caller_id))
        return FALSE;
      word++;
    } else if (strcmp (*word, "--config") == 0 && word[1] != NULL) {
      options.config = *++word;
    } else {
      tsm_cli_fail_usage ("do does not know %s", *word);
      return FALSE;
    }
  }
  options.words = word;
  *ret_options = options;
  return TRUE;
}

static void
append_option (GString *usage, const TsmOptionSpec *option)
{
  g_string_append (usage, option->is_required ? " " : " [");
  g_string_append (usage, option->name);
  for (guint i = 0; option->choices[i] != NULL; i++)
    g_string_append_printf (usage, "%s%s", i == 0 ? "=" : "|", option->choices[i]);
  if (!option->is_required)
    g_string_append_c (usage, ']');
}

static void
print_commands (FILE *out)
{
  const TsmLang lang = tsm_cli_get_lang ();
  const TsmCommandSpec *table;
  gsize n_commands;

  table = tsm_command_get_table (&n_commands);
  for (gsize i = 0; i < n_commands; i++) {
    g_autoptr (GString) usage = g_string_new (table[i].name);

    for (const TsmOptionSpec *option = table[i].options; option->name != NULL; option++)
      append_option (usage, option);
    fprintf (out, "%s\n    %s\n", usage->str, tsm_text (lang, table[i].description));
    for (const TsmOptionSpec *option = table[i].options; option->name != NULL; option++)
      fprintf (out, "      %-14s %s\n", option->name, tsm_text (lang, option->description));
  }
}

/* The words were split by a shell once: quoted, they survive being split again. */
static TsmRequest *
new_request (const Options *options, GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (char **word = options->words; *word != NULL; word++) {
    g_autofree char *quoted = g_shell_quote (*word);

    g_string_append_printf (line, "%s%s", word == options->words ? "" : " ", quoted);
  }
  return tsm_request_new_from_line (line->str, options->caller_id, tsm_cli_get_lang (), error);
}

static GSocketConnection *
reach_daemon (const char *path, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  GSocketConnection *connection;

  g_socket_client_set_timeout (client, REPLY_TIMEOUT_S);
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  if (connection == NULL)
    g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM,
                 "no daemon answers at %s; start tsm run, or give do the same --config", path);
  return connection;
}

/* The daemon's reply, a line of JSON without its line break. */
static char *
converse (const char *path, const char *json, GError **error)
{
  g_autoptr (GSocketConnection) connection = reach_daemon (path, error);
  g_autofree char *line = g_strconcat (json, "\n", NULL);
  g_autoptr (GDataInputStream) input = NULL;
  GIOStream *stream = G_IO_STREAM (connection);
  char *reply;

  if (connection == NULL)
    return NULL;
  if (!g_output_stream_write_all (g_io_stream_get_output_stream (stream), line, strlen (line), NULL,
                                  NULL, error))
    return NULL;
  input = g_data_input_stream_new (g_io_stream_get_input_stream (stream));
  reply = g_data_input_stream_read_line (input, NULL, NULL, error);
  if (reply == NULL && (error == NULL || *error == NULL))
    g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "the daemon left without an answer");
  return reply;
}

/* What a refusal is to a shell: a command that is wrong in itself is wrong usage. */
static TsmExit
get_exit (JsonObject *error)
{
  const char *code =
      error != NULL ? json_object_get_string_member_with_default (error, "code", "") : "";

  return strcmp (code, "usage") == 0 ? TSM_EXIT_USAGE : TSM_EXIT_FAILED;
}

static JsonObject *
peek_error (JsonObject *reply)
{
  JsonNode *node = json_object_get_member (reply, "error");

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* Prints the reply for a person. */
static TsmExit
print_reply (const char *json)
{
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  JsonObject *reply =
      root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonObject *error;

  if (reply == NULL || !json_object_has_member (reply, "ok"))
    return tsm_cli_fail ("the daemon's answer is not one: %s", json);
  if (json_object_get_boolean_member (reply, "ok")) {
    printf ("%s\n", json_object_get_string_member_with_default (reply, "text", ""));
    return TSM_EXIT_DONE;
  }
  error = peek_error (reply);
  tsm_cli_fail ("%s", error != NULL
                          ? json_object_get_string_member_with_default (error, "message", json)
                          : json);
  return get_exit (error);
}

static TsmExit
print_json (const char *json)
{
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  JsonObject *reply;

  printf ("%s\n", json);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return TSM_EXIT_FAILED;
  reply = json_node_get_object (root);
  return json_object_get_boolean_member_with_default (reply, "ok", FALSE)
             ? TSM_EXIT_DONE
             : get_exit (peek_error (reply));
}

TsmExit
tsm_do_main (int argc, char **argv)
{
  const TsmSetting used = TSM_SETTING_TSM_SOCKET;
  g_autoptr (TsmSettings) settings = NULL;
  g_autoptr (TsmRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL, *reply = NULL;
  Options options;

  if (argc == 2 && (strcmp (argv[1], "help") == 0 || strcmp (argv[1], "--help") == 0)) {
    printf (USAGE "\n");
    print_commands (stdout);
    return TSM_EXIT_DONE;
  }
  if (!parse_options (argv, &options))
    return TSM_EXIT_USAGE;
  if (options.words[0] == NULL) {
    print_commands (stdout);
    return tsm_cli_fail_usage ("do wants a command");
  }
  request = new_request (&options, &error);
  if (request == NULL)
    return tsm_cli_fail_usage ("%s", error->message);
  json = tsm_request_dup_json (request);
  if (strlen (json) >= TSM_LIMIT_REQUEST_BYTES)
    return tsm_cli_fail_usage ("this command is too long");
  settings = tsm_cli_read_settings (options.config, tsm_cli_get_lang ());
  if (!tsm_cli_check_settings (settings, &used, 1))
    return TSM_EXIT_FAILED;
  reply = converse (tsm_settings_get_text (settings, TSM_SETTING_TSM_SOCKET), json, &error);
  if (reply == NULL)
    return tsm_cli_fail ("%s", error->message);
  return options.json ? print_json (reply) : print_reply (reply);
}
