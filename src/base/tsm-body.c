/* SPDX-License-Identifier: MIT
 * tsm-body: a JSON answer of a device or service, with each number as it was written. */
#include "base/tsm-body.h"
#include "base/tsm-decimal.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include <string.h>

#define EXCERPT_BYTES 160

struct _TsmBody {
  GArray *nodes; /* TsmBodyNode, each before its children */
  char *texts;   /* what key and text point into */
};

typedef struct {
  const char *p;
  const char *end;
  GArray *nodes;
  char *
      texts; /* write position: a decoded text and its NUL never outgrow what they were read from */
  guint depth;
} Reader;

static gboolean read_value (Reader *reader, const char *key);

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_blanks (Reader *reader)
{
  while (reader->p < reader->end && is_blank (*reader->p))
    reader->p++;
}

/* Steps over @c, after blanks. */
static gboolean
skip_char (Reader *reader, char c)
{
  skip_blanks (reader);
  if (reader->p >= reader->end || *reader->p != c)
    return FALSE;
  reader->p++;
  return TRUE;
}

static const char *
keep_text (Reader *reader, const char *text, gsize length)
{
  char *kept = reader->texts;

  memcpy (kept, text, length);
  kept[length] = '\0';
  reader->texts += length + 1;
  return kept;
}

static guint
add_node (Reader *reader, TsmBodyKind kind, const char *key, const char *text)
{
  const TsmBodyNode node = { .kind = kind, .key = key, .text = text, .span = 1 };

  g_array_append_val (reader->nodes, node);
  return reader->nodes->len - 1;
}

static gboolean
read_hex4 (Reader *reader, gunichar *ret_code)
{
  gunichar code = 0;

  if (reader->end - reader->p < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++) {
    const int digit = g_ascii_xdigit_value (reader->p[i]);

    if (digit < 0)
      return FALSE;
    code = code * 16 + (gunichar) digit;
  }
  reader->p += 4;
  *ret_code = code;
  return TRUE;
}

/* After "\u": a code point, of two escapes if it is a surrogate pair. NUL is refused: texts are C
 * strings. */
static gboolean
read_unicode_escape (Reader *reader, char **out)
{
  gunichar code, low;

  if (!read_hex4 (reader, &code) || code == 0)
    return FALSE;
  if (code >= 0xd800 && code <= 0xdbff) {
    if (reader->end - reader->p < 2 || reader->p[0] != '\\' || reader->p[1] != 'u')
      return FALSE;
    reader->p += 2;
    if (!read_hex4 (reader, &low) || low < 0xdc00 || low > 0xdfff)
      return FALSE;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  } else if (code >= 0xdc00 && code <= 0xdfff)
    return FALSE;
  *out += g_unichar_to_utf8 (code, *out);
  return TRUE;
}

static gboolean
read_escape (Reader *reader, char **out)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char *found;
  char c;

  if (reader->p >= reader->end)
    return FALSE;
  c = *reader->p++;
  if (c == 'u')
    return read_unicode_escape (reader, out);
  found = c == '\0' ? NULL : strchr (letters, c);
  if (found == NULL)
    return FALSE;
  *(*out)++ = meanings[found - letters];
  return TRUE;
}

static gboolean
read_string (Reader *reader, const char **ret_text)
{
  char *const text = reader->texts;
  char *out = text;

  if (!skip_char (reader, '"'))
    return FALSE;
  while (reader->p < reader->end && *reader->p != '"') {
    const char c = *reader->p++;

    if ((guchar) c < 0x20)
      return FALSE;
    if (c != '\\')
      *out++ = c;
    else if (!read_escape (reader, &out))
      return FALSE;
  }
  if (reader->p >= reader->end)
    return FALSE;
  reader->p++;
  *out++ = '\0';
  reader->texts = out;
  *ret_text = text;
  return TRUE;
}

