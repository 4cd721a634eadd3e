/* SPDX-License-Identifier: MIT
 * tsm-setting-value: what the text of one setting means. Reads no file but the zone's. */
#pragma once
#include "base/tsm-setting.h"

G_BEGIN_DECLS

/* Which member counts, the setting's type says. */
typedef struct {
  char *text;
  gint64 number;
  GArray *ids; /* of gint64, in the order given */
} TsmSettingValue;

/* FALSE, and @ret_value alone, when @text is not what @setting should be. */
gboolean tsm_setting_value_parse (TsmSetting setting, const char *text, TsmSettingValue *ret_value);
void tsm_setting_value_clear (TsmSettingValue *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsmSettingValue, tsm_setting_value_clear)

G_END_DECLS
