/* SPDX-License-Identifier: MIT
 * tsm-plug-parse: what a Tasmota plug answers, in all its spellings. */
#include "devices/tsm-plug-parse.h"
#include "base/tsm-body.h"
#include "base/tsm-decimal.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "devices/tsm-wol-packet.h"
#include "rules/tsm-day.h"
#include <string.h>

/* Sums are taken in millionths of a Wh (kWh with nine decimals; firmware prints five at most) and
 * rounded once. */
#define SUM_SCALE    9
#define SUM_PER_WH   G_GINT64_CONSTANT (1000000)
#define MAX_DECIMALS 3 /* 1 Wh */

void
tsm_plug_parse_clear_reading (TsmReading *ret_reading)
{
  *ret_reading = (TsmReading){
    .at = TSM_INSTANT_NONE,
    .total_wh = -1,
    .step_wh = -1,
    .power_w = -1,
    .today_wh = -1,
    .yesterday_wh = -1,
    .clock_at = TSM_INSTANT_NONE,
    .total_start = TSM_INSTANT_NONE,
    .uptime_s = -1,
  };
}

void
tsm_plug_parse_clear_facts (TsmPlugFacts *ret_facts)
{
  *ret_facts = (TsmPlugFacts){
    .version_number = -1,
    .http_api = -1,
    .timezone = -1,
    .local_at = TSM_INSTANT_NONE,
    .save_data = -1,
    .power_on_state = -1,
    .power_retain = -1,
    .link_count = -1,
  };
}

/* Reads exactly @n digits. */
static gboolean
read_digits (const char **text, guint n, gint *ret_value)
{
  gint value = 0;

  for (guint i = 0; i < n; i++, (*text)++) {
    if (!g_ascii_isdigit (**text))
      return FALSE;
    value = value * 10 + (**text - '0');
  }
  *ret_value = value;
  return TRUE;
}

static gboolean
skip_one_of (const char **text, const char *allowed)
{
  if (**text == '\0' || strchr (allowed, **text) == NULL)
    return FALSE;
  (*text)++;
  return TRUE;
}

/* Nothing, "Z" or "+02:00": the digits before it are local time whatever it says. */
static gboolean
is_zone_suffix (const char *text)
{
  gint ignored;

  if (*text == '\0' || strcmp (text, "Z") == 0)
    return TRUE;
  return skip_one_of (&text, "+-") && read_digits (&text, 2, &ignored) &&
         skip_one_of (&text, ":") && read_digits (&text, 2, &ignored) && *text == '\0';
}

gint64
tsm_plug_parse_local_time (const char *text)
{
  gint year, month, day, hour, minute, second;

  if (text == NULL || !read_digits (&text, 4, &year) || !skip_one_of (&text, "-.") ||
      !read_digits (&text, 2, &month) || !skip_one_of (&text, "-.") ||
      !read_digits (&text, 2, &day) || !skip_one_of (&text, "T ") ||
      !read_digits (&text, 2, &hour) || !skip_one_of (&text, ":") ||
      !read_digits (&text, 2, &minute) || !skip_one_of (&text, ":") ||
      !read_digits (&text, 2, &second) || !is_zone_suffix (text))
    return TSM_INSTANT_NONE;
  if (!tsm_day_is_valid_ymd (year, month, day) || hour > 23 || minute > 59 || second > 59)
    return TSM_INSTANT_NONE;
  return ((gint64) tsm_day_from_ymd (year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
}

static gboolean
complain (GError **error, TsmError code, const char *text)
{
  g_set_error_literal (error, TSM_ERROR, (gint) code, text);
  return FALSE;
}

static gboolean
complain_quoting (GError **error, TsmError code, const char *format_before, const char *quoted,
                  const char *after)
{
  g_autofree char *shown = tsm_body_dup_excerpt (quoted, strlen (quoted));

  g_set_error (error, TSM_ERROR, (gint) code, "%s\"%s\"%s", format_before, shown, after);
  return FALSE;
}

static gboolean
check_warning (const char *warning, GError **error)
{
  if (g_str_has_prefix (warning, "Need user="))
    return complain (error, TSM_ERROR_DENIED,
                     "asks for a password, or refuses the one it got: set TASMOTA_PASSWORD to its "
                     "web password");
  if (strstr (warning, "weblog") != NULL)
    return complain (error, TSM_ERROR_INVALID,
                     "is told not to answer: enter \"WebLog 2\" in its console");
  return complain_quoting (error, TSM_ERROR_UPSTREAM, "answers the warning ", warning, "");
}

/* A 200 may be a refusal in disguise (spec tasmota 1). Foreign keys may stand beside an answer, so
 * this speaks only after the answer was not found. */
static gboolean
explain_absence (const TsmBodyNode *root, const char *wanted, GError **error)
{
  const char *warning = tsm_body_get_member_string (root, "WARNING");
  const char *command = tsm_body_get_member_string (root, "Command");

  if (warning != NULL)
    return check_warning (warning, error);
  if (command != NULL && strcmp (command, "Unknown") == 0)
    return complain_quoting (error, TSM_ERROR_INVALID, "does not know the command for ", wanted,
                             ": it wants a newer Tasmota");
  if (command != NULL)
    return complain_quoting (error, TSM_ERROR_UPSTREAM, "refuses the command for ", wanted, "");
  if (root->kind == TSM_BODY_OBJECT && root->n_children == 0)
    return complain (error, TSM_ERROR_UPSTREAM, "gives an empty answer, {}");
  return complain_quoting (error, TSM_ERROR_UPSTREAM, "answers without ", wanted, "");
}

static TsmBody *
read_body (const char *text, gsize length, GError **error)
{
  g_autoptr (TsmBody) body = tsm_body_new_from_text (text, length, error);

  if (body == NULL) {
    g_prefix_error (error, "its answer ");
    return NULL;
  }
  if (tsm_body_get_root (body)->kind != TSM_BODY_OBJECT) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "its answer is no JSON object");
    return NULL;
  }
  return g_steal_pointer (&body);
}

