/* SPDX-License-Identifier: MIT
 * tsm-session: what is decided about the gateway connection. */
#include "discord/tsm-session.h"
#include "base/tsm-format.h"
#include "base/tsm-limits.h"

#define SECOND_MS      G_GINT64_CONSTANT (1000)
#define MINUTE_MS      (60 * SECOND_MS)
#define DAY_MS         (24 * 60 * MINUTE_MS)
#define CONNECT_MS     (20 * SECOND_MS)
#define GREET_MS       (20 * SECOND_MS)
#define PRESENT_MS     (60 * SECOND_MS)
#define SETTLED_MS     (60 * SECOND_MS)
#define TOO_FAST_MS    (60 * SECOND_MS)
#define MIN_REFILL_MS  (60 * SECOND_MS) /* a limit that is said to end at once is asked again */
#define FORGOTTEN_MS   (10 * MINUTE_MS) /* after which Discord no longer has a session */
#define MAX_BACKOFF_MS (120 * SECOND_MS)
#define MAX_DOUBLINGS  7
#define MAX_RESUMES    3
/* Connections that fail at resume_gateway_url before the next one goes to the other URL. */
#define MAX_UNREACHED   3
#define MIN_INTERVAL_MS 10
#define MAX_INTERVAL_MS (60 * MINUTE_MS)
/* Discord counts 5 s between two IDENTIFYs as they arrive: one may travel faster than the other. */
#define IDENTIFY_GAP_MS (5 * SECOND_MS + SECOND_MS / 2)

struct _TsmSession {
  TsmPrng prng;
  TsmPhase phase;
  gint64 due_ms; /* WAITING: the next attempt; CONNECTING to PRESENTING: the end of patience */
  guint n_lost;  /* attempts and sessions, since one lasted SETTLED_MS */
  char *reason;  /* NULL when UP */

  char *url; /* of /gateway/bot; NULL: to be asked */
  GArray *identifies;
  gint64 remaining; /* of session_start_limit, for us, until refill_ms; -1: not known */
  gint64 refill_ms;

  /* What can be resumed. */
  char *session_id; /* NULL: nothing */
  char *resume_url; /* NULL: url */
  gint64 seq;
  gint64 heard_ms;   /* the last sign of life while it was up */
  guint n_resumes;   /* that failed in a row, though Discord was reached */
  guint n_unreached; /* connections for it that failed in a row */

  /* The connection there is, or is to be. */
  gboolean is_resuming;
  gint64 interval_ms; /* 0: no HELLO yet, no heartbeat */
  gint64 beat_ms;     /* when the next one is due */
  gboolean awaits_ack;
  gint64 alive_ms; /* the last ACK or dispatch; -1: none yet */
  gint64 up_ms;
};

/* One step in the making. */
typedef struct {
  TsmSession *self;
  TsmSessionStep step;
  gint64 now_ms;
} Turn;

/* How a connection, or the attempt at one, came to its end. */
typedef struct {
  const char *reason;
  gint64 at_least_ms;  /* to wait */
  gboolean is_closed;  /* already: there is nothing to close */
  gboolean is_invited; /* Discord asked for a new one */
  gboolean is_final;   /* the session is gone too */
} Loss;

#define TOKEN_CURE                                                                                \
  "Discord refuses the bot's token: set TOKEN_BOT to the one of the application's Bot page, and " \
  "restart"

