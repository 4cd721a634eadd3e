/* SPDX-License-Identifier: MIT
 * The host's controller: scripts of events. */
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (script_cases); i++) {
    g_autofree char *path = g_strconcat ("/controller/scripts/", script_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_controller_follows_scripts);
  }
  return g_test_run ();
}
