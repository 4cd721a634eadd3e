/* SPDX-License-Identifier: MIT
 * tsm-demo-options: the command line of `tsm demo`. */
#include "cli/tsm-demo-options.h"
#include "base/tsm-error.h"
#include "base/tsm-text.h"
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include <string.h>

/* An hour in four seconds: the eve of a red day goes by in a minute, the night in half of one. */
#define DEFAULT_SPEED 900
/* The eve of a single red day with white or blue ones around it; the colour is about to come. */
#define DEFAULT_START "2026-01-25T10:45"
#define DEFAULT_SEED  1

#define MAX_DURATION_S (G_GINT64_CONSTANT (400) * 86400)
/* The demo's past: the month it begins in, and the one before. */
#define PAST_DAYS 62

gboolean
tsm_demo_options_parse_duration (const char *text, gint64 *ret_duration_s)
{
  static const struct {
    char unit;
    gint64 seconds;
  } units[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
  gint64 duration_s = 0;
  guint next_unit = 0;

  while (*text != '\0') {
    char *end;
    const gint64 n = g_ascii_strtoll (text, &end, 10);
    guint i = next_unit;

    if (!g_ascii_isdigit (*text) || n > MAX_DURATION_S)
      return FALSE;
    while (i < G_N_ELEMENTS (units) && units[i].unit != *end)
      i++;
    if (i == G_N_ELEMENTS (units))
      return FALSE;
    duration_s += n * units[i].seconds;
    next_unit = i + 1;
    text = end + 1;
  }
  if (duration_s < 1 || duration_s > MAX_DURATION_S)
    return FALSE;
  *ret_duration_s = duration_s;
  return TRUE;
}

gboolean
tsm_demo_options_parse_speed (const char *text, gint64 *ret_speed)
{
  g_autofree char *digits = g_strdup (text);
  gint64 speed;

  if (g_str_has_suffix (digits, "x"))
    digits[strlen (digits) - 1] = '\0';
  if (!g_ascii_isdigit (digits[0]) ||
      !g_ascii_string_to_signed (digits, 10, 1, TSM_DEMO_MAX_SPEED, &speed, NULL))
    return FALSE;
  *ret_speed = speed;
  return TRUE;
}

/* YYYY-MM-DDTHH:MM in @zone, where the calendar has the colours of the days before and after. */
static gboolean
parse_start (const char *text, GTimeZone *zone, gint64 *ret_begin)
{
  g_autofree char *date = g_strndup (text, 10);
  const char *time = strlen (text) == 16 ? text + 10 : "";
  TsmDay day;
  guint hour, minute;

  if (!tsm_day_parse (date, &day) || time[0] != 'T' || time[3] != ':' ||
      !g_ascii_isdigit (time[1]) || !g_ascii_isdigit (time[2]) || !g_ascii_isdigit (time[4]) ||
      !g_ascii_isdigit (time[5]))
    return FALSE;
  hour = (guint) (g_ascii_digit_value (time[1]) * 10 + g_ascii_digit_value (time[2]));
  minute = (guint) (g_ascii_digit_value (time[4]) * 10 + g_ascii_digit_value (time[5]));
  if (hour > 23 || minute > 59 || day < tsm_calendar_get_begin () + PAST_DAYS ||
      day >= tsm_calendar_get_end ())
    return FALSE;
  *ret_begin = tsm_day_get_local_instant (day, hour * 60 + minute, zone);
  return TRUE;
}

static gboolean
refuse (GError **error, const char *option, const char *value, const char *expected)
{
  g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, "%s %s: %s", option, value, expected);
  return FALSE;
}

static gboolean
parse_texts (char *const *texts, GTimeZone *zone, TsmDemoOptions *options, GError **error)
{
  const char *speed = texts[0], *start = texts[1], *length = texts[2], *lang = texts[3],
             *seed = texts[4];

  if (speed != NULL && !tsm_demo_options_parse_speed (speed, &options->speed))
    return refuse (error, "--speed", speed, "expected simulated seconds a second, 1 to 1000000000");
  if (!parse_start (start != NULL ? start : DEFAULT_START, zone, &options->begin))
    return refuse (error, "--start", start,
                   "expected YYYY-MM-DDTHH:MM, from 2014-11-02 to the end of the calendar carried");
  if (length != NULL && !tsm_demo_options_parse_duration (length, &options->duration_s))
    return refuse (error, "--for", length, "expected a duration such as 36h, 2d or 1d12h");
  if (lang != NULL && !g_str_equal (lang, "fr") && !g_str_equal (lang, "en"))
    return refuse (error, "--lang", lang, "expected fr or en");
  if (lang != NULL)
    options->lang = tsm_text_lang_from_tag (lang);
  if (seed != NULL &&
      (!g_ascii_isdigit (seed[0]) ||
       !g_ascii_string_to_unsigned (seed, 10, 0, G_MAXUINT64, &options->seed, NULL)))
    return refuse (error, "--seed", seed, "expected a number");
  return TRUE;
}

gboolean
tsm_demo_options_parse (TsmDemoOptions *self, int argc, char **argv, GTimeZone *zone,
                        char **ret_help, GError **error)
{
  g_autofree char *speed = NULL, *start = NULL, *length = NULL, *lang_name = NULL, *seed = NULL;
  gboolean is_plain = FALSE, is_help = FALSE;
  const GOptionEntry entries[] = {
    { "speed", 0, 0, G_OPTION_ARG_STRING, &speed, "simulated seconds a second (900)", "N" },
    { "start", 0, 0, G_OPTION_ARG_STRING, &start, "when it begins (" DEFAULT_START ")", "TIME" },
    { "for", 0, 0, G_OPTION_ARG_STRING, &length, "stop after this simulated time", "36h" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &seed, "another seed, another world (1)", "N" },
    { "lang", 0, 0, G_OPTION_ARG_STRING, &lang_name, "fr or en; else that of LANG", "LANG" },
    { "no-colour", 0, 0, G_OPTION_ARG_NONE, &is_plain, "no colours", NULL },
    { "help", 'h', 0, G_OPTION_ARG_NONE, &is_help, "say this", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) bad_option = NULL;
  TsmDemoOptions options = {
    .speed = DEFAULT_SPEED, .seed = DEFAULT_SEED, .lang = self->lang, .use_colour = TRUE
  };

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse_strv (context, &words, &bad_option)) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, bad_option->message);
    return FALSE;
  }
  if (words[0] != NULL && words[1] != NULL)
    return refuse (error, "demo", words[1], "takes no such word");
  if (is_help) {
    g_set_prgname ("tsm demo");
    *ret_help = g_option_context_get_help (context, TRUE, NULL);
    return TRUE;
  }
  options.use_colour = !is_plain;
  if (!parse_texts ((char *const[]){ speed, start, length, lang_name, seed }, zone, &options,
                    error))
    return FALSE;
  *self = options;
  return TRUE;
}
