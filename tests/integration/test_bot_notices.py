"""What the bot says of its own accord: what, where, in which language, once, and in what order
after a time in which nothing could be said."""

import unittest

from discord_harness import DiscordTest
from harness import HOUR, MINUTE, at

KEEP_ON, HOURS = "tsm1:dero:2026-02-17", "tsm1:hours:2026-02-17"


class NoticeTest(DiscordTest):
    """Monday 16 February is blue, the 17th red, the 18th and 19th white, the 20th blue; each is
    told at 11:05 of the day before, or a little earlier."""

    START = "2026-02-16 10:00"
    GUILD_LOCALE = "en-GB"
    SETTINGS = {"POLL_SECONDS": "600"}

    def setUp(self):
        super().setUp()
        self.discord.gateway.interval_s = 15 * MINUTE  # no test of the heart: days go by quicker

    def _check_manners(self):
        super()._check_manners()
        for call in self.discord.rest.calls("create_message"):
            if call.json is None:
                continue  # answered before it was read
            self.assertEqual(call.json["allowed_mentions"], {"parse": []})
            self.assertIs(call.json["enforce_nonce"], True)

    def texts(self, part="", guild=None):
        return [message.text for message in self.notices(guild) if part in message.text]

    def assert_told_once(self, part, guild=None):
        self.assertEqual(len(self.texts(part, guild)), 1, self.texts(guild=guild))

    def posts(self):
        return len(self.discord.rest.calls("create_message"))


class Colours(NoticeTest):
    def test_red_eve_tells_the_plan_and_takes_a_derogation(self):
        self.start_bot()
        notice = self.wait_for_notice("Tuesday 17 February 2026 is red", by="2026-02-16 11:10")
        self.assertIn("off from Mon 16 Feb 22:00 to Wed 18 Feb 06:00", notice.text)
        self.press(notice, KEEP_ON, self.alice)
        self.select(notice, HOURS, notice.part(HOURS)["options"][0]["value"], self.bob)
        found = [self.data("get_my_current_derogations", user.id)["derogations"]
                 for user in (self.alice, self.bob)]
        self.assertEqual([len(derogations) for derogations in found], [1, 1])
        self.assert_span(found[0][0], "2026-02-17 06:00", "2026-02-17 18:00")

    def test_correction(self):
        self.calendar.correct("2026-02-17", "WHITE")
        self.start_bot()
        self.wait_for_notice("Tuesday 17 February 2026 is white", by="2026-02-16 11:10")
        self.world.run_to("2026-02-16 11:50")
        self.calendar.correct("2026-02-17", "RED")
        notice = self.wait_for_notice("Correction: ", by="2026-02-16 14:00")
        self.assertIn("is red; it was white until now", notice.text)
        self.assertIsNotNone(notice.part(KEEP_ON))
        self.world.run_to("2026-02-16 16:00")
        self.assert_told_once("Correction")


class OtherColours(NoticeTest):
    START = "2026-02-18 10:30"

    def test_white_and_blue_have_no_buttons(self):
        self.start_bot()
        self.world.run_to("2026-02-19 11:30")
        for text in ("Thursday 19 February 2026 is white.", "Friday 20 February 2026 is blue."):
            with self.subTest(text=text):
                self.assert_told_once(text)
                told = self.wait_for_notice(text, by=self.world.now)
                self.assertIn("The server is on that day.", told.text)
                self.assertEqual(told.components, [])


class InFrench(NoticeTest):
    GUILD_LOCALE = "fr"

    def test_a_guild_is_told_in_its_own_language(self):
        self.start_bot()
        notice = self.wait_for_notice("mardi 17 février 2026\xa0: rouge", by="2026-02-16 11:10")
        self.assertIsNotNone(notice.part(KEEP_ON))


