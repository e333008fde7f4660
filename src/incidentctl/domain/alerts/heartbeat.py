"""A missed heartbeat: an alert by the receiver itself, announced before it is an incident."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.alerts.group import RESOLVED, WAITING, Group, copies, fold_group
from incidentctl.domain.common.incident_kinds import HEARTBEAT
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.fold.fold import fold
from incidentctl.domain.incident.state import Incident


def missed(groups: Iterable[Group]) -> list[Group]:
    """Return the groups of heartbeats that are missed, and of which nobody has made anything."""
    found = [group for group in groups if group.source == HEARTBEAT]
    same = copies(found)
    return [each for each in found if each.waits and each.id not in same]


def as_incident(ident: str, events: Iterable[Event]) -> Incident:
    """Return a group as what announcements tell of, with what was sent for it."""
    known = tuple(events)
    group = fold_group(ident, known)
    return fold(ident, known)._replace(
        kind=HEARTBEAT,
        title=group.title,
        severity=group.word,
        declared=group.started,
        open=group.state != RESOLVED and group.handling == WAITING,
    )
