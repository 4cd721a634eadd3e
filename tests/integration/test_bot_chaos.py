"""A day in which everything that can go wrong between Discord and the bot does: what was
acknowledged is in the ledger, nothing is there twice, and the daemon is no bigger at the end.

TSM_CHAOS_SEED is another day's number. TSM_CHAOS=short makes two hours of the day, and looks at no
memory: for a build with sanitizers, which keeps what is freed and tells of leaks itself."""

import collections
import heapq
import os
import random
import re
import sqlite3
import unittest

from discord_harness import DiscordTest
from harness import ALICE, CAROL, HOUR, MINUTE, at

SEED = int(os.environ.get("TSM_CHAOS_SEED", "1"))
IS_SHORT = os.environ.get("TSM_CHAOS") == "short"
DAY_S = 86400
TOKEN_LIFE_S = 15 * MINUTE
IDENTIFIES_PER_DAY = 500
CLOSE_CODES = (None, 1000, 1001, 1011, 4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009)
# What chaos itself provokes: an answer that a frozen line or an outage has held up.
PROVOKED = ("late-answer", "before-answer")


def hour_text(instant):
    minutes = int(instant - at("2026-02-16 00:00")) // MINUTE % 1440
    return f"{minutes // 60:02}:{minutes % 60:02}"


class Mishaps:
    """What may go wrong, each a method; those with a duration say when it is over."""

    def __init__(self, test, rng):
        self.test, self.random = test, rng
        self.discord, self.gateway = test.discord, test.discord.gateway
        self.rest = test.discord.rest
        self.counts = collections.Counter()
        self.sound = {}

    KINDS = ("drop", "close", "op7", "op9", "op9_resumable", "freeze", "deafen", "ask_for_beat",
             "refuse", "reject_resume", "shut_ports", "stay_silent", "limit_callback",
             "limit_all", "limit_gateway", "fail_callback", "fail_edit", "fail_notice",
             "outage", "slow", "pieces", "guild_outage", "repeat")

    def do_one(self):
        """False if the line is down already, so that there is nothing to go wrong."""
        kind = self.random.choice(self.KINDS)
        if not self.gateway.is_ready:
            return False
        getattr(self, f"_{kind}")()
        self.counts[kind] += 1
        return True

    def _later(self, low_s, high_s, action):
        self.test.add(self.test.world.now + self.random.uniform(low_s, high_s), action)

    def _set(self, thing, name, value, low_s, high_s):
        """For a while; it then is again what it was before the first of them."""
        sound = self.sound.setdefault((id(thing), name), getattr(thing, name))
        setattr(thing, name, value)
        self._later(low_s, high_s, lambda: setattr(thing, name, sound))

    def _drop(self):
        self.gateway.drop()

    def _close(self):
        self.gateway.close(self.random.choice(CLOSE_CODES))

    def _op7(self):
        self.gateway.reconnect()

    def _op9(self):
        self.gateway.invalidate(False)

    def _op9_resumable(self):
        self.gateway.invalidate(True)

    def _freeze(self):
        self.gateway.freeze()

    def _deafen(self):
        self.gateway.withhold_acks()

    def _ask_for_beat(self):
        self.gateway.ask_for_beat()

    def _refuse(self):
        self.gateway.refuse(self.random.choice((503, 429, 500, "drop", "hang")),
                            self.random.randint(1, 3))
        self.gateway.drop()

    def _reject_resume(self):
        self.gateway.rejects_resumes = 1
        self.gateway.drop()

    def _shut_ports(self):
        self.gateway.close_ports()
        self._later(1, 5 * MINUTE, self.gateway.open_ports)

    def _stay_silent(self):
        self._set(self.gateway, self.random.choice(("withholds_hello", "withholds_ready")), True,
                  1, 2 * MINUTE)
        self.gateway.drop()

    def _limit_callback(self):
        self.rest.exhaust("callback", self.random.uniform(0.2, 4), "shared")

    def _limit_all(self):
        self.rest.exhaust("", self.random.uniform(0.5, MINUTE), "global")

    def _limit_gateway(self):
        self.rest.exhaust("gateway", self.random.uniform(1, MINUTE))
        self.gateway.invalidate(False)

    def _fail(self, route):
        self.rest.inject(route, self.random.choice(("drop", "lose", "hang", 500, 502, 503)),
                         self.random.randint(1, 2))

    def _fail_callback(self):
        self._fail("callback")

    def _fail_edit(self):
        self._fail("edit_original")

    def _fail_notice(self):
        self._fail("create_message")

    def _outage(self):
        self._set(self.rest, "outage", self.random.choice((500, 503)), 1, 5 * MINUTE)

    def _slow(self):
        self._set(self.rest, "latency_s", self.random.uniform(0.5, 4), MINUTE, 5 * MINUTE)

    def _pieces(self):
        self._set(self.gateway, "frame_size", self.random.choice((7, 125, 126, 1000)), 1, HOUR)
        self._set(self.gateway, "segment_size", self.random.choice((64, 1448)), 1, MINUTE)

    def _guild_outage(self):
        guild = self.test.guild
        if guild.is_unavailable:
            return
        self.discord.begin_outage(guild)
        self._later(1, 5 * MINUTE, lambda: self.discord.end_outage(guild))

    def _repeat(self):
        if self.test.sent:
            self.discord.repeat(self.random.choice(self.test.sent[-5:]).call)


