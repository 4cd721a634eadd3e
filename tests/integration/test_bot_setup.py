"""Discord's side of a fresh installation: registration, guilds, `tsm doctor`, settings."""

import re
import unittest

from discord_harness import DiscordTest
from fakes.web import Response
from harness import HOUR, MINUTE, tsm_binary
from test_settings import SettingsTest

INVITATION = (r"https://discord\.com/oauth2/authorize\?client_id=%s"
              r"&scope=bot%%20applications\.commands&permissions=274877959168")


class SetupTest(DiscordTest):
    STAYS = ()

    def puts(self, guild=None):
        """The registrations of a guild."""
        return [call for call in self.discord.rest.calls("put_guild_commands")
                if f"/guilds/{(guild or self.guild).id}/" in call.path]

    def restart(self):
        """The daemon again, and time to do what it has to; also to hear of what it did before."""
        self.world.run_for(1)
        self.stop()
        self.world.run_for(10)
        self.start()
        self.world.run_for(MINUTE)
        self.assertTrue(self.discord.gateway.is_ready)

    def assert_invites(self, guild):
        """The log says where the owner has to click."""
        link = INVITATION % self.discord.application_id
        self.assertTrue(self.log_lines(f"warning discord: guild {guild.id} .*{link}"), self.log())


class Registration(SetupTest):
    @property
    def memory(self):
        return self.database.with_name(self.database.name + ".discord")

    def test_once(self):
        self.start_bot()
        self.assertEqual(len(self.puts()), 1)
        self.restart()
        self.restart()
        self.assertEqual(len(self.puts()), 1)
        self.discord.gateway.invalidate()
        self.world.run_for(MINUTE)
        self.assertEqual(len(self.puts()), 1)

    def test_again_when_it_is_not_known_what_is_there(self):
        self.start_bot()
        for content in (None, "", "[commands]\n%s=0123\n", "not a key file"):
            with self.subTest(content):
                before = len(self.puts())
                self.world.run_for(1)
                self.stop()
                self.world.run_for(10)
                if content is None:
                    self.memory.unlink()
                else:
                    self.memory.write_text(content.replace("%s", self.guild.id), encoding="utf-8")
                self.start()
                self.world.run_for(MINUTE)
                self.assertEqual(len(self.puts()), before + 1)

    def test_again_when_somebody_else_changed_them(self):
        self.start_bot()
        ours = list(self.guild.commands)
        renamed = [{**ours[0], "name": "other"}, *ours[1:]]
        for story, commands in (("emptied", []), ("one missing", ours[1:]), ("renamed", renamed),
                                ("one more", [*ours, {**ours[0], "name": "more", "id": "7"}])):
            with self.subTest(story):
                before = len(self.puts())
                self.guild.commands = commands
                self.restart()
                self.assertEqual(len(self.puts()), before + 1)
                self.assertEqual([one["name"] for one in self.guild.commands],
                                 [one["name"] for one in ours])

    def test_global_commands_of_an_earlier_life(self):
        self.discord.commands = [{"id": "7", "type": 1, "name": "plan", "description": "old",
                                  "options": [], "version": "1"}]
        self.start_bot()
        self.world.run_for(5)
        self.assertEqual(self.discord.commands, [])
        self.restart()
        self.assertEqual(len(self.discord.rest.calls("put_global_commands")), 1)

    def test_no_global_ones_are_not_emptied(self):
        self.start_bot()
        self.world.run_for(MINUTE)
        self.assertEqual(self.discord.rest.calls("put_global_commands"), [])

    def test_error_that_passes(self):
        for what in ("list_guild_commands", "put_guild_commands"):
            self.discord.rest.inject(what, 503, times=3)
        self.start_bot(20 * MINUTE)
        self.assertEqual(self.puts()[-1].status, 200)
        self.assertGreater(self.puts()[-1].at - self.discord.rest.calls("gateway")[0].at,
                           5 * MINUTE)

    def test_daily_limit_of_creations(self):
        self.guild.creations = [self.world.now - 60] * 200
        self.discord.expect("creations")
        self.start()
        self.world.run_for(10 * MINUTE)
        self.assertEqual([call.status for call in self.puts()], [400])
        self.assertTrue(self.log_lines("warning discord.*no more new commands today"))
        self.assertTrue(self.discord.gateway.is_ready)


