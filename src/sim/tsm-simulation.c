/* SPDX-License-Identifier: MIT
 * tsm-simulation: the real engine in a simulated world under a virtual clock. */
#include "sim/tsm-simulation.h"
#include "base/tsm-error.h"
#include "rules/tsm-day.h"

/* Steps at one instant that are still taken for work; more are an engine that runs in circles. */
#define MAX_STEPS_AT_ONCE 1000

struct _TsmSimulation {
  TsmSimulationHooks hooks;
  TsmWorld *world;
  TsmEngine *engine;
  GPtrArray *effects; /* of TsmEffect, of the last step */
  TsmReply *reply;    /* of the last step, if it had one */
  gint64 now;
  gint64 wake_at;
  guint n_steps; /* at this instant */
};

/* What the last step wants done. */
static void
start_effects (TsmSimulation *self)
{
  for (guint i = 0; i < self->effects->len; i++) {
    TsmEffect *effect = g_ptr_array_index (self->effects, i);

    switch (effect->kind) {
    case TSM_EFFECT_READ_PLUG:
    case TSM_EFFECT_FETCH_COLOURS:
    case TSM_EFFECT_PROBE_HOST:
    case TSM_EFFECT_ORDER_HOST:
      tsm_world_start (self->world, effect);
      break;
    case TSM_EFFECT_REPLY:
      g_clear_pointer (&self->reply, tsm_reply_free);
      self->reply = g_steal_pointer (&effect->reply);
      break;
    case TSM_EFFECT_NOTICE:
      if (self->hooks.on_notice != NULL)
        self->hooks.on_notice (effect->notice, self->hooks.data);
      break;
    }
  }
  g_ptr_array_set_size (self->effects, 0);
}

static gboolean
step (TsmSimulation *self, const TsmEvent *event, GError **error)
{
  if (++self->n_steps > MAX_STEPS_AT_ONCE) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
                 "the engine stands still at %" G_GINT64_FORMAT
                 ": it asks to be woken at %" G_GINT64_FORMAT,
                 self->now, self->wake_at);
    return FALSE;
  }
  if (!tsm_engine_step (self->engine, event, self->now, self->effects, &self->wake_at, error))
    return FALSE;
  start_effects (self);
  return TRUE;
}

static gboolean
step_plain (TsmSimulation *self, TsmEventKind kind, GError **error)
{
  g_autoptr (TsmEvent) event = tsm_event_new (kind);

  return step (self, event, error);
}

/* Time passes up to @at; the host may change on the way. */
static void
pass (TsmSimulation *self, gint64 at)
{
  const TsmHostState before = tsm_world_get_host (self->world);

  if (at > self->now)
    self->n_steps = 0;
  tsm_world_advance (self->world, at);
  self->now = at;
  if (tsm_world_get_host (self->world) != before && self->hooks.on_host != NULL)
    self->hooks.on_host (tsm_world_get_host (self->world), at, self->hooks.data);
}

TsmSimulation *
tsm_simulation_new (const TsmSimulationConfig *config, const TsmSimulationHooks *hooks,
                    GError **error)
{
  g_autoptr (TsmSimulation) self = g_new0 (TsmSimulation, 1);
  TsmWorldConfig world = { .seed = config->seed, .zone = config->engine.zone };
  TsmDb *db;
  gint64 unused;

  tsm_day_get_bounds (config->engine.start_day, config->engine.zone, &world.begin, &unused);
  world.begin = MIN (world.begin, config->begin);
  self->effects = g_ptr_array_new_with_free_func ((GDestroyNotify) tsm_effect_free);
  if (hooks != NULL)
    self->hooks = *hooks;
  self->world = tsm_world_new (&world);
  tsm_world_advance (self->world, config->begin);
  self->now = config->begin;
  db = tsm_db_open (config->database != NULL ? config->database : ":memory:", error);
  if (db == NULL)
    return NULL;
  self->engine = tsm_engine_new (db, &config->engine, error);
  if (self->engine == NULL || !step_plain (self, TSM_EVENT_START, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
tsm_simulation_free (TsmSimulation *self)
{
  if (self == NULL)
    return;
  tsm_reply_free (self->reply);
  tsm_engine_free (self->engine);
  tsm_world_free (self->world);
  g_ptr_array_unref (self->effects);
  g_free (self);
}

gint64
tsm_simulation_get_now (const TsmSimulation *self)
{
  return self->now;
}

gint64
tsm_simulation_get_next_at (const TsmSimulation *self)
{
  return MAX (self->now, MIN (self->wake_at, tsm_world_get_wake_at (self->world)));
}

/* The answers that are due. An order that is carried out changes the host. */
static gboolean
take_answers (TsmSimulation *self, GError **error)
{
  for (;;) {
    const TsmHostState before = tsm_world_get_host (self->world);
    g_autoptr (TsmEvent) event = tsm_world_take_answer (self->world);

    if (event == NULL)
      return TRUE;
    if (tsm_world_get_host (self->world) != before && self->hooks.on_host != NULL)
      self->hooks.on_host (tsm_world_get_host (self->world), self->now, self->hooks.data);
    if (event->kind == TSM_EVENT_READING && self->hooks.on_reading != NULL)
      self->hooks.on_reading (&event->reading, self->hooks.data);
    if (!step (self, event, error))
      return FALSE;
  }
}

gboolean
tsm_simulation_run_until (TsmSimulation *self, gint64 at, GError **error)
{
  g_assert (at >= self->now);
  for (gint64 next; (next = tsm_simulation_get_next_at (self)) <= at;) {
    pass (self, next);
    if (!take_answers (self, error))
      return FALSE;
    if (self->wake_at <= self->now && !step_plain (self, TSM_EVENT_WAKE, error))
      return FALSE;
  }
  pass (self, at);
  return TRUE;
}

TsmReply *
tsm_simulation_ask (TsmSimulation *self, TsmRequest *take_request, GError **error)
{
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_COMMAND);

  event->request = take_request;
  g_clear_pointer (&self->reply, tsm_reply_free);
  if (!step (self, event, error))
    return NULL;
  if (self->reply == NULL)
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, "the engine did not reply to %s",
                 take_request->command);
  return g_steal_pointer (&self->reply);
}

gboolean
tsm_simulation_stop (TsmSimulation *self, GError **error)
{
  return step_plain (self, TSM_EVENT_STOP, error);
}

const TsmWorld *
tsm_simulation_peek_world (const TsmSimulation *self)
{
  return self->world;
}
