/* SPDX-License-Identifier: MIT
 * test-http-server: what is served, to whom, and as which command. */
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "daemon/tsm-http-server.h"
#include <gio/gio.h>
#include <string.h>

typedef struct {
  TsmDesk *desk;
  TsmHttpServer *server;
  char *asked;     /* the last request, as it would travel on the command socket */
  TsmEvent *event; /* that waits for its answer */
  gboolean is_refusing, is_slow;
  const char *data; /* of the next answer; NULL: a reading of 12 s ago */
} Fixture;

typedef struct {
  const char *name;
  const char *request; /* up to the end of its headers, which is added */
  const char *status;  /* that the answer begins with, after "HTTP/1.1 " */
  const char *body;    /* that is in it */
  const char *asked;   /* the engine; NULL: nothing */
} Case;

static TsmCard *
new_card (void)
{
  TsmCard *card = tsm_card_new ("How things stand");

  tsm_card_take_line (card, g_strdup ("done"));
  return card;
}

static const char read_lately[] = "{\"now\":1000,\"last_reading\":988}";

static gboolean
answer (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (TsmReply) reply = NULL;

  if (fixture->is_refusing)
    reply = tsm_reply_new_refusal (fixture->event->request, TSM_REFUSAL_UNAVAILABLE, "not yet");
  else
    reply = tsm_reply_new_done (
        fixture->event->request, new_card (),
        json_from_string (fixture->data != NULL ? fixture->data : read_lately, NULL));
  tsm_desk_answer (fixture->desk, reply);
  g_clear_pointer (&fixture->event, tsm_event_free);
  return G_SOURCE_REMOVE;
}

static void
on_fed (TsmEvent *take_event, gpointer data)
{
  Fixture *fixture = data;

  fixture->event = take_event;
  g_free (fixture->asked);
  fixture->asked = tsm_request_dup_json (take_event->request);
  if (!fixture->is_slow)
    g_idle_add (answer, fixture);
}

static void
open_server (Fixture *fixture, const char *token_text)
{
  g_autoptr (TsmSecret) token = token_text != NULL ? tsm_secret_new (token_text) : NULL;
  const TsmHttpServerOptions options = {
    .listen = "127.0.0.1:0", .token = token, .desk = fixture->desk, .idle_timeout_s = 1
  };
  g_autoptr (GError) error = NULL;

  fixture->server = tsm_http_server_new (&options, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->desk = tsm_desk_new (on_fed, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tsm_http_server_free (fixture->server);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  tsm_desk_free (fixture->desk);
  tsm_event_free (fixture->event);
  g_free (fixture->asked);
}

static GSocket *
reach (const Fixture *fixture)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new (loopback, tsm_http_server_get_port (fixture->server));
  GSocket *client = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);

  g_assert_true (g_socket_connect (client, address, NULL, NULL));
  return client;
}

static GSocket *
send_request (const Fixture *fixture, const char *request)
{
  GSocket *client = reach (fixture);
  g_autofree char *text =
      g_strconcat (request, "\r\nHost: localhost\r\nConnection: close\r\n\r\n", NULL);

  g_assert_cmpint (g_socket_send (client, text, strlen (text), NULL, NULL), ==,
                   (gssize) strlen (text));
  return client;
}

/* Sends the request, and hears everything until the server closes. */
static char *
fetch (const Fixture *fixture, const char *request)
{
  g_autoptr (GSocket) client = send_request (fixture, request);
  g_autoptr (GString) heard = g_string_new (NULL);
  char buffer[4096];
  gssize n_heard;

  g_socket_set_blocking (client, FALSE);
  do {
    g_main_context_iteration (NULL, FALSE);
    n_heard = g_socket_receive (client, buffer, sizeof buffer, NULL, NULL);
    if (n_heard > 0)
      g_string_append_len (heard, buffer, n_heard);
  } while (n_heard != 0);
  return g_string_free (g_steal_pointer (&heard), FALSE);
}

static void
check (Fixture *fixture, const Case *row)
{
  g_autofree char *answer = fetch (fixture, row->request);
  g_autofree char *status = g_strconcat ("HTTP/1.1 ", row->status, NULL);

  g_test_message ("%s: %s", row->name, answer);
  g_assert_true (g_str_has_prefix (answer, status));
  g_assert_nonnull (strstr (answer, row->body));
  g_assert_cmpstr (fixture->asked, ==, row->asked);
  g_clear_pointer (&fixture->asked, g_free);
}

#define JSON(command, lang, options) \
  "{\"command\":\"" command "\",\"lang\":\"" lang "\",\"options\":{" options "}}"

