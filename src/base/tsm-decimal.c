/* SPDX-License-Identifier: MIT
 * tsm-decimal: decimal numbers as text to scaled integers. */
#include "base/tsm-decimal.h"
#include "base/tsm-error.h"
#include <string.h>

static gboolean
append_digit (gint64 *value, int digit)
{
  return !__builtin_mul_overflow (*value, 10, value) &&
         !__builtin_add_overflow (*value, digit, value);
}

static gboolean
refuse (const char *text, gsize length, GError **error)
{
  g_autofree char *shown = g_strndup (text, MIN (length, 32));

  g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, "\"%s\" is not a decimal number", shown);
  return FALSE;
}

gboolean
tsm_decimal_parse (const char *text, gssize length, guint scale, gint64 *ret_value,
                   guint *ret_decimals, GError **error)
{
  const char *p = text;
  const char *end = text + (length < 0 ? strlen (text) : (gsize) length);
  const gsize n = (gsize) (end - text);
  gint64 value = 0;
  guint decimals = 0, n_digits = 0;
  gboolean negative, round_up = FALSE;

  while (p < end && g_ascii_isspace (*p))
    p++;
  while (end > p && g_ascii_isspace (end[-1]))
    end--;
  negative = p < end && *p == '-';
  if (negative)
    p++;
  for (; p < end && g_ascii_isdigit (*p); p++, n_digits++)
    if (!append_digit (&value, *p - '0'))
      return refuse (text, n, error);
  if (n_digits == 0)
    return refuse (text, n, error);
  if (p < end && *p == '.') {
    for (p++; p < end && g_ascii_isdigit (*p); p++, decimals++) {
      if (decimals < scale && !append_digit (&value, *p - '0'))
        return refuse (text, n, error);
      if (decimals == scale)
        round_up = *p >= '5';
    }
    if (decimals == 0)
      return refuse (text, n, error);
  }
  if (p != end)
    return refuse (text, n, error);
  for (guint i = decimals; i < scale; i++)
    if (!append_digit (&value, 0))
      return refuse (text, n, error);
  if (round_up && __builtin_add_overflow (value, 1, &value))
    return refuse (text, n, error);
  *ret_value = negative ? -value : value;
  if (ret_decimals != NULL)
    *ret_decimals = decimals;
  return TRUE;
}
