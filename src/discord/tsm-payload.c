/* SPDX-License-Identifier: MIT
 * tsm-payload: the gateway's frames, read without building a tree. */
#include "discord/tsm-payload.h"
#include "base/tsm-decimal.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "base/tsm-secret.h"
#include <string.h>

#define INTENTS_GUILDS 1

/* A walk over a text that is known to be UTF-8 without NUL. */
typedef struct {
  const char *p;
  const char *end;
  guint depth;
} Scanner;

typedef struct {
  const char *text;
  gsize length;
} Span;

/* The members of one object that are asked for, and where they were found. */
typedef struct {
  const char *key;
  Span value; /* text NULL: not found */
} Wanted;

static gboolean skip_value (Scanner *scanner);

static void
skip_blanks (Scanner *scanner)
{
  while (scanner->p < scanner->end &&
         (*scanner->p == ' ' || *scanner->p == '\t' || *scanner->p == '\n' || *scanner->p == '\r'))
    scanner->p++;
}

/* Steps over @c, after blanks. */
static gboolean
skip_char (Scanner *scanner, char c)
{
  skip_blanks (scanner);
  if (scanner->p >= scanner->end || *scanner->p != c)
    return FALSE;
  scanner->p++;
  return TRUE;
}

/* After the backslash. */
static gboolean
skip_escape (Scanner *scanner)
{
  char c;

  if (scanner->p >= scanner->end)
    return FALSE;
  c = *scanner->p++;
  if (c != 'u')
    return c != '\0' && strchr ("\"\\/bfnrt", c) != NULL;
  for (guint i = 0; i < 4; i++)
    if (scanner->p >= scanner->end || !g_ascii_isxdigit (*scanner->p++))
      return FALSE;
  return TRUE;
}

static gboolean
skip_string (Scanner *scanner)
{
  if (!skip_char (scanner, '"'))
    return FALSE;
  while (scanner->p < scanner->end) {
    const char c = *scanner->p++;

    if (c == '"')
      return TRUE;
    if ((guchar) c < 0x20 || (c == '\\' && !skip_escape (scanner)))
      return FALSE;
  }
  return FALSE;
}

static gboolean
skip_digits (Scanner *scanner)
{
  const char *const begin = scanner->p;

  while (scanner->p < scanner->end && g_ascii_isdigit (*scanner->p))
    scanner->p++;
  return scanner->p > begin;
}

static gboolean
skip_one_of (Scanner *scanner, char a, char b)
{
  if (scanner->p >= scanner->end || (*scanner->p != a && *scanner->p != b))
    return FALSE;
  scanner->p++;
  return TRUE;
}

/* The grammar of RFC 8259: no leading zero, digits on both sides of the point. */
static gboolean
skip_number (Scanner *scanner)
{
  const char *digits;

  skip_one_of (scanner, '-', '-');
  digits = scanner->p;
  if (!skip_digits (scanner) || (*digits == '0' && scanner->p - digits > 1))
    return FALSE;
  if (skip_one_of (scanner, '.', '.') && !skip_digits (scanner))
    return FALSE;
  if (skip_one_of (scanner, 'e', 'E')) {
    skip_one_of (scanner, '+', '-');
    return skip_digits (scanner);
  }
  return TRUE;
}

static gboolean
skip_word (Scanner *scanner, const char *word)
{
  const gsize length = strlen (word);

  if ((gsize) (scanner->end - scanner->p) < length || memcmp (scanner->p, word, length) != 0)
    return FALSE;
  scanner->p += length;
  return TRUE;
}

static gboolean
skip_container (Scanner *scanner, gboolean is_object)
{
  const char close = is_object ? '}' : ']';

  if (scanner->depth >= TSM_PAYLOAD_MAX_DEPTH)
    return FALSE;
  scanner->depth++;
  scanner->p++;
  if (!skip_char (scanner, close)) {
    do {
      if (is_object && (!skip_string (scanner) || !skip_char (scanner, ':')))
        return FALSE;
      if (!skip_value (scanner))
        return FALSE;
    } while (skip_char (scanner, ','));
    if (!skip_char (scanner, close))
      return FALSE;
  }
  scanner->depth--;
  return TRUE;
}

static gboolean
skip_value (Scanner *scanner)
{
  skip_blanks (scanner);
  if (scanner->p >= scanner->end)
    return FALSE;
  switch (*scanner->p) {
  case '{':
    return skip_container (scanner, TRUE);
  case '[':
    return skip_container (scanner, FALSE);
  case '"':
    return skip_string (scanner);
  case 't':
    return skip_word (scanner, "true");
  case 'f':
    return skip_word (scanner, "false");
  case 'n':
    return skip_word (scanner, "null");
  default:
    return skip_number (scanner);
  }
}

static gunichar
read_hex4 (const char *p)
{
  gunichar code = 0;

  for (guint i = 0; i < 4; i++)
    code = code * 16 + (gunichar) g_ascii_xdigit_value (p[i]);
  return code;
}

