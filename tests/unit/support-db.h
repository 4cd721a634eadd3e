/* SPDX-License-Identifier: MIT
 * support-db: ledgers for the store's tests, in memory and in private directories. */
#pragma once
#include "base/tsm-error.h"
#include "store/tsm-db.h"
#include "store/tsm-server-table.h"
#include <glib/gstdio.h>

/* The server that test_db_new() makes; another one gets the next id. */
#define TEST_SERVER 1

/* A ledger in memory with the server TEST_SERVER. */
static inline TsmDb *
test_db_new (void)
{
  g_autoptr (GError) error = NULL;
  TsmDb *db = tsm_db_open (":memory:", &error);

  g_assert_no_error (error);
  g_assert_cmpint (tsm_server_table_add (db, "home", 0, 0), ==, TEST_SERVER);
  return db;
}

static inline void
test_db_commit (TsmDb *db)
{
  g_autoptr (GError) error = NULL;

  tsm_db_commit (db, &error);
  g_assert_no_error (error);
}

/* Ends a test whose last call was to fail the connection. */
static inline void
test_db_assert_failed (TsmDb *db, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tsm_db_has_failed (db));
  g_assert_false (tsm_db_commit (db, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_STORAGE);
  if (strstr (error->message, text) == NULL)
    g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, text));
}

/* The first column of the first row; the query has to find one. */
static inline gint64
test_db_read_int (TsmDb *db, const char *sql)
{
  g_auto (TsmQuery) query = tsm_db_query (db, sql);

  g_assert_true (tsm_query_next (&query));
  return tsm_query_get_int (&query, 0);
}

static inline sqlite3 *
test_db_peek_handle (TsmDb *db)
{
  g_auto (TsmQuery) query = tsm_db_query (db, "SELECT 1");

  return sqlite3_db_handle (query.statement);
}

/* Runs @sql on the file with SQLite alone, no ledger. */
static inline void
test_db_exec_raw (const char *path, const char *sql)
{
  sqlite3 *handle = NULL;
  g_autofree char *message = NULL;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  if (sqlite3_exec (handle, sql, NULL, NULL, NULL) != SQLITE_OK)
    message = g_strdup (sqlite3_errmsg (handle));
  g_assert_cmpstr (message, ==, NULL);
  g_assert_cmpint (sqlite3_close (handle), ==, SQLITE_OK);
}

/* A private directory, emptied and removed at the end of its scope. */
typedef char TestDir;

static inline TestDir *
test_dir_new (void)
{
  g_autoptr (GError) error = NULL;
  TestDir *dir = g_dir_make_tmp ("tsm-test-XXXXXX", &error);

  g_assert_no_error (error);
  return dir;
}

static inline void
test_dir_free (TestDir *dir)
{
  g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (open)) != NULL) {
    g_autofree char *path = g_build_filename (dir, name, NULL);

    g_assert_cmpint (g_remove (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (dir), ==, 0);
  g_free (dir);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestDir, test_dir_free)
