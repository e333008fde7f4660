"""Incidents told fact by fact, for tests: one second and one event per fact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.facts import Declared
from incidentctl.domain.incident.head import Incident, fold
from incidentctl.domain.incident.ids import ulid

IDENT = "inc-20261124-1401-k7f"
START = datetime(2026, 11, 24, 14, 1, tzinfo=UTC)


def moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def ident(number: int) -> str:
    return ulid(int(moment(number).timestamp() * 1000), number)


def event(
    number: int,
    fact: Any,
    *,
    by: str = "alice",
    at: datetime | None = None,
    action: int | None = None,
) -> Event:
    when = at or moment(number)
    group = None if action is None else ident(action)
    return Event(ident(number), when, moment(number), by, fact, None, group)


def told(*facts: Any) -> list[Event]:
    """Give each fact, or (who, fact), as the event of its place, counted from 0."""
    pairs = (f if type(f) is tuple else ("alice", f) for f in facts)
    return [event(number, fact, by=by) for number, (by, fact) in enumerate(pairs)]


def incident(*facts: Any) -> Incident:
    events = told(*facts)
    return fold(ident_of(events), events)


def ident_of(events: Iterable[Event]) -> str:
    """Name an incident of the kind that its first declaration says."""
    kinds = (e.fact.incident_kind for e in events if isinstance(e.fact, Declared))
    return {"drill": "drl", "backfill": "bkf"}.get(next(kinds, ""), "inc") + IDENT[3:]


def again(before: Iterable[Event], facts: Iterable[Any], *, by: str = "alice") -> list[Event]:
    """Add the facts of one action."""
    events = list(before)
    first = len(events)
    events += [
        event(first + index, fact, by=by, action=first if index else None)
        for index, fact in enumerate(facts)
    ]
    return events
