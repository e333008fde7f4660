"""`/`: the open incidents, each with its clocks and roles, and whether alerts wait."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from starlette.routing import Route

from incidentctl.app.incident.present import Present
from incidentctl.app.incident.waiting_alerts import wait_line
from incidentctl.app.incident.watch import Watch
from incidentctl.app.record.looked import ensure_looked
from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.common.text import count
from incidentctl.domain.incident.due import other_roles
from incidentctl.domain.incident.reminders import Reminder
from incidentctl.domain.incident.state import DONE, OPEN, Incident
from incidentctl.errors import EnvironmentFailedError
from incidentctl.render.incident.board import newest
from incidentctl.render.incident.brief import commander, held_without
from incidentctl.serve.room import moments
from incidentctl.serve.room.frame import Frame, Show, values
from incidentctl.serve.room.moments import Moment
from incidentctl.serve.room.visit import Page, Visit

#: So many of the newest entries are on a card.
_NEWEST = 3


class Line(NamedTuple):
    """An entry of the timeline."""

    at: Moment
    by: str
    text: str


class Card(NamedTuple):
    """What the board says of an incident."""

    id: str
    title: str
    kind: str
    severity: str
    confirmed: bool
    status: str
    age: Moment
    roles: tuple[tuple[str, str], ...]
    unassigned: tuple[str, ...]
    held_by: str
    """Who has those."""
    update: Moment | None
    reminders: tuple[Reminder, ...]
    steps: str
    next_step: str | None
    newest: tuple[Line, ...]


def routes(frame: Frame, show: Show) -> list[Route]:
    """Return the routes of the board."""
    return [frame.page("/", show)]


def board(present: Present) -> Show:
    """Return what shows the board; an incident is read once for all who look."""
    return lambda visit: _board(visit, present)


def _board(visit: Visit, present: Present) -> Page:
    """Show what is open; and what may be missing, for a quiet board must not mislead."""
    watch = Watch(visit.workspace, shared_only=True, read=present.incident)
    watch.poll()
    now = visit.now
    reminders = watch.reminders(now)
    unsent = visit.workspace.record.unsynced()
    blind = [] if watch.fault else list(watch.blind(now))
    if unsent and unsent.events:
        blind.append(f"{count(unsent.events, 'event')} not on the remote yet.")
    if not (watch.incidents or watch.fault):
        try:
            ensure_looked(visit.workspace, only_shared=True)
        except EnvironmentFailedError as error:
            blind.append(error.message)
    return Page(
        "board.html.j2",
        values(
            cards=[card(each, now, reminders) for each in watch.incidents],
            fault=watch.fault,
            blind=blind,
            alerts=wait_line(watch.alerts, now),
            at=moments.day(now, visit.workspace.zone),
        ),
    )


def card(incident: Incident, now: datetime, reminders: Iterable[Reminder]) -> Card:
    """Return what the board says of an incident."""
    holders: dict[str, list[str]] = {COMMANDER: []}
    for held in incident.held:
        if held.until is None:
            holders.setdefault(held.role, []).append(held.name or held.person)
    holders[COMMANDER] = holders[COMMANDER] or [commander(incident)]
    steps = incident.steps
    left = [step for step in steps if step.state == OPEN]
    done = sum(step.state == DONE for step in steps)
    return Card(
        incident.id,
        incident.title,
        incident.kind,
        incident.severity or "no severity yet",
        incident.confirmed,
        incident.status,
        moments.since(incident.declared, now),
        tuple((role, ", ".join(people)) for role, people in holders.items()),
        tuple(role for role in other_roles(incident) if role not in holders),
        held_without(incident),
        moments.next_update(incident, now),
        tuple(each for each in reminders if each.incident == incident.id),
        f"{done} of {count(len(steps), 'step')} done" if steps else "no steps yet",
        left[0].title if left else None,
        tuple(
            Line(moments.at(incident, entry.at), entry.name or entry.by, entry.text)
            for entry in reversed(newest(incident, _NEWEST))
        ),
    )
