/* SPDX-License-Identifier: MIT
 * Commands through the real engine: what they do, the data they give back, and each "no". */
#include "base/tsm-limits.h"
#include "engine/tsm-command.h"
#include "test-engine.h"
#include <string.h>

#define SHELL  TSM_CALLER_SHELL
#define ADMIN  ENGINE_TEST_ADMIN
#define HERE   7 /* since Friday */
#define GONE   8 /* from Friday to Saturday */
#define NOBODY 9 /* never had a stay */
#define OTHER  10

/* Monday 2026-01-05, blue; Tuesday is red, Wednesday blue, Thursday not known. */
static TsmDay monday;

static gint64
at (const EngineTest *test, gint day, guint hour, guint minute)
{
  return engine_test_at (test, monday + day, hour, minute);
}

static void
prepare (EngineTest *test)
{
  monday = tsm_day_from_ymd (2026, 1, 5);
  engine_test_init (test, monday - 4);
  engine_test_set_colour (test, monday + 1, TSM_COLOUR_RED);
  engine_test_set_colour (test, monday + 3, TSM_COLOUR_UNKNOWN);
}

static void
do_as (EngineTest *test, gint64 caller_id, const char *line)
{
  engine_test_type (test, caller_id, line);
  g_assert_cmpstr (engine_test_verdict (test), ==, "done");
}

#define assert_refused(test, caller_id, line, code)         \
  G_STMT_START                                              \
  {                                                         \
    engine_test_type (test, caller_id, line);               \
    g_assert_cmpstr (engine_test_verdict (test), ==, code); \
  }                                                         \
  G_STMT_END

/* On Monday at @hour:@minute, with the four kinds of people. */
static void
begin (EngineTest *test, guint hour, guint minute)
{
  engine_test_start (test, at (test, 0, 11, 10));
  do_as (test, SHELL, "hello_you 7 2026-01-02");
  do_as (test, SHELL, "hello_you 8 2026-01-02");
  do_as (test, SHELL, "change_date leave 2026-01-03 8");
  engine_test_run_until (test, at (test, 0, hour, minute));
}

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

static JsonObject *
peek_data (const EngineTest *test)
{
  g_assert_nonnull (test->reply->data);
  return json_node_get_object (test->reply->data);
}

static JsonObject *
peek_row (const EngineTest *test, const char *array, guint i)
{
  return json_array_get_object_element (json_object_get_array_member (peek_data (test), array), i);
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
      "now colour_today colour_tomorrow period desired host power_w total_wh last_reading", NULL },
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

