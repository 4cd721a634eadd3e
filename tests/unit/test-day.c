/* SPDX-License-Identifier: MIT
 * test-day: civil dates, Tempo days and periods, across every clock change of two decades. */
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include "test-time.h"

#define HOUR_S     G_GINT64_CONSTANT (3600)
#define FIRST_YEAR 2014
#define LAST_YEAR  2037

static const struct {
  gint year, month, day;
  TsmDay number;
} date_cases[] = {
  { 1970, 1, 1, 0 },      { 1969, 12, 31, -1 },   { 2014, 9, 1, 16314 }, { 2024, 2, 29, 19782 },
  { 2026, 8, 31, 20696 }, { 2000, 2, 29, 11016 }, { 1, 1, 1, -719162 },  { 9999, 12, 31, 2932896 },
};

static void
test_day_ymd_round_trip (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (date_cases); i++) {
    gint year, month, day;

    g_assert_true (
        tsm_day_is_valid_ymd (date_cases[i].year, date_cases[i].month, date_cases[i].day));
    g_assert_cmpint (tsm_day_from_ymd (date_cases[i].year, date_cases[i].month, date_cases[i].day),
                     ==, date_cases[i].number);
    tsm_day_to_ymd (date_cases[i].number, &year, &month, &day);
    g_assert_cmpint (year, ==, date_cases[i].year);
    g_assert_cmpint (month, ==, date_cases[i].month);
    g_assert_cmpint (day, ==, date_cases[i].day);
  }
}

static const struct {
  gint year, month, day;
} no_date_cases[] = {
  { 2026, 2, 29 }, { 2100, 2, 29 }, /* no leap year, though divisible by 4 */
  { 2026, 4, 31 }, { 2026, 0, 1 },  { 2026, 13, 1 },  { 2026, 1, 0 },
  { 2026, 1, 32 }, { 0, 1, 1 },     { 10000, 1, 1 },  { -1, 1, 1 },
  { 2026, -1, 1 }, { 2026, 1, -1 }, { 2026, 257, 1 }, { 2026, 1, 257 }, /* 1 as a byte */
  { 67562, 1, 1 },                                                      /* 2026 as 16 bits */
};

static void
test_day_ymd_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (no_date_cases); i++)
    g_assert_false (
        tsm_day_is_valid_ymd (no_date_cases[i].year, no_date_cases[i].month, no_date_cases[i].day));
}

static const struct {
  const char *text;
  TsmDay day;
} text_cases[] = {
  { "1970-01-01", 0 },       { "2026-08-31", 20696 },
  { "2024-02-29", 19782 },   { "0001-01-01", -719162 }, /* printed with four digits too */
  { "9999-12-31", 2932896 },
};

static void
test_day_text_round_trip (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (text_cases); i++) {
    g_autofree char *text = tsm_day_dup_string (text_cases[i].day);
    TsmDay day = TSM_DAY_NONE;

    g_assert_cmpstr (text, ==, text_cases[i].text);
    g_assert_true (tsm_day_parse (text, &day));
    g_assert_cmpint (day, ==, text_cases[i].day);
  }
}

static const char *const no_text_cases[] = {
  "",           "2026",        "2026-01",     "2026-01-",    "2026-01-2",
  "2026-1-08",  "2026-01-8",   "2024-1-8", /* made nine days of a month blue (spec tempo 6.12) */
  "26-01-08",   "02026-01-08", "2026-01-081", "2026-01-08 ", " 2026-01-08",
  "2026/01/08", "2026-01/08",  "20260108",    "08-01-2026",  "2026-02-29",
  "2026-00-10", "2026-13-10",  "2026-01-00",  "0000-01-01",  "+026-01-08",
  "-026-01-08", "2026--1-08",  "2026-01-0x",  "today",       "2026-01-08T00:00:00",
};

static void
test_day_text_refused (void)
{
  TsmDay day = -7;

  for (guint i = 0; i < G_N_ELEMENTS (no_text_cases); i++)
    g_assert_false (tsm_day_parse (no_text_cases[i], &day));
  g_assert_false (tsm_day_parse (NULL, &day));
  g_assert_cmpint (day, ==, -7);
}

