"""Discord's gateway, version 10, JSON: sessions that outlive their connections, and a watch on all
that a client must do in time.

Two ports: one for new sessions, one to resume at (`resume_gateway_url`), so that a client that
takes the wrong one is seen. The verbs that tests use are at the end of Gateway."""

import asyncio
import json
import math
import re

from . import discord_frames as frames
from .discord_frames import BadFrame
from .discord_rest import USER_AGENT
from .discord_schema import read_json
from .web import keep_port

DISPATCH, BEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT = 0, 1, 2, 3, 4, 6, 7
MEMBERS, INVALID, HELLO, ACK = 8, 9, 10, 11
PAYLOAD_MAX = 4096
PAYLOADS_PER_MINUTE = 120
IDENTIFY_EVERY_S = 5
DAY_S = 86400
INTENTS_ALL = (1 << 26) - 1
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
GUILDS = 1
CLOSING = (1000, 1001)  # from the client: the session is over
FATAL = (4004, 4010, 4011, 4012, 4013, 4014)
ENDS_SESSION = (1000, 4003, 4005, 4007, 4009, *FATAL)  # sent by the server
IDENTIFY_KEYS = {"token", "intents", "properties", "compress", "large_threshold", "shard",
                 "presence"}


MAX_RESUME_URL_FAILURES = 3  # then RESUME may try the first url
HELLO_AFTER_S = 0.01


def to_bytes(payload):
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def length_of(body):
    return len(to_bytes(body))


class Session:
    def __init__(self, gateway, intents):
        self.id = gateway.discord.ids.hex()
        self.intents = intents
        self.events = []  # payloads, the first with s 1
        self.connection = None
        self.lost_at = None  # when it was left without a connection
        self.is_over = False

    @property
    def seq(self):
        return len(self.events)


