/* SPDX-License-Identifier: MIT
 * The accounts to the nano-euro: days that a person can price by hand, through the real engine. */
#include "engine/tsm-ledger.h"
#include "store/tsm-share-table.h"
#include "test-engine.h"
#include <string.h>

/* Micro-euro per kWh, so that Wh x price is nano-euro: data/prices.csv. */
#define JAN_BLUE_HP  G_GINT64_CONSTANT (149400) /* the sheet of 2025-08-01 */
#define JAN_BLUE_HC  G_GINT64_CONSTANT (123200)
#define JAN_WHITE_HP G_GINT64_CONSTANT (173000)
#define JAN_WHITE_HC G_GINT64_CONSTANT (139100)
#define JAN_RED_HP   G_GINT64_CONSTANT (646800)
#define JAN_RED_HC   G_GINT64_CONSTANT (146000)
#define FEB_BLUE_HP  G_GINT64_CONSTANT (161200) /* the sheet of 2026-02-01 */
#define FEB_BLUE_HC  G_GINT64_CONSTANT (132500)
#define FEB_WHITE_HP G_GINT64_CONSTANT (187100)
#define FEB_WHITE_HC G_GINT64_CONSTANT (149900)
#define FEB_RED_HP   G_GINT64_CONSTANT (706000)
#define FEB_RED_HC   G_GINT64_CONSTANT (157500)
#define DEC_BLUE_HP  G_GINT64_CONSTANT (165400) /* the sheet of 2026-08-01 */
#define DEC_BLUE_HC  G_GINT64_CONSTANT (135600)
#define DEC_RED_HP   G_GINT64_CONSTANT (729500)
#define DEC_RED_HC   G_GINT64_CONSTANT (161500)

#define TOTAL    ((gint64) -1)
#define HOUSE    TSM_USER_HOUSE
#define ADMIN    ENGINE_TEST_ADMIN
#define FIRST    7 /* the users are 7, 8 and 9 */
#define MAX_ACTS 8
#define MAX_ROWS 10

/* Somebody types @line, or the world changes if it begins with '!'. */
typedef struct {
  const char *at;
  gint64 who;
  const char *line;
} Act;

/* What @who is told of @period at @at. */
typedef struct {
  const char *at;
  gint64 who; /* TOTAL, HOUSE (its period is always yesterday) or a user */
  const char *period;
  gint64 wh, cost_neur, unpriced_wh, estimated_wh, down_seconds;
} Figure;

typedef struct {
  const char *story;
  const char *first_day; /* it begins there at 06:00 with an empty ledger */
  const char *colours;   /* from @first_day on, a letter a day, b where there is none */
  gint64 power_w;
  guint n_users; /* here since @first_day */
  TsmPolicy policy;
  gboolean has_host; /* else nobody powers it off, whatever the colour */
  Act acts[MAX_ACTS];
  Figure figures[MAX_ROWS];
} Scenario;

static TsmColour
colour_of (char letter)
{
  return letter == 'r'   ? TSM_COLOUR_RED
         : letter == 'w' ? TSM_COLOUR_WHITE
         : letter == '?' ? TSM_COLOUR_UNKNOWN
                         : TSM_COLOUR_BLUE;
}

static void
go_to (EngineTest *test, gint64 until)
{
  if (test->engine == NULL)
    engine_test_pass (test, until);
  else
    engine_test_run_until (test, until);
}

static void
change_world (EngineTest *test, const char *line)
{
  if (g_str_equal (line, "!silent")) {
    test->is_plug_silent = TRUE;
  } else if (g_str_equal (line, "!answers")) {
    test->is_plug_silent = FALSE;
  } else if (g_str_equal (line, "!new plug")) {
    test->is_plug_silent = FALSE;
    g_strlcpy (test->mac, "AA:BB:CC:DD:EE:02", sizeof test->mac);
    test->plug_boot_at = test->now - 3600;
    test->counted_ws = 5000 * 3600 - test->energy_ws;
  } else if (g_str_equal (line, "!stop")) {
    engine_test_stop (test);
  } else if (g_str_equal (line, "!crash")) {
    engine_test_crash (test);
  } else if (g_str_equal (line, "!start")) {
    engine_test_start (test, test->now);
  } else {
    g_assert_true (g_str_has_prefix (line, "!colour "));
    engine_test_set_colour (test, engine_test_parse_day (line + 8), colour_of (line[19]));
  }
}

static void
act (EngineTest *test, const Act *what)
{
  go_to (test, engine_test_parse_instant (test, what->at));
  g_test_message ("%s: %s", what->at, what->line);
  if (what->line[0] == '!') {
    change_world (test, what->line);
    return;
  }
  engine_test_type (test, what->who, what->line);
  g_assert_cmpstr (engine_test_verdict (test), ==, "done");
}

