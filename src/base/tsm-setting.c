/* SPDX-License-Identifier: MIT
 * tsm-setting: the one table of settings, and how each of them is written out. */
#include "base/tsm-setting.h"
#include "base/tsm-text.h"

/* sun_path of a Unix socket holds 108 bytes with its NUL. */
#define SOCKET_PATH_BYTES 107
#define PATH_BYTES        4095

/* Its name is its enum's. */
#define ROW(id, ...) [TSM_SETTING_##id] = { .name = #id, __VA_ARGS__ }

static const TsmSettingSpec specs[TSM_N_SETTINGS] = {
  ROW (START_SERVER_DATE, .type = TSM_SETTING_TYPE_DATE, .need = TSM_SETTING_NEED_ALWAYS,
       .help = N_ ("The day on which the server's accounts begin")),
  ROW (TIMEZONE, .type = TSM_SETTING_TYPE_ZONE, .fallback = "Europe/Paris",
       .help = N_ ("The zone of 06:00, 22:00 and of every date shown")),
  ROW (HOST_TASMOTA, .type = TSM_SETTING_TYPE_HOST, .need = TSM_SETTING_NEED_ALWAYS,
       .help = N_ ("The Tasmota plug that meters the server")),
  ROW (TASMOTA_PASSWORD, .type = TSM_SETTING_TYPE_LINE, .is_secret = TRUE,
       .help = N_ ("The plug's web password, if it has one")),
  ROW (OFF_BELOW_WATTS, .type = TSM_SETTING_TYPE_INTEGER, .fallback = "10", .min = 1, .max = 1000,
       .help = N_ ("A draw below this many watts means that the server is off")),
  ROW (POLL_SECONDS, .type = TSM_SETTING_TYPE_INTEGER, .fallback = "60", .min = 10, .max = 3600,
       .help = N_ ("Seconds between two reads of the plug")),
  ROW (HOST_TEMPO, .type = TSM_SETTING_TYPE_HOST, .fallback = "www.api-couleur-tempo.fr",
       .help = N_ ("The first source of Tempo colours")),
  ROW (HOST_RTE, .type = TSM_SETTING_TYPE_HOST, .fallback = "www.services-rte.com",
       .help = N_ ("The second source of Tempo colours")),
  ROW (HOST_PROXMOX, .type = TSM_SETTING_TYPE_HOST,
       .help = N_ ("The Proxmox host to shut down and wake; without it TSM only meters")),
  ROW (HOST_PROXMOX_MAC_ADDR, .type = TSM_SETTING_TYPE_MAC, .need = TSM_SETTING_NEED_WITH_PROXMOX,
       .help = N_ ("The network card that Wake-on-LAN wakes")),
  ROW (HOST_PROXMOX_BOOT_TIMEOUT, .type = TSM_SETTING_TYPE_INTEGER, .fallback = "600", .min = 30,
       .max = 3600, .help = N_ ("Seconds that the host may take to start")),
  ROW (HOST_PROXMOX_SSL_VERIFY, .type = TSM_SETTING_TYPE_TRUST, .fallback = "true",
       .help = N_ (
           "Which certificate of the host is believed: one that this machine trusts (true), any "
           "(false), or the one with this fingerprint")),
  ROW (PROXMOX_NODE, .type = TSM_SETTING_TYPE_NODE, .fallback_words = N_ ("asked of the host"),
       .help = N_ ("The host's name in Proxmox")),
  ROW (API_PROXMOX_TOKEN_ID, .type = TSM_SETTING_TYPE_TOKEN_ID,
       .need = TSM_SETTING_NEED_WITH_PROXMOX,
       .help = N_ ("The API token that may shut the host down")),
  ROW (API_PROXMOX_TOKEN_SECRET, .type = TSM_SETTING_TYPE_WORD,
       .need = TSM_SETTING_NEED_WITH_PROXMOX, .is_secret = TRUE,
       .help = N_ ("The secret of that token")),
  ROW (WOL_TARGET, .type = TSM_SETTING_TYPE_HOST_PORT, .fallback = "255.255.255.255:9", .min = 1,
       .help = N_ ("Where Wake-on-LAN packets go")),
  ROW (HOST_UPS, .type = TSM_SETTING_TYPE_UPS,
       .help = N_ ("The UPS behind which the host is, served by NUT; not used yet")),
  ROW (POWER_POLICY, .type = TSM_SETTING_TYPE_CHOICE, .fallback = "evening",
       .choices = "evening|peak",
       .help = N_ ("Whether a red day turns the host off the evening before, "
                   "or in its peak hours alone")),
  ROW (UNKNOWN_DAY, .type = TSM_SETTING_TYPE_CHOICE, .fallback = "off", .choices = "off|on",
       .help = N_ ("What the host is in the peak hours of a day that may be red")),
  ROW (TOKEN_BOT, .type = TSM_SETTING_TYPE_WORD, .is_secret = TRUE,
       .help = N_ (
           "The token of the Discord bot, without the word Bot; without it TSM is not on Discord")),
  ROW (GUILD_ID, .type = TSM_SETTING_TYPE_IDS, .need = TSM_SETTING_NEED_WITH_DISCORD,
       .help = N_ ("The Discord servers whose members are the group")),
  ROW (ADMIN_IDS, .type = TSM_SETTING_TYPE_IDS,
       .help = N_ ("The Discord users who are admins from the start")),
  ROW (NOTICE_CHANNEL_IDS, .type = TSM_SETTING_TYPE_IDS,
       .help = N_ ("The Discord channels where TSM announces, one or more a server; else the "
                   "channel of the server's system messages")),
  ROW (NOTICE_LANGUAGE, .type = TSM_SETTING_TYPE_CHOICE, .choices = "fr|en",
       .fallback_words = N_ ("the Discord server's own language, or French where it says none"),
       .help = N_ ("The language of what TSM announces; answers follow each user's own")),
  ROW (DISCORD_API, .type = TSM_SETTING_TYPE_URL, .fallback = "https://discord.com/api/v10",
       .help = N_ ("Discord's interface")),
  ROW (TSM_DATABASE, .type = TSM_SETTING_TYPE_PATH, .max = PATH_BYTES,
       .fallback_words = N_ ("tsm.db in the state directory"), .help = N_ ("The ledger")),
  ROW (TSM_SOCKET, .type = TSM_SETTING_TYPE_PATH, .max = SOCKET_PATH_BYTES,
       .fallback_words = N_ ("tsm.sock in the runtime directory"),
       .help = N_ ("The socket on which the daemon takes commands from tsm do")),
  ROW (TSM_LISTEN, .type = TSM_SETTING_TYPE_HOST_PORT, .fallback = "127.0.0.1:8080",
       .help = N_ ("Where the dashboard is served; port 0 is any free one")),
  ROW (TSM_WEB_TOKEN, .type = TSM_SETTING_TYPE_WORD, .is_secret = TRUE,
       .help = N_ ("What opens the dashboard from another machine")),
  ROW (
      HEARTBEAT_URL, .type = TSM_SETTING_TYPE_URL, .is_secret = TRUE,
      .help = N_ (
          "An address that is called while all is well, so that its silence alarms; not used yet")),
  ROW (LOG_LEVEL, .type = TSM_SETTING_TYPE_CHOICE, .fallback = "info",
       .choices = "debug|info|message|warning|error|critical",
       .help = N_ ("The least urgent lines that are logged")),
};

