/* SPDX-License-Identifier: MIT
 * Settings files: whatever the bytes, an answer for each setting, and no secret among the problems.
 */
#include "base/tsm-error.h"
#include "base/tsm-settings.h"
#include <stdint.h>
#include <string.h>

#define SECRET "5ecretBesideTheBytes"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int LLVMFuzzerInitialize (int *argc, char ***argv);

static GTimeZone *paris;
static const uint8_t *bytes;
static size_t n_bytes;

/* The fuzzer's bytes are the settings file; no other file is there. */
static char *
read_bytes (const char *path, gsize max_bytes, GError **error)
{
  if (strcmp (path, "/tsm.conf") == 0)
    return g_strndup ((const char *) bytes, n_bytes);
  g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, "not there");
  return NULL;
}

/* GLib reads a zone's file again once nobody holds the zone, which would be most of the work. */
int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  paris = g_time_zone_new_identifier ("Europe/Paris");
  return paris == NULL;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *const environment[] = { "HOME=/h/tsm", "API_PROXMOX_TOKEN_SECRET=" SECRET " x",
                                      NULL };
  const TsmSettingsInput input = { .lang = size % 2 == 0 ? TSM_LANG_EN : TSM_LANG_FR,
                                   .environment = environment,
                                   .path = "/tsm.conf",
                                   .read = read_bytes };
  const gboolean is_guessed = memmem (data, size, SECRET, strlen (SECRET)) != NULL;
  g_autoptr (TsmSettings) settings = NULL;

  bytes = data;
  n_bytes = size;
  settings = tsm_settings_new (&input);
  for (const char *const *problem = tsm_settings_peek_problems (settings); *problem != NULL;
       problem++) {
    /* Unless the fuzzer has found the secret out and wrote it elsewhere. */
    g_assert (is_guessed || strstr (*problem, SECRET) == NULL);
    g_assert (strchr (*problem, '\n') == NULL);
    g_assert (g_utf8_validate (*problem, -1, NULL));
  }
  for (guint i = 0; i < TSM_N_SETTINGS; i++) {
    const gboolean is_bad = tsm_settings_get_state (settings, i) == TSM_SETTING_STATE_BAD;

    g_assert (is_bad == (tsm_settings_peek_problem (settings, i) != NULL));
  }
  g_assert (tsm_settings_get_integer (settings, TSM_SETTING_POLL_SECONDS) >= 10);
  g_assert (tsm_settings_get_text (settings, TSM_SETTING_TSM_DATABASE) != NULL);
  g_assert (tsm_settings_peek_zone (settings) != NULL);
  return 0;
}
