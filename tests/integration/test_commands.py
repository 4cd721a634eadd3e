"""Every command through `tsm do --json`: shapes, refusals and their codes (DESIGN 4 and 5.3)."""

import json
import unittest

from harness import (ALICE, BOB, CAROL, HOUR, INTERVAL_KEYS, MINUTE, PERIOD_KEYS, STATUS_KEYS,
                     STRANGER, TsmTest, at)

PERIODS = ["global", "year", "month", "week", "yesterday", "day"]
NEUR_PER_WH_BLUE_HP = 161_200  # 0.1612 EUR/kWh from February 2026 on


class Commands(TsmTest):
    """Monday noon: today is blue, tomorrow red and known, the day after not yet."""

    START = "2026-02-16 12:30"
    SINCE = "2026-02-01"

    def setUp(self):
        super().setUp()
        self.start()
        self.world.run_for(2 * MINUTE)  # colours fetched, a settled reading


class People(Commands):
    def test_arrivals(self):
        self.data("hello_you", user=ALICE)
        self.assertEqual(self.refusal("hello_you", user=ALICE), "already_here")
        self.data("hello_you", user=BOB, arrival_date="2026-02-10")
        for wrong in ("2026-02-17", "2026-02-30", "10/02/2026", "yesterday"):
            with self.subTest(date=wrong):
                code = self.refusal("hello_you", user=CAROL, arrival_date=wrong)
                self.assertEqual(code, "bad_date")

    def test_departures(self):
        self.data("hello_you", user=ALICE, arrival_date="2026-02-10")
        self.data("hello_you", user=BOB)
        self.data("bye_bye", ALICE)
        self.assertEqual(self.refusal("bye_bye", ALICE), "not_here")
        self.assertEqual(self.refusal("bye_bye", ALICE, user=BOB), "not_admin")
        self.data("bye_bye", user=BOB)
        self.assertEqual(self.refusal("bye_bye", user=BOB), "not_here")

    def test_dates_are_corrected(self):
        self.data("hello_you", user=ALICE)
        change = {"which": "arrival", "date": "2026-02-05", "user": ALICE}
        self.data("change_date", **change)
        self.data("change_date", **{**change, "which": "leave", "date": "2026-02-14"})
        self.assertEqual(self.refusal("bye_bye", ALICE), "not_here")  # that closed the stay
        for wrong in ({"date": "2026-02-17"}, {"which": "leave", "date": "2026-02-04"},
                      {"date": "2026-02-15"}):
            with self.subTest(**wrong):
                self.assertEqual(self.refusal("change_date", **{**change, **wrong}), "bad_date")
        self.assertEqual(self.refusal("change_date", **{**change, "user": STRANGER}), "not_a_user")
        self.assertEqual(self.refusal("change_date", ALICE, **change), "not_admin")
        self.assertEqual(self.refusal("change_date", **{**change, "which": "birth"}), "usage")

    def test_admins(self):
        self.assertEqual(self.refusal("op", ALICE, user=ALICE), "not_admin")
        self.data("op", user=ALICE)
        self.data("op", ALICE, user=BOB)
        self.data("hello_you", BOB, user=CAROL)
        self.data("deop", ALICE, user=BOB)
        self.assertEqual(self.refusal("hello_you", BOB, user=BOB), "not_admin")
        self.assertEqual(self.refusal("deop", ALICE, user=ALICE), "last_admin")
        self.data("hello_you", ALICE, user=BOB)

    def test_who_may_do_what(self):
        self.data("hello_you", user=ALICE)
        for command, options in (("hello_you", {"user": BOB}), ("op", {"user": ALICE}),
                                 ("deop", {"user": ALICE}), ("power", {"state": "off"}),
                                 ("get_state", {"user": ALICE, "which": "day"})):
            with self.subTest(command=command):
                self.assertEqual(self.refusal(command, ALICE, **options), "not_admin")
        self.assertEqual(self.refusal("get_my_state", STRANGER, which="day"), "not_a_user")
        self.assertEqual(self.refusal("get_my_current_derogations", STRANGER), "not_a_user")

    def test_usage(self):
        self.data("hello_you", user=ALICE)
        for command, user, options in (
                ("dance", None, {}), ("hello_you", None, {}), ("hello_you", None, {"user": "bob"}),
                ("hello_you", None, {"user": BOB, "colour": "red"}),
                ("get_total_state", None, {"which": "decade"}),
                ("power", None, {"state": "maybe"}),
                ("set_derogation", ALICE, {"when": "never"}),
                # Without --as nobody is asking, so there is no "my".
                ("get_my_state", None, {"which": "day"}),
                ("set_derogation", None, {"when": "today"}),
                ("get_my_current_derogations", None, {}), ("bye_bye", None, {})):
            with self.subTest(command=command, options=options):
                self.assertEqual(self.refusal(command, user, **options), "usage")


