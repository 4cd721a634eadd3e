/* SPDX-License-Identifier: MIT
 * tsm-precheck: all that can be seen to be wrong with the settings before anything starts: what
 * tsm-settings found, and what only those who use a setting know. `tsm run` and `tsm doctor` say
 * the same. Nothing here touches the network or the disk. */
#pragma once
#include "base/tsm-settings.h"

G_BEGIN_DECLS

/* One line a problem, in the settings' language; NULL-terminated, empty when all is well. @now, in
 * Unix seconds, is what START_SERVER_DATE is held against. Free with g_strfreev. */
char **tsm_precheck_dup_problems (const TsmSettings *settings, gint64 now);
/* TSM_ERROR_INVALID with all of them, if there is any. */
gboolean tsm_precheck_run (const TsmSettings *settings, gint64 now, GError **error);

G_END_DECLS
