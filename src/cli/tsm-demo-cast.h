/* SPDX-License-Identifier: MIT
 * tsm-demo-cast: the friends who share the demo's server. TSM knows them by their Discord ids, the
 * demo calls them by name. Pure. */
#pragma once
#include "base/tsm-types.h"

G_BEGIN_DECLS

typedef struct {
  gint64 id;
  const char *name;     /* NULL ends the list */
  guint arrived_before; /* days before the demo's start */
} TsmDemoFriend;

/* All of them. Static. */
const TsmDemoFriend *tsm_demo_cast_get (void);
/* A name, or the digits of an id. FALSE if it is neither; "owner" is the shell, id 0. */
gboolean tsm_demo_cast_find (const char *name, gint64 *ret_user_id);
/* A friend's name; "owner" for the shell; the digits of another id. */
char *tsm_demo_cast_dup_name (gint64 user_id);
/* @text with names for its mentions, <@ID>. */
char *tsm_demo_cast_dup_named (const char *text);

G_END_DECLS
