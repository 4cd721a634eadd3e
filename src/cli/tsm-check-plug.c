/* SPDX-License-Identifier: MIT
 * tsm-check-plug: what `tsm doctor` says of the plug. */
#include "cli/tsm-check-plug.h"
#include "base/tsm-error.h"
#include "daemon/tsm-service.h"
#include "rules/tsm-day.h"

/* From 9.5.0.9 on a counter can be set, from 12.3 on a power cut costs less of it. */
#define VERSION_ADVISED   G_GINT64_CONSTANT (9005000009)
#define VERSION_SAVES     G_GINT64_CONSTANT (12003000000)
#define ZONE_BY_RULE      99
#define CLOCK_TOLERANCE_S 60
#define SIGNAL_WEAK_DBM   (-80)
#define LINKS_MANY        50

static void
advise (TsmCheckup *checkup, gboolean is_wrong, const char *what)
{
  if (is_wrong)
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "plug", "%s", what);
}

static void
check_firmware (TsmCheckup *checkup, const TsmPlugFacts *facts)
{
  if (facts->version_number < 0)
    return;
  if (facts->version_number < VERSION_ADVISED)
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "plug",
                     "firmware %s is old; upgrade it to the newest release", facts->version);
  else if (facts->version_number < VERSION_SAVES)
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "plug",
                     "firmware %s may lose up to a day of its counter in a power cut; upgrade it "
                     "to 12.3 or later",
                     facts->version);
}

static void
check_clock (TsmCheckup *checkup, const TsmPlugFacts *facts, gint64 clock_at)
{
  advise (checkup, facts->timezone >= 0 && facts->timezone != ZONE_BY_RULE,
          "its time zone does not follow summer time, so its day counters are of no use; "
          "in its console: Timezone 99");
  advise (checkup,
          facts->timezone == ZONE_BY_RULE && facts->local_at != TSM_INSTANT_NONE &&
              ABS (facts->local_at - clock_at) > CLOCK_TOLERANCE_S,
          "its clock is wrong, so its day counters are of no use; in its console: NtpServer1 and "
          "the address of your router");
}

void
tsm_check_plug_facts (TsmCheckup *checkup, const TsmReading *reading, const TsmPlugFacts *facts,
                      gint64 clock_at)
{
  check_firmware (checkup, facts);
  check_clock (checkup, facts, clock_at);
  advise (checkup, reading->step_wh > 1,
          "its counter moves in steps of more than 1 Wh; in its console: EnergyRes 3");
  advise (checkup, facts->save_data == 0,
          "it never saves its counter, so each power cut costs all of it; in its console: "
          "SaveData 1");
  advise (checkup,
          facts->power_on_state >= 0 && facts->power_on_state != 1 && facts->power_on_state != 3 &&
              facts->power_on_state != 4,
          "after a power cut it may leave the server without power; in its console: "
          "PowerOnState 1");
  advise (checkup, facts->power_retain > 0,
          "a retained MQTT message may switch it off; in its console: PowerRetain 0");
  advise (checkup, facts->http_api == 0,
          "its HTTP interface is about to be refused to TSM; in its console: SetOption128 1");
  advise (checkup, facts->signal_dbm < SIGNAL_WEAK_DBM,
          "its Wi-Fi signal is weak; move it or the access point");
  advise (checkup, facts->link_count > LINKS_MANY,
          "it lost its Wi-Fi often; move it or the access point");
}

static gint64
get_local_clock (GTimeZone *zone)
{
  const gint64 now = tsm_service_now (NULL);

  return now + tsm_day_get_offset (now, zone);
}

static gboolean
inspect (TsmPlug *plug, TsmReading *ret_reading, TsmPlugFacts *ret_facts, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tsm_plug_inspect_async (plug, NULL, tsm_checkup_keep, &result);
  tsm_checkup_wait (&result);
  return tsm_plug_inspect_finish (result, ret_reading, ret_facts, error);
}

void
tsm_check_plug (TsmCheckup *checkup, const TsmSettings *settings, gint64 *ret_power_w)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmPlug) plug = NULL;
  TsmSecret *password = tsm_settings_peek_secret (settings, TSM_SETTING_TASMOTA_PASSWORD);
  TsmReading reading;
  TsmPlugFacts facts;

  *ret_power_w = -1;
  if (tsm_settings_get_text (settings, TSM_SETTING_HOST_TASMOTA) == NULL)
    return; /* the settings' own check says so */
  plug = tsm_service_new_plug (settings, NULL);
  if (plug == NULL)
    return; /* likewise */
  if (!inspect (plug, &reading, &facts, &error)) {
    const gboolean is_away = g_error_matches (error, TSM_ERROR, TSM_ERROR_UPSTREAM);

    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "plug", "%s%s", error->message,
                     is_away ? "; check HOST_TASMOTA, and that the plug is on this network" : "");
    return;
  }
  *ret_power_w = reading.power_w;
  tsm_checkup_add (checkup, TSM_FINDING_OK, "plug",
                   "%s counts %" G_GINT64_FORMAT " Wh, draws %" G_GINT64_FORMAT " W, firmware %s",
                   tsm_settings_get_text (settings, TSM_SETTING_HOST_TASMOTA), reading.total_wh,
                   reading.power_w, facts.version);
  tsm_check_plug_facts (checkup, &reading, &facts,
                        get_local_clock (tsm_settings_peek_zone (settings)));
  advise (checkup, password == NULL || tsm_secret_is_empty (password),
          "without a password anyone on this network can switch the server off with one request; "
          "in its console: WebPassword, and the same as TASMOTA_PASSWORD");
}
