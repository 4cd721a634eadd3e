/* SPDX-License-Identifier: MIT
 * The meter against a scripted plug: every row of spec tasmota 5's table, in the firmware's own
 * float32 and with its own faults. What is booked is checked against what truly flowed. */
#include "rules/tsm-meter.h"

#include <stdio.h>
#include <string.h>

#include "base/tsm-limits.h"

#define DAY_S  86400
#define POLL_S 60
/* 2026-01-12 00:00 UTC; the plug and we live in UTC here. */
#define ORIGIN    G_GINT64_CONSTANT (1768176000)
#define START_AT  G_GINT64_CONSTANT (1700000000)
#define MAX_RUN_S (4 * DAY_S)
#define NEVER     (-1)

typedef enum {
  FW_9_4,  /* shows no saved today until the clock is set, and none of another day's */
  FW_12_1, /* adds the saved today though midnight counted it: #16791 */
  FW_14_2, /* mended: total continuous */
} Firmware;

typedef enum {
  EV_CUT,       /* the mains go */
  EV_BACK,      /* and return; NTP answers @value s later, -1 never */
  EV_RESTART,   /* crash: RTC memory survives; NTP as above */
  EV_SAVE,      /* SaveData */
  EV_POWER,     /* the load draws @value W */
  EV_CHIP,      /* the meter chip falls silent (1) or speaks again (0) */
  EV_SET,       /* EnergyTotal by hand: @value Wh more, TotalStartTime moves */
  EV_SET_QUIET, /* the same where TotalStartTime stays (#5373), or SetOption72 */
  EV_SWAP,      /* another plug, with @value Wh on it, booted now */
  EV_SILENT,    /* no poll succeeds for @value s: Wi-Fi */
  EV_TSM_DOWN,  /* nor does anyone try */
  EV_NUDGE,     /* the counter steps by @value Wh: midnight's fault */
  EV_GLITCH,    /* the next reading alone shows @value Wh more */
} EventKind;

#define N_EVENT_KINDS (EV_GLITCH + 1)

static const char *const event_words[N_EVENT_KINDS] = {
  "cut",       "back", "restart", "save",     "power", "chip",   "set",
  "set-quiet", "swap", "silent",  "tsm-down", "nudge", "glitch",
};

typedef struct {
  gint64 at;
  EventKind kind;
  gint64 value;
} Event;

#define MAX_EVENTS 8

typedef enum {
  NO_UPTIME = 1 << 0,
  NO_MAC = 1 << 1,
  NO_START = 1 << 2, /* before 6.3 */
  NO_CLOCK = 1 << 3, /* NTP never answered since the first boot */
  STEP_100 = 1 << 4, /* EnergyRes 1 */
  NO_POWER = 1 << 5,
} Trait;

typedef struct {
  const char *name;
  Firmware firmware;
  guint traits;
  gint64 begin_s; /* within the first day */
  gint64 run_s;
  gint64 before_wh;   /* on the counter at the first midnight; 0 for 100 kWh */
  const char *script; /* "H:MM:SS verb [value], ..." from the begin on */
  /* What must follow: the sum of energy less the true one, in [-under, over] outside epochs'
   * gaps; the reasons of the epochs; one reason that must be seen. */
  gint64 under_wh;
  gint64 over_wh;
  guint n_epochs;
  TsmMeterReason epoch_reason;
  TsmMeterReason seen;
} Scenario;

#define H(hours) ((gint64) ((hours) *3600))

