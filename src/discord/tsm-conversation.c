/* SPDX-License-Identifier: MIT
 * tsm-conversation: interactions answered, each once. */
#include "discord/tsm-conversation.h"
#include "base/tsm-i18n.h"
#include "base/tsm-log.h"
#include "base/tsm-text.h"
#include "discord/tsm-interaction.h"
#include "discord/tsm-message.h"
#include "discord/tsm-suggestion.h"

/* The first answer has to be there within 3 s of the event (spec discord 9); a hop to a loaded
 * machine and back takes its part of that. */
#define DEFER_AFTER_MS 1000

/* As long as an interaction's token lives. */
#define REMEMBER_US (15 * 60 * G_USEC_PER_SEC)

/* Far more than people type in that time; what is above it is forgotten first. */
#define MAX_REMEMBERED 1024

/* An id's upper bits are milliseconds since the beginning of 2015. */
#define ID_TIME_SHIFT 22
#define ID_EPOCH_MS   G_GINT64_CONSTANT (1420070400000)

#define CODE_UNKNOWN_INTERACTION  10062
#define CODE_ALREADY_ACKNOWLEDGED 40060

typedef enum {
  STATE_ASKING = 0, /* nothing sent yet */
  STATE_KNOCKING,   /* perhaps old: "thinking..." is under way, the engine not asked */
  STATE_DEFERRING,  /* "thinking..." is under way, the engine asked */
  STATE_DEFERRED,   /* it has arrived */
  STATE_ANSWERING,  /* the answer is under way as the first callback */
  STATE_DONE,       /* answered, or past answering */
} State;

/* One interaction; held by the table, and by each call that is under way for it. */
typedef struct {
  TsmConversation *conversation; /* NULL once that is closed */
  TsmInteraction *interaction;
  gint64 received_us;
  State state;
  guint64 ticket; /* the engine's, while it is asked */
  guint timer;
  char *answer;    /* the first callback, until Discord is known to have it */
  char *edit;      /* what takes the place of "thinking..." */
  char *follow_up; /* the same for the caller alone: a refusal after a public "thinking..." */
} Talk;

struct _TsmConversation {
  TsmConversationOptions options;
  gint64 begun_ms;   /* Unix; what is older may have been carried out by the process before us */
  char *application; /* NULL until it is known */
  GHashTable *talks; /* interaction id, the talk's own, to Talk */
  GQueue order;      /* the same, oldest first */
};

static void
talk_clear (gpointer data)
{
  Talk *talk = data;

  g_clear_pointer (&talk->interaction, tsm_interaction_free);
  g_clear_pointer (&talk->answer, g_free);
  g_clear_pointer (&talk->edit, g_free);
  g_clear_pointer (&talk->follow_up, g_free);
}

static void
talk_unref (Talk *talk)
{
  g_rc_box_release_full (talk, talk_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Talk, talk_unref)

/* The conversation lets go of it; a call that is under way ends with nobody to tell. */
static void
close_talk (gpointer data)
{
  Talk *talk = data;

  g_clear_handle_id (&talk->timer, g_source_remove);
  if (talk->ticket != 0)
    talk->conversation->options.forget (talk->ticket, talk->conversation->options.data);
  talk->ticket = 0;
  talk->conversation = NULL;
  talk_unref (talk);
}

TsmConversation *
tsm_conversation_new (const TsmConversationOptions *options)
{
  TsmConversation *self = g_new0 (TsmConversation, 1);

  self->options = *options;
  self->begun_ms = g_get_real_time () / 1000;
  self->talks = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, close_talk);
  g_queue_init (&self->order);
  return self;
}

void
tsm_conversation_free (TsmConversation *self)
{
  if (self == NULL)
    return;
  g_queue_clear (&self->order);
  g_hash_table_unref (self->talks);
  g_free (self->application);
  g_free (self);
}

void
tsm_conversation_set_application (TsmConversation *self, const char *application)
{
  g_free (self->application);
  self->application = g_strdup (application);
}

/* @callback gets a reference to @talk of its own. */
static void
call (Talk *talk, TsmRouteKind kind, const char *json, GAsyncReadyCallback callback)
{
  const TsmInteraction *interaction = talk->interaction;
  const TsmRestCall request = {
    .route = { .kind = kind,
               .application = interaction->application_id != NULL ? interaction->application_id
                                                                  : talk->conversation->application,
               .major = interaction->id,
               .token = interaction->token },
    .json = json,
  };

  tsm_rest_send_async (talk->conversation->options.rest, &request, NULL, callback,
                       g_rc_box_acquire (talk));
}

