/* SPDX-License-Identifier: MIT
 * tsm-demo-prompt: a line with history and completion at the foot of a terminal. */
#include "cli/tsm-demo-prompt.h"
#include "base/tsm-error.h"
#include <dlfcn.h>
#include <editline/readline.h>
#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LIBRARY "libedit.so.2"
#define HISTORY 500

/* libedit's readline interface, as far as it is used here. */
typedef struct {
  __typeof__ (rl_callback_handler_install) *install;
  __typeof__ (rl_callback_handler_remove) *remove;
  __typeof__ (rl_callback_read_char) *read_char;
  __typeof__ (rl_forced_update_display) *update;
  __typeof__ (rl_set_prompt) *set_prompt;
  __typeof__ (rl_resize_terminal) *resize;
  __typeof__ (add_history) *add_history;
  __typeof__ (stifle_history) *stifle_history;
  __typeof__ (rl_line_buffer) *line_buffer;
  __typeof__ (rl_point) *point;
  __typeof__ (rl_completer_word_break_characters) *word_breaks;
  __typeof__ (rl_attempted_completion_function) *completion;
  __typeof__ (rl_attempted_completion_over) *is_completion_over;
  __typeof__ (rl_completion_append_character) *append_character;
  __typeof__ (rl_readline_name) *name;
} Editor;

struct _TsmDemoPrompt {
  TsmDemoPromptHooks hooks;
  void *library;
  Editor editor;
  char *prompt;
  char *last_line;    /* not twice in a row in the history */
  gboolean is_inside; /* a line is being handled: the prompt is not on the screen */
  guint source_id;
};

/* The callbacks of readline's interface carry no data. */
static TsmDemoPrompt *the_prompt;

static gboolean
load_editor (TsmDemoPrompt *self, GError **error)
{
  Editor *editor = &self->editor;
  const struct {
    const char *name;
    void *place;
  } symbols[] = {
    { "rl_callback_handler_install", &editor->install },
    { "rl_callback_handler_remove", &editor->remove },
    { "rl_callback_read_char", &editor->read_char },
    { "rl_forced_update_display", &editor->update },
    { "rl_set_prompt", &editor->set_prompt },
    { "rl_resize_terminal", &editor->resize },
    { "add_history", &editor->add_history },
    { "stifle_history", &editor->stifle_history },
    { "rl_line_buffer", &editor->line_buffer },
    { "rl_point", &editor->point },
    { "rl_completer_word_break_characters", &editor->word_breaks },
    { "rl_attempted_completion_function", &editor->completion },
    { "rl_attempted_completion_over", &editor->is_completion_over },
    { "rl_completion_append_character", &editor->append_character },
    { "rl_readline_name", &editor->name },
  };

  /* Its history and terminal state live in the library: it stays once it is there. */
  self->library = dlopen (LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (self->library == NULL) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "no line editor: %s", dlerror ());
    return FALSE;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (symbols); i++) {
    void *symbol = dlsym (self->library, symbols[i].name);

    if (symbol == NULL) {
      g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "the line editor lacks %s",
                   symbols[i].name);
      return FALSE;
    }
    memcpy (symbols[i].place, &symbol, sizeof symbol);
  }
  return TRUE;
}

static void
take_line (char *typed)
{
  TsmDemoPrompt *self = the_prompt;
  g_autofree char *line = typed != NULL ? g_strdup (typed) : NULL;

  free (typed);
  self->is_inside = TRUE;
  if (line == NULL) {
    fputs ("\n", stdout);
  } else if (g_strstrip (line)[0] != '\0' && g_strcmp0 (line, self->last_line) != 0) {
    self->editor.add_history (line);
    g_free (self->last_line);
    self->last_line = g_strdup (line);
  }
  self->hooks.on_line (line, self->hooks.data);
  /* Here libedit has ended its line mode: the next line begins with an installation. A prompt that
   * is on its way out must not come back. */
  if (the_prompt != self)
    return;
  self->is_inside = FALSE;
  self->editor.install (self->prompt, take_line);
}

/* How far all of @words, at least one, begin alike. */
static gsize
get_common_length (const GPtrArray *words)
{
  const char *first = g_ptr_array_index (words, 0);
  gsize length = strlen (first);

  for (guint i = 1; i < words->len; i++) {
    const char *word = g_ptr_array_index (words, i);
    gsize n = 0;

    while (n < length && word[n] == first[n])
      n++;
    length = n;
  }
  return length;
}

