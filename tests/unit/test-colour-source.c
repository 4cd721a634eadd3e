/* SPDX-License-Identifier: MIT
 * Both colour sources against the same promises, and each against its own server's ways. */
#include "base/tsm-error.h"
#include "devices/tsm-couleur.h"
#include "devices/tsm-rte.h"
#include "rules/tsm-day.h"
#include "tsm-test-server.h"
#include <string.h>

#define LONG_MS   60000 /* for what must answer, however busy the machine */
#define LIGHT     "/cms/open_data/v1/tempoLight"
#define SEASON_23 "/cms/open_data/v1/tempo?season=2023-2024"
#define SEASON_24 "/cms/open_data/v1/tempo?season=2024-2025"

typedef struct {
  TsmTestServer *server;
  TsmColourSource *source;
} Setup;

static TsmDay
day_of (const char *text)
{
  TsmDay day = TSM_DAY_NONE;

  g_assert_true (tsm_day_parse (text, &day));
  return day;
}

static void
setup_init (Setup *setup, TsmSource kind, guint timeout_ms)
{
  const gboolean is_rte = kind == TSM_SOURCE_RTE;
  const guint limit_ms = timeout_ms > 0 ? timeout_ms : LONG_MS;
  g_autofree char *url = NULL;
  g_autoptr (TsmEndpoint) endpoint = NULL;

  setup->server = tsm_test_server_new (FALSE);
  url = tsm_test_server_dup_url (setup->server);
  endpoint = tsm_endpoint_new (is_rte ? TSM_SERVICE_RTE : TSM_SERVICE_COULEUR, url, NULL);
  setup->source = is_rte ? tsm_rte_new (endpoint, limit_ms) : tsm_couleur_new (endpoint, limit_ms);
  g_assert_cmpint (tsm_colour_source_get_source (setup->source), ==, kind);
}

static void
setup_clear (Setup *setup)
{
  tsm_colour_source_free (setup->source);
  tsm_test_server_free (setup->server);
}

static GArray *
fetch (Setup *setup, const char *begin, const char *end, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tsm_colour_source_fetch_async (setup->source, day_of (begin), day_of (end), NULL,
                                 tsm_test_server_wait_done, &result);
  return tsm_colour_source_fetch_finish (setup->source, tsm_test_server_wait (&result), error);
}

static void
check_one (GArray *answers, const char *day, TsmColour colour)
{
  const TsmColourAnswer *answer = &g_array_index (answers, TsmColourAnswer, 0);

  g_assert_cmpuint (answers->len, ==, 1);
  g_assert_cmpint (answer->day, ==, day_of (day));
  g_assert_cmpint (answer->colour, ==, colour);
}

static void
test_couleur_one_day (void)
{
  Setup setup;
  g_autoptr (GArray) answers = NULL;

  setup_init (&setup, TSM_SOURCE_COULEUR, 0);
  tsm_test_server_answer_file (setup.server, "/api/jourTempo/2026-01-28", 200,
                               "tempo/couleur_jourTempo_date_red_2026-01-28.rebuilt.json");
  answers = fetch (&setup, "2026-01-28", "2026-01-29", NULL);
  check_one (answers, "2026-01-28", TSM_COLOUR_RED);
  setup_clear (&setup);
}

static void
test_couleur_not_stored (void)
{
  Setup setup;
  g_autoptr (GArray) answers = NULL;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, TSM_SOURCE_COULEUR, 0);
  tsm_test_server_answer (setup.server, "/api/jourTempo/2026-01-28",
                          (TsmTestAnswer){ .status = 404,
                                           .content_type = "application/problem+json",
                                           .body = "{\"detail\":\"Not Found\"}" });
  answers = fetch (&setup, "2026-01-28", "2026-01-29", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (answers->len, ==, 0);
  setup_clear (&setup);
}

static void
test_couleur_list (void)
{
  Setup setup;
  g_autoptr (GArray) answers = NULL;

  setup_init (&setup, TSM_SOURCE_COULEUR, 0);
  tsm_test_server_answer_file (setup.server,
                               "/api/joursTempo?dateJour%5B%5D=2026-01-27&dateJour%5B%5D=2026-01-28"
                               "&dateJour%5B%5D=2026-01-29&dateJour%5B%5D=2026-01-30",
                               200, "tempo/couleur_joursTempo_dateJour_list_3days.rebuilt.json");
  answers = fetch (&setup, "2026-01-27", "2026-01-31", NULL);
  g_assert_cmpuint (answers->len, ==, 3);
  setup_clear (&setup);
}

