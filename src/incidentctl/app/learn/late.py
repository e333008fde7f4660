"""Retrospectives that the severity requires, and that nobody wrote in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident.due import Due
from incidentctl.domain.incident.head import Head


def late_retrospectives(workspace: Workspace, now: datetime) -> list[tuple[str, Due]]:
    """Return each retrospective that is late, with the id of its incident, the latest first."""
    if workspace.root is None or not workspace.checked_out:
        return []
    found = []
    for head, until in without(workspace, workspace.root):
        if until < now:
            late = (now - until).total_seconds()
            text = f"{head.severity} requires a retrospective"
            found.append((head.id, Due("retrospective", until, late, text)))
    return found


def without(workspace: Workspace, root: Path) -> Iterator[tuple[Head, datetime]]:
    """Yield the incidents without a required retrospective in a folder, and by when it is."""
    from incidentctl.files.layout import is_there, retrospective_path

    record = workspace.record
    for head in record.noted_heads():
        if (
            head.retrospective_by is not None
            and not record.is_restricted(head.id)  # the team's files are for everybody
            and not is_there(root, retrospective_path(head.id))
        ):
            yield head, head.retrospective_by
