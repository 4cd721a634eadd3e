"""Bad days of the colour sources and of the host: said once, tried again with pauses, got over."""

import datetime
import unittest

from harness import MINUTE, TsmTest, proxmox


class ColourSources(TsmTest):
    """The red of Tuesday 17 February becomes public on Monday at 10:20."""

    START = "2026-02-16 09:00"
    SINCE = "2026-02-14"
    SETTINGS = {"POLL_SECONDS": "300", "LOG_LEVEL": "message"}

    def both(self, mode):
        self.couleur.mode = self.rte.mode = mode

    def check_first_source_fails(self, mode):
        """The second source answers in its place."""
        self.couleur.mode = mode
        self.start()
        self.world.run_to("2026-02-16 12:30")
        self.assertEqual(self.data("status")["colour_tomorrow"], "red")

    def test_first_html_503(self):
        self.check_first_source_fails("html 503")

    def test_first_html_200(self):
        self.check_first_source_fails("html 200")

    def test_first_404(self):
        self.check_first_source_fails("404")

    def test_first_truncated(self):
        self.check_first_source_fails("truncate")

    def test_first_hangs(self):
        self.check_first_source_fails("hang")

    def test_first_drops(self):
        self.check_first_source_fails("drop")

    def test_first_code_0(self):
        self.check_first_source_fails("code 0")

    def check_lie_changes_nothing(self, mode):
        """No colour is learned from it, and the truth is learned once it is told again."""
        self.start()
        self.world.run_for(10 * MINUTE)
        self.both(mode)
        self.world.run_to("2026-02-16 14:00")
        status = self.data("status")
        self.assertEqual((status["colour_today"], status["colour_tomorrow"]), ("blue", "unknown"))
        self.both("ok")
        self.world.run_to("2026-02-16 15:10")
        self.assertEqual(self.data("status")["colour_tomorrow"], "red")
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")

    def test_both_answer_for_another_date(self):
        self.check_lie_changes_nothing("wrong date")

    def test_both_know_nothing(self):
        self.check_lie_changes_nothing("code 0")

    def test_both_cut_off(self):
        self.check_lie_changes_nothing("truncate")

    def test_rte_in_degraded_mode(self):
        """A day marked as fallback is unknown, whatever else stands there."""
        self.couleur.mode = "html 503"
        self.rte.fallback_dates.add(datetime.date(2026, 2, 17))
        self.start()
        self.world.run_to("2026-02-16 14:00")
        self.assertEqual(self.data("status")["colour_tomorrow"], "unknown")

    def test_an_outage_is_told_once_and_asked_with_pauses(self):
        self.start()
        self.world.run_for(10 * MINUTE)
        known = len(self.log_lines("colour|couleur|tempo|rte"))
        asked = len(self.couleur.requests)
        self.both("html 503")
        self.world.run_to("2026-02-16 20:00")
        told = len(self.log_lines("colour|couleur|tempo|rte")) - known
        self.assertGreaterEqual(told, 1)
        self.assertLessEqual(told, 6, "once for each source, not for each try")
        self.assertLessEqual(len(self.couleur.requests) - asked, 60, "1 to 30 minutes apart")
        self.both("ok")
        self.world.run_to("2026-02-16 20:45")
        self.assertEqual(self.data("status")["colour_tomorrow"], "red")
        self.assertGreater(len(self.log_lines("colour|couleur|tempo|rte")), known + told)

    def test_known_colours_are_not_asked_all_day(self):
        self.start()
        self.world.run_to("2026-02-16 12:30")
        asked = len(self.couleur.requests) + len(self.rte.requests)
        self.world.run_to("2026-02-16 20:00")
        self.assertEqual(len(self.couleur.requests) + len(self.rte.requests), asked)
        self.assertGreaterEqual(asked, 1)


