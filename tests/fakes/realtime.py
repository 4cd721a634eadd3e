"""A world on the computer's own clock, for programs that know of no other: what emulators ask of
world.World, and nothing of its daemon."""

import asyncio
import pathlib
import shutil
import ssl
import tempfile
import time

from .world import Late


class RealTime:
    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(self._note_error)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tsm-test-"))
        self.closers, self.errors = [], []
        # Steps of the wall clock are none of a test's concern.
        self._offset = time.time() - time.monotonic()

    @property
    def now(self):
        return time.monotonic() + self._offset

    def run(self, coroutine):
        result = self.loop.run_until_complete(coroutine)
        if self.errors:
            raise self.errors.pop()
        return result

    def wait_until(self, condition, within_s, what="what the test waits for"):
        async def look():
            gives_up = self.now + within_s
            while not condition():
                if self.now > gives_up:
                    raise Late(f"{what} has not come in {within_s} s")
                await asyncio.sleep(0.01)
        self.run(look())

    def _note_error(self, _loop, context):
        error = context.get("exception")
        if not isinstance(error, (ConnectionError, ssl.SSLError)):
            self.errors.append(error or RuntimeError(context["message"]))

    def close(self):
        for closer in reversed(self.closers):
            closer()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()
        shutil.rmtree(self.directory)
