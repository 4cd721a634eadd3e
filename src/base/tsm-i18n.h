/* SPDX-License-Identifier: MIT
 * tsm-i18n: marks the texts that people read, for scripts/update-po. The translation itself is
 * looked up with base/tsm-text.h. */
#pragma once

/* A text in a table, translated where it is shown: tsm_text (lang, row->help). */
#define N_(text) text
