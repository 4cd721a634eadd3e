/* SPDX-License-Identifier: MIT
 * tsm-metering: asks the plug, and turns its readings into booked energy. */
#include "engine/tsm-metering.h"
#include "base/tsm-limits.h"
#include "base/tsm-record.h"
#include "engine/tsm-engine-private.h"
#include "rules/tsm-day.h"
#include "store/tsm-meter-table.h"
#include "store/tsm-state-table.h"

#define COMMIT_EVERY_S 300
#define DETAIL_EVERY_S 3600
#define BACKOFF_MAX_S  600
/* A silence is worth a word after this long; a plug in Wi-Fi sleep misses a few polls. */
#define ANNOUNCE_AFTER_S 300
/* An answer that does not come: the edge gives up long before. */
#define LOST_AFTER_S 120
#define EPISODE      "plug"
/* Our clock is that far behind what is booked: worth a word. */
#define BEHIND_S        120
#define EPISODE_CLOCK   "clock"
#define EPISODE_REFUSED "refused"
/* Refusals in a row that are worth a word. */
#define TOLD_REFUSALS 5
#define STATE         "meter"

static const TsmField meter_fields[] = {
  TSM_FIELD (TsmMeter, has_baseline, TSM_FIELD_UINT),
  TSM_FIELD (TsmMeter, baseline_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, baseline_total_wh, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, baseline_power_w, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, baseline_total_start, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, baseline_clock_right, TSM_FIELD_UINT),
  TSM_FIELD (TsmMeter, mac, TSM_FIELD_TEXT),
  TSM_FIELD (TsmMeter, boot_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, draw_mw, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, draw_s, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, held_wh, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, lost_wh, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, n_asked, TSM_FIELD_UINT),
  TSM_FIELD (TsmMeter, in_dip, TSM_FIELD_UINT),
  TSM_FIELD (TsmMeter, dip_first_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, dip_first_wh, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, dip_last_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, dip_last_wh, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, dip_power_ws, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, dip_power_w, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, dip_banked_wh, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, n_refused, TSM_FIELD_UINT),
  TSM_FIELD (TsmMeter, refused_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, refused_total_wh, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, n_doubted, TSM_FIELD_UINT),
  TSM_FIELD (TsmMeter, behind_at, TSM_FIELD_INT64),
  TSM_FIELD (TsmMeter, behind_s, TSM_FIELD_INT64),
};

void
tsm_metering_start (TsmEngine *engine)
{
  TsmMetering *self = &engine->metering;
  g_autofree char *state = tsm_state_table_dup (engine->db, engine->server_id, STATE);
  g_autoptr (GError) error = NULL;

  self->last.at = TSM_INSTANT_NONE;
  self->believed_at = TSM_INSTANT_NONE;
  self->asked_at = TSM_INSTANT_NONE;
  self->detail_at = TSM_INSTANT_NONE;
  self->failing_since = TSM_INSTANT_NONE;
  self->committed_at = engine->now;
  self->next_at = engine->now;
  if (state != NULL &&
      !tsm_record_parse (state, &self->meter, meter_fields, G_N_ELEMENTS (meter_fields), &error)) {
    g_prefix_error (&error, "the meter's memory: ");
    tsm_db_fail (engine->db, error);
  }
}

void
tsm_metering_ask (TsmEngine *engine)
{
  engine->metering.next_at = engine->now;
}

void
tsm_metering_follow_clock (TsmEngine *engine)
{
  TsmMetering *self = &engine->metering;

  self->asked_at = TSM_INSTANT_NONE;
  self->next_at = engine->now;
  self->committed_at = MIN (self->committed_at, engine->now);
  self->detail_at = MIN (self->detail_at, engine->now);
  if (self->failing_since != TSM_INSTANT_NONE)
    self->failing_since = MIN (self->failing_since, engine->now);
}

