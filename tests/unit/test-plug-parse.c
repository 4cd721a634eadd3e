/* SPDX-License-Identifier: MIT */
#include "base/tsm-decimal.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "devices/tsm-plug-parse.h"
#include "tsm-test-server.h"
#include <string.h>

/* What an expectation of tests/fixtures/tasmota/index.csv means here. */
static const struct {
  const char *expected;
  TsmError code;
  const char *message;
} refusals[] = {
  { "error: no ENERGY", TSM_ERROR_UPSTREAM, "answers without \"ENERGY\"" },
  { "error: no Total", TSM_ERROR_INVALID, "no Total in ENERGY" },
  { "error: auth", TSM_ERROR_DENIED, "TASMOTA_PASSWORD" },
  { "error: bad request", TSM_ERROR_UPSTREAM, "Enter command cmnd=" },
  { "error: WebLog too low", TSM_ERROR_INVALID, "WebLog 2" },
  { "error: Command Unknown", TSM_ERROR_INVALID, "newer Tasmota" },
  { "error: Command Error", TSM_ERROR_UPSTREAM, "refuses the command" },
  { "error: empty reply", TSM_ERROR_UPSTREAM, "{}" },
  { "error: invalid JSON", TSM_ERROR_UPSTREAM, "is cut off" },
};

static void
check_refusal (const char *expected, gboolean has_envelope, const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    if (strcmp (refusals[i].expected, expected) != 0)
      continue;
    /* Status 10 itself without a meter is for a person to mend. */
    if (has_envelope && strcmp (expected, "error: no ENERGY") == 0) {
      g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "meters nothing"));
      return;
    }
    g_assert_error (error, TSM_ERROR, (gint) refusals[i].code);
    if (strstr (error->message, refusals[i].message) == NULL)
      g_error ("\"%s\" lacks \"%s\"", error->message, refusals[i].message);
    return;
  }
  g_error ("no row for %s", expected);
}

static void
check_capture (const char *file, const char *expected)
{
  g_autofree char *path = g_strconcat ("tasmota/", file, NULL);
  gsize length;
  g_autofree char *text = tsm_test_server_load (path, &length);
  g_autoptr (GError) error = NULL;
  TsmReading reading;
  gint64 total_wh;

  tsm_plug_parse_clear_reading (&reading);
  g_test_message ("%s: %s", file, expected);
  if (tsm_plug_parse_energy (text, length, &reading, &error)) {
    g_assert_no_error (error);
    g_assert_true (tsm_decimal_parse (expected, -1, 3, &total_wh, NULL, NULL));
    g_assert_cmpint (reading.total_wh, ==, total_wh);
    return;
  }
  g_assert_cmpint (reading.total_wh, ==, -1);
  check_refusal (expected, strstr (text, "\"StatusSNS\"") != NULL, error);
}

static void
test_plug_parse_captures (void)
{
  gsize length;
  g_autofree char *index = tsm_test_server_load ("tasmota/index.csv", &length);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (index), "\n", -1);
  guint n = 0;

  for (char **line = lines + 1; *line != NULL; line++, n++) {
    g_auto (GStrv) cells = g_strsplit (*line, ",", 3);

    g_assert_cmpuint (g_strv_length (cells), ==, 3);
    check_capture (cells[0], cells[2]);
  }
  g_assert_cmpuint (n, ==, 76);
}

#define SNS(fields) "{\"StatusSNS\":{\"Time\":\"2026-01-28T14:00:00\",\"ENERGY\":{" fields "}}}"

