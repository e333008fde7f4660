"""The page of an incident in the room: what its parts show, and which of them a change touches."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup

from incidentctl.domain.common.role_names import COMMANDER, OTHER_ROLES
from incidentctl.domain.common.text import clean, one_line
from incidentctl.domain.common.times import format_duration, rough_duration, show
from incidentctl.domain.incident.active_time import active_time
from incidentctl.domain.incident.reminders import Reminder, reminders
from incidentctl.domain.incident.state import (
    DONE,
    MOMENTS,
    NOT_NEEDED,
    OPEN,
    PHASES,
    SKIPPED,
    Entry,
    Incident,
    Step,
    is_alert,
)
from incidentctl.domain.incident.unsent import unsent
from incidentctl.render.clock import Clock
from incidentctl.render.html import page as html
from incidentctl.render.incident.brief import commander, ends, named, next_update
from incidentctl.render.incident.entry import entry_notes

#: So many of the newest entries are on the page; a link leads to all.
NEWEST = 200
#: The characters of `2026-11-24 14:01:09`, without the zone.
_MOMENT = 19

#: What each part of the page shows of an incident, beside the clock.
_SHOWN: dict[str, Callable[[Incident], tuple[Any, ...]]] = {
    "title": lambda i: (i.severity, i.title),
    "as-of": lambda _: (),
    "head": lambda i: (
        i[: Incident._fields.index("held")], i.links, i.related, i.offer, i.actions, i.problems,
        i.team, i.individual, i.escalated, i.alerts, i.catalog_problems, i.updates[-1:],
        tuple(e.event for e in i.entries if e.pinned), i.held,
    ),
    "roles": lambda i: (i.held, i.offer, i.duties, i.commander, i.open),
    "steps": lambda i: (i.steps, i.actions, i.status, i.team, i.owner),
    "tasks": lambda i: (i.tasks, i.status),
    "hypotheses": lambda i: (i.hypotheses, i.status),
    "timeline": lambda i: (i.entries,),
    "write": lambda i: (i.status, i.next_update is None),
    "change": lambda i: (
        i.status, i.severity, i.services, i.product_areas, i.category, i.summary, i.impact, i.team,
        i.individual, tuple(getattr(i, name) is None for name in MOMENTS),
    ),
    "end": lambda i: (i.status,),
}  # fmt: skip
PARTS = tuple(_SHOWN)


def version(incident: Incident) -> str:
    """Return which version of an incident this is: every change is one more event."""
    newest = max((entry.event for entry in incident.entries), default="")
    return f"{len(incident.entries)}-{newest}"


def changed(before: Incident, after: Incident) -> list[str]:
    """Return which parts of the page look different after a change."""
    return [name for name, shown in _SHOWN.items() if shown(before) != shown(after)]


def fresh_entries(before: Incident, after: Incident) -> list[str]:
    """Return the events of the entries that are new, or read otherwise than before."""
    known = set(before.entries)
    return [entry.event for entry in after.entries if entry not in known]


class Choices(NamedTuple):
    """What the catalog offers for the fields of forms."""

    people: tuple[tuple[str, str], ...] = ()
    """Handles with names."""
    roles: tuple[str, ...] = ()
    severities: tuple[tuple[str, str], ...] = ()
    teams: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    areas: tuple[tuple[str, str], ...] = ()
    """Product areas with their titles."""


class Tried(NamedTuple):
    """A form that was sent and not taken: what was typed, and why it was not taken."""

    form: str
    item: str
    """Which of several such forms: of which step, task, role or hypothesis; else empty."""
    values: Mapping[str, str]
    message: str
    hint: str | None = None

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What a person typed, by the name of the field."""
        return [(name, text) for name, text in self.values.items() if text.strip()]


class Line(NamedTuple):
    """An entry of the timeline."""

    key: str
    order: str
    """Sorts entries as they happened."""
    number: int
    at: str
    when: str
    by: str
    first: str
    rest: str
    notes: tuple[str, ...]
    retracted: bool


class RoleLine(NamedTuple):
    """A role: who holds it since when, and what they answer for."""

    name: str
    holders: tuple[tuple[str, str, str], ...]
    """Handle, name to show, for how long; empty where it is assigned to nobody."""
    duties: tuple[str, ...]


