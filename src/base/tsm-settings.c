/* SPDX-License-Identifier: MIT
 * tsm-settings: the settings as given, checked all at once. */
#include "base/tsm-settings.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "base/tsm-setting-value.h"
#include "base/tsm-text.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define GROUP       "tsm"
#define GROUP_LINE  "[" GROUP "]\n"
#define SHOWN_CHARS 60
#define UTF8_BOM    "\357\273\277"

typedef struct {
  TsmSettingState state;
  TsmSettingValue value; /* its text moves to secret when the setting is one */
  TsmSecret *secret;
  char *problem;
} Entry;

struct _TsmSettings {
  TsmLang lang;
  GTimeZone *zone;
  GPtrArray *problems; /* of char *, NULL-terminated once built */
  char *file_problem;  /* that the file cannot be read; NULL when it can */
  Entry entries[TSM_N_SETTINGS];
};

/* What is being read, and where from: the environment, then the file. */
typedef struct {
  TsmSettings *self;
  const TsmSettingsInput *input;
  GKeyFile *file; /* NULL when there is none */
} Loader;
enum { SOURCE_ENVIRONMENT, SOURCE_FILE, N_SOURCES };

static void
add_problem (TsmSettings *self, char *problem)
{
  g_ptr_array_add (self->problems, problem);
}

static void
set_bad (TsmSettings *self, TsmSetting setting, char *problem)
{
  Entry *entry = &self->entries[setting];

  entry->state = TSM_SETTING_STATE_BAD;
  entry->problem = problem;
  add_problem (self, g_strdup (problem));
}

static char *
dup_shown (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *cut = g_utf8_substring (valid, 0, MIN (SHOWN_CHARS, g_utf8_strlen (valid, -1)));

  for (char *p = cut; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = '?';
  return g_steal_pointer (&cut);
}

/* One line: what the system or the file's format says of it. */
static void
add_unreadable (TsmSettings *self, const char *path, const char *why)
{
  self->file_problem = g_strdup_printf (tsm_text (self->lang, "%s cannot be read: %s"), path, why);
  add_problem (self, g_strdup (self->file_problem));
}

static const char *
skip_blanks (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;
  return text;
}

/* The first line that is no group, comment or NAME=value; 0 if all are. GKeyFile's own message
 * quotes the line, which may hold a secret. */
static guint
find_bad_line (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    const char *line = skip_blanks (lines[i]);

    if (*line == '\0' || *line == '#')
      continue;
    if (*line == '[' ? strchr (line, ']') == NULL : *line == '=' || strchr (line, '=') == NULL)
      return i + 1;
  }
  return 0;
}

/* A .env file has no group. */
static gboolean
has_group_first (const char *text)
{
  const char *p = skip_blanks (text);

  while (*p == '#') {
    p += strcspn (p, "\n");
    p = skip_blanks (p);
  }
  return *p == '[';
}

static GKeyFile *
parse_key_file (TsmSettings *self, const char *path, const char *text)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *with_group = NULL;

  if (!g_utf8_validate (text, -1, NULL)) {
    add_unreadable (self, path, tsm_text (self->lang, "it is not UTF-8 text"));
    return NULL;
  }
  if (g_str_has_prefix (text, UTF8_BOM))
    text += strlen (UTF8_BOM);
  with_group = g_strconcat (has_group_first (text) ? "" : GROUP_LINE, text, NULL);
  if (!g_key_file_load_from_data (file, with_group, strlen (with_group), G_KEY_FILE_NONE, NULL)) {
    g_autofree char *why = g_strdup_printf (
        tsm_text (self->lang, "line %u is neither NAME=value nor [tsm] nor a comment"),
        find_bad_line (text));

    add_unreadable (self, path, why);
    return NULL;
  }
  return g_steal_pointer (&file);
}

