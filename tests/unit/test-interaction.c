/* SPDX-License-Identifier: MIT
 * What is made of INTERACTION_CREATE: bodies as Discord documents and sends them, and each member
 * missing, of another kind or hostile. */
#include "base/tsm-error.h"
#include "discord/tsm-interaction.h"
#include "engine/tsm-command.h"
#include <string.h>

#define HEAD "{\"id\":\"12\",\"token\":\"secret\",\"application_id\":\"34\",\"version\":1"
#define FROM_GUILD                                                            \
  ",\"guild_id\":\"56\",\"member\":{\"user\":{\"id\":\"78\"},\"nick\":null}," \
  "\"locale\":\"en-GB\""
#define COMMAND(options) \
  HEAD FROM_GUILD ",\"type\":2,\"data\":{\"name\":\"hello_you\",\"type\":1," options "}}"
#define TYPING(name, options) \
  HEAD FROM_GUILD ",\"type\":4,\"data\":{\"name\":\"" name "\",\"options\":[" options "]}}"
#define PRESS(data) HEAD FROM_GUILD ",\"type\":3,\"data\":{" data "}}"
#define BUTTON(id)  PRESS ("\"component_type\":2,\"custom_id\":\"" id "\"")
#define MENU(id, values) \
  PRESS ("\"component_type\":3,\"custom_id\":\"" id "\",\"values\":[" values "]")

static TsmInteraction *
read_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  TsmInteraction *interaction = tsm_interaction_new (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_nonnull (interaction);
  return interaction;
}

static TsmInteraction *
read_fixture (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "discord", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return read_text (text);
}

static void
test_interaction_captured (void)
{
  g_autoptr (TsmInteraction) it = read_fixture ("interaction-captured.json");

  g_assert_cmpint (it->kind, ==, TSM_INTERACTION_COMMAND);
  g_assert_cmpstr (it->id, ==, "1233227149545177169");
  g_assert_cmpstr (it->application_id, ==, "1223724819821105283");
  g_assert_cmpstr (it->guild_id, ==, "1011977515109187704");
  g_assert_cmpint (it->caller_id, ==, G_GINT64_CONSTANT (395786107780071424));
  g_assert_true (g_str_has_prefix (tsm_secret_peek (it->token), "aW50ZXJhY3Rpb246"));
  g_assert_cmpint (it->lang, ==, TSM_LANG_EN);
  g_assert_cmpstr (it->request->command, ==, "hello");
  g_assert_cmpint (it->request->caller_id, ==, it->caller_id);
  g_assert_false (it->request->is_member);
  g_assert_cmpuint (g_hash_table_size (it->request->options), ==, 0);
}

static void
test_interaction_documented (void)
{
  g_autoptr (TsmInteraction) chat = read_fixture ("interaction-chat-input.json");
  g_autoptr (TsmInteraction) user = read_fixture ("interaction-user-command.json");
  g_autoptr (TsmInteraction) message = read_fixture ("interaction-message-command.json");
  g_autoptr (TsmInteraction) button = read_fixture ("interaction-button.json");

  /* An old sample: the application is not named. */
  g_assert_null (chat->application_id);
  g_assert_cmpstr (tsm_request_peek (chat->request, "cardname"), ==, "The Gitrog Monster");
  g_assert_cmpstr (user->request->command, ==, "context-menu-user-2");
  g_assert_cmpstr (message->request->command, ==, "context-menu-message-2");
  g_assert_cmpint (button->kind, ==, TSM_INTERACTION_COMPONENT);
  g_assert_cmpint (button->caller_id, ==, G_GINT64_CONSTANT (53908232506183680));
  g_assert_null (button->request);
}

static void
test_interaction_user_option (void)
{
  g_autoptr (TsmInteraction) it = read_fixture ("interaction-user-option.json");

  g_assert_cmpint (it->lang, ==, TSM_LANG_FR);
  g_assert_cmpint (it->request->lang, ==, TSM_LANG_FR);
  g_assert_cmpstr (it->request->command, ==, "hello_you");
  g_assert_cmpstr (tsm_request_peek (it->request, "user"), ==, "11111111111111111");
  g_assert_cmpstr (tsm_request_peek (it->request, "arrival_date"), ==, "2026-01-31");
  g_assert_cmpint (it->request->absent_user_id, ==, 0);
  g_assert_cmpint (it->request->stale_at, ==, TSM_INSTANT_NONE);
}

static void
test_interaction_no_envelope (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "discord",
                                                 "interaction-autocomplete-part.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_null (tsm_interaction_new (text, strlen (text), &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
}

