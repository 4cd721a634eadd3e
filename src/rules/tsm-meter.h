/* SPDX-License-Identifier: MIT
 * tsm-meter: from a plug's counter to energy that flowed (DESIGN 3.2, spec tasmota 5). Pure.
 *
 * The counter is not durable: a power cut takes it back by up to a day and some firmware jumps it
 * up again. The meter is a small state machine fed with every reading in order. What it concludes
 * is energy between two instants, never negative, never booked twice; what it cannot conclude yet
 * it keeps pending. The state is a plain value that the store writes and reads back field by field.
 *
 * Over an epoch, first being the counter that FIRST or EPOCH opened it with and last the one of
 * the latest ENERGY: sum of energy_wh = last - first + sum of drop_wh, to the Wh. A midnight's
 * drop is +1 or +2 when the counter falls, and the same back when it has passed its old height. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

#define TSM_METER_MAC_SIZE 18 /* "AA:BB:CC:DD:EE:FF" and its NUL */

/* One look at the plug. The instant is ours. What the plug did not say, or was not asked, is
 * TSM_INSTANT_NONE for instants, -1 for quantities and "" for the MAC. */
typedef struct {
  gint64 at;
  gint64 total_wh;
  gint64 step_wh;  /* one step of the counter as printed: 1, 10, 100 or 1000 */
  gint64 power_w;  /* momentary; -1 when not given */
  gint64 today_wh; /* since the plug's own midnight */
  gint64 yesterday_wh;
  gint64 clock_at;              /* the plug's local clock, read as if it were UTC */
  gint64 total_start;           /* TotalStartTime, the same way */
  gint64 uptime_s;              /* Status 11; -1 when not asked */
  char mac[TSM_METER_MAC_SIZE]; /* Status 5 */
} TsmReading;

/* Why the meter concluded what it did; stored and shown. */
typedef enum {
  TSM_METER_REASON_NONE = 0,
  TSM_METER_REASON_UNSETTLED,   /* soon after a boot, or the clock not set yet */
  TSM_METER_REASON_UNEXPLAINED, /* a step that wants uptime and MAC before any conclusion */
  TSM_METER_REASON_ABSURD,      /* faster than the plug can carry, or not a counter */
  TSM_METER_REASON_BEHIND,      /* not after what was seen before: our clock was set back */
  TSM_METER_REASON_MIDNIGHT,    /* a drop of 2 Wh or less with no reboot: ENERGY of 0 until the old
                                    height is passed, and the ENERGY that passes it */
  TSM_METER_REASON_POWER_CUT,   /* the counter lost what a power cut took */
  TSM_METER_REASON_DIP,         /* it fell and came back whole; or a power cut's loss, already
                                   booked, came back late (drop_wh is then negative) */
  TSM_METER_REASON_ADDED,      /* a boot put more on the counter than flowed: @energy_wh is what the
                                  power says, drop_wh is negative */
  TSM_METER_REASON_OTHER_PLUG, /* another MAC */
  TSM_METER_REASON_COUNTER_SET, /* another TotalStartTime, or a preset by hand */
  TSM_METER_REASON_COUNTER_LOW, /* neither can be read and the total is far below: the seed's
                                   fallback */
} TsmMeterReason;
const char *tsm_meter_reason_to_string (TsmMeterReason reason);
gboolean tsm_meter_reason_from_string (const char *string, TsmMeterReason *ret_reason);

typedef enum {
  TSM_METER_FIRST = 0, /* the first settled reading ever: opens the first epoch, no energy */
  TSM_METER_ENERGY,    /* @energy_wh flowed over [@from, reading.at] */
  TSM_METER_PENDING,   /* nothing concluded yet: the time since the baseline stays open */
  TSM_METER_REFUSED,   /* this reading is not believed; the baseline stands */
  TSM_METER_EPOCH, /* another counter: [@from, reading.at] has unknown energy, a new epoch begins */
} TsmMeterVerdict;

