"""One incident as one HTML page: the timeline as a picture, then the same and all else in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from incidentctl.domain.common.incident_kinds import DRILL
from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.common.times import format_duration, iso, offset_at, rough_duration, show
from incidentctl.domain.incident.lanes import Course, course
from incidentctl.domain.incident.state import (
    DONE,
    NOT_NEEDED,
    OPEN,
    SKIPPED,
    Entry,
    Incident,
    Mark,
    Step,
)
from incidentctl.domain.incident.unsent import unsent
from incidentctl.domain.learn.metrics import BACKFILL, due_gaps
from incidentctl.domain.learn.retro_facts import RetroFacts
from incidentctl.render.clock import day_and_zone
from incidentctl.render.html import page
from incidentctl.render.incident import picture
from incidentctl.render.incident.brief import commander, ends, name_of, named, names, next_update
from incidentctl.render.inert import is_address

#: The start of a page; only a file that starts so may be overwritten.
BEGINS = "<!doctype html>\n<!-- Written by `incidentctl show --html`. -->\n"
_BOX = {DONE: "done", SKIPPED: "skipped", NOT_NEEDED: "not needed", OPEN: "open"}
_MEASURES = {"declare": "Declared", "commander": "Commander", "first_update": "First update"}


class Row(NamedTuple):
    """A fact of the head: what it is, the text, and the address that it leads to, if any."""

    name: str
    text: str
    url: str | None = None


class Logged(NamedTuple):
    """An entry as the log shows it."""

    entry: Entry
    at: str
    iso: str
    notes: str


def incident_page(
    facts: RetroFacts,
    now: datetime,
    *,
    written: datetime,
    on_call: str | None = None,
    restricted: bool = False,
) -> str:
    """Write the page of an incident as it is `now`; it loads nothing and runs nothing.

    `on_call` is who is on call for it now.
    """
    incident = facts.incident
    known, drawn = names(incident), timeline(incident, now)
    time: Callable[[datetime], str] = drawn["clock"]
    text = page(
        "incident.html.j2",
        incident=incident,
        marks=list(_marks(incident, restricted=restricted)),
        head=list(_head(incident, now, on_call)),
        unsent=[each.text for each in unsent(incident, now)],
        pinned=[e for e in incident.timeline if e.pinned and not e.retracted],
        took=list(took(facts, now)),
        score=list(score(facts)),
        updates=list(_updates(facts, known, time)),
        steps=[(step, _BOX[step.state], _marked(step, known, time)) for step in incident.steps],
        tasks=[(task, _done(task.done, known, time)) for task in incident.tasks],
        log=list(_log(incident, time)),
        as_of=incident.time(now) if incident.open else None,
        written=incident.time(written),
        problems=[*incident.catalog_problems, *(p.message for p in incident.problems)],
        **drawn,
    )
    return BEGINS + text


def timeline(incident: Incident, now: datetime) -> dict[str, Any]:
    """Return the values of the picture and of the tables that say the same in words."""
    found, known = course(incident, now), names(incident)
    time = _clock(incident, found)
    lasted = [
        (lane.name, span.text, time(span.since), "" if span.goes_on else time(span.until))
        for lane in found.lanes
        if lane.name in ("severity", "status", "alerts")
        for span in lane.spans
    ]
    held = sorted(incident.held, key=lambda each: each.role != COMMANDER)
    lasted += [
        (each.role, name_of(known, each.person), time(each.since), _until(each.until, time))
        for each in held
    ]
    return {
        "picture": picture.picture(found, incident.zone),
        "width": picture.WIDTH,
        "zone": _zone(incident, found),
        "clock": time,
        "moments": [
            (point.text, time(point.at), time(point.recorded) if point.recorded else "")
            for point in found.moments
        ],
        "lasted": lasted,
    }


def _until(moment: datetime | None, time: Callable[[datetime], str]) -> str:
    return time(moment) if moment else ""


def _clock(incident: Incident, found: Course) -> Callable[[datetime], str]:
    """Return how tables write moments: with the offset from UTC only where that changed."""
    first, last = (offset_at(at, incident.zone) for at in (found.begin, found.end))
    if first != last:
        return incident.time
    return lambda moment: f"{moment.astimezone(incident.zone):%Y-%m-%d %H:%M}"


def _zone(incident: Incident, found: Course) -> str:
    """Name the zone of the page, with its offset from UTC, or with both where that changed."""
    ends = (found.begin, found.end)
    first, last = (show(at, incident.zone).split(" ", 2)[2] for at in ends)
    offsets = first if first == last else f"{first}, at the end {last}"
    return offsets if incident.timezone == "UTC" else f"{incident.timezone}, {offsets}"


def _marks(incident: Incident, *, restricted: bool) -> Iterator[tuple[str, str]]:
    """Yield what a reader must know first."""
    if restricted:
        yield "Restricted.", "Only some may know of it: do not pass this page on."
    if incident.kind == DRILL:
        yield "DRILL.", "This is practice: nothing is broken."
    if incident.kind == BACKFILL:
        yield "Backfill.", "It was written down afterwards: no time was recorded as it happened."
    if incident.cancelled is not None:
        yield "Cancelled.", "It was a false alarm, or is handled as another incident."


def _head(incident: Incident, now: datetime, on_call: str | None) -> Iterator[Row]:
    for name, text in _facts_of_head(incident, now, on_call):
        if text:
            yield Row(name, text)
    for link in incident.links:
        yield Row(link.label, link.url, link.url if is_address(link.url) else None)
    for relation in incident.related:
        yield Row(relation.relation, relation.incident)


def _facts_of_head(
    incident: Incident, now: datetime, on_call: str | None
) -> Iterator[tuple[str, str | None]]:
    doubt = "" if incident.confirmed else " (not confirmed)"
    critical = ", critical" if incident.critical else ""
    yield "Severity", f"{incident.severity or 'not yet said'}{critical}{doubt}"
    yield "Status", incident.status
    yield "Organisation", incident.organisation
    reported = f", reported by {incident.reported_by}" if incident.reported_by else ""
    by = named(incident, incident.declared_by)
    yield "Declared", f"{incident.time(incident.raised)} by {by}{reported}"
    for state, text in ends(incident):
        yield state.capitalize(), text
    yield "Duplicate of", incident.duplicate_of
    yield "Commander", commander(incident)
    if incident.offer is not None:
        to = named(incident, incident.offer.person)
        yield "Command offered to", f"{to} since {incident.time(incident.offer.at)}"
    if incident.roles_kept:
        yield "Other roles", "the commander keeps the rest"
    yield "On call", on_call
    yield "Responding team", incident.team
    yield "Assigned to", incident.individual and named(incident, incident.individual)
    yield "Escalated to", ", ".join(incident.escalated)
    yield "Owner", incident.owner
    yield "Product areas", ", ".join(incident.product_areas)
    yield "Services", ", ".join(incident.services)
    yield "Category", incident.category
    tier = f" (tier {incident.tier})" if incident.tier else ""
    yield "Process", incident.reason and f"{incident.reason}{tier}"
    for runbook in incident.runbooks:
        own = "" if runbook.own else ", a fallback"
        yield "Runbook", f"{runbook.title or runbook.name}{own}: {runbook.reason}"
    yield "Catalog", incident.catalog_commit
    yield "Updates", f"every {format_duration(incident.cadence)}" if incident.cadence else None
    yield "Next update", next_update(incident, now)
    yield "Retrospective", incident.retrospective_at


def took(facts: RetroFacts, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield the response times and how the cadence was kept, as `report` counts them."""
    incident = facts.incident
    for name, span in facts.took._asdict().items():
        unknown = "not yet" if name == "resolve" and incident.open else "not known"
        yield f"Time to {name}", unknown if span is None else rough_duration(span)
    gaps = due_gaps(incident, now)
    if incident.kind == BACKFILL:
        yield "Updates in time", "none was due: it was written down afterwards"
    elif not gaps:
        yield "Updates in time", "none was due"
    else:
        kept = sum(gap.late_by is None for gap in gaps)
        longest = max(gap.until - gap.since for gap in gaps)
        yield "Updates in time", f"{kept} of {len(gaps)} due"
        yield "Longest wait for an update", rough_duration(longest)