/* Codes that are not here are like no code at all. */
static const struct {
  guint code;
  gboolean is_final;
  gint64 at_least_ms;
  const char *stop; /* there is no use: why, and the cure */
  const char *meaning;
} closes[] = {
  { TSM_CLOSE_NORMAL, TRUE, 0, NULL, "the session is over" },
  { TSM_CLOSE_RESUMABLE, FALSE, 0, NULL, "unknown error" },
  { TSM_CLOSE_BAD_OPCODE, FALSE, 0, NULL, "bad opcode, a fault of TSM" },
  { TSM_CLOSE_BAD_PAYLOAD, FALSE, 0, NULL, "bad payload, a fault of TSM" },
  { TSM_CLOSE_NOT_AUTHENTICATED, TRUE, 0, NULL, "not authenticated" },
  { TSM_CLOSE_BAD_TOKEN, TRUE, 0, TOKEN_CURE, "bad token" },
  { TSM_CLOSE_AUTHENTICATED_TWICE, TRUE, 0, NULL, "authenticated twice" },
  { TSM_CLOSE_BAD_SEQUENCE, TRUE, 0, NULL, "bad sequence" },
  { TSM_CLOSE_TOO_FAST, FALSE, TOO_FAST_MS, NULL, "we sent too fast" },
  { TSM_CLOSE_TIMED_OUT, TRUE, 0, NULL, "the session timed out" },
  { TSM_CLOSE_BAD_SHARD, TRUE, 0, "Discord refuses the shard of the bot: update TSM, and restart",
    "bad shard" },
  { TSM_CLOSE_SHARDING_REQUIRED, TRUE, 0,
    "the bot is in more guilds than one connection may serve: remove it from those that are not "
    "yours, and restart",
    "sharding required" },
  { TSM_CLOSE_BAD_VERSION, TRUE, 0,
    "Discord no longer speaks version 10 of its gateway: update TSM, and restart", "bad version" },
  { TSM_CLOSE_BAD_INTENTS, TRUE, 0,
    "Discord does not know the bot's intents: update TSM, and restart", "bad intents" },
  { TSM_CLOSE_INTENTS_NOT_GRANTED, TRUE, 0,
    "an intent is not enabled on the application's Bot page: enable it there, and restart",
    "intents not granted" },
};

/* An instant whose age cannot be told, from a clock that was set since, counts as just now. */
static void
take_identifies (TsmSession *self, const GArray *identifies, gint64 wall_s, gint64 now_ms)
{
  for (guint i = 0; i < identifies->len; i++) {
    /* Both are cut to the second: it may be one less. */
    const gint64 age_s = wall_s - g_array_index (identifies, gint64, i) - 1;
    const gint64 at_ms = now_ms - MAX (age_s, 0) * SECOND_MS;
    guint place = self->identifies->len;

    if (age_s > DAY_MS / SECOND_MS)
      continue;
    while (place > 0 && g_array_index (self->identifies, gint64, place - 1) > at_ms)
      place--;
    g_array_insert_val (self->identifies, place, at_ms);
  }
}

TsmSession *
tsm_session_new (TsmPrng prng, const GArray *identifies, gint64 wall_s, gint64 now_ms)
{
  TsmSession *self = g_new0 (TsmSession, 1);

  self->prng = prng;
  self->due_ms = now_ms;
  self->reason = g_strdup ("not connected yet");
  self->identifies = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->remaining = -1;
  self->seq = -1;
  take_identifies (self, identifies, wall_s, now_ms);
  return self;
}

void
tsm_session_free (TsmSession *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->identifies);
  g_free (self->reason);
  g_free (self->url);
  g_free (self->session_id);
  g_free (self->resume_url);
  g_free (self);
}

TsmPhase
tsm_session_get_phase (const TsmSession *self)
{
  return self->phase;
}

gboolean
tsm_session_is_replaying (const TsmSession *self)
{
  return self->phase == TSM_PHASE_PRESENTING && self->is_resuming;
}

const char *
tsm_session_peek_reason (const TsmSession *self)
{
  return self->reason;
}

static void
add_action (Turn *turn, TsmSessionAction action)
{
  g_assert (turn->step.n_actions < TSM_SESSION_MAX_ACTIONS);
  turn->step.actions[turn->step.n_actions++] = action;
}

static void
set_reason (TsmSession *self, const char *reason)
{
  char *old = self->reason;

  self->reason = g_strdup (reason);
  g_free (old);
}

static void
set_url (char **url, const char *value)
{
  g_free (*url);
  *url = g_strdup (value);
}

static void
forget_session (TsmSession *self)
{
  g_clear_pointer (&self->session_id, g_free);
  g_clear_pointer (&self->resume_url, g_free);
  self->seq = -1;
  self->n_resumes = 0;
  self->n_unreached = 0;
}

static gboolean
has_connection (const TsmSession *self)
{
  return self->phase >= TSM_PHASE_CONNECTING && self->phase <= TSM_PHASE_UP;
}

static gboolean
is_open (const TsmSession *self)
{
  return self->phase >= TSM_PHASE_GREETING && self->phase <= TSM_PHASE_UP;
}

