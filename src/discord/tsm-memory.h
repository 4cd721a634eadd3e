/* SPDX-License-Identifier: MIT
 * tsm-memory: the little that must outlive a restart on Discord's side: when we identified, and
 * what each guild was told of our commands. A key file beside the ledger, written whole; one that
 * cannot be read or written costs a warning and nothing else. No secret is in it. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct _TsmMemory TsmMemory;

/* Reads @path; a missing or broken file is an empty memory. */
TsmMemory *tsm_memory_new (const char *path);
void tsm_memory_free (TsmMemory *self);

/* The instants (Unix seconds) of the IDENTIFYs of the 24 h before @now, in the order in which they
 * were made, TSM_LIMIT_IDENTIFIES at most. One after @now is there too: the clock was set back, and
 * when it was in truth cannot be told. */
GArray *tsm_memory_dup_identifies (const TsmMemory *self, gint64 now);
/* Notes one more, and is on the disk when it returns. */
void tsm_memory_add_identify (TsmMemory *self, gint64 at);

/* What @guild has been registered with; NULL: nothing known. */
const char *tsm_memory_peek_commands (const TsmMemory *self, const char *guild);
/* @guild is an id; @hash NULL forgets it. Beyond TSM_LIMIT_GUILDS_KEPT, nothing is noted. */
void tsm_memory_set_commands (TsmMemory *self, const char *guild, const char *hash);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmMemory, tsm_memory_free)
G_END_DECLS