/* A season is asked in four lists; one of them fails, the others tell what they know. */
static void
test_couleur_season_in_lists (void)
{
  Setup setup;
  g_autoptr (GArray) answers = NULL;
  GPtrArray *requests;
  gsize length;
  g_autofree char *body =
      tsm_test_server_load ("tempo/couleur_joursTempo_periode_2023-2024_full.rebuilt.json",
                            &length);
  g_autoptr (GString) first = g_string_new ("/api/joursTempo");

  setup_init (&setup, TSM_SOURCE_COULEUR, 0);
  for (TsmDay day = day_of ("2023-09-01"); day < day_of ("2023-09-01") + 100; day++) {
    g_autofree char *date = tsm_day_dup_string (day);

    g_string_append_printf (first, "%cdateJour%%5B%%5D=%s", strchr (first->str, '?') ? '&' : '?',
                            date);
  }
  tsm_test_server_answer (setup.server, first->str,
                          (TsmTestAnswer){ .body = body, .length = length });
  answers = fetch (&setup, "2023-09-01", "2024-09-01", NULL);
  g_assert_cmpuint (answers->len, ==, 366);
  requests = tsm_test_server_get_requests (setup.server);
  g_assert_cmpuint (requests->len, ==, 4);
  g_assert_cmpuint (tsm_test_server_get_most_at_once (setup.server), ==, 1);
  setup_clear (&setup);
}

static const struct {
  const char *name;
  TsmSource source;
  const char *target;
  TsmTestAnswer answer;
  const char *message;
} failure_cases[] = {
  { "couleur/503-page",
    TSM_SOURCE_COULEUR,
    "/api/jourTempo/2026-01-28",
    { .status = 503, .content_type = "text/html", .body = "<html>" },
    "answers 503" },
  { "couleur/page-with-200",
    TSM_SOURCE_COULEUR,
    "/api/jourTempo/2026-01-28",
    { .content_type = "text/html", .body = "<html>" },
    "web page" },
  { "couleur/page-with-404",
    TSM_SOURCE_COULEUR,
    "/api/jourTempo/2026-01-28",
    { .status = 404, .content_type = "text/html", .body = "<html>" },
    "answers 404" },
  { "couleur/other-date",
    TSM_SOURCE_COULEUR,
    "/api/jourTempo/2026-01-28",
    { .body = "{\"dateJour\":\"2026-01-29\",\"codeJour\":3}" },
    "no colour of a day" },
  { "couleur/cut",
    TSM_SOURCE_COULEUR,
    "/api/jourTempo/2026-01-28",
    { .manner = TSM_TEST_CUT, .body = "{\"dateJour\"" },
    "closed the connection" },
  { "couleur/redirect",
    TSM_SOURCE_COULEUR,
    "/api/jourTempo/2026-01-28",
    { .status = 301, .body = "" },
    "answers 301" },
  { "rte/page-with-200",
    TSM_SOURCE_RTE,
    LIGHT,
    { .content_type = "text/html", .body = "<html>" },
    "web page" },
  { "rte/500",
    TSM_SOURCE_RTE,
    LIGHT,
    { .status = 500, .body = "{\"error\":\"COMMON_ERROR_T03\"}" },
    "answers 500" },
  { "rte/no-values", TSM_SOURCE_RTE, LIGHT, { .body = "{}" }, "no values" },
  { "rte/never", TSM_SOURCE_RTE, LIGHT, { .manner = TSM_TEST_NEVER }, "gave no answer" },
};