class Power(NoticeTest):
    START = "2026-02-16 21:00"

    def test_a_red_night_from_the_warning_to_the_morning_after(self):
        self.start_bot()
        warning = self.wait_for_notice("powered off at 22:00", by="2026-02-16 21:31")
        self.assertGreaterEqual(warning.at, at("2026-02-16 21:29"))
        need, = warning.parts()
        self.assertTrue(need["custom_id"].startswith("tsm1:need:"))
        self.world.run_to("2026-02-18 08:00")
        for text in ("Powering the server off", "The server is off.", "Waking the server",
                     "The server is on."):
            self.assert_told_once(text)
        self.assert_told_once("powered off at 22:00")

    def test_i_need_it_keeps_the_server_on(self):
        self.start_bot()
        warning = self.wait_for_notice("powered off at 22:00", by="2026-02-16 21:31")
        self.press(warning, warning.parts()[0]["custom_id"], self.alice)
        self.assert_stays_on_until("2026-02-16 22:45")
        self.assertEqual(self.texts("Powering the server off"), [])

    def test_a_host_that_does_not_obey_is_told_of_once(self):
        self.host.mode = "500"
        self.start_bot()
        self.world.run_to("2026-02-16 23:30")
        self.assert_told_once("cannot be told to stop")
        self.host.mode = "ok"
        self.wait_for_off("2026-02-16 23:30", "2026-02-17 00:10")
        self.world.run_for(10 * MINUTE)
        self.assert_told_once("The server is off.")


    def test_a_warning_that_is_stale_by_then_is_dropped(self):
        self.start_bot()
        self.world.run_to("2026-02-16 21:20")
        self.discord.rest.outage = 503
        self.world.run_to("2026-02-16 22:20")
        self.discord.rest.outage = None
        self.world.run_to("2026-02-16 23:00")
        self.assertEqual(self.texts("powered off at 22:00"), [])
        self.assert_told_once("Powering the server off")
        self.assert_told_once("The server is off.")


class Problems(NoticeTest):
    START = "2026-02-20 09:00"  # the days after are blue: nothing else to tell

    def test_a_silent_plug_and_its_return(self):
        self.start_bot()
        self.world.run_for(10 * MINUTE)
        for _ in range(2):
            self.plug.close()
            self.world.run_for(2 * HOUR)
            self.plug.open()
            self.world.run_for(HOUR)
        self.assertEqual(len(self.texts("The plug cannot be read")), 2, self.texts())
        self.assertEqual(len(self.texts("The plug answers again")), 2, self.texts())

    def test_a_new_plug(self):
        self.start_bot()
        self.world.run_for(10 * MINUTE)
        self.plug.close()
        self.world.run_for(HOUR)
        self.plug.replace("00:00:5E:00:53:77", total_wh=5)
        self.plug.open()
        self.world.run_for(HOUR)
        self.assert_told_once("The plug counts anew")

    def test_an_unknown_colour_and_the_sources_return(self):
        self.start_bot()
        self.world.run_for(10 * MINUTE)
        self.couleur.mode = self.rte.mode = "html 503"
        self.world.run_to("2026-02-20 21:00")
        self.assert_told_once("still unknown")
        self.couleur.mode = self.rte.mode = "ok"
        self.world.run_to("2026-02-20 22:00")
        self.assert_told_once("The colour sources answer again")
        self.assert_told_once("Saturday 21 February 2026 is blue")

    def test_the_internet_is_back(self):
        self.start_bot()
        self.world.run_for(10 * MINUTE)
        self.discord.gateway.close_ports()
        self.world.run_for(2 * HOUR)
        self.discord.gateway.open_ports()
        self.wait_for_notice("The internet is back", by=self.world.now + 5 * MINUTE)
        self.world.run_for(HOUR)
        self.assert_told_once("The internet is back")


