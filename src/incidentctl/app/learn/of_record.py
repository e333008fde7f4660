"""What rules need of the record: the drills that were played, and late retrospectives."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from incidentctl.app.record.looked import ensure_looked
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.incident_kinds import DRILL
from incidentctl.domain.lint.rule import GRACE, Late, Played

YEAR = timedelta(days=365)


def played(workspace: Workspace, within: timedelta = GRACE) -> tuple[Played, ...]:
    """Return the latest drills of the record that were played, by the organisation's days.

    EnvironmentFailedError if the record cannot be read.
    """
    from incidentctl.domain.incident.head import fold  # slow, and only needed here

    since = workspace.now() - within - timedelta(days=1)
    ensure_looked(workspace)
    record = workspace.record
    latest = (head for head in record.heads() if head.kind == DRILL and head.declared >= since)
    read = record.many_events(sorted(head.id for head in latest))
    drills = [fold(ident, events, problems=faults, entries=False) for ident, events, faults in read]
    return tuple(
        Played(
            each.declared.astimezone(workspace.zone).date(),
            (each.drill.team if each.drill else None) or each.team or each.owner,
            tuple(attached.name for attached in each.runbooks),
            each.drill.drill if each.drill else None,
            each.id,
        )
        for each in drills
        if each.cancelled is None
    )


def late(workspace: Workspace, root: Path) -> list[Late]:
    """Return what is late today among the files in a folder, for lint; the latest first.

    EnvironmentFailedError if the record cannot be read.
    """
    from incidentctl.app.learn.late import without  # slow, and only needed here

    ensure_looked(workspace)
    today, zone = workspace.today(), workspace.zone
    found = []
    for head, until in without(workspace, root):
        day = (until - timedelta(microseconds=1)).astimezone(zone).date()  # at midnight it is over
        if day < today:
            found.append(Late(head.id, head.severity or "", head.title, day))
    return found
