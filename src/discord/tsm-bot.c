/* SPDX-License-Identifier: MIT
 * tsm-bot: TSM on Discord. */
#include "discord/tsm-bot.h"
#include "base/tsm-log.h"
#include "base/tsm-text.h"
#include "discord/tsm-client.h"
#include "discord/tsm-conversation.h"
#include "discord/tsm-enrolment.h"
#include "discord/tsm-gateway.h"
#include "discord/tsm-guild.h"
#include "discord/tsm-herald.h"
#include "discord/tsm-payload.h"
#include <string.h>

/* What is known of a guild of GUILD_ID. */
typedef struct {
  gboolean is_there;  /* its GUILD_CREATE has come */
  gboolean is_missed; /* and that it does not was said */
  GPtrArray *named;   /* of char *: its channels of NOTICE_CHANNEL_IDS */
} Guild;

static Guild *
guild_new (void)
{
  Guild *self = g_new0 (Guild, 1);

  self->named = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
guild_free (gpointer data)
{
  Guild *self = data;

  g_ptr_array_unref (self->named);
  g_free (self);
}

struct _TsmBot {
  TsmBotOptions options; /* its pointers are our own copies */
  SoupSession *session;
  TsmMemory *memory;
  TsmRest *rest;
  TsmEnrolment *enrolment;
  TsmHerald *herald;
  TsmConversation *conversation;
  TsmGateway *gateway;
  char *application;
  TsmGatewayState state;
  gint64 since;          /* the instant at which it came to be so; 0: just started */
  GHashTable *guilds;    /* GUILD_ID: id to Guild */
  GHashTable *unclaimed; /* of NOTICE_CHANNEL_IDS, those that no guild has shown */
  GHashTable *strangers; /* guilds that TSM is in and that are not in GUILD_ID */
};

static gboolean
is_ours (const char *guild_id, gpointer data)
{
  const TsmBot *self = data;

  return g_hash_table_contains (self->guilds, guild_id);
}

/* What one has to do so that TSM comes to a guild of GUILD_ID. */
static void
warn_of_absence (const TsmBot *self, Guild *known, const char *guild)
{
  g_autofree char *invitation = tsm_enrolment_dup_invitation (self->application);

  tsm_warning ("discord", "guild %s of GUILD_ID: TSM is not in it; invite it with %s", guild,
               invitation);
  known->is_missed = TRUE;
}

/* @guilds is READY's array, or empty. */
static gboolean
lists_guild (const char *guilds, gsize n_guilds, const char *id)
{
  const char *guild;
  gsize n_guild, position = 0;

  while (tsm_payload_next (guilds, n_guilds, &position, &guild, &n_guild)) {
    g_autofree char *listed = tsm_payload_dup_string (guild, n_guild, "id");

    if (g_strcmp0 (listed, id) == 0)
      return TRUE;
  }
  return FALSE;
}

/* TSM is not in the guild (any more), and its commands are gone with it. */
static void
lose_guild (TsmBot *self, Guild *known, const char *id)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  known->is_there = FALSE;
  tsm_enrolment_forget (self->enrolment, id);
  tsm_herald_set_channels (self->herald, id, TSM_LANG_EN, none);
  if (!known->is_missed)
    warn_of_absence (self, known, id);
}

static void
check_guilds (TsmBot *self, const char *d, gsize length)
{
  const char *guilds = "";
  gsize n_guilds = 0;
  GHashTableIter iter;
  gpointer id, known;

  tsm_payload_find (d, length, "guilds", &guilds, &n_guilds);
  g_hash_table_iter_init (&iter, self->guilds);
  while (g_hash_table_iter_next (&iter, &id, &known))
    if (!lists_guild (guilds, n_guilds, id))
      lose_guild (self, known, id);
}

static void
take_ready (TsmBot *self, const char *d, gsize length)
{
  g_autofree char *application_id = NULL;
  const char *application;
  gsize n_application;

  if (tsm_payload_find (d, length, "application", &application, &n_application))
    application_id = tsm_payload_dup_string (application, n_application, "id");
  if (application_id == NULL) {
    tsm_warning ("discord", "READY cannot be used: it does not name the application");
    return;
  }
  g_free (self->application);
  self->application = g_steal_pointer (&application_id);
  tsm_conversation_set_application (self->conversation, self->application);
  tsm_enrolment_set_application (self->enrolment, self->application);
  check_guilds (self, d, length);
}

/* Once all guilds have shown their channels, those of NOTICE_CHANNEL_IDS that are left over are
 * wrong. */
