"""The emulators against what is known of the real things, with a plain HTTP client."""

import base64
import datetime
import json
import pathlib
import socket
import ssl
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from fakes import proxmox  # noqa: E402
from fakes.colours import Calendar, CouleurApi, RteJson  # noqa: E402
from fakes.plug import Plug, command_url  # noqa: E402
from fakes.web import ask, parse_answer  # noqa: E402
from fakes.world import World  # noqa: E402

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "fixtures"
HOUR = 3600


class WorldTest(unittest.TestCase):
    START = "2026-02-11 12:00"

    def setUp(self):
        self.world = World(self.START)
        self.addCleanup(self.world.close)

    def ask(self, server, target, **options):
        return self.world.run(ask(server.port, target, **options))

    def ask_json(self, server, target, **options):
        return json.loads(self.ask(server, target, **options)[3])


class PlugTest(WorldTest):
    def plug(self, *args, **options):
        return Plug(self.world, *args, **options)

    def command(self, plug, command):
        return self.ask_json(plug, command_url(command))

    def total(self, plug):
        """The total as the device prints it, in kWh."""
        return self.command(plug, "Status 10")["StatusSNS"]["ENERGY"]["Total"]


class PlugHttp(PlugTest):
    def test_answers_in_chunks_and_tells_its_version(self):
        status, _, headers, _ = self.ask(self.plug(), command_url("Status 10"))
        self.assertEqual((status, headers["transfer-encoding"]), (200, "chunked"))
        self.assertEqual(headers["content-type"], "application/json")
        self.assertEqual(headers["server"], "Tasmota/14.2.0.4 (ESP8266EX)")

    def test_a_raw_blank_ends_the_target(self):
        """Status 0 becomes Status, with 200: as status0_8.2.0_space-not-encoded.json shows."""
        captured = FIXTURES / "tasmota" / "status0_8.2.0_space-not-encoded.json"
        reply = self.ask(self.plug(), "", raw_line="GET /cm?cmnd=Status 0 HTTP/1.1")
        self.assertEqual(reply[0], 200)
        self.assertEqual(list(json.loads(reply[3])), list(json.loads(captured.read_text("utf-8"))))

    def test_decoding(self):
        plug = self.plug()
        for target in ("/cm?cmnd=Status%2010", "/cm?cmnd=Status+10", "/cm?cmnd=sTaTuS%2010"):
            self.assertIn("StatusSNS", self.ask_json(plug, target))
        self.assertEqual(len(self.ask_json(plug, "/cm?cmnd=Status%200")), 10)

    def test_lengths(self):
        plug = self.plug()
        for target in ("/cm", "/cm?cmnd=", "/cm?cmnd=" + "x" * 1200):
            self.assertEqual(self.ask_json(plug, target), {"WARNING": "Enter command cmnd="})
        self.assertIn("Command", self.ask_json(plug, "/cm?cmnd=" + "x" * 1199))

    def test_password(self):
        def with_basic(password):
            token = base64.b64encode(f"admin:{password}".encode()).decode()
            return {"Authorization": f"Basic {token}"}

        target = command_url("Status 10")
        query = "&user=admin&password=secret"
        for version, refused, basic_works in (("8.5.1", 200, False), ("9.4.0", 401, True)):
            plug = self.plug(version=version, password="secret")
            for headers in ({}, with_basic("wrong")):
                status, _, _, body = self.ask(plug, target, headers=headers)
                self.assertEqual(status, refused, version)
                self.assertEqual(json.loads(body),
                                 {"WARNING": "Need user=<username>&password=<password>"})
            self.assertIn("StatusSNS", self.ask_json(plug, target + query))
            body = self.ask_json(plug, target, headers=with_basic("secret"))
            self.assertEqual("StatusSNS" in body, basic_works, version)

    def test_api_switched_off_is_silence(self):
        plug = self.plug()
        plug.http_api = False
        self.assertIsNone(self.ask(plug, command_url("Status 10")))
        referer = {"Referer": f"http://{plug.address}/"}
        self.assertEqual(self.ask(plug, command_url("Status 10"), headers=referer)[0], 200)

    def test_one_connection_at_a_time(self):
        plug = self.plug()
        with socket.create_connection(("127.0.0.1", plug.port)):
            self.world.run_for(1)
            self.assertIsNone(self.ask(plug, command_url("Status 10")))
        self.world.run_for(1)
        self.assertEqual(self.ask(plug, command_url("Status 10"))[0], 200)
        self.assertEqual(plug.refused_connections, 1)

    def test_commands_that_answer_later_or_not_at_all(self):
        plug = self.plug()
        self.assertEqual(self.command(plug, "Backlog Status 10"), {})
        self.assertEqual(self.command(plug, "_Power"), {})
        self.assertIn("StatusSNS", self.command(plug, "_Status 10"))
        self.assertEqual(self.command(plug, "Status 6"), {"Command": "Error"})
        self.assertEqual(self.command(plug, "Dance 1"), {"Command": "Unknown", "Input": "DANCE 1"})
        older = self.plug(version="9.5.0.9")
        self.assertEqual(self.command(older, "Dance"), {"Command": "Unknown"})
        old = self.plug(version="8.5.1")
        old.web_log = 1
        self.assertIn("WARNING", self.command(old, "Status 10"))

    def test_unknown_path(self):
        status, _, headers, _ = self.ask(self.plug(), "/json")
        self.assertEqual((status, headers["content-type"]), (404, "text/plain"))

    def test_faults(self):
        plug = self.plug()
        target = command_url("Status 10")
        plug.mode = "drop"
        self.assertIsNone(self.ask(plug, target))
        plug.mode = "other device"
        self.assertIn(b"<html>", self.ask(plug, target)[3])
        plug.mode = "truncate"
        with self.assertRaises(ValueError):
            json.loads(self.ask(plug, target)[3])
        plug.mode = "foreign key"
        body = self.ask_json(plug, target)
        self.assertEqual((body["Total"], body["StatusSNS"]["ENERGY"]["Total"]), (9999.999, 0.0))
        plug.mode = "stall"
        begin = self.world.now
        self.ask(plug, target)
        self.assertAlmostEqual(self.world.now - begin, 5, places=2)
        plug.mode = "ok"
        plug.fail_next(2, "drop")
        self.assertEqual([self.ask(plug, target) is None for _ in range(3)], [True, True, False])

    def test_a_hang_ends_with_the_client(self):
        plug = self.plug()
        plug.mode = "hang"
        with socket.create_connection(("127.0.0.1", plug.port)) as client:
            client.sendall(b"GET /cm?cmnd=Status HTTP/1.1\r\n\r\n")
            self.world.run_for(60)
            client.setblocking(False)
            self.assertRaises(BlockingIOError, client.recv, 1)
            self.assertEqual(len(plug.connections), 1)
        self.world.run_for(1)
        self.assertEqual(len(plug.connections), 0)


