/* SPDX-License-Identifier: MIT
 * tsm-rest: calls of Discord's REST interface on the main loop. */
#include "discord/tsm-rest.h"
#include "base/tsm-decimal.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "base/tsm-log.h"
#include "discord/tsm-complaint.h"
#include "discord/tsm-exchange.h"
#include "discord/tsm-limiter.h"
#include <string.h>

#define TOPIC "discord"
#define TRIES 3
/* A callback is tried once more. */
#define CALLBACK_TRIES 2
#define CALLBACK_MS    3000
#define ANSWER_MS      20000
#define PAUSE_MS       1000
/* How long a call is worth waiting for: an interaction's token is dead after it. */
#define INTERACTION_LIFE_MS (15 * 60 * 1000)
#define BOT_LIFE_MS         (60 * 60 * 1000)
/* Longer than any name that Discord gives a bucket. */
#define BUCKET_BYTES_MAX 128

#define CODE_ALREADY_ACKNOWLEDGED 40060
#define CODE_OVERLOADED           130000

struct _TsmRest {
  guint n_refs; /* one of the owner, one of each call */
  gboolean is_closed, is_denied;
  TsmRestOptions options;
  GUri *base;
  char *base_path;     /* without a "/" at its end */
  char *authorization; /* "Bot TOKEN" */
  TsmLimiter *limiter;
  GHashTable *calls; /* id: Call */
  guint64 n_calls;
  guint n_limited; /* calls that are the limiter's */
  GSource *wake;
};

typedef struct {
  guint64 id;
  TsmRest *rest; /* a reference */
  GTask *task;
  TsmRouteKind kind;
  gboolean is_authorized, is_repeatable;
  const char *method;
  char *path; /* secret */
  char *label;
  TsmSecret *token; /* NULL: none */
  GBytes *json;
  gint64 expires_at_ms;
  gboolean is_queued;    /* the limiter has it, waiting */
  guint n_lost;          /* tries that may have been heard, and were not answered well */
  TsmExchange *exchange; /* NULL: not under way */
  GSource *pause;        /* a callback that waits out a 429 */
  GSource *on_cancelled; /* NULL: cannot be */
  GSource *end;          /* it is over, which is told from here */
  GError *error;         /* of the end */
} Call;

static void launch (Call *call);
static void pump (TsmRest *self);

