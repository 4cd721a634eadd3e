/* SPDX-License-Identifier: MIT
 * A plug's answers: a reading within bounds, or a refusal that leaves everything as it was. */
#include "base/tsm-limits.h"
#include "devices/tsm-plug-parse.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_reading (const TsmReading *reading)
{
  g_assert (reading->total_wh >= 0 && reading->total_wh <= TSM_LIMIT_TOTAL_WH);
  g_assert (reading->step_wh == 1 || reading->step_wh == 10 || reading->step_wh == 100 ||
            reading->step_wh == 1000);
  g_assert (reading->power_w >= -1);
  g_assert (reading->today_wh >= -1 && reading->today_wh <= TSM_LIMIT_TOTAL_WH);
  g_assert (reading->yesterday_wh >= -1 && reading->yesterday_wh <= TSM_LIMIT_TOTAL_WH);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  g_autoptr (GError) error = NULL;
  TsmReading reading;
  TsmPlugFacts facts;

  tsm_plug_parse_clear_reading (&reading);
  tsm_plug_parse_clear_facts (&facts);
  if (tsm_plug_parse_energy (text, size, &reading, &error))
    check_reading (&reading);
  else
    g_assert (error != NULL && reading.total_wh == -1);
  tsm_plug_parse_state (text, size, &reading, &facts, NULL);
  tsm_plug_parse_network (text, size, &reading, &facts, NULL);
  tsm_plug_parse_firmware (text, size, &facts, NULL);
  tsm_plug_parse_clock (text, size, &facts, NULL);
  tsm_plug_parse_settings (text, size, &facts, NULL);
  g_assert (reading.uptime_s >= -1);
  g_assert (reading.mac[0] == '\0' || strlen (reading.mac) == TSM_METER_MAC_SIZE - 1);
  return 0;
}
