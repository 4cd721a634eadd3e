/* SPDX-License-Identifier: MIT
 * tsm-route: the calls of Discord's REST interface that TSM makes (spec discord 7 to 13). Pure. */
#pragma once
#include "base/tsm-secret.h"

G_BEGIN_DECLS

typedef enum {
  TSM_ROUTE_GATEWAY = 0,    /* GET /gateway/bot */
  TSM_ROUTE_APPLICATION,    /* GET /applications/@me */
  TSM_ROUTE_GUILD,          /* GET /guilds/@major */
  TSM_ROUTE_CHANNEL,        /* GET /channels/@major */
  TSM_ROUTE_LIST_GLOBAL,    /* GET /applications/@application/commands */
  TSM_ROUTE_EMPTY_GLOBAL,   /* PUT the same */
  TSM_ROUTE_LIST_COMMANDS,  /* GET /applications/@application/guilds/@major/commands */
  TSM_ROUTE_PUT_COMMANDS,   /* PUT the same */
  TSM_ROUTE_POST_MESSAGE,   /* POST /channels/@major/messages */
  TSM_ROUTE_CALLBACK,       /* POST /interactions/@major/@token/callback */
  TSM_ROUTE_PATCH_ORIGINAL, /* PATCH /webhooks/@application/@token/messages/@original */
  TSM_ROUTE_DELETE_ORIGINAL,
  TSM_ROUTE_FOLLOW_UP, /* POST /webhooks/@application/@token */
} TsmRouteKind;

/* Where one call goes. Ids are decimal digits, as Discord writes them. */
typedef struct {
  TsmRouteKind kind;
  const char *application;
  const char *major; /* the guild, channel or interaction */
  TsmSecret *token;  /* the interaction's; NULL where the route has none */
} TsmRoute;

const char *tsm_route_get_method (const TsmRoute *self);
/* Carries the bot's token? Else the path has the interaction's, and no Authorization goes along. */
gboolean tsm_route_is_authorized (const TsmRoute *self);
/* "/channels/123/messages", encoded for a URL. It may hold the interaction's token: wipe it with
 * tsm_secret_wipe_string(). */
char *tsm_route_dup_path (const TsmRoute *self);
/* For logs and errors: method and path, "***" in the token's place. */
char *tsm_route_dup_label (const TsmRoute *self);
/* What counts as one rate limit until the server names its bucket: method, route and top-level
 * resource. The token is in it only as a digest. */
char *tsm_route_dup_key (const TsmRoute *self);
/* The top-level resource alone, which a named bucket is counted by: the channel, the guild, or
 * application and (as a digest) token; "" where there is none. */
char *tsm_route_dup_major (const TsmRoute *self);
/* A lost answer may be asked for again: all but a POST. */
gboolean tsm_route_is_repeatable (const TsmRoute *self);

G_END_DECLS
