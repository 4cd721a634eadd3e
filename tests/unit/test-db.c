/* SPDX-License-Identifier: MIT
 * test-db: opening, refusing, committing, failing and losing nothing but the open step. */
#include "store/tsm-schema.h"
#include "support-db.h"
#include <string.h>

#define ADD_SERVER "INSERT INTO server (name, start_day, created_at) VALUES (?, 0, 0)"

/* Marks a file as ours. */
#define SET_OURS "PRAGMA application_id = 0x54534d31;"

static TsmDb *
open_good (const char *path)
{
  g_autoptr (GError) error = NULL;
  TsmDb *db = tsm_db_open (path, &error);

  g_assert_no_error (error);
  return db;
}

static gint64
count_servers (TsmDb *db)
{
  return test_db_read_int (db, "SELECT count(*) FROM server");
}

static GBytes *
read_bytes (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize length;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (contents, length);
}

static void
copy_file (const char *from, const char *to)
{
  g_autoptr (GBytes) bytes = read_bytes (from);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (to, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                       &error);
  g_assert_no_error (error);
}

/* What a power cut leaves: the file and its log as they are now, under another name. */
static char *
copy_crashed (const char *path)
{
  char *copy = g_strconcat (path, "-crashed", NULL);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autofree char *log_copy = g_strconcat (copy, "-wal", NULL);

  copy_file (path, copy);
  copy_file (log, log_copy);
  return copy;
}

static void
test_db_open_new (void)
{
  static const struct {
    const char *sql;
    gint64 value;
  } cases[] = {
    { "PRAGMA application_id", 0x54534d31 },
    { "PRAGMA synchronous", 2 },
    { "PRAGMA foreign_keys", 1 },
    { "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'", 1 },
    /* Every table is STRICT, and all but the server's hang on it. */
    { "SELECT count(*) FROM pragma_table_list WHERE strict = 0 AND name NOT LIKE 'sqlite_%'", 0 },
    { "SELECT count(*) FROM pragma_table_list AS t WHERE strict = 1 AND NOT EXISTS (SELECT 1"
      " FROM pragma_foreign_key_list (t.name) AS f WHERE f.\"table\" = 'server')",
      1 },
  };
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = g_build_filename (dir, "tsm.db", NULL);

  for (guint pass = 0; pass < 2; pass++) {
    g_autoptr (TsmDb) db = open_good (path);
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (test_db_read_int (db, "PRAGMA user_version"), ==, tsm_schema_get_version ());
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      g_assert_cmpint (test_db_read_int (db, cases[i].sql), ==, cases[i].value);
    tsm_db_check (db, &error);
    g_assert_no_error (error);
    /* The second pass opens what the first one left. */
    g_assert_cmpint (count_servers (db), ==, pass);
    tsm_db_run (db, ADD_SERVER, TSM_TEXT (pass == 0 ? "a" : "b"));
    test_db_commit (db);
  }
}

/* Each is refused with a message that says so, and stays as it is to the byte. */
static const struct {
  const char *name;
  const char *sql; /* NULL: not a database at all */
  const char *message;
} refused_cases[] = {
  { "newer", SET_OURS "PRAGMA user_version = 1000; CREATE TABLE t (x);", "newer tsm (schema 1000" },
  { "newer-wal", "PRAGMA journal_mode = WAL;" SET_OURS "PRAGMA user_version = 1000;", "newer tsm" },
  { "negative", SET_OURS "PRAGMA user_version = -1; CREATE TABLE t (x);", "not a TSM ledger" },
  { "foreign", "CREATE TABLE t (x);", "not a TSM ledger" },
  { "foreign-empty", "PRAGMA application_id = 7;", "not a TSM ledger" },
  { "foreign-version", "PRAGMA user_version = 1;", "not a TSM ledger" },
  { "step-fails", SET_OURS "CREATE TABLE server (x);", "table server already exists" },
  /* The step's last table is there already: all before it must be undone. */
  { "step-fails-late", SET_OURS "CREATE TABLE episode (x);", "table episode already exists" },
  { "text", NULL, "not a database" },
};

