/* SPDX-License-Identifier: MIT
 * tsm-forecast: learns the days' colours, and knows what they still can be. */
#include "engine/tsm-forecast.h"
#include "base/tsm-limits.h"
#include "engine/tsm-engine-private.h"
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include "store/tsm-colour-table.h"
#include "store/tsm-server-table.h"

/* An answer that does not come: the edge gives up long before. */
#define LOST_AFTER_S 120
/* Retries of a failed transport: 1 to 30 min, doubling (DESIGN 3.1). */
#define RETRY_MIN_S 60
#define RETRY_MAX_S 1800
/* Failed rounds, a half hour's, after which an unknown colour counts as unknown. */
#define PATIENCE_ROUNDS 6
/* From the first job on, tomorrow's colour is due. */
#define DUE_FROM_MIN (11 * 60 + 5)
/* How far back days whose colour only the built-in calendar gave are asked of an API. */
#define ASK_BACK_DAYS 60

#define EPISODE_SOURCES "colours"
#define EPISODE_UNKNOWN "colour_unknown"

static void
forget (TsmEngine *engine)
{
  engine->forecast.first = TSM_DAY_NONE;
}

/* What the contract's rules leave of the season's days, read anew from the store. */
static void
deduce_season (TsmEngine *engine, TsmDay day, TsmColourSet *ret_sets)
{
  const TsmDay begin = tsm_season_get_begin (day);
  const guint n_days = (guint) (tsm_season_get_end (day) - begin);
  TsmDayColour colours[TSM_SEASON_MAX_DAYS];
  TsmColour known[TSM_SEASON_MAX_DAYS];

  tsm_colour_table_get_range (engine->db, engine->server_id, begin, n_days, colours);
  for (guint i = 0; i < n_days; i++) {
    const gboolean is_confirmed = colours[i].certainty >= TSM_CERTAINTY_CONFIRMED;

    /* Days before the server's life are not stored, but over and known all the same: the quotas
     * count from the season's first day. */
    known[i] = is_confirmed ? colours[i].colour : TSM_COLOUR_UNKNOWN;
    if (known[i] == TSM_COLOUR_UNKNOWN && begin + (TsmDay) i < tsm_engine_get_today (engine))
      known[i] = tsm_calendar_get_colour (begin + (TsmDay) i);
  }
  tsm_season_deduce (begin, known, n_days, ret_sets);
}

/* What is at hand is of today; a new day makes it anew. */
static void
load (TsmEngine *engine)
{
  TsmForecast *self = &engine->forecast;
  const TsmDay first = tsm_engine_get_today (engine) - TSM_FORECAST_BEFORE;

  if (self->first == first)
    return;
  self->first = first;
  self->season_begin = TSM_DAY_NONE;
  tsm_colour_table_get_range (engine->db, engine->server_id, first, TSM_FORECAST_DAYS,
                              self->colours);
}

TsmDayColour
tsm_forecast_get_colour (TsmEngine *engine, TsmDay day)
{
  TsmForecast *self = &engine->forecast;

  load (engine);
  if (day >= self->first && day < self->first + TSM_FORECAST_DAYS)
    return self->colours[day - self->first];
  return tsm_colour_table_get (engine->db, engine->server_id, day);
}

TsmColourSet
tsm_forecast_get_possible (TsmEngine *engine, TsmDay day)
{
  TsmForecast *self = &engine->forecast;
  const TsmDay begin = tsm_season_get_begin (day);

  load (engine);
  if (self->season_begin != begin) {
    deduce_season (engine, day, self->possible);
    self->season_begin = begin;
  }
  return self->possible[day - begin];
}

TsmPolicy
tsm_forecast_get_policy (TsmEngine *engine, TsmDay day)
{
  g_autofree char *word =
      tsm_server_table_dup_policy (engine->db, engine->server_id, "power_policy", day);
  TsmPolicy policy = TSM_POLICY_EVENING;

  if (word != NULL)
    tsm_policy_from_string (word, &policy);
  return policy;
}

