/* SPDX-License-Identifier: MIT
 * What each setting takes and what it refuses. */
#include "base/tsm-limits.h"
#include "base/tsm-setting-value.h"
#include <string.h>

#define DATE    TSM_SETTING_START_SERVER_DATE
#define ZONE    TSM_SETTING_TIMEZONE
#define HOST    TSM_SETTING_HOST_TASMOTA
#define LINE    TSM_SETTING_TASMOTA_PASSWORD
#define POLL    TSM_SETTING_POLL_SECONDS
#define MAC     TSM_SETTING_HOST_PROXMOX_MAC_ADDR
#define VERIFY  TSM_SETTING_HOST_PROXMOX_SSL_VERIFY
#define NODE    TSM_SETTING_PROXMOX_NODE
#define TOKEN   TSM_SETTING_API_PROXMOX_TOKEN_ID
#define WOL     TSM_SETTING_WOL_TARGET
#define LISTEN  TSM_SETTING_TSM_LISTEN
#define UPS     TSM_SETTING_HOST_UPS
#define POLICY  TSM_SETTING_POWER_POLICY
#define BOT     TSM_SETTING_TOKEN_BOT
#define API     TSM_SETTING_DISCORD_API
#define LEVEL   TSM_SETTING_LOG_LEVEL
#define DATA    TSM_SETTING_TSM_DATABASE
#define HEX_62  "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEE"
#define MAC_OUT "52:54:00:ab:cd:ef"

static const struct {
  TsmSetting setting;
  const char *text;
  const char *value; /* NULL: as given */
} text_cases[] = {
  { ZONE, "Europe/Paris", NULL },
  { ZONE, "America/Martinique", NULL },
  { ZONE, "UTC", NULL },
  { HOST, "192.168.1.20", NULL },
  { HOST, "http://plug.lan:8080", NULL },
  { LINE, "with spaces é", NULL },
  { MAC, "52:54:00:AB:cd:EF", MAC_OUT },
  { MAC, "52-54-00-ab-cd-ef", MAC_OUT },
  { MAC, "525400ABCDEF", MAC_OUT },
  { NODE, "pve-1", NULL },
  { VERIFY, "True", "true" },
  { VERIFY, "1", "true" },
  { VERIFY, "ON", "true" },
  { VERIFY, "false", "false" },
  { VERIFY, "no", "false" },
  { VERIFY, HEX_62 ":0a", HEX_62 "0A" },
  { VERIFY, HEX_62 "0a", HEX_62 "0A" },
  { TOKEN, "tsm@pve!tsm", NULL },
  { WOL, "255.255.255.255:9", NULL },
  { WOL, "box.lan:1", NULL },
  { WOL, "[fe80::1]:65535", NULL },
  { LISTEN, "127.0.0.1:0", NULL },
  { UPS, "house@192.168.1.5", NULL },
  { UPS, "house@127.0.0.1:3493", NULL },
  { POLICY, "Peak", "peak" },
  { LEVEL, "WARNING", "warning" }, /* the Python original's */
  { BOT, "MTIz.abc.def_-", NULL },
  { API, "https://discord.com/api/v10", NULL },
  { API, "http://127.0.0.1:4000/api", NULL },
  { API, "http://localhost", NULL },
  { API, "http://[::1]:1", NULL },
  { DATA, "/var/lib/my tsm/tsm.db", NULL },
};

