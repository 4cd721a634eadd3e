/* SPDX-License-Identifier: MIT
 * tsm-mo: a GNU gettext catalogue in memory. Its layout is in gettext's manual, "The Format of GNU
 * MO Files": magic, revision, count, then the offsets of two tables of (length, offset). */
#include "base/tsm-mo.h"
#include <string.h>

#define MAGIC           0x950412deu
#define MAGIC_SWAPPED   0xde120495u
#define HEADER_BYTES    28
#define ENTRY_BYTES     8
#define REVISION_OFFSET 4
#define COUNT_OFFSET    8
#define IDS_OFFSET      12
#define TEXTS_OFFSET    16

typedef struct {
  const guint8 *bytes;
  gsize length;
  gboolean is_swapped;
  guint32 n_messages;
  guint32 ids_at;
  guint32 texts_at;
} Catalogue;

static guint32
read_u32 (const Catalogue *self, gsize offset)
{
  guint32 value;

  memcpy (&value, self->bytes + offset, sizeof value);
  return self->is_swapped ? GUINT32_SWAP_LE_BE (value) : value;
}

static gboolean
has_table (const Catalogue *self, guint32 offset)
{
  return offset <= self->length && self->n_messages <= (self->length - offset) / ENTRY_BYTES;
}

static gboolean
open_catalogue (const guint8 *mo, gsize length, Catalogue *ret_catalogue)
{
  Catalogue self = { .bytes = mo, .length = length };

  if (length < HEADER_BYTES)
    return FALSE;
  self.is_swapped = read_u32 (&self, 0) == MAGIC_SWAPPED;
  if (read_u32 (&self, 0) != MAGIC || read_u32 (&self, REVISION_OFFSET) >> 16 != 0)
    return FALSE;
  self.n_messages = read_u32 (&self, COUNT_OFFSET);
  self.ids_at = read_u32 (&self, IDS_OFFSET);
  self.texts_at = read_u32 (&self, TEXTS_OFFSET);
  if (!has_table (&self, self.ids_at) || !has_table (&self, self.texts_at))
    return FALSE;
  *ret_catalogue = self;
  return TRUE;
}

/* The string of entry @index, NUL-terminated inside the catalogue; NULL when it is not. */
static const char *
get_string (const Catalogue *self, guint32 table_at, guint32 index, gsize *ret_length)
{
  const gsize entry = (gsize) table_at + (gsize) index * ENTRY_BYTES;
  const gsize length = read_u32 (self, entry);
  const gsize offset = read_u32 (self, entry + 4);

  if (offset >= self->length || length >= self->length - offset ||
      self->bytes[offset + length] != '\0')
    return NULL;
  *ret_length = length;
  return (const char *) self->bytes + offset;
}

static const char *
get_form (const Catalogue *self, guint32 index, guint form)
{
  gsize length;
  const char *text = get_string (self, self->texts_at, index, &length);
  const char *end;

  if (text == NULL)
    return NULL;
  end = text + length;
  for (; form > 0; form--) {
    text += strlen (text) + 1;
    if (text > end)
      return NULL;
  }
  return text;
}

const char *
tsm_mo_lookup (const guint8 *mo, gsize length, const char *msgid, guint form)
{
  Catalogue catalogue;
  guint32 low = 0, high;

  g_assert (form < TSM_MO_N_FORMS);
  if (*msgid == '\0' || !open_catalogue (mo, length, &catalogue))
    return NULL;
  high = catalogue.n_messages;
  while (low < high) {
    const guint32 middle = low + (high - low) / 2;
    gsize id_length;
    const char *id = get_string (&catalogue, catalogue.ids_at, middle, &id_length);
    int order;

    if (id == NULL)
      return NULL;
    /* A plural's id is "singular\0plural": strcmp() sees the singular. */
    order = strcmp (msgid, id);
    if (order == 0)
      return get_form (&catalogue, middle, form);
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}
