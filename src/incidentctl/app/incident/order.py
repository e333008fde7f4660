"""Incidents in the order of the team's scale of severities."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident.order import Shown, worst_first


def in_order(workspace: Workspace, found: Iterable[Shown], *, newest: bool = False) -> list[Shown]:
    """Return incidents, the worst first; of a severity the oldest, or the newest."""
    return worst_first(found, workspace.basics.scale, newest=newest)
