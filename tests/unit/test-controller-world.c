/* SPDX-License-Identifier: MIT
 * The host's controller in a small world: its cadences, and what holds for any order of events. */
#include "rules/tsm-controller.h"

#define BASE ((gint64) 1769500000)

static const TsmControllerParams params = { .off_threshold_w = TSM_CONTROLLER_OFF_THRESHOLD_W,
                                            .boot_timeout_s = TSM_CONTROLLER_BOOT_TIMEOUT_S,
                                            .grace_s = TSM_CONTROLLER_GRACE_S };

/* A host that obeys, its plug and its API, around a controller. */
typedef enum { HOST_ON, HOST_STOPPING, HOST_OFF, HOST_BOOTING } HostState;

#define HOST_STOP_S    55 /* of which the API answers the first 40 */
#define HOST_ANSWERS_S 40
#define HOST_BOOT_S    50

typedef struct {
  TsmController controller;
  gint64 now;
  gint64 wake_at;
  HostState host;
  gint64 host_at; /* of its last change */
  gboolean has_network, has_plug;
  gint64 probe_at, read_at, stop_at; /* answers on their way; 0 is none */
  TsmOrdered stop_order;
  gint64 last_off_at, last_on_at;
  guint n_steps;
  guint n_on, n_off;
  guint n_told[TSM_CONTROLLER_CAME_ON + 1];
  char word[16]; /* the letters played, for the message */
} World;

static void
advance_host (World *world)
{
  const gint64 age_s = world->now - world->host_at;

  if (world->host == HOST_STOPPING && age_s >= HOST_STOP_S)
    world->host = HOST_OFF;
  else if (world->host == HOST_BOOTING && age_s >= HOST_BOOT_S)
    world->host = HOST_ON;
}

static gboolean
is_reachable (const World *world)
{
  return world->has_network &&
         (world->host == HOST_ON ||
          (world->host == HOST_STOPPING && world->now - world->host_at < HOST_ANSWERS_S));
}

static void
carry_out (World *world, const TsmControllerActions *actions)
{
  const TsmController *controller = &world->controller;

  g_assert_cmpint (actions->wake_at, >, world->now);
  world->wake_at = actions->wake_at;
  g_assert_false (actions->order_off && actions->order_on);
  for (guint i = 0; i < actions->n_notices; i++)
    world->n_told[actions->notices[i]]++;
  if (actions->probe)
    world->probe_at = world->now + 1;
  if (actions->read_plug)
    world->read_at = world->now + 1;
  if (actions->order_off) {
    g_assert_cmpint (controller->wanted, ==, TSM_POWER_OFF);
    g_assert_cmpint (world->now - world->last_on_at, >=, TSM_CONTROLLER_ORDER_GAP_S);
    world->last_off_at = world->now;
    world->n_off++;
    world->stop_at = world->now + 1;
    world->stop_order = is_reachable (world) ? TSM_ORDERED : TSM_ORDERED_FAILED;
    if (is_reachable (world) && world->host == HOST_ON) {
      world->host = HOST_STOPPING;
      world->host_at = world->now;
    }
  }
  if (actions->order_on) {
    g_assert_cmpint (controller->wanted, ==, TSM_POWER_ON);
    g_assert_cmpint (world->now - world->last_off_at, >=, TSM_CONTROLLER_ORDER_GAP_S);
    /* A packet in a board's last seconds is lost, or brings it up at once. */
    g_assert_cmpint (world->host, !=, HOST_STOPPING);
    world->last_on_at = world->now;
    world->n_on++;
    if (world->has_network && world->host == HOST_OFF) {
      world->host = HOST_BOOTING;
      world->host_at = world->now;
    }
  }
}

static void
feed (World *world, const TsmControllerInput *input)
{
  TsmControllerActions actions;

  world->n_steps++;
  tsm_controller_step (&world->controller, &params, input, world->now, &actions);
  carry_out (world, &actions);
}

static gint64
get_next_at (const World *world)
{
  const gint64 answers[] = { world->probe_at, world->read_at, world->stop_at };
  gint64 next_at = world->wake_at;

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    next_at = answers[i] != 0 ? MIN (next_at, answers[i]) : next_at;
  return next_at;
}

