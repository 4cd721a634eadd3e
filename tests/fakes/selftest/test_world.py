"""The clock itself: nothing is skipped, nothing comes early, and a busy machine changes nothing."""

import asyncio
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from fakes.web import HANG, Response, Server, ask  # noqa: E402
from fakes.world import Late, Stuck, World, at, show  # noqa: E402

PROBE = pathlib.Path(__file__).with_name("warp_probe.c")


class Alone(unittest.TestCase):
    """A world without a daemon."""

    def setUp(self):
        self.world = World("2026-01-05 21:50")
        self.addCleanup(self.world.close)

    def test_time_stands_until_it_is_let_go(self):
        begin = self.world.now
        time.sleep(0.01)
        self.assertEqual(self.world.now, begin)
        self.assertEqual(begin, 1767646200)  # 20:50 UTC

    def test_a_day_takes_no_time(self):
        begin = time.monotonic()
        self.world.run_for(86400)
        self.assertEqual(show(self.world.now), "2026-01-06 21:50:00")
        self.assertLess(time.monotonic() - begin, 5)

    def test_dst(self):
        self.assertEqual(at("2026-03-29 06:00") - at("2026-03-28 06:00"), 23 * 3600)
        self.assertEqual(at("2025-10-26 06:00") - at("2025-10-25 06:00"), 25 * 3600)

    def test_it_does_not_run_backwards(self):
        with self.assertRaises(ValueError):
            self.world.run_to("2026-01-05 21:49")

    def test_waiting_stops_at_the_instant(self):
        seen = []
        self.world.loop.call_later(12.5, seen.append, 1)
        instant = self.world.wait_until(lambda: seen, by=self.world.now + 60)
        self.assertAlmostEqual(instant, at("2026-01-05 21:50") + 12.5, places=3)

    def test_waiting_in_vain_is_a_failure(self):
        with self.assertRaises(Late):
            self.world.wait_until(lambda: False, by=self.world.now + 60)
        self.assertEqual(show(self.world.now), "2026-01-05 21:51:00")

    def test_nothing_left_to_happen(self):
        async def wait_for_ever():
            await self.world.loop.create_future()
        with self.assertRaises(Stuck):
            self.world.run(wait_for_ever())

    def test_a_client_in_real_time(self):
        """As `tsm do` is one: the world answers it, and time passes only if nobody can go on."""
        def call(port):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as reply:
                return reply.read()

        server = SlowServer(self.world)
        for elapsed in (0, 4):
            begin = self.world.now
            self.assertEqual(self.world.run_outsider(call, server.port), b"{}")
            self.assertAlmostEqual(self.world.now - begin, elapsed, places=2)

    def test_a_fault_of_an_emulator_is_a_failure(self):
        class Broken(Server):
            async def answer(self, request):
                raise ZeroDivisionError

        server = Broken(self.world)
        with self.assertRaises(ZeroDivisionError):
            self.world.run(ask(server.port, "/"))


class SlowServer(Server):
    """Answers at once, then after 4 s, then after 6 s, and again from the beginning."""

    async def answer(self, request):
        await asyncio.sleep((0, 4, 6)[(len(self.requests) - 1) % 3])
        return Response(body=b"{}")


class DeafServer(Server):
    async def answer(self, request):
        return HANG


class WithProgram(unittest.TestCase):
    """A world with a program of two GLib loops in it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tsm-probe-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.probe = pathlib.Path(cls.folder.name) / "probe"
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libsoup-3.0"], check=True,
                               capture_output=True, text=True).stdout.split()
        subprocess.run([os.environ.get("CC", "cc"), "-o", cls.probe, PROBE, *flags], check=True)

    def setUp(self):
        self.world = World("2026-01-05 21:50")
        self.addCleanup(self.world.close)

    def spawn(self, server):
        self.path = self.world.directory / "log"
        environment = {"PATH": os.environ["PATH"], "GIO_USE_PROXY_RESOLVER": "dummy"}
        with open(self.path, "wb") as log:
            self.world.spawn([str(self.probe), server.url], environment, log)

    def events(self, what):
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return [line[:8] for line in lines if line.split(" ", 1)[1] == what]

    def test_each_timer_in_its_turn(self):
        self.spawn(SlowServer(self.world))
        self.world.run_for(3600)
        ticks = self.events("engine")
        self.assertEqual(len(ticks), 3600 // 7)
        self.assertEqual(ticks[:3], ["20:50:07", "20:50:14", "20:50:21"])
        self.assertEqual(ticks[-1], "21:49:58")

    def test_waits_of_other_kinds(self):
        self.spawn(SlowServer(self.world))
        self.world.run_for(200)
        self.assertEqual(self.events("condition"), ["20:51:30"])
        self.assertEqual(self.events("sleep"), ["20:53:00"])

    def test_a_time_out_of_5_s_is_one(self):
        """An answer after 4 s is an answer, one after 6 s is none, at any speed of the machine."""
        server = SlowServer(self.world)
        self.spawn(server)
        self.world.run_for(190)
        self.assertEqual(self.events("answer"), ["20:51:00", "20:52:04"])
        self.assertEqual(self.events("no answer"), ["20:53:05"])
        self.assertEqual([show(request.at)[-8:] for request in server.requests],
                         ["21:51:00", "21:52:00", "21:53:00"])

    def test_a_busy_machine_changes_nothing(self):
        burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
                   for _ in range(2 * os.cpu_count())]
        try:
            self.test_a_time_out_of_5_s_is_one()
        finally:
            for burner in burners:
                burner.kill()
                burner.wait()

    def test_a_deaf_server(self):
        self.spawn(DeafServer(self.world))
        self.world.run_for(130)
        self.assertEqual(self.events("no answer"), ["20:51:05", "20:52:05"])

    def test_killed_and_started_again(self):
        server = SlowServer(self.world)
        self.spawn(server)
        self.world.run_for(10)
        self.world.kill()
        self.world.run_for(3600)
        self.spawn(server)
        self.world.run_for(10)
        self.assertEqual(self.events("start"), ["21:50:10"])
        self.assertEqual(self.events("engine"), ["21:50:17"])

    def test_a_machine_that_sleeps(self):
        """Its timers have waited, its wall clock has gone on."""
        self.spawn(SlowServer(self.world))
        self.world.run_for(10)
        self.world.suspend_for(3600)
        self.assertEqual(show(self.world.now)[-8:], "22:50:10")
        self.world.run_for(12)
        self.assertEqual(self.events("engine"), ["20:50:07", "21:50:14", "21:50:21"])

    def test_its_end_is_seen(self):
        with open(os.devnull, "wb") as log:
            self.world.spawn(["false"], {"PATH": os.environ["PATH"]}, log)
        self.assertEqual(self.world.wait_for_exit(by=self.world.now + 1), 1)


if __name__ == "__main__":
    unittest.main()
