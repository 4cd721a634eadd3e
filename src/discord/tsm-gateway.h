/* SPDX-License-Identifier: MIT
 * tsm-gateway: the one WebSocket to Discord, kept up for years (spec discord 3 to 6). What is
 * decided is tsm-session's; this talks.
 *
 * It asks /gateway/bot, connects, identifies or resumes, beats, and starts anew with backoff
 * whatever happens, until it is stopped or Discord says that there is no use. */
#pragma once
#include "discord/tsm-memory.h"
#include "discord/tsm-rest.h"

G_BEGIN_DECLS

typedef enum {
  TSM_GATEWAY_DOWN = 0, /* not there yet, or lost: tried again */
  TSM_GATEWAY_UP,       /* READY or RESUMED */
  TSM_GATEWAY_STOPPED,  /* no use: the reason names the cure */
} TsmGatewayState;

typedef struct {
  /* A dispatch: its name, and the text of its "d", which is JSON of @length bytes and not NUL
   * terminated. @is_replayed: it comes from before a resume, or from before the machine slept, and
   * may be answered already. READY and RESUMED come through here too. */
  void (*on_event) (const char *name, const char *d, gsize length, gboolean is_replayed,
                    gpointer data);
  /* First from tsm_gateway_new(): DOWN. Then once a change of state, or of the reason. @reason is
   * for people, in English, without a secret; NULL when UP. */
  void (*on_state) (TsmGatewayState state, const char *reason, gpointer data);
  gpointer data;
} TsmGatewayHooks; /* none of them may free the gateway; to deny it is fine */

/* What time it is, and a call of tsm_gateway_wake() at @at_ms instead of the one asked for before;
 * G_MAXINT64: never. */
typedef struct {
  gint64 (*now_ms) (gpointer data);
  void (*arm) (gint64 at_ms, gpointer data);
  gpointer data;
} TsmGatewayClock;

typedef struct {
  SoupSession *session;
  TsmRest *rest;     /* borrowed */
  TsmSecret *token;  /* TOKEN_BOT */
  TsmMemory *memory; /* borrowed: the instants of past IDENTIFYs */
  guint64 seed;      /* of the jitter */
  /* NULL: the machine's, sleep included, and the main loop. A test passes its own. Borrowed. */
  const TsmGatewayClock *clock;
} TsmGatewayOptions;

typedef struct _TsmGateway TsmGateway;

/* Starts at once. */
TsmGateway *tsm_gateway_new (const TsmGatewayOptions *options, const TsmGatewayHooks *hooks);
/* Says goodbye (1000), without waiting for the answer. To be freed before its TsmRest. */
void tsm_gateway_free (TsmGateway *self);
void tsm_gateway_wake (TsmGateway *self);
/* The bot's token is dead, as a REST call has found: stops as for close code 4004. */
void tsm_gateway_deny (TsmGateway *self);

/* Where to connect for the gateway @url that Discord named, with version and encoding. NULL and
 * TSM_ERROR_UPSTREAM unless it is wss, or ws on this machine: the token goes there. */
char *tsm_gateway_dup_url (const char *url, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmGateway, tsm_gateway_free)
G_END_DECLS