gboolean
tsm_forecast_is_unknown_off (TsmEngine *engine, TsmDay day)
{
  g_autofree char *word =
      tsm_server_table_dup_policy (engine->db, engine->server_id, "unknown_day", day);

  return g_strcmp0 (word, "on") != 0;
}

/* The last day whose colour is due: tomorrow from the first job of the day on, else today. */
static TsmDay
last_due (const TsmEngine *engine)
{
  guint minute;
  const TsmDay civil = tsm_day_get_civil (engine->now, engine->zone, &minute);

  return minute >= DUE_FROM_MIN ? civil + 1 : civil;
}

/* The first day from @from on, up to @to, without a colour; TSM_DAY_NONE if all are known. With
 * @is_asking, one that only the built-in calendar gave counts as missing too. */
static TsmDay
find_missing (TsmEngine *engine, TsmDay from, TsmDay to, gboolean is_asking)
{
  g_autofree TsmDayColour *colours = NULL;
  guint n_days;

  if (!is_asking)
    from = MAX (from, engine->forecast.first_unknown);
  n_days = to >= from ? (guint) (to - from) + 1 : 0;
  colours = g_new (TsmDayColour, n_days);
  tsm_colour_table_get_range (engine->db, engine->server_id, from, n_days, colours);
  for (guint i = 0; i < n_days; i++) {
    const gboolean is_stopgap =
        is_asking && colours[i].source > TSM_SOURCE_RTE && (guint) (n_days - i) <= ASK_BACK_DAYS;

    if (colours[i].colour == TSM_COLOUR_UNKNOWN || is_stopgap)
      return from + (TsmDay) i;
  }
  return TSM_DAY_NONE;
}

/* The first day that a question up to @to may begin with. */
static TsmDay
first_day (const TsmEngine *engine, TsmDay to)
{
  const TsmDay from = MIN (engine->forecast.first_unknown, to - ASK_BACK_DAYS);

  return MAX (MAX (from, engine->start_day), to - TSM_LIMIT_COLOUR_DAYS + 1);
}

static void
ask_source (TsmEngine *engine, TsmSource source)
{
  TsmForecast *self = &engine->forecast;
  TsmEffect *effect = tsm_engine_add_effect (engine, TSM_EFFECT_FETCH_COLOURS);

  effect->source = source;
  effect->from = self->from;
  effect->to = self->to;
  self->asked = source;
  self->is_asking = TRUE;
  self->asked_at = engine->now;
}

/* Applies one answer. */
static void
see (TsmEngine *engine, TsmDay day, TsmColour colour, TsmSource source)
{
  TsmDayColour known = tsm_colour_table_get (engine->db, engine->server_id, day);
  const TsmColour before = known.colour;
  const TsmSource other = source == TSM_SOURCE_COULEUR ? TSM_SOURCE_RTE : TSM_SOURCE_COULEUR;
  gboolean is_seconded;
  TsmColourChange change;

  if (colour == TSM_COLOUR_UNKNOWN)
    return;
  tsm_colour_table_add_sighting (engine->db, engine->server_id, day, source, colour, engine->now);
  is_seconded = tsm_colour_table_get_sighting (engine->db, engine->server_id, day, other) == colour;
  change = tsm_colour_see (&known, day, colour, source, engine->now, is_seconded, engine->zone);
  if (change == TSM_COLOUR_CHANGE_NONE)
    return;
  if (change == TSM_COLOUR_CHANGE_DISPUTED) {
    g_autofree char *kind = g_strdup_printf ("disputed_%d", day);

    engine->forecast.has_disputed = TRUE;
    if (tsm_engine_begin_episode (engine, kind))
      tsm_engine_notify (engine, TSM_NOTICE_PROBLEM,
                         N_ ("A source now says that %s is %s, but it was final as %s. It stays "
                             "so unless the second source agrees."),
                         TSM_SAY_DAY (day), TSM_SAY_COLOUR (colour), TSM_SAY_COLOUR (before));
    return;
  }
  tsm_colour_table_add (engine->db, engine->server_id, day, &known);
  forget (engine);
  tsm_conductor_replan (engine);
  if (change == TSM_COLOUR_CHANGE_FIRMER)
    return;
  /* The red window of a day takes in the night before it. */
  tsm_ledger_touch_range (engine, day - 1, day);
  tsm_conductor_announce_colour (engine, day, before);
}

