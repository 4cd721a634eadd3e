/* SPDX-License-Identifier: MIT
 * tsm-http: one bounded HTTP exchange on the main loop.
 *
 * A request has a deadline for the whole exchange, its answer a size limit; redirects are not
 * followed and connections are not kept: a plug serves one client at a time, and the others are
 * asked seldom. The session, and with it TLS, is loaded by the first request. */
#pragma once
#include "base/tsm-secret.h"
#include "devices/tsm-trust.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  TsmTrust trust;
  guint timeout_ms;   /* of an exchange, from connecting to the last byte */
  gboolean use_proxy; /* the environment's; for the internet, not for the LAN */
} TsmHttpOptions;

/* Why there was no answer. */
typedef enum {
  TSM_HTTP_FAULT_NONE = 0,
  TSM_HTTP_FAULT_REFUSED,    /* the machine is there, the port is closed (RST) */
  TSM_HTTP_FAULT_SILENT,     /* no answer in time, or the host cannot be reached */
  TSM_HTTP_FAULT_UNASKED,    /* the name does not resolve, or no network here: nothing was learnt */
  TSM_HTTP_FAULT_UNTRUSTED,  /* TLS: the certificate is not believed */
  TSM_HTTP_FAULT_DROPPED,    /* connected, then closed before the whole answer was there */
  TSM_HTTP_FAULT_UNREADABLE, /* an answer that is no HTTP, or over TSM_LIMIT_BODY_BYTES */
  TSM_HTTP_FAULT_CANCELLED,
} TsmHttpFault;

typedef struct {
  const char *url;           /* holds no secret */
  const char *form;          /* body of a POST, application/x-www-form-urlencoded; NULL: a GET */
  const char *authorization; /* value of the header, or NULL */
} TsmHttpRequest;

typedef struct {
  guint status;
  char *reason;       /* phrase of the status line, "" when it has none */
  char *content_type; /* without parameters, "" when not given */
  GBytes *body;
} TsmHttpReply;

typedef struct _TsmHttp TsmHttp;

TsmHttp *tsm_http_new (const TsmHttpOptions *options);
/* An exchange under way ends on its own; cancel it first to end it now. */
void tsm_http_free (TsmHttp *self);

/* Copies @request. @callback gets a NULL source object. */
void tsm_http_send_async (TsmHttp *self, const TsmHttpRequest *request, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);
/* Any status is an answer. NULL on a transport failure: @ret_fault (optional) says which, the error
 * is TSM_ERROR_UPSTREAM (UNTRUSTED: TSM_ERROR_DENIED, since a person must act) and reads after
 * "NAME:
 * "; a cancelled exchange keeps G_IO_ERROR_CANCELLED. */
TsmHttpReply *tsm_http_send_finish (GAsyncResult *result, TsmHttpFault *ret_fault, GError **error);

void tsm_http_reply_free (TsmHttpReply *self);
/* "503 Service Unavailable", cleaned of anything unprintable. */
char *tsm_http_reply_dup_status (const TsmHttpReply *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmHttp, tsm_http_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmHttpReply, tsm_http_reply_free)

G_END_DECLS
