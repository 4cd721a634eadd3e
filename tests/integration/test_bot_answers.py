"""Answers in time whatever hangs, each command once whatever is repeated or lost, suggestions while
somebody types, and several guilds as one group."""

import contextlib
import json
import sqlite3
import unittest

from discord_harness import EN, FR, DiscordTest
from harness import ALICE, BOB, CAROL, HOUR, MINUTE, STRANGER, at


class Answers(DiscordTest):
    START = "2026-02-16 12:30"
    SETTINGS = {"POLL_SECONDS": "300"}

    def setUp(self):
        super().setUp()
        self.start_bot()
        self.world.run_for(2 * MINUTE)

    def derogations(self, user):
        return [row["id"] for row in
                self.data("get_my_current_derogations", user.id)["derogations"]]

    def send(self, command, user, /, **options):
        """Typed, and not waited for."""
        return self.discord.command(command, user, self.guild, options)

    @contextlib.contextmanager
    def hold_ledger(self, seconds):
        """Somebody else writes to the database for so long, and the daemon has to wait."""
        with contextlib.closing(sqlite3.connect(self.database, isolation_level=None,
                                                check_same_thread=False)) as database:
            database.execute("BEGIN IMMEDIATE")
            self.world.loop.call_later(seconds, lambda: database.execute("ROLLBACK"))
            yield
            self.world.run_for(seconds)


class Slow(Answers):
    """Every answer is there within 3 s, or is said to be on its way."""

    def assert_prompt(self):
        for command, user, options in (
                ("status", self.alice, {}), ("plan", self.bob, {}),
                ("get_total_state", self.carol, {"which": "all"}),
                ("get_my_state", self.alice, {"which": "all"}),
                ("set_derogation", self.alice, {"when": "tomorrow"}),
                ("power", self.owner, {"state": "auto"})):
            with self.subTest(command=command):
                call = self.type(command, user, **options)
                self.assertLess(call.latency_s, 0.5)
                self.assertEqual(call.callback["type"], 4)

    def test_plug_hangs(self):
        self.plug.mode = "hang"
        self.world.run_for(10 * MINUTE)
        self.assert_prompt()
        self.assert_reads(self.type("status", self.bob),
                          "The plug has not answered since Monday 16 February 2026 at 12:")
        self.assert_reads(self.type("status", self.alice),
                          "La prise ne répond plus depuis le lundi 16 février 2026 à 12:")

    def test_colour_sources_hang(self):
        self.couleur.mode = self.rte.mode = "hang"
        self.world.run_for(2 * HOUR)
        self.assert_prompt()

    def test_host_hangs(self):
        self.host.mode = "hang"
        self.world.run_for(10 * MINUTE)
        self.assert_prompt()

    def test_rest_is_slow(self):
        self.discord.rest.latency_s = 2.5
        for command, user, options in (("status", self.alice, {}),
                                       ("set_derogation", self.bob, {"when": "tomorrow"})):
            call = self.type(command, user, **options)
            self.assertLess(call.latency_s, 3)
        self.assertEqual(self.derogations(self.bob), ["D1"])

    def test_database_is_busy(self):
        with self.hold_ledger(2.5):
            call = self.send("set_derogation", self.bob, when="tomorrow")
            self.world.wait_until(lambda: call.is_answered, by=self.world.now + 3, what="thinking")
            self.assertEqual(call.callback["type"], 5)
            self.assertGreater(call.latency_s, 0.9)
            self.assertLess(call.latency_s, 1.5)
            self.wait_for(call)
        self.assert_reads(call, "Derogation D1", "on Tuesday 17 February 2026 from 06:00 to 18:00")
        self.assertFalse(call.is_ephemeral)
        self.assertEqual(self.derogations(self.bob), ["D1"])

    def test_a_refusal_after_thinking_is_for_the_caller_alone(self):
        self.data("set_derogation", BOB, when="tomorrow")
        self.world.run_for(1)
        with self.hold_ledger(2.5):
            first = self.send("set_derogation", self.alice, when="tomorrow")
            call = self.send("set_derogation", self.bob, when="tomorrow")
            self.world.wait_until(lambda: call.follow_ups, by=self.world.now + 6, what="a refusal")
        self.assert_reads(first, "Dérogation D2")
        self.assertTrue(call.callback["type"] == 5 and call.message.is_deleted)
        (told,) = call.follow_ups
        self.assertIn("These hours overlap your derogation D1", told.text)
        self.assertTrue(told.is_ephemeral)
        self.assertEqual(told.allowed_mentions, {"parse": []})

    def test_a_personal_figure_stays_personal_after_thinking(self):
        with self.hold_ledger(2.5):
            first = self.send("set_derogation", self.alice, when="tomorrow")
            call = self.send("get_my_current_derogations", self.alice)
            self.world.wait_until(lambda: first.is_done and call.is_done,
                                  by=self.world.now + 6, what="both answers")
        self.assertTrue(call.is_ephemeral)
        self.assert_reads(call, "D1")

    def test_thirty_at_once(self):
        calls = [self.send("get_my_state", user, which="all")
                 for _ in range(15) for user in (self.alice, self.bob)]
        for call in calls:
            self.wait_for(call)
            self.assertLess(call.latency_s, 3)
        self.assertEqual({call.callback["type"] for call in calls}, {4})

    def test_two_at_the_same_instant(self):
        calls = [self.send("set_derogation", user, when="tomorrow")
                 for user in (self.alice, self.bob, self.alice)]
        for call in calls:
            self.wait_for(call)
        self.assertEqual((self.derogations(self.alice), self.derogations(self.bob)),
                         (["D1"], ["D2"]))
        self.assert_refused(calls[2], "Ces heures chevauchent ta dérogation D1")


