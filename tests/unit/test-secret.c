/* SPDX-License-Identifier: MIT */
#include "base/tsm-secret.h"

static void
test_secret_keeps_text (void)
{
  char text[] = "hunter2";
  g_autoptr (TsmSecret) secret = tsm_secret_new (text);
  g_autoptr (TsmSecret) other = tsm_secret_ref (secret);

  text[0] = 'X';
  g_assert_cmpstr (tsm_secret_peek (secret), ==, "hunter2");
  g_assert_true (other == secret);
}

static void
test_secret_is_empty (void)
{
  g_autoptr (TsmSecret) empty = tsm_secret_new ("");
  g_autoptr (TsmSecret) full = tsm_secret_new (" ");

  g_assert_true (tsm_secret_is_empty (NULL));
  g_assert_true (tsm_secret_is_empty (empty));
  g_assert_false (tsm_secret_is_empty (full));
}

static const struct {
  const char *secret;
  const char *text;
  const char *redacted;
} redact_cases[] = {
  { "abc", "token abc is bad, abcabc", "token *** is bad, ******" },
  { "abc", "nothing here", "nothing here" },
  { "", "an empty secret hides nothing", "an empty secret hides nothing" },
  { NULL, "nor does none", "nor does none" },
};

static void
test_secret_redacts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (redact_cases); i++) {
    g_autoptr (TsmSecret) secret =
        redact_cases[i].secret != NULL ? tsm_secret_new (redact_cases[i].secret) : NULL;
    g_autofree char *redacted = tsm_secret_dup_redacted (secret, redact_cases[i].text);

    g_assert_cmpstr (redacted, ==, redact_cases[i].redacted);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/keeps-text", test_secret_keeps_text);
  g_test_add_func ("/secret/is-empty", test_secret_is_empty);
  g_test_add_func ("/secret/redacts", test_secret_redacts);
  return g_test_run ();
}
