/* SPDX-License-Identifier: MIT
 * Commands through the real engine: what they do, the data they give back, and each "no". */
#include "base/tsm-text.h"
#include "engine/tsm-command.h"
#include "test-people.h"
#include <string.h>

static char *
dup_members (JsonObject *object)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GList) members = json_object_get_members (object);

  for (const GList *l = members; l != NULL; l = l->next)
    g_string_append_printf (names, "%s%s", l == members ? "" : " ", (const char *) l->data);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
assert_members (JsonObject *object, const char *expected)
{
  g_autofree char *names = dup_members (object);

  g_assert_cmpstr (names, ==, expected);
}

#define PERIOD_MEMBERS "period from to wh cost_neur unpriced_wh estimated_wh down_seconds"

static void
test_command_data_has_its_shape (void)
{
  static const struct {
    gint64 caller_id;
    const char *line;
    const char *members;
    const char *rows; /* of the array, the only member */
  } rows[] = {
    { ADMIN, "status",
      "now colour_today colour_tomorrow period desired host power_w total_wh last_reading discord "
      "discord_reason",
      NULL },
    { ADMIN, "plan", "intervals", "begin end state reason" },
    { HERE, "set_derogation tomorrow 8 10", "id begin end conditional estimate_neur", NULL },
    { HERE, "get_my_current_derogations", "derogations", "id begin end state" },
    { HERE, "remove_derogation D1", "end", NULL },
    { ADMIN, "get_total_state all", "periods", PERIOD_MEMBERS },
    { HERE, "get_my_state all", "periods", PERIOD_MEMBERS },
    { HERE, "get_my_state derogations_total", "periods", PERIOD_MEMBERS },
    { ADMIN, "get_state 7 month", "periods", PERIOD_MEMBERS },
    { ADMIN, "hello_you 10", "user arrival leave", NULL },
    { ADMIN, "bye_bye 10", "user arrival leave", NULL },
    { ADMIN, "change_date arrival 2026-01-04 10", "user arrival leave", NULL },
    { ADMIN, "power on", "state until", NULL },
    { ADMIN, "power auto", "state until", NULL },
    { ADMIN, "set_colour 2026-01-04 white", "day colour", NULL },
    { ADMIN, "op 10", "user admin", NULL },
    { ADMIN, "deop 10", "user admin", NULL },
  };
  EngineTest test;

  for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
    prepare (&test);
    begin (&test, 14, 0);
    test.lang = (TsmLang) lang;
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
      g_autofree char *json = NULL;

      g_test_message ("%s", rows[i].line);
      do_as (&test, rows[i].caller_id, rows[i].line);
      assert_members (peek_data (&test), rows[i].members);
      if (rows[i].rows != NULL)
        assert_members (peek_row (&test, rows[i].members, 0), rows[i].rows);
      json = tsm_reply_dup_json (test.reply);
      g_assert_true (g_str_has_prefix (json, "{\"ok\":true,\"text\":\""));
    }
    engine_test_clear (&test);
  }
}

static void
test_command_every_one_is_covered (void)
{
  static const char *const tried[] = {
    "status",
    "plan",
    "set_derogation",
    "remove_derogation",
    "get_my_current_derogations",
    "get_state",
    "hello_you",
    "get_total_state",
    "get_my_state",
    "bye_bye",
    "change_date",
    "power",
    "set_colour",
    "op",
    "deop",
    NULL,
  };
  gsize n;
  const TsmCommandSpec *table = tsm_command_get_table (&n);

  for (gsize i = 0; i < n; i++)
    g_assert_true (g_strv_contains (tried, table[i].name));
  g_assert_cmpuint (n, ==, g_strv_length ((char **) tried));
}

/* A front end shows it to the caller alone: what is one person's, whoever asks for it, and what a
 * notice tells the group in the same breath. */
static void
test_command_personal_figures_and_told_deeds_are_private (void)
{
  static const char *const names[] = {
    "get_my_current_derogations", "get_my_state", "get_state", "power", "set_colour", NULL
  };
  gsize n;
  const TsmCommandSpec *table = tsm_command_get_table (&n);

  for (gsize i = 0; i < n; i++)
    g_assert_cmpint (table[i].is_private, ==, g_strv_contains (names, table[i].name));
}

