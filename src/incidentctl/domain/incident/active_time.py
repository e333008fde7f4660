"""How long an incident was worked on: not while it was over, before somebody reopened it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from incidentctl.domain.incident.state import Incident


def active_spans(
    incident: Incident, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the parts of a span in which the incident was not over."""
    for over in incident.over:
        if since < over.since < until:
            yield since, over.since
        if over.since < until:
            since = max(since, over.until)
    if since < until:
        yield since, until


def active_time(incident: Incident, since: datetime, until: datetime) -> timedelta:
    """Return how much of a span the incident was not over."""
    parts = (end - begin for begin, end in active_spans(incident, since, until))
    return sum(parts, timedelta())
