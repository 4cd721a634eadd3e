/* SPDX-License-Identifier: MIT
 * tsm-setting-value: what the text of one setting means. */
#include "base/tsm-setting-value.h"
#include "base/tsm-limits.h"
#include "base/tsm-loopback.h"
#include <string.h>

#define MAC_BYTES       6
#define MAX_PORT        65535
#define MAX_NODE_LENGTH 63
/* GDate counts days from 1 at 0001-01-01; 1970-01-01 is its day 719163. */
#define JULIAN_OF_EPOCH 719163

void
tsm_setting_value_clear (TsmSettingValue *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->ids, g_array_unref);
}

static gboolean
is_printable (const char *text, gboolean may_have_spaces)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    const gunichar c = g_utf8_get_char (p);

    if (!g_unichar_isprint (c) || (!may_have_spaces && g_unichar_isspace (c)))
      return FALSE;
  }
  return *text != '\0';
}

/* Digits alone: no sign, no blank. */
static gboolean
parse_digits (const char *text, gint64 min, gint64 max, gint64 *ret_number)
{
  return g_ascii_isdigit (*text) && g_ascii_string_to_signed (text, 10, min, max, ret_number, NULL);
}

static gboolean
parse_date (const char *text, gint64 *ret_day)
{
  GDate date;
  gint64 year, month, day;
  g_auto (GStrv) parts = g_strsplit (text, "-", 3);

  if (strlen (text) != 10 || g_strv_length (parts) != 3 || strlen (parts[0]) != 4 ||
      strlen (parts[1]) != 2 || !parse_digits (parts[0], 1, 9999, &year) ||
      !parse_digits (parts[1], 1, 12, &month) || !parse_digits (parts[2], 1, 31, &day) ||
      !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year))
    return FALSE;
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
  *ret_day = (gint64) g_date_get_julian (&date) - JULIAN_OF_EPOCH;
  return TRUE;
}

static gboolean
is_zone (const char *text)
{
  g_autoptr (GTimeZone) zone = NULL;

  /* A slash in front or a ".." would have GTimeZone read a file of any place. */
  if (!is_printable (text, FALSE) || *text == '/' || strstr (text, "..") != NULL)
    return FALSE;
  zone = g_time_zone_new_identifier (text);
  return zone != NULL;
}

/* "host:port", the host without colons unless in brackets; the port may be left out when
 * @is_port_optional. */
static gboolean
is_host_port (const char *text, gint64 min_port, gboolean is_port_optional)
{
  const char *bracket = *text == '[' ? strchr (text, ']') : NULL;
  const char *colon = strchr (bracket != NULL ? bracket : text, ':');
  gint64 port;

  if (!is_printable (text, FALSE) || *text == ':' || strpbrk (text, "/@") != NULL ||
      (*text == '[' && (bracket == NULL || bracket == text + 1)))
    return FALSE;
  if (bracket != NULL && bracket[1] != ':' && bracket[1] != '\0')
    return FALSE;
  if (colon == NULL)
    return is_port_optional;
  return parse_digits (colon + 1, min_port, MAX_PORT, &port);
}

static gboolean
is_ups (const char *text)
{
  const char *at = strchr (text, '@');

  return at != NULL && at != text && at[1] != '\0' && is_printable (text, FALSE) &&
         is_host_port (at + 1, 1, TRUE);
}

/* Pairs of hexadecimal digits, with one separator throughout or none. */
static char *
dup_mac (const char *text)
{
  g_autoptr (GString) mac = g_string_new (NULL);
  const char separator = strlen (text) > 2 && strchr (":-", text[2]) != NULL ? text[2] : '\0';
  const char *p = text;

  for (guint i = 0; i < MAC_BYTES; i++) {
    if (i > 0 && separator != '\0' && *p++ != separator)
      return NULL;
    if (!g_ascii_isxdigit (p[0]) || !g_ascii_isxdigit (p[1]))
      return NULL;
    g_string_append_printf (mac, "%s%c%c", i > 0 ? ":" : "", g_ascii_tolower (p[0]),
                            g_ascii_tolower (p[1]));
    p += 2;
  }
  return *p == '\0' ? g_strdup (mac->str) : NULL;
}

static gboolean
is_node (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-')
      return FALSE;
  return *text != '\0' && *text != '-' && strlen (text) <= MAX_NODE_LENGTH;
}

static gboolean
is_token_id (const char *text)
{
  const char *at = strchr (text, '@');
  const char *mark = at != NULL ? strchr (at, '!') : NULL;

  return mark != NULL && at != text && mark != at + 1 && mark[1] != '\0' &&
         is_printable (text, FALSE) && strpbrk (text, "=;") == NULL;
}

