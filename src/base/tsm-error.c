/* SPDX-License-Identifier: MIT
 * tsm-error: the failures of TSM. */
#include "base/tsm-error.h"

G_DEFINE_QUARK (tsm_error_quark, tsm_error)

gboolean
tsm_error_is_retryable (const GError *error)
{
  g_assert (error != NULL);
  return g_error_matches (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
}
