"""The one connection to Discord: how it comes up, is kept alive, is lost, and comes back."""

import itertools
import unittest

from discord_harness import DiscordTest
from fakes.web import Response, json_response
from harness import HOUR, MINUTE

BEAT_S = 41.25
DAY_S = 24 * HOUR
BACKOFF_MAX_S = 120


class LinkTest(DiscordTest):
    STAYS = ()

    @property
    def gateway(self):
        return self.discord.gateway

    def start_settled(self):
        """Starts, and lets a minute pass: what is lost then is the first loss."""
        self.start_bot()
        self.world.run_for(2 * MINUTE)

    def wait_for_connection(self, before, by_s):
        """The next connection after so many, with its session."""
        return self.world.wait_until(
            lambda: len(self.gateway.connections) > before and self.gateway.is_ready,
            by=self.world.now + by_s, what="the next connection")

    def lose(self, how, by_s=BACKOFF_MAX_S):
        """The connection is lost in a way; returns how long it took to have a session again."""
        before, at = len(self.gateway.connections), self.world.now
        how()
        return self.wait_for_connection(before, by_s) - at

    def assert_resumed(self, identifies=1):
        """On a new connection at the right port, in the session that was."""
        last = self.gateway.connections[-1]
        self.assertTrue(last.at_resume_url)
        self.assertEqual(last.received[0][1]["op"], 6)
        self.assertEqual(len(self.gateway.identifies), identifies)

    def assert_identified(self, identifies=2):
        last = self.gateway.connections[-1]
        self.assertFalse(last.at_resume_url)
        self.assertEqual(last.received[0][1]["op"], 2)
        self.assertEqual(len(self.gateway.identifies), identifies)

    def line(self):
        """What status says: ("up", None)."""
        data = self.data("status")
        return data["discord"], data["discord_reason"]

    def assert_works(self):
        self.assertTrue(self.type("plan", self.owner).is_answered)


