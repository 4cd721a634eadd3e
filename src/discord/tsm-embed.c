/* SPDX-License-Identifier: MIT
 * tsm-embed: what an answer or a notice shows, as one embed of a message. */
#include "discord/tsm-embed.h"
#include "base/tsm-format.h"
#include "base/tsm-say.h"
#include "base/tsm-text.h"
#include "discord/tsm-markup.h"
#include "engine/tsm-json.h"

/* Of an embed (spec discord 10), in code points. */
#define MAX_TITLE       256
#define MAX_DESCRIPTION 4096
#define MAX_FIELDS      25
#define MAX_NAME        256
#define MAX_VALUE       1024
#define MAX_EMBED       6000

/* Between the cells of a row. */
#define GAP " · "
/* What stands for figures that there are none of, as in the cards. A field must not be empty. */
#define DASH "—"

/* Tempo's colours, as the bar beside an embed shows them on light and on dark. */
#define RGB_BLUE  0x3b82f6
#define RGB_WHITE 0xd5dae1
#define RGB_RED   0xdc3b3b

typedef struct {
  JsonBuilder *body;
  gsize left; /* code points that the embed may still have */
  guint n_fields;
} Embed;

gint64
tsm_embed_get_rgb (TsmColour colour, gint64 otherwise)
{
  switch (colour) {
  case TSM_COLOUR_UNKNOWN:
    return otherwise;
  case TSM_COLOUR_BLUE:
    return RGB_BLUE;
  case TSM_COLOUR_WHITE:
    return RGB_WHITE;
  case TSM_COLOUR_RED:
    return RGB_RED;
  }
  g_assert_not_reached ();
}

static void
begin_object (JsonBuilder *body, const char *name)
{
  json_builder_set_member_name (body, name);
  json_builder_begin_object (body);
}

/* Nobody is called by a message of ours, whatever is in it. */
static void
add_no_mentions (JsonBuilder *body)
{
  begin_object (body, "allowed_mentions");
  tsm_json_begin_array (body, "parse");
  json_builder_end_array (body);
  json_builder_end_object (body);
}

/* @text, cut to what it and the embed may have; nothing when that is nothing. */
static void
add_text (Embed *embed, const char *name, const char *text, gsize max_length)
{
  const gsize room = MIN (max_length, embed->left);
  g_autofree char *cut = room > 0 ? tsm_markup_dup_cut (text, room) : NULL;

  if (cut == NULL || *cut == '\0')
    return;
  embed->left -= (gsize) g_utf8_strlen (cut, -1);
  tsm_json_add_text (embed->body, name, cut);
}

static void
begin_embed (Embed *embed, const char *title, const char *description, gint64 rgb)
{
  g_autofree char *escaped = tsm_markup_dup_escaped (title);

  tsm_json_begin_array (embed->body, "embeds");
  json_builder_begin_object (embed->body);
  add_text (embed, "title", escaped, MAX_TITLE);
  add_text (embed, "description", description, MAX_DESCRIPTION);
  tsm_json_add_int (embed->body, "color", rgb);
}

static void
end_embed (Embed *embed)
{
  json_builder_end_object (embed->body);
  json_builder_end_array (embed->body);
  add_no_mentions (embed->body);
}

/* A cell as markup; NULL where there is none, or nothing in it. */
static char *
dup_cell (const TsmTable *table, guint row, guint column)
{
  const char *cell = tsm_table_peek_cell (table, row, column);

  if (cell == NULL || *cell == '\0' || g_str_equal (cell, DASH))
    return NULL;
  return tsm_markup_dup_escaped (cell);
}

/* A row's name: it stands alone. */
static char *
dup_name (const TsmTable *table, guint row)
{
  g_autofree char *cell = dup_cell (table, row, 0);

  return tsm_markup_dup_capitalized (cell != NULL ? cell : DASH);
}

/* "**D17** · from 08:00 to 20:00 · to come", a line a row. */
static void
append_list (GString *text, const TsmTable *table)
{
  for (guint row = 0; row < tsm_table_get_n_rows (table); row++) {
    g_autofree char *name = dup_name (table, row);

    g_string_append_printf (text, "%s**%s**", text->len > 0 ? "\n" : "", name);
    for (guint column = 1; column < tsm_table_get_width (table); column++) {
      g_autofree char *cell = dup_cell (table, row, column);

      if (cell != NULL)
        g_string_append_printf (text, GAP "%s", cell);
    }
  }
}