static void
check_labels (const TsmOptionSpec *option, TsmLang lang)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; option->choices[i] != NULL; i++) {
    const char *label = tsm_command_get_choice_label (option->choices[i]);

    g_test_message ("%s=%s", option->name, option->choices[i]);
    g_assert_nonnull (label);
    g_assert_true (g_hash_table_add (seen, (char *) tsm_text (lang, label)));
  }
}

/* Nobody could tell two choices of one name apart. */
static void
test_command_choices_have_labels (void)
{
  gsize n;
  const TsmCommandSpec *table = tsm_command_get_table (&n);

  for (gsize i = 0; i < n; i++)
    for (const TsmOptionSpec *option = table[i].options; option->name != NULL; option++)
      for (guint lang = 0; lang < TSM_N_LANGS; lang++)
        check_labels (option, (TsmLang) lang);
  g_assert_cmpstr (tsm_text (TSM_LANG_FR, tsm_command_get_choice_label ("leave")), ==, "départ");
  g_assert_cmpstr (tsm_text (TSM_LANG_FR, tsm_command_get_choice_label ("off")), ==, "éteint");
  g_assert_null (tsm_command_get_choice_label ("someday"));
}

static void
test_command_status_tells_how_things_stand (void)
{
  EngineTest test;
  JsonObject *data;

  prepare (&test);
  begin (&test, 14, 0);
  do_as (&test, HERE, "status");
  data = peek_data (&test);
  g_assert_cmpint (engine_test_get_int (&test, "now"), ==, test.now);
  g_assert_cmpstr (json_object_get_string_member (data, "colour_today"), ==, "blue");
  g_assert_cmpstr (json_object_get_string_member (data, "colour_tomorrow"), ==, "red");
  g_assert_cmpstr (json_object_get_string_member (data, "period"), ==, "HP");
  g_assert_cmpstr (json_object_get_string_member (data, "desired"), ==, "on");
  g_assert_cmpstr (json_object_get_string_member (data, "host"), ==, "on");
  g_assert_cmpint (engine_test_get_int (&test, "power_w"), ==, 60);
  g_assert_cmpint (engine_test_get_int (&test, "total_wh"), ==, engine_test_total_wh (&test));
  g_assert_cmpint (engine_test_get_int (&test, "last_reading"), ==, test.now);
  engine_test_clear (&test);
}

static void
test_command_plan_tiles_to_the_day_after_tomorrow (void)
{
  static const guint hours[] = { 0, 5, 6, 7, 10, 12, 22, 23 };
  EngineTest test;

  prepare (&test);
  begin (&test, 12, 0);
  for (guint i = 0; i < G_N_ELEMENTS (hours); i++) {
    gint64 end, unused;
    JsonArray *intervals;

    engine_test_run_until (&test, at (&test, 1, hours[i], 30));
    do_as (&test, HERE, "plan");
    intervals = json_object_get_array_member (peek_data (&test), "intervals");
    end = test.now;
    for (guint j = 0; j < json_array_get_length (intervals); j++) {
      JsonObject *row = json_array_get_object_element (intervals, j);

      g_assert_cmpint (json_object_get_int_member (row, "begin"), ==, end);
      end = json_object_get_int_member (row, "end");
    }
    tsm_day_get_bounds (tsm_day_at (test.now, test.zone) + 2, test.zone, &unused, &unused);
    g_assert_cmpint (end, ==, engine_test_at (&test, tsm_day_at (test.now, test.zone) + 3, 6, 0));
  }
  engine_test_clear (&test);
}

