/* SPDX-License-Identifier: MIT
 * test-record: plain structs to a line and back. */
#include "base/tsm-error.h"
#include "base/tsm-record.h"

typedef struct {
  gint64 at;
  guint n;
  gboolean is_on;
  char mac[6];
} Thing;

static const TsmField fields[] = {
  TSM_FIELD (Thing, at, TSM_FIELD_INT64),
  TSM_FIELD (Thing, n, TSM_FIELD_UINT),
  TSM_FIELD (Thing, is_on, TSM_FIELD_UINT),
  TSM_FIELD (Thing, mac, TSM_FIELD_TEXT),
};

static void
assert_thing (const Thing *a, const Thing *b)
{
  g_assert_cmpint (a->at, ==, b->at);
  g_assert_cmpuint (a->n, ==, b->n);
  g_assert_cmpint (a->is_on, ==, b->is_on);
  g_assert_cmpstr (a->mac, ==, b->mac);
}

static const struct {
  const char *text;
  Thing thing;
} round_cases[] = {
  { "at=0 n=0 is_on=0 mac=", { 0 } },
  { "at=-9223372036854775808 n=4294967295 is_on=1 mac=AA:BB",
    { G_MININT64, G_MAXUINT, TRUE, "AA:BB" } },
  { "at=9223372036854775807 n=1 is_on=0 mac=a=b", { G_MAXINT64, 1, FALSE, "a=b" } },
};

static void
test_record_round (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (round_cases); i++) {
    g_autofree char *text =
        tsm_record_dup_string (&round_cases[i].thing, fields, G_N_ELEMENTS (fields));
    g_autoptr (GError) error = NULL;
    Thing back = { .at = 7, .n = 7, .is_on = 7, .mac = "7" };

    g_assert_cmpstr (text, ==, round_cases[i].text);
    tsm_record_parse (text, &back, fields, G_N_ELEMENTS (fields), &error);
    g_assert_no_error (error);
    assert_thing (&back, &round_cases[i].thing);
  }
}

/* What another version of the program wrote: fields it lacked, fields since dropped, any order. */
static const struct {
  const char *text;
  Thing thing;
} other_cases[] = {
  { "", { 7, 7, 7, "7" } },
  { "n=3", { 7, 3, 7, "7" } },
  { "gone=1 at=5 n_more=9", { 5, 7, 7, "7" } },
  { "mac=x is_on=0", { 7, 7, 0, "x" } },
  { "  at=1   n=2 ", { 1, 2, 7, "7" } },
  { "at n", { 7, 7, 7, "7" } },
  { "a=1 =2", { 7, 7, 7, "7" } },
};

static void
test_record_parse_other (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (other_cases); i++) {
    g_autoptr (GError) error = NULL;
    Thing thing = { .at = 7, .n = 7, .is_on = 7, .mac = "7" };

    tsm_record_parse (other_cases[i].text, &thing, fields, G_N_ELEMENTS (fields), &error);
    g_assert_no_error (error);
    assert_thing (&thing, &other_cases[i].thing);
  }
}

static const char *const bad_cases[] = {
  "at=",
  "at=x",
  "at=1.5",
  "at=9223372036854775808",
  "n=-1",
  "n=4294967296",
  "is_on=true",
  "at=0x10",
  "n=1\tat=2",
  "mac=AA:BB:",
  "n=1 mac=AA:BB:CC at=1",
};

static void
test_record_parse_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_cases); i++) {
    g_autoptr (GError) error = NULL;
    Thing thing = { 0 };

    g_assert_false (tsm_record_parse (bad_cases[i], &thing, fields, G_N_ELEMENTS (fields), &error));
    g_assert_error (error, TSM_ERROR, TSM_ERROR_INVALID);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/round", test_record_round);
  g_test_add_func ("/record/parse/other", test_record_parse_other);
  g_test_add_func ("/record/parse/bad", test_record_parse_bad);
  return g_test_run ();
}
