/* SPDX-License-Identifier: MIT
 * tsm-format: quantities and dates as people write them, in each language. */
#include "base/tsm-format.h"
#include "base/tsm-text.h"
#include "base/tsm-word.h"

#define MINUS           "\342\210\222" /* U+2212 */
#define DASH            "\342\200\224" /* U+2014 */
#define EURO            "\342\202\254"
#define NO_BREAK        "\302\240"     /* U+00A0 */
#define NARROW_NO_BREAK "\342\200\257" /* U+202F */

#define NEUR_PER_CENT  10000000
#define MINUTE_S       60
#define HOUR_MIN       60
#define DAY_H          24
#define DAY_MIN        (DAY_H * HOUR_MIN)
#define MAX_DIGITS     20 /* of a guint64 */
#define PRICE_DECIMALS 6
#define PRICE_SHOWN    4
/* GDate counts days from 1 at 0001-01-01; 1970-01-01 is its day 719163, 9999-12-31 its last. */
#define JULIAN_OF_EPOCH 719163
#define JULIAN_LAST     3652059

static const char *const short_weekdays[] = {
  N_ ("Mon"), N_ ("Tue"), N_ ("Wed"), N_ ("Thu"), N_ ("Fri"), N_ ("Sat"), N_ ("Sun"),
};
static const char *const short_months[] = {
  N_ ("Jan"), N_ ("Feb"), N_ ("Mar"), N_ ("Apr"), N_ ("May"), N_ ("Jun"),
  N_ ("Jul"), N_ ("Aug"), N_ ("Sep"), N_ ("Oct"), N_ ("Nov"), N_ ("Dec"),
};

typedef struct {
  const char *decimal;
  const char *thousands;
  const char *before_unit;
} Marks;

static const Marks marks[TSM_N_LANGS] = {
  [TSM_LANG_EN] = { .decimal = ".", .thousands = ",", .before_unit = " " },
  [TSM_LANG_FR] = { .decimal = ",", .thousands = NARROW_NO_BREAK, .before_unit = NO_BREAK },
};

static guint64
magnitude_of (gint64 value)
{
  return value < 0 ? -(guint64) value : (guint64) value;
}

/* Appends @value / 10^@decimals, never fewer than one digit before the decimal mark. */
static void
append_number (GString *out, TsmLang lang, guint64 value, guint decimals)
{
  char digits[MAX_DIGITS + 1];
  const int n_digits =
      g_snprintf (digits, sizeof digits, "%0*" G_GUINT64_FORMAT, (int) decimals + 1, value);
  const int n_whole = n_digits - (int) decimals;

  for (int i = 0; i < n_digits; i++) {
    if (i == n_whole)
      g_string_append (out, marks[lang].decimal);
    else if (i > 0 && i < n_whole && (n_whole - i) % 3 == 0)
      g_string_append (out, marks[lang].thousands);
    g_string_append_c (out, digits[i]);
  }
}

static GString *
number_new (gboolean is_negative)
{
  return g_string_new (is_negative ? MINUS : "");
}

static char *
dup_with_unit (TsmLang lang, gint64 value, guint decimals, const char *unit)
{
  GString *out = number_new (value < 0);

  append_number (out, lang, magnitude_of (value), decimals);
  g_string_append (out, marks[lang].before_unit);
  g_string_append (out, unit);
  return g_string_free (out, FALSE);
}

/* The euro sign leads in English and follows in French. */
static char *
dup_euros (TsmLang lang, gboolean is_negative, guint64 value, guint decimals, const char *per)
{
  GString *out = number_new (is_negative);

  switch (lang) {
  case TSM_LANG_EN:
    g_string_append (out, EURO);
    append_number (out, lang, value, decimals);
    break;
  case TSM_LANG_FR:
    append_number (out, lang, value, decimals);
    g_string_append (out, NO_BREAK EURO);
    break;
  }
  g_string_append (out, per);
  return g_string_free (out, FALSE);
}

char *
tsm_format_dup_money (TsmLang lang, gint64 money_neur)
{
  const guint64 cents = (magnitude_of (money_neur) + NEUR_PER_CENT / 2) / NEUR_PER_CENT;

  return dup_euros (lang, money_neur < 0 && cents > 0, cents, 2, "");
}

char *
tsm_format_dup_price (TsmLang lang, gint64 price_ueur_kwh)
{
  guint64 value = magnitude_of (price_ueur_kwh);
  guint decimals = PRICE_DECIMALS;

  for (; decimals > PRICE_SHOWN && value % 10 == 0; decimals--)
    value /= 10;
  return dup_euros (lang, price_ueur_kwh < 0, value, decimals, "/kWh");
}

char *
tsm_format_dup_energy (TsmLang lang, gint64 energy_wh)
{
  return dup_with_unit (lang, energy_wh, 3, "kWh");
}

char *
tsm_format_dup_power (TsmLang lang, gint64 power_w)
{
  return dup_with_unit (lang, power_w, 0, "W");
}

char *
tsm_format_dup_integer (TsmLang lang, gint64 value)
{
  GString *out = number_new (value < 0);

  append_number (out, lang, magnitude_of (value), 0);
  return g_string_free (out, FALSE);
}

static void
append_unit (GString *out, TsmLang lang, guint64 value, const char *unit)
{
  append_number (out, lang, value, 0);
  g_string_append (out, marks[lang].before_unit);
  g_string_append (out, unit);
}

