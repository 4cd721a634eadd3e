# SPDX-License-Identifier: MIT
"""What `tsm` answers to the words it is called with: exit codes, and one line on stderr.

usage: test-cli.py PROGRAM
"""
import os
import re
import subprocess
import sys
import tempfile

# name, words, exit code, in stdout, in stderr ("": it says nothing there)
CASES = [
    ("nothing", [], 2, "", "no subcommand given"),
    ("help", ["help"], 0, "tsm run [--config FILE]", ""),
    ("help-option", ["--help"], 0, "tsm doctor", ""),
    ("unknown", ["dance"], 2, "", "no subcommand dance"),
    ("version", ["version"], 0, "tsm ", ""),
    ("version-and-more", ["version", "x"], 2, "", "does not know x"),
    ("run-unknown", ["run", "--colour"], 2, "", "run does not know --colour"),
    ("run-config-without", ["run", "--config"], 2, "", "--config wants a file"),
    ("run-help", ["run", "--help"], 0, "START_SERVER_DATE", ""),
    ("run-config-absent", ["run", "--config", "absent"], 1, "", "absent"),
    ("run-all-at-once", ["run", "--config", "wrong.conf"], 1, "",
     "HOST_TASMOTA is not well-formed: it should be a host, host:port or http(s)://host:port, "
     "without a path\nHOST_PROXMOX should be https: a token is not sent over plain http; write "
     "https://pve\nAPI_PROXMOX_TOKEN_SECRET should be the secret alone, as \"pveum user token "
     "add\" printed it\nTSM_LISTEN: 0.0.0.0:80 can be reached"),
    ("doctor-help", ["doctor", "--help"], 0, "tsm doctor [--config FILE]", ""),
    ("doctor-skips-the-wrong", ["doctor", "--config", "wrong.conf"], 1, "FAIL settings: TSM_LISTEN",
     ""),
    ("doctor-unknown", ["doctor", "now"], 2, "", "doctor does not know now"),
    ("export-help", ["export", "--help"], 0, "tsm export [--config FILE]", ""),
    ("export-config-absent", ["export", "--config", "absent"], 1, "", "absent cannot be read"),
    ("export-bad-zone", ["export", "--config", "zone.conf"], 1, "", "TIMEZONE is"),
    ("demo-help", ["demo", "--help"], 0, "tsm demo ", ""),
    ("export-unknown", ["export", "now"], 2, "", "export does not know now"),
    ("export-no-ledger", ["export"], 1, "", "tsm.db"),
    ("do-nothing", ["do"], 2, "set_derogation when=today|tomorrow [hour_start]", "wants a command"),
    ("do-help", ["do", "help"], 0, "remove_derogation derogation_id", ""),
    ("do-help-option", ["do", "--help"], 0, "tsm do [--as USER_ID] [--json]", ""),
    ("do-config-absent", ["do", "--config", "absent", "status"], 1, "", "absent cannot be read"),
    ("do-bad-socket", ["do", "--config", "socket.conf", "status"], 1, "", "TSM_SOCKET is"),
    ("do-unknown-option", ["do", "--loud", "status"], 2, "", "do does not know --loud"),
    ("do-as-nobody", ["do", "--as"], 2, "", "digits alone"),
    ("do-as-name", ["do", "--as", "bob", "status"], 2, "", "digits alone"),
    ("do-as-house", ["do", "--as", "0", "status"], 2, "", "digits alone"),
    ("do-word-too-many", ["do", "status", "now"], 2, "", '"now" is not an option'),
    ("do-too-long", ["do", "power", "state=" + "x" * 20000], 2, "", "long"),
    ("do-no-daemon", ["do", "status"], 1, "", "start tsm run, or give do the same"),
    ("do-no-daemon-json", ["do", "--json", "status"], 1, "", "start tsm run"),
]

FILES = {
    "wrong.conf": "START_SERVER_DATE=2025-09-01\nHOST_TASMOTA=http://1.2.3.4/cm\n"
                  "HOST_PROXMOX=http://pve\nHOST_PROXMOX_MAC_ADDR=52:54:00:12:34:56\n"
                  "API_PROXMOX_TOKEN_ID=tsm@pve!tsm\nAPI_PROXMOX_TOKEN_SECRET=id=secret\n"
                  "HOST_TEMPO=http://127.0.0.1:9\nHOST_RTE=http://127.0.0.1:9\n"
                  "TSM_LISTEN=0.0.0.0:80\n",
    "zone.conf": "TIMEZONE=Mars/Phobos\n",
    "socket.conf": "TSM_SOCKET=/" + "x" * 200 + "\n",
}


def run(program, words, directory):
    for name, text in FILES.items():
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.write(text)
    environment = {"PATH": os.environ["PATH"], "HOME": directory, "LC_ALL": "C"}
    return subprocess.run([program, *words], env=environment, cwd=directory, text=True,
                          capture_output=True, timeout=60, check=False)


def find_fault(done, code, out, err):
    lines = done.stderr.splitlines()
    if done.returncode != code:
        return f"exit {done.returncode}: {done.stderr}"
    if out not in done.stdout or (not out and done.stdout):
        return f"stdout: {done.stdout}"
    if not err:
        return done.stderr
    # Settings are named a line each; all the rest is one line.
    if err not in done.stderr or not re.match("tsm: ", done.stderr):
        return f"stderr: {done.stderr}"
    if code == 2 and (len(lines) != 1 or "see tsm help" not in lines[0]):
        return f"no hint, or more than a line: {done.stderr}"
    return ""


def main():
    print(f"1..{len(CASES)}")
    failed = 0
    for number, (name, words, code, out, err) in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory() as directory:
            fault = find_fault(run(os.path.abspath(sys.argv[1]), words, directory), code, out, err)
        failed += bool(fault)
        print(f"{'not ok' if fault else 'ok'} {number} {name}")
        for line in fault.splitlines():
            print(f"# {line}")
    return 1 if failed else 0


sys.exit(main())