class Arrival(LinkTest):
    def test_first_connection(self):
        self.start_bot()
        self.assertEqual(len(self.gateway.connections), 1)
        payload = self.gateway.connection.received[0][1]
        self.assertEqual((payload["op"], payload["d"]["intents"]), (2, 1))
        self.assertEqual(len(self.discord.rest.calls("gateway")), 1)
        self.assertEqual(self.line(), ("up", None))
        self.assert_works()

    def test_heartbeats_for_two_hours(self):
        self.start_bot()
        connection = self.gateway.connection
        self.world.run_for(2 * HOUR)
        self.assertIs(self.gateway.connection, connection)
        self.assertEqual(self.discord.faults, [])
        gaps = [later - sooner for sooner, later in itertools.pairwise(connection.beats)]
        self.assertGreater(len(gaps), 2 * HOUR // BEAT_S - 2)
        self.assertTrue(all(abs(gap - BEAT_S) < 0.1 for gap in gaps), gaps)

    def test_first_beat_comes_at_random(self):
        self.start_bot()
        for _ in range(11):
            self.world.run_for(BEAT_S + 60)
            self.lose(self.gateway.reconnect)
        self.world.run_for(BEAT_S + 1)
        first = [connection.beats[0] - connection.hello_at
                 for connection in self.gateway.connections]
        self.assertTrue(all(0 <= wait < BEAT_S + 0.1 for wait in first), first)
        self.assertGreater(len({round(wait) for wait in first}), 5)
        self.assertGreater(max(first) - min(first), BEAT_S / 4)

    def test_another_interval_is_kept(self):
        self.gateway.interval_s = 17.5
        self.start_bot()
        self.world.run_for(20 * MINUTE)
        self.assertAlmostEqual(len(self.gateway.connection.beats), 20 * MINUTE / 17.5, delta=2)

    def test_beat_that_is_asked_for(self):
        self.start_settled()
        connection = self.gateway.connection
        for wait_s in (1, 7, 20, 33):
            self.world.run_for(wait_s)
            before = len(connection.received)
            self.gateway.ask_for_beat()
            self.world.run_for(0.1)
            self.assertEqual(connection.received[before][1]["op"], 1)
        self.world.run_for(10 * MINUTE)
        gaps = [later - sooner for sooner, later in itertools.pairwise(connection.beats)]
        self.assertTrue(all(abs(gap - BEAT_S) < 0.1 for gap in gaps), "the regular ones stay")
        self.assertIs(self.gateway.connection, connection)

    def test_clean_stop_says_1000(self):
        self.start_bot()
        connection = self.gateway.connection
        self.stop()
        self.world.run_for(1)
        self.assertEqual(connection.close_code, 1000)
        self.assertTrue(connection.session.is_over)

    def test_stop_without_a_connection(self):
        self.gateway.close_ports()
        self.start()
        self.world.run_for(3)
        self.stop()


class End(LinkTest):
    """SIGTERM, with an answer on its way."""

    def test_answer_arrives(self):
        self.start_bot()
        self.discord.rest.latency_s = 1
        call = self.discord.command("plan", self.owner, self.guild)
        self.world.wait_until(lambda: self.discord.rest.calls("callback"),
                              by=self.world.now + 1, what="the callback")
        self.assertFalse(call.is_answered)
        connection = self.gateway.connection
        self.stop()
        self.assertTrue(call.is_answered)
        self.assertEqual(connection.close_code, 1000)

    def test_answer_that_never_arrives(self):
        self.start_bot()
        self.discord.rest.inject("callback", "hang")
        self.discord.command("plan", self.owner, self.guild)
        self.world.wait_until(lambda: self.discord.rest.calls("callback"),
                              by=self.world.now + 1, what="the callback")
        begin = self.world.now
        self.stop()
        self.assertLess(self.world.now - begin, 3)


class Quiet(LinkTest):
    """Commands that come minutes apart."""

    def type_twice(self, quiet_s):
        """The connections that the two answers came over."""
        self.start_bot()
        self.type("plan", self.owner)
        self.world.run_for(quiet_s)
        self.assertLess(self.type("plan", self.owner).latency_s, 0.5)
        return [call.connection for call in self.discord.rest.calls("callback")]

    def test_connection_lives_on(self):
        self.discord.rest.keep_alive_s = 400  # as Cloudflare's
        first, second = self.type_twice(4 * MINUTE)
        self.assertEqual(first, second)

    def test_connection_is_given_up_before_the_server_does(self):
        self.discord.rest.keep_alive_s = 400
        first, second = self.type_twice(6 * MINUTE)
        self.assertNotEqual(first, second)

    def test_server_closes_first(self):
        self.discord.rest.keep_alive_s = 120
        first, second = self.type_twice(3 * MINUTE)
        self.assertNotEqual(first, second)

    def test_server_closes_as_the_answer_comes(self):
        self.start_bot()
        self.type("plan", self.owner)
        self.world.run_for(4 * MINUTE)
        self.discord.rest.inject("callback", "drop")
        self.assertTrue(self.type("plan", self.owner).is_answered)


class BigGuild(LinkTest):
    """A GUILD_CREATE of 2 MiB; libsoup's own bound is 128 KiB."""

    GUILD_SIZE = 2 * 1024 * 1024

    def check(self):
        self.start_bot()
        self.world.run_for(5 * MINUTE)
        self.assertEqual(len(self.gateway.connections), 1)
        self.assert_works()

    def test_in_one_frame(self):
        self.check()

    def test_in_many_frames(self):
        self.gateway.frame_size = 4096
        self.check()

    def test_in_small_segments(self):
        self.gateway.segment_size = 1400
        self.check()


class Reconnects(LinkTest):
    def test_op_7(self):
        self.start_settled()
        self.assertLess(self.lose(self.gateway.reconnect), 0.5)
        self.assert_resumed()
        self.assertNotIn(self.gateway.connections[0].close_code, (1000, 1001))
        self.assert_works()

    def test_op_7_instead_of_hello(self):
        self.start_settled()
        self.gateway.withholds_hello = True
        before = len(self.gateway.connections)
        self.gateway.drop()
        self.world.wait_until(lambda: len(self.gateway.connections) > before,
                              by=self.world.now + MINUTE)
        self.world.run_for(1)
        self.gateway.withholds_hello = False
        self.lose(self.gateway.reconnect)
        self.assert_resumed()

    def test_op_9_true(self):
        self.start_settled()
        self.assertLess(self.lose(lambda: self.gateway.invalidate(True)), 3)
        self.assert_resumed()

    def test_op_9_false(self):
        self.start_settled()
        took_s = self.lose(self.gateway.invalidate)
        self.assertTrue(1 <= took_s < 5.5, took_s)
        self.assert_identified()
        self.assertEqual(len(self.discord.rest.calls("gateway")), 1, "its url is known")

    def test_lost_tcp(self):
        self.start_settled()
        self.assertLess(self.lose(self.gateway.drop), 0.5, "at once after over a minute")
        self.assert_resumed()

    def test_what_came_meanwhile_is_answered(self):
        """An event that waits for the resumed session."""
        self.start_settled()
        self.gateway.drop()
        call = self.discord.command("plan", self.owner, self.guild)
        self.wait_for(call)
        self.assert_resumed()

    def test_frozen_peer(self):
        self.start_settled()
        frozen = self.gateway.connection
        took_s = self.lose(self.gateway.freeze)
        self.assertLess(took_s, 2 * BEAT_S + 5)
        self.assert_resumed()
        self.assertNotIn(frozen.close_code, (1000, 1001))

    def test_zombie(self):
        self.start_settled()
        zombie = self.gateway.connection
        took_s = self.lose(self.gateway.withhold_acks)
        self.assertLess(took_s, 2 * BEAT_S + 5)
        self.assertEqual(zombie.close_code, 4000)
        self.assert_resumed()

    def test_many_losses_leave_one_heart(self):
        """Two timers after a reconnect would be a fault of beat-early."""
        self.start_settled()
        ways = (self.gateway.reconnect, self.gateway.drop, self.gateway.invalidate,
                self.gateway.withhold_acks, lambda: self.gateway.close(4000))
        for how in ways:
            self.lose(how)
            self.world.run_for(3 * MINUTE)
            self.assertEqual(len(self.gateway.connections_open()), 1)
        self.assert_works()

    def test_three_failed_resumes(self):
        """Discord was reached, and opened no session."""
        self.start_settled()
        self.gateway.withholds_hello = True
        self.gateway.drop()
        self.world.wait_until(lambda: len(self.gateway.connections) == 4
                              and self.gateway.connections[-1].ended,
                              by=self.world.now + 2 * MINUTE, what="the third failure")
        self.gateway.withholds_hello = False
        self.wait_for_connection(4, BACKOFF_MAX_S)
        self.assert_identified()

    def test_session_host_out_of_reach(self):
        """After three attempts there the session is taken up at the other host."""
        self.start_settled()
        self.gateway.refuse(503, times=3)
        self.lose(self.gateway.drop)
        last = self.gateway.connections[-1]
        self.assertFalse(last.at_resume_url)
        self.assertEqual(last.received[0][1]["op"], 6)
        self.assertEqual(len(self.gateway.identifies), 1)
        self.assertEqual([status for _, status in self.gateway.handshakes],
                         [101, 503, 503, 503, 101])
        self.assert_works()

    def test_resume_that_is_refused(self):
        self.start_settled()
        self.gateway.rejects_resumes = 1
        self.lose(self.gateway.drop)
        self.assert_identified()
        self.assertEqual(len(self.gateway.resumes), 1)

    def test_session_that_is_too_old(self):
        """Discord has forgotten it, so there is no use in asking for it."""
        self.start_settled()
        self.gateway.refuse(429, headers={"Retry-After": 11 * MINUTE})
        self.assertGreaterEqual(self.lose(self.gateway.drop, 13 * MINUTE), 11 * MINUTE)
        self.assertEqual(self.gateway.resumes, [])
        self.assert_identified()

    def test_a_word_that_is_none(self):
        for raw in (b"\x81\x02{]", b"\x82\x02{}", b"\x81\x02\xc3\x28", b"\x81\x01\x00"):
            with self.subTest(raw):
                if self.world.process is None:
                    self.start_settled()
                self.lose(lambda: self.gateway.send_raw(raw))
                self.assert_resumed()
                self.world.run_for(2 * MINUTE)

    def test_unknown_words_are_ignored(self):
        self.start_settled()
        connection = self.gateway.connection
        connection.send({"t": None, "s": None, "op": 42, "d": {"what": "ever"}})
        connection.session_event("SOMETHING_NEW", {"a": [1, 2, {"b": None}]})
        self.world.run_for(5 * MINUTE)
        self.assertIs(self.gateway.connection, connection)


class CloseCodes(LinkTest):
    """The table of spec discord 5.1."""

    def test_resumes(self):
        self.start_settled()
        for code in (None, 1001, 1012, 3000, 4000, 4001, 4002, 4006):
            with self.subTest(code=code):
                self.assertLess(self.lose(lambda: self.gateway.close(code)), 1)
                self.assert_resumed()
                self.world.run_for(2 * MINUTE)
        for code in (4001, 4002):
            self.assertTrue(self.log_lines(f"warning.*{code}.*a fault of TSM"))

    def test_too_fast_waits_a_minute(self):
        self.start_settled()
        took_s = self.lose(lambda: self.gateway.close(4008))
        self.assertTrue(60 <= took_s < 70, took_s)
        self.assert_resumed()

    def test_identifies(self):
        self.start_settled()
        for count, code in enumerate((1000, 4003, 4005, 4007, 4009), 2):
            with self.subTest(code=code):
                self.assertLess(self.lose(lambda: self.gateway.close(code)), 7)
                self.assert_identified(count)
                self.world.run_for(2 * MINUTE)

    def test_stops(self):
        for code, cure in ((4004, "TOKEN_BOT"), (4010, "update"), (4011, "guilds"),
                           (4012, "update"), (4013, "update"), (4014, "intent")):
            with self.subTest(code=code):
                self.start_bot()
                connections = len(self.gateway.connections)
                self.gateway.close(code)
                asked = len(self.discord.rest.requests)
                self.world.run_for(3 * HOUR)
                self.assertEqual(len(self.gateway.connections), connections)
                self.assertEqual([call.name for call in self.discord.rest.requests[asked:]
                                  if call.name == "gateway"], [])
                state, reason = self.line()
                self.assertEqual(state, "stopped")
                self.assertIn(cure, reason)
                self.assertIn("restart", reason)
                self.stop()
                self.world.run_for(10)


class NoGreeting(LinkTest):
    def test_hello_withheld(self):
        """20 s of patience with each connection, and a longer wait after each."""
        self.gateway.withholds_hello = True
        self.start()
        self.world.run_for(10 * MINUTE)
        lasted = [connection.ended_at - connection.opened_at
                  for connection in self.gateway.connections if connection.ended]
        self.assertTrue(all(20 <= s < 20.5 for s in lasted), lasted)
        self.assertTrue(4 <= len(lasted) <= 12, lasted)
        self.assertTrue(all(connection.received == [] for connection in self.gateway.connections))
        self.gateway.withholds_hello = False
        self.wait_for_bot(BACKOFF_MAX_S + 30)

    def test_ready_withheld_and_no_ack(self):
        self.gateway.withholds_ready = True
        self.start()
        self.world.wait_until(lambda: self.gateway.identifies, by=self.world.now + 5)
        connection = self.gateway.connection
        self.gateway.freeze()
        self.world.wait_until(lambda: connection.ended, by=self.world.now + 2 * MINUTE)
        lasted_s = connection.ended_at - connection.opened_at
        self.assertTrue(BEAT_S <= lasted_s < 61, lasted_s)
        self.assertNotIn(connection.close_code, (1000, 1001))
        self.gateway.withholds_ready = False
        self.wait_for_bot()

    def test_outage_with_acks_flowing(self):
        """A connection that is answered is worth more than another one."""
        self.gateway.withholds_ready = True
        self.start()
        self.world.run_for(20 * MINUTE)
        self.assertEqual(len(self.gateway.connections), 1)
        self.assertEqual(self.line()[0], "down")
        self.gateway.withholds_ready = False
        connection = self.gateway.connection
        connection.session_event("READY", self.gateway.ready(connection.session))
        connection.session_event("GUILD_CREATE", self.guild.to_create(lambda body: 0))
        self.world.run_for(5)
        self.assertEqual(self.line(), ("up", None))
        self.assert_works()


class Suspend(LinkTest):
    """The machine sleeps; the connection is dead when it wakes up, and nobody has said so."""

    def test_reconnects_when_it_wakes_up(self):
        for nap_s in (20 * MINUTE, 8 * HOUR):
            with self.subTest(nap_s=nap_s):
                if self.world.process is None:
                    self.gateway.closes_silent = False
                    self.discord.allow("beat-late", "zombie")
                    self.start_settled()
                before = len(self.gateway.connections)
                self.world.suspend_for(nap_s)
                self.wait_for_connection(before, BEAT_S + 10)
                self.assert_identified(before + 1)
                self.assert_works()
                self.world.run_for(2 * MINUTE)

    def test_a_short_sleep_resumes(self):
        self.gateway.closes_silent = False
        self.discord.allow("beat-late", "zombie")
        self.start_settled()
        self.world.suspend_for(4 * MINUTE)
        self.wait_for_connection(1, BEAT_S + 10)
        self.assert_resumed()


class NoGateway(LinkTest):
    """It cannot be reached, in any way; what is asked meanwhile is counted."""

    def attempts(self):
        return [call.at for call in self.discord.rest.calls("gateway")]

    def test_handshake_refused(self):
        self.gateway.refuse(503, times=4)
        self.start_bot(MINUTE)
        self.assertEqual([status for _, status in self.gateway.handshakes],
                         [503, 503, 503, 503, 101])
        at = [instant for instant, _ in self.gateway.handshakes]
        gaps = [later - sooner for sooner, later in itertools.pairwise(at)]
        for n, gap in enumerate(gaps):  # asked before each one where the gateway is
            self.assertTrue(2 ** n / 2 <= gap <= 2 ** n + 5, gaps)

    def test_handshake_dropped_or_hanging(self):
        self.gateway.refuse("drop")
        self.gateway.refuse("hang")
        self.start_bot(MINUTE)
        dropped, hung, done = (instant for instant, _ in self.gateway.handshakes)
        self.assertLess(hung - dropped, 1.5)
        self.assertTrue(20 <= done - hung < 24, done - hung)

    def test_handshake_told_to_wait(self):
        self.gateway.refuse(429, headers={"Retry-After": 300})
        self.start_bot(6 * MINUTE)
        first, second = (instant for instant, _ in self.gateway.handshakes)
        self.assertTrue(300 <= second - first < 310, second - first)
        self.assertTrue(self.log_lines("warning discord.*HTTP 429.*trying again in 300 s"))

    def test_port_closed_for_an_hour(self):
        self.start_settled()
        self.gateway.close_ports()
        begin = self.world.now
        self.world.run_for(HOUR)
        gaps = [later - sooner for sooner, later in itertools.pairwise(self.attempts()[1:])]
        self.assertTrue(all(gap <= BACKOFF_MAX_S + 1 for gap in gaps), gaps)
        self.assertTrue(all(gap >= BACKOFF_MAX_S / 2 for gap in gaps[4:]), gaps)
        self.assertEqual(self.line()[0], "down")
        self.assertEqual(len(self.log_lines("warning discord: out of reach since 20")), 1)
        self.gateway.open_ports()
        self.wait_for_connection(1, BACKOFF_MAX_S + 5)
        self.assert_identified()
        self.assert_works()
        self.wait_for_notice("Discord", by=self.world.now + MINUTE)
        self.assertGreater(self.world.now, begin + HOUR)
        self.assertTrue(self.log_lines("info discord: connected again, after 1 h"))

    def test_gateway_bot_answers_badly(self):
        answers = {
            "an error": 500, "lost": "drop", "hanging": "hang",
            "garbage": Response(body=b"<html>busy</html>", type="text/html"),
            "empty": Response(body=b"", type=""), "half": Response(body=b'{"url":"ws'),
            "no url": json_response({"shards": 1}), "null": json_response({"url": None}),
            "another scheme": json_response({"url": "http://127.0.0.1:1"}),
            "no TLS": json_response({"url": "ws://192.0.2.1"}),
            "no TLS there": json_response({"url": self.gateway.url.replace("ws:", "wss:")}),
            "no such name": json_response({"url": f"wss://{'x' * 64}.invalid"}),
        }
        for story, answer in answers.items():
            with self.subTest(story):
                self.discord.rest.inject("gateway", answer)
                self.start_bot(2 * MINUTE)
                self.assertFalse(self.world.has_exited())
                self.stop()
                self.world.run_for(10)
        self.discord.allow("handshake")  # TLS, to a server that speaks none

    def test_gateway_bot_is_rate_limited(self):
        self.discord.rest.exhaust("gateway", 200)
        self.start_bot(5 * MINUTE)
        first, second = self.attempts()
        self.assertTrue(200 <= second - first < 202, second - first)

    def test_everything_is_out(self):
        """REST, too: each attempt is three calls, and no more."""
        self.discord.rest.outage = 503
        self.start()
        self.world.run_for(HOUR)
        self.assertLess(len(self.attempts()), 3 * (HOUR / 60 + 10))
        self.assertGreater(len(self.attempts()), 3 * HOUR / (BACKOFF_MAX_S + 10))
        self.discord.rest.outage = None
        self.wait_for_bot(BACKOFF_MAX_S + 10)

    def test_refused_before_hello(self):
        """4002 without a HELLO, for ever: no storm."""
        self.gateway.withholds_hello = True
        self.start()
        begin = self.world.now
        while self.world.now < begin + 10 * MINUTE:
            before = len(self.gateway.connections)
            self.world.wait_until(self.gateway.connections_open, by=self.world.now + 130)
            self.gateway.close(4002)
            self.world.wait_until(lambda n=before: len(self.gateway.connections) > n,
                                  by=self.world.now + 130)
        self.assertLess(len(self.gateway.connections), 20)


class Budget(LinkTest):
    @property
    def memory(self):
        return self.database.with_name(self.database.name + ".discord")

    def prefill(self, instants):
        words = "".join(f"{int(instant)};" for instant in instants)
        self.memory.write_text(f"[gateway]\nidentifies={words}\n", encoding="utf-8")

    def test_limit_of_discord_is_used_up(self):
        self.gateway.identifies_per_day = 1
        self.gateway.identifies.append(self.world.now - DAY_S + 1800)
        self.start()
        self.world.run_for(5)
        self.assertEqual(self.line(), ("down", None))
        self.assertTrue(self.log_lines("warning discord: .*no further session.* in 30 min"))
        self.world.run_for(29 * MINUTE)
        self.assertEqual(self.gateway.connections, [])
        self.wait_for_bot(3 * MINUTE)
        self.assertEqual(self.line()[0], "up")

    def test_500_in_24_hours_though_none_was_noted(self):
        """As after a day of crashes on a full disk: Discord's own count is what is left."""
        self.gateway.identifies.extend(self.world.now - DAY_S + 600 + n for n in range(500))
        self.start()
        self.world.run_for(5)
        self.assertEqual(self.line(), ("down", None))
        self.assertTrue(self.log_lines("warning discord: .*no further session.* in 10 min"))
        self.wait_for_bot(12 * MINUTE)

    def test_500_in_24_hours(self):
        begin = self.world.now - DAY_S + 600
        self.prefill(begin + 60 * n for n in range(500))
        self.start()
        self.world.run_for(5)
        self.assertEqual(self.line(), ("down", None))
        self.assertTrue(self.log_lines("warning discord: .*too many sessions.* in 10 min"))
        self.world.run_for(9 * MINUTE)
        self.assertEqual(self.gateway.connections, [])
        self.wait_for_bot(2 * MINUTE)
        self.assertGreaterEqual(self.gateway.identifies[0], begin + DAY_S)

    def test_the_last_one_and_a_restart(self):
        """Each start takes one, also when the process before was killed."""
        begin = self.world.now - DAY_S + 600
        self.prefill(begin + 60 * n for n in range(499))
        self.start_bot()
        self.kill()
        self.start()
        self.world.run_for(9 * MINUTE)
        self.assertEqual(len(self.gateway.identifies), 1)
        self.wait_for_bot(2 * MINUTE)
        self.assertEqual(len(self.gateway.identifies), 2)

    def test_resumes_cost_nothing(self):
        self.start_settled()
        for _ in range(40):
            self.lose(self.gateway.drop)
            self.world.run_for(70)
        self.assertEqual(len(self.gateway.identifies), 1)
        self.assertEqual(len(self.memory.read_text().split(";")), 2)

    def test_a_memory_that_cannot_be_used(self):
        for content in (b"\xff\xfe what", b"[gateway]\nidentifies=a;-1;;99999999999999999999;\n"):
            with self.subTest(content):
                self.memory.write_bytes(content)
                self.start_bot()
                self.stop()
                self.world.run_for(10)
                self.assertIn(b"identifies=", self.memory.read_bytes())


class DeadToken(LinkTest):
    """Discord is given up; metering and power go on, through a red night."""

    def assert_given_up(self):
        """And said once, with the cure, wherever one looks."""
        self.assertEqual(self.line()[0], "stopped")
        self.assertIn("TOKEN_BOT", self.line()[1])
        self.assertIn("TOKEN_BOT", self.do("status")["text"])
        status, _, body = self.http("/healthz")
        self.assertEqual(status, 200)
        self.assertIn("TOKEN_BOT", body)
        self.assertIn("stopped", body)
        loud = self.log_lines("(warning|critical).*(TOKEN_BOT|Discord)")
        self.assertEqual(len(loud), 1, loud)
        self.assertIn("gave Discord up", loud[0])
        self.assertLess(len(self.log_lines(" discord: ")), 20, "and then it is quiet")

    def red_evening(self):
        """All goes on, and Discord is not asked again."""
        asked, connections = len(self.discord.rest.requests), len(self.gateway.connections)
        read = len(self.plug.requests)
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        self.world.run_for(HOUR)
        self.assertGreater(len(self.plug.requests) - read, 80)
        self.assertEqual(len(self.discord.rest.requests), asked)
        self.assertEqual(len(self.gateway.connections), connections)

    def test_reset_while_running(self):
        self.start_settled()
        asked, read = len(self.discord.rest.requests), len(self.plug.requests)
        self.discord.reset_token()
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        self.wait_for_on("2026-02-18 06:00", "2026-02-18 06:10")
        self.assertGreater(len(self.plug.requests) - read, 1000)
        self.assertEqual(len(self.discord.rest.requests), asked, "the gateway's word is enough")
        self.assertEqual(len(self.gateway.connections), 1)
        self.assert_given_up()

    def test_wrong_at_start(self):
        self.discord.reset_token()
        self.start()
        self.world.run_for(MINUTE)
        self.assertEqual(len(self.discord.rest.requests), 1)
        self.assertEqual(self.gateway.connections, [])
        self.red_evening()
        self.assert_given_up()

    def test_refused_by_a_call(self):
        """REST hears of it first: the gateway is left, too."""
        self.start_settled()
        connection = self.gateway.connection
        self.discord.rest.inject("create_message", 401)
        self.world.wait_until(lambda: connection.ended, by="2026-02-16 21:31",
                              what="the end of the connection")
        self.assertEqual(connection.close_code, 1000)
        self.red_evening()
        self.assert_given_up()

    def test_refused_at_identify(self):
        self.gateway.identify_code = 4004
        self.start()
        self.world.run_for(MINUTE)
        self.assertEqual(len(self.gateway.connections), 1)
        self.red_evening()
        self.assert_given_up()

    def test_intents_not_granted(self):
        self.gateway.identify_code = 4014
        self.start()
        self.world.run_for(MINUTE)
        self.assertEqual(self.line()[0], "stopped")
        self.assertRegex(self.line()[1], "intent.*Bot page")
        self.red_evening()

    def test_a_new_token_and_a_restart(self):
        self.start_settled()
        self.discord.reset_token()
        self.world.run_for(MINUTE)
        self.stop()
        self.settings["TOKEN_BOT"] = self.discord.token
        self.start_bot()
        self.assertEqual(self.line(), ("up", None))


if __name__ == "__main__":
    unittest.main()
