/* SPDX-License-Identifier: MIT */
#include "base/tsm-body.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include <string.h>

static const struct {
  const char *name;
  const char *text;
  TsmBodyKind kind;
  const char *value; /* of the root, as text */
} good_cases[] = {
  { "number-as-written", "196.7080", TSM_BODY_NUMBER, "196.7080" },
  { "beyond-a-double", "0.1000000000000000055511151231257827", TSM_BODY_NUMBER,
    "0.1000000000000000055511151231257827" },
  { "beyond-an-int64", "123456789012345678901234567890", TSM_BODY_NUMBER,
    "123456789012345678901234567890" },
  { "exponent", "-1.5E+3", TSM_BODY_NUMBER, "-1.5E+3" },
  { "blanks-around", " \t\r\n 9 \n", TSM_BODY_NUMBER, "9" },
  { "escapes", "\"a\\u00e9\\\"\\\\\\/\\n\"", TSM_BODY_STRING, "a\xc3\xa9\"\\/\n" },
  { "surrogates", "\"\\ud83d\\udd0c\"", TSM_BODY_STRING, "\xf0\x9f\x94\x8c" },
  { "raw-utf8", "\"\xc3\xa9\"", TSM_BODY_STRING, "\xc3\xa9" },
  { "true", "true", TSM_BODY_BOOLEAN, "true" },
  { "null", "null", TSM_BODY_NULL, "null" },
  { "old-nan", "nan", TSM_BODY_NULL, "nan" },
  { "old-minus-inf", "-inf", TSM_BODY_NULL, "-inf" },
  { "empty-object", "{}", TSM_BODY_OBJECT, NULL },
  { "empty-array", "[ ]", TSM_BODY_ARRAY, NULL },
};

static void
test_body_reads (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmBody) body =
      tsm_body_new_from_text (good_cases[i].text, strlen (good_cases[i].text), &error);

  g_assert_no_error (error);
  g_assert_cmpint (tsm_body_get_root (body)->kind, ==, good_cases[i].kind);
  g_assert_cmpstr (tsm_body_get_root (body)->text, ==, good_cases[i].value);
}

static const struct {
  const char *name;
  const char *text;
  const char *message;
} bad_cases[] = {
  { "empty", "", "is empty" },
  { "blank", " \n", "is empty" },
  { "web-page", " <!DOCTYPE html>", "is a web page" },
  { "cut-in-object", "{\"a\":1", "is cut off" },
  { "cut-in-key", "{\"a", "is cut off" },
  { "cut-in-string", "[\"abc", "is cut off" },
  { "cut-after-comma", "[1,", "is cut off" },
  { "cut-escape", "[\"\\u00", "is not JSON" },
  { "two-values", "{} {}", "is not JSON" },
  { "text-after", "{}x", "is not JSON" },
  { "bare-word", "hello", "is not JSON" },
  { "bare-key", "{a:1}", "is not JSON" },
  { "trailing-comma", "[1,]", "is not JSON" },
  { "comment", "/* c */ 1", "is not JSON" },
  { "leading-zero", "01", "is not JSON" },
  { "point-first", ".5", "is not JSON" },
  { "point-last", "[5.]", "is not JSON" },
  { "plus", "+5", "is not JSON" },
  { "minus-alone", "[-]", "is not JSON" },
  { "exponent-alone", "[1e]", "is not JSON" },
  { "hexadecimal", "0x10", "is not JSON" },
  { "raw-newline", "\"a\nb\"", "is not JSON" },
  { "unknown-escape", "\"\\x41\"", "is not JSON" },
  { "escaped-nul", "\"\\u0000\"", "is not JSON" },
  { "lone-high-surrogate", "\"\\ud83d\"", "is not JSON" },
  { "lone-low-surrogate", "\"\\udd0c\"", "is not JSON" },
  { "latin-1", "\"\xe9\"", "is not UTF-8" },
};

static void
test_body_refuses (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmBody) body =
      tsm_body_new_from_text (bad_cases[i].text, strlen (bad_cases[i].text), &error);

  g_assert_null (body);
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
  if (!g_str_has_prefix (error->message, bad_cases[i].message))
    g_error ("%s: \"%s\", not \"%s\"", bad_cases[i].name, error->message, bad_cases[i].message);
}