static void
test_db_open_refused (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = g_build_filename (dir, "tsm.db", NULL);
  g_autofree char *journal = g_strconcat (path, "-journal", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;

  if (refused_cases[i].sql != NULL)
    test_db_exec_raw (path, refused_cases[i].sql);
  else
    g_assert_true (g_file_set_contents (path, "dear diary, today I am not a database", -1, NULL));
  before = read_bytes (path);
  g_assert_null (tsm_db_open (path, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, refused_cases[i].message));
  g_assert_nonnull (strstr (error->message, path));
  after = read_bytes (path);
  g_assert_true (g_bytes_equal (before, after));
  g_assert_false (g_file_test (journal, G_FILE_TEST_EXISTS));
}

/* A newer tsm was cut off: its log is not written into the file by one that refuses it. */
static void
test_db_open_refused_log (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = g_build_filename (dir, "tsm.db", NULL);
  g_autoptr (TsmDb) newer = open_good (path);
  g_autofree char *crashed = NULL;
  g_autofree char *log = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) before = NULL, log_before = NULL, after = NULL, log_after = NULL;

  g_assert_cmpint (sqlite3_exec (test_db_peek_handle (newer), "PRAGMA user_version = 1000", NULL,
                                 NULL, NULL),
                   ==, SQLITE_OK);
  crashed = copy_crashed (path);
  log = g_strconcat (crashed, "-wal", NULL);
  before = read_bytes (crashed);
  log_before = read_bytes (log);
  g_assert_cmpuint (g_bytes_get_size (log_before), >, 0);
  g_assert_null (tsm_db_open (crashed, &error));
  g_assert_nonnull (strstr (error->message, "newer tsm (schema 1000"));
  after = read_bytes (crashed);
  log_after = read_bytes (log);
  g_assert_true (g_bytes_equal (before, after));
  g_assert_true (g_bytes_equal (log_before, log_after));
}

static void
test_db_open_no_directory (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tsm_db_open ("/nonexistent/tsm.db", &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "TSM_DATABASE"));
}

static const struct {
  const char *name;
  const char *sql; /* NULL: there is no file */
  const char *message;
} readonly_cases[] = {
  { "missing", NULL, "unable to open" },
  { "newer", SET_OURS "PRAGMA user_version = 1000; CREATE TABLE t (x);", "newer tsm" },
  { "foreign", "CREATE TABLE t (x);", "not a TSM ledger" },
  { "empty", "", "start `tsm run` once" },
  /* Only a writer may migrate. */
  { "older", SET_OURS "CREATE TABLE server (x);", "start `tsm run` once" },
};

static void
test_db_readonly_refused (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = g_build_filename (dir, "tsm.db", NULL);
  g_autoptr (GError) error = NULL;

  if (readonly_cases[i].sql != NULL)
    g_assert_true (g_file_set_contents (path, "", 0, NULL));
  if (readonly_cases[i].sql != NULL)
    test_db_exec_raw (path, readonly_cases[i].sql);
  g_assert_null (tsm_db_open_readonly (path, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, readonly_cases[i].message));
  g_assert_cmpint (g_file_test (path, G_FILE_TEST_EXISTS), ==, readonly_cases[i].sql != NULL);
}

/* The reader sees whole steps only, holds nobody up, and cannot write. */
static void
test_db_readonly_beside_writer (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = g_build_filename (dir, "tsm.db", NULL);
  g_autoptr (TsmDb) writer = open_good (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsmDb) reader = tsm_db_open_readonly (path, &error);

  g_assert_no_error (error);
  tsm_db_run (writer, ADD_SERVER, TSM_TEXT ("a"));
  g_assert_cmpint (count_servers (writer), ==, 1);
  g_assert_cmpint (count_servers (reader), ==, 0);
  {
    g_auto (TsmQuery) slow = tsm_db_query (reader, "SELECT server_id FROM server");

    g_assert_false (tsm_query_next (&slow));
    test_db_commit (writer);
  }
  g_assert_cmpint (count_servers (reader), ==, 1);
  {
    g_auto (TsmQuery) slow = tsm_db_query (reader, "SELECT server_id FROM server");

    g_assert_true (tsm_query_next (&slow));
    tsm_db_run (writer, ADD_SERVER, TSM_TEXT ("b"));
    test_db_commit (writer);
    g_assert_false (tsm_query_next (&slow));
  }
  g_assert_cmpint (count_servers (reader), ==, 2);
  tsm_db_run (reader, ADD_SERVER, TSM_TEXT ("c"));
  test_db_assert_failed (reader, "readonly");
  g_assert_cmpint (count_servers (writer), ==, 2);
}

/* What goes wrong in the middle of a step, after a first write that was fine. */
static const struct {
  const char *name;
  const char *setup;
  const char *sql;
  const char *message;
} failing_cases[] = {
  { "syntax", NULL, "INSERT INTO nowhere VALUES (?)", "no such table" },
  { "unique", NULL,
    "INSERT INTO server (server_id, name, start_day, created_at)"
    " VALUES (1, ?, 0, 0)",
    "UNIQUE" },
  { "strict", NULL, "INSERT INTO server (name, start_day, created_at) VALUES ('x', ?, 0)",
    "cannot store TEXT" },
  { "orphan", NULL, "INSERT INTO state VALUES (77, ?, '')", "FOREIGN KEY" },
  { "disk-full", "PRAGMA max_page_count = 1",
    "INSERT INTO state VALUES (1, ?, hex(zeroblob(600000)))", "full" },
};

