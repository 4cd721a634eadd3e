/* SPDX-License-Identifier: MIT
 * tsm-precheck: all that can be seen to be wrong with the settings before anything starts. */
#include "daemon/tsm-precheck.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "base/tsm-text.h"
#include "daemon/tsm-http-server.h"
#include "daemon/tsm-service.h"
#include "rules/tsm-day.h"

typedef struct {
  const TsmSettings *settings;
  TsmLang lang;
  gint64 now;
  GPtrArray *problems; /* of char * */
} Precheck;

/* What tsm-settings found wrong is told already, and what is not set is not asked for. */
static gboolean
is_usable (const Precheck *self, TsmSetting setting)
{
  return tsm_settings_get_state (self->settings, setting) != TSM_SETTING_STATE_BAD;
}

static void
check_start (const Precheck *self)
{
  const TsmDay start = tsm_settings_get_day (self->settings, TSM_SETTING_START_SERVER_DATE);
  const TsmDay today = tsm_day_get_civil (self->now, tsm_settings_peek_zone (self->settings), NULL);
  const TsmDay first = today - TSM_LIMIT_HISTORY_DAYS;
  g_autofree char *today_text = tsm_day_dup_string (today);
  g_autofree char *first_text = tsm_day_dup_string (first);

  if (start == TSM_DAY_NONE)
    return;
  if (start > today)
    g_ptr_array_add (
        self->problems,
        g_strdup_printf (tsm_text (self->lang, "START_SERVER_DATE should be today or earlier; this "
                                               "machine's clock shows %s"),
                         today_text));
  else if (start < first)
    g_ptr_array_add (self->problems,
                     g_strdup_printf (tsm_text (self->lang, "START_SERVER_DATE should be %s or "
                                                            "later"),
                                      first_text));
}

/* What was typed is not repeated: a URL may hold a password. */
static void
check_host (const Precheck *self, TsmSetting setting, TsmService service)
{
  const char *name = tsm_setting_get_spec (setting)->name;
  const char *text = tsm_settings_get_text (self->settings, setting);
  g_autofree char *expected = tsm_setting_dup_expected (setting, self->lang);
  g_autoptr (TsmEndpoint) endpoint = NULL;
  g_autoptr (TsmEndpoint) without_secret = NULL;

  if (text == NULL || !is_usable (self, setting))
    return;
  endpoint = tsm_endpoint_new (service, text, NULL);
  if (endpoint != NULL)
    return;
  without_secret = tsm_endpoint_new (TSM_SERVICE_PLUG, text, NULL);
  if (without_secret == NULL)
    g_ptr_array_add (self->problems,
                     g_strdup_printf (tsm_text (self->lang,
                                                "%s is not well-formed: it should be %s"),
                                      name, expected));
  else
    g_ptr_array_add (
        self->problems,
        g_strdup_printf (tsm_text (self->lang, "%s should be https: a token is not sent over plain "
                                               "http; write https://%s"),
                         name, without_secret->host));
}

static void
take_problem (const Precheck *self, const GError *error)
{
  if (error != NULL)
    g_ptr_array_add (self->problems, g_strdup (error->message));
}

static void
check_token (const Precheck *self)
{
  g_autoptr (GError) error = NULL;

  if (tsm_service_has_host (self->settings) &&
      tsm_settings_get_state (self->settings, TSM_SETTING_API_PROXMOX_TOKEN_ID) ==
          TSM_SETTING_STATE_GOOD &&
      tsm_settings_get_state (self->settings, TSM_SETTING_API_PROXMOX_TOKEN_SECRET) ==
          TSM_SETTING_STATE_GOOD)
    tsm_service_check_token (self->settings, &error);
  take_problem (self, error);
}

static void
check_wake (const Precheck *self)
{
  g_autofree char *target = NULL;
  g_autoptr (GError) error = NULL;
  TsmWolOptions options;

  if (tsm_service_has_host (self->settings) && is_usable (self, TSM_SETTING_WOL_TARGET) &&
      is_usable (self, TSM_SETTING_HOST_PROXMOX_MAC_ADDR))
    tsm_service_read_wol (self->settings, &options, &target, &error);
  take_problem (self, error);
}

static void
check_listen (const Precheck *self)
{
  const TsmHttpServerOptions options = {
    .listen = tsm_settings_get_text (self->settings, TSM_SETTING_TSM_LISTEN),
    .token = tsm_settings_peek_secret (self->settings, TSM_SETTING_TSM_WEB_TOKEN),
  };
  g_autoptr (GError) error = NULL;

  if (is_usable (self, TSM_SETTING_TSM_LISTEN) && is_usable (self, TSM_SETTING_TSM_WEB_TOKEN))
    tsm_http_server_check (&options, &error);
  take_problem (self, error);
}

char **
tsm_precheck_dup_problems (const TsmSettings *settings, gint64 now)
{
  const char *const *found = tsm_settings_peek_problems (settings);
  const Precheck self = {
    .settings = settings,
    .lang = tsm_settings_get_lang (settings),
    .now = now,
    .problems = g_ptr_array_new (),
  };

  for (guint i = 0; found[i] != NULL; i++)
    g_ptr_array_add (self.problems, g_strdup (found[i]));
  check_start (&self);
  check_host (&self, TSM_SETTING_HOST_TASMOTA, TSM_SERVICE_PLUG);
  check_host (&self, TSM_SETTING_HOST_TEMPO, TSM_SERVICE_COULEUR);
  check_host (&self, TSM_SETTING_HOST_RTE, TSM_SERVICE_RTE);
  check_host (&self, TSM_SETTING_HOST_PROXMOX, TSM_SERVICE_PROXMOX);
  check_token (&self);
  check_wake (&self);
  check_listen (&self);
  g_ptr_array_add (self.problems, NULL);
  return (char **) g_ptr_array_free (self.problems, FALSE);
}

gboolean
tsm_precheck_run (const TsmSettings *settings, gint64 now, GError **error)
{
  g_auto (GStrv) problems = tsm_precheck_dup_problems (settings, now);
  g_autofree char *lines = g_strjoinv ("\n", problems);

  if (problems[0] == NULL)
    return TRUE;
  g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, lines);
  return FALSE;
}
