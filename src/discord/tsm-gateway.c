/* SPDX-License-Identifier: MIT
 * tsm-gateway: the one WebSocket to Discord. What is decided is tsm-session's; this talks. */
#include "discord/tsm-gateway.h"
#include "base/tsm-error.h"
#include "base/tsm-format.h"
#include "base/tsm-limits.h"
#include "base/tsm-log.h"
#include "base/tsm-loopback.h"
#include "discord/tsm-payload.h"
#include "discord/tsm-session.h"
#include <string.h>
#include <time.h>

#define QUERY         "v=10&encoding=json"
#define MS_PER_S      G_GINT64_CONSTANT (1000)
#define HTTP_TOO_MANY 429
#define LONG_MS       (60 * MS_PER_S)     /* a wait that a person should know of */
#define REFUSED_MS    (60 * MS_PER_S)     /* 429 without a word is Cloudflare's */
#define WORRY_MS      (5 * 60 * MS_PER_S) /* out of reach for so long: not just a reconnect */
#define MAX_WAIT_MS   (24 * 3600 * MS_PER_S)
#define MAX_NAP_MS    (3600 * MS_PER_S) /* fits a GLib timeout */

/* What an answer under way comes back to: nobody, when it is no longer wanted. */
typedef struct {
  TsmGateway *gateway; /* NULL: gone, or not interested */
  GCancellable *cancellable;
  SoupMessage *message; /* of a handshake */
} Errand;

struct _TsmGateway {
  TsmGatewayHooks hooks;
  SoupSession *http;
  TsmRest *rest;
  TsmSecret *token;
  TsmMemory *memory;
  TsmSession *session; /* what decides */
  TsmGatewayClock clock;
  GSource *timer;
  gint64 armed_ms;
  Errand *errand;                      /* the one there is: a question or a handshake */
  SoupWebsocketConnection *connection; /* open, or closing by itself */
  GPtrArray *dropped;                  /* connections that may still be on the stack */
  GSource *sweep;
  TsmGatewayState state;
  char *reason;
  gboolean has_been_up;
  gint64 down_ms, down_at; /* since when it is not up; on @clock, and in Unix seconds */
  gint64 worry_ms;         /* when that is worth a warning; G_MAXINT64: not, or no more */
};

static void feed (TsmGateway *self, const TsmSessionEvent *event);

/* Time. */

static gint64
now_ms_of_machine (gpointer data)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return now.tv_sec * MS_PER_S + now.tv_nsec / 1000000;
}

static GSource *
attach (GSource *source, GSourceFunc function, gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  g_source_set_callback (source, function, data, NULL);
  g_source_attach (source, context);
  return source;
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean
on_timer (gpointer data)
{
  TsmGateway *self = data;

  clear_source (&self->timer);
  self->armed_ms = -1;
  tsm_gateway_wake (self);
  return G_SOURCE_REMOVE;
}

/* A GLib timeout stands still while the machine sleeps: after it, one comes late by what was left
 * of it, a heartbeat by one interval at most. That is no harm: whatever comes first, a frame, a
 * lost connection or the timer, is held against the time that has truly passed (tsm-session), and
 * the connection from before the sleep is given up then and there. */
static void
arm_timer (gint64 at_ms, gpointer data)
{
  TsmGateway *self = data;
  gint64 nap_ms;

  clear_source (&self->timer);
  if (at_ms == G_MAXINT64)
    return;
  nap_ms = CLAMP (at_ms - now_ms_of_machine (NULL), 0, MAX_NAP_MS);
  self->timer = attach (g_timeout_source_new ((guint) nap_ms), on_timer, self);
}

/* Connections. */

/* Discord's own close frame, with an empty mask. libsoup would wait up to 5 s for the answer, and
 * write nothing at all if the main loop ends now. If it does not go out, nothing is lost: the
 * connection goes, and the server sees that. */
static void
write_close (SoupWebsocketConnection *connection, guint code)
{
  const guint8 frame[] = { 0x88, 0x82, 0, 0, 0, 0, (guint8) (code >> 8), (guint8) (code & 0xff) };
  GIOStream *stream = soup_websocket_connection_get_io_stream (connection);
  GOutputStream *output = g_io_stream_get_output_stream (stream);

  if (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_OPEN &&
      G_IS_POLLABLE_OUTPUT_STREAM (output) &&
      g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (output)))
    g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output), frame,
                                                sizeof frame, NULL, NULL);
}