static GKeyFile *
read_key_file (Loader *loader)
{
  TsmSettings *self = loader->self;
  const char *path = loader->input->path;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (path == NULL)
    return NULL;
  text = loader->input->read (path, TSM_LIMIT_SETTINGS_BYTES, &error);
  if (text == NULL) {
    add_unreadable (self, path, error->message);
    return NULL;
  }
  return parse_key_file (self, path, text);
}

static gboolean
is_known_key (const char *key)
{
  for (guint i = 0; i < TSM_N_SETTINGS; i++) {
    const TsmSettingSpec *spec = tsm_setting_get_spec (i);
    const char *rest = g_str_has_prefix (key, spec->name) ? key + strlen (spec->name) : NULL;

    if (rest != NULL && (*rest == '\0' || (spec->is_secret && strcmp (rest, "_FILE") == 0)))
      return TRUE;
  }
  return FALSE;
}

/* A setting misspelt would be a setting silently at its default. */
static void
find_unknown (Loader *loader)
{
  TsmSettings *self = loader->self;
  g_auto (GStrv) groups = g_key_file_get_groups (loader->file, NULL);
  g_auto (GStrv) keys = g_key_file_get_keys (loader->file, GROUP, NULL, NULL);

  for (guint i = 0; groups[i] != NULL; i++) {
    g_autofree char *shown = dup_shown (groups[i]);

    if (strcmp (groups[i], GROUP) != 0)
      add_problem (self,
                   g_strdup_printf (tsm_text (self->lang,
                                              "[%s] in %s should be [tsm]: nothing else is read"),
                                    shown, loader->input->path));
  }
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
    g_autofree char *shown = dup_shown (keys[i]);

    if (!is_known_key (keys[i]))
      add_problem (
          self, g_strdup_printf (tsm_text (self->lang,
                                           "%s in %s is not a setting: tsm run --help lists them"),
                                 shown, loader->input->path));
  }
}

/* NULL when @name is not set, or to nothing. */
static char *
dup_raw (const Loader *loader, guint source, const char *name)
{
  g_autofree char *text = NULL;
  gsize length;

  if (source == SOURCE_ENVIRONMENT)
    text = g_strdup (g_environ_getenv ((char **) loader->input->environment, name));
  else if (loader->file != NULL)
    text = g_key_file_get_value (loader->file, GROUP, name, NULL);
  if (text == NULL)
    return NULL;
  g_strstrip (text);
  length = strlen (text);
  if (length >= 2 && (*text == '"' || *text == '\'') && text[length - 1] == *text) {
    text[length - 1] = '\0';
    memmove (text, text + 1, length - 1);
  }
  return *text == '\0' ? NULL : g_steal_pointer (&text);
}

/* The text of the secret that NAME_FILE names; NULL when it is bad. A path that is not absolute may
 * be the secret itself, put there by mistake, so it is not shown. */
static char *
read_secret (const Loader *loader, TsmSetting setting, const char *path)
{
  TsmSettings *self = loader->self;
  const char *name = tsm_setting_get_spec (setting)->name;
  g_autoptr (GError) error = NULL;
  char *text = loader->input->read (path, TSM_LIMIT_SECRET_BYTES, &error);
  g_autofree char *shown = *path == '/' ? dup_shown (path) : g_strdup ("...");

  if (text == NULL) {
    set_bad (self, setting,
             g_strdup_printf (tsm_text (self->lang, "%s_FILE: %s cannot be read: %s"), name, shown,
                              error->message));
    return NULL;
  }
  g_strstrip (text);
  if (*text == '\0') {
    set_bad (self, setting,
             g_strdup_printf (tsm_text (self->lang, "%s_FILE: %s is empty"), name, shown));
    g_clear_pointer (&text, g_free);
  }
  return text;
}

