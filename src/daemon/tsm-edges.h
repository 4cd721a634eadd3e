/* SPDX-License-Identifier: MIT
 * tsm-edges: turns effects into calls of the devices, and their answers into events. */
#pragma once
#include "base/tsm-settings.h"
#include "engine/tsm-effect.h"
#include "engine/tsm-event.h"

G_BEGIN_DECLS

typedef void (*TsmEdgesFeed) (TsmEvent *take_event, gpointer data);

typedef struct _TsmEdges TsmEdges;

/* TSM_ERROR_INVALID names the setting that is wrong. */
TsmEdges *tsm_edges_new (const TsmSettings *settings, TsmEdgesFeed feed, gpointer data,
                         GError **error);
/* Ends the calls under way, and waits for their end on the thread's main context. */
void tsm_edges_free (TsmEdges *self);

/* Starts what @effect wants of a device; its answer is fed later. FALSE, with nothing done, for an
 * effect that is none of a device's: a reply or a notice. */
gboolean tsm_edges_start (TsmEdges *self, const TsmEffect *effect);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmEdges, tsm_edges_free)
G_END_DECLS