static gboolean
on_sweep (gpointer data)
{
  TsmGateway *self = data;

  clear_source (&self->sweep);
  g_ptr_array_set_size (self->dropped, 0);
  return G_SOURCE_REMOVE;
}

/* What it still says is not heard; it goes when libsoup, which may be calling us, is done. */
static void
drop_connection (TsmGateway *self)
{
  if (self->connection == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->connection, self);
  g_ptr_array_add (self->dropped, g_steal_pointer (&self->connection));
  if (self->sweep == NULL)
    self->sweep = attach (g_idle_source_new (), on_sweep, self);
}

static Errand *
send_errand (TsmGateway *self)
{
  Errand *errand = g_new0 (Errand, 1);

  g_assert (self->errand == NULL);
  errand->gateway = self;
  errand->cancellable = g_cancellable_new ();
  self->errand = errand;
  return errand;
}

static void
call_errand_back (TsmGateway *self)
{
  Errand *errand = g_steal_pointer (&self->errand);

  if (errand == NULL)
    return;
  errand->gateway = NULL;
  g_cancellable_cancel (errand->cancellable);
}

/* Whom it comes back to, or NULL. */
static TsmGateway *
end_errand (Errand *errand)
{
  TsmGateway *self = errand->gateway;

  if (self != NULL)
    self->errand = NULL;
  g_object_unref (errand->cancellable);
  g_clear_object (&errand->message);
  g_free (errand);
  return self;
}

char *
tsm_gateway_dup_url (const char *url, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autoptr (GUri) whole = NULL;

  if (host == NULL || *host == '\0' ||
      (!g_str_equal (scheme, "wss") &&
       (!g_str_equal (scheme, "ws") || !tsm_loopback_is_host (host)))) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM,
                         "Discord named a gateway that is not wss://");
    return NULL;
  }
  whole =
      g_uri_build (SOUP_HTTP_URI_FLAGS, scheme, NULL, host, g_uri_get_port (uri), "/", QUERY, NULL);
  return g_uri_to_string (whole);
}

/* /gateway/bot. */

static void
feed_failure (TsmGateway *self, TsmHappening kind, const char *text, gint64 delay_ms)
{
  feed (self, &(TsmSessionEvent){ .kind = kind, .text = text, .delay_ms = delay_ms });
}

static void
take_answer (TsmGateway *self, const TsmRestReply *reply)
{
  gsize length, limit_length;
  const char *json = g_bytes_get_data (reply->body, &length);
  g_autofree char *url = tsm_payload_dup_string (json, length, "url");
  g_autofree char *whole = NULL;
  g_autofree char *why = NULL;
  g_autoptr (GError) error = NULL;
  TsmSessionEvent event = { .kind = TSM_HAPPENED_URL, .text = url, .remaining = -1 };
  const char *limit;

  if (!tsm_rest_reply_is_done (reply))
    why = g_strdup_printf ("Discord does not name its gateway (HTTP %u)", reply->status);
  else if (url == NULL)
    why = g_strdup ("Discord does not name its gateway (an answer that cannot be read)");
  else {
    whole = tsm_gateway_dup_url (url, &error);
    why = error != NULL ? g_strdup (error->message) : NULL;
  }
  if (why != NULL) {
    feed_failure (self, TSM_HAPPENED_URL_FAILED, why, 0);
    return;
  }
  if (tsm_payload_find (json, length, "session_start_limit", &limit, &limit_length)) {
    tsm_payload_find_integer (limit, limit_length, "remaining", &event.remaining);
    tsm_payload_find_integer (limit, limit_length, "total", &event.total);
    tsm_payload_find_integer (limit, limit_length, "reset_after", &event.delay_ms);
  }
  feed (self, &event);
}