typedef struct {
  TsmMeterVerdict verdict;
  TsmMeterReason reason;
  gint64 from;      /* instant of the baseline the conclusion starts from; ENERGY and EPOCH only */
  gint64 energy_wh; /* ENERGY only, never negative */
  /* ENERGY only: the counter correction, exactly @energy_wh less the counter's own step from the
   * last conclusion (which is negative after a loss). Above 0 what the counter lost, below 0 what
   * it got back of a loss already booked, 0 in ordinary running. Store it whenever it is not 0. */
  gint64 drop_wh;
  gboolean wants_detail; /* read again at once with Status 11 and Status 5 */
} TsmMeterOutcome;

/* Everything the meter remembers. Zero-initialised is a meter that has seen nothing. Fields are the
 * store's to write and read, nobody else's to interpret; 0 is "unknown" where not said otherwise.
 */
typedef struct {
  gboolean has_baseline;
  gint64 baseline_at; /* last settled, believed reading */
  gint64 baseline_total_wh;
  gint64 baseline_power_w; /* -1 unknown */
  gint64 baseline_total_start;
  gboolean baseline_clock_right;
  char mac[TSM_METER_MAC_SIZE];
  gint64 boot_at; /* the plug's last known boot, from the last uptime it told */
  gint64 draw_mw; /* the draw seen: mean of the last @draw_s seconds, a day at most */
  gint64 draw_s;
  gint64 held_wh;      /* the counter stood that far below the baseline's total: midnight's fault */
  gint64 lost_wh;      /* of the last power cuts: what a late NTP answer may still give back */
  guint n_asked;       /* times in a row that detail was wanted and no uptime came */
  gboolean in_dip;     /* below the baseline, not yet concluded */
  gint64 dip_first_at; /* F of rule 3: the first reading after the drop, or after a later boot */
  gint64 dip_first_wh;
  gint64 dip_last_at;
  gint64 dip_last_wh;
  gint64 dip_power_ws;  /* power integrated from F to the last reading, watt-seconds */
  gint64 dip_power_w;   /* the last momentary power; -1 unknown */
  gint64 dip_banked_wh; /* energy of earlier boots within the same dip */
  guint n_refused;      /* settled refusals in a row that agree with each other (rule 4) */
  gint64 refused_at;
  gint64 refused_total_wh;
  guint n_doubted;  /* looks in a row at a rise that the power alone speaks against */
  gint64 behind_at; /* the last reading that was BEHIND */
  gint64 behind_s;  /* seconds since the baseline that our clock went through twice */
} TsmMeter;

/* Feeds @reading. @utc_offset_s is the configured zone's at reading.at, to judge the plug's clock.
 * @max_power_w is what the plug can carry, in W. The caller stores @self and what follows from
 * @ret_outcome in one transaction.
 *
 * A reading before an instant already fed, or at the baseline's own, is REFUSED, BEHIND: a second
 * look within the second is welcome while the first one is pending or refused. After our clock was
 * set back by hours every reading is, until the clock passes the old instants: keep polling and
 * feeding (the meter counts the time, so that the energy is not absurd then), book nothing,
 * announce it once. What flowed meanwhile comes in the first ENERGY after. A baseline years ahead
 * (the clock was wrong when it was taken) is not the meter's to mend: do not feed it before our
 * clock is known to be set.
 *
 * @wants_detail is given up after three answers without uptime: the plug cannot tell it, and the
 * time since the drop stands for it. */
void tsm_meter_feed (TsmMeter *self, const TsmReading *reading, gint64 utc_offset_s,
                     gint64 max_power_w, TsmMeterOutcome *ret_outcome);

/* Rule 2 of spec tasmota 5: TRUE while the counter of a freshly booted plug may still move. A
 * reading without uptime is judged settled. */
gboolean tsm_meter_is_unsettled (const TsmReading *reading, gint64 utc_offset_s);
/* TRUE when the plug's clock is within 10 minutes of ours, or off by quarters of an hour to within
 * a minute (a plug left in another zone counts). FALSE before 2020 and when it was not told. */
gboolean tsm_meter_is_clock_right (const TsmReading *reading, gint64 utc_offset_s);

G_END_DECLS