def score(facts: RetroFacts) -> Iterator[tuple[str, str, str, str]]:
    """Yield the measures of a drill that is over, with their targets."""
    if facts.score is None or facts.incident.open:
        return
    for each in facts.score.measures:
        took, target = ("-" if s is None else rough_duration(s) for s in (each.took, each.target))
        met = {True: "met", False: "missed", None: "not known"}[each.met]
        yield (_MEASURES[each.name], took, target, met)


def _updates(
    facts: RetroFacts, known: Mapping[str, str], time: Callable[[datetime], str]
) -> Iterator[tuple[str, str, str, str, str, str]]:
    for update, late_by in facts.updates:
        due = time(update.due) if update.due else ""
        late = "" if late_by is None else rough_duration(late_by)
        who = name_of(known, update.by)
        to = "public" if update.public else "internal"
        yield time(update.at), who, to, due, late, update.text


def _marked(step: Step, known: Mapping[str, str], time: Callable[[datetime], str]) -> str:
    if step.state in (DONE, SKIPPED):
        return _done(step.mark, known, time)
    return f"every {format_duration(step.every)}" if step.every and step.every > 0 else ""


def _done(mark: Mark | None, known: Mapping[str, str], time: Callable[[datetime], str]) -> str:
    if mark is None:
        return ""
    parts = (f"{name_of(known, mark.by)}, {time(mark.at)}", mark.note, mark.link)
    return " · ".join(filter(None, parts))


def _log(incident: Incident, time: Callable[[datetime], str]) -> Iterator[tuple[str, list[Logged]]]:
    """Yield the days with their entries, in the order in which they happened."""
    for day, entries in groupby(incident.timeline, lambda e: day_and_zone(incident, e.at)):
        yield day, [_logged(entry, incident, time) for entry in entries]


def _logged(entry: Entry, incident: Incident, time: Callable[[datetime], str]) -> Logged:
    notes = ["taken back"] if entry.retracted else []
    notes += ["amended"] if entry.amended else []
    notes += ["redacted"] if entry.redacted else []
    notes += ["pinned"] if entry.pinned else []
    if entry.told_afterwards:
        notes.append(f"recorded {time(entry.recorded)}")
    at = f"{entry.at.astimezone(incident.zone):%H:%M:%S}"
    return Logged(entry, at, iso(entry.at), ", ".join(notes))
