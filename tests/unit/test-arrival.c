/* SPDX-License-Identifier: MIT
 * Users come, go and come back, and have their dates corrected: who shares which day. */
#include "base/tsm-limits.h"
#include "test-people.h"
#include <string.h>

static void
test_arrival_night_belongs_to_the_day_before (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  engine_test_run_until (&test, at (&test, 1, 2, 0)); /* the calendar says Tuesday */
  do_as (&test, ADMIN, "status");
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "colour_today"), ==, "blue");
  do_as (&test, ADMIN, "hello_you 10");
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "arrival"), ==, "2026-01-05");
  do_as (&test, HERE, "bye_bye");
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "leave"), ==, "2026-01-05");
  /* A typed date goes up to the calendar's. */
  do_as (&test, ADMIN, "hello_you 11 2026-01-06");
  assert_refused (&test, ADMIN, "hello_you 12 2026-01-07", "bad_date");
  do_as (&test, 11, "bye_bye"); /* not before arriving */
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "leave"), ==, "2026-01-06");
  engine_test_clear (&test);
}

static void
test_arrival_bye_ends_derogations (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  do_as (&test, HERE, "set_derogation tomorrow 8 12");
  do_as (&test, HERE, "set_derogation tomorrow 14 16");
  engine_test_run_until (&test, at (&test, 1, 9, 0));
  do_as (&test, HERE, "bye_bye");
  g_assert_cmpint (engine_test_query (&test, "SELECT end_at FROM derogation WHERE derogation = 1"
                                             " ORDER BY version DESC LIMIT 1"),
                   ==, test.now);
  g_assert_cmpint (
      engine_test_query (&test, "SELECT end_at - begin_at FROM derogation WHERE derogation = 2"
                                " ORDER BY version DESC LIMIT 1"),
      ==, 0);
  engine_test_run_until (&test, at (&test, 1, 9, 10));
  g_assert_cmpuint (test.n_shutdowns, ==, 2);
  engine_test_clear (&test);
}

static void
test_arrival_change_date_leave_closes_the_stay (void)
{
  EngineTest test;

  prepare (&test);
  begin (&test, 14, 0);
  do_as (&test, HERE, "set_derogation tomorrow 8 12");
  do_as (&test, ADMIN, "change_date leave 2026-01-04 7");
  assert_refused (&test, HERE, "set_derogation tomorrow 8 10", "not_here");
  do_as (&test, HERE, "get_my_current_derogations");
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (peek_data (&test), "derogations")),
                    ==, 0);
  do_as (&test, HERE, "get_my_state day");
  g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "wh"), ==, 0);
  do_as (&test, ADMIN, "get_total_state day");
  g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "wh"), >, 0);
  /* Back again before the stay ended: an overlap; the day after: another stay. */
  assert_refused (&test, ADMIN, "hello_you 7 2026-01-03", "bad_date");
  do_as (&test, ADMIN, "hello_you 7 2026-01-05");
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "arrival"), ==, "2026-01-05");
  engine_test_clear (&test);
}

static void
test_arrival_hello_on_the_leave_day_goes_on (void)
{
  static const struct {
    const char *story;
    gint day;
    guint hour;
    const char *bye, *hello, *arrival;
  } rows[] = {
    { "a mistake, mended at once", 0, 14, "bye_bye 7", "hello_you 7", "2026-01-02" },
    { "with the date typed", 0, 14, "bye_bye 7", "hello_you 7 2026-01-05", "2026-01-02" },
    { "in the night, of the Tempo day", 1, 3, "bye_bye 7", "hello_you 7", "2026-01-02" },
    { "a leave in the past", 0, 14, "change_date leave 2026-01-04 7", "hello_you 7 2026-01-04",
      "2026-01-02" },
    { "the day after is another stay", 0, 14, "change_date leave 2026-01-04 7", "hello_you 7",
      "2026-01-05" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    EngineTest test;
    JsonObject *data;
    gint64 before_wh;

    g_test_message ("%s", rows[i].story);
    prepare (&test);
    begin (&test, 14, 0);
    engine_test_run_until (&test, at (&test, rows[i].day, rows[i].hour, 0));
    do_as (&test, ADMIN, "get_state 7 global");
    before_wh = json_object_get_int_member (peek_row (&test, "periods", 0), "wh");
    do_as (&test, ADMIN, rows[i].bye);
    do_as (&test, ADMIN, rows[i].hello);
    data = peek_data (&test);
    g_assert_cmpstr (json_object_get_string_member (data, "arrival"), ==, rows[i].arrival);
    g_assert_true (json_object_get_null_member (data, "leave"));
    /* Nothing is shared otherwise than before the mistake. */
    do_as (&test, ADMIN, "get_state 7 global");
    g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "wh"), ==,
                     before_wh);
    do_as (&test, HERE, "set_derogation tomorrow 8 10");
    engine_test_clear (&test);
  }
}

