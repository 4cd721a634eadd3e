/* SPDX-License-Identifier: MIT
 * Quantities and dates to the byte: "~" in a row stands for U+00A0, "_" for U+202F and "-" before a
 * quantity for U+2212, none of which shows its difference on a page. */
#include "base/tsm-format.h"

typedef char *(*Format) (TsmLang lang, gint64 value);

static const struct {
  const char *name;
  Format format;
  gint64 value;
  const char *french, *english;
} quantity_cases[] = {
  { "money", tsm_format_dup_money, 12340000000, "12,34~€", "€12.34" },
  { "money-zero", tsm_format_dup_money, 0, "0,00~€", "€0.00" },
  { "money-thousands", tsm_format_dup_money, 1234560000000, "1_234,56~€", "€1,234.56" },
  { "money-just-below-half-a-cent", tsm_format_dup_money, 4999999, "0,00~€", "€0.00" },
  { "money-half-a-cent-goes-up", tsm_format_dup_money, 5000000, "0,01~€", "€0.01" },
  { "money-half-a-cent-owed", tsm_format_dup_money, -5000000, "-0,01~€", "-€0.01" },
  { "money-owed-less-than-that-has-no-sign", tsm_format_dup_money, -4999999, "0,00~€", "€0.00" },
  { "money-carry", tsm_format_dup_money, 999995000000, "1_000,00~€", "€1,000.00" },
  { "money-owed", tsm_format_dup_money, -1234560000000, "-1_234,56~€", "-€1,234.56" },
  { "money-most", tsm_format_dup_money, G_MAXINT64, "9_223_372_036,85~€", "€9,223,372,036.85" },
  { "money-least", tsm_format_dup_money, G_MININT64, "-9_223_372_036,85~€", "-€9,223,372,036.85" },
  { "price", tsm_format_dup_price, 756200, "0,7562~€/kWh", "€0.7562/kWh" },
  { "price-keeps-four-decimals", tsm_format_dup_price, 160000, "0,1600~€/kWh", "€0.1600/kWh" },
  { "price-five-decimals", tsm_format_dup_price, 132960, "0,13296~€/kWh", "€0.13296/kWh" },
  { "price-zero", tsm_format_dup_price, 0, "0,0000~€/kWh", "€0.0000/kWh" },
  { "price-smallest", tsm_format_dup_price, 1, "0,000001~€/kWh", "€0.000001/kWh" },
  { "energy", tsm_format_dup_energy, 1234, "1,234~kWh", "1.234 kWh" },
  { "energy-zero", tsm_format_dup_energy, 0, "0,000~kWh", "0.000 kWh" },
  { "energy-watt-hour", tsm_format_dup_energy, 1, "0,001~kWh", "0.001 kWh" },
  { "energy-thousands", tsm_format_dup_energy, 1234567, "1_234,567~kWh", "1,234.567 kWh" },
  { "energy-taken-back", tsm_format_dup_energy, -42, "-0,042~kWh", "-0.042 kWh" },
  { "energy-most", tsm_format_dup_energy, G_MAXINT64, "9_223_372_036_854_775,807~kWh",
    "9,223,372,036,854,775.807 kWh" },
  { "power", tsm_format_dup_power, 87, "87~W", "87 W" },
  { "power-thousands", tsm_format_dup_power, 3680, "3_680~W", "3,680 W" },
  { "power-least", tsm_format_dup_power, G_MININT64, "-9_223_372_036_854_775_808~W",
    "-9,223,372,036,854,775,808 W" },
  { "integer", tsm_format_dup_integer, 999, "999", "999" },
  { "integer-thousands", tsm_format_dup_integer, 1000, "1_000", "1,000" },
  { "integer-millions", tsm_format_dup_integer, -1000000, "-1_000_000", "-1,000,000" },
  { "duration-none", tsm_format_dup_duration, 0, "0~s", "0 s" },
  { "duration-seconds", tsm_format_dup_duration, 59, "59~s", "59 s" },
  { "duration-minute", tsm_format_dup_duration, 60, "1~min", "1 min" },
  { "duration-rounds-down", tsm_format_dup_duration, 89, "1~min", "1 min" },
  { "duration-rounds-up", tsm_format_dup_duration, 90, "2~min", "2 min" },
  { "duration-rounds-to-an-hour", tsm_format_dup_duration, 3599, "1~h~00", "1 h 00" },
  { "duration-hours", tsm_format_dup_duration, 7500, "2~h~05", "2 h 05" },
  { "duration-nearly-a-day", tsm_format_dup_duration, 86369, "23~h~59", "23 h 59" },
  { "duration-rounds-to-a-day", tsm_format_dup_duration, 86370, "1~jour", "1 day" },
  { "duration-a-day-and-a-half", tsm_format_dup_duration, 129600, "1~jour~12~h", "1 day 12 h" },
  { "duration-two-days", tsm_format_dup_duration, 172800, "2~jours", "2 days" },
  { "duration-days", tsm_format_dup_duration, 273600, "3~jours~4~h", "3 days 4 h" },
  { "duration-rounds-to-days", tsm_format_dup_duration, 259199, "3~jours", "3 days" },
  { "duration-before", tsm_format_dup_duration, -7500, "-2~h~05", "-2 h 05" },
  { "duration-most", tsm_format_dup_duration, G_MAXINT64, "106_751_991_167_300~jours~16~h",
    "106,751,991,167,300 days 16 h" },
};

