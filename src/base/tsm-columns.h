/* SPDX-License-Identifier: MIT
 * tsm-columns: lines of text whose cells stand below each other, for a screen of one width a
 * character. Pure. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* @cells (of char *, UTF-8) row by row, as many columns as @alignment has letters: 'l' left, 'r'
 * right. Two blanks between columns, none at a line's end, a newline between lines. A row may end
 * early with NULL cells. Free with g_free. */
char *tsm_columns_dup_string (const GPtrArray *cells, const char *alignment);

G_END_DECLS
