/* SPDX-License-Identifier: MIT
 * tsm-http-server: what is served on TSM_LISTEN, read-only. */
#include "daemon/tsm-http-server.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "base/tsm-log.h"
#include "base/tsm-text.h"
#include <libsoup/soup.h>
#include <string.h>

#define BEARER "Bearer "
/* How long a client may stay, an answer on its way aside. */
#define IDLE_TIMEOUT_S   30
#define SWEEPS_A_TIMEOUT 4

struct _TsmHttpServer {
  SoupServer *soup;
  GSocketService *service; /* which takes the clients in: libsoup's own has no bounds */
  GHashTable *clients;     /* of GSocketConnection, to gint64: when it came, monotonic us */
  guint sweeper;           /* runs while there are clients */
  gboolean is_full;        /* a client was turned away since there was room last */
  guint idle_timeout_s;
  guint16 port;
  TsmDesk *desk;
  TsmSecret *token;
  GHashTable *asked; /* of Asked; a set */
};

/* A message that waits for the engine's reply. */
typedef struct {
  TsmHttpServer *server;
  SoupServerMessage *message;
  guint64 ticket;
  gboolean is_health;
} Asked;

/* Of the status' data: how the line to Discord is, and what a person must do about it. */
static const char *const line_members[] = { "discord", "discord_reason" };

static const char welcome[] = "TSM, the Tempo Server Manager\n"
                              "\n"
                              "/healthz                      whether it works\n"
                              "/api/v1/status                what is on now, and why\n"
                              "/api/v1/plan                  the next days\n"
                              "/api/v1/state?which=PERIOD    energy and cost of the server\n"
                              "/api/v1/state?which=PERIOD&user=ID\n"
                              "                              the same of one user\n";

static void
respond (SoupServerMessage *message, guint status, const char *type, char *take_body)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Cache-Control",
                                "no-store");
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, take_body, strlen (take_body));
}

static void
respond_text (SoupServerMessage *message, guint status, const char *text)
{
  respond (message, status, "text/plain; charset=utf-8", g_strdup (text));
}

static guint
get_status (TsmRefusal refusal)
{
  if (refusal == TSM_REFUSAL_NONE)
    return SOUP_STATUS_OK;
  if (refusal == TSM_REFUSAL_UNAVAILABLE)
    return SOUP_STATUS_SERVICE_UNAVAILABLE;
  return refusal == TSM_REFUSAL_USAGE ? SOUP_STATUS_BAD_REQUEST : SOUP_STATUS_NOT_FOUND;
}

static gint64
get_instant (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;
}

/* That there is a reply says that both threads live; how old the last reading is, whether the plug
 * does. Without Discord the ledger and the host are as well as ever: it is named, and no more. */
static char *
dup_health (const TsmReply *reply)
{
  JsonObject *data = reply->data != NULL ? json_node_get_object (reply->data) : NULL;
  const gint64 read_at = data != NULL ? get_instant (data, "last_reading") : 0;
  g_autoptr (JsonObject) health = json_object_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  json_object_set_boolean_member (health, "ok", data != NULL);
  if (read_at == 0)
    json_object_set_null_member (health, "reading_age_seconds");
  else
    json_object_set_int_member (health, "reading_age_seconds", get_instant (data, "now") - read_at);
  for (guint i = 0; data != NULL && i < G_N_ELEMENTS (line_members); i++) {
    JsonNode *node = json_object_get_member (data, line_members[i]);

    if (node != NULL && !JSON_NODE_HOLDS_NULL (node))
      json_object_set_member (health, line_members[i], json_node_copy (node));
  }
  json_node_set_object (root, health);
  return json_to_string (root, FALSE);
}

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  g_signal_handlers_disconnect_by_data (asked->message, asked);
  tsm_desk_forget (asked->server->desk, asked->ticket);
  g_object_unref (asked->message);
  g_free (asked);
}

static void
on_reply (const TsmReply *reply, gpointer data)
{
  Asked *asked = data;
  g_autoptr (SoupServerMessage) message = g_object_ref (asked->message);

  respond (message, get_status (reply->refusal), "application/json",
           asked->is_health ? dup_health (reply) : tsm_reply_dup_json (reply));
  g_hash_table_remove (asked->server->asked, asked);
  soup_server_message_unpause (message);
}

/* Also when the client left without its answer. */
static void
on_finished (SoupServerMessage *message, gpointer data)
{
  Asked *asked = data;

  g_hash_table_remove (asked->server->asked, asked);
}

