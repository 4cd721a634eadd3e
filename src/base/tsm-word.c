/* SPDX-License-Identifier: MIT
 * tsm-word: the shared enums in people's words. */
#include "base/tsm-word.h"
#include "base/tsm-text.h"

static const char *const colours[] = {
  [TSM_COLOUR_UNKNOWN] = N_ ("unknown"),
  [TSM_COLOUR_BLUE] = N_ ("blue"),
  [TSM_COLOUR_WHITE] = N_ ("white"),
  [TSM_COLOUR_RED] = N_ ("red"),
};
static const char *const periods[] = {
  [TSM_PERIOD_HP] = N_ ("peak hours"),
  [TSM_PERIOD_HC] = N_ ("off-peak hours"),
};
static const char *const qualities[] = {
  [TSM_QUALITY_MEASURED] = N_ ("measured"),
  [TSM_QUALITY_INTERPOLATED] = N_ ("interpolated"),
  [TSM_QUALITY_ESTIMATED] = N_ ("estimated"),
  [TSM_QUALITY_DOWN] = N_ ("not measured"),
};
static const char *const certainties[] = {
  [TSM_CERTAINTY_NONE] = N_ ("not known yet"),
  [TSM_CERTAINTY_PROVISIONAL] = N_ ("provisional"),
  [TSM_CERTAINTY_CONFIRMED] = N_ ("confirmed"),
  [TSM_CERTAINTY_FINAL] = N_ ("final"),
};
static const char *const sources[] = {
  [TSM_SOURCE_ADMIN] = N_ ("an admin"),
  [TSM_SOURCE_COULEUR] = "api-couleur-tempo.fr",
  [TSM_SOURCE_RTE] = "RTE",
  [TSM_SOURCE_CALENDAR] = N_ ("the built-in calendar"),
  [TSM_SOURCE_DEDUCED] = N_ ("the contract's rules"),
};
static const char *const powers[] = {
  [TSM_POWER_UNKNOWN] = N_ ("in an unknown state"),
  [TSM_POWER_ON] = N_ ("on"),
  [TSM_POWER_OFF] = N_ ("off"),
};
static const char *const weekdays[] = {
  N_ ("Monday"), N_ ("Tuesday"),  N_ ("Wednesday"), N_ ("Thursday"),
  N_ ("Friday"), N_ ("Saturday"), N_ ("Sunday"),
};
static const char *const months[] = {
  N_ ("January"),   N_ ("February"), N_ ("March"),    N_ ("April"),
  N_ ("May"),       N_ ("June"),     N_ ("July"),     N_ ("August"),
  N_ ("September"), N_ ("October"),  N_ ("November"), N_ ("December"),
};

static const char *
word_of (TsmLang lang, const char *const *words, gsize n_words, guint value)
{
  g_assert (value < n_words);
  return tsm_text (lang, words[value]);
}

const char *
tsm_word_get_colour (TsmLang lang, TsmColour colour)
{
  return word_of (lang, colours, G_N_ELEMENTS (colours), colour);
}

const char *
tsm_word_get_period (TsmLang lang, TsmPeriod period)
{
  return word_of (lang, periods, G_N_ELEMENTS (periods), period);
}

const char *
tsm_word_get_quality (TsmLang lang, TsmQuality quality)
{
  return word_of (lang, qualities, G_N_ELEMENTS (qualities), quality);
}

const char *
tsm_word_get_certainty (TsmLang lang, TsmCertainty certainty)
{
  return word_of (lang, certainties, G_N_ELEMENTS (certainties), certainty);
}

const char *
tsm_word_get_source (TsmLang lang, TsmSource source)
{
  return word_of (lang, sources, G_N_ELEMENTS (sources), source);
}

const char *
tsm_word_get_power (TsmLang lang, TsmPower power)
{
  return word_of (lang, powers, G_N_ELEMENTS (powers), power);
}

const char *
tsm_word_get_weekday (TsmLang lang, guint weekday)
{
  g_assert (weekday >= 1);
  return word_of (lang, weekdays, G_N_ELEMENTS (weekdays), weekday - 1);
}

const char *
tsm_word_get_month (TsmLang lang, guint month)
{
  g_assert (month >= 1);
  return word_of (lang, months, G_N_ELEMENTS (months), month - 1);
}