#define CHOSEN "{\"type\":6,\"name\":\"user\",\"value\":\"90\"}"

static const struct {
  const char *name;
  const char *text;
  gint64 absent_user_id;
} absence_cases[] = {
  { "here", COMMAND ("\"options\":[" CHOSEN "],\"resolved\":{\"members\":{\"90\":{}}}"), 0 },
  { "left", COMMAND ("\"options\":[" CHOSEN "],\"resolved\":{\"users\":{\"90\":{}}}"), 90 },
  { "other-member", COMMAND ("\"options\":[" CHOSEN "],\"resolved\":{\"members\":{\"9\":{}}}"),
    90 },
  { "not-resolved", COMMAND ("\"options\":[" CHOSEN "]"), 90 },
  { "members-no-object", COMMAND ("\"options\":[" CHOSEN "],\"resolved\":{\"members\":[]}"), 90 },
  { "typed-as-text", COMMAND ("\"options\":[{\"type\":3,\"name\":\"user\",\"value\":\"90\"}]"), 0 },
  { "no-id", COMMAND ("\"options\":[{\"type\":6,\"name\":\"user\",\"value\":\"someone\"}]"), 0 },
};

static void
test_interaction_absent_user (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmInteraction) it = read_text (absence_cases[i].text);

  g_assert_cmpint (it->request->absent_user_id, ==, absence_cases[i].absent_user_id);
}

/* Every value becomes text, and the engine judges it. */
static const struct {
  const char *name;
  const char *option;
  const char *option_name;
  const char *value; /* NULL: as if it had not been given */
} value_cases[] = {
  { "text", "{\"type\":3,\"name\":\"a\",\"value\":\" x \"}", "a", " x " },
  { "empty", "{\"type\":3,\"name\":\"a\",\"value\":\"\"}", "a", "" },
  { "integer", "{\"type\":4,\"name\":\"a\",\"value\":-9007199254740993}", "a",
    "-9007199254740993" },
  { "number", "{\"type\":10,\"name\":\"a\",\"value\":1.50}", "a", "1.50" },
  { "boolean", "{\"type\":5,\"name\":\"a\",\"value\":true}", "a", "true" },
  { "unknown-type", "{\"type\":99,\"name\":\"a\",\"value\":\"x\"}", "a", "x" },
  { "no-type", "{\"name\":\"a\",\"value\":\"x\"}", "a", "x" },
  { "null", "{\"type\":3,\"name\":\"a\",\"value\":null}", "a", NULL },
  { "no-value", "{\"type\":3,\"name\":\"a\"}", "a", NULL },
  { "subcommand", "{\"type\":1,\"name\":\"a\",\"options\":[]}", "a", NULL },
  { "object", "{\"type\":3,\"name\":\"a\",\"value\":{}}", "a", NULL },
  { "number-as-name", "{\"type\":3,\"name\":1,\"value\":\"x\"}", "1", NULL },
  { "no-object", "7", "7", NULL },
};

static void
test_interaction_value (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *text = g_strdup_printf (COMMAND ("\"options\":[%s,{\"name\":\"last\","
                                                    "\"value\":\"seen\"}]"),
                                           value_cases[i].option);
  g_autoptr (TsmInteraction) it = read_text (text);

  g_assert_cmpstr (tsm_request_peek (it->request, value_cases[i].option_name), ==,
                   value_cases[i].value);
  g_assert_cmpstr (tsm_request_peek (it->request, "last"), ==, "seen");
}

