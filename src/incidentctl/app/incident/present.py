"""Incidents as the record has them now: read once after a change, for all who look."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from incidentctl.app.incident.query import shown
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident.ids import is_incident_id
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import EnvironmentFailedError, NotFoundError

#: So many incidents are kept.
_KEPT = 32


class _Kept(NamedTuple):
    token: object
    read: datetime
    incident: Incident


class Present:
    """Reads incidents that are not restricted; safe to use from several threads.

    A look costs a few stats while nothing changes. After a change each incident that somebody
    asks for is read and folded once, however many ask.
    """

    def __init__(self, open_workspace: Callable[[], Workspace]) -> None:
        """Take what opens a workspace, which is then this reader's own."""
        self._open = open_workspace
        self._workspace: Workspace | None = None
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def token(self) -> object:
        """Return a value that changes when the record does."""
        with self._lock:
            return self._mine().record.change_token()

    def incident(self, ident: str) -> Incident:
        """Return an incident as it is now.

        NotFoundError if there is none that everybody may read; EnvironmentFailedError if the
        record cannot be read.
        """
        with self._lock:
            return self._read(ident).incident

    def has(self, ident: str) -> bool:
        """Say whether there is an incident that everybody may read."""
        try:
            self.incident(ident)
        except NotFoundError:
            return False
        return True

    def _mine(self) -> Workspace:
        if self._workspace is None:
            self._workspace = self._open()
        return self._workspace

    def _read(self, ident: str) -> _Kept:
        workspace = self._mine()
        token = workspace.record.change_token()  # first: a change during the read is read later
        now = workspace.now()
        kept = self._kept.get(ident)
        if kept is not None and kept.token == token and not _from_ahead(kept):
            self._kept.move_to_end(ident)
            return kept
        if not is_incident_id(ident) or workspace.record.is_restricted(ident):
            raise _no_such()
        incident = shown(workspace, ident)
        if not incident.entries:
            if workspace.record.unread():
                raise EnvironmentFailedError(f"{ident} cannot be read now.")
            raise _no_such()
        if kept is not None and kept.incident == incident:
            incident = kept.incident
        kept = self._kept[ident] = _Kept(token, now, incident)
        self._kept.move_to_end(ident)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return kept


def _from_ahead(kept: _Kept) -> bool:
    """Say whether an entry comes from a clock that runs ahead: then time alone changes the fold."""
    return any(entry.recorded > kept.read for entry in kept.incident.entries[-50:])


def _no_such() -> NotFoundError:
    return NotFoundError("There is no such incident here.")
