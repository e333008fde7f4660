"""In which incident command is offered to somebody."""

from __future__ import annotations

from incidentctl.app.incident.respond import load, several
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident.head import Head
from incidentctl.errors import EnvironmentFailedError


def find_offered(workspace: Workspace, person: str) -> str | None:
    """Return the one of several open incidents in which command is offered to a person.

    None where that is no question, or nothing is offered: then the incident is found as always. The
    remote is asked, for a few seconds, as the offer may come from another clone.
    """
    try:
        heads = _offered(workspace, person)
        if heads is not None and not heads and workspace.sharing.catch_up():
            heads = _offered(workspace, person)
    except EnvironmentFailedError:
        return None
    if not heads:
        return None
    if len(heads) == 1:
        return heads[0].id
    raise several(heads, f"Command of {len(heads)} incidents is offered to {person}")


def _offered(workspace: Workspace, person: str) -> list[Head] | None:
    """Return the open incidents in which command is offered to a person; None where one is open."""
    opened = workspace.record.open_heads()
    if len(opened) < 2:
        return None
    offers = ((head, load(workspace, head.id).offer) for head in opened)
    return [head for head, offer in offers if offer is not None and offer.person == person]