static const Scenario scenarios[] = {
  { "plain-9.4", FW_9_4, 0, H (10), H (20), 0, "", 1, 1, 0, 0, TSM_METER_REASON_NONE },
  { "plain-16000-kwh", FW_14_2, 0, H (10), H (30), 16390000, "", 3, 3 },
  { "restart-9.4", FW_9_4, 0, H (10), H (3), 0, "1:00:00 restart 20", 2, 2, 0, 0,
    TSM_METER_REASON_UNSETTLED },
  { "restart-14.2", FW_14_2, 0, H (10), H (3), 0, "1:00:00 restart 600", 2, 2, 0, 0,
    TSM_METER_REASON_UNSETTLED },
  { "cut-9.4", FW_9_4, 0, H (14), H (4), 0, "1:00:07 cut, 1:05:07 back 20", 3, 1, 0, 0,
    TSM_METER_REASON_POWER_CUT },
  { "cut-12.1", FW_12_1, 0, H (14), H (4), 0, "1:00:07 cut, 1:05:07 back 20", 3, 1, 0, 0,
    TSM_METER_REASON_POWER_CUT },
  { "cut-14.2", FW_14_2, 0, H (14), H (4), 0, "1:00:07 cut, 1:05:07 back 20", 3, 1, 0, 0,
    TSM_METER_REASON_POWER_CUT },
  /* Too short for a failed poll. */
  { "cut-blink", FW_9_4, 0, H (14), H (4), 0, "1:00:07 cut, 1:00:12 back 20", 3, 1, 0, 0,
    TSM_METER_REASON_POWER_CUT },
  { "cut-saved-whole", FW_14_2, 0, H (14), H (4), 0, "1:00:00 save, 1:00:01 cut, 1:05:00 back 20",
    3, 1, 0, 0, TSM_METER_REASON_UNSETTLED },
  /* Down by all of today, up by the saved today when NTP answers. */
  { "dip-whole", FW_9_4, 0, H (14), H (4), 0, "1:00:00 save, 1:00:01 cut, 1:05:00 back 300", 3, 1,
    0, 0, TSM_METER_REASON_DIP },
  { "dip-partial", FW_9_4, 0, H (14), H (4), 0, "0:10:00 save, 2:00:01 cut, 2:05:00 back 300", 3, 1,
    0, 0, TSM_METER_REASON_POWER_CUT },
  { "dip-ntp-late", FW_9_4, 0, H (14), H (8), 0, "1:00:00 save, 1:00:01 cut, 1:05:00 back 10800", 3,
    3, 0, 0, TSM_METER_REASON_DIP },
  { "dip-ntp-at-30-min", FW_9_4, 0, H (14), H (8), 0,
    "1:00:00 save, 1:00:01 cut, 1:05:00 back 1800", 3, 3, 0, 0, TSM_METER_REASON_DIP },
  { "dip-ntp-just-settled", FW_9_4, 0, H (14), H (8), 0,
    "1:00:00 save, 1:00:01 cut, 1:05:00 back 121", 3, 3, 0, 0, TSM_METER_REASON_DIP },
  { "dip-ntp-never", FW_9_4, 0, H (14), H (8), 0, "1:00:00 save, 1:00:01 cut, 1:05:00 back -1", 3,
    2, 0, 0, TSM_METER_REASON_POWER_CUT },
  { "dip-two-cuts-while-open", FW_9_4, 0, H (14), H (8), 0,
    "1:00:01 cut, 1:05:00 back -1, 1:20:00 cut, 1:23:20 back 30", 5, 2, 0, 0,
    TSM_METER_REASON_POWER_CUT },
  { "two-cuts-booked-then-ntp", FW_9_4, 0, H (14), H (9), 0,
    "1:00:00 save, 1:00:01 cut, 1:05:00 back -1, 3:00:00 cut, 3:01:00 back 3600", 6, 4, 0, 0,
    TSM_METER_REASON_DIP },
  { "counts-past-loss-unsettled", FW_9_4, 0, 1200, H (4), 0,
    "0:00:01 power 60, 0:10:01 cut, 0:11:00 back -1", 3, 3 },
  { "cut-across-midnight-9.4", FW_9_4, 0, H (22), H (8), 0,
    "1:00:00 save, 1:00:01 cut, 5:00:00 back 60", 3, 1, 0, 0, TSM_METER_REASON_POWER_CUT },
  { "cut-across-midnight-14.2", FW_14_2, 0, H (22), H (8), 0,
    "1:00:00 save, 1:00:01 cut, 5:00:00 back 60", 3, 1, 0, 0, TSM_METER_REASON_UNSETTLED },
  /* #16791: saved at 18:00, counted by midnight, added again after a cut at 00:30. */
  { "added-again", FW_12_1, 0, H (17), H (12), 0, "1:00:00 save, 7:30:00 cut, 7:31:00 back 30", 3,
    2, 1, TSM_METER_REASON_COUNTER_SET, TSM_METER_REASON_ABSURD },
  /* Hours without a look could have been anything that the plug can carry: believed, the ghost of
   * 1 kWh with it. The same step may be energy that flowed, see restart-in-a-long-gap. */
  { "added-again-long-cut", FW_12_1, 0, H (17), H (14), 0,
    "1:00:00 save, 7:30:00 cut, 10:00:00 back 30", 3, 1082, 0, 0, TSM_METER_REASON_UNSETTLED },
  /* A few minutes, in which the plug could have carried it and the power says that it did not. */
  { "added-again-a-little", FW_12_1, 0, H (4), H (24), 0,
    "1:00:00 save, 20:30:00 cut, 20:37:00 back 30", 3, 11, 0, 0, TSM_METER_REASON_ADDED },
  { "added-again-a-little-idle", FW_12_1, 0, H (4), H (24), 0,
    "1:00:00 save, 20:25:00 power 0, 20:30:00 cut, 20:37:00 back 30, 21:30:00 power 60", 3, 11, 0,
    0, TSM_METER_REASON_ADDED },
  { "added-again-ntp-late", FW_12_1, 0, H (17), H (14), 0,
    "1:00:00 save, 7:30:00 cut, 7:31:00 back 7200", 5, 2, 1, TSM_METER_REASON_COUNTER_SET,
    TSM_METER_REASON_ABSURD },
  { "added-again-below", FW_12_1, 0, H (1), H (46), 0,
    "1:00:00 save, 44:00:00 cut, 44:01:00 back 30", 3, 2, 0, 0, TSM_METER_REASON_POWER_CUT },
  { "no-ntp-for-days", FW_14_2, NO_CLOCK, H (10), H (60), 0, "", 1, 1 },
  { "chip-silent", FW_14_2, 0, H (10), H (4), 0, "1:00:00 chip 1, 2:00:00 chip 0", 1, 1 },
  { "load-comes-and-goes", FW_14_2, 0, H (10), H (6), 0,
    "1:00:05 power 3000, 1:00:50 power 60, 2:00:05 power 3600, 3:00:00 power 0, 5:00:00 power 60",
    1, 1 },
  { "set-up", FW_14_2, 0, H (10), H (4), 0, "1:00:00 set 500000", 1, 1, 1,
    TSM_METER_REASON_COUNTER_SET },
  { "set-to-little", FW_14_2, 0, H (10), H (4), 0, "1:00:00 set -100000", 1, 1, 1,
    TSM_METER_REASON_COUNTER_SET },
  { "set-a-bit", FW_14_2, 0, H (10), H (4), 0, "1:00:00 set 3", 1, 1, 1,
    TSM_METER_REASON_COUNTER_SET },
  { "set-up-start-stays", FW_9_4, 0, H (10), H (4), 0, "1:00:00 set-quiet 500000", 1, 1, 1,
    TSM_METER_REASON_COUNTER_SET, TSM_METER_REASON_ABSURD },
  { "set-down-start-stays", FW_9_4, 0, H (10), H (4), 0, "1:00:00 set-quiet -5000", 1, 1, 1,
    TSM_METER_REASON_COUNTER_SET, TSM_METER_REASON_ABSURD },
  { "hardware-counter", FW_14_2, 0, H (10), H (4), 0, "1:00:00 set-quiet 1234567", 1, 1, 1,
    TSM_METER_REASON_COUNTER_SET },
  { "set-without-start", FW_9_4, NO_START, H (10), H (4), 0, "1:00:00 set 9000", 1, 1, 1,
    TSM_METER_REASON_COUNTER_SET },
  { "new-plug", FW_14_2, 0, H (10), H (4), 0, "1:00:00 silent 30, 1:00:00 swap 12", 1, 1, 1,
    TSM_METER_REASON_OTHER_PLUG, TSM_METER_REASON_UNSETTLED },
  { "new-plug-used-before", FW_14_2, NO_START, H (10), H (4), 0,
    "1:00:00 silent 900, 1:00:00 swap 100620", 1, 1, 1, TSM_METER_REASON_OTHER_PLUG },
  { "new-plug-higher", FW_9_4, NO_START, H (10), H (4), 0,
    "1:00:00 silent 300, 1:00:00 swap 250000", 1, 1, 1, TSM_METER_REASON_OTHER_PLUG },
  { "new-plug-unnoticed-poll", FW_9_4, 0, H (10), H (4), 0, "1:00:00 swap 50000", 1, 1, 1,
    TSM_METER_REASON_OTHER_PLUG },
  { "new-plug-nameless", FW_9_4, NO_MAC | NO_START, H (10), H (4), 0, "1:00:00 swap 12", 1, 1, 1,
    TSM_METER_REASON_COUNTER_LOW },
  { "new-plug-tells-nothing", FW_9_4, NO_MAC | NO_START | NO_UPTIME, H (10), H (4), 0,
    "1:00:00 swap 12", 1, 1, 1, TSM_METER_REASON_COUNTER_LOW },
  /* Half a day of a 2 kWh counter is more than 10 %, and no new plug. */
  { "young-counter-cut", FW_9_4, NO_MAC | NO_START, H (14), H (4), 2000,
    "1:00:01 cut, 1:05:00 back 20", 3, 1, 0, 0, TSM_METER_REASON_POWER_CUT },
  { "no-uptime-cut", FW_9_4, NO_UPTIME, H (14), H (4), 0, "1:00:01 cut, 1:05:00 back 20", 4, 1, 0,
    0, TSM_METER_REASON_POWER_CUT },
  { "no-uptime-no-clock-cut", FW_9_4, NO_UPTIME, H (14), H (4), 0, "1:00:01 cut, 1:05:00 back -1",
    4, 1, 0, 0, TSM_METER_REASON_POWER_CUT },
  { "no-power-read-cut", FW_9_4, NO_POWER, H (14), H (4), 0, "1:00:01 cut, 1:05:00 back 20", 4, 2,
    0, 0, TSM_METER_REASON_POWER_CUT },
  { "before-6.3-cut", FW_9_4, NO_START, H (14), H (4), 0, "1:00:01 cut, 1:05:00 back 20", 3, 1, 0,
    0, TSM_METER_REASON_POWER_CUT },
  { "midnight-fault", FW_14_2, 0, H (22), H (6), 0,
    "1:00:00 power 6, 2:00:01 nudge -1, 3:00:00 power 60", 2, 0, 0, 0, TSM_METER_REASON_MIDNIGHT },
  /* Nothing flows until the end: the time is booked all the same. */
  { "midnight-fault-idle", FW_14_2, 0, H (22), H (12), 0, "1:00:00 power 0, 2:00:01 nudge -1", 1, 1,
    0, 0, TSM_METER_REASON_MIDNIGHT },
  { "midnight-fault-idle-no-uptime", FW_14_2, NO_UPTIME, H (22), H (12), 0,
    "1:00:00 power 0, 2:00:01 nudge -2", 1, 1, 0, 0, TSM_METER_REASON_MIDNIGHT },
  { "midnight-fault-twice", FW_14_2, 0, H (22), H (40), 0,
    "1:00:00 power 0, 2:00:01 nudge -2, 26:00:01 nudge -2, 30:00:00 power 60", 5, 1, 0, 0,
    TSM_METER_REASON_MIDNIGHT },
  { "midnight-fault-idle-then-cut", FW_14_2, 0, H (22), H (12), 0,
    "1:00:00 power 0, 2:00:01 nudge -1, 4:00:00 cut, 4:10:00 back 20, 5:00:00 power 60", 3, 1, 0, 0,
    TSM_METER_REASON_MIDNIGHT },
  { "midnight-fault-no-uptime", FW_14_2, NO_UPTIME, H (22), H (6), 0,
    "1:00:00 power 6, 2:00:01 nudge -2, 3:00:00 power 60", 3, 0, 0, 0, TSM_METER_REASON_MIDNIGHT },
  { "midnight-fault-then-cut", FW_9_4, 0, H (22), H (8), 0,
    "1:00:00 power 0, 1:59:30 nudge -2, 2:10:00 power 3, 2:32:00 cut, 2:33:00 back 20, "
    "3:00:00 power 60",
    4, 2, 0, 0, TSM_METER_REASON_POWER_CUT },
  { "coarse-counter", FW_14_2, STEP_100, H (10), H (30), 0, "", 100, 100 },
  { "coarse-counter-cut", FW_9_4, STEP_100, H (14), H (8), 0, "1:00:01 cut, 1:05:00 back 20", 150,
    100, 0, 0, TSM_METER_REASON_POWER_CUT },
  { "glitch-up", FW_14_2, 0, H (10), H (4), 0, "1:00:00 glitch 42849672", 1, 1, 0, 0,
    TSM_METER_REASON_ABSURD },
  { "glitch-down", FW_14_2, 0, H (10), H (4), 0, "1:00:00 glitch -90000", 1, 1 },
  { "wifi-away", FW_14_2, 0, H (10), H (6), 0, "1:00:00 silent 10800", 1, 1 },
  { "tsm-down-for-days", FW_14_2, 0, H (10), H (80), 0,
    "1:00:00 tsm-down 252000, 2:00:00 power 400", 2, 2 },
  { "tsm-down-over-restart", FW_14_2, 0, H (10), H (60), 0,
    "1:00:00 tsm-down 180000, 20:00:00 restart 20, 21:00:00 power 200", 2, 2 },
  /* Between two looks at 60 W the server worked hard: nothing of it may get lost. */
  { "restart-in-a-long-gap", FW_14_2, 0, H (10), H (12), 0,
    "1:00:00 tsm-down 27000, 1:01:00 power 250, 8:00:00 restart 20, 8:00:01 power 60", 2, 2 },
  { "restart-in-a-silence", FW_9_4, 0, H (10), H (12), 0,
    "1:00:00 silent 27000, 1:01:00 power 250, 8:00:00 restart 20, 8:00:01 power 60", 2, 2 },
  { "restart-in-a-gap-then-idle", FW_14_2, 0, H (10), H (8), 0,
    "1:00:00 tsm-down 7200, 1:01:00 power 3000, 2:40:00 restart 20, 2:40:01 power 0", 2, 2 },
  { "restart-just-before-the-gap-ends", FW_14_2, 0, H (10), H (8), 0,
    "1:00:00 tsm-down 18000, 1:01:00 power 400, 5:58:00 restart 20, 5:59:00 power 0", 2, 2 },
  { "save-and-cut-in-a-long-gap", FW_14_2, 0, H (10), H (12), 0,
    "1:00:00 tsm-down 27000, 1:01:00 power 250, 8:00:00 save, 8:00:01 cut, 8:02:00 back 20, "
    "8:10:00 power 60",
    3, 1 },
  /* The hour between the last look and the cut is gone for good, what came after is not. */
  { "tsm-down-over-cut", FW_9_4, 0, H (10), H (12), 0,
    "1:00:00 tsm-down 25200, 2:00:00 cut, 3:00:00 back 20", 64, 2, 0, 0,
    TSM_METER_REASON_POWER_CUT },
};

