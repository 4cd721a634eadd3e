/* SPDX-License-Identifier: MIT
 * What a request may say: who is meant, and whatever else people type. */
#include "engine/tsm-handle.h"
#include "test-engine.h"
#include <string.h>

#define SHELL TSM_CALLER_SHELL
#define ADMIN ENGINE_TEST_ADMIN

static void
test_handle_parses_a_user (void)
{
  static const struct {
    const char *text;
    gint64 user_id; /* 0: it is none */
  } rows[] = {
    { "7", 7 },
    { "<@7>", 7 },
    { "007", 7 },
    { "9223372036854775807", G_MAXINT64 },
    { "<@9223372036854775807>", G_MAXINT64 },
    { "9223372036854775808", 0 },
    { "99999999999999999999999999", 0 },
    { "0", 0 },
    { "<@0>", 0 },
    { "-7", 0 },
    { "+7", 0 },
    { " 7", 0 },
    { "7 ", 0 },
    { "7x", 0 },
    { "0x7", 0 },
    { "7.0", 0 },
    { "", 0 },
    { "<@>", 0 },
    { "<@", 0 },
    { "<@7", 0 },
    { "7>", 0 },
    { "<7>", 0 },
    { "@7", 0 },
    { "<@@7>", 0 },
    { "<@&7>", 0 }, /* a role */
    { "<#7>", 0 },  /* a channel */
    { "<@7><@8>", 0 },
    { "<@ 7>", 0 },
    { "everyone", 0 },
    { "\xd9\xa7", 0 }, /* a digit, of another script */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gint64 user_id = -1;

    g_test_message ("\"%s\"", rows[i].text);
    g_assert_cmpint (tsm_handle_parse_user (rows[i].text, &user_id), ==, rows[i].user_id != 0);
    g_assert_cmpint (user_id, ==, rows[i].user_id != 0 ? rows[i].user_id : -1);
  }
}

/* Monday 5 January 2026, 14:00. Tuesday is red. 7 is here since Friday and has D1, tomorrow from
 * 8 to 10; 8 was here from Friday to Saturday. */
static void
begin (EngineTest *test)
{
  static const char *const lines[] = { "hello_you 7 2026-01-02", "hello_you 8 2026-01-02",
                                       "change_date leave 2026-01-03 8" };

  engine_test_init (test, engine_test_parse_day ("2026-01-01"));
  engine_test_set_colour (test, engine_test_parse_day ("2026-01-06"), TSM_COLOUR_RED);
  engine_test_start (test, engine_test_parse_instant (test, "2026-01-05 11:10"));
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    engine_test_type (test, SHELL, lines[i]);
    g_assert_cmpstr (engine_test_verdict (test), ==, "done");
  }
  engine_test_run_until (test, engine_test_parse_instant (test, "2026-01-05 14:00"));
  engine_test_type (test, 7, "set_derogation tomorrow 8 10");
  g_assert_cmpstr (engine_test_verdict (test), ==, "done");
}

/* What people type comes back as they typed it, whatever it looks like to a formatter, a parser or
 * a shell. */
static void
test_handle_repeats_what_was_typed (void)
{
  static const char *const typed[] = {
    "%",
    "%s",
    "%n%n%n%n",
    "%1$s %2$s",
    "100 %%",
    "it's",
    "a \\ b",
    "'; DROP TABLE share; --",
    "<@7> <b>",
    "{\"ok\":true}",
    "\xc3\xa9t\xc3\xa9 \xf0\x9f\xa6\xa6",
    "two\nlines",
    "\t",
  };
  g_autofree char *long_text = g_strnfill (5000, '%');
  EngineTest test;

  begin (&test);
  for (guint i = 0; i <= G_N_ELEMENTS (typed); i++) {
    const char *value = i < G_N_ELEMENTS (typed) ? typed[i] : long_text;
    g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_COMMAND);
    g_autoptr (JsonParser) parser = json_parser_new ();
    g_autoptr (GError) error = NULL;
    g_autofree char *json = NULL, *expected = NULL;
    JsonObject *problem;

    g_test_message ("%s", value);
    event->request = tsm_request_new ("op", ADMIN, TSM_LANG_EN);
    event->request->is_member = TRUE;
    tsm_request_set (event->request, "user", value);
    g_clear_pointer (&test.reply, tsm_reply_free);
    engine_test_step (&test, event);
    g_assert_cmpstr (engine_test_verdict (&test), ==, "usage");
    expected = g_strdup_printf ("\"%s\" is not a member; give a Discord id.", value);
    g_assert_cmpstr (test.reply->text, ==, expected);
    json = tsm_reply_dup_json (test.reply);
    g_assert_null (strchr (json, '\n'));
    g_assert_true (json_parser_load_from_data (parser, json, -1, &error));
    g_assert_no_error (error);
    problem = json_object_get_object_member (json_node_get_object (json_parser_get_root (parser)),
                                             "error");
    g_assert_cmpstr (json_object_get_string_member (problem, "message"), ==, expected);
  }
  engine_test_clear (&test);
}

/* Every option of every command, with a value that nobody foresaw, is answered and not carried
 * out. */
static void
test_handle_survives_any_value (void)
{
  static const char *const values[] = { "", "%s", "\"", "-1", "99999999999999999999", "NULL" };
  EngineTest test;
  gsize n_commands;
  const TsmCommandSpec *table = tsm_command_get_table (&n_commands);
  gint64 n_before;

  begin (&test);
  n_before = engine_test_query (&test, "SELECT (SELECT count(*) FROM stay)"
                                       " + (SELECT count(*) FROM derogation)"
                                       " + (SELECT count(*) FROM admin)"
                                       " + (SELECT count(*) FROM hold)");
  for (gsize i = 0; i < n_commands; i++) {
    for (guint j = 0; table[i].options[0].name != NULL && j < G_N_ELEMENTS (values); j++) {
      g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_COMMAND);

      g_test_message ("%s \"%s\"", table[i].name, values[j]);
      event->request = tsm_request_new (table[i].name, ADMIN, TSM_LANG_FR);
      event->request->is_member = TRUE;
      for (gsize k = 0; table[i].options[k].name != NULL; k++)
        tsm_request_set (event->request, table[i].options[k].name, values[j]);
      g_clear_pointer (&test.reply, tsm_reply_free);
      engine_test_step (&test, event);
      g_assert_cmpstr (engine_test_verdict (&test), !=, "done");
      g_assert_cmpstr (test.reply->text, !=, "");
    }
  }
  g_assert_cmpint (n_before, ==,
                   engine_test_query (&test, "SELECT (SELECT count(*) FROM stay)"
                                             " + (SELECT count(*) FROM derogation)"
                                             " + (SELECT count(*) FROM admin)"
                                             " + (SELECT count(*) FROM hold)"));
  engine_test_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/handle/user", test_handle_parses_a_user);
  g_test_add_func ("/handle/typed", test_handle_repeats_what_was_typed);
  g_test_add_func ("/handle/any", test_handle_survives_any_value);
  return g_test_run ();
}
