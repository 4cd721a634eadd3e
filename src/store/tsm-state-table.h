/* SPDX-License-Identifier: MIT
 * tsm-state-table: small memories kept whole, as records (base/tsm-record.h). */
#pragma once
#include "store/tsm-db.h"

G_BEGIN_DECLS

/* NULL if nothing was put yet; free with g_free. */
char *tsm_state_table_dup (TsmDb *db, gint64 server_id, const char *name);
void tsm_state_table_put (TsmDb *db, gint64 server_id, const char *name, const char *value);

G_END_DECLS
