/* SPDX-License-Identifier: MIT
 * tsm-effect: what the engine wants done. An effect only starts something; the answer comes back as
 * a later event. Values that cross threads: whoever holds one owns it. */
#pragma once
#include "engine/tsm-notice.h"
#include "engine/tsm-request.h"

G_BEGIN_DECLS

typedef enum {
  TSM_EFFECT_READ_PLUG = 0, /* @with_detail: Status 11 and 5 too. Answer: READING or PLUG_FAILED */
  TSM_EFFECT_FETCH_COLOURS, /* @source, days @from to @to. Answer: COLOURS or COLOURS_FAILED */
  TSM_EFFECT_PROBE_HOST,    /* answer: PROBED */
  TSM_EFFECT_ORDER_HOST,    /* @order. Answer: ORDERED */
  TSM_EFFECT_REPLY,         /* @reply, to the front end that holds its ticket */
  TSM_EFFECT_NOTICE,        /* @notice, to the group: each front end shows it its way */
} TsmEffectKind;

typedef struct {
  TsmEffectKind kind;
  gboolean with_detail;
  TsmSource source; /* COULEUR or RTE */
  TsmDay from, to;  /* both included */
  TsmOrder order;
  TsmReply *reply;
  TsmNotice *notice;
} TsmEffect;

TsmEffect *tsm_effect_new (TsmEffectKind kind);
void tsm_effect_free (TsmEffect *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmEffect, tsm_effect_free)
G_END_DECLS