/* The setting's text from the first source that has it; NULL when none has, or when it is bad. */
static char *
dup_given (const Loader *loader, TsmSetting setting)
{
  const TsmSettingSpec *spec = tsm_setting_get_spec (setting);
  g_autofree char *file_name = g_strconcat (spec->name, "_FILE", NULL);

  for (guint source = 0; source < N_SOURCES; source++) {
    g_autofree char *path = spec->is_secret ? dup_raw (loader, source, file_name) : NULL;
    char *text = dup_raw (loader, source, spec->name);

    if (text != NULL && path != NULL) {
      set_bad (loader->self, setting,
               g_strdup_printf (tsm_text (loader->self->lang, "%s and %s are both set: keep one"),
                                spec->name, file_name));
      tsm_secret_wipe_string (text);
      return NULL;
    }
    if (path != NULL)
      return read_secret (loader, setting, path);
    if (text != NULL)
      return text;
  }
  return NULL;
}

static char *
dup_bad_value (const TsmSettings *self, TsmSetting setting, const char *text)
{
  const TsmSettingSpec *spec = tsm_setting_get_spec (setting);
  g_autofree char *expected = tsm_setting_dup_expected (setting, self->lang);
  g_autofree char *shown = dup_shown (text);

  if (spec->is_secret)
    return g_strdup_printf (tsm_text (self->lang, "%s is not well-formed: it should be %s"),
                            spec->name, expected);
  return g_strdup_printf (tsm_text (self->lang, "%s is \"%s\": it should be %s"), spec->name, shown,
                          expected);
}

static void
take_value (Entry *entry, gboolean is_secret)
{
  if (!is_secret || entry->value.text == NULL)
    return;
  entry->secret = tsm_secret_new (entry->value.text);
  tsm_secret_wipe_string (g_steal_pointer (&entry->value.text));
}

static void
load_one (const Loader *loader, TsmSetting setting)
{
  const TsmSettingSpec *spec = tsm_setting_get_spec (setting);
  Entry *entry = &loader->self->entries[setting];
  char *text = dup_given (loader, setting);

  if (text != NULL && tsm_setting_value_parse (setting, text, &entry->value))
    entry->state = TSM_SETTING_STATE_GOOD;
  else if (text != NULL)
    set_bad (loader->self, setting, dup_bad_value (loader->self, setting, text));
  /* A default that does not parse is a zone on a machine without its data; peek_zone says UTC. */
  if (entry->state != TSM_SETTING_STATE_GOOD && spec->fallback != NULL &&
      !tsm_setting_value_parse (setting, spec->fallback, &entry->value) &&
      entry->state == TSM_SETTING_STATE_ABSENT)
    set_bad (loader->self, setting, dup_bad_value (loader->self, setting, spec->fallback));
  take_value (entry, spec->is_secret);
  if (text != NULL)
    tsm_secret_wipe_string (text);
}

/* @setting is missing; it is wanted if @wanting is there. */
static void
check_need_with (TsmSettings *self, TsmSetting setting, TsmSetting wanting)
{
  g_autofree char *expected = NULL;

  if (self->entries[wanting].state == TSM_SETTING_STATE_ABSENT)
    return;
  expected = tsm_setting_dup_expected (setting, self->lang);
  set_bad (self, setting,
           g_strdup_printf (tsm_text (self->lang,
                                      "%s is missing: %s needs it, and it should be %s"),
                            tsm_setting_get_spec (setting)->name,
                            tsm_setting_get_spec (wanting)->name, expected));
}

static void
check_need (TsmSettings *self, TsmSetting setting)
{
  const TsmSettingSpec *spec = tsm_setting_get_spec (setting);
  g_autofree char *expected = NULL;

  if (self->entries[setting].state != TSM_SETTING_STATE_ABSENT)
    return;
  expected = tsm_setting_dup_expected (setting, self->lang);
  switch (spec->need) {
  case TSM_SETTING_NEED_NOT:
    return;
  case TSM_SETTING_NEED_ALWAYS:
    set_bad (self, setting,
             g_strdup_printf (tsm_text (self->lang, "%s is missing: it should be %s"), spec->name,
                              expected));
    return;
  case TSM_SETTING_NEED_WITH_PROXMOX:
    check_need_with (self, setting, TSM_SETTING_HOST_PROXMOX);
    return;
  case TSM_SETTING_NEED_WITH_DISCORD:
    check_need_with (self, setting, TSM_SETTING_TOKEN_BOT);
    return;
  }
  g_assert_not_reached ();
}

