"""What an incident's moments say: how long things took, and what is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from incidentctl.domain.common.role_names import COMMANDER, OTHER_ROLES
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.handover_advice import handover_advice
from incidentctl.domain.incident.state import OPEN, Incident, is_alert

#: By then the other roles of a critical incident should be assigned, or kept on purpose.
ROLES_WITHIN = timedelta(minutes=5)
#: So many roles are asked for: in the walk each has a digit as its key.
MAX_ROLES = 9
#: An incident without a cadence about which nobody has said anything for so long is silent.
SILENT_AFTER = timedelta(minutes=15)
#: So soon somebody should have said how bad it is, and a runbook should be attached.
SEVERITY_WITHIN = PROCESS_WITHIN = timedelta(minutes=10)

#: So soon somebody should have accepted command of what an alert declared.
COMMANDER_WITHIN = timedelta(minutes=2)
#: So soon somebody should have accepted command that is offered to them.
OFFER_WITHIN = timedelta(minutes=5)

#: Which of what is late in one incident is named first.
_WAITED_FOR = ("commander", "update", "silent", "offer", "severity")

#: What the declaration itself records, in whatever number of actions.
_OF_DECLARATION = frozenset(
    {"declared", "severity-set", "affected-set", "process-resolved", "runbook-attached"}
)


class Durations(NamedTuple):
    """How long it took; None where a moment is not known or lies before the start of its count.

    Detect, mitigate and resolve count from the start (the declaration, if nobody stated it).
    Acknowledge counts from the detection; the declarer acknowledges, if nobody did before.
    """

    detect: timedelta | None
    acknowledge: timedelta | None
    mitigate: timedelta | None
    resolve: timedelta | None


class Due(NamedTuple):
    """Something that somebody has to do by a moment; `overdue_by` in seconds, 0 while in time."""

    what: str
    at: datetime
    overdue_by: float
    text: str


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    if start is None or end is None or end < start:
        return None
    return end - start


def durations(incident: Incident) -> Durations:
    """Return how long detecting, acknowledging, mitigating and resolving took."""
    start = incident.started or incident.declared
    detected = incident.detected or (incident.raised if incident.started else None)
    acknowledged = incident.acknowledged or incident.raised
    return Durations(
        detect=_between(incident.started, detected),
        acknowledge=_between(incident.detected, acknowledged),
        mitigate=_between(start, incident.mitigated),
        resolve=_between(start, incident.resolved),
    )


def other_roles(incident: Incident) -> tuple[str, ...]:
    """Return the roles besides the commander's: the standard ones, and those open work is for."""
    steps = (step.role for step in incident.steps if step.state == OPEN)
    tasks = (task.role for task in incident.tasks if task.done is None and task.role)
    asked = (role for role in (*steps, *tasks) if role != COMMANDER)
    return tuple(dict.fromkeys((*OTHER_ROLES, *asked)))[:MAX_ROLES]


def unassigned(incident: Incident) -> tuple[str, ...]:
    """Return the other roles that nobody holds in a critical open incident, unless kept."""
    if not incident.open or not incident.critical or incident.roles_kept:
        return ()
    return tuple(role for role in other_roles(incident) if not incident.assigned(role))


def due(incident: Incident, now: datetime, *, known: int = 0) -> list[Due]:
    """Return what is due in an open incident, the most overdue first; nothing for a backfill.

    `known` is how many people the catalog names: who is alone has nobody to hand command to.
    """
    if not incident.open or incident.kind == "backfill":
        return []
    found = []
    if incident.next_update is not None:
        found.append(_due("update", incident.next_update, now, "The next update"))
    elif all(e.kind in _OF_DECLARATION for e in incident.entries if not e.retracted):
        at = incident.known + SILENT_AFTER
        found.append(_due("silent", at, now, "Nobody has said anything since the declaration"))
    if is_alert(incident.commander):
        text = "Nobody commands: an alert declared it, and nobody has accepted command"
        found.append(_due("commander", incident.known + COMMANDER_WITHIN, now, text))
    if missing := unassigned(incident):
        text = f"Nobody is assigned as {', '.join(missing)}"
        found.append(_due("roles", incident.known + ROLES_WITHIN, now, text))
    if not incident.confirmed:
        named = f" {incident.severity}" if incident.severity else ""
        text = f"Nobody has confirmed the severity{named}"
        found.append(_due("severity", incident.known + SEVERITY_WITHIN, now, text))
    if not incident.runbooks:
        at = incident.known + PROCESS_WITHIN
        found.append(_due("process", at, now, "No runbook is attached"))
    if (offer := incident.offer) is not None:
        text = f"{offer.person} has not accepted command, which {offer.by} offers"
        at = max(offer.at, incident.opened) + OFFER_WITHIN
        found.append(_due("offer", at, now, text))
    if advice := handover_advice(incident, now, known=known):
        found.append(_due("handover", advice.urged_at, now, advice.text))
    return sorted(found, key=lambda entry: entry.at)


def by_urgency(found: Iterable[tuple[str, Sequence[Due]]]) -> tuple[tuple[str, Due], ...]:
    """Return what is due in incidents, the worst of which is given first: what hurts most, first.

    What is late comes before what is not, and that of a worse incident before that of another.
    Of one incident what people wait for is before what is only to be put in order.
    """
    pairs = [
        (place, ident, entry) for place, (ident, entries) in enumerate(found) for entry in entries
    ]

    def key(each: tuple[int, str, Due]) -> tuple[object, ...]:
        place, _, entry = each
        late = entry.overdue_by > 0
        waits = _WAITED_FOR.index(entry.what) if entry.what in _WAITED_FOR else len(_WAITED_FOR)
        return (not late, place, waits if late else 0, entry.at)

    return tuple((ident, entry) for _, ident, entry in sorted(pairs, key=key))


def in_short(found: Sequence[tuple[str, Due]], now: datetime) -> str | None:
    """Say on a few columns what is most urgent of many incidents; None when nothing is due.

    `found` has the incident of each, the most urgent first. The end of its id is enough to name
    it to a command.
    """
    if not found:
        return None
    incident, first = found[0]
    late = sum(entry.overdue_by > 0 for _, entry in found)
    span = rough_duration(first.overdue_by or first.at - now)
    when = f"{span} late" if late else f"in {span}"
    more = f" +{late - 1}" if late > 1 else ""
    return f"{incident.rsplit('-', 1)[-1]} {first.what} {when}{more}"


def _due(what: str, at: datetime, now: datetime, text: str) -> Due:
    return Due(what, at, max(0.0, (now - at).total_seconds()), text)