static TsmLang
get_lang (SoupServerMessage *message)
{
  return tsm_text_lang_from_tag (soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Accept-Language"));
}

static void
ask (TsmHttpServer *self, SoupServerMessage *message, TsmRequest *take_request, gboolean is_health)
{
  Asked *asked = g_new0 (Asked, 1);
  guint64 ticket;

  asked->server = self;
  asked->message = g_object_ref (message);
  asked->is_health = is_health;
  g_hash_table_add (self->asked, asked);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), asked);
  soup_server_message_pause (message);
  ticket = tsm_desk_ask (self->desk, take_request, on_reply, asked);
  if (ticket != 0) /* else it was answered at once, and is no more */
    asked->ticket = ticket;
}

static TsmRequest *
new_request (const char *path, GHashTable *query, TsmLang lang)
{
  const char *which = query != NULL ? g_hash_table_lookup (query, "which") : NULL;
  const char *user = query != NULL ? g_hash_table_lookup (query, "user") : NULL;
  TsmRequest *request;

  if (strcmp (path, "/healthz") == 0 || strcmp (path, "/api/v1/status") == 0)
    return tsm_request_new ("status", TSM_CALLER_SHELL, lang);
  if (strcmp (path, "/api/v1/plan") == 0)
    return tsm_request_new ("plan", TSM_CALLER_SHELL, lang);
  if (strcmp (path, "/api/v1/state") != 0)
    return NULL;
  request =
      tsm_request_new (user != NULL ? "get_state" : "get_total_state", TSM_CALLER_SHELL, lang);
  if (user != NULL)
    tsm_request_set (request, "user", user);
  if (which != NULL)
    tsm_request_set (request, "which", which);
  return request;
}

/* Takes as long for a wrong token as for the right one. */
static gboolean
is_token (const TsmSecret *token, const char *given)
{
  const char *wanted = tsm_secret_peek (token);
  const gsize n_given = strlen (given), n_wanted = strlen (wanted);
  guint difference = n_given != n_wanted;

  for (gsize i = 0; i < n_given; i++)
    difference |= (guchar) given[i] ^ (guint) (guchar) wanted[i % (n_wanted + 1)];
  return difference == 0;
}

static gboolean
is_allowed (const TsmHttpServer *self, SoupServerMessage *message, const char *path)
{
  const char *header =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                    "Authorization");

  if (self->token == NULL || strcmp (path, "/healthz") == 0)
    return TRUE;
  return header != NULL && g_str_has_prefix (header, BEARER) &&
         is_token (self->token, header + strlen (BEARER));
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  TsmHttpServer *self = data;
  const char *method = soup_server_message_get_method (message);
  TsmRequest *request;

  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD) {
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow",
                                  "GET, HEAD");
    respond_text (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "read-only: commands go to tsm do\n");
    return;
  }
  if (!is_allowed (self, message, path)) {
    soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                  "WWW-Authenticate", "Bearer");
    respond_text (message, SOUP_STATUS_UNAUTHORIZED, "TSM_WEB_TOKEN is wanted\n");
    return;
  }
  if (strcmp (path, "/") == 0) {
    respond_text (message, SOUP_STATUS_OK, welcome);
    return;
  }
  request = new_request (path, query, get_lang (message));
  if (request == NULL)
    respond_text (message, SOUP_STATUS_NOT_FOUND, "not here; / says what is\n");
  else
    ask (self, message, request, strcmp (path, "/healthz") == 0);
}

/* Bodies are not kept: nothing here reads one. */
static void
on_headers (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
}

static GSocketAddress *
parse_listen (const char *listen, GError **error)
{
  g_autoptr (GSocketConnectable) parsed = g_network_address_parse (listen, 0, NULL);
  g_autoptr (GInetAddress) inet = NULL;
  const char *host;

  if (parsed != NULL) {
    host = g_network_address_get_hostname (G_NETWORK_ADDRESS (parsed));
    inet = strcmp (host, "localhost") == 0 ? g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4)
                                           : g_inet_address_new_from_string (host);
  }
  if (inet == NULL) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
                 "TSM_LISTEN: %s is not an address of this machine and a port, such as "
                 "127.0.0.1:8080",
                 listen);
    return NULL;
  }
  return g_inet_socket_address_new (inet, g_network_address_get_port (G_NETWORK_ADDRESS (parsed)));
}

/* The address, if it may be used. */
static GSocketAddress *
check_listen (const TsmHttpServerOptions *options, GError **error)
{
  g_autoptr (GSocketAddress) address = parse_listen (options->listen, error);
  GInetAddress *inet;

  if (address == NULL)
    return NULL;
  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  if (g_inet_address_get_is_loopback (inet) ||
      (options->token != NULL && !tsm_secret_is_empty (options->token)))
    return g_steal_pointer (&address);
  g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
               "TSM_LISTEN: %s can be reached from other machines, so TSM_WEB_TOKEN has to be set",
               options->listen);
  return NULL;
}

gboolean
tsm_http_server_check (const TsmHttpServerOptions *options, GError **error)
{
  g_autoptr (GSocketAddress) address = check_listen (options, error);

  return address != NULL;
}

