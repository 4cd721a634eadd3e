/* SPDX-License-Identifier: MIT
 * tsm-refusal: a correct "no" to a member. */
#include "engine/tsm-refusal.h"

const char *
tsm_refusal_to_string (TsmRefusal refusal)
{
  static const char *const words[] = {
    [TSM_REFUSAL_NONE] = "none",
    [TSM_REFUSAL_UNAVAILABLE] = "unavailable",
    [TSM_REFUSAL_USAGE] = "usage",
    [TSM_REFUSAL_NOT_MEMBER] = "not_member",
    [TSM_REFUSAL_NOT_ADMIN] = "not_admin",
    [TSM_REFUSAL_NOT_A_USER] = "not_a_user",
    [TSM_REFUSAL_NOT_HERE] = "not_here",
    [TSM_REFUSAL_ALREADY_HERE] = "already_here",
    [TSM_REFUSAL_BAD_DATE] = "bad_date",
    [TSM_REFUSAL_UNKNOWN_DEROGATION] = "unknown_derogation",
    [TSM_REFUSAL_TOO_LATE] = "too_late",
    [TSM_REFUSAL_BAD_HOURS] = "bad_hours",
    [TSM_REFUSAL_OVERLAP] = "overlap",
    [TSM_REFUSAL_NOT_RED] = "not_red",
    [TSM_REFUSAL_LAST_ADMIN] = "last_admin",
    [TSM_REFUSAL_NO_STATEMENT] = "no_statement",
  };

  g_assert ((guint) refusal < G_N_ELEMENTS (words));
  return words[refusal];
}