static gint64
get_now_ms (void)
{
  return g_get_monotonic_time () / 1000;
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
attach (GSource *source, GSourceFunc function, gpointer data)
{
  g_source_set_callback (source, function, data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
rest_unref (TsmRest *self)
{
  if (--self->n_refs > 0)
    return;
  clear_source (&self->wake);
  g_uri_unref (self->base);
  g_free (self->base_path);
  tsm_secret_wipe_string (self->authorization);
  tsm_secret_unref (self->options.token);
  g_object_unref (self->options.session);
  tsm_limiter_free (self->limiter);
  g_hash_table_unref (self->calls);
  g_free (self);
}

static gboolean
is_callback (const Call *call)
{
  return call->kind == TSM_ROUTE_CALLBACK;
}

/* Takes @call, which nothing refers to any more. */
static void
call_free (Call *call)
{
  clear_source (&call->pause);
  clear_source (&call->on_cancelled);
  clear_source (&call->end);
  g_clear_error (&call->error);
  g_clear_object (&call->task);
  tsm_secret_wipe_string (call->path);
  g_free (call->label);
  g_clear_pointer (&call->token, tsm_secret_unref);
  g_clear_pointer (&call->json, g_bytes_unref);
  rest_unref (call->rest);
  g_free (call);
}

/* Takes @call and one of @reply and @error. The caller may free the TsmRest meanwhile. */
static void
end_call (Call *call, TsmRestReply *reply, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&call->task);

  g_hash_table_remove (call->rest->calls, &call->id);
  if (!is_callback (call))
    call->rest->n_limited--;
  call_free (call);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, reply, (GDestroyNotify) tsm_rest_reply_free);
}

static GError *
new_cancelled (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Operation was cancelled");
}

static gboolean
on_end (gpointer user_data)
{
  Call *call = user_data;

  /* Whatever it was to end with: who was told "cancelled" knows that the TsmRest is gone. */
  if (call->rest->is_closed) {
    g_clear_error (&call->error);
    call->error = new_cancelled ();
  }
  end_call (call, NULL, g_steal_pointer (&call->error));
  return G_SOURCE_REMOVE;
}

/* Ends a call that is not under way, but not in this turn of the main loop: whoever asked for it
 * may be in the middle of something. Takes @error. */
static void
end_call_soon (Call *call, GError *error)
{
  g_assert (call->exchange == NULL && call->end == NULL);
  clear_source (&call->pause);
  clear_source (&call->on_cancelled);
  call->error = error;
  call->end = attach (g_idle_source_new (), on_end, call);
  g_source_set_priority (call->end, G_PRIORITY_DEFAULT);
}

static GError *
new_denied (void)
{
  return g_error_new_literal (TSM_ERROR, TSM_ERROR_DENIED,
                              "Discord refuses the bot's token (TOKEN_BOT)");
}

/* A peer's words, without the secrets that they may repeat. */
static char *
dup_redacted (const Call *call, const char *text)
{
  g_autofree char *once = tsm_secret_dup_redacted (call->rest->options.token, text);

  return tsm_secret_dup_redacted (call->token, once);
}

static GError *
new_upstream (const Call *call, const char *why)
{
  g_autofree char *redacted = dup_redacted (call, why);

  return g_error_new (TSM_ERROR, TSM_ERROR_UPSTREAM, "%s %s", call->label, redacted);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  Call *call = user_data;
  TsmRest *self = call->rest;

  if (call->exchange != NULL) {
    tsm_exchange_cancel (call->exchange);
    return G_SOURCE_REMOVE;
  }
  if (call->is_queued) {
    tsm_limiter_withdraw (self->limiter, call->id);
    pump (self);
  }
  end_call (call, NULL, new_cancelled ());
  return G_SOURCE_REMOVE;
}

static void
note_breaker (gboolean has_opened)
{
  if (has_opened)
    tsm_warning (TOPIC, "over %d refused calls in %d minutes: asking nothing of Discord for %d",
                 TSM_LIMITER_FAULTS, TSM_LIMITER_BREAKER_MS / 60000,
                 TSM_LIMITER_BREAKER_MS / 60000);
}

static gint64
read_count (const char *text)
{
  gint64 value;

  if (text == NULL || !tsm_decimal_parse (text, -1, 0, &value, NULL, NULL) || value < 0)
    return -1;
  return value;
}

static TsmLimiterAnswer
read_limits (const TsmExchangeAnswer *answer, const TsmComplaint *complaint)
{
  TsmLimiterAnswer limits = TSM_LIMITER_NO_ANSWER;
  const char *bucket;

  if (answer->outcome != TSM_EXCHANGE_ANSWERED)
    return limits;
  bucket = soup_message_headers_get_one (answer->headers, "X-RateLimit-Bucket");
  limits.status = answer->status;
  limits.bucket = bucket != NULL && strlen (bucket) <= BUCKET_BYTES_MAX ? bucket : NULL;
  limits.remaining =
      read_count (soup_message_headers_get_one (answer->headers, "X-RateLimit-Remaining"));
  limits.reset_after_ms = tsm_limiter_parse_seconds (
      soup_message_headers_get_one (answer->headers, "X-RateLimit-Reset-After"));
  limits.retry_after_ms =
      tsm_limiter_parse_seconds (soup_message_headers_get_one (answer->headers, "Retry-After"));
  limits.retry_after_ms = MAX (limits.retry_after_ms, complaint->retry_after_ms);
  limits.is_global =
      complaint->is_global ||
      soup_message_headers_header_equals (answer->headers, "X-RateLimit-Global", "true");
  limits.is_shared =
      soup_message_headers_header_equals (answer->headers, "X-RateLimit-Scope", "shared");
  limits.is_json = complaint->is_json;
  return limits;
}

static TsmComplaint *
read_complaint (const TsmExchangeAnswer *answer)
{
  gsize length = 0;
  const char *text = "";

  if (answer->outcome == TSM_EXCHANGE_ANSWERED && answer->status >= 400)
    text = g_bytes_get_data (answer->body, &length);
  return tsm_complaint_new (text, length);
}

/* What an answer amounts to. */
static guint
get_status (const TsmExchangeAnswer *answer, const TsmComplaint *complaint)
{
  return complaint->code == CODE_OVERLOADED ? SOUP_STATUS_SERVICE_UNAVAILABLE : answer->status;
}

/* Whether another try may help. */
static gboolean
is_lost (const TsmExchangeAnswer *answer, const TsmComplaint *complaint)
{
  switch (answer->outcome) {
  case TSM_EXCHANGE_ANSWERED:
    return get_status (answer, complaint) >= 500;
  case TSM_EXCHANGE_LOST:
  case TSM_EXCHANGE_LATE:
    return TRUE;
  case TSM_EXCHANGE_TOO_LONG:
  case TSM_EXCHANGE_CANCELLED:
    return FALSE;
  }
  g_assert_not_reached ();
}

/* Whether a call that was lost may be made again. */
static gboolean
may_repeat (const Call *call)
{
  if (is_callback (call))
    return call->n_lost < CALLBACK_TRIES;
  return call->is_repeatable && call->n_lost < TRIES;
}

/* With what is wrong with our form, if it is that. */
static char *
dup_message (const Call *call, const TsmComplaint *complaint)
{
  g_autofree char *whole = NULL;

  if (complaint->flaws[0] != '\0')
    whole = g_strdup_printf ("%s: %s", complaint->message, complaint->flaws);
  return dup_redacted (call, whole != NULL ? whole : complaint->message);
}

/* Takes @call. */
static void
reply_to (Call *call, const TsmExchangeAnswer *answer, const TsmComplaint *complaint)
{
  TsmRestReply *reply = g_new0 (TsmRestReply, 1);
  const gboolean was_heard =
      is_callback (call) && call->n_lost > 0 && complaint->code == CODE_ALREADY_ACKNOWLEDGED;

  if (!was_heard && answer->status >= 400)
    tsm_debug (TOPIC, "%s: %u, code %" G_GINT64_FORMAT, call->label, answer->status,
               complaint->code);
  reply->status = was_heard ? SOUP_STATUS_NO_CONTENT : get_status (answer, complaint);
  reply->code = was_heard ? 0 : complaint->code;
  reply->message = was_heard ? g_strdup ("") : dup_message (call, complaint);
  reply->body = g_bytes_ref (answer->body);
  end_call (call, reply, NULL);
}

static gboolean
on_pause (gpointer user_data)
{
  Call *call = user_data;

  clear_source (&call->pause);
  launch (call);
  return G_SOURCE_REMOVE;
}

void
tsm_rest_deny (TsmRest *self)
{
  GHashTableIter iter;
  gpointer value;

  if (self->is_denied)
    return;
  self->is_denied = TRUE;
  /* What to do about it is said where it shows: by the engine, in status, by the doctor. */
  tsm_info (TOPIC, "Discord refuses TOKEN_BOT: nothing more is asked with it");
  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Call *call = value;

    if (!call->is_authorized || !call->is_queued)
      continue;
    call->is_queued = FALSE;
    tsm_limiter_withdraw (self->limiter, call->id);
    end_call_soon (call, new_denied ());
  }
  if (self->options.on_denied != NULL)
    self->options.on_denied (self->options.data);
}