static void
check_channels (TsmBot *self)
{
  GHashTableIter iter;
  gpointer id, guild;

  g_hash_table_iter_init (&iter, self->guilds);
  while (g_hash_table_iter_next (&iter, &id, &guild))
    if (!((const Guild *) guild)->is_there)
      return;
  g_hash_table_iter_init (&iter, self->unclaimed);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    tsm_warning ("discord", "channel %s of NOTICE_CHANNEL_IDS is in no guild of GUILD_ID",
                 (const char *) id);
    g_hash_table_iter_remove (&iter);
  }
}

static gpointer
copy_text (gconstpointer text, gpointer unused)
{
  return g_strdup (text);
}

static void
place_herald (TsmBot *self, Guild *known, const TsmGuild *guild)
{
  g_autoptr (GPtrArray) channels = g_ptr_array_copy (known->named, copy_text, NULL);

  g_ptr_array_set_free_func (channels, g_free);
  if (channels->len == 0 && guild->system_channel != NULL)
    g_ptr_array_add (channels, g_strdup (guild->system_channel));
  if (channels->len == 0 && !known->is_there)
    tsm_warning ("discord",
                 "guild %s has no channel for notices; name one in NOTICE_CHANNEL_IDS, or choose "
                 "a system messages channel in the guild's settings",
                 guild->id);
  known->is_there = TRUE;
  known->is_missed = FALSE;
  tsm_herald_set_channels (self->herald, guild->id,
                           self->options.notice_language != NULL
                               ? tsm_text_lang_from_tag (self->options.notice_language)
                               : guild->lang,
                           channels);
}

static void
claim_channels (TsmBot *self, Guild *known, const TsmGuild *guild)
{
  g_ptr_array_set_size (known->named, 0);
  for (guint i = 0; i < guild->channels->len; i++) {
    const char *id = g_ptr_array_index (guild->channels, i);

    g_ptr_array_add (known->named, g_strdup (id));
    g_hash_table_remove (self->unclaimed, id);
  }
}

static void
take_stranger (TsmBot *self, const char *id)
{
  if (g_hash_table_add (self->strangers, g_strdup (id)))
    tsm_info ("discord", "guild %s is not in GUILD_ID: TSM does not serve it", id);
  tsm_enrolment_leave (self->enrolment, id);
}

/* @is_whole: a GUILD_CREATE. A GUILD_UPDATE does not list the channels. */
static void
take_guild (TsmBot *self, const char *d, gsize length, gboolean is_whole)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmGuild) guild =
      tsm_guild_new (d, length, self->options.channel_ids, self->options.n_channel_ids, &error);
  Guild *known;

  if (guild == NULL) {
    tsm_warning ("discord", "a guild %s", error->message);
    return;
  }
  if (guild->is_unavailable || self->application == NULL)
    return;
  known = g_hash_table_lookup (self->guilds, guild->id);
  if (known == NULL) {
    take_stranger (self, guild->id);
    return;
  }
  if (is_whole) {
    tsm_enrolment_add (self->enrolment, guild->id);
    claim_channels (self, known, guild);
  }
  place_herald (self, known, guild);
  check_channels (self);
}

static void
take_guild_delete (TsmBot *self, const char *d, gsize length)
{
  g_autofree char *id = tsm_payload_dup_string (d, length, "id");
  Guild *known = id != NULL ? g_hash_table_lookup (self->guilds, id) : NULL;

  /* With "unavailable" it is an outage, and the guild comes back by itself. */
  if (known != NULL && !tsm_payload_is_true (d, length, "unavailable"))
    lose_guild (self, known, id);
}

static void
on_event (const char *name, const char *d, gsize length, gboolean is_replayed, gpointer data)
{
  TsmBot *self = data;

  if (strcmp (name, "INTERACTION_CREATE") == 0)
    tsm_conversation_take (self->conversation, d, length, is_replayed);
  else if (strcmp (name, "READY") == 0)
    take_ready (self, d, length);
  else if (strcmp (name, "GUILD_CREATE") == 0)
    take_guild (self, d, length, TRUE);
  else if (strcmp (name, "GUILD_UPDATE") == 0)
    take_guild (self, d, length, FALSE);
  else if (strcmp (name, "GUILD_DELETE") == 0)
    take_guild_delete (self, d, length);
}

static TsmLink
get_link (TsmGatewayState state)
{
  switch (state) {
  case TSM_GATEWAY_DOWN:
    return TSM_LINK_DOWN;
  case TSM_GATEWAY_UP:
    return TSM_LINK_UP;
  case TSM_GATEWAY_STOPPED:
    return TSM_LINK_STOPPED;
  }
  g_assert_not_reached ();
}