static void
on_fetched (GObject *source, GAsyncResult *result, gpointer data)
{
  TsmGateway *self = end_errand (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmRestReply) reply = tsm_rest_send_finish (result, &error);

  if (self == NULL)
    return;
  if (g_error_matches (error, TSM_ERROR, TSM_ERROR_DENIED))
    tsm_gateway_deny (self);
  else if (reply == NULL)
    feed_failure (self, TSM_HAPPENED_URL_FAILED, error->message, 0);
  else
    take_answer (self, reply);
}

static void
fetch (TsmGateway *self)
{
  const TsmRestCall call = { .route = { .kind = TSM_ROUTE_GATEWAY } };
  Errand *errand = send_errand (self);

  tsm_rest_send_async (self->rest, &call, errand->cancellable, on_fetched, errand);
}

/* Frames. */

static void
take_ready (TsmGateway *self, const TsmPayload *payload)
{
  g_autofree char *id = tsm_payload_dup_string (payload->d, payload->d_length, "session_id");
  g_autofree char *url =
      tsm_payload_dup_string (payload->d, payload->d_length, "resume_gateway_url");
  g_autofree char *whole = url != NULL ? tsm_gateway_dup_url (url, NULL) : NULL;

  tsm_debug ("discord", "session %s begins", id != NULL ? id : "without a name");
  feed (self, &(TsmSessionEvent){ .kind = TSM_HAPPENED_READY,
                                  .seq = payload->seq,
                                  .session_id = id,
                                  .text = whole != NULL ? url : NULL });
}

static void
take_dispatch (TsmGateway *self, const TsmPayload *payload)
{
  if (g_str_equal (payload->name, "READY"))
    take_ready (self, payload);
  else
    feed (self, &(TsmSessionEvent){ .kind = g_str_equal (payload->name, "RESUMED")
                                                ? TSM_HAPPENED_RESUMED
                                                : TSM_HAPPENED_DISPATCH,
                                    .seq = payload->seq });
  /* One that ends the connection as it comes has lain here while the machine slept: it is as old as
   * those that a resume brings. */
  if (payload->d != NULL)
    self->hooks.on_event (payload->name, payload->d, payload->d_length,
                          tsm_session_get_phase (self->session) != TSM_PHASE_UP, self->hooks.data);
}

static void
take_hello (TsmGateway *self, const TsmPayload *payload)
{
  TsmSessionEvent event = { .kind = TSM_HAPPENED_HELLO };

  tsm_payload_find_integer (payload->d, payload->d_length, "heartbeat_interval",
                            &event.interval_ms);
  feed (self, &event);
}

static void
take_payload (TsmGateway *self, const TsmPayload *payload)
{
  switch (payload->op) {
  case TSM_OP_DISPATCH:
    take_dispatch (self, payload);
    break;
  case TSM_OP_HEARTBEAT:
    feed (self, &(TsmSessionEvent){ .kind = TSM_HAPPENED_BEAT_ASKED });
    break;
  case TSM_OP_RECONNECT:
    feed (self, &(TsmSessionEvent){ .kind = TSM_HAPPENED_RECONNECT });
    break;
  case TSM_OP_INVALID_SESSION:
    feed (self, &(TsmSessionEvent){ .kind = TSM_HAPPENED_INVALID,
                                    .is_resumable = payload->d_length == strlen ("true") &&
                                                    memcmp (payload->d, "true", 4) == 0 });
    break;
  case TSM_OP_HELLO:
    take_hello (self, payload);
    break;
  case TSM_OP_HEARTBEAT_ACK:
    feed (self, &(TsmSessionEvent){ .kind = TSM_HAPPENED_ACK });
    break;
  default: /* op is Discord's: more may come, and are ignored */
    break;
  }
}

