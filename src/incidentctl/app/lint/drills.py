"""The played drills of the record, for the rules about practice."""

from __future__ import annotations

from datetime import timedelta

from incidentctl.app.record.looked import ensure_looked
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.incident_kinds import DRILL
from incidentctl.domain.lint.rule import GRACE, Played

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