/* Adds @node, a number or a nest of them, to @sum; @decimals falls to the coarsest one's. */
static gboolean
add_numbers (const TsmBodyNode *node, guint scale, gint64 *sum, guint *decimals)
{
  const TsmBodyNode *child;
  gint64 value;
  guint printed;

  if (node->kind == TSM_BODY_NUMBER) {
    if (!tsm_decimal_parse (node->text, -1, scale, &value, &printed, NULL) ||
        __builtin_add_overflow (*sum, value, sum))
      return FALSE;
    *decimals = MIN (*decimals, printed);
    return TRUE;
  }
  if (node->kind != TSM_BODY_ARRAY && node->kind != TSM_BODY_OBJECT)
    return FALSE;
  if (node->n_children == 0)
    return FALSE;
  child = tsm_body_get_first (node);
  for (guint i = 0; i < node->n_children; i++, child = tsm_body_get_next (child))
    if (!add_numbers (child, scale, sum, decimals))
      return FALSE;
  return TRUE;
}

static gint64
round_half_away (gint64 value, gint64 unit)
{
  const gint64 rest = value % unit;

  return value / unit + (2 * rest >= unit) - (2 * rest <= -unit);
}

/* FALSE when @node is no number of kWh of a home plug. */
static gboolean
read_energy_wh (const TsmBodyNode *node, gint64 *ret_energy_wh, gint64 *ret_step_wh)
{
  static const gint64 steps_wh[] = { 1000, 100, 10, 1 };
  guint decimals = MAX_DECIMALS;
  gint64 sum = 0;

  if (node == NULL || !add_numbers (node, SUM_SCALE, &sum, &decimals))
    return FALSE;
  sum = round_half_away (sum, SUM_PER_WH);
  if (sum < 0 || sum > TSM_LIMIT_TOTAL_WH)
    return FALSE;
  *ret_energy_wh = sum;
  if (ret_step_wh != NULL)
    *ret_step_wh = steps_wh[decimals];
  return TRUE;
}

/* -1 when it was not said, is null, or flows backwards. */
static gint64
read_power_w (const TsmBodyNode *node)
{
  guint decimals = MAX_DECIMALS;
  gint64 sum = 0;

  if (node == NULL || !add_numbers (node, MAX_DECIMALS, &sum, &decimals) || sum < 0)
    return -1;
  return round_half_away (sum, 1000);
}

/* The object that holds Total, by version and command; NULL when there is none. A key of ours that
 * occurs twice counts where it has the energy. */
static const TsmBodyNode *
find_energy (const TsmBodyNode *root)
{
  static const char *const replies[] = { "StatusPWR",   "ENERGY",          "EnergyTotal",
                                         "EnergyToday", "EnergyYesterday", "EnergyReset" };
  const TsmBodyNode *child = tsm_body_get_first (root), *found = NULL;

  for (guint i = 0; i < root->n_children; i++, child = tsm_body_get_next (child)) {
    const TsmBodyNode *energy =
        strcmp (child->key, "StatusSNS") == 0 ? tsm_body_get_member (child, "ENERGY") : NULL;

    if (energy != NULL && energy->kind == TSM_BODY_OBJECT)
      found = energy;
  }
  for (guint i = 0; i < G_N_ELEMENTS (replies) && found == NULL; i++) {
    const TsmBodyNode *reply = tsm_body_get_member (root, replies[i]);

    found = reply != NULL && reply->kind == TSM_BODY_OBJECT ? reply : NULL;
  }
  /* The telemetry of 5.10 and before has no envelope. */
  if (found == NULL && tsm_body_get_member (root, "Total") != NULL &&
      tsm_body_get_member (root, "Today") != NULL)
    found = root;
  return found;
}