static const struct {
  const char *day;
  gint weekday;
  const char *week_begin, *month_begin, *year_begin;
} begin_cases[] = {
  { "1970-01-01", 4, "1969-12-29", "1970-01-01", "1970-01-01" },
  { "1969-12-28", 7, "1969-12-22", "1969-12-01", "1969-01-01" }, /* before the epoch */
  { "2026-01-01", 4, "2025-12-29", "2026-01-01", "2026-01-01" }, /* the week began last year */
  { "2026-02-01", 7, "2026-01-26", "2026-02-01", "2026-01-01" }, /* a Sunday ends its week */
  { "2026-02-02", 1, "2026-02-02", "2026-02-01", "2026-01-01" }, /* a Monday begins its own */
  { "2024-02-29", 4, "2024-02-26", "2024-02-01", "2024-01-01" },
  { "2026-12-31", 4, "2026-12-28", "2026-12-01", "2026-01-01" },
  { "2026-10-24", 6, "2026-10-19", "2026-10-01", "2026-01-01" },
};

static TsmDay
day_of (const char *text)
{
  TsmDay day = TSM_DAY_NONE;

  g_assert_true (tsm_day_parse (text, &day));
  return day;
}

static void
test_day_begins (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (begin_cases); i++) {
    const TsmDay day = day_of (begin_cases[i].day);

    g_assert_cmpint (tsm_day_get_weekday (day), ==, begin_cases[i].weekday);
    g_assert_cmpint (tsm_day_get_week_begin (day), ==, day_of (begin_cases[i].week_begin));
    g_assert_cmpint (tsm_day_get_month_begin (day), ==, day_of (begin_cases[i].month_begin));
    g_assert_cmpint (tsm_day_get_year_begin (day), ==, day_of (begin_cases[i].year_begin));
  }
}

/* The vectors of spec tempo 1.7, and the edges around them. */
static const struct {
  const char *at;
  const char *day;
  TsmColour colour;
  TsmPeriod period;
} vector_cases[] = {
  { "2026-01-29T05:59:00+01:00", "2026-01-28", TSM_COLOUR_RED, TSM_PERIOD_HC },
  { "2026-01-29T05:59:59+01:00", "2026-01-28", TSM_COLOUR_RED, TSM_PERIOD_HC },
  { "2026-01-29T06:00:00+01:00", "2026-01-29", TSM_COLOUR_RED, TSM_PERIOD_HP },
  { "2026-01-29T21:59:59+01:00", "2026-01-29", TSM_COLOUR_RED, TSM_PERIOD_HP },
  { "2026-01-29T22:00:00+01:00", "2026-01-29", TSM_COLOUR_RED, TSM_PERIOD_HC },
  { "2026-01-29T23:59:59+01:00", "2026-01-29", TSM_COLOUR_RED, TSM_PERIOD_HC },
  { "2026-01-30T00:00:00+01:00", "2026-01-29", TSM_COLOUR_RED, TSM_PERIOD_HC },
  { "2026-01-30T03:00:00+01:00", "2026-01-29", TSM_COLOUR_RED, TSM_PERIOD_HC },
  { "2026-01-30T06:00:00+01:00", "2026-01-30", TSM_COLOUR_BLUE, TSM_PERIOD_HP },
  /* the clocks changed that night: 05:30 is 21.5 h after the day's begin */
  { "2026-03-29T05:30:00+02:00", "2026-03-28", TSM_COLOUR_BLUE, TSM_PERIOD_HC },
  { "2026-03-31T21:59:00+02:00", "2026-03-31", TSM_COLOUR_RED, TSM_PERIOD_HP },
  { "2026-04-01T02:00:00+02:00", "2026-03-31", TSM_COLOUR_RED, TSM_PERIOD_HC },  /* red in April */
  { "2025-10-26T02:30:00+02:00", "2025-10-25", TSM_COLOUR_BLUE, TSM_PERIOD_HC }, /* 02:30 comes */
  { "2025-10-26T02:30:00+01:00", "2025-10-25", TSM_COLOUR_BLUE, TSM_PERIOD_HC }, /* twice */
  { "2024-02-29T12:00:00+01:00", "2024-02-29", TSM_COLOUR_WHITE, TSM_PERIOD_HP },
  { "2025-09-01T05:00:00+02:00", "2025-08-31", TSM_COLOUR_BLUE, TSM_PERIOD_HC }, /* last season */
};

static void
test_day_spec_vectors (void)
{
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");

  for (guint i = 0; i < G_N_ELEMENTS (vector_cases); i++) {
    const gint64 at = test_instant (vector_cases[i].at);
    const TsmDay day = tsm_day_at (at, paris);

    g_assert_cmpint (day, ==, day_of (vector_cases[i].day));
    g_assert_cmpint (tsm_calendar_get_colour (day), ==, vector_cases[i].colour);
    g_assert_cmpint (tsm_day_get_period (at, paris), ==, vector_cases[i].period);
  }
}

