"""A small HTTP server for emulators: it keeps what was asked, word for word, and lets an emulator
answer badly on purpose. One request a connection, as the devices we stand in for do it."""

import asyncio
import dataclasses
import json
import socket
import urllib.parse


@dataclasses.dataclass
class Request:
    at: float  # the world's clock
    line: str
    method: str
    target: str
    version: str
    headers: dict  # names in lower case
    body: bytes

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def query(self):
        """[(name, value)], decoded as web servers do it: + is a blank."""
        return urllib.parse.parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    def form(self):
        """The parameters of a POST, from a form or from JSON."""
        if self.headers.get("content-type", "").startswith("application/json"):
            return json.loads(self.body or b"{}")
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclasses.dataclass
class Response:
    status: int = 200
    reason: str = "OK"
    body: bytes = b""
    type: str = "application/json"
    headers: dict = dataclasses.field(default_factory=dict)
    chunked: bool = False
    cut_at: int = None  # send only so many bytes of the whole answer, then hang up
    keep_alive: bool = False

    def encode(self):
        lines = [f"HTTP/1.1 {self.status} {self.reason}"]
        if self.type and self.status != 204:
            lines.append(f"Content-Type: {self.type}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
            half = len(self.body) // 2 or 1
            parts = [part for part in (self.body[:half], self.body[half:]) if part]
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        else:
            if self.status != 204:
                lines.append(f"Content-Length: {len(self.body)}")
            body = self.body
        if not self.keep_alive:
            lines.append("Connection: close")
        whole = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        return whole[: self.cut_at]


DROP = object()  # close the connection without a word
HANG = object()  # keep it open and never answer


def json_response(value, **more):
    return Response(body=json.dumps(value, separators=(",", ":")).encode(), **more)


def keep_port(port):
    """Keeps a port of loopback while nobody listens on it: who connects is refused, and no other
    world that runs meanwhile can be given it, and be spoken to by this one's daemon."""
    # Named so that asyncio knows it for TCP, and sends small pieces at once.
    keeper = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind(("127.0.0.1", port))
    return keeper


class Server:
    """Listens on loopback. A subclass says what is answered: a Response, DROP or HANG."""

    one_at_a_time = False
    scheme = "http"
    ssl_context = None

    def __init__(self, world):
        self.world = world
        self.requests = []
        self.refused_connections = 0  # came while another one was open
        self.connections = set()
        self.port = 0
        self.listener = None
        self.keeper = None
        self.open()
        world.closers.append(self._end)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"{self.scheme}://{self.address}"

    def open(self):
        """Listens; after close(), on the same port again. Meanwhile connections are refused."""
        self.world.run(self.open_soon())

    async def open_soon(self):
        if self.listener is None:
            place = {"sock": self.keeper} if self.keeper else {"host": "127.0.0.1", "port": 0}
            self.listener = await asyncio.start_server(self._serve, ssl=self.ssl_context, **place)
            self.keeper = None
            self.port = self.listener.sockets[0].getsockname()[1]

    def close(self):
        if self.listener is not None:
            self.listener.close()
            self.listener = None
            self.keeper = keep_port(self.port)
        for writer in list(self.connections):
            writer.transport.abort()

    def _end(self):
        self.close()
        if self.keeper is not None:
            self.keeper.close()

    async def _serve(self, reader, writer):
        if self.one_at_a_time and self.connections:
            self.refused_connections += 1
            writer.transport.abort()
            return
        self.connections.add(writer)
        try:
            await self._exchange(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client went away, or never said anything that a server understands
        finally:
            self.connections.discard(writer)
            writer.close()

    async def _exchange(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").rstrip().split("\r\n")
        # A raw blank in the target ends it, as it does for the devices: the rest is taken for the
        # version and never looked at.
        method, target, version = (line.split(" ", 2) + ["", ""])[:3]
        headers = {name.strip().lower(): value.strip()
                   for name, _, value in (field.partition(":") for field in fields)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = Request(self.world.now, line, method, target, version, headers, body)
        self.requests.append(request)
        response = await self.answer(request)
        if response is HANG:
            await reader.read()  # until the client gives up
        elif response is not DROP:
            writer.write(response.encode())
            await writer.drain()

    async def answer(self, request):
        raise NotImplementedError


async def ask(port, target, method="GET", headers=None, body=b"", ssl=None, raw_line=None):
    """A plain client on the world's clock, for the tests of the emulators themselves.

    Returns (status, reason, headers, body); None when the server hangs up without an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=ssl)
    fields = {"Host": f"127.0.0.1:{port}", "User-Agent": "tests", "Accept": "application/json"}
    fields.update(headers or {})
    if body:
        fields["Content-Length"] = str(len(body))
    lines = [raw_line or f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    try:
        answer = await reader.read()
    except ConnectionError:
        answer = b""
    writer.close()
    return parse_answer(answer)


def parse_answer(answer):
    if not answer:
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    status_line, *fields = head.decode("latin-1").split("\r\n")
    _, status, reason = (status_line.split(" ", 2) + [""])[:3]
    headers = {name.lower(): value.strip()
               for name, _, value in (field.partition(":") for field in fields)}
    if headers.get("transfer-encoding") == "chunked":
        body = _join_chunks(body)
    return int(status), reason, headers, body


def _join_chunks(body):
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        whole += rest[: int(size or b"0", 16)]
        body = rest[int(size or b"0", 16) + 2 :]
    return whole
