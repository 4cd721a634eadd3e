/* SPDX-License-Identifier: MIT
 * tsm-json: the data of replies, built without noise. Ids are strings, for they do not fit a
 * double (spec discord 1). */
#pragma once
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* An open object. */
JsonBuilder *tsm_json_begin (void);
/* Closes it; yours to unref, or to give to tsm_reply_new_done (). */
JsonNode *tsm_json_end (JsonBuilder *builder);
void tsm_json_add_int (JsonBuilder *builder, const char *name, gint64 value);
/* null where @value is @none. */
void tsm_json_add_int_or (JsonBuilder *builder, const char *name, gint64 value, gint64 none);
void tsm_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value);
void tsm_json_add_text (JsonBuilder *builder, const char *name, const char *value);
void tsm_json_add_id (JsonBuilder *builder, const char *name, gint64 id);
void tsm_json_begin_array (JsonBuilder *builder, const char *name);

G_END_DECLS
