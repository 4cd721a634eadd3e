/* SPDX-License-Identifier: MIT
 * test-people: a Monday in January, and the people who say commands on it. */
#pragma once
#include "test-engine.h"

#define SHELL  TSM_CALLER_SHELL
#define ADMIN  ENGINE_TEST_ADMIN
#define HERE   7 /* since Friday */
#define GONE   8 /* from Friday to Saturday */
#define NOBODY 9 /* never had a stay */
#define OTHER  10

/* 2026-01-05, blue; Tuesday is red, Wednesday blue, Thursday not known. */
#define MONDAY 20458

static inline gint64
at (const EngineTest *test, gint day, guint hour, guint minute)
{
  return engine_test_at (test, MONDAY + day, hour, minute);
}

static inline void
prepare (EngineTest *test)
{
  engine_test_init (test, MONDAY - 4);
  engine_test_set_colour (test, MONDAY + 1, TSM_COLOUR_RED);
  engine_test_set_colour (test, MONDAY + 3, TSM_COLOUR_UNKNOWN);
}

static inline void
do_as (EngineTest *test, gint64 caller_id, const char *line)
{
  engine_test_type (test, caller_id, line);
  g_assert_cmpstr (engine_test_verdict (test), ==, "done");
}

#define assert_refused(test, caller_id, line, code)         \
  G_STMT_START                                              \
  {                                                         \
    engine_test_type (test, caller_id, line);               \
    g_assert_cmpstr (engine_test_verdict (test), ==, code); \
  }                                                         \
  G_STMT_END

/* On Monday at @hour:@minute, with the four kinds of people. */
static inline void
begin (EngineTest *test, guint hour, guint minute)
{
  engine_test_start (test, at (test, 0, 11, 10));
  do_as (test, SHELL, "hello_you 7 2026-01-02");
  do_as (test, SHELL, "hello_you 8 2026-01-02");
  do_as (test, SHELL, "change_date leave 2026-01-03 8");
  engine_test_run_until (test, at (test, 0, hour, minute));
}

static inline JsonObject *
peek_data (const EngineTest *test)
{
  g_assert_nonnull (test->reply->data);
  return json_node_get_object (test->reply->data);
}

static inline JsonObject *
peek_row (const EngineTest *test, const char *array, guint i)
{
  return json_array_get_object_element (json_object_get_array_member (peek_data (test), array), i);
}
