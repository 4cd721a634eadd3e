/* SPDX-License-Identifier: MIT
 * Bodies of answers and notices at Discord's limits and past them, and who sees them. */
#include "test-message.h"
#include "discord/tsm-message.h"
#include <string.h>

static TsmReply *
new_reply (TsmCard *take_card)
{
  g_autoptr (TsmRequest) request = tsm_request_new ("status", 7, TSM_LANG_EN);
  JsonNode *data = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (data, json_object_new ());
  return tsm_reply_new_done (request, take_card, data);
}

static TsmReply *
new_refusal (TsmRefusal refusal, const char *text)
{
  g_autoptr (TsmRequest) request = tsm_request_new ("status", 7, TSM_LANG_EN);

  return tsm_reply_new_refusal (request, refusal, text);
}

/* The embed of a body that passed the check. */
static JsonObject *
peek_embed (JsonParser *parser, const char *body)
{
  JsonObject *message = message_test_parse (parser, body);

  message_test_check (message);
  return json_array_get_object_element (json_object_get_array_member (message, "embeds"), 0);
}

static JsonArray *
peek_fields (JsonObject *embed)
{
  return json_object_get_array_member (embed, "fields");
}

static const char *
peek_field (JsonObject *embed, guint i, const char *member)
{
  return json_object_get_string_member (json_array_get_object_element (peek_fields (embed), i),
                                        member);
}

/* A card with a title and a text of so many characters of two bytes each, and so many figures and
 * lines. */
static TsmCard *
new_card (guint n_title, guint n_text, guint n_figures, guint n_lines)
{
  g_autoptr (GString) letters = g_string_new (NULL);
  g_autofree char *title = NULL;
  TsmCard *card;
  TsmTable *figures, *list;

  for (guint i = 0; i < MAX (n_title, n_text); i++)
    g_string_append (letters, "é");
  title = g_strndup (letters->str, (gsize) n_title * 2);
  card = tsm_card_new (title);
  if (n_text > 0)
    tsm_card_take_line (card, g_strndup (letters->str, (gsize) n_text * 2));
  figures = tsm_card_add_table (card, TSM_TABLE_FIGURES, "lrrl");
  for (guint i = 0; i < n_figures; i++) {
    tsm_table_take_cell (figures, g_strdup_printf ("period %u", i));
    tsm_table_take_cell (figures, g_strdup ("1.234 kWh"));
    tsm_table_take_cell (figures, g_strdup ("€2.34"));
    tsm_table_take_cell (figures, NULL);
  }
  list = tsm_card_add_table (card, TSM_TABLE_LIST, "ll");
  for (guint i = 0; i < n_lines; i++) {
    tsm_table_take_cell (list, g_strdup_printf ("D%u", i));
    tsm_table_take_cell (list, g_strdup ("Mon 5 Jan 22:00 – Wed 7 Jan 06:00"));
  }
  return card;
}

static const struct {
  const char *name;
  guint n_title, n_text, n_figures, n_lines;
  guint n_fields;
  gboolean is_cut; /* the last line says so */
} size_cases[] = {
  { "small", 1, 1, 1, 1, 1, FALSE },
  { "title-just-fits", 256, 0, 0, 0, 0, FALSE },
  { "title-too-long", 257, 0, 0, 0, 0, FALSE },
  { "text-just-fits", 10, 4096, 0, 0, 0, FALSE },
  { "text-too-long", 10, 4097, 0, 0, 0, FALSE },
  { "fields-just-fit", 10, 10, 25, 0, 25, FALSE },
  { "one-field-too-many", 10, 10, 26, 0, 25, TRUE },
  { "a-hundred-fields", 10, 10, 100, 0, 25, TRUE },
  { "list-too-long", 10, 10, 0, 500, 0, FALSE },
  { "everything-too-long", 300, 5000, 60, 500, 25, TRUE },
};

static void
test_message_size (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmReply) reply =
      new_reply (new_card (size_cases[i].n_title, size_cases[i].n_text, size_cases[i].n_figures,
                           size_cases[i].n_lines));
  g_autofree char *body = tsm_message_dup_answer (reply, TSM_LANG_EN, FALSE);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *embed = peek_embed (parser, body);

  g_assert_cmpint (json_object_has_member (embed, "fields"), ==, size_cases[i].n_fields > 0);
  if (size_cases[i].n_fields > 0)
    g_assert_cmpuint (json_array_get_length (peek_fields (embed)), ==, size_cases[i].n_fields);
  g_assert_cmpint (json_object_has_member (embed, "footer"), ==, size_cases[i].is_cut);
  if (size_cases[i].n_title > 256)
    g_assert_true (g_str_has_suffix (json_object_get_string_member (embed, "title"), "…"));
  if (size_cases[i].n_text > 4096 || size_cases[i].n_lines > 100)
    g_assert_true (g_str_has_suffix (json_object_get_string_member (embed, "description"), "…"));
}

