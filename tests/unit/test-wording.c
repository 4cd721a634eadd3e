/* SPDX-License-Identifier: MIT
 * Replies word for word, in each language. */
#include "test-people.h"
#include <string.h>

/* The reply with plain spaces before the marks that French sets apart. */
static char *
dup_text (const EngineTest *test)
{
  g_autoptr (GString) text = g_string_new (test->reply->text);

  g_string_replace (text, "\xc2\xa0", " ", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Replies word for word, on Monday at 14:00 with D1 (Tuesday 08:00 to 10:00) and D2 (Tuesday 20:00
 * to Wednesday 04:00). */
static void
test_wording_says_it_in_each_language (void)
{
  static const struct {
    gint64 caller_id;
    const char *line, *english, *french;
  } rows[] = {
    { ADMIN, "dance", "There is no command \"dance\"; tsm do help lists them.",
      "Il n’y a pas de commande « dance » ; tsm do help en donne la liste." },
    { ADMIN, "op", "/op needs user: the member's Discord id.",
      "Il manque à /op l’option user : l’identifiant Discord du membre." },
    { SHELL, "get_my_state day", "/get_my_state is for one user; say which with --as USER_ID.",
      "/get_my_state concerne une personne ; dis laquelle avec --as USER_ID." },
    { ADMIN, "power auto until=14", "auto ends the hold at once and takes no hour.",
      "auto met fin tout de suite au maintien et ne prend pas d’heure." },
    { HERE, "bye_bye 8", "Only an admin can say goodbye for someone else.",
      "Seul un administrateur peut dire au revoir pour quelqu’un d’autre." },
    { NOBODY, "get_my_state day", "You have never used the machine; ask an admin for /hello_you.",
      "Tu n’as jamais utilisé la machine ; demande un /hello_you à un administrateur." },
    { GONE, "set_derogation today",
      "You left on Saturday 3 January 2026; ask an admin for /hello_you when you are back.",
      "Tu as cessé de partager la machine le samedi 3 janvier 2026 ; à ton retour, "
      "demande un /hello_you à un administrateur." },
    { ADMIN, "hello_you 7", "<@7> has been here since Friday 2 January 2026.",
      "<@7> est là depuis le vendredi 2 janvier 2026." },
    { HERE, "set_derogation tomorrow 9 11",
      "These hours overlap your derogation D1, on Tuesday 6 January 2026 from 08:00 to 10:00.",
      "Ces heures chevauchent ta dérogation D1, le mardi 6 janvier 2026 de 08:00 à 10:00." },
    { HERE, "set_derogation tomorrow 21 22",
      "These hours overlap your derogation D2, from Tuesday 6 January 2026 at 20:00 to Wednesday "
      "7 January 2026 at 04:00.",
      "Ces heures chevauchent ta dérogation D2, du mardi 6 janvier 2026 à 20:00 au mercredi "
      "7 janvier 2026 à 04:00." },
    { HERE, "get_my_current_derogations",
      "D1  Tue 6 Jan 08:00 – 10:00            to come\n"
      "D2  Tue 6 Jan 20:00 – Wed 7 Jan 04:00  to come",
      "D1  mar. 6 janv. 08:00 – 10:00               à venir\n"
      "D2  mar. 6 janv. 20:00 – mer. 7 janv. 04:00  à venir" },
    { ADMIN, "remove_derogation D2", "D2 is removed.", "D2 est annulée." },
    { ADMIN, "op 7", "<@7> is an admin now.", "<@7> a maintenant le rôle d’administrateur." },
    { ADMIN, "change_date arrival 2026-01-03 7",
      "<@7> has been here since Saturday 3 January 2026.",
      "<@7> est là depuis le samedi 3 janvier 2026." },
    { ADMIN, "bye_bye 7", "Goodbye <@7>. The last day you share is Monday 5 January 2026.",
      "Au revoir <@7>. Ton dernier jour de partage est le lundi 5 janvier 2026." },
    { ADMIN, "hello_you 7",
      "Hello again <@7>! You go on sharing the machine, as you have since Saturday 3 January 2026.",
      "Rebonjour <@7> ! Tu continues à partager la machine, comme tu le fais depuis "
      "le samedi 3 janvier 2026." },
  };

  for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
    EngineTest test;

    prepare (&test);
    begin (&test, 14, 0);
    do_as (&test, HERE, "set_derogation tomorrow 8 10");
    do_as (&test, HERE, "set_derogation tomorrow 20 4");
    test.lang = (TsmLang) lang;
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
      g_autofree char *text = NULL;

      g_test_message ("%s", rows[i].line);
      engine_test_type (&test, rows[i].caller_id, rows[i].line);
      text = dup_text (&test);
      g_assert_cmpstr (text, ==, lang == TSM_LANG_FR ? rows[i].french : rows[i].english);
    }
    engine_test_clear (&test);
  }
}

