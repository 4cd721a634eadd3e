/* SPDX-License-Identifier: MIT
 * test-engine: an engine in a small world, driven by hand: what plug, host and colour sources
 * answer, test by test, and what the engine wanted of them. */
#pragma once
#include "engine/tsm-engine.h"
#include "rules/tsm-day.h"

#define ENGINE_TEST_DAYS  800
#define ENGINE_TEST_ADMIN 1

typedef struct {
  gint64 at;
  TsmSource source;
  TsmDay from, to;
} EngineTestQuestion;

typedef struct {
  gint64 at;
  TsmOrder order;
} EngineTestOrder;

typedef struct {
  TsmEngine *engine;
  TsmDb *db; /* the engine's; for looking */
  GTimeZone *zone;
  TsmEngineConfig config;
  char *folder; /* where the ledger is kept; NULL in memory */
  char *path;
  gint64 now, wake_at;
  guint n_steps;

  gint64 energy_ws;  /* that ever flowed through the plug */
  gint64 counted_ws; /* the counter is that much ahead of it; behind if negative */
  gint64 power_w;
  gboolean is_plug_silent, is_plug_denied;
  gboolean has_lost_answers; /* the plug's answers do not arrive, nor word of it */
  gint64 plug_boot_at;
  char mac[TSM_METER_MAC_SIZE];
  guint n_reads, n_details;

  /* By TSM_SOURCE_COULEUR and TSM_SOURCE_RTE, and by day from @first_day on. */
  TsmColour colours[TSM_SOURCE_RTE + 1][ENGINE_TEST_DAYS];
  gboolean is_source_failing[TSM_SOURCE_RTE + 1];
  TsmDay first_day;
  GArray *questions; /* of EngineTestQuestion */

  TsmProbe probe;
  gboolean is_host_stubborn; /* it takes orders and does not follow them */
  guint n_shutdowns, n_wakes;
  gint64 shutdown_at, wake_sent_at; /* the last ones */
  GArray *orders;                   /* of EngineTestOrder: all */

  GPtrArray *notices; /* of TsmNotice: all so far */
  TsmLang lang;
  gboolean is_stranger;  /* the front end does not vouch for the caller */
  gint64 absent_user_id; /* what it knows of whom the next commands name, and of their button */
  gint64 stale_at;
  TsmReply *reply; /* of the last command */
} EngineTest;

/* Local Paris time of @day. */
static inline gint64
engine_test_at (const EngineTest *test, TsmDay day, guint hour, guint minute)
{
  return tsm_day_get_local_instant (day, hour * 60 + minute, test->zone);
}

/* A world in which every day from @first_day on is blue; START_SERVER_DATE is @first_day. What a
 * test wants otherwise it changes before engine_test_start (). */
void engine_test_init (EngineTest *test, TsmDay first_day);
/* Keeps the ledger in a file, so that an engine can follow another. */
void engine_test_keep (EngineTest *test);
void engine_test_clear (EngineTest *test);
/* A new engine at @now. */
void engine_test_start (EngineTest *test, gint64 now);
/* The engine ends in order, or dies with all that is only in memory. */
void engine_test_stop (EngineTest *test);
void engine_test_crash (EngineTest *test);

void engine_test_set_colour (EngineTest *test, TsmDay day, TsmColour colour); /* of both sources */

void engine_test_step (EngineTest *test, const TsmEvent *event);
/* Time passes in the world, while nobody looks. */
void engine_test_pass (EngineTest *test, gint64 until);
/* Lets time pass to @until, waking the engine when it asks, answering all it asks at once. */
void engine_test_run_until (EngineTest *test, gint64 until);

/* Runs a line as typed; the reply is in test->reply. */
void engine_test_type (EngineTest *test, gint64 caller_id, const char *line);
/* The reply's refusal word, or "done". */
const char *engine_test_verdict (const EngineTest *test);
gint64 engine_test_get_int (const EngineTest *test, const char *member);

/* How many notices had @part in them so far. */
guint engine_test_count_told (const EngineTest *test, const char *part);
gboolean engine_test_was_told (const EngineTest *test, const char *part);
/* The last notice with @part in it; there must be one. */
const TsmNotice *engine_test_find_told (const EngineTest *test, const char *part);
void engine_test_forget (EngineTest *test); /* what was told and asked so far */
gint64 engine_test_total_wh (const EngineTest *test);
/* The first column of the first row; @sql is a literal. */
#define engine_test_query(test, sql, ...)                             \
  engine_test_query_args (test, sql, (const TsmArg[]){ __VA_ARGS__ }, \
                          sizeof ((const TsmArg[]){ __VA_ARGS__ }) / sizeof (TsmArg))
gint64 engine_test_query_args (EngineTest *test, const char *sql, const TsmArg *args, gsize n_args);

/* "2026-01-27", whatever follows; "2026-01-27 12:00" or "2026-01-27 12:00:01", local. */
TsmDay engine_test_parse_day (const char *text);
gint64 engine_test_parse_instant (const EngineTest *test, const char *text);
/* Whatever happened, and on every day: the shares are the total, the total is its slices, and the
 * slices tile the time (DESIGN 7.2, 7.3). The current day's must have been asked for. */
void engine_test_check_books (EngineTest *test);
