"""The course of an incident as lanes of time: what lasted how long, and what happened when.

Values for a picture, and for the tables that say the same in words; how they are drawn is not
decided here. A `kind` is a word of this module, never one of the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple, TypeVar

from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.incident.names import with_handle
from incidentctl.domain.incident.state import (
    CANCELLED,
    CLOSED,
    DONE,
    MOMENTS,
    PHASES,
    RESOLVED,
    SKIPPED,
    Entry,
    Incident,
    SeverityChange,
    StatusChange,
)
from incidentctl.domain.incident.update_gaps import update_gaps

#: The kinds of spans.
CRITICAL, SEVERITY, ACTIVE, CALM, OVER, FIRING, HELD, LATE = (
    "critical", "severity", "active", "calm", "over", "firing", "held", "late",
)  # fmt: skip
#: The kinds of points.
STEP_DONE, STEP_SKIPPED, IN_TIME, LATE_UPDATE, DUE, INJECT, SAID, SENT = (
    "done", "skipped", "in-time", "late-update", "due", "inject", "said", "sent",
)  # fmt: skip
_Change = TypeVar("_Change", SeverityChange, StatusChange)
_OVER = (RESOLVED, CANCELLED, CLOSED)
#: What entries of these kinds say is drawn as a span or a moment.
_DRAWN = frozenset(
    {
        "declared", "status-set", "severity-set", "role-assigned", "role-released",
        "moment-marked", "resolved", "reopened", "cancelled", "closed", "alert-attached",
        "alert-resolved", "inject-played",
    }
)  # fmt: skip


class Span(NamedTuple):
    """Something that lasted; `goes_on` where nothing has ended it by the end of the picture."""

    text: str
    kind: str
    since: datetime
    until: datetime
    goes_on: bool = False


class Point(NamedTuple):
    """Something that happened; `recorded` where it was told afterwards."""

    text: str
    kind: str
    at: datetime
    recorded: datetime | None = None


class Lane(NamedTuple):
    """What is drawn in one row: spans, which may overlap, and points."""

    name: str
    spans: tuple[Span, ...] = ()
    points: tuple[Point, ...] = ()


class Course(NamedTuple):
    """A whole incident: `moments` are those of its life, which concern every lane."""

    begin: datetime
    end: datetime
    now: datetime | None
    """The present of an incident that is open; None once it has ended."""
    moments: tuple[Point, ...]
    lanes: tuple[Lane, ...]
    """Those in which something is: severity, status, alerts, roles, checklist, updates, ..."""


def course(incident: Incident, now: datetime) -> Course:
    """Return the course of an incident until `now`, or until the last that was said of it."""
    moments = tuple(_moments(incident))
    entries = [entry for entry in incident.entries if not entry.retracted]
    ends = [incident.ended, incident.closed, *(entry.at for entry in entries)]
    end = max([now] if incident.open else [at for at in ends if at] or [incident.declared])
    lanes = [lane for lane in _lanes(incident, entries, now, end) if lane.spans or lane.points]
    every = [*moments, *(point for lane in lanes for point in lane.points)]
    spans = [span for lane in lanes for span in lane.spans]
    begin = min([incident.declared, *(p.at for p in every), *(span.since for span in spans)])
    end = max([end, *(p.at for p in every), *(span.until for span in spans)])
    return Course(begin, end, now if incident.open else None, moments, tuple(lanes))


def _lanes(
    incident: Incident, entries: Sequence[Entry], now: datetime, end: datetime
) -> Iterator[Lane]:
    yield Lane("severity", tuple(_severities(incident, end)))
    yield Lane("status", tuple(_statuses(incident, end)))
    yield Lane("alerts", tuple(_alerts(incident, end)))
    yield from _roles(incident, end)
    if incident.drill is not None:
        told = (Point(f"{i.number}: {i.text}", INJECT, i.at) for i in incident.drill.injects)
        yield Lane("injects", (), tuple(told))
    yield Lane("checklist", (), tuple(_steps(incident)))
    yield _updates(incident, now, end)
    yield Lane("log", (), tuple(_log(incident, entries)))


def _severities(incident: Incident, end: datetime) -> Iterator[Span]:
    for change, since, until in _standing(incident.severities, incident.declared, end):
        doubt = "" if change.confirmed else " (not confirmed)"
        kind = CRITICAL if change.critical else SEVERITY
        text = f"{change.severity or 'not yet said'}{doubt}"
        yield Span(text, kind, since, until or end, until is None)


def _statuses(incident: Incident, end: datetime) -> Iterator[Span]:
    first = StatusChange(PHASES[0], incident.declared)
    for change, since, until in _standing((first, *incident.statuses), incident.declared, end):
        kind = OVER if change.status in _OVER else CALM if change.status == PHASES[-1] else ACTIVE
        yield Span(change.status, kind, since, until or end, until is None)


def _standing(
    changes: Iterable[_Change], first: datetime, end: datetime
) -> Iterator[tuple[_Change, datetime, datetime | None]]:
    """Yield each change that stands, from when until when; None for the last one.

    What was recorded later stands from its moment on, also where that lies before what had been
    recorded by then: so that the last one is what the incident has now.
    """
    found: list[_Change] = []
    for change in changes:
        at = min(max(change.at, first), end)
        while found and found[-1].at >= at:
            found.pop()
        found.append(change._replace(at=at))
    for change, following in zip_longest(found, found[1:]):
        yield change, change.at, following.at if following else None


def _alerts(incident: Incident, end: datetime) -> Iterator[Span]:
    for alert in incident.alerts:
        until = alert.resolved or (end if alert.firing else alert.since)
        yield Span(alert.title, FIRING, alert.since, max(until, alert.since), alert.firing)


def _roles(incident: Incident, end: datetime) -> Iterator[Lane]:
    spans: dict[str, list[Span]] = {COMMANDER: []}
    for held in incident.held:
        until = held.until or max(incident.ended or end, held.since)
        who = with_handle(held.person, held.name)
        goes_on = held.until is None and incident.open
        spans.setdefault(held.role, []).append(Span(who, HELD, held.since, until, goes_on))
    for role, found in spans.items():
        yield Lane(role, tuple(found))


def _steps(incident: Incident) -> Iterator[Point]:
    kinds = {DONE: STEP_DONE, SKIPPED: STEP_SKIPPED}
    recorded = {entry.event: entry for entry in incident.entries}
    for step in incident.steps:
        if step.mark is not None and step.state in kinds:
            text = f"{step.number} {step.title}: {step.state} by {step.mark.by}"
            entry = recorded.get(step.mark.event)
            yield Point(text, kinds[step.state], step.mark.at, _afterwards(entry))


def _updates(incident: Incident, now: datetime, end: datetime) -> Lane:
    """Return the updates, when each was due, and how long one was overdue."""
    spans, points = [], []
    recorded = {entry.event: entry for entry in incident.entries}
    for gap in update_gaps(incident, incident.ended or now):
        update, late = gap.update, gap.late_by is not None
        awaited = update is None and incident.open
        if gap.due is not None and late:
            text = "update late" if update else "update overdue" if incident.open else "no update"
            spans.append(Span(text, LATE, gap.due, gap.until, awaited))
        if gap.due is not None and (gap.due <= end or awaited):
            points.append(Point("update due", DUE, gap.due))
        if update is not None:
            kind = LATE_UPDATE if late else IN_TIME
            whom = "public, " if update.public else ""
            text = f"{whom}{update.by}: {update.text}"
            told = _afterwards(recorded.get(update.event))
            points.append(Point(text, kind, gap.until, told))
    return Lane("updates", tuple(spans), tuple(points))


def _log(incident: Incident, entries: Iterable[Entry]) -> Iterator[Point]:
    """Yield every entry that is in no other lane."""
    elsewhere = {step.mark.event for step in incident.steps if step.mark}
    elsewhere.update(update.event for update in incident.updates)
    for entry in entries:
        if entry.kind not in _DRAWN and entry.event not in elsewhere:
            kind = SENT if entry.kind.startswith("action-") else SAID
            yield Point(f"{entry.by}: {entry.text}", kind, entry.at, _afterwards(entry))


def _moments(incident: Incident) -> Iterator[Point]:
    told = {(entry.kind, entry.at): entry for entry in incident.entries if not entry.retracted}

    def point(name: str, at: datetime, kind: str) -> Point:
        return Point(name, kind, at, _afterwards(told.get((kind, at))))

    found = [point("declared", incident.declared, "declared")]
    marked = [(name, getattr(incident, name)) for name in MOMENTS]
    found += [point(name, at, "moment-marked") for name, at in marked if at is not None]
    for over in incident.over:
        found += [point("ended", over.since, RESOLVED), point("reopened", over.until, "reopened")]
    ends = [(name, getattr(incident, name)) for name in _OVER]
    found += [point(name, at, name) for name, at in ends if at is not None]
    order = {name: place for place, name in enumerate(("started", "detected", "declared"))}
    yield from sorted(found, key=lambda each: (each.at, order.get(each.text, len(order))))


def _afterwards(entry: Entry | None) -> datetime | None:
    return entry.recorded if entry is not None and entry.told_afterwards else None
