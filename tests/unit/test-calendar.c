/* SPDX-License-Identifier: MIT
 * test-calendar: the colours and prices the program carries, against quotas, rules and figures. */
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include "rules/tsm-season.h"

#define N_SEASONS 12
#define N_DAYS    4383

static TsmDay
day_of (const char *text)
{
  TsmDay day = TSM_DAY_NONE;

  g_assert_true (tsm_day_parse (text, &day));
  return day;
}

/* What was published of each season, besides the quotas: its first and last red and white. */
static const struct {
  gint year;
  guint n_days, n_reds, n_whites;
  const char *first_red, *last_red, *first_white, *last_white;
} season_cases[N_SEASONS] = {
  { 2014, 365, 22, 43, "2014-12-04", "2015-02-11", "2014-12-01", "2015-04-07" },
  { 2015, 366, 22, 43, "2016-01-08", "2016-02-29", "2015-11-23", "2016-03-17" },
  { 2016, 365, 22, 43, "2016-11-29", "2017-03-31", "2016-11-07", "2017-04-27" },
  { 2017, 365, 22, 43, "2017-12-01", "2018-02-28", "2017-11-28", "2018-03-21" },
  { 2018, 365, 22, 43, "2018-12-11", "2019-03-29", "2018-11-20", "2019-05-06" },
  { 2019, 366, 18, 47, "2019-12-04", "2020-03-06", "2019-11-14", "2020-06-09" }, /* lockdown */
  { 2020, 365, 22, 43, "2020-12-02", "2021-02-11", "2020-11-23", "2021-04-06" },
  { 2021, 365, 22, 43, "2021-11-29", "2022-01-27", "2021-11-23", "2022-06-01" },
  { 2022, 365, 22, 43, "2022-12-08", "2023-03-02", "2022-11-29", "2023-06-12" },
  { 2023, 366, 22, 43, "2023-11-29", "2024-03-29", "2023-11-22", "2024-04-26" },
  { 2024, 365, 22, 43, "2024-12-03", "2025-02-03", "2024-11-14", "2025-03-13" },
  { 2025, 365, 22, 43, "2025-12-29", "2026-03-31", "2025-11-20", "2026-05-29" },
};

static void
test_calendar_season (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const TsmDay begin = tsm_day_from_ymd (season_cases[i].year, 9, 1);
  const TsmDay end = tsm_season_get_end (begin);
  guint counts[4] = { 0 };
  TsmDay firsts[4] = { 0 }, lasts[4] = { 0 };

  for (TsmDay day = begin; day < end; day++) {
    const TsmColour colour = tsm_calendar_get_colour (day);

    if (counts[colour]++ == 0)
      firsts[colour] = day;
    lasts[colour] = day;
  }
  g_assert_cmpuint ((guint) (end - begin), ==, season_cases[i].n_days);
  g_assert_cmpuint (counts[TSM_COLOUR_UNKNOWN], ==, 0);
  g_assert_cmpuint (counts[TSM_COLOUR_RED], ==, season_cases[i].n_reds);
  g_assert_cmpuint (counts[TSM_COLOUR_WHITE], ==, season_cases[i].n_whites);
  g_assert_cmpuint (counts[TSM_COLOUR_RED] + counts[TSM_COLOUR_WHITE], ==,
                    TSM_SEASON_REDS + TSM_SEASON_WHITES);
  g_assert_cmpint (firsts[TSM_COLOUR_RED], ==, day_of (season_cases[i].first_red));
  g_assert_cmpint (lasts[TSM_COLOUR_RED], ==, day_of (season_cases[i].last_red));
  g_assert_cmpint (firsts[TSM_COLOUR_WHITE], ==, day_of (season_cases[i].first_white));
  g_assert_cmpint (lasts[TSM_COLOUR_WHITE], ==, day_of (season_cases[i].last_white));
}

/* Reds and whites by month over the twelve seasons (spec tempo 1.4). */
static const guint month_reds[13] = { 0, 127, 52, 32, 0, 0, 0, 0, 0, 0, 0, 4, 45 };
static const guint month_whites[13] = { 0, 119, 105, 76, 29, 9, 9, 0, 0, 0, 0, 49, 124 };

