/* SPDX-License-Identifier: MIT
 * tsm-setting: the one table of settings (DESIGN 5.2): it drives parsing, `--help` and
 * docs/settings.md. A new setting is a row there and a name here. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

typedef enum {
  TSM_SETTING_START_SERVER_DATE = 0,
  TSM_SETTING_TIMEZONE,
  TSM_SETTING_HOST_TASMOTA,
  TSM_SETTING_TASMOTA_PASSWORD,
  TSM_SETTING_OFF_BELOW_WATTS,
  TSM_SETTING_POLL_SECONDS,
  TSM_SETTING_HOST_TEMPO,
  TSM_SETTING_HOST_RTE,
  TSM_SETTING_HOST_PROXMOX,
  TSM_SETTING_HOST_PROXMOX_MAC_ADDR,
  TSM_SETTING_HOST_PROXMOX_BOOT_TIMEOUT,
  TSM_SETTING_HOST_PROXMOX_SSL_VERIFY,
  TSM_SETTING_PROXMOX_NODE,
  TSM_SETTING_API_PROXMOX_TOKEN_ID,
  TSM_SETTING_API_PROXMOX_TOKEN_SECRET,
  TSM_SETTING_WOL_TARGET,
  TSM_SETTING_HOST_UPS,
  TSM_SETTING_POWER_POLICY,
  TSM_SETTING_UNKNOWN_DAY,
  TSM_SETTING_TOKEN_BOT,
  TSM_SETTING_GUILD_ID,
  TSM_SETTING_ADMIN_IDS,
  TSM_SETTING_NOTICE_CHANNEL_IDS,
  TSM_SETTING_NOTICE_LANGUAGE,
  TSM_SETTING_DISCORD_API,
  TSM_SETTING_TSM_DATABASE,
  TSM_SETTING_TSM_SOCKET,
  TSM_SETTING_TSM_LISTEN,
  TSM_SETTING_TSM_WEB_TOKEN,
  TSM_SETTING_HEARTBEAT_URL,
  TSM_SETTING_LOG_LEVEL,
} TsmSetting;
#define TSM_N_SETTINGS (TSM_SETTING_LOG_LEVEL + 1)

typedef enum {
  TSM_SETTING_TYPE_DATE = 0,  /* number: a TsmDay */
  TSM_SETTING_TYPE_ZONE,      /* text: an identifier that GTimeZone knows */
  TSM_SETTING_TYPE_HOST,      /* text: one word; devices/tsm-endpoint.h reads it */
  TSM_SETTING_TYPE_HOST_PORT, /* text: host:port */
  TSM_SETTING_TYPE_UPS,       /* text: ups@host[:port] */
  TSM_SETTING_TYPE_MAC,       /* text: "aa:bb:cc:dd:ee:ff" */
  TSM_SETTING_TYPE_NODE,      /* text: a host name's label */
  TSM_SETTING_TYPE_TOKEN_ID,  /* text: user@realm!name */
  TSM_SETTING_TYPE_WORD,      /* text: one word, of any printable characters */
  TSM_SETTING_TYPE_LINE,      /* text: printable characters and spaces */
  TSM_SETTING_TYPE_PATH,      /* text: no longer than max bytes */
  TSM_SETTING_TYPE_URL,       /* text: https, or http to this machine */
  TSM_SETTING_TYPE_INTEGER,   /* number: min to max */
  TSM_SETTING_TYPE_TRUST,     /* text: "true", "false" or a fingerprint's 64 hex digits */
  TSM_SETTING_TYPE_CHOICE,    /* text: one of choices, in lower case */
  TSM_SETTING_TYPE_IDS,       /* ids */
} TsmSettingType;

typedef enum {
  TSM_SETTING_NEED_NOT = 0,
  TSM_SETTING_NEED_ALWAYS,
  TSM_SETTING_NEED_WITH_PROXMOX, /* when HOST_PROXMOX is set */
  TSM_SETTING_NEED_WITH_DISCORD, /* when TOKEN_BOT is set */
} TsmSettingNeed;

typedef struct {
  const char *name;
  TsmSettingType type;
  TsmSettingNeed need;
  gboolean is_secret;         /* kept in a TsmSecret; NAME_FILE=path is read too */
  const char *fallback;       /* the default; NULL for none */
  const char *fallback_words; /* N_: for --help, a default that depends on the machine */
  int min;
  int max;
  const char *choices; /* separated by "|" */
  const char *help;    /* N_: what it is, one sentence without its full stop */
} TsmSettingSpec;

const TsmSettingSpec *tsm_setting_get_spec (TsmSetting setting);
/* What it should be: "a date that exists, as YYYY-MM-DD"; free with g_free. */
char *tsm_setting_dup_expected (TsmSetting setting, TsmLang lang);
/* The whole table for people: `tsm run --help`; free with g_free. */
char *tsm_setting_dup_help (TsmLang lang);
/* The same as docs/settings.md has it. */
char *tsm_setting_dup_markdown (void);

G_END_DECLS
