/* SPDX-License-Identifier: MIT
 * tsm-check-machine: what `tsm doctor` says of this machine. */
#include "cli/tsm-check-machine.h"
#include "daemon/tsm-command-socket.h"
#include "daemon/tsm-http-server.h"
#include "daemon/tsm-precheck.h"
#include "daemon/tsm-service.h"
#include "store/tsm-db.h"
#include "store/tsm-schema.h"
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

/* No clock that runs shows less: 2026-01-01. */
#define CLOCK_PLAUSIBLE G_GINT64_CONSTANT (1767225600)
/* A year of readings is some 15 MB. */
#define SPACE_LOW_MB  200
#define SPACE_NONE_MB 20
#define DATABASE      "database "

static void
check_settings (TsmCheckup *checkup, const TsmSettings *settings)
{
  g_auto (GStrv) problems = tsm_precheck_dup_problems (settings, tsm_service_now (NULL));
  guint n_given = 0;

  for (guint i = 0; problems[i] != NULL; i++)
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "settings", "%s", problems[i]);
  for (guint i = 0; i < TSM_N_SETTINGS; i++)
    n_given += tsm_settings_get_state (settings, i) == TSM_SETTING_STATE_GOOD;
  if (problems[0] == NULL)
    tsm_checkup_add (checkup, TSM_FINDING_OK, "settings", "%u given, all well-formed", n_given);
}

static void
check_clock (TsmCheckup *checkup, const TsmSettings *settings)
{
  const gint64 now = tsm_service_now (NULL);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now);
  g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, tsm_settings_peek_zone (settings));
  g_autofree char *text = g_date_time_format (local, "%Y-%m-%d %H:%M:%S %Z");
  struct timex kernel = { 0 };

  if (now < CLOCK_PLAUSIBLE)
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "clock",
                     "it shows %s, which is in the past; set it, for good with systemd-timesyncd",
                     text);
  else
    tsm_checkup_add (checkup, TSM_FINDING_OK, "clock", "%s (%s)", text,
                     tsm_settings_get_text (settings, TSM_SETTING_TIMEZONE));
  if (adjtimex (&kernel) >= 0 && (kernel.status & STA_UNSYNC) != 0)
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "clock",
                     "nothing keeps it right; run: timedatectl set-ntp true");
}

static void
check_tls (TsmCheckup *checkup)
{
  if (g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    tsm_checkup_add (checkup, TSM_FINDING_OK, "tls", "this machine can talk https");
  else
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "tls",
                     "this machine cannot talk https; install glib-networking and "
                     "ca-certificates");
}

static void
check_space (TsmCheckup *checkup, const char *directory)
{
  struct statvfs disk;
  guint64 free_mb;

  if (statvfs (directory, &disk) != 0)
    return;
  free_mb = (guint64) disk.f_bavail * disk.f_frsize / (1024 * 1024);
  if (free_mb < SPACE_LOW_MB)
    tsm_checkup_add (checkup, free_mb < SPACE_NONE_MB ? TSM_FINDING_FAIL : TSM_FINDING_WARN,
                     "database", "%s has %" G_GUINT64_FORMAT " MB left; make room there", directory,
                     free_mb);
}

static gint64
read_version (TsmDb *db)
{
  g_auto (TsmQuery) query = tsm_db_query (db, "PRAGMA user_version");

  return tsm_query_next (&query) ? tsm_query_get_int (&query, 0) : 0;
}

/* The subject is on the line already. */
static const char *
skip_subject (const char *message)
{
  return g_str_has_prefix (message, DATABASE) ? message + strlen (DATABASE) : message;
}