typedef struct {
  const Scenario *scenario;
  Event events[MAX_EVENTS];
  guint n_events;
  gint64 now;
  gboolean has_mains;
  gboolean has_clock;
  gboolean is_chip_silent;
  gint64 boot_at;
  gint64 ntp_at; /* NEVER or an instant */
  gint64 power_w;
  float stored_kwh; /* up to the last midnight */
  gint64 today_ws;
  float flash_stored_kwh, flash_today_kwh;
  gint64 flash_day;
  gint64 total_start;
  const char *mac;
  gint64 glitch_wh;
  gint64 silent_until, down_until;
  gint64 true_ws;
} Plug;

static gint64
rounded (double value)
{
  return (gint64) (value + (value < 0 ? -0.5 : 0.5));
}

static float
today_kwh (const Plug *plug)
{
  return (float) ((double) plug->today_ws / 3.6e6);
}

static gint64
ws_of_kwh (float kwh)
{
  return rounded ((double) kwh * 3.6e6);
}

static void
plug_save (Plug *plug)
{
  plug->flash_stored_kwh = plug->stored_kwh;
  plug->flash_today_kwh = today_kwh (plug);
  plug->flash_day = plug->now / DAY_S;
}

static void
plug_set_clock (Plug *plug)
{
  plug->has_clock = TRUE;
  switch (plug->scenario->firmware) {
  case FW_9_4:
    if (plug->flash_day == plug->now / DAY_S)
      plug->today_ws += ws_of_kwh (plug->flash_today_kwh);
    break;
  case FW_12_1:
    plug->today_ws += ws_of_kwh (plug->flash_today_kwh);
    break;
  case FW_14_2:
    break; /* added at the boot already */
  }
}

