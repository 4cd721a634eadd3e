"""WebSocket frames (RFC 6455), strictly: for the gateway's emulator and for the client that tests
it. No extensions."""

import base64
import dataclasses
import hashlib
import os
import re

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
CONTROL_MAX = 125
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class BadFrame(Exception):
    """What makes no frame; `code` is what the connection is closed with."""

    def __init__(self, code, why):
        super().__init__(why)
        self.code = code


@dataclasses.dataclass
class Frame:
    opcode: int
    payload: bytes
    is_final: bool = True


def accept_key(key):
    return base64.b64encode(hashlib.sha1(key.encode() + MAGIC).digest()).decode()


def mask(payload, key):
    """Fast for megabytes, too: as one long number."""
    if not payload:
        return b""
    stretched = (key * (len(payload) // 4 + 1))[: len(payload)]
    whole = int.from_bytes(payload, "big") ^ int.from_bytes(stretched, "big")
    return whole.to_bytes(len(payload), "big")


def encode(opcode, payload, is_final=True, is_masked=False, reserved=0):
    first = bytes([(0x80 if is_final else 0) | reserved << 4 | opcode])
    bit = 0x80 if is_masked else 0
    if len(payload) < 126:
        length = bytes([bit | len(payload)])
    elif len(payload) < 65536:
        length = bytes([bit | 126]) + len(payload).to_bytes(2, "big")
    else:
        length = bytes([bit | 127]) + len(payload).to_bytes(8, "big")
    if not is_masked:
        return first + length + payload
    key = os.urandom(4)
    return first + length + key + mask(payload, key)


def encode_close(code=None, reason="", is_masked=False):
    payload = b"" if code is None else code.to_bytes(2, "big") + reason.encode()
    return encode(CLOSE, payload, is_masked=is_masked)


async def read_frame(reader, from_client, longest=2**32):
    first, second = await reader.readexactly(2)
    opcode, length = first & 15, second & 127
    if first & 0x70:
        raise BadFrame(1002, "a reserved bit is set")
    if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
        raise BadFrame(1002, f"opcode {opcode}")
    if bool(second & 0x80) != from_client:
        raise BadFrame(1002, "not masked" if from_client else "masked by the server")
    if opcode >= CLOSE and (length > CONTROL_MAX or not first & 0x80):
        raise BadFrame(1002, "a control frame that is long or in pieces")
    if length >= 126:
        size = 2 if length == 126 else 8
        length = int.from_bytes(await reader.readexactly(size), "big")
        if length < (126 if size == 2 else 65536):
            raise BadFrame(1002, "a length in more bytes than it takes")
    if length > longest:
        raise BadFrame(1009, f"a frame of {length} bytes")
    key = await reader.readexactly(4) if from_client else None
    payload = await reader.readexactly(length)
    return Frame(opcode, mask(payload, key) if key else payload, bool(first & 0x80))


def parse_close(payload):
    """(code or None, reason)."""
    if not payload:
        return None, ""
    if len(payload) == 1:
        raise BadFrame(1002, "half a close code")
    code = int.from_bytes(payload[:2], "big")
    if not (code in (1000, 1001, 1002, 1003) or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise BadFrame(1002, f"close code {code}")
    try:
        return code, payload[2:].decode("utf-8")
    except UnicodeDecodeError:
        raise BadFrame(1007, "a reason that is no UTF-8") from None


class Assembler:
    """Puts the frames of a message together."""

    def __init__(self):
        self.opcode = None
        self.pieces = []

    def add(self, frame):
        """The message (opcode, bytes) that a frame ends, else None."""
        if (frame.opcode == CONTINUATION) != (self.opcode is not None):
            raise BadFrame(1002, "a message within another, or a piece of none")
        if self.opcode is None:
            self.opcode = frame.opcode
        self.pieces.append(frame.payload)
        if not frame.is_final:
            return None
        opcode, whole = self.opcode, b"".join(self.pieces)
        self.opcode, self.pieces = None, []
        return opcode, whole


def check_handshake(line, headers):
    """None, or what is wrong with a request to upgrade, as RFC 6455 sees it."""
    if re.fullmatch(r"GET /\S* HTTP/1\.1", line) is None:
        return "the request line"
    if headers.get("upgrade", "").lower() != "websocket":
        return "Upgrade"
    words = [word.strip().lower() for word in headers.get("connection", "").split(",")]
    if "upgrade" not in words:
        return "Connection"
    if headers.get("sec-websocket-version") != "13":
        return "Sec-WebSocket-Version"
    try:
        key = base64.b64decode(headers.get("sec-websocket-key", ""), validate=True)
    except ValueError:
        key = b""
    return None if len(key) == 16 else "Sec-WebSocket-Key"