class IncidentPage:
    """What the templates ask of an incident: everything that is no more than its state."""

    def __init__(self, incident: Incident, now: datetime, *, by: str, known: int) -> None:
        """Take the incident, who looks at it, and how many people the catalog names."""
        self.incident = incident
        self.now = now
        self.by = by
        self._known = known
        self.clock = Clock(incident)

    # --- the head -------------------------------------------------------------------------------

    @property
    def severity(self) -> str:
        """How bad it is, and whether somebody has said so."""
        incident = self.incident
        critical = ", critical" if incident.critical else ""
        doubt = "" if incident.confirmed else ", not confirmed"
        return f"{incident.severity or 'not yet said'}{critical}{doubt}"

    @property
    def next_update(self) -> str | None:
        """When the next update comes, in words."""
        return next_update(self.incident, self.now)

    @property
    def is_late(self) -> bool:
        """Whether an update is overdue."""
        due = self.incident.next_update
        return due is not None and due < self.now

    def clocks(self) -> Iterator[tuple[str, str]]:
        """Yield what is known of when, as label and text."""
        incident = self.incident
        age = rough_duration((incident.ended or self.now) - incident.declared)
        yield ("Open for" if incident.open else "Took"), age
        yield from self.clock.moments()

    def ends(self) -> Iterator[tuple[str, str]]:
        """Yield how it ended, as label and text."""
        return ends(self.incident)

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield what else is known of it, as label and text; nothing that is unknown."""
        incident = self.incident
        reported = f", reported by {incident.reported_by}" if incident.reported_by else ""
        yield "Declared by", f"{named(incident, incident.declared_by)}{reported}"
        for label, text in (
            ("Kind", incident.kind if incident.kind != "incident" else None),
            ("Summary", incident.summary),
            ("Impact", incident.impact),
            ("Category", incident.category),
            ("Owner", incident.owner),
            ("Product areas", ", ".join(incident.product_areas)),
            ("Services", ", ".join(incident.services)),
            ("Responding team", incident.team),
            ("Assigned to", incident.individual),
            ("Escalated to", ", ".join(incident.escalated)),
            ("Process", incident.reason),
            ("Updates", f"every {format_duration(incident.cadence)}" if incident.cadence else None),
            ("Duplicate of", incident.duplicate_of),
            ("Retrospective", incident.retrospective_at),
        ):
            if text:
                yield label, text

    @property
    def reminders(self) -> list[Reminder]:
        """What somebody should do now."""
        return reminders(self.incident, self.now, known=self._known)

    @property
    def pinned(self) -> list[Entry]:
        """The entries that somebody marked as important."""
        return [each for each in self.incident.timeline if each.pinned and not each.retracted]

    def unsent(self) -> list[str]:
        """Return what actions did not send, or perhaps did."""
        return [each.text for each in unsent(self.incident, self.now)]

    @property
    def problems(self) -> list[str]:
        """What is wrong with the incident's data."""
        incident = self.incident
        return [*incident.catalog_problems, *(problem.message for problem in incident.problems)]

    @property
    def last_update(self) -> str | None:
        """The newest update, by whom and how long ago."""
        newest = max(self.incident.updates, key=lambda u: (u.counted, u.event), default=None)
        if newest is None:
            return None
        ago = rough_duration(self.now - newest.counted)
        return f"{'public, ' if newest.public else ''}{ago} ago by {newest.by}: {newest.text}"

    # --- people ---------------------------------------------------------------------------------

    @property
    def commander(self) -> str:
        """Who commands, with their name."""
        return commander(self.incident)

    @property
    def commands(self) -> bool:
        """Whether who looks commands."""
        return self.incident.commander == self.by

    @property
    def nobody_commands(self) -> bool:
        """Whether only an alert has declared it so far."""
        return is_alert(self.incident.commander)

    @property
    def offered_to_me(self) -> bool:
        """Whether command is offered to who looks."""
        offer = self.incident.offer
        return offer is not None and offer.person.casefold() == self.by.casefold()

    def roles(self, known: tuple[str, ...] = ()) -> Iterator[RoleLine]:
        """Yield the roles of the process and of the catalog, the commander first."""
        incident = self.incident
        names = dict.fromkeys((COMMANDER, *OTHER_ROLES, *known, *(h.role for h in incident.held)))
        for role in names:
            holders = tuple(
                (
                    held.person,
                    f"{held.name} ({held.person})" if held.name else held.person,
                    rough_duration(active_time(incident, held.since, self.now)),
                )
                for held in incident.held
                if held.role == role and held.until is None
            )
            yield RoleLine(role, holders, incident.answers_for(role))

    # --- work -----------------------------------------------------------------------------------

    @property
    def steps_done(self) -> str:
        """How far the checklist is, in words."""
        steps = self.incident.steps
        counts = [f"{sum(step.state == DONE for step in steps)} of {len(steps)} done"]
        if skipped := sum(step.state == SKIPPED for step in steps):
            counts.append(f"{skipped} skipped")
        return ", ".join(counts)

    def marked(self, step: Step) -> str | None:
        """Say what became of a step: by whom, and when."""
        if step.state == NOT_NEEDED:
            return "not needed"
        if step.mark is None or step.state == OPEN:
            return None
        return f"{step.state} by {step.mark.by}, {self.clock.both(step.mark.at)}"

    def every(self, step: Step) -> str:
        """Say how often a step repeats; empty if it does not."""
        return f", every {format_duration(step.every)}" if step.every and step.every > 0 else ""

    @property
    def phases(self) -> list[tuple[str, str]]:
        """What the status of an open incident can be, and how it is shown."""
        return [(phase, phase) for phase in PHASES]

    @property
    def moments(self) -> list[tuple[str, str]]:
        """What can be marked, first what nobody has marked; and how it is shown."""
        known = sorted(MOMENTS, key=lambda name: getattr(self.incident, name) is not None)
        return [(name, name) for name in known]

    @property
    def now_told(self) -> str:
        """When the page was made."""
        return show(self.now, self.incident.zone, seconds=True)

    # --- the timeline ---------------------------------------------------------------------------

    def entries(
        self,
        *,
        oldest_first: bool = False,
        all_of_them: bool = False,
        only: Collection[str] = (),
    ) -> list[Line]:
        """Return the newest entries, or all, or `only` some; the newest first, or as the log."""
        found = self.incident.entries
        if only:
            found = tuple(each for each in found if each.event in only)
        elif not all_of_them and len(found) > NEWEST:
            # What was corrected a moment ago may be older than all of these.
            targets = {each.target for each in found[-NEWEST:] if each.target}
            chosen = set(heapq.nlargest(NEWEST, found, key=_order))
            chosen.update(each for each in found if each.event in targets)
            found = tuple(chosen)
        ordered = sorted(found, key=_order, reverse=not oldest_first)
        return [self._line(entry) for entry in ordered]

    def _line(self, entry: Entry) -> Line:
        first, *others = entry.text.strip("\r\n").splitlines() or [""]
        return Line(
            entry.event,
            f"{entry.at.isoformat()} {entry.event}",
            entry.number,
            entry.at.isoformat(),
            show(entry.at, self.incident.pinned_zone, seconds=True)[:_MOMENT],
            one_line(entry.by),
            clean(first),
            "\n".join(clean(line.expandtabs()) for line in others),
            tuple(entry_notes(entry, self.clock.both)),
            entry.retracted,
        )

    @property
    def zone(self) -> str:
        """What the times of the timeline are in."""
        return f"{self.incident.timezone} ({self.clock.name})" if self.clock.offset else "UTC"


def _order(entry: Entry) -> tuple[datetime, str]:
    return entry.at, entry.event


def timeline(page: IncidentPage, room: Any, only: Collection[str] = ()) -> Markup:
    """Render the timeline; only some entries of it for a page that has the others."""
    made = html(
        "room/timeline.html.j2",
        page=page,
        room=room,
        newest=NEWEST,
        only=only,
        incident=page.incident,
    )
    return Markup(made)  # noqa: S704 (a template made it, which escapes)


def fresh_lines(incident: Incident, only: Collection[str]) -> str:
    """Render some entries of the timeline, for pages that show it already."""
    page = IncidentPage(incident, incident.declared, by="", known=0)
    return html("room/timeline_lines.html.j2", lines=page.entries(only=only))
