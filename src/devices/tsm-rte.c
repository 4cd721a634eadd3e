/* SPDX-License-Identifier: MIT
 * tsm-rte: asks RTE's public JSON, the second colour source. */
#include "devices/tsm-rte.h"
#include "devices/tsm-colour-fetch.h"
#include "devices/tsm-rte-parse.h"
#include "rules/tsm-day.h"
#include <string.h>

#define LIGHT_PATH     "/cms/open_data/v1/tempoLight"
#define SEASON_PATH    "/cms/open_data/v1/tempo?season="
#define LIGHT_MAX_DAYS 2 /* today and tomorrow are all it holds */

typedef struct {
  TsmColourSource parent;
  TsmEndpoint *endpoint;
  guint timeout_ms;
} Rte;

/* The year in which the season of @day began, on 1 September. */
static gint
season_year (TsmDay day)
{
  gint year, month, mday;

  tsm_day_to_ymd (day, &year, &month, &mday);
  return month >= 9 ? year : year - 1;
}

static void
add_seasons (GPtrArray *paths, TsmDay begin, TsmDay end)
{
  for (gint year = season_year (begin); year <= season_year (end - 1); year++)
    g_ptr_array_add (paths, g_strdup_printf (SEASON_PATH "%04d-%04d", year, year + 1));
}

static gboolean
take_reply (const TsmHttpReply *reply, const char *path, TsmColourCollector *collector,
            GPtrArray *paths, GError **error)
{
  TsmDay first;
  gsize length;
  const char *text = g_bytes_get_data (reply->body, &length);

  if (!tsm_colour_fetch_check_status (reply, error) ||
      !tsm_rte_parse_values (text != NULL ? text : "", length, collector, &first, error))
    return FALSE;
  /* From its first day on, a day that the short file lacks is not published yet: the season's file
   * would say no more. */
  if (strcmp (path, LIGHT_PATH) == 0 && (first == TSM_DAY_NONE || collector->begin < first))
    add_seasons (paths, collector->begin, collector->end);
  return TRUE;
}

static void
rte_fetch_async (TsmColourSource *source, TsmDay begin, TsmDay end, GCancellable *cancellable,
                 GAsyncReadyCallback callback, gpointer user_data)
{
  const Rte *self = (const Rte *) source;
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const TsmColourFetchOptions options = {
    .endpoint = self->endpoint,
    .timeout_ms = self->timeout_ms,
    .begin = begin,
    .end = end,
    .parser = take_reply,
  };

  if (end - begin <= LIGHT_MAX_DAYS)
    g_ptr_array_add (paths, g_strdup (LIGHT_PATH));
  else
    add_seasons (paths, begin, end);
  tsm_colour_fetch_start (&options, paths, cancellable, callback, user_data);
}

static GArray *
rte_fetch_finish (TsmColourSource *source, GAsyncResult *result, GError **error)
{
  return tsm_colour_fetch_finish (result, error);
}

static void
rte_free (TsmColourSource *source)
{
  Rte *self = (Rte *) source;

  g_clear_pointer (&self->endpoint, tsm_endpoint_free);
  g_free (self);
}

TsmColourSource *
tsm_rte_new (const TsmEndpoint *endpoint, guint timeout_ms)
{
  static const TsmColourSourceInterface interface = {
    .source = TSM_SOURCE_RTE,
    .fetch_async = rte_fetch_async,
    .fetch_finish = rte_fetch_finish,
    .free = rte_free,
  };
  Rte *self = g_new0 (Rte, 1);

  self->parent.interface = &interface;
  self->endpoint = tsm_endpoint_copy (endpoint);
  self->timeout_ms = timeout_ms;
  return &self->parent;
}
