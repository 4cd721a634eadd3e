/* SPDX-License-Identifier: MIT */
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include "rules/tsm-window.h"
#include "sim/tsm-simulation.h"
#include "test-time.h"

#define MEMBER G_GINT64_CONSTANT (1001)

typedef struct {
  GTimeZone *zone;
  TsmSimulation *simulation;
  GString *story;    /* all that was told, for two runs to be compared */
  GArray *sightings; /* of TsmSighting: the host, as it really was */
  TsmReading last;   /* the last one the engine was given */
  guint n_notices[TSM_NOTICE_LEDGER + 1];
  TsmReply *reply;
} Run;

static void
hear_notice (const TsmNotice *notice, gpointer data)
{
  Run *run = data;

  run->n_notices[notice->kind]++;
  g_assert_nonnull (notice->text[TSM_LANG_EN]);
  g_assert_nonnull (notice->text[TSM_LANG_FR]);
  g_string_append_printf (run->story, "%" G_GINT64_FORMAT " %s\n", notice->at,
                          notice->text[TSM_LANG_EN]);
}

static void
hear_reading (const TsmReading *reading, gpointer data)
{
  ((Run *) data)->last = *reading;
}

static void
hear_host (TsmHostState host, gint64 at, gpointer data)
{
  const TsmSighting sighting = { .at = at,
                                 .seen = host == TSM_HOST_OFF ? TSM_POWER_OFF : TSM_POWER_ON };
  Run *run = data;

  g_array_append_val (run->sightings, sighting);
  g_string_append_printf (run->story, "%" G_GINT64_FORMAT " host %d\n", at, host);
}