/* Performs the acts up to @until, from the first of @acts on that is left, and gets there. */
static void
act_until (EngineTest *test, const Act **acts, const char *until)
{
  for (; (*acts)->at != NULL && strcmp ((*acts)->at, until) <= 0; (*acts)++)
    act (test, *acts);
  go_to (test, engine_test_parse_instant (test, until));
}

static JsonObject *
peek_period (const EngineTest *test, const char *period)
{
  JsonArray *rows =
      json_object_get_array_member (json_node_get_object (test->reply->data), "periods");

  for (guint i = 0; i < json_array_get_length (rows); i++) {
    JsonObject *row = json_array_get_object_element (rows, i);

    if (g_str_equal (json_object_get_string_member (row, "period"), period))
      return row;
  }
  g_assert_not_reached ();
}

static void
check_house (EngineTest *test, const Figure *figure)
{
  const TsmDay yesterday = tsm_day_at (test->now, test->zone) - 1;
  const TsmDayTotal house =
      tsm_share_table_sum_user (test->db, 1, HOUSE, yesterday, yesterday, FALSE);

  g_assert_cmpint (house.energy_wh, ==, figure->wh);
  g_assert_cmpint (house.cost_neur, ==, figure->cost_neur);
}

/* As everybody asks for it: the server's, or one's own. */
static void
ask_state (EngineTest *test, gint64 who)
{
  engine_test_type (test, who == TOTAL ? ADMIN : who,
                    who == TOTAL ? "get_total_state all" : "get_my_state all");
  g_assert_cmpstr (engine_test_verdict (test), ==, "done");
}

static void
check_figure (EngineTest *test, const Figure *figure)
{
  JsonObject *row;

  g_test_message ("%s: %" G_GINT64_FORMAT " asks for %s", figure->at, figure->who, figure->period);
  ask_state (test, figure->who == HOUSE ? TOTAL : figure->who);
  engine_test_check_books (test);
  if (figure->who == HOUSE) {
    check_house (test, figure);
    return;
  }
  row = peek_period (test, figure->period);
  g_assert_cmpint (json_object_get_int_member (row, "wh"), ==, figure->wh);
  g_assert_cmpint (json_object_get_int_member (row, "cost_neur"), ==, figure->cost_neur);
  g_assert_cmpint (json_object_get_int_member (row, "unpriced_wh"), ==, figure->unpriced_wh);
  g_assert_cmpint (json_object_get_int_member (row, "estimated_wh"), ==, figure->estimated_wh);
  g_assert_cmpint (json_object_get_int_member (row, "down_seconds"), ==, figure->down_seconds);
}

static void
begin (EngineTest *test, const char *first_day, gint64 power_w, const char *colours)
{
  const TsmDay day = engine_test_parse_day (first_day);

  engine_test_init (test, day);
  engine_test_keep (test);
  test->power_w = power_w;
  for (guint i = 0; colours[i] != '\0'; i++)
    engine_test_set_colour (test, day + (TsmDay) i, colour_of (colours[i]));
}

static void
greet (EngineTest *test, guint n_users)
{
  for (guint i = 0; i < n_users; i++) {
    g_autofree char *hello = g_strdup_printf ("hello_you %u", FIRST + i);

    engine_test_type (test, ADMIN, hello);
    g_assert_cmpstr (engine_test_verdict (test), ==, "done");
  }
}

static void
test_ledger_tells (gconstpointer data)
{
  const Scenario *scenario = data;
  const Act *acts = scenario->acts;
  EngineTest test;

  begin (&test, scenario->first_day, scenario->power_w,
         scenario->colours != NULL ? scenario->colours : "");
  test.config.policy = scenario->policy;
  test.config.has_host = scenario->has_host;
  engine_test_start (&test, engine_test_at (&test, test.first_day, 6, 0));
  greet (&test, scenario->n_users);
  for (const Figure *figure = scenario->figures; figure->at != NULL; figure++) {
    act_until (&test, &acts, figure->at);
    check_figure (&test, figure);
  }
  g_assert_null (acts->at);
  engine_test_clear (&test);
}