const TsmSettingSpec *
tsm_setting_get_spec (TsmSetting setting)
{
  g_assert (setting < TSM_N_SETTINGS);
  return &specs[setting];
}

/* Bounds are shown as they are to be typed: without marks between thousands. */
static char *
dup_range (const TsmSettingSpec *spec, TsmLang lang)
{
  return g_strdup_printf (tsm_text (lang, "a whole number from %d to %d"), spec->min, spec->max);
}

static char *
dup_choices (const TsmSettingSpec *spec, TsmLang lang)
{
  g_auto (GStrv) words = g_strsplit (spec->choices, "|", -1);
  g_autofree char *list = g_strjoinv (", ", words);

  return g_strdup_printf (tsm_text (lang, "one of %s"), list);
}

static char *
dup_path_limit (const TsmSettingSpec *spec, TsmLang lang)
{
  return g_strdup_printf (tsm_text (lang, "a path of at most %d bytes"), spec->max);
}

char *
tsm_setting_dup_expected (TsmSetting setting, TsmLang lang)
{
  const TsmSettingSpec *spec = tsm_setting_get_spec (setting);

  switch (spec->type) {
  case TSM_SETTING_TYPE_DATE:
    return g_strdup (tsm_text (lang, "a date that exists, as YYYY-MM-DD"));
  case TSM_SETTING_TYPE_ZONE:
    return g_strdup (tsm_text (lang, "a time zone such as Europe/Paris"));
  case TSM_SETTING_TYPE_HOST:
    return g_strdup (tsm_text (lang, "a host, host:port or http(s)://host:port, without a path"));
  case TSM_SETTING_TYPE_HOST_PORT:
    return g_strdup (tsm_text (lang, "host:port"));
  case TSM_SETTING_TYPE_UPS:
    return g_strdup (tsm_text (lang, "ups@host or ups@host:port"));
  case TSM_SETTING_TYPE_MAC:
    return g_strdup (tsm_text (lang, "a hardware address such as 52:54:00:12:34:56"));
  case TSM_SETTING_TYPE_NODE:
    return g_strdup (tsm_text (lang, "a name of letters, digits and dashes"));
  case TSM_SETTING_TYPE_TOKEN_ID:
    return g_strdup (tsm_text (lang, "user@realm!name, as Proxmox shows it"));
  case TSM_SETTING_TYPE_WORD:
    return g_strdup (tsm_text (lang, "a text without spaces"));
  case TSM_SETTING_TYPE_LINE:
    return g_strdup (tsm_text (lang, "a text on one line"));
  case TSM_SETTING_TYPE_PATH:
    return dup_path_limit (spec, lang);
  case TSM_SETTING_TYPE_URL:
    return g_strdup (tsm_text (lang, "an https:// address, or an http:// one of this machine"));
  case TSM_SETTING_TYPE_INTEGER:
    return dup_range (spec, lang);
  case TSM_SETTING_TYPE_TRUST:
    return g_strdup (tsm_text (lang, "true, false or a SHA-256 fingerprint (AB:CD:...)"));
  case TSM_SETTING_TYPE_CHOICE:
    return dup_choices (spec, lang);
  case TSM_SETTING_TYPE_IDS:
    return g_strdup (tsm_text (lang, "Discord ids (digits), separated by commas"));
  }
  g_assert_not_reached ();
}

