"""Which alerts wait for somebody, for the board and for what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.group import Group, without_copies
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import rough_duration


def waiting(workspace: Workspace) -> list[Group]:
    """Return what waits for somebody, the oldest first."""
    found = without_copies(workspace.record.groups(live=True))
    return [group for group in reversed(found) if group.waits]


def wait_line(groups: Sequence[Group], now: datetime) -> str | None:
    """Say that alerts wait, and since when; None if none does."""
    if not groups:
        return None
    first = groups[0]
    span = rough_duration(now - first.started)
    title = one_line(first.title)[:100]
    if len(groups) == 1:
        return f"An alert has been waiting for {span}: {title}"
    return f"{len(groups)} alerts are waiting, the oldest for {span}: {title}"
