/* SPDX-License-Identifier: MIT
 * tsm-meter-table: the plug's readings, its epochs and what power cuts took from its counter. */
#pragma once
#include "rules/tsm-meter.h"
#include "store/tsm-db.h"

G_BEGIN_DECLS

/* The newest epoch's number; 0 before the first. */
gint64 tsm_meter_table_get_epoch (TsmDb *db, gint64 server_id);
/* Begins the next epoch, counted from @first_wh; returns its number. */
gint64 tsm_meter_table_add_epoch (TsmDb *db, gint64 server_id, gint64 begin_at, gint64 first_wh,
                                  const TsmReading *reading, TsmMeterReason reason);
/* Stores @reading of @epoch with what was made of it. One already stored at that instant stays. */
void tsm_meter_table_add_reading (TsmDb *db, gint64 server_id, gint64 epoch,
                                  const TsmReading *reading, const TsmMeterOutcome *outcome);
void tsm_meter_table_add_correction (TsmDb *db, gint64 server_id, gint64 at, gint64 epoch,
                                     gint64 drop_wh, gint64 booked_wh);

G_END_DECLS
