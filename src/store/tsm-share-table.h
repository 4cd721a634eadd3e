/* SPDX-License-Identifier: MIT
 * tsm-share-table: the derived totals and shares of each Tempo day, replaced by day, and what they
 * come to by calendar month and year of Tempo days, kept with them: a sum over any range reads
 * whole years and months where it can, so that it costs the same after ten years as after one. */
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

/* For an audit: adds up the days of @server_id anew, all of them, in SQL, and compares the sums by
 * month and by year with what is kept. TSM_ERROR_INVALID names the first one that differs. */
gboolean tsm_share_table_check (TsmDb *db, gint64 server_id, GError **error);

G_END_DECLS
