/* SPDX-License-Identifier: MIT
 * tsm-record: a struct of plain values as one line of text. */
#include "base/tsm-record.h"
#include "base/tsm-error.h"
#include <string.h>

char *
tsm_record_dup_string (gconstpointer record, const TsmField *fields, gsize n_fields)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < n_fields; i++) {
    gconstpointer field = (const char *) record + fields[i].offset;

    g_string_append_printf (text, "%s%s=", i == 0 ? "" : " ", fields[i].name);
    switch (fields[i].kind) {
    case TSM_FIELD_INT64:
      g_assert (fields[i].size == sizeof (gint64));
      g_string_append_printf (text, "%" G_GINT64_FORMAT, *(const gint64 *) field);
      break;
    case TSM_FIELD_UINT:
      g_assert (fields[i].size == sizeof (guint));
      g_string_append_printf (text, "%u", *(const guint *) field);
      break;
    case TSM_FIELD_TEXT:
      g_assert (strchr (field, ' ') == NULL);
      g_string_append (text, field);
      break;
    }
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
parse_field (const TsmField *field, const char *value, gpointer record)
{
  gpointer target = (char *) record + field->offset;
  guint64 number;

  switch (field->kind) {
  case TSM_FIELD_INT64:
    return g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, target, NULL);
  case TSM_FIELD_UINT:
    if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT, &number, NULL))
      return FALSE;
    *(guint *) target = (guint) number;
    return TRUE;
  case TSM_FIELD_TEXT:
    return g_strlcpy (target, value, field->size) < field->size;
  }
  return FALSE;
}

gboolean
tsm_record_parse (const char *text, gpointer record, const TsmField *fields, gsize n_fields,
                  GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint w = 0; words[w] != NULL; w++) {
    char *value = strchr (words[w], '=');

    for (gsize i = 0; value != NULL && i < n_fields; i++) {
      const gsize length = (gsize) (value - words[w]);

      if (strlen (fields[i].name) != length || strncmp (fields[i].name, words[w], length) != 0)
        continue;
      if (!parse_field (&fields[i], value + 1, record)) {
        g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, "\"%s\" is not a value of %s", value + 1,
                     fields[i].name);
        return FALSE;
      }
    }
  }
  return TRUE;
}
