/* SPDX-License-Identifier: MIT
 * tsm-jobs: what runs at fixed local times. */
#include "engine/tsm-jobs.h"
#include "engine/tsm-engine-private.h"
#include "rules/tsm-day.h"
#include "rules/tsm-schedule.h"
#include "store/tsm-job-table.h"
#include "store/tsm-server-table.h"

static const struct {
  const char *name;
  guint minute;
} jobs[TSM_N_JOBS] = {
  [TSM_JOB_COLOUR_11H05] = { "colour_11h05", 11 * 60 + 5 },
  [TSM_JOB_COLOUR_12H05] = { "colour_12h05", 12 * 60 + 5 },
  [TSM_JOB_COLOUR_20H05] = { "colour_20h05", 20 * 60 + 5 },
  [TSM_JOB_DAY_BEGIN] = { "day_begin", TSM_DAY_BEGIN_MIN },
  [TSM_JOB_NIGHT_BEGIN] = { "night_begin", TSM_DAY_NIGHT_MIN },
};

void
tsm_jobs_start (TsmEngine *engine)
{
  const gint64 created_at = tsm_server_table_get_created_at (engine->db, engine->server_id);

  for (guint job = 0; job < TSM_N_JOBS; job++) {
    gint64 last = tsm_job_table_get_last (engine->db, engine->server_id, jobs[job].name);

    if (last == TSM_INSTANT_NONE)
      last = tsm_schedule_get_last (jobs[job].minute, created_at, engine->zone);
    engine->jobs.next[job] = tsm_schedule_get_next (jobs[job].minute, last, engine->zone);
  }
  tsm_jobs_follow_clock (engine);
}

void
tsm_jobs_follow_clock (TsmEngine *engine)
{
  for (guint job = 0; job < TSM_N_JOBS; job++)
    engine->jobs.next[job] =
        MIN (engine->jobs.next[job],
             tsm_schedule_get_next (jobs[job].minute, engine->now, engine->zone));
}

guint
tsm_jobs_take_due (TsmEngine *engine)
{
  guint due = 0;

  for (guint job = 0; job < TSM_N_JOBS; job++) {
    gint64 scheduled_at;

    if (engine->now < engine->jobs.next[job])
      continue;
    scheduled_at = tsm_schedule_get_last (jobs[job].minute, engine->now, engine->zone);
    engine->jobs.next[job] = tsm_schedule_get_next (jobs[job].minute, scheduled_at, engine->zone);
    /* A clock that was set back comes by the same instant again. */
    if (tsm_job_table_add (engine->db, engine->server_id, jobs[job].name, scheduled_at,
                           engine->now))
      due |= 1u << job;
  }
  return due;
}

gint64
tsm_jobs_get_wake_at (const TsmEngine *engine)
{
  gint64 wake_at = engine->jobs.next[0];

  for (guint job = 1; job < TSM_N_JOBS; job++)
    wake_at = MIN (wake_at, engine->jobs.next[job]);
  return wake_at;
}
