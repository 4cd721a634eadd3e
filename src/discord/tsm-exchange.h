/* SPDX-License-Identifier: MIT
 * tsm-exchange: one HTTP request to Discord and its whole, bounded answer, on a connection that
 * stays open. No second try: that is tsm-rest's. */
#pragma once
#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct {
  const char *method;
  GUri *uri;
  const char *authorization; /* NULL: none */
  GBytes *body;              /* NULL: none */
  const char *content_type;  /* of the body */
  guint timeout_ms;
  gboolean is_urgent; /* its sources come before others on the main loop */
} TsmExchangeRequest;

typedef enum {
  TSM_EXCHANGE_ANSWERED = 0,
  TSM_EXCHANGE_LOST, /* not reached, or not to the end: it may have been heard */
  TSM_EXCHANGE_LATE,
  TSM_EXCHANGE_TOO_LONG, /* over TSM_LIMIT_REST_BYTES */
  TSM_EXCHANGE_CANCELLED,
} TsmExchangeOutcome;

/* Borrowed, for the time of the call. */
typedef struct {
  TsmExchangeOutcome outcome;
  guint status;                /* of ANSWERED, else 0 */
  SoupMessageHeaders *headers; /* the same, else NULL */
  GBytes *body;                /* the same */
  const char *why;             /* of the others: reads after a subject, "gave no answer in 3 s" */
} TsmExchangeAnswer;

typedef void (*TsmExchangeDone) (const TsmExchangeAnswer *answer, gpointer data);

typedef struct _TsmExchange TsmExchange;

/* @done is called once, later, and the exchange is gone when it returns. */
TsmExchange *tsm_exchange_start (SoupSession *session, const TsmExchangeRequest *request,
                                 TsmExchangeDone done, gpointer data);
/* @done comes all the same. */
void tsm_exchange_cancel (TsmExchange *self);

G_END_DECLS