/* As readline wants it: what all have in common, then each, in memory that it will free. */
static char **
complete (const char *text, int start, int end)
{
  TsmDemoPrompt *self = the_prompt;
  g_autofree char *line = g_strndup (*self->editor.line_buffer, (gsize) end);
  g_autoptr (GPtrArray) words = self->hooks.complete (line, self->hooks.data);
  char **found;

  *self->editor.is_completion_over = 1; /* no file names in place of nothing */
  if (words->len == 0)
    return NULL;
  found = calloc (words->len + 2, sizeof (char *));
  found[0] = strndup (g_ptr_array_index (words, 0), get_common_length (words));
  for (guint i = 0; i < words->len; i++)
    found[i + 1] = strdup (g_ptr_array_index (words, i));
  *self->editor.append_character = g_str_has_suffix (found[0], "=") ? '\0' : ' ';
  if (words->len == 1) {
    free (found[1]);
    found[1] = NULL;
  }
  return found;
}

static gboolean
read_terminal (int fd, GIOCondition condition, gpointer data)
{
  TsmDemoPrompt *self = data;

  if ((condition & G_IO_IN) == 0) {
    self->source_id = 0;
    self->hooks.on_line (NULL, self->hooks.data);
    return G_SOURCE_REMOVE;
  }
  self->editor.read_char ();
  return G_SOURCE_CONTINUE;
}

TsmDemoPrompt *
tsm_demo_prompt_new (const TsmDemoPromptHooks *hooks, GError **error)
{
  g_autoptr (TsmDemoPrompt) self = g_new0 (TsmDemoPrompt, 1);

  g_assert (the_prompt == NULL);
  /* Else the editor takes an accent for two characters. */
  setlocale (LC_CTYPE, "");
  if (!g_get_charset (NULL))
    setlocale (LC_CTYPE, "C.UTF-8");
  self->hooks = *hooks;
  self->prompt = g_strdup ("> ");
  if (!load_editor (self, error))
    return NULL;
  the_prompt = self;
  *self->editor.name = "tsm";
  *self->editor.completion = complete;
  *self->editor.word_breaks = (char *) " ";
  self->editor.stifle_history (HISTORY);
  self->editor.install (self->prompt, take_line);
  self->source_id =
      g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, read_terminal, self);
  return g_steal_pointer (&self);
}

/* The columns that @text takes: neither escapes nor what lies between \1 and \2. */
static glong
get_width (const char *text)
{
  glong width = 0;
  gboolean is_hidden = FALSE;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    if (*p == RL_PROMPT_START_IGNORE)
      is_hidden = TRUE;
    else if (*p == RL_PROMPT_END_IGNORE)
      is_hidden = FALSE;
    else if (!is_hidden)
      width++;
  }
  return width;
}

/* Wipes the prompt and what is being typed, which may have grown over several rows. */
static void
wipe (TsmDemoPrompt *self)
{
  const guint columns = tsm_demo_prompt_get_columns ();
  const char *typed = *self->editor.line_buffer;
  glong cursor = get_width (self->prompt);

  if (typed != NULL) {
    const gsize length = strlen (typed);
    const gsize point = (gsize) MAX (*self->editor.point, 0);

    cursor += g_utf8_strlen (typed, (gssize) MIN (point, length));
  }
  if (columns > 0 && cursor >= (glong) columns)
    printf ("\033[%ldA", cursor / (glong) columns);
  fputs ("\r\033[J", stdout);
}

void
tsm_demo_prompt_free (TsmDemoPrompt *self)
{
  if (self == NULL)
    return;
  if (the_prompt == self) {
    the_prompt = NULL;
    wipe (self);
    fflush (stdout);
    self->editor.remove ();
  }
  g_clear_handle_id (&self->source_id, g_source_remove);
  if (self->library != NULL)
    dlclose (self->library);
  g_free (self->prompt);
  g_free (self->last_line);
  g_free (self);
}

void
tsm_demo_prompt_set (TsmDemoPrompt *self, const char *coloured)
{
  if (g_str_equal (self->prompt, coloured))
    return;
  if (!self->is_inside)
    wipe (self);
  g_free (self->prompt);
  self->prompt = g_strdup (coloured);
  self->editor.set_prompt (coloured);
  if (self->is_inside)
    return;
  fflush (stdout);
  self->editor.update ();
}

void
tsm_demo_prompt_write (TsmDemoPrompt *self, const char *text)
{
  if (!self->is_inside)
    wipe (self);
  fputs (text, stdout);
  fflush (stdout);
  if (!self->is_inside)
    self->editor.update ();
}

void
tsm_demo_prompt_resize (TsmDemoPrompt *self)
{
  self->editor.resize ();
}

guint
tsm_demo_prompt_get_columns (void)
{
  struct winsize size;

  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
