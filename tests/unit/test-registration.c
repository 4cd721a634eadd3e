/* SPDX-License-Identifier: MIT
 * The commands as Discord is told of them: what its schema and its documentation ask of such a list
 * (spec discord 7 and 16), for every row of the table. */
#include "base/tsm-body.h"
#include "discord/tsm-registration.h"
#include <string.h>

#define MAX_COMMAND_CHARS 8000

/* Commands may not be named like this, nor may their options. */
static gboolean
is_name (const char *name)
{
  const gsize length = strlen (name);

  return length >= 1 && length <= 32 &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == length;
}

/* Each call returns how many characters count for a command's 8000. */
static glong
check_text (const TsmBodyNode *object, const char *key, const char *localizations)
{
  const char *english = tsm_body_get_member_string (object, key);
  const TsmBodyNode *others = tsm_body_get_member (object, localizations);
  const char *french = tsm_body_get_member_string (others, "fr");

  g_assert_nonnull (english);
  g_assert_nonnull (french);
  g_assert_cmpuint (others->n_children, ==, 1);
  for (guint i = 0; i < 2; i++) {
    const char *text = i == 0 ? english : french;
    const gunichar first = g_utf8_get_char (text);

    g_test_message ("%s", text);
    g_assert_cmpint (g_utf8_strlen (text, -1), >=, 1);
    g_assert_cmpint (g_utf8_strlen (text, -1), <=, 100);
    g_assert_true (g_unichar_isupper (first) || g_unichar_isdigit (first));
    g_assert_false (g_str_has_suffix (text, "."));
    g_assert_null (strstr (text, "%s"));
  }
  return MAX (g_utf8_strlen (english, -1), g_utf8_strlen (french, -1));
}

static glong
check_choices (const TsmBodyNode *choices, const TsmOptionSpec *spec)
{
  const TsmBodyNode *choice = tsm_body_get_first (choices);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  glong n_chars = 0;

  g_assert_cmpuint (choices->n_children, >=, 1);
  g_assert_cmpuint (choices->n_children, <=, 25);
  for (guint i = 0; i < choices->n_children; i++, choice = tsm_body_get_next (choice)) {
    const char *value = tsm_body_get_member_string (choice, "value");

    g_assert_cmpstr (value, ==, spec->choices[i]);
    g_assert_cmpuint (strlen (value), <=, 100);
    g_assert_true (g_hash_table_add (names, (char *) tsm_body_get_member_string (choice, "name")));
    n_chars += check_text (choice, "name", "name_localizations") + (glong) strlen (value);
  }
  g_assert_null (spec->choices[choices->n_children]);
  return n_chars;
}

static glong
check_option (const TsmBodyNode *option, const TsmCommandSpec *command)
{
  const char *name = tsm_body_get_member_string (option, "name");
  const TsmBodyNode *choices = tsm_body_get_member (option, "choices");
  const TsmBodyNode *autocomplete = tsm_body_get_member (option, "autocomplete");
  const TsmBodyNode *required = tsm_body_get_member (option, "required");
  const TsmOptionSpec *spec;
  glong n_chars;
  gint64 type;

  g_assert_true (is_name (name));
  spec = tsm_command_find_option (command, name);
  g_assert_nonnull (spec);
  g_assert_true (tsm_body_get_member_integer (option, "type", &type));
  g_assert_cmpint (type, ==, spec->kind == TSM_OPTION_USER ? 6 : 3);
  g_assert_cmpint (required != NULL, ==, spec->is_required);
  g_assert_cmpint (choices != NULL, ==, spec->choices[0] != NULL);
  g_assert_cmpint (autocomplete != NULL, ==,
                   spec->kind == TSM_OPTION_HOUR || spec->kind == TSM_OPTION_DEROGATION);
  g_assert_false (choices != NULL && autocomplete != NULL);
  g_assert_null (tsm_body_get_member (option, "name_localizations"));
  n_chars = (glong) strlen (name) + check_text (option, "description", "description_localizations");
  return choices != NULL ? n_chars + check_choices (choices, spec) : n_chars;
}

static glong
check_options (const TsmBodyNode *options, const TsmCommandSpec *spec)
{
  const TsmBodyNode *option = tsm_body_get_first (options);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean has_optional = FALSE;
  glong n_chars = 0;
  guint n_options = 0;

  while (spec->options[n_options].name != NULL)
    n_options++;
  g_assert_cmpuint (options->n_children, ==, n_options);
  g_assert_cmpuint (n_options, <=, 25);
  for (guint i = 0; i < n_options; i++, option = tsm_body_get_next (option)) {
    const gboolean is_required = tsm_body_get_member (option, "required") != NULL;

    g_assert_false (is_required && has_optional);
    has_optional = has_optional || !is_required;
    g_assert_true (g_hash_table_add (names, (char *) tsm_body_get_member_string (option, "name")));
    n_chars += check_option (option, spec);
  }
  return n_chars;
}