static void
test_colour_source_failures (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  Setup setup;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, failure_cases[i].source,
              failure_cases[i].answer.manner == TSM_TEST_NEVER ? 30 : 0);
  tsm_test_server_answer (setup.server, failure_cases[i].target, failure_cases[i].answer);
  g_assert_null (fetch (&setup, "2026-01-28", "2026-01-29", &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  g_assert_true (g_str_has_prefix (error->message, "127.0.0.1: "));
  if (strstr (error->message, failure_cases[i].message) == NULL)
    g_error ("\"%s\" lacks \"%s\"", error->message, failure_cases[i].message);
  setup_clear (&setup);
}

static void
test_rte_tomorrow (void)
{
  Setup setup;
  g_autoptr (GArray) answers = NULL, missing = NULL;

  setup_init (&setup, TSM_SOURCE_RTE, 0);
  tsm_test_server_answer_file (setup.server, LIGHT, 200,
                               "tempo/servicesrte_tempoLight_2026-01-28.rebuilt.json");
  tsm_test_server_answer_file (setup.server, LIGHT, 200,
                               "tempo/servicesrte_tempoLight_tomorrow_missing_2026-01-28.rebuilt"
                               ".json");
  answers = fetch (&setup, "2026-01-29", "2026-01-30", NULL);
  check_one (answers, "2026-01-29", TSM_COLOUR_RED);
  /* Not published: the season's file is not asked for it. */
  missing = fetch (&setup, "2026-01-29", "2026-01-30", NULL);
  g_assert_cmpuint (missing->len, ==, 0);
  g_assert_cmpuint (tsm_test_server_get_requests (setup.server)->len, ==, 2);
  setup_clear (&setup);
}

static void
test_rte_past_day (void)
{
  Setup setup;
  g_autoptr (GArray) answers = NULL;

  setup_init (&setup, TSM_SOURCE_RTE, 0);
  tsm_test_server_answer_file (setup.server, LIGHT, 200,
                               "tempo/servicesrte_tempoLight_2026-01-28.rebuilt.json");
  tsm_test_server_answer_file (setup.server, SEASON_23, 200,
                               "tempo/servicesrte_tempo_season_2023-2024_full.captured.json");
  answers = fetch (&setup, "2024-02-29", "2024-03-01", NULL);
  check_one (answers, "2024-02-29", TSM_COLOUR_WHITE);
  setup_clear (&setup);
}

static void
test_rte_two_seasons (void)
{
  Setup setup;
  g_autoptr (GArray) answers = NULL;

  setup_init (&setup, TSM_SOURCE_RTE, 0);
  tsm_test_server_answer_file (setup.server, SEASON_23, 200,
                               "tempo/servicesrte_tempo_season_2023-2024_full.captured.json");
  tsm_test_server_answer_file (setup.server, SEASON_24, 200,
                               "tempo/servicesrte_tempo_season_2024-2025_on_2025-01-01.captured"
                               ".json");
  answers = fetch (&setup, "2024-08-30", "2024-09-03", NULL);
  g_assert_cmpuint (answers->len, ==, 4);
  g_assert_cmpuint (tsm_test_server_get_requests (setup.server)->len, ==, 2);
  setup_clear (&setup);
}

/* On 30 August the next season's file need not exist. */
static void
test_rte_next_season_missing (void)
{
  Setup setup;
  g_autoptr (GArray) answers = NULL;

  setup_init (&setup, TSM_SOURCE_RTE, 0);
  tsm_test_server_answer_file (setup.server, SEASON_23, 200,
                               "tempo/servicesrte_tempo_season_2023-2024_full.captured.json");
  answers = fetch (&setup, "2024-08-30", "2024-09-03", NULL);
  g_assert_cmpuint (answers->len, ==, 2);
  setup_clear (&setup);
}

static void
test_colour_source_cancelled (gconstpointer data)
{
  const TsmSource kind = (TsmSource) GPOINTER_TO_UINT (data);
  Setup setup;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, kind, 0);
  g_cancellable_cancel (cancellable);
  tsm_colour_source_fetch_async (setup.source, 0, 300, cancellable, tsm_test_server_wait_done,
                                 &result);
  g_assert_null (
      tsm_colour_source_fetch_finish (setup.source, tsm_test_server_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  setup_clear (&setup);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/couleur/one-day", test_couleur_one_day);
  g_test_add_func ("/couleur/not-stored", test_couleur_not_stored);
  g_test_add_func ("/couleur/list", test_couleur_list);
  g_test_add_func ("/couleur/season-in-lists", test_couleur_season_in_lists);
  for (guint i = 0; i < G_N_ELEMENTS (failure_cases); i++) {
    g_autofree char *path = g_strconcat ("/colour-source/failures/", failure_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_colour_source_failures);
  }
  g_test_add_func ("/rte/tomorrow", test_rte_tomorrow);
  g_test_add_func ("/rte/past-day", test_rte_past_day);
  g_test_add_func ("/rte/two-seasons", test_rte_two_seasons);
  g_test_add_func ("/rte/next-season-missing", test_rte_next_season_missing);
  g_test_add_data_func ("/couleur/cancelled", GUINT_TO_POINTER (TSM_SOURCE_COULEUR),
                        test_colour_source_cancelled);
  g_test_add_data_func ("/rte/cancelled", GUINT_TO_POINTER (TSM_SOURCE_RTE),
                        test_colour_source_cancelled);
  return g_test_run ();
}