/* Secrets travel in these requests: in the clear only to this machine (DESIGN 5.2). */
static gboolean
is_url (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      g_uri_get_userinfo (uri) != NULL)
    return FALSE;
  if (g_strcmp0 (g_uri_get_scheme (uri), "https") == 0)
    return TRUE;
  return g_strcmp0 (g_uri_get_scheme (uri), "http") == 0 &&
         tsm_loopback_is_host (g_uri_get_host (uri));
}

#define FINGERPRINT_DIGITS 64

/* "true" and "false" in all the words people write in an .env file, or a SHA-256 fingerprint with
 * or without its colons; NULL for anything else. */
static char *
dup_trust (const char *text)
{
  static const char *const words[][2] = {
    { "false", "true" }, { "0", "1" }, { "no", "yes" }, { "off", "on" }
  };
  g_autoptr (GString) digits = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    for (guint value = 0; value <= 1; value++)
      if (g_ascii_strcasecmp (text, words[i][value]) == 0)
        return g_strdup (words[0][value]);
  for (const char *p = text; *p != '\0'; p++) {
    if (g_ascii_isxdigit (*p))
      g_string_append_c (digits, g_ascii_toupper (*p));
    else if (*p != ':' || digits->len % 2 != 0)
      return NULL;
  }
  if (digits->len != FINGERPRINT_DIGITS)
    return NULL;
  return g_string_free (g_steal_pointer (&digits), FALSE);
}

static char *
dup_choice (const char *choices, const char *text)
{
  g_auto (GStrv) words = g_strsplit (choices, "|", -1);
  g_autofree char *word = g_ascii_strdown (text, -1);

  return g_strv_contains ((const char *const *) words, word) ? g_steal_pointer (&word) : NULL;
}

static GArray *
ids_new (const char *text)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (GStrv) parts = g_strsplit (text, ",", TSM_LIMIT_IDS + 1);

  for (guint i = 0; parts[i] != NULL; i++) {
    gint64 id;

    if (i == TSM_LIMIT_IDS || !parse_digits (g_strstrip (parts[i]), 1, G_MAXINT64, &id))
      return NULL;
    g_array_append_val (ids, id);
  }
  return g_steal_pointer (&ids);
}

static gboolean
take_text (char *text, TsmSettingValue *value)
{
  value->text = text;
  return text != NULL;
}

static gboolean
copy_text (gboolean is_good, const char *text, TsmSettingValue *value)
{
  if (is_good)
    value->text = g_strdup (text);
  return is_good;
}

static gboolean
parse_by_type (const TsmSettingSpec *spec, const char *text, TsmSettingValue *value)
{
  switch (spec->type) {
  case TSM_SETTING_TYPE_DATE:
    return parse_date (text, &value->number);
  case TSM_SETTING_TYPE_ZONE:
    return copy_text (is_zone (text), text, value);
  case TSM_SETTING_TYPE_HOST:
  case TSM_SETTING_TYPE_WORD:
    return copy_text (is_printable (text, FALSE), text, value);
  case TSM_SETTING_TYPE_HOST_PORT:
    return copy_text (is_host_port (text, spec->min, FALSE), text, value);
  case TSM_SETTING_TYPE_UPS:
    return copy_text (is_ups (text), text, value);
  case TSM_SETTING_TYPE_MAC:
    return take_text (dup_mac (text), value);
  case TSM_SETTING_TYPE_NODE:
    return copy_text (is_node (text), text, value);
  case TSM_SETTING_TYPE_TOKEN_ID:
    return copy_text (is_token_id (text), text, value);
  case TSM_SETTING_TYPE_LINE:
    return copy_text (is_printable (text, TRUE), text, value);
  case TSM_SETTING_TYPE_PATH:
    return copy_text (is_printable (text, TRUE) && strlen (text) <= (gsize) spec->max, text, value);
  case TSM_SETTING_TYPE_URL:
    return copy_text (is_url (text), text, value);
  case TSM_SETTING_TYPE_INTEGER:
    return parse_digits (text, spec->min, spec->max, &value->number);
  case TSM_SETTING_TYPE_TRUST:
    return take_text (dup_trust (text), value);
  case TSM_SETTING_TYPE_CHOICE:
    return take_text (dup_choice (spec->choices, text), value);
  case TSM_SETTING_TYPE_IDS:
    value->ids = ids_new (text);
    return value->ids != NULL;
  }
  g_assert_not_reached ();
}

gboolean
tsm_setting_value_parse (TsmSetting setting, const char *text, TsmSettingValue *ret_value)
{
  g_auto (TsmSettingValue) value = { 0 };

  if (!g_utf8_validate (text, -1, NULL) ||
      !parse_by_type (tsm_setting_get_spec (setting), text, &value))
    return FALSE;
  *ret_value = value;
  value = (TsmSettingValue){ 0 };
  return TRUE;
}
