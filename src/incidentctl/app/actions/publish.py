"""Send a public update where announce.yaml says, and say whether the status page shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from incidentctl.app.actions.announce import again, came_of_it, goes_to, send
from incidentctl.app.page.shown import page_shows, unpublished
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident.state import Incident


class Published(NamedTuple):
    """Where a public update went."""

    sent: tuple[tuple[str, str], ...]
    """What came of each announcement, a sentence and its style."""
    again: str | None
    """The command below `announce` that sends what was not sent; None if all was."""
    is_late: bool
    """Whether announcements take it, and none was due any more."""
    shows: str | None
    """That the status page shows it; None if it never does, or none is set up."""
    nowhere: str | None
    """What to do, if it is not sent anywhere."""


def publish(
    workspace: Workspace,
    incident: Incident,
    who: Actor,
    *,
    on_recorded: Callable[[str], None] = lambda _: None,
) -> Published:
    """Send the newest public update of an incident, once it is recorded."""
    goes = bool(goes_to(workspace, incident).places)
    newest = max(each.event for each in incident.updates if each.public)
    sent = (
        send(workspace, incident.id, who=who, update=newest, on_recorded=on_recorded)
        if goes
        else []
    )
    shows = page_shows(workspace, incident)
    nowhere = None if goes or shows else unpublished(workspace, incident)
    late = goes and not sent
    return Published(tuple(came_of_it(sent)), again(sent), late, shows, nowhere)
