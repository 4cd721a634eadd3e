/* SPDX-License-Identifier: MIT
 * tsm-command: the one table of commands. */
#include "engine/tsm-command.h"
#include "base/tsm-i18n.h"
#include "engine/tsm-handle.h"
#include <string.h>

#define PERIODS "all", "global", "year", "month", "week", "yesterday", "day"

#define USER_OPTION(required)                                         \
  {                                                                   \
    .name = "user", .kind = TSM_OPTION_USER, .is_required = required, \
    .description = N_ ("the member's Discord id")                     \
  }

static const TsmCommandSpec table[] = {
  { .name = "status",
    .description = N_ ("what is on, what holds it on and what it draws now"),
    .handler = tsm_handle_power_status,
    .who = TSM_WHO_MEMBER },
  { .name = "plan",
    .description = N_ ("the next days' colours and when the server is on"),
    .handler = tsm_handle_power_plan,
    .who = TSM_WHO_MEMBER },
  { .name = "set_derogation",
    .description = N_ ("keep the server on for you on a red day, at your cost"),
    .handler = tsm_handle_derogation_set,
    .who = TSM_WHO_PRESENT,
    .options = { { .name = "when",
                   .kind = TSM_OPTION_WHEN,
                   .is_required = TRUE,
                   .description = N_ ("the day it begins"),
                   .choices = { "today", "tomorrow" } },
                 { .name = "hour_start",
                   .kind = TSM_OPTION_HOUR,
                   .description =
                       N_ ("its start (14, 14h30, 14:30); else now, or 06:00 tomorrow") },
                 { .name = "hour_end",
                   .kind = TSM_OPTION_HOUR,
                   .description =
                       N_ ("its end (14, 14h30, 14:30); else 12 hours after the start") } } },
  { .name = "remove_derogation",
    .description = N_ ("take a derogation back; not from 21:45 to midnight"),
    .handler = tsm_handle_derogation_remove,
    .is_open_to_shell = TRUE,
    .who = TSM_WHO_USER,
    .options = { { .name = "derogation_id",
                   .kind = TSM_OPTION_DEROGATION,
                   .is_required = TRUE,
                   .description = N_ ("the derogation's number, such as D17") } } },
  { .name = "get_my_current_derogations",
    .description = N_ ("your derogations, running or to come"),
    .handler = tsm_handle_derogation_list,
    .is_private = TRUE,
    .who = TSM_WHO_USER },
  { .name = "get_total_state",
    .description = N_ ("the server's energy and what it cost"),
    .handler = tsm_handle_state_total,
    .who = TSM_WHO_MEMBER,
    .options = { { .name = "which",
                   .kind = TSM_OPTION_CHOICE,
                   .is_required = TRUE,
                   .description = N_ ("the period"),
                   .choices = { PERIODS } } } },
  { .name = "get_my_state",
    .description = N_ ("your share of the energy and of its cost"),
    .handler = tsm_handle_state_mine,
    .is_private = TRUE,
    .who = TSM_WHO_USER,
    .options = { { .name = "which",
                   .kind = TSM_OPTION_CHOICE,
                   .is_required = TRUE,
                   .description = N_ ("the period"),
                   .choices = { PERIODS, "derogations_year", "derogations_total" } } } },
  { .name = "get_state",
    .description = N_ ("another member's share"),
    .handler = tsm_handle_state_other,
    .is_private = TRUE,
    .who = TSM_WHO_ADMIN,
    .options = { USER_OPTION (TRUE),
                 { .name = "which",
                   .kind = TSM_OPTION_CHOICE,
                   .is_required = TRUE,
                   .description = N_ ("the period"),
                   .choices = { PERIODS, "derogations_year", "derogations_total" } } } },
  { .name = "hello_you",
    .description = N_ ("a member begins to share the machine"),
    .handler = tsm_handle_stay_hello,
    .who = TSM_WHO_ADMIN,
    .options = { USER_OPTION (TRUE),
                 { .name = "arrival_date",
                   .kind = TSM_OPTION_DATE,
                   .description = N_ ("YYYY-MM-DD, not after today; else today") } } },
  { .name = "bye_bye",
    .description = N_ ("stop sharing the machine; an admin can name someone else"),
    .handler = tsm_handle_stay_bye,
    .who = TSM_WHO_MEMBER,
    .options = { USER_OPTION (FALSE) } },
  { .name = "change_date",
    .description = N_ ("correct a member's arrival or leave date"),
    .handler = tsm_handle_stay_change,
    .who = TSM_WHO_ADMIN,
    .options = { { .name = "which",
                   .kind = TSM_OPTION_CHOICE,
                   .is_required = TRUE,
                   .description = N_ ("the date to correct"),
                   .choices = { "arrival", "leave" } },
                 { .name = "date",
                   .kind = TSM_OPTION_DATE,
                   .is_required = TRUE,
                   .description = N_ ("YYYY-MM-DD, not after today") },
                 USER_OPTION (TRUE) } },
  { .name = "power",
    .description = N_ ("hold the server on or off against the plan, or end the hold"),
    .handler = tsm_handle_power_hold,
    .is_private = TRUE,
    .who = TSM_WHO_ADMIN,
    .needs_host = TRUE,
    .options = { { .name = "state",
                   .kind = TSM_OPTION_CHOICE,
                   .is_required = TRUE,
                   .description = N_ ("on, off, or auto to follow the plan again"),
                   .choices = { "on", "off", "auto" } },
                 { .name = "until",
                   .kind = TSM_OPTION_HOUR,
                   .description = N_ ("the hour it ends; else 06:00") } } },
  { .name = "set_colour",
    .description = N_ ("correct a day's colour when the sources have it wrong"),
    .handler = tsm_handle_colour_set,
    .is_private = TRUE,
    .who = TSM_WHO_ADMIN,
    .options = { { .name = "day",
                   .kind = TSM_OPTION_DATE,
                   .is_required = TRUE,
                   .description = N_ ("YYYY-MM-DD, up to tomorrow") },
                 { .name = "colour",
                   .kind = TSM_OPTION_CHOICE,
                   .is_required = TRUE,
                   .description = N_ ("its colour"),
                   .choices = { "blue", "white", "red" } } } },
  { .name = "op",
    .description = N_ ("give a member the admin role"),
    .handler = tsm_handle_admin_op,
    .who = TSM_WHO_ADMIN,
    .options = { USER_OPTION (TRUE) } },
  { .name = "deop",
    .description = N_ ("take the admin role back; the last admin keeps it"),
    .handler = tsm_handle_admin_deop,
    .who = TSM_WHO_ADMIN,
    .options = { USER_OPTION (TRUE) } },
};

