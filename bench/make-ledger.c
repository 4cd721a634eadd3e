/* SPDX-License-Identifier: MIT
 * make-ledger: writes a long history for benchmarks: `make-ledger FILE YEARS USERS`. It ends at the
 * last full Tempo day, with a reading every five minutes, a slice every hour, everybody there all
 * the time, and somebody with a derogation on each red day. */
#include "engine/tsm-engine.h"
#include "rules/tsm-calendar.h"
#include "rules/tsm-day.h"
#include "rules/tsm-share.h"
#include "store/tsm-colour-table.h"
#include "store/tsm-derogation-table.h"
#include "store/tsm-meter-table.h"
#include "store/tsm-server-table.h"
#include "store/tsm-share-table.h"
#include "store/tsm-slice-table.h"
#include "store/tsm-state-table.h"
#include "store/tsm-stay-table.h"
#include <stdio.h>

#define POWER_W     60
#define READING_S   300
#define SLICE_S     3600
#define FIRST_USER  ((gint64) 100)
#define DAYS_A_YEAR 365

typedef struct {
  TsmDb *db;
  gint64 server_id;
  GTimeZone *zone;
  TsmTariff *tariff;
  GArray *users; /* of gint64 */
  gint64 total_wh;
} Maker;

static gint64
add_slice (Maker *self, GArray *slices, gint64 begin, gint64 end)
{
  const TsmSlice slice = {
    .begin = begin,
    .end = end,
    .energy_wh = POWER_W * (end - begin) / 3600,
    .quality = TSM_QUALITY_MEASURED,
    .day = tsm_day_at (begin, self->zone),
    .period = tsm_day_get_period (begin, self->zone),
  };

  g_array_append_val (slices, slice);
  tsm_slice_table_put (self->db, self->server_id, 1, &slice);
  return slice.energy_wh;
}

static void
add_readings (Maker *self, gint64 begin, gint64 end)
{
  const TsmMeterOutcome outcome = { .verdict = TSM_METER_ENERGY };

  for (gint64 at = begin; at < end; at += READING_S) {
    const TsmReading reading = { .at = at, .total_wh = self->total_wh, .power_w = POWER_W };

    tsm_meter_table_add_reading (self->db, self->server_id, 1, &reading, &outcome);
  }
}

/* Four hours of a red day's morning, each time another user's. */
static TsmDerogation
add_derogation (const Maker *self, TsmDay day)
{
  TsmDerogation derogation = {
    .user_id = g_array_index (self->users, gint64, (guint) day % self->users->len),
    .begin = tsm_day_get_local_instant (day, 8 * 60, self->zone),
    .end = tsm_day_get_local_instant (day, 12 * 60, self->zone),
  };

  derogation.id = tsm_derogation_table_add (self->db, self->server_id, &derogation,
                                            derogation.user_id, derogation.begin);
  return derogation;
}

static void
add_day (Maker *self, TsmDay day)
{
  const TsmColour built_in = tsm_calendar_get_colour (day);
  const TsmDayColour colour = {
    .colour = built_in != TSM_COLOUR_UNKNOWN ? built_in : TSM_COLOUR_BLUE,
    .certainty = TSM_CERTAINTY_FINAL,
    .source = TSM_SOURCE_COULEUR,
  };
  g_autoptr (GArray) slices = g_array_new (FALSE, FALSE, sizeof (TsmSlice));
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (TsmShare));
  TsmShareInput input = { .day = day, .colour = colour.colour, .tariff = self->tariff };
  const TsmSpan window = tsm_window_of_day (day, TSM_POLICY_EVENING, self->zone);
  TsmDerogation derogation;
  TsmDayTotal total;
  gint64 begin, end;

  tsm_day_get_bounds (day, self->zone, &begin, &end);
  for (gint64 at = begin; at < end; at += SLICE_S)
    self->total_wh += add_slice (self, slices, at, MIN (at + SLICE_S, end));
  add_readings (self, begin, end);
  tsm_colour_table_add (self->db, self->server_id, day, &colour);
  tsm_colour_table_add_sighting (self->db, self->server_id, day, TSM_SOURCE_COULEUR, colour.colour,
                                 begin);
  input.slices = (const TsmSlice *) (gpointer) slices->data;
  input.n_slices = slices->len;
  input.present = (const gint64 *) (gpointer) self->users->data;
  input.n_present = self->users->len;
  if (colour.colour == TSM_COLOUR_RED) {
    derogation = add_derogation (self, day);
    input.windows = &window;
    input.derogations = &derogation;
    input.n_windows = input.n_derogations = 1;
  }
  if (!tsm_share_compute (&input, shares, &total, NULL))
    g_error ("a day's cost overflows");
  tsm_share_table_replace_day (self->db, self->server_id, day, &total, shares);
}

static void
add_users (Maker *self, TsmDay first, guint n_users)
{
  for (guint i = 0; i < n_users; i++) {
    const gint64 user_id = FIRST_USER + i;
    const TsmStay stay = { .user_id = user_id, .arrival_day = first, .leave_day = TSM_DAY_NONE };

    g_array_append_val (self->users, user_id);
    tsm_stay_table_put (self->db, self->server_id, &stay, TSM_CALLER_SHELL, 0);
  }
}

/* The meter's memory, as engine/tsm-metering.c keeps it: it goes on from the last reading. */
static void
put_meter (const Maker *self, TsmDay today)
{
  g_autofree char *state = NULL;
  gint64 begin, end;

  tsm_day_get_bounds (today, self->zone, &begin, &end);
  state =
      g_strdup_printf ("has_baseline=1 baseline_at=%" G_GINT64_FORMAT
                       " baseline_total_wh=%" G_GINT64_FORMAT " baseline_power_w=%d dip_power_w=-1",
                       begin, self->total_wh, POWER_W);
  tsm_state_table_put (self->db, self->server_id, "meter", state);
}

static gboolean
make (const char *path, guint n_years, guint n_users, GError **error)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Paris");
  gsize n_sheets;
  const TsmSheet *sheets = tsm_calendar_get_sheets (&n_sheets);
  g_autoptr (TsmTariff) tariff = tsm_tariff_new (sheets, n_sheets, zone, error);
  g_autoptr (TsmDb) db = tariff != NULL ? tsm_db_open (path, error) : NULL;
  g_autoptr (GArray) users = g_array_new (FALSE, FALSE, sizeof (gint64));
  const TsmDay today = tsm_day_at (now, zone);
  const TsmDay first = today - (TsmDay) n_years * DAYS_A_YEAR;
  const TsmReading start = { .at = 0, .total_start = TSM_INSTANT_NONE };
  Maker self = { .db = db, .zone = zone, .tariff = tariff, .users = users };

  if (db == NULL)
    return FALSE;
  self.server_id = tsm_server_table_add (db, "server", first, now);
  tsm_meter_table_add_epoch (db, self.server_id, now, 0, &start, TSM_METER_REASON_NONE);
  add_users (&self, first, n_users);
  for (TsmDay day = first; day < today; day++)
    add_day (&self, day);
  put_meter (&self, today);
  return tsm_db_commit (db, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  guint64 n_years, n_users;

  if (argc != 4 || !g_ascii_string_to_unsigned (argv[2], 10, 1, 50, &n_years, NULL) ||
      !g_ascii_string_to_unsigned (argv[3], 10, 1, 256, &n_users, NULL)) {
    fprintf (stderr, "usage: make-ledger FILE YEARS USERS\n");
    return 2;
  }
  if (make (argv[1], (guint) n_years, (guint) n_users, &error))
    return 0;
  fprintf (stderr, "make-ledger: %s\n", error->message);
  return 1;
}