/* Decodes the escape after a backslash at *@p, of a string that was gone over. 0: a NUL, or half a
 * surrogate pair, which no text of ours can hold. */
static gunichar
read_escape (const char **p, const char *end)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char c = *(*p)++;
  gunichar code, low;

  if (c != 'u')
    return (gunichar) meanings[strchr (letters, c) - letters];
  code = read_hex4 (*p);
  *p += 4;
  if (code < 0xd800 || code > 0xdfff)
    return code;
  if (code > 0xdbff || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
    return 0;
  low = read_hex4 (*p + 2);
  if (low < 0xdc00 || low > 0xdfff)
    return 0;
  *p += 6;
  return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

/* The text of @string, a span with its quotes, into @ret_text of @size bytes, which a text never
 * outgrows if it has as many as the span. FALSE, the text cut, when it does not fit or holds what a
 * C string cannot. */
static gboolean
decode (Span string, char *ret_text, gsize size)
{
  const char *p = string.text + 1;
  const char *const end = string.text + string.length - 1;
  gsize used = 0;

  ret_text[0] = '\0';
  while (p < end) {
    char utf8[6] = { *p };
    gsize n = 1;

    if (*p++ == '\\') {
      const gunichar code = read_escape (&p, end);

      if (code == 0)
        return FALSE;
      n = (gsize) g_unichar_to_utf8 (code, utf8);
    }
    if (used + n >= size)
      return FALSE;
    memcpy (ret_text + used, utf8, n);
    used += n;
    ret_text[used] = '\0';
  }
  return TRUE;
}

static gboolean
is_key (Span string, const char *key)
{
  const gsize length = strlen (key);
  char decoded[TSM_PAYLOAD_NAME_SIZE];

  if (string.length == length + 2 && memcmp (string.text + 1, key, length) == 0)
    return TRUE;
  return memchr (string.text, '\\', string.length) != NULL &&
         decode (string, decoded, sizeof decoded) && strcmp (decoded, key) == 0;
}

/* Goes over the next thing with @skip, and tells where it was. */
static gboolean
take_span (Scanner *scanner, gboolean (*skip) (Scanner *), Span *ret_span)
{
  skip_blanks (scanner);
  ret_span->text = scanner->p;
  if (!skip (scanner))
    return FALSE;
  ret_span->length = (gsize) (scanner->p - ret_span->text);
  return TRUE;
}

static gboolean
scan_member (Scanner *scanner, Wanted *wanted, guint n_wanted)
{
  Span key, value;

  if (!take_span (scanner, skip_string, &key) || !skip_char (scanner, ':') ||
      !take_span (scanner, skip_value, &value))
    return FALSE;
  for (guint i = 0; i < n_wanted; i++)
    if (is_key (key, wanted[i].key))
      wanted[i].value = value;
  return TRUE;
}

/* Over a whole object, keeping the @wanted members. */
static gboolean
scan_object (Scanner *scanner, Wanted *wanted, guint n_wanted)
{
  if (!skip_char (scanner, '{'))
    return FALSE;
  scanner->depth++;
  if (!skip_char (scanner, '}')) {
    do {
      if (!scan_member (scanner, wanted, n_wanted))
        return FALSE;
    } while (skip_char (scanner, ','));
    if (!skip_char (scanner, '}'))
      return FALSE;
  }
  skip_blanks (scanner);
  return scanner->p == scanner->end;
}

static gboolean
is_word (Span span, const char *word)
{
  return span.length == strlen (word) && memcmp (span.text, word, span.length) == 0;
}

static gboolean
is_absent (Span span)
{
  return span.text == NULL || is_word (span, "null");
}

static gboolean
read_integer (Span span, gint64 *ret_value)
{
  gint64 value;
  guint decimals;

  if (span.text == NULL || span.length > 20 ||
      !tsm_decimal_parse (span.text, (gssize) span.length, 0, &value, &decimals, NULL) ||
      decimals > 0)
    return FALSE;
  *ret_value = value;
  return TRUE;
}

static gboolean
fail (const char *why, GError **error)
{
  g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM, why);
  return FALSE;
}

gboolean
tsm_payload_read (const char *text, gsize length, TsmPayload *ret_payload, GError **error)
{
  Scanner scanner = { .p = text };
  Wanted wanted[] = { { .key = "op" }, { .key = "d" }, { .key = "s" }, { .key = "t" } };
  const Span *op = &wanted[0].value, *d = &wanted[1].value;
  const Span *s = &wanted[2].value, *t = &wanted[3].value;
  TsmPayload payload = { .seq = -1 };

  if (length == 0)
    return fail ("is empty", error);
  if (length > TSM_LIMIT_FRAME_BYTES)
    return fail ("is too long", error);
  if (!g_utf8_validate_len (text, length, NULL))
    return fail ("is not UTF-8 text", error);
  scanner.end = text + length;
  if (!scan_object (&scanner, wanted, G_N_ELEMENTS (wanted))) {
    if (scanner.p >= scanner.end)
      return fail ("is cut off", error);
    g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM,
                 "is not a JSON object, from byte %" G_GSIZE_FORMAT " on", scanner.p - text);
    return FALSE;
  }
  if (!read_integer (*op, &payload.op) || payload.op < 0)
    return fail ("has no \"op\"", error);
  if (!is_absent (*s) && (!read_integer (*s, &payload.seq) || payload.seq < 0))
    return fail ("has an \"s\" that is no count", error);
  if (!is_absent (*t)) {
    if (t->text[0] != '"')
      return fail ("has a \"t\" that is no name", error);
    decode (*t, payload.name, sizeof payload.name);
  }
  payload.d = d->text;
  payload.d_length = d->length;
  *ret_payload = payload;
  return TRUE;
}

