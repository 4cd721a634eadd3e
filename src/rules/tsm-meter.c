/* SPDX-License-Identifier: MIT
 * tsm-meter: the rules of spec tasmota 5 as a state machine. */
#include "rules/tsm-meter.h"

#include <string.h>

#include "base/tsm-limits.h"

/* Rule 2. */
#define BOOT_SETTLE_S  120
#define CLOCK_SETTLE_S (30 * 60)
/* 2020-01-01: no plug that knows the time shows less. */
#define CLOCK_FLOOR G_GINT64_CONSTANT (1577836800)
/* 2015-01-01, before the first firmware with TotalStartTime: less is an unset clock's 1970. */
#define START_FLOOR      G_GINT64_CONSTANT (1420070400)
#define CLOCK_NEAR_S     (10 * 60)
#define CLOCK_GRID_S     (15 * 60)
#define CLOCK_ON_GRID_S  60
#define CLOCK_ZONES_S    (26 * 3600) /* from UTC-12 to UTC+14 */
#define START_SLACK_S    60
#define TOLERANCE_WH     10 /* of rules 3 and 4 */
#define MIDNIGHT_WH      2
#define BOOT_SLACK_S     10
#define MAX_STEP_WH      1000
#define DAY_S            86400
#define MAX_ASKED        3
#define PRESET_REFUSALS  3
#define REFUSAL_EXPIRY_S 3600 /* refusals further apart say nothing about each other */
#define DOUBTS           3
/* Two momentary powers speak for the time between them only while it is short. */
#define DOUBT_GAP_S  (15 * 60)
#define YOUNG_BOOT_S 3600 /* a boot this recent may still give energy back */

static const char *const reason_words[] = {
  "none",      "unsettled", "unexplained", "absurd",     "behind",      "midnight",
  "power_cut", "dip",       "added",       "other_plug", "counter_set", "counter_low",
};

const char *
tsm_meter_reason_to_string (TsmMeterReason reason)
{
  g_assert ((guint) reason < G_N_ELEMENTS (reason_words));
  return reason_words[reason];
}