static void
plug_boot (Plug *plug, gint64 ntp_delay_s, gboolean is_cold)
{
  plug->has_mains = TRUE;
  plug->boot_at = plug->now;
  if (!is_cold)
    return; /* the clock runs on in RTC memory too */
  plug->has_clock = FALSE;
  plug->ntp_at = ntp_delay_s == NEVER ? NEVER : plug->now + ntp_delay_s;
  plug->stored_kwh = plug->flash_stored_kwh;
  plug->today_ws = plug->scenario->firmware == FW_14_2 ? ws_of_kwh (plug->flash_today_kwh) : 0;
}

static void
plug_midnight (Plug *plug)
{
  const float stale_kwh = plug->flash_today_kwh;

  plug->stored_kwh += today_kwh (plug);
  plug->today_ws = 0;
  plug_save (plug);
  if (plug->scenario->firmware == FW_12_1)
    plug->flash_today_kwh = stale_kwh;
}

static void
plug_take (Plug *plug, const Event *event)
{
  switch (event->kind) {
  case EV_CUT:
    plug->has_mains = FALSE;
    break;
  case EV_BACK:
    plug_boot (plug, event->value, TRUE);
    break;
  case EV_RESTART:
    plug_boot (plug, event->value, FALSE);
    break;
  case EV_SAVE:
    plug_save (plug);
    break;
  case EV_POWER:
    plug->power_w = event->value;
    break;
  case EV_CHIP:
    plug->is_chip_silent = event->value != 0;
    break;
  case EV_SET:
    plug->total_start = plug->now;
    plug->stored_kwh += (float) event->value / 1000;
    break;
  case EV_SET_QUIET:
  case EV_NUDGE:
    plug->stored_kwh += (float) event->value / 1000;
    break;
  case EV_SWAP:
    plug->mac = "AA:BB:CC:00:00:02";
    plug->stored_kwh = (float) event->value / 1000;
    plug->today_ws = 0;
    plug->total_start = plug->now - 5 * DAY_S;
    plug_save (plug);
    plug_boot (plug, 10, TRUE);
    break;
  case EV_SILENT:
    plug->silent_until = plug->now + event->value;
    break;
  case EV_TSM_DOWN:
    plug->down_until = plug->now + event->value;
    break;
  case EV_GLITCH:
    plug->glitch_wh = event->value;
    break;
  }
}

