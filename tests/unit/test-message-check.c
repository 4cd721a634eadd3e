/* SPDX-License-Identifier: MIT
 * test-message-check: what Discord refuses of a message. */
#include "test-message.h"
#include <string.h>

static glong
check_text (JsonObject *object, const char *name, glong min_length, glong max_length)
{
  const char *text = json_object_get_string_member_with_default (object, name, NULL);
  g_autofree char *trimmed = NULL;
  glong length;

  if (text == NULL) {
    g_assert_cmpint (min_length, ==, 0);
    return 0;
  }
  trimmed = g_strstrip (g_strdup (text));
  length = g_utf8_strlen (text, -1);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpstr (text, ==, trimmed);
  g_assert_cmpint (length, >=, 1);
  g_assert_cmpint (length, <=, max_length);
  return length;
}

/* Misspelt keys are not refused, only ignored. */
static void
check_keys (JsonObject *object, const char *const *keys)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l != NULL; l = l->next)
    if (!g_strv_contains (keys, l->data))
      g_error ("\"%s\" is not known to Discord", (const char *) l->data);
}

static glong
check_field (JsonObject *field)
{
  static const char *const keys[] = { "name", "value", "inline", NULL };

  check_keys (field, keys);
  return check_text (field, "name", 1, 256) + check_text (field, "value", 1, 1024);
}

static glong
check_embed (JsonObject *embed)
{
  static const char *const keys[] = { "title",  "description", "color", "fields",
                                      "footer", "timestamp",   NULL };
  glong n_chars = check_text (embed, "title", 0, 256) + check_text (embed, "description", 0, 4096);
  const gint64 rgb = json_object_get_int_member (embed, "color");

  check_keys (embed, keys);
  g_assert_cmpint (rgb, >=, 0);
  g_assert_cmpint (rgb, <=, 0xffffff);
  if (json_object_has_member (embed, "fields")) {
    JsonArray *fields = json_object_get_array_member (embed, "fields");

    g_assert_cmpuint (json_array_get_length (fields), <=, 25);
    for (guint i = 0; i < json_array_get_length (fields); i++)
      n_chars += check_field (json_array_get_object_element (fields, i));
  }
  if (json_object_has_member (embed, "footer"))
    n_chars += check_text (json_object_get_object_member (embed, "footer"), "text", 1, 2048);
  g_assert_cmpint (n_chars, >=, 1);
  return n_chars;
}

static void
check_menu (JsonObject *menu)
{
  JsonArray *options = json_object_get_array_member (menu, "options");
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);

  check_text (menu, "placeholder", 0, 150);
  g_assert_cmpuint (json_array_get_length (options), >=, 1);
  g_assert_cmpuint (json_array_get_length (options), <=, 25);
  for (guint i = 0; i < json_array_get_length (options); i++) {
    JsonObject *option = json_array_get_object_element (options, i);

    check_text (option, "label", 1, 100);
    check_text (option, "value", 1, 100);
    g_assert_true (
        g_hash_table_add (values, (char *) json_object_get_string_member (option, "value")));
  }
}

static void
check_row (JsonObject *row, GHashTable *ids)
{
  JsonArray *components = json_object_get_array_member (row, "components");

  g_assert_cmpint (json_object_get_int_member (row, "type"), ==, 1);
  g_assert_cmpuint (json_array_get_length (components), >=, 1);
  g_assert_cmpuint (json_array_get_length (components), <=, 5);
  for (guint i = 0; i < json_array_get_length (components); i++) {
    JsonObject *component = json_array_get_object_element (components, i);
    const gint64 type = json_object_get_int_member (component, "type");

    check_text (component, "custom_id", 1, 100);
    g_assert_true (
        g_hash_table_add (ids, (char *) json_object_get_string_member (component, "custom_id")));
    if (type == 3) {
      /* A menu fills its row. */
      g_assert_cmpuint (json_array_get_length (components), ==, 1);
      check_menu (component);
      continue;
    }
    g_assert_cmpint (type, ==, 2);
    g_assert_cmpint (json_object_get_int_member (component, "style"), >=, 1);
    g_assert_cmpint (json_object_get_int_member (component, "style"), <=, 4);
    g_assert_false (json_object_has_member (component, "url"));
    check_text (component, "label", 1, 80);
  }
}

static void
check_components (JsonObject *message)
{
  JsonArray *rows = json_object_get_array_member (message, "components");
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  g_assert_cmpuint (json_array_get_length (rows), >=, 1);
  g_assert_cmpuint (json_array_get_length (rows), <=, 5);
  for (guint i = 0; i < json_array_get_length (rows); i++)
    check_row (json_array_get_object_element (rows, i), ids);
}

void
message_test_check (JsonObject *message)
{
  static const char *const keys[] = { "embeds", "allowed_mentions", "flags", "components",
                                      "nonce",  "enforce_nonce",    NULL };
  JsonObject *mentions = json_object_get_object_member (message, "allowed_mentions");
  JsonArray *embeds = json_object_get_array_member (message, "embeds");

  check_keys (message, keys);
  /* Nobody is ever called. */
  g_assert_cmpuint (json_object_get_size (mentions), ==, 1);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (mentions, "parse")), ==,
                    0);
  g_assert_cmpuint (json_array_get_length (embeds), ==, 1);
  g_assert_cmpint (check_embed (json_array_get_object_element (embeds, 0)), <=, 6000);
  if (json_object_has_member (message, "flags"))
    g_assert_cmpint (json_object_get_int_member (message, "flags"), ==, 64);
  if (json_object_has_member (message, "components"))
    check_components (message);
  if (json_object_has_member (message, "nonce")) {
    check_text (message, "nonce", 1, 25);
    g_assert_true (json_object_get_boolean_member (message, "enforce_nonce"));
  }
}

JsonObject *
message_test_parse (JsonParser *parser, const char *body)
{
  g_autoptr (GError) error = NULL;
  JsonObject *root;

  json_parser_load_from_data (parser, body, -1, &error);
  g_assert_no_error (error);
  root = json_node_get_object (json_parser_get_root (parser));
  return json_object_has_member (root, "data") ? json_object_get_object_member (root, "data")
                                               : root;
}
