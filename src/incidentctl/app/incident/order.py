"""Incidents in the order of the team's scale of severities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident.order import Shown, worst_first
from incidentctl.errors import EnvironmentFailedError, InvalidDataError


def in_order(workspace: Workspace, found: Iterable[Shown]) -> list[Shown]:
    """Return incidents, the worst first; the scale is read only where it decides."""
    found = list(found)
    decides = len({(each.critical, each.severity) for each in found}) > 1
    return worst_first(found, _scale(workspace) if decides else ())


def _scale(workspace: Workspace) -> Sequence[str]:
    try:
        return [severity.name for severity in workspace.catalog.scale.severities]
    except (EnvironmentFailedError, InvalidDataError):
        return ()  # what is open is shown all the same
