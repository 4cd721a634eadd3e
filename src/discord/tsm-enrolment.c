/* SPDX-License-Identifier: MIT
 * tsm-enrolment: each guild is told of our commands, and only when they changed. */
#include "discord/tsm-enrolment.h"
#include "base/tsm-log.h"
#include "discord/tsm-registration.h"
#include <string.h>

/* See the channel, send messages, in threads too, embed links, attach files (spec discord 10). */
#define RIGHTS "274877959168"

/* After a failure that may pass, the calls themselves having been tried three times; after a
 * refusal, which someone may mend without a word to us; after the last new command that a day
 * allows. */
#define RETRY_S         300
#define RETRY_REFUSED_S 3600
#define RETRY_MANY_S    (24 * 3600)

#define CODE_MISSING_ACCESS 50001
#define CODE_MANY_CREATIONS 30034

struct _TsmEnrolment {
  TsmRest *rest;
  TsmMemory *memory;
  GCancellable *cancellable;
  char *application; /* NULL until it is known */
  char *json, *hash;
  GHashTable *tasks; /* guild, the task's own, to Task */
};

/* The task of the global commands. */
#define NO_GUILD ""

/* One guild's commands; held by the table, and by the call that is under way for it. */
typedef struct {
  TsmEnrolment *enrolment; /* NULL once that, or the guild, is gone */
  char *guild;
  gboolean is_farewell;  /* the guild is not ours any more: its commands go */
  gboolean is_explained; /* that it is refused */
  guint timer;
} Task;

static void
task_clear (gpointer data)
{
  Task *task = data;

  g_free (task->guild);
}

static void
task_unref (Task *task)
{
  g_rc_box_release_full (task, task_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Task, task_unref)

/* A call that is under way ends with nobody to tell. */
static void
task_close (gpointer data)
{
  Task *task = data;

  g_clear_handle_id (&task->timer, g_source_remove);
  task->enrolment = NULL;
  task_unref (task);
}

TsmEnrolment *
tsm_enrolment_new (TsmRest *rest, TsmMemory *memory)
{
  TsmEnrolment *self = g_new0 (TsmEnrolment, 1);

  self->rest = rest;
  self->memory = memory;
  self->cancellable = g_cancellable_new ();
  self->json = tsm_registration_dup_json ();
  self->hash = tsm_registration_dup_hash (self->json);
  self->tasks = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, task_close);
  return self;
}

void
tsm_enrolment_free (TsmEnrolment *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_hash_table_unref (self->tasks);
  g_free (self->application);
  g_free (self->json);
  g_free (self->hash);
  g_free (self);
}

char *
tsm_enrolment_dup_invitation (const char *application)
{
  return g_strdup_printf ("https://discord.com/oauth2/authorize?client_id=%s"
                          "&scope=bot%%20applications.commands&permissions=" RIGHTS,
                          application);
}

static gboolean
is_global (const Task *task)
{
  return g_str_equal (task->guild, NO_GUILD);
}

/* @callback gets a reference to @task of its own. */
static void
send (Task *task, TsmRouteKind kind, const char *json, GAsyncReadyCallback callback)
{
  TsmEnrolment *self = task->enrolment;
  const TsmRestCall call = {
    .route = { .kind = kind, .application = self->application, .major = task->guild },
    .json = json,
  };

  tsm_rest_send_async (self->rest, &call, self->cancellable, callback, g_rc_box_acquire (task));
}

static void look (Task *task);

static gboolean
on_retry (gpointer data)
{
  Task *task = data;

  task->timer = 0;
  look (task);
  return G_SOURCE_REMOVE;
}

/* Once: it is tried again and again. */
static void
explain_refusal (Task *task, const TsmRestReply *reply)
{
  g_autofree char *invitation = tsm_enrolment_dup_invitation (task->enrolment->application);

  if (task->is_explained)
    return;
  task->is_explained = TRUE;
  if (reply->code == CODE_MISSING_ACCESS)
    tsm_warning ("discord",
                 "guild %s of GUILD_ID: TSM is not there, or was invited without its commands; "
                 "invite it with %s",
                 task->guild, invitation);
  else if (reply->code == CODE_MANY_CREATIONS)
    tsm_warning ("discord",
                 "guild %s: Discord takes no more new commands today; tried again in a day",
                 task->guild);
  else
    tsm_warning ("discord", "guild %s: its commands are refused: %u, code %" G_GINT64_FORMAT " %s",
                 task->guild, reply->status, reply->code, reply->message);
}