/* A connection that is no more has no heartbeat either. */
static void
end_connection (Turn *turn, gboolean is_closed, guint code)
{
  TsmSession *self = turn->self;

  if (has_connection (self) && !is_closed)
    add_action (turn, (TsmSessionAction){ .kind = TSM_ACTION_CLOSE,
                                          .code = is_open (self) ? code : TSM_CLOSE_NONE });
  self->interval_ms = 0;
  self->awaits_ack = FALSE;
}

static gint64
draw_backoff_ms (TsmSession *self)
{
  const gint64 most_ms = MIN (SECOND_MS << MIN (self->n_lost, MAX_DOUBLINGS), MAX_BACKOFF_MS);

  return tsm_prng_range (&self->prng, most_ms / 2, most_ms);
}

static void
lose (Turn *turn, Loss loss)
{
  TsmSession *self = turn->self;
  const gboolean was_settled =
      self->phase == TSM_PHASE_UP && turn->now_ms - self->up_ms >= SETTLED_MS;
  gint64 delay_ms = 0;

  end_connection (turn, loss.is_closed, TSM_CLOSE_RESUMABLE);
  /* That Discord is out of reach says nothing about the session: it has its ten minutes. */
  if (self->is_resuming && self->phase == TSM_PHASE_CONNECTING)
    self->n_unreached++;
  else if (self->is_resuming && is_open (self) && self->phase != TSM_PHASE_UP)
    self->n_resumes++;
  if (loss.is_final)
    forget_session (self);
  if (was_settled)
    self->n_lost = 0;
  if (self->n_lost > 0 || !(was_settled || loss.is_invited))
    delay_ms = draw_backoff_ms (self);
  self->n_lost = MIN (self->n_lost + 1, MAX_DOUBLINGS);
  self->phase = TSM_PHASE_WAITING;
  self->due_ms = turn->now_ms + MAX (delay_ms, loss.at_least_ms);
  set_reason (self, loss.reason);
}

static void
stop (Turn *turn, gboolean is_closed, const char *reason)
{
  end_connection (turn, is_closed, TSM_CLOSE_NORMAL);
  forget_session (turn->self);
  turn->self->phase = TSM_PHASE_STOPPED;
  set_reason (turn->self, reason);
}

/* Attempts. */

static gboolean
can_resume (const Turn *turn)
{
  const TsmSession *self = turn->self;

  return self->session_id != NULL && self->n_resumes < MAX_RESUMES &&
         turn->now_ms - self->heard_ms <= FORGOTTEN_MS;
}

static void
drop_old_identifies (const Turn *turn)
{
  GArray *identifies = turn->self->identifies;
  guint n_old = 0;

  while (n_old < identifies->len &&
         g_array_index (identifies, gint64, n_old) < turn->now_ms - DAY_MS)
    n_old++;
  g_array_remove_range (identifies, 0, n_old);
}

/* One host may be gone and the other not: now and then the session is taken up at the other one. */
static const char *
choose_resume_url (const TsmSession *self)
{
  const gboolean is_others_turn = self->n_unreached % (MAX_UNREACHED + 1) == MAX_UNREACHED;

  return self->resume_url == NULL || (is_others_turn && self->url != NULL) ? self->url
                                                                           : self->resume_url;
}

/* When the next IDENTIFY may be; @ret_limit (NULL: none worth a word) is what holds it up. */
static gint64
find_identify_ms (const Turn *turn, const char **ret_limit)
{
  const TsmSession *self = turn->self;
  const guint n = self->identifies->len;
  gint64 at_ms = turn->now_ms;

  *ret_limit = NULL;
  if (n > 0)
    at_ms = MAX (at_ms, g_array_index (self->identifies, gint64, n - 1) + IDENTIFY_GAP_MS);
  if (self->remaining == 0 && self->refill_ms > at_ms) {
    at_ms = self->refill_ms;
    *ret_limit = "the bot may open no further session for now, or Discord resets its token";
  }
  if (n >= TSM_LIMIT_IDENTIFIES) {
    const gint64 freed_ms =
        g_array_index (self->identifies, gint64, n - TSM_LIMIT_IDENTIFIES) + DAY_MS + 1;

    if (freed_ms > at_ms) {
      at_ms = freed_ms;
      *ret_limit = "too many sessions were opened within 24 h, and Discord resets the token of a "
                   "bot that does not stop";
    }
  }
  return at_ms;
}