static void
test_body_walks (void)
{
  static const char text[] = "{\"a\":[1,[2,3],{\"b\":4}],\"c\":{},\"a\":5,\"d\":\"x\"}";
  g_autoptr (TsmBody) body = tsm_body_new_from_text (text, strlen (text), NULL);
  const TsmBodyNode *root = tsm_body_get_root (body);
  const TsmBodyNode *list = tsm_body_get_first (root);
  const TsmBodyNode *second = tsm_body_get_next (tsm_body_get_first (list));
  gint64 value = -7;

  g_assert_cmpuint (root->n_children, ==, 4);
  g_assert_cmpuint (list->n_children, ==, 3);
  g_assert_cmpuint (second->n_children, ==, 2);
  g_assert_cmpstr (tsm_body_get_member (tsm_body_get_next (second), "b")->text, ==, "4");
  g_assert_cmpstr (tsm_body_get_next (list)->key, ==, "c");
  g_assert_null (tsm_body_get_first (tsm_body_get_next (list)));
  /* A key that occurs twice. */
  g_assert_true (tsm_body_get_member_integer (root, "a", &value));
  g_assert_cmpint (value, ==, 5);
  g_assert_cmpstr (tsm_body_get_member_string (root, "d"), ==, "x");
  g_assert_null (tsm_body_get_member_string (root, "a"));
  g_assert_null (tsm_body_get_member (list, "a"));
  g_assert_null (tsm_body_get_member (NULL, "a"));
}

static void
test_body_integer_is_whole (void)
{
  static const char text[] = "{\"s\":\"12\",\"f\":1.0,\"e\":1e3,\"n\":null,\"t\":\"x\",\"m\":-3}";
  g_autoptr (TsmBody) body = tsm_body_new_from_text (text, strlen (text), NULL);
  const TsmBodyNode *root = tsm_body_get_root (body);
  gint64 value = -7;

  for (const char *key = "fent"; *key != '\0'; key++) {
    const char name[] = { *key, '\0' };

    g_assert_false (tsm_body_get_member_integer (root, name, &value));
    g_assert_cmpint (value, ==, -7);
  }
  g_assert_true (tsm_body_get_member_integer (root, "s", &value));
  g_assert_cmpint (value, ==, 12);
  g_assert_true (tsm_body_get_member_integer (root, "m", &value));
  g_assert_cmpint (value, ==, -3);
}

static gboolean
can_nest (guint depth)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (TsmBody) body = NULL;

  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, ']');
  body = tsm_body_new_from_text (text->str, text->len, NULL);
  return body != NULL;
}

static void
test_body_depth_limit (void)
{
  g_assert_true (can_nest (TSM_BODY_MAX_DEPTH));
  g_assert_false (can_nest (TSM_BODY_MAX_DEPTH + 1));
  g_assert_false (can_nest (100000));
}

static void
test_body_length_limit (void)
{
  g_autofree char *text = g_malloc (TSM_LIMIT_BODY_BYTES + 1);
  g_autoptr (TsmBody) body = NULL, longer = NULL;
  g_autoptr (GError) error = NULL;

  memset (text, ' ', TSM_LIMIT_BODY_BYTES + 1);
  text[0] = '1';
  body = tsm_body_new_from_text (text, TSM_LIMIT_BODY_BYTES, &error);
  g_assert_no_error (error);
  longer = tsm_body_new_from_text (text, TSM_LIMIT_BODY_BYTES + 1, &error);
  g_assert_error (error, TSM_ERROR, TSM_ERROR_UPSTREAM);
}

static const struct {
  const char *text;
  const char *excerpt;
} excerpt_cases[] = {
  { "Permission check failed\n", "Permission check failed" },
  { "a\r\nX-Header: b", "a  X-Header: b" },
  { "\x1b[31mred", "[31mred" },
  { "caf\xc3\xa9", "caf\xc3\xa9" },
  { "caf\xe9", "caf\xef\xbf\xbd" },
  { "", "" },
};

static void
test_body_excerpt (void)
{
  g_autofree char *many = g_strnfill (500, '\xff');
  g_autofree char *cut = tsm_body_dup_excerpt (many, 500);

  g_assert_cmpuint (strlen (cut), <=, 160);
  g_assert_true (g_utf8_validate (cut, -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (excerpt_cases); i++) {
    g_autofree char *excerpt =
        tsm_body_dup_excerpt (excerpt_cases[i].text, strlen (excerpt_cases[i].text));

    g_assert_cmpstr (excerpt, ==, excerpt_cases[i].excerpt);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (good_cases); i++) {
    g_autofree char *path = g_strconcat ("/body/reads/", good_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_body_reads);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad_cases); i++) {
    g_autofree char *path = g_strconcat ("/body/refuses/", bad_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_body_refuses);
  }
  g_test_add_func ("/body/walks", test_body_walks);
  g_test_add_func ("/body/integer-is-whole", test_body_integer_is_whole);
  g_test_add_func ("/body/depth-limit", test_body_depth_limit);
  g_test_add_func ("/body/length-limit", test_body_length_limit);
  g_test_add_func ("/body/excerpt", test_body_excerpt);
  return g_test_run ();
}
