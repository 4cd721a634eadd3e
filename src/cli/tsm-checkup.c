/* SPDX-License-Identifier: MIT
 * tsm-checkup: the findings of `tsm doctor`, a line each. */
#include "cli/tsm-checkup.h"
#include <stdio.h>

#define COLOUR_END "\033[0m"

static const char *
get_mark (TsmFinding finding)
{
  switch (finding) {
  case TSM_FINDING_OK:
    return "ok  ";
  case TSM_FINDING_WARN:
    return "warn";
  case TSM_FINDING_FAIL:
    return "FAIL";
  }
  g_assert_not_reached ();
}

static const char *
get_colour (TsmFinding finding)
{
  switch (finding) {
  case TSM_FINDING_OK:
    return "\033[32m";
  case TSM_FINDING_WARN:
    return "\033[33m";
  case TSM_FINDING_FAIL:
    return "\033[1;31m";
  }
  g_assert_not_reached ();
}

void
tsm_checkup_add (TsmCheckup *self, TsmFinding finding, const char *subject, const char *format, ...)
{
  g_autofree char *text = NULL, *line = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  line = g_strdup_printf ("%s%s%s %s: %s\n", self->use_colour ? get_colour (finding) : "",
                          get_mark (finding), self->use_colour ? COLOUR_END : "", subject, text);
  if (finding == TSM_FINDING_FAIL)
    self->has_failed = TRUE;
  if (self->out != NULL) {
    g_string_append (self->out, line);
    return;
  }
  fputs (line, stdout);
  fflush (stdout); /* each finding is seen while the next is being looked for */
}

void
tsm_checkup_keep (GObject *source, GAsyncResult *result, gpointer slot)
{
  *(GAsyncResult **) slot = g_object_ref (result);
}

void
tsm_checkup_wait (GAsyncResult *const *slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
}