char *
tsm_format_dup_duration (TsmLang lang, gint64 duration_s)
{
  const guint64 seconds = magnitude_of (duration_s);
  const guint64 minutes = (seconds + MINUTE_S / 2) / MINUTE_S;
  const guint64 hours = (minutes + HOUR_MIN / 2) / HOUR_MIN;
  GString *out = number_new (duration_s < 0);

  if (seconds < MINUTE_S) {
    append_unit (out, lang, seconds, "s");
  } else if (minutes < HOUR_MIN) {
    append_unit (out, lang, minutes, "min");
  } else if (minutes < DAY_MIN) {
    append_unit (out, lang, minutes / HOUR_MIN, "h");
    g_string_append_printf (out, "%s%02u", marks[lang].before_unit, (guint) (minutes % HOUR_MIN));
  } else {
    const guint64 days = hours / DAY_H;
    GString *number = number_new (FALSE);

    append_number (number, lang, days, 0);
    g_string_append_printf (out, tsm_text_n (lang, "%s day", "%s days", days), number->str);
    g_string_free (number, TRUE);
    if (hours % DAY_H != 0) {
      g_string_append (out, marks[lang].before_unit);
      append_unit (out, lang, hours % DAY_H, "h");
    }
  }
  return g_string_free (out, FALSE);
}

static gboolean
get_date (TsmDay day, GDate *ret_date)
{
  const gint64 julian = (gint64) day + JULIAN_OF_EPOCH;

  if (julian < 1 || julian > JULIAN_LAST)
    return FALSE;
  g_date_clear (ret_date, 1);
  g_date_set_julian (ret_date, (guint32) julian);
  return TRUE;
}

/* French counts the first of a month, and only that. */
static const char *
ordinal_of (TsmLang lang, guint mday)
{
  return lang == TSM_LANG_FR && mday == 1 ? "er" : "";
}

char *
tsm_format_dup_day (TsmLang lang, TsmDay day)
{
  GDate date;

  if (!get_date (day, &date))
    return g_strdup (DASH);
  return g_strdup_printf ("%s %u%s %s %u",
                          tsm_word_get_weekday (lang, (guint) g_date_get_weekday (&date)),
                          g_date_get_day (&date), ordinal_of (lang, g_date_get_day (&date)),
                          tsm_word_get_month (lang, (guint) g_date_get_month (&date)),
                          g_date_get_year (&date));
}

char *
tsm_format_dup_short_day (TsmLang lang, TsmDay day)
{
  GDate date;
  guint year, month, mday;

  if (!get_date (day, &date))
    return g_strdup (DASH);
  year = g_date_get_year (&date);
  month = (guint) g_date_get_month (&date);
  mday = g_date_get_day (&date);
  switch (lang) {
  case TSM_LANG_EN:
    return g_strdup_printf ("%04u-%02u-%02u", year, month, mday);
  case TSM_LANG_FR:
    return g_strdup_printf ("%02u/%02u/%04u", mday, month, year);
  }
  g_assert_not_reached ();
}

char *
tsm_format_dup_tempo_day (TsmLang lang, TsmDay day, TsmColour colour)
{
  g_autofree char *date = tsm_format_dup_day (lang, day);
  const char *word = colour == TSM_COLOUR_UNKNOWN ? tsm_text (lang, "colour unknown")
                                                  : tsm_word_get_colour (lang, colour);

  return g_strdup_printf ("%s, %s", date, word);
}

/* NULL when @at has no date. */
static GDateTime *
local_new (gint64 at, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (at);

  return utc == NULL ? NULL : g_date_time_to_timezone (utc, zone);
}

static TsmDay
day_of (GDateTime *local)
{
  GDate date;
  gint year, month, mday;

  g_date_time_get_ymd (local, &year, &month, &mday);
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) mday, (GDateMonth) month, (GDateYear) year);
  return (TsmDay) g_date_get_julian (&date) - JULIAN_OF_EPOCH;
}

char *
tsm_format_dup_time (gint64 at, GTimeZone *zone)
{
  g_autoptr (GDateTime) local = local_new (at, zone);

  return local == NULL ? g_strdup (DASH) : g_date_time_format (local, "%H:%M");
}

char *
tsm_format_dup_instant (TsmLang lang, gint64 at, GTimeZone *zone)
{
  g_autoptr (GDateTime) local = local_new (at, zone);
  g_autofree char *day = NULL, *time = NULL;

  if (local == NULL)
    return g_strdup (DASH);
  day = tsm_format_dup_day (lang, day_of (local));
  time = tsm_format_dup_time (at, zone);
  /* TRANSLATORS: a date, then a time of day. */
  return g_strdup_printf (tsm_text (lang, "%s at %s"), day, time);
}

char *
tsm_format_dup_short_instant (TsmLang lang, gint64 at, GTimeZone *zone)
{
  g_autoptr (GDateTime) local = local_new (at, zone);
  g_autofree char *day = NULL, *time = NULL;

  if (local == NULL)
    return g_strdup (DASH);
  day = tsm_format_dup_short_day (lang, day_of (local));
  time = tsm_format_dup_time (at, zone);
  return g_strdup_printf ("%s %s", day, time);
}

char *
tsm_format_dup_moment (TsmLang lang, gint64 at, GTimeZone *zone)
{
  g_autoptr (GDateTime) local = local_new (at, zone);
  g_autofree char *time = NULL;
  guint mday;

  if (local == NULL)
    return g_strdup (DASH);
  time = tsm_format_dup_time (at, zone);
  mday = (guint) g_date_time_get_day_of_month (local);
  return g_strdup_printf ("%s %u%s %s %s",
                          tsm_text (lang, short_weekdays[g_date_time_get_day_of_week (local) - 1]),
                          mday, ordinal_of (lang, mday),
                          tsm_text (lang, short_months[g_date_time_get_month (local) - 1]), time);
}