void
tsm_metering_tick (TsmEngine *engine)
{
  TsmMetering *self = &engine->metering;
  TsmEffect *effect;

  if (self->asked_at != TSM_INSTANT_NONE && engine->now - self->asked_at < LOST_AFTER_S)
    return;
  if (engine->now < self->next_at)
    return;
  effect = tsm_engine_add_effect (engine, TSM_EFFECT_READ_PLUG);
  effect->with_detail = self->wants_detail || self->n_failures > 0 ||
                        self->detail_at == TSM_INSTANT_NONE ||
                        engine->now - self->detail_at >= DETAIL_EVERY_S;
  self->asked_at = engine->now;
}

/* The next poll, but never past a boundary: there the slice has to end. */
static void
schedule_next (TsmEngine *engine)
{
  TsmMetering *self = &engine->metering;
  const gint64 boundary = tsm_ledger_get_next_boundary (engine, engine->now);

  self->next_at = engine->now + engine->config.poll_s;
  if (self->next_at > boundary - engine->config.poll_s / 4)
    self->next_at = boundary;
}

static void
store_last (TsmEngine *engine)
{
  const TsmMetering *self = &engine->metering;

  if (self->is_uncommitted)
    tsm_meter_table_add_reading (engine->db, engine->server_id, engine->ledger.epoch, &self->last,
                                 &self->last_outcome);
}

void
tsm_metering_commit (TsmEngine *engine)
{
  TsmMetering *self = &engine->metering;
  g_autofree char *state = NULL;

  tsm_ledger_flush (engine);
  if (!self->is_uncommitted)
    return;
  store_last (engine);
  state = tsm_record_dup_string (&self->meter, meter_fields, G_N_ELEMENTS (meter_fields));
  tsm_state_table_put (engine->db, engine->server_id, STATE, state);
  self->is_uncommitted = FALSE;
  self->committed_at = engine->now;
}

/* The first reading of all. The counter's total is spread over the days from START_SERVER_DATE to
 * yesterday (the seed, DESIGN 3.7); today begins at the counter as it stands. */
static void
begin_first_epoch (TsmEngine *engine, const TsmReading *reading)
{
  const TsmDay today = tsm_day_at (reading->at, engine->zone);
  const gboolean is_spread = engine->start_day < today && reading->total_wh > 0;
  gint64 begin, today_begin, unused;

  engine->ledger.epoch =
      tsm_meter_table_add_epoch (engine->db, engine->server_id, reading->at,
                                 is_spread ? 0 : reading->total_wh, reading, TSM_METER_REASON_NONE);
  if (reading->total_wh == 0) {
    tsm_engine_notify (engine, TSM_NOTICE_LEDGER,
                       N_ ("Metering begins now, with the plug's counter at zero."));
    return;
  }
  if (!is_spread) {
    tsm_engine_notify (
        engine, TSM_NOTICE_LEDGER,
        N_ ("Metering begins now. The %s that the plug had counted are left out, for "
            "there is no earlier day to put them on."),
        TSM_SAY_ENERGY (reading->total_wh));
    return;
  }
  tsm_day_get_bounds (engine->start_day, engine->zone, &begin, &unused);
  tsm_day_get_bounds (today, engine->zone, &today_begin, &unused);
  tsm_ledger_book_as (engine, begin, today_begin, reading->total_wh, TSM_QUALITY_ESTIMATED);
  if (today_begin < reading->at)
    tsm_ledger_book_as (engine, today_begin, reading->at, 0, TSM_QUALITY_ESTIMATED);
  tsm_engine_notify (engine, TSM_NOTICE_LEDGER,
                     N_ ("Metering begins now. The %s that the plug had counted are spread evenly "
                         "from %s to yesterday."),
                     TSM_SAY_ENERGY (reading->total_wh), TSM_SAY_DAY (engine->start_day));
}

static void
begin_other_epoch (TsmEngine *engine, const TsmReading *reading, const TsmMeterOutcome *outcome)
{
  tsm_ledger_book_as (engine, outcome->from, reading->at, -1, TSM_QUALITY_DOWN);
  tsm_ledger_flush (engine); /* the gap is still the old epoch's */
  engine->ledger.epoch = tsm_meter_table_add_epoch (engine->db, engine->server_id, reading->at,
                                                    reading->total_wh, reading, outcome->reason);
  tsm_engine_notify (engine, TSM_NOTICE_LEDGER,
                     N_ ("The plug counts anew: it says %s where %s was known. The time from %s to "
                         "now is marked as down, and metering goes on from here."),
                     TSM_SAY_ENERGY (reading->total_wh),
                     TSM_SAY_ENERGY (engine->metering.known_total_wh),
                     TSM_SAY_INSTANT (outcome->from));
}

