/* SPDX-License-Identifier: MIT
 * tsm-message: replies and notices as the bodies that Discord takes. */
#include "discord/tsm-message.h"
#include "base/tsm-say.h"
#include "base/tsm-text.h"
#include "discord/tsm-embed.h"
#include "discord/tsm-interaction.h"
#include "discord/tsm-markup.h"
#include "engine/tsm-json.h"
#include "rules/tsm-day.h"
#include "rules/tsm-derogate.h"
#include "rules/tsm-window.h"
#include <string.h>

/* Of a button's or a menu's label, and of a menu's placeholder, in code points. */
#define MAX_LABEL       80
#define MAX_PLACEHOLDER 150

/* Kinds of answers (spec discord 9) and of components (12). */
#define ANSWER_MESSAGE   4
#define ANSWER_DEFERRAL  5
#define FLAG_EPHEMERAL   64
#define COMPONENT_ROW    1
#define COMPONENT_BUTTON 2
#define COMPONENT_MENU   3
#define BUTTON_PRIMARY   1

static void
begin_object (JsonBuilder *body, const char *name)
{
  json_builder_set_member_name (body, name);
  json_builder_begin_object (body);
}

static char *
dup_body (JsonBuilder *body)
{
  g_autoptr (JsonNode) root = tsm_json_end (body);

  return json_to_string (root, FALSE);
}

/* A short title over the sentence that says no. */
static const char *
get_refusal_title (TsmRefusal refusal)
{
  switch (refusal) {
  case TSM_REFUSAL_NONE:
    break;
  case TSM_REFUSAL_UNAVAILABLE:
    return N_ ("Not available");
  case TSM_REFUSAL_USAGE:
    return N_ ("Not understood");
  case TSM_REFUSAL_NOT_MEMBER:
    return N_ ("Wrong Discord server");
  case TSM_REFUSAL_NOT_ADMIN:
    return N_ ("For admins");
  case TSM_REFUSAL_NOT_A_USER:
    return N_ ("Not a user yet");
  case TSM_REFUSAL_NOT_HERE:
    return N_ ("Not here");
  case TSM_REFUSAL_ALREADY_HERE:
    return N_ ("Already here");
  case TSM_REFUSAL_BAD_DATE:
    return N_ ("This date does not work");
  case TSM_REFUSAL_UNKNOWN_DEROGATION:
    return N_ ("No such derogation");
  case TSM_REFUSAL_TOO_LATE:
    return N_ ("Too late");
  case TSM_REFUSAL_BAD_HOURS:
    return N_ ("These hours do not work");
  case TSM_REFUSAL_OVERLAP:
    return N_ ("You have those hours already");
  case TSM_REFUSAL_NOT_RED:
    return N_ ("Not needed");
  case TSM_REFUSAL_LAST_ADMIN:
    return N_ ("The last admin");
  case TSM_REFUSAL_NO_STATEMENT:
    return N_ ("No statement");
  }
  g_assert_not_reached ();
}

/* The reply's embed, and that it is for the caller alone. */
static void
add_reply (JsonBuilder *body, const TsmReply *reply, TsmLang lang, gboolean is_private)
{
  if (reply->refusal != TSM_REFUSAL_NONE)
    tsm_embed_add_text (body, tsm_text (lang, get_refusal_title (reply->refusal)), reply->text,
                        TSM_EMBED_GREY, TSM_INSTANT_NONE);
  else
    tsm_embed_add_card (body, reply->card, lang);
  if (is_private)
    tsm_json_add_int (body, "flags", FLAG_EPHEMERAL);
}

static gboolean
is_for_caller (const TsmReply *reply, gboolean is_private)
{
  return is_private || reply->refusal != TSM_REFUSAL_NONE;
}

char *
tsm_message_dup_answer (const TsmReply *reply, TsmLang lang, gboolean is_private)
{
  g_autoptr (JsonBuilder) body = tsm_json_begin ();

  tsm_json_add_int (body, "type", ANSWER_MESSAGE);
  begin_object (body, "data");
  add_reply (body, reply, lang, is_for_caller (reply, is_private));
  json_builder_end_object (body);
  return dup_body (body);
}

char *
tsm_message_dup_deferral (gboolean is_private)
{
  g_autoptr (JsonBuilder) body = tsm_json_begin ();

  tsm_json_add_int (body, "type", ANSWER_DEFERRAL);
  if (is_private) {
    begin_object (body, "data");
    tsm_json_add_int (body, "flags", FLAG_EPHEMERAL);
    json_builder_end_object (body);
  }
  return dup_body (body);
}

