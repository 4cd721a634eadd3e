"""The world: one clock for the daemon and for everything it talks to.

The emulators are asyncio servers on one event loop, in the process of the test. The loop's clock
is not the computer's: it stands still while anybody has something to do, and jumps to the next
deadline when nobody has. The daemon lives on the same clock through tests/fakes/warp.c, which see.

    with World("2026-01-05 21:50") as world:
        world.run_to("2026-01-05 22:10")              # twenty minutes, in milliseconds
        world.wait_until(lambda: host.is_off, by="2026-01-05 22:20")

Nothing in a test waits for real time. PATIENCE_S only turns a daemon that hangs into a failure.
"""

import asyncio
import concurrent.futures
import datetime
import mmap
import os
import pathlib
import selectors
import shutil
import signal
import ssl
import struct
import subprocess
import tempfile
import time
import zoneinfo

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
UTC = datetime.timezone.utc
NS = 1_000_000_000
HERE = pathlib.Path(__file__).resolve().parent

# How long, in real seconds, a daemon may compute without ever resting before we call it hung.
PATIENCE_S = float(os.environ.get("TSM_TEST_PATIENCE", "30"))
# With a client in flight that lives in real time, the clock moves only if the daemon has heard of
# it and all have rested this long since: the daemon then waits for time to pass to answer it.
OUTSIDER_GRACE_S = 1
# The monotonic clock of the world: any positive number that is not the wall clock will do.
BOOT_NS = 1_600_000_000 * NS
# A wait never ends on the dot, and GLib takes that for granted: the time-out of a socket counts
# only when the clock is past it.
LATENESS_NS = 20_000


def at(text):
    """The instant of a wall-clock time in Paris, "2026-01-05 21:50" or with seconds."""
    naive = datetime.datetime.fromisoformat(text)
    return int(naive.replace(tzinfo=PARIS).timestamp())


def paris(instant):
    """The wall-clock time in Paris at an instant."""
    return datetime.datetime.fromtimestamp(instant, PARIS)


def show(instant):
    return paris(instant).strftime("%Y-%m-%d %H:%M:%S")


class Late(AssertionError):
    """Something that should have happened by a given instant has not."""


class Stuck(AssertionError):
    """The daemon neither rests nor ends."""


class Page:
    """The page shared with warp.c: its layout is the C struct's."""

    HEAD = struct.Struct("=qqqqq")  # now_ns, monotonic_ns, epoch, activity, rest_cpu_ns
    SLOT = struct.Struct("=qqq")  # used, deadline_ns, seen
    SLOTS = 64
    FOREVER = 2**63 - 1

    def __init__(self, path):
        self.path = path
        size = self.HEAD.size + self.SLOTS * self.SLOT.size
        with open(path, "w+b") as file:
            file.truncate(size)
            self.memory = mmap.mmap(file.fileno(), size)
        self.epoch = 0

    def close(self):
        self.memory.close()

    def write_now(self, now_ns, monotonic_ns):
        # The monotonic clock goes second: deadlines are measured on it.
        struct.pack_into("=qq", self.memory, 0, now_ns, monotonic_ns)

    def next_epoch(self):
        self.epoch += 1
        struct.pack_into("=q", self.memory, 16, self.epoch)

    def activity(self):
        return struct.unpack_from("=q", self.memory, 24)[0]

    def rest_cpu_s(self):
        """The processor time that went into waiting, which would have been none in real time."""
        return struct.unpack_from("=q", self.memory, 32)[0] / NS

    def adopt_newborn(self):
        """Empties the table but for one busy thread: the process that is about to start."""
        self.clear()
        self.SLOT.pack_into(self.memory, self.HEAD.size, 1, 0, 0)

    def clear(self):
        for slot in range(self.SLOTS):
            self.SLOT.pack_into(self.memory, self.HEAD.size + slot * self.SLOT.size, 0, 0, 0)

    def threads(self):
        """[(deadline_ns, seen)] of the threads that exist."""
        table = self.SLOT.iter_unpack(self.memory[self.HEAD.size :])
        return [(deadline_ns, seen) for used, deadline_ns, seen in table if used]


