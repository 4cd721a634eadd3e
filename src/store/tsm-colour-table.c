/* SPDX-License-Identifier: MIT
 * tsm-colour-table: what the sources said of each day, and the colour that follows. */
#include "store/tsm-colour-table.h"

static gboolean
read_colour (TsmQuery *query, int first, TsmDayColour *ret_colour)
{
  TsmDayColour colour = { .at = tsm_query_get_int (query, first + 3) };

  if (!tsm_colour_from_string (tsm_query_peek_text (query, first), &colour.colour)) {
    tsm_query_refuse_text (query, first);
    return FALSE;
  }
  if (!tsm_certainty_from_string (tsm_query_peek_text (query, first + 1), &colour.certainty)) {
    tsm_query_refuse_text (query, first + 1);
    return FALSE;
  }
  if (!tsm_source_from_string (tsm_query_peek_text (query, first + 2), &colour.source)) {
    tsm_query_refuse_text (query, first + 2);
    return FALSE;
  }
  *ret_colour = colour;
  return TRUE;
}

TsmDayColour
tsm_colour_table_get (TsmDb *db, gint64 server_id, TsmDay day)
{
  TsmDayColour colour = { 0 };

  tsm_colour_table_get_range (db, server_id, day, 1, &colour);
  return colour;
}

void
tsm_colour_table_get_range (TsmDb *db, gint64 server_id, TsmDay from, guint n_days,
                            TsmDayColour *ret_colours)
{
  /* Ascending ids, so that the newest row of a day is read last and stays. */
  g_auto (TsmQuery) query =
      tsm_db_query (db,
                    "SELECT day, colour, certainty, source, at FROM colour"
                    " WHERE server_id = ? AND day >= ? AND day < ? ORDER BY day, colour_id",
                    TSM_INT (server_id), TSM_INT (from), TSM_INT ((gint64) from + n_days));

  for (guint i = 0; i < n_days; i++)
    ret_colours[i] = (TsmDayColour){ 0 };
  while (tsm_query_next (&query))
    if (!read_colour (&query, 1, &ret_colours[tsm_query_get_int (&query, 0) - from]))
      return;
}

void
tsm_colour_table_add (TsmDb *db, gint64 server_id, TsmDay day, const TsmDayColour *colour)
{
  g_assert (colour->colour != TSM_COLOUR_UNKNOWN);
  tsm_db_run (db,
              "INSERT INTO colour (server_id, day, colour, certainty, source, at)"
              " VALUES (?, ?, ?, ?, ?, ?)",
              TSM_INT (server_id), TSM_INT (day), TSM_TEXT (tsm_colour_to_string (colour->colour)),
              TSM_TEXT (tsm_certainty_to_string (colour->certainty)),
              TSM_TEXT (tsm_source_to_string (colour->source)), TSM_INT (colour->at));
}

TsmColour
tsm_colour_table_get_sighting (TsmDb *db, gint64 server_id, TsmDay day, TsmSource source)
{
  g_auto (TsmQuery) query =
      tsm_db_query (db,
                    "SELECT colour FROM sighting WHERE server_id = ? AND day = ? AND source = ?"
                    " ORDER BY sighting_id DESC LIMIT 1",
                    TSM_INT (server_id), TSM_INT (day), TSM_TEXT (tsm_source_to_string (source)));
  TsmColour colour = TSM_COLOUR_UNKNOWN;

  if (tsm_query_next (&query) && !tsm_colour_from_string (tsm_query_peek_text (&query, 0), &colour))
    tsm_query_refuse_text (&query, 0);
  return colour;
}

void
tsm_colour_table_add_sighting (TsmDb *db, gint64 server_id, TsmDay day, TsmSource source,
                               TsmColour colour, gint64 at)
{
  g_assert (colour != TSM_COLOUR_UNKNOWN);
  if (tsm_colour_table_get_sighting (db, server_id, day, source) == colour)
    return;
  tsm_db_run (db,
              "INSERT INTO sighting (server_id, day, source, colour, at) VALUES (?, ?, ?, ?, ?)",
              TSM_INT (server_id), TSM_INT (day), TSM_TEXT (tsm_source_to_string (source)),
              TSM_TEXT (tsm_colour_to_string (colour)), TSM_INT (at));
}
