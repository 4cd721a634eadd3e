/* SPDX-License-Identifier: MIT
 * tsm-host: the machine behind the plug, as something that can be looked at and shut down. */
#include "devices/tsm-host.h"

void
tsm_host_probe_async (TsmHost *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  self->interface->probe_async (self, cancellable, callback, user_data);
}

TsmHostProbe *
tsm_host_probe_finish (TsmHost *self, GAsyncResult *result, GError **error)
{
  return self->interface->probe_finish (self, result, error);
}

void
tsm_host_shutdown_async (TsmHost *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  self->interface->shutdown_async (self, cancellable, callback, user_data);
}

gboolean
tsm_host_shutdown_finish (TsmHost *self, GAsyncResult *result, GError **error)
{
  return self->interface->shutdown_finish (self, result, error);
}

void
tsm_host_guests_async (TsmHost *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  self->interface->guests_async (self, cancellable, callback, user_data);
}

GPtrArray *
tsm_host_guests_finish (TsmHost *self, GAsyncResult *result, GError **error)
{
  return self->interface->guests_finish (self, result, error);
}

void
tsm_host_rights_async (TsmHost *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  self->interface->rights_async (self, cancellable, callback, user_data);
}

gboolean
tsm_host_rights_finish (TsmHost *self, GAsyncResult *result, GError **error)
{
  return self->interface->rights_finish (self, result, error);
}

void
tsm_host_free (TsmHost *self)
{
  if (self != NULL)
    self->interface->free (self);
}

void
tsm_host_probe_free (TsmHostProbe *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->detail, g_free);
  g_free (self);
}
