/* SPDX-License-Identifier: MIT
 * tsm-say: a message with values, said in one language or another. */
#include "base/tsm-say.h"
#include "base/tsm-format.h"
#include "base/tsm-text.h"
#include "base/tsm-word.h"

static char *
dup_value (TsmLang lang, GTimeZone *zone, const TsmSaid *value)
{
  switch (value->kind) {
  case TSM_SAID_TEXT:
    return g_strdup (value->text);
  case TSM_SAID_WORD:
    return g_strdup (tsm_text (lang, value->text));
  case TSM_SAID_NUMBER:
    return tsm_format_dup_integer (lang, value->number);
  case TSM_SAID_ID:
    return g_strdup_printf ("%" G_GINT64_FORMAT, value->number);
  case TSM_SAID_ENERGY:
    return tsm_format_dup_energy (lang, value->number);
  case TSM_SAID_MONEY:
    return tsm_format_dup_money (lang, value->number);
  case TSM_SAID_POWER:
    return tsm_format_dup_power (lang, value->number);
  case TSM_SAID_DURATION:
    return tsm_format_dup_duration (lang, value->number);
  case TSM_SAID_DAY:
    return tsm_format_dup_day (lang, (TsmDay) value->number);
  case TSM_SAID_TIME:
    return tsm_format_dup_time (value->number, zone);
  case TSM_SAID_INSTANT:
    return tsm_format_dup_instant (lang, value->number, zone);
  case TSM_SAID_MOMENT:
    return tsm_format_dup_moment (lang, value->number, zone);
  case TSM_SAID_COLOUR:
    return g_strdup (tsm_word_get_colour (lang, (TsmColour) value->number));
  case TSM_SAID_POWER_STATE:
    return g_strdup (tsm_word_get_power (lang, (TsmPower) value->number));
  case TSM_SAID_CALLER:
    if (value->number == 0)
      return g_strdup (tsm_text (lang, N_ ("Someone at the machine")));
    return g_strdup_printf ("<@%" G_GINT64_FORMAT ">", value->number);
  case TSM_SAID_USER:
    if (value->number == TSM_USER_HOUSE)
      return g_strdup (tsm_text (lang, N_ ("the house")));
    return g_strdup_printf ("<@%" G_GINT64_FORMAT ">", value->number);
  }
  g_assert_not_reached ();
}

/* The place at @p, just behind a "%": fills in which value it takes and returns what follows. */
static const char *
read_place (const char *p, gsize *next, gsize *ret_index)
{
  if (g_ascii_isdigit (p[0]) && p[1] == '$') {
    *ret_index = (gsize) (p[0] - '1');
    p += 2;
  } else {
    *ret_index = (*next)++;
  }
  g_assert (*p == 's');
  return p + 1;
}

char *
tsm_say_values (TsmLang lang, GTimeZone *zone, const char *msgid, const TsmSaid *values,
                gsize n_values)
{
  g_autoptr (GString) said = g_string_new (NULL);
  const char *p = tsm_text (lang, msgid);
  gsize next = 0;

  while (*p != '\0') {
    g_autofree char *value = NULL;
    gsize i;

    if (*p != '%') {
      g_string_append_c (said, *p++);
      continue;
    }
    if (p[1] == '%') {
      g_string_append_c (said, '%');
      p += 2;
      continue;
    }
    p = read_place (p + 1, &next, &i);
    g_assert (i < n_values);
    value = dup_value (lang, zone, &values[i]);
    g_string_append (said, value);
  }
  return g_string_free (g_steal_pointer (&said), FALSE);
}
