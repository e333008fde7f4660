"""Alerts that came to an incident after somebody had resolved it in another clone."""

from __future__ import annotations

import contextlib
from datetime import datetime

from incidentctl.app.alerts.book import Book
from incidentctl.app.alerts.declaring import Declaring
from incidentctl.app.alerts.received import Tally
from incidentctl.app.incident.find import load
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.group import ATTACHED, RESOLVED
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import IncidentctlError

#: What ends an incident.
_ENDS = ("resolved", "cancelled")


class Late:
    """Looks for groups that no open incident has, though they fire, and that nobody knew of."""

    def __init__(self, workspace: Workspace, book: Book, declaring: Declaring) -> None:
        """Take the workspace, the groups that are known, and what writes to incidents."""
        self._workspace = workspace
        self._book = book
        self._declaring = declaring
        self._known_there: set[tuple[str, str]] = set()
        """Groups and their incidents that were over only afterwards, which somebody decided."""

    def respond(self, now: datetime, tally: Tally) -> None:
        """Respond to each as if it had come now: the incident was over, which nobody knew here."""
        opened = {head.id for head in self._workspace.record.open_heads()}
        found: dict[str, Incident] = {}
        for live in self._book.lives():
            ident = live.incident
            if ident is None or ident in opened or (live.ident, ident) in self._known_there:
                continue
            if live.handling != ATTACHED or live.state == RESOLVED or live.cause is None:
                continue
            with contextlib.suppress(IncidentctlError):  # cannot be read now: at the next change
                incident = found.get(ident) or found.setdefault(ident, load(self._workspace, ident))
                ended = _ended(incident)
                if ended is None or live.joined is None or live.joined <= ended:
                    self._known_there.add((live.ident, ident))
                else:
                    self._declaring.leave(live, incident, now, tally)


def _ended(incident: Incident) -> datetime | None:
    """Return when somebody recorded that it is over; None if it is open, or another one goes on."""
    if incident.open or incident.duplicate_of:
        return None
    ends = (each for each in incident.entries if each.kind in _ENDS and not each.retracted)
    return max((each.recorded for each in ends), default=None)
