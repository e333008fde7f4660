"""What customers may know: the values that status page, feeds and JSON are made of.

No title, note, hypothesis or name of a person has a field here, so none can get out this way.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple


class State(StrEnum):
    """How well something works, in Statuspage's words."""

    OPERATIONAL = "operational"
    MAINTENANCE = "under_maintenance"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"

    @property
    def words(self) -> str:
        """The state as people read it: `major outage`."""
        return self.value.replace("_", " ")


#: From the best to the worst.
ORDER = tuple(State)

INVESTIGATING, IDENTIFIED, MONITORING, RESOLVED = PHASES = (
    "investigating", "identified", "monitoring", "resolved",
)  # fmt: skip


class Area(NamedTuple):
    """A product area, as the catalog calls it and as customers do."""

    name: str
    title: str


class PublicUpdate(NamedTuple):
    """What customers were told at a moment."""

    id: str
    at: datetime
    phase: str
    """One of `PHASES`."""
    text: str
    states: tuple[tuple[str, State], ...] = ()
    """The areas that it said something of, by name, each once."""
    next_at: datetime | None = None
    """When it said that the next one comes."""


class Said(NamedTuple):
    """The state that an update said of an area, from that moment on."""

    at: datetime
    area: str
    state: State


class PublicIncident(NamedTuple):
    """An incident that customers were told of; `updates` has the oldest first.

    A redacted update is in none of them; what it said of areas, and that it ended the incident,
    holds: `said` and `ended` know. So `updates` may be empty, and `phase` is known all the same.
    """

    id: str
    title: str
    """What a public update called it, else the areas and their worst states."""
    began: datetime
    """When the first public update came."""
    ended: datetime | None
    """When a public update said that it is resolved; None while none did."""
    updates: tuple[PublicUpdate, ...]
    said: tuple[Said, ...] = ()
    """All that was said of areas, the oldest first."""
    phase: str = INVESTIGATING
    """That of the last update."""

    @property
    def areas(self) -> tuple[str, ...]:
        """The names of the areas of which something was said, in the order of their mention."""
        return tuple(dict.fromkeys(said.area for said in self.said))

    def worst(self) -> State:
        """Return the worst state that was ever said."""
        return worst(said.state for said in self.said)

    def said_by(self, update: PublicUpdate) -> dict[str, State]:
        """Return what an update said of areas: the one that ended it said that all of them work."""
        if self.ended is not None and update.at >= self.ended:
            return dict.fromkeys(self.areas, State.OPERATIONAL)
        return dict(update.states)

    def before(self, at: datetime) -> dict[str, State]:
        """Return what had been said of areas before a moment."""
        return {said.area: said.state for said in self.said if said.at < at}

    def now(self) -> dict[str, State]:
        """Return what holds of each area that was mentioned; all is operational once it ended."""
        last = {said.area: said.state for said in self.said}
        return last if self.ended is None else dict.fromkeys(last, State.OPERATIONAL)


class Maintenance(NamedTuple):
    """Work that was announced."""

    id: str
    title: str
    text: str
    begins: datetime
    ends: datetime
    areas: tuple[str, ...]


class Page(NamedTuple):
    """Everything that a status page may show; nothing of it is later than `at`."""

    organisation: str
    address: str | None
    """Where the page is, for links that lead to it; None while nobody said."""
    zone: str
    at: datetime
    areas: tuple[Area, ...]
    incidents: tuple[PublicIncident, ...]
    """The newest first."""
    maintenance: tuple[Maintenance, ...]
    """The earliest first; what is to come, too."""

    @property
    def open(self) -> tuple[PublicIncident, ...]:
        """The incidents of which no public update said that they are resolved."""
        return tuple(incident for incident in self.incidents if incident.ended is None)

    def title_of(self, area: str) -> str:
        """Return what customers call an area; its name if the catalog has it no more."""
        return next((known.title for known in self.areas if known.name == area), area)


class Span(NamedTuple):
    """A time in which an area was in one state."""

    begins: datetime
    ends: datetime
    state: State


def worst(states: Iterable[State]) -> State:
    """Return the worst of some states; operational if there are none."""
    return max(states, key=ORDER.index, default=State.OPERATIONAL)


def spans(page: Page, area: str) -> tuple[Span, ...]:
    """Return when an area was in a state other than operational, to the page's moment, in order.

    Of several incidents at once the worst state counts; announced work counts while no incident
    says worse. Spans that touch differ in their states.
    """
    single = [
        *(span for incident in page.incidents for span in _of_incident(incident, area, page.at)),
        *(
            Span(work.begins, min(work.ends, page.at), State.MAINTENANCE)
            for work in page.maintenance
            if area in work.areas and work.begins < min(work.ends, page.at)
        ),
    ]
    return _worst_of_each_moment(single)


def state_of(page: Page, area: str) -> State:
    """Return the state of an area at the page's moment."""
    told = [incident.now().get(area, State.OPERATIONAL) for incident in page.open]
    work = any(area in w.areas and w.begins <= page.at < w.ends for w in page.maintenance)
    return worst([*told, State.MAINTENANCE if work else State.OPERATIONAL])


def _of_incident(incident: PublicIncident, area: str, at: datetime) -> list[Span]:
    said = [each for each in incident.said if each.area == area]
    ends = [*(each.at for each in said[1:]), incident.ended or at][: len(said)]
    return [
        Span(each.at, end, each.state)
        for each, end in zip(said, ends, strict=True)
        if each.state is not State.OPERATIONAL and each.at < end
    ]


def _worst_of_each_moment(single: list[Span]) -> tuple[Span, ...]:
    """Return spans that do not overlap, by a sweep over their beginnings and ends."""
    edges = sorted({edge for span in single for edge in (span.begins, span.ends)})
    starts: dict[datetime, list[State]] = {}
    stops: dict[datetime, list[State]] = {}
    for span in single:
        starts.setdefault(span.begins, []).append(span.state)
        stops.setdefault(span.ends, []).append(span.state)
    running = dict.fromkeys(ORDER, 0)
    found: list[Span] = []
    for begins, ends in pairwise(edges):
        for state in stops.get(begins, ()):
            running[state] -= 1
        for state in starts.get(begins, ()):
            running[state] += 1
        state = worst(state for state, number in running.items() if number)
        if state is State.OPERATIONAL:
            continue
        if found and found[-1].ends == begins and found[-1].state is state:
            found[-1] = found[-1]._replace(ends=ends)
        else:
            found.append(Span(begins, ends, state))
    return tuple(found)