class Once(Answers):
    """Nothing is done twice."""

    def take(self, user):
        return self.send("set_derogation", user, when="tomorrow")

    def test_a_repeat_of_what_is_done(self):
        """Discord has its answer: another one would be refused."""
        call = self.wait_for(self.take(self.alice))
        shown = call.text
        self.world.run_for(1)
        before = self.ledger()
        self.discord.repeat(call)
        self.world.run_for(5)
        self.assertEqual((self.ledger(), call.text), (before, shown))
        self.assertEqual(len(call.attempts), 1)

    def test_a_repeat_of_what_runs(self):
        call = self.take(self.bob)
        self.discord.repeat(call)
        self.wait_for(call)
        self.world.run_for(5)
        self.assertEqual(self.derogations(self.bob), ["D1"])
        self.assertEqual(len(call.attempts), 1)

    def test_a_repeat_while_it_is_thought_about(self):
        with self.hold_ledger(2.5):
            call = self.take(self.bob)
            self.world.wait_until(lambda: call.is_answered, by=self.world.now + 3, what="thinking")
            self.discord.repeat(call)
            self.wait_for(call)
        self.assert_reads(call, "Derogation D1")
        self.assertEqual((self.derogations(self.bob), len(call.attempts)), (["D1"], 1))

    def test_a_repeat_hours_later(self):
        """The token is dead by then; what was asked is refused for what it is, or not at all."""
        self.discord.allow("dead-token", "late-answer", "second-answer")
        call = self.wait_for(self.take(self.alice))
        self.world.run_for(HOUR)
        self.discord.repeat(call)
        self.world.run_for(MINUTE)
        self.assertEqual(self.derogations(self.alice), ["D1"])

    def drop_and_type(self, failures):
        """Typed while nobody is connected; the gateway tells it again once we are back, which
        fails so many times."""
        self.discord.gateway.refuse("drop", failures)
        self.discord.gateway.drop()
        call = self.take(self.bob)
        self.assertEqual(len(self.discord.gateway.connections_open()), 0)
        self.world.wait_until(lambda: self.discord.gateway.is_ready, by=self.world.now + 5 * MINUTE,
                              what="the gateway")
        self.world.run_for(10)
        return call

    def test_told_again_in_time(self):
        call = self.drop_and_type(failures=0)
        self.assertEqual(call.callback["type"], 5, "asked first whether it can still be answered")
        self.assert_reads(call, "Derogation D1")
        self.assertEqual(self.derogations(self.bob), ["D1"])

    def test_told_again_too_late(self):
        self.discord.expect("late-answer")
        call = self.drop_and_type(failures=2)
        self.assertFalse(call.is_answered)
        self.assertEqual(self.derogations(self.bob), [], "nobody was told that it was done")
        self.wait_for(self.take(self.bob))
        self.assertEqual(self.derogations(self.bob), ["D1"])

    def test_failures_of_the_answer(self):
        for failure in ("lose", "drop", 500):
            with self.subTest(failure=failure):
                self.discord.rest.inject("callback", failure)
                call = self.wait_for(self.take(self.alice))
                self.assert_reads(call, "Dérogation D")
                (taken,) = self.derogations(self.alice)
                self.data("remove_derogation", ALICE, derogation_id=taken)

    def test_failures_of_thinking(self):
        for failure in ("lose", "drop"):
            with self.subTest(failure=failure), self.hold_ledger(2.5):
                self.discord.rest.inject("callback", failure)
                call = self.wait_for(self.take(self.alice))
                self.assertEqual(call.callback["type"], 5)
                self.assert_reads(call, "Dérogation D")
            (taken,) = self.derogations(self.alice)
            self.data("remove_derogation", ALICE, derogation_id=taken)

    def test_an_outage_of_rest(self):
        self.discord.rest.outage = 503
        call = self.take(self.bob)
        self.world.run_for(10)
        self.assertFalse(call.is_answered)
        self.discord.rest.outage = None
        self.world.run_for(MINUTE)
        self.assertEqual(self.derogations(self.bob), ["D1"], "done once, though nobody was told")
        self.assert_reads(self.type("get_my_current_derogations", self.bob), "D1")
        self.wait_for(self.take(self.alice))


