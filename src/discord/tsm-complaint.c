/* SPDX-License-Identifier: MIT
 * tsm-complaint: the body of an answer in which Discord says what it did not like. */
#include "discord/tsm-complaint.h"
#include "base/tsm-body.h"
#include "discord/tsm-limiter.h"
#include <string.h>

/* Enough to mend our form by; one wrong list can name hundreds. */
#define N_FLAWS_MAX 8

typedef struct {
  GString *text;
  guint n;
} Flaws;

static char *
dup_line (const TsmBodyNode *object, const char *key)
{
  const char *text = tsm_body_get_member_string (object, key);

  return text == NULL ? g_strdup ("") : tsm_body_dup_excerpt (text, strlen (text));
}

static void
add_flaw (Flaws *flaws, const char *path, const TsmBodyNode *flaw)
{
  g_autofree char *code = dup_line (flaw, "code");
  g_autofree char *message = dup_line (flaw, "message");

  if (flaws->n++ < N_FLAWS_MAX)
    g_string_append_printf (flaws->text, "%s%s%s%s (%s)", flaws->text->len > 0 ? "; " : "", path,
                            *path != '\0' ? ": " : "", message, code);
}

/* The form again, with a list called "_errors" where something is wrong. No deeper than what
 * tsm-body reads. */
static void
walk (Flaws *flaws, const char *path, const TsmBodyNode *node)
{
  const TsmBodyNode *child = tsm_body_get_first (node);

  for (guint i = 0; i < node->n_children; i++, child = tsm_body_get_next (child)) {
    g_autofree char *key = NULL, *inner = NULL;

    if (flaws->n >= N_FLAWS_MAX)
      return;
    if (node->kind == TSM_BODY_ARRAY) {
      add_flaw (flaws, path, child);
      continue;
    }
    key = tsm_body_dup_excerpt (child->key, strlen (child->key));
    if (strcmp (key, "_errors") == 0)
      inner = g_strdup (path);
    else
      inner = g_strconcat (path, *path != '\0' ? "." : "", key, NULL);
    walk (flaws, inner, child);
  }
}

static char *
dup_flaws (const TsmBodyNode *root)
{
  Flaws flaws = { .text = g_string_new (NULL) };
  const TsmBodyNode *errors = tsm_body_get_member (root, "errors");

  if (errors != NULL && errors->kind == TSM_BODY_OBJECT)
    walk (&flaws, "", errors);
  return g_string_free (flaws.text, FALSE);
}

static void
read_root (TsmComplaint *self, const TsmBodyNode *root)
{
  const TsmBodyNode *wait = tsm_body_get_member (root, "retry_after");
  const TsmBodyNode *is_global = tsm_body_get_member (root, "global");

  self->is_json = TRUE;
  tsm_body_get_member_integer (root, "code", &self->code);
  self->message = dup_line (root, "message");
  self->flaws = dup_flaws (root);
  if (wait != NULL && wait->kind == TSM_BODY_NUMBER)
    self->retry_after_ms = tsm_limiter_parse_seconds (wait->text);
  self->is_global = is_global != NULL && is_global->kind == TSM_BODY_BOOLEAN &&
                    strcmp (is_global->text, "true") == 0;
}

TsmComplaint *
tsm_complaint_new (const char *text, gsize length)
{
  TsmComplaint *self = g_new0 (TsmComplaint, 1);
  g_autoptr (TsmBody) body = tsm_body_new_from_text (text != NULL ? text : "", length, NULL);

  self->retry_after_ms = -1;
  if (body != NULL && tsm_body_get_root (body)->kind == TSM_BODY_OBJECT)
    read_root (self, tsm_body_get_root (body));
  else {
    self->message = g_strdup ("");
    self->flaws = g_strdup ("");
  }
  return self;
}

void
tsm_complaint_free (TsmComplaint *self)
{
  if (self == NULL)
    return;
  g_free (self->message);
  g_free (self->flaws);
  g_free (self);
}
