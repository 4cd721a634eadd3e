/* SPDX-License-Identifier: MIT
 * JSON bodies: a tree that adds up or a refusal, and each number a text that it was. */
#include "base/tsm-body.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* The spans of the children are the span of the parent. */
static void
check_node (const TsmBodyNode *node)
{
  const TsmBodyNode *child = tsm_body_get_first (node);
  guint span = 1;

  for (guint i = 0; i < node->n_children; i++, child = tsm_body_get_next (child)) {
    g_assert ((child->key != NULL) == (node->kind == TSM_BODY_OBJECT));
    span += child->span;
    check_node (child);
  }
  g_assert (span == node->span);
  g_assert (node->kind >= TSM_BODY_ARRAY || node->text != NULL);
  g_assert (node->text == NULL || g_utf8_validate (node->text, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmBody) body = tsm_body_new_from_text ((const char *) data, size, &error);
  g_autofree char *excerpt = tsm_body_dup_excerpt ((const char *) data, size);

  g_assert ((body == NULL) == (error != NULL));
  g_assert (error == NULL || g_utf8_validate (error->message, -1, NULL));
  g_assert (g_utf8_validate (excerpt, -1, NULL) && strpbrk (excerpt, "\r\n") == NULL);
  if (body != NULL)
    check_node (tsm_body_get_root (body));
  return 0;
}