static void
test_wording_derogation_names_its_day_once (void)
{
  static const struct {
    const char *line, *english, *french;
  } rows[] = {
    { "set_derogation tomorrow 8 10h30",
      "D1 keeps the server on for <@7> on Tuesday 6 January 2026 from 08:00 to 10:30.",
      "D1 garde le serveur allumé pour <@7> le mardi 6 janvier 2026 de 08:00 à 10:30." },
    { "set_derogation tomorrow 20 4",
      "D2 keeps the server on for <@7> from Tuesday 6 January 2026 at 20:00 to Wednesday "
      "7 January 2026 at 04:00.",
      "D2 garde le serveur allumé pour <@7> du mardi 6 janvier 2026 à 20:00 au mercredi 7 janvier "
      "2026 à 04:00." },
    { "set_derogation tomorrow 19 20",
      "D3 keeps the server on for <@7> on Tuesday 6 January 2026 from 19:00 to 20:00.",
      "D3 garde le serveur allumé pour <@7> le mardi 6 janvier 2026 de 19:00 à 20:00." },
  };

  for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
    EngineTest test;

    prepare (&test);
    begin (&test, 14, 0);
    test.lang = (TsmLang) lang;
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
      g_autofree char *text = NULL;

      do_as (&test, HERE, rows[i].line);
      text = dup_text (&test);
      g_assert_true (
          g_str_has_prefix (text, lang == TSM_LANG_FR ? rows[i].french : rows[i].english));
    }
    engine_test_clear (&test);
  }
}

static void
test_wording_plan_is_readable (void)
{
  static const char *const told[TSM_N_LANGS][6] = {
    [TSM_LANG_EN] = { "Monday 5 January 2026     blue\n", "Tuesday 6 January 2026    red\n",
                      "Wednesday 7 January 2026  colour unknown\n",
                      "Mon 5 Jan 14:00 – 22:00            on ", "  off  ",
                      "Mon 5 Jan 22:00 – Wed 7 Jan 06:00" },
    [TSM_LANG_FR] = { "lundi 5 janvier 2026     bleu\n", "mardi 6 janvier 2026     rouge\n",
                      "mercredi 7 janvier 2026  couleur inconnue\n", "lun. 5 janv. 14:00 – 22:00  ",
                      "  éteint  ", "lun. 5 janv. 22:00 – mer. 7 janv. 06:00" },
  };

  for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
    EngineTest test;

    prepare (&test);
    engine_test_set_colour (&test, MONDAY + 2, TSM_COLOUR_UNKNOWN);
    begin (&test, 14, 0);
    test.lang = (TsmLang) lang;
    do_as (&test, ADMIN, "plan");
    for (guint i = 0; i < G_N_ELEMENTS (told[lang]); i++) {
      g_test_message ("%s in:\n%s", told[lang][i], test.reply->text);
      g_assert_nonnull (strstr (test.reply->text, told[lang][i]));
    }
    engine_test_clear (&test);
  }
}

