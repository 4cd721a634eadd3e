/* SPDX-License-Identifier: MIT
 * test-season: holidays, and what the contract's rules leave of a day's colours. */
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include "rules/tsm-season.h"

#define B TSM_COLOUR_BIT (TSM_COLOUR_BLUE)
#define W TSM_COLOUR_BIT (TSM_COLOUR_WHITE)
#define R TSM_COLOUR_BIT (TSM_COLOUR_RED)

static TsmDay
day_of (const char *text)
{
  TsmDay day = TSM_DAY_NONE;

  g_assert_true (tsm_day_parse (text, &day));
  return day;
}

static const struct {
  const char *day, *begin, *end;
  gint n_days;
} season_cases[] = {
  { "2014-09-01", "2014-09-01", "2015-09-01", 365 },
  { "2015-08-31", "2014-09-01", "2015-09-01", 365 },
  { "2025-12-31", "2025-09-01", "2026-09-01", 365 },
  { "2026-01-01", "2025-09-01", "2026-09-01", 365 },
  { "2023-09-01", "2023-09-01", "2024-09-01", 366 }, /* its second year is leap */
  { "2024-02-29", "2023-09-01", "2024-09-01", 366 },
  { "2024-08-31", "2023-09-01", "2024-09-01", 366 },
  { "2024-09-01", "2024-09-01", "2025-09-01", 365 }, /* its first year is */
};

static void
test_season_bounds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (season_cases); i++) {
    const TsmDay day = day_of (season_cases[i].day);

    g_assert_cmpint (tsm_season_get_begin (day), ==, day_of (season_cases[i].begin));
    g_assert_cmpint (tsm_season_get_end (day), ==, day_of (season_cases[i].end));
    g_assert_cmpint (tsm_season_get_end (day) - tsm_season_get_begin (day), ==,
                     season_cases[i].n_days);
  }
}

/* A date anyone may type must not abort, though its season reaches outside the calendar. */
static void
test_season_bounds_extreme (void)
{
  g_assert_cmpint (tsm_season_get_begin (day_of ("0001-01-01")), ==, day_of ("0001-09-01") - 365);
  g_assert_cmpint (tsm_season_get_end (day_of ("9999-12-31")), ==, day_of ("9999-09-01") + 366);
  g_assert_true (tsm_season_is_holiday (day_of ("0001-01-01")));
  g_assert_true (tsm_season_is_holiday (day_of ("9999-12-25")));
}

/* Spec tempo 1.5's check list, and the earliest and latest Easters of three centuries. */
static const char *const easters[] = {
  "2014-04-20", "2015-04-05", "2016-03-27", "2017-04-16", "2018-04-01", "2019-04-21",
  "2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09", "2024-03-31", "2025-04-20",
  "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2031-04-13",
  "2032-03-28", "2033-04-17", "2034-04-09", "2035-03-25", "1818-03-22", "1943-04-25",
  "1954-04-18", "1981-04-19", "2000-04-23", "2008-03-23", "2038-04-25",
};

static void
test_season_easter (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (easters); i++) {
    const TsmDay easter = day_of (easters[i]);
    gint year, month, mday;

    tsm_day_to_ymd (easter, &year, &month, &mday);
    g_assert_cmpint (tsm_season_get_easter (year), ==, easter);
  }
  for (gint year = 1583; year <= 2599; year++) {
    const TsmDay easter = tsm_season_get_easter (year);

    g_assert_cmpint (tsm_day_get_weekday (easter), ==, TSM_WEEKDAY_SUNDAY);
    g_assert_cmpint (easter, >=, tsm_day_from_ymd (year, 3, 22));
    g_assert_cmpint (easter, <=, tsm_day_from_ymd (year, 4, 25));
  }
}

