"""Shows that check-purity can fail: compiles one call a row and looks for its verdict."""
import pathlib
import subprocess
import sys
import tempfile

CHECK = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check-purity"

# The call, the layer it stands in, and the group it has to be found in ("" where it is allowed).
CASES = [
    ("time", "rules", "clock"),
    ("time", "engine", "clock"),
    ("gettimeofday", "rules", "clock"),
    ("clock_gettime", "engine", "clock"),
    ("g_get_real_time", "engine", "clock"),
    ("g_get_monotonic_time", "rules", "clock"),
    ("g_date_time_new_now", "rules", "clock"),
    ("g_date_time_new_now_utc", "rules", "clock"),
    ("g_time_zone_new_local", "rules", "clock"),
    ("g_time_zone_new_identifier", "engine", "clock"),
    ("open", "rules", "file"),
    ("open64", "rules", "file"),
    ("__open_2", "rules", "file"),
    ("fopen", "engine", "file"),
    ("__read_chk", "engine", "file"),
    ("g_file_get_contents", "rules", "file"),
    ("g_file_new_for_path", "engine", "file"),
    ("socket", "rules", "socket"),
    ("g_socket_client_new", "engine", "socket"),
    ("getenv", "rules", "environment"),
    ("g_getenv", "engine", "environment"),
    ("rand", "rules", "chance"),
    ("getrandom", "rules", "chance"),
    ("g_random_int", "rules", "chance"),
    ("g_rand_new", "engine", "chance"),
    ("fork", "engine", "process"),
    ("printf", "rules", "output"),
    ("__printf_chk", "rules", "output"),
    ("g_timeout_add", "engine", "main loop"),
    ("sqlite3_step", "rules", "store"),
    ("sqlite3_step", "engine", ""),
    ("g_time_zone_adjust_time", "rules", ""),
    ("g_date_time_new_from_unix_utc", "rules", ""),
    ("g_ascii_strtoll", "rules", ""),
    ("g_assertion_message_expr", "rules", ""),
    ("memcpy", "rules", ""),
    ("snprintf", "rules", ""),
]


def check(folder, layer, source):
    (folder / "case.c").write_text(source, encoding="utf-8")
    subprocess.run(["gcc", "-fno-builtin", "-c", "case.c", "-o", "case.o"], cwd=folder, check=True)
    (folder / "case.a").unlink(missing_ok=True)
    subprocess.run(["ar", "rcs", "case.a", "case.o"], cwd=folder, check=True)
    return subprocess.run([CHECK, layer, "case.a"], cwd=folder, capture_output=True, text=True,
                          check=False)


def main():
    failed = 0
    print(f"1..{len(CASES) + 1}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for n, (call, layer, group) in enumerate(CASES, 1):
            source = f"void {call} (void);\nvoid tsm_case (void) {{ {call} (); }}\n"
            done = check(folder, layer, source)
            said = f"{layer} calls {call} ({group})" in done.stderr
            good = said and done.returncode == 1 if group else done.returncode == 0
            failed += not good
            print("ok" if good else "not ok", n, f"- {layer} {call}: {group or 'allowed'}")
        done = check(folder, "rules", "typedef int tsm_nothing;\n")
        good = done.returncode not in (0, None) and "defines nothing" in done.stderr
        failed += not good
        print("ok" if good else "not ok", len(CASES) + 1, "- an empty archive proves nothing")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
