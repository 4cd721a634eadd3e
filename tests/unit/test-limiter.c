/* SPDX-License-Identifier: MIT
 * Virtual time throughout: what may go when, whatever order things happen in. */
#include "base/tsm-prng.h"
#include "discord/tsm-limiter.h"
#include <string.h>

#define START_MS 5000000
#define DAY_MS   (24 * 3600 * 1000)
#define LONG_MS  (10 * (gint64) DAY_MS)

static void
push (TsmLimiter *limiter, guint64 id, TsmLimiterLane lane, const char *key, const char *major)
{
  const TsmLimiterCall call = {
    .id = id, .lane = lane, .key = key, .major = major, .expires_at_ms = START_MS + LONG_MS
  };

  tsm_limiter_push (limiter, &call);
}

/* The call that goes at just this instant; 0: none does. */
static guint64
pop (TsmLimiter *limiter, gint64 now_ms)
{
  gint64 wake_at_ms;
  guint64 id;

  switch (tsm_limiter_pop (limiter, now_ms, &id, &wake_at_ms)) {
  case TSM_LIMITER_SEND:
    return id;
  case TSM_LIMITER_WAIT:
    g_assert_cmpint (wake_at_ms, >, now_ms);
    return 0;
  case TSM_LIMITER_EXPIRE:
    break;
  }
  g_assert_not_reached ();
}

/* How long after @now_ms something goes, woken as the limiter asks to be. */
static gint64
get_delay_ms (TsmLimiter *limiter, gint64 now_ms, guint64 expected_id)
{
  gint64 at_ms = now_ms, wake_at_ms;
  guint64 id;

  while (tsm_limiter_pop (limiter, at_ms, &id, &wake_at_ms) == TSM_LIMITER_WAIT)
    at_ms = wake_at_ms;
  g_assert_cmpuint (id, ==, expected_id);
  return at_ms - now_ms;
}

static void
settle (TsmLimiter *limiter, guint64 id, guint status, const char *bucket, gint64 now_ms)
{
  TsmLimiterAnswer answer = TSM_LIMITER_NO_ANSWER;

  answer.status = status;
  answer.bucket = bucket;
  g_assert_false (tsm_limiter_settle (limiter, id, &answer, -1, now_ms));
}

static const struct {
  const char *name;
  TsmLimiterAnswer answer;
  /* Until the next one may go: of the bucket; of another one with the bot's token; of another one
   * with an interaction's. */
  gint64 same_ms, other_ms, interaction_ms;
} answer_cases[] = {
  { "no-limits", { 200, NULL, -1, -1, -1, FALSE, FALSE, TRUE }, 0, 0, 0 },
  { "some-left", { 200, "b", 1, 1500, -1, FALSE, FALSE, TRUE }, 0, 0, 0 },
  { "none-left", { 200, "b", 0, 1500, -1, FALSE, FALSE, TRUE }, 1500, 0, 0 },
  { "none-left-of-a-bucket-without-a-name",
    { 200, NULL, 0, 1500, -1, FALSE, FALSE, TRUE },
    1500,
    0,
    0 },
  { "none-left-until-nobody-knows", { 200, "b", 0, -1, -1, FALSE, FALSE, TRUE }, 0, 0, 0 },
  { "none-left-for-a-year",
    { 200, "b", 0, 365 * (gint64) DAY_MS, -1, FALSE, FALSE, TRUE },
    DAY_MS,
    0,
    0 },
  { "429", { 429, "b", -1, -1, 700, FALSE, FALSE, TRUE }, 700, 0, 0 },
  { "429-and-a-later-reset", { 429, "b", 0, 900, 700, FALSE, FALSE, TRUE }, 900, 0, 0 },
  { "429-and-an-earlier-reset", { 429, "b", 0, 500, 700, FALSE, FALSE, TRUE }, 700, 0, 0 },
  { "429-shared-with-some-left",
    { 429, "b", 9, 64570, 1337000, FALSE, TRUE, TRUE },
    1337000,
    0,
    0 },
  { "429-global", { 429, NULL, -1, -1, 65000, TRUE, FALSE, TRUE }, 65000, 65000, 0 },
  { "429-without-a-time", { 429, "b", -1, -1, -1, FALSE, FALSE, TRUE }, 1000, 0, 0 },
  { "429-for-no-time", { 429, "b", -1, -1, 0, FALSE, FALSE, TRUE }, 1000, 0, 0 },
  { "429-for-hardly-any", { 429, "b", -1, -1, 1, FALSE, FALSE, TRUE }, 50, 0, 0 },
  { "429-for-a-year",
    { 429, "b", -1, -1, 365 * (gint64) DAY_MS, FALSE, FALSE, TRUE },
    DAY_MS,
    0,
    0 },
  { "429-from-outside", { 429, NULL, -1, -1, 5000, FALSE, FALSE, FALSE }, 60000, 60000, 0 },
  { "429-from-outside-for-long",
    { 429, NULL, -1, -1, 90000, FALSE, FALSE, FALSE },
    90000,
    90000,
    0 },
  { "403", { 403, "b", 4, 1000, -1, FALSE, FALSE, TRUE }, 0, 0, 0 },
  { "502", { 502, NULL, -1, -1, 700, FALSE, FALSE, FALSE }, 0, 0, 0 },
  { "no-answer", { 0, NULL, -1, -1, -1, FALSE, FALSE, FALSE }, 0, 0, 0 },
};

