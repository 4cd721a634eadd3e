/* SPDX-License-Identifier: MIT
 * tsm-suggestion: what may be typed for an option. */
#include "discord/tsm-suggestion.h"
#include "discord/tsm-markup.h"
#include "engine/tsm-json.h"
#include "rules/tsm-day.h"
#include "rules/tsm-derogate.h"
#include <string.h>

/* Spec discord 7 and 9. */
#define ANSWER_CHOICES 8
#define MAX_CHOICES    25
#define MAX_CHOICE     100

#define DAY_MIN (24 * 60)
/* The finest step that is suggested. */
#define QUARTER_MIN 15

static JsonBuilder *
begin_choices (void)
{
  JsonBuilder *body = tsm_json_begin ();

  tsm_json_add_int (body, "type", ANSWER_CHOICES);
  json_builder_set_member_name (body, "data");
  json_builder_begin_object (body);
  tsm_json_begin_array (body, "choices");
  return body;
}

static void
add_choice (JsonBuilder *body, const char *name, const char *value)
{
  g_autofree char *cut = tsm_markup_dup_cut (name, MAX_CHOICE);

  json_builder_begin_object (body);
  tsm_json_add_text (body, "name", cut);
  tsm_json_add_text (body, "value", value);
  json_builder_end_object (body);
}

static char *
dup_choices (JsonBuilder *body)
{
  g_autoptr (JsonNode) root = NULL;

  json_builder_end_array (body);
  json_builder_end_object (body);
  root = tsm_json_end (body);
  return json_to_string (root, FALSE);
}

static char *
dup_hour (guint minute)
{
  return g_strdup_printf ("%02u:%02u", minute / 60, minute % 60);
}

/* Does an hour begin like @typed, which has ":" for an "h"? "6" may be meant for 06:00. */
static gboolean
begins_like (guint minute, const char *typed)
{
  g_autofree char *hour = dup_hour (minute);

  return g_str_has_prefix (hour, typed) || (hour[0] == '0' && g_str_has_prefix (hour + 1, typed));
}

static guint
count_hours (const char *typed, guint step)
{
  guint n = 0;

  for (guint minute = 0; minute < DAY_MIN; minute += step)
    n += begins_like (minute, typed) ? 1 : 0;
  return n;
}

/* "14h3" as "14:3". */
static char *
dup_normalized (const char *typed)
{
  g_autofree char *lower = g_ascii_strdown (typed, -1);

  return g_strdelimit (g_strstrip (g_steal_pointer (&lower)), "h", ':');
}

char *
tsm_suggestion_dup_hours (const char *typed)
{
  static const guint steps[] = { QUARTER_MIN, 30, 60 };
  g_autoptr (JsonBuilder) body = begin_choices ();
  g_autofree char *begin = dup_normalized (typed);
  guint exact, step = 60;

  for (guint i = 0; *begin != '\0' && i < G_N_ELEMENTS (steps); i++)
    if (count_hours (begin, steps[i]) <= MAX_CHOICES) {
      step = steps[i];
      break;
    }
  /* A whole hour like "14:37" is right, though none of the round ones. */
  if (tsm_derogate_parse_hour (begin, &exact) && exact % step != 0) {
    g_autofree char *hour = dup_hour (exact);

    add_choice (body, hour, hour);
  }
  for (guint i = 0; i < DAY_MIN; i += step) {
    const guint minute = (TSM_DAY_BEGIN_MIN + i) % DAY_MIN;
    g_autofree char *hour = dup_hour (minute);

    if (begins_like (minute, begin))
      add_choice (body, hour, hour);
  }
  return dup_choices (body);
}

/* Does "D17" begin like "d1", or like "1"? */
static gboolean
is_like (const char *id, const char *typed)
{
  return g_ascii_strncasecmp (id, typed, strlen (typed)) == 0 || g_str_has_prefix (id + 1, typed);
}

/* A row of the reply's list: its id, its hours, its state. */
static void
add_derogation (JsonBuilder *body, const TsmTable *table, guint row)
{
  g_autoptr (GString) name = g_string_new (tsm_table_peek_cell (table, row, 0));

  for (guint column = 1; column < tsm_table_get_width (table); column++) {
    const char *cell = tsm_table_peek_cell (table, row, column);

    if (cell != NULL)
      g_string_append_printf (name, " · %s", cell);
  }
  add_choice (body, name->str, tsm_table_peek_cell (table, row, 0));
}

char *
tsm_suggestion_dup_derogations (const TsmReply *reply, const char *typed)
{
  g_autoptr (JsonBuilder) body = begin_choices ();
  g_autofree char *begin = g_strstrip (g_strdup (typed));
  const gboolean has_card = reply != NULL && reply->card != NULL;
  const TsmTable *table =
      has_card && reply->card->tables->len > 0 ? g_ptr_array_index (reply->card->tables, 0) : NULL;
  const guint n_rows = table != NULL ? tsm_table_get_n_rows (table) : 0;
  guint n = 0;

  for (guint row = 0; row < n_rows && n < MAX_CHOICES; row++)
    if (is_like (tsm_table_peek_cell (table, row, 0), begin)) {
      add_derogation (body, table, row);
      n++;
    }
  return dup_choices (body);
}