static void
happen (World *world)
{
  TsmControllerInput input = { .kind = TSM_CONTROLLER_TICK };

  advance_host (world);
  if (world->now == world->stop_at) {
    world->stop_at = 0;
    input.kind = TSM_CONTROLLER_STOPPED;
    input.ordered = world->stop_order;
  } else if (world->now == world->probe_at) {
    world->probe_at = 0;
    input.kind = TSM_CONTROLLER_PROBED;
    input.probe = is_reachable (world) ? TSM_PROBE_ANSWERS : TSM_PROBE_SILENT;
  } else if (world->now == world->read_at) {
    world->read_at = 0;
    input.kind = TSM_CONTROLLER_POWER;
    input.power_w = !world->has_plug ? -1 : world->host == HOST_OFF ? 2 : 70;
  }
  feed (world, &input);
}

static void
run_until (World *world, gint64 until)
{
  while (get_next_at (world) <= until) {
    world->now = get_next_at (world);
    happen (world);
  }
  world->now = until;
  advance_host (world);
}

static gboolean
has_converged (const World *world)
{
  const TsmController *controller = &world->controller;

  return controller->phase == TSM_CONTROLLER_IDLE && controller->seen == controller->wanted &&
         (controller->wanted == TSM_POWER_ON ? world->host == HOST_ON : world->host == HOST_OFF);
}

static void
want (World *world, TsmPower state, gboolean is_asserted)
{
  const TsmControllerInput input = {
    .kind = TSM_CONTROLLER_WANT,
    .want = { .state = state,
              .reason = state == TSM_POWER_ON ? TSM_REASON_NOT_RED : TSM_REASON_RED,
              .is_asserted = is_asserted },
  };

  feed (world, &input);
}

/* What may happen to the world between two looks of ours. */
typedef enum {
  WANT_ON,
  WANT_OFF,
  WAIT_SHORT,
  WAIT_MINUTE,
  WAIT_LONG,
  FLIP_HOST, /* it dies, or starts by a hand on its button */
  FLIP_NETWORK,
  FLIP_PLUG,
  CRASH, /* of TSM: what was asked is never answered, what was saved is asserted */
  N_LETTERS,
} Letter;
static const char letter_names[] = "10smlhnpc";

static void
play (World *world, Letter letter)
{
  switch (letter) {
  case WANT_ON:
    want (world, TSM_POWER_ON, FALSE);
    break;
  case WANT_OFF:
    want (world, TSM_POWER_OFF, FALSE);
    break;
  case WAIT_SHORT:
    run_until (world, world->now + 7);
    break;
  case WAIT_MINUTE:
    run_until (world, world->now + 67);
    break;
  case WAIT_LONG:
    run_until (world, world->now + 907);
    break;
  case FLIP_HOST:
    world->host = world->host == HOST_OFF ? HOST_BOOTING : HOST_OFF;
    world->host_at = world->now;
    break;
  case FLIP_NETWORK:
    world->has_network = !world->has_network;
    break;
  case FLIP_PLUG:
    world->has_plug = !world->has_plug;
    break;
  case CRASH:
    world->probe_at = world->read_at = world->stop_at = 0;
    world->wake_at = world->now + 20;
    run_until (world, world->now + 19);
    if (world->controller.wanted != TSM_POWER_UNKNOWN)
      want (world, world->controller.wanted, TRUE);
    break;
  case N_LETTERS:
    g_assert_not_reached ();
  }
}

/* The longest wait of all: a shutdown that may have been heard, and was not. */
#define CONVERGES_S 3600

/* Plays every word of @depth letters from @world on; returns how many ended with a goal. */
static guint
enumerate (const World *world, guint depth)
{
  guint n_words = 0;

  if (depth == 0) {
    World end = *world;
    const gint64 limit = end.now + CONVERGES_S;

    if (end.controller.wanted == TSM_POWER_UNKNOWN)
      return 0;
    /* A host that goes off by itself stays off until 06:00, when the plan is asserted; what was
     * answered in the very second of its end does not count. */
    end.has_network = TRUE;
    run_until (&end, end.now + 1);
    want (&end, end.controller.wanted, TRUE);
    while (!has_converged (&end) && end.now < limit)
      run_until (&end, MAX (end.now + 1, get_next_at (&end)));
    if (!has_converged (&end))
      g_error ("after \"%s\": phase %d, seen %s, host %d", world->word, end.controller.phase,
               tsm_power_to_string (end.controller.seen), end.host);
    /* It never spins: a probe each 10 s and a read each 30 s, asked and answered. */
    g_assert_cmpuint (end.n_steps, <=, (guint) (end.now - BASE) / 3 + 30);
    return 1;
  }
  for (Letter letter = 0; letter < N_LETTERS; letter++) {
    World next = *world;

    next.word[strlen (next.word)] = letter_names[letter];
    play (&next, letter);
    n_words += enumerate (&next, depth - 1);
  }
  return n_words;
}

