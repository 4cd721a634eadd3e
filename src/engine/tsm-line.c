/* SPDX-License-Identifier: MIT
 * tsm-line: what the engine knows of the line to Discord. */
#include "engine/tsm-line.h"
#include "engine/tsm-engine-private.h"

/* A line lost for less is nobody's business: it happens with every reconnect. */
#define TOLD_AFTER_S (5 * 60)

void
tsm_line_init (TsmLine *self)
{
  *self = (TsmLine){ .since = TSM_INSTANT_NONE, .lost_at = TSM_INSTANT_NONE };
}

void
tsm_line_clear (TsmLine *self)
{
  g_clear_pointer (&self->reason, g_free);
}

const char *
tsm_line_to_string (TsmLink link)
{
  switch (link) {
  case TSM_LINK_NONE:
    return "none";
  case TSM_LINK_DOWN:
    return "down";
  case TSM_LINK_UP:
    return "up";
  case TSM_LINK_STOPPED:
    return "stopped";
  }
  g_assert_not_reached ();
}

static void
tell_back (TsmEngine *engine, gint64 at)
{
  const gint64 lost_at = engine->line.lost_at;

  if (lost_at != TSM_INSTANT_NONE && at - lost_at >= TOLD_AFTER_S)
    tsm_engine_notify (engine, TSM_NOTICE_RECOVERY,
                       N_ ("The internet is back: Discord was out of reach from %s to %s."),
                       TSM_SAY_MOMENT (lost_at), TSM_SAY_MOMENT (at));
}

void
tsm_line_take (TsmEngine *engine, TsmLink link, gint64 since, const char *reason)
{
  TsmLine *self = &engine->line;
  const TsmLink before = self->link;

  g_assert (since != TSM_INSTANT_NONE);
  if (link == TSM_LINK_UP)
    tell_back (engine, since);
  /* It goes to the log, and to whoever else listens: Discord itself cannot be told. */
  if (link == TSM_LINK_STOPPED && before != TSM_LINK_STOPPED)
    tsm_engine_notify (engine, TSM_NOTICE_PROBLEM,
                       N_ ("TSM gave Discord up (%s). Metering and power go on; once that is "
                           "mended, restart TSM."),
                       TSM_SAY_TEXT (reason != NULL ? reason : "?"));
  if (link != TSM_LINK_DOWN)
    self->lost_at = TSM_INSTANT_NONE;
  else if (self->lost_at == TSM_INSTANT_NONE)
    self->lost_at = since;
  if (link != before)
    self->since = since;
  self->link = link;
  g_free (self->reason);
  self->reason = g_strdup (reason);
}

char *
tsm_line_dup_text (const TsmEngine *engine, TsmLang lang)
{
  const TsmLine *self = &engine->line;

  switch (self->link) {
  case TSM_LINK_NONE:
  case TSM_LINK_UP:
    return NULL;
  case TSM_LINK_DOWN:
    return tsm_say (lang, engine->zone, N_ ("Discord: out of reach since %s."),
                    TSM_SAY_INSTANT (self->since));
  case TSM_LINK_STOPPED:
    return tsm_say (lang, engine->zone, N_ ("Discord: given up since %s (%s)."),
                    TSM_SAY_INSTANT (self->since),
                    TSM_SAY_TEXT (self->reason != NULL ? self->reason : "?"));
  }
  g_assert_not_reached ();
}
