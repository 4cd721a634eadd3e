/* SPDX-License-Identifier: MIT
 * tsm-card: what an answer shows a person, laid out for no screen in particular. */
/* tidy: allow name: a table is a part of its card, and their header holds both */
#include "engine/tsm-card.h"
#include "base/tsm-columns.h"
#include "base/tsm-say.h"
#include <string.h>

static void
table_free (gpointer data)
{
  TsmTable *self = data;

  g_ptr_array_unref (self->cells);
  g_free (self);
}

TsmCard *
tsm_card_new (const char *title)
{
  TsmCard *self = g_new0 (TsmCard, 1);

  g_assert (title != NULL && title[0] != '\0');
  self->title = g_strdup (title);
  self->day = TSM_DAY_NONE;
  self->tables = g_ptr_array_new_with_free_func (table_free);
  return self;
}

void
tsm_card_free (TsmCard *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->tables, g_ptr_array_unref);
  g_free (self->title);
  g_free (self->text);
  g_free (self);
}

void
tsm_card_set_day (TsmCard *self, TsmDay day, TsmColour colour)
{
  self->day = day;
  self->colour = colour;
}

void
tsm_card_take_line (TsmCard *self, char *take_line)
{
  g_autofree char *line = take_line;
  g_autofree char *before = g_steal_pointer (&self->text);

  g_assert (line != NULL);
  if (before == NULL)
    self->text = g_steal_pointer (&line);
  else
    self->text = g_strdup_printf ("%s\n%s", before, line);
}

TsmTable *
tsm_card_add_table (TsmCard *self, TsmTableKind kind, const char *alignment)
{
  TsmTable *table = g_new0 (TsmTable, 1);

  g_assert (alignment[0] != '\0');
  table->kind = kind;
  table->alignment = alignment;
  table->cells = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->tables, table);
  return table;
}

void
tsm_table_take_cell (TsmTable *self, char *take_cell)
{
  g_ptr_array_add (self->cells, take_cell);
}

guint
tsm_table_get_width (const TsmTable *self)
{
  return (guint) strlen (self->alignment);
}

guint
tsm_table_get_n_rows (const TsmTable *self)
{
  g_assert (self->cells->len % tsm_table_get_width (self) == 0);
  return self->cells->len / tsm_table_get_width (self);
}

const char *
tsm_table_peek_cell (const TsmTable *self, guint row, guint column)
{
  g_assert (row < tsm_table_get_n_rows (self));
  g_assert (column < tsm_table_get_width (self));
  return g_ptr_array_index (self->cells, row * tsm_table_get_width (self) + column);
}

static void
append_part (GString *text, const char *gap, const char *part)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? gap : "", part);
}

char *
tsm_card_dup_text (const TsmCard *self, TsmLang lang)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_after_day = FALSE;

  if (self->day != TSM_DAY_NONE && !self->names_day) {
    g_autofree char *day = tsm_say (lang, NULL, N_ ("Tempo day: %s"), TSM_SAY_DAY (self->day));

    g_string_append (text, day);
    is_after_day = TRUE;
  }
  if (self->text != NULL) {
    append_part (text, "\n", self->text);
    is_after_day = FALSE;
  }
  for (guint i = 0; i < self->tables->len; i++) {
    const TsmTable *table = g_ptr_array_index (self->tables, i);
    g_autofree char *columns = NULL;

    if (tsm_table_get_n_rows (table) == 0)
      continue;
    columns = tsm_columns_dup_string (table->cells, table->alignment);
    append_part (text, is_after_day ? "\n" : "\n\n", columns);
    is_after_day = FALSE;
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
