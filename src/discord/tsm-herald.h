/* SPDX-License-Identifier: MIT
 * tsm-herald: notices told in each guild's channels, in order, each once (spec discord 10).
 *
 * What cannot be sent now waits and is tried again with backoff, unless nobody would want to hear
 * it any more; a channel that refuses us is left alone. */
#pragma once
#include "discord/tsm-rest.h"
#include "engine/tsm-notice.h"

G_BEGIN_DECLS

typedef struct _TsmHerald TsmHerald;

/* @rest is borrowed. @clock: Unix seconds now. */
TsmHerald *tsm_herald_new (TsmRest *rest, GTimeZone *zone, gint64 (*clock) (gpointer unused));
/* What was not told yet is not. */
void tsm_herald_free (TsmHerald *self);

/* Notices for @guild are kept from now on; they wait for its channels. */
void tsm_herald_add_guild (TsmHerald *self, const char *guild);
/* Where and in which language @guild is told; @channels of char *. Replaces what was set before,
 * refusals included. With none, notices wait. */
void tsm_herald_set_channels (TsmHerald *self, const char *guild, TsmLang lang,
                              const GPtrArray *channels);
/* For every guild. */
void tsm_herald_tell (TsmHerald *self, const TsmNotice *notice);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmHerald, tsm_herald_free)
G_END_DECLS
