"""A Tasmota plug, as strict and as faulty as the real ones.

The counter lives in three places, as in the device: working memory (lost at any boot), RTC memory
(lost when the mains is cut) and flash (written at local midnight and on an orderly restart). What a
power cut does to the total follows from that and from the firmware's version.

Energy is kept in integers: milliwatts times nanoseconds while it is being counted, 10 mWh units
(the firmware's own) when stored, and float32 kWh when shown, as the firmware does it.
"""

import base64
import dataclasses
import datetime
import re
import struct
import urllib.parse

from .web import DROP, HANG, Response, Server
from .world import NS, PARIS, UTC

UNIT_MWNS = 36_000 * NS  # 10 mWh in milliwatt-nanoseconds
UNITS_PER_WH = 100
MAX_COMMAND_BYTES = 1199
ENTER_COMMAND = '{"WARNING":"Enter command cmnd="}'
NEED_PASSWORD = '{"WARNING":"Need user=<username>&password=<password>"}'
WEB_LOG_TOO_LOW = '{"WARNING":"Enable weblog 2 if response expected"}'
UNKNOWN = '{"Command":"Unknown"}'
REFUSED = '{"Command":"Error"}'
OTHER_DEVICE = b"<!DOCTYPE html><html><head><title>Printer</title></head><body>Ready</body></html>"
MAIN_PAGE = b"<!DOCTYPE html><html><head><title>Tasmota</title></head><body>Toggle</body></html>"


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def parse_version(text):
    return tuple(int(part) for part in re.match(r"[\d.]+", text).group().split("."))


def fields(*pairs):
    """A JSON object from names and tokens that are JSON already: spelling matters."""
    return "{" + ",".join(f'"{name}":{token}' for name, token in pairs if token is not None) + "}"


@dataclasses.dataclass
class Channel:
    """One phase. `stored` ends at the last local midnight; today is `offset` + `counted`."""

    stored: int = 0
    offset: int = 0
    counted_mwns: int = 0
    yesterday: int = 0
    flash_stored: int = 0
    flash_today: int = 0
    flash_yesterday: int = 0

    @property
    def today(self):
        return self.offset + self.counted_mwns // UNIT_MWNS

    @property
    def total(self):
        return self.stored + self.today


