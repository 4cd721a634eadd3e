"""Each refusal that can be met in Discord: a sentence in the caller's language, for the caller
alone, and nothing is written down."""

import unittest

from discord_harness import EN, FR, GREY_BAR, OWNER, DiscordTest
from harness import ALICE, BOB, CAROL, MINUTE, STRANGER


class Refusals(DiscordTest):
    """Monday noon: today is blue, tomorrow red, Wednesday not known yet. Dave is known to Discord,
    but not a member of the guild."""

    START = "2026-02-16 12:30"
    SETTINGS = {"POLL_SECONDS": "300"}

    def setUp(self):
        super().setUp()
        self.dave = self.discord.add_user(STRANGER, "dave", "Dave", locale="fr")
        self.start_bot()
        self.world.run_for(2 * MINUTE)

    def check(self, user, command, english, french, /, **options):
        """Typed in each language; @english and @french are (title, a part of the sentence)."""
        self.world.run_for(1)  # what was done before is written down
        before = self.ledger()
        for locale, (title, text) in ((EN, english), (FR, french)):
            with self.subTest(locale=locale, command=command, **options):
                call = self.type(command, user, locale=locale, **options)
                self.assert_refused(call, text)
                self.assertEqual((call.embeds[0]["title"], call.embeds[0]["color"]),
                                 (title, GREY_BAR))
                self.assertEqual(call.message.allowed_mentions, {"parse": []})
        self.assertEqual(self.ledger(), before, "nothing is done")


class NotForYou(Refusals):
    def test_not_an_admin(self):
        for command, options in (
                ("hello_you", {"user": self.carol}), ("op", {"user": self.alice}),
                ("deop", {"user": self.owner}), ("power", {"state": "off"}),
                ("get_state", {"user": self.bob, "which": "day"}),
                ("set_colour", {"day": "2026-02-16", "colour": "red"}),
                ("change_date", {"which": "leave", "date": "2026-02-15", "user": self.bob})):
            self.check(self.alice, command, ("For admins", f"/{command} is for admins."),
                       ("Pour les administrateurs", f"La commande /{command} est réservée aux "
                                           "administrateurs."), **options)
        self.check(self.alice, "bye_bye",
                   ("For admins", "Only an admin can say goodbye for someone else."),
                   ("Pour les administrateurs", "Seul un administrateur peut dire au revoir pour "
                                                 "quelqu’un d’autre."), user=self.bob)

    def test_never_a_user(self):
        for command, options in (
                ("set_derogation", {"when": "tomorrow"}), ("remove_derogation",
                                                           {"derogation_id": "D1"}),
                ("get_my_current_derogations", {}), ("get_my_state", {"which": "day"})):
            self.check(self.carol, command,
                       ("Not a user yet", "You have never used the machine; ask an admin for "
                                          "/hello_you."),
                       ("Pas encore utilisateur", "Tu n’as jamais utilisé la machine ; demande un "
                                                  "/hello_you à un administrateur."), **options)

    def test_of_somebody_who_was_never_a_user(self):
        never = (("Not a user yet", f"<@{CAROL}> has never used the machine."),
                 ("Pas encore utilisateur", f"<@{CAROL}> n’a jamais utilisé la machine."))
        self.check(self.owner, "get_state", *never, user=self.carol, which="day")
        self.check(self.owner, "bye_bye", *never, user=self.carol)
        self.check(self.owner, "change_date", *never, user=self.carol, which="arrival",
                   date="2026-02-15")
        self.check(self.carol, "bye_bye", *never)

    def test_somebody_who_is_not_in_the_guild(self):
        absent = (("Not here", f"<@{STRANGER}> is not in this Discord server; an admin at the "
                               "machine can use tsm do."),
                  ("Pas là", f"<@{STRANGER}> n’est pas sur ce serveur Discord ; un administrateur "
                              "peut utiliser tsm do sur la machine."))
        self.check(self.owner, "hello_you", *absent, user=self.dave)
        self.check(self.owner, "op", *absent, user=self.dave)
        self.check(self.owner, "deop", *absent, user=self.dave)
        self.data("hello_you", user=STRANGER)
        self.check(self.owner, "get_state", *absent, user=self.dave, which="day")
        self.check(self.owner, "bye_bye", *absent, user=self.dave)
        self.check(self.owner, "change_date", *absent, user=self.dave, which="arrival",
                   date="2026-02-15")

    def test_who_left_the_guild_can_be_said_goodbye_to_at_the_machine(self):
        self.discord.leave(self.guild, self.bob)
        self.assert_refused(self.type("bye_bye", self.owner, user=self.bob),
                            "is not in this Discord server")
        self.data("bye_bye", user=BOB)
        self.assertEqual(self.refusal("bye_bye", BOB), "not_here")

    def test_a_guild_that_is_not_ours(self):
        """Commands of an earlier life are still to be seen there."""
        elsewhere = self.discord.add_guild("Ailleurs", [self.owner, self.alice])
        elsewhere.commands = self.guild.commands
        before = self.ledger()
        for command, user, options in (("status", self.alice, {}), ("plan", self.alice, {}),
                                       ("get_total_state", self.alice, {"which": "day"}),
                                       ("set_derogation", self.alice, {"when": "tomorrow"}),
                                       ("power", self.owner, {"state": "off"})):
            for locale, text in ((EN, "TSM does not serve this Discord server; type it in one of "
                                      "the group's."),
                                 (FR, "TSM ne s’occupe pas de ce serveur Discord ; tape la "
                                      "commande dans l’un de ceux du groupe.")):
                with self.subTest(command=command, locale=locale):
                    call = self.type(command, user, elsewhere, locale=locale, **options)
                    self.assert_refused(call, text)
        self.assertEqual(self.ledger(), before)


