/* SPDX-License-Identifier: MIT
 * Log lines to the byte, and what is left out at which level. */
#include "base/tsm-log.h"

#define AT_US ((gint64) 1767646801999999) /* 2026-01-05 22:00:01 in Paris */

static const struct {
  const char *name;
  GLogLevelFlags level;
  gboolean use_colour;
  const char *topic, *message, *server, *error;
  const char *line;
} line_cases[] = {
  { "message", G_LOG_LEVEL_MESSAGE, FALSE, "power", "shutting down", NULL, NULL,
    "2026-01-05T22:00:01+01:00 message power: shutting down\n" },
  { "warning", G_LOG_LEVEL_WARNING, FALSE, "plug", "silent", NULL, NULL,
    "2026-01-05T22:00:01+01:00 warning plug: silent\n" },
  { "context", G_LOG_LEVEL_INFO, FALSE, "job", "failed", "home", "timed out",
    "2026-01-05T22:00:01+01:00 info job: failed [server: home] [error: timed out]\n" },
  { "colour", G_LOG_LEVEL_WARNING, TRUE, "plug", "silent", NULL, NULL,
    "2026-01-05T22:00:01+01:00 \033[1;33mwarning\033[0m plug: silent\n" },
  { "a-device-cannot-forge-a-line", G_LOG_LEVEL_DEBUG, FALSE, "plug", "said a\nb\r\033[2J\177",
    NULL, NULL, "2026-01-05T22:00:01+01:00 debug plug: said a\\nb\\x0d\\x1b[2J\\x7f\n" },
  { "half-a-character", G_LOG_LEVEL_DEBUG, FALSE, "plug", "caf\303", NULL, NULL,
    "2026-01-05T22:00:01+01:00 debug plug: caf\357\277\275\n" },
  { "accents", G_LOG_LEVEL_DEBUG, FALSE, "plug", "café", NULL, NULL,
    "2026-01-05T22:00:01+01:00 debug plug: café\n" },
  { "a-library-has-a-domain", G_LOG_LEVEL_CRITICAL, FALSE, NULL, "assertion", NULL, NULL,
    "2026-01-05T22:00:01+01:00 critical GLib: assertion\n" },
};

static void
test_log_line (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GTimeZone) paris = g_time_zone_new_identifier ("Europe/Paris");
  GLogField fields[5];
  gsize n = 0;
  g_autofree char *line = NULL;

  fields[n++] = (GLogField){ "MESSAGE", line_cases[i].message, -1 };
  fields[n++] = (GLogField){ "GLIB_DOMAIN", "GLib", -1 };
  if (line_cases[i].topic != NULL)
    fields[n++] = (GLogField){ "TSM_TOPIC", line_cases[i].topic, -1 };
  if (line_cases[i].server != NULL)
    fields[n++] = (GLogField){ "TSM_SERVER", line_cases[i].server, -1 };
  if (line_cases[i].error != NULL)
    fields[n++] = (GLogField){ "TSM_ERROR", line_cases[i].error, -1 };
  line = tsm_log_dup_line (line_cases[i].level, fields, n, AT_US, paris, line_cases[i].use_colour);
  g_assert_cmpstr (line, ==, line_cases[i].line);
}

static void
test_log_line_without_zone_is_utc (void)
{
  const GLogField fields[] = { { "MESSAGE", "x", -1 }, { "TSM_TOPIC", "t", -1 } };
  g_autofree char *line = tsm_log_dup_line (G_LOG_LEVEL_INFO, fields, 2, AT_US, NULL, FALSE);
  g_autofree char *beyond = tsm_log_dup_line (G_LOG_LEVEL_INFO, fields, 2, G_MAXINT64, NULL, FALSE);

  g_assert_cmpstr (line, ==, "2026-01-05T21:00:01+00:00 info t: x\n");
  g_assert_cmpstr (beyond, ==, "- info t: x\n");
}

static const struct {
  const char *word;
  gboolean is_good;
  GLogLevelFlags level;
} level_cases[] = {
  { "debug", TRUE, G_LOG_LEVEL_DEBUG },
  { "INFO", TRUE, G_LOG_LEVEL_INFO },
  { "Message", TRUE, G_LOG_LEVEL_MESSAGE },
  { "WARNING", TRUE, G_LOG_LEVEL_WARNING },
  { "error", TRUE, G_LOG_LEVEL_CRITICAL },
  { "CRITICAL", TRUE, G_LOG_LEVEL_CRITICAL },
  { "warn", FALSE, 0 },
  { "", FALSE, 0 },
  { "20", FALSE, 0 },
  { NULL, FALSE, 0 },
};

