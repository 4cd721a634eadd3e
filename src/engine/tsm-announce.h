/* SPDX-License-Identifier: MIT
 * tsm-announce: what the group is told of colours, the plan and the host, and what each notice lets
 * its readers do about it (DESIGN 3.6). When to tell is the conductor's. */
#pragma once
#include "rules/tsm-controller.h"
#include "rules/tsm-plan.h"

G_BEGIN_DECLS

typedef struct _TsmEngine TsmEngine;

/* @day's colour came, or was corrected from @before; and the plan that follows. */
void tsm_announce_colour (TsmEngine *engine, TsmDay day, TsmColour before);
/* The host will, or may, be powered off at @off's begin. */
void tsm_announce_warning (TsmEngine *engine, const TsmInterval *off);
/* It is being powered off, and there was no warning: said instead of STOPPING. */
void tsm_announce_late (TsmEngine *engine);
/* @reason is why the host is wanted as it is, @failure what talking to it failed with, or NULL. */
void tsm_announce_host (TsmEngine *engine, TsmControllerNotice notice, TsmReason reason,
                        const char *failure);

G_END_DECLS
