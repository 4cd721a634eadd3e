"""Shows that run-tests counts what it should: a skip or a lost case is never a pass."""
import importlib.machinery
import importlib.util
import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "run-tests"
LOADER = importlib.machinery.SourceFileLoader("run_tests", str(SCRIPT))
run_tests = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_tests", LOADER))
LOADER.exec_module(run_tests)

# The story, what a TAP program printed, what meson said of it, passed and failed cases.
CASES = [
    ("two good ones", "1..2\nok 1 /a\nok 2 /b\n", "OK", 2, 0),
    ("the plan at the end", "ok 1 /a\nok 2 /b\n1..2\n", "OK", 2, 0),
    ("one bad", "1..2\nok 1 /a\nnot ok 2 /b\n", "FAIL", 1, 1),
    ("a skip", "1..2\nok 1 /a\nok 2 /b # SKIP no zone\n", "OK", 1, 1),
    ("one put off", "1..1\nnot ok 1 /a # TO" "DO later\n", "EXPECTEDFAIL", 0, 1),
    ("a crash in the second of three", "1..3\nok 1 /a\n", "ERROR", 1, 2),
    ("a crash after the last", "1..1\nok 1 /a\n", "ERROR", 1, 1),
    ("nothing at all", "", "ERROR", 0, 1),
    ("no plan", "ok 1 /a\n", "ERROR", 1, 1),
    ("a plain program", None, "OK", 1, 0),
    ("a plain program that fails", None, "FAIL", 0, 1),
    ("a plain program that skips", None, "SKIP", 0, 1),
    ("a plain program that hangs", None, "TIMEOUT", 0, 1),
]


def main():
    bad = 0
    print(f"1..{len(CASES) + 2}")
    with tempfile.TemporaryDirectory() as name:
        log = pathlib.Path(name) / "testlog.json"
        for n, (story, said, verdict, passed, failed) in enumerate(CASES, 1):
            test = {"name": "tsm:unit / case", "stdout": said or "", "result": verdict}
            log.write_text(json.dumps(test) + "\n", encoding="utf-8")
            total = run_tests.count_log(log, set() if said is None else {"case"})
            good = (total.passed, total.failed) == (passed, failed)
            bad += not good
            print("ok" if good else "not ok", n, "-", story)
    budget = sum(run_tests.BUDGETS.values())
    good = budget < 20 * 60
    bad += not good
    print("ok" if good else "not ok", len(CASES) + 1, f"- all budgets together: {budget} s")
    page = (SCRIPT.parent.parent / "docs" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    good = all(any(f"`{suite}`" in row[1] and str(seconds) in row[-2].split() for row in rows)
               for suite, seconds in run_tests.BUDGETS.items())
    bad += not good
    print("ok" if good else "not ok", len(CASES) + 2, "- the published budgets are these")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