static void
test_wording_plan_without_a_host_says_so_first (void)
{
  for (guint has_host = 0; has_host <= 1; has_host++) {
    EngineTest test;

    prepare (&test);
    test.config.has_host = has_host == 1;
    begin (&test, 14, 0);
    do_as (&test, ADMIN, "plan");
    g_assert_cmpint (g_str_has_prefix (test.reply->text,
                                       "No host is set up: TSM only meters.\n\nMonday 5 January"),
                     ==, has_host == 0);
    engine_test_clear (&test);
  }
}

static const char *
peek_last_line (const EngineTest *test)
{
  const char *end = strrchr (test->reply->text, '\n');

  g_assert_nonnull (end);
  return end + 1;
}

static void
test_wording_status_says_since_when_the_plug_is_silent (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_keep (&test);
  test.is_plug_silent = TRUE;
  engine_test_start (&test, at (&test, 0, 11, 10));
  engine_test_run_until (&test, at (&test, 0, 11, 30));
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (peek_last_line (&test), ==, "The plug has not answered yet.");
  test.lang = TSM_LANG_FR;
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (peek_last_line (&test), ==, "La prise n’a pas encore répondu.");
  test.lang = TSM_LANG_EN;
  test.is_plug_silent = FALSE;
  engine_test_run_until (&test, at (&test, 0, 14, 0));
  do_as (&test, ADMIN, "status");
  g_assert_true (g_str_has_prefix (peek_last_line (&test), "It draws 60 W, read at "));
  engine_test_run_until (&test, at (&test, 0, 15, 0));
  test.is_plug_silent = TRUE;
  engine_test_run_until (&test, at (&test, 0, 16, 0));
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (peek_last_line (&test), ==,
                   "The plug has not answered since Monday 5 January 2026 at 15:00.");
  test.lang = TSM_LANG_FR;
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (peek_last_line (&test), ==,
                   "La prise ne répond plus depuis le lundi 5 janvier 2026 à 15:00.");
  /* Another run knows it of the one before. */
  test.lang = TSM_LANG_EN;
  engine_test_stop (&test);
  engine_test_start (&test, at (&test, 0, 16, 30));
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (peek_last_line (&test), ==,
                   "The plug has not answered since Monday 5 January 2026 at 15:00.");
  engine_test_clear (&test);
}

static guint
count_lines (const char *text, const char *prefix)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    n += g_str_has_prefix (lines[i], prefix) ? 1 : 0;
  return n;
}

static void
test_wording_all_names_yesterday_once (void)
{
  static const struct {
    const char *line;
    guint n_rows, n_yesterday, n_before;
  } rows[] = {
    { "get_total_state all", 11, 1, 0 },      { "get_state 7 all", 14, 1, 0 },
    { "get_total_state yesterday", 2, 1, 1 }, { "get_total_state day", 2, 1, 0 },
    { "get_total_state week", 2, 0, 0 },
  };
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].line);
    do_as (&test, ADMIN, rows[i].line);
    g_assert_cmpuint (count_lines (test.reply->text, "yesterday "), ==, rows[i].n_yesterday);
    g_assert_cmpuint (count_lines (test.reply->text, "the day before "), ==, rows[i].n_before);
    g_assert_cmpuint (json_array_get_length (
                          json_object_get_array_member (peek_data (&test), "periods")),
                      ==, rows[i].n_rows);
  }
  engine_test_clear (&test);
}

