"""What Discord knows: people, guilds, channels, messages, interactions. Objects print themselves as
the live service sends them, with fields that no page lists."""

import base64
import dataclasses
import datetime
import random

from .discord_lint import EPHEMERAL, LOADING

EPOCH_MS = 1420070400000
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
ASKED_BY = {COMMAND: "command", COMPONENT: "component", AUTOCOMPLETE: "autocomplete",
            MODAL: "modal"}
ANSWER_WITHIN_S, TOKEN_LIFE_S = 3, 15 * 60
MEMBER_PERMISSIONS = 2248473465835073
BOT_PERMISSIONS = 274877959168 | 2150631424


def timestamp(instant):
    return datetime.datetime.fromtimestamp(instant, datetime.timezone.utc).isoformat(
        timespec="microseconds")


class Ids:
    """Snowflakes, and tokens that look as secret as they are."""

    def __init__(self, world, seed):
        self.world = world
        self.random = random.Random(seed)
        self.count = 0

    def new(self):
        self.count += 1
        milliseconds = int(self.world.now * 1000) - EPOCH_MS
        return str((milliseconds << 22) | (self.count & 0x3FFFFF))

    def hex(self, digits=32):
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def interaction_token(self, interaction_id):
        text = f"interaction:{interaction_id}:".encode() + self.hex(120).encode()
        return base64.b64encode(text).decode().rstrip("=")


@dataclasses.dataclass(frozen=True)
class User:
    id: str
    username: str
    global_name: str = None
    locale: str = "fr"
    bot: bool = False

    def to_json(self):
        return {"username": self.username, "public_flags": 0, "flags": 0, "primary_guild": None,
                "id": self.id, "banner": None, "accent_color": None,
                "global_name": self.global_name, "display_name_styles": None, "discriminator": "0",
                "collectibles": None, "clan": None, "bot": self.bot,
                "avatar_decoration_data": None, "avatar": None}


@dataclasses.dataclass
class Member:
    user: User
    nick: str = None
    permissions: int = MEMBER_PERMISSIONS

    def to_json(self, with_user=True, with_permissions=True):
        body = {"unusual_dm_activity_until": None, "roles": [], "premium_since": None,
                "pending": False, "nick": self.nick, "mute": False, "flags": 0, "deaf": False,
                "joined_at": "2025-04-02T23:07:21.476000+00:00", "collectibles": None,
                "communication_disabled_until": None, "banner": None, "avatar": None}
        if with_permissions:
            body["permissions"] = str(self.permissions)
        if with_user:
            body["user"] = self.user.to_json()
        if not with_user:  # as in `resolved`, where members lack what only voice needs
            del body["mute"], body["deaf"]
        return body


@dataclasses.dataclass
class Channel:
    id: str
    name: str
    guild: object = None  # None in a direct message
    position: int = 0
    messages: list = dataclasses.field(default_factory=list)
    forbidden: int = None  # 50001 or 50013: what a post is answered with
    is_gone: bool = False
    kind: int = 0  # 11: a public thread

    def to_json(self):
        return {"version": 1705942372766, "type": self.kind, "topic": None,
                "rate_limit_per_user": 0, "position": self.position,
                "permission_overwrites": [], "parent_id": None,
                "nsfw": False, "name": self.name, "last_pin_timestamp": None,
                "last_message_id": self.messages[-1].id if self.messages else None,
                "id": self.id, "guild_id": self.guild.id if self.guild else None,
                "icon_emoji": None, "flags": 0}

    @property
    def texts(self):
        return [message.text for message in self.messages if not message.is_deleted]


