"""The brief of a role: what its holder answers for, the state, and the open work of that role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.head import titled
from incidentctl.domain.incident.state import OPEN, Incident
from incidentctl.render.incident.brief import commander, named, next_update

#: So many open steps and tasks of the role are shown.
_MAX_ROWS = 5


def duties(incident: Incident, role: str) -> str:
    """Return what a role answers for, on one line; empty where nobody has said it."""
    return one_line(". ".join(incident.answers_for(role)))


def role_brief(incident: Incident, role: str, person: str, now: datetime) -> Iterator[str]:
    """Yield the lines for somebody who got a role: to be read to them, or sent."""
    yield f"{named(incident, person)} is {one_line(role)}, and answers for:"
    yield from (f"  - {one_line(duty)}" for duty in incident.answers_for(role))
    severity = f"{incident.severity}, " if incident.severity else ""
    yield _row("incident", f"{incident.id}  {titled(incident)}")
    age = rough_duration(now - incident.declared)
    yield _row("state", f"{severity}{incident.status}, declared {age} ago")
    yield _row("commander", commander(incident))
    if due := next_update(incident, now):
        yield _row("next update", due)
    steps = [
        f"{step.number} {step.title}"
        for step in incident.steps
        if step.state == OPEN and step.role == role
    ]
    tasks = [
        f"{task.number} {task.title}"
        for task in incident.tasks
        if task.done is None and (task.person == person or (not task.person and task.role == role))
    ]
    for label, lines in (("open step", steps), ("open task", tasks)):
        for line in lines[:_MAX_ROWS]:
            yield _row(label, line)
        if len(lines) > _MAX_ROWS:
            yield _row("", f"and {len(lines) - _MAX_ROWS} more: incidentctl show")
    for link in incident.links:
        if link.label.casefold() in ("channel", "bridge"):
            yield _row(link.label, link.url)


def _row(label: str, text: str) -> str:
    return f"{one_line(label):<14} {one_line(text)}"
