/* SPDX-License-Identifier: MIT
 * tsm-demo-play: what the demo shows. */
#include "cli/tsm-demo-play.h"
#include "base/tsm-format.h"
#include "base/tsm-say.h"
#include "base/tsm-text.h"
#include "cli/tsm-demo-cast.h"
#include "engine/tsm-command.h"
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include "rules/tsm-schedule.h"
#include <string.h>

/* The first reading is in, the past days have their colours and the friends their shares. */
#define SETTLE_S 10
/* The reading of 06:00 and 22:00 is in. */
#define REPORT_DELAY_S 5
#define SCENE_MIN      (20 * 60 + 15)
#define DAY_MIN        (6 * 60)
#define NIGHT_MIN      (22 * 60)

#define WHOLE_SERVER ((gint64) -1)

/* The hours of a red day that its friend takes on the eve, the first friend of the first red day
 * and so on in turn: no more than there are friends. */
static const char *const scenes[] = { "8 10", "18 21", "14 17" };

typedef struct {
  char *id;
  gint64 user_id;
  gint64 begin;
  gint64 end;
  gboolean has_begun; /* and was shown to */
} Derogation;

typedef struct {
  gint64 energy_wh;
  gint64 cost_neur;
  gint64 unpriced_wh;
} Total;

struct _TsmDemoPlay {
  TsmLang lang;
  GTimeZone *zone;
  TsmDemoScreen *screen;
  TsmSimulation *simulation;
  gint64 begin;
  gint64 day_at, night_at, scene_at; /* the next ones */
  guint n_scenes;
  GArray *callers;     /* of gint64: whose derogations are followed */
  GArray *derogations; /* of Derogation, not over */
  GPtrArray *ids;      /* of theirs, borrowed */
  GHashTable *started; /* what each, and WHOLE_SERVER, had used when the demo began: id to Total */
};

static void
derogation_clear (Derogation *derogation)
{
  g_free (derogation->id);
}

#define say(self, at, mark, ...)                                                \
  G_STMT_START                                                                  \
  {                                                                             \
    g_autofree char *said_ = tsm_say ((self)->lang, (self)->zone, __VA_ARGS__); \
    tsm_demo_screen_say ((self)->screen, at, mark, said_);                      \
  }                                                                             \
  G_STMT_END

static TsmDemoMark
get_colour_mark (TsmColour colour)
{
  switch (colour) {
  case TSM_COLOUR_BLUE:
    return TSM_DEMO_MARK_BLUE;
  case TSM_COLOUR_WHITE:
    return TSM_DEMO_MARK_WHITE;
  case TSM_COLOUR_RED:
    return TSM_DEMO_MARK_RED;
  case TSM_COLOUR_UNKNOWN:
    return TSM_DEMO_MARK_LEDGER;
  }
  g_assert_not_reached ();
}

static TsmDemoMark
get_mark (const TsmNotice *notice)
{
  switch (notice->kind) {
  case TSM_NOTICE_COLOUR:
    return get_colour_mark (notice->colour);
  case TSM_NOTICE_WARNING:
  case TSM_NOTICE_LATE:
    return TSM_DEMO_MARK_WARNING;
  case TSM_NOTICE_POWER:
    return TSM_DEMO_MARK_POWER;
  case TSM_NOTICE_PROBLEM:
    return TSM_DEMO_MARK_PROBLEM;
  case TSM_NOTICE_RECOVERY:
    return TSM_DEMO_MARK_RECOVERY;
  case TSM_NOTICE_LEDGER:
    return TSM_DEMO_MARK_LEDGER;
  }
  g_assert_not_reached ();
}

static void
hear_notice (const TsmNotice *notice, gpointer data)
{
  TsmDemoPlay *self = data;
  g_autofree char *text = tsm_demo_cast_dup_named (notice->text[self->lang]);

  if (notice->kind == TSM_NOTICE_COLOUR)
    tsm_demo_screen_set_colour (self->screen, notice->day, notice->colour);
  tsm_demo_screen_say (self->screen, notice->at, get_mark (notice), text);
}

