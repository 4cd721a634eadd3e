/* SPDX-License-Identifier: MIT
 * Settings from an environment and a file: who wins, what is missing, what is wrong. */
#include "base/tsm-error.h"
#include "base/tsm-limits.h"
#include "base/tsm-settings.h"
#include <glib/gstdio.h>
#include <string.h>

#define BASE \
  "START_SERVER_DATE=2025-09-01", "HOST_TASMOTA=192.168.1.20", "GUILD_ID=7", "HOME=/h/tsm"

/* The files of a test: "/tsm.conf" is the one it sets, "/secret" and "/empty" are always there. */
static const char *file_text;

static char *
read_fake (const char *path, gsize max_bytes, GError **error)
{
  if (strcmp (path, "/tsm.conf") == 0 && file_text != NULL)
    return g_strdup (file_text);
  if (strcmp (path, "/secret") == 0)
    return g_strdup ("from-a-file\n");
  if (strcmp (path, "/empty") == 0)
    return g_strdup (" \n");
  g_set_error_literal (error, TSM_ERROR, TSM_ERROR_INVALID, "No such file or directory");
  return NULL;
}

static TsmSettings *
load (const char *const *environment, const char *text)
{
  const TsmSettingsInput input = { .environment = environment,
                                   .path = text != NULL ? "/tsm.conf" : NULL,
                                   .read = read_fake };

  file_text = text;
  return tsm_settings_new (&input);
}

static void
assert_problems (const TsmSettings *settings, const char *lines)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *all = g_strjoinv ("\n", (char **) tsm_settings_peek_problems (settings));

  g_assert_cmpstr (all, ==, lines);
  g_assert_true (tsm_settings_check (settings, &error) == (*lines == '\0'));
  if (*lines == '\0')
    return;
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, lines);
}

/* The least that runs, and the default of everything else. */
static void
test_settings_defaults (void)
{
  const char *const environment[] = { BASE, NULL };
  g_autoptr (TsmSettings) settings = load (environment, NULL);
  gsize n_ids = 7;

  assert_problems (settings, "");
  g_assert_cmpint (tsm_settings_get_day (settings, TSM_SETTING_START_SERVER_DATE), ==, 20332);
  g_assert_cmpstr (tsm_settings_get_text (settings, TSM_SETTING_HOST_TASMOTA), ==, "192.168.1.20");
  g_assert_cmpstr (tsm_settings_get_text (settings, TSM_SETTING_HOST_TEMPO), ==,
                   "www.api-couleur-tempo.fr");
  g_assert_cmpstr (tsm_settings_get_text (settings, TSM_SETTING_HOST_RTE), ==,
                   "www.services-rte.com");
  g_assert_null (tsm_settings_get_text (settings, TSM_SETTING_HOST_PROXMOX));
  g_assert_cmpint (tsm_settings_get_integer (settings, TSM_SETTING_POLL_SECONDS), ==, 60);
  g_assert_cmpint (tsm_settings_get_integer (settings, TSM_SETTING_OFF_BELOW_WATTS), ==, 10);
  g_assert_cmpstr (tsm_settings_get_text (settings, TSM_SETTING_HOST_PROXMOX_SSL_VERIFY), ==,
                   "true");
  g_assert_null (tsm_settings_peek_secret (settings, TSM_SETTING_TOKEN_BOT));
  g_assert_null (tsm_settings_peek_ids (settings, TSM_SETTING_ADMIN_IDS, &n_ids));
  g_assert_cmpuint (n_ids, ==, 0);
  g_assert_cmpstr (g_time_zone_get_identifier (tsm_settings_peek_zone (settings)), ==,
                   "Europe/Paris");
  g_assert_cmpint (tsm_settings_get_state (settings, TSM_SETTING_HOST_TASMOTA), ==,
                   TSM_SETTING_STATE_GOOD);
  g_assert_cmpint (tsm_settings_get_state (settings, TSM_SETTING_POLL_SECONDS), ==,
                   TSM_SETTING_STATE_ABSENT);
}

