/* SPDX-License-Identifier: MIT
 * tsm-event: what can happen to the engine. */
#include "engine/tsm-event.h"

TsmEvent *
tsm_event_new (TsmEventKind kind)
{
  TsmEvent *self = g_new0 (TsmEvent, 1);

  self->kind = kind;
  self->since = TSM_INSTANT_NONE;
  return self;
}

void
tsm_event_free (TsmEvent *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->answers, g_array_unref);
  g_clear_pointer (&self->request, tsm_request_free);
  g_free (self->message);
  g_free (self);
}