static void
test_arrival_hello_after_a_stay_of_the_calendar_day (void)
{
  EngineTest test;

  /* At 02:00 the typed date is a day ahead of the Tempo day, and so is the stay that it ends. */
  prepare (&test);
  begin (&test, 14, 0);
  engine_test_run_until (&test, at (&test, 1, 2, 0));
  do_as (&test, ADMIN, "hello_you 10 2026-01-06");
  do_as (&test, ADMIN, "bye_bye 10");
  do_as (&test, ADMIN, "hello_you 10");
  g_assert_cmpstr (json_object_get_string_member (peek_data (&test), "arrival"), ==, "2026-01-06");
  g_assert_true (json_object_get_null_member (peek_data (&test), "leave"));
  engine_test_clear (&test);
}

/* How many rows of the ledger @line writes. */
static gint64
count_changes (EngineTest *test, const char *line)
{
  const gint64 before = engine_test_query (test, "SELECT total_changes()");

  do_as (test, ADMIN, line);
  return engine_test_query (test, "SELECT total_changes()") - before;
}

static void
test_arrival_stay_shares_only_its_changed_days (void)
{
  static const struct {
    const char *story, *line;
    guint n_days; /* at most, to share anew */
  } rows[] = {
    { "leaves today", "bye_bye 7", 0 },
    { "comes back today", "hello_you 7", 0 },
    { "left yesterday", "change_date leave 2026-01-04 7", 1 },
    { "left three days before that", "change_date leave 2026-01-01 7", 3 },
    { "left then, said twice", "change_date leave 2026-01-01 7", 0 },
    { "left the day after, really", "change_date leave 2026-01-02 7", 1 },
    { "arrived two days later", "change_date arrival 2025-01-03 7", 2 },
    { "arrived a day earlier again", "change_date arrival 2025-01-02 7", 1 },
    { "arrived then, said twice", "change_date arrival 2025-01-02 7", 0 },
  };
  EngineTest test;

  engine_test_init (&test, MONDAY - 369);
  engine_test_start (&test, at (&test, 0, 11, 10));
  do_as (&test, SHELL, "hello_you 7 2025-01-01");
  do_as (&test, SHELL, "hello_you 8 2025-01-01");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].story);
    /* A day's total and shares, replaced, are seven rows; in the sums of its month and year, less
     * and more, they are sixteen; the stay's versions and notes are few. */
    g_assert_cmpint (count_changes (&test, rows[i].line), <=, 10 + 23 * rows[i].n_days);
  }
  engine_test_clear (&test);
}

