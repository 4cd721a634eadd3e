/* SPDX-License-Identifier: MIT
 * tsm-types: the words every layer shares (DESIGN 2), with their text forms.
 *
 * Instants are gint64 Unix seconds, energy is gint64 Wh, prices gint64 micro-euro per kWh, money
 * gint64 nano-euro. An enum is stored and sent as its string, never as its number. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* A Tempo day or a civil date: days since 1970-01-01. Which of the two, the name says. */
typedef gint32 TsmDay;

/* "Not there", for an instant, a day or a quantity that may be missing. */
#define TSM_INSTANT_NONE G_MININT64
#define TSM_DAY_NONE     G_MININT32

/* The payer of what nobody present pays; real users have positive ids. */
#define TSM_USER_HOUSE ((gint64) 0)

typedef enum {
  TSM_COLOUR_UNKNOWN = 0,
  TSM_COLOUR_BLUE,
  TSM_COLOUR_WHITE,
  TSM_COLOUR_RED,
} TsmColour;

/* A set of colours a day can still have; bit n stands for TsmColour n. */
typedef guint TsmColourSet;
#define TSM_COLOUR_BIT(colour) (1u << (colour))
#define TSM_COLOUR_SET_ALL                                                \
  (TSM_COLOUR_BIT (TSM_COLOUR_BLUE) | TSM_COLOUR_BIT (TSM_COLOUR_WHITE) | \
   TSM_COLOUR_BIT (TSM_COLOUR_RED))

typedef enum {
  TSM_PERIOD_HP = 0, /* peak, 06:00 to 22:00 local */
  TSM_PERIOD_HC,     /* off-peak, 22:00 to 06:00 local */
} TsmPeriod;

typedef enum {
  TSM_QUALITY_MEASURED = 0,
  TSM_QUALITY_INTERPOLATED, /* split across a boundary */
  TSM_QUALITY_ESTIMATED,    /* recovery */
  TSM_QUALITY_DOWN,         /* energy unknown */
} TsmQuality;

/* How sure a day's colour is (DESIGN 3.1). */
typedef enum {
  TSM_CERTAINTY_NONE = 0,
  TSM_CERTAINTY_PROVISIONAL,
  TSM_CERTAINTY_CONFIRMED,
  TSM_CERTAINTY_FINAL,
} TsmCertainty;

/* Where a colour comes from, best first (DESIGN 3.1). */
typedef enum {
  TSM_SOURCE_ADMIN = 0,
  TSM_SOURCE_COULEUR,  /* api-couleur-tempo.fr */
  TSM_SOURCE_RTE,      /* RTE's public JSON */
  TSM_SOURCE_CALENDAR, /* the built-in past seasons */
  TSM_SOURCE_DEDUCED,  /* the contract's rules */
} TsmSource;

typedef enum {
  TSM_POLICY_EVENING = 0, /* red window: D-1 22:00 to D+1 06:00, the seed's */
  TSM_POLICY_PEAK,        /* red window: D 06:00 to D 22:00 */
} TsmPolicy;

/* What is wanted of the host, or seen of it. */
typedef enum {
  TSM_POWER_UNKNOWN = 0, /* shown as "undecided" in a plan, "unknown" of a host */
  TSM_POWER_ON,
  TSM_POWER_OFF,
} TsmPower;

/* What a look at the host's API found. */
typedef enum {
  TSM_PROBE_ANSWERS = 0, /* it serves: the host is on */
  TSM_PROBE_REFUSED,     /* connection refused: a kernel lives, the service does not */
  TSM_PROBE_SILENT,      /* no route, no answer in time */
  TSM_PROBE_DENIED,      /* it serves, but not us: credentials or rights; the host is on */
  TSM_PROBE_ERROR,       /* it serves an error (5xx, 59x): the host is on, perhaps not for long */
} TsmProbe;

/* What the host can be told. */
typedef enum {
  TSM_ORDER_SHUTDOWN = 0,
  TSM_ORDER_WAKE,
} TsmOrder;

/* How telling it went. */
typedef enum {
  TSM_ORDERED = 0,    /* accepted, or sent: nothing more is known */
  TSM_ORDERED_FAILED, /* to be tried again */
  TSM_ORDERED_DENIED, /* credentials or rights: a person must act */
} TsmOrdered;

typedef enum {
  TSM_LANG_EN = 0,
  TSM_LANG_FR,
} TsmLang;
#define TSM_N_LANGS 2

/* Each to_string returns a static string; each from_string leaves @ret_value alone and returns
 * FALSE on a word that is not one of the enum's. Words are lower case, but for the periods "HP" and
 * "HC". */
const char *tsm_colour_to_string (TsmColour colour);
gboolean tsm_colour_from_string (const char *string, TsmColour *ret_value);
const char *tsm_period_to_string (TsmPeriod period);
gboolean tsm_period_from_string (const char *string, TsmPeriod *ret_value);
const char *tsm_quality_to_string (TsmQuality quality);
gboolean tsm_quality_from_string (const char *string, TsmQuality *ret_value);
const char *tsm_certainty_to_string (TsmCertainty certainty);
gboolean tsm_certainty_from_string (const char *string, TsmCertainty *ret_value);
const char *tsm_source_to_string (TsmSource source);
gboolean tsm_source_from_string (const char *string, TsmSource *ret_value);
const char *tsm_policy_to_string (TsmPolicy policy);
gboolean tsm_policy_from_string (const char *string, TsmPolicy *ret_value);
const char *tsm_power_to_string (TsmPower power);
gboolean tsm_power_from_string (const char *string, TsmPower *ret_value);

G_END_DECLS
