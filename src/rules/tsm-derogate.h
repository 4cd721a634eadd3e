/* SPDX-License-Identifier: MIT
 * tsm-derogate: from what a user typed to a derogation's interval (DESIGN 3.5, 3.8). Pure. */
#pragma once
#include "rules/tsm-window.h"

G_BEGIN_DECLS

/* "14", "14h", "14h30", "14:30", "6h05"; 00:00 to 23:59, so "24" is FALSE. @ret_minute is the
 * minute of the day. */
gboolean tsm_derogate_parse_hour (const char *text, guint *ret_minute);

/* No hour was typed. */
#define TSM_DEROGATE_NO_HOUR G_MAXUINT

/* The interval of `today` (@is_tomorrow FALSE) or `tomorrow`, calendar days of @zone, from optional
 * minutes of the day. today: from the hour or now, whichever is later; tomorrow: from the hour or
 * 06:00. To the end hour, which is the next civil day's if at or before the typed start, or, with
 * no typed start, the begin's local time; without an end hour, 12 elapsed hours after the begin.
 * So it never exceeds a civil day: 24 h, or 25 if the clocks go back meanwhile. A doubled local
 * time is its first occurrence, or its second if the first is over. FALSE when it would end by @now
 * or be empty: both hours in the gap of a clock change. */
gboolean tsm_derogate_get_span (gboolean is_tomorrow, guint start_minute, guint end_minute,
                                gint64 now, GTimeZone *zone, TsmSpan *ret_span);

/* From 21:45:00 to midnight, local: derogations cannot be removed, the 22:00 decision stands. */
gboolean tsm_derogate_is_too_late (gint64 now, GTimeZone *zone);

G_END_DECLS
