/* SPDX-License-Identifier: MIT
 * tsm-schema: the ledger's tables.
 *
 * Inputs (readings, colours, stays, derogations, policies) are append-only history: a correction
 * is a new row, the newest one counts. Slices are written once and only grow while they are the
 * last. day_total and share are derived and replaced by day; total_sum and share_sum are what they
 * come to by month and by year. Everything hangs on a server.
 *
 * To change the schema add a step at the end: one string, SQL only, run in one transaction. */
#include "store/tsm-schema.h"
#include "base/tsm-error.h"
#include "base/tsm-limits.h"

/* "TSM1": tells our files from others'. */
#define APPLICATION_ID 0x54534d31

static const char step_1[] =
    "CREATE TABLE server ("
    "  server_id INTEGER PRIMARY KEY,"
    "  name TEXT NOT NULL UNIQUE,"
    "  start_day INTEGER NOT NULL,"
    "  created_at INTEGER NOT NULL"
    ") STRICT;"
    /* Settings whose history counts: in force from a Tempo day on. */
    "CREATE TABLE policy ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  name TEXT NOT NULL CHECK (name IN ('power_policy', 'unknown_day')),"
    "  from_day INTEGER NOT NULL,"
    "  value TEXT NOT NULL,"
    "  at INTEGER NOT NULL,"
    "  PRIMARY KEY (server_id, name, from_day)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE admin ("
    "  admin_id INTEGER PRIMARY KEY,"
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  user_id INTEGER NOT NULL,"
    "  is_admin INTEGER NOT NULL CHECK (is_admin IN (0, 1)),"
    "  by_user_id INTEGER NOT NULL,"
    "  at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX admin_by_user ON admin (server_id, user_id, admin_id);"
    /* The memories of the meter and of the host's controller, as records (base/tsm-record.h). */
    "CREATE TABLE state ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  name TEXT NOT NULL,"
    "  value TEXT NOT NULL,"
    "  PRIMARY KEY (server_id, name)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE epoch ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  epoch INTEGER NOT NULL CHECK (epoch >= 1),"
    "  begin_at INTEGER NOT NULL,"
    "  first_wh INTEGER NOT NULL CHECK (first_wh >= 0),"
    "  mac TEXT NOT NULL,"
    "  total_start INTEGER,"
    "  reason TEXT NOT NULL,"
    "  PRIMARY KEY (server_id, epoch)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE reading ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  at INTEGER NOT NULL,"
    "  epoch INTEGER NOT NULL," /* 0 before the first */
    "  total_wh INTEGER NOT NULL,"
    "  power_w INTEGER,"
    "  verdict TEXT NOT NULL,"
    "  reason TEXT NOT NULL,"
    "  PRIMARY KEY (server_id, at)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE correction ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  at INTEGER NOT NULL,"
    "  epoch INTEGER NOT NULL,"
    "  drop_wh INTEGER NOT NULL,"
    "  booked_wh INTEGER NOT NULL CHECK (booked_wh >= 0),"
    "  PRIMARY KEY (server_id, at)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE slice ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  begin_at INTEGER NOT NULL,"
    "  end_at INTEGER NOT NULL CHECK (end_at > begin_at),"
    "  day INTEGER NOT NULL,"
    "  period TEXT NOT NULL CHECK (period IN ('HP', 'HC')),"
    "  epoch INTEGER NOT NULL,"
    "  energy_wh INTEGER CHECK (energy_wh >= 0),"
    "  quality TEXT NOT NULL"
    "    CHECK (quality IN ('measured', 'interpolated', 'estimated', 'down')),"
    "  CHECK ((energy_wh IS NULL) = (quality = 'down')),"
    "  PRIMARY KEY (server_id, begin_at)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX slice_by_day ON slice (server_id, day, begin_at);"
    "CREATE TABLE day_total ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  day INTEGER NOT NULL,"
    "  energy_wh INTEGER NOT NULL,"
    "  cost_neur INTEGER NOT NULL,"
    "  unpriced_wh INTEGER NOT NULL,"
    "  estimated_wh INTEGER NOT NULL,"
    "  down_seconds INTEGER NOT NULL,"
    "  PRIMARY KEY (server_id, day)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE share ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  user_id INTEGER NOT NULL," /* 0 is the house */
    "  day INTEGER NOT NULL,"
    "  is_derogation INTEGER NOT NULL CHECK (is_derogation IN (0, 1)),"
    "  energy_wh INTEGER NOT NULL,"
    "  cost_neur INTEGER NOT NULL,"
    "  unpriced_wh INTEGER NOT NULL,"
    "  estimated_wh INTEGER NOT NULL,"
    "  down_seconds INTEGER NOT NULL,"
    "  PRIMARY KEY (server_id, user_id, day, is_derogation)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX share_by_day ON share (server_id, day);"
    /* What each source said last, a row a change; and what TSM made of it. */
    "CREATE TABLE sighting ("
    "  sighting_id INTEGER PRIMARY KEY,"
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  day INTEGER NOT NULL,"
    "  source TEXT NOT NULL,"
    "  colour TEXT NOT NULL CHECK (colour IN ('blue', 'white', 'red')),"
    "  at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX sighting_by_day ON sighting (server_id, day, source, sighting_id);"
    "CREATE TABLE colour ("
    "  colour_id INTEGER PRIMARY KEY,"
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  day INTEGER NOT NULL,"
    "  colour TEXT NOT NULL CHECK (colour IN ('blue', 'white', 'red')),"
    "  certainty TEXT NOT NULL,"
    "  source TEXT NOT NULL,"
    "  at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX colour_by_day ON colour (server_id, day, colour_id);"
    "CREATE TABLE stay ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  stay INTEGER NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  is_newest INTEGER NOT NULL CHECK (is_newest IN (0, 1)),"
    "  user_id INTEGER NOT NULL CHECK (user_id > 0),"
    "  arrival_day INTEGER NOT NULL,"
    "  leave_day INTEGER CHECK (leave_day >= arrival_day)," /* NULL: open */
    "  by_user_id INTEGER NOT NULL,"
    "  at INTEGER NOT NULL,"
    "  PRIMARY KEY (server_id, stay, version)"
    ") STRICT, WITHOUT ROWID;"
    /* What is asked is asked of the newest versions; these leave the older ones out, and hold all
     * that is asked, is_newest too, so that no row behind them is fetched. */
    "CREATE UNIQUE INDEX stay_newest ON stay (server_id, stay) WHERE is_newest = 1;"
    "CREATE INDEX stay_by_user"
    "  ON stay (server_id, user_id, arrival_day, stay, leave_day, is_newest)"
    "  WHERE is_newest = 1;"
    "CREATE INDEX stay_by_leave"
    "  ON stay (server_id, leave_day, arrival_day, user_id, is_newest)"
    "  WHERE is_newest = 1;"
    "CREATE TABLE derogation ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  derogation INTEGER NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  user_id INTEGER NOT NULL CHECK (user_id > 0),"
    "  begin_at INTEGER NOT NULL,"
    /* Equal: void. At most TSM_LIMIT_DEROGATION_S after the begin. */
    "  end_at INTEGER NOT NULL CHECK (end_at - begin_at BETWEEN 0 AND 172800),"
    "  by_user_id INTEGER NOT NULL,"
    "  at INTEGER NOT NULL,"
    "  PRIMARY KEY (server_id, derogation, version)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX derogation_by_begin ON derogation (server_id, begin_at);"
    "CREATE INDEX derogation_by_user ON derogation (server_id, user_id, begin_at);"
    "CREATE TABLE hold ("
    "  hold_id INTEGER PRIMARY KEY,"
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  state TEXT NOT NULL CHECK (state IN ('on', 'off', 'unknown'))," /* unknown: auto */
    "  end_at INTEGER NOT NULL,"
    "  by_user_id INTEGER NOT NULL,"
    "  at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX hold_by_server ON hold (server_id, hold_id);"
    "CREATE TABLE transition ("
    "  transition_id INTEGER PRIMARY KEY,"
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  at INTEGER NOT NULL,"
    "  wanted TEXT NOT NULL,"
    "  reason TEXT NOT NULL,"
    "  seen TEXT NOT NULL,"
    "  is_probable INTEGER NOT NULL CHECK (is_probable IN (0, 1))"
    ") STRICT;"
    "CREATE TABLE host_seen ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  at INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN ('on', 'off', 'unknown')),"
    "  PRIMARY KEY (server_id, at)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE job_run ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  job TEXT NOT NULL,"
    "  scheduled_at INTEGER NOT NULL,"
    "  ran_at INTEGER NOT NULL,"
    "  PRIMARY KEY (server_id, job, scheduled_at)"
    ") STRICT, WITHOUT ROWID;"
    /* What people were told, so that each thing is told once. */
    "CREATE TABLE episode ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  kind TEXT NOT NULL,"
    "  begin_at INTEGER NOT NULL,"
    "  end_at INTEGER," /* NULL: still going on */
    "  PRIMARY KEY (server_id, kind, begin_at)"
    ") STRICT, WITHOUT ROWID;"
    /* One of a kind goes on at a time. */
    "CREATE UNIQUE INDEX episode_open ON episode (server_id, kind) WHERE end_at IS NULL;";

