/* SPDX-License-Identifier: MIT
 * test-gateway-rig: a gateway with a server inside the test, and a REST side and a clock of the
 * test's own: time passes when the test says so. */
#pragma once
#include "discord/tsm-gateway.h"

G_BEGIN_DECLS

#define TOKEN      "MTE3.secret.token"
#define MINUTE_MS  60000
#define PATIENCE_S 60 /* of the machine's time, for what must come */

typedef enum {
  MANNER_WELCOME = 0, /* a WebSocket, and HELLO */
  MANNER_SILENT,      /* a WebSocket, without a word */
  MANNER_REFUSE,      /* an HTTP status */
  MANNER_NEVER,       /* no answer to the handshake */
} Manner;

typedef struct {
  SoupServer *server;
  char *url;
  Manner manner;
  const char *hello; /* NULL: as below, and the clock is the test's; else it is the machine's */
  guint status;
  const char *retry_after;
  guint n_handshakes;
  char *query, *agent, *extensions; /* of the last handshake */
  SoupWebsocketConnection *peer;    /* the last one */
  GPtrArray *heard;                 /* texts, of all connections */
  guint n_closed, close_code;       /* what became of connections, as the server sees it */
  GPtrArray *unanswered;

  char *answer; /* of /gateway/bot; NULL: as below */
  guint answer_status;
  gboolean is_denied;
  guint n_fetched;

  gint64 now_ms, wake_at_ms;
  char *folder, *path;
  SoupSession *session;
  TsmSecret *token;
  TsmMemory *memory;
  TsmGateway *gateway;
  TsmGatewayState state;
  guint n_states;
  char *reason;
  GPtrArray *events; /* "NAME length replayed" */
} Rig;

/* The server's handler, to be taken away from a peer that freezes. */
void rig_on_peer_message (SoupWebsocketConnection *peer, gint type, GBytes *message, gpointer data);
void rig_say (Rig *rig, const char *text);
/* A server and what the gateway needs; the gateway itself is started later. */
void rig_set_up (Rig *rig);
void rig_start (Rig *rig);
void rig_tear_down (Rig *rig);
/* For WAIT. */
gboolean rig_on_patience_over (gpointer data);
/* On to the instant that the gateway asked for. */
void rig_wake (Rig *rig);
void rig_pass (Rig *rig, gint64 ms);
/* The last text that the server got. */
const char *rig_last_heard (const Rig *rig);
gboolean rig_has_heard (const Rig *rig, const char *part);
/* READY, and what follows. */
void rig_say_ready (Rig *rig);
void rig_come_up (Rig *rig);
/* Until the next attempt, and its handshake. */
void rig_come_back (Rig *rig);
/* The next word of the client is a RESUME. */
void rig_assert_resumes (Rig *rig, const char *seq);

/* Runs the main loop, not the clock, until @condition. */
#define WAIT(condition)                                                                    \
  G_STMT_START                                                                             \
  {                                                                                        \
    const guint patience = g_timeout_add_seconds (PATIENCE_S, rig_on_patience_over, NULL); \
                                                                                           \
    while (!(condition))                                                                   \
      g_main_context_iteration (NULL, TRUE);                                               \
    g_source_remove (patience);                                                            \
  }                                                                                        \
  G_STMT_END

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rig, rig_tear_down)
G_END_DECLS
