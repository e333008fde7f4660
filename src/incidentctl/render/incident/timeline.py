"""The log of one incident for reading on a terminal: its head, then every entry in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from incidentctl.domain.common.text import clean, one_line
from incidentctl.domain.incident.head import titled
from incidentctl.domain.incident.state import Entry, Incident
from incidentctl.render.clock import day_and_zone
from incidentctl.render.incident.brief import commander, ends, meeting_places

_LABEL = 15


class Line(NamedTuple):
    """A line of inert text: how far its other lines go in when it is wrapped, and its style."""

    text: str
    indent: int = 0
    style: str | None = None


def timeline(incident: Incident) -> Iterator[Line]:
    """Yield the lines; the newest entry is the last, where a terminal stands."""
    title = f"{incident.id}  {one_line(titled(incident))}"
    yield Line(title, len(incident.id) + 2, "bold")
    for label, text in _head(incident):
        yield Line(f"{one_line(label):<{_LABEL - 1}} {one_line(text)}", _LABEL)
    day = None
    wide = len(str(len(incident.timeline)))
    for entry in incident.timeline:
        here = entry.at.astimezone(incident.zone)
        today = day_and_zone(incident, entry.at)
        if today != day:
            day = today
            yield Line("")
            yield Line(day, style="bold")
        yield from _entry(incident, entry, f"#{entry.number:<{wide}}  {here:%H:%M}  ")


def _head(incident: Incident) -> Iterator[tuple[str, str]]:
    doubt = "" if incident.confirmed else " (not confirmed)"
    yield "severity", f"{incident.severity or 'not yet said'}{doubt}"
    yield "status", incident.status
    yield "commander", commander(incident)
    yield from ends(incident)
    for label, text in (("summary", incident.summary), ("impact", incident.impact)):
        if text:
            yield label, text
    for link in meeting_places(incident):
        yield link.label, link.url
    for entry in incident.timeline:
        if entry.pinned and not entry.retracted:
            yield "pinned", f"{entry.text} ({entry.by}, #{entry.number})"


def _entry(incident: Incident, entry: Entry, begin: str) -> Iterator[Line]:
    notes = ["taken back"] if entry.retracted else []
    notes += ["amended"] if entry.amended else []
    notes += ["redacted"] if entry.redacted else []
    if entry.told_afterwards:
        notes.append(f"recorded {entry.recorded.astimezone(incident.zone):%Y-%m-%d %H:%M}")
    first, *others = entry.text.strip("\r\n").splitlines() or [""]
    told = f"{begin}{one_line(entry.by)}: {clean(first)}"
    style = "dim" if entry.retracted else None
    yield Line(told + (f" ({', '.join(notes)})" if notes else ""), len(begin), style)
    for line in others:  # the output of a command keeps its lines
        yield Line(f"{' ' * len(begin)}{clean(line.expandtabs())}", len(begin), style)