static void
on_state (TsmGatewayState state, const char *reason, gpointer data)
{
  TsmBot *self = data;
  TsmEvent *event = tsm_event_new (TSM_EVENT_LINK);

  /* Being down for another reason is still the same time down. */
  if (self->since == 0 || state != self->state)
    self->since = self->options.clock (NULL);
  self->state = state;
  event->link = get_link (state);
  event->since = self->since;
  event->message = g_strdup (reason);
  self->options.feed (event, self->options.data);
}

static void
on_denied (gpointer data)
{
  TsmBot *self = data;

  if (self->gateway != NULL)
    tsm_gateway_deny (self->gateway);
}

static GHashTable *
new_id_table (GDestroyNotify value_free)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, value_free);
}

static void
copy_options (TsmBot *self, const TsmBotOptions *options)
{
  self->options = *options;
  self->options.api = g_strdup (options->api);
  self->options.token = tsm_secret_ref (options->token);
  self->options.zone = g_time_zone_ref (options->zone);
  self->options.notice_language = g_strdup (options->notice_language);
  self->options.memory_path = NULL;
  self->options.guild_ids = NULL;
  self->options.channel_ids =
      g_memdup2 (options->channel_ids, options->n_channel_ids * sizeof (gint64));
  for (gsize i = 0; i < options->n_channel_ids; i++)
    g_hash_table_add (self->unclaimed,
                      g_strdup_printf ("%" G_GINT64_FORMAT, options->channel_ids[i]));
}

static void
add_guilds (TsmBot *self, const TsmBotOptions *options)
{
  for (gsize i = 0; i < options->n_guild_ids; i++) {
    char *id = g_strdup_printf ("%" G_GINT64_FORMAT, options->guild_ids[i]);

    tsm_herald_add_guild (self->herald, id);
    g_hash_table_insert (self->guilds, id, guild_new ());
  }
}

static void
start_gateway (TsmBot *self)
{
  const TsmGatewayHooks hooks = { .on_event = on_event, .on_state = on_state, .data = self };
  const TsmGatewayOptions options = {
    .session = self->session,
    .rest = self->rest,
    .token = self->options.token,
    .memory = self->memory,
    .seed = (guint64) g_random_int () << 32 | g_random_int (),
  };

  self->gateway = tsm_gateway_new (&options, &hooks);
}

TsmBot *
tsm_bot_new (const TsmBotOptions *options)
{
  TsmBot *self = g_new0 (TsmBot, 1);

  self->guilds = new_id_table (guild_free);
  self->unclaimed = new_id_table (NULL);
  self->strangers = new_id_table (NULL);
  copy_options (self, options);
  self->session = tsm_client_new_session (options->api);
  self->memory = tsm_memory_new (options->memory_path);
  self->rest = tsm_rest_new (&(TsmRestOptions){ .base = self->options.api,
                                                .token = self->options.token,
                                                .session = self->session,
                                                .on_denied = on_denied,
                                                .data = self });
  self->enrolment = tsm_enrolment_new (self->rest, self->memory);
  self->herald = tsm_herald_new (self->rest, self->options.zone, self->options.clock);
  self->conversation = tsm_conversation_new (&(TsmConversationOptions){ .rest = self->rest,
                                                                        .ask = options->ask,
                                                                        .forget = options->forget,
                                                                        .is_ours = is_ours,
                                                                        .is_ours_data = self,
                                                                        .data = options->data });
  add_guilds (self, options);
  start_gateway (self);
  return self;
}

void
tsm_bot_leave (TsmBot *self)
{
  g_clear_pointer (&self->gateway, tsm_gateway_free);
}

gboolean
tsm_bot_is_answering (const TsmBot *self)
{
  return tsm_rest_is_answering (self->rest);
}

void
tsm_bot_free (TsmBot *self)
{
  if (self == NULL)
    return;
  tsm_bot_leave (self);
  g_clear_pointer (&self->conversation, tsm_conversation_free);
  g_clear_pointer (&self->herald, tsm_herald_free);
  g_clear_pointer (&self->enrolment, tsm_enrolment_free);
  g_clear_pointer (&self->rest, tsm_rest_free);
  g_clear_pointer (&self->memory, tsm_memory_free);
  g_clear_object (&self->session);
  g_hash_table_unref (self->guilds);
  g_hash_table_unref (self->unclaimed);
  g_hash_table_unref (self->strangers);
  g_clear_pointer (&self->options.zone, g_time_zone_unref);
  g_clear_pointer (&self->options.token, tsm_secret_unref);
  g_free ((char *) self->options.api);
  g_free ((char *) self->options.notice_language);
  g_free ((gint64 *) self->options.channel_ids);
  g_free (self->application);
  g_free (self);
}

void
tsm_bot_tell (TsmBot *self, const TsmNotice *notice)
{
  tsm_herald_tell (self->herald, notice);
}