static gboolean
is_answered (const TsmHttpServer *self, GSocket *socket)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->asked);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    const Asked *asked = key;

    if (soup_server_message_get_socket (asked->message) == socket)
      return FALSE;
  }
  return TRUE;
}

/* Cuts off who has been there long enough, however slowly he speaks, unless an answer is on its way
 * to him. A time-out of the socket's own would begin anew with each byte, and can be missed. */
static gboolean
sweep (gpointer data)
{
  TsmHttpServer *self = data;
  const gint64 limit_us = self->idle_timeout_s * G_USEC_PER_SEC;
  const gint64 now_us = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer connection, since_us;

  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &connection, &since_us)) {
    GSocket *socket = g_socket_connection_get_socket (connection);

    if (now_us - *(gint64 *) since_us >= limit_us && is_answered (self, socket))
      g_socket_shutdown (socket, TRUE, TRUE, NULL);
  }
  if (g_hash_table_size (self->clients) > 0)
    return G_SOURCE_CONTINUE;
  self->sweeper = 0;
  return G_SOURCE_REMOVE;
}

static void
add_client (TsmHttpServer *self, GSocketConnection *connection)
{
  gint64 *since_us = g_new (gint64, 1);

  *since_us = g_get_monotonic_time ();
  g_hash_table_insert (self->clients, connection, since_us);
  if (self->sweeper == 0)
    self->sweeper = g_timeout_add (self->idle_timeout_s * 1000 / SWEEPS_A_TIMEOUT, sweep, self);
}

static void
on_client_gone (gpointer data, GObject *connection)
{
  TsmHttpServer *self = data;

  g_hash_table_remove (self->clients, connection);
  if (g_hash_table_size (self->clients) <= TSM_LIMIT_CLIENTS / 2)
    self->is_full = FALSE;
}

/* One more than there may be is closed at once, unheard. */
static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  TsmHttpServer *self = data;
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (GError) error = NULL;

  if (g_hash_table_size (self->clients) >= TSM_LIMIT_CLIENTS) {
    if (!self->is_full)
      tsm_info ("http", "%u clients at once: further ones are turned away", TSM_LIMIT_CLIENTS);
    self->is_full = TRUE;
    g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    return TRUE;
  }
  if (!soup_server_accept_iostream (self->soup, G_IO_STREAM (connection), local, remote, &error)) {
    tsm_debug ("http", "a client could not be taken in: %s", error->message);
    return TRUE;
  }
  add_client (self, connection);
  g_object_weak_ref (G_OBJECT (connection), on_client_gone, self);
  return TRUE;
}

static gboolean
listen_at (TsmHttpServer *self, GSocketAddress *address, GError **error)
{
  g_autoptr (GSocketAddress) bound = NULL;

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address,
                                      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound,
                                      error))
    return FALSE;
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return TRUE;
}

TsmHttpServer *
tsm_http_server_new (const TsmHttpServerOptions *options, GError **error)
{
  g_autoptr (GSocketAddress) address = check_listen (options, error);
  g_autoptr (TsmHttpServer) self = NULL;
  g_autoptr (GError) failure = NULL;

  if (address == NULL)
    return NULL;
  self = g_new0 (TsmHttpServer, 1);
  self->desk = options->desk;
  if (options->token != NULL && !tsm_secret_is_empty (options->token))
    self->token = tsm_secret_ref (options->token);
  self->asked = g_hash_table_new_full (NULL, NULL, asked_free, NULL);
  self->clients = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->idle_timeout_s = options->idle_timeout_s > 0 ? options->idle_timeout_s : IDLE_TIMEOUT_S;
  self->soup = soup_server_new ("server-header", "tsm", NULL);
  self->service = g_socket_service_new ();
  if (!listen_at (self, address, &failure)) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
                 "TSM_LISTEN: cannot listen on %s: %s; set TSM_LISTEN to a free one, such as "
                 "127.0.0.1:8081",
                 options->listen, failure->message);
    return NULL;
  }
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
  soup_server_add_early_handler (self->soup, NULL, on_headers, self, NULL);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  return g_steal_pointer (&self);
}

/* Those that outlive the server: a call under way holds them. */
static void
forget_clients (TsmHttpServer *self)
{
  GHashTableIter iter;
  gpointer client;

  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &client, NULL))
    g_object_weak_unref (client, on_client_gone, self);
  g_hash_table_unref (self->clients);
}

void
tsm_http_server_free (TsmHttpServer *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->sweeper, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_object_unref (self->service);
  g_hash_table_unref (self->asked);
  soup_server_disconnect (self->soup);
  g_object_unref (self->soup);
  forget_clients (self);
  g_clear_pointer (&self->token, tsm_secret_unref);
  g_free (self);
}

guint16
tsm_http_server_get_port (const TsmHttpServer *self)
{
  return self->port;
}
