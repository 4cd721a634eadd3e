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
    ("doctor-unknown", ["doctor", "now"], 2, "", "doctor does not know now"),
    ("export-unknown", ["export", "now"], 2, "", "export does not know now"),
    ("export-no-ledger", ["export"], 1, "", "tsm.db"),
    ("do-nothing", ["do"], 2, "set_derogation when=today|tomorrow [hour_start]", "wants a command"),
    ("do-help", ["do", "help"], 0, "remove_derogation derogation_id", ""),
    ("do-unknown-option", ["do", "--loud", "status"], 2, "", "do does not know --loud"),
    ("do-as-nobody", ["do", "--as"], 2, "", "digits alone"),
    ("do-as-name", ["do", "--as", "bob", "status"], 2, "", "digits alone"),
    ("do-as-house", ["do", "--as", "0", "status"], 2, "", "digits alone"),
    ("do-word-too-many", ["do", "status", "now"], 2, "", "one word too many"),
    ("do-too-long", ["do", "power", "state=" + "x" * 20000], 2, "", "too long"),
    ("do-no-daemon", ["do", "status"], 1, "", "is tsm run running?"),
    ("do-no-daemon-json", ["do", "--json", "status"], 1, "", "is tsm run running?"),
]


def run(program, words, directory):
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
