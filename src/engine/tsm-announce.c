/* SPDX-License-Identifier: MIT
 * tsm-announce: what the group is told of colours, the plan and the host. */
#include "engine/tsm-announce.h"
#include "engine/tsm-engine-private.h"
#include "rules/tsm-day.h"
#include "rules/tsm-phrase.h"
#include "rules/tsm-window.h"

/* One press, and the server is on again, or stays on, for whoever presses. */
static void
offer_now (TsmNotice *notice, gint64 until)
{
  notice->offer = TSM_OFFER_NEED_IT;
  notice->offer_until = until;
}

/* As many stretches as a sentence may name. */
#define MAX_STRETCHES 3

/* By how many stretches there are, the last one for more than can be named. */
typedef const char *StretchTexts[MAX_STRETCHES + 1];

/* The stretches that reach into [@from, @to) and in which the host is to be off, as TsmSpan. */
static GArray *
dup_off (TsmEngine *engine, gint64 from, gint64 to)
{
  g_autoptr (GArray) plan = tsm_conductor_dup_plan (engine);
  g_autoptr (GArray) off = g_array_new (FALSE, FALSE, sizeof (TsmSpan));

  for (guint i = 0; i < plan->len; i++) {
    const TsmInterval *interval = &g_array_index (plan, TsmInterval, i);
    const TsmSpan span = { .begin = interval->begin, .end = interval->end };

    if (interval->state == TSM_POWER_OFF && interval->end > from && interval->begin < to)
      g_array_append_val (off, span);
  }
  /* A reason that changes midway is nothing to those who wait for the server. */
  tsm_window_merge (off);
  return g_steal_pointer (&off);
}

static void
add_stretches (TsmEngine *engine, TsmNotice *notice, const StretchTexts texts, const GArray *off)
{
  const guint n_named = MIN (off->len, MAX_STRETCHES);
  TsmSaid values[2 * MAX_STRETCHES];

  g_assert (off->len > 0);
  for (guint i = 0; i < n_named; i++) {
    const TsmSpan *span = &g_array_index (off, TsmSpan, i);

    values[2 * i] = TSM_SAY_MOMENT (span->begin);
    values[2 * i + 1] = TSM_SAY_MOMENT (span->end);
  }
  tsm_engine_add_sentence_values (engine, notice, texts[MIN (off->len - 1, MAX_STRETCHES)], values,
                                  2 * (gsize) n_named);
}

static const StretchTexts red_texts = {
  N_ ("The server will be off from %s to %s; anyone who needs it can take a derogation."),
  N_ ("The server will be off from %s to %s and from %s to %s; anyone who needs it can take a "
      "derogation."),
  N_ ("The server will be off from %s to %s, from %s to %s and from %s to %s; anyone who needs it "
      "can take a derogation."),
  N_ ("The server will be off from %s to %s, from %s to %s, from %s to %s and later on, see /plan; "
      "anyone who needs it can take a derogation."),
};

static const StretchTexts other_texts = {
  N_ ("The server is off from %s to %s all the same."),
  N_ ("The server is off from %s to %s and from %s to %s all the same."),
  N_ ("The server is off from %s to %s, from %s to %s and from %s to %s all the same."),
  N_ ("The server is off from %s to %s, from %s to %s, from %s to %s and later on all the same; "
      "see /plan."),
};

static void
add_red_plan (TsmEngine *engine, TsmNotice *notice)
{
  const TsmDay day = notice->day;
  const TsmSpan window =
      tsm_window_of_day (day, tsm_forecast_get_policy (engine, day), engine->zone);
  g_autoptr (GArray) off = dup_off (engine, window.begin, window.end);

  if (off->len == 0) {
    tsm_engine_add_sentence (engine, notice,
                             N_ ("The server stays on for those who took a derogation."));
    return;
  }
  add_stretches (engine, notice, red_texts, off);
  /* The night after its date is over, the day has hours left that no date names. */
  if (day < tsm_day_get_civil (engine->now, engine->zone, NULL)) {
    offer_now (notice, g_array_index (off, TsmSpan, off->len - 1).end);
  } else {
    notice->offer = TSM_OFFER_KEEP_ON;
    notice->offer_day = day;
    notice->offer_window_begin = window.begin;
    notice->offer_window_end = window.end;
  }
}

static void
add_other_plan (TsmEngine *engine, TsmNotice *notice)
{
  g_autoptr (GArray) off = NULL;
  gint64 begin, end;

  tsm_day_get_bounds (notice->day, engine->zone, &begin, &end);
  off = dup_off (engine, begin, end);
  if (off->len > 0)
    add_stretches (engine, notice, other_texts, off);
  else if (begin <= engine->now && tsm_conductor_get_seen (engine) == TSM_POWER_ON)
    tsm_engine_add_sentence (engine, notice, N_ ("The server stays on."));
  else
    tsm_engine_add_sentence (engine, notice, N_ ("The server is on that day."));
}