static const struct {
  const char *name;
  const char *text;
  gint64 total_wh;
  gint64 step_wh;
  gint64 power_w;
  gint64 today_wh;
} energy_cases[] = {
  { "plain", SNS ("\"Total\":196.708,\"Today\":1.024,\"Power\":61"), 196708, 1, 61, 1024 },
  /* 8192.001 has no exact double; nor has the next. */
  { "beyond-a-float", SNS ("\"Total\":8192.001"), 8192001, 1, -1, -1 },
  { "largest", SNS ("\"Total\":262144.000"), TSM_LIMIT_TOTAL_WH, 1, -1, -1 },
  { "half-rounds-up", SNS ("\"Total\":0.0005"), 1, 1, -1, -1 },
  { "below-half", SNS ("\"Total\":0.00049"), 0, 1, -1, -1 },
  { "energyres-2", SNS ("\"Total\":12.34"), 12340, 10, -1, -1 },
  { "energyres-1", SNS ("\"Total\":12.3"), 12300, 100, -1, -1 },
  { "energyres-0", SNS ("\"Total\":12"), 12000, 1000, -1, -1 },
  { "tariffs-6.6", SNS ("\"Total\":[0.001,3448.857]"), 3448858, 1, -1, -1 },
  /* Rounded one by one these would be 0 or 3. */
  { "phases-round-once", SNS ("\"Total\":[0.0004,0.0004,0.0004]"), 1, 1, -1, -1 },
  { "coarsest-phase", SNS ("\"Total\":[1.234,2.5]"), 3734, 100, -1, -1 },
  { "script-object", SNS ("\"Total\":{\"Phase1\":1.2,\"Phase2\":3.4}"), 4600, 100, -1, -1 },
  { "power-array", SNS ("\"Total\":1.000,\"Power\":[8.15,0.4]"), 1000, 1, 9, -1 },
  { "power-null", SNS ("\"Total\":1.000,\"Power\":null"), 1000, 1, -1, -1 },
  { "power-nan", SNS ("\"Total\":1.000,\"Power\":nan,\"Today\":nan"), 1000, 1, -1, -1 },
  { "power-word", SNS ("\"Total\":1.000,\"Power\":\"12\""), 1000, 1, -1, -1 },
  { "export", SNS ("\"Total\":1.000,\"Power\":-30"), 1000, 1, -1, -1 },
  { "negative-today", SNS ("\"Total\":1.000,\"Today\":-0.001"), 1000, 1, -1, -1 },
  { "foreign-keys", "{\"POWER\":\"ON\",\"StatusSNS\":{\"ENERGY\":{\"Total\":1.5}},\"RESULT\":{}}",
    1500, 100, -1, -1 },
  { "foreign-warning", "{\"WARNING\":\"x\",\"StatusSNS\":{\"ENERGY\":{\"Total\":1.5}}}", 1500, 100,
    -1, -1 },
  { "envelope-before-telemetry",
    "{\"ENERGY\":{\"Total\":9.000},\"StatusSNS\":{\"ENERGY\":{\"Total\":8.000}}}", 8000, 1, -1,
    -1 },
  { "second-envelope-empty",
    "{\"StatusSNS\":{\"ENERGY\":{\"Total\":8.000}},\"StatusSNS\":{\"Time\":\"x\"}}", 8000, 1, -1,
    -1 },
  { "key-twice-alike", SNS ("\"Total\":8.000,\"Total\":8.000"), 8000, 1, -1, -1 },
};

static void
test_plug_parse_energy (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  TsmReading reading;

  tsm_plug_parse_clear_reading (&reading);
  tsm_plug_parse_energy (energy_cases[i].text, strlen (energy_cases[i].text), &reading, &error);
  g_assert_no_error (error);
  g_assert_cmpint (reading.total_wh, ==, energy_cases[i].total_wh);
  g_assert_cmpint (reading.step_wh, ==, energy_cases[i].step_wh);
  g_assert_cmpint (reading.power_w, ==, energy_cases[i].power_w);
  g_assert_cmpint (reading.today_wh, ==, energy_cases[i].today_wh);
}