static gsize
count_digits (const char *p, const char *end)
{
  const char *begin = p;

  while (p < end && g_ascii_isdigit (*p))
    p++;
  return (gsize) (p - begin);
}

/* The grammar of RFC 8259: no leading zero, digits on both sides of the point. */
static gboolean
read_number (Reader *reader, const char *key)
{
  const char *const begin = reader->p;
  const char *p = begin;
  gsize n;

  if (*p == '-')
    p++;
  n = count_digits (p, reader->end);
  if (n == 0 || (n > 1 && *p == '0'))
    return FALSE;
  p += n;
  if (p < reader->end && *p == '.') {
    n = count_digits (p + 1, reader->end);
    if (n == 0)
      return FALSE;
    p += n + 1;
  }
  if (p < reader->end && (*p == 'e' || *p == 'E')) {
    p++;
    if (p < reader->end && (*p == '+' || *p == '-'))
      p++;
    n = count_digits (p, reader->end);
    if (n == 0)
      return FALSE;
    p += n;
  }
  reader->p = p;
  add_node (reader, TSM_BODY_NUMBER, key, keep_text (reader, begin, (gsize) (p - begin)));
  return TRUE;
}

static gboolean
read_word (Reader *reader, const char *key)
{
  static const struct {
    const char *word;
    TsmBodyKind kind;
  } words[] = {
    { "true", TSM_BODY_BOOLEAN }, { "false", TSM_BODY_BOOLEAN }, { "null", TSM_BODY_NULL },
    { "nan", TSM_BODY_NULL },     { "-nan", TSM_BODY_NULL },     { "NaN", TSM_BODY_NULL },
    { "inf", TSM_BODY_NULL },     { "-inf", TSM_BODY_NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    const gsize length = strlen (words[i].word);

    if ((gsize) (reader->end - reader->p) < length ||
        memcmp (reader->p, words[i].word, length) != 0)
      continue;
    add_node (reader, words[i].kind, key, keep_text (reader, reader->p, length));
    reader->p += length;
    return TRUE;
  }
  return FALSE;
}

static gboolean
read_member (Reader *reader, gboolean has_key)
{
  const char *key = NULL;

  if (has_key && (!read_string (reader, &key) || !skip_char (reader, ':')))
    return FALSE;
  return read_value (reader, key);
}

static gboolean
read_container (Reader *reader, const char *key, gboolean is_object)
{
  const guint at = add_node (reader, is_object ? TSM_BODY_OBJECT : TSM_BODY_ARRAY, key, NULL);
  const char close = is_object ? '}' : ']';
  TsmBodyNode *node;
  guint n_children = 0;

  if (reader->depth >= TSM_BODY_MAX_DEPTH)
    return FALSE;
  reader->depth++;
  reader->p++;
  if (!skip_char (reader, close)) {
    do {
      if (!read_member (reader, is_object))
        return FALSE;
      n_children++;
    } while (skip_char (reader, ','));
    if (!skip_char (reader, close))
      return FALSE;
  }
  reader->depth--;
  node = &g_array_index (reader->nodes, TsmBodyNode, at);
  node->n_children = n_children;
  node->span = reader->nodes->len - at;
  return TRUE;
}

static gboolean
read_value (Reader *reader, const char *key)
{
  const char *text;

  skip_blanks (reader);
  if (reader->p >= reader->end)
    return FALSE;
  if (*reader->p == '{' || *reader->p == '[')
    return read_container (reader, key, *reader->p == '{');
  if (*reader->p == '"') {
    if (!read_string (reader, &text))
      return FALSE;
    add_node (reader, TSM_BODY_STRING, key, text);
    return TRUE;
  }
  return read_word (reader, key) || read_number (reader, key);
}

static void
set_error (const Reader *reader, const char *text, gsize length, GError **error)
{
  g_autofree char *shown = tsm_body_dup_excerpt (text, MIN (length, 60));

  if (reader->p >= reader->end)
    g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "is cut off after %" G_GSIZE_FORMAT " bytes",
                 length);
  else
    g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM,
                 "is not JSON, from byte %" G_GSIZE_FORMAT " on: \"%s\"",
                 (gsize) (reader->p - text), shown);
}

