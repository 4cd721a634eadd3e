"""What Discord's schemas do not say of a request body, but Discord or its documentation does."""

import re

from .discord_schema import Complaint

LOCALES = set("id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr "
              "cs el bg ru uk hi th zh-CN ja zh-TW ko".split())
EPHEMERAL, LOADING = 64, 128
SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 4, 4096
ROW, BUTTON, STRING_SELECT = 1, 2, 3
SELECTS = (3, 5, 6, 7, 8)
LINK, PREMIUM = 5, 6
CHAT_INPUT = 1
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, NUMBER = 1, 2, 3, 4, 5, 6, 10
COMMANDS_MAX, COMMAND_CHARS_MAX, CHOICE_VALUE_MAX = 100, 8000, 100
CONTENT_MAX, EMBED_CHARS_MAX, ROWS_MAX = 2000, 6000, 5
IMAGE_TYPES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
# What a user may type of every language, as the documentation's ^[-_'\p{L}\p{N}...]{1,32}$.
NAME = re.compile(r"[-_'\w]{1,32}")


# Commands.

def lint_commands(commands, is_global):
    if commands is None:
        return [Complaint((), "BASE_TYPE_REQUIRED", "an array, though the schema lets null pass")]
    found = []
    if len(commands) > COMMANDS_MAX:
        found.append(Complaint((), "BASE_TYPE_MAX_LENGTH",
                               f"Must be {COMMANDS_MAX} or fewer in length."))
    names = set()
    for index, command in enumerate(commands):
        key = command.get("type") or CHAT_INPUT, command["name"]
        if key in names:
            found.append(Complaint((index,), "APPLICATION_COMMANDS_DUPLICATE_NAME",
                                   "Application command names must be unique"))
        names.add(key)
        found += _lint_command((index,), command, is_global)
    return found


def _lint_command(path, command, is_global):
    if (command.get("type") or CHAT_INPUT) != CHAT_INPUT:
        return [Complaint((*path, "type"), "NOT_OURS", "TSM has CHAT_INPUT commands only", False)]
    found = _lint_texts(path, command)
    found += _lint_options(path, command.get("options") or [])
    if _count_command(command) > COMMAND_CHARS_MAX:
        found.append(Complaint(path, "APPLICATION_COMMAND_TOO_LARGE",
                               f"Command exceeds maximum size ({COMMAND_CHARS_MAX})"))
    for name in ("contexts", "integration_types", "dm_permission"):
        if not is_global and command.get(name) is not None:
            found.append(Complaint((*path, name), "GLOBAL_ONLY", "for global commands only", False))
    return found


def _lint_name(path, name):
    if NAME.fullmatch(name) is None or name != name.lower():
        return [Complaint(path, "APPLICATION_COMMAND_INVALID_NAME",
                          "Command name is invalid")]
    return []


def _lint_texts(path, thing):
    """Name, description and their localizations, of a command or of an option."""
    found = _lint_name((*path, "name"), thing["name"])
    description = thing.get("description")
    if not description or not description.strip():
        found.append(Complaint((*path, "description"), "BASE_TYPE_REQUIRED",
                               "This field is required"))
    for field in ("name_localizations", "description_localizations"):
        for locale, text in (thing.get(field) or {}).items():
            if locale not in LOCALES:
                found.append(Complaint((*path, field, locale), "BASE_TYPE_CHOICES",
                                       "no such locale"))
            if field == "name_localizations":
                found += _lint_name((*path, field, locale), text)
            elif not text.strip():
                found.append(Complaint((*path, field, locale), "BASE_TYPE_REQUIRED",
                                       "This field is required"))
    return found