static void
test_command_states_add_up (void)
{
  EngineTest test;
  JsonObject *row;

  prepare (&test);
  begin (&test, 15, 10);
  do_as (&test, ADMIN, "get_total_state day");
  row = peek_row (&test, "periods", 0);
  g_assert_cmpstr (json_object_get_string_member (row, "period"), ==, "day");
  g_assert_cmpint (json_object_get_int_member (row, "from"), ==, at (&test, 0, 6, 0));
  g_assert_cmpint (json_object_get_int_member (row, "to"), ==, test.now);
  g_assert_cmpint (json_object_get_int_member (row, "wh"), ==, 240); /* 11:10 to 15:10 */
  g_assert_cmpint (json_object_get_int_member (row, "unpriced_wh"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (row, "cost_neur"), >, 0);
  row = peek_row (&test, "periods", 1);
  g_assert_cmpstr (json_object_get_string_member (row, "period"), ==, "previous_day");
  g_assert_cmpint (json_object_get_int_member (row, "wh"), ==, 30000);
  g_assert_cmpint (json_object_get_int_member (row, "estimated_wh"), ==, 30000);
  do_as (&test, HERE, "get_my_state yesterday");
  row = peek_row (&test, "periods", 0);
  g_assert_cmpint (json_object_get_int_member (row, "wh"), ==, 30000); /* Sunday: alone */
  do_as (&test, ADMIN, "get_state 8 global");
  row = peek_row (&test, "periods", 0);
  g_assert_cmpint (json_object_get_int_member (row, "wh"), ==, 30000); /* half of two days */
  engine_test_clear (&test);
}

typedef struct {
  const char *story;
  guint hour, minute; /* on Monday */
  gint64 caller_id;
  const char *line;
  const char *code;
} Refusal;

static void
check_refusals (const Refusal *rows, gsize n_rows)
{
  for (gsize i = 0; i < n_rows; i++) {
    for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
      g_autofree char *json = NULL, *prefix = NULL;
      EngineTest test;

      g_test_message ("%s: %s", rows[i].story, rows[i].line);
      prepare (&test);
      test.config.has_host = strstr (rows[i].story, "no host") == NULL;
      begin (&test, rows[i].hour, rows[i].minute);
      do_as (&test, HERE, "set_derogation tomorrow 8 10"); /* D1 */
      test.lang = (TsmLang) lang;
      test.is_stranger = strstr (rows[i].story, "stranger") != NULL;
      assert_refused (&test, rows[i].caller_id, rows[i].line, rows[i].code);
      g_assert_null (test.reply->data);
      json = tsm_reply_dup_json (test.reply);
      prefix =
          g_strdup_printf ("{\"ok\":false,\"error\":{\"code\":\"%s\",\"message\":\"", rows[i].code);
      g_assert_true (g_str_has_prefix (json, prefix));
      engine_test_clear (&test);
    }
  }
}

