/* SPDX-License-Identifier: MIT
 * tsm-desk: where front ends hand in requests and get the replies back, by ticket. It knows neither
 * the front ends nor the engine. */
#pragma once
#include "engine/tsm-event.h"

G_BEGIN_DECLS

/* @reply stays the caller's. */
typedef void (*TsmDeskCallback) (const TsmReply *reply, gpointer data);
/* Where requests go, as TSM_EVENT_COMMAND. */
typedef void (*TsmDeskFeed) (TsmEvent *take_event, gpointer data);

typedef struct _TsmDesk TsmDesk;

TsmDesk *tsm_desk_new (TsmDeskFeed feed, gpointer data);
/* Requests without a reply are forgotten; their callbacks are not called. */
void tsm_desk_free (TsmDesk *self);

/* Takes @request over and gives it a ticket, never 0. @callback is called once, later; or at once,
 * with a refusal, when TSM_LIMIT_TICKETS are out: then 0 is returned. */
guint64 tsm_desk_ask (TsmDesk *self, TsmRequest *take_request, TsmDeskCallback callback,
                      gpointer data);
/* Nobody waits for this reply any more. The request is carried out all the same. */
void tsm_desk_forget (TsmDesk *self, guint64 ticket);
/* Calls back whoever holds the reply's ticket, if anyone does. */
void tsm_desk_answer (TsmDesk *self, const TsmReply *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmDesk, tsm_desk_free)
G_END_DECLS
