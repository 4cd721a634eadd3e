/* SPDX-License-Identifier: MIT
 * What the group is told of the days' colours and of the host, and what each notice lets its
 * readers do about it, in the January week of test-people. */
#include "test-people.h"
#include <string.h>

#define NEVER TSM_INSTANT_NONE

static void
assert_offer (const TsmNotice *notice, TsmOffer offer, TsmDay day, gint64 until)
{
  g_assert_cmpint (notice->offer, ==, offer);
  g_assert_cmpint (notice->offer_day, ==, day);
  g_assert_cmpint (notice->offer_until, ==, until);
}

static void
assert_nothing_offered (const TsmNotice *notice)
{
  assert_offer (notice, TSM_OFFER_NONE, TSM_DAY_NONE, NEVER);
}

/* On Monday at 11:10, as TSM starts and learns of Monday and Tuesday. */
static void
start (EngineTest *test)
{
  prepare (test);
  engine_test_start (test, at (test, 0, 11, 10));
  do_as (test, SHELL, "hello_you 7 2026-01-02");
}

static void
test_announce_red_eve_offers_to_keep_it_on (void)
{
  const TsmNotice *notice;
  EngineTest test;

  start (&test);
  notice = engine_test_find_told (&test, "Tuesday 6 January 2026 is red.");
  g_assert_cmpint (notice->kind, ==, TSM_NOTICE_COLOUR);
  g_assert_cmpint (notice->day, ==, MONDAY + 1);
  g_assert_cmpint (notice->colour, ==, TSM_COLOUR_RED);
  g_assert_cmpint (notice->stale_at, ==, at (&test, 2, 6, 0));
  assert_offer (notice, TSM_OFFER_KEEP_ON, MONDAY + 1, NEVER);
  g_assert_cmpint (notice->offer_window_begin, ==, at (&test, 0, 22, 0));
  g_assert_cmpint (notice->offer_window_end, ==, at (&test, 2, 6, 0));
  g_assert_cmpstr (notice->text[TSM_LANG_EN], ==,
                   "Tuesday 6 January 2026 is red. The server will be off from Mon 5 Jan 22:00 to "
                   "Wed 7 Jan 06:00; anyone who needs it can take a derogation.");
  g_assert_cmpstr (notice->text[TSM_LANG_FR], ==,
                   "Couleur du mardi 6 janvier 2026\302\240: rouge. Le serveur sera éteint du lun. "
                   "5 janv. 22:00 au mer. 7 janv. 06:00\302\240; si tu en as besoin, prends une "
                   "dérogation.");
  engine_test_clear (&test);
}

static void
test_announce_other_days_say_when_the_server_is_on (void)
{
  const TsmNotice *notice;
  EngineTest test;

  start (&test);
  /* Blue, but the eve of a red day. */
  notice = engine_test_find_told (&test, "Monday 5 January 2026 is blue.");
  assert_nothing_offered (notice);
  g_assert_cmpint (notice->stale_at, ==, at (&test, 1, 6, 0));
  g_assert_nonnull (strstr (notice->text[TSM_LANG_EN],
                            " The server is off from Mon 5 Jan 22:00 to Wed 7 Jan 06:00 all the "
                            "same."));
  engine_test_run_until (&test, at (&test, 1, 11, 10));
  notice = engine_test_find_told (&test, "Wednesday 7 January 2026 is blue.");
  assert_nothing_offered (notice);
  g_assert_cmpint (notice->day, ==, MONDAY + 2);
  g_assert_cmpint (notice->colour, ==, TSM_COLOUR_BLUE);
  g_assert_cmpstr (notice->text[TSM_LANG_EN], ==,
                   "Wednesday 7 January 2026 is blue. The server is on that day.");
  g_assert_cmpstr (notice->text[TSM_LANG_FR], ==,
                   "Couleur du mercredi 7 janvier 2026\302\240: bleu. Le serveur est allumé ce "
                   "jour-là.");
  engine_test_clear (&test);
}

/* By its own derogations a red day is cut into stretches: all are told, as far as a sentence goes.
 */
