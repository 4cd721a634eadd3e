/* SPDX-License-Identifier: MIT
 * tsm-session: what is decided about the gateway connection: when to ask, connect, beat, identify,
 * resume, give up a connection, wait, and stop (spec discord 3 to 5). Pure: no clock, no socket,
 * and no chance but the generator it is given.
 *
 * Whoever talks feeds it what happened, and does what it says. Once it has said CLOSE, nothing of
 * that connection is fed any more; what comes late is ignored. */
#pragma once
#include "base/tsm-prng.h"

G_BEGIN_DECLS

/* Discord's close codes that mean something else than "resume" (spec discord 5.1). */
typedef enum {
  TSM_CLOSE_NONE = 0, /* no code: the connection is gone */
  TSM_CLOSE_NORMAL = 1000,
  TSM_CLOSE_RESUMABLE = 4000, /* what we close with, to resume later */
  TSM_CLOSE_BAD_OPCODE = 4001,
  TSM_CLOSE_BAD_PAYLOAD = 4002,
  TSM_CLOSE_NOT_AUTHENTICATED = 4003,
  TSM_CLOSE_BAD_TOKEN = 4004,
  TSM_CLOSE_AUTHENTICATED_TWICE = 4005,
  TSM_CLOSE_BAD_SEQUENCE = 4007,
  TSM_CLOSE_TOO_FAST = 4008,
  TSM_CLOSE_TIMED_OUT = 4009,
  TSM_CLOSE_BAD_SHARD = 4010,
  TSM_CLOSE_SHARDING_REQUIRED = 4011,
  TSM_CLOSE_BAD_VERSION = 4012,
  TSM_CLOSE_BAD_INTENTS = 4013,
  TSM_CLOSE_INTENTS_NOT_GRANTED = 4014,
} TsmCloseCode;

typedef enum {
  TSM_HAPPENED_WAKE = 0,       /* time has passed: what is due is done */
  TSM_HAPPENED_URL,            /* /gateway/bot answered: text, remaining, total, delay_ms */
  TSM_HAPPENED_URL_FAILED,     /* it did not: text says why, delay_ms from now on at least */
  TSM_HAPPENED_CONNECTED,      /* the handshake is done */
  TSM_HAPPENED_CONNECT_FAILED, /* as URL_FAILED */
  TSM_HAPPENED_HELLO,          /* op 10: interval_ms */
  TSM_HAPPENED_BEAT_ASKED,     /* op 1 */
  TSM_HAPPENED_ACK,            /* op 11 */
  TSM_HAPPENED_DISPATCH,       /* op 0 but the next two: seq */
  TSM_HAPPENED_READY,          /* seq, session_id, text: resume_gateway_url or NULL */
  TSM_HAPPENED_RESUMED,        /* seq */
  TSM_HAPPENED_RECONNECT,      /* op 7 */
  TSM_HAPPENED_INVALID,        /* op 9: is_resumable */
  TSM_HAPPENED_CLOSED,         /* code; 0: none */
  TSM_HAPPENED_GARBLED,        /* a frame that is none: text says what is wrong with it */
  TSM_HAPPENED_DENIED,         /* a REST call has found the token dead */
} TsmHappening;

typedef struct {
  TsmHappening kind;
  const char *text;
  const char *session_id;
  gint64 seq;         /* -1 or 0: none */
  gint64 delay_ms;    /* URL: until "remaining" is full again */
  gint64 interval_ms; /* out of bounds: as GARBLED */
  gint64 remaining;   /* of session_start_limit; -1: not told */
  gint64 total;       /* the same; 0: not told */
  gboolean is_resumable;
  guint code;
} TsmSessionEvent;

typedef enum {
  TSM_ACTION_FETCH = 0, /* ask /gateway/bot */
  TSM_ACTION_CONNECT,   /* to url */
  TSM_ACTION_BEAT,      /* seq */
  TSM_ACTION_IDENTIFY,  /* note the instant first */
  TSM_ACTION_RESUME,    /* session_id, seq */
  TSM_ACTION_CLOSE,     /* with code; 0: drop it (also one that is still connecting) */
} TsmActionKind;

/* Texts are good until the next step. */
typedef struct {
  TsmActionKind kind;
  const char *url;
  const char *session_id;
  gint64 seq; /* -1: none */
  guint code;
} TsmSessionAction;

#define TSM_SESSION_MAX_ACTIONS 4

typedef struct {
  TsmSessionAction actions[TSM_SESSION_MAX_ACTIONS]; /* to be done in this order */
  guint n_actions;
  gint64 wake_at_ms; /* feed a WAKE then; G_MAXINT64: never */
} TsmSessionStep;

typedef enum {
  TSM_PHASE_WAITING = 0, /* until the next attempt */
  TSM_PHASE_FETCHING,
  TSM_PHASE_CONNECTING,
  TSM_PHASE_GREETING,   /* for HELLO */
  TSM_PHASE_PRESENTING, /* for READY or RESUMED */
  TSM_PHASE_UP,
  TSM_PHASE_STOPPED, /* for good */
} TsmPhase;

typedef struct _TsmSession TsmSession;

/* @identifies: the instants of past IDENTIFYs in Unix seconds, of which @wall_s is now; borrowed.
 * The first WAKE starts it. @now_ms, here and below, counts from anywhere, goes on while the
 * machine sleeps and never goes back. */
TsmSession *tsm_session_new (TsmPrng prng, const GArray *identifies, gint64 wall_s, gint64 now_ms);
void tsm_session_free (TsmSession *self);
TsmSessionStep tsm_session_step (TsmSession *self, const TsmSessionEvent *event, gint64 now_ms);

TsmPhase tsm_session_get_phase (const TsmSession *self);
/* What comes now is from before a resume. */
gboolean tsm_session_is_replaying (const TsmSession *self);
/* Why it is not up, for people, in English; NULL when it is. */
const char *tsm_session_peek_reason (const TsmSession *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmSession, tsm_session_free)
G_END_DECLS
