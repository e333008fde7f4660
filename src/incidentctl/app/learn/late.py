"""Retrospectives that the severity requires, and that nobody wrote in time."""

from __future__ import annotations

from datetime import datetime

from incidentctl.app.incident.respond import load
from incidentctl.app.learn.retro import existing
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident.due import Due
from incidentctl.domain.incident.state import RESOLVED
from incidentctl.domain.learn.retrospective import limit

#: So many resolved incidents are looked at, the newest first: this is no search of the archive.
_MOST = 50


def late_retrospectives(workspace: Workspace, now: datetime) -> list[tuple[str, Due]]:
    """Return each retrospective that is late, with the id of its incident, the latest first."""
    if workspace.root is None or not workspace.checked_out:
        return []
    resolved = [head for head in workspace.record.heads() if head.status == RESOLVED]
    resolved.sort(key=lambda head: (head.declared, head.id), reverse=True)
    found = []
    for head in resolved[:_MOST]:
        if workspace.record.is_restricted(head.id) or existing(workspace, head.id) is not None:
            continue
        incident = load(workspace, head.id)
        if incident.retrospective != "required" or incident.ended is None:
            continue
        until = limit(incident.ended, incident.retrospective_within, incident.zone)
        if until is not None and until < now:
            late = (now - until).total_seconds()
            text = f"{incident.severity} requires a retrospective"
            found.append((head.id, Due("retrospective", until, late, text)))
    return found
