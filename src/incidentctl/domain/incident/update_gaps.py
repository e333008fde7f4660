"""The time between status updates: what was due in it, for retrospectives and metrics."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from incidentctl.domain.incident.state import Incident, Update


class UpdateGap(NamedTuple):
    """The time from one update to the next, the first from the declaration.

    `due` is None where nothing asked for an update. `update` is what ended it; None when the
    incident ended first, or nobody has posted one yet.
    """

    since: datetime
    until: datetime
    due: datetime | None
    update: Update | None

    @property
    def late_by(self) -> timedelta | None:
        """How much later than due it ended; None when it was in time or nothing was due."""
        return self.until - self.due if self.due is not None and self.until > self.due else None


def update_gaps(incident: Incident, until: datetime | None) -> list[UpdateGap]:
    """Return every gap between updates of an incident; the last one `until` a moment, if given.

    The due moment is the one of that time: announced with the update before, snoozed, or by the
    cadence. A backfill had no updates due. The time in which the incident was over is in no gap.
    """
    asked = incident.kind != "backfill"
    found: list[UpdateGap] = []
    since, over = incident.declared, list(incident.over)

    def pass_over(moment: datetime) -> None:
        nonlocal since
        while over and over[0].until <= moment:
            ended = over.pop(0)
            if since < ended.since:
                due = ended.missed_update if asked else None
                found.append(UpdateGap(since, ended.since, due, None))
            since = max(since, ended.until)

    for update in sorted(incident.updates, key=lambda update: (update.counted, update.event)):
        pass_over(update.counted)
        found.append(UpdateGap(since, update.counted, update.due if asked else None, update))
        since = update.counted
    if until is not None:
        pass_over(until)
        found.append(UpdateGap(since, until, incident.next_update or incident.missed_update, None))
    return found
