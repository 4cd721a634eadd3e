/* SPDX-License-Identifier: MIT
 * tsm-controller: brings the host to the state the plan wants, and tells what is seen of it. */
#include "rules/tsm-controller.h"

/* Spec proxmox 4 and 5. */
#define PROBE_STEADY_S  (5 * 60)
#define PROBE_FAST_S    10
#define PROBE_DRAWING_S 30 /* it draws power and is silent: it may be booting */
#define PROBE_LOST_S    60 /* no result by then: it was lost in a crash */
#define SILENCES        3
#define SILENCE_GAP_S   10
#define ANSWERS         3 /* in a row, count as on whatever the plug says */
#define LOW_GAP_S       30
#define READ_S          30
#define FRESH_S         150 /* two steady polls and a half */
#define RUN_EXPIRES_S   600 /* longer between two looks and they are not "in a row" */
#define STOP_LOST_S     60
#define STOP_BACKOFF_S  30
#define STOP_REPEAT_S   (10 * 60)
#define STILL_ON_S      (15 * 60)
#define STOP_OVER_S     (20 * 60) /* still there: the shutdown did not happen */
#define FAILURES_TOLD   3
#define WAKE_FAST_S     10
#define WAKE_MINUTES_S  (30 * 60) /* each minute for that long, then each WAKE_SLOW_S */
#define WAKE_SLOW_S     (10 * 60)
#define LONG_PHASE_S    3600 /* from then on, look each minute only */
#define LONG_INTERVAL_S 60

static const char *const notice_words[] = {
  "stopping", "off_seen", "probably_off", "still_on", "stop_failed",
  "denied",   "waking",   "on_seen",      "no_wake",  "came_on",
};

const char *
tsm_controller_notice_to_string (TsmControllerNotice notice)
{
  g_assert ((guint) notice < G_N_ELEMENTS (notice_words));
  return notice_words[notice];
}

/* One step, for its helpers. */
typedef struct {
  TsmController *self;
  const TsmControllerParams *params;
  gint64 now;
  TsmControllerActions *actions;
} Step;

static void
tell (const Step *step, TsmControllerNotice notice)
{
  TsmControllerActions *actions = step->actions;

  g_assert (actions->n_notices < TSM_CONTROLLER_MAX_NOTICES);
  actions->notices[actions->n_notices++] = notice;
}

static void
tell_once (const Step *step, gboolean *has_told, TsmControllerNotice notice)
{
  if (!*has_told)
    tell (step, notice);
  *has_told = TRUE;
}

/* A clock set back must not leave deadlines in a far future: what was measured moves with it. */
static void
follow_clock (TsmController *self, gint64 now)
{
  gint64 *const instants[] = {
    &self->phase_at,      &self->stop_at,       &self->stop_due_at, &self->stop_seen_at,
    &self->wake_sent_at,  &self->wake_due_at,   &self->probed_at,   &self->silence_at,
    &self->first_wake_at, &self->probe_sent_at, &self->power_at,    &self->low_since,
    &self->high_since,    &self->read_sent_at,
  };
  const gint64 shift = now - self->stepped_at;

  if (shift < 0) {
    for (guint i = 0; i < G_N_ELEMENTS (instants); i++)
      *instants[i] += *instants[i] != 0 ? shift : 0;
  }
  self->stepped_at = now;
}

/* Evidence */

static gboolean
has_fresh_power (const Step *step)
{
  return step->self->power_at != 0 && step->now - step->self->power_at <= FRESH_S;
}

static gboolean
is_drawing (const Step *step)
{
  return has_fresh_power (step) && step->self->power_w >= step->params->off_threshold_w;
}

/* A shutdown of ours may be under way. */
static gboolean
is_going_down (const TsmController *self)
{
  return self->is_stop_open || self->is_stop_taken;
}

