/* SPDX-License-Identifier: MIT
 * tsm-host: the machine behind the plug, as something that can be looked at and shut down (DESIGN
 * 3.6). Waking it is tsm-wol's. */
#pragma once
#include "base/tsm-types.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* What a look at the host showed. A certificate that is not believed is DENIED; cut off, or no
 * Proxmox API at all, is ERROR. Only SILENT speaks for "off", and not alone (spec proxmox 4). */
typedef struct {
  TsmProbe outcome;
  char *detail; /* ANSWERS: its version; else what a person should read, with the host's name */
} TsmHostProbe;

typedef struct _TsmHost TsmHost;

typedef struct {
  void (*probe_async) (TsmHost *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data);
  TsmHostProbe *(*probe_finish) (TsmHost *self, GAsyncResult *result, GError **error);
  void (*shutdown_async) (TsmHost *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data);
  gboolean (*shutdown_finish) (TsmHost *self, GAsyncResult *result, GError **error);
  void (*guests_async) (TsmHost *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data);
  GPtrArray *(*guests_finish) (TsmHost *self, GAsyncResult *result, GError **error);
  void (*rights_async) (TsmHost *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data);
  gboolean (*rights_finish) (TsmHost *self, GAsyncResult *result, GError **error);
  void (*free) (TsmHost *self);
} TsmHostInterface;

/* First member of every implementation. */
struct _TsmHost {
  const TsmHostInterface *interface;
};

/* Each callback gets a NULL source object; a cancelled call fails with G_IO_ERROR_CANCELLED. */
void tsm_host_probe_async (TsmHost *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data);
/* NULL when nothing was learnt about the host: its name does not resolve, no network here
 * (TSM_ERROR_UPSTREAM). */
TsmHostProbe *tsm_host_probe_finish (TsmHost *self, GAsyncResult *result, GError **error);

/* Asks for a clean shutdown. */
void tsm_host_shutdown_async (TsmHost *self, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
/* TRUE: accepted, no more; whether it goes down is seen by looking. TSM_ERROR_UPSTREAM: try again;
 * TSM_ERROR_DENIED and TSM_ERROR_INVALID: a person must act, the message says how. */
gboolean tsm_host_shutdown_finish (TsmHost *self, GAsyncResult *result, GError **error);

/* What runs on it and will be stopped with it. */
void tsm_host_guests_async (TsmHost *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data);
/* Names (char *), fit for a message; those we may not see are missing. */
GPtrArray *tsm_host_guests_finish (TsmHost *self, GAsyncResult *result, GError **error);

/* Whether we may do here what TSM needs; nothing is switched. For tsm doctor. */
void tsm_host_rights_async (TsmHost *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data);
/* TSM_ERROR_DENIED says what is missing and how to grant it; other errors: it could not be seen. */
gboolean tsm_host_rights_finish (TsmHost *self, GAsyncResult *result, GError **error);

/* Calls under way end on their own, with their callback. */
void tsm_host_free (TsmHost *self);
void tsm_host_probe_free (TsmHostProbe *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmHost, tsm_host_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmHostProbe, tsm_host_probe_free)

G_END_DECLS