static void
test_limiter_answer (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);

  for (guint which = 0; which < 3; which++) {
    g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();
    const gint64 expected_ms = which == 0   ? answer_cases[i].same_ms
                               : which == 1 ? answer_cases[i].other_ms
                                            : answer_cases[i].interaction_ms;

    push (limiter, 1, TSM_LIMITER_LANE_BOT, "POST /channels/1/messages", "1");
    g_assert_cmpuint (pop (limiter, START_MS), ==, 1);
    tsm_limiter_settle (limiter, 1, &answer_cases[i].answer, -1, START_MS);
    push (limiter, 2, which == 2 ? TSM_LIMITER_LANE_INTERACTION : TSM_LIMITER_LANE_BOT,
          which == 0 ? "POST /channels/1/messages" : "GET /other", which == 0 ? "1" : "2");
    g_assert_cmpint (get_delay_ms (limiter, START_MS, 2), ==, expected_ms);
  }
}

static void
test_limiter_one_of_a_bucket_in_order (void)
{
  g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();
  gint64 now_ms = START_MS;

  for (guint64 id = 1; id <= 9; id++)
    push (limiter, id, TSM_LIMITER_LANE_BOT, "k", "1");
  for (guint64 id = 1; id <= 9; id++, now_ms += 1000) {
    g_assert_cmpuint (pop (limiter, now_ms), ==, id);
    g_assert_cmpuint (pop (limiter, now_ms), ==, 0);
    g_assert_cmpuint (pop (limiter, now_ms + 60000), ==, 0);
    settle (limiter, id, 200, id > 4 ? "b" : NULL, now_ms);
  }
}

static void
test_limiter_repeat_keeps_its_place (void)
{
  g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();
  TsmLimiterAnswer answer = TSM_LIMITER_NO_ANSWER;

  push (limiter, 1, TSM_LIMITER_LANE_BOT, "k", "1");
  push (limiter, 2, TSM_LIMITER_LANE_BOT, "k", "1");
  g_assert_cmpuint (pop (limiter, START_MS), ==, 1);
  answer.status = 502;
  tsm_limiter_settle (limiter, 1, &answer, START_MS + 300, START_MS);
  g_assert_cmpuint (pop (limiter, START_MS + 299), ==, 0);
  g_assert_cmpint (get_delay_ms (limiter, START_MS, 1), ==, 300);
  answer.status = 429;
  answer.bucket = "b";
  answer.is_json = TRUE;
  answer.retry_after_ms = 400;
  tsm_limiter_settle (limiter, 1, &answer, START_MS + 300, START_MS + 300);
  g_assert_cmpint (get_delay_ms (limiter, START_MS, 1), ==, 700);
  settle (limiter, 1, 200, "b", START_MS + 700);
  g_assert_cmpuint (pop (limiter, START_MS + 700), ==, 2);
}