/* The reply with plain spaces before the marks that French sets apart. */
static char *
dup_text (const EngineTest *test)
{
  g_autoptr (GString) text = g_string_new (test->reply->text);

  g_string_replace (text, "\xc2\xa0", " ", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Replies word for word, on Monday at 14:00 with D1 (Tuesday 08:00 to 10:00) and D2 (Tuesday 20:00
 * to Wednesday 04:00). */
static void
test_command_says_it_in_each_language (void)
{
  static const struct {
    gint64 caller_id;
    const char *line, *english, *french;
  } rows[] = {
    { ADMIN, "dance", "There is no command \"dance\"; tsm do help lists them.",
      "Il n’y a pas de commande « dance » ; tsm do help en donne la liste." },
    { ADMIN, "op", "op needs user: the member's Discord id.",
      "Il manque à op l’option user : l’identifiant Discord du membre." },
    { SHELL, "get_my_state day", "get_my_state is for one user; say which with --as USER_ID.",
      "get_my_state concerne une personne ; dis laquelle avec --as USER_ID." },
    { ADMIN, "power auto until=14", "auto ends the hold at once and takes no hour.",
      "auto met fin tout de suite au maintien et ne prend pas d’heure." },
    { HERE, "bye_bye 8", "Only an admin can say goodbye for someone else.",
      "Seul un administrateur peut dire au revoir pour quelqu’un d’autre." },
    { NOBODY, "get_my_state day", "You have never used the server; ask an admin for /hello_you.",
      "Tu n’as jamais utilisé le serveur ; demande un /hello_you à un administrateur." },
    { GONE, "set_derogation today",
      "You left on Saturday 3 January 2026; ask an admin for /hello_you when you are back.",
      "Tu as quitté le serveur le samedi 3 janvier 2026 ; à ton retour, demande un /hello_you à un "
      "administrateur." },
    { ADMIN, "hello_you 7", "<@7> has been here since Friday 2 January 2026 already.",
      "<@7> est déjà là, depuis le vendredi 2 janvier 2026." },
    { HERE, "set_derogation tomorrow 9 11",
      "It overlaps your derogation D1, on Tuesday 6 January 2026 from 08:00 to 10:00.",
      "Elle chevauche ta dérogation D1, le mardi 6 janvier 2026 de 08:00 à 10:00." },
    { HERE, "set_derogation tomorrow 21 22",
      "It overlaps your derogation D2, from Tuesday 6 January 2026 at 20:00 to Wednesday 7 January "
      "2026 at 04:00.",
      "Elle chevauche ta dérogation D2, du mardi 6 janvier 2026 à 20:00 au mercredi 7 janvier 2026 "
      "à 04:00." },
    { HERE, "get_my_current_derogations",
      "D1: on Tuesday 6 January 2026 from 08:00 to 10:00, to come\n"
      "D2: from Tuesday 6 January 2026 at 20:00 to Wednesday 7 January 2026 at 04:00, to come",
      "D1 : le mardi 6 janvier 2026 de 08:00 à 10:00, à venir\n"
      "D2 : du mardi 6 janvier 2026 à 20:00 au mercredi 7 janvier 2026 à 04:00, à venir" },
    { ADMIN, "change_date arrival 2026-01-03 7",
      "<@7> has been here since Saturday 3 January 2026.",
      "<@7> est là depuis le samedi 3 janvier 2026." },
    { ADMIN, "bye_bye 7", "Goodbye <@7>. The last day you share is Monday 5 January 2026.",
      "Au revoir <@7>. Ton dernier jour de partage est le lundi 5 janvier 2026." },
    { ADMIN, "hello_you 7",
      "Hello again <@7>! You go on sharing the server, as since Saturday 3 January 2026.",
      "Rebonjour <@7> ! Tu continues à partager le serveur, comme depuis le samedi 3 janvier "
      "2026." },
  };

  for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
    EngineTest test;

    prepare (&test);
    begin (&test, 14, 0);
    do_as (&test, HERE, "set_derogation tomorrow 8 10");
    do_as (&test, HERE, "set_derogation tomorrow 20 4");
    test.lang = (TsmLang) lang;
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
      g_autofree char *text = NULL;

      g_test_message ("%s", rows[i].line);
      engine_test_type (&test, rows[i].caller_id, rows[i].line);
      text = dup_text (&test);
      g_assert_cmpstr (text, ==, lang == TSM_LANG_FR ? rows[i].french : rows[i].english);
    }
    engine_test_clear (&test);
  }
}

static void
test_command_derogation_names_its_day_once (void)
{
  static const struct {
    const char *line, *english, *french;
  } rows[] = {
    { "set_derogation tomorrow 8 10h30",
      "D1: the server is on for you on Tuesday 6 January 2026 from 08:00 to 10:30.",
      "D1 : le serveur est allumé pour toi le mardi 6 janvier 2026 de 08:00 à 10:30." },
    { "set_derogation tomorrow 20 4",
      "D2: the server is on for you from Tuesday 6 January 2026 at 20:00 to Wednesday 7 January "
      "2026 at 04:00.",
      "D2 : le serveur est allumé pour toi du mardi 6 janvier 2026 à 20:00 au mercredi 7 janvier "
      "2026 à 04:00." },
    { "set_derogation tomorrow 19 20",
      "D3: the server is on for you on Tuesday 6 January 2026 from 19:00 to 20:00.",
      "D3 : le serveur est allumé pour toi le mardi 6 janvier 2026 de 19:00 à 20:00." },
  };

  for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
    EngineTest test;

    prepare (&test);
    begin (&test, 14, 0);
    test.lang = (TsmLang) lang;
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
      g_autofree char *text = NULL;

      do_as (&test, HERE, rows[i].line);
      text = dup_text (&test);
      g_assert_true (
          g_str_has_prefix (text, lang == TSM_LANG_FR ? rows[i].french : rows[i].english));
    }
    engine_test_clear (&test);
  }
}

