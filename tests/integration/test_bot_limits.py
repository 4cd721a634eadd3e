"""REST as a good guest uses it: rate limits, refusals, connections that stay open; and secrets."""

import os
import unittest

from discord_harness import DiscordTest
from fakes.web import Response
from harness import MINUTE

CLOUDFLARE = Response(429, "Too Many Requests", b"error code: 1015", "text/plain",
                      {"Retry-After": "5"})


class LimitsTest(DiscordTest):
    GUILD_LOCALE = "en-GB"
    STAYS = ()

    def posts(self):
        return self.discord.rest.calls("create_message")

    def statuses(self):
        return [call.status for call in self.posts()]

    def is_warned(self):
        return any("take a derogation now" in message.text for message in self.notices())

    def assert_no_repeat(self):
        """Each notice is in the channel once."""
        texts = self.guild.channel.texts
        self.assertEqual(len(set(texts)), len(texts), texts)
        self.assertTrue(texts)


class Messages(LimitsTest):
    """What is posted into the channel waits as long as it is told to."""

    def begin(self):
        """A moment before the warning of half past nine."""
        self.start_bot()
        self.world.run_to("2026-02-16 21:29:50")
        self.before = len(self.posts())

    def wait_for_warning(self, by):
        """The one of half past nine; returns what was posted for it."""
        self.world.wait_until(self.is_warned, by, "the warning")
        return self.posts()[self.before:]

    def test_429(self):
        self.begin()
        self.discord.rest.exhaust("create_message", 130.5)
        begin = self.world.now
        refused, *rest = self.wait_for_warning("2026-02-16 21:40")
        self.assertEqual(refused.status, 429)
        self.assertTrue(0 <= rest[0].at - (begin + 130.5) < 2, rest[0].at - begin)
        self.assert_no_repeat()

    def test_429_of_others(self):
        self.begin()
        self.discord.rest.exhaust("create_message", 30, "shared")
        self.assertEqual([call.status for call in self.wait_for_warning("2026-02-16 21:31")][:2],
                         [429, 200])

    def test_429_without_json(self):
        """Cloudflare's: a minute at least, whatever it says."""
        self.begin()
        self.discord.rest.inject("create_message", CLOUDFLARE)
        refused, again, *_ = self.wait_for_warning("2026-02-16 21:40")
        self.assertTrue(60 <= again.at - refused.at < 65, again.at - refused.at)

    def test_global_429_holds_up_all_but_answers(self):
        self.begin()
        self.discord.rest.exhaust("", 120, "global")
        self.world.run_to("2026-02-16 21:30:30")
        self.assertEqual([call.status for call in self.posts()[self.before:]], [429])
        self.assertLess(self.type("plan", self.owner).latency_s, 0.5)
        refused, again, *_ = self.wait_for_warning("2026-02-16 21:33")
        self.assertGreaterEqual(again.at, self.discord.rest.limiter.blocks[""].until)

    def test_bucket_that_is_used_up_is_not_asked(self):
        """The headers say so: no 429 is needed to learn it."""
        self.discord.rest.limiter.limits["create_message"] = (1, 20)
        self.start_bot()
        self.world.run_for(5 * MINUTE)
        self.assertGreater(len(self.posts()), 2)
        self.assertEqual(set(self.statuses()), {200})
        gaps = [later.at - sooner.at for sooner, later in zip(self.posts(), self.posts()[1:])]
        self.assertTrue(all(gap >= 20 for gap in gaps), gaps)

    def test_server_errors(self):
        self.begin()
        self.discord.rest.inject("create_message", 502, times=2)
        self.assertEqual([call.status for call in self.wait_for_warning("2026-02-16 21:32")][:3],
                         [502, 502, 200])
        self.assert_no_repeat()

    def test_answer_that_is_lost(self):
        """It is sent again, and Discord knows it by its nonce."""
        self.begin()
        self.discord.rest.inject("create_message", "lose")
        self.wait_for_warning("2026-02-16 21:32")
        self.world.run_for(MINUTE)
        self.assertGreaterEqual(len(self.posts()) - self.before, 2)
        self.assert_no_repeat()

    def test_outage_of_an_hour(self):
        """A warning that has come true meanwhile is not worth telling."""
        self.begin()
        self.discord.rest.outage = 503
        self.world.run_to("2026-02-16 22:30")
        self.discord.rest.outage = None
        self.world.run_to("2026-02-16 22:40")
        self.assertLess(len(self.posts()) - self.before, 100)
        self.assertFalse(self.is_warned())
        self.assert_no_repeat()


