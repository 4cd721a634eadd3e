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
/* TRUE when begin <= @at < end. */
gboolean tsm_span_contains (TsmSpan span, gint64 at);

/* Sorts @spans (of TsmSpan) and joins those that overlap or touch, in place: what is left ascends,
 * and no two of them touch. */
void tsm_window_merge (GArray *spans);

/* What is certain about one Tempo day, for refusals. */
typedef struct {
  TsmDay day;
  TsmColourSet possible; /* confirmed or better: its own bit; else what the contract's rules leave,
                            however red or blue a provisional colour makes it look */
  TsmPolicy policy;
} TsmWindowDay;

/* TRUE when @span overlaps the window of a day of @days that can be red; FALSE is the refusal
 * `not_red`. @days reach from the Tempo day before that of @span's begin to the one after that of
 * its end: an evening window begins on the eve and ends on the morning after. */
gboolean tsm_window_can_be_red (TsmSpan span, const TsmWindowDay *days, gsize n_days,
                                GTimeZone *zone);

/* From @at on, until the next sighting, this was seen of the host. */
typedef struct {
  gint64 at;
  TsmPower seen;
} TsmSighting;

/* Longest tail charged to a derogation's holder (DESIGN 3.8). */
#define TSM_WINDOW_TAIL_S (30 * 60)

/* Borrowed. @sightings must hold the last one at or before each derogation's end, and all later
 * ones up to TSM_WINDOW_TAIL_S after it; before the first, the host counts as unknown. A later
 * sighting can only shorten a tail, so the caller may compute while a tail still runs, and again
 * when the host is seen off. */
typedef struct {
  const TsmSpan *windows; /* red windows as tsm_window_merge leaves them */
  gsize n_windows;
  const TsmDerogation *derogations; /* in any order */
  gsize n_derogations;
  const TsmSighting *sightings; /* by ascending instant */
  gsize n_sightings;
} TsmTailInput;

/* Appends to @effective (of TsmDerogation), in the order of the input, the derogations as money
 * counts them (DESIGN 3.8). Each keeps its id and user, and never loses an instant.
 * - Tail: where a derogation ends inside a red window and no other covers that instant, its end
 *   moves to the first of: TSM_WINDOW_TAIL_S later; the window's end; the next derogation's begin
 *   (so a skipped gap between two is the former's); the instant the host is seen OFF. A host
 *   already seen OFF at the end has no tail. Those that end together share the tail.
 * - Leading gap: where a window begins less than TSM_PLAN_SHORT_GAP_S before the first derogation
 *   in it, the host is not stopped for that; the gap is the holders' who begin first.
 * The begins and ends appended are the edges at which slices are cut. */
void tsm_window_add_tails (const TsmTailInput *input, GArray *effective);

G_END_DECLS