static void
test_command_plan_is_readable (void)
{
  static const char *const told[TSM_N_LANGS][6] = {
    [TSM_LANG_EN] = { "Monday 5 January 2026     blue\n", "Tuesday 6 January 2026    red\n",
                      "Wednesday 7 January 2026  colour unknown\n",
                      "Mon 5 Jan 14:00  Mon 5 Jan 22:00  on ", "  off  ",
                      "Mon 5 Jan 22:00  Wed 7 Jan 06:00" },
    [TSM_LANG_FR] = { "lundi 5 janvier 2026     bleu\n", "mardi 6 janvier 2026     rouge\n",
                      "mercredi 7 janvier 2026  couleur inconnue\n",
                      "lun. 5 janv. 14:00  lun. 5 janv. 22:00  ", "  éteint  ",
                      "lun. 5 janv. 22:00  mer. 7 janv. 06:00" },
  };

  for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
    EngineTest test;

    prepare (&test);
    engine_test_set_colour (&test, monday + 2, TSM_COLOUR_UNKNOWN);
    begin (&test, 14, 0);
    test.lang = (TsmLang) lang;
    do_as (&test, ADMIN, "plan");
    for (guint i = 0; i < G_N_ELEMENTS (told[lang]); i++) {
      g_test_message ("%s in:\n%s", told[lang][i], test.reply->text);
      g_assert_nonnull (strstr (test.reply->text, told[lang][i]));
    }
    engine_test_clear (&test);
  }
}

static void
test_command_plan_without_a_host_says_so_first (void)
{
  for (guint has_host = 0; has_host <= 1; has_host++) {
    EngineTest test;

    prepare (&test);
    test.config.has_host = has_host == 1;
    begin (&test, 14, 0);
    do_as (&test, ADMIN, "plan");
    g_assert_cmpint (g_str_has_prefix (test.reply->text,
                                       "No host is set up: TSM only meters.\n\nMonday 5 January"),
                     ==, has_host == 0);
    engine_test_clear (&test);
  }
}

static const char *
peek_last_line (const EngineTest *test)
{
  const char *end = strrchr (test->reply->text, '\n');

  g_assert_nonnull (end);
  return end + 1;
}

static void
test_command_status_says_since_when_the_plug_is_silent (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_keep (&test);
  test.is_plug_silent = TRUE;
  engine_test_start (&test, at (&test, 0, 11, 10));
  engine_test_run_until (&test, at (&test, 0, 11, 30));
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (peek_last_line (&test), ==, "The plug has not answered yet.");
  test.lang = TSM_LANG_FR;
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (peek_last_line (&test), ==, "La prise n’a pas encore répondu.");
  test.lang = TSM_LANG_EN;
  test.is_plug_silent = FALSE;
  engine_test_run_until (&test, at (&test, 0, 14, 0));
  do_as (&test, ADMIN, "status");
  g_assert_true (g_str_has_prefix (peek_last_line (&test), "It draws 60 W, read at "));
  engine_test_run_until (&test, at (&test, 0, 15, 0));
  test.is_plug_silent = TRUE;
  engine_test_run_until (&test, at (&test, 0, 16, 0));
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (peek_last_line (&test), ==,
                   "The plug has not answered since Monday 5 January 2026 at 15:00.");
  test.lang = TSM_LANG_FR;
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (peek_last_line (&test), ==,
                   "La prise ne répond plus depuis le lundi 5 janvier 2026 à 15:00.");
  /* Another run knows it of the one before. */
  test.lang = TSM_LANG_EN;
  engine_test_stop (&test);
  engine_test_start (&test, at (&test, 0, 16, 30));
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (peek_last_line (&test), ==,
                   "The plug has not answered since Monday 5 January 2026 at 15:00.");
  engine_test_clear (&test);
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
test_command_night_belongs_to_the_day_before (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  engine_test_run_until (&test, at (&test, 1, 2, 0)); /* the calendar says Tuesday */
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "colour_today"), ==, "blue");
  do_as (&test, ADMIN, "hello_you 10");
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "arrival"), ==, "2026-01-05");
  do_as (&test, HERE, "bye_bye");
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "leave"), ==, "2026-01-05");
  /* A typed date goes up to the calendar's. */
  do_as (&test, ADMIN, "hello_you 11 2026-01-06");
  assert_refused (&test, ADMIN, "hello_you 12 2026-01-07", "bad_date");
  do_as (&test, 11, "bye_bye"); /* not before arriving */
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "leave"), ==, "2026-01-06");
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
  g_assert_nonnull (strstr (test.reply->text, "You have 20 derogations that are not over"));
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
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_BLUE);
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
  engine_test_set_colour (&test, monday + 1, TSM_COLOUR_BLUE);
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
    engine_test_set_colour (&test, monday + day, TSM_COLOUR_UNKNOWN);
  begin (&test, 14, 0);
  engine_test_run_until (&test, at (&test, 5, 12, 0));
  assert_refused (&test, HERE, "set_derogation tomorrow 8 10", "not_red");
  engine_test_clear (&test);
}

