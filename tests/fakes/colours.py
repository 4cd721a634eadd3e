"""The two sources of colours: api-couleur-tempo.fr, and the JSON of RTE's public page.

Both read one Calendar, which knows the true colours and when each becomes public. They are as
strict as the real ones where that has bitten somebody: methods, Accept, User-Agent, dates that do
not exist yet. `mode` makes a source fail, for one request (fail_next) or until it is "ok" again.
"""

import csv
import datetime
import json
import pathlib
import random
import re

from .web import DROP, HANG, Response, Server, json_response
from .world import PARIS, at, paris

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "tempo"
CODES = {"UNKNOWN": 0, "BLUE": 1, "WHITE": 2, "RED": 3}
LABELS = ["Inconnu", "Bleu", "Blanc", "Rouge"]
DAY = datetime.timedelta(days=1)
# By how much a list is off in mode "wrong date": by about ten years. Off by less, a season would
# still hold days that were asked for, a lie that nobody can see through.
LIST_SHIFT = 3650 * DAY


def date_of(text):
    return datetime.date.fromisoformat(text)


def season_of(date):
    first = date.year if date.month >= 9 else date.year - 1
    return f"{first}-{first + 1}"


class Calendar:
    """The true colours, and when each becomes known: at 10:20 the day before, if not told."""

    PUBLISHED_AT = datetime.time(10, 20)

    def __init__(self, world, changes=None):
        self.world = world
        with open(FIXTURES / "colours.csv", encoding="utf-8", newline="") as file:
            self.colours = {date_of(row["date"]): row["color"] for row in csv.DictReader(file)}
        for date, colour in (changes or {}).items():
            self.colours[date_of(date)] = colour
        self._published = {}

    def publish(self, date, instant):
        """A day's colour becomes known at another instant; None: never."""
        date = date_of(date)
        self._published[date] = at(instant) if isinstance(instant, str) else instant

    def correct(self, date, colour):
        """From now on the sources say something else about a day."""
        self.colours[date_of(date)] = colour

    def published_at(self, date):
        if date in self._published:
            return self._published[date]
        eve = datetime.datetime.combine(date - DAY, self.PUBLISHED_AT, PARIS)
        return int(eve.timestamp())

    def known(self, date):
        """RED, WHITE, BLUE, or UNKNOWN while it is not public."""
        instant = self.published_at(date)
        if date not in self.colours or instant is None or self.world.now < instant:
            return "UNKNOWN"
        return self.colours[date]

    def today(self):
        return paris(self.world.now).date()


