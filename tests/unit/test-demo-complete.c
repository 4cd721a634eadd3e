/* SPDX-License-Identifier: MIT */
#include "cli/tsm-demo-complete.h"
#include "engine/tsm-command.h"

static const struct {
  const char *name;
  const char *line;
  const char *found; /* joined by blanks */
} cases[] = {
  { "command", "stat", "status" },
  { "slash", "/stat", "/status" },
  { "two-commands", "set_derogation x/", "" },
  { "derogation-commands", "get_",
    "get_my_current_derogations get_total_state get_my_state get_state" },
  { "own-word", "sp", "speed" },
  { "own-word-no-slash", "/sp", "" },
  { "nothing-alike", "xyz", "" },
  { "choice", "set_derogation to", "today tomorrow" },
  { "first-option", "/set_derogation ", "today tomorrow when= hour_start= hour_end=" },
  { "second-option", "set_derogation today ", "hour_start= hour_end=" },
  { "named-option-given", "set_derogation hour_start=8 ", "today tomorrow when= hour_end=" },
  { "option-name", "set_derogation today hour_e", "hour_end=" },
  { "value-of-named", "set_derogation when=t", "when=today when=tomorrow" },
  { "value-of-unknown", "set_derogation what=t", "" },
  { "friend", "hello_you l", "lynx" },
  { "friend-by-option", "change_date user=h", "user=heron" },
  { "blanks-between", "set_derogation   to", "today tomorrow" },
  { "all-given", "op otter ", "" },
  { "derogation-id", "remove_derogation ", "D3 D12 derogation_id=" },
  { "derogation-id-begun", "remove_derogation D1", "D12" },
  { "as", "as ", "owner otter heron lynx" },
  { "as-begun", "as o", "owner otter" },
  { "as-once", "as otter ", "" },
  { "speed", "speed 60", "60 600" },
  { "no-such-command", "fly to", "" },
};

static void
test_complete (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GPtrArray) derogations = g_ptr_array_new ();
  g_autoptr (GPtrArray) found = NULL;
  g_autofree char *joined = NULL;

  g_ptr_array_add (derogations, (char *) "D3");
  g_ptr_array_add (derogations, (char *) "D12");
  found = tsm_demo_complete_dup (cases[i].line, derogations);
  g_ptr_array_add (found, NULL);
  joined = g_strjoinv (" ", (char **) found->pdata);
  g_assert_cmpstr (joined, ==, cases[i].found);
}

/* An empty line offers every command and every word of the prompt's own. */
static void
test_complete_all (void)
{
  g_autoptr (GPtrArray) found = tsm_demo_complete_dup ("", NULL);
  gsize n_commands;

  tsm_command_get_table (&n_commands);
  g_assert_cmpuint (found->len, ==,
                    n_commands + g_strv_length ((char **) tsm_demo_complete_get_words ()));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/demo-complete/%s", cases[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_complete);
  }
  g_test_add_func ("/demo-complete/all", test_complete_all);
  return g_test_run ();
}
