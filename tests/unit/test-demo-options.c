/* SPDX-License-Identifier: MIT */
#include "base/tsm-error.h"
#include "cli/tsm-demo-options.h"
#include "test-time.h"
#include <string.h>

#define NEVER G_GINT64_CONSTANT (-1)

static const struct {
  const char *text;
  gint64 duration_s; /* NEVER: refused */
} durations[] = {
  { "36h", 36 * 3600 }, { "1d12h", 36 * 3600 }, { "90m", 5400 },
  { "45s", 45 },        { "2d", 172800 },       { "1d1h1m1s", 90061 },
  { "400d", 34560000 }, { "401d", NEVER },      { "400d1s", NEVER },
  { "", NEVER },        { "0h", NEVER },        { "36", NEVER },
  { "h", NEVER },       { "1h1h", NEVER },      { "1h1d", NEVER },
  { "-1h", NEVER },     { "1 h", NEVER },       { "99999999999999999999h", NEVER },
};

static void
test_options_duration (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (durations); i++) {
    gint64 duration_s = NEVER;

    g_test_message ("\"%s\"", durations[i].text);
    g_assert_true (tsm_demo_options_parse_duration (durations[i].text, &duration_s) ==
                   (durations[i].duration_s != NEVER));
    g_assert_cmpint (duration_s, ==, durations[i].duration_s);
  }
}

static const struct {
  const char *text;
  gint64 speed;
} speeds[] = {
  { "1", 1 },
  { "600", 600 },
  { "600x", 600 },
  { "1000000000", 1000000000 },
  { "1000000001", NEVER },
  { "0", NEVER },
  { "-5", NEVER },
  { "fast", NEVER },
  { "", NEVER },
  { "x", NEVER },
  { "1.5", NEVER },
};

static void
test_options_speed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (speeds); i++) {
    gint64 speed = NEVER;

    g_test_message ("\"%s\"", speeds[i].text);
    g_assert_true (tsm_demo_options_parse_speed (speeds[i].text, &speed) ==
                   (speeds[i].speed != NEVER));
    g_assert_cmpint (speed, ==, speeds[i].speed);
  }
}

static gboolean
parse (const char *line, TsmDemoOptions *ret_options, char **ret_help, GError **error)
{
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  *ret_options = (TsmDemoOptions){ .lang = TSM_LANG_FR };
  return tsm_demo_options_parse (ret_options, (int) g_strv_length (words), words, paris, ret_help,
                                 error);
}

static void
test_options_defaults (void)
{
  g_autofree char *usage = NULL;
  g_autoptr (GError) error = NULL;
  TsmDemoOptions options;

  g_assert_true (parse ("demo", &options, &usage, &error));
  g_assert_null (usage);
  g_assert_cmpint (options.begin, ==, test_instant ("2026-01-25T10:45:00+01:00"));
  g_assert_cmpint (options.duration_s, ==, 0);
  g_assert_cmpint (options.speed, >=, 60);
  g_assert_cmpint (options.lang, ==, TSM_LANG_FR);
  g_assert_true (options.use_colour);
}

static void
test_options_given (void)
{
  g_autofree char *usage = NULL;
  g_autoptr (GError) error = NULL;
  TsmDemoOptions options;

  g_assert_true (parse ("demo --speed=7200 --start 2025-07-14T22:30 --for 36h --seed 9 --lang en "
                        "--no-colour",
                        &options, &usage, &error));
  g_assert_cmpint (options.speed, ==, 7200);
  g_assert_cmpint (options.begin, ==, test_instant ("2025-07-14T22:30:00+02:00"));
  g_assert_cmpint (options.duration_s, ==, 36 * 3600);
  g_assert_cmpuint (options.seed, ==, 9);
  g_assert_cmpint (options.lang, ==, TSM_LANG_EN);
  g_assert_false (options.use_colour);
}

static void
test_options_help (void)
{
  g_autofree char *usage = NULL;
  TsmDemoOptions options;

  g_assert_true (parse ("demo --help", &options, &usage, NULL));
  g_assert_nonnull (strstr (usage, "--speed"));
}

/* Each is named in the one line that a person reads. */
static const struct {
  const char *name;
  const char *line;
  const char *named;
} bad_lines[] = {
  { "speed", "demo --speed 0", "--speed" },
  { "start-no-time", "demo --start 2026-01-25", "--start" },
  { "start-no-such-day", "demo --start 2026-02-30T10:00", "--start" },
  { "start-no-such-hour", "demo --start 2026-01-25T24:00", "--start" },
  { "start-before-calendar", "demo --start 2014-10-01T10:00", "--start" },
  { "start-after-calendar", "demo --start 2026-09-01T10:00", "--start" },
  { "start-letters", "demo --start 2026-01-25Tab:cd", "--start" },
  { "start-short", "demo --start 20", "--start" },
  { "for", "demo --for long", "--for" },
  { "lang", "demo --lang de", "--lang" },
  { "seed", "demo --seed -1", "--seed" },
  { "unknown", "demo --loud", "--loud" },
  { "word", "demo now", "now" },
};

static void
test_options_refused (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *usage = NULL;
  g_autoptr (GError) error = NULL;
  TsmDemoOptions options;

  g_assert_false (parse (bad_lines[i].line, &options, &usage, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, bad_lines[i].named));
  g_assert_null (strchr (error->message, '\n'));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo-options/duration", test_options_duration);
  g_test_add_func ("/demo-options/speed", test_options_speed);
  g_test_add_func ("/demo-options/defaults", test_options_defaults);
  g_test_add_func ("/demo-options/given", test_options_given);
  g_test_add_func ("/demo-options/help", test_options_help);
  for (guint i = 0; i < G_N_ELEMENTS (bad_lines); i++) {
    g_autofree char *path = g_strdup_printf ("/demo-options/refused/%s", bad_lines[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_options_refused);
  }
  return g_test_run ();
}
