/* SPDX-License-Identifier: MIT
 * tsm-colour-source: someone on the network who knows Tempo colours (DESIGN 3.1). */
#pragma once
#include "rules/tsm-colour.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TsmColourSource TsmColourSource;

typedef struct {
  TsmSource source;
  void (*fetch_async) (TsmColourSource *self, TsmDay begin, TsmDay end, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data);
  GArray *(*fetch_finish) (TsmColourSource *self, GAsyncResult *result, GError **error);
  void (*free) (TsmColourSource *self);
} TsmColourSourceInterface;

/* First member of every implementation. */
struct _TsmColourSource {
  const TsmColourSourceInterface *interface;
};

TsmSource tsm_colour_source_get_source (const TsmColourSource *self);
/* Asks for the Tempo days [@begin, @end), 1 to TSM_LIMIT_COLOUR_DAYS of them. @callback gets a NULL
 * source object. */
void tsm_colour_source_fetch_async (TsmColourSource *self, TsmDay begin, TsmDay end,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);
/* TsmColourAnswer by ascending day, each day once; a day that the source did not mention, or
 * contradicted itself about, is not there; nor one that a failed request among several would have
 * told. TSM_ERROR_UPSTREAM, or G_IO_ERROR_CANCELLED: nothing was
 * learnt. */
GArray *tsm_colour_source_fetch_finish (TsmColourSource *self, GAsyncResult *result,
                                        GError **error);
/* Fetches under way end on their own, with their callback. */
void tsm_colour_source_free (TsmColourSource *self);

/* For parsers: a set of answers that keeps the promises above. Adds what a source said of @day; a
 * day outside [@begin, @end) is dropped, one said to have two colours is struck out by _settle. */
typedef struct {
  TsmDay begin;
  TsmDay end;
  GArray *answers; /* TsmColourAnswer as they came */
} TsmColourCollector;
void tsm_colour_source_collect (TsmColourCollector *collector, TsmDay day, TsmColour colour);
GArray *tsm_colour_source_settle (TsmColourCollector *collector);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmColourSource, tsm_colour_source_free)

G_END_DECLS