static const struct {
  const char *day;
  gboolean is_holiday;
} holiday_cases[] = {
  { "2026-01-01", TRUE },  { "2026-04-03", FALSE }, /* Good Friday: Alsace-Moselle only */
  { "2026-04-05", FALSE },                          /* Easter Sunday itself is not on the list */
  { "2026-04-06", TRUE },  { "2026-04-07", FALSE }, { "2026-05-01", TRUE },  { "2026-05-08", TRUE },
  { "2026-05-14", TRUE },  /* Ascension */
  { "2026-05-24", FALSE }, /* Whit Sunday */
  { "2026-05-25", TRUE },  { "2026-07-14", TRUE },  { "2026-08-15", TRUE },  { "2026-11-01", TRUE },
  { "2026-11-02", FALSE }, { "2026-11-11", TRUE },  { "2026-12-24", FALSE }, { "2026-12-25", TRUE },
  { "2026-12-26", FALSE }, /* Alsace-Moselle only */
  { "2016-03-28", TRUE },  /* Easter Mondays in the red season */
  { "2027-03-29", TRUE },  { "2032-03-29", TRUE },  { "2035-03-26", TRUE },
};

static void
test_season_holidays (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (holiday_cases); i++)
    g_assert_cmpint (tsm_season_is_holiday (day_of (holiday_cases[i].day)), ==,
                     holiday_cases[i].is_holiday);
  for (gint year = 2014; year <= 2035; year++) {
    guint n_holidays = 0;

    for (TsmDay day = tsm_day_from_ymd (year, 1, 1); day <= tsm_day_from_ymd (year, 12, 31); day++)
      n_holidays += tsm_season_is_holiday (day) ? 1 : 0;
    g_assert_cmpuint (n_holidays, ==, 11);
  }
}

/* A season of which the true colours are known up to @until (excluded), but for one hidden day, and
 * with one day that is claimed to have another colour. In 2024-2025 the 22nd red was Monday
 * 2025-02-03 and the 43rd white Thursday 2025-03-13. */
