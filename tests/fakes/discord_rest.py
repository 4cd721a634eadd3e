"""Discord's REST interface, version 10: what TSM needs of it, and nothing forgiven.

Whatever a client does that Discord would refuse, or that only our own rules forbid, becomes a fault
of the world (discord_world.py); what is answered is what Discord answers."""

import asyncio
import collections
import math
import re

from . import discord_lint, discord_schema
from .discord_http import FILE_MAX, KeepAliveServer, Upload, split_parts
from .discord_limits import Limiter, ceil_ms
from .discord_lint import EMPTY, EPHEMERAL, LOADING
from .discord_model import Channel, Message
from .discord_schema import Complaint
from .web import DROP, HANG, Response, json_response

USER_AGENT = re.compile(r"DiscordBot \([^\s,()]+, [^\s,()]+\)( .*)?")
REASONS = {200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized",
           403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
           429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable"}
ID = r"(0|[1-9][0-9]{0,19})"
SECRET = r"([^/?]+)"
ORIGINAL = r"(?:@|%40)original"
BOT, NONE = "bot", "none"
CREATIONS_PER_DAY = 200
NONCE_LIFE_S = 300  # "a few minutes"

# Method, path, name, who may call it, the operation whose schema the body has, known query.
ROUTES = [
    ("GET", r"/gateway/bot", "gateway", BOT, None, ()),
    ("GET", r"/applications/@me", "application", BOT, None, ()),
    ("GET", r"/oauth2/applications/@me", "oauth2_application", BOT, None, ()),
    ("GET", r"/users/@me", "me", BOT, None, ()),
    ("GET", rf"/applications/{ID}/commands", "list_global_commands", BOT, None,
     ("with_localizations",)),
    ("PUT", rf"/applications/{ID}/commands", "put_global_commands", BOT,
     "bulk_set_application_commands", ()),
    ("GET", rf"/applications/{ID}/guilds/{ID}/commands", "list_guild_commands", BOT, None,
     ("with_localizations",)),
    ("PUT", rf"/applications/{ID}/guilds/{ID}/commands", "put_guild_commands", BOT,
     "bulk_set_guild_application_commands", ()),
    ("GET", rf"/guilds/{ID}", "guild", BOT, None, ("with_counts",)),
    ("GET", rf"/channels/{ID}", "channel", BOT, None, ()),
    ("POST", rf"/channels/{ID}/messages", "create_message", BOT, "create_message", ()),
    ("POST", r"/users/@me/channels", "create_dm", BOT, "create_dm", ()),
    ("POST", rf"/interactions/{ID}/{SECRET}/callback", "callback", NONE,
     "create_interaction_response", ("with_response",)),
    ("GET", rf"/webhooks/{ID}/{SECRET}/messages/{ORIGINAL}", "get_original", NONE, None, ()),
    ("PATCH", rf"/webhooks/{ID}/{SECRET}/messages/{ORIGINAL}", "edit_original", NONE,
     "update_original_webhook_message", ()),
    ("DELETE", rf"/webhooks/{ID}/{SECRET}/messages/{ORIGINAL}", "delete_original", NONE, None, ()),
    ("POST", rf"/webhooks/{ID}/{SECRET}", "follow_up", NONE, "execute_webhook", ("wait",)),
    ("GET", rf"/webhooks/{ID}/{SECRET}/messages/{ID}", "get_follow_up", NONE, None, ()),
    ("PATCH", rf"/webhooks/{ID}/{SECRET}/messages/{ID}", "edit_follow_up", NONE,
     "update_webhook_message", ()),
    ("DELETE", rf"/webhooks/{ID}/{SECRET}/messages/{ID}", "delete_follow_up", NONE, None, ()),
]
ROUTES = [(method, re.compile(path), *rest) for method, path, *rest in ROUTES]


class Refusal(Exception):
    """An answer that is none of 2xx."""

    def __init__(self, status, json_code, message, complaints=()):
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "code": json_code}
        if complaints:
            self.body["errors"] = discord_schema.errors_tree(complaints)