static void
test_announce_names_every_stretch (void)
{
  static const struct {
    const char *line, *english, *french;
  } rows[] = {
    { "set_derogation tomorrow 8 10",
      "The server will be off from Mon 5 Jan 22:00 to Tue 6 Jan 08:00 and from Tue 6 Jan 10:00 to "
      "Wed 7 Jan 06:00; anyone who needs it can take a derogation.",
      "Le serveur sera éteint du lun. 5 janv. 22:00 au mar. 6 janv. 08:00 et du mar. 6 janv. 10:00 "
      "au mer. 7 janv. 06:00\302\240; si tu en as besoin, prends une dérogation." },
    { "set_derogation tomorrow 12 14",
      "The server will be off from Mon 5 Jan 22:00 to Tue 6 Jan 08:00, from Tue 6 Jan 10:00 to Tue "
      "6 Jan 12:00 and from Tue 6 Jan 14:00 to Wed 7 Jan 06:00; anyone who needs it can take a "
      "derogation.",
      "Le serveur sera éteint du lun. 5 janv. 22:00 au mar. 6 janv. 08:00, du mar. 6 "
      "janv. 10:00 au "
      "mar. 6 janv. 12:00 et du mar. 6 janv. 14:00 au mer. 7 janv. 06:00\302\240; si tu en as "
      "besoin, prends une dérogation." },
    { "set_derogation tomorrow 16 18",
      "The server will be off from Mon 5 Jan 22:00 to Tue 6 Jan 08:00, from Tue 6 Jan 10:00 to Tue "
      "6 Jan 12:00, from Tue 6 Jan 14:00 to Tue 6 Jan 16:00 and later on, see /plan; anyone who "
      "needs it can take a derogation.",
      "Le serveur sera éteint du lun. 5 janv. 22:00 au mar. 6 janv. 08:00, du mar. 6 "
      "janv. 10:00 au "
      "mar. 6 janv. 12:00, du mar. 6 janv. 14:00 au mar. 6 janv. 16:00 et plus tard encore, voir "
      "/plan\302\240; si tu en as besoin, prends une dérogation." },
  };
  EngineTest test;

  start (&test);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const TsmNotice *notice;

    do_as (&test, HERE, rows[i].line);
    do_as (&test, ADMIN, "set_colour 2026-01-06 white");
    do_as (&test, ADMIN, "set_colour 2026-01-06 red");
    notice = engine_test_find_told (&test, "Correction: Tuesday 6 January 2026 is red");
    g_assert_true (g_str_has_suffix (notice->text[TSM_LANG_EN], rows[i].english));
    g_assert_true (g_str_has_suffix (notice->text[TSM_LANG_FR], rows[i].french));
  }
  engine_test_clear (&test);
}

/* The night between, on the eve of a red day, is cut by who keeps the server on. */
static void
test_announce_names_every_stretch_of_an_eve (void)
{
  const TsmNotice *notice;
  EngineTest test;

  start (&test);
  do_as (&test, HERE, "set_derogation today 23 1");
  do_as (&test, ADMIN, "set_colour 2026-01-05 white");
  notice = engine_test_find_told (&test, "Correction: Monday 5 January 2026 is white");
  g_assert_nonnull (strstr (notice->text[TSM_LANG_EN],
                            " The server is off from Mon 5 Jan 22:00 to Mon 5 Jan 23:00 and from "
                            "Tue 6 Jan 01:00 to Wed 7 Jan 06:00 all the same."));
  g_assert_nonnull (strstr (notice->text[TSM_LANG_FR],
                            " Le serveur est tout de même éteint du lun. 5 janv. 22:00 au lun. 5 "
                            "janv. 23:00 et du mar. 6 janv. 01:00 au mer. 7 janv. 06:00."));
  engine_test_clear (&test);
}

static void
test_announce_day_under_way_says_that_the_server_stays_on (void)
{
  const TsmNotice *notice;
  EngineTest test;

  start (&test);
  do_as (&test, ADMIN, "set_colour 2026-01-06 blue");
  engine_test_run_until (&test, at (&test, 0, 12, 0));
  do_as (&test, ADMIN, "set_colour 2026-01-05 white");
  notice = engine_test_find_told (&test, "Correction: Monday 5 January 2026 is white");
  g_assert_true (g_str_has_suffix (notice->text[TSM_LANG_EN], " The server stays on."));
  engine_test_clear (&test);
}

static void
test_announce_without_a_host_offers_nothing (void)
{
  const TsmNotice *notice;
  EngineTest test;

  prepare (&test);
  test.config.has_host = FALSE;
  engine_test_start (&test, at (&test, 0, 11, 10));
  notice = engine_test_find_told (&test, "Tuesday");
  assert_nothing_offered (notice);
  g_assert_cmpstr (notice->text[TSM_LANG_EN], ==, "Tuesday 6 January 2026 is red.");
  engine_test_run_until (&test, at (&test, 2, 7, 0));
  for (guint i = 0; i < test.notices->len; i++)
    assert_nothing_offered (g_ptr_array_index (test.notices, i));
  engine_test_clear (&test);
}

