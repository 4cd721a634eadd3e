/* SPDX-License-Identifier: MIT */
#include "rules/tsm-colour.h"
#include "rules/tsm-day.h"

#define MAX_SIGHTINGS 4

typedef struct {
  gint day_offset; /* of the civil date on which it is seen, from the Tempo day */
  guint minute;
  TsmSource source;
  TsmColour colour;
  gboolean is_seconded;
  TsmColourChange verdict;
  TsmColour then;
  TsmCertainty certainty;
} Sighting;

static const struct {
  const char *name;
  guint n;
  Sighting sightings[MAX_SIGHTINGS];
} cases[] = {
  { "unknown-changes-nothing",
    1,
    { { -1, 665, TSM_SOURCE_COULEUR, TSM_COLOUR_UNKNOWN, FALSE, TSM_COLOUR_CHANGE_NONE,
        TSM_COLOUR_UNKNOWN, TSM_CERTAINTY_NONE } } },
  { "grows-certain",
    4,
    { { -1, 639, TSM_SOURCE_COULEUR, TSM_COLOUR_RED, FALSE, TSM_COLOUR_CHANGE_NEW, TSM_COLOUR_RED,
        TSM_CERTAINTY_PROVISIONAL },
      { -1, 640, TSM_SOURCE_COULEUR, TSM_COLOUR_RED, FALSE, TSM_COLOUR_CHANGE_FIRMER,
        TSM_COLOUR_RED, TSM_CERTAINTY_CONFIRMED },
      { -1, 734, TSM_SOURCE_COULEUR, TSM_COLOUR_RED, FALSE, TSM_COLOUR_CHANGE_NONE, TSM_COLOUR_RED,
        TSM_CERTAINTY_CONFIRMED },
      { -1, 735, TSM_SOURCE_RTE, TSM_COLOUR_RED, FALSE, TSM_COLOUR_CHANGE_FIRMER, TSM_COLOUR_RED,
        TSM_CERTAINTY_FINAL } } },
  { "first-seen-late-is-confirmed-only",
    2,
    { { -1, 1390, TSM_SOURCE_COULEUR, TSM_COLOUR_RED, FALSE, TSM_COLOUR_CHANGE_NEW, TSM_COLOUR_RED,
        TSM_CERTAINTY_CONFIRMED },
      { -1, 1400, TSM_SOURCE_COULEUR, TSM_COLOUR_RED, FALSE, TSM_COLOUR_CHANGE_FIRMER,
        TSM_COLOUR_RED, TSM_CERTAINTY_FINAL } } },
  { "early-notice-is-corrected",
    2,
    { { -1, 500, TSM_SOURCE_COULEUR, TSM_COLOUR_WHITE, FALSE, TSM_COLOUR_CHANGE_NEW,
        TSM_COLOUR_WHITE, TSM_CERTAINTY_PROVISIONAL },
      { -1, 665, TSM_SOURCE_COULEUR, TSM_COLOUR_RED, FALSE, TSM_COLOUR_CHANGE_CORRECTION,
        TSM_COLOUR_RED, TSM_CERTAINTY_CONFIRMED } } },
  { "a-lesser-source-corrects-nothing",
    2,
    { { -1, 665, TSM_SOURCE_COULEUR, TSM_COLOUR_WHITE, FALSE, TSM_COLOUR_CHANGE_NEW,
        TSM_COLOUR_WHITE, TSM_CERTAINTY_CONFIRMED },
      { -1, 670, TSM_SOURCE_RTE, TSM_COLOUR_RED, FALSE, TSM_COLOUR_CHANGE_NONE, TSM_COLOUR_WHITE,
        TSM_CERTAINTY_CONFIRMED } } },
  { "a-better-source-corrects",
    2,
    { { -1, 665, TSM_SOURCE_RTE, TSM_COLOUR_WHITE, FALSE, TSM_COLOUR_CHANGE_NEW, TSM_COLOUR_WHITE,
        TSM_CERTAINTY_CONFIRMED },
      { -1, 670, TSM_SOURCE_COULEUR, TSM_COLOUR_RED, FALSE, TSM_COLOUR_CHANGE_CORRECTION,
        TSM_COLOUR_RED, TSM_CERTAINTY_CONFIRMED } } },
  { "final-takes-two-sources",
    4,
    { { -1, 665, TSM_SOURCE_COULEUR, TSM_COLOUR_WHITE, FALSE, TSM_COLOUR_CHANGE_NEW,
        TSM_COLOUR_WHITE, TSM_CERTAINTY_CONFIRMED },
      { -1, 735, TSM_SOURCE_COULEUR, TSM_COLOUR_WHITE, FALSE, TSM_COLOUR_CHANGE_FIRMER,
        TSM_COLOUR_WHITE, TSM_CERTAINTY_FINAL },
      { -1, 800, TSM_SOURCE_COULEUR, TSM_COLOUR_RED, FALSE, TSM_COLOUR_CHANGE_DISPUTED,
        TSM_COLOUR_WHITE, TSM_CERTAINTY_FINAL },
      { -1, 801, TSM_SOURCE_RTE, TSM_COLOUR_RED, TRUE, TSM_COLOUR_CHANGE_CORRECTION, TSM_COLOUR_RED,
        TSM_CERTAINTY_FINAL } } },
  { "final-yields-to-an-admin",
    3,
    { { -1, 665, TSM_SOURCE_COULEUR, TSM_COLOUR_WHITE, FALSE, TSM_COLOUR_CHANGE_NEW,
        TSM_COLOUR_WHITE, TSM_CERTAINTY_CONFIRMED },
      { -1, 735, TSM_SOURCE_COULEUR, TSM_COLOUR_WHITE, FALSE, TSM_COLOUR_CHANGE_FIRMER,
        TSM_COLOUR_WHITE, TSM_CERTAINTY_FINAL },
      { 0, 400, TSM_SOURCE_ADMIN, TSM_COLOUR_BLUE, FALSE, TSM_COLOUR_CHANGE_CORRECTION,
        TSM_COLOUR_BLUE, TSM_CERTAINTY_FINAL } } },
  { "the-calendar-yields-to-an-api",
    2,
    { { 9, 400, TSM_SOURCE_CALENDAR, TSM_COLOUR_WHITE, FALSE, TSM_COLOUR_CHANGE_NEW,
        TSM_COLOUR_WHITE, TSM_CERTAINTY_FINAL },
      { 9, 401, TSM_SOURCE_RTE, TSM_COLOUR_BLUE, FALSE, TSM_COLOUR_CHANGE_CORRECTION,
        TSM_COLOUR_BLUE, TSM_CERTAINTY_CONFIRMED } } },
  { "deduction-yields-to-an-api",
    2,
    { { -1, 400, TSM_SOURCE_DEDUCED, TSM_COLOUR_BLUE, FALSE, TSM_COLOUR_CHANGE_NEW, TSM_COLOUR_BLUE,
        TSM_CERTAINTY_CONFIRMED },
      { -1, 665, TSM_SOURCE_RTE, TSM_COLOUR_WHITE, FALSE, TSM_COLOUR_CHANGE_CORRECTION,
        TSM_COLOUR_WHITE, TSM_CERTAINTY_CONFIRMED } } },
};

