/* SPDX-License-Identifier: MIT
 * The host's controller: scripts of events, its cadences, and what holds for any order of events.
 */
#include "rules/tsm-controller.h"

#define BASE ((gint64) 1769500000)

static const TsmControllerParams params = { .off_threshold_w = TSM_CONTROLLER_OFF_THRESHOLD_W,
                                            .boot_timeout_s = TSM_CONTROLLER_BOOT_TIMEOUT_S,
                                            .grace_s = TSM_CONTROLLER_GRACE_S };

/* A line is "seconds input [argument ...] : outputs". Inputs: want on|off [assert] [seen]; probe
 * answers|refused|silent|denied|error; power W; stopped done|failed|denied; tick. Outputs, since
 * the line before, in order: =on =off =off? =unknown (what is seen; "?" is probable), a notice,
 * order_off, order_on; with @seconds when a tick between the lines gave it. */
static const struct {
  const char *name;
  const char *script;
} script_cases[] = {
  { "off-by-a-low-draw", "0 probe answers : =on\n"
                         "1 want off : stopping order_off\n"
                         "2 stopped done :\n"
                         "60 probe answers :\n"
                         "61 power 2 :\n"
                         "70 probe answers :\n"
                         "80 probe silent :\n"
                         "91 power 2 :\n" /* the first low read since the last answer */
                         "120 power 3 :\n"
                         "121 power 0 : =off off_seen\n" },
  { "one-high-read-starts-over", "0 want off : stopping order_off\n"
                                 "1 stopped done :\n"
                                 "10 power 2 :\n"
                                 "30 power 10 :\n"
                                 "50 power 9 :\n"
                                 "79 power 9 :\n"
                                 "80 power 9 : =off off_seen\n" },
  { "probably-off-by-silence", "0 probe answers : =on\n"
                               "1 want off : stopping order_off\n"
                               "2 stopped done :\n"
                               "20 probe refused :\n"
                               "29 probe silent :\n" /* too soon to count */
                               "30 probe silent :\n"
                               "39 probe silent :\n"
                               "40 probe silent : =off? probably_off\n" },
  { "a-draw-beats-silence", "0 want off : stopping order_off\n"
                            "1 stopped done :\n"
                            "20 power 60 :\n"
                            "30 probe silent :\n"
                            "40 probe silent :\n"
                            "50 probe silent :\n"
                            "60 probe silent :\n"
                            "61 power -1 : =off? probably_off\n" },
  { "a-stale-draw-does-not", "0 want off : stopping order_off\n"
                             "1 stopped done :\n"
                             "5 power 60 :\n"
                             "30 probe silent :\n"
                             "60 probe silent :\n"
                             "155 probe silent :\n"
                             "156 probe silent : =off? probably_off\n" },
  { "probably-off-proved-wrong", "0 want off : stopping order_off\n"
                                 "1 stopped done :\n"
                                 "10 probe silent :\n"
                                 "20 probe silent :\n"
                                 "30 probe silent : =off? probably_off\n"
                                 "90 power 60 : =unknown still_on\n"
                                 "150 power 60 :\n"
                                 "160 probe answers : =on order_off\n"
                                 "161 stopped done :\n"
                                 "170 probe silent :\n"
                                 "180 power 2 :\n"
                                 "210 power 2 : =off off_seen\n" },
  { "probably-off-confirmed", "0 want off : stopping order_off\n"
                              "1 stopped done :\n"
                              "10 probe silent :\n"
                              "20 probe silent :\n"
                              "30 probe silent : =off? probably_off\n"
                              "90 power 1 :\n"
                              "150 power 1 : =off\n" },
  { "hung-on-the-way-down", "0 probe answers : =on\n"
                            "10 want off : stopping order_off\n"
                            "11 stopped done :\n"
                            "600 power 60 :\n"
                            "612 stopped done : order_off@611\n"
                            "911 probe answers : still_on@910\n"
                            "1213 stopped done : order_off@1212\n"
                            "1812 probe answers :\n"
                            "1814 stopped done : order_off@1813\n" },
  { "retries-with-backoff", "0 probe answers : =on\n"
                            "10 want off : stopping order_off\n"
                            "11 stopped failed : stop_failed\n"
                            "41 stopped failed : order_off\n"
                            "101 stopped failed : order_off\n"
                            "221 stopped failed : order_off\n"
                            "461 stopped failed : order_off\n"
                            "941 stopped failed : still_on@910 order_off\n"
                            "1541 stopped failed : order_off\n"
                            "2141 stopped done : order_off\n" },
  { "failure-of-a-dead-host-is-no-news", "0 want off : stopping order_off\n"
                                         "0 power 1 :\n"
                                         "1 stopped failed :\n"
                                         "2 probe refused :\n"
                                         "30 power 1 : =off off_seen\n" },
  { "an-order-without-answer-is-repeated", "0 want off : stopping order_off\n"
                                           "59 tick :\n"
                                           "60 tick : order_off\n" },
  { "denied-once-then-slowly", "0 probe answers : =on\n"
                               "10 want off : stopping order_off\n"
                               "11 stopped denied : denied\n"
                               "612 stopped denied : order_off@611\n"
                               "1213 stopped done : still_on@910 order_off@1212\n" },
  { "denied-is-on", "0 probe denied : =on denied\n"
                    "10 probe denied :\n"
                    "20 want off : stopping order_off\n"
                    "21 stopped denied :\n"
                    "30 probe answers :\n"
                    "40 probe denied : denied\n" },
  { "an-error-is-an-answer", "0 probe error : =on\n"
                             "10 want off : stopping order_off\n"
                             "11 stopped failed : stop_failed\n"
                             "20 power 1 :\n"
                             "40 probe error : \n"
                             "50 power 1 : order_off@41\n" },
  { "wake-until-it-answers", "0 want off seen : =off\n"
                             "1 probe refused :\n"
                             "100 want on : waking order_on\n"
                             "111 tick : order_on@110\n"
                             "121 probe silent : order_on@120\n"
                             "124 power 70 :\n"
                             "125 probe answers : =on on_seen\n"
                             "200 tick :\n" },
  { "answers-but-draws-nothing-yet", "0 power 1 :\n"
                                     "30 power 1 : =off\n"
                                     "31 want on : waking order_on\n"
                                     "40 power 1 :\n"
                                     "41 probe answers : order_on\n"
                                     "42 tick :\n"
                                     "50 power 70 : =on on_seen\n" },
  { "an-idle-box-below-the-threshold", "0 power 8 :\n"
                                       "30 power 8 : =off\n"
                                       "31 want on : waking order_on\n"
                                       "40 power 8 :\n"
                                       "41 probe answers : order_on\n"
                                       "51 probe answers :\n"
                                       "61 probe answers : =on on_seen\n" },
  { "boots-before-the-first-wake", "0 probe answers : =on\n"
                                   "10 want off : stopping order_off\n"
                                   "11 stopped done :\n"
                                   "20 probe silent :\n"
                                   "30 power 1 :\n"
                                   "60 power 1 : =off off_seen\n"
                                   "70 want on :\n"
                                   "100 power 80 :\n"
                                   "110 probe answers : =on on_seen\n" },
  { "asserted-while-waking", "0 power 1 :\n"
                             "30 power 1 : =off\n"
                             "31 want on : waking order_on\n"
                             "41 tick : order_on\n"
                             "42 want on assert :\n"
                             "51 power 70 : order_on\n"
                             "52 probe answers : =on on_seen\n" },
  { "on-already", "0 want on :\n"
                  "1 probe answers : =on\n"
                  "300 want on assert :\n"
                  "301 probe answers :\n" },
  { "asserted-and-found-off", "0 want on :\n"
                              "1 probe answers : =on\n"
                              "300 want on assert :\n"
                              "301 probe silent :\n"
                              "310 power 1 :\n"
                              "311 probe silent :\n"
                              "340 power 1 : =off waking order_on\n" },
  { "asserted-and-hung", "0 want on :\n"
                         "1 probe answers : =on\n"
                         "250 power 60 :\n"
                         "300 want on assert :\n"
                         "301 probe silent :\n"
                         "311 probe silent :\n"
                         "321 probe silent : =unknown waking order_on\n" },
  { "fresh-and-silent-is-woken", "0 want on :\n"
                                 "1 probe silent : waking order_on\n" },
  { "off-by-itself-is-left-alone", "0 want on :\n"
                                   "1 probe answers : =on\n"
                                   "60 power 1 :\n"
                                   "61 probe silent :\n"
                                   "120 power 1 : =off\n"
                                   "1200 tick :\n"
                                   "1201 want on assert : waking order_on\n" },
  { "came-on-by-itself", "0 want off seen : =off\n"
                         "1 probe silent :\n"
                         "60 power 50 :\n"
                         "120 power 50 : =unknown\n"
                         "130 probe answers : =on came_on\n"
                         "251 stopped done : order_off@250\n"
                         "300 probe silent :\n"
                         "301 power 1 :\n"
                         "331 power 1 : =off off_seen\n" },
  { "came-on-and-kept", "0 want off seen : =off\n"
                        "1 probe silent :\n"
                        "100 probe answers : =on came_on\n"
                        "150 want on :\n"
                        "151 probe answers :\n"
                        "900 tick :\n" },
  { "restart-in-a-window-not-seen-off", "0 want off assert : stopping order_off\n" },
  { "restart-in-a-window-seen-off", "0 want off assert seen : =off\n"
                                    "1 probe silent :\n"
                                    "400 tick :\n" },
  { "restart-in-a-window-seen-off-but-on", "0 want off assert seen : =off\n"
                                           "1 probe answers : =on stopping order_off\n" },
  { "asserted-off-while-stopping", "0 probe answers : =on\n"
                                   "10 want off : stopping order_off\n"
                                   "11 stopped done :\n"
                                   "100 want off assert : order_off\n" },
  { "another-reason-is-no-order", "0 probe answers : =on\n"
                                  "10 want off : stopping order_off\n"
                                  "11 stopped done :\n"
                                  "100 want off :\n" },
  { "wanted-on-during-a-shutdown", "0 probe answers : =on\n"
                                   "10 want off : stopping order_off\n"
                                   "11 stopped done :\n"
                                   "20 want on :\n"
                                   "100 probe answers :\n"
                                   "200 probe silent :\n"
                                   "210 power 1 :\n"
                                   "240 power 1 : =off\n"
                                   "299 tick :\n"
                                   "300 tick : waking order_on\n"
                                   "350 power 60 : order_on@310 order_on@320 order_on@330 "
                                   "order_on@340 order_on\n"
                                   "351 probe answers : =on on_seen\n" },
  { "wanted-on-before-the-answer", "0 probe answers : =on\n"
                                   "10 want off : stopping order_off\n"
                                   "11 want on :\n"
                                   "12 stopped denied : denied\n"
                                   "13 probe answers : on_seen\n" },
  { "the-shutdown-never-happened", "0 probe answers : =on\n"
                                   "10 want off : stopping order_off\n"
                                   "11 stopped done :\n"
                                   "20 want on :\n"
                                   "1209 probe answers :\n"
                                   "1210 tick : on_seen\n" },
  { "hung-in-a-shutdown-is-woken-at-last", "0 probe answers : =on\n"
                                           "10 want off : stopping order_off\n"
                                           "11 stopped done :\n"
                                           "20 want on :\n"
                                           "1100 power 60 :\n"
                                           "1110 probe silent :\n"
                                           "1120 probe silent :\n"
                                           "1130 probe silent :\n"
                                           "1190 power 60 :\n"
                                           "1210 tick : =unknown waking order_on\n" },
  { "off-on-off-keeps-the-order", "0 probe answers : =on\n"
                                  "10 want off : stopping order_off\n"
                                  "11 stopped done :\n"
                                  "20 want on :\n"
                                  "30 want off : stopping\n"
                                  "612 stopped done : order_off@611\n" },
  { "wanted-off-while-booting", "0 power 1 :\n"
                                "30 power 1 : =off\n"
                                "31 want on : waking order_on\n"
                                "35 want off : =unknown stopping\n"
                                "40 probe silent :\n"
                                "50 probe silent :\n"
                                "60 probe silent :\n"
                                "65 power 60 :\n"
                                "92 stopped failed : order_off@91 stop_failed\n"
                                "100 probe answers : =on\n"
                                "123 stopped done : order_off@122\n"
                                "150 probe silent :\n"
                                "151 power 1 :\n"
                                "181 power 1 : =off off_seen\n" },
  { "wanted-off-after-a-packet-that-missed", "0 power 1 :\n"
                                             "30 power 1 : =off\n"
                                             "31 want on : waking order_on\n"
                                             "35 want off : =unknown stopping\n"
                                             "36 power 1 :\n"
                                             "66 power 1 : =off off_seen\n" },
  { "a-booting-host-is-silent-too", "0 want on :\n"
                                    "1 probe silent : waking order_on\n"
                                    "5 want off : stopping\n"
                                    "62 stopped failed : order_off@61\n"
                                    "70 probe silent :\n"
                                    "80 probe silent :\n"
                                    "93 stopped failed : order_off@92\n"
                                    "154 stopped done : order_off@153\n"
                                    "300 probe silent :\n"
                                    "301 probe silent : =off? probably_off\n" },
  { "wanted-on-again-60-s-after-off", "0 probe answers : =on\n"
                                      "10 want off : stopping order_off\n"
                                      "11 stopped failed : stop_failed\n"
                                      "12 probe silent :\n"
                                      "13 power 1 :\n"
                                      "43 power 1 : order_off@41 =off off_seen\n"
                                      "50 want on :\n"
                                      "103 tick : waking order_on\n" },
  { "answers-nobody-asked-for", "0 stopped done :\n"
                                "1 stopped denied :\n"
                                "2 woken failed :\n"
                                "3 want on :\n"
                                "4 probe answers : =on\n" },
  { "old-looks-are-not-in-a-row", "0 power 1 :\n"
                                  "601 power 1 :\n"
                                  "602 probe silent :\n"
                                  "612 probe silent :\n"
                                  "631 power 1 : =off\n" },
};

