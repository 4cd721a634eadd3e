/* SPDX-License-Identifier: MIT
 * states: how long the engine's step takes for `get_my_state all` on ledgers of make-ledger:
 * `states FILE...`, in the process itself, with no socket and no thread between. It writes to the
 * files, as `tsm run` would. */
#include "engine/tsm-engine.h"
#include "rules/tsm-day.h"
#include "store/tsm-slice-table.h"
#include <stdio.h>
#include <time.h>

#define USER    ((gint64) 100)
#define POLL_S  60
#define POWER_W 60
#define N_QUIET 1000
#define N_FED   200

typedef struct {
  TsmEngine *engine;
  GTimeZone *zone;
  GPtrArray *effects; /* of the last step */
  gint64 now;
  gint64 total_wh;
} Bench;

typedef struct {
  double wall_us;
  double cpu_us; /* of this thread, in the kernel too */
} Spent;

static double
read_clock_us (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

static Spent
step (Bench *self, const TsmEvent *event)
{
  g_autoptr (GError) error = NULL;
  gint64 wake_at;
  Spent spent;

  g_ptr_array_set_size (self->effects, 0);
  spent.wall_us = read_clock_us (CLOCK_MONOTONIC);
  spent.cpu_us = read_clock_us (CLOCK_THREAD_CPUTIME_ID);
  if (!tsm_engine_step (self->engine, event, self->now, self->effects, &wake_at, &error))
    g_error ("%s", error->message);
  spent.cpu_us = read_clock_us (CLOCK_THREAD_CPUTIME_ID) - spent.cpu_us;
  spent.wall_us = read_clock_us (CLOCK_MONOTONIC) - spent.wall_us;
  return spent;
}

/* What the plug would say: the draw went on. */
static void
feed (Bench *self)
{
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_READING);

  self->now += POLL_S;
  self->total_wh += POWER_W * POLL_S / 3600;
  event->reading = (TsmReading){
    .at = self->now,
    .total_wh = self->total_wh,
    .step_wh = 1,
    .power_w = POWER_W,
    .today_wh = -1,
    .yesterday_wh = -1,
    .clock_at = self->now + tsm_day_get_offset (self->now, self->zone),
    .total_start = TSM_INSTANT_NONE,
    .uptime_s = -1,
  };
  step (self, event);
}

static Spent
ask (Bench *self)
{
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_COMMAND);
  const TsmEffect *effect;
  Spent spent;

  event->request = tsm_request_new ("get_my_state", USER, TSM_LANG_EN);
  event->request->is_member = TRUE;
  tsm_request_set (event->request, "which", "all");
  spent = step (self, event);
  effect = g_ptr_array_index (self->effects, 0);
  if (effect->kind != TSM_EFFECT_REPLY || effect->reply->refusal != TSM_REFUSAL_NONE)
    g_error ("the command was refused");
  return spent;
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  const double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

/* Prints what @n commands took; the median of their processor time. */
static double
measure (Bench *self, const char *name, guint n, gboolean is_fed)
{
  g_autofree double *wall_us = g_new (double, n);
  g_autofree double *cpu_us = g_new (double, n);

  ask (self); /* prepares the statements */
  for (guint i = 0; i < n; i++) {
    Spent spent;

    if (is_fed)
      feed (self);
    spent = ask (self);
    wall_us[i] = spent.wall_us;
    cpu_us[i] = spent.cpu_us;
  }
  qsort (wall_us, n, sizeof (double), compare_times);
  qsort (cpu_us, n, sizeof (double), compare_times);
  printf ("%-20s %-16s %8.0f %8.0f %8.0f\n", name, is_fed ? "after a reading" : "nothing new",
          wall_us[n / 2], wall_us[n * 99 / 100], cpu_us[n / 2]);
  return cpu_us[n / 2];
}

/* Goes on where the ledger ends. */
static gboolean
begin (Bench *self, const char *path, GError **error)
{
  TsmEngineConfig config = {
    .server_name = "server",
    .zone = self->zone,
    .poll_s = POLL_S,
    .boot_timeout_s = 300,
    .off_below_w = 10,
  };
  g_autoptr (TsmDb) db = tsm_db_open (path, error);
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_START);

  if (db == NULL)
    return FALSE;
  {
    g_auto (TsmQuery) query =
        tsm_db_query (db, "SELECT max(total_wh), (SELECT max(end_at) FROM slice) FROM reading");

    if (tsm_query_next (&query)) {
      self->total_wh = tsm_query_get_int (&query, 0);
      self->now = tsm_query_get_int (&query, 1);
    }
  }
  self->engine = tsm_engine_new (g_steal_pointer (&db), &config, error);
  if (self->engine == NULL)
    return FALSE;
  step (self, event);
  feed (self);
  return TRUE;
}

/* The median processor time of a command with nothing new in @ret_median_us. */
static gboolean
run (const char *path, GTimeZone *zone, double *ret_median_us, GError **error)
{
  g_autoptr (GPtrArray) effects = g_ptr_array_new_with_free_func ((GDestroyNotify) tsm_effect_free);
  g_autofree char *name = g_path_get_basename (path);
  Bench self = { .zone = zone, .effects = effects };

  if (!begin (&self, path, error))
    return FALSE;
  *ret_median_us = measure (&self, name, N_QUIET, FALSE);
  measure (&self, name, N_FED, TRUE);
  tsm_engine_free (self.engine);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Paris");
  g_autoptr (GError) error = NULL;
  double first_us = 0, last_us = 0;

  if (argc < 2) {
    fprintf (stderr, "usage: states FILE...\n");
    return 2;
  }
  printf ("%-20s %-16s %8s %8s %8s\n", "get_my_state all, us", "", "median", "p99", "cpu");
  for (int i = 1; i < argc; i++) {
    if (!run (argv[i], zone, &last_us, &error)) {
      fprintf (stderr, "states: %s\n", error->message);
      return 1;
    }
    if (i == 1)
      first_us = last_us;
  }
  if (argc > 2)
    printf ("the last ledger takes %.2f times the processor time of the first\n",
            last_us / first_us);
  return 0;
}
