/* SPDX-License-Identifier: MIT
 * test-command-socket: clients that are polite, slow, rude, many, or gone. */
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "daemon/tsm-command-socket.h"
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define ASK "{\"command\":\"status\"}\n"

typedef struct {
  char *directory;
  char *path;
  TsmDesk *desk;
  TsmCommandSocket *socket;
  GPtrArray *fed; /* of TsmEvent */
} Fixture;

static void
on_fed (TsmEvent *take_event, gpointer data)
{
  Fixture *fixture = data;

  g_ptr_array_add (fixture->fed, take_event);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("tsm-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "run", "tsm.sock", NULL);
  fixture->fed = g_ptr_array_new_with_free_func ((GDestroyNotify) tsm_event_free);
  fixture->desk = tsm_desk_new (on_fed, fixture);
  fixture->socket = tsm_command_socket_new (fixture->path, fixture->desk, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *run = g_path_get_dirname (fixture->path);

  tsm_command_socket_free (fixture->socket);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_remove (fixture->path);
  g_rmdir (run);
  g_rmdir (fixture->directory);
  tsm_desk_free (fixture->desk);
  g_ptr_array_unref (fixture->fed);
  g_free (fixture->path);
  g_free (fixture->directory);
}

static GSocket *
reach (const Fixture *fixture)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture->path);
  g_autoptr (GError) error = NULL;
  GSocket *client = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, &error);

  g_assert_no_error (error);
  g_socket_connect (client, address, NULL, &error);
  g_assert_no_error (error);
  return client;
}

static void
say (GSocket *client, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_socket_send (client, text, strlen (text), NULL, &error), ==,
                   (gssize) strlen (text));
  g_assert_no_error (error);
}

/* Runs the server until the client is told something, or cut off: "" then. */
static char *
hear (GSocket *client)
{
  char buffer[4096];
  gssize n_heard;

  g_socket_set_blocking (client, FALSE);
  do {
    g_main_context_iteration (NULL, FALSE);
    n_heard = g_socket_receive (client, buffer, sizeof buffer, NULL, NULL);
  } while (n_heard < 0);
  return g_strndup (buffer, (gsize) n_heard);
}

static void
wait_for_events (Fixture *fixture, guint n_events)
{
  while (fixture->fed->len < n_events)
    g_main_context_iteration (NULL, TRUE);
}

static void
answer (Fixture *fixture, guint index, const char *text)
{
  const TsmEvent *event = g_ptr_array_index (fixture->fed, index);
  g_autoptr (TsmReply) reply = tsm_reply_new_refusal (event->request, TSM_REFUSAL_TOO_LATE, text);

  tsm_desk_answer (fixture->desk, reply);
}

static void
test_command_socket_answers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) client = reach (fixture);
  g_autofree char *reply = NULL, *end = NULL;

  /* In two parts, with time between them. */
  say (client, "{\"command\":\"hello_you\",\"as\":\"7\",");
  g_main_context_iteration (NULL, TRUE);
  say (client, "\"options\":{\"user\":\"9\"}}\n");
  wait_for_events (fixture, 1);
  {
    const TsmEvent *event = g_ptr_array_index (fixture->fed, 0);

    g_assert_cmpint (event->kind, ==, TSM_EVENT_COMMAND);
    g_assert_cmpstr (event->request->command, ==, "hello_you");
    g_assert_cmpint (event->request->caller_id, ==, 7);
    g_assert_cmpstr (tsm_request_peek (event->request, "user"), ==, "9");
  }
  answer (fixture, 0, "no");
  reply = hear (client);
  g_assert_cmpstr (reply, ==,
                   "{\"ok\":false,\"error\":{\"code\":\"too_late\",\"message\":\"no\"}}\n");
  end = hear (client);
  g_assert_cmpstr (end, ==, "");
}

static void
test_command_socket_serves_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) first = reach (fixture), second = reach (fixture);
  g_autofree char *to_first = NULL, *to_second = NULL;

  say (first, ASK);
  wait_for_events (fixture, 1);
  say (second, ASK);
  wait_for_events (fixture, 2);
  answer (fixture, 1, "second");
  to_second = hear (second);
  answer (fixture, 0, "first");
  to_first = hear (first);
  g_assert_nonnull (strstr (to_second, "second"));
  g_assert_nonnull (strstr (to_first, "first"));
}

static void
test_command_socket_survives_the_vanished (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) polite = NULL;
  GSocket *silent = reach (fixture), *asking = reach (fixture);
  g_autofree char *reply = NULL;

  say (silent, "{\"comm");
  say (asking, ASK);
  wait_for_events (fixture, 1);
  g_object_unref (silent);
  g_object_unref (asking);
  answer (fixture, 0, "to nobody");
  polite = reach (fixture);
  say (polite, ASK);
  wait_for_events (fixture, 2);
  answer (fixture, 1, "to somebody");
  reply = hear (polite);
  g_assert_nonnull (strstr (reply, "somebody"));
}