static guint
get_retry_s (const TsmRestReply *reply)
{
  if (reply == NULL || reply->status >= 500)
    return RETRY_S;
  return reply->code == CODE_MANY_CREATIONS ? RETRY_MANY_S : RETRY_REFUSED_S;
}

/* The answer of a call; NULL when nobody waits for it any more, or it failed: then it is tried
 * again. */
static TsmRestReply *
take_reply (Task *task, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmRestReply) reply = tsm_rest_send_finish (result, &error);

  if (task->enrolment == NULL)
    return NULL;
  if (reply != NULL && tsm_rest_reply_is_done (reply))
    return g_steal_pointer (&reply);
  if (tsm_rest_is_denied (task->enrolment->rest))
    return NULL;
  if (reply != NULL && reply->status < 500 && !task->is_farewell)
    explain_refusal (task, reply);
  if (task->timer == 0 && !(task->is_farewell && reply != NULL))
    task->timer = g_timeout_add_seconds (get_retry_s (reply), on_retry, task);
  return NULL;
}

static void
on_put (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Task) task = data;
  g_autoptr (TsmRestReply) reply = take_reply (task, result);

  if (reply == NULL)
    return;
  task->is_explained = FALSE;
  if (is_global (task)) {
    tsm_message ("discord", "the global commands of an earlier life are taken away");
  } else if (task->is_farewell) {
    tsm_memory_set_commands (task->enrolment->memory, task->guild, NULL);
    tsm_message ("discord", "guild %s is not in GUILD_ID any more: its commands are taken away",
                 task->guild);
  } else {
    tsm_memory_set_commands (task->enrolment->memory, task->guild, task->enrolment->hash);
    tsm_message ("discord", "guild %s knows the commands now", task->guild);
  }
}

static gboolean
is_empty_list (const char *list, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (list[i]) && list[i] != '[' && list[i] != ']')
      return FALSE;
  return TRUE;
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Task) task = data;
  g_autoptr (TsmRestReply) reply = take_reply (task, result);
  TsmEnrolment *self = task->enrolment;
  const char *list;
  gsize length;

  if (reply == NULL)
    return;
  list = g_bytes_get_data (reply->body, &length);
  if (is_global (task)) {
    if (!is_empty_list (list, length))
      send (task, TSM_ROUTE_EMPTY_GLOBAL, "[]", on_put);
  } else if (!tsm_registration_matches (list, length) ||
             g_strcmp0 (tsm_memory_peek_commands (self->memory, task->guild), self->hash) != 0) {
    send (task, TSM_ROUTE_PUT_COMMANDS, self->json, on_put);
  } else {
    task->is_explained = FALSE;
  }
}

static void
look (Task *task)
{
  if (task->is_farewell)
    send (task, TSM_ROUTE_PUT_COMMANDS, "[]", on_put);
  else
    send (task, is_global (task) ? TSM_ROUTE_LIST_GLOBAL : TSM_ROUTE_LIST_COMMANDS, NULL,
          on_listed);
}

/* One that waits to be tried again is tried now. */
static void
begin (TsmEnrolment *self, const char *guild, gboolean is_farewell)
{
  Task *task = g_hash_table_lookup (self->tasks, guild);

  if (task != NULL && task->timer == 0)
    return;
  if (task == NULL) {
    task = g_rc_box_new0 (Task);
    task->enrolment = self;
    task->guild = g_strdup (guild);
    task->is_farewell = is_farewell;
    g_hash_table_insert (self->tasks, task->guild, task);
  }
  g_clear_handle_id (&task->timer, g_source_remove);
  look (task);
}

void
tsm_enrolment_set_application (TsmEnrolment *self, const char *application)
{
  g_free (self->application);
  self->application = g_strdup (application);
  begin (self, NO_GUILD, FALSE);
}

void
tsm_enrolment_add (TsmEnrolment *self, const char *guild)
{
  g_assert (self->application != NULL);
  begin (self, guild, FALSE);
}

void
tsm_enrolment_forget (TsmEnrolment *self, const char *guild)
{
  g_hash_table_remove (self->tasks, guild);
  tsm_memory_set_commands (self->memory, guild, NULL);
}

void
tsm_enrolment_leave (TsmEnrolment *self, const char *guild)
{
  g_assert (self->application != NULL);
  if (tsm_memory_peek_commands (self->memory, guild) != NULL)
    begin (self, guild, TRUE);
}