static void
test_command_each_refusal (void)
{
  static const Refusal rows[] = {
    { "no host is set up", 14, 0, ADMIN, "power on", "unavailable" },
    { "no such command", 14, 0, ADMIN, "dance", "usage" },
    { "no such option", 14, 0, ADMIN, "status colour=blue", "usage" },
    { "an option is missing", 14, 0, ADMIN, "op", "usage" },
    { "not a user's id", 14, 0, ADMIN, "op somebody", "usage" },
    { "an id past 63 bits", 14, 0, ADMIN, "op 9223372036854775808", "usage" },
    { "no id at all", 14, 0, ADMIN, "op 0", "usage" },
    { "not a choice", 14, 0, ADMIN, "power maybe", "usage" },
    { "auto takes no hour", 14, 0, ADMIN, "power auto until=14", "usage" },
    { "auto takes no hour, good or bad", 14, 0, ADMIN, "power auto 25", "usage" },
    { "a mention that is cut", 14, 0, ADMIN, "op '<@!7'", "usage" },
    { "a mention of nobody", 14, 0, ADMIN, "op '<@!>'", "usage" },
    { "an empty mention", 14, 0, ADMIN, "op '<@>'", "usage" },
    { "a role's mention", 14, 0, ADMIN, "op '<@&7>'", "usage" },
    { "a mention with two marks", 14, 0, ADMIN, "op '<@!!7>'", "usage" },
    { "the shell has no stay", 14, 0, SHELL, "set_derogation today", "usage" },
    { "the shell has no share", 14, 0, SHELL, "get_my_state day", "usage" },
    { "the shell has no derogations", 14, 0, SHELL, "get_my_current_derogations", "usage" },
    { "the shell does not leave", 14, 0, SHELL, "bye_bye", "usage" },
    { "a stranger asks", 14, 0, HERE, "status", "not_member" },
    { "an admin who is a stranger", 14, 0, ADMIN, "power on", "not_member" },
    { "a user would be admin", 14, 0, HERE, "op 7", "not_admin" },
    { "a user says bye for another", 14, 0, HERE, "bye_bye 8", "not_admin" },
    { "another's derogation", 14, 0, GONE, "remove_derogation D1", "not_admin" },
    { "never had a stay", 14, 0, NOBODY, "get_my_state day", "not_a_user" },
    { "bye bye, never had a stay", 14, 0, NOBODY, "bye_bye", "not_a_user" },
    { "the state of somebody who never came", 14, 0, ADMIN, "get_state 9 day", "not_a_user" },
    { "the dates of somebody who never came", 14, 0, ADMIN, "change_date leave 2026-01-04 9",
      "not_a_user" },
    { "left already, takes one", 14, 0, GONE, "set_derogation today", "not_here" },
    { "left already, leaves", 14, 0, GONE, "bye_bye", "not_here" },
    { "arrives twice", 14, 0, ADMIN, "hello_you 7", "already_here" },
    { "not a date", 14, 0, ADMIN, "hello_you 10 2026-02-30", "bad_date" },
    { "a date to come", 14, 0, ADMIN, "hello_you 10 2026-01-06", "bad_date" },
    { "leaves before arriving", 14, 0, ADMIN, "change_date leave 2026-01-01 7", "bad_date" },
    { "overlaps an older stay", 14, 0, ADMIN, "hello_you 8 2026-01-02", "bad_date" },
    { "no such derogation", 14, 0, HERE, "remove_derogation D99", "unknown_derogation" },
    { "not a derogation's name", 14, 0, HERE, "remove_derogation mine", "unknown_derogation" },
    { "from 21:45", 21, 45, HERE, "remove_derogation D1", "too_late" },
    { "to midnight", 23, 59, HERE, "remove_derogation D1", "too_late" },
    { "admins too", 21, 45, ADMIN, "remove_derogation D1", "too_late" },
    { "24 is no hour", 14, 0, HERE, "set_derogation tomorrow 24", "bad_hours" },
    { "over already", 14, 0, HERE, "set_derogation today 10 14", "bad_hours" },
    { "the hour of a hold", 14, 0, ADMIN, "power on 25", "bad_hours" },
    { "over one's own", 14, 0, HERE, "set_derogation tomorrow 9 11", "overlap" },
    { "blue all through", 14, 0, HERE, "set_derogation today 15 18", "not_red" },
    { "the last admin", 14, 0, ADMIN, "deop 1", "last_admin" },
  };

  check_refusals (rows, G_N_ELEMENTS (rows));
}

static void
test_command_refusals_keep_their_order (void)
{
  /* Each row has both faults, and the one named first in tsm-refusal.h is the answer. */
  static const Refusal rows[] = {
    { "no host, and no choice", 14, 0, ADMIN, "power maybe", "unavailable" },
    { "no host, not an admin, bad hour", 14, 0, HERE, "power on 25", "unavailable" },
    { "no host, a stranger", 14, 0, ADMIN, "power on", "unavailable" },
    { "usage before stranger", 14, 0, ADMIN, "op", "usage" },
    { "auto's hour before not_admin", 14, 0, HERE, "power auto until=14", "usage" },
    { "no host, auto's hour", 14, 0, ADMIN, "power auto until=14", "unavailable" },
    { "usage before not_admin", 14, 0, HERE, "power maybe", "usage" },
    { "stranger before not_admin", 14, 0, HERE, "op 7", "not_member" },
    { "stranger before not_a_user", 14, 0, NOBODY, "get_my_state day", "not_member" },
    { "not_admin before not_a_user", 14, 0, HERE, "get_state 9 day", "not_admin" },
    { "not_admin before already_here", 14, 0, HERE, "hello_you 7", "not_admin" },
    { "not_admin before last_admin", 14, 0, HERE, "deop 1", "not_admin" },
    { "not_admin before too_late", 21, 50, GONE, "remove_derogation D1", "not_admin" },
    { "not_a_user before bad_date", 14, 0, ADMIN, "change_date leave junk 9", "not_a_user" },
    { "not_a_user before bad_hours", 14, 0, NOBODY, "set_derogation today 25", "not_a_user" },
    { "not_here before bad_hours", 14, 0, GONE, "set_derogation today 25", "not_here" },
    { "not_here before not_red", 14, 0, GONE, "set_derogation today 15 18", "not_here" },
    { "already_here before bad_date", 14, 0, ADMIN, "hello_you 7 junk", "already_here" },
    { "unknown before too_late", 21, 50, HERE, "remove_derogation D99", "unknown_derogation" },
    { "bad_hours before overlap", 14, 0, HERE, "set_derogation tomorrow 9 25", "bad_hours" },
    { "bad_hours before not_red", 14, 0, HERE, "set_derogation today 25", "bad_hours" },
  };

  check_refusals (rows, G_N_ELEMENTS (rows));
  for (TsmRefusal r = TSM_REFUSAL_UNAVAILABLE; r < TSM_REFUSAL_NO_STATEMENT; r++)
    g_assert_cmpstr (tsm_refusal_to_string (r), !=, tsm_refusal_to_string (r + 1));
}

