/* SPDX-License-Identifier: MIT
 * test-runner: events in, effects out, over the two threads. The engine is one of this file's own:
 * it tells of each step in a reply. */
#include "base/tsm-error.h"
#include "daemon/tsm-runner.h"
#include <string.h>

#define NOON G_GINT64_CONSTANT (1771239600)
/* Its steps want to be woken this much later. */
#define WAKE_S 3600
/* A command of this name fails its step. */
#define BREAK "break"

/* The reply's ticket is the event's kind, its text the instant and the number of the step. */
static gboolean
step (gpointer engine, const TsmEvent *event, gint64 now, GPtrArray *effects, gint64 *ret_wake_at,
      GError **error)
{
  guint *n_steps = engine;
  g_autoptr (TsmRequest) request = tsm_request_new ("", TSM_CALLER_SHELL, TSM_LANG_EN);
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT " %u", now - NOON, ++*n_steps);
  TsmEffect *effect;

  if (event->kind == TSM_EVENT_COMMAND && g_strcmp0 (event->request->command, BREAK) == 0) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_STORAGE, "the disk is full");
    return FALSE;
  }
  request->ticket = (guint64) event->kind;
  effect = tsm_effect_new (TSM_EFFECT_REPLY);
  effect->reply = tsm_reply_new_refusal (request, TSM_REFUSAL_USAGE, text);
  g_ptr_array_add (effects, effect);
  *ret_wake_at = now + WAKE_S;
  return TRUE;
}

typedef struct {
  TsmRunner *runner;
  gint64 now; /* read by the engine's thread too */
  GThread *home;
  GString *steps; /* "KIND:INSTANT STEP;" each */
  gboolean has_ended;
  GError *error;
} Fixture;

static gint64
read_clock (gpointer data)
{
  Fixture *fixture = data;

  return __atomic_load_n (&fixture->now, __ATOMIC_SEQ_CST);
}

static void
set_clock (Fixture *fixture, gint64 now)
{
  __atomic_store_n (&fixture->now, now, __ATOMIC_SEQ_CST);
}

static void
on_effect (const TsmEffect *effect, gpointer data)
{
  Fixture *fixture = data;

  g_assert_true (g_thread_self () == fixture->home);
  g_assert_false (fixture->has_ended);
  g_string_append_printf (fixture->steps, "%u:%s;", (guint) effect->reply->ticket,
                          effect->reply->text);
}

static void
on_end (const GError *error, gpointer data)
{
  Fixture *fixture = data;

  g_assert_false (fixture->has_ended);
  fixture->has_ended = TRUE;
  fixture->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const TsmRunnerHooks hooks = { .clock = read_clock,
                                 .clock_data = fixture,
                                 .glance_ms = 1,
                                 .on_effect = on_effect,
                                 .on_end = on_end,
                                 .data = fixture };

  fixture->now = NOON;
  fixture->home = g_thread_self ();
  fixture->steps = g_string_new (NULL);
  fixture->runner = tsm_runner_new (
      &(TsmRunnerEngine){ .engine = g_new0 (guint, 1), .step = step, .free = g_free }, &hooks);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tsm_runner_stop (fixture->runner);
  while (!fixture->has_ended)
    g_main_context_iteration (NULL, TRUE);
  tsm_runner_free (fixture->runner);
  g_string_free (fixture->steps, TRUE);
  g_clear_error (&fixture->error);
}

/* Waits for the engine to have told of these steps, and no others. */
static void
expect_steps (Fixture *fixture, const char *steps)
{
  while (fixture->steps->len < strlen (steps))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->steps->str, ==, steps);
}

static void
feed_command (Fixture *fixture, const char *command)
{
  TsmEvent *event = tsm_event_new (TSM_EVENT_COMMAND);

  event->request = tsm_request_new (command, TSM_CALLER_SHELL, TSM_LANG_EN);
  tsm_runner_feed (fixture->runner, event);
}

static void
test_runner_keeps_order (Fixture *fixture, gconstpointer data)
{
  G_STATIC_ASSERT (TSM_EVENT_START == 1 && TSM_EVENT_STOP == 2 && TSM_EVENT_COMMAND == 9);

  feed_command (fixture, "status");
  tsm_runner_feed (fixture->runner, tsm_event_new (TSM_EVENT_READING));
  tsm_runner_stop (fixture->runner);
  feed_command (fixture, "too late");
  expect_steps (fixture, "1:0 1;9:0 2;3:0 3;2:0 4;");
  while (!fixture->has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->steps->str, ==, "1:0 1;9:0 2;3:0 3;2:0 4;");
}

static void
test_runner_reports_a_failed_step (Fixture *fixture, gconstpointer data)
{
  feed_command (fixture, BREAK);
  feed_command (fixture, "after it");
  while (!fixture->has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (fixture->error, TSM_ERROR, TSM_ERROR_STORAGE);
  g_assert_cmpstr (fixture->steps->str, ==, "1:0 1;");
  feed_command (fixture, "long after it");
}

static const struct {
  const char *name;
  gint64 to_s; /* where the clock goes from NOON */
  const char *steps;
} wake_cases[] = {
  { "on-time", WAKE_S, "1:0 1;0:3600 2;" },
  { "jumped-ahead", 5 * WAKE_S, "1:0 1;0:18000 2;" },
  { "went-back", -7200, "1:0 1;0:-7200 2;" },
  { "went-back-a-second", -1, "1:0 1;0:-1 2;" },
};

static void
test_runner_wakes (Fixture *fixture, gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);

  expect_steps (fixture, "1:0 1;");
  set_clock (fixture, NOON + wake_cases[i].to_s);
  expect_steps (fixture, wake_cases[i].steps);
}

static void
test_runner_is_not_woken_early (Fixture *fixture, gconstpointer data)
{
  expect_steps (fixture, "1:0 1;");
  set_clock (fixture, NOON + WAKE_S - 1);
  /* Many glances later. */
  for (guint i = 0; i < 50; i++)
    g_usleep (200);
  feed_command (fixture, "status");
  expect_steps (fixture, "1:0 1;9:3599 2;");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/runner/keeps-order", Fixture, NULL, set_up, test_runner_keeps_order, tear_down);
  g_test_add ("/runner/reports-a-failed-step", Fixture, NULL, set_up,
              test_runner_reports_a_failed_step, tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (wake_cases); i++) {
    g_autofree char *path = g_strconcat ("/runner/wakes/", wake_cases[i].name, NULL);

    g_test_add (path, Fixture, GUINT_TO_POINTER (i), set_up, test_runner_wakes, tear_down);
  }
  g_test_add ("/runner/is-not-woken-early", Fixture, NULL, set_up, test_runner_is_not_woken_early,
              tear_down);
  return g_test_run ();
}
