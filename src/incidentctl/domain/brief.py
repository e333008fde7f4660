"""The commander's brief: all that whoever takes command must know, as lines of plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime

from incidentctl.domain.command import commands_since
from incidentctl.domain.roles import STANDARD
from incidentctl.domain.state import (
    CANCELLED,
    CLOSED,
    COMMANDER,
    CONFIRMED,
    OPEN,
    RESOLVED,
    RULED_OUT,
    Incident,
)
from incidentctl.domain.text import one_line
from incidentctl.domain.times import rough_duration

#: So wide are the lines, and so far in begins what is said.
WIDTH, INDENT = 80, 15
_ROLES = tuple(role.name for role in STANDARD)


def brief(incident: Incident, now: datetime) -> list[str]:
    """Return the brief of an incident: cleaned lines of at most 80 characters.

    Only a word that is longer by itself, such as an address, makes a longer line: it must be whole
    to be copied.
    """
    lines = _wrapped(f"{incident.id}  {one_line(incident.title)}", len(incident.id) + 2)
    for label, text in _rows(incident, now):
        lines += _wrapped(f"{one_line(label)[: INDENT - 1]:<{INDENT - 1}} {one_line(text)}", INDENT)
    return lines


def _wrapped(line: str, indent: int) -> list[str]:
    return textwrap.wrap(
        line, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def _rows(incident: Incident, now: datetime) -> Iterator[tuple[str, str]]:
    confirmed = "" if incident.confirmed else " (not confirmed)"
    yield "severity", f"{incident.severity or 'not yet said'}{confirmed}"
    yield "status", incident.status
    age = rough_duration(now - incident.declared)
    by = named(incident, incident.declared_by)
    yield "declared", f"{incident.time(incident.declared)} by {by}, {age} ago"
    yield from ends(incident)
    since = commands_since(incident)
    held = f"{incident.time(since)}, for {rough_duration(now - since)}"
    yield "commander", f"{named(incident, incident.commander)} since {held}"
    if incident.offer:
        to = named(incident, incident.offer.person)
        yield "offered to", f"{to} since {incident.time(incident.offer.at)}, not yet accepted"
    yield from roles(incident)
    yield from _some("responding", filter(None, (incident.team, incident.individual)))
    yield from _some("escalated to", incident.escalated)
    yield from _some("services", incident.services)
    for label, text in (("summary", incident.summary), ("impact", incident.impact)):
        if text:
            yield label, text
    for entry in incident.timeline:
        if entry.pinned and not entry.retracted:
            yield "pinned", f"{entry.text} ({entry.by})"
    yield from _hypotheses(incident)
    for step in incident.steps:
        if step.state == OPEN:
            yield "open step", f"{step.number} {step.title} ({step.role})"
    for task in incident.tasks:
        if task.done is None:
            yield (
                "open task",
                f"{task.number} {task.title} ({task.person or task.role or 'nobody'})",
            )
    yield from _updates(incident, now)
    for link in incident.links:
        yield link.label, link.url
    for problem in incident.problems:
        yield "problem", problem.message


def ends(incident: Incident) -> Iterator[tuple[str, str]]:
    """Yield how it ended, each as label and text: when, by whom, and why where it was said."""
    why = incident.ended_why
    for state in (RESOLVED, CANCELLED, CLOSED):
        moment = getattr(incident, state)
        if incident.open or moment is None:
            continue
        by = next(
            (e.by for e in incident.entries
             if e.kind == state and e.at == moment and not e.retracted), None,
        )  # fmt: skip
        who = f" by {named(incident, by)}" if by else ""
        yield state, f"{incident.time(moment)}{who}" + (f": {why}" if why else "")
        why = None


def _some(label: str, words: Iterable[str]) -> Iterator[tuple[str, str]]:
    if text := ", ".join(words):
        yield label, text


def roles(incident: Incident) -> Iterator[tuple[str, str]]:
    """Yield who holds which role beside the commander; what nobody was given is the commander's."""
    names = dict.fromkeys([*_ROLES, *(held.role for held in incident.held)])
    given = [role for role in names if role != COMMANDER and incident.assigned(role)]
    for role in given:
        yield role, ", ".join(named(incident, person) for person in incident.holders(role))
    rest = [role for role in names if role != COMMANDER and role not in given]
    if rest:
        yield "other roles", f"held by the commander: {', '.join(rest)}"


def _hypotheses(incident: Incident) -> Iterator[tuple[str, str]]:
    for state, label in ((OPEN, "we think"), (CONFIRMED, "it is"), (RULED_OUT, "it is not")):
        for found in incident.hypotheses:
            if found.state == state:
                yield (
                    label,
                    f"{found.number} {found.text}" + (f" ({found.reason})" if found.reason else ""),
                )


def _updates(incident: Incident, now: datetime) -> Iterator[tuple[str, str]]:
    last = max(incident.updates, key=lambda update: (update.at, update.event), default=None)
    if last is None:
        yield "last update", "none yet"
    else:
        ago = rough_duration(now - last.at)
        public = "public, " if last.public else ""
        yield "last update", f"{public}{ago} ago by {last.by}: {last.text}"
    if due := next_update(incident, now):
        yield "next update", due


def named(incident: Incident, person: str) -> str:
    """Return the name of somebody who takes part, with their handle."""
    names = [held.name for held in incident.held if held.person == person]
    names += [entry.name for entry in incident.entries if entry.by == person]
    if incident.offer and incident.offer.person == person:
        names.append(incident.offer.name)
    name = next((name for name in names if name), None)
    return f"{one_line(name)} ({person})" if name and name != person else person


def next_update(incident: Incident, now: datetime) -> str | None:
    """Say when the next update is due, or how long it is overdue; None when none is."""
    if not incident.open or incident.next_update is None:
        return None
    left = (incident.next_update - now).total_seconds()
    when = incident.time(incident.next_update)
    if left < 0:
        return f"overdue by {rough_duration(-left)} ({when})"
    return f"in {rough_duration(left)} ({when})"