/* The first of the colon-separated directories of @name, if it is absolute, as systemd and the XDG
 * base directories ask. */
static char *
dup_directory (const Loader *loader, const char *name)
{
  g_autofree char *value = dup_raw (loader, SOURCE_ENVIRONMENT, name);

  if (value == NULL || *value != '/')
    return NULL;
  value[strcspn (value, ":")] = '\0';
  return g_steal_pointer (&value);
}

static char *
dup_default_database (const Loader *loader)
{
  g_autofree char *systemd = dup_directory (loader, "STATE_DIRECTORY");
  g_autofree char *xdg = dup_directory (loader, "XDG_STATE_HOME");
  g_autofree char *home = dup_directory (loader, "HOME");

  if (systemd != NULL)
    return g_build_filename (systemd, "tsm.db", NULL);
  if (xdg != NULL)
    return g_build_filename (xdg, "tsm", "tsm.db", NULL);
  return home != NULL ? g_build_filename (home, ".local", "state", "tsm", "tsm.db", NULL) : NULL;
}

static char *
dup_default_socket (const Loader *loader)
{
  g_autofree char *systemd = dup_directory (loader, "RUNTIME_DIRECTORY");
  g_autofree char *xdg = dup_directory (loader, "XDG_RUNTIME_DIR");
  const char *database = loader->self->entries[TSM_SETTING_TSM_DATABASE].value.text;
  g_autofree char *beside = database != NULL ? g_path_get_dirname (database) : NULL;
  const char *directory = systemd != NULL ? systemd : xdg != NULL ? xdg : beside;

  return directory != NULL ? g_build_filename (directory, "tsm.sock", NULL) : NULL;
}

/* A default that depends on the machine is checked like a value: a socket's path may be too long.
 */
static void
apply_default (TsmSettings *self, TsmSetting setting, char *text)
{
  Entry *entry = &self->entries[setting];
  g_autofree char *owned = text;
  g_autofree char *expected = tsm_setting_dup_expected (setting, self->lang);

  if (entry->value.text != NULL ||
      (owned != NULL && tsm_setting_value_parse (setting, owned, &entry->value)) ||
      entry->state == TSM_SETTING_STATE_BAD)
    return;
  if (owned != NULL)
    set_bad (self, setting, dup_bad_value (self, setting, owned));
  else
    set_bad (self, setting,
             g_strdup_printf (tsm_text (self->lang, "%s is missing: it should be %s"),
                              tsm_setting_get_spec (setting)->name, expected));
}

TsmSettings *
tsm_settings_new (const TsmSettingsInput *input)
{
  TsmSettings *self = g_new0 (TsmSettings, 1);
  TsmSettingsInput complete = *input;
  Loader loader = { .self = self, .input = &complete };
  const char *zone;

  if (complete.read == NULL)
    complete.read = tsm_settings_read_file;
  self->lang = input->lang;
  self->problems = g_ptr_array_new_with_free_func (g_free);
  self->entries[TSM_SETTING_START_SERVER_DATE].value.number = TSM_DAY_NONE;
  loader.file = read_key_file (&loader);
  for (guint i = 0; i < TSM_N_SETTINGS; i++)
    load_one (&loader, i);
  for (guint i = 0; i < TSM_N_SETTINGS; i++)
    check_need (self, i);
  apply_default (self, TSM_SETTING_TSM_DATABASE, dup_default_database (&loader));
  apply_default (self, TSM_SETTING_TSM_SOCKET, dup_default_socket (&loader));
  if (loader.file != NULL)
    find_unknown (&loader);
  g_ptr_array_add (self->problems, NULL);
  zone = tsm_settings_get_text (self, TSM_SETTING_TIMEZONE);
  self->zone = zone != NULL ? g_time_zone_new_identifier (zone) : g_time_zone_new_utc ();
  g_clear_pointer (&loader.file, g_key_file_unref);
  return self;
}