/* What the machine does, as someone beside it would see. */
static const struct {
  TsmDemoMark mark;
  const char *msgid;
} host_lines[] = {
  [TSM_HOST_OFF] = { TSM_DEMO_MARK_HOST_OFF, N_ ("the machine has stopped, it draws %s") },
  [TSM_HOST_BOOTING] = { TSM_DEMO_MARK_HOST_MID, N_ ("the machine boots, it draws %s") },
  [TSM_HOST_ON] = { TSM_DEMO_MARK_HOST_ON, N_ ("the machine is up, it draws %s") },
  [TSM_HOST_STOPPING] = { TSM_DEMO_MARK_HOST_MID, N_ ("the machine shuts down, it draws %s") },
};

static void
hear_host (TsmHostState host, gint64 at, gpointer data)
{
  TsmDemoPlay *self = data;

  say (self, at, host_lines[host].mark, host_lines[host].msgid,
       TSM_SAY_POWER (tsm_demo_play_get_power_w (self)));
}

/* Asks without showing. */
static TsmReply *
ask (TsmDemoPlay *self, const char *line, gint64 caller_id, GError **error)
{
  TsmRequest *request = tsm_request_new_from_line (line, caller_id, self->lang, error);

  return request != NULL ? tsm_simulation_ask (self->simulation, request, error) : NULL;
}

/* The first period named @which of a state reply: zeros in a refusal. */
static Total
get_total (const TsmReply *reply, const char *which)
{
  JsonArray *periods;

  if (reply->refusal != TSM_REFUSAL_NONE)
    return (Total){ 0 };
  periods = json_object_get_array_member (json_node_get_object (reply->data), "periods");
  for (guint i = 0; i < json_array_get_length (periods); i++) {
    JsonObject *period = json_array_get_object_element (periods, i);

    if (g_str_equal (json_object_get_string_member (period, "period"), which))
      /* -1 stands for a plug that was down all the time, which the simulated one never is. */
      return (Total){ .energy_wh = MAX (json_object_get_int_member (period, "wh"), 0),
                      .cost_neur = json_object_get_int_member (period, "cost_neur"),
                      .unpriced_wh = json_object_get_int_member (period, "unpriced_wh") };
  }
  return (Total){ 0 };
}

static gboolean
ask_total (TsmDemoPlay *self, gint64 user_id, const char *which, Total *ret_total, GError **error)
{
  g_autofree char *line =
      user_id == WHOLE_SERVER
          ? g_strdup_printf ("get_total_state %s", which)
          : g_strdup_printf ("get_state %" G_GINT64_FORMAT " %s", user_id, which);
  g_autoptr (TsmReply) reply = ask (self, line, TSM_CALLER_SHELL, error);

  if (reply == NULL)
    return FALSE;
  *ret_total = get_total (reply, which);
  return TRUE;
}

/* The friends arrived before the demo began; it has a past to share. */
static gboolean
greet_friends (TsmDemoPlay *self, TsmDay start_day, GError **error)
{
  const TsmDay today = tsm_day_at (self->begin, self->zone);

  for (const TsmDemoFriend *friend = tsm_demo_cast_get (); friend->name != NULL; friend ++) {
    g_autofree char *day =
        tsm_day_dup_string (MAX (start_day, today - (TsmDay) friend->arrived_before));
    g_autofree char *line = g_strdup_printf ("hello_you %" G_GINT64_FORMAT " %s", friend->id, day);
    g_autoptr (TsmReply) reply = ask (self, line, TSM_CALLER_SHELL, error);

    if (reply == NULL)
      return FALSE;
    g_array_append_val (self->callers, friend->id);
  }
  return TRUE;
}

static gboolean
remember_start (TsmDemoPlay *self, gint64 user_id, GError **error)
{
  Total total;

  if (!ask_total (self, user_id, "global", &total, error))
    return FALSE;
  g_hash_table_replace (self->started, g_memdup2 (&user_id, sizeof user_id),
                        g_memdup2 (&total, sizeof total));
  return TRUE;
}

