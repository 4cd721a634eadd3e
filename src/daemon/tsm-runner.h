/* SPDX-License-Identifier: MIT
 * tsm-runner: runs the engine on a thread of its own, with a main context of its own.
 *
 * Values travel, one queue each way: events in, effects out to the context that was the thread's
 * default at tsm_runner_new(). There is no lock: whoever holds a value owns it. All waits are polls
 * of a main context, so that a shifted or hurried clock moves them too. */
#pragma once
#include "engine/tsm-effect.h"
#include "engine/tsm-event.h"

G_BEGIN_DECLS

typedef struct {
  /* Unix seconds now; called on the engine's thread, once an event. */
  gint64 (*clock) (gpointer clock_data);
  gpointer clock_data;
  guint glance_ms; /* how often the clock is looked at when nothing happens; 0: 30 s */
  /* In the order in which the engine said them. The effect stays the runner's. */
  void (*on_effect) (const TsmEffect *effect, gpointer data);
  /* Once, the last: after tsm_runner_stop(), or with the TSM_ERROR_STORAGE of a step that failed.
   */
  void (*on_end) (const GError *error, gpointer data);
  gpointer data;
} TsmRunnerHooks;

/* What is run: as tsm_engine_step() and tsm_engine_free() have it. */
typedef struct {
  gpointer engine;
  gboolean (*step) (gpointer engine, const TsmEvent *event, gint64 now, GPtrArray *effects,
                    gint64 *ret_wake_at, GError **error);
  void (*free) (gpointer engine);
} TsmRunnerEngine;

typedef struct _TsmRunner TsmRunner;

/* Takes the engine over, starts the thread and feeds TSM_EVENT_START. */
TsmRunner *tsm_runner_new (const TsmRunnerEngine *take_engine, const TsmRunnerHooks *hooks);
/* Joins the thread; only after on_end was called. */
void tsm_runner_free (TsmRunner *self);

/* Takes @event over. After tsm_runner_stop() or a failure it is dropped. */
void tsm_runner_feed (TsmRunner *self, TsmEvent *take_event);
/* Feeds TSM_EVENT_STOP behind what was fed before; on_end follows when it is done. */
void tsm_runner_stop (TsmRunner *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmRunner, tsm_runner_free)
G_END_DECLS