void
tsm_announce_colour (TsmEngine *engine, TsmDay day, TsmColour before)
{
  const TsmColour colour = tsm_forecast_get_colour (engine, day).colour;
  TsmNotice *notice;
  gint64 unused;

  if (before != TSM_COLOUR_UNKNOWN)
    notice =
        tsm_engine_notify (engine, TSM_NOTICE_COLOUR,
                           N_ ("Correction: %s is %s; it was %s until now."), TSM_SAY_DAY (day),
                           TSM_SAY_COLOUR (colour), TSM_SAY_COLOUR (before));
  else
    notice = tsm_engine_notify (engine, TSM_NOTICE_COLOUR, N_ ("%s is %s."), TSM_SAY_DAY (day),
                                TSM_SAY_COLOUR (colour));
  notice->day = day;
  notice->colour = colour;
  /* What a day that is over was is still worth knowing when it changes what it cost. */
  if (day < tsm_engine_get_today (engine))
    return;
  tsm_day_get_bounds (day, engine->zone, &unused, &notice->stale_at);
  if (!engine->config.has_host)
    return;
  if (colour == TSM_COLOUR_RED)
    add_red_plan (engine, notice);
  else
    add_other_plan (engine, notice);
}

void
tsm_announce_warning (TsmEngine *engine, const TsmInterval *off)
{
  TsmNotice *notice;

  if (off->state == TSM_POWER_OFF)
    notice = tsm_engine_notify (
        engine, TSM_NOTICE_WARNING,
        N_ ("The server will be powered off at %s, until %s. If you need it, take a "
            "derogation now."),
        TSM_SAY_TIME (off->begin), TSM_SAY_MOMENT (off->end));
  else
    notice = tsm_engine_notify (
        engine, TSM_NOTICE_WARNING,
        N_ ("Today's colour is still unknown. If it stays so, the server will be "
            "powered off at %s."),
        TSM_SAY_TIME (off->begin));
  notice->stale_at = off->begin;
  offer_now (notice, off->end);
}

void
tsm_announce_late (TsmEngine *engine)
{
  const TsmInterval wanted = tsm_conductor_get_wanted (engine);
  TsmNotice *notice = tsm_engine_notify (
      engine, TSM_NOTICE_LATE,
      N_ ("Powering the server off: %s. This was decided just now: it stays off until %s. If you "
          "need it, take a derogation."),
      TSM_SAY_WORD (tsm_phrase_get_reason (wanted.reason)), TSM_SAY_MOMENT (wanted.end));

  notice->stale_at = wanted.end;
  offer_now (notice, wanted.end);
}

/* What people are told of the host, in the order of TsmControllerNotice. */
static const struct {
  TsmNoticeKind kind;
  const char *msgid;
} controller_texts[] = {
  [TSM_CONTROLLER_STOPPING] = { TSM_NOTICE_POWER, N_ ("Powering the server off: %s.") },
  [TSM_CONTROLLER_OFF_SEEN] = { TSM_NOTICE_POWER, N_ ("The server is off.") },
  [TSM_CONTROLLER_PROBABLY_OFF] = { TSM_NOTICE_POWER,
                                    N_ ("The server is silent, so it is probably off.") },
  [TSM_CONTROLLER_STILL_ON] = { TSM_NOTICE_PROBLEM,
                                N_ ("The server was told to stop, but it is still on. TSM repeats "
                                    "it; look for a guest that does not shut down.") },
  [TSM_CONTROLLER_STOP_FAILED] = { TSM_NOTICE_PROBLEM,
                                   N_ ("The server cannot be told to stop (%s). TSM keeps "
                                       "trying.") },
  [TSM_CONTROLLER_DENIED] = { TSM_NOTICE_PROBLEM, N_ ("The host refuses TSM (%s): check the "
                                                      "Proxmox token and its rights.") },
  [TSM_CONTROLLER_WAKING] = { TSM_NOTICE_POWER, N_ ("Waking the server: %s.") },
  [TSM_CONTROLLER_ON_SEEN] = { TSM_NOTICE_POWER, N_ ("The server is on.") },
  [TSM_CONTROLLER_NO_WAKE] = { TSM_NOTICE_PROBLEM,
                               N_ ("The server does not wake. TSM keeps sending; check Wake-on-LAN "
                                   "in its firmware and that it has power.") },
  [TSM_CONTROLLER_CAME_ON] = { TSM_NOTICE_PROBLEM,
                               N_ ("The server came on by itself, though it should be off (%s). It "
                                   "will be powered off again; an admin's /power on keeps it "
                                   "on.") },
};

/* What stands in the brackets of a notice: what went wrong, or why the host is wanted so. */
static TsmSaid
say_cause (TsmControllerNotice notice, TsmReason reason, const char *failure)
{
  if (notice == TSM_CONTROLLER_STOP_FAILED || notice == TSM_CONTROLLER_DENIED)
    return TSM_SAY_TEXT (failure != NULL ? failure : "?");
  return TSM_SAY_WORD (tsm_phrase_get_reason (reason));
}

static gboolean
tells_of_off (TsmControllerNotice notice)
{
  return notice == TSM_CONTROLLER_STOPPING || notice == TSM_CONTROLLER_OFF_SEEN ||
         notice == TSM_CONTROLLER_PROBABLY_OFF;
}

void
tsm_announce_host (TsmEngine *engine, TsmControllerNotice notice, TsmReason reason,
                   const char *failure)
{
  const TsmInterval wanted = tsm_conductor_get_wanted (engine);
  TsmNotice *told =
      tsm_engine_notify (engine, controller_texts[notice].kind, controller_texts[notice].msgid,
                         say_cause (notice, reason, failure));

  /* No derogation lifts an admin's hold. */
  if (tells_of_off (notice) && wanted.state == TSM_POWER_OFF && wanted.reason != TSM_REASON_HOLD)
    offer_now (told, wanted.end);
}