class PlugShapes(PlugTest):
    """Each version's own keys, against captured bodies."""

    def test_keys_are_those_of_the_captured_bodies(self):
        for name, version, command, options in (
                ("status8_5.9.1_statuspwr", "5.9.1", "Status 8", {}),
                ("status10_5.11.1_sonoff-pow", "5.11.1", "Status 10", {}),
                ("status8_5.12.0a_dotted-time", "5.12.0", "Status 8", {}),
                ("status8_6.3_sonoff-pow", "6.3.0", "Status 8", {}),
                ("status8_8.3_plug", "8.3.0", "Status 8", {}),
                ("status10_12.1.1_sonoff-s31", "12.1.1", "Status 10", {}),
                ("energyreset_6.5.0_sonoff-pow-r2", "6.5.0", "EnergyReset", {}),
                ("energyreset_9.2.0_gosund-sp1", "9.2.0", "EnergyReset", {}),
                ("energytotal_12.x_sonoff-powr316d", "12.2.0", "EnergyTotal", {}),
                ("energytotal_12.3.1_three-phase", "12.3.1", "EnergyTotal", {"phases": 3})):
            with self.subTest(name=name):
                captured = json.loads((FIXTURES / "tasmota" / f"{name}.json").read_text("utf-8"))
                ours = self.command(self.plug(version=version, **options), command)
                self.assertEqual(self._shape(ours), self._shape(captured))

    def _shape(self, value):
        if isinstance(value, dict):
            return {key: self._shape(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._shape(inner) for inner in value]
        return "text" if isinstance(value, str) else "number"

    def test_before_5_11_status_10_has_no_energy(self):
        body = self.command(self.plug(version="5.9.1"), "Status 10")
        self.assertNotIn("ENERGY", body["StatusSNS"])

    def test_dotted_time(self):
        body = self.command(self.plug(version="5.12.0"), "Status 10")
        self.assertEqual(body["StatusSNS"]["Time"], "2026.02.11 12:00:00")

    def test_three_phases(self):
        plug = self.plug(phases=3, total_wh=3000, watts=90)
        energy = self.command(plug, "Status 10")["StatusSNS"]["ENERGY"]
        self.assertEqual((energy["Total"], energy["Power"]), (3.0, [30, 30, 30]))
        plug.phase_arrays = True
        energy = self.command(plug, "Status 10")["StatusSNS"]["ENERGY"]
        self.assertEqual(energy["Total"], [1.0, 1.0, 1.0])

    def test_uptime_in_seconds_since_6_6_0_1(self):
        for version, has_it in (("6.5.0", False), ("6.6.0.1", True)):
            body = self.command(self.plug(version=version), "Status 11")["StatusSTS"]
            self.assertEqual("UptimeSec" in body, has_it)
            self.assertEqual(body["Uptime"], "10T00:00:00")

    def test_power_of_status_became_text(self):
        for version, power in (("12.1.1", 1), ("13.4.0", "1")):
            self.assertEqual(self.command(self.plug(version=version), "Status")["Status"]["Power"],
                             power)


class PlugCounter(PlugTest):
    def test_it_counts(self):
        plug = self.plug(total_wh=1000, watts=60)
        self.world.run_for(HOUR)
        plug.watts = 120
        self.world.run_for(HOUR)
        self.assertEqual(self.total(plug), 1.18)
        self.assertEqual(plug.flowed_wh, 180)
        energy = self.command(plug, "Status 10")["StatusSNS"]["ENERGY"]
        self.assertEqual((energy["Power"], energy["Today"]), (120, 0.18))

    def test_midnight_by_its_own_zone(self):
        summer = World("2026-07-01 22:30")
        self.addCleanup(summer.close)
        french, fixed = Plug(summer, watts=60), Plug(summer, watts=60, timezone=1)
        summer.run_to("2026-07-02 00:30")
        todays = [json.loads(summer.run(ask(plug.port, command_url("Status 10")))[3])
                  ["StatusSNS"]["ENERGY"]["Today"] for plug in (french, fixed)]
        self.assertEqual(todays, [0.03, 0.12])  # without DST, its midnight is our 01:00

    def test_float32(self):
        """Steps of 1 Wh hold to 8192 kWh; above 16384 kWh they are 2 Wh."""
        self.assertEqual(self.total(self.plug(total_wh=8_191_999)), 8191.999)
        plug = self.plug(total_wh=17_000_000, watts=60)
        seen = set()
        for _ in range(20):
            self.world.run_for(60)
            seen.add(self.total(plug))
        self.assertEqual(len(seen), 10)  # 20 Wh in steps of 1.95

    def test_energy_total_with_an_argument_sets_it(self):
        plug = self.plug(total_wh=5000, today_wh=400)
        self.assertEqual(self.command(plug, "EnergyTotal"),
                         {"EnergyTotal": {"Total": 5.0, "Yesterday": 0.0, "Today": 0.4}})
        self.command(plug, "EnergyTotal 1000")
        self.assertEqual(self.total(plug), 1.4)  # as of the start of today
        self.assertEqual(plug.total_start, "2026-02-11T12:00:00")

    def test_energy_reset_before_9_5_0_9(self):
        self.assertEqual(self.command(self.plug(), "EnergyReset3 0")["Command"], "Unknown")
        plug = self.plug(version="9.2.0", total_wh=5000, today_wh=400)
        self.command(plug, "EnergyReset3 1000")
        self.assertEqual(self.total(plug), 1.4)
        plug = self.plug(version="5.11.1", total_wh=5000, today_wh=400)
        self.command(plug, "EnergyReset 3")  # sets Today to 3 Wh (#1811)
        self.assertEqual(self.total(plug), 4.603)

    def test_restart_and_crash_keep_the_count(self):
        plug = self.plug(total_wh=1000, watts=60)
        self.world.run_for(HOUR)
        for boot in (plug.restart, plug.crash):
            boot()
            self.assertEqual(self.total(plug), 1.06)
            self.assertEqual(self.command(plug, "Status 11")["StatusSTS"]["UptimeSec"], 0)

    def test_midnight_drops_what_is_below_1_wh(self):
        for version, lost in (("12.1.1", False), ("14.2.0", True)):
            world = World("2026-02-11 12:00")
            self.addCleanup(world.close)
            plug = Plug(world, version=version, watts=57.3, decimals=5)
            world.run_to("2026-02-11 23:59:59")
            before = plug.total_wh
            world.run_to("2026-02-12 00:00:00")
            self.assertEqual(plug.total_wh < before, lost, version)


class PlugPowerCut(PlugTest):
    """The table of spec/tasmota.md §5: 60 W for 3 h, a cut of a minute at 15:00."""

    def cut(self, version, ntp_delay_s=60, saved_at_noon=False, begin="2026-02-11 12:00"):
        self.world.run_to(begin)
        plug = self.plug(version=version, total_wh=10_000, watts=60, today_wh=500)
        plug.ntp_delay_s = ntp_delay_s
        for channel in plug.channels:  # midnight saved 9.5 kWh
            channel.flash_stored = 950_000
        if saved_at_noon:
            plug.restart()
        self.world.run_for(3 * HOUR)
        self.assertEqual(self.total(plug), 10.18)
        plug.power_cut(60)
        with self.assertRaises(ConnectionRefusedError):
            self.total(plug)
        self.world.run_for(70)
        plug.watts = 0
        return plug

    def test_down_by_what_was_not_saved(self):
        for version in ("9.4.0", "12.1.1", "14.2.0"):
            with self.subTest(version=version):
                plug = self.cut(version, begin=self.world.now)
                self.world.run_for(120)
                self.assertEqual(self.total(plug), 9.5)

    def test_saved_today_comes_back_when_the_clock_is_set(self):
        plug = self.cut("9.4.0", saved_at_noon=True)
        self.assertEqual(self.total(plug), 9.5)
        self.assertEqual(self.command(plug, "Status 10")["StatusSNS"]["Time"][:4], "1970")
        self.world.run_for(60)
        self.assertEqual(self.total(plug), 10.0)
        self.assertEqual(self.command(plug, "Status 10")["StatusSNS"]["Time"][:4], "2026")

    def test_saved_today_is_there_at_once_later(self):
        for version in ("12.1.1", "14.2.0"):
            with self.subTest(version=version):
                plug = self.cut(version, saved_at_noon=True, begin=self.world.now)
                self.assertEqual(self.total(plug), 10.0)

    def test_no_clock_for_ever(self):
        plug = self.cut("9.4.0", ntp_delay_s=None, saved_at_noon=True)
        self.world.run_for(48 * HOUR)
        self.assertEqual(self.total(plug), 9.5)

    def cut_across_midnight(self, version):
        plug = self.plug(version=version, total_wh=10_000, watts=0, today_wh=500)
        for channel in plug.channels:
            channel.flash_stored = 950_000
        plug.restart()  # saves today's 0.5 kWh
        self.world.run_to("2026-02-11 23:50")
        plug.power_cut(20 * 60)
        self.world.run_to("2026-02-12 00:20")
        return self.total(plug)

    def test_today_before_a_midnight_without_mains_is_lost(self):
        self.assertEqual(self.cut_across_midnight("9.4.0"), 9.5)

    def test_today_before_a_midnight_without_mains_becomes_yesterday(self):
        self.assertEqual(self.cut_across_midnight("14.2.0"), 10.0)

    def test_counted_twice(self):
        """#16791: a today saved on an earlier day is added again after a cut."""
        for version, total in (("12.1.1", 10.5), ("14.2.0", 10.0)):
            with self.subTest(version=version):
                world = World("2026-02-11 12:00")
                self.addCleanup(world.close)
                plug = Plug(world, version=version, total_wh=10_000, today_wh=500)
                plug.restart()
                world.run_to("2026-02-12 12:00")
                plug.power_cut(60)
                world.run_for(180)
                self.assertEqual(plug.total_wh, total * 1000)


class Couleur(WorldTest):
    """api-couleur-tempo.fr on Monday 16 February 2026; the 17th is red, public at 10:20."""

    START = "2026-02-16 09:00"

    def setUp(self):
        super().setUp()
        self.calendar = Calendar(self.world)
        self.api = CouleurApi(self.world, self.calendar)

    def test_a_day(self):
        self.assertEqual(self.ask_json(self.api, "/api/jourTempo/2026-02-16"),
                         {"dateJour": "2026-02-16", "codeJour": 1, "periode": "2025-2026",
                          "libCouleur": "Bleu"})
        self.assertEqual(self.ask_json(self.api, "/api/jourTempo/tomorrow")["codeJour"], 0)
        self.world.run_to("2026-02-16 10:20")
        self.assertEqual(self.ask_json(self.api, "/api/jourTempo/tomorrow")["codeJour"], 3)
        self.world.run_to("2026-02-17 00:00")
        self.assertEqual(self.ask_json(self.api, "/api/jourTempo/today")["codeJour"], 3)

    def test_rows_that_exist(self):
        for target, status in (("2026-02-18", 200), ("2026-02-19", 404), ("2026-2-16", 404),
                               ("blue", 404), ("2025-08-31", 404)):
            reply = self.ask(self.api, f"/api/jourTempo/{target}")
            self.assertEqual(reply[0], status, target)
            if status == 404:
                self.assertEqual(reply[2]["content-type"], "application/problem+json")
        self.world.run_to("2026-02-17 06:30")
        self.assertEqual(self.ask(self.api, "/api/jourTempo/2026-02-19")[0], 404)  # not yet

    def test_lists(self):
        def dates(query):
            return [day["dateJour"] for day in self.ask_json(self.api, f"/api/joursTempo?{query}")]

        self.assertEqual(dates("dateJour=2026-02-16"), ["2026-02-16"])
        both = "dateJour%5B%5D=2026-02-16&dateJour%5B%5D=2026-01-28"
        self.assertEqual(dates(both), ["2026-01-28", "2026-02-16"])
        self.assertEqual(dates("dateJour=2026-01-28&dateJour=2026-02-16"), ["2026-02-16"])
        self.assertEqual(dates("dateJour=2030-01-01"), [])
        self.assertEqual(len(dates("periode=2025-2026&codeJour=3")), 8)
        self.assertEqual(dates("periode=2025-2026")[-1], "2026-02-18")

    def test_it_is_strict(self):
        target = "/api/jourTempo/2026-02-16"
        self.assertEqual(self.ask(self.api, target, method="POST")[0], 405)
        page = self.ask(self.api, target, headers={"Accept": "text/html"})
        self.assertEqual((page[0], page[2]["content-type"]), (200, "text/html"))
        self.assertEqual(self.ask(self.api, target, headers={"User-Agent": None})[0], 403)
        self.assertEqual(self.ask(self.api, "/jourTempo/2026-02-16")[0], 404)

    def test_faults(self):
        target = "/api/jourTempo/2026-02-16"
        self.api.fail_next(1, "html 503")
        status, _, headers, body = self.ask(self.api, target)
        self.assertEqual((status, headers["content-type"]), (503, "text/html"))
        self.assertEqual(body, (FIXTURES / "tempo" / "error_503.html").read_bytes())
        self.api.fail_next(1, "wrong date")
        self.assertEqual(self.ask_json(self.api, target)["dateJour"], "2026-02-17")
        self.api.fail_next(1, "wrong date")
        days = self.ask_json(self.api, "/api/joursTempo?dateJour=2026-02-16")
        self.assertEqual([day["dateJour"] for day in days], ["2036-02-14"])
        self.api.fail_next(1, "code 0")
        self.assertEqual(self.ask_json(self.api, target)["codeJour"], 0)
        self.api.fail_next(1, "truncate")
        self.assertRaises(ValueError, self.ask_json, self.api, target)
        self.api.fail_next(1, "404")
        self.assertEqual(self.ask(self.api, target)[0], 404)
        self.calendar.correct("2026-02-16", "WHITE")
        self.assertEqual(self.ask_json(self.api, target)["libCouleur"], "Blanc")

    def test_never_published(self):
        self.calendar.publish("2026-02-17", None)
        self.world.run_to("2026-02-18 12:00")
        self.assertEqual(self.ask_json(self.api, "/api/jourTempo/2026-02-17")["codeJour"], 0)


class Rte(WorldTest):
    START = "2026-02-16 09:00"

    def setUp(self):
        super().setUp()
        self.rte = RteJson(self.world, Calendar(self.world))

    def values(self, target):
        return self.ask_json(self.rte, f"/cms/open_data/v1/{target}")["values"]

    def test_current_days(self):
        self.assertEqual(self.values("tempoLight"),
                         {"2026-02-16": "BLUE", "2026-02-16-fallback": "false"})
        self.world.run_to("2026-02-16 10:20")
        self.assertEqual(self.values("tempoLight")["2026-02-17"], "RED")

    def test_season_in_random_order(self):
        values = self.values("tempo?season=2025-2026")
        self.assertEqual(len(values), 2 * 169)
        self.assertNotEqual(list(values), sorted(values))
        self.assertEqual(self.values("tempo?season=2024-2025"), {})

    def test_degraded_mode_is_a_text(self):
        self.rte.fallback_dates.add(datetime.date(2026, 2, 16))
        self.assertEqual(self.values("tempoLight"), {"2026-02-16-fallback": "true"})


class HostTest(WorldTest):
    AUTHORIZATION = f"PVEAPIToken={proxmox.TOKEN_ID}={proxmox.TOKEN_SECRET}"

    def setUp(self):
        super().setUp()
        self.host = proxmox.Host(self.world, tls=False)

    def call(self, target, method="GET", body=b"", authorization=AUTHORIZATION, **options):
        headers = {"Authorization": authorization,
                   "Content-Type": "application/x-www-form-urlencoded"}
        return self.ask(self.host, f"/api2/json{target}", method=method, body=body,
                        headers=headers, **options)

    def shut_down(self):
        return self.call("/nodes/pve/status", "POST", b"command=shutdown")

    def send(self, packet):
        name, _, port = self.host.wol_target.partition(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(packet, (name, int(port)))
        self.world.run_for(1)


class HostApi(HostTest):
    def test_what_it_tells(self):
        self.assertEqual(json.loads(self.call("/version")[3])["data"]["version"], "9.2.2")
        self.assertEqual(json.loads(self.call("/nodes")[3])["data"][0]["node"], "pve")
        uptime = json.loads(self.call("/nodes/pve/status")[3])["data"]["uptime"]
        self.assertEqual(uptime, 5 * 86400)
        self.assertEqual(len(json.loads(self.call("/nodes/pve/qemu")[3])["data"]), 2)
        self.assertEqual(json.loads(self.call("/nodes/pve/lxc")[3]), {"data": []})

    def test_tokens(self):
        right = f"{proxmox.TOKEN_ID}={proxmox.TOKEN_SECRET}"
        for header, reason in (
                (None, "No ticket"), (f"Bearer {right}", "No ticket"),
                (f"PVEAPIToken:{right}", "No ticket"),
                (f"PVEAPIToken={proxmox.TOKEN_ID}=wrong", "Authentication failed!"),
                ("PVEAPIToken=tsm@pve!x=y", "no such token 'x' for user 'tsm@pve'")):
            begin = self.world.now
            status, said, _, body = self.call("/version", authorization=header)
            self.assertEqual((status, said, body), (401, reason, b""))
            self.assertAlmostEqual(self.world.now - begin, 3, places=2)
        for header in (f"PVEAPIToken={right}", f"PVEAPIToken {right}",
                       f"PVEAPIToken={right.replace('!', '%21')}; more"):
            self.assertEqual(self.call("/version", authorization=header)[0], 200, header)

    def test_refusals(self):
        self.assertEqual(self.call("/version", body=b"command=shutdown")[:2],
                         (501, "Unexpected content for method 'GET'"))
        self.assertEqual(self.call("/nodes/pve/statu", "POST", b"command=shutdown")[0], 501)
        self.assertEqual(self.call("/nodes/other/status")[0], 500)
        for body, key in ((b"", "command"), (b"command=halt", "command"),
                          (b"command=shutdown&force=1", "force")):
            status, _, _, said = self.call("/nodes/pve/status", "POST", body)
            self.assertEqual((status, list(json.loads(said)["errors"])), (400, [key]))
        self.assertEqual(self.host.events, [])

    def test_privileges(self):
        self.host.privileges.clear()
        status, reason, _, body = self.shut_down()
        self.assertEqual((status, reason),
                         (403, "Permission check failed (/nodes/pve, Sys.PowerMgmt)"))
        self.assertEqual(json.loads(body)["message"], reason + "\n")
        self.host.release = "8.3.0"
        self.assertEqual(json.loads(self.shut_down()[3]), {"data": None})
        self.assertEqual(self.call("/nodes/pve/status")[0], 403)
        self.assertNotIn("uptime", json.loads(self.call("/nodes")[3])["data"][0])
        self.assertEqual(json.loads(self.call("/nodes/pve/qemu")[3]), {"data": []})
        self.assertEqual(self.call("/version")[0], 200)

    def test_tls(self):
        host = proxmox.Host(self.world)
        trusting = ssl.create_default_context(cafile=host.certificate)
        trusting.check_hostname = False
        target, headers = "/api2/json/version", {"Authorization": self.AUTHORIZATION}
        self.assertEqual(self.ask(host, target, headers=headers, ssl=trusting)[0], 200)
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.ask(host, target, headers=headers, ssl=ssl.create_default_context())
        self.assertRegex(proxmox.fingerprint(host.certificate), r"^([0-9A-F]{2}:){31}[0-9A-F]{2}$")


class HostPower(HostTest):
    def test_the_way_down(self):
        plug = Plug(self.world)
        self.host.feed(plug)
        status, _, _, body = self.shut_down()
        self.assertEqual((status, body), (200, b'{"data":null}'))
        self.world.run_for(20)
        self.assertEqual(self.call("/nodes/pve/status")[0], 200)  # the guests are being stopped
        self.world.run_for(18)
        self.assertEqual(self.call("/version")[0], 200)
        self.assertEqual(self.shut_down()[:2], (595, "Connection refused"))
        self.assertEqual(plug.watts, 60)
        self.world.run_for(5)
        self.assertRaises(ConnectionRefusedError, self.call, "/version")
        self.assertEqual((self.host.state, plug.watts), ("stopping", 60))
        self.world.run_for(8)
        self.assertEqual((self.host.state, plug.watts), ("off", 2))

    def test_a_node_that_never_goes_down(self):
        self.host.never_off = True
        self.shut_down()
        self.world.run_for(HOUR)
        self.assertEqual((self.host.state, self.call("/version")[0]), ("on", 200))

    def test_the_way_up(self):
        self.shut_down()
        self.world.run_for(60)
        self.send(self.magic())
        self.assertEqual(self.host.state, "booting")
        self.world.run_for(85)
        self.assertRaises(ConnectionRefusedError, self.call, "/version")
        self.world.run_for(5)
        self.assertEqual(self.call("/version")[0], 200)
        self.assertEqual(self.shut_down()[0], 595)  # pvedaemon is not up yet
        self.world.run_for(5)
        self.assertEqual(self.shut_down()[0], 200)

    @staticmethod
    def magic(mac=proxmox.MAC, times=16, tail=b""):
        return b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) * times + tail

    def test_packets_are_read_strictly(self):
        self.shut_down()
        self.world.run_for(60)
        for packet in (self.magic(times=15), self.magic(mac="00:00:5E:00:53:0B"),
                       self.magic(tail=b"x"), b"\x00" + self.magic()[1:]):
            self.send(packet)
            self.assertIsNotNone(self.host.packets[-1][1])
        self.assertEqual(self.host.state, "off")
        for tail in (b"", b"four", b"sixsix"):
            self.assertIsNone(proxmox.read_magic_packet(self.magic(tail=tail), proxmox.MAC))

    def test_two_packets_missed(self):
        self.host.ignore_packets = 2
        self.shut_down()
        self.world.run_for(60)
        states = []
        for _ in range(3):
            self.send(self.magic())
            states.append(self.host.state)
        self.assertEqual(states, ["off", "off", "booting"])

    def test_no_packet_is_heard_on_the_way_down(self):
        self.shut_down()
        self.send(self.magic())
        self.world.run_for(HOUR)
        self.assertEqual(self.host.state, "off")

    def test_no_mains_no_machine(self):
        plug = Plug(self.world)
        self.host.feed(plug)
        plug.power_cut(60)
        self.world.run_for(120)
        self.assertEqual(self.host.state, "off")
        self.assertEqual(plug.watts, 2)

    def test_faults(self):
        self.host.mode = "500"
        self.assertEqual(self.call("/version")[0], 500)
        self.host.mode = "html"
        self.assertEqual(self.call("/version")[0], 502)
        self.host.mode = "drop"
        self.assertIsNone(self.call("/version"))


class Client(unittest.TestCase):
    def test_answers_are_read_word_for_word(self):
        answer = (b"HTTP/1.1 595 No route to host\r\nTransfer-Encoding: chunked\r\n\r\n"
                  b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
        self.assertEqual(parse_answer(answer),
                         (595, "No route to host", {"transfer-encoding": "chunked"}, b"abc"))
        self.assertIsNone(parse_answer(b""))


if __name__ == "__main__":
    unittest.main()
