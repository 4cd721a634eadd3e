/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "devices/tsm-couleur-parse.h"
#include "devices/tsm-rte-parse.h"
#include "rules/tsm-day.h"
#include "tsm-test-server.h"
#include <string.h>

static TsmDay
day_of (const char *text)
{
  TsmDay day = TSM_DAY_NONE;

  if (text != NULL)
    g_assert_true (tsm_day_parse (text, &day));
  return day;
}

#define VALUES(members) "{\"values\":{" members "}}"

static const struct {
  const char *name;
  const char *text;
  int colour; /* of 2026-01-28; -1: not mentioned */
  const char *first;
} value_cases[] = {
  { "red", VALUES ("\"2026-01-28\":\"RED\",\"2026-01-28-fallback\":\"false\""), TSM_COLOUR_RED,
    "2026-01-28" },
  { "fallback-alone", VALUES ("\"2026-01-28-fallback\":\"true\""), TSM_COLOUR_UNKNOWN, NULL },
  { "fallback-beats-colour", VALUES ("\"2026-01-28\":\"RED\",\"2026-01-28-fallback\":\"true\""),
    TSM_COLOUR_UNKNOWN, "2026-01-28" },
  { "fallback-first", VALUES ("\"2026-01-28-fallback\":true,\"2026-01-28\":\"BLUE\""),
    TSM_COLOUR_UNKNOWN, "2026-01-28" },
  { "not-published", VALUES ("\"2026-01-27\":\"BLUE\""), -1, "2026-01-27" },
  { "empty", VALUES (""), -1, NULL },
  { "french-word", VALUES ("\"2026-01-28\":\"ROUGE\""), -1, NULL },
  { "lower-case", VALUES ("\"2026-01-28\":\"red\""), -1, NULL },
  { "number", VALUES ("\"2026-01-28\":3"), -1, NULL },
  { "unpadded-key", VALUES ("\"2026-1-28\":\"RED\""), -1, NULL },
  { "longer-key", VALUES ("\"2026-01-28x\":\"RED\""), -1, NULL },
  { "impossible-day", VALUES ("\"2026-02-30\":\"RED\""), -1, NULL },
  { "key-twice-alike", VALUES ("\"2026-01-28\":\"RED\",\"2026-01-28\":\"RED\""), TSM_COLOUR_RED,
    "2026-01-28" },
  { "key-twice-otherwise", VALUES ("\"2026-01-28\":\"RED\",\"2026-01-28\":\"BLUE\""), -1,
    "2026-01-28" },
};

static void
test_rte_parse_values (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const TsmDay day = day_of ("2026-01-28");
  TsmColourCollector collector = { .begin = day, .end = day + 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) answers = NULL;
  TsmDay first = 7;

  tsm_rte_parse_values (value_cases[i].text, strlen (value_cases[i].text), &collector, &first,
                        &error);
  g_assert_no_error (error);
  answers = tsm_colour_source_settle (&collector);
  g_assert_cmpint (first, ==, day_of (value_cases[i].first));
  g_assert_cmpuint (answers->len, ==, value_cases[i].colour >= 0 ? 1 : 0);
  if (value_cases[i].colour >= 0)
    g_assert_cmpint (g_array_index (answers, TsmColourAnswer, 0).colour, ==, value_cases[i].colour);
}

static void
test_rte_parse_refuses (void)
{
  static const char *const bad[] = {
    "",
    "{}",
    "[]",
    "{\"values\":[]}",
    "{\"values\":null}",
    "<html>",
    "{\"values\":{\"2026-01-28\":",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    TsmColourCollector collector = { .begin = 0, .end = 1 };
    g_autoptr (GError) error = NULL;
    TsmDay first = 7;

    g_assert_false (tsm_rte_parse_values (bad[i], strlen (bad[i]), &collector, &first, &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
    g_assert_cmpint (first, ==, 7);
  }
}

/* RTE's season file and the community's say the same of each day. */
static void
test_rte_parse_season_agrees (void)
{
  gsize length, other_length;
  g_autofree char *text =
      tsm_test_server_load ("tempo/servicesrte_tempo_season_2023-2024_full.captured.json", &length);
  g_autofree char *other =
      tsm_test_server_load ("tempo/couleur_joursTempo_periode_2023-2024_full.rebuilt.json",
                            &other_length);
  TsmColourCollector rte = { .begin = day_of ("2023-09-01"), .end = day_of ("2024-09-01") };
  TsmColourCollector couleur = rte;
  g_autoptr (GArray) answers = NULL, others = NULL;
  TsmDay first;

  g_assert_true (tsm_rte_parse_values (text, length, &rte, &first, NULL));
  g_assert_true (tsm_couleur_parse_days (other, other_length, &couleur, NULL));
  answers = tsm_colour_source_settle (&rte);
  others = tsm_colour_source_settle (&couleur);
  g_assert_cmpint (first, ==, rte.begin);
  g_assert_cmpuint (answers->len, ==, others->len);
  g_assert_true (memcmp (answers->data, others->data, answers->len * sizeof (TsmColourAnswer)) ==
                 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (value_cases); i++) {
    g_autofree char *path = g_strconcat ("/rte-parse/values/", value_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_rte_parse_values);
  }
  g_test_add_func ("/rte-parse/refuses", test_rte_parse_refuses);
  g_test_add_func ("/rte-parse/season-agrees", test_rte_parse_season_agrees);
  return g_test_run ();
}