/* 6000 characters in all: fields of 1024 and more leave no room for 25 of them. */
static void
test_message_embed_is_full (void)
{
  TsmCard *card = new_card (256, 4096, 0, 0);
  TsmTable *table = tsm_card_add_table (card, TSM_TABLE_FIGURES, "ll");
  g_autofree char *long_text = g_strnfill (2000, 'x');
  g_autoptr (TsmReply) reply = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *body = NULL;
  JsonObject *embed;

  for (guint i = 0; i < 4; i++) {
    tsm_table_take_cell (table, g_strdup (long_text));
    tsm_table_take_cell (table, g_strdup (long_text));
  }
  reply = new_reply (card);
  body = tsm_message_dup_answer (reply, TSM_LANG_FR, FALSE);
  embed = peek_embed (parser, body);
  g_assert_cmpuint (json_array_get_length (peek_fields (embed)), ==, 1);
  g_assert_cmpuint (strlen (peek_field (embed, 0, "name")), ==, 255 + strlen ("…"));
  g_assert_cmpuint (strlen (peek_field (embed, 0, "value")), ==, 1023 + strlen ("…"));
  g_assert_nonnull (strstr (
      json_object_get_string_member (json_object_get_object_member (embed, "footer"), "text"),
      "Discord"));
}

static const struct {
  const char *name;
  const char *cells[4];
  const char *field_name, *value;
} cell_cases[] = {
  { "all",
    { "this week", "1.234 kWh", "€2.34", "1 kWh estimated" },
    "This week",
    "1.234 kWh · €2.34\n*1 kWh estimated*" },
  { "no-remark", { "this week", "1.234 kWh", "€2.34", NULL }, "This week", "1.234 kWh · €2.34" },
  { "dashes", { "this week", "—", "—", "nothing metered" }, "This week", "*nothing metered*" },
  { "nothing", { "this week", "—", "", NULL }, "This week", "—" },
  { "nothing-at-all", { NULL, NULL, NULL, NULL }, "—", "—" },
  { "markup", { "*a*", "_b_", "1. c", "`d`" }, "\\*a\\*", "\\_b\\_ · 1\\. c\n*\\`d\\`*" },
  { "mention", { "<@7>", "1", "2", "by <@8>" }, "<@7>", "1 · 2\n*by <@8>*" },
};

static void
test_message_cells (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  TsmCard *card = tsm_card_new ("x");
  TsmTable *table = tsm_card_add_table (card, TSM_TABLE_FIGURES, "lrrl");
  g_autoptr (TsmReply) reply = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *body = NULL;
  JsonObject *embed;

  for (guint column = 0; column < 4; column++)
    tsm_table_take_cell (table, g_strdup (cell_cases[i].cells[column]));
  reply = new_reply (card);
  body = tsm_message_dup_answer (reply, TSM_LANG_EN, FALSE);
  embed = peek_embed (parser, body);
  g_assert_cmpstr (peek_field (embed, 0, "name"), ==, cell_cases[i].field_name);
  g_assert_cmpstr (peek_field (embed, 0, "value"), ==, cell_cases[i].value);
}

/* One title each, and never an empty text. */
static void
test_message_refusals (void)
{
  g_autoptr (GHashTable) titles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint lang = 0; lang < TSM_N_LANGS; lang++)
    for (guint refusal = TSM_REFUSAL_UNAVAILABLE; refusal <= TSM_REFUSAL_NO_STATEMENT; refusal++) {
      g_autoptr (TsmReply) reply = new_refusal ((TsmRefusal) refusal, "No **@everyone** <@7>.");
      g_autofree char *body = tsm_message_dup_answer (reply, (TsmLang) lang, FALSE);
      g_autoptr (JsonParser) parser = json_parser_new ();
      JsonObject *embed = peek_embed (parser, body);

      g_assert_cmpstr (json_object_get_string_member (embed, "description"), ==,
                       "No \\*\\*\\@everyone\\*\\* <@7>.");
      g_assert_true (
          g_hash_table_add (titles, g_strdup (json_object_get_string_member (embed, "title"))));
      /* For the caller alone. */
      g_assert_cmpint (json_object_get_int_member (message_test_parse (parser, body), "flags"), ==,
                       64);
    }
}

static void
test_message_long_refusal (void)
{
  g_autofree char *text = g_strnfill (20000, '*');
  g_autoptr (TsmReply) reply = new_refusal (TSM_REFUSAL_USAGE, text);
  g_autofree char *body = tsm_message_dup_answer (reply, TSM_LANG_EN, FALSE);
  g_autoptr (JsonParser) parser = json_parser_new ();

  g_assert_true (g_str_has_suffix (
      json_object_get_string_member (peek_embed (parser, body), "description"), "…"));
}