class TwoGuilds(SetupTest):
    GUILDS = ("Maison", "Atelier")
    GUILD_LOCALE = "en-GB"

    def setUp(self):
        super().setUp()
        self.other = self.guilds[1]

    def wait_for_first(self):
        """The one guild works, whatever the other one is like."""
        self.world.wait_until(lambda: self.guild.commands, by=self.world.now + MINUTE,
                              what="the first guild's commands")
        self.assertTrue(self.type("plan", self.owner).is_answered)

    def assert_served(self, guild):
        self.assertTrue(self.type("plan", self.bob, guild).is_answered)

    def test_both(self):
        self.start_bot()
        self.assert_served(self.guild)
        self.assert_served(self.other)
        self.wait_for_notice("The server", by=self.world.now + MINUTE, guild=self.other)
        self.assertEqual(len(self.puts(self.other)), 1)

    def test_invited_without_commands(self):
        self.other.has_commands_scope = False
        self.start()
        self.wait_for_first()
        self.world.run_for(10 * MINUTE)
        self.assert_invites(self.other)
        refused = [call for call in self.discord.rest.requests if call.status == 403]
        self.assertEqual(len(refused), 1, "and not again at once")
        self.other.has_commands_scope = True  # by a second invitation, of which no event tells
        self.world.run_for(HOUR)
        self.assert_served(self.other)

    def test_taken_out_of_the_group(self):
        self.start_bot()
        self.settings["GUILD_ID"] = self.guild.id
        self.restart()
        self.assertEqual(self.other.commands, [])
        self.assertEqual(len(self.puts(self.other)), 2)
        self.restart()
        self.assertEqual(len(self.puts(self.other)), 2)

    def test_not_invited_then_invited(self):
        self.other.has_bot = False
        self.start()
        self.wait_for_first()
        self.assert_invites(self.other)
        self.assertEqual([call for call in self.discord.rest.requests if call.status >= 400], [])
        self.discord.invite_bot(self.other)
        self.world.wait_until(lambda: self.other.commands, by=self.world.now + 10)
        self.assert_served(self.other)

    def test_removed_and_invited_again(self):
        self.start_bot()
        self.world.run_to("2026-02-16 21:20")
        self.discord.remove_bot(self.other)
        posts = len(self.other.channel.messages)
        self.world.run_to("2026-02-16 21:40")
        self.assertEqual(len(self.other.channel.messages), posts)
        self.assert_invites(self.other)
        self.assertEqual([call for call in self.discord.rest.requests if call.status >= 400], [])
        self.assert_served(self.guild)
        self.discord.invite_bot(self.other)
        self.world.wait_until(lambda: self.other.commands, by=self.world.now + 10)
        self.assertEqual(len(self.puts(self.other)), 2)
        self.assert_served(self.other)
        self.wait_for_notice("off", by="2026-02-16 22:02", guild=self.other)

    def test_removed_while_away(self):
        """What it was registered with goes with it."""
        self.start_bot()
        self.stop()
        self.discord.remove_bot(self.other)
        self.start()
        self.world.run_for(MINUTE)
        self.assert_invites(self.other)
        self.discord.invite_bot(self.other)
        self.world.wait_until(lambda: self.other.commands, by=self.world.now + 10)
        self.assert_served(self.other)

    def test_outage_keeps_the_guild(self):
        self.start_bot()
        self.world.run_to("2026-02-16 21:20")
        before = len(self.discord.rest.requests)
        self.discord.begin_outage(self.other)
        self.world.run_for(5 * MINUTE)
        self.discord.end_outage(self.other)
        self.world.run_for(MINUTE)
        self.assertEqual(len(self.puts(self.other)), 1)
        self.assertEqual(len(self.discord.rest.requests), before)
        self.assertEqual(self.log_lines("warning discord"), [])
        self.assert_served(self.other)
        self.wait_for_notice("take a derogation", by="2026-02-16 21:31", guild=self.other)

    def test_outage_at_the_start(self):
        self.other.is_unavailable = True
        self.start()
        self.wait_for_first()
        self.assertEqual(self.log_lines("warning discord"), [], "it is there, and comes back")
        self.assertEqual(self.puts(self.other), [])
        self.discord.end_outage(self.other)
        self.world.wait_until(lambda: self.other.commands, by=self.world.now + 10)
        self.assert_served(self.other)

    def test_guild_that_is_not_ours(self):
        self.settings["GUILD_ID"] = self.guild.id
        self.start()
        self.wait_for_first()
        self.world.run_to("2026-02-16 22:05")
        self.assertEqual(self.other.channel.messages, [])
        self.assertEqual(self.puts(self.other), [])
        self.assertTrue(self.log_lines(f"guild {self.other.id} is not in GUILD_ID"))

    def test_command_from_a_guild_that_is_not_ours(self):
        """Left over from the time when it was one of ours."""
        self.settings["GUILD_ID"] = self.guild.id
        self.start()
        self.wait_for_first()
        self.other.commands = self.guild.commands
        call = self.type("hello_you", self.owner, self.other, user=self.bob)
        self.assertTrue(call.is_ephemeral, call.text)
        self.assertFalse(self.do("get_state", user=self.bob.id, which="day")["ok"], "not a user")


