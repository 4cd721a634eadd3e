/* SPDX-License-Identifier: MIT
 * tsm-decimal: decimal numbers as text to scaled integers, exactly, without a double. Pure. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Reads "[-]digits[.digits]" of @length bytes (blanks around it allowed) as @text x 10^@scale,
 * rounded half away from zero: "196.708" with scale 3 is 196708. @ret_decimals (optional) gets the
 * count of digits after the point. TSM_ERROR_INVALID on anything else (an exponent, "nan", an empty
 * text) or on overflow. */
gboolean tsm_decimal_parse (const char *text, gssize length, guint scale, gint64 *ret_value,
                            guint *ret_decimals, GError **error);

G_END_DECLS
