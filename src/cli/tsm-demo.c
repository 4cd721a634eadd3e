/* SPDX-License-Identifier: MIT
 * tsm-demo: `tsm demo`: the fast clock, the terminal and what is typed at it. */
#include "cli/tsm-demo.h"
#include "base/tsm-format.h"
#include "base/tsm-say.h"
#include "base/tsm-text.h"
#include "cli/tsm-demo-cast.h"
#include "cli/tsm-demo-complete.h"
#include "cli/tsm-demo-options.h"
#include "cli/tsm-demo-play.h"
#include "cli/tsm-demo-prompt.h"
#include "engine/tsm-command.h"
#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ZONE "Europe/Paris"

/* A stretch of work after which the terminal gets its turn. */
#define SLICE_US 20000
/* The clock in the prompt moves this often. */
#define PROMPT_MS 200

/* Bytes of one line of standard input. */
#define MAX_LINE 4096

typedef struct {
  TsmDemoOptions options;
  GTimeZone *zone;
  TsmDemoScreen *screen;
  TsmDemoPlay *play;
  TsmDemoPrompt *prompt; /* NULL: not at a terminal */
  GMainLoop *loop;
  gint64 end;    /* of the simulated time; G_MAXINT64 */
  gint64 leg_us; /* real and simulated time at which this speed began */
  gint64 leg_at;
  gint64 caller_id;
  GQueue *lines;     /* of char *: typed, not run yet */
  gint64 wait_until; /* no line is run before */
  gint64 shown_us;   /* when the prompt was last set */
  gboolean is_input_over;
  gboolean is_over;
  GString *input; /* an unfinished line */
  guint tick_id;
  guint input_id;
  guint signal_ids[4];
  GError *error;
} Demo;