static char *
dup_exact (const char *row)
{
  g_autoptr (GString) exact = g_string_new (row);

  g_string_replace (exact, "~", "\302\240", 0);
  g_string_replace (exact, "_", "\342\200\257", 0);
  g_string_replace (exact, "-", "\342\210\222", 0);
  return g_strdup (exact->str);
}

static void
test_format_quantity (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *french = quantity_cases[i].format (TSM_LANG_FR, quantity_cases[i].value);
  g_autofree char *english = quantity_cases[i].format (TSM_LANG_EN, quantity_cases[i].value);
  g_autofree char *exact_french = dup_exact (quantity_cases[i].french);
  g_autofree char *exact_english = dup_exact (quantity_cases[i].english);

  g_assert_cmpstr (french, ==, exact_french);
  g_assert_cmpstr (english, ==, exact_english);
}

static const struct {
  const char *name;
  TsmDay day;
  const char *french, *english, *short_french, *short_english;
} day_cases[] = {
  { "plain", 20459, "mardi 6 janvier 2026", "Tuesday 6 January 2026", "06/01/2026", "2026-01-06" },
  { "first-of-month", 20454, "jeudi 1er janvier 2026", "Thursday 1 January 2026", "01/01/2026",
    "2026-01-01" },
  { "leap-day", 19782, "jeudi 29 février 2024", "Thursday 29 February 2024", "29/02/2024",
    "2024-02-29" },
  { "epoch", 0, "jeudi 1er janvier 1970", "Thursday 1 January 1970", "01/01/1970", "1970-01-01" },
  { "before-epoch", -1, "mercredi 31 décembre 1969", "Wednesday 31 December 1969", "31/12/1969",
    "1969-12-31" },
  { "first", -719162, "lundi 1er janvier 1", "Monday 1 January 1", "01/01/0001", "0001-01-01" },
  { "before-the-first", -719163, "—", "—", "—", "—" },
  { "last", 2932896, "vendredi 31 décembre 9999", "Friday 31 December 9999", "31/12/9999",
    "9999-12-31" },
  { "after-the-last", 2932897, "—", "—", "—", "—" },
  { "none", TSM_DAY_NONE, "—", "—", "—", "—" },
};