class Channels(NoticeTest):
    """Where they go. The eve's notice is the one that is looked for."""

    TOLD = "Tuesday 17 February 2026 is red"

    def tell(self, until="2026-02-16 11:30"):
        self.start_bot()
        self.world.run_to(until)

    def told_in(self, channel):
        return len([text for text in channel.texts if self.TOLD in text])

    def test_a_named_channel_instead_of_the_system_channel(self):
        tempo = self.discord.add_channel(self.guild, "tempo")
        self.settings["NOTICE_CHANNEL_IDS"] = tempo.id
        self.tell()
        self.assertEqual((self.told_in(tempo), self.guild.channel.texts), (1, []))

    def test_two_channels_of_one_guild(self):
        two = [self.discord.add_channel(self.guild, name) for name in ("tempo", "server")]
        self.settings["NOTICE_CHANNEL_IDS"] = ",".join(channel.id for channel in two)
        self.tell()
        self.assertEqual([self.told_in(channel) for channel in two], [1, 1])

    def test_a_thread(self):
        thread = self.discord.add_thread(self.guild, "tempo today")
        self.settings["NOTICE_CHANNEL_IDS"] = thread.id
        self.tell()
        self.assertEqual((self.told_in(thread), self.guild.channel.texts), (1, []))

    def test_a_wrong_id_is_warned_of_once_and_the_system_channel_serves(self):
        self.settings["NOTICE_CHANNEL_IDS"] = "123456789012345678"
        self.tell("2026-02-16 10:30")
        for _ in range(3):
            self.discord.gateway.invalidate(False)
            self.world.run_for(3 * MINUTE)
        self.world.run_to("2026-02-16 11:30")
        self.assertEqual(len(self.log_lines("123456789012345678")), 1)
        self.assertEqual(self.told_in(self.guild.channel), 1)

    def test_no_channel_at_all_is_warned_of_once(self):
        self.guild.system_channel_id = None
        self.tell("2026-02-16 10:30")
        self.discord.gateway.invalidate(False)
        self.world.run_to("2026-02-16 11:30")
        self.assertEqual(len(self.log_lines("NOTICE_CHANNEL_IDS")), 1)
        self.assertEqual(self.posts(), 0)

    def test_a_channel_that_refuses_is_left_alone_until_the_guild_comes_anew(self):
        self.start_bot()
        self.world.run_for(MINUTE)  # what it says at its start
        self.guild.channel.forbidden = 50013
        before = self.posts()
        self.world.run_to("2026-02-16 11:10")
        self.plug.close()
        self.world.run_to("2026-02-16 11:55")
        self.assertEqual(self.posts(), before + 1)  # of two notices the first was tried
        self.assertEqual(len(self.log_lines("takes no notices")), 1)
        self.guild.channel.forbidden = None
        self.discord.begin_outage(self.guild)
        self.world.run_for(MINUTE)
        self.discord.end_outage(self.guild)
        self.plug.open()
        self.wait_for_notice("The plug answers again", by="2026-02-16 13:30")
        self.assertEqual(self.texts("The plug cannot be read") + self.texts(self.TOLD), [])
        self.assertEqual(len(self.log_lines("takes no notices")), 1)

    def test_a_refusing_channel_is_tried_again_in_an_hour(self):
        self.start_bot()
        self.world.run_for(MINUTE)
        self.guild.channel.forbidden = 50013
        self.world.run_to("2026-02-16 11:10")
        self.guild.channel.forbidden = None  # which nobody tells the bot
        self.plug.close()
        self.world.run_to("2026-02-16 12:30")
        self.assertEqual(self.texts("The plug cannot be read"), [])
        self.plug.open()
        self.wait_for_notice("The plug answers again", by="2026-02-16 13:30")
        self.assertEqual(len(self.log_lines("warning discord: .*takes no notices")), 1)

    def test_a_system_channel_that_is_chosen_late(self):
        channel = self.guild.channel
        self.guild.system_channel_id = None
        self.start_bot()
        self.world.run_to("2026-02-16 11:10")
        self.assertEqual(self.notices(), [])
        self.guild.system_channel_id = channel.id
        self.discord.update(self.guild)
        self.wait_for_notice(self.TOLD, by="2026-02-16 11:12")

    def test_a_refusing_channel_works_again_after_a_restart(self):
        self.start_bot()
        self.world.run_for(MINUTE)
        self.guild.channel.forbidden = 50001
        self.world.run_to("2026-02-16 12:00")
        self.guild.channel.forbidden = None
        self.stop()
        self.start()
        self.wait_for_bot()
        self.plug.close()
        self.wait_for_notice("The plug cannot be read", by="2026-02-16 13:30")

    def test_a_deleted_channel_does_not_keep_the_other_from_being_told(self):
        two = [self.discord.add_channel(self.guild, name) for name in ("tempo", "server")]
        self.settings["NOTICE_CHANNEL_IDS"] = ",".join(channel.id for channel in two)
        self.start_bot()
        two[0].is_gone = True
        self.world.run_to("2026-02-16 11:10")
        self.plug.close()
        self.world.run_to("2026-02-16 12:30")
        self.assertEqual([self.told_in(channel) for channel in two], [0, 1])
        self.assertIn("The plug cannot be read", two[1].texts[-1])
        self.assertEqual(len(self.log_lines("warning discord: .*takes no notices")), 1)


