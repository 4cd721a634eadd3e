/* SPDX-License-Identifier: MIT
 * tsm-demo-play: what the demo shows: friends on a server, one of whom takes a derogation on the
 * eve of a red day, and what TSM makes of it. Runs the simulation and tells the page. */
#pragma once
#include "cli/tsm-demo-screen.h"
#include "sim/tsm-simulation.h"

G_BEGIN_DECLS

typedef struct {
  TsmLang lang;
  GTimeZone *zone; /* referenced */
  gint64 begin;
  guint64 seed;
  TsmDemoScreen *screen; /* borrowed, longer lived */
} TsmDemoPlayConfig;

typedef struct _TsmDemoPlay TsmDemoPlay;

/* The server has run since the first of the month before @begin's; the friends are there. */
TsmDemoPlay *tsm_demo_play_new (const TsmDemoPlayConfig *config, GError **error);
void tsm_demo_play_free (TsmDemoPlay *self);

gint64 tsm_demo_play_get_now (const TsmDemoPlay *self);
/* The next instant at which anything happens. */
gint64 tsm_demo_play_get_next_at (const TsmDemoPlay *self);
gboolean tsm_demo_play_run_until (TsmDemoPlay *self, gint64 at, GError **error);

/* Runs a slash command as @caller_id and shows the answer. What cannot be read is shown too; FALSE
 * only when the simulation cannot go on. */
gboolean tsm_demo_play_command (TsmDemoPlay *self, const char *line, gint64 caller_id,
                                GError **error);
/* What the server and each friend used and owe since the demo began. */
gboolean tsm_demo_play_say_summary (TsmDemoPlay *self, GError **error);

TsmHostState tsm_demo_play_get_host (const TsmDemoPlay *self);
gint64 tsm_demo_play_get_power_w (const TsmDemoPlay *self);
/* The ids of derogations that are not over (of char *), for completion. */
const GPtrArray *tsm_demo_play_peek_derogations (const TsmDemoPlay *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmDemoPlay, tsm_demo_play_free)
G_END_DECLS