static void
take_probe (const Step *step, TsmProbe probe)
{
  TsmController *self = step->self;

  self->probe_sent_at = 0;
  self->probed_at = step->now;
  switch (probe) {
  case TSM_PROBE_ANSWERS:
  case TSM_PROBE_DENIED:
  case TSM_PROBE_ERROR:
    self->is_answering = TRUE;
    self->n_answers++;
    self->n_silences = 0;
    self->low_since = 0;
    if (probe == TSM_PROBE_ANSWERS)
      self->has_told_probe_denied = FALSE;
    else if (probe == TSM_PROBE_DENIED)
      tell_once (step, &self->has_told_probe_denied, TSM_CONTROLLER_DENIED);
    break;
  case TSM_PROBE_REFUSED:
  case TSM_PROBE_SILENT:
    self->is_answering = FALSE;
    self->n_answers = 0;
    if (step->now - self->silence_at > RUN_EXPIRES_S)
      self->n_silences = 0;
    if (self->n_silences == 0 || step->now - self->silence_at >= SILENCE_GAP_S) {
      self->n_silences++;
      self->silence_at = step->now;
    }
    break;
  }
}

static void
take_power (const Step *step, gint64 power_w)
{
  TsmController *self = step->self;
  const gboolean is_in_row = self->power_at != 0 && step->now - self->power_at <= RUN_EXPIRES_S;

  if (power_w < 0) {
    self->power_at = self->low_since = self->high_since = 0;
    return;
  }
  if (!is_in_row)
    self->low_since = self->high_since = 0;
  self->power_w = power_w;
  self->power_at = step->now;
  if (power_w < step->params->off_threshold_w) {
    self->high_since = 0;
    self->low_since = self->low_since != 0 ? self->low_since : step->now;
    /* The last answer may be minutes old; only a new one can contradict the plug. */
    self->is_probe_wanted = self->is_probe_wanted || self->is_answering;
  } else {
    self->low_since = 0;
    self->high_since = self->high_since != 0 ? self->high_since : step->now;
  }
}

/* What the evidence says is seen of the host; what was seen before, when it says nothing new. */
static TsmPower
judge (const Step *step, gboolean *ret_is_probable)
{
  const TsmController *self = step->self;
  const gboolean has_power = has_fresh_power (step);
  const gboolean is_booting =
      self->is_woken && step->now - self->wake_sent_at < step->params->boot_timeout_s;

  *ret_is_probable = FALSE;
  if (self->is_answering) {
    const gboolean needs_power = self->wanted == TSM_POWER_ON && has_power && !is_drawing (step);

    if (self->seen == TSM_POWER_ON || !needs_power || self->n_answers >= ANSWERS)
      return TSM_POWER_ON;
  } else if (has_power && self->low_since != 0 && self->power_at - self->low_since >= LOW_GAP_S) {
    return TSM_POWER_OFF;
  } else if (!has_power && self->n_silences >= SILENCES && !is_booting &&
             self->seen != TSM_POWER_OFF) {
    *ret_is_probable = TRUE;
    return TSM_POWER_OFF;
  } else if (self->seen == TSM_POWER_OFF && is_drawing (step) &&
             (self->is_probable || self->power_at - self->high_since >= LOW_GAP_S)) {
    return TSM_POWER_UNKNOWN;
  }
  *ret_is_probable = self->is_probable;
  return self->seen;
}

static void
look (const Step *step)
{
  TsmController *self = step->self;
  gboolean is_probable;
  const TsmPower seen = judge (step, &is_probable);

  if (seen == TSM_POWER_OFF && is_going_down (self)) {
    self->is_stop_open = self->is_stop_taken = FALSE;
    self->n_stop_failures = 0;
    self->stop_seen_at = step->now;
  }
  if (seen == TSM_POWER_ON)
    self->is_woken = FALSE;
  self->seen = seen;
  self->is_probable = is_probable;
}

/* Goals */

static void
begin_phase (const Step *step, TsmControllerPhase phase)
{
  TsmController *self = step->self;

  self->phase = phase;
  self->phase_at = step->now;
  self->is_verifying = FALSE;
  self->first_wake_at = 0;
  self->is_probe_wanted = self->probed_at != step->now;
  self->has_told_failed = self->has_told_still_on = FALSE;
  self->has_told_no_wake = self->has_told_denied = FALSE;
}

static void
want_off (const Step *step)
{
  TsmController *self = step->self;

  if (self->phase == TSM_CONTROLLER_TO_OFF && !self->is_verifying) {
    self->is_probe_wanted = TRUE;
    self->stop_due_at = MAX (step->now, self->stop_at + STOP_LOST_S);
    return;
  }
  begin_phase (step, TSM_CONTROLLER_TO_OFF);
  if (self->seen == TSM_POWER_OFF && self->is_woken) {
    /* A packet is out: what was seen before it proves nothing any more. */
    self->seen = TSM_POWER_UNKNOWN;
    self->is_probable = FALSE;
    self->n_silences = 0;
    self->low_since = 0;
  }
  if (self->seen == TSM_POWER_OFF) {
    self->is_verifying = TRUE;
    return;
  }
  tell (step, TSM_CONTROLLER_STOPPING);
  if (!is_going_down (self))
    self->stop_due_at = step->now;
}