static void
on_message (SoupWebsocketConnection *connection, gint type, GBytes *message, gpointer data)
{
  TsmGateway *self = data;
  gsize length;
  const char *text = g_bytes_get_data (message, &length);
  g_autoptr (GError) error = NULL;
  TsmPayload payload;

  if (type != SOUP_WEBSOCKET_DATA_TEXT)
    feed (self, &(TsmSessionEvent){ .kind = TSM_HAPPENED_GARBLED, .text = "is not text" });
  else if (!tsm_payload_read (text, length, &payload, &error))
    feed (self, &(TsmSessionEvent){ .kind = TSM_HAPPENED_GARBLED, .text = error->message });
  else
    take_payload (self, &payload);
}

/* What went wrong; "closed" follows. */
static void
on_error (SoupWebsocketConnection *connection, GError *error, gpointer data)
{
  tsm_debug ("discord", "gateway connection: %s", error->message);
}

static void
on_closed (SoupWebsocketConnection *connection, gpointer data)
{
  TsmGateway *self = data;
  const guint code = soup_websocket_connection_get_close_code (connection);

  drop_connection (self);
  if (code == TSM_CLOSE_BAD_OPCODE || code == TSM_CLOSE_BAD_PAYLOAD)
    tsm_warning ("discord", "Discord could not read what was sent (%u): a fault of TSM", code);
  feed (self, &(TsmSessionEvent){ .kind = TSM_HAPPENED_CLOSED, .code = code });
  if (code == TSM_CLOSE_BAD_TOKEN)
    tsm_rest_deny (self->rest);
}

/* Handshake. */

/* Whole seconds; a date, which Discord does not send, counts as none. */
static gint64
read_retry_after_ms (SoupMessage *message)
{
  const char *text =
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  guint64 seconds;

  if (text == NULL ||
      !g_ascii_string_to_unsigned (text, 10, 0, MAX_WAIT_MS / MS_PER_S, &seconds, NULL))
    return REFUSED_MS;
  return MAX ((gint64) seconds * MS_PER_S, REFUSED_MS);
}

static void
take_refusal (TsmGateway *self, SoupMessage *message, const GError *error)
{
  const guint status = soup_message_get_status (message);
  g_autofree char *why =
      error->domain == SOUP_WEBSOCKET_ERROR && status != SOUP_STATUS_NONE
          ? g_strdup_printf ("Discord's gateway does not take the connection (HTTP %u)", status)
          : g_strdup_printf ("Discord's gateway cannot be reached: %s", error->message);

  feed_failure (self, TSM_HAPPENED_CONNECT_FAILED, why,
                status == HTTP_TOO_MANY ? read_retry_after_ms (message) : 0);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Errand *errand = data;
  g_autoptr (SoupMessage) message = g_object_ref (errand->message);
  TsmGateway *self = end_errand (errand);
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) connection =
      soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  if (self == NULL)
    return;
  if (connection == NULL) {
    take_refusal (self, message, error);
    return;
  }
  /* libsoup's own bound is 128 KiB, and it would cut the connection at the first big guild. */
  soup_websocket_connection_set_max_incoming_payload_size (connection, TSM_LIMIT_FRAME_BYTES);
  g_signal_connect (connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect (connection, "error", G_CALLBACK (on_error), self);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  self->connection = g_steal_pointer (&connection);
  feed (self, &(TsmSessionEvent){ .kind = TSM_HAPPENED_CONNECTED });
}

