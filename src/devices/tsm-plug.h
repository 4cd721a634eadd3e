/* SPDX-License-Identifier: MIT
 * tsm-plug: asks a Tasmota plug for its counter (spec tasmota 1, 2).
 *
 * One request at a time, whoever asks: a second read waits for the first. A request that fails is
 * tried again after a pause, twice in a read, before the read counts as failed. TSM never switches
 * the plug. */
#pragma once
#include "base/tsm-secret.h"
#include "devices/tsm-endpoint.h"
#include "devices/tsm-plug-parse.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef gint64 (*TsmClockFunc) (gpointer user_data);

typedef struct {
  const TsmEndpoint *endpoint;
  TsmSecret *password; /* of the web interface, user "admin"; NULL or empty: none */
  TsmClockFunc clock;  /* Unix seconds now */
  gpointer clock_data;
  guint timeout_ms; /* of a request; 0: 5 s */
  guint retry_ms;   /* pause before a retry; 0: 2 s */
} TsmPlugOptions;

typedef struct _TsmPlug TsmPlug;

/* Copies what @options points to. */
TsmPlug *tsm_plug_new (const TsmPlugOptions *options);
/* Reads under way end on their own, with their callback; cancel them to end them now. */
void tsm_plug_free (TsmPlug *self);

/* Status 10; @with_detail adds Status 11 (uptime) and Status 5 (MAC), one after the other. What an
 * old firmware does not know stays unset; what it failed to answer fails the read. The instant is
 * the middle of request and reply of Status 10. @callback gets a NULL source object. */
void tsm_plug_read_async (TsmPlug *self, gboolean with_detail, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);
/* TSM_ERROR_UPSTREAM after the last retry, TSM_ERROR_DENIED for the password, TSM_ERROR_INVALID for
 * a plug that cannot meter, or G_IO_ERROR_CANCELLED; @ret_reading is untouched on failure. */
gboolean tsm_plug_read_finish (GAsyncResult *result, TsmReading *ret_reading, GError **error);

/* A read with detail and then Status 2, 7 and Status, for tsm doctor. */
void tsm_plug_inspect_async (TsmPlug *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean tsm_plug_inspect_finish (GAsyncResult *result, TsmReading *ret_reading,
                                  TsmPlugFacts *ret_facts, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmPlug, tsm_plug_free)

G_END_DECLS
