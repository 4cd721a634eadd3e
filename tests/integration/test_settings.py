"""What is said before anything starts; and the other programs: demo, doctor, version."""

import csv
import re
import socket
import sqlite3
import subprocess
import unittest

from harness import MINUTE, TsmTest, tsm_binary

# In real seconds; guards for programs that run on the computer's own clock.
PATIENCE_S = 15
DEMO_PATIENCE_S = 90


class SettingsTest(TsmTest):
    def run_tsm(self, *words, patience_s=PATIENCE_S, **settings):
        """Runs tsm on the real clock to its end; the emulators do not answer meanwhile."""
        merged = {**self.environment(), **settings}
        environment = {name: value for name, value in merged.items() if value is not None}
        return subprocess.run([tsm_binary(), *words], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=patience_s, check=False)


class WrongSettings(SettingsTest):
    def check(self, name, value):
        done = self.run_tsm("run", **{name: value})
        self.assertIn(done.returncode, (1, 2), done.stderr)
        lines = done.stderr.strip().splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertIn(name, lines[0])
        self.assertFalse(self.database.exists(), "nothing was started")
        self.assertEqual(self.plug.requests, [])

    def test_missing(self):
        for name in ("START_SERVER_DATE", "HOST_TASMOTA"):
            with self.subTest(name=name):
                self.check(name, None)

    def test_wrong(self):
        for name, value in (
                ("START_SERVER_DATE", "2026-02-30"), ("START_SERVER_DATE", "14/02/2026"),
                ("TIMEZONE", "Europe/Pariss"), ("HOST_PROXMOX_MAC_ADDR", "00:00:00:00:00:00"),
                ("HOST_PROXMOX_MAC_ADDR", "01:00:5E:00:53:0A"), ("HOST_PROXMOX_MAC_ADDR", "zz"),
                ("HOST_PROXMOX_BOOT_TIMEOUT", "soon"), ("HOST_PROXMOX_SSL_VERIFY", "perhaps"),
                ("POWER_POLICY", "night"), ("UNKNOWN_DAY", "maybe"), ("POLL_SECONDS", "0"),
                ("POLL_SECONDS", "6e1"), ("ADMIN_IDS", "bob"), ("WOL_TARGET", "192.0.2.1:99999"),
                ("TSM_LISTEN", "nowhere"), ("HOST_TASMOTA", "http://plug/path"),
                ("HOST_TASMOTA", "ftp://plug"), ("HOST_UPS", "ups"), ("LOG_LEVEL", "loud"),
                # The token travels over TLS only (DESIGN 5.2).
                ("HOST_PROXMOX", "http://192.0.2.9:8006")):
            with self.subTest(name=name, value=value):
                self.check(name, value)

    def test_secret_file_that_is_not_there(self):
        self.settings["API_PROXMOX_TOKEN_SECRET"] = None
        self.check("API_PROXMOX_TOKEN_SECRET_FILE", str(self.directory / "absent"))

    def test_a_wrong_secret_is_named_and_not_shown(self):
        done = self.run_tsm("run", API_PROXMOX_TOKEN_SECRET="with a\nnewline")
        self.assertIn(done.returncode, (1, 2))
        self.assertIn("API_PROXMOX_TOKEN_SECRET", done.stderr)
        self.assertNotIn("newline", done.stderr.replace("API_PROXMOX_TOKEN_SECRET", ""))


class OtherSources(SettingsTest):
    def test_config_file_and_environment_wins(self):
        config = self.directory / "tsm.conf"
        names = ("START_SERVER_DATE", "HOST_TASMOTA", "TIMEZONE")
        lines = [f"{name}={self.settings.pop(name)}" for name in names]
        config.write_text("[tsm]\n" + "\n".join(lines) + "\nPOLL_SECONDS=never\n", encoding="utf-8")
        self.settings["POLL_SECONDS"] = "30"
        log = self.log_path.open("ab")
        self.world.spawn([tsm_binary(), "run", "--config", str(config)], self.environment(), log)
        log.close()
        self.world.wait_until(lambda: self.plug.requests, by=self.world.now + MINUTE)
        self.assertFalse(self.world.has_exited())

    def test_secret_from_a_file(self):
        secret = self.directory / "secret"
        secret.write_text(self.settings.pop("API_PROXMOX_TOKEN_SECRET") + "\n", encoding="utf-8")
        self.settings["API_PROXMOX_TOKEN_SECRET_FILE"] = str(secret)
        self.start()
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")


