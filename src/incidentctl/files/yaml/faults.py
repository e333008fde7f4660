"""Turn pydantic's errors about the team's YAML into sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from incidentctl.domain.common.text import did_you_mean, one_line

Loc = tuple[str | int, ...]


class Fault(NamedTuple):
    """What is wrong in an entry, at `loc`; with `at_key` the key is wrong and not the value."""

    code: str
    message: str
    hint: str | None
    loc: Loc
    at_key: bool


def faults(cls: type, errors: Sequence[Any], *, most: int) -> tuple[list[Fault], int]:
    """Turn pydantic's errors about a value of `cls` into sentences; say how many more there are.

    At most `most` become sentences: those cost much more than counting.
    """
    unknown = [error["loc"] for error in errors if error["type"] == "unexpected_keyword_argument"]
    found = []
    meant: set[Loc] = set()
    for loc in unknown[:most]:
        fault, near = _unknown(cls, loc)
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
            found.append(_missing(loc) if kind == "missing" else _wrong(error))
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


def _unknown(cls: type, loc: Loc) -> tuple[Fault, str]:
    known = _keys(cls, loc[:-1])
    near = did_you_mean(str(loc[-1]), known) or ""
    hint = f"Known keys: {', '.join(known)}. A key of your own begins with `x-`."
    elsewhere = getattr(cls, "ELSEWHERE", {}) if len(loc) == 1 else {}
    if loc[-1] in elsewhere:
        return Fault("IC010", f"Unknown key {str(loc[-1])!r}.", elsewhere[loc[-1]], loc, True), ""
    if near:
        hint = f"Did you mean {near!r}?"
    message = f"Unknown key {one_line(str(loc[-1]))!r}{_where(loc[:-1])}."
    return Fault("IC010", message, hint, loc, True), near


def _wrong(error: dict[str, Any]) -> Fault:
    kind, loc, value = error["type"], error["loc"], error["input"]
    at_key = loc[-1:] == ("[key]",)
    loc = loc[:-1] if at_key else loc
    shown = one_line(str(value))[:60] if isinstance(value, str | int | float) else ""
    subject = f"`{_subject(loc)}`" if loc else "This entry"
    if kind == "invalid_key" or (at_key and kind == "string_type"):
        message, hint = f"The key {shown!r} is not text.", f'Write it in quotes: "{shown}".'
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
        written = str(value).lower() if isinstance(value, bool) else shown
        advice = f'Write it in quotes: "{written}".'
    message = f"{subject} must be {wanted}, not {_what(value)}."
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


def _what(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text {one_line(value)[:60]!r}"
    return f"the number {value}"


def _subject(loc: Loc) -> str:
    """Write a place in a mapping for people, such as `depends_on[1]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return one_line(text.removeprefix("."))


def _where(loc: Loc) -> str:
    return f" in {_subject(loc)}" if loc else ""


def _keys(cls: Any, loc: Loc) -> list[str]:
    """Return the keys that the mapping at `loc` of a value of `cls` may have."""
    for part in loc:
        cls = _inner(get_type_hints(cls)[f"{part}"] if hasattr(cls, str(part)) else cls, part)
    return [field.name.rstrip("_") for field in fields(cls)] if is_dataclass(cls) else []


def _inner(kind: Any, part: str | int) -> Any:
    """Return the class of a list's items, of a mapping's values, or of an optional key."""
    if get_origin(kind) is None:
        return kind
    classes = [argument for argument in get_args(kind) if argument is not Ellipsis]
    return next((_inner(c, part) for c in classes if is_dataclass(_inner(c, part))), None)