static const Case open_cases[] = {
  { "welcome", "GET / HTTP/1.1", "200", "/api/v1/plan", NULL },
  { "health", "GET /healthz HTTP/1.1", "200", "{\"ok\":true,\"reading_age_seconds\":12}",
    JSON ("status", "en", "") },
  { "status", "GET /api/v1/status HTTP/1.1", "200", "{\"ok\":true,\"text\":\"done\",\"data\":{",
    JSON ("status", "en", "") },
  { "in-french", "GET /api/v1/plan HTTP/1.1\r\nAccept-Language: fr-FR,fr;q=0.9", "200", "\"ok\"",
    JSON ("plan", "fr", "") },
  { "total", "GET /api/v1/state?which=week HTTP/1.1", "200", "\"ok\"",
    JSON ("get_total_state", "en", "\"which\":\"week\"") },
  { "of-a-user", "GET /api/v1/state?user=7 HTTP/1.1", "200", "\"ok\"",
    JSON ("get_state", "en", "\"user\":\"7\"") },
  { "head", "HEAD /api/v1/status HTTP/1.1", "200", "application/json", JSON ("status", "en", "") },
  { "elsewhere", "GET /api/v1/power?state=off HTTP/1.1", "404", "not here", NULL },
  { "below", "GET /api/v1/status/x HTTP/1.1", "404", "not here", NULL },
  { "write", "POST /api/v1/status HTTP/1.1\r\nContent-Length: 0", "405", "read-only", NULL },
};

static void
test_http_server_serves (Fixture *fixture, gconstpointer data)
{
  open_server (fixture, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (open_cases); i++)
    check (fixture, &open_cases[i]);
}

static const Case token_cases[] = {
  { "none", "GET /api/v1/status HTTP/1.1", "401", "TSM_WEB_TOKEN", NULL },
  { "wrong", "GET /api/v1/status HTTP/1.1\r\nAuthorization: Bearer sesamo", "401", "", NULL },
  { "longer", "GET / HTTP/1.1\r\nAuthorization: Bearer sesamesesame", "401", "", NULL },
  { "shorter", "GET / HTTP/1.1\r\nAuthorization: Bearer sesam", "401", "", NULL },
  { "empty", "GET / HTTP/1.1\r\nAuthorization: Bearer ", "401", "", NULL },
  { "other-scheme", "GET / HTTP/1.1\r\nAuthorization: Basic sesame", "401", "", NULL },
  { "right", "GET /api/v1/status HTTP/1.1\r\nAuthorization: Bearer sesame", "200", "\"ok\"",
    JSON ("status", "en", "") },
  { "health-needs-none", "GET /healthz HTTP/1.1", "200", "\"ok\"", JSON ("status", "en", "") },
};

static void
test_http_server_wants_its_token (Fixture *fixture, gconstpointer data)
{
  open_server (fixture, "sesame");
  for (guint i = 0; i < G_N_ELEMENTS (token_cases); i++)
    check (fixture, &token_cases[i]);
}

static void
test_http_server_passes_refusals_on (Fixture *fixture, gconstpointer data)
{
  static const Case rows[] = {
    { "api", "GET /api/v1/plan HTTP/1.1", "503", "\"unavailable\"", JSON ("plan", "en", "") },
    { "health", "GET /healthz HTTP/1.1", "503", "{\"ok\":false,\"reading_age_seconds\":null}",
      JSON ("status", "en", "") },
  };

  open_server (fixture, NULL);
  fixture->is_refusing = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check (fixture, &rows[i]);
}

/* The ledger and the host are as well as ever without Discord: whoever watches is told what to do,
 * and does not restart what works. */
static void
test_http_server_health_names_discord (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *data, *body;
  } rows[] = {
    { "{\"now\":1000,\"last_reading\":988,\"discord\":\"up\",\"discord_reason\":null}",
      "{\"ok\":true,\"reading_age_seconds\":12,\"discord\":\"up\"}" },
    { "{\"now\":1000,\"last_reading\":null,\"discord\":\"down\",\"discord_reason\":null}",
      "{\"ok\":true,\"reading_age_seconds\":null,\"discord\":\"down\"}" },
    { "{\"now\":1000,\"last_reading\":988,\"discord\":\"stopped\","
      "\"discord_reason\":\"\\\"TOKEN_BOT\\\" is wrong; set it\"}",
      "{\"ok\":true,\"reading_age_seconds\":12,\"discord\":\"stopped\","
      "\"discord_reason\":\"\\\"TOKEN_BOT\\\" is wrong; set it\"}" },
  };

  open_server (fixture, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Case row = { "health", "GET /healthz HTTP/1.1", "200", rows[i].body,
                       JSON ("status", "en", "") };

    fixture->data = rows[i].data;
    check (fixture, &row);
  }
}