class Database(SettingsTest):
    def test_a_newer_schema_is_refused_and_left_alone(self):
        self.start()
        self.world.run_for(2 * MINUTE)
        self.stop()
        with sqlite3.connect(self.database) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            version = database.execute("PRAGMA user_version").fetchone()[0]
            self.assertGreater(version, 0)
            database.execute(f"PRAGMA user_version = {version + 1}")
        database.close()
        before = self.database.read_bytes()
        done = self.run_tsm("run")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn(str(self.database), done.stderr)
        self.assertEqual(self.database.read_bytes(), before)

    def test_not_a_database(self):
        self.database.write_bytes(b"these are not the bytes you are looking for" * 100)
        before = self.database.read_bytes()
        done = self.run_tsm("run")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(str(self.database), done.stderr)
        self.assertEqual(self.database.read_bytes(), before)

    def test_one_daemon_a_database(self):
        self.start()
        path = str(self.directory / "second.sock")
        second = self.run_tsm("run", TSM_LISTEN="127.0.0.1:0", TSM_SOCKET=path)
        self.assertEqual(second.returncode, 1, second.stderr)
        self.assertTrue(self.data("status")["now"])


class Doctor(SettingsTest):
    def doctor(self):
        """tsm doctor, with the world answering."""
        log = self.log_path.open("wb")
        self.world.spawn([tsm_binary(), "doctor"], self.environment(), log)
        log.close()
        return self.world.wait_for_exit(by=self.world.now + 10 * MINUTE)

    def test_all_is_well(self):
        self.assertEqual(self.doctor(), 0, self.log())

    def test_a_wrong_setting(self):
        self.settings["HOST_PROXMOX_MAC_ADDR"] = "FF:FF:FF:FF:FF:FF"
        self.assertEqual(self.doctor(), 1, self.log())
        self.assertTrue(self.log_lines("HOST_PROXMOX_MAC_ADDR"))

    def test_a_service_that_is_away(self):
        self.plug.close()
        self.assertEqual(self.doctor(), 1, self.log())
        self.assertTrue(self.log_lines("plug"))

    def test_a_right_that_is_missing(self):
        self.host.privileges.clear()
        self.assertEqual(self.doctor(), 1, self.log())
        self.assertTrue(self.log_lines("pveum"), "it says how to mend it")

    def test_a_certificate_that_is_not_checked(self):
        self.settings["HOST_PROXMOX_SSL_VERIFY"] = "false"
        self.assertEqual(self.doctor(), 0, self.log())
        self.assertTrue(self.log_lines("whoever answers"))

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            self.settings["TSM_LISTEN"] = f"127.0.0.1:{other.getsockname()[1]}"
            self.assertEqual(self.doctor(), 1, self.log())
        self.assertTrue(self.log_lines("TSM_LISTEN: cannot listen"))

    def test_an_empty_ledger(self):
        self.database.touch()
        self.assertEqual(self.doctor(), 0, self.log())
        self.assertTrue(self.log_lines("will be brought up to date"))

    def test_it_never_switches_anything(self):
        self.doctor()
        self.assert_no_shutdown()
        self.assertEqual(self.host.packets, [])


class Export(SettingsTest):
    def test_slices_beside_a_running_daemon(self):
        self.start()
        self.world.run_for(2 * MINUTE)
        done = self.run_tsm("export")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = list(csv.DictReader(done.stdout.splitlines()))
        self.assertEqual(list(rows[0]), ["begin", "end", "day", "period", "colour", "energy_wh",
                                         "quality", "cost_neur"])
        for row, following in zip(rows, rows[1:]):
            self.assertEqual(row["end"], following["begin"])
        self.assertEqual((rows[0]["begin"], rows[0]["day"], rows[0]["period"]),
                         ("2026-02-14T06:00:00+01:00", "2026-02-14", "HP"))
        spread_wh = [int(row["energy_wh"]) for row in rows if row["quality"] == "estimated"]
        self.assertEqual(sum(spread_wh), 50_000)
        self.assertTrue(all(int(row["cost_neur"]) > 0 for row in rows if int(row["energy_wh"]) > 0))


class Programs(SettingsTest):
    def test_version(self):
        done = self.run_tsm("version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^tsm \d+\.\d+")

    def test_usage(self):
        self.assertEqual(self.run_tsm("dance").returncode, 2)
        self.assertEqual(self.run_tsm("run", "--colour").returncode, 2)
        self.assertEqual(self.run_tsm("do").returncode, 2)

    def test_help_lists_the_settings(self):
        done = self.run_tsm("run", "--help")
        self.assertEqual(done.returncode, 0)
        for name in self._default_settings():
            self.assertIn(name, done.stdout)

    def test_do_without_a_daemon(self):
        done = self.run_tsm("do", "status")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)

    def test_demo(self):
        """36 simulated hours from the eve of a red day, in some 20 s, with nothing installed."""
        nothing = {name: None for name in self.settings}
        done = self.run_tsm("demo", "--for", "36h", "--speed", "7200",
                            patience_s=DEMO_PATIENCE_S, **nothing)
        self.assertEqual(done.returncode, 0, done.stderr)
        for what in ("red", "22:0", "06:0"):
            self.assertIn(what, done.stdout.lower())
        self.assertFalse(re.search(r"(?i)critical|assert|warning \*\*", done.stderr), done.stderr)


if __name__ == "__main__":
    unittest.main()
