/* SPDX-License-Identifier: MIT
 * tsm-test-server: an HTTP server inside a test that says what it is told to, well or badly. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TsmTestServer TsmTestServer;

typedef enum {
  TSM_TEST_WELL = 0,
  TSM_TEST_NEVER,  /* takes the request and says nothing */
  TSM_TEST_HANGUP, /* takes the request and closes */
  TSM_TEST_CUT,    /* announces twice the body's length, then closes */
  TSM_TEST_RAW,    /* sends the body as it is, status line and all, then closes */
} TsmTestManner;

typedef struct {
  guint status; /* 0: 200 */
  const char *reason;
  const char *content_type; /* NULL: application/json */
  const char *body;
  gsize length; /* 0: of the text */
  TsmTestManner manner;
  const char *headers; /* more of them: "Name: value", one a line */
} TsmTestAnswer;

/* On loopback, any port. @is_tls: with tests/fixtures/tls. */
TsmTestServer *tsm_test_server_new (gboolean is_tls);
void tsm_test_server_free (TsmTestServer *self);
guint16 tsm_test_server_get_port (TsmTestServer *self);
/* "http://127.0.0.1:PORT" */
char *tsm_test_server_dup_url (TsmTestServer *self);
/* The next answer to @target (path and query as sent); the last one given stays. Without any: a
 * 404. Texts are borrowed. */
void tsm_test_server_answer (TsmTestServer *self, const char *target, TsmTestAnswer answer);
/* The same with the content of a file of tests/fixtures. */
void tsm_test_server_answer_file (TsmTestServer *self, const char *target, guint status,
                                  const char *fixture);
/* What came, in order: "METHOD TARGET BODY|AUTHORIZATION", and the most at the same time. */
GPtrArray *tsm_test_server_get_requests (TsmTestServer *self);
guint tsm_test_server_get_most_at_once (TsmTestServer *self);
/* A header of the request at @index; NULL: it had none. */
const char *tsm_test_server_get_header (TsmTestServer *self, guint index, const char *name);
/* When it came, in ms of the monotonic clock. */
gint64 tsm_test_server_get_request_ms (TsmTestServer *self, guint index);
/* The connections that requests came over. */
guint tsm_test_server_get_n_connections (TsmTestServer *self);

/* A file of tests/fixtures; the test stops if it cannot be read. */
char *tsm_test_server_load (const char *fixture, gsize *ret_length);

/* Waits for one asynchronous call: pass @wait_done as callback and a GAsyncResult * NULL. */
void tsm_test_server_wait_done (GObject *source, GAsyncResult *result, gpointer user_data);
GAsyncResult *tsm_test_server_wait (GAsyncResult **result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmTestServer, tsm_test_server_free)

G_END_DECLS
