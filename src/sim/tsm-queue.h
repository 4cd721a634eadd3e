/* SPDX-License-Identifier: MIT
 * tsm-queue: what is still to come in a simulation, by instant. What is due at the same instant
 * comes out in the order in which it was put in, so a run can be repeated. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct _TsmQueue TsmQueue;

/* @free_item frees what is still inside at the end; NULL: items are not owned. */
TsmQueue *tsm_queue_new (GDestroyNotify free_item);
void tsm_queue_free (TsmQueue *self);
void tsm_queue_push (TsmQueue *self, gint64 at, gpointer take_item);
/* The instant of the first item; G_MAXINT64 if the queue is empty. */
gint64 tsm_queue_get_at (const TsmQueue *self);
/* The first item, now the caller's; NULL if the queue is empty. */
gpointer tsm_queue_pop (TsmQueue *self);
gsize tsm_queue_get_length (const TsmQueue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmQueue, tsm_queue_free)
G_END_DECLS