class Dates(Refusals):
    def test_typed_dates(self):
        for command, option, options in (
                ("hello_you", "arrival_date", {"user": self.carol}),
                ("change_date", "date", {"which": "leave", "user": self.bob})):
            self.check(self.owner, command,
                       ("This date does not work", "\"10/02/2026\" is not a date; write it "
                                                   "YYYY-MM-DD."),
                       ("Cette date ne va pas", "« 10/02/2026 » n’est pas une date ; écris-la sous "
                                                "la forme AAAA-MM-JJ."),
                       **{option: "10/02/2026"}, **options)
            self.check(self.owner, command,
                       ("This date does not work", "Tuesday 17 February 2026 is still to come; "
                                                   "give a date up to today."),
                       ("Cette date ne va pas", "Le mardi 17 février 2026 est encore à venir ; "
                                                "donne la date d’aujourd’hui ou une date passée."),
                       **{option: "2026-02-17"}, **options)

    def test_a_leave_before_the_arrival(self):
        self.check(self.owner, "change_date",
                   ("This date does not work", f"<@{BOB}> would leave on Friday 13 February 2026, "
                                               "before arriving on Saturday 14 February 2026."),
                   ("Cette date ne va pas", f"<@{BOB}> partirait le vendredi 13 février 2026, "
                                            "avant d’arriver le samedi 14 février 2026."),
                   which="leave", date="2026-02-13", user=self.bob)

    def test_stays_that_overlap(self):
        self.data("change_date", which="leave", date="2026-02-15", user=BOB)
        for command, options in (("hello_you", {"arrival_date": "2026-02-14"}),):
            self.check(self.owner, command,
                       ("This date does not work", f"<@{BOB}> was here from Saturday 14 February "
                                                   "2026 to Sunday 15 February 2026 already; stays "
                                                   "cannot overlap."),
                       ("Cette date ne va pas", f"<@{BOB}> était déjà là du samedi 14 février 2026 "
                                                "au dimanche 15 février 2026 ; deux séjours ne "
                                                "peuvent pas se chevaucher."),
                       user=self.bob, **options)

    def test_here_already(self):
        self.check(self.owner, "hello_you",
                   ("Already here", f"<@{BOB}> has been here since Saturday 14 February 2026."),
                   ("Déjà là", f"<@{BOB}> est là depuis le samedi 14 février 2026."),
                   user=self.bob)

    def test_left_already(self):
        self.data("bye_bye", user=BOB)
        self.check(self.owner, "bye_bye",
                   ("Not here", f"<@{BOB}> left on Monday 16 February 2026 already."),
                   ("Pas là", f"<@{BOB}> a cessé de partager la machine le lundi 16 février 2026."),
                   user=self.bob)
        self.check(self.bob, "set_derogation",
                   ("Not here", "You left on Monday 16 February 2026; ask an admin for /hello_you "
                                "when you are back."),
                   ("Pas là", "Tu as cessé de partager la machine le lundi 16 février 2026 ; "
                              "à ton retour, "
                               "demande un /hello_you à un administrateur."), when="tomorrow")

    def test_days_without_a_colour_to_correct(self):
        for day in ("2026-02-13", "2026-02-18"):
            self.check(self.owner, "set_colour",
                       ("This date does not work", "Give a day from Saturday 14 February 2026 to "
                                                   "tomorrow."),
                       ("Cette date ne va pas", "Donne un jour entre le samedi 14 février 2026 et "
                                                "demain."), day=day, colour="red")
        self.check(self.owner, "set_colour",
                   ("This date does not work", "\"demain\" is not a date; write it YYYY-MM-DD."),
                   ("Cette date ne va pas", "« demain » n’est pas une date ; écris-la sous la "
                                            "forme AAAA-MM-JJ."), day="demain", colour="red")