/* "required", "default X", or NULL. */
static char *
dup_note (const TsmSettingSpec *spec, TsmLang lang)
{
  switch (spec->need) {
  case TSM_SETTING_NEED_ALWAYS:
    return g_strdup (tsm_text (lang, "required"));
  case TSM_SETTING_NEED_WITH_PROXMOX:
    return g_strdup_printf (tsm_text (lang, "required with %s"), "HOST_PROXMOX");
  case TSM_SETTING_NEED_WITH_DISCORD:
    return g_strdup_printf (tsm_text (lang, "required with %s"), "TOKEN_BOT");
  case TSM_SETTING_NEED_NOT:
    break;
  }
  if (spec->fallback != NULL)
    return g_strdup_printf (tsm_text (lang, "default: %s"), spec->fallback);
  if (spec->fallback_words != NULL)
    return g_strdup_printf (tsm_text (lang, "default: %s"), tsm_text (lang, spec->fallback_words));
  return g_strdup (tsm_text (lang, "optional"));
}

char *
tsm_setting_dup_help (TsmLang lang)
{
  GString *out = g_string_new (NULL);

  g_string_append (out, tsm_text (lang, "Settings, from the environment or the file of --config "
                                        "(the environment wins):"));
  g_string_append_c (out, '\n');
  for (guint i = 0; i < TSM_N_SETTINGS; i++) {
    g_autofree char *expected = tsm_setting_dup_expected (i, lang);
    g_autofree char *note = dup_note (&specs[i], lang);

    g_string_append_printf (out, "  %s (%s)\n      ", specs[i].name, note);
    /* TRANSLATORS: what a setting is, then what it should be. */
    g_string_append_printf (out, tsm_text (lang, "%s: %s"), tsm_text (lang, specs[i].help),
                            expected);
    g_string_append_c (out, '\n');
  }
  g_string_append (out, tsm_text (lang, "A secret NAME may also be given as NAME_FILE=path of a "
                                        "file that holds it."));
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

char *
tsm_setting_dup_markdown (void)
{
  GString *out = g_string_new ("| setting | what it is | what it should be | |\n"
                               "|---|---|---|---|\n");

  for (guint i = 0; i < TSM_N_SETTINGS; i++) {
    g_autofree char *expected = tsm_setting_dup_expected (i, TSM_LANG_EN);
    g_autofree char *note = dup_note (&specs[i], TSM_LANG_EN);

    g_string_append_printf (out, "| `%s`%s | %s | %s | %s |\n", specs[i].name,
                            specs[i].is_secret ? " or `..._FILE`" : "", specs[i].help, expected,
                            note);
  }
  return g_string_free (out, FALSE);
}