static const struct {
  TsmSetting setting;
  const char *text;
} bad_cases[] = {
  { DATE, "2026-02-29" },
  { DATE, "2026-2-3" },
  { DATE, "01/09/2025" },
  { DATE, "2025-09-01T00:00" },
  { DATE, "0000-01-01" },
  { DATE, "+025-09-01" },
  { ZONE, "Paris" },
  { ZONE, "/etc/localtime" },
  { ZONE, "../zoneinfo/UTC" },
  { HOST, "two words" },
  { HOST, "plug\001" },
  { HOST, "plug\377" },
  { POLL, "9" },
  { POLL, "3601" },
  { POLL, "60s" },
  { POLL, "+60" },
  { POLL, "99999999999999999999" },
  { MAC, "52:54:00:ab:cd" },
  { MAC, "52:54-00:ab:cd:ef" },
  { MAC, "52:54:00:ab:cd:ef:01" },
  { MAC, "52:54:00:ab:cd:eg" },
  { MAC, "5" },
  { VERIFY, "maybe" },
  { VERIFY, HEX_62 "0" },
  { VERIFY, HEX_62 "000" },
  { VERIFY, HEX_62 "0:0" },
  { VERIFY, HEX_62 "0g" },
  { NODE, "-pve" },
  { NODE, "pve/qemu" },
  { NODE, "a123456789012345678901234567890123456789012345678901234567890123" },
  { TOKEN, "tsm@pve" },
  { TOKEN, "tsm!tsm" },
  { TOKEN, "@pve!tsm" },
  { TOKEN, "tsm@!tsm" },
  { TOKEN, "tsm@pve!" },
  { TOKEN, "tsm@pve!tsm=uuid" }, /* the secret has its own setting */
  { WOL, "255.255.255.255" },
  { WOL, "255.255.255.255:0" },
  { WOL, "255.255.255.255:65536" },
  { WOL, "::1:9" },
  { WOL, "[]:9" },
  { WOL, "[::1" },
  { WOL, "[::1]9" },
  { WOL, ":9" },
  { WOL, "http://box:9" },
  { UPS, "192.168.1.5" },
  { UPS, "@192.168.1.5" },
  { UPS, "house@" },
  { UPS, "house@host:x" },
  { POLICY, "night" },
  { POLICY, "evening|peak" },
  { BOT, "Bot MTIz" },
  { API, "http://discord.com/api" },
  { API, "http://127.evil.example/" },
  { API, "https://me:secret@discord.com" },
  { API, "https://" },
  { API, "ftp://127.0.0.1" },
  { API, "discord.com" },
  { LEVEL, "verbose" },
};

static void
test_setting_value_takes_text (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (text_cases); i++) {
    g_auto (TsmSettingValue) value = { 0 };

    g_test_message ("%s", text_cases[i].text);
    g_assert_true (tsm_setting_value_parse (text_cases[i].setting, text_cases[i].text, &value));
    g_assert_cmpstr (value.text, ==,
                     text_cases[i].value != NULL ? text_cases[i].value : text_cases[i].text);
  }
}

static void
test_setting_value_refuses (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_cases); i++) {
    TsmSettingValue value = { .number = -7 };
    g_autofree char *shown = g_strescape (bad_cases[i].text, NULL);

    g_test_message ("%s", shown);
    g_assert_false (tsm_setting_value_parse (bad_cases[i].setting, bad_cases[i].text, &value));
    g_assert_cmpint (value.number, ==, -7);
    g_assert_null (value.text);
    g_assert_null (value.ids);
  }
}

static const struct {
  TsmSetting setting;
  const char *text;
  gint64 number;
} number_cases[] = {
  { DATE, "1970-01-01", 0 }, { DATE, "2026-01-06", 20459 }, { DATE, "2024-02-29", 19782 },
  { POLL, "10", 10 },        { POLL, "3600", 3600 },        { POLL, "060", 60 },
};

static void
test_setting_value_takes_number (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (number_cases); i++) {
    g_auto (TsmSettingValue) value = { .number = -7 };

    g_assert_true (tsm_setting_value_parse (number_cases[i].setting, number_cases[i].text, &value));
    g_assert_cmpint (value.number, ==, number_cases[i].number);
  }
}

static void
test_setting_value_takes_ids (void)
{
  g_auto (TsmSettingValue) value = { 0 };

  g_assert_true (tsm_setting_value_parse (TSM_SETTING_GUILD_ID,
                                          "1234567890123456789, 7 ,9223372036854775807", &value));
  g_assert_cmpuint (value.ids->len, ==, 3);
  g_assert_cmpint (g_array_index (value.ids, gint64, 0), ==, 1234567890123456789);
  g_assert_cmpint (g_array_index (value.ids, gint64, 1), ==, 7);
  g_assert_cmpint (g_array_index (value.ids, gint64, 2), ==, G_MAXINT64);
}

