/* SPDX-License-Identifier: MIT
 * tsm-settings: the settings as given, by the environment and a key file, checked all at once.
 *
 * The file has NAME=value lines under [tsm], or no group at all, as the .env file of the Python
 * original. Values are taken as they stand, backslashes included; one pair of quotes around a value
 * goes; an empty value is no value. The environment wins over the file, setting by setting. */
#pragma once
#include "base/tsm-secret.h"
#include "base/tsm-setting.h"

G_BEGIN_DECLS

/* Absent, good and bad are three answers. For ABSENT and BAD the getters give the default. */
typedef enum {
  TSM_SETTING_STATE_ABSENT = 0,
  TSM_SETTING_STATE_GOOD,
  TSM_SETTING_STATE_BAD,
} TsmSettingState;

/* The text of the file at @path, of @max_bytes at most. */
typedef char *(*TsmSettingsRead) (const char *path, gsize max_bytes, GError **error);

typedef struct {
  TsmLang lang;                   /* of the problems */
  const char *const *environment; /* as g_get_environ() has it; NULL for none */
  const char *path;               /* of the key file; NULL for none */
  TsmSettingsRead read;           /* for the key file and NAME_FILE; NULL: tsm_settings_read_file */
} TsmSettingsInput;

typedef struct _TsmSettings TsmSettings;

/* Never fails: what is wrong is in the problems. */
TsmSettings *tsm_settings_new (const TsmSettingsInput *input);
void tsm_settings_free (TsmSettings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmSettings, tsm_settings_free)

/* One line for each setting that is missing or wrong and each line of the file that is not one;
 * NULL-terminated, empty when all is well. Never the text of a secret. */
const char *const *tsm_settings_peek_problems (const TsmSettings *self);
/* TSM_ERROR_INVALID with all the problems, a line each, if there is any. */
gboolean tsm_settings_check (const TsmSettings *self, GError **error);
TsmSettingState tsm_settings_get_state (const TsmSettings *self, TsmSetting setting);
/* The problem of one setting; NULL if it has none. */
const char *tsm_settings_peek_problem (const TsmSettings *self, TsmSetting setting);
/* Whether the file could be read as a whole, or there is none to read; TSM_ERROR_INVALID names it.
 * What is in it may still be wrong. */
gboolean tsm_settings_check_file (const TsmSettings *self, GError **error);

/* The language of the problems. */
TsmLang tsm_settings_get_lang (const TsmSettings *self);

/* NULL when there is neither a value nor a default. For every type that is text and no secret. */
const char *tsm_settings_get_text (const TsmSettings *self, TsmSetting setting);
/* NULL likewise; borrowed. */
TsmSecret *tsm_settings_peek_secret (const TsmSettings *self, TsmSetting setting);
/* Of a type INTEGER, all of which have a default. */
gint64 tsm_settings_get_integer (const TsmSettings *self, TsmSetting setting);
/* TSM_DAY_NONE when it is not there. */
TsmDay tsm_settings_get_day (const TsmSettings *self, TsmSetting setting);
/* NULL and 0 when there are none; borrowed. */
const gint64 *tsm_settings_peek_ids (const TsmSettings *self, TsmSetting setting, gsize *ret_n);
/* TIMEZONE; UTC if even the default is not known to this machine. */
GTimeZone *tsm_settings_peek_zone (const TsmSettings *self);

/* The reader of real files. TSM_ERROR_INVALID if it cannot be read or is longer than @max_bytes. */
char *tsm_settings_read_file (const char *path, gsize max_bytes, GError **error);

G_END_DECLS
