"""Shows that generate-calendar refuses colours and prices that a slip of the hand would leave."""
import pathlib
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "generate-calendar"
MONTHS = ["month,colours", "2023-01," + "B" * 31, "2023-02," + "W" * 28, "2023-03," + "R" * 31]
PRICES = ["valid_from,blue_hp,blue_hc,white_hp,white_hc,red_hp,red_hc",
          "2023-01-01,0.1654,0.1356,0.1921,0.1536,0.7295,0.1615",
          "2023-02-01,0.2,0.1,0.123456,0.1,0.7,0.1"]

# The story, the line of the months or of the prices that is changed, and what the refusal names.
CASES = [
    ("a month left out", MONTHS, 2, None, "2023-03 does not follow"),
    ("a month twice", MONTHS, 2, MONTHS[1], "2023-01 does not follow"),
    ("a letter too few", MONTHS, 3, "2023-03," + "R" * 30, "31 letters"),
    ("a leap day in a common year", MONTHS, 2, "2023-02," + "W" * 29, "28 letters"),
    ("a letter that is no colour", MONTHS, 1, "2023-01," + "B" * 30 + "G", "31 letters"),
    ("a letter within that is none", MONTHS, 1, "2023-01," + "B" * 15 + "G" + "B" * 15,
     "31 letters"),
    ("no month at all", MONTHS, 1, "2023-13," + "B" * 31, "2023-13-01 is not a date"),
    ("another header", MONTHS, 0, "month,colors", "the header must be"),
    ("a field too many", MONTHS, 1, MONTHS[1] + ",", "2 fields expected"),
    ("a date that does not exist", PRICES, 2, PRICES[2].replace("02-01", "02-30"), "not a date"),
    ("a date twice", PRICES, 2, PRICES[1], "not after the line before"),
    ("a price left out", PRICES, 1, PRICES[1].rpartition(",")[0], "7 fields expected"),
    ("a price without its point", PRICES, 1, PRICES[1].replace("0.7295", "7295"), "7295 is not"),
    ("a price of seven decimals", PRICES, 2, PRICES[2].replace("456", "4567"), "0.1234567 is not"),
    ("a price of nothing", PRICES, 2, PRICES[2].replace("0.7,", "0.0,"), "0.0 is not a price"),
    ("a negative price", PRICES, 2, PRICES[2].replace("0.7", "-0.7"), "-0.7 is not a price"),
    ("no number", PRICES, 2, PRICES[2].replace("0.7", "nan"), "nan is not a price"),
    ("columns that changed places", PRICES, 0, PRICES[0].replace("red_hp,red_hc", "red_hc,red_hp"),
     "the header must be"),
]


def generate(folder, months, prices):
    """What the script said, and the table it wrote, if any."""
    paths = [folder / name for name in ("calendar.csv", "prices.csv", "table.h")]
    paths[2].unlink(missing_ok=True)
    for path, lines in zip(paths, (months, prices)):
        path.write_text("# why\n\n" + "\n".join(lines) + "\n", encoding="ascii")
    done = subprocess.run([sys.executable, SCRIPT, *paths], capture_output=True, text=True,
                          check=False)
    return done, paths[2].read_text(encoding="ascii") if paths[2].exists() else None


def main():
    bad = 0
    print(f"1..{len(CASES) + 1}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        done, table = generate(folder, MONTHS, PRICES)
        good = done.returncode == 0 and all(text in table for text in (
            "CALENDAR_BEGIN 19358 /* 2023-01-01 */", '"' + "W" * 28 + '" /* 2023-02 */',
            "[TSM_COLOUR_RED] = { [TSM_PERIOD_HP] = 729500, [TSM_PERIOD_HC] = 161500 }",
            "[TSM_PERIOD_HP] = 123456"))
        bad += not good
        print("ok" if good else "not ok", 1, "- good data, with comments and blanks")
        for n, (story, lines, i, line, named) in enumerate(CASES, 2):
            changed = lines[:i] + ([] if line is None else [line]) + lines[i + 1:]
            done, table = generate(folder, changed if lines is MONTHS else MONTHS,
                                   changed if lines is PRICES else PRICES)
            good = (done.returncode == 1 and table is None and named in done.stderr
                    and "Traceback" not in done.stderr)
            bad += not good
            print("ok" if good else "not ok", n, "-", story)
            if not good:
                print("#", done.returncode, done.stderr.strip().replace("\n", "\n# "))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