class WarpSelector(selectors.DefaultSelector):
    """Where an asyncio loop waits for files or for time; here, time is ours to move."""

    def __init__(self, world):
        super().__init__()
        self.world = world

    def select(self, timeout=None):
        world = self.world
        events = super().select(0)
        world.check_watcher()
        if events or world.watcher_is_done() or (timeout is not None and timeout <= 0):
            return events
        timer_ns = None if timeout is None else world.now_ns + max(1, round(timeout * NS))
        idle_since = None
        patience_ends = time.monotonic() + PATIENCE_S
        while True:
            if world.is_quiet():
                events = super().select(0)  # what the daemon sent before it went to rest
                if events:
                    return events
                idle_since = idle_since or time.monotonic()
                rested_s = time.monotonic() - idle_since
                if not world.outsiders or (world.was_called() and rested_s > OUTSIDER_GRACE_S):
                    return self.jump(timer_ns)
            else:
                idle_since = None
            time.sleep(0.00002)
            events = super().select(0)  # a time-out would be rounded up to 1 ms
            if events:
                return events
            world.check_watcher()
            if world.watcher_is_done():
                return []
            if time.monotonic() > patience_ends:
                raise Stuck(f"the daemon does not come to rest at {show(world.now)}: "
                            f"{world.page.threads()}")

    def jump(self, timer_ns):
        world = self.world
        deadlines = [deadline + BOOT_NS + world.slept_ns + LATENESS_NS
                     for deadline, _ in world.page.threads()
                     if deadline != Page.FOREVER and not world.is_suspended]
        if timer_ns is not None:
            deadlines.append(timer_ns)
        if not deadlines:
            if world.outsiders:
                return super().select(0.005)
            raise Stuck(f"nothing will ever happen again after {show(world.now)}")
        world.set_now_ns(max(world.now_ns, min(deadlines)))
        return []


class WarpLoop(asyncio.SelectorEventLoop):
    def __init__(self, world):
        self.world = world
        super().__init__(WarpSelector(world))
        self._clock_resolution = 1e-6

    def time(self):
        return self.world.now_ns / NS


