/* SPDX-License-Identifier: MIT
 * What a button says and a person does not type: the date it was made for, how long it is good. And
 * what a front end knows of those whom a command names: whether they are there. */
#include "test-people.h"
#include <string.h>

/* On Monday, at which Tuesday is red, or on Tuesday. */
static const struct {
  const char *name;
  gint day; /* from Monday */
  guint hour, minute;
  const char *line;
  const char *begin, *end; /* NULL: refused */
  const char *code;
} dates[] = {
  { "on-the-eve", 0, 14, 0, "2026-01-06", "2026-01-06 06:00", "2026-01-06 18:00", "done" },
  { "with-hours", 0, 14, 0, "2026-01-06 8 10h30", "2026-01-06 08:00", "2026-01-06 10:30", "done" },
  { "to-an-hour", 0, 14, 0, "2026-01-06 hour_end=10", "2026-01-06 06:00", "2026-01-06 10:00",
    "done" },
  { "before-it-begins", 1, 5, 59, "2026-01-06", "2026-01-06 06:00", "2026-01-06 18:00", "done" },
  { "before-it-begins-to-an-hour", 1, 5, 0, "2026-01-06 hour_end=9", "2026-01-06 06:00",
    "2026-01-06 09:00", "done" },
  { "earlier-hours-are-given", 1, 2, 0, "2026-01-06 4 8", "2026-01-06 04:00", "2026-01-06 08:00",
    "done" },
  { "as-it-begins", 1, 6, 0, "2026-01-06", "2026-01-06 06:00", "2026-01-06 18:00", "done" },
  { "when-it-began", 1, 9, 30, "2026-01-06", "2026-01-06 09:30", "2026-01-06 21:30", "done" },
  { "when-it-began-to-an-hour", 1, 9, 30, "2026-01-06 hour_end=10", "2026-01-06 09:30",
    "2026-01-06 10:00", "done" },
  { "late-in-the-evening", 1, 23, 0, "2026-01-06", "2026-01-06 23:00", "2026-01-07 11:00", "done" },
  { "after-midnight", 2, 0, 0, "2026-01-06", NULL, NULL, "bad_date" },
  { "a-day-before-its-eve", 0, 14, 0, "2026-01-07", NULL, NULL, "bad_date" },
  { "yesterday-s", 0, 14, 0, "2026-01-04", NULL, NULL, "bad_date" },
  { "bad-date-before-bad-hours", 0, 14, 0, "2026-01-04 25", NULL, NULL, "bad_date" },
  { "bad-hours", 0, 14, 0, "2026-01-06 25", NULL, NULL, "bad_hours" },
  { "hours-that-are-over", 1, 9, 30, "2026-01-06 7 9", NULL, NULL, "bad_hours" },
  { "not-red", 0, 14, 0, "2026-01-05 hour_end=20", NULL, NULL, "not_red" },
  { "no-date", 0, 14, 0, "2026-02-30", NULL, NULL, "usage" },
  { "no-word", 0, 14, 0, "someday", NULL, NULL, "usage" },
};

static void
test_button_date (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *line = g_strconcat ("set_derogation ", dates[i].line, NULL);
  EngineTest test;

  prepare (&test);
  begin (&test, 12, 0);
  engine_test_run_until (&test, at (&test, dates[i].day, dates[i].hour, dates[i].minute));
  engine_test_type (&test, HERE, line);
  g_assert_cmpstr (engine_test_verdict (&test), ==, dates[i].code);
  if (dates[i].begin != NULL) {
    g_assert_cmpint (engine_test_get_int (&test, "begin"), ==,
                     engine_test_parse_instant (&test, dates[i].begin));
    g_assert_cmpint (engine_test_get_int (&test, "end"), ==,
                     engine_test_parse_instant (&test, dates[i].end));
  }
  engine_test_clear (&test);
}

typedef struct {
  const char *name;
  gint64 caller_id;
  const char *line;
  gint64 absent_user_id; /* and, where it is 0, a button that is too old */
  const char *code;
  const char *text[TSM_N_LANGS]; /* NULL: another's */
} Row;

#define OLD                                                                                      \
  {                                                                                              \
    "That button is too old; type the command.", "Ce bouton est trop ancien ; tape la commande." \
  }
