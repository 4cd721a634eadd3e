/* SPDX-License-Identifier: MIT
 * tsm-demo-screen: the demo's page. */
#include "cli/tsm-demo-screen.h"
#include "base/tsm-format.h"
#include "rules/tsm-day.h"
#include <string.h>

#define RULE_COLUMNS 72
/* Below this, broken lines read worse than the terminal's own. */
#define MIN_COLUMNS 40
/* " 22:00  # " */
#define TEXT_COLUMN 10
/* Of what explains a word. */
#define ENTRY_COLUMN  46
#define NARROW_COLUMN 6

#define RESET "\033[0m"
#define DIM   "\033[2m"
#define BOLD  "\033[1m"

/* Colours of the 256 that read on light and dark ground. */
static const struct {
  const char *sign;
  const char *colour;
  const char *text_colour; /* NULL: the terminal's own */
} marks[] = {
  [TSM_DEMO_MARK_BLUE] = { "■", "\033[38;5;33m", NULL },
  [TSM_DEMO_MARK_WHITE] = { "□", "\033[1m", NULL },
  [TSM_DEMO_MARK_RED] = { "■", "\033[38;5;196m", "\033[38;5;203m" },
  [TSM_DEMO_MARK_WARNING] = { "▲", "\033[38;5;214m", "\033[38;5;214m" },
  [TSM_DEMO_MARK_POWER] = { "◆", "\033[1m", "\033[1m" },
  [TSM_DEMO_MARK_HOST_ON] = { "●", "\033[38;5;35m", "\033[2m" },
  [TSM_DEMO_MARK_HOST_MID] = { "◐", "\033[38;5;214m", "\033[2m" },
  [TSM_DEMO_MARK_HOST_OFF] = { "○", "\033[2m", "\033[2m" },
  [TSM_DEMO_MARK_PROBLEM] = { "✗", "\033[38;5;196m", "\033[38;5;203m" },
  [TSM_DEMO_MARK_RECOVERY] = { "✓", "\033[38;5;35m", NULL },
  [TSM_DEMO_MARK_LEDGER] = { "·", "\033[2m", "\033[2m" },
  [TSM_DEMO_MARK_COST] = { "€", "\033[38;5;37m", NULL },
  [TSM_DEMO_MARK_DEROGATION] = { "◇", "\033[38;5;170m", "\033[38;5;170m" },
  [TSM_DEMO_MARK_COMMAND] = { "›", "\033[1m", "\033[1m" },
  [TSM_DEMO_MARK_REPLY] = { " ", "", NULL },
  [TSM_DEMO_MARK_REFUSAL] = { "✗", "\033[38;5;203m", NULL },
};

struct _TsmDemoScreen {
  TsmDemoScreenConfig config;
  TsmDay date;         /* of the last rule */
  GHashTable *colours; /* TsmDay to TsmColour */
};

TsmDemoScreen *
tsm_demo_screen_new (const TsmDemoScreenConfig *config)
{
  TsmDemoScreen *self = g_new0 (TsmDemoScreen, 1);

  self->config = *config;
  g_time_zone_ref (self->config.zone);
  self->date = TSM_DAY_NONE;
  self->colours = g_hash_table_new (NULL, NULL);
  return self;
}

void
tsm_demo_screen_free (TsmDemoScreen *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->colours);
  g_time_zone_unref (self->config.zone);
  g_free (self);
}

void
tsm_demo_screen_set_columns (TsmDemoScreen *self, guint columns)
{
  self->config.columns = columns;
}

void
tsm_demo_screen_set_colour (TsmDemoScreen *self, TsmDay day, TsmColour colour)
{
  g_hash_table_replace (self->colours, GINT_TO_POINTER (day), GINT_TO_POINTER (colour));
}

TsmColour
tsm_demo_screen_get_colour (const TsmDemoScreen *self, TsmDay day)
{
  return (TsmColour) GPOINTER_TO_INT (g_hash_table_lookup (self->colours, GINT_TO_POINTER (day)));
}

/* @text in @colour, one of the escapes above; as it is without colours, or where that is NULL. */
static void
append (const TsmDemoScreen *self, GString *page, const char *colour, const char *text)
{
  const gboolean is_coloured =
      self->config.use_colour && colour != NULL && colour[0] != '\0' && text[0] != '\0';

  if (is_coloured)
    g_string_append (page, colour);
  g_string_append (page, text);
  if (is_coloured)
    g_string_append (page, RESET);
}

static const char *
get_colour_escape (TsmColour colour)
{
  switch (colour) {
  case TSM_COLOUR_UNKNOWN:
    return NULL;
  case TSM_COLOUR_BLUE:
    return marks[TSM_DEMO_MARK_BLUE].colour;
  case TSM_COLOUR_WHITE:
    return marks[TSM_DEMO_MARK_WHITE].colour;
  case TSM_COLOUR_RED:
    return marks[TSM_DEMO_MARK_RED].colour;
  }
  g_assert_not_reached ();
}

