/* SPDX-License-Identifier: MIT
 * The line to Discord, as the engine hears of it: what it tells, and what `status` says. */
#include "engine/tsm-line.h"
#include "test-people.h"
#include <string.h>

#define CURE "the token is wrong; set TOKEN_BOT and restart"

/* The line came to be @link @ago_s before now. */
static void
hear (EngineTest *test, TsmLink link, gint64 ago_s, const char *message)
{
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_LINK);

  event->link = link;
  event->since = test->now - ago_s;
  event->message = g_strdup (message);
  engine_test_step (test, event);
}

static const char *
peek_discord (EngineTest *test, const char *member)
{
  do_as (test, HERE, "status");
  return json_object_get_string_member_with_default (peek_data (test), member, NULL);
}

static void
test_line_words (void)
{
  static const char *const words[] = { "none", "down", "up", "stopped" };

  for (guint link = 0; link < G_N_ELEMENTS (words); link++)
    g_assert_cmpstr (tsm_line_to_string ((TsmLink) link), ==, words[link]);
}

static void
test_line_shows_in_status (void)
{
  static const struct {
    TsmLink link;
    const char *message, *word, *reason;
    const char *text[TSM_N_LANGS]; /* that the text ends with; NULL: nothing of Discord */
  } rows[] = {
    { TSM_LINK_DOWN,
      "no route to it",
      "down",
      NULL,
      { "Discord: out of reach since Monday 5 January 2026 at 13:59.",
        "Discord\302\240: injoignable depuis le lundi 5 janvier 2026 à 13:59." } },
    { TSM_LINK_UP, NULL, "up", NULL, { NULL } },
    { TSM_LINK_STOPPED,
      CURE,
      "stopped",
      CURE,
      { "Discord: given up since Monday 5 January 2026 at 13:59 (" CURE ").",
        "Discord\302\240: abandonné depuis le lundi 5 janvier 2026 à 13:59 (" CURE ")." } },
    { TSM_LINK_NONE, NULL, "none", NULL, { NULL } },
  };
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  g_assert_cmpstr (peek_discord (&test, "discord"), ==, "none");
  g_assert_true (json_object_get_null_member (peek_data (&test), "discord_reason"));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    hear (&test, rows[i].link, 60, rows[i].message);
    for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
      test.lang = (TsmLang) lang;
      g_assert_cmpstr (peek_discord (&test, "discord"), ==, rows[i].word);
      g_assert_cmpstr (peek_discord (&test, "discord_reason"), ==, rows[i].reason);
      if (rows[i].text[lang] != NULL)
        g_assert_true (g_str_has_suffix (test.reply->text, rows[i].text[lang]));
      else
        g_assert_null (strstr (test.reply->text, "Discord"));
    }
  }
  engine_test_clear (&test);
}

/* Told where it was lost for five minutes, and once. */
static void
test_line_back_is_told_once (void)
{
  static const struct {
    const char *name;
    gint64 lost_s;
    guint n_told;
  } rows[] = {
    { "a reconnect", 2, 0 },
    { "a second short", 5 * 60 - 1, 0 },
    { "five minutes", 5 * 60, 1 },
    { "hours", 5 * 3600, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    EngineTest test;

    g_test_message ("%s", rows[i].name);
    prepare (&test);
    begin (&test, 14, 0);
    hear (&test, TSM_LINK_UP, 0, NULL);
    hear (&test, TSM_LINK_DOWN, 0, "no route to it");
    engine_test_run_until (&test, test.now + rows[i].lost_s / 2);
    hear (&test, TSM_LINK_DOWN, 0, "no name for it"); /* tried again: it is lost since the first */
    engine_test_run_until (&test, at (&test, 0, 14, 0) + rows[i].lost_s);
    hear (&test, TSM_LINK_UP, 0, NULL);
    hear (&test, TSM_LINK_UP, 0, NULL);
    g_assert_cmpuint (engine_test_count_told (&test, "The internet is back"), ==, rows[i].n_told);
    engine_test_clear (&test);
  }
}

static void
test_line_back_says_from_when_to_when (void)
{
  const TsmNotice *notice;
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  hear (&test, TSM_LINK_DOWN, 0, NULL);
  engine_test_run_until (&test, at (&test, 0, 16, 30));
  hear (&test, TSM_LINK_UP, 0, NULL);
  notice = engine_test_find_told (&test, "The internet is back");
  g_assert_cmpint (notice->kind, ==, TSM_NOTICE_RECOVERY);
  g_assert_cmpstr (notice->text[TSM_LANG_EN], ==,
                   "The internet is back: Discord was out of reach from Mon 5 Jan 14:00 to Mon 5 "
                   "Jan 16:30.");
  g_assert_cmpstr (notice->text[TSM_LANG_FR], ==,
                   "Internet est de retour\302\240: Discord était injoignable du lun. 5 janv. "
                   "14:00 au lun. 5 janv. 16:30.");
  engine_test_clear (&test);
}

static void
test_line_stopped_is_told_once (void)
{
  const TsmNotice *notice;
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  hear (&test, TSM_LINK_DOWN, 0, NULL);
  engine_test_run_until (&test, at (&test, 0, 14, 30));
  hear (&test, TSM_LINK_STOPPED, 0, CURE);
  hear (&test, TSM_LINK_STOPPED, 0, CURE);
  g_assert_cmpuint (engine_test_count_told (&test, "TSM gave Discord up"), ==, 1);
  notice = engine_test_find_told (&test, CURE);
  g_assert_cmpint (notice->kind, ==, TSM_NOTICE_PROBLEM);
  /* It was no outage of the internet. */
  engine_test_run_until (&test, at (&test, 0, 15, 0));
  hear (&test, TSM_LINK_UP, 0, NULL);
  g_assert_false (engine_test_was_told (&test, "The internet is back"));
  engine_test_clear (&test);
}

/* A restart tries anew, and is told anew if that is in vain. */
static void
test_line_is_not_stored (void)
{
  EngineTest test;

  prepare (&test);
  engine_test_keep (&test);
  begin (&test, 14, 0);
  hear (&test, TSM_LINK_STOPPED, 0, NULL); /* nobody said why */
  g_assert_nonnull (strstr (engine_test_find_told (&test, "gave")->text[TSM_LANG_EN], "(?)"));
  engine_test_stop (&test);
  engine_test_start (&test, test.now);
  g_assert_cmpstr (peek_discord (&test, "discord"), ==, "none");
  hear (&test, TSM_LINK_STOPPED, 0, CURE);
  g_assert_cmpuint (engine_test_count_told (&test, "TSM gave Discord up"), ==, 2);
  engine_test_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/line/words", test_line_words);
  g_test_add_func ("/line/shows-in-status", test_line_shows_in_status);
  g_test_add_func ("/line/back-is-told-once", test_line_back_is_told_once);
  g_test_add_func ("/line/back-says-from-when-to-when", test_line_back_says_from_when_to_when);
  g_test_add_func ("/line/stopped-is-told-once", test_line_stopped_is_told_once);
  g_test_add_func ("/line/is-not-stored", test_line_is_not_stored);
  return g_test_run ();
}
