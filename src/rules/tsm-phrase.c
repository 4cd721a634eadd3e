/* SPDX-License-Identifier: MIT
 * tsm-phrase: the rules' enums in people's words. */
#include "rules/tsm-phrase.h"
#include "base/tsm-i18n.h"

const char *
tsm_phrase_get_reason (TsmReason reason)
{
  switch (reason) {
  case TSM_REASON_NOT_RED:
    return N_ ("no red day");
  case TSM_REASON_RED:
    return N_ ("red day");
  case TSM_REASON_DEROGATION:
    return N_ ("derogation");
  case TSM_REASON_HOLD:
    return N_ ("held by an admin");
  case TSM_REASON_UNKNOWN_NIGHT:
    return N_ ("colour not known yet, nights cost the same");
  case TSM_REASON_UNKNOWN_DAY:
    return N_ ("colour not known yet, it may be red");
  case TSM_REASON_SHORT_GAP:
    return N_ ("too short a stop to be worth it");
  }
  g_assert_not_reached ();
}