static void
check_command (const TsmBodyNode *command, const TsmCommandSpec *spec)
{
  const char *name = tsm_body_get_member_string (command, "name");
  glong n_chars;
  gint64 type;

  g_assert_cmpstr (name, ==, spec->name);
  g_assert_true (is_name (name));
  g_assert_true (tsm_body_get_member_integer (command, "type", &type));
  g_assert_cmpint (type, ==, 1);
  g_assert_null (tsm_body_get_member (command, "default_member_permissions"));
  g_assert_null (tsm_body_get_member (command, "name_localizations"));
  n_chars = (glong) strlen (name) +
            check_text (command, "description", "description_localizations") +
            check_options (tsm_body_get_member (command, "options"), spec);
  g_assert_cmpint (n_chars, <=, MAX_COMMAND_CHARS);
}

static void
test_registration_table (void)
{
  g_autofree char *json = tsm_registration_dup_json ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmBody) body = tsm_body_new_from_text (json, strlen (json), &error);
  const TsmCommandSpec *table;
  const TsmBodyNode *root, *command;
  gsize n_commands;

  g_assert_no_error (error);
  table = tsm_command_get_table (&n_commands);
  root = tsm_body_get_root (body);
  g_assert_cmpint (root->kind, ==, TSM_BODY_ARRAY);
  g_assert_cmpuint (root->n_children, ==, n_commands);
  g_assert_cmpuint (n_commands, <=, 100);
  command = tsm_body_get_first (root);
  for (gsize i = 0; i < n_commands; i++, command = tsm_body_get_next (command))
    check_command (command, &table[i]);
}

/* One command in full, as the friend who reads it sees it. */
static void
test_registration_words (void)
{
  g_autofree char *json = tsm_registration_dup_json ();

  g_assert_nonnull (strstr (
      json, "{\"type\":1,\"name\":\"remove_derogation\","
            "\"description\":\"Take a derogation back; not from 21:45 to midnight\","
            "\"description_localizations\":{\"fr\":\"Annuler une dérogation\302\240; impossible de "
            "21:45 à minuit\"},\"options\":[{\"type\":3,\"name\":\"derogation_id\","
            "\"description\":\"The derogation's number, such as D17\","
            "\"description_localizations\":{\"fr\":"
            "\"Le numéro de la dérogation, par exemple D17\"},"
            "\"required\":true,\"autocomplete\":true}]}"));
}

static void
test_registration_hash (void)
{
  g_autofree char *json = tsm_registration_dup_json ();
  g_autofree char *again = tsm_registration_dup_json ();
  g_autofree char *hash = tsm_registration_dup_hash (json);
  g_autofree char *same = tsm_registration_dup_hash (again);
  g_autofree char *other = tsm_registration_dup_hash ("[]");

  g_assert_cmpstr (hash, ==, same);
  g_assert_cmpstr (hash, !=, other);
  g_assert_cmpstr (other, ==, "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945");
}

/* What GET gives for what was PUT: ids and defaults beside it, French names as _localized. */
static char *
dup_list (guint n_left_out, const char *last)
{
  g_autoptr (GString) list = g_string_new ("[");
  const TsmCommandSpec *table;
  gsize n_commands;

  table = tsm_command_get_table (&n_commands);
  for (gsize i = n_commands; i > n_left_out; i--)
    g_string_append_printf (list,
                            "{\"id\":\"1%u\",\"type\":1,\"name\":\"%s\",\"name_localized\":\"x\","
                            "\"default_member_permissions\":null},",
                            (guint) i, table[i - 1].name);
  g_string_append_printf (list, "%s", last);
  if (list->str[list->len - 1] == ',')
    g_string_truncate (list, list->len - 1);
  g_string_append_c (list, ']');
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static const struct {
  const char *name;
  guint n_left_out;
  const char *last;
  gboolean matches;
} list_cases[] = {
  { "the-same", 0, "", TRUE },
  { "one-missing", 1, "", FALSE },
  { "one-more", 0, "{\"type\":1,\"name\":\"airhorn\"}", FALSE },
  { "another-in-its-place", 1, "{\"type\":1,\"name\":\"airhorn\"}", FALSE },
  { "a-menu-command-in-its-place", 1, "{\"type\":2,\"name\":\"status\"}", FALSE },
  { "a-name-that-is-none", 1, "{\"type\":1,\"name\":5}", FALSE },
  { "no-object", 1, "5", FALSE },
};

static void
test_registration_matches (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *list = dup_list (list_cases[i].n_left_out, list_cases[i].last);

  g_assert_cmpint (tsm_registration_matches (list, strlen (list)), ==, list_cases[i].matches);
}

static void
test_registration_matches_no_list (void)
{
  static const char *const texts[] = { "", "[]", "{}", "[", "<html>" };
  g_autofree char *own = tsm_registration_dup_json ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_false (tsm_registration_matches (texts[i], strlen (texts[i])));
  g_assert_true (tsm_registration_matches (own, strlen (own)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/registration/table", test_registration_table);
  g_test_add_func ("/registration/words", test_registration_words);
  g_test_add_func ("/registration/hash", test_registration_hash);
  g_test_add_func ("/registration/matches/no-list", test_registration_matches_no_list);
  for (guint i = 0; i < G_N_ELEMENTS (list_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/registration/matches/%s", list_cases[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_registration_matches);
  }
  return g_test_run ();
}
