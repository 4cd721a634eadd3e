"""Shows that ensure-packages installs what is missing and nothing else, with a make-believe apt."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "ensure-packages"
DPKG = '#!/bin/sh\nfor last; do :; done\n[ "$last" = present ] && printf "install ok installed"\n'
APT = '#!/bin/sh\necho "$@" >>"$(dirname "$0")/../asked"\n'

# The story, the list, the packages that are to be installed.
CASES = [
    ("all there", "# a comment\npresent\n", None),
    ("one missing", "present\nabsent\n", "absent"),
    ("two missing", "absent\npresent\nother\n", "absent other"),
    ("missing, but its command is there", "absent tool\n", None),
    ("missing, and its command, too", "absent no-such-tool-here\n", "absent"),
    ("there, its command is not", "present no-such-tool-here\n", None),
]


def run(packages):
    """What apt-get install was asked for; None if it was not."""
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        for folder in ("scripts", "bin"):
            (top / folder).mkdir()
        shutil.copy(SCRIPT, top / "scripts")
        (top / "packages.txt").write_text(packages, encoding="utf-8")
        for command, text in {"dpkg-query": DPKG, "apt-get": APT, "tool": "#!/bin/sh\n",
                              "sudo": '#!/bin/sh\nexec "$@"\n'}.items():
            (top / "bin" / command).write_text(text, encoding="utf-8")
            (top / "bin" / command).chmod(0o755)
        subprocess.run([top / "scripts" / "ensure-packages"], check=True, capture_output=True,
                       env={"PATH": f"{top}/bin:/usr/bin:/bin"})
        asked = top / "asked"
        if not asked.exists():
            return None
        last = asked.read_text(encoding="utf-8").splitlines()[-1].split()
        return " ".join(word for word in last[1:] if not word.startswith("-"))


def main():
    bad = 0
    print(f"1..{len(CASES)}")
    for n, (story, packages, wanted) in enumerate(CASES, 1):
        found = run(packages)
        bad += found != wanted
        print("ok" if found == wanted else "not ok", n, "-", story)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
