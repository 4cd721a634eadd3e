/* SPDX-License-Identifier: MIT
 * tsm-colour-source: someone on the network who knows Tempo colours. */
#include "devices/tsm-colour-source.h"
#include "base/tsm-limits.h"

TsmSource
tsm_colour_source_get_source (const TsmColourSource *self)
{
  return self->interface->source;
}

void
tsm_colour_source_fetch_async (TsmColourSource *self, TsmDay begin, TsmDay end,
                               GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_assert (begin < end);
  g_assert (end - begin <= TSM_LIMIT_COLOUR_DAYS);
  self->interface->fetch_async (self, begin, end, cancellable, callback, user_data);
}

GArray *
tsm_colour_source_fetch_finish (TsmColourSource *self, GAsyncResult *result, GError **error)
{
  return self->interface->fetch_finish (self, result, error);
}

void
tsm_colour_source_free (TsmColourSource *self)
{
  if (self != NULL)
    self->interface->free (self);
}

void
tsm_colour_source_collect (TsmColourCollector *collector, TsmDay day, TsmColour colour)
{
  const TsmColourAnswer answer = { .day = day, .colour = colour };

  if (day < collector->begin || day >= collector->end)
    return;
  if (collector->answers == NULL)
    collector->answers = g_array_new (FALSE, FALSE, sizeof (TsmColourAnswer));
  g_array_append_val (collector->answers, answer);
}

static gint
compare_days (gconstpointer a, gconstpointer b)
{
  const TsmDay left = ((const TsmColourAnswer *) a)->day;
  const TsmDay right = ((const TsmColourAnswer *) b)->day;

  return (left > right) - (left < right);
}

GArray *
tsm_colour_source_settle (TsmColourCollector *collector)
{
  GArray *settled = g_array_new (FALSE, FALSE, sizeof (TsmColourAnswer));
  g_autoptr (GArray) answers = g_steal_pointer (&collector->answers);
  guint next;

  if (answers == NULL)
    return settled;
  g_array_sort (answers, compare_days);
  for (guint i = 0; i < answers->len; i = next) {
    const TsmColourAnswer *answer = &g_array_index (answers, TsmColourAnswer, i);
    gboolean agrees = TRUE;

    for (next = i + 1; next < answers->len; next++) {
      const TsmColourAnswer *other = &g_array_index (answers, TsmColourAnswer, next);

      if (other->day != answer->day)
        break;
      agrees = agrees && other->colour == answer->colour;
    }
    if (agrees)
      g_array_append_val (settled, *answer);
  }
  return settled;
}
