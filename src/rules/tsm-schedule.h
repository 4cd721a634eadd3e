/* SPDX-License-Identifier: MIT
 * tsm-schedule: the instants of a job that runs each day at a local time (DESIGN 3.7, 3.8). Pure.
 */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

/* The latest scheduled instant at or before @at, and the first one after it, of a job at @minute
 * of every civil day. A local time that does not exist runs at the jump, a doubled one the first
 * time. */
gint64 tsm_schedule_get_last (guint minute, gint64 at, GTimeZone *zone);
gint64 tsm_schedule_get_next (guint minute, gint64 at, GTimeZone *zone);

G_END_DECLS
