/* SPDX-License-Identifier: MIT
 * test-engine: an engine on an in-memory ledger, driven by hand. */
#include "test-engine.h"
#include <string.h>

static const gint64 admins[] = { 1 };

void
engine_test_init (EngineTest *test, TsmDay start_day, gint64 now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmEvent) start = tsm_event_new (TSM_EVENT_START);
  const TsmEngineConfig config = {
    .server_name = "server",
    .zone = test->zone,
    .start_day = start_day,
    .admin_ids = admins,
    .n_admin_ids = G_N_ELEMENTS (admins),
    .unknown_is_off = TRUE,
    .poll_s = 60,
    .has_host = TRUE,
    .boot_timeout_s = 300,
    .off_below_w = 10,
    .has_couleur = TRUE,
    .has_rte = TRUE,
  };

  test->effects = g_ptr_array_new_with_free_func ((GDestroyNotify) tsm_effect_free);
  test->notices = g_ptr_array_new_with_free_func (g_free);
  test->now = now;
  test->power_w = 60;
  test->probe = TSM_PROBE_ANSWERS;
  test->db = tsm_db_open (":memory:", &error);
  g_assert_no_error (error);
  test->engine = tsm_engine_new (test->db, &config, &error);
  g_assert_no_error (error);
  engine_test_step (test, start);
}

void
engine_test_clear (EngineTest *test)
{
  g_clear_pointer (&test->engine, tsm_engine_free);
  g_clear_pointer (&test->effects, g_ptr_array_unref);
  g_clear_pointer (&test->notices, g_ptr_array_unref);
  g_clear_pointer (&test->reply, tsm_reply_free);
  g_clear_pointer (&test->zone, g_time_zone_unref);
}

static TsmEvent *
answer_colours (const EngineTest *test, const TsmEffect *effect)
{
  TsmEvent *event = tsm_event_new (TSM_EVENT_COLOURS);

  event->source = effect->source;
  event->answers = g_array_new (FALSE, FALSE, sizeof (TsmColourAnswer));
  for (TsmDay day = effect->from; day <= effect->to; day++) {
    const TsmColourAnswer answer = { .day = day, .colour = test->colours[day - test->first_day] };

    g_assert_cmpint (day - test->first_day, <, G_N_ELEMENTS (test->colours));
    g_array_append_val (event->answers, answer);
  }
  return event;
}

static TsmEvent *
answer (EngineTest *test, const TsmEffect *effect)
{
  TsmEvent *event = NULL;

  switch (effect->kind) {
  case TSM_EFFECT_READ_PLUG:
    event = tsm_event_new (TSM_EVENT_READING);
    event->reading = (TsmReading){ .at = test->now,
                                   .total_wh = test->total_wh,
                                   .step_wh = 1,
                                   .power_w = test->power_w,
                                   .today_wh = -1,
                                   .yesterday_wh = -1,
                                   .clock_at = TSM_INSTANT_NONE,
                                   .total_start = TSM_INSTANT_NONE,
                                   .uptime_s = effect->with_detail ? 1000000 : -1 };
    break;
  case TSM_EFFECT_FETCH_COLOURS:
    event = answer_colours (test, effect);
    break;
  case TSM_EFFECT_PROBE_HOST:
    event = tsm_event_new (TSM_EVENT_PROBED);
    event->probe = test->probe;
    break;
  case TSM_EFFECT_ORDER_HOST:
    event = tsm_event_new (TSM_EVENT_ORDERED);
    event->order = effect->order;
    /* The host obeys at once. */
    if (effect->order == TSM_ORDER_SHUTDOWN) {
      test->n_shutdowns++;
      test->probe = TSM_PROBE_SILENT;
      test->power_w = 2;
    } else {
      test->n_wakes++;
      test->probe = TSM_PROBE_ANSWERS;
      test->power_w = 60;
    }
    break;
  case TSM_EFFECT_REPLY:
  case TSM_EFFECT_NOTICE:
    break;
  }
  return event;
}

static void
take_note (EngineTest *test, TsmEffect *effect)
{
  if (effect->kind == TSM_EFFECT_NOTICE) {
    g_assert_nonnull (effect->notice->text[TSM_LANG_FR]);
    g_test_message ("%" G_GINT64_FORMAT " %s", test->now, effect->notice->text[TSM_LANG_EN]);
    g_ptr_array_add (test->notices, g_strdup (effect->notice->text[TSM_LANG_EN]));
  } else if (effect->kind == TSM_EFFECT_REPLY) {
    g_clear_pointer (&test->reply, tsm_reply_free);
    test->reply = g_steal_pointer (&effect->reply);
  }
}

void
engine_test_step (EngineTest *test, const TsmEvent *event)
{
  g_autoptr (GPtrArray) effects = g_ptr_array_new_with_free_func ((GDestroyNotify) tsm_effect_free);
  g_autoptr (GError) error = NULL;

  g_assert_true (tsm_engine_step (test->engine, event, test->now, effects, &test->wake_at, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test->wake_at, >, test->now);
  for (guint i = 0; i < effects->len; i++) {
    TsmEffect *effect = g_ptr_array_index (effects, i);
    g_autoptr (TsmEvent) event_back = answer (test, effect);

    take_note (test, effect);
    if (event_back != NULL)
      engine_test_step (test, event_back);
  }
}

void
engine_test_run_until (EngineTest *test, gint64 until)
{
  g_autoptr (TsmEvent) wake = tsm_event_new (TSM_EVENT_WAKE);

  while (test->wake_at <= until) {
    const gint64 before = test->now;

    test->now = test->wake_at;
    /* A steady draw: what the counter shows is exact at whole minutes. */
    test->total_wh += test->power_w * (test->now - before) / 3600;
    engine_test_step (test, wake);
  }
  test->now = until;
  engine_test_step (test, wake);
}

void
engine_test_type (EngineTest *test, gint64 caller_id, const char *line)
{
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_COMMAND);
  g_autoptr (GError) error = NULL;

  event->request = tsm_request_new_from_line (line, caller_id, TSM_LANG_EN, &error);
  g_assert_no_error (error);
  g_clear_pointer (&test->reply, tsm_reply_free);
  engine_test_step (test, event);
  g_assert_nonnull (test->reply);
}

const char *
engine_test_verdict (const EngineTest *test)
{
  return test->reply->refusal == TSM_REFUSAL_NONE ? "done"
                                                  : tsm_refusal_to_string (test->reply->refusal);
}

gboolean
engine_test_was_told (const EngineTest *test, const char *part)
{
  for (guint i = 0; i < test->notices->len; i++)
    if (strstr (g_ptr_array_index (test->notices, i), part) != NULL)
      return TRUE;
  return FALSE;
}

gint64
engine_test_get_int (const EngineTest *test, const char *member)
{
  JsonObject *data = json_node_get_object (test->reply->data);

  g_assert_true (json_object_has_member (data, member));
  return json_object_get_int_member (data, member);
}