/* At 60 W a day is 960 Wh of peak hours and 480 Wh of off-peak hours; at 1 kW 16 and 8 kWh. */
static const Scenario scenarios[] = {
  { .story = "price/each colour of January",
    .first_day = "2026-01-27",
    .colours = "bwrb",
    .power_w = 60,
    .n_users = 1,
    .figures = {
        { "2026-01-28 06:00", TOTAL, "yesterday", 1440, 960 * JAN_BLUE_HP + 480 * JAN_BLUE_HC },
        { "2026-01-29 06:00", TOTAL, "yesterday", 1440, 960 * JAN_WHITE_HP + 480 * JAN_WHITE_HC },
        { "2026-01-30 06:00", TOTAL, "yesterday", 1440, 960 * JAN_RED_HP + 480 * JAN_RED_HC },
        { "2026-01-30 06:00", FIRST, "yesterday", 1440, 960 * JAN_RED_HP + 480 * JAN_RED_HC },
        { "2026-01-30 06:00", TOTAL, "month", 4320,
          960 * (JAN_BLUE_HP + JAN_WHITE_HP + JAN_RED_HP) +
              480 * (JAN_BLUE_HC + JAN_WHITE_HC + JAN_RED_HC) },
    } },
  { .story = "price/each colour of February at a kilowatt",
    .first_day = "2026-02-03",
    .colours = "bwrb",
    .power_w = 1000,
    .n_users = 1,
    .figures = {
        { "2026-02-04 06:00", TOTAL, "yesterday", 24000,
          16000 * FEB_BLUE_HP + 8000 * FEB_BLUE_HC },
        { "2026-02-05 06:00", TOTAL, "yesterday", 24000,
          16000 * FEB_WHITE_HP + 8000 * FEB_WHITE_HC },
        { "2026-02-06 06:00", TOTAL, "yesterday", 24000, 16000 * FEB_RED_HP + 8000 * FEB_RED_HC },
    } },
  { .story = "price/in the course of a day",
    .first_day = "2026-02-03",
    .power_w = 60,
    .n_users = 1,
    .figures = {
        { "2026-02-03 06:00", TOTAL, "day", 0, 0 },
        { "2026-02-03 07:30", TOTAL, "day", 90, 90 * FEB_BLUE_HP },
        { "2026-02-03 22:00", TOTAL, "day", 960, 960 * FEB_BLUE_HP },
        { "2026-02-03 23:30", TOTAL, "day", 1050, 960 * FEB_BLUE_HP + 90 * FEB_BLUE_HC },
        { "2026-02-04 05:59", TOTAL, "day", 1439, 960 * FEB_BLUE_HP + 479 * FEB_BLUE_HC },
        { "2026-02-04 06:00", TOTAL, "day", 0, 0 },
    } },
  { .story = "price/the sheet changes at midnight, the colour does not",
    .first_day = "2026-01-31",
    .colours = "wb",
    .power_w = 60,
    .n_users = 2,
    .figures = {
        { "2026-02-01 00:00", TOTAL, "day", 1080, 960 * JAN_WHITE_HP + 120 * JAN_WHITE_HC },
        { "2026-02-01 06:00", TOTAL, "yesterday", 1440,
          960 * JAN_WHITE_HP + 120 * JAN_WHITE_HC + 360 * FEB_WHITE_HC },
        { "2026-02-01 06:00", FIRST, "yesterday", 720,
          480 * JAN_WHITE_HP + 60 * JAN_WHITE_HC + 180 * FEB_WHITE_HC },
        { "2026-02-02 06:00", TOTAL, "yesterday", 1440, 960 * FEB_BLUE_HP + 480 * FEB_BLUE_HC },
    } },
  { .story = "price/waits for the colour",
    .first_day = "2026-11-30",
    .colours = "b?b",
    .power_w = 60,
    .n_users = 2,
    .acts = { { "2026-12-02 09:00", ADMIN, "set_colour 2026-12-01 white" },
              { "2026-12-02 10:00", ADMIN, "set_colour 2026-12-01 blue" } },
    .figures = {
        { "2026-12-01 12:00", TOTAL, "day", 360, 0, .unpriced_wh = 360 },
        { "2026-12-02 06:00", TOTAL, "yesterday", 1440, 0, .unpriced_wh = 1440 },
        { "2026-12-02 06:00", FIRST, "yesterday", 720, 0, .unpriced_wh = 720 },
        { "2026-12-02 06:00", TOTAL, "week", 2880, 960 * DEC_BLUE_HP + 480 * DEC_BLUE_HC,
          .unpriced_wh = 1440 },
        { "2026-12-02 10:00", TOTAL, "yesterday", 1440, 960 * DEC_BLUE_HP + 480 * DEC_BLUE_HC },
        { "2026-12-02 10:00", FIRST, "yesterday", 720, 480 * DEC_BLUE_HP + 240 * DEC_BLUE_HC },
    } },
  { .story = "price/a source's late answer counts from the day's begin",
    .first_day = "2026-11-30",
    .colours = "b?b",
    .power_w = 60,
    .n_users = 1,
    .acts = { { "2026-12-01 15:05", ADMIN, "!colour 2026-12-01 r" } },
    .figures = {
        { "2026-12-01 15:00", TOTAL, "day", 540, 0, .unpriced_wh = 540 },
        { "2026-12-01 18:00", TOTAL, "day", 720, 720 * DEC_RED_HP },
    } },
  { .story = "clock/the night of 28 March has 7 hours",
    .first_day = "2026-03-28",
    .power_w = 60,
    .n_users = 2,
    .figures = {
        { "2026-03-29 06:00", TOTAL, "yesterday", 1380, 960 * FEB_BLUE_HP + 420 * FEB_BLUE_HC },
        { "2026-03-29 06:00", FIRST, "yesterday", 690, 480 * FEB_BLUE_HP + 210 * FEB_BLUE_HC },
        { "2026-03-30 06:00", TOTAL, "yesterday", 1440, 960 * FEB_BLUE_HP + 480 * FEB_BLUE_HC },
    } },
  { .story = "clock/the night of 24 October has 9 hours",
    .first_day = "2026-10-24",
    .power_w = 60,
    .n_users = 2,
    .figures = {
        { "2026-10-25 06:00", TOTAL, "yesterday", 1500, 960 * DEC_BLUE_HP + 540 * DEC_BLUE_HC },
        { "2026-10-25 06:00", FIRST + 1, "yesterday", 750,
          480 * DEC_BLUE_HP + 270 * DEC_BLUE_HC },
        { "2026-10-26 06:00", TOTAL, "yesterday", 1440, 960 * DEC_BLUE_HP + 480 * DEC_BLUE_HC },
    } },
  { .story = "share/nobody there is the house",
    .first_day = "2026-01-27",
    .power_w = 60,
    .acts = { { "2026-01-28 12:00", ADMIN, "hello_you 7" } },
    .figures = {
        { "2026-01-28 06:00", TOTAL, "yesterday", 1440, 960 * JAN_BLUE_HP + 480 * JAN_BLUE_HC },
        { "2026-01-28 06:00", HOUSE, "yesterday", 1440, 960 * JAN_BLUE_HP + 480 * JAN_BLUE_HC },
        { "2026-01-29 06:00", HOUSE, "yesterday", 0, 0 },
        { "2026-01-29 06:00", FIRST, "week", 1440, 960 * JAN_BLUE_HP + 480 * JAN_BLUE_HC },
    } },
  { .story = "red/a day that is slept through",
    .first_day = "2026-01-27",
    .colours = "brb",
    .power_w = 60,
    .n_users = 2,
    .has_host = TRUE,
    .figures = {
        /* Off, it draws 2 W from Tuesday 22:00 on. */
        { "2026-01-28 06:00", TOTAL, "yesterday", 976, 960 * JAN_BLUE_HP + 16 * JAN_BLUE_HC },
        { "2026-01-29 06:00", TOTAL, "yesterday", 48, 32 * JAN_RED_HP + 16 * JAN_RED_HC },
        { "2026-01-29 06:00", FIRST, "yesterday", 24, 16 * JAN_RED_HP + 8 * JAN_RED_HC },
    } },
  { .story = "derogation/its holder pays alone",
    .first_day = "2026-01-27",
    .colours = "brb",
    .power_w = 1000,
    .n_users = 2,
    .acts = { { "2026-01-27 12:00", FIRST, "set_derogation tomorrow 20 6" } },
    .figures = {
        { "2026-01-29 06:00", TOTAL, "yesterday", 24000, 16000 * JAN_RED_HP + 8000 * JAN_RED_HC },
        { "2026-01-29 06:00", FIRST, "yesterday", 7000 + 10000,
          7000 * JAN_RED_HP + 2000 * JAN_RED_HP + 8000 * JAN_RED_HC },
        { "2026-01-29 06:00", FIRST, "derogations_year", 10000,
          2000 * JAN_RED_HP + 8000 * JAN_RED_HC },
        { "2026-01-29 06:00", FIRST + 1, "yesterday", 7000, 7000 * JAN_RED_HP },
        { "2026-01-29 06:00", FIRST + 1, "derogations_year", 0, 0 },
    } },
  { .story = "derogation/two holders pay halves where they meet",
    .first_day = "2026-01-27",
    .colours = "brb",
    .power_w = 600,
    .n_users = 3,
    .acts = { { "2026-01-27 12:00", FIRST, "set_derogation tomorrow 20 6" },
              { "2026-01-27 12:00", FIRST + 1, "set_derogation tomorrow 21 6" } },
    .figures = {
        { "2026-01-29 06:00", FIRST, "yesterday", 2800 + 600 + 300 + 2400,
          2800 * JAN_RED_HP + (600 + 300) * JAN_RED_HP + 2400 * JAN_RED_HC },
        { "2026-01-29 06:00", FIRST + 1, "yesterday", 2800 + 300 + 2400,
          2800 * JAN_RED_HP + 300 * JAN_RED_HP + 2400 * JAN_RED_HC },
        { "2026-01-29 06:00", FIRST + 2, "yesterday", 2800, 2800 * JAN_RED_HP },
        { "2026-01-29 06:00", FIRST, "derogations_total", 3300,
          900 * JAN_RED_HP + 2400 * JAN_RED_HC },
        { "2026-01-29 06:00", FIRST + 1, "derogations_total", 2700,
          300 * JAN_RED_HP + 2400 * JAN_RED_HC },
    } },
  { .story = "derogation/the window's night goes by the eve's colour",
    .first_day = "2026-01-27",
    .colours = "brb",
    .power_w = 1000,
    .n_users = 2,
    /* With half an hour of tail, for nobody saw the host off. */
    .acts = { { "2026-01-27 12:00", FIRST, "set_derogation today 21 23" } },
    .figures = {
        { "2026-01-28 06:00", FIRST, "derogations_year", 1500, 1500 * JAN_BLUE_HC },
        { "2026-01-28 06:00", FIRST, "yesterday", 8000 + 1500 + 3250,
          8000 * JAN_BLUE_HP + 1500 * JAN_BLUE_HC + 3250 * JAN_BLUE_HC },
        { "2026-01-28 06:00", FIRST + 1, "yesterday", 8000 + 3250,
          8000 * JAN_BLUE_HP + 3250 * JAN_BLUE_HC },
    } },
  { .story = "derogation/of a day that turns out blue is everybody's",
    .first_day = "2026-11-30",
    .colours = "b?b",
    .power_w = 60,
    .n_users = 2,
    .acts = { { "2026-11-30 12:00", FIRST, "set_derogation tomorrow 8 10" },
              { "2026-11-30 13:00", ADMIN, "!colour 2026-12-01 b" } },
    .figures = {
        { "2026-12-02 06:00", FIRST, "yesterday", 720, 480 * DEC_BLUE_HP + 240 * DEC_BLUE_HC },
        { "2026-12-02 06:00", FIRST + 1, "yesterday", 720, 480 * DEC_BLUE_HP + 240 * DEC_BLUE_HC },
        { "2026-12-02 06:00", FIRST, "derogations_year", 0, 0 },
    } },
  { .story = "derogation/of an unknown day that turns out red is its holder's",
    .first_day = "2026-11-30",
    .colours = "b?b",
    .power_w = 60,
    .n_users = 2,
    .acts = { { "2026-11-30 12:00", FIRST, "set_derogation tomorrow 18 6" },
              { "2026-12-01 21:00", ADMIN, "!colour 2026-12-01 r" } },
    .figures = {
        { "2026-12-02 06:00", FIRST, "yesterday", 360 + 720,
          360 * DEC_RED_HP + 240 * DEC_RED_HP + 480 * DEC_RED_HC },
        { "2026-12-02 06:00", FIRST + 1, "yesterday", 360, 360 * DEC_RED_HP },
    } },
  { .story = "derogation/a correction to red re-prices the day and the night before",
    .first_day = "2026-11-30",
    .colours = "b?b",
    .power_w = 60,
    .n_users = 2,
    .acts = { { "2026-11-30 12:00", FIRST, "set_derogation today 22 23" },
              { "2026-11-30 12:00", FIRST, "set_derogation tomorrow 8 10" },
              { "2026-11-30 13:00", ADMIN, "!colour 2026-12-01 b" },
              { "2026-12-02 07:00", ADMIN, "set_colour 2026-12-01 red" } },
    .figures = {
        { "2026-12-02 06:00", FIRST, "week", 1440, 960 * DEC_BLUE_HP + 480 * DEC_BLUE_HC },
        { "2026-12-02 06:00", FIRST, "derogations_year", 0, 0 },
        /* With the tails it holds 22:00 to 23:30 and 08:00 to 10:30. */
        { "2026-12-02 07:00", TOTAL, "previous_yesterday", 1440,
          960 * DEC_BLUE_HP + 480 * DEC_BLUE_HC },
        { "2026-12-02 07:00", FIRST, "previous_yesterday", 480 + 90 + 195,
          480 * DEC_BLUE_HP + 90 * DEC_BLUE_HC + 195 * DEC_BLUE_HC },
        { "2026-12-02 07:00", FIRST + 1, "previous_yesterday", 480 + 195,
          480 * DEC_BLUE_HP + 195 * DEC_BLUE_HC },
        { "2026-12-02 07:00", TOTAL, "yesterday", 1440, 960 * DEC_RED_HP + 480 * DEC_RED_HC },
        { "2026-12-02 07:00", FIRST, "yesterday", 150 + 405 + 240,
          150 * DEC_RED_HP + 405 * DEC_RED_HP + 240 * DEC_RED_HC },
        { "2026-12-02 07:00", FIRST + 1, "yesterday", 405 + 240,
          405 * DEC_RED_HP + 240 * DEC_RED_HC },
        { "2026-12-02 07:00", FIRST, "derogations_year", 90 + 150,
          90 * DEC_BLUE_HC + 150 * DEC_RED_HP },
    } },
  { .story = "derogation/a correction from red gives it back to all",
    .first_day = "2026-11-30",
    .colours = "brb",
    .power_w = 60,
    .n_users = 2,
    .acts = { { "2026-11-30 12:00", FIRST, "set_derogation today 22 6" },
              { "2026-12-02 07:00", ADMIN, "set_colour 2026-12-01 blue" } },
    .figures = {
        /* The tail: to 06:30 of the red day. */
        { "2026-12-02 06:00", FIRST, "derogations_year", 510,
          480 * DEC_BLUE_HC + 30 * DEC_RED_HP },
        { "2026-12-02 07:00", FIRST, "derogations_year", 0, 0 },
        { "2026-12-02 07:00", FIRST, "previous_yesterday", 720,
          480 * DEC_BLUE_HP + 240 * DEC_BLUE_HC },
        { "2026-12-02 07:00", FIRST, "yesterday", 720, 480 * DEC_BLUE_HP + 240 * DEC_BLUE_HC },
    } },
  { .story = "derogation/under the peak policy the night is everybody's",
    .first_day = "2026-01-27",
    .colours = "brb",
    .power_w = 1000,
    .n_users = 2,
    .policy = TSM_POLICY_PEAK,
    .acts = { { "2026-01-27 12:00", FIRST, "set_derogation tomorrow 20 6" } },
    .figures = {
        { "2026-01-29 06:00", FIRST, "derogations_year", 2000, 2000 * JAN_RED_HP },
        { "2026-01-29 06:00", FIRST, "yesterday", 7000 + 2000 + 4000,
          7000 * JAN_RED_HP + 2000 * JAN_RED_HP + 4000 * JAN_RED_HC },
        { "2026-01-29 06:00", FIRST + 1, "yesterday", 7000 + 4000,
          7000 * JAN_RED_HP + 4000 * JAN_RED_HC },
    } },
  { .story = "derogation/whoever leaves pays what has run",
    .first_day = "2026-01-27",
    .colours = "brb",
    .power_w = 1000,
    .n_users = 2,
    .acts = { { "2026-01-27 12:00", FIRST, "set_derogation tomorrow 8 20" },
              { "2026-01-28 09:00", FIRST, "bye_bye" } },
    .figures = {
        /* To 09:00 and half an hour of tail; 7's stay covers the day, so the rest is halved. */
        { "2026-01-29 06:00", FIRST, "derogations_year", 1500, 1500 * JAN_RED_HP },
        { "2026-01-29 06:00", FIRST + 1, "yesterday", 7250 + 4000,
          7250 * JAN_RED_HP + 4000 * JAN_RED_HC },
    } },
  { .story = "gap/TSM was down over a night",
    .first_day = "2026-01-27",
    .power_w = 60,
    .n_users = 2,
    .acts = { { "2026-01-27 20:00", ADMIN, "!stop" }, { "2026-01-28 08:00", ADMIN, "!start" } },
    .figures = {
        { "2026-01-28 10:00", TOTAL, "yesterday", 1440, 960 * JAN_BLUE_HP + 480 * JAN_BLUE_HC,
          .estimated_wh = 600 },
        { "2026-01-28 10:00", FIRST, "yesterday", 720, 480 * JAN_BLUE_HP + 240 * JAN_BLUE_HC,
          .estimated_wh = 300 },
        { "2026-01-28 10:00", TOTAL, "day", 240, 240 * JAN_BLUE_HP, .estimated_wh = 120 },
        { "2026-01-28 10:00", TOTAL, "month", 1680, 1200 * JAN_BLUE_HP + 480 * JAN_BLUE_HC,
          .estimated_wh = 720 },
    } },
  { .story = "gap/TSM was killed, and down over two days and the price change",
    .first_day = "2026-01-30",
    .power_w = 60,
    .n_users = 1,
    .acts = { { "2026-01-30 22:00", ADMIN, "!crash" }, { "2026-02-01 22:00", ADMIN, "!start" } },
    .figures = {
        { "2026-02-02 06:00", TOTAL, "previous_month", 2880,
          1920 * JAN_BLUE_HP + 600 * JAN_BLUE_HC + 360 * FEB_BLUE_HC,
          .estimated_wh = 480 + 1440 },
        { "2026-02-02 06:00", TOTAL, "yesterday", 1440, 960 * FEB_BLUE_HP + 480 * FEB_BLUE_HC,
          .estimated_wh = 960 },
    } },
  { .story = "gap/a new plug leaves its gap down and nothing else",
    .first_day = "2026-01-27",
    .power_w = 60,
    .n_users = 2,
    .acts = { { "2026-01-27 10:00", ADMIN, "!silent" },
              { "2026-01-28 10:00", ADMIN, "!new plug" },
              { "2026-01-28 10:00", ADMIN, "!stop" },
              { "2026-01-28 10:00", ADMIN, "!start" } },
    .figures = {
        /* 06:00 to 10:00 is known; 20 and then 4 hours are not. */
        { "2026-01-28 12:00", TOTAL, "yesterday", 240, 240 * JAN_BLUE_HP, .down_seconds = 72000 },
        { "2026-01-28 12:00", FIRST, "yesterday", 120, 120 * JAN_BLUE_HP, .down_seconds = 72000 },
        { "2026-01-28 12:00", TOTAL, "day", 120, 120 * JAN_BLUE_HP, .down_seconds = 14400 },
        { "2026-01-29 06:00", TOTAL, "yesterday", 1200, 720 * JAN_BLUE_HP + 480 * JAN_BLUE_HC,
          .down_seconds = 14400 },
        { "2026-01-30 06:00", TOTAL, "yesterday", 1440, 960 * JAN_BLUE_HP + 480 * JAN_BLUE_HC },
    } },
};

