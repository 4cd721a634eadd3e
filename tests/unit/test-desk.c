/* SPDX-License-Identifier: MIT
 * test-desk: each reply reaches who holds its ticket, once. */
#include "base/tsm-limits.h"
#include "daemon/tsm-desk.h"

typedef struct {
  TsmDesk *desk;
  GPtrArray *fed; /* of TsmEvent */
} Fixture;

static void
on_fed (TsmEvent *take_event, gpointer data)
{
  Fixture *fixture = data;

  g_ptr_array_add (fixture->fed, take_event);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->fed = g_ptr_array_new_with_free_func ((GDestroyNotify) tsm_event_free);
  fixture->desk = tsm_desk_new (on_fed, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tsm_desk_free (fixture->desk);
  g_ptr_array_unref (fixture->fed);
}

/* Each reply's text is added to the string at @data. */
static void
on_reply (const TsmReply *reply, gpointer data)
{
  g_string_append_printf (data, "%s;", reply->text);
}

static guint64
ask (Fixture *fixture, GString *said)
{
  return tsm_desk_ask (fixture->desk, tsm_request_new ("status", TSM_CALLER_SHELL, TSM_LANG_EN),
                       on_reply, said);
}

static void
answer (Fixture *fixture, guint index, const char *text)
{
  const TsmEvent *event = g_ptr_array_index (fixture->fed, index);
  g_autoptr (TsmReply) reply = tsm_reply_new_refusal (event->request, TSM_REFUSAL_USAGE, text);

  tsm_desk_answer (fixture->desk, reply);
}

static void
test_desk_answers_by_ticket (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) first = g_string_new (NULL), second = g_string_new (NULL);

  g_assert_cmpuint (ask (fixture, first), !=, ask (fixture, second));
  answer (fixture, 1, "to the second");
  answer (fixture, 0, "to the first");
  answer (fixture, 0, "again");
  g_assert_cmpstr (first->str, ==, "to the first;");
  g_assert_cmpstr (second->str, ==, "to the second;");
}

static void
test_desk_forgets (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) said = g_string_new (NULL);

  tsm_desk_forget (fixture->desk, ask (fixture, said));
  tsm_desk_forget (fixture->desk, 0);
  answer (fixture, 0, "to nobody");
  g_assert_cmpstr (said->str, ==, "");
}

static void
test_desk_is_bounded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) said = g_string_new (NULL);

  for (guint i = 0; i < TSM_LIMIT_TICKETS; i++)
    g_assert_cmpuint (ask (fixture, said), !=, 0);
  g_assert_cmpstr (said->str, ==, "");
  g_assert_cmpuint (ask (fixture, said), ==, 0);
  g_assert_cmpstr (said->str, ==, "Too many commands at once; try again.;");
  g_assert_cmpuint (fixture->fed->len, ==, TSM_LIMIT_TICKETS);
  answer (fixture, 0, "one less");
  g_assert_cmpuint (ask (fixture, said), !=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/desk/answers-by-ticket", Fixture, NULL, set_up, test_desk_answers_by_ticket,
              tear_down);
  g_test_add ("/desk/forgets", Fixture, NULL, set_up, test_desk_forgets, tear_down);
  g_test_add ("/desk/is-bounded", Fixture, NULL, set_up, test_desk_is_bounded, tear_down);
  return g_test_run ();
}
