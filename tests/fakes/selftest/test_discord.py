"""Discord's emulator, REST: it takes what Discord takes and refuses what Discord refuses."""

import asyncio
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from discord_client import (HELLO_COMMAND, USER_AGENT, DiscordTest, Gateway, form,  # noqa: E402
                            multipart)
from fakes.web import Response, ask  # noqa: E402

NOBODY = {"parse": []}
PNG = b"\x89PNG\r\n\x1a\n--limit is no boundary here"


def button(custom_id="tsm1:a", **more):
    return {"type": 2, "style": 1, "label": "Yes", "custom_id": custom_id, **more}


def row(*parts):
    return {"type": 1, "components": list(parts)}


def say(content="Hello", **more):
    return {"content": content, "allowed_mentions": NOBODY, **more}


class RestManners(DiscordTest):
    def test_answers_what_is_asked_well(self):
        cases = [("/gateway/bot", "session_start_limit"), ("/applications/@me", "bot"),
                 (f"/guilds/{self.guild.id}", "system_channel_id"),
                 (f"/channels/{self.guild.channel.id}", "last_message_id")]
        for path, key in cases:
            with self.subTest(path):
                status, body, headers = self.rest.call("GET", path)
                self.assertEqual(status, 200)
                self.assertIn(key, body)
                self.assertIn("x-ratelimit-bucket", headers)
        self.assertEqual(self.rest.call("GET", self.commands_path)[1], [])

    def test_refuses_bad_manners(self):
        cases = [
            ("no User-Agent", {"user_agent": None}, 403, 40333, "user-agent"),
            ("a browser's", {"user_agent": "Mozilla/5.0"}, 403, 40333, "user-agent"),
            ("libsoup's", {"user_agent": "libsoup/3.2"}, 403, 40333, "user-agent"),
            ("no Authorization", {"token": None}, 401, 0, "authorization"),
            ("a bare token", {"token": self.discord.token}, 401, 0, "authorization"),
            ("another token", {"token": "Bot x"}, 401, 0, "authorization"),
            ("no version", {"base": "/api"}, 400, 50041, "version"),
            ("an old version", {"base": "/api/v9"}, 400, 50041, "version"),
            ("not below /api", {"base": ""}, 404, 0, "route"),
            ("no such path", {"base": "/api/v10/x"}, 404, 0, "route"),
        ]
        for story, how, status, code, fault in cases:
            with self.subTest(story):
                found, body, _ = self.rest.call("GET", "/gateway/bot", **how)
                self.assertEqual((found, body["code"]), (status, code))
                self.assertEqual(self.pop_faults(), [fault])
        self.assertEqual(self.rest.call("DELETE", "/gateway/bot")[0], 405)
        self.assertEqual(self.rest.call("GET", "/gateway/bot?x=1")[0], 200)
        self.assertEqual(self.pop_faults(), ["route", "route"])

    def test_counts_session_starts(self):
        self.discord.gateway.identifies_per_day = 3
        client = Gateway(self.discord)
        client.start(1)
        limit = self.rest.call("GET", "/gateway/bot")[1]["session_start_limit"]
        self.assertEqual(limit, {"total": 3, "remaining": 2, "reset_after": 86400000,
                                 "max_concurrency": 1})

    def test_another_applications_commands(self):
        for scope in ("", f"/guilds/{self.guild.id}"):
            path = f"/applications/1{scope}/commands"
            status, body, _ = self.rest.call("GET", path)
            self.assertEqual((status, body["code"]), (403, 20012))
            self.assertEqual(self.pop_faults(), ["route"])

    def test_a_body_where_none_belongs(self):
        self.assertEqual(self.rest.call("GET", "/gateway/bot", {})[0], 200)
        self.assertEqual(self.pop_faults(), ["body"])

    def test_strangers_ids(self):
        cases = [("GET", "/guilds/1", None, 404, 10004), ("GET", "/channels/1", None, 404, 10003),
                 ("POST", "/channels/1/messages", say(), 404, 10003),
                 ("POST", "/users/@me/channels", {"recipient_id": "1"}, 400, 50033),
                 ("GET", f"/applications/{self.discord.application_id}/guilds/1/commands", None,
                  403, 50001)]
        for method, path, body, status, code in cases:
            with self.subTest(path):
                found, answer, _ = self.rest.call(method, path, body)
                self.assertEqual((found, answer["code"]), (status, code))

    def test_body_must_be_json(self):
        cases = [
            ("nothing", b"", {}), ("not JSON", b"{", {}), ("a key twice", b'{"a":1,"a":2}', {}),
            ("NaN", b'{"nonce":NaN}', {}), ("Latin-1", b'{"content":"\xe9"}', {}),
            ("half a pair", b'{"content":"\\ud800"}', {}),
            ("another type", b'{"content":"x"}', {"content_type": "text/plain"}),
            ("no payload_json", multipart([("files[0]", "a.png", "image/png", PNG)])[1],
             {"content_type": "multipart/form-data; boundary=limit"}),
            ("no boundary", b"--limit--", {"content_type": "multipart/form-data; x"}),
            ("unfinished parts", form(say())[1][:-6],
             {"content_type": "multipart/form-data; boundary=limit"}),
        ]
        self.discord.rest.limiter.limits["create_message"] = (100, 5)
        for story, raw, how in cases:
            with self.subTest(story):
                status, body, _ = self.rest.call("POST", self.channel_path, raw, **how)
                self.assertEqual((status, body["code"]), (400, 50109))
                self.assertEqual(self.pop_faults(), ["body"])

    def test_token_that_was_reset(self):
        old = f"Bot {self.discord.token}"
        self.discord.reset_token()
        self.assertEqual(self.rest.call("GET", "/gateway/bot", token=old)[0], 401)
        self.assertEqual(self.pop_faults(), [])
        self.assertEqual(self.rest.call("GET", "/gateway/bot", token=old)[0], 401)
        self.assertEqual(self.pop_faults(), ["after-401"])

    def test_expected_faults(self):
        self.rest.call("GET", "/gateway/bot", user_agent=None)
        with self.assertRaises(AssertionError):
            self.discord.check()
        self.discord.expect("user-agent")
        self.discord.check()
        self.discord.expect("http")
        with self.assertRaises(AssertionError):
            self.discord.check()
        self.discord._expected.discard("http")