static void
demo_clear (Demo *self)
{
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_handle_id (&self->input_id, g_source_remove);
  for (gsize i = 0; i < G_N_ELEMENTS (self->signal_ids); i++)
    g_clear_handle_id (&self->signal_ids[i], g_source_remove);
  g_clear_pointer (&self->prompt, tsm_demo_prompt_free);
  g_clear_pointer (&self->play, tsm_demo_play_free);
  g_clear_pointer (&self->screen, tsm_demo_screen_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  if (self->lines != NULL)
    g_queue_free_full (self->lines, g_free);
  if (self->input != NULL)
    g_string_free (self->input, TRUE);
  g_clear_error (&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Demo, demo_clear)

static void
write_page (const char *text, gpointer data)
{
  Demo *self = data;

  if (self->prompt != NULL) {
    tsm_demo_prompt_write (self->prompt, text);
    return;
  }
  fputs (text, stdout);
  fflush (stdout);
}

static void
finish (Demo *self)
{
  self->is_over = TRUE;
  g_main_loop_quit (self->loop);
}

static void
set_speed (Demo *self, gint64 speed)
{
  self->options.speed = speed;
  self->leg_us = g_get_monotonic_time ();
  self->leg_at = tsm_demo_play_get_now (self->play);
}

/* The simulated instant that the clock has come to. */
static gint64
get_target (const Demo *self)
{
  const gint64 elapsed_us = g_get_monotonic_time () - self->leg_us;
  const gint64 speed = self->options.speed;
  const gint64 most_s = G_MAXINT32;

  if (elapsed_us / 1000000 >= most_s / speed)
    return MIN (self->leg_at + most_s, self->end);
  return MIN (self->leg_at + elapsed_us * speed / 1000000, self->end);
}

static void
say (Demo *self, TsmDemoMark mark, char *take_text)
{
  g_autofree char *text = take_text;

  tsm_demo_screen_say (self->screen, tsm_demo_play_get_now (self->play), mark, text);
}

static void
help (Demo *self)
{
  static const struct {
    const char *synopsis;
    const char *description;
  } own[] = {
    { "as NAME", N_ ("who is typing: owner, otter, heron, lynx or a Discord id") },
    { "speed N", N_ ("simulated seconds a second") },
    { "wait 2h", N_ ("run the next line after that simulated time") },
    { "quit", N_ ("end; Ctrl-D and Ctrl-C do too") },
  };
  const TsmLang lang = self->options.lang;
  gsize n_commands;
  const TsmCommandSpec *table = tsm_command_get_table (&n_commands);

  for (gsize i = 0; i < n_commands; i++) {
    g_autoptr (GString) synopsis = g_string_new ("/");

    g_string_append (synopsis, table[i].name);
    for (const TsmOptionSpec *option = table[i].options; option->name != NULL; option++)
      g_string_append_printf (synopsis, option->is_required ? " %s" : " [%s]", option->name);
    tsm_demo_screen_say_entry (self->screen, synopsis->str, tsm_text (lang, table[i].description));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    tsm_demo_screen_say_entry (self->screen, own[i].synopsis, tsm_text (lang, own[i].description));
}

/* One of the prompt's own words with its value. FALSE: it is a command. */
static gboolean
run_own (Demo *self, char **words)
{
  const TsmLang lang = self->options.lang;
  const char *word = words[0], *value = words[0] != NULL ? words[1] : NULL;
  gint64 number;

  if (g_str_equal (word, "help") || g_str_equal (word, "?")) {
    help (self);
  } else if (g_str_equal (word, "quit") || g_str_equal (word, "exit")) {
    finish (self);
  } else if (g_str_equal (word, "speed")) {
    if (value != NULL && tsm_demo_options_parse_speed (value, &number))
      set_speed (self, number);
    else
      say (self, TSM_DEMO_MARK_REFUSAL,
           tsm_say (lang, self->zone, N_ ("speed wants a number, such as 600; it is %s now."),
                    TSM_SAY_NUMBER (self->options.speed)));
  } else if (g_str_equal (word, "as")) {
    if (value != NULL && tsm_demo_cast_find (value, &number))
      self->caller_id = number;
    else
      say (self, TSM_DEMO_MARK_REFUSAL,
           tsm_say (lang, self->zone,
                    N_ ("as wants a name: owner, otter, heron, lynx, or a Discord id.")));
  } else if (g_str_equal (word, "wait")) {
    if (value != NULL && tsm_demo_options_parse_duration (value, &number))
      self->wait_until = tsm_demo_play_get_now (self->play) + number;
    else
      say (self, TSM_DEMO_MARK_REFUSAL,
           tsm_say (lang, self->zone, N_ ("wait wants a duration, such as 90m or 2h.")));
  } else {
    return FALSE;
  }
  return TRUE;
}

static gboolean
run_line (Demo *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit_set (line, " \t", -1);

  /* At a terminal the line is on the screen already. */
  if (self->prompt == NULL) {
    g_autofree char *name = tsm_demo_cast_dup_name (self->caller_id);

    say (self, TSM_DEMO_MARK_COMMAND, g_strdup_printf ("%s %s", name, line));
  }
  if (run_own (self, words))
    return TRUE;
  return tsm_demo_play_command (self->play, line, self->caller_id, &self->error);
}

/* Runs what was typed, as far as it may be. */
static gboolean
run_lines (Demo *self)
{
  while (!self->is_over && !g_queue_is_empty (self->lines) &&
         tsm_demo_play_get_now (self->play) >= self->wait_until) {
    g_autofree char *line = g_queue_pop_head (self->lines);

    if (!run_line (self, line))
      return FALSE;
  }
  /* A script without --for ends with its last line. */
  if (self->is_input_over && g_queue_is_empty (self->lines) && self->options.duration_s == 0 &&
      tsm_demo_play_get_now (self->play) >= self->wait_until)
    finish (self);
  return TRUE;
}

static void
show_prompt (Demo *self)
{
  static const char *const signs[] = {
    [TSM_HOST_OFF] = "○", [TSM_HOST_BOOTING] = "◐", [TSM_HOST_ON] = "●", [TSM_HOST_STOPPING] = "◐"
  };
  g_autofree char *at = NULL;
  g_autofree char *power = NULL;
  g_autofree char *name = NULL;
  g_autofree char *prompt = NULL;

  if (self->prompt == NULL)
    return;
  self->shown_us = g_get_monotonic_time ();
  at = tsm_format_dup_short_instant (self->options.lang, tsm_demo_play_get_now (self->play),
                                     self->zone);
  power = tsm_format_dup_power (self->options.lang, tsm_demo_play_get_power_w (self->play));
  name = tsm_demo_cast_dup_name (self->caller_id);
  prompt = g_strdup_printf (self->options.use_colour ? "\1\033[2m\2%s %s %5s\1\033[0m\2 %s> "
                                                     : "%s %s %5s %s> ",
                            at, signs[tsm_demo_play_get_host (self->play)], power, name);
  tsm_demo_prompt_set (self->prompt, prompt);
}

/* Lets the simulated time catch up with the clock, for a while. */
static gboolean
catch_up (Demo *self)
{
  const gint64 until_us = g_get_monotonic_time () + SLICE_US;
  const gint64 target = get_target (self);

  do {
    gint64 next = tsm_demo_play_get_next_at (self->play);

    if (!g_queue_is_empty (self->lines))
      next = MIN (next, MAX (self->wait_until, tsm_demo_play_get_now (self->play)));
    if (!tsm_demo_play_run_until (self->play, MIN (next, target), &self->error) ||
        !run_lines (self))
      return FALSE;
  } while (!self->is_over && tsm_demo_play_get_now (self->play) < target &&
           g_get_monotonic_time () < until_us);
  if (tsm_demo_play_get_now (self->play) >= self->end)
    finish (self);
  return TRUE;
}

static guint
get_wait_ms (const Demo *self)
{
  const gint64 now = tsm_demo_play_get_now (self->play);
  const gint64 next = MIN (tsm_demo_play_get_next_at (self->play), self->end);
  gint64 wait_us;

  if (now < get_target (self))
    return 0;
  if (next - self->leg_at > G_MAXINT32)
    return PROMPT_MS;
  wait_us = (next - self->leg_at) * 1000000 / self->options.speed + self->leg_us -
            g_get_monotonic_time ();
  return (guint) CLAMP (wait_us / 1000 + 1, 1, PROMPT_MS);
}

static gboolean
tick (gpointer data)
{
  Demo *self = data;

  self->tick_id = 0;
  if (!catch_up (self)) {
    finish (self);
    return G_SOURCE_REMOVE;
  }
  if (self->is_over)
    return G_SOURCE_REMOVE;
  if (g_get_monotonic_time () - self->shown_us >= PROMPT_MS * 1000)
    show_prompt (self);
  self->tick_id =
      g_timeout_add_full (G_PRIORITY_DEFAULT_IDLE, get_wait_ms (self), tick, self, NULL);
  return G_SOURCE_REMOVE;
}

/* A line came in: it is run at once, at the simulated instant of now. */
static void
take_line (const char *line, gpointer data)
{
  Demo *self = data;
  g_autofree char *stripped = line != NULL ? g_strstrip (g_strdup (line)) : NULL;

  if (stripped == NULL) {
    self->is_input_over = TRUE;
    if (self->prompt != NULL)
      finish (self);
    return;
  }
  if (stripped[0] == '\0' || stripped[0] == '#')
    return;
  g_queue_push_tail (self->lines, g_steal_pointer (&stripped));
  if (!run_lines (self))
    finish (self);
  if (!self->is_over)
    show_prompt (self);
}

static gboolean
read_input (int fd, GIOCondition condition, gpointer data)
{
  Demo *self = data;
  char bytes[MAX_LINE];
  const gssize n = read (fd, bytes, sizeof bytes);

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  for (gssize i = 0; i < n; i++) {
    if (bytes[i] != '\n' && self->input->len < MAX_LINE) {
      g_string_append_c (self->input, bytes[i]);
      continue;
    }
    take_line (self->input->str, self);
    g_string_truncate (self->input, 0);
  }
  if (n > 0)
    return G_SOURCE_CONTINUE;
  take_line (self->input->str, self);
  take_line (NULL, self);
  self->input_id = 0;
  return G_SOURCE_REMOVE;
}

static GPtrArray *
complete (const char *line, gpointer data)
{
  const Demo *self = data;

  return tsm_demo_complete_dup (line, tsm_demo_play_peek_derogations (self->play));
}

static gboolean
take_signal (gpointer data)
{
  finish (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
take_resize (gpointer data)
{
  Demo *self = data;

  tsm_demo_screen_set_columns (self->screen, tsm_demo_prompt_get_columns ());
  if (self->prompt != NULL)
    tsm_demo_prompt_resize (self->prompt);
  return G_SOURCE_CONTINUE;
}

/* At a terminal a prompt; else lines from wherever standard input comes from. */
static void
open_input (Demo *self)
{
  const TsmDemoPromptHooks hooks = { .on_line = take_line, .complete = complete, .data = self };
  g_autoptr (GError) error = NULL;

  if (isatty (STDIN_FILENO) && isatty (STDOUT_FILENO)) {
    self->prompt = tsm_demo_prompt_new (&hooks, &error);
    if (self->prompt != NULL) {
      show_prompt (self);
      return;
    }
    tsm_demo_screen_say_plain (self->screen, error->message);
  }
  self->input_id = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, read_input, self);
}

static void
say_title (Demo *self)
{
  const TsmLang lang = self->options.lang;
  g_autofree char *speed = tsm_say (lang, self->zone, N_ ("One second here is %s there."),
                                    TSM_SAY_DURATION (self->options.speed));

  tsm_demo_screen_say_title (self->screen, tsm_text (lang, N_ ("Tempo Server Manager, the demo")));
  tsm_demo_screen_say_plain (
      self->screen, tsm_text (lang, N_ ("Server, plug and colour source are simulated; what TSM "
                                        "makes of them is real.")));
  tsm_demo_screen_say_plain (self->screen, speed);
  if (isatty (STDIN_FILENO) && isatty (STDOUT_FILENO))
    tsm_demo_screen_say_plain (
        self->screen,
        tsm_text (lang, N_ ("Type help for the commands, Tab to complete, quit to end.")));
}

static gboolean
open_demo (Demo *self)
{
  const gboolean is_terminal = isatty (STDOUT_FILENO);
  const char *no_colour = g_getenv ("NO_COLOR");
  TsmDemoScreenConfig screen = {
    .lang = self->options.lang, .zone = self->zone, .write = write_page, .data = self
  };
  TsmDemoPlayConfig play = { .lang = self->options.lang,
                             .zone = self->zone,
                             .begin = self->options.begin,
                             .seed = self->options.seed };

  if (!is_terminal || (no_colour != NULL && no_colour[0] != '\0'))
    self->options.use_colour = FALSE;
  screen.use_colour = self->options.use_colour;
  screen.columns = is_terminal ? tsm_demo_prompt_get_columns () : 0;
  self->screen = tsm_demo_screen_new (&screen);
  say_title (self);
  play.screen = self->screen;
  self->play = tsm_demo_play_new (&play, &self->error);
  if (self->play == NULL)
    return FALSE;
  self->end =
      self->options.duration_s > 0 ? self->options.begin + self->options.duration_s : G_MAXINT64;
  self->wait_until = tsm_demo_play_get_now (self->play);
  return TRUE;
}

/* From the very start: Ctrl-C ends the demo well at any time. */
static void
watch_signals (Demo *self)
{
  self->signal_ids[0] = g_unix_signal_add (SIGINT, take_signal, self);
  self->signal_ids[1] = g_unix_signal_add (SIGTERM, take_signal, self);
  self->signal_ids[2] = g_unix_signal_add (SIGHUP, take_signal, self);
  self->signal_ids[3] = g_unix_signal_add (SIGWINCH, take_resize, self);
}

static void
run (Demo *self)
{
  set_speed (self, self->options.speed);
  open_input (self);
  self->tick_id = g_idle_add (tick, self);
  g_main_loop_run (self->loop);
  g_clear_pointer (&self->prompt, tsm_demo_prompt_free);
}

TsmExit
tsm_demo_main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *usage = NULL;
  g_auto (Demo) demo = { .zone = g_time_zone_new_identifier (ZONE),
                         .lines = g_queue_new (),
                         .input = g_string_new (NULL),
                         .loop = g_main_loop_new (NULL, FALSE) };

  if (demo.zone == NULL)
    return tsm_cli_fail ("no time zone %s: install tzdata", ZONE);
  demo.options.lang = tsm_cli_get_lang ();
  if (!tsm_demo_options_parse (&demo.options, argc, argv, demo.zone, &usage, &error))
    return tsm_cli_fail_usage ("%s", error->message);
  if (usage != NULL) {
    fputs (usage, stdout);
    return TSM_EXIT_DONE;
  }
  watch_signals (&demo);
  if (open_demo (&demo))
    run (&demo);
  if (demo.error == NULL)
    tsm_demo_play_say_summary (demo.play, &demo.error);
  return demo.error == NULL ? TSM_EXIT_DONE : tsm_cli_fail ("%s", demo.error->message);
}
