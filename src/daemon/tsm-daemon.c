/* SPDX-License-Identifier: MIT
 * tsm-daemon: everything built from the settings, and tied together. */
#include "daemon/tsm-daemon.h"
#include "base/tsm-log.h"
#include "daemon/tsm-command-socket.h"
#include "daemon/tsm-desk.h"
#include "daemon/tsm-edges.h"
#include "daemon/tsm-http-server.h"
#include "daemon/tsm-lock.h"
#include "daemon/tsm-precheck.h"
#include "daemon/tsm-runner.h"
#include "daemon/tsm-service.h"
#include "discord/tsm-bot.h"
#include "discord/tsm-client.h"
#include "engine/tsm-engine.h"
#include "rules/tsm-day.h"
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* The last answers of commands that were carried out, at the end. */
#define LAST_ANSWERS_MS 2000
#define GLANCE_MS       20

/* In the order in which they are built, and gone again in about the opposite one. */
typedef struct {
  TsmEdges *edges;
  TsmLock *lock;
  TsmDesk *desk;
  TsmHttpServer *http_server;
  TsmCommandSocket *command_socket;
  TsmRunner *runner; /* it speaks to all the others */
  TsmBot *bot;       /* it speaks to the runner at once; NULL without TOKEN_BOT */
  GMainLoop *loop;
  guint on_term, on_int;
  guint on_glance; /* while the last answers are waited for */
  gint64 end_us;   /* for so long, of the monotonic clock */
  GError *failure;
} Daemon;

static void
feed (TsmEvent *take_event, gpointer data)
{
  Daemon *self = data;

  tsm_runner_feed (self->runner, take_event);
}

static void
log_notice (const TsmNotice *notice)
{
  const GLogLevelFlags level =
      notice->kind == TSM_NOTICE_PROBLEM ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_MESSAGE;

  tsm_log_write (level, tsm_notice_kind_to_string (notice->kind), NULL, "%s",
                 notice->text[TSM_LANG_EN]);
}

static void
on_effect (const TsmEffect *effect, gpointer data)
{
  Daemon *self = data;

  if (tsm_edges_start (self->edges, effect))
    return;
  if (effect->kind == TSM_EFFECT_REPLY) {
    tsm_desk_answer (self->desk, effect->reply);
    return;
  }
  log_notice (effect->notice);
  if (self->bot != NULL)
    tsm_bot_tell (self->bot, effect->notice);
}

static guint64
ask (TsmRequest *take_request, TsmBotAnswer answer, gpointer answer_data, gpointer data)
{
  Daemon *self = data;

  return tsm_desk_ask (self->desk, take_request, answer, answer_data);
}

static void
forget (guint64 ticket, gpointer data)
{
  Daemon *self = data;

  tsm_desk_forget (self->desk, ticket);
}

static void
open_bot (Daemon *self, const TsmSettings *settings)
{
  g_autofree char *memory =
      g_strconcat (tsm_settings_get_text (settings, TSM_SETTING_TSM_DATABASE), ".discord", NULL);
  TsmBotOptions options = {
    .api = tsm_settings_get_text (settings, TSM_SETTING_DISCORD_API),
    .token = tsm_settings_peek_secret (settings, TSM_SETTING_TOKEN_BOT),
    .notice_language = tsm_settings_get_text (settings, TSM_SETTING_NOTICE_LANGUAGE),
    .zone = tsm_settings_peek_zone (settings),
    .memory_path = memory,
    .clock = tsm_service_now,
    .ask = ask,
    .forget = forget,
    .feed = feed,
    .data = self,
  };

  if (options.token == NULL) {
    tsm_info ("discord", "TOKEN_BOT is not set: TSM is not on Discord");
    return;
  }
  options.guild_ids = tsm_settings_peek_ids (settings, TSM_SETTING_GUILD_ID, &options.n_guild_ids);
  options.channel_ids =
      tsm_settings_peek_ids (settings, TSM_SETTING_NOTICE_CHANNEL_IDS, &options.n_channel_ids);
  self->bot = tsm_bot_new (&options);
}