class World:
    """A clock, an event loop on it, a private directory, and at most one daemon."""

    def __init__(self, start):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tsm-test-"))
        self.page = Page(self.directory / "clock")
        self.now_ns = 0
        self.is_suspended = False
        self.slept_ns = 0  # what CLOCK_MONOTONIC has missed
        self.outsiders = 0  # clients in flight that do not live on our clock, as `tsm do`
        self.executor = concurrent.futures.ThreadPoolExecutor(4)  # their threads
        self.process = None
        self._activity_before_call = 0
        self._watch = None
        self._watched = None
        self.closers = []
        self.set_now_ns((at(start) if isinstance(start, str) else start) * NS)
        self.errors = []  # what went wrong inside an emulator
        self.loop = WarpLoop(self)
        self.loop.set_exception_handler(self._note_error)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for closer in reversed(self.closers):
            closer()
        self.closers.clear()
        self.kill()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))  # lets them end, and transports close
        self.loop.run_until_complete(asyncio.sleep(0))
        self.executor.shutdown()
        self.loop.close()
        self.page.close()
        shutil.rmtree(self.directory)

    # The clock.

    @property
    def now(self):
        """Unix seconds, as a float."""
        return self.now_ns / NS

    def set_now_ns(self, now_ns):
        self.now_ns = now_ns
        self.page.write_now(now_ns, self.monotonic_ns)

    @property
    def monotonic_ns(self):
        return self.now_ns - BOOT_NS - self.slept_ns

    def run_to(self, instant):
        """Lets time pass until an instant, given as Unix seconds or as Paris time."""
        instant = at(instant) if isinstance(instant, str) else instant
        if instant < self.now:
            raise ValueError(f"{show(instant)} is over: it is {show(self.now)}")
        self.run(self.sleep_until(instant))

    def run_for(self, seconds):
        self.run_to(self.now + seconds)

    async def sleep_until(self, instant):
        # A float of Unix time is good to a quarter of a microsecond: come out on the far side.
        while self.now_ns < round(instant * NS):
            await asyncio.sleep(max(instant - self.now, 1e-6))

    def wait_until(self, condition, by, what="what the test waits for"):
        """Lets time pass until condition() holds; returns the instant at which it did."""
        by = at(by) if isinstance(by, str) else by
        self._watch = condition
        self._watched = self.loop.create_future()
        try:
            self.run(self._first_of(by))
            if not condition():
                raise Late(f"{what} has not come by {show(by)}")
        finally:
            self._watch = self._watched = None
        return self.now

    async def _first_of(self, by):
        timer = asyncio.ensure_future(self.sleep_until(by))
        await asyncio.wait({timer, self._watched}, return_when=asyncio.FIRST_COMPLETED)
        timer.cancel()

    def check_watcher(self):
        if self._watch and not self._watched.done() and self._watch():
            self._watched.set_result(None)

    def watcher_is_done(self):
        return self._watched is not None and self._watched.done()

    def run(self, coroutine):
        """Runs one coroutine to its end, with the whole world around it."""
        result = self.loop.run_until_complete(coroutine)
        if self.errors:
            raise self.errors.pop()
        return result

    def _note_error(self, _loop, context):
        """A fault of an emulator must not pass for an answer; a client may break off, though."""
        error = context.get("exception")
        if not isinstance(error, (ConnectionError, ssl.SSLError)):
            self.errors.append(error or RuntimeError(context["message"]))

    def run_outsider(self, function, *arguments):
        """Runs a blocking function in a thread of real time while the world answers it."""
        async def call():
            self.outsiders += 1
            self._activity_before_call = self.page.activity()
            try:
                return await self.loop.run_in_executor(self.executor, function, *arguments)
            finally:
                self.outsiders -= 1
        return self.run(call())

    def was_called(self):
        """The daemon, if there is one, has done something since the last outsider set out."""
        return self.process is None or self.page.activity() != self._activity_before_call

    # The daemon.

    def spawn(self, command, environment, output):
        """Starts a program on the world's clock. One at a time."""
        if self.process is not None:
            raise RuntimeError("a world holds one daemon")
        self.page.adopt_newborn()
        # The sanitizers, if any, must stay first in the list.
        preload = [environment.get("LD_PRELOAD"), str(warp_library())]
        environment = dict(environment, WARP_PAGE=str(self.page.path),
                           LD_PRELOAD=":".join(filter(None, preload)))
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                        stdout=output, stderr=output, cwd=self.directory)
        return self.process

    def signal(self, number):
        self.process.send_signal(number)

    def suspend_for(self, seconds):
        """The daemon's machine sleeps while the world goes on: CLOCK_REALTIME and CLOCK_BOOTTIME
        have moved when it wakes up, CLOCK_MONOTONIC, which timers live on, has not."""
        self.signal(signal.SIGSTOP)
        while self._state() not in ("T", "Z"):
            time.sleep(0.00002)
        begin_ns, self.is_suspended = self.now_ns, True
        try:
            self.run_for(seconds)
        finally:
            self.slept_ns += self.now_ns - begin_ns
            self.is_suspended = False
            self.set_now_ns(self.now_ns)
            self.signal(signal.SIGCONT)

    def _state(self):
        """Of the daemon's process: "T" is stopped, "Z" is dead."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        return stat.rpartition(")")[2].split()[0]

    def wait_for_exit(self, by):
        """Lets time pass until the daemon has ended; returns its exit code."""
        self.wait_until(self.has_exited, by, "the end of the daemon")
        return self.reap()

    def has_exited(self):
        return self.process is None or self.process.poll() is not None

    def reap(self):
        code = self.process.wait()
        self.process = None
        self.page.clear()
        return code

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.reap()

    def is_quiet(self):
        """Nobody in the daemon has anything to do now. The argument for it is in warp.c."""
        if self.process is not None and self.process.poll() is not None:
            self.page.clear()  # a dead process holds no clock; the test will see that it ended
            return True
        if self.is_suspended:
            return True
        activity = self.page.activity()
        for _ in range(2):
            self.page.next_epoch()
            if not self._all_have_looked():
                return False
        return (self.page.activity() == activity
                and all(deadline > self.monotonic_ns for deadline, _ in self.page.threads()))

    def _all_have_looked(self):
        # A resting thread looks about 10,000 times a second; one that does not soon is busy.
        give_up = time.monotonic() + 0.005
        while True:
            seen = [seen for _, seen in self.page.threads()]
            if 0 in seen:
                return False
            if all(epoch == self.page.epoch for epoch in seen):
                return True
            if time.monotonic() > give_up:
                return False
            time.sleep(0.00003)


def warp_library():
    """The compiled warp.c: TSM_WARP if set, else built once for this user and source."""
    if "TSM_WARP" in os.environ:
        return pathlib.Path(os.environ["TSM_WARP"])
    source = HERE / "warp.c"
    stamp = f"{os.getuid()}-{source.stat().st_mtime_ns}"
    library = pathlib.Path(tempfile.gettempdir()) / f"tsm-warp-{stamp}.so"
    if not library.exists():
        partial = library.with_suffix(f".{os.getpid()}")
        subprocess.run([os.environ.get("CC", "cc"), "-O1", "-shared", "-fPIC", "-Wall", "-Werror",
                        "-o", partial, source], check=True)
        partial.rename(library)
    return library
