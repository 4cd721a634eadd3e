/* SPDX-License-Identifier: MIT
 * tsm-couleur: asks api-couleur-tempo.fr, the first colour source. */
#include "devices/tsm-couleur.h"
#include "devices/tsm-colour-fetch.h"
#include "devices/tsm-couleur-parse.h"
#include "rules/tsm-day.h"
#include <string.h>

/* "dateJour%5B%5D=2026-01-28&" is 26 bytes; web servers take 8,000 of them in a request line. */
#define DAYS_A_REQUEST 100
#define ONE_DAY_PATH   "/jourTempo/"

typedef struct {
  TsmColourSource parent;
  TsmEndpoint *endpoint;
  guint timeout_ms;
} Couleur;

/* A date that the server has not stored yet is a 404 of its own, in JSON; another 404 is not the
 * API's. */
static gboolean
is_unknown_date (const TsmHttpReply *reply, const char *path)
{
  return reply->status == 404 && g_str_has_prefix (path, ONE_DAY_PATH) &&
         strstr (reply->content_type, "json") != NULL;
}

static gboolean
take_reply (const TsmHttpReply *reply, const char *path, TsmColourCollector *collector,
            GPtrArray *paths, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (reply->body, &length);

  if (is_unknown_date (reply, path))
    return TRUE;
  return tsm_colour_fetch_check_status (reply, error) &&
         tsm_couleur_parse_days (text != NULL ? text : "", length, collector, error);
}

static GPtrArray *
new_paths (TsmDay begin, TsmDay end)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  if (end - begin == 1) {
    g_autofree char *date = tsm_day_dup_string (begin);

    g_ptr_array_add (paths, g_strconcat (ONE_DAY_PATH, date, NULL));
    return paths;
  }
  while (begin < end) {
    const TsmDay stop = MIN (begin + DAYS_A_REQUEST, end);
    g_autoptr (GString) path = g_string_new ("/joursTempo");

    for (TsmDay day = begin; day < stop; day++) {
      g_autofree char *date = tsm_day_dup_string (day);

      g_string_append_printf (path, "%cdateJour%%5B%%5D=%s", day == begin ? '?' : '&', date);
    }
    g_ptr_array_add (paths, g_string_free (g_steal_pointer (&path), FALSE));
    begin = stop;
  }
  return paths;
}

static void
couleur_fetch_async (TsmColourSource *source, TsmDay begin, TsmDay end, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data)
{
  const Couleur *self = (const Couleur *) source;
  const TsmColourFetchOptions options = {
    .endpoint = self->endpoint,
    .timeout_ms = self->timeout_ms,
    .begin = begin,
    .end = end,
    .parser = take_reply,
  };

  tsm_colour_fetch_start (&options, new_paths (begin, end), cancellable, callback, user_data);
}

static GArray *
couleur_fetch_finish (TsmColourSource *source, GAsyncResult *result, GError **error)
{
  return tsm_colour_fetch_finish (result, error);
}

static void
couleur_free (TsmColourSource *source)
{
  Couleur *self = (Couleur *) source;

  g_clear_pointer (&self->endpoint, tsm_endpoint_free);
  g_free (self);
}

TsmColourSource *
tsm_couleur_new (const TsmEndpoint *endpoint, guint timeout_ms)
{
  static const TsmColourSourceInterface interface = {
    .source = TSM_SOURCE_COULEUR,
    .fetch_async = couleur_fetch_async,
    .fetch_finish = couleur_fetch_finish,
    .free = couleur_free,
  };
  Couleur *self = g_new0 (Couleur, 1);

  self->parent.interface = &interface;
  self->endpoint = tsm_endpoint_copy (endpoint);
  self->timeout_ms = timeout_ms;
  return &self->parent;
}
