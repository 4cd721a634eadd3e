/* SPDX-License-Identifier: MIT
 * tsm-error: the failures of TSM. A refusal to a member is a value (engine/tsm-refusal.h), not an
 * error. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

#define TSM_ERROR tsm_error_quark ()
GQuark tsm_error_quark (void);

typedef enum {
  TSM_ERROR_INVALID,  /* malformed input or setting: do not retry unchanged */
  TSM_ERROR_DENIED,   /* credentials or rights: retrying does not help, a person must act */
  TSM_ERROR_UPSTREAM, /* plug, host, colour source did not do it: retry with backoff */
  TSM_ERROR_STORAGE,  /* the ledger cannot be trusted: stop */
} TsmError;

/* TRUE for a TSM_ERROR_UPSTREAM; foreign domains are turned into ours by the edges. */
gboolean tsm_error_is_retryable (const GError *error);

G_END_DECLS
