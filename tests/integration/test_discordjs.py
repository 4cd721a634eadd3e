"""The emulator of Discord against a client that others wrote and that the real service knows well:
discord.js, in real time. What it does must not be a fault, and what it is sent it must understand.

discord.js comes from the npm registry, into the build folder, and again only when the lock file has
changed."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from fakes.discord_world import Discord  # noqa: E402
from fakes.realtime import RealTime  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
HERE = TOP / "tests" / "discordjs"
BUILD = pathlib.Path(os.environ.get("TSM_BINARY", TOP / "build" / "tsm")).resolve().parent
INSTALL_S = 240
PATIENCE_S = 30
# What discord.js sends and Discord takes no notice of.
HABITS = re.compile(r"no such key: (enforce_nonce|tts)(, tts)?|payload_json of type None")


def install():
    """The folder of node_modules as the lock file has it."""
    mark = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = BUILD / f"discordjs-{mark}"
    if folder.exists():
        return folder / "node_modules"
    for name in ("node", "npm"):
        if shutil.which(name) is None:
            raise AssertionError(f"{name} is missing: run scripts/ensure-packages")
    partial = BUILD / f"discordjs-partial-{os.getpid()}"
    partial.mkdir(parents=True)
    try:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, partial)
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1",
             "--fetch-timeout=30000", "--no-update-notifier"], cwd=partial, timeout=INSTALL_S,
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError("discord.js cannot be installed; this test needs the npm registry "
                                 f"to be reachable once. npm ci said:\n{done.stderr}")
        for old in BUILD.glob("discordjs-*"):
            if "partial" not in old.name:
                shutil.rmtree(old)
        partial.rename(folder)
    except subprocess.TimeoutExpired:
        raise AssertionError("discord.js cannot be installed: the npm registry does not answer "
                             f"within {INSTALL_S} s") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder / "node_modules"


class Bot:
    """The program; `events` is what it has told."""

    def __init__(self, discord, modules):
        environment = {"PATH": os.environ["PATH"], "NODE_PATH": str(modules),
                       "DISCORD_API": f"{discord.rest.url}/api", "DISCORD_TOKEN": discord.token}
        self.process = subprocess.Popen(["node", HERE / "bot.js"], env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.events = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            try:
                self.events.append(json.loads(line))
            except ValueError:
                self.events.append({"event": "said", "text": line.rstrip()})

    def count(self, name):
        return sum(event["event"] == name for event in self.events)

    def is_over(self):
        return self.process.poll() is not None

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()


class DiscordJs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.modules = install()

    def setUp(self):
        self.world = RealTime()
        self.addCleanup(self.world.close)
        self.discord = Discord(self.world, house_rules=False)
        self.gateway = self.discord.gateway
        self.gateway.interval_s, self.gateway.beat_slack_s = 4, 3
        self.alice = self.discord.add_user(None, "alice", "Alice")
        self.bob = self.discord.add_user(None, "bob", locale="en-GB")
        self.guild = self.discord.add_guild("Maison", [self.alice])
        self.discord.join(self.guild, self.bob, nick="Bobby")
        self.big = self.discord.add_guild("Grand", [self.alice], size=2 * 2**20)
        self.bot = Bot(self.discord, self.modules)
        self.addCleanup(self.bot.end)
        self.wait(lambda: self.bot.count("ready"), "discord.js being ready")

    def tearDown(self):
        self.discord.allow("lint")
        self.discord.check()
        lint = [str(fault) for fault in self.discord.faults if fault.code == "lint"]
        self.assertEqual([text for text in lint if HABITS.search(text) is None], [])

    def wait(self, condition, what):
        self.world.wait_until(lambda: condition() or self.bot.is_over(), PATIENCE_S, what)
        self.assertFalse(self.bot.is_over(), f"discord.js has ended: {self.bot.events[-3:]}")

    def done(self, call):
        self.wait(lambda: call.is_done, f"the end of {call!r}")
        return call

    def again(self, count, name):
        self.wait(lambda: self.bot.count(name) >= count, f"{name}, {count} times")

    def test_start(self):
        ready = next(event for event in self.bot.events if event["event"] == "ready")
        self.assertEqual(ready["application"], self.discord.application_id)
        self.assertEqual(ready["guilds"], ["Maison", "Grand"])
        for guild in (self.guild, self.big):
            self.assertEqual([command["name"] for command in guild.commands],
                             ["now", "later", "chart", "pick"])
            self.assertEqual(guild.channel.texts, ["Hello"])
        self.assertEqual(self.discord.commands, [])
        self.wait(lambda: len(self.gateway.connection.beats) >= 2, "two beats")

    def test_answers(self):
        call = self.done(self.discord.command("now", self.alice, self.guild,
                                              {"user": self.bob, "hours": 3}))
        self.assertEqual(call.text.splitlines()[:4], ["Now", "Bobby é", "hours", "3"])
        self.again(1, "replied")
        choice = self.discord.select(call.message, "menu", ["a"], self.alice)
        self.wait(lambda: choice.changes, "an edit")
        press = self.done(self.discord.press(call.message, "yes", self.bob))
        self.assertEqual((press.callback["type"], call.text), (7, "Pressed"))

        later = self.done(self.discord.command("later", self.alice, self.guild))
        self.again(1, "followed")
        self.assertEqual((later.text, later.is_ephemeral), ("Later", True))
        self.assertEqual([message.text for message in later.follow_ups], ["And more"])

        chart = self.done(self.discord.command("chart", self.alice, self.big))
        self.again(1, "drawn")
        self.assertEqual(chart.message.attachments[0]["description"], "A week")

        typed = self.discord.autocomplete("pick", self.bob, self.guild, {"what": "da"}, "what")
        self.assertEqual(self.done(typed).choices, [("like da", "x")])
        self.done(self.discord.command("pick", self.bob, self.guild, {"what": "x"}))
        self.again(1, "deleted")
        locales = {event["locale"] for event in self.bot.events if event["event"] == "interaction"}
        self.assertEqual(locales, {"fr", "en-GB"})

    def test_sessions(self):
        """Every way to lose a connection, and what is missed meanwhile."""
        def missed_while(lose, count):
            lose()
            call = self.discord.command("later", self.alice, self.guild)
            self.again(count, "resumed")
            self.done(call)

        missed_while(self.gateway.reconnect, 1)
        missed_while(self.gateway.drop, 2)
        missed_while(lambda: self.gateway.close(4000), 3)
        self.gateway.ask_for_beat()
        self.gateway.invalidate(False)
        self.again(2, "session")
        self.wait(lambda: self.gateway.is_ready, "a new session")
        self.assertEqual((len(self.gateway.identifies), len(self.gateway.resumes)), (2, 3))
        self.discord.remove_bot(self.big)
        self.again(1, "guild-lost")
        self.bot.process.stdin.close()
        self.world.wait_until(lambda: self.gateway.connections[-1].ended, PATIENCE_S, "goodbye")
        self.assertEqual(self.gateway.connections[-1].close_code, 1000)


if __name__ == "__main__":
    unittest.main()