class Derogations(Commands):
    def setUp(self):
        super().setUp()
        self.data("hello_you", user=ALICE)
        self.data("hello_you", user=BOB)

    def take(self, caller=ALICE, /, **options):
        return self.data("set_derogation", caller, **options)

    def refuse(self, caller=ALICE, /, **options):
        return self.refusal("set_derogation", caller, **options)

    def refuse_removal(self, user, derogation_id):
        return self.refusal("remove_derogation", user, derogation_id=derogation_id)

    def test_defaults(self):
        taken = self.take(when="tomorrow")
        self.assertLessEqual({"id", "begin", "end", "conditional"}, set(taken))
        self.assert_span(taken, "2026-02-17 06:00", "2026-02-17 18:00")
        self.assertIs(taken["conditional"], False)

    def test_hours(self):
        for start, end, begins, ends in (
                ("14", "15", "2026-02-17 14:00", "2026-02-17 15:00"),
                ("14h", "15h30", "2026-02-17 14:00", "2026-02-17 15:30"),
                ("14h30", "15:45", "2026-02-17 14:30", "2026-02-17 15:45"),
                ("22", "2", "2026-02-17 22:00", "2026-02-18 02:00"),
                ("8", "8", "2026-02-17 08:00", "2026-02-18 08:00")):
            with self.subTest(start=start, end=end):
                taken = self.take(when="tomorrow", hour_start=start, hour_end=end)
                self.assert_span(taken, begins, ends)
                self.data("remove_derogation", ALICE, derogation_id=taken["id"])
        for wrong in ("24", "25", "14h60", "noon", "-1", ""):
            with self.subTest(wrong=wrong):
                self.assertEqual(self.refuse(when="tomorrow", hour_start=wrong), "bad_hours")

    def test_over_before_it_begins(self):
        self.world.run_to("2026-02-17 14:10")
        taken = self.take(when="today", hour_start="14", hour_end="16")
        self.assertEqual(taken["begin"], at("2026-02-17 14:10"))
        code = self.refuse(BOB, when="today", hour_start="8", hour_end="10")
        self.assertEqual(code, "bad_hours")

    def test_not_red(self):
        self.assertEqual(self.refuse(when="today", hour_start="14", hour_end="18"), "not_red")
        taken = self.take(when="today", hour_start="14", hour_end="22h01")
        self.assertEqual(taken["end"], at("2026-02-16 22:01"))  # the window opens at 22:00

    def test_overlap_is_the_users_own(self):
        self.take(when="tomorrow", hour_start="8", hour_end="10")
        self.assertEqual(self.refuse(when="tomorrow", hour_start="9", hour_end="11"), "overlap")
        self.take(when="tomorrow", hour_start="10", hour_end="11")  # touching is no overlap
        self.take(BOB, when="tomorrow", hour_start="8", hour_end="10")

    def test_only_who_is_there(self):
        self.assertEqual(self.refuse(STRANGER, when="tomorrow"), "not_a_user")
        self.data("bye_bye", BOB)
        self.assertEqual(self.refuse(BOB, when="tomorrow"), "not_here")

    def test_removal(self):
        taken = self.take(when="tomorrow")
        self.assertIn(taken["id"], json.dumps(self.data("get_my_current_derogations", ALICE)))
        self.assertEqual(self.refuse_removal(BOB, taken["id"]), "not_admin")
        self.assertEqual(self.refuse_removal(ALICE, "D9999"), "unknown_derogation")
        self.data("remove_derogation", ALICE, derogation_id=taken["id"])
        self.assertEqual(self.refuse_removal(ALICE, taken["id"]), "unknown_derogation")
        self.assertNotIn(taken["id"], json.dumps(self.data("get_my_current_derogations", ALICE)))

    def test_too_late_to_remove(self):
        taken = self.take(when="tomorrow")
        other = self.take(BOB, when="tomorrow")
        self.world.run_to("2026-02-16 21:44:59")
        self.data("remove_derogation", BOB, derogation_id=other["id"])
        self.world.run_to("2026-02-16 21:45")
        self.assertEqual(self.refuse_removal(ALICE, taken["id"]), "too_late")
        self.assertEqual(self.refuse_removal(None, taken["id"]), "too_late")  # admins, too
        self.world.run_to("2026-02-17 00:00")
        self.data("remove_derogation", derogation_id=taken["id"])

    def test_leaving_voids_them(self):
        taken = self.take(when="tomorrow")
        self.data("bye_bye", ALICE)
        self.world.run_to("2026-02-17 06:30")
        self.assertTrue(self.host.is_off, f"{taken['id']} must not hold the host up")


