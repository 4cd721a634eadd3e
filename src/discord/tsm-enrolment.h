/* SPDX-License-Identifier: MIT
 * tsm-enrolment: each guild is told of our commands, and only when they changed (spec discord 7).
 *
 * Commands belong to the guilds; those that an earlier life of the application registered globally
 * are taken away, or each would show twice. */
#pragma once
#include "discord/tsm-memory.h"
#include "discord/tsm-rest.h"

G_BEGIN_DECLS

typedef struct _TsmEnrolment TsmEnrolment;

/* Both are borrowed. */
TsmEnrolment *tsm_enrolment_new (TsmRest *rest, TsmMemory *memory);
void tsm_enrolment_free (TsmEnrolment *self);

/* Looks after the application's global commands, once. */
void tsm_enrolment_set_application (TsmEnrolment *self, const char *application);
/* Looks at the guild's commands, once; again if that failed, or after tsm_enrolment_forget(). What
 * fails is tried again by itself, too. */
void tsm_enrolment_add (TsmEnrolment *self, const char *guild);
/* TSM was taken out of the guild, and its commands with it. */
void tsm_enrolment_forget (TsmEnrolment *self, const char *guild);

/* The guild is not one of GUILD_ID (any more): commands that we gave it are taken away. */
void tsm_enrolment_leave (TsmEnrolment *self, const char *guild);

/* Where an owner lets TSM into a guild; free with g_free. */
char *tsm_enrolment_dup_invitation (const char *application);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmEnrolment, tsm_enrolment_free)
G_END_DECLS