static void
test_colour_see (gconstpointer data)
{
  const guint c = GPOINTER_TO_UINT (data);
  g_autoptr (GTimeZone) paris = g_time_zone_new_identifier ("Europe/Paris");
  const TsmDay day = tsm_day_from_ymd (2026, 1, 6);
  TsmDayColour colour = { 0 };

  for (guint i = 0; i < cases[c].n; i++) {
    const Sighting *s = &cases[c].sightings[i];
    const gint64 at = tsm_day_get_local_instant (day + s->day_offset, s->minute % 1440, paris);

    g_assert_cmpint (tsm_colour_see (&colour, day, s->colour, s->source, at, s->is_seconded, paris),
                     ==, s->verdict);
    g_assert_cmpint (colour.colour, ==, s->then);
    g_assert_cmpint (colour.certainty, ==, s->certainty);
  }
}

static const struct {
  guint minute;
  gint64 wait_s;
} ask_cases[] = {
  { 0, 1800 },   { 6 * 60, 1800 },  { 11 * 60 + 5, 1800 }, { 13 * 60 + 59, 1800 },
  { 840, 3600 }, { 20 * 60, 3600 }, { 21 * 60, 1800 },     { 23 * 60 + 59, 1800 },
};

static void
test_colour_next_ask (void)
{
  g_autoptr (GTimeZone) paris = g_time_zone_new_identifier ("Europe/Paris");
  const TsmDay day = tsm_day_from_ymd (2026, 1, 6);

  for (guint i = 0; i < G_N_ELEMENTS (ask_cases); i++) {
    const gint64 at = tsm_day_get_local_instant (day, ask_cases[i].minute, paris);

    g_assert_cmpint (tsm_colour_get_next_ask (at, paris) - at, ==, ask_cases[i].wait_s);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/colour/see/", cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_colour_see);
  }
  g_test_add_func ("/colour/next-ask", test_colour_next_ask);
  return g_test_run ();
}
