/* SPDX-License-Identifier: MIT
 * tsm-demo-complete: what may be typed next at the demo's prompt. */
#include "cli/tsm-demo-complete.h"
#include "cli/tsm-demo-cast.h"
#include "engine/tsm-command.h"
#include <string.h>

static const char *const own_words[] = { "help", "as", "speed", "wait", "quit", NULL };
static const char *const speeds[] = { "1", "60", "600", "3600", NULL };

const char *const *
tsm_demo_complete_get_words (void)
{
  return own_words;
}

typedef struct {
  const char *typed;  /* what candidates begin with */
  const char *before; /* put before each: "/", or "option=" */
  GPtrArray *found;   /* of char * */
} Search;

static void
offer (Search *search, const char *word, const char *after)
{
  if (g_str_has_prefix (word, search->typed))
    g_ptr_array_add (search->found, g_strconcat (search->before, word, after, NULL));
}

static void
offer_all (Search *search, const char *const *words)
{
  for (guint i = 0; words[i] != NULL; i++)
    offer (search, words[i], "");
}

static void
offer_friends (Search *search)
{
  for (const TsmDemoFriend *friend = tsm_demo_cast_get (); friend->name != NULL; friend ++)
    offer (search, friend->name, "");
}

static void
offer_commands (Search *search, gboolean has_slash)
{
  gsize n_commands;
  const TsmCommandSpec *table = tsm_command_get_table (&n_commands);

  for (gsize i = 0; i < n_commands; i++)
    offer (search, table[i].name, "");
  if (!has_slash)
    offer_all (search, own_words);
}

static void
offer_values (Search *search, const TsmOptionSpec *option, const GPtrArray *derogations)
{
  switch (option->kind) {
  case TSM_OPTION_USER:
    offer_friends (search);
    break;
  case TSM_OPTION_CHOICE:
  case TSM_OPTION_WHEN:
    offer_all (search, option->choices);
    break;
  case TSM_OPTION_DEROGATION:
    for (guint i = 0; derogations != NULL && i < derogations->len; i++)
      offer (search, g_ptr_array_index (derogations, i), "");
    break;
  case TSM_OPTION_DATE:
  case TSM_OPTION_HOUR:
    break;
  }
}

/* Which options of @spec the finished words of @words give; a bare one is the first not given. */
static void
mark_given (const TsmCommandSpec *spec, char **words, guint n_finished, gboolean *ret_given)
{
  for (guint w = 1; w < n_finished; w++) {
    const char *value = strchr (words[w], '=');
    gboolean is_taken = FALSE;

    for (guint i = 0; spec->options[i].name != NULL && !is_taken; i++) {
      if (value != NULL)
        is_taken = strncmp (words[w], spec->options[i].name, (gsize) (value - words[w])) == 0;
      else
        is_taken = !ret_given[i];
      ret_given[i] |= is_taken;
    }
  }
}

/* "option=val": values of that option. Else: values of the first option not given yet, and the
 * names of all those. */
static void
offer_options (Search *search, const TsmCommandSpec *spec, char **words, guint n_finished,
               const GPtrArray *derogations)
{
  gboolean given[TSM_COMMAND_MAX_OPTIONS + 1] = { FALSE };
  const char *value = strchr (search->typed, '=');
  gboolean is_first = TRUE;

  if (value != NULL) {
    g_autofree char *name = g_strndup (search->typed, (gsize) (value - search->typed));
    g_autofree char *before = g_strconcat (name, "=", NULL);
    const TsmOptionSpec *option = tsm_command_find_option (spec, name);

    search->typed = value + 1;
    search->before = before;
    if (option != NULL)
      offer_values (search, option, derogations);
    return;
  }
  mark_given (spec, words, n_finished, given);
  for (guint i = 0; spec->options[i].name != NULL; i++) {
    if (given[i])
      continue;
    if (is_first)
      offer_values (search, &spec->options[i], derogations);
    is_first = FALSE;
    offer (search, spec->options[i].name, "=");
  }
}

GPtrArray *
tsm_demo_complete_dup (const char *line, const GPtrArray *derogations)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) split = g_strsplit (line, " ", -1);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  Search search = { .typed = "", .before = "", .found = found };
  const char *first;
  const TsmCommandSpec *spec;

  for (guint i = 0; split[i] != NULL; i++)
    if (split[i][0] != '\0' || split[i + 1] == NULL)
      g_ptr_array_add (words, split[i]);
  if (words->len == 0)
    g_ptr_array_add (words, (char *) "");
  first = g_ptr_array_index (words, 0);
  search.typed = g_ptr_array_index (words, words->len - 1);
  if (words->len == 1) {
    const gboolean has_slash = first[0] == '/';

    search.typed += has_slash ? 1 : 0;
    search.before = has_slash ? "/" : "";
    offer_commands (&search, has_slash);
    return found;
  }
  spec = tsm_command_find (first[0] == '/' ? first + 1 : first);
  if (spec != NULL)
    offer_options (&search, spec, (char **) words->pdata, words->len - 1, derogations);
  else if (words->len == 2 && g_str_equal (first, "speed"))
    offer_all (&search, speeds);
  else if (words->len == 2 && g_str_equal (first, "as")) {
    offer (&search, "owner", "");
    offer_friends (&search);
  }
  return found;
}
