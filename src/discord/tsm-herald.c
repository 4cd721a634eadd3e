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
/* Within the few minutes for which Discord knows a nonce: what it took and we do not know of is
 * then not told twice. */
#define LAST_RETRY_S 150

/* A channel that refused us: its rights may have been mended, which nobody tells us. */
#define REFUSED_FOR_S 3600

/* Discord's codes (spec discord 14). */
#define CODE_CHANNEL_GONE  10003
#define CODE_NO_ACCESS     50001
#define CODE_NO_PERMISSION 50013
#define CODE_OVERLOADED    130000

/* One guild's; held by the herald, and by the call that is under way for it. */
typedef struct {
  TsmHerald *herald; /* NULL once that is gone */
  char *id;
  TsmLang lang;
  GPtrArray *channels; /* of char * */
  GHashTable *refused; /* those of them that took no notice, and since when */
  GQueue notices;      /* of TsmNotice, the one being told first */
  guint n_told;        /* channels that are through with it */
  char *sending_to;    /* NULL: nothing is under way */
  guint retry_s;
  guint timer;
} Mailbox;

struct _TsmHerald {
  TsmRest *rest;
  GTimeZone *zone;
  gint64 (*clock) (gpointer unused);
  GCancellable *cancellable;
  GPtrArray *boxes;
};

static void
mailbox_clear (gpointer data)
{
  Mailbox *box = data;

  g_queue_clear_full (&box->notices, (GDestroyNotify) tsm_notice_free);
  g_ptr_array_unref (box->channels);
  g_hash_table_unref (box->refused);
  g_free (box->sending_to);
  g_free (box->id);
}

static void
mailbox_unref (Mailbox *box)
{
  g_rc_box_release_full (box, mailbox_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Mailbox, mailbox_unref)

/* The herald lets go of it; a call that is under way ends with nobody to tell. */
static void
mailbox_close (gpointer data)
{
  Mailbox *box = data;

  g_clear_handle_id (&box->timer, g_source_remove);
  box->herald = NULL;
  mailbox_unref (box);
}

TsmHerald *
tsm_herald_new (TsmRest *rest, GTimeZone *zone, gint64 (*clock) (gpointer unused))
{
  TsmHerald *self = g_new0 (TsmHerald, 1);

  self->rest = rest;
  self->zone = g_time_zone_ref (zone);
  self->clock = clock;
  self->cancellable = g_cancellable_new ();
  self->boxes = g_ptr_array_new_with_free_func (mailbox_close);
  return self;
}

void
tsm_herald_free (TsmHerald *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->boxes);
  g_time_zone_unref (self->zone);
  g_free (self);
}

static Mailbox *
find_box (TsmHerald *self, const char *guild)
{
  for (guint i = 0; i < self->boxes->len; i++) {
    Mailbox *box = g_ptr_array_index (self->boxes, i);

    if (g_str_equal (box->id, guild))
      return box;
  }
  return NULL;
}

void
tsm_herald_add_guild (TsmHerald *self, const char *guild)
{
  Mailbox *box;

  if (find_box (self, guild) != NULL)
    return;
  box = g_rc_box_new0 (Mailbox);
  box->herald = self;
  box->id = g_strdup (guild);
  box->channels = g_ptr_array_new_with_free_func (g_free);
  box->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&box->notices);
  g_ptr_array_add (self->boxes, box);
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
drop_first (Mailbox *box)
{
  tsm_notice_free (g_queue_pop_head (&box->notices));
  box->n_told = 0;
}

/* Discord is given up: there is nobody to tell. */
static void
drop_all (Mailbox *box)
{
  while (!g_queue_is_empty (&box->notices))
    drop_first (box);
}

static void send_next (Mailbox *box);

static gboolean
on_retry (gpointer data)
{
  Mailbox *box = data;

  box->timer = 0;
  send_next (box);
  return G_SOURCE_REMOVE;
}

static void
retry_later (Mailbox *box)
{
  box->retry_s = box->retry_s == 0 ? FIRST_RETRY_S : (guint) MIN (2 * box->retry_s, LAST_RETRY_S);
  box->timer = g_timeout_add_seconds (box->retry_s, on_retry, box);
}

/* The channel is gone, or is not for us: it would refuse the next one, too. */
static gboolean
is_closed_to_us (const TsmRestReply *reply)
{
  return reply->code == CODE_CHANNEL_GONE || reply->code == CODE_NO_ACCESS ||
         reply->code == CODE_NO_PERMISSION;
}

/* Discord, or what stands before it, cannot just now. */
static gboolean
is_passing (const TsmRestReply *reply)
{
  return reply->status >= 500 || reply->code == CODE_OVERLOADED ||
         (reply->code == 0 && !tsm_rest_reply_is_done (reply));
}

static gint64 *
dup_instant (gint64 at)
{
  return g_memdup2 (&at, sizeof (at));
}

