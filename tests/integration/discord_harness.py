"""TsmTest with a Discord in its world.

    class Hello(DiscordTest):
        def test_arrival(self):
            self.start_bot()
            call = self.type("hello_you", self.owner, user=self.bob)
            self.assertIn("Bob", call.text)

Owner is the admin of ADMIN_IDS, Alice and Bob have a stay, Carol has none; Alice's Discord is
French, the others' are English. All of them are members of the one guild."""

import contextlib
import re
import sqlite3

from harness import ALICE, BOB, CAROL, TsmTest

from fakes.discord_world import Discord

OWNER = "100000000000000000"
REPLY_S = 3  # Discord's patience
ESCAPES, SPACES = re.compile(r"\\(.)"), re.compile("[\u00a0\u202f]")
EN, FR = "en-GB", "fr"

# The bar beside an embed: the colours of Tempo's days, and where none is meant.
BLUE_BAR, WHITE_BAR, RED_BAR = 0x3b82f6, 0xd5dae1, 0xdc3b3b
GREY_BAR, AMBER_BAR = 0x80848e, 0xf0a232


class DiscordTest(TsmTest):
    GUILDS = ("Maison",)
    GUILD_LOCALE = "fr"
    GUILD_SIZE = 0
    STAYS = ("alice", "bob")  # from the day before START on

    def setUp(self):
        super().setUp()
        self.discord = Discord(self.world)
        self.owner = self.discord.add_user(OWNER, "owner", "Owner", locale="en-GB")
        self.alice = self.discord.add_user(ALICE, "alice", "Alice", locale="fr")
        self.bob = self.discord.add_user(BOB, "bob", "Bob", locale="en-US")
        self.carol = self.discord.add_user(CAROL, "carol", "Carol", locale="en-US")
        people = [self.owner, self.alice, self.bob, self.carol]
        self.guilds = [self.discord.add_guild(name, people, self.GUILD_LOCALE, self.GUILD_SIZE)
                       for name in self.GUILDS]
        self.guild = self.guilds[0]
        self.settings.update({
            "TOKEN_BOT": self.discord.token,
            "DISCORD_API": self.discord.api_url,
            "GUILD_ID": ",".join(guild.id for guild in self.guilds),
            "ADMIN_IDS": OWNER,
            **self.SETTINGS,
        })

    def secrets(self):
        return [*super().secrets(), *self.discord.secrets()]

    def _check_manners(self):
        super()._check_manners()
        self.discord.check()

    def start_bot(self, wait_s=60):
        """Starts the daemon, waits until Discord has the commands, and opens the stays."""
        self.start()
        self.wait_for_bot(wait_s)
        for name in self.STAYS:
            user = getattr(self, name)
            self.data("hello_you", user=user.id, arrival_date=self.SINCE)

    def wait_for_bot(self, wait_s=60):
        self.world.wait_until(
            lambda: self.discord.gateway.is_ready and all(guild.commands for guild in self.guilds),
            by=self.world.now + wait_s, what="the bot")

    # What people do. Every answer is there in time, or the test has failed.

    def type(self, command, user, guild=None, /, locale=None, **options):
        """A command, with its answer."""
        return self.wait_for(self.discord.command(command, user, guild or self.guild, options,
                                                  locale=locale))

    def press(self, message, custom_id, user):
        return self.wait_for(self.discord.press(message, custom_id, user))

    def select(self, message, custom_id, value, user):
        return self.wait_for(self.discord.select(message, custom_id, [value], user))

    def suggest(self, command, user, focused, **options):
        """What is suggested for the option that is being typed: the values, in order."""
        call = self.discord.autocomplete(command, user, self.guild, options, focused)
        return [value for _, value in self.wait_for(call).choices]

    def wait_for(self, call, patience_s=REPLY_S):
        self.world.wait_until(lambda: call.is_done, by=self.world.now + patience_s,
                              what=f"the answer to {call!r}")
        return call

    # What the channel says.

    def notices(self, guild=None):
        """The messages of the guild's channel that are no answers."""
        return [message for message in (guild or self.guild).channel.messages
                if message.interaction is None]

    def wait_for_notice(self, text, by, guild=None):
        """The first notice that has this text in it, now or by then."""
        def find():
            return next((message for message in self.notices(guild) if text in message.text), None)
        self.world.wait_until(lambda: find() is not None, by=by, what=f"a notice with {text!r}")
        return find()

    def assert_refused(self, call, text):
        self.assertIn(text, self.read(call))
        self.assertTrue(call.is_ephemeral, call.text)

    @staticmethod
    def read(call):
        """What is read on the screen: without the signs that keep markup from being markup, and
        with plain spaces."""
        return SPACES.sub(" ", ESCAPES.sub(r"\1", call.text))

    def assert_reads(self, call, *texts):
        for text in texts:
            self.assertIn(text, self.read(call))
        self.assertEqual(call.message.allowed_mentions, {"parse": []})

    def ledger(self):
        """All that is written down, to be compared with what it was."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            return list(db.iterdump())
