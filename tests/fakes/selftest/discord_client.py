"""A small client of Discord, for the tests of the emulator: as sound or as bad as a test wants.
And the scene that these tests share."""

import asyncio
import base64
import json
import os
import unittest

from fakes import discord_frames as frames
from fakes.discord_world import Discord
from fakes.web import ask
from fakes.world import World

USER_AGENT = "DiscordBot (https://example.org/tests, 1.0)"
PROPERTIES = {"os": "linux", "browser": "tests", "device": "tests"}
UNSET = object()
HELLO_COMMAND = {"name": "hello", "description": "Says hello", "options": [
    {"type": 6, "name": "user", "description": "Whom", "required": True},
    {"type": 4, "name": "hours", "description": "How long", "min_value": 1, "max_value": 24},
    {"type": 3, "name": "what", "description": "What", "autocomplete": True}]}


def multipart(parts, boundary="limit"):
    """(content type, body) of [(name, file name or None, type, content)]."""
    body = b""
    for name, file_name, kind, content in parts:
        head = f'form-data; name="{name}"' + (f'; filename="{file_name}"' if file_name else "")
        body += (f"--{boundary}\r\nContent-Disposition: {head}\r\nContent-Type: {kind}\r\n\r\n"
                 ).encode() + content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def form(payload, *files):
    """A form of a payload and of (name, content) as PNG."""
    parts = [("payload_json", None, "application/json", json.dumps(payload).encode())]
    parts += [(f"files[{n}]", name, "image/png", content) for n, (name, content) in
              enumerate(files)]
    return multipart(parts)


class Rest:
    """call() gives (status, JSON of the body or None, headers)."""

    def __init__(self, discord):
        self.discord = discord

    def call(self, method, path, body=None, token=UNSET, user_agent=USER_AGENT, base="/api/v10",
             content_type="application/json", headers=None):
        if token is UNSET:
            is_own = not path.startswith(("/interactions/", "/webhooks/"))
            token = f"Bot {self.discord.token}" if is_own else None
        fields = {"User-Agent": user_agent, "Authorization": token, "Connection": "close",
                  **(headers or {})}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        if body is None:
            raw = b""
        else:
            fields["Content-Type"] = content_type
        answer = self.discord.world.run(ask(self.discord.rest.port, base + path, method, fields,
                                            raw))
        if answer is None:
            return None
        status, _, headers, raw = answer
        return status, json.loads(raw) if raw else None, headers

    def callback(self, interaction, body, query="", **more):
        path = f"/interactions/{interaction.id}/{interaction.token}/callback{query}"
        return self.call("POST", path, body, **more)

    def hook(self, method, interaction, rest="", body=None, **more):
        path = f"/webhooks/{self.discord.application_id}/{interaction.token}{rest}"
        return self.call(method, path, body, **more)


class Gateway:
    """One connection. Its methods are blocking: they let the world run."""

    def __init__(self, discord, url=None, query="/?v=10&encoding=json", **headers):
        self.discord, self.world = discord, discord.world
        self.seq = None
        self.session_id = self.resume_url = None
        self.assembler = frames.Assembler()
        self.status = self.world.run(self._connect(url or discord.gateway.url, query, headers))
        discord.world.closers.append(self.abort)

    async def _connect(self, url, query, headers):
        host, _, port = url.removeprefix("ws://").partition(":")
        self.reader, self.writer = await asyncio.open_connection(host, int(port), limit=2**24)
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {"Host": f"{host}:{port}", "Upgrade": "websocket", "Connection": "Upgrade",
                  "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13",
                  "User-Agent": USER_AGENT}
        fields.update({name.replace("_", "-"): value for name, value in headers.items()})
        lines = [f"GET {query} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
        try:
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0
        if " 101 " in head and f"Sec-WebSocket-Accept: {frames.accept_key(key)}" not in head:
            raise AssertionError(head)
        return int(head.split(" ")[1])

    def abort(self):
        self.writer.transport.abort()

    # Out.

    def send_frame(self, opcode, payload, **how):
        self.writer.write(frames.encode(opcode, payload, **{"is_masked": True, **how}))

    def send(self, op, data):
        self.send_frame(frames.TEXT, json.dumps({"op": op, "d": data}).encode())

    def beat(self):
        self.send(1, self.seq)

    def identify(self, **changes):
        data = {"token": self.discord.token, "intents": 1, "properties": PROPERTIES, **changes}
        self.send(2, {key: value for key, value in data.items() if value is not UNSET})

    def resume(self, other, **changes):
        """Goes on with the session of another connection."""
        self.session_id, self.resume_url, self.seq = other.session_id, other.resume_url, other.seq
        self.send(6, {"token": self.discord.token, "session_id": other.session_id,
                      "seq": other.seq, **changes})

    def close(self, code=None):
        self.writer.write(frames.encode_close(code, is_masked=True))

    # In.

    async def _receive(self):
        """A payload, or ("close", code), or None at the end of TCP."""
        while True:
            try:
                frame = await frames.read_frame(self.reader, False)
            except (asyncio.IncompleteReadError, ConnectionError):
                return None
            if frame.opcode == frames.CLOSE:
                return "close", frames.parse_close(frame.payload)[0]
            if frame.opcode == frames.PONG:
                return "pong", frame.payload
            message = self.assembler.add(frame)
            if message is not None:
                payload = json.loads(message[1])
                self.seq = payload["s"] or self.seq
                return payload

    def receive(self):
        return self.world.run(self._receive())

    def receive_within(self, seconds):
        """None if nothing comes; the connection is of no use after that."""
        async def wait():
            try:
                return await asyncio.wait_for(self._receive(), seconds)
            except asyncio.TimeoutError:
                return None
        return self.world.run(wait())

    def expect(self, name):
        """The next payload must be this event, or this op; gives its data."""
        payload = self.receive()
        if not isinstance(payload, dict) or name not in (payload["t"], payload["op"]):
            raise AssertionError(f"not {name} but {str(payload)[:200]}")
        return payload["d"]

    def start(self, n_guilds=0, **changes):
        """HELLO, IDENTIFY, READY and the guilds."""
        self.expect(10)
        self.identify(**changes)
        ready = self.expect("READY")
        self.session_id, self.resume_url = ready["session_id"], ready["resume_gateway_url"]
        for _ in range(n_guilds):
            self.expect("GUILD_CREATE")
        return ready


class DiscordTest(unittest.TestCase):
    START = "2026-02-11 12:00"

    def setUp(self):
        self.world = World(self.START)
        self.addCleanup(self.world.close)
        self.discord = Discord(self.world)
        self.rest = Rest(self.discord)
        self.alice = self.discord.add_user("100000000000000001", "alice", "Alice")
        self.bob = self.discord.add_user("100000000000000002", "bob", locale="en-US")
        self.guild = self.discord.add_guild("Maison", [self.alice, self.bob])
        self.channel_path = f"/channels/{self.guild.channel.id}/messages"
        self.commands_path = (f"/applications/{self.discord.application_id}"
                              f"/guilds/{self.guild.id}/commands")

    def tearDown(self):
        self.discord.check()

    def pop_faults(self):
        codes = [fault.code for fault in self.discord.faults]
        self.discord.faults.clear()
        return codes

    def register(self):
        status, body, _ = self.rest.call("PUT", self.commands_path, [HELLO_COMMAND])
        self.assertEqual(status, 200, body)

    def hello(self, **options):
        return self.discord.command("hello", self.alice, self.guild,
                                    {"user": self.bob, **options})
