/* SPDX-License-Identifier: MIT
 * tsm-admin-table: who may run the admin commands; append-only. */
#pragma once
#include "store/tsm-db.h"

G_BEGIN_DECLS

gboolean tsm_admin_table_has (TsmDb *db, gint64 server_id, gint64 user_id);
/* TRUE if the user was ever given or refused the role: the settings' first admins are only taken
 * over once. */
gboolean tsm_admin_table_knows (TsmDb *db, gint64 server_id, gint64 user_id);
guint tsm_admin_table_count (TsmDb *db, gint64 server_id);
/* @by_user_id 0 is the daemon's own shell. */
void tsm_admin_table_set (TsmDb *db, gint64 server_id, gint64 user_id, gboolean is_admin,
                          gint64 by_user_id, gint64 at);

G_END_DECLS
