"""What stands below a notice: pressed in time, twice, by others, too late, and made up."""

import unittest

from discord_harness import AMBER_BAR, EN, FR, RED_BAR, DiscordTest
from harness import MINUTE, at

KEEP, HOURS = "tsm1:dero:2026-02-17", "tsm1:hours:2026-02-17"


class Buttons(DiscordTest):
    SETTINGS = {"POLL_SECONDS": "300"}

    def hours_of(self, user):
        """The derogations that the user has: (from, to), as Paris times."""
        return [self.span_of(row)
                for row in self.data("get_my_current_derogations", user.id)["derogations"]]

    @staticmethod
    def span_of(row):
        return row["begin"], row["end"]

    def assert_derogations(self, user, *spans):
        self.assertEqual(self.hours_of(user), [(at(begin), at(end)) for begin, end in spans])

    def assert_nothing_happens(self, call, text):
        """@call is made when it is called."""
        self.world.run_for(1)
        before = self.ledger()
        self.assert_refused(self.wait_for(call()), text)
        self.assertEqual(self.ledger(), before)


class RedEve(Buttons):
    """Tuesday's red is told on Monday; the server will be off from 22:00 to Wednesday 06:00."""

    START = "2026-02-16 12:30"

    def setUp(self):
        super().setUp()
        self.start_bot()
        self.notice = self.wait_for_notice("mardi 17 février 2026", by=self.world.now + MINUTE)

    def keep(self, user, **how):
        return self.wait_for(self.discord.press(self.notice, KEEP, user, **how))

    def test_what_it_says(self):
        self.assertEqual(self.notice.embeds[0]["color"], RED_BAR)
        self.assertEqual(self.notice.embeds[0]["title"], "Couleur Tempo")
        self.assertEqual(self.notice.allowed_mentions, {"parse": []})
        self.assertIn("Le serveur sera éteint du lun. 16 févr. 22:00 au mer. 18 févr. 06:00",
                      self.read(self.notice))
        button, menu = self.notice.parts()
        self.assertEqual(button["label"], "Le garder allumé demain, de 06:00 à 18:00")
        self.assertEqual(menu["placeholder"], "Autres heures autour du mardi 17 février 2026")

    def test_keeps_it_on_for_whoever_presses(self):
        french, english = self.keep(self.alice), self.keep(self.bob)
        self.assert_reads(french, "Dérogation D1", "le mardi 17 février 2026 de 06:00 à 18:00")
        self.assert_reads(english, "Derogation D2", "on Tuesday 17 February 2026 from 06:00 to")
        self.assertFalse(french.is_ephemeral or english.is_ephemeral)
        for user in (self.alice, self.bob):
            self.assert_derogations(user, ("2026-02-17 06:00", "2026-02-17 18:00"))
        self.assertEqual(len(self.notice.versions), 1, "others want to press it, too")

    def test_pressed_twice(self):
        self.keep(self.alice)
        for locale, text in ((EN, "These hours overlap your derogation D1, on Tuesday 17 "
                                  "February 2026 from 06:00 to 18:00."),
                             (FR, "Ces heures chevauchent ta dérogation D1, le mardi 17 "
                                  "février 2026 de 06:00 à 18:00.")):
            self.assert_nothing_happens(
                lambda locale=locale: self.discord.press(self.notice, KEEP, self.alice,
                                                         locale=locale), text)

    def test_pressed_by_a_stranger(self):
        for custom_id in (KEEP, "tsm1:need:1771304400"):
            self.assert_nothing_happens(
                lambda custom_id=custom_id: self.discord.press(self.notice, custom_id, self.carol,
                                                               force=True),
                "You have never used the machine; ask an admin for /hello_you.")

    def test_menu(self):
        menu = self.notice.part(HOURS)
        spans = {"-2200-0600": ("2026-02-16 22:00", "2026-02-17 06:00"),
                 "0600-1200": ("2026-02-17 06:00", "2026-02-17 12:00"),
                 "1200-1800": ("2026-02-17 12:00", "2026-02-17 18:00"),
                 "1800-2200": ("2026-02-17 18:00", "2026-02-17 22:00"),
                 "2200-0600": ("2026-02-17 22:00", "2026-02-18 06:00")}
        offered = {option["value"]: option["label"] for option in menu["options"]}
        self.assertEqual(set(offered), {*spans, "0600-2200"})
        self.assertEqual(offered["-2200-0600"], "La nuit d’avant, de 22:00 à 06:00")
        self.assertEqual(offered["2200-0600"], "La nuit d’après, de 22:00 à 06:00")
        for value in spans:  # they touch, and do not overlap
            self.select(self.notice, HOURS, value, self.alice)
        self.assert_derogations(self.alice, *spans.values())
        self.assert_refused(self.select(self.notice, HOURS, "0600-2200", self.alice),
                            "Ces heures chevauchent ta dérogation")
        self.select(self.notice, HOURS, "0600-2200", self.bob)
        self.assert_derogations(self.bob, ("2026-02-17 06:00", "2026-02-17 22:00"))

    def test_after_a_restart(self):
        self.stop()
        self.start()
        self.wait_for_bot()
        self.keep(self.bob)
        self.select(self.notice, HOURS, "2200-0600", self.bob)
        self.assert_derogations(self.bob, ("2026-02-17 06:00", "2026-02-17 18:00"),
                                ("2026-02-17 22:00", "2026-02-18 06:00"))

    def test_made_up(self):
        for custom_id in ("tsm2:dero:2026-02-17", "tsm0:dero:2026-02-17", "tsm1:dero:2026-02-30",
                          "tsm1:dero:", "tsm1:dero:2026-02-17;", "tsm1:hours:2026-02-17",
                          "tsm1:need:", "tsm1:need:-1", "tsm1:need:99999999999999999999",
                          "tsm1:op:100000000000000003", "x"):
            with self.subTest(custom_id=custom_id):
                self.assert_nothing_happens(
                    lambda custom_id=custom_id: self.discord.press(self.notice, custom_id,
                                                                   self.alice, force=True),
                    "Ce bouton est trop ancien ; tape la commande.")
        for day in ("2026-02-18", "2027-01-01", "9999-12-31"):
            self.assert_nothing_happens(
                lambda day=day: self.discord.press(self.notice, f"tsm1:dero:{day}", self.bob,
                                                   force=True), "is too far ahead")


