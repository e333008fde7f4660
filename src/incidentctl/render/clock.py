"""Moments in Markdown, in UTC and in the organisation's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from incidentctl.domain.common.times import offset_text, show
from incidentctl.domain.incident.head import Incident


def shown(moment: datetime, local: tzinfo) -> str:
    """Write a moment in a zone; in UTC where the calendar of the zone does not reach."""
    try:
        return show(moment, local)
    except OverflowError:
        return show(moment, UTC)


class Clock:
    """Writes moments in UTC and by the organisation's offset, which may be none.

    It asks no zone database: equal events give equal bytes everywhere.
    """

    def __init__(self, incident: Incident) -> None:
        """Take the incident, whose offset from UTC was pinned at its declaration."""
        self.offset = timedelta(minutes=incident.utc_offset)
        self.name = offset_text(incident.utc_offset)

    def local(self, moment: datetime, *, seconds: bool = False) -> str:
        """Write the local time of day, with the day where it is not that of UTC."""
        try:
            here = moment.replace(tzinfo=None) + self.offset
        except OverflowError:
            return "-"
        text = here.isoformat(" ", "seconds" if seconds else "minutes")
        return text[11:] if here.day == moment.day else text

    def both(self, moment: datetime) -> str:
        """Write `2026-11-24 14:01 UTC (15:01 +01:00)`."""
        text = f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'minutes')} UTC"
        return f"{text} ({self.local(moment)} {self.name})" if self.offset else text