/* Goes on after an answer to a callback that is no last word. FALSE: there is no time. */
static gboolean
repeat_callback (Call *call, const TsmLimiterAnswer *limits)
{
  const gint64 wait_ms = limits->status == 429 ? tsm_limiter_get_wait_ms (limits) : 0;

  if (tsm_limiter_is_broken (call->rest->limiter, get_now_ms ()))
    return FALSE;
  if (get_now_ms () + wait_ms >= call->expires_at_ms)
    return FALSE;
  if (wait_ms == 0)
    launch (call);
  else
    call->pause = attach (g_timeout_source_new ((guint) wait_ms), on_pause, call);
  return TRUE;
}

/* Tells the limiter. TRUE: the call goes on. */
static gboolean
settle (Call *call, const TsmExchangeAnswer *answer, const TsmComplaint *complaint,
        const TsmLimiterAnswer *limits)
{
  TsmRest *self = call->rest;
  /* Waits begin when this millisecond is over, lest one ends a part of it too early. */
  const gint64 now_ms = get_now_ms () + 1;
  const gboolean is_limited = limits->status == 429;
  const gint64 pause_ms = is_limited ? 0 : (gint64) self->options.pause_ms << call->n_lost;
  const gboolean is_over = self->is_closed || (call->is_authorized && self->is_denied);
  const gboolean was_lost = is_lost (answer, complaint);
  gboolean is_again;

  if (was_lost)
    call->n_lost++;
  is_again = !is_over && (is_limited || (was_lost && may_repeat (call)));
  if (is_limited)
    tsm_info (TOPIC, "%s: rate limit%s, to wait %" G_GINT64_FORMAT " ms", call->label,
              limits->is_global ? " of all calls" : "", tsm_limiter_get_wait_ms (limits));
  else if (is_again)
    tsm_debug (TOPIC, "%s: to be tried again", call->label);
  if (is_callback (call)) {
    note_breaker (tsm_limiter_take_callback (self->limiter, limits, now_ms));
    return is_again && repeat_callback (call, limits);
  }
  note_breaker (tsm_limiter_settle (self->limiter, call->id, limits,
                                    is_again ? now_ms + pause_ms : -1, now_ms));
  call->is_queued = is_again;
  return is_again;
}