static void
say_opening (TsmDemoPlay *self)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (const TsmDemoFriend *friend = tsm_demo_cast_get (); friend->name != NULL; friend ++)
    g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", friend->name);
  say (self, tsm_simulation_get_now (self->simulation), TSM_DEMO_MARK_HOST_ON,
       N_ ("the server is on and draws %s; %s share it"),
       TSM_SAY_POWER (tsm_demo_play_get_power_w (self)), TSM_SAY_TEXT (names->str));
}

static void
plan_agenda (TsmDemoPlay *self)
{
  const gint64 now = tsm_simulation_get_now (self->simulation);

  self->day_at = tsm_schedule_get_next (DAY_MIN, now, self->zone);
  self->night_at = tsm_schedule_get_next (NIGHT_MIN, now, self->zone);
  self->scene_at = tsm_schedule_get_next (SCENE_MIN, now, self->zone);
}

static gboolean
begin (TsmDemoPlay *self, guint64 seed, GError **error)
{
  const TsmDay today = tsm_day_at (self->begin, self->zone);
  const TsmDay month = tsm_day_get_month_begin (today);
  const TsmSimulationHooks hooks = { .on_notice = hear_notice, .on_host = hear_host, .data = self };
  const TsmSimulationConfig config = {
    .begin = self->begin,
    .seed = seed,
    .engine = { .server_name = "server",
                .zone = self->zone,
                .start_day = tsm_day_get_month_begin (month - 1),
                .policy = TSM_POLICY_EVENING,
                .unknown_is_off = TRUE,
                .poll_s = 60,
                .has_host = TRUE,
                .boot_timeout_s = 300,
                .off_below_w = 10,
                .has_couleur = TRUE,
                .has_rte = TRUE },
  };

  /* Published yesterday: the first rule can show it before TSM has asked. */
  tsm_demo_screen_set_colour (self->screen, today, tsm_calendar_get_colour (today));
  self->simulation = tsm_simulation_new (&config, &hooks, error);
  if (self->simulation == NULL ||
      !tsm_simulation_run_until (self->simulation, self->begin + SETTLE_S, error) ||
      !greet_friends (self, config.engine.start_day, error) ||
      !remember_start (self, WHOLE_SERVER, error))
    return FALSE;
  for (guint i = 0; i < self->callers->len; i++)
    if (!remember_start (self, g_array_index (self->callers, gint64, i), error))
      return FALSE;
  plan_agenda (self);
  say_opening (self);
  return TRUE;
}