class Connection:
    """One WebSocket, from its handshake to its end. `received` and `sent` are [(instant, payload)],
    `close_code` is what the client closed with; `ended` says how it ended."""

    def __init__(self, gateway, reader, writer, at_resume_url):
        self.gateway, self.discord, self.world = gateway, gateway.discord, gateway.world
        self.reader, self.writer = reader, writer
        self.at_resume_url = at_resume_url
        self.opened_at = self.world.now
        self.received, self.sent = [], []
        self.session = None
        self.is_identified = False
        self.is_frozen = False
        self.sends_acks = True
        self.hello_at = None
        self.close_code, self.close_sent = None, None
        self.ended = None  # "closed", "lost", "dropped" or "frozen and closed"
        self.ended_at = None
        self._sends_from = 0  # a message in small segments delays those after it
        # The heart.
        self.interval_s = None
        self.beats = []  # instants of the regular beats
        self._asked_at = []  # instants of op 1 not answered yet
        self._ack_due = False  # the last regular beat has no ACK
        self._beat_timer = None
        self._seq_sent_at = 0

    @property
    def is_open(self):
        return self.ended is None and self.close_sent is None and self.close_code is None

    def fault(self, code, text):
        self.discord.note(code, f"gateway: {text}")

    # Out.

    def _write(self, data):
        if self.is_frozen or self.ended is not None:
            return
        now = self.world.loop.time()
        if self._sends_from > now:
            self._sends_from += 1e-6
            self.world.loop.call_at(self._sends_from, self._write_now, data)
        else:
            self._write_now(data)

    def _write_now(self, data):
        if self.ended is None and not self.is_frozen:
            self.writer.write(data)

    def send(self, payload):
        if self.is_frozen or not self.is_open:
            return
        self.sent.append((self.world.now, payload))
        data = to_bytes(payload)
        size, step = self.gateway.frame_size, self.gateway.segment_size
        pieces = [data[i:i + size] for i in range(0, len(data), size)] if size else [data]
        opcodes = [frames.TEXT] + [frames.CONTINUATION] * (len(pieces) - 1)
        whole = b"".join(frames.encode(opcode, piece, is_final=index == len(pieces) - 1)
                         for index, (opcode, piece) in enumerate(zip(opcodes, pieces)))
        if not step:
            self._write(whole)
            return
        for i in range(0, len(whole), step):
            self._write(whole[i:i + step])
            self._sends_from = max(self._sends_from, self.world.loop.time()) + 0.001

    def hello(self):
        self.interval_s = self.gateway.interval_s
        self.hello_at = self.world.now
        self.send({"t": None, "s": None, "op": HELLO, "d": {
            "heartbeat_interval": round(self.interval_s * 1000),
            "_trace": ['["gateway-prd-arm-us-east1-c-tnh2",{"micros":0.0}]']}})
        self._watch_beat(self.hello_at + self.interval_s)

    def close(self, code=None, reason=""):
        """Sends a close frame; the session lives on if the code leaves it alive."""
        if not self.is_open:
            return
        self._write(frames.encode_close(code, reason))
        self.close_sent = code if code is not None else 1005
        if self.session is not None and code in ENDS_SESSION:
            self.session.is_over = True
        self._stop_watching()

    def drop(self):
        """TCP ends, without a close frame."""
        self.end("dropped")
        self.writer.transport.abort()

    def end(self, how):
        if self.ended is not None:
            return
        self.ended, self.ended_at = how, self.world.now
        self._stop_watching()
        if self.session is not None and self.session.connection is self:
            self.session.connection = None
            self.session.lost_at = self.world.now
            if self.close_code in CLOSING and self.close_sent is None:  # else it is an echo
                self.session.is_over = True

    # In.

    async def run(self):
        assembler = frames.Assembler()
        try:
            while self.ended is None:
                frame = await frames.read_frame(self.reader, True, longest=2**20)
                if frame.opcode == frames.CLOSE:
                    self._on_close(*frames.parse_close(frame.payload))
                    return
                if frame.opcode == frames.PING:
                    self._write(frames.encode(frames.PONG, frame.payload))
                elif frame.opcode != frames.PONG:
                    message = assembler.add(frame)
                    if message is not None and self.is_open:
                        self._on_message(*message)
        except BadFrame as error:
            self.fault("frame", str(error))
            self.close(error.code)
            self.end("closed")
        except (asyncio.IncompleteReadError, ConnectionError):
            if self.is_frozen:
                self.end("frozen and lost")
            self.end("lost" if self.close_sent is None else "closed")

    def _on_close(self, code, _reason):
        answered = self.close_sent is not None
        self.close_code = code if code is not None else 1005
        if not answered and not self.is_frozen:
            self.writer.write(frames.encode_close(code))
        self.end("closed")

    def _on_message(self, opcode, raw):
        if self.hello_at is None:
            self.fault("payload", "something was sent before HELLO")
        now = self.world.now
        if sum(at > now - 60 for at, _ in self.received) >= PAYLOADS_PER_MINUTE:
            self.fault("too-fast", f"more than {PAYLOADS_PER_MINUTE} payloads in 60 s")
            self.close(4008, "You are being rate limited.")
            return
        if opcode == frames.BINARY or len(raw) > PAYLOAD_MAX:
            self.fault("payload", "binary" if opcode == frames.BINARY else f"{len(raw)} bytes")
            self.close(4002, "Error while decoding payload.")
            return
        try:
            payload = read_json(raw)
            if not isinstance(payload, dict) or not set(payload) <= {"op", "d", "s", "t"} \
                    or not isinstance(payload.get("op"), int) or "d" not in payload:
                raise ValueError("no payload of the gateway")
        except ValueError as error:
            code = 1007 if isinstance(error, UnicodeDecodeError) else 4002
            self.fault("payload", str(error) if code == 4002 else "no UTF-8")
            self.close(code, "Error while decoding payload.")
            return
        self.received.append((now, payload))
        self._on_payload(payload["op"], payload["d"])

    def _on_payload(self, op, data):
        if op == BEAT:
            self._on_beat(data)
        elif op == IDENTIFY:
            self._on_identify(data)
        elif op == RESUME:
            self._on_resume(data)
        elif op not in (PRESENCE, VOICE, MEMBERS):
            self.fault("opcode", f"op {op} is not for clients")
            self.close(4001, "Unknown opcode.")
        elif not self.is_identified:
            self.fault("opcode", f"op {op} before IDENTIFY")
            self.close(4003, "Not authenticated.")
        elif op != PRESENCE:
            self.fault("opcode", f"op {op} is nothing TSM needs")
        else:
            self._check_presence(data)

    def _check_presence(self, data):
        good = (isinstance(data, dict) and set(data) == {"since", "activities", "status", "afk"}
                and data["status"] in ("online", "dnd", "idle", "invisible", "offline")
                and isinstance(data["activities"], list) and isinstance(data["afk"], bool))
        if not good:
            self.fault("payload", "a presence that Discord does not take")
            self.close(4002, "Error while decoding payload.")
        changes = [at for at, payload in self.received if payload["op"] == PRESENCE]
        if len(changes) > 1 and changes[-1] - changes[-2] < 15 and self.discord.house_rules:
            self.fault("too-fast", "two changes of presence in 15 s")

    # The heart.

    def ask_for_beat(self):
        if self.is_frozen or not self.is_open:
            return
        self.send({"t": None, "s": None, "op": BEAT, "d": None})
        # Behind a message in small segments it is on its way later.
        self._asked_at.append(max(self.world.now, self._sends_from))

    def _on_beat(self, seq):
        now = self.world.now
        self._check_seq(seq)
        if self._asked_at:
            asked_at = self._asked_at.pop(0)
            if now - asked_at > self.gateway.beat_slack_s:
                self.fault("beat-late", f"{now - asked_at:.3f} s after op 1 asked for it")
        else:
            self._on_regular_beat(now)
        if self.sends_acks and not self.is_frozen:
            self._ack_due = False
            self.send({"t": None, "s": None, "op": ACK, "d": None})

    def _on_regular_beat(self, now):
        if self.hello_at is None:
            return
        slack_s = self.gateway.beat_slack_s
        if self.beats and now < self.beats[-1] + self.interval_s - slack_s:
            self.fault("beat-early", f"{now - self.beats[-1]:.3f} s after the one before: "
                                     f"a second timer?")
        if self._ack_due and self.beats:
            self.fault("zombie", "a beat though the one before had no ACK")
        self.beats.append(now)
        self._ack_due = True
        self._watch_beat(now + self.interval_s)

    def _watch_beat(self, due):
        self._stop_watching()
        self._beat_timer = self.world.loop.call_later(
            due + self.gateway.beat_slack_s - self.world.now, self._on_missing_beat, due)

    def _stop_watching(self):
        if self._beat_timer is not None:
            self._beat_timer.cancel()
            self._beat_timer = None

    def _on_missing_beat(self, due):
        self._beat_timer = None
        if not self.is_open:
            return
        if self._ack_due and self.beats:
            self.fault("zombie", "still there though a beat had no ACK")
        else:
            self.fault("beat-late", f"none at {due - self.hello_at:.3f} s of the connection")
        if self.gateway.closes_silent:
            self.close(4009, "Session timed out.")

    def _check_seq(self, seq):
        """The last one it can have seen; one just sent may not have arrived."""
        if seq is not None and (not isinstance(seq, int) or isinstance(seq, bool)):
            self.fault("beat-seq", f"{seq!r} is no sequence number")
            return
        last = self.session.seq if self.session else None
        if last is None or self.is_frozen:
            return  # the client alone knows: before RESUME, or what has reached it
        settled = self.world.now - self._seq_sent_at > self.gateway.beat_slack_s
        if (seq or 0) > last or (settled and (seq or 0) != last):
            self.fault("beat-seq", f"{seq}, the last was {last}")

    # Sessions.

    def _on_identify(self, data):
        gateway = self.gateway
        if self.is_identified:
            self.fault("identify", "twice on one connection")
            self.close(4005, "Already authenticated.")
            return
        wrong = self._check_identify(data)
        if wrong is not None:
            self.fault("identify", wrong)
            self.close(4002, "Error while decoding payload.")
            return
        if self.at_resume_url and self.discord.house_rules:
            self.fault("resume-url", "IDENTIFY at resume_gateway_url")
        if not gateway.spend_identify(self):
            return
        code = self._refuse_identify(data)
        if code is not None:
            self.close(code, "Refused.")
            return
        self._watch_others()
        self.is_identified = True
        session = Session(gateway, data["intents"])
        gateway.sessions.append(session)
        session.connection, self.session = self, session
        if gateway.withholds_ready:
            return
        self.session_event("READY", gateway.ready(session))
        if session.intents & GUILDS:
            for guild in self.discord.present_guilds():
                if not guild.is_unavailable:
                    self.session_event("GUILD_CREATE", guild.to_create(length_of))

    def _check_identify(self, data):
        if not isinstance(data, dict) or not {"token", "intents", "properties"} <= set(data):
            return "no token, intents or properties"
        if not set(data) <= IDENTIFY_KEYS:
            return f"unknown keys {sorted(set(data) - IDENTIFY_KEYS)}"
        properties = data["properties"]
        if not isinstance(properties, dict) or set(properties) != {"os", "browser", "device"} \
                or not all(isinstance(text, str) and text for text in properties.values()):
            return "properties are os, browser and device"
        if not isinstance(data["intents"], int) or isinstance(data["intents"], bool):
            return "intents are a number"
        if data.get("compress"):
            return "no compression was agreed on"
        return None

    def _refuse_identify(self, data):
        """The code to close with, or None. Most are also a fault of the client."""
        gateway = self.gateway
        if gateway.identify_code is not None:
            return gateway.identify_code
        if data["token"] != self.discord.token:
            if not self.discord.is_token_reset:
                self.fault("token", "with `Bot ` before it" if str(data["token"]).startswith("Bot")
                           else "a wrong token")
            return 4004
        if data.get("shard") not in (None, [0, 1]):
            self.fault("identify", f"shard {data['shard']}")
            return 4010
        if not 0 <= data["intents"] <= INTENTS_ALL:
            self.fault("identify", f"intents {data['intents']}")
            return 4013
        if data["intents"] & PRIVILEGED:
            self.fault("identify", f"intents {data['intents']} are privileged")
            return 4014
        if data["intents"] not in (0, GUILDS) and self.discord.house_rules:
            self.fault("identify", f"intents {data['intents']}: TSM needs 0 or 1")
        return None

    def _on_resume(self, data):
        gateway = self.gateway
        if self.is_identified:
            self.fault("identify", "RESUME on a connection with a session")
            self.close(4005, "Already authenticated.")
            return
        good = (isinstance(data, dict) and set(data) == {"token", "session_id", "seq"}
                and isinstance(data["session_id"], str) and isinstance(data["seq"], int)
                and not isinstance(data["seq"], bool))
        if not good:
            self.fault("identify", "RESUME takes token, session_id and seq")
            self.close(4002, "Error while decoding payload.")
            return
        gateway.resumes.append(self.world.now)
        if not self.at_resume_url and gateway.resume_url_failures < MAX_RESUME_URL_FAILURES:
            self.fault("resume-url", "RESUME at the first url")
        if data["token"] != self.discord.token:
            if not self.discord.is_token_reset:
                self.fault("token", "a wrong one in RESUME")
            self.close(4004, "Authentication failed.")
            return
        session = gateway.find_session(data["session_id"])
        if session is None or gateway.rejects_resumes > 0:
            gateway.rejects_resumes = max(0, gateway.rejects_resumes - 1)
            if session is not None:
                session.is_over = True
            self.invalidate(False)
            return
        if not 0 <= data["seq"] <= session.seq:
            self.fault("identify", f"RESUME at {data['seq']}, the last was {session.seq}")
            session.is_over = True
            self.close(4007, "Invalid seq.")
            return
        self._watch_others()
        self._resume(session, data["seq"])

    def _resume(self, session, seq):
        self.is_identified = True
        if session.connection is not None:
            session.connection.session = None
        session.connection, self.session, session.lost_at = self, session, None
        self._seq_sent_at = self.world.now
        for event in session.events[seq:]:
            self.send(event)
        if not self.gateway.withholds_ready:
            self.session_event("RESUMED", {"_trace": ['["gateway-prd-arm-us-east1-c-tnh2"]']})

    def _watch_others(self):
        """Whoever begins anew has left the connection before."""
        for other in self.gateway.connections_open():
            if other is not self and other.is_identified:
                self.fault("two-connections", "the one before is still open")

    def session_event(self, name, data):
        """An event for this session; it waits if there is no connection."""
        self.gateway.event(self.session, name, data)

    def invalidate(self, resumable):
        """Op 9."""
        if self.session is not None:
            self.session.is_over = not resumable
        self.send({"t": None, "s": None, "op": INVALID, "d": resumable})


