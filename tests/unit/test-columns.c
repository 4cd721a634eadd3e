/* SPDX-License-Identifier: MIT
 * Cells stand below each other, however many bytes their letters take. */
#include "base/tsm-columns.h"

static const struct {
  const char *name;
  const char *alignment;
  const char *cells[12];
  guint n_cells;
  const char *text;
} cases[] = {
  { "nothing", "l", { NULL }, 0, "" },
  { "one", "l", { "a" }, 1, "a" },
  { "left-and-right", "lrl", { "a", "1", "x", "bbb", "22", "y" }, 6, "a     1  x\nbbb  22  y" },
  { "letters-not-bytes", "lr", { "été", "1 €", "hiver", "22 €" }, 4, "été     1 €\nhiver  22 €" },
  { "no-blanks-at-the-end", "ll", { "a", NULL, "bbb", "c" }, 4, "a\nbbb  c" },
  { "empty-row", "ll", { NULL, NULL, "b", "c" }, 4, "\nb  c" },
};

static void
test_columns_align (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GPtrArray) cells = g_ptr_array_new ();
  g_autofree char *text = NULL;

  for (guint c = 0; c < cases[i].n_cells; c++)
    g_ptr_array_add (cells, (gpointer) cases[i].cells[c]);
  text = tsm_columns_dup_string (cells, cases[i].alignment);
  g_assert_cmpstr (text, ==, cases[i].text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/columns/", cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_columns_align);
  }
  return g_test_run ();
}
