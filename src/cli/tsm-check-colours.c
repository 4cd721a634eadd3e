/* SPDX-License-Identifier: MIT
 * tsm-check-colours: what `tsm doctor` says of the colour sources. */
#include "cli/tsm-check-colours.h"
#include "daemon/tsm-service.h"
#include "rules/tsm-colour.h"
#include "rules/tsm-day.h"

/* The answers for @day; NULL on a failure. */
static GArray *
fetch (TsmColourSource *colours, TsmDay day, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tsm_colour_source_fetch_async (colours, day, day + 1, NULL, tsm_checkup_keep, &result);
  tsm_checkup_wait (&result);
  return tsm_colour_source_fetch_finish (colours, result, error);
}

static gboolean
check_source (TsmCheckup *checkup, const TsmSettings *settings, TsmSource source, TsmDay day)
{
  const TsmSetting setting =
      source == TSM_SOURCE_RTE ? TSM_SETTING_HOST_RTE : TSM_SETTING_HOST_TEMPO;
  const char *host = tsm_settings_get_text (settings, setting);
  g_autofree char *day_text = tsm_day_dup_string (day);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmColourSource) colours = tsm_service_new_colours (settings, source, NULL);
  g_autoptr (GArray) answers = NULL;

  if (colours == NULL || tsm_settings_get_state (settings, setting) == TSM_SETTING_STATE_BAD)
    return FALSE; /* the settings' own check says so */
  answers = fetch (colours, day, &error);
  if (answers == NULL) {
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "colours",
                     "%s; check %s and this machine's way to the internet", error->message,
                     tsm_setting_get_spec (setting)->name);
    return FALSE;
  }
  if (answers->len == 0) {
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "colours",
                     "%s says nothing of %s; check this machine's clock", host, day_text);
    return FALSE;
  }
  tsm_checkup_add (checkup, TSM_FINDING_OK, "colours", "%s says that %s is %s", host, day_text,
                   tsm_colour_to_string (g_array_index (answers, TsmColourAnswer, 0).colour));
  return TRUE;
}

void
tsm_check_colours (TsmCheckup *checkup, const TsmSettings *settings)
{
  const TsmDay today = tsm_day_at (tsm_service_now (NULL), tsm_settings_peek_zone (settings));
  const gboolean has_couleur = check_source (checkup, settings, TSM_SOURCE_COULEUR, today);
  const gboolean has_rte = check_source (checkup, settings, TSM_SOURCE_RTE, today);

  if (!has_couleur && !has_rte)
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "colours",
                     "no source answers, so tomorrow's colour cannot be learnt; mend one of them");
}