/* The day that it is about, the sentences, the tables that are lists. */
static char *
dup_description (const TsmCard *card, TsmLang lang)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (card->day != TSM_DAY_NONE && !card->names_day) {
    g_autofree char *day = tsm_format_dup_tempo_day (lang, card->day, card->colour);
    g_autofree char *line = tsm_say (lang, NULL, N_ ("Tempo day: %s"), TSM_SAY_TEXT (day));

    g_string_append_printf (text, "**%s**", line);
  }
  if (card->text != NULL) {
    g_autofree char *sentences = tsm_markup_dup_capitalized (card->text);
    g_autofree char *escaped = tsm_markup_dup_escaped (sentences);

    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", escaped);
  }
  for (guint i = 0; i < card->tables->len; i++) {
    const TsmTable *table = g_ptr_array_index (card->tables, i);

    if (table->kind != TSM_TABLE_LIST || tsm_table_get_n_rows (table) == 0)
      continue;
    if (text->len > 0)
      g_string_append_c (text, '\n');
    append_list (text, table);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "12.345 kWh · €2.34", and below it the last cell if that is no figure: a remark. */
static char *
dup_figures (const TsmTable *table, guint row)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const guint width = tsm_table_get_width (table);

  for (guint column = 1; column < width; column++) {
    g_autofree char *cell = dup_cell (table, row, column);
    const gboolean is_remark = column > 1 && table->alignment[column] == 'l';

    if (cell == NULL)
      continue;
    if (text->len > 0)
      g_string_append (text, is_remark ? "\n" : GAP);
    g_string_append_printf (text, is_remark ? "*%s*" : "%s", cell);
  }
  if (text->len == 0)
    g_string_append (text, DASH);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A row of figures; FALSE when the embed has no room for it. */
static gboolean
add_field (Embed *embed, const TsmTable *table, guint row)
{
  g_autofree char *name = dup_name (table, row);
  g_autofree char *value = dup_figures (table, row);
  const gsize length = MIN ((gsize) g_utf8_strlen (name, -1), MAX_NAME) +
                       MIN ((gsize) g_utf8_strlen (value, -1), MAX_VALUE);

  if (embed->n_fields >= MAX_FIELDS || length > embed->left)
    return FALSE;
  embed->n_fields++;
  json_builder_begin_object (embed->body);
  add_text (embed, "name", name, MAX_NAME);
  add_text (embed, "value", value, MAX_VALUE);
  tsm_json_add_boolean (embed->body, "inline", TRUE);
  json_builder_end_object (embed->body);
  return TRUE;
}

static guint
count_figures (const TsmCard *card)
{
  guint n_rows = 0;

  for (guint i = 0; i < card->tables->len; i++) {
    const TsmTable *table = g_ptr_array_index (card->tables, i);

    n_rows += table->kind == TSM_TABLE_FIGURES ? tsm_table_get_n_rows (table) : 0;
  }
  return n_rows;
}

/* The tables of figures. What there is no room for is not shown, and a last line says so. */
static void
add_fields (Embed *embed, const TsmCard *card, TsmLang lang)
{
  const char *cut = tsm_text (lang, N_ ("There is more than Discord can show here."));
  const gsize reserve = (gsize) g_utf8_strlen (cut, -1);
  gboolean has_room = TRUE;

  if (count_figures (card) == 0)
    return;
  embed->left -= MIN (reserve, embed->left);
  tsm_json_begin_array (embed->body, "fields");
  for (guint i = 0; i < card->tables->len; i++) {
    const TsmTable *table = g_ptr_array_index (card->tables, i);
    const guint n_rows = table->kind == TSM_TABLE_FIGURES ? tsm_table_get_n_rows (table) : 0;

    for (guint row = 0; row < n_rows && has_room; row++)
      has_room = add_field (embed, table, row);
  }
  json_builder_end_array (embed->body);
  embed->left += reserve;
  if (has_room)
    return;
  begin_object (embed->body, "footer");
  add_text (embed, "text", cut, reserve);
  json_builder_end_object (embed->body);
}

static void
add_timestamp (Embed *embed, gint64 at)
{
  g_autoptr (GDateTime) utc = at != TSM_INSTANT_NONE ? g_date_time_new_from_unix_utc (at) : NULL;
  g_autofree char *text = utc != NULL ? g_date_time_format_iso8601 (utc) : NULL;

  if (text != NULL)
    tsm_json_add_text (embed->body, "timestamp", text);
}

void
tsm_embed_add_text (JsonBuilder *body, const char *title, const char *text, gint64 rgb, gint64 at)
{
  Embed embed = { .body = body, .left = MAX_EMBED };
  g_autofree char *escaped = tsm_markup_dup_escaped (text);

  begin_embed (&embed, title, escaped, rgb);
  add_timestamp (&embed, at);
  end_embed (&embed);
}

void
tsm_embed_add_card (JsonBuilder *body, const TsmCard *card, TsmLang lang)
{
  Embed embed = { .body = body, .left = MAX_EMBED };
  g_autofree char *description = dup_description (card, lang);

  begin_embed (&embed, card->title, description, tsm_embed_get_rgb (card->colour, TSM_EMBED_GREY));
  add_fields (&embed, card, lang);
  end_embed (&embed);
}