static void
wait_to_identify (Turn *turn, gint64 at_ms, const char *limit)
{
  TsmSession *self = turn->self;
  g_autofree char *wait = NULL;
  g_autofree char *reason = NULL;

  self->due_ms = at_ms;
  if (limit == NULL)
    return;
  /* By then the limit may be another one: it is asked again. */
  g_clear_pointer (&self->url, g_free);
  wait = tsm_format_dup_duration (TSM_LANG_EN, (at_ms - turn->now_ms) / SECOND_MS);
  reason = g_strdup_printf ("%s: the next is tried in %s", limit, wait);
  set_reason (self, reason);
}

/* The attempt that was waited for. */
static void
attempt (Turn *turn)
{
  TsmSession *self = turn->self;
  const char *url = self->url, *limit;
  gint64 identify_ms;

  self->is_resuming = can_resume (turn);
  if (self->is_resuming)
    url = choose_resume_url (self);
  else {
    forget_session (self);
    drop_old_identifies (turn);
    identify_ms = find_identify_ms (turn, &limit);
    if (identify_ms > turn->now_ms) {
      wait_to_identify (turn, identify_ms, limit);
      return;
    }
    if (self->remaining == 0) /* it is full again, for as far as we know */
      self->remaining = -1;
  }
  if (url == NULL) {
    self->phase = TSM_PHASE_FETCHING;
    add_action (turn, (TsmSessionAction){ .kind = TSM_ACTION_FETCH });
    return;
  }
  self->phase = TSM_PHASE_CONNECTING;
  self->due_ms = turn->now_ms + CONNECT_MS;
  add_action (turn, (TsmSessionAction){ .kind = TSM_ACTION_CONNECT, .url = url });
}

/* What happened. */

static void
on_url (Turn *turn, const TsmSessionEvent *event)
{
  TsmSession *self = turn->self;

  if (self->phase != TSM_PHASE_FETCHING)
    return;
  set_url (&self->url, event->text);
  /* The IDENTIFYs of earlier runs may not have been noted: those that are not ours to make are left
   * alone, whatever we know of the last 24 h. */
  self->remaining =
      event->remaining < 0
          ? -1
          : MAX (event->remaining - MAX (MAX (event->total, 0) - TSM_LIMIT_IDENTIFIES, 0), 0);
  self->refill_ms = turn->now_ms + CLAMP (event->delay_ms, MIN_REFILL_MS, DAY_MS);
  self->phase = TSM_PHASE_WAITING;
  self->due_ms = turn->now_ms;
}

static void
on_failed (Turn *turn, TsmPhase phase, const TsmSessionEvent *event)
{
  TsmSession *self = turn->self;

  if (self->phase != phase)
    return;
  if (phase == TSM_PHASE_CONNECTING && !self->is_resuming)
    g_clear_pointer (&self->url, g_free);
  lose (turn, (Loss){ .reason = event->text,
                      .at_least_ms = CLAMP (event->delay_ms, 0, DAY_MS),
                      .is_closed = TRUE });
}

static void
on_connected (Turn *turn)
{
  TsmSession *self = turn->self;

  if (self->phase != TSM_PHASE_CONNECTING)
    return;
  self->phase = TSM_PHASE_GREETING;
  self->n_unreached = 0;
  self->due_ms = turn->now_ms + GREET_MS;
  self->alive_ms = -1;
}

static void
present (Turn *turn)
{
  TsmSession *self = turn->self;

  self->phase = TSM_PHASE_PRESENTING;
  self->due_ms = turn->now_ms + PRESENT_MS;
  if (self->is_resuming) {
    add_action (turn, (TsmSessionAction){ .kind = TSM_ACTION_RESUME,
                                          .session_id = self->session_id,
                                          .seq = MAX (self->seq, 0) });
    return;
  }
  g_array_append_val (self->identifies, turn->now_ms);
  if (self->remaining > 0)
    self->remaining--;
  self->seq = -1;
  add_action (turn, (TsmSessionAction){ .kind = TSM_ACTION_IDENTIFY });
}

/* A second HELLO changes nothing: one connection, one heartbeat. */
static void
on_hello (Turn *turn, const TsmSessionEvent *event)
{
  TsmSession *self = turn->self;

  if (self->phase != TSM_PHASE_GREETING)
    return;
  if (event->interval_ms < MIN_INTERVAL_MS || event->interval_ms > MAX_INTERVAL_MS) {
    lose (turn, (Loss){ .reason = "Discord greeted with a heartbeat that cannot be" });
    return;
  }
  self->interval_ms = event->interval_ms;
  self->beat_ms = turn->now_ms + tsm_prng_range (&self->prng, 0, self->interval_ms - 1);
  present (turn);
}