static void
test_command_bye_ends_derogations (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  do_as (&test, HERE, "set_derogation tomorrow 8 12");
  do_as (&test, HERE, "set_derogation tomorrow 14 16");
  engine_test_run_until (&test, at (&test, 1, 9, 0));
  do_as (&test, HERE, "bye_bye");
  g_assert_cmpint (engine_test_query (&test, "SELECT end_at FROM derogation WHERE derogation = 1"
                                             " ORDER BY version DESC LIMIT 1"),
                   ==, test.now);
  g_assert_cmpint (
      engine_test_query (&test, "SELECT end_at - begin_at FROM derogation WHERE derogation = 2"
                                " ORDER BY version DESC LIMIT 1"),
      ==, 0);
  engine_test_run_until (&test, at (&test, 1, 9, 10));
  g_assert_cmpuint (test.n_shutdowns, ==, 2);
  engine_test_clear (&test);
}

static void
test_command_change_date_leave_closes_the_stay (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  do_as (&test, HERE, "set_derogation tomorrow 8 12");
  do_as (&test, ADMIN, "change_date leave 2026-01-04 7");
  assert_refused (&test, HERE, "set_derogation tomorrow 8 10", "not_here");
  do_as (&test, HERE, "get_my_current_derogations");
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (peek_data (&test), "derogations")),
                    ==, 0);
  do_as (&test, HERE, "get_my_state day");
  g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "wh"), ==, 0);
  do_as (&test, ADMIN, "get_total_state day");
  g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "wh"), >, 0);
  /* Back again before the stay ended: an overlap; the day after: another stay. */
  assert_refused (&test, ADMIN, "hello_you 7 2026-01-03", "bad_date");
  do_as (&test, ADMIN, "hello_you 7 2026-01-05");
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "arrival"), ==, "2026-01-05");
  engine_test_clear (&test);
}

static void
test_command_hello_on_the_leave_day_goes_on (void)
{
  static const struct {
    const char *story;
    gint day;
    guint hour;
    const char *bye, *hello, *arrival;
  } rows[] = {
    { "a mistake, mended at once", 0, 14, "bye_bye 7", "hello_you 7", "2026-01-02" },
    { "with the date typed", 0, 14, "bye_bye 7", "hello_you 7 2026-01-05", "2026-01-02" },
    { "in the night, of the Tempo day", 1, 3, "bye_bye 7", "hello_you 7", "2026-01-02" },
    { "a leave in the past", 0, 14, "change_date leave 2026-01-04 7", "hello_you 7 2026-01-04",
      "2026-01-02" },
    { "the day after is another stay", 0, 14, "change_date leave 2026-01-04 7", "hello_you 7",
      "2026-01-05" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    EngineTest test;
    JsonObject *data;
    gint64 before_wh;

    g_test_message ("%s", rows[i].story);
    prepare (&test);
    begin (&test, 14, 0);
    engine_test_run_until (&test, at (&test, rows[i].day, rows[i].hour, 0));
    do_as (&test, ADMIN, "get_state 7 global");
    before_wh = json_object_get_int_member (peek_row (&test, "periods", 0), "wh");
    do_as (&test, ADMIN, rows[i].bye);
    do_as (&test, ADMIN, rows[i].hello);
    data = peek_data (&test);
    g_assert_cmpstr (json_object_get_string_member (data, "arrival"), ==, rows[i].arrival);
    g_assert_true (json_object_get_null_member (data, "leave"));
    /* Nothing is shared otherwise than before the mistake. */
    do_as (&test, ADMIN, "get_state 7 global");
    g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "wh"), ==,
                     before_wh);
    do_as (&test, HERE, "set_derogation tomorrow 8 10");
    engine_test_clear (&test);
  }
}

