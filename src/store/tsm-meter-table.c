/* SPDX-License-Identifier: MIT
 * tsm-meter-table: the plug's readings, its epochs and what power cuts took from its counter. */
#include "store/tsm-meter-table.h"

gint64
tsm_meter_table_get_epoch (TsmDb *db, gint64 server_id)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db, "SELECT max(epoch) FROM epoch WHERE server_id = ?", TSM_INT (server_id));

  return tsm_query_next (&query) ? tsm_query_get_int_or (&query, 0, 0) : 0;
}

gint64
tsm_meter_table_add_epoch (TsmDb *db, gint64 server_id, gint64 begin_at, gint64 first_wh,
                           const TsmReading *reading, TsmMeterReason reason)
{
  const gint64 epoch = tsm_meter_table_get_epoch (db, server_id) + 1;

  tsm_db_run (db, "INSERT INTO epoch VALUES (?, ?, ?, ?, ?, ?, ?)", TSM_INT (server_id),
              TSM_INT (epoch), TSM_INT (begin_at), TSM_INT (first_wh), TSM_TEXT (reading->mac),
              TSM_INT_OR (reading->total_start, TSM_INSTANT_NONE),
              TSM_TEXT (tsm_meter_reason_to_string (reason)));
  return epoch;
}

static const char *
verdict_to_string (TsmMeterVerdict verdict)
{
  switch (verdict) {
  case TSM_METER_FIRST:
    return "first";
  case TSM_METER_ENERGY:
    return "energy";
  case TSM_METER_PENDING:
    return "pending";
  case TSM_METER_REFUSED:
    return "refused";
  case TSM_METER_EPOCH:
    return "epoch";
  }
  g_assert_not_reached ();
}

void
tsm_meter_table_add_reading (TsmDb *db, gint64 server_id, gint64 epoch, const TsmReading *reading,
                             const TsmMeterOutcome *outcome)
{
  tsm_db_run (
      db, "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (server_id, at) DO NOTHING",
      TSM_INT (server_id), TSM_INT (reading->at), TSM_INT (epoch), TSM_INT (reading->total_wh),
      TSM_INT_OR (reading->power_w, -1), TSM_TEXT (verdict_to_string (outcome->verdict)),
      TSM_TEXT (tsm_meter_reason_to_string (outcome->reason)));
}

void
tsm_meter_table_add_correction (TsmDb *db, gint64 server_id, gint64 at, gint64 epoch,
                                gint64 drop_wh, gint64 booked_wh)
{
  tsm_db_run (db, "INSERT INTO correction VALUES (?, ?, ?, ?, ?)", TSM_INT (server_id),
              TSM_INT (at), TSM_INT (epoch), TSM_INT (drop_wh), TSM_INT (booked_wh));
}