static void
on_up (Turn *turn)
{
  TsmSession *self = turn->self;

  self->phase = TSM_PHASE_UP;
  self->up_ms = turn->now_ms;
  self->heard_ms = turn->now_ms;
  self->n_resumes = 0;
  set_reason (self, NULL);
}

static void
on_ready (Turn *turn, const TsmSessionEvent *event)
{
  TsmSession *self = turn->self;

  if (self->phase != TSM_PHASE_PRESENTING || self->is_resuming)
    return;
  if (event->session_id == NULL || event->session_id[0] == '\0') {
    lose (turn, (Loss){ .reason = "Discord opened a session without a name" });
    return;
  }
  set_url (&self->session_id, event->session_id);
  set_url (&self->resume_url, event->text);
  on_up (turn);
}

static void
on_dispatch (Turn *turn, const TsmSessionEvent *event)
{
  TsmSession *self = turn->self;

  if (!is_open (self))
    return;
  self->seq = MAX (self->seq, event->seq);
  self->alive_ms = turn->now_ms;
  if (self->phase == TSM_PHASE_UP || self->is_resuming)
    self->heard_ms = turn->now_ms;
  if (event->kind == TSM_HAPPENED_READY)
    on_ready (turn, event);
  else if (event->kind == TSM_HAPPENED_RESUMED && tsm_session_is_replaying (self))
    on_up (turn);
}

static void
on_ack (Turn *turn)
{
  TsmSession *self = turn->self;

  self->awaits_ack = FALSE;
  self->alive_ms = turn->now_ms;
  if (self->phase == TSM_PHASE_UP)
    self->heard_ms = turn->now_ms;
}

static void
on_invalid (Turn *turn, const TsmSessionEvent *event)
{
  TsmSession *self = turn->self;
  const gint64 wait_ms = tsm_prng_range (&self->prng, SECOND_MS, 5 * SECOND_MS);

  if (!is_open (self))
    return;
  if (event->is_resumable)
    lose (turn, (Loss){ .reason = "Discord asked to resume the session" });
  else
    lose (turn, (Loss){ .reason = "Discord ended the session",
                        .at_least_ms = wait_ms,
                        .is_final = TRUE });
}

static void
on_closed (Turn *turn, guint code)
{
  g_autofree char *reason = NULL;

  if (!has_connection (turn->self))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (closes); i++) {
    if (closes[i].code != code)
      continue;
    if (closes[i].stop != NULL) {
      stop (turn, TRUE, closes[i].stop);
      return;
    }
    reason = g_strdup_printf ("Discord closed the connection (%u: %s)", code, closes[i].meaning);
    lose (turn, (Loss){ .reason = reason,
                        .at_least_ms = closes[i].at_least_ms,
                        .is_closed = TRUE,
                        .is_final = closes[i].is_final });
    return;
  }
  reason = code == TSM_CLOSE_NONE ? g_strdup ("the connection to Discord was lost")
                                  : g_strdup_printf ("Discord closed the connection (%u)", code);
  lose (turn, (Loss){ .reason = reason, .is_closed = TRUE });
}

static void
on_garbled (Turn *turn, const TsmSessionEvent *event)
{
  g_autofree char *reason = g_strdup_printf ("what Discord sent %s", event->text);

  if (is_open (turn->self))
    lose (turn, (Loss){ .reason = reason });
}

