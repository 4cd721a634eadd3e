/* SPDX-License-Identifier: MIT
 * What is suggested for what has been typed so far. */
#include "discord/tsm-suggestion.h"
#include "rules/tsm-derogate.h"
#include "test-people.h"
#include <string.h>

/* "name=value, ..." of a body; where both are the same, once. */
static char *
dup_choices (const char *body)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  JsonObject *root;
  JsonArray *choices;

  json_parser_load_from_data (parser, body, -1, &error);
  g_assert_no_error (error);
  root = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpint (json_object_get_int_member (root, "type"), ==, 8);
  choices = json_object_get_array_member (json_object_get_object_member (root, "data"), "choices");
  g_assert_cmpuint (json_array_get_length (choices), <=, 25);
  for (guint i = 0; i < json_array_get_length (choices); i++) {
    JsonObject *choice = json_array_get_object_element (choices, i);
    const char *name = json_object_get_string_member (choice, "name");
    const char *value = json_object_get_string_member (choice, "value");

    g_assert_cmpint (g_utf8_strlen (name, -1), <=, 100);
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", name);
    if (!g_str_equal (name, value))
      g_string_append_printf (text, "=%s", value);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const struct {
  const char *name;
  const char *typed;
  const char *suggested;
} hour_cases[] = {
  { "nothing", "",
    "06:00, 07:00, 08:00, 09:00, 10:00, 11:00, 12:00, 13:00, 14:00, 15:00, 16:00, 17:00, 18:00, "
    "19:00, 20:00, 21:00, 22:00, 23:00, 00:00, 01:00, 02:00, 03:00, 04:00, 05:00" },
  { "blanks", "  ",
    "06:00, 07:00, 08:00, 09:00, 10:00, 11:00, 12:00, 13:00, 14:00, 15:00, 16:00, 17:00, 18:00, "
    "19:00, 20:00, 21:00, 22:00, 23:00, 00:00, 01:00, 02:00, 03:00, 04:00, 05:00" },
  { "hour", "14", "14:00, 14:15, 14:30, 14:45" },
  { "hour-h", "14h", "14:00, 14:15, 14:30, 14:45" },
  { "hour-H", " 14H3 ", "14:30" },
  { "one-digit", "6", "06:00, 06:15, 06:30, 06:45" },
  { "one-digit-h", "6h4", "06:45" },
  /* 01 and 10 to 19: by half-hours, to stay below 25. */
  { "teens", "1",
    "10:00, 10:30, 11:00, 11:30, 12:00, 12:30, 13:00, 13:30, 14:00, 14:30, 15:00, 15:30, 16:00, "
    "16:30, 17:00, 17:30, 18:00, 18:30, 19:00, 19:30, 01:00, 01:30" },
  { "minute", "14:37", "14:37" },
  { "minute-h", "6h05", "06:05" },
  { "no-hour", "24", "" },
  { "no-minute", "14:6", "" },
  { "word", "noon", "" },
  { "hostile", "\"},{", "" },
};

static void
test_suggestion_hours (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *body = tsm_suggestion_dup_hours (hour_cases[i].typed);
  g_autofree char *choices = dup_choices (body);
  g_auto (GStrv) hours = g_strsplit (choices, ", ", -1);

  g_assert_cmpstr (choices, ==, hour_cases[i].suggested);
  /* What is suggested is taken. */
  for (guint n = 0; hours[n] != NULL; n++) {
    guint minute;

    g_assert_true (tsm_derogate_parse_hour (hours[n], &minute));
  }
}

static const struct {
  const char *typed;
  const char *suggested;
} derogation_cases[] = {
  { "", "D1 · Tue 6 Jan 08:00 – 10:00 · to come=D1, "
        "D2 · Tue 6 Jan 12:00 – 14:00 · to come=D2" },
  { "D", "D1 · Tue 6 Jan 08:00 – 10:00 · to come=D1, "
         "D2 · Tue 6 Jan 12:00 – 14:00 · to come=D2" },
  { "d2", "D2 · Tue 6 Jan 12:00 – 14:00 · to come=D2" },
  { " 1 ", "D1 · Tue 6 Jan 08:00 – 10:00 · to come=D1" },
  { "D12", "" },
  { "x", "" },
};

static void
test_suggestion_derogations (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  do_as (&test, HERE, "set_derogation tomorrow 8 10");
  do_as (&test, HERE, "set_derogation tomorrow 12 14");
  do_as (&test, HERE, "get_my_current_derogations");
  for (guint i = 0; i < G_N_ELEMENTS (derogation_cases); i++) {
    g_autofree char *body = tsm_suggestion_dup_derogations (test.reply, derogation_cases[i].typed);
    g_autofree char *choices = dup_choices (body);

    g_assert_cmpstr (choices, ==, derogation_cases[i].suggested);
  }
  engine_test_clear (&test);
}

/* Who has none, or may not ask, is suggested nothing. */
static void
test_suggestion_no_derogations (void)
{
  static const gint64 callers[] = { HERE, NOBODY };
  g_autofree char *none = tsm_suggestion_dup_derogations (NULL, "");
  EngineTest test;

  g_assert_cmpstr (none, ==, "{\"type\":8,\"data\":{\"choices\":[]}}");
  prepare (&test);
  begin (&test, 14, 0);
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++) {
    g_autofree char *body = NULL;

    engine_test_type (&test, callers[i], "get_my_current_derogations");
    body = tsm_suggestion_dup_derogations (test.reply, "");
    g_assert_cmpstr (body, ==, none);
  }
  engine_test_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (hour_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/suggestion/hours/%s", hour_cases[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_suggestion_hours);
  }
  g_test_add_func ("/suggestion/derogations", test_suggestion_derogations);
  g_test_add_func ("/suggestion/no-derogations", test_suggestion_no_derogations);
  return g_test_run ();
}