static void
test_format_day (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *french = tsm_format_dup_day (TSM_LANG_FR, day_cases[i].day);
  g_autofree char *english = tsm_format_dup_day (TSM_LANG_EN, day_cases[i].day);
  g_autofree char *short_french = tsm_format_dup_short_day (TSM_LANG_FR, day_cases[i].day);
  g_autofree char *short_english = tsm_format_dup_short_day (TSM_LANG_EN, day_cases[i].day);

  g_assert_cmpstr (french, ==, day_cases[i].french);
  g_assert_cmpstr (english, ==, day_cases[i].english);
  g_assert_cmpstr (short_french, ==, day_cases[i].short_french);
  g_assert_cmpstr (short_english, ==, day_cases[i].short_english);
}

static void
test_format_tempo_day (void)
{
  g_autofree char *red = tsm_format_dup_tempo_day (TSM_LANG_FR, 20459, TSM_COLOUR_RED);
  g_autofree char *white = tsm_format_dup_tempo_day (TSM_LANG_EN, 20459, TSM_COLOUR_WHITE);
  g_autofree char *unknown = tsm_format_dup_tempo_day (TSM_LANG_FR, 20459, TSM_COLOUR_UNKNOWN);

  g_assert_cmpstr (red, ==, "mardi 6 janvier 2026, rouge");
  g_assert_cmpstr (white, ==, "Tuesday 6 January 2026, white");
  g_assert_cmpstr (unknown, ==, "mardi 6 janvier 2026, couleur inconnue");
}

static const struct {
  const char *name;
  const char *zone;
  gint64 at;
  const char *french, *english, *short_french, *time;
} instant_cases[] = {
  { "evening", "Europe/Paris", 1767646800, "lundi 5 janvier 2026 à 22:00",
    "Monday 5 January 2026 at 22:00", "05/01/2026 22:00", "22:00" },
  { "utc-has-its-own-hour", "UTC", 1767646800, "lundi 5 janvier 2026 à 21:00",
    "Monday 5 January 2026 at 21:00", "05/01/2026 21:00", "21:00" },
  { "local-midnight-is-the-next-day", "Europe/Paris", 1767654000, "mardi 6 janvier 2026 à 00:00",
    "Tuesday 6 January 2026 at 00:00", "06/01/2026 00:00", "00:00" },
  { "last-second-of-winter-time", "Europe/Paris", 1774745999, "dimanche 29 mars 2026 à 01:59",
    "Sunday 29 March 2026 at 01:59", "29/03/2026 01:59", "01:59" },
  { "spring-forward", "Europe/Paris", 1774746000, "dimanche 29 mars 2026 à 03:00",
    "Sunday 29 March 2026 at 03:00", "29/03/2026 03:00", "03:00" },
  { "last-second-of-summer-time", "Europe/Paris", 1792889999, "dimanche 25 octobre 2026 à 02:59",
    "Sunday 25 October 2026 at 02:59", "25/10/2026 02:59", "02:59" },
  { "fall-back", "Europe/Paris", 1792890000, "dimanche 25 octobre 2026 à 02:00",
    "Sunday 25 October 2026 at 02:00", "25/10/2026 02:00", "02:00" },
  { "epoch", "UTC", 0, "jeudi 1er janvier 1970 à 00:00", "Thursday 1 January 1970 at 00:00",
    "01/01/1970 00:00", "00:00" },
  { "none", "Europe/Paris", TSM_INSTANT_NONE, "—", "—", "—", "—" },
  { "most", "Europe/Paris", G_MAXINT64, "—", "—", "—", "—" },
  { "after-the-last", "UTC", 253402300800, "—", "—", "—", "—" },
  { "last-of-utc-is-past-it-in-Paris", "Europe/Paris", 253402300799, "—", "—", "—", "—" },
};

static void
test_format_instant (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const gint64 at = instant_cases[i].at;
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (instant_cases[i].zone);
  g_autofree char *french = tsm_format_dup_instant (TSM_LANG_FR, at, zone);
  g_autofree char *english = tsm_format_dup_instant (TSM_LANG_EN, at, zone);
  g_autofree char *short_french = tsm_format_dup_short_instant (TSM_LANG_FR, at, zone);
  g_autofree char *time = tsm_format_dup_time (at, zone);

  g_assert_cmpstr (french, ==, instant_cases[i].french);
  g_assert_cmpstr (english, ==, instant_cases[i].english);
  g_assert_cmpstr (short_french, ==, instant_cases[i].short_french);
  g_assert_cmpstr (time, ==, instant_cases[i].time);
}

