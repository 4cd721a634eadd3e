/* SPDX-License-Identifier: MIT
 * tsm-memory: the little that must outlive a restart on Discord's side.
 *
 *   [gateway]
 *   identifies=1767650400;1767650412;
 *   [commands]
 *   197038439483310086=9f86d081884c7d65
 *
 * New keys may be added: what is not known is not read, and goes when the file is next written. */
#include "discord/tsm-memory.h"
#include "base/tsm-limits.h"
#include "base/tsm-log.h"
#include <string.h>

#define GROUP_GATEWAY  "gateway"
#define KEY_IDENTIFIES "identifies"
#define GROUP_COMMANDS "commands"
#define DAY_S          (24 * 3600)
#define MAX_FILE_BYTES (128 * 1024)

struct _TsmMemory {
  char *path;
  GArray *identifies;   /* gint64, the newest TSM_LIMIT_IDENTIFIES in the order they were made */
  GHashTable *commands; /* guild: hash */
  gboolean has_warned;  /* that it cannot be written */
};

/* A path is not for the log, and it is in GLib's own messages. */
static const char *
describe (const GError *error)
{
  if (error->domain != G_FILE_ERROR)
    return "it is not in the form that it was written in";
  switch (error->code) {
  case G_FILE_ERROR_ACCES:
  case G_FILE_ERROR_PERM:
    return "not permitted";
  case G_FILE_ERROR_NOSPC:
    return "no space is left";
  case G_FILE_ERROR_ROFS:
    return "the file system is read-only";
  case G_FILE_ERROR_NOENT:
  case G_FILE_ERROR_NOTDIR:
    return "its directory is not there";
  default:
    return "the disk does not do it";
  }
}

static gboolean
is_id (const char *text)
{
  const gsize length = strlen (text);

  return length > 0 && length <= 20 && strspn (text, "0123456789") == length;
}

static void
push_identify (TsmMemory *self, gint64 at)
{
  g_array_append_val (self->identifies, at);
  if (self->identifies->len > TSM_LIMIT_IDENTIFIES)
    g_array_remove_range (self->identifies, 0, self->identifies->len - TSM_LIMIT_IDENTIFIES);
}

static void
take_identifies (TsmMemory *self, GKeyFile *file)
{
  g_auto (GStrv) words =
      g_key_file_get_string_list (file, GROUP_GATEWAY, KEY_IDENTIFIES, NULL, NULL);
  gint64 at;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (g_ascii_string_to_signed (words[i], 10, 0, G_MAXINT64, &at, NULL))
      push_identify (self, at);
}

static void
take_commands (TsmMemory *self, GKeyFile *file)
{
  g_auto (GStrv) guilds = g_key_file_get_keys (file, GROUP_COMMANDS, NULL, NULL);

  for (guint i = 0; guilds != NULL && guilds[i] != NULL; i++) {
    char *hash = g_key_file_get_string (file, GROUP_COMMANDS, guilds[i], NULL);

    if (hash != NULL && is_id (guilds[i]) &&
        g_hash_table_size (self->commands) < TSM_LIMIT_GUILDS_KEPT)
      g_hash_table_insert (self->commands, g_strdup (guilds[i]), hash);
    else
      g_free (hash);
  }
}

static void
load (TsmMemory *self)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (self->path, &text, &length, &error)) {
    if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      tsm_warning ("discord", "what was noted of Discord cannot be read, starting without: %s",
                   describe (error));
    return;
  }
  if (length > MAX_FILE_BYTES)
    g_set_error_literal (&error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, "too long");
  else
    g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, &error);
  if (error != NULL) {
    tsm_warning ("discord", "what was noted of Discord cannot be used, starting without: %s",
                 describe (error));
    return;
  }
  take_identifies (self, file);
  take_commands (self, file);
}

TsmMemory *
tsm_memory_new (const char *path)
{
  TsmMemory *self = g_new0 (TsmMemory, 1);

  self->path = g_strdup (path);
  self->identifies = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->commands = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  load (self);
  return self;
}

void
tsm_memory_free (TsmMemory *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->identifies);
  g_hash_table_unref (self->commands);
  g_free (self->path);
  g_free (self);
}

static GKeyFile *
dup_file (const TsmMemory *self)
{
  GKeyFile *file = g_key_file_new ();
  g_autoptr (GString) instants = g_string_new (NULL);
  GHashTableIter iter;
  gpointer guild, hash;

  for (guint i = 0; i < self->identifies->len; i++)
    g_string_append_printf (instants, "%" G_GINT64_FORMAT ";",
                            g_array_index (self->identifies, gint64, i));
  g_key_file_set_value (file, GROUP_GATEWAY, KEY_IDENTIFIES, instants->str);
  g_hash_table_iter_init (&iter, self->commands);
  while (g_hash_table_iter_next (&iter, &guild, &hash))
    g_key_file_set_string (file, GROUP_COMMANDS, guild, hash);
  return file;
}

static void
save (TsmMemory *self)
{
  g_autoptr (GKeyFile) file = dup_file (self);
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents_full (self->path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &error)) {
    self->has_warned = FALSE;
    return;
  }
  if (!self->has_warned)
    tsm_warning ("discord",
                 "what is to be noted of Discord cannot be written, going on without: %s",
                 describe (error));
  self->has_warned = TRUE;
}

GArray *
tsm_memory_dup_identifies (const TsmMemory *self, gint64 now)
{
  GArray *recent = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < self->identifies->len; i++) {
    const gint64 at = g_array_index (self->identifies, gint64, i);

    if (at > now - DAY_S)
      g_array_append_val (recent, at);
  }
  return recent;
}

void
tsm_memory_add_identify (TsmMemory *self, gint64 at)
{
  push_identify (self, at);
  save (self);
}

const char *
tsm_memory_peek_commands (const TsmMemory *self, const char *guild)
{
  return g_hash_table_lookup (self->commands, guild);
}

void
tsm_memory_set_commands (TsmMemory *self, const char *guild, const char *hash)
{
  g_assert (is_id (guild));
  if (g_strcmp0 (tsm_memory_peek_commands (self, guild), hash) == 0)
    return;
  if (hash == NULL)
    g_hash_table_remove (self->commands, guild);
  else if (g_hash_table_size (self->commands) < TSM_LIMIT_GUILDS_KEPT ||
           g_hash_table_contains (self->commands, guild))
    g_hash_table_insert (self->commands, g_strdup (guild), g_strdup (hash));
  else
    return;
  save (self);
}