static void
test_announce_correction_to_red_offers_too (void)
{
  const TsmNotice *notice;
  EngineTest test;

  start (&test);
  do_as (&test, ADMIN, "set_colour 2026-01-06 white");
  notice = engine_test_find_told (&test, "Correction: Tuesday 6 January 2026 is white");
  assert_nothing_offered (notice);
  g_assert_nonnull (strstr (notice->text[TSM_LANG_EN], " The server is on that day."));
  do_as (&test, ADMIN, "set_colour 2026-01-06 red");
  notice = engine_test_find_told (&test, "Correction: Tuesday 6 January 2026 is red");
  assert_offer (notice, TSM_OFFER_KEEP_ON, MONDAY + 1, NEVER);
  g_assert_nonnull (strstr (notice->text[TSM_LANG_EN], " The server will be off from Mon 5 Jan"));
  engine_test_clear (&test);
}

/* It changes what the day cost, and nothing that anybody could still do. */
static void
test_announce_correction_of_the_past_has_no_plan (void)
{
  const TsmNotice *notice;
  EngineTest test;

  start (&test);
  do_as (&test, ADMIN, "set_colour 2026-01-02 red");
  notice = engine_test_find_told (&test, "Correction: Friday 2 January 2026");
  assert_nothing_offered (notice);
  g_assert_cmpint (notice->stale_at, ==, NEVER);
  g_assert_true (g_str_has_suffix (notice->text[TSM_LANG_EN], "it was blue until now."));
  engine_test_clear (&test);
}

/* At 01:00 on Wednesday the Tempo day is Tuesday's, but its date is over: a derogation on that date
 * would be refused, one from now on is not. */
static void
test_announce_red_night_offers_from_now_on (void)
{
  const TsmNotice *notice;
  EngineTest test;

  prepare (&test);
  engine_test_set_colour (&test, MONDAY + 1, TSM_COLOUR_WHITE);
  engine_test_start (&test, at (&test, 0, 11, 10));
  engine_test_run_until (&test, at (&test, 2, 1, 0));
  do_as (&test, ADMIN, "set_colour 2026-01-06 red");
  notice = engine_test_find_told (&test, "Correction: Tuesday 6 January 2026 is red");
  assert_offer (notice, TSM_OFFER_NEED_IT, TSM_DAY_NONE, at (&test, 2, 6, 0));
  engine_test_clear (&test);
}

static void
test_announce_derogations_for_all_of_it_leave_nothing_to_offer (void)
{
  const TsmNotice *notice;
  EngineTest test;

  prepare (&test);
  engine_test_set_colour (&test, MONDAY + 1, TSM_COLOUR_UNKNOWN);
  test.config.policy = TSM_POLICY_PEAK;
  engine_test_start (&test, at (&test, 0, 11, 10));
  do_as (&test, SHELL, "hello_you 7 2026-01-02");
  do_as (&test, HERE, "set_derogation tomorrow 6 22");
  engine_test_set_colour (&test, MONDAY + 1, TSM_COLOUR_RED);
  engine_test_run_until (&test, at (&test, 0, 12, 10));
  notice = engine_test_find_told (&test, "Tuesday 6 January 2026 is red.");
  assert_nothing_offered (notice);
  g_assert_nonnull (
      strstr (notice->text[TSM_LANG_EN], " The server stays on for those who took a derogation."));
  engine_test_clear (&test);
}

static void
test_announce_warning_and_shutdown_offer_it_now (void)
{
  static const char *const parts[] = { "Powering the server off", "The server is off." };
  const TsmNotice *notice;
  EngineTest test;

  start (&test);
  engine_test_run_until (&test, at (&test, 0, 21, 31));
  notice = engine_test_find_told (&test, "The server will be powered off at 22:00");
  g_assert_cmpint (notice->kind, ==, TSM_NOTICE_WARNING);
  g_assert_cmpint (notice->stale_at, ==, at (&test, 0, 22, 0));
  assert_offer (notice, TSM_OFFER_NEED_IT, TSM_DAY_NONE, at (&test, 2, 6, 0));
  engine_test_run_until (&test, at (&test, 0, 22, 10));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    notice = engine_test_find_told (&test, parts[i]);
    g_assert_cmpuint (engine_test_count_told (&test, parts[i]), ==, 1);
    g_assert_cmpint (notice->kind, ==, TSM_NOTICE_POWER);
    assert_offer (notice, TSM_OFFER_NEED_IT, TSM_DAY_NONE, at (&test, 2, 6, 0));
  }
  /* The offer is one that can be taken up. */
  do_as (&test, HERE, "set_derogation today");
  engine_test_run_until (&test, at (&test, 0, 22, 20));
  notice = engine_test_find_told (&test, "Waking the server");
  assert_nothing_offered (notice);
  engine_test_clear (&test);
}

