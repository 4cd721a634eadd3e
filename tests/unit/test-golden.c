/* SPDX-License-Identifier: MIT
 * What every command answers on Discord, done and refused, in each language: the engine's own
 * replies, on a Monday before a red day. TSM_UPDATE_GOLDEN=1 writes the files anew; read them then
 * as a friend in a channel would. */
#include "discord/tsm-message.h"
#include "discord/tsm-registration.h"
#include "discord/tsm-suggestion.h"
#include "engine/tsm-command.h"
#include "test-message.h"
#include "test-people.h"
#include <string.h>

/* In order, and on from the row before. */
typedef struct {
  const char *name;
  gint64 caller_id;
  const char *line;
  gboolean is_stranger;
  guint hour; /* of Monday, to wait for; 0: at once */
} Row;

static const Row rows[] = {
  { "status", HERE, "status" },
  { "status-not_member", HERE, "status", .is_stranger = TRUE },
  { "plan", HERE, "plan" },
  { "plan-usage", HERE, "plan day=1" },
  { "set_derogation", HERE, "set_derogation tomorrow 8 20" },
  { "set_derogation-overlap", HERE, "set_derogation tomorrow 19" },
  { "set_derogation-bad_hours", HERE, "set_derogation tomorrow **25**" },
  { "set_derogation-markup", HERE, "set_derogation tomorrow '@everyone <@&5> <@7>'" },
  { "set_derogation-not_red", HERE, "set_derogation today 15 20" },
  { "set_derogation-not_here", GONE, "set_derogation tomorrow" },
  { "set_derogation-over-night", HERE, "set_derogation tomorrow 22 6" },
  { "plan-derogations", HERE, "plan" },
  { "get_my_current_derogations", HERE, "get_my_current_derogations" },
  { "get_my_current_derogations-none", GONE, "get_my_current_derogations" },
  { "get_my_current_derogations-not_a_user", NOBODY, "get_my_current_derogations" },
  { "get_total_state-all", HERE, "get_total_state all" },
  { "get_total_state-week", HERE, "get_total_state week" },
  { "get_total_state-usage", HERE, "get_total_state fortnight" },
  { "get_my_state-all", HERE, "get_my_state all" },
  { "get_my_state-derogations", HERE, "get_my_state derogations_year" },
  { "get_my_state-not_a_user", NOBODY, "get_my_state day" },
  { "get_state", ADMIN, "get_state 7 month" },
  { "get_state-not_admin", HERE, "get_state 8 month" },
  { "get_state-not_a_user", ADMIN, "get_state 9 month" },
  { "hello_you", ADMIN, "hello_you 10" },
  { "hello_you-already_here", ADMIN, "hello_you 7" },
  { "hello_you-bad_date", ADMIN, "hello_you 9 tomorrow" },
  { "change_date", ADMIN, "change_date arrival 2026-01-04 10" },
  { "change_date-bad_date", ADMIN, "change_date leave 2026-01-01 10" },
  { "bye_bye", ADMIN, "bye_bye 10" },
  { "bye_bye-not_here", ADMIN, "bye_bye 8" },
  { "set_colour", ADMIN, "set_colour 2026-01-04 white" },
  { "set_colour-bad_date", ADMIN, "set_colour 2027-01-04 white" },
  { "op", ADMIN, "op 7" },
  { "op-usage", ADMIN, "op someone" },
  { "deop", ADMIN, "deop 7" },
  { "deop-last_admin", ADMIN, "deop 1" },
  { "power", ADMIN, "power on 20" },
  { "power-auto", ADMIN, "power auto" },
  { "power-not_admin", HERE, "power off" },
  { "remove_derogation", HERE, "remove_derogation D1" },
  { "remove_derogation-unknown_derogation", HERE, "remove_derogation D99" },
  { "remove_derogation-not_admin", GONE, "remove_derogation D2" },
  { "remove_derogation-too_late", HERE, "remove_derogation D2", .hour = 23 },
  { "status-off", HERE, "status" },
};

static char *
dup_path (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".json", NULL);

  return g_test_build_filename (G_TEST_DIST, "fixtures", "discord", "golden", file, NULL);
}

/* Compares or writes; one file holds both languages. */
static void
check_golden (const char *name, JsonNode *node)
{
  g_autofree char *path = dup_path (name);
  g_autofree char *pretty = json_to_string (node, TRUE);
  g_autofree char *text = g_strconcat (pretty, "\n", NULL);
  g_autofree char *golden = NULL;
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (g_getenv ("TSM_UPDATE_GOLDEN"), "1") == 0) {
    g_file_set_contents (path, text, -1, &error);
    g_assert_no_error (error);
    return;
  }
  g_file_get_contents (path, &golden, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, golden);
}

