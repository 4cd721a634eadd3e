"""Discord's emulator, the gateway: what it refuses, and every way in which it fails."""

import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from discord_client import UNSET, DiscordTest, Gateway, Rest  # noqa: E402
from fakes import discord_frames as frames  # noqa: E402
from fakes.discord_gateway import length_of  # noqa: E402
from fakes.discord_world import Discord  # noqa: E402
from fakes.realtime import RealTime  # noqa: E402
from fakes.world import Late  # noqa: E402


class Handshakes(DiscordTest):
    def test_refuses_what_is_wrong(self):
        cases = [
            ("no query", {"query": "/"}), ("an old version", {"query": "/?v=9&encoding=json"}),
            ("etf", {"query": "/?v=10&encoding=etf"}),
            ("compressed", {"query": "/?v=10&encoding=json&compress=zlib-stream"}),
            ("another path", {"query": "/x?v=10&encoding=json"}),
            ("no User-Agent", {"User_Agent": None}), ("libsoup's", {"User_Agent": "libsoup/3"}),
            ("the token", {"Authorization": "Bot x"}),
            ("deflate", {"Sec_WebSocket_Extensions": "permessage-deflate"}),
            ("no upgrade", {"Upgrade": None}), ("an old protocol", {"Sec_WebSocket_Version": "8"}),
            ("a short key", {"Sec_WebSocket_Key": "eA=="}),
            ("a key that is none", {"Sec_WebSocket_Key": "é"}),
            ("another connection", {"Connection": "keep-alive"}),
        ]
        for story, how in cases:
            with self.subTest(story):
                self.assertEqual(Gateway(self.discord, **how).status, 400)
                self.assertEqual(self.pop_faults(), ["handshake"])

    def test_refuses_when_told_to(self):
        self.discord.gateway.refuse(503)
        self.discord.gateway.refuse(429, headers={"Retry-After": 5})
        self.discord.gateway.refuse("drop")
        self.assertEqual([Gateway(self.discord).status for _ in range(4)], [503, 429, 0, 101])
        self.assertEqual([status for _, status in self.discord.gateway.handshakes],
                         [503, 429, 0, 101])

    def test_other_peoples_clients(self):
        self.discord.house_rules = False
        how = {"User_Agent": None, "Sec_WebSocket_Extensions": "permessage-deflate"}
        self.assertEqual(Gateway(self.discord, **how).status, 101)

    def test_ports_that_are_closed(self):
        self.discord.gateway.close_ports()
        with self.assertRaises(ConnectionRefusedError):
            Gateway(self.discord)
        for url in (self.discord.gateway.url, self.discord.gateway.resume_url):
            with socket.socket() as stranger, self.assertRaises(OSError):
                stranger.bind(("127.0.0.1", int(url.rpartition(":")[2])))
        self.discord.gateway.open_ports()
        self.assertEqual(Gateway(self.discord).status, 101)


