/* SPDX-License-Identifier: MIT
 * test-derogate: what a user may type as hours, and the interval it means. */
#include "rules/tsm-derogate.h"
#include "test-time.h"

#define NONE            TSM_DEROGATE_NO_HOUR
#define H(hour, minute) ((hour) *60u + (minute))

static const struct {
  const char *text;
  guint minute;
} hour_cases[] = {
  { "14", H (14, 0) },
  { "14h", H (14, 0) },
  { "14h30", H (14, 30) },
  { "14:30", H (14, 30) },
  { "6h05", H (6, 5) },
  { "6", H (6, 0) },
  { "06", H (6, 0) },
  { "06h", H (6, 0) },
  { "6:05", H (6, 5) },
  { "06:05", H (6, 5) },
  { "0", 0 },
  { "00", 0 },
  { "0h", 0 },
  { "00:00", 0 },
  { "0h00", 0 },
  { "0:01", 1 },
  { "23", H (23, 0) },
  { "23h59", H (23, 59) },
  { "23:59", H (23, 59) },
  { "9h", H (9, 0) },
};

static void
test_derogate_parse_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (hour_cases); i++) {
    guint minute = NONE;

    g_assert_true (tsm_derogate_parse_hour (hour_cases[i].text, &minute));
    g_assert_cmpuint (minute, ==, hour_cases[i].minute);
  }
}

static const char *const no_hour_cases[] = {
  "24",     "24h",      "24:00",    "24h00", "25",     "99",   "100",    "014",    /* hours */
  "14h60",  "14:60",    "14:99",    "14h5",  "14:5",   "14:",  "14h305", "14:300", /* minutes */
  "14:30h", "14hh",     "14h:30",   "14::0", "14h 30", "14 h", "14h+1",  "14:-1",
  "",       "h",        ":",        "h30",   ":30",    " 14",  "14 ",    "-1", /* no hour at all */
  "+1",     "1.5",      "14.30",    "14,5",  "2pm",    "noon", "midi",   "1e1",
  "0x6",    "\xd9\xa6", /* a digit, but not one of ours */
  "14H",    "14h30m",   "14:30:00",
};

static void
test_derogate_parse_bad (void)
{
  guint minute = 7;

  for (guint i = 0; i < G_N_ELEMENTS (no_hour_cases); i++)
    g_assert_false (tsm_derogate_parse_hour (no_hour_cases[i], &minute));
  g_assert_false (tsm_derogate_parse_hour (NULL, &minute));
  g_assert_cmpuint (minute, ==, 7);
}

/* All of Paris. A NULL @from is a refusal. */
typedef struct {
  const char *story;
  const char *now;
  gboolean is_tomorrow;
  guint start, end;
  const char *from, *to;
} SpanCase;

