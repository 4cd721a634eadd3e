/* SPDX-License-Identifier: MIT
 * tsm-herald: notices told in each guild's channels. */
#include "discord/tsm-herald.h"
#include "base/tsm-error.h"
#include "base/tsm-log.h"
#include "discord/tsm-message.h"

/* News of a day ago is in `/status` and `/plan`. */
#define KEEP_S (24 * 3600)

/* Notices that wait for one guild: days of a line that is down. */
#define MAX_WAITING 64

#define FIRST_RETRY_S 5
#define LAST_RETRY_S  300

/* What is wrong with the message, not with the channel: a fault of ours (spec discord 14). */
#define CODE_EMPTY    50006
#define CODE_BAD_FORM 50035

typedef struct {
  TsmHerald *herald;
  char *id;
  TsmLang lang;
  GPtrArray *channels; /* of char * */
  GHashTable *refused; /* those of them that took no notice */
  GQueue notices;      /* of TsmNotice, the one being told first */
  guint n_told;        /* channels that are through with it */
  char *sending_to;    /* NULL: nothing is under way */
  guint retry_s;
  guint timer;
} Post;

struct _TsmHerald {
  TsmRest *rest;
  GTimeZone *zone;
  gint64 (*clock) (gpointer unused);
  GCancellable *cancellable;
  GPtrArray *posts;
};

static void
post_free (gpointer data)
{
  Post *post = data;

  g_clear_handle_id (&post->timer, g_source_remove);
  g_queue_clear_full (&post->notices, (GDestroyNotify) tsm_notice_free);
  g_ptr_array_unref (post->channels);
  g_hash_table_unref (post->refused);
  g_free (post->sending_to);
  g_free (post->id);
  g_free (post);
}

TsmHerald *
tsm_herald_new (TsmRest *rest, GTimeZone *zone, gint64 (*clock) (gpointer unused))
{
  TsmHerald *self = g_new0 (TsmHerald, 1);

  self->rest = rest;
  self->zone = g_time_zone_ref (zone);
  self->clock = clock;
  self->cancellable = g_cancellable_new ();
  self->posts = g_ptr_array_new_with_free_func (post_free);
  return self;
}

void
tsm_herald_free (TsmHerald *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->posts);
  g_time_zone_unref (self->zone);
  g_free (self);
}

static Post *
find_post (TsmHerald *self, const char *guild)
{
  for (guint i = 0; i < self->posts->len; i++) {
    Post *post = g_ptr_array_index (self->posts, i);

    if (g_str_equal (post->id, guild))
      return post;
  }
  return NULL;
}

void
tsm_herald_add_guild (TsmHerald *self, const char *guild)
{
  Post *post;

  if (find_post (self, guild) != NULL)
    return;
  post = g_new0 (Post, 1);
  post->herald = self;
  post->id = g_strdup (guild);
  post->channels = g_ptr_array_new_with_free_func (g_free);
  post->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&post->notices);
  g_ptr_array_add (self->posts, post);
}

/* The same notice in the same channel always gets the same one: Discord then takes a repeat for
 * what it is. It compares all that its author wrote, wherever that was. */
static char *
dup_nonce (const TsmNotice *notice, const char *channel)
{
  g_autofree char *text =
      g_strdup_printf ("%s %" G_GINT64_FORMAT " %s %s", channel, notice->at,
                       tsm_notice_kind_to_string (notice->kind), notice->text[TSM_LANG_EN]);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strndup (digest, TSM_MESSAGE_MAX_NONCE);
}

static gboolean
is_stale (const TsmHerald *self, const TsmNotice *notice)
{
  const gint64 now = self->clock (NULL);

  return now >= notice->at + KEEP_S ||
         (notice->stale_at != TSM_INSTANT_NONE && now >= notice->stale_at);
}

static void
drop_first (Post *post)
{
  tsm_notice_free (g_queue_pop_head (&post->notices));
  post->n_told = 0;
}

/* Discord is given up: there is nobody to tell. */
static void
drop_all (Post *post)
{
  while (!g_queue_is_empty (&post->notices))
    drop_first (post);
}

static void send_next (Post *post);

static gboolean
on_retry (gpointer data)
{
  Post *post = data;

  post->timer = 0;
  send_next (post);
  return G_SOURCE_REMOVE;
}

static void
retry_later (Post *post)
{
  post->retry_s =
      post->retry_s == 0 ? FIRST_RETRY_S : (guint) MIN (2 * post->retry_s, LAST_RETRY_S);
  post->timer = g_timeout_add_seconds (post->retry_s, on_retry, post);
}

