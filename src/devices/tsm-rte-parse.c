/* SPDX-License-Identifier: MIT
 * tsm-rte-parse: RTE's public JSON of Tempo colours. */
#include "devices/tsm-rte-parse.h"
#include "base/tsm-body.h"
#include "base/tsm-error.h"
#include "rules/tsm-day.h"
#include <string.h>

#define DATE_LENGTH     10
#define FALLBACK_SUFFIX "-fallback"

static gboolean
is_true (const TsmBodyNode *node)
{
  return (node->kind == TSM_BODY_STRING || node->kind == TSM_BODY_BOOLEAN) &&
         g_ascii_strcasecmp (node->text, "true") == 0;
}

static gboolean
read_colour (const TsmBodyNode *node, TsmColour *ret_colour)
{
  static const struct {
    const char *word;
    TsmColour colour;
  } words[] = {
    { "BLUE", TSM_COLOUR_BLUE },
    { "WHITE", TSM_COLOUR_WHITE },
    { "RED", TSM_COLOUR_RED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    if (node->kind == TSM_BODY_STRING && strcmp (node->text, words[i].word) == 0) {
      *ret_colour = words[i].colour;
      return TRUE;
    }
  }
  return FALSE;
}

/* The day of a "DATE-fallback" key. */
static gboolean
parse_fallback_key (const char *key, TsmDay *ret_day)
{
  char date[DATE_LENGTH + 1];

  if (strlen (key) != DATE_LENGTH + strlen (FALLBACK_SUFFIX) ||
      !g_str_has_suffix (key, FALLBACK_SUFFIX))
    return FALSE;
  g_strlcpy (date, key, sizeof date);
  return tsm_day_parse (date, ret_day);
}

/* The days in degraded mode: their colour, if any, is not RTE's word. */
static GHashTable *
find_fallbacks (const TsmBodyNode *values)
{
  GHashTable *days = g_hash_table_new (NULL, NULL);
  const TsmBodyNode *child = tsm_body_get_first (values);
  TsmDay day;

  for (guint i = 0; i < values->n_children; i++, child = tsm_body_get_next (child))
    if (parse_fallback_key (child->key, &day) && is_true (child))
      g_hash_table_add (days, GINT_TO_POINTER (day));
  return days;
}

static void
read_values (const TsmBodyNode *values, TsmColourCollector *collector, TsmDay *first)
{
  g_autoptr (GHashTable) fallbacks = find_fallbacks (values);
  const TsmBodyNode *child = tsm_body_get_first (values);
  GHashTableIter iter;
  gpointer key;

  for (guint i = 0; i < values->n_children; i++, child = tsm_body_get_next (child)) {
    TsmColour colour;
    TsmDay day;

    if (!tsm_day_parse (child->key, &day) || !read_colour (child, &colour))
      continue;
    *first = *first == TSM_DAY_NONE ? day : MIN (*first, day);
    if (!g_hash_table_contains (fallbacks, GINT_TO_POINTER (day)))
      tsm_colour_source_collect (collector, day, colour);
  }
  g_hash_table_iter_init (&iter, fallbacks);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    tsm_colour_source_collect (collector, GPOINTER_TO_INT (key), TSM_COLOUR_UNKNOWN);
}

gboolean
tsm_rte_parse_values (const char *text, gsize length, TsmColourCollector *collector,
                      TsmDay *ret_first, GError **error)
{
  g_autoptr (TsmBody) body = tsm_body_new_from_text (text, length, error);
  const TsmBodyNode *values;
  TsmDay first = TSM_DAY_NONE;

  if (body == NULL) {
    g_prefix_error (error, "its answer ");
    return FALSE;
  }
  values = tsm_body_get_member (tsm_body_get_root (body), "values");
  if (values == NULL || values->kind != TSM_BODY_OBJECT) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "its answer has no values");
    return FALSE;
  }
  read_values (values, collector, &first);
  if (ret_first != NULL)
    *ret_first = first;
  return TRUE;
}