static void
test_command_hello_after_a_stay_of_the_calendar_day (void)
{
  EngineTest test;

  /* At 02:00 the typed date is a day ahead of the Tempo day, and so is the stay that it ends. */
  prepare (&test);
  begin (&test, 14, 0);
  engine_test_run_until (&test, at (&test, 1, 2, 0));
  do_as (&test, ADMIN, "hello_you 10 2026-01-06");
  do_as (&test, ADMIN, "bye_bye 10");
  do_as (&test, ADMIN, "hello_you 10");
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "arrival"), ==, "2026-01-06");
  g_assert_true (json_object_get_null_member (peek_data (&test), "leave"));
  engine_test_clear (&test);
}

/* How many rows of the ledger @line writes. */
static gint64
count_changes (EngineTest *test, const char *line)
{
  const gint64 before = engine_test_query (test, "SELECT total_changes()");

  do_as (test, ADMIN, line);
  return engine_test_query (test, "SELECT total_changes()") - before;
}

static void
test_command_stay_shares_only_its_changed_days (void)
{
  static const struct {
    const char *story, *line;
    guint n_days; /* at most, to share anew */
  } rows[] = {
    { "leaves today", "bye_bye 7", 0 },
    { "comes back today", "hello_you 7", 0 },
    { "left yesterday", "change_date leave 2026-01-04 7", 1 },
    { "left three days before that", "change_date leave 2026-01-01 7", 3 },
    { "left then, said twice", "change_date leave 2026-01-01 7", 0 },
    { "left the day after, really", "change_date leave 2026-01-02 7", 1 },
    { "arrived two days later", "change_date arrival 2025-01-03 7", 2 },
    { "arrived a day earlier again", "change_date arrival 2025-01-02 7", 1 },
    { "arrived then, said twice", "change_date arrival 2025-01-02 7", 0 },
  };
  EngineTest test;

  monday = tsm_day_from_ymd (2026, 1, 5);
  engine_test_init (&test, monday - 369);
  engine_test_start (&test, at (&test, 0, 11, 10));
  do_as (&test, SHELL, "hello_you 7 2025-01-01");
  do_as (&test, SHELL, "hello_you 8 2025-01-01");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].story);
    /* A day's total and shares, replaced, are seven rows; the stay's versions and notes are few. */
    g_assert_cmpint (count_changes (&test, rows[i].line), <=, 10 * (rows[i].n_days + 1));
  }
  engine_test_clear (&test);
}

static void
test_command_corrected_dates_share_like_the_right_ones (void)
{
  static const struct {
    const char *story;
    const char *lines[4]; /* to get to the same stay of user 7 */
  } rows[] = {
    { "said right at once", { "hello_you 7 2026-01-03", "change_date leave 2026-01-04 7" } },
    { "arrival too early",
      { "hello_you 7 2026-01-01", "change_date leave 2026-01-04 7",
        "change_date arrival 2026-01-03 7" } },
    { "arrival too late",
      { "hello_you 7 2026-01-04", "change_date arrival 2026-01-03 7",
        "change_date leave 2026-01-04 7" } },
    { "left too early, then too late",
      { "hello_you 7 2026-01-03", "change_date leave 2026-01-03 7",
        "change_date leave 2026-01-05 7", "change_date leave 2026-01-04 7" } },
    { "gone today, yesterday really",
      { "hello_you 7 2026-01-03", "bye_bye 7", "change_date leave 2026-01-04 7" } },
    { "moved away and back",
      { "hello_you 7 2026-01-01", "change_date leave 2026-01-02 7",
        "change_date leave 2026-01-04 7", "change_date arrival 2026-01-03 7" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    EngineTest test;

    g_test_message ("%s", rows[i].story);
    prepare (&test);
    engine_test_start (&test, at (&test, 0, 11, 10));
    do_as (&test, SHELL, "hello_you 8 2026-01-01");
    for (guint j = 0; j < G_N_ELEMENTS (rows[i].lines) && rows[i].lines[j] != NULL; j++)
      do_as (&test, SHELL, rows[i].lines[j]);
    do_as (&test, ADMIN, "get_state 7 global");
    /* Saturday and Sunday, 30 kWh each, between two. */
    g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "wh"), ==, 30000);
    do_as (&test, ADMIN, "get_state 8 yesterday");
    g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "wh"), ==, 15000);
    engine_test_clear (&test);
  }
}

