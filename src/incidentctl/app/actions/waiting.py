"""Announcements that wait, because no receiver of this clone sends them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from incidentctl.app.actions.announced import of_incident
from incidentctl.app.actions.trust import announcing_since
from incidentctl.app.incident.find import load
from incidentctl.app.workspace.receiver_signs import signs_of_life
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.actions.announce import due, is_news


def waiting(
    workspace: Workspace, idents: Iterable[str], *, since: timedelta = timedelta()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the incidents of which something waits to be announced, and the announcements.

    Only what was trusted before it happened, and waits for so long. What failed is told elsewhere.
    """
    trusted = announcing_since(workspace) if workspace.root is not None else {}
    now, receiver = workspace.now(), signs_of_life(workspace) if trusted else None
    if not trusted or (receiver is not None and receiver.is_running(now)):
        return
    for ident in idents:
        names = dict.fromkeys(
            each.announcement.name
            for each in due(of_incident(workspace, load(workspace, ident), now), now)
            if each.run is None
            and (begins := trusted.get(each.announcement.name)) is not None
            and is_news(each, begins)
            and now - (each.happened.recorded or each.happened.at) >= since
        )
        if names:
            yield ident, tuple(names)
