/* SPDX-License-Identifier: MIT
 * tsm-conductor: keeps the plan, warns of it, and has the host follow it. */
#include "engine/tsm-conductor.h"
#include "base/tsm-record.h"
#include "engine/tsm-announce.h"
#include "engine/tsm-engine-private.h"
#include "rules/tsm-day.h"
#include "store/tsm-derogation-table.h"
#include "store/tsm-power-table.h"
#include "store/tsm-state-table.h"

/* The plan at hand: from yesterday, so that the stretch under way has its true begin, to the end of
 * the day after tomorrow (DESIGN 3.8); with a day more at either end for windows that reach in. */
#define DAYS_BEFORE 1
#define DAYS_AFTER  2
#define N_PLAN_DAYS (1 + DAYS_BEFORE + 1 + DAYS_AFTER + 1)

#define EPISODE_DENIED "host"
#define WARNING_S      (30 * 60)
#define STATE          "controller"
#define STATE_WARNING  "warning"

static const TsmField controller_fields[] = {
  TSM_FIELD (TsmController, wanted, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, reason, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, seen, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, is_probable, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, phase, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, is_verifying, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, stepped_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, phase_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, stop_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, stop_due_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, is_stop_open, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, is_stop_taken, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, n_stop_failures, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, stop_seen_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, wake_sent_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, wake_due_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, first_wake_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, is_woken, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, probed_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, probe_sent_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, is_probe_wanted, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, is_answering, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, n_answers, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, n_silences, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, silence_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, power_w, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, power_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, low_since, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, high_since, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, read_sent_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmController, has_told_failed, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, has_told_still_on, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, has_told_no_wake, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, has_told_denied, TSM_FIELD_UINT),
  TSM_FIELD (TsmController, has_told_probe_denied, TSM_FIELD_UINT),
};

static const TsmField warning_fields[] = {
  TSM_FIELD (TsmConductor, warned_for, TSM_FIELD_INT64),
};

/* Reads the memory called @name into @ret_memory, which stays as it is if nothing was stored. */
static void
load (TsmEngine *engine, const char *name, gpointer ret_memory, const TsmField *fields,
      gsize n_fields)
{
  g_autofree char *state = tsm_state_table_dup (engine->db, engine->server_id, name);
  g_autoptr (GError) error = NULL;

  if (state != NULL && !tsm_record_parse (state, ret_memory, fields, n_fields, &error)) {
    g_prefix_error (&error, "the memory of the %s: ", name);
    tsm_db_fail (engine->db, error);
  }
}

void
tsm_conductor_save (TsmEngine *engine)
{
  TsmConductor *self = &engine->conductor;
  g_autofree char *state = NULL;

  if (!self->is_controller_dirty)
    return;
  state = tsm_record_dup_string (&self->controller, controller_fields,
                                 G_N_ELEMENTS (controller_fields));
  tsm_state_table_put (engine->db, engine->server_id, STATE, state);
  self->is_controller_dirty = FALSE;
}

void
tsm_conductor_clear (TsmConductor *self)
{
  g_clear_pointer (&self->plan, g_array_unref);
  g_clear_pointer (&self->news, g_array_unref);
  g_clear_pointer (&self->host_failure, g_free);
}

void
tsm_conductor_replan (TsmEngine *engine)
{
  engine->conductor.is_stale = TRUE;
}

void
tsm_conductor_announce_colour (TsmEngine *engine, TsmDay day, TsmColour before)
{
  const TsmColourNews news = { .day = day, .before = before };

  if (day >= tsm_engine_get_today (engine) || before != TSM_COLOUR_UNKNOWN)
    g_array_append_val (engine->conductor.news, news);
}

static void
fill_plan_days (TsmEngine *engine, TsmDay first, TsmPlanDay *days)
{
  for (guint i = 0; i < N_PLAN_DAYS; i++) {
    const TsmDay day = first + (TsmDay) i;

    days[i] = (TsmPlanDay){
      .day = day,
      .colour = tsm_forecast_get_colour (engine, day).colour,
      .possible = tsm_forecast_get_possible (engine, day),
      .policy = tsm_forecast_get_policy (engine, day),
      .unknown_is_off = tsm_forecast_is_unknown_off (engine, day),
    };
  }
}

/* Whether a stretch not decided yet ends with the host off if its colour stays unknown. */
static gboolean
may_be_off (const TsmEngine *engine, const TsmPlanDay *days, const TsmInterval *interval)
{
  const TsmDay day = tsm_day_at (interval->begin, engine->zone);

  return interval->state == TSM_POWER_UNKNOWN && interval->reason == TSM_REASON_UNKNOWN_DAY &&
         days[day - days[0].day].unknown_is_off;
}