/* The last word on @call, which it takes. */
static void
conclude (Call *call, const TsmExchangeAnswer *answer, const TsmComplaint *complaint)
{
  TsmRest *self = call->rest;

  if (self->is_closed || answer->outcome == TSM_EXCHANGE_CANCELLED)
    end_call (call, NULL, new_cancelled ());
  else if (answer->outcome != TSM_EXCHANGE_ANSWERED)
    end_call (call, NULL, new_upstream (call, answer->why));
  else if (answer->status == 401 && call->is_authorized) {
    tsm_rest_deny (self);
    end_call (call, NULL, new_denied ());
  } else if (answer->status == 429)
    end_call (call, NULL, new_upstream (call, "may not be asked so soon again"));
  else
    reply_to (call, answer, complaint);
}

static void
on_exchanged (const TsmExchangeAnswer *answer, gpointer user_data)
{
  Call *call = user_data;
  TsmRest *self = call->rest;
  g_autoptr (TsmComplaint) complaint = read_complaint (answer);
  const TsmLimiterAnswer limits = read_limits (answer, complaint);

  self->n_refs++;
  call->exchange = NULL;
  if (!settle (call, answer, complaint, &limits))
    conclude (call, answer, complaint);
  if (!self->is_closed)
    pump (self);
  rest_unref (self);
}

static GUri *
new_uri (const Call *call)
{
  const TsmRest *self = call->rest;
  char *path = g_strconcat (self->base_path, call->path, NULL);
  GUri *uri =
      g_uri_build (SOUP_HTTP_URI_FLAGS, g_uri_get_scheme (self->base), NULL,
                   g_uri_get_host (self->base), g_uri_get_port (self->base), path, NULL, NULL);

  tsm_secret_wipe_string (path);
  return uri;
}

static void
launch (Call *call)
{
  TsmRest *self = call->rest;
  g_autoptr (GUri) uri = new_uri (call);
  const gint64 left_ms = call->expires_at_ms - get_now_ms ();
  const TsmExchangeRequest request = {
    .method = call->method,
    .uri = uri,
    .authorization = call->is_authorized ? self->authorization : NULL,
    .body = call->json,
    .content_type = "application/json",
    .timeout_ms = is_callback (call) ? (guint) MAX (left_ms, 1) : self->options.answer_ms,
    .is_urgent = is_callback (call),
  };

  call->exchange = tsm_exchange_start (self->options.session, &request, on_exchanged, call);
}

static gboolean
on_wake (gpointer user_data)
{
  pump (user_data);
  return G_SOURCE_REMOVE;
}

/* Sends what may go, and sees to it that it is asked again. */
static void
pump (TsmRest *self)
{
  const gint64 now_ms = get_now_ms ();
  gint64 wake_at_ms = 0;

  for (;;) {
    guint64 id;
    const TsmLimiterVerdict verdict = tsm_limiter_pop (self->limiter, now_ms, &id, &wake_at_ms);
    Call *call;

    if (verdict == TSM_LIMITER_WAIT)
      break;
    call = g_hash_table_lookup (self->calls, &id);
    call->is_queued = FALSE;
    if (verdict == TSM_LIMITER_SEND)
      launch (call);
    else
      end_call_soon (call, new_upstream (call, "may not be asked for longer than it is worth"));
  }
  clear_source (&self->wake);
  if (wake_at_ms == G_MAXINT64)
    return;
  self->wake =
      attach (g_timeout_source_new ((guint) MIN (wake_at_ms - now_ms, G_MAXINT)), on_wake, self);
}

TsmRest *
tsm_rest_new (const TsmRestOptions *options)
{
  TsmRest *self = g_new0 (TsmRest, 1);

  self->n_refs = 1;
  self->options = *options;
  self->options.base = NULL; /* the caller's */
  self->options.token = tsm_secret_ref (options->token);
  self->options.session = g_object_ref (options->session);
  if (self->options.callback_ms == 0)
    self->options.callback_ms = CALLBACK_MS;
  if (self->options.answer_ms == 0)
    self->options.answer_ms = ANSWER_MS;
  if (self->options.pause_ms == 0)
    self->options.pause_ms = PAUSE_MS;
  self->base = g_uri_parse (options->base, SOUP_HTTP_URI_FLAGS, NULL);
  g_assert (self->base != NULL); /* checked when the settings were read */
  self->base_path = g_strdup (g_uri_get_path (self->base));
  if (g_str_has_suffix (self->base_path, "/"))
    self->base_path[strlen (self->base_path) - 1] = '\0';
  self->authorization = g_strconcat ("Bot ", tsm_secret_peek (options->token), NULL);
  self->limiter = tsm_limiter_new ();
  self->calls = g_hash_table_new (g_int64_hash, g_int64_equal);
  return self;
}