static const struct {
  const char *name;
  const char *text;
  TsmError code;
  const char *message;
} bad_cases[] = {
  { "total-null", SNS ("\"Total\":null"), TSM_ERROR_UPSTREAM, "its total as \"null\"" },
  { "total-nan", SNS ("\"Total\":nan"), TSM_ERROR_UPSTREAM, "its total as \"nan\"" },
  { "total-text", SNS ("\"Total\":\"1.5\""), TSM_ERROR_UPSTREAM, "no counter: \"1.5\"" },
  { "total-exponent", SNS ("\"Total\":1e3"), TSM_ERROR_UPSTREAM, "no counter: \"1e3\"" },
  { "total-negative", SNS ("\"Total\":-0.001"), TSM_ERROR_UPSTREAM, "no counter" },
  { "total-beyond-limit", SNS ("\"Total\":262144.001"), TSM_ERROR_UPSTREAM, "no counter" },
  { "total-overflow", SNS ("\"Total\":99999999999999999999.0"), TSM_ERROR_UPSTREAM, "no counter" },
  { "sum-overflow", SNS ("\"Total\":[9223372036.0,9223372036.0]"), TSM_ERROR_UPSTREAM,
    "no counter" },
  { "total-empty-array", SNS ("\"Total\":[]"), TSM_ERROR_UPSTREAM, "no counter" },
  { "one-phase-null", SNS ("\"Total\":[1.0,null]"), TSM_ERROR_UPSTREAM, "no counter" },
  { "two-totals", SNS ("\"Total\":8.000,\"Total\":9.000"), TSM_ERROR_UPSTREAM, "two different" },
  { "no-total", SNS ("\"Power\":5"), TSM_ERROR_INVALID, "no Total in ENERGY" },
  { "energy-is-no-object", "{\"StatusSNS\":{\"ENERGY\":5}}", TSM_ERROR_INVALID, "meters nothing" },
  { "web-page", "<html></html>", TSM_ERROR_UPSTREAM, "its answer is a web page" },
  { "nothing", "", TSM_ERROR_UPSTREAM, "its answer is empty" },
  { "array", "[1]", TSM_ERROR_UPSTREAM, "no JSON object" },
  { "other-warning", "{\"WARNING\":\"a\\nb\"}", TSM_ERROR_UPSTREAM, "the warning \"a b\"" },
};

static void
test_plug_parse_refuses (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  TsmReading reading;

  tsm_plug_parse_clear_reading (&reading);
  g_assert_false (
      tsm_plug_parse_energy (bad_cases[i].text, strlen (bad_cases[i].text), &reading, &error));
  g_assert_error (error, TSM_ERROR, (gint) bad_cases[i].code);
  if (strstr (error->message, bad_cases[i].message) == NULL)
    g_error ("\"%s\" lacks \"%s\"", error->message, bad_cases[i].message);
  g_assert_cmpint (reading.total_wh, ==, -1);
}