class Rest(KeepAliveServer):
    def __init__(self, discord):
        self.discord = discord
        self.limiter = Limiter()
        self.latency_s = 0
        self.outage = None  # a status that everything is answered with
        self.injected = {}  # {route: [what happens to the next ones]}
        self.in_flight = collections.Counter()  # by route and top-level resource
        self.seen_401 = False
        super().__init__(discord.world)

    # What tests do.

    def inject(self, route, action, times=1):
        """What happens to the next requests of a route:
        a status (500, ...), a Response, "drop" and "hang" (before anything is done), "lose" (done,
        but the answer never arrives)."""
        self.injected.setdefault(route, []).extend([action] * times)

    def exhaust(self, route, seconds, scope="user"):
        """429 on a route for so long; with scope "global" on all that takes the bot's token."""
        self.limiter.block("" if scope == "global" else route, self.world.now + seconds, scope)

    def calls(self, name):
        return [call for call in self.requests if call.name == name]

    # Front door.

    def on_bad_request(self, why):
        self.discord.note("http", why)

    def fault(self, code, call, text):
        self.discord.note(code, f"{call.method} {call.name or 'request'}: {text}")

    async def answer(self, call):
        try:
            route, ids = self._route(call)
        except Refusal as refusal:
            return self._respond(refusal.status, refusal.body)
        key = call.name, self._major(call.name, ids)
        self.in_flight[key] += 1
        if self.in_flight[key] > 1 and self.discord.house_rules:
            self.fault("lint", call, "one request at a time in a bucket")
        try:
            if self.latency_s:
                await asyncio.sleep(self.latency_s)
            return self._answer_soon(call, route, ids)
        finally:
            self.in_flight[key] -= 1

    def _answer_soon(self, call, route, ids):
        action = None
        try:
            if self.outage:
                raise Refusal(self.outage, 0, f"{self.outage}: outage")
            action = (self.injected.get(call.name) or [None]).pop(0)
            if action in ("drop", "hang"):
                return DROP if action == "drop" else HANG
            if isinstance(action, Response):
                action.keep_alive = True
                return action
            if isinstance(action, int):
                raise Refusal(action, 0, f"{action}: {REASONS.get(action, 'injected')}")
            response = self._handle(call, route, ids)
        except Refusal as refusal:
            response = self._respond(refusal.status, refusal.body)
        if action == "lose":
            if call.name == "callback":
                self.discord.interactions[ids[0]].answer_was_lost = True
            self.limiter.untell(call.name, self._major(call.name, ids))
            return DROP
        return response

    @staticmethod
    def _respond(status, body, headers=None):
        response = json_response(body) if body is not None else Response(type="")
        response.status, response.reason = status, REASONS.get(status, "Other")
        response.headers = {"Server": "cloudflare", **(headers or {})}
        response.keep_alive = True
        return response

    def _route(self, call):
        agent = call.headers.get("user-agent", "")
        # A well-known library leaves out the comma, and with callbacks names itself otherwise.
        if not agent or (self.discord.house_rules and USER_AGENT.fullmatch(agent) is None):
            self.fault("user-agent", call, f"User-Agent: {agent}")
            raise Refusal(403, 40333, "internal network error")
        version = re.match(r"/api(?:/v(\d+))?(?=/)", call.path)
        if version is None:
            self.fault("route", call, "not below /api")
            raise Refusal(404, 0, "404: Not Found")
        if version[1] != "10":
            self.fault("version", call, f"version {version[1] or 'not given'}")
            raise Refusal(400, 50041, "Invalid API version")
        path = call.path[version.end():]
        methods = []
        for route in ROUTES:
            match = route[1].fullmatch(path)
            if match is None:
                continue
            methods.append(route[0])
            if route[0] == call.method:
                call.name = route[2]
                for name, _ in call.query:
                    if name not in route[5]:
                        self.fault("route", call, f"unknown query {name}")
                return route, match.groups()
        self.fault("route", call, "wrong method" if methods else "no such path")
        raise (Refusal(405, 0, "405: Method Not Allowed") if methods
               else Refusal(404, 0, "404: Not Found"))

    def _handle(self, call, route, ids):
        self._authorize(call, route[3])
        major = self._major(call.name, ids)
        limited = self._limit(call, major)
        if limited is not None:
            return limited
        headers = self.limiter.headers(call.name, major, self.world.now)
        try:
            self._read_body(call, route[4])
            status, body = getattr(self, f"do_{call.name}")(call, *ids)
        except Refusal as refusal:
            return self._respond(refusal.status, refusal.body, headers)
        return self._respond(status, body, headers)

    def _authorize(self, call, who):
        given = call.headers.get("authorization")
        if who == NONE:
            if given is not None:
                self.fault("authorization", call, "to be sent without Authorization")
            return
        if given != f"Bot {self.discord.token}":
            if self.discord.is_token_reset and not self.seen_401:
                self.seen_401 = True  # the client could not know
            elif self.seen_401:
                self.fault("after-401", call, "a call with a token that was refused already")
            else:
                self.fault("authorization", call, "none" if given is None else "a wrong one")
            raise Refusal(401, 0, "401: Unauthorized")

    @staticmethod
    def _major(name, ids):
        """The top-level resource: a guild or a channel, or an interaction's token."""
        if name in ("put_guild_commands", "list_guild_commands"):
            return ids[1]
        return "/".join(ids[:2])

    def _limit(self, call, major):
        """None, or the 429 for a request that comes too early."""
        now = self.world.now
        wait_s, scope, known = self.limiter.take(call.name, major, now, call.at)
        if wait_s is None:
            return None
        if known:
            self.fault("rate-limit", call, f"sent {wait_s:.3f} s too early")
        headers = {"Retry-After": math.ceil(wait_s), "X-RateLimit-Scope": scope}
        if scope == "global":
            headers["X-RateLimit-Global"] = "true"
        else:
            headers.update(self.limiter.headers(call.name, major, now))
        text = ("The resource is being rate limited." if scope == "shared"
                else "You are being rate limited.")
        return self._respond(429, {"message": text, "retry_after": ceil_ms(wait_s),
                                   "global": scope == "global"}, headers)

    # Bodies.

    def _read_body(self, call, operation):
        if operation is None:
            if call.body:
                self.fault("body", call, "no body is wanted")
            return
        kind = call.headers.get("content-type", "")
        raw = call.body
        try:
            if kind.startswith("multipart/form-data;"):
                raw = self._read_form(call, kind)
            elif re.fullmatch(r"application/json(; *charset=utf-8)?", kind, re.I) is None:
                raise ValueError(f"Content-Type: {kind or 'none'}")
            call.json = discord_schema.read_json(raw)
        except ValueError as error:
            self.fault("body", call, str(error))
            raise Refusal(400, 50109, "The request body contains invalid JSON.") from None
        self._judge(call, discord_schema.check(operation, call.json))

    def _read_form(self, call, kind):
        payload, total = None, 0
        for name, file_name, part_type, content in split_parts(call.body, kind):
            number = re.fullmatch(r"files\[([0-9])\]", name or "")
            if name == "payload_json" and payload is None:
                payload = content
                if part_type != "application/json":
                    self.fault("lint", call, f"payload_json of type {part_type}")
            elif number is not None and int(number[1]) not in call.files:
                if not file_name or not file_name.isascii() or "/" in file_name or not part_type:
                    self.fault("lint", call, f"{name} needs a name in ASCII and a type")
                call.files[int(number[1])] = Upload(file_name or "", part_type, content)
                total += len(content)
            else:
                raise ValueError(f"a part called {name}")
        if payload is None:
            raise ValueError("no payload_json")
        if any(len(upload.content) > FILE_MAX for upload in call.files.values()):
            self.fault("body", call, "a file of more than 10 MiB")
            raise Refusal(413, 40005, "Request entity too large")
        return payload

    def _judge(self, call, complaints):
        """Every complaint is a fault; those that Discord has, too, are its answer."""
        for complaint in complaints:
            self.fault("body" if complaint.refused else "lint", call, str(complaint))
        refused = [complaint for complaint in complaints if complaint.refused]
        if refused and all(complaint.json_code == EMPTY.json_code for complaint in refused):
            raise Refusal(400, EMPTY.json_code, EMPTY.message)
        if refused:
            raise Refusal(400, 50035, "Invalid Form Body", refused)

    # What may be called.

    def do_gateway(self, _call):
        return 200, self.discord.gateway.describe()

    def do_application(self, _call):
        return 200, self.discord.describe_application()

    # As libraries ask at their start.

    do_oauth2_application = do_application

    def do_me(self, _call):
        return 200, self.discord.bot.to_json()

    def _check_application(self, call, application_id):
        if application_id != self.discord.application_id:
            self.fault("route", call, "the id of another application")
            raise Refusal(403, 20012, "You are not authorized to perform this action on this "
                                      "application")

    def _guild(self, guild_id):
        guild = self.discord.guilds.get(guild_id)
        if guild is None or not guild.has_bot:
            raise Refusal(404, 10004, "Unknown Guild")
        return guild

    def _commands_guild(self, guild_id):
        guild = self.discord.guilds.get(guild_id)
        if guild is None or not guild.has_bot or not guild.has_commands_scope:
            raise Refusal(403, 50001, "Missing Access")
        return guild

    def do_guild(self, _call, guild_id):
        return 200, self._guild(guild_id).to_json()

    def do_list_global_commands(self, call, application_id):
        self._check_application(call, application_id)
        return 200, self._list(call, self.discord.commands)

    def do_put_global_commands(self, call, application_id):
        self._check_application(call, application_id)
        self._judge(call, discord_lint.lint_commands(call.json, True))
        self.discord.commands = self._register(call.json, self.discord.commands,
                                               self.discord.creations, None)
        return 200, self.discord.commands

    def do_list_guild_commands(self, call, application_id, guild_id):
        self._check_application(call, application_id)
        return 200, self._list(call, self._commands_guild(guild_id).commands)

    def do_put_guild_commands(self, call, application_id, guild_id):
        self._check_application(call, application_id)
        guild = self._commands_guild(guild_id)
        self._judge(call, discord_lint.lint_commands(call.json, False))
        guild.commands = self._register(call.json, guild.commands, guild.creations, guild)
        return 200, guild.commands

    def _list(self, call, commands):
        if ("with_localizations", "true") in call.query:
            return commands
        return [{key: value for key, value in command.items()
                 if not key.endswith("_localizations")} for command in commands]

    def _register(self, wanted, present, creations, guild):
        ids = {command["name"]: command["id"] for command in present}
        new = [command["name"] for command in wanted if command["name"] not in ids]
        now = self.world.now
        creations[:] = [at for at in creations if at > now - 86400]
        if len(creations) + len(new) > CREATIONS_PER_DAY:
            self.discord.note("creations", f"over {CREATIONS_PER_DAY} creations in a day")
            raise Refusal(400, 30034, "Max number of daily application command creates has been "
                                      "reached (200)")
        creations += [now] * len(new)
        made = []
        for command in wanted:
            made.append({"type": 1, "default_member_permissions": None, "nsfw": False,
                         "name_localizations": None, "description_localizations": None,
                         "options": [], **command,
                         "id": ids.get(command["name"]) or self.discord.ids.new(),
                         "application_id": self.discord.application_id,
                         "version": self.discord.ids.new()})
            if guild is None:
                made[-1].update(contexts=None, integration_types=[0], dm_permission=True)
            else:
                made[-1]["guild_id"] = guild.id
        return made

    def _channel(self, channel_id):
        channel = self.discord.find_channel(channel_id)
        if channel is None or channel.is_gone:
            raise Refusal(404, 10003, "Unknown Channel")
        if channel.guild is not None and not channel.guild.has_bot:
            raise Refusal(403, 50001, "Missing Access")
        return channel

    def do_channel(self, _call, channel_id):
        channel = self._channel(channel_id)
        if channel.forbidden == 50001:
            raise Refusal(403, 50001, "Missing Access")
        return 200, channel.to_json()

    def do_create_message(self, call, channel_id):
        channel = self._channel(channel_id)
        if channel.forbidden is not None:
            texts = {50001: "Missing Access", 50013: "Missing Permissions",
                     50007: "Cannot send messages to this user"}
            raise Refusal(403, channel.forbidden, texts[channel.forbidden])
        body = call.json
        self._judge_message(call, body, channel)
        if body.get("enforce_nonce") and body.get("nonce") is not None:
            same = self._find_nonce(body["nonce"])
            if same is not None and same.channel is not channel:
                self.fault("lint", call, "the nonce of a message in another channel: the pages "
                                         "say that an author's nonce is compared, not where")
            if same is not None:
                return 200, same.to_json()
        message = self._new_message(channel, body, call)
        return 200, message.to_json()

    def _find_nonce(self, nonce):
        since = self.world.now - NONCE_LIFE_S
        return next((message for message in self.discord.messages.values()
                     if message.nonce == nonce and message.at > since), None)

    def _judge_message(self, call, body, channel):
        names = {number: upload.name for number, upload in call.files.items()}
        complaints = discord_lint.lint_message(body, names)
        if discord_lint.is_empty(body) and not call.files:
            complaints.append(EMPTY)
        if (body.get("flags") or 0) & EPHEMERAL:
            complaints.append(Complaint(("flags",), "BASE_TYPE_CHOICES",
                                        "only an interaction's answer is ephemeral", False))
        if body.get("enforce_nonce") and body.get("nonce") is None:
            complaints.append(Complaint(("nonce",), "MISSING", "enforce_nonce without", False))
        if channel.guild is not None and body.get("message_reference") is not None:
            complaints.append(Complaint(("message_reference",), "NOT_OURS", "no replies", False))
        self._judge(call, complaints)

    def _new_message(self, channel, data, call, interaction=None):
        message = Message(self.discord, channel, data, call.files, interaction)
        channel.messages.append(message)
        self.discord.messages[message.id] = message
        return message

    def do_create_dm(self, call):
        user = self.discord.users.get(call.json.get("recipient_id"))
        if user is None:
            raise Refusal(400, 50033, "Invalid Recipient(s)")
        channel = self.discord.direct.get(user.id)
        if channel is None:
            channel = Channel(self.discord.ids.new(), user.username)
            self.discord.direct[user.id] = channel
        return 200, {"last_message_id": None, "type": 1, "id": channel.id, "flags": 0,
                     "recipients": [user.to_json()]}

    # Interactions.

    def do_callback(self, call, interaction_id, token):
        interaction = self.discord.interactions.get(interaction_id)
        now = self.world.now
        status = 404
        try:
            if interaction is None or interaction.token != token:
                self.fault("unknown-interaction", call, "an id or a token that never was")
                raise Refusal(404, 10062, "Unknown interaction")
            if interaction.is_late(now):
                self.fault("late-answer", call,
                           f"{now - interaction.sent_at:.3f} s after {interaction!r} came")
                raise Refusal(404, 10062, "Unknown interaction")
            status = 400
            if interaction.is_answered:
                if not interaction.answer_was_lost:
                    self.fault("second-answer", call, f"to {interaction!r}")
                raise Refusal(400, 40060, "Interaction has already been acknowledged.")
            kept = [one["id"] for one in interaction.source.attachments] \
                if interaction.source else ()
            names = {number: upload.name for number, upload in call.files.items()}
            self._judge(call, discord_lint.lint_callback(call.json, interaction.asked_by, names,
                                                        kept))
            self._answer(interaction, call)
            status = 200
        finally:
            if interaction is not None:
                interaction.attempts.append((now, status))
        if ("with_response", "true") not in call.query:
            return 204, None
        body = {"interaction": {"id": interaction.id, "type": interaction.type,
                                "response_message_loading": interaction.callback["type"] == 5,
                                "response_message_ephemeral": interaction.is_ephemeral},
                "resource": {"type": interaction.callback["type"]}}
        if interaction.message is not None:
            body["interaction"]["response_message_id"] = interaction.message.id
            body["resource"]["message"] = interaction.message.to_json()
        return 200, body

    def _answer(self, interaction, call):
        body = call.json
        kind, data = body["type"], body.get("data") or {}
        if kind in (6, 7) and interaction.source.is_deleted:
            raise Refusal(404, 10008, "Unknown Message")
        if kind == 4:
            interaction.message = self._new_message(interaction.channel, data, call, interaction)
        elif kind == 5:
            flags = LOADING | (data.get("flags") or 0)
            interaction.message = self._new_message(interaction.channel, {"flags": flags}, call,
                                                    interaction)
        elif kind in (6, 7):
            interaction.message = interaction.source
            if kind == 7:
                self._change(call, interaction.source, data, False)
        interaction.callback, interaction.callback_at = body, self.world.now

    def _change(self, call, message, data, judge=True):
        kept = [one["id"] for one in message.attachments]
        names = {number: upload.name for number, upload in call.files.items()}
        if judge:
            self._judge(call, discord_lint.lint_message(data, names, True, kept))
        after = {name: data.get(name, getattr(message, name))
                 for name in ("content", "embeds", "components", "attachments")}
        if discord_lint.is_empty(after) and not call.files:
            self.fault("body", call, EMPTY.message)
            raise Refusal(400, EMPTY.json_code, EMPTY.message)
        message.change(data, call.files)

    def _hook(self, call, application_id, token):
        """The interaction that a token belongs to, if it still lives."""
        interaction = self.discord.tokens.get(token)
        if interaction is None or application_id != self.discord.application_id:
            self.fault("unknown-interaction", call, "a token that never was")
            raise Refusal(404, 10015, "Unknown Webhook")
        if interaction.is_dead(self.world.now):
            self.fault("dead-token", call, f"{self.world.now - interaction.sent_at:.0f} s old")
            raise Refusal(401, 50027, "Invalid Webhook Token")
        if not interaction.is_answered:
            self.fault("before-answer", call, "before the callback")
            raise Refusal(404, 10015, "Unknown Webhook")
        return interaction

    def _original(self, call, application_id, token):
        interaction = self._hook(call, application_id, token)
        if interaction.message is None or interaction.message.is_deleted:
            raise Refusal(404, 10008, "Unknown Message")
        return interaction

    def do_get_original(self, call, *ids):
        return 200, self._original(call, *ids).message.to_json()

    def do_edit_original(self, call, *ids):
        interaction = self._original(call, *ids)
        self._change(call, interaction.message, call.json)
        interaction.changes.append((self.world.now, "edit"))
        return 200, interaction.message.to_json()

    def do_delete_original(self, call, *ids):
        interaction = self._original(call, *ids)
        interaction.message.is_deleted = True
        interaction.changes.append((self.world.now, "delete"))
        return 204, None

    def do_follow_up(self, call, *ids):
        interaction = self._hook(call, *ids)
        names = {number: upload.name for number, upload in call.files.items()}
        complaints = discord_lint.lint_message(call.json, names)
        if discord_lint.is_empty(call.json) and not call.files:
            complaints.append(EMPTY)
        self._judge(call, complaints)
        original = interaction.message
        if original is not None and original.is_loading and not original.is_deleted:
            self.fault("lint", call, "after type 5 the original is to be edited instead")
            self._change(call, original, call.json, False)
            interaction.changes.append((self.world.now, "edit"))
            return 200, original.to_json()
        message = self._new_message(interaction.channel, call.json, call, interaction)
        interaction.follow_ups.append(message)
        return 200, message.to_json()

    def _follow_up(self, call, application_id, token, message_id):
        interaction = self._hook(call, application_id, token)
        for message in interaction.follow_ups:
            if message.id == message_id and not message.is_deleted:
                return message
        raise Refusal(404, 10008, "Unknown Message")

    def do_get_follow_up(self, call, *ids):
        return 200, self._follow_up(call, *ids).to_json()

    def do_edit_follow_up(self, call, *ids):
        message = self._follow_up(call, *ids)
        self._change(call, message, call.json)
        return 200, message.to_json()

    def do_delete_follow_up(self, call, *ids):
        self._follow_up(call, *ids).is_deleted = True
        return 204, None