static void
test_command_payers_have_a_limit (void)
{
  static const struct {
    const char *story, *line, *verdict;
  } rows[] = {
    { "the last place", "hello_you 1256 2026-01-04", "done" },
    { "one too many", "hello_you 1257 2026-01-04", "bad_date" },
    { "one too many, today", "hello_you 1257", "bad_date" },
    { "one too many, some of the days", "hello_you 1257 2026-01-03", "bad_date" },
    { "somebody leaves", "change_date leave 2026-01-04 1001", "done" },
    { "still full on Sunday", "hello_you 1257 2026-01-04", "bad_date" },
    { "room from today on", "hello_you 1257", "done" },
    { "not for the one who left", "hello_you 1001 2026-01-04", "bad_date" },
    { "nor with a leave corrected", "change_date leave 2026-01-05 1001", "bad_date" },
    { "an earlier arrival, too early", "change_date arrival 2026-01-04 1257", "bad_date" },
    { "a day nobody else had", "change_date arrival 2026-01-03 1256", "done" },
    { "one leaves for good", "bye_bye 1002", "done" },
    { "but shares today", "hello_you 1258", "bad_date" },
    { "and may stay after all", "hello_you 1002", "done" },
  };
  EngineTest test;

  prepare (&test);
  engine_test_start (&test, at (&test, 0, 11, 10));
  for (guint i = 1; i < TSM_LIMIT_PAYERS; i++) {
    g_autofree char *line = g_strdup_printf ("hello_you %u 2026-01-04", 1000 + i);

    do_as (&test, SHELL, line);
  }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].story);
    engine_test_type (&test, SHELL, rows[i].line);
    g_assert_cmpstr (engine_test_verdict (&test), ==, rows[i].verdict);
    if (!g_str_equal (rows[i].verdict, "done"))
      g_assert_nonnull (strstr (test.reply->text, "256 users share"));
  }
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
  ADD ("status", status_tells_how_things_stand);
  ADD ("plan", plan_tiles_to_the_day_after_tomorrow);
  ADD ("states", states_add_up);
  ADD ("refusal/each", each_refusal);
  ADD ("refusal/order", refusals_keep_their_order);
  ADD ("text", says_it_in_each_language);
  ADD ("text/derogation", derogation_names_its_day_once);
  ADD ("text/plan", plan_is_readable);
  ADD ("text/plan/no-host", plan_without_a_host_says_so_first);
  ADD ("text/status", status_says_since_when_the_plug_is_silent);
  ADD ("refusal/overlap", overlap_comes_before_not_red);
  ADD ("night", night_belongs_to_the_day_before);
  ADD ("too-late", too_late_ends_at_midnight);
  ADD ("derogation/hours", derogation_hours);
  ADD ("derogation/limit", derogation_limit);
  ADD ("derogation/unknown", unknown_day_is_conditional);
  ADD ("derogation/provisional", provisional_blue_is_no_refusal);
  ADD ("derogation/confirmed", confirmed_blue_is_refused);
  ADD ("derogation/sunday", sunday_is_refused_unheard);
  ADD ("derogation/estimate", estimate_goes_by_the_days_there_are);
  ADD ("derogation/removal", removal_while_running_ends_now);
  ADD ("bye", bye_ends_derogations);
  ADD ("change-date", change_date_leave_closes_the_stay);
  ADD ("hello/leave-day", hello_on_the_leave_day_goes_on);
  ADD ("hello/calendar-day", hello_after_a_stay_of_the_calendar_day);
  ADD ("stay/few-days", stay_shares_only_its_changed_days);
  ADD ("stay/corrected", corrected_dates_share_like_the_right_ones);
  ADD ("stay/limit", payers_have_a_limit);
  ADD ("admins", admins_are_named_and_removed);
  return g_test_run ();
}
