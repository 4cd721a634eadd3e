/* SPDX-License-Identifier: MIT
 * tsm-world: what lies outside TSM, simulated: a host with people's load on it, the plug it hangs
 * on, and a colour source. The same seed makes the same world.
 *
 * Virtual time only: the world stands at an instant until it is advanced. What the engine asks of
 * it (an effect) is answered some seconds later with the event that an edge would have made, as
 * things stand by then. */
#pragma once
#include "engine/tsm-effect.h"
#include "engine/tsm-event.h"

G_BEGIN_DECLS

/* What the host does with its power. */
typedef enum {
  TSM_HOST_OFF = 0, /* standby: a few watts */
  TSM_HOST_BOOTING,
  TSM_HOST_ON,
  TSM_HOST_STOPPING,
} TsmHostState;

#define TSM_WORLD_BOOT_S     80
#define TSM_WORLD_SHUTDOWN_S 90
#define TSM_WORLD_STANDBY_W  3

typedef struct {
  guint64 seed;
  GTimeZone *zone; /* referenced */
  gint64 begin;    /* the plug's counter is 0 and the host is on */
} TsmWorldConfig;

typedef struct _TsmWorld TsmWorld;

TsmWorld *tsm_world_new (const TsmWorldConfig *config);
void tsm_world_free (TsmWorld *self);

/* Takes in what the engine wants done now. REPLY and NOTICE are not the world's business. */
void tsm_world_start (TsmWorld *self, const TsmEffect *effect);
/* The next instant at which the host changes by itself or an answer is due; G_MAXINT64 if none. */
gint64 tsm_world_get_wake_at (const TsmWorld *self);
/* Lets time pass up to @to, not before the instant it stands at. */
void tsm_world_advance (TsmWorld *self, gint64 to);
/* The next answer that is due; NULL if none is. */
TsmEvent *tsm_world_take_answer (TsmWorld *self);

gint64 tsm_world_get_now (const TsmWorld *self);
TsmHostState tsm_world_get_host (const TsmWorld *self);
/* What the host draws now. */
gint64 tsm_world_get_power_w (const TsmWorld *self);
/* What it has drawn since the begin: the plug's counter. */
gint64 tsm_world_get_total_wh (const TsmWorld *self);
/* When the source begins to know @day's colour: about 11:00 on its eve. */
gint64 tsm_world_get_published_at (const TsmWorld *self, TsmDay day);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmWorld, tsm_world_free)
G_END_DECLS