/* Nothing said that it was counted, nor that it was not. */
static void
test_limiter_lost_answer_counts (void)
{
  g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();
  const TsmLimiterAnswer one_left = { 200, "b", 1, 5000, -1, FALSE, FALSE, TRUE };

  for (guint64 id = 1; id <= 3; id++)
    push (limiter, id, TSM_LIMITER_LANE_BOT, "k", "1");
  g_assert_cmpuint (pop (limiter, START_MS), ==, 1);
  tsm_limiter_settle (limiter, 1, &one_left, -1, START_MS);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 2);
  settle (limiter, 2, 0, NULL, START_MS + 20);
  g_assert_cmpint (get_delay_ms (limiter, START_MS, 3), ==, 5000);
}

static void
test_limiter_lanes (void)
{
  g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();

  push (limiter, 1, TSM_LIMITER_LANE_BOT, "a", "1");
  push (limiter, 2, TSM_LIMITER_LANE_BOT, "b", "2");
  push (limiter, 3, TSM_LIMITER_LANE_BOT, "c", "3");
  push (limiter, 4, TSM_LIMITER_LANE_INTERACTION, "d", "4");
  push (limiter, 5, TSM_LIMITER_LANE_INTERACTION, "e", "5");
  push (limiter, 6, TSM_LIMITER_LANE_INTERACTION, "f", "6");
  g_assert_cmpuint (pop (limiter, START_MS), ==, 1);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 2);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 4);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 5);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 0);
  settle (limiter, 4, 200, NULL, START_MS);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 6);
  settle (limiter, 1, 200, NULL, START_MS);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 3);
}

static void
test_limiter_pace (void)
{
  g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();
  gint64 at_ms[20];

  for (guint64 i = 0; i < G_N_ELEMENTS (at_ms); i++) {
    push (limiter, i + 1, TSM_LIMITER_LANE_BOT, "k", "1");
    at_ms[i] = i == 0 ? START_MS : at_ms[i - 1];
    at_ms[i] += get_delay_ms (limiter, at_ms[i], i + 1);
    settle (limiter, i + 1, 200, NULL, at_ms[i]);
    if (i >= TSM_LIMITER_PACE_CALLS)
      g_assert_cmpint (at_ms[i] - at_ms[i - TSM_LIMITER_PACE_CALLS], ==, 1000);
  }
  /* An interaction's keep no pace. */
  push (limiter, 100, TSM_LIMITER_LANE_INTERACTION, "i", "2");
  g_assert_cmpuint (pop (limiter, at_ms[19]), ==, 100);
}

/* GET and POST of a channel prove to be counted together, while both are under way. */
static void
test_limiter_routes_become_one_bucket (void)
{
  g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();

  push (limiter, 1, TSM_LIMITER_LANE_BOT, "get", "1");
  push (limiter, 2, TSM_LIMITER_LANE_BOT, "post", "1");
  push (limiter, 3, TSM_LIMITER_LANE_BOT, "post", "1");
  push (limiter, 4, TSM_LIMITER_LANE_BOT, "get", "1");
  push (limiter, 5, TSM_LIMITER_LANE_BOT, "post to 2", "2");
  g_assert_cmpuint (pop (limiter, START_MS), ==, 1);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 2);
  settle (limiter, 1, 200, "b", START_MS);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 4);
  settle (limiter, 2, 200, "b", START_MS);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 5); /* another channel's */
  settle (limiter, 4, 200, "b", START_MS + 1000);
  settle (limiter, 5, 200, "b", START_MS + 1000);
  g_assert_cmpuint (pop (limiter, START_MS + 1000), ==, 3);
  g_assert_cmpuint (pop (limiter, START_MS + 1000), ==, 0);
  push (limiter, 6, TSM_LIMITER_LANE_BOT, "get", "1");
  g_assert_cmpuint (pop (limiter, START_MS + 1000), ==, 0);
  settle (limiter, 3, 200, "c", START_MS + 1000); /* the server has changed its mind */
  g_assert_cmpuint (pop (limiter, START_MS + 1000), ==, 6);
  push (limiter, 7, TSM_LIMITER_LANE_BOT, "post", "1");
  g_assert_cmpuint (pop (limiter, START_MS + 1000), ==, 7);
}