/* All that is wrong at once, a line each; a bad value leaves the default in force. */
static void
test_settings_names_every_problem (void)
{
  const char *const environment[] = {
    "START_SERVER_DATE=01/09/2025", "POLL_SECONDS=5", "POWER_POLICY=night",
    "TOKEN_BOT=Bot s3cret",         "HOME=/h/tsm",    NULL
  };
  g_autoptr (TsmSettings) settings = load (environment, NULL);

  assert_problems (
      settings,
      "START_SERVER_DATE is \"01/09/2025\": it should be a date that exists, as YYYY-MM-DD\n"
      "POLL_SECONDS is \"5\": it should be a whole number from 10 to 3600\n"
      "POWER_POLICY is \"night\": it should be one of evening, peak\n"
      "TOKEN_BOT is not well-formed: it should be a text without spaces\n"
      "HOST_TASMOTA is missing: it should be a host, host:port or http(s)://host:port, without a "
      "path\n"
      "GUILD_ID is missing: TOKEN_BOT needs it, and it should be Discord ids (digits), separated "
      "by commas");
  g_assert_cmpint (tsm_settings_get_state (settings, TSM_SETTING_POLL_SECONDS), ==,
                   TSM_SETTING_STATE_BAD);
  g_assert_cmpint (tsm_settings_get_integer (settings, TSM_SETTING_POLL_SECONDS), ==, 60);
  g_assert_cmpint (tsm_settings_get_day (settings, TSM_SETTING_START_SERVER_DATE), ==,
                   TSM_DAY_NONE);
  g_assert_cmpstr (tsm_settings_peek_problem (settings, TSM_SETTING_POWER_POLICY), ==,
                   "POWER_POLICY is \"night\": it should be one of evening, peak");
  g_assert_null (tsm_settings_peek_problem (settings, TSM_SETTING_TIMEZONE));
}

static void
test_settings_speaks_french (void)
{
  const char *const environment[] = { "HOST_TASMOTA=x", "HOME=/h/tsm", NULL };
  const TsmSettingsInput input = { .lang = TSM_LANG_FR, .environment = environment };
  g_autoptr (TsmSettings) settings = tsm_settings_new (&input);

  assert_problems (settings,
                   "START_SERVER_DATE manque\302\240: il faut une date qui existe, au format "
                   "AAAA-MM-JJ");
}

static void
test_settings_proxmox_needs_its_own (void)
{
  const char *const bare[] = { BASE, "HOST_PROXMOX=pve.lan", NULL };
  const char *const whole[] = { BASE,
                                "HOST_PROXMOX=pve.lan",
                                "HOST_PROXMOX_MAC_ADDR=52-54-00-12-34-56",
                                "API_PROXMOX_TOKEN_ID=tsm@pve!tsm",
                                "API_PROXMOX_TOKEN_SECRET=uuid",
                                NULL };
  g_autoptr (TsmSettings) missing = load (bare, NULL);
  g_autoptr (TsmSettings) settings = load (whole, NULL);

  assert_problems (missing,
                   "HOST_PROXMOX_MAC_ADDR is missing: HOST_PROXMOX needs it, and it should be a "
                   "hardware address such as 52:54:00:12:34:56\n"
                   "API_PROXMOX_TOKEN_ID is missing: HOST_PROXMOX needs it, and it should be "
                   "user@realm!name, as Proxmox shows it\n"
                   "API_PROXMOX_TOKEN_SECRET is missing: HOST_PROXMOX needs it, and it should be a "
                   "text without spaces");
  assert_problems (settings, "");
  g_assert_cmpstr (tsm_settings_get_text (settings, TSM_SETTING_HOST_PROXMOX_MAC_ADDR), ==,
                   "52:54:00:12:34:56");
}