/* It would be refused again. */
static void
leave_channel (Post *post, const char *channel, const TsmRestReply *reply)
{
  if (reply->code == CODE_EMPTY || reply->code == CODE_BAD_FORM) {
    tsm_warning ("discord",
                 "Discord cannot read a notice: %u, code %" G_GINT64_FORMAT
                 "; it is not told: a fault of TSM",
                 reply->status, reply->code);
    return;
  }
  tsm_warning ("discord",
               "channel %s of guild %s takes no notices: %u %s; give TSM the rights to see the "
               "channel, send messages and embed links there, or name another channel in "
               "NOTICE_CHANNEL_IDS",
               channel, post->id, reply->status, reply->message);
  g_hash_table_add (post->refused, g_strdup (channel));
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmRestReply) reply = tsm_rest_send_finish (result, &error);
  g_autofree char *sent_to = NULL;
  Post *post = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the herald is gone, and @post with it */
  sent_to = g_steal_pointer (&post->sending_to);
  if (g_error_matches (error, TSM_ERROR, TSM_ERROR_DENIED)) {
    drop_all (post);
    return;
  }
  if (reply == NULL || reply->status >= 500) {
    tsm_info ("discord", "a notice for guild %s has to wait: %s", post->id,
              error != NULL ? error->message : reply->message);
    retry_later (post);
    return;
  }
  post->retry_s = 0;
  if (!tsm_rest_reply_is_done (reply))
    leave_channel (post, sent_to, reply);
  /* The list may have changed meanwhile; what one channel then gets twice, Discord drops. */
  if (post->n_told < post->channels->len &&
      g_str_equal (g_ptr_array_index (post->channels, post->n_told), sent_to))
    post->n_told++;
  send_next (post);
}

static void
send_first (Post *post)
{
  TsmHerald *self = post->herald;
  const TsmNotice *notice = g_queue_peek_head (&post->notices);
  const char *channel = g_ptr_array_index (post->channels, post->n_told);
  g_autofree char *nonce = dup_nonce (notice, channel);
  g_autofree char *json = tsm_message_dup_notice (notice, post->lang, self->zone, nonce);
  const TsmRestCall call = {
    .route = { .kind = TSM_ROUTE_POST_MESSAGE, .major = channel },
    .json = json,
    .is_repeatable = TRUE,
  };

  post->sending_to = g_strdup (channel);
  tsm_rest_send_async (self->rest, &call, self->cancellable, on_sent, post);
}

/* Past those that would refuse it. */
static gboolean
has_next_channel (Post *post)
{
  while (post->n_told < post->channels->len &&
         g_hash_table_contains (post->refused, g_ptr_array_index (post->channels, post->n_told)))
    post->n_told++;
  return post->n_told < post->channels->len;
}

static void
send_next (Post *post)
{
  if (post->sending_to != NULL || post->timer != 0 || post->channels->len == 0)
    return;
  while (!g_queue_is_empty (&post->notices)) {
    if (has_next_channel (post) && !is_stale (post->herald, g_queue_peek_head (&post->notices))) {
      send_first (post);
      return;
    }
    drop_first (post);
  }
}

static gboolean
is_same (const GPtrArray *a, const GPtrArray *b)
{
  for (guint i = 0; i < a->len && i < b->len; i++)
    if (!g_str_equal (g_ptr_array_index (a, i), g_ptr_array_index (b, i)))
      return FALSE;
  return a->len == b->len;
}

void
tsm_herald_set_channels (TsmHerald *self, const char *guild, TsmLang lang,
                         const GPtrArray *channels)
{
  Post *post = find_post (self, guild);

  g_assert (post != NULL);
  post->lang = lang;
  g_hash_table_remove_all (post->refused);
  if (!is_same (post->channels, channels)) {
    post->n_told = 0;
    g_ptr_array_set_size (post->channels, 0);
    for (guint i = 0; i < channels->len; i++)
      g_ptr_array_add (post->channels, g_strdup (g_ptr_array_index (channels, i)));
  }
  /* The guild has just been heard of, so that Discord is there again. */
  post->retry_s = 0;
  g_clear_handle_id (&post->timer, g_source_remove);
  send_next (post);
}

/* The one that is being told is past dropping. */
static void
drop_oldest (Post *post)
{
  if (post->sending_to == NULL)
    drop_first (post);
  else
    tsm_notice_free (g_queue_pop_nth (&post->notices, 1));
}

static void
keep (Post *post, const TsmNotice *notice)
{
  if (g_queue_get_length (&post->notices) >= MAX_WAITING)
    drop_oldest (post);
  g_queue_push_tail (&post->notices, tsm_notice_copy (notice));
  send_next (post);
}

void
tsm_herald_tell (TsmHerald *self, const TsmNotice *notice)
{
  for (guint i = 0; i < self->posts->len; i++)
    keep (g_ptr_array_index (self->posts, i), notice);
}