/* Picks what is wanted now, and the next stretch with the host off, out of a new plan. */
static void
pick (TsmEngine *engine, const TsmPlanDay *days)
{
  TsmConductor *self = &engine->conductor;
  gint64 day_begin, day_end;

  tsm_day_get_bounds (tsm_engine_get_today (engine), engine->zone, &day_begin, &day_end);
  self->has_next_off = FALSE;
  for (guint i = 0; i < self->plan->len && !self->has_next_off; i++) {
    const TsmInterval *interval = &g_array_index (self->plan, TsmInterval, i);

    if (interval->end <= engine->now)
      continue;
    if (interval->begin <= engine->now) {
      self->current = *interval;
    } else if (interval->state == TSM_POWER_OFF || may_be_off (engine, days, interval)) {
      self->next_off = *interval;
      self->has_next_off = TRUE;
    }
  }
  g_assert (self->current.begin <= engine->now && engine->now < self->current.end);
  g_assert (self->current.state != TSM_POWER_UNKNOWN);
  self->true_from = MAX (self->current.begin, day_begin);
  self->true_until = MIN (self->current.end, day_end);
}

static void
compute_plan (TsmEngine *engine)
{
  TsmConductor *self = &engine->conductor;
  const TsmDay today = tsm_engine_get_today (engine);
  g_autoptr (GArray) derogations = NULL;
  TsmPlanDay days[N_PLAN_DAYS];
  TsmPlanInput input = {
    .now = engine->now,
    .zone = engine->zone,
    .days = days,
    .n_days = N_PLAN_DAYS,
    .hold = tsm_power_table_get_hold (engine->db, engine->server_id),
  };
  gint64 unused;

  fill_plan_days (engine, today - DAYS_BEFORE - 1, days);
  tsm_day_get_bounds (today - DAYS_BEFORE, engine->zone, &input.begin, &unused);
  tsm_day_get_bounds (today + DAYS_AFTER, engine->zone, &unused, &input.end);
  derogations =
      tsm_derogation_table_dup_range (engine->db, engine->server_id, input.begin, input.end);
  input.derogations = (const TsmDerogation *) (gpointer) derogations->data;
  input.n_derogations = derogations->len;
  g_array_set_size (self->plan, 0);
  tsm_plan_compute (&input, self->plan);
  pick (engine, days);
  self->is_stale = FALSE;
}

/* A plan is true as long as its inputs, the Tempo day and the interval it was made in stand; a
 * clock that steps back over either's begin makes it anew too. */
static void
refresh_plan (TsmEngine *engine)
{
  const TsmConductor *self = &engine->conductor;

  if (self->is_stale || engine->now < self->true_from || engine->now >= self->true_until)
    compute_plan (engine);
}

TsmInterval
tsm_conductor_get_wanted (TsmEngine *engine)
{
  refresh_plan (engine);
  return engine->conductor.current;
}

GArray *
tsm_conductor_dup_plan (TsmEngine *engine)
{
  GArray *plan = g_array_new (FALSE, FALSE, sizeof (TsmInterval));

  refresh_plan (engine);
  for (guint i = 0; i < engine->conductor.plan->len; i++) {
    TsmInterval interval = g_array_index (engine->conductor.plan, TsmInterval, i);

    if (interval.end <= engine->now)
      continue;
    interval.begin = MAX (interval.begin, engine->now);
    g_array_append_val (plan, interval);
  }
  return plan;
}

TsmPower
tsm_conductor_get_seen (const TsmEngine *engine)
{
  return engine->config.has_host ? engine->conductor.controller.seen : TSM_POWER_UNKNOWN;
}

static void
announce_news (TsmEngine *engine)
{
  GArray *news = engine->conductor.news;

  for (guint i = 0; i < news->len; i++) {
    const TsmColourNews *one = &g_array_index (news, TsmColourNews, i);

    tsm_announce_colour (engine, one->day, one->before);
  }
  g_array_set_size (news, 0);
}

/* Stored at once: a restart must not warn twice, nor call a decision late that was warned of. */
static void
note_warning (TsmEngine *engine, gint64 off_begin)
{
  TsmConductor *self = &engine->conductor;
  g_autofree char *state = NULL;

  self->warned_for = off_begin;
  state = tsm_record_dup_string (self, warning_fields, G_N_ELEMENTS (warning_fields));
  tsm_state_table_put (engine->db, engine->server_id, STATE_WARNING, state);
}

/* When to warn of the next stretch with the host off; G_MAXINT64 when there is nothing to warn of.
 * A host that is to be off already is warned of no further. */
static gint64
get_warning_at (const TsmEngine *engine)
{
  const TsmConductor *self = &engine->conductor;

  if (!engine->config.has_host || !self->has_next_off || self->warned_for == self->next_off.begin ||
      self->current.state == TSM_POWER_OFF)
    return G_MAXINT64;
  return self->next_off.begin - WARNING_S;
}

