/* SPDX-License-Identifier: MIT
 * tsm-plug: asks a Tasmota plug for its counter. */
#include "devices/tsm-plug.h"
#include "base/tsm-error.h"
#include "devices/tsm-http.h"
#include <string.h>

#define TIMEOUT_MS 5000
#define RETRY_MS   2000
#define RETRIES    2 /* in a read, whichever of its requests fail */

#define STEPS_POLL    1
#define STEPS_DETAIL  3
#define STEPS_INSPECT G_N_ELEMENTS (steps)

struct _TsmPlug {
  char *label;
  TsmEndpoint *endpoint;
  TsmSecret *password;
  TsmClockFunc clock;
  gpointer clock_data;
  guint retry_ms;
  TsmHttp *http;
  GQueue waiting;   /* GTask, in order of asking */
  gboolean is_busy; /* a read is under way */
};

/* A read; owned by its task. */
typedef struct {
  TsmPlug *plug; /* a reference */
  guint n_steps;
  guint step;
  guint n_retries;
  gint64 asked_at;
  TsmReading reading;
  TsmPlugFacts facts;
} Job;

static gboolean
parse_energy (const char *text, gsize length, Job *job, GError **error)
{
  return tsm_plug_parse_energy (text, length, &job->reading, error);
}

static gboolean
parse_state (const char *text, gsize length, Job *job, GError **error)
{
  return tsm_plug_parse_state (text, length, &job->reading, &job->facts, error);
}

static gboolean
parse_network (const char *text, gsize length, Job *job, GError **error)
{
  return tsm_plug_parse_network (text, length, &job->reading, &job->facts, error);
}

static gboolean
parse_firmware (const char *text, gsize length, Job *job, GError **error)
{
  return tsm_plug_parse_firmware (text, length, &job->facts, error);
}

static gboolean
parse_clock (const char *text, gsize length, Job *job, GError **error)
{
  return tsm_plug_parse_clock (text, length, &job->facts, error);
}

static gboolean
parse_settings (const char *text, gsize length, Job *job, GError **error)
{
  return tsm_plug_parse_settings (text, length, &job->facts, error);
}

/* In order of asking. A raw blank would end the request target: Status alone would run. */
static const struct {
  const char *path;
  gboolean (*parse) (const char *text, gsize length, Job *job, GError **error);
} steps[] = {
  { "/cm?cmnd=Status%2010", parse_energy }, { "/cm?cmnd=Status%2011", parse_state },
  { "/cm?cmnd=Status%205", parse_network }, { "/cm?cmnd=Status%202", parse_firmware },
  { "/cm?cmnd=Status%207", parse_clock },   { "/cm?cmnd=Status", parse_settings },
};

static void send_step (GTask *task);

static void
plug_clear (gpointer data)
{
  TsmPlug *self = data;

  /* A waiting task holds a reference: none can be left. */
  g_assert (g_queue_is_empty (&self->waiting));
  g_clear_pointer (&self->label, g_free);
  g_clear_pointer (&self->endpoint, tsm_endpoint_free);
  g_clear_pointer (&self->password, tsm_secret_unref);
  g_clear_pointer (&self->http, tsm_http_free);
}

TsmPlug *
tsm_plug_new (const TsmPlugOptions *options)
{
  const TsmHttpOptions http = {
    .timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_MS,
  };
  TsmPlug *self = g_rc_box_new0 (TsmPlug);

  g_assert (options->clock != NULL);
  self->label = tsm_endpoint_dup_label (options->endpoint);
  self->endpoint = tsm_endpoint_copy (options->endpoint);
  if (!tsm_secret_is_empty (options->password))
    self->password = tsm_secret_ref (options->password);
  self->clock = options->clock;
  self->clock_data = options->clock_data;
  self->retry_ms = options->retry_ms > 0 ? options->retry_ms : RETRY_MS;
  self->http = tsm_http_new (&http);
  g_queue_init (&self->waiting);
  return self;
}

void
tsm_plug_free (TsmPlug *self)
{
  if (self != NULL)
    g_rc_box_release_full (self, plug_clear);
}

static void
job_free (Job *job)
{
  tsm_plug_free (job->plug);
  g_free (job);
}

/* The next read, if one waits. */
static void
start_next (TsmPlug *self)
{
  GTask *task = g_queue_pop_head (&self->waiting);

  self->is_busy = task != NULL;
  if (task != NULL)
    send_step (task);
}

/* Takes @task, and @error or NULL for success. */
static void
end_job (GTask *task, GError *error)
{
  const Job *job = g_task_get_task_data (task);
  TsmPlug *plug = g_rc_box_acquire (job->plug);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
  start_next (plug);
  tsm_plug_free (plug);
}

static gboolean
on_retry (gpointer user_data)
{
  send_step (g_object_ref (user_data));
  return G_SOURCE_REMOVE;
}

/* Takes @task. A cancelled pause ends at once: the request that follows then says so. */
static void
wait_and_retry (GTask *task)
{
  Job *job = g_task_get_task_data (task);
  g_autoptr (GSource) pause = g_timeout_source_new (job->plug->retry_ms);
  GCancellable *cancellable = g_task_get_cancellable (task);

  job->n_retries++;
  if (cancellable != NULL) {
    g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

    g_source_set_dummy_callback (cancelled);
    g_source_add_child_source (pause, cancelled);
  }
  g_source_set_callback (pause, on_retry, task, g_object_unref);
  g_source_attach (pause, g_main_context_get_thread_default ());
}

