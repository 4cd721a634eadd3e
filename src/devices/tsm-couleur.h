/* SPDX-License-Identifier: MIT
 * tsm-couleur: asks api-couleur-tempo.fr, the first colour source (spec tempo 2). */
#pragma once
#include "devices/tsm-colour-source.h"
#include "devices/tsm-endpoint.h"

G_BEGIN_DECLS

#define TSM_COULEUR_HOST "www.api-couleur-tempo.fr" /* the bare name redirects */

/* One day is asked as /jourTempo/DATE, several in lists of up to 100 dates, one after the other.
 * @timeout_ms of a request; 0: 15 s. */
TsmColourSource *tsm_couleur_new (const TsmEndpoint *endpoint, guint timeout_ms);

G_END_DECLS
