/* SPDX-License-Identifier: MIT
 * tsm-say: a message with values, said in one language or another. Pure.
 *
 * One call site serves every language: the values are given raw and are formatted for the language
 * that the message is said in.
 *   tsm_say (lang, zone, N_ ("%s used %s"), TSM_SAY_DAY (day), TSM_SAY_ENERGY (energy_wh)) */
#pragma once
#include "base/tsm-i18n.h"
#include "base/tsm-types.h"

G_BEGIN_DECLS

typedef enum {
  TSM_SAID_TEXT, /* as it is */
  TSM_SAID_WORD, /* a message id, translated */
  TSM_SAID_NUMBER,
  TSM_SAID_ID, /* a number that is a name: no thousands set apart */
  TSM_SAID_ENERGY,
  TSM_SAID_MONEY,
  TSM_SAID_POWER,
  TSM_SAID_DURATION,
  TSM_SAID_DAY,
  TSM_SAID_TIME,
  TSM_SAID_INSTANT,
  TSM_SAID_MOMENT, /* an instant near enough to need no year */
  TSM_SAID_COLOUR,
  TSM_SAID_POWER_STATE, /* of a TsmPower */
  TSM_SAID_CALLER,      /* a user, or the daemon's own shell */
  TSM_SAID_USER,        /* a Discord mention, <@id>; the house is a word */
} TsmSaidKind;

typedef struct {
  TsmSaidKind kind;
  gint64 number;
  const char *text;
} TsmSaid;

#define TSM_SAY_TEXT(value)        ((TsmSaid){ .kind = TSM_SAID_TEXT, .text = (value) })
#define TSM_SAY_WORD(msgid)        ((TsmSaid){ .kind = TSM_SAID_WORD, .text = (msgid) })
#define TSM_SAY_NUMBER(value)      ((TsmSaid){ .kind = TSM_SAID_NUMBER, .number = (value) })
#define TSM_SAY_ID(value)          ((TsmSaid){ .kind = TSM_SAID_ID, .number = (value) })
#define TSM_SAY_ENERGY(value)      ((TsmSaid){ .kind = TSM_SAID_ENERGY, .number = (value) })
#define TSM_SAY_MONEY(value)       ((TsmSaid){ .kind = TSM_SAID_MONEY, .number = (value) })
#define TSM_SAY_POWER(value)       ((TsmSaid){ .kind = TSM_SAID_POWER, .number = (value) })
#define TSM_SAY_DURATION(value)    ((TsmSaid){ .kind = TSM_SAID_DURATION, .number = (value) })
#define TSM_SAY_DAY(value)         ((TsmSaid){ .kind = TSM_SAID_DAY, .number = (value) })
#define TSM_SAY_TIME(value)        ((TsmSaid){ .kind = TSM_SAID_TIME, .number = (value) })
#define TSM_SAY_INSTANT(value)     ((TsmSaid){ .kind = TSM_SAID_INSTANT, .number = (value) })
#define TSM_SAY_MOMENT(value)      ((TsmSaid){ .kind = TSM_SAID_MOMENT, .number = (value) })
#define TSM_SAY_COLOUR(value)      ((TsmSaid){ .kind = TSM_SAID_COLOUR, .number = (value) })
#define TSM_SAY_POWER_STATE(value) ((TsmSaid){ .kind = TSM_SAID_POWER_STATE, .number = (value) })
#define TSM_SAY_CALLER(value)      ((TsmSaid){ .kind = TSM_SAID_CALLER, .number = (value) })
#define TSM_SAY_USER(value)        ((TsmSaid){ .kind = TSM_SAID_USER, .number = (value) })

/* @msgid in @lang with each "%s" (or "%1$s", where a translation turns the order) filled in, and
 * "%%" a percent sign. A message may leave values unused, never ask for more than there are. Free
 * with g_free. */
#define tsm_say(lang, zone, msgid, ...)                                \
  tsm_say_values (lang, zone, msgid, (const TsmSaid[]){ __VA_ARGS__ }, \
                  sizeof ((const TsmSaid[]){ __VA_ARGS__ }) / sizeof (TsmSaid))
char *tsm_say_values (TsmLang lang, GTimeZone *zone, const char *msgid, const TsmSaid *values,
                      gsize n_values);

G_END_DECLS