static const SpanCase span_cases[] = {
  /* Defaults. */
  { "today/no-hours", "2026-01-29T14:10:25+01:00", FALSE, NONE, NONE, "2026-01-29T14:10:25+01:00",
    "2026-01-30T02:10:25+01:00" },
  { "today/start", "2026-01-29T08:00:00+01:00", FALSE, H (14, 0), NONE, "2026-01-29T14:00:00+01:00",
    "2026-01-30T02:00:00+01:00" },
  { "tomorrow/no-hours", "2026-01-28T14:10:25+01:00", TRUE, NONE, NONE, "2026-01-29T06:00:00+01:00",
    "2026-01-29T18:00:00+01:00" },
  { "tomorrow/start", "2026-01-28T14:10:25+01:00", TRUE, H (9, 30), NONE,
    "2026-01-29T09:30:00+01:00", "2026-01-29T21:30:00+01:00" },
  { "tomorrow/end", "2026-01-28T14:10:25+01:00", TRUE, NONE, H (10, 0), "2026-01-29T06:00:00+01:00",
    "2026-01-29T10:00:00+01:00" },
  { "tomorrow/both", "2026-01-28T14:10:25+01:00", TRUE, H (8, 0), H (10, 0),
    "2026-01-29T08:00:00+01:00", "2026-01-29T10:00:00+01:00" },
  /* A start that has gone by: begins now, and the twelve hours count from there. */
  { "today/start-gone-by", "2026-01-29T14:10:00+01:00", FALSE, H (14, 0), NONE,
    "2026-01-29T14:10:00+01:00", "2026-01-30T02:10:00+01:00" },
  { "today/start-long-gone", "2026-01-29T23:00:00+01:00", FALSE, H (2, 0), NONE,
    "2026-01-29T23:00:00+01:00", "2026-01-30T11:00:00+01:00" },
  { "today/start-is-now", "2026-01-29T14:00:00+01:00", FALSE, H (14, 0), NONE,
    "2026-01-29T14:00:00+01:00", "2026-01-30T02:00:00+01:00" },
  { "today/start-gone-end-to-come", "2026-01-29T14:10:00+01:00", FALSE, H (8, 0), H (18, 0),
    "2026-01-29T14:10:00+01:00", "2026-01-29T18:00:00+01:00" },
  /* Refused only if it would end by now. */
  { "today/over", "2026-01-29T14:10:00+01:00", FALSE, H (8, 0), H (10, 0), NULL, NULL },
  { "today/ends-in-a-second", "2026-01-29T11:59:59+01:00", FALSE, H (8, 0), H (12, 0),
    "2026-01-29T11:59:59+01:00", "2026-01-29T12:00:00+01:00" },
  { "today/ends-now", "2026-01-29T12:00:00+01:00", FALSE, H (8, 0), H (12, 0), NULL, NULL },
  { "today/ended-a-second-ago", "2026-01-29T12:00:01+01:00", FALSE, H (8, 0), H (12, 0), NULL,
    NULL },
  { "today/a-minute-late-in-the-day", "2026-01-29T23:59:59+01:00", FALSE, H (23, 58), H (23, 59),
    NULL, NULL },
  { "today/never-over-when-the-end-wraps", "2026-01-29T23:59:59+01:00", FALSE, H (8, 0), H (7, 0),
    "2026-01-29T23:59:59+01:00", "2026-01-30T07:00:00+01:00" },
  /* An end at or before the start is the next day's. */
  { "today/next-morning", "2026-01-29T14:10:00+01:00", FALSE, H (18, 0), H (9, 0),
    "2026-01-29T18:00:00+01:00", "2026-01-30T09:00:00+01:00" },
  { "today/start-is-end", "2026-01-29T09:00:00+01:00", FALSE, H (14, 0), H (14, 0),
    "2026-01-29T14:00:00+01:00", "2026-01-30T14:00:00+01:00" },
  { "today/a-minute-before-the-start", "2026-01-29T09:00:00+01:00", FALSE, H (14, 0), H (13, 59),
    "2026-01-29T14:00:00+01:00", "2026-01-30T13:59:00+01:00" },
  { "today/a-minute-after-the-start", "2026-01-29T09:00:00+01:00", FALSE, H (14, 0), H (14, 1),
    "2026-01-29T14:00:00+01:00", "2026-01-29T14:01:00+01:00" },
  /* It is the typed start that is compared: 15:00 is after 14:00, though now is 16:00. */
  { "today/typed-start-compares", "2026-01-29T16:00:00+01:00", FALSE, H (14, 0), H (15, 0), NULL,
    NULL },
  { "today/start-gone-start-is-end", "2026-01-29T16:00:00+01:00", FALSE, H (14, 0), H (14, 0),
    "2026-01-29T16:00:00+01:00", "2026-01-30T14:00:00+01:00" },
  { "tomorrow/start-is-end", "2026-01-28T09:00:00+01:00", TRUE, H (6, 0), H (6, 0),
    "2026-01-29T06:00:00+01:00", "2026-01-30T06:00:00+01:00" },
  { "tomorrow/next-morning", "2026-01-28T09:00:00+01:00", TRUE, H (20, 0), H (4, 0),
    "2026-01-29T20:00:00+01:00", "2026-01-30T04:00:00+01:00" },
  { "tomorrow/end-before-the-default-start", "2026-01-28T09:00:00+01:00", TRUE, NONE, H (5, 0),
    "2026-01-29T06:00:00+01:00", "2026-01-30T05:00:00+01:00" },
  { "tomorrow/end-is-the-default-start", "2026-01-28T09:00:00+01:00", TRUE, NONE, H (6, 0),
    "2026-01-29T06:00:00+01:00", "2026-01-30T06:00:00+01:00" },
  { "tomorrow/a-minute-after-the-default-start", "2026-01-28T09:00:00+01:00", TRUE, NONE, H (6, 1),
    "2026-01-29T06:00:00+01:00", "2026-01-29T06:01:00+01:00" },
  { "tomorrow/midnight-start", "2026-01-28T23:59:59+01:00", TRUE, H (0, 0), H (1, 0),
    "2026-01-29T00:00:00+01:00", "2026-01-29T01:00:00+01:00" },
  { "tomorrow/midnight-end", "2026-01-28T12:00:00+01:00", TRUE, H (18, 0), H (0, 0),
    "2026-01-29T18:00:00+01:00", "2026-01-30T00:00:00+01:00" },
  { "tomorrow/all-of-it", "2026-01-28T12:00:00+01:00", TRUE, H (0, 0), H (0, 0),
    "2026-01-29T00:00:00+01:00", "2026-01-30T00:00:00+01:00" },
  /* With no typed start, an end is compared with the clock. */
  { "today/end-alone", "2026-01-29T14:10:00+01:00", FALSE, NONE, H (18, 0),
    "2026-01-29T14:10:00+01:00", "2026-01-29T18:00:00+01:00" },
  { "today/end-alone-next-morning", "2026-01-29T14:10:00+01:00", FALSE, NONE, H (9, 0),
    "2026-01-29T14:10:00+01:00", "2026-01-30T09:00:00+01:00" },
  { "today/end-alone-is-now", "2026-01-29T14:10:00+01:00", FALSE, NONE, H (14, 10),
    "2026-01-29T14:10:00+01:00", "2026-01-30T14:10:00+01:00" },
  { "today/end-alone-this-minute", "2026-01-29T14:10:30+01:00", FALSE, NONE, H (14, 10),
    "2026-01-29T14:10:30+01:00", "2026-01-30T14:10:00+01:00" },
  { "today/end-alone-next-second", "2026-01-29T14:09:59+01:00", FALSE, NONE, H (14, 10),
    "2026-01-29T14:09:59+01:00", "2026-01-29T14:10:00+01:00" },
  /* Days are the calendar's, not Tempo's: at 00:30 today is the new date. */
  { "today/after-midnight", "2026-01-29T00:30:00+01:00", FALSE, H (8, 0), H (10, 0),
    "2026-01-29T08:00:00+01:00", "2026-01-29T10:00:00+01:00" },
  { "tomorrow/after-midnight", "2026-01-29T00:30:00+01:00", TRUE, NONE, NONE,
    "2026-01-30T06:00:00+01:00", "2026-01-30T18:00:00+01:00" },
  { "tomorrow/over-the-new-year", "2025-12-31T23:00:00+01:00", TRUE, H (8, 0), H (7, 0),
    "2026-01-01T08:00:00+01:00", "2026-01-02T07:00:00+01:00" },
  { "tomorrow/is-a-leap-day", "2024-02-28T12:00:00+01:00", TRUE, NONE, NONE,
    "2024-02-29T06:00:00+01:00", "2024-02-29T18:00:00+01:00" },
  /* The clocks go forward on 2026-03-29: 02:00 to 03:00 does not exist. */
  { "spring/twelve-hours-are-elapsed", "2026-03-28T20:00:00+01:00", FALSE, NONE, NONE,
    "2026-03-28T20:00:00+01:00", "2026-03-29T09:00:00+02:00" },
  { "spring/start-is-end", "2026-03-28T12:00:00+01:00", FALSE, H (22, 0), H (22, 0),
    "2026-03-28T22:00:00+01:00", "2026-03-29T22:00:00+02:00" }, /* 23 hours */
  { "spring/start-in-the-gap", "2026-03-28T12:00:00+01:00", TRUE, H (2, 30), H (4, 0),
    "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00" },
  { "spring/end-in-the-gap", "2026-03-28T12:00:00+01:00", TRUE, H (1, 0), H (2, 30),
    "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00" },
  { "spring/both-in-the-gap", "2026-03-28T12:00:00+01:00", TRUE, H (2, 10), H (2, 50), NULL, NULL },
  { "spring/gap-to-its-end", "2026-03-28T12:00:00+01:00", TRUE, H (2, 0), H (3, 0), NULL, NULL },
  { "spring/gap-to-a-minute-more", "2026-03-28T12:00:00+01:00", TRUE, H (2, 0), H (3, 1),
    "2026-03-29T03:00:00+02:00", "2026-03-29T03:01:00+02:00" },
  /* They go back on 2026-10-25: 02:00 to 03:00 comes twice. */
  { "autumn/twelve-hours-are-elapsed", "2026-10-24T20:00:00+02:00", FALSE, NONE, NONE,
    "2026-10-24T20:00:00+02:00", "2026-10-25T07:00:00+01:00" },
  { "autumn/start-is-end", "2026-10-24T12:00:00+02:00", FALSE, H (22, 0), H (22, 0),
    "2026-10-24T22:00:00+02:00", "2026-10-25T22:00:00+01:00" }, /* 25 hours */
  { "autumn/doubled-is-the-first", "2026-10-24T12:00:00+02:00", TRUE, H (2, 15), H (2, 45),
    "2026-10-25T02:15:00+02:00", "2026-10-25T02:45:00+02:00" },
  { "autumn/out-of-the-doubled-hour", "2026-10-24T12:00:00+02:00", TRUE, H (2, 0), H (3, 0),
    "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00" },
  { "autumn/in-the-first", "2026-10-25T02:20:00+02:00", FALSE, NONE, H (2, 45),
    "2026-10-25T02:20:00+02:00", "2026-10-25T02:45:00+02:00" },
  { "autumn/in-the-second", "2026-10-25T02:20:30+01:00", FALSE, NONE, H (2, 45),
    "2026-10-25T02:20:30+01:00", "2026-10-25T02:45:00+01:00" },
  { "autumn/start-in-the-second", "2026-10-25T02:20:30+01:00", FALSE, H (2, 30), H (2, 45),
    "2026-10-25T02:30:00+01:00", "2026-10-25T02:45:00+01:00" },
  { "autumn/start-gone-in-the-second", "2026-10-25T02:40:00+01:00", FALSE, H (2, 30), H (2, 45),
    "2026-10-25T02:40:00+01:00", "2026-10-25T02:45:00+01:00" },
  { "autumn/over-in-the-second", "2026-10-25T02:45:00+01:00", FALSE, H (2, 30), H (2, 45), NULL,
    NULL },
  { "autumn/over-after-both", "2026-10-25T03:10:00+01:00", FALSE, H (2, 0), H (2, 59), NULL, NULL },
  { "autumn/next-day-from-the-second", "2026-10-25T02:20:00+01:00", FALSE, NONE, H (2, 10),
    "2026-10-25T02:20:00+01:00", "2026-10-26T02:10:00+01:00" },
};

