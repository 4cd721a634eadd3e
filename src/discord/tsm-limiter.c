/* SPDX-License-Identifier: MIT
 * tsm-limiter: which REST call may go now, and when the next one may. */
#include "discord/tsm-limiter.h"
#include "base/tsm-decimal.h"

#define PACE_MS 1000
/* Below it, a server that says "at once" again and again would be asked without a pause. */
#define WAIT_MS_MIN 50
#define WAIT_MS_MAX (24 * 3600 * 1000)
#define SWEEP_MS    TSM_LIMITER_IDLE_MS

typedef struct {
  char *name;       /* the route's key, or the server's name for it with the resource */
  GQueue waiting;   /* Entry, by sequence */
  guint n_flying;   /* two for the moment in which two routes prove to be one bucket */
  gint64 remaining; /* -1: not known */
  gint64 reset_at_ms;
  gint64 blocked_until_ms; /* by a 429 */
  gint64 used_at_ms;
} Bucket;

typedef struct {
  guint64 id;
  guint64 sequence;
  TsmLimiterLane lane;
  char *key, *major;
  gint64 expires_at_ms;
  gint64 not_before_ms;
  gboolean is_flying;
  Bucket *bucket;
} Entry;

/* The instants of the last few events, oldest first from @next. */
typedef struct {
  gint64 *at_ms;
  guint size, n, next;
} Ring;

struct _TsmLimiter {
  GHashTable *entries; /* id: Entry */
  GHashTable *buckets; /* name: Bucket */
  GHashTable *names;   /* a route's key: the name of its bucket, once the server told */
  guint64 n_pushed;
  guint n_flying[TSM_LIMITER_N_LANES];
  gint64 halted_until_ms; /* the bot's lane, by a global 429 */
  gint64 broken_until_ms;
  gint64 swept_at_ms;
  gint64 pace_at_ms[TSM_LIMITER_PACE_CALLS];
  gint64 fault_at_ms[TSM_LIMITER_FAULTS + 1];
  Ring pace, faults;
};

static void
ring_add (Ring *ring, gint64 at_ms)
{
  ring->at_ms[ring->next] = at_ms;
  ring->next = (ring->next + 1) % ring->size;
  ring->n = MIN (ring->n + 1, ring->size);
}

/* The instant of the event @size events ago. FALSE while there were not that many. */
static gboolean
ring_get_oldest (const Ring *ring, gint64 *ret_at_ms)
{
  if (ring->n < ring->size)
    return FALSE;
  *ret_at_ms = ring->at_ms[ring->next];
  return TRUE;
}

static void
bucket_free (gpointer data)
{
  Bucket *bucket = data;

  g_queue_clear (&bucket->waiting); /* the entries are the table's */
  g_free (bucket->name);
  g_free (bucket);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->key);
  g_free (entry->major);
  g_free (entry);
}

TsmLimiter *
tsm_limiter_new (void)
{
  TsmLimiter *self = g_new0 (TsmLimiter, 1);

  self->entries = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, entry_free);
  self->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, bucket_free);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->pace = (Ring){ .at_ms = self->pace_at_ms, .size = G_N_ELEMENTS (self->pace_at_ms) };
  self->faults = (Ring){ .at_ms = self->fault_at_ms, .size = G_N_ELEMENTS (self->fault_at_ms) };
  self->halted_until_ms = self->broken_until_ms = self->swept_at_ms = G_MININT64;
  return self;
}

void
tsm_limiter_free (TsmLimiter *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->buckets);
  g_hash_table_unref (self->entries);
  g_hash_table_unref (self->names);
  g_free (self);
}

static Bucket *
ensure_bucket (TsmLimiter *self, const char *name)
{
  Bucket *bucket = g_hash_table_lookup (self->buckets, name);

  if (bucket != NULL)
    return bucket;
  bucket = g_new0 (Bucket, 1);
  bucket->name = g_strdup (name);
  bucket->remaining = -1;
  bucket->reset_at_ms = bucket->blocked_until_ms = bucket->used_at_ms = G_MININT64;
  g_hash_table_insert (self->buckets, bucket->name, bucket);
  return bucket;
}

static int
compare_sequence (gconstpointer a, gconstpointer b, gpointer unused)
{
  const Entry *one = a, *other = b;

  return one->sequence < other->sequence ? -1 : one->sequence > other->sequence;
}

/* In the order of pushing, also when it has been there before. */
static void
enqueue (Entry *entry, Bucket *bucket)
{
  entry->bucket = bucket;
  g_queue_insert_sorted (&bucket->waiting, entry, compare_sequence, NULL);
}