static void
warn (TsmEngine *engine)
{
  const TsmInterval *off = &engine->conductor.next_off;

  if (engine->now < get_warning_at (engine))
    return;
  note_warning (engine, off->begin);
  tsm_announce_warning (engine, off);
}

/* The last warning spoke of the stretch under way. After a hold or a restart the host is told later
 * than the stretch began, which is no late decision. */
static gboolean
was_warned (const TsmEngine *engine)
{
  const TsmConductor *self = &engine->conductor;

  return self->warned_for >= self->current.begin && self->warned_for <= engine->now;
}

static void
tell (TsmEngine *engine, TsmControllerNotice notice)
{
  TsmConductor *self = &engine->conductor;

  /* "Told to stop, but still on" is only true of a host that took the order. */
  if (notice == TSM_CONTROLLER_STILL_ON && !self->is_stop_taken && self->host_failure != NULL) {
    if (self->controller.has_told_failed)
      return;
    notice = TSM_CONTROLLER_STOP_FAILED;
  }
  if (notice == TSM_CONTROLLER_DENIED)
    tsm_engine_begin_episode (engine, EPISODE_DENIED);
  if (notice == TSM_CONTROLLER_STOPPING && self->reason != TSM_REASON_HOLD && !was_warned (engine))
    tsm_announce_late (engine);
  else
    tsm_announce_host (engine, notice, self->reason, self->host_failure);
}

static void
store_transition (TsmEngine *engine)
{
  const TsmController *controller = &engine->conductor.controller;
  const TsmSighting sighting = { .at = MAX (engine->now, tsm_ledger_get_end (engine)),
                                 .seen = controller->seen };
  g_autoptr (GArray) before =
      tsm_power_table_dup_seen (engine->db, engine->server_id, sighting.at, sighting.at + 1);
  const TsmPower last = before->len == 0
                            ? TSM_POWER_UNKNOWN
                            : g_array_index (before, TsmSighting, before->len - 1).seen;

  tsm_power_table_add_transition (engine->db, engine->server_id, engine->now, controller);
  if (last == controller->seen)
    return;
  /* What flowed so far is the old state's: the slice ends here, and the plug is read. */
  tsm_power_table_add_seen (engine->db, engine->server_id, sighting);
  tsm_ledger_recut (engine);
  tsm_metering_ask (engine);
}

static void
carry_out (TsmEngine *engine, const TsmControllerActions *actions)
{
  if (actions->has_transition)
    store_transition (engine);
  for (guint i = 0; i < actions->n_notices; i++)
    tell (engine, actions->notices[i]);
  if (actions->read_plug)
    tsm_metering_ask (engine);
  if (actions->probe)
    tsm_engine_add_effect (engine, TSM_EFFECT_PROBE_HOST);
  if (actions->order_off)
    tsm_engine_add_effect (engine, TSM_EFFECT_ORDER_HOST)->order = TSM_ORDER_SHUTDOWN;
  if (actions->order_on)
    tsm_engine_add_effect (engine, TSM_EFFECT_ORDER_HOST)->order = TSM_ORDER_WAKE;
}

static void
feed (TsmEngine *engine, const TsmControllerInput *input)
{
  TsmConductor *self = &engine->conductor;
  const TsmControllerParams params = {
    .off_threshold_w = engine->config.off_below_w,
    .boot_timeout_s = engine->config.boot_timeout_s,
    .grace_s = TSM_CONTROLLER_GRACE_S,
  };
  TsmControllerActions actions;

  if (!engine->config.has_host)
    return;
  tsm_controller_step (&self->controller, &params, input, engine->now, &actions);
  self->controller_at = actions.wake_at;
  self->is_controller_dirty = TRUE;
  carry_out (engine, &actions);
  /* Steady looks are not worth a write; what was decided or seen is. */
  if (actions.has_transition || actions.n_notices > 0 || actions.order_off || actions.order_on)
    tsm_conductor_save (engine);
}

/* Whether the host was seen off since the off stretch that holds now began. */
static gboolean
is_off_seen (TsmEngine *engine, const TsmInterval *wanted)
{
  const GArray *plan = engine->conductor.plan;
  /* The first stretch of the plan may have begun before it. */
  const gboolean is_cut = wanted->begin == g_array_index (plan, TsmInterval, 0).begin;
  g_autoptr (GArray) sightings =
      tsm_power_table_dup_seen (engine->db, engine->server_id, wanted->begin, engine->now + 1);
  const TsmSighting *last =
      sightings->len > 0 ? &g_array_index (sightings, TsmSighting, sightings->len - 1) : NULL;

  return last != NULL && last->seen == TSM_POWER_OFF && (is_cut || last->at >= wanted->begin);
}

