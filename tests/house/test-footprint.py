"""Shows that bench/footprint measures, and says so when there is nothing to measure."""
import pathlib
import re
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "bench" / "footprint"
# Stands in for the program: holds 30 MB, is ready after 0.3 s, works 20 ms every ten minutes.
# The interpreter itself: a program that is run by another one is not on the tests' clock.
IDLE = f"#!{sys.executable}" + """
import os, select, socket, sys, time
assert sys.argv[1:] == ["run"] and os.path.getsize(os.environ["TSM_DATABASE"]) == 6
held = bytearray(b"x" * 30_000_000)
time.sleep(0.3)
host, port = os.environ["TSM_LISTEN"].split(":")
server = socket.create_server((host, int(port)))
poll = select.poll()
poll.register(server)
due = time.monotonic() + 600
while True:
    if poll.poll(max(0, due - time.monotonic()) * 1000):
        client, _ = server.accept()
        client.recv(65536)
        client.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
        client.close()
    if time.monotonic() >= due:
        due += 600
        end = time.process_time() + 0.02
        while time.process_time() < end:
            pass
"""
BROKEN = "#!/bin/sh\necho START_SERVER_DATE is not set >&2\nexit 1\n"


def run(program):
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "tsm"
        path.write_text(program, encoding="utf-8")
        path.chmod(0o755)
        ledger = pathlib.Path(name) / "ledger"
        ledger.write_text("ledger", encoding="utf-8")
        command = [SCRIPT, path, "--ledger", ledger, "--starts", "3", "--seconds", "1"]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def main():
    idle, broken = run(IDLE), run(BROKEN)
    lines = re.findall(r"(?m)^(\w[\w, ]*?) {2,}([\d.]+) ", idle.stdout)
    values = {what: float(value) for what, value in lines}
    cases = [
        ("it ends well", idle.returncode == 0),
        ("resident memory", 35 < values.get("resident memory", 0) < 120),
        ("dirty private memory", 28.6 < values.get("private memory, dirty", 0)
         < values.get("resident memory", 0)),
        ("processor time", 2.88 <= values.get("processor time a day", 0) < 6),
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