static void
plug_read_script (Plug *plug)
{
  g_auto (GStrv) lines = g_strsplit (plug->scenario->script, ", ", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    Event *event = &plug->events[plug->n_events++];
    int hours, minutes, seconds, n_read;
    char word[16];

    g_assert_cmpuint (plug->n_events, <=, MAX_EVENTS);
    n_read = sscanf (lines[i], "%d:%d:%d %15s %" G_GINT64_FORMAT, &hours, &minutes, &seconds, word,
                     &event->value);
    g_assert_cmpint (n_read, >=, 4);
    event->at = ORIGIN + plug->scenario->begin_s + hours * 3600 + minutes * 60 + seconds;
    while (event->kind < N_EVENT_KINDS && strcmp (event_words[event->kind], word) != 0)
      event->kind++;
    g_assert_cmpint (event->kind, <, N_EVENT_KINDS);
  }
}

/* One second. */
static void
plug_tick (Plug *plug)
{
  for (guint i = 0; i < plug->n_events; i++) {
    if (plug->events[i].at == plug->now)
      plug_take (plug, &plug->events[i]);
  }
  if (plug->has_mains) {
    const gint64 power_w = plug->is_chip_silent ? 0 : plug->power_w;

    if (!plug->has_clock && plug->ntp_at == plug->now)
      plug_set_clock (plug);
    plug->today_ws += power_w;
    plug->true_ws += power_w;
  }
  plug->now++;
  if (plug->has_mains && plug->has_clock && plug->now % DAY_S == 0)
    plug_midnight (plug);
}

