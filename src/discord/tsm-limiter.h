/* SPDX-License-Identifier: MIT
 * tsm-limiter: which REST call may go now, and when the next one may (spec discord 13). Pure: the
 * time is an argument, in milliseconds of a clock that does not jump.
 *
 * A call waits in its bucket, behind those pushed before it; one of a bucket is under way at a
 * time. Calls with the bot's token share a pace and Discord's global halt, those with an
 * interaction's know neither; each kind has its own two connections. A callback is not pushed at
 * all: it waits for nothing but the breaker. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Calls of one lane at once. */
#define TSM_LIMITER_LANE_CALLS 2
/* Calls with the bot's token in any second. Discord allows 50. */
#define TSM_LIMITER_PACE_CALLS 4
/* The breaker opens at one more answer of 401, 403 or 429 than this in its time, for that time. */
#define TSM_LIMITER_FAULTS     50
#define TSM_LIMITER_BREAKER_MS (10 * 60 * 1000)
/* What a 429 that is not Discord's own (no JSON) costs at least, and one that names no time. */
#define TSM_LIMITER_OUTSIDE_MS 60000
#define TSM_LIMITER_UNNAMED_MS 1000
/* How long a bucket is remembered that nothing is asked of. */
#define TSM_LIMITER_IDLE_MS 60000

typedef enum {
  TSM_LIMITER_LANE_BOT = 0,     /* the bot's token */
  TSM_LIMITER_LANE_INTERACTION, /* an interaction's: edits and follow-ups */
} TsmLimiterLane;
#define TSM_LIMITER_N_LANES 2

typedef struct {
  guint64 id; /* the caller's, unique */
  TsmLimiterLane lane;
  const char *key;      /* tsm_route_dup_key() */
  const char *major;    /* tsm_route_dup_major() */
  gint64 expires_at_ms; /* not worth sending after it */
} TsmLimiterCall;

/* What an answer says of limits; -1 or NULL where it says nothing. */
typedef struct {
  guint status;       /* 0: no answer came */
  const char *bucket; /* X-RateLimit-Bucket */
  gint64 remaining;
  gint64 reset_after_ms;
  gint64 retry_after_ms; /* the longer one of header and body */
  gboolean is_global;
  gboolean is_shared; /* X-RateLimit-Scope: others used it up */
  gboolean is_json;
} TsmLimiterAnswer;

#define TSM_LIMITER_NO_ANSWER \
  ((TsmLimiterAnswer){ .remaining = -1, .reset_after_ms = -1, .retry_after_ms = -1 })

typedef enum {
  TSM_LIMITER_WAIT = 0, /* nothing may go before the wake-up instant or an answer */
  TSM_LIMITER_SEND,     /* this call is under way from now on */
  TSM_LIMITER_EXPIRE,   /* this call cannot go in time, and is forgotten */
} TsmLimiterVerdict;

typedef struct _TsmLimiter TsmLimiter;

TsmLimiter *tsm_limiter_new (void);
void tsm_limiter_free (TsmLimiter *self);

void tsm_limiter_push (TsmLimiter *self, const TsmLimiterCall *call);
/* To be asked until it says WAIT: after each push, answer and withdrawal, and at @ret_wake_at_ms
 * (G_MAXINT64: never by time alone), which is set with WAIT; @ret_id with the others. */
TsmLimiterVerdict tsm_limiter_pop (TsmLimiter *self, gint64 now_ms, guint64 *ret_id,
                                   gint64 *ret_wake_at_ms);
/* A call under way was answered, or was not. With @again_at_ms (-1: it is over) it goes back to its
 * place, to be sent no sooner. TRUE: the breaker has opened just now. */
gboolean tsm_limiter_settle (TsmLimiter *self, guint64 id, const TsmLimiterAnswer *answer,
                             gint64 again_at_ms, gint64 now_ms);
/* Forgets a call that waits. */
void tsm_limiter_withdraw (TsmLimiter *self, guint64 id);

/* Takes in the answer of a callback: it counts for the breaker, and a 429 that is global, or not
 * Discord's own, halts the calls with the bot's token. TRUE: the breaker has opened just now. */
gboolean tsm_limiter_take_callback (TsmLimiter *self, const TsmLimiterAnswer *answer,
                                    gint64 now_ms);
/* Open: nothing is sent, callbacks included. */
gboolean tsm_limiter_is_broken (const TsmLimiter *self, gint64 now_ms);
/* How long a 429 asks to wait. */
gint64 tsm_limiter_get_wait_ms (const TsmLimiterAnswer *answer);
guint tsm_limiter_get_n_buckets (const TsmLimiter *self);

/* "0.05" is 50; rounded up. -1 for what is no such number. */
gint64 tsm_limiter_parse_seconds (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmLimiter, tsm_limiter_free)
G_END_DECLS
