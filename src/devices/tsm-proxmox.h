/* SPDX-License-Identifier: MIT
 * tsm-proxmox: a Proxmox VE node as a host, through its API (spec proxmox 1 to 4). */
#pragma once
#include "base/tsm-secret.h"
#include "devices/tsm-endpoint.h"
#include "devices/tsm-host.h"
#include "devices/tsm-trust.h"

G_BEGIN_DECLS

typedef struct {
  const TsmEndpoint *endpoint; /* HOST_PROXMOX */
  TsmTrust trust;              /* HOST_PROXMOX_SSL_VERIFY */
  const char *node;            /* PROXMOX_NODE; NULL or empty: the only one that GET /nodes tells */
  const char *token_id;        /* API_PROXMOX_TOKEN_ID: user@realm!name */
  TsmSecret *token_secret;     /* API_PROXMOX_TOKEN_SECRET */
  guint timeout_ms;            /* of a request; 0: 10 s */
} TsmProxmoxOptions;

/* Whether node and token have their form; TSM_ERROR_INVALID names the setting that is wrong. */
gboolean tsm_proxmox_check (const TsmProxmoxOptions *options, GError **error);
/* Copies what @options points to. TSM_ERROR_INVALID names the setting that is wrong. */
TsmHost *tsm_proxmox_new (const TsmProxmoxOptions *options, GError **error);

G_END_DECLS
