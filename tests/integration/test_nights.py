"""The seed's life cycle: off before a red day, on after it, and nothing on any other night."""

import unittest

from harness import ALICE, MINUTE, TsmTest, at


class RedEve(TsmTest):
    """Monday 16 February 2026 is blue, Tuesday red, Wednesday white."""

    START = "2026-02-16 21:00"

    def test_off_at_22_and_on_at_06_after(self):
        self.start()
        self.assert_stays_on_until("2026-02-16 21:59:59")
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        packets = len(self.host.packets)
        self.world.run_to("2026-02-18 05:59:59")
        self.assertTrue(self.host.is_off)
        self.assertEqual(len(self.host.packets), packets, "nobody wakes it inside the red window")
        self.wait_for_on("2026-02-18 06:00", "2026-02-18 06:10")
        self.assert_stays_on_until("2026-02-18 12:00")

    def test_shutdown_is_repeated_until_it_is_heard(self):
        self.host.mode = "500"
        self.start()
        self.world.run_to("2026-02-16 22:30")
        self.assertTrue(self.host.is_on)
        self.host.mode = "ok"
        self.wait_for_off("2026-02-16 22:30", "2026-02-16 23:10")

    def test_daemon_killed_before_and_restarted_after(self):
        self.start()
        self.world.run_to("2026-02-16 21:58")
        self.kill()
        self.world.run_to("2026-02-16 22:20")
        self.assert_no_shutdown()
        self.start()
        self.wait_for_off("2026-02-16 22:20", "2026-02-16 22:22")

    def test_daemon_stopped_and_restarted_after_six_the_day_after(self):
        self.start()
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        self.stop()
        self.world.run_to("2026-02-18 07:00")
        self.assertTrue(self.host.is_off)
        self.start()
        self.wait_for_on("2026-02-18 07:00", "2026-02-18 07:05")

    def test_a_restart_in_the_night_does_not_repeat_a_finished_off(self):
        self.start()
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        self.world.run_for(10 * MINUTE)  # time to see that it is off
        count = len(self.shutdowns())
        self.kill()
        self.start()
        self.world.run_to("2026-02-17 03:00")
        self.assertEqual(len(self.shutdowns()), count)
        self.assertTrue(self.host.is_off)

    def test_started_by_hand_without_keep_goes_off_again(self):
        self.start()
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        self.world.run_to("2026-02-17 03:00")
        self.host.press_button()
        self.wait_for_off("2026-02-17 03:01", "2026-02-17 03:40")

    def test_policy_peak_leaves_the_nights(self):
        self.settings["POWER_POLICY"] = "peak"
        self.start()
        self.assert_stays_on_until("2026-02-17 05:59:59")
        self.wait_for_off("2026-02-17 06:00", "2026-02-17 06:10")
        self.wait_for_on("2026-02-17 22:00", "2026-02-17 22:10")


class EarlyDerogation(TsmTest):
    """A derogation taken while the day was unknown, void since the day proved blue, ends at 21:00
    on the eve of a red day. Nothing may happen at 21:00."""

    START = "2026-02-15 08:30"
    SETTINGS = {"POLL_SECONDS": "300"}

    def test_never_before_22(self):
        self.start()
        self.data("hello_you", user=ALICE)
        hours = {"hour_start": "18h", "hour_end": "21h"}
        taken = self.data("set_derogation", ALICE, when="tomorrow", **hours)
        self.assert_span(taken, "2026-02-16 18:00", "2026-02-16 21:00")
        self.assertIs(taken["conditional"], True)
        self.assert_stays_on_until("2026-02-16 21:59:59")
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")

    def test_one_across_22_delays_the_shutdown(self):
        self.start()
        self.data("hello_you", user=ALICE)
        self.world.run_to("2026-02-16 19:00")
        self.data("set_derogation", ALICE, when="today", hour_start="21", hour_end="23h30")
        self.assert_stays_on_until("2026-02-16 23:29:59")
        self.wait_for_off("2026-02-16 23:30", "2026-02-16 23:40")


class WhiteAndBlueEves(TsmTest):
    """Wednesday 18 (white) to Saturday 21: the eves of a white and of two blue days."""

    START = "2026-02-18 12:00"
    SINCE = "2026-02-16"
    SETTINGS = {"POLL_SECONDS": "300"}

    def test_no_shutdown(self):
        self.start()
        self.assert_stays_on_until("2026-02-21 12:00")
        self.assertEqual(self.host.packets, [], "a host that is on is not woken")
        status = self.data("status")
        self.assertEqual((status["colour_today"], status["colour_tomorrow"]), ("blue", "blue"))


class WeekendWithoutColours(TsmTest):
    """Both sources die on Friday. No weekend day can be red, says the contract, so the host stays
    on. Monday can be, so it goes off at 06:00, and no sooner."""

    START = "2026-02-13 09:00"
    SINCE = "2026-02-10"
    SETTINGS = {"POLL_SECONDS": "300"}

    def test_weekend_eves(self):
        self.start()
        self.world.run_for(10 * MINUTE)
        self.couleur.mode = self.rte.mode = "html 503"
        self.assert_stays_on_until("2026-02-16 05:59:59")
        self.wait_for_off("2026-02-16 06:00", "2026-02-16 06:10")