TsmDemoPlay *
tsm_demo_play_new (const TsmDemoPlayConfig *config, GError **error)
{
  g_autoptr (TsmDemoPlay) self = g_new0 (TsmDemoPlay, 1);

  self->lang = config->lang;
  self->zone = g_time_zone_ref (config->zone);
  self->screen = config->screen;
  self->begin = config->begin;
  self->callers = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->derogations = g_array_new (FALSE, FALSE, sizeof (Derogation));
  g_array_set_clear_func (self->derogations, (GDestroyNotify) derogation_clear);
  self->ids = g_ptr_array_new ();
  self->started = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  if (!begin (self, config->seed, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
tsm_demo_play_free (TsmDemoPlay *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->simulation, tsm_simulation_free);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  g_ptr_array_unref (self->ids);
  g_array_unref (self->derogations);
  g_array_unref (self->callers);
  g_hash_table_unref (self->started);
  g_free (self);
}

gint64
tsm_demo_play_get_now (const TsmDemoPlay *self)
{
  return tsm_simulation_get_now (self->simulation);
}

TsmHostState
tsm_demo_play_get_host (const TsmDemoPlay *self)
{
  return tsm_world_get_host (tsm_simulation_peek_world (self->simulation));
}

gint64
tsm_demo_play_get_power_w (const TsmDemoPlay *self)
{
  return tsm_world_get_power_w (tsm_simulation_peek_world (self->simulation));
}

const GPtrArray *
tsm_demo_play_peek_derogations (const TsmDemoPlay *self)
{
  return self->ids;
}

static void
say_begins (TsmDemoPlay *self, Derogation *derogation, gint64 at)
{
  g_autofree char *name = tsm_demo_cast_dup_name (derogation->user_id);

  derogation->has_begun = TRUE;
  say (self, at, TSM_DEMO_MARK_DEROGATION, N_ ("%s's derogation %s begins, until %s."),
       TSM_SAY_TEXT (name), TSM_SAY_TEXT (derogation->id), TSM_SAY_TIME (derogation->end));
}

static void
say_ends (TsmDemoPlay *self, const Derogation *derogation, gint64 at)
{
  g_autofree char *name = tsm_demo_cast_dup_name (derogation->user_id);

  say (self, at, TSM_DEMO_MARK_DEROGATION, N_ ("%s's derogation %s ends."), TSM_SAY_TEXT (name),
       TSM_SAY_TEXT (derogation->id));
}

static Derogation *
find_derogation (GArray *derogations, const char *id)
{
  for (guint i = 0; i < derogations->len; i++) {
    Derogation *derogation = &g_array_index (derogations, Derogation, i);

    if (g_str_equal (derogation->id, id))
      return derogation;
  }
  return NULL;
}

/* Appends what @user_id has; nothing for who has never had a stay. */
static gboolean
list_derogations (TsmDemoPlay *self, gint64 user_id, GArray *derogations, GError **error)
{
  g_autoptr (TsmReply) reply = ask (self, "get_my_current_derogations", user_id, error);
  JsonArray *listed;

  if (reply == NULL)
    return FALSE;
  if (reply->refusal != TSM_REFUSAL_NONE)
    return TRUE;
  listed = json_object_get_array_member (json_node_get_object (reply->data), "derogations");
  for (guint i = 0; i < json_array_get_length (listed); i++) {
    JsonObject *object = json_array_get_object_element (listed, i);
    const char *id = json_object_get_string_member (object, "id");
    const Derogation *known = find_derogation (self->derogations, id);
    const Derogation derogation = { .id = g_strdup (id),
                                    .user_id = user_id,
                                    .begin = json_object_get_int_member (object, "begin"),
                                    .end = json_object_get_int_member (object, "end"),
                                    .has_begun = known != NULL && known->has_begun };

    g_array_append_val (derogations, derogation);
  }
  return TRUE;
}

/* After a command: what began or ended by it is shown, the rest is kept for its edges. */
static gboolean
follow_derogations (TsmDemoPlay *self, GError **error)
{
  const gint64 now = tsm_simulation_get_now (self->simulation);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Derogation));
  GArray *before = self->derogations;

  g_array_set_clear_func (found, (GDestroyNotify) derogation_clear);
  for (guint i = 0; i < self->callers->len; i++)
    if (!list_derogations (self, g_array_index (self->callers, gint64, i), found, error))
      return FALSE;
  for (guint i = 0; i < before->len; i++) {
    const Derogation *derogation = &g_array_index (before, Derogation, i);

    if (derogation->has_begun && find_derogation (found, derogation->id) == NULL)
      say_ends (self, derogation, now);
  }
  self->derogations = g_steal_pointer (&found);
  g_array_unref (before);
  g_ptr_array_set_size (self->ids, 0);
  for (guint i = 0; i < self->derogations->len; i++) {
    Derogation *derogation = &g_array_index (self->derogations, Derogation, i);

    g_ptr_array_add (self->ids, derogation->id);
    if (derogation->begin <= now && !derogation->has_begun)
      say_begins (self, derogation, now);
  }
  return TRUE;
}

/* An edge is shown just before what TSM does about it. */
static gint64
get_next_edge (const TsmDemoPlay *self)
{
  gint64 edge = G_MAXINT64;

  for (guint i = 0; i < self->derogations->len; i++) {
    const Derogation *derogation = &g_array_index (self->derogations, Derogation, i);

    edge = MIN (edge, (derogation->has_begun ? derogation->end : derogation->begin) - 1);
  }
  return edge;
}