class States(Commands):
    """A first start at 12:30 on 50 kWh: what came before is spread, what flows now is measured."""

    def test_shapes(self):
        self.data("hello_you", user=ALICE, arrival_date="2026-02-10")
        for command, user, options in (("get_total_state", None, {}), ("get_my_state", ALICE, {}),
                                       ("get_state", None, {"user": ALICE})):
            rows = self.data(command, user, which="all", **options)["periods"]
            self.assertLessEqual(set(PERIODS), {row["period"] for row in rows}, command)
            for row in rows:
                self.assertEqual(set(row), PERIOD_KEYS, command)
                for key in PERIOD_KEYS - {"period"}:
                    self.assertIsInstance(row[key], int, f"{command} {key}")
            rows = self.data(command, user, which="week", **options)["periods"]
            names = {row["period"] for row in rows}
            self.assertEqual(names, {"week", "previous_week"}, command)
        for which in ("derogations_year", "derogations_total"):
            row = self.period(which, "get_my_state", ALICE)
            self.assertEqual((row["wh"], row["cost_neur"]), (0, 0))

    def test_today_is_measured_and_priced(self):
        before = self.period("day")
        self.world.run_for(2 * HOUR)
        after = self.period("day")
        self.assertAlmostEqual(after["wh"] - before["wh"], 120, delta=2)
        self.assertEqual(after["cost_neur"], after["wh"] * NEUR_PER_WH_BLUE_HP)
        self.assertEqual(after["unpriced_wh"], 0)
        self.assertEqual((after["from"], after["down_seconds"]), (at("2026-02-16 06:00"), 0))

    def test_shares_add_up(self):
        self.data("hello_you", user=ALICE, arrival_date="2026-02-05")
        self.data("hello_you", user=BOB, arrival_date="2026-02-01")
        self.world.run_for(HOUR)
        self.data("status")  # a command has the plug read, for the next one to see
        whole = self.period("global")
        parts = [self.period("global", "get_my_state", user) for user in (ALICE, BOB)]
        self.assertEqual(sum(part["wh"] for part in parts), whole["wh"])
        self.assertEqual(sum(part["cost_neur"] for part in parts), whole["cost_neur"])

    def test_texts_are_for_people(self):
        text = self.do("get_total_state", which="day")["text"]
        self.assertRegex(text, r"\d[,.]\d{3} kWh")
        self.assertRegex(text, r"€\d+\.\d\d|\d+,\d\d €")


