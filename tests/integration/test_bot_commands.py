"""Each command typed in Discord: what is read in both languages, who sees it, what it does."""

import unittest

from discord_harness import (BLUE_BAR, EN, FR, GREY_BAR, OWNER, RED_BAR, WHITE_BAR, DiscordTest)
from harness import ALICE, BOB, CAROL, HOUR, MINUTE, at


class Commands(DiscordTest):
    """Monday noon: today is blue, tomorrow red and known, the day after not yet."""

    START = "2026-02-16 12:30"
    SETTINGS = {"POLL_SECONDS": "300"}

    def setUp(self):
        super().setUp()
        self.start_bot()
        self.world.run_for(2 * MINUTE)  # colours fetched, a settled reading

    def type_in_both(self, command, user, /, **options):
        """The command in English, then in French."""
        return (self.type(command, user, locale=locale, **options) for locale in (EN, FR))

    def assert_card(self, call, title, bar, *texts):
        """One embed, seen by all or by the caller alone as the commands' table has it."""
        self.assertEqual(len(call.embeds), 1, call.text)
        self.assertEqual((call.embeds[0]["title"], call.embeds[0]["color"]), (title, bar))
        self.assert_reads(call, *texts)

    def field(self, call, name):
        """A figure of the embed, by its name."""
        fields = {field["name"]: field["value"] for field in call.embeds[0]["fields"]}
        return fields[name].replace("\u00a0", " ").replace("\u202f", " ")

    def hours_of(self, user):
        return [(row["id"], row["begin"], row["end"])
                for row in self.data("get_my_current_derogations", user.id)["derogations"]]