static const struct {
  const char *name;
  TsmLimiterAnswer answer;
  guint n;
  gint64 step_ms;
  gboolean opens;
} breaker_cases[] = {
  { "fifty", { 403, .is_json = TRUE }, 50, 1, FALSE },
  { "over-fifty", { 403, .is_json = TRUE }, 51, 1, TRUE },
  { "over-fifty-in-just-ten-minutes", { 401, .is_json = TRUE }, 51, 12000, TRUE },
  { "over-fifty-in-a-little-more", { 401, .is_json = TRUE }, 51, 12001, FALSE },
  { "429", { 429, .is_json = TRUE }, 51, 1000, TRUE },
  { "429-of-others", { 429, .is_shared = TRUE, .is_json = TRUE }, 500, 1, FALSE },
  { "404", { 404, .is_json = TRUE }, 500, 1, FALSE },
  { "500", { 500 }, 500, 1, FALSE },
};

static void
test_limiter_breaker (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();
  gint64 now_ms = START_MS;

  for (guint n = 1; n <= breaker_cases[i].n; n++, now_ms += breaker_cases[i].step_ms)
    g_assert_cmpint (tsm_limiter_take_callback (limiter, &breaker_cases[i].answer, now_ms), ==,
                     breaker_cases[i].opens && n == breaker_cases[i].n);
  now_ms -= breaker_cases[i].step_ms;
  g_assert_cmpint (tsm_limiter_is_broken (limiter, now_ms), ==, breaker_cases[i].opens);
  for (TsmLimiterLane lane = 0; lane < TSM_LIMITER_N_LANES; lane++) {
    push (limiter, lane + 1, lane, "k", "1");
    g_assert_cmpint (get_delay_ms (limiter, now_ms, lane + 1), ==,
                     breaker_cases[i].opens ? TSM_LIMITER_BREAKER_MS : 0);
    settle (limiter, lane + 1, 200, NULL, now_ms);
  }
  g_assert_false (tsm_limiter_is_broken (limiter, now_ms + TSM_LIMITER_BREAKER_MS));
  /* It counts anew. */
  now_ms += TSM_LIMITER_BREAKER_MS;
  g_assert_cmpint (tsm_limiter_take_callback (limiter, &breaker_cases[i].answer, now_ms), ==,
                   FALSE);
}

static const struct {
  const char *name;
  TsmLimiterAnswer answer;
  gint64 delay_ms; /* of the bot's next call */
} callback_cases[] = {
  { "well", { 204, NULL, -1, -1, -1, FALSE, FALSE, FALSE }, 0 },
  { "its-own-bucket", { 429, NULL, -1, -1, 3000, FALSE, FALSE, TRUE }, 0 },
  { "global", { 429, NULL, -1, -1, 3000, TRUE, FALSE, TRUE }, 3000 },
  { "cloudflare", { 429, NULL, -1, -1, 3000, FALSE, FALSE, FALSE }, TSM_LIMITER_OUTSIDE_MS },
};

/* A callback waits for nothing, but what Discord says to it of all calls is heard. */
static void
test_limiter_callback (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();

  tsm_limiter_take_callback (limiter, &callback_cases[i].answer, START_MS);
  push (limiter, 1, TSM_LIMITER_LANE_BOT, "k", "1");
  g_assert_cmpint (get_delay_ms (limiter, START_MS, 1), ==, callback_cases[i].delay_ms);
  push (limiter, 2, TSM_LIMITER_LANE_INTERACTION, "e", "1");
  g_assert_cmpint (get_delay_ms (limiter, START_MS, 2), ==, 0);
}

static void
test_limiter_expires_what_cannot_go_in_time (void)
{
  g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();
  const TsmLimiterAnswer wait = { 429, "b", -1, -1, 60001, FALSE, FALSE, TRUE };
  TsmLimiterCall call = { .id = 1, .key = "k", .major = "1", .expires_at_ms = START_MS + 60000 };
  gint64 wake_at_ms;
  guint64 id;

  tsm_limiter_push (limiter, &call);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 1);
  call.id = 2;
  tsm_limiter_push (limiter, &call);
  g_assert_cmpint (tsm_limiter_pop (limiter, START_MS, &id, &wake_at_ms), ==, TSM_LIMITER_WAIT);
  g_assert_cmpint (wake_at_ms, ==, START_MS + 60001);
  /* The one under way will not be there in time either, which is known at once. */
  tsm_limiter_settle (limiter, 1, &wait, START_MS, START_MS);
  for (guint64 expected = 1; expected <= 2; expected++) {
    g_assert_cmpint (tsm_limiter_pop (limiter, START_MS, &id, &wake_at_ms), ==, TSM_LIMITER_EXPIRE);
    g_assert_cmpuint (id, ==, expected);
  }
  g_assert_cmpint (tsm_limiter_pop (limiter, START_MS, &id, &wake_at_ms), ==, TSM_LIMITER_WAIT);
  g_assert_cmpint (wake_at_ms, ==, G_MAXINT64);
  /* One that would be just in time goes. */
  call.id = 3;
  call.expires_at_ms = START_MS + 60001;
  tsm_limiter_push (limiter, &call);
  g_assert_cmpint (get_delay_ms (limiter, START_MS, 3), ==, 60001);
}

