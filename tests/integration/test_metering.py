"""Energy: nothing is lost, nothing is counted twice, whatever the plug and we go through."""

import unittest

from harness import ALICE, BOB, HOUR, MINUTE, TsmTest, at

NEUR_PER_WH_RED_HP = 706_000  # 0.7060 EUR/kWh since February 2026


class MeterTest(TsmTest):
    """A blue Wednesday and after; the plug's true flow is what the daemon must have found."""

    START = "2026-02-11 12:00"
    SINCE = "2026-02-01"
    PLUG = {"total_wh": 240_000}

    def booked_wh(self):
        return self.period("global")["wh"]

    def assert_booked_since(self, booked, truth, delta=2):
        """What was booked and what flowed since then agree, after a minute for the poll."""
        self.world.run_for(2 * MINUTE)
        flowed = self.plug.flowed_wh - truth
        self.assertAlmostEqual(self.booked_wh() - booked, flowed, delta=delta)


class FirstStart(MeterTest):
    def test_total_is_spread_over_the_days_before(self):
        """The 1st to the 10th carry the 240 kWh evenly; today begins at nothing."""
        self.start()
        self.world.run_for(MINUTE)
        self.assertAlmostEqual(self.booked_wh(), 240_000, delta=2)
        yesterday = self.period("yesterday")
        self.assertEqual((yesterday["from"], yesterday["to"]),
                         (at("2026-02-10 06:00"), at("2026-02-11 06:00")))
        self.assertEqual(yesterday["wh"], 24_000)
        self.assertLessEqual(self.period("day")["wh"], 2)
        self.world.run_for(HOUR)
        self.assertAlmostEqual(self.period("day")["wh"], 61, delta=2)

    def test_days_since_the_start_are_coloured_in_few_requests(self):
        self.start()
        self.world.run_for(5 * MINUTE)
        self.assertEqual(self.period("global")["unpriced_wh"], 0)
        self.assertLessEqual(len(self.couleur.requests) + len(self.rte.requests), 8)

    def test_start_today_spreads_nothing(self):
        self.settings["START_SERVER_DATE"] = "2026-02-11"
        self.start()
        self.world.run_for(HOUR)
        self.assertAlmostEqual(self.booked_wh(), 60, delta=2)

    def test_second_start_spreads_nothing_again(self):
        self.start()
        self.world.run_for(HOUR)
        booked = self.booked_wh()
        self.stop()
        self.start()
        self.assertAlmostEqual(self.booked_wh(), booked, delta=2)

    def test_it_waits_for_a_settled_plug(self):
        """TSM and the plug come up together after a power cut: no total is to be trusted yet."""
        self.plug.power_cut(10)
        self.world.run_for(15)
        self.start()
        self.world.run_for(60)
        self.assertNotIn("240", str(self.do("get_total_state", which="global")))
        self.world.run_for(3 * MINUTE)
        self.assertGreaterEqual(self.booked_wh(), 240_000)


class OldPlugs(MeterTest):
    """The shapes of Status 10 from 5.11 on; before, the total is only in Status 8."""

    def check(self, version, **options):
        self.plug.version_text = version
        self.start()
        self.world.run_for(MINUTE)
        booked, truth = self.booked_wh(), self.plug.flowed_wh
        self.world.run_for(HOUR)
        self.assert_booked_since(booked, truth, **options)

    def test_5_11(self):
        self.check("5.11.1")

    def test_5_12_with_dotted_time(self):
        self.check("5.12.0")

    def test_6_3(self):
        self.check("6.3.0")

    def test_8_5(self):
        self.check("8.5.1")

    def test_9_4(self):
        self.check("9.4.0")

    def test_12_1(self):
        self.check("12.1.1")


class PlugWithPassword(MeterTest):
    PLUG = {"total_wh": 240_000, "password": "naïve & sécurité"}

    def test_it_is_sent(self):
        self.settings["TASMOTA_PASSWORD"] = "naïve & sécurité"
        self.start()
        self.world.run_for(MINUTE)
        self.assertAlmostEqual(self.booked_wh(), 240_000, delta=2)

    def test_a_missing_one_is_named(self):
        self.start()
        self.world.run_for(10 * MINUTE)
        self.assertTrue(self.log_lines("TASMOTA_PASSWORD"))