static gboolean
on_glance (gpointer data)
{
  Daemon *self = data;

  if (tsm_bot_is_answering (self->bot) && g_get_monotonic_time () < self->end_us)
    return G_SOURCE_CONTINUE;
  self->on_glance = 0;
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

/* What was done is also told to the one who asked for it. */
static void
on_end (const GError *error, gpointer data)
{
  Daemon *self = data;

  if (error != NULL)
    self->failure = g_error_copy (error);
  if (self->bot != NULL)
    tsm_bot_leave (self->bot);
  if (self->bot == NULL || !tsm_bot_is_answering (self->bot)) {
    g_main_loop_quit (self->loop);
    return;
  }
  self->end_us = g_get_monotonic_time () + LAST_ANSWERS_MS * 1000;
  self->on_glance = g_timeout_add (GLANCE_MS, on_glance, self);
}

/* A second signal finds no handler, and ends a daemon that hangs. */
static gboolean
on_signal (gpointer data)
{
  Daemon *self = data;

  tsm_info ("daemon", "stopping");
  g_clear_handle_id (&self->on_term, g_source_remove);
  g_clear_handle_id (&self->on_int, g_source_remove);
  tsm_runner_stop (self->runner);
  return G_SOURCE_CONTINUE;
}

static TsmEngine *
new_engine (const TsmSettings *settings, TsmDb *take_db, GError **error)
{
  GTimeZone *zone = tsm_settings_peek_zone (settings);
  TsmEngineConfig config = {
    .server_name = TSM_DAEMON_SERVER_NAME,
    .zone = zone,
    .unknown_is_off =
        g_strcmp0 (tsm_settings_get_text (settings, TSM_SETTING_UNKNOWN_DAY), "off") == 0,
    .poll_s = tsm_settings_get_integer (settings, TSM_SETTING_POLL_SECONDS),
    .has_host = tsm_service_has_host (settings),
    .boot_timeout_s = tsm_settings_get_integer (settings, TSM_SETTING_HOST_PROXMOX_BOOT_TIMEOUT),
    .off_below_w = tsm_settings_get_integer (settings, TSM_SETTING_OFF_BELOW_WATTS),
    .has_couleur = TRUE,
    .has_rte = TRUE,
  };

  /* Before 06:00 the Tempo day is still yesterday's. */
  config.start_day = MIN (tsm_settings_get_day (settings, TSM_SETTING_START_SERVER_DATE),
                          tsm_day_at (tsm_service_now (NULL), zone));
  config.admin_ids = tsm_settings_peek_ids (settings, TSM_SETTING_ADMIN_IDS, &config.n_admin_ids);
  tsm_policy_from_string (tsm_settings_get_text (settings, TSM_SETTING_POWER_POLICY),
                          &config.policy);
  return tsm_engine_new (take_db, &config, error);
}

static gboolean
step_engine (gpointer engine, const TsmEvent *event, gint64 now, GPtrArray *effects,
             gint64 *ret_wake_at, GError **error)
{
  return tsm_engine_step (engine, event, now, effects, ret_wake_at, error);
}

static void
free_engine (gpointer engine)
{
  tsm_engine_free (engine);
}

static gboolean
open_front_ends (Daemon *self, const TsmSettings *settings, GError **error)
{
  const TsmHttpServerOptions options = {
    .listen = tsm_settings_get_text (settings, TSM_SETTING_TSM_LISTEN),
    .token = tsm_settings_peek_secret (settings, TSM_SETTING_TSM_WEB_TOKEN),
    .desk = self->desk,
  };

  self->http_server = tsm_http_server_new (&options, error);
  if (self->http_server == NULL)
    return FALSE;
  self->command_socket =
      tsm_command_socket_new (tsm_settings_get_text (settings, TSM_SETTING_TSM_SOCKET), self->desk,
                              error);
  return self->command_socket != NULL;
}

/* What costs nothing and can be wrong comes first: nothing is made for a daemon that cannot run. */
static gboolean
build (Daemon *self, const TsmSettings *settings, GError **error)
{
  const char *path = tsm_settings_get_text (settings, TSM_SETTING_TSM_DATABASE);
  const TsmRunnerHooks hooks = {
    .clock = tsm_service_now, .on_effect = on_effect, .on_end = on_end, .data = self
  };
  TsmDb *db;
  TsmEngine *engine;

  if (!tsm_precheck_run (settings, tsm_service_now (NULL), error))
    return FALSE;
  self->edges = tsm_edges_new (settings, feed, self, error);
  if (self->edges == NULL)
    return FALSE;
  self->lock = tsm_lock_new (path, error);
  if (self->lock == NULL)
    return FALSE;
  self->desk = tsm_desk_new (feed, self);
  if (!open_front_ends (self, settings, error))
    return FALSE;
  db = tsm_db_open (path, error);
  if (db == NULL)
    return FALSE;
  engine = new_engine (settings, db, error);
  if (engine == NULL)
    return FALSE;
  self->runner = tsm_runner_new (
      &(TsmRunnerEngine){ .engine = engine, .step = step_engine, .free = free_engine }, &hooks);
  open_bot (self, settings);
  return TRUE;
}

static void
daemon_clear (Daemon *self)
{
  g_clear_handle_id (&self->on_term, g_source_remove);
  g_clear_handle_id (&self->on_int, g_source_remove);
  g_clear_handle_id (&self->on_glance, g_source_remove);
  g_clear_pointer (&self->bot, tsm_bot_free);
  g_clear_pointer (&self->http_server, tsm_http_server_free);
  g_clear_pointer (&self->command_socket, tsm_command_socket_free);
  g_clear_pointer (&self->edges, tsm_edges_free);
  g_clear_pointer (&self->runner, tsm_runner_free);
  g_clear_pointer (&self->desk, tsm_desk_free);
  g_clear_pointer (&self->lock, tsm_lock_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_error (&self->failure);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Daemon, daemon_clear)

static void
log_start (const Daemon *self, const TsmSettings *settings)
{
  const char *listen = tsm_settings_get_text (settings, TSM_SETTING_TSM_LISTEN);
  const int n_host = (int) (strrchr (listen, ':') - listen);
  const char *trust = tsm_settings_get_text (settings, TSM_SETTING_HOST_PROXMOX_SSL_VERIFY);

  /* The port that was got, where 0 asked for any. */
  tsm_info ("daemon", "tsm %s: commands on %s, http on %.*s:%u", TSM_VERSION,
            tsm_settings_get_text (settings, TSM_SETTING_TSM_SOCKET), n_host, listen,
            tsm_http_server_get_port (self->http_server));
  if (tsm_service_has_host (settings) && strcmp (trust, "false") == 0)
    tsm_warning ("host", "%s", TSM_DAEMON_TRUST_WARNING);
}

gboolean
tsm_daemon_run (const TsmSettings *settings, GError **error)
{
  g_auto (Daemon) self = { 0 };

  tsm_client_prepare ();
  umask (0077); /* the ledger and what lies beside it are nobody else's */
  if (!build (&self, settings, error))
    return FALSE;
  self.loop = g_main_loop_new (NULL, FALSE);
  self.on_term = g_unix_signal_add (SIGTERM, on_signal, &self);
  self.on_int = g_unix_signal_add (SIGINT, on_signal, &self);
  log_start (&self, settings);
  g_main_loop_run (self.loop);
  if (self.failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self.failure));
  return FALSE;
}
