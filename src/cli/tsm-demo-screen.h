/* SPDX-License-Identifier: MIT
 * tsm-demo-screen: the demo's page: a line a happening, its time and its mark aligned, a rule where
 * a new date begins. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

/* What a line is about: a sign and its colour. */
typedef enum {
  TSM_DEMO_MARK_BLUE = 0, /* the day's colour is known */
  TSM_DEMO_MARK_WHITE,
  TSM_DEMO_MARK_RED,
  TSM_DEMO_MARK_WARNING,
  TSM_DEMO_MARK_POWER,    /* what TSM does with the host */
  TSM_DEMO_MARK_HOST_ON,  /* what the host does */
  TSM_DEMO_MARK_HOST_MID, /* it boots or stops */
  TSM_DEMO_MARK_HOST_OFF,
  TSM_DEMO_MARK_PROBLEM,
  TSM_DEMO_MARK_RECOVERY,
  TSM_DEMO_MARK_LEDGER,
  TSM_DEMO_MARK_COST,
  TSM_DEMO_MARK_DEROGATION,
  TSM_DEMO_MARK_COMMAND, /* what someone typed */
  TSM_DEMO_MARK_REPLY,
  TSM_DEMO_MARK_REFUSAL,
} TsmDemoMark;

typedef struct {
  TsmLang lang;
  GTimeZone *zone; /* referenced */
  gboolean use_colour;
  guint columns;                                   /* of the terminal; 0: lines are not broken */
  void (*write) (const char *text, gpointer data); /* whole lines */
  gpointer data;
} TsmDemoScreenConfig;

typedef struct _TsmDemoScreen TsmDemoScreen;

TsmDemoScreen *tsm_demo_screen_new (const TsmDemoScreenConfig *config);
void tsm_demo_screen_free (TsmDemoScreen *self);
void tsm_demo_screen_set_columns (TsmDemoScreen *self, guint columns);

/* The colour to show beside a date, from now on. */
void tsm_demo_screen_set_colour (TsmDemoScreen *self, TsmDay day, TsmColour colour);
TsmColour tsm_demo_screen_get_colour (const TsmDemoScreen *self, TsmDay day);

/* Something happened at @at. Each line of @text stands under the first one. */
void tsm_demo_screen_say (TsmDemoScreen *self, gint64 at, TsmDemoMark mark, const char *text);
/* By itself, without time or mark; "" is an empty line. */
void tsm_demo_screen_say_plain (TsmDemoScreen *self, const char *text);
/* The same, as a title. */
void tsm_demo_screen_say_title (TsmDemoScreen *self, const char *text);
/* A word or two and, in a column of its own, what they mean. */
void tsm_demo_screen_say_entry (TsmDemoScreen *self, const char *name, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmDemoScreen, tsm_demo_screen_free)
G_END_DECLS