class RoughPlug(MeterTest):
    SETTINGS = {"LOG_LEVEL": "message"}

    def setUp(self):
        super().setUp()
        self.start()
        self.world.run_for(2 * MINUTE)
        self.booked, self.truth = self.booked_wh(), self.plug.flowed_wh

    def check_nothing_lost(self, delta=2):
        self.world.run_for(5 * MINUTE)
        self.assert_booked_since(self.booked, self.truth, delta)

    def check_episode(self, begin, end, hours=2):
        """Two hours of one fault: said once, recovery said once, and all of the energy found."""
        known = len(self.log_lines("plug|tasmota"))
        begin()
        requests = len(self.plug.requests)
        self.world.run_for(hours * HOUR)
        during = len(self.log_lines("plug|tasmota")) - known
        self.assertGreaterEqual(during, 1, "an outage of two hours is told")
        self.assertLessEqual(during, 3, "once, not at each poll")
        self.assertLessEqual(len(self.plug.requests) - requests, hours * 200, "with pauses between")
        end()
        self.world.run_for(35 * MINUTE)
        self.assertGreater(len(self.log_lines("plug|tasmota")), known + during, "recovery is told")
        self.check_nothing_lost()

    def test_unreachable(self):
        self.check_episode(self.plug.close, self.plug.open)

    def test_silent(self):
        self.check_episode(*self._modes("hang"))

    def test_another_device_at_the_address(self):
        self.check_episode(*self._modes("other device"))

    def test_total_is_null(self):
        def lie(body):
            return body.replace('"Total":240.', '"Total":null,"X":')
        self.check_episode(*self._modes(lie))

    def _modes(self, mode):
        return [lambda value=value: setattr(self.plug, "mode", value) for value in (mode, "ok")]

    def test_bursts_of_timeouts(self):
        """Five to ten failures in a row every 40 minutes are everyday life; nothing is lost."""
        for _ in range(3):
            self.plug.fail_next(7, "hang")
            self.world.run_for(40 * MINUTE)
        self.check_nothing_lost()

    def test_small_oddities(self):
        for mode in ("truncate", "drop", "stall", "foreign key"):
            self.plug.fail_next(2, mode)
            self.world.run_for(10 * MINUTE)
        self.check_nothing_lost()

    def test_foreign_key_is_never_taken_for_ours(self):
        self.plug.mode = "foreign key"
        self.world.run_for(HOUR)
        self.check_nothing_lost()

    def test_a_jump_faster_than_the_plug_can_carry(self):
        self.plug.fail_next(1, lambda body: body.replace('"Total":240.', '"Total":940.'))
        self.world.run_for(10 * MINUTE)
        self.check_nothing_lost()

    def test_a_counter_set_by_hand_begins_an_epoch(self):
        self.plug.run_command("EnergyTotal 5000")
        self.plug.command_log.pop()  # ours, not the daemon's
        self.world.run_for(10 * MINUTE)
        self.check_nothing_lost(delta=5)

    def test_another_plug(self):
        self.plug.close()
        self.world.run_for(HOUR)
        lost = self.plug.flowed_wh
        self.plug.replace("00:00:5E:00:53:77", total_wh=5)
        lost = self.plug.flowed_wh - lost
        self.plug.open()
        self.world.run_for(HOUR)
        # What flowed while our plug was not there is unknown: neither guessed nor negative.
        self.assertEqual(lost, 0)
        self.assertGreater(self.period("day")["down_seconds"], 50 * MINUTE)
        self.assertLess(self.period("day")["down_seconds"], 70 * MINUTE)
        booked, truth = self.booked_wh(), self.plug.flowed_wh
        self.world.run_for(HOUR)
        self.assert_booked_since(booked, truth)