/* Who sees it is fixed by the first answer; the shape follows the call that carries it. */
static void
test_message_privacy (void)
{
  g_autoptr (TsmReply) done = new_reply (new_card (3, 3, 1, 1));
  g_autoptr (TsmReply) refusal = new_refusal (TSM_REFUSAL_USAGE, "No.");
  g_autofree char *public = tsm_message_dup_answer (done, TSM_LANG_EN, FALSE);
  g_autofree char *private = tsm_message_dup_answer (done, TSM_LANG_EN, TRUE);
  g_autofree char *edit = tsm_message_dup_edit (refusal, TSM_LANG_EN);
  g_autofree char *follow_up = tsm_message_dup_follow_up (refusal, TSM_LANG_EN, FALSE);
  g_autofree char *follow_up_public = tsm_message_dup_follow_up (done, TSM_LANG_EN, FALSE);
  g_autofree char *follow_up_private = tsm_message_dup_follow_up (done, TSM_LANG_EN, TRUE);
  g_autofree char *deferral = tsm_message_dup_deferral (FALSE);
  g_autofree char *deferral_private = tsm_message_dup_deferral (TRUE);

  g_assert_true (g_str_has_prefix (public, "{\"type\":4,\"data\":{\"embeds\":["));
  g_assert_null (strstr (public, "flags"));
  g_assert_nonnull (strstr (private, "\"flags\":64"));
  g_assert_true (g_str_has_prefix (edit, "{\"embeds\":["));
  g_assert_null (strstr (edit, "flags"));
  g_assert_nonnull (strstr (follow_up, "\"flags\":64"));
  g_assert_null (strstr (follow_up_public, "flags"));
  g_assert_nonnull (strstr (follow_up_private, "\"flags\":64"));
  g_assert_cmpstr (deferral, ==, "{\"type\":5}");
  g_assert_cmpstr (deferral_private, ==, "{\"type\":5,\"data\":{\"flags\":64}}");
}

static TsmNotice *
new_notice (TsmOffer offer, const char *text)
{
  TsmNotice *notice = tsm_notice_new (TSM_NOTICE_WARNING, 1767646800);

  tsm_notice_take_text (notice, TSM_LANG_EN, g_strdup (text));
  tsm_notice_take_text (notice, TSM_LANG_FR, g_strdup (text));
  notice->offer = offer;
  notice->offer_day = 20459;
  notice->offer_until = 1767646800;
  return notice;
}

/* Each offer at each end of the year, in each language, fits Discord's labels. */
static void
test_message_offers (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Paris");

  for (guint lang = 0; lang < TSM_N_LANGS; lang++)
    for (guint offer = TSM_OFFER_NONE; offer <= TSM_OFFER_NEED_IT; offer++) {
      g_autoptr (TsmNotice) notice = new_notice ((TsmOffer) offer, "x");
      g_autofree char *body = tsm_message_dup_notice (notice, (TsmLang) lang, zone, "n1");
      g_autoptr (JsonParser) parser = json_parser_new ();
      JsonObject *message = message_test_parse (parser, body);

      message_test_check (message);
      g_assert_cmpint (json_object_has_member (message, "components"), ==, offer != TSM_OFFER_NONE);
      g_assert_cmpstr (json_object_get_string_member (message, "nonce"), ==, "n1");
    }
}

static void
test_message_long_notice (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autofree char *text = g_strnfill (9000, 'x');
  g_autoptr (TsmNotice) notice = new_notice (TSM_OFFER_NONE, text);
  g_autofree char *body =
      tsm_message_dup_notice (notice, TSM_LANG_EN, zone, "1234567890123456789012345");
  g_autoptr (JsonParser) parser = json_parser_new ();

  g_assert_cmpint (
      g_utf8_strlen (json_object_get_string_member (peek_embed (parser, body), "description"), -1),
      ==, 4096);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (size_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/message/size/%s", size_cases[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_message_size);
  }
  for (guint i = 0; i < G_N_ELEMENTS (cell_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/message/cells/%s", cell_cases[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_message_cells);
  }
  g_test_add_func ("/message/embed-is-full", test_message_embed_is_full);
  g_test_add_func ("/message/refusals", test_message_refusals);
  g_test_add_func ("/message/long-refusal", test_message_long_refusal);
  g_test_add_func ("/message/privacy", test_message_privacy);
  g_test_add_func ("/message/offers", test_message_offers);
  g_test_add_func ("/message/long-notice", test_message_long_notice);
  return g_test_run ();
}
