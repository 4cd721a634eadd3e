/* SPDX-License-Identifier: MIT
 * tsm-proxmox: a Proxmox VE node as a host, through its API. */
#include "devices/tsm-proxmox.h"
#include "base/tsm-error.h"
#include "devices/tsm-http.h"
#include "devices/tsm-proxmox-parse.h"
#include <string.h>

#define TIMEOUT_MS 10000
#define API        "/api2/json"
/* What a shutdown wants. */
#define POWER_RIGHT "Sys.PowerMgmt"

typedef struct {
  TsmHost parent;
  char *label;
  TsmEndpoint *endpoint;
  char *node; /* NULL until it is known */
  char *token_id;
  TsmSecret *token_secret;
  TsmHttp *http;
} Proxmox;

/* Takes @task. */
typedef void (*NextFunc) (GTask *task);

/* Owned by its task. */
typedef struct {
  Proxmox *proxmox;      /* a reference */
  NextFunc next;         /* what follows once the node's name is known */
  GPtrArray *guests;     /* of a guests call, so far */
  gboolean is_container; /* of a guests call: it asks for containers, the virtual machines are in */
} Call;

static void
proxmox_clear (gpointer data)
{
  Proxmox *self = data;

  g_clear_pointer (&self->label, g_free);
  g_clear_pointer (&self->endpoint, tsm_endpoint_free);
  g_clear_pointer (&self->node, g_free);
  g_clear_pointer (&self->token_id, g_free);
  g_clear_pointer (&self->token_secret, tsm_secret_unref);
  g_clear_pointer (&self->http, tsm_http_free);
}

static void
proxmox_free (TsmHost *host)
{
  g_rc_box_release_full (host, proxmox_clear);
}

static void
call_free (Call *call)
{
  proxmox_free (&call->proxmox->parent);
  g_clear_pointer (&call->guests, g_ptr_array_unref);
  g_free (call);
}

static GTask *
new_task (TsmHost *host, gpointer tag, GCancellable *cancellable, GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Call *call = g_new0 (Call, 1);

  call->proxmox = g_rc_box_acquire ((Proxmox *) host);
  g_task_set_source_tag (task, tag);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  return task;
}

/* Takes @task and passes it on to @callback. */
static void
send_request (GTask *task, const char *path, const char *form, GAsyncReadyCallback callback)
{
  const Call *call = g_task_get_task_data (task);
  const Proxmox *self = call->proxmox;
  g_autofree char *url = tsm_endpoint_dup_url (self->endpoint, path);
  char *authorization =
      g_strdup_printf ("PVEAPIToken=%s=%s", self->token_id, tsm_secret_peek (self->token_secret));
  const TsmHttpRequest request = { .url = url, .form = form, .authorization = authorization };

  tsm_http_send_async (self->http, &request, g_task_get_cancellable (task), callback, task);
  tsm_secret_wipe_string (authorization);
}

static void
set_denied_403 (const Proxmox *self, const char *reason, GError **error)
{
  const char *node = self->node != NULL ? self->node : "NODE";
  g_autofree char *user = g_strndup (self->token_id, strcspn (self->token_id, "!"));

  g_set_error (error, TSM_ERROR, TSM_ERROR_DENIED,
               "the API token lacks a right (%s); on the host, run: "
               "pveum role add TSM -privs \"Sys.PowerMgmt Sys.Audit\" "
               "(role modify instead of role add, if it is there already); "
               "pveum acl modify /nodes/%s -user %s -role TSM; "
               "pveum acl modify /nodes/%s -token '%s' -role TSM",
               reason, node, user, node, self->token_id);
}

static void
set_status_error (const Proxmox *self, const TsmHttpReply *reply, const char *reason,
                  GError **error)
{
  switch (reply->status) {
  case 401:
    g_set_error (error, TSM_ERROR, TSM_ERROR_DENIED,
                 "refuses the API token (%s): check API_PROXMOX_TOKEN_ID and "
                 "API_PROXMOX_TOKEN_SECRET",
                 reason);
    break;
  case 403:
    set_denied_403 (self, reason, error);
    break;
  case 400:
  case 501:
    g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID, "does not take the request (%u %s)",
                 reply->status, reason);
    break;
  case 301:
  case 302:
  case 404:
    g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM,
                 "answers %u %s: is HOST_PROXMOX the address of a Proxmox API?", reply->status,
                 reason);
    break;
  default:
    g_set_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "answers %u %s%s", reply->status, reason,
                 strstr (reason, "hostname lookup") != NULL ? ": is PROXMOX_NODE right?" : "");
    break;
  }
}