typedef enum {
  ARRIVAL_UNKNOWN = 0, /* Discord may have it or not */
  ARRIVAL_DONE,
  ARRIVAL_EARLIER, /* it has one already, and did not need this */
  ARRIVAL_REFUSED, /* and would be, however often it came */
} Arrival;

/* Whether Discord has the answer; says what is wrong if not. */
static Arrival
check_arrival (GAsyncResult *result, const Talk *talk)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmRestReply) reply = tsm_rest_send_finish (result, &error);

  if (reply == NULL && talk->conversation != NULL)
    tsm_warning ("discord", "interaction %s: the answer may not have arrived: %s",
                 talk->interaction->id, error->message);
  if (reply == NULL)
    return ARRIVAL_UNKNOWN;
  if (tsm_rest_reply_is_done (reply))
    return ARRIVAL_DONE;
  if (reply->code == CODE_ALREADY_ACKNOWLEDGED)
    return ARRIVAL_EARLIER;
  if (reply->code == CODE_UNKNOWN_INTERACTION)
    tsm_info ("discord", "interaction %s: too late to be answered", talk->interaction->id);
  else
    tsm_warning ("discord",
                 "interaction %s: the answer is refused: %u, code %" G_GINT64_FORMAT " %s",
                 talk->interaction->id, reply->status, reply->code, reply->message);
  return reply->status >= 500 ? ARRIVAL_UNKNOWN : ARRIVAL_REFUSED;
}

static void
forget (TsmConversation *self, Talk *talk)
{
  g_queue_remove (&self->order, talk);
  g_hash_table_remove (self->talks, talk->interaction->id);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Talk) talk = data;

  if (check_arrival (result, talk) != ARRIVAL_UNKNOWN)
    g_clear_pointer (&talk->answer, g_free);
  talk->state = STATE_DONE;
  /* Each letter that is typed asks for suggestions: they do no harm a second time. */
  if (talk->conversation != NULL && talk->interaction->kind == TSM_INTERACTION_AUTOCOMPLETE)
    forget (talk->conversation, talk);
}

static void
send_answer (Talk *talk)
{
  talk->state = STATE_ANSWERING;
  call (talk, TSM_ROUTE_CALLBACK, talk->answer, on_answered);
}

static void
on_edited (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Talk) talk = data;

  check_arrival (result, talk);
}

static void
on_deleted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Talk) talk = data;

  if (check_arrival (result, talk) == ARRIVAL_DONE && talk->conversation != NULL)
    call (talk, TSM_ROUTE_FOLLOW_UP, talk->follow_up, on_edited);
}

/* The answer takes the place of "thinking...". That this one is public cannot be changed any more:
 * for a refusal it goes away, and the caller alone is told. */
static void
finish (Talk *talk)
{
  talk->state = STATE_DONE;
  if (talk->follow_up != NULL)
    call (talk, TSM_ROUTE_DELETE_ORIGINAL, NULL, on_deleted);
  else
    call (talk, TSM_ROUTE_PATCH_ORIGINAL, talk->edit, on_edited);
}

static char *
dup_first_answer (const Talk *talk, const TsmReply *reply)
{
  const TsmInteraction *interaction = talk->interaction;

  if (interaction->kind == TSM_INTERACTION_AUTOCOMPLETE)
    return tsm_suggestion_dup_derogations (reply, interaction->typed);
  return tsm_message_dup_answer (reply, interaction->lang, interaction->is_private);
}

static void
on_reply (const TsmReply *reply, gpointer data)
{
  Talk *talk = data;
  const TsmInteraction *interaction = talk->interaction;

  talk->ticket = 0;
  g_clear_handle_id (&talk->timer, g_source_remove);
  if (talk->state == STATE_ASKING) {
    talk->answer = dup_first_answer (talk, reply);
    send_answer (talk);
    return;
  }
  if (reply->refusal != TSM_REFUSAL_NONE && !interaction->is_private)
    talk->follow_up = tsm_message_dup_follow_up (reply, interaction->lang, TRUE);
  else
    talk->edit = tsm_message_dup_edit (reply, interaction->lang);
  if (talk->state == STATE_DEFERRED)
    finish (talk);
}

static void ask (Talk *talk);

static void
on_deferred (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Talk) talk = data;
  const Arrival arrival = check_arrival (result, talk);

  if (talk->conversation == NULL)
    return;
  if (talk->state == STATE_KNOCKING && arrival == ARRIVAL_DONE) {
    talk->state = STATE_DEFERRED;
    ask (talk);
  } else if (talk->state == STATE_KNOCKING) {
    tsm_info ("discord", "interaction %s came too late, or again, and is not carried out",
              talk->interaction->id);
    talk->state = STATE_DONE;
  } else if (arrival == ARRIVAL_REFUSED) {
    talk->state = STATE_DONE; /* there is nothing to edit */
  } else if (talk->edit != NULL || talk->follow_up != NULL) {
    finish (talk);
  } else {
    talk->state = STATE_DEFERRED;
  }
}

