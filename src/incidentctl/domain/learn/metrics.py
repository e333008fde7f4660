"""What a period's incidents say about the response: pure, from event times alone.

docs/report.md defines each measure; what is left out of which is decided here, in `measure`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from incidentctl.domain.incident.active_time import active_spans
from incidentctl.domain.incident.due import Durations, durations
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.state import CANCELLED, DONE, NOT_NEEDED, OPEN, SKIPPED, Incident
from incidentctl.domain.incident.update_gaps import UpdateGap, update_gaps
from incidentctl.domain.learn.statistics import Figure, Share, figure, share

INCIDENT, DRILL, BACKFILL = "incident", "drill", "backfill"
#: Every kind of incident; without a choice the figures are of all but drills.
KINDS = (INCIDENT, DRILL, BACKFILL)


class Scope(NamedTuple):
    """Which incidents count: declared from `since` to before `until`; names fold case."""

    since: datetime
    until: datetime
    kinds: tuple[str, ...] = (INCIDENT, BACKFILL)
    severity: str | None = None
    area: str | None = None
    service: str | None = None
    team: str | None = None
    """Which owns what was affected."""

    def covers(self, one: Head | Incident) -> bool:
        """Say whether an incident counts."""
        return (
            self.since <= one.declared < self.until and one.kind in self.kinds and self._fits(one)
        )

    def _fits(self, one: Head | Incident) -> bool:
        return (
            (self.severity is None or _in(self.severity, (one.severity or "",)))
            and (self.area is None or _in(self.area, one.product_areas))
            and (self.service is None or _in(self.service, one.services))
            and (self.team is None or _in(self.team, (one.owner or "",)))
        )

    def drills(self, heads: Iterable[Head]) -> list[Head]:
        """Return the drills that were played before the period ends, whenever that was."""
        return [
            head
            for head in heads
            if head.kind == DRILL
            and head.status != CANCELLED
            and head.declared < self.until
            and self._fits(head)
        ]


def _in(wanted: str, names: Iterable[str]) -> bool:
    return wanted.casefold() in (name.casefold() for name in names)


class Counted(NamedTuple):
    """How many incidents have a name; None stands for those without any."""

    name: str | None
    incidents: int


class Discipline(NamedTuple):
    """Updates that were due, and how many of them came in time."""

    due: int
    in_time: int
    share: float | None
    reason: str | None
    longest: float | None
    """The longest gap in which an update was due, in seconds."""
    longest_in: str | None


class Load(NamedTuple):
    """How long somebody held roles, in seconds; time in two roles or incidents counts once."""

    person: str
    seconds: float
    incidents: int
    roles: tuple[tuple[str, float], ...]


class Returning(NamedTuple):
    """A service that two or more incidents hit."""

    service: str
    incidents: tuple[str, ...]


class StepSkips(NamedTuple):
    """A step of the runbooks: how often it was asked, skipped, and left open at the end."""

    step: str
    title: str
    asked: int
    skipped: int
    left_open: int


class Drills(NamedTuple):
    """How often it was practised; `days_since` counts whole days to the end of the period."""

    in_period: int
    last: str | None
    last_at: datetime | None
    days_since: int | None


class TeamPractice(NamedTuple):
    """How often a team played a drill, and when last; None for drills of no known team."""

    team: str | None
    drills: int
    last_at: datetime


def by_team(drills: Iterable[Incident]) -> tuple[TeamPractice, ...]:
    """Count drills by the team that played them, the most first."""
    found: dict[str | None, list[datetime]] = defaultdict(list)
    for one in drills:
        team = (one.drill.team if one.drill else None) or one.team or one.owner
        found[team].append(one.declared)
    counted = [TeamPractice(team, len(days), max(days)) for team, days in found.items()]
    return tuple(sorted(counted, key=lambda each: (-each.drills, each.team or "")))


class Metrics(NamedTuple):
    """The figures of a scope."""

    scope: Scope
    incidents: int
    cancelled: int
    still_open: int
    by_severity: tuple[Counted, ...]
    by_status: tuple[Counted, ...]
    by_area: tuple[Counted, ...]
    by_customers: Share
    """Of those of which it is known who reported them."""
    detect: Figure
    acknowledge: Figure
    mitigate: Figure
    resolve: Figure
    updates: Discipline
    load: tuple[Load, ...]
    returning: tuple[Returning, ...]
    steps: tuple[StepSkips, ...]
    drills: Drills


def measure(
    incidents: Iterable[Incident], heads: Iterable[Head], scope: Scope, *, now: datetime
) -> Metrics:
    """Compute the figures of the incidents that a scope covers; `heads` name the drills.

    Cancelled ones were no incidents: they count only by status and in the load, which was real.
    Backfills were written down afterwards: they have neither load, updates nor steps.
    """
    covered = [one for one in incidents if scope.covers(one)]
    real = [one for one in covered if happened(one)]
    live = [one for one in real if one.kind != BACKFILL]
    took = [durations(one) for one in real]
    return Metrics(
        scope=scope,
        incidents=len(real),
        cancelled=len(covered) - len(real),
        still_open=sum(one.open for one in real),
        by_severity=_count([one.severity] for one in real),
        by_status=_count([one.status if happened(one) else CANCELLED] for one in covered),
        by_area=_count(one.product_areas or [None] for one in real),
        by_customers=_by_customers(real),
        detect=_figure(took, "detect"),
        acknowledge=_figure(took, "acknowledge"),
        mitigate=_figure(took, "mitigate"),
        resolve=_figure(took, "resolve"),
        updates=_discipline(live, now),
        load=_load([one for one in covered if one.kind != BACKFILL], now),
        returning=_returning(real),
        steps=_steps(live),
        drills=_drills(scope, heads, now),
    )


def happened(one: Incident) -> bool:
    """Say whether it was a real incident: not if it was cancelled, even if it was closed later."""
    return one.status != CANCELLED and one.cancelled is None


def _count(names: Iterable[Iterable[str | None]]) -> tuple[Counted, ...]:
    """Count each name once per incident, the most frequent first, those without a name last."""
    counts = Counter(name for each in names for name in set(each))
    found = [Counted(name, number) for name, number in counts.items()]
    return tuple(sorted(found, key=lambda c: (c.name is None, -c.incidents, c.name or "")))


def _by_customers(incidents: Sequence[Incident]) -> Share:
    known = [one.reported_by.casefold() for one in incidents if one.reported_by]
    return share(known.count("customer"), len(known))


def _figure(took: Iterable[Durations], name: str) -> Figure:
    spans: list[timedelta | None] = [getattr(each, name) for each in took]
    return figure([span.total_seconds() for span in spans if span is not None])


def due_gaps(incident: Incident, now: datetime) -> list[UpdateGap]:
    """Return the gaps that tell how an incident kept its cadence.

    Each ended with an update, or was over its due moment when the incident ended or it was `now`.
    None for a backfill, whose updates nobody waited for.
    """
    if incident.kind == BACKFILL:
        return []
    found = update_gaps(incident, incident.ended or now)
    return [w for w in found if w.due is not None and (w.update or w.late_by is not None)]


def _discipline(incidents: Iterable[Incident], now: datetime) -> Discipline:
    found = [(gap, one.id) for one in incidents for gap in due_gaps(one, now)]
    in_time = sum(gap.late_by is None for gap, _ in found)
    kept = share(in_time, len(found))
    gaps = [((gap.until - gap.since).total_seconds(), ident) for gap, ident in found]
    longest = max(gaps, default=(None, None), key=lambda gap: gap[0])
    return Discipline(len(found), in_time, kept.share, kept.reason, *longest)


def _load(incidents: Iterable[Incident], now: datetime) -> tuple[Load, ...]:
    roles: dict[str, dict[str, list[tuple[datetime, datetime]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    taken: dict[str, set[str]] = defaultdict(set)
    for one in incidents:
        end = one.ended or now
        for held in one.held:
            until = min(held.until or end, end)
            if until <= held.since:
                continue
            active = list(active_spans(one, held.since, until))
            roles[held.person][held.role] += active
            taken[held.person].add(one.id)
    found = []
    for person, spans in roles.items():
        each = [(role, _covered(of_role)) for role, of_role in spans.items()]
        whole = _covered(chain.from_iterable(spans.values()))
        ordered = tuple(sorted(each, key=lambda pair: (-pair[1], pair[0])))
        found.append(Load(person, whole, len(taken[person]), ordered))
    return tuple(sorted(found, key=lambda load: (-load.seconds, load.person)))


def _covered(spans: Iterable[tuple[datetime, datetime]]) -> float:
    """Return how many seconds spans cover together."""
    total, reached = 0.0, None
    for since, until in sorted(spans):
        begin = since if reached is None else max(since, reached)
        if until > begin:
            total += (until - begin).total_seconds()
            reached = until
    return total


def _returning(incidents: Iterable[Incident]) -> tuple[Returning, ...]:
    hit: dict[str, list[str]] = defaultdict(list)
    for one in sorted(incidents, key=lambda one: (one.declared, one.id)):
        for service in dict.fromkeys(one.services):
            hit[service].append(one.id)
    found = [Returning(service, tuple(ids)) for service, ids in hit.items() if len(ids) > 1]
    return tuple(sorted(found, key=lambda each: (-len(each.incidents), each.service)))


def _steps(incidents: Iterable[Incident]) -> tuple[StepSkips, ...]:
    """Count by the step's id, which runbooks share; the newest title is shown."""
    found: dict[str, StepSkips] = {}
    for one in sorted(incidents, key=lambda one: (one.declared, one.id)):
        for step in one.steps:
            if step.state == NOT_NEEDED:
                continue
            before = found.get(step.id) or StepSkips(step.id, "", 0, 0, 0)
            found[step.id] = StepSkips(
                step.id,
                step.title,
                before.asked + (not one.open or step.state in (DONE, SKIPPED)),
                before.skipped + (step.state == SKIPPED),
                before.left_open + (step.state == OPEN and not one.open),
            )
    missed = [each for each in found.values() if each.skipped or each.left_open]
    return tuple(sorted(missed, key=lambda each: (-each.skipped, -each.left_open, each.step)))


def _drills(scope: Scope, heads: Iterable[Head], now: datetime) -> Drills:
    played = scope.drills(heads)
    in_period = sum(head.declared >= scope.since for head in played)
    last = max(played, key=lambda head: (head.declared, head.id), default=None)
    if last is None:
        return Drills(in_period, None, None, None)
    days = (min(scope.until, now) - last.declared).days
    return Drills(in_period, last.id, last.declared, max(days, 0))