static void
want_on (const Step *step)
{
  TsmController *self = step->self;

  if (self->phase == TSM_CONTROLLER_TO_ON) {
    self->is_probe_wanted = TRUE;
    if (self->first_wake_at != 0) {
      self->first_wake_at = step->now;
      self->wake_due_at = MAX (step->now, self->wake_sent_at + WAKE_FAST_S);
    }
    return;
  }
  begin_phase (step, TSM_CONTROLLER_TO_ON);
  self->wake_due_at = step->now;
  self->is_verifying = self->seen != TSM_POWER_OFF && !is_going_down (self);
}

static void
take_want (const Step *step, const TsmControllerInput *input)
{
  TsmController *self = step->self;
  const gboolean is_changed = self->wanted != input->want.state;

  g_assert (input->want.state != TSM_POWER_UNKNOWN);
  self->wanted = input->want.state;
  self->reason = input->want.reason;
  if (self->wanted == TSM_POWER_OFF && input->want.is_off_seen && self->seen == TSM_POWER_UNKNOWN)
    self->seen = TSM_POWER_OFF;
  if (!is_changed && !input->want.is_asserted)
    return;
  if (self->wanted == TSM_POWER_OFF)
    want_off (step);
  else
    want_on (step);
}

/* Orders */

static void
take_stop_answer (const Step *step, TsmOrdered ordered)
{
  TsmController *self = step->self;
  gint64 backoff_s;

  if (!self->is_stop_open)
    return;
  self->is_stop_open = FALSE;
  switch (ordered) {
  case TSM_ORDERED:
    self->is_stop_taken = TRUE;
    self->n_stop_failures = 0;
    self->stop_due_at = step->now + STOP_REPEAT_S;
    break;
  case TSM_ORDERED_FAILED:
    /* A broken connection does not tell whether the host heard it. */
    self->is_stop_taken = TRUE;
    backoff_s = (gint64) STOP_BACKOFF_S << MIN (self->n_stop_failures, 5);
    self->n_stop_failures++;
    self->stop_due_at = step->now + MIN (backoff_s, STOP_REPEAT_S);
    /* A host that shows no sign of life may simply be off: that is told soon enough. */
    if (self->phase == TSM_CONTROLLER_TO_OFF &&
        (self->is_answering || is_drawing (step) || self->n_stop_failures >= FAILURES_TOLD))
      tell_once (step, &self->has_told_failed, TSM_CONTROLLER_STOP_FAILED);
    break;
  case TSM_ORDERED_DENIED:
    self->stop_due_at = step->now + STOP_REPEAT_S;
    if (!self->has_told_probe_denied)
      tell_once (step, &self->has_told_denied, TSM_CONTROLLER_DENIED);
    break;
  }
}

static gint64
get_stop_due (const TsmController *self)
{
  return MAX (self->stop_due_at, self->wake_sent_at + TSM_CONTROLLER_ORDER_GAP_S);
}

static gint64
get_wake_due (const TsmController *self)
{
  return MAX (self->wake_due_at,
              MAX (self->stop_at, self->stop_seen_at) + TSM_CONTROLLER_ORDER_GAP_S);
}

static void
order_off (const Step *step)
{
  TsmController *self = step->self;

  g_assert (self->wanted == TSM_POWER_OFF);
  step->actions->order_off = TRUE;
  self->stop_at = step->now;
  self->is_stop_open = TRUE;
  self->stop_due_at = step->now + STOP_LOST_S;
}

static void
order_on (const Step *step)
{
  TsmController *self = step->self;
  gint64 since_first_s;

  g_assert (self->wanted == TSM_POWER_ON);
  if (self->first_wake_at == 0) {
    self->first_wake_at = step->now;
    tell (step, TSM_CONTROLLER_WAKING);
  }
  since_first_s = step->now - self->first_wake_at - step->params->boot_timeout_s;
  step->actions->order_on = TRUE;
  self->wake_sent_at = step->now;
  self->is_woken = TRUE;
  self->wake_due_at = step->now + (since_first_s < 0                ? WAKE_FAST_S
                                   : since_first_s < WAKE_MINUTES_S ? LONG_INTERVAL_S
                                                                    : WAKE_SLOW_S);
}

