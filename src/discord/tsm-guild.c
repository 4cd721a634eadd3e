/* SPDX-License-Identifier: MIT
 * tsm-guild: what TSM needs of a GUILD_CREATE. */
#include "discord/tsm-guild.h"
#include "base/tsm-error.h"
#include "base/tsm-text.h"
#include "discord/tsm-payload.h"
#include <string.h>

static gboolean
is_wanted (gint64 id, const gint64 *wanted_ids, gsize n_wanted)
{
  for (gsize i = 0; i < n_wanted; i++)
    if (wanted_ids[i] == id)
      return TRUE;
  return FALSE;
}

/* NULL when it is not there or cannot be one. */
static char *
dup_id (const char *d, gsize length, const char *member)
{
  gint64 id;

  if (!tsm_payload_find_integer (d, length, member, &id) || id <= 0)
    return NULL;
  return g_strdup_printf ("%" G_GINT64_FORMAT, id);
}

/* @member: "channels" or "threads", each an array of objects with an "id". */
static void
add_channels (TsmGuild *self, const char *d, gsize length, const char *member,
              const gint64 *wanted_ids, gsize n_wanted)
{
  const char *list, *channel;
  gsize n_list, n_channel, position = 0;
  gint64 id;

  if (n_wanted == 0 || !tsm_payload_find (d, length, member, &list, &n_list))
    return;
  while (tsm_payload_next (list, n_list, &position, &channel, &n_channel))
    if (tsm_payload_find_integer (channel, n_channel, "id", &id) &&
        is_wanted (id, wanted_ids, n_wanted))
      g_ptr_array_add (self->channels, g_strdup_printf ("%" G_GINT64_FORMAT, id));
}

static gboolean
is_community (const char *d, gsize length)
{
  static const char feature[] = "\"COMMUNITY\"";
  const char *list, *value;
  gsize n_list, n_value, position = 0;

  if (!tsm_payload_find (d, length, "features", &list, &n_list))
    return FALSE;
  while (tsm_payload_next (list, n_list, &position, &value, &n_value))
    if (n_value == strlen (feature) && memcmp (value, feature, n_value) == 0)
      return TRUE;
  return FALSE;
}

/* Only the owner of a community can choose a language; any other guild says en-US, whatever is
 * spoken there. TSM's people are in France. */
static TsmLang
read_lang (const char *d, gsize length)
{
  g_autofree char *locale = tsm_payload_dup_string (d, length, "preferred_locale");

  if (locale == NULL || !is_community (d, length))
    return TSM_LANG_FR;
  return tsm_text_lang_from_tag (locale);
}

TsmGuild *
tsm_guild_new (const char *d, gsize length, const gint64 *wanted_ids, gsize n_wanted,
               GError **error)
{
  g_autoptr (TsmGuild) self = g_new0 (TsmGuild, 1);

  self->channels = g_ptr_array_new_with_free_func (g_free);
  self->id = dup_id (d, length, "id");
  if (self->id == NULL) {
    g_set_error_literal (error, TSM_ERROR, TSM_ERROR_UPSTREAM, "has no id");
    return NULL;
  }
  self->is_unavailable = tsm_payload_is_true (d, length, "unavailable");
  self->system_channel = dup_id (d, length, "system_channel_id");
  self->lang = read_lang (d, length);
  add_channels (self, d, length, "channels", wanted_ids, n_wanted);
  add_channels (self, d, length, "threads", wanted_ids, n_wanted);
  return g_steal_pointer (&self);
}

void
tsm_guild_free (TsmGuild *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->channels, g_ptr_array_unref);
  g_free (self->id);
  g_free (self->system_channel);
  g_free (self);
}
