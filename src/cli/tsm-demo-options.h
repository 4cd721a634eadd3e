/* SPDX-License-Identifier: MIT
 * tsm-demo-options: the command line of `tsm demo`. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

#define TSM_DEMO_MAX_SPEED G_GINT64_CONSTANT (1000000000)

typedef struct {
  gint64 speed; /* simulated seconds a second */
  gint64 begin;
  gint64 duration_s; /* 0: until told to stop */
  guint64 seed;
  TsmLang lang;
  gboolean use_colour; /* unless the terminal or NO_COLOR says otherwise */
} TsmDemoOptions;

/* Fills @self, whose language is the environment's so far. TSM_ERROR_INVALID says which option is
 * wrong, and what it should be. @ret_help, to g_free, is set instead where help is asked for. */
gboolean tsm_demo_options_parse (TsmDemoOptions *self, int argc, char **argv, GTimeZone *zone,
                                 char **ret_help, GError **error);

/* "36h", "90m", "2d", "1d12h", "45s": seconds, at least 1. */
gboolean tsm_demo_options_parse_duration (const char *text, gint64 *ret_duration_s);
/* "600" or "600x", 1 to TSM_DEMO_MAX_SPEED. */
gboolean tsm_demo_options_parse_speed (const char *text, gint64 *ret_speed);

G_END_DECLS
