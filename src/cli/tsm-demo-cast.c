/* SPDX-License-Identifier: MIT
 * tsm-demo-cast: the friends who share the demo's server. */
#include "cli/tsm-demo-cast.h"

#define OWNER "owner"

static const TsmDemoFriend friends[] = {
  { 1001, "otter", 60 },
  { 1002, "heron", 24 },
  { 1003, "lynx", 9 },
  { 0, NULL, 0 },
};

const TsmDemoFriend *
tsm_demo_cast_get (void)
{
  return friends;
}

gboolean
tsm_demo_cast_find (const char *name, gint64 *ret_user_id)
{
  if (g_str_equal (name, OWNER)) {
    *ret_user_id = 0;
    return TRUE;
  }
  for (const TsmDemoFriend *friend = friends; friend->name != NULL; friend ++) {
    if (g_str_equal (friend->name, name)) {
      *ret_user_id = friend->id;
      return TRUE;
    }
  }
  return g_ascii_isdigit (name[0]) &&
         g_ascii_string_to_signed (name, 10, 1, G_MAXINT64, ret_user_id, NULL);
}

static const char *
peek_name (gint64 user_id)
{
  if (user_id == 0)
    return OWNER;
  for (const TsmDemoFriend *friend = friends; friend->name != NULL; friend ++)
    if (friend->id == user_id)
      return friend->name;
  return NULL;
}

char *
tsm_demo_cast_dup_name (gint64 user_id)
{
  const char *name = peek_name (user_id);

  return name != NULL ? g_strdup (name) : g_strdup_printf ("%" G_GINT64_FORMAT, user_id);
}

/* The end of "<@123>" at @text, with its id; NULL if it is none. */
static const char *
read_mention (const char *text, gint64 *ret_user_id)
{
  char *end;

  if (!g_str_has_prefix (text, "<@") || !g_ascii_isdigit (text[2]))
    return NULL;
  *ret_user_id = g_ascii_strtoll (text + 2, &end, 10);
  return *end == '>' ? end + 1 : NULL;
}

char *
tsm_demo_cast_dup_named (const char *text)
{
  g_autoptr (GString) named = g_string_new (NULL);

  while (*text != '\0') {
    gint64 user_id;
    const char *end = read_mention (text, &user_id);

    if (end != NULL) {
      g_autofree char *name = tsm_demo_cast_dup_name (user_id);

      g_string_append (named, name);
      text = end;
    } else {
      g_string_append_c (named, *text++);
    }
  }
  return g_string_free (g_steal_pointer (&named), FALSE);
}
