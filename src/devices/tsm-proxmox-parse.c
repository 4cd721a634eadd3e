/* SPDX-License-Identifier: MIT
 * tsm-proxmox-parse: answers of the Proxmox VE API. */
#include "devices/tsm-proxmox-parse.h"
#include "base/tsm-body.h"
#include "base/tsm-error.h"
#include <string.h>

#define NODE_NAME_BYTES 63

/* The envelope's content, of @kind; owned by @ret_body. */
static const TsmBodyNode *
read_data (const char *text, gsize length, TsmBodyKind kind, TsmBody **ret_body, GError **error)
{
  g_autoptr (TsmBody) body = tsm_body_new_from_text (text, length, error);
  const TsmBodyNode *data;

  if (body == NULL) {
    g_prefix_error (error, "its answer ");
    return NULL;
  }
  data = tsm_body_get_member (tsm_body_get_root (body), "data");
  if (data == NULL || data->kind != kind) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM,
                         "its answer is not that of a Proxmox API");
    return NULL;
  }
  *ret_body = g_steal_pointer (&body);
  return data;
}

char *
tsm_proxmox_parse_version (const char *text, gsize length, GError **error)
{
  g_autoptr (TsmBody) body = NULL;
  const TsmBodyNode *data = read_data (text, length, TSM_BODY_OBJECT, &body, error);
  const char *version;

  if (data == NULL)
    return NULL;
  version = tsm_body_get_member_string (data, "version");
  if (version == NULL) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "its answer has no version");
    return NULL;
  }
  return tsm_body_dup_excerpt (version, strlen (version));
}

gboolean
tsm_proxmox_parse_is_node_name (const char *name)
{
  const gsize length = strlen (name);

  if (length == 0 || length > NODE_NAME_BYTES || name[0] == '.')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && strchr ("-._", name[i]) == NULL)
      return FALSE;
  return TRUE;
}

GPtrArray *
tsm_proxmox_parse_nodes (const char *text, gsize length, GError **error)
{
  g_autoptr (TsmBody) body = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const TsmBodyNode *data = read_data (text, length, TSM_BODY_ARRAY, &body, error);
  const TsmBodyNode *node;

  if (data == NULL)
    return NULL;
  node = tsm_body_get_first (data);
  for (guint i = 0; i < data->n_children; i++, node = tsm_body_get_next (node)) {
    const char *name = tsm_body_get_member_string (node, "node");

    if (name != NULL && tsm_proxmox_parse_is_node_name (name))
      g_ptr_array_add (names, g_strdup (name));
  }
  if (names->len == 0) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "its answer names no node");
    return NULL;
  }
  return g_steal_pointer (&names);
}

static char *
dup_guest_name (const TsmBodyNode *guest, gboolean is_container)
{
  const char *name = tsm_body_get_member_string (guest, "name");
  g_autofree char *shown = NULL;
  gint64 id;

  if (!tsm_body_get_member_integer (guest, "vmid", &id))
    id = 0;
  shown = name != NULL ? tsm_body_dup_excerpt (name, strlen (name)) : g_strdup ("unnamed");
  return g_strdup_printf ("%s (%s %" G_GINT64_FORMAT ")", shown, is_container ? "CT" : "VM", id);
}

gboolean
tsm_proxmox_parse_guests (const char *text, gsize length, gboolean is_container, GPtrArray *names,
                          GError **error)
{
  g_autoptr (TsmBody) body = NULL;
  const TsmBodyNode *data = read_data (text, length, TSM_BODY_ARRAY, &body, error);
  const TsmBodyNode *guest;

  if (data == NULL)
    return FALSE;
  guest = tsm_body_get_first (data);
  for (guint i = 0; i < data->n_children; i++, guest = tsm_body_get_next (guest))
    if (g_strcmp0 (tsm_body_get_member_string (guest, "status"), "running") == 0)
      g_ptr_array_add (names, dup_guest_name (guest, is_container));
  return TRUE;
}

gboolean
tsm_proxmox_parse_has_right (const char *text, gsize length, const char *path,
                             const char *privilege, gboolean *ret_has_right, GError **error)
{
  g_autoptr (TsmBody) body = NULL;
  const TsmBodyNode *data = read_data (text, length, TSM_BODY_OBJECT, &body, error);

  if (data == NULL)
    return FALSE;
  /* The value says whether the right spreads to what lies below, not whether it is there. */
  *ret_has_right = tsm_body_get_member (tsm_body_get_member (data, path), privilege) != NULL;
  return TRUE;
}

/* "Parameter verification failed. (command: property is missing...)" */
static void
append_errors (GString *line, const TsmBodyNode *errors)
{
  const TsmBodyNode *child;

  if (errors == NULL || errors->kind != TSM_BODY_OBJECT)
    return;
  child = tsm_body_get_first (errors);
  for (guint i = 0; i < errors->n_children; i++, child = tsm_body_get_next (child))
    if (child->kind == TSM_BODY_STRING)
      g_string_append_printf (line, " (%s: %s)", child->key, child->text);
}

char *
tsm_proxmox_parse_reason (const char *text, gsize length, const char *reason)
{
  g_autoptr (TsmBody) body = tsm_body_new_from_text (text, length, NULL);
  g_autoptr (GString) line = g_string_new (NULL);
  const TsmBodyNode *root = body != NULL ? tsm_body_get_root (body) : NULL;
  const char *message = tsm_body_get_member_string (root, "message");

  g_string_append (line, message != NULL ? message : reason);
  append_errors (line, tsm_body_get_member (root, "errors"));
  return tsm_body_dup_excerpt (line->str, line->len);
}
