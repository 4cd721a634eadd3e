/* SPDX-License-Identifier: MIT
 * tsm-service: each device and service as the settings describe it. `tsm run` and `tsm doctor` talk
 * to the same ones.
 *
 * Nothing here touches the network. TSM_ERROR_INVALID names the setting that is wrong. */
#pragma once
#include "base/tsm-settings.h"
#include "devices/tsm-colour-source.h"
#include "devices/tsm-host.h"
#include "devices/tsm-plug.h"
#include "devices/tsm-wol.h"

G_BEGIN_DECLS

/* The wall clock, Unix seconds: the one place of the program that looks at it. */
gint64 tsm_service_now (gpointer unused);

TsmPlug *tsm_service_new_plug (const TsmSettings *settings, GError **error);
/* @source: TSM_SOURCE_COULEUR (HOST_TEMPO) or TSM_SOURCE_RTE (HOST_RTE). */
TsmColourSource *tsm_service_new_colours (const TsmSettings *settings, TsmSource source,
                                          GError **error);
/* Whether HOST_PROXMOX is set. */
gboolean tsm_service_has_host (const TsmSettings *settings);
TsmHost *tsm_service_new_host (const TsmSettings *settings, GError **error);
/* Whether the token of the API, and the node, have their form; the host's address does not matter.
 */
gboolean tsm_service_check_token (const TsmSettings *settings, GError **error);
/* What wakes the host; target_host is borrowed from @ret_target, which is to be freed. */
gboolean tsm_service_read_wol (const TsmSettings *settings, TsmWolOptions *ret_options,
                               char **ret_target, GError **error);

G_END_DECLS