static void
test_wording_state_before_anything_was_metered (void)
{
  EngineTest test;

  /* Before the start, for everybody. */
  prepare (&test);
  begin (&test, 14, 0);
  do_as (&test, ADMIN, "get_total_state year");
  g_assert_nonnull (strstr (test.reply->text, "nothing metered"));
  g_assert_null (strstr (test.reply->text, " 0.000 kWh"));
  g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 1), "wh"), ==, 0);
  test.lang = TSM_LANG_FR;
  do_as (&test, ADMIN, "get_state 7 year");
  g_assert_nonnull (strstr (test.reply->text, "—  rien mesuré"));
  /* Zero is a figure for somebody who was not here while the server was. */
  test.lang = TSM_LANG_EN;
  do_as (&test, ADMIN, "get_state 8 day");
  g_assert_nonnull (strstr (test.reply->text, " 0.000 kWh"));
  engine_test_clear (&test);
  /* No reading yet. */
  prepare (&test);
  test.is_plug_silent = TRUE;
  engine_test_start (&test, at (&test, 0, 11, 10));
  do_as (&test, ADMIN, "get_total_state day");
  g_assert_nonnull (strstr (test.reply->text, "nothing metered"));
  g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "wh"), ==, 0);
  engine_test_clear (&test);
}

static void
test_wording_state_wholly_down_has_no_energy (void)
{
  static const struct {
    gint64 user_id;
    const char *line;
    gint64 wh;
    gboolean has_dash;
  } rows[] = {
    { 0, "get_total_state yesterday", -1, TRUE },
    { 7, "get_state 7 yesterday", -1, TRUE },
    { 8, "get_state 8 yesterday", 0, FALSE },      /* was not here */
    { 0, "get_total_state month", 120000, FALSE }, /* known in part */
  };
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  engine_test_run_until (&test, at (&test, 1, 5, 50));
  test.is_plug_silent = TRUE;
  engine_test_run_until (&test, at (&test, 2, 7, 0));
  g_strlcpy (test.mac, "AA:BB:CC:DD:EE:02", sizeof test.mac);
  test.counted_ws = 5000 * 3600 - test.energy_ws;
  test.plug_boot_at = test.now - 600;
  test.is_plug_silent = FALSE;
  engine_test_run_until (&test, at (&test, 2, 9, 0));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gint64 wh;

    g_test_message ("%s", rows[i].line);
    do_as (&test, ADMIN, rows[i].line);
    wh = json_object_get_int_member (peek_row (&test, "periods", 0), "wh");
    if (rows[i].wh > 0)
      g_assert_cmpint (wh, >=, rows[i].wh);
    else
      g_assert_cmpint (wh, ==, rows[i].wh);
    g_assert_cmpint (strstr (test.reply->text, "—  nothing metered for ") != NULL, ==,
                     rows[i].has_dash);
  }
  engine_test_clear (&test);
}

#define NO_DAY G_MAXINT32

/* Every answer has a title, and speaks of a day where there is one, in that day's colour. */
static void
test_wording_cards_have_titles_and_days (void)
{
  static const struct {
    gint64 caller_id;
    const char *line;
    const char *title[TSM_N_LANGS];
    TsmDay day; /* from Monday; NO_DAY */
    TsmColour colour;
  } rows[] = {
    { ADMIN, "status", { "How things stand", "État des lieux" }, 0, TSM_COLOUR_BLUE },
    { ADMIN, "plan", { "Plan", "Programme" }, 0, TSM_COLOUR_BLUE },
    { HERE,
      "set_derogation tomorrow 8 10",
      { "Derogation D1", "Dérogation D1" },
      1,
      TSM_COLOUR_RED },
    { HERE,
      "set_derogation 2026-01-06 2 4",
      { "Derogation D2", "Dérogation D2" },
      1,
      TSM_COLOUR_RED },
    { HERE, "get_my_current_derogations", { "Your derogations", "Tes dérogations" }, NO_DAY, 0 },
    { HERE, "remove_derogation D1", { "Derogation D1", "Dérogation D1" }, NO_DAY, 0 },
    { ADMIN,
      "get_total_state all",
      { "The server's figures", "Les chiffres du serveur" },
      0,
      TSM_COLOUR_BLUE },
    { HERE, "get_my_state all", { "Your share", "Ta part" }, 0, TSM_COLOUR_BLUE },
    { ADMIN,
      "get_state 7 month",
      { "A member's share", "La part d’un membre" },
      0,
      TSM_COLOUR_BLUE },
    { ADMIN, "hello_you 10", { "Welcome", "Bienvenue" }, NO_DAY, 0 },
    { ADMIN, "bye_bye 10", { "Goodbye", "Au revoir" }, NO_DAY, 0 },
    { ADMIN, "hello_you 10", { "Welcome back", "Te revoilà" }, NO_DAY, 0 },
    { ADMIN,
      "change_date arrival 2026-01-04 10",
      { "Dates corrected", "Dates corrigées" },
      NO_DAY,
      0 },
    { ADMIN, "power on", { "Power", "Alimentation" }, NO_DAY, 0 },
    { ADMIN,
      "set_colour 2026-01-04 white",
      { "Colour corrected", "Couleur corrigée" },
      -1,
      TSM_COLOUR_WHITE },
    { ADMIN, "op 10", { "Admin role", "Rôle d’administrateur" }, NO_DAY, 0 },
  };

  for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
    EngineTest test;

    prepare (&test);
    begin (&test, 14, 0);
    test.lang = (TsmLang) lang;
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
      const TsmCard *card;

      g_test_message ("%s", rows[i].line);
      do_as (&test, rows[i].caller_id, rows[i].line);
      card = test.reply->card;
      g_assert_cmpstr (card->title, ==, rows[i].title[lang]);
      g_assert_cmpint (card->day, ==, rows[i].day == NO_DAY ? TSM_DAY_NONE : MONDAY + rows[i].day);
      g_assert_cmpint (card->colour, ==, rows[i].colour);
    }
    engine_test_clear (&test);
  }
}