class DerogationInsideRedDay(TsmTest):
    START = "2026-02-16 19:30"

    def setUp(self):
        super().setUp()
        self.start()
        self.data("hello_you", user=ALICE)

    def test_on_and_off_at_its_edges(self):
        hours = {"hour_start": "8", "hour_end": "10:00"}
        taken = self.data("set_derogation", ALICE, when="tomorrow", **hours)
        self.assertRegex(taken["id"], r"^D\d+$")
        self.assert_span(taken, "2026-02-17 08:00", "2026-02-17 10:00")
        self.assertIs(taken["conditional"], False)
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        self.wait_for_on("2026-02-17 08:00", "2026-02-17 08:05")
        self.assert_stays_on_until("2026-02-17 09:59:59")
        self.wait_for_off("2026-02-17 10:00", "2026-02-17 10:10")
        self.wait_for_on("2026-02-18 06:00", "2026-02-18 06:10")

    def test_removed_while_it_runs(self):
        taken = self.data("set_derogation", ALICE, when="tomorrow", hour_start="8", hour_end="18")
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        self.wait_for_on("2026-02-17 08:00", "2026-02-17 08:05")
        self.world.run_to("2026-02-17 11:00")
        self.data("remove_derogation", ALICE, derogation_id=taken["id"])
        self.wait_for_off("2026-02-17 11:00", "2026-02-17 11:10")

    def test_taken_in_the_red_day_wakes_the_host_at_once(self):
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        self.world.run_to("2026-02-17 14:10")
        taken = self.data("set_derogation", ALICE, when="today", hour_end="17")
        self.assertEqual(taken["begin"], at("2026-02-17 14:10"))
        self.wait_for_on("2026-02-17 14:10", "2026-02-17 14:15")
        self.wait_for_off("2026-02-17 17:00", "2026-02-17 17:10")

    def test_acknowledged_and_killed(self):
        """DESIGN 7.7: what was acknowledged survives a crash at any point."""
        taken = self.data("set_derogation", ALICE, when="tomorrow", hour_start="8", hour_end="10")
        self.kill()
        self.start()
        mine = self.data("get_my_current_derogations", ALICE)
        self.assertIn(taken["id"], str(mine))
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        self.wait_for_on("2026-02-17 08:00", "2026-02-17 08:05")


class LateColour(TsmTest):
    START = "2026-02-16 20:30"

    def test_red_at_23_10_acts_at_once(self):
        self.calendar.publish("2026-02-17", "2026-02-16 23:10")
        self.start()
        self.assert_stays_on_until("2026-02-16 23:09:59")  # unknown at 22:00: hold
        self.wait_for_off("2026-02-16 23:10", "2026-02-16 23:45")
        asked = [request.at for source in (self.couleur, self.rte) for request in source.requests]
        first_red = min(instant for instant in asked if instant >= at("2026-02-16 23:10"))
        self.assertLessEqual(self.shutdowns()[0] - first_red, MINUTE,
                             "it acts on the first answer that is red")


class UnknownNight(TsmTest):
    """Tuesday 10 February is blue, but nobody says so before 09:00 that morning."""

    START = "2026-02-09 20:30"
    SINCE = "2026-02-06"

    def setUp(self):
        super().setUp()
        self.calendar.publish("2026-02-10", "2026-02-10 09:00")

    def test_off_at_06_and_on_when_it_proves_blue(self):
        self.start()
        self.assert_stays_on_until("2026-02-10 05:59:59")
        self.wait_for_off("2026-02-10 06:00", "2026-02-10 06:10")
        self.wait_for_on("2026-02-10 09:00", "2026-02-10 09:45")
        self.assert_stays_on_until("2026-02-10 12:00")

    def test_unknown_day_on(self):
        self.settings["UNKNOWN_DAY"] = "on"
        self.start()
        self.assert_stays_on_until("2026-02-10 07:00")
        self.assertEqual(self.data("status")["colour_today"], "unknown")
        self.assert_stays_on_until("2026-02-10 12:00")


class DeafHost(TsmTest):
    START = "2026-02-16 21:30"

    def test_first_two_packets_are_missed(self):
        self.start()
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")
        self.host.ignore_packets = 2
        self.wait_for_on("2026-02-18 06:00", "2026-02-18 06:10")

    def test_it_never_goes_down(self):
        self.host.never_off = True
        self.start()
        self.world.run_to("2026-02-16 23:30")
        self.assertGreaterEqual(len(self.shutdowns()), 3, "repeated while the plan says off")
        self.assertLessEqual(len(self.shutdowns()), 30, "with a pause between")
        self.assertEqual(self.data("status")["host"], "on")
        self.host.never_off = False
        self.world.wait_until(lambda: self.host.is_off, by="2026-02-17 00:30")

    def test_no_packet_while_it_is_going_down(self):
        """A derogation begins while guests still stop: the packet waits for off plus 60 s."""
        self.host.guests_s = 600
        self.start()
        self.data("hello_you", user=ALICE)
        self.world.wait_until(self.shutdowns, by="2026-02-16 22:10")
        self.data("set_derogation", ALICE, when="today")
        self.world.wait_until(lambda: self.host.is_off, by="2026-02-16 22:20")
        off_at = self.world.now
        self.assertEqual(self.host.packets, [])
        self.world.wait_until(lambda: self.host.is_on, by=off_at + 10 * MINUTE)
        self.assertGreaterEqual(self.host.packets[0][0], off_at + 60)


class AssertedMorning(TsmTest):
    """A host that somebody or a power cut left off is woken at 06:00 of a day that is not red."""

    START = "2026-02-19 05:00"
    SINCE = "2026-02-17"
    HOST = {"state": "off"}

    def test_woken_at_six(self):
        self.start()
        self.world.run_to("2026-02-19 06:00")
        self.world.wait_until(lambda: self.host.is_on, by="2026-02-19 06:15")


if __name__ == "__main__":
    unittest.main()
