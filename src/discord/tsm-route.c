/* SPDX-License-Identifier: MIT
 * tsm-route: the calls of Discord's REST interface that TSM makes. */
#include "discord/tsm-route.h"
#include <string.h>

/* Digits of the digest that stands for a token: no two tokens of 15 minutes share them. */
#define DIGEST_DIGITS 16

typedef enum {
  NEEDS_APPLICATION = 1 << 0,
  NEEDS_MAJOR = 1 << 1,
  NEEDS_TOKEN = 1 << 2,
} Needs;

/* Of the path, "*" is filled in: application, major and token, those that are needed, in order. */
static const struct {
  const char *method, *path;
  Needs needs;
} routes[] = {
  [TSM_ROUTE_GATEWAY] = { "GET", "/gateway/bot", 0 },
  [TSM_ROUTE_APPLICATION] = { "GET", "/applications/@me", 0 },
  [TSM_ROUTE_GUILD] = { "GET", "/guilds/*", NEEDS_MAJOR },
  [TSM_ROUTE_CHANNEL] = { "GET", "/channels/*", NEEDS_MAJOR },
  [TSM_ROUTE_LIST_GLOBAL] = { "GET", "/applications/*/commands", NEEDS_APPLICATION },
  [TSM_ROUTE_EMPTY_GLOBAL] = { "PUT", "/applications/*/commands", NEEDS_APPLICATION },
  [TSM_ROUTE_LIST_COMMANDS] = { "GET", "/applications/*/guilds/*/commands",
                                NEEDS_APPLICATION | NEEDS_MAJOR },
  [TSM_ROUTE_PUT_COMMANDS] = { "PUT", "/applications/*/guilds/*/commands",
                               NEEDS_APPLICATION | NEEDS_MAJOR },
  [TSM_ROUTE_POST_MESSAGE] = { "POST", "/channels/*/messages", NEEDS_MAJOR },
  [TSM_ROUTE_CALLBACK] = { "POST", "/interactions/*/*/callback", NEEDS_MAJOR | NEEDS_TOKEN },
  [TSM_ROUTE_PATCH_ORIGINAL] = { "PATCH", "/webhooks/*/*/messages/@original",
                                 NEEDS_APPLICATION | NEEDS_TOKEN },
  [TSM_ROUTE_DELETE_ORIGINAL] = { "DELETE", "/webhooks/*/*/messages/@original",
                                  NEEDS_APPLICATION | NEEDS_TOKEN },
  [TSM_ROUTE_FOLLOW_UP] = { "POST", "/webhooks/*/*", NEEDS_APPLICATION | NEEDS_TOKEN },
};

static gboolean
needs (const TsmRoute *self, Needs what)
{
  return (routes[self->kind].needs & what) != 0;
}

/* What an id or token is in a path: as it is, unless someone sent us one that is none. */
static char *
dup_escaped (const char *text)
{
  g_assert (text != NULL);
  return g_uri_escape_string (text, NULL, FALSE);
}

/* @method and @token may be NULL for none; the token is taken as it stands. */
static char *
dup_filled (const TsmRoute *self, const char *method, const char *token)
{
  g_auto (GStrv) pieces = g_strsplit (routes[self->kind].path, "*", -1);
  g_autofree char *application =
      needs (self, NEEDS_APPLICATION) ? dup_escaped (self->application) : NULL;
  g_autofree char *major = needs (self, NEEDS_MAJOR) ? dup_escaped (self->major) : NULL;
  const char *parts[3], *values[3] = { NULL, NULL, NULL };
  guint n_values = 0;

  if (application != NULL)
    values[n_values++] = application;
  if (major != NULL)
    values[n_values++] = major;
  if (needs (self, NEEDS_TOKEN))
    values[n_values++] = token;
  g_assert (g_strv_length (pieces) == n_values + 1 && n_values < G_N_ELEMENTS (parts));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    parts[i] = i <= n_values ? pieces[i] : "";
  /* Made in one allocation, so that no piece of the token stays behind. */
  return g_strconcat (method != NULL ? method : "", method != NULL ? " " : "", parts[0],
                      n_values > 0 ? values[0] : "", parts[1], n_values > 1 ? values[1] : "",
                      parts[2], NULL);
}

static char *
dup_digest (const TsmRoute *self)
{
  char *digest;

  if (!needs (self, NEEDS_TOKEN))
    return NULL;
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, tsm_secret_peek (self->token), -1);
  digest[DIGEST_DIGITS] = '\0';
  return digest;
}

const char *
tsm_route_get_method (const TsmRoute *self)
{
  return routes[self->kind].method;
}

gboolean
tsm_route_is_authorized (const TsmRoute *self)
{
  return !needs (self, NEEDS_TOKEN);
}

char *
tsm_route_dup_path (const TsmRoute *self)
{
  char *token = needs (self, NEEDS_TOKEN) ? dup_escaped (tsm_secret_peek (self->token)) : NULL;
  char *path = dup_filled (self, NULL, token);

  tsm_secret_wipe_string (token);
  return path;
}

char *
tsm_route_dup_label (const TsmRoute *self)
{
  return dup_filled (self, tsm_route_get_method (self), "***");
}

char *
tsm_route_dup_key (const TsmRoute *self)
{
  g_autofree char *digest = dup_digest (self);

  return dup_filled (self, tsm_route_get_method (self), digest);
}

char *
tsm_route_dup_major (const TsmRoute *self)
{
  g_autofree char *digest = dup_digest (self);

  if (needs (self, NEEDS_TOKEN))
    return g_strconcat (needs (self, NEEDS_MAJOR) ? self->major : self->application, "/", digest,
                        NULL);
  return g_strdup (needs (self, NEEDS_MAJOR) ? self->major : "");
}

gboolean
tsm_route_is_repeatable (const TsmRoute *self)
{
  return strcmp (tsm_route_get_method (self), "POST") != 0;
}