/* The Union's rule, worked out without the zone database: the last Sunday of March and of October,
 * at 01:00 UTC. */
static gint
get_last_sunday (gint year, gint month)
{
  return 31 - (5 * year / 4 + (month == 3 ? 4 : 1)) % 7;
}

static void
check_period (gint64 begin, gint64 end, TsmDay day, TsmPeriod period, GTimeZone *zone)
{
  for (gint64 at = begin; at < end; at += 60) {
    g_assert_cmpint (tsm_day_at (at, zone), ==, day);
    g_assert_cmpint (tsm_day_get_period (at, zone), ==, period);
  }
  g_assert_cmpint (tsm_day_get_period (end - 1, zone), ==, period);
  g_assert_cmpint (tsm_day_get_period (end, zone), !=, period);
}

static void
check_change (gint year, gint month, GTimeZone *paris)
{
  const TsmDay sunday = tsm_day_from_ymd (year, month, get_last_sunday (year, month));
  const TsmDay saturday = sunday - 1;
  const gint64 jump = (gint64) sunday * 24 * HOUR_S + HOUR_S;
  /* 06:00 of the Saturday and of the Sunday, in UTC */
  const gint64 before = (gint64) saturday * 24 * HOUR_S + (month == 3 ? 5 : 4) * HOUR_S;
  const gint64 after = (gint64) sunday * 24 * HOUR_S + (month == 3 ? 4 : 5) * HOUR_S;
  gint64 begin, end;
  guint minute;

  g_assert_cmpint (tsm_day_get_weekday (sunday), ==, TSM_WEEKDAY_SUNDAY);
  tsm_day_get_bounds (saturday, paris, &begin, &end);
  g_assert_cmpint (begin, ==, before);
  g_assert_cmpint (end, ==, after);
  g_assert_cmpint (end - begin, ==, (month == 3 ? 23 : 25) * HOUR_S);
  g_assert_cmpint (tsm_day_get_night_begin (saturday, paris), ==, before + 16 * HOUR_S);
  g_assert_cmpint (end - tsm_day_get_night_begin (saturday, paris), ==,
                   (month == 3 ? 7 : 9) * HOUR_S);
  check_period (before, before + 16 * HOUR_S, saturday, TSM_PERIOD_HP, paris);
  check_period (before + 16 * HOUR_S, after, saturday, TSM_PERIOD_HC, paris);
  check_period (after, after + 16 * HOUR_S, sunday, TSM_PERIOD_HP, paris);

  g_assert_cmpint (tsm_day_get_civil (jump - 1, paris, &minute), ==, sunday);
  g_assert_cmpuint (minute, ==, month == 3 ? 119 : 179);
  g_assert_cmpint (tsm_day_get_civil (jump, paris, &minute), ==, sunday);
  g_assert_cmpuint (minute, ==, month == 3 ? 180 : 120);
  /* In March the hour from 02:00 does not exist, in October it is first seen before the jump. */
  for (minute = 120; minute < 180; minute++)
    g_assert_cmpint (tsm_day_get_local_instant (sunday, minute, paris), ==,
                     month == 3 ? jump : jump - (180 - minute) * 60);
  g_assert_cmpint (tsm_day_get_local_instant (sunday, 119, paris), ==,
                   month == 3 ? jump - 60 : jump - 61 * 60);
  g_assert_cmpint (tsm_day_get_local_instant (sunday, 180, paris), ==,
                   month == 3 ? jump : jump + HOUR_S);
}

static void
test_day_clock_change (gconstpointer data)
{
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");
  const gint year = GPOINTER_TO_INT (data);
  const TsmDay march = tsm_day_from_ymd (year, 3, get_last_sunday (year, 3)) - 1;
  const TsmDay october = tsm_day_from_ymd (year, 10, get_last_sunday (year, 10)) - 1;
  gint64 begin, end, next_begin;

  check_change (year, 3, paris);
  check_change (year, 10, paris);
  for (TsmDay day = tsm_day_from_ymd (year, 1, 1); day <= tsm_day_from_ymd (year, 12, 31); day++) {
    tsm_day_get_bounds (day, paris, &begin, &end);
    next_begin = tsm_day_get_local_instant (day + 1, 360, paris);
    g_assert_cmpint (end, ==, next_begin);
    g_assert_cmpint (tsm_day_get_night_begin (day, paris) - begin, ==, 16 * HOUR_S);
    if (day != march && day != october)
      g_assert_cmpint (end - begin, ==, 24 * HOUR_S);
  }
}

