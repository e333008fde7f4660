"""Decide about tasks: known work for somebody."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from incidentctl.domain.catalog.roles import STANDARD
from incidentctl.domain.common.lookup import one_of, said
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.decide.notes import short
from incidentctl.domain.incident.decide.people import person_of
from incidentctl.domain.incident.state import Incident, Task
from incidentctl.errors import Hint, NotFoundError, RefusedError

_ROLES = tuple(role.name for role in STANDARD)


def find(incident: Incident, word: str) -> Task:
    """Return the task of a number."""
    for task in incident.tasks:
        if word.strip() in (str(task.number), task.id):
            return task
    raise NotFoundError(f"There is no task {one_line(word)!r}.", hint=Hint("list-tasks"))


def add(
    incident: Incident,
    title: str,
    *,
    role: str | None = None,
    person: str | None = None,
    known: Collection[str] = (),
    roles: Collection[str] = _ROLES,
) -> list[Any]:
    """Put work on the list, for a role or a person."""
    check(incident, "add a task", echo=title)
    role = one_of(role, roles, "role") if role else None
    who = person_of(incident, person, known) if person else None
    return [facts.TaskAdded(short(said(title, "what to do")), role, who)]


def assign(
    incident: Incident, numbers: str, person: str, *, known: Collection[str] = ()
) -> list[Any]:
    """Give tasks to somebody: `2`, or several such as `1,2`."""
    check(incident, "assign a task")
    words = numbers.replace(",", " ").split() or [numbers]
    found = dict.fromkeys(find(incident, word).id for word in words)
    handle = person_of(incident, person, known)
    return [facts.TaskAssigned(ident, handle) for ident in found]


def unassigned(incident: Incident) -> list[Task]:
    """Return the open tasks that nobody has."""
    return [task for task in incident.tasks if not task.person and task.done is None]


def done(incident: Incident, task: str, *, note: str | None = None) -> list[Any]:
    """A task was done; RefusedError when it was already."""
    check(incident, "do a task", echo=note)
    found = find(incident, task)
    if found.done:
        when = incident.time(found.done.at)
        raise RefusedError(f"Task {found.number} was done by {found.done.by} at {when}.", echo=note)
    return [facts.TaskDone(found.id, note)]
