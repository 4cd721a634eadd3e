/* SPDX-License-Identifier: MIT
 * tsm-registration: the command table as Discord is told of it (spec discord 7). Pure. */
#pragma once
#include "engine/tsm-command.h"

G_BEGIN_DECLS

/* The body of the bulk PUT: every command with its options, types, choices, descriptions and choice
 * names in English and, as "fr", in French. Free with g_free. */
char *tsm_registration_dup_json (void);
/* What @json is told apart by: a digest. Free with g_free. */
char *tsm_registration_dup_hash (const char *json);
/* Whether a guild's list, as GET gave it, has just the names of our commands. */
gboolean tsm_registration_matches (const char *list, gsize length);

G_END_DECLS
