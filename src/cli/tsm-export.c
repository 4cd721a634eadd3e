/* SPDX-License-Identifier: MIT
 * tsm-export: `tsm export`, the ledger's slices as CSV. */
#include "cli/tsm-export.h"
#include "daemon/tsm-daemon.h"
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include "store/tsm-colour-table.h"
#include "store/tsm-server-table.h"
#include "store/tsm-slice-table.h"
#include <stdio.h>

/* What the rows are made from. */
typedef struct {
  TsmDb *db;
  gint64 server_id;
  GTimeZone *zone;
  const TsmTariff *tariff;
} Source;

static char *
dup_instant (gint64 at, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (at);
  g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, zone);

  return g_date_time_format (local, "%Y-%m-%dT%H:%M:%S%:z");
}

/* Empty where there is no price yet, or no energy to price. */
static char *
dup_cost (const Source *source, const TsmSlice *slice, TsmColour colour)
{
  gint64 price_ueur_kwh, cost_neur;

  if (slice->quality == TSM_QUALITY_DOWN ||
      !tsm_tariff_lookup (source->tariff, colour, slice->period, slice->begin, &price_ueur_kwh) ||
      !tsm_cost_compute (slice->energy_wh, price_ueur_kwh, &cost_neur, NULL))
    return g_strdup ("");
  return g_strdup_printf ("%" G_GINT64_FORMAT, cost_neur);
}

static void
print_slice (const Source *source, const TsmSlice *slice, TsmColour colour)
{
  g_autofree char *begin = dup_instant (slice->begin, source->zone);
  g_autofree char *end = dup_instant (slice->end, source->zone);
  g_autofree char *day = tsm_day_dup_string (slice->day);
  g_autofree char *cost = dup_cost (source, slice, colour);

  printf ("%s,%s,%s,%s,%s,%" G_GINT64_FORMAT ",%s,%s\n", begin, end, day,
          tsm_period_to_string (slice->period), tsm_colour_to_string (colour), slice->energy_wh,
          tsm_quality_to_string (slice->quality), cost);
}

static void
print_all (const Source *source)
{
  TsmSlice last;

  printf ("begin,end,day,period,colour,energy_wh,quality,cost_neur\n");
  if (source->server_id == 0 || !tsm_slice_table_get_last (source->db, source->server_id, &last))
    return;
  for (TsmDay day = tsm_server_table_get_start_day (source->db, source->server_id); day <= last.day;
       day++) {
    const TsmDayColour known = tsm_colour_table_get (source->db, source->server_id, day);
    g_autoptr (GArray) slices = tsm_slice_table_dup_day (source->db, source->server_id, day);

    for (guint i = 0; i < slices->len; i++)
      print_slice (source, &g_array_index (slices, TsmSlice, i), known.colour);
  }
}

/* One snapshot, however long the daemon goes on writing; it ends with the connection. */
static void
begin_snapshot (TsmDb *db)
{
  g_auto (TsmQuery) query = tsm_db_query (db, "BEGIN");

  tsm_query_next (&query);
}

static TsmExit
export_ledger (const TsmSettings *settings)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmDb) db =
      tsm_db_open_readonly (tsm_settings_get_text (settings, TSM_SETTING_TSM_DATABASE), &error);
  g_autoptr (TsmTariff) tariff = NULL;
  Source source = { .db = db, .zone = tsm_settings_peek_zone (settings) };
  const TsmSheet *sheets;
  gsize n_sheets;

  if (db == NULL)
    return tsm_cli_fail ("%s", error->message);
  sheets = tsm_calendar_get_sheets (&n_sheets);
  tariff = tsm_tariff_new (sheets, n_sheets, source.zone, &error);
  if (tariff == NULL)
    return tsm_cli_fail ("%s", error->message);
  source.tariff = tariff;
  begin_snapshot (db);
  source.server_id = tsm_server_table_find (db, TSM_DAEMON_SERVER_NAME);
  print_all (&source);
  if (!tsm_db_commit (db, &error))
    return tsm_cli_fail ("%s", error->message);
  /* An earlier write may have failed where the last one did not. */
  if (fflush (stdout) != 0 || ferror (stdout))
    return tsm_cli_fail ("cannot write the CSV");
  return TSM_EXIT_DONE;
}

TsmExit
tsm_export_main (int argc, char **argv)
{
  static const TsmSetting used[] = { TSM_SETTING_TSM_DATABASE, TSM_SETTING_TIMEZONE };
  g_autoptr (TsmSettings) settings = NULL;
  const char *path;

  if (tsm_cli_print_usage (argc, argv, "export [--config FILE]",
                           "Writes the ledger's slices as CSV, also beside a running daemon."))
    return TSM_EXIT_DONE;
  if (!tsm_cli_parse_config (argc, argv, &path))
    return TSM_EXIT_USAGE;
  settings = tsm_cli_read_settings (path, tsm_cli_get_lang ());
  if (!tsm_cli_check_settings (settings, used, G_N_ELEMENTS (used)))
    return TSM_EXIT_FAILED;
  return export_ledger (settings);
}
