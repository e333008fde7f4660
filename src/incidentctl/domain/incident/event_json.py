"""Events to and from one JSON object each.

Strict when writing, tolerant when reading: what this program does not know becomes `Unknown`, and
what is no event at all is an `EventError`, which the reader of the record turns into a Problem.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from incidentctl.domain.common.limits import MAX_BYTES
from incidentctl.domain.common.text import ascii_json
from incidentctl.domain.common.times import EARLIEST, LATEST, LONGEST, Seconds, iso
from incidentctl.domain.incident.events import Event, Unknown, is_id, is_kind
from incidentctl.domain.incident.facts import KINDS
from incidentctl.domain.incident.redaction import blank
from incidentctl.domain.incident.state import StepPlan, TaskPlan

#: The version of the envelope that this program writes.
VERSION = 1

#: JSON that is nested deeper is no event.
_MAX_DEPTH = 32


class EventError(ValueError):
    """These bytes are no event; the message says why."""


# --- writing -------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        if hasattr(value, "_asdict"):
            return {k: _plain(v) for k, v in value._asdict().items() if v is not None}
        return [_plain(item) for item in value]
    return value


def encode(event: Event) -> bytes:
    """Write an event as one line of JSON in ASCII; EventError when it is too large."""
    entry: dict[str, Any] = {
        "v": VERSION,
        "id": event.id,
        "kind": event.kind,
        "at": iso(event.at),
        "recorded": iso(event.recorded),
        "by": event.by,
    }
    if event.name is not None:
        entry["name"] = event.name
    if event.action is not None:
        entry["action"] = event.action
    if isinstance(event.fact, Unknown):
        entry.update(json.loads(event.fact.fields))
    else:
        entry.update(_plain(event.fact))
    data = f"{ascii_json(entry, separators=(', ', ': '))}\n".encode("ascii")
    if len(data) > MAX_BYTES:
        raise EventError(f"an event has at most {MAX_BYTES} bytes, this one {len(data)}")
    return data


def fits(fact: Any) -> bool:
    """Say whether a fact certainly fits one event, for any author, even once it is blanked."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    ident = "0" * 26
    try:
        for form in (fact, blank(fact)):
            encode(Event(ident, moment, moment, "x" * 200, form, "x" * 1000, ident))
    except EventError:
        return False
    return True


# --- reading -------------------------------------------------------------------------------------


class _WrongFormError(Exception):
    """A field has not the form that this program knows."""


def _of(kind: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise _WrongFormError
        return value

    return check


def _span(value: Any) -> int:
    """Clamp a span: what another program wrote may be longer than the calendar."""
    if type(value) is not int:
        raise _WrongFormError
    return min(max(value, -LONGEST), LONGEST)


def _tuple_of(item: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not list:
            raise _WrongFormError
        return tuple([item(part) for part in value])

    return check


def _plan(cls: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not dict:
            raise _WrongFormError
        return _build(cls, value)

    return check


_CHECKS: dict[Any, Callable[[Any], Any]] = {
    str: _of(str),
    bool: _of(bool),
    int: _of(int),
    Seconds: _span,
    tuple[str, ...]: _tuple_of(_of(str)),
    tuple[StepPlan, ...]: _tuple_of(_plan(StepPlan)),
    tuple[TaskPlan, ...]: _tuple_of(_plan(TaskPlan)),
}
#: A field that may be None is checked as its type: None is not written, so it is never read.
_CHECKS |= {kind | None: check for kind, check in _CHECKS.items()}


def _checks(cls: type) -> dict[str, Callable[[Any], Any]]:
    """Read the checks of a class off its annotations."""
    return {field: _CHECKS[hint] for field, hint in cls.__annotations__.items()}


_TABLES: dict[type, dict[str, Callable[[Any], Any]]] = {}


def _build(cls: type, values: Mapping[str, Any]) -> Any:
    table = _TABLES.get(cls)
    if table is None:
        table = _TABLES[cls] = _checks(cls)
    try:
        return cls(**{field: table[field](value) for field, value in values.items()})
    except (TypeError, KeyError):
        raise _WrongFormError from None


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise EventError("a time is not written as 2026-11-24T14:01:00.000Z") from None
    if moment.tzinfo is None:
        raise EventError("a time has no zone")
    # Compared as it is written: in UTC it may not be in the calendar.
    if not EARLIEST <= moment <= LATEST:
        raise EventError("a time is before 1970 or after 9900")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _check_depth(entry: dict[str, Any]) -> None:
    """Refuse what Python reads only where its stack is empty enough; an event has three levels."""
    level: list[Any] = [entry]
    for _ in range(_MAX_DEPTH):
        inner = (v.values() if isinstance(v, dict) else v for v in level)
        level = [v for values in inner for v in values if isinstance(v, dict | list)]
    if level:
        raise EventError("nested too deeply")


def decode(data: bytes) -> Event:
    """Read one event; EventError when the bytes are none.

    A kind, a version or a field that this program does not know gives an `Unknown` fact.
    """
    if len(data) > MAX_BYTES:
        raise EventError("larger than 64 kB")
    try:
        # As text, since `loads` searches bytes for their encoding first, which takes as long.
        entry = json.loads(data.decode())
    except ValueError:
        raise EventError("not JSON") from None
    except RecursionError:
        raise EventError("nested too deeply") from None
    if type(entry) is not dict:
        raise EventError("not a JSON object")
    if data.count(b"[") + data.count(b"{") > _MAX_DEPTH:
        _check_depth(entry)
    take = entry.pop
    version, ident, kind, by = (
        take("v", None),
        take("id", None),
        take("kind", None),
        take("by", None),
    )
    if type(version) is not int or not isinstance(ident, str) or not is_id(ident):
        raise EventError("no version or no id")
    if not isinstance(kind, str) or not (kind in KINDS or is_kind(kind)):
        raise EventError("no kind")
    if not isinstance(by, str) or not 0 < len(by) <= 200:
        raise EventError("no author")
    name, action = take("name", None), take("action", None)
    if name is not None and not isinstance(name, str):
        name = None
    if action is not None and not (isinstance(action, str) and is_id(action)):
        action = None
    at, recorded = _moment(take("at", None)), _moment(take("recorded", None))
    fact: Any = None
    if version == VERSION and kind in KINDS:
        try:
            fact = _build(KINDS[kind], entry)
        except _WrongFormError:
            fact = None
    if fact is None:
        fact = Unknown(kind, json.dumps(entry, ensure_ascii=True, sort_keys=True))
    return Event(ident, at, recorded, by, fact, name, action)
