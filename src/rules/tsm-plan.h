/* SPDX-License-Identifier: MIT
 * tsm-plan: when the host is to be on and off, and why (DESIGN 3.6). Pure. */
#pragma once
#include "rules/tsm-window.h"

G_BEGIN_DECLS

/* Why the host is wanted on, off or undecided; stored with each transition and shown. */
typedef enum {
  TSM_REASON_NOT_RED = 0,   /* on: no red window holds */
  TSM_REASON_RED,           /* off: a red window */
  TSM_REASON_DEROGATION,    /* on: a derogation covers it */
  TSM_REASON_HOLD,          /* on or off: an admin's hold */
  TSM_REASON_UNKNOWN_NIGHT, /* on, or undecided while to come: the colour may still be red; nights
                               cost the same */
  TSM_REASON_UNKNOWN_DAY,   /* off or on by UNKNOWN_DAY, or undecided while to come */
  TSM_REASON_SHORT_GAP,     /* on: the off stretch would last less than 30 min */
} TsmReason;
const char *tsm_reason_to_string (TsmReason reason);
gboolean tsm_reason_from_string (const char *string, TsmReason *ret_reason);

typedef struct {
  gint64 begin;
  gint64 end;
  TsmPower state; /* UNKNOWN is "undecided" */
  TsmReason reason;
} TsmInterval;

/* What is known of one Tempo day. */
typedef struct {
  TsmDay day;
  TsmColour colour;      /* any API colour drives the plan, provisional or not; UNKNOWN else */
  TsmColourSet possible; /* where unknown: what the contract's rules leave */
  TsmPolicy policy;
  gboolean unknown_is_off; /* UNKNOWN_DAY=off */
} TsmPlanDay;

/* An admin's hold over the plan; @state UNKNOWN is no hold. */
typedef struct {
  TsmPower state;
  gint64 end;
} TsmHold;

/* Borrowed. @days are consecutive and reach from the Tempo day before @begin's to the one after
 * @end's. */
typedef struct {
  gint64 now;
  gint64 begin; /* the plan tiles [begin, end); begin <= now < end when it is for display */
  gint64 end;
  GTimeZone *zone;
  const TsmPlanDay *days;
  gsize n_days;
  const TsmDerogation *derogations;
  gsize n_derogations;
  TsmHold hold; /* from now on */
} TsmPlanInput;

/* Off stretches shorter than this are not worth a shutdown (DESIGN 3.6). */
#define TSM_PLAN_SHORT_GAP_S (30 * 60)

/* Fills @intervals (of TsmInterval) with the tiles of [begin, end): each begins where the one
 * before ends, and neighbours differ in state or reason. What lies at @now is never undecided. */
void tsm_plan_compute (const TsmPlanInput *input, GArray *intervals);

G_END_DECLS