static void
test_calendar_rules (void)
{
  guint reds[13] = { 0 }, whites[13] = { 0 };
  guint n_reds_running = 0, n_white_holidays = 0, n_white_saturdays = 0;

  for (TsmDay day = tsm_calendar_get_begin (); day < tsm_calendar_get_end (); day++) {
    const TsmColour colour = tsm_calendar_get_colour (day);
    const TsmWeekday weekday = tsm_day_get_weekday (day);
    gint year, month, mday;

    tsm_day_to_ymd (day, &year, &month, &mday);
    n_reds_running = colour == TSM_COLOUR_RED ? n_reds_running + 1 : 0;
    g_assert_cmpuint (n_reds_running, <=, 5);
    if (weekday == TSM_WEEKDAY_SUNDAY)
      g_assert_cmpint (colour, ==, TSM_COLOUR_BLUE);
    if (colour == TSM_COLOUR_RED) {
      g_assert_cmpint (weekday, !=, TSM_WEEKDAY_SATURDAY);
      g_assert_false (tsm_season_is_holiday (day));
      reds[month]++;
    } else if (colour == TSM_COLOUR_WHITE) {
      n_white_holidays += tsm_season_is_holiday (day) ? 1 : 0;
      n_white_saturdays += weekday == TSM_WEEKDAY_SATURDAY ? 1 : 0;
      whites[month]++;
    }
  }
  for (guint month = 1; month <= 12; month++) {
    g_assert_cmpuint (reds[month], ==, month_reds[month]);
    g_assert_cmpuint (whites[month], ==, month_whites[month]);
  }
  g_assert_cmpuint (n_white_holidays, ==, 4); /* New Years of 2015, 2020, 2021, 2026 */
  g_assert_cmpuint (n_white_saturdays, ==, 62);
}

static const struct {
  const char *day;
  TsmColour colour;
} day_cases[] = {
  { "2014-08-31", TSM_COLOUR_UNKNOWN }, /* the day before the first */
  { "2014-09-01", TSM_COLOUR_BLUE },    { "2026-08-31", TSM_COLOUR_BLUE },
  { "2026-09-01", TSM_COLOUR_UNKNOWN }, /* the day after the last */
  { "1970-01-01", TSM_COLOUR_UNKNOWN }, { "9999-12-31", TSM_COLOUR_UNKNOWN },
  { "2014-12-01", TSM_COLOUR_WHITE }, /* a month's first and last letters */
  { "2014-12-31", TSM_COLOUR_RED },     { "2020-01-01", TSM_COLOUR_WHITE },
  { "2020-06-02", TSM_COLOUR_WHITE }, /* the 44th of its season */
  { "2022-04-14", TSM_COLOUR_BLUE },  /* RTE, not EDF */
  { "2022-05-24", TSM_COLOUR_WHITE }, /* corrected */
  { "2022-06-01", TSM_COLOUR_WHITE }, /* RTE, not EDF */
  { "2022-12-28", TSM_COLOUR_BLUE },  /* without a value in RTE's API */
  { "2024-02-20", TSM_COLOUR_WHITE }, /* corrected */
  { "2024-02-29", TSM_COLOUR_WHITE }, /* a leap day */
  { "2024-03-29", TSM_COLOUR_RED },   /* Good Friday */
  { "2025-11-20", TSM_COLOUR_WHITE }, /* shown blue by another service */
  { "2026-01-27", TSM_COLOUR_WHITE },   { "2026-01-28", TSM_COLOUR_RED },
  { "2026-01-29", TSM_COLOUR_RED },     { "2026-01-30", TSM_COLOUR_BLUE },
  { "2026-03-28", TSM_COLOUR_BLUE },    { "2026-03-31", TSM_COLOUR_RED },
};

static void
test_calendar_days (void)
{
  g_assert_cmpint (tsm_calendar_get_begin (), ==, day_of ("2014-09-01"));
  g_assert_cmpint (tsm_calendar_get_end (), ==, day_of ("2026-09-01"));
  g_assert_cmpint (tsm_calendar_get_end () - tsm_calendar_get_begin (), ==, N_DAYS);
  for (guint i = 0; i < G_N_ELEMENTS (day_cases); i++)
    g_assert_cmpint (tsm_calendar_get_colour (day_of (day_cases[i].day)), ==, day_cases[i].colour);
  g_assert_cmpint (tsm_calendar_get_colour (TSM_DAY_NONE), ==, TSM_COLOUR_UNKNOWN);
  g_assert_cmpint (tsm_calendar_get_colour (G_MAXINT32), ==, TSM_COLOUR_UNKNOWN);
}

/* Every sheet's date, and its two dearest figures: blue and red peak. */
static const struct {
  const char *from;
  gint64 blue_hp, red_hp;
} sheet_cases[] = {
  { "2016-08-01", 127800, 521600 }, { "2017-08-01", 133000, 549700 },
  { "2018-02-01", 132600, 548200 }, { "2018-08-01", 132900, 541300 },
  { "2019-06-01", 144400, 609500 }, { "2019-08-01", 146000, 618200 },
  { "2020-02-01", 153100, 637100 }, { "2020-08-01", 154800, 638900 },
  { "2021-02-01", 151500, 627500 }, { "2021-08-01", 149800, 627400 },
  { "2022-02-01", 127200, 548600 }, { "2023-02-01", 124900, 671200 },
  { "2023-08-01", 136900, 732400 }, { "2024-02-01", 160900, 756200 },
  { "2025-02-01", 155200, 658600 }, { "2025-08-01", 149400, 646800 },
  { "2026-02-01", 161200, 706000 }, { "2026-08-01", 165400, 729500 },
};