class Frames(DiscordTest):
    def test_bad_frames(self):
        beat = b'{"op":1,"d":null}'
        cases = [
            ("not masked", frames.encode(1, beat), 1002),
            ("a reserved bit", frames.encode(1, beat, is_masked=True, reserved=4), 1002),
            ("an opcode of none", frames.encode(3, beat, is_masked=True), 1002),
            ("a piece of nothing", frames.encode(0, beat, is_masked=True), 1002),
            ("two messages at once", frames.encode(1, b"{", is_final=False, is_masked=True)
             + frames.encode(1, beat, is_masked=True), 1002),
            ("a ping in pieces", frames.encode(9, b"", is_final=False, is_masked=True), 1002),
            ("a long ping", frames.encode(9, bytes(126), is_masked=True), 1002),
            ("a length in too many bytes", bytes([0x81, 0x80 | 126, 0, 1]) + bytes(5), 1002),
            ("half a close code", frames.encode(8, b"\x03", is_masked=True), 1002),
            ("a close code of none", frames.encode_close(1005, is_masked=True), 1002),
            ("a reason in Latin-1", frames.encode(8, b"\x03\xe8\xe9", is_masked=True), 1007),
        ]
        for story, raw, code in cases:
            with self.subTest(story):
                client = Gateway(self.discord)
                client.expect(10)
                client.writer.write(raw)
                self.assertEqual(client.receive(), ("close", code))
                self.assertEqual(self.pop_faults(), ["frame"])

    def test_bad_payloads(self):
        cases = [
            ("binary", 2, b'{"op":1,"d":null}', 4002), ("not JSON", 1, b"{", 4002),
            ("an array", 1, b"[]", 4002), ("no op", 1, b'{"d":1}', 4002),
            ("Latin-1", 1, b'{"op":1,"d":"\xe9"}', 1007),
            ("4097 bytes", 1, b'{"op":1,"d":"' + b"x" * 4082 + b'"}', 4002),
            ("an unknown op", 1, b'{"op":42,"d":null}', 4001),
            ("one of the server's", 1, b'{"op":10,"d":null}', 4001),
            ("presence too early", 1, b'{"op":3,"d":{}}', 4003),
        ]
        for story, opcode, raw, code in cases:
            with self.subTest(story):
                client = Gateway(self.discord)
                client.expect(10)
                client.send_frame(opcode, raw)
                self.assertEqual(client.receive(), ("close", code))
                self.assertIn(self.pop_faults(), (["payload"], ["opcode"]))

    def test_pieces_and_pings_are_fine(self):
        client = Gateway(self.discord)
        client.expect(10)
        client.send_frame(1, b'{"op":1,', is_final=False)
        client.send_frame(9, b"hello")
        client.send_frame(0, b'"d":null}')
        self.assertEqual(client.receive(), ("pong", b"hello"))
        client.expect(11)

    def test_too_many_payloads(self):
        client = Gateway(self.discord)
        client.expect(10)
        self.discord.allow("beat-early")
        for _ in range(121):
            client.beat()
        received = [client.receive() for _ in range(121)]
        self.assertEqual(received[-1], ("close", 4008))
        self.assertIn("too-fast", self.pop_faults())

    def test_something_before_hello(self):
        self.discord.gateway.withholds_hello = True
        client = Gateway(self.discord)
        client.beat()
        client.expect(11)
        self.assertEqual(self.pop_faults(), ["payload"])

    def test_a_message_in_pieces(self):
        gateway = self.discord.gateway
        for gateway.frame_size, gateway.segment_size in ((7, 0), (0, 11), (50, 3)):
            client = Gateway(self.discord)
            client.start(1)
            client.close(4000)
            self.assertEqual(client.receive(), ("close", 4000))
            self.world.run_for(5)

    def test_a_very_large_guild(self):
        big = self.discord.add_guild("Grand", [self.alice], size=2 * 2**20)
        client = Gateway(self.discord)
        client.start(1)
        created = client.expect("GUILD_CREATE")
        self.assertEqual(created["id"], big.id)
        self.assertGreaterEqual(length_of(created), 2 * 2**20)