char *
tsm_message_dup_edit (const TsmReply *reply, TsmLang lang)
{
  g_autoptr (JsonBuilder) body = tsm_json_begin ();

  add_reply (body, reply, lang, FALSE);
  return dup_body (body);
}

char *
tsm_message_dup_follow_up (const TsmReply *reply, TsmLang lang, gboolean is_private)
{
  g_autoptr (JsonBuilder) body = tsm_json_begin ();

  add_reply (body, reply, lang, is_for_caller (reply, is_private));
  return dup_body (body);
}

/* What a notice is called, and its colour where no Tempo colour is meant. */
static const struct {
  const char *title;
  gint64 rgb;
} notice_kinds[] = {
  [TSM_NOTICE_COLOUR] = { N_ ("Tempo colour"), TSM_EMBED_GREY },
  [TSM_NOTICE_WARNING] = { N_ ("Power-off ahead"), TSM_EMBED_AMBER },
  [TSM_NOTICE_LATE] = { N_ ("Powered off without warning"), TSM_EMBED_AMBER },
  [TSM_NOTICE_POWER] = { N_ ("The machine"), TSM_EMBED_GREY },
  [TSM_NOTICE_PROBLEM] = { N_ ("Someone should look at this"), TSM_EMBED_AMBER },
  [TSM_NOTICE_RECOVERY] = { N_ ("Back in order"), TSM_EMBED_GREEN },
  [TSM_NOTICE_LEDGER] = { N_ ("The accounts"), TSM_EMBED_GREY },
};

static void
begin_row (JsonBuilder *body)
{
  json_builder_begin_object (body);
  tsm_json_add_int (body, "type", COMPONENT_ROW);
  tsm_json_begin_array (body, "components");
}

static void
end_row (JsonBuilder *body)
{
  json_builder_end_array (body);
  json_builder_end_object (body);
}

/* Labels are never markup: nothing to escape. */
static void
add_label (JsonBuilder *body, const char *name, const char *label, gsize max_length)
{
  g_autofree char *cut = tsm_markup_dup_cut (label, max_length);

  tsm_json_add_text (body, name, cut);
}

static void
add_button (JsonBuilder *body, const char *label, const char *custom_id)
{
  json_builder_begin_object (body);
  tsm_json_add_int (body, "type", COMPONENT_BUTTON);
  tsm_json_add_int (body, "style", BUTTON_PRIMARY);
  add_label (body, "label", label, MAX_LABEL);
  tsm_json_add_text (body, "custom_id", custom_id);
  json_builder_end_object (body);
}

/* What else than the default someone may want of a red day and its nights. */
static const struct {
  const char *label; /* message id with its two hours */
  gboolean is_day_before;
  guint start_hour, end_hour;
} spans[] = {
  { N_ ("the night before, from %s to %s"), TRUE, 22, 6 },
  { N_ ("that day, from %s to %s"), FALSE, 6, 12 },
  { N_ ("that day, from %s to %s"), FALSE, 12, 18 },
  { N_ ("that day, from %s to %s"), FALSE, 18, 22 },
  { N_ ("that day, from %s to %s"), FALSE, 6, 22 },
  { N_ ("the night after, from %s to %s"), FALSE, 22, 6 },
};

static void
add_span (JsonBuilder *body, TsmLang lang, guint i)
{
  const guint start_minute = spans[i].start_hour * 60;
  const guint end_minute = spans[i].end_hour * 60;
  g_autofree char *value =
      tsm_interaction_dup_hours_value (spans[i].is_day_before, start_minute, end_minute);
  g_autofree char *start = g_strdup_printf ("%02u:00", spans[i].start_hour);
  g_autofree char *end = g_strdup_printf ("%02u:00", spans[i].end_hour);
  g_autofree char *said =
      tsm_say (lang, NULL, spans[i].label, TSM_SAY_TEXT (start), TSM_SAY_TEXT (end));
  g_autofree char *label = tsm_markup_dup_capitalized (said);

  json_builder_begin_object (body);
  add_label (body, "label", label, MAX_LABEL);
  tsm_json_add_text (body, "value", value);
  json_builder_end_object (body);
}

/* Some of its hours are to come, and in the red window: the engine would take it. */
static gboolean
is_span_offered (const TsmNotice *notice, guint i, GTimeZone *zone)
{
  const TsmDay first = notice->offer_day - (spans[i].is_day_before ? 1 : 0);
  const TsmDay last = spans[i].end_hour > spans[i].start_hour ? first : first + 1;
  const TsmSpan window = { .begin = MAX (notice->offer_window_begin, notice->at),
                           .end = notice->offer_window_end };
  const TsmSpan span = { .begin = tsm_day_get_local_instant (first, spans[i].start_hour * 60, zone),
                         .end = tsm_day_get_local_instant (last, spans[i].end_hour * 60, zone) };

  return tsm_span_overlaps (span, window);
}

