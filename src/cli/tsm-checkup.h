/* SPDX-License-Identifier: MIT
 * tsm-checkup: the findings of `tsm doctor`, a line each. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  TSM_FINDING_OK = 0,
  TSM_FINDING_WARN, /* a run works, and could be better or safer */
  TSM_FINDING_FAIL, /* a run needs it */
} TsmFinding;

typedef struct {
  gboolean has_failed; /* there was a FAIL */
  gboolean use_colour;
  GString *out; /* where the lines go; NULL: stdout, as they come */
} TsmCheckup;

/* "ok   SUBJECT: what" or "FAIL SUBJECT: what is wrong; how to mend it". */
void tsm_checkup_add (TsmCheckup *self, TsmFinding finding, const char *subject, const char *format,
                      ...) G_GNUC_PRINTF (4, 5);

/* A callback that keeps the result in the GAsyncResult * at @slot, and the wait for it on the
 * default main context: a check asks one thing at a time. */
void tsm_checkup_keep (GObject *source, GAsyncResult *result, gpointer slot);
void tsm_checkup_wait (GAsyncResult *const *slot);

G_END_DECLS
