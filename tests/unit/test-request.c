/* SPDX-License-Identifier: MIT
 * Requests as typed and as sent: what is read of them, and what is refused. */
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "engine/tsm-request.h"
#include <string.h>

static char *
dup_options (const TsmRequest *request)
{
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (request->options),
                                         (GCompareFunc) (void (*) (void)) strcmp);
  g_autoptr (GString) text = g_string_new (NULL);

  for (const GList *l = names; l != NULL; l = l->next)
    g_string_append_printf (text, "%s%s=%s", l == names ? "" : " ", (const char *) l->data,
                            tsm_request_peek (request, l->data));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_request_lines (void)
{
  static const struct {
    const char *story, *line, *command, *options;
  } rows[] = {
    { "a command alone", "status", "status", "" },
    { "as in Discord", "/status", "status", "" },
    { "blanks around", "  plan \t", "plan", "" },
    { "bare words in the table's order", "set_derogation today 8 10h30", "set_derogation",
      "hour_end=10h30 hour_start=8 when=today" },
    { "named ones first", "set_derogation hour_end=10 tomorrow", "set_derogation",
      "hour_end=10 when=tomorrow" },
    { "the last one of a name counts", "power state=on state=off", "power", "state=off" },
    { "quotes", "hello_you user=\"<@12>\" 'arrival_date=2026-01-05'", "hello_you",
      "arrival_date=2026-01-05 user=<@12>" },
    { "an equals sign in a value", "op user=a=b", "op", "user=a=b" },
    { "an unknown command is for the engine to refuse", "dance", "dance", "" },
    { "a value that is empty", "op user=", "op", "user=" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsmRequest) request =
        tsm_request_new_from_line (rows[i].line, 7, TSM_LANG_FR, &error);
    g_autofree char *options = NULL;

    g_test_message ("%s", rows[i].story);
    g_assert_no_error (error);
    g_assert_cmpstr (request->command, ==, rows[i].command);
    g_assert_cmpint (request->caller_id, ==, 7);
    g_assert_cmpint (request->lang, ==, TSM_LANG_FR);
    options = dup_options (request);
    g_assert_cmpstr (options, ==, rows[i].options);
  }
}