/* "── Monday 26 January 2026, red ───────": the Tempo day that begins at 06:00 of this date. */
static void
append_rule (TsmDemoScreen *self, GString *page)
{
  const TsmColour colour = tsm_demo_screen_get_colour (self, self->date);
  g_autofree char *day = colour == TSM_COLOUR_UNKNOWN
                             ? tsm_format_dup_day (self->config.lang, self->date)
                             : tsm_format_dup_tempo_day (self->config.lang, self->date, colour);
  const glong used = g_utf8_strlen (day, -1) + 4;
  const glong columns = self->config.columns >= MIN_COLUMNS
                            ? MIN (RULE_COLUMNS, (glong) self->config.columns - 1)
                            : RULE_COLUMNS;
  g_autoptr (GString) rest = g_string_new (" ");

  for (glong i = used; i < columns; i++)
    g_string_append (rest, "─");
  g_string_append_c (page, '\n');
  append (self, page, DIM, "── ");
  append (self, page, get_colour_escape (colour), day);
  append (self, page, DIM, rest->str);
  g_string_append_c (page, '\n');
}

/* The bytes of @text that fit into @width columns, broken at a space; all of it if it fits or no
 * width is known. */
static gsize
get_fitting (const char *text, glong width)
{
  const char *end;
  const char *space = NULL;

  if (width <= 0 || g_utf8_strlen (text, -1) <= width)
    return strlen (text);
  end = g_utf8_offset_to_pointer (text, width);
  for (const char *p = text; p <= end; p++)
    if (*p == ' ')
      space = p;
  return (gsize) ((space != NULL && space > text ? space : end) - text);
}

/* @text, whose first line begins in the column @indent: all others are moved there. */
static void
append_text (const TsmDemoScreen *self, GString *page, const char *colour, const char *text,
             guint indent)
{
  const glong width =
      self->config.columns >= MIN_COLUMNS ? (glong) self->config.columns - (glong) indent - 1 : 0;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean is_first = TRUE;

  if (lines[0] == NULL)
    g_string_append_c (page, '\n');
  for (guint i = 0; lines[i] != NULL; i++) {
    const char *rest = lines[i];

    do {
      const gsize length = get_fitting (rest, width);
      g_autofree char *part = g_strndup (rest, length);

      if (!is_first && *part != '\0')
        g_string_append_printf (page, "%*s", (int) indent, "");
      append (self, page, colour, part);
      g_string_append_c (page, '\n');
      is_first = FALSE;
      rest += length;
      rest += strspn (rest, " ");
    } while (*rest != '\0');
  }
}

void
tsm_demo_screen_say (TsmDemoScreen *self, gint64 at, TsmDemoMark mark, const char *text)
{
  const TsmDay date = tsm_day_get_civil (at, self->config.zone, NULL);
  g_autofree char *time = tsm_format_dup_time (at, self->config.zone);
  g_autoptr (GString) page = g_string_new (NULL);

  if (date != self->date) {
    self->date = date;
    append_rule (self, page);
  }
  g_string_append_c (page, ' ');
  append (self, page, DIM, time);
  g_string_append (page, "  ");
  append (self, page, marks[mark].colour, marks[mark].sign);
  g_string_append_c (page, ' ');
  append_text (self, page, marks[mark].text_colour, text, TEXT_COLUMN);
  self->config.write (page->str, self->config.data);
}

static void
say_line (TsmDemoScreen *self, const char *colour, const char *text)
{
  g_autoptr (GString) page = g_string_new (NULL);

  append_text (self, page, colour, text, 0);
  self->config.write (page->str, self->config.data);
}

void
tsm_demo_screen_say_plain (TsmDemoScreen *self, const char *text)
{
  say_line (self, NULL, text);
}

void
tsm_demo_screen_say_title (TsmDemoScreen *self, const char *text)
{
  say_line (self, BOLD, text);
}

void
tsm_demo_screen_say_entry (TsmDemoScreen *self, const char *name, const char *text)
{
  const gboolean is_narrow =
      self->config.columns >= MIN_COLUMNS && self->config.columns < 2 * ENTRY_COLUMN;
  const guint indent = is_narrow ? NARROW_COLUMN : ENTRY_COLUMN;
  const glong n_blanks = (glong) indent - g_utf8_strlen (name, -1);
  g_autoptr (GString) page = g_string_new (NULL);

  append (self, page, BOLD, name);
  if (n_blanks > 0)
    g_string_append_printf (page, "%*s", (int) n_blanks, "");
  else
    g_string_append_printf (page, "\n%*s", (int) indent, "");
  append_text (self, page, NULL, text, indent);
  self->config.write (page->str, self->config.data);
}
