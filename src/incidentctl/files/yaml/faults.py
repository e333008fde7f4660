"""Turn pydantic's errors about the team's YAML into sentences."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple, Protocol, get_args, get_origin, get_type_hints

from incidentctl.domain.catalog.action_settings import CLASSES as ACTIONS
from incidentctl.domain.common.text import clean, did_you_mean, one_line
from incidentctl.domain.common.unseen import unseen
from incidentctl.files.yaml.syntax import in_quotes

Loc = tuple[str | int, ...]


class Written(Protocol):
    """What a file says, as it is written: advice is made of that, not of what YAML reads in it."""

    def value(self, loc: Loc) -> str | None:
        """Return a value that is one word without quotes; None for any other."""

    def key(self, loc: Loc) -> str | None:
        """Return the key of a value, if it has no quotes."""

    def comment(self, loc: Loc) -> str | None:
        """Return the comment that stands where a value is missing."""


class Fault(NamedTuple):
    """What is wrong in an entry, at `loc`; with `at_key` the key is wrong and not the value."""

    code: str
    message: str
    hint: str | None
    loc: Loc
    at_key: bool


def faults(
    cls: type,
    errors: Sequence[Any],
    *,
    most: int,
    written: Written | None = None,
    as_text: Mapping[Loc, str] | None = None,
    raw: Any = None,
) -> tuple[list[Fault], int]:
    """Turn pydantic's errors about a value of `cls` into sentences; say how many more there are.

    At most `most` become sentences: those cost much more than counting. `as_text` says of numbers
    and flags where a text belongs what would be wrong with them in quotes. `raw` is the value.
    """
    unknown = [error["loc"] for error in errors if error["type"] == "unexpected_keyword_argument"]
    found = []
    meant: set[Loc] = set()
    for loc in unknown[:most]:
        fault, near = _unknown(_class(cls, loc[:-1], raw), loc)
        meant.add((*loc[:-1], near))
        found.append(fault)
    listed, count = len(found), len(unknown)
    for error in errors:
        kind, loc = error["type"], error["loc"]
        # A misspelled key is reported once, not also as missing.
        if kind == "unexpected_keyword_argument" or (kind == "missing" and loc in meant):
            continue
        count += 1
        if listed < most:
            found.append(
                _missing(loc) if kind == "missing" else _wrong(error, written, as_text or {})
            )
            listed += 1
    return found, count - listed


def hurts(error: Any) -> Loc:
    """Return the part of an entry that an error makes unusable; empty for the whole entry."""
    loc: Loc = error["loc"]
    return loc[:-1] if error["type"] == "missing" or loc[-1:] == ("[key]",) else loc


def _missing(loc: Loc) -> Fault:
    key = one_line(str(loc[-1]))
    message = f"The key {key!r} is missing{_where(loc[:-1])}."
    return Fault("IC011", message, f"Add `{key}:`.", loc, True)


def _unknown(kind: Any, loc: Loc) -> tuple[Fault, str]:
    key = str(loc[-1])
    known = [field.name.rstrip("_") for field in fields(kind)] if is_dataclass(kind) else []
    elsewhere = getattr(kind, "ELSEWHERE", {}).get(key)
    odd = unseen(key)
    near = "" if elsewhere else _near(key, known)
    hint = f"Known keys: {', '.join(known)}. A key of your own begins with `x-`."
    if elsewhere:
        hint = elsewhere
    elif near:
        hint = f"Did you mean {near!r}?" + (f" This one has {odd}." if odd else "")
    elif odd:
        hint = f"It has {odd}. {hint}"
    shown = clean("".join("\ufffd" if c.isspace() and c != " " else c for c in key))
    message = f"Unknown key '{shown}'{_where(loc[:-1])}."
    return Fault("IC010", message, hint, loc, True), near


#: How alike two keys are that may be one, from 0 to 1; `tier` and `title` are 0.67.
_ALIKE = 0.75
_SAME_BEGIN = 5


def _near(key: str, known: Sequence[str]) -> str:
    """Return the key that was probably meant: wrong advice leads to the next error."""
    plain = key.strip(" -\u00a0").casefold()
    near = did_you_mean(plain, known) or ""
    alike = difflib.SequenceMatcher(None, plain, near).ratio()
    begin = plain[:_SAME_BEGIN] if len(plain) >= _SAME_BEGIN else None
    return near if alike >= _ALIKE or near[:_SAME_BEGIN] == begin else ""


def _wrong(error: dict[str, Any], written: Written | None, as_text: Mapping[Loc, str]) -> Fault:
    kind, loc, value = error["type"], error["loc"], error["input"]
    at_key = loc[-1:] == ("[key]",)
    loc = loc[:-1] if at_key else loc
    shown = one_line(str(value))[:60] if isinstance(value, str | int | float) else ""
    if written and not isinstance(value, str):
        shown = (written.key(loc) if at_key else written.value(loc)) or shown
    subject = f"`{_subject(loc)}`" if loc else "This entry"
    if kind == "invalid_key" or (at_key and kind == "string_type"):
        message, hint = f"The key {shown!r} is not text.", in_quotes(shown)
        return Fault("IC008", message, hint, loc, True)
    if kind == "literal_error":
        choices = error["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
        near = did_you_mean(str(value), choices.split(", "))
        message = f"{subject}: {shown!r} is not one of {choices}."
        hint = f"Did you mean {near!r}?" if near else "Choose one of them."
        return Fault("IC013", message, hint, loc, False)
    if kind == "value_error":
        message = f"{subject}: {one_line(str(error['ctx']['error']))}."
        return Fault("IC014", message, None, loc, False)
    if kind in ("less_than_equal", "greater_than_equal"):
        limit = next(iter(error["ctx"].values()))
        word = "at most" if kind == "less_than_equal" else "at least"
        message = f"{subject}: {shown} is out of range: {word} {limit}."
        return Fault("IC014", message, None, loc, False)
    wanted, advice = _WANTED.get(kind, (one_line(error["msg"]), None))
    if kind == "string_type" and isinstance(value, bool | int | float):
        advice = as_text.get(loc) or in_quotes(shown)
    if isinstance(value, str):
        advice = _meant(kind, value) or advice
    comment = written.comment(loc) if written and value is None else None
    if comment:
        advice = f"What follows # is a comment. {in_quotes(comment)}"
    message = f"{subject} must be {wanted}, not {_what(value, shown)}."
    return Fault("IC012", message, advice, loc, at_key)


_WANTED: dict[str, tuple[str, str | None]] = {
    "string_type": ("text", "Write a text here."),
    "bool_type": ("true or false", "Write `true` or `false`, without quotes."),
    "int_type": ("a whole number", "Write a whole number, without quotes."),
    "int_parsing": ("a whole number", "Write a whole number."),
    "tuple_type": ("a list", "Write a list: `[one, two]`."),
    "dict_type": ("a mapping", "Write keys and values: `key: value`."),
    "dataclass_type": ("a mapping", "Write keys and values: `key: value`."),
}


#: Words for true and false that YAML 1.2 reads as text.
_FLAGS = {
    **dict.fromkeys(("yes", "on", "y", "true"), "true"),
    **dict.fromkeys(("no", "off", "n", "false"), "false"),
}


def _meant(kind: str, text: str) -> str | None:
    """Return what to write for a text that clearly means a flag or a list; None otherwise."""
    flag = _FLAGS.get(text.casefold())
    if kind == "bool_type" and flag:
        return f"Write `{flag}`, without quotes."
    words = [word.strip() for word in text.split(",")]
    if kind == "tuple_type" and len(text) <= 60 and all(map(_WORD.fullmatch, words)):
        return f"Write a list: `[{', '.join(words)}]`."
    return None


#: Means a text in YAML, unless it is a number or a word such as true.
_WORD = re.compile(r"(?!true|false|null)[A-Za-z][\w.-]*", re.IGNORECASE)


def advice_of(error: Any) -> str | None:
    """Return what an error of a text advises, as a sentence: what follows its colon."""
    if error["type"] != "value_error":
        return None
    said = one_line(str(error["ctx"]["error"])).rpartition(": ")[2]
    return f"{said[:1].upper()}{said[1:]}."


def _what(value: Any, shown: str) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return shown
    if isinstance(value, str):
        return f"the text {one_line(value)[:60]!r}"
    return f"the number {shown}"


def _subject(loc: Loc) -> str:
    """Write a place in a mapping for people, such as `depends_on[1]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return one_line(text.removeprefix("."))


def _where(loc: Loc) -> str:
    return f" in {_subject(loc)}" if loc else ""


def _class(cls: Any, loc: Loc, raw: Any) -> Any:
    """Return the class of the mapping at `loc` of a value of `cls`."""
    for part in loc:
        if part == "with" and hasattr(cls, "with_"):
            cls = ACTIONS[raw["uses"]]
        else:
            cls = _inner(get_type_hints(cls)[f"{part}"] if hasattr(cls, str(part)) else cls, part)
        raw = raw[part]
    return cls


def _inner(kind: Any, part: str | int) -> Any:
    """Return the class of a list's items, of a mapping's values, or of an optional key."""
    if get_origin(kind) is None:
        return kind
    classes = [argument for argument in get_args(kind) if argument is not Ellipsis]
    return next((_inner(c, part) for c in classes if is_dataclass(_inner(c, part))), None)
