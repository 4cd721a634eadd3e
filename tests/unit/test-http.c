/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "devices/tsm-http.h"
#include "tsm-test-server.h"
#include <string.h>

#define LONG_MS  60000 /* for what must answer */
#define SHORT_MS 50    /* for what never does */

static TsmHttpReply *
get (const TsmHttpOptions *options, const char *url, TsmHttpFault *ret_fault, GError **error)
{
  g_autoptr (TsmHttp) http = tsm_http_new (options);
  g_autoptr (GAsyncResult) result = NULL;

  tsm_http_send_async (http, &(TsmHttpRequest){ .url = url }, NULL, tsm_test_server_wait_done,
                       &result);
  return tsm_http_send_finish (tsm_test_server_wait (&result), ret_fault, error);
}

static TsmHttpReply *
get_path (TsmTestServer *server, guint timeout_ms, TsmHttpFault *ret_fault, GError **error)
{
  const TsmHttpOptions options = { .timeout_ms = timeout_ms };
  g_autofree char *base = tsm_test_server_dup_url (server);
  g_autofree char *url = g_strconcat (base, "/x", NULL);

  return get (&options, url, ret_fault, error);
}

static void
test_http_answers (void)
{
  g_autoptr (TsmTestServer) server = tsm_test_server_new (FALSE);
  g_autoptr (TsmHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *status = NULL;
  TsmHttpFault fault = TSM_HTTP_FAULT_DROPPED;

  tsm_test_server_answer (server, "/x",
                          (TsmTestAnswer){ .status = 595,
                                           .reason = "No route to\thost",
                                           .content_type = "text/plain; charset=utf-8",
                                           .body = "hello" });
  reply = get_path (server, LONG_MS, &fault, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fault, ==, TSM_HTTP_FAULT_NONE);
  g_assert_cmpuint (reply->status, ==, 595);
  g_assert_cmpstr (reply->content_type, ==, "text/plain");
  g_assert_cmpuint (g_bytes_get_size (reply->body), ==, 5);
  status = tsm_http_reply_dup_status (reply);
  g_assert_cmpstr (status, ==, "595 No route to host");
}

static void
test_http_posts_form (void)
{
  g_autoptr (TsmTestServer) server = tsm_test_server_new (FALSE);
  const TsmHttpOptions options = { .timeout_ms = LONG_MS };
  g_autoptr (TsmHttp) http = tsm_http_new (&options);
  g_autofree char *base = tsm_test_server_dup_url (server);
  g_autofree char *url = g_strconcat (base, "/x", NULL);
  const TsmHttpRequest request = { .url = url, .form = "a=b", .authorization = "Basic eA==" };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TsmHttpReply) reply = NULL;

  tsm_http_send_async (http, &request, NULL, tsm_test_server_wait_done, &result);
  reply = tsm_http_send_finish (tsm_test_server_wait (&result), NULL, NULL);
  g_assert_cmpuint (reply->status, ==, 404);
  g_assert_cmpuint (tsm_test_server_get_requests (server)->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (tsm_test_server_get_requests (server), 0), ==,
                   "POST /x a=b|Basic eA==");
}

static void
test_http_follows_no_redirect (void)
{
  g_autoptr (TsmTestServer) server = tsm_test_server_new (FALSE);
  g_autoptr (TsmHttpReply) reply = NULL;

  tsm_test_server_answer (
      server, "/x",
      (TsmTestAnswer){ .manner = TSM_TEST_RAW,
                       .body = "HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n" });
  reply = get_path (server, LONG_MS, NULL, NULL);
  g_assert_cmpuint (reply->status, ==, 302);
  g_assert_cmpuint (tsm_test_server_get_requests (server)->len, ==, 1);
}

static const struct {
  const char *name;
  TsmTestManner manner;
  const char *body;
  guint timeout_ms;
  TsmHttpFault fault;
  const char *message;
} fault_cases[] = {
  { "never", TSM_TEST_NEVER, "", SHORT_MS, TSM_HTTP_FAULT_SILENT, "gave no answer within 50 ms" },
  { "hangs-up", TSM_TEST_HANGUP, "", LONG_MS, TSM_HTTP_FAULT_DROPPED, "closed the connection" },
  { "cut", TSM_TEST_CUT, "{\"a\":1", LONG_MS, TSM_HTTP_FAULT_DROPPED, "closed the connection" },
  { "cut-chunk", TSM_TEST_RAW, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"a\":",
    LONG_MS, TSM_HTTP_FAULT_DROPPED, "closed the connection" },
  { "other-protocol", TSM_TEST_RAW, "SSH-2.0-OpenSSH_9.2\r\n", LONG_MS, TSM_HTTP_FAULT_UNREADABLE,
    "cannot be used" },
};

