"""Moments in Markdown, in UTC and in the organisation's zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import offset_at, offset_text, show
from incidentctl.domain.incident.head import Incident


def shown(moment: datetime, local: tzinfo) -> str:
    """Write a moment in a zone; in UTC if it is out of range there."""
    try:
        return show(moment, local)
    except OverflowError:
        return show(moment, UTC)


def day_and_zone(incident: Incident, moment: datetime) -> str:
    """Write the day of a moment in the organisation's zone, with the zone and its offset then."""
    offset = offset_at(moment, incident.zone)
    zone = offset if offset == "UTC" else f"{one_line(incident.timezone)} {offset}"
    return f"{moment.astimezone(incident.zone):%Y-%m-%d}, {zone}"


class Clock:
    """Writes moments in UTC and with the organisation's offset, if any.

    It uses no zone database: equal events give equal bytes everywhere.
    """

    def __init__(self, incident: Incident) -> None:
        """Take the incident, which holds the offset from UTC at its declaration."""
        self._incident = incident
        self.offset = timedelta(minutes=incident.utc_offset)
        self.name = offset_text(incident.utc_offset)

    def local(self, moment: datetime, *, seconds: bool = False) -> str:
        """Write the local time of day, with the day if it differs from UTC."""
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

    def moments(self) -> Iterator[tuple[str, str]]:
        """Yield the moments of the incident's life that are known, by name, in their order."""
        incident = self._incident
        for name, moment in (
            ("Started", incident.started),
            ("Detected", incident.detected),
            ("Declared", incident.raised),
            ("Acknowledged", incident.acknowledged),
            ("Mitigated", incident.mitigated),
            ("Resolved", incident.resolved),
            ("Cancelled", incident.cancelled),
            ("Closed", incident.closed),
        ):
            if moment is not None:
                yield name, self.both(moment)