static void
test_command_overlap_comes_before_not_red (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  engine_test_run_until (&test, at (&test, 1, 12, 30));
  do_as (&test, HERE, "set_derogation tomorrow 5 12"); /* red until 06:00 */
  assert_refused (&test, HERE, "set_derogation tomorrow 10 11", "overlap");
  engine_test_clear (&test);
}

static void
test_command_too_late_ends_at_midnight (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 21, 30);
  do_as (&test, HERE, "set_derogation tomorrow 8 10");
  do_as (&test, HERE, "set_derogation tomorrow 11 12");
  do_as (&test, HERE, "set_derogation tomorrow 13 14");
  engine_test_run_until (&test, at (&test, 0, 21, 45) - 1);
  do_as (&test, HERE, "remove_derogation 1");
  engine_test_run_until (&test, at (&test, 0, 21, 45));
  assert_refused (&test, HERE, "remove_derogation d2", "too_late");
  engine_test_run_until (&test, at (&test, 1, 0, 0));
  do_as (&test, HERE, "remove_derogation d2");
  do_as (&test, ADMIN, "remove_derogation D3");
  assert_refused (&test, HERE, "remove_derogation D3", "unknown_derogation");
  engine_test_clear (&test);
}

static void
test_command_derogation_hours (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 10);
  do_as (&test, HERE, "set_derogation tomorrow 8 10");
  do_as (&test, HERE, "set_derogation tomorrow 10 12h30"); /* touching is no overlap */
  g_assert_cmpint (engine_test_get_int (&test, "begin"), ==, at (&test, 1, 10, 0));
  g_assert_cmpint (engine_test_get_int (&test, "end"), ==, at (&test, 1, 12, 30));
  g_assert_false (json_object_get_boolean_member (peek_data (&test), "conditional"));
  /* The hour just gone means now; 12 h reach into the window at 22:00. */
  do_as (&test, HERE, "set_derogation today 14");
  g_assert_cmpint (engine_test_get_int (&test, "begin"), ==, test.now);
  g_assert_cmpint (engine_test_get_int (&test, "end"), ==, test.now + 12 * 3600);
  engine_test_clear (&test);
}

static void
test_command_derogation_limit (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  for (guint i = 0; i < 20; i++) {
    g_autofree char *line = g_strdup_printf ("set_derogation tomorrow %u:%02u %u:%02u", 6 + i / 2,
                                             i % 2 * 30, 6 + (i + 1) / 2, (i + 1) % 2 * 30);

    do_as (&test, HERE, line);
  }
  assert_refused (&test, HERE, "set_derogation tomorrow 20 21", "bad_hours");
  g_assert_nonnull (strstr (test.reply->text, "You have 20 derogations running or to come"));
  engine_test_clear (&test);
}

static void
test_command_unknown_day_is_conditional (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  engine_test_run_until (&test, at (&test, 2, 14, 0));
  do_as (&test, HERE, "set_derogation tomorrow 8 10");
  g_assert_true (json_object_get_boolean_member (peek_data (&test), "conditional"));
  g_assert_nonnull (strstr (test.reply->text, "only if the day turns out red"));
  engine_test_clear (&test);
}

static void
test_command_provisional_blue_is_no_refusal (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_set_colour (&test, MONDAY + 1, TSM_COLOUR_BLUE);
  engine_test_start (&test, at (&test, 0, 9, 30)); /* seen before RTE stands by it */
  do_as (&test, SHELL, "hello_you 7");
  do_as (&test, HERE, "set_derogation tomorrow 8 10");
  engine_test_clear (&test);
}

