/* SPDX-License-Identifier: MIT */
#include "discord/tsm-route.h"
#include <string.h>

#define TOKEN "aW50ZXJhY3Rpb24_-.~secret"

static const struct {
  const char *name;
  TsmRouteKind kind;
  const char *method;
  const char *path;  /* "%" in the token's place */
  const char *major; /* the same */
} route_cases[] = {
  { "gateway", TSM_ROUTE_GATEWAY, "GET", "/gateway/bot", "" },
  { "application", TSM_ROUTE_APPLICATION, "GET", "/applications/@me", "" },
  { "guild", TSM_ROUTE_GUILD, "GET", "/guilds/22", "22" },
  { "channel", TSM_ROUTE_CHANNEL, "GET", "/channels/22", "22" },
  { "list-global", TSM_ROUTE_LIST_GLOBAL, "GET", "/applications/11/commands", "" },
  { "empty-global", TSM_ROUTE_EMPTY_GLOBAL, "PUT", "/applications/11/commands", "" },
  { "list-commands", TSM_ROUTE_LIST_COMMANDS, "GET", "/applications/11/guilds/22/commands", "22" },
  { "put-commands", TSM_ROUTE_PUT_COMMANDS, "PUT", "/applications/11/guilds/22/commands", "22" },
  { "post-message", TSM_ROUTE_POST_MESSAGE, "POST", "/channels/22/messages", "22" },
  { "callback", TSM_ROUTE_CALLBACK, "POST", "/interactions/22/%/callback", "22/%" },
  { "patch-original", TSM_ROUTE_PATCH_ORIGINAL, "PATCH", "/webhooks/11/%/messages/@original",
    "11/%" },
  { "delete-original", TSM_ROUTE_DELETE_ORIGINAL, "DELETE", "/webhooks/11/%/messages/@original",
    "11/%" },
  { "follow-up", TSM_ROUTE_FOLLOW_UP, "POST", "/webhooks/11/%", "11/%" },
};

static char *
dup_with (const char *text, const char *token)
{
  g_auto (GStrv) pieces = g_strsplit (text, "%", -1);

  return g_strjoinv (token, pieces);
}

static void
test_route_texts (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const char *method = route_cases[i].method;
  const gboolean has_token = strchr (route_cases[i].path, '%') != NULL;
  g_autoptr (TsmSecret) token = tsm_secret_new (TOKEN);
  const TsmRoute route = {
    .kind = route_cases[i].kind, .application = "11", .major = "22", .token = token
  };
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, TOKEN, -1);
  g_autofree char *path = dup_with (route_cases[i].path, TOKEN);
  g_autofree char *redacted = dup_with (route_cases[i].path, "***");
  g_autofree char *label = g_strconcat (method, " ", redacted, NULL);
  g_autofree char *own_path = tsm_route_dup_path (&route);
  g_autofree char *own_label = tsm_route_dup_label (&route);
  g_autofree char *own_key = tsm_route_dup_key (&route);
  g_autofree char *own_major = tsm_route_dup_major (&route);
  g_autofree char *hashed = NULL, *key = NULL, *major = NULL;

  digest[16] = '\0';
  hashed = dup_with (route_cases[i].path, digest);
  key = g_strconcat (method, " ", hashed, NULL);
  major = dup_with (route_cases[i].major, digest);
  g_assert_cmpstr (tsm_route_get_method (&route), ==, method);
  g_assert_cmpstr (own_path, ==, path);
  g_assert_cmpstr (own_label, ==, label);
  g_assert_cmpstr (own_key, ==, key);
  g_assert_cmpstr (own_major, ==, major);
  g_assert_cmpint (tsm_route_is_authorized (&route), ==, !has_token);
  g_assert_cmpint (tsm_route_is_repeatable (&route), ==, strcmp (method, "POST") != 0);
}

static void
test_route_escapes_what_is_no_id (void)
{
  g_autoptr (TsmSecret) token = tsm_secret_new ("a/b?c#d e");
  const TsmRoute route = { .kind = TSM_ROUTE_CALLBACK, .major = "1/../2?x", .token = token };
  g_autofree char *path = tsm_route_dup_path (&route);

  g_assert_cmpstr (path, ==, "/interactions/1%2F..%2F2%3Fx/a%2Fb%3Fc%23d%20e/callback");
}

static void
test_route_tells_tokens_apart (void)
{
  g_autoptr (TsmSecret) one = tsm_secret_new ("one"), other = tsm_secret_new ("other");
  TsmRoute route = { .kind = TSM_ROUTE_FOLLOW_UP, .application = "11", .token = one };
  g_autofree char *key_one = tsm_route_dup_key (&route);
  g_autofree char *major_one = tsm_route_dup_major (&route);
  g_autofree char *key_other = NULL, *major_other = NULL;

  route.token = other;
  key_other = tsm_route_dup_key (&route);
  major_other = tsm_route_dup_major (&route);
  g_assert_cmpstr (key_one, !=, key_other);
  g_assert_cmpstr (major_one, !=, major_other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (route_cases); i++) {
    g_autofree char *path = g_strconcat ("/route/texts/", route_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_route_texts);
  }
  g_test_add_func ("/route/escapes-what-is-no-id", test_route_escapes_what_is_no_id);
  g_test_add_func ("/route/tells-tokens-apart", test_route_tells_tokens_apart);
  return g_test_run ();
}
