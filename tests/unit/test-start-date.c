/* SPDX-License-Identifier: MIT
 * test-start-date: which START_SERVER_DATE a daemon takes. */
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "daemon/tsm-precheck.h"
#include "rules/tsm-day.h"

/* 2026-02-17 00:30 in Paris; still the Tempo day of the 16th. */
#define SOON_AFTER_MIDNIGHT G_GINT64_CONSTANT (1771284600)

static const struct {
  const char *name;
  gint days;           /* from 2026-02-17 */
  const char *problem; /* NULL: it is taken */
} cases[] = {
  { "today", 0, NULL },
  { "yesterday", -1, NULL },
  { "tomorrow", 1,
    "START_SERVER_DATE should be today or earlier; this machine's clock shows 2026-02-17" },
  { "as-early-as-can-be", -TSM_LIMIT_HISTORY_DAYS, NULL },
  { "earlier", -TSM_LIMIT_HISTORY_DAYS - 1, "START_SERVER_DATE should be 1976-01-11 or later" },
};

static void
test_start_date_is_checked (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *date = tsm_day_dup_string (tsm_day_from_ymd (2026, 2, 17) + cases[i].days);
  g_autofree char *assignment = g_strconcat ("START_SERVER_DATE=", date, NULL);
  const char *const environment[] = { assignment, "HOST_TASMOTA=plug", "HOME=/nowhere", NULL };
  g_autoptr (TsmSettings) settings =
      tsm_settings_new (&(TsmSettingsInput){ .environment = environment });
  g_autoptr (GError) error = NULL;

  tsm_settings_check (settings, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tsm_precheck_run (settings, SOON_AFTER_MIDNIGHT, &error), ==,
                   cases[i].problem == NULL);
  if (cases[i].problem == NULL)
    return;
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, cases[i].problem);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/start-date/is-checked/", cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_start_date_is_checked);
  }
  return g_test_run ();
}
