/* SPDX-License-Identifier: MIT
 * Gateway frames: whatever is taken is what the strict reader of bodies takes too, and the same. */
#include "base/tsm-body.h"
#include "discord/tsm-payload.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* A text of "d" that both read is the same one. The other reader takes less: no NUL or half a
 * surrogate pair anywhere, fewer levels. */
static void
check_against_body (const char *text, gsize length, const TsmPayload *payload)
{
  g_autoptr (TsmBody) body = tsm_body_new_from_text (text, length, NULL);
  const TsmBodyNode *d;
  g_autofree char *id = NULL;
  gint64 integer, value;

  if (body == NULL)
    return;
  d = tsm_body_get_member (tsm_body_get_root (body), "d");
  g_assert ((d != NULL) == (payload->d != NULL));
  if (d == NULL || d->kind != TSM_BODY_OBJECT)
    return;
  id = tsm_payload_dup_string (payload->d, payload->d_length, "id");
  if (id != NULL)
    g_assert (g_strcmp0 (id, tsm_body_get_member_string (d, "id")) == 0);
  if (tsm_payload_find_integer (payload->d, payload->d_length, "id", &integer)) {
    g_assert (tsm_body_get_member_integer (d, "id", &value));
    g_assert (value == integer);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  /* Of the size it has: a byte read past it is seen. */
  g_autofree char *text = g_memdup2 (data, size);
  g_autoptr (GError) error = NULL;
  TsmPayload payload;

  g_free (tsm_payload_dup_string (text, size, "id")); /* of what nobody checked */
  if (!tsm_payload_read (text, size, &payload, &error)) {
    g_assert (error != NULL && g_utf8_validate (error->message, -1, NULL));
    return 0;
  }
  g_assert (error == NULL);
  g_assert (payload.op >= 0 && payload.seq >= -1);
  g_assert (g_utf8_validate (payload.name, -1, NULL));
  g_assert (payload.d == NULL || (payload.d > text && payload.d + payload.d_length < text + size));
  check_against_body (text, size, &payload);
  return 0;
}
