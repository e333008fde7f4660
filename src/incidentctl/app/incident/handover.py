"""Command of an incident: offered and accepted, or taken with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from incidentctl.app.incident.find import load, several
from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident.decide import handover as decide
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.state import Incident, is_alert
from incidentctl.errors import EnvironmentFailedError, RefusedError


class Offered(NamedTuple):
    """To whom command was offered, and the incident afterwards."""

    recorded: Recorded
    incident: Incident
    person: str
    by: str
    unseen: bool
    """Whether that person cannot see the incident."""


class Taken(NamedTuple):
    """What was recorded when somebody took command, and the incident afterwards."""

    recorded: Recorded
    incident: Incident
    first: bool = False
    """Whether nobody had it before, because an alert declared the incident."""


def offer(response: Response, person: str) -> Offered:
    """Offer command to a person of the catalog, who gets it on accepting."""
    by = response.who.handle
    stated = decide.offer(response.incident, response.meant(person), by=by, known=response.people)
    recorded = response.record(stated, f"command offered to {person}")
    to = stated[-1].person
    return Offered(recorded, response.incident, to, by, response.hidden_from(to))


def accept(response: Response) -> Taken:
    """Take command that was offered.

    If there is no offer, sync for a few seconds: the offer may come from another clone.
    """
    who = response.who
    try:
        stated = decide.accept(response.incident, by=who.handle, name=who.name)
    except RefusedError:
        if not response.workspace.sharing.catch_up():
            raise
        stated = decide.accept(response.look_again(), by=who.handle, name=who.name)
    first = is_alert(response.incident.commander)
    recorded = response.record(stated, f"{who.handle} is the commander")
    return Taken(recorded, response.incident, first)


def take(response: Response, reason: str, *, ask: Callable[[Incident], str]) -> Taken:
    """Take command without an offer; `ask` is called for an empty reason."""
    who, incident = response.who, response.incident
    decide.may_take(incident, by=who.handle)
    why = reason.strip() or ask(incident)
    stated = decide.take(incident, why, by=who.handle, name=who.name)
    return Taken(response.record(stated, f"{who.handle} is the commander"), response.incident)


def find_offered(workspace: Workspace, person: str) -> str | None:
    """Return which of several open incidents offers command to a person, else has no commander.

    None if only one is open, or none is so: then the incident is found as usual. It syncs for a
    few seconds, because the offer may come from another clone.
    """
    try:
        heads = _offered(workspace, person)
        if heads is not None and not heads and workspace.sharing.catch_up():
            heads = _offered(workspace, person)
        if heads is None:
            return None
        said = f"Command of {len(heads)} incidents is offered to {person}"
        if not heads:
            heads = [each for each in workspace.record.open_heads() if is_alert(each.commander)]
            said = f"Nobody commands {len(heads)} incidents yet"
    except EnvironmentFailedError:
        return None
    if len(heads) > 1:
        raise several(workspace, heads, said)
    return heads[0].id if heads else None


def _offered(workspace: Workspace, person: str) -> list[Head] | None:
    """Return the open incidents that offer command to a person; None if only one is open."""
    opened = workspace.record.open_heads()
    if len(opened) < 2:
        return None
    offers = ((head, load(workspace, head.id).offer) for head in opened)
    return [head for head, offer in offers if offer is not None and offer.person == person]
