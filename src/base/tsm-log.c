/* SPDX-License-Identifier: MIT
 * tsm-log: the one writer of logs. */
#include "base/tsm-log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FIELDS 8
/* A library that says the same again and again is heard this often. */
#define REPEAT_US (60 * G_USEC_PER_SEC)

typedef struct {
  GLogLevelFlags level;
  const char *word;
  const char *priority; /* syslog's, as the journal wants it */
  const char *colour;   /* of a terminal */
} Level;

static const Level levels[] = {
  { G_LOG_LEVEL_ERROR, "error", "3", "\033[1;31m" },
  { G_LOG_LEVEL_CRITICAL, "critical", "4", "\033[1;31m" },
  { G_LOG_LEVEL_WARNING, "warning", "4", "\033[1;33m" },
  { G_LOG_LEVEL_MESSAGE, "message", "5", "\033[1;32m" },
  { G_LOG_LEVEL_INFO, "info", "6", "\033[34m" },
  { G_LOG_LEVEL_DEBUG, "debug", "7", "\033[2m" },
};
#define COLOUR_END "\033[0m"

/* GLib's writer is of the whole process, so its configuration is too; set before threads run. */
static struct {
  gboolean is_installed;
  gboolean is_journal;
  gboolean use_colour;
  TsmLogConfig config;
  guint last_hash; /* of what a library said last, and when that was written */
  gint64 last_at_us;
} state = { .config = { .level = G_LOG_LEVEL_MESSAGE } };

static const Level *
find_level (GLogLevelFlags flags)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (flags & levels[i].level)
      return &levels[i];
  return &levels[G_N_ELEMENTS (levels) - 1];
}

gboolean
tsm_log_parse_level (const char *word, GLogLevelFlags *ret_level)
{
  if (word == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++) {
    if (g_ascii_strcasecmp (word, levels[i].word) == 0) {
      /* GLib's criticals are errors to a user, and Python's CRITICAL is above its ERROR. */
      *ret_level = i == 0 ? G_LOG_LEVEL_CRITICAL : levels[i].level;
      return TRUE;
    }
  }
  return FALSE;
}

static const char *
peek_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, key) == 0 && fields[i].length < 0)
      return fields[i].value;
  return NULL;
}

/* A carriage return, an escape sequence or half a character must not reach a terminal. */
static void
append_safe (GString *line, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    const gunichar c = g_utf8_get_char (p);

    if (c == '\n')
      g_string_append (line, "\\n");
    else if (g_unichar_iscntrl (c))
      g_string_append_printf (line, "\\x%02x", c);
    else
      g_string_append_unichar (line, c);
  }
}

static void
append_timestamp (GString *line, gint64 now_us, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = NULL;
  g_autofree char *text = NULL;

  if (utc != NULL)
    local = zone == NULL ? g_date_time_ref (utc) : g_date_time_to_timezone (utc, zone);
  if (local != NULL)
    text = g_date_time_format (local, "%Y-%m-%dT%H:%M:%S%:z");
  g_string_append (line, text != NULL ? text : "-");
}

static void
append_context (GString *line, const GLogField *fields, gsize n_fields)
{
  static const struct {
    const char *key, *label;
  } shown[] = { { "TSM_SERVER", "server" }, { "TSM_USER", "user" }, { "TSM_ERROR", "error" } };

  for (guint i = 0; i < G_N_ELEMENTS (shown); i++) {
    const char *value = peek_field (fields, n_fields, shown[i].key);

    if (value != NULL) {
      g_string_append_printf (line, " [%s: ", shown[i].label);
      append_safe (line, value);
      g_string_append_c (line, ']');
    }
  }
}

char *
tsm_log_dup_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gint64 now_us,
                  GTimeZone *zone, gboolean use_colour)
{
  const Level *row = find_level (level);
  const char *topic = peek_field (fields, n_fields, "TSM_TOPIC");
  const char *message = peek_field (fields, n_fields, "MESSAGE");
  GString *line = g_string_new (NULL);

  /* What the libraries log has a domain in the place of a topic. */
  if (topic == NULL)
    topic = peek_field (fields, n_fields, "GLIB_DOMAIN");
  append_timestamp (line, now_us, zone);
  g_string_append_printf (line, " %s%s%s ", use_colour ? row->colour : "", row->word,
                          use_colour ? COLOUR_END : "");
  if (topic != NULL) {
    append_safe (line, topic);
    g_string_append (line, ": ");
  }
  append_safe (line, message != NULL ? message : "");
  append_context (line, fields, n_fields);
  g_string_append_c (line, '\n');
  return g_string_free (line, FALSE);
}

