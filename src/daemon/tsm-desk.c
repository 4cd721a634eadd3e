/* SPDX-License-Identifier: MIT
 * tsm-desk: requests in, replies back, by ticket. */
#include "daemon/tsm-desk.h"
#include "base/tsm-limits.h"
#include "base/tsm-text.h"

struct _TsmDesk {
  TsmDeskFeed feed;
  gpointer data;
  guint64 last_ticket;
  GHashTable *waiting; /* ticket to Waiting */
};

typedef struct {
  guint64 ticket;
  TsmDeskCallback callback;
  gpointer data;
} Waiting;

TsmDesk *
tsm_desk_new (TsmDeskFeed feed, gpointer data)
{
  TsmDesk *self = g_new0 (TsmDesk, 1);

  self->feed = feed;
  self->data = data;
  self->waiting = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  return self;
}

void
tsm_desk_free (TsmDesk *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->waiting);
  g_free (self);
}

static void
turn_away (const TsmRequest *request, TsmDeskCallback callback, gpointer data)
{
  g_autoptr (TsmReply) reply =
      tsm_reply_new_refusal (request, TSM_REFUSAL_UNAVAILABLE,
                             tsm_text (request->lang, "Too many commands at once; try again."));

  callback (reply, data);
}

guint64
tsm_desk_ask (TsmDesk *self, TsmRequest *take_request, TsmDeskCallback callback, gpointer data)
{
  g_autoptr (TsmRequest) request = take_request;
  Waiting *waiting;
  TsmEvent *event;

  if (g_hash_table_size (self->waiting) >= TSM_LIMIT_TICKETS) {
    turn_away (request, callback, data);
    return 0;
  }
  waiting = g_new0 (Waiting, 1);
  waiting->ticket = ++self->last_ticket;
  waiting->callback = callback;
  waiting->data = data;
  g_hash_table_insert (self->waiting, &waiting->ticket, waiting);
  request->ticket = waiting->ticket;
  event = tsm_event_new (TSM_EVENT_COMMAND);
  event->request = g_steal_pointer (&request);
  self->feed (event, self->data);
  return self->last_ticket;
}

void
tsm_desk_forget (TsmDesk *self, guint64 ticket)
{
  g_hash_table_remove (self->waiting, &ticket);
}

void
tsm_desk_answer (TsmDesk *self, const TsmReply *reply)
{
  g_autofree Waiting *waiting = NULL;
  gpointer found = NULL;

  /* Out of the table first: the callback may ask again. */
  if (!g_hash_table_steal_extended (self->waiting, &reply->ticket, NULL, &found))
    return;
  waiting = found;
  waiting->callback (reply, waiting->data);
}