class Gateway:
    def __init__(self, discord):
        self.discord, self.world = discord, discord.world
        self.connections = []  # all that ever were, in order
        self.handshakes = []  # (instant, status) of all, refused ones too
        self.sessions = []
        self.identifies = []  # instants
        self.resumes = []  # instants
        self.interval_s = 41.25
        self.beat_slack_s = 1
        self.resume_window_s = 300
        self.identifies_per_day = 1000
        self.shards = 1
        self.withholds_hello = False
        self.withholds_ready = False
        self.identify_code = None  # what IDENTIFY is closed with, as 4014
        self.rejects_resumes = 0  # so many get op 9 false
        self.resume_url_failures = 0  # handshakes there, in a row
        self.refuses = []  # (status, headers) for the next handshakes, or "drop", "hang"
        self.frame_size = 0  # messages are sent in frames of so many bytes
        self.segment_size = 0  # and in TCP segments of so many
        self.closes_silent = True  # with 4009, as Discord does when no beat comes
        self._listeners = []
        self._ports = [0, 0]
        self._keepers = []  # of the ports, while they are closed
        self.world.run(self.open_soon())
        self.world.closers.append(self._end)

    # Ports.

    async def open_soon(self):
        for index in range(2):
            def serve(reader, writer, at_resume_url=index == 1):
                return self._serve(reader, writer, at_resume_url)
            place = ({"sock": self._keepers[index]} if self._keepers
                     else {"host": "127.0.0.1", "port": 0})
            listener = await asyncio.start_server(serve, **place)
            self._listeners.append(listener)
            self._ports[index] = listener.sockets[0].getsockname()[1]
        self._keepers.clear()

    def open_ports(self):
        self.world.run(self.open_soon())

    def close_ports(self):
        """New connections are refused, those that are there are lost."""
        for listener in self._listeners:
            listener.close()
        if self._listeners:
            self._listeners.clear()
            self._keepers = [keep_port(port) for port in self._ports]
        self.resume_url_failures = MAX_RESUME_URL_FAILURES  # they cannot be counted now
        for connection in self.connections:
            if connection.ended is None:
                connection.drop()

    def _end(self):
        self.close_ports()
        for keeper in self._keepers:
            keeper.close()

    @property
    def url(self):
        return f"ws://127.0.0.1:{self._ports[0]}"

    @property
    def resume_url(self):
        return f"ws://127.0.0.1:{self._ports[1]}"

    def describe(self):
        """GET /gateway/bot."""
        used = self._identifies_today()
        reset_s = self.identifies[-used] + DAY_S - self.world.now if used else 0
        return {"url": self.url, "shards": self.shards, "session_start_limit": {
            "total": self.identifies_per_day,
            "remaining": max(0, self.identifies_per_day - used),
            "reset_after": math.ceil(reset_s * 1000), "max_concurrency": 1}}

    def _identifies_today(self):
        return sum(at > self.world.now - DAY_S for at in self.identifies)

    def spend_identify(self, connection):
        """Counts an IDENTIFY; False if it is one too many, and has been answered."""
        if self._identifies_today() >= self.identifies_per_day:
            connection.fault("identify-budget", "more IDENTIFYs in 24 h than there are")
            for session in self.sessions:
                session.is_over = True
            self.discord.reset_token()
            connection.close(4004, "Authentication failed.")
            return False
        early = any(at > self.world.now - IDENTIFY_EVERY_S for at in self.identifies)
        self.identifies.append(self.world.now)
        if early:
            connection.fault("identify-rate", f"{self.world.now - self.identifies[-2]:.3f} s "
                                              f"after the one before")
            connection.invalidate(False)
            return False
        return True

    # Handshake.

    async def _serve(self, reader, writer, at_resume_url):
        try:
            connection = await self._shake_hands(reader, writer, at_resume_url)
            if connection is not None:
                self.connections.append(connection)
                # On a clock that stands still libsoup hands out the connection only after what
                # came with the handshake has been read past; on any other, time has gone by.
                await asyncio.sleep(HELLO_AFTER_S)
                if not self.withholds_hello:
                    connection.hello()
                await connection.run()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except Exception as error:  # a fault of ours must not pass for one of the client
            self.world.errors.append(error)
        finally:
            writer.close()

    async def _shake_hands(self, reader, writer, at_resume_url):
        head = await reader.readuntil(b"\r\n\r\n")
        line, *fields = head[:-4].decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip()
                   for name, _, value in (field.partition(":") for field in fields)}
        wrong = frames.check_handshake(line, headers) or self._check_query(line, headers)
        if wrong is not None:
            self.discord.note("handshake", wrong)
        action = self.refuses.pop(0) if self.refuses else None
        if at_resume_url:
            self.resume_url_failures = self.resume_url_failures + 1 if action or wrong else 0
        if action in ("drop", "hang"):
            self.handshakes.append((self.world.now, 0))
            if action == "hang":
                await reader.read()
            else:
                writer.transport.abort()
            return None
        status, more = action or ((400, {}) if wrong else (101, {}))
        self.handshakes.append((self.world.now, status))
        if status != 101:
            lines = [f"HTTP/1.1 {status} Refused", "Content-Length: 0", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in more.items()]
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
            await writer.drain()
            return None
        key = frames.accept_key(headers["sec-websocket-key"])
        writer.write((f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                      f"Connection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\n\r\n").encode())
        return Connection(self, reader, writer, at_resume_url)

    def _check_query(self, line, headers):
        path, _, query = line.split(" ")[1].partition("?")
        wanted = {"v=10", "encoding=json"}
        if path != "/" or set(query.split("&")) != wanted or len(query.split("&")) != 2:
            return f"not /?v=10&encoding=json but {path}?{re.sub('[^a-z0-9=&_-]', '.', query)}"
        if not self.discord.house_rules:
            return None
        if USER_AGENT.fullmatch(headers.get("user-agent", "")) is None:
            return f"User-Agent: {headers.get('user-agent')}"
        if "authorization" in headers:
            return "Authorization does not belong here"
        if "sec-websocket-extensions" in headers:
            return "extensions are offered"
        return None

    # Sessions.

    def ready(self, session):
        discord = self.discord
        return {"v": 10, "user_settings": {}, "user": {
            **discord.bot.to_json(), "verified": True, "mfa_enabled": False, "flags": 0,
            "email": None}, "session_type": "normal", "session_id": session.id,
            "resume_gateway_url": self.resume_url, "relationships": [], "private_channels": [],
            "presences": [], "guilds": [{"unavailable": True, "id": guild.id}
                                        for guild in discord.present_guilds()],
            "guild_join_requests": [], "game_relationships": [], "auth": {},
            "geo_ordered_rtc_regions": ["paris", "amsterdam", "milan", "rotterdam", "madrid"],
            "application": {"id": discord.application_id, "flags": 565248},
            "_trace": ['["gateway-prd-arm-us-east1-c-tnh2",{"micros":260632,"calls":[]}]']}

    def find_session(self, session_id):
        for session in self.sessions:
            if session.id == session_id and not session.is_over:
                lost_at = session.lost_at if session.lost_at is not None else self.world.now
                return session if self.world.now - lost_at <= self.resume_window_s else None
        return None

    def event(self, session, name, data):
        payload = {"t": name, "s": session.seq + 1, "op": DISPATCH, "d": data}
        session.events.append(payload)
        if session.connection is not None:
            session.connection._seq_sent_at = self.world.now
            session.connection.send(payload)

    def dispatch(self, name, data, intents=0):
        """An event for all sessions that want it. Those without a connection get it on RESUME."""
        for session in self.sessions:
            if not session.is_over and session.intents & intents == intents:
                self.event(session, name, data)

    def connections_open(self):
        return [connection for connection in self.connections if connection.is_open]

    # What tests do and ask. Most is about the one connection that is open.

    @property
    def connection(self):
        found = self.connections_open()
        if not found:
            raise LookupError("no connection to the gateway is open")
        return found[-1]

    @property
    def is_ready(self):
        """A client has a session, and a connection that it belongs to."""
        return any(connection.is_identified and connection.session is not None
                   for connection in self.connections_open())

    def reconnect(self):
        """Op 7. The client has to close and come back."""
        self.connection.send({"t": None, "s": None, "op": RECONNECT, "d": None})

    def invalidate(self, resumable=False):
        self.connection.invalidate(resumable)

    def ask_for_beat(self):
        self.connection.ask_for_beat()

    def close(self, code=None):
        self.connection.close(code)

    def drop(self):
        self.connection.drop()

    def freeze(self):
        """TCP stays up, and nothing comes any more: no event, no ACK, no close frame."""
        self.connection.is_frozen = True

    def withhold_acks(self):
        self.connection.sends_acks = False

    def refuse(self, status=503, times=1, headers=None):
        """The next handshakes get this status, or "drop" or "hang"."""
        action = status if isinstance(status, str) else (status, headers or {})
        self.refuses.extend([action] * times)

    def send_raw(self, data):
        """Bytes as they are: for what no sound server sends."""
        self.connection._write(data)