G_STATIC_ASSERT (TSM_LIMIT_DEROGATION_S == 172800);

/* The first day of the month of a day, and of the year of a month. */
#define MONTH "CAST(strftime('%s', day * 86400, 'unixepoch', 'start of month') AS INTEGER) / 86400"
#define YEAR \
  "CAST(strftime('%s', begin_day * 86400, 'unixepoch', 'start of year') AS INTEGER) / 86400"
#define FIGURES                      \
  "  energy_wh INTEGER NOT NULL,"    \
  "  cost_neur INTEGER NOT NULL,"    \
  "  unpriced_wh INTEGER NOT NULL,"  \
  "  estimated_wh INTEGER NOT NULL," \
  "  down_seconds INTEGER NOT NULL,"
#define SUMS \
  "sum(energy_wh), sum(cost_neur), sum(unpriced_wh), sum(estimated_wh), sum(down_seconds)"

static const char step_2[] =
    /* The shares of a day, a month or a year lie together: they are replaced together. */
    "CREATE TABLE new_share ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  day INTEGER NOT NULL,"
    "  user_id INTEGER NOT NULL," /* 0 is the house */
    "  is_derogation INTEGER NOT NULL CHECK (is_derogation IN (0, 1))," FIGURES
    "  PRIMARY KEY (server_id, day, user_id, is_derogation)"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO new_share SELECT server_id, day, user_id, is_derogation, energy_wh, cost_neur,"
    "  unpriced_wh, estimated_wh, down_seconds FROM share ORDER BY 1, 2, 3, 4;"
    "DROP TABLE share;"
    "ALTER TABLE new_share RENAME TO share;"
    "CREATE TABLE total_sum ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  span TEXT NOT NULL CHECK (span IN ('month', 'year')),"
    "  begin_day INTEGER NOT NULL,"
    "  n_days INTEGER NOT NULL," FIGURES "  PRIMARY KEY (server_id, span, begin_day)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE share_sum ("
    "  server_id INTEGER NOT NULL REFERENCES server,"
    "  span TEXT NOT NULL CHECK (span IN ('month', 'year')),"
    "  begin_day INTEGER NOT NULL,"
    "  user_id INTEGER NOT NULL,"
    "  is_derogation INTEGER NOT NULL CHECK (is_derogation IN (0, 1)),"
    "  n_days INTEGER NOT NULL," FIGURES
    "  PRIMARY KEY (server_id, span, begin_day, user_id, is_derogation)"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO total_sum SELECT server_id, 'month', " MONTH ", count(*), " SUMS
    "  FROM day_total GROUP BY 1, 3;"
    "INSERT INTO total_sum SELECT server_id, 'year', " YEAR ", sum(n_days), " SUMS
    "  FROM total_sum GROUP BY 1, 3;"
    "INSERT INTO share_sum SELECT server_id, 'month', " MONTH ", user_id, is_derogation,"
    "  count(*), " SUMS "  FROM share GROUP BY 1, 3, 4, 5;"
    "INSERT INTO share_sum SELECT server_id, 'year', " YEAR ", user_id, is_derogation,"
    "  sum(n_days), " SUMS "  FROM share_sum GROUP BY 1, 3, 4, 5;"
    /* Whether anything is known of some days is asked without walking over what is not. */
    "CREATE INDEX slice_known ON slice (server_id, day) WHERE energy_wh IS NOT NULL;";

