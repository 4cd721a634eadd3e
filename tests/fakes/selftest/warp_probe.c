/* SPDX-License-Identifier: MIT
 * warp-probe: the shape of the daemon with nothing in it, to test the clock on. Two threads with a
 * GMainContext each, HTTP with a time-out of 5 s, a condition with a timed wait, a sleep. What
 * happens is printed with the time at which it did. */
#include <glib.h>
#include <libsoup/soup.h>

static const char *url;
static SoupSession *session;

static void
say (const char *what)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *text = g_date_time_format (now, "%H:%M:%S.%f");

  g_print ("%s %s\n", text, what);
}

static gboolean
tick (gpointer what)
{
  say (what);
  return G_SOURCE_CONTINUE;
}

static void
answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body =
      soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  (void) data;
  say (body != NULL ? "answer" : "no answer");
}

static gboolean
ask (gpointer data)
{
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);

  (void) data;
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, answered, NULL);
  return G_SOURCE_CONTINUE;
}

static gpointer
run_second_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GSource) source = g_timeout_source_new (7000);

  (void) data;
  g_source_set_callback (source, tick, "engine", NULL);
  g_source_attach (source, context);
  g_main_loop_run (loop);
  return NULL;
}

/* Not what the daemon does, but what its libraries may. */
static gpointer
run_third_thread (gpointer data)
{
  GMutex mutex;
  GCond cond;

  (void) data;
  g_mutex_init (&mutex);
  g_cond_init (&cond);
  g_mutex_lock (&mutex);
  g_cond_wait_until (&cond, &mutex, g_get_monotonic_time () + 90 * G_TIME_SPAN_SECOND);
  say ("condition");
  g_mutex_unlock (&mutex);
  g_usleep (90 * G_USEC_PER_SEC);
  say ("sleep");
  return NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  url = argc > 1 ? argv[1] : "";
  session = soup_session_new_with_options ("timeout", 5, NULL);
  g_thread_unref (g_thread_new ("second", run_second_thread, NULL));
  g_thread_unref (g_thread_new ("third", run_third_thread, NULL));
  g_timeout_add (60 * 1000, ask, NULL);
  say ("start");
  g_main_loop_run (loop);
  return 0;
}
