/* SPDX-License-Identifier: MIT
 * tsm-format: quantities and dates as people write them, in each language. Pure.
 *
 * This is where rounding happens (DESIGN 2): once, half away from zero. French has a decimal comma,
 * U+202F between thousands and U+00A0 before a unit; English a point, commas, and a plain space (no
 * space after its leading euro sign). A negative quantity has U+2212, the minus sign; one that
 * rounds to zero has none. Every string is yours to g_free. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

/* To the cent: "1 234,56 €", "€1,234.56". */
char *tsm_format_dup_money (TsmLang lang, gint64 money_neur);
/* All its digits, four decimals at least: "0,7562 €/kWh", "€0.7562/kWh". */
char *tsm_format_dup_price (TsmLang lang, gint64 price_ueur_kwh);
/* To the Wh: "1,234 kWh", "1.234 kWh". */
char *tsm_format_dup_energy (TsmLang lang, gint64 energy_wh);
/* "1 200 W", "1,200 W". */
char *tsm_format_dup_power (TsmLang lang, gint64 power_w);
/* A bare whole number with its thousands set apart. */
char *tsm_format_dup_integer (TsmLang lang, gint64 value);
/* To the second below a minute, to the minute below a day, then to the hour: "45 s", "12 min",
 * "2 h 05", "3 days 4 h", "3 jours 4 h". */
char *tsm_format_dup_duration (TsmLang lang, gint64 duration_s);

/* "mardi 6 janvier 2026", "jeudi 1er janvier 2026"; "Tuesday 6 January 2026". A day or an instant
 * that is NONE, or outside the years 1 to 9999, is a dash, here and below. */
char *tsm_format_dup_day (TsmLang lang, TsmDay day);
/* "06/01/2026", "2026-01-06". */
char *tsm_format_dup_short_day (TsmLang lang, TsmDay day);
/* A Tempo day with its colour: "mardi 6 janvier 2026, rouge", "Tuesday 6 January 2026, red";
 * "..., couleur inconnue", "..., colour unknown". */
char *tsm_format_dup_tempo_day (TsmLang lang, TsmDay day, TsmColour colour);
/* What @zone's clocks show at @at: "22:00". */
char *tsm_format_dup_time (gint64 at, GTimeZone *zone);
/* "mardi 6 janvier 2026 à 22:00", "Tuesday 6 January 2026 at 22:00". */
char *tsm_format_dup_instant (TsmLang lang, gint64 at, GTimeZone *zone);
/* "06/01/2026 22:00", "2026-01-06 22:00". */
char *tsm_format_dup_short_instant (TsmLang lang, gint64 at, GTimeZone *zone);
/* An instant whose year goes without saying: "mar. 17 févr. 06:00", "Tue 17 Feb 06:00". */
char *tsm_format_dup_moment (TsmLang lang, gint64 at, GTimeZone *zone);

G_END_DECLS
