"""What is due in the open incidents: updates, steps, tasks, a handover."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from incidentctl.app.incident.find import find_incident, load
from incidentctl.app.incident.order import in_order
from incidentctl.app.incident.waiting_alerts import waiting
from incidentctl.app.record.looked import opened
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.group import Group
from incidentctl.domain.incident.due import Due, by_urgency, due


class DueNow(NamedTuple):
    """What is due, with the id of its incident, and the moment it was looked at, in UTC."""

    now: datetime
    items: tuple[tuple[str, Due], ...]
    """What hurts most, first."""
    alerts: tuple[Group, ...] = ()
    """The alerts that wait in the inbox, the oldest first."""
    incidents: tuple[str, ...] = ()
    """The incidents that were looked at."""

    @property
    def overdue(self) -> int:
        """The number of overdue entries."""
        return sum(entry.overdue_by > 0 for _, entry in self.items)


def due_now(workspace: Workspace, part: str | None = None) -> DueNow:
    """Return what is due in every open incident, or in one: any part of its id."""
    now = workspace.now()
    idents = [find_incident(workspace, part)] if part else [head.id for head in opened(workspace)]
    known = len(workspace.basics.people)
    incidents = in_order(workspace, (load(workspace, ident) for ident in idents))
    items = by_urgency((each.id, due(each, now, known=known)) for each in incidents)
    alerts = () if part else tuple(waiting(workspace))
    return DueNow(now, items, alerts, tuple(idents))
