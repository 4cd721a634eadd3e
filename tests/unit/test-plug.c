/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "devices/tsm-plug.h"
#include "tsm-test-server.h"
#include <string.h>

#define STATUS10 "/cm?cmnd=Status%2010"
#define STATUS11 "/cm?cmnd=Status%2011"
#define STATUS5  "/cm?cmnd=Status%205"
#define UNKNOWN  "{\"Command\":\"Unknown\"}"
#define LONG_MS  60000 /* for what must answer, however busy the machine */
#define GOOD     "{\"StatusSNS\":{\"ENERGY\":{\"Total\":1.500}}}"

typedef struct {
  TsmTestServer *server;
  TsmPlug *plug;
  gint64 now;    /* what the plug's clock says next */
  gint64 step_s; /* by which each look at it moves it */
} Setup;

static gint64
read_clock (gpointer user_data)
{
  Setup *setup = user_data;
  const gint64 now = setup->now;

  setup->now += setup->step_s;
  return now;
}

static void
setup_init (Setup *setup, const char *password, guint timeout_ms)
{
  g_autofree char *url = NULL;
  g_autoptr (TsmEndpoint) endpoint = NULL;
  g_autoptr (TsmSecret) secret = password != NULL ? tsm_secret_new (password) : NULL;

  *setup = (Setup){ .server = tsm_test_server_new (FALSE), .now = 1000 };
  url = tsm_test_server_dup_url (setup->server);
  endpoint = tsm_endpoint_new (TSM_SERVICE_PLUG, url, NULL);
  setup->plug = tsm_plug_new (&(TsmPlugOptions){
      .endpoint = endpoint,
      .password = secret,
      .clock = read_clock,
      .clock_data = setup,
      .timeout_ms = timeout_ms > 0 ? timeout_ms : LONG_MS,
      .retry_ms = 1,
  });
}

static void
setup_clear (Setup *setup)
{
  tsm_plug_free (setup->plug);
  tsm_test_server_free (setup->server);
}

static gboolean
read_plug (Setup *setup, gboolean with_detail, TsmReading *ret_reading, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tsm_plug_read_async (setup->plug, with_detail, NULL, tsm_test_server_wait_done, &result);
  return tsm_plug_read_finish (tsm_test_server_wait (&result), ret_reading, error);
}

static guint
count_requests (const Setup *setup)
{
  return tsm_test_server_get_requests (setup->server)->len;
}

static void
test_plug_poll (void)
{
  Setup setup;
  TsmReading reading;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, NULL, 0);
  setup.step_s = 4; /* asked at 1000, answered at 1004 */
  tsm_test_server_answer_file (setup.server, STATUS10, 200,
                               "tasmota/status10_12.1.1_sonoff-s31.json");
  g_assert_true (read_plug (&setup, FALSE, &reading, &error));
  g_assert_no_error (error);
  g_assert_cmpint (reading.total_wh, ==, 196708);
  g_assert_cmpint (reading.at, ==, 1002);
  g_assert_cmpint (reading.uptime_s, ==, -1);
  g_assert_cmpstr (reading.mac, ==, "");
  g_assert_cmpuint (count_requests (&setup), ==, 1);
  g_assert_cmpstr (g_ptr_array_index (tsm_test_server_get_requests (setup.server), 0), ==,
                   "GET " STATUS10 " |");
  setup_clear (&setup);
}

static void
answer_detail (Setup *setup)
{
  tsm_test_server_answer_file (setup->server, STATUS10, 200,
                               "tasmota/status10_12.1.1_sonoff-s31.json");
  tsm_test_server_answer_file (setup->server, STATUS11, 200,
                               "tasmota/status11_12.1.1_sonoff-s31.json");
  tsm_test_server_answer_file (setup->server, STATUS5, 200,
                               "tasmota/status5_12.1.1_sonoff-s31.json");
}

static void
test_plug_detail (void)
{
  Setup setup;
  TsmReading reading;

  setup_init (&setup, "s3cret:", 0);
  setup.step_s = 10;
  answer_detail (&setup);
  g_assert_true (read_plug (&setup, TRUE, &reading, NULL));
  g_assert_cmpint (reading.uptime_s, ==, 530441);
  g_assert_cmpstr (reading.mac, ==, "00:00:5E:00:53:02");
  g_assert_cmpint (reading.at, ==, 1005); /* of Status 10, not of the whole */
  g_assert_cmpuint (tsm_test_server_get_most_at_once (setup.server), ==, 1);
  /* admin:s3cret: */
  g_assert_cmpstr (g_ptr_array_index (tsm_test_server_get_requests (setup.server), 2), ==,
                   "GET " STATUS5 " |Basic YWRtaW46czNjcmV0Og==");
  setup_clear (&setup);
}

