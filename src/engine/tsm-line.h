/* SPDX-License-Identifier: MIT
 * tsm-line: what the engine knows of the line to Discord. In memory: a restart tries anew. */
#pragma once
#include "base/tsm-types.h"
#include "engine/tsm-event.h"

G_BEGIN_DECLS

typedef struct _TsmEngine TsmEngine;

typedef struct {
  TsmLink link;
  gint64 since;   /* @link is so */
  char *reason;   /* why it is not UP; NULL when unsaid */
  gint64 lost_at; /* from then on nothing got through; TSM_INSTANT_NONE when it does, or never will
                   */
} TsmLine;

void tsm_line_init (TsmLine *self);
void tsm_line_clear (TsmLine *self);
/* "none", "down", "up", "stopped". */
const char *tsm_line_to_string (TsmLink link);

/* The line came to be @link at @since; the same again changes nothing but the reason. */
void tsm_line_take (TsmEngine *engine, TsmLink link, gint64 since, const char *reason);
/* What `status` says of it; NULL when there is nothing to say. Free with g_free. */
char *tsm_line_dup_text (const TsmEngine *engine, TsmLang lang);

G_END_DECLS