static void
test_setting_value_refuses_ids (void)
{
  static const char *const bad[] = { "0", "-1", "a", "1,,2", "1,", "1;2", "9223372036854775808" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    TsmSettingValue value = { 0 };

    g_assert_false (tsm_setting_value_parse (TSM_SETTING_ADMIN_IDS, bad[i], &value));
  }
}

static void
test_setting_value_bounds_ids (void)
{
  g_autoptr (GString) list = g_string_new ("1");
  g_auto (TsmSettingValue) value = { 0 }, more = { 0 };

  for (guint i = 1; i < TSM_LIMIT_IDS; i++)
    g_string_append (list, ",1");
  g_assert_true (tsm_setting_value_parse (TSM_SETTING_ADMIN_IDS, list->str, &value));
  g_assert_cmpuint (value.ids->len, ==, TSM_LIMIT_IDS);
  g_string_append (list, ",1");
  g_assert_false (tsm_setting_value_parse (TSM_SETTING_ADMIN_IDS, list->str, &more));
}

/* A Unix socket's path has room for 107 bytes. */
static void
test_setting_value_bounds_socket (void)
{
  g_autofree char *longest = g_strnfill (107, 'a');
  g_autofree char *longer = g_strnfill (108, 'a');
  g_auto (TsmSettingValue) value = { 0 }, more = { 0 };

  g_assert_true (tsm_setting_value_parse (TSM_SETTING_TSM_SOCKET, longest, &value));
  g_assert_false (tsm_setting_value_parse (TSM_SETTING_TSM_SOCKET, longer, &more));
}

/* Each default is one that the table itself would take, and each choice is one in lower case. */
static void
test_setting_table_is_sound (void)
{
  for (guint i = 0; i < TSM_N_SETTINGS; i++) {
    const TsmSettingSpec *spec = tsm_setting_get_spec (i);
    g_auto (TsmSettingValue) value = { 0 };
    g_autofree char *expected = tsm_setting_dup_expected (i, TSM_LANG_FR);

    g_test_message ("%s", spec->name);
    g_assert_nonnull (spec->help);
    g_assert_cmpuint (strlen (expected), >, 0);
    if (spec->fallback != NULL)
      g_assert_true (tsm_setting_value_parse (i, spec->fallback, &value));
    if (spec->type == TSM_SETTING_TYPE_INTEGER)
      g_assert_nonnull (spec->fallback);
    for (guint j = 0; j < i; j++)
      g_assert_cmpstr (tsm_setting_get_spec (j)->name, !=, spec->name);
  }
}

static void
test_setting_help_names_all (void)
{
  g_autofree char *english = tsm_setting_dup_help (TSM_LANG_EN);
  g_autofree char *french = tsm_setting_dup_help (TSM_LANG_FR);

  for (guint i = 0; i < TSM_N_SETTINGS; i++) {
    g_assert_nonnull (strstr (english, tsm_setting_get_spec (i)->name));
    g_assert_nonnull (strstr (french, tsm_setting_get_spec (i)->name));
  }
  g_assert_nonnull (strstr (english,
                            "  POLL_SECONDS (default: 60)\n      Seconds between two reads "
                            "of the plug: a whole number from 10 to 3600\n"));
  g_assert_nonnull (strstr (french, "  START_SERVER_DATE (obligatoire)\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/setting-value/takes/text", test_setting_value_takes_text);
  g_test_add_func ("/setting-value/takes/number", test_setting_value_takes_number);
  g_test_add_func ("/setting-value/takes/ids", test_setting_value_takes_ids);
  g_test_add_func ("/setting-value/refuses/text", test_setting_value_refuses);
  g_test_add_func ("/setting-value/refuses/ids", test_setting_value_refuses_ids);
  g_test_add_func ("/setting-value/bounds/ids", test_setting_value_bounds_ids);
  g_test_add_func ("/setting-value/bounds/socket", test_setting_value_bounds_socket);
  g_test_add_func ("/setting/table", test_setting_table_is_sound);
  g_test_add_func ("/setting/help", test_setting_help_names_all);
  return g_test_run ();
}
