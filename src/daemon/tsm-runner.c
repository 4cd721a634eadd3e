/* SPDX-License-Identifier: MIT
 * tsm-runner: runs the engine on a thread of its own. */
#include "daemon/tsm-runner.h"

/* The wall clock is looked at this often at least: a jump of it moves no timer of the kernel's. */
#define GLANCE_MS 30000

/* What the engine's thread alone touches once it runs. */
typedef struct {
  TsmRunnerEngine run;
  GMainLoop *loop;
  GSource *alarm;
  gint64 wake_at;
  gint64 last_now;
  gboolean has_ended;
} Worker;

struct _TsmRunner {
  TsmRunnerHooks hooks;
  GMainContext *home; /* where the hooks are called */
  GMainContext *away; /* the engine's */
  GThread *thread;
  gboolean is_stopping; /* home's: no event is taken any more */
  gboolean has_ended;   /* home's: on_end was called */
  Worker worker;
};

/* An event on its way to the engine. */
typedef struct {
  TsmRunner *runner;
  TsmEvent *event;
} Errand;

/* What came of a step, on its way home. */
typedef struct {
  TsmRunner *runner;
  GPtrArray *effects;
  gboolean is_end;
  GError *error;
} Delivery;

static void
errand_free (gpointer data)
{
  Errand *errand = data;

  tsm_event_free (errand->event);
  g_free (errand);
}

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  g_ptr_array_unref (delivery->effects);
  g_clear_error (&delivery->error);
  g_free (delivery);
}

/* Not g_main_context_invoke: that runs the function here and now if nobody owns the context yet. */
static void
send (GMainContext *context, GSourceFunc function, gpointer take_data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, function, take_data, destroy);
  g_source_attach (source, context);
}

static gboolean
deliver (gpointer data)
{
  Delivery *delivery = data;
  TsmRunner *self = delivery->runner;

  for (guint i = 0; i < delivery->effects->len; i++)
    self->hooks.on_effect (g_ptr_array_index (delivery->effects, i), self->hooks.data);
  if (delivery->is_end) {
    self->is_stopping = TRUE;
    self->has_ended = TRUE;
    self->hooks.on_end (delivery->error, self->hooks.data);
  }
  return G_SOURCE_REMOVE;
}

static gboolean on_alarm (gpointer data);

static void
arm (TsmRunner *self, gint64 now)
{
  Worker *worker = &self->worker;
  const gint64 glance_ms = self->hooks.glance_ms > 0 ? self->hooks.glance_ms : GLANCE_MS;
  const gint64 wait_s = CLAMP (worker->wake_at, now, now + G_MAXINT32) - now;

  if (worker->alarm != NULL)
    g_source_destroy (worker->alarm);
  g_clear_pointer (&worker->alarm, g_source_unref);
  worker->alarm = g_timeout_source_new ((guint) MIN (wait_s * 1000, glance_ms));
  g_source_set_callback (worker->alarm, on_alarm, self, NULL);
  g_source_attach (worker->alarm, self->away);
}

/* One step of the engine, and its effects on their way. */
static void
step (TsmRunner *self, const TsmEvent *event, gint64 now)
{
  Worker *worker = &self->worker;
  Delivery *delivery = g_new0 (Delivery, 1);
  gboolean ok;

  delivery->runner = self;
  delivery->effects = g_ptr_array_new_with_free_func ((GDestroyNotify) tsm_effect_free);
  ok = worker->run.step (worker->run.engine, event, now, delivery->effects, &worker->wake_at,
                         &delivery->error);
  worker->last_now = now;
  if (ok && event->kind != TSM_EVENT_STOP) {
    arm (self, now);
  } else {
    delivery->is_end = TRUE;
    worker->has_ended = TRUE;
    g_main_loop_quit (worker->loop);
  }
  send (self->home, deliver, delivery, delivery_free);
}

static gboolean
on_errand (gpointer data)
{
  Errand *errand = data;
  TsmRunner *self = errand->runner;

  if (!self->worker.has_ended)
    step (self, errand->event, self->hooks.clock (self->hooks.clock_data));
  return G_SOURCE_REMOVE;
}

static gboolean
on_alarm (gpointer data)
{
  TsmRunner *self = data;
  const gint64 now = self->hooks.clock (self->hooks.clock_data);

  /* A clock that went back is an event too: what was due may be due later. */
  if (now >= self->worker.wake_at || now < self->worker.last_now) {
    g_autoptr (TsmEvent) wake = tsm_event_new (TSM_EVENT_WAKE);

    step (self, wake, now);
  } else {
    self->worker.last_now = now;
    arm (self, now);
  }
  return G_SOURCE_REMOVE;
}

static gpointer
run (gpointer data)
{
  TsmRunner *self = data;
  Worker *worker = &self->worker;

  g_main_context_push_thread_default (self->away);
  g_main_loop_run (worker->loop);
  if (worker->alarm != NULL)
    g_source_destroy (worker->alarm);
  g_clear_pointer (&worker->alarm, g_source_unref);
  worker->run.free (worker->run.engine);
  g_main_context_pop_thread_default (self->away);
  return NULL;
}

static void
send_event (TsmRunner *self, TsmEvent *take_event)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->runner = self;
  errand->event = take_event;
  send (self->away, on_errand, errand, errand_free);
}

TsmRunner *
tsm_runner_new (const TsmRunnerEngine *take_engine, const TsmRunnerHooks *hooks)
{
  TsmRunner *self = g_new0 (TsmRunner, 1);

  self->hooks = *hooks;
  self->home = g_main_context_ref_thread_default ();
  self->away = g_main_context_new ();
  self->worker.run = *take_engine;
  self->worker.loop = g_main_loop_new (self->away, FALSE);
  send_event (self, tsm_event_new (TSM_EVENT_START));
  self->thread = g_thread_new ("engine", run, self);
  return self;
}

void
tsm_runner_free (TsmRunner *self)
{
  if (self == NULL)
    return;
  g_assert (self->has_ended);
  g_thread_join (self->thread);
  g_main_loop_unref (self->worker.loop);
  g_main_context_unref (self->away);
  g_main_context_unref (self->home);
  g_free (self);
}

void
tsm_runner_feed (TsmRunner *self, TsmEvent *take_event)
{
  if (self->is_stopping)
    tsm_event_free (take_event);
  else
    send_event (self, take_event);
}

void
tsm_runner_stop (TsmRunner *self)
{
  if (!self->is_stopping)
    send_event (self, tsm_event_new (TSM_EVENT_STOP));
  self->is_stopping = TRUE;
}