/* A week at 720 W: 11520 and 5760 Wh a day, which two and three divide. */
typedef struct {
  const char *story;
  Act acts[MAX_ACTS];
  const char *payers[7]; /* Monday to Sunday: a digit a user; "" is the house */
} Week;

static void
check_day (EngineTest *test, TsmDay day, const char *payers)
{
  const gint64 n = (gint64) strlen (payers);
  const gint64 cost_neur = 11520 * JAN_BLUE_HP + 5760 * JAN_BLUE_HC;

  g_assert_cmpint (engine_test_query (test, "SELECT count(*) FROM share WHERE day = ?",
                                      TSM_INT (day)),
                   ==, MAX (n, 1));
  for (gint64 i = 0; i < MAX (n, 1); i++) {
    const gint64 user_id = n == 0 ? HOUSE : payers[i] - '0';
    const TsmDayTotal part = tsm_share_table_sum_user (test->db, 1, user_id, day, day, FALSE);

    g_test_message ("day %d, user %d", (int) day, (int) user_id);
    g_assert_cmpint (part.energy_wh, ==, 17280 / MAX (n, 1));
    g_assert_cmpint (part.cost_neur, ==, cost_neur / MAX (n, 1));
  }
}

static void
test_ledger_week_is_paid_by (gconstpointer data)
{
  const Week *week = data;
  const Act *acts = week->acts;
  EngineTest test;

  begin (&test, "2026-01-19", 720, "");
  test.config.has_host = FALSE;
  engine_test_start (&test, engine_test_at (&test, test.first_day, 6, 0));
  act_until (&test, &acts, "2026-01-26 07:00");
  g_assert_null (acts->at);
  ask_state (&test, TOTAL);
  engine_test_check_books (&test);
  for (gint i = 0; i < 7; i++)
    check_day (&test, test.first_day + i, week->payers[i]);
  engine_test_clear (&test);
}