/* Phases */

static void
drive_off (const Step *step)
{
  TsmController *self = step->self;

  if (self->is_verifying) {
    if (self->seen == TSM_POWER_OFF) {
      if (self->probed_at >= self->phase_at && !self->is_answering)
        self->phase = TSM_CONTROLLER_IDLE;
      return;
    }
    self->is_verifying = FALSE;
    self->stop_due_at = step->now;
    tell (step, TSM_CONTROLLER_STOPPING);
  }
  if (self->seen == TSM_POWER_OFF) {
    self->phase = TSM_CONTROLLER_IDLE;
    self->is_woken = FALSE;
    self->has_told_still_on = FALSE;
    tell (step, self->is_probable ? TSM_CONTROLLER_PROBABLY_OFF : TSM_CONTROLLER_OFF_SEEN);
    return;
  }
  if (step->now - self->phase_at >= STILL_ON_S)
    tell_once (step, &self->has_told_still_on, TSM_CONTROLLER_STILL_ON);
  if (step->now >= get_stop_due (self))
    order_off (step);
}

/* TRUE once nothing stands against a wake packet but its time and a shutdown under way. */
static gboolean
can_wake (const TsmController *self)
{
  return !self->is_verifying && !self->is_answering && self->seen != TSM_POWER_ON;
}

static void
drive_on (const Step *step)
{
  TsmController *self = step->self;
  const gboolean is_fresh = self->probed_at >= self->phase_at;

  if (is_going_down (self)) {
    if (step->now - self->stop_at < STOP_OVER_S)
      return;
    self->is_stop_open = self->is_stop_taken = FALSE;
  }
  if (self->seen == TSM_POWER_ON && self->is_answering && is_fresh) {
    if (!self->is_verifying)
      tell (step, TSM_CONTROLLER_ON_SEEN);
    self->phase = TSM_CONTROLLER_IDLE;
    return;
  }
  if (self->seen == TSM_POWER_ON) {
    if (!is_fresh || self->n_silences < SILENCES)
      return;
    /* It draws power and does not answer: booting, hung, or cut off. A packet does no harm. */
    self->seen = TSM_POWER_UNKNOWN;
  }
  if (self->seen == TSM_POWER_OFF || (is_fresh && !self->is_answering))
    self->is_verifying = FALSE;
  if (can_wake (self) && step->now >= get_wake_due (self))
    order_on (step);
  if (self->first_wake_at != 0 && step->now - self->first_wake_at >= step->params->boot_timeout_s)
    tell_once (step, &self->has_told_no_wake, TSM_CONTROLLER_NO_WAKE);
}

/* @was_probable: "off" was, until this step, silence alone. */
static void
drive_idle (const Step *step, gboolean was_probable)
{
  TsmController *self = step->self;
  /* The plug has shown that it never went off. */
  const gboolean is_mistake = self->has_told_still_on;

  if (self->wanted != TSM_POWER_OFF)
    return;
  switch (self->seen) {
  case TSM_POWER_UNKNOWN:
    if (was_probable)
      tell_once (step, &self->has_told_still_on, TSM_CONTROLLER_STILL_ON);
    break;
  case TSM_POWER_OFF:
    if (self->has_told_still_on)
      tell (step, TSM_CONTROLLER_OFF_SEEN);
    self->has_told_still_on = FALSE;
    break;
  case TSM_POWER_ON:
    if (!is_mistake)
      tell (step, TSM_CONTROLLER_CAME_ON);
    begin_phase (step, TSM_CONTROLLER_TO_OFF);
    self->has_told_still_on = is_mistake;
    self->stop_due_at = step->now + (is_mistake ? 0 : step->params->grace_s);
    drive_off (step);
    break;
  }
}

/* Looking */

static gint64
get_look_interval_s (const Step *step, gint64 fast_s)
{
  return step->now - step->self->phase_at > LONG_PHASE_S ? LONG_INTERVAL_S : fast_s;
}

