/* SPDX-License-Identifier: MIT
 * tsm-card: what an answer shows a person, laid out for no screen in particular. A terminal, a
 * Discord embed and a page each lay it out their way; the words and figures are the engine's, in
 * the request's language. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

typedef enum {
  TSM_TABLE_FIGURES = 0, /* a row is a name, its figures and perhaps a remark; rows stand alone */
  TSM_TABLE_LIST,        /* a row is a line of its own; rows are read in order */
} TsmTableKind;

/* Cells row by row, as many as @alignment has letters ('l' left, 'r' right). The first of a row is
 * its name. A trailing cell may be NULL: nothing to remark. */
typedef struct {
  TsmTableKind kind;
  const char *alignment; /* static */
  GPtrArray *cells;      /* of char *, owned; NULL for an empty cell */
} TsmTable;

typedef struct {
  char *title;        /* a few words, no full stop */
  TsmDay day;         /* the Tempo day it speaks of; TSM_DAY_NONE where none matters */
  TsmColour colour;   /* of @day */
  gboolean names_day; /* its words or rows say already which day that is */
  char *text;         /* sentences, a line each; NULL: none */
  GPtrArray *tables;  /* of TsmTable, shown in order after the text */
} TsmCard;

/* @title is copied. */
TsmCard *tsm_card_new (const char *title);
void tsm_card_free (TsmCard *self);
void tsm_card_set_day (TsmCard *self, TsmDay day, TsmColour colour);
/* Another line of the text. */
void tsm_card_take_line (TsmCard *self, char *take_line);
/* A new, empty table, the card's own. */
TsmTable *tsm_card_add_table (TsmCard *self, TsmTableKind kind, const char *alignment);
/* Takes one cell; NULL for an empty one. Fill row by row. */
void tsm_table_take_cell (TsmTable *self, char *take_cell);
/* Columns, and the count of rows. */
guint tsm_table_get_width (const TsmTable *self);
guint tsm_table_get_n_rows (const TsmTable *self);
const char *tsm_table_peek_cell (const TsmTable *self, guint row, guint column);
/* As a terminal shows it: the Tempo day if there is one and nothing else names it, the text, the
 * tables in columns; a blank line before a table, but right after the day. The title is for screens
 * that show many answers. Free with g_free. */
char *tsm_card_dup_text (const TsmCard *self, TsmLang lang);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmCard, tsm_card_free)
G_END_DECLS
