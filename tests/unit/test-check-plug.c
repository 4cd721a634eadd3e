/* SPDX-License-Identifier: MIT
 * test-check-plug: what the doctor says of a plug that answers. */
#include "cli/tsm-check-plug.h"
#include <string.h>

/* What its clock should show. */
#define CLOCK_AT G_GINT64_CONSTANT (1771239600)

/* A plug with nothing to complain of. */
static const TsmReading good_reading = { .total_wh = 1000, .step_wh = 1 };
static const TsmPlugFacts good_facts = {
  .version = "14.2.0(tasmota)",
  .version_number = G_GINT64_CONSTANT (14002000000),
  .http_api = 1,
  .timezone = 99,
  .local_at = CLOCK_AT + 60,
  .save_data = 1,
  .power_on_state = 1,
  .signal_dbm = -80,
  .link_count = 3,
};

static const struct {
  const char *name;
  gsize offset; /* of the fact that differs */
  gint64 value;
  const char *said; /* NULL: nothing */
} cases[] = {
#define FACT(field) G_STRUCT_OFFSET (TsmPlugFacts, field)
  { "good", FACT (http_api), 1, NULL },
  { "old-firmware", FACT (version_number), G_GINT64_CONSTANT (9005000008), "is old" },
  { "first-advised", FACT (version_number), G_GINT64_CONSTANT (9005000009), "12.3 or later" },
  { "before-12.3", FACT (version_number), G_GINT64_CONSTANT (12002999999), "12.3 or later" },
  { "12.3", FACT (version_number), G_GINT64_CONSTANT (12003000000), NULL },
  { "version-not-said", FACT (version_number), -1, NULL },
  { "api-off", FACT (http_api), 0, "SetOption128 1" },
  { "api-not-said", FACT (http_api), -1, NULL },
  { "fixed-zone", FACT (timezone), 1, "Timezone 99" },
  { "zone-not-said", FACT (timezone), -1, NULL },
  { "clock-ahead", FACT (local_at), CLOCK_AT + 61, "NtpServer1" },
  { "clock-behind", FACT (local_at), CLOCK_AT - 61, "NtpServer1" },
  { "clock-in-1970", FACT (local_at), 5, "NtpServer1" },
  { "clock-not-said", FACT (local_at), TSM_INSTANT_NONE, NULL },
  { "never-saves", FACT (save_data), 0, "SaveData 1" },
  { "saves-hourly", FACT (save_data), 3600, NULL },
  { "off-after-a-cut", FACT (power_on_state), 0, "PowerOnState 1" },
  { "toggles-after-a-cut", FACT (power_on_state), 2, "PowerOnState 1" },
  { "as-it-was", FACT (power_on_state), 3, NULL },
  { "locked-on", FACT (power_on_state), 4, NULL },
  { "inverted-after-a-cut", FACT (power_on_state), 5, "PowerOnState 1" },
  { "retains", FACT (power_retain), 1, "PowerRetain 0" },
  { "weak-signal", FACT (signal_dbm), -81, "Wi-Fi signal" },
  { "wired", FACT (signal_dbm), 0, NULL },
  { "links-often", FACT (link_count), 51, "lost its Wi-Fi" },
};

static void
test_check_plug_says (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GString) out = g_string_new (NULL);
  TsmCheckup checkup = { .out = out };
  TsmPlugFacts facts = good_facts;

  G_STRUCT_MEMBER (gint64, &facts, cases[i].offset) = cases[i].value;
  tsm_check_plug_facts (&checkup, &good_reading, &facts, CLOCK_AT);
  g_assert_false (checkup.has_failed);
  if (cases[i].said == NULL) {
    g_assert_cmpstr (out->str, ==, "");
    return;
  }
  /* One finding, and it says how to mend it. */
  g_assert_true (g_str_has_prefix (out->str, "warn plug: "));
  g_assert_nonnull (strstr (out->str, cases[i].said));
  g_assert_nonnull (strstr (out->str, "; "));
  g_assert_true (strchr (out->str, '\n') == out->str + out->len - 1);
}

static void
test_check_plug_wants_whole_watt_hours (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TsmCheckup checkup = { .out = out };
  TsmReading reading = good_reading;

  reading.step_wh = 10;
  tsm_check_plug_facts (&checkup, &reading, &good_facts, CLOCK_AT);
  g_assert_nonnull (strstr (out->str, "EnergyRes 3"));
}

static void
test_checkup_marks (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TsmCheckup checkup = { .out = out };

  tsm_checkup_add (&checkup, TSM_FINDING_OK, "plug", "%d Wh", 5);
  tsm_checkup_add (&checkup, TSM_FINDING_WARN, "plug", "old");
  g_assert_false (checkup.has_failed);
  tsm_checkup_add (&checkup, TSM_FINDING_FAIL, "host", "away");
  g_assert_true (checkup.has_failed);
  checkup.use_colour = TRUE;
  tsm_checkup_add (&checkup, TSM_FINDING_OK, "host", "back");
  g_assert_true (checkup.has_failed);
  g_assert_cmpstr (out->str, ==,
                   "ok   plug: 5 Wh\nwarn plug: old\nFAIL host: away\n"
                   "\033[32mok  \033[0m host: back\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/check-plug/says/", cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_check_plug_says);
  }
  g_test_add_func ("/check-plug/wants-whole-watt-hours", test_check_plug_wants_whole_watt_hours);
  g_test_add_func ("/checkup/marks", test_checkup_marks);
  return g_test_run ();
}