static void
test_controller_converges_whatever_happens (gconstpointer data)
{
  World world = { .now = BASE,
                  .wake_at = BASE,
                  .host = GPOINTER_TO_UINT (data),
                  .has_network = TRUE,
                  .has_plug = TRUE };

  g_assert_cmpuint (enumerate (&world, 6), >, 100000);
}

/* The packets of a host that never wakes, by hour. */
static void
test_controller_wakes_less_and_less (void)
{
  World world = { .now = BASE, .wake_at = BASE, .host = HOST_OFF, .has_plug = TRUE };
  guint n_before;

  run_until (&world, BASE + 60);
  want (&world, TSM_POWER_ON, FALSE);
  run_until (&world, BASE + 60 + 299);
  g_assert_cmpuint (world.n_on, ==, 30);
  n_before = world.n_on;
  run_until (&world, BASE + 60 + 300 + 1799);
  g_assert_cmpuint (world.n_on - n_before, ==, 30);
  n_before = world.n_on;
  run_until (&world, BASE + 60 + 2100 + 6 * 3600 - 1);
  g_assert_cmpuint (world.n_on - n_before, ==, 36);
  g_assert_cmpuint (world.n_off, ==, 0);
  g_assert_cmpuint (world.n_told[TSM_CONTROLLER_WAKING], ==, 1);
  g_assert_cmpuint (world.n_told[TSM_CONTROLLER_NO_WAKE], ==, 1);
}

/* Idle, nothing but a probe every five minutes; that is what a Pi pays for it. */
static void
test_controller_idles_quietly (void)
{
  World world = { .now = BASE, .wake_at = BASE, .has_network = TRUE, .has_plug = TRUE };
  guint n_steps = 0;

  want (&world, TSM_POWER_ON, FALSE);
  run_until (&world, BASE + 60);
  g_assert_true (has_converged (&world));
  for (; world.now < BASE + 86400; n_steps++) {
    world.now = get_next_at (&world);
    happen (&world);
  }
  g_assert_cmpuint (n_steps, <=, 2 * 288 + 2);
}

/* Input in any order, from anyone, with a clock that may step back: no order against the goal, none
 * too close to another, and always a next look within reach. */
static void
test_controller_survives_anything (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260129);
  guint n_orders = 0;

  for (guint run = 0; run < 20000; run++) {
    World world = { .now = BASE };
    const gboolean is_clock_steady = run % 4 != 0;

    for (guint i = 0; i < 40; i++) {
      TsmControllerInput input = { .kind = (TsmControllerInputKind) g_rand_int_range (rand, 0, 6) };

      if (input.kind == TSM_CONTROLLER_WANT) {
        input.want.state = g_rand_boolean (rand) ? TSM_POWER_ON : TSM_POWER_OFF;
        input.want.is_asserted = g_rand_boolean (rand);
        input.want.is_off_seen = g_rand_int_range (rand, 0, 4) == 0;
      } else if (input.kind == TSM_CONTROLLER_PROBED) {
        input.probe = (TsmProbe) g_rand_int_range (rand, 0, 5);
      } else if (input.kind == TSM_CONTROLLER_POWER) {
        input.power_w = g_rand_int_range (rand, -1, 21);
      } else {
        input.ordered = (TsmOrdered) g_rand_int_range (rand, 0, 3);
      }
      if (!is_clock_steady && g_rand_int_range (rand, 0, 8) == 0) {
        const gint64 back_s = g_rand_int_range (rand, 1, 100000);

        world.now -= back_s;
        world.last_on_at -= back_s;
        world.last_off_at -= back_s;
      } else {
        world.now += g_rand_int_range (rand, 0, g_rand_boolean (rand) ? 35 : 1300);
      }
      feed (&world, &input);
      g_assert_cmpint (world.wake_at, <=, world.now + 1300);
    }
    n_orders += world.n_on + world.n_off;
  }
  g_assert_cmpuint (n_orders, >, 20000);
}

/* Two red days with derogations, carried out: the plan's promises (DESIGN 7, 5 and 6) are kept by
 * the host itself. */
typedef struct {
  TsmPlanDay days[6];
  TsmDerogation derogations[3];
  TsmPlanInput input;
} PlanFixture;

