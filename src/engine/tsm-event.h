/* SPDX-License-Identifier: MIT
 * tsm-event: what can happen to the engine. Values that cross threads: whoever holds one owns it.
 */
#pragma once
#include "engine/tsm-request.h"
#include "rules/tsm-colour.h"
#include "rules/tsm-meter.h"

G_BEGIN_DECLS

typedef enum {
  TSM_EVENT_WAKE = 0,       /* the wake-up instant came, or time merely passed */
  TSM_EVENT_START,          /* once, before all others: recover what was missed */
  TSM_EVENT_STOP,           /* once, the last: put what is in memory into the store */
  TSM_EVENT_READING,        /* READ_PLUG was answered: @reading */
  TSM_EVENT_PLUG_FAILED,    /* READ_PLUG failed for good: @message, @is_denied */
  TSM_EVENT_COLOURS,        /* FETCH_COLOURS was answered: @source, @answers */
  TSM_EVENT_COLOURS_FAILED, /* FETCH_COLOURS failed: @source, @message */
  TSM_EVENT_PROBED,         /* PROBE_HOST was answered: @probe, @message unless ANSWERS */
  TSM_EVENT_ORDERED,        /* ORDER_HOST was done: @order, @ordered, @message unless ORDERED */
  TSM_EVENT_COMMAND,        /* a front end's command: @request */
  TSM_EVENT_LINK,           /* Discord's side: @link, @since, @message when it is not UP */
} TsmEventKind;

/* How the line to Discord is. */
typedef enum {
  TSM_LINK_NONE = 0, /* not set up */
  TSM_LINK_DOWN,     /* out of reach; it is tried again */
  TSM_LINK_UP,
  TSM_LINK_STOPPED, /* given up: a person must act */
} TsmLink;

typedef struct {
  TsmEventKind kind;
  TsmReading reading;
  TsmSource source;
  GArray *answers; /* of TsmColourAnswer; a day not in it was not answered */
  TsmProbe probe;
  TsmOrder order;
  TsmOrdered ordered;
  gboolean is_denied; /* credentials: a person must act */
  char *message;      /* what went wrong, for people, in English; no secret in it */
  TsmRequest *request;
  TsmLink link;
  gint64 since; /* LINK: the instant at which the line came to be so; always given */
} TsmEvent;

TsmEvent *tsm_event_new (TsmEventKind kind);
void tsm_event_free (TsmEvent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmEvent, tsm_event_free)
G_END_DECLS
