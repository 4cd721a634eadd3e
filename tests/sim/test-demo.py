#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs `tsm demo` and reads the story it tells: what happened, when and in which order.

usage: test-demo.py TSM-BINARY [CASE ...]
"""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

MARKS = {"■": "colour", "□": "colour", "▲": "warning", "◆": "power", "●": "up", "◐": "changing",
         "○": "down", "✗": "problem", "✓": "recovery", "·": "ledger", "€": "cost",
         "◇": "derogation", "›": "command", " ": "reply"}
MONTHS = {name: n for n, name in enumerate(
    "January February March April May June July August September October November December".split(),
    1)}


def run(binary, *options, typed="", code=0, **environment):
    begun = time.monotonic()
    done = subprocess.run([binary, "demo", *options], input=typed, text=True, timeout=120,
                          capture_output=True, check=False,
                          env={**os.environ, "LANG": "C", **environment})
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout, done.stderr, time.monotonic() - begun


def read_story(text):
    """The lines as ("25 22:00", kind, text), their continuation lines joined to them."""
    story, day = [], None
    for line in text.splitlines():
        rule = re.match(r"── \w+ (\d+) (\w+) (\d+)", line)
        if rule is not None:
            day = f"{int(rule[3])}-{MONTHS[rule[2]]:02}-{int(rule[1]):02}"
            continue
        said = re.match(r" (\d\d:\d\d)  (.) (.*)", line)
        if said is not None:
            story.append([f"{day} {said[1]}", MARKS[said[2]], said[3]])
        elif re.match(r" {10}\S", line) and story:
            story[-1][2] += " " + line.strip()
    return story


def find(story, kind, pattern):
    """The one line of that kind and text: its instant."""
    found = [at for at, its_kind, said in story if its_kind == kind and re.search(pattern, said)]
    assert len(found) == 1, (kind, pattern, found, story)
    return found[0]


def check_eve(story):
    """From the morning before the red Monday of 26 January 2026 to its evening."""
    assert [at for at, *_ in story] == sorted(at for at, *_ in story), story
    assert not [line for line in story if line[1] == "problem"], story
    known = find(story, "colour", "26 January 2026 is red")
    assert "2026-01-25 10:50" <= known < "2026-01-25 12:00", known
    assert find(story, "command", "^otter /set_derogation") == "2026-01-25 20:15"
    assert find(story, "reply", "^D1 keeps ") == "2026-01-25 20:15"
    assert find(story, "warning", "off at 22:00") == "2026-01-25 21:30"
    stops = [at for at, kind, said in story if kind == "power" and "Powering" in said]
    assert stops[:2] == ["2026-01-25 22:00", "2026-01-26 10:00"], stops
    downs = [at for at, kind, _ in story if kind == "down"]
    assert "2026-01-25 22:00" < downs[0] < "2026-01-25 22:10", downs
    seen = [at for at, kind, said in story if kind == "power" and said == "The server is off."]
    assert downs[0] <= seen[0] < "2026-01-25 22:10", seen
    assert find(story, "derogation", "D1 begins") == "2026-01-26 08:00"
    assert find(story, "derogation", "D1 ends") == "2026-01-26 10:00"
    ups = [at for at, kind, said in story if kind == "up" and "machine is up" in said]
    assert "2026-01-26 08:00" < ups[0] < "2026-01-26 08:05", ups
    assert "2026-01-26 10:00" < downs[1] < "2026-01-26 10:10", downs
    costs = [at for at, kind, _ in story if kind == "cost"]
    assert costs[:3] == ["2026-01-25 22:00", "2026-01-26 06:00", "2026-01-26 22:00"], costs


def case_36h_at_7200(binary):
    out, err, seconds = run(binary, "--for", "36h", "--speed", "7200")
    assert not err, err
    assert 17.5 < seconds < 40, seconds  # 18 s of clock, and a loaded machine's delays
    check_eve(read_story(out))
    assert "to Monday 26 January 2026 at 22:45, 1 day 12 h" in out, out


def case_two_days(binary):
    out, err, seconds = run(binary, "--for", "2d", "--speed", "1000000000")
    story = read_story(out)
    assert not err, err
    assert seconds < 15, seconds
    assert "\033" not in out
    check_eve(story)
    assert find(story, "colour", "27 January 2026 is white") < "2026-01-26 12:00"
    assert find(story, "power", "Waking the server: no red day") == "2026-01-27 06:00"
    ups = [at for at, kind, said in story if kind == "up" and "machine is up" in said]
    assert "2026-01-27 06:00" < ups[-1] < "2026-01-27 06:05", ups
    # What the friends owe adds up to the server's cost, but for cents of rounding.
    rows = re.findall(r"^  (\w[\w ]*?) +[\d.]+ kWh +€([\d.]+)", out, re.M)
    owed = {name: float(euros) for name, euros in rows}
    server = owed.pop("the server")
    assert set(owed) == {"otter", "heron", "lynx"}, owed
    assert abs(sum(owed.values()) - server) < 0.02, (owed, server)
    assert owed["otter"] > owed["heron"] + 0.05, owed


def case_seed(binary):
    fast = ("--for", "30h", "--speed", "1000000000")
    assert run(binary, *fast, "--seed", "5")[0] == run(binary, *fast, "--seed", "5")[0]
    assert run(binary, *fast, "--seed", "5")[0] != run(binary, *fast, "--seed", "6")[0]


def case_blue_days(binary):
    """Nothing is switched off in July."""
    out, err, _ = run(binary, "--for", "3d", "--speed", "1000000000", "--start", "2025-07-14T09:00")
    assert not err, err
    assert not [line for line in read_story(out) if line[1] in ("power", "warning", "problem")], out


def case_french(binary):
    out, err, _ = run(binary, "--for", "36h", "--speed", "1000000000", LANG="fr_FR.UTF-8")
    assert not err, err
    for said in ("dimanche 25 janvier 2026", "rouge", "La dérogation D1", "Extinction", "kWh",
                 "€", "le serveur"):
        assert said in out, (said, out)
    assert not re.search(r"\b(the|server|machine is|begins|ends)\b", out), out
    assert run(binary, "--for", "36h", "--speed", "1000000000", "--lang", "fr")[0] == out


def case_script(binary):
    """Standard input is a script; --for is not needed, it ends with its last line."""
    script = """
        # who needs it at night
        as heron
        set_derogation tomorrow 20 22
        wait 2h
        get_my_current_derogations
        as owner
        get_my_state day
        hello_you user=4242 2026-01-20
        get_state 4242 day
        get_state lynx day
        fly to the moon
        op "
        speed fast
        as nobody
        wait long
        help
        quit
        status
    """
    out, err, _ = run(binary, "--speed", "1000000", typed=script)
    story = read_story(out)
    assert not err, err
    said = [f"{kind}: {text}" for _, kind, text in story]
    assert find(story, "command", "heron set_derogation")[-5:] == "10:45"
    assert find(story, "command", "get_my_current_derogations")[-5:] == "12:45"
    assert find(story, "reply", "^D1 keeps the server on for") and "D1" in out
    assert find(story, "problem", "as otter")  # the owner has no state of his own
    assert find(story, "problem", 'no command "fly"')
    assert find(story, "problem", "op cannot be read")
    assert find(story, "problem", "speed wants")
    assert find(story, "problem", "as wants") and find(story, "problem", "wait wants")
    assert "/set_derogation when [hour_start] [hour_end]" in out
    assert not [line for line in said if "owner status" in line], said  # quit comes first


def case_removed_derogation(binary):
    """A derogation that is taken back while it runs ends then."""
    script = """
        as lynx
        wait 22h15m
        set_derogation today 9h15 12
        wait 1h
        remove_derogation D2
    """
    out, err, _ = run(binary, "--speed", "1000000", "--for", "30h", typed=script)
    story = read_story(out)
    assert not err, err
    assert find(story, "derogation", "lynx's derogation D2 begins") == "2026-01-26 09:15", out
    assert find(story, "derogation", "lynx's derogation D2 ends") == "2026-01-26 10:00", out


def case_usage(binary):
    for options in (["--speed", "0"], ["--for", "36"], ["--start", "2030-01-01T00:00"], ["--loud"],
                    ["now"]):
        out, err, _ = run(binary, *options, code=2)
        assert not out and err.count("\n") == 1 and err.startswith("tsm: "), (options, out, err)
    assert "--speed" in run(binary, "--help")[0]


def case_interrupted(binary):
    """Ctrl-C ends it well, with its summary."""
    with subprocess.Popen([binary, "demo", "--speed", "600"], stdin=subprocess.PIPE, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={**os.environ, "LANG": "C"}) as child:
        while "share it" not in child.stdout.readline():
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    assert child.returncode == 0 and not err, (child.returncode, out, err)
    assert "the server" in out, out


class Terminal:
    """A person at a terminal of 100 columns."""

    def __init__(self, binary, *options, **environment):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "LANG": "C.UTF-8", "COLUMNS": "100"},
                              **environment)
            os.execv(binary, [binary, "demo", *options])
        self.seen = ""

    def wait(self, pattern):
        end = time.monotonic() + 30
        while re.search(pattern, self.seen) is None:
            assert time.monotonic() < end, (pattern, self.seen)
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.fd, 65536).decode(errors="replace")
                except OSError:  # the other end is closed
                    assert re.search(pattern, self.seen), (pattern, self.seen)

    def type(self, text):
        self.seen = ""
        os.write(self.fd, text.encode())

    def end(self):
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def case_terminal(binary):
    """A prompt whose clock moves, with completion, history and colours; Ctrl-D ends it."""
    terminal = Terminal(binary, "--speed", "3600")
    terminal.wait(r"owner> ")
    terminal.wait(r"\033\[38;5;33m")
    terminal.type("as he\t\r")
    terminal.wait(r"heron> ")
    terminal.type("/stat\t\r")
    terminal.wait(r"It draws")
    terminal.type("\033[A\r")  # the same line again
    terminal.wait(r"It draws")
    terminal.type("set_derogation to\t\t")
    terminal.wait(r"today +tomorrow")
    terminal.type("\025speed 36000\r")
    terminal.wait(r"Powering the server off")
    terminal.type("\004")
    terminal.wait(r"the server +\d")
    assert terminal.end() == 0


def case_terminal_plain(binary):
    for options, environment in (["--no-colour"], {}), ([], {"NO_COLOR": "1"}):
        terminal = Terminal(binary, "--speed", "3600", *options, **environment)
        terminal.wait(r"owner> ")
        terminal.wait(r"is blue")
        terminal.type("quit\r")
        terminal.wait(r"the server +\d")
        assert "38;5" not in terminal.seen
        assert terminal.end() == 0


def main():
    binary = os.path.abspath(sys.argv[1])
    cases = {name[5:]: case for name, case in globals().items() if name.startswith("case_")}
    chosen = sys.argv[2:] or list(cases)
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for number, name in enumerate(chosen, 1):
        try:
            cases[name](binary)
            print(f"ok {number} {name}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"not ok {number} {name}\n# " + str(error)[-8000:].replace("\\n", "\n# "),
                  flush=True)
    return 1 if failed else 0


sys.exit(main())