class Hours(Refusals):
    def test_what_is_no_hour(self):
        """Autocomplete offered none of these; Discord lets them pass all the same."""
        for typed in ("25", "14h60", "midi", "6 pm"):
            for command, user, options in (
                    ("set_derogation", self.alice, {"when": "tomorrow", "hour_start": typed}),
                    ("set_derogation", self.alice, {"when": "tomorrow", "hour_end": typed}),
                    ("power", self.owner, {"state": "on", "until": typed})):
                self.check(user, command,
                           ("These hours do not work", f"\"{typed}\" is not an hour; write 14, "
                                                       "14h30 or 14:30."),
                           ("Ces heures ne vont pas", f"« {typed} » n’est pas une heure ; écris "
                                                      "14, 14h30 ou 14:30."), **options)

    def test_auto_takes_no_hour(self):
        self.check(self.owner, "power",
                   ("Not understood", "auto ends the hold at once and takes no hour."),
                   ("Pas compris", "auto met fin tout de suite au maintien et ne prend pas "
                                   "d’heure."), state="auto", until="14")

    def test_over_already(self):
        self.check(self.alice, "set_derogation",
                   ("These hours do not work", "Those hours are over already."),
                   ("Ces heures ne vont pas", "Ces heures sont déjà passées."),
                   when="today", hour_start="8", hour_end="10")

    def test_not_red(self):
        self.check(self.alice, "set_derogation",
                   ("Not needed", "Nothing can be red on Monday 16 February 2026 from 14:00 to "
                                  "18:00: the server is on anyway."),
                   ("Inutile", "Rien ne peut être rouge le lundi 16 février 2026 de 14:00 à "
                               "18:00 : le serveur est allumé de toute façon."),
                   when="today", hour_start="14", hour_end="18")

    def test_overlap(self):
        self.data("set_derogation", ALICE, when="tomorrow", hour_start="8", hour_end="10")
        self.check(self.alice, "set_derogation",
                   ("You have those hours already",
                    "These hours overlap your derogation D1, on Tuesday 17 "
                                     "February 2026 from 08:00 to 10:00."),
                   ("Tu as déjà ces heures",
                    "Ces heures chevauchent ta dérogation D1, le mardi 17 février "
                                  "2026 de 08:00 à 10:00."), when="tomorrow", hour_start="9")

    def test_too_many(self):
        for quarter in range(32):
            begin, end = (f"{minute // 60}:{minute % 60:02}"
                          for minute in (6 * 60 + quarter * 15, 6 * 60 + quarter * 15 + 15))
            if self.do("set_derogation", ALICE, when="tomorrow", hour_start=begin,
                       hour_end=end)["ok"] is False:
                break
        self.check(self.alice, "set_derogation",
                   ("These hours do not work", "derogations running or to come, the most there can "
                                               "be; remove one first."),
                   ("Ces heures ne vont pas", "dérogations en cours ou à venir, le maximum "
                                              "possible ; annules-en d’abord une."),
                   when="tomorrow", hour_start="20", hour_end="21")