class Answers(LimitsTest):
    def test_never_behind_the_channel(self):
        self.start_bot()
        self.world.run_to("2026-02-16 21:29:50")
        self.discord.rest.exhaust("create_message", 600)
        self.world.run_to("2026-02-16 21:31")
        self.assertIn(429, self.statuses())
        for command in ("plan", "status", "get_total_state"):
            options = {"which": "all"} if command == "get_total_state" else {}
            self.assertLess(self.type(command, self.owner, **options).latency_s, 0.5)

    def test_all_at_once_on_a_slow_line(self):
        """Each one has its 3 s, whatever else is under way."""
        self.start_bot()
        self.world.run_to("2026-02-16 21:29:59")
        self.discord.rest.latency_s = 1.2
        self.world.run_to("2026-02-16 21:30:01")
        calls = [self.discord.command("plan", user, self.guild)
                 for user in (self.owner, self.alice, self.bob, self.carol)]
        for call in calls:
            self.wait_for(call)
        self.assertLess(max(call.latency_s for call in calls), 2.6)

    def test_connections_stay_open(self):
        """A callback pays for no handshake."""
        self.start_bot()
        for _ in range(50):
            self.type("plan", self.owner)
            self.world.run_for(2)
        self.assertEqual(len(self.discord.rest.calls("callback")), 50)
        self.assertLessEqual(self.discord.rest.connections_made, 6)
        used = {call.connection for call in self.discord.rest.calls("callback")}
        self.assertLessEqual(len(used), 2, "and it is the same one")

    def test_connection_that_the_server_closed(self):
        self.start_bot()
        for wait_s in (59, 59.99, 60, 60.01, 61, 300):
            self.world.run_for(wait_s)
            self.assertLess(self.type("plan", self.owner).latency_s, 0.5)

    def test_limit_of_callbacks(self):
        self.start_bot()
        self.discord.rest.exhaust("callback", 1)
        call = self.type("plan", self.owner)
        self.assertTrue(1 <= call.latency_s < 1.5, call.latency_s)

    def test_callback_whose_answer_is_lost(self):
        """It is sent once more, and "already answered" is good news."""
        self.start_bot()
        self.discord.rest.inject("callback", "lose")
        call = self.type("plan", self.owner)
        self.world.run_for(1)
        self.assertEqual([call.status for call in self.discord.rest.calls("callback")], [0, 400])
        self.assertTrue(call.is_answered)
        self.assertEqual(self.log_lines("warning discord"), [])

    def test_callback_that_does_not_arrive(self):
        self.start_bot()
        for how in ("drop", 500):
            with self.subTest(how):
                self.discord.rest.inject("callback", how)
                self.assertLess(self.type("plan", self.owner).latency_s, 1)

    def test_callback_that_comes_too_late_is_given_up(self):
        self.start_bot()
        self.discord.rest.inject("callback", "hang")
        self.discord.command("plan", self.owner, self.guild)
        self.world.run_for(10)
        self.assertLessEqual(len(self.discord.rest.calls("callback")), 2)
        self.assertLess(self.type("plan", self.owner).latency_s, 0.5)

    def test_breaker(self):
        """Over 50 refusals in 10 minutes, and Discord would ban the address: silence first."""
        self.start_bot()
        self.discord.rest.inject("callback", 403, times=60)
        for _ in range(60):
            self.discord.command("plan", self.owner, self.guild)
            self.world.run_for(2)
        asked = self.discord.rest.calls("callback")
        self.assertEqual(len(asked), 51)
        self.assertEqual(len(self.log_lines("warning discord.*10 min")), 1)
        self.discord.rest.injected.clear()
        requests = len(self.discord.rest.requests)
        self.world.run_to(asked[-1].at + 10 * MINUTE - 1)
        self.assertEqual(len(self.discord.rest.requests), requests)
        self.world.run_for(5)
        self.assertLess(self.type("plan", self.owner).latency_s, 0.5)

    def test_breaker_holds_back_notices(self):
        self.start_bot()
        self.world.run_to("2026-02-16 21:27")
        self.discord.rest.inject("callback", 403, times=60)
        for _ in range(60):
            self.discord.command("plan", self.owner, self.guild)
            self.world.run_for(2)
        posts = len(self.posts())
        self.world.run_to("2026-02-16 21:38")
        self.assertEqual(len(self.posts()), posts)
        self.world.wait_until(self.is_warned, by="2026-02-16 21:40", what="the warning")


class Secrets(LimitsTest):
    def test_a_leak_would_be_noticed(self):
        """What every test's end looks for, put where it must not be."""
        self.start_bot()
        call = self.type("plan", self.owner)
        self.stop()
        for story, secret in (("the bot's token", self.discord.token),
                              ("an interaction's", call.token)):
            for path in (self.log_path, self.database):
                with self.subTest(story, path=path.name):
                    size = path.stat().st_size
                    self._check_manners()
                    with path.open("ab") as file:
                        file.write(f"to https://x/callback/{secret}\n".encode())
                    with self.assertRaisesRegex(AssertionError, "secrets in"):
                        self._check_manners()
                    os.truncate(path, size)

    def test_refused_calls_do_not_tell(self):
        """The paths of callbacks and webhooks hold tokens: errors about them must not."""
        self.start_bot()
        secret = Response(400, "Bad Request", body=b"?", type="text/plain")
        for how in (403, 404, 400, "drop", secret):
            with self.subTest(how):
                self.discord.rest.inject("callback", how, times=2)
                call = self.discord.command("plan", self.owner, self.guild)
                self.discord.rest.injected["callback"] = [Response(
                    400, "Bad Request", f'{{"code": 50035, "message": "{call.token}"}}'.encode())]
                self.world.run_for(5)
        self.assertTrue(self.log_lines("discord.*callback"))
        self.assertTrue(self.log_lines(r"\*\*\*"))


if __name__ == "__main__":
    unittest.main()
