/* SPDX-License-Identifier: MIT
 * tsm-mo: looks a message up in a GNU gettext catalogue (.mo) in memory. Pure. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Catalogues have two plural forms at most: French and English have no more. */
#define TSM_MO_N_FORMS 2

/* The translation of @msgid in the @length bytes of @mo, of either byte order; of a message with a
 * plural, its form number @form (else 0). Borrowed from @mo. NULL when @msgid is "" (the header),
 * is not there, or @mo is not a catalogue or cut short. */
const char *tsm_mo_lookup (const guint8 *mo, gsize length, const char *msgid, guint form);

G_END_DECLS