static gboolean
plug_read (Plug *plug, gboolean detail, TsmReading *ret_reading)
{
  const guint traits = plug->scenario->traits;
  const float total_kwh = plug->stored_kwh + today_kwh (plug);
  const gint64 step_wh = traits & STEP_100 ? 100 : 1;

  if (!plug->has_mains || plug->now < plug->silent_until || plug->now < plug->boot_at + 4)
    return FALSE;
  *ret_reading = (TsmReading){
    .at = plug->now,
    .total_wh = rounded ((double) total_kwh * 1000 / (double) step_wh) * step_wh,
    .step_wh = step_wh,
    .power_w = traits & NO_POWER      ? -1
               : plug->is_chip_silent ? 0
                                      : plug->power_w,
    .today_wh = -1,
    .yesterday_wh = -1,
    .clock_at = plug->has_clock ? plug->now : plug->now - plug->boot_at,
    .total_start = traits & NO_START ? TSM_INSTANT_NONE : plug->total_start,
    .uptime_s = detail && !(traits & NO_UPTIME) ? plug->now - plug->boot_at : -1,
  };
  ret_reading->total_wh += plug->glitch_wh;
  plug->glitch_wh = 0;
  if (detail && !(traits & NO_MAC))
    g_strlcpy (ret_reading->mac, plug->mac, sizeof ret_reading->mac);
  return TRUE;
}