static void
take_refusal (Mailbox *box, const char *channel, const TsmRestReply *reply)
{
  if (!is_closed_to_us (reply)) {
    tsm_warning (
        "discord",
        "a notice is not told in channel %s: Discord refuses it: %u, code %" G_GINT64_FORMAT,
        channel, reply->status, reply->code);
    return;
  }
  tsm_log_write (g_hash_table_contains (box->refused, channel) ? G_LOG_LEVEL_INFO
                                                               : G_LOG_LEVEL_WARNING,
                 "discord", NULL,
                 "channel %s of guild %s takes no notices: %u %s; give TSM the rights to see the "
                 "channel, send messages and embed links there, or name another channel in "
                 "NOTICE_CHANNEL_IDS",
                 channel, box->id, reply->status, reply->message);
  g_hash_table_insert (box->refused, g_strdup (channel), dup_instant (box->herald->clock (NULL)));
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmRestReply) reply = tsm_rest_send_finish (result, &error);
  g_autofree char *sent_to = NULL;
  g_autoptr (Mailbox) box = data;

  if (box->herald == NULL)
    return;
  sent_to = g_steal_pointer (&box->sending_to);
  if (g_error_matches (error, TSM_ERROR, TSM_ERROR_DENIED)) {
    drop_all (box);
    return;
  }
  if (reply == NULL || is_passing (reply)) {
    tsm_info ("discord", "a notice for guild %s has to wait: %s", box->id,
              error != NULL ? error->message : reply->message);
    retry_later (box);
    return;
  }
  box->retry_s = 0;
  if (tsm_rest_reply_is_done (reply))
    g_hash_table_remove (box->refused, sent_to);
  else
    take_refusal (box, sent_to, reply);
  /* The list may have changed meanwhile; what one channel then gets twice, Discord drops. */
  if (box->n_told < box->channels->len &&
      g_str_equal (g_ptr_array_index (box->channels, box->n_told), sent_to))
    box->n_told++;
  send_next (box);
}

static void
send_first (Mailbox *box)
{
  TsmHerald *self = box->herald;
  const TsmNotice *notice = g_queue_peek_head (&box->notices);
  const char *channel = g_ptr_array_index (box->channels, box->n_told);
  g_autofree char *nonce = dup_nonce (notice, channel);
  g_autofree char *json = tsm_message_dup_notice (notice, box->lang, self->zone, nonce);
  const TsmRestCall call = {
    .route = { .kind = TSM_ROUTE_POST_MESSAGE, .major = channel },
    .json = json,
    .is_repeatable = TRUE,
  };

  box->sending_to = g_strdup (channel);
  tsm_rest_send_async (self->rest, &call, self->cancellable, on_sent, g_rc_box_acquire (box));
}

static gboolean
is_refusing (const Mailbox *box, const char *channel)
{
  const gint64 *since = g_hash_table_lookup (box->refused, channel);

  return since != NULL && ABS (box->herald->clock (NULL) - *since) < REFUSED_FOR_S;
}

/* Past those that would refuse it. */
static gboolean
has_next_channel (Mailbox *box)
{
  while (box->n_told < box->channels->len &&
         is_refusing (box, g_ptr_array_index (box->channels, box->n_told)))
    box->n_told++;
  return box->n_told < box->channels->len;
}

static void
send_next (Mailbox *box)
{
  if (box->sending_to != NULL || box->timer != 0 || box->channels->len == 0)
    return;
  while (!g_queue_is_empty (&box->notices)) {
    if (has_next_channel (box) && !is_stale (box->herald, g_queue_peek_head (&box->notices))) {
      send_first (box);
      return;
    }
    drop_first (box);
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
  Mailbox *box = find_box (self, guild);

  g_assert (box != NULL);
  box->lang = lang;
  g_hash_table_remove_all (box->refused);
  if (!is_same (box->channels, channels)) {
    box->n_told = 0;
    g_ptr_array_set_size (box->channels, 0);
    for (guint i = 0; i < channels->len; i++)
      g_ptr_array_add (box->channels, g_strdup (g_ptr_array_index (channels, i)));
  }
  /* The guild has just been heard of, so that Discord is there again. */
  box->retry_s = 0;
  g_clear_handle_id (&box->timer, g_source_remove);
  send_next (box);
}

/* The one that is being told is past dropping. */
static void
drop_oldest (Mailbox *box)
{
  if (box->sending_to == NULL)
    drop_first (box);
  else
    tsm_notice_free (g_queue_pop_nth (&box->notices, 1));
}

static void
keep (Mailbox *box, const TsmNotice *notice)
{
  if (g_queue_get_length (&box->notices) >= MAX_WAITING)
    drop_oldest (box);
  g_queue_push_tail (&box->notices, tsm_notice_copy (notice));
  send_next (box);
}

void
tsm_herald_tell (TsmHerald *self, const TsmNotice *notice)
{
  for (guint i = 0; i < self->boxes->len; i++)
    keep (g_ptr_array_index (self->boxes, i), notice);
}
