/* SPDX-License-Identifier: MIT
 * tsm-lock: one daemon a database, by a locked file beside it. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct _TsmLock TsmLock;

/* Makes the directory of @database (mode 0700) if it is missing, and locks "@database.lock" for as
 * long as the lock lives; a crash frees it. TSM_ERROR_STORAGE, with the holder's process id, when
 * another program has it. */
TsmLock *tsm_lock_new (const char *database, GError **error);
void tsm_lock_free (TsmLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmLock, tsm_lock_free)
G_END_DECLS