class PowerCut(MeterTest):
    """The mains fails for half an hour at 15:00, with the host on it: the counter falls back to
    what flash holds. By version it stays there, jumps up again, or comes back too high."""

    def cut(self, version, restarted_at=None):
        self.plug.version_text = version
        self.start()
        if restarted_at:
            self.world.run_to(restarted_at)
            self.plug.restart()  # writes today's count to flash
        self.world.run_to("2026-02-12 15:00")
        booked, truth = self.booked_wh(), self.plug.flowed_wh
        self.plug.power_cut(30 * MINUTE)
        self.world.run_for(35 * MINUTE)
        self.host.press_button()
        self.world.run_for(2 * HOUR)
        self.assert_booked_since(booked, truth, delta=10)

    def test_9_4_saved_today(self):
        self.cut("9.4.0", restarted_at="2026-02-12 11:00")  # down, then up when the clock is set

    def test_9_4_saved_at_midnight(self):
        self.cut("9.4.0")

    def test_12_1_saved_the_day_before(self):
        self.cut("12.1.1", restarted_at="2026-02-11 20:00")  # comes back higher than it was

    def test_12_1_saved_today(self):
        self.cut("12.1.1", restarted_at="2026-02-12 11:00")

    def test_14_2(self):
        self.cut("14.2.0", restarted_at="2026-02-12 11:00")

    def test_14_2_without_internet(self):
        self.plug.ntp_delay_s = None
        self.cut("14.2.0")


class DaemonAway(MeterTest):
    def test_killed_for_hours(self):
        """Problem case 3: the counter's difference fills the gap."""
        self.start()
        self.world.run_for(HOUR)
        booked, truth = self.booked_wh(), self.plug.flowed_wh
        self.kill()
        self.world.run_for(5 * HOUR)
        self.start()
        self.assert_booked_since(booked, truth)
        self.assertEqual(self.period("day")["down_seconds"], 0)

    def test_killed_for_days(self):
        self.start()
        self.world.run_for(HOUR)
        booked, truth = self.booked_wh(), self.plug.flowed_wh
        self.kill()
        self.world.run_to("2026-02-14 10:00")
        self.start()
        self.world.run_for(5 * MINUTE)
        self.assert_booked_since(booked, truth)
        self.assertAlmostEqual(self.period("yesterday")["wh"], 24 * 60, delta=30)
        self.assertEqual(self.period("global")["unpriced_wh"], 0, "the missing days are coloured")

    def test_internet_away_for_days(self):
        """Problem case 1: the plug is read all the time; colours come later, prices with them."""
        self.start()
        self.world.run_for(HOUR)
        self.couleur.close()
        self.rte.close()
        self.world.run_to("2026-02-13 12:00")  # nobody has said what Friday is
        self.assertGreater(self.period("day")["unpriced_wh"], 0)
        self.couleur.open()
        self.rte.open()
        self.world.run_for(45 * MINUTE)
        self.assertEqual(self.period("day")["unpriced_wh"], 0)
        self.assertEqual(self.period("global")["unpriced_wh"], 0)


class CorrectedColour(MeterTest):
    """Friday 13 February is published blue, and turns white between the jobs of 11:05 and 12:05."""

    START = "2026-02-12 09:00"
    CHANGES = {"2026-02-13": "BLUE"}

    def test_a_correction_is_taken(self):
        self.start()
        self.world.run_to("2026-02-12 11:30")
        self.assertEqual(self.data("status")["colour_tomorrow"], "blue")
        self.calendar.correct("2026-02-13", "WHITE")
        self.world.run_to("2026-02-12 12:10")
        self.assertEqual(self.data("status")["colour_tomorrow"], "white")


class Shares(MeterTest):
    def test_a_derogation_is_paid_by_its_holder(self):
        """In a red window: 08:00 to 10:00 is Alice's alone, though Bob is there too."""
        self.start()
        self.data("hello_you", user=ALICE)
        self.data("hello_you", user=BOB)
        self.world.run_to("2026-02-16 20:00")
        self.data("set_derogation", ALICE, when="tomorrow", hour_start="8", hour_end="10")
        self.world.run_to("2026-02-17 10:30")
        alice = self.period("derogations_year", "get_my_state", ALICE)
        bob = self.period("derogations_year", "get_my_state", BOB)
        self.assertAlmostEqual(alice["wh"], 120, delta=15)
        self.assertEqual((bob["wh"], bob["cost_neur"]), (0, 0))
        self.assertEqual(alice["cost_neur"], alice["wh"] * NEUR_PER_WH_RED_HP)


if __name__ == "__main__":
    unittest.main()