class PlanAndStatus(Commands):
    def test_status(self):
        data = self.data("status")
        self.assertEqual(set(data), STATUS_KEYS)
        self.assertEqual(data["now"], int(self.world.now))
        self.assertEqual((data["colour_today"], data["colour_tomorrow"]), ("blue", "red"))
        self.assertEqual((data["desired"], data["host"], data["power_w"]), ("on", "on", 60))
        self.assertAlmostEqual(data["total_wh"], self.plug.total_wh, delta=2)
        self.assertLessEqual(data["now"] - data["last_reading"], MINUTE)

    def test_status_of_the_night(self):
        self.world.run_to("2026-02-17 05:00")
        data = self.data("status")
        # Tempo days: Tuesday begins at 06:00.
        self.assertEqual((data["colour_today"], data["colour_tomorrow"]), ("blue", "red"))
        self.assertEqual((data["desired"], data["host"]), ("off", "off"))

    def test_plan_tiles_the_time(self):
        intervals = self.data("plan")["intervals"]
        for interval in intervals:
            self.assertEqual(set(interval), INTERVAL_KEYS)
            self.assertIn(interval["state"], ("on", "off", "undecided"))
            self.assertTrue(interval["reason"])
            self.assertLess(interval["begin"], interval["end"])
        for one, next_one in zip(intervals, intervals[1:]):
            self.assertEqual(one["end"], next_one["begin"])
        self.assertLessEqual(intervals[0]["begin"], self.world.now)
        self.assertEqual(intervals[-1]["end"], at("2026-02-19 06:00"))
        state_at = self._state_at(intervals)
        self.assertEqual(state_at("2026-02-16 21:59"), "on")
        self.assertEqual(state_at("2026-02-16 22:00"), "off")
        self.assertEqual(state_at("2026-02-17 21:59"), "off")

    @staticmethod
    def _state_at(intervals):
        return lambda text: next(interval["state"] for interval in intervals
                                 if interval["begin"] <= at(text) < interval["end"])

    def test_power_hold(self):
        self.data("power", state="off")
        self.wait_for_off(self.world.now, self.world.now + 2 * MINUTE)
        self.assertEqual(self.data("status")["desired"], "off")
        self.world.run_for(10 * MINUTE)
        self.data("power", state="auto")
        self.wait_for_on(self.world.now, self.world.now + 5 * MINUTE)

    def test_power_hold_ends_at_six(self):
        self.data("power", state="on")
        self.assert_stays_on_until("2026-02-17 05:59:59")
        self.wait_for_off("2026-02-17 06:00", "2026-02-17 06:10")

    def test_power_hold_until(self):
        self.data("power", state="on", until="23:30")
        self.assert_stays_on_until("2026-02-16 23:29:59")
        self.wait_for_off("2026-02-16 23:30", "2026-02-16 23:40")

    def test_hold_survives_a_crash(self):
        self.data("power", state="on")
        self.kill()
        self.start()
        self.assert_stays_on_until("2026-02-17 05:59:59")
        self.wait_for_off("2026-02-17 06:00", "2026-02-17 06:10")


class OverHttp(Commands):
    def test_read_only_views(self):
        self.assertEqual(self.http("/healthz")[0], 200)
        status, kind, body = self.http("/api/v1/status")
        self.assertEqual((status, kind), (200, "application/json"))
        self.assertEqual(set(json.loads(body)["data"]), STATUS_KEYS)
        self.assertTrue(json.loads(self.http("/api/v1/plan")[2])["data"]["intervals"])
        periods = json.loads(self.http("/api/v1/state?which=day")[2])["data"]["periods"]
        self.assertEqual({frozenset(row) for row in periods}, {frozenset(PERIOD_KEYS)})

    def test_nothing_can_be_changed(self):
        self.assertEqual(self.http("/api/v1/status", "POST")[0], 405)
        self.assertEqual(self.http("/api/v1/power?state=off", "POST")[0] // 100, 4)
        self.assertEqual(self.http("/api/v1/state?which=decade")[0], 400)
        self.assertEqual(self.http("/nothing")[0], 404)
        self.assertEqual(self.socket.stat().st_mode & 0o777, 0o600)


if __name__ == "__main__":
    unittest.main()
