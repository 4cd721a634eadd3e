/* SPDX-License-Identifier: MIT
 * tsm-engine: TSM's one step function (DESIGN 6). An event and now in; effects and the next wake-up
 * out. It owns the store; it never blocks, never reads a clock, and runs on one thread at a time.
 * The daemon feeds it from the main loop, the simulator from a virtual queue: the same code. */
#pragma once
#include "engine/tsm-effect.h"
#include "engine/tsm-event.h"
#include "store/tsm-db.h"

G_BEGIN_DECLS

/* What the engine is told once. Copied; @zone is referenced. */
typedef struct {
  const char *server_name; /* "server" unless there are several */
  GTimeZone *zone;
  TsmDay start_day;        /* START_SERVER_DATE; counts at the very first start only */
  const gint64 *admin_ids; /* ADMIN_IDS */
  gsize n_admin_ids;
  TsmPolicy policy;        /* POWER_POLICY; a change holds from the next Tempo day not yet begun */
  gboolean unknown_is_off; /* UNKNOWN_DAY, the same */
  gint64 poll_s;           /* POLL_SECONDS */
  gboolean has_host;       /* a host is set up: without one the plan is only shown */
  gint64 boot_timeout_s;   /* HOST_PROXMOX_BOOT_TIMEOUT */
  gint64 off_below_w;      /* a draw below this means that the host is off */
  gboolean has_couleur, has_rte; /* colour sources that may be asked */
} TsmEngineConfig;

typedef struct _TsmEngine TsmEngine;

/* Takes @db over, and frees it. TSM_ERROR_STORAGE if it cannot be read. The first step must be
 * TSM_EVENT_START. */
TsmEngine *tsm_engine_new (TsmDb *take_db, const TsmEngineConfig *config, GError **error);
void tsm_engine_free (TsmEngine *self);

/* One step. Appends the effects, in the order to carry out, to @effects (of TsmEffect, owned), and
 * sets @ret_wake_at: before it, only an event can change anything. All that the step wrote is
 * committed before it returns. On FALSE (TSM_ERROR_STORAGE) nothing was appended, nothing is
 * committed, and the engine must not be used any more. */
gboolean tsm_engine_step (TsmEngine *self, const TsmEvent *event, gint64 now, GPtrArray *effects,
                          gint64 *ret_wake_at, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmEngine, tsm_engine_free)
G_END_DECLS