void
tsm_limiter_push (TsmLimiter *self, const TsmLimiterCall *call)
{
  const char *name = g_hash_table_lookup (self->names, call->key);
  Entry *entry = g_new0 (Entry, 1);

  g_assert (!g_hash_table_contains (self->entries, &call->id));
  entry->id = call->id;
  entry->sequence = self->n_pushed++;
  entry->lane = call->lane;
  entry->key = g_strdup (call->key);
  entry->major = g_strdup (call->major);
  entry->expires_at_ms = call->expires_at_ms;
  entry->not_before_ms = G_MININT64;
  g_hash_table_insert (self->entries, &entry->id, entry);
  enqueue (entry, ensure_bucket (self, name != NULL ? name : call->key));
}

/* When the first call of @bucket may go, as far as time alone decides. */
static gint64
get_earliest_ms (const TsmLimiter *self, const Bucket *bucket, const Entry *entry)
{
  gint64 at_ms = MAX (entry->not_before_ms, bucket->blocked_until_ms);
  gint64 paced_at_ms;

  at_ms = MAX (at_ms, self->broken_until_ms);
  if (bucket->remaining == 0)
    at_ms = MAX (at_ms, bucket->reset_at_ms);
  if (entry->lane != TSM_LIMITER_LANE_BOT)
    return at_ms;
  at_ms = MAX (at_ms, self->halted_until_ms);
  if (ring_get_oldest (&self->pace, &paced_at_ms))
    at_ms = MAX (at_ms, paced_at_ms + PACE_MS);
  return at_ms;
}

static void
launch (TsmLimiter *self, Entry *entry, gint64 now_ms)
{
  Bucket *bucket = entry->bucket;

  g_assert (bucket->n_flying == 0 && bucket->waiting.head->data == entry);
  g_queue_pop_head (&bucket->waiting);
  if (bucket->remaining == 0) /* or it would not go: the reset is past */
    bucket->remaining = -1;
  bucket->n_flying++;
  bucket->used_at_ms = now_ms;
  entry->is_flying = TRUE;
  self->n_flying[entry->lane]++;
  if (entry->lane == TSM_LIMITER_LANE_BOT)
    ring_add (&self->pace, now_ms);
}

static void
forget (TsmLimiter *self, Entry *entry)
{
  g_assert (!entry->is_flying);
  g_queue_remove (&entry->bucket->waiting, entry);
  g_hash_table_remove (self->entries, &entry->id);
}

TsmLimiterVerdict
tsm_limiter_pop (TsmLimiter *self, gint64 now_ms, guint64 *ret_id, gint64 *ret_wake_at_ms)
{
  gint64 wake_at_ms = G_MAXINT64;
  GHashTableIter iter;
  gpointer value;
  Entry *best = NULL;

  g_hash_table_iter_init (&iter, self->buckets);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Bucket *bucket = value;
    Entry *entry = g_queue_peek_head (&bucket->waiting);
    gint64 earliest_ms;

    if (entry == NULL)
      continue;
    earliest_ms = get_earliest_ms (self, bucket, entry);
    if (MAX (now_ms, earliest_ms) > entry->expires_at_ms) {
      *ret_id = entry->id;
      forget (self, entry);
      return TSM_LIMITER_EXPIRE;
    }
    wake_at_ms = MIN (wake_at_ms, entry->expires_at_ms + 1);
    if (bucket->n_flying > 0 || self->n_flying[entry->lane] >= TSM_LIMITER_LANE_CALLS)
      continue;
    if (earliest_ms > now_ms)
      wake_at_ms = MIN (wake_at_ms, earliest_ms);
    else if (best == NULL || compare_sequence (entry, best, NULL) < 0)
      best = entry;
  }
  if (best == NULL) {
    *ret_wake_at_ms = wake_at_ms;
    return TSM_LIMITER_WAIT;
  }
  launch (self, best, now_ms);
  *ret_id = best->id;
  return TSM_LIMITER_SEND;
}

/* The server's name for the bucket of @entry's route: what waits for the route goes over to it. */
static void
learn_name (TsmLimiter *self, Entry *entry, const char *name)
{
  g_autofree char *full = g_strconcat (name, "\n", entry->major, NULL);
  Bucket *old = entry->bucket;
  Bucket *bucket;
  GList *next;

  if (g_str_equal (full, old->name))
    return;
  bucket = ensure_bucket (self, full);
  g_hash_table_replace (self->names, g_strdup (entry->key), g_strdup (full));
  for (GList *link = old->waiting.head; link != NULL; link = next) {
    Entry *waiting = link->data;

    next = link->next;
    if (!g_str_equal (waiting->key, entry->key))
      continue;
    g_queue_delete_link (&old->waiting, link);
    enqueue (waiting, bucket);
  }
  bucket->blocked_until_ms = MAX (bucket->blocked_until_ms, old->blocked_until_ms);
  entry->bucket = bucket;
}