static void
test_limiter_withdraw (void)
{
  g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();

  for (guint64 id = 1; id <= 3; id++)
    push (limiter, id, TSM_LIMITER_LANE_BOT, "k", "1");
  tsm_limiter_withdraw (limiter, 1);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 2);
  tsm_limiter_withdraw (limiter, 3);
  settle (limiter, 2, 200, NULL, START_MS);
  g_assert_cmpuint (pop (limiter, START_MS), ==, 0);
}

static void
test_limiter_drops_idle_buckets (void)
{
  g_autoptr (TsmLimiter) limiter = tsm_limiter_new ();
  const TsmLimiterAnswer held = { 200, "held", 0, 3600 * 1000, -1, FALSE, FALSE, TRUE };
  gint64 now_ms = START_MS;

  push (limiter, 1, TSM_LIMITER_LANE_BOT, "held", "1");
  g_assert_cmpuint (pop (limiter, now_ms), ==, 1);
  tsm_limiter_settle (limiter, 1, &held, -1, now_ms);
  for (guint64 id = 2; id < 2000; id++, now_ms += 1000) {
    g_autofree char *key = g_strdup_printf ("PATCH /webhooks/1/%" G_GUINT64_FORMAT, id);

    push (limiter, id, TSM_LIMITER_LANE_INTERACTION, key, key);
    g_assert_cmpuint (pop (limiter, now_ms), ==, id);
    settle (limiter, id, 200, "edit", now_ms);
    /* Two minutes of them, each under its route and its name, and the one that is held. */
    g_assert_cmpuint (tsm_limiter_get_n_buckets (limiter), <=, 1 + 2 * 121);
  }
  push (limiter, 3000, TSM_LIMITER_LANE_BOT, "held", "1");
  g_assert_cmpint (get_delay_ms (limiter, START_MS, 3000), ==, 3600 * 1000);
}

static const struct {
  const char *text;
  gint64 ms;
} seconds_cases[] = {
  { "65", 65000 },
  { "64.57", 64570 },
  { "0.05", 50 },
  { "1.0001", 1001 },
  { "0", 0 },
  { "0.0000001", 0 },
  { "-1", -1 },
  { "", -1 },
  { "soon", -1 },
  { "1e3", -1 },
  { NULL, -1 },
  { "Wed, 21 Oct 2026 07:28:00 GMT", -1 },
  { "99999999999999999999", -1 },
};

static void
test_limiter_parse_seconds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (seconds_cases); i++)
    g_assert_cmpint (tsm_limiter_parse_seconds (seconds_cases[i].text), ==, seconds_cases[i].ms);
}

/* A server with limits of its own, and calls that come, last, fail and are repeated by chance. */

#define N_ROUTES  12
#define N_BUCKETS 5
#define N_CALLS   400

typedef struct {
  guint route;
  gint64 begin_ms; /* under way since; 0: not */
  gint64 end_ms;
  guint n_sent;
  gboolean is_over;
} Ride;

typedef struct {
  TsmLimiter *limiter;
  TsmPrng prng;
  gint64 now_ms;
  Ride rides[N_CALLS + 1]; /* by id */
  guint n_pushed, n_over;
  gboolean is_known[N_ROUTES]; /* the server named its bucket */
  gint64 allowed_at_ms[N_BUCKETS];
  gint64 global_at_ms;
  GQueue sent_at_ms; /* with the bot's token */
} Fair;