const TsmCommandSpec *
tsm_command_get_table (gsize *ret_n_commands)
{
  *ret_n_commands = G_N_ELEMENTS (table);
  return table;
}

const TsmCommandSpec *
tsm_command_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strcmp0 (table[i].name, name) == 0)
      return &table[i];
  return NULL;
}

/* What people read for each choice; the choices stay what is typed and stored. */
static const struct {
  const char *choice, *label;
} labels[] = {
  { "today", N_ ("today") },
  { "tomorrow", N_ ("tomorrow") },
  { "all", N_ ("everything") },
  { "global", N_ ("since the start") },
  { "year", N_ ("this year") },
  { "month", N_ ("this month") },
  { "week", N_ ("this week") },
  { "yesterday", N_ ("yesterday") },
  { "day", N_ ("today") },
  { "derogations_year", N_ ("derogations this year") },
  { "derogations_total", N_ ("derogations since arrival") },
  { "arrival", N_ ("arrival") },
  { "leave", N_ ("departure") },
  { "on", N_ ("on") },
  { "off", N_ ("off") },
  { "auto", N_ ("as planned") },
  { "blue", N_ ("blue") },
  { "white", N_ ("white") },
  { "red", N_ ("red") },
};

const char *
tsm_command_get_choice_label (const char *choice)
{
  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    if (strcmp (labels[i].choice, choice) == 0)
      return labels[i].label;
  return NULL;
}

const TsmOptionSpec *
tsm_command_find_option (const TsmCommandSpec *spec, const char *name)
{
  for (gsize i = 0; spec->options[i].name != NULL; i++)
    if (strcmp (spec->options[i].name, name) == 0)
      return &spec->options[i];
  return NULL;
}