static void
show_edges (TsmDemoPlay *self, gint64 at)
{
  for (guint i = 0; i < self->derogations->len;) {
    Derogation *derogation = &g_array_index (self->derogations, Derogation, i);

    if (!derogation->has_begun && derogation->begin <= at)
      say_begins (self, derogation, derogation->begin);
    if (derogation->end > at) {
      i++;
      continue;
    }
    say_ends (self, derogation, derogation->end);
    g_ptr_array_remove (self->ids, derogation->id);
    g_array_remove_index (self->derogations, i);
  }
}

/* ": otter €0.12, heron €0.12" */
static gboolean
append_shares (TsmDemoPlay *self, GString *text, const char *which, GError **error)
{
  const char *before = " · ";

  for (guint i = 0; i < self->callers->len; i++) {
    const gint64 user_id = g_array_index (self->callers, gint64, i);
    g_autofree char *name = tsm_demo_cast_dup_name (user_id);
    g_autofree char *cost = NULL;
    Total total;

    if (!ask_total (self, user_id, which, &total, error))
      return FALSE;
    if (total.energy_wh == 0)
      continue;
    cost = tsm_format_dup_money (self->lang, total.cost_neur);
    g_string_append_printf (text, "%s%s %s", before, name, cost);
    before = ", ";
  }
  return TRUE;
}

static gboolean
report (TsmDemoPlay *self, gint64 at, const char *which, GError **error)
{
  const gboolean is_over = g_str_equal (which, "yesterday");
  const TsmDay day = tsm_day_at (at, self->zone) - (is_over ? 1 : 0);
  g_autofree char *title =
      tsm_format_dup_tempo_day (self->lang, day, tsm_demo_screen_get_colour (self->screen, day));
  g_autofree char *said = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  Total total;

  if (!ask_total (self, WHOLE_SERVER, which, &total, error))
    return FALSE;
  said =
      tsm_say (self->lang, self->zone,
               is_over ? N_ ("%s: %s, %s in all") : N_ ("%s: %s, %s so far"), TSM_SAY_TEXT (title),
               TSM_SAY_ENERGY (total.energy_wh), TSM_SAY_MONEY (total.cost_neur));
  g_string_append (text, said);
  if (!append_shares (self, text, which, error))
    return FALSE;
  tsm_demo_screen_say (self->screen, at, TSM_DEMO_MARK_COST, text->str);
  return TRUE;
}

/* On the eve of a red day one of the friends wants a few hours of it. */
static gboolean
play_scene (TsmDemoPlay *self, GError **error)
{
  const gint64 now = tsm_simulation_get_now (self->simulation);
  const TsmDay tomorrow = tsm_day_get_civil (now, self->zone, NULL) + 1;
  const TsmDemoFriend *friend = tsm_demo_cast_get ();
  g_autofree char *line = NULL;
  g_autofree char *said = NULL;

  if (tsm_demo_screen_get_colour (self->screen, tomorrow) != TSM_COLOUR_RED)
    return TRUE;
  friend += self->n_scenes % G_N_ELEMENTS (scenes);
  line = g_strdup_printf ("/set_derogation tomorrow %s",
                          scenes[self->n_scenes % G_N_ELEMENTS (scenes)]);
  self->n_scenes++;
  said = g_strdup_printf ("%s %s", friend->name, line);
  tsm_demo_screen_say (self->screen, now, TSM_DEMO_MARK_COMMAND, said);
  return tsm_demo_play_command (self, line, friend->id, error);
}

/* What is due at now. */
static gboolean
act (TsmDemoPlay *self, GError **error)
{
  const gint64 now = tsm_simulation_get_now (self->simulation);

  show_edges (self, now + 1);
  if (now >= self->scene_at) {
    self->scene_at = tsm_schedule_get_next (SCENE_MIN, now, self->zone);
    if (!play_scene (self, error))
      return FALSE;
  }
  if (now >= self->day_at + REPORT_DELAY_S) {
    self->day_at = tsm_schedule_get_next (DAY_MIN, now, self->zone);
    if (!report (self, now, "yesterday", error))
      return FALSE;
  }
  if (now >= self->night_at + REPORT_DELAY_S) {
    self->night_at = tsm_schedule_get_next (NIGHT_MIN, now, self->zone);
    if (!report (self, now, "day", error))
      return FALSE;
  }
  return TRUE;
}

