/* SPDX-License-Identifier: MIT
 * tsm-rte: asks RTE's public JSON, the second colour source (spec tempo 4). */
#pragma once
#include "devices/tsm-colour-source.h"
#include "devices/tsm-endpoint.h"

G_BEGIN_DECLS

#define TSM_RTE_HOST "www.services-rte.com"

/* One or two days are asked of the short file of current days, and of the season's file only if
 * they lie before what that one covers; more days of the file of each season they lie in.
 * @timeout_ms of a request; 0: 15 s. */
TsmColourSource *tsm_rte_new (const TsmEndpoint *endpoint, guint timeout_ms);

G_END_DECLS