class TwoGuilds(NoticeTest):
    GUILDS = ("Maison", "Chalet")

    def test_both_are_told_each_in_its_channel(self):
        chalet = self.guilds[1]
        chalet.preferred_locale = "fr"
        tempo = self.discord.add_channel(chalet, "tempo")
        self.settings["NOTICE_CHANNEL_IDS"] = tempo.id
        self.start_bot()
        self.world.run_to("2026-02-16 11:30")
        self.assert_told_once("Tuesday 17 February 2026 is red")
        self.assertEqual(len([text for text in tempo.texts if "17 février 2026" in text]), 1)
        self.assertEqual(chalet.channel.texts, [])

    def test_one_that_refuses_does_not_hold_up_the_other(self):
        self.guilds[0].channel.forbidden = 50013
        self.start_bot()
        self.world.run_to("2026-02-16 11:30")
        self.assert_told_once("Tuesday 17 February 2026 is red", self.guilds[1])

    def test_a_guild_without_tsm_costs_one_warning(self):
        self.guilds[1].has_bot = False
        self.start()
        self.world.wait_until(lambda: self.guild.commands, by=self.world.now + MINUTE)
        self.discord.gateway.invalidate(False)
        self.world.run_to("2026-02-16 11:30")
        self.assert_told_once("Tuesday 17 February 2026 is red")
        self.assertEqual(len(self.log_lines("TSM is not in it")), 1)
        self.discord.invite_bot(self.guilds[1])
        self.wait_for_notice("Tuesday 17 February 2026 is red", by=self.world.now + MINUTE,
                             guild=self.guilds[1])


class Failures(NoticeTest):
    """Nothing is lost, nothing is told twice."""

    RED_EVE = "Tuesday 17 February 2026 is red"

    def check(self, action, times):
        self.start_bot()
        self.world.run_to("2026-02-16 10:15")
        self.discord.rest.inject("create_message", action, times)
        self.wait_for_notice(self.RED_EVE, by="2026-02-16 11:30")
        self.world.run_to("2026-02-16 12:30")
        self.assert_told_once(self.RED_EVE)
        self.assertEqual(self.discord.rest.injected["create_message"], [])

    def test_an_answer_that_is_lost(self):
        self.check("lose", 1)

    def test_an_answer_that_is_lost_again_and_again(self):
        self.check("lose", 5)

    def test_a_connection_that_is_dropped(self):
        self.check("drop", 2)

    def test_500(self):
        self.check(500, 7)

    def test_silence(self):
        self.check("hang", 4)

    def test_429(self):
        self.start_bot()
        self.world.run_to("2026-02-16 10:15")
        self.discord.rest.exhaust("create_message", HOUR + 15 * MINUTE)
        self.wait_for_notice(self.RED_EVE, by="2026-02-16 13:00")
        self.world.run_to("2026-02-16 14:00")
        self.assert_told_once(self.RED_EVE)

    def test_a_fault_of_ours_costs_one_notice_and_not_the_channel(self):
        self.start_bot()
        self.world.run_to("2026-02-16 10:15")
        bad = self.discord.rest._respond(400, {"message": "Invalid Form Body", "code": 50035,
                                               "errors": {}})
        self.discord.rest.inject("create_message", bad)
        self.world.run_to("2026-02-16 11:10")
        self.assertEqual(self.texts(self.RED_EVE), [])
        self.plug.close()
        self.wait_for_notice("The plug cannot be read", by="2026-02-16 12:30")

    def test_an_hour_without_discord_and_all_comes_in_order(self):
        self.start_bot()
        self.world.run_to("2026-02-16 10:15")
        self.discord.rest.outage = 503
        self.discord.gateway.close_ports()
        self.plug.close()
        self.world.run_to("2026-02-16 10:50")
        self.plug.open()
        self.world.run_to("2026-02-16 11:20")
        self.assertEqual(self.notices()[-1].at // HOUR, at("2026-02-16 10:00") // HOUR)
        self.discord.rest.outage = None
        self.discord.gateway.open_ports()
        self.world.run_to("2026-02-16 12:00")
        wanted = ["The plug cannot be read", "The plug answers again", self.RED_EVE,
                  "The internet is back"]
        late = [message.text for message in self.notices() if message.at > at("2026-02-16 11:20")]
        self.assertEqual([next(part for part in wanted if part in text) for text in late],
                         [part for part in wanted if any(part in text for text in late)])
        for part in wanted:
            self.assert_told_once(part)

    def test_a_restart_repeats_nothing(self):
        self.start_bot()
        for instant in ("2026-02-16 11:30", "2026-02-16 21:40", "2026-02-16 22:30"):
            self.world.run_to(instant)
            before = self.texts()
            self.kill()
            self.start()
            self.wait_for_bot()
            self.world.run_for(10 * MINUTE)
            self.assertEqual(self.texts(), before)


if __name__ == "__main__":
    unittest.main()