static void
test_derogate_span (gconstpointer data)
{
  const SpanCase *span_case = data;
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");
  const gint64 now = test_instant (span_case->now);
  TsmSpan span = { .begin = -7, .end = -8 };

  if (span_case->from == NULL) {
    g_assert_false (tsm_derogate_get_span (span_case->is_tomorrow, span_case->start, span_case->end,
                                           now, paris, &span));
    g_assert_cmpint (span.begin, ==, -7);
    g_assert_cmpint (span.end, ==, -8);
  } else {
    g_assert_true (tsm_derogate_get_span (span_case->is_tomorrow, span_case->start, span_case->end,
                                          now, paris, &span));
    g_assert_cmpint (span.begin, ==, test_instant (span_case->from));
    g_assert_cmpint (span.end, ==, test_instant (span_case->to));
  }
}

static const char *const zones[] = { "Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe",
                                     "America/Havana" };

/* Whatever is typed, whenever: not before now, never empty, no longer than a civil day; and with no
 * end, twelve hours to the second. */
static void
test_derogate_span_any (gconstpointer data)
{
  g_autoptr (GTimeZone) zone = test_zone_new (data);
  g_autoptr (GRand) rand = g_rand_new_with_seed (2206);
  const gint64 year_begin = test_instant ("2025-01-01T00:00:00Z");
  guint n_spans = 0;

  for (guint i = 0; i < 50000; i++) {
    const gint64 now = year_begin + g_rand_int_range (rand, 0, 366 * 86400);
    const gboolean is_tomorrow = g_rand_boolean (rand);
    const guint start = i % 3 == 0 ? NONE : (guint) g_rand_int_range (rand, 0, 1440);
    const guint end = i % 5 == 0 ? NONE : (guint) g_rand_int_range (rand, 0, 1440);
    TsmSpan span;

    if (!tsm_derogate_get_span (is_tomorrow, start, end, now, zone, &span)) {
      g_assert_true (start != NONE && end != NONE && start < end);
      continue;
    }
    n_spans++;
    g_assert_cmpint (span.begin, >=, now);
    g_assert_cmpint (span.begin, <, now + 49 * 3600);
    g_assert_cmpint (span.end, >, span.begin);
    g_assert_cmpint (span.end - span.begin, <=, 25 * 3600);
    if (end == NONE)
      g_assert_cmpint (span.end - span.begin, ==, 43200);
    if (start == NONE && !is_tomorrow)
      g_assert_cmpint (span.begin, ==, now);
  }
  g_assert_cmpuint (n_spans, >, 40000);
}

