"""What measurements are made among: a ledger of many years, emulated devices, a running TSM, and
what the kernel says of a process's memory."""
import asyncio
import datetime
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "tests"))

from fakes import proxmox, realtime  # noqa: E402
from fakes.colours import Calendar, CouleurApi, RteJson  # noqa: E402
from fakes.plug import Plug  # noqa: E402
from fakes.world import World, paris  # noqa: E402, F401

# A hundred guilds are registered at four calls a second.
READY_TIMEOUT_S = 120
POWER_W = 60  # as bench/make-ledger.c has it
KB = 1024


class RealTime(realtime.RealTime):
    """Its loop is a thread: what is measured goes on while the one who measures waits."""

    def __init__(self):
        super().__init__()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    now_ns = property(lambda self: time.time_ns())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.close()

    def run(self, coroutine):
        if not self.thread.is_alive():
            return super().run(coroutine)
        result = asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()
        if self.errors:
            raise self.errors.pop()
        return result

    async def sleep_until(self, instant):
        await asyncio.sleep(max(0, instant - self.now))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Scene:
    """Emulated devices in a world, a copy of the ledger, and the settings that join them."""

    def __init__(self, world, ledger, with_tls):
        self.world = world
        self.folder = world.directory
        shutil.copy(ledger, self.folder / "tsm.db")
        today = paris(world.now).date()
        blue = {str(today + datetime.timedelta(days)): "BLUE" for days in range(-400, 4)}
        host = proxmox.Host(world)
        calendar = Calendar(world, blue)
        couleur = CouleurApi(world, calendar)
        if with_tls:  # it is refused, as signed by nobody; the list of CAs has been read by then
            couleur.ssl_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            couleur.ssl_context.load_cert_chain(host.certificate, self.folder / "host.key")
            couleur.scheme = "https"
            world.run(self.reopen(couleur))
        self.plug = Plug(world, total_wh=10**6 * POWER_W)
        host.feed(self.plug)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "LD_LIBRARY_PATH":
            os.environ.get("LD_LIBRARY_PATH", ""),
            "START_SERVER_DATE": str(today - datetime.timedelta(3650)),
            "HOST_TASMOTA": self.plug.address, "HOST_TEMPO": couleur.url,
            "HOST_RTE": RteJson(world, calendar).url, "HOST_PROXMOX": host.url,
            "HOST_PROXMOX_MAC_ADDR": proxmox.MAC, "HOST_PROXMOX_SSL_VERIFY": "false",
            "PROXMOX_NODE": proxmox.NODE, "API_PROXMOX_TOKEN_ID": proxmox.TOKEN_ID,
            "API_PROXMOX_TOKEN_SECRET": proxmox.TOKEN_SECRET, "WOL_TARGET": host.wol_target,
            "TSM_DATABASE": str(self.folder / "tsm.db"),
            "TSM_SOCKET": str(self.folder / "tsm.sock"),
        }

    @staticmethod
    async def reopen(server):
        server.close()
        await server.open_soon()


class Program:
    """What is measured, and what it says."""

    def __init__(self, command, environment, log):
        self.log = log.open("w+")
        self.begin = time.monotonic()
        self.process = subprocess.Popen(command, env=environment, stdout=self.log,
                                        stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def give_up(self, why):
        self.log.seek(0)
        raise SystemExit(f"{pathlib.Path(sys.argv[0]).name}: {why}\n{self.log.read()}".rstrip())

    def wait_for(self, condition, what):
        while not condition():
            if self.process.poll() is not None:
                self.give_up(f"ended with {self.process.returncode} before it was {what}")
            if time.monotonic() > self.begin + READY_TIMEOUT_S:
                self.give_up(f"not {what} after {READY_TIMEOUT_S} s")
            time.sleep(0.001)

    def weigh(self):
        return sum_maps(pathlib.Path(f"/proc/{self.process.pid}/smaps").read_text("utf-8"))


class Daemon(Program):
    """A running `tsm run`, in real time."""

    def __init__(self, program, scene):
        self.port = free_port()
        environment = scene.environment | {"TSM_LISTEN": f"127.0.0.1:{self.port}"}
        super().__init__([program, "run"], environment, scene.folder / "log")

    def is_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=READY_TIMEOUT_S)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def wait_ready(self):
        """Milliseconds from exec to a good answer."""
        self.wait_for(self.is_ready, "ready")
        return (time.monotonic() - self.begin) * 1000


def sum_maps(text):
    """{mapping: [resident, private, dirty] in kB}; the whole under the name None.

    Private but clean is what no other program uses just now; dirty is what nobody can share."""
    sizes = {None: [0, 0, 0]}
    name = None
    for line in text.splitlines():
        match = re.match(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ *(.*)", line)
        if match is not None:
            name = pathlib.Path(match[1]).name or "(anonymous)"
        match = re.match(r"(Rss|Private_Clean|Private_Dirty): +(\d+) kB", line)
        for key in (None, name) if match is not None else ():
            row = sizes.setdefault(key, [0, 0, 0])
            row[0] += int(match[2]) if match[1] == "Rss" else 0
            row[1] += int(match[2]) if match[1] != "Rss" else 0
            row[2] += int(match[2]) if match[1] == "Private_Dirty" else 0
    return sizes


def make_ledger(program, folder, years, users):
    path = folder / "ledger.db"
    maker = program.parent / "bench" / "make-ledger"
    subprocess.run([maker, path, str(years), str(users)], check=True)
    return path
