/* SPDX-License-Identifier: MIT
 * Requests, typed or sent as JSON: whatever the bytes, a request that survives its own JSON form,
 * or one line that says what could not be read. */
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "engine/tsm-request.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_equal (const TsmRequest *a, const TsmRequest *b)
{
  GHashTableIter iter;
  gpointer name, value;

  g_assert (strcmp (a->command, b->command) == 0);
  g_assert (a->caller_id == b->caller_id && a->lang == b->lang);
  g_assert (g_hash_table_size (a->options) == g_hash_table_size (b->options));
  g_hash_table_iter_init (&iter, a->options);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_assert (g_strcmp0 (tsm_request_peek (b, name), value) == 0);
}

static void
check (TsmRequest *take_request, GError *take_error)
{
  g_autoptr (TsmRequest) request = take_request, again = NULL;
  g_autoptr (GError) error = take_error;
  g_autofree char *json = NULL;

  g_assert ((request == NULL) == (error != NULL));
  if (request == NULL) {
    g_assert (g_error_matches (error, TSM_ERROR, TSM_ERROR_INVALID));
    g_assert (g_utf8_validate (error->message, -1, NULL));
    return;
  }
  g_assert (g_utf8_validate (request->command, -1, NULL));
  json = tsm_request_dup_json (request);
  /* Escapes may make it longer than what may be sent. */
  if (strlen (json) > TSM_LIMIT_REQUEST_BYTES)
    return;
  again = tsm_request_new_from_json (json, -1, &error);
  g_assert_no_error (error);
  check_equal (request, again);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  GError *error = NULL;

  if (size > 0 && data[0] == 'L') {
    g_autofree char *line = g_strndup ((const char *) data + 1, size - 1);

    check (tsm_request_new_from_line (line, size % 2 == 0 ? TSM_CALLER_SHELL : 7,
                                      size % 3 == 0 ? TSM_LANG_FR : TSM_LANG_EN, &error),
           error);
  } else {
    check (tsm_request_new_from_json ((const char *) data, (gssize) size, &error), error);
  }
  return 0;
}
