/* SPDX-License-Identifier: MIT
 * tsm-refusal: a correct "no" to a member (DESIGN 5.3). */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* In the one published order in which they are checked: what a command needs to be understood,
 * then who asks, then what is asked. The first that holds is the answer. A button that is too old
 * is TOO_LATE whatever else it asks. */
typedef enum {
  TSM_REFUSAL_NONE = 0,
  TSM_REFUSAL_UNAVAILABLE, /* not ready, or the service this needs is not set up */
  TSM_REFUSAL_USAGE,       /* unknown command or option, missing or malformed value */
  TSM_REFUSAL_NOT_MEMBER,  /* the caller is not in a guild of the group */
  TSM_REFUSAL_NOT_ADMIN,
  TSM_REFUSAL_NOT_A_USER, /* never had a stay */
  TSM_REFUSAL_NOT_HERE,   /* no open stay, or the named user is not in the guild */
  TSM_REFUSAL_ALREADY_HERE,
  TSM_REFUSAL_BAD_DATE,
  TSM_REFUSAL_UNKNOWN_DEROGATION,
  TSM_REFUSAL_TOO_LATE,
  TSM_REFUSAL_BAD_HOURS,
  TSM_REFUSAL_OVERLAP,
  TSM_REFUSAL_NOT_RED,
  TSM_REFUSAL_LAST_ADMIN,
  TSM_REFUSAL_NO_STATEMENT,
} TsmRefusal;

/* The code of the machine-readable reply: "not_admin", ... */
const char *tsm_refusal_to_string (TsmRefusal refusal);

G_END_DECLS
