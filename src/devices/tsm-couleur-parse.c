/* SPDX-License-Identifier: MIT
 * tsm-couleur-parse: answers of api-couleur-tempo.fr. */
#include "devices/tsm-couleur-parse.h"
#include "base/tsm-body.h"
#include "base/tsm-error.h"
#include "rules/tsm-day.h"

/* FALSE when @entry is no answer about a day that was asked for. */
static gboolean
read_entry (const TsmBodyNode *entry, TsmColourCollector *collector)
{
  static const TsmColour colours[] = { TSM_COLOUR_UNKNOWN, TSM_COLOUR_BLUE, TSM_COLOUR_WHITE,
                                       TSM_COLOUR_RED };
  gint64 code;
  TsmDay day;

  if (!tsm_day_parse (tsm_body_get_member_string (entry, "dateJour"), &day) ||
      !tsm_body_get_member_integer (entry, "codeJour", &code) || code < 0 ||
      code >= (gint64) G_N_ELEMENTS (colours))
    return FALSE;
  if (day < collector->begin || day >= collector->end)
    return FALSE;
  tsm_colour_source_collect (collector, day, colours[code]);
  return TRUE;
}

gboolean
tsm_couleur_parse_days (const char *text, gsize length, TsmColourCollector *collector,
                        GError **error)
{
  g_autoptr (TsmBody) body = tsm_body_new_from_text (text, length, error);
  const TsmBodyNode *root, *entry;
  guint n_entries = 1, n_answers = 0;

  if (body == NULL) {
    g_prefix_error (error, "its answer ");
    return FALSE;
  }
  root = entry = tsm_body_get_root (body);
  if (root->kind == TSM_BODY_ARRAY) {
    n_entries = root->n_children;
    entry = tsm_body_get_first (root);
  }
  for (guint i = 0; i < n_entries; i++, entry = tsm_body_get_next (entry))
    n_answers += read_entry (entry, collector) ? 1 : 0;
  if (n_entries == 0 || n_answers > 0)
    return TRUE;
  g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM,
                       "its answer holds no colour of a day asked for");
  return FALSE;
}
