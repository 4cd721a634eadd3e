/* SPDX-License-Identifier: MIT
 * tsm-stay-table: users' stays. A correction is a new version of the stay; the newest counts. */
#pragma once
#include "store/tsm-db.h"

G_BEGIN_DECLS

typedef struct {
  gint64 stay; /* its number on the server; 0 is "none" */
  gint64 user_id;
  TsmDay arrival_day;
  TsmDay leave_day; /* included; TSM_DAY_NONE while open */
} TsmStay;

/* The user's stay with the latest arrival. FALSE if the user never had one. */
gboolean tsm_stay_table_get_latest (TsmDb *db, gint64 server_id, gint64 user_id, TsmStay *ret_stay);
/* All stays of the user, by arrival; free with g_array_unref. */
GArray *tsm_stay_table_dup_of_user (TsmDb *db, gint64 server_id, gint64 user_id);
/* The users (gint64, ascending, each once) with a stay covering the Tempo day. */
GArray *tsm_stay_table_dup_present (TsmDb *db, gint64 server_id, TsmDay day);
/* The first Tempo day of [from, to] that @n_users users or more have a stay on; TSM_DAY_NONE if
 * there is none. */
TsmDay tsm_stay_table_find_full (TsmDb *db, gint64 server_id, TsmDay from, TsmDay to,
                                 guint n_users);
/* The user's first arrival day; TSM_DAY_NONE if there is none. */
TsmDay tsm_stay_table_get_first_arrival (TsmDb *db, gint64 server_id, gint64 user_id);

/* Writes a new stay (@stay->stay 0; returns its number) or a new version of one. */
gint64 tsm_stay_table_put (TsmDb *db, gint64 server_id, const TsmStay *stay, gint64 by_user_id,
                           gint64 at);

G_END_DECLS
