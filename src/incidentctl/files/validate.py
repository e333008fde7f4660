"""Make a mapping of YAML one of the domain's classes, and tell what is wrong with it.

One fault leaves the rest of the entry usable: at three in the morning a team with a misspelled key
is still the owner of its services. What may not be half understood is left out whole.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from incidentctl.domain.kinds import CLASSES
from incidentctl.files.faults import Fault, Loc, faults

# Half a rota would call the wrong person, half a condition would answer the wrong incident.
_WHOLE = ("on_call", "action", "importance")
# A mode that is not understood must not make a secret public.
_ESSENTIAL = ("applies_to", "mode")


@cache
def adapter(kind: str) -> TypeAdapter[Any]:
    """Return the validator of a kind of entry."""
    return TypeAdapter(CLASSES[kind])


def validate(kind: str, raw: Any) -> tuple[Any, list[Fault]]:
    """Return the entry that `raw` makes, or None when it cannot be used, and what is wrong."""
    try:
        return adapter(kind).validate_python(raw), []
    except ValidationError as error:
        found = faults(CLASSES[kind], _errors(error))
    return _salvage(kind, raw, found), found


def _errors(error: ValidationError) -> list[dict[str, Any]]:
    return [dict(one) for one in error.errors(include_url=False)]


def _salvage(kind: str, raw: Any, found: list[Fault]) -> Any:
    """Leave out what is wrong until the rest can be used, or nothing is left."""
    value = raw
    while found:
        hurt = {_part(fault.hurts) for fault in found}
        if () in hurt:
            return None
        for loc in sorted(hurt, key=_latest_first, reverse=True):
            value = _without(value, loc)
        try:
            return adapter(kind).validate_python(value)
        except ValidationError as error:
            found = faults(CLASSES[kind], _errors(error))
    return None


def _part(loc: Loc) -> Loc:
    if loc[:1] and loc[0] in _ESSENTIAL:
        return ()
    whole = next((index for index, part in enumerate(loc) if part in _WHOLE), None)
    return loc if whole is None else loc[: whole + 1]


def _latest_first(loc: Loc) -> list[tuple[bool, int, str]]:
    """Sort so that of a list the later items are left out first, and their places stay right."""
    return [(isinstance(p, int), p if isinstance(p, int) else 0, str(p)) for p in loc]


def _without(value: Any, loc: Loc) -> Any:
    """Return a copy of `value` without what is at `loc`."""
    part, rest = loc[0], loc[1:]
    if isinstance(value, dict) and part in value:
        left = dict(value)
        if rest:
            left[part] = _without(left[part], rest)
        else:
            del left[part]
        return left
    if isinstance(value, tuple) and isinstance(part, int) and part < len(value):
        middle = (_without(value[part], rest),) if rest else ()
        return (*value[:part], *middle, *value[part + 1 :])
    return value