static TsmLimiterLane
get_lane (guint route)
{
  return route < N_ROUTES / 2 ? TSM_LIMITER_LANE_BOT : TSM_LIMITER_LANE_INTERACTION;
}

static guint
get_bucket (guint route)
{
  return get_lane (route) == TSM_LIMITER_LANE_BOT ? route % 3 : 3 + route % 2;
}

static void
fair_push (Fair *fair)
{
  const guint id = ++fair->n_pushed;
  const guint route = (guint) tsm_prng_range (&fair->prng, 0, N_ROUTES - 1);
  g_autofree char *key = g_strdup_printf ("route %u", route);
  g_autofree char *major = g_strdup_printf ("%u", get_bucket (route));

  fair->rides[id].route = route;
  push (fair->limiter, id, get_lane (route), key, major);
}

static gboolean
is_same_bucket (const Fair *fair, guint route, guint other)
{
  return route == other || (fair->is_known[route] && fair->is_known[other] &&
                            get_bucket (route) == get_bucket (other));
}

static void
check_sent (Fair *fair, guint id)
{
  const Ride *ride = &fair->rides[id];
  guint n_lane = 0;

  for (guint i = 1; i <= fair->n_pushed; i++) {
    const Ride *other = &fair->rides[i];
    const gboolean is_flying = other->begin_ms != 0 && !other->is_over && i != id;

    n_lane += is_flying && get_lane (other->route) == get_lane (ride->route);
    g_assert_false (is_flying && is_same_bucket (fair, other->route, ride->route));
    /* Before it in the same bucket, and not over: it would have to go first. */
    if (i < id && !other->is_over)
      g_assert_false (other->route == ride->route);
  }
  g_assert_cmpuint (n_lane, <, TSM_LIMITER_LANE_CALLS);
  if (fair->is_known[ride->route])
    g_assert_cmpint (fair->now_ms, >=, fair->allowed_at_ms[get_bucket (ride->route)]);
  if (get_lane (ride->route) != TSM_LIMITER_LANE_BOT)
    return;
  g_assert_cmpint (fair->now_ms, >=, fair->global_at_ms);
  g_queue_push_tail (&fair->sent_at_ms, g_memdup2 (&fair->now_ms, sizeof fair->now_ms));
  if (fair->sent_at_ms.length > TSM_LIMITER_PACE_CALLS) {
    g_autofree gint64 *past_ms = g_queue_pop_head (&fair->sent_at_ms);

    g_assert_cmpint (fair->now_ms - *past_ms, >=, 1000);
  }
}

static void
fair_send (Fair *fair, guint id)
{
  Ride *ride = &fair->rides[id];

  check_sent (fair, id);
  ride->begin_ms = fair->now_ms;
  ride->end_ms = fair->now_ms + tsm_prng_range (&fair->prng, 1, 400);
  ride->n_sent++;
}

static void
fair_answer (Fair *fair, guint id)
{
  Ride *ride = &fair->rides[id];
  const guint bucket = get_bucket (ride->route);
  TsmLimiterAnswer answer = TSM_LIMITER_NO_ANSWER;
  g_autofree char *name = g_strdup_printf ("bucket %u", bucket);
  gboolean is_again = FALSE;

  answer.status = 200;
  answer.is_json = TRUE;
  if (tsm_prng_is_hit (&fair->prng, 1, 10)) {
    answer.status = 0;
    is_again = ride->n_sent < 3;
  } else {
    answer.bucket = name;
    fair->is_known[ride->route] = TRUE;
    answer.remaining = tsm_prng_range (&fair->prng, 0, 2);
    answer.reset_after_ms = tsm_prng_range (&fair->prng, 0, 3000);
    fair->allowed_at_ms[bucket] = answer.remaining == 0 ? fair->now_ms + answer.reset_after_ms : 0;
    if (tsm_prng_is_hit (&fair->prng, 1, 40)) {
      answer.status = 429;
      answer.is_shared = TRUE; /* the breaker has tests of its own */
      answer.is_global = tsm_prng_is_hit (&fair->prng, 1, 2);
      answer.retry_after_ms = tsm_prng_range (&fair->prng, 50, 5000);
      fair->allowed_at_ms[bucket] =
          MAX (fair->allowed_at_ms[bucket], fair->now_ms + answer.retry_after_ms);
      if (answer.is_global)
        fair->global_at_ms = MAX (fair->global_at_ms, fair->now_ms + answer.retry_after_ms);
      is_again = TRUE;
    }
  }
  ride->begin_ms = 0;
  ride->is_over = !is_again;
  fair->n_over += !is_again;
  tsm_limiter_settle (fair->limiter, id, &answer, is_again ? fair->now_ms : -1, fair->now_ms);
}