static const struct {
  const char *story;
  const char *until;
  const char *hidden;
  const char *forged;
  TsmColour forged_colour;
  const char *asked;
  TsmColourSet set;
} rule_cases[] = {
  { .story = "known/its-own-colour",
    .until = "2024-12-11",
    .asked = "2024-12-03", /* the season's first red */
    .set = R },
  { .story = "known/even-against-the-rules", /* what a source confirmed stands */
    .until = "2025-01-10",
    .forged = "2025-01-05",
    .forged_colour = TSM_COLOUR_RED,
    .asked = "2025-01-05",
    .set = R },
  { .story = "none/working-winter-day",
    .until = "2024-12-10",
    .asked = "2024-12-10",
    .set = B | W | R },
  { .story = "none/first-and-nothing-known",
    .until = "2024-09-01",
    .asked = "2024-11-04",
    .set = B | W | R },
  { .story = "1/sunday", .until = "2024-09-01", .asked = "2025-01-05", .set = B },
  { .story = "1/sunday-in-summer", .until = "2024-09-01", .asked = "2025-07-06", .set = B },
  { .story = "1/sunday-and-holiday", .until = "2025-09-01", .asked = "2026-08-16", .set = B },
  { .story = "2/all-used-up", .until = "2025-03-14", .asked = "2025-03-14", .set = B },
  { .story = "2/so-is-the-day-after", .until = "2025-03-14", .asked = "2025-03-17", .set = B },
  { .story = "2/so-is-the-summer", .until = "2025-03-14", .asked = "2025-08-29", .set = B },
  { .story = "2/not-yet", .until = "2025-03-13", .asked = "2025-03-13", .set = B | W },
  { .story = "3/last-day-before-the-reds",
    .until = "2024-09-01",
    .asked = "2024-10-31",
    .set = B | W },
  { .story = "3/first-red-day-is-a-holiday",
    .until = "2024-09-01",
    .asked = "2024-11-01",
    .set = B | W },
  { .story = "3/last-red-day", .until = "2024-09-01", .asked = "2025-03-31", .set = B | W | R },
  { .story = "3/first-day-after-the-reds",
    .until = "2024-09-01",
    .asked = "2025-04-01",
    .set = B | W },
  { .story = "3/saturday", .until = "2024-09-01", .asked = "2025-01-11", .set = B | W },
  { .story = "3/armistice", .until = "2024-09-01", .asked = "2024-11-11", .set = B | W },
  { .story = "3/christmas", .until = "2024-09-01", .asked = "2024-12-25", .set = B | W },
  { .story = "3/the-day-after-christmas",
    .until = "2024-09-01",
    .asked = "2024-12-26",
    .set = B | W | R },
  { .story = "3/new-year", .until = "2024-09-01", .asked = "2025-01-01", .set = B | W },
  { .story = "3/easter-monday-in-march",
    .until = "2015-09-01",
    .asked = "2016-03-28",
    .set = B | W },
  { .story = "3/good-friday-was-red",
    .until = "2024-03-29",
    .asked = "2024-03-29",
    .set = B | W | R },
  { .story = "3/22-reds", .until = "2025-02-04", .asked = "2025-02-04", .set = B | W },
  { .story = "3/21-reds", .until = "2025-02-03", .asked = "2025-02-03", .set = B | W | R },
  { .story = "4/43-whites", /* a red less leaves the reds open */
    .until = "2025-03-14",
    .forged = "2025-02-03",
    .forged_colour = TSM_COLOUR_BLUE,
    .asked = "2025-03-14",
    .set = B | R },
  { .story = "4/42-whites",
    .until = "2025-03-13",
    .forged = "2025-02-03",
    .forged_colour = TSM_COLOUR_BLUE,
    .asked = "2025-03-13",
    .set = B | W | R },
  { .story = "5/43-whites-on-a-saturday",
    .until = "2025-03-15",
    .forged = "2025-02-03",
    .forged_colour = TSM_COLOUR_BLUE,
    .asked = "2025-03-15",
    .set = B },
  { .story = "5/43-whites-in-april",
    .until = "2025-04-01",
    .forged = "2025-02-03",
    .forged_colour = TSM_COLOUR_BLUE,
    .asked = "2025-04-01",
    .set = B },
  { .story = "5/and-all-summer-with-a-red-unused",
    .until = "2025-04-01",
    .forged = "2025-02-03",
    .forged_colour = TSM_COLOUR_BLUE,
    .asked = "2025-06-18",
    .set = B },
  { .story = "6/five-reds-and-then-a-saturday",
    .until = "2026-03-21",
    .asked = "2026-03-21",
    .set = B | W },
  { .story = "gap/tomorrow-is-one-to-the-day-after", /* no red left, but which of two colours? */
    .until = "2025-02-04",
    .asked = "2025-02-05",
    .set = B | W | R },
  { .story = "gap/a-working-day", /* all 22 and 43 are among the known: still off */
    .until = "2025-03-17",
    .hidden = "2024-09-03",
    .asked = "2025-03-17",
    .set = B | W | R },
  { .story = "gap/a-saturday",
    .until = "2025-03-17",
    .hidden = "2024-09-07",
    .asked = "2025-03-17",
    .set = B | W | R },
  { .story = "gap/in-the-first-days",
    .until = "2025-07-01",
    .hidden = "2024-09-02",
    .asked = "2025-07-01",
    .set = B | W },
  { .story = "gap/leaves-the-calendar-rules",
    .until = "2025-03-15",
    .hidden = "2024-12-10",
    .asked = "2025-03-15",
    .set = B | W },
  { .story = "gap/a-sunday-is-none",
    .until = "2025-03-17",
    .hidden = "2024-12-15",
    .asked = "2025-03-17",
    .set = B },
  { .story = "gap/a-day-the-quotas-settle-is-none",
    .until = "2025-03-21",
    .hidden = "2025-03-18",
    .asked = "2025-03-21",
    .set = B },
  { .story = "gap/is-settled-itself",
    .until = "2025-03-21",
    .hidden = "2025-03-18",
    .asked = "2025-03-18",
    .set = B },
  { .story = "gap/of-the-last-red",
    .until = "2025-02-10",
    .hidden = "2025-02-03",
    .asked = "2025-02-10",
    .set = B | W | R },
  { .story = "contradiction/44-whites", /* as in 2020: the regulator's order */
    .until = "2025-03-20",
    .forged = "2025-03-17",
    .forged_colour = TSM_COLOUR_WHITE,
    .asked = "2025-03-20",
    .set = B | W | R },
  { .story = "contradiction/23-reds",
    .until = "2025-02-21",
    .forged = "2025-02-20",
    .forged_colour = TSM_COLOUR_RED,
    .asked = "2025-02-21",
    .set = B | W | R },
  { .story = "contradiction/23-reds-and-the-whites", /* one broken quota discredits both */
    .until = "2025-03-14",
    .forged = "2025-02-20",
    .forged_colour = TSM_COLOUR_RED,
    .asked = "2025-03-14",
    .set = B | W | R },
  { .story = "contradiction/later-than-the-day",
    .until = "2025-06-01",
    .hidden = "2025-03-18",
    .forged = "2025-04-15",
    .forged_colour = TSM_COLOUR_WHITE,
    .asked = "2025-03-18",
    .set = B | W | R },
  { .story = "contradiction/leaves-the-calendar-rules",
    .until = "2025-06-01",
    .forged = "2025-04-15",
    .forged_colour = TSM_COLOUR_WHITE,
    .asked = "2025-06-02",
    .set = B | W },
};