static gboolean
check_reply (const Proxmox *self, const TsmHttpReply *reply, GError **error)
{
  g_autofree char *said = NULL, *reason = NULL;
  gsize length;
  const char *text = g_bytes_get_data (reply->body, &length);

  if (reply->status == 200)
    return TRUE;
  said = tsm_proxmox_parse_reason (text != NULL ? text : "", length, reply->reason);
  reason = tsm_secret_dup_redacted (self->token_secret, said[0] != '\0' ? said : "no reason given");
  set_status_error (self, reply, reason, error);
  return FALSE;
}

static void
add_context (const Proxmox *self, TsmHttpFault fault, GError **error)
{
  if (fault == TSM_HTTP_FAULT_CANCELLED)
    return;
  if (fault == TSM_HTTP_FAULT_UNTRUSTED) {
    g_autofree char *message = g_steal_pointer (&(*error)->message);

    (*error)->message = g_strdup_printf ("%s; if that is the host's own (see \"pvenode cert info\""
                                         " there), set HOST_PROXMOX_SSL_VERIFY to it",
                                         message);
  }
  g_prefix_error (error, "proxmox %s: ", self->label);
}

/* The reply to @task's request if it is a 200. Otherwise NULL, and @error has its context. */
static TsmHttpReply *
finish_request (GTask *task, GAsyncResult *result, TsmHttpFault *ret_fault, GError **error)
{
  const Call *call = g_task_get_task_data (task);
  g_autoptr (TsmHttpReply) reply = tsm_http_send_finish (result, ret_fault, error);

  if (reply == NULL || !check_reply (call->proxmox, reply, error)) {
    add_context (call->proxmox, *ret_fault, error);
    return NULL;
  }
  return g_steal_pointer (&reply);
}

static TsmProbe
judge (TsmHttpFault fault, const GError *error)
{
  switch (fault) {
  case TSM_HTTP_FAULT_REFUSED:
    return TSM_PROBE_REFUSED;
  case TSM_HTTP_FAULT_SILENT:
    return TSM_PROBE_SILENT;
  case TSM_HTTP_FAULT_UNTRUSTED:
    return TSM_PROBE_DENIED;
  case TSM_HTTP_FAULT_DROPPED:
  case TSM_HTTP_FAULT_UNREADABLE:
    return TSM_PROBE_ERROR;
  case TSM_HTTP_FAULT_NONE:
    return g_error_matches (error, TSM_ERROR, TSM_ERROR_DENIED) ? TSM_PROBE_DENIED
                                                                : TSM_PROBE_ERROR;
  case TSM_HTTP_FAULT_UNASKED:
  case TSM_HTTP_FAULT_CANCELLED:
    break;
  }
  g_assert_not_reached ();
}