/* The caller's part: books, and checks what must hold after every reading. */
typedef struct {
  TsmMeter meter;
  gint64 booked_wh; /* in all */
  gint64 known_ws;  /* what truly flowed where energy was booked */
  gint64 tiled_at;
  gint64 tiled_true_ws;
  gint64 epoch_first_wh, epoch_wh, epoch_drop_wh;
  guint n_epochs;
  TsmMeterReason epoch_reason;
  gboolean seen[TSM_METER_REASON_COUNTER_LOW + 1];
} Book;

static void
book_tile (Book *book, const TsmMeterOutcome *outcome, gint64 at, gint64 true_ws)
{
  if (outcome->verdict != TSM_METER_FIRST)
    g_assert_cmpint (outcome->from, ==, book->tiled_at);
  book->tiled_at = at;
  book->tiled_true_ws = true_ws;
}

static void
book_feed (Book *book, const TsmReading *reading, gint64 true_ws, TsmMeterOutcome *ret_outcome)
{
  TsmMeter stored = book->meter; /* a restart of TSM at every reading */

  tsm_meter_feed (&stored, reading, 0, TSM_LIMIT_PLUG_W, ret_outcome);
  memset (&book->meter, 0xa5, sizeof book->meter);
  book->meter = stored;
  book->seen[ret_outcome->reason] = TRUE;
  switch (ret_outcome->verdict) {
  case TSM_METER_ENERGY:
    g_assert_cmpint (ret_outcome->energy_wh, >=, 0);
    book->booked_wh += ret_outcome->energy_wh;
    book->known_ws += true_ws - book->tiled_true_ws;
    book->epoch_wh += ret_outcome->energy_wh;
    book->epoch_drop_wh += ret_outcome->drop_wh;
    g_assert_cmpint (book->epoch_wh, ==,
                     reading->total_wh - book->epoch_first_wh + book->epoch_drop_wh);
    book_tile (book, ret_outcome, reading->at, true_ws);
    break;
  case TSM_METER_EPOCH:
    book->n_epochs++;
    book->epoch_reason = ret_outcome->reason;
    G_GNUC_FALLTHROUGH;
  case TSM_METER_FIRST:
    book->epoch_first_wh = reading->total_wh;
    book->epoch_wh = book->epoch_drop_wh = 0;
    book_tile (book, ret_outcome, reading->at, true_ws);
    break;
  case TSM_METER_PENDING:
  case TSM_METER_REFUSED:
    break;
  }
}