static void
test_db_failure_poisons (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = g_build_filename (dir, "tsm.db", NULL);
  g_autoptr (TsmDb) db = open_good (path);
  g_autoptr (TsmDb) reopened = NULL;

  tsm_db_run (db, ADD_SERVER, TSM_TEXT ("kept"));
  test_db_commit (db);
  if (failing_cases[i].setup != NULL)
    g_assert_cmpint (sqlite3_exec (test_db_peek_handle (db), failing_cases[i].setup, NULL, NULL,
                                   NULL),
                     ==, SQLITE_OK);
  tsm_db_run (db, "UPDATE server SET name = ?", TSM_TEXT ("lost"));
  g_assert_false (tsm_db_has_failed (db));
  tsm_db_run (db, failing_cases[i].sql, TSM_TEXT ("x"));
  g_assert_true (tsm_db_has_failed (db));

  /* From here on nothing is written and nothing is found. */
  tsm_db_run (db, ADD_SERVER, TSM_TEXT ("late"));
  {
    g_auto (TsmQuery) query = tsm_db_query (db, "SELECT count(*) FROM server");

    g_assert_false (tsm_query_next (&query));
    g_assert_cmpint (tsm_query_get_int (&query, 0), ==, 0);
    g_assert_null (tsm_query_peek_text (&query, 0));
  }
  test_db_assert_failed (db, failing_cases[i].message);
  tsm_db_run (db, ADD_SERVER, TSM_TEXT ("later"));
  test_db_assert_failed (db, failing_cases[i].message);

  reopened = open_good (path);
  g_assert_cmpint (test_db_read_int (reopened, "SELECT count(*) FROM server"), ==, 1);
  g_assert_cmpint (test_db_read_int (reopened, "SELECT count(*) FROM server WHERE name = 'kept'"),
                   ==, 1);
}

/* A reading statement that fails, and a stored word from the future, poison the same. */
static void
test_db_failure_of_query (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  g_auto (TsmQuery) query = tsm_db_query (db, "SELECT x FROM nowhere");

  g_assert_false (tsm_query_next (&query));
  test_db_assert_failed (db, "no such table: nowhere");
}

static void
test_db_failure_of_row (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  g_auto (TsmQuery) query = tsm_db_query (db, "SELECT abs(-9223372036854775807 - server_id)"
                                              " FROM server");

  g_assert_false (tsm_query_next (&query));
  test_db_assert_failed (db, "integer overflow");
}

static void
test_db_failure_of_word (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  g_auto (TsmQuery) query = tsm_db_query (db, "SELECT name FROM server");

  g_assert_true (tsm_query_next (&query));
  tsm_query_refuse_text (&query, 0);
  test_db_assert_failed (db, "unknown word \"home\"");
}

/* A caller's own reason fails the step too; the first reason stays. */
static void
test_db_failure_of_caller (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  g_autoptr (GError) first = g_error_new (TSM_ERROR, TSM_ERROR_INVALID, "12 Wh is absurd");
  g_autoptr (GError) second = g_error_new (TSM_ERROR, TSM_ERROR_INVALID, "so is 13");

  tsm_db_fail (db, first);
  tsm_db_fail (db, second);
  test_db_assert_failed (db, "12 Wh is absurd");
}

/* A commit without a write is none: it takes no lock, before and after a step. */
static void
test_db_commit_nothing (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = g_build_filename (dir, "tsm.db", NULL);
  g_autoptr (TsmDb) db = open_good (path);

  test_db_commit (db);
  g_assert_cmpint (count_servers (db), ==, 0);
  test_db_commit (db);
  test_db_exec_raw (path, "BEGIN IMMEDIATE; COMMIT;");
  tsm_db_run (db, ADD_SERVER, TSM_TEXT ("a"));
  g_assert_cmpint (tsm_db_get_last_id (db), ==, 1);
  test_db_commit (db);
  test_db_commit (db);
  test_db_exec_raw (path, "BEGIN IMMEDIATE; COMMIT;");
  g_assert_cmpint (count_servers (db), ==, 1);
}