/* Libraries are heard from messages up; below, only when G_MESSAGES_DEBUG asks for them. */
static gboolean
is_dropped (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  const char *domain = peek_field (fields, n_fields, "GLIB_DOMAIN");

  if ((level & G_LOG_LEVEL_MASK) > state.config.level)
    return TRUE;
  return g_strcmp0 (domain, G_LOG_DOMAIN) != 0 && g_log_writer_default_would_drop (level, domain);
}

G_LOCK_DEFINE_STATIC (last);

/* GSocketService, for one, warns of each client that it could not take in: in a shortage of file
 * descriptors that is thousands of lines a second. */
static gboolean
is_repeated (const GLogField *fields, gsize n_fields, gint64 now_us)
{
  const char *message = peek_field (fields, n_fields, "MESSAGE");
  const char *domain = peek_field (fields, n_fields, "GLIB_DOMAIN");
  guint hash;
  gboolean is_same;

  if (message == NULL || g_strcmp0 (domain, G_LOG_DOMAIN) == 0)
    return FALSE;
  hash = g_str_hash (message);
  G_LOCK (last);
  is_same = hash == state.last_hash && ABS (now_us - state.last_at_us) < REPEAT_US;
  if (!is_same) {
    state.last_hash = hash;
    state.last_at_us = now_us;
  }
  G_UNLOCK (last);
  return is_same;
}

static GLogWriterOutput
write_fields (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const TsmLogConfig *config = &state.config;
  const gint64 now_us = config->now != NULL ? config->now (config->now_data) : g_get_real_time ();
  g_autofree char *line = NULL;

  if (is_dropped (level, fields, n_fields) || is_repeated (fields, n_fields, now_us))
    return G_LOG_WRITER_HANDLED;
  if (state.is_journal &&
      g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  line = tsm_log_dup_line (level, fields, n_fields, now_us, config->zone, state.use_colour);
  fputs (line, stderr);
  fflush (stderr);
  return G_LOG_WRITER_HANDLED;
}

void
tsm_log_init (const TsmLogConfig *config)
{
  GTimeZone *old_zone = state.config.zone;

  state.config = *config;
  if (config->zone != NULL)
    state.config.zone = g_time_zone_ref (config->zone);
  g_clear_pointer (&old_zone, g_time_zone_unref);
  if (state.is_installed)
    return;
  state.is_installed = TRUE;
  state.is_journal = g_log_writer_is_journald (fileno (stderr));
  state.use_colour = g_log_writer_supports_color (fileno (stderr)) && getenv ("NO_COLOR") == NULL;
  g_log_set_writer_func (write_fields, NULL, NULL);
}

void
tsm_log_write (GLogLevelFlags level, const char *topic, const TsmLogContext *context,
               const char *format, ...)
{
  GLogField fields[MAX_FIELDS];
  gsize n_fields = 0;
  g_autofree char *message = NULL, *user = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  fields[n_fields++] = (GLogField){ "MESSAGE", message, -1 };
  fields[n_fields++] = (GLogField){ "PRIORITY", find_level (level)->priority, -1 };
  fields[n_fields++] = (GLogField){ "GLIB_DOMAIN", G_LOG_DOMAIN, -1 };
  fields[n_fields++] = (GLogField){ "TSM_TOPIC", topic, -1 };
  if (context != NULL && context->server != NULL)
    fields[n_fields++] = (GLogField){ "TSM_SERVER", context->server, -1 };
  if (context != NULL && context->user_id != 0) {
    user = g_strdup_printf ("%" G_GINT64_FORMAT, context->user_id);
    fields[n_fields++] = (GLogField){ "TSM_USER", user, -1 };
  }
  if (context != NULL && context->error != NULL)
    fields[n_fields++] = (GLogField){ "TSM_ERROR", context->error->message, -1 };
  g_assert (n_fields <= MAX_FIELDS);
  g_log_structured_array (level, fields, n_fields);
}
