/* SPDX-License-Identifier: MIT
 * test-session-rig: a gateway session under test, the time, and what it said last. */
#pragma once
#include "base/tsm-limits.h"
#include "discord/tsm-session.h"

G_BEGIN_DECLS

#define BEGIN_MS    G_GINT64_CONSTANT (5000000)
#define SECOND_MS   G_GINT64_CONSTANT (1000)
#define MINUTE_MS   (60 * SECOND_MS)
#define DAY_MS      (24 * 60 * MINUTE_MS)
#define WALL_S      G_GINT64_CONSTANT (1767650400)
#define INTERVAL_MS 41250
#define URL         "wss://gateway.test"
#define RESUME_URL  "wss://resume.test"

/* A session, the time, and what it last said. */
typedef struct {
  TsmSession *session;
  gint64 now_ms;
  TsmSessionStep step;
} Rig;

void rig_clear (Rig *rig);
/* That happened, now. */
void rig_feed (Rig *rig, TsmSessionEvent event);
void rig_feed_plain (Rig *rig, TsmHappening kind);
/* Its first WAKE was fed. */
Rig rig_new_with (const GArray *identifies, guint64 seed);
Rig rig_new (guint64 seed);
/* To the instant it asked for. */
void rig_wake (Rig *rig);
void rig_pass (Rig *rig, gint64 ms);
/* Just these, in this order; -1: no further one. */
void rig_assert_actions (const Rig *rig, int first, int second);
void rig_assert_phase (const Rig *rig, TsmPhase phase);
/* @part is in it. */
void rig_assert_reason (const Rig *rig, const char *part);
/* FETCH was asked for: its answer. */
void rig_give_url (Rig *rig);
/* From the wish to connect to the answer to HELLO. */
void rig_greet (Rig *rig);
void rig_give_ready (Rig *rig);
/* READY came just now. */
Rig rig_new_up (guint64 seed);
/* Beats and answers for @ms. */
void rig_live (Rig *rig, gint64 ms);
/* The next attempt is made, and how: with FETCH answered if there is one. */
gboolean rig_try_again (Rig *rig);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rig, rig_clear)
G_END_DECLS
