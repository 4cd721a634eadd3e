/* SPDX-License-Identifier: MIT
 * tsm-phrase: the rules' enums in people's words. */
#include "rules/tsm-phrase.h"
#include "base/tsm-text.h"

const char *
tsm_phrase_get_reason (TsmLang lang, TsmReason reason)
{
  switch (reason) {
  case TSM_REASON_NOT_RED:
    return tsm_text (lang, "no red day");
  case TSM_REASON_RED:
    return tsm_text (lang, "red day");
  case TSM_REASON_DEROGATION:
    return tsm_text (lang, "derogation");
  case TSM_REASON_HOLD:
    return tsm_text (lang, "held by an admin");
  case TSM_REASON_UNKNOWN_NIGHT:
    return tsm_text (lang, "colour not known yet, nights cost the same");
  case TSM_REASON_UNKNOWN_DAY:
    return tsm_text (lang, "colour not known yet, it may be red");
  case TSM_REASON_SHORT_GAP:
    return tsm_text (lang, "too short a stop to be worth it");
  }
  g_assert_not_reached ();
}