static const struct {
  const char *name;
  const char *text;
  const char *message;
} bad_cases[] = {
  { "empty", "", "empty" },
  { "no-json", "<html>", NULL },
  { "array", "[]", "type" },
  { "no-type", HEAD FROM_GUILD "}", "type" },
  { "no-id", "{\"type\":2,\"token\":\"t\",\"user\":{\"id\":\"1\"},\"data\":{\"name\":\"n\"}}",
    "id" },
  { "id-is-a-path",
    "{\"type\":2,\"id\":\"../1\",\"token\":\"t\",\"user\":{\"id\":\"1\"},"
    "\"data\":{\"name\":\"n\"}}",
    "id" },
  { "id-too-long",
    "{\"type\":2,\"id\":\"123456789012345678901\",\"token\":\"t\",\"user\":{\"id\":\"1\"},"
    "\"data\":{\"name\":\"n\"}}",
    "id" },
  { "no-token", "{\"type\":2,\"id\":\"1\",\"user\":{\"id\":\"1\"},\"data\":{\"name\":\"n\"}}",
    "token" },
  { "empty-token",
    "{\"type\":2,\"id\":\"1\",\"token\":\"\",\"user\":{\"id\":\"1\"},\"data\":{\"name\":\"n\"}}",
    "token" },
  { "no-caller", HEAD ",\"type\":2,\"data\":{\"name\":\"n\"}}", "caller" },
  { "caller-is-the-shell", HEAD ",\"user\":{\"id\":\"0\"},\"type\":2,\"data\":{\"name\":\"n\"}}",
    "caller" },
  { "caller-past-64-bits",
    HEAD ",\"user\":{\"id\":\"9223372036854775808\"},\"type\":2,\"data\":{\"name\":\"n\"}}",
    "caller" },
  { "bad-application",
    "{\"type\":2,\"id\":\"1\",\"token\":\"t\",\"application_id\":\"a/b\",\"user\":{\"id\":\"1\"},"
    "\"data\":{\"name\":\"n\"}}",
    "application_id" },
  { "bad-guild", HEAD ",\"guild_id\":5,\"user\":{\"id\":\"1\"},\"type\":2}", "guild_id" },
  { "no-data", HEAD FROM_GUILD ",\"type\":2}", "command" },
  { "no-command", HEAD FROM_GUILD ",\"type\":2,\"data\":{}}", "command" },
};

