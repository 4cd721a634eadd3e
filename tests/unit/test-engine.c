/* SPDX-License-Identifier: MIT
 * test-engine: an engine in a small world, driven by hand. */
#include "test-engine.h"
#include "store/tsm-share-table.h"
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

static const gint64 admins[] = { ENGINE_TEST_ADMIN };

void
engine_test_init (EngineTest *test, TsmDay first_day)
{
  *test = (EngineTest){
    .zone = g_time_zone_new_identifier ("Europe/Paris"),
    .energy_ws = G_GINT64_CONSTANT (120000) * 3600,
    .power_w = 60,
    .plug_boot_at = 1,
    .mac = "AA:BB:CC:DD:EE:01",
    .first_day = first_day,
    .probe = TSM_PROBE_ANSWERS,
    .stale_at = TSM_INSTANT_NONE,
  };
  test->config = (TsmEngineConfig){
    .server_name = "server",
    .zone = test->zone,
    .start_day = first_day,
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
  test->notices = g_ptr_array_new_with_free_func ((GDestroyNotify) tsm_notice_free);
  test->questions = g_array_new (FALSE, FALSE, sizeof (EngineTestQuestion));
  test->orders = g_array_new (FALSE, FALSE, sizeof (EngineTestOrder));
  for (TsmDay day = first_day; day < first_day + ENGINE_TEST_DAYS; day++)
    engine_test_set_colour (test, day, TSM_COLOUR_BLUE);
}

void
engine_test_keep (EngineTest *test)
{
  g_autoptr (GError) error = NULL;

  test->folder = g_dir_make_tmp ("test-engine-XXXXXX", &error);
  g_assert_no_error (error);
  test->path = g_build_filename (test->folder, "ledger.db", NULL);
}

static void
remove_folder (EngineTest *test)
{
  g_autoptr (GDir) dir = g_dir_open (test->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (test->folder, name, NULL);

    g_assert_cmpint (g_remove (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (test->folder), ==, 0);
}

void
engine_test_clear (EngineTest *test)
{
  engine_test_crash (test);
  if (test->folder != NULL)
    remove_folder (test);
  g_clear_pointer (&test->folder, g_free);
  g_clear_pointer (&test->path, g_free);
  g_clear_pointer (&test->notices, g_ptr_array_unref);
  g_clear_pointer (&test->questions, g_array_unref);
  g_clear_pointer (&test->orders, g_array_unref);
  g_clear_pointer (&test->reply, tsm_reply_free);
  g_clear_pointer (&test->zone, g_time_zone_unref);
}

void
engine_test_start (EngineTest *test, gint64 now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmEvent) start = tsm_event_new (TSM_EVENT_START);

  g_assert_null (test->engine);
  test->now = now;
  test->db = tsm_db_open (test->path != NULL ? test->path : ":memory:", &error);
  g_assert_no_error (error);
  /* The power does not fail in here, and nobody else looks. */
  engine_test_query (test, "PRAGMA locking_mode = EXCLUSIVE");
  engine_test_query (test, "PRAGMA synchronous = OFF");
  test->engine = tsm_engine_new (test->db, &test->config, &error);
  g_assert_no_error (error);
  engine_test_step (test, start);
}

void
engine_test_stop (EngineTest *test)
{
  g_autoptr (TsmEvent) stop = tsm_event_new (TSM_EVENT_STOP);

  engine_test_step (test, stop);
  engine_test_crash (test);
}

void
engine_test_crash (EngineTest *test)
{
  g_clear_pointer (&test->engine, tsm_engine_free);
  test->db = NULL;
}

void
engine_test_set_colour (EngineTest *test, TsmDay day, TsmColour colour)
{
  g_assert_cmpint (day, >=, test->first_day);
  g_assert_cmpint (day - test->first_day, <, ENGINE_TEST_DAYS);
  test->colours[TSM_SOURCE_COULEUR][day - test->first_day] = colour;
  test->colours[TSM_SOURCE_RTE][day - test->first_day] = colour;
}

gint64
engine_test_total_wh (const EngineTest *test)
{
  return (test->energy_ws + test->counted_ws) / 3600;
}

static TsmEvent *
answer_colours (EngineTest *test, const TsmEffect *effect)
{
  const EngineTestQuestion question = {
    .at = test->now, .source = effect->source, .from = effect->from, .to = effect->to
  };
  TsmEvent *event;

  g_array_append_val (test->questions, question);
  if (test->is_source_failing[effect->source]) {
    event = tsm_event_new (TSM_EVENT_COLOURS_FAILED);
    event->source = effect->source;
    event->message = g_strdup ("no route to it");
    return event;
  }
  event = tsm_event_new (TSM_EVENT_COLOURS);
  event->source = effect->source;
  event->answers = g_array_new (FALSE, FALSE, sizeof (TsmColourAnswer));
  for (TsmDay day = effect->from; day <= effect->to; day++) {
    const TsmColourAnswer answer = { .day = day,
                                     .colour =
                                         test->colours[effect->source][day - test->first_day] };

    g_assert_cmpint (day, >=, test->first_day);
    g_assert_cmpint (day - test->first_day, <, ENGINE_TEST_DAYS);
    g_array_append_val (event->answers, answer);
  }
  return event;
}

static TsmEvent *
answer_plug (EngineTest *test, gboolean with_detail)
{
  TsmEvent *event;

  test->n_reads++;
  test->n_details += with_detail ? 1 : 0;
  if (test->has_lost_answers)
    return NULL;
  if (test->is_plug_silent || test->is_plug_denied) {
    event = tsm_event_new (TSM_EVENT_PLUG_FAILED);
    event->is_denied = test->is_plug_denied;
    event->message = g_strdup ("it does not answer");
    return event;
  }
  event = tsm_event_new (TSM_EVENT_READING);
  event->reading = (TsmReading){
    .at = test->now,
    .total_wh = engine_test_total_wh (test),
    .step_wh = 1,
    .power_w = test->power_w,
    .today_wh = -1,
    .yesterday_wh = -1,
    .clock_at =
        test->now +
        g_time_zone_get_offset (
            test->zone, g_time_zone_find_interval (test->zone, G_TIME_TYPE_UNIVERSAL, test->now)),
    .total_start = TSM_INSTANT_NONE,
    .uptime_s = with_detail ? test->now - test->plug_boot_at : -1,
  };
  if (with_detail)
    g_strlcpy (event->reading.mac, test->mac, sizeof event->reading.mac);
  return event;
}

static TsmEvent *
answer_order (EngineTest *test, TsmOrder order)
{
  TsmEvent *event = tsm_event_new (TSM_EVENT_ORDERED);
  const gboolean is_wake = order == TSM_ORDER_WAKE;
  const EngineTestOrder given = { .at = test->now, .order = order };

  event->order = order;
  g_array_append_val (test->orders, given);
  if (is_wake) {
    test->n_wakes++;
    test->wake_sent_at = test->now;
  } else {
    test->n_shutdowns++;
    test->shutdown_at = test->now;
  }
  if (!test->is_host_stubborn) {
    test->probe = is_wake ? TSM_PROBE_ANSWERS : TSM_PROBE_SILENT;
    test->power_w = is_wake ? 60 : 2;
  }
  return event;
}

static TsmEvent *
answer (EngineTest *test, const TsmEffect *effect)
{
  TsmEvent *event = NULL;

  switch (effect->kind) {
  case TSM_EFFECT_READ_PLUG:
    return answer_plug (test, effect->with_detail);
  case TSM_EFFECT_FETCH_COLOURS:
    return answer_colours (test, effect);
  case TSM_EFFECT_PROBE_HOST:
    event = tsm_event_new (TSM_EVENT_PROBED);
    event->probe = test->probe;
    return event;
  case TSM_EFFECT_ORDER_HOST:
    return answer_order (test, effect->order);
  case TSM_EFFECT_REPLY:
  case TSM_EFFECT_NOTICE:
    return NULL;
  }
  g_assert_not_reached ();
}

static void
take_note (EngineTest *test, TsmEffect *effect)
{
  if (effect->kind == TSM_EFFECT_NOTICE) {
    for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
      g_assert_cmpstr (effect->notice->text[lang], !=, NULL);
      g_assert_cmpstr (effect->notice->text[lang], !=, "");
      g_assert_null (strstr (effect->notice->text[lang], "%s"));
    }
    g_test_message ("%" G_GINT64_FORMAT " %s", test->now, effect->notice->text[TSM_LANG_EN]);
    g_ptr_array_add (test->notices, g_steal_pointer (&effect->notice));
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

  test->n_steps++;
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
engine_test_pass (EngineTest *test, gint64 until)
{
  g_assert_cmpint (until, >=, test->now);
  test->energy_ws += test->power_w * (until - test->now);
  test->now = until;
}

void
engine_test_run_until (EngineTest *test, gint64 until)
{
  g_autoptr (TsmEvent) wake = tsm_event_new (TSM_EVENT_WAKE);

  while (test->wake_at <= until) {
    engine_test_pass (test, test->wake_at);
    engine_test_step (test, wake);
  }
  engine_test_pass (test, until);
  engine_test_step (test, wake);
}

void
engine_test_type (EngineTest *test, gint64 caller_id, const char *line)
{
  g_autoptr (TsmEvent) event = tsm_event_new (TSM_EVENT_COMMAND);
  g_autoptr (GError) error = NULL;

  event->request = tsm_request_new_from_line (line, caller_id, test->lang, &error);
  g_assert_no_error (error);
  event->request->is_member = !test->is_stranger;
  event->request->absent_user_id = test->absent_user_id;
  event->request->stale_at = test->stale_at;
  g_clear_pointer (&test->reply, tsm_reply_free);
  engine_test_step (test, event);
  g_assert_nonnull (test->reply);
  g_assert_cmpstr (test->reply->text, !=, "");
  g_assert_null (strstr (test->reply->text, "%s"));
}

const char *
engine_test_verdict (const EngineTest *test)
{
  return test->reply->refusal == TSM_REFUSAL_NONE ? "done"
                                                  : tsm_refusal_to_string (test->reply->refusal);
}

gint64
engine_test_get_int (const EngineTest *test, const char *member)
{
  JsonObject *data = json_node_get_object (test->reply->data);

  g_assert_true (json_object_has_member (data, member));
  return json_object_get_int_member (data, member);
}

static gboolean
says (const EngineTest *test, guint i, const char *part)
{
  const TsmNotice *notice = g_ptr_array_index (test->notices, i);

  return strstr (notice->text[TSM_LANG_EN], part) != NULL;
}

guint
engine_test_count_told (const EngineTest *test, const char *part)
{
  guint n = 0;

  for (guint i = 0; i < test->notices->len; i++)
    n += says (test, i, part) ? 1 : 0;
  return n;
}

const TsmNotice *
engine_test_find_told (const EngineTest *test, const char *part)
{
  guint i = test->notices->len;

  g_assert_cmpuint (engine_test_count_told (test, part), >, 0);
  while (!says (test, i - 1, part))
    i--;
  return g_ptr_array_index (test->notices, i - 1);
}

gboolean
engine_test_was_told (const EngineTest *test, const char *part)
{
  return engine_test_count_told (test, part) > 0;
}

void
engine_test_forget (EngineTest *test)
{
  g_ptr_array_set_size (test->notices, 0);
  g_array_set_size (test->questions, 0);
}

gint64
engine_test_query_args (EngineTest *test, const char *sql, const TsmArg *args, gsize n_args)
{
  g_auto (TsmQuery) query = tsm_db_query_args (test->db, sql, args, n_args);

  return tsm_query_next (&query) ? tsm_query_get_int_or (&query, 0, G_MININT64) : G_MININT64;
}

TsmDay
engine_test_parse_day (const char *text)
{
  g_autofree char *date = g_strndup (text, 10);
  TsmDay day;

  g_assert_true (tsm_day_parse (date, &day));
  return day;
}

gint64
engine_test_parse_instant (const EngineTest *test, const char *text)
{
  const TsmDay day = engine_test_parse_day (text);
  guint hour, minute, second = 0;

  g_assert_cmpint (sscanf (text + 10, " %u:%u:%u", &hour, &minute, &second), >=, 2);
  return engine_test_at (test, day, hour, minute) + second;
}

void
engine_test_check_books (EngineTest *test)
{
  g_autoptr (GError) error = NULL;

  tsm_share_table_check (test->db, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (
      engine_test_query (test, "SELECT count(*) FROM day_total t WHERE"
                               " (energy_wh, cost_neur, unpriced_wh, estimated_wh) IS NOT"
                               " (SELECT coalesce(sum(energy_wh), 0), coalesce(sum(cost_neur), 0),"
                               "  coalesce(sum(unpriced_wh), 0), coalesce(sum(estimated_wh), 0)"
                               "  FROM share s WHERE s.day = t.day)"),
      ==, 0);
  g_assert_cmpint (
      engine_test_query (
          test,
          "SELECT count(*) FROM day_total t WHERE (energy_wh, estimated_wh, down_seconds) IS NOT"
          " (SELECT coalesce(sum(energy_wh), 0),"
          "  coalesce(sum(energy_wh) FILTER (WHERE quality = 'estimated'), 0),"
          "  coalesce(sum(end_at - begin_at) FILTER (WHERE energy_wh IS NULL), 0)"
          "  FROM slice s WHERE s.day = t.day)"),
      ==, 0);
  g_assert_cmpint (engine_test_query (test, "SELECT count(DISTINCT day) FROM slice"
                                            " WHERE day NOT IN (SELECT day FROM day_total)"),
                   ==, 0);
  g_assert_cmpint (engine_test_query (test, "SELECT coalesce(max(end_at) - min(begin_at)"
                                            " - sum(end_at - begin_at), 0) FROM slice"),
                   ==, 0);
}