class Suggestions(Answers):
    def test_derogations_are_the_callers_own(self):
        for hour in (6, 8, 10):
            self.data("set_derogation", ALICE, when="tomorrow", hour_start=str(hour),
                      hour_end=str(hour + 1))
        self.data("set_derogation", BOB, when="tomorrow")
        self.data("remove_derogation", ALICE, derogation_id="D2")

        def suggest(user, typed, locale=FR):
            call = self.discord.autocomplete("remove_derogation", user, self.guild,
                                             {"derogation_id": typed}, "derogation_id",
                                             locale=locale)
            return self.wait_for(call).choices
        self.assertEqual([value for _, value in suggest(self.alice, "")], ["D1", "D3"])
        self.assertEqual([value for _, value in suggest(self.bob, "")], ["D4"])
        self.assertEqual(suggest(self.carol, ""), [])
        self.assertEqual([value for _, value in suggest(self.alice, "d3")], ["D3"])
        self.assertEqual([value for _, value in suggest(self.alice, "3")], ["D3"])
        self.assertEqual(suggest(self.alice, "D4"), [], "Bob's")
        self.assertEqual(suggest(self.alice, "xyz"), [])
        ((french, _),) = suggest(self.alice, "D1")
        ((english, _),) = suggest(self.alice, "D1", EN)
        self.assertEqual(french, "D1 · mar. 17 févr. 06:00 – 07:00 · à venir")
        self.assertEqual(english, "D1 · Tue 17 Feb 06:00 – 07:00 · to come")

    def test_a_stranger_is_told_of_nobodys(self):
        elsewhere = self.discord.add_guild("Ailleurs", [self.alice])
        elsewhere.commands = self.guild.commands
        self.data("set_derogation", ALICE, when="tomorrow")
        call = self.discord.autocomplete("remove_derogation", self.alice, elsewhere,
                                         {"derogation_id": ""}, "derogation_id")
        self.assertEqual(self.wait_for(call).choices, [])

    def test_hours(self):
        def suggest(typed, option="hour_start"):
            return self.suggest("set_derogation", self.alice, option, **{option: typed})
        whole = suggest("")
        self.assertEqual((len(whole), whole[0]), (24, "06:00"))
        self.assertEqual(suggest("14", "hour_end"), ["14:00", "14:15", "14:30", "14:45"])
        self.assertEqual(suggest("14h3"), ["14:30"])
        self.assertEqual(suggest("14:37"), ["14:37"])
        self.assertEqual(suggest("25"), [])
        self.assertEqual(suggest("midi"), [])
        call = self.discord.autocomplete("power", self.owner, self.guild,
                                         {"state": "on", "until": "22"}, "until")
        self.assertEqual(self.wait_for(call).choices[0], ("22:00", "22:00"))

    def test_what_was_not_suggested_is_good_if_it_is_right(self):
        self.type("set_derogation", self.alice, when="tomorrow", hour_start="14h37",
                  hour_end="15:11")
        row, = self.data("get_my_current_derogations", ALICE)["derogations"]
        self.assertEqual((row["begin"], row["end"]),
                         (at("2026-02-17 14:37"), at("2026-02-17 15:11")))


