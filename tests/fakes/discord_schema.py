"""What Discord's own schemas say of a request body, by an independent validator (jsonschema).

    for complaint in check("create_message", body): ...

A complaint with `refused` is what Discord answers 400 for; the others are only ours: Discord takes
no notice of a misspelt key, a test does."""

import dataclasses
import datetime
import functools
import json
import math
import pathlib
import re
import sys
import urllib.parse

try:
    import jsonschema
except ImportError:  # Debian's package serves Debian's Python, and another one may come first
    sys.path.append("/usr/lib/python3/dist-packages")
    import jsonschema

REQUESTS = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "discord" / "requests.json"
URI_SCHEMES = ("http", "https", "discord", "attachment")


@dataclasses.dataclass(frozen=True)
class Complaint:
    path: tuple  # keys and indices down to what is wrong
    code: str  # Discord's name for it, or ours
    message: str
    refused: bool = True
    json_code: int = 50035

    def __str__(self):
        return f"{'.'.join(map(str, self.path)) or 'body'}: {self.message} ({self.code})"


def errors_tree(complaints):
    """The `errors` of a 50035: one level a key, the complaints of a level under _errors."""
    tree = {}
    for complaint in complaints:
        level = tree
        for step in complaint.path:
            level = level.setdefault(str(step), {})
        level.setdefault("_errors", []).append(
            {"code": complaint.code, "message": complaint.message})
    return tree


# Formats.

FORMATS = jsonschema.FormatChecker(formats=())


def _format(name, kind):
    """Registers a format; jsonschema asks for values of every type, formats are about one."""
    def register(function):
        FORMATS.checks(name)(lambda value: not isinstance(value, kind) or isinstance(value, bool)
                             or function(value))
        return function
    return register


@_format("snowflake", str)
def is_snowflake(text):
    return re.fullmatch(r"0|[1-9][0-9]{0,19}", text) is not None and int(text) < 2**64


@_format("int32", (int, float))
def _is_int32(number):
    return isinstance(number, int) and -2**31 <= number < 2**31


@_format("int64", (int, float))
def _is_int64(number):
    return isinstance(number, int) and -2**63 <= number < 2**63


@_format("double", (int, float))
def _is_double(number):
    return math.isfinite(number)


@_format("nonce", str)
def _is_nonce(text):
    return 1 <= len(text) <= 25


@_format("uri", str)
def _is_uri(text):
    parts = urllib.parse.urlsplit(text)
    return (parts.scheme in URI_SCHEMES and bool(parts.netloc)
            and re.search(r"[\s<>\"{}|\\^`]", text) is None)


@_format("date-time", str)
def _is_date_time(text):
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is not None
    except ValueError:
        return False


# Schemas.

def _close(node):
    """Forbids the keys that a schema does not name."""
    if isinstance(node, list):
        return [_close(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _close(value) for name, value in node.items()}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


@functools.cache
def _document():
    document = json.loads(REQUESTS.read_text(encoding="utf-8"))
    for name in ("ApplicationCommandCreateRequest", "ApplicationCommandUpdateRequest"):
        command = document["components"]["schemas"].get(name)
        if command is not None:  # typed integer there, but documented and taken as a string
            command["properties"]["default_member_permissions"] = {
                "type": ["string", "null"], "pattern": "^(0|[1-9][0-9]*)$"}
    return document


@functools.cache
def _validator(operation, closed):
    document = _document()
    schema = {"components": document["components"], **document["operations"][operation]}
    return jsonschema.Draft202012Validator(_close(schema) if closed else schema,
                                           format_checker=FORMATS)


def check(operation, body):
    """All complaints about a body, by the schema of an operation."""
    found = [_complaint(error) for error in _leaves(_validator(operation, False), body)]
    if not found:  # unknown keys are only worth a look in what is sound otherwise
        found = [dataclasses.replace(_complaint(error), refused=False)
                 for error in _leaves(_validator(operation, True), body)]
    return found


def _leaves(validator, body):
    for error in validator.iter_errors(body):
        yield from _descend(error)


def _descend(error):
    """Of a choice of schemas, the errors of the one that was meant."""
    if not error.context:
        yield error
        return
    branches = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    meant = min(branches.values(), key=_distance)
    for inner in meant:
        yield from _descend(inner)


def _distance(errors):
    """How far a value is from a branch: another type of thing is farthest."""
    other = any(list(error.relative_path)[:1] == ["type"] or
                (not error.relative_path and error.validator in ("type", "const"))
                for error in errors)
    return other, len(errors)


def _complaint(error):
    path, kind, limit = tuple(error.absolute_path), error.validator, error.validator_value
    if kind == "required":
        missing = next(name for name in limit if name not in error.instance)
        return Complaint((*path, missing), "BASE_TYPE_REQUIRED", "This field is required")
    if kind == "additionalProperties" and limit is False:
        known = error.schema.get("properties", {})
        extra = sorted(set(error.instance) - set(known))
        return Complaint((*path, extra[0]), "UNKNOWN_KEY", f"no such key: {', '.join(extra)}")
    code, message = {
        "maxLength": ("BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length."),
        "minLength": ("BASE_TYPE_MIN_LENGTH", f"Must be {limit} or more in length."),
        "maxItems": ("BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length."),
        "minItems": ("BASE_TYPE_MIN_LENGTH", f"Must be {limit} or more in length."),
        "maximum": ("NUMBER_TYPE_MAX", f"Value must be at most {limit}."),
        "minimum": ("NUMBER_TYPE_MIN", f"Value must be at least {limit}."),
        "enum": ("BASE_TYPE_CHOICES", f"Value must be one of {limit}."),
        "const": ("BASE_TYPE_CHOICES", f"Value must be {limit}."),
        "type": ("BASE_TYPE_BAD_TYPE", f"Must be of type {limit}."),
        "format": ("BASE_TYPE_BAD_FORMAT", f"Not a {limit}."),
    }.get(kind, ("BASE_TYPE_INVALID", f"Breaks the rule {kind} {limit}."))
    return Complaint(path, code, message)


# JSON as such.

def read_json(raw):
    """Strictly: UTF-8, no key twice, no NaN, no half of a surrogate pair. ValueError if not."""
    def pairs(items):
        names = [name for name, _ in items]
        if len(set(names)) != len(names):
            raise ValueError(f"a key twice in {names}")
        return dict(items)

    def refuse(constant):
        raise ValueError(f"{constant} is no JSON")

    value = json.loads(raw.decode("utf-8"), object_pairs_hook=pairs, parse_constant=refuse)
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value