class Sent:
    """One command, and what in the ledger belongs to it alone."""

    def __init__(self, call, mark):
        self.call, self.mark = call, mark

    @property
    def is_acknowledged(self):
        return self.call.is_done

    @property
    def is_done(self):
        """Somebody has been told that it is done, and not that it was refused."""
        message = self.call.message
        if not self.is_acknowledged or message is None or message.is_deleted:
            return False
        if self.mark and self.mark[0] == "hold":  # the channel hears of it by a notice
            return "held on" in self.call.text
        return not message.is_ephemeral and not self.call.follow_ups


class ChaosTest(DiscordTest):
    """Tuesday is red, from 22:00 the night before: derogations are to be had all day."""

    START = "2026-02-16 22:30"
    SINCE = "2025-11-20"
    LASTS_S = 2 * HOUR if IS_SHORT else DAY_S
    N_MISHAPS = 30 if IS_SHORT else 200

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.sent, self.agenda, self.n_added = [], [], 0
        self.is_dead = False
        self.n_kills = 0
        self.mishaps = Mishaps(self, self.random)
        self.marks = set()
        self.dates = [f"2025-12-{day:02}" for day in range(1, 32)] + \
                     [f"2026-01-{day:02}" for day in range(1, 32)]
        self.discord.allow(*PROVOKED)
        self.discord.rest.latency_s = 0.04

    # The day's agenda.

    def add(self, instant, action):
        self.n_added += 1
        heapq.heappush(self.agenda, (instant, self.n_added, action))

    def play(self):
        """Everything on the agenda, in its order, and what comes on it meanwhile."""
        while self.agenda:
            instant, _, action = heapq.heappop(self.agenda)
            if instant > self.world.now:
                self.world.run_to(instant)
            self.assertEqual(self.world.has_exited(), self.is_dead, "it has ended by itself")
            action()

    def plan_day(self):
        begin = self.world.now
        for minute in range(int(self.LASTS_S // MINUTE)):
            instant = begin + minute * MINUTE + self.random.uniform(0, 50)
            self.add(instant, self.send_one)
        for _ in range(self.N_MISHAPS):
            self.add(begin + self.random.uniform(0, self.LASTS_S), self.go_wrong)

        for _ in range(self.N_MISHAPS // 2):
            self.add(begin + self.random.uniform(0, self.LASTS_S), self.go_wrong)
        self.n_beside = self.N_MISHAPS - self.N_MISHAPS // 2

    def go_wrong(self):
        if not self.mishaps.do_one():
            self.add(self.world.now + self.random.uniform(1, MINUTE), self.go_wrong)

    # Commands.

    def send_one(self):
        make = self.random.choices(
            (self._derogate, self._remove, self._correct, self._arrive_or_leave, self._hold,
             self._ask), (25, 15, 20, 10, 5, 25))[0]
        name, user, options, mark = make()
        call = self.discord.command(name, user, self.guild, options)
        self.sent.append(Sent(call, mark))
        if self.n_beside > 0 and self.random.random() < 0.2:
            self.n_beside -= 1  # while its answer is on its way
            self.add(self.world.now + self.random.uniform(0, 0.1), self.go_wrong)

    def _new_mark(self, *mark):
        if mark in self.marks:
            return None
        self.marks.add(mark)
        return mark

    def _derogate(self):
        user = self.random.choice((self.alice, self.bob))
        begin = self.world.now + self.random.randint(10, 600) * MINUTE
        end = (begin + self.random.randint(5, 60) * MINUTE) // MINUTE * MINUTE
        is_today = hour_text(begin) > hour_text(self.world.now)
        mark = self._new_mark("derogation", int(user.id), end)
        if mark is None:
            return self._ask()
        return "set_derogation", user, {"when": "today" if is_today else "tomorrow",
                                        "hour_start": hour_text(begin),
                                        "hour_end": hour_text(end)}, mark

    def _remove(self):
        texts = [sent.call.text for sent in self.sent[-60:]
                 if sent.is_done and sent.mark and sent.mark[0] == "derogation"]
        found = re.search(r"\bD(\d+)\b", self.random.choice(texts)) if texts else None
        if found is None:
            return self._ask()
        number = int(found[1])
        owner = next(sent.call.user for sent in self.sent
                     if sent.is_done and re.search(rf"\bD{number}\b", sent.call.text))
        return "remove_derogation", owner, {"derogation_id": f"D{number}"}, ("removal", number)

    def _correct(self):
        user, date = self.random.choice((self.alice, self.bob)), self.random.choice(self.dates)
        mark = self._new_mark("arrival", int(user.id), date)
        if mark is None:
            return self._ask()
        return "change_date", self.owner, {"which": "arrival", "date": date, "user": user}, mark

    def _arrive_or_leave(self):
        name = self.random.choice(("hello_you", "bye_bye"))
        return name, self.owner, {"user": self.carol}, ("stay", int(CAROL))

    def _hold(self):
        end = (self.world.now + self.random.randint(5, 90) * MINUTE) // MINUTE * MINUTE
        mark = self._new_mark("hold", end)
        if mark is None:
            return self._ask()
        return "power", self.owner, {"state": "on", "until": hour_text(end)}, mark

    def _ask(self):
        name, options = self.random.choice((
            ("get_my_state", {"which": "all"}), ("get_my_state", {"which": "derogations_year"}),
            ("get_total_state", {"which": "month"}), ("status", {}), ("plan", {}),
            ("get_my_current_derogations", {})))
        return name, self.random.choice((self.alice, self.bob)), options, None

    # What has come of it.

    def rows(self):
        """How often each mark is in the ledger."""
        found = collections.Counter()
        ledger = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            self.assertEqual(ledger.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(ledger.execute("PRAGMA foreign_key_check").fetchall(), [])
            for user, end in ledger.execute(
                    "SELECT user_id, end_at FROM derogation WHERE version = 1"):
                found["derogation", user, end] += 1
            for number, in ledger.execute("SELECT derogation FROM derogation WHERE version > 1"):
                found["removal", number] += 1
            for user, date in ledger.execute(
                    "SELECT user_id, date(arrival_day * 86400, 'unixepoch') FROM stay"
                    " WHERE user_id <> ? AND by_user_id <> 0", (int(CAROL),)):
                found["arrival", user, date] += 1
            for user, in ledger.execute("SELECT user_id FROM stay WHERE user_id = ?",
                                        (int(CAROL),)):
                found["stay", user] += 1
            for end, in ledger.execute("SELECT end_at FROM hold"):
                found["hold", end] += 1
        finally:
            ledger.close()
        return found

    def check_ledger(self):
        """Every command that was said to be done is there once for each time that this was said;
        one that nobody was answered may be there; nothing else is."""
        said, open_ones = collections.Counter(), collections.Counter()
        for sent in self.sent:
            if sent.mark is None:
                continue
            said[sent.mark] += sent.is_done
            open_ones[sent.mark] += not sent.is_acknowledged
        found = self.rows()
        wrong = [f"{mark}: {found[mark]} in the ledger, {said[mark]} said, {open_ones[mark]} open"
                 for mark in {*found, *said}
                 if not said[mark] <= found[mark] <= said[mark] + open_ones[mark]]
        self.assertEqual(wrong, [])

    def check_identifies(self):
        """Each but the first has a reason, and a day's are far from Discord's bound."""
        identifies = self.discord.gateway.identifies
        self.assertLessEqual(len(identifies), 1 + sum(self.mishaps.counts.values())
                             + self.n_kills)
        self.assertLessEqual(len(identifies), IDENTIFIES_PER_DAY)

    def end_day(self):
        """What is still under way comes to its end; then all is counted."""
        self.world.run_for(TOKEN_LIFE_S)
        self.check_ledger()
        self.check_identifies()
        self.assertGreaterEqual(sum(self.mishaps.counts.values()), self.N_MISHAPS)
        answered = sum(sent.is_acknowledged for sent in self.sent)
        self.assertGreater(answered, len(self.sent) // 3, "chaos, and not silence")


class Day(ChaosTest):
    def setUp(self):
        super().setUp()
        self.memory_kib = []

    def sample_memory(self):
        """What is in memory, and what of it is the daemon's alone."""
        with open(f"/proc/{self.world.process.pid}/smaps_rollup", encoding="ascii") as file:
            sizes = dict(re.findall(r"^(\w+): +(\d+) kB$", file.read(), re.M))
        self.memory_kib.append((int(sizes["Rss"]), int(sizes["Private_Dirty"])))

    def test_day(self):
        self.start_bot()
        self.plan_day()
        if not IS_SHORT:
            self.add(self.world.now + 2 * HOUR, self.sample_memory)
        self.play()
        self.end_day()
        if not IS_SHORT:
            self.sample_memory()
            warm, late = self.memory_kib
            for before, after in zip(warm, late):
                self.assertLess(after - before, 1024, f"KiB: {warm}, then {late}")
        self.stop()


class Crash(ChaosTest):
    """SIGKILL, as the out-of-memory killer sends it, in the middle of it all."""

    LASTS_S = 2 * HOUR
    N_MISHAPS = 30
    N_KILLS = 12

    def setUp(self):
        super().setUp()
        self.discord.allow("second-answer")  # to a command of the life before that comes again

    def kill_now(self):
        """Half of them at the instant at which a command comes, wherever that finds the daemon."""
        if self.is_dead:
            return
        if self.random.random() < 0.5:
            self.send_one()
        self.kill()
        self.is_dead, self.n_kills = True, self.n_kills + 1
        self.add(self.world.now + self.random.uniform(0.1, 2 * MINUTE), self.rise)

    def rise(self):
        self.start()
        self.is_dead = False

    def test_a_dozen_kills(self):
        self.start_bot()
        self.plan_day()
        for number in range(self.N_KILLS):
            length_s = self.LASTS_S / self.N_KILLS
            self.add(self.world.now + (number + self.random.uniform(0, 0.8)) * length_s,
                     self.kill_now)
        self.play()
        self.end_day()
        self.assertEqual(self.n_kills, self.N_KILLS)
        self.stop()

    def test_a_command_that_comes_again_after_a_restart(self):
        """Discord knows that it was answered; the daemon that was killed has taken it along."""
        self.start_bot()
        for date in ("2025-12-24", "2025-12-31"):
            call = self.type("change_date", self.owner, which="arrival", date=date,
                             user=self.alice)
        self.kill()
        self.start()
        self.wait_for_bot()
        self.discord.repeat(call)
        self.world.run_for(MINUTE)
        self.assertEqual(self.rows()["arrival", int(ALICE), "2025-12-31"], 1)

    def test_between_a_commit_and_its_callback(self):
        self.start_bot()
        self.discord.rest.inject("callback", "hang")
        options = {"when": "tomorrow", "hour_start": "9", "hour_end": "10"}
        call = self.discord.command("set_derogation", self.alice, self.guild, options)
        self.world.wait_until(lambda: self.discord.rest.calls("callback"),
                              by=self.world.now + 1, what="the callback")
        self.kill()
        self.start()
        self.wait_for_bot()
        self.world.run_for(TOKEN_LIFE_S)
        self.assertFalse(call.is_answered)
        self.assertEqual(self.rows()["derogation", int(ALICE), at("2026-02-17 10:00")], 1)
        self.assert_refused(self.type("set_derogation", self.alice, **options), "D1")
        self.assertEqual(self.rows()["derogation", int(ALICE), at("2026-02-17 10:00")], 1)


if __name__ == "__main__":
    unittest.main()
