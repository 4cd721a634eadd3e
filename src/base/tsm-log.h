/* SPDX-License-Identifier: MIT
 * tsm-log: the one writer of logs, for the edges. rules, engine and store do not log: they return
 * errors, and the layer that decides logs once, saying what it does about it.
 *
 * warning: a person should look; message: power, money or membership changed; info: jobs; debug:
 * the rest. To the journal as structured fields when stderr is the journal, else to stderr as
 * "2026-01-05T22:00:01+01:00 message power: shutting the host down". */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* The time in microseconds since 1970, UTC. */
typedef gint64 (*TsmLogNow) (gpointer data);

typedef struct {
  GLogLevelFlags level; /* the least urgent level that is written */
  GTimeZone *zone;      /* of the timestamps; NULL is UTC */
  TsmLogNow now;        /* NULL: the machine's clock; a simulation passes its own */
  gpointer now_data;
} TsmLogConfig;

/* What a line is about; a field that is NULL or 0 is left out. */
typedef struct {
  const char *server;
  gint64 user_id;
  const GError *error;
} TsmLogContext;

/* Installs the writer. To be called before any other thread runs; a later call only changes the
 * configuration. */
void tsm_log_init (const TsmLogConfig *config);

/* "debug", "info", "message", "warning", "error", in any case, and Python's "CRITICAL". FALSE, and
 * @ret_level alone, on any other word. At "error" only what makes the program stop is written. */
gboolean tsm_log_parse_level (const char *word, GLogLevelFlags *ret_level);

/* Writes one line. @topic is a word: "power", "plug", "colour". @context may be NULL. Line breaks
 * and control characters in the text are escaped: what a device answered cannot forge a line. */
void tsm_log_write (GLogLevelFlags level, const char *topic, const TsmLogContext *context,
                    const char *format, ...) G_GNUC_PRINTF (4, 5);

#define tsm_warning(topic, ...) tsm_log_write (G_LOG_LEVEL_WARNING, (topic), NULL, __VA_ARGS__)
#define tsm_message(topic, ...) tsm_log_write (G_LOG_LEVEL_MESSAGE, (topic), NULL, __VA_ARGS__)
#define tsm_info(topic, ...)    tsm_log_write (G_LOG_LEVEL_INFO, (topic), NULL, __VA_ARGS__)
#define tsm_debug(topic, ...)   tsm_log_write (G_LOG_LEVEL_DEBUG, (topic), NULL, __VA_ARGS__)

/* The line of stderr for these fields, with its line break; free with g_free. */
char *tsm_log_dup_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                        gint64 now_us, GTimeZone *zone, gboolean use_colour);

G_END_DECLS