class Removals(Refusals):
    """Shortly before it is too late."""

    START = "2026-02-16 21:40"

    def test_no_such_derogation(self):
        for typed in ("D17", "17", "D", "toutes", "D99999999999999999999"):
            self.check(self.alice, "remove_derogation",
                       ("No such derogation", f"There is no derogation \"{typed}\"."),
                       ("Dérogation introuvable", f"Il n’y a pas de dérogation « {typed} »."),
                       derogation_id=typed)

    def test_not_yours(self):
        self.data("set_derogation", ALICE, when="tomorrow")
        self.check(self.bob, "remove_derogation",
                   ("For admins", "D1 is not yours; its owner or an admin removes it."),
                   ("Pour les administrateurs",
                    "D1 n’est pas à toi ; seul son titulaire ou un administrateur peut l’annuler."),
                   derogation_id="D1")

    def test_twice(self):
        self.data("set_derogation", ALICE, when="tomorrow")
        self.data("remove_derogation", ALICE, derogation_id="D1")
        self.check(self.alice, "remove_derogation",
                   ("No such derogation", "D1 is over or was removed already."),
                   ("Dérogation introuvable", "D1 est déjà finie ou annulée."), derogation_id="D1")

    def test_too_late(self):
        self.data("set_derogation", ALICE, when="tomorrow")
        self.world.run_to("2026-02-16 21:45")
        for user in (self.alice, self.owner):
            self.check(user, "remove_derogation",
                       ("Too late", "From 21:45 to midnight no derogation can be removed: the "
                                    "22:00 decision stands."),
                       ("Trop tard", "De 21:45 à minuit, aucune dérogation ne peut être annulée : "
                                     "la décision de 22:00 est prise."), derogation_id="D1")
        self.world.run_to("2026-02-17 00:00")
        self.assert_reads(self.type("remove_derogation", self.alice, derogation_id="D1"),
                          "D1 est annulée.")


class LastAdmin(Refusals):
    def test_keeps_the_role(self):
        self.check(self.owner, "deop",
                   ("The last admin", f"<@{OWNER}> is the last admin; name another one with /op "
                                      "first."),
                   ("Le dernier administrateur", f"<@{OWNER}> est le dernier administrateur ; "
                                                 "nommes-en d’abord un autre avec /op."),
                   user=self.owner)


class NoHost(Refusals):
    def _default_settings(self):
        return {name: value for name, value in super()._default_settings().items()
                if not name.startswith(("HOST_PROXMOX", "API_PROXMOX", "PROXMOX", "WOL"))}

    def test_nothing_to_power(self):
        self.check(self.owner, "power",
                   ("Not available", "No host is set up to be powered; see HOST_PROXMOX."),
                   ("Pas disponible", "Aucun hôte à allumer ou à éteindre n’est configuré ; voir "
                                    "HOST_PROXMOX."), state="on")


class Typed(Refusals):
    """What somebody types is shown again, as what it is."""

    def test_markup_and_mentions_do_nothing(self):
        typed = "**@everyone** <@&42> `x` [a](https://b.example) ||s||\n# @here"
        for command, user, options in (
                ("remove_derogation", self.alice, {"derogation_id": typed}),
                ("set_derogation", self.bob, {"when": "tomorrow", "hour_start": typed}),
                ("hello_you", self.owner, {"user": self.carol, "arrival_date": typed})):
            with self.subTest(command=command):
                call = self.type(command, user, **options)
                self.assert_refused(call, typed)  # read without its backslashes
                shown = call.text
                for markup in ("**", "`x`", "||s", "[a]", "<@&", "https:", "@everyone", "@here",
                               "\n#"):
                    self.assertNotIn(markup, shown.replace(f"\\{markup[0]}", "\\"), shown)
                self.assertEqual(call.message.allowed_mentions, {"parse": []})
                self.assertEqual(call.message.content, "")

    def test_long_texts_are_cut_to_what_fits(self):
        call = self.type("remove_derogation", self.alice, derogation_id="*" * 6000)
        self.assertTrue(call.is_ephemeral)
        self.assertLessEqual(len(call.embeds[0]["description"]), 4096)
        self.assertTrue(call.embeds[0]["description"].endswith("…"))


if __name__ == "__main__":
    unittest.main()
