/* SPDX-License-Identifier: MIT
 * tsm-plug-parse: what a Tasmota plug answers, in all its spellings (spec tasmota 2, 3, 6). Pure.
 *
 * Each function takes one answer of /cm. The text around an error's subject is the caller's: the
 * messages read after "plug HOST: ". TSM_ERROR_UPSTREAM: a spoilt answer, ask again.
 * TSM_ERROR_DENIED: the password. TSM_ERROR_INVALID: the plug is not set up to be read; the message
 * says what to do. */
#pragma once
#include "rules/tsm-meter.h"

G_BEGIN_DECLS

#define TSM_PLUG_VERSION_SIZE 32

/* What tsm doctor looks at (spec tasmota 9). -1 and "": not said. */
typedef struct {
  char version[TSM_PLUG_VERSION_SIZE]; /* "12.1.1(tasmota)" */
  gint64 version_number;               /* 9.5.0.9 is 9005000009: three digits a part */
  gint64 http_api;                     /* 1 on */
  gint64 timezone;                     /* 99: by TimeStd and TimeDst */
  gint64 local_at;                     /* Status 7's Local, as if UTC; TSM_INSTANT_NONE */
  gint64 save_data;                    /* 0: the counter is never saved */
  gint64 power_on_state;               /* 1, 3 or 4 suit a server */
  gint64 power_retain;
  gint64 signal_dbm; /* negative; 0 not said */
  gint64 link_count;
} TsmPlugFacts;

/* A reading and facts in which nothing was said yet. */
void tsm_plug_parse_clear_reading (TsmReading *ret_reading);
void tsm_plug_parse_clear_facts (TsmPlugFacts *ret_facts);

/* Status 10, or Status 8, EnergyTotal or a telemetry message of the same content, of any version:
 * sets total_wh, step_wh, power_w, today_wh, yesterday_wh, clock_at and total_start of
 * @ret_reading, each total exactly to the Wh (channels and tariffs are summed first). Only the
 * total must be there. On failure @ret_reading is untouched. */
gboolean tsm_plug_parse_energy (const char *text, gsize length, TsmReading *ret_reading,
                                GError **error);
/* Status 11: uptime_s of @reading, signal and link count of @facts. */
gboolean tsm_plug_parse_state (const char *text, gsize length, TsmReading *reading,
                               TsmPlugFacts *facts, GError **error);
/* Status 5: mac of @reading in upper case, http_api of @facts. */
gboolean tsm_plug_parse_network (const char *text, gsize length, TsmReading *reading,
                                 TsmPlugFacts *facts, GError **error);
/* Status 2: the version. */
gboolean tsm_plug_parse_firmware (const char *text, gsize length, TsmPlugFacts *facts,
                                  GError **error);
/* Status 7: zone and local time. */
gboolean tsm_plug_parse_clock (const char *text, gsize length, TsmPlugFacts *facts, GError **error);
/* Status: what happens to counter and relay. */
gboolean tsm_plug_parse_settings (const char *text, gsize length, TsmPlugFacts *facts,
                                  GError **error);

/* "2023-08-18T14:22:39", with "Z" or an offset or without, or "2018.02.04 23:17:01", as if it were
 * UTC; TSM_INSTANT_NONE on anything else. @text may be NULL. */
gint64 tsm_plug_parse_local_time (const char *text);

G_END_DECLS
