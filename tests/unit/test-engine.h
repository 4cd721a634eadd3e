/* SPDX-License-Identifier: MIT
 * test-engine: an engine on an in-memory ledger, driven by hand: what the world answers, test by
 * test, and what the engine wanted of it. */
#pragma once
#include "engine/tsm-engine.h"
#include "rules/tsm-day.h"

typedef struct {
  TsmEngine *engine;
  TsmDb *db; /* the engine's; for looking */
  GTimeZone *zone;
  GPtrArray *effects; /* of the last step */
  GPtrArray *notices; /* all English notice texts so far */
  gint64 now;
  gint64 wake_at;
  gint64 total_wh; /* what the plug answers next */
  gint64 power_w;
  TsmColour colours[64]; /* what the sources answer, by day from @first_day on */
  TsmDay first_day;
  TsmProbe probe;
  guint n_shutdowns;
  guint n_wakes;
  TsmReply *reply; /* of the last command */
} EngineTest;

/* Local Paris time of @day. */
static inline gint64
engine_test_at (const EngineTest *test, TsmDay day, guint hour, guint minute)
{
  return tsm_day_get_local_instant (day, hour * 60 + minute, test->zone);
}

void engine_test_init (EngineTest *test, TsmDay start_day, gint64 now);
void engine_test_clear (EngineTest *test);
/* A restart: a new engine on the same ledger is not possible in memory, so this only tells STOP. */
void engine_test_step (EngineTest *test, const TsmEvent *event);
/* Lets time pass to @until, waking the engine when it asks, answering all it asks at once. */
void engine_test_run_until (EngineTest *test, gint64 until);
/* Runs a line as typed; the reply is in test->reply. */
void engine_test_type (EngineTest *test, gint64 caller_id, const char *line);
/* The reply's refusal word, or "done". */
const char *engine_test_verdict (const EngineTest *test);
gboolean engine_test_was_told (const EngineTest *test, const char *part);
gint64 engine_test_get_int (const EngineTest *test, const char *member);
