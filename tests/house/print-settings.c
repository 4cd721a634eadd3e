/* SPDX-License-Identifier: MIT
 * Writes docs/settings.md; a test compares the two. */
#include "base/tsm-setting.h"
#include <stdio.h>

static const char opening[] =
    "# Settings\n"
    "Written from the table in `src/base/tsm-setting.c`: after a change of it,\n"
    "`cp build/tests/house/settings.md docs/`.\n"
    "\n"
    "They come from the environment and from the file given with `--config`, whose lines are\n"
    "`NAME=value` under `[tsm]`, or without any group, as in the `.env` file of the Python\n"
    "original; the environment wins, setting by setting. A value is taken as it stands, but\n"
    "for one pair of quotes around it. Where `..._FILE` is named, `NAME_FILE=path` reads the\n"
    "value from a file. `tsm run` names all that is missing or wrong before it starts anything;\n"
    "a name in the file that is not one of these is wrong too.\n"
    "\n";

static const char closing[] =
    "\n"
    "The state directory is systemd's `$STATE_DIRECTORY`, else `$XDG_STATE_HOME/tsm`, else\n"
    "`~/.local/state/tsm`; the runtime directory is systemd's `$RUNTIME_DIRECTORY`, else\n"
    "`$XDG_RUNTIME_DIR`, else the ledger's folder.\n";

int
main (void)
{
  g_autofree char *table = tsm_setting_dup_markdown ();

  printf ("%s%s%s", opening, table, closing);
  return 0;
}