static const char *const steps[] = { step_1, step_2 };

guint
tsm_schema_get_version (void)
{
  return G_N_ELEMENTS (steps);
}

static gboolean
fail (sqlite3 *handle, const char *name, const char *what, GError **error)
{
  g_set_error (error, TSM_ERROR, TSM_ERROR_STORAGE, "database %s: %s: %s", name, what,
               sqlite3_errmsg (handle));
  return FALSE;
}

static gboolean
read_pragma (sqlite3 *handle, const char *sql, gint64 *ret_value)
{
  sqlite3_stmt *statement = NULL;
  gboolean ok;

  ok = sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL) == SQLITE_OK &&
       sqlite3_step (statement) == SQLITE_ROW;
  if (ok)
    *ret_value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return ok;
}

static gboolean
run_step (sqlite3 *handle, const char *name, guint version, GError **error)
{
  g_autofree char *sql =
      g_strdup_printf ("BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %u; "
                       "COMMIT;",
                       steps[version - 1], APPLICATION_ID, version);

  if (sqlite3_exec (handle, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  fail (handle, name, "cannot be brought to the newest schema; it is left as it was", error);
  sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

/* Whose file this is, and its version; 0 is an empty one. */
static gboolean
examine (sqlite3 *handle, const char *name, guint *ret_version, GError **error)
{
  gint64 version, application, n_tables;
  gboolean is_empty, is_ours;

  if (!read_pragma (handle, "PRAGMA user_version", &version) ||
      !read_pragma (handle, "PRAGMA application_id", &application) ||
      !read_pragma (handle, "SELECT count(*) FROM sqlite_schema", &n_tables))
    return fail (handle, name, "cannot be read", error);
  is_empty = n_tables == 0 && application == 0 && version == 0;
  is_ours = application == APPLICATION_ID && version >= 0;
  if (!is_empty && !is_ours) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_STORAGE,
                 "database %s: not a TSM ledger; set TSM_DATABASE to another path", name);
    return FALSE;
  }
  if (version > (gint64) G_N_ELEMENTS (steps)) {
    g_set_error (error, TSM_ERROR, TSM_ERROR_STORAGE,
                 "database %s: written by a newer tsm (schema %" G_GINT64_FORMAT
                 ", this program knows up to %u); install that version again",
                 name, version, (guint) G_N_ELEMENTS (steps));
    return FALSE;
  }
  *ret_version = (guint) version;
  return TRUE;
}

gboolean
tsm_schema_check (sqlite3 *handle, const char *name, GError **error)
{
  guint version;

  if (!examine (handle, name, &version, error))
    return FALSE;
  if (version == G_N_ELEMENTS (steps))
    return TRUE;
  g_set_error (error, TSM_ERROR, TSM_ERROR_STORAGE,
               "database %s: not brought to this program's schema yet (%u, not %u); start `tsm run`"
               " once",
               name, version, (guint) G_N_ELEMENTS (steps));
  return FALSE;
}

gboolean
tsm_schema_is_older (sqlite3 *handle)
{
  guint version;

  return examine (handle, "", &version, NULL) && version < G_N_ELEMENTS (steps);
}

gboolean
tsm_schema_migrate (sqlite3 *handle, const char *name, GError **error)
{
  guint version;

  if (!examine (handle, name, &version, error))
    return FALSE;
  for (guint next = version + 1; next <= G_N_ELEMENTS (steps); next++)
    if (!run_step (handle, name, next, error))
      return FALSE;
  return TRUE;
}