static const struct {
  const char *story;
  const char *zone;
  const char *day;
  guint minute;
  const char *at;
} local_cases[] = {
  { "utc", "UTC", "2026-03-29", 150, "2026-03-29T02:30:00Z" },
  { "before-the-epoch", "UTC", "1969-12-31", 1439, "1969-12-31T23:59:00Z" },
  { "paris-winter", "Europe/Paris", "2026-01-15", 360, "2026-01-15T05:00:00Z" },
  { "paris-summer", "Europe/Paris", "2026-07-15", 360, "2026-07-15T04:00:00Z" },
  { "half-hour", "Asia/Kolkata", "2026-01-15", 360, "2026-01-15T00:30:00Z" },
  { "three-quarters", "Asia/Kathmandu", "2026-01-15", 360, "2026-01-15T00:15:00Z" },
  { "west", "America/New_York", "2025-01-15", 1320, "2025-01-16T03:00:00Z" },
  { "far-east", "Pacific/Kiritimati", "2026-01-15", 360, "2026-01-14T16:00:00Z" },
  { "south-gap", "Australia/Adelaide", "2025-10-05", 150, "2025-10-04T16:30:00Z" },
  { "south-doubled", "Australia/Adelaide", "2025-04-06", 150, "2025-04-05T16:00:00Z" },
  { "half-hour-gap", "Australia/Lord_Howe", "2025-10-05", 135, "2025-10-04T15:30:00Z" },
  { "half-hour-doubled", "Australia/Lord_Howe", "2025-04-06", 105, "2025-04-05T14:45:00Z" },
  { "gap-at-midnight", "America/Havana", "2025-03-09", 0, "2025-03-09T05:00:00Z" },
  { "doubled-after-midnight", "America/Havana", "2025-11-02", 30, "2025-11-02T04:30:00Z" },
  { "doubled-before-midnight", "America/Santiago", "2025-04-05", 1410, "2025-04-06T02:30:00Z" },
  { "day-that-never-was", "Pacific/Apia", "2011-12-30", 720, "2011-12-30T10:00:00Z" },
  { "after-that-day", "Pacific/Apia", "2011-12-31", 0, "2011-12-30T10:00:00Z" },
  { "before-that-day", "Pacific/Apia", "2011-12-29", 1439, "2011-12-30T09:59:00Z" },
};

static void
test_day_local_instant (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GTimeZone) zone = test_zone_new (local_cases[i].zone);

  g_assert_cmpint (tsm_day_get_local_instant (day_of (local_cases[i].day), local_cases[i].minute,
                                              zone),
                   ==, test_instant (local_cases[i].at));
}

static const struct {
  const char *zone;
  const char *at;
  const char *day;
  guint minute;
} civil_cases[] = {
  { "UTC", "1970-01-01T00:00:00Z", "1970-01-01", 0 },
  { "UTC", "1969-12-31T23:59:59Z", "1969-12-31", 1439 }, /* division rounds towards zero */
  { "UTC", "1969-12-31T00:00:00Z", "1969-12-31", 0 },
  { "UTC", "1969-12-30T23:59:59Z", "1969-12-30", 1439 },
  { "America/New_York", "1970-01-01T03:30:00Z", "1969-12-31", 1350 },
  { "Europe/Paris", "2026-01-28T23:00:00Z", "2026-01-29", 0 },
  { "Europe/Paris", "2026-01-28T22:59:59Z", "2026-01-28", 1439 },
  { "Asia/Kolkata", "2026-01-28T18:29:59Z", "2026-01-28", 1439 },
  { "Asia/Kolkata", "2026-01-28T18:30:00Z", "2026-01-29", 0 },
  { "Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29", 1439 },
  { "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31", 0 }, /* the 30th never was */
};

static void
test_day_civil (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (civil_cases); i++) {
    g_autoptr (GTimeZone) zone = test_zone_new (civil_cases[i].zone);
    const gint64 at = test_instant (civil_cases[i].at);
    guint minute = G_MAXUINT;

    g_assert_cmpint (tsm_day_get_civil (at, zone, &minute), ==, day_of (civil_cases[i].day));
    g_assert_cmpuint (minute, ==, civil_cases[i].minute);
    g_assert_cmpint (tsm_day_get_civil (at, zone, NULL), ==, day_of (civil_cases[i].day));
  }
}

