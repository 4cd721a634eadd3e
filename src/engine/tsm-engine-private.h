/* SPDX-License-Identifier: MIT
 * tsm-engine-private: what the engine's parts share. Each part owns one member of the struct and
 * is the only one to change it; the others ask its functions. */
#pragma once
#include "base/tsm-say.h"
#include "engine/tsm-conductor.h"
#include "engine/tsm-engine.h"
#include "engine/tsm-forecast.h"
#include "engine/tsm-jobs.h"
#include "engine/tsm-ledger.h"
#include "engine/tsm-line.h"
#include "engine/tsm-metering.h"
#include "rules/tsm-tariff.h"

G_BEGIN_DECLS

struct _TsmEngine {
  TsmDb *db;
  gint64 server_id;
  TsmDay start_day;       /* as stored at the first start */
  TsmEngineConfig config; /* its pointers are our own copies */
  GTimeZone *zone;
  TsmTariff *tariff;

  gint64 now;   /* of the step */
  TsmDay today; /* the Tempo day at @now, [@today_begin, @today_end) */
  gint64 today_begin, today_end;
  GPtrArray *effects; /* of the step; borrowed */
  gboolean is_started;
  GHashTable *quiet; /* kinds of episode (owned) that are known not to go on */

  TsmJobs jobs;
  TsmMetering metering;
  TsmLedger ledger;
  TsmForecast forecast;
  TsmConductor conductor;
  TsmLine line;
};

/* Appends an effect of the step; the engine's parts fill it in. */
TsmEffect *tsm_engine_add_effect (TsmEngine *self, TsmEffectKind kind);
/* Appends a notice, said in every language (base/tsm-say.h). */
#define tsm_engine_notify(self, kind, msgid, ...)                                \
  tsm_engine_notify_values (self, kind, msgid, (const TsmSaid[]){ __VA_ARGS__ }, \
                            sizeof ((const TsmSaid[]){ __VA_ARGS__ }) / sizeof (TsmSaid))
TsmNotice *tsm_engine_notify_values (TsmEngine *self, TsmNoticeKind kind, const char *msgid,
                                     const TsmSaid *values, gsize n_values);
/* Another sentence at the end of the notice, in every language. */
#define tsm_engine_add_sentence(self, notice, msgid, ...)                                \
  tsm_engine_add_sentence_values (self, notice, msgid, (const TsmSaid[]){ __VA_ARGS__ }, \
                                  sizeof ((const TsmSaid[]){ __VA_ARGS__ }) / sizeof (TsmSaid))
void tsm_engine_add_sentence_values (TsmEngine *self, TsmNotice *notice, const char *msgid,
                                     const TsmSaid *values, gsize n_values);
/* The Tempo day at the step's instant. */
TsmDay tsm_engine_get_today (const TsmEngine *self);

/* What is wrong, once an episode: TRUE if it just began, or just ended. */
gboolean tsm_engine_begin_episode (TsmEngine *self, const char *kind);
gboolean tsm_engine_end_episode (TsmEngine *self, const char *kind);

G_END_DECLS
