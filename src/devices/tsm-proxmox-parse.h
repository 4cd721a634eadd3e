/* SPDX-License-Identifier: MIT
 * tsm-proxmox-parse: answers of the Proxmox VE API (spec proxmox 1, 2). Pure.
 *
 * Unknown keys are ignored and numbers may be strings. A body that is not what the call promises is
 * TSM_ERROR_UPSTREAM, its message reads after "proxmox HOST: ". */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* GET /version: "9.2.2". */
char *tsm_proxmox_parse_version (const char *text, gsize length, GError **error);
/* GET /nodes: the names (char *), at least one. */
GPtrArray *tsm_proxmox_parse_nodes (const char *text, gsize length, GError **error);
/* GET /nodes/NODE/qemu or /lxc: adds each running guest to @names, as "web (VM 100)" or
 * "dns (CT 101)"; templates never run. */
gboolean tsm_proxmox_parse_guests (const char *text, gsize length, gboolean is_container,
                                   GPtrArray *names, GError **error);
/* GET /access/permissions?path=PATH: whether @privilege is among the rights on @path. */
gboolean tsm_proxmox_parse_has_right (const char *text, gsize length, const char *path,
                                      const char *privilege, gboolean *ret_has_right,
                                      GError **error);
/* Why a call was refused, in one line: the body's "message" and "errors" if it is JSON that has
 * them, else @reason, the phrase of the status line. "" when neither says anything. */
char *tsm_proxmox_parse_reason (const char *text, gsize length, const char *reason);
/* What may stand in a URL as a node's name: letters, digits, "-", "." and "_". */
gboolean tsm_proxmox_parse_is_node_name (const char *name);

G_END_DECLS
