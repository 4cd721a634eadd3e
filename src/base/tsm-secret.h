/* SPDX-License-Identifier: MIT
 * tsm-secret: a token or password in a box of its own, so that no format string prints it by
 * accident. The only way to the text is tsm_secret_peek; the memory is wiped when it goes. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct _TsmSecret TsmSecret;

/* Copies @text, whose own memory stays the caller's to wipe. */
TsmSecret *tsm_secret_new (const char *text);
TsmSecret *tsm_secret_ref (TsmSecret *self);
void tsm_secret_unref (TsmSecret *self);
/* The text, for the one place that sends it. Never for a message, a log or a URL. */
const char *tsm_secret_peek (const TsmSecret *self);
gboolean tsm_secret_is_empty (const TsmSecret *self);
/* @text with each occurrence of the secret replaced by "***": for what a peer said back. @self may
 * be NULL. */
char *tsm_secret_dup_redacted (const TsmSecret *self, const char *text);
/* Wipes and frees a string that was built from a secret (a header, a form). NULL is fine. */
void tsm_secret_wipe_string (char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmSecret, tsm_secret_unref)

G_END_DECLS