static TsmControllerInput
parse_input (char **words)
{
  static const char *const probes[] = { "answers", "refused", "silent", "denied", "error", NULL };
  static const char *const orders[] = { "done", "failed", "denied", NULL };
  TsmControllerInput input = { .kind = TSM_CONTROLLER_TICK };

  if (g_str_equal (words[0], "want")) {
    input.kind = TSM_CONTROLLER_WANT;
    g_assert_true (tsm_power_from_string (words[1], &input.want.state));
    input.want.reason = input.want.state == TSM_POWER_ON ? TSM_REASON_NOT_RED : TSM_REASON_RED;
    input.want.is_asserted = g_strv_contains ((const char *const *) words, "assert");
    input.want.is_off_seen = g_strv_contains ((const char *const *) words, "seen");
  } else if (g_str_equal (words[0], "probe")) {
    input.kind = TSM_CONTROLLER_PROBED;
    while (!g_str_equal (probes[input.probe], words[1]))
      input.probe++;
  } else if (g_str_equal (words[0], "power")) {
    input.kind = TSM_CONTROLLER_POWER;
    input.power_w = g_ascii_strtoll (words[1], NULL, 10);
  } else if (!g_str_equal (words[0], "tick")) {
    input.kind = g_str_equal (words[0], "woken") ? TSM_CONTROLLER_WOKEN : TSM_CONTROLLER_STOPPED;
    while (!g_str_equal (orders[input.ordered], words[1]))
      input.ordered++;
  }
  return input;
}

