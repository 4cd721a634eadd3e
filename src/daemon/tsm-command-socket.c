/* SPDX-License-Identifier: MIT
 * tsm-command-socket: the Unix socket of `tsm do`. */
#include "daemon/tsm-command-socket.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "base/tsm-log.h"
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* How long a client may take to say its line, and to take its reply. */
#define CLIENT_TIMEOUT_S 30
#define NOT_A_SOCKET     "TSM_SOCKET: %s is not a socket; remove it, or set another path"

struct _TsmCommandSocket {
  char *path;
  struct stat bound; /* what we bound, to remove nobody else's */
  GSocketService *service;
  TsmDesk *desk;
  GHashTable *clients; /* of Client; a set */
};

/* One connection. Each operation under way holds a reference. */
typedef struct {
  TsmCommandSocket *server; /* NULL once it has gone */
  GSocketConnection *connection;
  GCancellable *cancellable;
  guint64 ticket; /* of the reply it waits for; 0: none */
  gsize n_read;
  char *reply;
  char line[TSM_LIMIT_REQUEST_BYTES + 1]; /* with its line break */
} Client;

static void
client_clear (gpointer data)
{
  Client *client = data;

  g_clear_object (&client->connection);
  g_clear_object (&client->cancellable);
  g_free (client->reply);
}

static void
client_unref (gpointer client)
{
  g_rc_box_release_full (client, client_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_unref)

static void
client_leave (Client *client)
{
  if (client->server != NULL)
    g_hash_table_remove (client->server->clients, client);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Client) client = data;
  g_autoptr (GError) error = NULL;

  /* A client that did not wait for its reply is no fault of ours. */
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    tsm_debug ("command", "a client left without its reply: %s", error->message);
  client_leave (client);
}

static void
send_reply (Client *client, const TsmReply *reply)
{
  GIOStream *stream = G_IO_STREAM (client->connection);
  g_autofree char *json = tsm_reply_dup_json (reply);

  client->reply = g_strconcat (json, "\n", NULL);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (stream), client->reply,
                                   strlen (client->reply), G_PRIORITY_DEFAULT, client->cancellable,
                                   on_written, g_rc_box_acquire (client));
}

static void
on_reply (const TsmReply *reply, gpointer data)
{
  Client *client = data;

  client->ticket = 0;
  send_reply (client, reply);
}

static void
refuse_line (Client *client, TsmRefusal refusal, const char *why)
{
  g_autoptr (TsmRequest) request = tsm_request_new ("", TSM_CALLER_SHELL, TSM_LANG_EN);
  g_autoptr (TsmReply) reply = tsm_reply_new_refusal (request, refusal, why);

  send_reply (client, reply);
}

static void
take_line (Client *client, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) json = NULL;
  TsmRequest *request;

  client->line[length] = '\0';
  json = json_from_string (client->line, NULL);
  if (json == NULL) { /* the parser's own words are for programmers */
    refuse_line (client, TSM_REFUSAL_USAGE, "the request is not a JSON object");
    return;
  }
  request = tsm_request_new_from_json (client->line, (gssize) length, &error);
  if (request == NULL)
    refuse_line (client, TSM_REFUSAL_USAGE, error->message);
  else
    client->ticket = tsm_desk_ask (client->server->desk, request, on_reply, client);
}

static void read_more (Client *client);

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Client) client = data;
  const gssize n_new = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);
  const char *end;

  if (client->server == NULL)
    return;
  if (n_new <= 0) {
    client_leave (client);
    return;
  }
  end = memchr (client->line + client->n_read, '\n', (gsize) n_new);
  client->n_read += (gsize) n_new;
  if (end != NULL)
    take_line (client, (gsize) (end - client->line));
  else if (client->n_read == sizeof client->line)
    refuse_line (client, TSM_REFUSAL_USAGE, "the request is too long");
  else
    read_more (client);
}