class Sessions(DiscordTest):
    def connect(self, url=None, **how):
        client = Gateway(self.discord, url, **how)
        self.assertEqual(client.status, 101)
        return client

    def session(self, **changes):
        client = self.connect()
        client.start(1, **changes)
        return client

    def again(self, client, **changes):
        """Resumes the session of a client on a new connection."""
        other = self.connect(client.resume_url)
        other.expect(10)
        other.resume(client, **changes)
        return other

    def test_ready(self):
        client = self.connect()
        ready = client.start()
        self.assertEqual(ready["guilds"], [{"unavailable": True, "id": self.guild.id}])
        self.assertEqual(ready["application"]["id"], self.discord.application_id)
        self.assertNotEqual(ready["resume_gateway_url"], self.discord.gateway.url)
        self.assertEqual(client.expect("GUILD_CREATE")["preferred_locale"], "fr")
        self.assertTrue(self.discord.gateway.is_ready)

    def test_without_intents_no_guilds(self):
        client = self.connect()
        client.start(intents=0)
        self.assertIsNone(client.receive_within(1))

    def test_identify_that_is_wrong(self):
        good = {"os": "a", "browser": "b", "device": "c"}
        cases = [
            ("another token", {"token": "x"}, 4004, "token"),
            ("with Bot", {"token": f"Bot {self.discord.token}"}, 4004, "token"),
            ("no token", {"token": UNSET}, 4002, "identify"),
            ("no intents", {"intents": UNSET}, 4002, "identify"),
            ("intents as a text", {"intents": "1"}, 4002, "identify"),
            ("no such intents", {"intents": 1 << 40}, 4013, "identify"),
            ("members", {"intents": 1 << 1}, 4014, "identify"),
            ("contents", {"intents": 1 << 15}, 4014, "identify"),
            ("no properties", {"properties": {}}, 4002, "identify"),
            ("old properties", {"properties": {"$os": "a", **good}}, 4002, "identify"),
            ("compressed", {"compress": True}, 4002, "identify"),
            ("a key of none", {"intent": 1}, 4002, "identify"),
            ("a shard", {"shard": [1, 2]}, 4010, "identify"),
        ]
        for story, changes, code, fault in cases:
            with self.subTest(story):
                client = self.connect()
                client.expect(10)
                client.identify(**changes)
                self.assertEqual(client.receive(), ("close", code))
                self.assertEqual(self.pop_faults(), [fault])
                self.world.run_for(5)

    def test_told_what_to_answer(self):
        self.discord.gateway.identify_code = 4014
        client = self.connect()
        client.expect(10)
        client.identify()
        self.assertEqual(client.receive(), ("close", 4014))

    def test_more_intents_than_we_need(self):
        self.connect().start(1, intents=1 | 1 << 9)
        self.assertEqual(self.pop_faults(), ["identify"])

    def test_resume_within_a_session(self):
        client = self.session()
        client.resume(client)
        self.assertEqual(client.receive(), ("close", 4005))
        self.assertEqual(self.pop_faults(), ["identify"])

    def test_other_opcodes(self):
        client = self.session()
        client.send(8, {"guild_id": self.guild.id, "query": "", "limit": 0})
        self.world.run_for(1)
        self.assertEqual(self.pop_faults(), ["opcode"])

    def test_identify_twice(self):
        client = self.session()
        self.world.run_for(6)
        client.identify()
        self.assertEqual(client.receive(), ("close", 4005))
        self.assertEqual(self.pop_faults(), ["identify"])

    def test_identify_too_soon(self):
        self.session().close(4000)
        self.world.run_for(4.9)
        client = self.connect()
        client.expect(10)
        client.identify()
        self.assertIs(client.expect(9), False)
        self.assertEqual(self.pop_faults(), ["identify-rate"])

    def test_too_many_identifies_a_day(self):
        self.discord.gateway.identifies_per_day = 1
        token = self.discord.token
        self.session().close(4000)
        self.world.run_for(6)
        client = self.connect()
        client.expect(10)
        client.identify()
        self.assertEqual(client.receive(), ("close", 4004))
        self.assertEqual(self.pop_faults(), ["identify-budget"])
        self.assertNotEqual(self.discord.token, token)

    def test_resume_brings_what_was_missed(self):
        self.register()
        client = self.session()
        client.close(4000)
        self.assertEqual(client.receive(), ("close", 4000))
        self.world.run_for(10)
        first, second = self.hello(), self.hello()
        other = self.again(client)
        self.assertEqual([other.expect("INTERACTION_CREATE")["id"] for _ in range(2)],
                         [first.id, second.id])
        other.expect("RESUMED")
        self.discord.repeat(first)
        self.assertEqual(other.expect("INTERACTION_CREATE")["id"], first.id)
        self.assertEqual(other.seq, 6)

    def test_resume_after_a_dropped_connection(self):
        client = self.session()
        self.discord.gateway.drop()
        self.assertIsNone(client.receive())
        self.again(client).expect("RESUMED")

    def test_sessions_that_are_over(self):
        def end(client, code):
            client.close(code)
            client.receive()

        def close(client, code):
            self.discord.gateway.close(code)
            self.assertEqual(client.receive(), ("close", code))
            client.close(code)  # the echo that the protocol wants, and no word of its own

        cases = [("1000 by the client", end, 1000, False), ("1001 by the client", end, 1001, False),
                 ("4000 by the client", end, 4000, True), ("4009", close, 4009, False),
                 ("4007", close, 4007, False), ("4000", close, 4000, True),
                 ("1001", close, 1001, True), ("1000", close, 1000, False)]
        for story, how, code, lives in cases:
            with self.subTest(story):
                client = self.session()
                how(client, code)
                other = self.again(client)
                if lives:
                    other.expect("RESUMED")
                else:
                    self.assertIs(other.expect(9), False)
                other.close(4000)
                other.receive()
                self.world.run_for(6)

    def test_resume_too_late(self):
        client = self.session()
        self.discord.gateway.drop()
        self.world.run_for(301)
        self.assertIs(self.again(client).expect(9), False)

    def test_resume_that_is_wrong(self):
        cases = [("another token", {"token": "x"}, ("close", 4004), "token"),
                 ("ahead of time", {"seq": 99}, ("close", 4007), "identify"),
                 ("no seq", {"seq": None}, ("close", 4002), "identify"),
                 ("one key more", {"shard": [0, 1]}, ("close", 4002), "identify")]
        for story, changes, answer, fault in cases:
            with self.subTest(story):
                client = self.session()
                client.close(4000)
                client.receive()
                self.assertEqual(self.again(client, **changes).receive(), answer)
                self.assertEqual(self.pop_faults(), [fault])
                self.world.run_for(6)

    def test_the_wrong_url(self):
        client = self.session()
        client.close(4000)
        client.resume_url = self.discord.gateway.url
        client.receive()
        self.again(client).expect("RESUMED")
        self.assertEqual(self.pop_faults(), ["resume-url"])
        self.world.run_for(6)
        other = self.connect(self.discord.gateway.resume_url)
        other.expect(10)
        other.identify()
        other.expect("READY")
        self.assertEqual(self.pop_faults(), ["resume-url", "two-connections"])

    def test_two_connections(self):
        client = self.session()
        self.again(client).expect("RESUMED")
        self.assertEqual(self.pop_faults(), ["two-connections"])

    def test_told_to_reconnect(self):
        client = self.session()
        self.discord.gateway.reconnect()
        client.expect(7)
        for resumable in (True, False):
            self.discord.gateway.invalidate(resumable)
            self.assertIs(client.expect(9), resumable)
        client.close(4000)
        self.assertIs(self.again(client).expect(9), False)

    def test_rejected_resume(self):
        client = self.session()
        client.close(4000)
        self.discord.gateway.rejects_resumes = 1
        self.assertIs(self.again(client).expect(9), False)

    def test_guilds_that_come_and_go(self):
        client = self.session()
        other = self.discord.add_guild("Ailleurs")
        self.assertEqual(client.expect("GUILD_CREATE")["id"], other.id)
        self.discord.begin_outage(other)
        self.assertEqual(client.expect("GUILD_DELETE"), {"id": other.id, "unavailable": True})
        self.discord.end_outage(other)
        client.expect("GUILD_CREATE")
        self.discord.remove_bot(other)
        self.assertEqual(client.expect("GUILD_DELETE"), {"id": other.id})
        self.assertEqual(self.rest.call("GET", f"/guilds/{other.id}")[1]["code"], 10004)

    def test_presence(self):
        client = self.session()
        good = {"since": None, "activities": [], "status": "online", "afk": False}
        client.send(3, good)
        self.world.run_for(16)
        client.send(3, good)
        self.world.run_for(1)
        self.assertEqual(self.pop_faults(), [])
        client.send(3, good)
        self.world.run_for(1)
        self.assertEqual(self.pop_faults(), ["too-fast"])
        client.send(3, {"status": "asleep"})
        self.assertEqual(client.receive(), ("close", 4002))
        self.assertIn("payload", self.pop_faults())


