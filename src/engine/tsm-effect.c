/* SPDX-License-Identifier: MIT
 * tsm-effect: what the engine wants done. */
#include "engine/tsm-effect.h"

TsmEffect *
tsm_effect_new (TsmEffectKind kind)
{
  TsmEffect *self = g_new0 (TsmEffect, 1);

  self->kind = kind;
  return self;
}

void
tsm_effect_free (TsmEffect *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->reply, tsm_reply_free);
  g_clear_pointer (&self->notice, tsm_notice_free);
  g_free (self);
}
