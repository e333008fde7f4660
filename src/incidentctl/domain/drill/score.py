"""The score of a drill: how fast the response was, against its targets and earlier drills.

Everything is computed from event times. All spans count from the begin: the planned moment of a
drill that those who respond had to notice (an unplanned one, or one that they declared themselves),
else the start.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.drill.plan import Drill
from incidentctl.domain.drill.play import begin
from incidentctl.domain.incident.state import OPEN, SKIPPED, Incident

DECLARE, COMMAND, FIRST_UPDATE = "declare", "commander", "first_update"


class Measure(NamedTuple):
    """How long something took, and its target, in seconds; None if not known."""

    name: str
    took: float | None
    target: float | None
    why: str | None = None
    """Why it is not known how long it took."""

    @property
    def met(self) -> bool | None:
        """Whether the target was met; None without a target, or if it is not known."""
        if self.took is None or self.target is None:
            return None
        return self.took <= self.target


class Score(NamedTuple):
    """How a drill went."""

    incident: str
    drill: str | None
    """Its plan; None for a drill without one."""
    team: str | None
    begin: datetime
    status: str
    real: bool
    """Whether a real incident ended it early: then it is not compared with others."""
    cancelled: bool
    """Whether it was cancelled: then it was not played, and is not compared with others."""
    measures: tuple[Measure, ...]
    skipped: tuple[str, ...]
    """The titles of the steps that were skipped."""
    undone: tuple[str, ...]
    """The titles of the steps that were left open."""

    def took(self, name: str) -> float | None:
        """Return how long something took, in seconds."""
        return next(each.took for each in self.measures if each.name == name)


def score(incident: Incident, drill: Drill | None) -> Score:
    """Score a drill; its plan, where it is here, says what the record does not."""
    play = incident.drill
    planned_moment = play.begins if play else None
    if planned_moment is None and drill is not None:
        planned_moment = begin(incident, drill)
    stated = play.targets if play else (None, None, None)
    targets = stated if any(stated) else _targets(drill)
    began = play.started if play and not play.attached else incident.declared
    counted_from = planned_moment or began
    moments = (
        # Who starts a drill declares it: only from a planned moment on does that take time.
        incident.declared if planned_moment else None,
        _commanded(incident),
        min((update.counted for update in incident.updates), default=None),
    )
    absent = (
        "the person who started the drill declared it",
        f"only {incident.declared_by} commanded, who caused the drill",
        "no update was posted",
    )
    measures = tuple(
        _measure(name, counted_from, moment, target, why)
        for name, moment, target, why in zip(
            (DECLARE, COMMAND, FIRST_UPDATE), moments, targets, absent, strict=True
        )
    )
    return Score(
        incident.id,
        play.drill if play else None,
        (play.team if play else None) or incident.team or incident.owner,
        counted_from,
        incident.status,
        play.real if play else False,
        incident.cancelled is not None,
        measures,
        tuple(step.title for step in incident.steps if step.state == SKIPPED),
        tuple(step.title for step in incident.steps if step.state == OPEN),
    )


def _targets(drill: Drill | None) -> tuple[float | None, float | None, float | None]:
    if drill is None or drill.plan is None:
        return None, None, None
    stated = drill.plan.targets
    declare, commander, update = (
        span.total_seconds() if span else None
        for span in (stated.declare, stated.commander, stated.first_update)
    )
    return declare, commander, update


def _commanded(incident: Incident) -> datetime | None:
    """When there was a commander: the declarer, unless they only conduct the drill."""
    if incident.drill is None or not incident.drill.conducted:
        return incident.declared
    others = (
        held.since
        for held in incident.held
        if held.role == COMMANDER and held.person != incident.declared_by
    )
    return min(others, default=None)


def _measure(
    name: str, start: datetime, end: datetime | None, target: float | None, why: str
) -> Measure:
    """Measure from the begin to a moment; `why` says why there is no such moment."""
    if end is None or end < start:
        return Measure(name, None, target, why if end is None else "it was before the begin")
    return Measure(name, (end - start).total_seconds(), target)


def earlier(this: Score, scores: Iterable[Score]) -> list[Score]:
    """Return the earlier drills of the same plan or team, the newest first."""
    same = [
        each
        for each in scores
        if each.begin < this.begin
        and not (each.real or each.cancelled)
        and (
            (this.drill is not None and each.drill == this.drill)
            or (this.team is not None and each.team == this.team)
        )
    ]
    return sorted(same, key=lambda each: (each.begin, each.incident), reverse=True)