static const char *const zones[] = {
  "Europe/Paris",        "UTC",
  "Asia/Kolkata",        "Australia/Adelaide",
  "Australia/Lord_Howe", "America/St_Johns",
  "America/Havana",      "America/Santiago",
  "Pacific/Chatham",     "Africa/Casablanca",
  "Pacific/Apia",
};

/* Each instant has a civil time that leads back to it, or to the same clock time's first showing.
 */
static void
test_day_civil_round_trip (gconstpointer data)
{
  g_autoptr (GTimeZone) zone = test_zone_new (data);
  const gint64 begin = test_instant ("2024-12-31T00:00:00Z");
  const gint64 end = test_instant ("2026-01-02T00:00:00Z");
  gint64 last = begin - 1;

  for (gint64 at = begin; at < end; at += 15 * 60) {
    guint minute, first_minute;
    const TsmDay day = tsm_day_get_civil (at + 59, zone, &minute);
    const gint64 first = tsm_day_get_local_instant (day, minute, zone);

    g_assert_cmpint (tsm_day_get_civil (first, zone, &first_minute), ==, day);
    g_assert_cmpuint (first_minute, ==, minute);
    g_assert_true (first == at || (first < at && at - first <= HOUR_S));
    g_assert_cmpint (tsm_day_get_civil (at, zone, NULL), ==, day);
    last = MAX (first, last);
  }
  g_assert_cmpint (last, ==, end - 15 * 60);
}

/* Whatever the zone, Tempo days tile time and hold their own instants. */
static void
test_day_tiles (gconstpointer data)
{
  g_autoptr (GTimeZone) zone = test_zone_new (data);
  const TsmDay last = tsm_day_from_ymd (2026, 1, 1);
  gint64 previous_end = TSM_INSTANT_NONE;

  for (TsmDay day = tsm_day_from_ymd (2014, 9, 1); day <= last; day++) {
    gint64 begin, end;
    const gint64 night = tsm_day_get_night_begin (day, zone);

    tsm_day_get_bounds (day, zone, &begin, &end);
    g_assert_true (previous_end == TSM_INSTANT_NONE || begin == previous_end);
    g_assert_true (begin < night && night < end);
    g_assert_cmpint (ABS (end - begin - 24 * HOUR_S), <=, HOUR_S);
    g_assert_cmpint (tsm_day_at (begin, zone), ==, day);
    g_assert_cmpint (tsm_day_at (end - 1, zone), ==, day);
    g_assert_cmpint (tsm_day_at (begin - 1, zone), ==, day - 1);
    g_assert_cmpint (tsm_day_get_period (begin, zone), ==, TSM_PERIOD_HP);
    g_assert_cmpint (tsm_day_get_period (night - 1, zone), ==, TSM_PERIOD_HP);
    g_assert_cmpint (tsm_day_get_period (night, zone), ==, TSM_PERIOD_HC);
    previous_end = end;
  }
}

static void
add_case (const char *group, const char *name, gconstpointer data, GTestDataFunc func)
{
  g_autofree char *path = g_strconcat ("/day/", group, "/", name, NULL);

  g_test_add_data_func (path, data, func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/day/ymd/round-trip", test_day_ymd_round_trip);
  g_test_add_func ("/day/ymd/refused", test_day_ymd_refused);
  g_test_add_func ("/day/text/round-trip", test_day_text_round_trip);
  g_test_add_func ("/day/text/refused", test_day_text_refused);
  g_test_add_func ("/day/begins", test_day_begins);
  g_test_add_func ("/day/civil", test_day_civil);
  g_test_add_func ("/day/spec-vectors", test_day_spec_vectors);
  for (gint year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    g_autofree char *name = g_strdup_printf ("%d", year);

    add_case ("clock-change", name, GINT_TO_POINTER (year), test_day_clock_change);
  }
  for (guint i = 0; i < G_N_ELEMENTS (local_cases); i++)
    add_case ("local", local_cases[i].story, GUINT_TO_POINTER (i), test_day_local_instant);
  for (guint i = 0; i < G_N_ELEMENTS (zones); i++) {
    add_case ("round-trip", zones[i], zones[i], test_day_civil_round_trip);
    add_case ("tiles", zones[i], zones[i], test_day_tiles);
  }
  return g_test_run ();
}