void
tsm_settings_free (TsmSettings *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < TSM_N_SETTINGS; i++) {
    tsm_setting_value_clear (&self->entries[i].value);
    g_clear_pointer (&self->entries[i].secret, tsm_secret_unref);
    g_clear_pointer (&self->entries[i].problem, g_free);
  }
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->file_problem, g_free);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  g_free (self);
}

const char *const *
tsm_settings_peek_problems (const TsmSettings *self)
{
  return (const char *const *) self->problems->pdata;
}

gboolean
tsm_settings_check (const TsmSettings *self, GError **error)
{
  g_autofree char *lines = NULL;

  if (self->problems->len == 1) /* the NULL at the end */
    return TRUE;
  lines = g_strjoinv ("\n", (char **) self->problems->pdata);
  g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, lines);
  return FALSE;
}

gboolean
tsm_settings_check_file (const TsmSettings *self, GError **error)
{
  if (self->file_problem == NULL)
    return TRUE;
  g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, self->file_problem);
  return FALSE;
}

TsmLang
tsm_settings_get_lang (const TsmSettings *self)
{
  return self->lang;
}

TsmSettingState
tsm_settings_get_state (const TsmSettings *self, TsmSetting setting)
{
  g_assert (setting < TSM_N_SETTINGS);
  return self->entries[setting].state;
}

const char *
tsm_settings_peek_problem (const TsmSettings *self, TsmSetting setting)
{
  g_assert (setting < TSM_N_SETTINGS);
  return self->entries[setting].problem;
}

const char *
tsm_settings_get_text (const TsmSettings *self, TsmSetting setting)
{
  g_assert (!tsm_setting_get_spec (setting)->is_secret);
  return self->entries[setting].value.text;
}

TsmSecret *
tsm_settings_peek_secret (const TsmSettings *self, TsmSetting setting)
{
  g_assert (tsm_setting_get_spec (setting)->is_secret);
  return self->entries[setting].secret;
}

gint64
tsm_settings_get_integer (const TsmSettings *self, TsmSetting setting)
{
  g_assert (tsm_setting_get_spec (setting)->type == TSM_SETTING_TYPE_INTEGER);
  return self->entries[setting].value.number;
}

TsmDay
tsm_settings_get_day (const TsmSettings *self, TsmSetting setting)
{
  g_assert (tsm_setting_get_spec (setting)->type == TSM_SETTING_TYPE_DATE);
  return (TsmDay) self->entries[setting].value.number;
}

const gint64 *
tsm_settings_peek_ids (const TsmSettings *self, TsmSetting setting, gsize *ret_n)
{
  const GArray *ids = self->entries[setting].value.ids;

  g_assert (tsm_setting_get_spec (setting)->type == TSM_SETTING_TYPE_IDS);
  *ret_n = ids != NULL ? ids->len : 0;
  return ids != NULL ? (const gint64 *) (const void *) ids->data : NULL;
}

GTimeZone *
tsm_settings_peek_zone (const TsmSettings *self)
{
  return self->zone;
}

char *
tsm_settings_read_file (const char *path, gsize max_bytes, GError **error)
{
  FILE *stream = fopen (path, "re");
  g_autofree char *text = NULL;
  gsize length;
  int failure;

  if (stream == NULL) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, g_strerror (errno));
    return NULL;
  }
  text = g_malloc0 (max_bytes + 2);
  length = fread (text, 1, max_bytes + 1, stream);
  failure = ferror (stream) ? errno : 0;
  fclose (stream);
  if (failure != 0) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, g_strerror (failure));
    return NULL;
  }
  if (length > max_bytes) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, "longer than %" G_GSIZE_FORMAT " bytes",
                 max_bytes);
    return NULL;
  }
  if (memchr (text, '\0', length) != NULL) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, "not a text file");
    return NULL;
  }
  return g_steal_pointer (&text);
}