gboolean
tsm_meter_reason_from_string (const char *string, TsmMeterReason *ret_reason)
{
  for (guint i = 0; i < G_N_ELEMENTS (reason_words); i++) {
    if (g_strcmp0 (reason_words[i], string) == 0) {
      *ret_reason = (TsmMeterReason) i;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
tsm_meter_is_clock_right (const TsmReading *reading, gint64 utc_offset_s)
{
  gint64 off_s, grid_s;

  if (reading->clock_at == TSM_INSTANT_NONE || reading->clock_at < CLOCK_FLOOR)
    return FALSE;
  off_s = ABS (reading->clock_at - (reading->at + utc_offset_s));
  if (off_s <= CLOCK_NEAR_S)
    return TRUE;
  grid_s = MIN (off_s % CLOCK_GRID_S, CLOCK_GRID_S - off_s % CLOCK_GRID_S);
  return off_s <= CLOCK_ZONES_S && grid_s <= CLOCK_ON_GRID_S;
}

static gboolean
is_young (gint64 uptime_s, gboolean clock_right)
{
  return uptime_s >= 0 && uptime_s < (clock_right ? BOOT_SETTLE_S : CLOCK_SETTLE_S);
}

gboolean
tsm_meter_is_unsettled (const TsmReading *reading, gint64 utc_offset_s)
{
  return is_young (reading->uptime_s, tsm_meter_is_clock_right (reading, utc_offset_s));
}

/* Whether the plug booted since the baseline. */
typedef enum {
  BOOT_UNKNOWN,
  BOOT_SAME,
  BOOT_NEW,
} Boot;

/* One reading under judgement. */
typedef struct {
  TsmMeter *meter;
  const TsmReading *reading;
  TsmMeterOutcome *outcome;
  gint64 max_power_w;
  gint64 elapsed_s; /* really, since the baseline */
  gint64 rise_wh;   /* from the baseline; negative in a dip */
  gboolean clock_right;
} Look;

static gint64
energy_of (gint64 power_mw, gint64 duration_s)
{
  return (power_mw * duration_s + 1800000) / 3600000;
}

/* "Within 20 % and 10 Wh", the upper side. */
static gboolean
is_at_most (gint64 energy_wh, gint64 powered_wh, gint64 step_wh)
{
  return (energy_wh - TOLERANCE_WH - step_wh) * 5 <= powered_wh * 6;
}

static gboolean
is_at_least (gint64 energy_wh, gint64 powered_wh)
{
  return (energy_wh + TOLERANCE_WH) * 5 >= powered_wh * 4;
}

static gint64
start_of (const TsmReading *reading)
{
  return reading->total_start >= START_FLOOR ? reading->total_start : 0;
}

static void
decide (const Look *look, TsmMeterVerdict verdict, TsmMeterReason reason)
{
  look->outcome->verdict = verdict;
  look->outcome->reason = reason;
}

static Boot
boot_of (const TsmMeter *meter)
{
  if (meter->boot_at == 0)
    return BOOT_UNKNOWN;
  /* Seconds that our clock went through twice lie before the baseline on the new count. */
  return meter->boot_at > meter->baseline_at - meter->behind_s - BOOT_SLACK_S ? BOOT_NEW
                                                                              : BOOT_SAME;
}

/* The uptime as told, or what is known of it: an unsettled boot stays unsettled in the polls that
 * do not ask. -1 when nothing is. */
static gint64
uptime_of (const Look *look)
{
  const TsmMeter *meter = look->meter;

  if (look->reading->uptime_s >= 0)
    return look->reading->uptime_s;
  switch (boot_of (meter)) {
  case BOOT_NEW:
    return MAX (look->reading->at - meter->boot_at, 0);
  case BOOT_UNKNOWN:
    return meter->in_dip ? look->reading->at - meter->dip_first_at : -1;
  case BOOT_SAME:
    return -1;
  }
  g_assert_not_reached ();
}

static gboolean
is_unsettled (const Look *look)
{
  return is_young (uptime_of (look), look->clock_right);
}

/* TRUE, and the outcome pending, when a conclusion has to wait for a reading with uptime and MAC.
 * FALSE once it is there, or was asked for in vain. */
static gboolean
needs_detail (const Look *look)
{
  if (look->reading->uptime_s >= 0 || look->meter->n_asked >= MAX_ASKED)
    return FALSE;
  look->meter->n_asked++;
  decide (look, TSM_METER_PENDING, TSM_METER_REASON_UNEXPLAINED);
  look->outcome->wants_detail = TRUE;
  return TRUE;
}

/* The highest draw that anything speaks for, -1 when nothing does. */
static gint64
likely_mw (const Look *look)
{
  const gint64 power_w =
      MAX (MAX (look->reading->power_w, look->meter->baseline_power_w),
           look->meter->in_dip ? look->meter->dip_power_w : G_GINT64_CONSTANT (-1));
  const gint64 draw_mw = look->meter->draw_s > 0 ? look->meter->draw_mw : -1;

  return MAX (power_w >= 0 ? power_w * 1000 : -1, draw_mw);
}

/* The new baseline; whatever was open before it is closed. */
static void
accept_reading (const Look *look)
{
  TsmMeter *meter = look->meter;
  const TsmReading *reading = look->reading;

  meter->has_baseline = TRUE;
  meter->baseline_at = reading->at;
  meter->baseline_total_wh = reading->total_wh;
  meter->held_wh = 0;
  meter->baseline_power_w = reading->power_w;
  meter->baseline_clock_right = look->clock_right;
  if (start_of (reading) != 0)
    meter->baseline_total_start = start_of (reading);
  if (reading->mac[0] != '\0')
    memcpy (meter->mac, reading->mac, sizeof meter->mac);
  meter->n_asked = 0;
  meter->n_refused = 0;
  meter->refused_at = 0;
  meter->refused_total_wh = 0;
  meter->n_doubted = 0;
  meter->behind_at = 0;
  meter->behind_s = 0;
  meter->in_dip = FALSE;
  meter->dip_first_at = 0;
  meter->dip_first_wh = 0;
  meter->dip_last_at = 0;
  meter->dip_last_wh = 0;
  meter->dip_power_ws = 0;
  meter->dip_power_w = 0;
  meter->dip_banked_wh = 0;
}

static void
conclude_epoch (const Look *look, TsmMeterReason reason)
{
  TsmMeter *meter = look->meter;

  decide (look, TSM_METER_EPOCH, reason);
  look->outcome->from = meter->baseline_at;
  meter->lost_wh = 0;
  meter->baseline_total_start = 0;
  if (reason == TSM_METER_REASON_OTHER_PLUG && look->reading->uptime_s < 0)
    meter->boot_at = 0;
  accept_reading (look);
}

static void
note_draw (TsmMeter *meter, gint64 energy_wh, gint64 elapsed_s)
{
  const gint64 mean_mw = energy_wh * 3600000 / elapsed_s;

  meter->draw_mw += (mean_mw - meter->draw_mw) * elapsed_s / (meter->draw_s + elapsed_s);
  meter->draw_s = MIN (meter->draw_s + elapsed_s, DAY_S);
}

static void
conclude_energy (const Look *look, gint64 energy_wh, TsmMeterReason reason)
{
  TsmMeter *meter = look->meter;
  TsmMeterOutcome *outcome = look->outcome;
  const gint64 lost_wh = energy_wh - look->rise_wh;

  g_assert (energy_wh >= 0);
  decide (look, TSM_METER_ENERGY, reason);
  outcome->from = meter->baseline_at;
  outcome->energy_wh = energy_wh;
  outcome->drop_wh = lost_wh - meter->held_wh;
  /* Only a plug that boots with no clock gives back late; an hour after it has one, no more. */
  meter->lost_wh = MAX (meter->lost_wh + lost_wh, 0);
  if (look->clock_right && (meter->boot_at == 0 || uptime_of (look) >= YOUNG_BOOT_S ||
                            look->reading->at - meter->boot_at >= YOUNG_BOOT_S))
    meter->lost_wh = 0;
  if (lost_wh == 0)
    note_draw (meter, energy_wh, look->elapsed_s);
  accept_reading (look);
}

/* Midnight's fault: the time is over and nothing flowed, but the baseline's total stands until the
 * counter passes it, or what it lost would be counted twice. */
static void
conclude_held (const Look *look)
{
  TsmMeter *meter = look->meter;
  TsmMeterOutcome *outcome = look->outcome;
  const gint64 total_wh = meter->baseline_total_wh;

  outcome->from = meter->baseline_at;
  outcome->drop_wh = -look->rise_wh - meter->held_wh;
  decide (look, TSM_METER_ENERGY,
          outcome->drop_wh != 0 ? TSM_METER_REASON_MIDNIGHT : TSM_METER_REASON_NONE);
  note_draw (meter, 0, look->elapsed_s);
  accept_reading (look);
  meter->baseline_total_wh = total_wh;
  meter->held_wh = -look->rise_wh;
}

/* TRUE when the reading stands on the refused one's level. Above the baseline anything the plug can
 * carry from there does; below it, only what the draw explains, or a return to the baseline would
 * look like it. */
static gboolean
agrees_with_refused (const Look *look)
{
  const TsmMeter *meter = look->meter;
  const gint64 gap_s = look->reading->at - meter->refused_at;
  const gint64 rise_wh = look->reading->total_wh - meter->refused_total_wh;
  const gint64 draw_mw = likely_mw (look);
  const gint64 step_wh = look->reading->step_wh;

  if (meter->n_refused == 0 || gap_s > REFUSAL_EXPIRY_S || rise_wh < -MAX (MIDNIGHT_WH, step_wh))
    return FALSE;
  if (meter->refused_total_wh < meter->baseline_total_wh && draw_mw >= 0)
    return is_at_most (rise_wh, energy_of (draw_mw, gap_s), step_wh);
  return rise_wh <= energy_of (look->max_power_w * 1000, gap_s) + TOLERANCE_WH + step_wh;
}

/* Rule 4: three in a row on one level are a preset by hand. The first wants to know uptime and MAC
 * before it counts. */
static void
refuse (const Look *look)
{
  TsmMeter *meter = look->meter;
  const gboolean agrees = agrees_with_refused (look);

  if (!agrees && needs_detail (look)) {
    decide (look, TSM_METER_REFUSED, TSM_METER_REASON_ABSURD);
    return;
  }
  meter->n_refused = agrees ? meter->n_refused + 1 : 1;
  meter->refused_at = look->reading->at;
  meter->refused_total_wh = look->reading->total_wh;
  if (meter->n_refused >= PRESET_REFUSALS)
    conclude_epoch (look, TSM_METER_REASON_COUNTER_SET);
  else
    decide (look, TSM_METER_REFUSED, TSM_METER_REASON_ABSURD);
}

/* TRUE where firmware may have added energy that never flowed: a boot since the baseline or not
 * long ago, or a clock that was set since. What is added is a day's energy at most, so a longer
 * stretch is not judged by it. */
static gboolean
may_have_added (const Look *look)
{
  const TsmMeter *meter = look->meter;
  const gint64 uptime_s = uptime_of (look);

  return look->elapsed_s <= DAY_S &&
         (boot_of (meter) == BOOT_NEW || (uptime_s >= 0 && uptime_s < YOUNG_BOOT_S) ||
          (!meter->baseline_clock_right && look->clock_right));
}

/* The mean draw since the baseline, as the momentary powers at its ends say. */
static gint64
mean_mw_of (const Look *look)
{
  const TsmMeter *meter = look->meter;

  return meter->baseline_power_w >= 0 && look->reading->power_w >= 0
             ? (meter->baseline_power_w + look->reading->power_w) * 500
             : likely_mw (look);
}

/* A loss that was booked comes back late: what flowed is what the power says, and the rest undoes
 * the correction. FALSE when the loss does not cover it. */
static gboolean
conclude_return (const Look *look)
{
  const TsmMeter *meter = look->meter;
  const gint64 powered_wh = energy_of (mean_mw_of (look), look->elapsed_s);

  if (meter->lost_wh == 0 ||
      !is_at_most (look->rise_wh - meter->lost_wh, powered_wh, look->reading->step_wh))
    return FALSE;
  conclude_energy (look, MIN (powered_wh, look->rise_wh), TSM_METER_REASON_DIP);
  return TRUE;
}

/* What the power read from F to the last reading says; and, in @ret_before_wh, the same from the
 * boot to F, which no counter shows. */
static gint64
dip_powered_wh (const TsmMeter *meter, gint64 *ret_before_wh)
{
  const gint64 span_s = meter->dip_last_at - meter->dip_first_at;
  const gint64 mean_mw =
      span_s > 0 ? meter->dip_power_ws * 1000 / span_s : MAX (meter->dip_power_w, 0) * 1000;
  gint64 before_s = 0;

  if (boot_of (meter) == BOOT_NEW)
    before_s = meter->dip_first_at - MAX (meter->boot_at, meter->baseline_at);
  *ret_before_wh = energy_of (mean_mw, MAX (before_s, 0));
  return energy_of (mean_mw, span_s);
}

/* Rule 3: the energy since the boot. v - F where the power explains it, else the power's. */
static gint64
dip_energy_wh (const TsmMeter *meter)
{
  const gint64 counted_wh = MAX (meter->dip_last_wh - meter->dip_first_wh, 0);
  gint64 powered_wh, before_wh;

  if (meter->dip_power_w < 0)
    return counted_wh;
  powered_wh = dip_powered_wh (meter, &before_wh);
  if (is_at_most (counted_wh, powered_wh, 0) && is_at_least (counted_wh, powered_wh))
    return counted_wh + before_wh;
  return powered_wh + before_wh;
}

/* The plug could carry the rise, but the power speaks against it: #16791 in a short gap. Three
 * looks tell it from a glitch; then the power is believed. Never a new epoch: that would throw away
 * what did flow. */
static void
doubt (const Look *look)
{
  TsmMeter *meter = look->meter;
  gint64 powered_wh;

  if (++meter->n_doubted < DOUBTS) {
    decide (look, TSM_METER_REFUSED, TSM_METER_REASON_ABSURD);
    return;
  }
  powered_wh = meter->in_dip ? meter->dip_banked_wh + dip_energy_wh (meter)
                             : energy_of (mean_mw_of (look), look->elapsed_s);
  conclude_energy (look, MIN (powered_wh, look->rise_wh), TSM_METER_REASON_ADDED);
}

/* Rule 4, for a settled reading at or above the baseline. TRUE when it is decided: refused, asked
 * about, or more than flowed. Over a long gap nobody knows the draw: then what the plug can carry
 * is believed, for energy that flowed must not get lost. */
static gboolean
is_rise_stopped (const Look *look)
{
  const gint64 step_wh = look->reading->step_wh;
  const gint64 draw_mw = likely_mw (look);
  const gint64 most_wh = energy_of (look->max_power_w * 1000, look->elapsed_s);
  const gboolean is_too_much = look->rise_wh > most_wh + TOLERANCE_WH + step_wh;
  const gboolean is_refused = is_too_much || agrees_with_refused (look);

  if (draw_mw >= 0 && !is_at_most (look->rise_wh, energy_of (draw_mw, look->elapsed_s), step_wh)) {
    if (needs_detail (look)) {
      if (is_too_much)
        decide (look, TSM_METER_REFUSED, TSM_METER_REASON_ABSURD);
      return TRUE;
    }
    if (may_have_added (look) && conclude_return (look))
      return TRUE;
    if (!is_refused && look->elapsed_s <= DOUBT_GAP_S && may_have_added (look)) {
      doubt (look);
      return TRUE;
    }
  }
  if (is_refused)
    refuse (look);
  return is_refused;
}

static void
judge_rise (const Look *look)
{
  if (is_unsettled (look)) {
    decide (look, TSM_METER_PENDING, TSM_METER_REASON_UNSETTLED);
    return;
  }
  /* A boot known from an earlier look ends with a look that tells the uptime and MAC again. */
  if (boot_of (look->meter) == BOOT_NEW && needs_detail (look))
    return;
  if (!is_rise_stopped (look))
    conclude_energy (look, look->rise_wh,
                     look->meter->held_wh > 0 ? TSM_METER_REASON_MIDNIGHT : TSM_METER_REASON_NONE);
}

static void
begin_segment (TsmMeter *meter, const TsmReading *reading)
{
  meter->dip_first_at = meter->dip_last_at = reading->at;
  meter->dip_first_wh = meter->dip_last_wh = reading->total_wh;
  meter->dip_power_ws = 0;
  if (reading->power_w >= 0)
    meter->dip_power_w = reading->power_w;
}

static void
bank_segment (TsmMeter *meter, const TsmReading *reading)
{
  meter->dip_banked_wh += dip_energy_wh (meter);
  begin_segment (meter, reading);
}

static void
extend_segment (TsmMeter *meter, const TsmReading *reading)
{
  const gint64 power_w = reading->power_w >= 0 ? reading->power_w : meter->dip_power_w;

  if (power_w >= 0) {
    const gint64 before_w = meter->dip_power_w >= 0 ? meter->dip_power_w : power_w;

    meter->dip_power_ws += (before_w + power_w) * (reading->at - meter->dip_last_at) / 2;
  }
  meter->dip_power_w = power_w;
  meter->dip_last_at = reading->at;
  meter->dip_last_wh = reading->total_wh;
}

/* TRUE when the dip has to wait for detail before it can even take the reading in. */
static gboolean
follow_dip (const Look *look)
{
  TsmMeter *meter = look->meter;
  const TsmReading *reading = look->reading;

  if (!meter->in_dip) {
    meter->in_dip = TRUE;
    meter->dip_power_w = meter->draw_s > 0 ? meter->draw_mw / 1000 : meter->baseline_power_w;
    meter->dip_banked_wh = 0;
    begin_segment (meter, reading);
    /* What was known of the boot was known before the drop. */
    if (reading->uptime_s < 0)
      meter->boot_at = 0;
    return FALSE;
  }
  if (reading->total_wh < meter->dip_last_wh && reading->uptime_s < 0) {
    /* It fell again: a second boot, most likely. */
    meter->boot_at = 0;
    if (needs_detail (look))
      return TRUE;
    bank_segment (meter, reading);
    return FALSE;
  }
  extend_segment (meter, reading);
  return FALSE;
}

static void
conclude_cut (const Look *look)
{
  const TsmMeter *meter = look->meter;
  const gint64 most_wh = energy_of (look->max_power_w * 1000, look->elapsed_s) + TOLERANCE_WH;

  conclude_energy (look, MIN (meter->dip_banked_wh + dip_energy_wh (meter), most_wh),
                   TSM_METER_REASON_POWER_CUT);
}

/* Rule 3, v at or above H: the count was whole after all. Unless v - H is far less than the power
 * read since the boot: then not all came back, and the plug has merely counted past what it lost
 * while it was unsettled. */
static void
conclude_whole (const Look *look)
{
  const TsmMeter *meter = look->meter;
  const gint64 since_wh = meter->dip_banked_wh + dip_energy_wh (meter);
  const gboolean is_midnight = boot_of (meter) == BOOT_SAME;
  gint64 powered_wh, before_wh;

  powered_wh = dip_powered_wh (meter, &before_wh);
  if (!is_midnight && meter->dip_power_w >= 0 && since_wh > look->rise_wh &&
      !is_at_least (look->rise_wh, meter->dip_banked_wh + powered_wh + before_wh))
    conclude_cut (look);
  else
    conclude_energy (look, look->rise_wh,
                     is_midnight ? TSM_METER_REASON_MIDNIGHT : TSM_METER_REASON_DIP);
}

/* The seed's fallback, only where the plug tells neither MAC nor TotalStartTime. */
static gboolean
is_counter_low (const Look *look)
{
  const TsmMeter *meter = look->meter;
  const TsmReading *reading = look->reading;
  const gint64 draw_mw = meter->draw_s > 0 ? meter->draw_mw : look->max_power_w * 1000;

  if ((meter->mac[0] != '\0' && reading->mac[0] != '\0') ||
      (meter->baseline_total_start != 0 && start_of (reading) != 0))
    return FALSE;
  return reading->total_wh * 10 < meter->baseline_total_wh * 9 &&
         -look->rise_wh > energy_of (draw_mw, DAY_S) + TOLERANCE_WH;
}

static void
judge_dip (const Look *look)
{
  const gint64 midnight_wh = MAX (MIDNIGHT_WH, look->reading->step_wh);
  Boot boot;

  if (follow_dip (look))
    return;
  boot = boot_of (look->meter);
  if (boot == BOOT_UNKNOWN && needs_detail (look))
    return;
  if (is_unsettled (look)) {
    decide (look, TSM_METER_PENDING, TSM_METER_REASON_UNSETTLED);
    return;
  }
  if (boot == BOOT_NEW && needs_detail (look))
    return;
  if (look->rise_wh >= 0) {
    if (!is_rise_stopped (look))
      conclude_whole (look);
  } else if (boot != BOOT_NEW && -look->rise_wh - look->meter->held_wh <= midnight_wh) {
    conclude_held (look);
  } else if (boot == BOOT_SAME) {
    refuse (look); /* no boot and still lower: a glitch, or set by hand */
  } else if (is_counter_low (look)) {
    conclude_epoch (look, TSM_METER_REASON_COUNTER_LOW);
  } else {
    conclude_cut (look);
  }
}

/* TRUE while the counter stands where midnight left it, or climbs back. */
static gboolean
is_held (const Look *look)
{
  const TsmMeter *meter = look->meter;

  return !meter->in_dip && look->rise_wh < 0 && look->rise_wh >= -meter->held_wh &&
         boot_of (meter) != BOOT_NEW;
}

/* Rule 5. NONE when nothing speaks for another counter. */
static TsmMeterReason
find_other_counter (const Look *look)
{
  const TsmMeter *meter = look->meter;
  const gint64 start = start_of (look->reading);

  if (look->reading->mac[0] != '\0' && meter->mac[0] != '\0' &&
      g_ascii_strncasecmp (look->reading->mac, meter->mac, TSM_METER_MAC_SIZE - 1) != 0)
    return TSM_METER_REASON_OTHER_PLUG;
  if (start != 0 && meter->baseline_total_start != 0 &&
      ABS (start - meter->baseline_total_start) > START_SLACK_S)
    return TSM_METER_REASON_COUNTER_SET;
  return TSM_METER_REASON_NONE;
}

static void
judge_other (const Look *look, TsmMeterReason reason)
{
  if (reason == TSM_METER_REASON_COUNTER_SET && needs_detail (look))
    return;
  if (is_unsettled (look))
    decide (look, TSM_METER_PENDING, TSM_METER_REASON_UNSETTLED);
  else
    conclude_epoch (look, reason);
}

static gint64
newest_at (const TsmMeter *meter)
{
  gint64 at = meter->baseline_at;

  if (meter->in_dip)
    at = MAX (at, meter->dip_last_at);
  if (meter->n_refused > 0)
    at = MAX (at, meter->refused_at);
  return at;
}

/* TRUE when our clock was set back behind what was fed already. A second look within the second is
 * none, unless the first one was concluded. The time spent there is kept: the
 * energy of it comes in one step when the clock has caught up. */
static gboolean
is_behind (TsmMeter *meter, gint64 at)
{
  const gint64 newest = newest_at (meter);

  if (at >= newest && at > meter->baseline_at) {
    if (meter->behind_at != 0)
      meter->behind_s += newest - meter->behind_at;
    meter->behind_at = 0;
    return FALSE;
  }
  if (meter->behind_at != 0 && at > meter->behind_at)
    meter->behind_s += at - meter->behind_at;
  meter->behind_at = at;
  return TRUE;
}

/* Takes in the uptime, if told. A boot after the dip's last reading ends a segment of the dip: what
 * flowed until then is known, and the counter starts from another F. */
static void
note_boot (TsmMeter *meter, const TsmReading *reading)
{
  const gint64 boot_at = reading->at - reading->uptime_s;

  if (reading->uptime_s < 0)
    return;
  if (meter->in_dip && boot_at > meter->dip_last_at)
    bank_segment (meter, reading);
  meter->boot_at = boot_at;
  meter->n_asked = 0;
}

void
tsm_meter_feed (TsmMeter *self, const TsmReading *reading, gint64 utc_offset_s, gint64 max_power_w,
                TsmMeterOutcome *ret_outcome)
{
  /* The rest of a reading is the plug's word too: kept where sums cannot overflow. */
  TsmReading sane = *reading;
  Look look = {
    .meter = self,
    .reading = &sane,
    .outcome = ret_outcome,
    .max_power_w = max_power_w,
    .clock_right = tsm_meter_is_clock_right (reading, utc_offset_s),
  };
  TsmMeterReason other;

  g_assert (max_power_w > 0);
  *ret_outcome = (TsmMeterOutcome){ .verdict = TSM_METER_PENDING };
  sane.power_w = CLAMP (reading->power_w, -1, max_power_w);
  sane.step_wh = CLAMP (reading->step_wh, 1, MAX_STEP_WH);
  sane.mac[TSM_METER_MAC_SIZE - 1] = '\0';
  if (reading->total_wh < 0 || reading->total_wh > TSM_LIMIT_TOTAL_WH) {
    decide (&look, TSM_METER_REFUSED, TSM_METER_REASON_ABSURD);
    return;
  }
  if (self->has_baseline && is_behind (self, reading->at)) {
    decide (&look, TSM_METER_REFUSED, TSM_METER_REASON_BEHIND);
    return;
  }
  note_boot (self, &sane);
  if (!self->has_baseline) {
    const gboolean young = is_unsettled (&look);

    decide (&look, young ? TSM_METER_PENDING : TSM_METER_FIRST,
            young ? TSM_METER_REASON_UNSETTLED : TSM_METER_REASON_NONE);
    if (!young)
      accept_reading (&look);
    return;
  }
  look.elapsed_s = reading->at - self->baseline_at + self->behind_s;
  look.rise_wh = reading->total_wh - self->baseline_total_wh;
  other = find_other_counter (&look);
  if (other != TSM_METER_REASON_NONE)
    judge_other (&look, other);
  else if (is_held (&look))
    conclude_held (&look);
  else if (self->in_dip || look.rise_wh < 0)
    judge_dip (&look);
  else
    judge_rise (&look);
}
