/* SPDX-License-Identifier: MIT
 * tsm-record: a struct of plain values as one line of text, "name=value name=value". Pure.
 *
 * For small states that are written and read back whole. A field that is missing from the text
 * keeps its value, an unknown one is ignored: fields may be added without a migration. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  TSM_FIELD_INT64,
  TSM_FIELD_UINT, /* guint, gboolean and enums, all 32 bits */
  TSM_FIELD_TEXT, /* a char array; no blanks in it */
} TsmFieldKind;

typedef struct {
  const char *name;
  TsmFieldKind kind;
  gsize offset;
  gsize size;
} TsmField;
#define TSM_FIELD(Type, field, field_kind)                                       \
  {                                                                              \
    .name = #field, .kind = field_kind, .offset = G_STRUCT_OFFSET (Type, field), \
    .size = sizeof (((Type *) 0)->field)                                         \
  }

/* Free with g_free. */
char *tsm_record_dup_string (gconstpointer record, const TsmField *fields, gsize n_fields);
/* TSM_ERROR_INVALID, @record half filled, on a value that is not its field's. */
gboolean tsm_record_parse (const char *text, gpointer record, const TsmField *fields,
                           gsize n_fields, GError **error);

G_END_DECLS