static void
print_word (GString *text, const char *word, gint64 at, gint64 line_at)
{
  if (text->len > 0)
    g_string_append_c (text, ' ');
  g_string_append (text, word);
  if (at != line_at)
    g_string_append_printf (text, "@%" G_GINT64_FORMAT, at - BASE);
}

static void
print_actions (GString *text, const TsmController *self, const TsmController *before,
               const TsmControllerActions *actions, gint64 line_at)
{
  const gint64 at = self->stepped_at;
  g_autofree char *now_seen =
      g_strdup_printf ("=%s%s", tsm_power_to_string (self->seen), self->is_probable ? "?" : "");

  if (self->seen != before->seen || self->is_probable != before->is_probable) {
    g_assert_true (actions->has_transition);
    print_word (text, now_seen, at, line_at);
  }
  for (guint i = 0; i < actions->n_notices; i++)
    print_word (text, tsm_controller_notice_to_string (actions->notices[i]), at, line_at);
  if (actions->order_off)
    print_word (text, "order_off", at, line_at);
  if (actions->order_on)
    print_word (text, "order_on", at, line_at);
}

static void
test_controller_follows_scripts (gconstpointer data)
{
  const guint n = GPOINTER_TO_UINT (data);
  g_auto (GStrv) lines = g_strsplit (script_cases[n].script, "\n", -1);
  const TsmControllerInput tick = { .kind = TSM_CONTROLLER_TICK };
  TsmController self = { 0 };
  gint64 wake_at = G_MAXINT64;

  for (guint i = 0; lines[i][0] != '\0'; i++) {
    g_auto (GStrv) halves = g_strsplit (lines[i], ":", 2);
    g_auto (GStrv) words = g_strsplit (g_strstrip (halves[0]), " ", -1);
    const TsmControllerInput input = parse_input (words + 1);
    const gint64 at = BASE + g_ascii_strtoll (words[0], NULL, 10);
    g_autoptr (GString) text = g_string_new (NULL);
    TsmControllerActions actions;
    TsmController before;

    while (wake_at <= at) {
      const gint64 now = wake_at;

      before = self;
      tsm_controller_step (&self, &params, &tick, now, &actions);
      print_actions (text, &self, &before, &actions, at);
      wake_at = actions.wake_at;
    }
    before = self;
    tsm_controller_step (&self, &params, &input, at, &actions);
    print_actions (text, &self, &before, &actions, at);
    wake_at = actions.wake_at;
    if (!g_str_equal (text->str, g_strstrip (halves[1])))
      g_error ("%s: at \"%s\" got \"%s\"", script_cases[n].name, lines[i], text->str);
  }
}

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
  N_LETTERS,
} Letter;
static const char letter_names[] = "10smlhnp";

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (script_cases); i++) {
    g_autofree char *path = g_strconcat ("/controller/scripts/", script_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_controller_follows_scripts);
  }
  g_test_add_func ("/controller/wakes-less-and-less", test_controller_wakes_less_and_less);
  g_test_add_func ("/controller/idles-quietly", test_controller_idles_quietly);
  g_test_add_func ("/controller/survives-anything", test_controller_survives_anything);
  g_test_add_data_func ("/controller/converges/from-on", GUINT_TO_POINTER (HOST_ON),
                        test_controller_converges_whatever_happens);
  g_test_add_data_func ("/controller/converges/from-off", GUINT_TO_POINTER (HOST_OFF),
                        test_controller_converges_whatever_happens);
  return g_test_run ();
}
