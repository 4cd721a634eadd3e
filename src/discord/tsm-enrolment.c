/* SPDX-License-Identifier: MIT
 * tsm-enrolment: each guild is told of our commands, and only when they changed. */
#include "discord/tsm-enrolment.h"
#include "base/tsm-log.h"
#include "discord/tsm-registration.h"
#include <string.h>

/* See the channel, send messages, in threads too, embed links, attach files (spec discord 10). */
#define RIGHTS "274877959168"

/* After a failure that may pass; the calls themselves were tried three times. */
#define RETRY_S 300

#define CODE_MISSING_ACCESS 50001
#define CODE_MANY_CREATIONS 30034

struct _TsmEnrolment {
  TsmRest *rest;
  TsmMemory *memory;
  GCancellable *cancellable;
  char *application; /* NULL until it is known */
  char *json, *hash;
  GHashTable *guilds; /* id to Task, also the application's own under "" */
};

/* One guild's commands, or the global ones. */
typedef struct {
  TsmEnrolment *enrolment;
  const char *guild; /* the table's; "" for the global ones */
  guint timer;
} Task;

static void
task_free (gpointer data)
{
  Task *task = data;

  g_clear_handle_id (&task->timer, g_source_remove);
  g_free (task);
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
  self->guilds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, task_free);
  return self;
}

void
tsm_enrolment_free (TsmEnrolment *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_hash_table_unref (self->guilds);
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
  return task->guild[0] == '\0';
}

/* A call under way. The guild may be forgotten meanwhile, so the task is looked up anew. */
typedef struct {
  TsmEnrolment *enrolment;
  char *guild;
} Call;

static void
call_free (Call *call)
{
  g_free (call->guild);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
send (const Task *task, TsmRouteKind kind, const char *json, GAsyncReadyCallback callback)
{
  TsmEnrolment *self = task->enrolment;
  Call *call = g_new0 (Call, 1);
  const TsmRestCall request = {
    .route = { .kind = kind, .application = self->application, .major = task->guild },
    .json = json,
  };

  call->enrolment = self;
  call->guild = g_strdup (task->guild);
  tsm_rest_send_async (self->rest, &request, self->cancellable, callback, call);
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

static void
explain_refusal (const Task *task, const TsmRestReply *reply)
{
  g_autofree char *invitation = tsm_enrolment_dup_invitation (task->enrolment->application);

  if (reply->code == CODE_MISSING_ACCESS)
    tsm_warning ("discord",
                 "guild %s of GUILD_ID: TSM is not there, or was invited without its commands; "
                 "invite it with %s",
                 task->guild, invitation);
  else if (reply->code == CODE_MANY_CREATIONS)
    tsm_warning ("discord", "guild %s: Discord takes no more new commands today", task->guild);
  else
    tsm_warning ("discord", "guild %s: its commands are refused: %u, code %" G_GINT64_FORMAT " %s",
                 task->guild, reply->status, reply->code, reply->message);
}

/* The answer of a call, and the task it is for; NULL when either is gone or it failed: then what
 * follows is arranged. */
static TsmRestReply *
take_reply (const Call *call, GAsyncResult *result, Task **ret_task)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmRestReply) reply = tsm_rest_send_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return NULL; /* the enrolment is gone, too */
  *ret_task = g_hash_table_lookup (call->enrolment->guilds, call->guild);
  if (*ret_task == NULL)
    return NULL;
  if (reply != NULL && tsm_rest_reply_is_done (reply))
    return g_steal_pointer (&reply);
  if (reply != NULL && reply->status < 500) {
    explain_refusal (*ret_task, reply);
    return NULL;
  }
  if (!tsm_rest_is_denied (call->enrolment->rest) && (*ret_task)->timer == 0)
    (*ret_task)->timer = g_timeout_add_seconds (RETRY_S, on_retry, *ret_task);
  return NULL;
}

static void
on_put (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  Task *task;
  g_autoptr (TsmRestReply) reply = take_reply (call, result, &task);

  if (reply == NULL)
    return;
  if (is_global (task)) {
    tsm_message ("discord", "the global commands of an earlier life are taken away");
    return;
  }
  tsm_memory_set_commands (task->enrolment->memory, task->guild, task->enrolment->hash);
  tsm_message ("discord", "guild %s knows the commands now", task->guild);
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
  g_autoptr (Call) call = data;
  Task *task;
  g_autoptr (TsmRestReply) reply = take_reply (call, result, &task);
  TsmEnrolment *self = call->enrolment;
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
  }
}

static void
look (Task *task)
{
  send (task, is_global (task) ? TSM_ROUTE_LIST_GLOBAL : TSM_ROUTE_LIST_COMMANDS, NULL, on_listed);
}

static void
add_task (TsmEnrolment *self, const char *guild)
{
  char *key;
  Task *task;

  if (g_hash_table_contains (self->guilds, guild))
    return;
  key = g_strdup (guild);
  task = g_new0 (Task, 1);
  task->enrolment = self;
  task->guild = key;
  g_hash_table_insert (self->guilds, key, task);
  look (task);
}

void
tsm_enrolment_set_application (TsmEnrolment *self, const char *application)
{
  g_free (self->application);
  self->application = g_strdup (application);
  add_task (self, "");
}

void
tsm_enrolment_add (TsmEnrolment *self, const char *guild)
{
  g_assert (self->application != NULL);
  add_task (self, guild);
}

void
tsm_enrolment_forget (TsmEnrolment *self, const char *guild)
{
  g_hash_table_remove (self->guilds, guild);
  tsm_memory_set_commands (self->memory, guild, NULL);
}