/* A client that hangs up takes its ticket with it; the late answer is nobody's. */
static void
test_http_server_survives_the_vanished (Fixture *fixture, gconstpointer data)
{
  GSocket *client;

  open_server (fixture, NULL);
  fixture->is_slow = TRUE;
  client = send_request (fixture, "GET /api/v1/status HTTP/1.1");
  while (fixture->event == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (client);
  answer (fixture);
  fixture->is_slow = FALSE;
  g_clear_pointer (&fixture->asked, g_free);
  check (fixture, &open_cases[0]);
}

static void
test_http_server_ends_with_open_questions (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) client = NULL;

  open_server (fixture, NULL);
  fixture->is_slow = TRUE;
  client = send_request (fixture, "GET /api/v1/status HTTP/1.1");
  while (fixture->event == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Waits for the server to cut the client off. */
static void
wait_for_end (GSocket *client)
{
  char buffer[16];
  gssize n_heard;

  g_socket_set_blocking (client, FALSE);
  do {
    g_main_context_iteration (NULL, FALSE);
    n_heard = g_socket_receive (client, buffer, sizeof buffer, NULL, NULL);
  } while (n_heard < 0);
  g_assert_cmpint (n_heard, ==, 0);
}

/* The silent take up all the room there is, not more, and not for ever. */
static void
test_http_server_bounds_its_clients (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) crowd = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocket) last = NULL;

  open_server (fixture, NULL);
  for (guint i = 0; i < TSM_LIMIT_CLIENTS; i++) {
    g_ptr_array_add (crowd, reach (fixture));
    while (g_main_context_iteration (NULL, FALSE))
      continue;
  }
  last = reach (fixture);
  wait_for_end (last);
  for (guint i = 0; i < TSM_LIMIT_CLIENTS; i++)
    wait_for_end (g_ptr_array_index (crowd, i));
  check (fixture, &open_cases[0]);
}

static const struct {
  const char *name;
  const char *listen;
  const char *token;
  gboolean is_allowed;
  const char *named;
} listen_cases[] = {
  { "loopback", "127.0.0.1:8080", NULL, TRUE, NULL },
  { "loopback-by-name", "localhost:8080", NULL, TRUE, NULL },
  { "loopback-6", "[::1]:8080", NULL, TRUE, NULL },
  { "everywhere", "0.0.0.0:8080", NULL, FALSE, "TSM_WEB_TOKEN" },
  { "everywhere-6", "[::]:8080", NULL, FALSE, "TSM_WEB_TOKEN" },
  { "lan", "192.168.1.5:8080", NULL, FALSE, "TSM_WEB_TOKEN" },
  { "empty-token", "192.168.1.5:8080", "", FALSE, "TSM_WEB_TOKEN" },
  { "lan-with-token", "192.168.1.5:8080", "sesame", TRUE, NULL },
  { "name", "pi.lan:8080", "sesame", FALSE, "TSM_LISTEN" },
  { "nothing", "nowhere", NULL, FALSE, "TSM_LISTEN" },
};

static void
test_http_server_checks_where (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const char *text = listen_cases[i].token;
  g_autoptr (TsmSecret) token = text != NULL ? tsm_secret_new (text) : NULL;
  const TsmHttpServerOptions options = { .listen = listen_cases[i].listen, .token = token };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (tsm_http_server_check (&options, &error), ==, listen_cases[i].is_allowed);
  if (listen_cases[i].is_allowed) {
    g_assert_no_error (error);
    return;
  }
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, listen_cases[i].named));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/http-server/serves", Fixture, NULL, set_up, test_http_server_serves, tear_down);
  g_test_add ("/http-server/wants-its-token", Fixture, NULL, set_up,
              test_http_server_wants_its_token, tear_down);
  g_test_add ("/http-server/passes-refusals-on", Fixture, NULL, set_up,
              test_http_server_passes_refusals_on, tear_down);
  g_test_add ("/http-server/health-names-discord", Fixture, NULL, set_up,
              test_http_server_health_names_discord, tear_down);
  g_test_add ("/http-server/survives-the-vanished", Fixture, NULL, set_up,
              test_http_server_survives_the_vanished, tear_down);
  g_test_add ("/http-server/ends-with-open-questions", Fixture, NULL, set_up,
              test_http_server_ends_with_open_questions, tear_down);
  g_test_add ("/http-server/bounds-its-clients", Fixture, NULL, set_up,
              test_http_server_bounds_its_clients, tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (listen_cases); i++) {
    g_autofree char *path = g_strconcat ("/http-server/checks-where/", listen_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_http_server_checks_where);
  }
  return g_test_run ();
}
