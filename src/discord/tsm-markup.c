/* SPDX-License-Identifier: MIT
 * tsm-markup: text made fit for Discord. */
#include "discord/tsm-markup.h"
#include <string.h>

#define ELLIPSIS "…"

/* The length of a mention of a user at @p, "<@123>" or "<@!123>"; 0 when there is none. */
static gsize
measure_mention (const char *p)
{
  const char *digits = p + 2;
  gsize n = 0;

  if (p[0] != '<' || p[1] != '@')
    return 0;
  if (*digits == '!')
    digits++;
  while (g_ascii_isdigit (digits[n]))
    n++;
  /* An id has at most 20 digits. */
  return n >= 1 && n <= 20 && digits[n] == '>' ? (gsize) (digits - p) + n + 1 : 0;
}

/* Is the character at @p markup wherever it stands? A colon is where it begins the end of a link's
 * scheme or an emoji's name. */
static gboolean
is_special (const char *p)
{
  if (*p == ':')
    return p[1] == '/' || p[1] == '_' || g_ascii_isalpha (p[1]);
  return *p != '\0' && strchr ("\\*_~`|<@[]", *p) != NULL;
}

/* Is it at the begin of a line? */
static gboolean
is_special_first (const char *p)
{
  return *p != '\0' && strchr ("#>-+", *p) != NULL;
}

/* "1. " at the begin of a line is a list: steps over the digits and the point. */
static const char *
skip_ordinal (GString *escaped, const char *p)
{
  gsize n = 0;

  while (g_ascii_isdigit (p[n]))
    n++;
  if (n == 0 || p[n] != '.' || p[n + 1] != ' ')
    return p;
  g_string_append_len (escaped, p, (gssize) n);
  g_string_append (escaped, "\\.");
  return p + n + 1;
}

char *
tsm_markup_dup_escaped (const char *text)
{
  GString *escaped = g_string_sized_new (strlen (text) + 16);
  gboolean is_first = TRUE;

  for (const char *p = text; *p != '\0';) {
    const gsize mention = measure_mention (p);

    if (is_first && g_ascii_isdigit (*p)) {
      p = skip_ordinal (escaped, p);
      is_first = FALSE;
      continue;
    }
    if (mention > 0) {
      g_string_append_len (escaped, p, (gssize) mention);
      p += mention;
      is_first = FALSE;
      continue;
    }
    if (is_special (p) || (is_first && is_special_first (p)))
      g_string_append_c (escaped, '\\');
    g_string_append_c (escaped, *p);
    is_first = *p == '\n' || (is_first && *p == ' ');
    p++;
  }
  return g_string_free (escaped, FALSE);
}

/* How much of the first @length bytes of a text that is too long stays: up to the end of a line,
 * else of a word, where that is more than half of it. */
static gsize
find_end (const char *text, gsize length)
{
  const char *line = g_strrstr_len (text, (gssize) length, "\n");
  const char *word = g_strrstr_len (text, (gssize) length, " ");

  if (line != NULL && line > text + length / 2)
    return (gsize) (line - text) + 1;
  if (word != NULL && word > text + length / 2)
    return (gsize) (word - text);
  return length;
}

char *
tsm_markup_dup_cut (const char *text, gsize max_length)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  gsize length;

  g_assert (max_length >= 1);
  if ((gsize) g_utf8_strlen (trimmed, -1) <= max_length)
    return g_steal_pointer (&trimmed);
  length = (gsize) (g_utf8_offset_to_pointer (trimmed, (glong) max_length - 1) - trimmed);
  trimmed[find_end (trimmed, length)] = '\0';
  return g_strconcat (trimmed, ELLIPSIS, NULL);
}

char *
tsm_markup_dup_capitalized (const char *text)
{
  char first[7] = "";

  if (*text == '\0')
    return g_strdup ("");
  g_unichar_to_utf8 (g_unichar_toupper (g_utf8_get_char (text)), first);
  return g_strconcat (first, g_utf8_next_char (text), NULL);
}
