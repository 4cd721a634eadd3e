/* SPDX-License-Identifier: MIT */
#include "discord/tsm-complaint.h"
#include <string.h>

static const struct {
  const char *name, *text;
  gboolean is_json;
  gint64 code;
  const char *message, *flaws;
  gint64 retry_after_ms;
  gboolean is_global;
} complaint_cases[] = {
  { "plain", "{\"message\": \"Invalid authentication token\", \"code\": 50014}", TRUE, 50014,
    "Invalid authentication token", "", -1, FALSE },
  { "flaw-of-a-field",
    "{\"code\":50035,\"errors\":{\"access_token\":{\"_errors\":[{\"code\":\"BASE_TYPE_REQUIRED\","
    "\"message\":\"This field is required\"}]}},\"message\":\"Invalid Form Body\"}",
    TRUE, 50035, "Invalid Form Body", "access_token: This field is required (BASE_TYPE_REQUIRED)",
    -1, FALSE },
  { "flaws-of-an-array",
    "{\"code\":50035,\"errors\":{\"embeds\":{\"0\":{\"title\":{\"_errors\":[{\"code\":\"A\","
    "\"message\":\"long\"}]},\"color\":{\"_errors\":[{\"code\":\"B\",\"message\":\"high\"},"
    "{\"code\":\"C\",\"message\":\"odd\"}]}}}},\"message\":\"Invalid Form Body\"}",
    TRUE, 50035, "Invalid Form Body",
    "embeds.0.title: long (A); embeds.0.color: high (B); embeds.0.color: odd (C)", -1, FALSE },
  { "flaw-of-the-request",
    "{\"code\":50035,\"message\":\"Invalid Form Body\",\"errors\":{\"_errors\":[{\"code\":"
    "\"APPLICATION_COMMAND_TOO_LARGE\",\"message\":\"Command exceeds maximum size (8000)\"}]}}",
    TRUE, 50035, "Invalid Form Body",
    "Command exceeds maximum size (8000) (APPLICATION_COMMAND_TOO_LARGE)", -1, FALSE },
  { "flaws-without-end", "{\"errors\":{\"a\":{\"_errors\":[1,2,3,4,5,6,7,8,9,10,11,12]}}}", TRUE, 0,
    "", "a:  (); a:  (); a:  (); a:  (); a:  (); a:  (); a:  (); a:  ()", -1, FALSE },
  { "rate-limit-of-the-bot",
    "{\"message\":\"You are being rate limited.\",\"retry_after\":64.57,\"global\":false}", TRUE, 0,
    "You are being rate limited.", "", 64570, FALSE },
  { "rate-limit-of-all", "{\"retry_after\":0.5,\"global\":true}", TRUE, 0, "", "", 500, TRUE },
  { "words-for-numbers", "{\"retry_after\":\"1\",\"global\":\"true\",\"code\":\"x\"}", TRUE, 0, "",
    "", -1, FALSE },
  { "two-lines", "{\"message\":\"a\\nb\\u001b[2J\"}", TRUE, 0, "a b [2J", "", -1, FALSE },
  { "errors-that-are-none", "{\"errors\":[1],\"message\":2}", TRUE, 0, "", "", -1, FALSE },
  { "web-page", "<html>error code: 1015</html>", FALSE, 0, "", "", -1, FALSE },
  { "array", "[]", FALSE, 0, "", "", -1, FALSE },
  { "nothing", "", FALSE, 0, "", "", -1, FALSE },
};

static void
test_complaint_read (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const char *text = complaint_cases[i].text;
  g_autoptr (TsmComplaint) complaint = tsm_complaint_new (text, strlen (text));

  g_assert_cmpint (complaint->is_json, ==, complaint_cases[i].is_json);
  g_assert_cmpint (complaint->code, ==, complaint_cases[i].code);
  g_assert_cmpstr (complaint->message, ==, complaint_cases[i].message);
  g_assert_cmpstr (complaint->flaws, ==, complaint_cases[i].flaws);
  g_assert_cmpint (complaint->retry_after_ms, ==, complaint_cases[i].retry_after_ms);
  g_assert_cmpint (complaint->is_global, ==, complaint_cases[i].is_global);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (complaint_cases); i++) {
    g_autofree char *path = g_strconcat ("/complaint/read/", complaint_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_complaint_read);
  }
  return g_test_run ();
}