/* A derogation that can turn out red or not is about the day that can be red. */
static void
test_wording_derogation_is_about_its_red_day (void)
{
  static const struct {
    const char *line;
    gint day; /* from Monday */
    TsmColour colour;
  } rows[] = {
    { "set_derogation today 20 23", 1, TSM_COLOUR_RED },   /* the night before it */
    { "set_derogation tomorrow 23 5", 1, TSM_COLOUR_RED }, /* the night after it */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    EngineTest test;

    prepare (&test);
    begin (&test, 14, 0);
    do_as (&test, HERE, rows[i].line);
    g_assert_cmpint (test.reply->card->day, ==, MONDAY + rows[i].day);
    g_assert_cmpint (test.reply->card->colour, ==, rows[i].colour);
    engine_test_run_until (&test, at (&test, 2, 14, 0));
    do_as (&test, HERE, "set_derogation tomorrow 8 10"); /* Thursday, which nobody knows yet */
    g_assert_cmpint (test.reply->card->day, ==, MONDAY + 3);
    g_assert_cmpint (test.reply->card->colour, ==, TSM_COLOUR_UNKNOWN);
    engine_test_clear (&test);
  }
}

/* The caller alone sees it, but among answers about others. */
static void
test_wording_share_of_another_says_whose (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  do_as (&test, ADMIN, "get_state 7 day");
  g_assert_true (g_str_has_prefix (
      test.reply->text, "Tempo day: Monday 5 January 2026\nThe share of <@7>:\n\ntoday"));
  do_as (&test, HERE, "get_my_state day");
  g_assert_true (g_str_has_prefix (test.reply->text, "Tempo day: Monday 5 January 2026\ntoday"));
  engine_test_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name) g_test_add_func ("/wording/" path, test_wording_##name)
  ADD ("text", says_it_in_each_language);
  ADD ("text/derogation", derogation_names_its_day_once);
  ADD ("text/plan", plan_is_readable);
  ADD ("text/plan/no-host", plan_without_a_host_says_so_first);
  ADD ("text/status", status_says_since_when_the_plug_is_silent);
  ADD ("state/yesterday", all_names_yesterday_once);
  ADD ("state/never", state_before_anything_was_metered);
  ADD ("state/down", state_wholly_down_has_no_energy);
  ADD ("card/title-and-day", cards_have_titles_and_days);
  ADD ("card/red-day", derogation_is_about_its_red_day);
  ADD ("card/whose", share_of_another_says_whose);
  return g_test_run ();
}