static const struct {
  const char *name;
  const char *zone;
  gint64 at;
  const char *french, *english;
} moment_cases[] = {
  { "morning", "Europe/Paris", 1771304400, "mar. 17 févr. 06:00", "Tue 17 Feb 06:00" },
  { "evening", "Europe/Paris", 1769374800, "dim. 25 janv. 22:00", "Sun 25 Jan 22:00" },
  { "utc-has-its-own-hour", "UTC", 1769374800, "dim. 25 janv. 21:00", "Sun 25 Jan 21:00" },
  { "first-of-month", "Europe/Paris", 1769922000, "dim. 1er févr. 06:00", "Sun 1 Feb 06:00" },
  { "second-of-month", "Europe/Paris", 1770008400, "lun. 2 févr. 06:00", "Mon 2 Feb 06:00" },
  { "wednesday-in-march", "UTC", 1772600400, "mer. 4 mars 05:00", "Wed 4 Mar 05:00" },
  { "friday-in-april", "UTC", 1775192399, "ven. 3 avr. 04:59", "Fri 3 Apr 04:59" },
  { "thursday-in-may", "UTC", 1778112000, "jeu. 7 mai 00:00", "Thu 7 May 00:00" },
  { "saturday-in-june", "UTC", 1780704000, "sam. 6 juin 00:00", "Sat 6 Jun 00:00" },
  { "july", "UTC", 1783296000, "lun. 6 juil. 00:00", "Mon 6 Jul 00:00" },
  { "august", "UTC", 1785974400, "jeu. 6 août 00:00", "Thu 6 Aug 00:00" },
  { "september", "UTC", 1788652800, "dim. 6 sept. 00:00", "Sun 6 Sep 00:00" },
  { "october", "UTC", 1791244800, "mar. 6 oct. 00:00", "Tue 6 Oct 00:00" },
  { "november", "UTC", 1793923200, "ven. 6 nov. 00:00", "Fri 6 Nov 00:00" },
  { "december", "UTC", 1796515200, "dim. 6 déc. 00:00", "Sun 6 Dec 00:00" },
  { "none", "Europe/Paris", TSM_INSTANT_NONE, "—", "—" },
  { "after-the-last", "UTC", 253402300800, "—", "—" },
};

static void
test_format_moment (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (moment_cases[i].zone);
  g_autofree char *french = tsm_format_dup_moment (TSM_LANG_FR, moment_cases[i].at, zone);
  g_autofree char *english = tsm_format_dup_moment (TSM_LANG_EN, moment_cases[i].at, zone);

  g_assert_cmpstr (french, ==, moment_cases[i].french);
  g_assert_cmpstr (english, ==, moment_cases[i].english);
}

static void
add (const char *group, const char *name, guint i, GTestDataFunc test)
{
  g_autofree char *path = g_strconcat ("/format/", group, "/", name, NULL);

  g_test_add_data_func (path, GUINT_TO_POINTER (i), test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (quantity_cases); i++)
    add ("quantity", quantity_cases[i].name, i, test_format_quantity);
  for (guint i = 0; i < G_N_ELEMENTS (day_cases); i++)
    add ("day", day_cases[i].name, i, test_format_day);
  for (guint i = 0; i < G_N_ELEMENTS (instant_cases); i++)
    add ("instant", instant_cases[i].name, i, test_format_instant);
  for (guint i = 0; i < G_N_ELEMENTS (moment_cases); i++)
    add ("moment", moment_cases[i].name, i, test_format_moment);
  g_test_add_func ("/format/tempo-day", test_format_tempo_day);
  return g_test_run ();
}