static guint
count_spans (const TsmNotice *notice, GTimeZone *zone)
{
  guint n_spans = 0;

  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    n_spans += is_span_offered (notice, i, zone) ? 1 : 0;
  return n_spans;
}

static void
add_menu (JsonBuilder *body, const TsmNotice *notice, TsmLang lang, GTimeZone *zone)
{
  g_autofree char *custom_id = tsm_interaction_dup_hours_id (notice->offer_day);
  g_autofree char *placeholder =
      tsm_say (lang, NULL, N_ ("Other hours around %s"), TSM_SAY_DAY (notice->offer_day));

  json_builder_begin_object (body);
  tsm_json_add_int (body, "type", COMPONENT_MENU);
  tsm_json_add_text (body, "custom_id", custom_id);
  add_label (body, "placeholder", placeholder, MAX_PLACEHOLDER);
  tsm_json_begin_array (body, "options");
  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    if (is_span_offered (notice, i, zone))
      add_span (body, lang, i);
  json_builder_end_array (body);
  json_builder_end_object (body);
}

/* A button for the hours that a derogation of tomorrow has by itself, seen from the day before. On
 * any other day it cannot be called tomorrow, and once it has begun it begins now. */
static void
add_keep (JsonBuilder *body, const TsmNotice *notice, TsmLang lang, GTimeZone *zone)
{
  const gint64 noon_before = tsm_day_get_local_instant (notice->offer_day - 1, 12 * 60, zone);
  const gboolean is_eve = tsm_day_get_civil (notice->at, zone, NULL) == notice->offer_day - 1;
  g_autofree char *custom_id = tsm_interaction_dup_keep_id (notice->offer_day);
  g_autofree char *label = NULL;
  TsmSpan span;

  if (!tsm_derogate_get_span (TRUE, TSM_DEROGATE_NO_HOUR, TSM_DEROGATE_NO_HOUR, noon_before, zone,
                              &span))
    g_assert_not_reached ();
  if (notice->at > span.begin)
    label = g_strdup (tsm_text (lang, N_ ("Keep it on for me, for 12 hours")));
  else
    label = tsm_say (lang, zone,
                     is_eve ? N_ ("Keep it on tomorrow, from %s to %s")
                            : N_ ("Keep it on for me, from %s to %s"),
                     TSM_SAY_TIME (span.begin), TSM_SAY_TIME (span.end));
  begin_row (body);
  add_button (body, label, custom_id);
  end_row (body);
  /* A menu of nothing would be refused. */
  if (count_spans (notice, zone) == 0)
    return;
  begin_row (body);
  add_menu (body, notice, lang, zone);
  end_row (body);
}

static void
add_need (JsonBuilder *body, const TsmNotice *notice, TsmLang lang)
{
  g_autofree char *custom_id = tsm_interaction_dup_need_id (notice->offer_until);

  begin_row (body);
  add_button (body, tsm_text (lang, N_ ("I need it, for 12 hours")), custom_id);
  end_row (body);
}

static void
add_offer (JsonBuilder *body, const TsmNotice *notice, TsmLang lang, GTimeZone *zone)
{
  if (notice->offer == TSM_OFFER_NONE)
    return;
  tsm_json_begin_array (body, "components");
  switch (notice->offer) {
  case TSM_OFFER_NONE:
    break;
  case TSM_OFFER_KEEP_ON:
    add_keep (body, notice, lang, zone);
    break;
  case TSM_OFFER_NEED_IT:
    add_need (body, notice, lang);
    break;
  }
  json_builder_end_array (body);
}

char *
tsm_message_dup_notice (const TsmNotice *notice, TsmLang lang, GTimeZone *zone, const char *nonce)
{
  g_autoptr (JsonBuilder) body = tsm_json_begin ();

  g_assert (*nonce != '\0' && strlen (nonce) <= TSM_MESSAGE_MAX_NONCE);
  tsm_embed_add_text (body, tsm_text (lang, notice_kinds[notice->kind].title), notice->text[lang],
                      tsm_embed_get_rgb (notice->colour, notice_kinds[notice->kind].rgb),
                      notice->at);
  add_offer (body, notice, lang, zone);
  tsm_json_add_text (body, "nonce", nonce);
  tsm_json_add_boolean (body, "enforce_nonce", TRUE);
  return dup_body (body);
}