static const struct {
  const char *now;
  gboolean is_too_late;
} late_cases[] = {
  { "2026-01-29T21:44:59+01:00", FALSE }, { "2026-01-29T21:45:00+01:00", TRUE },
  { "2026-01-29T22:00:00+01:00", TRUE },  { "2026-01-29T23:59:59+01:00", TRUE },
  { "2026-01-30T00:00:00+01:00", FALSE }, { "2026-01-30T06:00:00+01:00", FALSE },
  { "2026-07-29T21:44:59+02:00", FALSE }, { "2026-07-29T21:45:00+02:00", TRUE },
  { "2026-07-29T21:45:00Z", TRUE },      /* 23:45 in Paris */
  { "2026-07-29T22:00:00Z", FALSE },     /* midnight */
  { "2026-03-28T21:45:00+01:00", TRUE }, /* nights of a clock change */
  { "2026-10-25T02:30:00+02:00", FALSE }, { "2026-10-25T21:44:59+01:00", FALSE },
  { "2026-10-25T21:45:00+01:00", TRUE },
};

static void
test_derogate_too_late (void)
{
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");

  for (guint i = 0; i < G_N_ELEMENTS (late_cases); i++)
    g_assert_cmpint (tsm_derogate_is_too_late (test_instant (late_cases[i].now), paris), ==,
                     late_cases[i].is_too_late);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/derogate/parse/good", test_derogate_parse_good);
  g_test_add_func ("/derogate/parse/bad", test_derogate_parse_bad);
  for (guint i = 0; i < G_N_ELEMENTS (span_cases); i++) {
    g_autofree char *path = g_strconcat ("/derogate/span/", span_cases[i].story, NULL);

    g_test_add_data_func (path, &span_cases[i], test_derogate_span);
  }
  for (guint i = 0; i < G_N_ELEMENTS (zones); i++) {
    g_autofree char *path = g_strconcat ("/derogate/span-any/", zones[i], NULL);

    g_test_add_data_func (path, zones[i], test_derogate_span_any);
  }
  g_test_add_func ("/derogate/too-late", test_derogate_too_late);
  return g_test_run ();
}