static guint
fill_known (TsmDay begin, TsmDay until, TsmColour *known)
{
  const guint n_days = (guint) (tsm_season_get_end (begin) - begin);

  for (guint i = 0; i < n_days; i++) {
    const TsmDay day = begin + (TsmDay) i;

    known[i] = day < until ? tsm_calendar_get_colour (day) : TSM_COLOUR_UNKNOWN;
  }
  return n_days;
}

static void
test_season_rule (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const TsmDay asked = day_of (rule_cases[i].asked);
  const TsmDay begin = tsm_season_get_begin (asked);
  TsmColour known[TSM_SEASON_MAX_DAYS];
  TsmColourSet sets[TSM_SEASON_MAX_DAYS];
  const guint n_days = fill_known (begin, day_of (rule_cases[i].until), known);

  if (rule_cases[i].hidden != NULL)
    known[day_of (rule_cases[i].hidden) - begin] = TSM_COLOUR_UNKNOWN;
  if (rule_cases[i].forged != NULL)
    known[day_of (rule_cases[i].forged) - begin] = rule_cases[i].forged_colour;
  tsm_season_deduce (begin, known, n_days, sets);
  g_assert_cmphex (sets[asked - begin], ==, rule_cases[i].set);
  /* The first days of a season alone say the same of a day whose later days are unknown. */
  if (asked >= day_of (rule_cases[i].until)) {
    TsmColourSet first_sets[TSM_SEASON_MAX_DAYS];

    tsm_season_deduce (begin, known, (guint) (asked - begin) + 1, first_sets);
    g_assert_cmphex (first_sets[asked - begin], ==, rule_cases[i].set);
  }
}

/* The days on which the rules were wrong: the regulator's whites 44 to 47. */
static gboolean
is_excess_white (TsmDay day)
{
  return day == day_of ("2020-06-02") || day == day_of ("2020-06-03") ||
         day == day_of ("2020-06-08") || day == day_of ("2020-06-09");
}

static void
check_truth (TsmDay begin, const TsmColour *known, guint n_days, gboolean is_exception)
{
  TsmColourSet sets[TSM_SEASON_MAX_DAYS];

  tsm_season_deduce (begin, known, n_days, sets);
  for (guint i = 0; i < n_days; i++) {
    const TsmDay day = begin + (TsmDay) i;
    const TsmColourSet truth = TSM_COLOUR_BIT (tsm_calendar_get_colour (day));

    g_assert_true (sets[i] & B || known[i] != TSM_COLOUR_UNKNOWN);
    g_assert_true (sets[i] & truth || (is_exception && is_excess_white (day)));
  }
}

/* Day after day through the season, all earlier days confirmed: what is deduced, of that day and of
 * all later ones, is never wrong. In 2020 the regulator had whites 44 to 47 placed: up to the 44th,
 * the rules were wrong about these four; once it is known the quotas are off, and 45 to 47 are not
 * excluded any more. */
