/* SPDX-License-Identifier: MIT
 * tsm-rest: calls of Discord's REST interface on the main loop: rate limits, retries, connections
 * that stay open (spec discord 2, 13, 15).
 *
 * A call waits for its bucket and for the global limit; an interaction's callback waits for
 * nothing, and connections are kept free for it. 429 is waited out, for an hour at most, or the 15
 * minutes that an interaction lives. GET, PUT, PATCH and DELETE are tried three times on a lost
 * connection or a 5xx, a POST only if it says that it may be (@is_repeatable); a callback once
 * more, at once, and all within 3 s. 401 on a call with the bot's token ends them all: this one and
 * the next ones fail with TSM_ERROR_DENIED, and nothing more is sent. Too many 401, 403 and 429
 * close the breaker for ten minutes: callbacks fail, the rest waits. */
#pragma once
#include "discord/tsm-route.h"
#include <gio/gio.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct {
  const char *base;     /* DISCORD_API; a "/" at its end does not matter */
  TsmSecret *token;     /* TOKEN_BOT */
  SoupSession *session; /* of tsm_client_new_session(), shared with the gateway */
  /* Called once, when the token is found to be dead. */
  void (*on_denied) (gpointer data);
  gpointer data;
  /* How long an answer may take, from the call on for a callback, and how long to wait before the
   * second try; twice that before the third. 0: 3 s, 20 s, 1 s. */
  guint callback_ms, answer_ms, pause_ms;
} TsmRestOptions;

typedef struct {
  TsmRoute route;
  const char *json; /* the body; NULL: none */
  /* A repeat of this POST does no harm: a message with enforce_nonce. */
  gboolean is_repeatable;
} TsmRestCall;

typedef struct {
  /* 200 to 599 but 429, which is waited out, and 401, unless an interaction's. Where Discord says
   * that it is overloaded (130000), it is 503 whatever came. */
  guint status;
  gint64 code;   /* Discord's own error code (spec discord 14); 0: none */
  char *message; /* Discord's word for it, one line, with the paths of 50035; "": it has none */
  GBytes *body;  /* never NULL */
} TsmRestReply;

typedef struct _TsmRest TsmRest;

TsmRest *tsm_rest_new (const TsmRestOptions *options);
/* Calls that have not ended yet do so with G_IO_ERROR_CANCELLED, on the main context. */
void tsm_rest_free (TsmRest *self);

/* Copies @call. @callback gets a NULL source object, and may free the TsmRest. */
void tsm_rest_send_async (TsmRest *self, const TsmRestCall *call, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data);
/* Any status Discord answers with for good is a reply. A callback that turns out to have been heard
 * the first time is a 204. NULL: TSM_ERROR_UPSTREAM when it could not be reached or not in time,
 * TSM_ERROR_DENIED when the token is dead; no secret in the message. */
TsmRestReply *tsm_rest_send_finish (GAsyncResult *result, GError **error);
void tsm_rest_reply_free (TsmRestReply *self);
/* 2xx. */
gboolean tsm_rest_reply_is_done (const TsmRestReply *self);
/* The token is dead, as the gateway has heard: nothing with it is sent any more. */
void tsm_rest_deny (TsmRest *self);
gboolean tsm_rest_is_denied (const TsmRest *self);
/* Whether a call with an interaction's token has not ended: somebody waits for it. */
gboolean tsm_rest_is_answering (const TsmRest *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmRest, tsm_rest_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmRestReply, tsm_rest_reply_free)
G_END_DECLS
