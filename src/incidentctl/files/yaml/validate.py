"""Turn a mapping of YAML into one of the domain's classes, and report what is wrong with it.

A fault leaves the rest of the entry usable: at three in the morning a team with a misspelled key
still owns its services. Entries that must not be half understood are left out completely.
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from incidentctl.domain.lint.problem_limit import MAX_REPORTED
from incidentctl.domain.schema import CLASSES
from incidentctl.files.yaml.faults import Fault, Loc, Written, advice_of, faults, hurts

# Half a rota would call the wrong person, half a condition would match the wrong incident.
_WHOLE = ("on_call", "action", "importance")
# An unknown mode must not make a secret public.
_ESSENTIAL = ("applies_to", "mode")
# Half an announcement would tell other people, or of other incidents; half a rule match others;
# half a maintenance promise customers another time, or other areas.
_NEVER_HALF = ("announcement", "alerts", "maintenance")
# Leaving out a part may make its parent incomplete, and so on outward: no class nests deeper than
# this.
_MAX_ROUNDS = 10

_Cuts = dict[str | int, Any]
"""What to leave out, by key or list index: None for the whole value, else the parts of it."""


class Validated(NamedTuple):
    """The entry, or None if it cannot be used; what is wrong, and the number of further faults."""

    value: Any
    faults: list[Fault]
    more: int = 0
    """How many faults are not in `faults`."""


@cache
def adapter(kind: str) -> TypeAdapter[Any]:
    """Return the validator of a kind of entry."""
    return TypeAdapter(CLASSES[kind])


def validate(
    kind: str, raw: Any, *, most: int = MAX_REPORTED, written: Written | None = None
) -> Validated:
    """Return the entry made of `raw`, and what is wrong: at most `most` faults, and a count.

    `written` is the file that `raw` was read from.
    """
    try:
        return Validated(adapter(kind).validate_python(raw), [])
    except ValidationError as error:
        errors = error.errors(include_url=False)
    as_text = _as_text(kind, raw, errors, written) if written else None
    found, more = faults(
        CLASSES[kind], errors, most=most, written=written, as_text=as_text, raw=raw
    )
    return Validated(_salvage(kind, raw, errors), found, more)


def _as_text(kind: str, raw: Any, errors: list[Any], written: Written) -> dict[Loc, str]:
    """Say what would be wrong with the values that need quotes, if they had them."""
    value = raw
    for error in errors[:MAX_REPORTED]:
        number = error["type"] == "string_type" and isinstance(error["input"], int | float)
        if number and (text := written.value(error["loc"])):
            value = _replaced(value, error["loc"], text)
    if value is raw:
        return {}
    try:
        adapter(kind).validate_python(value)
    except ValidationError as error:
        advice = {each["loc"]: advice_of(each) for each in error.errors(include_url=False)}
        return {loc: said for loc, said in advice.items() if said}
    return {}


def _replaced(value: Any, loc: Loc, text: str) -> Any:
    """Return a copy of `value` with a text in one place; unchanged where there is no such place."""
    if not loc:
        return text
    part, rest = loc[0], loc[1:]
    if isinstance(value, dict) and part in value:
        return {**value, part: _replaced(value[part], rest, text)}
    if isinstance(value, tuple) and isinstance(part, int) and part < len(value):
        return (*value[:part], _replaced(value[part], rest, text), *value[part + 1 :])
    return value


def _salvage(kind: str, raw: Any, errors: list[Any]) -> Any:
    """Leave out faulty parts until the rest can be used, or nothing is left."""
    if kind in _NEVER_HALF:
        return None
    value = _with_usual_times(raw, errors)
    if value is not raw:
        try:
            return adapter(kind).validate_python(value)
        except ValidationError as error:
            errors = error.errors(include_url=False)
    for _ in range(_MAX_ROUNDS):
        cuts: _Cuts = {}
        for each in errors:
            loc = _part(hurts(each))
            if not loc:
                return None
            _add(cuts, loc)
        value = _without(value, cuts)
        if value is _GONE:
            return None
        try:
            return adapter(kind).validate_python(value)
        except ValidationError as error:
            errors = error.errors(include_url=False)
    return None


def _with_usual_times(raw: Any, errors: list[Any]) -> Any:
    """Return a copy with times as they are to be written, where their meaning is clear.

    A rota that starts on `2026-01-05` is told as a fault, and still calls somebody at night.
    """
    value = raw
    for error in errors[:MAX_REPORTED]:
        written = error["input"]
        if error["type"] == "value_error" and isinstance(written, str):
            with contextlib.suppress(ValueError):
                usual = datetime.fromisoformat(written).replace(microsecond=0).isoformat()
                value = _replaced(value, error["loc"], usual)
    return value


def _part(loc: Loc) -> Loc:
    if loc[:1] and loc[0] in _ESSENTIAL:
        return ()
    whole = next((index for index, part in enumerate(loc) if part in _WHOLE), None)
    return loc if whole is None else loc[: whole + 1]


_GONE = object()


def _add(cuts: _Cuts, loc: Loc) -> None:
    """Add a place to those that are left out, unless it is inside one of them."""
    for part in loc[:-1]:
        below = cuts.setdefault(part, {})
        if below is None:
            return
        cuts = below
    cuts[loc[-1]] = None


def _without(value: Any, cuts: _Cuts) -> Any:
    """Return a copy of `value` without the cut parts; if a cut does not exist, cut its parent.

    So each round leaves less than before, whatever the places are.
    """
    if not isinstance(value, dict | tuple):
        return _GONE
    left = dict(value) if isinstance(value, dict) else dict(enumerate(value))
    for part, below in cuts.items():
        if part not in left:
            return _GONE
        inner = _GONE if below is None else _without(left[part], below)
        if inner is _GONE:
            del left[part]
        else:
            left[part] = inner
    return left if isinstance(value, dict) else tuple(left.values())