void
tsm_forecast_set (TsmEngine *engine, TsmDay day, TsmColour colour)
{
  see (engine, day, colour, TSM_SOURCE_ADMIN);
}

/* FALSE when the contract's rules leave more than one colour. */
static gboolean
deduce (TsmEngine *engine, TsmDay day)
{
  const TsmColourSet possible = tsm_forecast_get_possible (engine, day);

  for (TsmColour colour = TSM_COLOUR_BLUE; colour <= TSM_COLOUR_RED; colour++) {
    if (possible == TSM_COLOUR_BIT (colour)) {
      see (engine, day, colour, TSM_SOURCE_DEDUCED);
      return TRUE;
    }
  }
  return FALSE;
}

/* For days that are over, what no source said is taken from the built-in calendar; and for any day
 * that is due, what the contract's rules make certain. */
static void
fill_without_network (TsmEngine *engine)
{
  TsmForecast *self = &engine->forecast;
  const TsmDay today = tsm_engine_get_today (engine);
  const TsmDay to = last_due (engine);
  TsmDay first_unknown = TSM_DAY_NONE;

  for (TsmDay day = self->first_unknown; day <= to; day++) {
    const TsmColour built_in = day < today ? tsm_calendar_get_colour (day) : TSM_COLOUR_UNKNOWN;

    if (tsm_colour_table_get (engine->db, engine->server_id, day).colour != TSM_COLOUR_UNKNOWN)
      continue;
    if (built_in != TSM_COLOUR_UNKNOWN)
      see (engine, day, built_in, TSM_SOURCE_CALENDAR);
    else if (!deduce (engine, day) && first_unknown == TSM_DAY_NONE)
      first_unknown = day;
  }
  self->first_unknown = first_unknown != TSM_DAY_NONE ? first_unknown : to + 1;
}

static gint64
retry_wait_s (guint n_failures)
{
  return MIN ((gint64) RETRY_MIN_S << MIN (n_failures, 5), RETRY_MAX_S);
}

static void
announce_round (TsmEngine *engine, TsmDay missing)
{
  const TsmForecast *self = &engine->forecast;
  guint minute;

  if (!self->has_failed && tsm_engine_end_episode (engine, EPISODE_SOURCES))
    tsm_engine_notify (engine, TSM_NOTICE_RECOVERY, N_ ("The colour sources answer again."));
  if (missing == TSM_DAY_NONE) {
    tsm_engine_end_episode (engine, EPISODE_UNKNOWN);
    return;
  }
  /* One source down while the other answers is nobody's business. */
  if (self->has_failed && tsm_engine_begin_episode (engine, EPISODE_SOURCES))
    tsm_engine_notify (engine, TSM_NOTICE_PROBLEM,
                       N_ ("No colour source answers (%s). TSM keeps trying."),
                       TSM_SAY_TEXT (self->failure));
  tsm_day_get_civil (engine->now, engine->zone, &minute);
  if (minute >= 20 * 60 && tsm_engine_begin_episode (engine, EPISODE_UNKNOWN))
    tsm_engine_notify (engine, TSM_NOTICE_PROBLEM,
                       N_ ("The colour of %s is still unknown. TSM keeps asking."),
                       TSM_SAY_DAY (missing));
}

/* Every source that could be asked has been: sees what is still missing and when to ask again. */
static void
conclude_round (TsmEngine *engine)
{
  TsmForecast *self = &engine->forecast;
  const TsmDay to = last_due (engine);
  TsmDay missing;

  self->is_asking = FALSE;
  if (!self->has_failed)
    self->answered_to = self->to;
  fill_without_network (engine);
  missing = find_missing (engine, first_day (engine, to), to, FALSE);
  if (missing == TSM_DAY_NONE) {
    self->ask_at = G_MAXINT64;
    self->n_failures = 0;
  } else if (self->has_failed) {
    self->ask_at = engine->now + retry_wait_s (self->n_failures++);
  } else {
    self->ask_at = tsm_colour_get_next_ask (engine->now, engine->zone);
    self->n_failures = 0;
  }
  announce_round (engine, missing);
}