static void
test_calendar_sheets (void)
{
  gsize n_sheets;
  const TsmSheet *sheets = tsm_calendar_get_sheets (&n_sheets);

  g_assert_cmpuint (n_sheets, ==, G_N_ELEMENTS (sheet_cases));
  for (gsize i = 0; i < n_sheets; i++) {
    const gint64 (*price)[2] = sheets[i].price_ueur_kwh;

    g_assert_cmpint (sheets[i].from_day, ==, day_of (sheet_cases[i].from));
    g_assert_cmpint (price[TSM_COLOUR_BLUE][TSM_PERIOD_HP], ==, sheet_cases[i].blue_hp);
    g_assert_cmpint (price[TSM_COLOUR_RED][TSM_PERIOD_HP], ==, sheet_cases[i].red_hp);
    /* In each colour the night is cheaper than the day, blue than white, white than red; and a
     * red peak costs four to seven blue ones: a swapped column would show. */
    for (guint colour = TSM_COLOUR_BLUE; colour <= TSM_COLOUR_RED; colour++) {
      g_assert_cmpint (price[colour][TSM_PERIOD_HC], <, price[colour][TSM_PERIOD_HP]);
      for (guint period = TSM_PERIOD_HP; period <= TSM_PERIOD_HC; period++)
        g_assert_true (colour == TSM_COLOUR_BLUE ||
                       price[colour - 1][period] < price[colour][period]);
    }
    g_assert_cmpint (price[TSM_COLOUR_RED][TSM_PERIOD_HP], >,
                     4 * price[TSM_COLOUR_BLUE][TSM_PERIOD_HP]);
    g_assert_cmpint (price[TSM_COLOUR_RED][TSM_PERIOD_HP], <,
                     7 * price[TSM_COLOUR_BLUE][TSM_PERIOD_HP]);
    g_assert_cmpint (price[TSM_COLOUR_UNKNOWN][TSM_PERIOD_HP], ==, 0);
    g_assert_cmpint (price[TSM_COLOUR_UNKNOWN][TSM_PERIOD_HC], ==, 0);
  }
}

static const struct {
  guint sheet;
  TsmColour colour;
  TsmPeriod period;
  gint64 price_ueur_kwh;
} price_cases[] = {
  { 0, TSM_COLOUR_BLUE, TSM_PERIOD_HC, 107500 },   { 0, TSM_COLOUR_WHITE, TSM_PERIOD_HC, 140000 },
  { 0, TSM_COLOUR_WHITE, TSM_PERIOD_HP, 167400 },  { 0, TSM_COLOUR_RED, TSM_PERIOD_HC, 216100 },
  { 4, TSM_COLOUR_BLUE, TSM_PERIOD_HP, 144400 },   { 10, TSM_COLOUR_BLUE, TSM_PERIOD_HC, 86200 },
  { 10, TSM_COLOUR_WHITE, TSM_PERIOD_HC, 111200 }, { 14, TSM_COLOUR_BLUE, TSM_PERIOD_HC, 128800 },
  { 17, TSM_COLOUR_BLUE, TSM_PERIOD_HC, 135600 },  { 17, TSM_COLOUR_BLUE, TSM_PERIOD_HP, 165400 },
  { 17, TSM_COLOUR_WHITE, TSM_PERIOD_HC, 153600 }, { 17, TSM_COLOUR_WHITE, TSM_PERIOD_HP, 192100 },
  { 17, TSM_COLOUR_RED, TSM_PERIOD_HC, 161500 },   { 17, TSM_COLOUR_RED, TSM_PERIOD_HP, 729500 },
};

static void
test_calendar_prices (void)
{
  gsize n_sheets;
  const TsmSheet *sheets = tsm_calendar_get_sheets (&n_sheets);

  for (guint i = 0; i < G_N_ELEMENTS (price_cases); i++)
    g_assert_cmpint (
        sheets[price_cases[i].sheet].price_ueur_kwh[price_cases[i].colour][price_cases[i].period],
        ==, price_cases[i].price_ueur_kwh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < N_SEASONS; i++) {
    g_autofree char *path = g_strdup_printf ("/calendar/season/%d", season_cases[i].year);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_calendar_season);
  }
  g_test_add_func ("/calendar/rules", test_calendar_rules);
  g_test_add_func ("/calendar/days", test_calendar_days);
  g_test_add_func ("/calendar/sheets", test_calendar_sheets);
  g_test_add_func ("/calendar/prices", test_calendar_prices);
  return g_test_run ();
}
