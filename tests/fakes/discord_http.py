"""HTTP/1.1 as Discord's front door speaks it: connections kept alive, bodies by length, in chunks
or in parts. What a client may not send is answered with 400 and told as a fault."""

import asyncio
import dataclasses
import email.parser
import re

from .web import DROP, HANG, Request, Response, Server

BODY_MAX = 25 * 1024 * 1024
FILE_MAX = 10 * 1024 * 1024
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class BadRequest(Exception):
    """What makes no HTTP request; the connection cannot go on after it."""


@dataclasses.dataclass
class Call(Request):
    """A request with what became of it."""

    connection: int = 0  # counted from 1: equal numbers are one kept-alive connection
    name: str = ""  # of the route, as "create_message"
    status: int = 0  # of the answer; 0 while there is none
    json: object = None  # the body, or the payload_json of a form
    files: dict = dataclasses.field(default_factory=dict)  # {n: Upload}


@dataclasses.dataclass
class Upload:
    name: str
    type: str
    content: bytes


async def read_call(reader, at, connection):
    """The next request of a connection; None when the client has closed it in good order."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise BadRequest("cut off in the head") from None
        return None
    line, *fields = head[:-4].decode("latin-1").split("\r\n")
    words = line.split(" ")
    if len(words) != 3 or words[2] != "HTTP/1.1" or not words[1].startswith("/"):
        raise BadRequest(f"not a request of HTTP/1.1: {line[:40]!r}")
    headers = {}
    for field in fields:
        name, colon, value = field.partition(":")
        if not colon or TOKEN.fullmatch(name) is None:
            raise BadRequest("a malformed header")
        if name.lower() in headers:
            raise BadRequest(f"two headers {name}")
        headers[name.lower()] = value.strip()
    if "host" not in headers:
        raise BadRequest("no Host")
    call = Call(at(), line, *words, headers, b"", connection)
    call.body = await _read_body(reader, headers)
    call.at = at()  # an upload may take its time
    return call


async def _read_body(reader, headers):
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].lower() != "chunked" or "content-length" in headers:
            raise BadRequest("a body that is measured in two ways, or in none we know")
        return await _read_chunks(reader)
    length = headers.get("content-length", "0")
    if re.fullmatch(r"[0-9]{1,9}", length) is None:
        raise BadRequest(f"Content-Length: {length}")
    if int(length) > BODY_MAX:
        raise BadRequest(f"a body of {length} bytes")
    return await reader.readexactly(int(length))


async def _read_chunks(reader):
    body = b""
    while True:
        size = (await reader.readuntil(b"\r\n"))[:-2].partition(b";")[0]
        if re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size) is None:
            raise BadRequest("a chunk without a size")
        length = int(size, 16)
        if length == 0:
            break
        if len(body) + length > BODY_MAX:
            raise BadRequest("a body without end")
        body += await reader.readexactly(length)
        if await reader.readexactly(2) != b"\r\n":
            raise BadRequest("a chunk that does not end")
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # trailers
    return body


def split_parts(body, content_type):
    """[(name, file name or None, type or None, content)] of multipart/form-data, strictly."""
    found = re.search(r'boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?$', content_type)
    if found is None:
        raise ValueError("multipart without a boundary")
    mark = b"--" + found[1].encode()
    whole = b"\r\n" + body
    first, *pieces = whole.split(b"\r\n" + mark)
    if first.strip() or not pieces or not re.fullmatch(rb"--(\r\n)?", pieces[-1]):
        raise ValueError("multipart that does not begin or end with its boundary")
    parts = []
    for piece in pieces[:-1]:
        head, gap, content = piece.partition(b"\r\n\r\n")
        if not gap or not head.startswith(b"\r\n"):
            raise ValueError("a part without a head")
        fields = email.parser.Parser().parsestr(head[2:].decode("utf-8"))
        if fields.get_content_disposition() != "form-data":
            raise ValueError("a part that is no form-data")
        name = fields.get_param("name", header="content-disposition")
        parts.append((name, fields.get_filename(), fields["content-type"], content))
    return parts


class KeepAliveServer(Server):
    """`connections_made` counts what was opened; what was asked is in `requests`."""

    keep_alive_s = 60  # an idle connection is closed after it

    def __init__(self, world):
        self.connections_made = 0
        super().__init__(world)

    async def _serve(self, reader, writer):
        try:
            await super()._serve(reader, writer)
        except Exception as error:  # a fault of ours must not pass for one of the client
            self.world.errors.append(error)

    async def _exchange(self, reader, writer):
        self.connections_made += 1
        number = self.connections_made
        while True:
            try:
                call = await asyncio.wait_for(self._next(reader, number), self.keep_alive_s)
            except asyncio.TimeoutError:
                return
            except BadRequest as error:
                self.on_bad_request(str(error))
                refusal = Response(400, "Bad Request", str(error).encode(), "text/plain")
                writer.write(refusal.encode())
                await writer.drain()
                return
            if call is None:
                return
            self.requests.append(call)
            answer = await self.answer(call)
            if answer is HANG:
                await reader.read()
                return
            if answer is DROP:
                writer.transport.abort()
                return
            answer.keep_alive = (answer.keep_alive
                                 and call.headers.get("connection", "").lower() != "close")
            call.status = answer.status
            writer.write(answer.encode())
            await writer.drain()
            if not answer.keep_alive:
                return

    async def _next(self, reader, number):
        return await read_call(reader, lambda: self.world.now, number)

    def on_bad_request(self, why):
        raise NotImplementedError
