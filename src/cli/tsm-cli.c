/* SPDX-License-Identifier: MIT
 * tsm-cli: what the subcommands share. */
#include "cli/tsm-cli.h"
#include "base/tsm-text.h"
#include <stdio.h>
#include <string.h>

static TsmExit
print_help (const TsmCliCommand *commands)
{
  int width = 0;

  for (const TsmCliCommand *command = commands; command->name != NULL; command++)
    width = MAX (width, (int) (strlen (command->name) + 1 + strlen (command->synopsis)));
  printf ("TSM, the Tempo Server Manager: meters, prices and powers a shared server on EDF's Tempo "
          "tariff.\n\n");
  for (const TsmCliCommand *command = commands; command->name != NULL; command++) {
    g_autofree char *usage = g_strconcat (command->name, " ", command->synopsis, NULL);

    printf ("  tsm %-*s  %s\n", width, usage, command->help);
  }
  printf ("\nman tsm says more.\n");
  return TSM_EXIT_DONE;
}

static gboolean
is_help (const char *word)
{
  return strcmp (word, "help") == 0 || strcmp (word, "--help") == 0 || strcmp (word, "-h") == 0;
}

TsmExit
tsm_cli_run (const TsmCliCommand *commands, int argc, char **argv)
{
  if (argc < 2)
    return tsm_cli_fail_usage ("no subcommand given");
  if (is_help (argv[1]))
    return print_help (commands);
  for (const TsmCliCommand *command = commands; command->name != NULL; command++)
    if (strcmp (argv[1], command->name) == 0)
      return command->run (argc - 1, argv + 1);
  return tsm_cli_fail_usage ("there is no subcommand %s", argv[1]);
}

TsmLang
tsm_cli_get_lang (void)
{
  static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *tag = g_getenv (names[i]);

    if (tag != NULL && *tag != '\0')
      return tsm_text_lang_from_tag (tag);
  }
  return TSM_LANG_EN;
}

TsmSettings *
tsm_cli_read_settings (const char *path, TsmLang lang)
{
  g_auto (GStrv) environment = g_get_environ ();

  return tsm_settings_new (&(TsmSettingsInput){
      .lang = lang,
      .environment = (const char *const *) environment,
      .path = path,
  });
}

gboolean
tsm_cli_check_settings (const TsmSettings *settings, const TsmSetting *wanted, guint n_wanted)
{
  g_autoptr (GError) error = NULL;

  if (!tsm_settings_check_file (settings, &error)) {
    tsm_cli_fail ("%s", error->message);
    return FALSE;
  }
  for (guint i = 0; i < n_wanted; i++)
    if (tsm_settings_get_state (settings, wanted[i]) == TSM_SETTING_STATE_BAD) {
      tsm_cli_fail ("%s", tsm_settings_peek_problem (settings, wanted[i]));
      return FALSE;
    }
  return TRUE;
}

gboolean
tsm_cli_print_usage (int argc, char **argv, const char *synopsis, const char *help)
{
  if (argc != 2 || strcmp (argv[1], "--help") != 0)
    return FALSE;
  printf ("tsm %s\n\n%s\n", synopsis, help);
  return TRUE;
}

gboolean
tsm_cli_parse_config (int argc, char **argv, const char **ret_path)
{
  const char *path = NULL;

  for (int i = 1; i < argc; i++) {
    if (g_str_has_prefix (argv[i], "--config=")) {
      path = argv[i] + strlen ("--config=");
    } else if (strcmp (argv[i], "--config") == 0 && i + 1 < argc) {
      path = argv[++i];
    } else {
      tsm_cli_fail_usage (strcmp (argv[i], "--config") == 0 ? "%s %s wants a file"
                                                            : "%s does not know %s",
                          argv[0], argv[i]);
      return FALSE;
    }
  }
  *ret_path = path;
  return TRUE;
}

TsmExit
tsm_cli_fail (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "tsm: %s\n", text);
  return TSM_EXIT_FAILED;
}

TsmExit
tsm_cli_fail_usage (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "tsm: %s; see tsm help\n", text);
  return TSM_EXIT_USAGE;
}