class Channels(SetupTest):
    GUILDS = ("Maison", "Atelier")

    def setUp(self):
        super().setUp()
        self.news = self.discord.add_channel(self.guild, "news")

    def test_named_and_of_the_system(self):
        self.settings["NOTICE_CHANNEL_IDS"] = self.news.id
        self.start_bot()
        self.world.run_for(MINUTE)
        self.assertTrue(self.news.messages)
        self.assertEqual(self.guild.channel.messages, [])
        self.assertTrue(self.guilds[1].channel.messages)

    def test_channel_that_is_not_there(self):
        absent = str(int(self.news.id) + 1)
        self.settings["NOTICE_CHANNEL_IDS"] = absent
        self.start_bot()
        self.world.run_for(MINUTE)
        self.assertEqual(len(self.log_lines(f"warning discord: channel {absent} .*in no guild")), 1)
        self.assertTrue(self.guild.channel.messages)

    def test_channel_that_is_forbidden(self):
        self.news.forbidden = 50013
        self.settings["NOTICE_CHANNEL_IDS"] = self.news.id
        self.start_bot()
        self.world.run_to("2026-02-16 22:10")
        refused = [call for call in self.discord.rest.calls("create_message")
                   if call.status == 403]
        self.assertEqual(len(refused), 2, "once an hour")
        self.assertEqual(len(self.log_lines(f"warning discord: channel {self.news.id} .*rights")),
                         1)

    def test_no_channel_at_all(self):
        self.guild.system_channel_id = None
        self.start_bot()
        self.world.run_for(MINUTE)
        self.assertEqual(self.guild.channel.messages, [])
        self.assertTrue(self.log_lines(f"warning discord: guild {self.guild.id} has no channel"))


class Doctor(SetupTest):
    GUILDS = ("Maison", "Atelier")

    def doctor(self, code, *patterns):
        """tsm doctor, with the world answering; what it must say."""
        said = self.directory / "said"
        with said.open("wb") as output:
            self.world.spawn([tsm_binary(), "doctor"], self.environment(), output)
        ended = self.world.wait_for_exit(by=self.world.now + 10 * MINUTE)
        text = said.read_text(encoding="utf-8")
        self.assertEqual(ended, code, text)
        self.assertNotIn(self.discord.token, text)
        for pattern in patterns:
            self.assertRegex(text, f"(?im)^{pattern}")

    def test_all_is_well(self):
        channel = self.discord.add_channel(self.guild, "news")
        self.settings["NOTICE_CHANNEL_IDS"] = channel.id
        self.doctor(0, "ok.*token is good", f"ok.*guild {self.guild.id}",
                    f"ok.*guild {self.guilds[1].id}", f"ok.*TSM sees channel {channel.id}")
        self.assertEqual({call.method for call in self.discord.rest.requests}, {"GET"})
        self.assertEqual(self.discord.gateway.identifies, [], "it takes no session")

    def test_bad_token(self):
        self.discord.reset_token()
        self.doctor(1, "fail.*token.*TOKEN_BOT")
        self.assertEqual(len(self.discord.rest.requests), 1)

    def test_endpoint_url(self):
        self.discord.interactions_endpoint_url = "https://example.org/interactions"
        self.doctor(1, "fail.*Interactions Endpoint URL")

    def test_guild_missing(self):
        self.guilds[1].has_bot = False
        self.doctor(1, f"ok.*guild {self.guild.id}", f"fail.*guild {self.guilds[1].id}.*"
                    + INVITATION % self.discord.application_id)

    def test_commands_missing(self):
        self.guild.has_commands_scope = False
        self.doctor(1, f"fail.*guild {self.guild.id}.*"
                    + INVITATION % self.discord.application_id,
                    f"ok.*guild {self.guilds[1].id}")

    def test_channel_missing(self):
        self.settings["NOTICE_CHANNEL_IDS"] = str(int(self.guild.channel.id) + 1)
        self.doctor(1, "fail.*cannot see channel")

    def test_channel_forbidden(self):
        channel = self.discord.add_channel(self.guild, "news")
        self.settings["NOTICE_CHANNEL_IDS"] = channel.id
        self.discord.rest.inject("channel", 403)
        self.doctor(1, f"fail.*cannot see channel {channel.id}")

    def test_channel_in_an_outage(self):
        """No fault of the channel's."""
        channel = self.discord.add_channel(self.guild, "news")
        self.settings["NOTICE_CHANNEL_IDS"] = channel.id
        self.discord.rest.inject("channel", 503, times=3)
        self.doctor(1, f"fail.*channel {channel.id}: Discord answers 503")

    def test_guild_of_half_a_mebibyte(self):
        filler = b'{"id":"%s","x":"%s"}' % (self.guild.id.encode(), b"x" * 512 * 1024)
        self.discord.rest.inject("guild", Response(body=filler))
        self.doctor(0, f"ok.*guild {self.guild.id}")

    def test_channel_of_another_guild(self):
        self.settings["NOTICE_CHANNEL_IDS"] = self.guilds[1].channel.id
        self.settings["GUILD_ID"] = self.guild.id
        self.doctor(1, f"fail.*channel {self.guilds[1].channel.id}.*in no guild of GUILD_ID")

    def test_no_token(self):
        self.settings["TOKEN_BOT"] = None
        self.doctor(0, ".*TOKEN_BOT is not set")
        self.assertEqual(self.discord.rest.requests, [])

    def test_discord_is_away(self):
        self.discord.rest.close()
        self.doctor(1, "fail.*discord")

    def test_discord_has_an_outage(self):
        self.discord.rest.outage = 503
        self.doctor(1, "fail.*503")

    def test_discord_answers_badly(self):
        for body in (b"", b"<html>", b"[]", b"{}", b'{"id":null}'):
            with self.subTest(body):
                self.discord.rest.inject("application", Response(body=body))
                self.doctor(1, "fail.*discord")

    def test_beside_the_daemon(self):
        self.start_bot()
        done = self.world.run_outsider(self._run_client, [tsm_binary(), "doctor"])
        self.assertIn(f"ok   discord: TSM is in guild {self.guild.id}", done.stdout)
        self.assertNotIn("FAIL discord", done.stdout)
        self.assertEqual(len(self.discord.gateway.identifies), 1)