static void
test_plug_inspect (void)
{
  Setup setup;
  TsmReading reading;
  TsmPlugFacts facts;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, NULL, 0);
  answer_detail (&setup);
  tsm_test_server_answer_file (setup.server, "/cm?cmnd=Status%202", 200,
                               "tasmota/status2_12.1.1_sonoff-s31.json");
  tsm_test_server_answer_file (setup.server, "/cm?cmnd=Status%207", 200,
                               "tasmota/status7_12.1.1_sonoff-s31.json");
  tsm_test_server_answer (setup.server, "/cm?cmnd=Status", (TsmTestAnswer){ .body = UNKNOWN });
  tsm_plug_inspect_async (setup.plug, NULL, tsm_test_server_wait_done, &result);
  tsm_plug_inspect_finish (tsm_test_server_wait (&result), &reading, &facts, &error);
  g_assert_no_error (error);
  g_assert_cmpint (reading.total_wh, ==, 196708);
  g_assert_cmpstr (facts.version, ==, "12.1.1(tasmota)");
  g_assert_cmpint (facts.timezone, ==, 99);
  g_assert_cmpint (facts.signal_dbm, ==, -36);
  g_assert_cmpint (facts.save_data, ==, -1); /* this one it did not know */
  setup_clear (&setup);
}

static const struct {
  const char *name;
  TsmTestAnswer answer;
  guint timeout_ms;
  TsmError code;
  guint n_requests; /* 0: what came in time is the machine's load to say */
  const char *message;
} failure_cases[] = {
  { "never", { .manner = TSM_TEST_NEVER }, 30, TSM_ERROR_UPSTREAM, 0, "gave no answer" },
  { "hangs-up", { .manner = TSM_TEST_HANGUP }, 0, TSM_ERROR_UPSTREAM, 3, "SetOption128" },
  { "cut", { .manner = TSM_TEST_CUT, .body = GOOD }, 0, TSM_ERROR_UPSTREAM, 3, "closed" },
  { "truncated-text", { .body = "{\"StatusSNS\":" }, 0, TSM_ERROR_UPSTREAM, 3, "is cut off" },
  { "web-page",
    { .content_type = "text/html", .body = "<html>" },
    0,
    TSM_ERROR_UPSTREAM,
    3,
    "is a web page" },
  { "empty-object", { .body = "{}" }, 0, TSM_ERROR_UPSTREAM, 3, "{}" },
  { "404", { .status = 404, .body = "no" }, 0, TSM_ERROR_UPSTREAM, 3, "HOST_TASMOTA" },
  { "401",
    { .status = 401, .body = "{\"WARNING\":\"Need user=\"}" },
    0,
    TSM_ERROR_DENIED,
    1,
    "TASMOTA_PASSWORD" },
  { "old-401",
    { .body = "{\"WARNING\":\"Need user=<username>&password=<password>\"}" },
    0,
    TSM_ERROR_DENIED,
    1,
    "TASMOTA_PASSWORD" },
  { "no-meter",
    { .body = "{\"StatusSNS\":{\"Time\":\"x\"}}" },
    0,
    TSM_ERROR_INVALID,
    1,
    "meters nothing" },
};

static void
test_plug_failures (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  Setup setup;
  TsmReading reading = { .total_wh = -7 };
  g_autoptr (GError) error = NULL;

  setup_init (&setup, "hunter2", failure_cases[i].timeout_ms);
  tsm_test_server_answer (setup.server, STATUS10, failure_cases[i].answer);
  g_assert_false (read_plug (&setup, FALSE, &reading, &error));
  g_assert_error (error, TSM_ERROR, (gint) failure_cases[i].code);
  g_assert_cmpint (reading.total_wh, ==, -7);
  if (failure_cases[i].n_requests > 0)
    g_assert_cmpuint (count_requests (&setup), ==, failure_cases[i].n_requests);
  g_assert_true (g_str_has_prefix (error->message, "127.0.0.1:"));
  g_assert_null (strstr (error->message, "hunter2"));
  if (strstr (error->message, failure_cases[i].message) == NULL)
    g_error ("\"%s\" lacks \"%s\"", error->message, failure_cases[i].message);
  setup_clear (&setup);
}