/* What Discord is sent for a row, checked for what it refuses. */
static JsonNode *
answer_row (EngineTest *test, const Row *row)
{
  const TsmCommandSpec *spec;
  g_auto (GStrv) words = g_strsplit (row->line, " ", 2);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *body = NULL;

  g_test_message ("%s: %s", row->name, row->line);
  if (row->hour != 0)
    engine_test_run_until (test, at (test, 0, row->hour, 0));
  test->is_stranger = row->is_stranger;
  engine_test_type (test, row->caller_id, row->line);
  test->is_stranger = FALSE;
  spec = tsm_command_find (words[0]);
  body = tsm_message_dup_answer (test->reply, test->lang, spec->is_private);
  message_test_check (message_test_parse (parser, body));
  return json_parser_steal_root (parser);
}

static void
play (TsmLang lang, GPtrArray *take_answers)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  test.lang = lang;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_ptr_array_add (take_answers, answer_row (&test, &rows[i]));
  engine_test_clear (&test);
}

static void
test_golden_answers (void)
{
  g_autoptr (GPtrArray) english = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  g_autoptr (GPtrArray) french = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);

  play (TSM_LANG_EN, english);
  play (TSM_LANG_FR, french);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (JsonObject) both = json_object_new ();
    g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

    json_object_set_string_member (both, "line", rows[i].line);
    json_object_set_member (both, "en", json_node_ref (g_ptr_array_index (english, i)));
    json_object_set_member (both, "fr", json_node_ref (g_ptr_array_index (french, i)));
    json_node_set_object (node, both);
    check_golden (rows[i].name, node);
  }
}

/* A file's name says what the answer is: the command, and the refusal's word. */
static void
test_golden_rows_are_what_they_say (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *verdict, *dash = strchr (rows[i].name, '-');
    g_auto (GStrv) words = g_strsplit (rows[i].line, " ", 2);

    json_node_unref (answer_row (&test, &rows[i]));
    verdict = engine_test_verdict (&test);
    g_assert_true (g_str_has_prefix (rows[i].name, words[0]));
    if (!g_str_equal (verdict, "done") && strstr (rows[i].name, "markup") == NULL)
      g_assert_cmpstr (dash + 1, ==, verdict);
  }
  engine_test_clear (&test);
}

static void
test_golden_has_every_command (void)
{
  const TsmCommandSpec *table;
  gsize n_commands;

  table = tsm_command_get_table (&n_commands);
  for (gsize i = 0; i < n_commands; i++) {
    guint n_rows = 0;

    for (guint row = 0; row < G_N_ELEMENTS (rows); row++) {
      g_auto (GStrv) words = g_strsplit (rows[row].line, " ", 2);

      n_rows += g_str_equal (words[0], table[i].name) ? 1 : 0;
    }
    g_test_message ("%s", table[i].name);
    g_assert_cmpuint (n_rows, >=, 2);
  }
}

/* On Monday at 11:10, Tuesday's colour being @tuesday. */
static void
start_before (EngineTest *test, TsmColour tuesday)
{
  engine_test_set_colour (test, MONDAY + 1, tuesday);
  engine_test_start (test, at (test, 0, 11, 10));
  do_as (test, SHELL, "hello_you 7 2026-01-02");
}

static void
play_red_eve (EngineTest *test)
{
  start_before (test, TSM_COLOUR_RED);
}

/* The colour comes when somebody has hours of it already. */
static void
play_red_eve_with_derogation (EngineTest *test)
{
  start_before (test, TSM_COLOUR_UNKNOWN);
  do_as (test, HERE, "set_derogation tomorrow 8 10");
  engine_test_set_colour (test, MONDAY + 1, TSM_COLOUR_RED);
  engine_test_run_until (test, at (test, 0, 12, 10));
}

/* No night is off, and none is offered. */
static void
play_red_eve_peak (EngineTest *test)
{
  test->config.policy = TSM_POLICY_PEAK;
  start_before (test, TSM_COLOUR_RED);
}

/* In the afternoon of the day itself its morning is over. */
static void
play_red_late (EngineTest *test)
{
  start_before (test, TSM_COLOUR_WHITE);
  engine_test_run_until (test, at (test, 1, 13, 0));
  do_as (test, ADMIN, "set_colour 2026-01-06 red");
}

static void
play_white (EngineTest *test)
{
  engine_test_set_colour (test, MONDAY + 2, TSM_COLOUR_WHITE);
  start_before (test, TSM_COLOUR_BLUE);
  engine_test_run_until (test, at (test, 1, 11, 10));
}

static void
play_red_night (EngineTest *test)
{
  start_before (test, TSM_COLOUR_RED);
  engine_test_run_until (test, at (test, 0, 22, 10));
}

static void
play_unknown_morning (EngineTest *test)
{
  start_before (test, TSM_COLOUR_UNKNOWN);
  engine_test_run_until (test, at (test, 1, 5, 31));
}

static void
play_late_decision (EngineTest *test)
{
  start_before (test, TSM_COLOUR_WHITE);
  engine_test_run_until (test, at (test, 0, 23, 0));
  do_as (test, ADMIN, "set_colour 2026-01-06 red");
}

