/* SPDX-License-Identifier: MIT
 * tsm-body: a JSON text of a device or service, with each number as it was written.
 *
 * A counter must reach the ledger to the Wh, and a number that went through a double may not: here
 * it stays text until tsm-decimal reads it. The parser is strict (RFC 8259, valid UTF-8, nothing
 * after the value) but for one thing: the bare words nan and inf of old plug firmware are read as
 * null. Pure. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Nesting allowed; a plug's deepest answer has 4. */
#define TSM_BODY_MAX_DEPTH 32

typedef enum {
  TSM_BODY_NULL = 0,
  TSM_BODY_BOOLEAN,
  TSM_BODY_NUMBER,
  TSM_BODY_STRING,
  TSM_BODY_ARRAY,
  TSM_BODY_OBJECT,
} TsmBodyKind;

/* One value. Borrowed from its TsmBody. */
typedef struct {
  TsmBodyKind kind;
  const char *key;  /* decoded name, of an object's member; else NULL */
  const char *text; /* decoded string, or the number, boolean or null as written; else NULL */
  guint n_children; /* of an array or object */
  guint span;       /* nodes from this one to its next sibling, itself included */
} TsmBodyNode;

typedef struct _TsmBody TsmBody;

/* TSM_ERROR_UPSTREAM when @text is empty, a web page, cut off or otherwise not JSON, or longer than
 * TSM_LIMIT_BODY_BYTES; the message reads after a subject: "is cut off". */
TsmBody *tsm_body_new_from_text (const char *text, gsize length, GError **error);
void tsm_body_free (TsmBody *self);
const TsmBodyNode *tsm_body_get_root (const TsmBody *self);

/* The first child of an array or object, NULL when there is none; then its next sibling, for
 * @n_children in all: for (i = 0, c = first (n); i < n->n_children; i++, c = next (c)). */
const TsmBodyNode *tsm_body_get_first (const TsmBodyNode *node);
const TsmBodyNode *tsm_body_get_next (const TsmBodyNode *node);
/* The member called @key; of several of that name, the last, as most readers have it. NULL when
 * there is none, or @object is NULL or not an object. */
const TsmBodyNode *tsm_body_get_member (const TsmBodyNode *object, const char *key);
/* The same, NULL unless it is a string. */
const char *tsm_body_get_member_string (const TsmBodyNode *object, const char *key);
/* The same for a number without fraction or exponent, or a string of such digits. FALSE, and
 * @ret_value untouched, when there is none. */
gboolean tsm_body_get_member_integer (const TsmBodyNode *object, const char *key,
                                      gint64 *ret_value);

/* What a peer said, fit for one line of a message: valid UTF-8, control characters as blanks,
 * trimmed, at most 160 bytes. */
char *tsm_body_dup_excerpt (const char *text, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmBody, tsm_body_free)

G_END_DECLS