static gboolean
find (const char *json, gsize length, const char *key, Span *ret_span)
{
  Scanner scanner = { .p = json };
  Wanted wanted = { .key = key };

  g_assert (strlen (key) < TSM_PAYLOAD_NAME_SIZE);
  if (length == 0) /* @json may be NULL then */
    return FALSE;
  scanner.end = json + length;
  if (!scan_object (&scanner, &wanted, 1) || wanted.value.text == NULL)
    return FALSE;
  *ret_span = wanted.value;
  return TRUE;
}

gboolean
tsm_payload_find (const char *json, gsize length, const char *key, const char **ret_value,
                  gsize *ret_length)
{
  Span span;

  if (!find (json, length, key, &span))
    return FALSE;
  *ret_value = span.text;
  *ret_length = span.length;
  return TRUE;
}

gboolean
tsm_payload_next (const char *json, gsize length, gsize *position, const char **ret_value,
                  gsize *ret_length)
{
  Scanner scanner = { .p = json + *position };
  Span span;

  if (*position >= length)
    return FALSE;
  scanner.end = json + length;
  if (!skip_char (&scanner, *position == 0 ? '[' : ',') || !take_span (&scanner, skip_value, &span))
    return FALSE;
  *position = (gsize) (scanner.p - json);
  *ret_value = span.text;
  *ret_length = span.length;
  return TRUE;
}

char *
tsm_payload_dup_string (const char *json, gsize length, const char *key)
{
  g_autofree char *text = NULL;
  Span span;

  if (!find (json, length, key, &span) || span.text[0] != '"' ||
      span.length > TSM_PAYLOAD_MAX_STRING + 2)
    return NULL;
  text = g_malloc (span.length);
  if (!decode (span, text, span.length) || !g_utf8_validate (text, -1, NULL))
    return NULL;
  return g_steal_pointer (&text);
}

gboolean
tsm_payload_find_integer (const char *json, gsize length, const char *key, gint64 *ret_value)
{
  Span span;

  if (!find (json, length, key, &span))
    return FALSE;
  if (span.text[0] == '"')
    span = (Span){ .text = span.text + 1, .length = span.length - 2 };
  return read_integer (span, ret_value);
}

gboolean
tsm_payload_is_true (const char *json, gsize length, const char *key)
{
  Span span;

  return find (json, length, key, &span) && is_word (span, "true");
}

char *
tsm_payload_dup_heartbeat (gint64 seq)
{
  if (seq < 0)
    return g_strdup ("{\"op\":1,\"d\":null}");
  return g_strdup_printf ("{\"op\":1,\"d\":%" G_GINT64_FORMAT "}", seq);
}

/* @text as a JSON string. Wipe it. */
static char *
dup_quoted (const char *text)
{
  GString *quoted = g_string_sized_new (strlen (text) * 6 + 3); /* never moved: nothing is left */

  g_string_append_c (quoted, '"');
  for (const char *p = text; *p != '\0'; p++) {
    if (*p == '"' || *p == '\\' || (guchar) *p < 0x20)
      g_string_append_printf (quoted, "\\u%04x", (guint) *p);
    else
      g_string_append_c (quoted, *p);
  }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

char *
tsm_payload_dup_identify (const char *token)
{
  char *quoted = dup_quoted (token);
  char *text = g_strdup_printf ("{\"op\":2,\"d\":{\"token\":%s,\"intents\":%d,\"properties\":"
                                "{\"os\":\"linux\",\"browser\":\"tsm\",\"device\":\"tsm\"}}}",
                                quoted, INTENTS_GUILDS);

  tsm_secret_wipe_string (quoted);
  return text;
}

char *
tsm_payload_dup_resume (const char *token, const char *session_id, gint64 seq)
{
  char *quoted = dup_quoted (token);
  g_autofree char *quoted_id = dup_quoted (session_id);
  char *text =
      g_strdup_printf ("{\"op\":6,\"d\":{\"token\":%s,\"session_id\":%s,\"seq\":%" G_GINT64_FORMAT
                       "}}",
                       quoted, quoted_id, seq);

  tsm_secret_wipe_string (quoted);
  return text;
}
