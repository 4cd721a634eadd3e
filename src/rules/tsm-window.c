/* SPDX-License-Identifier: MIT
 * tsm-window: red windows, and the derogations that open them. */
/* tidy: allow name: a span is what a window is, and the window header holds both */
#include "rules/tsm-window.h"

#include "rules/tsm-day.h"
#include "rules/tsm-plan.h"

TsmSpan
tsm_window_of_day (TsmDay day, TsmPolicy policy, GTimeZone *zone)
{
  const gint64 eve = tsm_day_get_night_begin (day - 1, zone);
  const gint64 night = tsm_day_get_night_begin (day, zone);
  gint64 begin, end;

  tsm_day_get_bounds (day, zone, &begin, &end);
  switch (policy) {
  case TSM_POLICY_EVENING:
    return (TsmSpan){ .begin = eve, .end = end };
  case TSM_POLICY_PEAK:
    return (TsmSpan){ .begin = begin, .end = night };
  }
  g_assert_not_reached ();
}

gboolean
tsm_span_overlaps (TsmSpan a, TsmSpan b)
{
  return MAX (a.begin, b.begin) < MIN (a.end, b.end);
}

gboolean
tsm_span_contains (TsmSpan span, gint64 at)
{
  return span.begin <= at && at < span.end;
}

static gint
compare_spans (gconstpointer a, gconstpointer b)
{
  const TsmSpan *left = a, *right = b;

  return (left->begin > right->begin) - (left->begin < right->begin);
}

void
tsm_window_merge (GArray *spans)
{
  guint n_kept = 0;

  g_array_sort (spans, compare_spans);
  for (guint i = 0; i < spans->len; i++) {
    const TsmSpan span = g_array_index (spans, TsmSpan, i);
    TsmSpan *last = n_kept > 0 ? &g_array_index (spans, TsmSpan, n_kept - 1) : NULL;

    if (last != NULL && span.begin <= last->end)
      last->end = MAX (last->end, span.end);
    else
      g_array_index (spans, TsmSpan, n_kept++) = span;
  }
  g_array_set_size (spans, n_kept);
}

gboolean
tsm_window_can_be_red (TsmSpan span, const TsmWindowDay *days, gsize n_days, GTimeZone *zone)
{
  for (gsize i = 0; i < n_days; i++) {
    if ((days[i].possible & TSM_COLOUR_BIT (TSM_COLOUR_RED)) != 0 &&
        tsm_span_overlaps (span, tsm_window_of_day (days[i].day, days[i].policy, zone)))
      return TRUE;
  }
  return FALSE;
}

/* The first instant from @at on at which the host is known to be off, @limit if none before. */
static gint64
find_off (const TsmTailInput *input, gint64 at, gint64 limit)
{
  TsmPower seen = TSM_POWER_UNKNOWN;

  for (gsize i = 0; i < input->n_sightings; i++) {
    const TsmSighting *sighting = &input->sightings[i];

    g_assert (i == 0 || sighting[-1].at <= sighting->at);
    if (sighting->at > at) {
      if (seen == TSM_POWER_OFF)
        return at;
      if (sighting->at >= limit)
        return limit;
      if (sighting->seen == TSM_POWER_OFF)
        return sighting->at;
    }
    seen = sighting->seen;
  }
  return seen == TSM_POWER_OFF ? at : limit;
}

/* Where the tail of a derogation that ends at @end inside @window ends; @end when it has none. */
static gint64
find_tail_end (const TsmTailInput *input, TsmSpan window, gint64 end)
{
  gint64 limit = MIN (end + TSM_WINDOW_TAIL_S, window.end);

  for (gsize i = 0; i < input->n_derogations; i++) {
    const TsmDerogation *other = &input->derogations[i];

    if (other->end > end)
      limit = MIN (limit, MAX (other->begin, end));
  }
  return find_off (input, end, limit);
}

/* The first instant of @window that a derogation covers; its end when none does. */
static gint64
find_first_cover (const TsmTailInput *input, TsmSpan window)
{
  gint64 first = window.end;

  for (gsize i = 0; i < input->n_derogations; i++) {
    const TsmDerogation *derogation = &input->derogations[i];
    const TsmSpan span = { derogation->begin, derogation->end };

    if (tsm_span_overlaps (span, window))
      first = MIN (first, MAX (span.begin, window.begin));
  }
  return first;
}

void
tsm_window_add_tails (const TsmTailInput *input, GArray *effective)
{
  const guint base = effective->len;

  if (input->n_derogations == 0)
    return;
  g_array_append_vals (effective, input->derogations, (guint) input->n_derogations);
  for (gsize i = 0; i < input->n_windows; i++) {
    const TsmSpan window = input->windows[i];
    const gint64 first = find_first_cover (input, window);
    const gboolean is_gap_skipped =
        first < window.end && first - window.begin < TSM_PLAN_SHORT_GAP_S;

    g_assert (i == 0 || input->windows[i - 1].end < window.begin);
    for (gsize j = 0; j < input->n_derogations; j++) {
      const TsmDerogation *original = &input->derogations[j];
      TsmDerogation *derogation = &g_array_index (effective, TsmDerogation, base + j);

      g_assert (original->begin < original->end);
      if (window.begin < original->end && original->end < window.end)
        derogation->end = find_tail_end (input, window, original->end);
      if (is_gap_skipped && original->begin == first && first > window.begin)
        derogation->begin = window.begin;
    }
  }
}
