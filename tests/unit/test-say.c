/* SPDX-License-Identifier: MIT
 * A message is said in each language with the same values. */
#include "base/tsm-say.h"

#define NBSP "\xc2\xa0"

static void
test_say_formats_for_the_language (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autofree char *english = tsm_say (TSM_LANG_EN, zone, "%s, %s, %s, %s", TSM_SAY_ENERGY (1234),
                                      TSM_SAY_MONEY (G_GINT64_CONSTANT (12340000000)),
                                      TSM_SAY_TIME (3600), TSM_SAY_NUMBER (1234567));
  g_autofree char *french = tsm_say (TSM_LANG_FR, zone, "%s, %s", TSM_SAY_ENERGY (1234),
                                     TSM_SAY_MONEY (G_GINT64_CONSTANT (12340000000)));

  g_assert_cmpstr (english, ==, "1.234 kWh, €12.34, 01:00, 1,234,567");
  g_assert_cmpstr (french, ==, "1,234" NBSP "kWh, 12,34" NBSP "€");
}

static void
test_say_names_people_and_ids (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autofree char *said =
      tsm_say (TSM_LANG_EN, zone, "D%s %s %s %s %s", TSM_SAY_ID (12345), TSM_SAY_USER (17),
               TSM_SAY_USER (TSM_USER_HOUSE), TSM_SAY_CALLER (0), TSM_SAY_CALLER (17));

  g_assert_cmpstr (said, ==, "D12345 <@17> the house Someone at the machine <@17>");
}

static void
test_say_moments (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Paris");
  g_autofree char *english =
      tsm_say (TSM_LANG_EN, zone, "until %s", TSM_SAY_MOMENT (G_GINT64_CONSTANT (1769374800)));
  g_autofree char *french =
      tsm_say (TSM_LANG_FR, zone, "until %s", TSM_SAY_MOMENT (G_GINT64_CONSTANT (1769374800)));

  g_assert_cmpstr (english, ==, "until Sun 25 Jan 22:00");
  g_assert_cmpstr (french, ==, "until dim. 25 janv. 22:00");
}

static const struct {
  const char *msgid;
  const char *said;
} place_cases[] = {
  { "", "" },
  { "100 %%", "100 %" },
  { "%s-%s", "a-b" },
  { "%2$s-%1$s", "b-a" },  /* a translation that turns the order */
  { "only %s", "only a" }, /* a value may stay unused */
};

static void
test_say_places (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (place_cases); i++) {
    g_autofree char *said =
        tsm_say (TSM_LANG_EN, NULL, place_cases[i].msgid, TSM_SAY_TEXT ("a"), TSM_SAY_TEXT ("b"));

    g_assert_cmpstr (said, ==, place_cases[i].said);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/say/language", test_say_formats_for_the_language);
  g_test_add_func ("/say/people", test_say_names_people_and_ids);
  g_test_add_func ("/say/moments", test_say_moments);
  g_test_add_func ("/say/places", test_say_places);
  return g_test_run ();
}
