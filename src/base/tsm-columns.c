/* SPDX-License-Identifier: MIT
 * tsm-columns: lines of text whose cells stand below each other. */
#include "base/tsm-columns.h"
#include <string.h>

#define GAP 2

static const char *
peek_cell (const GPtrArray *cells, guint n_columns, guint row, guint column)
{
  const char *cell = g_ptr_array_index (cells, row * n_columns + column);

  return cell != NULL ? cell : "";
}

static gsize
widest (const GPtrArray *cells, guint n_columns, guint column)
{
  gsize width = 0;

  for (guint row = 0; row < cells->len / n_columns; row++)
    width = MAX (width, (gsize) g_utf8_strlen (peek_cell (cells, n_columns, row, column), -1));
  return width;
}

static void
append_blanks (GString *text, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_string_append_c (text, ' ');
}

static void
trim_line (GString *text)
{
  while (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate (text, text->len - 1);
}

char *
tsm_columns_dup_string (const GPtrArray *cells, const char *alignment)
{
  const guint n_columns = (guint) strlen (alignment);
  g_autofree gsize *widths = g_new0 (gsize, n_columns);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert (n_columns > 0 && cells->len % n_columns == 0);
  for (guint column = 0; column < n_columns; column++)
    widths[column] = widest (cells, n_columns, column);
  for (guint row = 0; row < cells->len / n_columns; row++) {
    if (row > 0)
      g_string_append_c (text, '\n');
    for (guint column = 0; column < n_columns; column++) {
      const char *cell = peek_cell (cells, n_columns, row, column);
      const gsize padding = widths[column] - (gsize) g_utf8_strlen (cell, -1);

      append_blanks (text, column > 0 ? GAP : 0);
      append_blanks (text, alignment[column] == 'r' ? padding : 0);
      g_string_append (text, cell);
      append_blanks (text, alignment[column] == 'r' ? 0 : padding);
    }
    trim_line (text);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
