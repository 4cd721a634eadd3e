/* SPDX-License-Identifier: MIT
 * tsm-text: what TSM says, in each of its languages. */
#include "base/tsm-text.h"
#include "base/tsm-mo.h"
#include "tsm-text-fr.h"
#include <string.h>

static const char *
lookup (TsmLang lang, const char *msgid, guint form)
{
  switch (lang) {
  case TSM_LANG_FR:
    return tsm_mo_lookup (tsm_text_fr_mo, sizeof tsm_text_fr_mo, msgid, form);
  case TSM_LANG_EN:
    return NULL;
  }
  g_assert_not_reached ();
}

const char *
tsm_text (TsmLang lang, const char *msgid)
{
  const char *text = lookup (lang, msgid, 0);

  return text != NULL ? text : msgid;
}

const char *
tsm_text_n (TsmLang lang, const char *msgid, const char *msgid_plural, guint64 n)
{
  const char *text = lookup (lang, msgid, n > 1 ? 1 : 0);

  if (text != NULL)
    return text;
  return n == 1 ? msgid : msgid_plural;
}

TsmLang
tsm_text_lang_from_tag (const char *tag)
{
  if (tag != NULL && g_ascii_strncasecmp (tag, "fr", 2) == 0 && !g_ascii_isalpha (tag[2]))
    return TSM_LANG_FR;
  return TSM_LANG_EN;
}