class Plug(Server):
    one_at_a_time = True  # the device serves one client inside its main loop

    def __init__(self, world, version="14.2.0.4", total_wh=0, today_wh=0, yesterday_wh=0, watts=0,
                 mac="00:00:5E:00:53:02", password=None, timezone=99, phases=1, decimals=3,
                 total_start="2025-06-01T08:00:00"):
        super().__init__(world)
        self.version_text = version
        self.mac = mac
        self.password = password
        self.timezone = timezone  # 99: France with summer time; else fixed hours east of UTC
        self.decimals = decimals  # EnergyRes
        self.total_start = total_start
        self.web_log = 2
        self.http_api = True  # SetOption128
        self.phase_arrays = False  # SetOption129
        self.state_words = ("OFF", "ON")  # StateText1, StateText2
        self.relay = True
        self.save_data = True
        self.boot_count = 12
        self.ntp_delay_s = 8  # after a cold boot; None: no internet, the clock stays at 1970
        self.command_log = []  # (instant, command) of each one that was run
        self.mode = "ok"  # what to do with each request: see _misbehave
        self.stall_s = 5
        self._next_modes = []
        self.on_mains = lambda has_power: None  # the load is told when power reaches it, or stops

        self.channels = [Channel() for _ in range(phases)]
        for channel in self.channels:
            channel.stored = (total_wh - today_wh) * UNITS_PER_WH // phases
            channel.offset = today_wh * UNITS_PER_WH // phases
            channel.yesterday = yesterday_wh * UNITS_PER_WH // phases
            channel.flash_stored = channel.stored
        self._load_mw = round(watts * 1000)
        self._flowed_mwns = 0
        self._last_ns = world.now_ns
        self._boot_ns = world.now_ns - 10 * 86400 * NS
        self._sync_ns = self._boot_ns  # when the clock was set; None: not yet, and nobody will
        self._is_synced = True
        self._has_mains = True
        self._offset_is_known = True
        self._flash_day = self._local(world.now_ns).date()

    # What the test does to it.

    @property
    def version(self):
        return parse_version(self.version_text)

    @property
    def watts(self):
        """What the load draws through the plug now."""
        return self._load_mw / 1000 if self.relay and self._has_mains else 0

    @watts.setter
    def watts(self, watts):
        self.count()
        self._load_mw = round(watts * 1000)

    @property
    def total_wh(self):
        self.count()
        return sum(channel.total for channel in self.channels) / UNITS_PER_WH

    @property
    def flowed_wh(self):
        """What really went through the plug since the test began, whatever its counter says."""
        self.count()
        return self._flowed_mwns / UNIT_MWNS / UNITS_PER_WH

    def fail_next(self, times, mode="hang"):
        """The next requests go wrong, then all is as before."""
        self._next_modes += [mode] * times

    def power_cut(self, seconds):
        """The mains fails for a while. Working memory and RTC memory are gone."""
        self.count()
        self._has_mains = False
        self.close()
        self.on_mains(False)
        self.world.loop.call_later(seconds, self._mains_back)

    def restart(self):
        """An orderly restart: saved to flash first."""
        self.count()
        self._save_flash()
        self._boot_ns = self.world.now_ns
        self.boot_count += 1

    def crash(self):
        """A watchdog: flash is not written, RTC memory survives and with it the count."""
        self.count()
        self._boot_ns = self.world.now_ns
        self.boot_count += 1

    def replace(self, mac, total_wh=0, total_start="2026-01-01T00:00:00"):
        """Another plug in the same socket."""
        self.count()
        self.mac = mac
        self.total_start = total_start
        units = total_wh * UNITS_PER_WH
        self.channels = [Channel(stored=units, flash_stored=units)]
        self._boot_ns = self.world.now_ns

    # The counter.

    def count(self):
        """Brings the counters to the present, midnight by midnight."""
        now_ns = self.world.now_ns
        while self._last_ns < now_ns:
            step_ns = min(now_ns, self._next_event_ns())
            if self._has_mains and self.relay:
                flow_mwns = self._load_mw * (step_ns - self._last_ns)
                self._flowed_mwns += flow_mwns
                for channel in self.channels:
                    channel.counted_mwns += flow_mwns // len(self.channels)
            self._last_ns = step_ns
            if not self._has_mains:
                continue
            if not self._is_synced and self._sync_ns is not None and step_ns >= self._sync_ns:
                self._is_synced = True
                self._clock_was_set()
            elif self._is_synced and self._is_midnight(step_ns):
                self._roll_over()

    def _next_event_ns(self):
        if not self._is_synced:
            return self._sync_ns if self._sync_ns is not None else self.world.now_ns
        tomorrow = self._local(self._last_ns).date() + datetime.timedelta(days=1)
        midnight = datetime.datetime.combine(tomorrow, datetime.time(), self._tzinfo())
        return int(midnight.timestamp()) * NS

    def _is_midnight(self, ns):
        local = self._local(ns)
        return ns % NS == 0 and (local.hour, local.minute, local.second) == (0, 0, 0)

    def _roll_over(self):
        for channel in self.channels:
            today = channel.today
            if self.version >= (12, 3, 1, 3):
                # What is below 1 Wh is dropped: the total steps back a little (#23081).
                today -= (channel.stored + today) % UNITS_PER_WH
            channel.stored += today
            channel.yesterday = today
            channel.offset = channel.counted_mwns = 0
            if self.save_data:
                channel.flash_stored = channel.stored
                channel.flash_yesterday = today
                if not self._forgets_to_clear_today():
                    channel.flash_today = 0
        if self.save_data and not self._forgets_to_clear_today():
            self._flash_day = self._local(self._last_ns).date()

    def _forgets_to_clear_today(self):
        """#16791: midnight counted the saved today, and left it in flash to be added once more."""
        return (12, 0, 2, 4) <= self.version < (12, 3)

    def _save_flash(self):
        if not self.save_data:
            return
        for channel in self.channels:
            channel.flash_stored = channel.stored
            channel.flash_today = channel.today
            channel.flash_yesterday = channel.yesterday
        self._flash_day = self._local(self._last_ns).date() if self._is_synced else None

    def _mains_back(self):
        self.count()
        self._has_mains = True
        self._boot_ns = self.world.now_ns
        self.boot_count += 1
        self._is_synced = False
        self._sync_ns = None
        if self.ntp_delay_s is not None:
            self._sync_ns = self._boot_ns + round(self.ntp_delay_s * NS)
        self._offset_is_known = self.version >= (12, 0, 2, 4)
        for channel in self.channels:
            channel.stored = channel.flash_stored
            channel.yesterday = channel.flash_yesterday
            channel.counted_mwns = 0
            channel.offset = channel.flash_today if self._offset_is_known else 0
        self.world.loop.create_task(self.open_soon())
        self.on_mains(True)

    def _clock_was_set(self):
        """A cold device now knows whether the today it saved is still today."""
        same_day = self._flash_day == self._local(self._last_ns).date()
        for channel in self.channels:
            if not self._offset_is_known:
                # To 12.0.2.3: only now is it added, so the total jumps up; another day's is lost.
                channel.offset = channel.flash_today if same_day else 0
            elif not same_day:
                channel.stored += channel.offset
                channel.yesterday = channel.offset
                channel.offset = 0
        self._offset_is_known = True

    # Its clock.

    def _tzinfo(self):
        if self.timezone == 99:
            return PARIS
        return datetime.timezone(datetime.timedelta(hours=self.timezone))

    def _local(self, ns):
        return datetime.datetime.fromtimestamp(ns // NS, self._tzinfo())

    def clock(self):
        """What the device believes the local time to be."""
        if self._is_synced:
            return self._local(self.world.now_ns)
        return datetime.datetime.fromtimestamp(self.uptime_s(), UTC)

    def uptime_s(self):
        return (self.world.now_ns - self._boot_ns) // NS

    def _time_text(self):
        if self.version[:2] == (5, 12):
            return self.clock().strftime('"%Y.%m.%d %H:%M:%S"')
        return self.clock().strftime('"%Y-%m-%dT%H:%M:%S"')

    # HTTP.

    async def answer(self, request):
        self.count()
        mode = self._next_modes.pop(0) if self._next_modes else self.mode
        if mode == "hang":
            return HANG
        if mode == "drop" or self._denies(request):
            return DROP
        if mode == "other device":
            return Response(body=OTHER_DEVICE, type="text/html")
        if mode == "web server off":
            return Response(body=MAIN_PAGE, type="text/html", headers=self._server())
        if mode == "stall":
            await self.world.sleep_until(self.world.now + self.stall_s)
        self.count()
        if request.path != "/cm":
            return Response(404, "Not Found", b"File Not Found", "text/plain", chunked=False)
        status, body = self._command_reply(request)
        return self._dress(status, body, mode)

    def _dress(self, status, body, mode):
        if callable(mode):
            body = mode(body)
        elif mode == "foreign key":
            body = '{"RESULT":{"POWER":"ON"},"Total":9999.999,' + body[1:]
        response = Response(status, "OK" if status == 200 else "Unauthorized", body.encode(),
                            headers={"Cache-Control": "no-cache", **self._server()}, chunked=True)
        if mode == "truncate":
            response.cut_at = len(response.encode()) * 2 // 3
        return response

    def _server(self):
        return {"Server": f"Tasmota/{self.version_text} (ESP8266EX)"}

    def _denies(self, request):
        return (not self.http_api and self.version >= (9, 5, 0, 5)
                and self.address not in request.headers.get("referer", ""))

    def _command_reply(self, request):
        query = dict(request.query)
        if self.password is not None and not self._is_authorised(request, query):
            return (401 if self.version >= (9, 4) else 200), NEED_PASSWORD
        command = query.get("cmnd", "")
        if not 1 <= len(command.encode()) <= MAX_COMMAND_BYTES:
            return 200, ENTER_COMMAND
        if self.version < (9,) and self.web_log < 2:
            return 200, WEB_LOG_TOO_LOW
        return 200, self.run_command(command)

    def _is_authorised(self, request, query):
        if query.get("user") == "admin" and query.get("password") == self.password:
            return True
        token = base64.b64encode(f"admin:{self.password}".encode()).decode()
        return self.version >= (9, 4) and request.headers.get("authorization") == f"Basic {token}"

    # Commands.

    def run_command(self, command):
        self.command_log.append((self.world.now, command))
        name, _, argument = command.strip().partition(" ")
        argument = argument.strip()
        match = re.fullmatch(r"_?([a-z]+(?:128|129)?)(\d*)", name.lower())
        handler = match and getattr(self, f"_do_{match[1]}", None)
        reply = handler(int(match[2] or 1), argument) if handler else self._unknown(command)
        is_silenced = name.startswith("_") and not name.lower().startswith("_status")
        return "{}" if is_silenced else reply

    def _unknown(self, command):
        if self.version >= (14, 2, 0, 4):
            shout = command.upper().replace('"', "")
            return '{"Command":"Unknown","Input":"' + shout + '"}'
        return UNKNOWN

    def _do_status(self, _index, argument):
        parts = {
            "": self._status, "1": self._status_prm, "2": self._status_fwr, "3": self._status_log,
            "4": self._status_mem, "5": self._status_net, "7": self._status_tim,
            "8": self._status_sns_8, "9": self._status_pth, "10": self._status_sns,
            "11": self._status_sts,
        }
        if argument == "0":
            return "{" + ",".join(part()[1:-1] for name, part in parts.items() if name != "8") + "}"
        return parts[argument]() if argument in parts else REFUSED

    def _do_power(self, _index, argument):
        words = {"1": "on", "0": "off", "2": "toggle"}
        wanted = words.get(argument, argument.lower())
        if wanted in words.values():
            self.count()
            self.relay = not self.relay if wanted == "toggle" else wanted == "on"
            self.on_mains(self.relay)
        return fields(("POWER", f'"{self.state_words[self.relay]}"'))

    def _do_backlog(self, _index, argument):
        for command in filter(None, (part.strip() for part in argument.split(";"))):
            self.world.loop.call_later(0.2, self.run_command, command)
        return "{}" if self.version >= (9,) else '{"Backlog":"Appended"}'

    def _do_restart(self, _index, argument):
        if argument == "1":
            self.restart()
            return "{}"
        return '{"Restart":"1 to restart"}'

    def _do_savedata(self, _index, argument):
        self._save_flash()
        if argument:
            self.save_data = argument != "0"
        return '{"SaveData":"%s"}' % ("ON" if self.save_data else "OFF")

    def _do_setoption128(self, _index, argument):
        self.http_api = argument != "0"
        return '{"SetOption128":"%s"}' % ("ON" if self.http_api else "OFF")

    def _do_setoption129(self, _index, argument):
        self.phase_arrays = argument == "1"
        return '{"SetOption129":"%s"}' % ("ON" if self.phase_arrays else "OFF")

    def _do_energyreset(self, index, argument):
        """To 9.5.0.8. Since 5.10 a number is the index, so `EnergyReset 3` sets Today to 3 Wh."""
        if self.version >= (9, 5, 0, 9):
            return self._unknown(f"EnergyReset{index} {argument}")
        if self.version < (5, 10):
            index, argument = int(argument or 1), "0"
        if argument:
            self._set_counter({1: "today", 2: "yesterday", 3: "total"}[index], 1, int(argument))
        usage = ("Usage", "[0.000,0.000]") if self.version >= (6, 6, 0, 13) else ("Usage", None)
        export = ("Export", "[0.000,0.000]") if self.version >= (6, 6, 0, 13) else ("Export", None)
        return fields(("EnergyReset", fields(*self._energy_trio(), usage, export)))

    def _do_energytotal(self, index, argument):
        return self._energy_command("EnergyTotal", "total", index, argument)

    def _do_energytoday(self, index, argument):
        return self._energy_command("EnergyToday", "today", index, argument)

    def _do_energyyesterday(self, index, argument):
        return self._energy_command("EnergyYesterday", "yesterday", index, argument)

    def _energy_command(self, name, counter, index, argument):
        if self.version < (9, 5, 0, 9) or index > len(self.channels):
            return self._unknown(f"{name} {argument}")
        if argument:
            wh, _, epoch = argument.partition(",")
            self._set_counter(counter, index, int(wh))
            if counter == "total":
                since = self._local(int(epoch) * NS) if epoch else self.clock()
                self.total_start = since.strftime("%Y-%m-%dT%H:%M:%S")
        return fields((name, fields(*self._energy_trio(arrays=len(self.channels) > 1))))

    def _set_counter(self, counter, index, wh):
        self.count()
        channel = self.channels[index - 1]
        units = wh * UNITS_PER_WH
        if counter == "total":
            channel.stored = channel.flash_stored = units  # as of the start of today
        elif counter == "yesterday":
            channel.yesterday = channel.flash_yesterday = units
        else:
            channel.offset, channel.counted_mwns = units, 0
            channel.flash_today = units

    # Status bodies.

    def _kwh(self, units):
        return f"{float32(units / 100_000):.{self.decimals}f}"

    def _energy_trio(self, arrays=False):
        def one(pick):
            if arrays:
                return "[" + ",".join(self._kwh(pick(channel)) for channel in self.channels) + "]"
            return self._kwh(sum(pick(channel) for channel in self.channels))

        return [("Total", one(lambda channel: channel.total)),
                ("Yesterday", one(lambda channel: channel.yesterday)),
                ("Today", one(lambda channel: channel.today))]

    def _energy(self):
        watts, phases = self.watts, len(self.channels)
        volts = 230 if self.relay else 0

        def each(text):
            return text if phases == 1 else "[" + ",".join([text] * phases) + "]"

        blank = " " if self.version >= (12,) and phases == 1 else ""
        pairs = []
        if self.version >= (6, 3):
            pairs.append(("TotalStartTime", f'"{self.total_start}"'))
        pairs += self._energy_trio(arrays=phases > 1 and self.phase_arrays)
        pairs.append(("Power", blank + each(f"{watts / phases:.0f}")))
        if self.version >= (6, 3):
            pairs.append(("ApparentPower", blank + each(f"{watts / phases * 1.1:.0f}")))
            pairs.append(("ReactivePower", blank + each(f"{watts / phases * 0.4:.0f}")))
        pairs += [("Factor", each("0.91" if watts else "0.00")), ("Voltage", str(volts)),
                  ("Current", each(f"{watts / phases / 230:.3f}"))]
        return fields(*pairs)

    def _status_sns(self):
        if self.version < (5, 11):
            return fields(("StatusSNS", fields(("Time", self._time_text()))))
        sensors = fields(("Time", self._time_text()), ("ENERGY", self._energy()))
        return fields(("StatusSNS", sensors))

    def _status_sns_8(self):
        if self.version >= (5, 11):
            return self._status_sns()
        trio = ", ".join(f'"{name}":{token}' for name, token in self._energy_trio())
        return ('{"StatusPWR":{' + trio + f', "Power":{self.watts:.0f}, "Factor":0.91, '
                f'"Voltage":230, "Current":{self.watts / 230:.3f}' + "}}")

    def _status(self):
        power = f'"{int(self.relay)}"' if self.version >= (13, 4) else str(int(self.relay))
        return fields(("Status", fields(
            ("Module", "0"), ("DeviceName", '"Server"'), ("FriendlyName", '["Server"]'),
            ("Topic", '"server"'), ("Power", power), ("PowerOnState", "3"), ("LedState", "1"),
            ("SaveData", str(int(self.save_data))), ("PowerRetain", "0"))))

    def _status_prm(self):
        startup = datetime.datetime.fromtimestamp(self._boot_ns // NS, UTC)
        return fields(("StatusPRM", fields(
            ("Baudrate", "4800"), ("RestartReason", '"Power On"'),
            ("Uptime", f'"{self._uptime_text()}"'),
            ("StartupUTC", startup.strftime('"%Y-%m-%dT%H:%M:%S"')), ("Sleep", "50"),
            ("BootCount", str(self.boot_count)), ("SaveCount", "4803"))))

    def _status_fwr(self):
        return fields(("StatusFWR", fields(
            ("Version", f'"{self.version_text}(tasmota)"'), ("Boot", "31"),
            ("Hardware", '"ESP8266EX"'))))

    def _status_log(self):
        return fields(("StatusLOG", fields(("SerialLog", "0"), ("WebLog", str(self.web_log)))))

    def _status_mem(self):
        return fields(("StatusMEM", fields(("ProgramSize", "649"), ("Free", "352"))))

    def _status_net(self):
        return fields(("StatusNET", fields(
            ("Hostname", '"server-4913"'), ("IPAddress", '"192.0.2.7"'), ("Mac", f'"{self.mac}"'),
            ("Webserver", "2"), ("HTTP_API", str(int(self.http_api))), ("WifiConfig", "4"))))

    def _status_tim(self):
        utc = datetime.datetime.fromtimestamp(self.clock().timestamp(), UTC)
        zone = "99" if self.timezone == 99 else f'"{self.timezone:+03d}:00"'
        ending = "Z" if self.version >= (14,) else ""
        return fields(("StatusTIM", fields(
            ("UTC", utc.strftime(f'"%Y-%m-%dT%H:%M:%S{ending}"')),
            ("Local", self.clock().strftime('"%Y-%m-%dT%H:%M:%S"')),
            ("StartDST", '"2026-03-29T02:00:00"'), ("EndDST", '"2026-10-25T03:00:00"'),
            ("Timezone", zone))))

    def _status_pth(self):
        return fields(("StatusPTH", fields(("PowerDelta", "[0,0,0]"), ("PowerLow", "0"))))

    def _status_sts(self):
        uptime = None if self.version < (6, 6, 0, 1) else str(self.uptime_s())
        return fields(("StatusSTS", fields(
            ("Time", self._time_text()), ("Uptime", f'"{self._uptime_text()}"'),
            ("UptimeSec", uptime), ("Heap", "25"), ("POWER", f'"{self.state_words[self.relay]}"'),
            ("Wifi", fields(("AP", "1"), ("SSId", '"home"'), ("RSSI", "78"), ("Signal", "-61"),
                            ("LinkCount", "1"))))))

    def _uptime_text(self):
        days, rest = divmod(self.uptime_s(), 86400)
        return f"{days}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


def command_url(command):
    """The path that asks for a command, encoded as the device wants it."""
    return "/cm?cmnd=" + urllib.parse.quote(command, safe="")