static void
scenario_run (Plug *plug, Book *book)
{
  const Scenario *scenario = plug->scenario;
  const gint64 end = ORIGIN + scenario->begin_s + scenario->run_s;
  gint64 poll_at = plug->now;
  gint64 detail_at = plug->now;

  g_assert_cmpint (scenario->run_s, <=, MAX_RUN_S);
  while (plug->now < end) {
    plug_tick (plug);
    if (plug->now >= poll_at && plug->now >= plug->down_until) {
      TsmMeterOutcome outcome;
      TsmReading reading;
      gboolean detail = plug->now >= detail_at;

      poll_at = plug->now - plug->now % POLL_S + POLL_S;
      if (!plug_read (plug, detail, &reading)) {
        detail_at = plug->now;
        continue;
      }
      if (detail)
        detail_at = plug->now + 3600;
      book_feed (book, &reading, plug->true_ws, &outcome);
      if (outcome.wants_detail)
        poll_at = detail_at = plug->now + 1;
    } else if (plug->now < plug->down_until) {
      detail_at = plug->down_until;
    }
  }
}

static void
test_meter_scenario (gconstpointer data)
{
  const Scenario *scenario = data;
  const gint64 before_wh = scenario->before_wh != 0 ? scenario->before_wh : 100000;
  Book book = { 0 };
  Plug plug = {
    .scenario = scenario,
    .now = ORIGIN,
    .has_mains = TRUE,
    .has_clock = (scenario->traits & NO_CLOCK) == 0,
    .ntp_at = NEVER,
    .boot_at = ORIGIN - 10 * DAY_S,
    .power_w = 60,
    .stored_kwh = (float) before_wh / 1000,
    .total_start = START_AT,
    .mac = "AA:BB:CC:00:00:01",
  };
  gint64 error_wh;

  plug_read_script (&plug);
  plug_save (&plug);
  plug.today_ws = plug.power_w * scenario->begin_s;
  plug.now += scenario->begin_s;
  scenario_run (&plug, &book);
  error_wh = book.booked_wh - (book.known_ws + 1800) / 3600;
  g_test_message ("booked %" G_GINT64_FORMAT " Wh, off by %" G_GINT64_FORMAT ", %u epochs",
                  book.booked_wh, error_wh, book.n_epochs);
  g_assert_cmpint (error_wh, >=, -scenario->under_wh);
  g_assert_cmpint (error_wh, <=, scenario->over_wh);
  g_assert_cmpuint (book.n_epochs, ==, scenario->n_epochs);
  if (scenario->n_epochs > 0)
    g_assert_cmpstr (tsm_meter_reason_to_string (book.epoch_reason), ==,
                     tsm_meter_reason_to_string (scenario->epoch_reason));
  g_assert_true (book.seen[scenario->seen]);
  g_assert_cmpint (plug.now - book.tiled_at, <=, 10 * POLL_S); /* not stuck */
  g_assert_cmpint (plug.true_ws - book.tiled_true_ws, >=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++) {
    g_autofree char *path = g_strconcat ("/meter/plug/", scenarios[i].name, NULL);

    g_test_add_data_func (path, &scenarios[i], test_meter_scenario);
  }
  return g_test_run ();
}
