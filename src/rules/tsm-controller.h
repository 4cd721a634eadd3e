/* SPDX-License-Identifier: MIT
 * tsm-controller: brings the host to the state the plan wants, and tells what is seen of it
 * (DESIGN 3.6, spec proxmox 4 and 5). Pure.
 *
 * A state machine fed with one input at a time. How the host is seen, by weight:
 * - its API answers, even with an error or a refusal of our token: on. Coming up, the plug must
 * draw power too, unless the API has answered three times;
 * - two low reads of the plug 30 s apart: off;
 * - three silent probes 10 s apart, with no fresh reading of the plug: probably off; but not within
 *   the boot timeout of a wake packet, when a booting host is silent too. */
#pragma once
#include "rules/tsm-plan.h"

G_BEGIN_DECLS

typedef enum {
  TSM_CONTROLLER_TICK = 0, /* only time has passed */
  TSM_CONTROLLER_WANT,     /* the plan's state and reason; sent at each change and assertion */
  TSM_CONTROLLER_PROBED,
  TSM_CONTROLLER_POWER,   /* the plug was read, or has not answered for long */
  TSM_CONTROLLER_STOPPED, /* the answer to a shutdown order */
  TSM_CONTROLLER_WOKEN,   /* the answer to a wake order */
} TsmControllerInputKind;

typedef struct {
  TsmControllerInputKind kind;
  union {
    struct {
      TsmPower state; /* never UNKNOWN */
      TsmReason reason;
      gboolean is_asserted; /* enforce even though unchanged: at 06:00, on a restart */
      gboolean is_off_seen; /* this window's off was already seen (from the store): where the
                               controller knows nothing, take the host as off */
    } want;
    TsmProbe probe;
    gint64 power_w; /* -1: the plug has given none for long */
    TsmOrdered ordered;
  };
} TsmControllerInput;

/* What members are told; each once a transition. */
typedef enum {
  TSM_CONTROLLER_STOPPING = 0,
  TSM_CONTROLLER_OFF_SEEN,
  TSM_CONTROLLER_PROBABLY_OFF, /* silent, and no plug to prove it */
  TSM_CONTROLLER_STILL_ON,     /* 15 min after the stop began, or "probably off" proved wrong */
  TSM_CONTROLLER_STOP_FAILED,  /* the order does not get through; it is repeated */
  TSM_CONTROLLER_DENIED,       /* the API refuses our credentials or rights */
  TSM_CONTROLLER_WAKING,
  TSM_CONTROLLER_ON_SEEN,
  TSM_CONTROLLER_NO_WAKE, /* not on within the boot timeout; it is repeated */
  TSM_CONTROLLER_CAME_ON, /* on by itself while off is wanted */
} TsmControllerNotice;
const char *tsm_controller_notice_to_string (TsmControllerNotice notice);

typedef struct {
  gint64 off_threshold_w; /* a draw below it is low */
  gint64 boot_timeout_s;  /* HOST_PROXMOX_BOOT_TIMEOUT */
  gint64 grace_s;         /* between CAME_ON and the shutdown, for someone to press *keep* */
} TsmControllerParams;
#define TSM_CONTROLLER_OFF_THRESHOLD_W 10
#define TSM_CONTROLLER_BOOT_TIMEOUT_S  300
#define TSM_CONTROLLER_GRACE_S         120

/* Off and on orders are at least this far apart, whichever comes first. */
#define TSM_CONTROLLER_ORDER_GAP_S 60

typedef enum {
  TSM_CONTROLLER_IDLE = 0, /* nothing to enforce */
  TSM_CONTROLLER_TO_OFF,
  TSM_CONTROLLER_TO_ON,
} TsmControllerPhase;

/* Everything the controller remembers; saved and loaded field by field, for nobody else to
 * interpret but @wanted, @reason, @seen and @is_probable. Zeroed is one that knows nothing.
 * Instants are 0 when unset; when the clock steps back they follow it. */
typedef struct {
  TsmPower wanted; /* UNKNOWN until told */
  TsmReason reason;
  TsmPower seen;
  gboolean is_probable; /* seen OFF by silence alone */
  TsmControllerPhase phase;
  gboolean is_verifying; /* the phase may already be reached; a fresh probe will tell */
  gint64 stepped_at;     /* the last step */
  gint64 phase_at;       /* when the phase began */
  /* Orders. */
  gint64 stop_at;         /* the last shutdown order */
  gint64 stop_due_at;     /* the next one */
  gboolean is_stop_open;  /* not answered yet */
  gboolean is_stop_taken; /* one may be under way: the host has not been seen off since */
  guint n_stop_failures;  /* in a row */
  gint64 stop_seen_at;    /* a shutdown of ours was last seen to end */
  gint64 wake_sent_at;    /* the last wake order */
  gint64 wake_due_at;     /* the next one */
  gint64 first_wake_at;   /* the first one of this phase */
  gboolean is_woken;      /* a wake was ordered and the host not seen on since */
  /* Evidence. */
  gint64 probed_at;     /* the last answer or silence */
  gint64 probe_sent_at; /* a probe is open since */
  gboolean is_probe_wanted;
  gboolean is_answering;
  guint n_answers;   /* in a row */
  guint n_silences;  /* in a row, 10 s apart */
  gint64 silence_at; /* the last one counted */
  gint64 power_w;    /* the last reading, at @power_at; none when that is 0 */
  gint64 power_at;
  gint64 low_since;    /* first of the low readings in a row, since the API last answered */
  gint64 high_since;   /* first of the high readings in a row */
  gint64 read_sent_at; /* the plug was last asked */
  /* Told already; the first four in this phase, the last until a probe is answered well. */
  gboolean has_told_failed, has_told_still_on, has_told_no_wake, has_told_denied;
  gboolean has_told_probe_denied;
} TsmController;

#define TSM_CONTROLLER_MAX_NOTICES 8

/* What to do now, in this order: store, tell, ask, order. At most one order in a step. */
typedef struct {
  gboolean has_transition; /* wanted, reason, seen or is_probable of the state changed */
  guint n_notices;
  TsmControllerNotice notices[TSM_CONTROLLER_MAX_NOTICES];
  gboolean probe;     /* answered by PROBED */
  gboolean read_plug; /* answered by POWER */
  gboolean order_off; /* answered by STOPPED */
  gboolean order_on;  /* answered by WOKEN */
  gint64 wake_at;     /* send a TICK then, if nothing came before; always after now */
} TsmControllerActions;

/* Takes one input in and fills @ret_actions. Input that nobody asked for does no harm. */
void tsm_controller_step (TsmController *self, const TsmControllerParams *params,
                          const TsmControllerInput *input, gint64 now,
                          TsmControllerActions *ret_actions);

G_END_DECLS
