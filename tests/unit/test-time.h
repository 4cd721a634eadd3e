/* SPDX-License-Identifier: MIT
 * test-time: instants and zones for the tests of rules, without the code under test. */
#pragma once
#include <glib.h>

static inline GTimeZone *
test_zone_new (const char *identifier)
{
  GTimeZone *zone = g_time_zone_new_identifier (identifier);

  g_assert_nonnull (zone); /* else the zone database is missing */
  return zone;
}

/* "2026-01-29T05:59:00+01:00" as Unix seconds; the offset is written out, so that a table says
 * which of two equal clock times it means. */
static inline gint64
test_instant (const char *iso8601)
{
  g_autoptr (GDateTime) date_time = g_date_time_new_from_iso8601 (iso8601, NULL);

  g_assert_nonnull (date_time);
  return g_date_time_to_unix (date_time);
}