class Hearts(DiscordTest):
    """The interval is 41.25 s, the slack one second."""

    def session(self):
        client = Gateway(self.discord)
        client.start(1)
        return client

    def beat_after(self, client, seconds):
        self.world.run_for(seconds)
        client.beat()
        client.expect(11)

    def test_a_good_heart(self):
        client = self.session()
        self.beat_after(client, 20)
        for _ in range(5):
            self.beat_after(client, 41.25)
        self.assertEqual(len(self.discord.gateway.connection.beats), 6)

    def test_beats_that_are_off(self):
        cases = [("the first too late", [42.5], "beat-late"),
                 ("the second too late", [20, 42.5], "beat-late"),
                 ("two timers", [20, 20], "beat-early"),
                 ("none at all", [50], "beat-late")]
        for story, waits, fault in cases:
            with self.subTest(story):
                self.discord.gateway.closes_silent = False
                client = self.session()
                for seconds in waits:
                    self.beat_after(client, seconds)
                self.assertIn(fault, self.pop_faults())
                client.close(4000)
                self.world.run_for(6)

    def test_no_beat_ends_the_session(self):
        client = self.session()
        self.assertEqual(client.receive(), ("close", 4009))
        self.assertEqual(self.pop_faults(), ["beat-late"])

    def test_a_beat_on_demand(self):
        client = self.session()
        self.beat_after(client, 20)
        self.discord.gateway.ask_for_beat()
        client.expect(1)
        self.beat_after(client, 0.1)
        self.beat_after(client, 41.15)
        self.assertEqual(self.pop_faults(), [])
        self.discord.gateway.ask_for_beat()
        client.expect(1)
        self.beat_after(client, 5)
        self.assertEqual(self.pop_faults(), ["beat-late"])

    def test_sequence_numbers(self):
        client = self.session()
        cases = [("the last", client.seq, []), ("an old one", 1, ["beat-seq"]),
                 ("none", None, ["beat-seq"]), ("one to come", 99, ["beat-seq"]),
                 ("a text", "2", ["beat-seq"])]
        for story, seq, faults in cases:
            with self.subTest(story):
                self.world.run_for(41.25)
                client.send(1, seq)
                client.expect(11)
                self.assertEqual(self.pop_faults(), faults)

    def test_a_zombie(self):
        self.discord.gateway.closes_silent = False
        for silence in ("withhold_acks", "freeze"):
            with self.subTest(silence):
                client = self.session()
                self.beat_after(client, 20)
                getattr(self.discord.gateway, silence)()
                self.world.run_for(41.25)
                client.beat()
                self.world.run_for(41)
                self.assertEqual(self.pop_faults(), [])
                client.beat()
                self.world.run_for(1)
                self.assertEqual(self.pop_faults(), ["zombie"])
                self.world.run_for(43)
                self.assertEqual(self.pop_faults(), ["zombie"])
                client.abort()
                self.world.run_for(6)

    def test_a_zombie_that_is_left(self):
        client = self.session()
        self.beat_after(client, 20)
        self.discord.gateway.freeze()
        self.world.run_for(41.25)
        client.beat()
        self.world.run_for(41.25)
        client.close(4000)
        self.assertIsNone(client.receive_within(60))


class RealClock(unittest.TestCase):
    def test_the_same_on_the_computers_clock(self):
        world = RealTime()
        self.addCleanup(world.close)
        discord = Discord(world)
        guild = discord.add_guild("Maison")
        client = Gateway(discord)
        self.assertEqual(client.start(1)["guilds"][0]["id"], guild.id)
        self.assertEqual(Rest(discord).call("GET", "/gateway/bot")[0], 200)
        with self.assertRaises(Late):
            world.wait_until(lambda: False, 0.05)
        discord.check()


if __name__ == "__main__":
    unittest.main()