static void
handle (Turn *turn, const TsmSessionEvent *event)
{
  switch (event->kind) {
  case TSM_HAPPENED_WAKE:
    break;
  case TSM_HAPPENED_URL:
    on_url (turn, event);
    break;
  case TSM_HAPPENED_URL_FAILED:
    on_failed (turn, TSM_PHASE_FETCHING, event);
    break;
  case TSM_HAPPENED_CONNECTED:
    on_connected (turn);
    break;
  case TSM_HAPPENED_CONNECT_FAILED:
    on_failed (turn, TSM_PHASE_CONNECTING, event);
    break;
  case TSM_HAPPENED_HELLO:
    on_hello (turn, event);
    break;
  case TSM_HAPPENED_BEAT_ASKED:
    if (turn->self->interval_ms > 0) /* nothing goes out before HELLO */
      add_action (turn, (TsmSessionAction){ .kind = TSM_ACTION_BEAT, .seq = turn->self->seq });
    break;
  case TSM_HAPPENED_ACK:
    on_ack (turn);
    break;
  case TSM_HAPPENED_DISPATCH:
  case TSM_HAPPENED_READY:
  case TSM_HAPPENED_RESUMED:
    on_dispatch (turn, event);
    break;
  case TSM_HAPPENED_RECONNECT:
    if (is_open (turn->self))
      lose (turn, (Loss){ .reason = "Discord asked for a new connection", .is_invited = TRUE });
    break;
  case TSM_HAPPENED_INVALID:
    on_invalid (turn, event);
    break;
  case TSM_HAPPENED_CLOSED:
    on_closed (turn, event->code);
    break;
  case TSM_HAPPENED_GARBLED:
    on_garbled (turn, event);
    break;
  case TSM_HAPPENED_DENIED:
    stop (turn, FALSE, TOKEN_CURE);
    break;
  }
}

/* What is due. */

static void
check_heartbeat (Turn *turn)
{
  TsmSession *self = turn->self;

  if (self->interval_ms == 0 || turn->now_ms < self->beat_ms)
    return;
  if (turn->now_ms - self->beat_ms > self->interval_ms)
    lose (turn, (Loss){ .reason = "the machine slept" });
  else if (self->awaits_ack)
    lose (turn, (Loss){ .reason = "Discord no longer answers" });
  else {
    add_action (turn, (TsmSessionAction){ .kind = TSM_ACTION_BEAT, .seq = self->seq });
    self->awaits_ack = TRUE;
    /* After one that was late, Discord has time to answer all the same. */
    self->beat_ms =
        MAX (self->beat_ms + self->interval_ms, turn->now_ms + (self->interval_ms + 1) / 2);
  }
}

/* In an outage Discord may keep the connection and answer heartbeats alone: that is worth more than
 * a new connection (spec discord 3). */
static gboolean
is_worth_waiting (const Turn *turn)
{
  const TsmSession *self = turn->self;

  return self->phase == TSM_PHASE_PRESENTING && self->alive_ms >= 0 &&
         turn->now_ms - self->alive_ms <= MAX (PRESENT_MS, 2 * self->interval_ms);
}

static void
check_patience (Turn *turn)
{
  TsmSession *self = turn->self;

  if (!has_connection (self) || self->phase == TSM_PHASE_UP || turn->now_ms < self->due_ms)
    return;
  if (is_worth_waiting (turn)) {
    self->due_ms = turn->now_ms + PRESENT_MS;
    set_reason (self, "Discord keeps the connection, but opens no session yet");
    return;
  }
  if (self->phase == TSM_PHASE_CONNECTING && !self->is_resuming)
    g_clear_pointer (&self->url, g_free);
  lose (turn, (Loss){ .reason = self->phase == TSM_PHASE_CONNECTING
                                    ? "Discord's gateway cannot be reached"
                                    : "Discord's gateway does not speak" });
}

static gint64
find_wake_ms (const TsmSession *self)
{
  switch (self->phase) {
  case TSM_PHASE_WAITING:
  case TSM_PHASE_CONNECTING:
  case TSM_PHASE_GREETING:
    return self->due_ms;
  case TSM_PHASE_PRESENTING:
    return MIN (self->due_ms, self->beat_ms);
  case TSM_PHASE_UP:
    return self->beat_ms;
  case TSM_PHASE_FETCHING:
  case TSM_PHASE_STOPPED:
    return G_MAXINT64;
  }
  g_assert_not_reached ();
}

TsmSessionStep
tsm_session_step (TsmSession *self, const TsmSessionEvent *event, gint64 now_ms)
{
  Turn turn = { .self = self, .now_ms = now_ms };

  if (self->phase != TSM_PHASE_STOPPED) {
    handle (&turn, event);
    check_heartbeat (&turn);
    check_patience (&turn);
    if (self->phase == TSM_PHASE_WAITING && now_ms >= self->due_ms)
      attempt (&turn);
  }
  turn.step.wake_at_ms = find_wake_ms (self);
  return turn.step;
}
