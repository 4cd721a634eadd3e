/* SPDX-License-Identifier: MIT
 * tsm-engine: TSM's one step function. */
#include "engine/tsm-engine.h"
#include "base/tsm-error.h"
#include "engine/tsm-engine-private.h"
#include "engine/tsm-handle.h"
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include "store/tsm-admin-table.h"
#include "store/tsm-job-table.h"
#include "store/tsm-server-table.h"

static void
copy_config (TsmEngine *self, const TsmEngineConfig *config)
{
  self->config = *config;
  self->config.server_name = g_strdup (config->server_name);
  self->config.admin_ids =
      g_memdup2 (config->admin_ids, config->n_admin_ids * sizeof (config->admin_ids[0]));
  self->zone = g_time_zone_ref (config->zone);
  self->config.zone = self->zone;
}

TsmEngine *
tsm_engine_new (TsmDb *take_db, const TsmEngineConfig *config, GError **error)
{
  g_autoptr (TsmEngine) self = g_new0 (TsmEngine, 1);
  gsize n_sheets;
  const TsmSheet *sheets = tsm_calendar_get_sheets (&n_sheets);

  self->db = take_db;
  self->quiet = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  copy_config (self, config);
  tsm_line_init (&self->line);
  self->tariff = tsm_tariff_new (sheets, n_sheets, self->zone, error);
  if (self->tariff == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

void
tsm_engine_free (TsmEngine *self)
{
  if (self == NULL)
    return;
  tsm_line_clear (&self->line);
  tsm_conductor_clear (&self->conductor);
  tsm_forecast_clear (&self->forecast);
  tsm_ledger_clear (&self->ledger);
  g_clear_pointer (&self->quiet, g_hash_table_unref);
  g_clear_pointer (&self->tariff, tsm_tariff_free);
  g_clear_pointer (&self->db, tsm_db_free);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  g_free ((char *) self->config.server_name);
  g_free ((gint64 *) self->config.admin_ids);
  g_free (self);
}

TsmEffect *
tsm_engine_add_effect (TsmEngine *self, TsmEffectKind kind)
{
  TsmEffect *effect = tsm_effect_new (kind);

  g_ptr_array_add (self->effects, effect);
  return effect;
}

TsmNotice *
tsm_engine_notify_values (TsmEngine *self, TsmNoticeKind kind, const char *msgid,
                          const TsmSaid *values, gsize n_values)
{
  TsmEffect *effect = tsm_engine_add_effect (self, TSM_EFFECT_NOTICE);

  effect->notice = tsm_notice_new (kind, self->now);
  for (guint lang = 0; lang < TSM_N_LANGS; lang++)
    tsm_notice_take_text (effect->notice, (TsmLang) lang,
                          tsm_say_values ((TsmLang) lang, self->zone, msgid, values, n_values));
  return effect->notice;
}

void
tsm_engine_add_sentence_values (TsmEngine *self, TsmNotice *notice, const char *msgid,
                                const TsmSaid *values, gsize n_values)
{
  for (guint lang = 0; lang < TSM_N_LANGS; lang++) {
    g_autofree char *sentence =
        tsm_say_values ((TsmLang) lang, self->zone, msgid, values, n_values);

    tsm_notice_take_text (notice, (TsmLang) lang,
                          g_strdup_printf ("%s %s", notice->text[lang], sentence));
  }
}

TsmDay
tsm_engine_get_today (const TsmEngine *self)
{
  return self->today;
}

gboolean
tsm_engine_begin_episode (TsmEngine *self, const char *kind)
{
  g_hash_table_remove (self->quiet, kind);
  return tsm_job_table_begin_episode (self->db, self->server_id, kind, self->now);
}

gboolean
tsm_engine_end_episode (TsmEngine *self, const char *kind)
{
  /* Each poll asks; the store is asked once. */
  return !g_hash_table_contains (self->quiet, kind) &&
         g_hash_table_add (self->quiet, g_strdup (kind)) &&
         tsm_job_table_end_episode (self->db, self->server_id, kind, self->now);
}

/* The next Tempo day nothing of which has begun: its evening window begins at 22:00 of the eve. */
static TsmDay
next_day_to_begin (const TsmEngine *self)
{
  const TsmDay today = tsm_engine_get_today (self);

  return self->now < tsm_day_get_night_begin (today, self->zone) ? today + 1 : today + 2;
}

/* A setting's change holds from the next Tempo day not yet begun, its first value from ever. */
static void
record_policy (TsmEngine *self, const char *name, const char *value)
{
  g_autofree char *latest =
      tsm_server_table_dup_policy (self->db, self->server_id, name, G_MAXINT32);

  if (latest == NULL)
    tsm_server_table_set_policy (self->db, self->server_id, name, self->start_day, value,
                                 self->now);
  else if (!g_str_equal (latest, value))
    tsm_server_table_set_policy (self->db, self->server_id, name, next_day_to_begin (self), value,
                                 self->now);
}

static void
start (TsmEngine *self)
{
  g_assert (!self->is_started);
  self->server_id = tsm_server_table_find (self->db, self->config.server_name);
  if (self->server_id == 0)
    self->server_id = tsm_server_table_add (self->db, self->config.server_name,
                                            self->config.start_day, self->now);
  self->start_day = tsm_server_table_get_start_day (self->db, self->server_id);
  if (tsm_db_has_failed (self->db))
    return;
  record_policy (self, "power_policy", tsm_policy_to_string (self->config.policy));
  record_policy (self, "unknown_day", self->config.unknown_is_off ? "off" : "on");
  for (gsize i = 0; i < self->config.n_admin_ids; i++)
    if (!tsm_admin_table_knows (self->db, self->server_id, self->config.admin_ids[i]))
      tsm_admin_table_set (self->db, self->server_id, self->config.admin_ids[i], TRUE,
                           TSM_CALLER_SHELL, self->now);
  if (tsm_db_has_failed (self->db))
    return;
  tsm_jobs_start (self);
  tsm_ledger_start (self);
  tsm_metering_start (self);
  tsm_forecast_start (self);
  if (tsm_db_has_failed (self->db))
    return;
  tsm_conductor_start (self);
  tsm_ledger_settle (self, TRUE);
  self->is_started = TRUE;
}

static void
answer (TsmEngine *self, const TsmRequest *request)
{
  TsmReply *reply = tsm_handle_request (self, request);

  tsm_metering_commit (self);
  tsm_engine_add_effect (self, TSM_EFFECT_REPLY)->reply = reply;
}

static void
take_event (TsmEngine *self, const TsmEvent *event)
{
  switch (event->kind) {
  case TSM_EVENT_WAKE:
    break;
  case TSM_EVENT_START:
    start (self);
    break;
  case TSM_EVENT_STOP:
    tsm_metering_commit (self);
    tsm_ledger_settle (self, TRUE);
    tsm_conductor_save (self);
    break;
  case TSM_EVENT_READING:
    tsm_metering_take_reading (self, &event->reading);
    tsm_conductor_take_power (self, event->reading.power_w);
    break;
  case TSM_EVENT_PLUG_FAILED:
    tsm_metering_take_failure (self, event->message, event->is_denied);
    /* A poll missed takes nothing back of what the last one said. */
    if (tsm_metering_get_power (self) < 0)
      tsm_conductor_take_power (self, -1);
    break;
  case TSM_EVENT_COLOURS:
    tsm_forecast_take_answers (self, event->source, event->answers);
    break;
  case TSM_EVENT_COLOURS_FAILED:
    tsm_forecast_take_failure (self, event->source, event->message);
    break;
  case TSM_EVENT_PROBED:
    tsm_conductor_take_probe (self, event->probe, event->message);
    break;
  case TSM_EVENT_ORDERED:
    tsm_conductor_take_ordered (self, event->order, event->ordered, event->message);
    break;
  case TSM_EVENT_COMMAND:
    answer (self, event->request);
    break;
  case TSM_EVENT_LINK:
    tsm_line_take (self, event->link, event->since, event->message);
    break;
  }
}

#define ALL_COLOUR_JOBS \
  (1u << TSM_JOB_COLOUR_11H05 | 1u << TSM_JOB_COLOUR_12H05 | 1u << TSM_JOB_COLOUR_20H05)

/* What time alone brings about. */
static void
let_time_pass (TsmEngine *self)
{
  const guint due = self->now >= tsm_jobs_get_wake_at (self) ? tsm_jobs_take_due (self) : 0;

  if ((due & ALL_COLOUR_JOBS) != 0)
    tsm_forecast_ask (self);
  if ((due & (1u << TSM_JOB_DAY_BEGIN | 1u << TSM_JOB_NIGHT_BEGIN)) != 0)
    tsm_metering_ask (self);
  if ((due & 1u << TSM_JOB_DAY_BEGIN) != 0)
    tsm_conductor_assert_on (self);
  tsm_forecast_tick (self);
  tsm_conductor_tick (self);
  tsm_metering_tick (self);
  tsm_ledger_settle (self, FALSE);
}

/* Our clock was set back: what was to come by the old one comes now. */
static void
follow_clock (TsmEngine *self)
{
  tsm_jobs_follow_clock (self);
  tsm_metering_follow_clock (self);
  tsm_forecast_follow_clock (self);
  tsm_conductor_follow_clock (self);
}

static gint64
next_wake (TsmEngine *self)
{
  gint64 wake_at = tsm_jobs_get_wake_at (self);

  wake_at = MIN (wake_at, tsm_metering_get_wake_at (self));
  wake_at = MIN (wake_at, tsm_forecast_get_wake_at (self));
  wake_at = MIN (wake_at, tsm_conductor_get_wake_at (self));
  return MAX (wake_at, self->now + 1);
}

static void
set_now (TsmEngine *self, gint64 now)
{
  self->now = now;
  if (self->is_started && now >= self->today_begin && now < self->today_end)
    return;
  self->today = tsm_day_at (now, self->zone);
  tsm_day_get_bounds (self->today, self->zone, &self->today_begin, &self->today_end);
}

gboolean
tsm_engine_step (TsmEngine *self, const TsmEvent *event, gint64 now, GPtrArray *effects,
                 gint64 *ret_wake_at, GError **error)
{
  const guint n_before = effects->len;
  const gboolean is_set_back = self->is_started && now < self->now;

  g_assert (self->is_started || event->kind == TSM_EVENT_START);
  set_now (self, now);
  self->effects = effects;
  if (is_set_back)
    follow_clock (self);
  take_event (self, event);
  if (event->kind != TSM_EVENT_STOP && !tsm_db_has_failed (self->db))
    let_time_pass (self);
  self->effects = NULL;
  if (!tsm_db_commit (self->db, error)) {
    g_ptr_array_set_size (effects, (gint) n_before);
    return FALSE;
  }
  *ret_wake_at = next_wake (self);
  return TRUE;
}