static gint64
get_agenda_at (const TsmDemoPlay *self)
{
  const gint64 report_at = MIN (self->day_at, self->night_at) + REPORT_DELAY_S;

  return MAX (MIN (MIN (report_at, self->scene_at), get_next_edge (self)),
              tsm_simulation_get_now (self->simulation));
}

gint64
tsm_demo_play_get_next_at (const TsmDemoPlay *self)
{
  return MIN (get_agenda_at (self), tsm_simulation_get_next_at (self->simulation));
}

gboolean
tsm_demo_play_run_until (TsmDemoPlay *self, gint64 at, GError **error)
{
  for (gint64 next; (next = get_agenda_at (self)) <= at;)
    if (!tsm_simulation_run_until (self->simulation, next, error) || !act (self, error))
      return FALSE;
  return tsm_simulation_run_until (self->simulation, at, error);
}

/* Friends are typed by name. */
static void
name_users (TsmRequest *request, const TsmCommandSpec *spec)
{
  for (guint i = 0; spec != NULL && spec->options[i].name != NULL; i++) {
    const TsmOptionSpec *option = &spec->options[i];
    const char *value = tsm_request_peek (request, option->name);
    gint64 user_id;

    if (option->kind == TSM_OPTION_USER && value != NULL && tsm_demo_cast_find (value, &user_id) &&
        user_id != TSM_CALLER_SHELL) {
      g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, user_id);

      tsm_request_set (request, option->name, id);
    }
  }
}

static void
follow_caller (TsmDemoPlay *self, gint64 user_id)
{
  for (guint i = 0; i < self->callers->len; i++)
    if (g_array_index (self->callers, gint64, i) == user_id)
      return;
  if (user_id != TSM_CALLER_SHELL)
    g_array_append_val (self->callers, user_id);
}

/* Says why @line cannot be read. */
static void
refuse_line (TsmDemoPlay *self, const char *line)
{
  const gint64 now = tsm_simulation_get_now (self->simulation);
  g_auto (GStrv) words = g_strsplit (line, " ", 2);
  const char *name = words[0][0] == '/' ? words[0] + 1 : words[0];

  if (tsm_command_find (name) == NULL)
    say (self, now, TSM_DEMO_MARK_REFUSAL, N_ ("There is no command \"%s\"; help lists them."),
         TSM_SAY_TEXT (name));
  else
    say (self, now, TSM_DEMO_MARK_REFUSAL,
         N_ ("%s cannot be read: there is a word too many, or a quote is left open."),
         TSM_SAY_TEXT (name));
}

gboolean
tsm_demo_play_command (TsmDemoPlay *self, const char *line, gint64 caller_id, GError **error)
{
  const gint64 now = tsm_simulation_get_now (self->simulation);
  TsmRequest *request = tsm_request_new_from_line (line, caller_id, self->lang, NULL);
  const TsmCommandSpec *spec;
  g_autoptr (TsmReply) reply = NULL;
  g_autofree char *text = NULL;

  if (request == NULL) {
    refuse_line (self, line);
    return TRUE;
  }
  spec = tsm_command_find (request->command);
  if (spec != NULL && caller_id == TSM_CALLER_SHELL && !spec->is_open_to_shell &&
      (spec->who == TSM_WHO_USER || spec->who == TSM_WHO_PRESENT)) {
    tsm_request_free (request);
    say (self, now, TSM_DEMO_MARK_REFUSAL,
         N_ ("%s is about yourself: say who you are first, for instance \"as otter\"."),
         TSM_SAY_TEXT (spec->name));
    return TRUE;
  }
  name_users (request, spec);
  reply = tsm_simulation_ask (self->simulation, request, error);
  if (reply == NULL)
    return FALSE;
  text = tsm_demo_cast_dup_named (reply->text);
  tsm_demo_screen_say (self->screen, now,
                       reply->refusal == TSM_REFUSAL_NONE ? TSM_DEMO_MARK_REPLY
                                                          : TSM_DEMO_MARK_REFUSAL,
                       text);
  follow_caller (self, caller_id);
  return follow_derogations (self, error);
}