static void
begin_round (TsmEngine *engine)
{
  TsmForecast *self = &engine->forecast;
  const TsmDay to = tsm_day_get_civil (engine->now, engine->zone, NULL) + 1;
  const TsmDay missing = find_missing (engine, first_day (engine, to), to, TRUE);

  self->from = missing != TSM_DAY_NONE ? missing : to;
  self->to = to;
  self->has_failed = FALSE;
  self->has_disputed = FALSE;
  if (engine->config.has_couleur)
    ask_source (engine, TSM_SOURCE_COULEUR);
  else if (engine->config.has_rte)
    ask_source (engine, TSM_SOURCE_RTE);
  else
    conclude_round (engine);
}

/* The second source is asked for what the first left open, and as the one that decides a dispute.
 */
static void
go_on (TsmEngine *engine)
{
  TsmForecast *self = &engine->forecast;
  const TsmDay missing = find_missing (engine, self->from, last_due (engine), FALSE);

  if (self->asked == TSM_SOURCE_COULEUR && engine->config.has_rte &&
      (missing != TSM_DAY_NONE || self->has_failed || self->has_disputed))
    ask_source (engine, TSM_SOURCE_RTE);
  else
    conclude_round (engine);
}

void
tsm_forecast_start (TsmEngine *engine)
{
  forget (engine);
  /* Before the first season there is no colour to learn. */
  engine->forecast.first_unknown = MAX (engine->start_day, tsm_calendar_get_begin ());
  engine->forecast.answered_to = TSM_DAY_NONE;
  engine->forecast.ask_at = engine->now;
}

void
tsm_forecast_clear (TsmForecast *self)
{
  g_clear_pointer (&self->failure, g_free);
}

void
tsm_forecast_ask (TsmEngine *engine)
{
  engine->forecast.ask_at = engine->now;
}

void
tsm_forecast_follow_clock (TsmEngine *engine)
{
  TsmForecast *self = &engine->forecast;

  self->asked_at = MIN (self->asked_at, engine->now);
  if (self->ask_at != G_MAXINT64)
    self->ask_at = MIN (self->ask_at, engine->now);
}

void
tsm_forecast_tick (TsmEngine *engine)
{
  TsmForecast *self = &engine->forecast;

  if (self->is_asking && engine->now - self->asked_at < LOST_AFTER_S)
    return;
  if (engine->now >= self->ask_at)
    begin_round (engine);
}

void
tsm_forecast_take_answers (TsmEngine *engine, TsmSource source, const GArray *answers)
{
  TsmForecast *self = &engine->forecast;

  for (guint i = 0; i < answers->len; i++) {
    const TsmColourAnswer *answer = &g_array_index (answers, TsmColourAnswer, i);

    if (answer->day >= self->from && answer->day <= self->to)
      see (engine, answer->day, answer->colour, source);
  }
  if (self->is_asking && self->asked == source)
    go_on (engine);
}

void
tsm_forecast_take_failure (TsmEngine *engine, TsmSource source, const char *message)
{
  TsmForecast *self = &engine->forecast;

  g_free (self->failure);
  self->failure = g_strdup (message);
  self->has_failed = TRUE;
  if (self->is_asking && self->asked == source)
    go_on (engine);
}

gboolean
tsm_forecast_has_asked (const TsmEngine *engine)
{
  /* Rounds and not minutes are counted: a clock that jumps makes no round. */
  return engine->forecast.answered_to >= tsm_engine_get_today (engine) ||
         engine->forecast.n_failures >= PATIENCE_ROUNDS;
}

gint64
tsm_forecast_get_wake_at (const TsmEngine *engine)
{
  const TsmForecast *self = &engine->forecast;

  return self->is_asking ? self->asked_at + LOST_AFTER_S : self->ask_at;
}