static void
connect_to (TsmGateway *self, const char *url)
{
  g_autofree char *whole = tsm_gateway_dup_url (url, NULL);
  Errand *errand = send_errand (self);

  g_assert (whole != NULL); /* looked at when it was told */
  tsm_debug ("discord", "connecting to %s", url);
  errand->message = soup_message_new (SOUP_METHOD_GET, whole);
  soup_message_add_flags (errand->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_session_websocket_connect_async (self->http, errand->message, NULL, NULL, G_PRIORITY_DEFAULT,
                                        errand->cancellable, on_connected, errand);
}

/* What is decided. */

/* Takes @text, which may hold the token. */
static void
send_text (TsmGateway *self, char *text)
{
  if (self->connection != NULL &&
      soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->connection, text);
  tsm_secret_wipe_string (text);
}

static void
close_with (TsmGateway *self, guint code)
{
  call_errand_back (self);
  if (self->connection != NULL && code != TSM_CLOSE_NONE)
    write_close (self->connection, code);
  drop_connection (self);
}

static void
carry_out (TsmGateway *self, const TsmSessionAction *action)
{
  switch (action->kind) {
  case TSM_ACTION_FETCH:
    fetch (self);
    break;
  case TSM_ACTION_CONNECT:
    connect_to (self, action->url);
    break;
  case TSM_ACTION_BEAT:
    send_text (self, tsm_payload_dup_heartbeat (action->seq));
    break;
  case TSM_ACTION_IDENTIFY:
    tsm_memory_add_identify (self->memory, g_get_real_time () / G_USEC_PER_SEC);
    send_text (self, tsm_payload_dup_identify (tsm_secret_peek (self->token)));
    break;
  case TSM_ACTION_RESUME:
    tsm_debug ("discord", "resuming session %s after %" G_GINT64_FORMAT, action->session_id,
               action->seq);
    send_text (self, tsm_payload_dup_resume (tsm_secret_peek (self->token), action->session_id,
                                             action->seq));
    break;
  case TSM_ACTION_CLOSE:
    close_with (self, action->code);
    break;
  }
}

static TsmGatewayState
get_state (const TsmGateway *self)
{
  switch (tsm_session_get_phase (self->session)) {
  case TSM_PHASE_UP:
    return TSM_GATEWAY_UP;
  case TSM_PHASE_STOPPED:
    return TSM_GATEWAY_STOPPED;
  case TSM_PHASE_WAITING:
  case TSM_PHASE_FETCHING:
  case TSM_PHASE_CONNECTING:
  case TSM_PHASE_GREETING:
  case TSM_PHASE_PRESENTING:
    return TSM_GATEWAY_DOWN;
  }
  g_assert_not_reached ();
}

static void
log_up (const TsmGateway *self, gint64 now_ms)
{
  g_autofree char *time =
      tsm_format_dup_duration (TSM_LANG_EN, (now_ms - self->down_ms) / MS_PER_S);

  if (self->has_been_up)
    tsm_info ("discord", "connected again, after %s", time);
  else
    tsm_info ("discord", "connected");
}

static void
log_state (const TsmGateway *self, gint64 now_ms, gint64 wait_ms)
{
  switch (self->state) {
  case TSM_GATEWAY_UP:
    log_up (self, now_ms);
    break;
  case TSM_GATEWAY_STOPPED:
    /* That is for the engine to say aloud: it knows what goes on without Discord. */
    tsm_info ("discord", "stopped: %s", self->reason);
    break;
  case TSM_GATEWAY_DOWN:
    if (tsm_session_get_phase (self->session) != TSM_PHASE_WAITING)
      tsm_info ("discord", "%s; trying again", self->reason);
    else
      tsm_log_write (wait_ms >= LONG_MS ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_INFO, "discord", NULL,
                     "%s; trying again in %" G_GINT64_FORMAT " s", self->reason,
                     (wait_ms + MS_PER_S - 1) / MS_PER_S);
    break;
  }
}

/* An outage of days leaves one warning. */
static void
worry (TsmGateway *self, gint64 now_ms)
{
  g_autoptr (GDateTime) since = NULL;
  g_autofree char *text = NULL;

  if (self->state != TSM_GATEWAY_DOWN || now_ms < self->worry_ms)
    return;
  self->worry_ms = G_MAXINT64;
  since = g_date_time_new_from_unix_utc (self->down_at);
  text = g_date_time_format_iso8601 (since);
  tsm_warning ("discord", "out of reach since %s, and tried on and on: %s", text, self->reason);
}

static void
begin_outage (TsmGateway *self, gint64 now_ms)
{
  self->down_ms = now_ms;
  self->down_at = g_get_real_time () / G_USEC_PER_SEC;
  self->worry_ms = now_ms + WORRY_MS;
}

static void
tell_state (TsmGateway *self, gint64 now_ms, gint64 wait_ms)
{
  const TsmGatewayState state = get_state (self);
  const char *reason = tsm_session_peek_reason (self->session);
  g_autofree char *told = NULL;

  if (state == self->state && g_strcmp0 (reason, self->reason) == 0)
    return;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  if (state == TSM_GATEWAY_DOWN && self->state != TSM_GATEWAY_DOWN)
    begin_outage (self, now_ms);
  self->state = state;
  log_state (self, now_ms, wait_ms);
  self->has_been_up = self->has_been_up || state == TSM_GATEWAY_UP;
  told = g_strdup (reason); /* the hook may change ours */
  self->hooks.on_state (state, told, self->hooks.data);
}

static void
feed (TsmGateway *self, const TsmSessionEvent *event)
{
  const gint64 now_ms = self->clock.now_ms (self->clock.data);
  const TsmSessionStep step = tsm_session_step (self->session, event, now_ms);

  for (guint i = 0; i < step.n_actions; i++)
    carry_out (self, &step.actions[i]);
  if (step.wake_at_ms != self->armed_ms) {
    self->armed_ms = step.wake_at_ms;
    self->clock.arm (step.wake_at_ms, self->clock.data);
  }
  tell_state (self, now_ms, step.wake_at_ms - now_ms);
  worry (self, now_ms);
}

TsmGateway *
tsm_gateway_new (const TsmGatewayOptions *options, const TsmGatewayHooks *hooks)
{
  TsmGateway *self = g_new0 (TsmGateway, 1);
  const gint64 wall_s = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GArray) identifies = tsm_memory_dup_identifies (options->memory, wall_s);

  self->hooks = *hooks;
  self->http = g_object_ref (options->session);
  self->rest = options->rest;
  self->token = tsm_secret_ref (options->token);
  self->memory = options->memory;
  self->dropped = g_ptr_array_new_with_free_func (g_object_unref);
  self->armed_ms = -1;
  self->clock =
      options->clock != NULL
          ? *options->clock
          : (TsmGatewayClock){ .now_ms = now_ms_of_machine, .arm = arm_timer, .data = self };
  self->session = tsm_session_new (tsm_prng_init (options->seed, 0), identifies, wall_s,
                                   self->clock.now_ms (self->clock.data));
  self->reason = g_strdup (tsm_session_peek_reason (self->session));
  begin_outage (self, self->clock.now_ms (self->clock.data));
  self->hooks.on_state (self->state, self->reason, self->hooks.data);
  tsm_gateway_wake (self);
  return self;
}

void
tsm_gateway_wake (TsmGateway *self)
{
  feed (self, &(TsmSessionEvent){ .kind = TSM_HAPPENED_WAKE });
}

void
tsm_gateway_deny (TsmGateway *self)
{
  feed (self, &(TsmSessionEvent){ .kind = TSM_HAPPENED_DENIED });
}

void
tsm_gateway_free (TsmGateway *self)
{
  if (self == NULL)
    return;
  close_with (self, TSM_CLOSE_NORMAL);
  clear_source (&self->timer);
  clear_source (&self->sweep);
  g_ptr_array_unref (self->dropped);
  tsm_session_free (self->session);
  g_object_unref (self->http);
  tsm_secret_unref (self->token);
  g_free (self->reason);
  g_free (self);
}