/* The file as it is; a run brings an older one up to date. */
static void
check_file (TsmCheckup *checkup, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmDb) db = tsm_db_open_readonly (path, &error);

  if (db == NULL && tsm_db_is_older (path)) {
    tsm_checkup_add (checkup, TSM_FINDING_WARN, "database",
                     "%s will be brought up to date by tsm run", path);
    return;
  }
  if (db == NULL || !tsm_db_check (db, &error))
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "database", "%s", skip_subject (error->message));
  else if (read_version (db) > tsm_schema_get_version ())
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "database",
                     "%s was written by a newer tsm; install that version again", path);
  else if (access (path, W_OK) != 0)
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "database",
                     "%s cannot be written (%s); run as its owner, or mend its rights", path,
                     g_strerror (errno));
  else
    tsm_checkup_add (checkup, TSM_FINDING_OK, "database", "%s is whole and can be written", path);
}

/* The nearest directory above @path that exists. */
static char *
dup_existing_directory (const char *path)
{
  char *directory = g_path_get_dirname (path);

  while (!g_file_test (directory, G_FILE_TEST_EXISTS)) {
    g_autofree char *lower = directory;

    directory = g_path_get_dirname (lower);
  }
  return directory;
}

static void
check_database (TsmCheckup *checkup, const TsmSettings *settings)
{
  const char *path = tsm_settings_get_text (settings, TSM_SETTING_TSM_DATABASE);
  g_autofree char *directory = NULL;

  if (path == NULL)
    return;
  directory = dup_existing_directory (path);
  if (access (directory, W_OK | X_OK) != 0)
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "database",
                     "%s cannot be written (%s); mend its rights, or set TSM_DATABASE to another "
                     "path",
                     directory, g_strerror (errno));
  else if (g_file_test (path, G_FILE_TEST_EXISTS))
    check_file (checkup, path);
  else
    tsm_checkup_add (checkup, TSM_FINDING_OK, "database", "%s will be made", path);
  check_space (checkup, directory);
}

/* TRUE when a daemon answers there: what this one would want is what that one has. */
static gboolean
check_socket (TsmCheckup *checkup, const TsmSettings *settings)
{
  const char *path = tsm_settings_get_text (settings, TSM_SETTING_TSM_SOCKET);
  g_autofree char *directory = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_served = FALSE;

  if (path == NULL)
    return FALSE;
  directory = dup_existing_directory (path);
  if (!tsm_command_socket_check (path, &is_served, &error))
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "socket", "%s", error->message);
  else if (is_served)
    tsm_checkup_add (checkup, TSM_FINDING_OK, "socket", "a daemon listens at %s", path);
  else if (access (directory, W_OK | X_OK) != 0)
    tsm_checkup_add (
        checkup, TSM_FINDING_FAIL, "socket",
        "%s cannot be written (%s); mend its rights, or set TSM_SOCKET to another path", directory,
        g_strerror (errno));
  else
    tsm_checkup_add (checkup, TSM_FINDING_OK, "socket", "commands will be taken at %s", path);
  return is_served;
}

static void
check_listen (TsmCheckup *checkup, const TsmSettings *settings, gboolean is_served)
{
  const TsmHttpServerOptions options = {
    .listen = tsm_settings_get_text (settings, TSM_SETTING_TSM_LISTEN),
    .token = tsm_settings_peek_secret (settings, TSM_SETTING_TSM_WEB_TOKEN),
  };
  g_autoptr (TsmHttpServer) server = NULL;
  g_autoptr (GError) error = NULL;

  if (tsm_settings_get_state (settings, TSM_SETTING_TSM_LISTEN) == TSM_SETTING_STATE_BAD ||
      !tsm_http_server_check (&options, NULL))
    return; /* the settings' own check says so */
  if (!is_served)
    server = tsm_http_server_new (&options, &error);
  if (error == NULL)
    tsm_checkup_add (checkup, TSM_FINDING_OK, "http", "%s%s",
                     is_served ? "left to that daemon: " : "to be served on ", options.listen);
  else
    tsm_checkup_add (checkup, TSM_FINDING_FAIL, "http", "%s", error->message);
}

void
tsm_check_machine (TsmCheckup *checkup, const TsmSettings *settings)
{
  gboolean is_served;

  check_settings (checkup, settings);
  check_clock (checkup, settings);
  check_tls (checkup);
  check_database (checkup, settings);
  is_served = check_socket (checkup, settings);
  check_listen (checkup, settings, is_served);
}