static char *
dup_long_line (gsize length)
{
  char *line = g_malloc0 (length + 1);

  memset (line, ' ', length);
  memcpy (line, ASK, strlen (ASK) - 1);
  line[length - 1] = '\n';
  return line;
}

static void
test_command_socket_bounds_a_line (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) fitting = reach (fixture), too_long = reach (fixture);
  g_autofree char *fit = dup_long_line (TSM_LIMIT_REQUEST_BYTES + 1);
  g_autofree char *over = dup_long_line (TSM_LIMIT_REQUEST_BYTES + 2);
  g_autofree char *reply = NULL;

  say (fitting, fit);
  wait_for_events (fixture, 1);
  say (too_long, over);
  reply = hear (too_long);
  g_assert_cmpuint (fixture->fed->len, ==, 1);
  g_assert_nonnull (strstr (reply, "\"usage\""));
}

static void
test_command_socket_refuses_nonsense (Fixture *fixture, gconstpointer data)
{
  static const char *const lines[] = {
    "\n", "hello\n", "[]\n", "{}\n", "{\"command\":7}\n", "{\"command\":\"op\",\"as\":\"bob\"}\n"
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autoptr (GSocket) client = reach (fixture);
    g_autofree char *reply = NULL;

    say (client, lines[i]);
    reply = hear (client);
    g_assert_nonnull (strstr (reply, "\"usage\""));
    g_assert_null (strstr (reply, "<data>"));
    g_assert_cmpuint (fixture->fed->len, ==, 0);
  }
}

static void
test_command_socket_bounds_its_clients (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) crowd = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocket) last = NULL;
  g_autofree char *reply = NULL;

  for (guint i = 0; i < TSM_LIMIT_CLIENTS; i++) {
    g_ptr_array_add (crowd, reach (fixture));
    say (g_ptr_array_index (crowd, i), ASK);
    wait_for_events (fixture, i + 1);
  }
  last = reach (fixture);
  reply = hear (last);
  g_assert_nonnull (strstr (reply, "too many clients"));
  g_assert_nonnull (strstr (reply, "\"unavailable\""));
}

static void
test_command_socket_is_private (Fixture *fixture, gconstpointer data)
{
  g_autofree char *run = g_path_get_dirname (fixture->path);
  struct stat found;

  g_assert_cmpint (g_lstat (fixture->path, &found), ==, 0);
  g_assert_cmpint (found.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_lstat (run, &found), ==, 0);
  g_assert_cmpint (found.st_mode & 0777, ==, 0700);
}

static void
test_command_socket_is_not_taken_from_the_living (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmCommandSocket) other =
      tsm_command_socket_new (fixture->path, fixture->desk, &error);

  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "TSM_SOCKET"));
  g_assert_null (other);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

/* A socket that nobody listens on any more, as a killed daemon leaves it. */
static void
leave_stale_socket (const Fixture *fixture)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture->path);
  g_autoptr (GSocket) dead = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);

  g_assert_true (g_socket_bind (dead, address, FALSE, NULL));
}

static void
test_command_socket_replaces_a_stale_one (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) client = NULL;

  g_clear_pointer (&fixture->socket, tsm_command_socket_free);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  leave_stale_socket (fixture);
  fixture->socket = tsm_command_socket_new (fixture->path, fixture->desk, &error);
  g_assert_no_error (error);
  client = reach (fixture);
  say (client, ASK);
  wait_for_events (fixture, 1);
}

static void
test_command_socket_leaves_other_files_alone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_clear_pointer (&fixture->socket, tsm_command_socket_free);
  g_assert_true (g_file_set_contents (fixture->path, "precious", -1, NULL));
  fixture->socket = tsm_command_socket_new (fixture->path, fixture->desk, &error);
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "precious");
}

#define ADD(path, function) \
  g_test_add ("/command-socket/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("answers", test_command_socket_answers);
  ADD ("serves-many", test_command_socket_serves_many);
  ADD ("survives-the-vanished", test_command_socket_survives_the_vanished);
  ADD ("bounds-a-line", test_command_socket_bounds_a_line);
  ADD ("refuses-nonsense", test_command_socket_refuses_nonsense);
  ADD ("bounds-its-clients", test_command_socket_bounds_its_clients);
  ADD ("is-private", test_command_socket_is_private);
  ADD ("is-not-taken-from-the-living", test_command_socket_is_not_taken_from_the_living);
  ADD ("replaces-a-stale-one", test_command_socket_replaces_a_stale_one);
  ADD ("leaves-other-files-alone", test_command_socket_leaves_other_files_alone);
  return g_test_run ();
}
