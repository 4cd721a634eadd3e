"""Shows that bench/footprint measures, and says so when there is nothing to measure."""
import pathlib
import re
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "bench" / "footprint"
# Stands in for the program: holds 30 MB, works a tenth of the time, is ready after 0.3 s.
IDLE = """#!/usr/bin/env python3
import http.server, os, signal, sys, threading, time
assert sys.argv[1:] == ["run", "--config", "given"]
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
held = bytearray(b"x" * 30_000_000)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
def work():
    while True:
        end = time.process_time() + 0.02
        while time.process_time() < end:
            pass
        time.sleep(0.18)
time.sleep(0.3)
host, port = os.environ["TSM_LISTEN"].split(":")
threading.Thread(target=work, daemon=True).start()
http.server.HTTPServer((host, int(port)), Handler).serve_forever()
"""
BROKEN = "#!/bin/sh\necho START_SERVER_DATE is not set >&2\nexit 1\n"


def run(program):
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "tsm"
        path.write_text(program, encoding="utf-8")
        path.chmod(0o755)
        command = [SCRIPT, path, "--config", "given", "--starts", "3", "--seconds", "2"]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def main():
    idle, broken = run(IDLE), run(BROKEN)
    lines = re.findall(r"(?m)^(\w[\w, ]*?) {2,}([\d.]+) ", idle.stdout)
    values = {what: float(value) for what, value in lines}
    cases = [
        ("it ends well", idle.returncode == 0),
        ("resident memory", 35 < values.get("resident memory", 0) < 120),
        ("private memory", 28.6 < values.get("private memory", 0)
         < values.get("resident memory", 0)),
        ("processor time", 3000 < values.get("processor time a day", 0) < 30000),
        ("time until ready", 300 < values.get("ready after, median", 0)
         <= values.get("ready after, worst", 0)),
        ("a program that does not start", broken.returncode == 1
         and "ended with 1" in broken.stderr and "START_SERVER_DATE" in broken.stderr),
    ]
    print(f"1..{len(cases)}")
    for n, (story, good) in enumerate(cases, 1):
        print("ok" if good else "not ok", n, "-", story)
    if not all(good for _, good in cases):
        print("#", (idle.stdout + idle.stderr + broken.stderr).replace("\n", "\n# "))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