static void
read_more (Client *client)
{
  GIOStream *stream = G_IO_STREAM (client->connection);

  g_input_stream_read_async (g_io_stream_get_input_stream (stream), client->line + client->n_read,
                             sizeof client->line - client->n_read, G_PRIORITY_DEFAULT,
                             client->cancellable, on_read, g_rc_box_acquire (client));
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  TsmCommandSocket *self = data;
  Client *client = g_rc_box_new0 (Client);

  client->server = self;
  client->connection = g_object_ref (connection);
  client->cancellable = g_cancellable_new ();
  g_socket_set_timeout (g_socket_connection_get_socket (connection), CLIENT_TIMEOUT_S);
  g_hash_table_add (self->clients, client);
  if (g_hash_table_size (self->clients) > TSM_LIMIT_CLIENTS)
    refuse_line (client, TSM_REFUSAL_UNAVAILABLE, "too many clients at once; try again");
  else
    read_more (client);
  return TRUE;
}

static void
client_dismiss (gpointer data)
{
  Client *client = data;
  TsmCommandSocket *server = g_steal_pointer (&client->server);

  tsm_desk_forget (server->desk, client->ticket);
  g_cancellable_cancel (client->cancellable);
  client_unref (client);
}

static gboolean
has_listener (GSocketAddress *address)
{
  g_autoptr (GSocket) probe =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GError) error = NULL;

  if (probe == NULL || g_socket_connect (probe, address, NULL, &error))
    return TRUE;
  return !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* Makes room at @path, if what is there is a dead daemon's socket. */
static gboolean
clear_path (const char *path, GSocketAddress *address, GError **error)
{
  struct stat found;

  if (g_lstat (path, &found) != 0)
    return TRUE;
  if (!S_ISSOCK (found.st_mode)) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, NOT_A_SOCKET, path);
    return FALSE;
  }
  if (has_listener (address)) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
                 "TSM_SOCKET: another program listens at %s; stop it, or set another path", path);
    return FALSE;
  }
  g_unlink (path);
  return TRUE;
}

static gboolean
listen_at (TsmCommandSocket *self, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->path);
  g_autofree char *directory = g_path_get_dirname (self->path);
  g_autoptr (GSocket) socket = NULL;
  mode_t mask;
  gboolean ok;

  g_mkdir_with_parents (directory, 0700);
  if (!clear_path (self->path, address, error))
    return FALSE;
  socket =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  if (socket == NULL)
    return FALSE;
  mask = umask (0177);
  ok = g_socket_bind (socket, address, TRUE, error);
  umask (mask);
  if (!ok || g_lstat (self->path, &self->bound) != 0 || !g_socket_listen (socket, error) ||
      !g_socket_listener_add_socket (G_SOCKET_LISTENER (self->service), socket, NULL, error)) {
    g_prefix_error (error, "TSM_SOCKET: cannot listen at %s: ", self->path);
    return FALSE;
  }
  return TRUE;
}

TsmCommandSocket *
tsm_command_socket_new (const char *path, TsmDesk *desk, GError **error)
{
  g_autoptr (TsmCommandSocket) self = g_new0 (TsmCommandSocket, 1);
  g_autoptr (GError) failure = NULL;

  self->path = g_strdup (path);
  self->desk = desk;
  self->clients = g_hash_table_new_full (NULL, NULL, client_dismiss, NULL);
  self->service = g_socket_service_new ();
  if (!listen_at (self, &failure)) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, failure->message);
    return NULL;
  }
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
  return g_steal_pointer (&self);
}

gboolean
tsm_command_socket_check (const char *path, gboolean *ret_is_served, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  struct stat found;

  *ret_is_served =
      g_lstat (path, &found) == 0 && S_ISSOCK (found.st_mode) && has_listener (address);
  if (*ret_is_served || g_lstat (path, &found) != 0 || S_ISSOCK (found.st_mode))
    return TRUE;
  g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, NOT_A_SOCKET, path);
  return FALSE;
}

static gboolean
is_ours (const TsmCommandSocket *self)
{
  struct stat found;

  return self->bound.st_ino != 0 && g_lstat (self->path, &found) == 0 &&
         found.st_ino == self->bound.st_ino && found.st_dev == self->bound.st_dev;
}

void
tsm_command_socket_free (TsmCommandSocket *self)
{
  if (self == NULL)
    return;
  if (is_ours (self))
    g_unlink (self->path);
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_object_unref (self->service);
  g_hash_table_unref (self->clients);
  g_free (self->path);
  g_free (self);
}
