"""Discord as a whole: REST, gateway, guilds, and the people who type and press.

    discord = Discord(world)
    alice = discord.add_user("100000000000000001", "alice", "Alice")
    guild = discord.add_guild("Maison", [alice])
    ... the daemon is given discord.settings() ...
    world.wait_until(lambda: discord.gateway.is_ready, by=...)
    call = discord.command("power_on", alice, guild, {"hours": 2})
    world.wait_until(lambda: call.is_done, by=world.now + 3)
    call.text, call.embeds, call.is_ephemeral, call.latency_s
    discord.press(call.message, "tsm1:...", alice)
    discord.check()          # at the end: no fault but those that were expected

A fault is whatever a client does that Discord would refuse or punish, or that our own rules forbid.
`house_rules` can be switched off for other people's clients: then only Discord's count."""

import dataclasses

from . import discord_lint as lint
from .discord_gateway import GUILDS, Gateway, length_of
from .discord_model import (AUTOCOMPLETE, COMMAND, COMPONENT, Channel, Guild, Ids, Interaction,
                            Member, User)
from .discord_rest import Rest
from .world import show

FILE_LIMIT = 10 * 1024 * 1024
TYPES = {lint.STRING: str, lint.INTEGER: int, lint.BOOLEAN: bool, lint.USER: str,
         lint.NUMBER: (int, float)}


@dataclasses.dataclass(frozen=True)
class Fault:
    at: float
    code: str
    text: str

    def __str__(self):
        return f"{show(self.at)} {self.code}: {self.text}"


