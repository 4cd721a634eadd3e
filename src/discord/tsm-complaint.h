/* SPDX-License-Identifier: MIT
 * tsm-complaint: the body of an answer in which Discord says what it did not like (spec discord 13,
 * 14). Pure. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gboolean is_json;      /* an object, as Discord itself answers; a proxy before it does not */
  gint64 code;           /* Discord's own error code; 0: none */
  char *message;         /* one line, "" when there is none */
  char *flaws;           /* of 50035, "embeds.0.title: too long; ...", "" when there are none */
  gint64 retry_after_ms; /* of a 429; -1: none */
  gboolean is_global;    /* of a 429 */
} TsmComplaint;

/* @text may be NULL when @length is 0. Never fails: what cannot be read says nothing. The texts are
 * a peer's: control characters are gone and their length is bounded, but a secret may be in them.
 */
TsmComplaint *tsm_complaint_new (const char *text, gsize length);
void tsm_complaint_free (TsmComplaint *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmComplaint, tsm_complaint_free)
G_END_DECLS