static void
test_settings_environment_wins (void)
{
  const char *const environment[] = { BASE, "POLL_SECONDS=20", "TOKEN_BOT=mine",
                                      "LOG_LEVEL=", NULL };
  g_autoptr (TsmSettings) settings = load (environment, "# ours\n[tsm]\n"
                                                        "POLL_SECONDS = 30\n"
                                                        "OFF_BELOW_WATTS=15\n"
                                                        "TOKEN_BOT_FILE=/nowhere\n"
                                                        "LOG_LEVEL=debug\n");

  assert_problems (settings, "");
  g_assert_cmpint (tsm_settings_get_integer (settings, TSM_SETTING_POLL_SECONDS), ==, 20);
  g_assert_cmpint (tsm_settings_get_integer (settings, TSM_SETTING_OFF_BELOW_WATTS), ==, 15);
  g_assert_cmpstr (tsm_secret_peek (tsm_settings_peek_secret (settings, TSM_SETTING_TOKEN_BOT)), ==,
                   "mine");
  /* What is set to nothing is not set. */
  g_assert_cmpstr (tsm_settings_get_text (settings, TSM_SETTING_LOG_LEVEL), ==, "debug");
}

/* The file of the Python original has no group, and quotes at its writer's will. */
static void
test_settings_reads_dotenv (void)
{
  const char *const environment[] = { "HOME=/h/tsm", NULL };
  g_autoptr (TsmSettings) settings = load (environment, "\357\273\277\n# made on a desk\r\n"
                                                        "START_SERVER_DATE=\"2025-09-01\"\r\n"
                                                        "HOST_TASMOTA='192.168.1.20'\r\n"
                                                        "TASMOTA_PASSWORD=\"a\\nb's\"\n"
                                                        "GUILD_ID=1,2\n"
                                                        "HOST_UPS=\n"
                                                        "TIMEZONE=Europe/Paris\n");
  gsize n_ids;

  assert_problems (settings, "");
  g_assert_cmpint (tsm_settings_get_day (settings, TSM_SETTING_START_SERVER_DATE), ==, 20332);
  g_assert_cmpstr (tsm_settings_get_text (settings, TSM_SETTING_HOST_TASMOTA), ==, "192.168.1.20");
  g_assert_cmpstr (tsm_secret_peek (
                       tsm_settings_peek_secret (settings, TSM_SETTING_TASMOTA_PASSWORD)),
                   ==, "a\\nb's");
  g_assert_cmpint (tsm_settings_peek_ids (settings, TSM_SETTING_GUILD_ID, &n_ids)[1], ==, 2);
  g_assert_cmpuint (n_ids, ==, 2);
  g_assert_cmpint (tsm_settings_get_state (settings, TSM_SETTING_HOST_UPS), ==,
                   TSM_SETTING_STATE_ABSENT);
}

static const struct {
  const char *name;
  const char *text;
  const char *problems;
} file_cases[] = {
  { "misspelt", "[tsm]\nPOLL_SECOND=30\n",
    "POLL_SECOND in /tsm.conf is not a setting: tsm run --help lists them" },
  { "prefix-of-a-setting", "[tsm]\nHOST=x\nGUILD_ID_FILE=/secret\n",
    "HOST in /tsm.conf is not a setting: tsm run --help lists them\n"
    "GUILD_ID_FILE in /tsm.conf is not a setting: tsm run --help lists them" },
  { "other-group", "[tms]\nPOLL_SECONDS=30\n",
    "[tms] in /tsm.conf should be [tsm]: nothing else is read" },
  /* The line may be a secret whose name was lost, so it is not shown. */
  { "no-equals-sign", "[tsm]\n\n# x\nTOKEN_BOT s3cret\n",
    "/tsm.conf cannot be read: line 4 is neither NAME=value nor [tsm] nor a comment" },
  { "no-name", "[tsm]\n=s3cret\n",
    "/tsm.conf cannot be read: line 2 is neither NAME=value nor [tsm] nor a comment" },
  { "open-group", "[tsm\nPOLL_SECONDS=30\n",
    "/tsm.conf cannot be read: line 1 is neither NAME=value nor [tsm] nor a comment" },
  { "latin-1", "[tsm]\nHOST_UPS=\351\n", "/tsm.conf cannot be read: it is not UTF-8 text" },
  { "empty", "", "" },
  { "comments", "# nothing\n\n  # here\n", "" },
  { "control-characters-are-not-shown", "[tsm]\nPOLL_SECONDS=1\0330\n",
    "POLL_SECONDS is \"1?0\": it should be a whole number from 10 to 3600" },
};

