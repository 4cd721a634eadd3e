/* SPDX-License-Identifier: MIT
 * tsm-schema: the ledger's tables, as numbered steps that are never changed once released. */
#pragma once
#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* The newest schema version this program writes. */
guint tsm_schema_get_version (void);

/* TSM_ERROR_STORAGE unless the database at @handle is TSM's and of the newest version. */
gboolean tsm_schema_check (sqlite3 *handle, const char *name, GError **error);

/* Whether the database at @handle is empty or TSM's, and tsm_schema_migrate() has steps for it. */
gboolean tsm_schema_is_older (sqlite3 *handle);

/* Brings the database at @handle from its version to the newest, each step in one transaction with
 * its version. TSM_ERROR_STORAGE, the file at its last whole step, on failure, on a newer version
 * and on a database that is not TSM's. @name is for the message. */
gboolean tsm_schema_migrate (sqlite3 *handle, const char *name, GError **error);

G_END_DECLS
