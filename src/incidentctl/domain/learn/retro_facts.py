"""What the record says for a retrospective: computed from the incident alone."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from incidentctl.domain.common.incident_kinds import DRILL
from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.drill.plan import Drill, PrivateHalf
from incidentctl.domain.drill.score import Score, score
from incidentctl.domain.incident.due import Durations, durations
from incidentctl.domain.incident.head import Incident
from incidentctl.domain.incident.state import DONE, OPEN, SKIPPED, Entry, Held, Step, Task, Update
from incidentctl.domain.incident.update_gaps import update_gaps


class TimedUpdate(NamedTuple):
    """An update, and how late it came; None if it was in time or nothing asked for it."""

    update: Update
    late_by: timedelta | None


class RetroFacts(NamedTuple):
    """What happened, as the record has it; `incident` has the rest."""

    incident: Incident
    took: Durations
    roles: tuple[Held, ...]
    """Who held which role, the commander first."""
    steps: tuple[Step, ...]
    """Those that were done, skipped, or left open; what was not needed is left out."""
    updates: tuple[TimedUpdate, ...]
    silent_at_end: timedelta | None
    """How long an update was overdue when the incident ended."""
    timeline: tuple[Entry, ...]
    """What happened and was not retracted."""
    participants: tuple[str, ...]
    """Who took part, and those whom a drill's plan names."""
    score: Score | None = None
    """Of a drill: how fast the response was."""

    @property
    def follow_up(self) -> tuple[Task, ...]:
        """The open tasks that somebody added; those of a runbook are for the response."""
        tasks = self.incident.tasks
        return tuple(task for task in tasks if task.done is None and "-" not in task.id)

    def in_state(self, state: str) -> tuple[Step, ...]:
        """Return the steps that were left in a state."""
        return tuple(step for step in self.steps if step.state == state)

    @property
    def late_updates(self) -> int:
        """How many updates came later than announced."""
        return sum(update.late_by is not None for update in self.updates)


def facts_of(incident: Incident, plan: Drill | None = None) -> RetroFacts:
    """Compute the facts of an incident, or of a drill with what is here of its plan."""
    every = update_gaps(incident, incident.ended)
    return RetroFacts(
        incident=incident,
        took=durations(incident),
        roles=tuple(sorted(incident.held, key=lambda held: (held.role != COMMANDER, held.since))),
        steps=tuple(s for s in incident.steps if s.state in (DONE, SKIPPED, OPEN)),
        updates=tuple(TimedUpdate(gap.update, gap.late_by) for gap in every if gap.update),
        silent_at_end=next((gap.late_by for gap in every if gap.update is None), None),
        timeline=tuple(entry for entry in incident.timeline if not entry.retracted),
        participants=tuple(dict.fromkeys([*incident.people, *_named(plan)])),
        score=score(incident, plan) if incident.kind == DRILL else None,
    )


def _named(plan: Drill | None) -> list[str]:
    """Return the people whom the plan of a drill names."""
    known = plan.plan if plan else None
    if known is None:
        return []
    if isinstance(known, PrivateHalf):
        return [known.saboteur, known.commander, known.mitigator]
    return [known.saboteur]
