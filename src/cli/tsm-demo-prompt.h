/* SPDX-License-Identifier: MIT
 * tsm-demo-prompt: a line with history and completion at the foot of a terminal, while other lines
 * come in above it. There is one terminal, so there is one prompt at a time.
 *
 * The line editor is libedit, loaded only here: what runs without a terminal does not carry it. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  /* A line was entered; NULL: the end of input (Ctrl-D). */
  void (*on_line) (const char *line, gpointer data);
  /* The words that can stand at the end of @line, as tsm_demo_complete_dup () gives them. */
  GPtrArray *(*complete) (const char *line, gpointer data);
  gpointer data;
} TsmDemoPromptHooks;

typedef struct _TsmDemoPrompt TsmDemoPrompt;

/* Takes the terminal on stdin and stdout. TSM_ERROR_UPSTREAM without the line editor. */
TsmDemoPrompt *tsm_demo_prompt_new (const TsmDemoPromptHooks *hooks, GError **error);
/* Gives the terminal back. */
void tsm_demo_prompt_free (TsmDemoPrompt *self);

/* What stands before the cursor; @text has one line, its colours are @coloured. Shown when it
 * differs from what is there. */
void tsm_demo_prompt_set (TsmDemoPrompt *self, const char *coloured);
/* Writes whole lines above the prompt. */
void tsm_demo_prompt_write (TsmDemoPrompt *self, const char *text);
/* The terminal's size changed. */
void tsm_demo_prompt_resize (TsmDemoPrompt *self);
/* In columns; 0 if unknown. */
guint tsm_demo_prompt_get_columns (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmDemoPrompt, tsm_demo_prompt_free)
G_END_DECLS