def _lint_options(path, options):
    found, names, seen_optional = [], set(), False
    for index, option in enumerate(options):
        here = (*path, "options", index)
        found += _lint_texts(here, option)
        for name in {option["name"], *(option.get("name_localizations") or {}).values()}:
            if name in names:
                found.append(Complaint(here, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID",
                                       "Option names must be unique"))
            names.add(name)
        if option["type"] in (SUBCOMMAND, GROUP):
            found += _lint_options(here, option.get("options") or [])
            continue
        if option.get("required") and seen_optional:
            found.append(Complaint(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                                   "Required options must be placed before non-required options"))
        seen_optional = seen_optional or not option.get("required")
        found += _lint_values(here, option)
    if len({option["type"] in (SUBCOMMAND, GROUP) for option in options}) > 1:
        found.append(Complaint((*path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                               "Sub-command and other options exclude each other"))
    return found


def _lint_values(path, option):
    found = []
    choices = option.get("choices")
    if option.get("autocomplete") and choices is not None:
        found.append(Complaint((*path, "autocomplete"), "APPLICATION_COMMAND_AUTOCOMPLETE_INVALID",
                               "Choices and autocomplete exclude each other"))
    for low, high in (("min_value", "max_value"), ("min_length", "max_length")):
        if None not in (option.get(low), option.get(high)) and option[low] > option[high]:
            found.append(Complaint((*path, low), "NUMBER_TYPE_MAX", f"{low} over {high}"))
    for field in ("name", "value"):
        seen = set()
        for index, choice in enumerate(choices or []):
            if choice[field] in seen:
                found.append(Complaint((*path, "choices", index),
                                       "APPLICATION_COMMAND_OPTIONS_CHOICES_DUPLICATE",
                                       f"two choices of one {field}"))
            seen.add(choice[field])
    for index, choice in enumerate(choices or []):
        here = (*path, "choices", index)
        for locale in choice.get("name_localizations") or {}:
            if locale not in LOCALES:
                found.append(Complaint((*here, "name_localizations", locale), "BASE_TYPE_CHOICES",
                                       "no such locale"))
        if not choice["name"].strip() or choice["value"] == "":
            found.append(Complaint(here, "BASE_TYPE_REQUIRED", "This field is required"))
        found += _lint_choice_value(here, choice["value"])
    return found


def _lint_choice_value(path, value):
    if isinstance(value, str) and len(value) > CHOICE_VALUE_MAX:
        return [Complaint((*path, "value"), "BASE_TYPE_MAX_LENGTH",
                          f"Must be {CHOICE_VALUE_MAX} or fewer in length.")]
    return []


def _longest(thing, field):
    texts = [thing.get(field) or "", *(thing.get(f"{field}_localizations") or {}).values()]
    return max(map(len, texts))


def _count_command(thing):
    """Characters of names, descriptions and values; of each text its longest localization."""
    total = _longest(thing, "name") + _longest(thing, "description")
    for option in thing.get("options") or []:
        total += _count_command(option)
        for choice in option.get("choices") or []:
            total += _longest(choice, "name") + len(str(choice["value"]))
    return total


# Messages.

def lint_message(data, files, is_edit=False, kept=()):
    """@files: {n: name} of the uploads; @kept: ids of the attachments the message has already."""
    found = []
    if len(data.get("content") or "") > CONTENT_MAX:
        found.append(Complaint(("content",), "BASE_TYPE_MAX_LENGTH",
                               f"Must be {CONTENT_MAX} or fewer in length."))
    found += _lint_embeds(data.get("embeds") or [], set(files.values()))
    found += _lint_components(data.get("components") or [])
    found += _lint_mentions(data)
    found += _lint_attachments(data, files, kept)
    found += _lint_flags(data.get("flags") or 0, is_edit)
    if data.get("poll") is not None or data.get("sticker_ids") or data.get("tts"):
        found.append(Complaint((), "NOT_OURS", "TSM sends no polls, stickers or speech", False))
    return found


def _lint_flags(flags, is_edit):
    allowed = SUPPRESS_EMBEDS if is_edit else EPHEMERAL | SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS
    if flags & ~allowed:
        return [Complaint(("flags",), "BASE_TYPE_CHOICES",
                          f"flags {flags & ~allowed} cannot be set here", False)]
    return []


def is_empty(data):
    return not ((data.get("content") or "").strip() or data.get("embeds") or data.get("components")
                or data.get("attachments"))


EMPTY = Complaint((), "EMPTY", "Cannot send an empty message", json_code=50006)


def _lint_embeds(embeds, names):
    found = []
    total = 0
    for index, embed in enumerate(embeds):
        path = ("embeds", index)
        footer, author = embed.get("footer") or {}, embed.get("author") or {}
        texts = [embed.get("title"), embed.get("description"), footer.get("text"),
                 author.get("name")]
        for n, field in enumerate(embed.get("fields") or []):
            texts += [field["name"], field["value"]]
            for part in ("name", "value"):
                if not field[part].strip():
                    found.append(Complaint((*path, "fields", n, part), "BASE_TYPE_REQUIRED",
                                           "This field is required"))
        images = [(part, (embed.get(part) or {}).get("url"))
                  for part in ("image", "thumbnail", "footer", "author")]
        images += [("footer", footer.get("icon_url")), ("author", author.get("icon_url"))]
        if not any((text or "").strip() for text in texts) and not any(url for _, url in images):
            found.append(Complaint(path, "BASE_TYPE_REQUIRED", "an embed that shows nothing"))
        for part, url in images:
            found += _lint_reference((*path, part), url, names)
        total += sum(len((text or "").strip()) for text in texts)
    if total > EMBED_CHARS_MAX:
        found.append(Complaint(("embeds",), "MAX_EMBED_SIZE_EXCEEDED",
                               f"Embed size exceeds maximum size of {EMBED_CHARS_MAX}"))
    return found


def _lint_reference(path, url, names):
    if not url or not url.startswith("attachment://"):
        return []
    name = url.removeprefix("attachment://")
    if name not in names:
        return [Complaint((*path, "url"), "ATTACHMENT_NOT_FOUND", f"no file is called {name}")]
    if not name.lower().endswith(IMAGE_TYPES):
        return [Complaint((*path, "url"), "NO_IMAGE", f"{name} is no image", False)]
    return []


def _lint_components(components):
    found, ids = [], set()
    if len(components) > ROWS_MAX:
        found.append(Complaint(("components",), "BASE_TYPE_MAX_LENGTH",
                               f"Must be {ROWS_MAX} or fewer in length."))
    for row_index, row in enumerate(components):
        path = ("components", row_index)
        if row["type"] != ROW:
            found.append(Complaint((*path, "type"), "UNION_TYPE_CHOICES",
                                   "Value of field \"type\" must be one of (1,)."))
            continue
        selects = sum(part["type"] in SELECTS for part in row["components"])
        if selects and len(row["components"]) > 1:
            found.append(Complaint(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
                                   "a select menu takes a row of its own"))
        for index, part in enumerate(row["components"]):
            here = (*path, "components", index)
            found += _lint_button(here, part) if part["type"] == BUTTON else []
            custom_id = part.get("custom_id")
            if custom_id is not None and custom_id in ids:
                found.append(Complaint((*here, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED",
                                       "Component custom id cannot be duplicated"))
            ids.add(custom_id)
    return found


def _lint_button(path, button):
    is_link = button["style"] == LINK
    wanted, other = ("url", "custom_id") if is_link else ("custom_id", "url")
    found = []
    if button["style"] == PREMIUM or button.get("sku_id") is not None:
        found.append(Complaint(path, "NOT_OURS", "TSM sells nothing", False))
    if button.get(wanted) is None:
        found.append(Complaint((*path, wanted), "BASE_TYPE_REQUIRED",
                               f"A {wanted} is required"))
    if button.get(other) is not None:
        found.append(Complaint((*path, other), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                               "A custom id and url cannot both be specified"))
    if not (button.get("label") or "").strip() and not button.get("emoji"):
        found.append(Complaint(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED",
                               "A button must have a label or an emoji"))
    return found


def _lint_mentions(data):
    mentions = data.get("allowed_mentions")
    if mentions is None:
        if is_empty(data):
            return []  # nothing that could ping
        return [Complaint(("allowed_mentions",), "MISSING", "always to be sent", False)]
    parse = mentions.get("parse") or []
    return [Complaint(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                      f"parse: [\"{kind}\"] and {kind}: [ids] are mutually exclusive")
            for kind in ("users", "roles") if kind in parse and mentions.get(kind)]


def _lint_attachments(data, files, kept):
    found = []
    listed = data.get("attachments")
    if listed is None:
        if files:
            found.append(Complaint(("attachments",), "MISSING", "a chart without alt text", False))
        return found
    ids = [entry["id"] for entry in listed]
    if len(set(ids)) != len(ids):
        found.append(Complaint(("attachments",), "DUPLICATE", "one id twice"))
    for index, entry in enumerate(listed):
        path = ("attachments", index)
        if entry["id"] in kept:
            continue
        number = int(entry["id"])
        if number not in files:
            found.append(Complaint((*path, "id"), "ATTACHMENT_NOT_FOUND",
                                   f"neither a file nor an attachment is {entry['id']}"))
        elif entry.get("filename") not in (None, files[number]):
            found.append(Complaint((*path, "filename"), "DIFFERENT_NAME",
                                   f"the file is called {files[number]}", False))
        elif not (entry.get("description") or "").strip():
            found.append(Complaint((*path, "description"), "MISSING", "no alt text", False))
    for number in sorted(set(files) - {int(value) for value in ids}):
        found.append(Complaint(("attachments",), "MISSING", f"files[{number}] is not listed",
                               False))
    return found


# Answers to interactions.

ANSWERS = {  # by what asks: the types of callback that may answer it
    "command": {4, 5, 9},
    "component": {4, 5, 6, 7, 9},
    "autocomplete": {8},
    "modal": {4, 5},
}


def lint_callback(body, asked_by, files, kept=()):
    kind, data = body["type"], body.get("data") or {}
    if kind not in ANSWERS[asked_by]:
        return [Complaint(("type",), "INTERACTION_CALLBACK_TYPE_INVALID",
                          f"type {kind} does not answer a {asked_by}")]
    if kind == 4:
        found = _inside(lint_message(data, files))
        return found + ([EMPTY] if is_empty(data) and not files else [])
    if kind == 7:
        return _inside(lint_message(data, files, True, kept))
    if kind == 5:
        wrong = {key for key in data if key != "flags"}
        if wrong or (data.get("flags") or 0) not in (0, EPHEMERAL):
            return [Complaint(("data",), "DEFERRED_DATA",
                              "type 5 takes the ephemeral flag and nothing else", False)]
    if kind == 6 and data:
        return [Complaint(("data",), "DEFERRED_DATA", "type 6 takes no data", False)]
    if kind == 8:
        return _lint_suggestions(data.get("choices"))
    return []


def _inside(complaints):
    return [Complaint(("data", *one.path), one.code, one.message, one.refused, one.json_code)
            for one in complaints]


def _lint_suggestions(choices):
    if choices is None:
        return [Complaint(("data", "choices"), "BASE_TYPE_REQUIRED", "This field is required")]
    found = []
    for index, choice in enumerate(choices):
        here = ("data", "choices", index)
        if choice is None or not choice["name"].strip() or choice["value"] == "":
            found.append(Complaint(here, "BASE_TYPE_REQUIRED", "This field is required"))
            continue
        found += _lint_choice_value(here, choice["value"])
        for locale in choice.get("name_localizations") or {}:
            if locale not in LOCALES:
                found.append(Complaint((*here, "name_localizations"), "BASE_TYPE_CHOICES",
                                       "no such locale"))
    return found