/* Only the step that was not committed is lost, whether the program ends or the power does. */
static void
test_db_crash (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = g_build_filename (dir, "tsm.db", NULL);
  g_autofree char *crashed = NULL;
  TsmDb *db = open_good (path);

  tsm_db_run (db, ADD_SERVER, TSM_TEXT ("a"));
  test_db_commit (db);
  tsm_db_run (db, ADD_SERVER, TSM_TEXT ("b"));
  tsm_db_run (db, ADD_SERVER, TSM_TEXT ("c"));
  g_assert_cmpint (count_servers (db), ==, 3);
  crashed = copy_crashed (path);
  tsm_db_free (db);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (TsmDb) again = open_good (i == 0 ? path : crashed);
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (count_servers (again), ==, 1);
    tsm_db_check (again, &error);
    g_assert_no_error (error);
  }
}

static void
test_db_check_damaged (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = g_build_filename (dir, "tsm.db", NULL);
  g_autoptr (TsmDb) db = NULL;
  g_autoptr (GError) error = NULL;
  FILE *file;

  db = open_good (path);
  for (guint i = 0; i < 2000; i++) {
    g_autofree char *name = g_strdup_printf ("server %u", i);

    tsm_db_run (db, ADD_SERVER, TSM_TEXT (name));
  }
  test_db_commit (db);
  g_clear_pointer (&db, tsm_db_free);
  file = g_fopen (path, "r+");
  g_assert_nonnull (file);
  g_assert_cmpint (fseek (file, -3 * 4096, SEEK_END), ==, 0);
  for (guint i = 0; i < 4096; i++)
    g_assert_cmpint (fputc (0xa5, file), ==, 0xa5);
  g_assert_cmpint (fclose (file), ==, 0);

  db = open_good (path);
  g_assert_false (tsm_db_check (db, &error));
  g_assert_error (error, TSM_ERROR, TSM_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "is damaged"));
  g_assert_nonnull (strstr (error->message, "restore it from a backup"));
}

static void
test_db_args (void)
{
  g_autoptr (TsmDb) db = test_db_new ();
  g_auto (TsmQuery) query =
      tsm_db_query (db, "SELECT ?, ?, ?, ?, ?", TSM_INT (G_MININT64), TSM_TEXT ("d'été"),
                    TSM_TEXT (NULL), TSM_INT_OR (-1, -1), TSM_INT_OR (0, -1));

  g_assert_true (tsm_query_next (&query));
  g_assert_cmpint (tsm_query_get_int (&query, 0), ==, G_MININT64);
  g_assert_cmpstr (tsm_query_peek_text (&query, 1), ==, "d'été");
  g_assert_null (tsm_query_peek_text (&query, 2));
  g_assert_cmpint (tsm_query_get_int_or (&query, 3, 42), ==, 42);
  g_assert_cmpint (tsm_query_get_int_or (&query, 4, 42), ==, 0);
  g_assert_false (tsm_query_next (&query));
  g_assert_false (tsm_query_next (&query));
}

/* To begin a statement again inside its own loop would end the loop: a bug, and it aborts. */
static void
test_db_query_nested (void)
{
  if (g_test_subprocess ()) {
    g_autoptr (TsmDb) db = test_db_new ();
    g_auto (TsmQuery) query = tsm_db_query (db, "SELECT name FROM server");

    while (tsm_query_next (&query))
      tsm_db_query (db, "SELECT name FROM server");
    return;
  }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*sqlite3_stmt_busy*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/open/new", test_db_open_new);
  for (guint i = 0; i < G_N_ELEMENTS (refused_cases); i++) {
    g_autofree char *path = g_strconcat ("/db/open/refused/", refused_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_db_open_refused);
  }
  g_test_add_func ("/db/open/refused/log", test_db_open_refused_log);
  g_test_add_func ("/db/open/no-directory", test_db_open_no_directory);
  for (guint i = 0; i < G_N_ELEMENTS (readonly_cases); i++) {
    g_autofree char *path = g_strconcat ("/db/readonly/refused/", readonly_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_db_readonly_refused);
  }
  g_test_add_func ("/db/readonly/beside-writer", test_db_readonly_beside_writer);
  for (guint i = 0; i < G_N_ELEMENTS (failing_cases); i++) {
    g_autofree char *path = g_strconcat ("/db/failure/", failing_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_db_failure_poisons);
  }
  g_test_add_func ("/db/failure/query", test_db_failure_of_query);
  g_test_add_func ("/db/failure/row", test_db_failure_of_row);
  g_test_add_func ("/db/failure/word", test_db_failure_of_word);
  g_test_add_func ("/db/failure/caller", test_db_failure_of_caller);
  g_test_add_func ("/db/commit/nothing", test_db_commit_nothing);
  g_test_add_func ("/db/crash", test_db_crash);
  g_test_add_func ("/db/check/damaged", test_db_check_damaged);
  g_test_add_func ("/db/args", test_db_args);
  g_test_add_func ("/db/query/nested", test_db_query_nested);
  return g_test_run ();
}
