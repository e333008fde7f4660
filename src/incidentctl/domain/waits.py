"""The time between status updates: what was due in it, for retrospectives and metrics."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from incidentctl.domain.state import Incident, Update


class Wait(NamedTuple):
    """The time from one update to the next, the first from the declaration.

    `due` is None where nothing asked for an update, and where it was put off. `update` is what
    ended the wait; None when the incident ended first, or nobody has posted one yet.
    """

    since: datetime
    until: datetime
    due: datetime | None
    update: Update | None

    @property
    def late_by(self) -> timedelta | None:
        """How much later than due it ended; None when it was in time or nothing was due."""
        return self.until - self.due if self.due is not None and self.until > self.due else None


def waits(incident: Incident, until: datetime | None) -> list[Wait]:
    """Return every wait for an update of an incident, the last one `until` a moment, if told.

    An update is due when the one before it said, else one cadence after it; the first one cadence
    after the declaration. The cadence is the one that the incident has in the end.
    """
    ordered = sorted(incident.updates, key=lambda update: (update.at, update.event))
    found: list[Wait] = []
    since, stated = incident.declared, None
    for update in ordered:
        found.append(_wait(incident, since, stated, update.at, update))
        since, stated = update.at, update.next_at
    if until is not None:
        found.append(_wait(incident, since, stated, until, None))
    return found


def _wait(
    incident: Incident,
    since: datetime,
    stated: datetime | None,
    until: datetime,
    update: Update | None,
) -> Wait:
    put_off = any(
        entry.kind == "update-snoozed" and not entry.retracted and since <= entry.at <= until
        for entry in incident.entries
    )
    return Wait(since, until, None if put_off else _due(incident, since, stated), update)


def _due(incident: Incident, since: datetime, stated: datetime | None) -> datetime | None:
    if stated is not None or incident.cadence is None:
        return stated
    try:
        return since + timedelta(seconds=incident.cadence)
    except OverflowError:
        return None