static gboolean
explain_no_energy (const TsmBodyNode *root, GError **error)
{
  if (tsm_body_get_member (root, "StatusSNS") == NULL)
    return explain_absence (root, "ENERGY", error);
  return complain (error, TSM_ERROR_INVALID,
                   "meters nothing (no ENERGY in Status 10): choose a template with an energy "
                   "sensor in its configuration, or use another plug");
}

/* Two different totals in one object: neither is believed. */
static gboolean
has_one_total (const TsmBodyNode *energy)
{
  const TsmBodyNode *child = tsm_body_get_first (energy), *seen = NULL;

  for (guint i = 0; i < energy->n_children; i++, child = tsm_body_get_next (child)) {
    if (strcmp (child->key, "Total") != 0)
      continue;
    if (seen != NULL && (seen->text == NULL || g_strcmp0 (seen->text, child->text) != 0))
      return FALSE;
    seen = child;
  }
  return TRUE;
}

static gboolean
read_total (const TsmBodyNode *energy, TsmReading *reading, GError **error)
{
  const TsmBodyNode *total = tsm_body_get_member (energy, "Total");

  if (total == NULL)
    return complain (error, TSM_ERROR_INVALID,
                     "has no total counter (no Total in ENERGY): its energy driver does not count, "
                     "choose another template or plug");
  if (total->kind == TSM_BODY_NULL)
    return complain_quoting (error, TSM_ERROR_UPSTREAM, "gives its total as ", total->text,
                             ", not a number");
  if (!has_one_total (energy))
    return complain (error, TSM_ERROR_UPSTREAM, "gives two different totals in one answer");
  if (!read_energy_wh (total, &reading->total_wh, &reading->step_wh))
    return complain_quoting (error, TSM_ERROR_UPSTREAM, "gives a total that is no counter: ",
                             total->text != NULL ? total->text : "a list", "");
  return TRUE;
}

gboolean
tsm_plug_parse_energy (const char *text, gsize length, TsmReading *ret_reading, GError **error)
{
  g_autoptr (TsmBody) body = read_body (text, length, error);
  const TsmBodyNode *root, *energy, *envelope;
  TsmReading reading = *ret_reading;

  if (body == NULL)
    return FALSE;
  root = tsm_body_get_root (body);
  energy = find_energy (root);
  if (energy == NULL)
    return explain_no_energy (root, error);
  if (!read_total (energy, &reading, error))
    return FALSE;
  envelope = tsm_body_get_member (root, "StatusSNS");
  reading.power_w = read_power_w (tsm_body_get_member (energy, "Power"));
  if (!read_energy_wh (tsm_body_get_member (energy, "Today"), &reading.today_wh, NULL))
    reading.today_wh = -1;
  if (!read_energy_wh (tsm_body_get_member (energy, "Yesterday"), &reading.yesterday_wh, NULL))
    reading.yesterday_wh = -1;
  reading.clock_at = tsm_plug_parse_local_time (
      tsm_body_get_member_string (envelope != NULL ? envelope : root, "Time"));
  reading.total_start =
      tsm_plug_parse_local_time (tsm_body_get_member_string (energy, "TotalStartTime"));
  *ret_reading = reading;
  return TRUE;
}

/* "6T03:20:41", days T h:m:s; -1 on anything else (5.x gave bare hours: too coarse to be of use).
 */
static gint64
read_uptime_s (const char *text)
{
  const char *t = text == NULL ? NULL : strchr (text, 'T');
  gint64 days;
  gint hour, minute, second;

  if (t == NULL || !tsm_decimal_parse (text, t - text, 0, &days, NULL, NULL) || days < 0 ||
      days > G_MAXINT32)
    return -1;
  t++;
  if (!read_digits (&t, 2, &hour) || !skip_one_of (&t, ":") || !read_digits (&t, 2, &minute) ||
      !skip_one_of (&t, ":") || !read_digits (&t, 2, &second) || *t != '\0')
    return -1;
  return days * 86400 + hour * 3600 + minute * 60 + second;
}

/* @key's value, or -1. */
static gint64
read_count (const TsmBodyNode *object, const char *key)
{
  gint64 value = -1;

  if (!tsm_body_get_member_integer (object, key, &value) || value < 0)
    return -1;
  return value;
}