static void
test_plug_third_time (void)
{
  Setup setup;
  TsmReading reading;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, NULL, 0);
  tsm_test_server_answer (setup.server, STATUS10, (TsmTestAnswer){ .manner = TSM_TEST_HANGUP });
  tsm_test_server_answer (setup.server, STATUS10, (TsmTestAnswer){ .body = "{\"Stat" });
  tsm_test_server_answer (setup.server, STATUS10, (TsmTestAnswer){ .body = GOOD });
  g_assert_true (read_plug (&setup, FALSE, &reading, &error));
  g_assert_cmpint (reading.total_wh, ==, 1500);
  g_assert_cmpuint (count_requests (&setup), ==, 3);
  setup_clear (&setup);
}

/* What an old firmware does not know is left out; what it fails to say fails the read. */
static void
test_plug_half_a_detail (void)
{
  Setup setup;
  TsmReading reading;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, NULL, 0);
  tsm_test_server_answer (setup.server, STATUS10, (TsmTestAnswer){ .body = GOOD });
  tsm_test_server_answer (setup.server, STATUS11, (TsmTestAnswer){ .body = UNKNOWN });
  tsm_test_server_answer (setup.server, STATUS5, (TsmTestAnswer){ .body = UNKNOWN });
  tsm_test_server_answer (setup.server, STATUS5, (TsmTestAnswer){ .manner = TSM_TEST_HANGUP });
  g_assert_true (read_plug (&setup, TRUE, &reading, NULL));
  g_assert_cmpint (reading.uptime_s, ==, -1);
  g_assert_cmpint (reading.total_wh, ==, 1500);
  g_assert_false (read_plug (&setup, TRUE, &reading, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  setup_clear (&setup);
}

static void
test_plug_one_at_a_time (void)
{
  Setup setup;
  GAsyncResult *results[3] = { NULL };
  TsmReading reading;

  setup_init (&setup, NULL, 0);
  answer_detail (&setup);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    tsm_plug_read_async (setup.plug, i == 1, NULL, tsm_test_server_wait_done, &results[i]);
  /* Reads outlive their owner. */
  tsm_plug_free (g_steal_pointer (&setup.plug));
  for (guint i = 0; i < G_N_ELEMENTS (results); i++) {
    g_assert_true (tsm_plug_read_finish (tsm_test_server_wait (&results[i]), &reading, NULL));
    g_assert_cmpint (reading.uptime_s, ==, i == 1 ? 530441 : -1);
    g_object_unref (results[i]);
  }
  g_assert_cmpuint (count_requests (&setup), ==, 5);
  g_assert_cmpuint (tsm_test_server_get_most_at_once (setup.server), ==, 1);
  setup_clear (&setup);
}

static void
test_plug_cancelled (void)
{
  Setup setup;
  TsmReading reading;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL, next = NULL;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, NULL, 0);
  tsm_test_server_answer (setup.server, STATUS10, (TsmTestAnswer){ .manner = TSM_TEST_NEVER });
  tsm_test_server_answer (setup.server, STATUS10, (TsmTestAnswer){ .body = GOOD });
  tsm_plug_read_async (setup.plug, FALSE, cancellable, tsm_test_server_wait_done, &result);
  tsm_plug_read_async (setup.plug, FALSE, NULL, tsm_test_server_wait_done, &next);
  while (count_requests (&setup) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  g_assert_false (tsm_plug_read_finish (tsm_test_server_wait (&result), &reading, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (tsm_plug_read_finish (tsm_test_server_wait (&next), &reading, NULL));
  setup_clear (&setup);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plug/poll", test_plug_poll);
  g_test_add_func ("/plug/detail", test_plug_detail);
  g_test_add_func ("/plug/inspect", test_plug_inspect);
  for (guint i = 0; i < G_N_ELEMENTS (failure_cases); i++) {
    g_autofree char *path = g_strconcat ("/plug/failures/", failure_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_plug_failures);
  }
  g_test_add_func ("/plug/third-time", test_plug_third_time);
  g_test_add_func ("/plug/half-a-detail", test_plug_half_a_detail);
  g_test_add_func ("/plug/one-at-a-time", test_plug_one_at_a_time);
  g_test_add_func ("/plug/cancelled", test_plug_cancelled);
  return g_test_run ();
}
