/* SPDX-License-Identifier: MIT
 * What is taken from a GUILD_CREATE: one as Discord sends it, one of 2 MiB, and each member missing
 * or of another kind. */
#include "base/tsm-error.h"
#include "discord/tsm-guild.h"
#include "discord/tsm-payload.h"
#include <string.h>

#define BIG_SIZE (2 * 1024 * 1024)

/* What is looked for in every row. */
static const gint64 wanted_ids[] = { 21, 22, G_GINT64_CONSTANT (1193791627857244243) };

static TsmGuild *
read_guild (const char *d, gsize length)
{
  g_autoptr (GError) error = NULL;
  TsmGuild *guild = tsm_guild_new (d, length, wanted_ids, G_N_ELEMENTS (wanted_ids), &error);

  g_assert_no_error (error);
  g_assert_nonnull (guild);
  return guild;
}

/* "21 22" */
static char *
dup_channels (const TsmGuild *guild)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < guild->channels->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            (const char *) g_ptr_array_index (guild->channels, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_guild_captured (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "fixtures", "discord", "capture-guild-create.json", NULL);
  g_autofree char *text = NULL, *channels = NULL;
  g_autoptr (TsmGuild) guild = NULL;
  g_autoptr (GError) error = NULL;
  TsmPayload payload;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  g_assert_true (tsm_payload_read (text, length, &payload, &error));
  g_assert_no_error (error);
  guild = read_guild (payload.d, payload.d_length);
  channels = dup_channels (guild);
  g_assert_cmpstr (guild->id, ==, "1193791627857244240");
  g_assert_cmpstr (guild->system_channel, ==, NULL);
  g_assert_cmpint (guild->lang, ==, TSM_LANG_FR);
  g_assert_false (guild->is_unavailable);
  g_assert_cmpstr (channels, ==, "1193791627857244243");
}

/* What is asked for stands at both ends, with a lively guild's emojis in between. */
static void
test_guild_of_two_mib (void)
{
  g_autoptr (GString) text = g_string_new ("{\"id\":\"7\",\"channels\":[{\"id\":\"21\"}],"
                                           "\"emojis\":[{\"name\":\"first\",\"id\":\"22\"}");
  g_autoptr (TsmGuild) guild = NULL;
  g_autofree char *channels = NULL;

  while (text->len < BIG_SIZE)
    g_string_append (text, ",{\"name\":\"\303\251mo\\u00e9\",\"roles\":[],\"id\":\"22\"}");
  g_string_append (
      text,
      "],\"threads\":[{\"id\":\"22\"}],\"features\":[\"COMMUNITY\"],\"preferred_locale\":\"en-GB\","
      "\"system_channel_id\":\"9\"}");
  guild = read_guild (text->str, text->len);
  channels = dup_channels (guild);
  g_assert_cmpstr (guild->id, ==, "7");
  g_assert_cmpstr (guild->system_channel, ==, "9");
  g_assert_cmpint (guild->lang, ==, TSM_LANG_EN);
  g_assert_cmpstr (channels, ==, "21 22");
}

