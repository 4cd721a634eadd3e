/* SPDX-License-Identifier: MIT
 * tsm-secret: a token or password in a box of its own. */
#include "base/tsm-secret.h"
#include <string.h>

struct _TsmSecret {
  gatomicrefcount refs;
  char *text;
};

TsmSecret *
tsm_secret_new (const char *text)
{
  TsmSecret *self = g_new0 (TsmSecret, 1);

  g_assert (text != NULL);
  g_atomic_ref_count_init (&self->refs);
  self->text = g_strdup (text);
  return self;
}

TsmSecret *
tsm_secret_ref (TsmSecret *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
tsm_secret_unref (TsmSecret *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  tsm_secret_wipe_string (self->text);
  g_free (self);
}

const char *
tsm_secret_peek (const TsmSecret *self)
{
  return self->text;
}

gboolean
tsm_secret_is_empty (const TsmSecret *self)
{
  return self == NULL || self->text[0] == '\0';
}

char *
tsm_secret_dup_redacted (const TsmSecret *self, const char *text)
{
  g_autoptr (GString) redacted = g_string_new (text);

  if (!tsm_secret_is_empty (self))
    g_string_replace (redacted, self->text, "***", 0);
  return g_string_free (g_steal_pointer (&redacted), FALSE);
}

void
tsm_secret_wipe_string (char *text)
{
  if (text == NULL)
    return;
  explicit_bzero (text, strlen (text));
  g_free (text);
}
