/* SPDX-License-Identifier: MIT
 * tsm-db: the ledger's SQLite file, under one rule: a step is a transaction.
 *
 * The first write of a step opens a transaction, tsm_db_commit() closes it. The first failure
 * poisons the connection: later calls do nothing, reads find nothing, and the commit rolls back
 * and reports it. So the code in between needs no error paths, nothing is half done, and what the
 * step wanted to say to the world is only said once the ledger holds it. After a failure the
 * program has to stop: its memory no longer matches the file. */
#pragma once
#include "base/tsm-types.h"
#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct _TsmDb TsmDb;

/* Opens or creates @path (":memory:" for none) and migrates it to the newest schema.
 * TSM_ERROR_STORAGE, with the file as it was, if it is not ours, was written by a newer TSM or
 * fails a migration. */
TsmDb *tsm_db_open (const char *path, GError **error);
/* Opens an existing @path for reading beside a running daemon. TSM_ERROR_STORAGE if it is not ours
 * or not of the newest schema; only a writer migrates. */
TsmDb *tsm_db_open_readonly (const char *path, GError **error);
/* Whether the file at @path is empty or an older ledger, which tsm_db_open() would bring up to
 * date; FALSE too when it cannot be read. */
gboolean tsm_db_is_older (const char *path);
void tsm_db_free (TsmDb *self);

/* Ends the step: commits if anything was written. FALSE, everything since the last commit rolled
 * back, if anything failed since; it then always fails. */
gboolean tsm_db_commit (TsmDb *self, GError **error);
/* Fails the step for a reason of the caller's own: what is stored cannot be computed with. */
void tsm_db_fail (TsmDb *self, const GError *reason);
/* TRUE once anything failed. */
gboolean tsm_db_has_failed (const TsmDb *self);
/* Reads the whole file for damage: seconds on a long history. TSM_ERROR_STORAGE if there is any. */
gboolean tsm_db_check (TsmDb *self, GError **error);
/* The row id of the last INSERT. */
gint64 tsm_db_get_last_id (TsmDb *self);

/* A bound value. */
typedef struct {
  enum { TSM_ARG_NULL, TSM_ARG_INT, TSM_ARG_TEXT } kind;
  gint64 integer;
  const char *text;
} TsmArg;
#define TSM_INT(value)  ((TsmArg){ .kind = TSM_ARG_INT, .integer = (value) })
#define TSM_TEXT(value) tsm_arg_text (value)
/* NULL in the table for TSM_INSTANT_NONE, TSM_DAY_NONE and -1, whichever @none names. */
#define TSM_INT_OR(value, none) tsm_arg_int_or (value, none)
TsmArg tsm_arg_text (const char *text);
TsmArg tsm_arg_int_or (gint64 value, gint64 none);

/* Runs a writing statement. @sql is a string literal: it is prepared once, by its address. */
#define tsm_db_run(self, sql, ...)                             \
  tsm_db_run_args (self, sql, (const TsmArg[]){ __VA_ARGS__ }, \
                   sizeof ((const TsmArg[]){ __VA_ARGS__ }) / sizeof (TsmArg))
void tsm_db_run_args (TsmDb *self, const char *sql, const TsmArg *args, gsize n_args);

/* Rows of a reading statement, a literal too:
 *   g_auto (TsmQuery) query = tsm_db_query (db, "SELECT ...", TSM_INT (day));
 *   while (tsm_query_next (&query)) ... tsm_query_get_int (&query, 0) ...
 * A query must end before the same statement is begun again. */
typedef struct {
  TsmDb *db;
  sqlite3_stmt *statement; /* NULL when the connection has failed */
} TsmQuery;
#define tsm_db_query(self, sql, ...)                             \
  tsm_db_query_args (self, sql, (const TsmArg[]){ __VA_ARGS__ }, \
                     sizeof ((const TsmArg[]){ __VA_ARGS__ }) / sizeof (TsmArg))
TsmQuery tsm_db_query_args (TsmDb *self, const char *sql, const TsmArg *args, gsize n_args);
gboolean tsm_query_next (TsmQuery *self);
void tsm_query_clear (TsmQuery *self);
gint64 tsm_query_get_int (TsmQuery *self, int column);
/* @none where the column is NULL. */
gint64 tsm_query_get_int_or (TsmQuery *self, int column, gint64 none);
/* Valid until the next row; NULL where the column is. */
const char *tsm_query_peek_text (TsmQuery *self, int column);
/* Fails the connection: a stored word is not one the program knows. */
void tsm_query_refuse_text (TsmQuery *self, int column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsmDb, tsm_db_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsmQuery, tsm_query_clear)
G_END_DECLS