gboolean
tsm_plug_parse_state (const char *text, gsize length, TsmReading *reading, TsmPlugFacts *facts,
                      GError **error)
{
  g_autoptr (TsmBody) body = read_body (text, length, error);
  const TsmBodyNode *root, *state, *wifi;

  if (body == NULL)
    return FALSE;
  root = tsm_body_get_root (body);
  state = tsm_body_get_member (root, "StatusSTS");
  if (state == NULL && tsm_body_get_member (root, "Uptime") != NULL)
    state = root;
  if (state == NULL)
    return explain_absence (root, "StatusSTS", error);
  reading->uptime_s = read_count (state, "UptimeSec");
  if (reading->uptime_s < 0)
    reading->uptime_s = read_uptime_s (tsm_body_get_member_string (state, "Uptime"));
  wifi = tsm_body_get_member (state, "Wifi");
  facts->link_count = read_count (wifi, "LinkCount");
  if (!tsm_body_get_member_integer (wifi, "Signal", &facts->signal_dbm) || facts->signal_dbm > 0)
    facts->signal_dbm = 0;
  return TRUE;
}

gboolean
tsm_plug_parse_network (const char *text, gsize length, TsmReading *reading, TsmPlugFacts *facts,
                        GError **error)
{
  g_autoptr (TsmBody) body = read_body (text, length, error);
  const TsmBodyNode *network;
  const char *mac;
  TsmMac parsed;

  if (body == NULL)
    return FALSE;
  network = tsm_body_get_member (tsm_body_get_root (body), "StatusNET");
  if (network == NULL)
    return explain_absence (tsm_body_get_root (body), "StatusNET", error);
  mac = tsm_body_get_member_string (network, "Mac");
  if (mac == NULL || !tsm_wol_packet_parse_mac (mac, &parsed, NULL))
    return complain (error, TSM_ERROR_UPSTREAM, "gives no usable Mac in Status 5");
  tsm_wol_packet_format_mac (&parsed, reading->mac);
  facts->http_api = read_count (network, "HTTP_API");
  return TRUE;
}

/* "12.1.1(tasmota)", "9.5.0.9": up to four parts; -1 when the first is no number. */
static gint64
read_version (const char *text)
{
  gint64 number = 0;
  guint n = 0;

  for (; n < 4 && g_ascii_isdigit (*text); n++) {
    gint64 part = 0;

    for (; g_ascii_isdigit (*text); text++)
      part = MIN (part * 10 + (*text - '0'), 999);
    number = number * 1000 + part;
    if (*text == '.')
      text++;
  }
  if (n == 0)
    return -1;
  for (; n < 4; n++)
    number *= 1000;
  return number;
}

gboolean
tsm_plug_parse_firmware (const char *text, gsize length, TsmPlugFacts *facts, GError **error)
{
  g_autoptr (TsmBody) body = read_body (text, length, error);
  const TsmBodyNode *root;
  const char *version;
  g_autofree char *shown = NULL;

  if (body == NULL)
    return FALSE;
  root = tsm_body_get_root (body);
  version = tsm_body_get_member_string (tsm_body_get_member (root, "StatusFWR"), "Version");
  if (version == NULL)
    return explain_absence (root, "StatusFWR", error);
  shown = tsm_body_dup_excerpt (version, strlen (version));
  g_strlcpy (facts->version, shown, sizeof facts->version);
  facts->version_number = read_version (version);
  return TRUE;
}

gboolean
tsm_plug_parse_clock (const char *text, gsize length, TsmPlugFacts *facts, GError **error)
{
  g_autoptr (TsmBody) body = read_body (text, length, error);
  const TsmBodyNode *clock;

  if (body == NULL)
    return FALSE;
  clock = tsm_body_get_member (tsm_body_get_root (body), "StatusTIM");
  if (clock == NULL)
    return explain_absence (tsm_body_get_root (body), "StatusTIM", error);
  /* A fixed zone is the text "+01:00", or a number of hours before 6.x. */
  facts->timezone = read_count (clock, "Timezone");
  facts->local_at = tsm_plug_parse_local_time (tsm_body_get_member_string (clock, "Local"));
  return TRUE;
}

gboolean
tsm_plug_parse_settings (const char *text, gsize length, TsmPlugFacts *facts, GError **error)
{
  g_autoptr (TsmBody) body = read_body (text, length, error);
  const TsmBodyNode *status;

  if (body == NULL)
    return FALSE;
  status = tsm_body_get_member (tsm_body_get_root (body), "Status");
  if (status == NULL)
    return explain_absence (tsm_body_get_root (body), "Status", error);
  facts->save_data = read_count (status, "SaveData");
  facts->power_on_state = read_count (status, "PowerOnState");
  facts->power_retain = read_count (status, "PowerRetain");
  return TRUE;
}