static void
defer (Talk *talk, State state)
{
  g_autofree char *deferral = tsm_message_dup_deferral (talk->interaction->is_private);

  talk->state = state;
  call (talk, TSM_ROUTE_CALLBACK, deferral, on_deferred);
}

static gboolean
on_slow (gpointer data)
{
  Talk *talk = data;

  talk->timer = 0;
  defer (talk, STATE_DEFERRING);
  return G_SOURCE_REMOVE;
}

/* What the engine is not needed for. */
static void
answer_alone (Talk *talk)
{
  const TsmInteraction *interaction = talk->interaction;
  g_autoptr (TsmRequest) nothing = NULL;
  g_autoptr (TsmReply) reply = NULL;

  if (interaction->kind == TSM_INTERACTION_AUTOCOMPLETE) {
    talk->answer = tsm_suggestion_dup_hours (interaction->typed);
    send_answer (talk);
    return;
  }
  nothing = tsm_request_new ("", interaction->caller_id, interaction->lang);
  reply = tsm_reply_new_refusal (nothing, TSM_REFUSAL_TOO_LATE,
                                 tsm_text (interaction->lang,
                                           N_ ("That button is too old; type the command.")));
  on_reply (reply, talk);
}

static void
ask (Talk *talk)
{
  const TsmConversationOptions *options = &talk->conversation->options;
  TsmInteraction *interaction = talk->interaction;
  TsmRequest *request = g_steal_pointer (&interaction->request);
  guint64 ticket;

  if (request == NULL) {
    answer_alone (talk);
    return;
  }
  request->is_member = interaction->guild_id != NULL &&
                       options->is_ours (interaction->guild_id, options->is_ours_data);
  ticket = options->ask (request, on_reply, talk, options->data);
  if (ticket == 0)
    return; /* answered already */
  talk->ticket = ticket;
  if (talk->state == STATE_ASKING && interaction->kind != TSM_INTERACTION_AUTOCOMPLETE)
    talk->timer = g_timeout_add (DEFER_AFTER_MS, on_slow, talk);
}

/* It has been taken care of, or is being. */
static void
repeat (Talk *talk)
{
  tsm_debug ("discord", "interaction %s came again", talk->interaction->id);
  if (talk->state == STATE_DONE && talk->answer != NULL)
    send_answer (talk);
}

/* When it was made. */
static gint64
get_created_ms (const TsmInteraction *interaction)
{
  return (gint64) (g_ascii_strtoull (interaction->id, NULL, 10) >> ID_TIME_SHIFT) + ID_EPOCH_MS;
}

static void
forget_old (TsmConversation *self, gint64 now_us)
{
  for (;;) {
    Talk *oldest = g_queue_peek_head (&self->order);

    if (oldest == NULL ||
        (now_us - oldest->received_us < REMEMBER_US &&
         (g_queue_get_length (&self->order) < MAX_REMEMBERED || oldest->state != STATE_DONE)))
      return;
    forget (self, oldest);
  }
}

void
tsm_conversation_take (TsmConversation *self, const char *d, gsize length, gboolean is_replayed)
{
  const gint64 now_us = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmInteraction) interaction = tsm_interaction_new (d, length, &error);
  Talk *talk;

  if (interaction == NULL) {
    tsm_warning ("discord", "an interaction %s", error->message);
    return;
  }
  if (interaction->kind == TSM_INTERACTION_OTHER)
    return;
  if (interaction->application_id == NULL && self->application == NULL) {
    tsm_warning ("discord", "an interaction does not say whose it is");
    return;
  }
  forget_old (self, now_us);
  talk = g_hash_table_lookup (self->talks, interaction->id);
  if (talk != NULL) {
    repeat (talk);
    return;
  }
  talk = g_rc_box_new0 (Talk);
  talk->conversation = self;
  talk->interaction = g_steal_pointer (&interaction);
  talk->received_us = now_us;
  g_hash_table_insert (self->talks, talk->interaction->id, talk);
  g_queue_push_tail (&self->order, talk);
  if (talk->interaction->kind != TSM_INTERACTION_AUTOCOMPLETE &&
      (is_replayed || get_created_ms (talk->interaction) < self->begun_ms))
    defer (talk, STATE_KNOCKING);
  else
    ask (talk);
}