class Settings(SetupTest, SettingsTest):
    def refuse(self, *names, **settings):
        """One line that names them, and nothing was started."""
        done = self.run_tsm("run", **settings)
        self.assertIn(done.returncode, (1, 2), done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for name in names:
            self.assertIn(name, done.stderr)
        self.assertNotIn(self.discord.token, done.stderr)
        self.assertFalse(self.database.exists())

    def test_wrong(self):
        for names, settings in (
                (["GUILD_ID"], {"GUILD_ID": None}),
                (["GUILD_ID"], {"GUILD_ID": ""}),
                (["GUILD_ID"], {"GUILD_ID": "Maison"}),
                (["GUILD_ID"], {"GUILD_ID": f"{self.guild.id},-1"}),
                (["NOTICE_CHANNEL_IDS"], {"NOTICE_CHANNEL_IDS": "#general"}),
                (["ADMIN_IDS"], {"ADMIN_IDS": "0"}),
                (["DISCORD_API"], {"DISCORD_API": "http://example.org/api/v10"}),
                (["DISCORD_API"], {"DISCORD_API": "discord.com/api"}),
                (["DISCORD_API"], {"DISCORD_API": "ftp://127.0.0.1/api"}),
                (["TOKEN_BOT"], {"TOKEN_BOT": f"Bot {self.discord.token}"}),
                (["TOKEN_BOT"], {"TOKEN_BOT": f"{self.discord.token}\nx"}),
                (["TOKEN_BOT_FILE"], {"TOKEN_BOT": None, "TOKEN_BOT_FILE": "/nowhere/token"})):
            with self.subTest(settings=settings):
                self.refuse(*names, **settings)

    def test_token_from_a_file(self):
        file = self.directory / "token"
        file.write_text(self.settings.pop("TOKEN_BOT") + "\n", encoding="utf-8")
        self.settings["TOKEN_BOT_FILE"] = str(file)
        self.start_bot()
        self.assertTrue(self.type("plan", self.owner).is_answered)

    def test_api_with_a_slash(self):
        self.settings["DISCORD_API"] += "/"
        self.start_bot()
        self.assertTrue(self.type("plan", self.owner).is_answered)

    def test_without_a_token(self):
        """Everything else works, and Discord is not asked for anything."""
        self.settings["TOKEN_BOT"] = None
        self.start()
        self.data("hello_you", user=self.alice.id, arrival_date=self.SINCE)
        self.assertEqual(self.data("status")["discord"], "none")
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        self.assertEqual(self.discord.rest.requests, [])
        self.assertEqual(self.discord.gateway.handshakes, [])
        self.assertTrue(self.log_lines("TOKEN_BOT is not set"))
        status, _, body = self.http("/healthz")
        self.assertEqual(status, 200)
        self.assertFalse(re.search("stopped|down", body), body)


if __name__ == "__main__":
    unittest.main()