class Discord:
    def __init__(self, world, seed=1, house_rules=True):
        self.world = world
        self.house_rules = house_rules
        self.ids = Ids(world, seed)
        self.faults = []
        self._expected, self._allowed = set(), set()
        self.application_id = self.ids.new()
        self.bot = User(self.application_id, "tsm", bot=True)
        self.owner = User(self.ids.new(), "owner")
        self.token = self._make_token()
        self.is_token_reset = False
        self.interactions_endpoint_url = None
        self.users, self.guilds, self.direct = {}, {}, {}
        self.commands, self.creations = [], []  # the global ones
        self.interactions, self.tokens = {}, {}
        self.messages = {}
        self.gateway = Gateway(self)
        self.rest = Rest(self)

    def _make_token(self):
        return f"MTE3ODAxMjc4NzQ1NzQwMDgzMg.{self.ids.hex(6)}.{self.ids.hex(38)}"

    @property
    def api_url(self):
        return f"{self.rest.url}/api/v10"

    def settings(self):
        """What the daemon has to be told."""
        return {"DISCORD_API": self.api_url, "TOKEN_BOT": self.token,
                "GUILD_ID": ",".join(self.guilds)}

    # Faults.

    def note(self, code, text):
        self.faults.append(Fault(self.world.now, code, text))

    def expect(self, *codes):
        """These faults have to come; others still may not."""
        self._expected.update(codes)

    def allow(self, *codes):
        """These faults may come."""
        self._allowed.update(codes)

    def check(self):
        """Fails for every fault that was not expected, and for what was and did not come."""
        known = self._expected | self._allowed
        wrong = [str(fault) for fault in self.faults if fault.code not in known]
        seen = {fault.code for fault in self.faults}
        wrong += [f"{code}: expected, and has not come" for code in sorted(self._expected - seen)]
        if wrong:
            raise AssertionError("Discord complains:\n  " + "\n  ".join(wrong))

    def secrets(self):
        """What may be in no log and no database."""
        return [self.token, *self.tokens]

    # The application.

    def reset_token(self):
        """As its owner does on the developer's pages: the old one is worth nothing any more."""
        self.is_token_reset = True
        self.token = self._make_token()
        for connection in self.gateway.connections_open():
            connection.close(4004, "Authentication failed.")

    def describe_application(self):
        return {"id": self.application_id, "name": "TSM", "icon": None, "description": "",
                "summary": "", "type": None, "is_monetized": False, "is_verified": False,
                "is_discoverable": False, "bot": self.bot.to_json(), "bot_public": False,
                "bot_require_code_grant": False, "verify_key": "0" * 64, "flags": 565248,
                "flags_new": "565248", "owner": self.owner.to_json(),
                "explicit_content_filter": 0, "eligible_oauth2_scopes": [],
                "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
                "hook": True, "storefront_available": False, "redirect_uris": [],
                "integration_types_config": {"0": {}},
                "interactions_endpoint_url": self.interactions_endpoint_url,
                "role_connections_verification_url": None, "team": None,
                "approximate_guild_count": len(self.present_guilds())}

    # People and guilds.

    def add_user(self, user_id=None, username="someone", global_name=None, locale="fr"):
        user = User(user_id or self.ids.new(), username, global_name, locale)
        self.users[user.id] = user
        return user

    def add_guild(self, name, members=(), preferred_locale="fr", size=0):
        guild = Guild(self, name, preferred_locale, size)
        self.guilds[guild.id] = guild
        for user in members:
            self.join(guild, user)
        self._tell_of(guild)
        return guild

    def join(self, guild, user, nick=None):
        self.users[user.id] = user
        guild.members[user.id] = Member(user, nick)

    def leave(self, guild, user):
        """The member goes; what it started goes on."""
        del guild.members[user.id]

    def add_channel(self, guild, name):
        channel = Channel(self.ids.new(), name, guild, len(guild.channels))
        guild.channels.append(channel)
        return channel

    def add_thread(self, guild, name):
        """An active one: those that are archived come with no event."""
        thread = Channel(self.ids.new(), name, guild, len(guild.threads), kind=11)
        guild.threads.append(thread)
        return thread

    def find_channel(self, channel_id):
        channels = [channel for guild in self.guilds.values()
                    for channel in [*guild.channels, *guild.threads]]
        return next((channel for channel in [*channels, *self.direct.values()]
                     if channel.id == channel_id), None)

    def present_guilds(self):
        return [guild for guild in self.guilds.values() if guild.has_bot]

    def _tell_of(self, guild):
        self.gateway.dispatch("GUILD_CREATE", guild.to_create(length_of), GUILDS)

    def invite_bot(self, guild):
        guild.has_bot = True
        self._tell_of(guild)

    def remove_bot(self, guild):
        guild.has_bot = False
        guild.commands = []
        self.gateway.dispatch("GUILD_DELETE", {"id": guild.id}, GUILDS)

    def update(self, guild):
        """Its owner has changed something in its settings."""
        self.gateway.dispatch("GUILD_UPDATE", guild.to_json(), GUILDS)

    def begin_outage(self, guild):
        """The guild is gone for a while; its bot stays a member."""
        guild.is_unavailable = True
        self.gateway.dispatch("GUILD_DELETE", {"id": guild.id, "unavailable": True}, GUILDS)

    def end_outage(self, guild):
        guild.is_unavailable = False
        self._tell_of(guild)

    # What people do.

    def command(self, name, user, guild=None, options=None, channel=None, locale=None):
        """A user sends a command. Options that the client of Discord would not let pass raise."""
        registered, options = self._find_command(name, guild), options or {}
        data = {"type": 1, "name": name, "id": registered["id"]}
        if guild is not None:
            data["guild_id"] = guild.id
        if options:
            data["options"] = [self._make_option(registered, key, value)
                               for key, value in options.items()]
        missing = [option["name"] for option in registered["options"]
                   if option.get("required") and option["name"] not in options]
        if missing:
            raise ValueError(f"/{name} cannot be sent without {missing}")
        data.update(self._resolve(data, guild))
        return self._interact(COMMAND, user, guild, channel, locale, data)

    def autocomplete(self, name, user, guild, options, focused, locale=None):
        """A user types: @focused names the option, the others may be missing or half."""
        registered = self._find_command(name, guild)
        data = {"type": 1, "name": name, "id": registered["id"],
                "version": registered["version"], "options": []}
        for key, value in options.items():
            kind = self._find_option(registered, key)
            if key == focused and not kind.get("autocomplete"):
                raise ValueError(f"{key} of /{name} suggests nothing")
            option = {"type": kind["type"], "name": key, "value": value}
            data["options"].append({**option, "focused": True} if key == focused else option)
        return self._interact(AUTOCOMPLETE, user, guild, None, locale, data)

    def press(self, message, custom_id, user, guild=None, locale=None, force=False):
        """A user presses a button. With @force also one that cannot be seen any more, as a client
        that lags behind lets him."""
        part = message.part(custom_id)
        if not force:
            self._check_visible(message, user)
            if part is None or part.get("disabled") or part["type"] != lint.BUTTON:
                raise LookupError(f"no button {custom_id} to press in {message.text!r}")
        data = {"custom_id": custom_id, "component_type": lint.BUTTON, "id": 2}
        return self._touch(message, user, guild, locale, data)

    def select(self, message, custom_id, values, user, guild=None, locale=None):
        part = message.part(custom_id)
        self._check_visible(message, user)
        if part is None or part.get("disabled") or part["type"] not in lint.SELECTS:
            raise LookupError(f"no menu {custom_id} in {message.text!r}")
        if part["type"] == lint.STRING_SELECT:
            offered = {option["value"] for option in part["options"]}
            if not set(values) <= offered:
                raise ValueError(f"{values} are not offered: {offered}")
        data = {"custom_id": custom_id, "component_type": part["type"], "values": list(values),
                "id": 2}
        return self._touch(message, user, guild, locale, data)

    def repeat(self, interaction):
        """The same event a second time, as the gateway may send it."""
        self.gateway.dispatch("INTERACTION_CREATE", interaction.event)

    @staticmethod
    def _check_visible(message, user):
        if message.is_deleted:
            raise LookupError("the message is deleted")
        if message.is_ephemeral and message.interaction.user is not user:
            raise LookupError(f"{user.username} cannot see that message")

    def _touch(self, message, user, guild, locale, data):
        guild = guild or message.channel.guild
        return self._interact(COMPONENT, user, guild, message.channel, locale, data, message)

    def _find_command(self, name, guild):
        for command in [*(guild.commands if guild else []), *self.commands]:
            if command["name"] == name:
                return command
        raise LookupError(f"/{name} is not registered")

    @staticmethod
    def _find_option(command, name):
        for option in command["options"]:
            if option["name"] == name:
                return option
        raise LookupError(f"/{command['name']} has no option {name}")

    def _make_option(self, command, name, value):
        option = self._find_option(command, name)
        kind = option["type"]
        value = value.id if isinstance(value, User) else value
        if not isinstance(value, TYPES[kind]) or (isinstance(value, bool)
                                                  and kind != lint.BOOLEAN):
            raise ValueError(f"{name} of type {kind} cannot be {value!r}")
        choices = [choice["value"] for choice in option.get("choices") or []]
        if choices and value not in choices:
            raise ValueError(f"{name} is one of {choices}")
        size = len(value) if kind == lint.STRING else value
        suffix = "length" if kind == lint.STRING else "value"
        low, high = option.get(f"min_{suffix}"), option.get(f"max_{suffix}")
        if (low is not None and size < low) or (high is not None and size > high):
            raise ValueError(f"{name} is {low} .. {high}")
        return {"type": kind, "name": name, "value": value}

    def _resolve(self, data, guild):
        ids = [option["value"] for option in data.get("options", [])
               if option["type"] == lint.USER]
        if not ids:
            return {}
        resolved = {"users": {user_id: self.users[user_id].to_json() for user_id in ids}}
        members = {user_id: guild.members[user_id].to_json(with_user=False) for user_id in ids
                   if guild is not None and user_id in guild.members}
        return {"resolved": {**resolved, **({"members": members} if members else {})}}

    def _interact(self, kind, user, guild, channel, locale, data, message=None):
        if guild is not None and user.id not in guild.members:
            raise LookupError(f"{user.username} is no member of {guild.name}")
        if guild is None and channel is None:
            channel = self.direct.setdefault(user.id, Channel(self.ids.new(), user.username))
        channel = channel or guild.channel
        interaction_id = self.ids.new()
        event = {"version": 1, "type": kind, "id": interaction_id,
                 "token": self.ids.interaction_token(interaction_id),
                 "locale": locale or user.locale, "data": data, "channel_id": channel.id,
                 "channel": {**channel.to_json(), "permissions": "1125899906842623"},
                 "application_id": self.application_id, "entitlements": [],
                 "entitlement_sku_ids": [], "attachment_size_limit": FILE_LIMIT,
                 "authorizing_integration_owners": {"0": guild.id} if guild else {"0": "0"},
                 "context": 0 if guild else 1,
                 "app_permissions": str(guild.app_permissions if guild else 0)}
        if guild is not None:
            event.update(guild_id=guild.id, guild_locale=guild.preferred_locale, guild={
                "locale": guild.preferred_locale, "id": guild.id, "features": []},
                member=guild.members[user.id].to_json())
        else:
            event["user"] = user.to_json()
        if message is not None:
            event["message"] = message.to_json()
        interaction = Interaction(self, kind, user, guild, channel, event)
        interaction.source = message
        self.interactions[interaction.id] = interaction
        self.tokens[interaction.token] = interaction
        if self.interactions_endpoint_url is None:
            self.gateway.dispatch("INTERACTION_CREATE", event)
        return interaction