static void
test_announce_unknown_day_warns_and_offers (void)
{
  const TsmNotice *notice;
  EngineTest test;

  prepare (&test);
  engine_test_set_colour (&test, MONDAY + 1, TSM_COLOUR_UNKNOWN);
  engine_test_start (&test, at (&test, 0, 11, 10));
  engine_test_run_until (&test, at (&test, 1, 5, 31));
  notice = engine_test_find_told (&test, "Today's colour is still unknown.");
  g_assert_cmpint (notice->stale_at, ==, at (&test, 1, 6, 0));
  assert_offer (notice, TSM_OFFER_NEED_IT, TSM_DAY_NONE, at (&test, 1, 22, 0));
  engine_test_clear (&test);
}

static void
test_announce_late_decision_offers_it_now (void)
{
  const TsmNotice *notice;
  EngineTest test;

  prepare (&test);
  engine_test_set_colour (&test, MONDAY + 1, TSM_COLOUR_WHITE);
  engine_test_start (&test, at (&test, 0, 11, 10));
  engine_test_run_until (&test, at (&test, 0, 23, 0));
  do_as (&test, ADMIN, "set_colour 2026-01-06 red");
  notice = engine_test_find_told (&test, "Powering the server off: red day. This was decided");
  g_assert_cmpuint (engine_test_count_told (&test, "Powering the server off"), ==, 1);
  g_assert_cmpint (notice->kind, ==, TSM_NOTICE_LATE);
  g_assert_nonnull (strstr (notice->text[TSM_LANG_EN], " it stays off until Wed 7 Jan 06:00."));
  g_assert_cmpint (notice->stale_at, ==, at (&test, 2, 6, 0));
  assert_offer (notice, TSM_OFFER_NEED_IT, TSM_DAY_NONE, at (&test, 2, 6, 0));
  engine_test_clear (&test);
}

/* A derogation does not lift it: only an admin does. */
static void
test_announce_hold_offers_nothing (void)
{
  EngineTest test;

  start (&test);
  engine_test_run_until (&test, at (&test, 0, 12, 0));
  engine_test_forget (&test);
  do_as (&test, ADMIN, "power off until=20");
  engine_test_run_until (&test, at (&test, 0, 12, 30));
  g_assert_true (engine_test_was_told (&test, "Powering the server off"));
  g_assert_true (engine_test_was_told (&test, "The server is off."));
  for (guint i = 0; i < test.notices->len; i++)
    assert_nothing_offered (g_ptr_array_index (test.notices, i));
  engine_test_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/announce/red-eve-offers-to-keep-it-on",
                   test_announce_red_eve_offers_to_keep_it_on);
  g_test_add_func ("/announce/other-days-say-when-the-server-is-on",
                   test_announce_other_days_say_when_the_server_is_on);
  g_test_add_func ("/announce/names-every-stretch", test_announce_names_every_stretch);
  g_test_add_func ("/announce/names-every-stretch-of-an-eve",
                   test_announce_names_every_stretch_of_an_eve);
  g_test_add_func ("/announce/day-under-way",
                   test_announce_day_under_way_says_that_the_server_stays_on);
  g_test_add_func ("/announce/without-a-host-offers-nothing",
                   test_announce_without_a_host_offers_nothing);
  g_test_add_func ("/announce/correction-to-red-offers-too",
                   test_announce_correction_to_red_offers_too);
  g_test_add_func ("/announce/correction-of-the-past-has-no-plan",
                   test_announce_correction_of_the_past_has_no_plan);
  g_test_add_func ("/announce/red-night-offers-from-now-on",
                   test_announce_red_night_offers_from_now_on);
  g_test_add_func ("/announce/derogations-for-all-of-it-leave-nothing-to-offer",
                   test_announce_derogations_for_all_of_it_leave_nothing_to_offer);
  g_test_add_func ("/announce/warning-and-shutdown-offer-it-now",
                   test_announce_warning_and_shutdown_offer_it_now);
  g_test_add_func ("/announce/unknown-day-warns-and-offers",
                   test_announce_unknown_day_warns_and_offers);
  g_test_add_func ("/announce/late-decision-offers-it-now",
                   test_announce_late_decision_offers_it_now);
  g_test_add_func ("/announce/hold-offers-nothing", test_announce_hold_offers_nothing);
  return g_test_run ();
}
