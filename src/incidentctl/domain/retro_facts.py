"""What the record says for a retrospective: computed from the incident alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from incidentctl.domain.incident import Incident
from incidentctl.domain.state import COMMANDER, DONE, OPEN, SKIPPED, Entry, Held, Step, Update
from incidentctl.domain.timeline import Durations, durations


class Told(NamedTuple):
    """An update and how it kept the cadence; `late_by` is None where nothing was due by then."""

    update: Update
    late_by: timedelta | None


class Facts(NamedTuple):
    """What happened, as the record has it; `incident` has the rest."""

    incident: Incident
    took: Durations
    roles: tuple[Held, ...]
    """Who held which role, the commander first."""
    steps: tuple[Step, ...]
    """Those that were done, skipped, or left open; what was not needed is left out."""
    updates: tuple[Told, ...]
    silent_at_end: timedelta | None
    """How long an update was overdue when the incident ended."""
    timeline: tuple[Entry, ...]
    """What happened and was not retracted."""
    participants: tuple[str, ...]

    def in_state(self, state: str) -> tuple[Step, ...]:
        """Return the steps that were left in a state."""
        return tuple(step for step in self.steps if step.state == state)

    @property
    def late_updates(self) -> int:
        """How many updates came later than announced."""
        return sum(told.late_by is not None for told in self.updates)


def facts_of(incident: Incident) -> Facts:
    """Compute the facts of an incident."""
    updates, silent = _updates(incident)
    return Facts(
        incident=incident,
        took=durations(incident),
        roles=tuple(sorted(incident.held, key=lambda held: (held.role != COMMANDER, held.since))),
        steps=tuple(s for s in incident.steps if s.state in (DONE, SKIPPED, OPEN)),
        updates=updates,
        silent_at_end=silent,
        timeline=tuple(entry for entry in incident.timeline if not entry.retracted),
        participants=incident.people,
    )


def _updates(incident: Incident) -> tuple[tuple[Told, ...], timedelta | None]:
    """Judge each update by what was due before it.

    An update is due when the one before it said, else one cadence after it; the first one cadence
    after the declaration. Where the next one was put off in between, nothing was late.
    """
    ordered = sorted(incident.updates, key=lambda update: (update.at, update.event))
    moments = [incident.declared, *(update.at for update in ordered)]
    dues = [_due(incident, incident.declared, None)]
    dues += [_due(incident, update.at, update.next_at) for update in ordered]
    told = [
        Told(update, _late(incident, before, due, at))
        for (before, at), due, update in zip(pairwise(moments), dues, ordered, strict=False)
    ]
    silent = _late(incident, moments[-1], dues[-1], incident.ended) if incident.ended else None
    return tuple(told), silent


def _due(incident: Incident, since: datetime, stated: datetime | None) -> datetime | None:
    if stated is not None or incident.cadence is None:
        return stated
    try:
        return since + timedelta(seconds=incident.cadence)
    except OverflowError:
        return None


def _late(
    incident: Incident, since: datetime, due: datetime | None, at: datetime
) -> timedelta | None:
    put_off = any(
        entry.kind == "update-snoozed" and not entry.retracted and since <= entry.at <= at
        for entry in incident.entries
    )
    return at - due if due is not None and at > due and not put_off else None
