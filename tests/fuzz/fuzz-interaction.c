/* SPDX-License-Identifier: MIT
 * INTERACTION_CREATE from Discord: whatever it says, what is kept of it is fit for a path, a
 * request is the caller's own, and its answers are bodies. */
#include "discord/tsm-interaction.h"
#include "discord/tsm-markup.h"
#include "discord/tsm-suggestion.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_id (const char *id)
{
  g_assert (id == NULL || (*id != '\0' && strspn (id, "0123456789") == strlen (id)));
}

static void
check_request (const TsmInteraction *interaction)
{
  const TsmRequest *request = interaction->request;
  GHashTableIter iter;
  gpointer value;

  g_assert (request->caller_id == interaction->caller_id && request->caller_id > 0);
  g_assert (!request->is_member && request->absent_user_id >= 0);
  g_assert (request->stale_at == TSM_INSTANT_NONE || request->stale_at > 0);
  g_hash_table_iter_init (&iter, request->options);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    g_autofree char *escaped = tsm_markup_dup_escaped (value);
    g_autofree char *cut = tsm_markup_dup_cut (escaped, 20);

    g_assert (g_utf8_validate (cut, -1, NULL) && g_utf8_strlen (cut, -1) <= 20);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmInteraction) it = tsm_interaction_new ((const char *) data, size, &error);

  g_assert ((it == NULL) == (error != NULL));
  if (it == NULL || it->kind == TSM_INTERACTION_OTHER)
    return 0;
  g_assert (it->id != NULL && it->caller_id > 0 && !tsm_secret_is_empty (it->token));
  check_id (it->id);
  check_id (it->application_id);
  check_id (it->guild_id);
  g_assert (it->kind != TSM_INTERACTION_COMMAND || it->request != NULL);
  if (it->request != NULL)
    check_request (it);
  if (it->kind == TSM_INTERACTION_AUTOCOMPLETE) {
    g_autofree char *hours = tsm_suggestion_dup_hours (it->typed);

    g_assert (it->focused != NULL && g_str_has_prefix (hours, "{\"type\":8"));
  }
  return 0;
}
