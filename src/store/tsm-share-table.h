/* SPDX-License-Identifier: MIT
 * tsm-share-table: the derived totals and shares of each Tempo day, replaced by day. */
#pragma once
#include "rules/tsm-share.h"
#include "store/tsm-db.h"

G_BEGIN_DECLS

/* Replaces what @day had. @shares is of TsmShare. */
void tsm_share_table_replace_day (TsmDb *db, gint64 server_id, TsmDay day, const TsmDayTotal *total,
                                  const GArray *shares);
/* The sums over the Tempo days [from, to]; zeros where there is nothing. */
TsmDayTotal tsm_share_table_sum_total (TsmDb *db, gint64 server_id, TsmDay from, TsmDay to);
/* The same of one user: common part and derogations, or the derogations alone. */
TsmDayTotal tsm_share_table_sum_user (TsmDb *db, gint64 server_id, gint64 user_id, TsmDay from,
                                      TsmDay to, gboolean derogations_only);

G_END_DECLS