static void
test_http_faults (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmTestServer) server = tsm_test_server_new (FALSE);
  g_autoptr (GError) error = NULL;
  TsmHttpFault fault = TSM_HTTP_FAULT_NONE;

  tsm_test_server_answer (server, "/x",
                          (TsmTestAnswer){ .manner = fault_cases[i].manner,
                                           .body = fault_cases[i].body });
  g_assert_null (get_path (server, fault_cases[i].timeout_ms, &fault, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  g_assert_cmpint (fault, ==, fault_cases[i].fault);
  if (strstr (error->message, fault_cases[i].message) == NULL)
    g_error ("\"%s\" lacks \"%s\"", error->message, fault_cases[i].message);
}

static void
test_http_refused (void)
{
  TsmTestServer *server = tsm_test_server_new (FALSE);
  const TsmHttpOptions options = { .timeout_ms = LONG_MS };
  g_autofree char *base = tsm_test_server_dup_url (server);
  g_autoptr (GError) error = NULL;
  TsmHttpFault fault;

  tsm_test_server_free (server);
  g_assert_null (get (&options, base, &fault, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  g_assert_cmpint (fault, ==, TSM_HTTP_FAULT_REFUSED);
}

static void
test_http_body_limit (void)
{
  g_autoptr (TsmTestServer) server = tsm_test_server_new (FALSE);
  g_autofree char *body = g_strnfill (TSM_LIMIT_BODY_BYTES + 1, ' ');
  g_autoptr (TsmHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  TsmHttpFault fault;

  tsm_test_server_answer (server, "/x",
                          (TsmTestAnswer){ .body = body, .length = TSM_LIMIT_BODY_BYTES });
  tsm_test_server_answer (server, "/x",
                          (TsmTestAnswer){ .body = body, .length = TSM_LIMIT_BODY_BYTES + 1 });
  reply = get_path (server, LONG_MS, &fault, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (reply->body), ==, TSM_LIMIT_BODY_BYTES);
  g_assert_null (get_path (server, LONG_MS, &fault, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  g_assert_cmpint (fault, ==, TSM_HTTP_FAULT_UNREADABLE);
}

static void
test_http_cancelled (void)
{
  g_autoptr (TsmTestServer) server = tsm_test_server_new (FALSE);
  const TsmHttpOptions options = { .timeout_ms = LONG_MS };
  TsmHttp *http = tsm_http_new (&options);
  g_autofree char *base = tsm_test_server_dup_url (server);
  g_autofree char *url = g_strconcat (base, "/x", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  TsmHttpFault fault;

  tsm_test_server_answer (server, "/x", (TsmTestAnswer){ .manner = TSM_TEST_NEVER });
  tsm_http_send_async (http, &(TsmHttpRequest){ .url = url }, cancellable,
                       tsm_test_server_wait_done, &result);
  while (tsm_test_server_get_requests (server)->len == 0)
    g_main_context_iteration (NULL, TRUE);
  /* An exchange outlives its owner. */
  tsm_http_free (http);
  g_cancellable_cancel (cancellable);
  g_assert_null (tsm_http_send_finish (tsm_test_server_wait (&result), &fault, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (fault, ==, TSM_HTTP_FAULT_CANCELLED);
}

static char *
own_fingerprint (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "fixtures", "tls", "certificate.pem", NULL);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, NULL);

  return tsm_trust_dup_fingerprint (certificate);
}

static void
test_http_tls_trust (void)
{
  g_autoptr (TsmTestServer) server = tsm_test_server_new (TRUE);
  g_autofree char *base = tsm_test_server_dup_url (server);
  g_autofree char *own = own_fingerprint ();
  TsmHttpOptions options = { .timeout_ms = LONG_MS, .trust = { .mode = TSM_TRUST_SYSTEM } };
  g_autoptr (GError) system_error = NULL, other_error = NULL, error = NULL;
  g_autoptr (TsmHttpReply) any = NULL, pinned = NULL;
  TsmHttpFault fault;

  g_assert_null (get (&options, base, &fault, &system_error));
  g_assert_error (system_error, TSM_ERROR, TSM_ERROR_DENIED);
  g_assert_cmpint (fault, ==, TSM_HTTP_FAULT_UNTRUSTED);
  g_assert_nonnull (strstr (system_error->message, own));

  options.trust.mode = TSM_TRUST_FINGERPRINT;
  g_assert_null (get (&options, base, &fault, &other_error));
  g_assert_error (other_error, TSM_ERROR, TSM_ERROR_DENIED);
  /* Whoever is not trusted never saw a request. */
  g_assert_cmpuint (tsm_test_server_get_requests (server)->len, ==, 0);

  options.trust.mode = TSM_TRUST_ANY;
  any = get (&options, base, &fault, &error);
  g_assert_no_error (error);
  g_assert_true (tsm_trust_parse (own, &options.trust, NULL));
  pinned = get (&options, base, &fault, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tsm_test_server_get_requests (server)->len, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/answers", test_http_answers);
  g_test_add_func ("/http/posts-form", test_http_posts_form);
  g_test_add_func ("/http/follows-no-redirect", test_http_follows_no_redirect);
  for (guint i = 0; i < G_N_ELEMENTS (fault_cases); i++) {
    g_autofree char *path = g_strconcat ("/http/faults/", fault_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_http_faults);
  }
  g_test_add_func ("/http/refused", test_http_refused);
  g_test_add_func ("/http/body-limit", test_http_body_limit);
  g_test_add_func ("/http/cancelled", test_http_cancelled);
  g_test_add_func ("/http/tls-trust", test_http_tls_trust);
  return g_test_run ();
}