static void
test_request_bad_lines (void)
{
  static const struct {
    const char *story, *line;
  } rows[] = {
    { "nothing", "" },
    { "blanks", "  \t " },
    { "an open quote", "op \"7" },
    { "a word too many", "status now" },
    { "a word for no command", "dance now" },
    { "not text", "op \xff\xfe" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", rows[i].story);
    g_assert_null (tsm_request_new_from_line (rows[i].line, 7, TSM_LANG_EN, &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  }
}

static void
test_request_bad_lines_are_told_in_their_language (void)
{
  static const struct {
    const char *line, *english, *french;
  } rows[] = {
    { "status now", "\"now\" is not an option; write option=value (tsm do help lists them)",
      "« now » n’est pas une option ; écris option=valeur (tsm do help en donne la liste)" },
    { "op 7 8", "\"8\" is not an option; write option=value (tsm do help lists them)",
      "« 8 » n’est pas une option ; écris option=valeur (tsm do help en donne la liste)" },
    { "", "no command is given; tsm do help lists them",
      "aucune commande n’est donnée ; tsm do help en donne la liste" },
    { "  \t ", "no command is given; tsm do help lists them",
      "aucune commande n’est donnée ; tsm do help en donne la liste" },
    { "op '7", "in \"op '7\" a quote is left open",
      "dans « op '7 », un guillemet n’est pas fermé" },
    { "op \xff\xfe", "the request is not UTF-8 text", "la demande n’est pas du texte UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) english = NULL;
    g_autoptr (GError) french = NULL;
    g_autoptr (GString) plain = NULL;

    g_assert_null (tsm_request_new_from_line (rows[i].line, 7, TSM_LANG_EN, &english));
    g_assert_null (tsm_request_new_from_line (rows[i].line, 7, TSM_LANG_FR, &french));
    g_assert_cmpstr (english->message, ==, rows[i].english);
    plain = g_string_new (french->message);
    g_string_replace (plain, "\xc2\xa0", " ", 0);
    g_assert_cmpstr (plain->str, ==, rows[i].french);
  }
}

static void
test_request_json (void)
{
  static const struct {
    const char *story, *json, *command;
    gint64 caller_id;
    TsmLang lang;
    const char *options;
  } rows[] = {
    { "the shell", "{\"command\":\"plan\"}", "plan", TSM_CALLER_SHELL, TSM_LANG_EN, "" },
    { "a user", "{\"command\":\"op\",\"as\":\"123\",\"lang\":\"fr\",\"options\":{\"user\":\"7\"}}",
      "op", 123, TSM_LANG_FR, "user=7" },
    { "an id that no double holds", "{\"command\":\"plan\",\"as\":\"9223372036854775807\"}", "plan",
      G_MAXINT64, TSM_LANG_EN, "" },
    { "a language that we do not speak", "{\"command\":\"plan\",\"lang\":\"de\"}", "plan",
      TSM_CALLER_SHELL, TSM_LANG_EN, "" },
    { "more than we know", "{\"command\":\"plan\",\"colour\":{}}", "plan", TSM_CALLER_SHELL,
      TSM_LANG_EN, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsmRequest) request = tsm_request_new_from_json (rows[i].json, -1, &error);
    g_autoptr (TsmRequest) again = NULL;
    g_autofree char *options = NULL, *json = NULL, *options_again = NULL;

    g_test_message ("%s", rows[i].story);
    g_assert_no_error (error);
    g_assert_cmpstr (request->command, ==, rows[i].command);
    g_assert_cmpint (request->caller_id, ==, rows[i].caller_id);
    g_assert_cmpint (request->lang, ==, rows[i].lang);
    options = dup_options (request);
    g_assert_cmpstr (options, ==, rows[i].options);
    json = tsm_request_dup_json (request);
    again = tsm_request_new_from_json (json, (gssize) strlen (json), &error);
    g_assert_no_error (error);
    g_assert_cmpint (again->caller_id, ==, rows[i].caller_id);
    options_again = dup_options (again);
    g_assert_cmpstr (options_again, ==, rows[i].options);
  }
}

static void
test_request_bad_json (void)
{
  static const struct {
    const char *story, *json;
  } rows[] = {
    { "nothing", "" },
    { "not JSON", "plan" },
    { "cut short", "{\"command\":\"pl" },
    { "not an object", "[\"plan\"]" },
    { "no command", "{\"as\":\"7\"}" },
    { "a command that is no text", "{\"command\":7}" },
    { "a command that is nothing", "{\"command\":null}" },
    { "as a number must not be the shell", "{\"command\":\"op\",\"as\":123}" },
    { "as nothing must not be the shell", "{\"command\":\"op\",\"as\":null}" },
    { "as an object must not be the shell", "{\"command\":\"op\",\"as\":{\"a\":\"1\"}}" },
    { "as nobody", "{\"command\":\"op\",\"as\":\"0\"}" },
    { "as a negative", "{\"command\":\"op\",\"as\":\"-7\"}" },
    { "as a signed one", "{\"command\":\"op\",\"as\":\"+7\"}" },
    { "as a mention", "{\"command\":\"op\",\"as\":\"<@7>\"}" },
    { "as an id past 63 bits", "{\"command\":\"op\",\"as\":\"9223372036854775808\"}" },
    { "options that are no object", "{\"command\":\"op\",\"options\":[\"user\"]}" },
    { "options that are nothing", "{\"command\":\"op\",\"options\":null}" },
    { "an option that is no text", "{\"command\":\"op\",\"options\":{\"user\":7}}" },
    { "not text", "{\"command\":\"\xff\"}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", rows[i].story);
    g_assert_null (tsm_request_new_from_json (rows[i].json, -1, &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  }
}

static void
test_request_limit (void)
{
  const gsize n_at_limit = TSM_LIMIT_REQUEST_BYTES - strlen ("op user=");
  g_autofree char *fill = g_strnfill (n_at_limit, 'x');
  g_autofree char *line = g_strconcat ("op user=", fill, NULL);
  g_autofree char *longer = g_strconcat (line, "x", NULL);
  g_autofree char *json = g_strdup_printf ("{\"command\":\"%s\"}", line);
  g_autofree char *deep = g_strnfill (TSM_LIMIT_REQUEST_BYTES, '[');
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmRequest) request = tsm_request_new_from_line (line, 7, TSM_LANG_EN, &error);

  g_assert_no_error (error);
  g_assert_nonnull (request);
  g_assert_null (tsm_request_new_from_line (longer, 7, TSM_LANG_EN, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "the request is longer than 16,384 bytes");
  g_clear_error (&error);
  g_assert_null (tsm_request_new_from_json (json, -1, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (tsm_request_new_from_json (deep, -1, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request/lines", test_request_lines);
  g_test_add_func ("/request/lines/bad", test_request_bad_lines);
  g_test_add_func ("/request/lines/language", test_request_bad_lines_are_told_in_their_language);
  g_test_add_func ("/request/json", test_request_json);
  g_test_add_func ("/request/json/bad", test_request_bad_json);
  g_test_add_func ("/request/limit", test_request_limit);
  return g_test_run ();
}