class Later(Buttons):
    """The notice of Monday evening is still in the channel."""

    START = "2026-02-16 23:30"

    def setUp(self):
        super().setUp()
        self.start_bot()
        self.notice = self.wait_for_notice("mardi 17 février 2026", by=self.world.now + MINUTE)

    def test_after_midnight_it_means_the_same_day(self):
        self.world.run_to("2026-02-17 00:30")
        self.press(self.notice, KEEP, self.alice)
        self.assert_derogations(self.alice, ("2026-02-17 06:00", "2026-02-17 18:00"))
        self.select(self.notice, HOURS, "2200-0600", self.alice)
        self.assert_derogations(self.alice, ("2026-02-17 06:00", "2026-02-17 18:00"),
                                ("2026-02-17 22:00", "2026-02-18 06:00"))
        self.assert_refused(self.select(self.notice, HOURS, "-2200-0600", self.bob),
                            "That was for Monday 16 February 2026, which is over.")

    def test_after_the_day(self):
        self.stop()
        self.world.run_to("2026-02-18 08:00")
        self.start()
        self.wait_for_bot()
        for locale, text in ((EN, "That was for Tuesday 17 February 2026, which is over."),
                             (FR, "C’était pour le mardi 17 février 2026, qui est passé.")):
            for press in (lambda: self.discord.press(self.notice, KEEP, self.alice, locale=locale),
                          lambda: self.discord.select(self.notice, HOURS, ["0600-1200"],
                                                      self.alice, locale=locale)):
                self.assert_nothing_happens(press, text)


class Warning30(Buttons):
    """Half an hour before the server goes off."""

    START = "2026-02-16 21:25"

    def setUp(self):
        super().setUp()
        self.start_bot()
        self.notice = self.wait_for_notice("Le serveur sera éteint à 22:00",
                                           by=at("2026-02-16 21:31"))
        (self.button,) = self.notice.parts()

    def test_what_it_says(self):
        self.assert_between(self.notice.at, "2026-02-16 21:30", "2026-02-16 21:30:05", "warning")
        self.assertEqual(self.notice.embeds[0]["color"], AMBER_BAR)
        self.assertEqual(self.notice.embeds[0]["title"], "Extinction prochaine")
        self.assertEqual(self.button["label"], "J’en ai besoin, pour 12 heures")

    def test_i_need_it(self):
        self.world.run_to("2026-02-16 21:40")
        call = self.press(self.notice, self.button["custom_id"], self.bob)
        self.assert_reads(call, "from Monday 16 February 2026 at 21:40 to Tuesday 17 February 2026 "
                                "at 09:40")
        self.assertFalse(call.is_ephemeral)
        self.assert_stays_on_until("2026-02-16 22:45")

    def test_too_late_to_need_it(self):
        self.stop()
        self.world.run_to("2026-02-18 06:01")
        self.start()
        self.wait_for_bot()
        for locale, text in ((EN, "That button is too old; type the command."),
                             (FR, "Ce bouton est trop ancien ; tape la commande.")):
            self.assert_nothing_happens(
                lambda locale=locale: self.discord.press(
                    self.notice, self.button["custom_id"], self.alice, locale=locale), text)

    def test_wakes_it_when_it_is_off(self):
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:05")
        notice = self.wait_for_notice("Le serveur est éteint.", by=at("2026-02-16 22:15"))
        (button,) = notice.parts()
        self.press(notice, button["custom_id"], self.alice)
        self.wait_for_on("2026-02-16 22:00", "2026-02-16 22:30")


if __name__ == "__main__":
    unittest.main()