static void
learn_counter (Bucket *bucket, const TsmLimiterAnswer *answer, gint64 now_ms)
{
  if (answer->remaining >= 0) {
    bucket->remaining = answer->remaining;
    bucket->reset_at_ms = now_ms + CLAMP (answer->reset_after_ms, 0, WAIT_MS_MAX);
  } else if (bucket->remaining > 0)
    bucket->remaining--; /* it may have been counted */
}

gint64
tsm_limiter_get_wait_ms (const TsmLimiterAnswer *answer)
{
  gint64 wait_ms =
      answer->retry_after_ms > 0 ? answer->retry_after_ms : (gint64) TSM_LIMITER_UNNAMED_MS;

  if (!answer->is_json)
    wait_ms = MAX (wait_ms, TSM_LIMITER_OUTSIDE_MS);
  return CLAMP (wait_ms, WAIT_MS_MIN, WAIT_MS_MAX);
}

/* @bucket NULL: that of a callback, which is not kept. */
static void
learn_wait (TsmLimiter *self, Bucket *bucket, const TsmLimiterAnswer *answer, gint64 now_ms)
{
  gint64 until_ms;

  if (answer->status != 429)
    return;
  until_ms = now_ms + tsm_limiter_get_wait_ms (answer);
  if (bucket != NULL)
    bucket->blocked_until_ms = MAX (bucket->blocked_until_ms, until_ms);
  if (answer->is_global || !answer->is_json)
    self->halted_until_ms = MAX (self->halted_until_ms, until_ms);
}

static gboolean
count_fault (TsmLimiter *self, const TsmLimiterAnswer *answer, gint64 now_ms)
{
  gint64 oldest_ms;

  if (answer->status != 401 && answer->status != 403 &&
      (answer->status != 429 || answer->is_shared))
    return FALSE;
  ring_add (&self->faults, now_ms);
  if (!ring_get_oldest (&self->faults, &oldest_ms) || now_ms - oldest_ms > TSM_LIMITER_BREAKER_MS)
    return FALSE;
  self->faults.n = 0;
  self->broken_until_ms = now_ms + TSM_LIMITER_BREAKER_MS;
  return TRUE;
}

gboolean
tsm_limiter_take_callback (TsmLimiter *self, const TsmLimiterAnswer *answer, gint64 now_ms)
{
  learn_wait (self, NULL, answer, now_ms);
  return count_fault (self, answer, now_ms);
}

gboolean
tsm_limiter_is_broken (const TsmLimiter *self, gint64 now_ms)
{
  return now_ms < self->broken_until_ms;
}

static gboolean
is_idle (const Bucket *bucket, gint64 now_ms)
{
  return bucket->n_flying == 0 && bucket->waiting.length == 0 &&
         MAX (bucket->blocked_until_ms, bucket->reset_at_ms) <= now_ms &&
         bucket->used_at_ms <= now_ms - TSM_LIMITER_IDLE_MS;
}

static void
sweep (TsmLimiter *self, gint64 now_ms)
{
  GHashTableIter iter;
  gpointer value;

  if (now_ms - SWEEP_MS < self->swept_at_ms)
    return;
  self->swept_at_ms = now_ms;
  g_hash_table_iter_init (&iter, self->buckets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (is_idle (value, now_ms))
      g_hash_table_iter_remove (&iter);
  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!g_hash_table_contains (self->buckets, value))
      g_hash_table_iter_remove (&iter);
}

gboolean
tsm_limiter_settle (TsmLimiter *self, guint64 id, const TsmLimiterAnswer *answer,
                    gint64 again_at_ms, gint64 now_ms)
{
  Entry *entry = g_hash_table_lookup (self->entries, &id);

  g_assert (entry != NULL && entry->is_flying);
  entry->is_flying = FALSE;
  entry->bucket->n_flying--;
  self->n_flying[entry->lane]--;
  if (answer->bucket != NULL)
    learn_name (self, entry, answer->bucket);
  entry->bucket->used_at_ms = now_ms;
  learn_counter (entry->bucket, answer, now_ms);
  learn_wait (self, entry->bucket, answer, now_ms);
  if (again_at_ms >= 0) {
    entry->not_before_ms = again_at_ms;
    enqueue (entry, entry->bucket);
  } else
    g_hash_table_remove (self->entries, &id);
  sweep (self, now_ms);
  return count_fault (self, answer, now_ms);
}

void
tsm_limiter_withdraw (TsmLimiter *self, guint64 id)
{
  Entry *entry = g_hash_table_lookup (self->entries, &id);

  g_assert (entry != NULL);
  forget (self, entry);
}

guint
tsm_limiter_get_n_buckets (const TsmLimiter *self)
{
  return g_hash_table_size (self->buckets);
}

gint64
tsm_limiter_parse_seconds (const char *text)
{
  gint64 us;

  if (text == NULL || !tsm_decimal_parse (text, -1, 6, &us, NULL, NULL) || us < 0)
    return -1;
  return us / 1000 + (us % 1000 != 0);
}