void
tsm_rest_free (TsmRest *self)
{
  GHashTableIter iter;
  gpointer value;

  if (self == NULL)
    return;
  self->is_closed = TRUE;
  clear_source (&self->wake);
  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Call *call = value;

    if (call->exchange != NULL)
      tsm_exchange_cancel (call->exchange);
    else if (call->end == NULL)
      end_call_soon (call, new_cancelled ());
  }
  rest_unref (self);
}

static Call *
call_new (TsmRest *self, const TsmRestCall *request)
{
  Call *call = g_new0 (Call, 1);
  const TsmRoute *route = &request->route;
  gint64 life_ms;

  self->n_refs++;
  call->rest = self;
  call->id = ++self->n_calls;
  call->kind = route->kind;
  call->is_authorized = tsm_route_is_authorized (route);
  call->is_repeatable = tsm_route_is_repeatable (route) || request->is_repeatable;
  call->method = tsm_route_get_method (route);
  call->path = tsm_route_dup_path (route);
  call->label = tsm_route_dup_label (route);
  call->token = route->token != NULL ? tsm_secret_ref (route->token) : NULL;
  if (request->json != NULL)
    call->json = g_bytes_new (request->json, strlen (request->json));
  life_ms = call->is_authorized ? BOT_LIFE_MS : INTERACTION_LIFE_MS;
  if (is_callback (call))
    life_ms = self->options.callback_ms;
  call->expires_at_ms = get_now_ms () + life_ms;
  g_hash_table_insert (self->calls, &call->id, call);
  if (!is_callback (call))
    self->n_limited++;
  return call;
}

static void
queue (Call *call, const TsmRoute *route)
{
  g_autofree char *key = tsm_route_dup_key (route);
  g_autofree char *major = tsm_route_dup_major (route);
  const TsmLimiterCall limited = {
    .id = call->id,
    .lane = call->is_authorized ? TSM_LIMITER_LANE_BOT : TSM_LIMITER_LANE_INTERACTION,
    .key = key,
    .major = major,
    .expires_at_ms = call->expires_at_ms,
  };

  call->is_queued = TRUE;
  tsm_limiter_push (call->rest->limiter, &limited);
  pump (call->rest);
}

void
tsm_rest_send_async (TsmRest *self, const TsmRestCall *request, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data)
{
  Call *call = call_new (self, request);

  call->task = g_task_new (NULL, cancellable, callback, data);
  g_task_set_source_tag (call->task, tsm_rest_send_async);
  /* What Discord did is told, also to one who has lost interest. */
  g_task_set_check_cancellable (call->task, FALSE);
  if (cancellable != NULL) {
    call->on_cancelled = g_cancellable_source_new (cancellable);
    attach (call->on_cancelled, G_SOURCE_FUNC (on_cancelled), call);
  }
  if (call->is_authorized && self->is_denied)
    end_call_soon (call, new_denied ());
  else if (is_callback (call) && tsm_limiter_is_broken (self->limiter, get_now_ms ()))
    end_call_soon (call, new_upstream (call, "is not asked: too many calls were refused"));
  else if (!is_callback (call) && self->n_limited > TSM_LIMIT_REST_CALLS)
    end_call_soon (call, new_upstream (call, "is not asked: too many calls wait"));
  else if (is_callback (call))
    launch (call);
  else
    queue (call, &request->route);
}

TsmRestReply *
tsm_rest_send_finish (GAsyncResult *result, GError **error)
{
  g_assert (g_task_is_valid (result, NULL));
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
tsm_rest_reply_free (TsmRestReply *self)
{
  if (self == NULL)
    return;
  g_free (self->message);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

gboolean
tsm_rest_reply_is_done (const TsmRestReply *self)
{
  return self->status >= 200 && self->status < 300;
}

gboolean
tsm_rest_is_denied (const TsmRest *self)
{
  return self->is_denied;
}

gboolean
tsm_rest_is_answering (const TsmRest *self)
{
  GHashTableIter iter;
  gpointer call;

  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, &call))
    if (!((const Call *) call)->is_authorized)
      return TRUE;
  return FALSE;
}