static gint64
get_probe_interval_s (const Step *step)
{
  const TsmController *self = step->self;

  if (self->phase != TSM_CONTROLLER_IDLE)
    return get_look_interval_s (step, PROBE_FAST_S);
  if (self->is_answering ? self->seen != TSM_POWER_ON
                         : self->seen != TSM_POWER_OFF && self->n_silences < SILENCES)
    return PROBE_FAST_S;
  if (self->seen != TSM_POWER_ON && is_drawing (step))
    return PROBE_DRAWING_S;
  return PROBE_STEADY_S;
}

static gint64
get_probe_due (const Step *step)
{
  const TsmController *self = step->self;

  if (self->probe_sent_at != 0)
    return self->probe_sent_at + PROBE_LOST_S;
  return self->is_probe_wanted ? step->now : self->probed_at + get_probe_interval_s (step);
}

/* When the plug should be read besides its steady polls; G_MAXINT64 while those will do. */
static gint64
get_read_due (const Step *step)
{
  const TsmController *self = step->self;

  if (self->phase == TSM_CONTROLLER_IDLE && (self->n_silences == 0 || self->seen == TSM_POWER_OFF))
    return G_MAXINT64;
  return MAX (self->read_sent_at, self->power_at) + get_look_interval_s (step, READ_S);
}

static void
ask (const Step *step)
{
  TsmController *self = step->self;

  if (step->now >= get_probe_due (step)) {
    step->actions->probe = TRUE;
    self->probe_sent_at = step->now;
    self->is_probe_wanted = FALSE;
  }
  if (step->now >= get_read_due (step)) {
    step->actions->read_plug = TRUE;
    self->read_sent_at = step->now;
  }
}

/* When time alone changes something. */
static gint64
get_wake_at (const Step *step)
{
  const TsmController *self = step->self;
  gint64 wake_at = MIN (get_probe_due (step), get_read_due (step));

  switch (self->phase) {
  case TSM_CONTROLLER_IDLE:
    break;
  case TSM_CONTROLLER_TO_OFF:
    if (!self->is_verifying)
      wake_at = MIN (wake_at, get_stop_due (self));
    if (!self->is_verifying && !self->has_told_still_on)
      wake_at = MIN (wake_at, self->phase_at + STILL_ON_S);
    break;
  case TSM_CONTROLLER_TO_ON:
    if (is_going_down (self))
      wake_at = MIN (wake_at, self->stop_at + STOP_OVER_S);
    else if (can_wake (self))
      wake_at = MIN (wake_at, get_wake_due (self));
    if (self->first_wake_at != 0 && !self->has_told_no_wake)
      wake_at = MIN (wake_at, self->first_wake_at + step->params->boot_timeout_s);
    break;
  }
  return MAX (wake_at, step->now + 1);
}

void
tsm_controller_step (TsmController *self, const TsmControllerParams *params,
                     const TsmControllerInput *input, gint64 now, TsmControllerActions *ret_actions)
{
  const TsmController before = *self;
  const Step step = { .self = self, .params = params, .now = now, .actions = ret_actions };

  g_assert (now > 0);
  *ret_actions = (TsmControllerActions){ 0 };
  follow_clock (self, now);
  switch (input->kind) {
  case TSM_CONTROLLER_TICK:
  case TSM_CONTROLLER_WOKEN: /* sent or not, the next packet comes by itself */
    break;
  case TSM_CONTROLLER_WANT:
    take_want (&step, input);
    break;
  case TSM_CONTROLLER_PROBED:
    take_probe (&step, input->probe);
    break;
  case TSM_CONTROLLER_POWER:
    take_power (&step, input->power_w);
    break;
  case TSM_CONTROLLER_STOPPED:
    take_stop_answer (&step, input->ordered);
    break;
  }
  look (&step);
  switch (self->phase) {
  case TSM_CONTROLLER_IDLE:
    drive_idle (&step, before.seen == TSM_POWER_OFF && before.is_probable);
    break;
  case TSM_CONTROLLER_TO_OFF:
    drive_off (&step);
    break;
  case TSM_CONTROLLER_TO_ON:
    drive_on (&step);
    break;
  }
  ask (&step);
  ret_actions->wake_at = get_wake_at (&step);
  ret_actions->has_transition = self->wanted != before.wanted || self->reason != before.reason ||
                                self->seen != before.seen ||
                                self->is_probable != before.is_probable;
}
