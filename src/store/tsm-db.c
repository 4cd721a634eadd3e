/* SPDX-License-Identifier: MIT
 * tsm-db: the ledger's SQLite file, under one rule: a step is a transaction. */
/* tidy: allow name: arguments and queries are values of this same interface, see the header */
#include "store/tsm-db.h"
#include "base/tsm-error.h"
#include "store/tsm-schema.h"

/* How long to wait for a reader beside us, such as an export, before a write fails. */
#define BUSY_TIMEOUT_MS 10000

struct _TsmDb {
  sqlite3 *handle;
  char *name;
  GHashTable *statements; /* address of the SQL literal to sqlite3_stmt */
  gboolean in_transaction;
  GError *failure; /* the first one; never cleared */
};

static void
poison (TsmDb *self, const char *what)
{
  if (self->failure == NULL)
    self->failure = g_error_new (TSM_ERROR, TSM_ERROR_STORAGE, "database %s: %s: %s", self->name,
                                 what, sqlite3_errmsg (self->handle));
}

static gboolean
exec (TsmDb *self, const char *sql)
{
  if (sqlite3_exec (self->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  poison (self, sql);
  return FALSE;
}

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

static TsmDb *
open_with (const char *path, int flags, GError **error)
{
  g_autoptr (TsmDb) self = g_new0 (TsmDb, 1);

  self->name = g_strdup (path);
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, finalize_statement);
  if (sqlite3_open_v2 (path, &self->handle, flags, NULL) != SQLITE_OK) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_STORAGE,
                 "database %s: %s; check TSM_DATABASE and the rights on its directory", path,
                 sqlite3_errmsg (self->handle));
    return NULL;
  }
  sqlite3_busy_timeout (self->handle, BUSY_TIMEOUT_MS);
  return g_steal_pointer (&self);
}

TsmDb *
tsm_db_open (const char *path, GError **error)
{
  g_autoptr (TsmDb) self =
      open_with (path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, error);

  if (self == NULL)
    return NULL;
  /* Closing a file that is refused must not write another program's log into it. */
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  if (!tsm_schema_migrate (self->handle, path, error))
    return NULL;
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  if (!exec (self, "PRAGMA journal_mode = WAL") || !exec (self, "PRAGMA synchronous = FULL") ||
      !exec (self, "PRAGMA foreign_keys = ON") || !exec (self, "PRAGMA cache_size = -1024")) {
    g_propagate_error (error, g_steal_pointer (&self->failure));
    return NULL;
  }
  return g_steal_pointer (&self);
}