class Group(DiscordTest):
    """Two guilds, one group: Dave is in the second alone, Bob in the first alone."""

    START = "2026-02-16 12:30"
    GUILDS = ("Maison", "Bureau")
    SETTINGS = {"POLL_SECONDS": "300"}

    def setUp(self):
        super().setUp()
        self.home, self.office = self.guilds
        self.dave = self.discord.add_user(STRANGER, "dave", "Dave", locale="en-US")
        self.discord.join(self.office, self.dave)
        self.discord.leave(self.office, self.bob)
        self.start_bot()

    def test_same_users_and_figures(self):
        self.world.run_for(HOUR)
        for command, options in (("get_total_state", {"which": "all"}), ("status", {}),
                                 ("get_my_state", {"which": "all"}), ("plan", {})):
            with self.subTest(command=command):
                here, there = (self.type(command, self.alice, guild, **options)
                               for guild in self.guilds)
                self.assertEqual(here.embeds, there.embeds)
        self.type("set_derogation", self.alice, self.office, when="tomorrow")
        self.assert_reads(self.type("get_my_current_derogations", self.alice, self.home), "D1")

    def test_a_user_has_to_be_a_member_where_it_is_typed(self):
        self.assert_refused(self.type("hello_you", self.owner, self.home, user=self.dave),
                            "is not in this Discord server")
        self.assertEqual(self.refusal("bye_bye", STRANGER), "not_a_user")
        self.assert_reads(self.type("hello_you", self.owner, self.office, user=self.dave),
                          f"Hello <@{STRANGER}>!")
        self.assert_refused(self.type("get_state", self.owner, self.office, user=self.bob,
                                      which="day"), "is not in this Discord server")
        self.assert_reads(self.type("get_state", self.owner, self.home, user=self.bob,
                                    which="day"), f"The share of <@{BOB}>:")

    def test_roles_hold_in_both(self):
        self.type("op", self.owner, self.home, user=self.carol)
        self.assert_reads(self.type("deop", self.carol, self.office, user=self.carol),
                          f"<@{CAROL}> is no longer an admin.")

    def test_notices_go_to_both(self):
        self.world.run_for(MINUTE)
        here, there = ([json.dumps([message.embeds, message.components])
                        for message in self.notices(guild)] for guild in self.guilds)
        self.assertEqual((len(here), here), (3, there))
        notice = self.wait_for_notice("mardi 17 février 2026", self.world.now, self.office)
        custom_id = notice.parts()[0]["custom_id"]
        self.assert_refused(self.press(notice, custom_id, self.dave), "You have never used")
        self.assert_reads(self.press(notice, custom_id, self.alice), "Dérogation D1")


if __name__ == "__main__":
    unittest.main()