static void
test_settings_file (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const char *const environment[] = { BASE, NULL };
  g_autoptr (TsmSettings) settings = load (environment, file_cases[i].text);

  assert_problems (settings, file_cases[i].problems);
}

static const struct {
  const char *name;
  const char *setting;
  const char *token; /* NULL: none */
  const char *problems;
} secret_cases[] = {
  { "from-a-file", "TOKEN_BOT_FILE=/secret", "from-a-file", "" },
  { "given", "TOKEN_BOT=a.b-c", "a.b-c", "" },
  { "no-file", "TOKEN_BOT_FILE=/nowhere", NULL,
    "TOKEN_BOT_FILE: /nowhere cannot be read: No such file or directory" },
  { "the-secret-in-place-of-the-path", "TOKEN_BOT_FILE=s3cret", NULL,
    "TOKEN_BOT_FILE: ... cannot be read: No such file or directory" },
  { "empty-file", "TOKEN_BOT_FILE=/empty", NULL, "TOKEN_BOT_FILE: /empty is empty" },
  { "no-secret-has-no-file", "ADMIN_IDS_FILE=/secret", NULL, "" },
};

static void
test_settings_secret (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const char *const environment[] = { BASE, secret_cases[i].setting, NULL };
  g_autoptr (TsmSettings) settings = load (environment, NULL);
  TsmSecret *token = tsm_settings_peek_secret (settings, TSM_SETTING_TOKEN_BOT);
  gsize n_ids;

  assert_problems (settings, secret_cases[i].problems);
  g_assert_cmpstr (token != NULL ? tsm_secret_peek (token) : NULL, ==, secret_cases[i].token);
  g_assert_null (tsm_settings_peek_ids (settings, TSM_SETTING_ADMIN_IDS, &n_ids));
}

static void
test_settings_secret_given_twice (void)
{
  const char *const environment[] = { BASE, "TOKEN_BOT=a", "TOKEN_BOT_FILE=/secret", NULL };
  g_autoptr (TsmSettings) settings = load (environment, NULL);

  assert_problems (settings, "TOKEN_BOT and TOKEN_BOT_FILE are both set: keep one");
}

static const struct {
  const char *name;
  const char *variables[4];
  const char *database, *socket;
} path_cases[] = {
  { "home", { "HOME=/h/a" }, "/h/a/.local/state/tsm/tsm.db", "/h/a/.local/state/tsm/tsm.sock" },
  { "xdg",
    { "HOME=/h/a", "XDG_STATE_HOME=/s", "XDG_RUNTIME_DIR=/run/user/1" },
    "/s/tsm/tsm.db",
    "/run/user/1/tsm.sock" },
  { "systemd",
    { "STATE_DIRECTORY=/var/lib/tsm:/var/lib/b", "RUNTIME_DIRECTORY=/run/tsm",
      "XDG_RUNTIME_DIR=/run/user/1" },
    "/var/lib/tsm/tsm.db",
    "/run/tsm/tsm.sock" },
  { "our-own",
    { "STATE_DIRECTORY=/var/lib/tsm", "TSM_DATABASE=/d/l.db", "TSM_SOCKET=/d/s" },
    "/d/l.db",
    "/d/s" },
  { "socket-beside-our-own-database", { "TSM_DATABASE=/d/l.db" }, "/d/l.db", "/d/tsm.sock" },
  { "xdg-must-be-absolute",
    { "HOME=/h/a", "XDG_STATE_HOME=s" },
    "/h/a/.local/state/tsm/tsm.db",
    "/h/a/.local/state/tsm/tsm.sock" },
};

