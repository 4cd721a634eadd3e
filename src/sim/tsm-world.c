/* SPDX-License-Identifier: MIT
 * tsm-world: what lies outside TSM, simulated. */
#include "sim/tsm-world.h"
#include "base/tsm-prng.h"
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include "sim/tsm-queue.h"

/* Each kind of chance has its own stream: to ask for one more of these moves none of the others. */
enum { STREAM_LOAD = 1, STREAM_PUBLISH };

/* The load is steady for this long. */
#define LOAD_STEP_S 300

#define ANSWER_S       1 /* a device on the LAN */
#define FETCH_S        2 /* a service on the internet */
#define SILENCE_S      5 /* until an edge gives a silent host up */
#define BOOT_SILENCE_S 60

#define BOOT_W     115
#define SHUTDOWN_W 80

/* What friends make a home server draw, by hour of the local day: backups at night, games and films
 * in the evening. */
static const gint64 load_w[24] = { 72, 66, 64, 88, 90, 64, 62,  64,  70,  76,  80,  82,
                                   88, 90, 86, 84, 86, 92, 104, 118, 132, 138, 126, 96 };

struct _TsmWorld {
  GTimeZone *zone;
  guint64 seed;
  gint64 begin;
  gint64 now;
  TsmQueue *asked; /* of TsmEffect, by the instant of the answer */

  TsmHostState host;
  gint64 host_until; /* a boot or shutdown ends; G_MAXINT64 if none is under way */

  TsmPrng load;
  gint64 load_now_w; /* of a host that is on */
  gint64 load_until;
  gint64 wander_pct; /* how far the load is off the hour's usual one */

  gint64 energy_ws; /* the counter, exact */
  TsmDay plug_day;  /* the plug's own day, midnight to midnight */
  gint64 day_begin_wh;
  gint64 yesterday_wh;
};

/* Draws the load that holds from now to the next full step. */
static void
draw_load (TsmWorld *self)
{
  guint minute;

  tsm_day_get_civil (self->now, self->zone, &minute);
  self->wander_pct += tsm_prng_range (&self->load, -4, 4);
  self->wander_pct = CLAMP (self->wander_pct, -18, 18);
  self->load_now_w = load_w[minute / 60] * (100 + self->wander_pct) / 100;
  self->load_until = (self->now / LOAD_STEP_S + 1) * LOAD_STEP_S;
}

TsmWorld *
tsm_world_new (const TsmWorldConfig *config)
{
  TsmWorld *self = g_new0 (TsmWorld, 1);

  self->zone = g_time_zone_ref (config->zone);
  self->seed = config->seed;
  self->begin = config->begin;
  self->now = config->begin;
  self->asked = tsm_queue_new ((GDestroyNotify) tsm_effect_free);
  self->host = TSM_HOST_ON;
  self->host_until = G_MAXINT64;
  self->load = tsm_prng_init (config->seed, STREAM_LOAD);
  self->plug_day = tsm_day_get_civil (self->now, self->zone, NULL);
  draw_load (self);
  return self;
}

void
tsm_world_free (TsmWorld *self)
{
  if (self == NULL)
    return;
  tsm_queue_free (self->asked);
  g_time_zone_unref (self->zone);
  g_free (self);
}

/* How long until the engine hears of @effect. */
static gint64
get_delay_s (const TsmWorld *self, const TsmEffect *effect)
{
  switch (effect->kind) {
  case TSM_EFFECT_READ_PLUG:
  case TSM_EFFECT_ORDER_HOST:
    return ANSWER_S;
  case TSM_EFFECT_FETCH_COLOURS:
    return FETCH_S;
  case TSM_EFFECT_PROBE_HOST:
    return self->host == TSM_HOST_ON || self->host == TSM_HOST_STOPPING ? ANSWER_S : SILENCE_S;
  case TSM_EFFECT_REPLY:
  case TSM_EFFECT_NOTICE:
    break;
  }
  g_assert_not_reached ();
}

void
tsm_world_start (TsmWorld *self, const TsmEffect *effect)
{
  TsmEffect *asked = tsm_effect_new (effect->kind);

  asked->with_detail = effect->with_detail;
  asked->source = effect->source;
  asked->from = effect->from;
  asked->to = effect->to;
  asked->order = effect->order;
  tsm_queue_push (self->asked, self->now + get_delay_s (self, effect), asked);
}

gint64
tsm_world_get_wake_at (const TsmWorld *self)
{
  return MIN (self->host_until, tsm_queue_get_at (self->asked));
}

gint64
tsm_world_get_power_w (const TsmWorld *self)
{
  switch (self->host) {
  case TSM_HOST_OFF:
    return TSM_WORLD_STANDBY_W;
  case TSM_HOST_BOOTING:
    return BOOT_W;
  case TSM_HOST_ON:
    return self->load_now_w;
  case TSM_HOST_STOPPING:
    return SHUTDOWN_W;
  }
  g_assert_not_reached ();
}

gint64
tsm_world_get_total_wh (const TsmWorld *self)
{
  return self->energy_ws / 3600;
}

/* Up to @to the draw does not change; midnight is between two load steps, for every zone's offset
 * is a multiple of the step. */
static void
pass (TsmWorld *self, gint64 to)
{
  TsmDay day;

  self->energy_ws += tsm_world_get_power_w (self) * (to - self->now);
  self->now = to;
  day = tsm_day_get_civil (to, self->zone, NULL);
  if (day == self->plug_day)
    return;
  self->yesterday_wh = tsm_world_get_total_wh (self) - self->day_begin_wh;
  self->day_begin_wh = tsm_world_get_total_wh (self);
  self->plug_day = day;
}

