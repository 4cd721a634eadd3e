# SPDX-License-Identifier: MIT
"""scripts/check-po passes on what is translated and names what is not."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCE = 'static const char *word = N_ ("apple");\n'
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
APPLE = 'msgid "apple"\nmsgstr "pomme"\n'

# name, src/a.c, what follows the header of po/fr.po, po/POTFILES, what is said (None: all is well)
CASES = [
    ("translated", SOURCE, APPLE, "src/a.c", None),
    ("continued", SOURCE, 'msgid ""\n"app"\n"le"\nmsgstr ""\n"pomme"\n', "src/a.c", None),
    ("untranslated", SOURCE, 'msgid "apple"\nmsgstr ""\n', "src/a.c", "not translated: 'apple'"),
    ("fuzzy", SOURCE, "#, fuzzy\n" + APPLE, "src/a.c", "fuzzy: 'apple'"),
    ("missing", SOURCE + 'N_ ("pear")\n', APPLE, "src/a.c", "not in po/fr.po: 'pear'"),
    ("looked-up", SOURCE + 'tsm_text (lang, "pear")\n', APPLE, "src/a.c",
     "not in po/fr.po: 'pear'"),
    (
        "half-a-plural",
        SOURCE + 'tsm_text_n (lang, "fig", "figs", n)\n',
        APPLE + '\nmsgid "fig"\nmsgid_plural "figs"\nmsgstr[0] "figue"\nmsgstr[1] ""\n',
        "src/a.c",
        "not translated: 'fig'",
    ),
    ("for-nothing", SOURCE, APPLE + '\nmsgid "fig"\nmsgstr "figue"\n', "src/a.c",
     "marked nowhere: 'fig'"),
    ("file-not-listed", SOURCE, APPLE, "", "po/POTFILES differs at src/a.c"),
]


def run(source, entries, files):
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        for folder in ("scripts", "src", "po"):
            (root / folder).mkdir()
        for script in ("check-po", "update-po"):
            shutil.copy(ROOT / "scripts" / script, root / "scripts")
        (root / "src/a.c").write_text(source, encoding="utf-8")
        (root / "po/fr.po").write_text(HEADER + entries, encoding="utf-8")
        (root / "po/POTFILES").write_text(files + "\n", encoding="utf-8")
        done = subprocess.run([root / "scripts/check-po"], capture_output=True, text=True,
                              check=False)
        return done.returncode, done.stdout + done.stderr


print(f"1..{len(CASES)}")
failed = False
for number, (name, source, entries, files, said) in enumerate(CASES, 1):
    code, output = run(source, entries, files)
    good = code == 0 if said is None else code == 1 and said in output.splitlines()
    failed |= not good
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    if not good:
        print("\n".join("# " + line for line in output.splitlines()))
sys.exit(failed)