/* Cells of a table: the first to the left, the others to the right. */
static void
say_row (TsmDemoPlay *self, const char *const *cells)
{
  static const glong widths[] = { 12, 14, 12, 22 };
  g_autoptr (GString) row = g_string_new ("  ");

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++) {
    const int n_blanks = (int) MAX (widths[i] - g_utf8_strlen (cells[i], -1), 0);

    if (i == 0)
      g_string_append_printf (row, "%s%*s", cells[i], n_blanks, "");
    else
      g_string_append_printf (row, "%*s%s", n_blanks, "", cells[i]);
  }
  tsm_demo_screen_say_plain (self->screen, g_strchomp (row->str));
}

static void
say_total (TsmDemoPlay *self, const char *name, const Total *total, const char *derogations)
{
  g_autofree char *energy = tsm_format_dup_energy (self->lang, total->energy_wh);
  g_autofree char *cost = tsm_format_dup_money (self->lang, total->cost_neur);
  const char *const cells[] = { name, energy, cost, derogations };

  say_row (self, cells);
}

/* What @user_id used since the demo began. */
static gboolean
ask_since (TsmDemoPlay *self, gint64 user_id, Total *ret_total, GError **error)
{
  const Total *started = g_hash_table_lookup (self->started, &user_id);

  if (!ask_total (self, user_id, "global", ret_total, error))
    return FALSE;
  if (started == NULL)
    return TRUE;
  ret_total->energy_wh -= started->energy_wh;
  ret_total->cost_neur -= started->cost_neur;
  return TRUE;
}

/* A user's line, taken off @rest. */
static gboolean
say_user (TsmDemoPlay *self, gint64 user_id, Total *rest, GError **error)
{
  g_autofree char *name = tsm_demo_cast_dup_name (user_id);
  g_autofree char *derogations = NULL;
  Total total, taken;

  if (!ask_since (self, user_id, &total, error) ||
      !ask_total (self, user_id, "derogations_total", &taken, error))
    return FALSE;
  rest->energy_wh -= total.energy_wh;
  rest->cost_neur -= total.cost_neur;
  if (total.energy_wh == 0)
    return TRUE;
  derogations =
      taken.energy_wh > 0 ? tsm_format_dup_money (self->lang, taken.cost_neur) : g_strdup ("");
  say_total (self, name, &total, derogations);
  return TRUE;
}

gboolean
tsm_demo_play_say_summary (TsmDemoPlay *self, GError **error)
{
  const gint64 now = tsm_simulation_get_now (self->simulation);
  g_autofree char *title =
      tsm_say (self->lang, self->zone, N_ ("From %s to %s, %s"), TSM_SAY_INSTANT (self->begin),
               TSM_SAY_INSTANT (now), TSM_SAY_DURATION (now - self->begin));
  const char *const head[] = { "", tsm_text (self->lang, N_ ("energy")),
                               tsm_text (self->lang, N_ ("cost")),
                               tsm_text (self->lang, N_ ("for derogations")) };
  Total server, rest;

  if (!ask_since (self, WHOLE_SERVER, &server, error))
    return FALSE;
  rest = server;
  tsm_demo_screen_say_plain (self->screen, "");
  tsm_demo_screen_say_title (self->screen, title);
  say_row (self, head);
  for (guint i = 0; i < self->callers->len; i++)
    if (!say_user (self, g_array_index (self->callers, gint64, i), &rest, error))
      return FALSE;
  if (rest.energy_wh > 0)
    say_total (self, tsm_text (self->lang, N_ ("the house")), &rest, "");
  say_total (self, tsm_text (self->lang, N_ ("the server")), &server, "");
  return TRUE;
}