static void
settle_host (TsmWorld *self)
{
  self->host = self->host == TSM_HOST_BOOTING ? TSM_HOST_ON : TSM_HOST_OFF;
  self->host_until = G_MAXINT64;
}

void
tsm_world_advance (TsmWorld *self, gint64 to)
{
  g_assert (to >= self->now);
  while (self->now < to) {
    pass (self, MIN (to, MIN (self->host_until, self->load_until)));
    if (self->now == self->host_until)
      settle_host (self);
    if (self->now == self->load_until)
      draw_load (self);
  }
}

static TsmEvent *
answer_plug (TsmWorld *self, const TsmEffect *asked)
{
  TsmEvent *event = tsm_event_new (TSM_EVENT_READING);
  guint minute;

  tsm_day_get_civil (self->now, self->zone, &minute);
  event->reading = (TsmReading){
    .at = self->now,
    .total_wh = tsm_world_get_total_wh (self),
    .step_wh = 1,
    .power_w = tsm_world_get_power_w (self),
    .today_wh = tsm_world_get_total_wh (self) - self->day_begin_wh,
    .yesterday_wh = self->yesterday_wh,
    .clock_at = (gint64) self->plug_day * 86400 + minute * 60 + self->now % 60,
    .total_start = self->begin,
    .uptime_s = asked->with_detail ? self->now - self->begin : -1,
  };
  if (asked->with_detail)
    g_strlcpy (event->reading.mac, "5C:CF:7F:00:00:01", TSM_METER_MAC_SIZE);
  return event;
}

gint64
tsm_world_get_published_at (const TsmWorld *self, TsmDay day)
{
  TsmPrng prng = tsm_prng_init (self->seed, (guint64) STREAM_PUBLISH << 32 | (guint32) day);
  /* Mostly in time for the job at 11:05, now and then late. */
  const gint64 late_s = tsm_prng_is_hit (&prng, 1, 8) ? 1800 : 0;

  return tsm_day_get_local_instant (day - 1, 10 * 60 + 50, self->zone) + late_s +
         tsm_prng_range (&prng, 0, 14 * 60);
}

static TsmEvent *
answer_colours (TsmWorld *self, const TsmEffect *asked)
{
  TsmEvent *event = tsm_event_new (TSM_EVENT_COLOURS);

  event->source = asked->source;
  event->answers = g_array_new (FALSE, FALSE, sizeof (TsmColourAnswer));
  for (TsmDay day = asked->from; day <= asked->to; day++) {
    TsmColourAnswer answer = { .day = day, .colour = TSM_COLOUR_UNKNOWN };

    if (self->now >= tsm_world_get_published_at (self, day))
      answer.colour = tsm_calendar_get_colour (day);
    g_array_append_val (event->answers, answer);
  }
  return event;
}

/* The API is up last at a boot and goes first at a shutdown. */
static TsmEvent *
answer_probe (TsmWorld *self)
{
  TsmEvent *event = tsm_event_new (TSM_EVENT_PROBED);

  switch (self->host) {
  case TSM_HOST_ON:
    event->probe = TSM_PROBE_ANSWERS;
    return event;
  case TSM_HOST_STOPPING:
    event->probe = TSM_PROBE_REFUSED;
    event->message = g_strdup ("connection refused");
    return event;
  case TSM_HOST_BOOTING:
    if (self->host_until - self->now <= TSM_WORLD_BOOT_S - BOOT_SILENCE_S) {
      event->probe = TSM_PROBE_REFUSED;
      event->message = g_strdup ("connection refused");
      return event;
    }
    break;
  case TSM_HOST_OFF:
    break;
  }
  event->probe = TSM_PROBE_SILENT;
  event->message = g_strdup ("no answer");
  return event;
}

static TsmEvent *
carry_out (TsmWorld *self, const TsmEffect *asked)
{
  TsmEvent *event = tsm_event_new (TSM_EVENT_ORDERED);

  event->order = asked->order;
  event->ordered = TSM_ORDERED;
  switch (asked->order) {
  case TSM_ORDER_SHUTDOWN:
    if (self->host == TSM_HOST_ON) {
      self->host = TSM_HOST_STOPPING;
      self->host_until = self->now + TSM_WORLD_SHUTDOWN_S;
    } else {
      event->ordered = TSM_ORDERED_FAILED;
      event->message = g_strdup ("no answer");
    }
    break;
  case TSM_ORDER_WAKE: /* a packet that nobody acknowledges; only a host that is off hears it */
    if (self->host == TSM_HOST_OFF) {
      self->host = TSM_HOST_BOOTING;
      self->host_until = self->now + TSM_WORLD_BOOT_S;
    }
    break;
  }
  return event;
}

TsmEvent *
tsm_world_take_answer (TsmWorld *self)
{
  g_autoptr (TsmEffect) asked = NULL;

  if (tsm_queue_get_at (self->asked) > self->now)
    return NULL;
  asked = tsm_queue_pop (self->asked);
  switch (asked->kind) {
  case TSM_EFFECT_READ_PLUG:
    return answer_plug (self, asked);
  case TSM_EFFECT_FETCH_COLOURS:
    return answer_colours (self, asked);
  case TSM_EFFECT_PROBE_HOST:
    return answer_probe (self);
  case TSM_EFFECT_ORDER_HOST:
    return carry_out (self, asked);
  case TSM_EFFECT_REPLY:
  case TSM_EFFECT_NOTICE:
    break;
  }
  g_assert_not_reached ();
}

gint64
tsm_world_get_now (const TsmWorld *self)
{
  return self->now;
}

TsmHostState
tsm_world_get_host (const TsmWorld *self)
{
  return self->host;
}