static const Week weeks[] = {
  { "one comes on Wednesday and leaves on Friday: both days are charged",
    { { "2026-01-19 06:00", ADMIN, "hello_you 7" },
      { "2026-01-21 12:00", ADMIN, "hello_you 8" },
      { "2026-01-23 12:00", 8, "bye_bye" } },
    { "7", "7", "78", "78", "78", "7", "7" } },
  { "comes and goes on one day",
    { { "2026-01-19 06:00", ADMIN, "hello_you 7" },
      { "2026-01-20 08:00", ADMIN, "hello_you 8" },
      { "2026-01-20 09:00", ADMIN, "bye_bye 8" } },
    { "7", "78", "7", "7", "7", "7", "7" } },
  { "the night belongs to the day before",
    { { "2026-01-19 06:00", ADMIN, "hello_you 7" },
      { "2026-01-21 05:59", ADMIN, "hello_you 8" },
      { "2026-01-23 02:00", 8, "bye_bye" } },
    { "7", "78", "78", "78", "7", "7", "7" } },
  { "the last one out leaves it to the house",
    { { "2026-01-20 12:00", ADMIN, "hello_you 9" }, { "2026-01-22 12:00", 9, "bye_bye" } },
    { "", "9", "9", "9", "", "", "" } },
  { "three come one by one",
    { { "2026-01-19 12:00", ADMIN, "hello_you 9" },
      { "2026-01-21 12:00", ADMIN, "hello_you 7" },
      { "2026-01-23 12:00", ADMIN, "hello_you 8" } },
    { "9", "9", "79", "79", "789", "789", "789" } },
  { "an arrival that was told late",
    { { "2026-01-19 06:00", ADMIN, "hello_you 7" },
      { "2026-01-24 12:00", ADMIN, "hello_you 8 2026-01-20" } },
    { "7", "78", "78", "78", "78", "78", "78" } },
  { "an arrival moved later takes the days before away",
    { { "2026-01-19 06:00", ADMIN, "hello_you 7" },
      { "2026-01-19 12:00", ADMIN, "hello_you 8" },
      { "2026-01-25 12:00", ADMIN, "change_date arrival 2026-01-22 8" } },
    { "7", "7", "7", "78", "78", "78", "78" } },
  { "an arrival moved earlier adds them",
    { { "2026-01-19 06:00", ADMIN, "hello_you 7" },
      { "2026-01-23 12:00", ADMIN, "hello_you 8" },
      { "2026-01-25 12:00", ADMIN, "change_date arrival 2026-01-21 8" } },
    { "7", "7", "78", "78", "78", "78", "78" } },
  { "somebody who forgot to say good bye",
    { { "2026-01-19 06:00", ADMIN, "hello_you 7" },
      { "2026-01-20 12:00", ADMIN, "hello_you 8" },
      { "2026-01-25 12:00", ADMIN, "change_date leave 2026-01-22 8" } },
    { "7", "78", "78", "78", "7", "7", "7" } },
  { "a leave moved later",
    { { "2026-01-19 06:00", ADMIN, "hello_you 7" },
      { "2026-01-19 12:00", ADMIN, "hello_you 8" },
      { "2026-01-20 12:00", 8, "bye_bye" },
      { "2026-01-25 12:00", ADMIN, "change_date leave 2026-01-23 8" } },
    { "78", "78", "78", "78", "78", "7", "7" } },
  { "a leave moved earlier, the only user's",
    { { "2026-01-19 06:00", ADMIN, "hello_you 7" },
      { "2026-01-23 12:00", 7, "bye_bye" },
      { "2026-01-25 12:00", ADMIN, "change_date leave 2026-01-19 7" } },
    { "7", "", "", "", "", "", "" } },
  { "gone for a day and back; only the latest stay is corrected",
    { { "2026-01-19 06:00", ADMIN, "hello_you 7" },
      { "2026-01-19 06:00", ADMIN, "hello_you 8" },
      { "2026-01-20 12:00", 8, "bye_bye" },
      { "2026-01-22 12:00", ADMIN, "hello_you 8" },
      { "2026-01-25 12:00", ADMIN, "change_date leave 2026-01-23 8" } },
    { "78", "78", "7", "78", "78", "7", "7" } },
};

