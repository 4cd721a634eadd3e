/* SPDX-License-Identifier: MIT
 * tsm-server-table: the metered servers, and the settings whose history counts. */
#pragma once
#include "store/tsm-db.h"

G_BEGIN_DECLS

/* The id of the server named @name; 0 if there is none. */
gint64 tsm_server_table_find (TsmDb *db, const char *name);
gint64 tsm_server_table_add (TsmDb *db, const char *name, TsmDay start_day, gint64 at);
TsmDay tsm_server_table_get_start_day (TsmDb *db, gint64 server_id);
/* When it was added: TSM's first start. */
gint64 tsm_server_table_get_created_at (TsmDb *db, gint64 server_id);

/* "power_policy" or "unknown_day": the value in force on the Tempo day @day; free with g_free.
 * NULL before the first. */
char *tsm_server_table_dup_policy (TsmDb *db, gint64 server_id, const char *name, TsmDay day);
/* In force from @from_day on, at @at; another value already set for that very day gives way. */
void tsm_server_table_set_policy (TsmDb *db, gint64 server_id, const char *name, TsmDay from_day,
                                  const char *value, gint64 at);

G_END_DECLS