#define ABSENT(id)                                                                              \
  {                                                                                             \
    "<@" id "> is not in this Discord server; an admin at the machine can use tsm do.",         \
        "<@" id "> n’est pas sur ce serveur Discord ; un administrateur peut utiliser tsm do" \
        " sur la machine."                                                                      \
  }

static char *
dup_plain (const EngineTest *test)
{
  g_autoptr (GString) text = g_string_new (test->reply->text);

  g_string_replace (text, "\xc2\xa0", " ", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* On Monday at 14:00. */
static void
check (const Row *row)
{
  for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
    g_autofree char *text = NULL;
    EngineTest test;

    g_test_message ("%s: %s", row->name, row->line);
    prepare (&test);
    begin (&test, 14, 0);
    test.lang = (TsmLang) lang;
    test.absent_user_id = row->absent_user_id;
    test.stale_at = row->absent_user_id == 0 ? test.now : TSM_INSTANT_NONE;
    engine_test_type (&test, row->caller_id, row->line);
    g_assert_cmpstr (engine_test_verdict (&test), ==, row->code);
    text = dup_plain (&test);
    if (row->text[lang] != NULL)
      g_assert_cmpstr (text, ==, row->text[lang]);
    engine_test_clear (&test);
  }
}

static void
test_button_too_old (void)
{
  static const Row rows[] = {
    { "a day to come", HERE, "set_derogation tomorrow", 0, "too_late", OLD },
    { "whatever else is wrong with it", HERE, "set_derogation 2026-01-04 25", 0, "too_late", OLD },
    { "but what it says must be", HERE, "set_derogation", 0, "usage", { NULL } },
    { "but who asks comes first", NOBODY, "set_derogation tomorrow", 0, "not_a_user", { NULL } },
    { "but who asks must be here", GONE, "set_derogation tomorrow", 0, "not_here", { NULL } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check (&rows[i]);
}

static void
test_button_good_until_it_is_old (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  test.stale_at = test.now + 1;
  do_as (&test, HERE, "set_derogation tomorrow");
  test.stale_at = test.now;
  assert_refused (&test, HERE, "set_derogation tomorrow", "too_late");
  engine_test_clear (&test);
}

/* In the published order (tsm-refusal.h): after who asks and who never came, before all else. */
static void
test_button_absent_user (void)
{
  static const Row rows[] = {
    { "arrives", ADMIN, "hello_you 10", 10, "not_here", ABSENT ("10") },
    { "arrives twice", ADMIN, "hello_you 7", HERE, "not_here", ABSENT ("7") },
    { "arrives on no date", ADMIN, "hello_you 10 2026-02-30", 10, "not_here", ABSENT ("10") },
    { "leaves", ADMIN, "bye_bye 7", HERE, "not_here", ABSENT ("7") },
    { "left already", ADMIN, "bye_bye 8", GONE, "not_here", ABSENT ("8") },
    { "never came, leaves", ADMIN, "bye_bye 9", NOBODY, "not_a_user", { NULL } },
    { "another's leave", HERE, "bye_bye 8", GONE, "not_admin", { NULL } },
    { "dates", ADMIN, "change_date arrival 2026-02-30 7", HERE, "not_here", ABSENT ("7") },
    { "dates, never came",
      ADMIN,
      "change_date leave 2026-01-04 9",
      NOBODY,
      "not_a_user",
      { NULL } },
    { "share", ADMIN, "get_state 7 day", HERE, "not_here", ABSENT ("7") },
    { "share, never came", ADMIN, "get_state 9 day", NOBODY, "not_a_user", { NULL } },
    { "share, not for users", HERE, "get_state 8 day", GONE, "not_admin", { NULL } },
    { "role", ADMIN, "op 10", 10, "not_here", ABSENT ("10") },
    { "role back", ADMIN, "deop 7", HERE, "not_here", ABSENT ("7") },
    { "the last admin's role", ADMIN, "deop 1", ADMIN, "not_here", ABSENT ("1") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check (&rows[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (dates); i++) {
    g_autofree char *path = g_strconcat ("/button/date/", dates[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_button_date);
  }
  g_test_add_func ("/button/too-old", test_button_too_old);
  g_test_add_func ("/button/good-until-it-is-old", test_button_good_until_it_is_old);
  g_test_add_func ("/button/absent-user", test_button_absent_user);
  return g_test_run ();
}