/* At 61 W three payers get 20 Wh an hour each, and one of them the odd one; of an off-peak hour's
 * 7,515,200 nano-euro, 2,505,066 each and two of them one more. 27 January 2026 is day 20480, whose
 * turn is 20480 mod 3 = 2: the third begins. */
static void
test_ledger_odd_ones_rotate (void)
{
  static const struct {
    const char *date;
    gint64 odd_wh[3];   /* of 24 hours */
    gint64 odd_neur[3]; /* of the 8 off-peak ones; the peak ones divide */
  } rows[] = {
    { "2026-01-27", { 0, 0, 24 }, { 8, 0, 8 } },
    { "2026-01-28", { 24, 0, 0 }, { 8, 8, 0 } },
    { "2026-01-29", { 0, 24, 0 }, { 0, 8, 8 } },
    { "2026-01-30", { 0, 0, 24 }, { 8, 0, 8 } },
  };
  EngineTest test;

  begin (&test, "2026-01-27", 61, "");
  test.config.has_host = FALSE;
  engine_test_start (&test, engine_test_at (&test, test.first_day, 6, 0));
  greet (&test, 3);
  engine_test_run_until (&test, engine_test_at (&test, test.first_day + 4, 6, 0));
  ask_state (&test, TOTAL);
  engine_test_check_books (&test);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const TsmDay day = engine_test_parse_day (rows[i].date);

    for (guint user = 0; user < 3; user++) {
      const TsmDayTotal part = tsm_share_table_sum_user (test.db, 1, FIRST + user, day, day, FALSE);

      g_test_message ("%s, user %u", rows[i].date, FIRST + user);
      g_assert_cmpint (part.energy_wh, ==, 24 * 20 + rows[i].odd_wh[user]);
      g_assert_cmpint (part.cost_neur, ==,
                       16 * 61 * JAN_BLUE_HP / 3 + G_GINT64_CONSTANT (8) * 2505066 +
                           rows[i].odd_neur[user]);
    }
  }
  engine_test_clear (&test);
}

static void
add_story (const char *group, const char *story, gconstpointer data, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/ledger/%s%s", group, story);

  g_test_add_data_func (g_strdelimit (path, " ,:", '-'), data, test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    add_story ("", scenarios[i].story, &scenarios[i], test_ledger_tells);
  for (guint i = 0; i < G_N_ELEMENTS (weeks); i++)
    add_story ("week/", weeks[i].story, &weeks[i], test_ledger_week_is_paid_by);
  g_test_add_func ("/ledger/rotation", test_ledger_odd_ones_rotate);
  return g_test_run ();
}
