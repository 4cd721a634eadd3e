/* SPDX-License-Identifier: MIT
 * tsm-jobs: what runs at fixed local times (the seed's schedulers, DESIGN 3.1, 3.7). A job runs
 * once for each scheduled instant, whatever the clock does; of instants that were missed the latest
 * runs, once, on return. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

typedef struct _TsmEngine TsmEngine;

typedef enum {
  TSM_JOB_COLOUR_11H05 = 0,
  TSM_JOB_COLOUR_12H05,
  TSM_JOB_COLOUR_20H05,
  TSM_JOB_DAY_BEGIN,   /* 06:00: the night's consumption is read, a host wanted on is asserted */
  TSM_JOB_NIGHT_BEGIN, /* 22:00: the peak hours' consumption is read */
} TsmJob;
#define TSM_N_JOBS 5

typedef struct {
  gint64 next[TSM_N_JOBS]; /* the scheduled instant after the one that it last ran for */
} TsmJobs;

/* Reads what ran. A job that never ran counts its latest instant before TSM's very first start as
 * run: that one has missed nothing. */
void tsm_jobs_start (TsmEngine *engine);
/* The jobs that are due at the step's instant, as a set of bits; each is stored as run. */
guint tsm_jobs_take_due (TsmEngine *engine);
/* The clock was set back: what was next by the old one may be far off. */
void tsm_jobs_follow_clock (TsmEngine *engine);
gint64 tsm_jobs_get_wake_at (const TsmEngine *engine);

G_END_DECLS
