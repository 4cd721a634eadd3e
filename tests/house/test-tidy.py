"""Shows that tidy can fail: a small project that is clean, and one fault a row."""
import pathlib
import subprocess
import sys
import tempfile

TIDY = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "tidy"
TOP = "/* SPDX-License-Identifier: MIT\n * {}: a case. */\n"
CLEAN = {
    "docs/ARCHITECTURE.md": "The rules live in `src/rules`, the edges in `src/devices`.\n",
    "meson.build": "dependency('glib-2.0')\n",
    "src/rules/tsm-noun.h": TOP.format("tsm-noun") + "#pragma once\nint tsm_noun_get (int a);\n",
    "src/rules/tsm-noun.c": TOP.format("tsm-noun") + """#include "rules/tsm-noun.h"

static const char *const words[] = { "// no comment", "goto" };

static int
helper (int a)
{
  return a + words[0][0];
}

int
tsm_noun_get (int a)
{
  return helper (a);
}
""",
    "tests/unit/test-noun.c": "/* SPDX-License-Identifier: MIT */\n" + "int x;\n" * 200,
}
SOURCE, HEADER, TEST = "src/rules/tsm-noun.c", "src/rules/tsm-noun.h", "tests/unit/test-noun.c"
UNFINISHED = "TO" + "DO"


def function(name, body, parameters="void", before=""):
    return f"\n{before}int\n{name} ({parameters})\n{{\n{body}}}\n"


LONG = "  x ();\n" * 68
DEEP = "".join(f"{'  ' * n}if (a)\n" for n in range(1, 6)) + "            return 1;\n"
SEVEN = "int a, int b, int c, int (*d) (int, int), int e, int f, int g"
ALLOW = "/* tidy: allow {}: a table reads best whole */\n"
# A row: its story, the file, what is appended to it (a pair replaces, None removes), what is said.
CASES = [
    ("clean", SOURCE, "", None),
    ("70 lines are enough", SOURCE, function("tsm_noun_a", LONG[:-7]), None),
    ("71 lines are not", SOURCE, function("tsm_noun_a", LONG), "tsm_noun_a: 71 lines"),
    ("71 lines with a reason", SOURCE,
     function("tsm_noun_a", LONG, before=ALLOW.format("function")), None),
    ("a reason inside the function", SOURCE,
     function("tsm_noun_a", "  " + ALLOW.format("function") + LONG), None),
    ("no reason given", SOURCE,
     function("tsm_noun_a", LONG, before="/* tidy: allow function: */\n"), "not an exception"),
    ("an exception that nothing needs", SOURCE, ALLOW.format("function"), "is not needed"),
    ("an exception of no known kind", SOURCE, ALLOW.format("anything"), "not an exception"),
    ("an exception for another function", SOURCE,
     function("tsm_noun_a", "  " + ALLOW.format("function")) + function("tsm_noun_b", LONG),
     "tsm_noun_b: 71 lines"),
    ("five deep", SOURCE, function("tsm_noun_a", DEEP), "nested 5 deep"),
    ("seven parameters", SOURCE, function("tsm_noun_a", "", SEVEN), "7 parameters"),
    ("six parameters", SOURCE, function("tsm_noun_a", "", SEVEN[:-7]), None),
    ("a public name of another file", SOURCE, function("tsm_other_get", ""),
     "not called tsm_noun_"),
    ("the noun itself as a name", SOURCE, function("tsm_noun", ""), None),
    ("a name that only begins alike", SOURCE, function("tsm_nouns", ""), "not called tsm_noun_"),
    ("a private name", SOURCE, "\nstatic int\nother_get (void)\n{\n}\n", None),
    ("an allowed public name", SOURCE,
     function("tsm_word_get", "", before=ALLOW.format("name")), None),
    ("all public names of a file allowed", SOURCE,
     ("#include", ALLOW.format("name") + function("tsm_word_get", "") + function("tsm_word_set", "")
      + "#include"), None),
    ("801 lines", SOURCE, "int x;\n" * 790, "at most 800"),
    ("151 lines", HEADER, "int x;\n" * 150, "at most 150"),
    ("101 columns", SOURCE, "/* " + "x" * 95 + " */\n", "101 columns"),
    ("100 columns", SOURCE, "/* " + "x" * 94 + " */\n", None),
    ("100 columns with accents", SOURCE, "/* " + "é" * 94 + " */\n", None),
    ("a // comment", SOURCE, "int x; // why\n", "a // comment"),
    ("an address in a comment", SOURCE, "/* https://example.org */\n", None),
    ("goto", SOURCE, function("tsm_noun_a", "  goto out;\n"), "goto"),
    ("a double in the rules", SOURCE, "static double price;\n", "floating point"),
    ("a double in a comment", SOURCE, "/* no double here */\n", None),
    ("a double at an edge", "src/devices/tsm-verb.c",
     TOP.format("tsm-verb") + "static double total;\n", None),
    ("a layer that looks up", SOURCE, '#include "engine/tsm-event.h"\n',
     "src/rules lies below src/engine"),
    ("a folder that is no layer", "src/helpers/tsm-verb.c", TOP.format("tsm-verb"),
     "not one of the layers"),
    ("a note to yourself", SOURCE, f"/* {UNFINISHED} later */\n", "a note to yourself"),
    ("a machine path", TEST, 'const char *p = "/ho' + 'me/me/x";\n', "a path of one machine"),
    ("no licence", SOURCE, ("SPDX", "spdx"), "does not begin with"),
    ("no licence in a test", TEST, ("SPDX", "spdx"), "does not begin with"),
    ("an opening comment of another file", SOURCE, (" * tsm-noun:", " * tsm-verb:"),
     "does not say what the file is for"),
    ("an ill-named file", "src/rules/helpers.c", TOP.format("helpers"), "not named src/LAYER"),
    ("a header without its guard", HEADER, ("#pragma once\n", ""), "no #pragma once"),
    ("a header that leans on another", HEADER, "gint64 tsm_noun_peek (void);\n",
     "does not compile alone"),
    ("a header that includes what it uses", HEADER,
     "#include <glib.h>\ngint64 tsm_noun_peek (void);\n", None),
    ("a folder without a page", "src/store/tsm-store.c", TOP.format("tsm-store"),
     "no page of docs/"),
    ("too few tests", TEST, ("int x;\n" * 180, ""), "too few test lines for rules+engine"),
    ("no tests", TEST, None, "too few test lines for all"),
    ("tests of another layer", TEST, ("x", "y"), None),
    ("a wide table in prose", "docs/ARCHITECTURE.md", "| " + "x" * 150 + " |\n", None),
    ("wide prose", "docs/ARCHITECTURE.md", "x" * 150 + "\n", "150 columns, at most 140"),
]


def run(case):
    _, path, change, _ = case
    files = dict(CLEAN)
    if change is None:
        del files[path]
    elif isinstance(change, tuple):
        assert change[0] in files[path]
        files[path] = files[path].replace(*change)
    else:
        files[path] = files.get(path, "") + change
    with tempfile.TemporaryDirectory() as name:
        for path, text in files.items():
            file = pathlib.Path(name) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return subprocess.run([TIDY, "--root", name], capture_output=True, text=True, check=False)


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    for n, case in enumerate(CASES, 1):
        story, _, _, wanted = case
        done = run(case)
        good = done.returncode == (0 if wanted is None else 1) and (wanted or "") in done.stderr
        failed += not good
        print("ok" if good else "not ok", n, "-", story)
        if not good:
            print("#", done.stderr.replace("\n", "\n# "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
