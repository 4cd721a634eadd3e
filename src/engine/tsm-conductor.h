/* SPDX-License-Identifier: MIT
 * tsm-conductor: keeps the plan, warns of it, and has the host follow it (DESIGN 3.6). */
#pragma once
#include "rules/tsm-controller.h"
#include "rules/tsm-plan.h"

G_BEGIN_DECLS

typedef struct _TsmEngine TsmEngine;

typedef struct {
  GArray *plan;          /* of TsmInterval, from yesterday on */
  gboolean is_stale;     /* an input changed */
  gint64 true_from;      /* inside [@true_from, @true_until) the plan stands, and @current and */
  gint64 true_until;     /* @next_off with it */
  TsmInterval current;   /* what is wanted now */
  gboolean has_next_off; /* after it there is a stretch that may end with the host off: */
  TsmInterval next_off;
  TsmController controller;
  gboolean is_controller_dirty; /* newer than the store */
  gint64 controller_at;         /* when it wants to be called */
  TsmPower wanted;              /* what the controller was told last */
  TsmReason reason;
  gboolean is_stop_taken; /* the host accepted a shutdown order since @wanted changed */
  char *host_failure;     /* what the host, or talking to it, failed with last */
  gint64 warned_for; /* begin of the off stretch that was warned of; TSM_INSTANT_NONE; stored */
  GArray *news;      /* of TsmColourNews: to announce once the plan is true again */
} TsmConductor;

/* A day's colour came, or changed from @before. */
typedef struct {
  TsmDay day;
  TsmColour before;
} TsmColourNews;

void tsm_conductor_start (TsmEngine *engine);
void tsm_conductor_clear (TsmConductor *self);
/* Puts the controller's memory into the store. */
void tsm_conductor_save (TsmEngine *engine);

/* A colour, derogation, hold or setting changed. */
void tsm_conductor_replan (TsmEngine *engine);
/* @day's colour came, or was corrected from @before. */
void tsm_conductor_announce_colour (TsmEngine *engine, TsmDay day, TsmColour before);
/* Brings the plan up to date, warns, and lets the controller act. */
void tsm_conductor_tick (TsmEngine *engine);
/* Our clock was set back: the controller's next look is now. */
void tsm_conductor_follow_clock (TsmEngine *engine);
/* 06:00: a host that is wanted on is asserted. */
void tsm_conductor_assert_on (TsmEngine *engine);

void tsm_conductor_take_power (TsmEngine *engine, gint64 power_w);
void tsm_conductor_take_probe (TsmEngine *engine, TsmProbe probe, const char *message);
void tsm_conductor_take_ordered (TsmEngine *engine, TsmOrder order, TsmOrdered ordered,
                                 const char *message);
gint64 tsm_conductor_get_wake_at (const TsmEngine *engine);

/* The plan from now to the end of the day after tomorrow (of TsmInterval); g_array_unref. */
GArray *tsm_conductor_dup_plan (TsmEngine *engine);
/* What is wanted now, since when, and why. */
TsmInterval tsm_conductor_get_wanted (TsmEngine *engine);
/* What is seen of the host; UNKNOWN without one. */
TsmPower tsm_conductor_get_seen (const TsmEngine *engine);

G_END_DECLS
