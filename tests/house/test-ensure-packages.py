"""Shows that ensure-packages installs what is missing and nothing else, with a make-believe apt."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "ensure-packages"
DPKG = '#!/bin/sh\nfor last; do :; done\n[ "$last" = present ] && printf "install ok installed"\n'
APT = '#!/bin/sh\necho "$@" >>"$(dirname "$0")/../asked"\n'

# The story, the list, whether the bench's is asked for, the packages that are to be installed.
CASES = [
    ("all there", "# a comment\npresent\n", False, None),
    ("one missing", "present\nabsent\n", False, "absent"),
    ("two missing", "absent\npresent\nother\n", False, "absent other"),
    ("missing, but its command is there", "absent tool\n", False, None),
    ("missing, and its command, too", "absent no-such-tool-here\n", False, "absent"),
    ("there, its command is not", "present no-such-tool-here\n", False, None),
    ("a second list", "present\n", True, "rival"),
    ("both lists", "absent\n", True, "absent rival"),
]


def run(packages, with_bench):
    """What apt-get install was asked for; None if it was not."""
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        for folder in ("scripts", "bin", "bench"):
            (top / folder).mkdir()
        shutil.copy(SCRIPT, top / "scripts")
        (top / "packages.txt").write_text(packages, encoding="utf-8")
        (top / "bench" / "packages.txt").write_text("# more\nrival\n", encoding="utf-8")
        for command, text in {"dpkg-query": DPKG, "apt-get": APT, "tool": "#!/bin/sh\n",
                              "sudo": '#!/bin/sh\nexec "$@"\n'}.items():
            (top / "bin" / command).write_text(text, encoding="utf-8")
            (top / "bin" / command).chmod(0o755)
        lists = ["bench/packages.txt"] if with_bench else []
        subprocess.run([top / "scripts" / "ensure-packages", *lists], check=True,
                       capture_output=True, env={"PATH": f"{top}/bin:/usr/bin:/bin"})
        asked = top / "asked"
        if not asked.exists():
            return None
        last = asked.read_text(encoding="utf-8").splitlines()[-1].split()
        return " ".join(word for word in last[1:] if not word.startswith("-"))


def main():
    bad = 0
    print(f"1..{len(CASES)}")
    for n, (story, packages, with_bench, wanted) in enumerate(CASES, 1):
        found = run(packages, with_bench)
        bad += found != wanted
        print("ok" if found == wanted else "not ok", n, "-", story)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