/* TRUE when the energy was reckoned from the power, not counted. */
static gboolean
is_reckoned (const TsmMeterOutcome *outcome)
{
  return outcome->drop_wh != 0 && outcome->reason != TSM_METER_REASON_MIDNIGHT;
}

static void
book_energy (TsmEngine *engine, const TsmReading *reading, const TsmMeterOutcome *outcome)
{
  if (is_reckoned (outcome))
    tsm_ledger_book_as (engine, outcome->from, reading->at, outcome->energy_wh,
                        TSM_QUALITY_ESTIMATED);
  else
    tsm_ledger_book (engine, outcome->from, reading->at, outcome->energy_wh);
  if (outcome->drop_wh != 0)
    tsm_meter_table_add_correction (engine->db, engine->server_id, reading->at,
                                    engine->ledger.epoch, outcome->drop_wh, outcome->energy_wh);
}

static void
end_silence (TsmEngine *engine)
{
  TsmMetering *self = &engine->metering;

  self->n_failures = 0;
  self->failing_since = TSM_INSTANT_NONE;
  if (tsm_engine_end_episode (engine, EPISODE))
    tsm_engine_notify (engine, TSM_NOTICE_RECOVERY, N_ ("The plug answers again."));
}

static void
begin_behind (TsmEngine *engine, const TsmReading *reading)
{
  const gint64 booked_until = tsm_ledger_get_end (engine);

  if (booked_until < reading->at + BEHIND_S || !tsm_engine_begin_episode (engine, EPISODE_CLOCK))
    return;
  tsm_engine_notify (engine, TSM_NOTICE_PROBLEM,
                     N_ ("The clock went back by %s. What is booked stays; what flows meanwhile is "
                         "booked once the clock has caught up."),
                     TSM_SAY_DURATION (booked_until - reading->at));
}

static void
end_behind (TsmEngine *engine)
{
  if (tsm_engine_end_episode (engine, EPISODE_CLOCK))
    tsm_engine_notify (engine, TSM_NOTICE_RECOVERY,
                       N_ ("The clock has caught up; metering goes on."));
}

/* A glitch is everyday life; a plug that goes on saying what cannot be is not. */
static void
note_refusal (TsmEngine *engine, const TsmReading *reading)
{
  TsmMetering *self = &engine->metering;

  self->n_refused++;
  if (self->n_refused < TOLD_REFUSALS || !tsm_engine_begin_episode (engine, EPISODE_REFUSED))
    return;
  tsm_engine_notify (
      engine, TSM_NOTICE_PROBLEM,
      N_ ("The plug reports an impossible counter: %s after %s. TSM ignores it until it "
          "makes sense."),
      TSM_SAY_ENERGY (reading->total_wh), TSM_SAY_ENERGY (self->known_total_wh));
}

static void
note_belief (TsmEngine *engine, const TsmReading *reading)
{
  TsmMetering *self = &engine->metering;

  self->n_refused = 0;
  self->believed_at = reading->at;
  self->believed_total_wh = reading->total_wh;
  if (tsm_engine_end_episode (engine, EPISODE_REFUSED))
    tsm_engine_notify (engine, TSM_NOTICE_RECOVERY, N_ ("The plug makes sense again."));
}

/* TRUE unless the one before ended the same way. */
static gboolean
is_news (const TsmMetering *self, const TsmMeterOutcome *outcome)
{
  return self->last.at == TSM_INSTANT_NONE || outcome->verdict != self->last_outcome.verdict ||
         outcome->reason != self->last_outcome.reason;
}