static void
test_interaction_bad (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (tsm_interaction_new (bad_cases[i].text, strlen (bad_cases[i].text), &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  if (bad_cases[i].message != NULL)
    g_assert_nonnull (strstr (error->message, bad_cases[i].message));
  g_assert_null (strstr (error->message, "secret"));
}

static void
test_interaction_direct_message (void)
{
  g_autoptr (TsmInteraction) it =
      read_text (HEAD ",\"guild_id\":null,\"type\":2,\"locale\":\"fr\",\"guild_locale\":\"de\","
                      "\"user\":{\"id\":\"9223372036854775807\"},\"data\":{\"name\":\"status\"}}");

  g_assert_null (it->guild_id);
  g_assert_cmpint (it->caller_id, ==, G_MAXINT64);
  g_assert_cmpint (it->lang, ==, TSM_LANG_FR);
}

static void
test_interaction_lang (void)
{
  g_autoptr (TsmInteraction) german = read_text (
      HEAD ",\"type\":2,\"locale\":\"de\",\"user\":{\"id\":\"1\"},\"data\":{\"name\":\"plan\"}}");
  g_autoptr (TsmInteraction) guild =
      read_text (HEAD ",\"type\":2,\"guild_locale\":\"fr\",\"user\":{\"id\":\"1\"},"
                      "\"data\":{\"name\":\"plan\"}}");

  g_assert_cmpint (german->lang, ==, TSM_LANG_EN);
  g_assert_cmpint (guild->lang, ==, TSM_LANG_FR);
}

/* A ping, a modal, what is yet to come: nothing of them is read. */
static void
test_interaction_other_kinds (void)
{
  static const char *const texts[] = { "{\"type\":1}", "{\"type\":5,\"data\":{}}", "{\"type\":99}",
                                       "{\"type\":-2}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (TsmInteraction) it = read_text (texts[i]);

    g_assert_cmpint (it->kind, ==, TSM_INTERACTION_OTHER);
    g_assert_null (it->request);
  }
}

/* The table says which commands answer their caller alone. */
static void
test_interaction_privacy (void)
{
  const TsmCommandSpec *table;
  gsize n_commands;
  guint n_private = 0;

  table = tsm_command_get_table (&n_commands);
  for (gsize i = 0; i < n_commands; i++) {
    g_autofree char *text =
        g_strdup_printf (HEAD FROM_GUILD ",\"type\":2,\"data\":{\"name\":\"%s\"}}", table[i].name);
    g_autoptr (TsmInteraction) it = read_text (text);

    g_assert_cmpint (it->is_private, ==, table[i].is_private);
    n_private += it->is_private ? 1 : 0;
  }
  g_assert_cmpuint (n_private, >, 0);
  g_assert_cmpuint (n_private, <, n_commands);
}

#define TYPED(name, value, focused) \
  "{\"type\":3,\"name\":\"" name "\",\"value\":\"" value "\",\"focused\":" focused "}"

static const struct {
  const char *name;
  const char *text;
  const char *focused;
  const char *typed;
  const char *command; /* asked of the engine */
} typing_cases[] = {
  { "derogation", TYPING ("remove_derogation", TYPED ("derogation_id", "D1", "true")),
    "derogation_id", "D1", "get_my_current_derogations" },
  { "hour", TYPING ("set_derogation", TYPED ("hour_start", "14h", "true")), "hour_start", "14h",
    NULL },
  { "second-option",
    TYPING ("set_derogation", TYPED ("when", "today", "false") "," TYPED ("hour_end", "", "true")),
    "hour_end", "", NULL },
  { "number", TYPING ("set_derogation", "{\"name\":\"hour_end\",\"value\":7,\"focused\":true}"),
    "hour_end", "7", NULL },
  { "no-value", TYPING ("set_derogation", "{\"name\":\"hour_end\",\"focused\":true}"), "hour_end",
    "", NULL },
  { "nothing-focused", TYPING ("set_derogation", TYPED ("hour_end", "1", "false")), "", "", NULL },
  { "no-options", HEAD FROM_GUILD ",\"type\":4,\"data\":{\"name\":\"plan\"}}", "", "", NULL },
  { "no-data", HEAD FROM_GUILD ",\"type\":4}", "", "", NULL },
  { "unknown-command", TYPING ("airhorn", TYPED ("derogation_id", "D", "true")), "derogation_id",
    "D", NULL },
  { "unknown-option", TYPING ("remove_derogation", TYPED ("variant", "D", "true")), "variant", "D",
    NULL },
};

static void
test_interaction_typing (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmInteraction) it = read_text (typing_cases[i].text);

  g_assert_cmpint (it->kind, ==, TSM_INTERACTION_AUTOCOMPLETE);
  g_assert_cmpstr (it->focused, ==, typing_cases[i].focused);
  g_assert_cmpstr (it->typed, ==, typing_cases[i].typed);
  g_assert_cmpstr (it->request != NULL ? it->request->command : NULL, ==, typing_cases[i].command);
}

static const struct {
  const char *name;
  const char *text;
  const char *when;  /* NULL: too old, or none of ours */
  const char *hours; /* "06:00 12:00", or NULL */
  gint64 stale_at;
} press_cases[] = {
  { "keep", BUTTON ("tsm1:dero:2026-01-05"), "2026-01-05", NULL, TSM_INSTANT_NONE },
  { "need", BUTTON ("tsm1:need:1767650400"), "today", NULL, 1767650400 },
  { "hours", MENU ("tsm1:hours:2026-01-06", "\"0600-1200\""), "2026-01-06", "06:00 12:00",
    TSM_INSTANT_NONE },
  { "hours-over-midnight", MENU ("tsm1:hours:2026-01-06", "\"2200-0600\""), "2026-01-06",
    "22:00 06:00", TSM_INSTANT_NONE },
  { "hours-of-the-evening-before", MENU ("tsm1:hours:2026-01-01", "\"-2200-0600\""), "2025-12-31",
    "22:00 06:00", TSM_INSTANT_NONE },
  /* The engine says that there is no such hour. */
  { "hours-that-are-none", MENU ("tsm1:hours:2026-01-06", "\"9900-1299\""), "2026-01-06",
    "99:00 12:99", TSM_INSTANT_NONE },
  { "hours-first-of-two", MENU ("tsm1:hours:2026-01-06", "\"0600-1200\",\"1200-1800\""),
    "2026-01-06", "06:00 12:00", TSM_INSTANT_NONE },
  { "no-hours", MENU ("tsm1:hours:2026-01-06", ""), NULL, NULL, 0 },
  { "hours-without-values", BUTTON ("tsm1:hours:2026-01-06"), NULL, NULL, 0 },
  { "hours-cut-off", MENU ("tsm1:hours:2026-01-06", "\"0600-12\""), NULL, NULL, 0 },
  { "hours-too-long", MENU ("tsm1:hours:2026-01-06", "\"0600-12000\""), NULL, NULL, 0 },
  { "hours-of-letters", MENU ("tsm1:hours:2026-01-06", "\"06h0-1200\""), NULL, NULL, 0 },
  { "hours-no-text", MENU ("tsm1:hours:2026-01-06", "6"), NULL, NULL, 0 },
  { "before-the-first-day", MENU ("tsm1:hours:0001-01-01", "\"-2200-0600\""), NULL, NULL, 0 },
  { "no-date", BUTTON ("tsm1:dero:"), NULL, NULL, 0 },
  { "no-such-date", BUTTON ("tsm1:dero:2026-02-30"), NULL, NULL, 0 },
  { "more-behind", BUTTON ("tsm1:dero:2026-01-05:1"), NULL, NULL, 0 },
  { "word-for-a-date", BUTTON ("tsm1:dero:today"), NULL, NULL, 0 },
  { "need-no-instant", BUTTON ("tsm1:need:"), NULL, NULL, 0 },
  { "need-negative", BUTTON ("tsm1:need:-1"), NULL, NULL, 0 },
  { "need-zero", BUTTON ("tsm1:need:0"), NULL, NULL, 0 },
  { "need-past-64-bits", BUTTON ("tsm1:need:9223372036854775808"), NULL, NULL, 0 },
  { "other-version", BUTTON ("tsm2:dero:2026-01-05"), NULL, NULL, 0 },
  { "other-verb", BUTTON ("tsm1:stop:2026-01-05"), NULL, NULL, 0 },
  { "not-ours", BUTTON ("click_one"), NULL, NULL, 0 },
  { "no-id", PRESS ("\"component_type\":2"), NULL, NULL, 0 },
  { "id-no-text", PRESS ("\"custom_id\":5"), NULL, NULL, 0 },
  { "no-data", HEAD FROM_GUILD ",\"type\":3}", NULL, NULL, 0 },
};

static void
test_interaction_press (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmInteraction) it = read_text (press_cases[i].text);
  g_autofree char *hours = NULL;

  g_assert_cmpint (it->kind, ==, TSM_INTERACTION_COMPONENT);
  if (press_cases[i].when == NULL) {
    g_assert_null (it->request);
    return;
  }
  g_assert_cmpstr (it->request->command, ==, "set_derogation");
  g_assert_cmpint (it->request->caller_id, ==, 78);
  g_assert_false (it->request->is_member);
  g_assert_cmpstr (tsm_request_peek (it->request, "when"), ==, press_cases[i].when);
  g_assert_cmpint (it->request->stale_at, ==, press_cases[i].stale_at);
  if (tsm_request_peek (it->request, "hour_start") != NULL)
    hours = g_strdup_printf ("%s %s", tsm_request_peek (it->request, "hour_start"),
                             tsm_request_peek (it->request, "hour_end"));
  g_assert_cmpstr (hours, ==, press_cases[i].hours);
}

