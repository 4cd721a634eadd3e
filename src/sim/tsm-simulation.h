/* SPDX-License-Identifier: MIT
 * tsm-simulation: the real engine in a simulated world under a virtual clock. On one thread, with
 * no I/O of its own and no real time: as fast as the machine can. */
#pragma once
#include "engine/tsm-engine.h"
#include "sim/tsm-world.h"

G_BEGIN_DECLS

typedef struct {
  TsmEngineConfig engine;
  guint64 seed;
  gint64 begin;         /* when TSM starts; the world is as old as @engine.start_day */
  const char *database; /* NULL: in memory */
} TsmSimulationConfig;

/* What a watcher is told, at the instant it happens. Each may be NULL; values stay the caller's.
 * A watcher must not run or ask the simulation from inside a hook. */
typedef struct {
  void (*on_notice) (const TsmNotice *notice, gpointer data);
  void (*on_reading) (const TsmReading *reading, gpointer data); /* before the engine takes it in */
  void (*on_host) (TsmHostState host, gint64 at, gpointer data);
  gpointer data;
} TsmSimulationHooks;

typedef struct _TsmSimulation TsmSimulation;

/* Opens the store and starts the engine; it has run its first step. */
TsmSimulation *tsm_simulation_new (const TsmSimulationConfig *config,
                                   const TsmSimulationHooks *hooks, GError **error);
void tsm_simulation_free (TsmSimulation *self);

gint64 tsm_simulation_get_now (const TsmSimulation *self);
/* The next instant at which anything happens. */
gint64 tsm_simulation_get_next_at (const TsmSimulation *self);
/* Does all that happens up to and at @at, where the clock then stands. TSM_ERROR_STORAGE as of the
 * engine's step; TSM_ERROR_INVALID if the engine does not let time go on. No run follows either. */
gboolean tsm_simulation_run_until (TsmSimulation *self, gint64 at, GError **error);
/* Hands the engine a command now. Its reply, done or refused; NULL only on an error as above. */
TsmReply *tsm_simulation_ask (TsmSimulation *self, TsmRequest *take_request, GError **error);
/* The engine's last step, as when the daemon is told to stop. */
gboolean tsm_simulation_stop (TsmSimulation *self, GError **error);

/* Borrowed. */
const TsmWorld *tsm_simulation_peek_world (const TsmSimulation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmSimulation, tsm_simulation_free)
G_END_DECLS