TsmDb *
tsm_db_open_readonly (const char *path, GError **error)
{
  g_autoptr (TsmDb) self = open_with (path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, error);

  if (self == NULL || !tsm_schema_check (self->handle, path, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
tsm_db_is_older (const char *path)
{
  g_autoptr (TsmDb) self = open_with (path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

  return self != NULL && tsm_schema_is_older (self->handle);
}

void
tsm_db_free (TsmDb *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->statements, g_hash_table_unref);
  /* An open transaction is rolled back by the close. */
  sqlite3_close (self->handle);
  g_clear_error (&self->failure);
  g_free (self->name);
  g_free (self);
}

void
tsm_db_fail (TsmDb *self, const GError *reason)
{
  if (self->failure == NULL)
    self->failure =
        g_error_new (TSM_ERROR, TSM_ERROR_STORAGE, "database %s: %s", self->name, reason->message);
}

gboolean
tsm_db_has_failed (const TsmDb *self)
{
  return self->failure != NULL;
}

gboolean
tsm_db_commit (TsmDb *self, GError **error)
{
  if (self->in_transaction && self->failure == NULL)
    exec (self, "COMMIT");
  if (self->failure != NULL) {
    if (self->in_transaction)
      sqlite3_exec (self->handle, "ROLLBACK", NULL, NULL, NULL);
    self->in_transaction = FALSE;
    g_propagate_error (error, g_error_copy (self->failure));
    return FALSE;
  }
  self->in_transaction = FALSE;
  return TRUE;
}

gboolean
tsm_db_check (TsmDb *self, GError **error)
{
  g_auto (TsmQuery) query = tsm_db_query (self, "PRAGMA quick_check(1)");
  const char *verdict = tsm_query_next (&query) ? tsm_query_peek_text (&query, 0) : NULL;

  if (g_strcmp0 (verdict, "ok") == 0)
    return TRUE;
  g_set_error (error, TSM_ERROR, TSM_ERROR_STORAGE,
               "database %s is damaged (%s); restore it from a backup", self->name,
               verdict != NULL ? verdict : sqlite3_errmsg (self->handle));
  return FALSE;
}

gint64
tsm_db_get_last_id (TsmDb *self)
{
  return sqlite3_last_insert_rowid (self->handle);
}

TsmArg
tsm_arg_text (const char *text)
{
  return (TsmArg){ .kind = text != NULL ? TSM_ARG_TEXT : TSM_ARG_NULL, .text = text };
}

TsmArg
tsm_arg_int_or (gint64 value, gint64 none)
{
  return (TsmArg){ .kind = value == none ? TSM_ARG_NULL : TSM_ARG_INT, .integer = value };
}

/* The statement with its arguments bound, or NULL with the connection poisoned. */
static sqlite3_stmt *
prepare (TsmDb *self, const char *sql, const TsmArg *args, gsize n_args)
{
  sqlite3_stmt *statement;

  if (self->failure != NULL)
    return NULL;
  statement = g_hash_table_lookup (self->statements, sql);
  if (statement == NULL) {
    if (sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK) {
      poison (self, sql);
      return NULL;
    }
    g_hash_table_insert (self->statements, (gpointer) sql, statement);
  }
  g_assert (!sqlite3_stmt_busy (statement));
  g_assert ((int) n_args == sqlite3_bind_parameter_count (statement));
  for (gsize i = 0; i < n_args; i++) {
    const int slot = (int) i + 1;
    int result = SQLITE_ERROR;

    switch (args[i].kind) {
    case TSM_ARG_NULL:
      result = sqlite3_bind_null (statement, slot);
      break;
    case TSM_ARG_INT:
      result = sqlite3_bind_int64 (statement, slot, args[i].integer);
      break;
    case TSM_ARG_TEXT:
      result = sqlite3_bind_text (statement, slot, args[i].text, -1, SQLITE_TRANSIENT);
      break;
    }
    if (result != SQLITE_OK) {
      poison (self, sql);
      return NULL;
    }
  }
  return statement;
}

void
tsm_db_run_args (TsmDb *self, const char *sql, const TsmArg *args, gsize n_args)
{
  sqlite3_stmt *statement;

  if (self->failure == NULL && !self->in_transaction && exec (self, "BEGIN IMMEDIATE"))
    self->in_transaction = TRUE;
  statement = prepare (self, sql, args, n_args);
  if (statement == NULL)
    return;
  if (sqlite3_step (statement) != SQLITE_DONE)
    poison (self, sql);
  sqlite3_reset (statement);
}

TsmQuery
tsm_db_query_args (TsmDb *self, const char *sql, const TsmArg *args, gsize n_args)
{
  return (TsmQuery){ .db = self, .statement = prepare (self, sql, args, n_args) };
}

gboolean
tsm_query_next (TsmQuery *self)
{
  int result;

  if (self->statement == NULL)
    return FALSE;
  result = sqlite3_step (self->statement);
  if (result == SQLITE_ROW)
    return TRUE;
  if (result != SQLITE_DONE)
    poison (self->db, sqlite3_sql (self->statement));
  tsm_query_clear (self);
  return FALSE;
}

void
tsm_query_clear (TsmQuery *self)
{
  if (self->statement != NULL)
    sqlite3_reset (self->statement);
  self->statement = NULL;
}

gint64
tsm_query_get_int (TsmQuery *self, int column)
{
  return sqlite3_column_int64 (self->statement, column);
}

gint64
tsm_query_get_int_or (TsmQuery *self, int column, gint64 none)
{
  if (sqlite3_column_type (self->statement, column) == SQLITE_NULL)
    return none;
  return sqlite3_column_int64 (self->statement, column);
}

const char *
tsm_query_peek_text (TsmQuery *self, int column)
{
  return (const char *) sqlite3_column_text (self->statement, column);
}

void
tsm_query_refuse_text (TsmQuery *self, int column)
{
  if (self->db->failure == NULL)
    self->db->failure =
        g_error_new (TSM_ERROR, TSM_ERROR_STORAGE,
                     "database %s: unknown word \"%s\" in %s; was it written by a newer tsm?",
                     self->db->name, tsm_query_peek_text (self, column),
                     sqlite3_sql (self->statement));
}