class Reading(Commands):
    """What tells, and changes nothing."""

    def test_status(self):
        english, french = self.type_in_both("status", self.carol)
        self.assert_card(english, "How things stand", BLUE_BAR,
                         "Monday 16 February 2026: blue, peak hours. Tomorrow: red.",
                         "The server should be on until Mon 16 Feb 22:00",
                         "It draws 60 W, read at 12:3")
        self.assert_card(french, "État des lieux", BLUE_BAR,
                         "Lundi 16 février 2026 : bleu, heures pleines. Demain : rouge.",
                         "Le serveur doit être allumé jusqu’au lun. 16 févr. 22:00",
                         "Sa consommation est de 60 W, relevée à 12:3")
        self.assertFalse(english.is_ephemeral or french.is_ephemeral)

    def test_plan(self):
        english, french = self.type_in_both("plan", self.carol)
        self.assert_card(english, "Plan", BLUE_BAR,
                         "**Mon 16 Feb 22:00 – Wed 18 Feb 06:00** · off · red day")
        self.assert_card(french, "Programme", BLUE_BAR,
                         "**Lun. 16 févr. 22:00 – mer. 18 févr. 06:00** · éteint · jour rouge")
        self.assertEqual(self.field(english, "Tuesday 17 February 2026"), "red")
        self.assertEqual(self.field(french, "Mercredi 18 février 2026"), "couleur inconnue")
        self.assertFalse(english.is_ephemeral or french.is_ephemeral)

    def test_the_servers_figures(self):
        self.world.run_for(4 * HOUR)
        today = self.period("day")
        english, french = self.type_in_both("get_total_state", self.carol, which="day")
        self.assert_card(english, "The server's figures", BLUE_BAR,
                         "Tempo day: Monday 16 February 2026, blue")
        self.assert_card(french, "Les chiffres du serveur", BLUE_BAR,
                         "Jour Tempo : lundi 16 février 2026, bleu")
        self.assertFalse(english.is_ephemeral or french.is_ephemeral)
        kwh, euros = today["wh"] / 1e3, today["cost_neur"] / 1e9
        self.assertGreater(kwh, 0.2)
        self.assertEqual(self.field(english, "Today"), f"{kwh:.3f} kWh · €{euros:.2f}")
        self.assertEqual(self.field(french, "Aujourd’hui"),
                         f"{kwh:.3f} kWh · {euros:.2f} €".replace(".", ","))

    def test_figures_say_what_is_estimated_and_what_nobody_metered(self):
        english, french = self.type_in_both("get_total_state", self.carol, which="all")
        self.assertIn("*50.000 kWh estimated*", self.field(english, "Since the start"))
        self.assertIn("*50,000 kWh estimés*", self.field(french, "Depuis le début"))
        self.assertEqual(self.field(english, "Last year"), "*nothing metered*")
        self.assertEqual(self.field(french, "L’année dernière"), "*rien mesuré*")

    def test_ones_own_share(self):
        share, total = self.period("yesterday", "get_my_state", ALICE), self.period("yesterday")
        self.assertEqual(share["cost_neur"], total["cost_neur"] // 2, "with Bob")
        english, french = self.type_in_both("get_my_state", self.alice, which="yesterday")
        self.assert_card(english, "Your share", BLUE_BAR)
        self.assert_card(french, "Ta part", BLUE_BAR)
        kwh = share["wh"] / 1e3
        self.assertIn(f"{kwh:.3f} kWh", self.field(english, "Yesterday"))
        self.assertIn(f"{kwh:.3f} kWh".replace(".", ","), self.field(french, "Hier"))
        self.assertTrue(english.is_ephemeral and french.is_ephemeral, "a personal figure")

    def test_anothers_share(self):
        english, french = self.type_in_both("get_state", self.owner, user=self.bob, which="all")
        self.assert_card(english, "A member's share", BLUE_BAR, f"The share of <@{BOB}>:")
        self.assert_card(french, "La part d’un membre", BLUE_BAR, f"La part de <@{BOB}> :")
        self.assertIn("kWh", self.field(english, "Yesterday"))
        self.assertTrue(english.is_ephemeral and french.is_ephemeral, "a personal figure")

    def test_ones_own_derogations(self):
        for locale, texts in (
                (EN, ("Your derogations", "You have no derogation, running or to come.")),
                (FR, ("Tes dérogations", "Tu n’as aucune dérogation en cours ou à venir."))):
            call = self.type("get_my_current_derogations", self.alice, locale=locale)
            self.assert_reads(call, *texts)
            self.assertTrue(call.is_ephemeral, "a personal figure")
        taken = self.data("set_derogation", ALICE, when="tomorrow")["id"]
        english, french = self.type_in_both("get_my_current_derogations", self.alice)
        self.assert_reads(english, f"**{taken}** · Tue 17 Feb 06:00 – 18:00 · to come")
        self.assert_reads(french, f"**{taken}** · mar. 17 févr. 06:00 – 18:00 · à venir")
        self.assertTrue(english.is_ephemeral and french.is_ephemeral, "a personal figure")

    def test_other_locales_read_english(self):
        for locale in ("de", "en-US", "es-ES", "zh-CN"):
            with self.subTest(locale=locale):
                self.assert_reads(self.type("status", self.alice, locale=locale), "It draws")


class Unpriced(DiscordTest):
    """No source says what the days are."""

    START = "2026-02-17 12:00"

    def test_a_line_says_so(self):
        self.couleur.close()
        self.rte.close()
        self.start_bot()
        self.world.run_for(HOUR)
        for locale, text in ((EN, "without a price yet"), (FR, "encore sans prix")):
            call = self.type("get_total_state", self.alice, locale=locale, which="day")
            self.assert_reads(call, text)
            self.assertEqual(call.embeds[0]["color"], GREY_BAR, "today's colour is not known")


class Down(DiscordTest):
    """The plug was another one for a while."""

    START = "2026-02-16 12:00"

    def test_a_line_says_so(self):
        self.start_bot()
        self.world.run_for(10 * MINUTE)
        self.plug.close()
        self.world.run_for(HOUR)
        self.plug.replace("00:00:5E:00:53:77", total_wh=5)
        self.plug.open()
        self.world.run_for(HOUR)
        for locale, text in ((EN, "nothing metered for 1 h"), (FR, "rien mesuré pendant 1 h")):
            call = self.type("get_total_state", self.alice, locale=locale, which="day")
            self.assert_reads(call, text)


class Derogations(Commands):
    def test_set_with_the_defaults(self):
        english = self.type("set_derogation", self.bob, locale=EN, when="tomorrow")
        self.assert_card(english, "Derogation D1", RED_BAR,
                         f"D1 keeps the server on for <@{BOB}> on Tuesday 17 February 2026 from "
                         "06:00 to 18:00.", "At the usual draw that is about €")
        french = self.type("set_derogation", self.alice, locale=FR, when="tomorrow")
        self.assert_card(french, "Dérogation D2", RED_BAR,
                         f"D2 garde le serveur allumé pour <@{ALICE}> le mardi 17 février 2026 de "
                         "06:00 à 18:00.", "À la consommation habituelle, cela fait environ ")
        self.assertFalse(english.is_ephemeral or french.is_ephemeral, "it concerns the group")
        span = (at("2026-02-17 06:00"), at("2026-02-17 18:00"))
        self.assertEqual(self.hours_of(self.bob), [("D1", *span)])
        self.assertEqual(self.hours_of(self.alice), [("D2", *span)])
        plan = [(row["begin"], row["state"]) for row in self.data("plan")["intervals"]]
        self.assertIn((span[0], "on"), plan)

    def test_set_over_two_dates(self):
        call = self.type("set_derogation", self.alice, when="tomorrow", hour_start="22h",
                         hour_end="2")
        self.assert_reads(call, "du mardi 17 février 2026 à 22:00 au mercredi 18 février 2026 à "
                                "02:00")
        self.assertEqual(self.hours_of(self.alice),
                         [("D1", at("2026-02-17 22:00"), at("2026-02-18 02:00"))])

    def test_remove(self):
        for user, locale, text in ((self.alice, FR, "D1 est annulée."),
                                   (self.bob, EN, "D2 is removed.")):
            with self.subTest(locale=locale):
                taken = self.data("set_derogation", user.id, when="tomorrow")["id"]
                call = self.type("remove_derogation", user, locale=locale, derogation_id=taken)
                self.assert_reads(call, text)
                self.assertFalse(call.is_ephemeral)
                self.assertEqual(self.hours_of(user), [])


class RedMorning(Commands):
    """Tuesday, just before the red peak hours. Nobody knows yet what Wednesday is."""

    START = "2026-02-17 05:50"
    HOST = {"state": "off"}

    def setUp(self):
        super().setUp()
        for user in (self.alice, self.bob):
            self.data("set_derogation", user.id, when="today", hour_start="6", hour_end="18")
        self.world.run_to("2026-02-17 06:05")
        self.assertTrue(self.host.is_on)

    def test_status_names_who_holds_it_on_and_pings_nobody(self):
        english, french = self.type_in_both("status", self.bob)
        self.assert_card(english, "How things stand", RED_BAR,
                         "red, peak hours. Tomorrow: colour unknown.",
                         f"The server is held on by <@{ALICE}>, <@{BOB}> until Tue 17 Feb "
                         "18:00. Seen: on.")
        self.assert_card(french, "État des lieux", RED_BAR,
                         "rouge, heures pleines. Demain : couleur inconnue.",
                         f"Le serveur est maintenu allumé par <@{ALICE}>, <@{BOB}> jusqu’au mar. "
                         "17 févr. 18:00. Constaté : allumé.")

    def test_set_for_a_day_whose_colour_is_not_known(self):
        for locale, start, text in (
                (EN, 10, "The colour is not known yet: it counts only if the day turns out red."),
                (FR, 12, "La couleur n’est pas encore connue : la dérogation ne compte que si le "
                         "jour est rouge.")):
            call = self.type("set_derogation", self.bob, locale=locale, when="tomorrow",
                             hour_start=str(start), hour_end=str(start + 1))
            self.assert_reads(call, text)
            self.assertEqual(call.embeds[0]["color"], GREY_BAR)

    def test_remove_while_it_runs(self):
        french = self.type("remove_derogation", self.alice, locale=FR, derogation_id="d1")
        self.assert_reads(french, "D1 se termine maintenant ; le temps déjà écoulé reste facturé.")
        english = self.type("remove_derogation", self.owner, locale=EN, derogation_id="2")
        self.assert_reads(english, "D2 ends now; what has run stays charged.")
        self.assertEqual(self.hours_of(self.alice) + self.hours_of(self.bob), [])
        self.wait_for_off("2026-02-17 06:00", "2026-02-17 06:45")


class People(Commands):
    STAYS = ()

    def test_hello(self):
        english = self.type("hello_you", self.owner, locale=EN, user=self.bob)
        self.assert_card(english, "Welcome", GREY_BAR,
                         f"Hello <@{BOB}>! You share the machine from Monday 16 February 2026 on.")
        french = self.type("hello_you", self.owner, locale=FR, user=self.alice,
                           arrival_date="2026-02-14")
        self.assert_card(french, "Bienvenue", GREY_BAR,
                         f"Bonjour <@{ALICE}> ! Tu partages la machine à partir du samedi 14 "
                         "février 2026.")
        self.assertFalse(english.is_ephemeral or french.is_ephemeral)
        share = self.period("yesterday", "get_my_state", ALICE)
        self.assertEqual(share["wh"], self.period("yesterday")["wh"])
        self.assertEqual(self.period("yesterday", "get_my_state", BOB)["wh"], 0)

    def test_bye_and_hello_again(self):
        for user in (self.alice, self.bob):
            self.data("hello_you", user=user.id, arrival_date="2026-02-14")
        french = self.type("bye_bye", self.alice)
        self.assert_card(french, "Au revoir", GREY_BAR,
                         f"Au revoir <@{ALICE}>. Ton dernier jour de partage est le lundi 16 "
                         "février 2026.")
        english = self.type("bye_bye", self.owner, locale=EN, user=self.bob)
        self.assert_card(english, "Goodbye", GREY_BAR,
                         f"Goodbye <@{BOB}>. The last day you share is Monday 16 February 2026.")
        self.assertFalse(english.is_ephemeral or french.is_ephemeral)
        for user in (self.alice, self.bob):
            self.assertEqual(self.refusal("bye_bye", user.id), "not_here")
        french = self.type("hello_you", self.owner, locale=FR, user=self.alice)
        self.assert_card(french, "Te revoilà", GREY_BAR,
                         f"Rebonjour <@{ALICE}> ! Tu continues à partager la machine, comme tu le "
                         "fais depuis le samedi 14 février 2026.")
        english = self.type("hello_you", self.owner, locale=EN, user=self.bob)
        self.assert_card(english, "Welcome back", GREY_BAR, f"Hello again <@{BOB}>!")

    def test_change_date(self):
        self.data("hello_you", user=BOB, arrival_date="2026-02-15")
        english = self.type("change_date", self.owner, locale=EN, which="arrival",
                            date="2026-02-14", user=self.bob)
        self.assert_card(english, "Dates corrected", GREY_BAR,
                         f"<@{BOB}> has been here since Saturday 14 February 2026.")
        french = self.type("change_date", self.owner, locale=FR, which="leave",
                           date="2026-02-15", user=self.bob)
        self.assert_card(french, "Dates corrigées", GREY_BAR,
                         f"<@{BOB}> était là du samedi 14 février 2026 au dimanche 15 février "
                         "2026.")
        self.assertEqual(self.refusal("bye_bye", BOB), "not_here")

    def test_roles(self):
        english = self.type("op", self.owner, locale=EN, user=self.bob)
        self.assert_card(english, "Admin role", GREY_BAR, f"<@{BOB}> is an admin now.")
        french = self.type("op", self.bob, locale=FR, user=self.carol)
        self.assert_card(french, "Rôle d’administrateur", GREY_BAR,
                         f"<@{CAROL}> a maintenant le rôle d’administrateur.")
        self.data("hello_you", CAROL, user=ALICE)
        english = self.type("deop", self.carol, locale=EN, user=self.bob)
        self.assert_reads(english, f"<@{BOB}> is no longer an admin.")
        french = self.type("deop", self.owner, locale=FR, user=self.carol)
        self.assert_reads(french, f"<@{CAROL}> n’a plus le rôle d’administrateur.")
        for user in (BOB, CAROL):
            self.assertEqual(self.refusal("op", user, user=user), "not_admin")

    def test_discords_rights_are_not_ours(self):
        """The first is the engine's word, the second Discord's."""
        self.guild.members[CAROL].permissions = 8  # ADMINISTRATOR
        self.guild.members[OWNER].permissions = 0
        refused = self.type("op", self.carol, user=self.carol)
        self.assert_refused(refused, "/op is for admins.")
        self.assert_reads(self.type("op", self.owner, user=self.bob), "is an admin now.")


class Admins(Commands):
    def test_power(self):
        for locale, state, hour, title, text in (
                (EN, "on", "23", "Power",
                 "The server is held on until Monday 16 February 2026 at 23:00."),
                (FR, "on", "7h30", "Alimentation",
                 "Le serveur est maintenu allumé jusqu’au mardi 17 février 2026 à 07:30."),
                (EN, "auto", None, "Power", "The server follows the plan."),
                (FR, "auto", None, "Alimentation", "Le serveur suit le programme."),
                (FR, "off", None, "Alimentation",
                 "Le serveur est maintenu éteint jusqu’au mardi 17 février 2026 à 06:00."),
                (EN, "off", "23:15", "Power",
                 "The server is held off until Monday 16 February 2026 at 23:15.")):
            with self.subTest(locale=locale, state=state):
                until = {"until": hour} if hour else {}
                call = self.type("power", self.owner, locale=locale, state=state, **until)
                self.assert_card(call, title, GREY_BAR, text)
                self.assertTrue(call.is_ephemeral, "the notice tells the group")
                wanted = "off" if state == "off" else "on"
                self.assertEqual(self.data("status")["desired"], wanted)
        self.wait_for_off("2026-02-16 12:30", "2026-02-16 12:45")

    def test_power_is_told_to_the_group_with_its_author(self):
        self.type("power", self.owner, state="on")
        notice = self.wait_for_notice("maintient le serveur allumé", by=self.world.now + MINUTE)
        self.assertIn(f"<@{OWNER}>", notice.text)
        self.assertEqual(notice.allowed_mentions, {"parse": []})

    def test_set_colour(self):
        french = self.type("set_colour", self.owner, locale=FR, day="2026-02-17", colour="white")
        self.assert_card(french, "Couleur corrigée", WHITE_BAR,
                         "Mardi 17 février 2026 : blanc, à ta demande.")
        self.assertEqual(self.data("status")["colour_tomorrow"], "white")
        english = self.type("set_colour", self.owner, locale=EN, day="2026-02-17", colour="red")
        self.assert_card(english, "Colour corrected", RED_BAR,
                         "Tuesday 17 February 2026: red, on your word.")
        self.assertEqual(self.data("status")["colour_tomorrow"], "red")
        self.assertTrue(english.is_ephemeral and french.is_ephemeral, "the notice tells the group")


if __name__ == "__main__":
    unittest.main()