static void
run_init (Run *run, const char *begin, guint64 seed)
{
  const TsmSimulationHooks hooks = {
    .on_notice = hear_notice, .on_reading = hear_reading, .on_host = hear_host, .data = run
  };
  g_autoptr (GError) error = NULL;
  TsmSimulationConfig config = { .seed = seed, .begin = test_instant (begin) };

  *run = (Run){ .zone = test_zone_new ("Europe/Paris"),
                .story = g_string_new (NULL),
                .sightings = g_array_new (FALSE, FALSE, sizeof (TsmSighting)) };
  config.engine = (TsmEngineConfig){ .server_name = "server",
                                     .zone = run->zone,
                                     .start_day = tsm_day_at (config.begin, run->zone) - 30,
                                     .policy = TSM_POLICY_EVENING,
                                     .unknown_is_off = TRUE,
                                     .poll_s = 60,
                                     .has_host = TRUE,
                                     .boot_timeout_s = 300,
                                     .off_below_w = 10,
                                     .has_couleur = TRUE };
  run->simulation = tsm_simulation_new (&config, &hooks, &error);
  g_assert_no_error (error);
}

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->simulation, tsm_simulation_free);
  g_clear_pointer (&run->reply, tsm_reply_free);
  g_clear_pointer (&run->zone, g_time_zone_unref);
  g_array_unref (run->sightings);
  g_string_free (run->story, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static void
run_until (Run *run, gint64 at)
{
  g_autoptr (GError) error = NULL;

  tsm_simulation_run_until (run->simulation, at, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tsm_simulation_get_now (run->simulation), ==, at);
}

static const TsmReply *
run_ask (Run *run, const char *line, gint64 caller_id)
{
  g_autoptr (GError) error = NULL;
  TsmRequest *request = tsm_request_new_from_line (line, caller_id, TSM_LANG_EN, &error);

  g_assert_no_error (error);
  g_clear_pointer (&run->reply, tsm_reply_free);
  run->reply = tsm_simulation_ask (run->simulation, request, &error);
  g_assert_no_error (error);
  g_assert_nonnull (run->reply);
  return run->reply;
}

static gint64
get_energy_wh (Run *run)
{
  const TsmReply *reply = run_ask (run, "get_total_state global", TSM_CALLER_SHELL);
  JsonArray *periods;

  g_assert_cmpint (reply->refusal, ==, TSM_REFUSAL_NONE);
  periods = json_object_get_array_member (json_node_get_object (reply->data), "periods");
  return json_object_get_int_member (json_array_get_object_element (periods, 0), "wh");
}

/* TRUE where the host was on at @at, by the world's own account. */
static gboolean
was_on (const Run *run, gint64 at)
{
  gboolean is_on = TRUE;

  for (guint i = 0; i < run->sightings->len; i++) {
    const TsmSighting *sighting = &g_array_index (run->sightings, TsmSighting, i);

    if (sighting->at <= at)
      is_on = sighting->seen == TSM_POWER_ON;
  }
  return is_on;
}

/* Ten minutes into a red window the host is off, and stays so to its end; ten minutes after it is
 * on; and it is on all the time on other days. */
static void
check_power (const Run *run, gint64 begin, gint64 end)
{
  for (gint64 at = begin; at < end; at += 600) {
    const TsmDay day = tsm_day_at (at, run->zone);
    gboolean is_red = FALSE, was_red = FALSE;

    for (TsmDay d = day - 1; d <= day + 1; d++) {
      const TsmSpan window = tsm_window_of_day (d, TSM_POLICY_EVENING, run->zone);

      if (tsm_calendar_get_colour (d) != TSM_COLOUR_RED)
        continue;
      is_red |= tsm_span_contains (window, at);
      was_red |= tsm_span_contains (window, at - 600);
    }
    if (is_red == was_red)
      g_assert_cmpint (was_on (run, at), ==, !is_red);
  }
}

static const struct {
  const char *name;
  const char *begin;
  guint n_days;
  guint64 seed;
} winters[] = {
  { "forty-days", "2025-12-28T10:45:00+01:00", 40, 1 }, /* with three reds in a row, and pairs */
  { "begun-in-a-red-night", "2026-01-04T23:10:00+01:00", 5, 2 },
  { "summer-time-begins", "2026-03-27T12:00:00+01:00", 4, 3 },
};

static void
test_simulation_winter (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_auto (Run) run = { 0 };
  gint64 begin, end;

  run_init (&run, winters[i].begin, winters[i].seed);
  begin = tsm_simulation_get_now (run.simulation);
  end = begin + (gint64) winters[i].n_days * 86400;
  run_until (&run, end);
  /* The first ten minutes are TSM's to find out how things stand. */
  check_power (&run, begin + 600, end);
  g_assert_cmpuint (run.n_notices[TSM_NOTICE_COLOUR], >=, winters[i].n_days);
  g_assert_cmpuint (run.n_notices[TSM_NOTICE_PROBLEM], ==, 0);
  /* The ledger has what the world drew, to the Wh, as of the last reading. */
  g_assert_cmpint (get_energy_wh (&run), ==, run.last.total_wh);
  g_assert_cmpint (run.last.at, >=, end - 120);
}

static void
test_simulation_same_seed_same_story (void)
{
  g_auto (Run) a = { 0 }, b = { 0 };
  const gint64 end = test_instant ("2026-01-27T12:00:00+01:00");

  run_init (&a, "2026-01-25T10:45:00+01:00", 3);
  run_init (&b, "2026-01-25T10:45:00+01:00", 3);
  run_until (&a, end);
  /* In small steps: how the watcher cuts time makes no difference. */
  for (gint64 at = tsm_simulation_get_now (b.simulation); at < end; at += 1777)
    run_until (&b, at);
  run_until (&b, end);
  g_assert_cmpstr (a.story->str, ==, b.story->str);
  g_assert_cmpint (get_energy_wh (&a), ==, get_energy_wh (&b));
}

static void
test_simulation_other_seed_other_energy (void)
{
  g_auto (Run) a = { 0 }, b = { 0 };
  const gint64 end = test_instant ("2026-01-27T12:00:00+01:00");

  run_init (&a, "2026-01-25T10:45:00+01:00", 3);
  run_init (&b, "2026-01-25T10:45:00+01:00", 4);
  run_until (&a, end);
  run_until (&b, end);
  g_assert_cmpint (get_energy_wh (&a), !=, get_energy_wh (&b));
}

/* A member's derogation brings the host up inside the red day and lets it go again. */
static void
test_simulation_derogation (void)
{
  g_auto (Run) run = { 0 };

  run_init (&run, "2026-01-25T10:45:00+01:00", 1);
  run_until (&run, test_instant ("2026-01-25T20:00:00+01:00"));
  g_assert_cmpint (run_ask (&run, "hello_you 1001 2026-01-10", TSM_CALLER_SHELL)->refusal, ==,
                   TSM_REFUSAL_NONE);
  g_assert_cmpint (run_ask (&run, "/set_derogation tomorrow 8 10", MEMBER)->refusal, ==,
                   TSM_REFUSAL_NONE);
  g_assert_cmpint (run_ask (&run, "/set_derogation tomorrow 9 12", MEMBER)->refusal, ==,
                   TSM_REFUSAL_OVERLAP);
  run_until (&run, test_instant ("2026-01-27T06:30:00+01:00"));
  g_assert_true (was_on (&run, test_instant ("2026-01-25T21:59:59+01:00")));
  g_assert_false (was_on (&run, test_instant ("2026-01-25T22:10:00+01:00")));
  g_assert_false (was_on (&run, test_instant ("2026-01-26T07:59:59+01:00")));
  g_assert_true (was_on (&run, test_instant ("2026-01-26T08:05:00+01:00")));
  g_assert_true (was_on (&run, test_instant ("2026-01-26T09:59:59+01:00")));
  g_assert_false (was_on (&run, test_instant ("2026-01-26T10:10:00+01:00")));
  g_assert_false (was_on (&run, test_instant ("2026-01-27T05:59:59+01:00")));
  g_assert_true (was_on (&run, test_instant ("2026-01-27T06:05:00+01:00")));
}

static void
test_simulation_stops (void)
{
  g_auto (Run) run = { 0 };
  g_autoptr (GError) error = NULL;

  run_init (&run, "2026-01-25T10:45:00+01:00", 1);
  run_until (&run, test_instant ("2026-01-25T11:15:30+01:00"));
  g_assert_true (tsm_simulation_stop (run.simulation, &error));
  g_assert_no_error (error);
}

static void
test_simulation_refuses_a_bad_database (void)
{
  g_autoptr (GTimeZone) paris = test_zone_new ("Europe/Paris");
  g_autoptr (GError) error = NULL;
  const TsmSimulationConfig config = { .begin = test_instant ("2026-01-25T10:45:00+01:00"),
                                       .database = "/nowhere/at/all.db",
                                       .engine = { .server_name = "server", .zone = paris } };

  g_assert_null (tsm_simulation_new (&config, NULL, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (winters); i++) {
    g_autofree char *path = g_strdup_printf ("/simulation/winter/%s", winters[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_simulation_winter);
  }
  g_test_add_func ("/simulation/same-seed", test_simulation_same_seed_same_story);
  g_test_add_func ("/simulation/other-seed", test_simulation_other_seed_other_energy);
  g_test_add_func ("/simulation/derogation", test_simulation_derogation);
  g_test_add_func ("/simulation/stops", test_simulation_stops);
  g_test_add_func ("/simulation/bad-database", test_simulation_refuses_a_bad_database);
  return g_test_run ();
}
