/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "devices/tsm-couleur-parse.h"
#include "rules/tsm-day.h"
#include "tsm-test-server.h"
#include <string.h>

static TsmDay
day_of (const char *text)
{
  TsmDay day = TSM_DAY_NONE;

  g_assert_true (tsm_day_parse (text, &day));
  return day;
}

/* "2026-01-27=white 2026-01-28=red" */
static char *
describe (GArray *answers)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < answers->len; i++) {
    const TsmColourAnswer *answer = &g_array_index (answers, TsmColourAnswer, i);
    g_autofree char *day = tsm_day_dup_string (answer->day);

    g_string_append_printf (text, "%s%s=%s", i > 0 ? " " : "", day,
                            tsm_colour_to_string (answer->colour));
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define ENTRY(date, code) "{\"dateJour\":\"" date "\",\"codeJour\":" code "}"

static const struct {
  const char *name;
  const char *fixture; /* NULL: @text */
  const char *text;
  const char *begin, *end;
  const char *answers; /* NULL: refused */
} cases[] = {
  { "red", "couleur_jourTempo_date_red_2026-01-28.rebuilt.json", NULL, "2026-01-28", "2026-01-29",
    "2026-01-28=red" },
  { "leap-day", "couleur_jourTempo_date_white_leapday_2024-02-29.rebuilt.json", NULL, "2024-02-29",
    "2024-03-01", "2024-02-29=white" },
  { "not-yet", "couleur_jourTempo_tomorrow_unknown.rebuilt.json", NULL, "2026-10-04", "2026-10-05",
    "2026-10-04=unknown" },
  { "not-yet-of-old", "couleur_jourTempo_tomorrow_unknown_without_libCouleur.captured.json", NULL,
    "2025-02-09", "2025-02-10", "2025-02-09=unknown" },
  { "wrong-date", "couleur_jourTempo_date_red_2026-01-28.rebuilt.json", NULL, "2026-01-29",
    "2026-01-30", NULL },
  { "list-with-a-gap", "couleur_joursTempo_dateJour_list_3days.rebuilt.json", NULL, "2026-01-27",
    "2026-01-31", "2026-01-27=white 2026-01-28=red 2026-01-30=blue" },
  { "days-not-asked", "couleur_joursTempo_dateJour_list_3days.rebuilt.json", NULL, "2026-01-28",
    "2026-01-29", "2026-01-28=red" },
  { "no-match", "couleur_joursTempo_no_match.rebuilt.json", NULL, "2026-01-28", "2026-01-29", "" },
  { "not-stored", "couleur_error_404_unknown_date.rebuilt.json", NULL, "2026-01-28", "2026-01-29",
    NULL },
  { "hosting-fault", "couleur_error_503.captured.html", NULL, "2026-01-28", "2026-01-29", NULL },
  { "other-object", "couleur_now_blue_hp.captured.json", NULL, "2026-01-28", "2026-01-29", NULL },
  { "code-4", NULL, ENTRY ("2026-01-28", "4"), "2026-01-28", "2026-01-29", NULL },
  { "code-negative", NULL, ENTRY ("2026-01-28", "-1"), "2026-01-28", "2026-01-29", NULL },
  { "code-fraction", NULL, ENTRY ("2026-01-28", "1.0"), "2026-01-28", "2026-01-29", NULL },
  { "code-null", NULL, ENTRY ("2026-01-28", "null"), "2026-01-28", "2026-01-29", NULL },
  { "date-unpadded", NULL, ENTRY ("2026-1-28", "3"), "2026-01-28", "2026-01-29", NULL },
  { "date-impossible", NULL, ENTRY ("2026-02-30", "3"), "2026-01-28", "2026-03-29", NULL },
  { "one-bad-of-two", NULL, "[" ENTRY ("2026-01-28", "9") "," ENTRY ("2026-01-29", "3") "]",
    "2026-01-28", "2026-01-30", "2026-01-29=red" },
  { "backwards", NULL, "[" ENTRY ("2026-01-29", "1") "," ENTRY ("2026-01-28", "3") "]",
    "2026-01-28", "2026-01-30", "2026-01-28=red 2026-01-29=blue" },
  { "said-twice", NULL, "[" ENTRY ("2026-01-28", "3") "," ENTRY ("2026-01-28", "3") "]",
    "2026-01-28", "2026-01-30", "2026-01-28=red" },
  { "contradiction", NULL, "[" ENTRY ("2026-01-28", "3") "," ENTRY ("2026-01-28", "1") "]",
    "2026-01-28", "2026-01-30", "" },
  { "cut-off", NULL, "[" ENTRY ("2026-01-28", "3") ",", "2026-01-28", "2026-01-30", NULL },
  { "array-of-numbers", NULL, "[1,2,3]", "2026-01-28", "2026-01-30", NULL },
};

static void
test_couleur_parse_days (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  TsmColourCollector collector = { .begin = day_of (cases[i].begin), .end = day_of (cases[i].end) };
  g_autofree char *path = g_strconcat ("tempo/", cases[i].fixture, NULL);
  gsize length = cases[i].text != NULL ? strlen (cases[i].text) : 0;
  g_autofree char *text =
      cases[i].text != NULL ? g_strdup (cases[i].text) : tsm_test_server_load (path, &length);
  g_autoptr (GError) error = NULL;
  const gboolean is_read = tsm_couleur_parse_days (text, length, &collector, &error);
  g_autoptr (GArray) answers = tsm_colour_source_settle (&collector);
  g_autofree char *described = describe (answers);

  if (cases[i].answers == NULL) {
    g_assert_false (is_read);
    g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpstr (described, ==, cases[i].answers);
}

static void
test_couleur_parse_season (void)
{
  gsize length;
  g_autofree char *text =
      tsm_test_server_load ("tempo/couleur_joursTempo_periode_2023-2024_full.rebuilt.json",
                            &length);
  TsmColourCollector collector = { .begin = day_of ("2023-09-01"), .end = day_of ("2024-09-01") };
  g_autoptr (GArray) answers = NULL;
  guint counts[4] = { 0 };

  g_assert_true (tsm_couleur_parse_days (text, length, &collector, NULL));
  answers = tsm_colour_source_settle (&collector);
  g_assert_cmpuint (answers->len, ==, 366);
  for (guint i = 0; i < answers->len; i++) {
    const TsmColourAnswer *answer = &g_array_index (answers, TsmColourAnswer, i);

    g_assert_cmpint (answer->day, ==, day_of ("2023-09-01") + (TsmDay) i);
    counts[answer->colour]++;
  }
  g_assert_cmpuint (counts[TSM_COLOUR_RED], ==, 22);
  g_assert_cmpuint (counts[TSM_COLOUR_WHITE], ==, 43);
  g_assert_cmpuint (counts[TSM_COLOUR_BLUE], ==, 301);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/couleur-parse/days/", cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_couleur_parse_days);
  }
  g_test_add_func ("/couleur-parse/season", test_couleur_parse_season);
  return g_test_run ();
}