/* Takes @task and @error. */
static void
step_failed (GTask *task, GError *error)
{
  Job *job = g_task_get_task_data (task);

  if (g_error_matches (error, TSM_ERROR, TSM_ERROR_INVALID) && job->step > 0) {
    /* The total is there; this firmware does not know the rest. */
    g_error_free (error);
    job->step++;
    if (job->step < job->n_steps)
      send_step (task);
    else
      end_job (task, NULL);
    return;
  }
  if (tsm_error_is_retryable (error) && job->n_retries < RETRIES) {
    g_error_free (error);
    wait_and_retry (task);
    return;
  }
  g_prefix_error (&error, "%s: ", job->plug->label);
  end_job (task, error);
}

static gboolean
check_status (const TsmHttpReply *reply, GError **error)
{
  g_autofree char *status = NULL;

  if (reply->status == 200)
    return TRUE;
  status = tsm_http_reply_dup_status (reply);
  if (reply->status == 401 || reply->status == 403)
    g_set_error (error, TSM_ERROR, TSM_ERROR_DENIED,
                 "refuses the password, or wants one (%s): set TASMOTA_PASSWORD to its web "
                 "password",
                 status);
  else
    g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM,
                 "answers %s: is HOST_TASMOTA the address of a Tasmota plug?", status);
  return FALSE;
}

static gboolean
take_reply (Job *job, const TsmHttpReply *reply, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (reply->body, &length);

  if (!check_status (reply, error) ||
      !steps[job->step].parse (text != NULL ? text : "", length, job, error))
    return FALSE;
  if (job->step == 0) {
    const gint64 now = job->plug->clock (job->plug->clock_data);

    job->reading.at = job->asked_at + (now - job->asked_at) / 2;
  }
  return TRUE;
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  g_autoptr (TsmHttpReply) reply = NULL;
  TsmHttpFault fault;
  GError *error = NULL;

  reply = tsm_http_send_finish (result, &fault, &error);
  /* With SetOption128 0 the plug hangs up on everyone but a browser. */
  if (reply == NULL && fault == TSM_HTTP_FAULT_DROPPED)
    g_prefix_error (&error, "is its HTTP API off (SetOption128)? ");
  if (reply == NULL || !take_reply (job, reply, &error)) {
    step_failed (g_steal_pointer (&task), error);
    return;
  }
  job->step++;
  if (job->step < job->n_steps)
    send_step (g_steal_pointer (&task));
  else
    end_job (g_steal_pointer (&task), NULL);
}

static char *
dup_authorization (const TsmPlug *self)
{
  char *plain, *encoded, *header;

  if (self->password == NULL)
    return NULL;
  plain = g_strconcat ("admin:", tsm_secret_peek (self->password), NULL);
  encoded = g_base64_encode ((const guchar *) plain, strlen (plain));
  header = g_strconcat ("Basic ", encoded, NULL);
  tsm_secret_wipe_string (plain);
  tsm_secret_wipe_string (encoded);
  return header;
}

/* Takes @task. */
static void
send_step (GTask *task)
{
  Job *job = g_task_get_task_data (task);
  TsmPlug *plug = job->plug;
  g_autofree char *url = tsm_endpoint_dup_url (plug->endpoint, steps[job->step].path);
  char *authorization = dup_authorization (plug);
  const TsmHttpRequest request = { .url = url, .authorization = authorization };

  job->asked_at = plug->clock (plug->clock_data);
  tsm_http_send_async (plug->http, &request, g_task_get_cancellable (task), on_reply, task);
  tsm_secret_wipe_string (authorization);
}

static void
start_job (TsmPlug *self, guint n_steps, GTask *task)
{
  Job *job = g_new0 (Job, 1);

  job->plug = g_rc_box_acquire (self);
  job->n_steps = n_steps;
  tsm_plug_parse_clear_reading (&job->reading);
  tsm_plug_parse_clear_facts (&job->facts);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_queue_push_tail (&self->waiting, task);
  if (!self->is_busy)
    start_next (self);
}

void
tsm_plug_read_async (TsmPlug *self, gboolean with_detail, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, tsm_plug_read_async);
  start_job (self, with_detail ? STEPS_DETAIL : STEPS_POLL, task);
}

static gboolean
finish_job (GAsyncResult *result, TsmReading *ret_reading, TsmPlugFacts *ret_facts, GError **error)
{
  const Job *job = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *ret_reading = job->reading;
  if (ret_facts != NULL)
    *ret_facts = job->facts;
  return TRUE;
}

gboolean
tsm_plug_read_finish (GAsyncResult *result, TsmReading *ret_reading, GError **error)
{
  g_assert (g_async_result_is_tagged (result, tsm_plug_read_async));
  return finish_job (result, ret_reading, NULL, error);
}

void
tsm_plug_inspect_async (TsmPlug *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, tsm_plug_inspect_async);
  start_job (self, STEPS_INSPECT, task);
}

gboolean
tsm_plug_inspect_finish (GAsyncResult *result, TsmReading *ret_reading, TsmPlugFacts *ret_facts,
                         GError **error)
{
  g_assert (g_async_result_is_tagged (result, tsm_plug_inspect_async));
  return finish_job (result, ret_reading, ret_facts, error);
}
