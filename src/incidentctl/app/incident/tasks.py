"""Tasks of the responders."""

from __future__ import annotations

from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.incident.decide import tasks as decide


def add(
    response: Response, title: str, *, role: str | None = None, person: str | None = None
) -> Recorded:
    """Add a task, for a role or a person of the catalog."""
    stated = decide.add(
        response.incident,
        title,
        role=role,
        person=person and response.meant(person),
        known=response.people,
        roles=response.roles if role else (),
    )
    return response.record(stated, "task added")


def assign(response: Response, numbers: str, person: str) -> Recorded:
    """Assign the tasks with these numbers to a person."""
    stated = decide.assign(
        response.incident, numbers, response.meant(person), known=response.people
    )
    word = "task" if len(stated) == 1 else "tasks"
    return response.record(stated, f"{word} {numbers} assigned to {person}")


def done(response: Response, task: str, *, note: str | None = None) -> Recorded:
    """Mark the task with a number as done."""
    return response.record(decide.done(response.incident, task, note=note), f"task {task} done")