class Guild:
    """`size` is how long its GUILD_CREATE is made, in bytes; a lively guild's is very long."""

    def __init__(self, discord, name, preferred_locale="fr", size=0):
        self.id = discord.ids.new()
        self.name = name
        # Only a community chooses its language: any other guild says en-US.
        self.preferred_locale = preferred_locale
        self.features = [] if preferred_locale == "en-US" else ["COMMUNITY", "NEWS"]
        self.size = size
        self.members = {}
        self.channels = [Channel(discord.ids.new(), "general", self)]
        self.threads = []
        self.system_channel_id = self.channels[0].id
        self.has_bot = True
        self.has_commands_scope = True
        self.is_unavailable = False
        self.app_permissions = BOT_PERMISSIONS
        self.commands = []  # as last registered
        self.creations = []  # instants at which a new name was registered
        self.owner_id = discord.ids.new()
        self.bot_member = Member(discord.bot)

    @property
    def channel(self):
        return self.channels[0]

    def to_json(self):
        """As GET /guilds/ID gives it."""
        return {"id": self.id, "name": self.name, "icon": None, "description": None,
                "home_header": None, "splash": None, "discovery_splash": None,
                "features": self.features,
                "banner": None, "owner_id": self.owner_id, "application_id": None,
                "region": "deprecated", "afk_channel_id": None, "afk_timeout": 300,
                "system_channel_id": self.system_channel_id, "system_channel_flags": 0,
                "widget_enabled": False, "widget_channel_id": None, "verification_level": 0,
                "roles": self._roles(), "default_message_notifications": 0, "mfa_level": 0,
                "explicit_content_filter": 0, "max_presences": None, "max_members": 25000000,
                "max_stage_video_channel_users": 50, "max_video_channel_users": 25,
                "vanity_url_code": None, "premium_tier": 0, "premium_subscription_count": 0,
                "preferred_locale": self.preferred_locale, "rules_channel_id": None,
                "safety_alerts_channel_id": None, "public_updates_channel_id": None,
                "hub_type": None, "premium_progress_bar_enabled": False, "nsfw": False,
                "latest_onboarding_question_id": None, "nsfw_level": 0, "emojis": [],
                "stickers": [], "incidents_data": None, "inventory_settings": None,
                "embed_enabled": False, "embed_channel_id": None}

    def _roles(self):
        return [{"unicode_emoji": None, "mentionable": False, "icon": None, "hoist": False,
                 "flags": 0, "colors": {"tertiary_color": None, "secondary_color": None,
                                        "primary_color": 0},
                 "color": 0, "version": 1704692503703, "tags": {}, "position": 0,
                 "permissions": str(MEMBER_PERMISSIONS), "name": "@everyone", "managed": False,
                 "id": self.id}]

    def to_create(self, length_of):
        """The `d` of GUILD_CREATE; @length_of measures a body."""
        body = {**self.to_json(), "joined_at": "2024-01-08T05:55:35.380000+00:00", "lazy": True,
                "large": False, "unavailable": False, "member_count": len(self.members) + 1,
                "presences": [], "activity_instances": [], "guild_scheduled_events": [],
                "voice_states": [], "stage_instances": [],
                "threads": [thread.to_json() for thread in self.threads],
                "soundboard_sounds": [], "embedded_activities": [], "version": 1704733247156,
                "application_command_counts": {}, "premium_features": None, "profile": None,
                "moderator_reporting": None, "members": [self.bot_member.to_json()],
                "channels": [channel.to_json() for channel in self.channels]}
        missing = self.size - length_of(body)
        filler = {"version": 0, "roles": [], "require_colons": True, "name": "émoticône_é",
                  "managed": False, "id": self.id, "available": True, "animated": False}
        if missing > 0:
            body["emojis"] = [filler] * (missing // length_of(filler) + 1)
        return body


class Message:
    def __init__(self, discord, channel, data, files, interaction=None):
        self.discord = discord
        self.id = discord.ids.new()
        self.at = discord.world.now
        self.channel = channel
        self.interaction = interaction
        self.nonce = data.get("nonce")
        self.content, self.embeds, self.components = "", [], []
        self.allowed_mentions = None
        self.flags = data.get("flags") or 0
        self.attachments = []  # as Discord shows them
        self.uploads = {}  # {attachment id: Upload}
        self.edited_at = None
        self.is_deleted = False
        self.versions = []  # (instant, content, embeds, components): the first and each edit's
        self.change(data, files)

    def change(self, data, files):
        """Takes over what a body names; the rest stays."""
        self.content = data.get("content", self.content) or ""
        self.embeds = data.get("embeds", self.embeds) or []
        self.components = data.get("components", self.components) or []
        self.allowed_mentions = data.get("allowed_mentions", self.allowed_mentions)
        self._attach(data, files)
        if self.versions:
            self.edited_at = self.discord.world.now
            self.flags &= ~LOADING
        self.versions.append((self.discord.world.now, self.content, self.embeds, self.components))

    def _attach(self, data, files):
        listed = data.get("attachments")
        if listed is not None:
            ids = {entry["id"] for entry in listed}
            self.attachments = [one for one in self.attachments if one["id"] in ids]
        texts = {entry["id"]: entry.get("description") for entry in listed or []}
        for number, upload in files.items():
            self.attachments.append({
                "id": self.discord.ids.new(), "filename": upload.name,
                "description": texts.get(str(number)), "size": len(upload.content),
                "url": f"https://cdn.invalid/{upload.name}",
                "proxy_url": f"https://media.invalid/{upload.name}",
                "content_type": upload.type})
            self.uploads[self.attachments[-1]["id"]] = upload

    @property
    def is_ephemeral(self):
        return bool(self.flags & EPHEMERAL)

    @property
    def is_loading(self):
        return bool(self.flags & LOADING)

    @property
    def text(self):
        """All that can be read in it, line by line."""
        lines = [self.content]
        for embed in self.embeds:
            lines += [(embed.get("author") or {}).get("name"), embed.get("title"),
                      embed.get("description")]
            for field in embed.get("fields") or []:
                lines += [field["name"], field["value"]]
            lines.append((embed.get("footer") or {}).get("text"))
        lines += [part.get("label") for part in self.parts()]
        return "\n".join(line for line in lines if line)

    def parts(self):
        """Its buttons and menus, in order."""
        return [part for row in self.components for part in row.get("components", [])]

    def part(self, custom_id):
        return next((part for part in self.parts() if part.get("custom_id") == custom_id), None)

    def to_json(self):
        body = {"type": 20 if self.interaction else 0, "tts": False, "pinned": False,
                "timestamp": timestamp(self.at), "mentions": [], "mention_roles": [],
                "mention_everyone": False, "id": self.id, "flags": self.flags,
                "embeds": [{"type": "rich", "content_scan_version": 4, **embed}
                           for embed in self.embeds],
                "edited_timestamp": timestamp(self.edited_at) if self.edited_at else None,
                "content": self.content, "components": self.components,
                "channel_id": self.channel.id, "author": self.discord.bot.to_json(),
                "attachments": self.attachments, "application_id": self.discord.application_id}
        if self.nonce is not None:
            body["nonce"] = self.nonce
        if self.interaction:
            body["webhook_id"] = self.discord.application_id
            body["interaction_metadata"] = {
                "user": self.interaction.user.to_json(), "type": self.interaction.type,
                "id": self.interaction.id,
                "authorizing_integration_owners": {
                    "0": self.interaction.guild.id if self.interaction.guild else "0"}}
        return body


class Interaction:
    """One thing that a user did, and all that came of it."""

    def __init__(self, discord, kind, user, guild, channel, event):
        self.discord = discord
        self.type = kind
        self.user, self.guild, self.channel = user, guild, channel
        self.event = event  # the `d` of INTERACTION_CREATE
        self.id, self.token = event["id"], event["token"]
        self.sent_at = discord.world.now
        self.callback = None  # {"type", "data"} of the first answer
        self.callback_at = None
        self.message = None  # the answer that can be seen, as it is now
        self.source = None  # the message that a component sits on
        self.follow_ups = []
        self.attempts = []  # (instant, status) of every callback
        self.answer_was_lost = False  # by a test: a second one is then no fault
        self.changes = []  # (instant, "edit" or "delete") of the original

    def __repr__(self):
        return f"<{ASKED_BY[self.type]} of {self.user.username}: {self.describe()}>"

    def describe(self):
        if self.callback is None:
            return "no answer"
        return f"type {self.callback['type']}, {self.text!r}"

    @property
    def asked_by(self):
        return ASKED_BY[self.type]

    @property
    def is_answered(self):
        return self.callback is not None

    @property
    def is_done(self):
        """Answered for good: not with "thinking..." alone."""
        if self.callback is None:
            return False
        return self.callback["type"] != 5 or bool(self.changes)

    @property
    def latency_s(self):
        """From the event to the first answer."""
        return None if self.callback_at is None else self.callback_at - self.sent_at

    @property
    def is_ephemeral(self):
        return self.message is not None and self.message.is_ephemeral

    @property
    def text(self):
        return self.message.text if self.message is not None else ""

    @property
    def embeds(self):
        return self.message.embeds if self.message is not None else []

    @property
    def choices(self):
        """What was suggested: [(name, value)]."""
        return [(choice["name"], choice["value"])
                for choice in ((self.callback or {}).get("data") or {}).get("choices") or []]

    def is_late(self, now):
        return self.callback is None and now - self.sent_at > ANSWER_WITHIN_S

    def is_dead(self, now):
        return now - self.sent_at > TOKEN_LIFE_S
