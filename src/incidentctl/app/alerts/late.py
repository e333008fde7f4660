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
from incidentctl.errors import EnvironmentFailedError

#: What ends an incident.
_ENDS = ("resolved", "cancelled")


class Late:
    """Looks for groups that no open incident has, though they fire, and that nobody knew of."""

    def __init__(self, workspace: Workspace, book: Book, declaring: Declaring) -> None:
        """Take the workspace, the groups that are known, and what writes to incidents."""
        self._workspace = workspace
        self._book = book
        self._declaring = declaring
        self._looked_at: set[tuple[str, str]] = set()
        """Groups with the incident they had, which was over: neither can change any more."""

    def respond(self, now: datetime, tally: Tally) -> None:
        """Respond to each as if it had come now: the incident was over, which nobody knew here."""
        opened = {head.id for head in self._workspace.record.open_heads()}
        ends: dict[str, datetime | None] = {}
        for live in self._book.lives():
            ident = live.incident
            if ident is None or ident in opened or (live.ident, ident) in self._looked_at:
                continue
            if live.handling != ATTACHED or live.state == RESOLVED or live.cause is None:
                continue
            with contextlib.suppress(EnvironmentFailedError):  # then at the next change
                if ident not in ends:
                    ends[ident] = _ended(load(self._workspace, ident))
                ended = ends[ident]
                if ended is not None and live.joined is not None and live.joined > ended:
                    self._declaring.leave(live, now, tally)
                self._looked_at.add((live.ident, ident))


def _ended(incident: Incident) -> datetime | None:
    """Return when somebody recorded that it is over; None if it is open, or another one goes on."""
    if incident.open or incident.duplicate_of:
        return None
    ends = (each for each in incident.entries if each.kind in _ENDS and not each.retracted)
    return max((each.recorded for each in ends), default=None)
