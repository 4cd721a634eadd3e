/* SPDX-License-Identifier: MIT
 * tsm-window: red windows, and the derogations that open them (DESIGN 2, 3.4, 3.8). Pure. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

/* [begin, end). */
typedef struct {
  gint64 begin;
  gint64 end;
} TsmSpan;

/* A derogation as it stands: [begin, end), never empty. */
typedef struct {
  gint64 id;
  gint64 user_id;
  gint64 begin;
  gint64 end;
} TsmDerogation;

/* The red window of @day under @policy: evening D-1 22:00 to D+1 06:00, peak D 06:00 to D 22:00. */
TsmSpan tsm_window_of_day (TsmDay day, TsmPolicy policy, GTimeZone *zone);

/* TRUE when the two spans share an instant; touching is no overlap. */
gboolean tsm_span_overlaps (TsmSpan a, TsmSpan b);

G_END_DECLS
