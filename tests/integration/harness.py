"""Drives the real daemon from outside, in a small world of emulators on one clock.

A test says where and when it plays, lets time pass, and looks at what the world saw:

    class RedEve(TsmTest):
        START = "2026-02-16 21:00"

        def test_powers_off(self):
            self.start()
            self.world.run_to("2026-02-16 22:10")
            self.assertFalse(self.host.is_on)

What the daemon does to the emulators and what it answers in JSON is what counts; its log is looked
at where the log is the thing that was asked for.
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from fakes import proxmox  # noqa: E402
from fakes.colours import Calendar, CouleurApi, RteJson  # noqa: E402
from fakes.plug import Plug  # noqa: E402
from fakes.world import World, at, show  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
MINUTE, HOUR = 60, 3600

# Discord-like ids of the people in the tests.
ALICE, BOB, CAROL, STRANGER = "100000000000000001", "100000000000000002", "100000000000000003", \
    "100000000000000009"

PERIOD_KEYS = {"period", "from", "to", "wh", "cost_neur", "unpriced_wh", "estimated_wh",
               "down_seconds"}
STATUS_KEYS = {"now", "colour_today", "colour_tomorrow", "period", "desired", "host", "power_w",
               "total_wh", "last_reading", "discord", "discord_reason"}
INTERVAL_KEYS = {"begin", "end", "state", "reason"}


def tsm_binary():
    path = pathlib.Path(os.environ.get("TSM_BINARY", TOP / "build" / "tsm")).resolve()
    if not path.exists():
        raise FileNotFoundError(f"{path}: build first, or set TSM_BINARY")
    return str(path)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bare_environment(directory):
    """What a program needs to run, and nothing of the settings of whoever runs the tests."""
    keep = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "LD_PRELOAD", "ASAN_OPTIONS",
            "UBSAN_OPTIONS")
    environment = {name: os.environ[name] for name in keep if name in os.environ}
    for name in ("HOME", "STATE_DIRECTORY", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME",
                 "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        environment[name] = str(directory)
    return dict(environment, G_DEBUG="fatal-criticals", GIO_USE_PROXY_RESOLVER="dummy",
                GSETTINGS_BACKEND="memory")


def count_before(instants, earliest):
    """What happened earlier. A daemon may act on a command before its client has told the test."""
    earliest = at(earliest) if isinstance(earliest, str) else earliest
    return sum(1 for instant in instants if instant < earliest)


class TsmTest(unittest.TestCase):
    """Class attributes set the scene; a test may change self.settings before start()."""

    START = "2026-02-16 21:00"  # Monday, blue; the 17th is red, the 18th white
    SINCE = "2026-02-14"  # START_SERVER_DATE
    CHANGES = {}  # colours that differ from the real ones
    PLUG = {}
    HOST = {}
    SETTINGS = {}
    maxDiff = None

    def setUp(self):
        self.world = World(self.START)
        self.addCleanup(self._end)
        self.plug = Plug(self.world, **{"total_wh": 50_000, **self.PLUG})
        self.host = proxmox.Host(self.world, **self.HOST)
        self.host.feed(self.plug)
        self.calendar = Calendar(self.world, self.CHANGES)
        self.couleur = CouleurApi(self.world, self.calendar)
        self.rte = RteJson(self.world, self.calendar)
        self.directory = self.world.directory
        self.listen = f"127.0.0.1:{free_port()}"
        self.socket = self.directory / "tsm.sock"
        self.database = self.directory / "tsm.db"
        self.log_path = self.directory / "log"
        self.log_path.touch()
        self.settings = {**self._default_settings(), **self.SETTINGS}

    def _default_settings(self):
        return {
            "START_SERVER_DATE": self.SINCE,
            "TIMEZONE": "Europe/Paris",
            "HOST_TASMOTA": self.plug.address,
            "HOST_TEMPO": self.couleur.url,
            "HOST_RTE": self.rte.url,
            "HOST_PROXMOX": self.host.url,
            "HOST_PROXMOX_MAC_ADDR": proxmox.MAC,
            "HOST_PROXMOX_BOOT_TIMEOUT": "300",
            "HOST_PROXMOX_SSL_VERIFY": "false",
            "PROXMOX_NODE": proxmox.NODE,
            "API_PROXMOX_TOKEN_ID": proxmox.TOKEN_ID,
            "API_PROXMOX_TOKEN_SECRET": proxmox.TOKEN_SECRET,
            "WOL_TARGET": self.host.wol_target,
            "TSM_DATABASE": str(self.database),
            "TSM_SOCKET": str(self.socket),
            "TSM_LISTEN": self.listen,
            "LOG_LEVEL": "debug",
        }

    def _end(self):
        """What must hold after every test, then the end of this world."""
        try:
            self._check_manners()
        finally:
            self.kept_log = self.log()
            self.world.close()

    def _check_manners(self):
        self.assertEqual(self.plug.refused_connections, 0, "one connection at a time")
        switching = [command for _, command in self.plug.command_log
                     if re.match(r"(?i)_?(power\d*|restart|energy\w+|backlog)\s", command)]
        self.assertEqual(switching, [], "the plug is read, never switched or set")
        faulty = [fault for _, fault in self.host.packets if fault]
        self.assertEqual(faulty, [], "magic packets are well formed")
        for file in self.directory.glob("*"):
            if file.is_file() and file.name.startswith(("tsm.db", "log")):
                content = file.read_bytes()
                leaked = [secret for secret in self.secrets() if secret.encode() in content]
                self.assertEqual(leaked, [], f"secrets in {file.name}")
        # What doctor says is no log.
        logged = "\n".join(self.log_lines(r"^\d{4}-\d\d-\d\dT"))
        self.assertNotIn(str(self.database), logged, "where the ledger is, in the log")

    def secrets(self):
        """What may be in no log, at the most talkative level, and in no database."""
        return [proxmox.TOKEN_SECRET]

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result else 0
        super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            print(f"\n--- the daemon's log in {self.id()} ---\n{getattr(self, 'kept_log', '')}---",
                  file=sys.stderr)

    # The daemon.

    def environment(self):
        settings = {name: value for name, value in self.settings.items() if value is not None}
        return {**bare_environment(self.directory), **settings}

    def spawn(self):
        """Starts `tsm run` and does not wait for anything."""
        with open(self.log_path, "ab") as log:
            self.world.spawn([tsm_binary(), "run"], self.environment(), log)

    def start(self):
        """Starts `tsm run` and waits until it takes commands."""
        self.spawn()
        self.world.wait_until(lambda: self.world.has_exited() or self._takes_commands(),
                              by=self.world.now + 60, what="the daemon's socket")
        self.assertFalse(self.world.has_exited(), "the daemon ended at once")

    def _takes_commands(self):
        if not self.socket.exists():
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket))
            except OSError:
                return False
        return True

    def kill(self):
        """SIGKILL, as the out-of-memory killer or a pulled plug would do it."""
        self.assertFalse(self.world.has_exited(), "the daemon has ended by itself")
        self.world.kill()

    def stop(self):
        self.world.signal(signal.SIGTERM)
        self.assertEqual(self.world.wait_for_exit(by=self.world.now + 30), 0)

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def log_lines(self, pattern):
        return [line for line in self.log().splitlines() if re.search(pattern, line, re.IGNORECASE)]

    # Commands and HTTP.

    def do(self, command, caller=None, /, **options):
        """Runs `tsm do --json`, as the shell or as a user; returns the whole reply."""
        words = [tsm_binary(), "do", "--json"]
        if caller:
            words += ["--as", caller]
        words.append(command)
        words += [f"{name}={value}" for name, value in options.items()]
        done = self.world.run_outsider(self._run_client, words)
        try:
            reply = json.loads(done.stdout)
        except ValueError:
            self.fail(f"{words[1:]}: no JSON, exit code {done.returncode}: {done}")
        wanted = 0 if reply["ok"] else 2 if reply["error"]["code"] == "usage" else 1
        self.assertEqual(done.returncode, wanted, done)
        expected = {"ok", "text", "data"} if reply["ok"] else {"ok", "error"}
        self.assertEqual(set(reply), expected, words[1:])
        return reply

    def _run_client(self, words):
        return subprocess.run(words, env=self.environment(), capture_output=True, text=True,
                              timeout=60, check=False)

    def data(self, command, caller=None, /, **options):
        """The data of a command that must succeed."""
        reply = self.do(command, caller, **options)
        self.assertTrue(reply["ok"], f"{command} {options}: {reply}")
        return reply["data"]

    def refusal(self, command, caller=None, /, **options):
        """The error code of a command that must be refused."""
        reply = self.do(command, caller, **options)
        self.assertFalse(reply["ok"], f"{command} {options}: {reply}")
        self.assertEqual(set(reply["error"]), {"code", "message"})
        self.assertTrue(reply["error"]["message"].strip())
        return reply["error"]["code"]

    def period(self, name, command="get_total_state", caller=None, /, **options):
        """One period of a state, by its name."""
        rows = self.data(command, caller, which=name, **options)["periods"]
        return next(row for row in rows if row["period"] == name)

    def http(self, path, method="GET"):
        """(status, content type, body) of the daemon's own web server."""
        return self.world.run_outsider(self._http, f"http://{self.listen}{path}", method)

    @staticmethod
    def _http(url, method):
        request = urllib.request.Request(url, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as reply:
                return reply.status, reply.headers.get_content_type(), reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get_content_type(), error.read().decode()

    # What the world saw.

    def assert_span(self, data, begin, end):
        """The begin and the end of a derogation, as Paris times."""
        self.assertEqual((show(data["begin"])[:16], show(data["end"])[:16]), (begin, end))

    def assert_between(self, instant, earliest, latest, what):
        earliest = at(earliest) if isinstance(earliest, str) else earliest
        latest = at(latest) if isinstance(latest, str) else latest
        self.assertTrue(earliest <= instant <= latest,
                        f"{what} at {show(instant)}, not in {show(earliest)} .. {show(latest)}")

    def shutdowns(self):
        return self.host.times_of("shutdown accepted")

    def boots(self):
        return self.host.times_of("booting")

    def assert_no_shutdown(self):
        self.assertEqual([show(instant) for instant in self.shutdowns()], [])

    def assert_stays_on_until(self, instant):
        """Lets time pass, and checks that nothing was done to the host meanwhile."""
        before = len(self.shutdowns())
        self.world.run_to(instant)
        self.assertEqual([show(when) for when in self.shutdowns()[before:]], [])
        self.assertTrue(self.host.is_on)
        self.assertFalse(self.world.has_exited(), "the daemon has ended by itself")

    def wait_for_off(self, earliest, latest):
        """The host must be told to stop in this span, and then be down."""
        before = count_before(self.shutdowns(), earliest)
        latest = at(latest) if isinstance(latest, str) else latest
        self.world.wait_until(lambda: len(self.shutdowns()) > before, latest, "a shutdown")
        self.assert_between(self.shutdowns()[before], earliest, latest, "shutdown")
        self.world.wait_until(lambda: self.host.is_off, latest + 10 * MINUTE, "the host going off")

    def wait_for_on(self, earliest, latest):
        """The host must be woken in this span, and then be up."""
        before = count_before(self.boots(), earliest)
        latest = at(latest) if isinstance(latest, str) else latest
        self.world.wait_until(lambda: len(self.boots()) > before, latest, "a wake-up")
        self.assert_between(self.boots()[before], earliest, latest, "wake-up")
        self.world.wait_until(lambda: self.host.is_on, latest + 15 * MINUTE, "the host coming up")


if __name__ == "__main__":
    print(__doc__)
