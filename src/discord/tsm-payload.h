/* SPDX-License-Identifier: MIT
 * tsm-payload: the gateway's frames {"op","d","s","t"}, read without building a tree, and the ones
 * that we send (spec discord 3 to 5). Pure.
 *
 * A GUILD_CREATE may be megabytes of which we want two members. The text is gone over once: it must
 * be JSON (RFC 8259) in UTF-8 to its last byte, or it is refused; what is inside "d" is not kept,
 * only where it is. Values are spans of that text, not NUL-terminated. Of several members of one
 * name the last counts, as most readers have it. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Nesting allowed; a live GUILD_CREATE has 8. */
#define TSM_PAYLOAD_MAX_DEPTH 64
/* With its NUL. The longest name in use has 45 letters; what is longer is cut, thus unknown. */
#define TSM_PAYLOAD_NAME_SIZE 64
/* The longest text that tsm_payload_dup_string gives out, in bytes as written. */
#define TSM_PAYLOAD_MAX_STRING 4096

/* What we know of "op"; others are ignored. */
typedef enum {
  TSM_OP_DISPATCH = 0,
  TSM_OP_HEARTBEAT = 1,
  TSM_OP_IDENTIFY = 2,
  TSM_OP_RESUME = 6,
  TSM_OP_RECONNECT = 7,
  TSM_OP_INVALID_SESSION = 9,
  TSM_OP_HELLO = 10,
  TSM_OP_HEARTBEAT_ACK = 11,
} TsmOp;

typedef struct {
  gint64 op;
  gint64 seq;    /* "s"; -1: null or not there */
  const char *d; /* borrowed from the frame's text; NULL: not there */
  gsize d_length;
  char name[TSM_PAYLOAD_NAME_SIZE]; /* "t"; "": null or not there */
} TsmPayload;

/* TSM_ERROR_UPSTREAM on what is no frame; the message reads after a subject ("is cut off") and
 * repeats nothing of the text. */
gboolean tsm_payload_read (const char *text, gsize length, TsmPayload *ret_payload, GError **error);

/* The value of the member @key of the object @json. FALSE, and @ret_ alone, when there is none or
 * @json is no object. */
gboolean tsm_payload_find (const char *json, gsize length, const char *key, const char **ret_value,
                           gsize *ret_length);
/* The elements of the array @json one after the other: @position is 0 before the first. FALSE at
 * its end, or when @json is none. */
gboolean tsm_payload_next (const char *json, gsize length, gsize *position, const char **ret_value,
                           gsize *ret_length);
/* The member, decoded. NULL unless it is a string, of TSM_PAYLOAD_MAX_STRING bytes at most and
 * without a NUL in it. */
char *tsm_payload_dup_string (const char *json, gsize length, const char *key);
/* The same for a whole number, or a string of its digits (an id). */
gboolean tsm_payload_find_integer (const char *json, gsize length, const char *key,
                                   gint64 *ret_value);
/* The same; FALSE also when it is not there or anything but true. */
gboolean tsm_payload_is_true (const char *json, gsize length, const char *key);

/* @seq -1: none yet. */
char *tsm_payload_dup_heartbeat (gint64 seq);
/* Intents GUILDS, no presence. Both hold @token: wipe them with tsm_secret_wipe_string(). */
char *tsm_payload_dup_identify (const char *token);
char *tsm_payload_dup_resume (const char *token, const char *session_id, gint64 seq);

G_END_DECLS
