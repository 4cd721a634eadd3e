/* SPDX-License-Identifier: MIT
 * tsm-embed: what an answer or a notice shows, as one embed of a message, within Discord's limits
 * (spec discord 10). Pure. Each adds "embeds" to the open object, and the "allowed_mentions" that
 * call nobody. */
#pragma once
#include "engine/tsm-card.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The bar beside an embed where no Tempo colour is meant: nothing, look here, all is well. */
#define TSM_EMBED_GREY  0x80848e
#define TSM_EMBED_AMBER 0xf0a232
#define TSM_EMBED_GREEN 0x3ba55d

/* @otherwise for an unknown colour. */
gint64 tsm_embed_get_rgb (TsmColour colour, gint64 otherwise);

/* A title, "" for none, over plain sentences; @at, which Discord shows below them in the reader's
 * own zone, or TSM_INSTANT_NONE. */
void tsm_embed_add_text (JsonBuilder *body, const char *title, const char *text, gint64 rgb,
                         gint64 at);
/* Title, Tempo day and sentences; lists as lines below them, figures as fields side by side. What
 * there is no room for is left out, and a last line says so. */
void tsm_embed_add_card (JsonBuilder *body, const TsmCard *card, TsmLang lang);

G_END_DECLS