/* Pops all that may go; the instant of the next thing to happen. */
static gint64
fair_pump (Fair *fair)
{
  gint64 next_ms = G_MAXINT64, wake_at_ms;
  TsmLimiterVerdict verdict;
  guint64 id;

  while ((verdict = tsm_limiter_pop (fair->limiter, fair->now_ms, &id, &wake_at_ms)) ==
         TSM_LIMITER_SEND)
    fair_send (fair, (guint) id);
  g_assert_cmpint (verdict, ==, TSM_LIMITER_WAIT);
  g_assert_cmpint (wake_at_ms, >, fair->now_ms);
  for (guint i = 1; i <= fair->n_pushed; i++)
    if (fair->rides[i].begin_ms != 0)
      next_ms = MIN (next_ms, fair->rides[i].end_ms);
  next_ms = MIN (next_ms, wake_at_ms);
  if (fair->n_pushed < N_CALLS)
    next_ms = MIN (next_ms, fair->now_ms + tsm_prng_range (&fair->prng, 1, 600));
  return next_ms;
}

static void
test_limiter_random (gconstpointer data)
{
  Fair fair = { .prng = tsm_prng_init (GPOINTER_TO_UINT (data), 0), .now_ms = START_MS };

  fair.limiter = tsm_limiter_new ();
  while (fair.n_over < N_CALLS) {
    const gint64 next_ms = fair_pump (&fair);

    /* Nothing under way, nothing to wake for, and calls left: they would starve. */
    g_assert_cmpint (next_ms, <, START_MS + 2 * 3600 * 1000);
    fair.now_ms = next_ms;
    for (guint i = 1; i <= fair.n_pushed; i++)
      if (fair.rides[i].begin_ms != 0 && fair.rides[i].end_ms <= fair.now_ms)
        fair_answer (&fair, i);
    if (fair.n_pushed < N_CALLS && tsm_prng_is_hit (&fair.prng, 1, 3))
      fair_push (&fair);
  }
  tsm_limiter_free (fair.limiter);
  g_queue_clear_full (&fair.sent_at_ms, g_free);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (answer_cases); i++) {
    g_autofree char *path = g_strconcat ("/limiter/answer/", answer_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_limiter_answer);
  }
  for (guint i = 0; i < G_N_ELEMENTS (breaker_cases); i++) {
    g_autofree char *path = g_strconcat ("/limiter/breaker/", breaker_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_limiter_breaker);
  }
  for (guint i = 0; i < G_N_ELEMENTS (callback_cases); i++) {
    g_autofree char *path = g_strconcat ("/limiter/callback/", callback_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_limiter_callback);
  }
  g_test_add_func ("/limiter/one-of-a-bucket-in-order", test_limiter_one_of_a_bucket_in_order);
  g_test_add_func ("/limiter/repeat-keeps-its-place", test_limiter_repeat_keeps_its_place);
  g_test_add_func ("/limiter/lost-answer-counts", test_limiter_lost_answer_counts);
  g_test_add_func ("/limiter/lanes", test_limiter_lanes);
  g_test_add_func ("/limiter/pace", test_limiter_pace);
  g_test_add_func ("/limiter/routes-become-one-bucket", test_limiter_routes_become_one_bucket);
  g_test_add_func ("/limiter/expires-what-cannot-go-in-time",
                   test_limiter_expires_what_cannot_go_in_time);
  g_test_add_func ("/limiter/withdraw", test_limiter_withdraw);
  g_test_add_func ("/limiter/drops-idle-buckets", test_limiter_drops_idle_buckets);
  g_test_add_func ("/limiter/parse-seconds", test_limiter_parse_seconds);
  for (guint seed = 1; seed <= 20; seed++) {
    g_autofree char *path = g_strdup_printf ("/limiter/random/%u", seed);

    g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_limiter_random);
  }
  return g_test_run ();
}
