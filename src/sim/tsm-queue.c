/* SPDX-License-Identifier: MIT
 * tsm-queue: what is still to come in a simulation, by instant: a binary heap. */
#include "sim/tsm-queue.h"

typedef struct {
  gint64 at;
  guint64 sequence;
  gpointer item;
} Entry;

struct _TsmQueue {
  GArray *heap; /* of Entry; each is due no later than its two children, 2i + 1 and 2i + 2 */
  guint64 sequence;
  GDestroyNotify free_item;
};

TsmQueue *
tsm_queue_new (GDestroyNotify free_item)
{
  TsmQueue *self = g_new0 (TsmQueue, 1);

  self->heap = g_array_new (FALSE, FALSE, sizeof (Entry));
  self->free_item = free_item;
  return self;
}

void
tsm_queue_free (TsmQueue *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; self->free_item != NULL && i < self->heap->len; i++)
    self->free_item (g_array_index (self->heap, Entry, i).item);
  g_array_unref (self->heap);
  g_free (self);
}

static Entry *
peek (const TsmQueue *self, guint i)
{
  return &g_array_index (self->heap, Entry, i);
}

static gboolean
is_before (const TsmQueue *self, guint i, guint j)
{
  const Entry *a = peek (self, i), *b = peek (self, j);

  return a->at != b->at ? a->at < b->at : a->sequence < b->sequence;
}

static void
swap (TsmQueue *self, guint i, guint j)
{
  const Entry entry = *peek (self, i);

  *peek (self, i) = *peek (self, j);
  *peek (self, j) = entry;
}

void
tsm_queue_push (TsmQueue *self, gint64 at, gpointer take_item)
{
  const Entry entry = { .at = at, .sequence = self->sequence++, .item = take_item };
  guint i = self->heap->len;

  g_array_append_val (self->heap, entry);
  while (i > 0 && is_before (self, i, (i - 1) / 2)) {
    swap (self, i, (i - 1) / 2);
    i = (i - 1) / 2;
  }
}

gint64
tsm_queue_get_at (const TsmQueue *self)
{
  return self->heap->len > 0 ? peek (self, 0)->at : G_MAXINT64;
}

static void
sink (TsmQueue *self)
{
  const guint n = self->heap->len;
  guint i = 0;

  for (;;) {
    guint first = i;

    for (guint child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++)
      if (is_before (self, child, first))
        first = child;
    if (first == i)
      return;
    swap (self, i, first);
    i = first;
  }
}

gpointer
tsm_queue_pop (TsmQueue *self)
{
  gpointer item;

  if (self->heap->len == 0)
    return NULL;
  item = peek (self, 0)->item;
  swap (self, 0, self->heap->len - 1);
  g_array_set_size (self->heap, self->heap->len - 1);
  sink (self);
  return item;
}

gsize
tsm_queue_get_length (const TsmQueue *self)
{
  return self->heap->len;
}