/* What we write is what we read. */
static void
test_interaction_custom_ids (void)
{
  g_autofree char *keep = tsm_interaction_dup_keep_id (20458);
  g_autofree char *hours = tsm_interaction_dup_hours_id (20458);
  g_autofree char *need = tsm_interaction_dup_need_id (1767650400);
  g_autofree char *value = tsm_interaction_dup_hours_value (FALSE, 6 * 60, 12 * 60 + 30);
  g_autofree char *before = tsm_interaction_dup_hours_value (TRUE, 22 * 60, 6 * 60);

  g_assert_cmpstr (keep, ==, "tsm1:dero:2026-01-05");
  g_assert_cmpstr (hours, ==, "tsm1:hours:2026-01-05");
  g_assert_cmpstr (need, ==, "tsm1:need:1767650400");
  g_assert_cmpstr (value, ==, "0600-1230");
  g_assert_cmpstr (before, ==, "-2200-0600");
}

#define ADD_CASES(folder, cases, test)                                                       \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {                                         \
    g_autofree char *path = g_strdup_printf ("/interaction/" folder "/%s", (cases)[i].name); \
    g_test_add_data_func (path, GUINT_TO_POINTER (i), test);                                 \
  }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interaction/captured", test_interaction_captured);
  g_test_add_func ("/interaction/documented", test_interaction_documented);
  g_test_add_func ("/interaction/user-option", test_interaction_user_option);
  g_test_add_func ("/interaction/no-envelope", test_interaction_no_envelope);
  g_test_add_func ("/interaction/direct-message", test_interaction_direct_message);
  g_test_add_func ("/interaction/lang", test_interaction_lang);
  g_test_add_func ("/interaction/other-kinds", test_interaction_other_kinds);
  g_test_add_func ("/interaction/privacy", test_interaction_privacy);
  g_test_add_func ("/interaction/custom-ids", test_interaction_custom_ids);
  ADD_CASES ("absent", absence_cases, test_interaction_absent_user);
  ADD_CASES ("value", value_cases, test_interaction_value);
  ADD_CASES ("bad", bad_cases, test_interaction_bad);
  ADD_CASES ("typing", typing_cases, test_interaction_typing);
  ADD_CASES ("press", press_cases, test_interaction_press);
  return g_test_run ();
}