static void
fill_plan (PlanFixture *fixture, GTimeZone *zone, GRand *rand)
{
  const TsmDay first = 20479;
  TsmPlanInput *input = &fixture->input;

  for (gint d = 0; d < 6; d++)
    fixture->days[d] = (TsmPlanDay){
      .day = first + d,
      .colour = d == 2 || d == 3 ? TSM_COLOUR_RED : TSM_COLOUR_BLUE,
      .policy = g_rand_boolean (rand) ? TSM_POLICY_PEAK : TSM_POLICY_EVENING,
    };
  *input = (TsmPlanInput){ .zone = zone,
                           .days = fixture->days,
                           .n_days = 6,
                           .derogations = fixture->derogations,
                           .n_derogations = (gsize) g_rand_int_range (rand, 0, 4) };
  input->begin = ((gint64) first + 1) * 86400 + 5 * 3600;
  input->end = input->begin + 4 * 86400;
  input->now = input->begin;
  for (gsize i = 0; i < input->n_derogations; i++) {
    const gint64 begin = input->begin + g_rand_int_range (rand, 0, 4 * 86400);

    fixture->derogations[i] =
        (TsmDerogation){ 1, 1, begin, begin + g_rand_int_range (rand, 600, 43200) };
  }
}

/* Carries out one tile of the plan, and checks the host at its end. */
static void
live_through (World *world, const TsmInterval *interval)
{
  const gint64 length_s = interval->end - interval->begin;
  const guint n_off_before = world->n_off;

  want (world, interval->state, interval->begin == world->now);
  run_until (world, MIN (interval->begin + 60, interval->end - 1));
  /* Told within a minute, unless it has just been woken: then a minute after the last packet. */
  if (interval->state == TSM_POWER_OFF && length_s > 60 && world->host == HOST_ON)
    g_assert_cmpuint (world->n_off, >, n_off_before);
  run_until (world, interval->end - 1);
  if (interval->state == TSM_POWER_OFF) {
    /* 30 min are enough for any stop: told, down, and seen to be. */
    g_assert_cmpint (length_s, >=, TSM_PLAN_SHORT_GAP_S);
    g_assert_cmpint (world->host, ==, HOST_OFF);
    g_assert_cmpint (world->controller.seen, ==, TSM_POWER_OFF);
  } else {
    g_assert_cmpuint (world->n_off, ==, n_off_before);
    if (length_s > HOST_STOP_S + TSM_CONTROLLER_ORDER_GAP_S + HOST_BOOT_S + 60)
      g_assert_cmpint (world->host, ==, HOST_ON);
  }
  run_until (world, interval->end);
}

static void
test_controller_carries_out_plans (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Paris");
  g_autoptr (GArray) intervals = g_array_new (FALSE, FALSE, sizeof (TsmInterval));
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260201);
  guint n_tiles = 0;

  for (guint run = 0; run < 1000; run++) {
    PlanFixture fixture;
    World world = { .host = HOST_ON, .has_network = TRUE, .has_plug = run % 3 != 0 };

    fill_plan (&fixture, zone, rand);
    g_array_set_size (intervals, 0);
    tsm_plan_compute (&fixture.input, intervals);
    world.now = world.wake_at = fixture.input.begin;
    for (guint i = 0; i < intervals->len; i++)
      live_through (&world, &g_array_index (intervals, TsmInterval, i));
    n_tiles += intervals->len;
    g_assert_cmpuint (world.n_told[TSM_CONTROLLER_NO_WAKE], ==, 0);
    g_assert_cmpuint (world.n_told[TSM_CONTROLLER_STOP_FAILED], ==, 0);
    g_assert_cmpuint (world.n_told[TSM_CONTROLLER_STILL_ON], ==, 0);
    g_assert_cmpuint (world.n_told[TSM_CONTROLLER_CAME_ON], ==, 0);
  }
  g_assert_cmpuint (n_tiles, >, 4000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/controller/wakes-less-and-less", test_controller_wakes_less_and_less);
  g_test_add_func ("/controller/idles-quietly", test_controller_idles_quietly);
  g_test_add_func ("/controller/carries-out-plans", test_controller_carries_out_plans);
  g_test_add_func ("/controller/survives-anything", test_controller_survives_anything);
  g_test_add_data_func ("/controller/converges/from-on", GUINT_TO_POINTER (HOST_ON),
                        test_controller_converges_whatever_happens);
  g_test_add_data_func ("/controller/converges/from-off", GUINT_TO_POINTER (HOST_OFF),
                        test_controller_converges_whatever_happens);
  return g_test_run ();
}
