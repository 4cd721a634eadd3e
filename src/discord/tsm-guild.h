/* SPDX-License-Identifier: MIT
 * tsm-guild: what TSM needs of a GUILD_CREATE (spec discord 6), which may be megabytes. Pure. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

typedef struct {
  char *id;
  char *system_channel;    /* NULL: none */
  TsmLang lang;            /* of preferred_locale; French where that says nothing */
  gboolean is_unavailable; /* an outage: the rest is not there */
  GPtrArray *channels;     /* of char *: which of the ids asked for are this guild's */
} TsmGuild;

/* Reads "d", looking for the channels (or threads) @wanted_ids. TSM_ERROR_UPSTREAM when it cannot
 * be read. */
TsmGuild *tsm_guild_new (const char *d, gsize length, const gint64 *wanted_ids, gsize n_wanted,
                         GError **error);
void tsm_guild_free (TsmGuild *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmGuild, tsm_guild_free)
G_END_DECLS