static gboolean
check_text (const char *text, gsize length, GError **error)
{
  const char *p = text;
  const char *const end = text + length;

  while (p < end && is_blank (*p))
    p++;
  if (length > TSM_LIMIT_BODY_BYTES)
    g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "is longer than %d bytes",
                 TSM_LIMIT_BODY_BYTES);
  else if (p == end)
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "is empty");
  else if (*p == '<')
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "is a web page, not JSON");
  else if (!g_utf8_validate_len (text, length, NULL))
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "is not UTF-8 text");
  else
    return TRUE;
  return FALSE;
}

TsmBody *
tsm_body_new_from_text (const char *text, gsize length, GError **error)
{
  g_autoptr (TsmBody) self = NULL;
  Reader reader = { .p = text, .end = text + length };

  if (!check_text (text, length, error))
    return NULL;
  self = g_new0 (TsmBody, 1);
  self->nodes = g_array_new (FALSE, FALSE, sizeof (TsmBodyNode));
  self->texts = g_malloc (length + 1);
  reader.nodes = self->nodes;
  reader.texts = self->texts;
  if (!read_value (&reader, NULL)) {
    set_error (&reader, text, length, error);
    return NULL;
  }
  g_assert (reader.texts <= self->texts + length + 1);
  skip_blanks (&reader);
  if (reader.p != reader.end) {
    set_error (&reader, text, length, error);
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
tsm_body_free (TsmBody *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->nodes, g_array_unref);
  g_clear_pointer (&self->texts, g_free);
  g_free (self);
}

const TsmBodyNode *
tsm_body_get_root (const TsmBody *self)
{
  return &g_array_index (self->nodes, TsmBodyNode, 0);
}

const TsmBodyNode *
tsm_body_get_first (const TsmBodyNode *node)
{
  return node->n_children > 0 ? node + 1 : NULL;
}

const TsmBodyNode *
tsm_body_get_next (const TsmBodyNode *node)
{
  return node + node->span;
}

const TsmBodyNode *
tsm_body_get_member (const TsmBodyNode *object, const char *key)
{
  const TsmBodyNode *child, *found = NULL;

  if (object == NULL || object->kind != TSM_BODY_OBJECT)
    return NULL;
  child = tsm_body_get_first (object);
  for (guint i = 0; i < object->n_children; i++, child = tsm_body_get_next (child))
    if (strcmp (child->key, key) == 0)
      found = child;
  return found;
}

const char *
tsm_body_get_member_string (const TsmBodyNode *object, const char *key)
{
  const TsmBodyNode *member = tsm_body_get_member (object, key);

  return member != NULL && member->kind == TSM_BODY_STRING ? member->text : NULL;
}

gboolean
tsm_body_get_member_integer (const TsmBodyNode *object, const char *key, gint64 *ret_value)
{
  const TsmBodyNode *member = tsm_body_get_member (object, key);
  gint64 value;
  guint decimals;

  if (member == NULL || (member->kind != TSM_BODY_NUMBER && member->kind != TSM_BODY_STRING) ||
      !tsm_decimal_parse (member->text, -1, 0, &value, &decimals, NULL) || decimals > 0)
    return FALSE;
  *ret_value = value;
  return TRUE;
}

char *
tsm_body_dup_excerpt (const char *text, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) MIN (length, EXCERPT_BYTES));
  const char *cut;

  for (char *p = valid; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  /* Repairing may have made it longer; cut between characters. */
  if (strlen (valid) <= EXCERPT_BYTES)
    return g_strdup (g_strstrip (valid));
  cut = g_utf8_find_prev_char (valid, valid + EXCERPT_BYTES + 1);
  valid[cut - valid] = '\0';
  return g_strdup (g_strstrip (valid));
}
