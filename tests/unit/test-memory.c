/* SPDX-License-Identifier: MIT */
#include "base/tsm-limits.h"
#include "discord/tsm-memory.h"
#include <glib/gstdio.h>
#include <string.h>

#define NOW   G_GINT64_CONSTANT (1767650400)
#define DAY_S (24 * 3600)

static char *
dup_path (void)
{
  g_autofree char *folder = g_dir_make_tmp ("tsm-memory-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return g_build_filename (folder, "discord.ini", NULL);
}

static void
clean_up (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_remove (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
assert_identifies (const TsmMemory *memory, gint64 now, guint n, gint64 first)
{
  g_autoptr (GArray) identifies = tsm_memory_dup_identifies (memory, now);

  g_assert_cmpuint (identifies->len, ==, n);
  if (n > 0)
    g_assert_cmpint (g_array_index (identifies, gint64, 0), ==, first);
}

static void
test_memory_outlives_restart (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (TsmMemory) before = tsm_memory_new (path);
  g_autoptr (TsmMemory) after = NULL;

  assert_identifies (before, NOW, 0, 0);
  g_assert_null (tsm_memory_peek_commands (before, "17"));
  tsm_memory_add_identify (before, NOW - 60);
  tsm_memory_add_identify (before, NOW);
  tsm_memory_set_commands (before, "17", "abc");
  tsm_memory_set_commands (before, "18", "def");
  tsm_memory_set_commands (before, "17", "ghi");
  tsm_memory_set_commands (before, "18", NULL);
  after = tsm_memory_new (path);
  assert_identifies (after, NOW, 2, NOW - 60);
  g_assert_cmpstr (tsm_memory_peek_commands (after, "17"), ==, "ghi");
  g_assert_null (tsm_memory_peek_commands (after, "18"));
  clean_up (path);
}

static void
test_memory_is_private (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (TsmMemory) memory = tsm_memory_new (path);
  GStatBuf status;

  tsm_memory_add_identify (memory, NOW);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  clean_up (path);
}

static void
test_memory_forgets_after_a_day (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (TsmMemory) memory = tsm_memory_new (path);

  tsm_memory_add_identify (memory, NOW);
  assert_identifies (memory, NOW + DAY_S - 1, 1, NOW);
  assert_identifies (memory, NOW + DAY_S, 0, 0);
  assert_identifies (memory, NOW - 5 * DAY_S, 1, NOW); /* the clock was set back */
  clean_up (path);
}

/* The oldest go; what is left is enough to say that the budget is used up. */
static void
test_memory_is_bounded (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (GString) text = g_string_new ("[gateway]\nidentifies=");
  g_autoptr (TsmMemory) memory = NULL;
  g_autoptr (TsmMemory) after = NULL;

  for (gint64 i = 0; i < TSM_LIMIT_IDENTIFIES + 7; i++)
    g_string_append_printf (text, "%" G_GINT64_FORMAT ";", NOW + i);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
  memory = tsm_memory_new (path);
  assert_identifies (memory, NOW + 1000, TSM_LIMIT_IDENTIFIES, NOW + 7);
  tsm_memory_add_identify (memory, NOW + 1000);
  assert_identifies (memory, NOW + 1000, TSM_LIMIT_IDENTIFIES, NOW + 8);
  for (guint i = 0; i < TSM_LIMIT_GUILDS_KEPT + 1; i++) {
    g_autofree char *guild = g_strdup_printf ("%u", i + 1);

    tsm_memory_set_commands (memory, guild, "x");
    g_assert_cmpstr (tsm_memory_peek_commands (memory, guild), ==,
                     i < TSM_LIMIT_GUILDS_KEPT ? "x" : NULL);
  }
  tsm_memory_set_commands (memory, "1", "y"); /* one that is there may change */
  g_assert_cmpstr (tsm_memory_peek_commands (memory, "1"), ==, "y");
  after = tsm_memory_new (path);
  assert_identifies (after, NOW + 1000, TSM_LIMIT_IDENTIFIES, NOW + 8);
  g_assert_cmpstr (tsm_memory_peek_commands (after, "1"), ==, "y");
  clean_up (path);
}

static GString *log_text; /* what was logged since it was last asked, a line each */

static GLogWriterOutput
keep_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      g_string_append_printf (log_text, "%s\n", (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

/* One line like @pattern and no other (NULL: none). Nothing of the path, which is beside the
 * ledger, is in it. */
static void
assert_logged (const char *pattern)
{
  if (pattern == NULL)
    g_assert_cmpstr (log_text->str, ==, "");
  else if (!g_pattern_match_simple (pattern, log_text->str) ||
           strchr (log_text->str, '\n') != log_text->str + log_text->len - 1)
    g_error ("\"%s\" is not like \"%s\"", log_text->str, pattern);
  g_assert_null (strstr (log_text->str, "tsm-memory"));
  g_string_truncate (log_text, 0);
}

static const struct {
  const char *name;
  const char *text;
  const char *warning; /* NULL: what can be read is taken */
  guint n_identifies;
} broken_cases[] = {
  { "not-a-key-file", "{\"identifies\":[]}", "*cannot be used*form*", 0 },
  { "half-written", "[gateway]\nidentifies=1767650400;1767", NULL, 1 },
  { "binary", "\177ELF\001\002", "*cannot be used*form*", 0 },
  { "empty", "", NULL, 0 },
  { "not-numbers", "[gateway]\nidentifies=soon;1767650400;-5;99999999999999999999;\n", NULL, 1 },
  { "not-an-id", "[commands]\n../x=abc\n=1\n", "*cannot be used*form*", 0 },
  { "from-the-future", "[gateway]\nidentifies=1767650400\ncolour=red\n[other]\na=b\n", NULL, 1 },
};

static void
test_memory_broken (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *path = dup_path ();
  g_autoptr (TsmMemory) memory = NULL;

  g_assert_true (g_file_set_contents (path, broken_cases[i].text, -1, NULL));
  memory = tsm_memory_new (path);
  assert_logged (broken_cases[i].warning);
  assert_identifies (memory, NOW, broken_cases[i].n_identifies, NOW);
  tsm_memory_add_identify (memory, NOW + 1); /* and it is whole again */
  tsm_memory_free (g_steal_pointer (&memory));
  memory = tsm_memory_new (path);
  assert_identifies (memory, NOW, broken_cases[i].n_identifies + 1,
                     broken_cases[i].n_identifies > 0 ? NOW : NOW + 1);
  clean_up (path);
}

static void
test_memory_too_long (void)
{
  g_autofree char *path = dup_path ();
  g_autofree char *text = g_strnfill (128 * 1024 + 1, '\n');
  g_autoptr (TsmMemory) memory = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  memory = tsm_memory_new (path);
  assert_logged ("*cannot be used*");
  clean_up (path);
}

/* A folder in its place, for a test that may run as root, whom no permission stops. */
static void
test_memory_unreadable (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (TsmMemory) memory = NULL;

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  memory = tsm_memory_new (path);
  assert_logged ("*cannot be read, starting without*");
  clean_up (path);
}

/* Said once, and again after it had worked. */
static void
test_memory_unwritable (void)
{
  g_autofree char *path = dup_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (TsmMemory) memory = tsm_memory_new (path);

  for (guint round = 0; round < 2; round++) {
    g_assert_cmpint (g_rmdir (folder), ==, 0);
    tsm_memory_add_identify (memory, NOW);
    assert_logged ("*cannot be written, going on without: its directory is not there*");
    tsm_memory_add_identify (memory, NOW);
    tsm_memory_set_commands (memory, "17", round == 0 ? "a" : "b");
    g_assert_cmpstr (tsm_memory_peek_commands (memory, "17"), ==, round == 0 ? "a" : "b");
    assert_logged (NULL);
    g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
    tsm_memory_add_identify (memory, NOW);
    g_assert_cmpint (g_remove (path), ==, 0);
  }
  assert_identifies (memory, NOW, 6, NOW);
  clean_up (path);
}

int
main (int argc, char **argv)
{
  int failures;

  g_test_init (&argc, &argv, NULL);
  log_text = g_string_new (NULL);
  g_log_set_writer_func (keep_line, NULL, NULL);
  g_test_add_func ("/memory/outlives-restart", test_memory_outlives_restart);
  g_test_add_func ("/memory/is-private", test_memory_is_private);
  g_test_add_func ("/memory/forgets-after-a-day", test_memory_forgets_after_a_day);
  g_test_add_func ("/memory/is-bounded", test_memory_is_bounded);
  for (guint i = 0; i < G_N_ELEMENTS (broken_cases); i++) {
    g_autofree char *path = g_strconcat ("/memory/broken/", broken_cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_memory_broken);
  }
  g_test_add_func ("/memory/too-long", test_memory_too_long);
  g_test_add_func ("/memory/unreadable", test_memory_unreadable);
  g_test_add_func ("/memory/unwritable", test_memory_unwritable);
  failures = g_test_run ();
  g_string_free (log_text, TRUE);
  return failures;
}