static void
test_settings_paths (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TsmSettings) settings = load (path_cases[i].variables, NULL);

  g_assert_cmpstr (tsm_settings_get_text (settings, TSM_SETTING_TSM_DATABASE), ==,
                   path_cases[i].database);
  g_assert_cmpstr (tsm_settings_get_text (settings, TSM_SETTING_TSM_SOCKET), ==,
                   path_cases[i].socket);
}

static void
test_settings_paths_without_home (void)
{
  const char *const environment[] = { "START_SERVER_DATE=2025-09-01", "HOST_TASMOTA=x", NULL };
  g_autoptr (TsmSettings) settings = load (environment, NULL);

  assert_problems (settings, "TSM_DATABASE is missing: it should be a path of at most 4095 bytes\n"
                             "TSM_SOCKET is missing: it should be a path of at most 107 bytes");
}

static void
test_settings_without_environment (void)
{
  g_autoptr (TsmSettings) settings = load (NULL, "START_SERVER_DATE=2025-09-01\nHOST_TASMOTA=x\n"
                                                 "TSM_DATABASE=/d/l.db\n");

  assert_problems (settings, "");
}

static void
test_settings_read_file_is_bounded (void)
{
  g_autoptr (GError) error = NULL, none = NULL, folder = NULL, binary = NULL;
  g_autofree char *directory = g_dir_make_tmp ("tsm-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "file", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (path, "12345", 5, NULL));
  text = tsm_settings_read_file (path, 5, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "12345");
  g_assert_null (tsm_settings_read_file (path, 4, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  g_assert_null (tsm_settings_read_file ("/nonexistent/tsm.conf", 5, &none));
  g_assert_cmpstr (none->message, ==, "No such file or directory");
  g_assert_null (tsm_settings_read_file (directory, 5, &folder));
  g_assert_cmpstr (folder->message, ==, "Is a directory");
  g_assert_true (g_file_set_contents (path, "a\0b", 3, NULL));
  g_assert_null (tsm_settings_read_file (path, 5, &binary));
  g_assert_cmpstr (binary->message, ==, "not a text file");
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

static void
add (const char *group, const char *name, guint i, GTestDataFunc test)
{
  g_autofree char *path = g_strconcat ("/settings/", group, "/", name, NULL);

  g_test_add_data_func (path, GUINT_TO_POINTER (i), test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/defaults", test_settings_defaults);
  g_test_add_func ("/settings/problems/all", test_settings_names_every_problem);
  g_test_add_func ("/settings/problems/french", test_settings_speaks_french);
  g_test_add_func ("/settings/problems/proxmox", test_settings_proxmox_needs_its_own);
  g_test_add_func ("/settings/environment-wins", test_settings_environment_wins);
  g_test_add_func ("/settings/dotenv", test_settings_reads_dotenv);
  g_test_add_func ("/settings/secret/twice", test_settings_secret_given_twice);
  g_test_add_func ("/settings/path/homeless", test_settings_paths_without_home);
  g_test_add_func ("/settings/no-environment", test_settings_without_environment);
  g_test_add_func ("/settings/read-file", test_settings_read_file_is_bounded);
  for (guint i = 0; i < G_N_ELEMENTS (file_cases); i++)
    add ("file", file_cases[i].name, i, test_settings_file);
  for (guint i = 0; i < G_N_ELEMENTS (secret_cases); i++)
    add ("secret", secret_cases[i].name, i, test_settings_secret);
  for (guint i = 0; i < G_N_ELEMENTS (path_cases); i++)
    add ("path", path_cases[i].name, i, test_settings_paths);
  return g_test_run ();
}