static void
on_version (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Call *call = g_task_get_task_data (task);
  g_autoptr (TsmHostProbe) probe = g_new0 (TsmHostProbe, 1);
  g_autoptr (TsmHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  TsmHttpFault fault;

  reply = finish_request (task, result, &fault, &error);
  if (fault == TSM_HTTP_FAULT_CANCELLED || fault == TSM_HTTP_FAULT_UNASKED) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  if (reply != NULL) {
    gsize length;
    const char *text = g_bytes_get_data (reply->body, &length);

    probe->detail = tsm_proxmox_parse_version (text != NULL ? text : "", length, &error);
    if (probe->detail == NULL)
      add_context (call->proxmox, fault, &error);
  }
  if (error != NULL) {
    probe->outcome = judge (fault, error);
    probe->detail = g_strdup (error->message);
  }
  g_task_return_pointer (task, g_steal_pointer (&probe), (GDestroyNotify) tsm_host_probe_free);
}

static void
proxmox_probe_async (TsmHost *host, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer user_data)
{
  send_request (new_task (host, proxmox_probe_async, cancellable, callback, user_data),
                API "/version", NULL, on_version);
}

static TsmHostProbe *
proxmox_probe_finish (TsmHost *host, GAsyncResult *result, GError **error)
{
  g_assert (g_async_result_is_tagged (result, proxmox_probe_async));
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Keeps the name of the only node; several are the admin's to tell apart. */
static gboolean
take_node (Proxmox *self, const TsmHttpReply *reply, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (reply->body, &length);
  g_autoptr (GPtrArray) names = tsm_proxmox_parse_nodes (text != NULL ? text : "", length, error);
  g_autofree char *list = NULL;

  if (names == NULL)
    return FALSE;
  if (names->len == 1) {
    g_free (self->node);
    self->node = g_ptr_array_steal_index (names, 0);
    return TRUE;
  }
  g_ptr_array_add (names, NULL);
  list = g_strjoinv (", ", (char **) names->pdata);
  g_set_error (error, TSM_ERROR, TSM_ERROR_INVALID,
               "is a cluster of several nodes (%s): set PROXMOX_NODE to the one on the plug", list);
  return FALSE;
}

static void
on_nodes (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Call *call = g_task_get_task_data (task);
  g_autoptr (TsmHttpReply) reply = NULL;
  TsmHttpFault fault;
  GError *error = NULL;

  reply = finish_request (task, result, &fault, &error);
  if (reply != NULL && take_node (call->proxmox, reply, &error)) {
    call->next (g_steal_pointer (&task));
    return;
  }
  if (reply != NULL)
    add_context (call->proxmox, fault, &error);
  g_task_return_error (task, error);
}

/* Takes @task and passes it on to @next. */
static void
with_node (GTask *task, NextFunc next)
{
  Call *call = g_task_get_task_data (task);

  call->next = next;
  if (call->proxmox->node != NULL)
    next (task);
  else
    send_request (task, API "/nodes", NULL, on_nodes);
}

static void
on_shutdown (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (TsmHttpReply) reply = NULL;
  TsmHttpFault fault;
  GError *error = NULL;

  reply = finish_request (task, result, &fault, &error);
  if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
send_shutdown (GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  g_autofree char *path = g_strdup_printf (API "/nodes/%s/status", call->proxmox->node);

  send_request (task, path, "command=shutdown", on_shutdown);
}

static void
proxmox_shutdown_async (TsmHost *host, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  with_node (new_task (host, proxmox_shutdown_async, cancellable, callback, user_data),
             send_shutdown);
}

static gboolean
proxmox_shutdown_finish (TsmHost *host, GAsyncResult *result, GError **error)
{
  g_assert (g_async_result_is_tagged (result, proxmox_shutdown_async));
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void send_guests (GTask *task);

static void
on_guests (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Call *call = g_task_get_task_data (task);
  g_autoptr (TsmHttpReply) reply = NULL;
  TsmHttpFault fault;
  GError *error = NULL;
  const char *text;
  gsize length;

  reply = finish_request (task, result, &fault, &error);
  if (reply == NULL) {
    g_task_return_error (task, error);
    return;
  }
  text = g_bytes_get_data (reply->body, &length);
  if (!tsm_proxmox_parse_guests (text != NULL ? text : "", length, call->is_container, call->guests,
                                 &error)) {
    add_context (call->proxmox, fault, &error);
    g_task_return_error (task, error);
    return;
  }
  if (call->is_container) {
    g_task_return_pointer (task, g_steal_pointer (&call->guests),
                           (GDestroyNotify) g_ptr_array_unref);
    return;
  }
  call->is_container = TRUE;
  send_guests (g_steal_pointer (&task));
}

static void
send_guests (GTask *task)
{
  Call *call = g_task_get_task_data (task);
  g_autofree char *path = g_strdup_printf (API "/nodes/%s/%s", call->proxmox->node,
                                           call->is_container ? "lxc" : "qemu");

  if (call->guests == NULL)
    call->guests = g_ptr_array_new_with_free_func (g_free);
  send_request (task, path, NULL, on_guests);
}

static void
proxmox_guests_async (TsmHost *host, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  with_node (new_task (host, proxmox_guests_async, cancellable, callback, user_data), send_guests);
}

static GPtrArray *
proxmox_guests_finish (TsmHost *host, GAsyncResult *result, GError **error)
{
  g_assert (g_async_result_is_tagged (result, proxmox_guests_async));
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* An API too old to list our rights, or that does not say, leaves it at those that were seen. */
static void
on_permissions (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Call *call = g_task_get_task_data (task);
  const Proxmox *self = call->proxmox;
  g_autofree char *path = g_strdup_printf ("/nodes/%s", self->node);
  g_autoptr (TsmHttpReply) reply = NULL;
  GError *error = NULL;
  TsmHttpFault fault;
  gboolean has_right = TRUE;

  reply = finish_request (task, result, &fault, &error);
  g_clear_error (&error);
  if (reply != NULL) {
    gsize length;
    const char *text = g_bytes_get_data (reply->body, &length);

    tsm_proxmox_parse_has_right (text != NULL ? text : "", length, path, POWER_RIGHT, &has_right,
                                 NULL);
  }
  if (has_right) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  set_denied_403 (self, POWER_RIGHT, &error);
  add_context (self, TSM_HTTP_FAULT_NONE, &error);
  g_task_return_error (task, error);
}

static void
on_status (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Call *call = g_task_get_task_data (task);
  g_autoptr (TsmHttpReply) reply = NULL;
  g_autofree char *path = NULL;
  GError *error = NULL;
  TsmHttpFault fault;

  reply = finish_request (task, result, &fault, &error);
  if (reply == NULL) {
    g_task_return_error (task, error);
    return;
  }
  path = g_strdup_printf (API "/access/permissions?path=/nodes/%s", call->proxmox->node);
  send_request (g_steal_pointer (&task), path, NULL, on_permissions);
}

/* It wants Sys.Audit, and a node of that name. */
static void
send_status (GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  g_autofree char *path = g_strdup_printf (API "/nodes/%s/status", call->proxmox->node);

  send_request (task, path, NULL, on_status);
}

static void
proxmox_rights_async (TsmHost *host, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  with_node (new_task (host, proxmox_rights_async, cancellable, callback, user_data), send_status);
}

static gboolean
proxmox_rights_finish (TsmHost *host, GAsyncResult *result, GError **error)
{
  g_assert (g_async_result_is_tagged (result, proxmox_rights_async));
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* user@realm!name, of characters that need no quoting in a header or a shell. */
static gboolean
is_token_id (const char *text)
{
  const char *at = text == NULL ? NULL : strchr (text, '@');
  const char *bang = at == NULL ? NULL : strchr (at, '!');

  if (bang == NULL || at == text || bang == at + 1 || bang[1] == '\0')
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("@!-._", *p) == NULL)
      return FALSE;
  return TRUE;
}

/* A UUID as Proxmox prints it; any visible text that the header's own syntax does not cut. */
static gboolean
is_token_secret (const TsmSecret *secret)
{
  if (tsm_secret_is_empty (secret))
    return FALSE;
  for (const char *p = tsm_secret_peek (secret); *p != '\0'; p++)
    if (!g_ascii_isgraph (*p) || strchr ("=;%", *p) != NULL)
      return FALSE;
  return TRUE;
}

gboolean
tsm_proxmox_check (const TsmProxmoxOptions *options, GError **error)
{
  if (!is_token_id (options->token_id))
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID,
                         "API_PROXMOX_TOKEN_ID should be USER@REALM!NAME, such as tsm@pve!tsm");
  else if (!is_token_secret (options->token_secret))
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID,
                         "API_PROXMOX_TOKEN_SECRET should be the secret alone, as \"pveum user "
                         "token add\" printed it");
  else if (options->node != NULL && options->node[0] != '\0' &&
           !tsm_proxmox_parse_is_node_name (options->node))
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID,
                         "PROXMOX_NODE should be the node's name, such as pve, not its address");
  else
    return TRUE;
  return FALSE;
}

TsmHost *
tsm_proxmox_new (const TsmProxmoxOptions *options, GError **error)
{
  static const TsmHostInterface interface = {
    .probe_async = proxmox_probe_async,
    .probe_finish = proxmox_probe_finish,
    .shutdown_async = proxmox_shutdown_async,
    .shutdown_finish = proxmox_shutdown_finish,
    .guests_async = proxmox_guests_async,
    .guests_finish = proxmox_guests_finish,
    .rights_async = proxmox_rights_async,
    .rights_finish = proxmox_rights_finish,
    .free = proxmox_free,
  };
  const TsmHttpOptions http = {
    .trust = options->trust,
    .timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_MS,
  };
  Proxmox *self;

  if (!tsm_proxmox_check (options, error))
    return NULL;
  self = g_rc_box_new0 (Proxmox);
  self->parent.interface = &interface;
  self->label = tsm_endpoint_dup_label (options->endpoint);
  self->endpoint = tsm_endpoint_copy (options->endpoint);
  if (options->node != NULL && options->node[0] != '\0')
    self->node = g_strdup (options->node);
  self->token_id = g_strdup (options->token_id);
  self->token_secret = tsm_secret_ref (options->token_secret);
  self->http = tsm_http_new (&http);
  return &self->parent;
}