class Source(Server):
    """What both have in common: strictness, and the ways to fail."""

    def __init__(self, world, calendar):
        super().__init__(world)
        self.calendar = calendar
        self.mode = "ok"
        self._next_modes = []

    def fail_next(self, times, mode):
        self._next_modes += [mode] * times

    async def answer(self, request):
        mode = self._next_modes.pop(0) if self._next_modes else self.mode
        if mode == "hang":
            return HANG
        if mode == "drop":
            return DROP
        if mode == "html 503":
            page = (FIXTURES / "error_503.html").read_bytes()
            return Response(503, "Service Unavailable", page, "text/html")
        refusal = self.refuse(request)
        response = refusal or self.reply(request, mode)
        if mode == "404":
            return self.not_found()
        if mode == "html 200":
            return self.page()
        if mode == "truncate":
            response.cut_at = len(response.encode()) - max(4, len(response.body) // 2)
        return response

    def refuse(self, request):
        if request.method != "GET":
            return Response(405, "Method Not Allowed", b"", "text/html", {"Allow": "GET"})
        if not request.headers.get("user-agent"):
            return Response(403, "Forbidden", b"<html>Forbidden</html>", "text/html")
        return None

    def reply(self, request, mode):
        raise NotImplementedError

    @staticmethod
    def page():
        page = b"<!DOCTYPE html><html><body>Documentation</body></html>"
        return Response(body=page, type="text/html")

    @staticmethod
    def not_found():
        body = {"type": "https://tools.ietf.org/html/rfc2616#section-10",
                "title": "An error occurred", "detail": "Not Found"}
        return json_response(body, status=404, reason="Not Found", type="application/problem+json")


class CouleurApi(Source):
    """api-couleur-tempo.fr. `mode` also knows "wrong date" and "code 0"."""

    FIRST_RUN = datetime.time(6, 40)  # when the server makes the rows up to the day after tomorrow

    def reply(self, request, mode):
        if "application/json" not in request.headers.get("accept", ""):
            return self.page()  # a browser gets the documentation
        match = re.fullmatch(r"/api/(jourTempo/(?P<day>[^/]+)|joursTempo)", request.path)
        if not match:
            return self.not_found()
        if match["day"]:
            return self._one_day(match["day"], mode)
        return self._list(request.query, mode)

    def day_object(self, date, mode="ok", shift=DAY):
        code = 0 if mode == "code 0" else CODES[self.calendar.known(date)]
        shown = date + shift if mode == "wrong date" else date
        return {"dateJour": shown.isoformat(), "codeJour": code, "periode": season_of(shown),
                "libCouleur": LABELS[code]}

    def _one_day(self, text, mode):
        # By the calendar date of the server, not by the Tempo day.
        words = {"yesterday": -DAY, "today": 0 * DAY, "tomorrow": DAY}
        if text in words:
            return json_response(self.day_object(self.calendar.today() + words[text], mode))
        try:
            date = datetime.datetime.strptime(text, "%Y-%m-%d").date()
        except ValueError:
            return self.not_found()
        if date.isoformat() != text or not self._has_row(date):
            return self.not_found()
        return json_response(self.day_object(date, mode))

    def _has_row(self, date):
        has_run = paris(self.world.now).time() >= self.FIRST_RUN
        last = self.calendar.today() + (2 * DAY if has_run else DAY)
        return min(self.calendar.colours) <= date <= last

    def _list(self, query, mode):
        days = [self.day_object(date) for date in sorted(self.calendar.colours)
                if self._has_row(date)]
        for name in ("dateJour", "codeJour", "periode"):
            several = [value for key, value in query if key == name + "[]"]
            single = [value for key, value in query if key == name][-1:]  # of several, the last
            if several or single:
                days = [day for day in days if str(day[name]) in (several or single)]
        return json_response([self.day_object(date_of(day["dateJour"]), mode, LIST_SHIFT)
                              for day in days])


class RteJson(Source):
    """services-rte.com. A day that is not public has no key; the order of the keys is random."""

    BASE = "/cms/open_data/v1"

    def __init__(self, world, calendar):
        super().__init__(world, calendar)
        self.fallback_dates = set()  # days for which RTE says that it runs in degraded mode

    def reply(self, request, mode):
        today = self.calendar.today()
        if request.path == f"{self.BASE}/tempoLight":
            return self._values([today, today + DAY], mode)
        season = dict(request.query).get("season")
        if request.path == f"{self.BASE}/tempo" and season:
            return self._values([date for date in self.calendar.colours
                                 if season_of(date) == season and date <= today + DAY], mode)
        return Response(404, "Not Found", b"<html>404</html>", "text/html")

    def _values(self, dates, mode):
        pairs = []
        for date in dates:
            colour = "UNKNOWN" if mode == "code 0" else self.calendar.known(date)
            shown = date + LIST_SHIFT if mode == "wrong date" else date
            is_fallback = date in self.fallback_dates
            if colour == "UNKNOWN" and not is_fallback:
                continue
            if not is_fallback:
                pairs.append((shown.isoformat(), colour))
            pairs.append((f"{shown.isoformat()}-fallback", "true" if is_fallback else "false"))
        random.Random(len(self.requests)).shuffle(pairs)
        body = json.dumps({"values": dict(pairs)}, indent=2).encode()
        return Response(body=body)
