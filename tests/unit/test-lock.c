/* SPDX-License-Identifier: MIT
 * test-lock: one daemon a database. */
#include "base/tsm-error.h"
#include "daemon/tsm-lock.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *top;
  char *directory; /* of the ledger; not there yet */
  char *database;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->top = g_dir_make_tmp ("tsm-XXXXXX", NULL);
  g_assert_nonnull (fixture->top);
  fixture->directory = g_build_filename (fixture->top, "state", NULL);
  fixture->database = g_build_filename (fixture->directory, "tsm.db", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *lock = g_strconcat (fixture->database, ".lock", NULL);

  g_remove (lock);
  g_rmdir (fixture->directory);
  g_rmdir (fixture->top);
  g_free (fixture->database);
  g_free (fixture->directory);
  g_free (fixture->top);
}

static void
test_lock_excludes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *holder = g_strdup_printf ("process %d", (int) getpid ());
  TsmLock *lock = tsm_lock_new (fixture->database, &error);

  g_assert_no_error (error);
  g_assert_null (tsm_lock_new (fixture->database, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, fixture->database));
  g_assert_nonnull (strstr (error->message, holder));
  g_clear_error (&error);
  tsm_lock_free (lock);
  lock = tsm_lock_new (fixture->database, &error);
  g_assert_no_error (error);
  tsm_lock_free (lock);
}

static void
test_lock_makes_a_private_directory (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TsmLock) lock = tsm_lock_new (fixture->database, NULL);
  struct stat found;

  g_assert_nonnull (lock);
  g_assert_cmpint (g_lstat (fixture->directory, &found), ==, 0);
  g_assert_cmpint (found.st_mode & 0777, ==, 0700);
}

static void
test_lock_refuses_a_file_for_a_directory (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->directory, "", -1, NULL));
  g_assert_null (tsm_lock_new (fixture->database, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "TSM_DATABASE"));
  g_remove (fixture->directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/lock/excludes", Fixture, NULL, set_up, test_lock_excludes, tear_down);
  g_test_add ("/lock/makes-a-private-directory", Fixture, NULL, set_up,
              test_lock_makes_a_private_directory, tear_down);
  g_test_add ("/lock/refuses-a-file-for-a-directory", Fixture, NULL, set_up,
              test_lock_refuses_a_file_for_a_directory, tear_down);
  return g_test_run ();
}