static void
test_season_walk (gconstpointer data)
{
  const TsmDay begin = tsm_day_from_ymd (GPOINTER_TO_INT (data), 9, 1);
  const TsmDay white_44 = day_of ("2020-06-02");
  TsmColour known[TSM_SEASON_MAX_DAYS] = { TSM_COLOUR_UNKNOWN };
  TsmColourSet sets[TSM_SEASON_MAX_DAYS];
  const guint n_days = (guint) (tsm_season_get_end (begin) - begin);

  for (guint i = 0; i < n_days; i++) {
    const TsmDay day = begin + (TsmDay) i;
    const TsmColourSet truth = TSM_COLOUR_BIT (tsm_calendar_get_colour (day));

    check_truth (begin, known, n_days, day <= white_44);
    tsm_season_deduce (begin, known, i + 1, sets);
    g_assert_cmpint ((sets[i] & truth) == 0, ==, day == white_44);
    known[i] = tsm_calendar_get_colour (day);
  }
  tsm_season_deduce (begin, known, n_days, sets);
  for (guint i = 0; i < n_days; i++)
    g_assert_cmphex (sets[i], ==, TSM_COLOUR_BIT (known[i]));
}

/* With any days missing, nothing true is excluded. 2019-2020 is left to the walk. */
static void
test_season_holes (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1904);

  for (guint round = 0; round < 2400; round++) {
    const gint year = 2014 + (gint) (round % 12);
    const TsmDay begin = tsm_day_from_ymd (year, 9, 1);
    const guint n_holes = 1 + round % 40;
    TsmColour known[TSM_SEASON_MAX_DAYS];
    const TsmDay until = begin + g_rand_int_range (rand, 0, TSM_SEASON_MAX_DAYS);
    const guint n_days = fill_known (begin, until, known);

    for (guint i = 0; i < n_holes; i++)
      known[g_rand_int_range (rand, 0, (gint32) n_days)] = TSM_COLOUR_UNKNOWN;
    if (year != 2019)
      check_truth (begin, known, n_days, FALSE);
  }
}

/* "Not red" is the certainty the server lives on: with nothing known at all it holds from April to
 * October, at weekends and on holidays, and at no other time. */
static void
test_season_not_red (gconstpointer data)
{
  const TsmDay begin = tsm_day_from_ymd (GPOINTER_TO_INT (data), 9, 1);
  const TsmColour known[TSM_SEASON_MAX_DAYS] = { TSM_COLOUR_UNKNOWN };
  TsmColourSet sets[TSM_SEASON_MAX_DAYS];
  const guint n_days = (guint) (tsm_season_get_end (begin) - begin);

  tsm_season_deduce (begin, known, n_days, sets);
  for (guint i = 0; i < n_days; i++) {
    const TsmDay day = begin + (TsmDay) i;
    gint year, month, mday;

    tsm_day_to_ymd (day, &year, &month, &mday);
    g_assert_cmpint ((sets[i] & R) != 0, ==,
                     (month >= 11 || month <= 3) && tsm_day_get_weekday (day) <= 5 &&
                         !tsm_season_is_holiday (day));
    g_assert_cmpint ((sets[i] & W) != 0, ==, tsm_day_get_weekday (day) != TSM_WEEKDAY_SUNDAY);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/season/bounds", test_season_bounds);
  g_test_add_func ("/season/bounds-extreme", test_season_bounds_extreme);
  g_test_add_func ("/season/easter", test_season_easter);
  g_test_add_func ("/season/holidays", test_season_holidays);
  for (guint i = 0; i < G_N_ELEMENTS (rule_cases); i++) {
    g_autofree char *path = g_strconcat ("/season/rule/", rule_cases[i].story, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_season_rule);
  }
  for (gint year = 2014; year < 2026; year++) {
    g_autofree char *walk = g_strdup_printf ("/season/walk/%d-%d", year, year + 1);
    g_autofree char *not_red = g_strdup_printf ("/season/not-red/%d-%d", year, year + 1);

    g_test_add_data_func (walk, GINT_TO_POINTER (year), test_season_walk);
    g_test_add_data_func (not_red, GINT_TO_POINTER (year), test_season_not_red);
  }
  g_test_add_func ("/season/holes", test_season_holes);
  return g_test_run ();
}