/* TRUE when what was concluded must not wait for the next regular commit. */
static gboolean
conclude (TsmEngine *engine, const TsmReading *reading, const TsmMeterOutcome *outcome)
{
  const TsmMetering *self = &engine->metering;

  switch (outcome->verdict) {
  case TSM_METER_FIRST:
    note_belief (engine, reading);
    begin_first_epoch (engine, reading);
    return TRUE;
  case TSM_METER_ENERGY:
    note_belief (engine, reading);
    end_behind (engine);
    book_energy (engine, reading, outcome);
    return outcome->reason != TSM_METER_REASON_NONE || outcome->drop_wh != 0;
  case TSM_METER_PENDING:
    return is_news (self, outcome);
  case TSM_METER_REFUSED:
    if (outcome->reason == TSM_METER_REASON_BEHIND)
      begin_behind (engine, reading);
    else
      note_refusal (engine, reading);
    return is_news (self, outcome);
  case TSM_METER_EPOCH:
    note_belief (engine, reading);
    begin_other_epoch (engine, reading, outcome);
    return TRUE;
  }
  g_assert_not_reached ();
}

void
tsm_metering_take_reading (TsmEngine *engine, const TsmReading *reading)
{
  TsmMetering *self = &engine->metering;
  const gint64 bound = engine->ledger.has_open ? engine->ledger.open_bound : reading->at;
  TsmMeterOutcome outcome;
  gboolean is_urgent;

  self->asked_at = TSM_INSTANT_NONE;
  end_silence (engine);
  if (reading->uptime_s >= 0)
    self->detail_at = engine->now;
  self->known_total_wh = self->meter.baseline_total_wh;
  tsm_meter_feed (&self->meter, reading, tsm_day_get_offset (reading->at, engine->zone),
                  TSM_LIMIT_PLUG_W, &outcome);
  /* The last steady poll before an anomaly is history too. */
  if (is_news (self, &outcome) || outcome.drop_wh != 0)
    store_last (engine);
  is_urgent = conclude (engine, reading, &outcome);
  self->last = *reading;
  self->last_outcome = outcome;
  self->is_uncommitted = TRUE;
  if (is_urgent || reading->at >= bound || engine->now - self->committed_at >= COMMIT_EVERY_S)
    tsm_metering_commit (engine);
  schedule_next (engine);
  if (outcome.wants_detail && !self->wants_detail)
    self->next_at = engine->now;
  self->wants_detail = outcome.wants_detail;
}

static void
begin_silence (TsmEngine *engine, const char *message, gboolean is_denied)
{
  TsmMetering *self = &engine->metering;

  if (!is_denied && engine->now - self->failing_since < ANNOUNCE_AFTER_S)
    return;
  if (!tsm_engine_begin_episode (engine, EPISODE))
    return;
  tsm_engine_notify (engine, TSM_NOTICE_PROBLEM,
                     N_ ("The plug cannot be read (%s). Its counter goes on: while it has power, "
                         "nothing is lost."),
                     TSM_SAY_TEXT (message));
}

void
tsm_metering_take_failure (TsmEngine *engine, const char *message, gboolean is_denied)
{
  TsmMetering *self = &engine->metering;
  gint64 wait_s = engine->config.poll_s;

  self->asked_at = TSM_INSTANT_NONE;
  if (self->failing_since == TSM_INSTANT_NONE || self->failing_since > engine->now)
    self->failing_since = engine->now;
  for (guint i = 0; i < self->n_failures && wait_s < BACKOFF_MAX_S; i++)
    wait_s *= 2;
  self->n_failures++;
  self->next_at = engine->now + MIN (wait_s, MAX (BACKOFF_MAX_S, engine->config.poll_s));
  begin_silence (engine, message, is_denied);
}

gint64
tsm_metering_get_wake_at (const TsmEngine *engine)
{
  const TsmMetering *self = &engine->metering;

  return self->asked_at != TSM_INSTANT_NONE ? self->asked_at + LOST_AFTER_S : self->next_at;
}

gint64
tsm_metering_get_power (const TsmEngine *engine)
{
  const TsmMetering *self = &engine->metering;

  if (self->last.at == TSM_INSTANT_NONE || (self->failing_since != TSM_INSTANT_NONE &&
                                            engine->now - self->failing_since >= ANNOUNCE_AFTER_S))
    return -1;
  return self->last.power_w;
}