static void
probe (EngineTest *test, TsmProbe answer, const char *message)
{
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_PROBED);

  event->probe = answer;
  event->message = g_strdup (message);
  engine_test_step (test, event);
}

static void
play_denied_host (EngineTest *test)
{
  start_before (test, TSM_COLOUR_BLUE);
  probe (test, TSM_PROBE_DENIED, "HTTP 401 *pve1*");
  probe (test, TSM_PROBE_ANSWERS, NULL);
}

static void
play_new_plug (EngineTest *test)
{
  start_before (test, TSM_COLOUR_BLUE);
  engine_test_run_until (test, at (test, 0, 12, 0));
  test->counted_ws = -test->energy_ws;
  g_strlcpy (test->mac, "AA:BB:CC:DD:EE:02", sizeof test->mac);
  engine_test_run_until (test, at (test, 0, 12, 10));
}

/* What is told in each scene, found by a part of it. */
static const struct {
  const char *name;
  void (*play) (EngineTest *test);
  const char *part;
  TsmNoticeKind kind;
} notices[] = {
  { "notice-colour", play_red_eve, "Tuesday 6 January 2026 is red.", TSM_NOTICE_COLOUR },
  { "notice-colour-derogation", play_red_eve_with_derogation, "Tuesday 6 January 2026 is red.",
    TSM_NOTICE_COLOUR },
  { "notice-colour-peak", play_red_eve_peak, "Tuesday 6 January 2026 is red.", TSM_NOTICE_COLOUR },
  { "notice-colour-late", play_red_late, "Tuesday 6 January 2026 is red", TSM_NOTICE_COLOUR },
  { "notice-blue", play_red_eve, "Monday 5 January 2026 is blue.", TSM_NOTICE_COLOUR },
  { "notice-white", play_white, "Wednesday 7 January 2026 is white.", TSM_NOTICE_COLOUR },
  { "notice-warning", play_red_night, "will be powered off at", TSM_NOTICE_WARNING },
  { "notice-warning-unknown", play_unknown_morning, "still unknown", TSM_NOTICE_WARNING },
  { "notice-late", play_late_decision, "decided just now", TSM_NOTICE_LATE },
  { "notice-stopping", play_red_night, "Powering the server off", TSM_NOTICE_POWER },
  { "notice-power", play_red_night, "The server is off.", TSM_NOTICE_POWER },
  { "notice-problem", play_denied_host, "The host refuses TSM", TSM_NOTICE_PROBLEM },
  { "notice-recovery", play_denied_host, "The host accepts TSM", TSM_NOTICE_RECOVERY },
  { "notice-ledger", play_new_plug, "The plug counts anew", TSM_NOTICE_LEDGER },
};

static JsonNode *
tell (const TsmNotice *notice, TsmLang lang, GTimeZone *zone)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *body = tsm_message_dup_notice (notice, lang, zone, "tsm-1767615000-1");

  message_test_check (message_test_parse (parser, body));
  return json_parser_steal_root (parser);
}

static void
test_golden_notices (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (notices); i++) {
    g_autoptr (JsonObject) both = json_object_new ();
    g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
    const TsmNotice *notice;
    EngineTest test;

    g_test_message ("%s", notices[i].name);
    prepare (&test);
    notices[i].play (&test);
    notice = engine_test_find_told (&test, notices[i].part);
    g_assert_cmpint (notice->kind, ==, notices[i].kind);
    json_object_set_member (both, "en", tell (notice, TSM_LANG_EN, test.zone));
    json_object_set_member (both, "fr", tell (notice, TSM_LANG_FR, test.zone));
    json_node_set_object (node, both);
    check_golden (notices[i].name, node);
    engine_test_clear (&test);
  }
}

static void
check_golden_body (const char *name, const char *body)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, body, -1, &error);
  g_assert_no_error (error);
  check_golden (name, json_parser_get_root (parser));
}

/* What else Discord is sent: tests/house/test-golden.py holds it to Discord's schemas too. */
static void
test_golden_other_bodies (void)
{
  g_autofree char *registration = tsm_registration_dup_json ();
  g_autofree char *hours = tsm_suggestion_dup_hours ("");
  g_autofree char *nothing = tsm_suggestion_dup_derogations (NULL, "");
  g_autofree char *deferral = tsm_message_dup_deferral (TRUE);

  check_golden_body ("registration", registration);
  check_golden_body ("suggestion-hours", hours);
  check_golden_body ("suggestion-nothing", nothing);
  check_golden_body ("deferral", deferral);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/answers", test_golden_answers);
  g_test_add_func ("/golden/rows", test_golden_rows_are_what_they_say);
  g_test_add_func ("/golden/commands", test_golden_has_every_command);
  g_test_add_func ("/golden/notices", test_golden_notices);
  g_test_add_func ("/golden/other-bodies", test_golden_other_bodies);
  return g_test_run ();
}
