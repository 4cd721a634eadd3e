/* SPDX-License-Identifier: MIT
 * tsm-plan: when the host is to be on and off, and why. */
/* tidy: allow name: a reason is what a plan gives, and the plan header holds both */
#include "rules/tsm-plan.h"

#include "rules/tsm-day.h"

static const char *const reason_words[] = {
  "not_red", "red", "derogation", "hold", "unknown_night", "unknown_day", "short_gap",
};

const char *
tsm_reason_to_string (TsmReason reason)
{
  g_assert ((guint) reason < G_N_ELEMENTS (reason_words));
  return reason_words[reason];
}

gboolean
tsm_reason_from_string (const char *string, TsmReason *ret_reason)
{
  for (guint i = 0; i < G_N_ELEMENTS (reason_words); i++) {
    if (g_strcmp0 (reason_words[i], string) == 0) {
      *ret_reason = (TsmReason) i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
is_red (const TsmPlanDay *day)
{
  return day->colour == TSM_COLOUR_RED;
}

static gboolean
may_be_red (const TsmPlanDay *day)
{
  return day->colour == TSM_COLOUR_UNKNOWN &&
         (day->possible & TSM_COLOUR_BIT (TSM_COLOUR_RED)) != 0;
}

/* What the colours alone say of the peak hours of @day, [06:00, 22:00). @is_decided: the stretch
 * has begun, so an unknown colour must be acted upon. */
static void
judge_peak (const TsmPlanDay *day, gboolean is_decided, TsmInterval *interval)
{
  interval->state = TSM_POWER_ON;
  interval->reason = TSM_REASON_NOT_RED;
  if (is_red (day)) {
    interval->state = TSM_POWER_OFF;
    interval->reason = TSM_REASON_RED;
  } else if (may_be_red (day)) {
    interval->reason = TSM_REASON_UNKNOWN_DAY;
    if (!is_decided)
      interval->state = TSM_POWER_UNKNOWN;
    else if (day->unknown_is_off)
      interval->state = TSM_POWER_OFF;
  }
}

/* The same for the night between @before and @after; either may be NULL at the ends of what is
 * known. Only the policy `evening` has windows that take in nights. */
static void
judge_night (const TsmPlanDay *before, const TsmPlanDay *after, gboolean is_decided,
             TsmInterval *interval)
{
  const TsmPlanDay *const sides[] = { before, after };
  gboolean has_red = FALSE, has_unknown = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++) {
    if (sides[i] == NULL || sides[i]->policy != TSM_POLICY_EVENING)
      continue;
    has_red = has_red || is_red (sides[i]);
    has_unknown = has_unknown || may_be_red (sides[i]);
  }
  interval->state = TSM_POWER_ON;
  interval->reason = TSM_REASON_NOT_RED;
  if (has_red) {
    interval->state = TSM_POWER_OFF;
    interval->reason = TSM_REASON_RED;
  } else if (has_unknown) {
    interval->reason = TSM_REASON_UNKNOWN_NIGHT;
    if (!is_decided)
      interval->state = TSM_POWER_UNKNOWN;
  }
}

/* Appends @interval, or lengthens the last one when it says the same. */
static void
append_interval (GArray *intervals, TsmInterval interval)
{
  TsmInterval *last =
      intervals->len > 0 ? &g_array_index (intervals, TsmInterval, intervals->len - 1) : NULL;

  if (interval.begin >= interval.end)
    return;
  if (last != NULL && last->state == interval.state && last->reason == interval.reason) {
    g_assert (last->end == interval.begin);
    last->end = interval.end;
  } else {
    g_array_append_val (intervals, interval);
  }
}

/* The first edge of a derogation inside (@at, @limit), @limit if none; @ret_is_covered: whether one
 * covers @at. */
static gint64
get_next_edge (const TsmPlanInput *input, gint64 at, gint64 limit, gboolean *ret_is_covered)
{
  gint64 edge = limit;

  *ret_is_covered = FALSE;
  for (gsize i = 0; i < input->n_derogations; i++) {
    const TsmDerogation *derogation = &input->derogations[i];
    const TsmSpan span = { derogation->begin, derogation->end };

    if (tsm_span_contains (span, at))
      *ret_is_covered = TRUE;
    if (span.begin > at)
      edge = MIN (edge, span.begin);
    if (span.end > at)
      edge = MIN (edge, span.end);
  }
  return edge;
}

/* Appends @segment with what derogations open of it. */
static void
append_opened (const TsmPlanInput *input, TsmInterval segment, GArray *intervals)
{
  gint64 at = segment.begin;

  while (at < segment.end) {
    gboolean is_covered;
    TsmInterval piece = segment;

    piece.begin = at;
    piece.end = get_next_edge (input, at, segment.end, &is_covered);
    if (is_covered && segment.state != TSM_POWER_ON) {
      piece.state = TSM_POWER_ON;
      piece.reason = TSM_REASON_DEROGATION;
    }
    append_interval (intervals, piece);
    at = piece.end;
  }
}

/* All that the days' colours and the derogations say, from the first day's 06:00 to the last day's
 * end. Wider than what is asked for: a stretch that is cut there would look too short. */
static void
lay_out_days (const TsmPlanInput *input, GArray *intervals)
{
  for (gsize i = 0; i < input->n_days; i++) {
    const TsmPlanDay *day = &input->days[i];
    const TsmPlanDay *next = i + 1 < input->n_days ? day + 1 : NULL;
    TsmInterval peak = { 0 }, night = { 0 };

    g_assert (next == NULL || next->day == day->day + 1);
    tsm_day_get_bounds (day->day, input->zone, &peak.begin, &night.end);
    peak.end = night.begin = tsm_day_get_night_begin (day->day, input->zone);
    judge_peak (day, peak.begin <= input->now, &peak);
    judge_night (day, next, night.begin <= input->now, &night);
    append_opened (input, peak, intervals);
    append_opened (input, night, intervals);
  }
}

/* Appends to @held the tiles of @intervals with [now, hold.end) taken over by the hold. */
static void
apply_hold (const TsmPlanInput *input, const GArray *intervals, GArray *held)
{
  const TsmSpan hold = { input->now, input->hold.end };

  for (guint i = 0; i < intervals->len; i++) {
    const TsmInterval interval = g_array_index (intervals, TsmInterval, i);
    TsmInterval before = interval, inside = interval, after = interval;

    before.end = MIN (interval.end, hold.begin);
    inside.begin = MAX (interval.begin, hold.begin);
    inside.end = MIN (interval.end, hold.end);
    inside.state = input->hold.state;
    inside.reason = TSM_REASON_HOLD;
    after.begin = MAX (interval.begin, hold.end);
    append_interval (held, before);
    append_interval (held, inside);
    append_interval (held, after);
  }
}

/* Keeps the host on where it would be off for less than TSM_PLAN_SHORT_GAP_S, in stretches that
 * begin at @from or later. A stretch is off whatever the reasons in it; one that an admin's hold
 * begins is what the admin wants. */
static void
skip_short_gaps (GArray *intervals, gint64 from)
{
  for (guint i = 0; i < intervals->len;) {
    const gint64 begin = g_array_index (intervals, TsmInterval, i).begin;
    gboolean has_hold = FALSE;
    gint64 end = begin;
    guint n = 0;

    for (; i + n < intervals->len; n++) {
      const TsmInterval *interval = &g_array_index (intervals, TsmInterval, i + n);

      if (interval->state != TSM_POWER_OFF)
        break;
      has_hold = has_hold || interval->reason == TSM_REASON_HOLD;
      end = interval->end;
    }
    for (guint j = i; j < i + n; j++) {
      TsmInterval *interval = &g_array_index (intervals, TsmInterval, j);

      if (begin < from || has_hold || end - begin >= TSM_PLAN_SHORT_GAP_S)
        break;
      interval->state = TSM_POWER_ON;
      interval->reason = TSM_REASON_SHORT_GAP;
    }
    i += MAX (n, 1);
  }
}

void
tsm_plan_compute (const TsmPlanInput *input, GArray *intervals)
{
  g_autoptr (GArray) laid = g_array_new (FALSE, FALSE, sizeof (TsmInterval));
  g_autoptr (GArray) held = g_array_new (FALSE, FALSE, sizeof (TsmInterval));
  g_autoptr (GArray) tiles = g_array_new (FALSE, FALSE, sizeof (TsmInterval));
  GArray *wide = laid;

  g_assert (input->begin < input->end);
  lay_out_days (input, laid);
  skip_short_gaps (laid, G_MININT64);
  if (input->hold.state != TSM_POWER_UNKNOWN && input->hold.end > input->now) {
    /* A hold may leave a short gap behind it; the past before it stays as it was. */
    apply_hold (input, laid, held);
    skip_short_gaps (held, input->hold.end);
    wide = held;
  }
  for (guint i = 0; i < wide->len; i++) {
    TsmInterval interval = g_array_index (wide, TsmInterval, i);

    interval.begin = MAX (interval.begin, input->begin);
    interval.end = MIN (interval.end, input->end);
    append_interval (tiles, interval);
  }
  g_assert (tiles->len > 0);
  g_assert (g_array_index (tiles, TsmInterval, 0).begin == input->begin);
  g_assert (g_array_index (tiles, TsmInterval, tiles->len - 1).end == input->end);
  g_array_append_vals (intervals, tiles->data, tiles->len);
}
