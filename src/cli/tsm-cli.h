/* SPDX-License-Identifier: MIT
 * tsm-cli: what the subcommands share. */
#pragma once
#include "base/tsm-settings.h"

G_BEGIN_DECLS

/* Exit codes (DESIGN 5.1). */
typedef enum {
  TSM_EXIT_DONE = 0,
  TSM_EXIT_FAILED, /* refused or failed, with one line on stderr */
  TSM_EXIT_USAGE,
} TsmExit;

/* @argv[0] is the subcommand's name; NULL-terminated. */
typedef TsmExit (*TsmCliRun) (int argc, char **argv);

typedef struct {
  const char *name;     /* NULL ends the table */
  const char *synopsis; /* what may follow the name */
  const char *help;     /* one line */
  TsmCliRun run;
} TsmCliCommand;

/* Runs the subcommand that @argv[1] names. */
TsmExit tsm_cli_run (const TsmCliCommand *commands, int argc, char **argv);

/* The language of LC_ALL, LC_MESSAGES or LANG, the first that is set. */
TsmLang tsm_cli_get_lang (void);
/* From the environment and the file at @path, which may be NULL; problems in @lang. */
TsmSettings *tsm_cli_read_settings (const char *path, TsmLang lang);
/* Whether a subcommand that uses no more than @n_wanted settings can go on: the file was read, and
 * they are not bad. The rest may be wrong. FALSE after a line on stderr. */
gboolean tsm_cli_check_settings (const TsmSettings *settings, const TsmSetting *wanted,
                                 guint n_wanted);

/* Whether the only word is --help; prints "tsm SYNOPSIS" and @help then. */
gboolean tsm_cli_print_usage (int argc, char **argv, const char *synopsis, const char *help);
/* Reads "[--config FILE]" and nothing else. FALSE after a line on stderr; @ret_path is borrowed
 * from @argv, or NULL. */
gboolean tsm_cli_parse_config (int argc, char **argv, const char **ret_path);

/* "tsm: TEXT" on stderr. Return the exit code. */
TsmExit tsm_cli_fail (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* The same with a hint at `tsm help`. */
TsmExit tsm_cli_fail_usage (const char *format, ...) G_GNUC_PRINTF (1, 2);

G_END_DECLS