static const struct {
  const char *story;
  const char *d;
  const char *system_channel;
  const char *channels;
  gboolean is_english;
  gboolean is_unavailable;
} good_rows[] = {
  { .story = "id alone", .d = "{\"id\":\"7\"}", .channels = "" },
  { .story = "outage",
    .d = "{\"id\":\"7\",\"unavailable\":true}",
    .channels = "",
    .is_unavailable = TRUE },
  { .story = "no outage", .d = "{\"id\":\"7\",\"unavailable\":false}", .channels = "" },
  { .story = "a community's English",
    .d = "{\"id\":\"7\",\"features\":[\"NEWS\",\"COMMUNITY\"],\"preferred_locale\":\"en-US\"}",
    .channels = "",
    .is_english = TRUE },
  { .story = "a community's French",
    .d = "{\"id\":\"7\",\"features\":[\"COMMUNITY\"],\"preferred_locale\":\"fr\"}",
    .channels = "" },
  { .story = "a language that nobody chose",
    .d = "{\"id\":\"7\",\"features\":[\"NEWS\"],\"preferred_locale\":\"en-US\"}",
    .channels = "" },
  { .story = "a community without a language",
    .d = "{\"id\":\"7\",\"features\":[\"COMMUNITY\"],\"preferred_locale\":null}",
    .channels = "" },
  { .story = "features that are none",
    .d = "{\"id\":\"7\",\"features\":\"COMMUNITY\",\"preferred_locale\":\"en-US\"}",
    .channels = "" },
  { .story = "no system channel",
    .d = "{\"id\":\"7\",\"system_channel_id\":null}",
    .channels = "" },
  { .story = "system channel",
    .d = "{\"id\":\"7\",\"system_channel_id\":\"8\"}",
    .system_channel = "8",
    .channels = "" },
  { .story = "system channel that is a path",
    .d = "{\"id\":\"7\",\"system_channel_id\":\"../8\"}",
    .channels = "" },
  { .story = "system channel nought",
    .d = "{\"id\":\"7\",\"system_channel_id\":\"0\"}",
    .channels = "" },
  { .story = "of the wanted channels those that are there, in the guild's order",
    .d = "{\"id\":\"7\",\"channels\":[{\"id\":\"22\"},{\"id\":\"5\"},{\"id\":\"21\"}]}",
    .channels = "22 21" },
  { .story = "a thread",
    .d = "{\"id\":\"7\",\"threads\":[{\"id\":\"21\",\"type\":11}]}",
    .channels = "21" },
  { .story = "ids inside a channel are not its own",
    .d = "{\"id\":\"7\",\"channels\":[{\"parent_id\":\"21\",\"permission_overwrites\":"
         "[{\"id\":\"22\"}],\"id\":\"5\"}]}",
    .channels = "" },
  { .story = "channels that are none",
    .d = "{\"id\":\"7\",\"channels\":[null,21,[],{}]}",
    .channels = "" },
  { .story = "no list of channels",
    .d = "{\"id\":\"7\",\"channels\":{\"id\":\"21\"}}",
    .channels = "" },
};

static void
test_guild_reads (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good_rows); i++) {
    g_autoptr (TsmGuild) guild = read_guild (good_rows[i].d, strlen (good_rows[i].d));
    g_autofree char *channels = dup_channels (guild);

    g_test_message ("%s", good_rows[i].story);
    g_assert_cmpstr (guild->id, ==, "7");
    g_assert_cmpstr (guild->system_channel, ==, good_rows[i].system_channel);
    g_assert_cmpstr (channels, ==, good_rows[i].channels);
    g_assert_cmpint (guild->lang, ==, good_rows[i].is_english ? TSM_LANG_EN : TSM_LANG_FR);
    g_assert_cmpint (guild->is_unavailable, ==, good_rows[i].is_unavailable);
  }
}

static void
test_guild_without_wishes (void)
{
  static const char d[] = "{\"id\":\"7\",\"channels\":[{\"id\":\"21\"}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmGuild) guild = tsm_guild_new (d, strlen (d), NULL, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (guild->channels->len, ==, 0);
}

static void
test_guild_refuses (void)
{
  static const char *const rows[] = {
    "{}",
    "[]",
    "null",
    "{\"id\":null}",
    "{\"id\":\"\"}",
    "{\"id\":\"x\"}",
    "{\"id\":\"0\"}",
    "{\"id\":\"-7\"}",
    "{\"id\":\"9223372036854775808\"}",
    "{\"id\":7.5}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsmGuild) guild =
        tsm_guild_new (rows[i], strlen (rows[i]), wanted_ids, G_N_ELEMENTS (wanted_ids), &error);

    g_test_message ("%s", rows[i]);
    g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
    g_assert_null (guild);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guild/captured", test_guild_captured);
  g_test_add_func ("/guild/of-two-mib", test_guild_of_two_mib);
  g_test_add_func ("/guild/reads", test_guild_reads);
  g_test_add_func ("/guild/without-wishes", test_guild_without_wishes);
  g_test_add_func ("/guild/refuses", test_guild_refuses);
  return g_test_run ();
}