class HostFaults(TsmTest):
    """On the eve of a red day the API does not do as it is told; it is mended at 23:00."""

    START = "2026-02-16 21:30"
    SETTINGS = {"LOG_LEVEL": "message"}

    def check(self, begin, end, pattern, tries=40):
        begin()
        self.start()
        self.world.run_to("2026-02-16 23:00")
        self.assertTrue(self.host.is_on)
        told = self.log_lines(pattern)
        self.assertGreaterEqual(len(told), 1, f"nothing in the log about {pattern}")
        self.assertLessEqual(len(told), 4, "once an episode, not at each try")
        self.assertLessEqual(len(self.posts()), tries)
        end()
        self.wait_for_off("2026-02-16 23:00", "2026-02-16 23:40")
        self.world.run_for(10 * MINUTE)
        self.assertEqual(self.data("status")["host"], "off")

    def posts(self):
        return [request for request in self.host.requests if request.method == "POST"]

    def mode(self, mode):
        return [lambda value=value: setattr(self.host, "mode", value) for value in (mode, "ok")]

    def test_500(self):
        self.check(*self.mode("500"), pattern="500")

    def test_hang(self):
        self.check(*self.mode("hang"), pattern="proxmox|host")

    def test_html_of_a_proxy(self):
        self.check(*self.mode("html"), pattern="502")

    def test_403_names_the_privilege(self):
        self.check(lambda: self.host.privileges.discard("Sys.PowerMgmt"),
                   lambda: self.host.privileges.add("Sys.PowerMgmt"), pattern="Sys.PowerMgmt")

    def test_401_is_not_hammered(self):
        """A wrong secret stays wrong until somebody mends the settings."""
        self.settings["API_PROXMOX_TOKEN_SECRET"] = "00000000-0000-0000-0000-000000000000"
        self.start()
        self.world.run_to("2026-02-16 23:00")
        self.assertTrue(self.host.is_on)
        self.assertLessEqual(len(self.posts()), 20)
        told = self.log_lines("401|token|API_PROXMOX")
        self.assertTrue(1 <= len(told) <= 5, told)
        self.stop()
        self.settings["API_PROXMOX_TOKEN_SECRET"] = proxmox.TOKEN_SECRET
        self.start()
        self.wait_for_off("2026-02-16 23:00", "2026-02-16 23:10")

    def test_certificate_that_does_not_verify(self):
        """Nothing is sent to a host that cannot prove who it is, least of all the token."""
        self.settings["HOST_PROXMOX_SSL_VERIFY"] = "true"
        self.start()
        self.world.run_to("2026-02-16 22:30")
        self.assertEqual(self.host.requests, [])
        self.assertTrue(1 <= len(self.log_lines("certificate|TLS|HOST_PROXMOX_SSL_VERIFY")) <= 4)

    def test_fingerprint(self):
        self.settings["HOST_PROXMOX_SSL_VERIFY"] = proxmox.fingerprint(self.host.certificate)
        self.start()
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")

    def test_wrong_fingerprint(self):
        right = proxmox.fingerprint(self.host.certificate)
        self.settings["HOST_PROXMOX_SSL_VERIFY"] = ":".join(reversed(right.split(":")))
        self.start()
        self.world.run_to("2026-02-16 22:30")
        self.assertEqual(self.host.requests, [])
        self.assertTrue(self.log_lines(right), "it is shown, so that it can be compared")

    def test_older_release_says_less(self):
        self.host.release = "7.2-3"
        self.check(lambda: self.host.privileges.discard("Sys.PowerMgmt"),
                   lambda: self.host.privileges.add("Sys.PowerMgmt"), pattern="Sys.PowerMgmt")

    def test_node_found_by_itself(self):
        self.settings["PROXMOX_NODE"] = None
        self.host.node, self.host.nodes = "tower", ["tower"]
        self.start()
        self.wait_for_off("2026-02-16 22:00", "2026-02-16 22:10")

    def test_several_nodes_need_the_setting(self):
        self.settings["PROXMOX_NODE"] = None
        self.host.nodes = ["pve", "tower"]
        self.start()
        self.world.run_to("2026-02-16 22:30")
        self.assert_no_shutdown()
        self.assertTrue(self.log_lines("PROXMOX_NODE"))


if __name__ == "__main__":
    unittest.main()