static void
test_command_confirmed_blue_is_refused (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_set_colour (&test, MONDAY + 1, TSM_COLOUR_BLUE);
  begin (&test, 13, 0);
  do_as (&test, SHELL, "hello_you 10");
  assert_refused (&test, OTHER, "set_derogation tomorrow 8 10", "not_red");
  engine_test_clear (&test);
}

static void
test_command_sunday_is_refused_unheard (void)
{
  EngineTest test;

  prepare (&test);
  for (gint day = 4; day < 8; day++)
    engine_test_set_colour (&test, MONDAY + day, TSM_COLOUR_UNKNOWN);
  begin (&test, 14, 0);
  engine_test_run_until (&test, at (&test, 5, 12, 0));
  assert_refused (&test, HERE, "set_derogation tomorrow 8 10", "not_red");
  engine_test_clear (&test);
}

static void
test_command_removal_while_running_ends_now (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  do_as (&test, HERE, "set_derogation tomorrow 8 12");
  engine_test_run_until (&test, at (&test, 1, 9, 17));
  do_as (&test, HERE, "remove_derogation D1");
  g_assert_cmpint (engine_test_get_int (&test, "end"), ==, test.now);
  engine_test_run_until (&test, at (&test, 1, 11, 0));
  g_assert_cmpint (engine_test_query (&test, "SELECT count(*) FROM slice WHERE end_at = ?",
                                      TSM_INT (at (&test, 1, 9, 17))),
                   ==, 1);
  assert_refused (&test, HERE, "remove_derogation D1", "unknown_derogation");
  do_as (&test, HERE, "get_my_state derogations_year");
  g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "cost_neur"), >, 0);
  engine_test_clear (&test);
}

static void
test_command_admins_are_named_and_removed (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  assert_refused (&test, ADMIN, "deop 1", "last_admin");
  do_as (&test, ADMIN, "op <@10>");
  do_as (&test, OTHER, "deop <@!10>"); /* as clients write a nickname's mention */
  do_as (&test, ADMIN, "op <@!10>");
  do_as (&test, OTHER, "deop 1");
  assert_refused (&test, ADMIN, "op 1", "not_admin");
  assert_refused (&test, SHELL, "deop 10", "last_admin");
  do_as (&test, OTHER, "deop 9"); /* is none: nothing to do */
  engine_test_clear (&test);
}

static void
test_command_estimate_goes_by_the_days_there_are (void)
{
  EngineTest test;

  /* Four days at 1250 W: an hour at red peak prices, not four sevenths of it. */
  prepare (&test);
  begin (&test, 14, 0);
  do_as (&test, HERE, "set_derogation tomorrow 8 9");
  g_assert_cmpint (engine_test_get_int (&test, "estimate_neur"), ==,
                   1250 * G_GINT64_CONSTANT (646800));
  engine_test_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name) g_test_add_func ("/command/" path, test_command_##name)
  ADD ("shape", data_has_its_shape);
  ADD ("table", every_one_is_covered);
  ADD ("private", personal_figures_and_told_deeds_are_private);
  ADD ("labels", choices_have_labels);
  ADD ("status", status_tells_how_things_stand);
  ADD ("plan", plan_tiles_to_the_day_after_tomorrow);
  ADD ("states", states_add_up);
  ADD ("refusal/each", each_refusal);
  ADD ("refusal/order", refusals_keep_their_order);
  ADD ("refusal/overlap", overlap_comes_before_not_red);
  ADD ("too-late", too_late_ends_at_midnight);
  ADD ("derogation/hours", derogation_hours);
  ADD ("derogation/limit", derogation_limit);
  ADD ("derogation/unknown", unknown_day_is_conditional);
  ADD ("derogation/provisional", provisional_blue_is_no_refusal);
  ADD ("derogation/confirmed", confirmed_blue_is_refused);
  ADD ("derogation/sunday", sunday_is_refused_unheard);
  ADD ("derogation/estimate", estimate_goes_by_the_days_there_are);
  ADD ("derogation/removal", removal_while_running_ends_now);
  ADD ("admins", admins_are_named_and_removed);
  return g_test_run ();
}