/* No host is powered off for a colour that nobody could be asked for yet. */
static gboolean
is_open (const TsmEngine *engine, const TsmInterval *wanted)
{
  return wanted->state == TSM_POWER_OFF && wanted->reason == TSM_REASON_UNKNOWN_DAY &&
         !tsm_forecast_has_asked (engine);
}

static void
want (TsmEngine *engine, gboolean is_asserted)
{
  TsmConductor *self = &engine->conductor;
  const TsmInterval wanted = tsm_conductor_get_wanted (engine);
  const TsmControllerInput input = {
    .kind = TSM_CONTROLLER_WANT,
    .want = { .state = wanted.state,
              .reason = wanted.reason,
              .is_asserted = is_asserted,
              .is_off_seen = wanted.state == TSM_POWER_OFF && is_off_seen (engine, &wanted) },
  };

  if (is_open (engine, &wanted))
    return;
  if (wanted.state != self->wanted)
    self->is_stop_taken = FALSE;
  self->wanted = wanted.state;
  self->reason = wanted.reason;
  feed (engine, &input);
}

void
tsm_conductor_start (TsmEngine *engine)
{
  TsmConductor *self = &engine->conductor;

  self->plan = g_array_new (FALSE, FALSE, sizeof (TsmInterval));
  self->news = g_array_new (FALSE, FALSE, sizeof (TsmColourNews));
  self->is_stale = TRUE;
  self->warned_for = TSM_INSTANT_NONE;
  self->controller_at = engine->now;
  load (engine, STATE, &self->controller, controller_fields, G_N_ELEMENTS (controller_fields));
  load (engine, STATE_WARNING, self, warning_fields, G_N_ELEMENTS (warning_fields));
  /* Inside a red window off is commanded again, unless it was already seen. A host that is wanted
   * on is not woken by a restart: 06:00 does that. */
  want (engine, tsm_conductor_get_wanted (engine).state == TSM_POWER_OFF);
}

void
tsm_conductor_assert_on (TsmEngine *engine)
{
  if (tsm_conductor_get_wanted (engine).state == TSM_POWER_ON)
    want (engine, TRUE);
}

void
tsm_conductor_tick (TsmEngine *engine)
{
  TsmConductor *self = &engine->conductor;
  const TsmInterval wanted = tsm_conductor_get_wanted (engine);

  announce_news (engine);
  warn (engine);
  if ((wanted.state != self->wanted || wanted.reason != self->reason) &&
      !is_open (engine, &wanted)) {
    want (engine, FALSE);
  } else if (engine->now >= self->controller_at) {
    const TsmControllerInput tick = { .kind = TSM_CONTROLLER_TICK };

    feed (engine, &tick);
  }
}

void
tsm_conductor_follow_clock (TsmEngine *engine)
{
  engine->conductor.controller_at = MIN (engine->conductor.controller_at, engine->now);
}

void
tsm_conductor_take_power (TsmEngine *engine, gint64 power_w)
{
  const TsmControllerInput input = { .kind = TSM_CONTROLLER_POWER, .power_w = power_w };

  feed (engine, &input);
}

/* Kept until there is a newer one: the notice that quotes it may come later. */
static void
note_failure (TsmEngine *engine, const char *message)
{
  if (message == NULL)
    return;
  g_free (engine->conductor.host_failure);
  engine->conductor.host_failure = g_strdup (message);
}

void
tsm_conductor_take_probe (TsmEngine *engine, TsmProbe probe, const char *message)
{
  const TsmControllerInput input = { .kind = TSM_CONTROLLER_PROBED, .probe = probe };

  note_failure (engine, message);
  if (probe == TSM_PROBE_ANSWERS && tsm_engine_end_episode (engine, EPISODE_DENIED))
    tsm_engine_notify (engine, TSM_NOTICE_RECOVERY, N_ ("The host accepts TSM again."));
  feed (engine, &input);
}

void
tsm_conductor_take_ordered (TsmEngine *engine, TsmOrder order, TsmOrdered ordered,
                            const char *message)
{
  const TsmControllerInput input = {
    .kind = order == TSM_ORDER_SHUTDOWN ? TSM_CONTROLLER_STOPPED : TSM_CONTROLLER_WOKEN,
    .ordered = ordered,
  };

  note_failure (engine, message);
  if (order == TSM_ORDER_SHUTDOWN && ordered == TSM_ORDERED)
    engine->conductor.is_stop_taken = TRUE;
  feed (engine, &input);
}

gint64
tsm_conductor_get_wake_at (const TsmEngine *engine)
{
  const TsmConductor *self = &engine->conductor;
  const gint64 controller_at = engine->config.has_host ? self->controller_at : G_MAXINT64;

  return MIN (MIN (self->true_until, controller_at), get_warning_at (engine));
}