/* Every proper beginning of a real answer is refused. */
static void
test_plug_parse_truncated (void)
{
  gsize length;
  g_autofree char *text = tsm_test_server_load ("tasmota/status10_12.1.1_sonoff-s31.json", &length);

  g_strchomp (text);
  for (gsize n = 0; n < strlen (text); n++) {
    g_autoptr (GError) error = NULL;
    TsmReading reading;

    tsm_plug_parse_clear_reading (&reading);
    g_assert_false (tsm_plug_parse_energy (text, n, &reading, &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  }
}

static const struct {
  const char *text;
  gint64 at;
} time_cases[] = {
  { "2023-08-18T14:22:39", 1692368559 },
  { "2023-08-18T14:22:39Z", 1692368559 },
  { "2023-08-18T14:22:39+02:00", 1692368559 }, /* local digits, whatever the offset */
  { "2018.02.04 23:17:01", 1517786221 },
  { "1970-01-01T00:00:00", 0 },
  { "2023-02-29T00:00:00", TSM_INSTANT_NONE },
  { "2023-08-18T24:00:00", TSM_INSTANT_NONE },
  { "2023-08-18T14:22", TSM_INSTANT_NONE },
  { "2023-08-18T14:22:39+2:00", TSM_INSTANT_NONE },
  { "2023-08-18T14:22:39 and", TSM_INSTANT_NONE },
  { "now", TSM_INSTANT_NONE },
  { "", TSM_INSTANT_NONE },
  { NULL, TSM_INSTANT_NONE },
};

static void
test_plug_parse_time (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (time_cases); i++)
    g_assert_cmpint (tsm_plug_parse_local_time (time_cases[i].text), ==, time_cases[i].at);
}

static char *
load (const char *name)
{
  g_autofree char *path = g_strconcat ("tasmota/", name, NULL);
  gsize length;

  return tsm_test_server_load (path, &length);
}

static void
test_plug_parse_times_of_reading (void)
{
  g_autofree char *text = load ("status10_12.1.1_sonoff-s31.json");
  TsmReading reading;

  tsm_plug_parse_clear_reading (&reading);
  g_assert_true (tsm_plug_parse_energy (text, strlen (text), &reading, NULL));
  g_assert_cmpint (reading.clock_at, ==, 1692368559);
  g_assert_cmpint (reading.total_start, ==, 1664045487);
  g_assert_cmpint (reading.yesterday_wh, ==, 0);
  g_assert_cmpint (reading.uptime_s, ==, -1);
  g_assert_cmpint (reading.at, ==, TSM_INSTANT_NONE);
  g_assert_cmpstr (reading.mac, ==, "");
}

static const struct {
  const char *text;
  gint64 uptime_s;
  gint64 signal_dbm;
  gint64 link_count;
} state_cases[] = {
  { "{\"StatusSTS\":{\"Uptime\":\"6T03:20:41\",\"UptimeSec\":530441,\"Wifi\":"
    "{\"Signal\":-36,\"LinkCount\":2}}}",
    530441, -36, 2 },
  { "{\"StatusSTS\":{\"Uptime\":\"6T03:20:41\"}}", 530441, 0, -1 },
  { "{\"StatusSTS\":{\"Uptime\":\"0T00:00:05\",\"UptimeSec\":null}}", 5, 0, -1 },
  { "{\"Time\":\"x\",\"Uptime\":\"0T00:10:21\"}", 621, 0, -1 }, /* telemetry has no envelope */
  { "{\"StatusSTS\":{\"Uptime\":12}}", -1, 0, -1 },
  { "{\"StatusSTS\":{\"Uptime\":\"1T2:3:4\",\"Wifi\":{\"Signal\":36}}}", -1, 0, -1 },
  { "{\"StatusSTS\":{\"Uptime\":\"99999999999T00:00:00\"}}", -1, 0, -1 },
};

static void
test_plug_parse_state (void)
{
  g_autoptr (GError) error = NULL;
  TsmReading reading;
  TsmPlugFacts facts;

  for (guint i = 0; i < G_N_ELEMENTS (state_cases); i++) {
    tsm_plug_parse_clear_reading (&reading);
    tsm_plug_parse_clear_facts (&facts);
    g_assert_true (tsm_plug_parse_state (state_cases[i].text, strlen (state_cases[i].text),
                                         &reading, &facts, NULL));
    g_assert_cmpint (reading.uptime_s, ==, state_cases[i].uptime_s);
    g_assert_cmpint (facts.signal_dbm, ==, state_cases[i].signal_dbm);
    g_assert_cmpint (facts.link_count, ==, state_cases[i].link_count);
  }
  g_assert_false (tsm_plug_parse_state ("{}", 2, &reading, &facts, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
}

static void
test_plug_parse_network (void)
{
  static const char *const bad[] = {
    "{\"StatusNET\":{}}",
    "{\"StatusNET\":{\"Mac\":\"\"}}",
    "{\"StatusNET\":{\"Mac\":\"00:00:00:00:00:00\"}}",
    "{\"StatusNET\":{\"Mac\":7}}",
  };
  g_autofree char *text = load ("status5_12.1.1_sonoff-s31.json");
  TsmReading reading;
  TsmPlugFacts facts;

  tsm_plug_parse_clear_reading (&reading);
  tsm_plug_parse_clear_facts (&facts);
  g_assert_true (tsm_plug_parse_network (text, strlen (text), &reading, &facts, NULL));
  g_assert_cmpstr (reading.mac, ==, "00:00:5E:00:53:02");
  g_assert_cmpint (facts.http_api, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (tsm_plug_parse_network (bad[i], strlen (bad[i]), &reading, &facts, &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
    g_assert_cmpstr (reading.mac, ==, "00:00:5E:00:53:02");
  }
}

static const struct {
  const char *version;
  gint64 number;
} version_cases[] = {
  { "12.1.1(tasmota)", 12001001000 },
  { "15.1.0(release-tasmota32)", 15001000000 },
  { "9.5.0.9(tasmota)", 9005000009 },
  { "5.11.1l", 5011001000 },
  { "6.3", 6003000000 },
  { "9999999.1", 999001000000 },
  { "(tasmota)", -1 },
};

static void
test_plug_parse_firmware (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (version_cases); i++) {
    g_autofree char *text =
        g_strdup_printf ("{\"StatusFWR\":{\"Version\":\"%s\"}}", version_cases[i].version);
    TsmPlugFacts facts;

    tsm_plug_parse_clear_facts (&facts);
    g_assert_true (tsm_plug_parse_firmware (text, strlen (text), &facts, NULL));
    g_assert_cmpstr (facts.version, ==, version_cases[i].version);
    g_assert_cmpint (facts.version_number, ==, version_cases[i].number);
  }
}

static void
test_plug_parse_clock (void)
{
  static const char fixed[] = "{\"StatusTIM\":{\"Local\":\"2023-08-18T14:20:50\","
                              "\"Timezone\":\"+01:00\"}}";
  g_autofree char *text = load ("status7_12.1.1_sonoff-s31.json");
  TsmPlugFacts facts;

  tsm_plug_parse_clear_facts (&facts);
  g_assert_true (tsm_plug_parse_clock (text, strlen (text), &facts, NULL));
  g_assert_cmpint (facts.timezone, ==, 99);
  g_assert_cmpint (facts.local_at, ==, 1692368450);
  g_assert_true (tsm_plug_parse_clock (fixed, strlen (fixed), &facts, NULL));
  g_assert_cmpint (facts.timezone, ==, -1);
}

static void
test_plug_parse_settings (void)
{
  g_autofree char *text = load ("status_9.2.0_gosund-sp112.json");
  g_autofree char *newer = load ("status_13.4.1_power-is-a-string.json");
  TsmPlugFacts facts;

  tsm_plug_parse_clear_facts (&facts);
  g_assert_true (tsm_plug_parse_settings (text, strlen (text), &facts, NULL));
  g_assert_cmpint (facts.save_data, ==, 0);
  g_assert_cmpint (facts.power_on_state, ==, 3);
  g_assert_cmpint (facts.power_retain, ==, 0);
  g_assert_true (tsm_plug_parse_settings (newer, strlen (newer), &facts, NULL));
  g_assert_cmpint (facts.save_data, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plug-parse/captures", test_plug_parse_captures);
  for (guint i = 0; i < G_N_ELEMENTS (energy_cases); i++) {
    g_autofree char *path = g_strconcat ("/plug-parse/energy/", energy_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_plug_parse_energy);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad_cases); i++) {
    g_autofree char *path = g_strconcat ("/plug-parse/refuses/", bad_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_plug_parse_refuses);
  }
  g_test_add_func ("/plug-parse/truncated", test_plug_parse_truncated);
  g_test_add_func ("/plug-parse/time", test_plug_parse_time);
  g_test_add_func ("/plug-parse/times-of-reading", test_plug_parse_times_of_reading);
  g_test_add_func ("/plug-parse/state", test_plug_parse_state);
  g_test_add_func ("/plug-parse/network", test_plug_parse_network);
  g_test_add_func ("/plug-parse/firmware", test_plug_parse_firmware);
  g_test_add_func ("/plug-parse/clock", test_plug_parse_clock);
  g_test_add_func ("/plug-parse/settings", test_plug_parse_settings);
  return g_test_run ();
}