static void
test_log_parse_level (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (level_cases); i++) {
    GLogLevelFlags level = 0;

    g_assert_true (tsm_log_parse_level (level_cases[i].word, &level) == level_cases[i].is_good);
    g_assert_true (level == level_cases[i].level);
  }
}

static gint64
fixed_now (gpointer data)
{
  return *(const gint64 *) data;
}

static gint64 now_us = AT_US;

static void
write_one_of_each (GLogLevelFlags level)
{
  g_autoptr (GTimeZone) paris = g_time_zone_new_identifier ("Europe/Paris");
  const TsmLogConfig quiet = { .level = G_LOG_LEVEL_CRITICAL };
  const TsmLogConfig config = {
    .level = level, .zone = paris, .now = fixed_now, .now_data = &now_us
  };
  g_autoptr (GError) error = g_error_new_literal (g_quark_from_string ("x"), 0, "no route");
  const TsmLogContext context = { .server = "home", .user_id = 42, .error = error };

  tsm_log_init (&quiet);
  tsm_message ("first", "not heard");
  tsm_log_init (&config);
  tsm_debug ("plug", "read %d Wh", 7);
  tsm_info ("job", "done");
  tsm_message ("power", "on");
  tsm_log_write (G_LOG_LEVEL_WARNING, "host", &context, "silent, retrying in %u s", 60u);
  g_log ("Foreign", G_LOG_LEVEL_INFO, "chatter");
  g_log ("Foreign", G_LOG_LEVEL_MESSAGE, "news");
}

static void
test_log_writes_from_level_up (void)
{
  if (g_test_subprocess ()) {
    write_one_of_each (G_LOG_LEVEL_INFO);
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr (
      "2026-01-05T22:00:01+01:00 info job: done\n"
      "2026-01-05T22:00:01+01:00 message power: on\n"
      "2026-01-05T22:00:01+01:00 warning host: silent, retrying in 60 s [server: home] [user: 42] "
      "[error: no route]\n"
      "2026-01-05T22:00:01+01:00 message Foreign: news\n");
}

static void
repeat_foreign (void)
{
  gint64 moving_us = AT_US;
  const TsmLogConfig config = { .level = G_LOG_LEVEL_INFO,
                                .now = fixed_now,
                                .now_data = &moving_us };

  tsm_log_init (&config);
  for (guint i = 0; i < 1000; i++)
    g_log ("GLib-GIO", G_LOG_LEVEL_MESSAGE, "fail: too many open files");
  g_log ("GLib-GIO", G_LOG_LEVEL_MESSAGE, "else");
  tsm_info ("job", "ours");
  tsm_info ("job", "ours");
  moving_us += G_USEC_PER_SEC * 61;
  g_log ("GLib-GIO", G_LOG_LEVEL_MESSAGE, "else");
}

static void
test_log_bounds_repetitions_of_libraries (void)
{
  if (g_test_subprocess ()) {
    repeat_foreign ();
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr (
      "2026-01-05T21:00:01+00:00 message GLib-GIO: fail: too many open files\n"
      "2026-01-05T21:00:01+00:00 message GLib-GIO: else\n"
      "2026-01-05T21:00:01+00:00 info job: ours\n"
      "2026-01-05T21:00:01+00:00 info job: ours\n"
      "2026-01-05T21:01:02+00:00 message GLib-GIO: else\n");
}

static void
test_log_debug_is_ours_alone (void)
{
  if (g_test_subprocess ()) {
    write_one_of_each (G_LOG_LEVEL_DEBUG);
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*debug plug: read 7 Wh\n*info job*");
  g_test_trap_assert_stderr_unmatched ("*chatter*");
}

int
main (int argc, char **argv)
{
  g_unsetenv ("G_MESSAGES_DEBUG");
  g_unsetenv ("JOURNAL_STREAM");
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (line_cases); i++) {
    g_autofree char *path = g_strconcat ("/log/line/", line_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_log_line);
  }
  g_test_add_func ("/log/line/utc", test_log_line_without_zone_is_utc);
  g_test_add_func ("/log/parse-level", test_log_parse_level);
  g_test_add_func ("/log/writes/from-level-up", test_log_writes_from_level_up);
  g_test_add_func ("/log/writes/repetitions", test_log_bounds_repetitions_of_libraries);
  g_test_add_func ("/log/writes/debug", test_log_debug_is_ours_alone);
  return g_test_run ();
}
