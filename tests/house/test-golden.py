"""Holds the bodies of tests/fixtures/discord/golden to Discord's own schemas, and to what Discord
refuses beyond them: what the unit tests compare word for word is also what Discord takes."""
import json
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from fakes.discord_lint import lint_callback, lint_commands, lint_message  # noqa: E402
from fakes.discord_schema import check  # noqa: E402

SUGGESTIONS = 8


def complain(body):
    if isinstance(body, list):
        return check("bulk_set_guild_application_commands", body) + lint_commands(body, False)
    if "type" in body:
        asked_by = "autocomplete" if body["type"] == SUGGESTIONS else "command"
        return check("create_interaction_response", body) + lint_callback(body, asked_by, {})
    return check("create_message", body) + lint_message(body, {})


def bodies(golden):
    """A file holds a body in each language, or one body."""
    if isinstance(golden, dict) and "en" in golden:
        return [golden["en"], golden["fr"]]
    return [golden]


def main():
    names = sorted((TESTS / "fixtures/discord/golden").glob("*.json"))
    bad = not names
    print(f"1..{len(names) + 1}")
    # The check itself can fail.
    wrong = {"type": 4, "data": {"embeds": [{"title": "x" * 257}], "flagz": 64}}
    good = bool(complain(wrong)) and bool(complain([{"name": "Upper", "description": ""}]))
    bad |= not good
    print("ok" if good else "not ok", 1, "- what is wrong is seen")
    for n, path in enumerate(names, 2):
        found = [one for body in bodies(json.loads(path.read_text("utf-8")))
                 for one in complain(body)]
        bad |= bool(found)
        print("not ok" if found else "ok", n, "-", path.stem)
        for one in found:
            print("#", one)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