static void
test_arrival_corrected_dates_share_like_the_right_ones (void)
{
  static const struct {
    const char *story;
    const char *lines[4]; /* to get to the same stay of user 7 */
  } rows[] = {
    { "said right at once", { "hello_you 7 2026-01-03", "change_date leave 2026-01-04 7" } },
    { "arrival too early",
      { "hello_you 7 2026-01-01", "change_date leave 2026-01-04 7",
        "change_date arrival 2026-01-03 7" } },
    { "arrival too late",
      { "hello_you 7 2026-01-04", "change_date arrival 2026-01-03 7",
        "change_date leave 2026-01-04 7" } },
    { "left too early, then too late",
      { "hello_you 7 2026-01-03", "change_date leave 2026-01-03 7",
        "change_date leave 2026-01-05 7", "change_date leave 2026-01-04 7" } },
    { "gone today, yesterday really",
      { "hello_you 7 2026-01-03", "bye_bye 7", "change_date leave 2026-01-04 7" } },
    { "moved away and back",
      { "hello_you 7 2026-01-01", "change_date leave 2026-01-02 7",
        "change_date leave 2026-01-04 7", "change_date arrival 2026-01-03 7" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    EngineTest test;

    g_test_message ("%s", rows[i].story);
    prepare (&test);
    engine_test_start (&test, at (&test, 0, 11, 10));
    do_as (&test, SHELL, "hello_you 8 2026-01-01");
    for (guint j = 0; j < G_N_ELEMENTS (rows[i].lines) && rows[i].lines[j] != NULL; j++)
      do_as (&test, SHELL, rows[i].lines[j]);
    do_as (&test, ADMIN, "get_state 7 global");
    /* Saturday and Sunday, 30 kWh each, between two. */
    g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "wh"), ==, 30000);
    do_as (&test, ADMIN, "get_state 8 yesterday");
    g_assert_cmpint (json_object_get_int_member (peek_row (&test, "periods", 0), "wh"), ==, 15000);
    engine_test_clear (&test);
  }
}

static void
test_arrival_payers_have_a_limit (void)
{
  static const struct {
    const char *story, *line, *verdict;
  } rows[] = {
    { "the last place", "hello_you 1256 2026-01-04", "done" },
    { "one too many", "hello_you 1257 2026-01-04", "bad_date" },
    { "one too many, today", "hello_you 1257", "bad_date" },
    { "one too many, some of the days", "hello_you 1257 2026-01-03", "bad_date" },
    { "somebody leaves", "change_date leave 2026-01-04 1001", "done" },
    { "still full on Sunday", "hello_you 1257 2026-01-04", "bad_date" },
    { "room from today on", "hello_you 1257", "done" },
    { "not for the one who left", "hello_you 1001 2026-01-04", "bad_date" },
    { "nor with a leave corrected", "change_date leave 2026-01-05 1001", "bad_date" },
    { "an earlier arrival, too early", "change_date arrival 2026-01-04 1257", "bad_date" },
    { "a day nobody else had", "change_date arrival 2026-01-03 1256", "done" },
    { "one leaves for good", "bye_bye 1002", "done" },
    { "but shares today", "hello_you 1258", "bad_date" },
    { "and may stay after all", "hello_you 1002", "done" },
  };
  EngineTest test;

  prepare (&test);
  engine_test_start (&test, at (&test, 0, 11, 10));
  for (guint i = 1; i < TSM_LIMIT_PAYERS; i++) {
    g_autofree char *line = g_strdup_printf ("hello_you %u 2026-01-04", 1000 + i);

    do_as (&test, SHELL, line);
  }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].story);
    engine_test_type (&test, SHELL, rows[i].line);
    g_assert_cmpstr (engine_test_verdict (&test), ==, rows[i].verdict);
    if (!g_str_equal (rows[i].verdict, "done"))
      g_assert_nonnull (strstr (test.reply->text, "256 users share"));
  }
  engine_test_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name) g_test_add_func ("/arrival/" path, test_arrival_##name)
  ADD ("night", night_belongs_to_the_day_before);
  ADD ("bye", bye_ends_derogations);
  ADD ("change-date", change_date_leave_closes_the_stay);
  ADD ("hello/leave-day", hello_on_the_leave_day_goes_on);
  ADD ("hello/calendar-day", hello_after_a_stay_of_the_calendar_day);
  ADD ("stay/few-days", stay_shares_only_its_changed_days);
  ADD ("stay/corrected", corrected_dates_share_like_the_right_ones);
  ADD ("stay/limit", payers_have_a_limit);
  return g_test_run ();
}
