/* SPDX-License-Identifier: MIT
 * tsm-job-table: which scheduled instants a job ran for, and which episodes people were told of. */
#pragma once
#include "store/tsm-db.h"

G_BEGIN_DECLS

/* The latest scheduled instant @job ran for; TSM_INSTANT_NONE if it never ran. */
gint64 tsm_job_table_get_last (TsmDb *db, gint64 server_id, const char *job);
/* FALSE, and nothing written, if it already ran for @scheduled_at. */
gboolean tsm_job_table_add (TsmDb *db, gint64 server_id, const char *job, gint64 scheduled_at,
                            gint64 ran_at);

/* When the open episode of @kind began; TSM_INSTANT_NONE if there is none. */
gint64 tsm_job_table_get_episode (TsmDb *db, gint64 server_id, const char *kind);
/* FALSE, and nothing written, if one is open already. */
gboolean tsm_job_table_begin_episode (TsmDb *db, gint64 server_id, const char *kind, gint64 at);
/* FALSE if none was open. */
gboolean tsm_job_table_end_episode (TsmDb *db, gint64 server_id, const char *kind, gint64 at);

G_END_DECLS