class Connections(DiscordTest):
    async def exchange(self, *requests):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.discord.rest.port)
        statuses = []
        for request in requests:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = [line for line in head.split("\r\n") if line.startswith("Content-Length")]
            await reader.readexactly(int(length[0].split(" ")[1]) if length else 0)
            statuses.append(int(head.split(" ")[1]))
        writer.close()
        return statuses

    def head(self, line, *fields):
        lines = [line, "Host: x", "User-Agent: DiscordBot (http://x, 1) more",
                 f"Authorization: Bot {self.discord.token}", *fields]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def test_keeps_a_connection(self):
        body = json.dumps(say("é")).encode()
        chunks = b"%x\r\n%s\r\n3;x=y\r\n%s\r\n0\r\n\r\n" % (len(body) - 3, body[:-3], body[-3:])
        statuses = self.world.run(self.exchange(
            self.head("GET /api/v10/gateway/bot HTTP/1.1"),
            self.head(f"POST /api/v10{self.channel_path} HTTP/1.1",
                      "Content-Type: application/json", "Transfer-Encoding: chunked") + chunks,
            self.head("GET /api/v10/applications/@me HTTP/1.1")))
        self.assertEqual(statuses, [200, 200, 200])
        self.assertEqual(self.discord.rest.connections_made, 1)
        self.assertEqual(self.guild.channel.texts, ["é"])

    def test_bad_http(self):
        cases = [("an older version", b"GET / HTTP/1.0\r\nHost: x\r\n\r\n"),
                 ("no host", b"GET / HTTP/1.1\r\n\r\n"),
                 ("two of a header", b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"),
                 ("two measures", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
                                  b"Transfer-Encoding: chunked\r\n\r\n"),
                 ("no size", b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                             b"x\r\n"),
                 ("no header", b"GET / HTTP/1.1\r\nHost x\r\n\r\n"),
                 ("26 MiB", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 27262976\r\n\r\n"),
                 ("a chunk that goes on", b"POST / HTTP/1.1\r\nHost: x\r\n"
                                          b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc"),
                 ("a length that is none", b"POST / HTTP/1.1\r\nHost: x\r\n"
                                           b"Content-Length: -1\r\n\r\n")]
        for story, raw in cases:
            with self.subTest(story):
                self.assertEqual(self.world.run(self.exchange(raw)), [400])
                self.assertEqual(self.pop_faults(), ["http"])

    def test_idle_connections_end(self):
        async def idle():
            reader, writer = await asyncio.open_connection("127.0.0.1", self.discord.rest.port)
            rest = await reader.read()
            writer.close()
            return rest
        before = self.world.now
        self.assertEqual(self.world.run(idle()), b"")
        self.assertAlmostEqual(self.world.now - before, 60, delta=1)

    def test_a_silent_server(self):
        async def hang():
            try:
                await asyncio.wait_for(ask(self.discord.rest.port, "/api/v10/gateway/bot",
                                           headers={"User-Agent": USER_AGENT}), 20)
            except asyncio.TimeoutError:
                return "silence"
            return "an answer"
        self.discord.rest.inject("gateway", "hang")
        self.assertEqual(self.world.run(hang()), "silence")

    def test_any_answer_at_all(self):
        self.discord.rest.inject("gateway", Response(body=b"<html>", type="text/html"))
        answer = self.world.run(ask(self.discord.rest.port, "/api/v10/gateway/bot", headers={
            "User-Agent": USER_AGENT, "Connection": "close"}))
        self.assertEqual((answer[0], answer[3]), (200, b"<html>"))

    def test_injected_failures(self):
        self.discord.rest.inject("create_message", "drop")
        self.discord.rest.inject("create_message", 502)
        self.discord.rest.inject("create_message", "lose")
        body = say(nonce="n1", enforce_nonce=True)
        self.assertIsNone(self.rest.call("POST", self.channel_path, body))
        self.assertEqual(self.rest.call("POST", self.channel_path, body)[0], 502)
        self.assertEqual(self.guild.channel.texts, [])
        self.assertIsNone(self.rest.call("POST", self.channel_path, body))
        self.assertEqual(self.rest.call("POST", self.channel_path, body)[0], 200)
        self.assertEqual(self.guild.channel.texts, ["Hello"])
        self.discord.rest.outage = 503
        self.assertEqual(self.rest.call("GET", "/gateway/bot")[0], 503)


class RateLimits(DiscordTest):
    def post(self):
        return self.rest.call("POST", self.channel_path, say())

    def test_a_bucket_runs_empty_and_fills_again(self):
        for left in (4, 3, 2, 1, 0):
            status, _, headers = self.post()
            self.assertEqual((status, headers["x-ratelimit-remaining"]), (200, str(left)))
        self.assertEqual(headers["x-ratelimit-limit"], "5")
        wait_s = float(headers["x-ratelimit-reset-after"])
        self.assertTrue(0 < wait_s <= 5)
        status, body, headers = self.post()
        self.assertEqual((status, body["global"], headers["x-ratelimit-scope"]),
                         (429, False, "user"))
        self.assertTrue(0 < body["retry_after"] <= 5)
        self.assertEqual(self.pop_faults(), ["rate-limit"])
        other = self.discord.add_channel(self.guild, "other")
        self.assertEqual(self.rest.call("POST", f"/channels/{other.id}/messages", say())[0], 200)
        self.world.run_for(body["retry_after"])
        self.assertEqual(self.post()[0], 200)

    def test_a_limit_out_of_the_blue(self):
        for scope in ("user", "shared", "global"):
            with self.subTest(scope):
                self.discord.rest.exhaust("create_message", 7.5, scope)
                status, body, headers = self.post()
                self.assertEqual((status, headers["retry-after"]), (429, "8"))
                self.assertEqual((body["retry_after"], body["global"]), (7.5, scope == "global"))
                self.assertEqual(headers["x-ratelimit-scope"], scope)
                self.assertEqual(headers.get("x-ratelimit-global"),
                                 "true" if scope == "global" else None)
                self.assertEqual(self.pop_faults(), [])
                self.assertEqual(self.post()[0], 429)
                self.assertEqual(self.pop_faults(), ["rate-limit"])
                self.world.run_for(8)
                self.assertEqual(self.post()[0], 200)

    def test_a_global_limit_lets_answers_pass(self):
        self.register()
        call = self.hello()
        self.discord.rest.exhaust("", 60, "global")
        self.assertEqual(self.rest.callback(call, {"type": 4, "data": say()})[0], 204)

    def test_one_at_a_time(self):
        self.discord.rest.latency_s = 1

        async def ask_twice(*paths):
            fields = {"Authorization": f"Bot {self.discord.token}", "User-Agent": USER_AGENT,
                      "Connection": "close"}
            return await asyncio.gather(*[
                ask(self.discord.rest.port, f"/api/v10{path}", headers=fields) for path in paths])

        guild = f"/guilds/{self.guild.id}"
        answers = self.world.run(ask_twice(guild, "/gateway/bot"))
        self.assertEqual(([answer[0] for answer in answers], self.pop_faults()), ([200, 200], []))
        self.world.run(ask_twice(guild, guild))
        self.assertEqual(self.pop_faults(), ["lint"])

    def test_fifty_a_second(self):
        self.discord.rest.limiter.limits["guild"] = (1000, 1)
        statuses = [self.rest.call("GET", f"/guilds/{self.guild.id}")[0] for _ in range(51)]
        self.assertEqual((statuses.count(200), statuses[-1]), (50, 429))
        self.assertEqual(self.pop_faults(), ["rate-limit"])


def option(name="a", kind=3, **more):
    return {"type": kind, "name": name, "description": "x", **more}


def command(name="a", description="x", **more):
    return {"name": name, "description": description, **more}


class Commands(DiscordTest):
    def put(self, body):
        self.discord.rest.limiter.limits["put_guild_commands"] = (1000, 1)
        self.discord.rest.limiter.recent.clear()
        return self.rest.call("PUT", self.commands_path, body)

    def test_registers(self):
        status, first, _ = self.put([HELLO_COMMAND, command("other")])
        self.assertEqual((status, [one["name"] for one in first]), (200, ["hello", "other"]))
        status, second, _ = self.put([HELLO_COMMAND])
        self.assertEqual(second[0]["id"], first[0]["id"])
        self.assertEqual(len(self.guild.commands), 1)
        listed = self.rest.call("GET", self.commands_path)[1]
        self.assertNotIn("name_localizations", listed[0])
        listed = self.rest.call("GET", f"{self.commands_path}?with_localizations=true")[1]
        self.assertIn("name_localizations", listed[0])
        whole = f"/applications/{self.discord.application_id}/commands"
        self.assertEqual(self.rest.call("PUT", whole, [])[:2], (200, []))

    def test_good_ones(self):
        localized = {"fr": "é" * 100, "en-GB": "x", "zh-CN": "好"}
        cases = [
            [command(f"c{n}") for n in range(100)],
            [command("n" * 32, "d" * 100, description_localizations=localized)],
            [command("é_-'1"), command("電源")],
            [command(options=[option(f"o{n}") for n in range(25)])],
            [command(options=[option("a", 6, required=True), option("b", 10, min_value=0.5)])],
            [command(options=[option(choices=[{"name": "n" * 100, "value": f"{n}"[:100]}
                                              for n in range(25)][:1])])],
            [command(default_member_permissions="32")],
            [command(options=[option("sub", 1, options=[option()])])],
        ]
        for body in cases:
            with self.subTest(body[0]["name"]):
                self.assertEqual(self.put(body)[0], 200, self.discord.faults)

    def test_bad_ones(self):
        many = [{"name": f"c{n}", "value": f"{n}"} for n in range(26)]
        long_ones = [option(f"o{n}", choices=[{"name": f"{c:0100}", "value": f"{c:0100}"}
                                              for c in range(25)]) for n in range(2)]
        cases = [
            ("101 commands", [command(f"c{n}") for n in range(101)], None),
            ("one name twice", [command(), command()], "1"),
            ("upper case", [command("Hello")], "0.name"),
            ("a blank", [command("a b")], "0.name"),
            ("33 letters", [command("n" * 33)], "0.name"),
            ("no name", [{"description": "x"}], "0.name"),
            ("no description", [{"name": "a"}], "0.description"),
            ("an empty one", [command("a", "")], "0.description"),
            ("101 characters", [command("a", "d" * 101)], "0.description"),
            ("an unknown locale", [command(description_localizations={"fr-FR": "x"})],
             "0.description_localizations.fr-FR"),
            ("an empty localization", [command(description_localizations={"fr": ""})],
             "0.description_localizations.fr"),
            ("26 options", [command(options=[option(f"o{n}") for n in range(26)])], "0.options"),
            ("a required one late", [command(options=[option(), option("b", required=True)])],
             "0.options.1"),
            ("two of one name", [command(options=[option(), option()])], "0.options.1"),
            ("a localized name that is taken",
             [command(options=[option(), option("b", name_localizations={"fr": "a"})])],
             "0.options.1"),
            ("choices and autocomplete", [command(options=[option(
                autocomplete=True, choices=many[:1])])], "0.options.0.autocomplete"),
            ("two choices of one name", [command(options=[option(choices=[
                {"name": "x", "value": "1"}, {"name": "x", "value": "2"}])])],
             "0.options.0.choices.1"),
            ("an empty choice", [command(options=[option(choices=[
                {"name": " ", "value": "1"}])])], "0.options.0.choices.0"),
            ("a choice in no language", [command(options=[option(choices=[
                {"name": "x", "value": "1", "name_localizations": {"xx": "y"}}])])],
             "0.options.0.choices.0.name_localizations.xx"),
            ("a blank localization", [command(description_localizations={"fr": " "})],
             "0.description_localizations.fr"),
            ("a subcommand beside an option", [command(options=[option(), option("b", 1)])],
             "0.options"),
            ("a group in a group", [command(options=[option("a", 2, options=[
                option("b", 2, options=[])])])], "0.options.0.options.0"),
            ("26 choices", [command(options=[option(choices=many)])], "0.options.0.choices"),
            ("a choice of 101", [command(options=[option(choices=[
                {"name": "x", "value": "v" * 101}])])], "0.options.0.choices.0.value"),
            ("a number for a text", [command(options=[option(choices=[
                {"name": "x", "value": 1}])])], "0.options.0.choices.0.value"),
            ("an option type of none", [command(options=[option("a", 99)])], None),
            ("max_length 0", [command(options=[option(max_length=0)])],
             "0.options.0.max_length"),
            ("min over max", [command(options=[option("a", 4, min_value=2, max_value=1)])],
             "0.options.0.min_value"),
            ("permissions as a number", [command(default_member_permissions=32)],
             "0.default_member_permissions"),
            ("8001 characters", [command(options=long_ones)], "0"),
            ("an object", {"name": "a"}, None),
            ("null", None, None),
        ]
        for story, body, path in cases:
            with self.subTest(story):
                raw = b"null" if body is None else body
                status, answer, _ = self.put(raw)
                self.assertEqual((status, answer["code"]), (400, 50035))
                self.assertIn("body", self.pop_faults())
                level = answer["errors"]
                for step in path.split(".") if path else []:
                    self.assertIn(step, level, answer)
                    level = level[step]
        self.assertEqual(self.guild.commands, [])

    def test_what_discord_lets_pass_is_still_a_fault(self):
        cases = [("a misspelt key", [command(descripton="x")]),
                 ("one in an option", [command(options=[option(require=True)])]),
                 ("for global commands only", [command(contexts=[0])]),
                 ("another kind of command", [{"type": 2, "name": "User"}])]
        for story, body in cases:
            with self.subTest(story):
                self.assertEqual(self.put(body)[0], 200)
                self.assertEqual(self.pop_faults(), ["lint"])

    def test_creations_a_day(self):
        for turn in range(2):
            self.assertEqual(self.put([command(f"c{turn}x{n}") for n in range(100)])[0], 200)
        self.assertEqual(self.put(self.guild.commands and [command(f"c1x{n}")
                                                           for n in range(100)])[0], 200)
        status, body, _ = self.put([command("one-more")])
        self.assertEqual((status, body["code"]), (400, 30034))
        self.assertEqual(self.pop_faults(), ["creations"])
        self.world.run_for(86400)
        self.assertEqual(self.put([command("one-more")])[0], 200)

    def test_bot_without_access(self):
        self.guild.has_commands_scope = False
        status, body, _ = self.put([])
        self.assertEqual((status, body["code"]), (403, 50001))


class Messages(DiscordTest):
    def post(self, body, **how):
        self.discord.rest.limiter.limits["create_message"] = (1000, 1)
        return self.rest.call("POST", self.channel_path, body, **how)

    def test_good_ones(self):
        whole = {"title": "t" * 256, "description": "é" * 4096, "color": 0xFFFFFF,
                 "footer": {"text": "f" * 100}, "timestamp": "2026-01-05T10:00:00+01:00",
                 "fields": [{"name": "n", "value": "v" * 20, "inline": True}] * 25,
                 "url": "https://example.org/a"}
        cases = [
            say("é" * 2000), say("", embeds=[whole]), say(embeds=[{"title": "x"}] * 10),
            say(components=[row(*[button(f"{r}{n}") for n in range(5)]) for r in range(5)]),
            say(components=[row({"type": 2, "style": 5, "label": "x",
                                 "url": "https://example.org"})]),
            say(components=[row({"type": 3, "custom_id": "s", "options": [
                {"label": "a", "value": "a"}]})]),
            say(allowed_mentions={"parse": [], "users": ["1"]}), say(nonce="x" * 25),
        ]
        for body in cases:
            with self.subTest(str(body)[:60]):
                self.assertEqual(self.post(body)[0], 200, self.discord.faults)

    def test_bad_ones(self):
        def embed(**parts):
            return say(embeds=[parts])

        fields = [{"name": "n", "value": "v"}]
        cases = [
            ("2001 characters", say("x" * 2001), "content"),
            ("11 embeds", say(embeds=[{"title": "x"}] * 11), "embeds"),
            ("a title of 257", embed(title="t" * 257), "embeds.0.title"),
            ("a description of 4097", embed(description="d" * 4097), "embeds.0.description"),
            ("26 fields", embed(title="x", fields=fields * 26), "embeds.0.fields"),
            ("no field name", embed(fields=[{"name": "", "value": "x"}]),
             "embeds.0.fields.0.name"),
            ("a blank field", embed(fields=[{"name": "x", "value": " "}]),
             "embeds.0.fields.0.value"),
            ("no value", embed(fields=[{"name": "x"}]), "embeds.0.fields.0.value"),
            ("a field name of 257", embed(fields=[{"name": "n" * 257, "value": "x"}]),
             "embeds.0.fields.0.name"),
            ("a field of 1025", embed(fields=[{"name": "x", "value": "v" * 1025}]),
             "embeds.0.fields.0.value"),
            ("a footer of 2049", embed(title="x", footer={"text": "f" * 2049}), "embeds.0.footer"),
            ("an author of 257", embed(title="x", author={"name": "a" * 257}), "embeds.0.author"),
            ("6001 in all", say(embeds=[{"description": "d" * 3000}] * 2 + [{"title": "x"}]),
             "embeds"),
            ("a colour too big", embed(title="x", color=0x1000000), "embeds.0.color"),
            ("a colour in words", embed(title="x", color="red"), "embeds.0.color"),
            ("no date", embed(title="x", timestamp="2026-01-05"), "embeds.0.timestamp"),
            ("a link of none", embed(title="x", url="example"), "embeds.0.url"),
            ("an empty embed", say(embeds=[{}]), "embeds.0"),
            ("6 rows", say(components=[row(button(f"b{n}")) for n in range(6)]), "components"),
            ("6 in a row", say(components=[row(*[button(f"b{n}") for n in range(6)])]),
             "components.0.components"),
            ("a row of none", say(components=[row()]), "components.0.components"),
            ("a button without a row", say(components=[button()]), "components.0"),
            ("two of one id", say(components=[row(button()), row(button())]),
             "components.1.components.0.custom_id"),
            ("no id", say(components=[row({"type": 2, "style": 1, "label": "x"})]),
             "components.0.components.0.custom_id"),
            ("id and url", say(components=[row(button(url="https://example.org"))]),
             "components.0.components.0.url"),
            ("a link with an id", say(components=[row(button(style=5,
                                                             url="https://example.org"))]),
             "components.0.components.0.custom_id"),
            ("an id of 101", say(components=[row(button("x" * 101))]),
             "components.0.components.0.custom_id"),
            ("a label of 81", say(components=[row(button(label="x" * 81))]),
             "components.0.components.0.label"),
            ("no label", say(components=[row(button(label=""))]), "components.0.components.0"),
            ("a style of none", say(components=[row(button(style=9))]),
             "components.0.components.0.style"),
            ("a text where a row belongs", say(components=[{"type": 10, "content": "x"}]),
             "components.0.type"),
            ("a menu with a neighbour", say(components=[row(
                {"type": 5, "custom_id": "s"}, button())]), "components.0"),
            ("everyone in two ways", say(allowed_mentions={"parse": ["users"], "users": ["1"]}),
             "allowed_mentions"),
            ("ids as numbers", say(allowed_mentions={"users": [1]}), "allowed_mentions"),
            ("an unknown kind", say(allowed_mentions={"parse": ["all"]}), "allowed_mentions"),
            ("a nonce of 26", say(nonce="x" * 26), "nonce"),
            ("no such file", embed(image={"url": "attachment://week.png"}),
             "embeds.0.image.url"),
            ("an attachment of none", say(attachments=[{"id": "0", "description": "x"}]),
             "attachments.0.id"),
            ("its id as a number", say(attachments=[{"id": 0}]), "attachments.0.id"),
            ("one attachment twice", say(attachments=[{"id": "0"}] * 2), "attachments"),
        ]
        for story, body, path in cases:
            with self.subTest(story):
                status, answer, _ = self.post(body)
                self.assertEqual((status, answer["code"]), (400, 50035))
                self.assertIn("body", self.pop_faults())
                level = answer["errors"]
                for step in path.split("."):
                    self.assertIn(step, level, answer)
                    level = level[step]
        self.assertEqual(self.guild.channel.messages, [])

    def test_empty_ones(self):
        for body in ({}, say(""), say("  "), {"embeds": []}):
            status, answer, _ = self.post(body)
            self.assertEqual((status, answer["code"]), (400, 50006))
            self.assertIn("body", self.pop_faults())

    def test_what_discord_lets_pass_is_still_a_fault(self):
        cases = [("a misspelt key", say(contents="x")),
                 ("one deep inside", say(embeds=[{"title": "x", "colour": 1}])),
                 ("pings left to chance", {"content": "x"}),
                 ("components v2", say(flags=1 << 15)), ("ephemeral", say(flags=64)),
                 ("sold", say(components=[row({"type": 2, "style": 6, "label": "x",
                                              "custom_id": "a", "sku_id": "1"})])),
                 ("a reply", say(message_reference={"message_id": "1"})),
                 ("spoken", say(tts=True)), ("enforce nothing", say(enforce_nonce=True))]
        for story, body in cases:
            with self.subTest(story):
                self.assertEqual(self.post(body)[0], 200)
                self.assertEqual(self.pop_faults(), ["lint"])

    def test_nonce(self):
        body = say(nonce="a", enforce_nonce=True)
        first, second = self.post(body)[1], self.post(body)[1]
        self.assertEqual((first["id"], first["nonce"]), (second["id"], "a"))
        self.assertNotEqual(self.post(say(nonce="a"))[1]["id"], first["id"])
        self.world.run_for(301)
        self.assertNotEqual(self.post(body)[1]["id"], first["id"])

    def test_channels_that_take_nothing(self):
        for code in (50001, 50013):
            self.guild.channel.forbidden = code
            status, body, _ = self.post(say())
            self.assertEqual((status, body["code"]), (403, code))
        self.guild.channel.is_gone = True
        self.assertEqual(self.post(say())[1]["code"], 10003)

    def test_direct_message(self):
        status, body, _ = self.rest.call("POST", "/users/@me/channels",
                                         {"recipient_id": self.alice.id})
        self.assertEqual((status, body["type"]), (200, 1))
        self.assertEqual(self.rest.call("POST", f"/channels/{body['id']}/messages", say())[0], 200)
        self.assertEqual(self.discord.direct[self.alice.id].texts, ["Hello"])

    def test_files(self):
        chart = say("", embeds=[{"title": "x", "image": {"url": "attachment://week.png"}}],
                    attachments=[{"id": "0", "filename": "week.png", "description": "A week"}])
        kind, raw = form(chart, ("week.png", PNG))
        status, body, _ = self.post(raw, content_type=kind)
        self.assertEqual(status, 200, body)
        self.assertEqual([one["description"] for one in body["attachments"]], ["A week"])
        upload = self.guild.channel.messages[0].uploads[body["attachments"][0]["id"]]
        self.assertEqual(upload.content, PNG)
        other_name = dict(chart, attachments=[{"id": "0", "filename": "other.png",
                                               "description": "x"}])
        no_text = dict(chart, attachments=[{"id": "0"}])
        text_file = say(attachments=[{"id": "0", "description": "x"}])
        bare_kind = multipart([("payload_json", None, "text/plain", json.dumps(text_file).encode()),
                               ("files[0]", "a.png", "image/png", PNG)])
        two = dict(text_file, attachments=[{"id": "0", "description": "x"}])
        text = dict(chart, embeds=[{"title": "x", "image": {"url": "attachment://a.txt"}}],
                    attachments=[{"id": "0", "description": "x"}])
        cases = [("one of two not listed", form(two, ("a.png", PNG), ("b.png", PNG)), 200, "lint"),
                 ("a text as an image", form(text, ("a.txt", PNG)), 200, "lint"),
                 ("a part of none", multipart([("payload_json", None, "application/json", b"{}"),
                                               ("more", None, "text/plain", b"x")]), 400, "body"),
                 ("another name", form(other_name, ("week.png", PNG)), 200, "lint"),
                 ("no alt text", form(no_text, ("week.png", PNG)), 200, "lint"),
                 ("not listed", form(say(), ("week.png", PNG)), 200, "lint"),
                 ("accents in the name", form(text_file, ("été.png", PNG)), 200, "lint"),
                 ("payload_json of no type", bare_kind, 200, "lint"),
                 ("a name that no file has", form(chart, ("day.png", PNG)), 400, "body"),
                 ("too long a file", form(text_file, ("a.png", bytes(10 * 2**20 + 1))), 413,
                  "body")]
        for story, (kind, raw), wanted, fault in cases:
            with self.subTest(story):
                self.assertEqual(self.post(raw, content_type=kind)[0], wanted)
                self.assertIn(fault, self.pop_faults())


class Interactions(DiscordTest):
    def setUp(self):
        super().setUp()
        self.register()

    def test_a_command_and_its_answer(self):
        call = self.hello(hours=3)
        self.world.run_for(1.5)
        self.assertEqual(self.rest.callback(call, {"type": 4, "data": say("Done", flags=64)})[0],
                         204)
        self.assertTrue(call.is_done and call.is_ephemeral)
        self.assertEqual((call.text, round(call.latency_s, 3)), ("Done", 1.5))
        self.assertEqual(self.guild.channel.texts, ["Done"])

    def test_the_event(self):
        event = self.hello().event
        self.assertEqual(event["data"]["resolved"]["users"][self.bob.id]["username"], "bob")
        self.assertNotIn("user", event["data"]["resolved"]["members"][self.bob.id])
        self.assertEqual((event["locale"], event["guild_locale"]), ("fr", "fr"))
        self.assertEqual(event["member"]["user"]["id"], self.alice.id)
        self.assertGreater(len(event["token"]), 150)
        self.discord.leave(self.guild, self.bob)
        self.assertNotIn("members", self.hello().event["data"]["resolved"])

    def test_what_no_client_sends(self):
        cases = [("nope", {}), ("hello", {}), ("hello", {"user": 5}),
                 ("hello", {"user": self.bob, "hours": 25}), ("hello", {"user": self.bob, "x": 1}),
                 ("hello", {"user": self.bob, "hours": True})]
        for name, options in cases:
            with self.subTest(name, **options), self.assertRaises((LookupError, ValueError)):
                self.discord.command(name, self.alice, self.guild, options)

    def test_with_response(self):
        call = self.hello()
        status, body, _ = self.rest.callback(call, {"type": 4, "data": say()},
                                             "?with_response=true")
        self.assertEqual(status, 200)
        self.assertEqual(body["resource"]["message"]["id"], call.message.id)

    def test_one_answer(self):
        call = self.hello()
        for status in (204, 400):
            found = self.rest.callback(call, {"type": 4, "data": say()})
            self.assertEqual(found[0], status)
        self.assertEqual(found[1]["code"], 40060)
        self.assertEqual(self.pop_faults(), ["second-answer"])

    def test_an_answer_that_was_lost(self):
        call = self.hello()
        self.discord.rest.inject("callback", "lose")
        self.assertIsNone(self.rest.callback(call, {"type": 4, "data": say()}))
        self.assertEqual(self.rest.callback(call, {"type": 4, "data": say()})[1]["code"], 40060)

    def test_three_seconds(self):
        call = self.hello()
        self.world.run_for(3.01)
        status, body, _ = self.rest.callback(call, {"type": 5})
        self.assertEqual((status, body["code"]), (404, 10062))
        self.assertEqual(self.pop_faults(), ["late-answer"])
        self.assertFalse(call.is_answered)

    def test_unknown_tokens(self):
        call, other = self.hello(), self.hello()
        path = f"/interactions/{call.id}/{other.token}/callback"
        self.assertEqual(self.rest.call("POST", path, {"type": 5})[1]["code"], 10062)
        path = f"/webhooks/{self.discord.application_id}/x/messages/@original"
        self.assertEqual(self.rest.call("PATCH", path, say())[1]["code"], 10015)
        self.assertEqual(self.pop_faults(), ["unknown-interaction"] * 2)

    def test_no_authorization(self):
        call = self.hello()
        token = f"Bot {self.discord.token}"
        self.assertEqual(self.rest.callback(call, {"type": 5}, token=token)[0], 204)
        self.assertEqual(self.rest.hook("PATCH", call, "/messages/@original", say(),
                                        token=token)[0], 200)
        self.assertEqual(self.pop_faults(), ["authorization"] * 2)

    def test_deferred(self):
        call = self.hello()
        self.rest.callback(call, {"type": 5, "data": {"flags": 64}})
        self.assertTrue(call.is_answered and call.message.is_loading and not call.is_done)
        self.world.run_for(600)
        status, body, _ = self.rest.hook("PATCH", call, "/messages/%40original", say("Result"))
        self.assertEqual((status, body["content"], body["flags"]), (200, "Result", 64))
        self.assertTrue(call.is_done and call.is_ephemeral)
        self.assertEqual(self.rest.hook("GET", call, "/messages/@original")[0], 200)
        self.assertEqual(self.rest.hook("DELETE", call, "/messages/@original")[0], 204)
        self.assertEqual(self.rest.hook("GET", call, "/messages/@original")[1]["code"], 10008)

    def test_fifteen_minutes(self):
        call = self.hello()
        self.rest.callback(call, {"type": 5})
        self.world.run_for(901)
        status, body, _ = self.rest.hook("PATCH", call, "/messages/@original", say())
        self.assertEqual((status, body["code"]), (401, 50027))
        self.assertEqual(self.pop_faults(), ["dead-token"])

    def test_edits_that_are_wrong(self):
        call = self.hello()
        self.assertEqual(self.rest.hook("PATCH", call, "/messages/@original", say())[1]["code"],
                         10015)
        self.assertEqual(self.pop_faults(), ["before-answer"])
        self.rest.callback(call, {"type": 5})
        self.discord.rest.limiter.limits["edit_original"] = (100, 1)
        self.discord.rest.limiter.buckets.clear()
        cases = [("ephemeral too late", say(flags=64), 200, "lint"),
                 ("nothing left", say(""), 400, "body"),
                 ("too long", say("x" * 2001), 400, "body"),
                 ("a misspelt key", say(contents=""), 200, "lint"),
                 ("an answer's shape", {"type": 4, "data": say()}, 200, "lint")]
        for story, body, status, fault in cases:
            with self.subTest(story):
                found, _, _ = self.rest.hook("PATCH", call, "/messages/@original", body)
                self.assertEqual(found, status)
                self.assertIn(fault, self.pop_faults())
        self.assertFalse(call.is_ephemeral)

    def test_follow_ups(self):
        call = self.hello()
        self.rest.callback(call, {"type": 4, "data": say("One")})
        status, body, _ = self.rest.hook("POST", call, "", say("Two", flags=64))
        self.assertEqual((status, body["flags"]), (200, 64))
        path = f"/messages/{body['id']}"
        self.assertEqual(self.rest.hook("PATCH", call, path, say("Three"))[0], 200)
        self.assertEqual([one.text for one in call.follow_ups], ["Three"])
        self.assertEqual(self.rest.hook("DELETE", call, path)[0], 204)
        self.assertEqual(self.rest.hook("GET", call, path)[1]["code"], 10008)
        late = self.hello()
        self.rest.callback(late, {"type": 5})
        self.assertEqual(self.rest.hook("POST", late, "", say("Result"))[0], 200)
        self.assertEqual(self.pop_faults(), ["lint"])
        self.assertEqual(late.text, "Result")

    def test_follow_up_in_place_of_a_public_deferral(self):
        call = self.hello()
        self.rest.callback(call, {"type": 5})
        self.assertEqual(self.rest.hook("DELETE", call, "/messages/@original")[0], 204)
        status, body, _ = self.rest.hook("POST", call, "", say("No", flags=64))
        self.assertEqual((status, body["flags"]), (200, 64))
        self.assertTrue(call.message.is_deleted)
        self.assertEqual([one.text for one in call.follow_ups], ["No"])

    def test_answers_that_are_wrong(self):
        cases = [
            ("type 6 to a command", {"type": 6}, 400, "body"),
            ("type 7 to a command", {"type": 7, "data": say()}, 400, "body"),
            ("type 8 to a command", {"type": 8, "data": {"choices": []}}, 400, "body"),
            ("no type", {"data": say()}, 400, "body"),
            ("type 99", {"type": 99}, 400, "body"),
            ("nothing to show", {"type": 4, "data": {"flags": 64}}, 400, "body"),
            ("no data", {"type": 4}, 400, "body"),
            ("a message's shape", say(), 400, "body"),
            ("too long", {"type": 4, "data": say("x" * 2001)}, 400, "body"),
            ("a misspelt key", {"type": 4, "data": say(embed=[])}, 204, "lint"),
            ("text in a deferral", {"type": 5, "data": say()}, 204, "lint"),
            ("another flag", {"type": 5, "data": {"flags": 4}}, 204, "lint"),
            ("pings left to chance", {"type": 4, "data": {"content": "x"}}, 204, "lint"),
        ]
        for story, body, status, fault in cases:
            with self.subTest(story):
                call = self.hello()
                self.assertEqual(self.rest.callback(call, body)[0], status)
                self.assertIn(fault, self.pop_faults())

    def test_buttons(self):
        call = self.hello()
        data = say("Sure?", components=[row(button("yes"), button("no", disabled=True))])
        self.rest.callback(call, {"type": 4, "data": data})
        with self.assertRaises(LookupError):
            self.discord.press(call.message, "no", self.alice)
        press = self.discord.press(call.message, "yes", self.bob)
        self.assertEqual(press.event["data"]["custom_id"], "yes")
        self.assertEqual(press.event["message"]["id"], call.message.id)
        self.assertEqual(press.event["locale"], "en-US")
        body = {"type": 7, "data": say("Done", components=[])}
        self.assertEqual(self.rest.callback(press, body)[0], 204)
        self.assertEqual((call.text, call.message.components), ("Done", []))
        with self.assertRaises(LookupError):
            self.discord.press(call.message, "yes", self.bob)
        late = self.discord.press(call.message, "yes", self.bob, force=True)
        self.assertEqual(self.rest.callback(late, {"type": 6, "data": say()})[0], 204)
        self.assertEqual(self.pop_faults(), ["lint"])
        self.rest.hook("DELETE", call, "/messages/@original")
        with self.assertRaises(LookupError):
            self.discord.press(call.message, "yes", self.bob)
        gone = self.discord.press(call.message, "yes", self.bob, force=True)
        self.assertEqual(self.rest.callback(gone, {"type": 7, "data": say()})[1]["code"], 10008)

    def test_a_button_that_only_one_can_see(self):
        call = self.hello()
        data = say("Sure?", flags=64, components=[row(button("yes"))])
        self.rest.callback(call, {"type": 4, "data": data})
        with self.assertRaises(LookupError):
            self.discord.press(call.message, "yes", self.bob)
        self.discord.press(call.message, "yes", self.alice)

    def test_menus(self):
        call = self.hello()
        data = say("Which?", components=[row({"type": 3, "custom_id": "which", "options": [
            {"label": "A", "value": "a"}]})])
        self.rest.callback(call, {"type": 4, "data": data})
        with self.assertRaises(ValueError):
            self.discord.select(call.message, "which", ["b"], self.alice)
        choice = self.discord.select(call.message, "which", ["a"], self.alice)
        self.assertEqual(choice.event["data"]["values"], ["a"])

    def test_in_a_direct_message(self):
        whole = f"/applications/{self.discord.application_id}/commands"
        self.assertEqual(self.rest.call("PUT", whole, [command("alone")])[0], 200)
        call = self.discord.command("alone", self.alice)
        self.assertEqual((call.event["user"]["id"], "member" in call.event), (self.alice.id, False))
        self.rest.callback(call, {"type": 4, "data": say("", embeds=[
            {"title": "T", "fields": [{"name": "n", "value": "v"}], "footer": {"text": "f"}}])})
        self.assertEqual(self.discord.direct[self.alice.id].texts, ["T\nn\nv\nf"])
        self.assertEqual(call.embeds[0]["title"], "T")

    def test_suggestions(self):
        call = self.discord.autocomplete("hello", self.alice, self.guild, {"what": "da"}, "what")
        self.assertEqual([one.get("focused") for one in call.event["data"]["options"]], [True])
        self.assertEqual(self.rest.callback(call, {"type": 5})[0], 400)
        many = [{"name": f"n{n}", "value": f"v{n}"} for n in range(26)]
        self.assertEqual(self.rest.callback(call, {"type": 8, "data": {"choices": many}})[0], 400)
        self.assertIn("body", self.pop_faults())
        for choices in (None, [None], [{"name": " ", "value": "x"}],
                        [{"name": "x", "value": "x" * 101}],
                        [{"name": "x", "value": "x", "name_localizations": {"xx": "y"}}]):
            status = self.rest.callback(call, {"type": 8, "data": {"choices": choices}})[0]
            self.assertEqual((status, self.pop_faults()), (400, ["body"]), choices)
            self.world.run_for(0.4)
            self.discord.rest.limiter.buckets.clear()
        body = {"type": 8, "data": {"choices": many[:25]}}
        self.assertEqual(self.rest.callback(call, body)[0], 204)
        self.assertEqual(call.choices[0], ("n0", "v0"))

    def test_a_chart_later(self):
        call = self.hello()
        self.rest.callback(call, {"type": 5})
        chart = say("", embeds=[{"title": "x", "image": {"url": "attachment://week.png"}}],
                    attachments=[{"id": "0", "filename": "week.png", "description": "A week"}])
        kind, raw = form(chart, ("week.png", PNG))
        status, body, _ = self.rest.hook("PATCH", call, "/messages/@original", raw,
                                         content_type=kind)
        self.assertEqual((status, len(body["attachments"])), (200, 1))
        keep = body["attachments"][0]["id"]
        for listed, left in (([{"id": keep}], 1), ([], 0)):
            body = self.rest.hook("PATCH", call, "/messages/@original",
                                  say("x", attachments=listed))[1]
            self.assertEqual(len(body["attachments"]), left)

    def test_endpoint_url(self):
        """With one set, nothing comes by the gateway: a silent bot."""
        client = Gateway(self.discord)
        client.start(1)
        self.discord.interactions_endpoint_url = "https://example.org/"
        self.hello()
        self.assertIsNone(client.receive_within(5))


if __name__ == "__main__":
    unittest.main()
